//! "Find me a better one": the stream of a search, what it found, and that it ends with its reader.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use assert_cmd::Command;

use super::files::files_in;
use super::http::Server;

/// A small search: few draws, an authority with few wards.
const STATE: &str = "start=williamson-2018&authority=Derby&vintage=2023-24&draws=60&seed=3";
const SMALL: &str = "search-draws=100&most-headline=60";
/// One that takes far longer than this test waits.
const LARGE: &str = "start=williamson-2018&authority=Derby&draws=20000&search-draws=20000";

/// An event of a stream.
#[derive(Debug)]
struct Event {
    name: String,
    data: String,
}

/// A stream of events, as it comes.
struct Events(BufReader<TcpStream>);

impl Events {
    fn open(server: &Server, target: &str) -> Self {
        let mut stream = TcpStream::connect(&server.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(100)))
            .unwrap();
        let host = &server.address;
        let request = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut events = Self(BufReader::new(stream));
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(events.0.read_line(&mut head).unwrap() > 0, "{head}");
        }
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert!(head.contains("text/event-stream"), "{head}");
        events
    }

    /// The next event that is not a sign of life. Sizes of chunks look like no field of an event.
    fn next(&mut self) -> Event {
        let mut event = Event {
            name: String::new(),
            data: String::new(),
        };
        loop {
            let mut line = String::new();
            assert!(self.0.read_line(&mut line).unwrap() > 0, "the stream ended");
            let line = line.trim_end_matches(['\r', '\n']);
            if let Some(name) = line.strip_prefix("event: ") {
                name.clone_into(&mut event.name);
            } else if let Some(data) = line.strip_prefix("data: ") {
                event.data.push_str(data);
                event.data.push('\n');
            } else if line.is_empty() && !event.data.is_empty() {
                return event;
            }
        }
    }

    /// All up to the last.
    fn until_the_end(mut self) -> Vec<Event> {
        let mut all = Vec::new();
        loop {
            all.push(self.next());
            if all.last().is_some_and(|event| event.name != "progress") {
                return all;
            }
        }
    }
}

fn number(event: &Event, name: &str) -> u64 {
    let data: serde_json::Value = serde_json::from_str(&event.data).unwrap();
    data[name].as_u64().unwrap()
}

/// A CSV as rows of names and values.
fn rows(bytes: &[u8]) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(bytes);
    reader.deserialize().map(Result::unwrap).collect()
}

#[test]
fn a_search_tells_how_far_it_is_finds_what_the_command_line_finds_and_each_find_can_be_tried() {
    let server = Server::start();
    let link = format!("{STATE}&{SMALL}");
    let mut events = Events::open(&server, &format!("/better/events?{link}")).until_the_end();
    let result = events.pop().unwrap();
    assert_eq!(result.name, "result", "{}", result.data);
    assert!(result.data.contains("What was found"), "{}", result.data);
    assert!(!events.is_empty());
    let done: Vec<u64> = events.iter().map(|event| number(event, "done")).collect();
    assert!(done.is_sorted(), "{done:?}");
    assert!(events.iter().all(|event| event.data.contains("words")));

    // Without a script the page has the very same in it, and does not search again.
    let page = server.get(&format!("/better?{link}&search=yes"));
    assert_eq!(page.status, 200);
    assert!(page.text().contains(result.data.trim_end()));

    // The command line's files, byte for byte.
    let folder = tempfile::tempdir().unwrap();
    let scenario = server.get(&format!("/better/files/scenario.toml?{link}"));
    fs::write(folder.path().join("mine.toml"), &scenario.body).unwrap();
    let run = Command::cargo_bin("bandwise")
        .unwrap()
        .current_dir(folder.path())
        .args(["frontier", "mine.toml", "--out", "found"])
        .args(["--search-draws", "100", "--most-headline", "0.6"])
        .output()
        .unwrap();
    assert!(run.status.success(), "{run:?}");
    let mut written = BTreeMap::new();
    files_in(&folder.path().join("found"), "", &mut written);
    for name in [
        "frontier.csv",
        "frontier_limits.csv",
        "charts/frontier.svg",
        "charts/frontier.png",
    ] {
        assert!(written.contains_key(name), "{name}");
    }
    for (name, bytes) in &written {
        let taken = server.get(&format!("/better/files/{name}?{link}"));
        assert_eq!(taken.status, 200, "{name}");
        assert!(taken.body == *bytes, "{name} differs");
    }

    // A find, tried on the page, has the figures of its row.
    let found = rows(&written["frontier.csv"]);
    let row = found
        .iter()
        .find(|row| row["search"] != "proposal")
        .expect("something is found");
    let percent = |value: &str| format!("{:.2}", 100.0 * value.parse::<f64>().unwrap());
    let rises: String = "abcdefgh"
        .chars()
        .map(|band| {
            let value = percent(&row[&format!("rise_{band}")]);
            let value = value.trim_end_matches('0').trim_end_matches('.');
            format!("&amp;rise-{}={value}", band.to_ascii_uppercase())
        })
        .collect();
    assert!(result.data.contains(&rises), "{rises}");
    let state = format!("{STATE}&propose=bands{}", rises.replace("&amp;", "&"));
    let summary = server.get(&format!("/files/summary.csv?{state}"));
    let summary = rows(&summary.body);
    let of = |metric: &str| {
        let row = summary.iter().find(|row| row["metric"] == metric);
        row.unwrap()["mean"].clone()
    };
    for (metric, column) in [
        ("win_probability", "win_probability"),
        ("net_yield_vs_no_pounds", "net_yield_vs_no_pounds"),
        (
            "share_frozen_dwellings_own_element",
            "share_frozen_dwellings_own_element",
        ),
        ("expected_value_pounds", "expected_value_pounds"),
    ] {
        assert_eq!(of(metric), row[column], "{metric}");
    }
}

