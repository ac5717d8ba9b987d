//! The charts of a run.

use super::super::card::{chance, part_in_words, percent, pounds, share, signed};
use super::super::chart::{
    Area, AreasChart, Axis, BandBill, BillsChart, CaseNames, DistributionChart, DistributionLine,
    DistributionPart, DriverBar, FanChart, FanPath, FanStyle, FanYear, PayingGroup, PayingGroups,
    Unit, WhoPaysChart, areas, bills, distribution, drivers_chart, fan, title_of, who_pays,
};
use super::super::document::{Column, Figure, Table};
use super::super::medium_term::{MediumTermRow, against, baseline};
use super::super::needs::{self, NeedCurveRow};
use super::super::results::Briefing;
use super::super::tables::{BandRow, DriverRow, SummaryRow, WardRow};
use super::super::text::{capital, draws_in_words};
use super::super::who_pays::DecileRow;
use super::{NORMAL_90, figure};
use crate::data::{DataError, boundaries};
use crate::domain::money::thousands;
use crate::simulation::who_pays::{Against, NOT_KNOWN};
use crate::simulation::{DrawOutcomes, Grouping, Prepared};

/// The charts of a run, in the order of the paper. Those that make no sense for the proposal are left
/// out: without a vote there is none of votes.
///
/// # Errors
/// When an embedded table is broken: a fault of the build.
pub fn of_run(
    prepared: &Prepared,
    outcomes: &DrawOutcomes,
    briefing: &Briefing,
) -> Result<Vec<Figure>, DataError> {
    let run = Run {
        prepared,
        outcomes,
        briefing,
        words: Words::of(prepared, briefing),
    };
    let mut figures = Vec::new();
    figures.extend(run.bills());
    figures.extend(run.who_pays());
    figures.extend(run.ward_change()?);
    figures.extend(run.yields());
    figures.extend(run.yes_share());
    figures.extend(run.ward_yes()?);
    figures.extend(run.drivers());
    figures.extend(run.needs());
    figures.extend(run.medium_term());
    Ok(figures)
}

/// Points of a curve that its table shows at most.
const MOST_POINTS: usize = 12;

/// What all charts of a run say alike.
struct Words {
    /// `Derby, 2027-28`.
    subject: String,
    /// How what is compared is called.
    cases: CaseNames,
    /// The part of a full bill that moves: `the council's own part of a full bill`.
    full_bill: String,
    /// The part of bills that moves: `the council's own part of the bill`.
    bill: String,
    /// What the money of the first year is over: `a No (4.99%)`.
    over: String,
    /// The same where there is little room: `a No`.
    over_short: String,
    /// From what the figures are.
    source: String,
}

impl Words {
    fn of(prepared: &Prepared, briefing: &Briefing) -> Self {
        let (vote, local) = (
            prepared.route.needs_referendum(),
            prepared.schedule.is_local(),
        );
        let no_rise = prepared.amounts.no_rise;
        // Where nothing comes of it, and nothing rises then, today is all there is to set it against.
        let rises = (briefing.bands.iter()).any(|band| {
            let [today, no, _] = bill_of(prepared, band);
            no > today
        });
        let (yes, no) = match (vote, local) {
            (true, _) => (
                "after a Yes",
                Some(format!("after a No ({no_rise} for all)")),
            ),
            (false, true) => ("as proposed", None),
            (false, false) => (
                "with the change",
                rises.then(|| format!("without the change ({no_rise} for all)")),
            ),
        };
        let (less_today, less_no, more) = match (vote, no.is_some()) {
            (true, _) => (
                "Yes less today",
                "Yes less No",
                "of them pay more than after a No",
            ),
            (false, true) => (
                "over today",
                "over no change",
                "of them pay more than without it",
            ),
            (false, false) => ("over today", "", "of them pay more than today"),
        };
        let whose = prepared.record.authority.class.called();
        let over = baseline(prepared);
        let provenance = &briefing.provenance;
        Self {
            subject: format!("{}, {}", briefing.authority, briefing.vote_year),
            cases: CaseNames {
                today: format!("today ({})", briefing.base_year),
                no,
                yes: yes.to_owned(),
                yes_less_today: less_today.to_owned(),
                yes_less_no: less_no.to_owned(),
                pay_more: more.to_owned(),
            },
            full_bill: if local {
                format!("the {whose}'s own part of a full bill")
            } else {
                "a full bill, all parts".to_owned()
            },
            bill: if local {
                format!("the {whose}'s own part of the bill")
            } else {
                "the whole bill".to_owned()
            },
            over_short: if local {
                over.split(" (").next().unwrap_or(&over).to_owned()
            } else {
                "the year without the change".to_owned()
            },
            over,
            source: format!(
                "bandwise run {}, figures of {}, {}, seed {}. {}.",
                provenance.scenario,
                provenance.vintage,
                draws_in_words(provenance.draws, prepared.scenario.points),
                provenance.seed,
                provenance.licence.trim_end_matches('.')
            ),
        }
    }

    /// The change that homes are shown by: over a No where there is one, else over today.
    fn less(&self) -> &str {
        if self.cases.no.is_some() {
            &self.cases.yes_less_no
        } else {
            &self.cases.yes_less_today
        }
    }
}

