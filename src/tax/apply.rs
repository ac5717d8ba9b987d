//! The bills of all kinds of homes at once, as Polars expressions: property-tested equal to
//! [`super::bill::home_bill`].

use polars::prelude::*;

use super::bill::{Amounts, Cases, Moves, home_bill};
use crate::data::columns as c;
use crate::domain::{Band, Cells, Pence, Reduction};

/// The bill of one dwelling of each kind of home: each cell, and each part of its band that pays
/// alike. Columns of equal length, in the order of the cells and the parts of their bands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bills {
    /// Position of the cell.
    pub cell: Vec<usize>,
    /// Position of the part of the band.
    pub part: Vec<usize>,
    /// Share of the cell's homes, parts per million.
    pub share_millionths: Vec<i64>,
    /// The authority's own element.
    pub own: Vec<Cases<Pence>>,
    /// The whole bill, a surcharge included.
    pub total: Vec<Cases<Pence>>,
}

/// Works out the bills of every kind of home.
///
/// # Errors
/// Only when Polars fails, which no input should bring about.
pub fn apply(cells: &Cells, amounts: &Amounts) -> PolarsResult<Bills> {
    let rows = cells.rows();
    let column = |value: &dyn Fn(&crate::domain::cells::Cell) -> i64| -> Vec<i64> {
        rows.iter().map(value).collect()
    };
    let terms = amounts.terms;
    let frame = df!(
        "cell" => (0..rows.len() as i64).collect::<Vec<_>>(),
        c::AREA => column(&|cell| cells.area(cell) as i64),
        c::BAND => column(&|cell| cell.band.index() as i64),
        "quarters" => column(&|cell| cell.liability.quarters_payable()),
        "left_basis_points" => column(&|cell| 10_000 - cells.award_basis_points(cell)),
        "pension_age" => column(&|cell| i64::from(cell.reduction == Reduction::PensionAge)),
        "second_home" => column(&|cell| i64::from(cell.liability.is_nobodys_main_home())),
        "left_out" => column(&|cell| i64::from(terms.leaves_out(cell.liability))),
        "protected" => column(&|cell| i64::from(terms.protects(cell.reduction))),
    )?
    .lazy();
    let bills = frame
        .join(
            amount_table(amounts)?,
            [col(c::AREA), col(c::BAND)],
            [col(c::AREA), col(c::BAND)],
            JoinArgs::new(JoinType::Inner),
        )
        .with_columns(charged())
        .with_columns(allowed(amounts))
        .with_columns(limited(amounts))
        .with_columns(bill_columns())
        .sort(["cell", "part"], SortMultipleOptions::default())
        .collect()?;
    let numbers = |name: &str| -> PolarsResult<Vec<i64>> {
        Ok(bills.column(name)?.i64()?.into_no_null_iter().collect())
    };
    let positions = |name: &str| -> PolarsResult<Vec<usize>> {
        let whole = |number: i64| usize::try_from(number).expect("a position");
        Ok(numbers(name)?.into_iter().map(whole).collect())
    };
    let cases = |names: [&str; 3]| -> PolarsResult<Vec<Cases<Pence>>> {
        let [today, yes, no] = [numbers(names[0])?, numbers(names[1])?, numbers(names[2])?];
        Ok((0..today.len())
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
        cell: positions("cell")?,
        part: positions("part")?,
        share_millionths: numbers("share_millionths")?,
        own: cases([c::OWN_TODAY, c::OWN_YES, c::OWN_NO])?,
        total: cases([c::TOTAL_TODAY, c::TOTAL_YES, c::TOTAL_NO])?,
    })
}

/// The same as [`apply()`] by plain loops over [`home_bill`].
pub fn apply_by_loops(cells: &Cells, amounts: &Amounts) -> Bills {
    let mut bills = Bills {
        cell: Vec::new(),
        part: Vec::new(),
        share_millionths: Vec::new(),
        own: Vec::new(),
        total: Vec::new(),
    };
    for (position, cell) in cells.rows().iter().enumerate() {
        let home = cells.kind_of(cell);
        for (part, of_band) in amounts.parts[cell.band].iter().enumerate() {
            let charge = amounts.charge(cells.area(cell), home, part);
            let bill = home_bill(&charge, home);
            bills.cell.push(position);
            bills.part.push(part);
            bills.share_millionths.push(of_band.share_millionths);
            bills.own.push(bill.own);
            bills.total.push(bill.total);
        }
    }
    bills
}

/// One row a billing authority, band and part of it: the amounts before terms and discounts.
fn amount_table(amounts: &Amounts) -> PolarsResult<LazyFrame> {
    let rows: Vec<(usize, Band, usize)> = (0..amounts.areas.len())
        .flat_map(|area| Band::ALL.map(|band| (area, band)))
        .flat_map(|(area, band)| (0..amounts.parts[band].len()).map(move |part| (area, band, part)))
        .collect();
    let column = |of: &dyn Fn(usize, Band, usize) -> i64| -> Vec<i64> {
        rows.iter()
            .map(|&(area, band, part)| of(area, band, part))
            .collect()
    };
    let part = |band: Band, part: usize| amounts.parts[band][part];
    let others = |area: usize, band: Band| amounts.areas[area].others[band];
    Ok(df!(
        c::AREA => column(&|area, _, _| area as i64),
        c::BAND => column(&|_, band, _| band.index() as i64),
        "part" => column(&|_, _, part| part as i64),
        "share_millionths" => column(&|_, band, one| part(band, one).share_millionths),
        c::OWN_TODAY => column(&|_, band, _| amounts.own[band].today.pence()),
        c::OWN_NO => column(&|_, band, _| amounts.own[band].no.pence()),
        "own_main" => column(&|_, band, one| part(band, one).main.own.pence()),
        "extra_main" => column(&|_, band, one| part(band, one).main.extra.pence()),
        "own_second" => column(&|_, band, one| part(band, one).second_home.own.pence()),
        "extra_second" => column(&|_, band, one| part(band, one).second_home.extra.pence()),
        "headline" => column(&|_, band, _| amounts.headline[band].pence()),
        "levy" => column(&|_, band, one| part(band, one).levy.pence()),
        "others_today" => column(&|area, band, _| others(area, band).0.pence()),
        "others_next" => column(&|area, band, _| others(area, band).1.pence()),
    )?
    .lazy())
}

