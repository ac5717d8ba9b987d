//! The tables of one vintage: authorities, bands, tax bases, band D amounts, who precepts on whom.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::catalogue::{self, DataError, Reorganisation};
use super::law::Law;
use super::scenario::nearest;
use super::user;
use crate::domain::{
    Authority, AuthorityClass, AuthorityCode, Band, ByBand, FinancialYear, Nation, Pence, Share,
    Standing, apportion,
};

/// All tables of one financial year.
#[derive(Debug, Clone, PartialEq)]
pub struct Vintage {
    /// Its name: the year, or that of a vintage installed by the user.
    pub name: String,
    /// The year of the band D amounts.
    pub year: FinancialYear,
    /// What its parts are of, and what of it is carried forward.
    pub parts: Vec<Part>,
    /// Billing authorities in the order of their codes.
    pub authorities: Vec<AuthorityRecord>,
    /// Authorities that precept on them, in the order of their codes.
    pub preceptors: Vec<PreceptorRecord>,
    /// Authorities of earlier years that became part of these.
    pub reorganisations: Vec<Reorganisation>,
    /// SHA-256 over its files, where the user has installed it.
    pub sha256: Option<String>,
}

/// A part of a vintage: of what date, from where, how far to be trusted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// `dwellings`, `rates`, `tax_base` or `levels`.
    pub name: String,
    /// The date of the figures.
    pub date: String,
    /// Who publishes them, and as what.
    pub source: String,
    /// S, H, M or J.
    pub standing: String,
    /// The file that was imported; empty for what is built in.
    #[serde(default)]
    pub file: String,
    /// SHA-256 of that file.
    #[serde(default)]
    pub sha256: String,
    /// What is carried forward and how, as a sentence; empty where nothing is.
    #[serde(default)]
    pub carried_forward: String,
    /// The nation whose figures it is about; both where it is empty.
    #[serde(default)]
    pub nation: String,
}

/// What a vintage says of itself: `vintage.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Financial year of the band D amounts.
    pub year: String,
    /// What it is, in words.
    pub title: String,
    /// Its parts.
    pub part: Vec<Part>,
}

/// An authority that precepts on billing authorities.
#[derive(Debug, Clone, PartialEq)]
pub struct PreceptorRecord {
    /// ONS code.
    pub code: AuthorityCode,
    /// Its name, as official tables have it.
    pub name: String,
    /// Its class.
    pub class: AuthorityClass,
    /// Its band D amount; nothing where it is not one amount for its whole area.
    pub band_d: Option<Pence>,
    /// The published tax base that it precepts on, band D equivalents; nothing where unknown.
    pub tax_base: Option<f64>,
    /// How far its amount can be trusted.
    pub standing: Standing,
}

/// Who proposes: one authority, and the billing authorities on whose bills its amount stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposer {
    /// Its own row; that of a preceptor is the sum over the billing authorities.
    pub record: AuthorityRecord,
    /// The billing authorities: itself, or all on which it precepts.
    pub areas: Vec<AuthorityRecord>,
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
    /// Codes of the authorities that precept on it.
    pub preceptors: Vec<AuthorityCode>,
}

/// One band of one authority: VOA dwellings and the tax base return of the October before.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
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
    /// How far the split between them can be trusted; the whole bill is published.
    pub standing: Standing,
}

impl Levels {
    /// The amount of a class of preceptor.
    pub fn of(&self, class: AuthorityClass) -> Pence {
        match class {
            AuthorityClass::County | AuthorityClass::GreaterLondon => self.county_or_gla,
            AuthorityClass::Police => self.police,
            AuthorityClass::Fire => self.fire,
            AuthorityClass::CombinedAuthority => self.combined_authority,
            AuthorityClass::ShireDistrict
            | AuthorityClass::Unitary
            | AuthorityClass::MetropolitanDistrict
            | AuthorityClass::OuterLondon
            | AuthorityClass::InnerLondon
            | AuthorityClass::WelshPrincipalArea => self.own,
        }
    }
}

/// Names of the embedded vintages, oldest first.
pub const VINTAGES: [&str; 2] = ["2023-24", "2026-27"];

