//! What results look like after a fault: the earlier ones whole, or the new ones whole, and nothing beside.
//! Faults that need a disk of their own are in `tests/peers/check_faults.py`.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use assert_cmd::Command;
use bandwise::data::catalogue::sha256;
use bandwise::report::files::Place;
use bandwise::report::{OutputFolder, Sink};
use tempfile::{TempDir, tempdir};

/// The program, run in a folder of its own.
fn bandwise(folder: &Path, arguments: &str) -> Command {
    let mut command = Command::cargo_bin("bandwise").unwrap();
    command.current_dir(folder);
    command.args(arguments.split(' '));
    command
}

fn succeeds(folder: &Path, arguments: &str) {
    let output = bandwise(folder, arguments).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments}: {error}");
}

fn started(folder: &Path, arguments: &str) -> Child {
    std::process::Command::new(assert_cmd::cargo::cargo_bin("bandwise"))
        .current_dir(folder)
        .args(arguments.split(' '))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// The names in a folder, hidden ones too.
fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    let name = |entry: std::io::Result<fs::DirEntry>| {
        entry.unwrap().file_name().to_string_lossy().into_owned()
    };
    entries.map(name).collect()
}

/// How many draws the results in a folder are of: every file is there as its data package says, and none
/// beside but `others`.
fn whole(place: &Path, others: &[&str]) -> u64 {
    let text = fs::read_to_string(place.join("datapackage.json")).unwrap();
    let package: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut described = BTreeSet::from(["datapackage.json".to_owned()]);
    for resource in package["resources"].as_array().unwrap() {
        let path = resource["path"].as_str().unwrap();
        let bytes = fs::read(place.join(path)).unwrap();
        assert_eq!(
            resource["hash"],
            format!("sha256:{}", sha256(&bytes)),
            "{path}"
        );
        described.insert(path.split('/').next().unwrap().to_owned());
    }
    described.extend(others.iter().map(|name| (*name).to_owned()));
    assert_eq!(names(place), described);
    let text = fs::read_to_string(place.join("provenance.json")).unwrap();
    let provenance: serde_json::Value = serde_json::from_str(&text).unwrap();
    provenance["draws"].as_u64().unwrap()
}

#[test]
fn a_killed_run_leaves_the_earlier_results_or_the_new_ones_whole() {
    let folder = tempdir().unwrap();
    let formats = "--format csv,parquet,json,html,charts --out o";
    let begun = Instant::now();
    succeeds(folder.path(), &format!("run --draws 100 {formats}"));
    let took = begun.elapsed();
    fs::write(folder.path().join("o/mine.txt"), "mine").unwrap();
    let again = format!("run --draws 200 --force {formats}");
    // The last of them are about where the files are moved.
    for twentieth in (2..=20).step_by(2).chain([19, 21]) {
        let mut child = started(folder.path(), &again);
        std::thread::sleep(took * twentieth / 20);
        child.kill().unwrap();
        child.wait().unwrap();
        let draws = whole(&folder.path().join("o"), &["mine.txt"]);
        assert!([100, 200].contains(&draws), "{draws}");
    }
    succeeds(folder.path(), &again);
    assert_eq!(whole(&folder.path().join("o"), &["mine.txt"]), 200);
    let left = names(folder.path());
    assert_eq!(
        left,
        BTreeSet::from(["o".to_owned()]),
        "the last run removed what the killed ones left"
    );
}

#[test]
fn what_a_living_process_gathers_is_not_removed_by_another() {
    let folder = tempdir().unwrap();
    let place = |name: &str| Place::Named(folder.path().join(name));
    let first = OutputFolder::open(place("first"), false).unwrap();
    first.write("bands.csv", b"band\n").unwrap();
    let second = OutputFolder::open(place("second"), false).unwrap();
    second.commit().unwrap();
    first.commit().unwrap();
    assert_eq!(
        fs::read(folder.path().join("first/bands.csv")).unwrap(),
        b"band\n"
    );
}

#[test]
fn results_in_the_current_folder_are_replaced_where_they_stand() {
    let folder = tempdir().unwrap();
    let place = folder.path().join("o");
    fs::create_dir(&place).unwrap();
    succeeds(&place, "run --draws 100 --format csv,html --out .");
    fs::write(place.join("mine.txt"), "mine").unwrap();
    succeeds(&place, "run --draws 200 --format json --out . --force");
    assert_eq!(whole(&place, &["mine.txt"]), 200);
}

#[test]
fn results_that_a_killed_process_has_half_moved_can_be_replaced() {
    let folder = tempdir().unwrap();
    let place = folder.path().join("o");
    succeeds(folder.path(), "run --draws 100 --format csv --out o");
    fs::remove_file(place.join("provenance.json")).unwrap();
    fs::write(place.join(".bandwise-unfinished"), "").unwrap();
    succeeds(
        folder.path(),
        "run --draws 200 --format csv --out o --force",
    );
    assert_eq!(whole(&place, &[]), 200);
}

