//! What is wrong with a scenario, and where.

use std::fmt;
use std::ops::Range;

/// One fault in a scenario file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    line: Option<(usize, usize)>,
    text: String,
}

/// All faults of a scenario, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioError {
    name: String,
    faults: Vec<Fault>,
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.faults.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            match fault.line {
                Some((line, column)) => write!(f, "{}:{line}:{column}: ", self.name)?,
                None => write!(f, "{}: ", self.name)?,
            }
            f.write_str(&fault.text)?;
        }
        Ok(())
    }
}

impl std::error::Error for ScenarioError {}

impl ScenarioError {
    /// A scenario with one fault that lies in no line.
    pub fn whole_file(name: &str, text: String) -> Self {
        Self {
            name: name.to_owned(),
            faults: vec![Fault { line: None, text }],
        }
    }
}

/// Collects faults while a scenario is checked.
pub(super) struct Faults<'a> {
    name: &'a str,
    text: &'a str,
    found: Vec<(Option<usize>, Fault)>,
}

impl<'a> Faults<'a> {
    pub(super) fn of(name: &'a str, text: &'a str) -> Self {
        Self {
            name,
            text,
            found: Vec::new(),
        }
    }

    /// Notes a fault at a place in the file.
    pub(super) fn at(&mut self, span: Range<usize>, text: String) {
        let fault = Fault {
            line: Some(position(self.text, span.start)),
            text,
        };
        self.found.push((Some(span.start), fault));
    }

    /// Notes a fault that has no place, such as a missing key.
    pub(super) fn missing(&mut self, text: String) {
        self.found.push((None, Fault { line: None, text }));
    }

    /// How many have been noted.
    pub(super) fn count(&self) -> usize {
        self.found.len()
    }

    /// The value where nothing was wrong.
    pub(super) fn finish<T>(mut self, value: Option<T>) -> Result<T, ScenarioError> {
        match value {
            Some(value) if self.found.is_empty() => Ok(value),
            _ => {
                self.found
                    .sort_by_key(|(start, _)| start.unwrap_or(usize::MAX));
                let faults = self.found.into_iter().map(|(_, fault)| fault).collect();
                Err(ScenarioError {
                    name: self.name.to_owned(),
                    faults,
                })
            }
        }
    }
}

/// Line and column of a byte, both from 1; columns count characters.
fn position(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (line, column)
}

/// ` [did you mean ...?]` for the nearest allowed name, or nothing.
pub fn nearest(wanted: &str, allowed: &[&str]) -> String {
    allowed
        .iter()
        .map(|name| (strsim::normalized_damerau_levenshtein(wanted, name), name))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(likeness, _)| *likeness >= 0.5)
        .map(|(_, name)| format!(" [did you mean {name}?]"))
        .unwrap_or_default()
}