impl Vintage {
    /// The embedded vintage of a year in [`VINTAGES`], or the newest, or one that the user has
    /// installed; read once and kept.
    ///
    /// # Errors
    /// When there is none of that name, or its tables do not fit together.
    pub fn held(name: Option<&str>) -> Result<&'static Self, DataError> {
        static HELD: [OnceLock<Result<Vintage, DataError>>; VINTAGES.len()] =
            [const { OnceLock::new() }; VINTAGES.len()];
        let position = match name {
            None => VINTAGES.len() - 1,
            Some(name) => match VINTAGES.iter().position(|held| *held == name) {
                Some(position) => position,
                None => return Self::installed(name),
            },
        };
        let vintage = HELD[position].get_or_init(|| Self::embedded(VINTAGES[position]));
        vintage.as_ref().map_err(Clone::clone)
    }

    /// A vintage that the user has installed.
    fn installed(name: &str) -> Result<&'static Self, DataError> {
        static INSTALLED: Mutex<BTreeMap<String, &'static Vintage>> = Mutex::new(BTreeMap::new());
        let own = user::vintages()?;
        if !own.iter().any(|held| held == name) {
            let mut held = VINTAGES.to_vec();
            held.extend(own.iter().map(String::as_str));
            let text = format!(
                "no figures of {name:?} are held (held: {}){}",
                held.join(", "),
                nearest(name, &held)
            );
            return Err(DataError::fault(Path::new("vintage"), text));
        }
        let mut installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(vintage) = installed.get(name) {
            return Ok(vintage);
        }
        let folder = Installed { name };
        let manifest = user::table(name, user::MANIFEST)?;
        let manifest = std::str::from_utf8(&manifest).map_err(|_| {
            DataError::fault(
                Path::new(&folder.file("vintage.toml")),
                "is not text".to_owned(),
            )
        })?;
        let mut vintage = Self::assemble(name, manifest, &folder)?;
        vintage.sha256 = Some(folder.sha256()?);
        // Read once a process, and kept to its end as the embedded ones are.
        let vintage: &'static Self = Box::leak(Box::new(vintage));
        installed.insert(name.to_owned(), vintage);
        Ok(vintage)
    }

    /// The embedded vintage of a year in [`VINTAGES`], read anew.
    ///
    /// # Errors
    /// When there is none of that name, or its tables do not fit together.
    fn embedded(name: &str) -> Result<Self, DataError> {
        let manifest = catalogue::text(&format!("vintages/{name}/vintage.toml"))?;
        let rows = Embedded { name };
        Self::assemble(name, manifest, &rows)
    }

    /// Puts the tables of a vintage together, whatever their order of rows.
    fn assemble(name: &str, manifest: &str, tables: &impl Tables) -> Result<Self, DataError> {
        let fault =
            |table: &str, text: String| DataError::fault(Path::new(&tables.file(table)), text);
        let manifest: Manifest = toml::from_str(manifest).map_err(|error| {
            DataError::fault(
                Path::new(name),
                format!("vintage.toml: {}", error.message()),
            )
        })?;
        let year: FinancialYear = manifest
            .year
            .parse()
            .map_err(|error| DataError::fault(Path::new(name), format!("vintage.toml: {error}")))?;
        let mut bands: BTreeMap<String, Vec<RawBand>> = BTreeMap::new();
        for row in tables.rows::<RawBand>("bands")? {
            bands
                .entry(row.authority_code.clone())
                .or_default()
                .push(row);
        }
        let bases = by_code(tables.rows::<RawTaxBase>("tax_base")?, |row| {
            &row.authority_code
        })
        .map_err(|text| fault("tax_base", text))?;
        let levels = by_code(tables.rows::<RawLevels>("levels")?, |row| {
            &row.authority_code
        })
        .map_err(|text| fault("levels", text))?;
        let preceptors = tables
            .rows::<RawPreceptor>("preceptors")?
            .into_iter()
            .map(|row| row.checked(&tables.file("preceptors")))
            .collect::<Result<Vec<_>, _>>()?;
        let mut precepts: BTreeMap<String, Vec<AuthorityCode>> = BTreeMap::new();
        for row in tables.rows::<RawPrecept>("precepts")? {
            let preceptor = preceptors
                .iter()
                .find(|one| one.code.as_str() == row.preceptor_code)
                .ok_or_else(|| {
                    let text = format!("{} is not in the table of preceptors", row.preceptor_code);
                    fault("precepts", text)
                })?;
            precepts
                .entry(row.authority_code)
                .or_default()
                .push(preceptor.code.clone());
        }
        let mut authorities = Vec::new();
        for place in tables.rows::<RawAuthority>("authorities")? {
            let code = place.authority_code.clone();
            let authority = place.checked(&tables.file("authorities"))?;
            let missing = |table: &str| fault(table, format!("{code} has no row"));
            let of_bands = bands.get(&code).ok_or_else(|| missing("bands"))?;
            let nation = authority.code.nation();
            let aligned = of_bands.len() == nation.bands().len()
                && of_bands
                    .iter()
                    .zip(nation.bands())
                    .all(|(row, band)| row.band == band.to_string());
            if !aligned {
                let text = format!(
                    "{code} does not have one row for each of bands {} in order",
                    nation.bands_in_words()
                );
                return Err(fault("bands", text));
            }
            let base = bases.get(&code).ok_or_else(|| missing("tax_base"))?;
            let level = levels.get(&code).ok_or_else(|| missing("levels"))?;
            authorities.push(AuthorityRecord {
                authority,
                bands: ByBand::from_fn(|band| {
                    of_bands
                        .get(band.index())
                        .map_or_else(BandRow::default, |row| row.row)
                }),
                tax_base: base.base,
                levels: level.checked(&tables.file("levels"))?,
                preceptors: precepts.remove(&code).unwrap_or_default(),
            });
        }
        for record in &authorities {
            record.plausible().map_err(|(table, text)| {
                fault(table, format!("{}: {text}", record.authority.code))
            })?;
        }
        authorities.sort_by(|a, b| a.authority.code.cmp(&b.authority.code));
        Ok(Self {
            name: name.to_owned(),
            year,
            parts: manifest.part,
            authorities,
            preceptors,
            reorganisations: catalogue::reorganisations()?,
            sha256: None,
        })
    }

    /// The parts that are carried forward, as far as they bear on a nation.
    pub fn carried_forward(&self, nation: Nation) -> Vec<&Part> {
        self.parts
            .iter()
            .filter(|part| part.nation.is_empty() || part.nation == nation.to_string())
            .filter(|part| !part.carried_forward.is_empty())
            .collect()
    }

    /// The rows of one of its tables.
    pub(crate) fn rows<T: DeserializeOwned>(&self, table: &str) -> Result<Vec<T>, DataError> {
        let name = self.name.as_str();
        if self.sha256.is_some() {
            Installed { name }.rows(table)
        } else {
            Embedded { name }.rows(table)
        }
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
    /// assert_eq!(vintage.find("E08000038")?.authority.name, "Barnsley");
    /// assert_eq!(vintage.find("derby")?.authority.code.as_str(), "E06000015");
    /// let error = vintage.find("Darby").unwrap_err().to_string();
    /// assert!(error.ends_with("[did you mean Derby?]"), "{error}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn find(&self, wanted: &str) -> Result<&AuthorityRecord, UnknownAuthority> {
        self.billing(wanted).ok_or_else(|| self.unknown(wanted))
    }

    /// Who proposes: the billing authority, county, police or fire authority of a name or code.
    ///
    /// A county, police or fire authority may be named as official tables do, or in short:
    /// `Bedfordshire Police`.
    ///
    /// # Errors
    /// When there is none, or when it has more than one amount in its area; the message names the
    /// nearest.
    ///
    /// # Example
    /// ```
    /// use bandwise::data::Vintage;
    /// let vintage = Vintage::held(Some("2023-24"))?;
    /// let police = vintage.proposer("Bedfordshire Police")?;
    /// assert_eq!(police.areas.len(), 3);
    /// assert_eq!(police.record.levels.own.to_string(), "£252.09");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn proposer(&self, wanted: &str) -> Result<Proposer, UnknownAuthority> {
        let county = fold(wanted).ends_with(" county council");
        if let Some(record) = self.billing(wanted).filter(|_| !county) {
            return Ok(Proposer {
                record: record.clone(),
                areas: vec![record.clone()],
            });
        }
        let folded = fold(wanted);
        let preceptor = self.preceptors.iter().find(|row| {
            is_code(&row.code, wanted)
                || fold(&row.name) == folded
                || county && fold(&row.name) == place_of(&folded)
                || short_name(&row.name, row.class) == folded
        });
        match preceptor {
            // A county that became unitary is still called by its old name.
            None => match self.billing(wanted) {
                Some(record) => Ok(Proposer {
                    record: record.clone(),
                    areas: vec![record.clone()],
                }),
                None => Err(self.unknown(wanted)),
            },
            Some(row) => self.sum_over_areas(row).ok_or_else(|| UnknownAuthority {
                several_amounts: true,
                ..self.unknown(&row.name)
            }),
        }
    }

    fn billing(&self, wanted: &str) -> Option<&AuthorityRecord> {
        let folded = fold(wanted);
        // A new code of the same authority finds it under the old one, and the other way round.
        let recoded = self
            .reorganisations
            .iter()
            .filter(|row| row.successor == row.predecessor)
            .find_map(|row| match wanted.trim() {
                code if code == row.successor_code => Some(row.predecessor_code.as_str()),
                code if code == row.predecessor_code => Some(row.successor_code.as_str()),
                _ => None,
            });
        self.authorities
            .iter()
            .find(|row| {
                is_code(&row.authority.code, wanted)
                    || recoded == Some(row.authority.code.as_str())
                    || fold(&row.authority.name) == folded
            })
            // A name with the words of its kind: where the bare name is held, it is that.
            .or_else(|| {
                self.authorities
                    .iter()
                    .find(|row| fold(&row.authority.name) == place_of(&folded))
            })
    }

    fn unknown(&self, wanted: &str) -> UnknownAuthority {
        let folded = fold(wanted);
        UnknownAuthority {
            wanted: wanted.to_owned(),
            billing: self.authorities.len(),
            precepting: self.preceptors.len(),
            several_amounts: false,
            hint: self
                .became(wanted, &folded)
                .or_else(|| self.precepts(wanted, &folded))
                .or_else(|| self.in_another(&folded))
                .or_else(|| self.nearest(&folded)),
        }
    }

    /// The row of a preceptor: homes and tax base summed over the billing authorities.
    fn sum_over_areas(&self, preceptor: &PreceptorRecord) -> Option<Proposer> {
        let band_d = preceptor.band_d?;
        let areas: Vec<AuthorityRecord> = self
            .authorities
            .iter()
            .filter(|row| row.preceptors.contains(&preceptor.code))
            .cloned()
            .collect();
        let sum = |of: &dyn Fn(&AuthorityRecord) -> f64| areas.iter().map(of).sum::<f64>();
        let electorate: i64 = areas.iter().map(|row| row.authority.electorate_2016).sum();
        let voted =
            sum(&|row| row.authority.turnout_2016.value() * row.authority.electorate_2016 as f64);
        let estimate = sum(&|row| row.tax_base.estimate_after_support);
        let base = sum(&|row| row.tax_base.tax_base_for_setting);
        let tax_base = TaxBase {
            return_after_support: sum(&|row| row.tax_base.return_after_support),
            return_band_a_disabled: sum(&|row| row.tax_base.return_band_a_disabled),
            return_contributions_in_lieu: sum(&|row| row.tax_base.return_contributions_in_lieu),
            estimate_after_support: estimate,
            collection_rate: sum(&|row| {
                row.tax_base.estimate_after_support * row.tax_base.collection_rate
            }) / estimate,
            contributions_in_lieu: sum(&|row| row.tax_base.contributions_in_lieu),
            tax_base_for_setting: base,
            requirement_pounds: (base * band_d.pounds()).round() as i64,
            parish_precepts_pounds: 0,
        };
        let authority = Authority {
            code: preceptor.code.clone(),
            name: preceptor.name.clone(),
            class: preceptor.class,
            region: areas.first()?.authority.region.clone(),
            upper_tier: preceptor.name.clone(),
            turnout_2016: Share::new(voted / electorate as f64).ok()?,
            electorate_2016: electorate,
        };
        let levels = Levels {
            own: band_d,
            own_incl_parish: band_d,
            county_or_gla: Pence::ZERO,
            police: Pence::ZERO,
            fire: Pence::ZERO,
            combined_authority: Pence::ZERO,
            area: band_d,
            standing: preceptor.standing,
        };
        let bands = ByBand::from_fn(|band| {
            areas
                .iter()
                .map(|row| row.bands[band])
                .fold(BandRow::default(), BandRow::plus)
        });
        Some(Proposer {
            record: AuthorityRecord {
                authority,
                bands,
                tax_base,
                levels,
                preceptors: Vec::new(),
            },
            areas,
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

    /// That the name is of a preceptor, which has no homes of its own.
    fn precepts(&self, wanted: &str, folded: &str) -> Option<String> {
        let row = self
            .preceptors
            .iter()
            .find(|row| is_code(&row.code, wanted) || fold(&row.name) == folded)?;
        Some(format!(
            "{} precepts on billing authorities: name one of them",
            row.name
        ))
    }

    /// Where another vintage has the name, as 2026-27 has Wales.
    fn in_another(&self, folded: &str) -> Option<String> {
        VINTAGES
            .iter()
            .filter(|name| **name != self.name)
            .find_map(|name| {
                let rows =
                    catalogue::rows::<RawAuthority>(&format!("vintages/{name}/authorities.csv"));
                let row = rows
                    .ok()?
                    .into_iter()
                    .find(|row| fold(&row.authority) == folded)?;
                Some(format!("{} is held in {name}", row.authority))
            })
    }

    fn nearest(&self, folded: &str) -> Option<String> {
        let preceptors = self
            .preceptors
            .iter()
            .map(|row| (&row.name, short_name(&row.name, row.class)));
        self.authorities
            .iter()
            .map(|row| (&row.authority.name, fold(&row.authority.name)))
            .chain(preceptors)
            .map(|(name, known)| (strsim::jaro_winkler(folded, &known), name))
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
        .replace(['\'', '\u{2019}', ',', '.'], "");
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A folded name without the words of its kind: `derby` for `derby city council`.
fn place_of(folded: &str) -> &str {
    let mut place = folded;
    for start in [
        "london borough of ",
        "royal borough of ",
        "city of ",
        "county of ",
    ] {
        place = place.strip_prefix(start).unwrap_or(place);
    }
    for end in [
        " council",
        " county borough",
        " county",
        " city",
        " borough",
        " district",
        " metropolitan borough",
        " metropolitan district",
        " city of",
        " county of",
    ] {
        place = place.strip_suffix(end).unwrap_or(place);
    }
    place
}

fn is_code(code: &AuthorityCode, wanted: &str) -> bool {
    code.as_str().eq_ignore_ascii_case(wanted.trim())
}

/// A preceptor's name as people say it: `bedfordshire police`, `avon fire`.
fn short_name(name: &str, class: AuthorityClass) -> String {
    let folded = fold(name);
    let (endings, word): (&[&str], &str) = match class {
        AuthorityClass::Police => (
            &[
                " police and crime commissioner",
                " police fire and crime commissioner - police",
                " combined authority - police functions",
            ],
            " police",
        ),
        AuthorityClass::Fire => (
            &[
                " fire and rescue authority",
                " combined fire authority",
                " fire authority",
                " police fire and crime commissioner - fire",
            ],
            " fire",
        ),
        _ => return folded,
    };
    let stem = endings
        .iter()
        .find_map(|ending| folded.strip_suffix(ending));
    stem.map_or(folded.clone(), |stem| format!("{stem}{word}"))
}

/// No authority has this name or code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownAuthority {
    wanted: String,
    billing: usize,
    precepting: usize,
    several_amounts: bool,
    hint: Option<String>,
}

impl std::fmt::Display for UnknownAuthority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.several_amounts {
            return write!(
                f,
                "{} has more than one band D amount in its area and is not modelled as a proposer \
                 (allowed: one of its billing authorities)",
                self.wanted
            );
        }
        write!(
            f,
            "{:?} is no authority of this vintage (allowed: the name or ONS code of one of {} \
             billing authorities, or of {} counties, police, fire and combined authorities)",
            self.wanted, self.billing, self.precepting
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

    /// Whether its figures can be used: finite, not negative, and of a size that they may have.
    fn plausible(&self) -> Result<(), (&'static str, String)> {
        let within = |table: &'static str, what: &str, value: f64, least: f64, most: f64| {
            if (least..=most).contains(&value) {
                return Ok(());
            }
            let text = format!("{what} of {value} cannot be (allowed: {least} to {most})");
            Err((table, text))
        };
        let most = 1e7;
        for (band, row) in self.bands.iter() {
            for (what, value) in [
                ("dwellings", row.dwellings as f64),
                ("listed", row.listed as f64),
                ("chargeable", row.chargeable as f64),
                ("single_adult", row.single_adult as f64),
                ("one_counted", row.one_counted as f64),
                ("all_disregarded", row.all_disregarded as f64),
                ("second_homes", row.second_homes as f64),
                ("empty", row.empty as f64),
                ("support_pension_age", row.support_pension_age),
                ("support_working_age", row.support_working_age),
                (
                    "band_d_equivalents_before_support",
                    row.band_d_equivalents_before_support,
                ),
            ] {
                within("bands", &format!("{what} in band {band}"), value, 0.0, most)?;
            }
        }
        let base = &self.tax_base;
        within(
            "tax_base",
            "collection_rate",
            base.collection_rate,
            0.5,
            1.5,
        )?;
        for (what, value) in [
            ("return_after_support", base.return_after_support),
            ("return_band_a_disabled", base.return_band_a_disabled),
            (
                "return_contributions_in_lieu",
                base.return_contributions_in_lieu,
            ),
            ("estimate_after_support", base.estimate_after_support),
        ] {
            within("tax_base", what, value, 0.0, most)?;
        }
        let setting = base.tax_base_for_setting;
        within("tax_base", "tax_base_for_setting", setting, 0.1, most)?;
        let in_lieu = base.contributions_in_lieu;
        within("tax_base", "contributions_in_lieu", in_lieu, 0.0, setting)?;
        let levels = &self.levels;
        let (own, with_parishes) = (levels.own.pounds(), levels.own_incl_parish.pounds());
        within("levels", "own_excl_parish", own, 0.0, with_parishes + 0.01)?;
        within(
            "levels",
            "area",
            levels.area.pounds(),
            with_parishes - 0.01,
            20_000.0,
        )
    }

    /// The published tax base for setting by band, reconciled from the return.
    pub fn base_by_band(&self, law: &Law) -> BaseByBand {
        let proportions = law.proportions(self.authority.code.nation());
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

/// Where the tables of a vintage lie.
trait Tables {
    /// The name of a table's file, for messages.
    fn file(&self, table: &str) -> String;
    /// The rows of a table.
    fn rows<T: DeserializeOwned>(&self, table: &str) -> Result<Vec<T>, DataError>;
}

/// Tables that are built in.
struct Embedded<'a> {
    name: &'a str,
}

impl Tables for Embedded<'_> {
    fn file(&self, table: &str) -> String {
        format!("vintages/{}/{table}.csv", self.name)
    }

    fn rows<T: DeserializeOwned>(&self, table: &str) -> Result<Vec<T>, DataError> {
        catalogue::rows(&self.file(table))
    }
}

/// Tables that the user has installed.
struct Installed<'a> {
    name: &'a str,
}

impl Installed<'_> {
    /// The SHA-256 over names and bytes of its files.
    fn sha256(&self) -> Result<String, DataError> {
        let mut bytes = Vec::new();
        for file in [
            user::MANIFEST,
            "authorities.csv",
            "bands.csv",
            "levels.csv",
            "preceptors.csv",
            "precepts.csv",
            "tax_base.csv",
        ] {
            let content = user::table(self.name, file)?;
            bytes.extend(format!("{file} {}\n", content.len()).as_bytes());
            bytes.extend(content);
        }
        Ok(catalogue::sha256(&bytes))
    }
}

