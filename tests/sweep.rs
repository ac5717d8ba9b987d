//! `bandwise sweep` and `bandwise merge`: the same files however the work was cut or stopped.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use assert_cmd::Command;
use tempfile::{TempDir, tempdir};

/// Three of England and one of Wales, of four classes.
const LIST: &str = "# a list\nDerby\nE07000096\n\nBarnsley\nCardiff\n";

/// The program, run in a folder of its own.
fn bandwise(folder: &TempDir) -> Command {
    let mut command = Command::cargo_bin("bandwise").unwrap();
    command.current_dir(folder.path());
    // Nothing that the developer has installed.
    command.env("BANDWISE_DATA_DIR", folder.path().join("installed"));
    command
}

/// What a command prints that must succeed.
fn succeeds(folder: &TempDir, arguments: &str) -> String {
    let arguments: Vec<&str> = arguments.split(' ').collect();
    let output = bandwise(folder).args(&arguments).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

/// Exit code and error text of a command that must fail.
fn refused(folder: &TempDir, arguments: &str) -> (i32, String) {
    let arguments: Vec<&str> = arguments.split(' ').collect();
    let output = bandwise(folder).args(&arguments).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    (output.status.code().unwrap(), error)
}

/// Every file under a folder that is a result, with its bytes.
fn results(folder: &TempDir, place: &str) -> BTreeMap<String, Vec<u8>> {
    fn walk(folder: &Path, top: &Path, into: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(top).unwrap().display().to_string();
            if name.starts_with('.') {
                continue;
            }
            if path.is_dir() {
                walk(&path, top, into);
            } else {
                into.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    let top = folder.path().join(place);
    walk(&top, &top, &mut found);
    found
}

fn rows(folder: &TempDir, table: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(folder.path().join(table)).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

fn assert_same(first: &BTreeMap<String, Vec<u8>>, second: &BTreeMap<String, Vec<u8>>) {
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(first), names(second));
    for (name, bytes) in first {
        assert!(second[name] == *bytes, "{name} differs");
    }
}

const SMALL: &str =
    "sweep gentle-efgh uniform-15 --authorities list.txt --draws 200 --jobs-per-part 2";

fn with_list() -> TempDir {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("list.txt"), LIST).unwrap();
    folder
}

#[test]
fn threads_shards_and_a_kill_change_no_byte() {
    let folder = with_list();
    let card = succeeds(&folder, &format!("{SMALL} --out whole"));
    assert!(card.contains("8 of 8 jobs done"), "{card}");
    let whole = results(&folder, "whole");
    assert!(whole.contains_key("parts/part-00003/wards.parquet"));

    succeeds(&folder, &format!("{SMALL} --out one --threads 1"));
    assert_same(&whole, &results(&folder, "one"));

    for shard in 1..=3 {
        let printed = succeeds(
            &folder,
            &format!("{SMALL} --out s{shard} --shard {shard}/3"),
        );
        assert!(printed.contains("bandwise merge"), "{printed}");
        if shard == 2 {
            let (code, error) = refused(&folder, "merge merged s1 s2");
            assert_eq!(code, 65);
            assert!(
                error.contains("1 of 4 parts are in none of the folders: part-00002"),
                "{error}"
            );
        }
    }
    succeeds(&folder, "merge merged s1 s2 s3");
    assert_same(&whole, &results(&folder, "merged"));

    // What a killed process leaves: some parts, one half written.
    fs::create_dir_all(folder.path().join("killed")).unwrap();
    succeeds(&folder, &format!("{SMALL} --out killed --shard 2/4"));
    let half = folder.path().join("killed/.bandwise-under-way/part-00000");
    fs::create_dir_all(&half).unwrap();
    fs::write(half.join("wards.parquet"), "half").unwrap();
    succeeds(&folder, &format!("{SMALL} --out killed"));
    assert_same(&whole, &results(&folder, "killed"));
    assert!(!half.exists());

    // The same sweep stated otherwise.
    succeeds(&folder, &format!("{SMALL} --seed 1 --out killed"));
    assert_same(&whole, &results(&folder, "killed"));

    // A part that is not as it was written is done anew, or taken from a shard that has it whole.
    let part = |place: &str, file: &str| folder.path().join(place).join("parts").join(file);
    for place in ["killed", "s1"] {
        let changed = part(place, "part-00000/wards.parquet");
        let mut bytes = fs::read(&changed).unwrap();
        bytes[100] ^= 1;
        fs::write(&changed, bytes).unwrap();
    }
    fs::remove_file(part("killed", "part-00001/warnings.parquet")).unwrap();
    for table in fs::read_dir(part("killed", "part-00002")).unwrap() {
        let table = table.unwrap();
        let name = Path::new("part-00003").join(table.file_name());
        fs::copy(table.path(), part("killed", &name.display().to_string())).unwrap();
    }
    let again = bandwise(&folder)
        .args(SMALL.split(' ').chain(["--out", "killed"]))
        .output()
        .unwrap();
    let error = String::from_utf8(again.stderr).unwrap();
    assert!(again.status.success(), "{error}");
    for text in [
        "part-00000/wards.parquet: is not as it was written: the part is removed and done anew",
        "part-00001/warnings.parquet: is missing: the part",
        "part-00003: is a part of another sweep, or another part of this one: the part",
        "1 of 4 parts are done already",
    ] {
        assert!(error.contains(text), "{error}");
    }
    assert_same(&whole, &results(&folder, "killed"));
    let (code, error) = refused(&folder, "merge again s1 s2 s3");
    assert_eq!(code, 65);
    assert!(
        error.contains("s1/parts/part-00000/wards.parquet: is not as it was written"),
        "{error}"
    );
    succeeds(&folder, "merge again s1 s2 s3 one");
    assert_same(&whole, &results(&folder, "again"));
}

#[test]
fn a_sweep_that_is_killed_goes_on_without_losing_or_repeating_a_row() {
    let folder = with_list();
    let arguments =
        "sweep gentle-efgh --authorities list.txt --draws 20000 --jobs-per-part 1 --out o";
    let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin("bandwise"))
        .args(arguments.split(' '))
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let first = folder.path().join("o/parts/part-00000");
    while !first.is_dir() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(5));
    }
    // A second process is sent away while the first lives.
    let (code, error) = refused(&folder, arguments);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(code, 73, "{error}");
    assert!(
        error.contains("is being written by another process"),
        "{error}"
    );
    let before = fs::metadata(&first).unwrap().modified().unwrap();
    succeeds(&folder, arguments);
    assert_eq!(fs::metadata(&first).unwrap().modified().unwrap(), before);
    let codes: Vec<String> = rows(&folder, "o/authorities.csv")
        .iter()
        .map(|row| row["authority_code"].clone())
        .collect();
    assert_eq!(codes, ["E06000015", "E07000096", "E08000016", "W06000015"]);
}

