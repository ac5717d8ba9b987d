//! From a scenario and data to everything that the draws need: deterministic, done once.

use jiff::civil::Date;

use crate::data::assumptions::{LearningAssumptions, PollingDay};
use crate::data::households::{Extract, Published, model};
use crate::data::scenario::nearest;
use crate::data::small_areas::{SmallArea, small_areas};
use crate::data::values::{Fineness, value_slices};
use crate::data::{
    self, Assumptions, AuthorityRecord, BandRow, BaseByBand, DataError, Proposer, Scenario,
    Vintage, Working, World,
};
use crate::domain::cells::Cell;
use crate::domain::schedule::{Ground, NoSchedule};
use crate::domain::{
    AreaKind, AuthorityClass, ByBand, Cells, Detail, FinancialYear, KindOfHome, Liability, Limit,
    Nation, Pence, Principle, Proposal, Reduction, Rise, Schedule, Share, Standing, UniformRise,
    Warning, divide_half_up,
};
use crate::tax::{self, Amounts, Bills, Budgets, Case, Route};
use crate::vote::turnout::day_turnout;
use crate::vote::{Electorate, Polls};

use super::inputs::Inputs;
use super::medium_term::Outlook;

/// A scenario made ready to simulate. Immutable; the draws only read it.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// The scenario as understood.
    pub scenario: Scenario,
    /// The authority's published row; of a preceptor, the sum over the billing authorities.
    pub record: AuthorityRecord,
    /// The billing authorities on whose bills its amount stands: itself, or all it precepts on.
    pub areas: Vec<AuthorityRecord>,
    /// The other authorities' band D amounts today and in the year of the vote, with parishes:
    /// the mean over the billing authorities by tax base.
    pub others_band_d: (Pence, Pence),
    /// The council's own extract, where the homes are its.
    pub extract: Option<Extract>,
    /// SHA-256 of the figures where the user has installed them; nothing for embedded ones.
    pub vintage_sha256: Option<String>,
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
    /// What is held of each ward or small area of the cells; empty where each billing authority
    /// is one area.
    pub small_areas: Vec<SmallArea>,
    /// The bill of a dwelling in each cell.
    pub bills: Bills,
    /// Today, Yes and No.
    pub budgets: Budgets,
    /// Lawful or not, vote or not.
    pub route: Route,
    /// Who votes, and with what at stake.
    pub electorate: Electorate,
    /// The turnout that the electorate is calibrated to; of a preceptor, the mean by electors.
    pub turnout: Share,
    /// The kind of polling day in words.
    pub day_words: String,
    /// Every kind of polling day with the turnout that it would bring.
    pub days: Vec<DayClass>,
    /// What a pound of the year of the vote is worth in pounds of 2026.
    pub to_2026_prices: f64,
    /// How closely a poll follows the vote.
    pub learning: LearningAssumptions,
    /// How far a poll on the internet lies off as a whole, log odds.
    pub online_house_sd: f64,
    /// Inflation from the year of the figures to the year of the vote.
    pub inflation: f64,
    /// Whether the whole bill of next year is known, stated or bounded by principles.
    pub whole_bill_known: bool,
    /// Uncertain inputs.
    pub inputs: Inputs,
    /// The scenario's polls, in its order.
    pub polls: Polls,
    /// What the draws need of the money.
    pub finance: Finance,
    /// The years after the vote.
    pub outlook: Outlook,
    /// Caveats known before the first draw.
    pub warnings: Vec<Warning>,
}

/// A kind of polling day and the turnout that it would bring.
#[derive(Debug, Clone, PartialEq)]
pub struct DayClass {
    /// The kind of day.
    pub day: PollingDay,
    /// Turnout in each billing authority.
    pub turnouts: Vec<Share>,
}

