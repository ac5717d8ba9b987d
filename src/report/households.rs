//! What a council's own extract holds, how it stands to the published figures, and its cells.

use std::fmt::Write as _;
use std::io::{BufWriter, Write};
use std::path::Path;

use comfy_table::{CellAlignment, Table, presets};
use polars::prelude::*;
use serde::Serialize;

use super::files::{OutputError, write_stream};
use super::package::Tables;
use super::parquet::streamed;
use super::scenario_file::quoted;
use super::tables::{ColumnDoc, Record, WarningRow, record};
use super::text::wrapped;
use crate::data::households::{
    Awards, Coded, Extract, Kind, Mapping, Numbers, Refused, Role, Unit,
};
use crate::domain::money::thousands;
use crate::domain::{Band, ByBand, ExtractCell, Liability, Pence, Reduction, Tenure};
use crate::simulation::Synthetic;
use crate::tax::Reconciliation;

record! {
    /// One group of like homes.
    "cells" => CellRow {
        area: Option<String> as "string", "Small area; empty where unknown.";
        band: String as "string", "Band on the valuation list.";
        disabled: String as "string", "yes with a disabled band reduction, else no.";
        liability: String as "string", "Class of liability.";
        exempt_class: Option<String> as "string", "Class of exemption, A to W; empty where none is stated.";
        premium_percent: i64 as "integer" in "percent of the bill", "Premium on an empty or second home, percent; negative for a discount.";
        reduction: String as "string", "Kind of council tax reduction.";
        tenure: Option<String> as "string", "Tenure; empty where unknown.";
        n_dwellings: i64 as "integer" in "dwellings", "Homes.";
        award_pence: i64 as "integer" in "pence a year", "Awards of reduction, pence a year, all homes together.";
        n_award_known: i64 as "integer" in "homes", "Homes whose award is known.";
        electors: i64 as "integer" in "electors", "Electors of the homes for which they are known.";
        n_electors_known: i64 as "integer" in "homes", "Homes whose electors are known.";
        value_pence: i64 as "integer" in "pence", "Values of the homes for which they are known, pence.";
        n_value_known: i64 as "integer" in "homes", "Homes whose value is known.";
    }
}

record! {
    /// Homes of one kind in one band.
    "profile" => ProfileRow {
        topic: String as "string", "What tells the homes apart.";
        value: String as "string", "The kind of home.";
        band: String as "string", "Band on the valuation list; all for the whole authority.";
        n_dwellings: i64 as "integer" in "dwellings", "Homes.";
        share_dwellings: Option<f64> as "number" in "share (0 to 1)", "Share of the homes of the band; empty where it has none.";
        award_pounds: f64 as "number" in "pounds a year", "Their awards of reduction, pounds a year.";
        n_electors: i64 as "integer" in "electors", "Their electors, as far as known.";
    }
}

record! {
    /// One figure of the extract beside the published one.
    "reconciliation" => ReconciliationRow {
        measure: String as "string", "What is compared; a step is a part of the difference in the tax base.";
        unit: String as "string", "Its unit.";
        band: String as "string", "Band; all for the whole authority.";
        extract: Option<f64> as "number" in "as the column `unit` says", "Figure of the extract; empty for a step.";
        published: Option<f64> as "number" in "as the column `unit` says", "Published figure; empty for a step.";
        difference: f64 as "number" in "as the column `unit` says", "Extract less published.";
        difference_percent: Option<f64> as "number" in "percent of the published figure", "In percent of the published figure; empty for a step.";
        reason: String as "string", "Where the published figure comes from and why the two may differ.";
    }
}

record! {
    /// Rows refused for one reason in one column.
    "refused" => RefusedRow {
        reason: String as "string", "Short name of the reason.";
        column: Option<String> as "string", "Column; empty where it lies in no one column.";
        n_rows: u64 as "integer" in "rows", "Rows.";
        n_dwellings: i64 as "integer" in "dwellings", "Homes in them, as far as their count can be read.";
        first_rows: String as "string", "The first rows.";
        first_holds: String as "string", "What the first holds: a code as it is, anything else described.";
        meaning: String as "string", "The reason in words.";
    }
}

