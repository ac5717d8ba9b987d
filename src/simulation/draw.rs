//! Draws of the vote: the kernel of the simulation.
//!
//! Eight draws are evaluated together, one in each lane of a vector; no sum crosses lanes, and every
//! operation is correctly rounded, so that a draw has the same votes in any tile and on any processor.
//!
//! On the odds scale a ward's mood and a group's willingness multiply, so that each draw takes
//! exponentials for groups and for wards, not for their product. In a ward, a group's share of Yes
//! under each of three readings and its turnout are `odds / (1 + odds)`: the four have one common
//! denominator, hence one division. Groups with the same at stake are one, and those of a band share
//! the turnout of voters who do not know what a Yes costs. Property-tested equal to
//! [`crate::vote::expected_votes`].

use std::collections::BTreeMap;
use std::ops::Range;

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, f64x8};

use super::vector::{LANES, exp, ln};
use crate::domain::Band;
use crate::vote::turnout::loss_strength;
use crate::vote::willingness::gain_strength;
use crate::vote::{Electorate, VoteParameters};

/// One number a draw of a tile.
pub type Lanes = [f64; LANES];

/// Odds from which on all is certain: e^80. Larger odds of a group, and a larger factor of a ward,
/// are taken for these, so that the product of four odds of groups in wards is still a number.
const CERTAIN: f64 = 5.540_622_384_393_51e34;

/// The parameters of the vote in the draws of a tile, as in [`VoteParameters`].
///
/// A lane that holds no draw must hold some draw's numbers all the same; what comes of it means
/// nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct TileParameters {
    /// Share who would pay anything.
    pub pi: Lanes,
    /// Median willingness to pay among them, pounds of 2026 a year.
    pub m: Lanes,
    /// Shape of willingness to pay.
    pub k: Lanes,
    /// Log odds that hold for the whole vote.
    pub national: Lanes,
    /// Share who know what a Yes would cost them.
    pub kappa: Lanes,
    /// Share of the others who read the percentages as of the whole bill.
    pub omega: Lanes,
    /// Extra log odds of gainers.
    pub gamma: Lanes,
    /// Log odds for one standard deviation of deprivation.
    pub eta: Lanes,
    /// Extra turnout of those who know they lose.
    pub mobilisation: Lanes,
    /// Swing of turnout, log odds.
    pub turnout_shift: Lanes,
    /// Log odds of each ward.
    pub ward: Vec<Lanes>,
}

impl TileParameters {
    /// Memory that draws are written into, for so many wards.
    pub fn none(n_wards: usize) -> Self {
        Self {
            pi: [0.5; LANES],
            m: [1.0; LANES],
            k: [1.0; LANES],
            national: [0.0; LANES],
            kappa: [0.0; LANES],
            omega: [0.0; LANES],
            gamma: [0.0; LANES],
            eta: [0.0; LANES],
            mobilisation: [0.0; LANES],
            turnout_shift: [0.0; LANES],
            ward: vec![[0.0; LANES]; n_wards],
        }
    }

    /// Writes one draw into a lane.
    pub fn set(&mut self, lane: usize, draw: &VoteParameters) {
        for (lanes, value) in [
            (&mut self.pi, draw.pi),
            (&mut self.m, draw.m),
            (&mut self.k, draw.k),
            (&mut self.national, draw.national),
            (&mut self.kappa, draw.kappa),
            (&mut self.omega, draw.omega),
            (&mut self.gamma, draw.gamma),
            (&mut self.eta, draw.eta),
            (&mut self.mobilisation, draw.mobilisation),
            (&mut self.turnout_shift, draw.turnout_shift),
        ] {
            lanes[lane] = value;
        }
        for (lanes, value) in self.ward.iter_mut().zip(&draw.ward) {
            lanes[lane] = *value;
        }
    }
}

/// One number for either kind of reader, were all voters of that kind. Votes and their moments are
/// linear in the share of voters who know, so that these two give the votes at any comprehension.
///
/// Like all that the kernel reads and writes for every ward and group, it begins at a cache line, which
/// eight numbers fill: a vector across two lines takes twice as long.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[repr(align(64))]
pub struct ByReader<T> {
    /// If every voter knew what a Yes costs her.
    pub knowing: T,
    /// If none did.
    pub reading: T,
}

impl ByReader<Lanes> {
    /// The number where the share `kappa` of voters knows.
    pub fn mix(&self, kappa: &Lanes) -> Lanes {
        let of_lane = |lane: usize| {
            kappa[lane] * self.knowing[lane] + (1.0 - kappa[lane]) * self.reading[lane]
        };
        std::array::from_fn(of_lane)
    }
}

/// Expected votes in the draws of a tile.
#[derive(Debug, Clone, PartialEq)]
pub struct TileVotes {
    /// Means and second moments of each ward.
    pub wards: Vec<ByReader<Moments<Lanes>>>,
    /// Votes cast from homes of each band of the nation.
    pub band_votes: [ByReader<Lanes>; Band::ALL.len()],
    /// Yes votes from them.
    pub band_yes: [ByReader<Lanes>; Band::ALL.len()],
    /// Votes cast from homes whose own element is frozen.
    pub frozen_votes: ByReader<Lanes>,
}