/// The money that the draws make uncertain, in pounds a year.
#[derive(Debug, Clone, PartialEq)]
pub struct Finance {
    /// Yes less No by band at full collection where it rises, as budgeted where it falls.
    pub increment: ByBand<f64>,
    /// Yes less No from contributions in lieu.
    pub in_lieu: f64,
    /// Yes less No as budgeted.
    pub budgeted: f64,
    /// The council's share of what the collection fund loses: its part of the band D amounts on the
    /// bill.
    pub own_share: f64,
    /// What voluntary contributions would come to if all gave.
    pub voluntary: f64,
    /// What awards of pension age grow by where each keeps its share of the bill: already inside
    /// the tax base.
    pub awards_pension_age: f64,
    /// The same of working age.
    pub awards_working_age: f64,
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
    /// The proposal cannot be turned into a schedule for the authority.
    #[error("schedule: {0}")]
    NoSchedule(#[from] NoSchedule),
    /// What is beside a change of the law must not need a vote of its own.
    #[error(
        "schedule.rise: {stated} would itself need a referendum; a change that a council cannot make \
         is modelled beside a rise that needs none (allowed: at most {largest})"
    )]
    RiseNeedsVote {
        /// The rise stated.
        stated: Rise,
        /// The largest that needs no vote.
        largest: Rise,
    },
    /// Only billing authorities stand for the homes of their area.
    #[error(
        "schedule: {authority} precepts on {areas} billing authorities: a change that moves whole \
         bills is modelled for billing authorities (allowed for it: kind = \"uniform\")"
    )]
    DesignByPreceptor {
        /// The preceptor.
        authority: String,
        /// On how many it precepts.
        areas: usize,
    },
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
    /// The other amounts on the bills of a preceptor's area are many.
    #[error(
        "levels: {authority} precepts on several billing authorities, whose other amounts differ \
         (allowed for it: levels.own, and the others in one [[area_levels]] for each area)"
    )]
    LevelsOfAreas {
        /// The preceptor.
        authority: String,
    },
    /// A billing authority's bill is one.
    #[error("area_levels: the bill of {authority} is one (allowed for it: [levels])")]
    AreaLevelsOfOne {
        /// The billing authority.
        authority: String,
    },
    /// The area is none of the preceptor's.
    #[error(
        "area_levels.area: {wanted:?} is no billing authority that {authority} precepts on \
         (allowed, by name or ONS code: {allowed}){hint}"
    )]
    NoSuchArea {
        /// What was asked for.
        wanted: String,
        /// The preceptor.
        authority: String,
        /// The names of its billing authorities.
        allowed: String,
        /// The nearest name, or nothing.
        hint: String,
    },
    /// An area has one set of amounts.
    #[error("area_levels.area: {area} stands twice (allowed: once)")]
    AreaTwice {
        /// The billing authority.
        area: String,
    },
    /// A preceptor's amount is the same in all its area (LGFA 1992 s.42B).
    #[error(
        "area_levels.{part}: that is {authority}'s own amount, the same in all its area (allowed: \
         as levels.own)"
    )]
    OwnAmountByArea {
        /// The name of its amount on bills.
        part: &'static str,
        /// The preceptor.
        authority: String,
    },
    /// Willingness to pay is in pounds of 2026.
    #[error("no price level is held for {0} [see `bandwise data show price_index`]")]
    NoPrices(FinancialYear),
    /// The council's own extract cannot be used.
    #[error("{0}")]
    Extract(DataError),
    /// Every draw keeps two numbers a small area.
    #[error(
        "simulation.draws: {draws} draws of {areas} areas are more than can be kept (allowed here: \
         at most {most}; or less detail with `by`)"
    )]
    TooManyDraws {
        /// Draws asked for.
        draws: u32,
        /// Areas.
        areas: usize,
        /// The most draws of so many areas.
        most: u32,
    },
    /// Only billing authorities can give relief.
    #[error(
        "schedule: {authority} precepts on {areas} billing authorities and cannot give relief to \
         bands itself: reductions under LGFA 1992 s.13A(1)(c) are the billing authorities' \
         (allowed for it: kind = \"uniform\", such as `uniform-15` or `max-without-vote`)"
    )]
    ReliefByPreceptor {
        /// The preceptor.
        authority: String,
        /// On how many it precepts.
        areas: usize,
    },
    /// A poll is taken before the vote.
    #[error("poll.date: {date} is after polling day, {polling_day} (allowed: up to that day)")]
    PollAfterVote {
        /// The date of the poll.
        date: Date,
        /// The last lawful polling day of the year voted on.
        polling_day: Date,
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

/// Draws times areas that fit into memory: some 16 bytes each.
const MOST_DRAWN: u32 = 60_000_000;

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
    prepare_with(scenario, world, inputs(scenario, world)?)
}

/// The uncertain inputs of a scenario: the same for every authority that it is applied to.
///
/// # Errors
/// When the embedded evidence is broken: a fault of the build.
pub fn inputs(scenario: &Scenario, world: &World) -> Result<Inputs, PrepareError> {
    Ok(Inputs::of(
        &world.assumptions,
        &scenario.inputs,
        &scenario.campaign,
        &scenario.learning,
    )?)
}

