//! Releases and a base, merged into the tables of a vintage.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::base::Base;
use super::codes::{Codes, Held, is_welsh};
use super::own_band_d::OwnBandD;
use super::requirement::{Requirement, RequirementRow, listed};
use super::stock::{Stock, rounding};
use super::tax_base_return::{LINES, ReturnRow, TaxBaseReturn};
use super::{ImportedTable, csv_table, decimal, preceptors};
use crate::data::catalogue::DataError;
use crate::data::law::Law;
use crate::data::vintage::Part;
use crate::domain::money::thousands;
use crate::domain::{Band, FinancialYear, Nation};

/// A release with the file that it came from.
#[derive(Debug, Clone)]
pub(crate) struct Given<T> {
    /// The file.
    pub path: PathBuf,
    /// Its SHA-256.
    pub sha256: String,
    /// What it holds.
    pub release: T,
}

impl<T> Given<T> {
    fn fault(&self, text: String) -> DataError {
        DataError::fault(&self.path, text)
    }

    fn part(&self, name: &str, date: String, source: String) -> Part {
        let file = self.path.file_name().unwrap_or_default();
        Part {
            name: name.to_owned(),
            date,
            source,
            standing: "S".to_owned(),
            file: file.to_string_lossy().into_owned(),
            sha256: self.sha256.clone(),
            carried_forward: String::new(),
            nation: String::new(),
        }
    }
}

/// The releases of an import.
#[derive(Debug, Clone, Default)]
pub(crate) struct Releases {
    /// Dwellings by band.
    pub stock: Option<Given<Stock>>,
    /// The tax base return.
    pub tax_base_return: Option<Given<TaxBaseReturn>>,
    /// Requirements by year.
    pub requirements: BTreeMap<FinancialYear, Given<Requirement>>,
    /// Band D over the years.
    pub own_band_d: Option<Given<OwnBandD>>,
}

impl Releases {
    /// The year of the newest release: of band D amounts their own, of counts the first year
    /// that begins after them.
    pub(crate) fn newest_year(&self) -> Option<FinancialYear> {
        let after = |date: jiff::civil::Date| {
            let first = date.year() + i16::from((date.month(), date.day()) >= (4, 1));
            format!("{first}-{:02}", (first + 1).rem_euclid(100))
                .parse()
                .ok()
        };
        let stock = self.stock.as_ref().and_then(|given| given.release.date);
        let counted = self
            .tax_base_return
            .as_ref()
            .and_then(|given| given.release.date);
        [
            stock.and_then(after),
            counted.and_then(after),
            self.year_of_levels(),
        ]
        .into_iter()
        .flatten()
        .max()
    }

    fn year_of_levels(&self) -> Option<FinancialYear> {
        let required = self.requirements.keys().next_back().copied();
        required.max(self.own_band_d.as_ref().map(|given| given.release.year))
    }

    /// The file of own amounts, as a part.
    fn older_amounts(&self) -> Option<Part> {
        let required = self.requirements.values().next_back();
        let required = required.map(|given| given.part("levels", String::new(), String::new()));
        required.or_else(|| {
            let given = self.own_band_d.as_ref()?;
            Some(given.part("levels", String::new(), String::new()))
        })
    }

    /// Own amounts without parishes that releases give for a year, by the code of the release;
    /// the surest first.
    fn own_amounts(&self, year: FinancialYear) -> Vec<BTreeMap<String, f64>> {
        let mut found = Vec::new();
        let of_requirement = |given: &Given<Requirement>,
                              of: fn(&RequirementRow) -> Option<f64>| {
            let rows = given.release.rows.iter();
            rows.filter_map(|(code, row)| Some((code.clone(), of(row)?)))
                .collect()
        };
        // The year after restates a year's amounts for the authorities of its own time.
        if let Some(given) = self.requirements.get(&year.next()) {
            found.push(of_requirement(given, |row| row.own_excl_parish_previous));
        }
        if let Some(given) = self.requirements.get(&year) {
            found.push(of_requirement(given, |row| row.own_excl_parish));
        }
        if let Some(OwnBandD {
            year: newest, rows, ..
        }) = self.own_band_d.as_ref().map(|given| &given.release)
        {
            if *newest == year {
                found.push(
                    rows.iter()
                        .map(|(code, row)| (code.clone(), row.0))
                        .collect(),
                );
            } else if *newest == year.next() {
                let rows = rows.iter();
                found.push(
                    rows.filter_map(|(code, row)| Some((code.clone(), row.1?)))
                        .collect(),
                );
            }
        }
        found
    }
}

