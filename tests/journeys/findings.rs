//! What a visit found: born from answers or free, judged side by side, explained by the unit.

use crate::harness::{Inspectorate, id_of};
use fieldproof::domain::actor::Role;
use serde_json::{Value, json};
use uuid::Uuid;

/// A visit whose three items are answered badly, badly and well, with its recording closed.
pub async fn recorded(at: &Inspectorate) -> String {
    let visit = at.visit("surprise", 1).await;
    at.on_site(&visit).await;
    for (item, answer) in [
        ("A01", json!({ "type": "yes_no_na", "value": "no" })),
        ("A02", json!({ "type": "number", "value": 38 })),
        ("A03", json!({ "type": "ratio", "numerator": 36, "denominator": 36 })),
    ] {
        let path = format!("/v1/responses/{}", Uuid::now_v7());
        let said = at.answer(&visit, item, answer);
        let kept = at.member.visitor.send("PUT", &path, Some(&said)).await;
        assert_eq!(kept.status, 201, "{}", kept.body);
    }
    assert_eq!(at.step(&at.member, &visit, "close-recording", Value::Null).await.status, 200);
    visit
}

/// Drafts the minutes and has both sides sign them.
pub async fn signed(at: &Inspectorate, visit: &str) {
    let drafted = at.step(&at.clerk, visit, "minutes", json!({ "text": "Hai bên thống nhất." })).await;
    assert_eq!(drafted.status, 200, "{}", drafted.body);
    for side in ["team", "unit"] {
        let said = json!({ "side": side, "outcome": "signed", "signer_name": "Nguyễn Văn An",
            "signer_position": "Chủ tịch UBND xã" });
        let answer = at.step(&at.lead, visit, "sign", said).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
}

/// The finding of an item at a visit, confirmed by the lead.
pub async fn confirmed(at: &Inspectorate, visit: &str, item: &str, said: Value) -> String {
    let (_, list) = at.lead.visitor.get(&format!("/v1/findings?visit={}&item={item}", id_of(visit))).await;
    let finding = format!("/v1/findings/{}", list["items"][0]["id"].as_str().expect("a finding"));
    let (status, body) = at.lead.visitor.post(&format!("{finding}/confirm"), &said).await;
    assert_eq!(status, 200, "{body}");
    finding
}

/// M12: each failing item is one candidate, and only the lead stands by it.
#[tokio::test(flavor = "multi_thread")]
async fn what_fails_is_a_candidate_until_the_lead_stands_by_it() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let (_, list) = at.member.visitor.get(&format!("/v1/findings?visit={}", id_of(&visit))).await;
    let items: Vec<&str> =
        list["items"].as_array().unwrap().iter().filter_map(|f| f["item"].as_str()).collect();
    assert_eq!(items.len(), 2, "{list}");
    assert!(items.contains(&"A01") && items.contains(&"A02"));
    let finding = format!("/v1/findings/{}", list["items"][0]["id"].as_str().unwrap());
    let confirm = format!("{finding}/confirm");
    assert_eq!(at.member.visitor.post(&confirm, &json!({})).await.0, 403, "members propose");
    assert_eq!(at.head.visitor.post(&confirm, &json!({})).await.0, 404, "not told before signing");
    let (status, body) = at.lead.visitor.post(&confirm, &json!({ "severity": "violation" })).await;
    assert_eq!((status, &body["state"], &body["severity"]), (200, &json!("confirmed"), &json!("violation")));
    let (status, no) = at.lead.visitor.post(&format!("{finding}/dismiss"), &json!({ "reason": "x" })).await;
    assert_eq!((status, &no["code"]), (409, &json!("finding.not-candidate")));
    at.house.end().await;
}

/// Changes what was answered to an item, as a phone does that knows the last answer.
async fn corrects(at: &Inspectorate, visit: &str, item: &str, answer: Value) {
    let (_, list) = at.member.visitor.get(&format!("{visit}/responses")).await;
    let held = list["items"].as_array().unwrap().iter().find(|held| held["item"] == item).expect("an answer");
    let mut said = at.answer(visit, item, answer);
    said["base_version"] = held["version"].clone();
    let path = format!("/v1/responses/{}", held["id"].as_str().unwrap());
    let (status, body) = at.member.visitor.put(&path, &said).await;
    assert_eq!(status, 200, "{body}");
}

async fn state_of(at: &Inspectorate, finding: &str) -> Value {
    at.lead.visitor.get(finding).await.1["state"].clone()
}

