//! Who may vote: electors by ward and kind of home, with what is at stake for each.

use std::collections::BTreeMap;
use std::ops::Range;

use super::perception::Perception;
use super::turnout;
use crate::data::Assumptions;
use crate::domain::cells::Cell;
use crate::domain::{Band, ByBand, Cells, KindOfHome, Liability, Reduction, Schedule, Share};
use crate::tax::Amounts;

/// Electors in like homes with the same at stake.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VoterGroup {
    /// Valuation band.
    pub band: Band,
    /// Liability class.
    pub liability: Liability,
    /// Council tax reduction.
    pub reduction: Reduction,
    /// What a Yes is believed to cost.
    pub perception: Perception,
    /// Log odds of voting in a ward of mean deprivation.
    pub turnout_log_odds: f64,
    /// Share of its homes whose own element is frozen: all or none, but where a design tells homes
    /// of a band apart.
    pub share_frozen: f64,
}

/// A ward with groups of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct WardGroups {
    /// Standardised deprivation, 0 where unknown.
    pub deprivation: f64,
    /// Log odds of turnout that the ward adds.
    pub turnout_log_odds: f64,
    /// Its groups and how many electors each has.
    pub groups: Vec<(VoterGroup, f64)>,
}

/// Electors by ward and group: sufficient for the vote.
#[derive(Debug, Clone, PartialEq)]
pub struct Electorate {
    /// Groups in the order of billing authority, band, liability and reduction.
    pub groups: Vec<VoterGroup>,
    /// Standardised deprivation of each ward, 0 where unknown.
    pub deprivation: Vec<f64>,
    /// Log odds of turnout that each ward adds.
    pub ward_turnout: Vec<f64>,
    /// Where the groups of each ward's billing authority are, and where its electors begin.
    wards: Vec<(Range<usize>, usize)>,
    /// Electors, ward by ward: one number a group of the ward's billing authority.
    electors: Vec<f64>,
}

impl Electorate {
    /// Builds the electorate of an authority.
    ///
    /// `wanted_turnout`, one a billing authority, is met exactly where nobody is mobilised and
    /// turnout does not swing.
    pub fn of(
        cells: &Cells,
        amounts: &Amounts,
        schedule: &Schedule,
        assumptions: &Assumptions,
        wanted_turnout: &[Share],
        to_2026_prices: f64,
    ) -> Self {
        let headline = schedule.headline().value();
        let per_home = electors_per_home(cells, assumptions);
        let key = |cell: &Cell| (cells.area(cell), cell.band, cell.liability, cell.reduction);
        let mut positions: BTreeMap<_, (usize, i64)> = BTreeMap::new();
        let electors_of = |position: usize, cell: &Cell| {
            let each = per_home[cells.area(cell)][cell.band][cell.liability as usize];
            cells
                .electors(position)
                .unwrap_or(cell.dwellings as f64 * each)
        };
        let each_cell = || cells.rows().iter().enumerate();
        for (position, cell) in each_cell() {
            if electors_of(position, cell) > 0.0 {
                positions.insert(key(cell), (0, cells.award_basis_points(cell)));
            }
        }
        let mut groups = Vec::with_capacity(positions.len());
        let mut of_area = vec![0..0; cells.n_areas()];
        for (&(area, band, liability, reduction), (position, award)) in &mut positions {
            *position = groups.len();
            if of_area[area].is_empty() {
                of_area[area] = *position..*position;
            }
            of_area[area].end = *position + 1;
            let home = KindOfHome {
                band,
                liability,
                reduction,
                award_basis_points: *award,
                premium_percent: 0,
            };
            groups.push(VoterGroup {
                band,
                liability,
                reduction,
                perception: Perception::of(amounts, area, headline, home, to_2026_prices),
                turnout_log_odds: assumptions.band_turnout[band].log_odds().0,
                share_frozen: amounts.share_frozen_of(home),
            });
        }
        let mut electors = Vec::new();
        let mut wards: Vec<(Range<usize>, usize)> = Vec::with_capacity(cells.wards().len());
        for ward in cells.wards() {
            let groups = of_area[ward.area].clone();
            wards.push((groups.clone(), electors.len()));
            electors.resize(electors.len() + groups.len(), 0.0);
        }
        for (position, cell) in each_cell() {
            if let Some((group, _)) = positions.get(&key(cell)) {
                let (groups, first) = &wards[cell.ward];
                electors[first + group - groups.start] += electors_of(position, cell);
            }
        }
        let deprivation = standardised_deprivation(cells);
        let ward_turnout: Vec<f64> = deprivation
            .iter()
            .map(|z| assumptions.turnout_deprivation * z)
            .collect();
        let uncalibrated = Self {
            groups,
            deprivation,
            ward_turnout,
            wards,
            electors,
        };
        uncalibrated.at_turnout(cells, wanted_turnout)
    }

    /// An electorate whose wards share no groups, down to one group a home: what the groups of
    /// [`Self::of`] are checked against. Turnout is taken as it is.
    pub fn of_wards(of_wards: &[WardGroups]) -> Self {
        let (mut groups, mut electors) = (Vec::new(), Vec::new());
        let mut wards = Vec::with_capacity(of_wards.len());
        for ward in of_wards {
            let first = groups.len();
            for &(group, of_group) in &ward.groups {
                groups.push(group);
                electors.push(of_group);
            }
            wards.push((first..groups.len(), first));
        }
        Self {
            groups,
            deprivation: of_wards.iter().map(|ward| ward.deprivation).collect(),
            ward_turnout: of_wards.iter().map(|ward| ward.turnout_log_odds).collect(),
            wards,
            electors,
        }
    }

