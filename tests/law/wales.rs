//! Wales: nine bands and no referendums.

use bandwise::data::scenario::Names;
use bandwise::data::{Law, Scenario, Vintage, World};
use bandwise::domain::{Band, Limit, Nation, Pence, Warning};
use bandwise::simulation::{PrepareError, Prepared, prepare};
use bandwise::tax::bill::band_amount;

fn prepared(key: &str, authority: &str) -> Result<Prepared, PrepareError> {
    let world = World::embedded(Some("2026-27")).unwrap();
    let scenario = Scenario::load(key, &Names::of(&world.assumptions)).unwrap();
    let (scenario, _) = scenario.for_authority(authority);
    prepare(&scenario, &world)
}

/// Band I pays 21 ninths: 2,013.18 x 21 / 9 = 4,697.42 in Cardiff; band H twice band D.
#[test]
fn band_i_pays_twenty_one_ninths() {
    let law = Law::embedded().unwrap();
    let proportions = law.proportions(Nation::Wales);
    let cardiff = Pence::parse_pounds("2013.18").unwrap();
    let amount = |band: Band| band_amount(cardiff, proportions[band]).to_string();
    assert_eq!(amount(Band::I), "£4,697.42");
    assert_eq!(amount(Band::H), "£4,026.36");
}

/// LGFA 1992 Part 1 Chapter 4ZA applies in England: no rise needs a vote in Wales, of a council or
/// of the police, and nothing is the largest rise without one.
#[test]
fn no_rise_needs_a_vote_in_wales() {
    for authority in ["Cardiff", "South Wales Police"] {
        let prepared = prepared("uniform-15", authority).unwrap();
        assert_eq!(prepared.principle.limit, Limit::Unlimited, "{authority}");
        assert!(!prepared.route.needs_referendum(), "{authority}");
    }
    assert!(matches!(
        prepared("max-without-vote", "Cardiff"),
        Err(PrepareError::NoSchedule(_))
    ));
}

/// Williamson's schedule says nothing of band I: as band H it doubles, and the result says so.
#[test]
fn band_i_is_treated_as_band_h_with_a_warning_where_nothing_is_said_of_it() {
    let prepared = prepared("williamson-2018", "Cardiff").unwrap();
    let own = prepared.amounts.own[Band::I];
    assert_eq!(own.today.to_string(), "£3,752.09");
    assert_eq!(own.yes.to_string(), "£7,504.19");
    assert!(prepared.warnings.contains(&Warning::BandIAsH));
}

#[test]
fn band_i_is_refused_in_england() {
    let text = "format = 1\nkey = \"x\"\nauthority = \"Derby\"\n[schedule]\nkind = \"band-rises\"\n\
                rises = { A = 0, B = 0, C = 0, D = 0, E = 0, F = 0, G = 0, H = 0.1, I = 0.2 }\n";
    let world = World::embedded(None).unwrap();
    let error = Scenario::parse("x.toml", text, &Names::of(&world.assumptions)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "x.toml:6:69: schedule.rises: band I is of Wales only (allowed in England: A to H)"
    );
}

/// VOA, 31 March 2025: Wales's bands, each the sum of 22 authorities (two counts of band H are
/// suppressed and filled with 2).
#[test]
fn the_bands_of_wales_add_up() {
    let vintage = Vintage::held(Some("2026-27")).unwrap();
    let sum = |band: Band| -> i64 {
        vintage
            .authorities
            .iter()
            .filter(|row| row.authority.code.nation() == Nation::Wales)
            .map(|row| row.dwellings()[band])
            .sum()
    };
    assert_eq!(
        Band::ALL.map(sum),
        [
            215_590, 307_170, 323_360, 241_420, 201_160, 122_920, 55_310, 13_224, 5_670
        ]
    );
}
