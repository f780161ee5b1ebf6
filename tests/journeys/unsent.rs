//! Unsent work: phones say what they still hold, headquarters sees whose does, and nobody learns of a visit by it.

use crate::harness::phone::Phone;
use crate::harness::{Holder, Inspectorate, Shot, id_of, pictures};
use fieldproof::domain::actor::Role;
use serde_json::{Value, json};
use uuid::Uuid;

async fn let_in(at: &Inspectorate, who: &Holder) -> Uuid {
    let by = (at.owner, &at.lead.visitor);
    Phone::new().let_in(&at.house, by, (who.account, &who.visitor)).await
}

async fn report(who: &Holder, device: Uuid, visits: Value) -> (u16, Value) {
    let said = json!({ "device_clock": "2026-03-20T17:40:00+07:00", "visits": visits });
    who.visitor.put(&format!("/v1/devices/{device}/unsent"), &said).await
}

/// What somebody reads of one device: photos, changes and bytes it said, photos that are awaited.
async fn read(at: &Inspectorate, who: &Holder, device: Uuid) -> Option<[u64; 4]> {
    let (status, page) = who.visitor.get(&format!("/v1/reports/unsent-work?owner={}", at.owner)).await;
    assert_eq!(status, 200, "{page}");
    let items = page["items"].as_array().expect("items");
    let item = items.iter().find(|item| item["device"] == json!(device))?;
    let said = ["photos", "changes", "bytes"].map(|name| item["reported"][name].as_u64().unwrap_or(0));
    Some([said[0], said[1], said[2], item["awaited"]["photos"].as_u64().expect("a number")])
}

fn held(visit: &str, photos: u32) -> Value {
    json!({ "visit": id_of(visit), "photos": photos, "changes": 2, "bytes": photos * 1000,
        "oldest_captured_at": "2026-03-20T08:15:00+07:00" })
}

#[tokio::test(flavor = "multi_thread")]
async fn headquarters_sees_whose_phone_still_holds_photos() {
    let at = Inspectorate::open().await;
    let device = let_in(&at, &at.member).await;
    let quiet = let_in(&at, &at.clerk).await;
    let visit = at.visit("planned", 1).await;
    at.on_site(&visit).await;
    // Two photos declared, one of them sent; the phone says that it holds three, one of them not even declared.
    let mut shots = [1, 2].map(|seed| Shot::of(id_of(&visit).parse().expect("an id"), pictures::sharp(seed)));
    for shot in &mut shots {
        shot.declaration["item"] = json!("A01");
        assert_eq!(at.member.visitor.put(&shot.path(), &shot.declaration).await.0, 201);
    }
    let sent = at.member.visitor.answer(shots[0].sending(&at.member.visitor)).await;
    assert_eq!(sent.status, 201, "{}", sent.body);
    let (status, taken) = report(&at.member, device, json!([held(&visit, 3)])).await;
    assert_eq!((status, &taken["photos"]), (200, &json!(3)), "{taken}");
    assert!(taken["clock_skew_s"].is_number() && taken["oldest_captured_at"] == "2026-03-20T01:15:00Z");

    for who in [&at.scheduler, &at.authority, &at.lead] {
        assert_eq!(read(&at, who, device).await, Some([3, 2, 3000, 1]));
        assert_eq!(read(&at, who, quiet).await, Some([0, 0, 0, 0]));
    }
    let path = format!("/v1/reports/unsent-work?owner={}", at.owner);
    let holding = at.scheduler.visitor.get(&format!("{path}&holding=true")).await.1;
    assert_eq!(holding["items"].as_array().map(Vec::len), Some(1), "{holding}");
    assert_eq!(holding["items"][0]["person"], "Trần Thị Bình");
    // Pages end where the devices do.
    let first = at.scheduler.visitor.get(&format!("{path}&limit=1")).await.1;
    assert_eq!(first["items"][0]["device"], json!(quiet), "latest enrolled first");
    let next = first["next"].as_str().expect("a second page");
    let second = at.scheduler.visitor.get(&format!("{path}&limit=1&cursor={next}")).await.1;
    assert_eq!((&second["items"][0]["device"], &second["next"]), (&json!(device), &Value::Null));
    let (status, one) = at.scheduler.visitor.get(&format!("{path}&limit=1&holding=true")).await;
    assert_eq!((status, &one["items"][0]["device"]), (200, &json!(device)), "the second is looked at, too");

    // Members, reviewers and other owners read no such thing.
    let abroad = at.house.owner("lai-chau").await.0;
    let foreign = at.house.holder("Kế hoạch khác", &[(Role::Scheduler, abroad, None)]).await;
    for who in [&at.member, &at.reviewer, &at.head, &foreign] {
        assert_eq!(who.visitor.get(&path).await.0, 403);
    }
    // What is sent is awaited no more, and the phone says so.
    let sent = at.member.visitor.answer(shots[1].sending(&at.member.visitor)).await;
    assert_eq!(sent.status, 201, "{}", sent.body);
    assert_eq!(report(&at.member, device, json!([])).await.0, 200);
    assert_eq!(read(&at, &at.scheduler, device).await, Some([0, 0, 0, 0]));
    at.house.end().await;
}

