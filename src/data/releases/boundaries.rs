//! Maps: from published outlines and hexagons to the project's own tables.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use super::csv_rows::bytes;
use super::csv_table;
use crate::data::boundaries::{AUTHORITIES, DERBY};
use crate::data::catalogue::{self, DataError};
use crate::domain::AuthorityCode;

/// Authorities as HexJSON: a map from codes to names and places.
#[derive(Deserialize)]
struct RawHexMap {
    layout: String,
    hexes: BTreeMap<String, RawHexagon>,
}

#[derive(Deserialize)]
struct RawHexagon {
    #[serde(rename = "n")]
    name: String,
    q: i32,
    r: i32,
}

/// Wards as GeoJSON.
#[derive(Deserialize)]
struct RawOutlines {
    features: Vec<RawFeature>,
}

#[derive(Deserialize)]
struct RawFeature {
    properties: RawWard,
    geometry: RawGeometry,
}

#[derive(Deserialize)]
struct RawWard {
    #[serde(rename = "WD25CD")]
    code: String,
    #[serde(rename = "LAD25CD")]
    authority: String,
}

#[derive(Deserialize)]
#[serde(tag = "type", content = "coordinates")]
enum RawGeometry {
    Polygon(Vec<Vec<[f64; 2]>>),
    MultiPolygon(Vec<Vec<Vec<[f64; 2]>>>),
}

/// The layout of hexagons that is understood.
const LAYOUT: &str = "odd-r";

/// Reads maps and turns them into the tables `authorities_hex.csv` and `derby_wards.csv`, each
/// with its name. Files are recognised by their content and may be compressed with gzip.
///
/// # Errors
/// When a file cannot be read or recognised, two authorities share a hexagon, one is missing, or
/// an outline is open, of no ward or beyond Britain.
pub fn tables(files: &[PathBuf]) -> Result<Vec<(&'static str, Vec<u8>)>, DataError> {
    let mut made: Vec<(&'static str, Vec<u8>)> = Vec::new();
    for path in files {
        let bytes = bytes(path)?;
        let fault = |text: String| DataError::fault(path, text);
        let json: serde_json::Value = serde_json::from_slice(&bytes)
            .map_err(|error| fault(format!("cannot be read as JSON: {error}")))?;
        let broken = |error: serde_json::Error| fault(format!("lacks what a map has: {error}"));
        let table = if json.get("hexes").is_some() {
            hexagons(serde_json::from_value(json).map_err(broken)?)
        } else if json.get("features").is_some() {
            outlines(serde_json::from_value(json).map_err(broken)?)
        } else {
            Err(
                "not recognised (known: a map of hexagons as HexJSON, wards of Derby as GeoJSON)"
                    .to_owned(),
            )
        };
        let (name, csv) = table.map_err(fault)?;
        if made.iter().any(|(file, _)| *file == name) {
            return Err(fault(format!("makes {name} once more")));
        }
        made.push((name, csv));
    }
    made.sort_by_key(|(file, _)| *file);
    Ok(made)
}

/// English authorities must be those of the held vintage, and bear its names; Welsh ones are taken
/// as they come, and others are left out.
fn hexagons(map: RawHexMap) -> Result<(&'static str, Vec<u8>), String> {
    if map.layout != LAYOUT {
        return Err(format!("a layout of {:?} (allowed: {LAYOUT})", map.layout));
    }
    let english: Vec<EnglishName> =
        catalogue::rows("vintages/2023-24/authorities.csv").map_err(|error| error.to_string())?;
    let mut english: BTreeMap<String, String> = english
        .into_iter()
        .map(|row| (row.authority_code, row.authority))
        .collect();
    let mut taken: BTreeMap<(i32, i32), String> = BTreeMap::new();
    let mut rows = Vec::new();
    for (code, hexagon) in map.hexes {
        if code.parse::<AuthorityCode>().is_err() {
            continue;
        }
        let name = if code.starts_with('W') {
            hexagon.name
        } else {
            english.remove(&code).ok_or_else(|| {
                let name = &hexagon.name;
                format!("{code} ({name}) is no authority of England of April 2023")
            })?
        };
        let place = (hexagon.q, hexagon.r);
        if let Some(other) = taken.insert(place, code.clone()) {
            let (q, r) = place;
            return Err(format!("{other} and {code} share the hexagon {q}, {r}"));
        }
        rows.push(vec![code, name, place.0.to_string(), place.1.to_string()]);
    }
    if let Some((code, name)) = english.first_key_value() {
        return Err(format!("has no hexagon of {name} ({code})"));
    }
    if rows.len() != AUTHORITIES {
        return Err(format!(
            "has {} authorities of England and Wales (allowed: {AUTHORITIES})",
            rows.len()
        ));
    }
    let header = ["authority_code", "authority", "column", "row"];
    let table = csv_table("authorities_hex.csv", &header, rows);
    Ok((table.file, table.csv.into_bytes()))
}

#[derive(Deserialize)]
struct EnglishName {
    authority_code: String,
    authority: String,
}

/// Five decimals of a degree are a metre.
fn outlines(map: RawOutlines) -> Result<(&'static str, Vec<u8>), String> {
    let mut wards: BTreeMap<String, Vec<Vec<[f64; 2]>>> = BTreeMap::new();
    for feature in map.features {
        let RawWard { code, authority } = feature.properties;
        if authority != DERBY {
            return Err(format!("{code} is a ward of {authority}, not of Derby"));
        }
        let rings = match feature.geometry {
            RawGeometry::Polygon(rings) => rings,
            RawGeometry::MultiPolygon(parts) => parts.into_iter().flatten().collect(),
        };
        for ring in &rings {
            if ring.len() < 4 || ring.first() != ring.last() {
                return Err(format!("{code} has an outline that does not close"));
            }
            for [longitude, latitude] in ring {
                if !(-9.0..=2.0).contains(longitude) || !(49.0..=61.0).contains(latitude) {
                    return Err(format!(
                        "{code} has a point outside Britain: {longitude}, {latitude}"
                    ));
                }
            }
        }
        if wards.insert(code.clone(), rings).is_some() {
            return Err(format!("{code} stands twice"));
        }
    }
    let mut rows = Vec::new();
    for (code, rings) in wards {
        for (ring, points) in rings.into_iter().enumerate() {
            for (position, [longitude, latitude]) in points.into_iter().enumerate() {
                rows.push(vec![
                    code.clone(),
                    (ring + 1).to_string(),
                    (position + 1).to_string(),
                    format!("{longitude:.5}"),
                    format!("{latitude:.5}"),
                ]);
            }
        }
    }
    let header = ["ward_code", "ring", "position", "longitude", "latitude"];
    let table = csv_table("derby_wards.csv", &header, rows);
    Ok((table.file, table.csv.into_bytes()))
}