/// What an extract and its tables are a function of.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Provenance {
    /// `bandwise`.
    pub program: &'static str,
    /// Version of the program.
    pub version: &'static str,
    /// Name of the extract, without its folder.
    pub extract: String,
    /// Its size.
    pub bytes: u64,
    /// Its rows.
    pub n_rows: u64,
    /// Rows refused.
    pub n_refused: u64,
    /// Whether more refused rows than usual were accepted.
    pub accept_refused: bool,
    /// The authority that it was reconciled with.
    pub authority: Option<String>,
    /// The vintage of the published figures.
    pub vintage: Option<String>,
    /// SHA-256 of its tables where the user has installed it.
    pub vintage_sha256: Option<String>,
    /// SHA-256 over the embedded figures.
    pub data_sha256: String,
    /// SHA-256 of `cells.csv`.
    pub cells_sha256: String,
}

/// The cells as rows of a table.
pub fn cell_rows(extract: &Extract) -> Vec<CellRow> {
    let row = |cell: &ExtractCell| CellRow {
        area: cell.area.map(|area| extract.areas[area].clone()),
        band: cell.band.to_string(),
        disabled: if cell.disabled { "yes" } else { "no" }.to_owned(),
        liability: cell.liability.to_string(),
        exempt_class: cell.exempt_class.map(|class| class.letter().to_string()),
        premium_percent: cell.premium_percent,
        reduction: cell.reduction.to_string(),
        tenure: cell.tenure.map(|tenure| tenure.to_string()),
        n_dwellings: cell.n_dwellings,
        award_pence: cell.award_pence,
        n_award_known: cell.n_award_known,
        electors: cell.electors,
        n_electors_known: cell.n_electors_known,
        value_pence: cell.value_pence,
        n_value_known: cell.n_value_known,
    };
    extract.cells.iter().map(row).collect()
}

/// Homes by band and by everything that the extract says of them.
pub fn profile(extract: &Extract) -> Vec<ProfileRow> {
    let mut rows = Vec::new();
    let mut topic = |name: &str, value: String, chosen: &dyn Fn(&ExtractCell) -> i64| {
        for band in Band::ALL.into_iter().map(Some).chain([None]) {
            let of_band = || {
                extract
                    .cells
                    .iter()
                    .filter(move |cell| band.is_none_or(|band| cell.band == band))
            };
            let all: i64 = of_band().map(|cell| cell.n_dwellings).sum();
            let n: i64 = of_band().map(chosen).sum();
            if n == 0 && band.is_some() {
                continue;
            }
            let whole = |cell: &&ExtractCell| chosen(cell) == cell.n_dwellings;
            let award: i64 = of_band().filter(whole).map(|cell| cell.award_pence).sum();
            rows.push(ProfileRow {
                topic: name.to_owned(),
                value: value.clone(),
                band: band.map_or("all".to_owned(), |band| band.to_string()),
                n_dwellings: n,
                share_dwellings: (all > 0).then(|| n as f64 / all as f64),
                award_pounds: Pence::from_pence(award).pounds(),
                n_electors: of_band().filter(whole).map(|cell| cell.electors).sum(),
            });
        }
    };
    let when = |yes: bool, cell: &ExtractCell| if yes { cell.n_dwellings } else { 0 };
    topic("homes", "all".to_owned(), &|cell| cell.n_dwellings);
    for class in Liability::ALL {
        topic("liability", class.to_string(), &|cell| {
            when(cell.liability == class, cell)
        });
    }
    let mut exempt: Vec<_> = extract
        .cells
        .iter()
        .filter_map(|cell| cell.exempt_class)
        .collect();
    exempt.sort_unstable();
    exempt.dedup();
    for class in exempt {
        topic("exemption", format!("class {}", class.letter()), &|cell| {
            when(cell.exempt_class == Some(class), cell)
        });
    }
    let mut premiums: Vec<_> = extract
        .cells
        .iter()
        .map(|cell| cell.premium_percent)
        .collect();
    premiums.sort_unstable();
    premiums.dedup();
    for premium in premiums.into_iter().filter(|premium| *premium != 0) {
        topic("premium", format!("{premium}%"), &|cell| {
            when(cell.premium_percent == premium, cell)
        });
    }
    topic("disabled band reduction", "yes".to_owned(), &|cell| {
        when(cell.disabled, cell)
    });
    for reduction in Reduction::ALL {
        topic("reduction", reduction.to_string(), &|cell| {
            when(cell.reduction == reduction, cell)
        });
    }
    for tenure in Tenure::ALL {
        topic("tenure", tenure.to_string(), &|cell| {
            when(cell.tenure == Some(tenure), cell)
        });
    }
    topic("missing", "tenure".to_owned(), &|cell| {
        when(cell.tenure.is_none(), cell)
    });
    topic("missing", "area".to_owned(), &|cell| {
        when(cell.area.is_none(), cell)
    });
    topic("missing", "electors".to_owned(), &|cell| {
        cell.n_dwellings - cell.n_electors_known
    });
    topic("missing", "value".to_owned(), &|cell| {
        cell.n_dwellings - cell.n_value_known
    });
    topic("missing", "award of a recipient".to_owned(), &|cell| {
        if cell.reduction == Reduction::None {
            0
        } else {
            cell.n_dwellings - cell.n_award_known
        }
    });
    rows
}

