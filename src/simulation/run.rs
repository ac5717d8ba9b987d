//! All draws, in parallel and in order: the result does not depend on the number of threads.

use std::collections::BTreeMap;
use std::ops::Range;
use std::slice::ChunksMut;
use std::sync::Arc;

use fearless_simd::{Level, dispatch};
use rayon::prelude::*;

use super::draw::{
    ByReader, Kernel, Lanes, Moments, Scratch, TileCounts, TileLuck, TileParameters, TileVotes,
};
use super::inputs::{COMPREHENSION, InputDraws, effect_name, to_normals};
use super::points::{Stream, uniforms};
use super::prepare::{Finance, Prepared};
use super::vector::LANES;
use super::weights::Weights;
use crate::data::Scenario;
use crate::domain::cells::Ward;
use crate::domain::evidence::PollQuestion;
use crate::domain::{Band, ByBand, Points};
use crate::vote::Electorate;
use crate::vote::poll::{PollReading, support_log_odds};

/// Draws that are made together: whole tiles.
pub(super) const BLOCK: u32 = 256;

/// Hears how far a run has come. The library itself never draws a bar.
pub trait Observer: Sync {
    /// So many draws are to be made.
    fn begin(&self, draws: u64);
    /// So many more are made.
    fn advance(&self, draws: u64);
    /// All are made.
    fn end(&self);
    /// Whether nobody waits for the result any longer. It is asked between pieces of work, and who asks
    /// gives up then.
    fn is_stopped(&self) -> bool {
        false
    }
}

/// Hears nothing.
#[derive(Debug, Clone, Copy)]
pub struct NoObserver;

impl Observer for NoObserver {
    fn begin(&self, _draws: u64) {}
    fn advance(&self, _draws: u64) {}
    fn end(&self) {}
}

/// What came of every draw, in order; columns of equal length.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DrawOutcomes {
    /// Points that the draws are made of.
    pub points: Points,
    /// Values of each uncertain input, input by input; those of one proposal in many authorities are
    /// shared.
    pub inputs: Arc<Vec<Vec<f64>>>,
    /// Pounds that the council has over a No, after its share of what is not collected, of
    /// challenges and of reductions, and with what is given voluntarily.
    pub collected: Vec<f64>,
    /// Pounds that the other authorities on the bill lose through the tax base and the collection
    /// fund.
    pub preceptors_loss: Vec<f64>,
    /// Pounds given voluntarily.
    pub contributions: Vec<f64>,
    /// Pounds of extra reductions of pension age under Yes over No beyond those that the tax base
    /// already holds; negative where they fall.
    pub pension_age_beyond_base: Vec<f64>,
    /// The same of working age.
    pub working_age_beyond_base: Vec<f64>,
    /// Cost of the poll, pounds.
    pub poll_cost: Vec<f64>,
    /// Cost of billing again and of stopping services if lost, pounds.
    pub loss_cost: Vec<f64>,
    /// The vote; nothing where none is needed.
    pub vote: Option<VoteOutcomes>,
}

/// The votes of every draw.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct VoteOutcomes {
    /// How much each draw counts in the light of past ballots, surveys and polls. Money that the
    /// vote does not decide needs no weights: evidence on votes says nothing of it.
    pub weights: Weights,
    /// Share of votes for Yes.
    pub yes_share: Vec<f64>,
    /// Votes cast as a share of electors.
    pub turnout: Vec<f64>,
    /// Share of votes cast from homes whose own element is frozen.
    pub frozen_votes: Vec<f64>,
    /// Whether more voted Yes than No; a tie is lost.
    pub won: Vec<bool>,
    /// Whether it would be won if every voter knew what a Yes costs, all else alike.
    pub won_if_known: Vec<bool>,
    /// Yes share in each ward, draw by draw.
    pub ward_yes_share: Vec<f64>,
    /// Turnout in each ward, draw by draw.
    pub ward_turnout: Vec<f64>,
    /// Expected votes for Yes less half of those cast, over electors, if every voter knew what a Yes
    /// costs her.
    pub margin_if_known: Vec<f64>,
    /// The same if none did. In between the margin is linear in the share who know.
    pub margin_if_unknown: Vec<f64>,
    /// Expected turnout in each band of the nation, draw by draw.
    pub band_turnout: Vec<f64>,
    /// Share of all votes that each band of the nation casts, draw by draw.
    pub band_votes: Vec<f64>,
    /// Yes share in each band of the nation, draw by draw.
    pub band_yes_share: Vec<f64>,
}

impl DrawOutcomes {
    /// Number of draws.
    pub fn len(&self) -> usize {
        self.collected.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.collected.is_empty()
    }

    /// Weights of draws that count alike: of money that the vote does not decide.
    pub fn alike(&self) -> Weights {
        Weights::alike(self.len()).drawn_from(self.points)
    }

    /// The inputs of a block of draws.
    pub(super) fn inputs_of(&self, first: usize, n: usize) -> Vec<&[f64]> {
        (self.inputs.iter())
            .map(|values| &values[first..first + n])
            .collect()
    }

