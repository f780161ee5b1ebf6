//! One change: how it is sent, read and turned into the operation it stands for.

use crate::domain::canonical::json::Json;
use crate::domain::ids::minted_by_phone;
use crate::domain::refusal::{FieldFault, Refusal};
use crate::domain::sync::Kind;
use crate::flows;
use crate::flows::replays::fingerprint;
use crate::http::body::parse_json;
use crate::http::inward::Asked;
use crate::http::openapi::{Address, address_of};
use crate::http::problem::Problem;
use crate::http::vocabulary;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

/// A change made without a line.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "id": "0195b1c2-7a3e-7c44-9b1d-5e6f7a8b9c0d", "kind": "put_response",
    "target": { "response": "0195b1c2-7a3e-7c45-8d2a-1f2e3d4c5b6a" }, "base_version": null,
    "body": { "visit": "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11", "template_version": "9c8b7a69-5847-4362-9150-4f3e2d1c0b9a",
        "item": "OSS-A01", "answer": { "type": "number", "value": 40.5 }, "answered_at": "2026-03-20T08:21:40+07:00" }
}))]
pub struct OfflineChange {
    /// UUIDv7, minted when the change was made: pushed again, it is the same change.
    id: Uuid,
    /// The operation it stands for, by its `operationId`.
    #[schema(value_type = vocabulary::ChangeKind)]
    kind: String,
    /// The ids in that operation's address, by their names there.
    target: Target,
    /// The version it rests on, where what it changes has versions (answers, hosts, guidance); `null` for what is new. What
    /// stands otherwise is corrected by whoever names its version, and kept beside what is said by anybody else; what is taken
    /// back by whoever has not seen its correction stays (`entry.changed`).
    #[serde(default)]
    base_version: Option<i32>,
    /// The operation's body, as it takes it by itself; left out where it takes none. What a push may say otherwise when it is
    /// sent again is `device_clock`, the clock as it sends, and the `envelope` that is signed over it. A check-in names that
    /// clock here, too: what is pushed was not sent at once.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    body: Option<Value>,
}

/// The ids in an operation's address.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ChangeTarget, example = json!({ "visit": "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11" }))]
pub struct Target {
    /// Of a visit.
    visit: Option<Uuid>,
    /// Of an answer, minted by the phone.
    response: Option<Uuid>,
    /// Of an answer that waits beside another.
    candidate: Option<Uuid>,
    /// Of somebody who received the team, minted by the phone.
    attendee: Option<Uuid>,
    /// Of guidance on the spot, minted by the phone.
    guidance: Option<Uuid>,
    /// Of a photo, minted by the phone.
    photo: Option<Uuid>,
    /// Of a finding.
    finding: Option<Uuid>,
}

impl Target {
    fn named(&self) -> [(&'static str, Option<Uuid>); 7] {
        [
            ("visit", self.visit),
            ("response", self.response),
            ("candidate", self.candidate),
            ("attendee", self.attendee),
            ("guidance", self.guidance),
            ("photo", self.photo),
            ("finding", self.finding),
        ]
    }
}

/// Where in a change stands what its operation names in a problem.
#[derive(Debug)]
pub(super) struct Places {
    address: &'static Address,
    /// The names in the body as it was sent.
    said: Vec<String>,
    /// Whether the version it rests on stands in the body.
    has_version: bool,
}

impl Places {
    fn of(address: &'static Address, body: Option<&Json>, base: Option<i32>) -> Self {
        let said = match body {
            Some(Json::Object(members)) => members.iter().map(|(name, _)| name.clone()).collect(),
            _ => Vec::new(),
        };
        let has_version = base.is_none() && body.is_some_and(|body| names(body, "base_version"));
        Self { address, said, has_version }
    }

