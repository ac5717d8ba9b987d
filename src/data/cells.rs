//! From published tables to cells: the household pipeline, in Polars.
//!
//! Every step shares out whole units by largest remainder, so that homes add up to the published
//! count of each band and the tax base to the published base, exactly.

use std::path::Path;

use polars::prelude::*;

use super::assumptions::Assumptions;
use super::catalogue::DataError;
use super::columns as c;
use super::small_areas::SmallArea;
use super::vintage::{AuthorityRecord, BandRow, BaseByBand};
use crate::domain::cells::Cell;
use crate::domain::{
    Band, ByBand, Cells, Detail, Liability, Reduction, Share, Ward, Warning, apportion,
};

/// Builds the cells of an authority: ward x band x liability x reduction.
///
/// `areas` are the authority's small areas of `kind`, or none for the authority as one area. They
/// take the authority's row; discounts, exemptions and reduction take the authority's rates in
/// each band. The second value says what had to be imputed on the way.
///
/// # Errors
/// When the tables do not add up: a fault of the data.
pub fn cells(
    record: &AuthorityRecord,
    base: &BaseByBand,
    (kind, areas): (Detail, &[SmallArea]),
    assumptions: &Assumptions,
) -> Result<(Cells, Vec<Warning>), DataError> {
    let place = || Path::new(record.authority.code.as_str());
    let polars =
        |error: PolarsError| DataError::fault(place(), format!("household pipeline: {error}"));
    let classes = ByBand::from_fn(|band| {
        BandClasses::of(&record.bands[band], base.thousandths[band], assumptions)
    });
    let wards = wards_of(record, kind, areas);
    let frame = ward_bands(areas, &classes).map_err(polars)?;
    let by_class = spread_classes(frame).map_err(polars)?;
    let long = concat(
        (0..class_list().len())
            .map(|class| {
                by_class.clone().select([
                    col(c::WARD),
                    col(c::BAND),
                    lit(class as i64).cast(DataType::Int64).alias(c::CLASS),
                    col(homes_of(class)).alias(c::DWELLINGS),
                ])
            })
            .collect::<Vec<_>>(),
        UnionArgs::default(),
    )
    .map_err(polars)?;
    let weights = tax_weights(&classes, base).map_err(polars)?;
    let keys = [col(c::BAND), col(c::CLASS)];
    let collected = share_out(
        long.join(weights, keys.clone(), keys, JoinArgs::new(JoinType::Inner))
            .with_column((col(c::DWELLINGS) * col(c::TAX_WEIGHT)).alias(c::TAX_WEIGHT))
            .sort([c::WARD, c::BAND, c::CLASS], SortMultipleOptions::default()),
        col(c::BAND_TAX_BASE),
        c::TAX_WEIGHT,
        c::TAX_BASE,
    )
    .map_err(polars)?
    .filter(col(c::DWELLINGS).gt(lit(0)).or(col(c::TAX_BASE).gt(lit(0))))
    .sort([c::WARD, c::BAND, c::CLASS], SortMultipleOptions::default())
    .collect()
    .map_err(polars)?;
    let rows = rows_of(&collected).map_err(polars)?;
    checked(record, base, (wards, rows), areas, &classes)
}

/// How cells and bills are worked out: both ways give the same, which tests hold them to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Working {
    /// In Polars.
    Polars,
    /// By plain loops: for hundreds of authorities in one process, where the tables of each are too
    /// small for a query engine and others' draws are under way.
    Loops,
}

/// The same as [`cells()`] by plain loops.
///
/// # Errors
/// When the tables do not add up: a fault of the data.
pub fn cells_by_loops(
    record: &AuthorityRecord,
    base: &BaseByBand,
    (kind, areas): (Detail, &[SmallArea]),
    assumptions: &Assumptions,
) -> Result<(Cells, Vec<Warning>), DataError> {
    let classes = ByBand::from_fn(|band| {
        BandClasses::of(&record.bands[band], base.thousandths[band], assumptions)
    });
    let rows = rows_by_plain_loops(record, base, areas, assumptions);
    let wards = wards_of(record, kind, areas);
    checked(record, base, (wards, rows), areas, &classes)
}

