//! S8. A surprise visit of the city to thị trấn Phú Xuyên on 14/3/2017 stays secret until the team stands in the door.

use super::office::{answer_well, done, names};
use super::s01::{city, year};
use crate::harness::{House, Visitor};
use fieldproof::domain::actor::Role;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

/// Sets the installation's clock.
fn stand_at(house: &House, at: &str) {
    let wanted: Timestamp = at.parse().expect("a time");
    let away: SignedDuration = wanted.duration_since(house.app.now());
    house.wait_s(away.as_secs());
}

/// Everything an outsider can ask, without what names the request itself.
async fn asked(who: &Visitor, visit: &str, district: Uuid) -> Vec<(u16, Value)> {
    let mut answers = Vec::new();
    for path in [
        visit.to_owned(),
        format!("{visit}/bundle"),
        format!("{visit}/responses"),
        "/v1/visits?limit=200".to_owned(),
        "/v1/visits?q=phu%20xuyen&limit=200".to_owned(),
        "/v1/visits?kind=surprise".to_owned(),
        "/v1/visits?from=2017-03-13T17:00:00Z&to=2017-03-14T17:00:00Z".to_owned(),
        "/v1/me".to_owned(),
        format!("/v1/reports/coverage?unit={district}&as_of=2017-12-31"),
        format!("/v1/reports/burden?unit={district}&to=2017-12-31"),
    ] {
        let (status, mut body) = who.get(&path).await;
        if let Some(fields) = body.as_object_mut() {
            fields.remove("instance");
            fields.remove("devices");
        }
        answers.push((status, body));
    }
    answers
}

