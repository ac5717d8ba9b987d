//! Wards, lower and middle layer areas of every authority: homes by band, tenure, deprivation and
//! income.
//!
//! The tables hold England and Wales. Counts of homes are estimates: the Valuation Office Agency
//! rounds them to 10 and suppresses those below five, which are filled. Scale them to the
//! authority's own row.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{PoisonError, RwLock};

use polars::prelude::*;

use super::catalogue::{self, DataError};
use super::check::CheckLine;
use super::vintage::{AuthorityRecord, Vintage};
use super::{boundaries, parquet};
use crate::domain::{AreaKind, AuthorityCode, Band, Setting};

/// The letters of the bands that the tables have columns for, in the order of
/// [`SmallArea::dwellings_hundredths`]. Only Wales has homes in the last.
pub const BAND_LETTERS: [char; Band::ALL.len()] = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];

/// The day of the homes in the tables.
const HOMES_OF: &str = "2023-03-31";

/// One small area.
#[derive(Debug, Clone, PartialEq)]
pub struct SmallArea {
    /// Its ONS code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The code of the ward that it is counted in, by best fit: lower layer areas only.
    pub ward_code: Option<String>,
    /// The name of that ward.
    pub ward: Option<String>,
    /// The code of the middle layer area that it is a part of: lower layer areas only.
    pub msoa_code: Option<String>,
    /// Estimated homes by band in hundredths, in the order of [`BAND_LETTERS`], 31 March 2023.
    pub dwellings_hundredths: [i64; BAND_LETTERS.len()],
    /// How many of those were suppressed at the source (fewer than five homes) and filled; not
    /// told for wards.
    pub suppressed_cells: Option<i64>,
    /// Households, Census 2021; not told for middle layer areas.
    pub households: Option<i64>,
    /// Households by tenure, Census 2021; not told for middle layer areas.
    pub tenure: Option<Tenure>,
    /// Index of Multiple Deprivation 2025, higher for more deprived: England only. Of one middle
    /// layer area: the mean of its lower layer areas by households.
    pub deprivation_score: Option<f64>,
    /// Tenth of the areas of England by that index, 1 for the most deprived: lower layer areas.
    pub deprivation_decile: Option<i64>,
    /// Share of people who are deprived of income, 2025: England only.
    pub income_deprivation_rate: Option<f64>,
    /// Rural or urban: lower layer areas only.
    pub setting: Option<Setting>,
    /// Mean income of a household: middle layer areas whose code is of 2011.
    pub income: Option<Incomes>,
}

/// Households by tenure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tenure {
    /// Owned outright.
    pub owned_outright: i64,
    /// Owned with a mortgage, or shared ownership.
    pub mortgage_or_shared: i64,
    /// Rented from a council or a housing association.
    pub social_rent: i64,
    /// Rented privately, or free of rent.
    pub private_rent: i64,
}

impl Tenure {
    /// All households.
    pub const fn all(self) -> i64 {
        self.owned_outright + self.mortgage_or_shared + self.social_rent + self.private_rent
    }
}

/// Mean household incomes of a middle layer area, pounds a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Incomes {
    /// Before tax.
    pub total: Estimate,
    /// After tax and National Insurance.
    pub net: Estimate,
    /// Net, as a couple without children would need it, before housing costs.
    pub net_before_housing: Estimate,
    /// The same after housing costs.
    pub net_after_housing: Estimate,
}

/// An estimate of a model with its 95% confidence limits, pounds a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// The estimate.
    pub pounds: i64,
    /// The lower limit.
    pub lower_pounds: i64,
    /// The upper limit.
    pub upper_pounds: i64,
}

impl SmallArea {
    /// Estimated homes of all bands, in hundredths.
    pub fn all_dwellings_hundredths(&self) -> i64 {
        self.dwellings_hundredths.iter().sum()
    }
}

/// The file of a kind of area under `data/`.
pub fn file(kind: AreaKind) -> &'static str {
    match kind {
        AreaKind::Ward => "small_areas/wards.parquet",
        AreaKind::Lsoa => "small_areas/lsoas.parquet",
        AreaKind::Msoa => "small_areas/msoas.parquet",
    }
}

/// The column of a band: `n_dwellings_a`, in homes with up to two decimals.
fn band_column(letter: char) -> String {
    format!("n_dwellings_{letter}")
}

