//! What to propose: the schedules of most yield at each probability of winning, and of the highest
//! probability of winning at each yield.
//!
//! A schedule is one rise a band, in basis points, that falls in no dearer band; the headline is the
//! largest, and relief makes the rest (LGFA 1992 s.13A(1)(c)). The search is local: COBYLA (Powell
//! 1994) from many starts, then steps of basis points, all on the same draws. It takes wards as one and
//! replaces the mood of the day by its distribution, which makes the probability smooth. What it finds
//! is then simulated as any scenario is, with other luck than the search's, and every figure of the
//! table is of that run. Of all that were run each row has the best.

use super::candidate::{Money, scenario_with, with_rises};
use super::prepare::{PrepareError, Prepared};
use super::run::{DrawOutcomes, NoObserver, Observer, run};
use super::search::{Effort, Goal, Model, Tried};
use super::summary::{spread, win_probability};
use super::who_pays::{BillPart, who_pays};
use crate::data::area_incomes::AreaIncomes;
use crate::data::small_areas::keep_all;
use crate::data::{DataError, Scenario, World};
use crate::domain::{AreaKind, Band, ByBand, Limit, Pence, Rise, Share};
use crate::tax::Amounts;

/// Probabilities of winning at which the most yield is sought.
const WIN_TARGETS: [f64; 13] = [
    0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95,
];
/// Yields at which the highest probability is sought, at most about.
const YIELD_TARGETS: f64 = 16.0;
/// Times that a target of the search is shifted by how far its simulation misses the target.
const CORRECTIONS: usize = 1;
/// Runs of schedules between one that reaches a target and one that does not.
const HALVINGS: usize = 6;
/// How far a probability may be above its target and stand for it; one draw, where that is more.
const NEAR: f64 = 0.002;
/// By how much the relaxed target of a shadow price is lower.
const EASIER: f64 = 0.05;
/// The headline beyond which no schedule is sought unless the user or the proposal goes further.
pub const MOST_HEADLINE: Rise = Rise::from_millionths(1_000_000);

/// What a schedule must keep to.
#[derive(Debug, Clone, PartialEq)]
pub struct Wishes {
    /// Least share of dwellings whose own element is frozen; that of the proposal where not stated.
    pub frozen: Option<Share>,
    /// Least Kakwani index of the own element after a Yes.
    pub progressivity: Option<f64>,
    /// Largest headline; 100% or the proposal's, where that is more, if not stated.
    pub most_headline: Option<Rise>,
    /// Largest rise of a band.
    pub most_rise: Vec<(Band, Rise)>,
    /// Largest rise of the own element of a full bill, a year over today.
    pub most_pounds: Option<Pence>,
    /// Draws that the search is made on.
    pub search_draws: u32,
}

impl Default for Wishes {
    /// Nothing but what the proposal itself keeps to.
    fn default() -> Self {
        Self {
            frozen: None,
            progressivity: None,
            most_headline: None,
            most_rise: Vec::new(),
            most_pounds: None,
            search_draws: 2_048,
        }
    }
}

/// Why no frontier can be drawn.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FrontierError {
    /// A change of the law is not searched.
    #[error(
        "schedule.kind: a frontier is of headline and relief, which a council sets itself; {key} changes \
         the law of the nation (allowed: a scenario such as `williamson-2018`, whose other settings \
         hold for every schedule)"
    )]
    ChangeOfLaw {
        /// The key of the scenario.
        key: String,
    },
    /// Only billing authorities give relief.
    #[error(
        "authority: {authority} cannot give relief to bands: reductions under LGFA 1992 s.13A(1)(c) \
         are the billing authorities' (allowed: a billing authority)"
    )]
    Preceptor {
        /// The preceptor.
        authority: String,
    },
    /// Without a principle there is no vote.
    #[error(
        "authority: {authority} has no referendum principle for {year}: no vote is held, so that there \
         is no probability of winning to set against the yield"
    )]
    NoVote {
        /// The authority.
        authority: String,
        /// The year voted on.
        year: String,
    },
    /// A poll is on one proposal.
    #[error(
        "poll: {key} states a poll, which is on one proposal and says nothing of another [leave [[poll]] \
         out]"
    )]
    Poll {
        /// The key of the scenario.
        key: String,
    },
    /// All homes cannot be frozen.
    #[error(
        "--frozen {asked}: no band would be left to raise (allowed: at most {most:.4}, all bands but \
         the dearest)"
    )]
    AllFrozen {
        /// The share asked for.
        asked: f64,
        /// The largest share that leaves a band.
        most: f64,
    },
    /// A vote needs a rise that is excessive.
    #[error(
        "no schedule keeps to {what}: the dearest band may rise by {most} at most, and a vote is held \
         from {least} on"
    )]
    BelowVote {
        /// What holds it down.
        what: String,
        /// The largest headline left.
        most: Rise,
        /// The smallest headline that needs a vote.
        least: Rise,
    },
    /// The nation has no such band.
    #[error("--most-rise {band}: there is no band {band} here (allowed: {allowed})")]
    NoSuchBand {
        /// The band.
        band: Band,
        /// The bands that there are.
        allowed: String,
    },
    /// The index needs incomes.
    #[error("--progressivity: no incomes are known for {authority}, so that it has no index")]
    NoIncomes {
        /// The authority.
        authority: String,
    },
    /// No schedule is as progressive.
    #[error(
        "--progressivity {asked}: no schedule with these limits reaches it; the highest is {most:.4} \
         (today: {today:.4})"
    )]
    TooProgressive {
        /// The index asked for.
        asked: f64,
        /// The highest that is reached.
        most: f64,
        /// Today's.
        today: f64,
    },
    /// The observer has stopped it.
    #[error("the search was stopped before its end")]
    Stopped,
    /// A schedule could not be made ready.
    #[error("{0}")]
    Prepare(#[from] PrepareError),
    /// Embedded tables are broken.
    #[error("{0}")]
    Data(#[from] DataError),
}

/// Which search found a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Search {
    /// The scenario's own proposal, found by nobody.
    Proposal,
    /// The most yield at a probability of winning.
    MostYield,
    /// The highest probability of winning at a yield.
    HighestWin,
    /// The highest expected value.
    HighestValue,
}

