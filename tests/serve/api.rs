//! The interface for programs: what it describes is what it does.

use std::collections::BTreeSet;

use serde_json::Value;

use super::http::{Answer, Server};

const STATE: &str = "authority=Derby&propose=uniform&headline=7.5&draws=200&seed=3";

fn json(answer: &Answer) -> Value {
    assert_eq!(answer.header("content-type"), Some("application/json"));
    serde_json::from_slice(&answer.body).unwrap()
}

fn post(server: &Server, kind: &str, body: &str) -> Answer {
    let host = &server.address;
    server.ask(&format!(
        "POST /api/result HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{kind}Content-Length: {}\r\n\r\n\
         {body}",
        body.len()
    ))
}

/// Whether a value is as its schema says, in names and in types.
fn check(value: &Value, schema: &Value, at: &str) {
    let kinds = match &schema["type"] {
        Value::String(kind) => vec![kind.as_str()],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        other => panic!("{at}: {other}"),
    };
    let is = |kind: &str| match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        _ => false,
    };
    assert!(kinds.iter().any(|kind| is(kind)), "{at}: {value} {kinds:?}");
    if let Some(number) = value.as_f64() {
        let least = schema["minimum"].as_f64().unwrap_or(f64::NEG_INFINITY);
        let most = schema["maximum"].as_f64().unwrap_or(f64::INFINITY);
        assert!((least..=most).contains(&number), "{at}: {number}");
    }
    if let Value::Object(held) = value {
        let known = schema["properties"].as_object().unwrap();
        let names: BTreeSet<_> = held.keys().collect();
        assert_eq!(names, known.keys().collect(), "{at}");
        for (name, value) in held {
            check(value, &known[name], &format!("{at}/{name}"));
        }
    }
    for one in value.as_array().into_iter().flatten() {
        check(one, &schema["items"], at);
    }
}

#[test]
fn link_scenario_and_file_give_the_same_results() {
    let server = Server::start();
    let linked = server.get(&format!("/api/result?{STATE}"));
    assert_eq!(linked.status, 200, "{}", linked.text());
    let file = server.get(&format!("/files/results.json?{STATE}"));
    assert!(linked.body == file.body, "the file differs");

    let scenario = json(&server.get(&format!("/api/scenario?{STATE}")));
    let toml = scenario["toml"].as_str().unwrap();
    let file = server.get(&format!("/files/scenario.toml?{STATE}"));
    assert_eq!(toml, file.text());
    let link = scenario["link"].as_str().unwrap();
    assert_eq!(link, format!("/?start=williamson-2018&{STATE}"));
    for kind in ["application/toml", "text/plain; charset=utf-8"] {
        let posted = post(&server, &format!("Content-Type: {kind}\r\n"), toml);
        assert_eq!(posted.status, 200, "{}", posted.text());
        assert!(posted.body == linked.body, "{kind}");
    }
}

#[test]
fn everything_described_is_there_and_answers_as_described() {
    let server = Server::start();
    let description = json(&server.get("/api/openapi.json"));
    assert_eq!(description["openapi"], "3.1.0");
    let schemas = &description["components"]["schemas"];
    let mut seen = BTreeSet::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        let Some(operation) = item.get("get") else {
            continue;
        };
        let query = if operation.to_string().contains("\"draws\"") {
            "?draws=200"
        } else {
            ""
        };
        let answer = server.get(&format!("{path}{query}"));
        assert_eq!(answer.status, 200, "{path}");
        let content = &operation["responses"]["200"]["content"]["application/json"];
        if let Some(name) = content["schema"]["$ref"].as_str() {
            let name = name.rsplit('/').next().unwrap();
            check(&json(&answer), &schemas[name], path);
            seen.insert(name.to_owned());
        }
    }
    let names: Vec<_> = seen.iter().map(String::as_str).collect();
    assert_eq!(names, ["Authorities", "Results", "Scenario", "Scenarios"]);

    let authorities = json(&server.get("/api/authorities?vintage=2023-24"));
    assert_eq!(authorities["vintage"], "2023-24");
    let derby = authorities["authorities"].as_array().unwrap().iter();
    let derby: Vec<_> = derby.filter(|one| one["name"] == "Derby").collect();
    assert_eq!(derby.len(), 1);
    assert_eq!(derby[0]["code"], "E06000015");
    assert_eq!(derby[0]["class"], "unitary authority");
}

#[test]
fn a_refusal_is_json_and_says_what_is_allowed() {
    let server = Server::start();
    let error = |answer: &Answer| json(answer)["error"].as_str().unwrap().to_owned();
    for (target, status, says) in [
        (
            "/api/result?autority=Derby",
            422,
            "[did you mean authority?]",
        ),
        ("/api/result?authority=Darby&draws=200", 422, "Derby"),
        ("/api/result?draws=20001", 422, "50 to 20000"),
        ("/api/result?day=sunday", 422, "stand-alone"),
        // Looked at even where they are not used.
        ("/api/result?rise-A=lots", 422, "0 to 300"),
        ("/api/scenario?start=nothing", 422, "williamson-2018"),
        ("/api/authorities?vintage=1990-91", 422, "2023-24"),
        ("/api/authorities?year=2023-24", 422, "vintage"),
        ("/api/scenarios?all=yes", 422, "none"),
        ("/api/nothing", 404, "nothing is here"),
        ("/api/", 404, "nothing is here"),
    ] {
        let answer = server.get(target);
        assert_eq!(answer.status, status, "{target}");
        let error = error(&answer);
        assert!(error.contains(says), "{target}: {error}");
    }
    let host = &server.address;
    for method in ["PUT", "DELETE", "OPTIONS", "BREW"] {
        let answer = server.ask(&format!(
            "{method} /api/result HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        ));
        assert_eq!(answer.status, 405, "{method}");
        let allow = answer.header("allow").unwrap();
        assert!(allow.contains("GET") && allow.contains("POST"), "{allow}");
        assert!(error(&answer).contains("Allow"));
    }
    for kind in ["", "Content-Type: application/json\r\n"] {
        let answer = post(&server, kind, "{}");
        assert_eq!(answer.status, 415, "{kind}");
        assert!(error(&answer).contains("application/toml"));
    }
    let toml = "Content-Type: application/toml\r\n";
    let deep = 5000;
    for body in [
        "".to_owned(),
        "\0".to_owned(),
        "authority = 1".to_owned(),
        "key = \"x\"\nnothing = 2\n".to_owned(),
        format!("a = {}", "[".repeat(deep)),
        format!("a = {}{}", "[".repeat(deep), "]".repeat(deep)),
        format!("a = {}", "{a=".repeat(deep)),
        format!("{}a = 1", "a.".repeat(deep)),
        format!("[{}a]", "a.".repeat(deep)),
        "[a]\n".repeat(deep / 2),
        "[[poll]]\n".repeat(deep / 4),
    ] {
        let answer = post(&server, toml, &body);
        let start: String = body.chars().take(40).collect();
        assert_eq!(answer.status, 422, "{start}");
        assert!(error(&answer).contains("your scenario"), "{start}");
    }
    assert_eq!(server.get("/api/scenarios").status, 200, "it goes on");
}