/// The measures of income, in the order of [`Incomes`].
const INCOMES: [&str; 4] = [
    "total_income",
    "net_income",
    "net_income_before_housing",
    "net_income_after_housing",
];

/// The columns of an income: the estimate and its limits.
fn income_columns(measure: &str) -> [String; 3] {
    ["", "_lower", "_upper"].map(|part| format!("{measure}{part}_pounds"))
}

/// The small areas of an authority, in the order of their codes. They are read once and kept to the
/// end of the process.
///
/// Authorities are those of April 2023: 296 of England and 22 of Wales.
///
/// # Errors
/// When the authority is none of them, or the embedded table is broken.
///
/// # Example
/// ```
/// use bandwise::data::small_areas::small_areas;
/// use bandwise::domain::AreaKind;
/// let wards = small_areas(&"E06000015".parse()?, AreaKind::Ward)?;
/// assert_eq!((wards.len(), wards[0].name.as_str()), (18, "Abbey"));
/// let error = small_areas(&"E06000099".parse()?, AreaKind::Ward).unwrap_err().to_string();
/// assert_eq!(
///     error,
///     "small_areas/wards.parquet: no areas of E06000099 are held (held: the authorities of \
///      England and Wales of April 2023)"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn small_areas(authority: &AuthorityCode, kind: AreaKind) -> Result<Vec<SmallArea>, DataError> {
    let place = Path::new(file(kind));
    let mut areas = match kept(authority, kind) {
        Some(areas) => areas,
        None => read(authority, kind)?,
    };
    if areas.is_empty() {
        let text = format!(
            "no areas of {authority} are held (held: the authorities of England and Wales of \
             April 2023)"
        );
        return Err(DataError::fault(place, text));
    }
    if kind == AreaKind::Msoa {
        deprivation_of_parts(&mut areas, &small_areas(authority, AreaKind::Lsoa)?);
    }
    Ok(areas)
}

/// What is kept of the areas of an authority; nothing where they are still to be read.
fn kept(authority: &AuthorityCode, kind: AreaKind) -> Option<Vec<SmallArea>> {
    let kept = KEPT[kind as usize].read();
    let kept = kept.unwrap_or_else(PoisonError::into_inner);
    let areas = kept.areas.get(authority).cloned();
    areas.or_else(|| kept.is_whole.then(Vec::new))
}

/// The areas of an authority from the table: the few rows that are its. Keeps them.
fn read(authority: &AuthorityCode, kind: AreaKind) -> Result<Vec<SmallArea>, DataError> {
    let file = file(kind);
    let bytes = catalogue::bytes(file)?;
    let frame = parquet::rows_of(Path::new(file), bytes, "authority_code", authority.as_str())?;
    let areas: Vec<SmallArea> = areas(&frame, kind)?
        .into_iter()
        .map(|(_, area)| area)
        .collect();
    if !areas.is_empty() {
        keep(kind, false, [(authority.clone(), areas.clone())]);
    }
    Ok(areas)
}

/// What is kept of the table of a kind: at most all of it, some tens of megabytes for lower layer
/// areas.
struct Kept {
    is_whole: bool,
    /// Areas by authority, as they stand in the table.
    areas: BTreeMap<AuthorityCode, Vec<SmallArea>>,
}

/// In the order of [`AreaKind::ALL`]. Polars reads before a lock is taken: a thread that waits for it
/// may take up other work that needs the same lock.
static KEPT: [RwLock<Kept>; AreaKind::ALL.len()] = [const {
    RwLock::new(Kept {
        is_whole: false,
        areas: BTreeMap::new(),
    })
}; AreaKind::ALL.len()];

/// Keeps areas as the table has them; whoever was first has kept the same.
fn keep(
    kind: AreaKind,
    is_whole: bool,
    areas: impl IntoIterator<Item = (AuthorityCode, Vec<SmallArea>)>,
) {
    let kept = KEPT[kind as usize].write();
    let mut kept = kept.unwrap_or_else(PoisonError::into_inner);
    kept.areas.extend(areas);
    kept.is_whole |= is_whole;
}

/// Reads the whole table of a kind once and keeps it to the end of the process: for work on many
/// authorities, of which each would read its part.
///
/// # Errors
/// When the embedded table is broken.
pub fn keep_all(kind: AreaKind) -> Result<(), DataError> {
    let kept = KEPT[kind as usize].read();
    let is_whole = kept.unwrap_or_else(PoisonError::into_inner).is_whole;
    if !is_whole {
        let mut areas: BTreeMap<AuthorityCode, Vec<SmallArea>> = BTreeMap::new();
        for (authority, area) in every_small_area(kind)? {
            areas.entry(authority).or_default().push(area);
        }
        keep(kind, true, areas);
    }
    Ok(())
}

