//! Values of homes within bands.

use super::assumptions::Assumptions;
use super::catalogue::DataError;
use super::law::Law;
use super::vintage::AuthorityRecord;
use crate::domain::{Band, ByBand, Pence, ValueSlice};

/// Stand-in.
///
/// # Errors
/// Never.
pub fn value_slices(
    _record: &AuthorityRecord,
    _law: &Law,
    _assumptions: &Assumptions,
) -> Result<ByBand<Vec<ValueSlice>>, DataError> {
    const MID: [i64; 9] = [30, 46, 60, 78, 104, 140, 220, 500, 600];
    Ok(ByBand::from_fn(|band: Band| {
        let mid = MID[band.index()] * 400_000;
        vec![
            ValueSlice {
                share_millionths: 500_000,
                value: Pence::from_pence(mid * 9 / 10),
            },
            ValueSlice {
                share_millionths: 500_000,
                value: Pence::from_pence(mid * 11 / 10),
            },
        ]
    }))
}