/// What became of releases and base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Merged {
    /// The year of the band D amounts.
    pub year: FinancialYear,
    /// The tables.
    pub tables: Vec<ImportedTable>,
    /// Where the parts come from.
    pub parts: Vec<Part>,
    /// What was merged, filled and compared.
    pub notes: Vec<String>,
}

/// Merges releases into a base.
///
/// # Errors
/// When a release lacks an authority of the base, or is too old to be of use.
pub(crate) fn merge(mut base: Base, releases: &Releases) -> Result<Merged, DataError> {
    let codes = base.codes()?;
    let mut notes = Vec::new();
    let year = releases
        .year_of_levels()
        .map_or(base.year, |year| year.max(base.year));
    for (older, given) in &releases.requirements {
        if *older != year && older.next() != year {
            return Err(given.fault(format!(
                "the amounts of {older} are of no use for {year} [needed: {year} or the year before]"
            )));
        }
    }
    if let Some(given) = &releases.own_band_d
        && given.release.year != year
        && given.release.year.next() != year
    {
        return Err(given.fault(format!(
            "its newest amounts are of {}: of no use for {year}",
            given.release.year
        )));
    }

    let mut parts = Vec::new();
    let scaled = releases.stock.is_some() && releases.tax_base_return.is_none();
    let before = base.clone();
    if let Some(given) = &releases.stock {
        let held = base.parts.iter().find(|part| part.name == "dwellings");
        if let (Some(date), Some(held)) = (given.release.date, held)
            && date.to_string() < held.date
        {
            notes.push(format!(
                "dwellings of {date} are older than those of {} ({})",
                base.name, held.date
            ));
        }
        let counted = dwellings(&mut base, &codes, given, &mut notes)?;
        parts.extend(of_nations(
            &base,
            &codes,
            &given.release.rows,
            given.part(
                "dwellings",
                given
                    .release
                    .date
                    .map(|date| date.to_string())
                    .unwrap_or_default(),
                format!(
                    "VOA Council Tax: stock of properties ({})",
                    given.release.edition
                ),
            ),
        ));
        total(&mut base, "dwellings", counted);
    } else {
        parts.extend(carried(
            &base,
            "dwellings",
            "no file given holds the stock of properties",
        ));
    }
    if let Some(given) = &releases.tax_base_return {
        rates(&mut base, &codes, given, &mut notes)?;
        parts.extend(of_nations(
            &base,
            &codes,
            &given.release.rows,
            given.part(
                "rates",
                given
                    .release
                    .date
                    .map(|date| date.to_string())
                    .unwrap_or_default(),
                "Council Taxbase return (CTB), local authority level data".to_owned(),
            ),
        ));
    } else if scaled {
        scale_rates(&mut base, &before, &mut notes)?;
        parts.extend(carried(
            &base,
            "rates",
            "discounts, exemptions and support per dwelling of each band stay as they were",
        ));
    } else {
        parts.extend(carried(
            &base,
            "rates",
            "no file given holds the tax base return",
        ));
    }

    base.levels.add_column("standing", "S");
    if let Some(given) = releases.requirements.get(&year) {
        levels(&mut base, &codes, given, releases)?;
        let source = format!("Council tax levels and requirement (CTR) {year}");
        let date = format!("{}-04-01", year.first_calendar_year());
        let rows = &given.release.rows;
        let part = given.part("tax_base", date.clone(), source.clone());
        parts.extend(of_nations(&base, &codes, rows, part));
        parts.extend(of_nations(
            &base,
            &codes,
            rows,
            given.part("levels", date, source),
        ));
        totals_of_levels(&mut base, given);
    } else if let Some(given) = releases
        .own_band_d
        .as_ref()
        .filter(|given| given.release.year == year)
    {
        own_levels(&mut base, &codes, given, releases, &mut notes)?;
        parts.extend(carried(
            &base,
            "tax_base",
            "no file given holds the requirement",
        ));
        let mut part = given.part(
            "levels",
            format!("{}-04-01", year.first_calendar_year()),
            "Band D council tax by authority (live table 3): own amounts without parishes"
                .to_owned(),
        );
        part.standing = "M".to_owned();
        part.carried_forward = format!(
            "Amounts of preceptors, parishes and adult social care are carried forward from {}: no \
             file given holds them.",
            base.name
        );
        parts.extend(of_nations(&base, &codes, &given.release.rows, part));
        total(&mut base, "mean_area_band_d", None);
    } else {
        let why = format!("no file given holds it for {year}");
        parts.extend(carried(&base, "tax_base", &why));
        let mut amounts = carried(&base, "levels", &why);
        if let Some(older) = releases.older_amounts() {
            for part in &mut amounts {
                part.file.clone_from(&older.file);
                part.sha256.clone_from(&older.sha256);
                part.carried_forward
                    .push_str(" The file holds own amounts of the year before.");
            }
        }
        parts.extend(amounts);
        previous(&mut base, &codes, year, releases, &mut notes)?;
        let standing = base.levels.column("standing")?;
        for row in &mut base.levels.rows {
            row[standing] = "M".to_owned();
        }
    }
    compare(&codes, year, releases, &mut notes);
    preceptors::follow(&mut base, !part_is_carried(&parts, "levels"))?;

    let table = |file: &'static str, table: &super::base::BaseTable| {
        let header: Vec<&str> = table.header.iter().map(String::as_str).collect();
        csv_table(file, &header, table.rows.clone())
    };
    Ok(Merged {
        year,
        tables: vec![
            table("authorities.csv", &base.authorities),
            table("bands.csv", &base.bands),
            table("levels.csv", &base.levels),
            table("preceptors.csv", &base.preceptors),
            table("precepts.csv", &base.precepts),
            table("published_totals.csv", &base.totals),
            table("tax_base.csv", &base.tax_base),
        ],
        parts,
        notes,
    })
}

