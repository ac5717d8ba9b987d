//! The briefing on one proposal.

use super::super::card::{
    chance, driver_lines, frozen_sentences, new_bands, no_vote, part_in_words, percent, pounds,
    share, signed, stated,
};
use super::super::days::DayRow;
use super::super::document::{Block, Column, Document, Fact, Figure, Quoted, Setting, Table, Text};
use super::super::figures::bill_of;
use super::super::medium_term::{
    gap_table, nothing_moves, service_sentence, services_opening, year_sentences, years_table,
};
use super::super::results::{Briefing, Provenance, TableProvenance};
use super::super::tables::{BandRow, SummaryRow};
use super::super::text::{capital, draws_in_words, name_on_ballot};
use super::super::{needs, perception, who_pays};
use crate::domain::money::thousands;
use crate::domain::schedule::{Levy, RatioChange};
use crate::domain::{AreaKind, Detail, Learning, Limit, Proposal, Rise};
use crate::simulation::Prepared;
use crate::tax::{BallotPaper, RouteOption, Verdict, calendar};

/// The briefing on one proposal: what it is, whether it is lawful, what it raises, who pays, whether it
/// would be carried, the years after, every caveat, sources, and from what it was made.
///
/// `figures` are the charts of the run; those that a proposal has no use for are not among them.
pub fn of_run(prepared: &Prepared, briefing: &Briefing, figures: &[Figure]) -> Document {
    let mut paper = Paper {
        blocks: Vec::new(),
        figures,
    };
    in_short(prepared, briefing, &mut paper);
    law(prepared, briefing, &mut paper);
    ballot(prepared, briefing, &mut paper);
    money(prepared, briefing, &mut paper);
    who(prepared, briefing, &mut paper);
    vote(prepared, briefing, &mut paper);
    years(prepared, briefing, &mut paper);
    caveats(briefing, &mut paper);
    annex(prepared, briefing, &mut paper);
    let provenance = &briefing.provenance;
    Document {
        title: format!(
            "{} {}: {}",
            briefing.authority, briefing.vote_year, briefing.title
        ),
        subtitle: subtitle(prepared, briefing),
        blocks: paper.blocks,
        footer: format!(
            "{} {}, scenario {} ({}), {}, seed {}. It models proposals and takes no side.",
            provenance.program,
            provenance.version,
            provenance.scenario,
            short(&provenance.scenario_sha256),
            draws_in_words(prepared.scenario.draws, prepared.scenario.points),
            provenance.seed
        ),
    }
}

/// A paper as it grows.
pub(super) struct Paper<'a> {
    pub(super) blocks: Vec<Block>,
    pub(super) figures: &'a [Figure],
}

impl Paper<'_> {
    pub(super) fn section(&mut self, heading: &str) {
        self.blocks.push(Block::Section(heading.to_owned()));
    }

    pub(super) fn part(&mut self, heading: &str) {
        self.blocks.push(Block::Part(heading.to_owned()));
    }

    pub(super) fn say(&mut self, text: impl Into<Text>) {
        self.blocks.push(Block::Paragraph(text.into()));
    }

    pub(super) fn list(&mut self, points: Vec<String>) {
        if !points.is_empty() {
            let points = points.into_iter().map(Text::from).collect();
            self.blocks.push(Block::List(points));
        }
    }

    pub(super) fn table(&mut self, table: Table) {
        if !table.rows.is_empty() {
            self.blocks.push(Block::Table(table));
        }
    }

    pub(super) fn figure(&mut self, name: &str) {
        if let Some(figure) = self.figures.iter().find(|figure| figure.name == name) {
            self.blocks.push(Block::Figure(figure.clone()));
        }
    }

    /// What `fill` adds, set apart.
    pub(super) fn apart(&mut self, setting: Setting, fill: impl FnOnce(&mut Self)) {
        let before = std::mem::take(&mut self.blocks);
        fill(self);
        let within = std::mem::replace(&mut self.blocks, before);
        if !within.is_empty() {
            self.blocks.push(Block::Group(setting, within));
        }
    }
}

fn subtitle(prepared: &Prepared, briefing: &Briefing) -> String {
    let source = match prepared.scenario.source.as_str() {
        "" => String::new(),
        source => format!(" Schedule: {source}."),
    };
    format!(
        "Briefing on a council tax proposal. Published figures of {} applied to the budget of {}.{source}",
        briefing.base_year, briefing.vote_year
    )
}

fn in_short(prepared: &Prepared, briefing: &Briefing, paper: &mut Paper<'_>) {
    paper.section("The proposal in short");
    let sentences = [
        what_changes(prepared, briefing),
        what_it_takes(prepared),
        what_it_brings(prepared, briefing),
        how_likely(prepared, briefing),
    ];
    let words: Vec<String> = sentences.into_iter().flatten().collect();
    paper.say(words.join(" "));
    paper.blocks.push(Block::Facts(facts(prepared, briefing)));
}

/// What bands pay under the proposal.
pub(super) fn what_changes(prepared: &Prepared, briefing: &Briefing) -> Option<String> {
    let called = prepared.record.authority.class.called();
    if !prepared.schedule.is_local() {
        let way = &prepared.route.modelled.way;
        return Some(format!("What is modelled: {way}. {}", national(prepared)));
    }
    let homes: i64 = briefing.bands.iter().map(|row| row.n_dwellings).sum();
    let mut frozen: Vec<&BandRow> = Vec::new();
    let mut raised: Vec<(String, Vec<&BandRow>)> = Vec::new();
    for row in &briefing.bands {
        if row.frozen {
            frozen.push(row);
            continue;
        }
        let change = change_in_words(row);
        match raised.last_mut() {
            Some((known, rows)) if *known == change => rows.push(row),
            _ => raised.push((change, vec![row])),
        }
    }
    let every_band = frozen.is_empty() && raised.len() == 1;
    let all_rise = raised.iter().all(|(change, _)| change.starts_with('+'));
    let raised: Vec<String> = raised
        .iter()
        .map(|(change, rows)| {
            let by = change.trim_start_matches(|sign| all_rise && sign == '+');
            let bands = if every_band {
                "every band".to_owned()
            } else {
                bands_in_words(rows)
            };
            format!("by {by} in {bands}")
        })
        .collect();
    let does = if all_rise { "raise" } else { "change" };
    let phased = prepared.scenario.terms.phase_in_years;
    let steps = if phased > 1 {
        format!(" These are the changes of the first of {phased} yearly steps.")
    } else {
        String::new()
    } + &terms_in_words(prepared);
    let some = if prepared.scenario.terms.leaves_out_premiums {
        " (but for empty and second homes)"
    } else {
        ""
    };
    if frozen.is_empty() {
        let changes = joined(&raised);
        return Some(format!(
            "The {called} would {does} its own part of the bill {changes}.{steps}"
        ));
    }
    let held: i64 = frozen.iter().map(|row| row.n_dwellings).sum();
    let all_held = raised.is_empty();
    let rest = if all_held {
        String::new()
    } else {
        format!(", and {does} it {}", joined(&raised))
    };
    Some(format!(
        "The {called} would keep its own part of the bill at today's pounds in {}{some}, which hold {} of the \
         area's {} dwellings ({}){rest}.{steps}",
        bands_in_words(&frozen),
        thousands(held.unsigned_abs()),
        thousands(homes.unsigned_abs()),
        percent(held as f64 / homes as f64, 1)
    ))
}

