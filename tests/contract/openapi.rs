//! The document equals the code, and says of each operation what a client author needs.

use super::holds;
use fieldproof::http::{deeds, openapi};
use serde_json::Value;
use std::collections::BTreeSet;

const METHODS: [&str; 6] = ["get", "put", "post", "delete", "patch", "head"];

fn document() -> Value {
    serde_json::to_value(openapi::document()).expect("the document is JSON")
}

/// Every operation: its address and method, and what is said of it.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in METHODS {
            if let Some(operation) = item.get(method) {
                all.push((format!("{} {path}", method.to_uppercase()), operation));
            }
        }
    }
    all
}

fn none(faults: Vec<String>) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn the_committed_document_equals_the_code() {
    holds("openapi/openapi.yaml", &openapi::yaml().expect("the document can be written"));
}

#[test]
fn every_operation_says_what_it_does_and_what_it_answers() {
    let document = document();
    let mut faults = Vec::new();
    for (at, operation) in operations(&document) {
        let text = |name: &str| operation[name].as_str().unwrap_or_default();
        if text("summary").is_empty() || text("summary").ends_with('.') {
            faults.push(format!("{at}: needs a summary line without a full stop"));
        }
        if text("description").len() < 10 {
            faults.push(format!("{at}: needs a description"));
        }
        let statuses: Vec<&String> = operation["responses"].as_object().expect("responses").keys().collect();
        if !statuses.iter().any(|s| s.starts_with('2') || s.starts_with('3')) {
            faults.push(format!("{at}: names no success"));
        }
        // Whoever asks after health is not counted, and needs nothing.
        if !at.contains(" /health/") && !statuses.iter().any(|s| s.starts_with('4')) {
            faults.push(format!("{at}: names no refusal"));
        }
        if let Some(odd) = statuses.iter().find(|s| s.parse::<u16>().is_err()) {
            faults.push(format!("{at}: {odd} is no status"));
        }
        if operation["tags"].as_array().is_none_or(|tags| tags.len() != 1) {
            faults.push(format!("{at}: needs exactly one tag"));
        }
    }
    none(faults);
}

#[test]
fn every_operation_names_its_deed_and_no_row_is_stale() {
    let document = document();
    let ids: Vec<String> = operations(&document)
        .iter()
        .map(|(at, o)| {
            o["operationId"].as_str().unwrap_or_else(|| panic!("{at} has no operationId")).to_owned()
        })
        .collect();
    let known: BTreeSet<&str> = deeds::OPERATIONS.iter().map(|(id, _)| *id).collect();
    let mut seen = BTreeSet::new();
    let mut faults = Vec::new();
    for id in &ids {
        if !seen.insert(id.as_str()) {
            faults.push(format!("{id}: two operations have this id"));
        }
        if !known.contains(id.as_str()) {
            faults.push(format!("{id}: has no row in http/deeds.rs"));
        }
    }
    faults.extend(known.difference(&seen).map(|id| format!("{id}: stands in http/deeds.rs, but is gone")));
    if known.len() != deeds::OPERATIONS.len() {
        faults.push("http/deeds.rs has an operation twice".to_owned());
    }
    none(faults);
}

/// Names of schemas a value refers to.
fn referred(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            if let Some(name) = map.get("$ref").and_then(Value::as_str) {
                into.insert(name.rsplit('/').next().unwrap_or_default().to_owned());
            }
            map.values().for_each(|v| referred(v, into));
        }
        Value::Array(all) => all.iter().for_each(|v| referred(v, into)),
        _ => {}
    }
}

/// Whether a reader can tell a value of this schema by itself: an example, a list of values, or a known format.
fn speaks(schema: &Value) -> bool {
    let is_nullable = schema["type"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "null"));
    ["example", "examples", "enum", "format"].iter().any(|name| schema.get(name).is_some())
        || schema["type"] == "boolean"
        || is_nullable
}

/// The schemas a schema is made of.
fn parts(schema: &Value) -> Vec<&Value> {
    let many = ["oneOf", "anyOf", "allOf"].iter().filter_map(|many| schema[many].as_array()).flatten();
    let fields = schema["properties"].as_object().into_iter().flat_map(|fields| fields.values());
    many.chain(schema.get("items")).chain(fields).filter(|part| part["type"] != "null").collect()
}

/// Asks a schema and, where it does not speak for itself, its parts: all of them, or any.
fn shows(schema: &Value, all: &Value, every_part: bool, depth: u8) -> bool {
    if depth > 12 || speaks(schema) {
        return speaks(schema);
    }
    if let Some(name) = schema["$ref"].as_str() {
        return shows(&all[name.rsplit('/').next().unwrap_or_default()], all, every_part, depth + 1);
    }
    let parts = parts(schema);
    let mut shown = parts.iter().map(|part| shows(part, all, every_part, depth + 1));
    if every_part { !parts.is_empty() && shown.all(|s| s) } else { shown.any(|s| s) }
}

