//! What voters read on the ballot paper, against what they would pay.

use super::prepare::Prepared;
use super::run::{DrawOutcomes, Simulation};
use super::vector::exp_all;

use crate::domain::{Band, ByBand, KindOfHome, Liability, Reduction};
use crate::vote::Perception;
use crate::vote::willingness::yes_odds;

/// A kind of reader of the ballot paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Knows her own bill after a Yes and after a No.
    OwnBill,
    /// Reads the percentages as of the council's part of her bill today.
    OwnElement,
    /// Reads the percentages as of her whole bill today.
    WholeBill,
}

impl Reader {
    /// All kinds, in the order of the table.
    pub const ALL: [Self; 3] = [Self::OwnBill, Self::OwnElement, Self::WholeBill];

    fn of(self, perception: Perception) -> f64 {
        match self {
            Self::OwnBill => perception.known,
            Self::OwnElement => perception.own_element,
            Self::WholeBill => perception.whole_bill,
        }
    }
}

/// What one kind of reader in a main home of one band that pays in full believes of the first year.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReaderFigures {
    /// Band of her home.
    pub band: Band,
    /// Kind of reader.
    pub reader: Reader,
    /// Mean share of voters who read so on the day.
    pub share_of_voters: f64,
    /// What she believes that a Yes costs over a No, pounds of the year of the vote.
    pub cost: f64,
    /// The same in pounds of 2026.
    pub cost_2026: f64,
    /// Mean share of such electors for Yes on the day, in a ward of mean mood and deprivation.
    pub yes_share: f64,
    /// What a Yes really costs over a No, pounds of the year of the vote.
    pub really_pays: f64,
}

/// Every band's readers, band by band; empty where there is no vote.
///
/// Of a preceptor the costs are the mean over its billing authorities by the band's electors.
pub fn perceptions(prepared: &Prepared, outcomes: &DrawOutcomes) -> Vec<ReaderFigures> {
    let Some(vote) = &outcomes.vote else {
        return Vec::new();
    };
    let simulation = Simulation::of(prepared);
    let [pi, m, k, omega, gamma] = ["pi", "m", "k", "omega", "gamma"]
        .map(|name| &outcomes.inputs[prepared.inputs.position(name)]);
    // The factor of the mood on the odds of a Yes, and the share who know.
    let (mut factor, knows): (Vec<f64>, Vec<f64>) = (0..outcomes.len())
        .map(|draw| simulation.mood_of_the_day(&outcomes.inputs, draw))
        .unzip();
    exp_all(&mut factor);
    let of_day: Vec<(f64, f64)> = factor.into_iter().zip(knows).collect();
    let share_of_voters = Reader::ALL.map(|reader| {
        let share = |(draw, &(_, knows)): (usize, &(f64, f64))| match reader {
            Reader::OwnBill => knows,
            Reader::OwnElement => (1.0 - knows) * (1.0 - omega[draw]),
            Reader::WholeBill => (1.0 - knows) * omega[draw],
        };
        let shares: Vec<f64> = of_day.iter().enumerate().map(share).collect();
        vote.weights.mean(&shares)
    });
    let electors = electors_by_area(prepared);
    let mut figures = Vec::new();
    for &band in prepared.schedule.bands() {
        let nominal = mean_perception(prepared, &electors, band, 1.0);
        let real = mean_perception(prepared, &electors, band, prepared.to_2026_prices);
        for (reader, share_of_voters) in Reader::ALL.into_iter().zip(share_of_voters) {
            let x = reader.of(real);
            let says_yes = |draw: usize| {
                let odds = yes_odds(x, pi[draw], m[draw], k[draw], gamma[draw]);
                let odds = odds * of_day[draw].0;
                odds / (1.0 + odds)
            };
            let says_yes: Vec<f64> = (0..outcomes.len()).map(says_yes).collect();
            figures.push(ReaderFigures {
                band,
                reader,
                share_of_voters,
                cost: reader.of(nominal),
                cost_2026: x,
                yes_share: vote.weights.mean(&says_yes),
                really_pays: nominal.known,
            });
        }
    }
    figures
}

