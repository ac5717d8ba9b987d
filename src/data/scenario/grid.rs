//! A grid of scenarios: one file with the values of some keys varied.

use toml::{Table, Value};

use super::fault::ScenarioError;

/// A key of a scenario's file and the values that it takes in turn.
#[derive(Debug, Clone, PartialEq)]
pub struct Vary {
    /// The key with its sections, such as `schedule.headline_rise`.
    pub key: String,
    /// The values as stated.
    pub values: Vec<String>,
}

/// The text does not say what to vary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} {fault} (allowed: a key of the scenario's file and its values, such as \
     no.rise=0,0.02)"
)]
pub struct NotAVary {
    text: String,
    fault: &'static str,
}

impl std::str::FromStr for Vary {
    type Err = NotAVary;

    fn from_str(text: &str) -> Result<Self, NotAVary> {
        let wrong = |fault| NotAVary {
            text: text.to_owned(),
            fault,
        };
        let (key, values) = text.split_once('=').ok_or(wrong("has no ="))?;
        let parts: Vec<&str> = key.split('.').map(str::trim).collect();
        if parts.contains(&"") {
            return Err(wrong("has no key"));
        }
        let values = split_values(values);
        if values.iter().any(String::is_empty) {
            return Err(wrong("has an empty value"));
        }
        let twice =
            (1..values.len()).any(|at| values[..at].iter().any(|before| same(before, &values[at])));
        if twice {
            return Err(wrong("has a value twice"));
        }
        Ok(Self {
            key: parts.join("."),
            values,
        })
    }
}

/// Values between commas; a comma in brackets or quotes is part of a value.
fn split_values(text: &str) -> Vec<String> {
    let mut values = vec![String::new()];
    let mut depth = 0i32;
    let mut quote = None;
    for c in text.chars() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => depth -= 1,
            (None, ',') if depth == 0 => {
                values.push(String::new());
                continue;
            }
            (None, _) => {}
        }
        if let Some(last) = values.last_mut() {
            last.push(c);
        }
    }
    values
        .into_iter()
        .map(|value| value.trim().to_owned())
        .collect()
}

/// A key and the value that it has in one point of a grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Varied {
    /// The key with its sections.
    pub key: String,
    /// The value as stated.
    pub value: String,
}

/// Every point of a grid: all values of each key with all of the others, the last key quickest. One
/// point without anything varied where there is no key.
///
/// # Example
/// ```
/// use bandwise::data::scenario::{grid, point_name};
/// let points = grid(&["schedule.headline_rise=0.05,0.1".parse()?, "no.rise=0,0.02".parse()?]);
/// let names: Vec<_> = points.iter().map(|point| point_name("x", point)).collect();
/// assert_eq!(names[1], "x headline_rise=0.05 rise=0.02");
/// assert_eq!(names.len(), 4);
/// # Ok::<(), bandwise::data::scenario::NotAVary>(())
/// ```
pub fn grid(varies: &[Vary]) -> Vec<Vec<Varied>> {
    let mut points = vec![Vec::new()];
    for vary in varies {
        let longer = points.iter().flat_map(|point| {
            vary.values.iter().map(move |value| {
                let mut point: Vec<Varied> = point.clone();
                point.push(Varied {
                    key: vary.key.clone(),
                    value: value.clone(),
                });
                point
            })
        });
        points = longer.collect();
    }
    points
}

/// The name of a point: the scenario's key, then each varied key with its value. A key stands
/// without its sections, unless two end alike.
pub fn point_name(key: &str, point: &[Varied]) -> String {
    let last = |key: &str| key.rsplit('.').next().unwrap_or(key).to_owned();
    let mut name = key.to_owned();
    for one in point {
        let short = last(&one.key);
        let alike = point
            .iter()
            .filter(|other| last(&other.key) == short)
            .count();
        let key = if alike > 1 { one.key.clone() } else { short };
        name.push_str(&format!(" {key}={}", one.value));
    }
    name
}

/// The text of a scenario with the values of a point in it. What is no TOML is returned as it is, for
/// the ordinary check to say so.
///
/// # Errors
/// When a key leads through something that has no keys.
pub fn varied_text(name: &str, text: &str, point: &[Varied]) -> Result<String, ScenarioError> {
    let Ok(mut table) = toml::from_str::<Table>(text) else {
        return Ok(text.to_owned());
    };
    if point.is_empty() {
        return Ok(text.to_owned());
    }
    for one in point {
        let wrong = |text: String| ScenarioError::whole_file(name, text);
        let mut parts: Vec<&str> = one.key.split('.').collect();
        let Some(last) = parts.pop() else { continue };
        let mut within = &mut table;
        for part in parts {
            let inner = within
                .entry(part)
                .or_insert_with(|| Value::Table(Table::new()));
            within = inner.as_table_mut().ok_or_else(|| {
                wrong(format!(
                    "--vary {}: {part} is no section with keys of its own",
                    one.key
                ))
            })?;
        }
        within.insert(last.to_owned(), value_of(&one.value));
    }
    toml::to_string(&table)
        .map_err(|error| ScenarioError::whole_file(name, format!("cannot be varied: {error}")))
}

/// A value as TOML has it; what is none is a text.
fn value_of(text: &str) -> Value {
    let parsed = toml::from_str::<Table>(&format!("value = {text}"));
    let value = parsed.ok().and_then(|mut table| table.remove("value"));
    value.unwrap_or_else(|| Value::String(text.to_owned()))
}

/// Whether two values are the same, however they are written.
fn same(one: &str, other: &str) -> bool {
    let number = |value: &Value| match value {
        Value::Integer(whole) => Some(*whole as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    };
    let (one, other) = (value_of(one), value_of(other));
    one == other || number(&one).is_some_and(|value| number(&other) == Some(value))
}