fn says(value: &str) -> Value {
    json!({ "type": "yes_no_na", "value": value })
}

/// A candidate that an answer gave rise to lapses when the answer is corrected, and stays on record; what the lead has
/// decided about, and what somebody proposed, stands.
#[tokio::test(flavor = "multi_thread")]
async fn a_candidate_lapses_when_its_answer_turns_out_to_be_fine() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let (_, list) = at.lead.visitor.get(&format!("/v1/findings?visit={}&item=A01", id_of(&visit))).await;
    let first = format!("/v1/findings/{}", list["items"][0]["id"].as_str().unwrap());
    let second = confirmed(&at, &visit, "A02", json!({})).await;

    corrects(&at, &visit, "A01", says("yes")).await;
    corrects(&at, &visit, "A02", json!({ "type": "number", "value": 41 })).await;
    assert_eq!(state_of(&at, &first).await, "lapsed");
    assert_eq!(state_of(&at, &second).await, "confirmed", "the lead stood by it");
    let (status, no) = at.lead.visitor.post(&format!("{first}/confirm"), &json!({})).await;
    assert_eq!((status, &no["code"]), (409, &json!("finding.not-candidate")));
    assert_eq!(at.step(&at.clerk, &visit, "minutes", json!({ "text": "Biên bản" })).await.status, 200);
    let (_, minutes) = at.lead.visitor.get(&format!("{visit}/minutes")).await;
    assert!(!minutes["document"].as_str().unwrap().contains("- A01: Câu hỏi | "), "{minutes}");
    let (_, figures) = at.lead.visitor.get(&format!("/v1/campaigns/{}/finding-figures", at.campaign)).await;
    assert_eq!((&figures["candidates"], &figures["confirmed"]), (&json!(0), &json!(1)));

    // An answer that is not fine after all brings it back; one that somebody proposed waits for the lead.
    corrects(&at, &visit, "A01", says("no")).await;
    assert_eq!(state_of(&at, &first).await, "candidate");
    corrects(&at, &visit, "A01", says("yes")).await;
    let said = json!({ "kind": "finding", "item": "A01", "statement": "Bảng niêm yết đặt sau cửa." });
    let proposed = at.member.visitor.send("POST", &format!("{visit}/findings"), Some(&said)).await;
    assert_eq!((proposed.status, proposed.header("location")), (201, first.as_str()), "{}", proposed.body);
    corrects(&at, &visit, "A01", json!({ "type": "yes_no_na", "value": "na", "reason": "Đang sửa" })).await;
    assert_eq!(state_of(&at, &first).await, "candidate");
    let why = json!({ "reason": "Bảng nhìn thấy được." });
    assert_eq!(at.lead.visitor.post(&format!("{first}/dismiss"), &why).await.0, 200);
    corrects(&at, &visit, "A01", says("no")).await;
    corrects(&at, &visit, "A01", says("yes")).await;
    assert_eq!(state_of(&at, &first).await, "dismissed");
    let deeds = at.house.deeds(id_of(&first)).await;
    let told =
        ["born", "lapsed", "born", "lapsed", "proposed", "dismissed"].map(|deed| format!("finding.{deed}"));
    assert_eq!(deeds, told);
    at.house.end().await;
}

/// What an addendum to signed minutes corrects counts as well, either way.
#[tokio::test(flavor = "multi_thread")]
async fn a_candidate_follows_addenda_too() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let stands = confirmed(&at, &visit, "A01", json!({})).await;
    at.held_photo(&visit, "A01").await;
    signed(&at, &visit).await;
    for (item, answer) in [("A01", says("yes")), ("A02", json!({ "type": "number", "value": 41 }))] {
        let added = json!({ "item": item, "answer": answer, "reason": "Xem lại tại chỗ" });
        let (status, told) = at.lead.visitor.post(&format!("{visit}/minutes/addenda"), &added).await;
        assert_eq!(status, 201, "{told}");
    }
    let (_, list) = at.lead.visitor.get(&format!("/v1/findings?visit={}&state=lapsed", id_of(&visit))).await;
    assert_eq!((&list["items"][0]["item"], &list["items"][1]), (&json!("A02"), &Value::Null));
    let lapsed = format!("/v1/findings/{}", list["items"][0]["id"].as_str().unwrap());
    let less = json!({ "item": "A02", "answer": { "type": "number", "value": 3 }, "reason": "Đo lại" });
    let (status, told) = at.lead.visitor.post(&format!("{visit}/minutes/addenda"), &less).await;
    assert_eq!((status, state_of(&at, &lapsed).await), (201, json!("candidate")), "{told}");
    assert_eq!(at.lead.visitor.post(&format!("{lapsed}/confirm"), &json!({})).await.0, 200);
    assert_eq!(state_of(&at, &stands).await, "confirmed");
    at.house.end().await;
}