/// The same as [`prepare`] with inputs that are made already.
///
/// # Errors
/// When the scenario names what is not held.
pub fn prepare_with(
    scenario: &Scenario,
    world: &World,
    inputs: Inputs,
) -> Result<Prepared, PrepareError> {
    let Proposer {
        mut record,
        mut areas,
    } = world.vintage.proposer(&scenario.authority)?;
    let published = record.levels.area;
    // Polls and bills are of the whole authority, however many homes an extract holds.
    let total_dwellings: i64 = record.dwellings().values().iter().sum();
    record.levels = scenario.levels.replace(record.levels);
    if record.authority.class.bills() {
        if !scenario.area_levels.is_empty() {
            return Err(PrepareError::AreaLevelsOfOne {
                authority: record.authority.name,
            });
        }
        areas[0].levels = record.levels;
    } else if scenario.levels.named()[1..]
        .iter()
        .any(|(_, stated)| stated.is_some())
    {
        return Err(PrepareError::LevelsOfAreas {
            authority: record.authority.name,
        });
    }
    state_levels_of_areas(&mut areas, &record, scenario, &world.vintage)?;
    let authority = &record.authority;
    let nation = authority.code.nation();
    let base_year = world.vintage.year;
    let vote_year = scenario.vote_year(base_year);
    let principle = world
        .law
        .principle(authority, vote_year)
        .ok_or(PrepareError::UnpublishedYear(vote_year))?
        .clone();
    let own_today = record.levels.own;
    let largest = principle.limit.largest_rise_without_vote(own_today);
    let dwellings = match &world.extract {
        Some(extract) => extract.dwellings(),
        None => record.dwellings(),
    };
    let proportions = world.law.proportions(nation);
    let has_values = authority.class.bills() && nation == Nation::England;
    let values = if scenario.proposal.needs_values() && has_values {
        let fineness = match scenario.proposal {
            Proposal::Surcharge { .. } => Fineness::OfSteps,
            _ => Fineness::OfMeans,
        };
        let (law, assumptions) = (&world.law, &world.assumptions);
        Some(value_slices(&record, law, assumptions, fineness)?)
    } else {
        None
    };
    let ground = Ground {
        nation,
        dwellings: &dwellings,
        largest_without_vote: largest,
        own_today,
        proportions,
        values: values.as_ref(),
    };
    if scenario.proposal.rise_beside().is_some() && !authority.class.bills() {
        return Err(PrepareError::DesignByPreceptor {
            authority: authority.name.clone(),
            areas: areas.len(),
        });
    }
    let schedule = scenario.proposal.schedule(ground)?.on_terms(scenario.terms);
    if schedule.needs_relief() && !authority.class.bills() {
        return Err(PrepareError::ReliefByPreceptor {
            authority: authority.name.clone(),
            areas: areas.len(),
        });
    }
    let no_rise = match scenario.no {
        UniformRise::Stated(rise) => rise,
        // Without a principle there is no substitute: the figures are set against a freeze.
        UniformRise::LargestWithoutVote => largest.unwrap_or(Rise::FREEZE),
    };
    let others = Others::of(authority.class, &areas, scenario.others, world, vote_year);
    let amounts = tax::amounts(own_today, &others.band_d, &schedule, no_rise, proportions);
    if let Some(largest) = largest
        && !schedule.is_local()
        && principle.limit.is_excessive(own_today, amounts.band_d.yes)
    {
        return Err(PrepareError::RiseNeedsVote {
            stated: schedule.headline(),
            largest,
        });
    }
    if let Some(largest) = largest
        && principle.limit.is_excessive(own_today, amounts.band_d.no)
    {
        return Err(PrepareError::ExcessiveSubstitute {
            stated: no_rise,
            largest,
        });
    }
    if tax::is_excessive(&amounts, &principle) && no_rise >= schedule.headline() {
        let headline = schedule.headline();
        return Err(PrepareError::NothingToVoteOn {
            no: no_rise,
            headline,
        });
    }

    let mut bases: Vec<BaseByBand> = areas
        .iter()
        .map(|area| area.base_by_band(&world.law))
        .collect();
    let by = scenario.by.unwrap_or(if authority.class.bills() {
        Detail::Areas(AreaKind::Ward)
    } else {
        Detail::Authority
    });
    let small_areas = areas
        .iter()
        .map(|area| match by {
            Detail::Authority => Ok(Vec::new()),
            Detail::Areas(kind) => small_areas(&area.authority.code, kind),
        })
        .collect::<Result<Vec<_>, _>>()?;
    let (cells, warnings) = match &world.extract {
        None => cells(&areas, &bases, by, &small_areas, world)?,
        Some(extract) => {
            let wards = data::small_areas::small_areas(&record.authority.code, AreaKind::Ward)?;
            let published = Published {
                record: &areas[0],
                year: base_year,
                wards: &wards,
                law: &world.law,
            };
            let modelled = model(extract, published, &bases[0], &world.assumptions)
                .map_err(PrepareError::Extract)?;
            record.bands = modelled.record.bands;
            areas[0] = modelled.record;
            bases = vec![modelled.base];
            (modelled.cells, modelled.warnings)
        }
    };
    let most = MOST_DRAWN
        / u32::try_from(cells.wards().len())
            .unwrap_or(u32::MAX)
            .max(1);
    if scenario.draws > most {
        return Err(PrepareError::TooManyDraws {
            draws: scenario.draws,
            areas: cells.wards().len(),
            most,
        });
    }
    let base = BaseByBand::sum(&bases);
    let bills = match world.working {
        Working::Polars => tax::apply(&cells, &amounts)
            .map_err(|error| DataError::fault(std::path::Path::new("bills"), error.to_string()))?,
        Working::Loops => tax::apply_by_loops(&cells, &amounts),
    };
    let budgets = tax::budgets(&amounts, &cells, base.in_lieu_thousandths, &schedule);
    let route = tax::route(Case {
        authority: &record.authority,
        schedule: &schedule,
        amounts: &amounts,
        budgets: &budgets,
        principle: &principle,
        year: vote_year,
        cells: &cells,
        in_lieu_thousandths: base.in_lieu_thousandths,
    });

    let proposer = (&record, areas.as_slice());
    let in_lieu = base.in_lieu_thousandths;
    let outlook = Outlook::of(scenario, world, proposer, &amounts, &budgets, in_lieu)?;
    let assumptions = &world.assumptions;
    let polls = polls(scenario, vote_year, assumptions)?;
    let usual: Vec<(Share, bool)> = areas
        .iter()
        .map(|area| match scenario.turnout {
            Some(stated) => (stated, true),
            None => assumptions.local_turnout(&area.authority),
        })
        .collect();
    let day = assumptions
        .days()
        .iter()
        .find(|day| day.key == scenario.day)
        .ok_or_else(|| {
            let text = format!("{:?} is no kind of polling day", scenario.day);
            DataError::fault(std::path::Path::new("vote.day"), text)
        })?;
    let turnouts_on = |day: &PollingDay| -> Vec<Share> {
        usual
            .iter()
            .map(|(local, _)| day_turnout(day.turnout, *local, assumptions.turnout_ceiling))
            .collect()
    };
    let turnouts = turnouts_on(day);
    let days = (assumptions.days().iter())
        .map(|day| DayClass {
            day: day.clone(),
            turnouts: turnouts_on(day),
        })
        .collect();
    let to_2026 = assumptions
        .to_2026_prices(vote_year)
        .map_err(|_| PrepareError::NoPrices(vote_year))?;
    // Today's amount stands for the year before the vote.
    let inflation = assumptions.to_2026_prices(vote_year.previous())? / to_2026 - 1.0;
    let electorate = Electorate::of(&cells, &amounts, &schedule, assumptions, &turnouts, to_2026);
    let turnout = mean_turnout(&electorate, &cells, &turnouts);
    let others_band_d = others.mean(&areas);
    let finance = Finance::of(
        &areas,
        &cells,
        &amounts,
        &schedule,
        &budgets,
        others_band_d.1,
        total_dwellings as f64 / assumptions.cost_dwellings as f64,
        day.combined,
    );

    let mut prepared = Prepared {
        scenario: Scenario {
            vintage: Some(world.vintage.name.clone()),
            by: Some(by),
            ..scenario.clone()
        },
        extract: world.extract.clone(),
        vintage_sha256: world.vintage.sha256.clone(),
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
        turnout,
        electorate,
        day_words: day.words.clone(),
        days,
        to_2026_prices: to_2026,
        learning: assumptions.learning,
        online_house_sd: assumptions.house_sd("online"),
        inflation,
        whole_bill_known: others.held_flat.is_empty(),
        inputs,
        polls,
        finance,
        small_areas: small_areas.into_iter().flatten().collect(),
        others_band_d,
        outlook,
        warnings,
        record,
        areas,
    };
    let carried_over = usual.iter().any(|(_, held)| !held);
    let caveats = caveats(&prepared, published, others.held_flat, carried_over, world);
    prepared.warnings.extend(caveats);
    let of_later_years = prepared.outlook.caveats(&prepared, world);
    prepared.warnings.extend(of_later_years);
    Ok(prepared)
}

