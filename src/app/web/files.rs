//! Files to take away: those of `bandwise run` on the same scenario, made in memory for who asks.

use std::io::{Cursor, Write};

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bandwise::data::scenario::nearest;
use bandwise::report::Gathered;
use bandwise::report::folder::{self, FolderError, Format, Wanted};
use bandwise::report::package::mediatype;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::answer::Drawn;
use super::choices::Choices;
use super::desk::Stop;
use super::refused::Refused;
use super::site::Site;

/// The name under which all files are to be had at once.
const ALL: &str = "results.zip";

impl From<FolderError> for Refused {
    fn from(error: FolderError) -> Self {
        // Nothing is written to a disk that could be full.
        Self::bug(error)
    }
}

/// One file of the results of a state, or all of them as [`ALL`].
///
/// # Errors
/// When there is none of that name, or the state is no scenario that can be run.
pub fn file(name: &str, choices: &Choices, site: &Site, stop: &Stop) -> Result<Response, Refused> {
    let formats = match name {
        ALL => Some(&Format::ALL[..]),
        _ => Format::of_file(name),
    };
    let formats = formats.ok_or_else(|| not_among(""))?;
    let drawn = Drawn::of(choices, site, stop)?;
    let files = files(&drawn, formats)?;
    if name == ALL {
        return Ok(sent(name, zipped(&files)?));
    }
    taken_away(name, files)
}

/// One of some files, to take away.
///
/// # Errors
/// When there is none of that name.
pub fn taken_away(name: &str, files: Vec<(String, Vec<u8>)>) -> Result<Response, Refused> {
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    let hint = nearest(name, &names);
    let found = files.into_iter().find(|(one, _)| one == name);
    let (_, bytes) = found.ok_or_else(|| not_among(&hint))?;
    Ok(sent(name, bytes))
}

/// That there is no file of a name, and which is like it.
pub fn not_among(hint: &str) -> Refused {
    Refused::new(
        StatusCode::NOT_FOUND,
        format!("no file of that name is among these results{hint}"),
    )
}

/// The files of a run in some formats, by their names.
///
/// # Errors
/// When one cannot be made: a fault of the program.
fn files(drawn: &Drawn, formats: &[Format]) -> Result<Vec<(String, Vec<u8>)>, FolderError> {
    let gathered = Gathered::default();
    let wanted = Wanted { formats, pdf: None };
    folder::of_run(
        &drawn.prepared,
        &drawn.outcomes,
        &drawn.briefing,
        wanted,
        &gathered,
    )?;
    Ok(gathered.into_files())
}

/// Files as one archive; its entries bear no time.
fn zipped(files: &[(String, Vec<u8>)]) -> Result<Vec<u8>, Refused> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive
            .start_file(name.as_str(), SimpleFileOptions::default())
            .map_err(Refused::bug)?;
        archive.write_all(bytes).map_err(Refused::bug)?;
    }
    Ok(archive.finish().map_err(Refused::bug)?.into_inner())
}

/// A file as an answer: to be kept, not to be shown.
fn sent(name: &str, bytes: Vec<u8>) -> Response {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let kind = match mediatype(ending) {
        text if text.starts_with("text/") => format!("{text}; charset=utf-8"),
        other => other.to_owned(),
    };
    let name = name.rsplit('/').next().unwrap_or(name);
    let headers = [
        (header::CONTENT_TYPE, kind),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    (headers, bytes).into_response()
}