    /// The place in the change; `None` of what is a thing of the visit.
    pub(super) fn find(&self, pointer: &str) -> Option<String> {
        if let Some(rest) = pointer.strip_prefix('/') {
            let name = rest.split('/').next().unwrap_or_default().replace("~1", "/").replace("~0", "~");
            if name == "base_version" && !self.has_version {
                return Some(pointer.to_owned());
            }
            let is_there = self.said.contains(&name) || self.address.members.contains(&name);
            return is_there.then(|| format!("/body{pointer}"));
        }
        if pointer.is_empty() {
            return self.address.has_body.then(|| "/body".to_owned());
        }
        let is_id = pointer.starts_with('{') && self.address.path.contains(pointer);
        Some(if is_id {
            format!("/target/{}", pointer.trim_matches(['{', '}']))
        } else {
            "/target".to_owned()
        })
    }
}

/// A change, ready to be done.
#[derive(Debug)]
pub(super) struct Change {
    /// Its id.
    pub id: Uuid,
    /// What it stands for.
    pub kind: Kind,
    /// The operation, as it is asked.
    pub asked: Asked,
    /// What tells it from another change under the same id.
    pub fingerprint: [u8; 32],
    /// Where its parts stand.
    pub places: Places,
}

/// A change as it stands in a push: its id, where it has one, and itself, or why it can't be read.
pub(super) type Read = (Value, Result<Change, Problem>);

/// Reads every change of a push; what is wrong with one is told of that one.
pub(super) fn read_all(changes: &[Box<RawValue>]) -> Vec<Read> {
    changes.iter().map(|change| (id_of(change.get()), read(change.get()))).collect()
}

/// The id alone, whatever else of a change can't be read.
#[derive(Deserialize)]
struct Named {
    id: Uuid,
}

/// The id by which a result is told; `null` where there is none to tell it by.
fn id_of(change: &str) -> Value {
    let named = serde_json::from_str::<Named>(change).ok().filter(|_| change.trim_start().starts_with('{'));
    named.map(|of| of.id.to_string()).into()
}

fn member<'a>(of: &'a Json, name: &str) -> Option<&'a Json> {
    match of {
        Json::Object(members) => members.iter().find(|(of, _)| of == name).map(|(_, value)| value),
        _ => None,
    }
}

/// Whether something stands there.
fn names(of: &Json, name: &str) -> bool {
    member(of, name).is_some_and(|value| *value != Json::Null)
}

fn without(of: Json, names: &[&str]) -> Json {
    match of {
        Json::Object(mut members) => {
            members.retain(|(name, _)| !names.contains(&name.as_str()));
            Json::Object(members)
        }
        other => other,
    }
}

fn fault(pointer: &str, code: &str, detail: impl ToString) -> Problem {
    Refusal::invalid(vec![FieldFault::new(pointer, code, detail)]).into()
}

fn read(change: &str) -> Result<Change, Problem> {
    let said: OfflineChange = parse_json(change.as_bytes())?;
    // A body goes on in its canonical form, which is what a phone may have signed of it.
    let text = Json::from(&parse_json::<Value>(change.as_bytes())?);
    minted_by_phone(said.id).map_err(|why| fault("/id", "id.not-version-7", why))?;
    let kind = Kind::parse(&said.kind)
        .ok_or_else(|| fault("/kind", "sync.kind", "is no change that is made offline"))?;
    let address = address_of(kind.as_str())
        .ok_or_else(|| flows::Error::Fault(format!("{} stands nowhere", kind.as_str())))?;
    let mut path = placed(&address.path, &said.target)?;
    let sent = said.body.and_then(|_| member(&text, "body"));
    let places = Places::of(address, sent, said.base_version);
    let body = match (sent, address.has_body) {
        (Some(body), true) => Some(with_version(body.clone(), kind, said.base_version)?),
        (None, true) => return Err(fault("/body", "field.missing", "missing field `body`")),
        (Some(Json::Object(members)), false) if members.is_empty() => None,
        (Some(_), false) => return Err(fault("/body", "field.unknown", "this operation takes no body")),
        (None, false) => None,
    };
    if said.base_version.is_some() && !kind.is_versioned() {
        return Err(fault("/base_version", "field.unknown", "what this changes has no versions"));
    }
    if let (Some(base), false) = (said.base_version, address.has_body) {
        path = format!("{path}?base_version={base}");
    }
    // Without it the time that a change waited would be taken for a clock that goes wrong.
    let clock = "device_clock";
    if kind.of_the_moment().contains(&clock) && !body.as_ref().is_some_and(|body| names(body, clock)) {
        let detail = format!("missing field `{clock}`");
        return Err(fault(&format!("/body/{clock}"), "field.missing", detail));
    }
    let same = body.clone().map_or(String::new(), |body| without(body, kind.of_the_moment()).canonical());
    let fingerprint = fingerprint(kind.as_str(), &path, same.as_bytes());
    let asked = Asked { method: address.method, path, body: body.map(|body| body.canonical()) };
    Ok(Change { id: said.id, kind, asked, fingerprint, places })
}

