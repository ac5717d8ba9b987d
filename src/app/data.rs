//! `data`: what is embedded and from where, added up again, and imported.

use std::path::{Path, PathBuf};

use bandwise::data::catalogue::Column;
use bandwise::data::scenario::nearest;
use bandwise::data::{
    Catalogue, Law, Vintage, boundaries, check as check_totals, releases, small_areas, user,
};
use bandwise::report::{OutputError, dictionary, files};

use super::cli::{DataCommand, ImportArgs};
use super::exit::{Failure, print};

/// Runs one of the commands on data.
pub fn data(command: DataCommand) -> Result<(), Failure> {
    match command {
        DataCommand::List => list(),
        DataCommand::Show { table, csv } => show(&table, csv),
        DataCommand::Check { vintage } => check(vintage.as_deref()),
        DataCommand::Dictionary => print(&dictionary::markdown(&Catalogue::embedded()?)?),
        DataCommand::SmallAreas(args) => {
            let tables = releases::small_areas::tables(&args.files)?;
            write_tables(&tables, &args.into, args.force)
        }
        DataCommand::Boundaries(args) => {
            let tables = releases::boundaries::tables(&args.files)?;
            write_tables(&tables, &args.into, args.force)
        }
        DataCommand::Import(args) => match &args.into {
            Some(into) => tabulate(&args.files, into, args.force),
            None => install(&args),
        },
    }
}

fn list() -> Result<(), Failure> {
    let mut text = String::new();
    for table in Catalogue::embedded()?.table {
        let rows = table.row_count()?;
        text.push_str(&format!(
            "{:<20} {:>5} rows  {}\n",
            table.name, rows, table.title
        ));
        text.push_str(&format!(
            "{:<32}  {}; {}; standing: {}\n",
            "", table.source, table.date, table.standing
        ));
    }
    let own = user::vintages()?;
    if !own.is_empty() {
        text.push_str("\nInstalled by you (--vintage NAME)\n");
        for name in own {
            let manifest = user::manifest(&name)?;
            text.push_str(&format!(
                "{name:<32}  {}: {}\n",
                manifest.year, manifest.title
            ));
        }
    }
    text.push_str("\nFigures: Open Government Licence v3.0; the map of hexagons: MIT. Standing: S sourced, H high confidence, M medium, J judgement.\n");
    print(&text)
}

fn row_count(csv: &[u8]) -> usize {
    String::from_utf8_lossy(csv)
        .lines()
        .count()
        .saturating_sub(1)
}

fn show(name: &str, csv: bool) -> Result<(), Failure> {
    let catalogue = Catalogue::embedded()?;
    let table = catalogue.table(name).ok_or_else(|| {
        let names: Vec<&str> = catalogue
            .table
            .iter()
            .map(|table| table.name.as_str())
            .collect();
        Failure::bad_input(format!(
            "{name:?} is no table (allowed: {}){}",
            names.join(", "),
            nearest(name, &names)
        ))
    })?;
    let content = table.csv()?;
    if csv {
        return print(&content);
    }
    let mut text = format!(
        "{}\n{}\n\nSource:   {}\nDate:     {}\nLicence:  {}\nStanding: {}\nSHA-256:  {}\n\nColumns\n",
        table.title,
        "=".repeat(table.title.chars().count()),
        table.source,
        table.date,
        table.licence,
        table.standing,
        table.sha256()?
    );
    let width = |of: fn(&Column) -> &str| {
        let widths = table.column.iter().map(|column| of(column).chars().count());
        widths.max().unwrap_or(0)
    };
    let (names, units) = (width(|column| &column.name), width(|column| &column.unit));
    for column in &table.column {
        let standing = column.standing.as_deref();
        let standing = standing.map_or(String::new(), |letter| format!(" (standing: {letter})"));
        text.push_str(&format!(
            "  {:<names$}  {:<units$}  {}{standing}\n",
            column.name, column.unit, column.description
        ));
    }
    text.push_str(&first_rows(&content, table.column.len(), names));
    print(&text)
}