    /// What holding the vote was worth in each draw, pounds: the yield over a No where it was
    /// won, less the costs of losing where it was lost, less the poll.
    pub fn value(&self) -> Option<Vec<f64>> {
        let vote = self.vote.as_ref()?;
        let value = |(draw, won): (usize, &bool)| {
            let outcome = if *won {
                self.collected[draw]
            } else {
                -self.loss_cost[draw]
            };
            outcome - self.poll_cost[draw]
        };
        Some(vote.won.iter().enumerate().map(value).collect())
    }
}

/// A column cut into the parts of blocks.
pub(super) struct Cut<'a, T>(ChunksMut<'a, T>);

impl<'a, T: Clone + Default> Cut<'a, T> {
    /// Fills a column with places for so many numbers of every draw, and cuts it.
    pub(super) fn of(column: &'a mut Vec<T>, draws: usize, each: usize) -> Self {
        column.resize(draws * each, T::default());
        Self(column.chunks_mut(BLOCK as usize * each.max(1)))
    }

    /// The part of the next block.
    pub(super) fn next(&mut self) -> &'a mut [T] {
        self.0.next().unwrap_or_default()
    }
}

/// The places of a block of draws in the columns of a run.
struct BlockColumns<'a> {
    collected: &'a mut [f64],
    preceptors_loss: &'a mut [f64],
    contributions: &'a mut [f64],
    pension_age_beyond_base: &'a mut [f64],
    working_age_beyond_base: &'a mut [f64],
    poll_cost: &'a mut [f64],
    loss_cost: &'a mut [f64],
    vote: Option<VoteColumns<'a>>,
}

/// The places of a block of draws in the columns of the votes.
struct VoteColumns<'a> {
    log_weights: &'a mut [f64],
    yes_share: &'a mut [f64],
    turnout: &'a mut [f64],
    frozen_votes: &'a mut [f64],
    won: &'a mut [bool],
    won_if_known: &'a mut [bool],
    ward_yes_share: &'a mut [f64],
    ward_turnout: &'a mut [f64],
    margin_if_known: &'a mut [f64],
    margin_if_unknown: &'a mut [f64],
    band_turnout: &'a mut [f64],
    band_votes: &'a mut [f64],
    band_yes_share: &'a mut [f64],
}

/// Makes columns of places for the outcomes of all draws, and cuts them into blocks.
fn in_columns<'a>(
    outcomes: &'a mut DrawOutcomes,
    log_weights: &'a mut Vec<f64>,
    draws: usize,
    n_wards: usize,
    n_bands: usize,
) -> Vec<BlockColumns<'a>> {
    let one = |column: &'a mut Vec<f64>| Cut::of(column, draws, 1);
    let mut collected = one(&mut outcomes.collected);
    let mut preceptors_loss = one(&mut outcomes.preceptors_loss);
    let mut contributions = one(&mut outcomes.contributions);
    let mut pension_age_beyond_base = one(&mut outcomes.pension_age_beyond_base);
    let mut working_age_beyond_base = one(&mut outcomes.working_age_beyond_base);
    let mut poll_cost = one(&mut outcomes.poll_cost);
    let mut loss_cost = one(&mut outcomes.loss_cost);
    let mut log_weights = one(log_weights);
    let mut of_vote = outcomes.vote.as_mut().map(|vote| {
        let mut yes_share = one(&mut vote.yes_share);
        let mut turnout = one(&mut vote.turnout);
        let mut frozen_votes = one(&mut vote.frozen_votes);
        let mut won = Cut::of(&mut vote.won, draws, 1);
        let mut won_if_known = Cut::of(&mut vote.won_if_known, draws, 1);
        let mut ward_yes_share = Cut::of(&mut vote.ward_yes_share, draws, n_wards);
        let mut ward_turnout = Cut::of(&mut vote.ward_turnout, draws, n_wards);
        let mut margin_if_known = one(&mut vote.margin_if_known);
        let mut margin_if_unknown = one(&mut vote.margin_if_unknown);
        let mut band_turnout = Cut::of(&mut vote.band_turnout, draws, n_bands);
        let mut band_votes = Cut::of(&mut vote.band_votes, draws, n_bands);
        let mut band_yes_share = Cut::of(&mut vote.band_yes_share, draws, n_bands);
        move || VoteColumns {
            log_weights: log_weights.next(),
            yes_share: yes_share.next(),
            turnout: turnout.next(),
            frozen_votes: frozen_votes.next(),
            won: won.next(),
            won_if_known: won_if_known.next(),
            ward_yes_share: ward_yes_share.next(),
            ward_turnout: ward_turnout.next(),
            margin_if_known: margin_if_known.next(),
            margin_if_unknown: margin_if_unknown.next(),
            band_turnout: band_turnout.next(),
            band_votes: band_votes.next(),
            band_yes_share: band_yes_share.next(),
        }
    });
    let mut next = || BlockColumns {
        collected: collected.next(),
        preceptors_loss: preceptors_loss.next(),
        contributions: contributions.next(),
        pension_age_beyond_base: pension_age_beyond_base.next(),
        working_age_beyond_base: working_age_beyond_base.next(),
        poll_cost: poll_cost.next(),
        loss_cost: loss_cost.next(),
        vote: of_vote.as_mut().map(|next| next()),
    };
    (0..draws.div_ceil(BLOCK as usize))
        .map(|_| next())
        .collect()
}

