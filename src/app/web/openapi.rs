//! The description of the interface for programs, as OpenAPI: made of what it does, of the names that a link
//! may hold, and of the columns of the tables.

use bandwise::data::Scenario;
use bandwise::domain::Band;
use bandwise::report::Briefing;
use serde_json::{Map, Value, json};

use super::api::{Asks, Gives, OPERATIONS, Operation, SCENARIO_TYPES};
use super::choices::{FIELDS, Field, Holds, LONGEST_SCENARIO, LONGEST_VALUE, MOST_PINS, PIN};
use super::site::Site;
use super::wishes;

/// Every status in which any operation may be refused, and what it means. Those of 400, 414 and 431 come
/// from before the request is understood, and have no body.
const REFUSALS: [(&str, &str); 13] = [
    (
        "400",
        "What was sent is no request of HTTP, or its body broke off.",
    ),
    ("403", "A page of another site asks."),
    ("404", "Nothing is there."),
    (
        "405",
        "The method is not known there; `Allow` says which are.",
    ),
    ("408", "The body took too long to arrive."),
    ("413", "The body is too long."),
    ("414", "The link is too long."),
    ("415", "The body is not of a type that is taken."),
    ("421", "The request is addressed to another host."),
    (
        "422",
        "The choices make no scenario, or one that cannot be run, or not in time: the message says what, \
             where, and what is allowed.",
    ),
    (
        "429",
        "Too many ask at once; `Retry-After` says when to try again.",
    ),
    ("431", "The head of the request is too long."),
    ("500", "A fault of the program."),
];

/// The description, for the scenarios and years that a server holds.
pub fn description(site: &Site) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for operation in &OPERATIONS {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method] = described(operation, site);
    }
    let refusals: Map<String, Value> = REFUSALS
        .iter()
        .map(|(status, about)| ((*status).to_owned(), refusal(status, about)))
        .collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "bandwise",
            "version": env!("CARGO_PKG_VERSION"),
            "description": env!("CARGO_PKG_DESCRIPTION"),
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "responses": refusals,
            "schemas": {
                "Error": of_object(&[("error", words("What is wrong, where, and what is allowed."))]),
                "Results": Briefing::json_schema(),
                "Scenario": of_object(&[
                    ("link", words("The shortest link to the state, without pins.")),
                    ("toml", words("The scenario as understood, as a file.")),
                    ("notes", of_array(&words("What was left out of the scenario that it starts from."))),
                ]),
                "Scenarios": of_object(&[("scenarios", of_array(&of_object(&[
                    ("key", words("Its key: the value of `start`.")),
                    ("title", words("What is proposed.")),
                    ("source", words("Where it comes from.")),
                    ("toml", words("The scenario, as a file.")),
                ])))]),
                "Authorities": of_object(&[
                    ("vintage", words("The year of the figures.")),
                    ("authorities", of_array(&of_object(&[
                        ("code", words("Its ONS code.")),
                        ("name", words("Its name.")),
                        ("class", words("What it is.")),
                        ("bills", json!({
                            "type": "boolean",
                            "description": "Whether it bills; others have their precepts on its bills.",
                        })),
                    ]))),
                ]),
            },
        },
    })
}

fn words(about: &str) -> Value {
    json!({ "type": "string", "description": about })
}

fn of_array(items: &Value) -> Value {
    json!({ "type": "array", "items": items })
}

/// An object of these values, all of them and no others.
fn of_object(values: &[(&str, Value)]) -> Value {
    let properties: Map<String, Value> = values
        .iter()
        .map(|(name, schema)| ((*name).to_owned(), schema.clone()))
        .collect();
    let names: Vec<&str> = values.iter().map(|(name, _)| *name).collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": names,
        "additionalProperties": false,
    })
}

fn refusal(status: &str, about: &str) -> Value {
    let mut refusal = json!({ "description": about });
    // Those of requests that are not understood have no body.
    if !["400", "414", "431"].contains(&status) {
        let schema = json!({ "$ref": "#/components/schemas/Error" });
        refusal["content"] = json!({ "application/json": { "schema": schema } });
    }
    let text = |about: &str| json!({ "schema": { "type": "string" }, "description": about });
    if status == "405" {
        refusal["headers"] = json!({ "Allow": text("The methods that are known there.") });
    }
    if status == "429" {
        refusal["headers"] = json!({ "Retry-After": text("Seconds.") });
    }
    refusal
}