/// Cells that hold all homes and the whole tax base, with their caveats.
fn checked(
    record: &AuthorityRecord,
    base: &BaseByBand,
    (wards, rows): (Vec<Ward>, Vec<Cell>),
    areas: &[SmallArea],
    classes: &ByBand<BandClasses>,
) -> Result<(Cells, Vec<Warning>), DataError> {
    let awards = ByBand::from_fn(|band| classes[band].award_basis_points);
    let cells = Cells::new(wards, rows, vec![awards]);
    let counts = ByBand::from_fn(|band| classes[band].homes.iter().sum::<i64>());
    if cells.dwellings() != counts || cells.tax_base_thousandths() != base.thousandths {
        let text = "homes or tax base were lost on the way to cells".to_owned();
        let place = Path::new(record.authority.code.as_str());
        return Err(DataError::fault(place, text));
    }
    Ok((cells, warnings(record, areas, classes)))
}

/// The rows of [`cells`] by plain loops: the reference that the pipeline is tested and timed
/// against.
pub fn rows_by_plain_loops(
    record: &AuthorityRecord,
    base: &BaseByBand,
    areas: &[SmallArea],
    assumptions: &Assumptions,
) -> Vec<Cell> {
    let list = class_list();
    let n_wards = areas.len().max(1);
    let share = |total: i64, weights: &[i64]| {
        apportion(total, weights).unwrap_or_else(|| vec![0; weights.len()])
    };
    let mut rows = Vec::new();
    for band in Band::ALL {
        let base_thousandths = base.thousandths[band];
        let classes = BandClasses::of(&record.bands[band], base_thousandths, assumptions);
        let weights: Vec<i64> = (0..n_wards)
            .map(|ward| ward_weight(areas, ward, band))
            .collect();
        let mut remaining = share(classes.homes.iter().sum(), &weights);
        let mut homes = vec![0; n_wards * list.len()];
        for (class, &total) in classes.homes.iter().enumerate() {
            for (ward, part) in share(total, &remaining).into_iter().enumerate() {
                homes[ward * list.len() + class] = part;
                remaining[ward] -= part;
            }
        }
        let pays = |class: usize| {
            let (liability, reduction) = list[class];
            classes.tax_weight(liability, reduction)
        };
        let weights: Vec<i64> = homes
            .iter()
            .enumerate()
            .map(|(cell, n)| n * pays(cell % list.len()))
            .collect();
        for (cell, tax_base_thousandths) in
            share(base_thousandths, &weights).into_iter().enumerate()
        {
            let (liability, reduction) = list[cell % list.len()];
            let dwellings = homes[cell];
            if dwellings > 0 || tax_base_thousandths > 0 {
                let ward = cell / list.len();
                rows.push(Cell {
                    ward,
                    band,
                    liability,
                    reduction,
                    dwellings,
                    tax_base_thousandths,
                });
            }
        }
    }
    rows.sort_by_key(|cell| (cell.ward, cell.band, cell.liability, cell.reduction));
    rows
}

fn warnings(
    record: &AuthorityRecord,
    areas: &[SmallArea],
    classes: &ByBand<BandClasses>,
) -> Vec<Warning> {
    let named = |chosen: &dyn Fn(Band) -> bool| {
        let bands: Vec<_> = Band::ALL
            .into_iter()
            .filter(|&band| chosen(band))
            .map(|band| band.to_string())
            .collect();
        (!bands.is_empty()).then(|| bands.join(", "))
    };
    let mut warnings = vec![Warning::ImputedRecipients];
    warnings.push(if areas.is_empty() {
        Warning::OneArea
    } else {
        Warning::UniformRates
    });
    if let Some(bands) = named(&|band| record.bands[band].dwellings_suppressed == 1) {
        warnings.push(Warning::SuppressedCount { bands });
    }
    if let Some(bands) = named(&|band| classes[band].rates_missing) {
        warnings.push(Warning::RatesMissing { bands });
    }
    warnings
}