/// Simulates a prepared scenario with its own seed and number of draws, on the threads of the
/// pool that it is called in.
///
/// # Example
/// ```
/// use bandwise::data::{Scenario, World, scenario::Names};
/// use bandwise::simulation::{NoObserver, prepare, run};
/// let world = World::embedded(Some("2023-24"))?;
/// let mut scenario = Scenario::load("gentle-efgh", &Names::of(&world.assumptions))?;
/// scenario.draws = 300;
/// let outcomes = run(&prepare(&scenario, &world)?, &NoObserver);
/// assert_eq!(outcomes.len(), 300);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn run(prepared: &Prepared, observer: &dyn Observer) -> DrawOutcomes {
    let scenario = &prepared.scenario;
    let (points, seed, draws) = (scenario.points, scenario.seed, scenario.draws);
    run_with(
        prepared,
        &prepared.inputs.draws(points, seed, draws),
        observer,
    )
}

/// As [`run`], with the values of the inputs made before: those of the scenario's inputs, points, seed
/// and number of draws. One proposal in many authorities has the same in all of them.
pub fn run_with(prepared: &Prepared, inputs: &InputDraws, observer: &dyn Observer) -> DrawOutcomes {
    let Scenario { points, draws, .. } = prepared.scenario;
    observer.begin(u64::from(draws));
    let simulation = Simulation::of(prepared);
    let needs_vote = prepared.route.needs_referendum();
    let mut outcomes = DrawOutcomes {
        points,
        inputs: Arc::clone(&inputs.values),
        vote: needs_vote.then(VoteOutcomes::default),
        ..DrawOutcomes::default()
    };
    let mut log_weights = inputs.log_weights.clone();
    let blocks = in_columns(
        &mut outcomes,
        &mut log_weights,
        draws as usize,
        simulation.ward_electors.len(),
        prepared.schedule.bands().len(),
    );
    let streams = LuckStreams::of(prepared, "");
    let memory = || needs_vote.then(|| (simulation.memory(), streams.memory()));
    (blocks.into_par_iter().enumerate()).for_each_init(memory, |memory, (block, mut columns)| {
        let (first, n) = (block * BLOCK as usize, columns.collected.len());
        let inputs = inputs.block(first, n);
        simulation.money_of_block(&inputs, &mut columns);
        if let (Some((memory, luck)), Some(columns)) = (memory, &mut columns.vote) {
            let seed = prepared.scenario.seed;
            streams.fill(points, seed, first as u32, n, luck);
            simulation.votes(&inputs, luck, memory, columns);
        }
        observer.advance(n as u64);
    });
    if let Some(vote) = &mut outcomes.vote {
        vote.weights = Weights::from_log(&log_weights).drawn_from(points);
    }
    observer.end();
    outcomes
}

/// Does work on blocks of draws in parallel and in order; it hears the first draw of a block and
/// how many it has.
pub(super) fn in_blocks<T: Send>(
    draws: usize,
    work: impl Fn(u32, usize) -> T + Sync + Send,
) -> Vec<T> {
    let draws = u32::try_from(draws).expect("draws are counted in 32 bits");
    (0..draws.div_ceil(BLOCK))
        .into_par_iter()
        .map(|block| {
            let first = block * BLOCK;
            work(first, BLOCK.min(draws - first) as usize)
        })
        .collect()
}

/// So many draws in tiles, each a range of at most as many as a tile has lanes.
pub(super) fn tiles(n: usize) -> impl Iterator<Item = Range<usize>> {
    (0..n)
        .step_by(LANES)
        .map(move |first| first..n.min(first + LANES))
}

/// The input of what a poll costs: one that shares its day, or one by itself.
pub(super) const fn poll_cost_input(combined: bool) -> &'static str {
    if combined {
        "poll_cost_combined"
    } else {
        "poll_cost_alone"
    }
}

/// Runs work on a pool of so many threads of its own, or on the pool of the process, which has one a
/// core and is shared by all who ask for no number. Results do not depend on it.
///
/// # Panics
/// When the system refuses threads.
pub fn on_threads<T: Send>(threads: Option<u16>, work: impl FnOnce() -> T + Send) -> T {
    let Some(threads) = threads else {
        return work();
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads));
    let pool = pool.build().expect("the system grants threads");
    pool.install(work)
}

/// A prepared scenario laid out for the draws.
pub(super) struct Simulation<'a> {
    prepared: &'a Prepared,
    kernel: Kernel,
    ward_electors: Vec<f64>,
    band_electors: ByBand<f64>,
    total_electors: f64,
    at: Positions,
}

/// Where the inputs stand that the formulas name.
pub(super) struct Positions {
    vote: [usize; 13],
    collection: [usize; 3],
    challenges: usize,
    tapered: [usize; 2],
    take_up: usize,
    poll: usize,
    rebill: usize,
    delay: usize,
    comprehension: Option<usize>,
    effects: Vec<usize>,
}

