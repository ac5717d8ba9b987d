//! Proposals of every kind and their terms: properties that must hold for all of them.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::sync::OnceLock;

use bandwise::data::scenario::Names;
use bandwise::data::{Assumptions, Scenario, World};
use bandwise::domain::schedule::{Ground, WHOLE};
use bandwise::domain::{
    Band, ByBand, Cells, ExtraBand, Levy, LevyTo, Nation, Pence, Proportion, Proposal, RatioChange,
    Reduction, Rise, Schedule, Share, Terms, UniformRise, ValueSlice,
};
use bandwise::report::scenario_file;
use bandwise::simulation::{Prepared, prepare};
use bandwise::tax::{Amounts, Cases, amounts, apply, budgets, charge_lines, home_bill};
use proptest::prelude::*;

fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| World::embedded(Some("2023-24")).unwrap())
}

fn derby() -> &'static Prepared {
    static DERBY: OnceLock<Prepared> = OnceLock::new();
    DERBY.get_or_init(|| {
        let names = Names::of(&world().assumptions);
        prepare(&Scenario::load("williamson-2018", &names).unwrap(), world()).unwrap()
    })
}

fn rise(millionths: i64) -> Rise {
    Rise::from_millionths(millionths)
}

/// Three values a band, all rising with the band.
fn values() -> ByBand<Vec<ValueSlice>> {
    ByBand::from_fn(|band| {
        let middle = 15_000_000 * (1 + band.index() as i64) * (1 + band.index() as i64);
        [(250_000, 8), (500_000, 10), (250_000, 13)]
            .map(|(share_millionths, tenths)| ValueSlice {
                share_millionths,
                value: Pence::from_pence(middle * tenths / 10),
            })
            .to_vec()
    })
}

fn some_rises() -> impl Strategy<Value = ByBand<i64>> {
    proptest::array::uniform9(0i64..2_000_000).prop_map(|all| ByBand::from_fn(|b| all[b.index()]))
}

fn a_proposal() -> impl Strategy<Value = Proposal> {
    let beside = (0i64..49_900).prop_map(|one| UniformRise::Stated(rise(one)));
    prop_oneof![
        some_rises().prop_map(|all| Proposal::BandRises(all.map(|one| rise(*one)))),
        (0i64..3_000_000, proptest::array::uniform9(0u32..=1_000_000)).prop_map(|(one, relief)| {
            Proposal::HeadlineWithRelief {
                headline: rise(one),
                relief: ByBand::from_fn(|b| {
                    Share::new(f64::from(relief[b.index()]) / 1e6).unwrap()
                }),
            }
        }),
        (some_rises(), beside.clone()).prop_map(|(all, rise_beside)| Proposal::NationalRatios {
            ratios: all.map(|one| RatioChange::By(rise(*one - 500_000))),
            rise: rise_beside,
        }),
        ((0.0f64..0.5, 0.0f64..0.5), beside.clone()).prop_map(|((first, second), rise_beside)| {
            let band = |name: &str, share: f64, ninths: i64| ExtraBand {
                name: name.to_owned(),
                of: Band::H,
                share: Share::new(share).unwrap(),
                ratio: Proportion::new(ninths, 9).unwrap(),
            };
            Proposal::ExtraBands {
                bands: vec![band("I", first, 24), band("J", second, 30)],
                rise: rise_beside,
            }
        }),
        (1i64..20_000, 1i64..20_000).prop_map(|(rate, second)| Proposal::Proportional {
            rate_millionths: rate,
            second_home_rate_millionths: second,
        }),
        (1i64..5_000, any::<bool>(), beside.clone()).prop_map(|(pounds, council, rise_beside)| {
            Proposal::Surcharge {
                levy: Levy::ByValue(vec![
                    (
                        Pence::from_pence(200_000_000),
                        Pence::from_pence(100 * pounds),
                    ),
                    (
                        Pence::from_pence(500_000_000),
                        Pence::from_pence(300 * pounds),
                    ),
                ]),
                to: if council {
                    LevyTo::Council
                } else {
                    LevyTo::Exchequer
                },
                voluntary: false,
                rise: rise_beside,
            }
        }),
        (some_rises(), beside).prop_map(|(all, rise_beside)| Proposal::Surcharge {
            levy: Levy::ByBand(all.map(|one| rise(*one))),
            to: LevyTo::Council,
            voluntary: true,
            rise: rise_beside,
        }),
    ]
}

fn some_terms() -> impl Strategy<Value = Terms> {
    (
        any::<bool>(),
        proptest::option::of(0i64..200_000),
        1u8..=4,
        any::<bool>(),
    )
        .prop_map(
            |(protects_reduction, cap, phase_in_years, leaves_out_premiums)| Terms {
                protects_reduction,
                cap: cap.map(Pence::from_pence),
                phase_in_years,
                leaves_out_premiums,
            },
        )
}

const OWN: i64 = 165_667;

