//! What must be there before a visit goes on: an answer to every item that is asked or the lead's reason, and a decision
//! about every candidate.

use super::findings::{confirmed, recorded, signed};
use crate::harness::{Answer, Inspectorate, id_of};
use serde_json::{Value, json};

fn refused(answer: &Answer) -> (u16, &str, Vec<&str>) {
    let errors = answer.body["errors"].as_array().into_iter().flatten();
    let places = errors.filter_map(|error| error["pointer"].as_str()).collect();
    (answer.status, answer.body["code"].as_str().unwrap_or_default(), places)
}

/// Nothing is silently left out: recording is closed, minutes are signed and a visit is handed in with every asked item
/// answered, or with the lead's reason, which the minutes print. Half a checklist gets no grade.
#[tokio::test(flavor = "multi_thread")]
async fn items_without_an_answer_hold_a_visit_until_the_lead_says_why() {
    let at = Inspectorate::open().await;
    let visit = at.visit("planned", 1).await;
    let why = json!({ "reason": "Phòng máy chủ khóa cửa." });
    let leave = async |who, said: &Value| at.step(who, &visit, "leave-unanswered", said.clone()).await;
    let early = leave(&at.lead, &why).await;
    assert_eq!(refused(&early).1, "visit.not-on-site");
    at.on_site(&visit).await;
    at.answers_well(&visit, &["A01"]).await;
    at.held_photo(&visit, "A01").await;

    let (_, score) = at.reviewer.visitor.get(&format!("{visit}/score")).await;
    let list = &score["templates"][0];
    let told =
        json!([list["asked"], list["answered"], list["percent"], list["grade"], list["ungraded_because"]]);
    assert_eq!(told, json!([3, 1, 100.0, null, "items_unanswered"]));

    let open = (422, "visit.items-unanswered", vec!["/items/A02", "/items/A03"]);
    let step = async |who, step: &str, said: Value| at.step(who, &visit, step, said).await;
    assert_eq!(refused(&step(&at.member, "close-recording", Value::Null).await), open);
    assert_eq!(leave(&at.member, &why).await.status, 403, "the reason is the lead's");
    assert_eq!(refused(&leave(&at.lead, &json!({ "reason": " " })).await).1, "visit.reason");
    let left = leave(&at.lead, &why).await;
    assert_eq!((left.status, &left.body["unanswered_because"]), (200, &why["reason"]), "{}", left.body);
    assert_eq!(leave(&at.lead, &why).await.body, left.body, "the same again is one");
    assert_eq!(step(&at.member, "close-recording", Value::Null).await.status, 200);

    let text = json!({ "text": "Hai bên thống nhất." });
    assert_eq!(step(&at.clerk, "minutes", text.clone()).await.status, 200);
    let other = json!({ "reason": "Phòng máy chủ khóa cửa, không có chìa khóa." });
    assert_eq!(leave(&at.lead, &other).await.status, 200);
    let sign = |side: &str| json!({ "side": side, "outcome": "signed", "signer_name": "Mai Văn Bảy", "signer_position": "Trưởng đoàn" });
    let outdated = step(&at.lead, "sign", sign("team")).await;
    assert_eq!(refused(&outdated).1, "visit.minutes-outdated", "they print another reason");
    assert_eq!(step(&at.clerk, "minutes", text.clone()).await.status, 200);

    // Each gate by itself: a visit of before reasons were asked for is held at the signature and at the hand-in.
    let sql = at.house.sql().await;
    let forget = format!("UPDATE visits SET unanswered_because = NULL WHERE id = '{}'", id_of(&visit));
    sql.batch_execute(&forget).await.unwrap();
    assert_eq!(refused(&step(&at.lead, "sign", sign("team")).await), open);
    assert_eq!(leave(&at.lead, &other).await.status, 200);
    for side in ["team", "unit"] {
        let signed = step(&at.lead, "sign", sign(side)).await;
        assert_eq!(signed.status, 200, "{}", signed.body);
    }
    assert_eq!(refused(&leave(&at.lead, &why).await).1, "visit.minutes-signed");
    sql.batch_execute(&forget).await.unwrap();
    assert_eq!(refused(&step(&at.lead, "submit", Value::Null).await), open);
    assert_eq!(leave(&at.lead, &other).await.status, 200);
    assert_eq!(step(&at.lead, "submit", Value::Null).await.status, 200);

    let (_, minutes) = at.head.visitor.get(&format!("{visit}/minutes")).await;
    let document = minutes["document"].as_str().unwrap();
    for line in [
        "\nNội dung chưa trả lời: A02, A03\nLý do: Phòng máy chủ khóa cửa, không có chìa khóa.\n",
        " | chưa xếp loại: mới trả lời 1/3 nội dung\n",
    ] {
        assert!(document.contains(line), "{line}\n{document}");
    }
    let deeds = at.house.deeds(id_of(&visit)).await;
    assert_eq!(deeds.iter().filter(|deed| *deed == "visit.left_unanswered").count(), 4);
    at.house.end().await;
}

/// Whoever answered everything has nothing to give a reason for.
#[tokio::test(flavor = "multi_thread")]
async fn a_whole_checklist_takes_no_reason_and_is_graded() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let why = json!({ "reason": "Không cần." });
    let no = at.step(&at.lead, &visit, "leave-unanswered", why).await;
    assert_eq!(refused(&no), (409, "visit.all-answered", vec![]));
    let (_, score) = at.reviewer.visitor.get(&format!("{visit}/score")).await;
    let list = &score["templates"][0];
    let told = json!([list["asked"], list["answered"], list["grade"]["code"], list["ungraded_because"]]);
    assert_eq!(told, json!([3, 3, "poor", null]));
    at.house.end().await;
}

/// The lead decides about every candidate before a visit is final.
#[tokio::test(flavor = "multi_thread")]
async fn a_visit_is_not_final_while_candidates_wait_for_the_lead() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    confirmed(&at, &visit, "A01", json!({})).await;
    at.held_photo(&visit, "A01").await;
    signed(&at, &visit).await;
    assert_eq!(at.step(&at.lead, &visit, "submit", Value::Null).await.status, 200);
    let no = at.step(&at.scheduler, &visit, "finalise", Value::Null).await;
    assert_eq!((no.status, &no.body["code"]), (409, &json!("visit.candidates-undecided")), "{}", no.body);
    let (_, list) = no.body["errors"][0]["detail"].as_str().unwrap().split_once(' ').unwrap();
    let (_, waiting) = at.lead.visitor.get(list).await;
    assert_eq!(waiting["items"].as_array().map(Vec::len), Some(1), "{list}: {waiting}");
    let candidate = format!("/v1/findings/{}", waiting["items"][0]["id"].as_str().unwrap());
    let why = json!({ "reason": "Đã đo lại tại chỗ." });
    assert_eq!(at.lead.visitor.post(&format!("{candidate}/dismiss"), &why).await.0, 200);
    let done = at.step(&at.scheduler, &visit, "finalise", Value::Null).await;
    assert_eq!((done.status, &done.body["state"]), (200, &json!("finalised")), "{}", done.body);
    at.house.end().await;
}