/// Memory for the votes of a tile of draws.
pub(super) struct Memory {
    parameters: TileParameters,
    luck: TileLuck,
    scratch: Scratch,
    votes: TileVotes,
    counts: TileCounts,
    /// Counts if every voter knew.
    if_known: TileCounts,
}

/// What the value of an input enters in the first year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Enters {
    /// The votes.
    pub votes: bool,
    /// What is really collected over a No.
    pub collected: bool,
    /// What the vote costs, won or lost.
    pub costs: bool,
}

impl Positions {
    /// In the inputs of a prepared scenario.
    pub(super) fn of(prepared: &Prepared) -> Self {
        let at = |name: &str| prepared.inputs.position(name);
        Self {
            vote: [
                "pi",
                "m",
                "k",
                "tau",
                "mood",
                "delta_statutory",
                "kappa",
                "omega",
                "gamma",
                "sigma_ward",
                "eta",
                "mobilisation",
                "turnout_shift",
            ]
            .map(at),
            collection: ["collection_a_c", "collection_d_e", "collection_f_h"].map(at),
            challenges: at("challenges"),
            tapered: ["tapered_pension_age", "tapered_working_age"].map(at),
            take_up: at("take_up"),
            poll: at(poll_cost_input(prepared.finance.combined_poll)),
            rebill: at("rebill_cost"),
            delay: at("delay_cost"),
            comprehension: prepared.inputs.find(COMPREHENSION),
            effects: (0..prepared.scenario.campaign.effects.len())
                .map(|index| at(&effect_name(index)))
                .collect(),
        }
    }

    /// Collection, challenges, reductions and costs of the draws of a tile, at given values of the
    /// inputs at positions.
    ///
    /// Where a band pays more than under a No, the extra is collected at an uncertain rate of its
    /// own and part of it is lost to challenges; where it pays less, the budget loses what it
    /// had reckoned to collect. Awards that rise with the bill come off. What is short of the budget
    /// is a deficit of the collection fund, which the authorities on the bill bear in proportion to
    /// their amounts (Local Authorities (Funds) (England) Regulations 1992).
    pub(super) fn money(&self, finance: &Finance, values: impl Fn(usize) -> Lanes) -> Money {
        let challenges = values(self.challenges);
        let rates = self.collection.map(&values);
        let mut collected = [0.0; LANES];
        for (band, &increment) in finance.increment.iter() {
            let rate = &rates[collection_class(band)];
            for (lane, sum) in collected.iter_mut().enumerate() {
                *sum += if increment > 0.0 {
                    increment * (1.0 - challenges[lane]) * rate[lane]
                } else {
                    increment
                };
            }
        }
        let times = |factor: f64, at: usize| values(at).map(|value| factor * value);
        let pension_age = times(finance.pension_age, self.tapered[0]);
        let working_age = times(finance.working_age, self.tapered[1]);
        let contributions = times(finance.voluntary, self.take_up);
        let rebill = times(finance.cost_factor, self.rebill);
        let delay = values(self.delay);
        let short: Lanes = std::array::from_fn(|lane| {
            let into_fund =
                collected[lane] + finance.in_lieu - pension_age[lane] - working_age[lane];
            finance.budgeted - into_fund
        });
        let own =
            |lane: usize| finance.budgeted - finance.own_share * short[lane] + contributions[lane];
        Money {
            collected: std::array::from_fn(own),
            preceptors_loss: short.map(|short| (1.0 - finance.own_share) * short),
            contributions,
            pension_age_beyond_base: pension_age,
            working_age_beyond_base: working_age,
            poll_cost: times(finance.cost_factor, self.poll),
            loss_cost: std::array::from_fn(|lane| rebill[lane] + delay[lane]),
        }
    }
}

impl<'a> Simulation<'a> {
    pub(super) fn of(prepared: &'a Prepared) -> Self {
        Self::with(prepared, &prepared.electorate)
    }

    /// The same with another turnout of the electorate.
    pub(super) fn with(prepared: &'a Prepared, electorate: &Electorate) -> Self {
        let ward_electors: Vec<f64> = (0..electorate.n_wards())
            .map(|ward| electorate.electors_of(ward))
            .collect();
        Self {
            prepared,
            kernel: Kernel::of(electorate),
            total_electors: ward_electors.iter().sum(),
            band_electors: electorate.by_band(),
            ward_electors,
            at: Positions::of(prepared),
        }
    }

    /// What the value of the input at a position enters.
    pub(super) fn enters(&self, input: usize) -> Enters {
        let finance = &self.prepared.finance;
        let at = &self.at;
        let held = self.prepared.route.needs_referendum();
        let [_, _, _, _, _, _, kappa, ..] = at.vote;
        let stated = at.comprehension.is_some() && input == kappa;
        let of_vote = at.vote.contains(&input) || at.effects.contains(&input);
        let raised = |class: usize| {
            let mut bands = finance.increment.iter();
            bands.any(|(band, &more)| more > 0.0 && collection_class(band) == class)
        };
        let collection = (0..3).any(|class| input == at.collection[class] && raised(class));
        Enters {
            votes: held && (of_vote && !stated || at.comprehension == Some(input)),
            collected: collection
                || input == at.challenges && (0..3).any(raised)
                || input == at.tapered[0] && finance.pension_age != 0.0
                || input == at.tapered[1] && finance.working_age != 0.0
                || input == at.take_up && finance.voluntary != 0.0,
            costs: held && [at.poll, at.rebill, at.delay].contains(&input),
        }
    }

