//! The tax base of a council's own extract, and how it stands to the published figures.
//!
//! `((H - Q + E + J) - Z) x F/G` for each band: Local Authorities (Calculation of Council Tax Base)
//! (England) Regulations 2012 reg. 4. H chargeable dwellings, Q discounts, E premiums, Z reductions
//! under a scheme in dwelling equivalents, F the proportion of the band and G that of band D.

use super::base::tax_base;
use crate::data::AuthorityRecord;
use crate::data::households::Published;
use crate::domain::{
    Band, BandProportions, ByBand, ExtractCell, Liability, Pence, Reduction, Share,
};

/// A fraction of whole numbers, kept exactly until it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Exact {
    numerator: i128,
    denominator: i128,
}

impl Exact {
    const ZERO: Self = Self {
        numerator: 0,
        denominator: 1,
    };

    fn of(numerator: i128, denominator: i128) -> Self {
        let shared = greatest_common_divisor(numerator.unsigned_abs(), denominator.unsigned_abs());
        let shared = i128::try_from(shared.max(1)).unwrap_or(1);
        Self {
            numerator: numerator / shared,
            denominator: denominator / shared,
        }
    }

    fn plus(self, other: Self) -> Self {
        Self::of(
            self.numerator * other.denominator + other.numerator * self.denominator,
            self.denominator * other.denominator,
        )
    }

    fn less(self, other: Self) -> Self {
        self.plus(Self {
            numerator: -other.numerator,
            ..other
        })
    }

    /// In thousandths, halves up.
    fn thousandths(self) -> i64 {
        crate::domain::divide_half_up(self.numerator * 1_000, self.denominator)
    }
}

fn greatest_common_divisor(a: u128, b: u128) -> u128 {
    if b == 0 {
        a
    } else {
        greatest_common_divisor(b, a % b)
    }
}

/// The tax base of an extract, in thousandths of a band D equivalent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtractBase {
    /// Before support, by the band that homes are charged at.
    pub before_support: ByBand<i64>,
    /// Before support in all, rounded once.
    pub before_support_total: i64,
    /// Support by band, in dwelling equivalents of the band in thousandths; by kind.
    pub support_dwellings: ByBand<[i64; 2]>,
    /// After support; nothing where no awards are stated.
    pub after_support: Option<ByBand<i64>>,
    /// After support in all, rounded once.
    pub after_support_total: Option<i64>,
}

/// The tax base of the cells of an extract, with awards measured in whole bills of `band_d`.
///
/// A home with a disabled band reduction lies in the band below; one in band A lies in band A at
/// 5/9. Nothing is rounded before the end.
///
/// # Example
/// ```
/// use bandwise::data::Law;
/// use bandwise::data::households::read;
/// use bandwise::domain::{Band, Nation, Pence};
/// use bandwise::tax::extract_base;
/// let folder = tempfile::tempdir()?;
/// let file = folder.path().join("homes.csv");
/// // Three homes of band D: one whole, one with a quarter off, one exempt.
/// std::fs::write(&file, "band,discount,exempt\nD,,\nD,SPD,\nD,,N\n")?;
/// let extract = read(&file, None, None)?;
/// let law = Law::embedded()?;
/// let base = extract_base(&extract.cells, Pence::from_pence(200_000), law.proportions(Nation::England));
/// assert_eq!(base.before_support[Band::D], 1_750);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn extract_base(
    cells: &[ExtractCell],
    band_d: Pence,
    proportions: &BandProportions,
) -> ExtractBase {
    base_of(cells, Some(band_d), proportions)
}

