//! Minutes as a document: written from what the visit answered and found, frozen by a hash, added to and never changed.

use super::findings::{confirmed, recorded, signed};
use crate::harness::people::{PASSWORD, role};
use crate::harness::{Inspectorate, id_of};
use fieldproof::domain::actor::Role;
use fieldproof::domain::ids::OwnerId;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Signed minutes are one text with its hash; later changes are addenda with both values and a reason.
#[tokio::test(flavor = "multi_thread")]
async fn signed_minutes_stand_and_are_added_to() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let minutes = format!("{visit}/minutes");
    assert_eq!(at.lead.visitor.get(&minutes).await.1["code"], "minutes.none");
    confirmed(&at, &visit, "A02", json!({ "severity": "defect" })).await;
    let host = json!({ "visit": id_of(&visit), "name": "Đặng Văn Sình", "office": "UBND xã Minh Quang",
        "positions": ["Phó Bí thư Đảng ủy", "Chủ tịch UBND xã"] });
    let path = format!("/v1/attendees/{}", Uuid::now_v7());
    assert_eq!(at.clerk.visitor.put(&path, &host).await.0, 201);
    let drafted = at.step(&at.clerk, &visit, "minutes", json!({ "text": "Hai bên thống nhất." })).await;
    assert_eq!(drafted.status, 200, "{}", drafted.body);

    // A finding that is decided after the draft makes it stale, until somebody has signed.
    confirmed(&at, &visit, "A01", json!({})).await;
    let sign = json!({ "side": "team", "outcome": "signed", "signer_name": "Mai Văn Bảy",
        "signer_position": "Trưởng đoàn" });
    let stale = at.step(&at.lead, &visit, "sign", sign).await;
    assert_eq!(stale.body["code"], "visit.minutes-outdated");
    let early = json!({ "item": "A02", "answer": { "type": "number", "value": 39 }, "reason": "Đo lại" });
    let addenda = format!("{minutes}/addenda");
    assert_eq!(at.lead.visitor.post(&addenda, &early).await.1["code"], "minutes.not-signed");
    signed(&at, &visit).await;

    let (status, whole) = at.head.visitor.get(&minutes).await;
    assert_eq!(status, 200, "{whole}");
    let document = whole["document"].as_str().unwrap();
    for line in [
        "Đoàn kiểm tra:\n- Trưởng đoàn: Mai Văn Bảy, Chuyên viên",
        "- Đặng Văn Sình, Phó Bí thư Đảng ủy; Chủ tịch UBND xã, UBND xã Minh Quang\n",
        "Cơ sở vật chất: 3 nội dung; đạt 1; không đạt 2\n- A01: Câu hỏi: không | không đạt\n- A02: Câu hỏi: 38 | không đạt",
        "\nMC: 1/3 điểm (33,33%) | ",
        "\n- A02: Câu hỏi | khuyết điểm",
        "III. TỒN TẠI, HẠN CHẾ",
        "Hai bên thống nhất.",
    ] {
        assert!(document.contains(line), "{line}\n{document}");
    }
    let frozen = &at.lead.visitor.get(&visit).await.1["minutes"]["figures"][0];
    assert_eq!((&frozen["score"]["points"], &frozen["score"]["percent"]), (&json!(1), &json!(33.33)));
    assert_eq!((&frozen["not_asked"], &frozen["unanswered"]), (&json!(0), &json!(0)));
    assert_eq!(whole["document_sha256"], json!(hex::encode(Sha256::digest(document))));
    assert_eq!(whole["signatures"].as_array().map(Vec::len), Some(2));

    let (status, first) = at.lead.visitor.post(&addenda, &early).await;
    assert_eq!((status, &first["was"], &first["number"]), (201, &json!("38"), &json!(1)), "{first}");
    assert_eq!((&first["format"], &first["template_version"]), (&json!(3), &json!(at.checklist)));
    let second =
        json!({ "item": "A02", "answer": { "type": "number", "value": "40,5" }, "reason": "Đo lại lần nữa" });
    let (status, no) = at.clerk.visitor.post(&addenda, &second).await;
    assert_eq!(
        (status, &no["code"]),
        (403, &json!("minutes.addendum-lead")),
        "answers are the lead's to correct"
    );
    let (_, second) = at.lead.visitor.post(&addenda, &second).await;
    assert_eq!((&second["was"], &second["number"]), (&json!("39"), &json!(2)), "rests on the first");
    assert_eq!(
        (&first["outcome"], &second["outcome"], &second["becomes"]),
        (&json!("fail"), &json!("pass"), &json!("40,5"))
    );
    for (said, code) in [
        (
            json!({ "item": "A02", "answer": { "type": "number", "value": 40.5 }, "reason": "x" }),
            "minutes.addendum",
        ),
        (json!({ "item": "A02", "becomes": "40,5", "reason": "x" }), "minutes.addendum"),
        (
            json!({ "item": "A02", "answer": { "type": "count", "value": 1 }, "reason": "x" }),
            "response.wrong-type",
        ),
        (
            json!({ "item": "Z99", "answer": { "type": "number", "value": 40.5 }, "reason": "x" }),
            "finding.item-unknown",
        ),
        (json!({ "becomes": "x", "reason": "x" }), "minutes.addendum"),
    ] {
        assert_eq!(at.lead.visitor.post(&addenda, &said).await.1["code"], code);
    }
    assert_eq!(
        at.head.visitor.post(&addenda, &json!({ "was": "a", "becomes": "b", "reason": "c" })).await.0,
        403
    );
    let (_, after) = at.head.visitor.get(&minutes).await;
    assert_eq!(after["document"], whole["document"], "the signed text stands");
    assert_eq!(after["addenda"], Value::Array(vec![first, second]));
    let change = at.house.sql().await.batch_execute("UPDATE minutes_addenda SET reason = 'x'").await;
    assert!(change.is_err(), "the database holds to it too");
    at.house.end().await;
}