/// The part that a release gives; of a release of England alone, with that of Wales as the base
/// has it.
fn of_nations<T>(base: &Base, codes: &Codes, rows: &BTreeMap<String, T>, part: Part) -> Vec<Part> {
    if !codes.hold_wales() || rows.keys().any(|code| is_welsh(code)) {
        return vec![part];
    }
    let mut parts = carried(base, &part.name, "the file given holds England only");
    parts.retain(|part| part.nation != Nation::England.to_string());
    for wales in &mut parts {
        wales.nation = Nation::Wales.to_string();
    }
    parts.insert(
        0,
        Part {
            nation: Nation::England.to_string(),
            ..part
        },
    );
    parts
}

fn part_is_carried(parts: &[Part], name: &str) -> bool {
    parts.iter().any(|part| {
        let england = part.nation != Nation::Wales.to_string();
        part.name == name && england && !part.carried_forward.is_empty()
    })
}

/// The part of the base that no release gives, for each nation that it is told of. What the base
/// itself has carried forward is said after it.
fn carried(base: &Base, name: &str, why: &str) -> Vec<Part> {
    let what = match name {
        "dwellings" => "Dwellings",
        "rates" => "Discounts, exemptions and reductions by band",
        "tax_base" => "Tax bases",
        _ => "Band D amounts",
    };
    base.parts
        .iter()
        .filter(|part| part.name == name)
        .map(|part| {
            let mut sentence = format!("{what} are carried forward from {}: {why}.", base.name);
            if !part.carried_forward.is_empty() {
                sentence.push_str(&format!(" There: {}", part.carried_forward));
            }
            Part {
                standing: "M".to_owned(),
                file: String::new(),
                sha256: String::new(),
                carried_forward: sentence,
                ..part.clone()
            }
        })
        .collect()
}