/// Liability and reduction of each class, in the order of the class column.
fn class_list() -> Vec<(Liability, Reduction)> {
    let mut list = Vec::new();
    for liability in Liability::ALL {
        for reduction in Reduction::ALL {
            if reduction == Reduction::None || liability.may_have_reduction() {
                list.push((liability, reduction));
            }
        }
    }
    list
}

/// Homes of one band of the authority by class, in the order of [`class_list`].
#[derive(Debug, Clone, PartialEq)]
struct BandClasses {
    homes: Vec<i64>,
    award_basis_points: [i64; 3],
    rates_missing: bool,
}

const BASIS: i64 = 10_000;

impl BandClasses {
    /// What a home of the class pays relative to a full one without an award: 40,000.
    fn tax_weight(&self, liability: Liability, reduction: Reduction) -> i64 {
        liability.quarters_payable() * (BASIS - self.award_basis_points[reduction as usize])
    }

    fn of(row: &BandRow, base_thousandths: i64, assumptions: &Assumptions) -> Self {
        let assumed = |share: Share| (share.value() * BASIS as f64).round() as i64;
        let mut award_basis_points = [
            0,
            assumed(assumptions.award_working_age),
            assumed(assumptions.award_pension_age),
        ];
        let discounts = row.single_adult + row.one_counted + row.all_disregarded;
        let full = (row.chargeable - discounts - row.empty - row.second_homes).max(0);
        let listed = [
            full,
            row.single_adult,
            row.one_counted,
            row.all_disregarded,
            (row.listed - row.chargeable).max(0),
            row.empty,
            row.second_homes,
        ];
        let all_full = || {
            let mut homes = vec![0; Liability::ALL.len()];
            homes[0] = row.dwellings;
            homes
        };
        let mut rates_missing = false;
        let mut by_liability = apportion(row.dwellings, &listed).unwrap_or_else(|| {
            rates_missing = row.dwellings > 0;
            all_full()
        });
        let pays = |homes: &[i64]| {
            Liability::ALL
                .iter()
                .zip(homes)
                .any(|(class, &n)| n > 0 && class.quarters_payable() > 0)
        };
        if base_thousandths > 0 && row.dwellings > 0 && !pays(&by_liability) {
            rates_missing = true;
            by_liability = all_full();
        }

        let may_have = (full + row.single_adult) as f64;
        let mean_payable = (full as f64 + 0.75 * row.single_adult as f64) / may_have.max(1.0);
        let mut left = 1.0;
        let mut recipients = |support: f64, basis_points: &mut i64| {
            let equivalents_each = mean_payable * *basis_points as f64 / BASIS as f64;
            if support <= 0.0 || may_have <= 0.0 || equivalents_each <= 0.0 {
                return 0.0;
            }
            let wanted = support / equivalents_each / may_have;
            let share = f64::min(wanted, left);
            left -= share;
            if share > 0.0 && share < wanted {
                let award = support / (share * may_have * mean_payable);
                *basis_points = ((award * BASIS as f64).round() as i64).min(BASIS);
            }
            share
        };
        let [_, working, pension] = &mut award_basis_points;
        let pension_share = recipients(row.support_pension_age, pension);
        let working_share = recipients(row.support_working_age, working);

        let takers = [by_liability[0], by_liability[1]];
        let eligible: i64 = takers.iter().sum();
        let of_eligible = |share: f64| (share * eligible as f64).round() as i64;
        let on_pension = of_eligible(pension_share).min(eligible);
        let on_working = of_eligible(working_share).min(eligible - on_pension);
        let none = || vec![0, 0];
        let pension = apportion(on_pension, &takers).unwrap_or_else(none);
        let rest = [takers[0] - pension[0], takers[1] - pension[1]];
        let working = apportion(on_working, &rest).unwrap_or_else(none);

        let homes = class_list()
            .into_iter()
            .map(|(liability, reduction)| {
                let index = liability as usize;
                match (liability.may_have_reduction(), reduction) {
                    (true, Reduction::PensionAge) => pension[index],
                    (true, Reduction::WorkingAge) => working[index],
                    (true, Reduction::None) => takers[index] - pension[index] - working[index],
                    (false, _) => by_liability[index],
                }
            })
            .collect();
        Self {
            homes,
            award_basis_points,
            rates_missing,
        }
    }
}

