//! The table of example households.

use std::path::Path;
use std::sync::OnceLock;

use serde::Deserialize;

use super::catalogue::{self, DataError};
use crate::domain::{ExampleHousehold, Liability, Reduction, Share};

const FILE: &str = "assumptions/example_households.csv";

/// The example households, in the order of their table, read once.
///
/// # Errors
/// When the embedded table is broken: a fault of the build.
///
/// # Example
/// ```
/// use bandwise::data::example_households::example_households;
/// let households = example_households()?;
/// assert_eq!(households[0].name(), "single pensioner, band A, full reduction");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn example_households() -> Result<&'static [ExampleHousehold], DataError> {
    static HELD: OnceLock<Result<Vec<ExampleHousehold>, DataError>> = OnceLock::new();
    let held = HELD.get_or_init(|| of_rows(&catalogue::rows::<RawHousehold>(FILE)?));
    held.as_deref().map_err(Clone::clone)
}

fn of_rows(rows: &[RawHousehold]) -> Result<Vec<ExampleHousehold>, DataError> {
    rows.iter()
        .map(|row| {
            household(row).map_err(|reason| {
                DataError::fault(Path::new(FILE), format!("{}: {reason}", row.household))
            })
        })
        .collect()
}

fn household(row: &RawHousehold) -> Result<ExampleHousehold, String> {
    let liability = of_code(
        &row.liability,
        &Liability::ALL,
        Liability::code,
        "liability",
    )?;
    let reduction = of_code(
        &row.reduction,
        &Reduction::ALL,
        Reduction::code,
        "reduction",
    )?;
    let disabled = match row.disabled.as_str() {
        "yes" => true,
        "no" => false,
        other => return Err(format!("disabled: {other:?} (allowed: yes, no)")),
    };
    let band = row.band.parse().map_err(|error| format!("band: {error}"))?;
    let position =
        Share::new(row.position_in_band).map_err(|error| format!("position_in_band: {error}"))?;
    ExampleHousehold::new(
        (&row.household, &row.name),
        band,
        liability,
        position,
        &row.note,
    )
    .with_disabled_reduction(disabled)
    .with_award(reduction, row.award_percent)
    .and_then(|home| home.with_premium(row.premium_percent))
    .map_err(|error| error.to_string())
}

fn of_code<T: Copy>(
    text: &str,
    all: &[T],
    code: fn(T) -> &'static str,
    column: &str,
) -> Result<T, String> {
    let found = all.iter().copied().find(|one| code(*one) == text);
    found.ok_or_else(|| {
        let allowed: Vec<&str> = all.iter().map(|one| code(*one)).collect();
        format!("{column}: {text:?} (allowed: {})", allowed.join(", "))
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHousehold {
    household: String,
    name: String,
    band: String,
    liability: String,
    reduction: String,
    award_percent: i64,
    premium_percent: i64,
    disabled: String,
    position_in_band: f64,
    note: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "household,name,band,liability,reduction,award_percent,premium_percent,\
                          disabled,position_in_band,note\n";

    fn fault(row: &str) -> String {
        let text = format!("{HEADER}{row}\n");
        let rows: Vec<RawHousehold> = catalogue::rows_of(text.as_bytes(), FILE).unwrap();
        let error = of_rows(&rows).unwrap_err().to_string();
        error.strip_prefix(FILE).unwrap().to_owned()
    }

    #[test]
    fn a_row_that_says_nothing_sensible_is_refused_by_name() {
        assert_eq!(
            fault("x,a home,B,half,none,0,0,no,0.5,"),
            ": x: liability: \"half\" (allowed: full, single_adult, one_counted, \
             all_disregarded, exempt, empty, second_home)"
        );
        assert_eq!(
            fault("x,a home,B,full,none,0,0,maybe,0.5,"),
            ": x: disabled: \"maybe\" (allowed: yes, no)"
        );
        assert_eq!(
            fault("x,a home,B,full,none,0,0,no,50,"),
            ": x: position_in_band: 50 is not a share (allowed: 0 to 1) [did you mean 0.5?]"
        );
    }

    #[test]
    fn every_example_has_a_name_of_its_own() {
        let households = example_households().unwrap();
        let mut keys: Vec<&str> = households.iter().map(ExampleHousehold::key).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!((households.len(), keys.len()), (14, 14));
    }
}
