//! The tax base, one legal concept a function: what a band counts for, what premiums, reductions and
//! collection do to it, and what a requirement comes to on it.
//!
//! Local Authorities (Calculation of Council Tax Base) (England) Regulations 2012 regs. 3 and 4;
//! LGFA 1992 ss.11B, 11C, 13A and 31B. Counts are in thousandths of a dwelling or of a band D
//! equivalent, so that nothing is lost before the end.

use crate::domain::extract::payable_percent;
use crate::domain::{Liability, Pence, Proportion, Share, divide_half_up};

/// What stands for one band in the formula of reg. 4, in thousandths of a dwelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BandItems {
    /// H: chargeable dwellings, after disabled band reductions.
    pub chargeable: i64,
    /// Q: discounts, a home at a quarter off counting a quarter.
    pub discounts: i64,
    /// E: premiums, a home at twice the bill counting one.
    pub premiums: i64,
    /// J: changes expected in the year: new homes, demolitions, changes of band.
    pub adjustments: i64,
    /// Z: reductions under the council tax reduction scheme, in dwelling equivalents.
    pub reductions: i64,
}

/// The relevant amount of a band: `((H - Q + E + J) - Z) x F / G`, in thousandths of a band D
/// equivalent (reg. 4). `proportion` is F over G.
///
/// # Example
/// ```
/// use bandwise::domain::Proportion;
/// use bandwise::tax::base::{BandItems, relevant_amount};
/// let six_ninths = Proportion::new(6, 9).expect("a proportion");
/// let band_a = BandItems { chargeable: 100_000, discounts: 10_000, ..BandItems::default() };
/// assert_eq!(relevant_amount(band_a, six_ninths), 60_000);
/// ```
pub fn relevant_amount(items: BandItems, proportion: Proportion) -> i64 {
    let dwellings =
        items.chargeable - items.discounts + items.premiums + items.adjustments - items.reductions;
    divide_half_up(
        i128::from(dwellings) * i128::from(proportion.numerator()),
        i128::from(proportion.denominator()),
    )
}

/// The tax base `T = A x B`, plus contributions in lieu: the relevant amounts in all, times the
/// collection rate (reg. 3), in thousandths of a band D equivalent.
///
/// # Example
/// ```
/// use bandwise::domain::Share;
/// use bandwise::tax::base::tax_base;
/// assert_eq!(tax_base(1_000_000, Share::new(0.972)?, 3_000), 975_000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn tax_base(relevant_amounts: i64, collection: Share, in_lieu: i64) -> i64 {
    let collected = i128::from(relevant_amounts) * i128::from(collection.millionths());
    divide_half_up(collected, 1_000_000) + in_lieu
}

/// Item Z of a band: reductions in pounds over the bill of the band, in thousandths of a dwelling
/// (reg. 4). Nothing where there is no bill.
pub fn reductions_in_dwellings(reductions: Pence, bill: Pence) -> Option<i64> {
    (bill > Pence::ZERO).then(|| {
        divide_half_up(
            1_000 * i128::from(reductions.pence()),
            i128::from(bill.pence()),
        )
    })
}

/// The basic amount of council tax: the requirement over the tax base, to the penny (LGFA 1992
/// s.31B). Nothing on no base.
///
/// # Example
/// ```
/// use bandwise::domain::Pence;
/// use bandwise::tax::base::basic_amount;
/// let requirement = Pence::parse_pounds("1000000")?;
/// assert_eq!(basic_amount(requirement, 1_000_000), Some(Pence::parse_pounds("1000")?));
/// assert_eq!(basic_amount(requirement, 0), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn basic_amount(requirement: Pence, tax_base_thousandths: i64) -> Option<Pence> {
    (tax_base_thousandths > 0).then(|| {
        Pence::from_pence(divide_half_up(
            1_000 * i128::from(requirement.pence()),
            i128::from(tax_base_thousandths),
        ))
    })
}

/// What a home is liable for of the whole bill of its band: discounts off, premium on (ss.11, 11B
/// and 11C).
pub fn liable_amount(whole_bill: Pence, liability: Liability, premium_percent: i64) -> Pence {
    whole_bill.times(payable_percent(liability, premium_percent), 100)
}

/// The award of a scheme that meets a share of the bill: it grows and shrinks with it.
pub fn percentage_award(bill: Pence, share: Share) -> Pence {
    bill.times(share.millionths(), 1_000_000)
}

/// The award of the prescribed scheme for pensioners: the whole bill less a taper on the income
/// above the applicable amount (SI 2012/2885 Sch. 1 paras 2 to 4 and 10). A rise in the bill raises
/// it pound for pound while there is entitlement; nothing where the taper exceeds the bill.
/// Amounts are a year's.
pub fn tapered_award(bill: Pence, excess_income: Pence, taper: Share) -> Pence {
    let taken = excess_income.max(Pence::ZERO);
    let award = bill - taken.times(taper.millionths(), 1_000_000);
    award.max(Pence::ZERO)
}

/// Relief to a class of dwelling: a share of the increase and no more, so that nobody pays less than
/// before it (LGFA 1992 s.13A(1)(c)). Nothing where the bill does not rise. It is met from the
/// general fund and leaves the tax base as it is.
pub fn class_relief(before: Pence, after: Pence, share: Share) -> Pence {
    (after - before)
        .max(Pence::ZERO)
        .times(share.millionths(), 1_000_000)
}
