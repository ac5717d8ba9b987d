//! From a scenario and data to everything that the draws need: deterministic, done once.

use crate::data::law::Preceptor;
use crate::data::{self, Assumptions, AuthorityRecord, BaseByBand, DataError, Scenario, World};
use crate::domain::schedule::NoPrinciple;
use crate::domain::{
    AuthorityClass, Band, BandProportions, ByBand, Cells, FinancialYear, Limit, Pence, Principle,
    Proposal, Reduction, Rise, Schedule, Share, UniformRise, Warning,
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
    /// Whether the whole bill of next year is known, stated or bounded by principles.
    pub whole_bill_known: bool,
    /// Uncertain inputs.
    pub inputs: Inputs,
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
    /// What awards grow by where each keeps its share of the bill: already inside the tax base.
    pub awards_within_base: f64,
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
    /// Substitute calculations must not be excessive (LGFA 1992 s.52ZF(2)(b)).
    #[error(
        "no.rise: {stated} would itself need a referendum; substitute calculations must not be \
         excessive (allowed: at most {largest})"
    )]
    ExcessiveSubstitute {
        /// The rise stated for a No.
        stated: Rise,
        /// The largest that needs no vote.
        largest: Rise,
    },
    /// A No that charges as much as a Yes leaves nothing to vote on.
    #[error("no.rise: {no} is not below the headline of {headline}: there is nothing to vote on")]
    NothingToVoteOn {
        /// The rise stated for a No.
        no: Rise,
        /// The headline.
        headline: Rise,
    },
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
/// assert_eq!(prepared.budgets.requirement.today.to_string(), "£117,687,683.12");
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
        // Without a principle there is no substitute: the figures are set against a freeze.
        UniformRise::LargestWithoutVote => largest.unwrap_or(Rise::FREEZE),
    };
    let proportions = world.law.proportions();
    let others = Others::of(&record, scenario.others, &world.law, vote_year);
    let others_band_d = (others.today, others.next);
    let amounts = tax::amounts(own_today, others_band_d, &schedule, no_rise, proportions);
    if let Some(largest) = largest
        && principle.limit.is_excessive(own_today, amounts.band_d.no)
    {
        return Err(PrepareError::ExcessiveSubstitute {
            stated: no_rise,
            largest,
        });
    }
    let route = tax::route(authority, &schedule, &amounts, &principle);
    if route.needs_referendum() && no_rise >= schedule.headline() {
        let headline = schedule.headline();
        return Err(PrepareError::NothingToVoteOn {
            no: no_rise,
            headline,
        });
    }

    let base = record.base_by_band(proportions);
    let (cells, warnings) = data::cells(&record, &base, &world.assumptions)?;
    let bills = tax::apply(&cells, &amounts)
        .map_err(|error| DataError::fault(std::path::Path::new("bills"), error.to_string()))?;
    let budgets = tax::budgets(&amounts, &base.thousandths, base.in_lieu_thousandths);

    let (local, held) = match scenario.turnout {
        Some(stated) => (stated, true),
        None => world.assumptions.local_turnout(authority),
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
    let turnout = day_turnout(day.turnout, local, assumptions.turnout_ceiling);
    let to_2026 = assumptions.to_2026_prices(vote_year)?;
    let inflation = assumptions.to_2026_prices(base_year)? / to_2026 - 1.0;
    let electorate = Electorate::of(&cells, &amounts, &schedule, assumptions, turnout, to_2026);
    let total_dwellings: i64 = dwellings.values().iter().sum();
    let finance = Finance::of(
        &record,
        &cells,
        &amounts,
        &base,
        proportions,
        total_dwellings as f64 / assumptions.cost_dwellings as f64,
        day.combined,
    );

    let mut prepared = Prepared {
        scenario: Scenario {
            vintage: Some(base_year.to_string()),
            ..scenario.clone()
        },
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
        whole_bill_known: others.held_flat.is_empty(),
        inputs: Inputs::of(assumptions, &scenario.inputs),
        finance,
        warnings,
        record,
    };
    let turnout_carried_over = (!held).then_some(local);
    let caveats = caveats(
        &prepared,
        others.held_flat,
        turnout_carried_over,
        assumptions,
    );
    prepared.warnings.extend(caveats);
    Ok(prepared)
}

