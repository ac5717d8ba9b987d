//! Who may vote: electors by ward and kind of home, with what is at stake for each.

use std::collections::BTreeMap;

use super::perception::Perception;
use super::turnout;
use crate::data::Assumptions;
use crate::domain::{Band, ByBand, Cells, Liability, Reduction, Schedule, Share};
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
    /// Whether the band's own element is frozen.
    pub frozen: bool,
}

/// Electors by ward and group: sufficient for the vote.
#[derive(Debug, Clone, PartialEq)]
pub struct Electorate {
    /// Groups in the order of band, liability and reduction.
    pub groups: Vec<VoterGroup>,
    /// Standardised deprivation of each ward, 0 where unknown.
    pub deprivation: Vec<f64>,
    /// Log odds of turnout that each ward adds.
    pub ward_turnout: Vec<f64>,
    /// Electors: wards times groups, ward by ward.
    pub electors: Vec<f64>,
}

impl Electorate {
    /// Builds the electorate of an authority.
    ///
    /// `wanted_turnout` is met exactly where nobody is mobilised and turnout does not swing.
    pub fn of(
        cells: &Cells,
        amounts: &Amounts,
        schedule: &Schedule,
        assumptions: &Assumptions,
        wanted_turnout: Share,
        to_2026_prices: f64,
    ) -> Self {
        let headline = schedule.headline().value();
        let per_home = electors_per_home(cells, assumptions);
        let mut positions: BTreeMap<(Band, Liability, Reduction), usize> = BTreeMap::new();
        for cell in cells.rows() {
            if per_home[cell.band][cell.liability as usize] > 0.0 {
                positions.insert((cell.band, cell.liability, cell.reduction), 0);
            }
        }
        let mut groups = Vec::with_capacity(positions.len());
        for (&(band, liability, reduction), position) in &mut positions {
            *position = groups.len();
            let award = cells.award_basis_points(band, reduction);
            groups.push(VoterGroup {
                band,
                liability,
                reduction,
                perception: Perception::of(
                    amounts,
                    headline,
                    band,
                    liability,
                    reduction,
                    award,
                    to_2026_prices,
                ),
                turnout_log_odds: assumptions.band_turnout[band].log_odds().0,
                frozen: schedule.is_frozen(band),
            });
        }
        let n_wards = cells.wards().len();
        let mut electors = vec![0.0; n_wards * groups.len()];
        for cell in cells.rows() {
            if let Some(group) = positions.get(&(cell.band, cell.liability, cell.reduction)) {
                let each = per_home[cell.band][cell.liability as usize];
                electors[cell.ward * groups.len() + group] += cell.dwellings as f64 * each;
            }
        }
        let deprivation = standardised_deprivation(cells);
        let ward_turnout: Vec<f64> = deprivation
            .iter()
            .map(|z| assumptions.turnout_deprivation * z)
            .collect();
        let weighted: Vec<(f64, f64)> = electors
            .iter()
            .enumerate()
            .map(|(index, &weight)| {
                let (ward, group) = (index / groups.len(), index % groups.len());
                (weight, groups[group].turnout_log_odds + ward_turnout[ward])
            })
            .collect();
        let shift = turnout::calibrate(&weighted, wanted_turnout).0;
        for group in &mut groups {
            group.turnout_log_odds += shift;
        }
        Self {
            groups,
            deprivation,
            ward_turnout,
            electors,
        }
    }

    /// Number of wards.
    pub fn n_wards(&self) -> usize {
        self.deprivation.len()
    }

    /// All electors.
    pub fn total(&self) -> f64 {
        self.electors.iter().sum()
    }

    /// Share of electors who live in homes whose own element is frozen.
    pub fn share_frozen(&self) -> f64 {
        let n = self.groups.len();
        let frozen: f64 = self
            .electors
            .iter()
            .enumerate()
            .filter(|(index, _)| self.groups[index % n].frozen)
            .map(|(_, electors)| electors)
            .sum();
        // An empty sum of floats is -0.0: adding 0.0 makes it plain 0.
        (frozen + 0.0) / self.total()
    }
}

/// Electors in a home of each band and liability.
///
/// Single-adult homes have one; the other occupied homes are raised until the mean of the band
/// holds. Exempt homes have the band's mean where they are occupied. Empty and second homes have
/// none.
fn electors_per_home(cells: &Cells, assumptions: &Assumptions) -> ByBand<[f64; 7]> {
    let mut homes = ByBand::from_fn(|_| [0i64; 7]);
    for cell in cells.rows() {
        homes[cell.band][cell.liability as usize] += cell.dwellings;
    }
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
