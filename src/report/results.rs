//! The result of a run as plain documented data: what every format is written from.

use serde::Serialize;

use super::csv::csv;
use super::households::cell_rows;
use super::tables::{BandRow, CompareRow, DriverRow, SummaryRow, WardRow, WarningRow};
use super::who_pays::{DecileRow, ExampleHouseholdRow, paying};
use crate::data::AuthorityRecord;
use crate::data::catalogue::{self, Catalogue, DataError};
use crate::data::small_areas::Tenure;
use crate::domain::{Band, Limit, Pence, Share, Warning};
use crate::simulation::{
    BillPart, DrawOutcomes, Driver, PairedDifference, Prepared, Spread, drivers, spread,
    win_probability, win_probability_if_known,
};
use crate::tax::bill::Cases;
use crate::tax::budget::on_base;

/// Everything that a run found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Briefing {
    /// What is proposed.
    pub title: String,
    /// The authority.
    pub authority: String,
    /// Its ONS code.
    pub authority_code: String,
    /// The year of the figures.
    pub base_year: String,
    /// The year voted on.
    pub vote_year: String,
    /// Figures of the whole.
    pub summary: Vec<SummaryRow>,
    /// By band.
    pub bands: Vec<BandRow>,
    /// By ward.
    pub wards: Vec<WardRow>,
    /// By group of homes: who pays more and who pays less.
    pub deciles: Vec<DecileRow>,
    /// Bills of example households.
    pub example_households: Vec<ExampleHouseholdRow>,
    /// What drives the probability of winning, strongest first.
    pub drivers: Vec<DriverRow>,
    /// Caveats.
    pub warnings: Vec<WarningRow>,
    /// From what, and with what.
    pub provenance: Provenance,
}

/// What a result is a function of: scenario, data, seed and program version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Provenance {
    /// The program.
    pub program: String,
    /// Its version.
    pub version: String,
    /// The key of the scenario.
    pub scenario: String,
    /// SHA-256 of the scenario as understood (`scenario.toml`).
    pub scenario_sha256: String,
    /// What the command line replaced in the scenario.
    pub overrides: Vec<String>,
    /// The authority's ONS code.
    pub authority_code: String,
    /// The year of the figures, or the name of a vintage that the user has installed.
    pub vintage: String,
    /// SHA-256 of an installed vintage's tables; nothing for an embedded one.
    pub vintage_sha256: Option<String>,
    /// SHA-256 of the cells of the council's own extract (`cells.csv`); nothing without one.
    pub extract_sha256: Option<String>,
    /// Number of draws.
    pub draws: u32,
    /// Seed.
    pub seed: u64,
    /// SHA-256 over all embedded tables.
    pub data_sha256: String,
    /// The embedded tables.
    pub tables: Vec<TableProvenance>,
    /// The licence of the figures.
    pub licence: String,
}

/// One embedded table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableProvenance {
    /// Its name.
    pub name: String,
    /// Where its figures come from.
    pub source: String,
    /// The date of the figures.
    pub date: String,
    /// How far they can be trusted.
    pub standing: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

impl Briefing {
    /// A figure of the summary by name.
    pub fn figure(&self, metric: &str) -> Option<&SummaryRow> {
        self.summary.iter().find(|row| row.metric == metric)
    }
}

/// Draws below which a probability is called rough.
const FEW_DRAWS: u32 = 2_000;
/// Width of the 90% range of the yes share above which the outcome is called open.
const WIDE: f64 = 0.25;

