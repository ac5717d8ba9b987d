//! Vintages that the user has imported: folders beside the embedded ones.
//!
//! A folder holds the tables of an embedded vintage and `vintage.toml`, which says of every part
//! where it comes from.

use std::path::{Path, PathBuf};

use super::catalogue::DataError;
use super::releases::read_file;
use super::vintage::Manifest;

/// The file by which the folder of a vintage is known.
pub const MANIFEST: &str = "vintage.toml";

/// Where the user's data are: `BANDWISE_DATA_DIR`, else `bandwise` in `XDG_DATA_HOME`, else
/// `~/.local/share/bandwise`.
///
/// # Errors
/// When none of them is set.
pub fn folder() -> Result<PathBuf, DataError> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    if let Some(folder) = set("BANDWISE_DATA_DIR") {
        return Ok(PathBuf::from(folder));
    }
    // The base directory specification: a relative path is ignored.
    let data_home = set("XDG_DATA_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    data_home
        .or_else(|| std::env::home_dir().map(|home| home.join(".local/share")))
        .map(|path| path.join("bandwise"))
        .ok_or_else(|| {
            let text = "there is no home folder to keep vintages in [set BANDWISE_DATA_DIR]";
            DataError::fault(Path::new("data folder"), text.to_owned())
        })
}

/// The folder of a vintage of the user, which need not exist.
///
/// # Errors
/// When there is no place for the user's data.
pub fn vintage_folder(name: &str) -> Result<PathBuf, DataError> {
    Ok(folder()?.join("vintages").join(name))
}

/// The names of the user's vintages, sorted.
///
/// # Errors
/// When their folder cannot be listed; that there is none is no error.
pub fn vintages() -> Result<Vec<String>, DataError> {
    let Ok(folder) = folder() else {
        return Ok(Vec::new());
    };
    let folder = folder.join("vintages");
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(&folder)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| DataError::unreadable(&folder, &error))?;
    let mut names: Vec<String> = entries
        .iter()
        .filter(|entry| entry.path().join(MANIFEST).is_file())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| check_name(name).is_ok())
        .collect();
    names.sort();
    Ok(names)
}

/// What a vintage of the user says of itself.
///
/// # Errors
/// When there is none of that name, or it says something else than expected.
pub fn manifest(name: &str) -> Result<Manifest, DataError> {
    let path = vintage_folder(name)?.join(MANIFEST);
    let bytes = read_file(&path)?;
    let fault = |text: String| DataError::fault(&path, text);
    let text = String::from_utf8(bytes).map_err(|_| fault("is not text".to_owned()))?;
    toml::from_str(&text).map_err(|error| fault(error.message().to_owned()))
}

/// A file of a vintage of the user, such as `bands.csv`.
///
/// # Errors
/// When it cannot be read.
pub fn table(name: &str, file: &str) -> Result<Vec<u8>, DataError> {
    read_file(&vintage_folder(name)?.join(file))
}

/// Whether a name may be that of a vintage: letters, digits and hyphens, at most 64.
///
/// # Errors
/// What is wrong with it.
pub fn check_name(name: &str) -> Result<(), String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if !name.is_empty() && name.len() <= 64 && name.chars().all(fits) && !name.starts_with('-') {
        Ok(())
    } else {
        Err(format!(
            "{name:?} is no name for a vintage (allowed: letters, digits and hyphens, at most 64, \
             beginning with a letter or digit)"
        ))
    }
}
