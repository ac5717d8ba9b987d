//! Proposed schedules: as a councillor words them, and as the law carries them out.

use super::band::{Band, ByBand};
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

/// What each band pays, by a headline rise and relief: no band pays more than the headline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    nation: Nation,
    headline: Rise,
    band_rise: ByBand<Rise>,
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

    /// The rise in the own element that a home in the band pays after relief.
    pub fn band_rise(&self, band: Band) -> Rise {
        self.band_rise[band]
    }

    /// The share of the increase given back in the band; nothing where nothing rises.
    pub fn relief(&self, band: Band) -> Option<f64> {
        (self.headline > Rise::FREEZE).then(|| {
            let given = self.headline.millionths() - self.band_rise[band].millionths();
            given as f64 / self.headline.millionths() as f64
        })
    }

    /// Whether the band's own element does not rise in cash.
    pub fn is_frozen(&self, band: Band) -> bool {
        self.band_rise[band] <= Rise::FREEZE
    }

    /// Whether any band gets relief, so that a class reduction under s.13A(1)(c) is needed.
    pub fn needs_relief(&self) -> bool {
        self.bands()
            .iter()
            .any(|&band| self.band_rise[band] < self.headline)
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
        matches!(self, Self::HeadlineWithRelief { .. } | Self::BandRises(_))
    }

    /// The schedule that carries the proposal out.
    ///
    /// `nation` says which bands there are; `dwellings` are the homes by band of the authority,
    /// which a freeze target is measured on;
    /// `largest_without_vote` is the year's largest rise that needs no vote, nothing where there
    /// is no principle.
    ///
    /// # Errors
    /// When the proposal rests on a principle and there is none.
    ///
    /// # Example
    /// ```
    /// use bandwise::domain::{Band, ByBand, Nation, Proposal, Rise};
    /// let rises = ByBand::from_fn(|band| {
    ///     Rise::from_millionths(if band < Band::E { 0 } else { 100_000 })
    /// });
    /// let homes = ByBand::from_fn(|_| 1);
    /// let schedule = Proposal::BandRises(rises).schedule(Nation::England, &homes, None)?;
    /// assert_eq!(schedule.headline(), Rise::new(0.1)?);
    /// assert_eq!(schedule.relief(Band::A), Some(1.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn schedule(
        &self,
        nation: Nation,
        dwellings: &ByBand<i64>,
        largest_without_vote: Option<Rise>,
    ) -> Result<Schedule, NoPrinciple> {
        let schedule = match self {
            Self::HeadlineWithRelief { headline, relief } => {
                let rises = relief.map(|share| headline.after_relief(*share));
                Schedule::new(nation, *headline, rises)
            }
            Self::BandRises(rises) => {
                let highest = nation.bands().iter().map(|&band| rises[band]).max();
                Schedule::new(nation, highest.unwrap_or(Rise::FREEZE), *rises)
            }
            Self::Uniform(rise) => {
                let headline = match rise {
                    UniformRise::Stated(rise) => *rise,
                    UniformRise::LargestWithoutVote => largest_without_vote.ok_or(NoPrinciple)?,
                };
                Schedule::new(nation, headline, ByBand::from_fn(|_| headline))
            }
            Self::FreezeTarget {
                share,
                top_rise,
                shape,
            } => freeze_cheapest(nation, *share, *top_rise, *shape, dwellings),
        };
        Ok(schedule)
    }
}

/// The proposal rests on the year's principle, and there is none for the authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no largest rise without a vote: the authority has no referendum principle")]
pub struct NoPrinciple;

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
        let schedule = target.schedule(Nation::England, &derby(), None)?;
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
        let schedule = target.schedule(Nation::England, &derby(), None)?;
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
        let schedule = target.schedule(Nation::England, &derby(), None)?;
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
        let schedule = target.schedule(Nation::Wales, &derby(), None)?;
        assert_eq!(schedule.band_rise(Band::D), Rise::new(0.1)?);
        assert_eq!(schedule.band_rise(Band::H), Rise::new(0.5)?);
        assert_eq!(schedule.band_rise(Band::I), Rise::new(0.6)?);
        Ok(())
    }

    #[test]
    fn without_a_principle_there_is_no_largest_rise_without_a_vote() {
        let proposal = Proposal::Uniform(UniformRise::LargestWithoutVote);
        assert_eq!(
            proposal.schedule(Nation::England, &derby(), None),
            Err(NoPrinciple)
        );
    }
}