#[test]
fn a_row_of_a_sweep_is_what_a_run_of_the_authority_finds() {
    let folder = with_list();
    succeeds(&folder, &format!("{SMALL} --out o"));
    for (scenario, authority, code) in [
        ("gentle-efgh", "Derby", "E06000015"),
        ("gentle-efgh", "Barnsley", "E08000016"),
        ("uniform-15", "E07000096", "E07000096"),
        ("uniform-15", "Cardiff", "W06000015"),
    ] {
        let out = format!("run-{scenario}-{code}");
        succeeds(
            &folder,
            &format!("run {scenario} --authority {authority} --draws 200 --out {out}"),
        );
        let swept = rows(&folder, "o/authorities.csv");
        let row = swept
            .iter()
            .find(|row| row["scenario"] == scenario && row["authority_code"] == code)
            .unwrap();
        for figure in rows(&folder, &format!("{out}/summary.csv")) {
            let metric = &figure["metric"];
            assert_eq!(row[metric], figure["mean"], "{authority} {metric}");
            for percentile in ["p05", "p50", "p95"] {
                if let Some(value) = row.get(&format!("{metric}_{percentile}")) {
                    assert_eq!(*value, figure[percentile], "{authority} {metric}");
                }
            }
        }
        let mut wards = rows(&folder, "o/wards.csv");
        wards.retain(|row| row["scenario"] == scenario && row["authority_code"] == code);
        for ward in &mut wards {
            for column in ["scenario", "authority_code", "authority"] {
                ward.remove(column);
            }
        }
        assert_eq!(wards, rows(&folder, &format!("{out}/wards.csv")));
    }
}

