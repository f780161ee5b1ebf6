//! Planning that meets: what one of two decides while the other is under way, and what rounds and teams do not tell of a
//! surprise.

use super::at_once::somebody_waits;
use crate::harness::{Inspectorate, id_of};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn nobody_plans_into_a_campaign_that_is_ending() {
    let at = Inspectorate::open().await;
    let sql = at.house.sql().await;
    let end = format!("BEGIN; UPDATE campaigns SET state = 'fieldwork_closed' WHERE id = '{}'", at.campaign);
    sql.batch_execute(&end).await.expect("ended, and not committed yet");
    let plan = at.plan("planned", 24);
    let (planned, ()) = tokio::join!(at.scheduler.visitor.send("POST", "/v1/visits", Some(&plan)), async {
        somebody_waits(&at.house, "campaigns").await;
        sql.batch_execute("COMMIT").await.expect("ended");
    });
    assert_eq!((planned.status, planned.body["code"].as_str()), (409, Some("visit.campaign-not-active")));
    let visits = sql.query_one("SELECT count(*) FROM visits", &[]).await.expect("a count");
    assert_eq!(visits.get::<_, i64>(0), 0);
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_enter_the_same_holidays_one_is_told_of_the_other() {
    let at = Inspectorate::open().await;
    let sql = at.house.sql().await;
    // As somebody who has entered the year and not committed it yet.
    let entered = "BEGIN; LOCK TABLE holidays IN SHARE ROW EXCLUSIVE MODE;
        INSERT INTO holiday_years VALUES (2026, 1, now());
        INSERT INTO holidays VALUES ('2026-02-17', false, 'Tết Nguyên đán')";
    sql.batch_execute(entered).await.expect("entered, and not committed yet");
    let who = &at.scheduler.visitor;
    let days = json!({ "days": [{ "day": "2026-02-17", "works": false, "name": "Tết Bính Ngọ" }] });
    let put = who.request("PUT", "/v1/holidays/2026").header("if-match", "\"v0\"").json(&days);
    let (answer, ()) = tokio::join!(who.answer(put), async {
        somebody_waits(&at.house, "holidays").await;
        sql.batch_execute("COMMIT").await.expect("entered");
    });
    assert_eq!((answer.status, answer.body["code"].as_str()), (412, Some("version.stale")));
    let (_, kept) = who.get("/v1/holidays/2026").await;
    assert_eq!((&kept["items"][0]["name"], &kept["version"]), (&json!("Tết Nguyên đán"), &json!(1)));
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_set_the_same_rules_one_is_told_of_the_other() {
    let at = Inspectorate::open().await;
    let (sql, who) = (at.house.sql().await, &at.scheduler.visitor);
    let set = format!(
        "BEGIN; SELECT 1 FROM owners WHERE id = '{0}' FOR NO KEY UPDATE;
         INSERT INTO assignment_rules (owner_id, own_unit, rotation, rotation_days, version, changed_at)
         VALUES ('{0}', 'refuse', 'refuse', 365, 1, now())",
        at.owner
    );
    sql.batch_execute(&set).await.expect("set, and not committed yet");
    let rules = format!("/v1/owners/{}/assignment-rules", at.owner);
    let said = json!({ "own_unit": "off", "rotation": "off", "rotation_days": 1 });
    let put = who.request("PUT", &rules).header("if-match", "\"v0\"").json(&said);
    let (answer, ()) = tokio::join!(who.answer(put), async {
        somebody_waits(&at.house, "").await;
        sql.batch_execute("COMMIT").await.expect("set");
    });
    assert_eq!((answer.status, answer.body["code"].as_str()), (412, Some("version.stale")));
    let (_, kept) = who.get(&rules).await;
    assert_eq!((&kept["own_unit"], &kept["version"]), (&json!("refuse"), &json!(1)));
    at.house.close().await;
}

/// An approved campaign, which may still be joined with another.
async fn approved(at: &Inspectorate) -> uuid::Uuid {
    let campaign = at.house.active_campaign(at.owner).await;
    let approve = format!("UPDATE campaigns SET state = 'approved' WHERE id = '{campaign}'");
    at.house.sql().await.batch_execute(&approve).await.expect("approved");
    campaign
}

#[tokio::test(flavor = "multi_thread")]
async fn every_team_goes_over_when_campaigns_are_joined_whether_it_has_visits_or_not() {
    let at = Inspectorate::open().await;
    let (ending, going_on) = (approved(&at).await, approved(&at).await);
    let busy = at.house.team(ending, &[(at.lead.account, "lead")]).await;
    let idle = at.house.team(ending, &[(at.lead.account, "lead")]).await;
    let mut plan = at.plan("surprise", 240);
    plan["campaign"] = json!(ending);
    plan["team"] = json!(busy);
    let made = at.scheduler.visitor.send("POST", "/v1/visits", Some(&plan)).await;
    assert_eq!(made.status, 201, "{}", made.body);

    let who = &at.scheduler.visitor;
    let merge = who.request("POST", &format!("/v1/campaigns/{ending}/merge")).header("if-match", "\"v1\"");
    let joined = who.answer(merge.json(&json!({ "into": going_on }))).await;
    assert_eq!(joined.status, 200, "{}", joined.body);
    // Whoever reads the campaign and does not know of the surprise learns nothing from which teams are there.
    let teams = async |of: uuid::Uuid| {
        let (_, list) = at.authority.visitor.get(&format!("/v1/campaigns/{of}/teams")).await;
        let items = list["items"].as_array().expect("teams");
        let mut ids: Vec<String> =
            items.iter().map(|team| team["id"].as_str().expect("an id").to_owned()).collect();
        ids.sort();
        ids
    };
    let mut both = [busy.to_string(), idle.to_string()];
    both.sort();
    assert_eq!((teams(ending).await, teams(going_on).await), (Vec::<String>::new(), both.to_vec()));
    let (_, visit) = who.get(made.header("location")).await;
    assert_eq!((&visit["campaign"], &visit["team"]), (&json!(going_on), &json!(busy)));
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_surprise_visit_goes_into_a_round_that_does_not_name_its_unit() {
    let at = Inspectorate::open().await;
    let who = &at.scheduler.visitor;
    let rounds = format!("/v1/campaigns/{}/rounds", at.campaign);
    let wish = json!({ "purpose": "first", "targets": [at.other_commune], "teams": [] });
    let (status, round) = who.post(&rounds, &wish).await;
    assert_eq!(status, 201, "{round}");
    let (_, before) = at.authority.visitor.get(&rounds).await;
    let plan = async |kind: &str| {
        let mut plan = at.plan(kind, 24);
        plan["round"] = round["id"].clone();
        who.send("POST", "/v1/visits", Some(&plan)).await
    };
    assert_eq!(plan("planned").await.body["code"], "visit.not-a-target");
    let surprise = plan("surprise").await;
    assert_eq!(surprise.status, 201, "{}", surprise.body);
    let visit = surprise.header("location");
    let (_, read) = who.get(visit).await;
    assert_eq!(read["round"], round["id"]);

    let (_, after) = at.authority.visitor.get(&rounds).await;
    assert_eq!(after, before, "the round tells nothing of it");
    assert!(!after.to_string().contains(id_of(visit)));
    let whole = after.to_string();
    assert!(!whole.contains(&at.commune.to_string()), "{whole}");
    assert_ne!(read["unit"], Value::Null);
    at.house.close().await;
}
