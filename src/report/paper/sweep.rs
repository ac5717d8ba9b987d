//! The briefing on many authorities.

use std::collections::BTreeSet;

use super::super::card::{chance, percent, pounds};
use super::super::document::{Block, Column, Document, Fact, Figure, Setting, Table, Text};
use super::super::figures::MOST_SCENARIOS;
use super::super::league::LeagueRow;
use super::super::results::{LICENCE, TableProvenance};
use super::super::sweep::{
    Among, CardRow, Caveat, Joined, Kind, Manifest, SweepScenario, TARGET, by_kind, reaches_both,
    reasons,
};
use super::super::text::capital;
use super::run::{Paper, joined as listed, millions, short};
use crate::domain::money::thousands;

/// Rows at each end of a league table.
const ENDS: usize = 10;
/// Reasons of failures that are told.
const MOST_REASONS: usize = 8;

/// The briefing on a sweep: what was applied to whom, who reaches the share frozen, what is raised where,
/// where a vote would be won, every caveat with how many have it, and from what it was made.
///
/// `tables` are the embedded tables that figures come from; `figures` are the charts of the sweep.
pub fn of_sweep(
    manifest: &Manifest,
    joined: &Joined,
    league: &[LeagueRow],
    tables: &[TableProvenance],
    figures: &[Figure],
) -> Document {
    let mut paper = Paper {
        blocks: Vec::new(),
        figures,
    };
    in_short(manifest, joined, &mut paper);
    if manifest.scenarios.len() <= MOST_SCENARIOS {
        for (index, one) in manifest.scenarios.iter().enumerate() {
            let rows = of_scenario(joined, &one.scenario);
            if rows.is_empty() {
                continue;
            }
            if manifest.scenarios.len() > 1 {
                paper.section(&format!("{}: {}", one.scenario, one.title));
            }
            let league: Vec<&LeagueRow> = (league.iter())
                .filter(|row| row.scenario == one.scenario)
                .collect();
            scenario(index, &rows, &league, manifest, &mut paper);
        }
    }
    failures(manifest, joined, &mut paper);
    caveats(joined, &mut paper);
    annex(manifest, joined, tables, &mut paper);
    let first = &manifest.scenarios[0];
    Document {
        title: title(manifest),
        subtitle: subtitle(manifest, joined),
        blocks: paper.blocks,
        footer: format!(
            "{} {}, {}, {}. It models proposals and takes no side.",
            manifest.program,
            manifest.version,
            match manifest.scenarios.len() {
                1 => format!("scenario {} ({})", first.scenario, &short(&first.sha256)),
                n => format!("{n} scenarios"),
            },
            luck(manifest)
        ),
    }
}

fn subtitle(manifest: &Manifest, joined: &Joined) -> String {
    let years: BTreeSet<&str> = (joined.rows.iter())
        .map(|row| row.vote_year.as_str())
        .collect();
    let years: Vec<String> = years.into_iter().map(str::to_owned).collect();
    let what = match manifest.scenarios.len() {
        1 => "the same proposal applied to each authority",
        _ => "the same proposals applied to each authority",
    };
    let whose = match years.len() {
        0 => String::new(),
        1 => format!(" applied to the budget of {}", years[0]),
        _ => format!(" applied to the budgets of {}", listed(&years)),
    };
    format!(
        "Briefing on a sweep: {what}. Published figures of {}{whose}.",
        manifest.vintage
    )
}

/// Draws and seed where all scenarios have the same.
fn luck(manifest: &Manifest) -> String {
    let first = &manifest.scenarios[0];
    let same = |one: &SweepScenario| (one.draws, one.seed) == (first.draws, first.seed);
    if manifest.scenarios.iter().all(same) {
        format!(
            "{} draws for each authority, seed {}",
            thousands(u64::from(first.draws)),
            first.seed
        )
    } else {
        "draws and seed of each scenario in scenarios.csv".to_owned()
    }
}

fn title(manifest: &Manifest) -> String {
    let whom = count(
        manifest.authorities.len(),
        "billing authority",
        "billing authorities",
    );
    match manifest.scenarios.as_slice() {
        [only] => format!("{whom}: {}", only.title),
        more => format!("{whom}: {} proposals", more.len()),
    }
}

fn count(n: usize, one: &str, many: &str) -> String {
    format!(
        "{} {}",
        thousands(n as u64),
        if n == 1 { one } else { many }
    )
}

