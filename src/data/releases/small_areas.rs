//! Small areas: from the figures by ward, lower and middle layer area to the project's own tables.
//!
//! Codes differ in one place only: the incomes are of the areas and authorities of 2011. A middle
//! layer area is given to the authority in which most of its lower layer areas lie, and the codes
//! of 2011 that are met on the way become a table of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::csv_rows::{Kind, Line, Sheet};
use super::{ImportedTable, csv_table};
use crate::data::boundaries;
use crate::data::catalogue::DataError;
use crate::data::small_areas::{BAND_LETTERS, Estimate, Incomes, SmallArea, Tenure, table};
use crate::domain::{AreaKind, AuthorityCode, Setting};

const WARDS: Kind = Kind {
    what: "the ward table",
    known_by: &["ward24_code", "n_lsoa"],
};
const LSOAS: Kind = Kind {
    what: "the table of lower layer areas",
    known_by: &["lsoa21", "ltla24_code"],
};
const MSOAS: Kind = Kind {
    what: "the table of middle layer areas with incomes",
    known_by: &["msoa", "net_income"],
};
const LOOKUP: Kind = Kind {
    what: "the lookup of lower layer areas to wards",
    known_by: &["lsoa21_code", "lsoa21_name"],
};
const RELEASE: Kind = Kind {
    what: "the stock of properties (CTSOP1.1)",
    known_by: &["geography", "ecode", "band_a"],
};

/// What the stock of properties calls middle layer areas.
const MIDDLE: &str = "MSOA";
/// What it calls lower layer areas.
const LOWER: &str = "LSOA";

/// A suppressed count stands for one to four homes.
const SUPPRESSED_HUNDREDTHS: i64 = 200;

/// Reads figures of small areas and turns them into the tables `wards.parquet`, `lsoas.parquet`,
/// `msoas.parquet` and `former_codes.csv`: each with its name.
///
/// Files are recognised by their header and may be compressed with gzip. Wards need the ward
/// table; lower layer areas need theirs, the lookup and the stock of properties; middle layer
/// areas need the incomes beside these.
///
/// # Errors
/// When a file cannot be read or recognised, lacks a column, holds what is no figure, counts an
/// area twice, names an authority that is none of England and Wales, or leaves one out.
pub fn tables(files: &[PathBuf]) -> Result<Vec<(&'static str, Vec<u8>)>, DataError> {
    let mut sheets = Sheet::read_all(files, &[WARDS, LSOAS, MSOAS, LOOKUP, RELEASE])?;
    let [wards, lsoas, msoas, lookup, release] =
        [WARDS, LSOAS, MSOAS, LOOKUP, RELEASE].map(|kind| sheets.remove(kind.what));
    let held: BTreeMap<AuthorityCode, String> = boundaries::hexes()?
        .into_iter()
        .map(|hex| (hex.authority_code, hex.authority))
        .collect();
    let mut made = Vec::new();
    if let Some(sheet) = &wards {
        made.push(("wards.parquet", wards_table(sheet, &held)?));
    }
    if lsoas.is_none()
        && msoas.is_none()
        && let Some(sheet) = lookup.as_ref().or(release.as_ref())
    {
        let text = format!("completes no table [give {} beside it]", LSOAS.what);
        return Err(DataError::fault(&sheet.path, text));
    }
    if let Some(sheet) = lsoas.as_ref().or(msoas.as_ref()) {
        let needs = |what: &str| {
            let text = format!("needs {what} beside it");
            DataError::fault(&sheet.path, text)
        };
        let lookup = lookup.as_ref().ok_or_else(|| needs(LOOKUP.what))?;
        let release = release.as_ref().ok_or_else(|| needs(RELEASE.what))?;
        let nesting = Nesting::of(lookup, release, &held)?;
        if let Some(sheet) = &lsoas {
            made.push(("lsoas.parquet", lsoas_table(sheet, &nesting, &held)?));
        }
        if let Some(sheet) = &msoas {
            let (table, former) = msoas_table(sheet, release, &nesting, &held)?;
            made.push(("msoas.parquet", table));
            made.push(("former_codes.csv", former));
        }
    }
    made.sort_by_key(|(file, _)| *file);
    Ok(made)
}

