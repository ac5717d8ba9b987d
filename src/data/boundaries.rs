//! Where authorities and wards lie on a map.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::OnceLock;

use serde::Deserialize;

use super::catalogue::{self, DataError};
use super::check::CheckLine;
use super::small_areas::small_areas;
use crate::domain::{AreaKind, AuthorityCode};

/// The place of an authority on a map of hexagons, one for each authority.
///
/// Odd rows lie half a hexagon to the right of even ones (the layout `odd-r`), and rows are
/// counted from south to north.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hex {
    /// ONS code of the authority.
    pub authority_code: AuthorityCode,
    /// Its name.
    pub authority: String,
    /// The column, from west to east.
    pub column: i32,
    /// The row, from south to north.
    pub row: i32,
}

/// The outline of a ward.
#[derive(Debug, Clone, PartialEq)]
pub struct WardOutline {
    /// ONS code of the ward.
    pub ward_code: String,
    /// Its closed lines: the first and last point of each are the same.
    pub rings: Vec<Vec<Point>>,
}

/// A point of an outline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Degrees east, WGS 84.
    pub longitude: f64,
    /// Degrees north, WGS 84.
    pub latitude: f64,
}

const HEX_FILE: &str = "boundaries/authorities_hex.csv";
const DERBY_FILE: &str = "boundaries/derby_wards.csv";
/// The authority whose wards are held.
pub(crate) const DERBY: &str = "E06000015";

#[derive(Deserialize)]
struct RawHex {
    authority_code: String,
    authority: String,
    column: i32,
    row: i32,
}

#[derive(Deserialize)]
struct RawPoint {
    ward_code: String,
    ring: usize,
    longitude: f64,
    latitude: f64,
}

/// The authorities of England and Wales of April 2023 on a map of hexagons, in the order of their
/// codes.
///
/// # Errors
/// When the embedded table is broken: a fault of the build.
///
/// # Example
/// ```
/// use bandwise::data::boundaries::hexes;
/// let hexes = hexes()?;
/// let derby = hexes.iter().find(|hex| hex.authority == "Derby").expect("Derby is on the map");
/// assert_eq!((hexes.len(), derby.column, derby.row), (318, 6, 11));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn hexes() -> Result<Vec<Hex>, DataError> {
    catalogue::rows::<RawHex>(HEX_FILE)?
        .into_iter()
        .map(|raw| {
            Ok(Hex {
                authority_code: raw
                    .authority_code
                    .parse()
                    .map_err(|error| DataError::fault(Path::new(HEX_FILE), format!("{error}")))?,
                authority: raw.authority,
                column: raw.column,
                row: raw.row,
            })
        })
        .collect()
}

/// The outlines of an authority's wards, in the order of their codes, read once; nothing where none are
/// held.
///
/// # Errors
/// When the embedded table is broken: a fault of the build.
///
/// # Example
/// ```
/// use bandwise::data::boundaries::ward_outlines;
/// let wards = ward_outlines(&"E06000015".parse()?)?.expect("Derby's wards are held");
/// assert_eq!(wards.len(), 18);
/// assert_eq!(wards[0].rings[0].first(), wards[0].rings[0].last());
/// assert_eq!(ward_outlines(&"E06000016".parse()?)?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn ward_outlines(
    authority: &AuthorityCode,
) -> Result<Option<&'static [WardOutline]>, DataError> {
    static HELD: OnceLock<Result<Vec<WardOutline>, DataError>> = OnceLock::new();
    if authority.as_str() != DERBY {
        return Ok(None);
    }
    let held = HELD.get_or_init(outlines_of_derby).as_deref();
    held.map(Some).map_err(Clone::clone)
}

fn outlines_of_derby() -> Result<Vec<WardOutline>, DataError> {
    let mut wards: Vec<WardOutline> = Vec::new();
    for raw in catalogue::rows::<RawPoint>(DERBY_FILE)? {
        if wards
            .last()
            .is_none_or(|ward| ward.ward_code != raw.ward_code)
        {
            wards.push(WardOutline {
                ward_code: raw.ward_code,
                rings: Vec::new(),
            });
        }
        let point = Point {
            longitude: raw.longitude,
            latitude: raw.latitude,
        };
        // Rows stand in the order of wards, rings and positions, and rings are counted from 1.
        if let Some(ward) = wards.last_mut() {
            ward.rings
                .resize_with(raw.ring.max(ward.rings.len()), Vec::new);
            if let Some(ring) = ward.rings.last_mut() {
                ring.push(point);
            }
        }
    }
    Ok(wards)
}

/// Whether the maps are whole.
///
/// # Errors
/// Never for a gap (that is a line that disagrees); only for broken tables.
pub fn check() -> Result<Vec<CheckLine>, DataError> {
    let hexes = hexes()?;
    let codes: BTreeSet<_> = hexes.iter().map(|hex| &hex.authority_code).collect();
    let places: BTreeSet<_> = hexes.iter().map(|hex| (hex.column, hex.row)).collect();
    let derby: AuthorityCode = DERBY
        .parse()
        .map_err(|error| DataError::fault(Path::new(DERBY_FILE), format!("{error}")))?;
    let wards = small_areas(&derby, AreaKind::Ward)?;
    let outlines = ward_outlines(&derby)?.unwrap_or_default();
    let closed = |code: &str| {
        outlines
            .iter()
            .find(|outline| outline.ward_code == code)
            .is_some_and(|outline| {
                outline
                    .rings
                    .iter()
                    .all(|ring| ring.len() > 3 && ring.first() == ring.last())
            })
    };
    let drawn = wards.iter().filter(|ward| closed(&ward.code)).count();
    let one = |what: &str, found: usize, all: usize, of: &str, note: &str| CheckLine {
        what: what.to_owned(),
        sum: format!("{found} {of}"),
        published: format!("{all} {of}"),
        agrees: found == all,
        note: note.to_owned(),
    };
    Ok(vec![
        one(
            "authorities of England and Wales on the map of hexagons",
            codes.len().min(places.len()),
            AUTHORITIES,
            "authorities",
            "each once, no two on one hexagon",
        ),
        one(
            "wards of Derby with a closed outline",
            drawn,
            wards.len().max(outlines.len()),
            "wards",
            "and no outline without a ward",
        ),
    ])
}

/// Billing authorities of April 2023: 296 in England and 22 in Wales.
pub(crate) const AUTHORITIES: usize = 318;
