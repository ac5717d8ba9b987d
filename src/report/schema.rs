//! What `results.json` holds, as JSON Schema: made of the columns that describe every other format.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::days::DayRow;
use super::medium_term::{MediumTermRow, ServiceRow};
use super::needs::{NeedCurveRow, NeedRow};
use super::perception::PerceptionRow;
use super::results::{Briefing, Provenance};
use super::tables::{
    BandRow, ColumnDoc, DriverRow, Record, RouteRow, SHARE, SummaryRow, WardRow, WarningRow,
};
use super::who_pays::{DecileRow, ExampleHouseholdRow};

/// The JSON Schema (2020-12) of one column.
fn column(column: &ColumnDoc) -> Value {
    // Words are never missing, only empty.
    let kind = if column.required || column.kind == "string" {
        json!(column.kind)
    } else {
        json!([column.kind, "null"])
    };
    let description = match column.unit {
        "" => column.description.to_owned(),
        unit => format!("{} Unit: {unit}.", column.description),
    };
    let mut schema = json!({ "type": kind, "description": description });
    if column.unit == SHARE {
        schema["minimum"] = json!(0);
        schema["maximum"] = json!(1);
    }
    schema
}

/// The JSON Schema of rows of this kind.
fn rows<R: Record>() -> Value {
    let columns: Map<String, Value> = R::COLUMNS
        .iter()
        .map(|one| (one.name.to_owned(), column(one)))
        .collect();
    let names: Vec<&str> = R::COLUMNS.iter().map(|one| one.name).collect();
    json!({
        "type": "array",
        "description": R::TITLE.trim(),
        "items": {
            "type": "object",
            "properties": columns,
            "required": names,
            "additionalProperties": false,
        },
    })
}

impl Briefing {
    /// The JSON Schema (2020-12) of `results.json`.
    pub fn json_schema() -> Value {
        let mut inline = SchemaSettings::draft2020_12();
        inline.inline_subschemas = true;
        inline.meta_schema = None;
        let provenance = inline.into_generator().into_root_schema_for::<Provenance>();
        let words = |about: &str| json!({ "type": "string", "description": about });
        let properties = json!({
            "title": words("What is proposed."),
            "authority": words("The authority."),
            "authority_code": words("Its ONS code."),
            "base_year": words("The year of the figures."),
            "vote_year": words("The year voted on."),
            "summary": rows::<SummaryRow>(),
            "bands": rows::<BandRow>(),
            "wards": rows::<WardRow>(),
            "deciles": rows::<DecileRow>(),
            "example_households": rows::<ExampleHouseholdRow>(),
            "drivers": rows::<DriverRow>(),
            "needs": rows::<NeedRow>(),
            "needs_curve": rows::<NeedCurveRow>(),
            "days": rows::<DayRow>(),
            "perception": rows::<PerceptionRow>(),
            "routes": rows::<RouteRow>(),
            "medium_term": rows::<MediumTermRow>(),
            "services": rows::<ServiceRow>(),
            "warnings": rows::<WarningRow>(),
            "provenance": provenance,
        });
        let names: Vec<String> = properties
            .as_object()
            .map(|all| all.keys().cloned().collect())
            .unwrap_or_default();
        json!({
            "type": "object",
            "properties": properties,
            "required": names,
            "additionalProperties": false,
        })
    }
}
