//! The result of a run as plain documented data: what every format is written from.

use std::sync::OnceLock;

use schemars::JsonSchema;
use serde::Serialize;

use super::csv::csv;
use super::days::{self, DayRow};
use super::files::OutputError;
use super::households::cell_rows;
use super::medium_term::{self, MediumTermRow, ServiceRow};
use super::needs::{self, NeedCurveRow, NeedRow};
use super::package::Tables;
use super::perception::{self, PerceptionRow};
use super::summary::summary;
use super::tables::{BandRow, CompareRow, DriverRow, RouteRow, SummaryRow, WardRow, WarningRow};
use super::who_pays::{DecileRow, ExampleHouseholdRow, paying};
use crate::data::AuthorityRecord;
use crate::data::catalogue::{self, Catalogue, DataError, Table};
use crate::data::small_areas::Tenure;
use crate::domain::schedule::WHOLE;
use crate::domain::{Band, Pence, Points, Share, Warning, divide_half_up};
use crate::simulation::weights::FEW_EFFECTIVE;
use crate::simulation::{
    BillPart, DrawOutcomes, Driver, PairedDifference, Prepared, VoteOutcomes, drivers,
};
use crate::tax::bill::{Cases, Charge};
use crate::tax::budget::{levied, on_base};
use crate::tax::{ChargeLine, RouteOption, charge_lines};

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
    /// What it would take to win.
    pub needs: Vec<NeedRow>,
    /// The probability of winning along each lever.
    pub needs_curve: Vec<NeedCurveRow>,
    /// The vote on every kind of polling day.
    pub days: Vec<DayRow>,
    /// What voters read on the ballot paper against what they would pay.
    pub perception: Vec<PerceptionRow>,
    /// The ways to carry it out.
    pub routes: Vec<RouteRow>,
    /// The years after the vote, path by path.
    pub medium_term: Vec<MediumTermRow>,
    /// What the net yield buys of the services that the scenario prices.
    pub services: Vec<ServiceRow>,
    /// Caveats.
    pub warnings: Vec<WarningRow>,
    /// From what, and with what.
    pub provenance: Provenance,
}

/// What a result is a function of: scenario, data, seed and program version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
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
    /// Points that the draws are made of: `random` or `sobol`.
    pub points: String,
    /// SHA-256 over all embedded tables.
    pub data_sha256: String,
    /// The embedded tables.
    pub tables: Vec<TableProvenance>,
    /// The licence of the figures.
    pub licence: String,
}

/// One embedded table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
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
    /// Fills the tables that look beyond the draws of the run at other values of a lever and other
    /// kinds of polling day.
    pub fn look_further(&mut self, prepared: &Prepared, outcomes: &DrawOutcomes) {
        (self.needs, self.needs_curve) = needs::rows(prepared, outcomes);
        self.days = days::rows(prepared, outcomes);
    }

    /// Whether a vote is held.
    pub fn has_vote(&self) -> bool {
        self.bands.iter().any(|row| row.yes_share.is_some())
    }

    /// Adds every table, one after the other.
    ///
    /// # Errors
    /// When one cannot be written.
    pub fn add_to(&self, tables: &mut Tables<'_>) -> Result<(), OutputError> {
        tables.add(&self.summary)?;
        tables.add(&self.bands)?;
        tables.add(&self.wards)?;
        tables.add(&self.deciles)?;
        tables.add(&self.example_households)?;
        tables.add(&self.drivers)?;
        tables.add(&self.needs)?;
        tables.add(&self.needs_curve)?;
        tables.add(&self.days)?;
        tables.add(&self.perception)?;
        tables.add(&self.routes)?;
        tables.add(&self.medium_term)?;
        tables.add(&self.services)?;
        tables.add(&self.warnings)
    }

    /// A figure of the summary by name.
    pub fn figure(&self, metric: &str) -> Option<&SummaryRow> {
        self.summary.iter().find(|row| row.metric == metric)
    }
}

/// Draws below which a probability is called rough.
const FEW_DRAWS: u32 = 2_000;
/// Standard error above which that of fewer quasi-random draws is called so: that of 2,000 random draws
/// where the vote is even.
const ROUGH: f64 = 0.011;
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
    let mut briefing = briefing_at_once(prepared, outcomes, scenario_toml, overrides)?;
    briefing.look_further(prepared, outcomes);
    Ok(briefing)
}