/// The terms of a proposal that treat some homes otherwise, each in a sentence.
fn terms_in_words(prepared: &Prepared) -> String {
    let terms = prepared.scenario.terms;
    let mut words = String::new();
    if terms.protects_reduction {
        words.push_str(" No home on council tax reduction pays more than before, in any band.");
    }
    if let Some(cap) = terms.cap {
        words.push_str(&format!(
            " No home pays more than {cap} a year more: where that binds, the rises here are smaller than those \
             of the schedule."
        ));
    }
    if terms.leaves_out_premiums {
        words.push_str(
            " Empty and second homes, which may be charged a premium, get no relief in any band.",
        );
    }
    words
}

/// What a change of the law, or a call for gifts, asks of whom.
fn national(prepared: &Prepared) -> String {
    let percent_of = |millionths: i64| format!("{}%", millionths as f64 / 10_000.0);
    let asks = match &prepared.scenario.proposal {
        Proposal::NationalRatios { ratios, .. } => {
            let moved: Vec<String> = (prepared.schedule.bands().iter())
                .filter_map(|&band| match ratios[band] {
                    RatioChange::By(rise) if rise == Rise::FREEZE => None,
                    RatioChange::By(rise) => Some(format!("{rise:+} in band {band}")),
                    RatioChange::To(ratio) => Some(format!(
                        "to {}/{} in band {band}",
                        ratio.numerator(),
                        ratio.denominator()
                    )),
                })
                .collect();
            format!(
                "The ratio of a bill to that in band D would change: {}.",
                joined(&moved)
            )
        }
        Proposal::ExtraBands { .. } => new_bands(prepared).join(" "),
        Proposal::Proportional {
            rate_millionths,
            second_home_rate_millionths,
        } => format!(
            "Each home would be charged {} of its value a year, second and empty homes {}, in place of council \
             tax.",
            percent_of(*rate_millionths),
            percent_of(*second_home_rate_millionths)
        ),
        Proposal::Surcharge { levy, .. } => match levy {
            Levy::ByValue(steps) => {
                let steps: Vec<String> = steps
                    .iter()
                    .map(|(from, amount)| {
                        format!(
                            "{} a year from a value of {}",
                            pounds(amount.pounds(), 0),
                            pounds(from.pounds(), 0)
                        )
                    })
                    .collect();
                format!("On top of council tax: {}.", joined(&steps))
            }
            Levy::ByBand(shares) => {
                let shares: Vec<String> = (prepared.schedule.bands().iter())
                    .filter(|band| shares[**band] != Rise::FREEZE)
                    .map(|band| format!("{} of the own part in band {band}", shares[*band]))
                    .collect();
                format!("On top of council tax: {}.", joined(&shares))
            }
        },
        _ => String::new(),
    };
    asks + &terms_in_words(prepared)
}

/// The change of a band's own part in the first year, in percent of today's: to a hundredth, for 4.99% needs
/// no vote where 5% does.
fn change_in_words(row: &BandRow) -> String {
    let rise = 100.0 * (row.own_bill_yes_pounds / row.own_bill_today_pounds - 1.0);
    let rounded = (rise * 100.0).round() / 100.0 + 0.0;
    format!("{rounded:+}%")
}

/// `band A`, `bands A and B`, `bands A, B and C`.
fn bands_in_words(rows: &[&BandRow]) -> String {
    let names: Vec<String> = rows.iter().map(|row| row.band.clone()).collect();
    match names.as_slice() {
        [only] => format!("band {only}"),
        more => format!("bands {}", joined(more)),
    }
}

