//! The briefing on a proposal: what it must say of every kind of proposal, in every format.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

use bandwise::data::scenario::Names;
use bandwise::data::{Scenario, World};
use bandwise::report::document::{Block, Document, Figure, Table, html, markdown};
use bandwise::report::files::Place;
use bandwise::report::folder::{self, Format, Wanted};
use bandwise::report::league::{ProposalRank, proposals};
use bandwise::report::paper::Compared;
use bandwise::report::results::Briefing;
use bandwise::report::{
    Gathered, OutputFolder, Sink, briefing, briefing_at_once, figures, paper, scenario_file,
};
use bandwise::simulation::{DrawOutcomes, NoObserver, Prepared, prepare, run};

/// A built-in scenario of an authority with few draws, and what came of it.
fn run_of(key: &str, authority: &str) -> (Prepared, DrawOutcomes, Briefing) {
    let world = World::embedded(Some("2026-27")).unwrap();
    let scenario = Scenario::load(key, &Names::of(&world.assumptions)).unwrap();
    let (mut scenario, _) = scenario.for_authority(authority);
    scenario.draws = 200;
    let prepared = prepare(&scenario, &world).unwrap();
    let outcomes = run(&prepared, &NoObserver);
    let toml = scenario_file::toml(&prepared.scenario);
    let briefing = briefing(&prepared, &outcomes, &toml, &[]).unwrap();
    (prepared, outcomes, briefing)
}

/// The paper on it, and what it was made from.
fn paper_of(key: &str, authority: &str) -> (Document, Briefing) {
    let (prepared, outcomes, briefing) = run_of(key, authority);
    let figures = figures::of_run(&prepared, &outcomes, &briefing).unwrap();
    (paper::of_run(&prepared, &briefing, &figures), briefing)
}

/// The files of a run in memory, in the order of writing.
fn gathered(
    (prepared, outcomes, briefing): &(Prepared, DrawOutcomes, Briefing),
    formats: &[Format],
) -> Vec<(String, Vec<u8>)> {
    let into = Gathered::default();
    let wanted = Wanted { formats, pdf: None };
    folder::of_run(prepared, outcomes, briefing, wanted, &into).unwrap();
    into.into_files()
}

/// Whoever cannot wait is told the same, less what is still to come, and nothing is said in its place.
#[test]
fn a_first_answer_lacks_what_takes_longest_and_becomes_the_whole() {
    let world = World::embedded(Some("2026-27")).unwrap();
    for (key, authority) in [CASES[1], CASES[2]] {
        let scenario = Scenario::load(key, &Names::of(&world.assumptions)).unwrap();
        let (mut scenario, _) = scenario.for_authority(authority);
        scenario.draws = 200;
        let prepared = prepare(&scenario, &world).unwrap();
        let outcomes = run(&prepared, &NoObserver);
        let whole = briefing(&prepared, &outcomes, "", &[]).unwrap();
        let mut first = briefing_at_once(&prepared, &outcomes, "", &[]).unwrap();
        assert!(first.needs.is_empty() && first.needs_curve.is_empty() && first.days.is_empty());
        let charts = figures::of_run(&prepared, &outcomes, &first).unwrap();
        assert!(charts.iter().all(|chart| !chart.name.starts_with("needs-")));
        let page = html(&paper::of_run(&prepared, &first, &charts));
        for of_later in ["each kind of day", "What it would take to win"] {
            assert!(!page.contains(of_later), "{key}: {of_later}");
        }
        first.look_further(&prepared, &outcomes);
        assert_eq!(first, whole);
        let charts = figures::of_run(&prepared, &outcomes, &whole).unwrap();
        let page = html(&paper::of_run(&prepared, &whole, &charts));
        let held = page.contains("each kind of day");
        assert_eq!(held, prepared.route.needs_referendum(), "{key}");
    }
}

/// One proposal of every kind, with and without a vote, in England, in Wales and of a preceptor.
const CASES: [(&str, &str); 9] = [
    ("williamson-2018", "Derby"),
    ("gentle-efgh", "Sandwell"),
    ("max-without-vote", "Bristol"),
    ("gentle-efgh", "Cardiff"),
    ("uniform-15", "Bedfordshire Police"),
    ("scotland-2017", "Westminster"),
    ("ippr-london-2019", "Camden"),
    ("high-value-surcharge-2028", "Camden"),
    ("westminster-band-h", "Westminster"),
];