fn base_of(
    cells: &[ExtractCell],
    band_d: Option<Pence>,
    proportions: &BandProportions,
) -> ExtractBase {
    let mut before = ByBand::from_fn(|_| Exact::ZERO);
    let mut support = ByBand::from_fn(|_| Exact::ZERO);
    let mut dwellings = ByBand::from_fn(|_| [Exact::ZERO; 2]);
    for cell in cells {
        let band = cell.charged_band();
        let ratio = cell.proportion(proportions);
        before[band] = before[band].plus(homes(cell, cell.payable_percent(), proportions));
        let kind = match cell.reduction {
            Reduction::None => continue,
            Reduction::PensionAge => 0,
            Reduction::WorkingAge => 1,
        };
        let Some(band_d) = band_d else { continue };
        let award = Exact::of(i128::from(cell.award_pence), i128::from(band_d.pence()));
        support[band] = support[band].plus(award);
        // Dwelling equivalents of the band: pounds over the bill of the band.
        dwellings[band][kind] = dwellings[band][kind].plus(Exact::of(
            award.numerator * i128::from(ratio.denominator()),
            award.denominator * i128::from(ratio.numerator()),
        ));
    }
    let total = |of: &ByBand<Exact>| {
        of.values()
            .iter()
            .fold(Exact::ZERO, |sum, one| sum.plus(*one))
    };
    let after = ByBand::from_fn(|band| before[band].less(support[band]));
    ExtractBase {
        before_support: before.map(|one| one.thousandths()),
        before_support_total: total(&before).thousandths(),
        support_dwellings: dwellings.map(|kinds| kinds.map(Exact::thousandths)),
        after_support: band_d.map(|_| after.map(|one| one.thousandths())),
        after_support_total: band_d.map(|_| total(&after).thousandths()),
    }
}

/// Homes of a cell at so many percent of a whole bill, in band D equivalents.
fn homes(cell: &ExtractCell, percent: i64, proportions: &BandProportions) -> Exact {
    let ratio = cell.proportion(proportions);
    Exact::of(
        i128::from(cell.n_dwellings) * i128::from(percent) * i128::from(ratio.numerator()),
        100 * i128::from(ratio.denominator()),
    )
}

/// One figure of an extract beside the published one.
#[derive(Debug, Clone, PartialEq)]
pub struct ReconciledLine {
    /// What is compared.
    pub measure: &'static str,
    /// The unit.
    pub unit: &'static str,
    /// The band; nothing for the whole authority.
    pub band: Option<Band>,
    /// The figure of the extract, in thousandths.
    pub extract: i64,
    /// The published figure, in thousandths.
    pub published: i64,
    /// Where the published figure comes from, and why the two may differ.
    pub reason: &'static str,
}

impl ReconciledLine {
    /// Extract less published, in thousandths.
    pub const fn difference(&self) -> i64 {
        self.extract - self.published
    }

    /// The difference in percent of the published figure; nothing where that is nothing.
    pub fn difference_percent(&self) -> Option<f64> {
        (self.published != 0).then(|| 100.0 * self.difference() as f64 / self.published as f64)
    }
}

/// One step from the published tax base to that of the extract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Why the base differs.
    pub reason: &'static str,
    /// By how much in each band, in thousandths of a band D equivalent.
    pub by_band: ByBand<i64>,
    /// By how much in all.
    pub total: i64,
}

/// An extract against the published figures.
#[derive(Debug, Clone, PartialEq)]
pub struct Reconciliation {
    /// Figures side by side, by band and in all.
    pub lines: Vec<ReconciledLine>,
    /// What is compared at the end: the base after support, or before it without awards.
    pub measure: &'static str,
    /// The published base, in thousandths.
    pub published: i64,
    /// The steps, which add up exactly to the difference.
    pub steps: Vec<Step>,
    /// The base of the extract, in thousandths.
    pub extract: i64,
    /// Contributions in lieu of the return, which are left out, in thousandths.
    pub in_lieu: i64,
    /// Band A homes at 5/9 of the return after support, in thousandths; nothing before support.
    pub band_a_disabled: i64,
    /// The base for setting the tax that it would give at the budgeted collection rate with the
    /// published contributions in lieu; nothing without awards.
    pub for_setting: Option<(i64, i64)>,
}