/// Words with commas and a last "and".
pub(super) fn joined(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// What the council would have to do for it.
pub(super) fn what_it_takes(prepared: &Prepared) -> Option<String> {
    let route = &prepared.route.modelled;
    let headline = prepared.schedule.headline();
    let relief = prepared.schedule.needs_relief();
    Some(match route.verdict {
        Verdict::NeedsReferendum if relief => format!(
            "To do so it would set a rise of {headline} for all (the headline) and give part of it back \
             to bands of homes (relief). A headline as high needs a referendum."
        ),
        Verdict::NeedsReferendum => "A rise as high needs a referendum.".to_owned(),
        Verdict::NeedsNoVote if relief => format!(
            "To do so it would set a rise of {headline} for all (the headline) and give part of it back \
             to bands of homes (relief). It needs no referendum."
        ),
        Verdict::NeedsNoVote => "It needs no referendum.".to_owned(),
        Verdict::NeedsOrder => {
            "No council can do it alone: it takes an order for the whole nation.".to_owned()
        }
        Verdict::NeedsAct => {
            "No council can do it alone: it takes an Act of Parliament.".to_owned()
        }
        Verdict::Voluntary => "Nobody would owe it: residents may be asked to give.".to_owned(),
    })
}

/// What the money comes to.
fn what_it_brings(prepared: &Prepared, briefing: &Briefing) -> Option<String> {
    let over_today = mean(briefing, "net_yield_vs_today_pounds")?;
    let over_no = mean(briefing, "net_yield_vs_no_pounds")?;
    if prepared.route.modelled.verdict == Verdict::Voluntary {
        let given = briefing.figure("contributions_pounds")?;
        return Some(format!(
            "Gifts of {} would come in.",
            spread(given, millions)
        ));
    }
    let than = |value: f64| {
        let less = if value < 0.0 { "less" } else { "more" };
        format!("{} a year {less}", millions(value.abs()))
    };
    if !briefing.has_vote() {
        let called = prepared.record.authority.class.called();
        let local = prepared.schedule.is_local();
        let (change, other) = if local {
            (over_today, "today")
        } else {
            (over_no, "the same year without it")
        };
        let own = if change.abs() < 0.5 {
            format!("It would bring the {called} as much as {other}")
        } else {
            format!(
                "It would bring the {called} {} than {other}, as budgeted",
                than(change)
            )
        };
        let taken = mean(briefing, "exchequer_yield_pounds").map_or(String::new(), |pounds| {
            format!(
                ", and the Exchequer {} a year from this area",
                millions(pounds)
            )
        });
        return Some(format!("{own}{taken}."));
    }
    Some(format!(
        "If it is carried, the {} budgets in the first year for {} than today and {} than after a No, which \
         is not a freeze: a No brings a rise of {} in every band.{}",
        prepared.record.authority.class.called(),
        than(over_today).replace(" a year", ""),
        than(over_no).replace(" a year", ""),
        prepared.amounts.no_rise,
        later(briefing).map_or(String::new(), |(years, sum)| format!(
            " Over the first {years} years together{}, it is taken to collect {} than after a No.",
            if briefing.bands.iter().any(|row| row.frozen) {
                ", with frozen bands kept at today's pounds"
            } else {
                ""
            },
            than(sum).replace(" a year", "")
        ))
    ))
}

/// How many years are projected, and what a carried proposal collects over a No in all of them together;
/// nothing of one year.
pub(super) fn later(briefing: &Briefing) -> Option<(usize, f64)> {
    let yes: Vec<f64> = (briefing.medium_term.iter())
        .filter(|row| row.path == "yes")
        .map(|row| row.collected_vs_no_pounds_mean)
        .collect();
    (yes.len() > 1).then(|| (yes.len(), yes.iter().sum()))
}

/// How the vote may go.
fn how_likely(prepared: &Prepared, briefing: &Briefing) -> Option<String> {
    let won = mean(briefing, "win_probability")?;
    let yes = briefing.figure("yes_share")?;
    Some(format!(
        "The model puts the probability of winning the vote at {}{}: on average {} of votes cast say Yes, with \
         a range from {} to {} that holds nine outcomes in ten. It rests on few past votes, so read the range \
         as what is plausible and not as a forecast.",
        chance(won),
        supposed(prepared).map_or(String::new(), |words| format!(", {words}")),
        percent(yes.mean?, 0),
        percent(yes.p05?, 0),
        percent(yes.p95?, 0)
    ))
}

/// The figures that are kept in sight while a proposal is changed: few, short, each with its base.
pub fn at_a_glance(prepared: &Prepared, briefing: &Briefing) -> Vec<Fact> {
    let fact = |label: &str, value: Option<String>, base: String| {
        value.map(|value| Fact {
            label: label.to_owned(),
            value,
            base,
        })
    };
    let of = |metric: &str| briefing.figure(metric);
    let called = prepared.record.authority.class.called();
    let mut facts = Vec::new();
    if let Some(row) = of("share_frozen_dwellings_own_element") {
        let whole = mean(briefing, "share_frozen_dwellings_total_bill");
        let whole = whole.map_or(String::new(), |share| {
            format!("; whole bill: {}", percent(share, 1))
        });
        facts.push(fact(
            &format!("Homes whose {called}'s part is frozen"),
            row.mean.map(|share| percent(share, 1)),
            format!("of {}{whole}", row.base),
        ));
    }
    let year = &briefing.vote_year;
    if prepared.schedule.is_local() && briefing.has_vote() {
        let collected = of("collected_pounds").map_or(String::new(), |row| {
            format!("; really collected {}", spread(row, millions))
        });
        let all = later(briefing).map_or(String::new(), |(years, sum)| {
            format!("; over {years} years together {}", amount(sum))
        });
        facts.push(fact(
            "Raised over a No, first year",
            mean(briefing, "net_yield_vs_no_pounds").map(amount),
            format!("as budgeted, {year}{collected}{all}"),
        ));
    } else if prepared.schedule.is_local() {
        facts.push(fact(
            "Raised over today",
            mean(briefing, "net_yield_vs_today_pounds").map(amount),
            format!("as budgeted, {year}"),
        ));
    } else {
        for (label, metric) in [
            ("Raised for the council", "net_yield_vs_no_pounds"),
            ("Raised for the Exchequer", "exchequer_yield_pounds"),
            ("Given to the council", "contributions_pounds"),
        ] {
            // What nobody gets is left out where somebody else does.
            let value = mean(briefing, metric).filter(|value| value.abs() >= 0.5);
            let base = format!("from this area, over the year without it, {year}");
            facts.push(fact(label, value.map(amount), base));
        }
    }
    let range = of("yes_share").and_then(|row| row.p05.zip(row.p95));
    facts.push(fact(
        "Votes for Yes",
        range.map(|(low, high)| format!("{} to {}", percent(low, 0), percent(high, 0))),
        "of votes cast, nine draws in ten; more than half wins".to_owned(),
    ));
    let error = of("win_probability").and_then(|row| row.monte_carlo_error);
    let give = error.map_or(String::new(), |error| {
        format!(
            ", give or take {:.1} points from chance alone",
            100.0 * error
        )
    });
    let draws = draws_in_words(prepared.scenario.draws, prepared.scenario.points);
    let supposed = supposed(prepared).map_or(String::new(), |words| format!("; {words}"));
    facts.push(fact(
        "Chance of winning",
        mean(briefing, "win_probability").map(chance),
        format!("of {draws}{give}{supposed}"),
    ));
    facts.into_iter().flatten().collect()
}

/// What the scenario supposes of the campaign, in a few words: nothing where it leaves it to the evidence.
fn supposed(prepared: &Prepared) -> Option<String> {
    let stated = prepared.scenario.campaign.comprehension.as_ref()?;
    Some(match stated.parameters() {
        ("fixed", values) => format!(
            "supposing that {} of voters know what a Yes would cost them",
            percent(values[0], 0)
        ),
        _ => "supposing that as many voters know what a Yes would cost them as the scenario states"
            .to_owned(),
    })
}

fn facts(prepared: &Prepared, briefing: &Briefing) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut fact = |label: &str, value: Option<String>, base: String| {
        if let Some(value) = value {
            facts.push(Fact {
                label: label.to_owned(),
                value,
                base,
            });
        }
    };
    let called = prepared.record.authority.class.called();
    let local = prepared.schedule.is_local();
    if let Some(row) = briefing.figure("share_frozen_dwellings_own_element") {
        let whole = mean(briefing, "share_frozen_dwellings_total_bill");
        let whole = whole.map_or(String::new(), |share| {
            let (today, next) = prepared.others_band_d;
            let others = if next > today {
                ", with other authorities' rises,"
            } else {
                ""
            };
            format!(
                "; the whole bill{others} does not rise for {}",
                percent(share, 1)
            )
        });
        let label = format!("Homes whose {called}'s part of the bill does not rise");
        let value = row.mean.map(|share| percent(share, 1));
        fact(&label, value, format!("of {}{whole}", row.base));
    }
    if !local {
        for (label, metric) in [
            (
                "The council, over the year without it",
                "net_yield_vs_no_pounds",
            ),
            (
                "The other authorities on the bill, over the year without it",
                "other_authorities_yield_vs_no_pounds",
            ),
            ("The Exchequer, from this area", "exchequer_yield_pounds"),
            ("Given to the council", "contributions_pounds"),
        ] {
            if let Some(row) = briefing.figure(metric) {
                let base = format!("{}, {}", row.base, briefing.vote_year);
                fact(label, row.mean.map(amount), base);
            }
        }
    }
    if local {
        let relief = mean(briefing, "relief_cost_pounds").filter(|relief| *relief > 0.0);
        let relief = relief.map_or(String::new(), |relief| {
            format!("after relief of {}; ", millions(relief))
        });
        let over_today = mean(briefing, "net_yield_vs_today_pounds").map(amount);
        let base = format!("{relief}at budgeted collection, {}", briefing.vote_year);
        fact("Raised over today, first year", over_today, base);
    }
    if briefing.has_vote() {
        let no = mean(briefing, "no_yield_vs_today_pounds").map_or(String::new(), |pounds| {
            format!(
                "a No brings {} for every band, {} over today",
                prepared.amounts.no_rise,
                millions(pounds)
            )
        });
        let over_no = mean(briefing, "net_yield_vs_no_pounds").map(amount);
        let all = later(briefing).map_or(String::new(), |(years, sum)| {
            format!("; over {years} years together {}", amount(sum))
        });
        fact(
            "Raised over a No, first year",
            over_no,
            format!("{no}{all}"),
        );
        let probability = briefing.figure("win_probability");
        let error = probability.and_then(|row| row.monte_carlo_error);
        let base = format!(
            "of {}{}; read it with the range of the votes",
            draws_in_words(prepared.scenario.draws, prepared.scenario.points),
            error.map_or(String::new(), |error| format!(
                ", give or take {:.1} points from chance alone",
                100.0 * error
            ))
        );
        let won = probability.and_then(|row| row.mean).map(chance);
        fact("Probability of winning", won, base);
        if let Some(row) = briefing.figure("yes_share") {
            let ends = row.p05.zip(row.p95);
            let value =
                ends.map(|(low, high)| format!("{} to {}", percent(low, 0), percent(high, 0)));
            let base = format!(
                "of votes cast, nine draws in ten; {} on average. More than half is needed",
                row.mean.map_or(String::new(), |share| percent(share, 0))
            );
            fact("Votes for Yes", value, base);
        }
        let headline = prepared.schedule.headline().percent_to_one_decimal();
        let relief = if prepared.schedule.needs_relief() {
            ", before relief"
        } else {
            ""
        };
        let base = format!(
            "of the {called}'s part for all bands{relief}; against {}% after a No",
            prepared.amounts.no_rise.percent_to_one_decimal()
        );
        fact(
            "Rise on the ballot paper",
            Some(format!("{headline}%")),
            base,
        );
    }
    facts
}