impl Search {
    /// The name in tables.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Proposal => "proposal",
            Self::MostYield => "most_yield_at_win_probability",
            Self::HighestWin => "highest_win_probability_at_yield",
            Self::HighestValue => "highest_expected_value",
        }
    }
}

/// What a schedule must keep to, as it bears on the search.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Constraint {
    /// So many homes stay frozen.
    Frozen,
    /// The headline goes no further.
    Headline,
    /// A band rises no further in percent.
    Rise(Band),
    /// A band rises no further in pounds.
    Pounds(Band),
    /// The tax stays as progressive.
    Progressivity,
    /// The vote must be as likely to be won.
    Win,
    /// As much must be raised.
    Yield,
}

/// One schedule with what came of its simulation.
#[derive(Debug, Clone, PartialEq)]
pub struct FrontierPoint {
    /// Which search found it.
    pub search: Search,
    /// The probability or the yield that the search was to keep to.
    pub target: Option<f64>,
    /// The rise that each band pays.
    pub rises: ByBand<Rise>,
    /// The rise on the ballot paper.
    pub headline: Rise,
    /// Share of the dwellings whose own element is frozen.
    pub share_frozen: f64,
    /// Yield after relief over a No at budgeted collection.
    pub net_vs_no: Pence,
    /// The same over today.
    pub net_vs_today: Pence,
    /// The authority's own band D amount before relief.
    pub band_d: Pence,
    /// Own element of a full bill in band D after relief.
    pub band_d_bill: Pence,
    /// Own element of a full bill over today, each band.
    pub change_vs_today: ByBand<Pence>,
    /// Kakwani index of the own element after a Yes; nothing where no incomes are known.
    pub kakwani: Option<f64>,
    /// Probability of winning and its Monte Carlo standard error; nothing where no vote is held.
    pub win: Option<(f64, f64)>,
    /// 5th, 50th and 95th percentile of the share of votes for Yes.
    pub yes_share: Option<[f64; 3]>,
    /// The same of pounds really collected over a No.
    pub collected: [f64; 3],
    /// The mean of it.
    pub mean_collected: f64,
    /// Mean worth of holding the vote, pounds, and its Monte Carlo standard error.
    pub value: Option<(f64, f64)>,
    /// The probability of winning that the search saw.
    pub searched_win: Option<f64>,
    /// What keeps it from more.
    pub binding: Vec<Constraint>,
    /// Whether it keeps to what is wished, collects more than a No on average, and no schedule that
    /// was run and does so beats it: as high in yield and probability, higher in one of them.
    pub on_frontier: bool,
}

/// A target that no schedule reaches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unreached {
    /// Which search.
    pub search: Search,
    /// The target.
    pub target: f64,
}

/// What a constraint costs: the answer without it.
#[derive(Debug, Clone, PartialEq)]
pub struct Relaxed {
    /// What is let go.
    pub constraint: Constraint,
    /// The answer then, of the same search at the same target (at a win probability lower by five
    /// points where that is what is let go).
    pub point: FrontierPoint,
}

/// Schedules worth proposing.
#[derive(Debug, Clone, PartialEq)]
pub struct Frontier {
    /// The proposal, then the schedules found, by search and target.
    pub points: Vec<FrontierPoint>,
    /// Targets that none reaches.
    pub unreached: Vec<Unreached>,
    /// The probability of winning that the scenario wants.
    pub wanted: f64,
    /// What the answer at the wanted probability would be without each of its constraints; of a
    /// probability that is not reached, the likeliest schedule to be won.
    pub relaxed: Vec<Relaxed>,
    /// Least share of dwellings frozen.
    pub frozen: f64,
    /// Largest headline.
    pub most_headline: Rise,
    /// What the scenario's own proposal does not keep to.
    pub broken: Vec<Constraint>,
    /// Candidates that the search tried.
    pub tried: u64,
}

impl Frontier {
    /// The scenario's own proposal.
    pub fn proposal(&self) -> Option<&FrontierPoint> {
        self.found(Search::Proposal).next()
    }

    /// The schedules that a search found, by rising target.
    pub fn found(&self, search: Search) -> impl Iterator<Item = &FrontierPoint> {
        self.points
            .iter()
            .filter(move |point| point.search == search)
    }

    /// The schedule of most yield at the wanted probability of winning.
    pub fn at_wanted(&self) -> Option<&FrontierPoint> {
        let wanted = Some(self.wanted);
        self.found(Search::MostYield)
            .find(|point| point.target == wanted)
    }

    /// The schedule of the highest expected value.
    pub fn best_value(&self) -> Option<&FrontierPoint> {
        self.found(Search::HighestValue).next()
    }

    /// The likeliest schedule to be won of those found; of those alike the one of most yield.
    pub fn likeliest(&self) -> Option<&FrontierPoint> {
        let found = self
            .points
            .iter()
            .filter(|point| point.search != Search::Proposal && point.win.is_some());
        found.max_by(|one, other| {
            (chance(one).total_cmp(&chance(other))).then(one.net_vs_no.cmp(&other.net_vs_no))
        })
    }

    /// The schedule found of most yield.
    pub fn richest(&self) -> Option<&FrontierPoint> {
        (self.points.iter())
            .filter(|point| point.search != Search::Proposal)
            .max_by_key(|point| point.net_vs_no)
    }
}