#[test]
fn every_figure_of_every_kind_of_scenario_has_a_column() {
    let folder = with_list();
    for scenario in [
        "williamson-2018",
        "scotland-2017",
        "high-value-surcharge-2028",
        "fairer-share",
        "westminster-band-h",
    ] {
        let out = format!("run-{scenario}");
        succeeds(&folder, &format!("run {scenario} --draws 50 --out {out}"));
        let header = succeeds(
            &folder,
            &format!("sweep {scenario} --authority Derby --draws 50 --out sweep-{scenario}"),
        );
        assert!(header.contains("1 of 1 job done"), "{header}");
        let swept = rows(&folder, &format!("sweep-{scenario}/authorities.csv"));
        for figure in rows(&folder, &format!("{out}/summary.csv")) {
            assert!(
                swept[0].contains_key(&figure["metric"]),
                "{}",
                figure["metric"]
            );
        }
    }
}

#[test]
fn the_order_of_a_list_changes_nothing() {
    let folder = with_list();
    fs::write(
        folder.path().join("other.txt"),
        "Cardiff\nBarnsley\nE06000015\nDacorum\n",
    )
    .unwrap();
    let arguments = "sweep gentle-efgh --draws 100 --out";
    succeeds(&folder, &format!("{arguments} a --authorities list.txt"));
    succeeds(&folder, &format!("{arguments} b --authorities other.txt"));
    succeeds(
        &folder,
        &format!(
            "{arguments} c --authority Dacorum --authority Derby --authority Cardiff --authority Barnsley"
        ),
    );
    assert_same(&results(&folder, "a"), &results(&folder, "b"));
    assert_same(&results(&folder, "a"), &results(&folder, "c"));
}

#[test]
fn a_grid_has_a_row_for_every_point() {
    let folder = with_list();
    let card = succeeds(
        &folder,
        "sweep uniform-15 --authority Derby --vary schedule.rise=0.05,0.10 --vary no.rise=0,0.02 \
         --draws 100 --out o",
    );
    assert!(card.contains("4 of 4 jobs done"), "{card}");
    let swept = rows(&folder, "o/authorities.csv");
    assert_eq!(swept.len(), 4);
    let scenarios = rows(&folder, "o/scenarios.csv");
    let of = |row: &BTreeMap<String, String>| {
        let key = &row["scenario"];
        scenarios
            .iter()
            .find(|one| one["scenario"] == *key)
            .unwrap()
            .clone()
    };
    for row in &swept {
        let point = of(row);
        let stated: f64 = point["schedule.rise"].parse().unwrap();
        assert_eq!(row["headline_rise"].parse::<f64>().unwrap(), stated);
        assert!(folder.path().join("o").join(&point["file"]).is_file());
    }
}

/// The scenario states what Derby alone has; for a district under a county it cannot be applied.
#[test]
fn a_job_that_fails_is_listed_and_stops_no_other() {
    let folder = with_list();
    let arguments = "sweep fairer-share --authorities list.txt --draws 50 --out o";
    let output = bandwise(&folder)
        .args(arguments.split(' '))
        .output()
        .unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{error}");
    // Values of homes are held for England only.
    assert!(error.contains("Cardiff, fairer-share: "), "{error}");
    let failures = rows(&folder, "o/failures.csv");
    assert_eq!(failures.len(), 1);
    assert_eq!(failures[0]["authority_code"], "W06000015");
    assert_eq!(rows(&folder, "o/authorities.csv").len(), 3);
    let card = String::from_utf8(output.stdout).unwrap();
    assert!(
        card.contains("FAILED: 1 of 4 jobs, listed in failures.csv"),
        "{card}"
    );

    let (code, error) = refused(
        &folder,
        "sweep fairer-share --authority Cardiff --draws 50 --out p",
    );
    assert_eq!(code, 65);
    assert!(error.contains("every job failed; of Cardiff: "), "{error}");
}