fn law(prepared: &Prepared, briefing: &Briefing, paper: &mut Paper<'_>) {
    paper.section("Is it lawful, and by which route?");
    let route = &prepared.route.modelled;
    let verdict = format!("{}: {}.", capital(&route.way), route.verdict.words());
    let (first, others) = route
        .reasons
        .split_first()
        .map_or(("", &[][..]), |(first, others)| (first.as_str(), others));
    paper.say(Text::new().strong(verdict).plain(format!(" {first}")));
    let standing = [
        format!("Who pays: {}.", route.who_pays),
        format!("Standing: {}. When: {}.", route.standing, route.dates),
    ];
    paper.list(others.iter().cloned().chain(standing).collect());
    let vote = briefing.has_vote();
    let mut columns = vec![
        Column::words("Way"),
        Column::words("What the law says"),
        Column::figures("Over today"),
    ];
    if vote {
        columns.push(Column::figures("Over a No"));
    }
    let of_way = |option: &&RouteOption| {
        let modelled = if **option == *route {
            " (modelled here)"
        } else {
            ""
        };
        let mut cells = vec![
            format!("{}{modelled}", capital(&option.way)),
            capital(option.verdict.words()),
            signed(option.version.net_vs_today.pounds(), 0),
        ];
        if vote {
            cells.push(signed(option.version.net_vs_no.pounds(), 0));
        }
        cells
    };
    let ladder = prepared.route.ladder();
    if ladder.len() > 1 {
        paper.table(Table {
            caption: format!(
                "The ways to it, and what each would bring the {} in pounds a year, at budgeted \
                 collection",
                prepared.record.authority.class.called()
            ),
            columns,
            rows: ladder.iter().map(of_way).collect(),
            note: String::new(),
        });
    }
    if vote {
        paper.apart(Setting::OnScreen, |paper| {
            let bills = prepared.record.authority.class.bills();
            let days = calendar(prepared.vote_year, bills);
            paper.table(Table {
                caption: "Dates, with the vote on its last lawful day".to_owned(),
                columns: vec![
                    Column::words("By"),
                    Column::words("What"),
                    Column::words("Rule"),
                ],
                rows: days
                    .iter()
                    .map(|day| {
                        vec![
                            day.date.strftime("%-d %B %Y").to_string(),
                            day.what.to_owned(),
                            day.rule.to_owned(),
                        ]
                    })
                    .collect(),
                note: String::new(),
            });
        });
    }
}