/// What a release has for an authority of the base; nothing for one of Wales in a release of
/// England.
fn rows_of<'a, T, R>(
    codes: &Codes,
    held: &Held,
    given: &Given<R>,
    rows: &'a BTreeMap<String, T>,
) -> Result<Option<Vec<&'a T>>, DataError> {
    let wales = rows.keys().any(|code| is_welsh(code));
    if is_welsh(&held.code) && !wales {
        return Ok(None);
    }
    codes
        .members(held, rows)
        .map(Some)
        .map_err(|text| given.fault(text))
}

/// Names the authorities that were made of several, and those left out.
fn note_members<T>(codes: &Codes, what: &str, rows: &BTreeMap<String, T>, notes: &mut Vec<String>) {
    let merged: Vec<String> = codes
        .held()
        .iter()
        .filter_map(|held| {
            let members = codes
                .members(held, rows)
                .ok()
                .filter(|rows| rows.len() > 1)?;
            Some(format!("{} of {}", held.name, members.len()))
        })
        .collect();
    if !merged.is_empty() {
        notes.push(format!("{what}, merged: {}", merged.join(", ")));
    }
    if !codes.hold_wales() {
        let welsh = rows.keys().filter(|code| is_welsh(code)).count();
        if welsh > 0 {
            notes.push(format!(
                "{what}: {welsh} authorities of Wales are left out: the base holds none"
            ));
        }
    }
}

/// Dwellings of the stock; gives the published total of all of them, where there is one.
fn dwellings(
    base: &mut Base,
    codes: &Codes,
    given: &Given<Stock>,
    notes: &mut Vec<String>,
) -> Result<Option<Vec<String>>, DataError> {
    let stock = &given.release;
    let mut suppressed_cells = 0;
    let mut cells = 0;
    let mut all_given = true;
    let by_authority = by_authority(base)?;
    for held in codes.held() {
        let Some(members) = rows_of(codes, held, given, &stock.rows)? else {
            all_given = false;
            continue;
        };
        let bands = by_authority
            .get(&held.code)
            .map(Vec::as_slice)
            .unwrap_or_default();
        for (letter, row) in bands {
            let mut sum = 0;
            let mut filled = false;
            for member in &members {
                // A band that England does not have has no dwellings there.
                let (count, suppressed) = member.bands.get(letter).copied().unwrap_or((0, false));
                sum += count;
                filled |= suppressed;
                suppressed_cells += i64::from(suppressed);
                cells += usize::from(member.bands.contains_key(letter));
            }
            base.bands.set(*row, "dwellings", sum.to_string())?;
            base.bands
                .set(*row, "dwellings_suppressed", u8::from(filled).to_string())?;
        }
    }
    note_members(codes, "dwellings", &stock.rows, notes);
    let (printed, of) = if codes.hold_wales() {
        (
            stock.england_and_wales.filter(|_| all_given),
            "England and Wales",
        )
    } else {
        (stock.england, "England")
    };
    Ok(printed.map(|printed| {
        vec![
            "dwellings".to_owned(),
            printed.to_string(),
            "dwellings".to_owned(),
            (rounding(cells) + 4 * suppressed_cells).to_string(),
            "S".to_owned(),
            format!(
                "VOA Council Tax: stock of properties ({}), {of}; {} counts rounded to 10",
                stock.edition,
                thousands(cells as u64)
            ),
        ]
    }))
}

/// Replaces a published total, or takes it away.
fn total(base: &mut Base, measure: &str, row: Option<Vec<String>>) {
    base.totals
        .rows
        .retain(|held| held.first().is_none_or(|name| name != measure));
    if let Some(mut row) = row {
        row.resize(base.totals.header.len(), String::new());
        base.totals.rows.push(row);
    }
}

