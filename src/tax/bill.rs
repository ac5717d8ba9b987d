//! What one dwelling pays: scalar and readable, the reference for [`super::apply()`].

use crate::domain::{
    Band, BandProportions, ByBand, Liability, Pence, Proportion, Reduction, Rise, Schedule,
};

/// A figure today, after a Yes and after a No.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cases<T> {
    /// In the year before the vote.
    pub today: T,
    /// In the year of the vote, if the proposal is carried (or needs no vote).
    pub yes: T,
    /// In the year of the vote, by the substitute calculations.
    pub no: T,
}

impl<T> Cases<T> {
    /// Turns each figure into another.
    pub fn map<U>(self, mut change: impl FnMut(T) -> U) -> Cases<U> {
        Cases {
            today: change(self.today),
            yes: change(self.yes),
            no: change(self.no),
        }
    }
}

/// Amounts of council tax before discounts, in pence a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amounts {
    /// The authority's own band D amount: its relevant basic amount. Yes is the headline, before
    /// relief.
    pub band_d: Cases<Pence>,
    /// The band D equivalent of what each band pays after relief under Yes.
    pub net_band_d_yes: ByBand<Pence>,
    /// The rise in the relevant basic amount that a No brings.
    pub no_rise: Rise,
    /// The own element of each band's bill, after relief under Yes.
    pub own: ByBand<Cases<Pence>>,
    /// The whole bill in each billing authority: one, or all on which a preceptor precepts.
    pub areas: Vec<AreaAmounts>,
}

/// Whole bills in one billing authority, before discounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreaAmounts {
    /// The other authorities' band D amounts today and in the year of the vote, with parishes.
    pub others_band_d: (Pence, Pence),
    /// The whole of each band's bill, after relief under Yes.
    pub total: ByBand<Cases<Pence>>,
}

/// The amount for a band: band D times its proportion, to the penny (LGFA 1992 ss.5 and 36).
///
/// # Example
/// ```
/// use bandwise::domain::{Pence, Proportion};
/// use bandwise::tax::bill::band_amount;
/// let six_ninths = Proportion::new(6, 9).expect("a proportion");
/// let band_d = Pence::parse_pounds("1656.67")?;
/// assert_eq!(band_amount(band_d, six_ninths).to_string(), "£1,104.45");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn band_amount(band_d: Pence, proportion: Proportion) -> Pence {
    band_d.times(proportion.numerator(), proportion.denominator())
}

/// The amounts of every band under a schedule.
///
/// `others_band_d` are the other authorities' amounts (with parishes) today and next year, for
/// each billing authority on whose bills the amount stands. A No raises the own amount by `no_rise`. Relief under s.13A(1)(c) is part of the *increase*: a band
/// whose relief is whole pays today's amount to the penny.
pub fn amounts(
    own_today: Pence,
    others_band_d: &[(Pence, Pence)],
    schedule: &Schedule,
    no_rise: Rise,
    proportions: &BandProportions,
) -> Amounts {
    let band_d = Cases {
        today: own_today,
        yes: schedule.headline().apply_to(own_today),
        no: no_rise.apply_to(own_today),
    };
    let net_band_d_yes = ByBand::from_fn(|band| schedule.band_rise(band).apply_to(own_today));
    let own = ByBand::from_fn(|band: Band| {
        let net = Cases {
            yes: net_band_d_yes[band],
            ..band_d
        };
        net.map(|amount| band_amount(amount, proportions[band]))
    });
    let area = |&(today, next): &(Pence, Pence)| AreaAmounts {
        others_band_d: (today, next),
        total: ByBand::from_fn(|band: Band| {
            let others = |amount| band_amount(amount, proportions[band]);
            Cases {
                today: own[band].today + others(today),
                yes: own[band].yes + others(next),
                no: own[band].no + others(next),
            }
        }),
    };
    let areas = others_band_d.iter().map(area).collect();
    Amounts {
        band_d,
        net_band_d_yes,
        no_rise,
        own,
        areas,
    }
}

/// What one dwelling pays of a band's amount, in the three cases.
///
/// The discount (s.11) comes off first, then the reduction (s.13A(1)(a)), each to the penny. A
/// working-age award meets a share of any bill. A pension-age award is reckoned on the whole bill,
/// so that it meets a rise and loses a fall: what is left to pay stays as it is.
/// `award_basis_points` is the share of the bill that the average award meets, in ten-thousandths.
pub fn dwelling_bill(
    amount: Cases<Pence>,
    liability: Liability,
    reduction: Reduction,
    award_basis_points: i64,
) -> Cases<Pence> {
    let payable = |amount: Pence| {
        amount
            .times(liability.quarters_payable(), 4)
            .times(10_000 - award_basis_points, 10_000)
    };
    match reduction {
        Reduction::None | Reduction::WorkingAge => amount.map(payable),
        Reduction::PensionAge => {
            let today = payable(amount.today);
            Cases {
                today,
                yes: today,
                no: today,
            }
        }
    }
}