/// The first rows of a table, line by line; those of a wide table turned, a column on each line.
fn first_rows(content: &str, n_columns: usize, names: usize) -> String {
    if n_columns <= WIDE {
        let lines: Vec<&str> = content.lines().take(11).collect();
        return format!(
            "\nFirst rows (all of them: --csv)\n  {}\n",
            lines.join("\n  ")
        );
    }
    let mut reader = csv::Reader::from_reader(content.as_bytes());
    let header = reader.headers().cloned().unwrap_or_default();
    let rows: Vec<_> = reader.into_records().flatten().take(3).collect();
    let mut text = "\nFirst three rows, turned (all rows: --csv)\n".to_owned();
    for (index, name) in header.iter().enumerate() {
        text.push_str(&format!("  {name:<names$}"));
        for row in &rows {
            text.push_str(&format!("  {:<24}", row.get(index).unwrap_or("")));
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}

/// More columns than this do not fit a line.
const WIDE: usize = 12;

fn check(vintage: Option<&str>) -> Result<(), Failure> {
    let vintage = Vintage::held(vintage)?;
    let mut lines = check_totals(vintage, &Law::embedded()?)?;
    lines.extend(small_areas::check(vintage)?);
    lines.extend(boundaries::check()?);
    let mut text = format!("Published totals of {} added up again\n\n", vintage.name);
    for line in &lines {
        let mark = if line.agrees { "agrees " } else { "DIFFERS" };
        text.push_str(&format!(
            "{mark}  {}\n         {} of {}; {}\n",
            line.what, line.sum, line.published, line.note
        ));
    }
    let differing = lines.iter().filter(|line| !line.agrees).count();
    text.push_str(&format!(
        "\n{} of {} agree.\n",
        lines.len() - differing,
        lines.len()
    ));
    print(&text)?;
    if differing > 0 {
        return Err(Failure::bad_input(format!(
            "{differing} published totals do not add up"
        )));
    }
    Ok(())
}

/// Installs releases as a vintage of the user.
fn install(args: &ImportArgs) -> Result<(), Failure> {
    let vintage = releases::vintage(&args.files, args.name.as_deref(), args.base.as_deref())?;
    let place = user::vintage_folder(&vintage.name)?;
    files::write_folder(&place, &vintage.files, user::MANIFEST, args.force)?;
    let mut text = read_lines(&vintage.recognised);
    if !vintage.notes.is_empty() {
        text.push_str("\nMerged\n");
        for note in &vintage.notes {
            text.push_str(&format!("      {note}\n"));
        }
    }
    if !vintage.carried.is_empty() {
        text.push_str("\nCarried forward\n");
        for (_, sentence) in &vintage.carried {
            text.push_str(&format!("      {sentence}\n"));
        }
    }
    text.push_str(&format!(
        "\nInstalled {} in {}\nTry it: bandwise run --vintage {}\n",
        vintage.name,
        place.display(),
        vintage.name
    ));
    print(&text)
}

/// What each file was, with what was found in it.
fn read_lines(recognised: &[releases::Recognised]) -> String {
    let mut text = String::new();
    for one in recognised {
        text.push_str(&format!(
            "read  {}: {}, {} rows\n",
            one.path.display(),
            one.as_what,
            one.rows
        ));
        for note in &one.notes {
            text.push_str(&format!("      {note}\n"));
        }
    }
    text
}

/// Writes the tables of compilations into a folder.
fn tabulate(inputs: &[PathBuf], into: &Path, force: bool) -> Result<(), Failure> {
    let import = releases::import(inputs)?;
    let mut text = read_lines(&import.recognised);
    if import.tables.is_empty() {
        let text = "nothing to write: these files complete no table [give the billing authority \
                    table and what it needs, or the compilation]";
        return Err(Failure::bad_input(text));
    }
    if !force
        && let Some(there) = import
            .tables
            .iter()
            .map(|t| into.join(t.file))
            .find(|p| p.exists())
    {
        return Err(OutputError::Exists(there.display().to_string()).into());
    }
    for table in &import.tables {
        let path = into.join(table.file);
        files::write_file(&path, table.csv.as_bytes(), force)?;
        text.push_str(&format!(
            "wrote {}: {} rows\n",
            path.display(),
            row_count(table.csv.as_bytes())
        ));
    }
    print(&text)
}

/// Writes tables into a folder, none where one of them would have to be replaced.
fn write_tables(tables: &[(&str, Vec<u8>)], into: &Path, force: bool) -> Result<(), Failure> {
    let there = tables.iter().map(|(name, _)| into.join(name));
    if let Some(there) = there.filter(|path| path.exists()).find(|_| !force) {
        return Err(OutputError::Exists(there.display().to_string()).into());
    }
    std::fs::create_dir_all(into).map_err(|error| OutputError::CannotWrite {
        place: into.display().to_string(),
        reason: error.kind().to_string(),
    })?;
    let mut text = String::new();
    for (name, bytes) in tables {
        let path = into.join(name);
        files::write_file(&path, bytes, force)?;
        text.push_str(&format!(
            "wrote {}: {} bytes\n",
            path.display(),
            bytes.len()
        ));
    }
    print(&text)
}
