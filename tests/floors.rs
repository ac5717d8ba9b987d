//! The invariants of `src/lib.rs`, read off the source. Each failure is the sentence of the
//! invariant that was broken, with the file.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::fs;
use std::path::{Path, PathBuf};

/// Floors from the ground up.
const FLOORS: [&str; 7] = [
    "domain",
    "data",
    "tax",
    "vote",
    "simulation",
    "report",
    "app",
];

const DOWNWARDS: &str = "A file may use only floors below its own.";
const PURE: &str =
    "`domain`, `tax` and `vote` do no IO and know no clock, no randomness and no threads.";
const READS: &str = "Only `data` reads files.";
const WRITES: &str = "Only `report` and `app` make output.";
const LUCK: &str = "Only `simulation` uses rand, rayon, vectors of the processor and optimisers.";
const PEOPLE: &str = "Only `app` uses clap, indicatif and HTTP.";
const POLARS: &str = "Polars stands in `data`, `tax/apply.rs` and `report` only.";
const INTEGERS: &str = "Polars runs to its end before the first draw, and sums whole numbers only.";
const QUIET: &str =
    "The library never prints, exits or draws a bar; progress goes through an observer.";
const SERIALIZE: &str = "Only `report` holds types that are serialised.";
const CLOCK: &str =
    "A result is a function of scenario, data, seed and program version: not of the clock.";

/// A source file without comments and strings, so that only code counts.
struct Source {
    path: String,
    floor: &'static str,
    code: String,
}

impl Source {
    fn new(path: &str, text: &str) -> Self {
        let first = path.split(['/', '.']).next().unwrap_or("");
        let floor = FLOORS
            .into_iter()
            .find(|floor| *floor == first)
            .unwrap_or("root");
        Self {
            path: path.to_owned(),
            floor,
            code: without_comments_and_strings(text),
        }
    }

    fn uses(&self, word: &str) -> bool {
        self.code.match_indices(word).any(|(at, _)| {
            let before = self.code[..at].chars().next_back();
            let after = self.code[at + word.len()..].chars().next();
            let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
            let runs_on = word.ends_with(char::is_alphanumeric) && joins(after);
            !joins(before) && !runs_on
        })
    }

    /// Whether the code names a floor: `crate::tax`, `super::super::tax`, or `crate::{..., tax::...}`.
    fn names_floor(&self, floor: &str) -> bool {
        let roots = ["crate::", "bandwise::", "super::super::"];
        roots.iter().any(|root| {
            self.uses(&format!("{root}{floor}"))
                || self
                    .code
                    .match_indices(&format!("{root}{{"))
                    .any(|(at, opening)| {
                        top_names(&self.code[at + opening.len()..]).any(|name| name == floor)
                    })
        })
    }

    fn uses_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.uses(word))
    }

    fn is_on(&self, floors: &[&str]) -> bool {
        floors.contains(&self.floor)
    }
}

/// The first names in a group of imports, up to its closing brace: `tax` and `vote` of
/// `tax::{self, bill}, vote}`.
fn top_names(group: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0;
    let mut end = group.len();
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                end = at;
                break;
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    let mut depth = 0;
    group[..end]
        .split(move |c: char| {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            c == ',' && depth == 0
        })
        .filter_map(|part| part.trim().split("::").next())
}

fn without_comments_and_strings(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut in_string = false;
    for line in text.lines() {
        let mut chars = line.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\\' if in_string => {
                    chars.next();
                }
                '"' => in_string = !in_string,
                '\'' if chars.peek() == Some(&'"') => {
                    chars.next();
                    chars.next();
                }
                '/' if !in_string && chars.peek() == Some(&'/') => break,
                _ if !in_string => code.push(c),
                _ => {}
            }
        }
        code.push('\n');
    }
    code
}