    /// Memory for the votes of tiles.
    pub(super) fn memory(&self) -> Memory {
        let n_wards = self.kernel.n_wards();
        Memory {
            parameters: TileParameters::none(n_wards),
            luck: TileLuck::none(n_wards),
            scratch: self.kernel.scratch(),
            votes: TileVotes::none(n_wards),
            counts: TileCounts::none(n_wards),
            if_known: TileCounts::none(n_wards),
        }
    }

    /// Counts the votes of the draws in the memory's lanes.
    pub(super) fn count<'m>(&self, memory: &'m mut Memory) -> &'m TileCounts {
        let Memory {
            parameters,
            luck,
            scratch,
            votes,
            counts,
            ..
        } = memory;
        self.kernel.votes(parameters, scratch, votes);
        self.kernel.count(votes, &parameters.kappa, luck, counts);
        counts
    }

    /// Draws on polling day at given values of the inputs, into the lanes of the memory from one on.
    pub(super) fn on_polling_day(
        &self,
        inputs: &[impl AsRef<[f64]>],
        luck: &WardLuck,
        draws: &Range<usize>,
        lane: usize,
        memory: &mut Memory,
    ) {
        self.before_polling_day(inputs, luck, draws, lane, memory);
        self.on_the_day(inputs, draws, lane, memory);
    }

    /// Collection, challenges, reductions and costs of the draws of a block.
    fn money_of_block(&self, inputs: &[&[f64]], columns: &mut BlockColumns<'_>) {
        for tile in tiles(columns.collected.len()) {
            let money = self.money(|at| {
                let mut values = [0.0; LANES];
                put(&inputs[at][tile.clone()], &mut values, 0);
                values
            });
            for (column, values) in [
                (&mut *columns.collected, money.collected),
                (columns.preceptors_loss, money.preceptors_loss),
                (columns.contributions, money.contributions),
                (
                    columns.pension_age_beyond_base,
                    money.pension_age_beyond_base,
                ),
                (
                    columns.working_age_beyond_base,
                    money.working_age_beyond_base,
                ),
                (columns.poll_cost, money.poll_cost),
                (columns.loss_cost, money.loss_cost),
            ] {
                take(&values, &mut column[tile.clone()]);
            }
        }
    }

    /// The money of the draws of a tile at given values of the inputs at positions.
    pub(super) fn money(&self, values: impl Fn(usize) -> Lanes) -> Money {
        self.at.money(&self.prepared.finance, values)
    }

    fn votes(
        &self,
        inputs: &[&[f64]],
        luck: &WardLuck,
        memory: &mut Memory,
        columns: &mut VoteColumns<'_>,
    ) {
        for tile in tiles(columns.won.len()) {
            self.before_polling_day(inputs, luck, &tile, 0, memory);
            self.polls(inputs, &tile, memory, columns.log_weights);
            self.on_the_day(inputs, &tile, 0, memory);
            self.count(memory);
            let Memory {
                luck,
                votes,
                if_known,
                ..
            } = memory;
            self.kernel.count(votes, &[1.0; LANES], luck, if_known);
            dispatch!(Level::new(), _simd => self.record(memory, &tile, columns));
        }
    }

    /// Expected votes for Yes less half of those cast, over electors, were all readers of one kind.
    #[inline(always)]
    fn margin(
        &self,
        votes: &TileVotes,
        kind: fn(&ByReader<Moments<Lanes>>) -> &Moments<Lanes>,
    ) -> Lanes {
        let (mut cast, mut yes) = ([0.0; LANES], [0.0; LANES]);
        for ward in &votes.wards {
            for lane in 0..LANES {
                cast[lane] += kind(ward).votes[lane];
                yes[lane] += kind(ward).yes[lane];
            }
        }
        std::array::from_fn(|lane| (yes[lane] - cast[lane] / 2.0) / self.total_electors)
    }

    /// Adds the log likelihood of the scenario's polls in the draws of a tile: each asked when the mood
    /// of this vote was at work, but no ballot was cast and the campaign had not been.
    fn polls(
        &self,
        inputs: &[impl AsRef<[f64]>],
        tile: &Range<usize>,
        memory: &mut Memory,
        log_weights: &mut [f64],
    ) {
        let polls = &self.prepared.polls;
        if polls.is_empty() {
            return;
        }
        let mut asked = |poll: &PollReading| {
            for (lane, draw) in tile.clone().enumerate() {
                let [.., kappa] = self.national(inputs, draw);
                memory.parameters.kappa[lane] = match poll.question {
                    PollQuestion::BallotPaper => kappa,
                    PollQuestion::OwnBill => 1.0,
                };
            }
            let Memory {
                parameters,
                scratch,
                ..
            } = &mut *memory;
            self.kernel
                .support(parameters, scratch)
                .map(support_log_odds)
        };
        let log_odds: Vec<Lanes> = polls.readings().iter().map(&mut asked).collect();
        for (lane, log_weight) in log_weights[tile.clone()].iter_mut().enumerate() {
            let of_draw: Vec<f64> = log_odds.iter().map(|lanes| lanes[lane]).collect();
            *log_weight += polls.log_likelihood(&of_draw);
        }
    }

    /// Log odds of the support that a poll on the last day with the question of the ballot paper
    /// finds: the campaign has been, and no ballot is cast. Takes the parameters of the day out of the
    /// memory.
    pub(super) fn last_day_support(
        &self,
        inputs: &[impl AsRef<[f64]>],
        tile: &Range<usize>,
        memory: &mut Memory,
    ) -> Lanes {
        for (lane, draw) in tile.clone().enumerate() {
            let [_, delta_statutory, _] = self.national(inputs, draw);
            memory.parameters.national[lane] -= delta_statutory;
        }
        let support = self.kernel.support(&memory.parameters, &mut memory.scratch);
        support.map(support_log_odds)
    }

    /// The shift of support, log odds, from which on the expected votes for Yes are more than half.
    pub(super) fn break_even(&self, memory: &mut Memory) -> Lanes {
        self.kernel
            .break_even(&memory.parameters, &mut memory.scratch)
    }

    /// The vote as a whole in a block of draws.
    pub(super) fn headlines(
        &self,
        inputs: &[impl AsRef<[f64]>],
        luck: &WardLuck,
        n: usize,
    ) -> Vec<Headline> {
        let mut memory = self.memory();
        let mut headlines = Vec::with_capacity(n);
        for tile in tiles(n) {
            self.on_polling_day(inputs, luck, &tile, 0, &mut memory);
            self.count(&mut memory);
            let (frozen, expected) = frozen_and_all(&memory);
            let of_lane = |lane: usize| self.headline(&memory.counts, &frozen, &expected, lane);
            headlines.extend((0..tile.len()).map(of_lane));
        }
        headlines
    }

    /// The mood, how much harder a statutory ballot is, and comprehension as learned.
    fn national(&self, inputs: &[impl AsRef<[f64]>], draw: usize) -> [f64; 3] {
        let value = |at: usize| inputs[at].as_ref()[draw];
        let [_, _, _, tau, mood, delta_statutory, kappa, ..] = self.at.vote;
        [
            value(tau) * value(mood),
            value(delta_statutory),
            value(kappa),
        ]
    }

    /// Adds what holds on polling day: a statutory ballot, and what the campaign has reached.
    fn on_the_day(
        &self,
        inputs: &[impl AsRef<[f64]>],
        draws: &Range<usize>,
        lane: usize,
        memory: &mut Memory,
    ) {
        for (draw, lane) in draws.clone().zip(lane..) {
            let (national, kappa) = self.mood_of_the_day(inputs, draw);
            memory.parameters.national[lane] = national;
            memory.parameters.kappa[lane] = kappa;
        }
    }

    /// Log odds for the whole vote on polling day, and the share of voters who know then what a Yes
    /// would cost them.
    pub(super) fn mood_of_the_day(&self, inputs: &[impl AsRef<[f64]>], draw: usize) -> (f64, f64) {
        let [mood, delta_statutory, kappa] = self.national(inputs, draw);
        let value = |at: usize| inputs[at].as_ref()[draw];
        let effects: f64 = self.at.effects.iter().map(|&at| value(at)).sum();
        let knows = self.at.comprehension.map_or(kappa, value);
        (delta_statutory + mood + effects, knows)
    }

    /// Draws before polling day with their luck, into the lanes of the memory from one on.
    fn before_polling_day(
        &self,
        inputs: &[impl AsRef<[f64]>],
        luck: &WardLuck,
        draws: &Range<usize>,
        lane: usize,
        memory: &mut Memory,
    ) {
        let [
            pi,
            m,
            k,
            tau,
            mood,
            _,
            kappa,
            omega,
            gamma,
            sigma_ward,
            eta,
            mobilisation,
            turnout_shift,
        ] = self.at.vote.map(|at| &inputs[at].as_ref()[draws.clone()]);
        let into = &mut memory.parameters;
        for (values, lanes) in [
            (pi, &mut into.pi),
            (m, &mut into.m),
            (k, &mut into.k),
            (kappa, &mut into.kappa),
            (omega, &mut into.omega),
            (gamma, &mut into.gamma),
            (eta, &mut into.eta),
            (mobilisation, &mut into.mobilisation),
            (turnout_shift, &mut into.turnout_shift),
        ] {
            put(values, lanes, lane);
        }
        for ((tau, mood), lane) in tau.iter().zip(mood).zip(lane..) {
            into.national[lane] = tau * mood;
        }
        let mut spread = [0.0; LANES];
        put(sigma_ward, &mut spread, lane);
        for (of_ward, place) in into.ward.iter_mut().zip(&luck.mood_of) {
            if let Some(place) = place {
                let mut effect = *of_ward;
                put(&luck.moods[*place][draws.clone()], &mut effect, lane);
                let changed = lane..lane + draws.len();
                for lane in changed {
                    of_ward[lane] = spread[lane] * effect[lane];
                }
            }
        }
        for (into, luck) in [
            (&mut memory.luck.cast, &luck.cast),
            (&mut memory.luck.yes, &luck.yes),
        ] {
            for (of_ward, z) in into.iter_mut().zip(luck) {
                put(&z[draws.clone()], of_ward, lane);
            }
        }
    }

    /// Records the votes of a tile in the columns of its block.
    #[inline(always)]
    fn record(&self, memory: &Memory, tile: &Range<usize>, columns: &mut VoteColumns<'_>) {
        let Memory {
            parameters,
            votes,
            counts,
            if_known,
            ..
        } = memory;
        let kappa = &parameters.kappa;
        let (frozen, expected) = frozen_and_all(memory);
        let n_wards = self.ward_electors.len();
        for (ward, &electors) in self.ward_electors.iter().enumerate() {
            let (cast, says_yes) = (&counts.cast[ward], &counts.yes[ward]);
            for (column, values) in [
                (&mut *columns.ward_yes_share, shares(says_yes, cast)),
                (columns.ward_turnout, shares(cast, &[electors; LANES])),
            ] {
                spread(&values, tile, n_wards, ward, column);
            }
        }
        let bands = self.prepared.schedule.bands();
        for (place, band) in bands.iter().enumerate() {
            let cast = votes.band_votes[band.index()].mix(kappa);
            let says_yes = votes.band_yes[band.index()].mix(kappa);
            let electors = self.band_electors[*band];
            for (column, values) in [
                (
                    &mut *columns.band_turnout,
                    shares(&cast, &[electors; LANES]),
                ),
                (columns.band_votes, divided(&cast, &expected)),
                (columns.band_yes_share, shares(&says_yes, &cast)),
            ] {
                spread(&values, tile, bands.len(), place, column);
            }
        }
        let (all, yes) = (&counts.all_cast, &counts.all_yes);
        for (column, values) in [
            (&mut *columns.yes_share, shares(yes, all)),
            (columns.turnout, divided(all, &[self.total_electors; LANES])),
            (columns.frozen_votes, divided(&frozen, &expected)),
            (
                columns.margin_if_known,
                self.margin(votes, |by| &by.knowing),
            ),
            (
                columns.margin_if_unknown,
                self.margin(votes, |by| &by.reading),
            ),
        ] {
            take(&values, &mut column[tile.clone()]);
        }
        for (column, counts) in [
            (&mut *columns.won, counts),
            (columns.won_if_known, if_known),
        ] {
            for (lane, won) in column[tile.clone()].iter_mut().enumerate() {
                *won = is_won(counts, lane);
            }
        }
    }

    /// The vote as a whole in the draw of a lane.
    fn headline(
        &self,
        counts: &TileCounts,
        frozen: &Lanes,
        expected: &Lanes,
        lane: usize,
    ) -> Headline {
        let (all, yes) = (counts.all_cast[lane], counts.all_yes[lane]);
        Headline {
            yes_share: if all > 0.0 { yes / all } else { f64::NAN },
            turnout: all / self.total_electors,
            frozen_votes: frozen[lane] / expected[lane],
            won: is_won(counts, lane),
        }
    }
}

