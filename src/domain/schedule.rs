//! Proposed schedules: as a councillor words them, and as the law carries them out.

use super::band::{Band, BandProportions, ByBand, Proportion};
use super::household::{Liability, Reduction};
use super::money::{Pence, divide_half_up};
use super::place::Nation;
use super::rise::Rise;
use super::share::Share;

/// A proposal in the words of its authors; [`Proposal::schedule`] turns it into a [`Schedule`].
#[derive(Debug, Clone, PartialEq)]
pub enum Proposal {
    /// A headline rise for everybody, and a share of the increase given back to each band.
    HeadlineWithRelief {
        /// The rise in band D on the ballot paper.
        headline: Rise,
        /// The share of the increase given back.
        relief: ByBand<Share>,
    },
    /// The rise that each band is to pay; the lawful headline and relief follow.
    BandRises(ByBand<Rise>),
    /// What each band is to pay of the authority's own part, pounds a year on a full bill.
    BandAmounts(ByBand<Pence>),
    /// The same rise for all.
    Uniform(UniformRise),
    /// Freeze the cheapest bands until they hold a share of the dwellings; raise the others.
    FreezeTarget {
        /// The share of dwellings to freeze.
        share: Share,
        /// The rise of the dearest band.
        top_rise: Rise,
        /// How the rise grows up to it.
        shape: FreezeShape,
    },
    /// Other proportions between the bands of every council of the nation: an order.
    NationalRatios {
        /// How far each band's proportion moves, or what it is to be.
        ratios: ByBand<RatioChange>,
        /// What the authority does to its own band D amount in the same year.
        rise: UniformRise,
    },
    /// New bands, cut out of today's by a stated split: an order.
    ExtraBands {
        /// The new bands.
        bands: Vec<ExtraBand>,
        /// What the authority does to its own band D amount in the same year.
        rise: UniformRise,
    },
    /// A share of each home's value in place of council tax: primary legislation.
    Proportional {
        /// Parts per million of the value a year.
        rate_millionths: i64,
        /// The same of second homes and empty homes.
        second_home_rate_millionths: i64,
    },
    /// An amount on top of council tax.
    Surcharge {
        /// Who pays how much.
        levy: Levy,
        /// Who gets it.
        to: LevyTo,
        /// Whether it is asked for and not owed.
        voluntary: bool,
        /// What the authority does to its own band D amount in the same year.
        rise: UniformRise,
    },
}

/// How a band's proportion changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RatioChange {
    /// By this much of what it is.
    By(Rise),
    /// To this.
    To(Proportion),
}

impl RatioChange {
    /// The proportion after the change.
    pub fn of(self, today: Proportion) -> Proportion {
        match self {
            Self::By(rise) => today.raised(rise),
            Self::To(proportion) => proportion,
        }
    }
}

/// A new band that takes a share of the homes of one of today's.
#[derive(Debug, Clone, PartialEq)]
pub struct ExtraBand {
    /// Its name.
    pub name: String,
    /// The band that its homes are in today.
    pub of: Band,
    /// The share of that band's homes.
    pub share: Share,
    /// What it pays for each pound at band D.
    pub ratio: Proportion,
}

/// Who pays how much of a surcharge a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Levy {
    /// Flat amounts by value: from the first amount on, the second; in rising order.
    ByValue(Vec<(Pence, Pence)>),
    /// A share of the own element in each band.
    ByBand(ByBand<Rise>),
}

impl Levy {
    /// The amount on a home of a value, where it goes by value.
    pub fn on_value(steps: &[(Pence, Pence)], value: Pence) -> Pence {
        let reached = steps.iter().rev().find(|(from, _)| value >= *from);
        reached.map_or(Pence::ZERO, |(_, amount)| *amount)
    }
}

/// Who gets a surcharge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LevyTo {
    /// The council.
    Council,
    /// The Exchequer.
    Exchequer,
}