#[test]
fn another_sweep_or_another_thing_is_not_touched() {
    let folder = with_list();
    succeeds(
        &folder,
        "sweep gentle-efgh --authority Derby --draws 50 --out o",
    );
    let before = results(&folder, "o");
    let (code, error) = refused(
        &folder,
        "sweep gentle-efgh --authority Derby --draws 60 --out o",
    );
    assert_eq!(code, 73);
    assert!(
        error.contains("o holds another sweep: other scenarios ["),
        "{error}"
    );
    assert_same(&before, &results(&folder, "o"));
    succeeds(
        &folder,
        "sweep gentle-efgh --authority Derby --draws 60 --out o --force",
    );
    assert_ne!(before, results(&folder, "o"));
    let (code, error) = refused(&folder, "run gentle-efgh --draws 50 --out o --force");
    assert_eq!(code, 73);
    assert!(error.contains("o holds a sweep: not replaced"), "{error}");

    // Even with force no file goes that no sweep has written.
    let own = "sweep gentle-efgh --authority Derby --draws 70 --out o --force";
    let note = folder.path().join("o/parts/part-00000/note.txt");
    fs::write(&note, "mine").unwrap();
    let (code, error) = refused(&folder, own);
    assert_eq!(code, 73);
    assert!(
        error.contains("note.txt is none of a sweep's files: not removed"),
        "{error}"
    );
    fs::remove_file(&note).unwrap();
    for mine in ["o/scenarios/mine.toml", "o/.tmp-notes", "o/parts/x"] {
        fs::write(folder.path().join(mine), "mine").unwrap();
    }
    succeeds(&folder, own);
    for mine in ["o/scenarios/mine.toml", "o/.tmp-notes", "o/parts/x"] {
        assert!(folder.path().join(mine).is_file(), "{mine}");
    }
    for (name, file, text, said) in [
        (
            "dots",
            ".tmp-notes",
            "mine",
            "dots holds files and no sweep",
        ),
        (
            "foreign",
            "sweep.json",
            "{\"method\":\"bayes\"}",
            "sweep.json: is broken, or no",
        ),
        ("broken", "sweep.json", "", "sweep.json: is broken, or no"),
    ] {
        fs::create_dir(folder.path().join(name)).unwrap();
        let file = folder.path().join(name).join(file);
        fs::write(&file, text).unwrap();
        let (code, error) = refused(
            &folder,
            &format!("sweep gentle-efgh --authority Derby --draws 50 --out {name} --force"),
        );
        assert_eq!(code, 73, "{error}");
        assert!(error.contains(said), "{error}");
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
    }

    fs::create_dir(folder.path().join("mine")).unwrap();
    fs::write(folder.path().join("mine/notes.txt"), "mine").unwrap();
    for force in ["", " --force"] {
        let (code, error) = refused(
            &folder,
            &format!("sweep gentle-efgh --authority Derby --draws 50 --out mine{force}"),
        );
        assert_eq!(code, 73);
        assert!(error.contains("mine holds files and no sweep"), "{error}");
    }
    let (code, error) = refused(&folder, "merge merged mine");
    assert_eq!(code, 65);
    assert!(
        error.contains("mine: holds no sweep (sweep.json is missing)"),
        "{error}"
    );
    let (code, error) = {
        succeeds(
            &folder,
            "sweep gentle-efgh --authority Barnsley --draws 70 --out q",
        );
        refused(&folder, "merge merged o q")
    };
    assert_eq!(code, 65);
    assert!(
        error.contains("q is a shard of another sweep than o: other authorities"),
        "{error}"
    );
}

#[test]
fn wrong_arguments_are_told_with_what_is_allowed() {
    let folder = with_list();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("typo.txt", "Derby\nBarnsly\n");
    write("twice.txt", "Derby\n# again\nE06000015\n");
    write("empty.txt", "# nobody\n");
    let sweep = "sweep uniform-15 --draws 50 --out o";
    for (arguments, expected, text) in [
        ("--authorities typo.txt", 65, "typo.txt: line 2: "),
        ("--authorities typo.txt", 65, "[did you mean Barnsley?]"),
        (
            "--authorities twice.txt",
            65,
            "twice.txt: line 3: E06000015 stands in line 1 already (allowed: each authority once)",
        ),
        (
            "--authorities empty.txt",
            65,
            "empty.txt: names no authority",
        ),
        ("--authorities none.txt", 65, "none.txt: cannot be read"),
        ("--authority Darby", 65, "[did you mean Derby?]"),
        ("", 2, "--all"),
        ("--all --authority Derby", 2, "cannot be used with"),
        (
            "--authority Derby --shard 0/3",
            2,
            "allowed: I/N with I from 1 to N",
        ),
        (
            "--authority Derby --shard 4/3",
            2,
            "allowed: I/N with I from 1 to N",
        ),
        ("--authority Derby --vary rise", 2, "\"rise\" has no ="),
        (
            "--authority Derby --vary schedule.rise=0.1,0.1",
            2,
            "has a value twice",
        ),
        (
            "--authority Derby --vary schedule.ris=0.1",
            65,
            "unknown key \"ris\"",
        ),
        (
            "--authority Derby --vary schedule.ris=0.1",
            65,
            "[did you mean rise?]",
        ),
        (
            "--authority Derby --vary schedule.rise=high",
            65,
            "uniform-15 rise=high:",
        ),
        (
            "--authority Derby --vary title.x=1",
            65,
            "--vary title.x names a scenario and changes no figure",
        ),
        (
            "--authority Derby --vary authority=Bristol,Derby",
            65,
            "--vary authority is set for each job (allowed: --authority NAME",
        ),
        (
            "--authority Derby --vary simulation.draws=100,200",
            65,
            "--vary simulation.draws and --draws set the same",
        ),
        (
            "--authority Barnsley --vary vote.turnout=0.2,0.3",
            65,
            "--vary vote.turnout is left out for another authority",
        ),
        (
            "--authority Derby --vary schedule.rise=0,0.0",
            2,
            "has a value twice",
        ),
        (
            "--authority Derby --vary schedule.rise.x=1",
            65,
            "rise is no section with keys of its own",
        ),
        (
            "--authority Derby --vary no.rise=0.01 --vary no.rise=0.02",
            65,
            "--vary no.rise stands twice",
        ),
    ] {
        let (code, error) = refused(&folder, format!("{sweep} {arguments}").trim_end());
        assert_eq!(code, expected, "{arguments}: {error}");
        assert!(error.contains(text), "{arguments}: {error}");
        assert!(!folder.path().join("o").exists(), "{arguments}");
    }
    write("file", "");
    let (code, error) = refused(&folder, "sweep uniform-15 --authority Derby --out file");
    assert_eq!(code, 73);
    assert!(error.contains("file is a file, not a folder"), "{error}");
}