fn of_scenario<'a>(joined: &'a Joined, scenario: &str) -> Vec<&'a CardRow> {
    (joined.rows.iter())
        .filter(|row| row.scenario == scenario)
        .collect()
}

/// Rows of authorities, kind by kind.
type Kinds<'a> = Vec<(Kind, Vec<&'a CardRow>)>;

/// Rows of one kind; none where no authority is of it.
fn of_kind<'a>(kinds: &Kinds<'a>, kind: Kind) -> Vec<&'a CardRow> {
    let held = kinds.iter().find(|(known, _)| *known == kind);
    held.map_or_else(Vec::new, |(_, held)| held.clone())
}

/// What of some authorities is counted.
struct Counts {
    authorities: usize,
    dwellings: i64,
    reach: usize,
    share_frozen: Option<f64>,
    raise: usize,
    both: usize,
    net: f64,
    likely: usize,
}

impl Counts {
    fn of(rows: &[&CardRow]) -> Self {
        let counted = |holds: fn(&CardRow) -> bool| rows.iter().filter(|row| holds(row)).count();
        let dwellings: i64 = rows.iter().map(|row| row.n_dwellings).sum();
        let frozen: f64 = rows
            .iter()
            .map(|row| row.share_frozen * row.n_dwellings as f64)
            .sum();
        Self {
            authorities: rows.len(),
            dwellings,
            reach: counted(|row| row.share_frozen >= TARGET),
            share_frozen: (dwellings > 0).then(|| frozen / dwellings as f64),
            raise: counted(|row| row.raised() > 0.0),
            both: counted(reaches_both),
            net: rows.iter().map(|row| row.raised()).sum(),
            likely: counted(|row| row.win_probability.is_some_and(|chance| chance > 0.5)),
        }
    }
}

fn in_short(manifest: &Manifest, joined: &Joined, paper: &mut Paper<'_>) {
    paper.section("In short");
    let whom = count(
        manifest.authorities.len(),
        "billing authority",
        "billing authorities",
    );
    let what = match manifest.scenarios.as_slice() {
        [only] => format!("The proposal “{}” ({})", only.title, only.scenario),
        more => format!("{} proposals", more.len()),
    };
    paper.say(format!(
        "{what} {} applied to {whom} of England and Wales, each with its own homes, bills and tax base: {} of {} \
         done{}. The same percentages do other things in other places, because homes lie in other bands and \
         the council's own part of the bill differs.",
        if manifest.scenarios.len() == 1 { "was" } else { "were each" },
        thousands(joined.rows.len() as u64),
        count(manifest.jobs(), "case", "cases"),
        match joined.failures.len() {
            0 => String::new(),
            failed => format!(", {failed} without a result (see below)"),
        }
    ));
    if let [only] = manifest.scenarios.as_slice() {
        let rows = of_scenario(joined, &only.scenario);
        let kinds = by_kind(&rows);
        if kinds.is_empty() {
            paper.say("No authority has a result; why stands below.");
        } else {
            paper.say(sentences(&kinds));
            facts(&kinds, &rows, paper);
        }
    } else if joined.rows.is_empty() {
        paper.say("No authority has a result; why stands below.");
    } else {
        paper.table(scenarios_table(manifest, joined));
        if manifest.scenarios.len() > MOST_SCENARIOS {
            paper.say(
                "So many proposals have no section each: league.csv ranks the authorities under every one of \
                 them, and authorities.csv has all their figures.",
            );
        }
    }
}

/// What came of one proposal, in a paragraph.
fn sentences(kinds: &Kinds<'_>) -> String {
    let told = kinds
        .iter()
        .flat_map(|(kind, held)| of_one_kind(*kind, held));
    told.collect::<Vec<_>>().join(" ")
}

