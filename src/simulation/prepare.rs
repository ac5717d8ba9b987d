//! From a scenario and data to everything that the draws need: deterministic, done once.

use std::collections::BTreeMap;

use crate::data::law::Preceptor;
use crate::data::{self, AuthorityRecord, BaseByBand, DataError, Scenario, World};
use crate::domain::rise::NotARise;
use crate::domain::schedule::NoPrinciple;
use crate::domain::{
    AuthorityClass, Band, ByBand, Cells, FinancialYear, Pence, Principle, Proposal, Reduction,
    Rise, Schedule, Share, UniformRise, Warning,
};
use crate::tax::{self, Amounts, Bills, Budgets, Route};
use crate::vote::Electorate;
use crate::vote::turnout::day_turnout;

use super::inputs::Inputs;

/// A scenario made ready to simulate. Immutable; the draws only read it.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// The scenario as understood.
    pub scenario: Scenario,
    /// The authority's published row.
    pub record: AuthorityRecord,
    /// The year of the figures.
    pub base_year: FinancialYear,
    /// The year whose amounts are voted on.
    pub vote_year: FinancialYear,
    /// The referendum principle that applies.
    pub principle: Principle,
    /// What each band pays.
    pub schedule: Schedule,
    /// Amounts by band.
    pub amounts: Amounts,
    /// The tax base for setting by band.
    pub base: BaseByBand,
    /// Homes in groups.
    pub cells: Cells,
    /// The bill of a dwelling in each cell.
    pub bills: Bills,
    /// Today, Yes and No.
    pub budgets: Budgets,
    /// Lawful or not, vote or not.
    pub route: Route,
    /// Who votes, and with what at stake.
    pub electorate: Electorate,
    /// The turnout that the electorate is calibrated to.
    pub turnout: Share,
    /// The kind of polling day in words.
    pub day_words: String,
    /// Inflation from the year of the figures to the year of the vote.
    pub inflation: f64,
    /// Uncertain inputs.
    pub inputs: Inputs,
    /// What each uncertain input says.
    pub meanings: BTreeMap<String, String>,
    /// What the draws need of the money.
    pub finance: Finance,
    /// Caveats known before the first draw.
    pub warnings: Vec<Warning>,
}

/// The money that the draws make uncertain, in pounds a year.
#[derive(Debug, Clone, PartialEq)]
pub struct Finance {
    /// Yes less No by band at full collection where it rises, as budgeted where it falls.
    pub increment: ByBand<f64>,
    /// Yes less No from contributions in lieu.
    pub in_lieu: f64,
    /// The part of the increment that falls on pension-age recipients.
    pub pension_age: f64,
    /// The part of the increment that falls on working-age recipients.
    pub working_age: f64,
    /// Factor on the costs of the poll and of billing again.
    pub cost_factor: f64,
    /// Whether the poll shares its costs with another.
    pub combined_poll: bool,
}

