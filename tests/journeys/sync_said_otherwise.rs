//! What several phones of a team say of the same thing: what stands is told, what was said otherwise is kept, and a
//! refusal names what it is about.

use super::findings::recorded;
use super::sync_push::{answers, based_on, change, codes, guidance, host, outcomes, push, step};
use crate::harness::{Inspectorate, Visitor, id_of};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::slice::from_ref;
use uuid::Uuid;

/// What a visit's log tells of a deed.
async fn told(at: &Inspectorate, visit: &str, deed: &str) -> Vec<Value> {
    let log = at.lead.visitor.get(&format!("{visit}/log?limit=200")).await.1;
    let lines = log["items"].as_array().expect("lines").iter();
    lines.filter(|line| line["deed"] == deed).map(|line| line["details"].clone()).collect()
}

/// Where each refusal points to first.
fn places(results: &[Value]) -> Vec<&str> {
    results.iter().map(|of| of["problem"]["errors"][0]["pointer"].as_str().unwrap_or("-")).collect()
}

fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_side_signs_the_text_it_has_read_or_none() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let draft = async |text: &str, number: &str| {
        let drafted = at.step(&at.clerk, &visit, "minutes", json!({ "text": text, "number": number })).await;
        assert_eq!(drafted.status, 200, "{}", drafted.body);
        drafted.body["minutes"]["text_sha256"].clone()
    };
    let first = draft("Hai bên thống nhất.", "05/BB").await;
    assert_eq!(first, json!(digest("Hai bên thống nhất.")));
    let second = draft("Hai bên không thống nhất.", "06/BB").await;
    assert_eq!(draft("Hai bên không thống nhất.", "07/BB").await, second);
    // Whose text is gone reads it in the log.
    let drafts = told(&at, &visit, "visit.minutes_drafted").await;
    let replaced: Vec<&Value> = drafts.iter().map(|draft| &draft["replaced"]).collect();
    let before = json!({ "text": "Hai bên thống nhất.", "number": "05/BB", "text_sha256": first });
    assert_eq!(json!(replaced), json!([null, before, null]));

    let sign = |read: &Value| {
        json!({ "side": "team", "outcome": "signed", "signer_name": "Mai Văn Bảy",
            "signer_position": "Trưởng đoàn", "text_sha256": read })
    };
    let unread = push(&at.lead.visitor, &[step("sign_minutes", &visit, sign(&first))]).await;
    assert_eq!((codes(&unread), &unread[0]["status"]), (vec!["visit.minutes-outdated"], &json!(409)));
    assert_eq!(places(&unread), ["/changes/0/body/text_sha256"]);
    let plain = at.step(&at.lead, &visit, "sign", sign(&first)).await;
    assert_eq!((plain.status, &plain.body["code"]), (409, &json!("visit.minutes-outdated")));
    assert_eq!(plain.body["errors"][0]["pointer"], "/text_sha256");
    for odd in [json!("05"), json!("x".repeat(64))] {
        let refused = at.step(&at.lead, &visit, "sign", sign(&odd)).await;
        let fault = &refused.body["errors"][0];
        assert_eq!((refused.status, &fault["pointer"]), (422, &json!("/text_sha256")), "{}", refused.body);
        assert_eq!(fault["code"], "digest.not-hex");
    }
    let standing = at.lead.visitor.get(&visit).await.1;
    assert_eq!(standing["minutes"]["signatures"], json!([]), "nothing is signed");
    // Capital digits are digits, too; and who has signed says the same again, of that text.
    let capitals = json!(second.as_str().map(str::to_uppercase));
    for read in [&capitals, &second, &Value::Null] {
        let signed = at.step(&at.lead, &visit, "sign", sign(read)).await;
        assert_eq!(signed.status, 200, "{}", signed.body);
        assert_eq!(signed.body["minutes"]["signatures"].as_array().map(Vec::len), Some(1));
    }
    let other = push(&at.lead.visitor, &[step("sign_minutes", &visit, sign(&first))]).await;
    assert_eq!(codes(&other), ["visit.minutes-outdated"], "nobody has signed that text: {other:?}");
    at.house.close().await;
}