/// All blocks of a paper, those of groups among them.
fn every(blocks: &[Block]) -> Vec<&Block> {
    blocks
        .iter()
        .flat_map(|block| match block {
            Block::Group(_, within) => every(within),
            other => vec![other],
        })
        .collect()
}

fn figures_of(document: &Document) -> Vec<&Figure> {
    every(&document.blocks)
        .into_iter()
        .filter_map(|block| match block {
            Block::Figure(figure) => Some(figure),
            _ => None,
        })
        .collect()
}

fn tables_of(document: &Document) -> Vec<&Table> {
    every(&document.blocks)
        .into_iter()
        .filter_map(|block| match block {
            Block::Table(table) => Some(table),
            Block::Figure(figure) => Some(&figure.table),
            _ => None,
        })
        .collect()
}

/// What stands between the tags of a page after its style, its entities as they are read.
fn read_aloud(page: &str) -> String {
    let (_, page) = page.split_once("</style>").unwrap();
    let mut text = String::new();
    let mut inside = false;
    for c in page.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => text.push(c),
            _ => {}
        }
    }
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

#[test]
fn every_caveat_stands_in_the_paper() {
    for (key, authority) in CASES {
        let (document, briefing) = paper_of(key, authority);
        let page = read_aloud(&html(&document));
        assert!(!briefing.warnings.is_empty(), "{key} {authority}");
        for warning in &briefing.warnings {
            let message = warning.message.replace('`', "");
            assert!(page.contains(&message), "{key} {authority}: {message}");
        }
    }
}

#[test]
fn every_figure_and_table_says_what_it_is_a_figure_of() {
    for (key, authority) in CASES {
        let (document, _) = paper_of(key, authority);
        let case = format!("{key} {authority}");
        for block in every(&document.blocks) {
            if let Block::Facts(facts) = block {
                assert!(facts.len() >= 2, "{case}: {facts:?}");
                assert!(
                    facts.iter().all(|fact| !fact.base.is_empty()),
                    "{case}: {facts:?}"
                );
            }
        }
        assert!(!figures_of(&document).is_empty(), "{case}");
        for figure in figures_of(&document) {
            let name = &figure.name;
            assert!(figure.alt.len() > 60, "{case}: {name}: {}", figure.alt);
            assert!(
                figure.title.contains(authority),
                "{case}: {name}: {}",
                figure.title
            );
            assert!(!figure.table.rows.is_empty(), "{case}: {name}");
        }
        for table in tables_of(&document) {
            assert!(!table.caption.is_empty(), "{case}: {table:?}");
            for row in &table.rows {
                assert_eq!(row.len(), table.columns.len(), "{case}: {}", table.caption);
            }
        }
    }
}

#[test]
fn no_section_is_empty_and_nothing_is_said_that_is_not_known() {
    for (key, authority) in CASES {
        let (document, _) = paper_of(key, authority);
        let page = read_aloud(&html(&document));
        for word in ["NaN", "inf%", "£-", "--", "None", "Some("] {
            assert!(!page.contains(word), "{key} {authority}: {word}");
        }
        for pair in document.blocks.windows(2) {
            let empty = matches!(pair, [Block::Section(_), Block::Section(_)]);
            assert!(!empty, "{key} {authority}: {pair:?}");
        }
        let last = document.blocks.last();
        assert!(
            !matches!(last, Some(Block::Section(_))),
            "{key} {authority}"
        );
    }
}

/// Bands A to C of Derby hold 58,500 + 22,270 + 17,230 = 98,000 of 114,850 dwellings: 85.33%.
#[test]
fn the_first_paragraph_says_in_one_breath_what_is_proposed() {
    let (document, _) = paper_of("williamson-2018", "Derby");
    let Block::Paragraph(first) = &document.blocks[1] else {
        panic!("a paragraph: {:?}", document.blocks[1]);
    };
    let words = markdown(&Document {
        blocks: vec![Block::Paragraph(first.clone())],
        ..document.clone()
    });
    let expected = "The council would keep its own part of the bill at today's pounds in bands A, B and C, which \
                    hold 98,000 of the area's 114,850 dwellings (85.3%), and raise it by 20% in band D, by 40% \
                    in band E, by 60% in band F, by 80% in band G and by 100% in band H.";
    assert!(words.contains(expected), "{words}");
    assert!(
        words.contains("a No brings a rise of 4.99% in every band"),
        "{words}"
    );
}

