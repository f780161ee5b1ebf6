//! A phone keeps up by pulling: it is told everything its person may see, once, and what is gone; nothing of what is secret.

use super::findings::{self, confirmed, recorded};
use super::remedies::step;
use super::secrecy::outsiders;
use crate::harness::{Follower, Holder, Inspectorate, Shot, id_of, pictures};
use fieldproof::domain::actor::Role;
use fieldproof::flows::visits::pull::forget;
use futures::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

const NOTHING: [&str; 0] = [];

async fn put(who: &Holder, path: &str, said: &Value) {
    let (status, body) = who.visitor.put(path, said).await;
    assert!([200, 201].contains(&status), "{path}: {status} {body}");
}

async fn host(at: &Inspectorate, visit: &str, name: &str) -> Uuid {
    let id = Uuid::now_v7();
    let said = json!({ "visit": id_of(visit), "name": name });
    put(&at.member, &format!("/v1/attendees/{id}"), &said).await;
    id
}

async fn guidance(at: &Inspectorate, visit: &str) -> Uuid {
    let id = Uuid::now_v7();
    let said = json!({ "visit": id_of(visit), "guided": "Công chức một cửa", "content": "Cách ghi sổ",
        "given_at": "2026-03-20T09:40:00+07:00" });
    put(&at.member, &format!("/v1/guidance/{id}"), &said).await;
    id
}

/// A photo of a visit, received and examined.
async fn photo(at: &Inspectorate, visit: &str) -> Shot {
    let shot = Shot::of(id_of(visit).parse().expect("an id"), pictures::sharp(1)).with("item", "A01");
    assert_eq!(shot.send(&at.member.visitor).await.status, 201);
    at.house.work().await;
    shot
}

/// A visit of which something of every kind is told: answers, one of them clashing, who received the team, guidance, photos,
/// findings, a recommendation, minutes.
async fn full(at: &Inspectorate, kind: &str) -> String {
    let visit = at.visit(kind, 10).await;
    at.on_site(&visit).await;
    at.answers_well(&visit, &["A02", "A03"]).await;
    let no = at.answer(&visit, "A01", json!({ "type": "yes_no_na", "value": "no" }));
    put(&at.member, &format!("/v1/responses/{}", Uuid::now_v7()), &no).await;
    host(at, &visit, "Nguyễn Thành Trung").await;
    guidance(at, &visit).await;
    photo(at, &visit).await;
    let asked = json!({ "text": "Đeo thẻ công chức", "addressees": [at.commune] });
    assert_eq!(at.lead.visitor.post(&format!("{visit}/recommendations"), &asked).await.0, 201);
    assert_eq!(at.step(&at.member, &visit, "close-recording", Value::Null).await.status, 200);
    let drafted = at.step(&at.clerk, &visit, "minutes", json!({ "text": "Biên bản" })).await;
    assert_eq!(drafted.status, 200, "{}", drafted.body);
    visit
}

async fn signed(at: &Inspectorate, visit: &str) {
    for side in ["team", "unit"] {
        let said = json!({ "side": side, "outcome": "signed", "signer_name": "Nguyễn Văn An",
            "signer_position": "Chủ tịch UBND xã" });
        let done = at.step(&at.lead, visit, "sign", said).await;
        assert_eq!(done.status, 200, "{}", done.body);
    }
}

async fn cancel(at: &Inspectorate, visit: &str) {
    let done = at.step(&at.scheduler, visit, "cancel", json!({ "reason": "Bão" })).await;
    assert_eq!(done.status, 200, "{}", done.body);
}