/// Whether holding the vote on it gains anything: more is really collected than after a No on average.
fn gains(point: &FrontierPoint) -> bool {
    point.win.is_some() && point.net_vs_no > Pence::ZERO && point.mean_collected > 0.0
}

fn chance(point: &FrontierPoint) -> f64 {
    point.win.map_or(f64::NEG_INFINITY, |(chance, _)| chance)
}

/// The scenario that gives the figures of a point when it is run.
pub fn scenario_of(prepared: &Prepared, point: &FrontierPoint) -> Scenario {
    scenario_with(prepared, point.rises)
}

/// What a schedule may be: one number a band of the nation, cheapest first.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Limits {
    /// Cheapest bands that stay frozen.
    pub n_frozen: usize,
    /// Smallest headline that needs a vote and is above a No, basis points.
    pub least: i64,
    /// All caps.
    pub caps: Vec<Cap>,
    /// Largest rise of each band, basis points, and what sets it; rising.
    pub most: Vec<(i64, Constraint)>,
    /// The index of progressivity that must be reached.
    pub progressivity: Option<Progress>,
}

/// A rise that a band and all cheaper ones may not exceed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cap {
    /// The place of the band, cheapest first.
    place: usize,
    /// Basis points.
    most: i64,
    /// What sets it.
    constraint: Constraint,
}

/// How the Kakwani index of the own element follows from what each band pays.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Progress {
    /// What each band pays today.
    pub paid: Vec<f64>,
    /// Concentration index of what each band pays.
    pub concentration: Vec<f64>,
    pub gini: f64,
    pub least: f64,
}

impl Progress {
    /// The index after rises, shares of today's.
    pub(super) fn kakwani(&self, rises: &[f64]) -> f64 {
        let (mut sum, mut all) = (0.0, 0.0);
        for ((paid, index), rise) in self.paid.iter().zip(&self.concentration).zip(rises) {
            sum += paid * (1.0 + rise) * index;
            all += paid * (1.0 + rise);
        }
        sum / all - self.gini
    }
}

/// Searches the schedules that a council can propose with the scenario's other settings.
///
/// # Errors
/// When the scenario is not one of headline and relief, no vote is held, no schedule keeps to what is
/// wished, or the observer stops it.
///
/// # Example
/// ```
/// use bandwise::data::{Scenario, World, scenario::Names};
/// use bandwise::simulation::{NoObserver, Wishes, frontier, prepare};
/// let world = World::embedded(Some("2023-24"))?;
/// let names = Names::of(&world.assumptions);
/// let mut scenario = Scenario::load("williamson-2018", &names)?;
/// scenario.draws = 200;
/// let prepared = prepare(&scenario, &world)?;
/// let wishes = Wishes { search_draws: 100, ..Wishes::default() };
/// let found = frontier(&prepared, &world, &wishes, &NoObserver)?;
/// // Bands A to C hold 85% of Derby's homes and stay frozen, as in the proposal.
/// assert!(found.points.iter().all(|point| point.share_frozen > 0.85));
///
/// let national = prepare(&Scenario::load("scotland-2017", &names)?, &world)?;
/// let refused = frontier(&national, &world, &wishes, &NoObserver).expect_err("a change of the law");
/// assert!(refused.to_string().contains("changes the law of the nation"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn frontier(
    prepared: &Prepared,
    world: &World,
    wishes: &Wishes,
    observer: &dyn Observer,
) -> Result<Frontier, FrontierError> {
    refuse(prepared)?;
    let frozen = wishes
        .frozen
        .map_or_else(|| share_frozen(prepared, &prepared.amounts), Share::value);
    let proposed = prepared.schedule.headline();
    let most_headline = wishes
        .most_headline
        .unwrap_or_else(|| MOST_HEADLINE.max(proposed));
    // What candidates would read again is read once, and all of it before the first draw.
    keep_all(AreaKind::Ward)?;
    keep_all(AreaKind::Lsoa)?;
    AreaIncomes::embedded()?;
    let limits = limits(prepared, wishes, frozen, most_headline)?;
    let model = Model::of(prepared, wishes.search_draws);
    let mut work = Work {
        prepared,
        world,
        model: &model,
        observer,
        tried: 0,
        known: Vec::new(),
        evaluated: Vec::new(),
    };
    let wanted = prepared.scenario.campaign.wanted.value();
    let passes = WIN_TARGETS.len() as u64 + YIELD_TARGETS as u64;
    observer.begin(6 * passes * u64::from(prepared.scenario.draws));
    let (proposal, broken) = work.proposal(&limits)?;
    let mut targets = WIN_TARGETS.to_vec();
    // What would win as often as the proposal, and raise as much, is told beside it.
    let proposed_win = proposal.win.map(|(chance, _)| chance);
    targets.extend(proposed_win.filter(|chance| (0.01..0.99).contains(chance)));
    targets.push(wanted);
    targets.sort_by(f64::total_cmp);
    targets.dedup();

    // Most yield at each probability, likeliest at no loss, and the highest value.
    let mut goals: Vec<Goal> = targets.iter().map(|&win| Goal::Yield { win }).collect();
    goals.push(Goal::Win { pounds: 0.0 });
    goals.push(Goal::Value);
    let found = work.search(&limits, &goals, Effort::Wide)?;
    let richest = work.richest(&limits);
    let mut yields = yield_targets(richest.as_ref().map_or(0.0, |tried| tried.pounds));
    if gains(&proposal) {
        yields.push(proposal.net_vs_no.pounds());
        yields.sort_by(f64::total_cmp);
        yields.dedup();
    }
    yields.insert(0, 0.0);
    let of_yields: Vec<Goal> = yields.iter().map(|&pounds| Goal::Win { pounds }).collect();
    let of_yields = work.search(&limits, &of_yields, Effort::Wide)?;
    // What is as likely to be won as each of these may raise more.
    let as_likely: Vec<Goal> = (of_yields.iter().flatten())
        .map(|tried| Goal::Yield { win: tried.win })
        .collect();
    let richer = work.search(&limits, &as_likely, Effort::Near)?;
    let all = of_yields
        .iter()
        .chain(&richer)
        .chain(&found[targets.len()..]);
    for tried in all.flatten().chain(&richest) {
        work.evaluate(tried)?;
    }
    for (&target, tried) in targets.iter().zip(&found) {
        work.reach(&limits, target, tried.as_ref())?;
    }

    // Each row is the best of all that were run, so that figures of one table do not contradict
    // each other.
    let mut points = vec![proposal];
    let mut unreached = Vec::new();
    let wins = targets.iter().map(|&target| (Search::MostYield, target));
    let pounds = yields.iter().map(|&target| (Search::HighestWin, target));
    for (search, target) in wins.chain(pounds) {
        match work.best(&limits, search, target) {
            Some(point) => points.push(point),
            None => unreached.push(Unreached { search, target }),
        }
    }
    points.extend(work.best(&limits, Search::HighestValue, 0.0));
    work.mark_frontier(&limits, &mut points, broken.is_empty());
    let at_wanted = points
        .iter()
        .find(|point| point.search == Search::MostYield && point.target == Some(wanted));
    let relaxed = work.relaxed(&limits, wanted, at_wanted.cloned().as_ref())?;
    observer.end();
    Ok(Frontier {
        points,
        unreached,
        wanted,
        relaxed,
        frozen,
        most_headline,
        broken,
        tried: work.tried,
    })
}

