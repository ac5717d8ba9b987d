//! Any result as JSON.

use serde::Serialize;

/// Any serialisable value as indented JSON with a final line end.
pub fn json(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).expect("results hold no maps with other keys");
    bytes.push(b'\n');
    bytes
}