#[test]
fn the_league_ranks_everybody_and_the_briefing_says_of_how_many() {
    let folder = with_list();
    succeeds(&folder, &format!("{SMALL} --out o"));
    let league = rows(&folder, "o/league.csv");
    let swept = rows(&folder, "o/authorities.csv");
    let of = |scenario: &str, figure: &str, among: &str| {
        let held = league.iter().filter(|row| {
            row["scenario"] == scenario && row["figure"] == figure && row["among"] == among
        });
        held.collect::<Vec<_>>()
    };
    // Cardiff needs no vote: its yield stands apart, over a freeze.
    let frozen = of("gentle-efgh", "share_frozen_dwellings_own_element", "all");
    assert_eq!(frozen.len(), 4);
    let yields = of("gentle-efgh", "net_yield_vs_no_pounds", "vote");
    assert_eq!(yields.len(), 3);
    let without = of("gentle-efgh", "net_yield_vs_no_pounds", "no_vote_freeze");
    assert_eq!(without.len(), 1);
    assert_eq!(without[0]["authority"], "Cardiff");
    // Every figure is that of authorities.csv, in falling order, under its rank.
    let mut last = f64::INFINITY;
    for (place, row) in frozen.iter().enumerate() {
        let value: f64 = row["value"].parse().unwrap();
        assert!(value < last, "{row:?}");
        last = value;
        assert_eq!(
            (row["rank"].as_str(), row["of"].as_str()),
            ((place + 1).to_string().as_str(), "4")
        );
        let held = swept.iter().find(|held| {
            held["scenario"] == "gentle-efgh" && held["authority_code"] == row["authority_code"]
        });
        assert_eq!(
            held.unwrap()["share_frozen_dwellings_own_element"],
            row["value"]
        );
    }
    // Under a rise for all nobody is frozen: all share the first rank.
    let equal = of("uniform-15", "share_frozen_dwellings_own_element", "all");
    assert!(
        equal
            .iter()
            .all(|row| row["rank"] == "1" && row["value"] == "0.0")
    );

    let page = fs::read_to_string(folder.path().join("o/briefing.html")).unwrap();
    for words in [
        "4 billing authorities: 2 proposals",
        "8 of 8 cases done",
        "3 authorities would have to hold a referendum.",
        "In 1 authority no referendum is needed",
    ] {
        assert!(page.contains(words), "{words}");
    }
    assert!(folder.path().join("o/charts/league-frozen-2.png").is_file());

    // Another sweep in its place leaves nothing of it.
    succeeds(
        &folder,
        "sweep gentle-efgh --authorities list.txt --draws 200 --out o --force",
    );
    assert!(!folder.path().join("o/charts/league-frozen-2.png").exists());
    assert!(folder.path().join("o/charts/league-frozen.png").is_file());
    assert_eq!(rows(&folder, "o/league.csv").len(), 18);
}

#[test]
fn the_briefing_names_what_failed_and_why() {
    let folder = with_list();
    succeeds(
        &folder,
        "sweep max-without-vote --authorities list.txt --draws 200 --out o",
    );
    let paper = fs::read_to_string(folder.path().join("o/briefing.md")).unwrap();
    assert!(
        paper.contains("3 of 4 cases done, 1 without a result"),
        "{paper}"
    );
    assert!(
        paper.contains("Cardiff: schedule: there is no largest rise"),
        "{paper}"
    );
}