/// Gives up where the observer has stopped the search.
pub(super) fn go_on(observer: &dyn Observer) -> Result<(), FrontierError> {
    if observer.is_stopped() {
        Err(FrontierError::Stopped)
    } else {
        Ok(())
    }
}

/// Refuses scenarios in whose place no other schedule can be sought: this is known before the search.
///
/// # Errors
/// When the scenario is not one of headline and relief, no vote is held, or it states a poll.
pub fn refuse(prepared: &Prepared) -> Result<(), FrontierError> {
    let key = || prepared.scenario.key.clone();
    let authority = &prepared.record.authority;
    if !authority.class.bills() {
        return Err(FrontierError::Preceptor {
            authority: authority.name.clone(),
        });
    }
    if !prepared.schedule.is_local() || prepared.scenario.proposal.rise_beside().is_some() {
        return Err(FrontierError::ChangeOfLaw { key: key() });
    }
    if prepared.principle.limit == Limit::Unlimited {
        return Err(FrontierError::NoVote {
            authority: authority.name.clone(),
            year: prepared.vote_year.to_string(),
        });
    }
    if !prepared.scenario.polls.is_empty() {
        return Err(FrontierError::Poll { key: key() });
    }
    Ok(())
}

/// The share of dwellings whose own element is frozen, as a run states it.
pub fn share_frozen(prepared: &Prepared, amounts: &Amounts) -> f64 {
    let cells = &prepared.cells;
    let all: i64 = prepared.record.dwellings().values().iter().sum();
    let frozen: f64 = (cells.rows().iter())
        .map(|cell| cell.dwellings as f64 * amounts.share_frozen_of(cells.kind_of(cell)))
        .sum();
    (frozen + 0.0) / all as f64
}

/// Rises by band from basis points, cheapest first; England's band I is as its band H.
pub(super) fn rises_of(bands: &[Band], basis_points: &[i64]) -> ByBand<Rise> {
    ByBand::from_fn(|band| {
        let place = bands.iter().position(|one| *one == band);
        let place = place.unwrap_or(bands.len() - 1);
        Rise::from_millionths(100 * basis_points[place])
    })
}

fn limits(
    prepared: &Prepared,
    wishes: &Wishes,
    frozen: f64,
    most_headline: Rise,
) -> Result<Limits, FrontierError> {
    let bands = prepared.schedule.bands();
    let n = bands.len();
    let of = |n_frozen: usize, rise: i64| {
        let rises: Vec<i64> = (0..n)
            .map(|place| if place < n_frozen { 0 } else { rise })
            .collect();
        let cells = prepared.cells.without_wards();
        Money::of(prepared, &cells, rises_of(bands, &rises)).amounts
    };
    // Bands are frozen whole and cheapest first, so that the share decides how many are.
    let reached: Vec<f64> = (0..n)
        .map(|n_frozen| share_frozen(prepared, &of(n_frozen, 1_000)))
        .collect();
    let n_frozen = reached.iter().position(|share| *share >= frozen - 1e-9);
    let n_frozen = n_frozen.ok_or(FrontierError::AllFrozen {
        asked: frozen,
        most: reached[n - 1],
    })?;
    let highest = Rise::HIGHEST.millionths() / 100;
    let mut caps = vec![Cap {
        place: n - 1,
        most: most_headline.millionths() / 100,
        constraint: Constraint::Headline,
    }];
    for &(band, rise) in &wishes.most_rise {
        let place = bands.iter().position(|one| *one == band);
        let place = place.ok_or_else(|| FrontierError::NoSuchBand {
            band,
            allowed: prepared
                .record
                .authority
                .code
                .nation()
                .bands_in_words()
                .to_owned(),
        })?;
        caps.push(Cap {
            place,
            most: rise.millionths() / 100,
            constraint: Constraint::Rise(band),
        });
    }
    if let Some(pounds) = wishes.most_pounds {
        for (place, &band) in bands.iter().enumerate() {
            let own = prepared.amounts.own[band].today;
            let ratio = prepared.amounts.proportions[band];
            let more = |points: i64| {
                let band_d =
                    Rise::from_millionths(100 * points).apply_to(prepared.amounts.band_d.today);
                ratio.of(band_d) - own
            };
            let mut most = highest;
            while most > 0 && more(most) > pounds {
                let over = (most * pounds.pence() / more(most).pence().max(1)).max(0);
                most = over.min(most - 1);
            }
            if most < highest {
                caps.push(Cap {
                    place,
                    most,
                    constraint: Constraint::Pounds(band),
                });
            }
        }
    }
    let most = most_of(&caps, n);
    let own = prepared.amounts.band_d.today;
    let needs_vote = |points: i64| {
        let rise = Rise::from_millionths(100 * points);
        let next = rise.apply_to(own);
        prepared.principle.limit.is_excessive(own, next) && rise > prepared.amounts.no_rise
    };
    let least = (1..=highest)
        .find(|points| needs_vote(*points))
        .unwrap_or(highest);
    let top = most[n - 1];
    if top.0 < least {
        return Err(FrontierError::BelowVote {
            what: match top.1 {
                Constraint::Rise(band) => format!("--most-rise {band}"),
                Constraint::Pounds(_) => "--most-pounds".to_owned(),
                _ => "--most-headline".to_owned(),
            },
            most: Rise::from_millionths(100 * top.0),
            least: Rise::from_millionths(100 * least),
        });
    }
    let mut limits = Limits {
        n_frozen,
        least,
        caps,
        most,
        progressivity: None,
    };
    if let Some(asked) = wishes.progressivity {
        limits.progressivity = Some(progress(prepared, &limits, asked)?);
    }
    Ok(limits)
}