/// Rows of `bands.csv` by authority and band letter.
fn by_authority(base: &Base) -> Result<BTreeMap<String, Vec<(char, usize)>>, DataError> {
    let (code, band) = (
        base.bands.column("authority_code")?,
        base.bands.column("band")?,
    );
    let mut rows: BTreeMap<String, Vec<(char, usize)>> = BTreeMap::new();
    for (at, row) in base.bands.rows.iter().enumerate() {
        if let Some(letter) = row[band].chars().next() {
            rows.entry(row[code].clone())
                .or_default()
                .push((letter, at));
        }
    }
    Ok(rows)
}

/// Rows of a table by authority.
fn by_code(table: &super::base::BaseTable) -> Result<BTreeMap<String, usize>, DataError> {
    let code = table.column("authority_code")?;
    let rows = table.rows.iter().enumerate();
    Ok(rows.map(|(at, row)| (row[code].clone(), at)).collect())
}

/// Lines of the return, and its totals.
fn rates(
    base: &mut Base,
    codes: &Codes,
    given: &Given<TaxBaseReturn>,
    notes: &mut Vec<String>,
) -> Result<(), DataError> {
    let rows = &given.release.rows;
    let by_authority = by_authority(base)?;
    let bases = by_code(&base.tax_base)?;
    for held in codes.held() {
        let Some(members) = rows_of(codes, held, given, rows)? else {
            continue;
        };
        for (letter, row) in by_authority.get(&held.code).into_iter().flatten() {
            for (position, line) in LINES.iter().enumerate() {
                let figure = |member: &&ReturnRow| {
                    member
                        .bands
                        .get(letter)
                        .map_or(0.0, |figures| figures[position])
                };
                let sum: f64 = members.iter().map(figure).sum();
                base.bands
                    .set(*row, line.name, decimal(sum, line.decimals))?;
            }
        }
        let Some(row) = bases.get(&held.code) else {
            continue;
        };
        let sum = |of: fn(&ReturnRow) -> f64| members.iter().map(|row| of(row)).sum::<f64>();
        for (name, figure) in [
            ("return_before_support", sum(|row| row.before_support)),
            ("return_after_support", sum(|row| row.after_support)),
            ("return_band_a_disabled", sum(|row| row.band_a_disabled)),
            (
                "return_contributions_in_lieu",
                sum(|row| row.contributions_in_lieu),
            ),
        ] {
            base.tax_base.set(*row, name, decimal(figure, 1))?;
        }
    }
    note_members(codes, "return", rows, notes);
    Ok(())
}