fn ballot(prepared: &Prepared, briefing: &Briefing, paper: &mut Paper<'_>) {
    paper.section("The ballot paper");
    if !prepared.route.needs_referendum() {
        paper.say(no_vote(prepared));
        return;
    }
    let words = BallotPaper {
        authority: name_on_ballot(prepared),
        year: prepared.vote_year,
        headline: prepared.schedule.headline(),
        no: prepared.amounts.no_rise,
    };
    paper.blocks.push(Block::Quoted(Quoted {
        label:
            "The question as the law prescribes it (SI 2012/444 Sch. 1 as amended by SI 2013/409)"
                .to_owned(),
        paragraphs: words.wording(),
        answers: vec!["YES".to_owned(), "NO".to_owned()],
    }));
    let no = prepared.amounts.no_rise;
    let printed = format!("{}%", no.percent_to_one_decimal());
    let rounded = if no.to_string() == printed {
        String::new()
    } else {
        format!(
            " The law has one decimal printed, so that {no} after a No stands there as {printed}."
        )
    };
    let name = if prepared.scenario.name_on_ballot.is_none()
        && !prepared.record.authority.has_full_name()
    {
        " The full name of the authority is not held: put it in the place of the square brackets."
    } else {
        ""
    };
    paper.say(format!(
        "The paper shows percentages for the whole area. It shows no bands, no pounds and no freeze. More \
         Yes than No votes carry it; a tie is lost; there is no least turnout.{rounded}{name}"
    ));
    paper.list(perception::card_lines(prepared, &briefing.perception));
}

fn money(prepared: &Prepared, briefing: &Briefing, paper: &mut Paper<'_>) {
    paper.section("What it raises in a year");
    let vote = briefing.has_vote();
    let local = prepared.schedule.is_local();
    let no = if vote {
        "a No"
    } else {
        "the most that needs no vote"
    };
    let no_limit = prepared.principle.limit == Limit::Unlimited;
    let rows: Vec<(String, &str)> = if local {
        let over_no = ("Raised over ".to_owned() + no, "net_yield_vs_no_pounds");
        let mut rows = vec![("Council tax today".to_owned(), "revenue_today_pounds")];
        if prepared.schedule.needs_relief() {
            rows.extend([
                (
                    "Raised by the headline rise, before relief".to_owned(),
                    "gross_yield_pounds",
                ),
                ("Relief given back".to_owned(), "relief_cost_pounds"),
            ]);
        }
        rows.push(("Raised over today".to_owned(), "net_yield_vs_today_pounds"));
        if !no_limit {
            rows.push(over_no);
        }
        if vote {
            rows.extend([
                (
                    "Really collected over a No, if won".to_owned(),
                    "collected_pounds",
                ),
                (
                    "Lost by the other authorities on the bill".to_owned(),
                    "preceptors_loss_pounds",
                ),
                ("Cost of the poll, once".to_owned(), "poll_cost_pounds"),
                (
                    "Cost of billing again, once, if lost".to_owned(),
                    "loss_cost_pounds",
                ),
                (
                    "Average gain from holding the vote".to_owned(),
                    "expected_value_pounds",
                ),
            ]);
        }
        rows
    } else {
        vec![
            (
                "The council, over today".to_owned(),
                "net_yield_vs_today_pounds",
            ),
            (
                "The council, over the year without it".to_owned(),
                "net_yield_vs_no_pounds",
            ),
            (
                "The other authorities on the bill, over the year without it".to_owned(),
                "other_authorities_yield_vs_no_pounds",
            ),
            ("The Exchequer".to_owned(), "exchequer_yield_pounds"),
            ("Given to the council".to_owned(), "contributions_pounds"),
        ]
    };
    let found: Vec<(String, &SummaryRow)> = rows
        .into_iter()
        .filter_map(|(label, metric)| Some((label, briefing.figure(metric)?)))
        .filter(|(_, row)| row.mean.is_some())
        .collect();
    // What most figures are measured on is said once, under the table.
    let base = found.first().map_or("", |(_, row)| row.base.as_str());
    let line = |(label, row): &(String, &SummaryRow)| {
        // A vote is won or lost: what lies between is no outcome.
        let is_of_two = row.metric == "expected_value_pounds";
        let range = match (row.p05, row.p95) {
            (Some(low), Some(high)) if low != high && !is_of_two => {
                format!("{} to {}", pounds(low, 0), pounds(high, 0))
            }
            _ => String::new(),
        };
        let measured = if row.base == base {
            "budgeted"
        } else {
            row.base.as_str()
        };
        let value = row.mean.map_or(String::new(), |value| pounds(value, 0));
        vec![label.clone(), value, range, measured.to_owned()]
    };
    paper.table(Table {
        caption: format!("Money in {}, pounds a year", briefing.vote_year),
        columns: vec![
            Column::words("Figure"),
            Column::figures("Amount"),
            Column::figures("90% range"),
            Column::words("Measured on"),
        ],
        rows: found.iter().map(line).collect(),
        note: if vote {
            format!(
                "Budgeted: on {base}. Where there is a range the amount is the average of what is likely, and \
                 nine draws in ten lie in the range."
            )
        } else {
            format!("Budgeted: on {base}, and as if nobody moved, sold or appealed.")
        },
    });
    let less_than_a_no = vote
        && briefing.bands.iter().any(|row| row.frozen)
        && mean(briefing, "net_yield_vs_no_pounds").is_some_and(|value| value < 0.0);
    if less_than_a_no {
        paper.say(
            "A No would raise more than a Yes: the frozen bands give up more than the raised bands bring in.",
        );
    }
    paper.apart(Setting::OnScreen, |paper| paper.figure("yield"));
}

