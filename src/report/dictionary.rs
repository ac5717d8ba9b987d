//! The data dictionary: every column of every table, as Markdown.

use super::backtest::{BacktestAreaRow, BacktestRow};
use super::calibration::{CalibrationRow, EvidenceRow, FitRow};
use super::days::DayRow;
use super::frontier::{FrontierLimitRow, FrontierRow};
use super::households::{CellRow, ProfileRow, ReconciliationRow, RefusedRow};
use super::league::{LeagueRow, ProposalRank};
use super::medium_term::{MediumTermRow, ServiceRow};
use super::needs::{NeedCurveRow, NeedRow};
use super::parquet::{DRAW, OUTCOMES};
use super::perception::PerceptionRow;
use super::sensitivity::SensitivityRow;
use super::sweep::{SWEEP_TABLES, ScenarioRow};
use super::tables::{
    BandRow, ColumnDoc, CompareRow, DriverRow, Record, RouteRow, SummaryRow, WardRow, WarningRow,
};
use super::who_pays::{DecileRow, ExampleHouseholdRow};
use crate::data::Catalogue;
use crate::data::catalogue::{DataError, Table};

/// Describes the embedded tables, as the catalogue has them, and the tables that a run writes.
///
/// # Errors
/// When the embedded catalogue is broken: a fault of the build.
///
/// # Example
/// ```
/// use bandwise::data::Catalogue;
/// use bandwise::report::dictionary::markdown;
/// let text = markdown(&Catalogue::embedded()?)?;
/// assert!(text.contains("| `authority_code` | text | ONS code of the billing authority |"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn markdown(catalogue: &Catalogue) -> Result<String, DataError> {
    let mut text = String::from(
        "# Data dictionary\n\n\
         Every column of every table: first the figures that bandwise holds, then the results \
         that a run writes. Made by `bandwise data dictionary` from the catalogue.\n\n\
         Standing: S sourced, H high confidence, M medium, J judgement. A missing value is empty \
         in CSV and null in Parquet and JSON, never 0.\n\n\
         ## Figures held\n\n\
         Contains public sector information licensed under the Open Government Licence v3.0. \
         Boundaries: contains OS data © Crown copyright and database right. The licence of \
         a table is stated with it.\n\n\
         | table | rows | what it holds |\n|---|---:|---|\n",
    );
    for table in &catalogue.table {
        let name = &table.name;
        let rows = table.row_count()?;
        text.push_str(&format!(
            "| [{name}](#{}) | {rows} | {} |\n",
            anchor(name),
            cell(&table.title)
        ));
    }
    for table in &catalogue.table {
        text.push_str(&held(table)?);
    }
    text.push_str("\n## Results of a run\n");
    result::<SummaryRow>(&mut text);
    result::<BandRow>(&mut text);
    result::<WardRow>(&mut text);
    result::<DecileRow>(&mut text);
    result::<ExampleHouseholdRow>(&mut text);
    result::<DriverRow>(&mut text);
    result::<NeedRow>(&mut text);
    result::<NeedCurveRow>(&mut text);
    result::<DayRow>(&mut text);
    result::<PerceptionRow>(&mut text);
    result::<RouteRow>(&mut text);
    result::<MediumTermRow>(&mut text);
    result::<ServiceRow>(&mut text);
    result::<WarningRow>(&mut text);
    result::<CompareRow>(&mut text);
    result::<ProposalRank>(&mut text);
    let draws = [DRAW].iter().chain(&OUTCOMES);
    text.push_str(&columns(
        "draws.parquet",
        "Every draw of luck. Beside these it has one column for each uncertain input, of the \
         input's name and unit: `bandwise data show inputs` lists them.",
        draws,
    ));
    text.push_str("\n## Results of a sweep\n");
    for table in SWEEP_TABLES {
        let name = format!("{}.csv", table.name);
        text.push_str(&columns(&name, table.title.trim(), &table.columns()));
    }
    result::<ScenarioRow>(&mut text);
    result::<LeagueRow>(&mut text);
    text.push_str("\n## Results of a sensitivity analysis\n");
    result::<SensitivityRow>(&mut text);
    text.push_str("\n## Results of a frontier\n");
    result::<FrontierRow>(&mut text);
    result::<FrontierLimitRow>(&mut text);
    text.push_str("\n## Results of a calibration\n");
    result::<CalibrationRow>(&mut text);
    result::<EvidenceRow>(&mut text);
    result::<FitRow>(&mut text);
    text.push_str("\n## Results of a back-test\n");
    result::<BacktestRow>(&mut text);
    result::<BacktestAreaRow>(&mut text);
    text.push_str("\n## Results of an extract\n");
    result::<CellRow>(&mut text);
    result::<ProfileRow>(&mut text);
    result::<ReconciliationRow>(&mut text);
    result::<RefusedRow>(&mut text);
    Ok(text)
}

fn held(table: &Table) -> Result<String, DataError> {
    let mut text = format!("\n### {}\n\n{}.\n\n", table.name, table.title);
    for (what, value) in [
        ("File", format!("`data/{}`", table.file)),
        ("Rows", table.row_count()?.to_string()),
        ("Source", table.source.clone()),
        ("Date", table.date.clone()),
        ("Licence", table.licence.clone()),
        ("Standing", table.standing.clone()),
        ("SHA-256", format!("`{}`", table.sha256()?)),
    ] {
        text.push_str(&format!("- {what}: {value}\n"));
    }
    let differs = table.column.iter().any(|column| column.standing.is_some());
    let (title, rule) = if differs {
        (
            "| column | unit | what it says | standing |",
            "|---|---|---|---|",
        )
    } else {
        ("| column | unit | what it says |", "|---|---|---|")
    };
    text.push_str(&format!("\n{title}\n{rule}\n"));
    for column in &table.column {
        text.push_str(&format!(
            "| `{}` | {} | {} |",
            column.name,
            cell(&column.unit),
            cell(&column.description)
        ));
        if differs {
            let standing = column.standing.as_ref().unwrap_or(&table.standing);
            text.push_str(&format!(" {standing} |"));
        }
        text.push('\n');
    }
    Ok(text)
}

fn result<R: Record>(text: &mut String) {
    let title = R::TITLE.trim();
    text.push_str(&columns(&format!("{}.csv", R::TABLE), title, R::COLUMNS));
}

fn columns<'a>(
    name: &str,
    title: &str,
    columns: impl IntoIterator<Item = &'a ColumnDoc>,
) -> String {
    let mut text = format!(
        "\n### {name}\n\n{title}\n\n| column | type | unit | what it says |\n|---|---|---|---|\n"
    );
    for column in columns {
        text.push_str(&format!(
            "| `{}` | {} | {} | {} |\n",
            column.name,
            column.kind,
            cell(column.unit),
            cell(column.description)
        ));
    }
    text
}

/// The anchor that Markdown viewers give a heading.
fn anchor(heading: &str) -> String {
    heading
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' '))
        .map(|c| {
            if c == ' ' {
                '-'
            } else {
                c.to_ascii_lowercase()
            }
        })
        .collect()
}

/// Text that does not end its cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_of_every_result_has_a_unit_and_no_word_has_one() {
        let text = markdown(&Catalogue::embedded().unwrap()).unwrap();
        let (_, results) = text.split_once("## Results of a run").unwrap();
        let mut numbers = 0;
        for line in results.lines().filter(|line| line.starts_with("| `")) {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let measured = ["integer", "number"].contains(&cells[2]);
            assert_eq!(measured, !cells[3].is_empty(), "{line}");
            numbers += usize::from(measured);
        }
        assert!(numbers > 300, "{numbers}");
    }
}