/// R26: of a visit that is not theirs to know of, nobody is told even the number of photos.
#[tokio::test(flavor = "multi_thread")]
async fn work_of_a_sealed_visit_is_counted_for_those_alone_who_are_cleared() {
    let at = Inspectorate::open().await;
    let device = let_in(&at, &at.member).await;
    let open = at.visit("planned", 30).await;
    let sealed = at.visit("surprise", 2).await;
    assert_eq!(at.step(&at.scheduler, &sealed, "dispatch", Value::Null).await.status, 200);
    let page = async |who: &Holder| {
        let path = format!("/v1/reports/unsent-work?owner={}&holding=true", at.owner);
        let mut page = who.visitor.get(&path).await.1;
        for item in page["items"].as_array_mut().into_iter().flatten() {
            item["last_seen_at"] = Value::Null;
            item["reported"]["at"] = Value::Null;
            item["reported"]["clock_skew_s"] = Value::Null;
        }
        page
    };
    assert_eq!(report(&at.member, device, json!([held(&open, 1)])).await.0, 200);
    let before = page(&at.authority).await;
    assert_eq!(before["items"][0]["reported"]["photos"], 1, "{before}");
    assert_eq!(report(&at.member, device, json!([held(&open, 1), held(&sealed, 40)])).await.0, 200);
    assert_eq!(page(&at.authority).await, before, "who is not cleared is told the same");
    for who in [&at.scheduler, &at.lead] {
        assert_eq!(read(&at, who, device).await, Some([41, 4, 41_000, 0]));
    }
    // Of the secret alone: then the phone holds nothing, as far as they know.
    assert_eq!(report(&at.member, device, json!([held(&sealed, 40)])).await.0, 200);
    assert_eq!(page(&at.authority).await["items"], json!([]));
    let clearance = json!({ "account": at.authority.account });
    let cleared = at.step(&at.scheduler, &sealed, "clearances", clearance).await;
    assert!([200, 201, 204].contains(&cleared.status), "{} {}", cleared.status, cleared.body);
    assert_eq!(read(&at, &at.authority, device).await, Some([40, 2, 40_000, 0]));
    at.house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_reports_for_itself_and_what_it_says_has_bounds() {
    let at = Inspectorate::open().await;
    let device = let_in(&at, &at.member).await;
    let nowhere = format!("/v1/visits/{}", Uuid::new_v4());
    assert_eq!(report(&at.member, device, json!([held(&nowhere, 5)])).await.0, 200, "no oracle of visits");
    assert_eq!(read(&at, &at.scheduler, device).await, Some([0, 0, 0, 0]));
    assert_eq!(report(&at.lead, device, json!([])).await.0, 403, "whoever sees it does not speak for it");
    assert_eq!(report(&at.clerk, device, json!([])).await.0, 404);
    let twice = json!([held(&nowhere, 5), held(&nowhere, 6)]);
    let many: Vec<Value> = (0..201).map(|_| held(&format!("/{}", Uuid::new_v4()), 1)).collect();
    let mut huge = held(&nowhere, 1);
    huge["bytes"] = json!(1_u64 << 41);
    for (visits, pointer) in [(twice, "/visits"), (json!(many), "/visits"), (json!([huge]), "/visits/0")] {
        let (status, no) = report(&at.member, device, visits).await;
        assert_eq!((status, &no["errors"][0]["code"]), (422, &json!("unsent.too-many")), "{no}");
        assert_eq!(no["errors"][0]["pointer"], pointer);
    }
    let other = at.house.signed_in_anew(at.member.account).await;
    let gone = json!({ "reason": "Mất máy" });
    assert_eq!(other.post(&format!("/v1/devices/{device}/revoke"), &gone).await.0, 200);
    let member = Holder { account: at.member.account, visitor: other };
    let (status, no) = report(&member, device, json!([])).await;
    assert_eq!((status, &no["code"]), (409, &json!("device.revoked")), "{no}");
    at.house.end().await;
}