fn wards_of(record: &AuthorityRecord, detail: Detail, areas: &[SmallArea]) -> Vec<Ward> {
    if areas.is_empty() {
        return vec![Ward {
            code: record.authority.code.to_string(),
            name: record.authority.name.clone(),
            kind: Detail::Authority.to_string(),
            mood: None,
            deprivation: None,
            area: 0,
        }];
    }
    let ward = |area: &SmallArea| Ward {
        code: area.code.clone(),
        name: area.name.clone(),
        kind: detail.to_string(),
        // A lower layer area shares the mood of its ward.
        mood: Some(area.ward_code.as_ref().unwrap_or(&area.code).clone()),
        deprivation: area.deprivation_score,
        area: 0,
    };
    areas.iter().map(ward).collect()
}

/// The weight of a ward in a band: its estimated homes, or those of all its bands where no ward has
/// any in this one.
fn ward_weight(areas: &[SmallArea], ward: usize, band: Band) -> i64 {
    let Some(area) = areas.get(ward) else {
        return 1;
    };
    let of_band = |area: &SmallArea| area.dwellings_hundredths[band.index()];
    if areas.iter().map(of_band).sum::<i64>() > 0 {
        of_band(area)
    } else {
        area.all_dwellings_hundredths()
    }
}

/// One row a ward and band, with the band's homes and its homes of each class beside it.
fn ward_bands(areas: &[SmallArea], classes: &ByBand<BandClasses>) -> PolarsResult<LazyFrame> {
    let n_wards = areas.len().max(1);
    let (mut ward, mut band, mut weight) = (Vec::new(), Vec::new(), Vec::new());
    for ward_index in 0..n_wards {
        for one in Band::ALL {
            ward.push(ward_index as i64);
            band.push(one.index() as i64);
            weight.push(ward_weight(areas, ward_index, one));
        }
    }
    let frame = df!(c::WARD => ward, c::BAND => band, c::WARD_WEIGHT => weight)?;
    let bands: Vec<i64> = Band::ALL.iter().map(|band| band.index() as i64).collect();
    let homes: Vec<i64> = Band::ALL
        .iter()
        .map(|&band| classes[band].homes.iter().sum())
        .collect();
    let mut totals = df!(c::BAND => bands, c::BAND_DWELLINGS => homes)?;
    for class in 0..class_list().len() {
        let of_class: Vec<i64> = Band::ALL
            .iter()
            .map(|&band| classes[band].homes[class])
            .collect();
        totals.with_column(Column::new(total_of(class).into(), of_class))?;
    }
    let joined = frame.lazy().join(
        totals.lazy(),
        [col(c::BAND)],
        [col(c::BAND)],
        JoinArgs::new(JoinType::Inner),
    );
    share_out(
        joined.sort([c::WARD, c::BAND], SortMultipleOptions::default()),
        col(c::BAND_DWELLINGS),
        c::WARD_WEIGHT,
        c::REMAINING,
    )
}

/// Gives each ward its homes of each class, one class after the other.
///
/// Shared out over the homes that have no class yet, a class never takes more than a ward has
/// left, so that both the ward's homes and the authority's classes add up exactly. Each class is
/// collected before the next: one plan for all would be too deep for a thread's stack.
fn spread_classes(frame: LazyFrame) -> PolarsResult<LazyFrame> {
    (0..class_list().len()).try_fold(frame, |frame, class| {
        let shared = share_out(frame, col(total_of(class)), c::REMAINING, &homes_of(class))?
            .with_column((col(c::REMAINING) - col(homes_of(class))).alias(c::REMAINING));
        Ok(shared.collect()?.lazy())
    })
}

fn total_of(class: usize) -> String {
    format!("{}_{class}", c::CLASS_TOTAL)
}

