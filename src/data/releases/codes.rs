//! Codes of authorities: which of them a base holds, and which became part of those.

use std::collections::BTreeMap;

use crate::data::catalogue::Reorganisation;
use crate::domain::Nation;

/// A billing authority of the base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Held {
    /// ONS code.
    pub code: String,
    /// Code in finance returns.
    pub e_code: String,
    /// Name.
    pub name: String,
}

/// The authorities that figures can be of.
#[derive(Debug, Clone)]
pub(crate) struct Codes {
    held: Vec<Held>,
    reorganisations: Vec<Reorganisation>,
}

impl Codes {
    pub(crate) fn new(held: Vec<Held>, reorganisations: Vec<Reorganisation>) -> Self {
        Self {
            held,
            reorganisations,
        }
    }

    /// The authorities of the base, in its order.
    pub(crate) fn held(&self) -> &[Held] {
        &self.held
    }

    /// Whether the base holds authorities of Wales.
    pub(crate) fn hold_wales(&self) -> bool {
        self.held.iter().any(|held| is_welsh(&held.code))
    }

    /// Whether figures of an ONS code can be used. The name that stands beside it helps to say
    /// which one may be meant.
    ///
    /// # Errors
    /// When the code is of no authority that is held or became part of one; names the nearest.
    pub(crate) fn known(&self, code: &str, name: &str) -> Result<(), String> {
        if self.names().any(|(known, _)| known == code) {
            return Ok(());
        }
        let wanted = fold(name);
        let same = self.names().find(|(_, known)| fold(known) == wanted);
        let nearest = same.or_else(|| {
            self.names().max_by(|a, b| {
                let likeness = |known: &str| strsim::normalized_damerau_levenshtein(code, known);
                likeness(a.0).total_cmp(&likeness(b.0))
            })
        });
        let hint = nearest
            .map(|(code, name)| format!(" [nearest: {code}, {name}]"))
            .unwrap_or_default();
        Err(format!(
            "{code:?} is the code of no billing authority that is held{hint}"
        ))
    }

    /// The ONS code of an authority by its code in finance returns or, where that is of an
    /// authority that is no more, by its name.
    ///
    /// # Errors
    /// When there is none; names the nearest.
    pub(crate) fn by_e_code(&self, e_code: &str, name: &str) -> Result<String, String> {
        if let Some(held) = self.held.iter().find(|held| held.e_code == e_code) {
            return Ok(held.code.clone());
        }
        let wanted = fold(name);
        if let Some((code, _)) = self.names().find(|(_, name)| fold(name) == wanted) {
            return Ok(code.to_owned());
        }
        let nearest = self
            .names()
            .map(|(_, name)| (strsim::jaro_winkler(&wanted, &fold(name)), name))
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, name)| format!(" [nearest: {name}]"))
            .unwrap_or_default();
        Err(format!(
            "{e_code} {name:?} is no billing authority that is held{nearest}"
        ))
    }

    /// The name of a code; the code itself where it is unknown.
    pub(crate) fn name<'a>(&'a self, code: &'a str) -> &'a str {
        self.names()
            .find(|(known, _)| *known == code)
            .map_or(code, |(_, name)| name)
    }

    /// The rows of a release that make up an authority: its own, or those of the authorities
    /// that it was made of.
    ///
    /// # Errors
    /// Which authority the release lacks.
    pub(crate) fn members<'a, T>(
        &self,
        held: &Held,
        release: &'a BTreeMap<String, T>,
    ) -> Result<Vec<&'a T>, String> {
        if let Some(row) = release.get(&held.code) {
            return Ok(vec![row]);
        }
        let parts: Vec<&Reorganisation> = self
            .reorganisations
            .iter()
            .filter(|row| row.successor_code == held.code)
            .collect();
        if !parts.is_empty() {
            return parts
                .iter()
                .map(|part| {
                    release.get(&part.predecessor_code).ok_or_else(|| {
                        format!(
                            "lacks {} ({}), a part of {} ({})",
                            part.predecessor, part.predecessor_code, held.name, held.code
                        )
                    })
                })
                .collect();
        }
        // A new code for the same authority, such as Sheffield's of 2025.
        let renamed = self
            .reorganisations
            .iter()
            .find(|row| row.predecessor_code == held.code)
            .filter(|row| {
                let same = |other: &&Reorganisation| other.successor_code == row.successor_code;
                self.reorganisations.iter().filter(same).count() == 1
            })
            .and_then(|row| release.get(&row.successor_code));
        renamed
            .map(|row| vec![row])
            .ok_or_else(|| format!("lacks {} ({})", held.name, held.code))
    }

    fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        let held = self.held.iter();
        let rows = self.reorganisations.iter();
        held.map(|held| (held.code.as_str(), held.name.as_str()))
            .chain(rows.flat_map(|row| {
                [
                    (row.predecessor_code.as_str(), row.predecessor.as_str()),
                    (row.successor_code.as_str(), row.successor.as_str()),
                ]
            }))
    }
}

/// Whether a code is of a billing authority, or written as one: unitary and other districts,
/// London boroughs, Welsh principal areas.
pub(crate) fn is_billing(code: &str) -> bool {
    ["E06", "E07", "E08", "E09", "W06"]
        .iter()
        .any(|start| code.starts_with(start))
}

/// Whether a code is Welsh.
pub(crate) fn is_welsh(code: &str) -> bool {
    Nation::of_code(code) == Nation::Wales
}

/// Names as they are compared: small letters, `and` for `&`, without marks and office words.
fn fold(name: &str) -> String {
    let name = name
        .to_lowercase()
        .replace('&', " and ")
        .replace("(r)", " ")
        .replace(['\'', ',', '.', '-'], " ");
    let words = name.split_whitespace();
    words
        .filter(|word| !matches!(*word, "ua" | "council" | "the"))
        .collect::<Vec<_>>()
        .join(" ")
}