#[test]
fn a_rise_just_below_the_limit_is_not_rounded_up_to_it() {
    let (document, _) = paper_of("max-without-vote", "Bristol");
    let words = markdown(&document);
    let expected = "The council would raise its own part of the bill by 4.99% in every band.";
    assert!(words.contains(expected), "{words}");
}

#[test]
fn a_paper_without_a_vote_speaks_of_no_winning() {
    for (key, authority) in CASES {
        let (document, briefing) = paper_of(key, authority);
        let page = read_aloud(&html(&document)).to_lowercase();
        assert_eq!(
            page.contains("would it be carried?"),
            briefing.has_vote(),
            "{key} {authority}"
        );
        assert_eq!(
            page.contains("probability of winning"),
            briefing.has_vote(),
            "{key} {authority}"
        );
    }
}

#[test]
fn a_page_needs_nothing_but_itself() {
    let (document, _) = paper_of("williamson-2018", "Derby");
    let page = html(&document);
    for part in [
        "<script", "<link", "<img", "<iframe", "src=", "url(", "@import",
    ] {
        assert!(!page.contains(part), "{part}");
    }
    assert!(page.contains("<svg"), "the charts stand in the page");
}

#[test]
fn the_same_proposal_gives_the_same_paper() {
    let (first, _) = paper_of("gentle-efgh", "Sandwell");
    let (second, _) = paper_of("gentle-efgh", "Sandwell");
    assert_eq!(html(&first), html(&second));
    assert_eq!(markdown(&first), markdown(&second));
}

#[test]
fn a_run_gathered_in_memory_has_the_very_files_of_a_folder() {
    let run = run_of("gentle-efgh", "Sandwell");
    let in_memory = gathered(&run, &Format::ALL);
    let parent = tempfile::tempdir().unwrap();
    let place = Place::Named(parent.path().join("out"));
    let into = OutputFolder::open(place, false).unwrap();
    let wanted = Wanted {
        formats: &Format::ALL,
        pdf: None,
    };
    folder::of_run(&run.0, &run.1, &run.2, wanted, &into).unwrap();
    let written = into.written();
    let place = into.commit().unwrap();
    let names: Vec<&String> = in_memory.iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        written.iter().map(|file| &file.name).collect::<Vec<_>>()
    );
    for (name, bytes) in &in_memory {
        let on_disk = std::fs::read(place.join(name)).unwrap();
        assert!(on_disk == *bytes, "{name} differs");
    }
    for name in ["datapackage.json", "draws.parquet", "charts/yes-share.png"] {
        assert!(names.iter().any(|known| *known == name), "{name}");
    }
}

#[test]
fn a_single_file_is_the_same_whatever_else_is_asked_for() {
    let run = run_of("max-without-vote", "Bristol");
    let all = gathered(&run, &Format::ALL);
    for format in Format::ALL {
        let few = gathered(&run, &[format]);
        for (name, bytes) in &all {
            let needs = Format::of_file(name).unwrap_or_else(|| panic!("{name} has no format"));
            let found = few.iter().find(|(known, _)| known == name);
            if name == "datapackage.json" {
                assert!(found.is_some_and(|(_, few)| few != bytes));
            } else if needs.is_empty() || needs == [format] {
                assert!(found.is_some_and(|(_, few)| few == bytes), "{name} differs");
            } else {
                assert!(found.is_none(), "{name} takes {needs:?}, not {format:?}");
            }
        }
    }
}

#[test]
fn the_rows_behind_every_chart_are_a_table_of_the_run() {
    for (key, authority) in [CASES[0], CASES[2], CASES[5]] {
        let (prepared, outcomes, briefing) = run_of(key, authority);
        let figures = figures::of_run(&prepared, &outcomes, &briefing).unwrap();
        let tables = gathered(&(prepared, outcomes, briefing), &[Format::Csv]);
        for figure in figures {
            let file = format!("{}.csv", figure.rows);
            assert!(
                tables.iter().any(|(name, _)| *name == file),
                "{}",
                figure.name
            );
        }
    }
}