/// Puts a prepared scenario and its draws into tables. `scenario_toml` is the scenario as
/// understood; `overrides` say what the command line replaced.
///
/// # Errors
/// When the embedded catalogue is broken: a fault of the build.
pub fn briefing(
    prepared: &Prepared,
    outcomes: &DrawOutcomes,
    scenario_toml: &str,
    overrides: &[String],
) -> Result<Briefing, DataError> {
    let drivers = drivers(prepared, outcomes);
    let paying = paying(prepared, BillPart::OwnElement)?;
    Ok(Briefing {
        title: prepared.scenario.title.clone(),
        authority: prepared.record.authority.name.clone(),
        authority_code: prepared.record.authority.code.to_string(),
        base_year: prepared.base_year.to_string(),
        vote_year: prepared.vote_year.to_string(),
        summary: [summary(prepared, outcomes), paying.summary].concat(),
        bands: bands(prepared, outcomes),
        wards: wards(prepared, outcomes),
        deciles: paying.deciles,
        example_households: paying.example_households,
        drivers: driver_rows(&drivers),
        warnings: [warnings(prepared, outcomes), rows_of(&paying.warnings)].concat(),
        provenance: provenance(prepared, scenario_toml, overrides)?,
    })
}

/// The caveats of a run: those known before the first draw, then those that the draws bring.
pub fn warnings(prepared: &Prepared, outcomes: &DrawOutcomes) -> Vec<WarningRow> {
    let mut warnings = prepared.warnings.clone();
    if let Some(vote) = &outcomes.vote {
        if prepared.scenario.draws < FEW_DRAWS {
            warnings.push(Warning::FewDraws {
                draws: prepared.scenario.draws,
            });
        }
        if let Some(range) = spread(&vote.yes_share) {
            let [low, .., high] = range.percentiles;
            if high - low > WIDE {
                warnings.push(Warning::WideOutcome { low, high });
            }
        }
    }
    rows_of(&warnings)
}

fn rows_of(warnings: &[Warning]) -> Vec<WarningRow> {
    let row = |warning: &Warning| WarningRow {
        warning: warning.code().to_owned(),
        message: warning.message(),
    };
    warnings.iter().map(row).collect()
}

fn driver_rows(drivers: &[Driver]) -> Vec<DriverRow> {
    drivers
        .iter()
        .map(|driver| DriverRow {
            input: driver.name.clone(),
            meaning: driver.meaning.clone(),
            effect_on_win_probability: driver.effect,
            monte_carlo_error: driver.error,
        })
        .collect()
}

/// Builds the rows of the summary.
struct Summary(Vec<SummaryRow>);

impl Summary {
    fn spread(&mut self, metric: &str, unit: &str, base: &str, found: Option<Spread>, note: &str) {
        let percentile = |index: usize| found.map(|spread| spread.percentiles[index]);
        self.0.push(SummaryRow {
            metric: metric.to_owned(),
            unit: unit.to_owned(),
            base: base.to_owned(),
            mean: found.map(|spread| spread.mean),
            sd: found.and_then(|spread| spread.sd),
            p05: percentile(0),
            p25: percentile(1),
            p50: percentile(2),
            p75: percentile(3),
            p95: percentile(4),
            monte_carlo_error: found.and_then(|spread| spread.monte_carlo_error),
            note: note.to_owned(),
        });
    }

    fn exact(&mut self, metric: &str, unit: &str, base: &str, value: f64, note: &str) {
        let spread = Spread {
            mean: value,
            sd: Some(0.0),
            percentiles: [value; 5],
            monte_carlo_error: Some(0.0),
        };
        self.spread(metric, unit, base, Some(spread), note);
    }

    fn pounds(&mut self, metric: &str, base: &str, amount: Pence, note: &str) {
        self.exact(metric, "pounds a year", base, amount.pounds(), note);
    }
}

fn summary(prepared: &Prepared, outcomes: &DrawOutcomes) -> Vec<SummaryRow> {
    let mut rows = Summary(Vec::new());
    frozen(prepared, outcomes, &mut rows);
    money(prepared, outcomes, &mut rows);
    vote(prepared, outcomes, &mut rows);
    rows.0
}