/// The reconciliation as a table.
pub fn reconciliation_rows(reconciliation: &Reconciliation) -> Vec<ReconciliationRow> {
    let units = |thousandths: i64| thousandths as f64 / 1_000.0;
    let mut rows: Vec<_> = reconciliation
        .lines
        .iter()
        .map(|line| ReconciliationRow {
            measure: line.measure.to_owned(),
            unit: line.unit.to_owned(),
            band: line.band.map_or("all".to_owned(), |band| band.to_string()),
            extract: Some(units(line.extract)),
            published: Some(units(line.published)),
            difference: units(line.difference()),
            difference_percent: line.difference_percent(),
            reason: line.reason.to_owned(),
        })
        .collect();
    for step in &reconciliation.steps {
        let bands = step.by_band.iter().map(|(band, n)| (Some(band), *n));
        for (band, difference) in bands.chain([(None, step.total)]) {
            rows.push(ReconciliationRow {
                measure: format!("{}: step", reconciliation.measure),
                unit: "band D equivalents".to_owned(),
                band: band.map_or("all".to_owned(), |band| band.to_string()),
                extract: None,
                published: None,
                difference: units(difference),
                difference_percent: None,
                reason: step.reason.to_owned(),
            });
        }
    }
    rows
}

/// Refusals as a table.
pub fn refused_rows(extract: &Extract) -> Vec<RefusedRow> {
    let row = |refused: &Refused| RefusedRow {
        reason: refused.reason.code().to_owned(),
        column: refused.column.clone(),
        n_rows: refused.n_rows,
        n_dwellings: refused.n_dwellings,
        first_rows: join(refused.first_rows.iter(), " "),
        first_holds: refused.example.clone(),
        meaning: refused.reason.words().to_owned(),
    };
    extract.refused.iter().map(row).collect()
}

/// Caveats as a table.
pub fn warning_rows(extract: &Extract) -> Vec<WarningRow> {
    extract
        .caveats
        .iter()
        .map(|caveat| WarningRow {
            warning: caveat.code().to_owned(),
            message: caveat.message(),
        })
        .collect()
}

/// Adds what an extract holds, how it compares with the published figures, what was refused and the
/// caveats.
///
/// # Errors
/// When a table cannot be written.
pub fn add_tables(
    tables: &mut Tables<'_>,
    extract: &Extract,
    reconciliation: Option<&Reconciliation>,
) -> Result<(), OutputError> {
    let compared = reconciliation.map(reconciliation_rows).unwrap_or_default();
    tables.add(&profile(extract))?;
    tables.add(&compared)?;
    tables.add(&refused_rows(extract))?;
    tables.add(&warning_rows(extract))
}

/// The mapping as the `[households]` table of a scenario, which reads back to the same mapping.
pub fn mapping_toml(mapping: &Mapping) -> String {
    let mut text = "[households]\n".to_owned();
    let mut line = |key: &str, value: String| text.push_str(&format!("{key} = {value}\n"));
    if let Some(file) = &mapping.file {
        line("file", quoted(file));
    }
    if let Some(separator) = mapping.separator {
        line("separator", quoted(&char::from(separator).to_string()));
    }
    if let Some(band_d) = mapping.band_d {
        line(
            "band_d",
            format!("{}.{:02}", band_d.pence() / 100, band_d.pence() % 100),
        );
    }
    line("band", quoted(&mapping.band));
    if let Some((column, names)) = &mapping.ward {
        let value = if names.is_empty() {
            quoted(column)
        } else {
            format!("{{ column = {}, names = {} }}", quoted(column), list(names))
        };
        line("ward", value);
    }
    let mut coded_line = |key: &str, one: &Option<Coded>| {
        if let Some(one) = one {
            line(key, coded(one));
        }
    };
    coded_line("disabled", &mapping.disabled);
    coded_line("liability", &mapping.liability);
    coded_line("discount", &mapping.discount);
    coded_line("status", &mapping.status);
    if let Some(premium) = &mapping.premium {
        line("premium", quoted(premium));
    }
    if let Some(one) = &mapping.exemption {
        line("exemption", coded(one));
    }
    if let Some(awards) = &mapping.awards {
        line("reduction", reduction(awards));
    }
    if let Some(electors) = &mapping.electors {
        line("electors", numbers(electors));
    }
    if let Some(tenure) = &mapping.tenure {
        line("tenure", coded(tenure));
    }
    if let Some(value) = &mapping.value {
        line("value", numbers(value));
    }
    if let Some(count) = &mapping.count {
        line("count", quoted(count));
    }
    text
}