/// Terms that any proposal can have. They hold for what it moves: the authority's own part over today
/// where the authority can carry it out itself; the whole bill, or a surcharge, over the same year
/// without it where the law would change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Whether residents on council tax reduction pay no more than before.
    pub protects_reduction: bool,
    /// The most that a home's payment may rise, a year.
    pub cap: Option<Pence>,
    /// Years over which the change comes in equal steps; 1 for at once.
    pub phase_in_years: u8,
    /// Whether empty and second homes, which may be charged a premium, are left out of relief.
    pub leaves_out_premiums: bool,
}

impl Terms {
    /// None: everybody alike, all at once.
    pub const NONE: Self = Self {
        protects_reduction: false,
        cap: None,
        phase_in_years: 1,
        leaves_out_premiums: false,
    };
    /// The most years that a change may take.
    pub const LONGEST_PHASE_IN: u8 = 10;

    /// Whether a home is left out of relief.
    pub fn leaves_out(self, liability: Liability) -> bool {
        self.leaves_out_premiums && liability.is_nobodys_main_home()
    }

    /// Whether a home is to pay no more than today.
    pub fn protects(self, reduction: Reduction) -> bool {
        self.protects_reduction && reduction != Reduction::None
    }

    /// Whether the terms alone make relief necessary.
    fn need_relief(self) -> bool {
        self.protects_reduction || self.cap.is_some() || self.phase_in_years > 1
    }
}

/// A part of a band, by the value of its homes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValueSlice {
    /// Its share of the band's homes, parts per million.
    pub share_millionths: i64,
    /// Mean value of its homes.
    pub value: Pence,
}

/// What a proposal stands on: the authority as it is today.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    /// Which bands there are.
    pub nation: Nation,
    /// Homes by band, which a freeze target is measured on.
    pub dwellings: &'a ByBand<i64>,
    /// The year's largest rise that needs no vote; nothing where there is no principle.
    pub largest_without_vote: Option<Rise>,
    /// The authority's own amount at band D today.
    pub own_today: Pence,
    /// What each band pays in proportion to band D.
    pub proportions: &'a BandProportions,
    /// Homes of each band by value, where they are known or worked out.
    pub values: Option<&'a ByBand<Vec<ValueSlice>>>,
}

/// A rise for all bands alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UniformRise {
    /// This rise.
    Stated(Rise),
    /// The largest that needs no vote in the year.
    LargestWithoutVote,
}

/// How the bands above a freeze share the rise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FreezeShape {
    /// Each pays the whole of the top rise.
    Equal,
    /// Equal steps from the first raised band up to the top rise in the dearest.
    Steps,
}

/// What a national design changes beyond the authority's own headline and relief.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Design {
    /// Nothing: the proposal is one that a council can carry out itself.
    Local,
    /// The proportion of each part of a band, with its share of the homes in parts per million.
    Proportions(ByBand<Vec<(i64, Proportion)>>),
    /// A share of value in place of the whole bill, parts per million.
    ShareOfValue {
        /// The share.
        rate_millionths: i64,
        /// The share of empty and second homes.
        second_home_rate_millionths: i64,
        /// Homes by value.
        values: ByBand<Vec<ValueSlice>>,
    },
    /// An amount on top of the bill.
    Levy {
        /// Of each part of a band: its share of the homes in parts per million, and the amount.
        amounts: ByBand<Vec<(i64, Pence)>>,
        /// Who gets it.
        to: LevyTo,
        /// Whether it is asked for and not owed.
        voluntary: bool,
    },
}

/// What each band pays, by a headline rise and relief: no band pays more than the headline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    nation: Nation,
    headline: Rise,
    band_rise: ByBand<Rise>,
    stated: Option<ByBand<Pence>>,
    terms: Terms,
    design: Design,
}

impl Schedule {
    /// A schedule in which no band pays more than the headline.
    ///
    /// # Panics
    /// When one does: no reduction can bring that about, and no proposal asks for it.
    fn new(nation: Nation, headline: Rise, band_rise: ByBand<Rise>) -> Self {
        let most = nation.bands().iter().map(|&band| band_rise[band]).max();
        assert!(
            most.is_none_or(|most| most <= headline),
            "no band pays more than the headline"
        );
        Self {
            nation,
            headline,
            band_rise,
            stated: None,
            terms: Terms::NONE,
            design: Design::Local,
        }
    }