/// Today, after a No and after a Yes: a full bill of a band, in the part that moves.
pub(in crate::report) fn bill_of(prepared: &Prepared, band: &BandRow) -> [f64; 3] {
    if prepared.schedule.is_local() {
        [
            band.own_bill_today_pounds,
            band.own_bill_no_pounds,
            band.own_bill_yes_pounds,
        ]
    } else {
        [
            band.total_bill_today_pounds,
            band.total_bill_no_pounds,
            band.total_bill_yes_pounds,
        ]
    }
}

/// A run and what it says.
struct Run<'a> {
    prepared: &'a Prepared,
    outcomes: &'a DrawOutcomes,
    briefing: &'a Briefing,
    words: Words,
}

impl Run<'_> {
    /// A full bill of each band; nothing where none changes.
    fn bills(&self) -> Option<Figure> {
        let words = &self.words;
        let changes = |band: &BandRow| {
            let [today, no, yes] = bill_of(self.prepared, band);
            (yes - today).abs() >= 0.005 || (yes - no).abs() >= 0.005
        };
        if !self.briefing.bands.iter().any(changes) {
            return None;
        }
        let has_no = words.cases.no.is_some();
        let homes: i64 = self
            .briefing
            .bands
            .iter()
            .map(|band| band.n_dwellings)
            .sum();
        let local = self.prepared.schedule.is_local();
        // A change of the law moves all parts of a bill: there a band is frozen that pays as much.
        let is_frozen = |band: &BandRow| {
            let [today, _, yes] = bill_of(self.prepared, band);
            if local {
                band.frozen
            } else {
                (yes - today).abs() < 0.005
            }
        };
        let bands: Vec<BandBill> = (self.briefing.bands.iter())
            .map(|band| {
                let [today, no, yes] = bill_of(self.prepared, band);
                let frozen = if is_frozen(band) { ", frozen" } else { "" };
                let part = part_in_words(band.n_dwellings as f64, homes as f64);
                BandBill {
                    label: format!("Band {}: {part} of homes{frozen}", band.band),
                    today,
                    no,
                    yes,
                }
            })
            .collect();
        let title = format!("{}: {}, by band", words.subject, words.full_bill);
        let mut columns = vec![
            Column::words("Band"),
            Column::figures("Homes"),
            Column::figures(&words.cases.today),
        ];
        columns.extend(words.cases.no.as_ref().map(Column::figures));
        columns.push(Column::figures(&words.cases.yes));
        columns.push(Column::figures(&words.cases.yes_less_today));
        columns.extend(has_no.then(|| Column::figures(&words.cases.yes_less_no)));
        let rows = self.briefing.bands.iter().map(|band| {
            let [today, no, yes] = bill_of(self.prepared, band);
            let mut row = vec![
                band.band.clone(),
                thousands(band.n_dwellings.unsigned_abs()),
                pounds(today, 2),
            ];
            row.extend(has_no.then(|| pounds(no, 2)));
            row.push(pounds(yes, 2));
            row.push(pounds(yes - today, 2));
            row.extend(has_no.then(|| pounds(yes - no, 2)));
            row
        });
        let table = Table {
            caption: format!(
                "{} for a home without discounts, pounds a year",
                capital(&words.full_bill)
            ),
            columns,
            rows: rows.collect(),
            note: String::new(),
        };
        let mut notes = vec![
            "A full bill: before discounts and council tax reduction. Homes: all on the valuation list."
                .to_owned(),
        ];
        if self.briefing.bands.iter().any(is_frozen) {
            notes.push(
                "Frozen: no full bill of the band is higher than today in this part.".to_owned(),
            );
        }
        let svg = bills(&BillsChart {
            bands,
            cases: words.cases.clone(),
            measured: format!("{} (pounds a year)", words.full_bill),
            title: title.clone(),
            notes,
            source: words.source.clone(),
        });
        Some(figure::<BandRow>("bills", title, svg, table))
    }

    fn has_no(&self) -> bool {
        self.words.cases.no.is_some()
    }

    fn groups(&self, grouping: Grouping, against: Against) -> impl Iterator<Item = &DecileRow> {
        let of = move |row: &&DecileRow| {
            row.grouping == grouping.code() && row.against == against.code()
        };
        self.briefing.deciles.iter().filter(of)
    }

    /// By income and by deprivation of the area; nothing where neither is known of any home.
    fn who_pays(&self) -> Option<Figure> {
        let words = &self.words;
        let (by, groupings): (Vec<&str>, Vec<PayingGroups>) = [
            (
                Grouping::IncomeQuintile,
                "By mean income of the area: fifths of the homes of England and Wales",
                "income",
            ),
            (
                Grouping::DeprivationDecile,
                "By deprivation of the area: tenths of the areas of England",
                "deprivation",
            ),
        ]
        .into_iter()
        .map(|(grouping, heading, by)| {
            let groups = PayingGroups {
                heading: heading.to_owned(),
                groups: self.paying_groups(grouping),
            };
            (by, groups)
        })
        .filter(|(_, by)| by.groups.len() > 1)
        .unzip();
        let changes = |group: &PayingGroup| {
            group.over_today.abs() >= 0.005
                || group.over_no.is_some_and(|change| change.abs() >= 0.005)
        };
        if !(groupings.iter()).any(|by| by.groups.iter().any(changes)) {
            return None;
        }
        let bill = &words.bill;
        let title = format!(
            "{}: who pays more and who pays less, by {} of the area",
            words.subject,
            by.join(" and ")
        );
        let mut columns = vec![
            Column::words("Group"),
            Column::figures("Homes liable"),
            Column::figures(&words.cases.yes_less_today),
        ];
        columns.extend(
            self.has_no()
                .then(|| Column::figures(&words.cases.yes_less_no)),
        );
        columns.push(Column::figures("Pay more, of the group's homes"));
        let heading = |by: &PayingGroups, group: &PayingGroup| {
            let by = by.heading.split(':').next().unwrap_or_default();
            format!("{by}: {}", group.label)
        };
        let row = |by: &PayingGroups, group: &PayingGroup| {
            let mut row = vec![
                heading(by, group),
                thousands(group.homes.round() as u64),
                pounds(group.over_today, 2),
            ];
            row.extend(group.over_no.map(|change| pounds(change, 2)));
            row.push(share(group.pay_more));
            row
        };
        let table = Table {
            caption: format!("Mean change of {bill}, pounds a year, by area"),
            columns,
            rows: (groupings.iter())
                .flat_map(|by| by.groups.iter().map(move |group| row(by, group)))
                .collect(),
            note: String::new(),
        };
        let svg = who_pays(&WhoPaysChart {
            groupings,
            cases: words.cases.clone(),
            measured: format!("mean change of {bill}"),
            title: title.clone(),
            notes: vec![
                "Bills after discounts, council tax reduction and relief, over all liable homes. An area \
                 is some 700 homes (deprivation) or 3,000 (income): rich and poor homes within one are \
                 not told apart."
                    .to_owned(),
            ],
            source: words.source.clone(),
        });
        Some(figure::<DecileRow>("who-pays", title, svg, table))
    }

    fn paying_groups(&self, grouping: Grouping) -> Vec<PayingGroup> {
        let over_no: Vec<&DecileRow> = self.groups(grouping, Against::No).collect();
        self.groups(grouping, Against::Today)
            .map(|today| {
                let no = over_no.iter().find(|row| row.group == today.group);
                let no = no.filter(|_| self.has_no());
                PayingGroup {
                    label: group_in_words(grouping, today),
                    homes: today.n_dwellings,
                    over_today: today.mean_change_pounds,
                    over_no: no.map(|row| row.mean_change_pounds),
                    pay_more: no.map_or(today.share_losing, |row| row.share_losing),
                }
            })
            .collect()
    }

    /// The areas with a figure of each, those of most deprivation first where no map is held.
    fn areas(
        &self,
        of: impl Fn(usize) -> Option<f64>,
        words: impl Fn(f64) -> String,
    ) -> Result<Vec<Area>, DataError> {
        let outlines = boundaries::ward_outlines(&self.prepared.record.authority.code)?;
        let outlines = outlines.unwrap_or_default();
        let mut held: Vec<(f64, Area)> = (self.briefing.wards.iter().enumerate())
            .map(|(number, ward)| {
                let value = of(number);
                let rings = outlines
                    .iter()
                    .find(|outline| outline.ward_code == ward.area_code);
                let rings = rings.map_or(Vec::new(), |outline| {
                    let ring = |ring: &Vec<boundaries::Point>| {
                        ring.iter()
                            .map(|point| (point.longitude, point.latitude))
                            .collect()
                    };
                    outline.rings.iter().map(ring).collect()
                });
                let area = Area {
                    name: ward.area.clone(),
                    value,
                    words: value.map_or("no figure".to_owned(), &words),
                    rings,
                };
                (ward.deprivation_score.unwrap_or(f64::NEG_INFINITY), area)
            })
            .collect();
        if held.iter().any(|(_, area)| area.rings.is_empty()) {
            held.sort_by(|one, other| other.0.total_cmp(&one.0));
        }
        Ok(held.into_iter().map(|(_, area)| area).collect())
    }

    /// What an area is called: `ward`.
    fn area_kind(&self) -> &'static str {
        match self
            .briefing
            .wards
            .first()
            .map(|ward| ward.area_kind.as_str())
        {
            Some("ward") => "ward",
            Some("authority") => "billing authority",
            _ => "area",
        }
    }

    /// What to know of the tiles or the map.
    fn order_note(&self, areas: &[Area]) -> Vec<String> {
        if areas.iter().all(|area| !area.rings.is_empty()) {
            return vec![
                "Outlines: Office for National Statistics, Open Government Licence v3.0; contains OS \
                 data © Crown copyright and database right."
                    .to_owned(),
            ];
        }
        let known = self
            .briefing
            .wards
            .iter()
            .all(|ward| ward.deprivation_score.is_some());
        let kind = self.area_kind();
        vec![if known {
            format!("One tile for each {kind}, the most deprived first, row by row (IMD 2025).")
        } else {
            format!("One tile for each {kind}.")
        }]
    }

    /// The mean change by ward; nothing where there is one area only.
    fn ward_change(&self) -> Result<Option<Figure>, DataError> {
        if self.briefing.wards.len() < 2 {
            return Ok(None);
        }
        let words = &self.words;
        let against = if self.has_no() {
            Against::No
        } else {
            Against::Today
        };
        let rows: Vec<&DecileRow> = self.groups(Grouping::Area, against).collect();
        let of_ward = |number: usize| {
            let code = &self.briefing.wards[number].area_code;
            rows.iter().find(|row| row.group == *code).copied()
        };
        if !rows.iter().any(|row| row.mean_change_pounds.abs() >= 0.005) {
            return Ok(None);
        }
        let held = self.areas(
            |number| of_ward(number).map(|row| row.mean_change_pounds),
            |change| signed(change, 0),
        )?;
        let kind = self.area_kind();
        let less = words.less();
        let bill = &words.bill;
        let title = format!(
            "{}: mean change of {bill} by {kind}, {less}, pounds a year",
            words.subject
        );
        let table = Table {
            caption: format!("{}, mean change by {kind}, pounds a year", capital(bill)),
            columns: vec![
                Column::words(capital(kind)),
                Column::figures("Homes liable"),
                Column::figures(less),
                Column::figures("Pay more, of its homes"),
            ],
            rows: (self.briefing.wards.iter().enumerate())
                .filter_map(|(number, ward)| {
                    let row = of_ward(number)?;
                    Some(vec![
                        ward.area.clone(),
                        thousands(row.n_dwellings.round() as u64),
                        pounds(row.mean_change_pounds, 2),
                        share(row.share_losing),
                    ])
                })
                .collect(),
            note: String::new(),
        };
        let mut notes = vec![format!(
            "Mean over all liable homes of each {kind}, after discounts and reduction: homes of one \
             {kind} differ."
        )];
        notes.extend(self.order_note(&held));
        let svg = areas(&AreasChart {
            areas: held,
            unit: Unit::Pounds,
            measured: format!("Mean change of {bill}, {less}, pounds a year"),
            title: title.clone(),
            notes,
            source: words.source.clone(),
        });
        Ok(Some(figure::<WardRow>("ward-change", title, svg, table)))
    }

    /// The share of votes for Yes by ward; nothing without a vote, or where there is one area only.
    fn ward_yes(&self) -> Result<Option<Figure>, DataError> {
        let wards = &self.briefing.wards;
        if wards.len() < 2 || !self.briefing.has_vote() {
            return Ok(None);
        }
        let words = &self.words;
        let kind = self.area_kind();
        let held = self.areas(|number| wards[number].yes_share, |share| percent(share, 0))?;
        let halves: Vec<f64> = (wards.iter())
            .filter_map(|ward| Some((ward.yes_share_p95? - ward.yes_share_p05?) / 2.0))
            .collect();
        let title = format!("{}: share of votes for Yes by {kind}, mean", words.subject);
        let known = |value: Option<f64>| value.map_or(String::new(), share);
        let table = Table {
            caption: format!("Share of votes for Yes by {kind}, percent of the votes cast in it"),
            columns: vec![
                Column::words(capital(kind)),
                Column::figures("Electors"),
                Column::figures("Turnout, of electors"),
                Column::figures("Yes, mean"),
                Column::figures("5th percentile"),
                Column::figures("95th percentile"),
            ],
            rows: (wards.iter())
                .map(|ward| {
                    vec![
                        ward.area.clone(),
                        thousands(ward.n_electors.round() as u64),
                        known(ward.turnout),
                        known(ward.yes_share),
                        known(ward.yes_share_p05),
                        known(ward.yes_share_p95),
                    ]
                })
                .collect(),
            note: String::new(),
        };
        let half = 100.0 * halves.iter().sum::<f64>() / (halves.len().max(1)) as f64;
        let mut notes = vec![format!(
            "Mean over the draws of the model, of the votes cast in each {kind}. How sure: 90% of draws \
             lie within some {half:.0} points of it. The vote is decided by all votes together, not by \
             {kind}."
        )];
        notes.extend(self.order_note(&held));
        let svg = areas(&AreasChart {
            areas: held,
            unit: Unit::Share,
            measured: format!("Share of votes for Yes by {kind}, mean"),
            title: title.clone(),
            notes,
            source: words.source.clone(),
        });
        Ok(Some(figure::<WardRow>("ward-yes", title, svg, table)))
    }

    /// What is really collected; nothing where it is not uncertain.
    fn yields(&self) -> Option<Figure> {
        let words = &self.words;
        let row = self.briefing.figure("collected_pounds")?;
        let (mean, low, high) = (row.mean?, row.p05?, row.p95?);
        if high - low < 1.0 {
            return None;
        }
        let budgeted = self.briefing.figure("net_yield_vs_no_pounds")?.mean?;
        let over = words.over.as_str();
        let if_won = if self.prepared.route.needs_referendum() {
            " if the vote is won"
        } else {
            ""
        };
        let mut lines = vec![DistributionLine {
            at: budgeted,
            words: format!("as budgeted: {}", Unit::Pounds.words(budgeted)),
        }];
        let span = high - low;
        if low.min(budgeted) - span < 0.0 && high.max(budgeted) + span > 0.0 {
            lines.push(DistributionLine {
                at: 0.0,
                words: format!("as much as {}", words.over_short),
            });
        }
        let title = format!(
            "{}: really collected in the first year{if_won}, over {over}",
            words.subject
        );
        let weights = vec![1.0; self.outcomes.collected.len()];
        let svg = distribution(&DistributionChart {
            values: &self.outcomes.collected,
            weights: &weights,
            axis: Axis::new(
                &format!("really collected over {over} (pounds, first year)"),
                Unit::Pounds,
            ),
            mean,
            range: (low, high),
            lines,
            beyond: None,
            title: title.clone(),
            notes: vec![format!(
                "Net of relief, and of what is not collected, successful challenges to bands and extra \
                 council tax reduction. Collected and budgeted are both over {over}."
            )],
            source: words.source.clone(),
        });
        let column = |name: &str| Column::figures(name);
        let table = Table {
            caption: format!("Really collected over {over} in the first year, pounds"),
            columns: vec![
                Column::words("Figure"),
                column("Mean"),
                column("5th percentile"),
                column("Median"),
                column("95th percentile"),
            ],
            rows: vec![
                vec![
                    "Really collected".to_owned(),
                    pounds(mean, 0),
                    pounds(low, 0),
                    row.p50.map_or(String::new(), |median| pounds(median, 0)),
                    pounds(high, 0),
                ],
                vec![
                    "As budgeted".to_owned(),
                    pounds(budgeted, 0),
                    String::new(),
                    String::new(),
                    String::new(),
                ],
            ],
            note: String::new(),
        };
        Some(figure::<SummaryRow>("yield", title, svg, table))
    }

    /// How the vote may go; nothing without one.
    fn yes_share(&self) -> Option<Figure> {
        let words = &self.words;
        let vote = self.outcomes.vote.as_ref()?;
        let row = self.briefing.figure("yes_share")?;
        let (mean, low, high) = (row.mean?, row.p05?, row.p95?);
        let win = self.briefing.figure("win_probability")?;
        let (won, error) = (chance(win.mean?), win.monte_carlo_error?);
        let title = format!(
            "{}: probability of winning the vote {won}; mean share for Yes {} of votes",
            words.subject,
            percent(mean, 1)
        );
        let svg = distribution(&DistributionChart {
            values: &vote.yes_share,
            weights: vote.weights.values(),
            axis: Axis::new("share of votes for Yes (% of votes cast)", Unit::Share),
            mean,
            range: (low, high),
            lines: vec![DistributionLine {
                at: 0.5,
                words: "more than 50% is a majority".to_owned(),
            }],
            beyond: Some(DistributionPart {
                above: 0.5,
                words: format!("won: P(win) {won} of draws"),
                rest: "lost".to_owned(),
            }),
            title: title.clone(),
            notes: vec![format!(
                "P(win), the probability of winning, is the share of the draws in which more than half \
                 of all votes are Yes; give or take {:.1} points from chance alone. A draw \
                 is one way in which things that are not known may turn out, weighted by past ballots \
                 and polls.",
                100.0 * error
            )],
            source: words.source.clone(),
        });
        let table = Table {
            caption: "Share of votes for Yes, percent of votes cast".to_owned(),
            columns: vec![
                Column::words("Figure"),
                Column::figures("Mean"),
                Column::figures("5th percentile"),
                Column::figures("Median"),
                Column::figures("95th percentile"),
            ],
            rows: vec![
                vec![
                    "Share of votes for Yes".to_owned(),
                    percent(mean, 1),
                    percent(low, 1),
                    row.p50.map_or(String::new(), |median| percent(median, 1)),
                    percent(high, 1),
                ],
                vec![
                    "Probability of winning".to_owned(),
                    won,
                    String::new(),
                    String::new(),
                    String::new(),
                ],
            ],
            note: String::new(),
        };
        Some(figure::<SummaryRow>("yes-share", title, svg, table))
    }

    /// What drives the probability of winning; nothing without a vote.
    fn drivers(&self) -> Option<Figure> {
        if self.briefing.drivers.is_empty() {
            return None;
        }
        let bars: Vec<DriverBar> = (self.briefing.drivers.iter())
            .map(|driver| DriverBar {
                meaning: driver.meaning.clone(),
                effect: driver.effect_on_win_probability,
                half_range: NORMAL_90 * driver.monte_carlo_error,
            })
            .collect();
        let title = format!(
            "{}: what moves the probability of winning",
            self.words.subject
        );
        let table = Table {
            caption:
                "Probability of winning with the input above its median, less that with it below"
                    .to_owned(),
            columns: vec![
                Column::words("Input"),
                Column::figures("Effect"),
                Column::figures("90% range from chance alone"),
            ],
            rows: (bars.iter())
                .map(|bar| {
                    vec![
                        bar.meaning.clone(),
                        Unit::Points.words(bar.effect),
                        format!(
                            "{} to {}",
                            Unit::Points.words(bar.effect - bar.half_range),
                            Unit::Points.words(bar.effect + bar.half_range)
                        ),
                    ]
                })
                .collect(),
            note: String::new(),
        };
        let svg = drivers_chart(&bars, &title, &self.words.source);
        Some(figure::<DriverRow>("drivers", title, svg, table))
    }

    /// What it would take to win; none without a vote.
    fn needs(&self) -> Vec<Figure> {
        let of_chart = |(lever, name, svg): (&str, &str, String)| {
            let row = self.briefing.needs.iter().find(|row| row.lever == lever)?;
            let points: Vec<_> = (self.briefing.needs_curve.iter())
                .filter(|point| point.lever == lever)
                .collect();
            // A dozen points show the curve; `needs_curve.csv` has all.
            let step = points.len().div_ceil(MOST_POINTS).max(1);
            let is_share = row.unit.starts_with("share");
            let table = Table {
                caption: format!("Probability of winning by {}", row.meaning),
                columns: vec![
                    Column::figures(capital(&row.unit)),
                    Column::figures("Probability of winning"),
                    Column::figures("90% range from chance alone"),
                ],
                rows: (points.iter().step_by(step))
                    .map(|point| {
                        let half = NORMAL_90 * point.monte_carlo_error;
                        vec![
                            if is_share {
                                percent(point.value, 1)
                            } else {
                                Unit::Number.words(point.value)
                            },
                            chance(point.win_probability),
                            format!(
                                "{} to {}",
                                chance(point.win_probability - half),
                                chance(point.win_probability + half)
                            ),
                        ]
                    })
                    .collect(),
                note: String::new(),
            };
            let title = title_of(&svg);
            Some(figure::<NeedCurveRow>(name, title, svg, table))
        };
        needs::charts(self.briefing)
            .into_iter()
            .filter_map(of_chart)
            .collect()
    }

    /// The years after.
    fn medium_term(&self) -> Option<Figure> {
        let words = &self.words;
        let rows = &self.briefing.medium_term;
        let held = self.paths();
        let paths: Vec<FanPath> = (held.iter())
            .map(|(path, style, label, meaning)| FanPath {
                style: *style,
                label: label.clone(),
                meaning: meaning.clone(),
                years: years_of(rows, path),
            })
            .collect();
        if !(paths.iter()).any(|path| path.years.iter().any(moves)) {
            return None;
        }
        let over = words.over.as_str();
        let title = format!("{}: what later years bring, over {over}", words.subject);
        let mut notes = vec![format!(
            "Pounds of each year, in every year over {}.",
            against(self.prepared, rows).trim_end_matches(',')
        )];
        if self.prepared.route.needs_referendum() {
            notes.push(
                "Holding the vote is won or lost: its range spans both, its mean is neither. In the \
                 first year it bears the poll and, if lost, billing again."
                    .to_owned(),
            );
        }
        let withdrawn = |row: &&MediumTermRow| row.path == "yes_relief_withdrawn";
        if let Some(second) = rows.iter().filter(withdrawn).nth(1) {
            notes.push(format!(
                "Not drawn: if relief ended in {}, which takes no vote, {} would be collected over {over} \
                 in that year.",
                second.year,
                Unit::Pounds.words(second.collected_vs_no_pounds_mean)
            ));
        }
        let mut columns = vec![Column::words("Path")];
        let years: Vec<&String> = {
            let mut years: Vec<&String> = rows.iter().map(|row| &row.year).collect();
            years.dedup();
            years
        };
        columns.extend(years.iter().map(|year| Column::figures(year.as_str())));
        let cell = |path: &str, year: &str| {
            let found = rows.iter().find(|row| row.path == path && row.year == year);
            found.map_or(String::new(), |row| {
                pounds(row.collected_vs_no_pounds_mean, 0)
            })
        };
        let table = Table {
            caption: format!("Collected over {over}, mean over the draws, pounds of each year"),
            columns,
            rows: (held.into_iter())
                .map(|(path, _, _, meaning)| {
                    let cells = years.iter().map(|year| cell(path, year));
                    [meaning].into_iter().chain(cells).collect()
                })
                .collect(),
            note: String::new(),
        };
        let svg = fan(&FanChart {
            paths,
            measured: Axis::new(
                &format!("collected over {} (pounds a year)", words.over_short),
                Unit::Pounds,
            ),
            zero: format!("as much as {}", words.over_short),
            title: title.clone(),
            notes,
            source: words.source.clone(),
        });
        Some(figure::<MediumTermRow>("medium-term", title, svg, table))
    }

    /// The paths that are drawn: key, style, words for its end, and what happens on it. Of two that are
    /// alike in every year the first is drawn; a freeze that is the line at nothing is not.
    fn paths(&self) -> Vec<(&'static str, FanStyle, String, String)> {
        let rows = &self.briefing.medium_term;
        let mut drawn: Vec<Vec<FanYear>> = Vec::new();
        let mut paths = self.all_paths();
        paths.retain(|(path, style, ..)| {
            let years = years_of(rows, path);
            let nothing = *style == FanStyle::Freeze && !years.iter().any(moves);
            let known = drawn.iter().any(|held| alike(held, &years));
            let kept = !years.is_empty() && !nothing && !known;
            if kept {
                drawn.push(years);
            }
            kept
        });
        paths
    }

    fn all_paths(&self) -> Vec<(&'static str, FanStyle, String, String)> {
        let rows = &self.briefing.medium_term;
        let in_pounds = years_of(rows, "yes_relief_in_pounds");
        let has_relief = !in_pounds.is_empty() && !alike(&years_of(rows, "yes"), &in_pounds);
        let vote = self.prepared.route.needs_referendum();
        let (carried, label) = if vote {
            ("after a Yes", "Yes")
        } else {
            ("as proposed", "proposed")
        };
        let years = match self.prepared.outlook.plan.freeze_years {
            1 => "1 year".to_owned(),
            n => format!("{n} years"),
        };
        let mut paths = Vec::new();
        if has_relief {
            paths.push((
                "yes",
                FanStyle::Proposal,
                format!("{label}, frozen bands kept"),
                format!("{carried}, frozen bands kept at today's pounds"),
            ));
            paths.push((
                "yes_relief_in_pounds",
                FanStyle::Variant,
                format!("{label}, all bands rise later"),
                format!("{carried}, all bands rise in later years"),
            ));
        } else {
            paths.push((
                "yes",
                FanStyle::Proposal,
                label.to_owned(),
                carried.to_owned(),
            ));
        }
        paths.push((
            "freeze",
            FanStyle::Freeze,
            "frozen for all".to_owned(),
            format!("no rise for anyone for {years}, then the later rises"),
        ));
        if vote {
            paths.push((
                "expected",
                FanStyle::Average,
                "holding the vote".to_owned(),
                "holding the vote, on average of winning and losing".to_owned(),
            ));
        }
        paths
    }
}