    /// The same electors on a day that brings out `wanted_turnout`, one a billing authority; `cells`
    /// are those that it was built of.
    #[must_use]
    pub fn at_turnout(mut self, cells: &Cells, wanted_turnout: &[Share]) -> Self {
        for (area, &wanted) in wanted_turnout.iter().enumerate() {
            let mut weighted: Vec<(f64, f64)> = Vec::new();
            let mut of_area = 0..0;
            for ward in 0..self.n_wards() {
                if cells.wards()[ward].area == area {
                    let (of_ward, weights) = self.ward(ward);
                    let log_odds = self.groups[of_ward.clone()]
                        .iter()
                        .map(|group| group.turnout_log_odds + self.ward_turnout[ward]);
                    weighted.extend(weights.iter().copied().zip(log_odds));
                    of_area = of_ward;
                }
            }
            let shift = turnout::calibrate(&weighted, wanted).0;
            for group in &mut self.groups[of_area] {
                group.turnout_log_odds += shift;
            }
        }
        self
    }

    /// The groups of a ward's billing authority by position, and the ward's electors in each.
    pub fn ward(&self, ward: usize) -> (Range<usize>, &[f64]) {
        let (groups, first) = &self.wards[ward];
        (groups.clone(), &self.electors[*first..first + groups.len()])
    }

    /// Electors of a ward.
    pub fn electors_of(&self, ward: usize) -> f64 {
        self.ward(ward).1.iter().sum()
    }

    /// Electors in each band.
    pub fn by_band(&self) -> ByBand<f64> {
        let mut electors = ByBand::from_fn(|_| 0.0);
        for ward in 0..self.n_wards() {
            let (groups, of_ward) = self.ward(ward);
            for (group, one) in self.groups[groups].iter().zip(of_ward) {
                electors[group.band] += one;
            }
        }
        electors
    }

    /// Number of wards.
    pub fn n_wards(&self) -> usize {
        self.deprivation.len()
    }

    /// Numbers of electors held: one a ward and group of its billing authority.
    pub fn n_cells(&self) -> usize {
        self.electors.len()
    }

    /// All electors.
    pub fn total(&self) -> f64 {
        self.electors.iter().sum()
    }

    /// Share of electors who live in homes whose own element is frozen.
    pub fn share_frozen(&self) -> f64 {
        let frozen: f64 = (0..self.n_wards())
            .flat_map(|ward| {
                let (groups, electors) = self.ward(ward);
                self.groups[groups].iter().zip(electors)
            })
            .map(|(group, electors)| group.share_frozen * electors)
            .sum();
        // An empty sum of floats is -0.0: adding 0.0 makes it plain 0.
        (frozen + 0.0) / self.total()
    }
}

/// Electors in a home of each billing authority, band and liability.
///
/// Single-adult homes have one; the other occupied homes are raised until the mean of the band
/// holds. Exempt homes have the band's mean where they are occupied. Empty and second homes have
/// none.
fn electors_per_home(cells: &Cells, assumptions: &Assumptions) -> Vec<ByBand<[f64; 7]>> {
    let mut homes = vec![ByBand::from_fn(|_| [0i64; 7]); cells.n_areas()];
    for cell in cells.rows() {
        homes[cells.area(cell)][cell.band][cell.liability as usize] += cell.dwellings;
    }
    let of_area = |homes: &ByBand<[i64; 7]>| per_home(homes, assumptions);
    homes.iter().map(of_area).collect()
}

fn per_home(homes: &ByBand<[i64; 7]>, assumptions: &Assumptions) -> ByBand<[f64; 7]> {
    ByBand::from_fn(|band| {
        let count = |liability: Liability| homes[band][liability as usize] as f64;
        let single = count(Liability::SingleAdult);
        let rest = count(Liability::Full)
            + count(Liability::OneCounted)
            + count(Liability::AllDisregarded);
        let mean = assumptions.electors_per_home[band];
        let of_rest = if rest > 0.0 {
            (mean * (rest + single) - single) / rest
        } else {
            mean
        };
        Liability::ALL.map(|liability| match liability {
            Liability::SingleAdult => 1.0,
            Liability::Full | Liability::OneCounted | Liability::AllDisregarded => of_rest,
            Liability::Exempt => mean * assumptions.exempt_occupied.value(),
            Liability::Empty | Liability::SecondHome => 0.0,
        })
    })
}

/// Deprivation of each ward in standard deviations from the mean, both weighted by dwellings.
fn standardised_deprivation(cells: &Cells) -> Vec<f64> {
    let mut homes = vec![0.0; cells.wards().len()];
    for cell in cells.rows() {
        homes[cell.ward] += cell.dwellings as f64;
    }
    let known: Vec<(f64, f64)> = cells
        .wards()
        .iter()
        .zip(&homes)
        .filter_map(|(ward, &weight)| Some((weight, ward.deprivation?)))
        .collect();
    let weight: f64 = known.iter().map(|(weight, _)| weight).sum();
    let mean = known.iter().map(|(w, score)| w * score).sum::<f64>() / weight;
    let variance = known
        .iter()
        .map(|(w, score)| w * (score - mean).powi(2))
        .sum::<f64>()
        / weight;
    let sd = variance.sqrt();
    cells
        .wards()
        .iter()
        .map(|ward| match ward.deprivation {
            Some(score) if sd > 0.0 => (score - mean) / sd,
            _ => 0.0,
        })
        .collect()
}
