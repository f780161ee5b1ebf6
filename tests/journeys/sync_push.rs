//! What phones did without a line is pushed: in order, each change for itself, the whole as often as it takes.

use crate::harness::{Holder, Inspectorate, Shot, Visitor, id_of, pictures};
use futures::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

pub(super) fn change(kind: &str, target: Value, body: Value) -> Value {
    json!({ "id": Uuid::now_v7(), "kind": kind, "target": target, "base_version": null, "body": body })
}

pub(super) fn based_on(mut change: Value, version: i32) -> Value {
    change["base_version"] = json!(version);
    change
}

/// A change of a visit.
pub(super) fn step(kind: &str, visit: &str, body: Value) -> Value {
    change(kind, json!({ "visit": id_of(visit) }), body)
}

pub(super) fn answers(at: &Inspectorate, visit: &str, (item, id): (&str, Uuid), answer: Value) -> Value {
    change("put_response", json!({ "response": id }), at.answer(visit, item, answer))
}

pub(super) fn host(visit: &str, id: Uuid, name: &str) -> Value {
    change("put_attendee", json!({ "attendee": id }), json!({ "visit": id_of(visit), "name": name }))
}

pub(super) fn guidance(visit: &str, id: Uuid, content: &str) -> Value {
    let body = json!({ "visit": id_of(visit), "guided": "Công chức một cửa", "content": content,
        "given_at": "2026-03-20T09:40:00+07:00" });
    change("put_guidance", json!({ "guidance": id }), body)
}

pub(super) fn promise(shot: &Shot) -> Value {
    change("declare_photo", json!({ "photo": shot.id }), shot.declaration.clone())
}

/// Pushes; the results.
pub(super) async fn push(who: &Visitor, changes: &[Value]) -> Vec<Value> {
    let (status, body) = who.post("/v1/sync", &json!({ "changes": changes })).await;
    assert_eq!(status, 200, "{body}");
    let results = body["results"].as_array().expect("results").clone();
    assert_eq!(results.len(), changes.len());
    for (result, change) in results.iter().zip(changes) {
        let id = change["id"].as_str().filter(|id| id.parse::<Uuid>().is_ok());
        assert_eq!(result["id"].as_str(), id, "by its id, or by nothing");
    }
    results
}

pub(super) fn outcomes(results: &[Value]) -> Vec<&str> {
    results.iter().map(|result| result["outcome"].as_str().expect("an outcome")).collect()
}

pub(super) fn codes(results: &[Value]) -> Vec<&str> {
    results.iter().map(|result| result["problem"]["code"].as_str().unwrap_or("-")).collect()
}

/// What the database holds, but for when sessions were last used.
async fn held(at: &Inspectorate) -> Vec<(String, String)> {
    let all = at.house.fingerprint().await;
    all.into_iter().filter(|(table, _)| table != "sessions").collect()
}