/// M08, M39, H15, L19: strengths, free findings with category, cause and links, and what is known of a period only.
#[tokio::test(flavor = "multi_thread")]
async fn a_finding_may_be_free_and_strengths_are_told_too() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let propose =
        async |said: Value| at.member.visitor.send("POST", &format!("{visit}/findings"), Some(&said)).await;
    let strength = propose(json!({ "kind": "strength", "category": "Phối hợp",
        "statement": "Phối hợp tốt giữa các bộ phận." }))
    .await;
    assert_eq!(strength.status, 201, "{}", strength.body);
    let old = propose(json!({ "kind": "finding", "category": "Phối hợp", "precision": "period",
        "statement": "Phối hợp lỏng lẻo sau điều chỉnh địa giới.", "root_cause": "Điều chỉnh địa giới" }))
    .await;
    assert_eq!((&old.body["inspected_at"], &old.body["precision"]), (&Value::Null, &json!("period")));
    assert!(old.body["reported_at"].is_string());
    for (said, code) in [
        (json!({ "kind": "finding", "statement": "x" }), "finding.about"),
        (json!({ "kind": "finding", "item": "Z99", "statement": "x" }), "finding.item-unknown"),
        (json!({ "kind": "finding", "item": "A01", "statement": "x" }), "finding.item-taken"),
        (
            json!({ "kind": "strength", "category": "c", "statement": "x", "critical": true }),
            "finding.severity",
        ),
        (
            json!({ "kind": "finding", "category": "c", "statement": "x", "precision": "period",
                "inspected_at": "2026-03-20T01:00:00Z" }),
            "finding.inspected-at",
        ),
    ] {
        let refused = propose(said).await;
        assert_eq!(refused.body["code"], code, "{}", refused.body);
    }
    // Findings of one cause belong together; of a procedure outside only the number is kept.
    let change = async |said: Value, version: &str| {
        let path = old.header("location").to_owned();
        let request = at.lead.visitor.request("PATCH", &path).header("if-match", version);
        at.lead.visitor.answer(request.json(&said)).await
    };
    let linked = json!({ "linked": [strength.body["id"]], "referral": "12/QĐ-UBND" });
    let told = change(linked, "\"v1\"").await;
    assert_eq!((told.status, &told.body["referral"]), (200, &json!("12/QĐ-UBND")), "{}", told.body);
    assert_eq!(told.body["linked"], json!([strength.body["id"]]));
    let story = change(json!({ "referral": "xử lý kỷ luật ông A" }), "\"v2\"").await;
    assert_eq!(story.body["code"], "finding.referral");
    assert_eq!(change(json!({}), "\"v1\"").await.status, 412);
    let (_, figures) =
        at.reviewer.visitor.get(&format!("/v1/campaigns/{}/finding-figures", at.campaign)).await;
    assert_eq!((&figures["candidates"], &figures["confirmed"]), (&json!(3), &json!(0)));
    at.house.end().await;
}

/// M01: the executive and the elected body judge one item differently, and both stand.
#[tokio::test(flavor = "multi_thread")]
async fn assessments_stand_side_by_side() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let place = format!("{visit}/assessments");
    let said = |assessor: &str, judgement: &str| json!({ "item": "A03", "assessor": assessor, "assessor_name": "huyện Mỹ Đức", "judgement": judgement });
    let member = &at.member.visitor;
    assert_eq!(member.post(&place, &said("executive", "pass")).await.0, 201);
    assert_eq!(member.post(&place, &said("elected_body", "fail")).await.0, 201);
    let (status, no) = member.post(&place, &said("elected_body", "pass")).await;
    assert_eq!((status, &no["code"]), (409, &json!("assessment.taken")), "nobody writes over another");
    assert_eq!(member.post(&place, &said("team", "pass")).await.1["code"], "assessment.assessor");
    signed(&at, &visit).await;
    assert_eq!(
        at.head.visitor.post(&place, &said("executive", "pass")).await.1["code"],
        "assessment.assessor"
    );
    assert_eq!(at.head.visitor.post(&place, &said("self", "pass")).await.0, 201);
    let (_, list) = at.reviewer.visitor.get(&place).await;
    let item = &list["items"][0];
    let bodies: Vec<&str> =
        item["assessments"].as_array().unwrap().iter().filter_map(|a| a["assessor"].as_str()).collect();
    assert_eq!(bodies, ["team", "executive", "elected_body", "self"]);
    assert_eq!((&item["count"], &item["disagree"]), (&json!(4), &json!(true)));
    at.house.end().await;
}