/// The largest rise of each of so many bands, and the cap that sets it: no band rises by more than a
/// dearer one.
fn most_of(caps: &[Cap], n: usize) -> Vec<(i64, Constraint)> {
    let most = |place: usize| {
        let over = caps.iter().filter(move |cap| cap.place >= place);
        over.min_by_key(|cap| cap.most).map_or(
            (Rise::HIGHEST.millionths() / 100, Constraint::Headline),
            |cap| (cap.most, cap.constraint),
        )
    };
    (0..n).map(most).collect()
}

/// The Kakwani index of the own element after a Yes, and the concentration of what is paid.
fn indices(prepared: &Prepared) -> Result<Option<(f64, f64)>, DataError> {
    let found = who_pays(prepared, BillPart::OwnElement)?.progressivity.yes;
    Ok(found.map(|index| (index.kakwani(), index.gini_of_income)))
}

fn progress(prepared: &Prepared, limits: &Limits, asked: f64) -> Result<Progress, FrontierError> {
    let bands = prepared.schedule.bands();
    let rows = prepared.cells.rows();
    let mut progress = Progress {
        paid: Vec::new(),
        concentration: Vec::new(),
        gini: 0.0,
        least: asked,
    };
    let mut alone = prepared.clone();
    for &band in bands {
        let mut paid = 0.0;
        for (row, own) in alone.bills.own.iter_mut().enumerate() {
            let cell = &rows[alone.bills.cell[row]];
            own.yes = if cell.band == band {
                own.today
            } else {
                Pence::ZERO
            };
            if cell.liability.quarters_payable() > 0 {
                paid += cell.dwellings as f64 * own.yes.pounds();
            }
        }
        progress.paid.push(paid);
        // A band without bills has no index and no weight.
        let index = indices(&alone)?;
        progress
            .concentration
            .push(index.map_or(0.0, |(kakwani, gini)| kakwani + gini));
        if let Some((_, gini)) = index {
            progress.gini = gini;
        }
    }
    if progress.gini == 0.0 {
        return Err(FrontierError::NoIncomes {
            authority: prepared.record.authority.name.clone(),
        });
    }
    let share = |points: i64| points as f64 / 1e4;
    let n = bands.len();
    let steepest: Vec<f64> = (limits.n_frozen..n)
        .map(|from| {
            let rises: Vec<f64> = (0..n)
                .map(|place| {
                    if place < from {
                        0.0
                    } else {
                        share(limits.most[place].0)
                    }
                })
                .collect();
            progress.kakwani(&rises)
        })
        .collect();
    let most = steepest.into_iter().fold(f64::NEG_INFINITY, f64::max);
    if most < asked {
        return Err(FrontierError::TooProgressive {
            asked,
            most,
            today: progress.kakwani(&vec![0.0; n]),
        });
    }
    Ok(progress)
}

/// Round yields up to the largest.
fn yield_targets(most: f64) -> Vec<f64> {
    if most <= 0.0 {
        return Vec::new();
    }
    let mut size = 1.0;
    while 10.0 * size * YIELD_TARGETS <= most {
        size *= 10.0;
    }
    let step = [1.0, 2.0, 5.0, 10.0]
        .map(|times| times * size)
        .into_iter()
        .find(|step| most / step <= YIELD_TARGETS)
        .unwrap_or(10.0 * size);
    (1..)
        .map(|n: i32| f64::from(n) * step)
        .take_while(|target| *target <= most)
        .collect()
}

/// A search under way.
struct Work<'a> {
    prepared: &'a Prepared,
    world: &'a World,
    model: &'a Model<'a>,
    observer: &'a dyn Observer,
    tried: u64,
    /// Candidates of all searches.
    known: Vec<Tried>,
    /// Those that were run.
    evaluated: Vec<(Tried, FrontierPoint)>,
}

