//! The tax base, one legal concept a function: what a band counts for, what reductions and
//! collection do to it, and what a requirement comes to on it.
//!
//! Local Authorities (Calculation of Council Tax Base) (England) Regulations 2012 regs. 3 and 4;
//! LGFA 1992 s.31B. Counts are in thousandths of a dwelling or of a band D
//! equivalent, so that nothing is lost before the end.

use crate::domain::{Pence, Proportion, Share, divide_half_up};

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