/// What a home is charged under Yes, by whether it is left out or nobody's main home.
fn charged() -> Vec<Expr> {
    let chosen = |left_out: Expr, second: &str, main: &str| {
        when(holds("left_out")).then(left_out).otherwise(
            when(holds("second_home"))
                .then(col(second))
                .otherwise(col(main)),
        )
    };
    let own = chosen(col("headline"), "own_second", "own_main");
    let extra = chosen(col("extra_second"), "extra_second", "extra_main");
    vec![
        own.clone().alias(c::OWN_YES),
        (own + extra + col("others_next")).alias(c::TOTAL_YES),
        (col(c::OWN_TODAY) + col("others_today")).alias(c::TOTAL_TODAY),
        (col(c::OWN_NO) + col("others_next")).alias(c::TOTAL_NO),
    ]
}

/// The most that the proposal may add to a home's charge, before discounts, and the surcharge that
/// terms leave; nothing for no limit.
fn allowed(amounts: &Amounts) -> Vec<Expr> {
    let none = || lit(NULL).cast(DataType::Int64);
    let payable = || col("quarters") * col("left_basis_points");
    let by_cap = match amounts.terms.cap {
        Some(cap) => when(payable().gt(lit(0i64)))
            .then((lit(cap.pence() * 40_000)).floor_div(payable()))
            .otherwise(none()),
        None => none(),
    };
    let levy = match amounts.terms.cap {
        Some(cap) => when(col("levy").gt(lit(cap.pence())))
            .then(lit(cap.pence()))
            .otherwise(col("levy")),
        None => col("levy"),
    };
    let unless_protected =
        |amount: Expr| when(holds("protected")).then(lit(0i64)).otherwise(amount);
    vec![
        unless_protected(by_cap).alias("allowed"),
        unless_protected(levy).alias("levy"),
    ]
}

/// The charge under Yes after protection and cap: of what the proposal moves.
fn limited(amounts: &Amounts) -> Vec<Expr> {
    let (changed, before) = match amounts.moves {
        Moves::OwnPart => (c::OWN_YES, c::OWN_TODAY),
        Moves::WholeBill => (c::TOTAL_YES, c::TOTAL_NO),
        Moves::Surcharge => return Vec::new(),
    };
    let limit = || col(before) + col("allowed");
    let over = || col("allowed").is_not_null().and(col(changed).gt(limit()));
    let own = if amounts.moves == Moves::WholeBill {
        half_up_by(col(c::OWN_YES) * limit(), col(changed))
    } else {
        limit()
    };
    let total = col(c::TOTAL_YES) - (col(changed) - limit());
    vec![
        when(over())
            .then(own)
            .otherwise(col(c::OWN_YES))
            .alias(c::OWN_YES),
        when(over())
            .then(total)
            .otherwise(col(c::TOTAL_YES))
            .alias(c::TOTAL_YES),
    ]
}

/// Discount, then award; a pension-age award leaves today's payment as it is, up to the bill; then a
/// surcharge.
fn bill_columns() -> Vec<Expr> {
    let discounted = |name: &str| half_up(col(name) * col("quarters"), 4);
    let payable = |name: &str| half_up(discounted(name) * col("left_basis_points"), 10_000);
    let levy = || {
        when(col("quarters").gt(lit(0i64)))
            .then(col("levy"))
            .otherwise(lit(0i64))
    };
    [
        (c::OWN_TODAY, [c::OWN_TODAY, c::OWN_YES, c::OWN_NO]),
        (c::TOTAL_TODAY, [c::TOTAL_TODAY, c::TOTAL_YES, c::TOTAL_NO]),
    ]
    .into_iter()
    .flat_map(|(today, names)| {
        names.map(|name| {
            let held = when(payable(today).lt(discounted(name)))
                .then(payable(today))
                .otherwise(discounted(name));
            let paid = when(holds("pension_age"))
                .then(held)
                .otherwise(payable(name));
            let all = if name == c::TOTAL_YES {
                paid + levy()
            } else {
                paid
            };
            all.alias(name)
        })
    })
    .collect()
}

fn holds(name: &str) -> Expr {
    col(name).eq(lit(1i64))
}

/// `numerator / denominator` to the nearest whole number, halves up, as `divide_half_up` does.
fn half_up(numerator: Expr, denominator: i64) -> Expr {
    half_up_by(numerator, lit(denominator))
}

fn half_up_by(numerator: Expr, denominator: Expr) -> Expr {
    (numerator * lit(2i64) + denominator.clone()).floor_div(lit(2i64) * denominator)
}