/// The scenario's polls as the vote model hears them.
fn polls(
    scenario: &Scenario,
    year: FinancialYear,
    assumptions: &Assumptions,
) -> Result<Polls, PrepareError> {
    let polling_day = tax::calendar::polling_day(year);
    if let Some(late) = scenario.polls.iter().find(|poll| poll.date > polling_day) {
        let date = late.date;
        return Err(PrepareError::PollAfterVote { date, polling_day });
    }
    Ok(Polls::of(
        &scenario.polls,
        polling_day,
        &assumptions.learning,
    ))
}

/// Puts the amounts that a preceptor's scenario states of its billing authorities in the place of
/// those of the vintage. Its own amount on each of those bills is that of the scenario.
fn state_levels_of_areas(
    areas: &mut [AuthorityRecord],
    preceptor: &AuthorityRecord,
    scenario: &Scenario,
    vintage: &Vintage,
) -> Result<(), PrepareError> {
    let authority = &preceptor.authority;
    let mut stated = Vec::new();
    for one in &scenario.area_levels {
        let found = vintage.find(&one.area).ok().and_then(|found| {
            let same = |area: &AuthorityRecord| area.authority.code == found.authority.code;
            areas.iter().position(same)
        });
        let Some(position) = found else {
            let names: Vec<&str> = areas
                .iter()
                .map(|area| area.authority.name.as_str())
                .collect();
            return Err(PrepareError::NoSuchArea {
                wanted: one.area.clone(),
                authority: authority.name.clone(),
                allowed: names.join(", "),
                hint: nearest(&one.area, &names),
            });
        };
        let area = &mut areas[position];
        if stated.contains(&position) {
            return Err(PrepareError::AreaTwice {
                area: area.authority.name.clone(),
            });
        }
        stated.push(position);
        let mut levels = one.levels;
        let (part, own) = match authority.class {
            AuthorityClass::Police => ("police", &mut levels.police),
            AuthorityClass::Fire => ("fire", &mut levels.fire),
            AuthorityClass::CombinedAuthority => {
                ("combined_authority", &mut levels.combined_authority)
            }
            _ => ("county_or_gla", &mut levels.county_or_gla),
        };
        if own.is_some() {
            return Err(PrepareError::OwnAmountByArea {
                part,
                authority: authority.name.clone(),
            });
        }
        *own = Some(preceptor.levels.own);
        area.levels = levels.replace(area.levels);
    }
    Ok(())
}