fn frozen(prepared: &Prepared, outcomes: &DrawOutcomes, rows: &mut Summary) {
    let dwellings = prepared.record.dwellings();
    let total: i64 = dwellings.values().iter().sum();
    let share = |part: i64, whole: i64| Share::of(part, whole).map_or(0.0, Share::value);
    let schedule = &prepared.schedule;
    let in_bands = |chosen: &dyn Fn(Band) -> bool| -> i64 {
        schedule
            .bands()
            .iter()
            .filter(|&&band| chosen(band))
            .map(|&band| dwellings[band])
            .sum()
    };
    let nation = prepared.record.authority.code.nation();
    let list = if prepared.extract.is_some() {
        "in the council's own extract"
    } else {
        "on the valuation list"
    };
    let all_homes = format!(
        "{total} dwellings {list}, bands {}",
        nation.bands_in_words()
    );
    let liable = |frozen_only: bool| -> i64 {
        prepared
            .cells
            .rows()
            .iter()
            .filter(|cell| cell.liability.quarters_payable() > 0)
            .filter(|cell| !frozen_only || schedule.is_frozen(cell.band))
            .map(|cell| cell.dwellings)
            .sum()
    };
    rows.exact(
        "share_frozen_dwellings_own_element",
        "share of dwellings",
        &all_homes,
        share(in_bands(&|band| schedule.is_frozen(band)), total),
        "dwellings in bands whose own element does not rise in cash over today",
    );
    rows.exact(
        "share_frozen_liable_dwellings_own_element",
        "share of liable dwellings",
        &format!(
            "{} dwellings liable for council tax (estimated)",
            liable(false)
        ),
        share(liable(true), liable(false)),
        "as above, without exempt dwellings",
    );
    rows.exact(
        "share_frozen_electors_own_element",
        "share of electors",
        &format!(
            "{:.0} electors ({})",
            prepared.electorate.total(),
            electors_from(prepared)
        ),
        prepared.electorate.share_frozen(),
        "electors in those bands",
    );
    let whole_bill: i64 = prepared
        .areas
        .iter()
        .zip(&prepared.amounts.areas)
        .flat_map(|(area, amounts)| {
            let held = |(&band, homes): (&Band, i64)| {
                (amounts.total[band].yes <= amounts.total[band].today).then_some(homes)
            };
            let homes = area.dwellings();
            let by_band = schedule
                .bands()
                .iter()
                .map(move |band| (band, homes[*band]));
            by_band.filter_map(held).collect::<Vec<_>>()
        })
        .sum();
    let known = |value: f64| {
        prepared.whole_bill_known.then_some(Spread {
            mean: value,
            sd: Some(0.0),
            percentiles: [value; 5],
            monte_carlo_error: Some(0.0),
        })
    };
    rows.spread(
        "share_frozen_dwellings_total_bill",
        "share of dwellings",
        &all_homes,
        known(share(whole_bill, total)),
        "dwellings in bands whose whole bill does not rise over today; empty where the other \
         authorities' amounts of next year are not known",
    );
    let no_dearer: i64 = prepared
        .cells
        .rows()
        .iter()
        .zip(&prepared.bills.total)
        .filter(|(_, bill)| bill.yes <= bill.today)
        .map(|(cell, _)| cell.dwellings)
        .sum();
    rows.spread(
        "share_dwellings_no_higher_bill",
        "share of dwellings",
        &all_homes,
        known(share(no_dearer, total)),
        "dwellings that pay no more over all: those bands, exempt homes that pay nothing, and \
         pensioners whose award meets the rise (estimated)",
    );
    let inflation = prepared.inflation;
    rows.exact(
        "share_frozen_dwellings_real_terms",
        "share of dwellings",
        &all_homes,
        share(
            in_bands(&|band| schedule.band_rise(band).value() <= inflation),
            total,
        ),
        &format!(
            "dwellings in bands whose own element rises by no more than prices ({:.1}%)",
            100.0 * inflation
        ),
    );
    rows.spread(
        "share_frozen_votes",
        "share of votes",
        "votes cast",
        outcomes
            .vote
            .as_ref()
            .and_then(|vote| spread(&vote.frozen_votes)),
        "votes from dwellings in bands whose own element does not rise; empty without a vote",
    );
}