#[test]
fn every_body_shows_an_example() {
    let document = document();
    let schemas = &document["components"]["schemas"];
    let (mut sent, mut answered) = (BTreeSet::new(), BTreeSet::new());
    for (_, operation) in operations(&document) {
        referred(&operation["requestBody"], &mut sent);
        referred(&operation["responses"], &mut answered);
    }
    // What is sent must be told to the last field; what comes back can also be read off a reply.
    let mut faults: Vec<String> = Vec::new();
    for (names, every_part) in [(sent, true), (answered, false)] {
        let silent = names.iter().filter(|name| !shows(&schemas[name.as_str()], schemas, every_part, 0));
        faults.extend(silent.map(|name| format!("{name}: needs an example, its own or on its fields")));
    }
    none(faults);
}

/// Whether an answer's content shows what comes: itself, or its schema by an example of its own.
fn is_shown(content: &Value, schemas: &Value) -> bool {
    let has = |of: &Value| ["example", "examples"].iter().any(|name| !of[*name].is_null());
    let schema = &content["schema"];
    let named = schema["$ref"].as_str().map(|at| &schemas[at.rsplit('/').next().unwrap_or_default()]);
    has(content) || has(schema) || named.is_some_and(has)
}

#[test]
fn every_answer_with_a_body_has_an_example() {
    let document = document();
    let schemas = &document["components"]["schemas"];
    let (mut faults, mut shown) = (Vec::new(), 0);
    for (at, operation) in operations(&document) {
        for (status, answer) in operation["responses"].as_object().expect("responses") {
            for (kind, content) in answer["content"].as_object().into_iter().flatten() {
                if is_shown(content, schemas) {
                    shown += 1;
                } else {
                    faults.push(format!(
                        "{at} {status} {kind}: has no example; a text in it says nothing of itself"
                    ));
                }
            }
        }
    }
    assert!(shown > 400, "{shown} answers looked at");
    none(faults);
}

#[test]
fn every_parameter_and_header_says_what_it_is_for() {
    let document = document();
    let mut faults = Vec::new();
    for (at, operation) in operations(&document) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let named = parameter["$ref"].as_str().and_then(|at| at.rsplit('/').next());
            let parameter = named.map_or(parameter, |name| &document["components"]["parameters"][name]);
            if parameter["description"].as_str().is_none_or(|text| text.len() < 5) {
                faults.push(format!("{at}: {} has no description", parameter["name"]));
            }
        }
    }
    none(faults);
}

#[test]
fn whoever_is_told_to_come_back_is_told_when() {
    let document = document();
    let mut faults = Vec::new();
    for (at, operation) in operations(&document) {
        for status in ["408", "429", "503"] {
            let answer = &operation["responses"][status];
            if !answer.is_null() && answer["headers"]["Retry-After"].is_null() {
                faults.push(format!("{at}: {status} names no Retry-After"));
            }
        }
    }
    none(faults);
    let flows = &document["components"]["securitySchemes"]["oauth"]["flows"];
    assert_eq!(flows["authorizationCode"]["refreshUrl"], "/oauth/token");
}

/// What an OAuth operation answers by itself, and too many requests, which are counted before it.
#[test]
fn oauth_promises_no_refusal_that_it_never_gives() {
    let document = document();
    for (method, path, wanted) in [
        ("get", "/oauth/authorize", "200 303 400 429 500 503"),
        ("post", "/oauth/authorize", "303 400 401 403 408 413 415 429 500 503"),
        ("post", "/oauth/token", "200 400 401 408 413 415 429 500 503"),
        ("post", "/oauth/revoke", "200 400 401 408 413 415 429 500 503"),
        ("get", "/.well-known/oauth-authorization-server", "200 429"),
        ("get", "/.well-known/jwks.json", "200 429 500 503"),
    ] {
        let answers = document["paths"][path][method]["responses"].as_object().expect("responses");
        let statuses: Vec<&str> = answers.keys().map(String::as_str).collect();
        assert_eq!(statuses.join(" "), wanted, "{method} {path}");
    }
}

#[test]
fn no_schema_is_left_over() {
    let document = document();
    let mut used = BTreeSet::new();
    referred(&document, &mut used);
    let defined = document["components"]["schemas"].as_object().expect("schemas");
    none(
        defined
            .keys()
            .filter(|name| !used.contains(name.as_str()))
            .map(|name| format!("{name}: nobody refers to it"))
            .collect(),
    );
}

#[test]
fn every_operation_that_needs_a_right_says_its_scope() {
    let document = document();
    let mut faults = Vec::new();
    for (at, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap_or_default();
        let scopes = &operation["security"][0]["oauth"];
        match deeds::needs(id) {
            Some(deeds::Needs::Right(deed)) if scopes[0] != deed.scope().as_str() => {
                faults.push(format!("{at}: does not name the scope {}", deed.scope().as_str()));
            }
            _ => {}
        }
    }
    none(faults);
}