/// Why a scenario cannot be run.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PrepareError {
    /// The authority is not held.
    #[error("authority: {0}")]
    Authority(#[from] data::vintage::UnknownAuthority),
    /// A table is broken or missing.
    #[error("{0}")]
    Data(#[from] DataError),
    /// The scenario asks for the largest rise without a vote, and there is none.
    #[error("schedule: {0}")]
    NoPrinciple(#[from] NoPrinciple),
    /// The year's principles are not held.
    #[error("no referendum principles are held for {0} [see `bandwise data show principles`]")]
    UnpublishedYear(FinancialYear),
    /// The other authorities' rise is out of range.
    #[error("others.rise: {0}")]
    Others(#[from] NotARise),
}

/// Makes a scenario ready: finds the authority, resolves the schedule, applies the law, builds
/// the cells and the electorate. Polars runs to its end here, before the first draw.
///
/// # Errors
/// When the scenario names what is not held.
///
/// # Example
/// ```
/// use bandwise::data::{Scenario, World, scenario::Names};
/// use bandwise::simulation::prepare;
/// let world = World::embedded(Some("2023-24"))?;
/// let scenario = Scenario::load("williamson-2018", &Names::of(&world.assumptions))?;
/// let prepared = prepare(&scenario, &world)?;
/// assert!(prepared.route.needs_referendum());
/// assert_eq!(prepared.budgets.requirement.today.to_string(), "£117,687,683.13");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn prepare(scenario: &Scenario, world: &World) -> Result<Prepared, PrepareError> {
    let record = world.vintage.find(&scenario.authority)?.clone();
    let authority = &record.authority;
    let base_year = world.vintage.year;
    let vote_year = base_year.next();
    let principle = world
        .law
        .principle(authority, vote_year)
        .ok_or(PrepareError::UnpublishedYear(vote_year))?
        .clone();
    let own_today = record.levels.own;
    let largest = principle.limit.largest_rise_without_vote(own_today);
    let dwellings = record.dwellings();
    let schedule = scenario.proposal.schedule(&dwellings, largest)?;
    let no_rise = match scenario.no {
        UniformRise::Stated(rise) => rise,
        UniformRise::LargestWithoutVote => largest.unwrap_or(schedule.headline()),
    };
    let proportions = world.law.proportions();
    let others = others_band_d(&record, scenario.others, world, vote_year);
    let amounts = tax::amounts(own_today, others, &schedule, no_rise, proportions);
    let route = tax::route(authority, &schedule, &amounts, &principle);

    let base = record.base_by_band(proportions);
    let (cells, mut warnings) = data::cells(&record, &base, &world.assumptions)?;
    let bills = tax::apply(&cells, &amounts)
        .map_err(|error| DataError::fault(std::path::Path::new("bills"), error.to_string()))?;
    let budgets = tax::budgets(&amounts, &base.thousandths, base.in_lieu_thousandths);

    let (local, held) = match scenario.turnout {
        Some(stated) => (stated, true),
        None => world.local_turnout(authority),
    };
    let assumptions = &world.assumptions;
    let day = assumptions
        .days()
        .iter()
        .find(|day| day.key == scenario.day)
        .ok_or_else(|| {
            let text = format!("{:?} is no kind of polling day", scenario.day);
            DataError::fault(std::path::Path::new("vote.day"), text)
        })?;
    let turnout = day_turnout(day.turnout, local);
    let to_2026 = assumptions.to_2026_prices(vote_year)?;
    let inflation = assumptions.to_2026_prices(base_year)? / to_2026 - 1.0;
    let electorate = Electorate::of(&cells, &amounts, &schedule, assumptions, turnout, to_2026);
    let total_dwellings: i64 = dwellings.values().iter().sum();
    let finance = Finance::of(
        &cells,
        &amounts,
        &base,
        record.tax_base.collection_rate,
        total_dwellings as f64 / assumptions.cost_dwellings as f64,
        day.combined,
    );

    if route.needs_referendum() && !held {
        warnings.push(Warning::ImputedTurnout { turnout: local });
    }
    warnings.extend(caveats(
        &record,
        scenario,
        &principle,
        &schedule,
        &amounts,
        &route,
        &base,
        finance.cost_factor,
    ));
    Ok(Prepared {
        scenario: scenario.clone(),
        base_year,
        vote_year,
        principle,
        schedule,
        amounts,
        base,
        cells,
        bills,
        budgets,
        route,
        electorate,
        turnout,
        day_words: day.words.clone(),
        inflation,
        inputs: Inputs::of(assumptions, &scenario.inputs),
        meanings: assumptions
            .inputs
            .iter()
            .map(|input| (input.name.clone(), input.meaning.clone()))
            .collect(),
        finance,
        warnings,
        record,
    })
}

#[expect(
    clippy::too_many_arguments,
    reason = "each caveat looks at another part of the whole"
)]
fn caveats(
    record: &AuthorityRecord,
    scenario: &Scenario,
    principle: &Principle,
    schedule: &Schedule,
    amounts: &Amounts,
    route: &Route,
    base: &BaseByBand,
    cost_factor: f64,
) -> Vec<Warning> {
    let authority = &record.authority;
    let mut warnings = Vec::new();
    if schedule.needs_relief() {
        warnings.push(Warning::UntestedRoute);
        if authority.class == AuthorityClass::ShireDistrict {
            warnings.push(Warning::TwoTier {
                upper_tier: authority.upper_tier.clone(),
            });
        }
    }
    if let Proposal::FreezeTarget { share, .. } = scenario.proposal {
        let dwellings = record.dwellings();
        let frozen: i64 = schedule
            .frozen_bands()
            .iter()
            .map(|&band| dwellings[band])
            .sum();
        let total: i64 = dwellings.values().iter().sum();
        let reached = frozen as f64 / total as f64;
        warnings.push(Warning::FreezeReached {
            asked: share,
            reached,
        });
    }
    if principle.limit == crate::domain::Limit::Unlimited {
        warnings.push(Warning::NoPrinciple {
            authority: authority.code.clone(),
        });
    } else if principle
        .limit
        .is_excessive(amounts.band_d.today, amounts.band_d.no)
    {
        warnings.push(Warning::ExcessiveSubstitute);
    }
    if scenario.others == UniformRise::LargestWithoutVote {
        warnings.push(Warning::OtherPreceptorsAssumed {
            band_d: amounts.others_band_d.1,
        });
    }
    let whole = base.thousandths.values().iter().sum::<i64>() + base.in_lieu_thousandths;
    let in_lieu = base.in_lieu_thousandths as f64 / whole as f64;
    if in_lieu > 0.000_5 {
        warnings.push(Warning::ContributionsInLieu { share: in_lieu });
    }
    if route.needs_referendum() {
        warnings.push(Warning::PriorsOnly);
        if (cost_factor - 1.0).abs() > 0.05 {
            warnings.push(Warning::ScaledCosts {
                factor: cost_factor,
            });
        }
    }
    warnings
}