impl Tables for Installed<'_> {
    fn file(&self, table: &str) -> String {
        let folder = user::vintage_folder(self.name).unwrap_or_default();
        folder.join(format!("{table}.csv")).display().to_string()
    }

    fn rows<T: DeserializeOwned>(&self, table: &str) -> Result<Vec<T>, DataError> {
        let bytes = user::table(self.name, &format!("{table}.csv"))?;
        catalogue::rows_of(&bytes, &self.file(table))
    }
}

/// Rows by their authority; an authority with two rows is a fault.
fn by_code<T>(rows: Vec<T>, code: impl Fn(&T) -> &String) -> Result<BTreeMap<String, T>, String> {
    let mut table = BTreeMap::new();
    for row in rows {
        let key = code(&row).clone();
        if table.insert(key.clone(), row).is_some() {
            return Err(format!("{key} has two rows"));
        }
    }
    Ok(table)
}

impl BaseByBand {
    /// The bases of several billing authorities together.
    pub fn sum(bases: &[Self]) -> Self {
        let total = |of: &dyn Fn(&Self) -> i64| bases.iter().map(of).sum::<i64>();
        Self {
            thousandths: ByBand::from_fn(|band| total(&|base| base.thousandths[band])),
            in_lieu_thousandths: total(&|base| base.in_lieu_thousandths),
            return_by_band: ByBand::from_fn(|band| {
                bases.iter().map(|base| base.return_by_band[band]).sum()
            }),
            unexplained: bases.iter().map(|base| base.unexplained).sum(),
        }
    }
}