fn list(texts: &[String]) -> String {
    format!("[{}]", join(texts.iter().map(|text| quoted(text)), ", "))
}

fn join<T: ToString>(parts: impl Iterator<Item = T>, between: &str) -> String {
    parts
        .map(|part| part.to_string())
        .collect::<Vec<_>>()
        .join(between)
}

fn coded(one: &Coded) -> String {
    if one.texts.is_empty() {
        return quoted(&one.column);
    }
    let mut text = format!("{{ column = {}", quoted(&one.column));
    for (meaning, texts) in &one.texts {
        text.push_str(&format!(", {meaning} = {}", list(texts)));
    }
    text.push_str(" }");
    text
}

fn reduction(awards: &Awards) -> String {
    let mut parts = Vec::new();
    if let Some((column, unit)) = &awards.amount {
        parts.push(format!("column = {}", quoted(column)));
        parts.push(format!("unit = {}", quoted(unit.code())));
    }
    match &awards.kind {
        Kind::All(kind) => parts.push(format!("all = {}", quoted(kind.code()))),
        Kind::Column(kind) => {
            parts.push(format!("kind = {}", quoted(&kind.column)));
            for (meaning, texts) in &kind.texts {
                parts.push(format!("{meaning} = {}", list(texts)));
            }
        }
    }
    if let Some(known) = &awards.known {
        parts.push(format!("known = {}", quoted(known)));
    }
    format!("{{ {} }}", parts.join(", "))
}

fn numbers(numbers: &Numbers) -> String {
    let mut parts = vec![format!("column = {}", quoted(&numbers.column))];
    if numbers.unit != Unit::Pounds {
        parts.push(format!("unit = {}", quoted(numbers.unit.code())));
    }
    if let Some(known) = &numbers.known {
        parts.push(format!("known = {}", quoted(known)));
    }
    match parts.as_slice() {
        [_] => quoted(&numbers.column),
        parts => format!("{{ {} }}", parts.join(", ")),
    }
}

/// Who an extract is held against, as the card names it.
#[derive(Debug, Clone, Copy)]
pub struct Heading<'a> {
    /// The name of the file.
    pub file: &'a str,
    /// The authority and the year, where named.
    pub against: Option<(&'a str, &'a str)>,
    /// Where the files are.
    pub place: &'a str,
}

/// The card of an extract.
pub fn card(
    extract: &Extract,
    reconciliation: Option<&Reconciliation>,
    heading: Heading<'_>,
) -> String {
    let mut card = Card(String::new());
    let title = format!(
        "{}: {} dwellings in {} rows, compressed to {} cells",
        heading.file,
        number(extract.n_dwellings()),
        thousands(extract.n_rows),
        thousands(extract.cells.len() as u64)
    );
    card.line(&title);
    card.line(&"=".repeat(title.chars().count()));
    understood(extract, &mut card);
    refusals(extract, &mut card);
    card.section("WHAT IS IN IT");
    card.block(&homes(extract));
    known(extract, &mut card);
    if let (Some(reconciliation), Some((authority, year))) = (reconciliation, heading.against) {
        compared(extract, reconciliation, authority, year, &mut card);
    }
    card.section("TAKE CARE");
    for caveat in &extract.caveats {
        card.item(&caveat.message());
    }
    if extract.caveats.is_empty() {
        card.item("Nothing stands out.");
    }
    card.section("MAPPING (mapping.toml; goes into a scenario as it is)");
    for one in mapping_toml(&extract.mapping).lines() {
        card.line(&format!("  {one}"));
    }
    card.line("");
    card.line(&format!("Files: {}", heading.place));
    card.0
}

