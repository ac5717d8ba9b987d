//! The tables of one vintage: authorities, bands, tax bases, band D amounts and wards.

use std::path::Path;
use std::sync::OnceLock;

use serde::Deserialize;

use super::catalogue::{self, DataError, Reorganisation};
use crate::domain::{
    Authority, AuthorityCode, Band, BandProportions, ByBand, FinancialYear, Pence, Share, apportion,
};

/// All tables of one financial year.
#[derive(Debug, Clone, PartialEq)]
pub struct Vintage {
    /// The year of the band D amounts.
    pub year: FinancialYear,
    /// Billing authorities in the order of their codes.
    pub authorities: Vec<AuthorityRecord>,
    /// Authorities of earlier years that became part of these.
    pub reorganisations: Vec<Reorganisation>,
}

/// Everything known of one billing authority in a vintage.
#[derive(Debug, Clone, PartialEq)]
pub struct AuthorityRecord {
    /// Who it is.
    pub authority: Authority,
    /// Homes, discounts, exemptions and support by band.
    pub bands: ByBand<BandRow>,
    /// Its tax base.
    pub tax_base: TaxBase,
    /// Band D amounts on its bill.
    pub levels: Levels,
    /// Its wards; empty where none are held.
    pub wards: Vec<WardRow>,
}

/// One band of one authority: VOA dwellings and the tax base return of the October before.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct BandRow {
    /// Dwellings on the valuation list (VOA, 31 March).
    pub dwellings: i64,
    /// 1 where the count was suppressed at the source and filled.
    pub dwellings_suppressed: u8,
    /// Dwellings on the list in the return (line 1).
    pub listed: i64,
    /// Chargeable (line 4).
    pub chargeable: i64,
    /// Single adult discount (line 8).
    pub single_adult: i64,
    /// A quarter off because all but one are disregarded (line 9).
    pub one_counted: i64,
    /// Half off because all are disregarded (line 10).
    pub all_disregarded: i64,
    /// Second homes (line 11).
    pub second_homes: i64,
    /// Empty (line 15).
    pub empty: i64,
    /// Support for pensioners, in dwelling equivalents of the band.
    pub support_pension_age: f64,
    /// Support for people of working age, in dwelling equivalents of the band.
    pub support_working_age: f64,
    /// Band D equivalents before support (line 23).
    pub band_d_equivalents_before_support: f64,
}

/// The tax base of one authority, in band D equivalents.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct TaxBase {
    /// The return's base after support, all of it.
    pub return_after_support: f64,
    /// The part of it that is band A homes charged at 5/9.
    pub return_band_a_disabled: f64,
    /// The part of it that is contributions in lieu.
    pub return_contributions_in_lieu: f64,
    /// The base after support for the year, as set in January.
    pub estimate_after_support: f64,
    /// The collection rate budgeted for.
    pub collection_rate: f64,
    /// Contributions in lieu for the year.
    pub contributions_in_lieu: f64,
    /// The base for setting the tax: estimate times collection plus contributions in lieu.
    pub tax_base_for_setting: f64,
    /// The council tax requirement, pounds.
    pub requirement_pounds: i64,
    /// Parish precepts, pounds.
    pub parish_precepts_pounds: i64,
}

/// Band D amounts of everybody on the bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Levels {
    /// The authority's own, without parishes: its relevant basic amount.
    pub own: Pence,
    /// Its own with the average of parishes.
    pub own_incl_parish: Pence,
    /// County council or Greater London Authority.
    pub county_or_gla: Pence,
    /// Police.
    pub police: Pence,
    /// Fire.
    pub fire: Pence,
    /// Combined authority.
    pub combined_authority: Pence,
    /// The whole bill.
    pub area: Pence,
}

/// A ward of an authority.
#[derive(Debug, Clone, PartialEq)]
pub struct WardRow {
    /// Its ONS code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Estimated homes by band in hundredths: counts rounded at the source, best fit of small areas.
    pub dwellings_hundredths: ByBand<i64>,
    /// Index of multiple deprivation, higher for more deprived.
    pub deprivation_score: f64,
}

/// Names of the embedded vintages, oldest first.
pub const VINTAGES: [&str; 1] = ["2023-24"];

