//! A team comes to an office: where the office is by then, what day it is, and what it will be asked.

use crate::harness::Inspectorate;
use jiff::SignedDuration;
use serde_json::{Value, json};
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread")]
async fn a_survey_entered_after_scheduling_counts_when_the_team_comes() {
    let at = Inspectorate::open().await;
    let [early, late] = [at.visit("planned", 1).await, at.visit("planned", 2).await];
    let sql = at.house.sql().await;
    let survey = format!(
        "INSERT INTO premises (id, unit_id, name, address, area, valid_from, created_at)
         VALUES (gen_random_uuid(), '{}', 'Trụ sở', '',
            '{{\"circle\": {{\"longitude\": 105.2189, \"latitude\": 22.4871, \"radius_m\": 60.0}}}}', '2000-01-01', now())",
        at.commune
    );
    assert_eq!(at.step(&at.scheduler, &early, "dispatch", Value::Null).await.status, 200);
    sql.batch_execute(&survey).await.unwrap();
    assert_eq!(at.step(&at.scheduler, &late, "dispatch", Value::Null).await.status, 200);

    for visit in [&early, &late] {
        let here = json!({ "at": at.house.app.now(),
            "position": { "latitude": 22.4871, "longitude": 105.2189, "accuracy_m": 8, "source": "gnss" } });
        let checked_in = at.step(&at.member, visit, "check-in", here).await;
        let said = &checked_in.body["check_in"];
        assert_eq!((checked_in.status, said["place"].as_str()), (200, Some("inside")), "{}", checked_in.body);
    }
    let bundle = at.member.visitor.get(&format!("{late}/bundle")).await.1;
    assert_eq!(bundle["premises"]["name"], "Trụ sở");
    let ground = json!({ "type": "Point", "coordinates": [105.2189, 22.4871], "radius_m": 60.0 });
    assert_eq!(bundle["premises"]["area"], ground, "as surveys are entered and read");
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_whose_clock_is_a_day_slow_checks_in_on_the_day_of_the_decision() {
    let at = Inspectorate::open().await;
    let visit = at.visit("planned", 1).await;
    let today = "UPDATE campaign_documents SET issued_on = (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date";
    at.house.sql().await.batch_execute(today).await.unwrap();
    assert_eq!(at.step(&at.scheduler, &visit, "dispatch", Value::Null).await.status, 200);
    let (now, slow) = (at.house.app.now(), at.house.app.now() - SignedDuration::from_hours(24));

    let before = json!({ "at": slow, "device_clock": now });
    let refused = at.step(&at.member, &visit, "check-in", before).await;
    assert_eq!((refused.status, refused.body["code"].as_str()), (422, Some("visit.before-decision")));
    let here = at.step(&at.member, &visit, "check-in", json!({ "at": slow, "device_clock": slow })).await;

    assert_eq!(here.status, 200, "{}", here.body);
    assert_eq!(here.body["check_in"]["clock_off"], true);
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_code_means_one_item_in_a_visit() {
    let at = Inspectorate::open().await;
    let second = Uuid::new_v4();
    let version = format!(
        "INSERT INTO template_versions (id, template_id, number, state, body, body_sha256, created_at, published_at)
         SELECT '{second}', template_id, 2, 'published', body, body_sha256, now(), now() FROM template_versions
         WHERE id = '{}'",
        at.checklist
    );
    at.house.sql().await.batch_execute(&version).await.unwrap();
    let mut plan = at.plan("planned", 24);
    plan["templates"] = json!([at.checklist, second]);

    let (status, refused) = at.scheduler.visitor.post("/v1/visits", &plan).await;

    assert_eq!((status, refused["code"].as_str()), (422, Some("visit.templates")), "{refused}");
    assert_eq!(refused["errors"][0]["pointer"], "/templates/1");
    plan["templates"] = json!([second]);
    assert_eq!(at.scheduler.visitor.post("/v1/visits", &plan).await.0, 201);
    at.house.close().await;
}

/// A phone may be hours late with what it sends, and its clock may be wrong; nobody has come already who comes tomorrow.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_arrives_in_the_future() {
    let at = Inspectorate::open().await;
    let visit = at.visit("planned", 1).await;
    assert_eq!(at.step(&at.scheduler, &visit, "dispatch", Value::Null).await.status, 200);
    let now = at.house.app.now();
    let after = |minutes: i64| now + SignedDuration::from_mins(minutes);
    for minutes in [10, 2 * 24 * 60] {
        let said = json!({ "at": after(minutes), "device_clock": now });
        let no = at.step(&at.member, &visit, "check-in", said).await;
        let told = json!([no.status, no.body["code"], no.body["errors"][0]["pointer"]]);
        assert_eq!(told, json!([422, "visit.arrival-to-come", "/at"]), "{}", no.body);
    }
    // A clock that is a day fast says nothing of the future; nor does one that is a little off.
    let fast = json!({ "at": after(24 * 60), "device_clock": after(24 * 60 + 1) });
    let here = at.step(&at.member, &visit, "check-in", fast).await;
    assert_eq!((here.status, &here.body["check_in"]["clock_off"]), (200, &json!(true)), "{}", here.body);
    let next = at.visit("planned", 30).await;
    assert_eq!(at.step(&at.scheduler, &next, "dispatch", Value::Null).await.status, 200);
    let nearly = json!({ "at": at.house.app.now() + SignedDuration::from_mins(2), "device_clock": at.house.app.now() });
    assert_eq!(at.step(&at.member, &next, "check-in", nearly).await.status, 200);
    at.house.close().await;
}
