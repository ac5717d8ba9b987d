//! Another schedule for a scenario that is prepared: what its draws need, without a new preparation.
//!
//! Only what band rises decide is worked out anew. No frame is built, and no table is read where the
//! wards are kept ([`keep_all`](crate::data::small_areas::keep_all)), so that schedules can be tried
//! between draws.

use super::medium_term::Outlook;
use super::prepare::{Finance, PrepareError, Prepared};
use crate::data::{Scenario, World};
use crate::domain::schedule::Ground;
use crate::domain::{ByBand, Cells, KindOfHome, Proposal, Rise, Schedule};
use crate::tax::{self, Amounts, Budgets, Case};
use crate::vote::{Perception, VoterGroup};

/// What a schedule makes of the money, from the homes of `cells`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Money {
    pub schedule: Schedule,
    pub amounts: Amounts,
    pub budgets: Budgets,
    pub finance: Finance,
}

impl Money {
    /// The money of a schedule of band rises; `cells` are those of the scenario, or the same homes
    /// without wards.
    pub(super) fn of(prepared: &Prepared, cells: &Cells, rises: ByBand<Rise>) -> Self {
        let today = &prepared.amounts;
        let ground = Ground {
            nation: prepared.record.authority.code.nation(),
            dwellings: &ByBand::from_fn(|_| 0),
            largest_without_vote: None,
            own_today: today.band_d.today,
            proportions: &today.proportions,
            values: None,
        };
        let schedule = Proposal::BandRises(rises)
            .schedule(ground)
            .expect("band rises are a schedule on any ground")
            .on_terms(prepared.scenario.terms);
        let others: Vec<_> = today.areas.iter().map(|area| area.others_band_d).collect();
        let amounts = tax::amounts(
            today.band_d.today,
            &others,
            &schedule,
            today.no_rise,
            &today.proportions,
        );
        let budgets = tax::budgets(
            &amounts,
            cells,
            prepared.base.in_lieu_thousandths,
            &schedule,
        );
        let finance = Finance::of(
            &prepared.areas,
            cells,
            &amounts,
            &schedule,
            &budgets,
            prepared.others_band_d.1,
            prepared.finance.cost_factor,
            prepared.finance.combined_poll,
        );
        Self {
            schedule,
            amounts,
            budgets,
            finance,
        }
    }
}

/// The home that decides what a group of voters has at stake: every billing authority has one set of
/// awards, by band and reduction.
pub(super) fn home_of(prepared: &Prepared, group: &VoterGroup) -> KindOfHome {
    let cells = &prepared.cells;
    let alike = cells
        .rows()
        .iter()
        .find(|cell| cell.band == group.band && cell.reduction == group.reduction);
    KindOfHome {
        band: group.band,
        liability: group.liability,
        reduction: group.reduction,
        award_basis_points: alike.map_or(0, |cell| cells.award_basis_points(cell)),
        premium_percent: 0,
    }
}

/// What the voters of a home believe that a schedule costs them.
pub(super) fn perception(prepared: &Prepared, money: &Money, home: KindOfHome) -> Perception {
    let headline = money.schedule.headline().value();
    Perception::of(&money.amounts, 0, headline, home, prepared.to_2026_prices)
}

/// The scenario of a billing authority with these band rises in the place of its proposal.
pub(super) fn scenario_with(prepared: &Prepared, rises: ByBand<Rise>) -> Scenario {
    Scenario {
        proposal: Proposal::BandRises(rises),
        ..prepared.scenario.clone()
    }
}

/// A prepared scenario of a billing authority with these band rises in the place of its proposal: as
/// [`super::prepare()`] makes it of that scenario, but for the caveats, which stay those of the first.
///
/// # Errors
/// When the years after the vote cannot be worked out.
pub(super) fn with_rises(
    prepared: &Prepared,
    world: &World,
    rises: ByBand<Rise>,
) -> Result<Prepared, PrepareError> {
    let money = Money::of(prepared, &prepared.cells, rises);
    let scenario = scenario_with(prepared, rises);
    let route = tax::route(Case {
        authority: &prepared.record.authority,
        schedule: &money.schedule,
        amounts: &money.amounts,
        budgets: &money.budgets,
        principle: &prepared.principle,
        year: prepared.vote_year,
        cells: &prepared.cells,
        in_lieu_thousandths: prepared.base.in_lieu_thousandths,
    });
    let outlook = Outlook::of(
        &scenario,
        world,
        (&prepared.record, prepared.areas.as_slice()),
        &money.amounts,
        &money.budgets,
        prepared.base.in_lieu_thousandths,
    )?;
    let mut electorate = prepared.electorate.clone();
    for group in &mut electorate.groups {
        let home = home_of(prepared, group);
        group.perception = perception(prepared, &money, home);
        group.share_frozen = money.amounts.share_frozen_of(home);
    }
    let Money {
        schedule,
        amounts,
        budgets,
        finance,
    } = money;
    Ok(Prepared {
        bills: tax::apply_by_loops(&prepared.cells, &amounts),
        scenario,
        schedule,
        amounts,
        budgets,
        finance,
        route,
        outlook,
        electorate,
        ..prepared.clone()
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::data::scenario::Names;
    use crate::domain::{Pence, Terms};
    use crate::simulation::{NoObserver, prepare, run};

    fn world() -> World {
        World::embedded(Some("2023-24")).expect("embedded")
    }

    fn prepared(world: &World, terms: Terms) -> Prepared {
        let names = Names::of(&world.assumptions);
        let mut scenario = Scenario::load("williamson-2018", &names).expect("a built-in scenario");
        scenario.terms = terms;
        scenario.draws = 60;
        prepare(&scenario, world).expect("a scenario")
    }

    fn terms() -> impl Strategy<Value = Terms> {
        let cap = proptest::option::of(5_000i64..90_000);
        (any::<bool>(), cap, 1u8..4, any::<bool>()).prop_map(|(protects, cap, years, leaves)| {
            Terms {
                protects_reduction: protects,
                cap: cap.map(Pence::from_pence),
                phase_in_years: years,
                leaves_out_premiums: leaves,
            }
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(6))]

        #[test]
        fn a_candidate_is_what_a_scenario_with_its_band_rises_is_prepared_to(
            terms in terms(), steps in proptest::array::uniform8(0i64..2_000),
        ) {
            let world = world();
            let first = prepared(&world, terms);
            let mut sum = 600;
            let rises = ByBand::from_fn(|band| {
                sum += steps.get(band.index()).copied().unwrap_or(0);
                Rise::from_millionths(100 * sum)
            });
            let candidate = with_rises(&first, &world, rises).expect("a candidate");
            let expected = prepare(&scenario_with(&first, rises), &world).expect("a scenario");
            // No caveat of the first proposal is made out to be one of the candidate.
            let expected = Prepared { warnings: first.warnings.clone(), ..expected };
            prop_assert!(candidate == expected);
            prop_assert_eq!(run(&candidate, &NoObserver), run(&expected, &NoObserver));
            let fewer = Money::of(&first, &first.cells.without_wards(), rises);
            prop_assert_eq!(fewer.budgets, expected.budgets);
        }
    }
}