/// Gives middle layer areas the mean score of their lower layer areas by households, as wards have
/// it; nothing unless all are known.
fn deprivation_of_parts(areas: &mut [SmallArea], parts: &[SmallArea]) {
    for area in areas {
        let (mut sum, mut households) = (Some(0.0), 0.0);
        for part in parts {
            if part.msoa_code.as_ref() == Some(&area.code) {
                let weight = part.households.unwrap_or_default() as f64;
                sum = sum
                    .zip(part.deprivation_score)
                    .map(|(sum, score)| sum + weight * score);
                households += weight;
            }
        }
        area.deprivation_score = sum.filter(|_| households > 0.0).map(|sum| sum / households);
    }
}

/// Every area of a kind with its authority, in the order of authorities and codes.
///
/// # Errors
/// When the embedded table is broken.
pub fn every_small_area(kind: AreaKind) -> Result<Vec<(AuthorityCode, SmallArea)>, DataError> {
    let file = file(kind);
    areas(
        &parquet::read(Path::new(file), catalogue::bytes(file)?)?,
        kind,
    )
}

/// The table of some small areas, which stand in the order of authorities and codes.
///
/// # Errors
/// Only when Polars fails.
pub(crate) fn table(
    kind: AreaKind,
    areas: &[(AuthorityCode, SmallArea)],
) -> Result<Vec<u8>, DataError> {
    let text = |name: &str, of: &dyn Fn(&SmallArea) -> Option<&str>| {
        let values: Vec<Option<&str>> = areas.iter().map(|(_, area)| of(area)).collect();
        Column::new(name.into(), values)
    };
    // Households and pounds of one area are far below two thousand millions.
    let whole = |name: &str, of: &dyn Fn(&SmallArea) -> Option<i64>| {
        let values: Vec<Option<i32>> = areas
            .iter()
            .map(|(_, area)| of(area).and_then(|value| value.try_into().ok()))
            .collect();
        Column::new(name.into(), values)
    };
    let number = |name: &str, of: &dyn Fn(&SmallArea) -> Option<f64>| {
        let values: Vec<Option<f64>> = areas.iter().map(|(_, area)| of(area)).collect();
        Column::new(name.into(), values)
    };
    let authorities: Vec<&str> = areas.iter().map(|(code, _)| code.as_str()).collect();
    let mut columns = vec![
        Column::new("authority_code".into(), authorities),
        text(&format!("{kind}_code"), &|area| Some(&area.code)),
        text(&kind.to_string(), &|area| Some(&area.name)),
    ];
    if kind == AreaKind::Lsoa {
        columns.push(text("ward_code", &|area| area.ward_code.as_deref()));
        columns.push(text("ward", &|area| area.ward.as_deref()));
        columns.push(text("msoa_code", &|area| area.msoa_code.as_deref()));
    }
    for (index, letter) in BAND_LETTERS.into_iter().enumerate() {
        columns.push(number(&band_column(letter), &|area| {
            let homes = area.dwellings_hundredths.get(index)?;
            Some(*homes as f64 / 100.0)
        }));
    }
    if kind != AreaKind::Ward {
        columns.push(whole("n_suppressed", &|area| area.suppressed_cells));
    }
    if kind != AreaKind::Msoa {
        let tenure = |of: fn(&Tenure) -> i64| move |area: &SmallArea| area.tenure.as_ref().map(of);
        columns.push(whole("n_households", &|area| area.households));
        columns.push(whole("n_owned_outright", &tenure(|t| t.owned_outright)));
        columns.push(whole(
            "n_mortgage_or_shared",
            &tenure(|t| t.mortgage_or_shared),
        ));
        columns.push(whole("n_social_rent", &tenure(|t| t.social_rent)));
        columns.push(whole("n_private_rent", &tenure(|t| t.private_rent)));
        columns.push(number("deprivation_score", &|area| area.deprivation_score));
        if kind == AreaKind::Lsoa {
            columns.push(whole("deprivation_decile", &|area| area.deprivation_decile));
        }
        columns.push(number("income_deprivation_rate", &|area| {
            area.income_deprivation_rate
        }));
    }
    if kind == AreaKind::Lsoa {
        let settings: Vec<Option<String>> = areas
            .iter()
            .map(|(_, area)| area.setting.map(|setting| setting.to_string()))
            .collect();
        columns.push(Column::new("setting".into(), settings));
    }
    if kind == AreaKind::Msoa {
        let measures: [fn(&Incomes) -> Estimate; INCOMES.len()] = [
            |incomes| incomes.total,
            |incomes| incomes.net,
            |incomes| incomes.net_before_housing,
            |incomes| incomes.net_after_housing,
        ];
        for (measure, of) in INCOMES.into_iter().zip(measures) {
            let parts: [fn(Estimate) -> i64; 3] = [
                |estimate| estimate.pounds,
                |estimate| estimate.lower_pounds,
                |estimate| estimate.upper_pounds,
            ];
            for (name, part) in income_columns(measure).into_iter().zip(parts) {
                columns.push(whole(&name, &|area| {
                    area.income.as_ref().map(|incomes| part(of(incomes)))
                }));
            }
        }
    }
    let place = Path::new(file(kind));
    let mut frame = DataFrame::new(areas.len(), columns)
        .map_err(|error| DataError::fault(place, error.to_string()))?;
    parquet::bytes(place, &mut frame)
}

