//! Which billing authorities a sweep is over: names or codes, as a list or a file.

use std::collections::BTreeMap;
use std::path::Path;

use super::catalogue::DataError;
use super::vintage::{UnknownAuthority, Vintage};
use crate::domain::AuthorityCode;

/// The billing authorities of a vintage, in its order.
pub fn every_authority(vintage: &Vintage) -> Vec<AuthorityCode> {
    let codes = vintage.authorities.iter();
    codes.map(|row| row.authority.code.clone()).collect()
}

/// The billing authorities of some names or codes, each once, in the order of the vintage.
///
/// # Errors
/// When one is not held; the message names the nearest.
pub fn named_authorities(
    names: &[String],
    vintage: &Vintage,
) -> Result<Vec<AuthorityCode>, UnknownAuthority> {
    let mut wanted = Vec::new();
    for name in names {
        wanted.push(vintage.find(name)?.authority.code.clone());
    }
    Ok(in_order(&wanted, vintage))
}

/// The billing authorities of a file: a name or an ONS code a line; lines that begin with `#` and
/// empty ones say nothing. They are returned in the order of the vintage.
///
/// # Errors
/// When it cannot be read, names none, names one that is not held, or names one twice.
pub fn authorities_of_file(
    path: &Path,
    vintage: &Vintage,
) -> Result<Vec<AuthorityCode>, DataError> {
    let bytes = std::fs::read(path).map_err(|error| DataError::unreadable(path, &error))?;
    let text = String::from_utf8(bytes).map_err(|_| {
        DataError::fault(
            path,
            "is not text (allowed: a name or an ONS code of a billing authority a line)".to_owned(),
        )
    })?;
    let mut lines = BTreeMap::new();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let name = line.trim();
        if name.is_empty() || name.starts_with('#') {
            continue;
        }
        let at = index + 1;
        let fault = |reason: String| DataError::fault(path, format!("line {at}: {reason}"));
        let found = vintage
            .find(name)
            .map_err(|error| fault(error.to_string()))?;
        if let Some(before) = lines.insert(found.authority.code.clone(), at) {
            return Err(fault(format!(
                "{name} stands in line {before} already (allowed: each authority once)"
            )));
        }
    }
    if lines.is_empty() {
        let text = "names no authority (allowed: a name or an ONS code of a billing authority a \
                    line)";
        return Err(DataError::fault(path, text.to_owned()));
    }
    let wanted: Vec<_> = lines.into_keys().collect();
    Ok(in_order(&wanted, vintage))
}

fn in_order(wanted: &[AuthorityCode], vintage: &Vintage) -> Vec<AuthorityCode> {
    let mut all = every_authority(vintage);
    all.retain(|code| wanted.contains(code));
    all
}