    /// The same rise for all bands.
    fn uniform(nation: Nation, rise: Rise) -> Self {
        Self::new(nation, rise, ByBand::from_fn(|_| rise))
    }

    /// The schedule on the terms that a scenario states.
    #[must_use]
    pub fn on_terms(self, terms: Terms) -> Self {
        Self { terms, ..self }
    }

    /// The terms.
    pub fn terms(&self) -> Terms {
        self.terms
    }

    /// What it changes beyond headline and relief.
    pub fn design(&self) -> &Design {
        &self.design
    }

    /// Whether a council can carry it out itself.
    pub fn is_local(&self) -> bool {
        self.design == Design::Local
    }

    /// Whether it is a surcharge that the council has a right to.
    pub fn levy_is_own(&self) -> bool {
        matches!(
            self.design,
            Design::Levy {
                to: LevyTo::Council,
                voluntary: false,
                ..
            }
        )
    }

    /// Whether it is a surcharge that is only asked for.
    pub fn levy_is_asked(&self) -> bool {
        matches!(
            self.design,
            Design::Levy {
                voluntary: true,
                ..
            }
        )
    }

    /// The own element of each band in pounds where the proposal states it.
    pub fn stated_amount(&self, band: Band) -> Option<Pence> {
        self.stated.as_ref().map(|amounts| amounts[band])
    }

    /// The largest version of it that has no larger headline: every band's rise is scaled alike,
    /// so that who is frozen stays frozen. Itself where its headline is no larger.
    ///
    /// # Example
    /// ```
    /// use bandwise::domain::schedule::{Ground, NoSchedule};
    /// use bandwise::domain::{Band, ByBand, Nation, Pence, Proportion, Proposal, Rise};
    /// let rises = ByBand::from_fn(|band| {
    ///     Rise::from_millionths(if band < Band::H { 500_000 } else { 1_000_000 })
    /// });
    /// let ninth = Proportion::new(9, 9).expect("a proportion");
    /// let ground = Ground {
    ///     nation: Nation::England,
    ///     dwellings: &ByBand::from_fn(|_| 1),
    ///     largest_without_vote: None,
    ///     own_today: Pence::from_pence(100_000),
    ///     proportions: &ByBand::from_fn(|_| ninth),
    ///     values: None,
    /// };
    /// let schedule = Proposal::BandRises(rises).schedule(ground)?;
    /// let small = schedule.scaled_to(Rise::new(0.05).expect("a rise"));
    /// assert_eq!(small.headline(), Rise::new(0.05).expect("a rise"));
    /// assert_eq!(small.band_rise(Band::A), Rise::new(0.025).expect("a rise"));
    /// # Ok::<(), NoSchedule>(())
    /// ```
    #[must_use]
    pub fn scaled_to(&self, largest: Rise) -> Self {
        if self.headline <= largest {
            return self.clone();
        }
        let scaled = |rise: &Rise| {
            let product = i128::from(rise.millionths()) * i128::from(largest.millionths());
            // Downwards, so that no band comes out above the headline.
            let millionths = product.div_euclid(i128::from(self.headline.millionths()));
            Rise::from_millionths(i64::try_from(millionths).expect("smaller than it was"))
        };
        Self {
            headline: largest,
            band_rise: self.band_rise.map(scaled),
            stated: None,
            ..self.clone()
        }
    }