fn understood(extract: &Extract, card: &mut Card) {
    const SHOWN: usize = 8;
    card.section("UNDERSTOOD (text = meaning: rows)");
    for column in &extract.understood {
        let mut parts: Vec<String> = column
            .texts
            .iter()
            .take(SHOWN)
            .map(|(text, meaning, n)| {
                if text == meaning {
                    format!("{text}: {}", thousands(*n))
                } else {
                    format!("{text} = {meaning}: {}", thousands(*n))
                }
            })
            .collect();
        if column.texts.len() > SHOWN {
            parts.push(format!("{} more", column.texts.len() - SHOWN));
        }
        if column.nothing > 0 {
            parts.push(format!("empty: {}", thousands(column.nothing)));
        }
        match column.role {
            Role::Ward => {
                parts = vec![format!("{} areas", thousands(extract.areas.len() as u64))];
            }
            _ if column.others > 0 => {
                parts.push(format!("other texts: {}", thousands(column.others)));
            }
            _ => {}
        }
        if column.numbers > 0 {
            parts.insert(0, format!("{} numbers", thousands(column.numbers)));
        }
        let says = parts.join("; ");
        let name = format!("{} ({})", column.role.key(), column.column);
        card.line(&hanging(&format!("  {name:<32} "), &says));
    }
}

fn refusals(extract: &Extract, card: &mut Card) {
    card.section(&format!(
        "REFUSED: {} of {} rows",
        thousands(extract.n_refused()),
        thousands(extract.n_rows)
    ));
    for refused in &extract.refused {
        card.item(&refused.line());
    }
    if extract.refused.is_empty() {
        card.item("Every row was taken.");
    } else if extract.rows_from_header {
        card.item("Rows are counted as in a spreadsheet: the line with the names is row 1.");
    } else {
        card.item("Rows are counted from 1.");
    }
}

/// Whether a cell is of a kind.
type Chosen<'a> = &'a dyn Fn(&ExtractCell) -> bool;