/// The operation's address with the ids of the target in it.
fn placed(template: &str, target: &Target) -> Result<String, Problem> {
    let (mut path, mut faults) = (template.to_owned(), Vec::new());
    for (name, id) in target.named() {
        let place = format!("{{{name}}}");
        match (id, path.contains(&place)) {
            (Some(id), true) => path = path.replace(&place, &id.to_string()),
            (None, true) => {
                let detail = format!("missing field `{name}`");
                faults.push(FieldFault::new(format!("/target/{name}"), "field.missing", detail));
            }
            (Some(_), false) => {
                let detail = format!("unknown field `{name}`");
                faults.push(FieldFault::new(format!("/target/{name}"), "field.unknown", detail));
            }
            (None, false) => {}
        }
    }
    if faults.is_empty() { Ok(path) } else { Err(Refusal::invalid(faults).into()) }
}

/// The body with the version it rests on; and an answer is never refused for being late: nobody is there to read both and say
/// it again.
fn with_version(body: Json, kind: Kind, base: Option<i32>) -> Result<Json, Problem> {
    let body = match (base.filter(|_| kind.is_versioned()), member(&body, "base_version")) {
        (None, _) => body,
        (Some(base), None | Some(Json::Null)) => {
            body.exchanged("base_version", ("base_version", Json::Number(f64::from(base))))
        }
        (Some(base), Some(said)) if *said == Json::Number(f64::from(base)) => body,
        (Some(_), Some(_)) => {
            return Err(fault("/base_version", "sync.versions", "the body names another version"));
        }
    };
    let keeps = kind == Kind::PutResponse && member(&body, "if_stale").is_none();
    Ok(if keeps { body.exchanged("if_stale", ("if_stale", Json::Text("keep".to_owned()))) } else { body })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that can't make its input should stop")]
mod tests {
    use super::*;
    use serde_json::json;

    const V7: &str = "0195b1c2-7a3e-7c44-9b1d-5e6f7a8b9c0d";

    fn change(of: Value) -> Result<Change, String> {
        read(&of.to_string()).map_err(|why| format!("{why:?}"))
    }

    fn refused(of: Value) -> String {
        change(of).unwrap_err()
    }

    #[test]
    fn a_change_is_the_operation_it_stands_for() {
        let visit = Uuid::max();
        let close =
            change(json!({ "id": V7, "kind": "close_recording", "target": { "visit": visit } })).unwrap();
        assert_eq!((close.asked.method, close.asked.body), ("POST", None));
        assert_eq!(close.asked.path, format!("/v1/visits/{visit}/close-recording"));
        let put = change(json!({ "id": V7, "kind": "put_response", "target": { "response": visit },
            "base_version": 3, "body": { "note": "x" } }));
        let put = put.unwrap();
        assert_eq!(put.asked.body.as_deref(), Some(r#"{"base_version":3,"if_stale":"keep","note":"x"}"#));
        let every = Kind::ALL.iter().map(|kind| address_of(kind.as_str()));
        assert!(every.clone().all(|address| address.is_some()));
        assert!(every.flatten().all(|address| address.path.contains('{')));
    }

    #[test]
    fn what_is_wrong_is_named_by_its_place() {
        let of = |kind: &str, target: Value| json!({ "id": V7, "kind": kind, "target": target });
        let nil = Uuid::nil();
        for (said, place) in [
            (json!({ "id": nil, "kind": "check_in", "target": {} }), "\"/id\""),
            (of("grant_role", json!({})), "\"/kind\""),
            (of("check_in", json!({})), "\"/target/visit\""),
            (of("check_in", json!({ "visit": nil, "photo": nil })), "\"/target/photo\""),
            (of("check_in", json!({ "visit": nil })), "\"/body\""),
            (json!({ "id": V7, "kind": "check_in", "target": {}, "colour": 1 }), "\"/colour\""),
            (json!({ "id": V7, "target": {} }), "\"/kind\""),
            (json!([]), "invalid"),
        ] {
            let told = refused(said.clone());
            assert!(told.contains(place), "{said}: {told}");
        }
        let with_body =
            json!({ "id": V7, "kind": "submit_visit", "target": { "visit": nil }, "body": { "x": 1 } });
        assert!(refused(with_body).contains("\"/body\""));
        let twice = json!({ "id": V7, "kind": "put_guidance", "target": { "guidance": nil }, "base_version": 1,
            "body": { "base_version": 2 } });
        assert!(refused(twice).contains("sync.versions"));
    }

    #[test]
    fn the_clock_of_sending_makes_no_other_change() {
        let arrival = |at: &str, clock: &str| {
            change(json!({ "id": V7, "kind": "check_in", "target": { "visit": Uuid::nil() },
                "body": { "at": at, "device_clock": clock } }))
            .unwrap()
            .fingerprint
        };
        assert_eq!(arrival("a", "b"), arrival("a", "c"));
        assert_ne!(arrival("a", "b"), arrival("d", "b"));
    }
}