impl TileVotes {
    /// Memory for the votes of so many wards.
    pub fn none(n_wards: usize) -> Self {
        Self {
            wards: vec![ByReader::default(); n_wards],
            band_votes: Default::default(),
            band_yes: Default::default(),
            frozen_votes: ByReader::default(),
        }
    }
}

/// Standard normals of the count in the draws of a tile, ward by ward.
#[derive(Debug, Clone, PartialEq)]
pub struct TileLuck {
    /// Of the votes cast.
    pub cast: Vec<Lanes>,
    /// Of the Yes votes.
    pub yes: Vec<Lanes>,
}

impl TileLuck {
    /// The mean luck of so many wards: memory that draws are written into.
    pub fn none(n_wards: usize) -> Self {
        Self {
            cast: vec![[0.0; LANES]; n_wards],
            yes: vec![[0.0; LANES]; n_wards],
        }
    }
}

/// Votes counted in the draws of a tile.
#[derive(Debug, Clone, PartialEq)]
pub struct TileCounts {
    /// Votes cast in each ward.
    pub cast: Vec<Lanes>,
    /// Yes votes in each ward.
    pub yes: Vec<Lanes>,
    /// Votes cast in all wards.
    pub all_cast: Lanes,
    /// Yes votes in all wards.
    pub all_yes: Lanes,
}

impl TileCounts {
    /// Memory for the counts of so many wards.
    pub fn none(n_wards: usize) -> Self {
        Self {
            cast: vec![[0.0; LANES]; n_wards],
            yes: vec![[0.0; LANES]; n_wards],
            all_cast: [0.0; LANES],
            all_yes: [0.0; LANES],
        }
    }
}

/// The electorate laid out for the kernel.
#[derive(Debug, Clone)]
pub struct Kernel {
    level: Level,
    /// Distinct amounts that a Yes is believed to cost.
    seen: Vec<Seen>,
    /// Groups of electors with the same at stake.
    groups: Vec<Group>,
    /// Their groups by billing authority, band, turnout and share of frozen homes.
    blocks: Vec<Block>,
    wards: Vec<Ward>,
    /// The blocks of each ward that have electors there.
    parts: Vec<Part>,
    /// The groups of each part that have electors there.
    cells: Vec<Cell>,
    total_electors: f64,
}

/// What a Yes is believed to cost, as the kernel needs it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Seen {
    /// The logarithm of a cost.
    Cost(f64),
    /// The strength of no change or of a gain, up to 1.
    Gain(f64),
}