/// Where the numbers of electors come from.
fn electors_from(prepared: &Prepared) -> &'static str {
    if prepared.cells.states_electors() {
        "stated in the extract"
    } else {
        "estimated from homes"
    }
}

fn money(prepared: &Prepared, outcomes: &DrawOutcomes, rows: &mut Summary) {
    let budgets = &prepared.budgets;
    let amounts = &prepared.amounts;
    let base = format!(
        "{:.1} band D equivalents: tax base for setting {} at budgeted collection of {:.1}%",
        prepared.record.tax_base.tax_base_for_setting,
        prepared.base_year,
        100.0 * prepared.record.tax_base.collection_rate
    );
    rows.exact(
        "headline_rise",
        "share of today's amount",
        &format!(
            "relevant basic amount {} ({})",
            amounts.band_d.today, prepared.base_year
        ),
        prepared.schedule.headline().value(),
        "the percentage on the ballot paper, before relief",
    );
    rows.exact(
        "no_rise",
        "share of today's amount",
        &format!(
            "relevant basic amount {} ({})",
            amounts.band_d.today, prepared.base_year
        ),
        amounts.no_rise.value(),
        &match prepared.principle.limit {
            Limit::Unlimited => "no principle applies and no vote is held: a freeze stands in, to \
                                 set figures against"
                .to_owned(),
            Limit::Pounds(_) => format!(
                "what a No brings in, {}: a No is not a freeze",
                amounts.band_d.no
            ),
            Limit::Percent(_) | Limit::PercentAndPounds(..) => format!(
                "what a No brings in, {}: a No is not a freeze; a percentage limit is taken one \
                 basis point below the trigger, as councils do, though some pennies more would be \
                 lawful",
                amounts.band_d.no
            ),
        },
    );
    rows.pounds(
        "gross_yield_pounds",
        &base,
        budgets.gross_yield(),
        "headline rise before relief",
    );
    rows.pounds(
        "contributions_in_lieu_pounds",
        &format!(
            "{} band D equivalents of contributions in lieu",
            prepared.base.in_lieu_thousandths as f64 / 1_000.0
        ),
        budgets.in_lieu_yes,
        "of it: paid for armed forces' homes, in no band and no ward",
    );
    rows.pounds(
        "relief_cost_pounds",
        &base,
        budgets.relief_cost(),
        "reductions under s.13A(1)(c), paid by the billing authority's general fund alone",
    );
    rows.pounds(
        "net_yield_vs_today_pounds",
        &base,
        budgets.net_yield_vs_today(),
        "after relief, over today's council tax",
    );
    rows.pounds(
        "no_yield_vs_today_pounds",
        &base,
        budgets.no_yield(),
        "what a No raises over today",
    );
    rows.pounds(
        "net_yield_vs_no_pounds",
        &base,
        budgets.net_yield_vs_no(),
        "after relief, over the budget that a No brings: what the vote is worth",
    );
    rows.spread(
        "collected_pounds",
        "pounds a year",
        "Yes less No, first year",
        spread(&outcomes.collected),
        "net yield over a No after uncertain collection, challenges and reductions; what is not \
         collected is charged to this council alone, though the collection fund shares it",
    );
    let within = prepared.finance.awards_within_base;
    let all_awards: Vec<f64> = outcomes
        .reduction_beyond_base
        .iter()
        .map(|beyond| within + beyond)
        .collect();
    rows.spread(
        "council_tax_reduction_cost_pounds",
        "pounds a year",
        "awards of the October return at the own element, Yes less No",
        spread(&all_awards),
        "extra awards over a No; most of it lies outside the tax base already; negative where \
         bills are lower than under a No",
    );
    rows.spread(
        "council_tax_reduction_beyond_base_pounds",
        "pounds a year",
        "recipients' part of the tax base, Yes less No",
        spread(&outcomes.reduction_beyond_base),
        "of it: awards that grow by more than the bill's share, already taken off what is \
         collected",
    );
    let costs = |values: &[f64]| outcomes.vote.as_ref().and_then(|_| spread(values));
    rows.spread(
        "poll_cost_pounds",
        "pounds, once",
        &prepared.day_words,
        costs(&outcomes.poll_cost),
        "paid whether won or lost; empty without a vote",
    );
    rows.spread(
        "loss_cost_pounds",
        "pounds, once",
        "if lost",
        costs(&outcomes.loss_cost),
        "billing again, and stopping services where the scenario states a cost; empty without a \
         vote",
    );
}