fn who(prepared: &Prepared, briefing: &Briefing, paper: &mut Paper<'_>) {
    paper.section("Who is frozen, and who pays more");
    paper.list(frozen_sentences(prepared, briefing));
    paper.figure("bills");
    paper.table(band_table(prepared, briefing));
    paper.table(who_pays::fifths(briefing));
    if let Some(sentence) = not_added_up(prepared, briefing) {
        paper.say(sentence);
    }
    if let Some(sentence) = who_pays::card_sentence(briefing) {
        paper.say(sentence);
    }
    paper.apart(Setting::OnScreen, |paper| {
        paper.figure("who-pays");
        paper.table(household_table(prepared, briefing));
        paper.figure("ward-change");
    });
}

/// How far what homes pay more lies off the yield at full collection; nothing where it is near.
fn not_added_up(prepared: &Prepared, briefing: &Briefing) -> Option<String> {
    /// Shares of the yield below which the two are near.
    const NEAR: f64 = 0.03;
    if !prepared.schedule.is_local() {
        return None;
    }
    let (against, metric) = if briefing.has_vote() {
        ("no", "net_yield_vs_no_pounds")
    } else {
        ("today", "net_yield_vs_today_pounds")
    };
    let all = briefing
        .deciles
        .iter()
        .find(|row| row.grouping == "all" && row.against == against)?;
    let yields = mean(briefing, metric)? / prepared.record.tax_base.collection_rate;
    let off = all.total_change_pounds / yields - 1.0;
    (off.abs() > NEAR).then(|| {
        format!(
            "Added up over homes, bills change by {} a year, where the yield at full collection is {}: homes are \
             those of the valuation list with estimated discounts, the money follows the published tax base. Read \
             changes for groups of homes as that much too {}.",
            millions(all.total_change_pounds),
            millions(yields),
            if off > 0.0 { "large" } else { "small" }
        )
    })
}

fn band_table(prepared: &Prepared, briefing: &Briefing) -> Table {
    let vote = briefing.has_vote();
    let local = prepared.schedule.is_local();
    let measured = if local {
        format!(
            "the {}'s own part of a full bill",
            prepared.record.authority.class.called()
        )
    } else {
        "a whole full bill, on average over the homes of the band".to_owned()
    };
    let mut columns = vec![
        Column::words("Band"),
        Column::figures("Dwellings"),
        Column::figures("Share of dwellings"),
        Column::figures("Today"),
        Column::figures(if vote { "After a Yes" } else { "As proposed" }),
        Column::figures(if vote { "Yes less today" } else { "Change" }),
    ];
    if vote {
        columns.extend([
            Column::figures("After a No"),
            Column::figures("Yes less No"),
            Column::figures("Share of votes"),
            Column::figures("Of them Yes"),
        ]);
    }
    let all: i64 = briefing.bands.iter().map(|row| row.n_dwellings).sum();
    let part = |value: Option<f64>| value.map_or(String::new(), |value| part_in_words(value, 1.0));
    let rows = briefing.bands.iter().map(|row| {
        let [today, no, yes] = bill_of(prepared, row);
        let mut cells = vec![
            row.band.clone(),
            thousands(row.n_dwellings.unsigned_abs()),
            share(row.n_dwellings as f64 / all as f64),
            pounds(today, 2),
            pounds(yes, 2),
            signed(yes - today, 2),
        ];
        if vote {
            cells.extend([
                pounds(no, 2),
                signed(yes - no, 2),
                part(row.share_votes),
                part(row.yes_share),
            ]);
        }
        cells
    });
    Table {
        caption: format!("By band: {measured}, pounds a year"),
        columns,
        rows: rows.collect(),
        note: if vote {
            "Bills before discounts and reduction. Votes are averages over the draws.".to_owned()
        } else {
            "Bills before discounts and reduction.".to_owned()
        },
    }
}

fn household_table(prepared: &Prepared, briefing: &Briefing) -> Table {
    let vote = briefing.has_vote();
    let local = prepared.schedule.is_local();
    let rows = briefing.example_households.iter().filter_map(|row| {
        let (today, yes, no) = if local {
            (
                row.own_bill_today_pounds,
                row.own_bill_yes_pounds,
                row.own_bill_no_pounds,
            )
        } else {
            (
                row.total_bill_today_pounds,
                row.total_bill_yes_pounds?,
                row.total_bill_no_pounds?,
            )
        };
        let mut cells = vec![
            capital(&row.name),
            pounds(today, 2),
            pounds(yes, 2),
            signed(yes - today, 2),
        ];
        if vote {
            cells.extend([pounds(no, 2), signed(yes - no, 2)]);
        }
        Some(cells)
    });
    let mut columns = vec![
        Column::words("Household"),
        Column::figures("Today"),
        Column::figures(if vote { "After a Yes" } else { "As proposed" }),
        Column::figures(if vote { "Yes less today" } else { "Change" }),
    ];
    if vote {
        columns.extend([
            Column::figures("After a No"),
            Column::figures("Yes less No"),
        ]);
    }
    Table {
        caption: format!(
            "Example households: what they pay of {}, pounds a year",
            if local {
                format!("the {}'s part", prepared.record.authority.class.called())
            } else {
                "the whole bill".to_owned()
            }
        ),
        columns,
        rows: rows.collect(),
        note: "After discounts, exemptions and council tax reduction. Own examples; awards of reduction \
               illustrate."
            .to_owned(),
    }
}

fn vote(prepared: &Prepared, briefing: &Briefing, paper: &mut Paper<'_>) {
    if !briefing.has_vote() {
        return;
    }
    paper.section("Would it be carried?");
    paper.figure("yes-share");
    let mut points = Vec::new();
    if let Some(row) = briefing.figure("turnout") {
        points.push(format!(
            "Turnout: {} of {}, {}.",
            spread(row, |share| percent(share, 0)),
            row.base,
            prepared.day_words
        ));
    }
    if let Some(known) = mean(briefing, "win_probability_if_all_know") {
        points.push(format!(
            "If every voter knew her own bill the probability of winning would be {}: the ballot paper shows \
             none.",
            chance(known)
        ));
    }
    if let Some(value) = mean(briefing, "expected_value_pounds") {
        points.push(format!(
            "Average gain from holding the vote: {} in the first year, after the poll and the costs of \
             losing.",
            pounds(value, 0)
        ));
    }
    points.extend(stated(prepared, briefing));
    paper.list(points);
    for lines in [
        needs::card_lines(&briefing.needs),
        driver_lines(prepared, briefing),
    ] {
        if let Some((opening, items)) = lines.split_first() {
            paper.say(opening.replace('`', ""));
            // The short names of inputs in brackets at the end are for the tables.
            let named = |item: &str| match item.rsplit_once(" (") {
                Some((words, name))
                    if briefing
                        .drivers
                        .iter()
                        .any(|row| name == format!("{})", row.input)) =>
                {
                    words.to_owned()
                }
                _ => item.to_owned(),
            };
            let items = items
                .iter()
                .map(|item| capital(named(item.trim()).as_str()) + ".");
            paper.list(items.collect());
        }
    }
    paper.apart(Setting::OnScreen, |paper| {
        paper.figure("drivers");
        if let Some(table) = days_table(&briefing.days) {
            paper.table(table);
        }
        for name in [
            "needs-comprehension",
            "needs-campaign",
            "needs-poll",
            "ward-yes",
        ] {
            paper.figure(name);
        }
    });
}