/// L20, N16: recommendations have addressees of their own and are no findings.
#[tokio::test(flavor = "multi_thread")]
async fn recommendations_are_addressed() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let place = format!("{visit}/recommendations");
    let asked = json!({ "text": "Tăng cường phối hợp với Mặt trận Tổ quốc.",
        "addressees": [at.commune, at.other_commune, at.province] });
    let (status, made) = at.lead.visitor.post(&place, &asked).await;
    assert_eq!((status, made["addressees"].as_array().map(Vec::len)), (201, Some(3)), "{made}");
    let nobody = json!({ "text": "x", "addressees": [Uuid::new_v4()] });
    assert_eq!(at.lead.visitor.post(&place, &nobody).await.1["code"], "recommendation.addressees");
    let (_, list) = at.reviewer.visitor.get(&place).await;
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(at.head.visitor.get(&place).await.0, 404, "not before signing");
    // Whoever it is addressed to reads it once the minutes are signed, which print it.
    let beside =
        at.house.holder("Chủ tịch xã bên", &[(Role::HeadOfUnit, at.owner, Some(at.other_commune))]).await;
    let own = format!("/v1/recommendations?owner={}&unit={}", at.owner, at.other_commune);
    assert_eq!(beside.visitor.get(&own).await, (200, json!({ "items": [], "next": null })));
    signed(&at, &visit).await;
    assert_eq!(at.head.visitor.get(&place).await.0, 200);
    let (status, told) = beside.visitor.get(&own).await;
    assert_eq!((status, &told["items"][0]["text"]), (200, &asked["text"]), "{told}");
    assert_eq!(at.head.visitor.get(&own).await.0, 404, "each unit reads its own");
    let (_, minutes) = at.head.visitor.get(&format!("{visit}/minutes")).await;
    let document = minutes["document"].as_str().unwrap();
    let line =
        "V. KIẾN NGHỊ\n- Tăng cường phối hợp với Mặt trận Tổ quốc. | gửi: Tỉnh Tuyên Quang; Xã Minh Quang";
    assert!(document.contains(line), "{document}");
    assert!(document.contains("\nVI. Ý KIẾN CỦA ĐOÀN\n"), "{document}");
    let (status, no) = at.lead.visitor.post(&place, &asked).await;
    assert_eq!((status, &no["code"]), (409, &json!("visit.minutes-signed")), "no signed paper would have it");
    at.house.end().await;
}

/// M05 and the right of reply: the unit explains with evidence of its own; who verifies it belongs to no side of it.
#[tokio::test(flavor = "multi_thread")]
async fn the_unit_has_a_right_of_reply() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let finding = confirmed(&at, &visit, "A01", json!({ "critical": true })).await;
    at.held_photo(&visit, "A01").await;
    signed(&at, &visit).await;
    let (_, photos) = at.head.visitor.get(&format!("/v1/photos?visit={}", id_of(&visit))).await;
    let photo = photos["items"][0]["id"].clone();
    let explain = format!("{finding}/explain");
    let said = |photo: Value| json!({ "text": "Bảng đang sửa.", "photos": [photo] });
    assert_eq!(
        at.head.visitor.post(&explain, &said(json!(Uuid::now_v7()))).await.1["code"],
        "finding.photos"
    );
    assert_eq!(at.member.visitor.post(&explain, &said(photo.clone())).await.0, 403);
    let (status, explained) = at.head.visitor.post(&explain, &said(photo.clone())).await;
    assert_eq!((status, &explained["state"]), (200, &json!("explained")), "{explained}");
    assert_eq!(explained["explanation"]["photos"], json!([photo]));
    let why = json!({ "reason": "Đã xác minh." });
    let (status, no) = at.lead.visitor.post(&format!("{finding}/uphold"), &why).await;
    assert_eq!((status, &no["code"]), (403, &json!("finding.lead-alone")));
    // Home affairs who is head there too is no judge in it.
    let insert = format!(
        "INSERT INTO grants (id, account_id, role, owner_id, unit_id, granted_at)
         VALUES (gen_random_uuid(), '{}', 'unit_staff', '{}', '{}', now())",
        at.scheduler.account, at.owner, at.commune
    );
    at.house.sql().await.batch_execute(&insert).await.unwrap();
    let (status, no) = at.scheduler.visitor.post(&format!("{finding}/uphold"), &why).await;
    assert_eq!((status, &no["code"]), (403, &json!("finding.own-unit")));
    let (status, upheld) = at.member.visitor.post(&format!("{finding}/uphold"), &why).await;
    assert_eq!((status, &upheld["state"]), (200, &json!("upheld")), "{upheld}");
    at.house.end().await;
}