/// The briefing on proposals compared, its league, and each one's key and title.
fn comparison_of(
    keys: &[&str],
    authority: &str,
) -> (Document, Vec<ProposalRank>, Vec<(String, String)>) {
    let world = World::embedded(Some("2026-27")).unwrap();
    let prepared: Vec<_> = keys
        .iter()
        .map(|key| {
            let mut scenario = Scenario::load(key, &Names::of(&world.assumptions)).unwrap();
            (scenario, _) = scenario.for_authority(authority);
            scenario.draws = 200;
            prepare(&scenario, &world).unwrap()
        })
        .collect();
    let outcomes: Vec<_> = prepared.iter().map(|one| run(one, &NoObserver)).collect();
    let briefings: Vec<_> = prepared
        .iter()
        .zip(&outcomes)
        .map(|(one, drawn)| briefing(one, drawn, &scenario_file::toml(&one.scenario), &[]).unwrap())
        .collect();
    let compared: Vec<_> = prepared
        .iter()
        .zip(&briefings)
        .map(|(prepared, briefing)| Compared { prepared, briefing })
        .collect();
    let ranked: Vec<_> = compared
        .iter()
        .map(|one| (one.prepared.scenario.key.as_str(), one.briefing))
        .collect();
    let league = proposals(&ranked);
    let drawn: Vec<_> = prepared.iter().zip(&outcomes).collect();
    let document = paper::of_compare(
        &compared,
        &[],
        &league,
        &briefings[0].warnings,
        &briefings[0].provenance,
        &figures::of_compare(&drawn),
    );
    let names = compared
        .iter()
        .map(|one| {
            (
                one.prepared.scenario.key.clone(),
                one.briefing.title.clone(),
            )
        })
        .collect();
    (document, league, names)
}

#[test]
fn a_comparison_says_of_every_proposal_what_it_is_and_where_it_stands() {
    let (document, league, names) = comparison_of(
        &["williamson-2018", "uniform-15", "max-without-vote"],
        "Derby",
    );
    let page = read_aloud(&html(&document));
    for (key, title) in names {
        let name = format!("{key}: {title}");
        assert!(page.contains(&name), "{name}");
    }
    for table in tables_of(&document) {
        assert!(!table.caption.is_empty());
        for row in &table.rows {
            assert_eq!(row.len(), table.columns.len(), "{}", table.caption);
        }
    }
    // A proposal without a vote is not ranked by what only a vote has.
    let won = league.iter().filter(|row| row.figure == "win_probability");
    assert!(won.clone().count() == 2 && won.clone().all(|row| row.of == 2));
    // Two of them freeze nobody: they share the second rank.
    let frozen = "share_frozen_dwellings_own_element";
    let ranks: Vec<usize> = (league.iter())
        .filter(|row| row.figure == frozen)
        .map(|row| row.rank)
        .collect();
    assert_eq!(ranks, [1, 2, 2]);
    assert!(page.contains("=2 of 3"));
}

#[test]
fn proposals_of_other_kinds_are_not_ranked_by_what_is_over_another_thing() {
    let keys = ["gentle-efgh", "max-without-vote", "scotland-2017"];
    let (document, league, _) = comparison_of(&keys, "Derby");
    for figure in ["net_yield_vs_no_pounds", "collected_pounds"] {
        let ranked = league.iter().filter(|row| row.figure == figure);
        let whose: Vec<&str> = ranked.map(|row| row.scenario.as_str()).collect();
        assert_eq!(whose, ["gentle-efgh"], "{figure}");
    }
    let today = league
        .iter()
        .filter(|row| row.figure == "net_yield_vs_today_pounds");
    assert_eq!(today.count(), 3);
    let page = read_aloud(&html(&document));
    for words in [
        "a No (4.99%)",
        "the most that needs no vote (4.99%)",
        "the same year without it",
        "over today (pounds a year)",
        "scotland-2017: what the change of the law does to the whole bill",
    ] {
        assert!(page.contains(words), "{words}");
    }
    assert!(!page.contains("Headline rise on the ballot paper"));
}

#[test]
fn where_no_vote_is_held_a_comparison_says_nothing_of_a_no() {
    let (document, league, _) = comparison_of(&["gentle-efgh", "uniform-15"], "Cardiff");
    assert!(
        league
            .iter()
            .all(|row| row.figure != "net_yield_vs_no_pounds")
    );
    let tables = tables_of(&document);
    let names: Vec<String> = (tables.iter())
        .flat_map(|table| table.rows.iter().map(|row| row[0].clone()))
        .collect();
    assert!(
        names.contains(&"Raised over a freeze, a year, as budgeted".to_owned()),
        "{names:?}"
    );
    for name in &names {
        assert!(
            !name.contains("over a No") && !name.contains("ballot paper"),
            "{name}"
        );
    }
}
