//! All draws, in parallel and in order: the result does not depend on the number of threads.

use std::collections::BTreeMap;
use std::ops::Range;

use rayon::prelude::*;

use super::draw::{
    ByReader, Kernel, Lanes, Moments, Scratch, TileCounts, TileLuck, TileParameters, TileVotes,
};
use super::inputs::{COMPREHENSION, InputBlock, InputDraws, effect_name, to_normals};
use super::points::{Stream, uniforms};
use super::prepare::Prepared;
use super::vector::LANES;
use super::weights::Weights;
use crate::domain::evidence::PollQuestion;
use crate::domain::{Band, ByBand, Points};
use crate::vote::Electorate;
use crate::vote::poll::{PollReading, support_log_odds};

/// Draws that are made together: whole tiles.
const BLOCK: u32 = 256;

/// Hears how far a run has come. The library itself never draws a bar.
pub trait Observer: Sync {
    /// So many draws are to be made.
    fn begin(&self, draws: u64);
    /// So many more are made.
    fn advance(&self, draws: u64);
    /// All are made.
    fn end(&self);
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
    /// Values of each uncertain input, input by input.
    pub inputs: Vec<Vec<f64>>,
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
    log_weights: Vec<f64>,
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
    pub(super) fn inputs_of(&self, first: usize, n: usize) -> Vec<Vec<f64>> {
        let of_block = |values: &Vec<f64>| values[first..first + n].to_vec();
        self.inputs.iter().map(of_block).collect()
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

    fn append(&mut self, mut block: Self) {
        if self.inputs.is_empty() {
            self.inputs = vec![Vec::new(); block.inputs.len()];
        }
        for (all, values) in self.inputs.iter_mut().zip(&mut block.inputs) {
            all.append(values);
        }
        self.collected.append(&mut block.collected);
        self.preceptors_loss.append(&mut block.preceptors_loss);
        self.contributions.append(&mut block.contributions);
        self.pension_age_beyond_base
            .append(&mut block.pension_age_beyond_base);
        self.working_age_beyond_base
            .append(&mut block.working_age_beyond_base);
        self.poll_cost.append(&mut block.poll_cost);
        self.loss_cost.append(&mut block.loss_cost);
        if let Some(mut vote) = block.vote {
            let all = self.vote.get_or_insert_with(VoteOutcomes::default);
            all.log_weights.append(&mut vote.log_weights);
            all.yes_share.append(&mut vote.yes_share);
            all.turnout.append(&mut vote.turnout);
            all.frozen_votes.append(&mut vote.frozen_votes);
            all.won.append(&mut vote.won);
            all.won_if_known.append(&mut vote.won_if_known);
            all.ward_yes_share.append(&mut vote.ward_yes_share);
            all.ward_turnout.append(&mut vote.ward_turnout);
            all.margin_if_known.append(&mut vote.margin_if_known);
            all.margin_if_unknown.append(&mut vote.margin_if_unknown);
            all.band_turnout.append(&mut vote.band_turnout);
            all.band_votes.append(&mut vote.band_votes);
            all.band_yes_share.append(&mut vote.band_yes_share);
        }
    }
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
    let draws = prepared.scenario.draws;
    observer.begin(u64::from(draws));
    let simulation = Simulation::of(prepared);
    let blocks = in_blocks(draws as usize, |first, n| {
        let outcomes = simulation.block(inputs.block(first, n), first, n);
        observer.advance(n as u64);
        outcomes
    });
    let points = prepared.scenario.points;
    let mut all = DrawOutcomes {
        points,
        ..DrawOutcomes::default()
    };
    for block in blocks {
        all.append(block);
    }
    if let Some(vote) = &mut all.vote {
        vote.weights = Weights::from_log(&vote.log_weights).drawn_from(points);
    }
    observer.end();
    all
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

/// Runs work on a pool of so many threads, or of one a core. Results do not depend on it.
///
/// # Panics
/// When the system refuses threads.
pub fn on_threads<T: Send>(threads: Option<u16>, work: impl FnOnce() -> T + Send) -> T {
    let threads = threads.map_or(0, usize::from);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.expect("the system grants threads").install(work)
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
struct Positions {
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

impl<'a> Simulation<'a> {
    pub(super) fn of(prepared: &'a Prepared) -> Self {
        Self::with(prepared, &prepared.electorate)
    }

    /// The same with another turnout of the electorate.
    pub(super) fn with(prepared: &'a Prepared, electorate: &Electorate) -> Self {
        let at = |name: &str| prepared.inputs.position(name);
        let positions = Positions {
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
        };
        let ward_electors: Vec<f64> = (0..electorate.n_wards())
            .map(|ward| electorate.electors_of(ward))
            .collect();
        Self {
            prepared,
            kernel: Kernel::of(electorate),
            total_electors: ward_electors.iter().sum(),
            band_electors: electorate.by_band(),
            ward_electors,
            at: positions,
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
        } = memory;
        self.kernel.votes(parameters, scratch, votes);
        self.kernel.count(votes, &parameters.kappa, luck, counts);
        counts
    }

    /// A draw on polling day at given values of the inputs, into a lane of the memory.
    pub(super) fn on_polling_day(
        &self,
        inputs: &[Vec<f64>],
        luck: &WardLuck,
        draw: usize,
        lane: usize,
        memory: &mut Memory,
    ) {
        self.before_polling_day(inputs, luck, draw, lane, memory);
        self.on_the_day(inputs, draw, lane, memory);
    }

    fn block(&self, block: &InputBlock, first: u32, n: usize) -> DrawOutcomes {
        let InputBlock {
            values: inputs,
            log_weights,
        } = block.clone();
        let mut outcomes = DrawOutcomes::default();
        for draw in 0..n {
            self.money(&inputs, draw, &mut outcomes);
        }
        if self.prepared.route.needs_referendum() {
            outcomes.vote = Some(self.votes(&inputs, log_weights, first, n));
        }
        outcomes.inputs = inputs;
        outcomes
    }

    /// Collection, challenges, reductions and costs of one draw.
    ///
    /// Where a band pays more than under a No, the extra is collected at an uncertain rate of its
    /// own and part of it is lost to challenges; where it pays less, the budget loses what it
    /// had reckoned to collect. Awards that rise with the bill come off. What is short of the budget
    /// is a deficit of the collection fund, which the authorities on the bill bear in proportion to
    /// their amounts (Local Authorities (Funds) (England) Regulations 1992).
    pub(super) fn money(&self, inputs: &[Vec<f64>], draw: usize, outcomes: &mut DrawOutcomes) {
        let finance = &self.prepared.finance;
        let value = |position: usize| inputs[position][draw];
        let kept = 1.0 - value(self.at.challenges);
        let collected: f64 = finance
            .increment
            .iter()
            .map(|(band, &increment)| {
                if increment > 0.0 {
                    increment * kept * value(self.at.collection[collection_class(band)])
                } else {
                    increment
                }
            })
            .sum();
        let pension_age = finance.pension_age * value(self.at.tapered[0]);
        let working_age = finance.working_age * value(self.at.tapered[1]);
        let into_fund = collected + finance.in_lieu - pension_age - working_age;
        let short = finance.budgeted - into_fund;
        let contributions = finance.voluntary * value(self.at.take_up);
        outcomes
            .collected
            .push(finance.budgeted - finance.own_share * short + contributions);
        outcomes
            .preceptors_loss
            .push((1.0 - finance.own_share) * short);
        outcomes.contributions.push(contributions);
        outcomes.pension_age_beyond_base.push(pension_age);
        outcomes.working_age_beyond_base.push(working_age);
        outcomes
            .poll_cost
            .push(finance.cost_factor * value(self.at.poll));
        let rebill = finance.cost_factor * value(self.at.rebill);
        outcomes.loss_cost.push(rebill + value(self.at.delay));
    }

    fn votes(
        &self,
        inputs: &[Vec<f64>],
        log_weights: Vec<f64>,
        first: u32,
        n: usize,
    ) -> VoteOutcomes {
        let luck = WardLuck::of(self.prepared, first, n);
        let mut outcomes = VoteOutcomes {
            log_weights,
            ..VoteOutcomes::default()
        };
        let mut memory = self.memory();
        let mut if_known = TileCounts::none(self.kernel.n_wards());
        for tile in tiles(n) {
            for (lane, draw) in tile.clone().enumerate() {
                self.before_polling_day(inputs, &luck, draw, lane, &mut memory);
            }
            self.polls(inputs, &tile, &mut memory, &mut outcomes.log_weights);
            for (lane, draw) in tile.clone().enumerate() {
                self.on_the_day(inputs, draw, lane, &mut memory);
            }
            self.count(&mut memory);
            self.record(&memory, tile.len(), &mut outcomes);
            let Memory { luck, votes, .. } = &memory;
            self.kernel.count(votes, &[1.0; LANES], luck, &mut if_known);
            for lane in 0..tile.len() {
                let (cast, yes) = (if_known.all_cast[lane], if_known.all_yes[lane]);
                outcomes.won_if_known.push(yes > cast - yes);
                outcomes
                    .margin_if_known
                    .push(self.margin(votes, lane, |by| &by.knowing));
                outcomes
                    .margin_if_unknown
                    .push(self.margin(votes, lane, |by| &by.reading));
            }
        }
        outcomes
    }

    /// Expected votes for Yes less half of those cast, over electors, were all readers of one kind.
    fn margin(
        &self,
        votes: &TileVotes,
        lane: usize,
        kind: fn(&ByReader<Moments<Lanes>>) -> &Moments<Lanes>,
    ) -> f64 {
        let (mut cast, mut yes) = (0.0, 0.0);
        for ward in &votes.wards {
            cast += kind(ward).votes[lane];
            yes += kind(ward).yes[lane];
        }
        (yes - cast / 2.0) / self.total_electors
    }

    /// Adds the log likelihood of the scenario's polls in the draws of a tile: each asked when the mood
    /// of this vote was at work, but no ballot was cast and the campaign had not been.
    fn polls(
        &self,
        inputs: &[Vec<f64>],
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
        inputs: &[Vec<f64>],
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
    pub(super) fn headlines(&self, inputs: &[Vec<f64>], first: u32, n: usize) -> Vec<Headline> {
        let luck = WardLuck::of(self.prepared, first, n);
        let mut memory = self.memory();
        let mut headlines = Vec::with_capacity(n);
        for tile in tiles(n) {
            for (lane, draw) in tile.clone().enumerate() {
                self.on_polling_day(inputs, &luck, draw, lane, &mut memory);
            }
            self.count(&mut memory);
            let (frozen, expected) = frozen_and_all(&memory);
            let of_lane = |lane: usize| self.headline(&memory.counts, &frozen, &expected, lane);
            headlines.extend((0..tile.len()).map(of_lane));
        }
        headlines
    }

    /// The mood, how much harder a statutory ballot is, and comprehension as learned.
    fn national(&self, inputs: &[Vec<f64>], draw: usize) -> [f64; 3] {
        let value = |at: usize| inputs[at][draw];
        let [_, _, _, tau, mood, delta_statutory, kappa, ..] = self.at.vote;
        [
            value(tau) * value(mood),
            value(delta_statutory),
            value(kappa),
        ]
    }

    /// Adds what holds on polling day: a statutory ballot, and what the campaign has reached.
    fn on_the_day(&self, inputs: &[Vec<f64>], draw: usize, lane: usize, memory: &mut Memory) {
        let (national, kappa) = self.mood_of_the_day(inputs, draw);
        memory.parameters.national[lane] = national;
        memory.parameters.kappa[lane] = kappa;
    }

    /// Log odds for the whole vote on polling day, and the share of voters who know then what a Yes
    /// would cost them.
    pub(super) fn mood_of_the_day(&self, inputs: &[Vec<f64>], draw: usize) -> (f64, f64) {
        let [mood, delta_statutory, kappa] = self.national(inputs, draw);
        let effects: f64 = self.at.effects.iter().map(|&at| inputs[at][draw]).sum();
        let knows = self.at.comprehension.map_or(kappa, |at| inputs[at][draw]);
        (delta_statutory + mood + effects, knows)
    }

    /// A draw before polling day with its luck, into a lane of the memory.
    fn before_polling_day(
        &self,
        inputs: &[Vec<f64>],
        luck: &WardLuck,
        draw: usize,
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
        ] = self.at.vote.map(|position| inputs[position][draw]);
        let into = &mut memory.parameters;
        into.pi[lane] = pi;
        into.m[lane] = m;
        into.k[lane] = k;
        into.national[lane] = tau * mood;
        into.kappa[lane] = kappa;
        into.omega[lane] = omega;
        into.gamma[lane] = gamma;
        into.eta[lane] = eta;
        into.mobilisation[lane] = mobilisation;
        into.turnout_shift[lane] = turnout_shift;
        for (of_ward, effect) in into.ward.iter_mut().zip(&luck.effect) {
            of_ward[lane] = effect.get(draw).map_or(0.0, |z| sigma_ward * z);
        }
        let counted = [
            (&mut memory.luck.cast, &luck.cast),
            (&mut memory.luck.yes, &luck.yes),
        ];
        for (into, luck) in counted {
            for (of_ward, z) in into.iter_mut().zip(luck) {
                of_ward[lane] = z[draw];
            }
        }
    }

    /// Records the votes of the first so many lanes.
    fn record(&self, memory: &Memory, n: usize, outcomes: &mut VoteOutcomes) {
        let kappa = &memory.parameters.kappa;
        let TileVotes {
            band_votes,
            band_yes,
            ..
        } = &memory.votes;
        let (frozen, expected) = frozen_and_all(memory);
        let share = |part: f64, whole: f64| {
            if whole > 0.0 { part / whole } else { f64::NAN }
        };
        let bands = self.prepared.schedule.bands();
        let of_bands: Vec<(Lanes, Lanes)> = (bands.iter())
            .map(|band| band.index())
            .map(|band| (band_votes[band].mix(kappa), band_yes[band].mix(kappa)))
            .collect();
        let counts = &memory.counts;
        for lane in 0..n {
            for (ward, &electors) in self.ward_electors.iter().enumerate() {
                let (cast, says_yes) = (counts.cast[ward][lane], counts.yes[ward][lane]);
                outcomes.ward_yes_share.push(share(says_yes, cast));
                outcomes.ward_turnout.push(share(cast, electors));
            }
            for (band, (cast, says_yes)) in bands.iter().zip(&of_bands) {
                let (cast, says_yes) = (cast[lane], says_yes[lane]);
                let turnout = share(cast, self.band_electors[*band]);
                outcomes.band_turnout.push(turnout);
                outcomes.band_votes.push(cast / expected[lane]);
                outcomes.band_yes_share.push(share(says_yes, cast));
            }
            let whole = self.headline(counts, &frozen, &expected, lane);
            outcomes.yes_share.push(whole.yes_share);
            outcomes.turnout.push(whole.turnout);
            outcomes.frozen_votes.push(whole.frozen_votes);
            outcomes.won.push(whole.won);
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
            won: yes > all - yes,
        }
    }
}

/// Expected votes cast from homes whose own element is frozen, and from all.
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

/// Standard normals of each ward for a block of draws; named by ward, so that a ward added
/// elsewhere changes nothing here.
pub(super) struct WardLuck {
    effect: Vec<Vec<f64>>,
    cast: Vec<Vec<f64>>,
    yes: Vec<Vec<f64>>,
}

impl WardLuck {
    /// The moods only, for what needs no count.
    pub(super) fn of_moods(prepared: &Prepared, first: u32, n: usize) -> Self {
        Self {
            effect: moods(prepared, prepared.scenario.points, "", first, n),
            cast: Vec::new(),
            yes: Vec::new(),
        }
    }

    /// The luck of the run.
    pub(super) fn of(prepared: &Prepared, first: u32, n: usize) -> Self {
        Self::of_streams(prepared, prepared.scenario.points, "", first, n)
    }

    /// The luck at rows of a design of its own, whose streams' names begin so.
    pub(super) fn of_design(prepared: &Prepared, begin: &str, first: u32, n: usize) -> Self {
        Self::of_streams(prepared, Points::Random, begin, first, n)
    }

    fn of_streams(prepared: &Prepared, points: Points, begin: &str, first: u32, n: usize) -> Self {
        let wards = prepared.cells.wards();
        let of_each = |what: &str| -> Vec<Vec<f64>> {
            wards
                .iter()
                .map(|ward| {
                    let name = format!("{begin}{what}/{}", ward.code);
                    luck(prepared, points, &name, first, n)
                })
                .collect()
        };
        Self {
            effect: moods(prepared, points, begin, first, n),
            cast: of_each("count/votes"),
            yes: of_each("count/yes"),
        }
    }
}

/// Standard normals of one stream that is no input's.
fn luck(prepared: &Prepared, points: Points, name: &str, first: u32, n: usize) -> Vec<f64> {
    let mut values = vec![0.0; n];
    let stream = Stream::padded(name);
    uniforms(points, prepared.scenario.seed, stream, first, &mut values);
    to_normals(&mut values);
    values
}

/// The moods of all wards: areas of one ward share its mood, and who is one area has none.
fn moods(prepared: &Prepared, points: Points, begin: &str, first: u32, n: usize) -> Vec<Vec<f64>> {
    let mut known: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    let wards = prepared.cells.wards();
    for code in wards.iter().filter_map(|ward| ward.mood.as_deref()) {
        known.entry(code).or_insert_with(|| {
            let name = format!("{begin}ward/{code}");
            luck(prepared, points, &name, first, n)
        });
    }
    wards
        .iter()
        .map(|ward| match ward.mood.as_deref() {
            Some(code) => known[code].clone(),
            None => Vec::new(),
        })
        .collect()
}