/// Everything from the door to both signatures, without a line.
fn a_day(at: &Inspectorate, visit: &str) -> (Vec<Value>, Shot) {
    let shot = Shot::of(id_of(visit).parse().expect("an id"), pictures::sharp(3)).with("item", "A01");
    let sign = |side: &str| json!({ "side": side, "outcome": "signed", "signer_name": "Nguyễn Văn An", "signer_position": "Chủ tịch" });
    let now = at.house.app.now();
    let day = vec![
        step("check_in", visit, json!({ "at": now, "device_clock": now })),
        host(visit, Uuid::now_v7(), "Nguyễn Thành Trung"),
        guidance(visit, Uuid::now_v7(), "Cách ghi sổ theo dõi"),
        answers(at, visit, ("A01", Uuid::now_v7()), json!({ "type": "yes_no_na", "value": "yes" })),
        answers(at, visit, ("A02", Uuid::now_v7()), json!({ "type": "number", "value": "40,5" })),
        answers(
            at,
            visit,
            ("A03", Uuid::now_v7()),
            json!({ "type": "ratio", "numerator": 34, "denominator": 36 }),
        ),
        promise(&shot),
        step("close_recording", visit, Value::Null),
        step("draft_minutes", visit, json!({ "text": "Biên bản kiểm tra" })),
        step("sign_minutes", visit, sign("team")),
        step("sign_minutes", visit, sign("unit")),
    ];
    (day, shot)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_day_without_a_line_is_pushed_at_once_and_however_often() {
    let at = Inspectorate::open().await;
    let visit = at.visit("surprise", 4).await;
    assert_eq!(at.step(&at.scheduler, &visit, "dispatch", Value::Null).await.status, 200);
    let (mut day, shot) = a_day(&at, &visit);

    let first = push(&at.lead.visitor, &day).await;
    assert_eq!(outcomes(&first), vec!["applied"; day.len()], "{first:?}");
    let statuses: Vec<&Value> = first.iter().map(|result| &result["status"]).collect();
    assert_eq!(json!(statuses), json!([200, 201, 201, 201, 201, 201, 201, 200, 200, 200, 200]));
    assert!(first.iter().all(|result| result["repeated"] == false && result["problem"].is_null()));

    // The state is what the operations by themselves would have made.
    let read = async |path: &str| at.lead.visitor.get(&format!("{visit}{path}")).await.1;
    let now = read("").await;
    assert_eq!((&now["state"], &now["sealed"]), (&json!("signed"), &json!(false)));
    assert_eq!(now["minutes"]["signatures"].as_array().map(Vec::len), Some(2));
    let responses = read("/responses").await;
    assert_eq!(responses["items"].as_array().map(Vec::len), Some(3));
    assert_eq!(responses["items"][1], first[4]["body"]);
    assert_eq!(read("/attendees").await["items"][0], first[1]["body"]);
    assert_eq!(read("/guidance").await["items"][0], first[2]["body"]);
    let photo = at.lead.visitor.get(&shot.path()).await.1;
    assert_eq!((&photo["state"], &photo["item"]), (&json!("announced"), &json!("A01")));

    // Again, with the clock as it is by then: the same results, and nothing anywhere is doubled.
    let before = held(&at).await;
    for _ in 0..3 {
        day[0]["body"]["device_clock"] = json!(at.house.app.now());
        day[6]["body"]["device_clock"] = json!("2026-03-20T21:00:00+07:00");
        let mut again = push(&at.lead.visitor, &day).await;
        assert!(again.iter().all(|result| result["repeated"] == true), "{again:?}");
        for result in &mut again {
            result["repeated"] = json!(false);
        }
        assert_eq!(again, first);
    }
    assert_eq!(held(&at).await, before);

    // The bytes come with a line; then it is handed in the same way.
    at.held_photo(&visit, "A01").await;
    at.held_photo(&visit, "A03").await;
    let done = push(&at.lead.visitor, &[step("submit_visit", &visit, Value::Null)]).await;
    assert_eq!((&done[0]["outcome"], &done[0]["body"]["state"]), (&json!("applied"), &json!("submitted")));
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_are_done_in_their_order_and_a_refusal_stops_nobody() {
    let at = Inspectorate::open().await;
    let visit = at.visit("planned", 1).await;
    assert_eq!(at.step(&at.scheduler, &visit, "dispatch", Value::Null).await.status, 200);
    let yes = json!({ "type": "yes_no_na", "value": "yes" });
    let early = answers(&at, &visit, ("A01", Uuid::now_v7()), yes.clone());
    let wrong = answers(&at, &visit, ("A02", Uuid::now_v7()), yes);
    let batch = [
        early,
        step("check_in", &visit, json!({ "at": at.house.app.now(), "device_clock": at.house.app.now() })),
        wrong,
        host(&visit, Uuid::now_v7(), "Nguyễn Thành Trung"),
    ];
    let first = push(&at.member.visitor, &batch).await;
    assert_eq!(outcomes(&first), ["refused", "applied", "refused", "applied"], "{first:?}");
    assert_eq!(codes(&first), ["visit.not-on-site", "-", "response.wrong-type", "-"]);
    assert_eq!((&first[0]["status"], &first[0]["body"]), (&json!(409), &Value::Null));
    assert_eq!(first[2]["problem"]["client_action"], "fix");
    // What was refused is looked at anew; by now the team is in the door.
    let again = push(&at.member.visitor, &batch).await;
    assert_eq!(outcomes(&again), ["applied", "applied", "refused", "applied"], "{again:?}");
    let repeated: Vec<&Value> = again.iter().map(|result| &result["repeated"]).collect();
    assert_eq!(json!(repeated), json!([false, true, false, true]));
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_clashes_is_kept_twice_and_says_so() {
    let at = Inspectorate::open().await;
    let visit = at.visit("planned", 1).await;
    at.on_site(&visit).await;
    let metres = |value: u32| json!({ "type": "number", "value": value });
    let id = Uuid::now_v7();
    let given = push(&at.member.visitor, &[answers(&at, &visit, ("A02", id), metres(41))]).await;
    assert_eq!((&given[0]["status"], &given[0]["body"]["version"]), (&json!(201), &json!(1)));

    // Two phones change what both have read; a third did not know of it.
    let won = based_on(answers(&at, &visit, ("A02", id), metres(42)), 1);
    let won = push(&at.lead.visitor, &[won]).await;
    assert_eq!((&won[0]["outcome"], &won[0]["body"]["version"]), (&json!("applied"), &json!(2)), "{won:?}");
    let late = based_on(answers(&at, &visit, ("A02", id), metres(43)), 1);
    let lost = push(&at.clerk.visitor, std::slice::from_ref(&late)).await;
    assert_eq!((&lost[0]["outcome"], &lost[0]["status"]), (&json!("conflict"), &json!(202)), "{lost:?}");
    assert_eq!(lost[0]["body"]["answer"]["value"], 43, "what is kept");
    assert_eq!(lost[0]["body"]["current"], won[0]["body"], "and what stands");
    let unread = answers(&at, &visit, ("A02", Uuid::now_v7()), metres(44));
    let beside = push(&at.member.visitor, &[unread]).await;
    assert_eq!(beside[0]["outcome"], "conflict", "{beside:?}");
    // Whoever has a line is asked to read first, as ever.
    let mut online = late["body"].clone();
    online["base_version"] = json!(1);
    online["answer"] = metres(45);
    let (status, refused) = at.clerk.visitor.put(&format!("/v1/responses/{id}"), &online).await;
    assert_eq!((status, &refused["code"]), (409, &json!("response.stale")), "{refused}");

    let again = push(&at.clerk.visitor, std::slice::from_ref(&late)).await;
    assert_eq!((&again[0]["outcome"], &again[0]["repeated"]), (&json!("conflict"), &json!(true)));
    assert_eq!(again[0]["body"], lost[0]["body"]);
    let list = at.lead.visitor.get(&format!("{visit}/responses")).await.1;
    assert_eq!(list["items"][0]["answer"]["value"], 42);
    let waiting = list["items"][0]["candidates"].as_array().expect("candidates");
    let waiting: Vec<&Value> = waiting.iter().map(|of| &of["answer"]["value"]).collect();
    assert_eq!(json!(waiting), json!([43, 44]));

    // The lead decides without a line, too.
    let candidate = lost[0]["body"]["id"].clone();
    let target = json!({ "visit": id_of(&visit), "candidate": candidate });
    let decided = push(&at.lead.visitor, &[change("decide_answer", target, json!({ "take": true }))]).await;
    assert_eq!(decided[0]["body"]["answer"]["value"], 43, "{decided:?}");
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_two_phones_corrected_keeps_both_texts() {
    let at = Inspectorate::open().await;
    let visit = at.visit("planned", 1).await;
    at.on_site(&visit).await;
    let (person, entry) = (Uuid::now_v7(), Uuid::now_v7());
    let first = [host(&visit, person, "Trung"), guidance(&visit, entry, "Ghi sổ")];
    let made = push(&at.member.visitor, &first).await;
    assert_eq!((&made[0]["body"]["version"], &made[1]["body"]["version"]), (&json!(1), &json!(1)));
    let mine = [
        based_on(host(&visit, person, "Nguyễn Thành Trung"), 1),
        based_on(guidance(&visit, entry, "Ghi sổ theo mẫu"), 1),
    ];
    let won = push(&at.member.visitor, &mine).await;
    assert_eq!(outcomes(&won), ["applied", "applied"], "{won:?}");
    assert_eq!(won[0]["body"]["version"], 2);
    let yours = [
        based_on(host(&visit, person, "Nguyễn Thanh Trung"), 1),
        based_on(guidance(&visit, entry, "Ghi sổ hằng ngày"), 1),
    ];
    let lost = push(&at.clerk.visitor, &yours).await;
    assert_eq!(outcomes(&lost), ["conflict", "conflict"], "{lost:?}");
    assert_eq!(lost[0]["body"]["said"]["name"], "Nguyễn Thanh Trung");
    assert_eq!(lost[0]["body"]["current"], won[0]["body"]);
    assert_eq!(lost[1]["body"]["said"]["content"], "Ghi sổ hằng ngày");
    assert_eq!(lost[1]["body"]["current"], won[1]["body"]);
    // Said once more by the operation itself, it is kept no second time.
    let mut said = yours[0]["body"].clone();
    said["base_version"] = json!(1);
    let (status, again) = at.clerk.visitor.put(&format!("/v1/attendees/{person}"), &said).await;
    assert_eq!((status, &again["current"]), (202, &lost[0]["body"]["current"]), "{again}");

    let standing = at.lead.visitor.get(&format!("{visit}/attendees")).await.1;
    assert_eq!(standing["items"], json!([won[0]["body"]]));
    let log = at.lead.visitor.get(&format!("{visit}/log")).await.1;
    let lines: Vec<&Value> = log["items"].as_array().expect("lines").iter().collect();
    let told = |deed: &str| lines.iter().filter(|line| line["deed"] == deed).copied().collect::<Vec<_>>();
    let hosts = told("visit.host_kept_beside");
    assert_eq!(hosts.len(), 1, "{lines:?}");
    assert_eq!(hosts[0]["details"]["said"]["name"], "Nguyễn Thanh Trung");
    assert_eq!(hosts[0]["details"]["kept"]["name"], "Nguyễn Thành Trung");
    let guided = told("visit.guidance_kept_beside");
    assert_eq!((guided.len(), &guided[0]["details"]["said"]["content"]), (1, &json!("Ghi sổ hằng ngày")));
    // Whoever names no version has not read what stands; whoever names it corrects it.
    let unread = push(&at.clerk.visitor, &[host(&visit, person, "Ông Trung")]).await;
    assert_eq!((&unread[0]["outcome"], &unread[0]["body"]["current"]), (&json!("conflict"), &won[0]["body"]));
    let last = push(&at.clerk.visitor, &[based_on(host(&visit, person, "Ông Trung"), 2)]).await;
    assert_eq!((&last[0]["outcome"], &last[0]["body"]["version"]), (&json!("applied"), &json!(3)));

    // What is said of an entry that somebody took back meanwhile is refused, and kept all the same: once.
    for path in [format!("{visit}/attendees/{person}"), format!("{visit}/guidance/{entry}")] {
        assert_eq!(at.member.visitor.send("DELETE", &path, None).await.status, 204);
    }
    let after = [
        based_on(host(&visit, person, "Bà Thanh"), 3),
        based_on(guidance(&visit, entry, "Ghi sổ hằng tuần"), 2),
    ];
    for _ in 0..2 {
        let refused = push(&at.clerk.visitor, &after).await;
        assert_eq!(codes(&refused), ["entry.taken-back", "entry.taken-back"], "{refused:?}");
    }
    let log = at.lead.visitor.get(&format!("{visit}/log")).await.1;
    let lines = log["items"].as_array().expect("lines");
    let said =
        |field: &str, text: &str| lines.iter().filter(|of| of["details"]["said"][field] == text).count();
    assert_eq!((said("name", "Bà Thanh"), said("content", "Ghi sổ hằng tuần")), (1, 1), "{lines:?}");
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_stands_for_one_change_of_one_person() {
    let at = Inspectorate::open().await;
    let visit = at.visit("planned", 1).await;
    at.on_site(&visit).await;
    let first = host(&visit, Uuid::now_v7(), "Nguyễn Thành Trung");
    assert_eq!(push(&at.member.visitor, std::slice::from_ref(&first)).await[0]["outcome"], "applied");
    let mut other = first.clone();
    other["body"]["name"] = json!("Lê Văn Tám");
    let refused = push(&at.member.visitor, &[other.clone(), first.clone()]).await;
    assert_eq!(outcomes(&refused), ["refused", "applied"], "{refused:?}");
    assert_eq!(
        (codes(&refused)[0], &refused[0]["problem"]["client_action"]),
        ("sync.id-taken", &json!("fix"))
    );
    assert_eq!(refused[0]["problem"]["errors"][0]["pointer"], "/changes/0/id", "{refused:?}");
    // Another person's change of the same id is another one; and no header is ever taken for a change.
    other["target"]["attendee"] = json!(Uuid::now_v7());
    let theirs = push(&at.clerk.visitor, &[other]).await;
    assert_eq!((&theirs[0]["outcome"], &theirs[0]["repeated"]), (&json!("applied"), &json!(false)));
    let id = first["id"].as_str().expect("an id");
    let keyed = at.member.visitor.request("POST", "/v1/sync").header("Idempotency-Key", id);
    let keyed = at.member.visitor.answer(keyed.json(&json!({ "changes": [first] }))).await;
    assert_eq!((keyed.status, keyed.header("idempotency-replayed")), (200, ""));
    assert_eq!(keyed.body["results"][0]["repeated"], true);
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_times_the_same_push_at_once_has_one_effect() {
    let at = Inspectorate::open().await;
    let visit = at.visit("planned", 1).await;
    assert_eq!(at.step(&at.scheduler, &visit, "dispatch", Value::Null).await.status, 200);
    let (day, _) = a_day(&at, &visit);
    let body = json!({ "changes": day });
    let sent = join_all((0..50).map(|_| at.lead.visitor.send("POST", "/v1/sync", Some(&body)))).await;
    for answer in &sent {
        // More at once than there are connections: some are told to come back.
        assert!(matches!(answer.status, 200 | 503), "{} {}", answer.status, answer.body);
        for result in answer.body["results"].as_array().into_iter().flatten() {
            let outcome = result["outcome"].as_str().expect("an outcome");
            assert!(matches!(outcome, "applied" | "not_tried"), "{result}");
        }
    }
    let last = push(&at.lead.visitor, &day).await;
    assert_eq!(outcomes(&last), vec!["applied"; day.len()], "{last:?}");
    let lines = "SELECT deed, count(*) FROM custody WHERE visit_id = $1::text::uuid
        AND deed NOT IN ('visit.minutes_signed', 'response.given') GROUP BY deed HAVING count(*) > 1";
    let twice = at.house.sql().await.query(lines, &[&id_of(&visit)]).await.expect("the log");
    let twice: Vec<String> = twice.iter().map(|row| row.get(0)).collect();
    assert!(twice.is_empty(), "{twice:?}");
    let deeds = "SELECT count(*) FROM custody WHERE deed IN ('visit.minutes_signed', 'response.given')";
    assert_eq!(at.house.sql().await.query_one(deeds, &[]).await.expect("a count").get::<_, i64>(0), 5);
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_read_is_named_by_its_place_and_stops_nobody() {
    let at = Inspectorate::open().await;
    let visit = at.visit("planned", 1).await;
    at.on_site(&visit).await;
    let mut v4 = host(&visit, Uuid::now_v7(), "A");
    v4["id"] = json!(Uuid::new_v4());
    let mut odd = answers(&at, &visit, ("A02", Uuid::now_v7()), json!({ "type": "number", "value": 40 }));
    odd["body"]["answer"] = json!(7);
    let mut long = host(&visit, Uuid::now_v7(), "Nguyễn Thành Trung");
    long["body"]["positions"] = json!(["", "Chủ tịch"]);
    let good = guidance(&visit, Uuid::now_v7(), "Ghi sổ");
    let batch = [
        v4,
        change("grant_role", json!({ "visit": id_of(&visit) }), json!({})),
        change("check_in", json!({}), json!({})),
        odd,
        change("put_attendee", json!({ "attendee": Uuid::new_v4() }), long["body"].clone()),
        long,
        json!({ "id": 7, "kind": "check_in" }),
        based_on(step("check_in", &visit, json!({ "at": at.house.app.now() })), 3),
        good.clone(),
        good,
    ];
    let results = push(&at.member.visitor, &batch).await;
    let places: Vec<&Value> =
        results.iter().map(|result| &result["problem"]["errors"][0]["pointer"]).collect();
    assert_eq!(
        json!(places),
        json!([
            "/changes/0/id",
            "/changes/1/kind",
            "/changes/2/target/visit",
            "/changes/3/body/answer",
            "/changes/4/target/attendee",
            "/changes/5/body/positions/0",
            "/changes/6/id",
            "/changes/7/base_version",
            null,
            null
        ]),
        "{results:#?}"
    );
    assert!(results.iter().take(8).all(|result| result["outcome"] == "refused" && result["status"] == 422));
    // The same change twice in one push is one change.
    assert_eq!((&results[8]["repeated"], &results[9]["repeated"]), (&json!(false), &json!(true)));
    assert_eq!(results[8]["body"], results[9]["body"]);

    let many = vec![step("check_in", &visit, json!({})); 201];
    for (changes, place) in [(json!([]), "/changes"), (json!(many), "/changes"), (json!(7), "/changes")] {
        let (status, told) = at.member.visitor.post("/v1/sync", &json!({ "changes": changes })).await;
        assert_eq!((status, &told["errors"][0]["pointer"]), (422, &json!(place)), "{told}");
    }
    let (status, told) = at.member.visitor.post("/v1/sync", &json!({ "changes": [], "x": 1 })).await;
    assert_eq!((status, &told["errors"][0]["pointer"]), (422, &json!("/x")), "{told}");
    at.house.close().await;
}

/// R26: what is pushed about a visit one may not know of is answered like an id nobody ever gave.
#[tokio::test(flavor = "multi_thread")]
async fn a_push_tells_nothing_of_a_sealed_visit() {
    let at = Inspectorate::open().await;
    let visit = at.visit("surprise", 4).await;
    let nobody = format!("/v1/visits/{}", Uuid::new_v4());
    let pushes = async |who: &Holder, visit: &str| {
        let (changes, _) = a_day(&at, visit);
        let mut results = push(&who.visitor, &changes).await;
        for result in &mut results {
            result["id"] = Value::Null;
            result["problem"]["instance"] = Value::Null;
        }
        results
    };
    for who in [&at.member, &at.clerk, &at.reviewer, &at.head] {
        let sealed = pushes(who, &visit).await;
        assert_eq!(sealed, pushes(who, &nobody).await);
        assert!(sealed.iter().all(|result| result["status"] == 404), "{sealed:?}");
    }
    assert_eq!(at.house.deeds(id_of(&visit)).await, ["visit.scheduled"]);
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_is_not_told_again_to_whoever_left_the_team() {
    let at = Inspectorate::open().await;
    let visit = at.visit("surprise", 4).await;
    assert_eq!(at.step(&at.scheduler, &visit, "dispatch", Value::Null).await.status, 200);
    let arrival = [step("disclose_visit", &visit, json!({ "reason": "Đến nơi" }))];
    assert_eq!(push(&at.lead.visitor, &arrival).await[0]["outcome"], "applied");
    let left = format!("UPDATE team_members SET removed_at = now() WHERE account_id = '{}'", at.lead.account);
    at.house.sql().await.batch_execute(&left).await.expect("somebody leaves");
    let after = push(&at.lead.visitor, &arrival).await;
    assert_eq!((&after[0]["outcome"], codes(&after)[0]), (&json!("refused"), "not-found"), "{after:?}");
    assert_eq!(after[0]["body"], Value::Null);
    at.house.close().await;
}