    /// The valuation bands that there are where it applies, cheapest first.
    pub fn bands(&self) -> &'static [Band] {
        self.nation.bands()
    }

    /// The rise in band D that goes on the ballot paper.
    pub fn headline(&self) -> Rise {
        self.headline
    }

    /// The rise in the own element that a home in the band pays after relief, once phased in.
    pub fn band_rise(&self, band: Band) -> Rise {
        self.band_rise[band]
    }

    /// The rise in the own element that a home in the band pays after relief in the first year.
    pub fn first_year_rise(&self, band: Band) -> Rise {
        let years = i128::from(self.terms.phase_in_years.max(1));
        Rise::from_millionths(divide_half_up(
            i128::from(self.band_rise[band].millionths()),
            years,
        ))
    }

    /// The share of the increase given back in the band in the first year; nothing where nothing
    /// rises.
    pub fn relief(&self, band: Band) -> Option<f64> {
        (self.headline > Rise::FREEZE).then(|| {
            let given = self.headline.millionths() - self.first_year_rise(band).millionths();
            given as f64 / self.headline.millionths() as f64
        })
    }

    /// Whether the band's own element does not rise in cash.
    pub fn is_frozen(&self, band: Band) -> bool {
        self.band_rise[band] <= Rise::FREEZE
    }

    /// Whether any home gets relief, so that a class reduction under s.13A(1)(c) is needed.
    pub fn needs_relief(&self) -> bool {
        let rises = self.headline > Rise::FREEZE;
        let of_bands = self
            .bands()
            .iter()
            .any(|&band| self.band_rise[band] < self.headline);
        self.is_local() && (of_bands || (rises && self.terms.need_relief()))
    }

    /// The frozen bands, cheapest first.
    pub fn frozen_bands(&self) -> Vec<Band> {
        self.bands()
            .iter()
            .copied()
            .filter(|&band| self.is_frozen(band))
            .collect()
    }
}

impl Proposal {
    /// Whether it states something for each band.
    pub fn is_by_band(&self) -> bool {
        matches!(
            self,
            Self::HeadlineWithRelief { .. }
                | Self::BandRises(_)
                | Self::BandAmounts(_)
                | Self::NationalRatios { .. }
        )
    }

    /// Whether no council can carry it out itself, because the law of the nation would change.
    pub fn is_national(&self) -> bool {
        match self {
            Self::NationalRatios { .. } | Self::ExtraBands { .. } | Self::Proportional { .. } => {
                true
            }
            Self::Surcharge { voluntary, .. } => !voluntary,
            Self::HeadlineWithRelief { .. }
            | Self::BandRises(_)
            | Self::BandAmounts(_)
            | Self::Uniform(_)
            | Self::FreezeTarget { .. } => false,
        }
    }

    /// What the authority does to its own band D amount beside a change that is not its own;
    /// nothing where the proposal is that.
    pub fn rise_beside(&self) -> Option<UniformRise> {
        match self {
            Self::NationalRatios { rise, .. }
            | Self::ExtraBands { rise, .. }
            | Self::Surcharge { rise, .. } => Some(*rise),
            Self::Proportional { .. } => Some(UniformRise::Stated(Rise::FREEZE)),
            Self::HeadlineWithRelief { .. }
            | Self::BandRises(_)
            | Self::BandAmounts(_)
            | Self::Uniform(_)
            | Self::FreezeTarget { .. } => None,
        }
    }

    /// Whether it needs the value of homes.
    pub fn needs_values(&self) -> bool {
        matches!(
            self,
            Self::Proportional { .. }
                | Self::Surcharge {
                    levy: Levy::ByValue(_),
                    ..
                }
        )
    }