impl Work<'_> {
    fn search(
        &mut self,
        limits: &Limits,
        goals: &[Goal],
        effort: Effort,
    ) -> Result<Vec<Option<Tried>>, FrontierError> {
        let known = &mut self.known;
        let (found, tried) = self
            .model
            .search(limits, goals, effort, known, self.observer)?;
        self.tried += tried;
        Ok(found)
    }

    /// The point of a schedule, from a run with the scenario's own seed and draws; the luck of the
    /// search is other.
    fn evaluate(&mut self, tried: &Tried) -> Result<FrontierPoint, FrontierError> {
        let alike = |(known, _): &&(Tried, _)| known.basis_points == tried.basis_points;
        if let Some((_, point)) = self.evaluated.iter().find(alike) {
            return Ok(point.clone());
        }
        go_on(self.observer)?;
        let rises = rises_of(self.prepared.schedule.bands(), &tried.basis_points);
        let candidate = with_rises(self.prepared, self.world, rises)?;
        let outcomes = run(&candidate, &NoObserver);
        self.observer.advance(u64::from(candidate.scenario.draws));
        let point = FrontierPoint {
            searched_win: Some(tried.win),
            ..point(&candidate, &outcomes, rises)?
        };
        self.evaluated.push((tried.clone(), point.clone()));
        Ok(point)
    }

    /// The best by its own run of all schedules within limits that gain something and reach the
    /// target of a search; of those alike the one that is better otherwise too.
    fn best(&self, limits: &Limits, search: Search, target: f64) -> Option<FrontierPoint> {
        let (tried, point) = self.best_run(limits, search, target)?;
        Some(FrontierPoint {
            search,
            target: matches!(search, Search::MostYield | Search::HighestWin).then_some(target),
            binding: self.binding(limits, search, target, (tried, point)),
            ..point.clone()
        })
    }

    fn best_run<'a>(
        &'a self,
        limits: &'a Limits,
        search: Search,
        target: f64,
    ) -> Option<&'a (Tried, FrontierPoint)> {
        let reaches = |point: &FrontierPoint| match search {
            Search::MostYield => chance(point) >= target,
            Search::HighestWin => point.net_vs_no.pounds() >= target,
            Search::HighestValue | Search::Proposal => true,
        };
        let worth = |point: &FrontierPoint| {
            let (win, pounds) = (chance(point), point.net_vs_no.pounds());
            match search {
                Search::MostYield => [pounds, win],
                Search::HighestWin => [win, pounds],
                Search::HighestValue | Search::Proposal => {
                    let value = point.value.map_or(f64::NEG_INFINITY, |(mean, _)| mean);
                    [value, win]
                }
            }
        };
        self.within(limits)
            .filter(|(_, point)| reaches(point))
            .min_by(|(_, one), (_, other)| {
                let ([first, second], [of_other, then]) = (worth(one), worth(other));
                of_other.total_cmp(&first).then(then.total_cmp(&second))
            })
    }

    /// What was run, keeps to limits and gains something.
    fn within<'a>(
        &'a self,
        limits: &'a Limits,
    ) -> impl Iterator<Item = &'a (Tried, FrontierPoint)> {
        (self.evaluated.iter())
            .filter(|(tried, point)| limits.allow(&tried.basis_points) && gains(point))
    }

    /// The candidate of most yield that gains something.
    fn richest(&self, limits: &Limits) -> Option<Tried> {
        (self.known.iter())
            .filter(|tried| tried.collected > 0.0 && limits.allow(&tried.basis_points))
            .max_by(|one, other| one.pounds.total_cmp(&other.pounds))
            .cloned()
    }

    /// Marks the points that nothing beats that was run, keeps to limits and gains something.
    fn mark_frontier(&self, limits: &Limits, points: &mut [FrontierPoint], proposal_keeps: bool) {
        let rivals: Vec<(f64, Pence)> = (self.within(limits))
            .map(|(_, point)| (chance(point), point.net_vs_no))
            .collect();
        for point in points {
            let (win, net) = (chance(point), point.net_vs_no);
            let beaten = rivals.iter().any(|&(other_win, other_net)| {
                other_win >= win && other_net >= net && (other_win > win || other_net > net)
            });
            let keeps = proposal_keeps || point.search != Search::Proposal;
            point.on_frontier = keeps && gains(point) && !beaten;
        }
    }

    /// What keeps a schedule from more: limits that it stands at, and what its search had to keep to.
    fn binding(
        &self,
        limits: &Limits,
        search: Search,
        target: f64,
        (tried, point): (&Tried, &FrontierPoint),
    ) -> Vec<Constraint> {
        let points = &tried.basis_points;
        let mut found = Vec::new();
        // Freezing holds it back where the cheapest band that may rise rises by more than after a No.
        let no_rise = self.prepared.amounts.no_rise.millionths() / 100;
        if limits.n_frozen > 0 && points[limits.n_frozen] > no_rise {
            found.push(Constraint::Frozen);
        }
        for cap in &limits.caps {
            let stands = cap.place >= limits.n_frozen && points[cap.place] >= cap.most;
            if stands && !found.contains(&cap.constraint) {
                found.push(cap.constraint);
            }
        }
        if let Some(progress) = &limits.progressivity {
            let rises: Vec<f64> = points.iter().map(|points| *points as f64 / 1e4).collect();
            if progress.kakwani(&rises) - progress.least < 1e-4 {
                found.push(Constraint::Progressivity);
            }
        }
        let over_no = point.net_vs_no.pounds();
        match search {
            Search::MostYield if chance(point) - target <= self.near() => {
                found.push(Constraint::Win);
            }
            Search::HighestWin if over_no - target <= self.basis_point() => {
                found.push(Constraint::Yield);
            }
            _ => (),
        }
        found
    }

    /// How far a probability may be above its target and stand for it.
    fn near(&self) -> f64 {
        NEAR.max(1.0 / f64::from(self.prepared.scenario.draws))
    }

    /// What a basis point of all bands raises, pounds a year: a yield so little above its target
    /// stands for it.
    fn basis_point(&self) -> f64 {
        1e-4 * self.prepared.budgets.requirement.today.pounds()
    }

    /// The scenario's own proposal beside the rest, and what it does not keep to. Where it is in basis
    /// points and keeps to all it takes part as any other.
    fn proposal(
        &mut self,
        limits: &Limits,
    ) -> Result<(FrontierPoint, Vec<Constraint>), FrontierError> {
        let prepared = self.prepared;
        go_on(self.observer)?;
        let outcomes = run(prepared, &NoObserver);
        self.observer.advance(u64::from(prepared.scenario.draws));
        let rises = ByBand::from_fn(|band| prepared.schedule.band_rise(band));
        let point = point(prepared, &outcomes, rises)?;
        let bands = prepared.schedule.bands();
        // Rounded away from what is allowed.
        let points: Vec<i64> = (bands.iter())
            .map(|band| -(-rises[*band].millionths()).div_euclid(100))
            .collect();
        let mut broken = Vec::new();
        if points[..limits.n_frozen].iter().any(|points| *points > 0) {
            broken.push(Constraint::Frozen);
        }
        for cap in &limits.caps {
            if points[cap.place] > cap.most && !broken.contains(&cap.constraint) {
                broken.push(cap.constraint);
            }
        }
        let index = limits.progressivity.as_ref().zip(point.kakwani);
        if index.is_some_and(|(progress, kakwani)| kakwani < progress.least) {
            broken.push(Constraint::Progressivity);
        }
        if limits.allow(&points) && rises_of(bands, &points) == rises {
            let tried = self.model.try_points(points);
            let run = FrontierPoint {
                searched_win: Some(tried.win),
                ..point.clone()
            };
            self.known.push(tried.clone());
            self.evaluated.push((tried, run));
        }
        Ok((point, broken))
    }

    /// Runs schedules until one reaches a probability of winning and hardly more.
    ///
    /// The search sees the probability from other draws and without wards: its target is shifted by
    /// how far the run misses the true one, and sought anew. At last schedules are run between the
    /// best that reaches it and the next that does not.
    fn reach(
        &mut self,
        limits: &Limits,
        target: f64,
        first: Option<&Tried>,
    ) -> Result<(), FrontierError> {
        let mut next = first.cloned();
        let mut sought = target;
        for _ in 0..=CORRECTIONS {
            let Some(tried) = next.take() else {
                break;
            };
            let over = chance(&self.evaluate(&tried)?) - target;
            if (0.0..self.near()).contains(&over) {
                break;
            }
            sought = (sought - over + NEAR / 2.0).clamp(0.001, 0.999);
            next = self
                .search(limits, &[Goal::Yield { win: sought }], Effort::Near)?
                .pop()
                .flatten();
        }
        let Some((reaches, point)) = self.best_run(limits, Search::MostYield, target) else {
            return Ok(());
        };
        let (mut low, net) = (reaches.basis_points.clone(), point.net_vs_no);
        if chance(point) - target < self.near() {
            return Ok(());
        }
        // The likeliest of those that raise more: it falls short of the target by least.
        let misses = (self.within(limits))
            .filter(|(_, other)| other.net_vs_no > net)
            .max_by(|(_, one), (_, other)| chance(one).total_cmp(&chance(other)));
        let Some(mut high) = misses.map(|(tried, _)| tried.basis_points.clone()) else {
            return Ok(());
        };
        for _ in 0..HALVINGS {
            let middle: Vec<i64> = (low.iter().zip(&high))
                .map(|(low, high)| (low + high).div_euclid(2))
                .collect();
            if middle == low || middle == high || !limits.allow(&middle) {
                break;
            }
            let tried = self.model.try_points(middle);
            let over = chance(&self.evaluate(&tried)?) - target;
            if over >= 0.0 {
                low = tried.basis_points;
                if over < self.near() {
                    break;
                }
            } else {
                high = tried.basis_points;
            }
        }
        Ok(())
    }

    /// The answer at the wanted probability without each constraint that holds it back.
    fn relaxed(
        &mut self,
        limits: &Limits,
        wanted: f64,
        answer: Option<&FrontierPoint>,
    ) -> Result<Vec<Relaxed>, FrontierError> {
        let mut constraints: Vec<Constraint> = match answer {
            Some(point) => point.binding.clone(),
            // Which of them stands in the way is seen by letting each go.
            None => {
                let mut all: Vec<Constraint> = Vec::new();
                if limits.n_frozen > 0 {
                    all.push(Constraint::Frozen);
                }
                for (_, constraint) in &limits.most[limits.n_frozen..] {
                    if !all.contains(constraint) {
                        all.push(*constraint);
                    }
                }
                if limits.progressivity.is_some() {
                    all.push(Constraint::Progressivity);
                }
                all
            }
        };
        constraints.retain(|constraint| *constraint != Constraint::Yield);
        // The cap in pounds is one wish, whichever bands meet it.
        constraints.dedup_by(|one, other| one.alike(*other));
        let mut relaxed = Vec::new();
        for constraint in constraints {
            let mut easier = limits.without(constraint);
            if constraint == Constraint::Frozen && answer.is_none() {
                easier.n_frozen = 0;
            }
            let target = if constraint == Constraint::Win {
                wanted - EASIER
            } else {
                wanted
            };
            if target <= 0.0 {
                continue;
            }
            let goals = [Goal::Yield { win: target }, Goal::Win { pounds: 0.0 }];
            let found = self.search(&easier, &goals, Effort::Wide)?;
            self.reach(&easier, target, found[0].as_ref())?;
            let mut point = self.best(&easier, Search::MostYield, target);
            if let (None, None, Some(likeliest)) = (&point, answer, &found[1]) {
                self.evaluate(likeliest)?;
                point = self.best(&easier, Search::HighestWin, 0.0);
            }
            relaxed.extend(point.map(|point| Relaxed { constraint, point }));
        }
        Ok(relaxed)
    }
}