/// What came of it for authorities of one kind.
fn of_one_kind(kind: Kind, held: &[&CardRow]) -> Vec<String> {
    let counts = Counts::of(held);
    let whom = count(counts.authorities, "authority", "authorities");
    let target = percent(TARGET, 0);
    let [reach, raise, both, likely, all] = [
        counts.reach,
        counts.raise,
        counts.both,
        counts.likely,
        counts.authorities,
    ]
    .map(|n| thousands(n as u64));
    let frozen = format!("{target} or more of the homes would be frozen");
    match kind {
        Kind::Vote => vec![
            format!(
                "{whom} would have to hold a referendum. In {reach} of them {target} or more of the homes would see \
                 no rise in the council's own part of the bill; {raise} of them would raise more than after a No \
                 (a lost vote, which brings the largest rise that needs none), and {both} would do both."
            ),
            format!(
                "The model puts the probability of winning above one half in {likely} of {all}."
            ),
        ],
        Kind::NoVote => vec![format!(
            "In {whom} no referendum is needed: those are counted apart, and what they raise is set against the \
             largest rise that needs none. {raise} of them would raise more than it, and in {reach} of them {frozen}."
        )],
        Kind::Freeze => vec![format!(
            "In {whom} no referendum is needed and a No has no rise of its own: those are counted apart, and what \
             they raise is set against a freeze; in {reach} of them {frozen}."
        )],
        Kind::Order | Kind::Act => {
            let takes = match kind {
                Kind::Order => "an order for the whole nation",
                _ => "an Act of Parliament",
            };
            let mut told = vec![format!(
                "In {whom} it is not for the council to decide, and there is no vote: it takes {takes}. What the \
                 council itself would have is set against the same year without it: {raise} of {all} would have \
                 more; in {reach} of them {frozen}."
            )];
            let taken: Vec<f64> = held.iter().filter_map(|row| row.exchequer).collect();
            if !taken.is_empty() {
                told.push(format!(
                    "The Exchequer would have {} a year from {}.",
                    millions(taken.iter().sum()),
                    count(taken.len(), "authority", "authorities")
                ));
            }
            told
        }
        Kind::Voluntary => vec![format!(
            "In {whom} residents would be asked to give: nobody owes it, and there is no vote. They would give {} a \
             year in all, on average over the draws.",
            millions(counts.net)
        )],
    }
}

fn facts(kinds: &Kinds<'_>, rows: &[&CardRow], paper: &mut Paper<'_>) {
    let voting = of_kind(kinds, Kind::Vote);
    let every = Counts::of(rows);
    let of = |part: usize, whole: usize| {
        format!("{} of {}", thousands(part as u64), thousands(whole as u64))
    };
    let mut facts = vec![Fact {
        label: format!("Authorities with {} of homes frozen", percent(TARGET, 0)),
        value: of(every.reach, every.authorities),
        base: "authorities with a result; frozen: the council's own part of the bill does not rise in pounds"
            .to_owned(),
    }];
    if let Some(share) = every.share_frozen {
        facts.push(Fact {
            label: "Homes frozen, all authorities together".to_owned(),
            value: percent(share, 1),
            base: format!(
                "of {} homes on the valuation lists",
                thousands(every.dwellings.unsigned_abs())
            ),
        });
    }
    for (kind, held) in kinds {
        let counts = Counts::of(held);
        if *kind == Kind::Voluntary {
            facts.push(Fact {
                label: "Given by residents".to_owned(),
                value: format!("{} a year", millions(counts.net)),
                base: format!(
                    "{} together, on average over the draws",
                    count(counts.authorities, "authority", "authorities")
                ),
            });
            continue;
        }
        facts.push(Fact {
            label: match kind {
                Kind::Vote => "Raise more than after a No".to_owned(),
                kind => format!("Raise more than {}", kind.over()),
            },
            value: of(counts.raise, counts.authorities),
            base: format!("{}; {} a year together", kind.whose(), millions(counts.net)),
        });
        let taken: Vec<f64> = held.iter().filter_map(|row| row.exchequer).collect();
        if !taken.is_empty() {
            facts.push(Fact {
                label: "The Exchequer's part".to_owned(),
                value: format!("{} a year", millions(taken.iter().sum())),
                base: format!(
                    "{} together",
                    count(taken.len(), "authority", "authorities")
                ),
            });
        }
    }
    if !voting.is_empty() {
        let with = Counts::of(&voting);
        facts.push(Fact {
            label: format!("{} of homes frozen, and more raised", percent(TARGET, 0)),
            value: of(with.both, with.authorities),
            base: Kind::Vote.whose().to_owned(),
        });
        facts.push(Fact {
            label: "More likely won than lost".to_owned(),
            value: of(with.likely, with.authorities),
            base: format!(
                "{}; the highest probability of winning is {}",
                Kind::Vote.whose(),
                chance(highest(&voting))
            ),
        });
    }
    paper.blocks.push(Block::Facts(facts));
}