/// The vote on every kind of day; nothing where none is told.
fn days_table(rows: &[DayRow]) -> Option<Table> {
    let day = |row: &DayRow| {
        vec![
            format!(
                "{}{}",
                capital(&row.words),
                if row.modelled { " (modelled here)" } else { "" }
            ),
            percent(row.turnout, 0),
            percent(row.yes_share, 0),
            format!(
                "{} to {}",
                percent(row.yes_share_p05, 0),
                percent(row.yes_share_p95, 0)
            ),
            chance(row.win_probability),
            pounds(row.poll_cost_pounds, 0),
        ]
    };
    (!rows.is_empty()).then(|| Table {
        caption: "The vote on each kind of day: averages over the draws".to_owned(),
        columns: vec![
            Column::words("Day"),
            Column::figures("Turnout, of electors"),
            Column::figures("Yes, of votes cast"),
            Column::figures("90% range of Yes"),
            Column::figures("Probability of winning"),
            Column::figures("Cost of the poll"),
        ],
        rows: rows.iter().map(day).collect(),
        note: String::new(),
    })
}

fn years(prepared: &Prepared, briefing: &Briefing, paper: &mut Paper<'_>) {
    paper.section("The years after");
    match years_table(prepared, &briefing.medium_term) {
        Some(table) => {
            let note = paths_in_words(prepared, &table);
            paper.table(Table { note, ..table });
        }
        None => paper.say(nothing_moves(prepared)),
    }
    paper.list(year_sentences(prepared, &briefing.medium_term));
    paper.apart(Setting::OnScreen, |paper| paper.figure("medium-term"));
    if let Some(table) = gap_table(prepared, &briefing.medium_term) {
        paper.table(table);
    }
    if !briefing.services.is_empty() {
        paper.say(services_opening(prepared, &briefing.medium_term));
        paper.list(briefing.services.iter().map(service_sentence).collect());
    }
}

/// What the columns of the table of years say.
fn paths_in_words(prepared: &Prepared, table: &Table) -> String {
    let asked = &prepared.scenario.medium_term;
    let words = |name: &str| match name {
        "Yes" | "As proposed" if prepared.schedule.needs_relief() => {
            "carried out, frozen bands kept at today's pounds".to_owned()
        }
        "Yes" | "As proposed" => "carried out".to_owned(),
        "Relief kept in £" => {
            "carried out, relief stays at its first pounds, so that every band pays later rises"
                .to_owned()
        }
        "Relief ended" => {
            "carried out, no relief from the second year on, which takes no vote".to_owned()
        }
        "Vote held" => {
            "the average of Yes and No by how likely each is, less the costs of the vote".to_owned()
        }
        "Freeze" => "no rise for anybody in the first year, and no vote".to_owned(),
        "With grant" => format!(
            "the same with a grant of {} of the requirement from the government, which none has offered",
            percent(asked.freeze_grant.value(), 1)
        ),
        _ => String::new(),
    };
    let columns = table
        .columns
        .iter()
        .map(|column| (&column.name, words(&column.name)));
    columns
        .filter(|(_, words)| !words.is_empty())
        .map(|(name, words)| format!("{name}: {words}."))
        .collect::<Vec<_>>()
        .join(" ")
}

fn caveats(briefing: &Briefing, paper: &mut Paper<'_>) {
    paper.section("Risks and caveats");
    paper.apart(Setting::Small, |paper| {
        // Marks of code are for the terminal; what stood between them is explained among the words.
        let messages = briefing
            .warnings
            .iter()
            .map(|row| row.message.replace('`', ""));
        paper.list(messages.collect());
    });
}

fn annex(prepared: &Prepared, briefing: &Briefing, paper: &mut Paper<'_>) {
    paper.section("Words, method and sources");
    paper.apart(Setting::Small, |paper| {
        paper.part("Words");
        paper.say(glossary(prepared, briefing));
        paper.part("Method");
        paper.list(method(prepared, briefing));
        paper.part("Sources");
        paper.say(sources(prepared, briefing));
        paper.part("From what it was made");
        paper.list(made_from(&briefing.provenance));
    });
}

fn glossary(prepared: &Prepared, briefing: &Briefing) -> Text {
    let called = prepared.record.authority.class.called();
    let mut words = vec![
        (
            "Band",
            "the valuation band of a home, by its value in 1991 (in Wales 2003); a full bill in each band is a \
             fixed proportion of the one in band D"
                .to_owned(),
        ),
        (
            "Own part",
            format!(
                "what the {called} itself charges; the rest of the bill goes to the other authorities on it"
            ),
        ),
        (
            "Tax base",
            "the number of band D homes that would pay as much as all homes do, after discounts, reduction and \
             what is not collected"
                .to_owned(),
        ),
    ];
    words.push((
        "Liable",
        "owing council tax: not exempt, as homes of students only are".to_owned(),
    ));
    words.push((
        "Reduction",
        "council tax reduction: the part of a bill that residents on low incomes do not pay"
            .to_owned(),
    ));
    words.push((
        "Kakwani index",
        "how much more than its share of income the better-off pay: 0 where all areas pay the same share of it"
            .to_owned(),
    ));
    if prepared.schedule.needs_relief() {
        words.push((
            "Headline",
            "the rise in the amount for band D, before relief: what the law tests and the ballot paper asks"
                .to_owned(),
        ));
        words.push((
            "Relief",
            "part of a bill given back to a class of homes under section 13A(1)(c) of the Local Government \
             Finance Act 1992, paid for by the council alone"
                .to_owned(),
        ));
    }
    if briefing.has_vote() {
        words.extend([
            (
                "No",
                format!(
                    "what follows if the vote is lost: the substitute budget, {} for every band",
                    prepared.amounts.no_rise
                ),
            ),
            (
                "Draw",
                "one run of the model with every unknown set by luck within what is believed of it".to_owned(),
            ),
            (
                "90% range",
                "nine draws in ten lie in it, one in twenty below and one in twenty above".to_owned(),
            ),
            (
                "From chance alone",
                "how far the figure may be off because draws are finite in number: the standard error. It says \
                 nothing of how good the model is"
                    .to_owned(),
            ),
        ]);
    }
    words.push((
        "A name such as vote.day",
        "a key of the scenario file, with which whoever runs the program replaces what is taken here"
            .to_owned(),
    ));
    words
        .into_iter()
        .fold(Text::new(), |text, (word, meaning)| {
            text.strong(word).plain(format!(": {meaning}. "))
        })
}