/// What the lead changes about a finding while confirming it is on record with what it was, and added to signed minutes.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_confirmed_otherwise_than_it_was_signed_is_added() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    signed(&at, &visit).await;
    let minutes = format!("{visit}/minutes");
    confirmed(&at, &visit, "A01", json!({ "root_cause": "Thiếu người" })).await;
    assert_eq!(
        at.lead.visitor.get(&minutes).await.1["addenda"],
        json!([]),
        "a candidate was confirmed as signed"
    );
    let changed = json!({ "statement": "Chỗ chờ hẹp.", "severity": "violation", "critical": true });
    let finding = confirmed(&at, &visit, "A02", changed).await;
    let (_, after) = at.head.visitor.get(&minutes).await;
    let added = &after["addenda"][0];
    assert_eq!(
        (&added["was"], &added["becomes"], &added["answer"]),
        (
            &json!("A02: Câu hỏi | tồn tại, hạn chế | chờ xác nhận"),
            &json!("A02: Chỗ chờ hẹp. | vi phạm | nghiêm trọng"),
            &Value::Null
        )
    );
    assert!(after["document"].as_str().unwrap().contains(added["was"].as_str().unwrap()), "what was signed");
    let noted = format!(
        "SELECT details -> 'was' ->> 'statement', details -> 'becomes' ->> 'statement' FROM custody
         WHERE deed = 'finding.confirmed' AND object_id = '{}'",
        id_of(&finding)
    );
    let row = at.house.sql().await.query_one(&noted, &[]).await.unwrap();
    assert_eq!((row.get::<_, String>(0), row.get::<_, String>(1)), ("Câu hỏi".into(), "Chỗ chờ hẹp.".into()));
    at.house.end().await;
}

/// What both sides signed holds every finding of the visit: none comes to it later.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_found_after_somebody_has_signed() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let said = json!({ "kind": "strength", "category": "Phối hợp", "statement": "Phối hợp tốt." });
    let propose = async || at.member.visitor.post(&format!("{visit}/findings"), &said).await;
    assert_eq!(propose().await.0, 201);
    let drafted = at.step(&at.clerk, &visit, "minutes", json!({ "text": "Hai bên thống nhất." })).await;
    assert_eq!(drafted.status, 200, "{}", drafted.body);
    assert_eq!(propose().await.0, 201, "they are drafted again");
    signed(&at, &visit).await;
    let (status, no) = propose().await;
    assert_eq!((status, &no["code"]), (409, &json!("visit.minutes-signed")));
    at.house.end().await;
}