/// The other authorities' band D amounts, with parishes, today and in the year of the vote.
///
/// Without a stated rise each takes the most that needs no vote; parishes, combined authorities
/// and the Greater London Authority have no such principle here and stay as they are.
fn others_band_d(
    record: &AuthorityRecord,
    rise: UniformRise,
    world: &World,
    year: FinancialYear,
) -> (Pence, Pence) {
    let levels = &record.levels;
    let today = levels.area - levels.own;
    let next = match rise {
        UniformRise::Stated(rise) => rise.apply_to(today),
        UniformRise::LargestWithoutVote => {
            let largest = |amount: Pence, preceptor: Preceptor| {
                let limit = world
                    .law
                    .preceptor_principle(preceptor, year)
                    .map(|p| p.limit);
                let raised = limit.and_then(|limit| limit.largest_amount_without_vote(amount));
                if amount > Pence::ZERO {
                    raised.unwrap_or(amount)
                } else {
                    amount
                }
            };
            let county = match record.authority.class {
                AuthorityClass::ShireDistrict => largest(levels.county_or_gla, Preceptor::County),
                _ => levels.county_or_gla,
            };
            let parishes = levels.own_incl_parish - levels.own;
            let rounding = levels.area
                - levels.own_incl_parish
                - levels.county_or_gla
                - levels.police
                - levels.fire
                - levels.combined_authority;
            county
                + largest(levels.police, Preceptor::Police)
                + largest(levels.fire, Preceptor::Fire)
                + levels.combined_authority
                + parishes
                + rounding
        }
    };
    (today, next)
}

impl Finance {
    fn of(
        cells: &Cells,
        amounts: &Amounts,
        base: &BaseByBand,
        collection_rate: f64,
        cost_factor: f64,
        combined_poll: bool,
    ) -> Self {
        let change = |band: Band| (amounts.net_band_d_yes[band] - amounts.band_d.no).pounds();
        let increment = ByBand::from_fn(|band| {
            let budgeted = base.thousandths[band] as f64 / 1_000.0 * change(band);
            if budgeted > 0.0 {
                budgeted / collection_rate
            } else {
                budgeted
            }
        });
        let falls_on = |reduction: Reduction| {
            cells
                .rows()
                .iter()
                .filter(|cell| cell.reduction == reduction)
                .map(|cell| cell.tax_base_thousandths as f64 / 1_000.0 * change(cell.band))
                .sum()
        };
        let headline_over_no = (amounts.band_d.yes - amounts.band_d.no).pounds();
        Self {
            increment,
            in_lieu: base.in_lieu_thousandths as f64 / 1_000.0 * headline_over_no,
            pension_age: falls_on(Reduction::PensionAge),
            working_age: falls_on(Reduction::WorkingAge),
            cost_factor,
            combined_poll,
        }
    }
}

impl Prepared {
    /// The proposal's headline rise over the rise of a No, as readers of the ballot paper see it.
    pub fn headline_over_no(&self) -> Rise {
        let no = self.amounts.no_rise.millionths();
        Rise::from_millionths(self.schedule.headline().millionths() - no)
    }
}