/// The cells of every billing authority, one after the other, with the caveats of all.
fn cells(
    areas: &[AuthorityRecord],
    bases: &[BaseByBand],
    by: Detail,
    small_areas: &[Vec<SmallArea>],
    world: &World,
) -> Result<(Cells, Vec<Warning>), DataError> {
    let cells_of = match world.working {
        Working::Polars => data::cells,
        Working::Loops => data::cells::cells_by_loops,
    };
    let mut parts = Vec::with_capacity(areas.len());
    let mut warnings: Vec<Warning> = Vec::new();
    for ((area, base), within) in areas.iter().zip(bases).zip(small_areas) {
        let (cells, caveats) = cells_of(area, base, (by, within), &world.assumptions)?;
        parts.push(cells);
        for caveat in caveats {
            if !warnings.contains(&caveat) {
                warnings.push(caveat);
            }
        }
    }
    Ok((Cells::joined(parts), warnings))
}

/// The turnout of all billing authorities together, by electors.
fn mean_turnout(electorate: &Electorate, cells: &Cells, turnouts: &[Share]) -> Share {
    if let [turnout] = turnouts {
        return *turnout;
    }
    let (mut voters, mut electors) = (0.0, 0.0);
    for (index, ward) in cells.wards().iter().enumerate() {
        let here = electorate.electors_of(index);
        voters += here * turnouts[ward.area].value();
        electors += here;
    }
    Share::new(voters / electors).expect("a mean of shares is a share")
}

/// A difference between carried rates and the published base that is worth a word.
const FAR_FROM_PUBLISHED: f64 = 0.05;
/// How the table of principles tells what is expected from what is published.
pub(super) const NOT_PUBLISHED: &str = "no report published yet";