/// What was found at one unit is sought, not looked for among all findings: lists behind figures and re-inspections do.
#[tokio::test(flavor = "multi_thread")]
async fn findings_at_a_unit_are_sought_in_their_order() {
    let at = Inspectorate::open().await;
    let sql = at.house.sql().await;
    sql.batch_execute("SET enable_seqscan = off").await.expect("a setting");
    let asked = format!(
        "EXPLAIN SELECT id FROM findings WHERE unit_id = '{}' ORDER BY reported_at DESC, id DESC LIMIT 50",
        at.commune
    );
    let lines = sql.query(&asked, &[]).await.expect("a plan");
    let plan: Vec<String> = lines.iter().map(|line| line.get(0)).collect();
    let plan = plan.join("\n");
    assert!(plan.contains("findings_at_unit") && !plan.contains("Sort"), "{plan}");
    at.house.end().await;
}

/// A unit that was asked to explain is heard until its last day is over; its silence is no answer before.
#[tokio::test(flavor = "multi_thread")]
async fn silence_is_no_answer_while_the_unit_may_still_explain() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let finding = confirmed(&at, &visit, "A01", json!({})).await;
    signed(&at, &visit).await;
    let ask = async |until: Value| {
        let (status, said) =
            at.lead.visitor.post(&format!("{finding}/request-explanation"), &json!({ "until": until })).await;
        (status, said["code"].clone(), said["explain_by"].clone())
    };
    let uphold = async || {
        let why = json!({ "reason": "Đơn vị không giải trình." });
        let (status, said) = at.member.visitor.post(&format!("{finding}/uphold"), &why).await;
        (status, said["code"].clone(), said["state"].clone())
    };
    let awaited = (409, json!("finding.explanation-awaited"), Value::Null);
    assert_eq!(ask(json!("2020-01-01")).await, (422, json!("finding.explain-by"), Value::Null));
    assert_eq!(ask(Value::Null).await, (200, Value::Null, Value::Null));
    assert_eq!(uphold().await, awaited, "no day was named");
    assert_eq!(ask(json!("2199-12-30")).await, (200, Value::Null, json!("2199-12-30")));
    let less = (409, json!("finding.decided-otherwise"), Value::Null);
    assert_eq!(ask(json!("2199-12-01")).await, less, "never less time, and nobody is left to believe it");
    assert_eq!(ask(json!("2199-12-30")).await, (200, Value::Null, json!("2199-12-30")), "the same again");
    assert_eq!(uphold().await, awaited);
    let over = format!(
        "UPDATE findings SET story = jsonb_set(story, '{{explain_by}}', '\"2020-01-01\"') WHERE id = '{}'",
        id_of(&finding)
    );
    at.house.sql().await.batch_execute(&over).await.unwrap();
    assert_eq!(uphold().await, (200, Value::Null, json!("upheld")));
    at.house.end().await;
}

/// A unit that speaks twice has said two things.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_explanation_leaves_the_first() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let finding = confirmed(&at, &visit, "A01", json!({})).await;
    signed(&at, &visit).await;
    super::remedies::issued(&at, &visit, &[&finding], json!([at.commune]), json!({})).await;
    let explain = async |text: &str| {
        let said = json!({ "text": text, "papers": ["Công văn 3/UBND"] });
        at.head.visitor.post(&format!("{finding}/explain"), &said).await
    };
    assert_eq!(explain("Bảng đang sửa.").await.1["earlier_explanations"], json!([]));
    let why = json!({ "reason": "Chưa sửa xong." });
    assert_eq!(at.member.visitor.post(&format!("{finding}/uphold"), &why).await.1["state"], "action_open");
    let (status, said) = explain("Bảng đã sửa xong.").await;
    assert_eq!((status, &said["explanation"]["text"]), (200, &json!("Bảng đã sửa xong.")));
    assert_eq!(said["earlier_explanations"][0]["text"], json!("Bảng đang sửa."));
    at.house.end().await;
}