    /// The schedule that carries the proposal out, on no terms.
    ///
    /// # Errors
    /// When the proposal rests on a principle and there is none, states an amount that relief
    /// cannot bring about, or needs values that are not there.
    ///
    /// # Example
    /// ```
    /// use bandwise::domain::schedule::{Ground, NoSchedule};
    /// use bandwise::domain::{Band, ByBand, Nation, Pence, Proportion, Proposal, Rise};
    /// let rises = ByBand::from_fn(|band| {
    ///     Rise::from_millionths(if band < Band::E { 0 } else { 100_000 })
    /// });
    /// let ninth = Proportion::new(9, 9).expect("a proportion");
    /// let ground = Ground {
    ///     nation: Nation::England,
    ///     dwellings: &ByBand::from_fn(|_| 1),
    ///     largest_without_vote: None,
    ///     own_today: Pence::from_pence(100_000),
    ///     proportions: &ByBand::from_fn(|_| ninth),
    ///     values: None,
    /// };
    /// let schedule = Proposal::BandRises(rises).schedule(ground)?;
    /// assert_eq!(schedule.headline(), Rise::from_millionths(100_000));
    /// assert_eq!(schedule.relief(Band::A), Some(1.0));
    /// # Ok::<(), NoSchedule>(())
    /// ```
    pub fn schedule(&self, ground: Ground<'_>) -> Result<Schedule, NoSchedule> {
        let nation = ground.nation;
        let uniform = |rise: &UniformRise| -> Result<Schedule, NoSchedule> {
            let rise = match rise {
                UniformRise::Stated(rise) => *rise,
                UniformRise::LargestWithoutVote => {
                    ground.largest_without_vote.ok_or(NoSchedule::NoPrinciple)?
                }
            };
            Ok(Schedule::uniform(nation, rise))
        };
        let schedule = match self {
            Self::HeadlineWithRelief { headline, relief } => {
                let rises = relief.map(|share| headline.after_relief(*share));
                Schedule::new(nation, *headline, rises)
            }
            Self::BandRises(rises) => {
                let highest = nation.bands().iter().map(|&band| rises[band]).max();
                Schedule::new(nation, highest.unwrap_or(Rise::FREEZE), *rises)
            }
            Self::BandAmounts(amounts) => of_amounts(amounts, ground)?,
            Self::Uniform(rise) => uniform(rise)?,
            Self::FreezeTarget {
                share,
                top_rise,
                shape,
            } => freeze_cheapest(nation, *share, *top_rise, *shape, ground.dwellings),
            Self::NationalRatios { ratios, rise } => Schedule {
                design: Design::Proportions(ByBand::from_fn(|band| {
                    vec![(WHOLE, ratios[band].of(ground.proportions[band]))]
                })),
                ..uniform(rise)?
            },
            Self::ExtraBands { bands, rise } => Schedule {
                design: Design::Proportions(ByBand::from_fn(|band| {
                    split(band, bands, ground.proportions[band])
                })),
                ..uniform(rise)?
            },
            Self::Proportional {
                rate_millionths,
                second_home_rate_millionths,
            } => Schedule {
                design: Design::ShareOfValue {
                    rate_millionths: *rate_millionths,
                    second_home_rate_millionths: *second_home_rate_millionths,
                    values: ground.values.ok_or(NoSchedule::NoValues)?.clone(),
                },
                ..Schedule::uniform(nation, Rise::FREEZE)
            },
            Self::Surcharge {
                levy,
                to,
                voluntary,
                rise,
            } => Schedule {
                design: Design::Levy {
                    amounts: levies(levy, ground)?,
                    to: *to,
                    voluntary: *voluntary,
                },
                ..uniform(rise)?
            },
        };
        Ok(schedule)
    }
}

/// A whole band, in parts per million of its homes.
pub const WHOLE: i64 = 1_000_000;

/// Today's band without what new bands take, and the new bands, by rising proportion.
fn split(band: Band, extra: &[ExtraBand], today: Proportion) -> Vec<(i64, Proportion)> {
    let taken: Vec<_> = extra
        .iter()
        .filter(|one| one.of == band)
        .map(|one| (one.share.millionths(), one.ratio))
        .collect();
    let left = WHOLE - taken.iter().map(|(share, _)| share).sum::<i64>();
    let mut parts: Vec<(i64, Proportion)> = std::iter::once((left, today)).chain(taken).collect();
    // The dearer a part, the more it pays.
    parts.sort_by(|(_, one), (_, other)| one.value().total_cmp(&other.value()));
    parts
}