/// Two phones took down what the unit said, and not the same: what stands stands, and the log has the other.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_side_is_said_to_have_said_otherwise_is_kept_in_the_log() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let drafted = at.step(&at.clerk, &visit, "minutes", json!({ "text": "Hai bên thống nhất." })).await;
    assert_eq!(drafted.status, 200, "{}", drafted.body);
    let sign = |outcome: &str, objection: Option<&str>| {
        json!({ "side": "unit", "outcome": outcome, "objection": objection, "signer_name": "Phạm Thị Chín",
            "signer_position": "Chủ tịch" })
    };
    let mut signed = sign("signed", None);
    signed["signed_at"] = json!("2026-03-20T11:30:00+07:00");
    let first = push(&at.lead.visitor, &[step("sign_minutes", &visit, signed)]).await;
    assert_eq!(outcomes(&first), ["applied"], "{first:?}");
    let objects = sign("signed_with_objection", Some("Biển hiệu đã được thay."));
    for _ in 0..2 {
        let second = push(&at.lead.visitor, &[step("sign_minutes", &visit, objects.clone())]).await;
        assert_eq!(codes(&second), ["visit.already-signed"], "{second:?}");
    }
    let standing = at.lead.visitor.get(&visit).await.1;
    let stands = &standing["minutes"]["signatures"][0];
    assert_eq!(
        (&stands["outcome"], &stands["signed_at"]),
        (&json!("signed"), &json!("2026-03-20T11:30:00+07:00"))
    );
    assert!(stands["at"].is_string() && stands["at"] != stands["signed_at"], "both times: {stands}");
    let kept = told(&at, &visit, "visit.signature_kept_beside").await;
    let said = kept.iter().map(|of| &of["signature"]["objection"]).collect::<Vec<_>>();
    assert_eq!(said, [&json!("Biển hiệu đã được thay.")], "{kept:?}");
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_check_in_is_kept_beside_the_one_that_stands() {
    let at = Inspectorate::open().await;
    let visit = at.visit("planned", 1).await;
    assert_eq!(at.step(&at.scheduler, &visit, "dispatch", Value::Null).await.status, 200);
    let now = at.house.app.now();
    let spot = |latitude: f64| {
        json!({ "latitude": latitude, "longitude": 105.218_912_345_678_9, "accuracy_m": 8.1,
            "source": "gnss" })
    };
    let came = |at: jiff::Timestamp, latitude: f64| {
        let body = json!({ "at": at, "device_clock": now, "position": spot(latitude) });
        step("check_in", &visit, body)
    };
    let first = push(&at.lead.visitor, &[came(now, 22.487_1)]).await;
    assert_eq!((&first[0]["outcome"], &first[0]["status"]), (&json!("applied"), &json!(200)), "{first:?}");
    let stands = &first[0]["body"]["check_in"];

    let earlier = now - jiff::SignedDuration::from_mins(9);
    let (moment, place) = (came(earlier, 22.487_1), came(now, 22.9));
    let others = [came(now, 22.487_1), moment.clone(), place.clone(), moment, place];
    let again = push(&at.lead.visitor, &others).await;
    let both = ["applied", "conflict", "conflict", "conflict", "conflict"];
    assert_eq!(outcomes(&again), both, "{again:?}");
    assert!(again[1..].iter().all(|result| result["status"] == 202 && result["body"]["check_in"] == *stands));
    // The member was there as well, and says so by the operation itself, with a clock that goes on.
    for clock in [now, now + jiff::SignedDuration::from_secs(7)] {
        let body = json!({ "at": now, "device_clock": clock, "position": spot(22.487_1) });
        let theirs = at.step(&at.member, &visit, "check-in", body).await;
        assert_eq!((theirs.status, &theirs.body["check_in"]), (202, stands), "{}", theirs.body);
    }
    let kept = told(&at, &visit, "visit.check_in_kept_beside").await;
    let spots: Vec<&Value> = kept.iter().map(|line| &line["latitude"]).collect();
    assert_eq!(json!(spots), json!([22.487_1, 22.9, 22.487_1]), "each once: {kept:?}");
    assert_eq!(kept[0]["at"], json!(earlier.to_string().replace('Z', "+00:00")), "{kept:?}");
    assert_eq!((&kept[0]["source"], &kept[0]["accuracy_m"]), (&json!("gnss"), &json!(8.1)));
    assert!(kept[0]["clock_skew_s"].as_f64().is_some_and(|skew| skew.abs() < 60.0), "{kept:?}");
    assert_eq!(told(&at, &visit, "visit.checked_in").await.len(), 1);

    // What is over keeps nothing new.
    let over = at.step(&at.lead, &visit, "abort", json!({ "reason": "Bão" })).await;
    assert_eq!(over.status, 200, "{}", over.body);
    let late = push(&at.clerk.visitor, &[came(now, 22.1)]).await;
    assert_eq!((&late[0]["outcome"], &late[0]["status"]), (&json!("applied"), &json!(200)), "{late:?}");
    assert_eq!(told(&at, &visit, "visit.check_in_kept_beside").await, kept);
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pushed_says_what_the_clock_is_by_then() {
    let at = Inspectorate::open().await;
    let visit = at.visit("planned", 1).await;
    assert_eq!(at.step(&at.scheduler, &visit, "dispatch", Value::Null).await.status, 200);
    let now = at.house.app.now();
    let mut bare = step("check_in", &visit, json!({ "at": now }));
    for clock in [None, Some(Value::Null)] {
        if let Some(clock) = clock {
            bare["body"]["device_clock"] = clock;
        }
        let refused = push(&at.lead.visitor, from_ref(&bare)).await;
        let fault = &refused[0]["problem"]["errors"][0];
        assert_eq!((&refused[0]["status"], &fault["code"]), (&json!(422), &json!("field.missing")));
        assert_eq!(fault["pointer"], "/changes/0/body/device_clock", "{refused:?}");
    }
    // Said with its clock it is the same change still.
    bare["body"]["device_clock"] = json!(now);
    assert_eq!(push(&at.lead.visitor, &[bare]).await[0]["outcome"], "applied");
    let plain = at.visit("planned", 60).await;
    at.on_site(&plain).await;
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_never_arrived_is_not_taken_back_yet() {
    let at = Inspectorate::open().await;
    let visit = at.visit("planned", 1).await;
    at.on_site(&visit).await;
    let (person, entry) = (Uuid::now_v7(), Uuid::now_v7());
    let taken = |kind: &str, name: &str, id: Uuid| {
        let target = json!({ "visit": id_of(&visit), name: id });
        json!({ "id": Uuid::now_v7(), "kind": kind, "target": target })
    };
    let gone = [taken("remove_attendee", "attendee", person), taken("remove_guidance", "guidance", entry)];
    let unknown = push(&at.member.visitor, &gone).await;
    assert_eq!(codes(&unknown), ["not-found", "not-found"], "{unknown:?}");
    let plain = format!("{visit}/attendees/{person}");
    assert_eq!(at.member.visitor.send("DELETE", &plain, None).await.status, 404);

    let said = [host(&visit, person, "Nguyễn Thành Trung"), guidance(&visit, entry, "Ghi sổ")];
    assert_eq!(outcomes(&push(&at.clerk.visitor, &said).await), ["applied", "applied"]);
    // Of another visit it is as unknown.
    let other = at.visit("planned", 60).await;
    at.on_site(&other).await;
    let elsewhere = format!("{other}/attendees/{person}");
    assert_eq!(at.member.visitor.send("DELETE", &elsewhere, None).await.status, 404);
    // The same removal again: now there is something, and once is enough.
    let done = push(&at.member.visitor, &gone).await;
    assert_eq!((outcomes(&done), &done[0]["status"]), (vec!["applied", "applied"], &json!(204)), "{done:?}");
    assert_eq!(at.member.visitor.send("DELETE", &plain, None).await.status, 204);
    for list in ["attendees", "guidance"] {
        assert_eq!(at.lead.visitor.get(&format!("{visit}/{list}")).await.1["items"], json!([]));
    }
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_is_corrected_by_whoever_names_its_version() {
    let at = Inspectorate::open().await;
    let visit = at.visit("planned", 1).await;
    at.on_site(&visit).await;
    let (person, entry) = (Uuid::now_v7(), Uuid::now_v7());
    // An id that is new is entered, whatever it names.
    let first = [based_on(host(&visit, person, "Trung"), 4), guidance(&visit, entry, "Ghi sổ")];
    let first = push(&at.member.visitor, &first).await;
    assert_eq!((&first[0]["status"], &first[0]["body"]["version"]), (&json!(201), &json!(1)), "{first:?}");
    let unread = [host(&visit, person, "Nguyễn Trung"), guidance(&visit, entry, "Ghi sổ hằng ngày")];
    let kept = push(&at.clerk.visitor, &unread).await;
    assert_eq!(outcomes(&kept), ["conflict", "conflict"], "{kept:?}");
    for (result, stands) in kept.iter().zip(&first) {
        assert_eq!((&result["status"], &result["body"]["current"]), (&json!(202), &stands["body"]));
    }
    let (status, plain) = at.clerk.visitor.put(&format!("/v1/attendees/{person}"), &unread[0]["body"]).await;
    assert_eq!((status, &plain["said"]["name"]), (202, &json!("Nguyễn Trung")), "{plain}");
    let hosts = told(&at, &visit, "visit.host_kept_beside").await;
    assert_eq!((hosts.len(), &hosts[0]["said"]["name"]), (1, &json!("Nguyễn Trung")), "{hosts:?}");
    assert_eq!(told(&at, &visit, "visit.guidance_kept_beside").await.len(), 1);
    // The same words are no change, and whoever has read what stands corrects it.
    let same = [host(&visit, person, "Trung"), based_on(host(&visit, person, "Nguyễn Trung"), 1)];
    let done = push(&at.clerk.visitor, &same).await;
    assert_eq!(outcomes(&done), ["applied", "applied"], "{done:?}");
    assert_eq!((&done[0]["body"]["version"], &done[1]["body"]["version"]), (&json!(1), &json!(2)));
    // Whoever has not read the correction takes back nothing of it.
    let target = json!({ "visit": id_of(&visit), "attendee": person });
    let removal = |base: i32| json!({ "id": Uuid::now_v7(), "kind": "remove_attendee", "target": target, "base_version": base });
    let unseen = push(&at.member.visitor, &[removal(1)]).await;
    assert_eq!((codes(&unseen), &unseen[0]["status"]), (vec!["entry.changed"], &json!(409)), "{unseen:?}");
    let plain = format!("{visit}/attendees/{person}");
    let unseen = at.member.visitor.send("DELETE", &format!("{plain}?base_version=1"), None).await;
    assert_eq!((unseen.status, &unseen.body["client_action"]), (409, &json!("ask")));
    let hosts = at.lead.visitor.get(&format!("{visit}/attendees")).await.1;
    assert_eq!(hosts["items"][0]["name"], "Nguyễn Trung");
    assert_eq!(outcomes(&push(&at.member.visitor, &[removal(2)]).await), ["applied"]);
    let entry =
        at.member.visitor.send("DELETE", &format!("{visit}/guidance/{entry}?base_version=7"), None).await;
    assert_eq!(entry.body["code"], "entry.changed", "{}", entry.body);
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_under_a_new_id_is_the_first_whatever_it_names() {
    let at = Inspectorate::open().await;
    let visit = at.visit("planned", 1).await;
    at.on_site(&visit).await;
    let metres = |value: u32| json!({ "type": "number", "value": value });
    let new = based_on(answers(&at, &visit, ("A02", Uuid::now_v7()), metres(41)), 3);
    let new = push(&at.member.visitor, &[new]).await;
    assert_eq!((&new[0]["status"], &new[0]["body"]["version"]), (&json!(201), &json!(1)), "{new:?}");
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_is_taken_says_so_in_words_of_a_change() {
    let at = Inspectorate::open().await;
    let visit = at.visit("planned", 1).await;
    at.on_site(&visit).await;
    let first = host(&visit, Uuid::now_v7(), "Trung");
    assert_eq!(push(&at.member.visitor, from_ref(&first)).await[0]["outcome"], "applied");
    let mut other = first.clone();
    other["body"]["name"] = json!("Tám");
    let changes = json!({ "changes": [guidance(&visit, Uuid::now_v7(), "Ghi sổ"), other] });
    for (language, words) in [
        ("vi", "Mã này đã được dùng cho một thay đổi khác; thay đổi mới cần mã mới."),
        ("en", "This id was given to another change; a new change needs a new id."),
    ] {
        let asked = at.member.visitor.request("POST", "/v1/sync").header("accept-language", language);
        let told = at.member.visitor.answer(asked.json(&changes)).await.body;
        let no = &told["results"][1]["problem"];
        assert_eq!((&no["code"], &no["client_action"]), (&json!("sync.id-taken"), &json!("fix")), "{told}");
        assert_eq!((&no["errors"][0]["pointer"], &no["detail"]), (&json!("/changes/1/id"), &json!(words)));
    }
    at.house.close().await;
}

/// One change is refused; where it points to.
async fn refused(who: &Visitor, change: Value) -> Vec<String> {
    let results = push(who, &[json!({}), change]).await;
    let errors = results[1]["problem"]["errors"].as_array().expect("errors").clone();
    assert!(!errors.is_empty(), "{results:?}");
    errors.iter().map(|error| error["pointer"].as_str().expect("a pointer").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_leads_into_the_push_or_names_a_thing_of_the_visit() {
    let at = Inspectorate::open().await;
    let visit = at.visit("planned", 1).await;
    at.on_site(&visit).await;
    let who = &at.lead.visitor;
    let bare = |kind: &str, visit: &str| json!({ "id": Uuid::now_v7(), "kind": kind, "target": { "visit": id_of(visit) } });
    let items = ["/items/A01", "/items/A02", "/items/A03"];
    assert_eq!(refused(who, bare("close_recording", &visit)).await, items, "no place of this push");

    // What has a body, and is refused for something else than that.
    let other = at.visit("planned", 60).await;
    at.on_site(&other).await;
    at.answers_well(&other, &["A01", "A02", "A03"]).await;
    let clash = answers(&at, &other, ("A02", Uuid::now_v7()), json!({ "type": "number", "value": 7 }));
    assert_eq!(push(who, &[clash]).await[0]["outcome"], "conflict");
    assert_eq!(at.step(&at.lead, &other, "close-recording", Value::Null).await.status, 200);
    assert_eq!(at.step(&at.clerk, &other, "minutes", json!({ "text": "Biên bản" })).await.status, 200);
    let sign = json!({ "side": "team", "outcome": "signed", "signer_name": "A", "signer_position": "B" });
    assert_eq!(refused(who, step("sign_minutes", &other, sign)).await, ["/items/A02"]);

    // What is wrong with a body, missing in it, or too much.
    let body = json!({ "side": "team", "outcome": "signed", "signer_name": " ", "signer_position": "B" });
    assert_eq!(refused(who, step("sign_minutes", &other, body)).await, ["/changes/1/body/signer_name"]);
    assert_eq!(refused(who, step("draft_minutes", &other, json!({}))).await, ["/changes/1/body/text"]);
    let odd = json!({ "text": "A", "màu/sắc": 1 });
    let odd = refused(who, step("draft_minutes", &other, odd)).await;
    assert!(odd[0].starts_with("/changes/1/body"), "{odd:?}");
    assert_eq!(refused(who, step("draft_minutes", &other, json!(7))).await, ["/changes/1/body"]);

    // A version leads to where it was named.
    let id = Uuid::now_v7();
    let metres = |value: u32| answers(&at, &visit, ("A02", id), json!({ "type": "number", "value": value }));
    assert_eq!(push(who, &[metres(40)]).await[0]["outcome"], "applied");
    let mut stale = metres(41);
    stale["body"]["if_stale"] = json!("refuse");
    let beside = refused(who, based_on(stale.clone(), 7)).await;
    assert_eq!(beside, ["/changes/1/base_version", "/changes/1/body/answer"]);
    stale["body"]["base_version"] = json!(7);
    let within = refused(who, stale).await;
    assert_eq!(within, ["/changes/1/body/base_version", "/changes/1/body/answer"]);

    // Ids that no phone mints, by their names.
    let v4 = Uuid::new_v4();
    let shot = json!({ "visit": id_of(&visit), "subject": "desk", "sha256": "0".repeat(64), "size_bytes": 3,
        "media_type": "image/png", "captured_at": "2026-03-20T08:00:00+07:00",
        "device_clock": "2026-03-20T08:00:00+07:00", "origin": "camera", "position": null });
    for (name, change) in [
        ("attendee", host(&visit, v4, "A")),
        ("guidance", guidance(&visit, v4, "A")),
        ("response", answers(&at, &visit, ("A01", v4), json!({ "type": "yes_no_na", "value": "yes" }))),
        ("photo", change("declare_photo", json!({ "photo": v4 }), shot)),
    ] {
        assert_eq!(refused(who, change).await, [format!("/changes/1/target/{name}")]);
    }
    at.house.close().await;
}
