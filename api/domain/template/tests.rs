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

fn picture(byte: u8) -> serde_json::Value {
    json!({ "sha256": hex::encode([byte; 32]), "alt": { "vi": "Chụp trọn tấm biển", "en": "The whole sign" } })
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

#[test]
fn the_laws_of_an_item_come_with_their_days_or_as_plain_text() {
    let mut of = item("OSS-A1", &json!({ "type": "text" }));
    of["legal_basis"] =
        json!(["Luật Tiếp công dân", { "document": "Nghị định 61/2018/NĐ-CP", "valid_to": "2025-07-01" }]);
    let list = list(&[of.clone()]);
    assert_eq!(list.to_value().unwrap()["sections"][0]["items"][0]["legal_basis"], of["legal_basis"]);
    let decree = &list.items().next().unwrap().legal_basis[1];
    let on = |y, m, d| decree.holds_on(jiff::civil::date(y, m, d));
    assert_eq!([on(2020, 3, 20), on(2025, 6, 30), on(2025, 7, 1)], [true, true, false]);
}

#[test]
fn conditions_grades_and_days_are_checked() {
    let mut first = item("A1", &json!({ "type": "yes_no_na", "pass": "yes" }));
    first["condition"] = json!({ "item": "A2", "any_of": ["yes"] });
    let mut second = item("A2", &json!({ "type": "text" }));
    second["condition"] = json!({ "item": "A1", "any_of": ["maybe"] });
    (second["valid_from"], second["valid_to"]) = (json!("2025-07-01"), json!("2025-07-01"));
    let mut third = item("A3", &json!({ "type": "text" }));
    third["condition"] = json!({ "item": "A1", "operator": ">=", "threshold": 1 });
    let mut all = list(&[first, second, third]);
    let mut grading = Grading::usual();
    grading.grades[1].min = 95.0;
    grading.critical_cap = "fine".into();
    all.grading = Some(grading);
    let codes: Vec<String> = faults(all).into_iter().map(|(at, code)| format!("{at} {code}")).collect();
    assert_eq!(
        codes,
        [
            "/grading/grades/1/min template.grades",
            "/grading/critical_cap template.grades",
            "/sections/0/items/1/valid_to template.dates",
            "/sections/0/items/0/condition/item template.condition",
            "/sections/0/items/1/condition template.condition",
            "/sections/0/items/2/condition template.condition",
        ]
    );
}

#[test]
fn a_new_version_is_told_apart_item_by_item() {
    let yes = json!({ "type": "yes_no_na", "pass": "yes" });
    let older = list(&["A1", "A2", "A3", "A4", "A5"].map(|code| item(code, &yes)));
    let mut items = ["A1", "A3", "A4", "A5", "A6"].map(|code| item(code, &yes));
    items[1]["weight"] = json!(2);
    items[2]["question"]["vi"] = json!("Có biển chỉ dẫn ở cổng?");
    items[3]["response"]["pass"] = json!("no");
    let newer = list(&items);
    let changes = Changes::between(&older, &newer);
    assert_eq!((changes.added, changes.removed), (vec!["A6".to_owned()], vec!["A2".to_owned()]));
    let told: Vec<_> =
        changes.changed.iter().map(|of| (of.code.as_str(), of.aspects.clone(), of.comparability)).collect();
    assert_eq!(
        told,
        [
            ("A3", vec![Aspect::Weight], Comparability::Same),
            ("A4", vec![Aspect::Question], Comparability::Reworded),
            ("A5", vec![Aspect::Response], Comparability::Broken),
        ]
    );
    assert!(!changes.are_scores_comparable);
    let same = Changes::between(&older, &older);
    assert_eq!(same, Changes { are_scores_comparable: true, ..Changes::default() });
    let mut swapped = ["A1", "A3", "A2", "A4", "A5"].map(|code| item(code, &yes));
    swapped[0]["remedy"] = json!({ "text": { "vi": "Lắp biển" }, "due_days": 15 });
    swapped[0]["picture"] = picture(7);
    let moved = Changes::between(&older, &list(&swapped));
    assert!(moved.are_scores_comparable, "{moved:?}");
    assert_eq!(moved.changed[0].aspects, [Aspect::Picture, Aspect::Remedy]);
    assert_eq!(moved.changed[0].comparability, Comparability::Same);
}

#[test]
fn a_checklist_goes_to_sheets_and_comes_back_the_same() {
    let files = [
        include_str!("../../library/oss.json"),
        include_str!("../../library/con.json"),
        include_str!("../../library/cit.json"),
        include_str!("../../library/ari.json"),
        include_str!("../../library/agy.json"),
    ];
    for file in files {
        let filed: serde_json::Value = serde_json::from_str(file).unwrap();
        let list = Checklist::stored(filed["body"].clone()).unwrap().checked("").unwrap();
        let sheets = xlsform::write(&list, filed["code"].as_str().unwrap(), "1", &[]);
        let back = xlsform::read(&sheets).unwrap().checked("").unwrap();
        assert_eq!(back, list);
        assert_eq!(back.sha256(), list.sha256());
    }
}

#[test]
fn conditions_go_to_sheets_and_come_back() {
    let yes = json!({ "type": "yes_no_na", "pass": "yes" });
    let part = json!({ "type": "ratio", "numerator": { "field": "worn" }, "denominator": { "field": "present" },
        "operator": ">=", "threshold": 100 });
    let mut items = vec![item("A1", &yes), item("A2", &part)];
    for (n, condition) in [
        json!({ "item": "A1", "any_of": ["yes", "na"] }),
        json!({ "item": "A2", "operator": "<", "threshold": 87.5 }),
    ]
    .into_iter()
    .enumerate()
    {
        let mut of = item(&format!("B{n}"), &yes);
        of["condition"] = condition;
        items.push(of);
    }
    let list = list(&items).checked("").unwrap();
    let sheets = xlsform::write(&list, "THU", "1", &[]);
    let questions = sheets[0].rows.iter().filter(|row| !row[1].ends_with(".reason"));
    let relevant: Vec<&str> = questions.map(|row| row[9].as_str()).filter(|r| !r.is_empty()).collect();
    assert_eq!(relevant, ["relevant", "${A1} = 'yes' or ${A1} = 'na'", "(${A2.n} div ${A2.d} * 100) < 87.5"]);
    assert_eq!(xlsform::read(&sheets).unwrap(), list);
}

/// One item of each type, with everything that an item can have.
fn full_list() -> Checklist {
    let of = |code: &str, response: serde_json::Value| {
        let mut of = item(code, &response);
        of["guidance"] = json!({ "vi": "Xem bảng\nniêm yết", "en": "Look at the board" });
        of["photo"] = json!({ "min_count": 2, "subject": "notice_board", "when": "on_fail",
            "privacy": "mask_personal_data" });
        of["legal_basis"] = json!([{ "document": "Nghị định 61/2018/NĐ-CP", "valid_from": "2018-06-21",
            "valid_to": "2025-07-01" }]);
        of["remedy"] = json!({ "text": { "vi": "Niêm yết lại", "en": "Post again" }, "due_days": 15 });
        of["applies_to"] = json!(["commune"]);
        of["valid_from"] = json!("2018-01-01");
        of["valid_to"] = json!("2030-01-01");
        (of["weight"], of["critical"]) = (json!(2.5), json!(true));
        of
    };
    let option = |value: &str, credit: f64, from: Option<&str>, to: Option<&str>| {
        let mut option =
            json!({ "value": value, "label": { "vi": "Bản 2008", "en": "Edition 2008" }, "credit": credit });
        for (name, day) in [("valid_from", from), ("valid_to", to)] {
            if let Some(day) = day {
                option[name] = json!(day);
            }
        }
        option
    };
    let mut items = [
        of("A1", json!({ "type": "yes_no_na", "pass": "no" })),
        of(
            "A2",
            json!({ "type": "choice", "options": [
            option("edition_2008", 1.0, None, Some("2018-09-15")),
            option("edition_2008", 0.5, Some("2018-09-15"), None),
            option("none", 0.0, None, None)] }),
        ),
        of(
            "A3",
            json!({ "type": "count", "unit": "procedure", "operator": "<", "threshold": 1,
            "parts": [{ "value": "schedule", "label": { "vi": "Lịch tiếp", "en": "Schedule" } }], "after": "2016-06-30" }),
        ),
        of(
            "A4",
            json!({ "type": "number", "unit": "m2", "operator": ">=", "threshold": 40.5, "above_zero": true }),
        ),
        of(
            "A5",
            json!({ "type": "ratio", "numerator": { "field": "online" },
            "denominator": { "field": "due", "default": 36, "above_zero": true }, "operator": ">=", "threshold": 100,
            "part_of_whole": true }),
        ),
        of(
            "A6",
            json!({ "type": "ratio", "numerator": { "field": "late" }, "denominator": { "field": "all" },
            "operator": "<=" }),
        ),
        of("A7", json!({ "type": "text" })),
    ];
    items[3]["condition"] = json!({ "item": "A2", "any_of": ["edition_2008", "none"] });
    items[0]["picture"] = picture(7);
    let mut body = json!({ "title": { "vi": "Bộ phận Một cửa", "en": "One-stop shop" }, "grading": {
        "grades": [{ "code": "good", "label": { "vi": "Tốt", "en": "Good" }, "min": 62.5 },
            { "code": "poor", "label": { "vi": "Kém", "en": "Poor" }, "min": 0 }], "critical_cap": "poor" } });
    body["sections"] = json!([{ "title": { "vi": "Phần một", "en": "Part one" }, "items": items[..4] },
        { "title": { "vi": "Phần hai" }, "items": items[4..] }]);
    Checklist::stored(body).unwrap().checked("").unwrap()
}

#[test]
fn everything_of_an_item_goes_to_sheets_and_comes_back() {
    let list = full_list();
    let sheets = xlsform::write(&list, "THU", "1", &[]);
    assert_eq!(xlsform::read(&sheets).unwrap(), list);
    let cell = |name: &str, column: &str| {
        let at = sheets[0].rows[0].iter().position(|head| head == column).unwrap();
        sheets[0].rows.iter().find(|row| row[1] == name).unwrap()[at].clone()
    };
    assert_eq!(
        (cell("A1.reason", "type"), cell("A1.reason", "required")),
        ("text".to_owned(), "yes".to_owned())
    );
    assert_eq!(cell("A1.reason", "relevant"), "${A1} = 'na'");
    assert_eq!((cell("A5.d", "default"), cell("A5.n", "default")), ("36".to_owned(), String::new()));
    assert!(cell("A2", "choice_filter").contains("today()"), "one of two of the same value may be chosen");

    // What somebody changes there is changed.
    let mut sheets = sheets;
    let place = sheets[0].rows[0].iter().position(|head| head == "default").unwrap();
    for (name, said) in [("A5.d", ""), ("A6.d", "12")] {
        sheets[0].rows.iter_mut().find(|row| row[1] == name).unwrap()[place] = said.to_owned();
    }
    let back = xlsform::read(&sheets).unwrap();
    let known = |code: &str| match &back.item(code).unwrap().response {
        ResponseType::Ratio { denominator, .. } => denominator.default,
        _ => None,
    };
    assert_eq!((known("A5"), known("A6")), (None, Some(12)));
}

#[test]
fn each_fault_of_a_workbook_has_its_sheet_row_and_column() {
    let sheets = xlsform::write(&full_list(), "THU", "1", &[]);
    let told = |change: &dyn Fn(&mut Vec<xlsform::Sheet>)| -> Vec<String> {
        let mut sheets = sheets.clone();
        change(&mut sheets);
        let faults = xlsform::read(&sheets).err().map(|no| no.faults).unwrap_or_default();
        faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect()
    };
    let put = |sheets: &mut Vec<xlsform::Sheet>, sheet: usize, name: &str, column: &str, said: &str| {
        let rows = &mut sheets[sheet].rows;
        let at = rows[0].iter().position(|head| head == column).unwrap();
        let row = rows.iter().position(|row| row[1] == name || row[0] == name).unwrap();
        rows[row][at] = said.to_owned();
        row + 1
    };
    let vi = "label::Tiếng Việt (vi)";
    for (sheet, of, name, column, said, code) in [
        (0, "survey", "A1", "fp_weight", "500", "template.weight"),
        (0, "survey", "A1", "fp_weight", "nặng", "xlsform.rules"),
        (0, "survey", "A1", "fp_critical", "đúng", "xlsform.rules"),
        (0, "survey", "A4", vi, "", "text.refused"),
        (0, "survey", "A4", "relevant", "${A9} = 'yes'", "template.condition"),
        (0, "survey", "A5.d", "default", "ba mươi", "xlsform.rules"),
        (0, "survey", "A5.d", "name", "A9.d", "xlsform.type"),
        (0, "survey", "A2", "type", "select_one nowhere", "xlsform.type"),
        (0, "survey", "A2", "type", "select_one A2 or_other", "xlsform.type"),
        (0, "survey", "A7.photo", "name", "A6.photo", "xlsform.type"),
        (0, "survey", "section_2", "relevant", "${A1} = 'yes'", "xlsform.condition"),
        (0, "survey", "section_2", vi, "", "text.refused"),
        (1, "choices", "edition_2008", "fp_credit", "3", "template.credit"),
        (1, "choices", "edition_2008", "fp_valid_to", "mai", "xlsform.rules"),
        (1, "choices", "none", vi, "", "text.refused"),
        (2, "settings", "THU", "form_title", "", "text.refused"),
        (2, "settings", "THU", "fp_grading", "{", "xlsform.rules"),
    ] {
        let place = std::cell::Cell::new(0);
        let faults = told(&|sheets| place.set(put(sheets, sheet, name, column, said)));
        let row = place.get();
        assert_eq!(faults, [format!("/{of}/{row}/{column} {code}")], "{name} {column} {said}");
    }
    // A question behind the end of its section stands in none; a section within a section is none.
    let faults = told(&|sheets| {
        let end = sheets[0].rows.iter().position(|row| row[0] == "end_group").unwrap();
        let row = sheets[0].rows.remove(end);
        sheets[0].rows.insert(2, row);
    });
    assert_eq!(faults[0], "/survey/4/name xlsform.type", "{faults:?}");
    let faults = told(&|sheets| {
        let end = sheets[0].rows.iter().position(|row| row[0] == "end_group").unwrap();
        sheets[0].rows.remove(end);
    });
    assert!(faults.iter().any(|fault| fault.ends_with("/type xlsform.type")), "{faults:?}");
}

#[test]
fn what_a_checklist_cannot_ask_is_told_by_its_row() {
    let sheet = |name: &str, rows: &[&[&str]]| xlsform::Sheet {
        name: name.to_owned(),
        rows: rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect(),
    };
    let head: &[&str] = &["type", "name", "label", "relevant"];
    let survey = sheet(
        "survey",
        &[
            head,
            &["select_one yes_no_na", "A1", "Có biển?", ""],
            &["begin group", "g", "Phần", ""],
            &["geopoint", "A2", "Ở đâu?", ""],
            &["integer", "A3", "Bao nhiêu?", ""],
            &["text", "A4", "Ghi chú", "count(${A1}) > 2"],
            &["end group", "", "", ""],
        ],
    );
    let no = xlsform::read(&[survey]).unwrap_err();
    let told: Vec<String> = no.faults.iter().map(|f| format!("{} {}", f.pointer, f.code)).collect();
    let expected = [
        "/survey/2/name xlsform.type",
        "/survey/4/type xlsform.type",
        "/survey/5/fp_rules xlsform.rules",
        "/survey/6/relevant xlsform.condition",
    ];
    assert_eq!(told, expected);
    assert_eq!(xlsform::read(&[]).unwrap_err().faults[0].code, "xlsform.sheet");
}

#[test]
fn a_picture_is_named_by_its_digest_and_told_in_words() {
    let mut of = item("OSS-A1", &json!({ "type": "text" }));
    assert!(
        !list(&[of.clone()]).to_value().unwrap().to_string().contains("picture"),
        "digests of before stay"
    );
    of["picture"] = picture(0xab);
    assert_eq!(faults(list(&[of.clone()])), []);
    of["picture"] = json!({ "sha256": "AB".repeat(32), "alt": { "vi": "", "en": "The whole sign" } });
    let at = |place: &str, code: &str| (format!("/sections/0/items/0/picture{place}"), code.to_owned());
    let expected = [at("/sha256", "template.picture-digest"), at("/alt/vi", "text.refused")];
    assert_eq!(faults(list(&[of])), expected);
}

#[test]
fn a_version_shows_pictures_that_its_template_holds_and_no_others() {
    let held = crate::photo::Sha256([7; 32]);
    let mut items = ["A1", "A2", "A3"].map(|code| item(code, &json!({ "type": "text" })));
    (items[0]["picture"], items[2]["picture"]) = (picture(7), picture(8));
    let list = list(&items);
    assert_eq!(list.picture_digests(), [held, crate::photo::Sha256([8; 32])]);
    let no = list.shows_only(&[held]).unwrap_err();
    let told: Vec<_> = no.faults.iter().map(|f| (f.pointer.as_str(), f.code.as_str())).collect();
    assert_eq!(told, [("/sections/0/items/2/picture", "template.picture-missing")]);
    assert_eq!(list.shows_only(&list.picture_digests()), Ok(()));
}

#[test]
fn pictures_go_to_sheets_by_the_name_of_their_file_and_come_back() {
    use crate::photo::{Arrived, MediaType, Sha256};
    let ratio = json!({ "type": "ratio", "numerator": { "field": "worn" }, "denominator": { "field": "present" },
        "operator": ">=", "threshold": 100 });
    let mut items = [item("A1", &json!({ "type": "text" })), item("A2", &ratio)];
    (items[0]["picture"], items[1]["picture"]) = (picture(7), picture(8));
    let list = list(&items);
    let bytes = Arrived { size_bytes: 9, sha256: Sha256([7; 32]) };
    let held = PictureFacts { bytes, media_type: MediaType::WebP, size: (40, 30) };
    let mut sheets = xlsform::write(&list, "THU", "1", &[held]);
    let place = sheets[0].rows[0].iter().position(|c| c == "media::image::English (en)").unwrap();
    assert_eq!(sheets[0].rows[2][place], format!("{}.webp", "07".repeat(32)));
    assert_eq!(sheets[0].rows[3][place], "08".repeat(32), "nobody has sent it yet");
    assert_eq!(xlsform::read(&sheets).unwrap(), list);

    for wrong in
        ["bien.jpg".to_owned(), format!("{}.gif", "07".repeat(32)), format!("{}.jpg", "0A".repeat(32))]
    {
        sheets[0].rows[2][place] = wrong;
        let no = xlsform::read(&sheets).unwrap_err();
        let told: Vec<_> = no.faults.iter().map(|f| (f.pointer.as_str(), f.code.as_str())).collect();
        assert_eq!(told, [("/survey/3/media::image::Tiếng Việt (vi)", "xlsform.picture")]);
    }
    let plain = xlsform::Sheet {
        name: "survey".to_owned(),
        rows: [
            ["type", "name", "label", "media::image"],
            ["begin group", "g", "Phần", ""],
            ["select_one yes_no_na", "A1", "Có biển?", "bien.jpg"],
        ]
        .map(|row| row.map(ToOwned::to_owned).to_vec())
        .to_vec(),
    };
    let no = xlsform::read(&[plain]).unwrap_err();
    assert_eq!(no.faults[0].pointer, "/survey/3/media::image");
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