fn schedule(proposal: &Proposal, terms: Terms, values: &ByBand<Vec<ValueSlice>>) -> Schedule {
    let ground = Ground {
        nation: Nation::England,
        dwellings: &derby().cells.dwellings(),
        largest_without_vote: Some(rise(49_900)),
        own_today: Pence::from_pence(OWN),
        proportions: world().law.proportions(Nation::England),
        values: Some(values),
    };
    proposal.schedule(ground).unwrap().on_terms(terms)
}

fn amounts_of(schedule: &Schedule, others: i64) -> Amounts {
    amounts(
        Pence::from_pence(OWN),
        &[(Pence::from_pence(others), Pence::from_pence(others + 1_313))],
        schedule,
        rise(49_900),
        world().law.proportions(Nation::England),
    )
}

/// The cells in another order of wards: the last first.
fn turned(cells: &Cells) -> Cells {
    let last = cells.wards().len() - 1;
    let mut rows: Vec<_> = cells
        .rows()
        .iter()
        .map(|cell| bandwise::domain::cells::Cell {
            ward: last - cell.ward,
            ..*cell
        })
        .collect();
    rows.sort_by_key(|cell| (cell.ward, cell.band, cell.liability, cell.reduction));
    let awards = ByBand::from_fn(|band| {
        let held = |reduction: Reduction| {
            let of_kind = cells
                .rows()
                .iter()
                .find(|c| c.band == band && c.reduction == reduction);
            of_kind.map_or(0, |cell| cells.award_basis_points(cell))
        };
        Reduction::ALL.map(held)
    });
    let wards = cells.wards().iter().rev().cloned().collect();
    Cells::new(wards, rows, vec![awards])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// The Polars expressions and the scalar reference agree on every kind of home, to the penny.
    #[test]
    fn bills_of_all_kinds_of_homes_equal_the_bills_of_single_homes(
        proposal in a_proposal(),
        terms in some_terms(),
        others in 0i64..150_000,
    ) {
        let cells = &derby().cells;
        let schedule = schedule(&proposal, terms, &values());
        let amounts = amounts_of(&schedule, others);
        let bills = apply(cells, &amounts).unwrap();
        for row in 0..bills.cell.len() {
            let cell = &cells.rows()[bills.cell[row]];
            let home = cells.kind_of(cell);
            let one = home_bill(&amounts.charge(0, home, bills.part[row]), home);
            prop_assert_eq!(bills.own[row], one.own, "{:?} part {}", home, bills.part[row]);
            prop_assert_eq!(bills.total[row], one.total, "{:?} part {}", home, bills.part[row]);
        }
        for (position, _) in cells.rows().iter().enumerate() {
            let parts: i64 = (0..bills.cell.len())
                .filter(|&row| bills.cell[row] == position)
                .map(|row| bills.share_millionths[row])
                .sum();
            prop_assert_eq!(parts, WHOLE);
            if position > 20 {
                break;
            }
        }
    }

    /// Lines add to the tax base of each band, bands to the whole, and net to gross less relief.
    #[test]
    fn parts_sum_to_wholes(proposal in a_proposal(), terms in some_terms()) {
        let cells = &derby().cells;
        let schedule = schedule(&proposal, terms, &values());
        let amounts = amounts_of(&schedule, 40_000);
        let budgets = budgets(&amounts, cells, 12_345, &schedule);
        let base = cells.tax_base_thousandths();
        for band in Band::ALL {
            let lines = budgets.lines.iter().filter(|line| line.band == band);
            prop_assert_eq!(lines.map(|line| line.tax_base_thousandths).sum::<i64>(), base[band]);
            let of_band = &budgets.bands[band];
            prop_assert_eq!(of_band.net, of_band.gross - of_band.relief);
        }
        let net: Pence = budgets.bands.values().iter().map(|band| band.net).sum();
        prop_assert_eq!(budgets.net_yield_vs_today(), net + budgets.in_lieu_yes);
        prop_assert_eq!(
            budgets.requirement.yes - budgets.requirement.today,
            budgets.gross_yield()
        );
        let by_ward: i64 = (0..cells.wards().len())
            .flat_map(|ward| {
                let of_ward = cells.rows().iter().filter(move |cell| cell.ward == ward);
                charge_lines(&amounts, cells, of_ward)
            })
            .map(|line| line.tax_base_thousandths)
            .sum();
        prop_assert_eq!(by_ward, base.values().iter().sum::<i64>());
    }

    /// A higher rise in one band never lowers what is raised before relief, nor the net yield.
    #[test]
    fn raising_an_amount_never_lowers_what_is_raised(
        rises in some_rises(),
        band in 0usize..8,
        more in 1i64..500_000,
    ) {
        let cells = &derby().cells;
        let raised = |by: i64| {
            let proposal = Proposal::BandRises(ByBand::from_fn(|one| {
                rise(rises[one] + if one.index() == band { by } else { 0 })
            }));
            let schedule = schedule(&proposal, Terms::NONE, &values());
            budgets(&amounts_of(&schedule, 40_000), cells, 0, &schedule)
        };
        let (before, after) = (raised(0), raised(more));
        prop_assert!(after.gross_yield() >= before.gross_yield());
        prop_assert!(after.net_yield_vs_today() >= before.net_yield_vs_today());
    }

    /// A frozen band pays today's amount to the penny, whatever the headline and the phasing.
    #[test]
    fn frozen_means_equal_to_the_penny(
        headline in 1i64..3_000_000,
        frozen in 0usize..8,
        years in 1u8..=4,
    ) {
        let proposal = Proposal::BandRises(ByBand::from_fn(|band| {
            rise(if band.index() <= frozen { 0 } else { headline })
        }));
        let terms = Terms { phase_in_years: years, ..Terms::NONE };
        let schedule = schedule(&proposal, terms, &values());
        let amounts = amounts_of(&schedule, 40_000);
        for band in Band::ALL.into_iter().filter(|band| band.index() <= frozen) {
            prop_assert_eq!(amounts.own[band].yes, amounts.own[band].today);
            prop_assert_eq!(amounts.share_frozen(band), 1.0);
        }
        let budgets = budgets(&amounts, &derby().cells, 0, &schedule);
        for line in budgets.lines.iter().filter(|line| line.frozen) {
            prop_assert_eq!(line.net, line.today);
        }
    }

    /// Residents whom a proposal protects pay no more than today; nobody's bill rises by more than the
    /// cap, but for a penny of rounding in discount and award.
    #[test]
    fn terms_are_kept(proposal in a_proposal(), terms in some_terms()) {
        let cells = &derby().cells;
        let schedule = schedule(&proposal, terms, &values());
        let amounts = amounts_of(&schedule, 40_000);
        for cell in cells.rows() {
            let home = cells.kind_of(cell);
            // Homes of nobody on reduction that the proposal leaves out still have the cap.
            for part in 0..amounts.parts[home.band].len() {
                let charge = amounts.charge(0, home, part);
                let bill = home_bill(&charge, home);
                let changed = if schedule.is_local() {
                    bill.own
                } else {
                    Cases { today: bill.total.no, ..bill.total }
                };
                let most = match (terms.protects(home.reduction), terms.cap) {
                    (true, _) => Pence::ZERO,
                    (false, Some(cap)) => cap,
                    (false, None) => continue,
                };
                // A surcharge is capped by itself, beside what the others on the bill do.
                if matches!(schedule.design(), bandwise::domain::Design::Levy { .. }) {
                    let levy = amounts.charge(0, home, part).levy;
                    prop_assert!(levy <= most);
                    continue;
                }
                prop_assert!(
                    changed.yes - changed.today <= most + Pence::from_pence(1),
                    "{:?}: {} to {}", home, changed.today, changed.yes
                );
                // And so once the change is phased in.
                let in_full = bandwise::tax::bill::Charge {
                    own: Cases { yes: charge.own_in_full, ..charge.own },
                    total: Cases { yes: charge.total_in_full, ..charge.total },
                    ..charge
                };
                let bill = home_bill(&in_full, home);
                let later = if schedule.is_local() {
                    bill.own.yes - bill.own.today
                } else {
                    bill.total.yes - bill.total.no
                };
                prop_assert!(later <= most + Pence::from_pence(1), "{:?}: {} in full", home, later);
            }
        }
    }

    /// Which ward stands first changes no budget.
    #[test]
    fn the_order_of_rows_is_irrelevant(proposal in a_proposal(), terms in some_terms()) {
        let cells = &derby().cells;
        let schedule = schedule(&proposal, terms, &values());
        let amounts = amounts_of(&schedule, 40_000);
        let one = budgets(&amounts, cells, 0, &schedule);
        let other = budgets(&amounts, &turned(cells), 0, &schedule);
        prop_assert_eq!(&one.bands, &other.bands);
        prop_assert_eq!(one.requirement, other.requirement);
    }

    /// A smaller version has the smaller headline, freezes the same bands and keeps their order.
    #[test]
    fn a_smaller_version_freezes_the_same_bands(rises in some_rises(), frozen in 0usize..8) {
        let proposal = Proposal::BandRises(ByBand::from_fn(|band| {
            rise(if band.index() < frozen { 0 } else { rises[band] })
        }));
        let schedule = schedule(&proposal, Terms::NONE, &values());
        let small = schedule.scaled_to(rise(49_900));
        prop_assert_eq!(small.headline(), rise(49_900).min(schedule.headline()));
        for band in Band::ALL {
            prop_assert!(small.band_rise(band) <= schedule.band_rise(band));
            if schedule.is_frozen(band) {
                prop_assert!(small.is_frozen(band));
            }
        }
    }
}

#[test]
fn every_built_in_scenario_reads_back_as_it_is_printed() {
    let assumptions = Assumptions::embedded().unwrap();
    let names = Names::of(&assumptions);
    for scenario in Scenario::built_in(&names).unwrap() {
        let printed = scenario_file::toml(&scenario);
        // Band I, which only Wales has, is not said where it only follows band H.
        let again = Scenario::parse("printed", &printed, &names);
        assert_eq!(again, Ok(scenario), "{printed}");
    }
}