#[test]
fn one_search_is_at_work_at_a_time_and_one_that_nobody_waits_for_gives_up() {
    let server = Server::start();
    let mut large = Events::open(&server, &format!("/better/events?{LARGE}"));
    assert_eq!(large.next().name, "progress");
    let mut small = Events::open(&server, &format!("/api/frontier?{STATE}&{SMALL}"));
    let waits = small.next();
    assert!(
        waits.data.contains("Another search is at work"),
        "{waits:?}"
    );
    drop(large);
    let result = small.until_the_end().pop().unwrap();
    assert_eq!(result.name, "result", "{}", result.data);
    let tables: serde_json::Value = serde_json::from_str(&result.data).unwrap();
    assert_eq!(tables["frontier"][0]["search"], "proposal");
    assert!(tables["frontier_limits"].is_array());
}

#[test]
fn what_cannot_be_searched_is_refused_before_any_work_and_in_the_words_of_the_page() {
    let server = Server::start();
    let refused = |target: &str| {
        let answer = server.get(target);
        assert_eq!(answer.status, 422, "{target}");
        answer.text().to_owned()
    };
    let law = refused("/api/frontier?start=scotland-2017");
    assert!(law.contains("changes the law of the nation"), "{law}");
    let police = refused("/better?start=uniform-15&authority=Bedfordshire+Police");
    assert!(police.contains("cannot give relief to bands"), "{police}");
    let wales = refused("/better?authority=Cardiff&vintage=2026-27");
    assert!(wales.contains("has no referendum principle"), "{wales}");
    // The wishes can be changed where they are what is wrong.
    let wish = refused("/better?frozen=101&most-headline=20");
    assert!(
        wish.contains("frozen: &quot;101&quot; is no percentage from 0 to 100"),
        "{wish}"
    );
    assert!(wish.contains("<form id=\"better\""), "{wish}");
    let name = refused("/api/frontier?fozen=50");
    assert!(name.contains("is no choice of this page"), "{name}");
    // What a browser hears of a stream is in the stream.
    let events = Events::open(&server, "/better/events?frozen=101").until_the_end();
    assert_eq!(events[0].name, "fault");
    let events = Events::open(&server, "/better/events?frozen=100").until_the_end();
    let fault = events.last().unwrap();
    assert_eq!(fault.name, "fault");
    assert!(
        fault
            .data
            .starts_with("frozen: with 100.0% of homes frozen"),
        "{}",
        fault.data
    );
}