/// The same without what takes longest: a first answer, which [`Briefing::look_further`] makes whole.
/// Its tables of what it would take to win and of other kinds of polling day are empty.
///
/// # Errors
/// When the embedded catalogue is broken: a fault of the build.
pub fn briefing_at_once(
    prepared: &Prepared,
    outcomes: &DrawOutcomes,
    scenario_toml: &str,
    overrides: &[String],
) -> Result<Briefing, DataError> {
    let drivers = drivers(prepared, outcomes);
    // A change of the law moves the whole bill, a proposal of the council's its own part.
    let part = if prepared.schedule.is_local() {
        BillPart::OwnElement
    } else {
        BillPart::WholeBill
    };
    let paying = paying(prepared, part)?;
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
        needs: Vec::new(),
        needs_curve: Vec::new(),
        days: Vec::new(),
        perception: perception::rows(prepared, outcomes),
        routes: routes(prepared),
        medium_term: medium_term::rows(prepared, outcomes),
        services: medium_term::service_rows(prepared, outcomes),
        warnings: [warnings(prepared, outcomes), rows_of(&paying.warnings)].concat(),
        provenance: provenance(prepared, scenario_toml, overrides)?,
    })
}

/// The caveats of a run: those known before the first draw, then those that the draws bring.
pub fn warnings(prepared: &Prepared, outcomes: &DrawOutcomes) -> Vec<WarningRow> {
    let mut warnings = prepared.warnings.clone();
    if let Some(vote) = &outcomes.vote {
        let draws = prepared.scenario.draws;
        let effective = vote.weights.effective();
        let (_, error) = vote.weights.share(&vote.won);
        warnings.extend(few_draws(prepared, error));
        let thin = draws >= FEW_DRAWS || effective < f64::from(draws) / 2.0;
        if thin && effective < FEW_EFFECTIVE {
            warnings.push(Warning::LowEffectiveSample { draws, effective });
        }
        if let Some(range) = vote.weights.spread(&vote.yes_share) {
            let [low, .., high] = range.percentiles;
            if high - low > WIDE {
                warnings.push(Warning::WideOutcome { low, high });
            }
        }
    }
    rows_of(&warnings)
}

/// The caveat of few draws, where the probability of winning has such a Monte Carlo error.
pub fn few_draws(prepared: &Prepared, error: f64) -> Option<Warning> {
    let draws = prepared.scenario.draws;
    match prepared.scenario.points {
        Points::Random if draws < FEW_DRAWS => Some(Warning::FewDraws { draws }),
        Points::Sobol if draws < FEW_DRAWS && error > ROUGH => {
            Some(Warning::FewPoints { draws, error })
        }
        _ => None,
    }
}

/// Rows of caveats.
pub fn rows_of(warnings: &[Warning]) -> Vec<WarningRow> {
    let row = |warning: &Warning| WarningRow {
        warning: warning.code().to_owned(),
        message: warning.message(),
    };
    warnings.iter().map(row).collect()
}

