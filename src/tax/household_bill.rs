//! What one named household pays: the law of [`home_bill`](super::bill::home_bill) with the disabled
//! band reduction and premiums before it.

use super::bill::{Amounts, Cases, Charge, band_amount, dwelling_bill};
use crate::domain::extract::charged_proportion;
use crate::domain::schedule::WHOLE;
use crate::domain::{Band, ExampleHousehold, KindOfHome, Pence, Proportion};

/// What a household pays, pence a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HouseholdBill {
    /// The authority's own element.
    pub own: Cases<Pence>,
    /// The whole bill.
    pub total: Cases<Pence>,
}

/// The bill of a household in the billing authority at a position of [`Amounts::areas`], on the
/// terms of the proposal.
///
/// With a disabled band reduction the home is charged as one of the band below, rises and relief
/// with it; in band A at 5/9 of band D (Council Tax (Reductions for Disabilities) Regulations 1992
/// reg. 4). A premium comes on top of the amount (LGFA 1992 ss.11B(1) and 11C(1)). Discounts and
/// the award follow as in [`dwelling_bill`], then a surcharge. Where a proposal tells homes of a band
/// apart, the household's place among them decides.
pub fn household_bill(
    household: &ExampleHousehold,
    amounts: &Amounts,
    area: usize,
) -> HouseholdBill {
    let home = KindOfHome {
        band: household.charged_band(),
        liability: household.liability(),
        reduction: household.reduction(),
        award_basis_points: 100 * household.award_percent(),
        premium_percent: household.premium_percent(),
    };
    let part = part_of(household, amounts);
    let charge = amounts.charge(area, home, part);
    let (own, total) = if household.disabled() && household.band() == Band::A {
        let proportion = charged_proportion(Band::A, true, &amounts.proportions);
        below_band_a(&charge, amounts, (area, part), proportion)
    } else {
        (charge.own, charge.total)
    };
    let premium = |amount: Pence| amount.times(100 + household.premium_percent(), 100);
    let pays = |amount: Cases<Pence>| {
        let with_premium = amount.map(premium);
        dwelling_bill(
            Cases {
                yes: if amounts.ends_premiums {
                    amount.yes
                } else {
                    with_premium.yes
                },
                ..with_premium
            },
            home.liability,
            home.reduction,
            home.award_basis_points,
        )
    };
    let whole = pays(total);
    let levy = if home.liability.quarters_payable() > 0 {
        charge.levy
    } else {
        Pence::ZERO
    };
    HouseholdBill {
        own: pays(own),
        total: Cases {
            yes: whole.yes + levy,
            ..whole
        },
    }
}

/// The part of the band of its value that the household's home lies in: parts go by rising value.
fn part_of(household: &ExampleHousehold, amounts: &Amounts) -> usize {
    let parts = &amounts.parts[household.charged_band()];
    let place = household.position_in_band().value() * WHOLE as f64;
    let mut below = 0;
    for (index, part) in parts.iter().enumerate() {
        below += part.share_millionths;
        if place < below as f64 {
            return index;
        }
    }
    parts.len() - 1
}

/// The charge of a home of band A that is charged at 5/9: the same band D amounts at another
/// proportion, and what a change of the law adds in proportion.
fn below_band_a(
    charge: &Charge,
    amounts: &Amounts,
    (area, part): (usize, usize),
    proportion: Proportion,
) -> (Cases<Pence>, Cases<Pence>) {
    let of_a = amounts.proportions[Band::A];
    let scaled = |amount: Pence| {
        amount.times(
            proportion.numerator() * of_a.denominator(),
            proportion.denominator() * of_a.numerator(),
        )
    };
    let net = Cases {
        yes: amounts.band_d_equivalent(Band::A, part, charge.own.yes),
        ..amounts.band_d
    };
    let own = net.map(|band_d| band_amount(band_d, proportion));
    let (today, next) = amounts.areas[area].others_band_d;
    let (_, others_next) = amounts.areas[area].others[Band::A];
    let extra = charge.total.yes - charge.own.yes - others_next;
    let total = Cases {
        today: own.today + band_amount(today, proportion),
        yes: own.yes + band_amount(next, proportion) + scaled(extra),
        no: own.no + band_amount(next, proportion),
    };
    (own, total)
}