const VOA: &str =
    "Valuation Office Agency, 31 March before the year: new, demolished and rebanded homes since";
const LISTED: &str =
    "tax base return, line 1, October before the year: new, demolished and rebanded homes since";
const EXEMPT: &str = "return, line 1 less line 4: exemptions change by the month; line 4 also leaves out demolished homes";
const DISCOUNTS: &str = "return, lines 8 to 10: counted on another day";
const EMPTY: &str = "return, lines 11 and 15: counted on another day, or by another rule";
const SUPPORT: &str = "return, support in dwelling equivalents: awards of another day, or of another \
                       year's bill (state `band_d`)";
const BEFORE: &str = "return, line 23: premiums, discounts on empty homes, disabled reductions and \
                      family annexes are in it, whatever the extract says of them";
const AFTER: &str = "return, after support, with band A homes at 5/9 in band A and without \
                     contributions in lieu, which lie in no band";

/// The facts of an extract that a reconciliation needs.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Its cells.
    pub cells: &'a [ExtractCell],
    /// Whether awards are stated.
    pub has_awards: bool,
    /// Whether exemptions are stated.
    pub has_exemptions: bool,
    /// Whether discounts are stated.
    pub has_discounts: bool,
    /// Whether empty and second homes are stated.
    pub has_status: bool,
    /// The band D amount that awards are measured in.
    pub band_d: Pence,
}

/// Sets the figures of an extract beside the published ones, and explains the difference in the tax
/// base step by step.
pub fn reconcile(facts: Facts<'_>, published: Published<'_>) -> Reconciliation {
    let record = published.record;
    let proportions = published.proportions();
    let base = base_of(
        facts.cells,
        facts.has_awards.then_some(facts.band_d),
        proportions,
    );
    let mut lines = Lines(Vec::new());
    let count = |chosen: &dyn Fn(&ExtractCell) -> bool| {
        let mut homes = ByBand::from_fn(|_| 0);
        for cell in facts.cells.iter().filter(|cell| chosen(cell)) {
            homes[cell.band] += 1_000 * cell.n_dwellings;
        }
        homes
    };
    let row = |value: &dyn Fn(Band) -> i64| ByBand::from_fn(|band| 1_000 * value(band));
    let bands = &record.bands;
    let class = |wanted: Liability| count(&move |cell| cell.liability == wanted);
    lines.add(
        "dwellings against the valuation list",
        "dwellings",
        count(&|_| true),
        row(&|band| bands[band].dwellings),
        VOA,
    );
    lines.add(
        "dwellings against the tax base return",
        "dwellings",
        count(&|_| true),
        row(&|band| bands[band].listed),
        LISTED,
    );
    if facts.has_exemptions {
        lines.add(
            "exempt",
            "dwellings",
            class(Liability::Exempt),
            row(&|band| bands[band].listed - bands[band].chargeable),
            EXEMPT,
        );
    }
    if facts.has_discounts {
        lines.add(
            "single adult",
            "dwellings",
            class(Liability::SingleAdult),
            row(&|band| bands[band].single_adult),
            DISCOUNTS,
        );
        lines.add(
            "all but one disregarded",
            "dwellings",
            class(Liability::OneCounted),
            row(&|band| bands[band].one_counted),
            DISCOUNTS,
        );
        lines.add(
            "all disregarded",
            "dwellings",
            class(Liability::AllDisregarded),
            row(&|band| bands[band].all_disregarded),
            DISCOUNTS,
        );
    }
    if facts.has_status {
        lines.add(
            "second homes",
            "dwellings",
            class(Liability::SecondHome),
            row(&|band| bands[band].second_homes),
            EMPTY,
        );
        lines.add(
            "empty",
            "dwellings",
            class(Liability::Empty),
            row(&|band| bands[band].empty),
            EMPTY,
        );
    }
    if facts.has_awards {
        let dwellings = |kind: usize| base.support_dwellings.map(|kinds| kinds[kind]);
        lines.add(
            "support, pension age",
            "dwelling equivalents",
            dwellings(0),
            ByBand::from_fn(|band| thousandths(bands[band].support_pension_age)),
            SUPPORT,
        );
        lines.add(
            "support, working age",
            "dwelling equivalents",
            dwellings(1),
            ByBand::from_fn(|band| thousandths(bands[band].support_working_age)),
            SUPPORT,
        );
    }
    let before = ByBand::from_fn(|band| thousandths(bands[band].band_d_equivalents_before_support));
    lines.add(
        "tax base before support",
        "band D equivalents",
        base.before_support,
        before,
        BEFORE,
    );
    let in_lieu = thousandths(record.tax_base.return_contributions_in_lieu);
    let published_after = thousandths(record.tax_base.return_after_support) - in_lieu;
    let (measure, by_band, from, to) = match (base.after_support, base.after_support_total) {
        (Some(after), Some(total)) => {
            let returned = record.base_by_band(published.law).return_by_band;
            let returned = returned.map(|&value| thousandths(value));
            let measure = "tax base after support";
            lines.add(measure, "band D equivalents", after, returned, AFTER);
            (measure, (returned, after), published_after, total)
        }
        _ => {
            let all = before.values().iter().sum();
            let by_band = (before, base.before_support);
            (
                "tax base before support",
                by_band,
                all,
                base.before_support_total,
            )
        }
    };
    // The totals of the tax base are rounded once, not band by band.
    if let Some(last) = lines.0.last_mut() {
        last.extract = to;
        last.published = from;
    }
    let for_setting = base.after_support_total.and_then(|total| {
        let rate = Share::new(record.tax_base.collection_rate).ok()?;
        let in_lieu = thousandths(record.tax_base.contributions_in_lieu);
        let given = tax_base(total, rate, in_lieu);
        Some((given, thousandths(record.tax_base.tax_base_for_setting)))
    });
    Reconciliation {
        lines: lines.0,
        measure,
        published: from,
        steps: steps(
            facts,
            record,
            proportions,
            &by_band.0,
            &by_band.1,
            (from, to),
        ),
        extract: to,
        in_lieu,
        band_a_disabled: if facts.has_awards {
            thousandths(record.tax_base.return_band_a_disabled)
        } else {
            0
        },
        for_setting,
    }
}

