//! Homes that pay the same: what statistics over homes are worked out from.

use super::prepare::Prepared;
use crate::domain::Pence;
use crate::domain::schedule::WHOLE;
use crate::tax::Cases;

/// Some homes of one cell that pay the same.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HomeGroup {
    /// Position in the rows of [`crate::domain::Cells`].
    pub cell: usize,
    /// Homes; may be part of one where a cell is divided.
    pub homes: f64,
    /// The own element of the bill of each.
    pub own: Cases<Pence>,
    /// The whole bill of each.
    pub total: Cases<Pence>,
}

/// All homes in groups that pay the same, in the order of cells; their numbers add up to those of
/// the cells.
pub fn homes(prepared: &Prepared) -> Vec<HomeGroup> {
    let bills = &prepared.bills;
    let rows = prepared.cells.rows();
    (0..bills.cell.len())
        .map(|row| {
            let cell = bills.cell[row];
            HomeGroup {
                cell,
                homes: rows[cell].dwellings as f64 * bills.share_millionths[row] as f64
                    / WHOLE as f64,
                own: bills.own[row],
                total: bills.total[row],
            }
        })
        .collect()
}