/// The caveats that a prepared scenario carries, beyond those of its cells.
fn caveats(
    prepared: &Prepared,
    published: Pence,
    held_flat: Vec<&'static str>,
    turnout_carried_over: bool,
    world: &World,
) -> Vec<Warning> {
    let Prepared {
        scenario,
        record,
        schedule,
        ..
    } = prepared;
    let authority = &record.authority;
    let mut warnings = vec![Warning::CarriedForward {
        from: prepared.base_year,
        to: prepared.vote_year,
    }];
    warnings.extend(caveats_of_the_proposal(scenario));
    let campaign = &scenario.campaign;
    let campaigns = campaign.comprehension.is_some() || !campaign.effects.is_empty();
    let polled = !scenario.polls.is_empty();
    if !prepared.route.needs_referendum() && (polled || campaigns) {
        warnings.push(Warning::NothingToLearnFor);
    } else if polled && campaigns {
        warnings.push(Warning::PollBesideCampaign);
    }
    let nation = authority.code.nation();
    let differs = (record.levels.area - published).pence().abs() > 1;
    let stated = scenario.levels.named();
    let parts = [
        Pence::ZERO,
        Pence::ZERO,
        record.levels.county_or_gla,
        record.levels.police,
        record.levels.fire,
        record.levels.combined_authority,
    ];
    let all_stated = stated
        .iter()
        .zip(parts)
        .all(|((_, one), held)| one.is_some() || held == Pence::ZERO);
    let split_stated = scenario.levels.own.is_some() && all_stated && !differs;
    let replaced = |part: &str| match part {
        "levels" => split_stated,
        "dwellings" | "rates" => prepared.extract.is_some(),
        _ => false,
    };
    warnings.extend(carried_forward(&world.vintage, nation, replaced));
    let returned = record.tax_base.return_after_support;
    let by = returned / (returned - prepared.base.unexplained) - 1.0;
    if by.abs() > FAR_FROM_PUBLISHED && prepared.extract.is_none() {
        warnings.push(Warning::BaseScaled { by });
    }
    if differs && authority.class.bills() {
        warnings.push(Warning::LevelsDiffer {
            stated: record.levels.area,
            published,
        });
    }
    let standing = prepared.principle.source.standing;
    let expected = prepared.principle.source.citation.contains(NOT_PUBLISHED);
    if standing > Standing::High && expected {
        warnings.push(Warning::PrincipleNotPublished {
            year: prepared.vote_year,
            citation: prepared.principle.source.citation.clone(),
        });
    }
    if let Some(mapping) = &scenario.households
        && prepared.extract.is_none()
    {
        warnings.push(Warning::ExtractNotRead {
            named: mapping.file.is_some(),
        });
    }
    if nation == Nation::Wales && scenario.proposal.is_by_band() && !scenario.band_i_stated {
        warnings.push(Warning::BandIAsH);
    }
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
            authority: authority.name.clone(),
            wales: nation == Nation::Wales,
        });
    }
    if scenario.others == UniformRise::LargestWithoutVote {
        let band_d = prepared.others_band_d.1;
        warnings.push(Warning::OtherPreceptorsAssumed {
            band_d,
            areas: prepared.areas.len(),
            held_flat,
        });
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
            &world.assumptions,
        ));
    }
    warnings
}

/// What of a vintage is carried forward, as far as it bears on a nation and nothing else has
/// replaced the part.
fn carried_forward(
    vintage: &Vintage,
    nation: Nation,
    replaced: impl Fn(&str) -> bool,
) -> Vec<Warning> {
    vintage
        .carried_forward(nation)
        .into_iter()
        .filter(|part| !replaced(&part.name))
        .map(|part| Warning::PartCarriedForward {
            sentence: part.carried_forward.clone(),
        })
        .collect()
}

/// The caveats that the kind of proposal and its terms bring.
fn caveats_of_the_proposal(scenario: &Scenario) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let proposal = &scenario.proposal;
    if proposal.is_national() {
        warnings.push(Warning::ChangeOfLaw);
    }
    match proposal {
        Proposal::Proportional { .. } => warnings.push(Warning::ShareOfValue),
        Proposal::ExtraBands { .. } => warnings.push(Warning::SplitStated),
        Proposal::Surcharge { voluntary, .. } => warnings.push(if *voluntary {
            Warning::Voluntary
        } else {
            Warning::OwnersPay
        }),
        Proposal::HeadlineWithRelief { .. }
        | Proposal::BandRises(_)
        | Proposal::BandAmounts(_)
        | Proposal::Uniform(_)
        | Proposal::FreezeTarget { .. }
        | Proposal::NationalRatios { .. } => {}
    }
    if proposal.needs_values() {
        warnings.push(Warning::ValuesWorkedOut);
    }
    let terms = scenario.terms;
    if terms.phase_in_years > 1 {
        warnings.push(Warning::PhasedIn {
            years: terms.phase_in_years,
        });
    }
    if terms.protects_reduction || terms.cap.is_some() || terms.leaves_out_premiums {
        warnings.push(Warning::TermsEstimated);
    }
    warnings
}