type Held = BTreeMap<AuthorityCode, String>;

/// How lower layer areas nest in middle layer areas and authorities.
struct Nesting {
    /// The name of each lower layer area.
    names: BTreeMap<String, String>,
    /// The middle layer areas by name.
    msoas: BTreeMap<String, Msoa>,
}

struct Msoa {
    code: String,
    authority: AuthorityCode,
}

/// How many lower layer areas of a middle layer area lie in each authority.
type Votes = BTreeMap<AuthorityCode, usize>;

type Homes = [i64; BAND_LETTERS.len()];

impl Msoa {
    fn of(line: &Line<'_>, code: &str, votes: Votes) -> Result<Self, DataError> {
        let most = votes.values().max().copied();
        let mut first = votes.into_iter().filter(|(_, count)| Some(*count) == most);
        match (first.next(), first.next()) {
            (Some((authority, _)), None) => Ok(Self {
                code: code.to_owned(),
                authority,
            }),
            _ => Err(line.fault(format!("{code} lies in no authority more than in another"))),
        }
    }
}

impl Nesting {
    /// A lower layer area is named for its middle layer area and a letter.
    fn of(lookup: &Sheet, release: &Sheet, held: &Held) -> Result<Self, DataError> {
        let mut names = BTreeMap::new();
        let mut authorities: BTreeMap<String, Votes> = BTreeMap::new();
        let columns = lookup.columns(["lsoa21_code", "lsoa21_name", "ltla24_code"])?;
        for line in lookup.lines() {
            let [code, name, authority] = columns.map(|column| line.text(column));
            let authority = authority_of(&line, authority, held)?;
            let msoa = msoa_name(name).ok_or_else(|| {
                line.fault(format!("{name:?} is not named for a middle layer area"))
            })?;
            *authorities
                .entry(msoa.to_owned())
                .or_default()
                .entry(authority)
                .or_default() += 1;
            if names.insert(code.to_owned(), name.to_owned()).is_some() {
                return Err(line.fault(format!("{code} stands twice")));
            }
        }
        let mut msoas = BTreeMap::new();
        let mut nameless = Vec::new();
        let [geography, code, name] = release.columns(["geography", "ecode", "area_name"])?;
        for line in release
            .lines()
            .filter(|line| line.text(geography) == MIDDLE)
        {
            match authorities.remove_entry(line.text(name)) {
                Some((name, votes)) => {
                    let msoa = Msoa::of(&line, line.text(code), votes)?;
                    msoas.insert(name, msoa);
                }
                None => nameless.push(line),
            }
        }
        // The release leaves some names empty and swaps others: these are known by their homes.
        let homes = homes_of_lower_layer_areas(release, &names, &authorities)?;
        for line in nameless {
            let code = line.text(code);
            let own = release_homes(&line, &release_bands(release)?)?.dwellings_hundredths;
            let mut like = homes.iter().filter(|(_, (sum, counts))| {
                let allowed = 500 * (counts + 1);
                sum.iter()
                    .zip(own)
                    .all(|(sum, own)| (sum - own).abs() <= allowed)
            });
            let (Some((name, _)), None) = (like.next(), like.next()) else {
                let text = format!("{code} has neither the name nor the homes of one area");
                return Err(line.fault(text));
            };
            let votes = authorities
                .remove(name)
                .ok_or_else(|| line.fault(format!("{code} is like {name}, as another area is")))?;
            msoas.insert(name.clone(), Msoa::of(&line, code, votes)?);
        }
        if let Some(name) = authorities.into_keys().next() {
            let text = format!(
                "has no middle layer area {name:?}, which {} needs",
                LOOKUP.what
            );
            return Err(DataError::fault(&release.path, text));
        }
        Ok(Self { names, msoas })
    }
}

/// `Derby 001` of `Derby 001A`.
fn msoa_name(lsoa: &str) -> Option<&str> {
    let name = lsoa.strip_suffix(|letter: char| letter.is_ascii_uppercase())?;
    name.ends_with(|digit: char| digit.is_ascii_digit())
        .then_some(name)
}