/// Scales the lines of the return with the dwellings of each band, and its totals with them.
fn scale_rates(base: &mut Base, before: &Base, notes: &mut Vec<String>) -> Result<(), DataError> {
    let law = Law::embedded()?;
    let bases = by_code(&base.tax_base)?;
    let mut unknown = 0;
    let mut changed = 0;
    for (code, bands) in by_authority(base)? {
        let Some(row_of_base) = bases.get(&code) else {
            continue;
        };
        let mut change_before = 0.0;
        let mut change_after = 0.0;
        let nation = Nation::of_code(&code);
        for (letter, row) in bands {
            let old = before.bands.number(row, "dwellings")?;
            let new = base.bands.number(row, "dwellings")?;
            if old == new {
                continue;
            }
            changed += 1;
            let band: Option<Band> = letter.to_string().parse().ok();
            let factor = band.map_or(1.0, |band| {
                let ratio = law.proportions(nation)[band];
                ratio.numerator() as f64 / ratio.denominator() as f64
            });
            for line in &LINES {
                let held = before.bands.number(row, line.name)?;
                let figure = if old > 0.0 {
                    held * new / old
                } else {
                    // No dwelling to take a rate from: none has a discount.
                    match line.name {
                        "listed" | "chargeable" => new,
                        "band_d_equivalents_before_support" => new * factor,
                        _ => 0.0,
                    }
                };
                let text = decimal(round_even(figure, line.decimals), line.decimals);
                base.bands.set(row, line.name, text)?;
                let change = base.bands.number(row, line.name)? - held;
                match line.name {
                    "band_d_equivalents_before_support" => {
                        change_before += change;
                        change_after += change;
                    }
                    "support_pension_age" | "support_working_age" => {
                        change_after -= change * factor;
                    }
                    _ => {}
                }
            }
            unknown += usize::from(old == 0.0);
            if letter == 'A' && old > 0.0 {
                let disabled = before
                    .tax_base
                    .number(*row_of_base, "return_band_a_disabled")?;
                let text = decimal(disabled * new / old, 1);
                base.tax_base
                    .set(*row_of_base, "return_band_a_disabled", text)?;
                let now = base
                    .tax_base
                    .number(*row_of_base, "return_band_a_disabled")?;
                change_before += now - disabled;
                change_after += now - disabled;
            }
        }
        for (name, change) in [
            ("return_before_support", change_before),
            ("return_after_support", change_after),
        ] {
            // A base that was given in total only has no figure before support.
            if before.tax_base.is_empty(*row_of_base, name)? {
                continue;
            }
            let held = before.tax_base.number(*row_of_base, name)?;
            base.tax_base
                .set(*row_of_base, name, decimal(held + change, 1))?;
        }
    }
    notes.push(format!(
        "rates: {changed} bands scaled with their dwellings{}",
        if unknown > 0 {
            format!("; {unknown} of them had no dwellings to take a rate from: taken as without discounts")
        } else {
            String::new()
        }
    ));
    Ok(())
}

fn round_even(value: f64, decimals: usize) -> f64 {
    if decimals == 0 {
        value.round_ties_even()
    } else {
        value
    }
}

/// Band D amounts, tax base and requirement of the year.
fn levels(
    base: &mut Base,
    codes: &Codes,
    given: &Given<Requirement>,
    releases: &Releases,
) -> Result<(), DataError> {
    let rows = &given.release.rows;
    let (bases, amounts) = (by_code(&base.tax_base)?, by_code(&base.levels)?);
    let before: Vec<BTreeMap<String, f64>> = year_before(given.release.year)
        .map(|year| releases.own_amounts(year))
        .unwrap_or_default();
    let carried_year = base.year;
    for held in codes.held() {
        let Some(row) = amounts.get(&held.code) else {
            continue;
        };
        let Some(members) = rows_of(codes, held, given, rows)? else {
            base.levels.set(*row, "standing", "M".to_owned())?;
            continue;
        };
        let [one] = members.as_slice() else {
            return Err(given.fault(format!(
                "has the parts of {} ({}), not the authority itself: its amounts are not theirs",
                held.name, held.code
            )));
        };
        let (Some(excl), Some(incl)) = (one.own_excl_parish, one.own_incl_parish) else {
            return Err(given.fault(format!(
                "gives no own amount of {} ({})",
                held.name, held.code
            )));
        };
        // The base's own amount is last year's where the release is of the year after.
        let last_year = before
            .iter()
            .find_map(|amounts| amounts.get(held.code.as_str()).copied())
            .map(Ok)
            .or_else(|| {
                (carried_year.next() == given.release.year)
                    .then(|| base.levels.number(*row, "own_excl_parish"))
            })
            .transpose()?;
        let pounds = |amount: f64| format!("{amount:.2}");
        let [county, police, fire, combined] = one.preceptors;
        let cells = [
            ("own_excl_parish", Some(excl)),
            ("own_incl_parish", Some(incl)),
            ("adult_social_care", one.adult_social_care),
            ("county_or_gla", Some(county)),
            ("police", Some(police)),
            ("fire", Some(fire)),
            ("combined_authority", Some(combined)),
            ("area", Some(one.area)),
            ("own_excl_parish_previous", last_year),
        ];
        for (name, amount) in cells {
            base.levels
                .set(*row, name, amount.map(pounds).unwrap_or_default())?;
        }
        base.levels.set(*row, "standing", "S".to_owned())?;
        let Some(row) = bases.get(&held.code) else {
            continue;
        };
        let cells = [
            ("estimate_after_support", one.estimate, 2),
            ("collection_rate", one.collection_rate, 8),
            ("contributions_in_lieu", one.contributions_in_lieu, 2),
            ("tax_base_for_setting", one.setting, 3),
            ("requirement_pounds", one.requirement, 0),
            ("parish_precepts_pounds", one.parish_precepts, 0),
        ];
        for (name, figure, decimals) in cells {
            base.tax_base.set(*row, name, decimal(figure, decimals))?;
        }
    }
    Ok(())
}