/// N05, S2: what an addendum corrected is what everybody reads since, marked, with what was signed beside it: whoever lists
/// the answers, whoever looks at the evidence, and whoever goes there again.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_corrected_is_read_as_it_is_known() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    for item in ["A01", "A03"] {
        at.held_photo(&visit, item).await;
    }
    signed(&at, &visit).await;
    assert_eq!(at.step(&at.lead, &visit, "submit", Value::Null).await.status, 200);
    let page = async || {
        let form = at.house.sign_in_page("/login").await;
        let sent = at.house.send_sign_in(&form, "can-bo-xet", PASSWORD).await;
        let cookie = sent.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
        let stranger = at.house.stranger();
        let path = format!("/review/visits/{}", id_of(&visit));
        let page = stranger.answer(stranger.request("GET", &path).header("cookie", cookie)).await;
        assert_eq!(page.status, 200);
        String::from_utf8(page.bytes).expect("a page of text")
    };
    at.house.account("can-bo-xet", &[role(Role::Reviewer, OwnerId(at.owner))]).await;
    let before = page().await;
    assert!(!before.contains("Theo phụ lục"), "{before}");
    let add = async |item: &str, answer: Value| {
        let said = json!({ "item": item, "answer": answer, "reason": "Đo lại" });
        let (status, added) = at.lead.visitor.post(&format!("{visit}/minutes/addenda"), &said).await;
        assert_eq!(status, 201, "{added}");
    };
    add("A02", json!({ "type": "number", "value": 41 })).await;
    add("A03", json!({ "type": "ratio", "numerator": 30, "denominator": 36 })).await;

    let (_, list) = at.head.visitor.get(&format!("{visit}/responses")).await;
    let told = |item: &str| {
        let answer = list["items"].as_array().expect("a list").iter().find(|answer| answer["item"] == item);
        answer.expect("an answer").clone()
    };
    assert_eq!(told("A01")["corrected"], Value::Null);
    let (area, share) = (told("A02"), told("A03"));
    assert_eq!(json!([area["answer"]["value"], area["outcome"]]), json!([41, "pass"]), "{area}");
    let was = json!({ "addendum": 1, "was": { "type": "number", "value": 38 }, "was_outcome": "fail" });
    assert_eq!(area["corrected"], was);
    assert_eq!(
        json!([share["outcome"], share["corrected"]["was_outcome"]]),
        json!(["fail", "pass"]),
        "{share}"
    );
    assert_eq!(json!([share["percent"], share["corrected"]["addendum"]]), json!([83.33, 2]));
    let (_, own) = at.lead.visitor.get(&format!("{visit}/bundle")).await;
    assert!(own["responses"].as_array().expect("answers").contains(&area), "{own}");

    let after = page().await;
    for line in ["Theo phụ lục số 1; biên bản ghi: 38", "Theo phụ lục số 2; biên bản ghi: 36/36 = 100,00"]
    {
        assert!(after.contains(line), "{line} is not in\n{after}");
    }

    let again = at.visit("re_inspection", 1).await;
    let (_, bundle) = at.lead.visitor.get(&format!("{again}/bundle")).await;
    let earlier: Vec<&Value> = bundle["earlier_findings"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|earlier| &earlier["response"]["item"])
        .collect();
    assert_eq!(
        earlier,
        [&json!("A01"), &json!("A03")],
        "what fails since is there, what passes since is not"
    );
    assert_eq!(bundle["earlier_findings"][1]["response"]["corrected"], share["corrected"]);
    at.house.end().await;
}

/// Whoever wants to write minutes anew that both sides have signed is told that they are, not that it is too early.
#[tokio::test(flavor = "multi_thread")]
async fn minutes_that_are_signed_are_not_drafted_again() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    signed(&at, &visit).await;
    let again = at.step(&at.clerk, &visit, "minutes", json!({ "text": "Viết lại." })).await;
    assert_eq!((again.status, &again.body["code"]), (409, &json!("visit.minutes-signed")), "{}", again.body);
    assert!(again.body["detail"].as_str().expect("a sentence").contains("phụ lục"), "{}", again.body);
    // What is looked at again was looked at before, by this campaign.
    let mut elsewhere = at.plan("re_inspection", 30);
    elsewhere["unit"] = json!(at.other_commune);
    let (status, no) = at.scheduler.visitor.post("/v1/visits", &elsewhere).await;
    assert_eq!((status, &no["code"]), (422, &json!("visit.no-prior-visit")), "{no}");
    assert!(
        no["detail"].as_str().expect("a sentence").starts_with("Cuộc kiểm tra này chưa có lượt nào"),
        "{no}"
    );
    at.house.end().await;
}