/// What the votes of a tile are worth in money, and what they cost; one number a draw, as in
/// [`DrawOutcomes`].
pub(super) struct Money {
    pub(super) collected: Lanes,
    pub(super) preceptors_loss: Lanes,
    pub(super) contributions: Lanes,
    pub(super) pension_age_beyond_base: Lanes,
    pub(super) working_age_beyond_base: Lanes,
    pub(super) poll_cost: Lanes,
    pub(super) loss_cost: Lanes,
}

/// Whether more voted Yes than No in the draw of a lane.
fn is_won(counts: &TileCounts, lane: usize) -> bool {
    let (all, yes) = (counts.all_cast[lane], counts.all_yes[lane]);
    yes > all - yes
}

/// Parts of wholes, lane by lane.
#[inline(always)]
fn divided(parts: &Lanes, wholes: &Lanes) -> Lanes {
    std::array::from_fn(|lane| parts[lane] / wholes[lane])
}

/// Parts of wholes, not a number where the whole is nothing.
#[inline(always)]
fn shares(parts: &Lanes, wholes: &Lanes) -> Lanes {
    let of_lane = |lane: usize| {
        let share = parts[lane] / wholes[lane];
        if wholes[lane] > 0.0 { share } else { f64::NAN }
    };
    std::array::from_fn(of_lane)
}