fn homes(extract: &Extract) -> String {
    let sum = |band: Option<Band>, of: &dyn Fn(&ExtractCell) -> i64| -> i64 {
        let chosen = |cell: &&ExtractCell| band.is_none_or(|band| cell.band == band);
        extract.cells.iter().filter(chosen).map(of).sum()
    };
    let columns: [(&str, Chosen<'_>); 7] = [
        ("Dwellings", &|_| true),
        ("Exempt", &|cell| cell.liability == Liability::Exempt),
        ("Single adult", &|cell| {
            cell.liability == Liability::SingleAdult
        }),
        ("Disregarded", &|cell| {
            matches!(
                cell.liability,
                Liability::OneCounted | Liability::AllDisregarded
            )
        }),
        ("Empty", &|cell| cell.liability == Liability::Empty),
        ("Second", &|cell| cell.liability == Liability::SecondHome),
        ("On reduction", &|cell| cell.reduction != Reduction::None),
    ];
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    let mut header = vec!["Band".to_owned()];
    header.extend(columns.iter().map(|(name, _)| (*name).to_owned()));
    header.push("Awards a year".to_owned());
    table.set_header(header);
    for band in Band::ALL.into_iter().map(Some).chain([None]) {
        if sum(band, &|cell| cell.n_dwellings) == 0 {
            continue;
        }
        let mut row = vec![band.map_or("all".to_owned(), |band| band.to_string())];
        for (_, chosen) in columns {
            row.push(number(sum(band, &|cell| {
                if chosen(cell) { cell.n_dwellings } else { 0 }
            })));
        }
        row.push(Pence::from_pence(sum(band, &|cell| cell.award_pence)).to_string());
        table.add_row(row);
    }
    right_aligned(&mut table);
    table.to_string()
}

fn right_aligned(table: &mut Table) {
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
}

fn known(extract: &Extract, card: &mut Card) {
    let all = extract.n_dwellings();
    let share = |n: i64| 100.0 * n as f64 / all.max(1) as f64;
    let sum = |of: &dyn Fn(&ExtractCell) -> i64| -> i64 { extract.cells.iter().map(of).sum() };
    let electors = sum(&|cell| cell.n_electors_known);
    if electors > 0 {
        card.item(&format!(
            "Electors: {} in the {:.1}% of homes for which they are known.",
            number(sum(&|cell| cell.electors)),
            share(electors)
        ));
    }
    let tenures: Vec<String> = Tenure::ALL
        .into_iter()
        .map(|tenure| {
            (
                tenure,
                sum(&|cell| {
                    if cell.tenure == Some(tenure) {
                        cell.n_dwellings
                    } else {
                        0
                    }
                }),
            )
        })
        .filter(|(_, n)| *n > 0)
        .map(|(tenure, n)| format!("{} {:.1}%", tenure.code().replace('_', " "), share(n)))
        .collect();
    if !tenures.is_empty() {
        let missing = sum(&|cell| {
            if cell.tenure.is_none() {
                cell.n_dwellings
            } else {
                0
            }
        });
        card.item(&format!(
            "Tenure: {}; unknown {:.1}%.",
            tenures.join(", "),
            share(missing)
        ));
    }
    let valued = sum(&|cell| cell.n_value_known);
    if valued > 0 {
        card.item(&format!(
            "Value: {} in all, for {:.1}% of homes.",
            Pence::from_pence(sum(&|cell| cell.value_pence)),
            share(valued)
        ));
    }
    if extract.mapping.ward.is_some() {
        let placed = sum(&|cell| {
            if cell.area.is_some() {
                cell.n_dwellings
            } else {
                0
            }
        });
        card.item(&format!(
            "Areas: {}, with {:.1}% of homes.",
            thousands(extract.areas.len() as u64),
            share(placed)
        ));
    }
}

fn compared(
    extract: &Extract,
    reconciliation: &Reconciliation,
    authority: &str,
    year: &str,
    card: &mut Card,
) {
    card.section(&format!(
        "RECONCILED with the published figures of {authority}, {year}"
    ));
    let by_band = |measure: &str| {
        let find = |band: Option<Band>| {
            reconciliation
                .lines
                .iter()
                .find(|line| line.measure == measure && line.band == band)
        };
        (ByBand::from_fn(|band| find(Some(band))), find(None))
    };
    let homes = by_band("dwellings against the valuation list");
    let base = by_band(reconciliation.measure);
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    table.set_header(vec![
        "Band",
        "Dwellings here",
        "on the list",
        "differ by",
        "Tax base here",
        "published",
        "differs by",
        "in percent",
    ]);
    for band in Band::ALL.into_iter().map(Some).chain([None]) {
        let (homes, base) = match band {
            Some(band) => (homes.0[band], base.0[band]),
            None => (homes.1, base.1),
        };
        if homes.is_none() && base.is_none() {
            continue;
        }
        let mut row = vec![band.map_or("all".to_owned(), |band| band.to_string())];
        row.extend(homes.map_or([const { String::new() }; 3], |line| {
            [line.extract, line.published]
                .map(|n| number(n / 1_000))
                .into_iter()
                .chain([signed(line.difference(), 0)])
                .collect::<Vec<_>>()
                .try_into()
                .unwrap_or_default()
        }));
        row.extend(base.map_or([const { String::new() }; 4], |line| {
            [
                units(line.extract),
                units(line.published),
                signed(line.difference(), 1),
                percent(line.difference_percent()),
            ]
        }));
        table.add_row(row);
    }
    right_aligned(&mut table);
    card.block(&table.to_string());
    card.line(&format!(
        "  The {}, from the published one to this one:",
        reconciliation.measure
    ));
    let mut step = |what: &str, value: &str| {
        let dots = ".".repeat(78usize.saturating_sub(what.chars().count() + value.len()));
        card.line(&format!("    {what} {dots} {value}"));
    };
    step("published", &units(reconciliation.published));
    for one in &reconciliation.steps {
        step(one.reason, &signed(one.total, 1));
    }
    step("this extract", &units(reconciliation.extract));
    let mut other_measures = Vec::new();
    for line in reconciliation
        .lines
        .iter()
        .filter(|line| line.band.is_none())
    {
        if !line.measure.starts_with("dwellings") && !line.measure.starts_with("tax base") {
            other_measures.push(line);
        }
    }
    card.line("");
    for line in other_measures {
        card.item(&format!(
            "{}: {} here, {} published ({}).",
            super::text::capital(line.measure),
            units(line.extract),
            units(line.published),
            percent(line.difference_percent())
        ));
    }
    if let Some((given, published)) = reconciliation.for_setting {
        card.item(&format!(
            "At the budgeted collection rate, with the published contributions in lieu, this would be \
             a tax base for setting of {}; the one set was {} ({}).",
            units(given),
            units(published),
            percent((published != 0).then(|| 100.0 * (given - published) as f64 / published as f64))
        ));
    }
    if reconciliation.band_a_disabled != 0 {
        card.item(&format!(
            "{} of the return are band A homes charged at 5/9: counted in band A above.",
            units(reconciliation.band_a_disabled)
        ));
    }
    if reconciliation.in_lieu != 0 {
        card.item(&format!(
            "{} of the return are contributions in lieu, which lie in no band: left out above.",
            units(reconciliation.in_lieu)
        ));
    }
    if extract.n_refused() > 0 {
        let homes: i64 = extract
            .refused
            .iter()
            .map(|refused| refused.n_dwellings)
            .sum();
        card.item(&format!(
            "All of this is without the {} homes of refused rows.",
            number(homes)
        ));
    }
    card.item("Line by line, by band and with reasons: reconciliation.csv.");
}

fn number(n: i64) -> String {
    let sign = if n < 0 { "-" } else { "" };
    format!("{sign}{}", thousands(n.unsigned_abs()))
}

/// Thousandths to one decimal.
fn units(value: i64) -> String {
    let tenths = crate::domain::divide_half_up(i128::from(value), 100);
    let sign = if tenths < 0 { "-" } else { "" };
    let tenths = tenths.unsigned_abs();
    format!("{sign}{}.{}", thousands(tenths / 10), tenths % 10)
}

/// Thousandths with their sign, to so many decimals.
fn signed(value: i64, decimals: usize) -> String {
    let sign = if value >= 0 { "+" } else { "" };
    if decimals == 0 {
        format!("{sign}{}", number(value / 1_000))
    } else {
        format!("{sign}{}", units(value))
    }
}

fn percent(value: Option<f64>) -> String {
    value.map_or("-".to_owned(), |value| format!("{value:+.2}%"))
}

struct Card(String);

impl Card {
    fn line(&mut self, text: &str) {
        self.0.push_str(text);
        self.0.push('\n');
    }

    fn section(&mut self, title: &str) {
        self.line("");
        self.line(title);
    }

    fn block(&mut self, text: &str) {
        for line in text.lines() {
            self.line(line);
        }
    }

    fn item(&mut self, text: &str) {
        let wrapped = wrapped(text, 2);
        self.line(&format!("-{}", &wrapped[1..]));
    }
}

/// A name with what it says beside it, further lines under the first.
fn hanging(name: &str, says: &str) -> String {
    let indent = name.chars().count();
    let text = wrapped(says, indent);
    format!("{name}{}", text.trim_start())
}

/// The columns of an invented extract.
const SYNTHETIC_COLUMNS: [&str; 13] = [
    "uprn",
    "name",
    "address",
    "postcode",
    "ward_code",
    "vo_band",
    "discount",
    "occupancy",
    "exempt_class",
    "ctr_award",
    "ctr_kind",
    "electors",
    "tenure",
];

/// Rows of an invented extract that are made at a time.
const AT_A_TIME: usize = 1 << 17;

/// One invented home as its fields are written.
struct Fields {
    uprn: String,
    name: String,
    address: String,
    ward: String,
    band: String,
    discount: &'static str,
    occupancy: &'static str,
    exempt: String,
    award: String,
    kind: &'static str,
    electors: i64,
    tenure: &'static str,
}

impl Fields {
    fn of(synthetic: &Synthetic, home: &crate::simulation::synthetic::SyntheticHome) -> Self {
        let n = home.uprn % 100_000_000;
        let recipient = home.reduction != Reduction::None;
        Self {
            uprn: home.uprn.to_string(),
            name: format!("Nobody Invented-{n}"),
            address: format!("{} Made Up Street, {}", 1 + n % 300, synthetic.place()),
            ward: synthetic.areas()[home.area].clone(),
            band: home.band.to_string(),
            discount: match home.liability {
                Liability::SingleAdult => "SPD",
                Liability::OneCounted => "DIS25",
                Liability::AllDisregarded => "DIS50",
                _ => "",
            },
            occupancy: match home.liability {
                Liability::Empty => "empty",
                Liability::SecondHome => "second home",
                _ => "occupied",
            },
            exempt: home
                .exempt_class
                .map_or(String::new(), |class| class.letter().to_string()),
            award: if recipient {
                format!(
                    "{}.{:02}",
                    home.award.pence() / 100,
                    home.award.pence() % 100
                )
            } else {
                String::new()
            },
            kind: match home.reduction {
                Reduction::None => "",
                Reduction::WorkingAge => "W",
                Reduction::PensionAge => "P",
            },
            electors: home.electors,
            tenure: home.tenure.code(),
        }
    }
}

/// The postcode of nobody's home.
const NO_POSTCODE: &str = "ZZ99 9ZZ";

/// Writes an invented extract, CSV or Parquet by its ending, block by block. `opened` is told where
/// the unfinished file lies. Nothing is ever replaced: what is there may be a real extract.
///
/// # Errors
/// When there is such a file already, or it cannot be written.
pub fn write_synthetic(
    synthetic: &Synthetic,
    path: &Path,
    opened: impl FnOnce(&Path),
) -> Result<(), OutputError> {
    if path.exists() {
        return Err(OutputError::Taken(path.display().to_string()));
    }
    let parquet = path
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("parquet"));
    write_stream(path, |file, unfinished| {
        opened(unfinished);
        if parquet {
            streamed(file, |file| {
                synthetic_parquet(synthetic, file).map_err(std::io::Error::other)
            })
        } else {
            synthetic_csv(synthetic, file)
        }
    })
}