fn wards_table(sheet: &Sheet, held: &Held) -> Result<Vec<u8>, DataError> {
    let [authority, code, name] = sheet.columns(["ltla24_code", "ward24_code", "ward24_name"])?;
    let figures = Figures::of(sheet)?;
    let mut areas = Vec::new();
    for line in sheet.lines() {
        let area = figures.area(&line, line.text(code), line.text(name))?;
        areas.push((authority_of(&line, line.text(authority), held)?, area));
    }
    finished(sheet, AreaKind::Ward, areas, held)
}

fn lsoas_table(sheet: &Sheet, nesting: &Nesting, held: &Held) -> Result<Vec<u8>, DataError> {
    let [authority, code] = sheet.columns(["ltla24_code", "lsoa21"])?;
    let [ward_code, ward] = sheet.columns(["ward24_code", "ward24_name"])?;
    let [suppressed, decile, setting] = sheet.columns(["n_suppressed", "imd25_decile", "ruc"])?;
    let figures = Figures::of(sheet)?;
    let mut areas = Vec::new();
    for line in sheet.lines() {
        let code = line.text(code);
        let name = nesting.names.get(code);
        let name = name.ok_or_else(|| line.fault(format!("{code} is not in {}", LOOKUP.what)))?;
        let msoa = msoa_name(name).and_then(|name| nesting.msoas.get(name));
        let setting: Setting = line
            .text(setting)
            .to_lowercase()
            .parse()
            .map_err(|error| line.fault(format!("{error}")))?;
        let area = SmallArea {
            ward_code: Some(line.text(ward_code).to_owned()),
            ward: Some(line.text(ward).to_owned()),
            msoa_code: msoa.map(|msoa| msoa.code.clone()),
            suppressed_cells: Some(line.count(suppressed)?),
            deprivation_decile: line.decile(decile)?,
            setting: Some(setting),
            ..figures.area(&line, code, name)?
        };
        areas.push((authority_of(&line, line.text(authority), held)?, area));
    }
    let found: BTreeSet<&str> = areas.iter().map(|(_, area)| area.code.as_str()).collect();
    let mut missing = nesting
        .names
        .keys()
        .filter(|code| !found.contains(code.as_str()));
    if let Some(first) = missing.next() {
        let text = format!(
            "leaves out {} of the areas in {} (the first: {first})",
            1 + missing.count(),
            LOOKUP.what
        );
        return Err(DataError::fault(&sheet.path, text));
    }
    finished(sheet, AreaKind::Lsoa, areas, held)
}

