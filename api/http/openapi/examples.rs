//! An example of each answer, put together from those of its fields where nobody wrote one by hand: so that it can't
//! drift from the shape it shows.
#![allow(
    clippy::indexing_slicing,
    reason = "a JSON value answers null for what it does not hold, it does not panic"
)]

use crate::http::workbook::XLSX;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{Content, OpenApi, RefOr};

/// Shapes nest a handful deep; the bound ends a circle.
const DEEPEST: u8 = 12;
/// What stands for bytes where a document can show none.
const BYTES: &str = "(bytes)";
/// What stands for one of our pages.
const PAGE: &str =
    "<!doctype html><html lang=\"vi\"><head><title>Đăng nhập</title></head><body>…</body></html>";

/// Gives every answer of the document an example, and bytes the shape of bytes.
pub(super) fn show(document: &mut OpenApi) {
    let mut shown = BTreeSet::new();
    for item in document.paths.paths.values_mut() {
        for (_, operation) in super::operations_of(item) {
            if let Some(RefOr::T(body)) = operation.request_body.as_mut() {
                body.content.iter_mut().for_each(|(kind, content)| bytes_are_bytes(kind, content));
            }
            for response in operation.responses.responses.values_mut() {
                let RefOr::T(response) = response else { continue };
                for (kind, content) in &mut response.content {
                    bytes_are_bytes(kind, content);
                    shown.extend(example_of(kind, content));
                }
            }
        }
    }
    let Some(components) = document.components.as_mut() else { return };
    let all = serde_json::to_value(&components.schemas).unwrap_or_default();
    for name in shown {
        let example = compose(&all, &all[name.as_str()], &name.to_lowercase(), 0);
        if let Some(RefOr::T(schema)) = components.schemas.get_mut(&name) {
            keep(schema, example);
        }
    }
}

/// Pictures, workbooks, bytes of no known kind.
fn is_bytes(kind: &str) -> bool {
    let others =
        [XLSX, "application/octet-stream", "application/offset+octet-stream", "application/partial-upload"];
    kind.starts_with("image/") || others.contains(&kind)
}

/// An array of numbers is what the macro makes of bytes; a client would look for JSON.
fn bytes_are_bytes(kind: &str, content: &mut RefOr<Content>) {
    if let RefOr::T(content) = content
        && is_bytes(kind)
    {
        let bytes = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(utoipa::openapi::schema::SchemaFormat::Custom("binary".to_owned())));
        content.schema = Some(RefOr::T(Schema::Object(bytes.build())));
    }
}

/// Shows what is no JSON by itself; else names the schema that has to show it.
fn example_of(kind: &str, content: &mut RefOr<Content>) -> Option<String> {
    let RefOr::T(content) = content else { return None };
    if let Some(RefOr::Ref(of)) = &content.schema {
        return of.ref_location.rsplit('/').next().map(ToOwned::to_owned);
    }
    if content.example.is_none() {
        content.example = match kind {
            "text/html" => Some(json!(PAGE)),
            kind if is_bytes(kind) => Some(json!(BYTES)),
            _ => None,
        };
    }
    None
}

fn keep(schema: &mut Schema, value: Option<Value>) {
    let example = match schema {
        Schema::Object(it) => &mut it.example,
        Schema::Array(it) => &mut it.example,
        Schema::OneOf(it) => &mut it.example,
        Schema::AllOf(it) => &mut it.example,
        Schema::AnyOf(it) => &mut it.example,
        _ => return,
    };
    if example.is_none() {
        *example = value;
    }
}

/// A value of a schema; `name` is the field it stands in, or the schema's own. Nothing where a text says nothing of
/// itself: the contract's test then asks for an example.
fn compose(all: &Value, schema: &Value, name: &str, depth: u8) -> Option<Value> {
    if depth > DEEPEST {
        return None;
    }
    let first = |list: &str| schema.get(list).and_then(Value::as_array).and_then(|list| list.first());
    if let Some(said) = schema.get("example").or_else(|| first("examples")).or_else(|| first("enum")) {
        return Some(said.clone());
    }
    if let Some(named) = schema.get("$ref").and_then(Value::as_str).and_then(|at| at.rsplit('/').next()) {
        // Whose id it is tells the schema, so that an id and what refers to it are the same.
        return compose(all, all.get(named)?, &named.to_lowercase(), depth + 1);
    }
    if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
        let mut whole = Map::new();
        for part in parts {
            whole.extend(compose(all, part, name, depth + 1)?.as_object()?.clone());
        }
        return Some(Value::Object(whole));
    }
    let choice = ["oneOf", "anyOf"].iter().find_map(|many| schema.get(many)?.as_array());
    if let Some(choice) = choice {
        let real = choice.iter().find(|part| part.get("type").is_none_or(|kind| kind != "null"))?;
        return compose(all, real, name, depth + 1);
    }
    let kinds: Vec<&str> = match schema.get("type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    let may_be_null = kinds.contains(&"null");
    match kinds.into_iter().find(|kind| *kind != "null")? {
        "object" => object(all, schema, name, depth),
        "array" => compose(all, schema.get("items")?, name, depth + 1).map(|one| json!([one])),
        "boolean" => Some(json!(true)),
        "integer" | "number" => Some(schema.get("minimum").cloned().unwrap_or_else(|| json!(1))),
        "string" => match schema.get("format").and_then(Value::as_str) {
            Some("uuid") => Some(json!(id(name))),
            Some("date-time") => Some(json!("2026-03-20T08:15:00+07:00")),
            Some("date") => Some(json!("2026-03-20")),
            _ => may_be_null.then_some(Value::Null),
        },
        _ => None,
    }
}

fn object(all: &Value, schema: &Value, name: &str, depth: u8) -> Option<Value> {
    let mut whole = Map::new();
    let fields = schema.get("properties").and_then(Value::as_object);
    for (field, of) in fields.into_iter().flatten() {
        let name = if field == "id" { name } else { field };
        whole.insert(field.clone(), compose(all, of, name, depth + 1)?);
    }
    Some(Value::Object(whole))
}

/// The same id for the same name, wherever it stands.
fn id(name: &str) -> String {
    let digest: [u8; 32] = Sha256::digest(name).into();
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

#[cfg(test)]
mod tests {
    use super::compose;
    use serde_json::json;

    #[test]
    fn a_whole_is_put_together_from_its_fields() {
        let all = json!({
            "Team": { "type": "object", "properties": {
                "id": { "type": "string", "format": "uuid" },
                "name": { "type": "string", "example": "Tổ 1" },
                "seats": { "type": "array", "items": { "$ref": "#/components/schemas/Seat" } } } },
            "Seat": { "oneOf": [{ "type": "null" }, { "type": "object", "properties": {
                "team": { "type": "string", "format": "uuid" },
                "until": { "type": ["string", "null"], "format": "date" },
                "note": { "type": ["string", "null"] } } }] },
            "Silent": { "type": "object", "properties": { "word": { "type": "string" } } }
        });
        let team = compose(&all, &all["Team"], "team", 0).unwrap_or_default();
        assert_eq!(team["name"], "Tổ 1");
        assert_eq!(team["seats"][0]["until"], "2026-03-20");
        assert_eq!(team["seats"][0]["note"], json!(null));
        assert_eq!(team["seats"][0]["team"], team["id"], "an id is the same wherever it stands");
        assert_eq!(compose(&all, &all["Silent"], "silent", 0), None, "a text must say what it looks like");
    }
}