/// Reads the rows of a table of small areas.
fn areas(frame: &DataFrame, kind: AreaKind) -> Result<Vec<(AuthorityCode, SmallArea)>, DataError> {
    let fault = |text: String| DataError::fault(Path::new(file(kind)), text);
    let columns = Columns::of(frame, kind).map_err(|error| fault(error.to_string()))?;
    (0..frame.height())
        .map(|row| {
            columns
                .area(row)
                .ok_or_else(|| fault(format!("row {} lacks what every row has", row + 1)))
        })
        .collect()
}

/// The columns of a table of small areas; nothing where the kind has none.
struct Columns<'a> {
    authority: &'a StringChunked,
    code: &'a StringChunked,
    name: &'a StringChunked,
    ward: Option<[&'a StringChunked; 2]>,
    msoa: Option<&'a StringChunked>,
    dwellings: Vec<&'a Float64Chunked>,
    suppressed: Option<&'a Int32Chunked>,
    households: Option<[&'a Int32Chunked; 5]>,
    score: Option<&'a Float64Chunked>,
    decile: Option<&'a Int32Chunked>,
    income_rate: Option<&'a Float64Chunked>,
    setting: Option<&'a StringChunked>,
    incomes: Option<Vec<[&'a Int32Chunked; 3]>>,
}

impl<'a> Columns<'a> {
    fn of(frame: &'a DataFrame, kind: AreaKind) -> PolarsResult<Self> {
        let text = |name: &str| frame.column(name)?.str();
        let whole = |name: &str| frame.column(name)?.i32();
        let number = |name: &str| frame.column(name)?.f64();
        let is = |wanted: AreaKind| kind == wanted;
        let (is_lsoa, is_msoa) = (is(AreaKind::Lsoa), is(AreaKind::Msoa));
        let households = || -> PolarsResult<_> {
            Ok([
                whole("n_households")?,
                whole("n_owned_outright")?,
                whole("n_mortgage_or_shared")?,
                whole("n_social_rent")?,
                whole("n_private_rent")?,
            ])
        };
        let incomes = || -> PolarsResult<Vec<_>> {
            let measure = |measure: &&str| {
                let [pounds, lower, upper] = income_columns(measure);
                Ok([whole(&pounds)?, whole(&lower)?, whole(&upper)?])
            };
            INCOMES.iter().map(measure).collect()
        };
        let optional_text = |holds: bool, name: &str| holds.then(|| text(name)).transpose();
        let optional_whole = |holds: bool, name: &str| holds.then(|| whole(name)).transpose();
        let optional_number = |holds: bool, name: &str| holds.then(|| number(name)).transpose();
        Ok(Self {
            authority: text("authority_code")?,
            code: text(&format!("{kind}_code"))?,
            name: text(&kind.to_string())?,
            ward: is_lsoa
                .then(|| Ok::<_, PolarsError>([text("ward_code")?, text("ward")?]))
                .transpose()?,
            msoa: optional_text(is_lsoa, "msoa_code")?,
            dwellings: BAND_LETTERS
                .iter()
                .map(|letter| number(&band_column(*letter)))
                .collect::<PolarsResult<_>>()?,
            suppressed: optional_whole(!is(AreaKind::Ward), "n_suppressed")?,
            households: (!is_msoa).then(households).transpose()?,
            score: optional_number(!is_msoa, "deprivation_score")?,
            decile: optional_whole(is_lsoa, "deprivation_decile")?,
            income_rate: optional_number(!is_msoa, "income_deprivation_rate")?,
            setting: optional_text(is_lsoa, "setting")?,
            incomes: is_msoa.then(incomes).transpose()?,
        })
    }

    /// The area of a row; nothing where it lacks a code, a name or a count of homes.
    fn area(&self, row: usize) -> Option<(AuthorityCode, SmallArea)> {
        let text =
            |column: &StringChunked| column.get(row).filter(|t| !t.is_empty()).map(str::to_owned);
        let whole = |column: &Int32Chunked| column.get(row).map(i64::from);
        let mut dwellings_hundredths = [0; BAND_LETTERS.len()];
        for (count, column) in dwellings_hundredths.iter_mut().zip(&self.dwellings) {
            *count = (100.0 * column.get(row)?).round() as i64;
        }
        let tenure = |[_, owned, mortgage, social, private]: [&Int32Chunked; 5]| {
            Some(Tenure {
                owned_outright: whole(owned)?,
                mortgage_or_shared: whole(mortgage)?,
                social_rent: whole(social)?,
                private_rent: whole(private)?,
            })
        };
        let estimate = |[pounds, lower, upper]: [&Int32Chunked; 3]| {
            Some(Estimate {
                pounds: whole(pounds)?,
                lower_pounds: whole(lower)?,
                upper_pounds: whole(upper)?,
            })
        };
        let incomes = |columns: &Vec<[&Int32Chunked; 3]>| match columns.as_slice() {
            [total, net, before, after] => Some(Incomes {
                total: estimate(*total)?,
                net: estimate(*net)?,
                net_before_housing: estimate(*before)?,
                net_after_housing: estimate(*after)?,
            }),
            _ => None,
        };
        let setting = self.setting.and_then(|column| column.get(row));
        let area = SmallArea {
            code: text(self.code)?,
            name: text(self.name)?,
            ward_code: self.ward.and_then(|[code, _]| text(code)),
            ward: self.ward.and_then(|[_, name]| text(name)),
            msoa_code: self.msoa.and_then(text),
            dwellings_hundredths,
            suppressed_cells: self.suppressed.and_then(whole),
            households: self.households.and_then(|[all, ..]| whole(all)),
            tenure: self.households.and_then(tenure),
            deprivation_score: self.score.and_then(|column| column.get(row)),
            deprivation_decile: self.decile.and_then(whole),
            income_deprivation_rate: self.income_rate.and_then(|column| column.get(row)),
            setting: setting.and_then(|text| text.parse().ok()),
            income: self.incomes.as_ref().and_then(incomes),
        };
        Some((text(self.authority)?.parse().ok()?, area))
    }
}

type ByAuthority<'a> = BTreeMap<&'a AuthorityCode, Vec<&'a SmallArea>>;

/// Adds the small areas up again: against the rows of the authorities, and into each other.
///
/// # Errors
/// Never for what does not add up (that is a line that disagrees); only for broken tables.
pub fn check(vintage: &Vintage) -> Result<Vec<CheckLine>, DataError> {
    let wards = every_small_area(AreaKind::Ward)?;
    let lsoas = every_small_area(AreaKind::Lsoa)?;
    let msoas = every_small_area(AreaKind::Msoa)?;
    let held: Vec<_> = boundaries::hexes()?
        .into_iter()
        .map(|hex| hex.authority_code)
        .collect();
    let mut parts: BTreeMap<&AuthorityCode, i64> = BTreeMap::new();
    for (authority, _) in &lsoas {
        *parts.entry(authority).or_default() += 1;
    }
    let of_their_day = vintage
        .parts
        .iter()
        .any(|part| part.name == "dwellings" && part.date == HOMES_OF);
    let mut lines = Vec::new();
    for (kind, areas) in [
        (AreaKind::Ward, &wards),
        (AreaKind::Lsoa, &lsoas),
        (AreaKind::Msoa, &msoas),
    ] {
        let by_authority = by_authority(areas);
        let without: Vec<&str> = held
            .iter()
            .filter(|code| !by_authority.contains_key(code))
            .map(AuthorityCode::as_str)
            .collect();
        lines.push(line(
            format!("authorities of England and Wales with {}", kind.title()),
            held.len() - without.len(),
            held.len(),
            "authorities",
            if without.is_empty() {
                "none is left out".to_owned()
            } else {
                format!("not {}", without.join(", "))
            },
        ));
        if of_their_day {
            lines.push(bands_against_rows(vintage, kind, &by_authority, &parts));
        }
        lines.push(homes_against_rows(
            vintage,
            kind,
            &by_authority,
            of_their_day,
        ));
    }
    lines.push(lsoas_into_wards(&wards, &lsoas));
    lines.push(lsoas_into_msoas(&msoas, &lsoas));
    Ok(lines)
}

fn by_authority(areas: &[(AuthorityCode, SmallArea)]) -> ByAuthority<'_> {
    let mut by: ByAuthority<'_> = BTreeMap::new();
    for (authority, area) in areas {
        by.entry(authority).or_default().push(area);
    }
    by
}

fn line(what: String, agreeing: usize, all: usize, of: &str, note: String) -> CheckLine {
    CheckLine {
        what,
        sum: format!("{agreeing} {of}"),
        published: format!("{all} {of}"),
        agrees: agreeing == all,
        note,
    }
}

/// Homes of the areas of an authority by band, in hundredths.
fn summed(areas: &[&SmallArea]) -> [i64; BAND_LETTERS.len()] {
    let mut sum = [0; BAND_LETTERS.len()];
    for area in areas {
        for (sum, homes) in sum.iter_mut().zip(area.dwellings_hundredths) {
            *sum += homes;
        }
    }
    sum
}

/// What rounding may do at most: five homes for every count that is added, and five for the row.
/// Wards are sums of lower layer areas.
fn bands_against_rows(
    vintage: &Vintage,
    kind: AreaKind,
    by_authority: &ByAuthority<'_>,
    lsoas: &BTreeMap<&AuthorityCode, i64>,
) -> CheckLine {
    let none = Vec::new();
    let mut broken = Vec::new();
    let mut worst = (0.0, String::new());
    for row in &vintage.authorities {
        let code = &row.authority.code;
        let areas = by_authority.get(code).unwrap_or(&none);
        let counts = match kind {
            AreaKind::Msoa => areas.len() as i64,
            AreaKind::Ward | AreaKind::Lsoa => lsoas.get(code).copied().unwrap_or(0),
        };
        let allowed = 500 * (counts + 1);
        let published = row.dwellings();
        let mut holds = true;
        // Bands that the vintage does not know have no home in its authorities.
        let rows = published
            .values()
            .iter()
            .copied()
            .chain(std::iter::repeat(0));
        for ((letter, homes), published) in BAND_LETTERS.iter().zip(summed(areas)).zip(rows) {
            let off = homes - 100 * published;
            holds &= off.abs() <= allowed;
            let part = off.abs() as f64 / allowed as f64;
            if part > worst.0 {
                let name = &row.authority.name;
                let letter = letter.to_ascii_uppercase();
                let off = off as f64 / 100.0;
                worst = (
                    part,
                    format!("{name}, band {letter}: {off:+.0} of {published}"),
                );
            }
        }
        if !holds {
            broken.push(row.authority.name.as_str());
        }
    }
    let all = vintage.authorities.len();
    let mut note = "within what rounding to 10 may do: 5 homes a count and band".to_owned();
    if !broken.is_empty() {
        note.push_str(&format!("; not in {}", broken.join(", ")));
    }
    note.push_str(&format!("; nearest to it: {}", worst.1));
    line(
        format!("{} add to the authority's row in every band", kind.title()),
        all - broken.len(),
        all,
        "authorities",
        note,
    )
}

/// In all bands together rounding nearly cancels; against the row of a later day what was built
/// since is missing.
fn homes_against_rows(
    vintage: &Vintage,
    kind: AreaKind,
    by_authority: &ByAuthority<'_>,
    of_their_day: bool,
) -> CheckLine {
    let (most, why) = if of_their_day {
        (0.02, "halves are rounded up and suppressed counts filled")
    } else {
        (
            0.06,
            "homes built since March 2023 are missing and scaled in",
        )
    };
    let none = Vec::new();
    let off_by = |row: &AuthorityRecord| {
        let areas = by_authority.get(&row.authority.code).unwrap_or(&none);
        let homes: i64 = summed(areas).iter().sum();
        let published: i64 = row.dwellings().values().iter().sum();
        homes as f64 / (100 * published) as f64 - 1.0
    };
    let mut off: Vec<(f64, &str)> = vintage
        .authorities
        .iter()
        .map(|row| (off_by(row), row.authority.name.as_str()))
        .collect();
    off.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()));
    let all = off.len();
    let within = |most: f64| off.iter().filter(|(part, _)| part.abs() <= most).count();
    let furthest: Vec<String> = off
        .iter()
        .take(2)
        .map(|(part, name)| format!("{name} {:+.2}%", 100.0 * part))
        .collect();
    let note = format!(
        "within {:.0}%, {} of them within 1%: {why}; furthest: {}",
        100.0 * most,
        within(0.01),
        furthest.join(", ")
    );
    line(
        format!(
            "{} add to the authority's row in all bands together",
            kind.title()
        ),
        within(most),
        all,
        "authorities",
        note,
    )
}

