//! What a voter believes a Yes would cost: pounds of 2026 a year.

use crate::domain::{KindOfHome, Liability, Reduction};
use crate::tax::Amounts;

/// The cost of a Yes over a No as three kinds of reader see it. Negative is a gain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Perception {
    /// Of those who know their own bill.
    pub known: f64,
    /// Of those who read the percentages as applying to the council's own element.
    pub own_element: f64,
    /// Of those who read the percentages as applying to the whole bill.
    pub whole_bill: f64,
}

impl Perception {
    /// Where nothing is at stake: exempt homes, and pensioners whose award meets any rise.
    pub const NOTHING: Self = Self {
        known: 0.0,
        own_element: 0.0,
        whole_bill: 0.0,
    };

    /// What the voters of a kind of home believe of the first year; `area` is the billing authority's position.
    ///
    /// The ballot paper shows two percentages only: who does not know the schedule takes the
    /// difference of the headline and the fallback for a rise in today's bill, frozen or not.
    pub fn of(
        amounts: &Amounts,
        area: usize,
        headline: f64,
        home: KindOfHome,
        to_2026_prices: f64,
    ) -> Self {
        let KindOfHome {
            band,
            liability,
            reduction,
            award_basis_points,
            ..
        } = home;
        if liability == Liability::Exempt || reduction == Reduction::PensionAge {
            return Self::NOTHING;
        }
        let payable = liability.quarters_payable() as f64 / 4.0
            * (10_000 - award_basis_points) as f64
            / 10_000.0
            * to_2026_prices;
        // A vote is on what a council can do itself: its homes of a band pay alike.
        let own = amounts.charge(area, home, 0).own;
        let read = headline - amounts.no_rise.value();
        Self {
            known: (own.yes - own.no).pounds() * payable,
            own_element: read * own.today.pounds() * payable,
            whole_bill: read * amounts.areas[area].total[band].today.pounds() * payable,
        }
    }
}