fn highest(voting: &[&CardRow]) -> f64 {
    (voting.iter())
        .filter_map(|row| row.win_probability)
        .fold(0.0, f64::max)
}

/// One row a proposal and kind of authority, for several proposals.
fn scenarios_table(manifest: &Manifest, joined: &Joined) -> Table {
    let mut rows = Vec::new();
    for one in &manifest.scenarios {
        let held = of_scenario(joined, &one.scenario);
        for (kind, held) in by_kind(&held) {
            let counts = Counts::of(&held);
            let of = |part: usize| format!("{part} of {}", counts.authorities);
            rows.push(vec![
                one.scenario.clone(),
                kind.needs().to_owned(),
                of(counts.reach),
                counts
                    .share_frozen
                    .map_or(String::new(), |share| percent(share, 1)),
                of(counts.raise),
                of(counts.both),
                millions(counts.net),
                match kind {
                    Kind::Vote => of(counts.likely),
                    _ => String::new(),
                },
            ]);
        }
    }
    Table {
        caption: "The proposals: counts of authorities, and what they raise together".to_owned(),
        columns: vec![
            Column::words("Proposal"),
            Column::words("Authorities"),
            Column::figures(format!("With {} of homes frozen", percent(TARGET, 0))),
            Column::figures("Homes frozen, of all homes"),
            Column::figures("Raise more"),
            Column::figures("Do both"),
            Column::figures("Net yield, a year"),
            Column::figures("More likely won than lost"),
        ],
        rows,
        note: format!(
            "Frozen: the council's own part of the bill does not rise in pounds. Raise more, net yield: {}",
            over_what(&by_kind(&joined.rows.iter().collect::<Vec<_>>()))
        ),
    }
}

/// What yields are over, for the kinds that there are.
fn over_what(kinds: &Kinds<'_>) -> String {
    let words: Vec<String> = (kinds.iter())
        .map(|(kind, _)| match kind {
            Kind::Voluntary => {
                "voluntary: what residents give, on average over the draws".to_owned()
            }
            kind => format!("{}: over {}", kind.needs(), kind.over()),
        })
        .collect();
    let gifts_alone = kinds.iter().all(|(kind, _)| *kind == Kind::Voluntary);
    let how = match gifts_alone {
        true => "",
        false => "after relief, at budgeted collection; ",
    };
    format!("{how}{}.", words.join("; "))
}

fn scenario(
    index: usize,
    rows: &[&CardRow],
    league: &[&LeagueRow],
    manifest: &Manifest,
    paper: &mut Paper<'_>,
) {
    let kinds = by_kind(rows);
    let voting = of_kind(&kinds, Kind::Vote);
    let several = manifest.scenarios.len() > 1;
    let heading = |paper: &mut Paper<'_>, words: &str| {
        if several {
            paper.part(words);
        } else {
            paper.section(words);
        }
    };
    if several {
        paper.say(sentences(&kinds));
    }
    // As charts are named: numbered where there are several scenarios.
    let map = |paper: &mut Paper<'_>, name: &str, table: &Table| {
        let name = match several {
            true => format!("{name}-{}", index + 1),
            false => name.to_owned(),
        };
        if let Some(figure) = paper.figures.iter().find(|figure| figure.name == name) {
            // All authorities would fill pages; they stand in league.csv.
            paper.blocks.push(Block::Figure(Figure {
                table: table.clone(),
                ..figure.clone()
            }));
        }
    };
    let of = |among: Among, figure: &str| {
        let held = league.iter().copied();
        held.filter(|row| row.figure == figure && row.among == among.name())
            .collect::<Vec<_>>()
    };
    heading(paper, "Who is frozen");
    let table = ends(
        "Share of homes frozen, of all homes of the authority",
        &of(Among::All, "share_frozen_dwellings_own_element"),
        &|share| percent(share, 1),
        "",
    );
    map(paper, "map-frozen", &table);
    paper.table(table);
    paper.table(kinds_table(&kinds));
    heading(paper, "What it raises, and where");
    for (kind, _) in &kinds {
        let (figure, chart) = yields_of(*kind);
        let figures = of(Among::Of(*kind), figure);
        let per_home = figure.ends_with("_per_dwelling");
        // A change of the law may bring the council nothing.
        let changed = matches!(kind, Kind::Order | Kind::Act);
        if changed && figures.iter().all(|row| row.value.abs() < 0.005) {
            continue;
        }
        let table = ends(
            &if per_home {
                format!(
                    "Net yield over {}, pounds a year per home of the authority ({})",
                    kind.over(),
                    kind.whose()
                )
            } else {
                format!("Given by residents, pounds a year ({})", kind.whose())
            },
            &figures,
            &|value| pounds(value, 0),
            if per_home {
                "After relief, at budgeted collection, over all homes, frozen or not. A district's own part is a \
                 small part of the bill, so the same percentages bring it few pounds."
            } else {
                "On average over the draws."
            },
        );
        map(paper, chart, &table);
        paper.table(table);
    }
    let table = ends(
        "What the Exchequer has, pounds a year",
        &of(Among::Of(Kind::Act), "exchequer_yield_pounds"),
        &|value| pounds(value, 0),
        "It need not stay in the area.",
    );
    if !table.rows.is_empty() {
        map(paper, "map-exchequer", &table);
        paper.table(table);
    }
    paper.apart(Setting::OnScreen, |paper| {
        paper.table(yields_table(&kinds));
    });
    if voting.is_empty() {
        return;
    }
    heading(paper, "Where a vote would be won");
    paper.say(votes_in_words(&voting));
    let error = (voting.iter())
        .filter_map(|row| row.win_probability_error)
        .fold(0.0, f64::max);
    let table = ends(
        "Probability of winning (authorities that hold a vote)",
        &of(Among::Of(Kind::Vote), "win_probability"),
        &chance,
        &format!(
            "Give or take up to {:.1} points from chance alone, as draws are finite in number: neighbours are \
             not told apart.",
            100.0 * error
        ),
    );
    map(paper, "map-win", &table);
    paper.table(table);
}

