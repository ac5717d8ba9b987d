//! Our own output, changed deliberately: review with `cargo insta review`.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

use bandwise::data::scenario::Names;
use bandwise::data::{Scenario, World};
use bandwise::report::{briefing, card, csv, medium_term, scenario_file, text};
use bandwise::simulation::{NoObserver, Prepared, prepare, run};

fn prepared(key: &str, authority: &str) -> Prepared {
    let world = World::embedded(Some("2023-24")).unwrap();
    let mut scenario = Scenario::load(key, &Names::of(&world.assumptions)).unwrap();
    if authority != scenario.authority {
        (scenario, _) = scenario.for_authority(authority);
    }
    scenario.draws = 2_000;
    prepare(&scenario, &world).unwrap()
}

fn snapshot(name: &str, content: &str) {
    insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, content);
    });
}

#[test]
fn the_ballot_paper_of_derby() {
    snapshot(
        "ballot-derby",
        &text::ballot(&prepared("williamson-2018", "Derby")),
    );
}

#[test]
fn the_ballot_paper_of_a_district_says_that_the_route_is_impracticable() {
    let text = text::ballot(&prepared("williamson-2018", "Amber Valley"));
    assert!(text.contains("impracticable"));
    snapshot("ballot-amber-valley", &text);
}

#[test]
fn no_ballot_paper_where_no_vote_is_needed() {
    snapshot(
        "ballot-max-without-vote",
        &text::ballot(&prepared("max-without-vote", "Derby")),
    );
}

/// The card and its caveats on a vintage, with few draws.
fn card_of(key: &str, authority: &str, vintage: &str) -> String {
    let world = World::embedded(Some(vintage)).unwrap();
    let scenario = Scenario::load(key, &Names::of(&world.assumptions)).unwrap();
    let (mut scenario, _) = scenario.for_authority(authority);
    scenario.draws = 200;
    let prepared = prepare(&scenario, &world).unwrap();
    let outcomes = run(&prepared, &NoObserver);
    let toml = scenario_file::toml(&prepared.scenario);
    let briefing = briefing(&prepared, &outcomes, &toml, &[]).unwrap();
    card::card(&prepared, &briefing, "results")
}

#[test]
fn the_card_of_a_welsh_council_has_nine_bands_and_no_vote() {
    snapshot(
        "card-cardiff",
        &card_of("gentle-efgh", "Cardiff", "2026-27"),
    );
}

#[test]
fn the_card_of_a_police_proposal_spans_its_billing_authorities() {
    snapshot(
        "card-bedfordshire-police",
        &card_of("uniform-15", "Bedfordshire Police", "2023-24"),
    );
}

#[test]
fn the_card_and_the_tables_of_derby() {
    let prepared = prepared("williamson-2018", "Derby");
    let outcomes = run(&prepared, &NoObserver);
    let toml = scenario_file::toml(&prepared.scenario);
    let briefing = briefing(&prepared, &outcomes, &toml, &[]).unwrap();
    snapshot("card-derby", &card::card(&prepared, &briefing, "results"));
    // The last bits of simulated shares may differ between processors: the exact columns only.
    let bands = String::from_utf8(csv::csv(&briefing.bands)).unwrap();
    let exact = |row: &str| row.rsplitn(3, ',').last().unwrap().to_owned();
    snapshot(
        "bands-derby",
        &bands.lines().map(exact).collect::<Vec<_>>().join("\n"),
    );
    snapshot(
        "warnings-derby",
        &String::from_utf8(csv::csv(&briefing.warnings)).unwrap(),
    );
    snapshot("scenario-derby", &toml);
}

/// The years after the vote, a gap and services, as a scenario states them; read back from the
/// scenario as understood.
#[test]
fn the_years_after_the_vote_with_a_gap_and_services() {
    let text = "format = 1\nkey = \"later\"\nauthority = \"Derby\"\nvintage = \"2026-27\"\n\
        [schedule]\nkind = \"band-rises\"\n\
        rises = { A = 0.0, B = 0.0, C = 0.0499, D = 0.1, E = 0.2, F = 0.3, G = 0.4, H = 0.5 }\n\
        [medium_term]\nyears = 4\n\
        gap = { \"2027-28\" = 12000000, \"2028-29\" = 18500000 }\n\
        gap_source = \"an invented forecast\"\n\
        [[services]]\nname = \"Home care\"\nprice = 24.5\nunit = \"hour\"\nsource = \"example\"\n\
        [[services]]\nname = \"Community funds\"\nprice = 250000\nunit = \"fund\"\nwards = 5\n";
    let world = World::embedded(Some("2026-27")).unwrap();
    let names = Names::of(&world.assumptions);
    let mut scenario = Scenario::parse("later.toml", text, &names).unwrap();
    let understood = scenario_file::toml(&scenario);
    let again = Scenario::parse("again.toml", &understood, &names).unwrap();
    assert_eq!(again, scenario);
    scenario.draws = 200;
    let prepared = prepare(&scenario, &world).unwrap();
    let outcomes = run(&prepared, &NoObserver);
    let briefing = briefing(&prepared, &outcomes, "", &[]).unwrap();
    let years = medium_term::card_section(&prepared, &briefing.medium_term, &briefing.services);
    snapshot("years-after-derby", &years);
}

/// Bills of named example households under every built-in scenario: a diff that can be read.
#[test]
fn example_households_in_derby() {
    use bandwise::domain::{Band, Liability, Reduction};
    use bandwise::tax::dwelling_bill;
    let households = [
        (
            "a couple in band A",
            Band::A,
            Liability::Full,
            Reduction::None,
        ),
        (
            "a single adult in band B",
            Band::B,
            Liability::SingleAdult,
            Reduction::None,
        ),
        (
            "a working couple in band C on reduction",
            Band::C,
            Liability::Full,
            Reduction::WorkingAge,
        ),
        (
            "a family in band D",
            Band::D,
            Liability::Full,
            Reduction::None,
        ),
        (
            "a pensioner couple in band E on reduction",
            Band::E,
            Liability::Full,
            Reduction::PensionAge,
        ),
        (
            "a single adult in band F",
            Band::F,
            Liability::SingleAdult,
            Reduction::None,
        ),
        (
            "a family in band H",
            Band::H,
            Liability::Full,
            Reduction::None,
        ),
        (
            "a student house in band A",
            Band::A,
            Liability::Exempt,
            Reduction::None,
        ),
    ];
    let mut text = String::new();
    for key in [
        "williamson-2018",
        "gentle-efgh",
        "uniform-15",
        "max-without-vote",
    ] {
        let prepared = prepared(key, "Derby");
        text.push_str(&format!("{key}: own element today, if Yes, if No\n"));
        for (name, band, liability, reduction) in households {
            let cells = &prepared.cells;
            let like = cells
                .rows()
                .iter()
                .find(|cell| cell.band == band && cell.reduction == reduction)
                .unwrap();
            let award = cells.award_basis_points(like);
            let bill = dwelling_bill(prepared.amounts.own[band], liability, reduction, award);
            text.push_str(&format!(
                "  {name:<44} {:>10} {:>10} {:>10}\n",
                bill.today.to_string(),
                bill.yes.to_string(),
                bill.no.to_string()
            ));
        }
    }
    snapshot("households-derby", &text);
}
