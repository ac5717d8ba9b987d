//! What is taken away from the page is what the command line writes.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;

use assert_cmd::Command;
use bandwise::data::scenario::Names;
use bandwise::data::{Scenario, World};
use bandwise::report::{briefing, json, scenario_file};
use bandwise::simulation::{NoObserver, prepare, run};

use super::http::Server;

/// A state of the page with choices of every sort.
const STATE: &str = "start=gentle-efgh&authority=Sandwell&propose=bands&rise-A=0&rise-B=0&rise-C=0&rise-D=2.5\
                     &rise-E=10&rise-F=4.99&rise-G=30&rise-H=33.3333&protect=yes&day=stand-alone\
                     &comprehension=60&draws=300&seed=7";

/// All files in a folder and those within it.
pub fn files_in(folder: &Path, within: &str, into: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{within}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            files_in(&entry.path(), &format!("{name}/"), into);
        } else {
            into.insert(name, fs::read(entry.path()).unwrap());
        }
    }
}

#[test]
fn page_command_line_and_library_give_the_same_bytes_for_the_same_scenario() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let toml = server.get(&format!("/files/scenario.toml?{STATE}"));
    assert_eq!(toml.status, 200, "{}", toml.text());
    let file = folder.path().join("mine.toml");
    fs::write(&file, &toml.body).unwrap();

    // The command line, on the file that was taken away.
    let out = folder.path().join("out");
    Command::new(env!("CARGO_BIN_EXE_bandwise"))
        .args(["run", file.to_str().unwrap(), "--threads", "1", "--out"])
        .arg(&out)
        .assert()
        .success();
    let mut written = BTreeMap::new();
    files_in(&out, "", &mut written);

    // The page, all at once and one by one.
    let all = server.get(&format!("/files/results.zip?{STATE}"));
    assert_eq!(all.status, 200);
    let mut archive = zip::ZipArchive::new(Cursor::new(all.body)).unwrap();
    let mut served = BTreeMap::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        served.insert(entry.name().unwrap().into_owned(), bytes);
    }
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&served), names(&written));
    assert!(served.len() > 50, "{} files", served.len());
    for (name, bytes) in &written {
        assert!(served[name] == *bytes, "{name} differs");
    }
    for name in [
        "bands.csv",
        "summary.parquet",
        "charts/bills.svg",
        "results.json",
    ] {
        let one = server.get(&format!("/files/{name}?{STATE}"));
        assert_eq!(one.status, 200, "{name}");
        assert!(one.body == written[name], "{name} differs");
    }

    // The library, on the same scenario.
    let world = World::embedded(None).unwrap();
    let names = Names::of(&world.assumptions);
    let scenario = Scenario::parse("mine.toml", toml.text(), &names).unwrap();
    let world = World::embedded(scenario.vintage.as_deref()).unwrap();
    let prepared = prepare(&scenario, &world).unwrap();
    let outcomes = run(&prepared, &NoObserver);
    let text = scenario_file::toml(&prepared.scenario);
    let found = briefing(&prepared, &outcomes, &text, &[]).unwrap();
    assert!(json::json(&found) == written["results.json"]);
}

#[test]
fn a_scenario_taken_away_and_brought_back_is_the_same_proposal() {
    let server = Server::start();
    let toml = server.get(&format!("/files/scenario.toml?{STATE}"));
    let body: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("toml", toml.text())
        .finish();
    let host = &server.address;
    let opened = server.ask(&format!(
        "POST /open HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    ));
    assert_eq!(opened.status, 303, "{}", opened.text());
    let link = opened.header("location").unwrap();
    let state = link.strip_prefix("/?").unwrap();
    assert!(state.starts_with("scenario="), "{link}");
    let page = server.get(link);
    assert_eq!(page.status, 200, "{link}");
    for name in ["scenario.toml", "summary.csv"] {
        let of = |state: &str| server.get(&format!("/files/{name}?{state}"));
        let (before, after) = (of(STATE), of(state));
        assert_eq!(before.status, 200, "{name}");
        assert_eq!(after.text(), before.text(), "{name}");
    }
}

#[test]
fn a_comparison_of_the_page_gives_the_bytes_of_the_command_lines() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let own = "start=gentle-efgh&authority=Derby&propose=uniform&headline=12.5&draws=60&seed=7";
    let other = "start=williamson-2018&authority=Derby&draws=60&seed=7";
    for (name, state) in [("own.toml", own), ("other.toml", other)] {
        let toml = server.get(&format!("/files/scenario.toml?{state}"));
        assert_eq!(toml.status, 200, "{name}");
        fs::write(folder.path().join(name), toml.body).unwrap();
    }
    Command::new(env!("CARGO_BIN_EXE_bandwise"))
        .current_dir(folder.path())
        .args([
            "compare",
            "own.toml",
            "other.toml",
            "--threads",
            "1",
            "--out",
            "out",
        ])
        .assert()
        .success();
    let mut written = BTreeMap::new();
    files_in(&folder.path().join("out"), "", &mut written);
    let link = form_urlencoded::Serializer::new(own.to_owned())
        .append_pair("pin", other)
        .finish();
    for name in [
        "compare.csv",
        "league.parquet",
        "briefing.html",
        "charts/comparison.svg",
    ] {
        assert!(written.contains_key(name), "{name}");
    }
    for (name, bytes) in &written {
        let taken = server.get(&format!("/compare/files/{name}?{link}"));
        assert_eq!(taken.status, 200, "{name}");
        assert!(taken.body == *bytes, "{name} differs");
    }
}

#[test]
fn a_file_that_is_not_among_the_results_is_not_found() {
    let server = Server::start();
    for name in ["secrets.csv", "bands.exe", "../Cargo.toml", "draws.csv"] {
        let answer = server.get(&format!("/files/{name}?draws=100"));
        assert_eq!(answer.status, 404, "{name}: {}", answer.text());
    }
    let near = server.get("/files/band.csv?draws=100");
    assert_eq!(near.status, 404);
    assert!(
        near.text().contains("[did you mean bands.csv?]"),
        "{}",
        near.text()
    );
}