fn synthetic_csv(synthetic: &Synthetic, file: &std::fs::File) -> std::io::Result<()> {
    let mut writer = BufWriter::with_capacity(1 << 20, file);
    writeln!(writer, "{}", SYNTHETIC_COLUMNS.join(","))?;
    let mut text = String::new();
    let mut first = 0;
    while first < synthetic.n_rows() {
        let homes = synthetic.homes(first, AT_A_TIME);
        first += homes.len() as u64;
        text.clear();
        for home in &homes {
            let row = Fields::of(synthetic, home);
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "{},{},\"{}\",{NO_POSTCODE},{},{},{},{},{},{},{},{},{}",
                row.uprn,
                row.name,
                row.address,
                row.ward,
                row.band,
                row.discount,
                row.occupancy,
                row.exempt,
                row.award,
                row.kind,
                row.electors,
                row.tenure
            );
        }
        writer.write_all(text.as_bytes())?;
    }
    writer.flush()
}

fn synthetic_parquet(synthetic: &Synthetic, file: impl Write) -> PolarsResult<()> {
    let mut schema = Schema::default();
    for name in SYNTHETIC_COLUMNS {
        let kind = match name {
            "electors" => DataType::Int64,
            "ctr_award" => DataType::Float64,
            _ => DataType::String,
        };
        schema.insert(name.into(), kind);
    }
    let mut writer = ParquetWriter::new(file)
        .with_compression(ParquetCompression::Uncompressed)
        .batched(&schema)?;
    let mut first = 0;
    while first < synthetic.n_rows() {
        let homes = synthetic.homes(first, AT_A_TIME);
        first += homes.len() as u64;
        let rows: Vec<Fields> = homes
            .iter()
            .map(|home| Fields::of(synthetic, home))
            .collect();
        let text = |of: &dyn Fn(&Fields) -> &str| {
            rows.iter()
                .map(|row| Some(of(row)).filter(|text| !text.is_empty()))
                .collect::<StringChunked>()
        };
        let column =
            |name: &str, values: StringChunked| values.with_name(name.into()).into_column();
        let electors: Vec<i64> = rows.iter().map(|row| row.electors).collect();
        let awards: Vec<Option<f64>> = homes
            .iter()
            .map(|home| (home.reduction != Reduction::None).then(|| home.award.pounds()))
            .collect();
        let frame = DataFrame::new(
            rows.len(),
            vec![
                column("uprn", text(&|row| &row.uprn)),
                column("name", text(&|row| &row.name)),
                column("address", text(&|row| &row.address)),
                column("postcode", text(&|_| NO_POSTCODE)),
                column("ward_code", text(&|row| &row.ward)),
                column("vo_band", text(&|row| &row.band)),
                column("discount", text(&|row| row.discount)),
                column("occupancy", text(&|row| row.occupancy)),
                column("exempt_class", text(&|row| &row.exempt)),
                Column::new("ctr_award".into(), awards),
                column("ctr_kind", text(&|row| row.kind)),
                Column::new("electors".into(), electors),
                column("tenure", text(&|row| row.tenure)),
            ],
        )?;
        writer.write_batch(&frame)?;
    }
    writer.finish().map(drop)
}