fn homes_of(class: usize) -> String {
    format!("{}_{class}", c::DWELLINGS)
}

/// What each class of each band pays relative to a full home, and the base of the band.
fn tax_weights(classes: &ByBand<BandClasses>, base: &BaseByBand) -> PolarsResult<LazyFrame> {
    let (mut band, mut class, mut weight, mut total) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for one in Band::ALL {
        for (index, (liability, reduction)) in class_list().into_iter().enumerate() {
            band.push(one.index() as i64);
            class.push(index as i64);
            weight.push(classes[one].tax_weight(liability, reduction));
            total.push(base.thousandths[one]);
        }
    }
    Ok(df!(
        c::BAND => band,
        c::CLASS => class,
        c::TAX_WEIGHT => weight,
        c::BAND_TAX_BASE => total,
    )?
    .lazy())
}

/// Within each band, shares `total` out in proportion to `weight` by largest remainder: the
/// pipeline's form of [`apportion()`], with ties going to the earlier row.
fn share_out(frame: LazyFrame, total: Expr, weight: &str, name: &str) -> PolarsResult<LazyFrame> {
    let in_band = || [col(c::BAND)];
    let (floor, rest, sum) = ("share_floor", "share_rest", "share_sum");
    let quota = total.clone() * col(weight);
    Ok(frame
        .with_row_index("share_row", None)
        .with_column(col(weight).sum().over(in_band())?.alias(sum))
        .with_columns([
            when(col(sum).gt(lit(0)))
                .then(quota.clone().floor_div(col(sum)))
                .otherwise(lit(0i64))
                .alias(floor),
            when(col(sum).gt(lit(0)))
                .then(quota % col(sum))
                .otherwise(lit(0i64))
                .alias(rest),
        ])
        .with_column(
            // The row makes every key of a band distinct, and earlier rows larger.
            (col(rest) * lit(1_000_000i64) - col("share_row").cast(DataType::Int64))
                .rank(
                    RankOptions {
                        method: RankMethod::Ordinal,
                        descending: true,
                    },
                    None,
                )
                .over(in_band())?
                .cast(DataType::Int64)
                .alias("share_rank"),
        )
        .with_column(
            when(
                col("share_rank")
                    .lt_eq(total - col(floor).sum().over(in_band())?)
                    .and(col(sum).gt(lit(0))),
            )
            .then(col(floor) + lit(1i64))
            .otherwise(col(floor))
            .alias(name),
        )
        .drop(cols(["share_row", floor, rest, sum, "share_rank"])))
}

fn rows_of(frame: &DataFrame) -> PolarsResult<Vec<Cell>> {
    let column = |name: &str| -> PolarsResult<Vec<i64>> {
        Ok(frame.column(name)?.i64()?.into_no_null_iter().collect())
    };
    let (wards, bands, classes) = (column(c::WARD)?, column(c::BAND)?, column(c::CLASS)?);
    let (homes, base) = (column(c::DWELLINGS)?, column(c::TAX_BASE)?);
    let list = class_list();
    Ok((0..frame.height())
        .map(|row| {
            let (liability, reduction) = list[classes[row] as usize];
            Cell {
                ward: wards[row] as usize,
                band: Band::ALL[bands[row] as usize],
                liability,
                reduction,
                dwellings: homes[row],
                tax_base_thousandths: base[row],
            }
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn the_pipeline_shares_out_as_the_plain_function_does(
            total in 0i64..5_000_000,
            weights in proptest::collection::vec(0i64..3_000_000_000, 1..40),
        ) {
            let n = weights.len();
            let frame = df!(
                c::BAND => vec![0i64; n],
                "total" => vec![total; n],
                "weight" => weights.clone(),
            ).unwrap().lazy();
            let shared = share_out(frame, col("total"), "weight", "part").unwrap().collect().unwrap();
            let parts: Vec<i64> =
                shared.column("part").unwrap().i64().unwrap().into_no_null_iter().collect();
            let expected = apportion(total, &weights).unwrap_or_else(|| vec![0; n]);
            prop_assert_eq!(parts, expected);
        }
    }
}