/// The invariants that a file breaks.
fn breaches(source: &Source) -> Vec<&'static str> {
    let mut found = Vec::new();
    let mut rule = |broken: bool, sentence| {
        if broken && !found.contains(&sentence) {
            found.push(sentence);
        }
    };
    let own = FLOORS.iter().position(|floor| *floor == source.floor);
    for (height, floor) in FLOORS.iter().enumerate() {
        let used = source.names_floor(floor);
        rule(used && own.is_some_and(|own| height > own), DOWNWARDS);
    }
    let pure = source.is_on(&["domain", "tax", "vote"]);
    let io = [
        "std::fs",
        "std::io",
        "std::net",
        "std::env",
        "std::process",
        "include_str!",
        "include_bytes!",
    ];
    rule(pure && source.uses_any(&io), PURE);
    rule(
        pure && source.uses_any(&["std::thread", "rand", "rayon", "std::time", "Instant"]),
        PURE,
    );
    let clock = ["SystemTime", "Instant", "Timestamp", "Zoned", "std::time"];
    rule(source.is_on(&FLOORS[..6]) && source.uses_any(&clock), CLOCK);
    let reading = [
        "fs::read(",
        "fs::read_to_string",
        "File::open",
        "include_str!",
        "include_bytes!",
    ];
    // The page's own style and script are built in.
    let embeds = source.path == "app/web/page.rs" && !source.uses_any(&reading[..3]);
    rule(
        !source.is_on(&["data"]) && !embeds && source.uses_any(&reading),
        READS,
    );
    let writing = [
        "fs::write",
        "File::create",
        "fs::rename",
        "create_dir",
        "tempfile",
    ];
    rule(
        !source.is_on(&["report", "app"]) && source.uses_any(&writing),
        WRITES,
    );
    let luck = [
        "rand",
        "rand_chacha",
        "rayon",
        "sobol_burley",
        "fearless_simd",
        "cobyla",
    ];
    rule(
        !source.is_on(&["simulation"]) && source.uses_any(&luck),
        LUCK,
    );
    let people = [
        "clap",
        "indicatif",
        "ctrlc",
        "axum",
        "hyper",
        "hyper_util",
        "tokio",
        "std::net",
    ];
    rule(!source.is_on(&["app"]) && source.uses_any(&people), PEOPLE);
    let may_hold_polars = source.is_on(&["data", "report"]) || source.path == "tax/apply.rs";
    rule(source.uses("polars") && !may_hold_polars, POLARS);
    let floats = ["Float64", "Float32", ".f64()", "f64"];
    let pipelines = ["data/cells.rs", "tax/apply.rs"];
    let folds = ["mean()", ".f64()", "Float64", "Float32"];
    rule(
        pipelines.contains(&source.path.as_str()) && source.uses_any(&folds),
        INTEGERS,
    );
    rule(
        source.path == "tax/apply.rs" && source.uses_any(&floats),
        INTEGERS,
    );
    let speaks = [
        "println!",
        "eprintln!",
        "print!",
        "eprint!",
        "process::exit",
        "stdout",
        "stderr",
    ];
    rule(source.floor != "app" && source.uses_any(&speaks), QUIET);
    rule(
        !source.is_on(&["report"]) && source.uses("Serialize"),
        SERIALIZE,
    );
    found
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<Source> {
    fn walk(folder: &Path, top: &Path, into: &mut Vec<Source>) {
        let mut entries: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(&path, top, into);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let name = path.strip_prefix(top).unwrap().display().to_string();
                into.push(Source::new(&name, &fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let top = root().join("src");
    let mut found = Vec::new();
    walk(&top, &top, &mut found);
    found
}

#[test]
fn every_file_keeps_the_invariants() {
    let sources = sources();
    assert!(sources.len() > 40, "the walk finds the source");
    let broken: Vec<String> = sources
        .iter()
        .flat_map(|source| {
            breaches(source)
                .into_iter()
                .map(|rule| format!("{}: {rule}", source.path))
        })
        .collect();
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn every_invariant_can_be_broken() {
    for (path, text, sentence) in [
        ("tax/bill.rs", "use crate::report::Briefing;", DOWNWARDS),
        (
            "vote/turnout.rs",
            "use crate::{domain::Share, report::{csv, json}};",
            DOWNWARDS,
        ),
        (
            "tax/bill.rs",
            "use super::super::simulation::run;",
            DOWNWARDS,
        ),
        ("domain/money.rs", "use std::io::Write;", PURE),
        ("vote/turnout.rs", "use rayon::prelude::*;", PURE),
        (
            "report/csv.rs",
            "let text = fs::read_to_string(path);",
            READS,
        ),
        ("data/vintage.rs", "std::fs::write(path, bytes);", WRITES),
        ("report/card.rs", "use rayon::prelude::*;", LUCK),
        ("data/world.rs", "use rand::Rng;", LUCK),
        ("report/card.rs", "use clap::Parser;", PEOPLE),
        ("simulation/run.rs", "use indicatif::ProgressBar;", PEOPLE),
        ("report/json.rs", "use axum::Router;", PEOPLE),
        ("simulation/run.rs", "use polars::prelude::*;", POLARS),
        ("tax/bill.rs", "use polars::prelude::*;", POLARS),
        ("tax/apply.rs", "col(name).mean()", INTEGERS),
        ("simulation/summary.rs", "println!();", QUIET),
        ("report/files.rs", "std::process::exit(1);", QUIET),
        ("tax/bill.rs", "#[derive(Serialize)]", SERIALIZE),
        (
            "simulation/run.rs",
            "let start = std::time::Instant::now();",
            CLOCK,
        ),
    ] {
        let found = breaches(&Source::new(path, text));
        assert!(
            found.contains(&sentence),
            "{path} with {text:?} should break: {sentence}"
        );
    }
}

#[test]
fn a_name_inside_a_group_of_a_lower_floor_breaks_nothing() {
    let source = Source::new(
        "vote/turnout.rs",
        "use crate::{domain::{Share, report}, tax::Bills};",
    );
    assert!(breaches(&source).is_empty());
}

#[test]
fn comments_and_strings_break_nothing() {
    let text = "// println!(\"x\")\nlet a = \"rayon \\\" println!\"; let b = '\"'; let c = 1;";
    let source = Source::new("domain/money.rs", text);
    assert!(breaches(&source).is_empty(), "{}", source.code);
    assert!(source.uses("c"));
}

#[test]
fn main_is_under_forty_lines_and_alone_declares_the_app() {
    let main = fs::read_to_string(root().join("src/main.rs")).unwrap();
    assert!(main.lines().count() < 40, "main.rs is a table of contents");
    assert!(main.contains("mod app;"));
    let library = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    assert!(
        !library.contains("mod app"),
        "the library does not hold the app"
    );
}

#[test]
fn the_top_level_is_as_prescribed() {
    let allowed = [
        ".ci",
        ".git",
        ".gitignore",
        "CHANGELOG.md",
        "Cargo.lock",
        "Cargo.toml",
        "LICENSE",
        "METHOD.md",
        "README.md",
        "bandwise-out",
        "benches",
        "clippy.toml",
        "data",
        "notebooks",
        "rustfmt.toml",
        "src",
        "target",
        "tests",
    ];
    let mut strange: Vec<String> = fs::read_dir(root())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| !allowed.contains(&name.as_str()))
        .collect();
    strange.sort();
    assert!(
        strange.is_empty(),
        "the top level is fixed; not prescribed: {strange:?}"
    );
}

#[test]
fn modules_are_named_for_the_trade() {
    let vague = [
        "util", "utils", "helper", "helpers", "common", "core", "engine", "manager", "misc",
    ];
    for source in sources() {
        let stem = Path::new(&source.path)
            .file_stem()
            .unwrap()
            .to_string_lossy()
            .into_owned();
        assert!(
            !vague.contains(&stem.as_str()),
            "{} bears no noun of the trade",
            source.path
        );
    }
}
