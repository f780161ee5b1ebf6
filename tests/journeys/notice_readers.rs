//! What those who get a notice read in it, and what stays with the office; what goes on paper, and who may sum up.

use super::notices::{begun, code, content, finalised, signed_notice, signing, step};
use super::reports::{found, handed_in};
use crate::harness::{Answer, Inspectorate, id_of};
use fieldproof::domain::actor::Role;
use serde_json::{Value, json};

fn fault(answer: &Answer) -> (u16, &Value, &Value) {
    (answer.status, &answer.body["errors"][0]["pointer"], &answer.body["errors"][0]["code"])
}

/// A notice is read at places that a team may still come to by surprise.
#[tokio::test(flavor = "multi_thread")]
async fn no_notice_tells_where_a_campaign_is_still_going() {
    let at = Inspectorate::open().await;
    let visit = finalised(&at).await;
    let campaign = format!("/v1/campaigns/{}", at.campaign);
    let round = json!({ "purpose": "first", "targets": [at.commune, at.other_commune] });
    let made = at.scheduler.visitor.send("POST", &format!("{campaign}/rounds"), Some(&round)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let mut written = content(&at, &visit);
    for section in ["shortcomings", "demands"] {
        written[section] = json!([]);
    }
    written["figures"] = json!([{ "key": "went", "query": { "measure": "coverage", "class": "commune" } }]);
    written["strengths"] = json!([{ "text": "Đã kiểm tra {went.ratio} xã; còn {went.others}." }]);
    let place = "/figures/0/query/unit";
    let begun_at = json!(format!("/content{place}"));
    let refused = begun(&at, &at.scheduler, &written).await;
    assert_eq!(fault(&refused), (422, &begun_at, &json!("notice.figure")));

    // What lies below a unit is no secret.
    let mut below = written.clone();
    below["figures"][0]["query"]["unit"] = json!(at.province);
    let made = begun(&at, &at.scheduler, &below).await;
    assert_eq!((made.status, &made.body["figures"][0]["whole"]), (201, &json!(2)), "{}", made.body);
    let rewriting = at.scheduler.visitor.request("PUT", made.header("location"));
    let rewriting = rewriting.header("if-match", made.header("etag")).json(&written);
    let refused = at.scheduler.visitor.answer(rewriting).await;
    assert_eq!(fault(&refused), (422, &json!(place), &json!("notice.figure")));

    // Nor are the targets once nobody goes anywhere any more.
    let closed = at.scheduler.visitor.send("POST", &format!("{campaign}/close-fieldwork"), None).await;
    assert_eq!(closed.status, 200, "{}", closed.body);
    let made = begun(&at, &at.scheduler, &written).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(made.body["figures"][0]["others"][0]["name"], "Xã Phúc Sơn");
    at.house.close().await;
}

/// Both communes fall short twice; the office names them for one item alone.
fn of_two(at: &Inspectorate, visits: &[&str]) -> Value {
    let mut written = content(at, visits[0]);
    written["covers"] = json!({ "visits": visits.iter().map(|visit| id_of(visit)).collect::<Vec<_>>() });
    written["figures"] = json!([
        { "key": "a01", "query": { "measure": "item", "item": "A01" } },
        { "key": "a02", "query": { "measure": "item", "item": "A02" } },
    ]);
    written["shortcomings"] =
        json!([{ "text": "Chưa niêm yết: {a01.names}." }, { "text": "Chưa đủ diện tích: {a02.ratio}." }]);
    written["demands"] = json!([{ "text": "Khắc phục.", "addressees": [at.commune] }]);
    written
}

/// S10: the head of a unit reads totals of all, and of others only what a sentence says.
#[tokio::test(flavor = "multi_thread")]
async fn a_recipient_reads_totals_and_the_names_that_sentences_tell() {
    let at = Inspectorate::open().await;
    let first = handed_in(&at, at.commune, "2026-03-20", &found(false, false)).await;
    let second = handed_in(&at, at.other_commune, "2026-03-21", &found(false, false)).await;
    let notice = signed_notice(&at, &of_two(&at, &[&first, &second]), 7).await;
    assert_eq!(step(&at.scheduler, &notice, "issue", Value::Null).await.status, 200);
    let names = |of: &Value, n: usize| {
        let figure = &of["figures"][n];
        (figure["part"].clone(), figure["units"].as_array().map(Vec::len))
    };
    let (_, office) = at.scheduler.visitor.get(&notice).await;
    assert_eq!([names(&office, 0), names(&office, 1)], [(json!(2), Some(2)), (json!(2), Some(2))]);
    let (status, theirs) = at.head.visitor.get(&notice).await;
    assert_eq!(status, 200, "{theirs}");
    assert_eq!([names(&theirs, 0), names(&theirs, 1)], [(json!(2), Some(2)), (json!(2), Some(0))]);
    let document = theirs["signing"]["document"].as_str().expect("a text");
    let told = |key: &str| document.lines().find(|line| line.starts_with(key)).expect("a figure");
    assert!(told("a01: ").contains("Xã Phúc Sơn"), "{document}");
    assert!(told("a02: ").contains("| 2/2 |") && !told("a02: ").contains("Xã"), "{document}");
    at.house.end().await;
}

/// Whoever sees a part of a period does not speak for the campaign.
#[tokio::test(flavor = "multi_thread")]
async fn a_period_is_summed_up_by_who_sees_all_of_it() {
    let at = Inspectorate::open().await;
    let own = handed_in(&at, at.commune, "2026-03-20", &found(true, true)).await;
    let other = handed_in(&at, at.other_commune, "2026-03-21", &found(true, true)).await;
    let lead = at.house.holder("Vũ Văn Trưởng", &[(Role::TeamLead, at.owner, None)]).await;
    let team = at.house.team(at.campaign, &[(lead.account, "lead")]).await;
    let give = format!("UPDATE visits SET team_id = '{team}' WHERE id = '{}'", id_of(&other));
    at.house.sql().await.batch_execute(&give).await.expect("a visit of another team");
    let mut written = content(&at, &own);
    written["source"] = json!({ "kind": "meeting", "title": "Hội nghị sơ kết quý I", "place": "Tuyên Quang",
        "held_on": "2026-04-01" });
    written["covers"] = json!({ "from": "2026-01-01", "to": "2026-03-31" });
    let refused = begun(&at, &at.lead, &written).await;
    assert_eq!(fault(&refused), (422, &json!("/content/covers/visits"), &json!("notice.covers")));
    let whole = begun(&at, &at.scheduler, &written).await;
    assert_eq!((whole.status, &whole.body["visits"]), (201, &json!(2)), "{}", whole.body);
    written["covers"]["visits"] = json!([id_of(&own)]);
    let named = begun(&at, &at.lead, &written).await;
    assert_eq!((named.status, &named.body["visits"]), (201, &json!(1)), "{}", named.body);
    at.house.end().await;
}

/// A correction reaches whoever read what was wrong, is no older, and is told to its own readers alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_correction_goes_to_everybody_who_got_the_notice() {
    let at = Inspectorate::open().await;
    let first = handed_in(&at, at.commune, "2026-03-20", &found(false, false)).await;
    let second = handed_in(&at, at.other_commune, "2026-03-21", &found(false, false)).await;
    let mut written = of_two(&at, &[&first, &second]);
    written["recipients"] = json!([{ "unit": at.commune }, { "unit": at.other_commune }]);
    let notice = signed_notice(&at, &written, 7).await;
    assert_eq!(step(&at.scheduler, &notice, "issue", Value::Null).await.status, 200);

    let mut fewer = written.clone();
    fewer["recipients"] = json!([{ "unit": at.commune }]);
    let correct = async |content: &Value| {
        let new = json!({ "campaign": at.campaign, "corrects": id_of(&notice), "content": content });
        at.scheduler.visitor.send("POST", "/v1/notices", Some(&new)).await
    };
    let refused = correct(&fewer).await;
    assert_eq!(fault(&refused), (422, &json!("/content/recipients"), &json!("notice.recipients")));
    let made = correct(&written).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let correcting = made.header("location").to_owned();
    let rewriting = at.scheduler.visitor.request("PUT", &correcting);
    let rewriting = rewriting.header("if-match", made.header("etag")).json(&fewer);
    let refused = at.scheduler.visitor.answer(rewriting).await;
    assert_eq!(fault(&refused), (422, &json!("/recipients"), &json!("notice.recipients")));

    assert_eq!(step(&at.lead, &correcting, "review", Value::Null).await.status, 200);
    let mut said = signing(&at, 8);
    said["on"] = json!("2026-04-01");
    let early = step(&at.authority, &correcting, "sign", said).await;
    assert_eq!(fault(&early), (422, &json!("/on"), &json!("notice.signed-on")));
    let done = step(&at.authority, &correcting, "sign", signing(&at, 8)).await;
    assert_eq!(code(&done), (200, ""), "{}", done.body);
    assert_eq!(step(&at.scheduler, &correcting, "issue", Value::Null).await.status, 200);
    let corrected_by = async || at.head.visitor.get(&notice).await.1["corrected_by"].clone();
    assert_eq!(corrected_by().await, json!([id_of(&correcting)]));

    // As if it had gone to the other commune alone.
    let astray = format!(
        "SET session_replication_role = replica;
        DELETE FROM notice_recipients WHERE notice_id = '{}' AND unit_id = '{}'",
        id_of(&correcting),
        at.commune
    );
    at.house.sql().await.batch_execute(&astray).await.expect("a recipient less");
    assert_eq!(at.head.visitor.get(&correcting).await.0, 404);
    assert_eq!(corrected_by().await, json!([]));
    let (_, office) = at.reviewer.visitor.get(&notice).await;
    assert_eq!(office["corrected_by"], json!([id_of(&correcting)]));
    at.house.end().await;
}

