//! What holds for checklists.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that can't go on should stop here")]

use super::*;
use proptest::prelude::*;
use serde_json::json;

fn item(code: &str, response: &serde_json::Value) -> serde_json::Value {
    json!({ "code": code, "question": { "vi": "Có biển chỉ dẫn rõ?", "en": "Clearly signed?" },
        "response": response, "weight": 1 })
}

fn list(items: &[serde_json::Value]) -> Checklist {
    Checklist::stored(json!({ "title": { "vi": "Bộ phận Một cửa" },
        "sections": [{ "title": { "vi": "Cơ sở vật chất" }, "items": items }] }))
    .unwrap()
}

fn faults(list: Checklist) -> Vec<(String, String)> {
    let faults = list.checked("").err().map(|no| no.faults).unwrap_or_default();
    faults.into_iter().map(|f| (f.pointer, f.code)).collect()
}

#[test]
fn every_response_type_is_read() {
    let options = json!([{ "value": "good", "label": { "vi": "Tốt" }, "credit": 1 },
        { "value": "bad", "label": { "vi": "Kém" }, "credit": 0 }]);
    let all = [
        json!({ "type": "yes_no_na", "pass": "yes" }),
        json!({ "type": "choice", "options": options }),
        json!({ "type": "count", "unit": "person", "operator": ">=", "threshold": 3 }),
        json!({ "type": "number", "unit": "m2", "operator": ">=", "threshold": 40.5 }),
        json!({ "type": "ratio", "numerator": { "field": "badge_worn" },
            "denominator": { "field": "officers" }, "operator": ">=", "threshold": 100 }),
        json!({ "type": "text" }),
    ];
    let items: Vec<_> = all.iter().enumerate().map(|(n, r)| item(&format!("OSS-A{n}"), r)).collect();
    assert_eq!(faults(list(&items)), []);
}

#[test]
fn faults_are_told_by_their_place() {
    let mut twice =
        item("OSS-A1", &json!({ "type": "count", "unit": "person", "operator": "==", "threshold": 0.5 }));
    twice["weight"] = json!(101);
    twice["photo"] = json!({ "when": "always" });
    let list = list(&[item("OSS-A1", &json!({ "type": "text" })), twice]);
    let at = |place: &str, code: &str| (format!("/sections/0/items/1{place}"), code.to_owned());
    let expected = [
        at("/code", "template.code-twice"),
        at("/weight", "template.weight"),
        at("/response/threshold", "template.threshold"),
        at("/photo", "template.photo-rule"),
    ];
    assert_eq!(faults(list), expected);
}

#[test]
fn unknown_fields_are_refused_even_inside_a_response() {
    let stray = item("OSS-A1", &json!({ "type": "text", "colour": "red" }));
    assert!(serde_json::from_value::<Item>(stray).is_err());
}

#[test]
fn canonical_json_is_as_rfc_8785_writes_it() {
    let value = json!({ "peach": 1.0, "a": [true, null, 40.5, "Đ\n\"", -0.0], "é": {}, "b": 1_000_000 });
    assert_eq!(canonical(&value), r#"{"a":[true,null,40.5,"Đ\n\"",0],"b":1000000,"peach":1,"é":{}}"#);
}

#[test]
fn a_digest_survives_storage_that_reorders_keys() {
    let before = list(&[item("OSS-A1", &json!({ "type": "text" }))]);
    let reordered = serde_json::from_str(&canonical(&before.to_value().unwrap())).unwrap();
    assert_eq!(Checklist::stored(reordered).unwrap().sha256(), before.sha256());
}

#[test]
fn a_number_has_at_most_four_decimals() {
    let with = |threshold: f64| {
        let response = json!({ "type": "number", "unit": "m2", "operator": ">=", "threshold": threshold });
        faults(list(&[item("OSS-A1", &response)])).len()
    };
    assert_eq!([40.0, 0.1, 37.5, 0.0001, 0.00001, 981_215.603_396_485_3].map(with), [0, 0, 0, 0, 1, 1]);
}

proptest! {
    #[test]
    fn canonical_json_means_the_same(key in "[a-z]{1,5}", number in 0_u32..1_000_000_000, text in any::<String>()) {
        // At most four decimals, as the rules of a checklist have it.
        let number = f64::from(number) / 1e4;
        let value = json!({ "z": text, key: [number, { "b": 1, "a": number.trunc() }] });
        let again: serde_json::Value = serde_json::from_str(&canonical(&value)).unwrap();
        prop_assert_eq!(canonical(&again), canonical(&value));
    }
}
