//! What the server decides can't be said by a caller: fields of its own are refused in every body, at every depth.

use super::ground::Ground;
use super::matrix::{FAMILIES, PEOPLE, PUBLIC};
use super::requests::{Contract, Request, Said, public, request};
use super::{AT_ONCE, none};
use crate::harness::Visitor;
use futures::{StreamExt, stream};
use serde_json::{Value, json};

/// Fields that no body takes, wherever they stand.
const NEVER: [&str; 12] = [
    "id",
    "state",
    "created_at",
    "created_by",
    "stored_at",
    "sealed",
    "place_verdict",
    "signed_by",
    "version",
    "log_number",
    "declared_by",
    "disclosed_at",
];
/// Fields that some bodies take at their top, and others must not.
const SOMETIMES: [&str; 5] = ["owner", "sha256", "number", "verdict", "visit"];

/// The fields that the contract says a body has.
fn inputs(document: &Value, operation: &str) -> Option<Vec<String>> {
    let mut all =
        document["paths"].as_object()?.values().flat_map(|item| item.as_object().into_iter().flatten());
    let (_, found) = all.find(|(_, o)| o["operationId"] == operation)?;
    let schema = &found["requestBody"]["content"]["application/json"]["schema"]["$ref"];
    let name = schema.as_str()?.rsplit('/').next()?;
    let fields = document["components"]["schemas"][name]["properties"].as_object()?;
    Some(fields.keys().cloned().collect())
}

/// Where the objects of a body stand.
fn objects(value: &Value, at: &str, into: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            into.push(at.to_owned());
            fields.iter().for_each(|(name, value)| objects(value, &format!("{at}/{name}"), into));
        }
        Value::Array(all) => {
            all.iter().enumerate().for_each(|(n, value)| objects(value, &format!("{at}/{n}"), into));
        }
        _ => {}
    }
}

/// A request with a field too many; where that field stands.
fn swollen(request: &Request, fields: &[String]) -> Vec<(String, Request)> {
    let Said::Json(body) = &request.said else { return Vec::new() };
    let mut places = Vec::new();
    objects(body, "", &mut places);
    let mut all = Vec::new();
    for place in places {
        let sometimes = SOMETIMES.iter().filter(|_| place.is_empty());
        let wanted = NEVER.iter().chain(sometimes).filter(|name| !fields.iter().any(|field| field == *name));
        for name in wanted {
            let mut body = body.clone();
            body.pointer_mut(&place).expect("an object")[*name] =
                json!("7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11");
            all.push((format!("{place}/{name}"), Request { said: Said::Json(body), ..request.clone() }));
        }
    }
    all
}

/// Every request with a JSON body, by somebody who may make it.
fn writes<'a>(
    ground: &'a Ground,
    contract: &Contract,
    stranger: &'a Visitor,
) -> Vec<(&'static str, Request, &'a Visitor)> {
    let mut all = Vec::new();
    for family in &FAMILIES {
        for row in family.lines().into_iter().filter(|row| !row.operation.contains(':')) {
            let able = PEOPLE
                .iter()
                .find_map(|who| Some((*who, row.may(who)?.chars().next().filter(|l| *l != '-')?)));
            let (who, letter) = able.expect("somebody may do it");
            let by = ground.walker(who);
            let request = request(contract, ground, row.operation, ground.names(family.name, letter), by);
            all.push((row.operation, request, &by.visitor));
        }
    }
    let open = PUBLIC.iter().map(|(operation, _)| (*operation, public(contract, operation), stranger));
    all.extend(open);
    all.retain(|(_, request, _)| matches!(request.said, Said::Json(_)));
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_the_server_decides_is_refused_by_name_and_nothing_is_taken() {
    let ground = Ground::lay().await;
    let (contract, stranger) = (Contract::read(), ground.at.house.stranger());
    let document = serde_json::to_value(fieldproof::http::openapi::document()).expect("a document");
    let writes = writes(&ground, &contract, &stranger);
    let mut without_body: Vec<&str> = contract
        .operations()
        .filter(|operation| inputs(&document, operation).is_some())
        .filter(|operation| !writes.iter().any(|(written, ..)| written == operation))
        .collect();
    without_body.sort_unstable();
    assert_eq!(without_body, Vec::<&str>::new(), "every operation with a JSON body is tried");

    let before = ground.at.house.fingerprint().await;
    let mut tries = Vec::new();
    for (operation, request, visitor) in &writes {
        let fields = inputs(&document, operation).unwrap_or_else(|| panic!("{operation} takes no JSON"));
        tries.extend(
            swollen(request, &fields).into_iter().map(|(place, said)| (*operation, place, said, *visitor)),
        );
    }
    assert!(tries.len() > 400, "{}", tries.len());
    let asked = stream::iter(tries).map(|(operation, place, request, visitor)| async move {
        let answer = request.send(visitor).await;
        let errors = answer.body["errors"].as_array().cloned().unwrap_or_default();
        let named = errors.iter().any(|e| e["code"] == "field.unknown" && e["pointer"] == place.as_str());
        let refused = answer.status == 422 && named;
        (!refused).then(|| format!("{operation} {place}: {} {}", answer.status, answer.body))
    });
    let faults: Vec<Option<String>> = asked.buffer_unordered(AT_ONCE).collect().await;
    none(faults.into_iter().flatten().collect());
    assert_eq!(ground.at.house.fingerprint().await, before);
    ground.at.house.end().await;
}