impl Constraint {
    /// Whether two are of one wish.
    fn alike(self, other: Self) -> bool {
        match (self, other) {
            (Self::Pounds(_), Self::Pounds(_)) => true,
            (one, other) => one == other,
        }
    }
}

impl Limits {
    /// The same with one let go: one band fewer frozen, or without a cap. All others stand.
    fn without(&self, constraint: Constraint) -> Self {
        let mut easier = self.clone();
        match constraint {
            Constraint::Frozen => easier.n_frozen = easier.n_frozen.saturating_sub(1),
            Constraint::Progressivity => easier.progressivity = None,
            Constraint::Win | Constraint::Yield => {}
            Constraint::Headline | Constraint::Rise(_) | Constraint::Pounds(_) => {
                easier.caps.retain(|cap| !cap.constraint.alike(constraint));
                easier.most = most_of(&easier.caps, easier.most.len());
            }
        }
        easier
    }
}

/// The figures of a schedule from its run.
fn point(
    candidate: &Prepared,
    outcomes: &DrawOutcomes,
    rises: ByBand<Rise>,
) -> Result<FrontierPoint, FrontierError> {
    let vote = outcomes.vote.as_ref();
    let ends = |percentiles: [f64; 5]| [percentiles[0], percentiles[2], percentiles[4]];
    let value = outcomes
        .value()
        .zip(vote)
        .and_then(|(value, vote)| vote.weights.spread(&value));
    let collected = spread(&outcomes.collected);
    let amounts = &candidate.amounts;
    Ok(FrontierPoint {
        search: Search::Proposal,
        target: None,
        rises,
        headline: candidate.schedule.headline(),
        share_frozen: share_frozen(candidate, amounts),
        net_vs_no: candidate.budgets.net_yield_vs_no(),
        net_vs_today: candidate.budgets.net_yield_vs_today(),
        band_d: amounts.band_d.yes,
        band_d_bill: amounts.own[Band::D].yes,
        change_vs_today: amounts.own.map(|own| own.yes - own.today),
        kakwani: indices(candidate)?.map(|(kakwani, _)| kakwani),
        win: win_probability(outcomes),
        yes_share: vote
            .and_then(|vote| vote.weights.spread(&vote.yes_share))
            .map(|spread| ends(spread.percentiles)),
        mean_collected: collected.as_ref().map_or(f64::NAN, |spread| spread.mean),
        collected: collected.map_or([f64::NAN; 3], |spread| ends(spread.percentiles)),
        value: value.map(|spread| (spread.mean, spread.monte_carlo_error.unwrap_or(0.0))),
        searched_win: None,
        binding: Vec::new(),
        on_frontier: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::scenario::Names;
    use crate::simulation::prepare;

    /// Derby with bands A to C frozen and every cap.
    fn limits_of_derby() -> Limits {
        let world = World::embedded(Some("2023-24")).expect("embedded");
        let names = Names::of(&world.assumptions);
        let scenario = Scenario::load("williamson-2018", &names).expect("a built-in scenario");
        let prepared = prepare(&scenario, &world).expect("a scenario");
        let rise = |share: f64| Rise::new(share).expect("a rise");
        let wishes = Wishes {
            most_rise: vec![(Band::H, rise(0.3)), (Band::E, rise(0.1))],
            most_pounds: Some(Pence::from_pence(40_000)),
            ..Wishes::default()
        };
        limits(&prepared, &wishes, 0.85, rise(0.4)).expect("schedules")
    }

    #[test]
    fn letting_go_of_one_cap_leaves_all_others() {
        let limits = limits_of_derby();
        let top = |limits: &Limits| limits.most[7];
        // £400 is less than 30% of band H.
        assert_eq!(top(&limits).1, Constraint::Pounds(Band::H));
        let dear = limits.without(Constraint::Pounds(Band::H));
        assert_eq!(top(&dear), (3_000, Constraint::Rise(Band::H)));
        // The headline stands still, and so does the cap on E for all cheaper bands.
        let uncapped = dear.without(Constraint::Rise(Band::H));
        assert_eq!(top(&uncapped), (4_000, Constraint::Headline));
        assert_eq!(uncapped.most[3], (1_000, Constraint::Rise(Band::E)));
        assert_eq!(uncapped.most[4], (1_000, Constraint::Rise(Band::E)));
        let highest = Rise::HIGHEST.millionths() / 100;
        let free = uncapped.without(Constraint::Headline);
        assert_eq!(top(&free), (highest, Constraint::Headline));
        assert_eq!(free.most[4], (1_000, Constraint::Rise(Band::E)));
    }

    #[test]
    fn caps_never_let_a_cheaper_band_rise_by_more() {
        let limits = limits_of_derby();
        let rises: Vec<i64> = limits.most.iter().map(|(rise, _)| *rise).collect();
        assert!(rises.is_sorted(), "{rises:?}");
    }

    #[test]
    fn targets_of_yield_are_round_and_end_at_the_most_that_is_raised() {
        assert!(yield_targets(0.0).is_empty());
        let targets = yield_targets(26.7e6);
        assert_eq!((targets.len(), targets[0]), (13, 2e6));
        for most in [3.0, 9_000.0, 1.01e6, 9.9e8] {
            let targets = yield_targets(most);
            assert!(
                (6..=16).contains(&targets.len()) || most < 16.0,
                "{targets:?}"
            );
            assert!(targets.iter().all(|target| *target <= most));
        }
    }
}