/// A folder with results of two charts and files of others.
fn with_charts() -> TempDir {
    let folder = tempdir().unwrap();
    let results = OutputFolder::open(Place::Named(folder.path().join("o")), false).unwrap();
    for name in [
        "provenance.json",
        "charts/bills.svg",
        "charts/bills.png",
        "scenario-a.toml",
    ] {
        results.write(name, name.as_bytes()).unwrap();
    }
    let package = serde_json::json!({ "resources": [
        { "path": "charts/bills.svg" }, { "path": "charts/bills.png" }, { "path": "scenario-a.toml" },
        { "path": "../outside.txt" },
    ] });
    results
        .write("datapackage.json", package.to_string().as_bytes())
        .unwrap();
    results.commit().unwrap();
    fs::write(folder.path().join("outside.txt"), "mine").unwrap();
    folder
}

fn replaced(folder: &TempDir, files: &[&str]) {
    let results = OutputFolder::open(Place::Named(folder.path().join("o")), true).unwrap();
    for name in files {
        results.write(name, b"new").unwrap();
    }
    results.commit().unwrap();
}

#[test]
fn charts_that_are_not_drawn_again_go_and_charts_of_others_stay() {
    let folder = with_charts();
    let place = folder.path().join("o");
    fs::write(place.join("charts/mine.svg"), "mine").unwrap();
    fs::create_dir_all(place.join("notes/old")).unwrap();
    fs::write(place.join("notes/old/bands.csv"), "mine").unwrap();
    replaced(&folder, &["provenance.json", "charts/bills.svg"]);
    let expected = ["charts", "notes", "provenance.json"].map(str::to_owned);
    assert_eq!(names(&place), BTreeSet::from(expected));
    let expected = ["bills.svg", "mine.svg"].map(str::to_owned);
    assert_eq!(names(&place.join("charts")), BTreeSet::from(expected));
    assert_eq!(fs::read(place.join("charts/bills.svg")).unwrap(), b"new");
    assert_eq!(
        fs::read(place.join("notes/old/bands.csv")).unwrap(),
        b"mine"
    );
    assert!(folder.path().join("outside.txt").is_file());
}

#[test]
fn a_folder_of_charts_that_holds_nothing_of_others_goes_with_them() {
    let folder = with_charts();
    replaced(&folder, &["provenance.json"]);
    let expected = BTreeSet::from(["provenance.json".to_owned()]);
    assert_eq!(names(&folder.path().join("o")), expected);
}

#[test]
#[cfg(unix)]
fn results_behind_a_link_are_replaced_where_they_lie() {
    let folder = with_charts();
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(folder.path().join("o"), &link).unwrap();
    let results = OutputFolder::open(Place::Named(link.clone()), true).unwrap();
    results.write("provenance.json", b"new").unwrap();
    results.commit().unwrap();
    assert!(link.is_symlink());
    assert_eq!(
        fs::read(folder.path().join("o/provenance.json")).unwrap(),
        b"new"
    );
}

#[test]
#[cfg(unix)]
fn a_link_that_leads_nowhere_is_refused_before_the_run() {
    let folder = tempdir().unwrap();
    let link = folder.path().join("o");
    std::os::unix::fs::symlink("nowhere", &link).unwrap();
    for force in [false, true] {
        let error = OutputFolder::open(Place::Named(link.clone()), force).unwrap_err();
        assert!(error.to_string().contains("leads nowhere"), "{error}");
    }
}

#[test]
#[cfg(unix)]
fn a_link_in_the_place_of_the_charts_is_refused_before_the_run_and_stays() {
    let folder = with_charts();
    let charts = folder.path().join("o/charts");
    fs::remove_dir_all(&charts).unwrap();
    std::os::unix::fs::symlink("../elsewhere", &charts).unwrap();
    let error = OutputFolder::open(Place::Named(folder.path().join("o")), true).unwrap_err();
    assert!(
        error.to_string().contains("is in the way of results"),
        "{error}"
    );
    assert!(charts.is_symlink());
}

#[test]
fn two_runs_at_once_without_a_place_write_into_two_folders() {
    let folder = tempdir().unwrap();
    let words = "run --draws 300 --format csv";
    let mut runs = [started(folder.path(), words), started(folder.path(), words)];
    assert!(runs.iter_mut().all(|run| run.wait().unwrap().success()));
    let found = names(&folder.path().join("bandwise-out"));
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
#[cfg(unix)]
fn tables_of_a_sweep_are_as_private_as_the_user_wants_new_files() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempdir().unwrap();
    let program = assert_cmd::cargo::cargo_bin("bandwise");
    let status = std::process::Command::new("sh")
        .args(["-c", "umask 077; exec \"$0\" \"$@\""])
        .arg(program)
        .args("sweep gentle-efgh --authority Derby --draws 100 --out s".split(' '))
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    let table = fs::metadata(folder.path().join("s/authorities.csv")).unwrap();
    assert_eq!(table.permissions().mode() & 0o777, 0o600);
}

/// Told to stop, a run leaves nothing; it is then no longer able to write anything either.
#[test]
#[cfg(unix)]
fn a_run_that_is_told_to_stop_leaves_nothing() {
    let folder = tempdir().unwrap();
    for wait in [150, 400, 700] {
        let mut child = started(folder.path(), "run --draws 1000000 --format csv --out o");
        std::thread::sleep(Duration::from_millis(wait));
        let told = std::process::Command::new("kill")
            .args(["-TERM", &child.id().to_string()])
            .status()
            .unwrap();
        assert!(told.success());
        let status = child.wait().unwrap();
        assert_eq!(names(folder.path()), BTreeSet::new(), "{status}");
    }
}