fn described(operation: &Operation, site: &Site) -> Value {
    let schema = match operation.gives {
        Gives::Description => json!({ "type": "object", "required": ["openapi", "paths"] }),
        Gives::Authorities => json!({ "$ref": "#/components/schemas/Authorities" }),
        Gives::Scenarios => json!({ "$ref": "#/components/schemas/Scenarios" }),
        Gives::Results => json!({ "$ref": "#/components/schemas/Results" }),
        Gives::Scenario => json!({ "$ref": "#/components/schemas/Scenario" }),
        Gives::Events => words(
            "Server-sent events: `progress` (done, total, words), then `result` (frontier, frontier_limits, \
             warnings: rows of the tables of those names) or `fault` (error). Closing the stream stops the search.",
        ),
    };
    let kind = match operation.gives {
        Gives::Events => "text/event-stream",
        _ => "application/json",
    };
    let mut answers = json!({
        "200": {
            "description": operation.summary,
            "content": { (kind): { "schema": schema } },
        },
    });
    let with_body = operation.asks == Asks::Scenario;
    for (status, _) in REFUSALS {
        if with_body || !["408", "413", "415"].contains(&status) {
            answers[status] = json!({ "$ref": format!("#/components/responses/{status}") });
        }
    }
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "responses": answers,
    });
    match operation.asks {
        Asks::Nothing => {}
        Asks::Vintage => {
            let fields = FIELDS.iter().filter(|field| field.name == "vintage");
            described["parameters"] = fields.flat_map(|field| parameters(field, site)).collect();
        }
        Asks::Choices => {
            let fields = FIELDS.iter().flat_map(|field| parameters(field, site));
            described["parameters"] = fields.chain([pins()]).collect();
        }
        Asks::Wishes => {
            let fields = FIELDS.iter().chain(&wishes::FIELDS);
            described["parameters"] = fields.flat_map(|field| parameters(field, site)).collect();
        }
        Asks::Scenario => {
            let example = site.built_in(site.default_scenario());
            let example = example.map_or_else(|_| String::new(), text_of);
            let schema = json!({ "type": "string", "maxLength": LONGEST_SCENARIO });
            let content: Map<String, Value> = SCENARIO_TYPES
                .iter()
                .map(|kind| {
                    let content = json!({ "schema": schema, "example": example });
                    ((*kind).to_owned(), content)
                })
                .collect();
            described["requestBody"] = json!({
                "description": format!("A scenario as TOML, of {LONGEST_SCENARIO} bytes at most."),
                "required": true,
                "content": content,
            });
        }
    }
    described
}

fn text_of(scenario: &Scenario) -> String {
    bandwise::report::scenario_file::toml(scenario)
}

/// The parameters that a field is: one, or one for each band.
fn parameters(field: &Field, site: &Site) -> Vec<Value> {
    let mut schema = match field.holds {
        Holds::Words => json!({ "type": "string", "maxLength": LONGEST_VALUE }),
        Holds::OneOf(all) => json!({ "type": "string", "enum": all }),
        Holds::Percent(low, high) | Holds::Number(low, high) => {
            json!({ "type": "number", "minimum": low, "maximum": high })
        }
        Holds::Whole(low, high) => json!({ "type": "integer", "minimum": low, "maximum": high }),
        Holds::Packed => json!({
            "type": "string",
            "pattern": "^[A-Za-z0-9_-]*$",
            "maxLength": 2 * LONGEST_SCENARIO,
        }),
    };
    match field.name {
        "start" => {
            let keys = site.all_built_in().iter().map(|one| one.key.as_str());
            schema["enum"] = keys.collect();
        }
        "vintage" => schema["enum"] = site.vintages().collect(),
        _ => {}
    }
    let named = |name: String| {
        json!({
            "name": name,
            "in": "query",
            "description": field.about,
            // Without a value it says nothing.
            "allowEmptyValue": true,
            "schema": schema,
        })
    };
    if field.name.ends_with('-') {
        let bands = Band::ALL.iter();
        return bands
            .map(|band| named(format!("{}{band}", field.name)))
            .collect();
    }
    vec![named(field.name.to_owned())]
}

fn pins() -> Value {
    json!({
        "name": PIN,
        "in": "query",
        "description": "A proposal kept to compare with: the query of its link. May be given again.",
        "style": "form",
        "explode": true,
        "schema": { "type": "array", "maxItems": MOST_PINS, "items": { "type": "string" } },
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_name_of_a_link_and_every_answer_is_described() {
        let site = Site::open().unwrap();
        let description = description(&site);
        let of_result = &description["paths"]["/api/result"]["get"];
        let named: BTreeSet<&str> = of_result["parameters"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["name"].as_str().unwrap())
            .collect();
        let mut names: BTreeSet<String> = BTreeSet::from([PIN.to_owned()]);
        for field in FIELDS {
            if field.name.ends_with('-') {
                names.extend(Band::ALL.iter().map(|band| format!("{}{band}", field.name)));
            } else {
                names.insert(field.name.to_owned());
            }
        }
        assert_eq!(named, names.iter().map(String::as_str).collect());
        assert_eq!(
            of_result["responses"].as_object().unwrap().len(),
            11,
            "200 and every refusal of what has no body"
        );
        let of_body = &description["paths"]["/api/result"]["post"];
        let answers = of_body["responses"].as_object().unwrap();
        assert_eq!(answers.len(), 1 + REFUSALS.len());
        // Whatever is referred to is there.
        let text = description.to_string();
        for part in text.split("\"$ref\":\"#").skip(1) {
            let place = part.split('"').next().unwrap();
            assert!(description.pointer(place).is_some(), "{place}");
        }
    }

    #[test]
    fn the_kinds_of_polling_day_in_a_link_are_those_that_are_held() {
        let site = Site::open().unwrap();
        let held: Vec<&str> = site.days().iter().map(|day| day.key.as_str()).collect();
        let day = FIELDS.iter().find(|field| field.name == "day").unwrap();
        let Holds::OneOf(words) = day.holds else {
            panic!("{day:?}")
        };
        assert_eq!(words, held);
    }
}