fn routes(prepared: &Prepared) -> Vec<RouteRow> {
    let bands = prepared.record.authority.code.nation().bands();
    let row = |option: &RouteOption| RouteRow {
        route: option.key.to_owned(),
        way: option.way.clone(),
        modelled: *option == prepared.route.modelled,
        verdict: option.verdict.words().to_owned(),
        standing: option.standing.to_owned(),
        headline_rise: option.version.headline.value(),
        band_rises: bands
            .iter()
            .map(|&band| format!("{band} {:+}", option.version.band_rise[band]))
            .collect::<Vec<_>>()
            .join("; "),
        relief_pounds: option.version.relief.pounds(),
        net_yield_vs_today_pounds: option.version.net_vs_today.pounds(),
        net_yield_vs_no_pounds: option.version.net_vs_no.pounds(),
        other_authorities_yield_vs_no_pounds: option.version.others.pounds(),
        who_pays: option.who_pays.clone(),
        dates: option.dates.clone(),
        reasons: option.reasons.join(" "),
    };
    prepared.route.ladder().into_iter().map(row).collect()
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

fn bands(prepared: &Prepared, outcomes: &DrawOutcomes) -> Vec<BandRow> {
    let dwellings = prepared.record.dwellings();
    let column = |band: Band, values: fn(&VoteOutcomes) -> &[f64]| {
        let vote = outcomes.vote.as_ref()?;
        let of_band: Vec<f64> = values(vote)
            .iter()
            .skip(band.index())
            .step_by(prepared.schedule.bands().len())
            .copied()
            .collect();
        vote.weights.mean_of_known(&of_band)
    };
    let electors = prepared.electorate.by_band();
    prepared
        .schedule
        .bands()
        .iter()
        .map(|&band| {
            let own = prepared.amounts.own[band];
            let total = |of: fn(&Cases<Pence>) -> Pence| mean_total(prepared, band, of);
            let budget = &prepared.budgets.bands[band];
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
                frozen: prepared.amounts.share_frozen(band) == 1.0,
                relief_share: prepared.amounts.relief_share(band, &prepared.schedule),
                gross_yield_pounds: budget.gross.pounds(),
                relief_pounds: budget.relief.pounds(),
                net_yield_vs_today_pounds: budget.net.pounds(),
                net_yield_vs_no_pounds: (budget.net - budget.no).pounds(),
                n_electors: electors[band],
                turnout: column(band, |vote| &vote.band_turnout),
                share_votes: column(band, |vote| &vote.band_votes),
                yes_share: column(band, |vote| &vote.band_yes_share),
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

/// The rows of `wards.csv`.
pub(super) fn wards(prepared: &Prepared, outcomes: &DrawOutcomes) -> Vec<WardRow> {
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
            let of_ward = &rows[first..end];
            let homes: i64 = of_ward.iter().map(|cell| cell.dwellings).sum();
            let frozen: f64 = of_ward
                .iter()
                .map(|cell| {
                    let kind = prepared.cells.kind_of(cell);
                    cell.dwellings as f64 * amounts.share_frozen_of(kind)
                })
                .sum();
            let liable: i64 = of_ward
                .iter()
                .filter(|cell| cell.liability.quarters_payable() > 0)
                .map(|cell| cell.dwellings)
                .sum();
            // Kinds of homes stand in the order of cells.
            let bills = &prepared.bills;
            let first_bill = bills.cell.partition_point(|&cell| cell < first);
            let end_bill = bills.cell.partition_point(|&cell| cell < end);
            let change: i128 = (first_bill..end_bill)
                .map(|row| {
                    let homes = i128::from(rows[bills.cell[row]].dwellings)
                        * i128::from(bills.share_millionths[row]);
                    i128::from((bills.own[row].yes - bills.own[row].no).pence()) * homes
                })
                .sum();
            let change = Pence::from_pence(divide_half_up(change, i128::from(WHOLE))).pounds();
            let lines = charge_lines(amounts, &prepared.cells, of_ward);
            let on = |more: fn(&ChargeLine) -> (Pence, Pence)| -> Pence {
                let of_line = |line: &ChargeLine| {
                    let (first, second) = more(line);
                    on_base(first - second, line.tax_base_thousandths)
                };
                lines.iter().map(of_line).sum()
            };
            let kept = if amounts.levy_is_own {
                let first = |charge: &Charge| charge.levy;
                let levy = levied(amounts, &prepared.cells, of_ward, &prepared.schedule, first);
                levy.values().iter().copied().sum()
            } else {
                Pence::ZERO
            };
            let vote = outcomes.vote.as_ref();
            let yes = vote.map(|vote| by_ward(index, &vote.ward_yes_share));
            let of_vote = |values: &[f64]| vote.and_then(|vote| vote.weights.spread(values));
            let yes_spread = yes.as_deref().and_then(of_vote);
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
                share_frozen_dwellings: if homes > 0 {
                    frozen / homes as f64
                } else {
                    0.0
                },
                tax_base: of_ward
                    .iter()
                    .map(|cell| cell.tax_base_thousandths)
                    .sum::<i64>() as f64
                    / 1_000.0,
                relief_pounds: on(|line| (line.headline, line.net)).pounds(),
                net_yield_vs_today_pounds: (on(|line| (line.net, line.today)) + kept).pounds(),
                net_yield_vs_no_pounds: (on(|line| (line.net, line.no)) + kept).pounds(),
                mean_change_vs_no_pounds: change / (liable.max(1)) as f64,
                n_electors: prepared.electorate.electors_of(index),
                turnout: vote.and_then(|vote| {
                    let turnout = by_ward(index, &vote.ward_turnout);
                    vote.weights.mean_of_known(&turnout)
                }),
                yes_share: yes_spread.map(|spread| spread.mean),
                yes_share_p05: yes_spread.map(|spread| spread.percentiles[0]),
                yes_share_p95: yes_spread.map(|spread| spread.percentiles[4]),
                chance_yes_majority: yes.zip(vote).map(|(shares, vote)| {
                    let majority: Vec<bool> = shares.iter().map(|share| *share > 0.5).collect();
                    vote.weights.chance(&majority)
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
        points: prepared.scenario.points.to_string(),
        data_sha256: catalogue::data_sha256().to_owned(),
        tables: table_provenance()?,
        licence: LICENCE.to_owned(),
    })
}

/// The licence of the figures.
pub(super) const LICENCE: &str =
    "Contains public sector information licensed under the Open Government Licence v3.0.";

/// The embedded tables, looked at once.
pub(super) fn table_provenance() -> Result<Vec<TableProvenance>, DataError> {
    static HELD: OnceLock<Result<Vec<TableProvenance>, DataError>> = OnceLock::new();
    let of_table = |table: Table| {
        Ok(TableProvenance {
            sha256: table.sha256()?,
            name: table.name,
            source: table.source,
            date: table.date,
            standing: table.standing,
        })
    };
    let of_all = || -> Result<_, DataError> {
        let catalogue = Catalogue::embedded()?;
        catalogue.table.into_iter().map(of_table).collect()
    };
    HELD.get_or_init(of_all).clone()
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