/// Every lower layer area is counted in one ward of the same authority, and they add to it exactly.
fn lsoas_into_wards(
    wards: &[(AuthorityCode, SmallArea)],
    lsoas: &[(AuthorityCode, SmallArea)],
) -> CheckLine {
    let mut sums: BTreeMap<(&AuthorityCode, &str), Vec<&SmallArea>> = BTreeMap::new();
    for (authority, area) in lsoas {
        let ward = area.ward_code.as_deref().unwrap_or("");
        sums.entry((authority, ward)).or_default().push(area);
    }
    let mut broken = Vec::new();
    for (authority, ward) in wards {
        let parts = sums.remove(&(authority, ward.code.as_str()));
        let adds = parts.is_some_and(|parts| {
            let households: Option<i64> = parts.iter().map(|area| area.households).sum();
            summed(&parts) == ward.dwellings_hundredths && households == ward.households
        });
        if !adds {
            broken.push(ward.code.clone());
        }
    }
    let without = sums.len();
    let agreeing = wards.len() - broken.len();
    broken.extend(
        sums.into_values()
            .flatten()
            .map(|area| format!("{} (in no ward)", area.code)),
    );
    let mut note = "homes of every band to the hundredth, and households".to_owned();
    if !broken.is_empty() {
        note.push_str(&format!("; not in {}", broken.join(", ")));
    }
    line(
        "lower layer areas add to their wards".to_owned(),
        agreeing,
        wards.len() + without,
        "wards",
        note,
    )
}

