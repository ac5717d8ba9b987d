//! Our own output, changed deliberately: review with `cargo insta review`.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

use bandwise::data::scenario::Names;
use bandwise::data::{Scenario, World};
use bandwise::report::who_pays::{decile_rows, example_rows, summary_rows};
use bandwise::report::{
    briefing, card, csv, document, figures, medium_term, paper, scenario_file, text,
};
use bandwise::simulation::{BillPart, NoObserver, Prepared, prepare, run, who_pays};

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
    let exact = |row: &str| row.rsplitn(4, ',').last().unwrap().to_owned();
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

#[test]
fn the_briefing_of_derby() {
    let world = World::embedded(Some("2026-27")).unwrap();
    let mut scenario = Scenario::load("williamson-2018", &Names::of(&world.assumptions)).unwrap();
    scenario.draws = 2_000;
    let prepared = prepare(&scenario, &world).unwrap();
    let outcomes = run(&prepared, &NoObserver);
    let toml = scenario_file::toml(&prepared.scenario);
    let briefing = briefing(&prepared, &outcomes, &toml, &[]).unwrap();
    let figures = figures::of_run(&prepared, &outcomes, &briefing).unwrap();
    let paper = paper::of_run(&prepared, &briefing, &figures);
    // The hash of the tables moves with every one of them; the figures below do not.
    let text = document::markdown(&paper).replace(&briefing.provenance.data_sha256, "[tables]");
    snapshot("briefing-derby", &text);
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
    let names = World::embedded(Some("2023-24")).unwrap().assumptions;
    let mut text = String::new();
    for scenario in Scenario::built_in(&Names::of(&names)).unwrap() {
        text.push_str(&format!("{}: {}\n", scenario.key, scenario.title));
        text.push_str(&example_bills_of(&scenario, "Derby"));
        text.push('\n');
    }
    snapshot("households-derby", &text);
}

/// Own element and whole bill of every example household, pounds a year, in figures of 2023-24.
fn example_bills_of(scenario: &Scenario, authority: &str) -> String {
    let world = World::embedded(Some("2023-24")).unwrap();
    let mut scenario = scenario.clone();
    scenario.forget_amounts();
    let scenario = match scenario.authority == authority {
        true => scenario,
        false => scenario.for_authority(authority).0,
    };
    let prepared = match prepare(&scenario, &world) {
        Ok(prepared) => prepared,
        Err(error) => return format!("  cannot be run: {error}\n"),
    };
    let amount = |pounds: f64| format!("{pounds:.2}");
    let line = |name: &str, cells: [String; 8]| {
        let mut line = format!("  {name:<52}");
        for cell in cells {
            line.push_str(&format!(" {cell:>11}"));
        }
        line + "\n"
    };
    let heading = [
        "own today",
        "if Yes",
        "if No",
        "Yes-today",
        "Yes-No",
        "whole today",
        "if Yes",
        "if No",
    ];
    let mut text = line("", heading.map(str::to_owned));
    for row in example_rows(&prepared).unwrap() {
        let known = |value: Option<f64>| value.map_or("-".to_owned(), amount);
        let cells = [
            amount(row.own_bill_today_pounds),
            amount(row.own_bill_yes_pounds),
            amount(row.own_bill_no_pounds),
            amount(row.own_change_yes_vs_today_pounds),
            amount(row.own_change_yes_vs_no_pounds),
            amount(row.total_bill_today_pounds),
            known(row.total_bill_yes_pounds),
            known(row.total_bill_no_pounds),
        ];
        text.push_str(&line(&row.name, cells));
    }
    text
}

#[test]
fn who_pays_in_derby_by_everything_but_the_ward() {
    let prepared = prepared("williamson-2018", "Derby");
    let found = who_pays(&prepared, BillPart::OwnElement).unwrap();
    let mut text = "grouping group homes | against: mean median pounds, less same more, thousand pounds in all\n".to_owned();
    let rows = decile_rows(&found);
    let rows = rows.iter().filter(|row| row.grouping != "area");
    for row in rows {
        text.push_str(&format!(
            "{:<18} {:<18} {:>8.0} | {:<5} {:>9.2} {:>8.2} {:>6.1}% {:>5.1}% {:>5.1}% {:>9.1}\n",
            row.grouping,
            row.group,
            row.n_dwellings,
            row.against,
            row.mean_change_pounds,
            row.median_change_pounds,
            100.0 * row.share_gaining,
            100.0 * row.share_unchanged,
            100.0 * row.share_losing,
            row.total_change_pounds / 1_000.0,
        ));
    }
    text.push('\n');
    for row in summary_rows(&found) {
        let value = row.mean.unwrap();
        text.push_str(&format!("{:<36} {value:>8.4}\n", row.metric));
    }
    snapshot("who-pays-derby", &text);
}