fn method(prepared: &Prepared, briefing: &Briefing) -> Vec<String> {
    let mut points = vec![
        "Money is worked out in whole pence from the published tax base by band, and adds up to its published \
         total. The workbook shows the working in live formulas."
            .to_owned(),
        "The law is that of the Local Government Finance Act 1992 and the referendum principles of the year; \
         each rule is named where it is used."
            .to_owned(),
    ];
    if briefing.has_vote() {
        let polls = if prepared.polls.is_empty() {
            ""
        } else {
            " Opinion polls that the scenario states weigh them too."
        };
        let weighed = if prepared.scenario.learning == Learning::PriorsOnly {
            ", and is weighed by no past ballot, as the scenario asks"
        } else {
            ", weighed by past ballots and surveys (the caveats say how many)"
        };
        points.push(format!(
            "Each voter is taken to say Yes or No by what she believes a Yes would cost her, which is her own \
             bill or what she reads from the headline, and by the mood of the day. What is not known is drawn \
             from stated beliefs{weighed}.{polls} METHOD.md, which comes with the program, has the model, each \
             belief with its source, and how it did on past ballots."
        ));
    }
    points
}

/// Sources of the figures that bear on this run: those of its vintage, its areas, its law and its vote.
fn sources(prepared: &Prepared, briefing: &Briefing) -> Text {
    let vintage = format!("{}/", briefing.provenance.vintage);
    let areas = match prepared.scenario.by {
        Some(Detail::Areas(AreaKind::Lsoa)) => "lsoas",
        Some(Detail::Areas(AreaKind::Msoa)) => "msoas",
        Some(Detail::Areas(AreaKind::Ward) | Detail::Authority) | None => "wards",
    };
    let mut wanted = vec![areas, "msoas", "band_proportions", "principles", "inputs"];
    if briefing.has_vote() {
        wanted.extend(["electors_and_turnout", "polling_days", "ballots", "surveys"]);
    }
    if !prepared.schedule.is_local() {
        wanted.extend(["values", "high_value_surcharge"]);
    }
    let bears = |table: &&TableProvenance| {
        let name = table.name.as_str();
        // Tables that name a source in each row say nothing of it here.
        let of_rows = table.source.starts_with("as ");
        !of_rows && (name.starts_with(&vintage) || wanted.contains(&name))
    };
    let used = briefing.provenance.tables.iter().filter(bears);
    used.fold(Text::new(), |text, table| {
        text.strong(table.name.replace('_', " ")).plain(format!(
            ": {} ({}, {}). ",
            table.source, table.date, table.standing
        ))
    })
    .plain(format!(
        "After the date stands how far it can be trusted: S sourced, H high confidence, M medium, J \
         judgement. provenance.json has every table with its hash. {}",
        briefing.provenance.licence
    ))
}

pub(super) fn made_from(provenance: &Provenance) -> Vec<String> {
    let mut points = vec![
        format!(
            "{} {}, scenario {}, SHA-256 {}.",
            provenance.program, provenance.version, provenance.scenario, provenance.scenario_sha256
        ),
        format!(
            "Figures of {}, SHA-256 of all tables {}.",
            provenance.vintage, provenance.data_sha256
        ),
        format!(
            "{} draws ({}), seed {}. The same scenario, figures, seed and version give the same bytes.",
            thousands(u64::from(provenance.draws)),
            provenance.points,
            provenance.seed
        ),
    ];
    if let Some(sha256) = &provenance.vintage_sha256 {
        points.push(format!("Installed figures, SHA-256 {sha256}."));
    }
    if let Some(sha256) = &provenance.extract_sha256 {
        points.push(format!(
            "Cells of the council's own extract, SHA-256 {sha256}."
        ));
    }
    if !provenance.overrides.is_empty() {
        points.push(format!(
            "Replaced on the command line: {}.",
            provenance.overrides.join("; ")
        ));
    }
    points
}

/// The first letters of a hash, by which it is known.
pub(super) fn short(sha256: &str) -> String {
    sha256.chars().take(12).collect()
}

pub(super) fn mean(briefing: &Briefing, metric: &str) -> Option<f64> {
    briefing.figure(metric).and_then(|row| row.mean)
}

/// An average and its range in words.
pub(super) fn spread(row: &SummaryRow, show: impl Fn(f64) -> String) -> String {
    match (row.mean, row.p05, row.p95) {
        (Some(mean), Some(low), Some(high)) => format!(
            "{} on average (90% range {} to {})",
            show(mean),
            show(low),
            show(high)
        ),
        _ => "not known".to_owned(),
    }
}

/// Pounds in millions where they are, so that a sentence can be read aloud.
pub(super) fn millions(value: f64) -> String {
    if value.abs() < 1e6 {
        return pounds(value, 0);
    }
    let sign = if value < 0.0 { "-" } else { "" };
    if value.abs() < 999.95e6 {
        return format!("{sign}£{:.1} million", value.abs() / 1e6);
    }
    format!("{sign}£{:.1} billion", value.abs() / 1e9)
}

pub(super) fn amount(value: f64) -> String {
    if value < 0.0 {
        format!("{} (a loss)", millions(value))
    } else {
        millions(value)
    }
}