/// Electors of each band in each billing authority.
fn electors_by_area(prepared: &Prepared) -> Vec<ByBand<f64>> {
    let electorate = &prepared.electorate;
    let mut electors = vec![ByBand::from_fn(|_| 0.0); prepared.cells.n_areas()];
    for (ward, of_ward) in prepared.cells.wards().iter().enumerate() {
        let (groups, here) = electorate.ward(ward);
        for (group, one) in electorate.groups[groups].iter().zip(here) {
            electors[of_ward.area][group.band] += one;
        }
    }
    electors
}

/// What the voters of a band believe: the mean over billing authorities by electors, or over all
/// alike where the band has none.
fn mean_perception(
    prepared: &Prepared,
    electors: &[ByBand<f64>],
    band: Band,
    to_prices: f64,
) -> Perception {
    let home = KindOfHome {
        band,
        liability: Liability::Full,
        reduction: Reduction::None,
        award_basis_points: 0,
        premium_percent: 0,
    };
    let headline = prepared.schedule.headline().value();
    let all: f64 = electors.iter().map(|of_area| of_area[band]).sum();
    let mut mean = Perception::NOTHING;
    for (area, of_area) in electors.iter().enumerate() {
        let weight = if all > 0.0 {
            of_area[band] / all
        } else {
            1.0 / electors.len() as f64
        };
        let seen = Perception::of(&prepared.amounts, area, headline, home, to_prices);
        mean.known += weight * seen.known;
        mean.own_element += weight * seen.own_element;
        mean.whole_bill += weight * seen.whole_bill;
    }
    mean
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::scenario::Names;
    use crate::data::{Scenario, World};
    use crate::simulation::{NoObserver, prepare, run};

    fn of(key: &str, authority: &str) -> (Prepared, Vec<ReaderFigures>) {
        let world = World::embedded(Some("2023-24")).expect("embedded");
        let names = Names::of(&world.assumptions);
        let scenario = Scenario::load(key, &names).expect("a built-in scenario");
        let (mut scenario, _) = scenario.for_authority(authority);
        scenario.draws = 300;
        let prepared = prepare(&scenario, &world).expect("a scenario");
        let outcomes = run(&prepared, &NoObserver);
        let found = perceptions(&prepared, &outcomes);
        (prepared, found)
    }

    /// By hand: the paper asks for 100% against 4.99%. Band A pays 1,104.45 today: who reads the rise
    /// as one of the council's part takes it for 95.01% of that, 1,049.34; frozen, she really pays
    /// 4.99% of it less than after a No, 55.11.
    #[test]
    fn a_band_a_voter_takes_a_freeze_for_a_doubling() {
        let (prepared, found) = of("williamson-2018", "Derby");
        assert_eq!(found.len(), 3 * 8);
        let [knows, reads, whole] = [&found[0], &found[1], &found[2]];
        assert_eq!((knows.band, reads.reader), (Band::A, Reader::OwnElement));
        assert!((reads.cost - 1_049.34).abs() < 0.01, "{}", reads.cost);
        assert!((knows.cost + 55.11).abs() < 0.01, "{}", knows.cost);
        assert_eq!(
            (knows.really_pays, reads.really_pays),
            (knows.cost, knows.cost)
        );
        assert!(whole.cost > reads.cost);
        assert!(knows.yes_share > reads.yes_share && reads.yes_share > whole.yes_share);
        let factor = prepared.to_2026_prices;
        assert!((reads.cost_2026 - factor * reads.cost).abs() < 1e-9);
        let all: f64 = found[..3].iter().map(|one| one.share_of_voters).sum();
        assert!((all - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_preceptors_whole_bills_are_the_mean_over_its_billing_authorities() {
        let (prepared, found) = of("uniform-15", "Bedfordshire Police");
        let headline = prepared.schedule.headline().value() - prepared.amounts.no_rise.value();
        let whole: Vec<f64> = (prepared.amounts.areas.iter())
            .map(|area| headline * area.total[Band::D].today.pounds())
            .collect();
        let (low, high) = (
            whole.iter().fold(f64::INFINITY, |a, &b| a.min(b)),
            whole.iter().fold(0.0f64, |a, &b| a.max(b)),
        );
        let read = found
            .iter()
            .find(|one| one.band == Band::D && one.reader == Reader::WholeBill);
        let read = read.expect("a row").cost;
        assert!(low < read && read < high, "{low} {read} {high}");
    }
}