/// The figure of the league tables and the map that show what authorities of a kind raise.
const fn yields_of(kind: Kind) -> (&'static str, &'static str) {
    const NET: &str = "net_yield_vs_no_pounds_per_dwelling";
    match kind {
        Kind::Vote => (NET, "map-yield"),
        Kind::NoVote => (NET, "map-yield-no-vote"),
        Kind::Freeze => (NET, "map-yield-freeze"),
        Kind::Order | Kind::Act => (NET, "map-yield-change"),
        Kind::Voluntary => ("contributions_pounds", "map-given"),
    }
}

/// How wide the share of Yes is, in words.
fn votes_in_words(voting: &[&CardRow]) -> String {
    let mut shares: Vec<f64> = voting.iter().filter_map(|row| row.yes_share).collect();
    shares.sort_by(f64::total_cmp);
    let mut widths: Vec<f64> = (voting.iter())
        .filter_map(|row| row.yes_range.map(|(low, high)| high - low))
        .collect();
    widths.sort_by(f64::total_cmp);
    let (Some(low), Some(high), Some(width)) = (shares.first(), shares.last(), middle(&widths))
    else {
        return "No draw of any vote agrees with the evidence.".to_owned();
    };
    format!(
        "On average over the draws, from {} to {} of votes cast say Yes, by authority. In one authority the range that \
         holds nine draws in ten is {:.0} points wide in the middle case: what is not known of voters moves every \
         authority more than authorities differ. Read who is more and who is less likely to win, not how likely. \
         More than half of votes cast is needed.",
        percent(*low, 0),
        percent(*high, 0),
        100.0 * width
    )
}

/// The middle of sorted values; the mean of the two middle ones of an even number.
fn middle(sorted: &[f64]) -> Option<f64> {
    let half = sorted.len() / 2;
    let upper = sorted.get(half)?;
    Some(if sorted.len().is_multiple_of(2) {
        f64::midpoint(sorted[half - 1], *upper)
    } else {
        *upper
    })
}

/// The kinds of billing authorities, by the letters and digits that their ONS codes begin with.
const KINDS: [(&str, &str); 5] = [
    ("E06", "Unitary authorities"),
    ("E07", "Districts within a county"),
    ("E08", "Metropolitan districts"),
    ("E09", "London boroughs and the City"),
    ("W06", "Welsh authorities"),
];