impl Seen {
    fn of(x: f64) -> Self {
        if x > 0.0 {
            Self::Cost(x.ln())
        } else {
            Self::Gain(gain_strength(x))
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Group {
    /// What those who know, those who read the own element and those who read the whole bill believe:
    /// positions among what is seen.
    seen: [usize; 3],
    block: usize,
    /// By how much the log odds of voting of those who know rise with mobilisation; none who gain.
    mobilised: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Block {
    band: Band,
    share_frozen: f64,
    turnout_odds: f64,
}

#[derive(Debug, Clone, PartialEq)]
struct Ward {
    /// Most votes that can be cast.
    most: f64,
    turnout_odds: f64,
    deprivation: f64,
    parts: Range<usize>,
}

#[derive(Debug, Clone, PartialEq)]
struct Part {
    block: usize,
    electors: f64,
    cells: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Cell {
    electors: f64,
    group: usize,
}

/// Memory of a tile, kept from one to the next.
#[derive(Debug, Clone)]
pub struct Scratch {
    /// Odds of a Yes by what is seen, where the mood is nobody's.
    seen: Vec<Lanes>,
    groups: Vec<GroupOdds>,
    /// Odds of voting of those who do not know, by block, in a ward that adds nothing.
    turnout: Vec<Lanes>,
    /// Factor of each ward on the odds of a Yes.
    moods: Vec<Lanes>,
    /// Votes by block.
    blocks: Vec<BlockVotes>,
    /// Votes cast by those who know, cell by cell.
    knowing: Vec<Lanes>,
    /// Turnout of those who do not, part by part, times their share of electors.
    reading: Vec<Lanes>,
}

/// Odds of a group in a ward that adds nothing, where the mood is nobody's.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(64))]
struct GroupOdds {
    /// Of voting, of those who know.
    turnout: Lanes,
    known: Lanes,
    own: Lanes,
    whole: Lanes,
}

#[derive(Debug, Clone, Copy, Default)]
#[repr(align(64))]
struct BlockVotes {
    votes: ByReader<Lanes>,
    yes: ByReader<Lanes>,
}

impl Kernel {
    /// Lays an electorate out.
    pub fn of(electorate: &Electorate) -> Self {
        Self::at_level(electorate, Level::new())
    }

    /// The same for the vector instructions of a level. Votes do not depend on it.
    pub fn at_level(electorate: &Electorate, level: Level) -> Self {
        let mut kernel = Self {
            level,
            seen: Vec::new(),
            groups: Vec::new(),
            blocks: Vec::new(),
            wards: Vec::new(),
            parts: Vec::new(),
            cells: Vec::new(),
            total_electors: 0.0,
        };
        let mut of_area: BTreeMap<(usize, usize), Area> = BTreeMap::new();
        let mut seen = BTreeMap::new();
        for ward in 0..electorate.n_wards() {
            let (groups, electors) = electorate.ward(ward);
            let area = of_area
                .entry((groups.start, groups.end))
                .or_insert_with(|| kernel.area(electorate, groups.clone(), &mut seen));
            kernel.ward(electorate, ward, area, electors);
        }
        kernel
    }

    /// Lays out the groups of a billing authority.
    fn area(
        &mut self,
        electorate: &Electorate,
        groups: Range<usize>,
        seen: &mut BTreeMap<u64, usize>,
    ) -> Area {
        // The bits of a number that is not negative zero.
        let bits = |x: f64| (x + 0.0).to_bits();
        let mut blocks: BTreeMap<_, BTreeMap<_, Vec<usize>>> = BTreeMap::new();
        for (place, group) in electorate.groups[groups.clone()].iter().enumerate() {
            let block = (
                group.band,
                bits(group.turnout_log_odds),
                bits(group.share_frozen),
            );
            let p = group.perception;
            let stake = [p.known, p.own_element, p.whole_bill].map(bits);
            let of_block = blocks.entry(block).or_default();
            of_block.entry(stake).or_default().push(place);
        }
        let mut area = Area {
            blocks: self.blocks.len()..self.blocks.len() + blocks.len(),
            group_of: vec![0; groups.len()],
        };
        for ((band, turnout_log_odds, share_frozen), of_block) in blocks {
            for (stake, places) in of_block {
                let known = f64::from_bits(stake[0]);
                for place in places {
                    area.group_of[place] = self.groups.len();
                }
                self.groups.push(Group {
                    seen: stake.map(|x| {
                        *seen.entry(x).or_insert_with(|| {
                            self.seen.push(Seen::of(f64::from_bits(x)));
                            self.seen.len() - 1
                        })
                    }),
                    block: self.blocks.len(),
                    mobilised: (known > 0.0).then(|| loss_strength(known)),
                });
            }
            self.blocks.push(Block {
                band,
                share_frozen: f64::from_bits(share_frozen),
                turnout_odds: f64::from_bits(turnout_log_odds).exp().min(CERTAIN),
            });
        }
        area
    }

    /// Lays out a ward of a billing authority.
    fn ward(&mut self, electorate: &Electorate, ward: usize, area: &Area, electors: &[f64]) {
        let mut of_group: BTreeMap<usize, f64> = BTreeMap::new();
        for (group, electors) in area.group_of.iter().zip(electors) {
            *of_group.entry(*group).or_default() += electors;
        }
        of_group.retain(|_, electors| *electors > 0.0);
        let first = self.parts.len();
        for block in area.blocks.clone() {
            let begin = self.cells.len();
            let of_block = of_group
                .iter()
                .filter(|(group, _)| self.groups[**group].block == block);
            self.cells
                .extend(of_block.map(|(&group, &electors)| Cell { electors, group }));
            let cells = begin..self.cells.len();
            if !cells.is_empty() {
                let electors = self.cells[cells.clone()]
                    .iter()
                    .map(|cell| cell.electors)
                    .sum();
                self.parts.push(Part {
                    block,
                    electors,
                    cells,
                });
            }
        }
        let all = electorate.electors_of(ward);
        self.total_electors += all;
        self.wards.push(Ward {
            most: all.ceil(),
            turnout_odds: electorate.ward_turnout[ward].exp().min(CERTAIN),
            deprivation: electorate.deprivation[ward],
            parts: first..self.parts.len(),
        });
    }

    /// Number of wards.
    pub fn n_wards(&self) -> usize {
        self.wards.len()
    }

    /// Cells of a draw: groups of electors with the same at stake in one ward, where there are any.
    pub fn n_cells(&self) -> usize {
        self.cells.len()
    }

    /// Memory for tiles of this kernel.
    pub fn scratch(&self) -> Scratch {
        let lanes = |n: usize| vec![[0.0; LANES]; n];
        Scratch {
            seen: lanes(self.seen.len()),
            groups: vec![GroupOdds::default(); self.groups.len()],
            turnout: lanes(self.blocks.len()),
            moods: lanes(self.wards.len()),
            blocks: vec![BlockVotes::default(); self.blocks.len()],
            knowing: lanes(self.cells.len()),
            reading: lanes(self.parts.len()),
        }
    }

    /// Expected votes of either kind of reader in the draws of a tile; `kappa` is not looked at.
    pub fn votes(&self, parameters: &TileParameters, scratch: &mut Scratch, votes: &mut TileVotes) {
        dispatch!(self.level, simd => {
            self.odds(simd, parameters, scratch);
            self.votes_by_ward(simd, parameters, scratch, votes);
        });
        votes.band_votes = Default::default();
        votes.band_yes = Default::default();
        votes.frozen_votes = ByReader::default();
        for (block, sums) in self.blocks.iter().zip(&scratch.blocks) {
            let band = block.band.index();
            add(&mut votes.band_votes[band], &sums.votes, 1.0);
            add(&mut votes.band_yes[band], &sums.yes, 1.0);
            add(&mut votes.frozen_votes, &sums.votes, block.share_frozen);
        }
    }

    /// Counts of the votes of a tile where the share `kappa` of voters knows: [`count`], lane by lane.
    pub fn count(
        &self,
        votes: &TileVotes,
        kappa: &Lanes,
        luck: &TileLuck,
        counts: &mut TileCounts,
    ) {
        dispatch!(self.level, simd => self.count_wards(simd, votes, kappa, luck, counts));
    }

    /// Share of all electors who would say Yes in the draws of a tile, whether they vote or not: what a
    /// poll asks.
    pub fn support(&self, parameters: &TileParameters, scratch: &mut Scratch) -> Lanes {
        dispatch!(self.level, simd => {
            self.odds(simd, parameters, scratch);
            self.support_of_all(simd, parameters, scratch)
        })
    }

    /// The shift of every voter's log odds at which the expected votes for Yes are half of those cast,
    /// to 1e-9, in the draws of a tile; infinite where no shift is enough, and -80 where any is.
    ///
    /// By Newton's method within a bracket: the log odds of the yes share rise with the shift, almost
    /// in step.
    pub fn break_even(&self, parameters: &TileParameters, scratch: &mut Scratch) -> Lanes {
        dispatch!(self.level, simd => {
            self.odds(simd, parameters, scratch);
            self.break_even_of_all(simd, parameters, scratch)
        })
    }

    /// The odds of every group and the mood of every ward.
    #[inline(always)]
    fn odds<S: Simd>(&self, simd: S, p: &TileParameters, scratch: &mut Scratch) {
        let load = |lanes: &Lanes| f64x8::from_slice(simd, lanes);
        let (pi, k, gamma) = (load(&p.pi), load(&p.k), load(&p.gamma));
        let ln_m = ln(simd, load(&p.m));
        let gains = (pi / (-pi + 1.0)).min(CERTAIN);
        for (seen, odds) in self.seen.iter().zip(&mut scratch.seen) {
            let odds_of = match *seen {
                Seen::Cost(ln_x) => pi / (exp(simd, k * (-ln_m + ln_x)) + 1.0 - pi),
                Seen::Gain(strength) => gains * exp(simd, gamma * strength).min(CERTAIN),
            };
            odds_of.min(CERTAIN).store_slice(odds);
        }
        let swing = exp(simd, load(&p.turnout_shift));
        for (block, odds) in self.blocks.iter().zip(&mut scratch.turnout) {
            (swing * block.turnout_odds).min(CERTAIN).store_slice(odds);
        }
        let mobilisation = load(&p.mobilisation);
        for (group, odds) in self.groups.iter().zip(&mut scratch.groups) {
            let [known, own, whole] = group.seen;
            odds.known = scratch.seen[known];
            odds.own = scratch.seen[own];
            odds.whole = scratch.seen[whole];
            odds.turnout = scratch.turnout[group.block];
            if let Some(strength) = group.mobilised {
                let more = exp(simd, mobilisation * strength).min(CERTAIN);
                let turnout = load(&odds.turnout) * more;
                turnout.min(CERTAIN).store_slice(&mut odds.turnout);
            }
        }
        let (national, eta) = (load(&p.national), load(&p.eta));
        let moods = scratch.moods.iter_mut().zip(&p.ward);
        for (ward, (mood, of_ward)) in self.wards.iter().zip(moods) {
            let log_odds = national + load(of_ward) + eta * ward.deprivation;
            exp(simd, log_odds).min(CERTAIN).store_slice(mood);
        }
    }

    /// The votes of every ward, and of every block over the wards: multiplications, additions and one
    /// division a cell.
    #[inline(always)]
    fn votes_by_ward<S: Simd>(
        &self,
        simd: S,
        p: &TileParameters,
        scratch: &mut Scratch,
        votes: &mut TileVotes,
    ) {
        let zero = S::f64s::splat(simd, 0.0);
        let Scratch {
            groups,
            turnout,
            moods,
            blocks,
            ..
        } = scratch;
        blocks.fill(BlockVotes::default());
        for at in (0..LANES).step_by(S::f64s::LEN) {
            let load = |lanes: &Lanes| S::f64s::from_slice(simd, &lanes[at..at + S::f64s::LEN]);
            let store = |value: S::f64s, lanes: &mut Lanes| {
                value.store_slice(&mut lanes[at..at + S::f64s::LEN]);
            };
            let omega = load(&p.omega);
            let other = -omega + 1.0;
            for ((ward, mood), into) in self.wards.iter().zip(&*moods).zip(&mut votes.wards) {
                let mood = load(mood);
                // Sums over cells of electors times turnout, turnout and yes, and their products.
                let (mut know_t, mut know_y) = (zero, zero);
                let (mut know_tt, mut know_yy, mut know_ty) = (zero, zero, zero);
                let (mut read_t, mut read_y) = (zero, zero);
                let (mut read_tt, mut read_yy, mut read_ty) = (zero, zero, zero);
                for part in &self.parts[ward.parts.clone()] {
                    let (mut part_t, mut part_y) = (zero, zero);
                    let (mut own, mut whole, mut own_own, mut whole_whole) =
                        (zero, zero, zero, zero);
                    for cell in &self.cells[part.cells.clone()] {
                        let odds = &groups[cell.group];
                        let n = cell.electors;
                        let a = load(&odds.turnout) * ward.turnout_odds;
                        let b = load(&odds.known) * mood;
                        let c = load(&odds.own) * mood;
                        let d = load(&odds.whole) * mood;
                        let (c1, d1) = (c + 1.0, d + 1.0);
                        let (ab, cd) = (a * b, c * d);
                        let (knows, reads) = ((a + 1.0) * (b + 1.0), c1 * d1);
                        let share = S::f64s::splat(simd, 1.0) / (knows * reads);
                        let (of_knows, of_reads) = (share * reads, share * knows);
                        let (t, ty) = ((a + ab) * of_knows, ab * of_knows);
                        let (cast, says_yes) = (t * n, ty * n);
                        part_t += cast;
                        part_y += says_yes;
                        know_tt += cast * t;
                        know_yy += says_yes * ty;
                        know_ty += says_yes * t;
                        let (yes_own, yes_whole) = ((c + cd) * of_reads, (d + cd) * of_reads);
                        let (says_own, says_whole) = (yes_own * n, yes_whole * n);
                        own += says_own;
                        whole += says_whole;
                        own_own += says_own * yes_own;
                        whole_whole += says_whole * yes_whole;
                    }
                    let a = load(&turnout[part.block]) * ward.turnout_odds;
                    let t = a / (a + 1.0);
                    let cast = t * part.electors;
                    let says_yes = t * (other * own + omega * whole);
                    know_t += part_t;
                    know_y += part_y;
                    read_t += cast;
                    read_y += says_yes;
                    read_tt += cast * t;
                    read_yy += t * t * (other * own_own + omega * whole_whole);
                    read_ty += says_yes * t;
                    let sums = &mut blocks[part.block];
                    for (sum, of_part) in [
                        (&mut sums.votes.knowing, part_t),
                        (&mut sums.yes.knowing, part_y),
                        (&mut sums.votes.reading, cast),
                        (&mut sums.yes.reading, says_yes),
                    ] {
                        store(load(sum) + of_part, sum);
                    }
                }
                for (into, t, y, tt, yy, ty) in [
                    (&mut into.knowing, know_t, know_y, know_tt, know_yy, know_ty),
                    (&mut into.reading, read_t, read_y, read_tt, read_yy, read_ty),
                ] {
                    store(t, &mut into.votes);
                    store(y, &mut into.yes);
                    store(t - tt, &mut into.votes_variance);
                    store(y - yy, &mut into.yes_variance);
                    store(y - ty, &mut into.covariance);
                }
            }
        }
    }

    #[inline(always)]
    fn count_wards<S: Simd>(
        &self,
        simd: S,
        votes: &TileVotes,
        kappa: &Lanes,
        luck: &TileLuck,
        counts: &mut TileCounts,
    ) {
        let zero = S::f64s::splat(simd, 0.0);
        for at in (0..LANES).step_by(S::f64s::LEN) {
            let load = |lanes: &Lanes| S::f64s::from_slice(simd, &lanes[at..at + S::f64s::LEN]);
            let store = |value: S::f64s, lanes: &mut Lanes| {
                value.store_slice(&mut lanes[at..at + S::f64s::LEN]);
            };
            let kappa = load(kappa);
            let other = -kappa + 1.0;
            let (mut all_cast, mut all_yes) = (zero, zero);
            for (place, (ward, votes)) in self.wards.iter().zip(&votes.wards).enumerate() {
                let mix = |pick: fn(&Moments<Lanes>) -> &Lanes| {
                    kappa * load(pick(&votes.knowing)) + other * load(pick(&votes.reading))
                };
                let (mean_cast, mean_yes) = (mix(|m| &m.votes), mix(|m| &m.yes));
                let (variance, covariance) = (mix(|m| &m.votes_variance), mix(|m| &m.covariance));
                let cast = mean_cast + variance.max(0.0).sqrt() * load(&luck.cast[place]);
                let cast = cast.max(0.0).round().min(ward.most);
                let slope = (variance.simd_gt(0.0)).select(covariance / variance, zero);
                let left = (mix(|m| &m.yes_variance) - slope * covariance).max(0.0);
                let says_yes =
                    mean_yes + slope * (cast - mean_cast) + left.sqrt() * load(&luck.yes[place]);
                let says_yes = says_yes.max(0.0).round().min(cast);
                store(cast, &mut counts.cast[place]);
                store(says_yes, &mut counts.yes[place]);
                all_cast += cast;
                all_yes += says_yes;
            }
            store(all_cast, &mut counts.all_cast);
            store(all_yes, &mut counts.all_yes);
        }
    }

    #[inline(always)]
    fn support_of_all<S: Simd>(&self, simd: S, p: &TileParameters, scratch: &Scratch) -> Lanes {
        let mut support = [0.0; LANES];
        for at in (0..LANES).step_by(S::f64s::LEN) {
            let load = |lanes: &Lanes| S::f64s::from_slice(simd, &lanes[at..at + S::f64s::LEN]);
            let (kappa, omega) = (load(&p.kappa), load(&p.omega));
            let of_own = (-kappa + 1.0) * (-omega + 1.0);
            let of_whole = (-kappa + 1.0) * omega;
            let mut yes = S::f64s::splat(simd, 0.0);
            for (ward, mood) in self.wards.iter().zip(&scratch.moods) {
                let mood = load(mood);
                for part in &self.parts[ward.parts.clone()] {
                    for cell in &self.cells[part.cells.clone()] {
                        let odds = &scratch.groups[cell.group];
                        let [known, own, whole] = shares(
                            load(&odds.known) * mood,
                            load(&odds.own) * mood,
                            load(&odds.whole) * mood,
                        );
                        yes += (kappa * known + of_own * own + of_whole * whole) * cell.electors;
                    }
                }
            }
            (yes / self.total_electors).store_slice(&mut support[at..at + S::f64s::LEN]);
        }
        support
    }

    #[inline(always)]
    fn break_even_of_all<S: Simd>(
        &self,
        simd: S,
        p: &TileParameters,
        scratch: &mut Scratch,
    ) -> Lanes {
        const FURTHEST: f64 = 80.0;
        /// A step of Newton's method shorter than this leaves an error of less than 1e-9.
        const SHORT: f64 = 1e-6;
        /// Halvings of the bracket after which it is shorter than 1e-9.
        const MOST: usize = 60;
        let all = self.ballots(simd, p, scratch);
        let all = f64x8::from_slice(simd, &all);
        let mut low = f64x8::splat(simd, -FURTHEST);
        let mut high = f64x8::splat(simd, FURTHEST);
        let mut shift = f64x8::splat(simd, 0.0);
        let mut found = shift.simd_ne(shift);
        for _ in 0..MOST {
            let mut factor = [0.0; LANES];
            exp(simd, shift).store_slice(&mut factor);
            let (yes, slope) = self.yes_at(simd, p, scratch, &factor);
            let yes = f64x8::from_slice(simd, &yes);
            let slope = f64x8::from_slice(simd, &slope);
            let lost = yes.simd_lt(all * 0.5);
            low = (lost & !found).select(shift, low);
            high = (!lost & !found).select(shift, high);
            // The derivative of the log odds of yes / all.
            let no = all - yes;
            let step = ln(simd, yes / no) * yes * no / (all * slope);
            let newton = shift - step;
            let within = newton.simd_gt(low) & newton.simd_lt(high);
            let next = within.select(newton, (low + high) * 0.5);
            let moved = (next - shift).abs();
            shift = found.select(shift, next);
            found = found | moved.simd_lt(SHORT) & within | (high - low).simd_lt(1e-9);
            if found.all_true() {
                break;
            }
        }
        let infinite = f64x8::splat(simd, f64::INFINITY);
        let mut found = [0.0; LANES];
        (shift.simd_gt(FURTHEST - 1.0))
            .select(infinite, shift)
            .store_slice(&mut found);
        found
    }

    /// Lays out the expected ballots of every cell and kind of reader; gives all of them.
    #[inline(always)]
    fn ballots<S: Simd>(&self, simd: S, p: &TileParameters, scratch: &mut Scratch) -> Lanes {
        let mut of_all = [0.0; LANES];
        for at in (0..LANES).step_by(S::f64s::LEN) {
            let load = |lanes: &Lanes| S::f64s::from_slice(simd, &lanes[at..at + S::f64s::LEN]);
            let kappa = load(&p.kappa);
            let mut all = S::f64s::splat(simd, 0.0);
            for ward in &self.wards {
                for part in ward.parts.clone() {
                    let Part {
                        block,
                        electors,
                        cells,
                    } = &self.parts[part];
                    let odds = load(&scratch.turnout[*block]) * ward.turnout_odds;
                    let reads = (-kappa + 1.0) * odds / (odds + 1.0);
                    reads.store_slice(&mut scratch.reading[part][at..at + S::f64s::LEN]);
                    all += reads * *electors;
                    for cell in cells.clone() {
                        let Cell { electors, group } = self.cells[cell];
                        let odds = load(&scratch.groups[group].turnout) * ward.turnout_odds;
                        let knows = kappa * odds / (odds + 1.0) * electors;
                        knows.store_slice(&mut scratch.knowing[cell][at..at + S::f64s::LEN]);
                        all += knows;
                    }
                }
            }
            all.store_slice(&mut of_all[at..at + S::f64s::LEN]);
        }
        of_all
    }

    /// The expected Yes votes where all odds are larger by a factor, and their derivative by its
    /// logarithm.
    #[inline(always)]
    fn yes_at<S: Simd>(
        &self,
        simd: S,
        p: &TileParameters,
        scratch: &Scratch,
        factor: &Lanes,
    ) -> (Lanes, Lanes) {
        let (mut all_yes, mut all_slopes) = ([0.0; LANES], [0.0; LANES]);
        /// Largest factor of a ward with the shift: e^150. The product of three odds is still a number.
        const FURTHER: f64 = 1.393_709_580_666_379_7e65;
        let zero = S::f64s::splat(simd, 0.0);
        for at in (0..LANES).step_by(S::f64s::LEN) {
            let load = |lanes: &Lanes| S::f64s::from_slice(simd, &lanes[at..at + S::f64s::LEN]);
            let (omega, factor) = (load(&p.omega), load(factor));
            let other = -omega + 1.0;
            let (mut yes, mut squares) = (zero, zero);
            for (ward, mood) in self.wards.iter().zip(&scratch.moods) {
                let mood = (load(mood) * factor).min(FURTHER);
                for part in ward.parts.clone() {
                    let reads = load(&scratch.reading[part]);
                    let (mut own, mut whole, mut own_own, mut whole_whole) =
                        (zero, zero, zero, zero);
                    for cell in self.parts[part].cells.clone() {
                        let Cell { electors, group } = self.cells[cell];
                        let odds = &scratch.groups[group];
                        let [known, yes_own, yes_whole] = shares(
                            load(&odds.known) * mood,
                            load(&odds.own) * mood,
                            load(&odds.whole) * mood,
                        );
                        let says_yes = load(&scratch.knowing[cell]) * known;
                        yes += says_yes;
                        squares += says_yes * known;
                        let (says_own, says_whole) = (yes_own * electors, yes_whole * electors);
                        own += says_own;
                        whole += says_whole;
                        own_own += says_own * yes_own;
                        whole_whole += says_whole * yes_whole;
                    }
                    yes += reads * (other * own + omega * whole);
                    squares += reads * (other * own_own + omega * whole_whole);
                }
            }
            yes.store_slice(&mut all_yes[at..at + S::f64s::LEN]);
            (yes - squares).store_slice(&mut all_slopes[at..at + S::f64s::LEN]);
        }
        (all_yes, all_slopes)
    }
}

/// Where the blocks and groups of a billing authority are.
struct Area {
    blocks: Range<usize>,
    /// The kernel's group of each group of the electorate.
    group_of: Vec<usize>,
}

/// The shares of three odds, by one division.
#[inline(always)]
fn shares<S: Simd, V: SimdFloat<S, Element = f64>>(a: V, b: V, c: V) -> [V; 3] {
    let (a1, b1, c1) = (a + 1.0, b + 1.0, c + 1.0);
    let others = b1 * c1;
    let inverse = V::splat(a.token(), 1.0) / (a1 * others);
    let of_a = inverse * a1;
    [a * (inverse * others), b * c1 * of_a, c * b1 * of_a]
}

/// Adds numbers times a factor.
fn add(into: &mut ByReader<Lanes>, values: &ByReader<Lanes>, factor: f64) {
    for lane in 0..LANES {
        into.knowing[lane] += factor * values.knowing[lane];
        into.reading[lane] += factor * values.reading[lane];
    }
}

/// Means and second moments of the votes cast and the yes votes of a ward; one number each, or one a
/// draw of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[repr(align(64))]
pub struct Moments<T = f64> {
    /// Mean of the votes cast.
    pub votes: T,
    /// Mean of the yes votes.
    pub yes: T,
    /// Variance of the votes cast.
    pub votes_variance: T,
    /// Variance of the yes votes.
    pub yes_variance: T,
    /// Covariance of the two.
    pub covariance: T,
}

/// Counts of votes and of Yes votes in a ward, by the normal approximation to sums of binomials: the
/// reference of [`Kernel::count`].
///
/// The yes votes follow the votes cast as two jointly normal numbers do. `z` are two standard
/// normals. The counts are whole and lie within what is possible.
pub fn count(electors: f64, moments: &Moments, z: (f64, f64)) -> (f64, f64) {
    let m = moments;
    let cast = m.votes + m.votes_variance.sqrt() * z.0;
    let cast = cast.round().clamp(0.0, electors.ceil());
    if cast == 0.0 {
        return (0.0, 0.0);
    }
    let slope = if m.votes_variance > 0.0 {
        m.covariance / m.votes_variance
    } else {
        0.0
    };
    let left = (m.yes_variance - slope * m.covariance).max(0.0);
    let says_yes = m.yes + slope * (cast - m.votes) + left.sqrt() * z.1;
    (cast, says_yes.round().clamp(0.0, cast))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::scenario::Names;
    use crate::data::{Scenario, World};
    use crate::simulation::inputs::normals;
    use crate::simulation::prepare;
    use crate::simulation::vector::levels;

    fn electorate(authority: &str) -> Electorate {
        let world = World::embedded(Some("2023-24")).expect("embedded");
        let names = Names::of(&world.assumptions);
        let scenario = Scenario::load("uniform-15", &names).expect("a built-in scenario");
        let (scenario, _) = scenario.for_authority(authority);
        prepare(&scenario, &world).expect("a scenario").electorate
    }

    /// A draw about the middle of the distributions.
    fn parameters(draw: u32, n_wards: usize) -> VoteParameters {
        let mut z = vec![0.0; n_wards + 8];
        normals(1, "test", draw * 1_000, &mut z);
        VoteParameters {
            pi: 0.57 + 0.03 * z[0].clamp(-3.0, 3.0),
            m: 30.0 * (0.7 * z[1]).exp(),
            k: 1.6 * (0.35 * z[2]).exp(),
            national: -0.3 + z[3],
            kappa: 0.6 + 0.05 * z[4].clamp(-3.0, 3.0),
            omega: 0.5 + 0.1 * z[5].clamp(-3.0, 3.0),
            gamma: 0.35,
            eta: -0.1,
            mobilisation: 0.07 * z[6].abs(),
            turnout_shift: 0.15 * z[7],
            ward: z[8..].iter().map(|z| 0.25 * z).collect(),
        }
    }

    struct All {
        votes: TileVotes,
        counts: TileCounts,
        support: Lanes,
        break_even: Lanes,
    }

    fn all(kernel: &Kernel, parameters: &TileParameters) -> All {
        let mut scratch = kernel.scratch();
        let mut votes = TileVotes::none(kernel.n_wards());
        let mut counts = TileCounts::none(kernel.n_wards());
        let mut luck = TileLuck::none(kernel.n_wards());
        for (ward, of_ward) in luck.cast.iter_mut().chain(&mut luck.yes).enumerate() {
            *of_ward = std::array::from_fn(|lane| ((ward * 7 + lane * 3) % 11) as f64 / 3.0 - 1.5);
        }
        kernel.votes(parameters, &mut scratch, &mut votes);
        kernel.count(&votes, &parameters.kappa, &luck, &mut counts);
        All {
            votes,
            counts,
            support: kernel.support(parameters, &mut scratch),
            break_even: kernel.break_even(parameters, &mut scratch),
        }
    }

    #[test]
    fn every_level_of_vector_instructions_gives_the_same_bits() {
        for authority in ["Derby", "Bedfordshire Police"] {
            let electorate = electorate(authority);
            let n_wards = electorate.n_wards();
            let mut tile = TileParameters::none(n_wards);
            for lane in 0..LANES {
                let draw = u32::try_from(lane).expect("few lanes");
                tile.set(lane, &parameters(draw, n_wards));
            }
            // Two at the ends of what there is.
            (tile.pi[6], tile.k[6], tile.national[6]) = (1.0 - 1e-15, 30.0, 45.0);
            (tile.pi[7], tile.m[7], tile.national[7]) = (1e-300, 1e-3, -45.0);
            let found: Vec<All> = (levels().into_iter())
                .map(|level| all(&Kernel::at_level(&electorate, level), &tile))
                .collect();
            assert!(!found.is_empty());
            for other in &found {
                let one = &found[0];
                assert_eq!(other.votes, one.votes);
                assert_eq!(other.counts, one.counts);
                assert_eq!(other.support, one.support);
                assert_eq!(other.break_even, one.break_even);
            }
        }
    }

    #[test]
    fn a_draw_has_the_same_votes_in_any_lane_of_any_tile() {
        let electorate = electorate("Derby");
        let kernel = Kernel::of(&electorate);
        let n_wards = electorate.n_wards();
        let tile_of = |draws: [u32; LANES]| {
            let mut tile = TileParameters::none(n_wards);
            for (lane, draw) in draws.into_iter().enumerate() {
                tile.set(lane, &parameters(draw, n_wards));
            }
            all(&kernel, &tile)
        };
        let one = tile_of([0, 1, 2, 3, 4, 5, 6, 7]);
        let other = tile_of([9, 8, 7, 6, 5, 4, 3, 2]);
        for lane in 2..LANES {
            let there = 9 - lane;
            for (one, other) in one.votes.wards.iter().zip(&other.votes.wards) {
                assert_eq!(one.knowing.yes[lane], other.knowing.yes[there]);
                assert_eq!(one.reading.votes[lane], other.reading.votes[there]);
                let variance = (one.reading.yes_variance, other.reading.yes_variance);
                assert_eq!(variance.0[lane], variance.1[there]);
            }
            assert_eq!(one.support[lane], other.support[there]);
            assert_eq!(one.break_even[lane], other.break_even[there]);
        }
    }

    #[test]
    fn groups_with_the_same_at_stake_are_one() {
        let electorate = electorate("Derby");
        let kernel = Kernel::of(&electorate);
        assert!(kernel.n_cells() < electorate.n_cells());
        let electors: f64 = kernel.cells.iter().map(|cell| cell.electors).sum();
        assert!((electors - electorate.total()).abs() < 1e-6);
    }
}