/// The words of the briefing of a sweep, and the names of its charts.
fn told(folder: &TempDir, place: &str) -> (String, Vec<String>) {
    let paper = fs::read_to_string(folder.path().join(place).join("briefing.md")).unwrap();
    let charts = fs::read_dir(folder.path().join(place).join("charts")).unwrap();
    let mut names: Vec<String> = charts
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".svg"))
        .collect();
    names.sort();
    (paper, names)
}

#[test]
fn a_yield_without_a_vote_is_said_to_be_over_what_it_is_over() {
    let folder = with_list();
    let sweep = |scenario: &str, whom: &str, place: &str| {
        succeeds(
            &folder,
            &format!("sweep {scenario} {whom} --draws 100 --out {place}"),
        )
    };
    let two = "--authority Derby --authority Barnsley";

    // A rise in England that needs no vote is over the most that needs none.
    let card = sweep("max-without-vote", two, "most");
    assert!(card.contains("max-without-vote, no vote needed"), "{card}");
    let (paper, charts) = told(&folder, "most");
    assert!(
        paper.contains("set against the largest rise that needs none"),
        "{paper}"
    );
    assert!(!paper.contains("freeze"), "{paper}");
    assert!(
        charts.iter().all(|name| !name.contains("freeze")),
        "{charts:?}"
    );

    // An order is not for the council, and nobody is said to need no referendum.
    sweep("scotland-2017", two, "order");
    let (paper, charts) = told(&folder, "order");
    assert!(
        paper.contains("In 2 authorities it is not for the council to decide"),
        "{paper}"
    );
    assert!(
        paper.contains("over the same year without it, pounds a year per home"),
        "{paper}"
    );
    assert!(!paper.contains("no referendum is needed"), "{paper}");
    assert!(!paper.contains("Relief"), "{paper}");
    assert!(
        charts.contains(&"league-yield-change.svg".to_owned()),
        "{charts:?}"
    );

    // What an Act brings the Exchequer is told.
    let card = sweep(
        "high-value-surcharge-2028",
        "--authority Camden --authority Westminster",
        "act",
    );
    assert!(card.contains("Raises most for the Exchequer"), "{card}");
    let (paper, charts) = told(&folder, "act");
    assert!(paper.contains("The Exchequer would have £"), "{paper}");
    assert!(paper.contains("it takes an Act of Parliament"), "{paper}");
    assert!(
        charts.contains(&"league-exchequer.svg".to_owned()),
        "{charts:?}"
    );
    let league = rows(&folder, "act/league.csv");
    let exchequer = league
        .iter()
        .filter(|row| row["figure"] == "exchequer_yield_pounds");
    assert_eq!(exchequer.count(), 2);

    // What residents give is told, and nobody is frozen by it.
    sweep("westminster-band-h", two, "given");
    let (paper, charts) = told(&folder, "given");
    assert!(
        paper.contains("residents would be asked to give"),
        "{paper}"
    );
    assert!(!paper.contains("freeze"), "{paper}");
    assert!(
        charts.contains(&"league-given.svg".to_owned()),
        "{charts:?}"
    );
}

#[test]
fn proposals_for_other_years_are_not_all_of_the_first() {
    let folder = with_list();
    let card = succeeds(
        &folder,
        "sweep gentle-efgh high-value-surcharge-2028 --authority Derby --authority Barnsley --draws 100 --out o",
    );
    assert!(card.contains("4 of 4 jobs done"), "{card}");
    let (paper, _) = told(&folder, "o");
    assert!(
        paper.contains("applied to the budgets of 2027-28 and 2028-29"),
        "{paper}"
    );
}

#[test]
fn a_sweep_without_any_result_says_so() {
    let folder = with_list();
    let (code, _) = refused(
        &folder,
        "sweep max-without-vote --authority Cardiff --draws 100 --out o",
    );
    assert_eq!(code, 65);
    let paper = fs::read_to_string(folder.path().join("o/briefing.md")).unwrap();
    assert!(
        paper.contains("No authority has a result; why stands below."),
        "{paper}"
    );
    for wrong in ["0 of 0", "the next year", "Relief", "Each voter"] {
        assert!(!paper.contains(wrong), "{wrong}: {paper}");
    }
}