/// X06, X13: nobody outside learns of a sealed visit, and whoever holds it is warned.
#[tokio::test(flavor = "multi_thread")]
#[allow(clippy::too_many_lines, reason = "one story, told from its beginning to its end")]
async fn a_surprise_visit_stays_secret_until_the_team_stands_in_the_door() {
    let house = House::open().await;
    stand_at(&house, "2017-03-13T19:45:00+07:00");
    let year = year(&house).await;
    let (city, of_city, checklist) = city(&house).await;
    let commune = |code: &str| year.communes.iter().find(|unit| unit.code == code).expect("a commune").id;
    let town = commune("10273");

    let roles =
        [(Role::Scheduler, year.office.owner, None), (Role::Oversight, city.owner, Some(year.district))];
    let planner = house.holder("Vũ Thị Theo", &roles).await;
    let heads =
        [(Role::HeadOfUnit, city.owner, Some(town)), (Role::HeadOfUnit, year.office.owner, Some(town))];
    let head = house.holder("Nguyễn Văn Đứng", &heads).await;
    let colleague = house.holder("Trần Văn Khác", &[(Role::Member, city.owner, None)]).await;
    let outsiders = [&planner, &head, &colleague];

    // What each of them sees before there is anything to see.
    let nowhere = format!("/v1/visits/{}", Uuid::new_v4());
    let mut before = Vec::new();
    for who in outsiders {
        before.push(asked(&who.visitor, &nowhere, year.district).await);
    }

    let plan = |unit: Uuid, day: &str| {
        let mut plan = city.plan(&of_city, unit, "surprise", day, &[checklist]);
        plan["planned_start"] = json!(format!("{day}T08:00:00+07:00"));
        plan
    };
    let made = done(city.schedule(&plan(town, "2017-03-14")).await);
    let visit = made.header("location").to_owned();
    let mut others = Vec::new();
    for (code, day) in [("10270", "2017-03-21"), ("10345", "2017-03-22"), ("10348", "2017-03-23")] {
        others.push(done(city.schedule(&plan(commune(code), day)).await).header("location").to_owned());
    }
    let dropped =
        done(city.schedule(&plan(commune("10351"), "2017-03-24")).await).header("location").to_owned();
    for (who, seen) in outsiders.into_iter().zip(&before) {
        assert_eq!(&asked(&who.visitor, &visit, year.district).await, seen, "as if there were none");
    }

    // Not before T-12 h, and then for its own members alone.
    stand_at(&house, "2017-03-13T19:59:50+07:00");
    let [scheduler, member] =
        [house.signed_in_anew(city.scheduler.account).await, house.signed_in_anew(city.member.account).await];
    let early = scheduler.send("POST", &format!("{visit}/dispatch"), Some(&Value::Null)).await;
    assert_eq!((early.status, early.body["code"].as_str()), (409, Some("visit.too-early-to-dispatch")));
    assert_eq!(member.get(&visit).await.0, 404);
    stand_at(&house, "2017-03-13T20:00:01+07:00");
    done(scheduler.send("POST", &format!("{visit}/dispatch"), Some(&Value::Null)).await);
    assert_eq!(member.get(&visit).await.0, 200);

    // The district plans for the same town on the same day: it sees no conflict, the city does.
    let planner_now = house.signed_in_anew(planner.account).await;
    let own = year.office.plan(&year.of, town, "planned", "2017-03-14", &[year.checklist]);
    let own = done(planner_now.send("POST", "/v1/visits", Some(&own)).await);
    assert_eq!(own.body["warnings"], json!([]));
    let overlaps = async |who: &Visitor, of: &str| {
        let (status, list) = who.get(&format!("{of}/overlaps")).await;
        assert_eq!(status, 200, "{list}");
        list["items"].as_array().expect("overlaps").clone()
    };
    assert_eq!(overlaps(&planner_now, &year.of.at).await, Vec::<Value>::new());
    let warned = overlaps(&scheduler, &of_city.at).await;
    let at_town: Vec<&Value> = warned.iter().filter(|w| w["unit"] == json!(town)).collect();
    assert_eq!(at_town.len(), 1, "{warned:?}");
    assert_eq!(at_town[0]["other_owner"], json!(year.office.owner));
    assert_eq!(at_town[0]["other_campaign"], Value::Null, "whose, and when, but not under which campaign");
    let cancel = format!("{}/cancel", own.header("location"));
    done(planner_now.send("POST", &cancel, Some(&json!({ "reason": "Trùng lịch" }))).await);

    // At the door.
    stand_at(&house, "2017-03-14T08:03:00+07:00");
    let [lead, head] =
        [house.signed_in_anew(city.lead.account).await, house.signed_in_anew(head.account).await];
    let arrived = json!({ "at": house.app.now() });
    done(lead.send("POST", &format!("{visit}/check-in"), Some(&arrived)).await);
    assert_eq!(head.get(&visit).await.0, 200, "the head knows with the next look");

    // The log tells the whole to who planned it, with true times, and to the head what came from disclosure on.
    let log = async |who: &Visitor, of: &str| {
        let (status, list) = who.get(&format!("{visit}/{of}")).await;
        assert_eq!(status, 200, "{list}");
        let told = |line: &Value| (line["deed"].as_str().expect("a deed").to_owned(), line["at"].clone());
        list["items"].as_array().expect("lines").iter().map(told).collect::<Vec<_>>()
    };
    let whole = log(&lead, "log").await;
    let deeds: Vec<&str> = whole.iter().map(|(deed, _)| deed.as_str()).collect();
    assert_eq!(deeds, ["visit.scheduled", "visit.dispatched", "visit.checked_in"]);
    let told_at = |n: usize| whole[n].1.as_str().expect("a time").parse::<Timestamp>().expect("a time");
    assert!(told_at(0) < told_at(1), "{whole:?}");
    let dispatched: Timestamp = "2017-03-13T20:00:00+07:00".parse().expect("a time");
    assert!((0..3).contains(&told_at(1).duration_since(dispatched).as_secs()), "{whole:?}");
    assert_eq!(log(&head, "log").await, whole[2..], "from disclosure on");
    let looks = log(&lead, "readings").await;
    // The member at the dispatched visit, the scheduler at the overlaps.
    assert!(looks.len() == 2 && looks.iter().all(|(deed, _)| deed == "visit.sealed-read"), "{looks:?}");
    assert_eq!(head.get(&format!("{visit}/readings")).await.0, 403);

    // A sealed visit that is called off is never told.
    let scheduler = house.signed_in_anew(city.scheduler.account).await;
    let reason = json!({ "reason": "Đổi kế hoạch" });
    done(scheduler.send("POST", &format!("{dropped}/cancel"), Some(&reason)).await);
    let planner_now = house.signed_in_anew(planner.account).await;
    assert_eq!(planner_now.get(&dropped).await.0, 404);

    // 53 before, 57 after all four.
    let counted = async |who: &Visitor| {
        let at = format!("/v1/reports/coverage?unit={}&as_of=2017-12-31", year.district);
        let (_, report) = who.get(&at).await;
        let communes = report["classes"][0].clone();
        (report["visits"].clone(), names(&communes["not_covered"]).join(", "))
    };
    let finish = async |visit: &str, started: bool, lead: &Visitor, scheduler: &Visitor| {
        let step = async |who: &Visitor, step: &str, said: Value| {
            let said = (!said.is_null()).then_some(&said);
            done(who.send("POST", &format!("{visit}/{step}"), said).await);
        };
        if !started {
            step(scheduler, "dispatch", Value::Null).await;
            step(lead, "check-in", json!({ "at": house.app.now() })).await;
        }
        answer_well(lead, visit, &house.app.now().to_string()).await;
        step(lead, "close-recording", Value::Null).await;
        step(lead, "minutes", json!({ "text": "Biên bản kiểm tra" })).await;
        for side in ["team", "unit"] {
            let said =
                json!({ "side": side, "outcome": "signed", "signer_name": "A", "signer_position": "B" });
            step(lead, "sign", said).await;
        }
        step(lead, "submit", Value::Null).await;
        step(scheduler, "finalise", Value::Null).await;
    };
    assert_eq!(counted(&planner_now).await.0, 53);
    finish(&visit, true, &lead, &scheduler).await;
    stand_at(&house, "2017-03-23T08:01:00+07:00");
    let [lead, scheduler, planner] = [
        house.signed_in_anew(city.lead.account).await,
        house.signed_in_anew(city.scheduler.account).await,
        house.signed_in_anew(planner.account).await,
    ];
    for visit in &others {
        finish(visit, false, &lead, &scheduler).await;
    }
    assert_eq!(counted(&planner).await, (json!(57), "Xã Minh Tân".to_owned()));
    let (_, list) = planner.get("/v1/visits?kind=surprise&limit=200").await;
    assert_eq!(list["items"].as_array().map(Vec::len), Some(4), "four disclosures, no leak");
    house.close().await;
}
