//! What one named household pays: the law of [`dwelling_bill`] with the disabled band reduction
//! and premiums before it.

use super::bill::{Amounts, Cases, band_amount, dwelling_bill};
use crate::domain::extract::charged_proportion;
use crate::domain::{Band, BandProportions, ExampleHousehold, Pence};

/// What a household pays, pence a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HouseholdBill {
    /// The authority's own element.
    pub own: Cases<Pence>,
    /// The whole bill.
    pub total: Cases<Pence>,
}

/// The bill of a household in the billing authority at a position of [`Amounts::areas`].
///
/// With a disabled band reduction the home is charged as one of the band below, rises and relief
/// with it; in band A at 5/9 of band D (Council Tax (Reductions for Disabilities) Regulations 1992
/// reg. 4). A premium comes on top of the amount (LGFA 1992 ss.11B(1) and 11C(1)). Discounts and
/// the award follow as in [`dwelling_bill`].
pub fn household_bill(
    household: &ExampleHousehold,
    amounts: &Amounts,
    area: usize,
    proportions: &BandProportions,
) -> HouseholdBill {
    let (own, total) = charged_amounts(household, amounts, area, proportions);
    let pays = |amount: Cases<Pence>| {
        dwelling_bill(
            amount.map(|amount| amount.times(100 + household.premium_percent(), 100)),
            household.liability(),
            household.reduction(),
            100 * household.award_percent(),
        )
    };
    HouseholdBill {
        own: pays(own),
        total: pays(total),
    }
}

/// Own element and whole bill of a home like the household's, before discounts.
fn charged_amounts(
    household: &ExampleHousehold,
    amounts: &Amounts,
    area: usize,
    proportions: &BandProportions,
) -> (Cases<Pence>, Cases<Pence>) {
    let area = &amounts.areas[area];
    let charged = household.charged_band();
    if !(household.disabled() && household.band() == Band::A) {
        return (amounts.own[charged], area.total[charged]);
    }
    // No band has this proportion, so the amounts by band do not hold it.
    let proportion = charged_proportion(Band::A, true, proportions);
    let net = Cases {
        yes: amounts.net_band_d_yes[charged],
        ..amounts.band_d
    };
    let own = net.map(|band_d| band_amount(band_d, proportion));
    let (today, next) = area.others_band_d;
    let total = Cases {
        today: own.today + band_amount(today, proportion),
        yes: own.yes + band_amount(next, proportion),
        no: own.no + band_amount(next, proportion),
    };
    (own, total)
}