struct Lines(Vec<ReconciledLine>);

impl Lines {
    /// Adds a measure: a line for each band, and their sum.
    fn add(
        &mut self,
        measure: &'static str,
        unit: &'static str,
        extract: ByBand<i64>,
        published: ByBand<i64>,
        reason: &'static str,
    ) {
        let line = |band, extract, published| ReconciledLine {
            measure,
            unit,
            band,
            extract,
            published,
            reason,
        };
        for (band, &given) in extract.iter() {
            if given != 0 || published[band] != 0 {
                self.0.push(line(Some(band), given, published[band]));
            }
        }
        let sum = |of: &ByBand<i64>| of.values().iter().sum();
        self.0.push(line(None, sum(&extract), sum(&published)));
    }
}

/// The difference in the base taken apart, by band and in all: homes, exemptions, discounts,
/// premiums and disabled reductions of the extract, support, and what the return has beside its
/// counts.
fn steps(
    facts: Facts<'_>,
    record: &AuthorityRecord,
    proportions: &BandProportions,
    from: &ByBand<i64>,
    to: &ByBand<i64>,
    totals: (i64, i64),
) -> Vec<Step> {
    let bands = &record.bands;
    let in_extract = |value: &dyn Fn(&ExtractCell) -> i64| {
        let mut sums = ByBand::from_fn(|_| Exact::ZERO);
        for cell in facts.cells {
            // At the proportion of its own band: disabled reductions are a step of their own.
            let ratio = proportions[cell.band];
            let percent = i128::from(value(cell)) * i128::from(cell.n_dwellings);
            sums[cell.band] = sums[cell.band].plus(Exact::of(
                percent * i128::from(ratio.numerator()),
                100 * i128::from(ratio.denominator()),
            ));
        }
        sums.map(|one| one.thousandths())
    };
    let in_return = |value: &dyn Fn(Band) -> f64| {
        ByBand::from_fn(|band| {
            let ratio = proportions[band];
            thousandths(value(band) * ratio.numerator() as f64 / ratio.denominator() as f64)
        })
    };
    let nothing = || ByBand::from_fn(|_| 0);
    let discount = |cell: &ExtractCell| match cell.liability {
        Liability::SingleAdult | Liability::OneCounted => 25,
        Liability::AllDisregarded => 50,
        _ => 0,
    };
    let exempt = |cell: &ExtractCell| i64::from(cell.liability == Liability::Exempt) * 100;
    let mut disabled = nothing();
    let mut support = nothing();
    for cell in facts.cells {
        if cell.disabled {
            let plain = ExtractCell {
                disabled: false,
                ..*cell
            };
            let percent = cell.payable_percent();
            disabled[cell.band] -= homes(&plain, percent, proportions).thousandths();
            disabled[cell.charged_band()] += homes(cell, percent, proportions).thousandths();
        }
        support[cell.charged_band()] += cell.award_pence;
    }
    let support = support
        .map(|&pence| Exact::of(i128::from(pence), i128::from(facts.band_d.pence())).thousandths());
    let difference =
        |plus: ByBand<i64>, minus: ByBand<i64>| ByBand::from_fn(|band| plus[band] - minus[band]);
    let mut steps = vec![
        (
            "more or fewer homes than in the return",
            difference(
                in_extract(&|_| 100),
                in_return(&|band| bands[band].listed as f64),
            ),
        ),
        (
            "exemptions",
            difference(
                in_return(&|band| (bands[band].listed - bands[band].chargeable) as f64),
                in_extract(&exempt),
            ),
        ),
        (
            "discounts for residents",
            difference(
                in_return(&|band| {
                    0.25 * (bands[band].single_adult + bands[band].one_counted) as f64
                        + 0.5 * bands[band].all_disregarded as f64
                }),
                in_extract(&discount),
            ),
        ),
        (
            "premiums and discounts on empty and second homes that this extract states",
            in_extract(&|cell| match cell.liability {
                Liability::Empty | Liability::SecondHome => cell.premium_percent,
                _ => 0,
            }),
        ),
        ("disabled reductions that this extract states", disabled),
    ];
    if facts.has_awards {
        let published =
            in_return(&|band| bands[band].support_pension_age + bands[band].support_working_age);
        steps.push(("council tax support", difference(published, support)));
    }
    let rest = ByBand::from_fn(|band| {
        let explained: i64 = steps.iter().map(|(_, by_band)| by_band[band]).sum();
        to[band] - from[band] - explained
    });
    let sum = |of: &ByBand<i64>| of.values().iter().sum::<i64>();
    let explained: i64 = steps.iter().map(|(_, by_band)| sum(by_band)).sum();
    let mut steps: Vec<Step> = steps
        .into_iter()
        .map(|(reason, by_band)| Step {
            reason,
            total: sum(&by_band),
            by_band,
        })
        .collect();
    // Where the bands are carried forward they do not add to the newer published total.
    let carried = sum(from) - totals.0;
    let carried = if carried.abs() > ROUNDING { carried } else { 0 };
    if carried != 0 {
        steps.push(Step {
            reason: "the published total beyond its bands, which are carried forward",
            by_band: ByBand::from_fn(|_| 0),
            total: carried,
        });
    }
    steps.push(Step {
        reason: "premiums, empty homes, disabled (A at 5/9) and annexes in the return",
        by_band: rest,
        total: totals.1 - totals.0 - explained - carried,
    });
    steps
}

/// What lines of the return that are rounded may come to, in thousandths.
const ROUNDING: i64 = 500;

fn thousandths(value: f64) -> i64 {
    (value * 1_000.0).round() as i64
}
