//! Ward tables: homes by band, tenure and deprivation.

use std::path::Path;

use super::{ImportedTable, Rows, csv_table, decimal, number, text};
use crate::data::catalogue::DataError;
use crate::domain::Band;

pub(super) fn tables(rows: &Rows) -> Result<Vec<ImportedTable>, DataError> {
    let mut homes = Vec::new();
    let mut profiles = Vec::new();
    for row in rows {
        let ward = text(row, "ward24_code")?;
        if number(row, "bI")? != 0.0 {
            return Err(DataError::fault(
                Path::new(ward),
                "has homes in band I".to_owned(),
            ));
        }
        let authority = text(row, "ltla24_code")?;
        for band in Band::ALL {
            let count = number(row, &format!("b{band}"))?;
            homes.push(vec![
                authority.to_owned(),
                ward.to_owned(),
                band.to_string(),
                decimal(count, 2),
            ]);
        }
        let mut profile = vec![authority.to_owned(), ward.to_owned()];
        profile.push(text(row, "ward24_name")?.to_owned());
        for column in [
            "households",
            "own_outright",
            "own_mortgage_shared",
            "social_rent",
            "private_rent_or_free",
        ] {
            profile.push(decimal(number(row, column)?, 0));
        }
        profile.push(decimal(number(row, "imd25_score")?, 2));
        profile.push(decimal(number(row, "imd25_income_rate")?, 4));
        profiles.push(profile);
    }
    homes.sort();
    profiles.sort();
    Ok(vec![
        csv_table(
            "ward_bands.csv",
            &["authority_code", "ward_code", "band", "dwellings_estimate"],
            homes,
        ),
        csv_table(
            "wards.csv",
            &[
                "authority_code",
                "ward_code",
                "ward",
                "n_households",
                "n_owned_outright",
                "n_mortgage_or_shared",
                "n_social_rent",
                "n_private_rent",
                "deprivation_score",
                "income_deprivation_rate",
            ],
            profiles,
        ),
    ])
}