/// The caveats that a prepared scenario carries, beyond those of its cells.
fn caveats(
    prepared: &Prepared,
    held_flat: Vec<&'static str>,
    turnout_carried_over: Option<Share>,
    assumptions: &Assumptions,
) -> Vec<Warning> {
    let Prepared {
        scenario,
        record,
        schedule,
        amounts,
        ..
    } = prepared;
    let authority = &record.authority;
    let mut warnings = vec![Warning::CarriedForward {
        from: prepared.base_year,
    }];
    if schedule.needs_relief() {
        warnings.push(Warning::UntestedRoute);
        if authority.class == AuthorityClass::ShireDistrict {
            let upper_tier = authority.upper_tier.clone();
            warnings.push(Warning::TwoTier { upper_tier });
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
    if prepared.principle.limit == Limit::Unlimited {
        warnings.push(Warning::NoPrinciple {
            authority: authority.code.clone(),
        });
    }
    if scenario.others == UniformRise::LargestWithoutVote {
        let band_d = amounts.others_band_d.1;
        warnings.push(Warning::OtherPreceptorsAssumed { band_d, held_flat });
    }
    let base = &prepared.base;
    let whole = base.thousandths.values().iter().sum::<i64>() + base.in_lieu_thousandths;
    let in_lieu = base.in_lieu_thousandths as f64 / whole as f64;
    if in_lieu > 0.000_5 {
        warnings.push(Warning::ContributionsInLieu { share: in_lieu });
    }
    if prepared.route.needs_referendum() {
        warnings.extend(caveats_of_the_vote(
            prepared,
            turnout_carried_over,
            assumptions,
        ));
    }
    warnings
}

fn caveats_of_the_vote(
    prepared: &Prepared,
    turnout_carried_over: Option<Share>,
    assumptions: &Assumptions,
) -> Vec<Warning> {
    let mut warnings = vec![Warning::PriorsOnly];
    let printed = |rise: Rise| rise.percent_to_one_decimal();
    if printed(prepared.schedule.headline()) == printed(prepared.amounts.no_rise) {
        warnings.push(Warning::PercentagesAlike);
    }
    if let Some(turnout) = turnout_carried_over {
        warnings.push(Warning::ImputedTurnout { turnout });
    }
    let published = prepared.record.authority.electorate_2016;
    let estimated = prepared.electorate.total();
    if !(0.8..=1.25).contains(&(estimated / published as f64)) {
        warnings.push(Warning::ElectorsEstimated {
            estimated,
            published,
        });
    }
    if prepared.scenario.name_on_ballot.is_none() {
        warnings.push(Warning::NameNotStated);
    }
    if prepared.scenario.day == assumptions.days()[0].key {
        warnings.push(Warning::AssumedPollingDay {
            year: prepared.vote_year,
        });
    }
    let factor = prepared.finance.cost_factor;
    if (factor - 1.0).abs() > 0.05 {
        warnings.push(Warning::ScaledCosts { factor });
    }
    warnings
}

/// What the other authorities on the bill charge at band D, with parishes.
struct Others {
    today: Pence,
    next: Pence,
    /// Those held at today's amount because no principle is held for them.
    held_flat: Vec<&'static str>,
}

impl Others {
    /// Each takes the stated rise, or the most that needs no vote in the year. Parishes have no
    /// principle and stay as they are.
    fn of(
        record: &AuthorityRecord,
        rise: UniformRise,
        law: &data::Law,
        year: FinancialYear,
    ) -> Self {
        let levels = &record.levels;
        let today = levels.area - levels.own;
        if let UniformRise::Stated(rise) = rise {
            return Self {
                today,
                next: rise.apply_to(today),
                held_flat: Vec::new(),
            };
        }
        let upper = match record.authority.class {
            AuthorityClass::ShireDistrict => (Some(Preceptor::County), "the county council"),
            _ => (None, "the Greater London Authority"),
        };
        let mut next = today;
        let mut held_flat = Vec::new();
        for (amount, (preceptor, name)) in [
            (levels.county_or_gla, upper),
            (levels.police, (Some(Preceptor::Police), "the police")),
            (levels.fire, (Some(Preceptor::Fire), "the fire authority")),
            (levels.combined_authority, (None, "the combined authority")),
        ] {
            if amount == Pence::ZERO {
                continue;
            }
            let principle = preceptor.and_then(|body| law.preceptor_principle(body, year));
            match principle.and_then(|held| held.limit.largest_amount_without_vote(amount)) {
                Some(raised) => next += raised - amount,
                None => held_flat.push(name),
            }
        }
        Self {
            today,
            next,
            held_flat,
        }
    }
}

impl Finance {
    fn of(
        record: &AuthorityRecord,
        cells: &Cells,
        amounts: &Amounts,
        base: &BaseByBand,
        proportions: &BandProportions,
        cost_factor: f64,
        combined_poll: bool,
    ) -> Self {
        let collection_rate = record.tax_base.collection_rate;
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
        let awards_within_base = record
            .bands
            .iter()
            .map(|(band, row)| {
                let ratio = proportions[band];
                let support = row.support_pension_age + row.support_working_age;
                let factor = ratio.numerator() as f64 / ratio.denominator() as f64;
                support * factor * change(band)
            })
            .sum();
        let headline_over_no = (amounts.band_d.yes - amounts.band_d.no).pounds();
        Self {
            increment,
            in_lieu: base.in_lieu_thousandths as f64 / 1_000.0 * headline_over_no,
            awards_within_base,
            pension_age: falls_on(Reduction::PensionAge),
            working_age: falls_on(Reduction::WorkingAge),
            cost_factor,
            combined_poll,
        }
    }
}