/// Puts the numbers of draws into lanes from one on.
#[inline(always)]
fn put(of_draws: &[f64], into: &mut Lanes, lane: usize) {
    if let Ok(all) = of_draws.try_into() {
        *into = all;
    } else {
        into[lane..lane + of_draws.len()].copy_from_slice(of_draws);
    }
}

/// Puts the first lanes in the places of as many draws.
#[inline(always)]
fn take(lanes: &Lanes, into: &mut [f64]) {
    if let Some(all) = into.as_mut_array::<LANES>() {
        *all = *lanes;
    } else {
        let n = into.len();
        into.copy_from_slice(&lanes[..n]);
    }
}

/// Puts the lanes of a tile in a column of so many numbers a draw, each in one place of them.
#[inline(always)]
fn spread(lanes: &Lanes, tile: &Range<usize>, each: usize, place: usize, into: &mut [f64]) {
    let of_tile = &mut into[tile.start * each..tile.end * each];
    for (of_draw, value) in of_tile.chunks_exact_mut(each).zip(lanes) {
        of_draw[place] = *value;
    }
}

/// Expected votes cast from homes whose own element is frozen, and from all.
#[inline(always)]
fn frozen_and_all(memory: &Memory) -> (Lanes, Lanes) {
    let kappa = &memory.parameters.kappa;
    let mut all = [0.0; LANES];
    for of_band in &memory.votes.band_votes {
        for (sum, votes) in all.iter_mut().zip(of_band.mix(kappa)) {
            *sum += votes;
        }
    }
    (memory.votes.frozen_votes.mix(kappa), all)
}