/// Own amounts without parishes; everything else on the bill is the base's.
fn own_levels(
    base: &mut Base,
    codes: &Codes,
    given: &Given<OwnBandD>,
    releases: &Releases,
    notes: &mut Vec<String>,
) -> Result<(), DataError> {
    let year = given.release.year;
    let (bases, amounts) = (by_code(&base.tax_base)?, by_code(&base.levels)?);
    let mut changed = Vec::new();
    for held in codes.held() {
        let Some(row) = amounts.get(&held.code).copied() else {
            continue;
        };
        base.levels.set(row, "standing", "M".to_owned())?;
        let Some(members) = rows_of(codes, held, given, &given.release.rows)? else {
            continue;
        };
        let [one] = members.as_slice() else {
            return Err(given.fault(format!(
                "has the parts of {} ({}), not the authority itself: its amounts are not theirs",
                held.name, held.code
            )));
        };
        let own = one.0;
        let before = base.levels.number(row, "own_excl_parish")?;
        if base.year.next() == year {
            base.levels
                .set(row, "own_excl_parish_previous", format!("{before:.2}"))?;
        }
        if (own - before).abs() < 0.005 {
            // Nothing new: published sums that round otherwise stay as published.
            continue;
        }
        changed.push(held.name.as_str());
        let parishes = base.levels.number(row, "own_incl_parish")? - before;
        let mut area = own + parishes;
        for name in ["county_or_gla", "police", "fire", "combined_authority"] {
            area += base.levels.number(row, name)?;
        }
        base.levels
            .set(row, "own_excl_parish", format!("{own:.2}"))?;
        base.levels
            .set(row, "own_incl_parish", format!("{:.2}", own + parishes))?;
        base.levels.set(row, "area", format!("{area:.2}"))?;
        if let Some(row) = bases.get(&held.code) {
            let setting = base.tax_base.number(*row, "tax_base_for_setting")?;
            let requirement = decimal((own + parishes) * setting, 0);
            base.tax_base.set(*row, "requirement_pounds", requirement)?;
        }
    }
    notes.push(format!(
        "own amounts of {year}: {} other than in the base{}; there the requirement is the amount \
         with parishes times the tax base",
        changed.len(),
        if changed.is_empty() {
            String::new()
        } else {
            format!(" ({})", listed(&changed))
        }
    ));
    previous(base, codes, year, releases, notes)
}

/// Last year's own amounts, where a release gives them.
fn previous(
    base: &mut Base,
    codes: &Codes,
    year: FinancialYear,
    releases: &Releases,
    notes: &mut Vec<String>,
) -> Result<(), DataError> {
    let Some(before) = year_before(year) else {
        return Ok(());
    };
    let amounts = releases.own_amounts(before);
    if amounts.is_empty() {
        return Ok(());
    }
    let rows = by_code(&base.levels)?;
    let column = base.levels.column("own_excl_parish_previous")?;
    let mut given = 0;
    let (mut kept, mut changed) = (Vec::new(), Vec::new());
    for held in codes.held() {
        let Some(row) = rows.get(&held.code).copied() else {
            continue;
        };
        let amount = amounts
            .iter()
            .find_map(|held_by| held_by.get(held.code.as_str()).copied());
        let Some(amount) = amount else {
            kept.push(held.name.as_str());
            continue;
        };
        given += 1;
        let text = format!("{amount:.2}");
        if base.levels.rows[row][column] != text {
            changed.push(held.name.as_str());
        }
        base.levels.rows[row][column] = text;
    }
    notes.push(format!(
        "own amounts of {before}: {given} from the files, {}; {} stay as in {}{}",
        if changed.is_empty() {
            "all as in the base".to_owned()
        } else {
            format!(
                "{} other than in the base ({})",
                changed.len(),
                listed(&changed)
            )
        },
        kept.len(),
        base.name,
        if kept.is_empty() {
            String::new()
        } else {
            format!(" ({})", listed(&kept))
        }
    ));
    Ok(())
}