impl BandRow {
    /// Both together.
    fn plus(self, other: Self) -> Self {
        Self {
            dwellings: self.dwellings + other.dwellings,
            dwellings_suppressed: self.dwellings_suppressed.max(other.dwellings_suppressed),
            listed: self.listed + other.listed,
            chargeable: self.chargeable + other.chargeable,
            single_adult: self.single_adult + other.single_adult,
            one_counted: self.one_counted + other.one_counted,
            all_disregarded: self.all_disregarded + other.all_disregarded,
            second_homes: self.second_homes + other.second_homes,
            empty: self.empty + other.empty,
            support_pension_age: self.support_pension_age + other.support_pension_age,
            support_working_age: self.support_working_age + other.support_working_age,
            band_d_equivalents_before_support: self.band_d_equivalents_before_support
                + other.band_d_equivalents_before_support,
        }
    }
}

#[derive(Deserialize)]
struct RawPreceptor {
    preceptor_code: String,
    preceptor: String,
    class: String,
    band_d: String,
    tax_base: Option<f64>,
    standing: String,
}

impl RawPreceptor {
    fn checked(self, file: &str) -> Result<PreceptorRecord, DataError> {
        let fault = |text: String| {
            DataError::fault(Path::new(file), format!("{}: {text}", self.preceptor_code))
        };
        let band_d = match self.band_d.as_str() {
            "" => None,
            text => Some(Pence::parse_pounds(text).map_err(|error| fault(error.to_string()))?),
        };
        Ok(PreceptorRecord {
            code: self
                .preceptor_code
                .parse()
                .map_err(|error| fault(format!("{error}")))?,
            class: self
                .class
                .parse()
                .map_err(|error| fault(format!("{error}")))?,
            standing: self
                .standing
                .parse()
                .map_err(|error| fault(format!("{error}")))?,
            band_d,
            tax_base: self.tax_base,
            name: self.preceptor,
        })
    }
}

#[derive(Deserialize)]
struct RawPrecept {
    authority_code: String,
    preceptor_code: String,
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
    standing: String,
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
            standing: self.standing.parse().map_err(|error| {
                DataError::fault(Path::new(file), format!("{}: {error}", self.authority_code))
            })?,
        })
    }
}