/// No notice is signed before the last day of all its visits, whichever began last.
#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_signed_when_its_last_visit_is_over() {
    let at = Inspectorate::open().await;
    let long = handed_in(&at, at.commune, "2026-03-18", &found(true, true)).await;
    let short = handed_in(&at, at.other_commune, "2026-03-19", &found(true, true)).await;
    let longer =
        format!("UPDATE visits SET planned_end = '2026-03-25T17:00:00+07' WHERE id = '{}'", id_of(&long));
    at.house.sql().await.batch_execute(&longer).await.expect("a visit of a week");
    let mut written = of_two(&at, &[&long, &short]);
    written["covers"]["unit"] = Value::Null;
    let notice = begun(&at, &at.scheduler, &written).await.header("location").to_owned();
    assert_eq!(step(&at.lead, &notice, "review", Value::Null).await.status, 200);
    let mut said = signing(&at, 9);
    said["on"] = json!("2026-03-24");
    let early = step(&at.authority, &notice, "sign", said.clone()).await;
    assert_eq!(fault(&early), (422, &json!("/on"), &json!("notice.signed-on")));
    said["on"] = json!("2026-03-25");
    let done = step(&at.authority, &notice, "sign", said).await;
    assert_eq!(code(&done), (200, ""), "{}", done.body);
    at.house.end().await;
}