/// Homes are those of the release, incomes where they are told. The second table names the
/// codes of authorities of 2011 and what became of them.
fn msoas_table(
    sheet: &Sheet,
    release: &Sheet,
    nesting: &Nesting,
    held: &Held,
) -> Result<(Vec<u8>, Vec<u8>), DataError> {
    let by_code: BTreeMap<&str, (&str, &Msoa)> = nesting
        .msoas
        .iter()
        .map(|(name, msoa)| (msoa.code.as_str(), (name.as_str(), msoa)))
        .collect();
    let [code, former, former_name] = sheet.columns(["msoa", "la_code", "la_name"])?;
    let measures = [
        "total_income",
        "net_income",
        "net_equiv_bhc",
        "net_equiv_ahc",
    ]
    .map(|measure| {
        sheet.columns([
            measure,
            &format!("{measure}_lcl"),
            &format!("{measure}_ucl"),
        ])
    });
    let [total, net, before, after] = measures;
    let (total, net, before, after) = (total?, net?, before?, after?);
    let mut incomes = BTreeMap::new();
    let mut formers: BTreeMap<&str, (&str, &AuthorityCode, usize)> = BTreeMap::new();
    for line in sheet.lines() {
        let code = line.text(code);
        let Some((_, msoa)) = by_code.get(code) else {
            return Err(line.fault(format!("{code} is not in {}", RELEASE.what)));
        };
        let authority = &msoa.authority;
        let (former, name) = (line.text(former), line.text(former_name));
        let (_, became, n_areas) = formers.entry(former).or_insert((name, authority, 0));
        if *became != authority {
            return Err(line.fault(format!(
                "areas of {former} ({name}) lie in {became} and in {authority}"
            )));
        }
        *n_areas += 1;
        let estimate = |[pounds, lower, upper]: [usize; 3]| {
            let (pounds, lower_pounds, upper_pounds) =
                (line.count(pounds)?, line.count(lower)?, line.count(upper)?);
            if lower_pounds > pounds || pounds > upper_pounds {
                return Err(line.fault(format!(
                    "{code}: an income of {pounds} lies outside its limits, {lower_pounds} to \
                     {upper_pounds}"
                )));
            }
            Ok(Estimate {
                pounds,
                lower_pounds,
                upper_pounds,
            })
        };
        let income = Incomes {
            total: estimate(total)?,
            net: estimate(net)?,
            net_before_housing: estimate(before)?,
            net_after_housing: estimate(after)?,
        };
        if incomes.insert(code, income).is_some() {
            return Err(line.fault(format!("{code} stands twice")));
        }
    }

    let [geography, code] = release.columns(["geography", "ecode"])?;
    let bands = release_bands(release)?;
    let mut areas = Vec::new();
    for line in release.lines() {
        let code = line.text(code);
        let Some((name, msoa)) = by_code.get(code).filter(|_| line.text(geography) == MIDDLE)
        else {
            continue;
        };
        let homes = release_homes(&line, &bands)?;
        let area = SmallArea {
            dwellings_hundredths: homes.dwellings_hundredths,
            suppressed_cells: Some(homes.suppressed),
            income: incomes.get(code).copied(),
            ..nothing_but(code, name)
        };
        areas.push((msoa.authority.clone(), area));
    }
    let former = formers
        .into_iter()
        .filter(|(code, (_, authority, _))| *code != authority.as_str())
        .map(|(code, (name, authority, n_areas))| {
            let successor = held.get(authority).map_or("", String::as_str);
            vec![
                code.to_owned(),
                name.to_owned(),
                authority.to_string(),
                successor.to_owned(),
                n_areas.to_string(),
            ]
        })
        .collect();
    let header = [
        "former_code",
        "former",
        "authority_code",
        "authority",
        "n_msoas",
    ];
    let ImportedTable { csv, .. } = csv_table("former_codes.csv", &header, former);
    Ok((
        finished(release, AreaKind::Msoa, areas, held)?,
        csv.into_bytes(),
    ))
}

/// Homes of the lower layer areas of some middle layer areas, and how many these are.
fn homes_of_lower_layer_areas(
    release: &Sheet,
    names: &BTreeMap<String, String>,
    wanted: &BTreeMap<String, Votes>,
) -> Result<BTreeMap<String, (Homes, i64)>, DataError> {
    let [geography, code] = release.columns(["geography", "ecode"])?;
    let bands = release_bands(release)?;
    let mut sums: BTreeMap<String, (Homes, i64)> = BTreeMap::new();
    for line in release.lines().filter(|line| line.text(geography) == LOWER) {
        let name = names.get(line.text(code)).and_then(|name| msoa_name(name));
        let Some(name) = name.filter(|name| wanted.contains_key(*name)) else {
            continue;
        };
        let area = release_homes(&line, &bands)?;
        let (sum, counts) = sums.entry(name.to_owned()).or_default();
        for (sum, homes) in sum.iter_mut().zip(area.dwellings_hundredths) {
            *sum += homes;
        }
        *counts += 1;
    }
    Ok(sums)
}

/// The homes of a line of the release.
struct ReleaseHomes {
    dwellings_hundredths: Homes,
    suppressed: i64,
}

fn release_homes(
    line: &Line<'_>,
    bands: &[usize; BAND_LETTERS.len()],
) -> Result<ReleaseHomes, DataError> {
    let mut area = ReleaseHomes {
        dwellings_hundredths: [0; BAND_LETTERS.len()],
        suppressed: 0,
    };
    for (homes, &column) in area.dwellings_hundredths.iter_mut().zip(bands) {
        *homes = match line.text(column) {
            "-" => {
                area.suppressed += 1;
                SUPPRESSED_HUNDREDTHS
            }
            // Band I is of Wales.
            ".." => 0,
            _ => 100 * line.count(column)?,
        };
    }
    Ok(area)
}

fn release_bands(release: &Sheet) -> Result<[usize; BAND_LETTERS.len()], DataError> {
    let names = BAND_LETTERS.map(|letter| format!("band_{letter}"));
    release.columns(names.each_ref().map(String::as_str))
}