impl Vintage {
    /// The embedded vintage of a year in [`VINTAGES`], or the newest; read once and kept.
    ///
    /// # Errors
    /// When there is none of that name, or its tables do not fit together.
    pub fn held(name: Option<&str>) -> Result<&'static Self, DataError> {
        static HELD: [OnceLock<Result<Vintage, DataError>>; VINTAGES.len()] =
            [const { OnceLock::new() }; VINTAGES.len()];
        let position = match name {
            None => VINTAGES.len() - 1,
            Some(name) => VINTAGES
                .iter()
                .position(|held| *held == name)
                .ok_or_else(|| {
                    let held = VINTAGES.join(", ");
                    let text = format!("no figures of {name:?} are held (held: {held})");
                    DataError::fault(Path::new("vintage"), text)
                })?,
        };
        let vintage = HELD[position].get_or_init(|| Self::embedded(VINTAGES[position]));
        vintage.as_ref().map_err(Clone::clone)
    }

    /// The embedded vintage of a year in [`VINTAGES`], read anew.
    ///
    /// # Errors
    /// When there is none of that name, or its tables do not fit together.
    fn embedded(name: &str) -> Result<Self, DataError> {
        let fault = |file: &str, text: String| DataError::fault(Path::new(file), text);
        let year: FinancialYear = name
            .parse()
            .map_err(|error| fault("vintages", format!("{error}")))?;
        let file = |table: &str| format!("vintages/{name}/{table}.csv");
        let places: Vec<RawAuthority> = catalogue::rows(&file("authorities"))?;
        let bands: Vec<RawBand> = catalogue::rows(&file("bands"))?;
        let bases: Vec<RawTaxBase> = catalogue::rows(&file("tax_base"))?;
        let levels: Vec<RawLevels> = catalogue::rows(&file("levels"))?;
        let wards: Vec<RawWard> = catalogue::rows(&file("wards"))?;
        let ward_bands: Vec<RawWardBand> = catalogue::rows(&file("ward_bands"))?;

        let mut authorities = Vec::with_capacity(places.len());
        for (place, ((bands, base), levels)) in places
            .into_iter()
            .zip(bands.chunks_exact(8).zip(&bases).zip(&levels))
        {
            let code = place.authority_code.clone();
            let aligned = bands
                .iter()
                .zip(Band::ALL)
                .all(|(row, band)| row.authority_code == code && row.band == band.to_string());
            if !aligned || base.authority_code != code || levels.authority_code != code {
                return Err(fault(
                    &file("bands"),
                    format!("the rows of {code} are out of order"),
                ));
            }
            let wards = wards
                .iter()
                .filter(|ward| ward.authority_code == code)
                .map(|ward| ward.with_bands(&ward_bands, &file("ward_bands")))
                .collect::<Result<_, _>>()?;
            authorities.push(AuthorityRecord {
                authority: place.checked(&file("authorities"))?,
                bands: ByBand::from_fn(|band| bands[band.index()].row),
                tax_base: base.base,
                levels: levels.checked(&file("levels"))?,
                wards,
            });
        }
        let reorganisations = catalogue::reorganisations()?;
        Ok(Self {
            year,
            authorities,
            reorganisations,
        })
    }

    /// The authority of a name or code.
    ///
    /// # Errors
    /// When there is none; the message names the nearest.
    ///
    /// # Example
    /// ```
    /// use bandwise::data::Vintage;
    /// let vintage = Vintage::held(Some("2023-24"))?;
    /// assert_eq!(vintage.find("derby")?.authority.code.as_str(), "E06000015");
    /// let error = vintage.find("Darby").unwrap_err().to_string();
    /// assert!(error.ends_with("[did you mean Derby?]"), "{error}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn find(&self, wanted: &str) -> Result<&AuthorityRecord, UnknownAuthority> {
        let folded = fold(wanted);
        self.authorities
            .iter()
            .find(|row| {
                row.authority
                    .code
                    .as_str()
                    .eq_ignore_ascii_case(wanted.trim())
                    || fold(&row.authority.name) == folded
            })
            .ok_or_else(|| UnknownAuthority {
                wanted: wanted.to_owned(),
                held: self.authorities.len(),
                hint: self
                    .became(wanted, &folded)
                    .or_else(|| self.nearest(&folded)),
            })
    }

    fn became(&self, wanted: &str, folded: &str) -> Option<String> {
        self.reorganisations
            .iter()
            .find(|row| fold(&row.predecessor) == folded || row.predecessor_code == wanted.trim())
            .map(|row| {
                format!(
                    "{} became part of {} in {}",
                    row.predecessor, row.successor, row.from_year
                )
            })
    }

    fn nearest(&self, folded: &str) -> Option<String> {
        self.authorities
            .iter()
            .map(|row| {
                (
                    strsim::jaro_winkler(folded, &fold(&row.authority.name)),
                    &row.authority.name,
                )
            })
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .filter(|(likeness, _)| *likeness > 0.75)
            .map(|(_, name)| format!("did you mean {name}?"))
    }
}

/// Small letters, `and` for `&`, single spaces: how names are compared.
fn fold(name: &str) -> String {
    let name = name
        .to_lowercase()
        .replace('&', " and ")
        .replace(['\'', ',', '.'], "");
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// No authority has this name or code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownAuthority {
    wanted: String,
    held: usize,
    hint: Option<String>,
}