fn caveats_of_the_vote(
    prepared: &Prepared,
    turnout_carried_over: bool,
    assumptions: &Assumptions,
) -> Vec<Warning> {
    let mut warnings = vec![match prepared.inputs.learner() {
        None => Warning::PriorsOnly,
        Some(learner) => {
            let ballots = &learner.evidence().ballots;
            Warning::FewBallots {
                ballots: ballots.len(),
                statutory: ballots.iter().filter(|ballot| ballot.statutory).count(),
            }
        }
    }];
    let printed = |rise: Rise| rise.percent_to_one_decimal();
    if printed(prepared.schedule.headline()) == printed(prepared.amounts.no_rise) {
        warnings.push(Warning::PercentagesAlike);
    }
    if turnout_carried_over {
        let turnout = prepared.turnout;
        warnings.push(Warning::ImputedTurnout { turnout });
    }
    let published = prepared.record.authority.electorate_2016;
    let estimated = prepared.electorate.total();
    let far = !(0.8..=1.25).contains(&(estimated / published as f64));
    if far && !prepared.cells.states_electors() {
        warnings.push(Warning::ElectorsEstimated {
            estimated,
            published,
        });
    }
    let full_name = prepared.record.authority.has_full_name();
    if prepared.scenario.name_on_ballot.is_none() && !full_name {
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
    /// Today and in the year of the vote, in each billing authority.
    band_d: Vec<(Pence, Pence)>,
    /// Those held at today's amount because no principle is held for them.
    held_flat: Vec<&'static str>,
}

impl Others {
    /// Each takes the stated rise, or the most that needs no vote in the year. Parishes have no
    /// principle and stay as they are.
    fn of(
        proposer: AuthorityClass,
        areas: &[AuthorityRecord],
        rise: UniformRise,
        world: &World,
        year: FinancialYear,
    ) -> Self {
        let mut held_flat = Vec::new();
        let band_d = areas
            .iter()
            .map(|area| Self::of_area(proposer, area, rise, world, year, &mut held_flat))
            .collect();
        Self { band_d, held_flat }
    }

    fn of_area(
        proposer: AuthorityClass,
        area: &AuthorityRecord,
        rise: UniformRise,
        world: &World,
        year: FinancialYear,
        held_flat: &mut Vec<&'static str>,
    ) -> (Pence, Pence) {
        let levels = &area.levels;
        let today = levels.area - levels.of(proposer);
        if let UniformRise::Stated(rise) = rise {
            return (today, rise.apply_to(today));
        }
        let upper = match area.authority.class {
            AuthorityClass::ShireDistrict => (AuthorityClass::County, "the county council"),
            _ => (
                AuthorityClass::GreaterLondon,
                "the Greater London Authority",
            ),
        };
        let mut next = today;
        for (class, called) in [
            (area.authority.class, "the billing authority"),
            upper,
            (AuthorityClass::Police, "the police"),
            (AuthorityClass::Fire, "the fire authority"),
            (AuthorityClass::CombinedAuthority, "the combined authority"),
        ] {
            let amount = levels.of(class);
            let proposes = class == proposer || (class.bills() && proposer.bills());
            if amount == Pence::ZERO || proposes {
                continue;
            }
            let name = world
                .vintage
                .preceptors
                .iter()
                .find(|row| row.class == class && area.preceptors.contains(&row.code))
                .map_or(area.authority.name.as_str(), |row| row.name.as_str());
            let nation = area.authority.code.nation();
            let principle = world.law.principle_of(nation, name, class, year);
            match principle.and_then(|held| held.limit.largest_amount_without_vote(amount)) {
                Some(raised) => next += raised - amount,
                None if !held_flat.contains(&called) => held_flat.push(called),
                None => {}
            }
        }
        (today, next)
    }

    /// The mean over the billing authorities by tax base for setting, to the penny.
    fn mean(&self, areas: &[AuthorityRecord]) -> (Pence, Pence) {
        let weight = |area: &AuthorityRecord| {
            i128::from(data::vintage::thousandths(
                area.tax_base.tax_base_for_setting,
            ))
        };
        let whole: i128 = areas.iter().map(weight).sum();
        let mean = |of: fn(&(Pence, Pence)) -> Pence| {
            let sum: i128 = areas
                .iter()
                .zip(&self.band_d)
                .map(|(area, band_d)| weight(area) * i128::from(of(band_d).pence()))
                .sum();
            Pence::from_pence(divide_half_up(sum, whole))
        };
        (mean(|band_d| band_d.0), mean(|band_d| band_d.1))
    }
}

impl Finance {
    #[expect(clippy::too_many_arguments, reason = "the parts of one preparation")]
    pub(super) fn of(
        areas: &[AuthorityRecord],
        cells: &Cells,
        amounts: &Amounts,
        schedule: &Schedule,
        budgets: &Budgets,
        others_band_d: Pence,
        cost_factor: f64,
        combined_poll: bool,
    ) -> Self {
        let mut increment = ByBand::from_fn(|_| 0.0);
        for (position, area) in areas.iter().enumerate() {
            let here = cells
                .rows()
                .iter()
                .filter(|cell| cells.area(cell) == position);
            for line in tax::charge_lines(amounts, cells, here) {
                let change = (line.net - line.no).pounds();
                let budgeted = line.tax_base_thousandths as f64 / 1_000.0 * change;
                increment[line.band] += if budgeted > 0.0 {
                    budgeted / area.tax_base.collection_rate
                } else {
                    budgeted
                };
            }
        }
        if schedule.levy_is_own() {
            // Homes that owe it are many or few, but no discount or award lessens it.
            for (band, levy) in budgets.levy.iter() {
                increment[band] += levy.pounds();
            }
        }
        // What a cell of the base pays more under Yes than under No, pounds.
        let more = |cell: &Cell| {
            let line = |line: tax::ChargeLine| {
                line.tax_base_thousandths as f64 / 1_000.0 * (line.net - line.no).pounds()
            };
            let lines = tax::charge_lines(amounts, cells, [cell]);
            lines.into_iter().map(line).sum::<f64>()
        };
        let falls_on = |reduction: Reduction| {
            let on_it = cells
                .rows()
                .iter()
                .filter(|cell| cell.reduction == reduction);
            on_it.map(more).sum::<f64>()
        };
        // Support in dwelling equivalents of the band, times what a whole bill changes by for those
        // who receive it.
        let within_base = |reduction: Reduction, support: fn(&BandRow) -> f64| {
            areas
                .iter()
                .enumerate()
                .flat_map(|(area, record)| {
                    record
                        .bands
                        .iter()
                        .map(move |(band, row)| (area, band, row))
                })
                .map(|(area, band, row)| {
                    let home = KindOfHome {
                        band,
                        liability: Liability::Full,
                        reduction,
                        award_basis_points: 0,
                        premium_percent: 0,
                    };
                    let parts = amounts.parts[band].iter().enumerate();
                    let change = |(part, of_band): (usize, &tax::bill::Part)| {
                        let own = amounts.charge(area, home, part).own;
                        let share = of_band.share_millionths as f64 / 1e6;
                        share * (own.yes - own.no).pounds()
                    };
                    support(row) * parts.map(change).sum::<f64>()
                })
                .sum()
        };
        // Parishes have no part in the fund: what they are owed is the billing authority's to find.
        let parishes = if areas.len() == 1 && areas[0].authority.class.bills() {
            areas[0].levels.own_incl_parish - areas[0].levels.own
        } else {
            Pence::ZERO
        };
        let yes = (amounts.band_d.yes + parishes).pounds();
        let others = (others_band_d - parishes).pounds();
        let wales = areas[0].authority.code.nation() == Nation::Wales;
        Self {
            increment,
            in_lieu: budgets.in_lieu_yes.pounds() - budgets.in_lieu_no.pounds(),
            budgeted: budgets.net_yield_vs_no().pounds(),
            // Wales has no collection fund: what is not collected is the council's alone.
            own_share: if wales { 1.0 } else { yes / (yes + others) },
            voluntary: if schedule.levy_is_asked() {
                budgets
                    .levy
                    .values()
                    .iter()
                    .copied()
                    .sum::<Pence>()
                    .pounds()
            } else {
                0.0
            },
            awards_pension_age: within_base(Reduction::PensionAge, |row| row.support_pension_age),
            awards_working_age: within_base(Reduction::WorkingAge, |row| row.support_working_age),
            pension_age: falls_on(Reduction::PensionAge),
            working_age: falls_on(Reduction::WorkingAge),
            cost_factor,
            combined_poll,
        }
    }
}