fn vote(prepared: &Prepared, outcomes: &DrawOutcomes, rows: &mut Summary) {
    let vote = outcomes.vote.as_ref();
    let none = "no referendum is needed, so there is no vote";
    let note = |text: &'static str| if vote.is_some() { text } else { none };
    let electors = format!(
        "{:.0} electors ({})",
        prepared.electorate.total(),
        electors_from(prepared)
    );
    rows.spread(
        "turnout",
        "share of electors",
        &electors,
        vote.and_then(|vote| spread(&vote.turnout)),
        note("votes cast over electors"),
    );
    rows.spread(
        "yes_share",
        "share of votes",
        "votes cast",
        vote.and_then(|vote| spread(&vote.yes_share)),
        note("more than half is needed; a tie is lost"),
    );
    for (metric, won, text) in [
        (
            "win_probability",
            win_probability(outcomes),
            "read it with the range of yes_share, never alone",
        ),
        (
            "win_probability_if_all_know",
            win_probability_if_known(outcomes),
            "the same draws if every voter knew what a Yes costs her: what the ballot paper hides",
        ),
    ] {
        rows.0.push(SummaryRow {
            metric: metric.to_owned(),
            unit: "probability".to_owned(),
            base: format!("{} draws", outcomes.len()),
            mean: won.map(|(mean, _)| mean),
            // A probability has no spread over its own draws: only the error of its estimate.
            sd: None,
            p05: None,
            p25: None,
            p50: None,
            p75: None,
            p95: None,
            monte_carlo_error: won.map(|(_, error)| error),
            note: note(text).to_owned(),
        });
    }
    rows.spread(
        "expected_value_pounds",
        "pounds, first year",
        "Yes less No if won, less the costs of losing if lost, less the poll",
        outcomes.value().as_deref().and_then(spread),
        note("what holding the vote is worth on average, before later years"),
    );
}

fn bands(prepared: &Prepared, outcomes: &DrawOutcomes) -> Vec<BandRow> {
    let dwellings = prepared.record.dwellings();
    let column = |band: Band, values: &[f64]| {
        let of_band: Vec<f64> = values
            .iter()
            .skip(band.index())
            .step_by(prepared.schedule.bands().len())
            .copied()
            .collect();
        spread(&of_band).map(|spread| spread.mean)
    };
    prepared
        .schedule
        .bands()
        .iter()
        .map(|&band| {
            let own = prepared.amounts.own[band];
            let total = |of: fn(&Cases<Pence>) -> Pence| mean_total(prepared, band, of);
            let budget = &prepared.budgets.bands[band];
            let vote = outcomes.vote.as_ref();
            BandRow {
                band: band.to_string(),
                n_dwellings: dwellings[band],
                tax_base: budget.tax_base_thousandths as f64 / 1_000.0,
                own_bill_today_pounds: own.today.pounds(),
                own_bill_yes_pounds: own.yes.pounds(),
                own_bill_no_pounds: own.no.pounds(),
                own_change_yes_vs_today_pounds: (own.yes - own.today).pounds(),
                own_change_yes_vs_no_pounds: (own.yes - own.no).pounds(),
                total_bill_today_pounds: total(|cases| cases.today),
                total_bill_yes_pounds: total(|cases| cases.yes),
                total_bill_no_pounds: total(|cases| cases.no),
                frozen: prepared.schedule.is_frozen(band),
                relief_share: prepared.schedule.relief(band),
                gross_yield_pounds: budget.gross.pounds(),
                relief_pounds: budget.relief.pounds(),
                net_yield_vs_today_pounds: budget.net.pounds(),
                net_yield_vs_no_pounds: (budget.net - budget.no).pounds(),
                share_votes: vote.and_then(|vote| column(band, &vote.band_votes)),
                yes_share: vote.and_then(|vote| column(band, &vote.band_yes_share)),
            }
        })
        .collect()
}