/// The columns that wards and lower layer areas share.
struct Figures {
    bands: [usize; BAND_LETTERS.len()],
    households: [usize; 5],
    score: usize,
    income_rate: usize,
}

impl Figures {
    fn of(sheet: &Sheet) -> Result<Self, DataError> {
        let bands = BAND_LETTERS.map(|letter| format!("b{}", letter.to_ascii_uppercase()));
        let [score, income_rate] = sheet.columns(["imd25_score", "imd25_income_rate"])?;
        Ok(Self {
            bands: sheet.columns(bands.each_ref().map(String::as_str))?,
            households: sheet.columns([
                "households",
                "own_outright",
                "own_mortgage_shared",
                "social_rent",
                "private_rent_or_free",
            ])?,
            score,
            income_rate,
        })
    }

    fn area(&self, line: &Line<'_>, code: &str, name: &str) -> Result<SmallArea, DataError> {
        let mut dwellings_hundredths = [0; BAND_LETTERS.len()];
        for (homes, column) in dwellings_hundredths.iter_mut().zip(self.bands) {
            *homes = line.hundredths(column)?;
        }
        let [households, owned, mortgage, social, private] = self.households;
        Ok(SmallArea {
            dwellings_hundredths,
            households: Some(line.count(households)?),
            tenure: Some(Tenure {
                owned_outright: line.count(owned)?,
                mortgage_or_shared: line.count(mortgage)?,
                social_rent: line.count(social)?,
                private_rent: line.count(private)?,
            }),
            deprivation_score: line.measure(self.score, 100.0)?,
            income_deprivation_rate: line.measure(self.income_rate, 1.0)?,
            ..nothing_but(code, name)
        })
    }
}

/// An area of which only code and name are told.
fn nothing_but(code: &str, name: &str) -> SmallArea {
    SmallArea {
        code: code.to_owned(),
        name: name.to_owned(),
        ward_code: None,
        ward: None,
        msoa_code: None,
        dwellings_hundredths: [0; BAND_LETTERS.len()],
        suppressed_cells: None,
        households: None,
        tenure: None,
        deprivation_score: None,
        deprivation_decile: None,
        income_deprivation_rate: None,
        setting: None,
        income: None,
    }
}

/// The table of all areas, in the order of authorities and codes.
fn finished(
    sheet: &Sheet,
    kind: AreaKind,
    mut areas: Vec<(AuthorityCode, SmallArea)>,
    held: &Held,
) -> Result<Vec<u8>, DataError> {
    let mut codes = BTreeSet::new();
    for (_, area) in &areas {
        if area.code.is_empty() || area.name.is_empty() {
            let text = format!(
                "a {kind} has no code or no name ({:?}, {:?})",
                area.code, area.name
            );
            return Err(DataError::fault(&sheet.path, text));
        }
        if !codes.insert(area.code.as_str()) {
            return Err(DataError::fault(
                &sheet.path,
                format!("{} stands twice", area.code),
            ));
        }
    }
    complete(sheet, &areas, held)?;
    areas.sort_by(|a, b| (&a.0, &a.1.code).cmp(&(&b.0, &b.1.code)));
    table(kind, &areas)
}

fn authority_of(line: &Line<'_>, code: &str, held: &Held) -> Result<AuthorityCode, DataError> {
    let known = code.parse().ok().filter(|code| held.contains_key(code));
    known.ok_or_else(|| {
        line.fault(format!(
            "{code:?} is no authority (allowed: the {} of England and Wales of April 2023)",
            held.len()
        ))
    })
}

/// Refuses a table that leaves an authority out.
fn complete(
    sheet: &Sheet,
    areas: &[(AuthorityCode, SmallArea)],
    held: &Held,
) -> Result<(), DataError> {
    let found: BTreeSet<&AuthorityCode> = areas.iter().map(|(authority, _)| authority).collect();
    let mut missing = held.iter().filter(|(code, _)| !found.contains(code));
    let Some((code, name)) = missing.next() else {
        return Ok(());
    };
    let text = format!(
        "leaves out {} of {} authorities (the first: {name}, {code})",
        1 + missing.count(),
        held.len()
    );
    Err(DataError::fault(&sheet.path, text))
}