/// What no checklist asks is a slip of the pen, and no sentence that nobody failed; what an item rests on is told where a
/// sentence calls it.
#[tokio::test(flavor = "multi_thread")]
async fn a_figure_is_about_an_item_that_was_asked() {
    let at = Inspectorate::open().await;
    let law = "UPDATE template_versions SET body = jsonb_set(body, '{sections,0,items,1,legal_basis}', $1::text::jsonb)
        WHERE id = $2::text::uuid";
    let laws =
        json!(["Nghị định 61/2018/NĐ-CP", { "document": "Quyết định 9/QĐ", "valid_to": "2001-01-01" }]);
    let sql = at.house.sql().await;
    sql.batch_execute("SET session_replication_role = replica").await.unwrap();
    sql.execute(law, &[&laws.to_string(), &at.checklist.to_string()]).await.unwrap();
    let visit = finalised(&at).await;
    for query in [
        json!({ "measure": "item", "item": "Z99" }),
        json!({ "measure": "findings", "item": "Z99" }),
        json!({ "measure": "item", "item": "A02", "template": "OSS" }),
    ] {
        let mut written = content(&at, &visit);
        written["figures"][1]["query"] = query.clone();
        written["demands"] = json!([]);
        let no = begun(&at, &at.scheduler, &written).await;
        assert_eq!(no.status, 422, "{query}: {}", no.body);
        assert_eq!(no.body["errors"][0]["pointer"], "/content/figures/1/query/item", "{}", no.body);
    }
    let mut written = content(&at, &visit);
    written["shortcomings"] = json!([{ "text": "{a02.ratio} chưa đạt, căn cứ {a02.basis}." }]);
    let notice = signed_notice(&at, &written, 7).await;
    let made = at.authority.visitor.send("GET", &notice, None).await;
    assert!(made.body.to_string().contains("căn cứ Nghị định 61/2018/NĐ-CP."), "{}", made.body);
    assert_eq!(made.body["figures"][0]["legal_basis"], json!(["Nghị định 61/2018/NĐ-CP"]));
    at.house.close().await;
}