/// Lower layer areas add to their middle layer area but for rounding.
fn lsoas_into_msoas(
    msoas: &[(AuthorityCode, SmallArea)],
    lsoas: &[(AuthorityCode, SmallArea)],
) -> CheckLine {
    let mut sums: BTreeMap<&str, Vec<&SmallArea>> = BTreeMap::new();
    let authority_of: BTreeMap<&str, &AuthorityCode> = msoas
        .iter()
        .map(|(authority, msoa)| (msoa.code.as_str(), authority))
        .collect();
    let mut nowhere = 0;
    let mut across = Vec::new();
    for (authority, area) in lsoas {
        let Some(code) = area.msoa_code.as_deref() else {
            nowhere += 1;
            continue;
        };
        sums.entry(code).or_default().push(area);
        if let Some(other) = authority_of.get(code).filter(|other| **other != authority) {
            let homes = area.all_dwellings_hundredths() / 100;
            across.push(format!(
                "{} with {homes} homes is counted in {authority} by best fit of wards, its middle \
                 layer area in {other}",
                area.name
            ));
        }
    }
    let mut broken = Vec::new();
    for (_, msoa) in msoas {
        let parts = sums.remove(msoa.code.as_str()).unwrap_or_default();
        let allowed = 500 * (parts.len() as i64 + 1);
        let adds = summed(&parts)
            .iter()
            .zip(msoa.dwellings_hundredths)
            .all(|(sum, homes)| (sum - homes).abs() <= allowed);
        if !adds {
            broken.push(msoa.code.as_str());
        }
    }
    let agreeing = msoas.len() - broken.len();
    let mut note = "5 homes a count and band".to_owned();
    if !broken.is_empty() {
        note.push_str(&format!("; not in {}", broken.join(", ")));
    }
    for one in &across {
        note.push_str(&format!("; {one}"));
    }
    line(
        "lower layer areas add to their middle layer areas".to_owned(),
        agreeing,
        msoas.len() + sums.len() + nowhere,
        "areas",
        note,
    )
}