/// What comes of the proposal in each kind of authority.
fn kinds_table(kinds: &Kinds<'_>) -> Table {
    let mut rows = Vec::new();
    for (kind, held) in kinds {
        let needs = match kind {
            Kind::Vote => String::new(),
            kind => format!(", {}", kind.needs()),
        };
        for (code, name) in KINDS {
            let held: Vec<&CardRow> = (held.iter().copied())
                .filter(|row| row.authority_code.starts_with(code))
                .collect();
            if held.is_empty() {
                continue;
            }
            let counts = Counts::of(&held);
            let spread = |value: &dyn Fn(&CardRow) -> Option<f64>, show: &dyn Fn(f64) -> String| {
                let mut values: Vec<f64> = held.iter().filter_map(|row| value(row)).collect();
                values.sort_by(f64::total_cmp);
                match (values.first(), middle(&values), values.last()) {
                    (Some(low), _, Some(high)) if show(*low) == show(*high) => show(*low),
                    (Some(low), Some(half), Some(high)) => {
                        format!("{} ({} to {})", show(half), show(*low), show(*high))
                    }
                    _ => String::new(),
                }
            };
            rows.push(vec![
                format!("{name}{needs}"),
                thousands(counts.authorities as u64),
                thousands(counts.reach as u64),
                spread(&|row| Some(row.share_frozen), &|share| percent(share, 0)),
                spread(&CardRow::yield_per_dwelling, &|value| pounds(value, 0)),
                spread(&|row| row.win_probability, &chance),
            ]);
        }
    }
    Table {
        caption: "By kind of authority: the middle one, and in brackets the lowest to the highest"
            .to_owned(),
        columns: vec![
            Column::words("Kind"),
            Column::figures("Authorities"),
            Column::figures(format!("With {} of homes frozen", percent(TARGET, 0))),
            Column::figures("Homes frozen, of the authority's"),
            Column::figures("Net yield a year per home"),
            Column::figures("Probability of winning"),
        ],
        rows,
        note: format!("Net yield: {}", over_what(kinds)),
    }
}

/// Limits of the net yield per home that authorities are counted between, pounds a year.
const STEPS: [f64; 7] = [0.0, 25.0, 50.0, 100.0, 200.0, 400.0, 800.0];

/// How the yields are spread.
fn yields_table(kinds: &Kinds<'_>) -> Table {
    let held = |rows: &[&CardRow], low: f64, high: f64| {
        rows.iter()
            .filter_map(|row| row.yield_per_dwelling())
            .filter(|value| *value > low && *value <= high)
            .count()
    };
    let names = STEPS.windows(2).map(|ends| {
        let (low, high) = (pounds(ends[0], 0), pounds(ends[1], 0));
        format!("over {low}, up to {high}")
    });
    let names = std::iter::once("nothing, or a loss".to_owned())
        .chain(names)
        .chain([format!("over {}", pounds(STEPS[STEPS.len() - 1], 0))]);
    let limits: Vec<f64> = std::iter::once(f64::NEG_INFINITY)
        .chain(STEPS)
        .chain([f64::INFINITY])
        .collect();
    let rows = names.zip(limits.windows(2)).filter_map(|(name, ends)| {
        let counts: Vec<usize> = (kinds.iter())
            .map(|(_, rows)| held(rows, ends[0], ends[1]))
            .collect();
        let of =
            |(n, (_, rows)): (&usize, &(Kind, Vec<&CardRow>))| format!("{n} of {}", rows.len());
        let some = counts.iter().any(|n| *n > 0);
        some.then(|| {
            let cells = counts.iter().zip(kinds).map(of);
            std::iter::once(name).chain(cells).collect::<Vec<_>>()
        })
    });
    let heads = kinds.iter().map(|(kind, _)| {
        Column::figures(match kind {
            Kind::Voluntary => "Voluntary: given".to_owned(),
            kind => format!("{}: over {}", capital(kind.needs()), kind.over()),
        })
    });
    Table {
        caption: "How the net yield is spread: authorities by pounds a year per home".to_owned(),
        columns: std::iter::once(Column::words("Net yield a year per home"))
            .chain(heads)
            .collect(),
        rows: rows.collect(),
        note: String::new(),
    }
}