/// The whole full bill of a band in pounds: the mean over the band's homes where it differs
/// between the billing authorities of a preceptor, and over all authorities alike where the band
/// has no homes.
fn mean_total(prepared: &Prepared, band: Band, of: fn(&Cases<Pence>) -> Pence) -> f64 {
    let amounts = &prepared.amounts.areas;
    if let [only] = amounts.as_slice() {
        return of(&only.total[band]).pounds();
    }
    let homes: i64 = prepared.record.dwellings()[band];
    let weight = |area: &AuthorityRecord| match homes {
        0 => 1.0 / prepared.areas.len() as f64,
        _ => area.dwellings()[band] as f64 / homes as f64,
    };
    prepared
        .areas
        .iter()
        .zip(amounts)
        .map(|(area, amounts)| weight(area) * of(&amounts.total[band]).pounds())
        .sum()
}

fn wards(prepared: &Prepared, outcomes: &DrawOutcomes) -> Vec<WardRow> {
    let amounts = &prepared.amounts;
    let n_wards = prepared.cells.wards().len();
    let by_ward = |ward: usize, values: &[f64]| -> Vec<f64> {
        values.iter().skip(ward).step_by(n_wards).copied().collect()
    };
    prepared
        .cells
        .wards()
        .iter()
        .enumerate()
        .map(|(index, ward)| {
            // Cells stand in the order of wards: those of one are a run.
            let rows = prepared.cells.rows();
            let first = rows.partition_point(|cell| cell.ward < index);
            let end = rows.partition_point(|cell| cell.ward <= index);
            let cells: Vec<_> = rows[first..end]
                .iter()
                .zip(&prepared.bills.own[first..end])
                .collect();
            let homes: i64 = cells.iter().map(|(cell, _)| cell.dwellings).sum();
            let frozen: i64 = cells
                .iter()
                .filter(|(cell, _)| prepared.schedule.is_frozen(cell.band))
                .map(|(cell, _)| cell.dwellings)
                .sum();
            let liable: i64 = cells
                .iter()
                .filter(|(cell, _)| cell.liability.quarters_payable() > 0)
                .map(|(cell, _)| cell.dwellings)
                .sum();
            let change: i64 = cells
                .iter()
                .map(|(cell, bill)| (bill.yes - bill.no).pence() * cell.dwellings)
                .sum();
            let on = |band_d: &dyn Fn(Band) -> Pence| -> Pence {
                let base = |band: Band| -> i64 {
                    cells
                        .iter()
                        .filter(|(cell, _)| cell.band == band)
                        .map(|(cell, _)| cell.tax_base_thousandths)
                        .sum()
                };
                prepared
                    .schedule
                    .bands()
                    .iter()
                    .map(|&band| on_base(band_d(band), base(band)))
                    .sum()
            };
            let net = |band: Band| amounts.net_band_d_yes[band];
            let vote = outcomes.vote.as_ref();
            let yes = vote.map(|vote| by_ward(index, &vote.ward_yes_share));
            let yes_spread = yes.as_deref().and_then(spread);
            let held = prepared
                .small_areas
                .iter()
                .find(|area| area.code == ward.code);
            let tenure = held.and_then(|area| area.tenure);
            let households = |part: &dyn Fn(Tenure) -> i64| -> Option<f64> {
                let tenure = tenure?;
                Share::of(part(tenure), tenure.all()).map(Share::value)
            };
            WardRow {
                area_kind: ward.kind.clone(),
                area_code: ward.code.clone(),
                area: ward.name.clone(),
                n_dwellings: homes,
                deprivation_score: ward.deprivation,
                share_owned: households(&|t| t.owned_outright + t.mortgage_or_shared),
                share_social_rent: households(&|t| t.social_rent),
                share_private_rent: households(&|t| t.private_rent),
                mean_net_income_pounds: held
                    .and_then(|area| area.income)
                    .map(|income| income.net.pounds as f64),
                share_frozen_dwellings: Share::of(frozen, homes).map_or(0.0, Share::value),
                tax_base: cells
                    .iter()
                    .map(|(cell, _)| cell.tax_base_thousandths)
                    .sum::<i64>() as f64
                    / 1_000.0,
                relief_pounds: on(&|band| amounts.band_d.yes - net(band)).pounds(),
                net_yield_vs_today_pounds: on(&|band| net(band) - amounts.band_d.today).pounds(),
                net_yield_vs_no_pounds: on(&|band| net(band) - amounts.band_d.no).pounds(),
                mean_change_vs_no_pounds: Pence::from_pence(change).pounds()
                    / (liable.max(1)) as f64,
                n_electors: prepared.electorate.electors_of(index),
                turnout: vote
                    .and_then(|vote| spread(&by_ward(index, &vote.ward_turnout)))
                    .map(|spread| spread.mean),
                yes_share: yes_spread.map(|spread| spread.mean),
                yes_share_p05: yes_spread.map(|spread| spread.percentiles[0]),
                yes_share_p95: yes_spread.map(|spread| spread.percentiles[4]),
                chance_yes_majority: yes.map(|shares| {
                    shares.iter().filter(|share| **share > 0.5).count() as f64 / shares.len() as f64
                }),
            }
        })
        .collect()
}

