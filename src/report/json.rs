//! Results, provenance and the data package as JSON.

use serde::Serialize;
use serde_json::{Value, json};

use super::days::DayRow;
use super::medium_term::{MediumTermRow, ServiceRow};
use super::needs::{NeedCurveRow, NeedRow};
use super::parquet::{DRAW, OUTCOMES};
use super::perception::PerceptionRow;
use super::results::Briefing;
use super::tables::{
    BandRow, ColumnDoc, DriverRow, Record, RouteRow, SummaryRow, WardRow, WarningRow,
};
use super::who_pays::{DecileRow, ExampleHouseholdRow};

/// Any serialisable value as indented JSON with a final line end.
pub fn json(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).expect("results hold no maps with other keys");
    bytes.push(b'\n');
    bytes
}

/// A Frictionless data package that describes the CSV tables of a run.
/// `inputs` are names and meanings of the uncertain inputs, which are columns of the draws.
pub fn data_package(briefing: &Briefing, inputs: &[(String, String)]) -> Vec<u8> {
    let resources = vec![
        resource::<SummaryRow>(),
        resource::<BandRow>(),
        resource::<WardRow>(),
        resource::<DecileRow>(),
        resource::<ExampleHouseholdRow>(),
        resource::<DriverRow>(),
        resource::<NeedRow>(),
        resource::<NeedCurveRow>(),
        resource::<DayRow>(),
        resource::<PerceptionRow>(),
        resource::<RouteRow>(),
        resource::<MediumTermRow>(),
        resource::<ServiceRow>(),
        resource::<WarningRow>(),
        draws(inputs),
    ];
    package(&briefing.provenance.scenario, &briefing.title, &resources)
}

/// A Frictionless data package of tables, each a [`resource`].
pub fn package(name: &str, title: &str, resources: &[Value]) -> Vec<u8> {
    json(&json!({
        "profile": "tabular-data-package",
        "name": name,
        "title": title,
        "licenses": [{
            "name": "OGL-UK-3.0",
            "title": "Contains public sector information licensed under the Open Government Licence v3.0",
        }],
        "resources": resources,
    }))
}

/// A table of results as it stands in a data package.
pub fn resource<R: Record>() -> Value {
    resource_of(R::TABLE, R::TITLE, R::COLUMNS)
}

/// The same of a table of these columns.
pub fn resource_of(name: &str, title: &str, columns: &[ColumnDoc]) -> Value {
    let field = |column: &ColumnDoc| json!({ "name": column.name, "type": column.kind, "description": column.description });
    json!({
        "name": name,
        "path": format!("{name}.csv"),
        "title": title.trim(),
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {
            "fields": columns.iter().map(field).collect::<Vec<_>>(),
            "missingValues": [""],
        },
    })
}

fn draws(inputs: &[(String, String)]) -> Value {
    let mut fields = vec![json!({
        "name": DRAW.name, "type": DRAW.kind, "description": DRAW.description,
    })];
    fields.extend(inputs.iter().map(|(name, meaning)| {
        json!({ "name": name, "type": "number", "description": format!("Drawn input: {meaning}.") })
    }));
    fields.extend(OUTCOMES.iter().map(|column| {
        json!({ "name": column.name, "type": column.kind, "description": column.description })
    }));
    json!({
        "name": "draws",
        "path": "draws.parquet",
        "title": "Every draw: inputs and what came of them.",
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "schema": { "fields": fields },
    })
}