/// The first and the last of a league table; all of them where they are few.
fn ends(caption: &str, league: &[&LeagueRow], show: &dyn Fn(f64) -> String, note: &str) -> Table {
    let cells =
        |row: &LeagueRow| vec![row.rank.to_string(), row.authority.clone(), show(row.value)];
    let mut columns = vec![
        Column::figures("Rank"),
        Column::words("Authority"),
        Column::figures("Figure"),
    ];
    let few = league.len() <= 2 * ENDS;
    let rows = if few {
        league.iter().map(|row| cells(row)).collect()
    } else {
        columns = vec![
            Column::figures("Rank"),
            Column::words("Highest"),
            Column::figures("Figure"),
            Column::figures("Rank"),
            Column::words("Lowest"),
            Column::figures("Figure"),
        ];
        let last = league.iter().rev().take(ENDS);
        let pairs = league.iter().take(ENDS).zip(last);
        pairs
            .map(|(high, low)| [cells(high), cells(low)].concat())
            .collect()
    };
    // A rank that more authorities share than are shown.
    let shared = |row: Option<&&LeagueRow>| {
        let rank = row?.rank;
        let all = league.iter().filter(|row| row.rank == rank).count();
        (!few && all > ENDS).then(|| format!("{all} authorities share rank {rank}."))
    };
    let mut notes: Vec<String> = [shared(league.first()), shared(league.last())]
        .into_iter()
        .flatten()
        .collect();
    notes.dedup();
    if !note.is_empty() {
        notes.insert(0, note.to_owned());
    }
    Table {
        caption: match league.first() {
            Some(row) => format!("{caption}: ranks of {}", row.of),
            None => caption.to_owned(),
        },
        columns,
        rows,
        note: notes.join(" "),
    }
}

fn failures(manifest: &Manifest, joined: &Joined, paper: &mut Paper<'_>) {
    if joined.failures.is_empty() {
        return;
    }
    paper.section("Without a result");
    paper.say(format!(
        "{} of {} failed; failures.csv lists all of them.",
        thousands(joined.failures.len() as u64),
        count(manifest.jobs(), "case", "cases")
    ));
    let told = reasons(joined).into_iter().take(MOST_REASONS);
    paper.list(
        told.map(|(message, whose)| format!("{whose}: {message}."))
            .collect(),
    );
}

fn caveats(joined: &Joined, paper: &mut Paper<'_>) {
    if joined.caveats.is_empty() {
        return;
    }
    paper.section("Risks and caveats");
    let cases = joined.rows.len();
    let told = joined.caveats.iter().flat_map(|caveat| told(caveat, cases));
    let (shared, others): (Vec<_>, Vec<_>) = told.partition(|(jobs, _)| *jobs == cases);
    let words = |held: Vec<(usize, String)>| held.into_iter().map(|(_, words)| words).collect();
    paper.apart(Setting::Small, |paper| {
        if !shared.is_empty() {
            paper.part("Of all");
            paper.list(words(shared));
        }
        if !others.is_empty() {
            paper.part("Of some");
            paper.list(words(others));
        }
        paper.say("warnings.csv has the caveats of each authority.");
    });
}

/// A caveat in sentences, with how many cases have each; one for all where they differ too much.
fn told(caveat: &Caveat, cases: usize) -> Vec<(usize, String)> {
    let of = |jobs: usize| format!("{} of {}", thousands(jobs as u64), thousands(cases as u64));
    // Marks of code are for the terminal.
    let plain = |message: &str| message.replace('`', "");
    if caveat.sentences.len() <= Caveat::MOST {
        let sentences = caveat.sentences.iter();
        return sentences
            .map(|(message, jobs, _)| match *jobs {
                all if all == cases => (all, plain(message)),
                some => (some, format!("{}: {}", of(some), plain(message))),
            })
            .collect();
    }
    let (message, _, authority) = &caveat.sentences[0];
    let whose = if caveat.jobs == cases {
        "Each".to_owned()
    } else {
        format!("{}, each", of(caveat.jobs))
    };
    vec![(
        caveat.jobs,
        format!(
            "{whose} in its own words; for example {authority}: {}",
            plain(message)
        ),
    )]
}