/// What a result is a function of; `scenario_toml` is all of the input as understood.
///
/// # Errors
/// When the embedded catalogue is broken: a fault of the build.
pub fn provenance(
    prepared: &Prepared,
    scenario_toml: &str,
    overrides: &[String],
) -> Result<Provenance, DataError> {
    let tables = Catalogue::embedded()?
        .table
        .into_iter()
        .map(|table| {
            Ok(TableProvenance {
                sha256: table.sha256()?,
                name: table.name,
                source: table.source,
                date: table.date,
                standing: table.standing,
            })
        })
        .collect::<Result<_, DataError>>()?;
    Ok(Provenance {
        program: env!("CARGO_PKG_NAME").to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        scenario: prepared.scenario.key.clone(),
        scenario_sha256: catalogue::sha256(scenario_toml.as_bytes()),
        overrides: overrides.to_vec(),
        authority_code: prepared.record.authority.code.to_string(),
        vintage: prepared.scenario.vintage.clone().unwrap_or_default(),
        vintage_sha256: prepared.vintage_sha256.clone(),
        extract_sha256: prepared
            .extract
            .as_ref()
            .map(|extract| catalogue::sha256(&csv(&cell_rows(extract)))),
        draws: prepared.scenario.draws,
        seed: prepared.scenario.seed,
        data_sha256: catalogue::data_sha256(),
        tables,
        licence: "Contains public sector information licensed under the Open Government Licence \
                  v3.0."
            .to_owned(),
    })
}

/// Rows of a comparison.
pub fn compare_rows(
    first: &str,
    second: &str,
    differences: &[PairedDifference],
) -> Vec<CompareRow> {
    let row = |one: &PairedDifference| {
        // Of a chance there is no range over its own draws, only an error.
        let percentile = |index: usize| {
            (one.metric != "win_probability").then(|| one.difference.percentiles[index])
        };
        CompareRow {
            metric: one.metric.to_owned(),
            unit: one.unit.to_owned(),
            first: first.to_owned(),
            second: second.to_owned(),
            first_mean: one.first,
            second_mean: one.second,
            difference_mean: one.difference.mean,
            difference_p05: percentile(0),
            difference_p50: percentile(2),
            difference_p95: percentile(4),
            monte_carlo_error: one.difference.monte_carlo_error,
            first_larger: one.first_larger,
            alike: one.alike,
        }
    };
    differences.iter().map(row).collect()
}