/// What each part of a band pays of a surcharge.
fn levies(levy: &Levy, ground: Ground<'_>) -> Result<ByBand<Vec<(i64, Pence)>>, NoSchedule> {
    match levy {
        Levy::ByBand(rises) => Ok(ByBand::from_fn(|band| {
            let own = ground.proportions[band].of(ground.own_today);
            vec![(WHOLE, rises[band].apply_to(own) - own)]
        })),
        Levy::ByValue(steps) => {
            let values = ground.values.ok_or(NoSchedule::NoValues)?;
            Ok(values.map(|slices| {
                // Neighbours that pay alike are one part.
                let mut parts: Vec<(i64, Pence)> = Vec::new();
                for slice in slices {
                    let amount = Levy::on_value(steps, slice.value);
                    match parts.iter_mut().find(|(_, held)| *held == amount) {
                        Some((share, _)) => *share += slice.share_millionths,
                        None => parts.push((slice.share_millionths, amount)),
                    }
                }
                parts
            }))
        }
    }
}

/// The headline and relief that bring stated amounts about.
fn of_amounts(amounts: &ByBand<Pence>, ground: Ground<'_>) -> Result<Schedule, NoSchedule> {
    let mut band_rise = ByBand::from_fn(|_| Rise::FREEZE);
    for &band in ground.nation.bands() {
        let today = ground.proportions[band].of(ground.own_today);
        let stated = amounts[band];
        if stated < today {
            return Err(NoSchedule::Cut {
                band,
                stated,
                today,
            });
        }
        band_rise[band] = Rise::between(today, stated)
            .filter(|rise| *rise <= Rise::HIGHEST)
            .ok_or(NoSchedule::TooHigh {
                band,
                stated,
                today,
            })?;
    }
    let headline = ground
        .nation
        .bands()
        .iter()
        .map(|&band| band_rise[band])
        .max();
    Ok(Schedule {
        stated: Some(*amounts),
        ..Schedule::new(ground.nation, headline.unwrap_or(Rise::FREEZE), band_rise)
    })
}

/// Why a proposal cannot be turned into a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoSchedule {
    /// It rests on the year's principle, and there is none for the authority.
    #[error("there is no largest rise without a vote: the authority has no referendum principle")]
    NoPrinciple,
    /// It needs the value of homes.
    #[error(
        "the value of homes cannot be worked out in Wales, whose bands go by values of 2003 (allowed: \
         billing authorities of England)"
    )]
    NoValues,
    /// It states an amount below today's.
    #[error(
        "amounts.{band}: {stated} is below today's {today}: relief gives back part of an increase \
         and cannot cut a bill (allowed: today's amount or more)"
    )]
    Cut {
        /// The band.
        band: Band,
        /// What is stated.
        stated: Pence,
        /// The own element of a full bill today.
        today: Pence,
    },
    /// It states an amount far above today's.
    #[error(
        "amounts.{band}: {stated} is more than four times today's {today} (allowed: at most four \
         times)"
    )]
    TooHigh {
        /// The band.
        band: Band,
        /// What is stated.
        stated: Pence,
        /// The own element of a full bill today.
        today: Pence,
    },
}