impl std::fmt::Display for UnknownAuthority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:?} is no authority of this vintage (allowed: the name or ONS code of one of {} \
             billing authorities)",
            self.wanted, self.held
        )?;
        match &self.hint {
            Some(hint) => write!(f, " [{hint}]"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for UnknownAuthority {}

impl AuthorityRecord {
    /// VOA dwellings by band.
    pub fn dwellings(&self) -> ByBand<i64> {
        self.bands.map(|row| row.dwellings)
    }

    /// The published tax base for setting by band, reconciled from the return.
    pub fn base_by_band(&self, proportions: &BandProportions) -> BaseByBand {
        let support = |row: &BandRow| row.support_pension_age + row.support_working_age;
        let mut raw = ByBand::from_fn(|band| {
            let row = &self.bands[band];
            let ratio = proportions[band];
            let factor = ratio.numerator() as f64 / ratio.denominator() as f64;
            row.band_d_equivalents_before_support - support(row) * factor
        });
        raw[Band::A] += self.tax_base.return_band_a_disabled;
        let from_bands: f64 = raw.values().iter().sum();
        let residual = self.tax_base.return_after_support
            - self.tax_base.return_contributions_in_lieu
            - from_bands;
        let in_lieu_thousandths = thousandths(self.tax_base.contributions_in_lieu);
        let dwellings_thousandths =
            thousandths(self.tax_base.tax_base_for_setting) - in_lieu_thousandths;
        let weights = raw.map(|&value| thousandths(value).max(0));
        let shared = apportion(dwellings_thousandths, weights.values())
            .expect("every authority has a tax base");
        BaseByBand {
            thousandths: ByBand::from_fn(|band| shared[band.index()]),
            in_lieu_thousandths,
            return_by_band: raw,
            unexplained: residual,
        }
    }
}

/// The tax base for setting, band by band.
#[derive(Debug, Clone, PartialEq)]
pub struct BaseByBand {
    /// In thousandths of a band D equivalent; adds to the published base less contributions in
    /// lieu, to the unit.
    pub thousandths: ByBand<i64>,
    /// Contributions in lieu, which lie in no band.
    pub in_lieu_thousandths: i64,
    /// The return's base after support by band, band A with the homes charged at 5/9.
    pub return_by_band: ByBand<f64>,
    /// What the return's total has beyond its bands and its contributions in lieu: rounding.
    pub unexplained: f64,
}

pub(crate) fn thousandths(equivalents: f64) -> i64 {
    (equivalents * 1_000.0).round() as i64
}

#[derive(Deserialize)]
struct RawAuthority {
    authority_code: String,
    authority: String,
    region: String,
    class: String,
    upper_tier: String,
    referendum_2016_turnout: f64,
    referendum_2016_electorate: i64,
}

impl RawAuthority {
    fn checked(self, file: &str) -> Result<Authority, DataError> {
        let fault = |text: String| DataError::fault(Path::new(file), text);
        let code: AuthorityCode = self
            .authority_code
            .parse()
            .map_err(|error| fault(format!("{error}")))?;
        Ok(Authority {
            turnout_2016: Share::new(self.referendum_2016_turnout)
                .map_err(|error| fault(format!("{code}: {error}")))?,
            electorate_2016: self.referendum_2016_electorate,
            class: self
                .class
                .parse()
                .map_err(|error| fault(format!("{code}: {error}")))?,
            code,
            name: self.authority,
            region: self.region,
            upper_tier: self.upper_tier,
        })
    }
}

#[derive(Deserialize)]
struct RawBand {
    authority_code: String,
    band: String,
    #[serde(flatten)]
    row: BandRow,
}

#[derive(Deserialize)]
struct RawTaxBase {
    authority_code: String,
    #[serde(flatten)]
    base: TaxBase,
}

#[derive(Deserialize)]
struct RawLevels {
    authority_code: String,
    own_excl_parish: String,
    own_incl_parish: String,
    county_or_gla: String,
    police: String,
    fire: String,
    combined_authority: String,
    area: String,
}

impl RawLevels {
    fn checked(&self, file: &str) -> Result<Levels, DataError> {
        let read = |text: &str| {
            Pence::parse_pounds(text).map_err(|error| {
                DataError::fault(Path::new(file), format!("{}: {error}", self.authority_code))
            })
        };
        Ok(Levels {
            own: read(&self.own_excl_parish)?,
            own_incl_parish: read(&self.own_incl_parish)?,
            county_or_gla: read(&self.county_or_gla)?,
            police: read(&self.police)?,
            fire: read(&self.fire)?,
            combined_authority: read(&self.combined_authority)?,
            area: read(&self.area)?,
        })
    }
}

#[derive(Deserialize)]
struct RawWard {
    authority_code: String,
    ward_code: String,
    ward: String,
    deprivation_score: f64,
}

#[derive(Deserialize)]
struct RawWardBand {
    ward_code: String,
    band: String,
    dwellings_estimate: f64,
}

impl RawWard {
    fn with_bands(&self, bands: &[RawWardBand], file: &str) -> Result<WardRow, DataError> {
        let rows: Vec<_> = bands
            .iter()
            .filter(|row| row.ward_code == self.ward_code)
            .collect();
        let in_order = rows.len() == Band::ALL.len()
            && rows
                .iter()
                .zip(Band::ALL)
                .all(|(row, band)| row.band == band.to_string());
        if !in_order {
            let text = format!("{} does not have one row for each band", self.ward_code);
            return Err(DataError::fault(Path::new(file), text));
        }
        Ok(WardRow {
            code: self.ward_code.clone(),
            name: self.ward.clone(),
            dwellings_hundredths: ByBand::from_fn(|band| {
                (rows[band.index()].dwellings_estimate * 100.0).round() as i64
            }),
            deprivation_score: self.deprivation_score,
        })
    }
}