/// The vote as a whole in one draw.
pub(super) struct Headline {
    /// Share of votes for Yes.
    pub yes_share: f64,
    /// Votes cast as a share of electors.
    pub turnout: f64,
    /// Share of votes cast from homes whose own element is frozen.
    pub frozen_votes: f64,
    /// Whether more voted Yes than No.
    pub won: bool,
}

/// Which of the three collection rates a band has.
pub(super) fn collection_class(band: Band) -> usize {
    match band {
        Band::A | Band::B | Band::C => 0,
        Band::D | Band::E => 1,
        Band::F | Band::G | Band::H | Band::I => 2,
    }
}

/// Standard normals of each ward for a block of draws.
pub(super) struct WardLuck {
    /// Moods that wards have.
    moods: Vec<Vec<f64>>,
    /// Which of them each ward has.
    mood_of: Vec<Option<usize>>,
    cast: Vec<Vec<f64>>,
    yes: Vec<Vec<f64>>,
}

/// Where the luck of wards comes from: streams named by ward, so that a ward added elsewhere changes
/// nothing here. Areas of one ward share its mood, and who is one area has none.
pub(super) struct LuckStreams {
    moods: Vec<Stream>,
    mood_of: Vec<Option<usize>>,
    cast: Vec<Stream>,
    yes: Vec<Stream>,
}

impl LuckStreams {
    /// Those whose names begin so.
    pub(super) fn of(prepared: &Prepared, begin: &str) -> Self {
        let wards = prepared.cells.wards();
        let of_each = |what: &str| -> Vec<Stream> {
            let of_ward = |ward: &Ward| Stream::padded(&format!("{begin}{what}/{}", ward.code));
            wards.iter().map(of_ward).collect()
        };
        let mut known: BTreeMap<&str, usize> = BTreeMap::new();
        let mut moods = Vec::new();
        let mut place = |code| {
            *known.entry(code).or_insert_with(|| {
                moods.push(Stream::padded(&format!("{begin}ward/{code}")));
                moods.len() - 1
            })
        };
        let codes = wards.iter().map(|ward| ward.mood.as_deref());
        Self {
            mood_of: codes.map(|code| code.map(&mut place)).collect(),
            moods,
            cast: of_each("count/votes"),
            yes: of_each("count/yes"),
        }
    }

    /// The moods only, for what needs no count.
    pub(super) fn without_counts(self) -> Self {
        Self {
            cast: Vec::new(),
            yes: Vec::new(),
            ..self
        }
    }

    /// Memory for the luck of blocks.
    fn memory(&self) -> WardLuck {
        let none = |streams: &[Stream]| vec![Vec::new(); streams.len()];
        WardLuck {
            moods: none(&self.moods),
            mood_of: self.mood_of.clone(),
            cast: none(&self.cast),
            yes: none(&self.yes),
        }
    }

    /// Draws the luck of a block.
    fn fill(&self, points: Points, seed: u64, first: u32, n: usize, luck: &mut WardLuck) {
        for (streams, columns) in [
            (&self.moods, &mut luck.moods),
            (&self.cast, &mut luck.cast),
            (&self.yes, &mut luck.yes),
        ] {
            for (stream, values) in streams.iter().zip(columns) {
                values.resize(n, 0.0);
                uniforms(points, seed, *stream, first, values);
                to_normals(values);
            }
        }
    }

    /// The luck of a block.
    pub(super) fn block(
        &self,
        prepared: &Prepared,
        points: Points,
        first: u32,
        n: usize,
    ) -> WardLuck {
        let mut luck = self.memory();
        self.fill(points, prepared.scenario.seed, first, n, &mut luck);
        luck
    }
}

impl WardLuck {
    /// The luck at rows of a design of its own, whose streams' names begin so.
    pub(super) fn of_design(prepared: &Prepared, begin: &str, first: u32, n: usize) -> Self {
        LuckStreams::of(prepared, begin).block(prepared, Points::Random, first, n)
    }
}