fn freeze_cheapest(
    nation: Nation,
    share: Share,
    top_rise: Rise,
    shape: FreezeShape,
    dwellings: &ByBand<i64>,
) -> Schedule {
    let total: i64 = dwellings.values().iter().sum();
    let mut frozen = 0;
    let mut held = 0;
    for &band in nation.bands() {
        if held as f64 >= share.value() * total as f64 {
            break;
        }
        held += dwellings[band];
        frozen = band.index() + 1;
    }
    let raised = i64::try_from(nation.bands().len() - frozen).expect("a few bands");
    let band_rise = ByBand::from_fn(|band| match (band.index() + 1).checked_sub(frozen) {
        None | Some(0) => Rise::FREEZE,
        Some(step) => match shape {
            FreezeShape::Equal => top_rise,
            FreezeShape::Steps => {
                let step = i64::try_from(step).expect("a few bands");
                Rise::from_millionths(top_rise.millionths() * step.min(raised) / raised.max(1))
            }
        },
    });
    let headline = if raised == 0 { Rise::FREEZE } else { top_rise };
    Schedule::new(nation, headline, band_rise)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Derby as it is today, without a principle and without values.
    fn on(nation: Nation, dwellings: &ByBand<i64>) -> Ground<'_> {
        const NINTHS: [i64; 9] = [6, 7, 8, 9, 11, 13, 15, 18, 21];
        static PROPORTIONS: std::sync::OnceLock<BandProportions> = std::sync::OnceLock::new();
        Ground {
            nation,
            dwellings,
            largest_without_vote: None,
            own_today: Pence::from_pence(165_667),
            proportions: PROPORTIONS.get_or_init(|| {
                ByBand::from_fn(|band| {
                    Proportion::new(NINTHS[band.index()], 9).expect("a proportion")
                })
            }),
            values: None,
        }
    }

    fn derby() -> ByBand<i64> {
        let homes = [57_530, 21_900, 16_990, 8_820, 4_780, 2_330, 700, 50, 0];
        ByBand::from_fn(|band| homes[band.index()])
    }

    #[test]
    fn freezing_85_percent_of_derby_takes_bands_a_to_c_and_steps_are_the_seed_schedule()
    -> Result<(), Box<dyn std::error::Error>> {
        let target = Proposal::FreezeTarget {
            share: Share::new(0.85)?,
            top_rise: Rise::new(1.0)?,
            shape: FreezeShape::Steps,
        };
        let schedule = target.schedule(on(Nation::England, &derby()))?;
        assert_eq!(schedule.frozen_bands(), vec![Band::A, Band::B, Band::C]);
        let rises: Vec<_> = schedule
            .bands()
            .iter()
            .map(|&band| schedule.band_rise(band).value())
            .collect();
        assert_eq!(rises, vec![0.0, 0.0, 0.0, 0.2, 0.4, 0.6, 0.8, 1.0]);
        Ok(())
    }

    #[test]
    fn a_share_above_what_a_to_c_hold_takes_band_d_as_well()
    -> Result<(), Box<dyn std::error::Error>> {
        let target = Proposal::FreezeTarget {
            share: Share::new(0.86)?,
            top_rise: Rise::new(1.0)?,
            shape: FreezeShape::Equal,
        };
        let schedule = target.schedule(on(Nation::England, &derby()))?;
        assert_eq!(schedule.frozen_bands().len(), 4);
        assert_eq!(schedule.band_rise(Band::E), Rise::new(1.0)?);
        Ok(())
    }

    #[test]
    fn freezing_everybody_leaves_no_headline() -> Result<(), Box<dyn std::error::Error>> {
        let target = Proposal::FreezeTarget {
            share: Share::new(1.0)?,
            top_rise: Rise::new(1.0)?,
            shape: FreezeShape::Equal,
        };
        let schedule = target.schedule(on(Nation::England, &derby()))?;
        assert_eq!(schedule.headline(), Rise::FREEZE);
        assert_eq!(schedule.frozen_bands().len(), 8);
        Ok(())
    }

    #[test]
    fn in_wales_the_steps_of_a_freeze_target_end_in_band_i()
    -> Result<(), Box<dyn std::error::Error>> {
        let target = Proposal::FreezeTarget {
            share: Share::new(0.85)?,
            top_rise: Rise::new(0.6)?,
            shape: FreezeShape::Steps,
        };
        let schedule = target.schedule(on(Nation::Wales, &derby()))?;
        assert_eq!(schedule.band_rise(Band::D), Rise::new(0.1)?);
        assert_eq!(schedule.band_rise(Band::H), Rise::new(0.5)?);
        assert_eq!(schedule.band_rise(Band::I), Rise::new(0.6)?);
        Ok(())
    }

    #[test]
    fn without_a_principle_there_is_no_largest_rise_without_a_vote() {
        let proposal = Proposal::Uniform(UniformRise::LargestWithoutVote);
        assert_eq!(
            proposal.schedule(on(Nation::England, &derby())),
            Err(NoSchedule::NoPrinciple)
        );
    }
}