/// Whether a year differs from what comes without the proposal.
fn moves(year: &FanYear) -> bool {
    year.mean.abs() >= 0.5
}

/// Whether two paths bring in the same in every year, to the pound.
fn alike(one: &[FanYear], other: &[FanYear]) -> bool {
    let ends = |year: &FanYear| [year.mean, year.low, year.high];
    let same = |(one, other): (&FanYear, &FanYear)| {
        (ends(one).iter().zip(ends(other))).all(|(one, other)| (one - other).abs() < 0.5)
    };
    one.len() == other.len() && one.iter().zip(other).all(same)
}

fn years_of(rows: &[MediumTermRow], path: &str) -> Vec<FanYear> {
    let of_path = rows.iter().filter(|row| row.path == path);
    of_path.filter_map(fan_year).collect()
}

fn fan_year(row: &MediumTermRow) -> Option<FanYear> {
    Some(FanYear {
        begins: row.year.split('-').next()?.parse().ok()?,
        mean: row.collected_vs_no_pounds_mean,
        low: row.collected_vs_no_pounds_p05,
        high: row.collected_vs_no_pounds_p95,
    })
}

/// A group of homes in few words.
fn group_in_words(grouping: Grouping, row: &DecileRow) -> String {
    if row.group == NOT_KNOWN {
        return "not known".to_owned();
    }
    match grouping {
        Grouping::IncomeQuintile => {
            let place = match row.group.as_str() {
                "1" => "lowest",
                "2" => "second",
                "3" => "middle",
                "4" => "fourth",
                _ => "highest",
            };
            let name = &row.group_name;
            match (name.rsplit_once("up to "), name.rsplit_once("over ")) {
                (Some((_, income)), _) => format!("{place}: to {income}"),
                (None, Some((_, income))) => format!("{place}: above {income}"),
                (None, None) => place.to_owned(),
            }
        }
        Grouping::DeprivationDecile => match row.group.as_str() {
            "1" => "1: most deprived".to_owned(),
            "10" => "10: least deprived".to_owned(),
            other => other.to_owned(),
        },
        _ => row.group_name.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::results::briefing;
    use super::*;
    use crate::data::scenario::Names;
    use crate::data::{Scenario, World};
    use crate::domain::{Distribution, Learning, Proposal, Rise, UniformRise};
    use crate::simulation::{NoObserver, prepare, run};

    fn figures(key: &str, authority: Option<&str>, draws: u32) -> Vec<Figure> {
        figures_with(key, authority, |scenario| scenario.draws = draws)
    }

    fn figures_with(
        key: &str,
        authority: Option<&str>,
        change: impl FnOnce(&mut Scenario),
    ) -> Vec<Figure> {
        let world = World::embedded(None).expect("the world");
        let names = Names::of(&world.assumptions);
        let mut scenario = Scenario::load(key, &names).expect("a scenario");
        if let Some(authority) = authority {
            (scenario, _) = scenario.for_authority(authority);
        }
        change(&mut scenario);
        let prepared = prepare(&scenario, &world).expect("prepared");
        let outcomes = run(&prepared, &NoObserver);
        let found = briefing(&prepared, &outcomes, "", &[]).expect("a briefing");
        of_run(&prepared, &outcomes, &found).expect("figures")
    }

    fn names(figures: &[Figure]) -> Vec<&str> {
        figures.iter().map(|figure| figure.name.as_str()).collect()
    }

    fn whole(figures: &[Figure]) {
        for figure in figures {
            let Figure { name, table, .. } = figure;
            assert!(!figure.alt.is_empty() && !figure.title.is_empty(), "{name}");
            assert!(
                !table.rows.is_empty() && !table.caption.is_empty(),
                "{name}"
            );
            for row in &table.rows {
                assert_eq!(row.len(), table.columns.len(), "{name}: {row:?}");
            }
            assert!(figure.svg.contains("bandwise run "), "{name} has a source");
        }
    }

    #[test]
    fn a_proposal_with_a_vote_has_every_chart() {
        let figures = figures("williamson-2018", None, 2_000);
        whole(&figures);
        assert_eq!(
            names(&figures),
            [
                "bills",
                "who-pays",
                "ward-change",
                "yield",
                "yes-share",
                "ward-yes",
                "drivers",
                "needs-comprehension",
                "needs-campaign",
                "needs-poll",
                "medium-term"
            ]
        );
        let bills = &figures[0];
        assert!(
            bills
                .title
                .starts_with("Derby, 2027-28: the council's own part")
        );
        // Band A, by hand: 6/9 of £1,898.99 today and after a Yes, and 4.99% more after a No.
        let frozen = [
            "A",
            "58,500",
            "£1,265.99",
            "£1,329.17",
            "£1,265.99",
            "£0.00",
            "-£63.18",
        ];
        assert_eq!(bills.table.rows[0], frozen);
    }

    #[test]
    fn without_a_vote_there_is_no_chart_of_votes_and_no_word_of_one() {
        let figures = figures("uniform-15", Some("Cardiff"), 200);
        whole(&figures);
        assert_eq!(
            names(&figures),
            ["bills", "who-pays", "ward-change", "yield", "medium-term"]
        );
        for figure in &figures {
            for word in ["after a No", "after a Yes", "Yes less"] {
                assert!(!figure.svg.contains(word), "{word} in {}", figure.name);
            }
        }
    }

    fn text_of(figure: &Figure) -> String {
        let cells = figure.table.rows.iter().flatten().cloned();
        let heads = figure
            .table
            .columns
            .iter()
            .map(|column| column.name.clone());
        let all: Vec<String> = cells.chain(heads).collect();
        format!(
            "{} {} {} {} {}",
            figure.title,
            figure.alt,
            figure.svg,
            figure.table.caption,
            all.join(" ")
        )
    }

    fn named<'a>(figures: &'a [Figure], name: &str) -> &'a Figure {
        let mut found = figures.iter().filter(|figure| figure.name == name);
        found.next().expect(name)
    }

    #[test]
    fn a_rise_under_the_limit_is_set_against_the_most_that_needs_no_vote() {
        let figures = figures_with("uniform-15", None, |scenario| {
            scenario.draws = 200;
            let rise = Rise::new(0.03).expect("a rise");
            scenario.proposal = Proposal::Uniform(UniformRise::Stated(rise));
        });
        whole(&figures);
        for name in ["yield", "medium-term"] {
            let figure = named(&figures, name);
            assert!(
                (figure.title).contains("over the most that needs no vote (4.99%)"),
                "{}",
                figure.title
            );
            assert!(figure.table.caption.contains("the most that needs no vote"));
            assert!(figure.alt.contains("the most that needs no vote"));
            assert!(!text_of(figure).contains("without it"), "{name}");
        }
    }

    #[test]
    fn paths_that_are_alike_are_drawn_and_tabled_once() {
        let figures = figures("williamson-2018", Some("Cardiff"), 200);
        let years = named(&figures, "medium-term");
        assert_eq!(years.table.rows.len(), 1, "{:?}", years.table.rows);
        assert_eq!(years.table.rows[0][0], "as proposed");
        let pays = named(&figures, "who-pays");
        assert!(pays.title.ends_with("by income of the area"));
        assert!(
            pays.table
                .rows
                .iter()
                .any(|row| { row[0].contains("highest: above £") })
        );
    }

    #[test]
    fn where_only_deprivation_is_known_the_title_says_no_more() {
        let figures = figures("williamson-2018", Some("City of London"), 200);
        let title = &named(&figures, "who-pays").title;
        assert!(title.ends_with("by deprivation of the area"), "{title}");
    }

    #[test]
    fn charts_in_which_nothing_moves_are_left_out() {
        let figures = figures("westminster-band-h", None, 200);
        assert_eq!(names(&figures), ["yield", "medium-term"]);
    }

    #[test]
    fn a_probability_is_never_nothing_and_a_range_is_called_one() {
        let figures = figures_with("uniform-15", None, |scenario| {
            scenario.draws = 200;
            scenario.learning = Learning::PriorsOnly;
            for (name, value) in [("m", 0.01), ("k", 100.0)] {
                let fixed = Distribution::Fixed(value);
                scenario.inputs.insert(name.to_owned(), fixed);
            }
        });
        let vote = named(&figures, "yes-share");
        assert!(vote.title.contains("the vote below 0.1%"), "{}", vote.title);
        assert!(vote.svg.contains("P(win) below 0.1% of draws"));
        for figure in &figures {
            let text = text_of(figure);
            assert!(!text.contains("Give or take"), "{}", figure.name);
        }
    }

    #[test]
    fn a_change_of_the_law_is_set_against_the_whole_bill() {
        let figures = figures("fairer-share", None, 200);
        whole(&figures);
        assert!(figures[0].title.contains("a full bill, all parts"));
        assert!(!names(&figures).contains(&"yes-share"));
    }

    #[test]
    fn a_police_authority_has_a_tile_for_each_council() {
        let figures = figures("uniform-15", Some("Bedfordshire Police"), 200);
        whole(&figures);
        let tiles = figures.iter().find(|figure| figure.name == "ward-change");
        let tiles = tiles.expect("tiles");
        assert_eq!(tiles.table.rows.len(), 3);
        assert!(
            tiles.title.contains("by billing authority"),
            "{}",
            tiles.title
        );
    }
}
