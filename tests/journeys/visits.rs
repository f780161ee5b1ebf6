//! Visits: scheduled, told, recorded, signed, handed in; what stands in the way, and what happens at the same moment.

use super::findings::confirmed;
use crate::harness::{Inspectorate, Shot, id_of, pictures};
use futures::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

fn signature(side: &str, outcome: &str) -> Value {
    json!({ "side": side, "outcome": outcome, "signer_name": "Nguyễn Văn An", "signer_position": "Chủ tịch UBND xã" })
}

/// Everything from check-in to signed minutes, with every item answered.
async fn signed(at: &Inspectorate, visit: &str) {
    at.on_site(visit).await;
    for (item, answer) in [
        ("A01", json!({ "type": "yes_no_na", "value": "yes" })),
        ("A02", json!({ "type": "number", "value": "40,5" })),
        ("A03", json!({ "type": "ratio", "numerator": 34, "denominator": 36 })),
    ] {
        let sent = at.answer(visit, item, answer);
        let (status, body) = at.member.visitor.put(&format!("/v1/responses/{}", Uuid::now_v7()), &sent).await;
        assert_eq!(status, 201, "{body}");
    }
    let closed = at.step(&at.member, visit, "close-recording", Value::Null).await;
    assert_eq!(closed.status, 200, "{}", closed.body);
    let drafted = at.step(&at.clerk, visit, "minutes", json!({ "text": "Biên bản kiểm tra" })).await;
    assert_eq!(drafted.status, 200, "{}", drafted.body);
    for side in ["team", "unit"] {
        let done = at.step(&at.lead, visit, "sign", signature(side, "signed")).await;
        assert_eq!(done.status, 200, "{}", done.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_surprise_visit_lives_from_sealed_to_final() {
    let at = Inspectorate::open().await;
    let visit = at.visit("surprise", 24).await;
    let read = async |path: &str| at.lead.visitor.get(&format!("{visit}{path}")).await.1;
    assert_eq!(
        (read("").await["state"].as_str(), read("").await["sealed"].as_bool()),
        (Some("sealed"), Some(true))
    );

    let early = at.step(&at.scheduler, &visit, "dispatch", Value::Null).await;
    assert_eq!((early.status, early.body["code"].as_str()), (409, Some("visit.too-early-to-dispatch")));
    assert_eq!(early.body["client_action"], "retry");
    let sooner = at.plan("surprise", 10);
    let sooner = json!({ "planned_start": sooner["planned_start"], "planned_end": sooner["planned_end"] });
    let who = &at.scheduler.visitor;
    let moved = who.answer(who.request("PATCH", &visit).header("if-match", "\"v1\"").json(&sooner)).await;
    assert_eq!(moved.status, 200, "{}", moved.body);
    let at_once = at.step(&at.member, &visit, "check-in", json!({ "at": at.house.app.now() })).await;
    assert_eq!(at_once.status, 404, "a member does not know of it yet");

    signed(&at, &visit).await;
    let minutes = read("").await["minutes"].clone();
    assert_eq!(
        minutes["figures"][0]["passed"],
        json!({ "numerator": 2, "denominator": 3, "percent": 66.67 })
    );
    assert_eq!(minutes["figures"][0]["failing"], json!(["A03"]));
    let refused = at.step(&at.lead, &visit, "submit", Value::Null).await;
    assert_eq!((refused.status, refused.body["code"].as_str()), (422, Some("visit.photos-missing")));
    let lacking: Vec<&str> =
        refused.body["errors"].as_array().unwrap().iter().filter_map(|e| e["pointer"].as_str()).collect();
    assert_eq!(lacking, ["/items/A01", "/items/A03"]);
    // What shows nothing is none, once that is known: they are still there to take another.
    let broken = Shot::of(id_of(&visit).parse().unwrap(), pictures::sharp(3)[..5000].to_vec());
    let broken = broken.with("item", "A01");
    assert_eq!(broken.send(&at.member.visitor).await.status, 201);
    at.house.work().await;
    let refused = at.step(&at.lead, &visit, "submit", Value::Null).await;
    assert_eq!(refused.body["errors"][0]["pointer"], "/items/A01", "{}", refused.body);
    let mistake = json!({ "reason": "Ảnh hỏng" });
    assert_eq!(at.member.visitor.post(&format!("{}/withdraw", broken.path()), &mistake).await.0, 200);
    at.held_photo(&visit, "A01").await;
    at.held_photo(&visit, "A03").await;
    assert_eq!(at.step(&at.member, &visit, "submit", Value::Null).await.status, 403);
    let submitted = at.step(&at.lead, &visit, "submit", Value::Null).await;
    assert_eq!((submitted.status, submitted.body["state"].as_str()), (200, Some("submitted")));
    confirmed(&at, &visit, "A03", json!({})).await;
    let finalised = at.step(&at.scheduler, &visit, "finalise", Value::Null).await;
    assert_eq!((finalised.status, finalised.body["state"].as_str()), (200, Some("finalised")));

    let deeds = at.house.deeds(id_of(&visit)).await;
    let life: Vec<&str> =
        deeds.iter().map(String::as_str).filter(|deed| *deed != "visit.sealed-read").collect();
    let expected = [
        "visit.scheduled",
        "visit.rescheduled",
        "visit.dispatched",
        "visit.checked_in",
        "visit.recording_closed",
        "visit.minutes_drafted",
        "visit.minutes_signed",
        "visit.minutes_signed",
        "visit.submitted",
        "visit.finalised",
    ];
    assert_eq!(life, expected);
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_is_refused_for_each_reason_by_its_own_code() {
    let at = Inspectorate::open().await;
    let refused = async |change: Value| {
        let mut plan = at.plan("planned", 24);
        for (field, value) in change.as_object().unwrap() {
            plan[field] = value.clone();
        }
        let (status, body) = at.scheduler.visitor.post("/v1/visits", &plan).await;
        (status, body["code"].as_str().unwrap_or_default().to_owned())
    };
    let told = |code: &str| (422, code.to_owned());
    let past =
        json!({ "planned_start": "2021-08-04T08:00:00+07:00", "planned_end": "2021-08-04T17:00:00+07:00" });
    assert_eq!(refused(past).await, told("visit.before-decision"));
    assert_eq!(refused(json!({ "unit": Uuid::new_v4() })).await, told("visit.unit-not-in-force"));
    assert_eq!(refused(json!({ "team": Uuid::new_v4() })).await, told("visit.team-of-other-campaign"));
    assert_eq!(refused(json!({ "campaign": Uuid::new_v4() })).await, (404, "not-found".to_owned()));
    assert_eq!(refused(json!({ "templates": [] })).await, told("visit.templates"));
    assert_eq!(refused(json!({ "templates": [at.checklist, at.checklist] })).await, told("visit.templates"));
    assert_eq!(refused(json!({ "kind": "re_inspection" })).await, told("visit.no-prior-visit"));
    let unseen = json!({ "kind": "re_inspection", "previous_visit": Uuid::new_v4() });
    assert_eq!(refused(unseen).await, told("visit.no-prior-visit"));
    assert_eq!(refused(json!({ "planned_end": "2021-08-04T17:00:00+07:00" })).await, told("visit.window"));
    assert_eq!(refused(json!({ "colour": "red" })).await, told("invalid"));
    at.house.sql().await.execute("UPDATE campaigns SET state = 'closed'", &[]).await.unwrap();
    assert_eq!(refused(json!({})).await, (409, "visit.campaign-not-active".to_owned()));
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_submits_at_once_make_one_transition() {
    let at = Inspectorate::open().await;
    let visit = at.visit("planned", 1).await;
    signed(&at, &visit).await;
    at.held_photo(&visit, "A01").await;
    at.held_photo(&visit, "A03").await;
    let before = at.lead.visitor.get(&visit).await.1["version"].as_i64().unwrap();

    let answers = join_all((0..50).map(|_| at.step(&at.lead, &visit, "submit", Value::Null))).await;

    for answer in &answers {
        // More at once than there are connections: some are told to come back, which is no transition either.
        assert!(matches!(answer.status, 200 | 503), "{}", answer.body);
    }
    assert!(answers.iter().any(|answer| answer.status == 200));
    let submitted = at.house.deeds(id_of(&visit)).await.iter().filter(|d| *d == "visit.submitted").count();
    assert_eq!(submitted, 1);
    assert_eq!(at.lead.visitor.get(&visit).await.1["version"].as_i64(), Some(before + 1));
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_check_in_stands_and_a_repeat_answers_the_same() {
    let at = Inspectorate::open().await;
    let visit = at.visit("planned", 1).await;
    assert_eq!(at.step(&at.lead, &visit, "dispatch", Value::Null).await.status, 200);
    let here = json!({ "at": "2026-03-20T08:00:00+07:00", "device_clock": at.house.app.now(),
        "position": { "latitude": 22.4871, "longitude": 105.2189, "accuracy_m": 8, "source": "gnss" } });
    let first = at.step(&at.member, &visit, "check-in", here).await;
    let again = at.step(&at.clerk, &visit, "check-in", json!({ "at": "2026-03-20T08:05:00+07:00" })).await;
    assert_eq!((first.status, again.status, &first.body), (200, 202, &again.body));
    let said = &first.body["check_in"];
    assert_eq!(
        (said["at"].as_str(), said["place"].as_str()),
        (Some("2026-03-20T08:00:00+07:00"), Some("cannot_tell"))
    );
    assert_eq!((&said["reasons"], said["clock_off"].as_bool()), (&json!(["no_premises"]), Some(false)));

    for (wrong, code) in [
        (json!({ "at": "2026-03-20T08:00:00" }), "moment.no-offset"),
        (
            json!({ "at": "2026-03-20T08:00:00Z", "position": { "latitude": 0, "longitude": 0, "accuracy_m": 5,
            "source": "gnss" } }),
            "place.null-island",
        ),
    ] {
        let refused = at.step(&at.member, &visit, "check-in", wrong).await;
        assert_eq!((refused.status, refused.body["errors"][0]["code"].as_str()), (422, Some(code)));
    }
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_may_be_sent_twice_and_changed_by_who_read_them() {
    let at = Inspectorate::open().await;
    let visit = at.visit("planned", 1).await;
    let path = format!("/v1/responses/{}", Uuid::now_v7());
    let send = async |answer: Value, base: Option<i32>| {
        let mut sent = at.answer(&visit, "A02", answer);
        sent["base_version"] = json!(base);
        at.member.visitor.put(&path, &sent).await
    };
    let metres = |value: Value| json!({ "type": "number", "value": value });
    let (status, body) = send(metres(json!("39,5")), None).await;
    assert_eq!((status, body["code"].as_str()), (409, Some("visit.not-on-site")));
    at.on_site(&visit).await;

    let (status, first) = send(metres(json!("39,5")), None).await;
    assert_eq!(
        (status, first["outcome"].as_str(), &first["answer"]["value"]),
        (201, Some("fail"), &json!(39.5))
    );
    assert_eq!(send(metres(json!(39.5)), None).await, (200, first));
    let (status, changed) = send(metres(json!(40.5)), Some(1)).await;
    assert_eq!(
        (status, changed["outcome"].as_str(), changed["version"].as_i64()),
        (200, Some("pass"), Some(2))
    );
    let (status, stale) = send(metres(json!(41)), Some(1)).await;
    assert_eq!((status, stale["code"].as_str()), (409, Some("response.stale")));
    assert!(stale["errors"][1]["detail"].as_str().unwrap().contains("40.5"), "{stale}");

    let other = format!("/v1/responses/{}", Uuid::now_v7());
    let mut twice = at.answer(&visit, "A02", metres(json!(1)));
    twice["base_version"] = json!(1);
    let (status, twice) = at.clerk.visitor.put(&other, &twice).await;
    assert_eq!((status, twice["code"].as_str()), (409, Some("response.item-answered")));
    for (item, answer, code) in [
        ("A01", json!({ "type": "yes_no_na", "value": "na" }), "response.reason-missing"),
        ("A01", json!({ "type": "count", "value": 1 }), "response.wrong-type"),
        ("A09", json!({ "type": "count", "value": 1 }), "response.unknown-item"),
        ("A01", json!({ "type": "count", "value": -1 }), "invalid"),
        ("A02", json!({ "type": "number", "value": "1e9" }), "invalid"),
    ] {
        let (status, refused) = at.member.visitor.put(&other, &at.answer(&visit, item, answer)).await;
        assert_eq!((status, refused["code"].as_str()), (422, Some(code)), "{refused}");
    }
    let v4 = format!("/v1/responses/{}", Uuid::new_v4());
    let (status, refused) = at.member.visitor.put(&v4, &at.answer(&visit, "A02", metres(json!(1)))).await;
    assert_eq!((status, refused["code"].as_str()), (422, Some("id.not-version-7")));
    let (_, all) = at.reviewer.visitor.get(&format!("{visit}/responses")).await;
    assert_eq!(all["items"].as_array().map(Vec::len), Some(1));
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn late_answers_make_minutes_outdated_and_signed_ones_stand() {
    let at = Inspectorate::open().await;
    let visit = at.visit("planned", 1).await;
    at.on_site(&visit).await;
    at.answers_well(&visit, &["A02", "A03"]).await;
    at.leaves_open(&visit).await;
    assert_eq!(at.step(&at.member, &visit, "close-recording", Value::Null).await.status, 200);
    let text = json!({ "text": "Biên bản" });
    assert_eq!(at.step(&at.clerk, &visit, "minutes", text.clone()).await.status, 200);
    let late = at.answer(&visit, "A01", json!({ "type": "yes_no_na", "value": "no" }));
    let path = format!("/v1/responses/{}", Uuid::now_v7());
    assert_eq!(at.member.visitor.put(&path, &late).await.0, 201);
    let code = |answer: crate::harness::Answer| {
        (
            answer.status,
            answer.body["code"].as_str().or(answer.body["state"].as_str()).unwrap_or_default().to_owned(),
        )
    };
    let sign = async |who, side: &str, outcome: &str| {
        let mut said = signature(side, outcome);
        if outcome == "signature_refused" {
            said["reason"] = json!("Không đồng ý");
            said["witness"] = json!("Trần Thị Bình");
        }
        code(at.step(who, &visit, "sign", said).await)
    };
    assert_eq!(sign(&at.lead, "team", "signed").await, (409, "visit.minutes-outdated".into()));
    assert_eq!(at.step(&at.clerk, &visit, "minutes", text.clone()).await.status, 200);
    assert_eq!(sign(&at.head, "team", "signed").await, (403, "forbidden".into()));
    assert_eq!(sign(&at.lead, "team", "signed").await, (200, "minutes_ready".into()));
    assert_eq!(code(at.step(&at.clerk, &visit, "minutes", text).await), (409, "visit.minutes-signed".into()));
    let mut changed = late.clone();
    changed["base_version"] = json!(1);
    changed["note"] = json!("sửa");
    let (status, locked) = at.member.visitor.put(&path, &changed).await;
    assert_eq!((status, locked["code"].as_str()), (409, Some("visit.answers-locked")));
    assert_eq!(at.member.visitor.put(&path, &late).await.0, 200, "a repeat is no change");
    assert_eq!(sign(&at.head, "unit", "signature_refused").await, (200, "signature_refused".into()));
    assert_eq!(sign(&at.head, "unit", "signature_refused").await, (200, "signature_refused".into()));
    assert_eq!(sign(&at.head, "unit", "signed").await, (409, "visit.already-signed".into()));
    at.held_photo(&visit, "A01").await;
    assert_eq!(at.step(&at.lead, &visit, "submit", Value::Null).await.status, 200);
    let (status, closed) = at.member.visitor.put(&path, &changed).await;
    assert_eq!((status, closed["code"].as_str()), (409, Some("visit.closed")));
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn plans_change_only_for_who_read_them_and_before_the_team_is_told() {
    let at = Inspectorate::open().await;
    let visit = at.visit("planned", 24).await;
    let change = json!({ "planned_end": at.house.app.now() + jiff::SignedDuration::from_hours(30) });
    let patch = async |tag: Option<&str>| {
        let request = at.scheduler.visitor.request("PATCH", &visit).json(&change);
        let request = match tag {
            Some(tag) => request.header("if-match", tag),
            None => request,
        };
        at.scheduler.visitor.answer(request).await
    };
    assert_eq!(patch(None).await.status, 428);
    let changed = patch(Some("\"v1\"")).await;
    assert_eq!((changed.status, changed.header("etag")), (200, "\"v2\""));
    assert_eq!(patch(Some("\"v1\"")).await.status, 412);
    // The checklists and the period, too; an unknown one is refused by its place.
    let who = &at.scheduler.visitor;
    let amend = async |tag: &str, change: &Value| {
        who.answer(who.request("PATCH", &visit).header("if-match", tag).json(change)).await
    };
    let unknown = amend("\"v2\"", &json!({ "templates": [Uuid::new_v4()] })).await;
    assert_eq!((unknown.status, &unknown.body["errors"][0]["pointer"]), (422, &json!("/templates/0")));
    let other = at.house.owner("lai-chau").await.0;
    let second = at.house.checklist(other).await;
    let ours =
        format!("UPDATE templates SET owner_id = '{}', code = 'MD' WHERE owner_id = '{other}'", at.owner);
    at.house.sql().await.batch_execute(&ours).await.unwrap();
    let period = json!({ "templates": [second], "review_from": "2019-01-01", "review_to": "2021-12-31" });
    let amended = amend("\"v2\"", &period).await;
    assert_eq!((amended.status, &amended.body["templates"]), (200, &json!([second])), "{}", amended.body);
    assert_eq!(who.get(&visit).await.1["review_to"], "2021-12-31");
    assert_eq!(at.step(&at.lead, &visit, "dispatch", Value::Null).await.status, 200);
    let late = patch(Some("\"v4\"")).await;
    assert_eq!((late.status, late.body["code"].as_str()), (409, Some("visit.already-dispatched")));

    let (_, second) = at.scheduler.visitor.post("/v1/visits", &at.plan("planned", 24)).await;
    assert!(second["warnings"].as_array().unwrap().contains(&json!("overlapping_visit")), "{second}");
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_holds_all_a_phone_needs_and_says_when_nothing_changed() {
    let at = Inspectorate::open().await;
    let earlier = at.visit("planned", 1).await;
    signed(&at, &earlier).await;
    at.held_photo(&earlier, "A01").await;
    at.held_photo(&earlier, "A03").await;
    assert_eq!(at.step(&at.lead, &earlier, "submit", Value::Null).await.status, 200);
    let mut plan = at.plan("re_inspection", 48);
    plan["previous_visit"] = json!(id_of(&earlier));
    let made = at.scheduler.visitor.send("POST", "/v1/visits", Some(&plan)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let path = format!("{}/bundle", made.header("location"));

    let request = at.member.visitor.request("GET", &path).header("accept-encoding", "gzip");
    let packed = at.member.visitor.answer(request).await;
    assert_eq!((packed.status, packed.header("content-encoding")), (200, "gzip"));
    let bundle = at.member.visitor.send("GET", &path, None).await;
    assert_eq!(bundle.body["visit"]["unit_path"], "Xã Minh Quang, tỉnh Tuyên Quang");
    assert_eq!(bundle.body["templates"][0]["body"]["sections"][0]["items"][0]["code"], "A01");
    assert_eq!(bundle.body["earlier_findings"][0]["response"]["item"], "A03");
    let held = bundle.header("etag");
    let request = at.member.visitor.request("GET", &path).header("if-none-match", held);
    let unchanged = at.member.visitor.answer(request).await;
    assert_eq!((unchanged.status, unchanged.bytes.len()), (304, 0));
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_visits_hold_each_visit_once() {
    let at = Inspectorate::open().await;
    let mut expected = Vec::new();
    for n in 0..7 {
        expected.push(id_of(&at.visit("planned", 24 + n % 3).await).to_owned());
    }
    let mut seen = Vec::new();
    let filters =
        format!("campaign={}&unit={}&state=planned&state=dispatched&kind=planned", at.campaign, at.province);
    let mut path = format!("/v1/visits?limit=3&{filters}");
    loop {
        let (status, page) = at.scheduler.visitor.get(&path).await;
        assert_eq!(status, 200, "{page}");
        seen.extend(page["items"].as_array().unwrap().iter().map(|v| v["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/v1/visits?limit=3&{filters}&cursor={next}");
    }
    let starts: Vec<String> = seen.clone();
    seen.sort();
    seen.dedup();
    expected.sort();
    assert_eq!((seen, starts.len()), (expected, 7));
    for wrong in ["limit=0", "state=flying", "cursor=x", "colour=red", "from=yesterday"] {
        let (status, body) = at.scheduler.visitor.get(&format!("/v1/visits?{wrong}")).await;
        assert_eq!((status, body["code"].as_str()), (422, Some("invalid")), "{wrong}");
    }
    let elsewhere = at.scheduler.visitor.get(&format!("/v1/visits?unit={}", at.other_commune)).await.1;
    assert_eq!(elsewhere["items"], json!([]));
    at.house.close().await;
}
