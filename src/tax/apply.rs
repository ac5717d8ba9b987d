//! The bills of all cells at once, as Polars expressions: property-tested equal to
//! [`super::bill::dwelling_bill`].

use polars::prelude::*;

use super::bill::{Amounts, Cases};
use crate::data::columns as c;
use crate::domain::{Band, Cells, Pence, Reduction};

/// The bill of one dwelling in each cell, in the order of the cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bills {
    /// The authority's own element.
    pub own: Vec<Cases<Pence>>,
    /// The whole bill.
    pub total: Vec<Cases<Pence>>,
}

/// Works out the bills of every cell.
///
/// # Errors
/// Only when Polars fails, which no input should bring about.
pub fn apply(cells: &Cells, amounts: &Amounts) -> PolarsResult<Bills> {
    let rows = cells.rows();
    let column = |value: &dyn Fn(&crate::domain::cells::Cell) -> i64| -> Vec<i64> {
        rows.iter().map(value).collect()
    };
    let frame = df!(
        c::AREA => column(&|cell| cells.area(cell) as i64),
        c::BAND => column(&|cell| cell.band.index() as i64),
        "quarters" => column(&|cell| cell.liability.quarters_payable()),
        "left_basis_points" => column(&|cell| 10_000 - cells.award_basis_points(cell)),
        "pension_age" => column(&|cell| i64::from(cell.reduction == Reduction::PensionAge)),
    )?
    .lazy()
    .with_row_index("cell", None);
    let bills = frame
        .join(
            amount_table(amounts)?,
            [col(c::AREA), col(c::BAND)],
            [col(c::AREA), col(c::BAND)],
            JoinArgs::new(JoinType::Inner),
        )
        .with_columns(bill_columns())
        .sort(["cell"], SortMultipleOptions::default())
        .collect()?;
    let cases = |names: [&str; 3]| -> PolarsResult<Vec<Cases<Pence>>> {
        let column = |name: &str| -> PolarsResult<Vec<i64>> {
            Ok(bills.column(name)?.i64()?.into_no_null_iter().collect())
        };
        let [today, yes, no] = [column(names[0])?, column(names[1])?, column(names[2])?];
        Ok((0..rows.len())
            .map(|row| {
                Cases {
                    today: today[row],
                    yes: yes[row],
                    no: no[row],
                }
                .map(Pence::from_pence)
            })
            .collect())
    };
    Ok(Bills {
        own: cases([c::OWN_TODAY, c::OWN_YES, c::OWN_NO])?,
        total: cases([c::TOTAL_TODAY, c::TOTAL_YES, c::TOTAL_NO])?,
    })
}

/// One row a billing authority and band: the amounts before discounts.
fn amount_table(amounts: &Amounts) -> PolarsResult<LazyFrame> {
    let rows: Vec<(usize, Band)> = (0..amounts.areas.len())
        .flat_map(|area| Band::ALL.map(|band| (area, band)))
        .collect();
    let own = |pick: fn(&Cases<Pence>) -> Pence| -> Vec<i64> {
        rows.iter()
            .map(|&(_, band)| pick(&amounts.own[band]).pence())
            .collect()
    };
    let total = |pick: fn(&Cases<Pence>) -> Pence| -> Vec<i64> {
        rows.iter()
            .map(|&(area, band)| pick(&amounts.areas[area].total[band]).pence())
            .collect()
    };
    Ok(df!(
        c::AREA => rows.iter().map(|(area, _)| *area as i64).collect::<Vec<_>>(),
        c::BAND => rows.iter().map(|(_, band)| band.index() as i64).collect::<Vec<_>>(),
        c::OWN_TODAY => own(|cases| cases.today),
        c::OWN_YES => own(|cases| cases.yes),
        c::OWN_NO => own(|cases| cases.no),
        c::TOTAL_TODAY => total(|cases| cases.today),
        c::TOTAL_YES => total(|cases| cases.yes),
        c::TOTAL_NO => total(|cases| cases.no),
    )?
    .lazy())
}

/// Discount, then award; a pension-age award leaves today's payment as it is.
fn bill_columns() -> Vec<Expr> {
    let payable = |name: &str| {
        let discounted = half_up(col(name) * col("quarters"), 4);
        half_up(discounted * col("left_basis_points"), 10_000)
    };
    [
        (c::OWN_TODAY, [c::OWN_TODAY, c::OWN_YES, c::OWN_NO]),
        (c::TOTAL_TODAY, [c::TOTAL_TODAY, c::TOTAL_YES, c::TOTAL_NO]),
    ]
    .into_iter()
    .flat_map(|(today, names)| {
        names.map(|name| {
            when(col("pension_age").eq(lit(1i64)))
                .then(payable(today))
                .otherwise(payable(name))
                .alias(name)
        })
    })
    .collect()
}

/// `numerator / denominator` to the nearest whole number, halves up, as `divide_half_up` does.
fn half_up(numerator: Expr, denominator: i64) -> Expr {
    (numerator * lit(2i64) + lit(denominator)).floor_div(lit(2 * denominator))
}