/// Seats exactly these, by role.
pub(super) async fn seat(at: &Inspectorate, members: &[(Uuid, &str)]) {
    let team = format!("/v1/campaigns/{}/teams/{}", at.campaign, at.team);
    let who = &at.scheduler.visitor;
    let read = who.send("GET", &team, None).await;
    let members: Vec<Value> = members
        .iter()
        .map(|(account, role)| json!({ "account": account, "role": role, "position": "Chuyên viên" }))
        .collect();
    let request = who.request("PUT", &format!("{team}/members")).header("if-match", read.header("etag"));
    let done = who.answer(request.json(&json!({ "members": members }))).await;
    assert_eq!(done.status, 200, "{}", done.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_begins_is_told_what_single_readings_tell_whoever_holds_it() {
    let at = Inspectorate::open().await;
    let first = full(&at, "surprise").await;
    let second = full(&at, "planned").await;
    at.visit("planned", 40).await;
    at.visit("surprise", 50).await;
    let gone = at.visit("planned", 60).await;
    cancel(&at, &gone).await;
    let staff = at.house.holder("Công chức xã", &[(Role::UnitStaff, at.owner, Some(at.commune))]).await;
    for is_signed in [false, true] {
        if is_signed {
            signed(&at, &first).await;
            signed(&at, &second).await;
        }
        for who in [&at.scheduler, &at.lead, &at.member, &at.reviewer, &at.head, &staff, &at.authority] {
            for limit in [200, 7, 1] {
                let mut phone = Follower::new(&who.visitor);
                let told = phone.catch_up(limit).await;
                phone.holds_the_truth().await;
                assert_eq!(told.len(), phone.held.len(), "each thing is told once");
                assert_eq!(phone.catch_up(limit).await, NOTHING, "and never again");
            }
        }
    }
    let kinds: std::collections::BTreeSet<String> = {
        let mut phone = Follower::new(&at.lead.visitor);
        phone.catch_up(200).await;
        phone.held.keys().map(|(_, kind, _)| kind.clone()).collect()
    };
    let all = ["attendee", "finding", "guidance", "minutes", "photo", "recommendation", "response", "visit"];
    assert_eq!(kinds.iter().collect::<Vec<_>>(), all.iter().collect::<Vec<_>>());
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_each_deed_what_it_changed_is_told_and_nothing_else() {
    let at = Inspectorate::open().await;
    let visit = at.visit("planned", 10).await;
    let mut phone = Follower::new(&at.lead.visitor);
    assert_eq!(phone.catch_up(100).await, ["whole"]);
    at.on_site(&visit).await;
    assert_eq!(phone.catch_up(100).await, ["visit"]);

    let answer = format!("/v1/responses/{}", Uuid::now_v7());
    let mut said = at.answer(&visit, "A01", json!({ "type": "yes_no_na", "value": "yes" }));
    put(&at.member, &answer, &said).await;
    assert_eq!(phone.catch_up(100).await, ["response"]);
    said["answer"]["value"] = json!("no");
    said["base_version"] = json!(1);
    put(&at.member, &answer, &said).await;
    assert_eq!(phone.catch_up(100).await, ["response"]);
    let other = at.answer(&visit, "A01", json!({ "type": "yes_no_na", "value": "yes" }));
    let (status, beside) = at.clerk.visitor.put(&format!("/v1/responses/{}", Uuid::now_v7()), &other).await;
    assert_eq!(status, 202, "{beside}");
    assert_eq!(phone.catch_up(100).await, ["response"]);
    phone.holds_the_truth().await;
    let decide = format!("{visit}/answer-candidates/{}/decide", beside["id"].as_str().unwrap());
    assert_eq!(at.lead.visitor.post(&decide, &json!({ "take": false })).await.0, 200);
    assert_eq!(phone.catch_up(100).await, ["response"]);

    let attendee = host(&at, &visit, "Nguyễn Thành Trung").await;
    let entry = guidance(&at, &visit).await;
    assert_eq!(phone.catch_up(100).await, ["attendee", "guidance"]);
    for path in [format!("{visit}/attendees/{attendee}"), format!("{visit}/guidance/{entry}")] {
        assert_eq!(at.member.visitor.send("DELETE", &path, None).await.status, 204);
    }
    assert_eq!(phone.catch_up(100).await, ["attendee", "guidance"]);
    phone.holds_the_truth().await;

    let shot = photo(&at, &visit).await;
    assert_eq!(phone.catch_up(100).await, ["photo"]);
    phone.holds_the_truth().await;
    let why = json!({ "reason": "Chụp nhầm" });
    assert_eq!(at.member.visitor.post(&format!("{}/withdraw", shot.path()), &why).await.0, 200);
    assert_eq!(phone.catch_up(100).await, ["photo"]);
    at.answers_well(&visit, &["A02", "A03"]).await;
    photo(&at, &visit).await;
    assert_eq!(at.step(&at.member, &visit, "close-recording", Value::Null).await.status, 200);
    phone.catch_up(3).await;
    phone.holds_the_truth().await;

    // A finding shows the photos of its item, and follows them.
    photo(&at, &visit).await;
    assert_eq!(phone.catch_up(100).await, ["finding", "photo"]);
    phone.holds_the_truth().await;
    assert_eq!(at.step(&at.clerk, &visit, "minutes", json!({ "text": "Biên bản" })).await.status, 200);
    assert_eq!(phone.catch_up(100).await, ["visit", "minutes"]);
    signed(&at, &visit).await;
    phone.catch_up(100).await;
    // What an addendum corrects is told as the answer it corrects.
    let added =
        json!({ "item": "A01", "answer": { "type": "yes_no_na", "value": "yes" }, "reason": "Ở phòng bên" });
    let (status, told) = at.lead.visitor.post(&format!("{visit}/minutes/addenda"), &added).await;
    assert_eq!(status, 201, "{told}");
    assert_eq!(phone.catch_up(100).await, ["visit", "minutes", "response", "finding"]);
    phone.holds_the_truth().await;
    assert_eq!(phone.catch_up(100).await, NOTHING);
    at.house.close().await;
}

/// An action is told to its owners once it is issued, and what shows it done to whoever may look at it.
#[tokio::test(flavor = "multi_thread")]
async fn actions_are_told_as_they_go_on() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let finding = confirmed(&at, &visit, "A01", json!({})).await;
    confirmed(&at, &visit, "A02", json!({})).await;
    at.held_photo(&visit, "A01").await;
    findings::signed(&at, &visit).await;
    for next in ["submit", "finalise"] {
        assert_eq!(at.step(&at.lead, &visit, next, Value::Null).await.status, 200, "{next}");
    }
    let staff = at.house.holder("Công chức xã", &[(Role::UnitStaff, at.owner, Some(at.commune))]).await;
    let mut phones: Vec<Follower> =
        [&at.lead, &at.head, &staff, &at.reviewer].map(|who| Follower::new(&who.visitor)).into();
    let truth = async |phones: &mut [Follower]| {
        let mut told = Vec::new();
        for phone in phones {
            told.push(phone.catch_up(3).await);
            phone.holds_the_truth().await;
        }
        told
    };
    truth(&mut phones).await;
    let new = json!({ "visit": id_of(&visit), "kind": "correction", "title": "Niêm yết lại",
        "owners": [at.commune], "findings": [id_of(&finding)] });
    let made = at.lead.visitor.send("POST", "/v1/corrective-actions", Some(&new)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let action = made.header("location").to_owned();
    let told = truth(&mut phones).await;
    assert_eq!((&told[0], &told[1], &told[2]), (&vec!["action".to_owned()], &Vec::new(), &Vec::new()));

    let due = json!({ "due_on": "2030-01-31" });
    assert_eq!(step(&at.scheduler, &action, "issue", due).await.0, 200);
    for told in truth(&mut phones).await {
        assert!(told.contains(&"action".to_owned()), "{told:?}");
    }
    let shot = Shot::of(id_of(&visit).parse().expect("an id"), pictures::sharp(3));
    let shot = shot.with("item", Value::Null).with("action", id_of(&action));
    assert_eq!(staff.visitor.put(&shot.path(), &shot.declaration).await.0, 201);
    assert_eq!(staff.visitor.answer(shot.sending(&staff.visitor)).await.status, 201);
    at.house.work().await;
    for told in truth(&mut phones).await {
        assert!(told.contains(&"photo".to_owned()), "{told:?}");
    }
    assert_eq!(step(&at.head, &action, "accept", Value::Null).await.0, 200);
    for told in truth(&mut phones).await {
        assert_eq!(told, ["action"]);
    }
    // Who begins is told the same.
    let mut anew: Vec<Follower> =
        [&at.lead, &at.head, &staff, &at.reviewer].map(|who| Follower::new(&who.visitor)).into();
    truth(&mut anew).await;
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_may_see_no_more_leaves_their_phone() {
    let at = Inspectorate::open().await;
    let visit = full(&at, "surprise").await;
    let called_off = at.visit("planned", 30).await;
    let sealed = at.visit("surprise", 50).await;
    let clear = json!({ "account": at.authority.account });
    let cleared = at.step(&at.scheduler, &sealed, "clearances", clear).await;
    assert!(cleared.status < 300, "{}", cleared.body);
    let mut member = Follower::new(&at.member.visitor);
    let mut head = Follower::new(&at.head.visitor);
    let mut authority = Follower::new(&at.authority.visitor);
    for phone in [&mut member, &mut head, &mut authority] {
        phone.catch_up(100).await;
        phone.holds_the_truth().await;
    }
    assert!(authority.held.keys().any(|(of, ..)| of == id_of(&sealed)));
    assert!(!head.held.keys().any(|(of, ..)| of == id_of(&sealed)));

    cancel(&at, &called_off).await;
    let ended = format!("{sealed}/clearances/{}", at.authority.account);
    assert_eq!(at.scheduler.visitor.send("DELETE", &ended, None).await.status, 204);
    let before = member.cursor.clone();
    assert_eq!(member.catch_up(100).await, ["gone"]);
    assert_eq!(head.catch_up(100).await, ["gone"]);
    assert_eq!(authority.catch_up(100).await, ["gone", "gone"]);
    // Where the answer was lost, again; and never after it arrived.
    let mut lost = member.back_at(before);
    assert_eq!(lost.catch_up(100).await, ["gone"]);
    for phone in [&mut lost, &mut head, &mut authority] {
        assert_eq!(phone.catch_up(100).await, NOTHING);
        phone.holds_the_truth().await;
    }

    seat(&at, &[(at.lead.account, "lead"), (at.clerk.account, "clerk")]).await;
    assert_eq!(lost.catch_up(100).await, ["gone"]);
    assert!(lost.held.is_empty());
    seat(&at, &[(at.lead.account, "lead"), (at.clerk.account, "clerk"), (at.member.account, "member")]).await;
    assert_eq!(lost.catch_up(100).await[0], "whole", "back on the team: all of it again");
    lost.holds_the_truth().await;
    assert!(lost.held.keys().any(|(of, ..)| of == id_of(&visit)));
    at.house.close().await;
}

/// R26: a pull is the same with and without a sealed visit, whatever becomes of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_visit_leaves_no_trace_on_the_phones_of_others() {
    let at = Inspectorate::open().await;
    at.visit("planned", 30).await;
    let people = outsiders(&at).await;
    let mut phones: Vec<Follower> = people.iter().map(|(_, who)| Follower::new(&who.visitor)).collect();
    for phone in &mut phones {
        phone.catch_up(100).await;
    }
    let quiet = async |phones: &[Follower], when: &str| {
        for (phone, (role, who)) in phones.iter().zip(&people) {
            let page = phone.ask(1).await;
            assert_eq!(page["items"], json!([]), "{role} {when}");
            assert_eq!(page["more"], false, "{role} {when}");
            let next = page["next"].as_str().unwrap();
            assert_eq!(Some(next.len()), phone.cursor.as_ref().map(String::len), "{role} {when}");
            let mut anew = Follower::new(&who.visitor);
            anew.catch_up(100).await;
            assert_eq!(anew.held, phone.held, "{role} {when}");
        }
    };
    let sealed = at.visit("surprise", 10).await;
    quiet(&phones, "sealed").await;
    assert_eq!(at.step(&at.scheduler, &sealed, "dispatch", Value::Null).await.status, 200);
    quiet(&phones, "dispatched").await;
    cancel(&at, &sealed).await;
    quiet(&phones, "called off and never disclosed").await;

    let second = at.visit("surprise", 9).await;
    at.on_site(&second).await;
    for (phone, (role, _)) in phones.iter_mut().zip(&people) {
        let sees = ["oversight", "reviewer", "authority", "head", "staff"].contains(role);
        assert_eq!(phone.catch_up(100).await, if sees { vec!["whole"] } else { vec![] }, "{role} disclosed");
        phone.holds_the_truth().await;
    }
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_costs_nothing_however_often_it_is_asked_for() {
    let at = Inspectorate::open().await;
    let visit = full(&at, "planned").await;
    let mut phone = Follower::new(&at.lead.visitor);
    let mut old = Vec::new();
    for _ in 0..3 {
        phone.pull(3).await;
        old.push(phone.clone());
        // Asked for again and again, at once too: the same answer, and the same place.
        let asked = join_all((0..6).map(|_| phone.ask(4))).await;
        assert!(asked.iter().all(|page| page["items"] == asked[0]["items"]), "{asked:?}");
        phone.keep(&asked[3]);
        host(&at, &visit, "Người tiếp đoàn").await;
    }
    phone.catch_up(5).await;
    phone.holds_the_truth().await;
    let attendee = host(&at, &visit, "Người vào nhầm").await;
    phone.catch_up(5).await;
    assert_eq!(
        at.member.visitor.send("DELETE", &format!("{visit}/attendees/{attendee}"), None).await.status,
        204
    );
    // A phone that comes back with an older cursor, and what it held then, ends with the same.
    for phone in &mut old {
        phone.catch_up(2).await;
        phone.holds_the_truth().await;
    }
    phone.catch_up(2).await;
    phone.holds_the_truth().await;
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_of_somebody_else_is_as_good_as_none() {
    let at = Inspectorate::open().await;
    at.visit("planned", 10).await;
    let mut phone = Follower::new(&at.lead.visitor);
    phone.catch_up(10).await;
    let cursor = phone.cursor.clone().unwrap();
    let list = at.lead.visitor.get("/v1/visits?limit=1").await.1;
    assert_eq!(list["next"], Value::Null);
    at.visit("planned", 20).await;
    let of_list = at.lead.visitor.get("/v1/visits?limit=1").await.1["next"].as_str().unwrap().to_owned();
    let other = if cursor.as_bytes()[10] == b'a' { "b" } else { "a" };
    let garbled = format!("{}{other}{}", &cursor[..10], &cursor[11..]);
    let refused = async |who: &Holder, cursor: &str| {
        let (status, body) = who.visitor.get(&format!("/v1/sync?cursor={cursor}")).await;
        (status, body["code"].clone(), body["detail"].clone(), body["errors"].clone())
    };
    let none = refused(&at.lead, "x").await;
    assert_eq!((none.0, &none.3[0]["code"]), (422, &json!("parameter.cursor")));
    for (who, cursor) in
        [(&at.lead, &garbled), (&at.lead, &of_list), (&at.member, &cursor), (&at.scheduler, &cursor)]
    {
        assert_eq!(refused(who, cursor).await, none);
    }
    for limit in ["0", "201", "-1", "x"] {
        let status = at.lead.visitor.get(&format!("/v1/sync?limit={limit}")).await.0;
        assert!([400, 422].contains(&status), "{limit}: {status}");
    }

    // A memory that was restored from a backup knows less than the phone, and says so.
    let sql = at.house.sql().await;
    sql.batch_execute("UPDATE followers SET seq = seq - 1").await.unwrap();
    assert_eq!(refused(&at.lead, &cursor).await, none);
    sql.batch_execute("UPDATE followers SET seq = seq + 1, used_at = used_at - interval '89 days'")
        .await
        .unwrap();
    phone.catch_up(10).await;
    let last = phone.cursor.clone().unwrap();
    sql.batch_execute("UPDATE followers SET used_at = used_at - interval '91 days'").await.unwrap();
    assert_eq!(refused(&at.lead, &last).await, none);
    forget(&at.house.app).await.unwrap();
    let left = "SELECT (SELECT count(*) FROM followers) + (SELECT count(*) FROM followed_visits)";
    assert_eq!(sql.query_one(left, &[]).await.unwrap().get::<_, i64>(0), 0);

    // Who begins anew again and again leaves no more behind than twenty phones would.
    let first = Follower::new(&at.lead.visitor).ask(1).await["next"].as_str().unwrap().to_owned();
    for _ in 0..20 {
        Follower::new(&at.lead.visitor).ask(1).await;
    }
    assert_eq!(refused(&at.lead, &first).await, none);
    at.house.close().await;
}

/// What a right shows or hides of a visit is told without any line in the visit's log.
#[tokio::test(flavor = "multi_thread")]
async fn a_role_given_or_taken_changes_what_is_told_of_the_same_visit() {
    let at = Inspectorate::open().await;
    full(&at, "planned").await;
    let staff = at.house.holder("Công chức xã", &[(Role::UnitStaff, at.owner, Some(at.commune))]).await;
    let mut phone = Follower::new(&staff.visitor);
    phone.catch_up(100).await;
    let shows = |phone: &Follower, kind: &str| phone.held.keys().any(|(_, of, _)| of == kind);
    assert!(!shows(&phone, "photo") && !shows(&phone, "finding"));
    let sql = at.house.sql().await;
    let grant = format!(
        "INSERT INTO grants (id, account_id, role, owner_id, granted_at)
         VALUES (gen_random_uuid(), '{}', 'reviewer', '{}', now())",
        staff.account, at.owner
    );
    sql.batch_execute(&grant).await.unwrap();
    assert_eq!(phone.catch_up(3).await[0], "whole");
    assert!(shows(&phone, "photo") && shows(&phone, "finding"));
    phone.holds_the_truth().await;
    let take = format!(
        "UPDATE grants SET revoked_at = now() WHERE account_id = '{}' AND role = 'reviewer'",
        staff.account
    );
    sql.batch_execute(&take).await.unwrap();
    let lost = phone.clone();
    phone.catch_up(3).await;
    assert!(!shows(&phone, "photo") && !shows(&phone, "finding"));
    phone.holds_the_truth().await;
    let mut again = lost;
    again.catch_up(100).await;
    again.holds_the_truth().await;
    // A grant that shows nothing new is nothing to tell.
    let twice = format!(
        "INSERT INTO grants (id, account_id, role, owner_id, unit_id, granted_at)
         VALUES (gen_random_uuid(), '{}', 'unit_staff', '{}', '{}', now())",
        staff.account, at.owner, at.province
    );
    sql.batch_execute(&twice).await.unwrap();
    assert_eq!(again.catch_up(100).await, NOTHING);
    at.house.close().await;
}

/// Deeds become visible when they commit, whatever time they carry: one that commits late is told late, and told.
#[tokio::test(flavor = "multi_thread")]
async fn a_deed_that_commits_late_is_told_though_later_ones_were_told_before() {
    let at = Inspectorate::open().await;
    let (slow, quick) = (at.visit("planned", 10).await, at.visit("planned", 12).await);
    at.on_site(&slow).await;
    at.on_site(&quick).await;
    let mut phone = Follower::new(&at.lead.visitor);
    phone.catch_up(100).await;
    let sql = at.house.sql().await;
    let id = Uuid::now_v7();
    let deed = format!(
        "BEGIN; UPDATE visits SET last_log_number = last_log_number + 1 WHERE id = '{visit}';
         INSERT INTO visit_attendees (id, visit_id, name, office, positions, recorded_by, recorded_at)
           VALUES ('{id}', '{visit}', 'Đến muộn', '', '{{}}', '{by}', now() - interval '1 hour');
         INSERT INTO custody (at, visit_id, visit_number, deed, object_kind, object_id, details)
           SELECT now() - interval '1 hour', id, last_log_number, 'visit.received_by', 'attendee', '{id}', '{{}}'
           FROM visits WHERE id = '{visit}'",
        visit = id_of(&slow),
        by = at.member.account
    );
    sql.batch_execute(&deed).await.unwrap();
    host(&at, &quick, "Đến sau, xong trước").await;
    assert_eq!(phone.catch_up(100).await, ["attendee"]);
    assert_eq!(phone.catch_up(100).await, NOTHING, "nobody waits for what is under way");
    sql.batch_execute("COMMIT").await.unwrap();
    assert_eq!(phone.catch_up(100).await, ["attendee"]);
    phone.holds_the_truth().await;
    at.house.close().await;
}