fn annex(manifest: &Manifest, joined: &Joined, tables: &[TableProvenance], paper: &mut Paper<'_>) {
    let votes = joined.rows.iter().any(CardRow::has_vote);
    let relief = joined.rows.iter().any(|row| row.relief > 0.0);
    paper.section("Words, method and sources");
    paper.apart(Setting::Small, |paper| {
        paper.part("Words");
        let words = [
            (
                "Billing authority",
                "the council that sends the bills: a unitary authority, a district, a metropolitan district, a London \
                 borough, or a Welsh authority",
            ),
            (
                "Own part",
                "what that council itself charges; the rest of the bill goes to the county, the police and the other \
                 authorities on it",
            ),
            (
                "Frozen",
                "in a valuation band whose own part does not rise in pounds over today; the whole bill may rise all the \
                 same",
            ),
            (
                "No",
                "what follows if a referendum is lost: the largest rise that needs none, for every band. It is no \
                 freeze",
            ),
            (
                "Net yield",
                "what the council would have more in a year after relief, at budgeted collection",
            ),
            (
                "Relief",
                "part of a bill given back to a class of homes under section 13A(1)(c) of the Local Government \
                 Finance Act 1992, paid for by the council alone",
            ),
            (
                "Draw",
                if votes {
                    "one run of the model with every unknown set by luck within what is believed of it; the unknowns \
                     of voters are the same in every authority"
                } else {
                    "one run of the model with every unknown set by luck within what is believed of it"
                },
            ),
            (
                "Rank",
                "1 is the highest figure, which need not be the best; equal figures share a rank",
            ),
        ];
        let used = |(word, _): &(&str, &str)| match *word {
            "No" => votes,
            "Relief" => relief,
            _ => true,
        };
        let words = words.into_iter().filter(used);
        let words = words.map(|(word, meaning)| Text::new().strong(word).plain(format!(": {meaning}.")));
        paper.blocks.push(Block::List(words.collect()));
        paper.part("Method");
        let mut points = vec![
            "Each authority is modelled as in a run of its own: its tax base by band, its amounts, its referendum \
             principle, its wards. What a scenario states of its own authority is left out for another. METHOD.md, \
             which comes with the program, has the model."
                .to_owned(),
        ];
        if votes {
            points.push(
                "Each voter is taken to say Yes or No by what she believes a Yes would cost her and by the mood of the \
                 day; what is not known is drawn from stated beliefs, weighed by past ballots and a survey. METHOD.md \
                 has how it did on past ballots."
                    .to_owned(),
            );
        }
        paper.list(points);
        paper.part("Sources");
        let vintage = format!("{}/", manifest.vintage);
        let others = ["wards", "band_proportions", "principles", "inputs", "ballots", "surveys", "authorities_hex"];
        let bears = |table: &&TableProvenance| {
            let of_votes = ["ballots", "surveys"].contains(&table.name.as_str());
            table.name.starts_with(&vintage) || (votes || !of_votes) && others.contains(&table.name.as_str())
        };
        let sources = tables.iter().filter(bears).map(|table| {
            Text::new().strong(table.name.replace('_', " ")).plain(format!(
                ": {} ({}; standing {}).",
                table.source, table.date, table.standing
            ))
        });
        paper.blocks.push(Block::List(sources.collect()));
        paper.say(format!(
            "Standing: S sourced, H high confidence, M medium, J judgement. provenance.json has every table \
             with its hash. {LICENCE}"
        ));
        paper.part("From what it was made");
        paper.list(made_from(manifest));
    });
}

fn made_from(manifest: &Manifest) -> Vec<String> {
    const MOST_NAMED: usize = 6;
    let mut points = vec![format!("{} {}.", manifest.program, manifest.version)];
    for one in manifest.scenarios.iter().take(MOST_NAMED) {
        points.push(format!(
            "Scenario {}: {} draws, seed {}, SHA-256 {}.",
            one.scenario,
            thousands(u64::from(one.draws)),
            one.seed,
            one.sha256
        ));
    }
    if manifest.scenarios.len() > MOST_NAMED {
        let more = manifest.scenarios.len() - MOST_NAMED;
        points.push(format!("{more} more scenarios: see scenarios.csv."));
    }
    points.push(format!(
        "Figures of {}, SHA-256 of all tables {}.",
        manifest.vintage, manifest.data_sha256
    ));
    if let Some(sha256) = &manifest.vintage_sha256 {
        points.push(format!("Installed figures, SHA-256 {sha256}."));
    }
    if !manifest.overrides.is_empty() {
        points.push(format!(
            "Replaced on the command line: {}.",
            listed(&manifest.overrides)
        ));
    }
    points.push(
        "The same scenarios, authorities, figures, seed and version give the same bytes, in one go or in parts."
            .to_owned(),
    );
    points
}