fn year_before(year: FinancialYear) -> Option<FinancialYear> {
    let first = year.first_calendar_year();
    format!("{}-{:02}", first - 1, first.rem_euclid(100))
        .parse()
        .ok()
}

fn totals_of_levels(base: &mut Base, given: &Given<Requirement>) {
    let wales = base
        .authorities
        .rows
        .iter()
        .any(|row| row.first().is_some_and(|code| is_welsh(code)));
    // A total of England is none of England and Wales.
    let release = &given.release;
    let row = |measure: &str, value: Option<f64>, unit: &str, tolerance: f64, what: &str| {
        value.filter(|_| !wales).map(|value| {
            vec![
                measure.to_owned(),
                decimal(value, 3),
                unit.to_owned(),
                decimal(tolerance, 3),
                "S".to_owned(),
                format!(
                    "Council tax levels and requirement (CTR) {}, England: {what}",
                    release.year
                ),
            ]
        })
    };
    // Each authority's base is kept to the thousandth.
    let rounding = 0.0005 * release.rows.len() as f64;
    let setting = row(
        "tax_base_for_setting",
        release.england_setting,
        "band D equivalents",
        rounding,
        "tax base for setting",
    );
    total(base, "tax_base_for_setting", setting);
    let area = row(
        "mean_area_band_d",
        release.england_area,
        "pounds",
        0.01,
        "average band D",
    );
    total(base, "mean_area_band_d", area);
}

/// Releases that give the same amounts, compared.
fn compare(codes: &Codes, year: FinancialYear, releases: &Releases, notes: &mut Vec<String>) {
    for year in [Some(year), year_before(year)].into_iter().flatten() {
        let amounts = releases.own_amounts(year);
        for (at, one) in amounts.iter().enumerate() {
            for other in &amounts[at + 1..] {
                let shared: Vec<(&str, f64, f64)> = one
                    .iter()
                    .filter_map(|(code, amount)| Some((code.as_str(), *amount, *other.get(code)?)))
                    .collect();
                let differing: Vec<String> = shared
                    .iter()
                    .filter(|(_, one, other)| (one - other).abs() > 0.0051)
                    .map(|(code, one, other)| {
                        format!(
                            "{} {one:.2} and {other:.2}, the first is taken",
                            codes.name(code)
                        )
                    })
                    .collect();
                notes.push(if differing.is_empty() {
                    format!(
                        "own amounts of {year} in two releases: {} agree",
                        shared.len()
                    )
                } else {
                    let names: Vec<&str> = differing.iter().map(String::as_str).collect();
                    format!(
                        "own amounts of {year} in two releases: {} of {} differ: {}",
                        differing.len(),
                        shared.len(),
                        listed(&names)
                    )
                });
            }
        }
    }
}

/// The manifest of a vintage as TOML.
pub(crate) fn manifest(year: FinancialYear, title: &str, parts: &[Part]) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let mut text = format!(
        "year = {}\ntitle = {}\n",
        quoted(&year.to_string()),
        quoted(title)
    );
    for part in parts {
        text.push_str("\n[[part]]\n");
        for (key, value) in [
            ("name", &part.name),
            ("date", &part.date),
            ("source", &part.source),
            ("standing", &part.standing),
            ("file", &part.file),
            ("sha256", &part.sha256),
            ("carried_forward", &part.carried_forward),
            ("nation", &part.nation),
        ] {
            text.push_str(&format!("{key} = {}\n", quoted(value)));
        }
    }
    text
}
