//! Everything that can be read, by everybody who is not cleared, with and without a sealed visit: no body, no count and no
//! status differs. The readings come from the contract, so that a new one is walked, too, or fails here.

use super::reports::{found, handed_in};
use super::secrecy::{bare, outsiders};
use crate::harness::{Holder, Inspectorate, id_of, pictures};
use fieldproof::domain::actor::Role;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Readings of one thing that has a visit, a unit or an account of its own, which is told or not as that is; and a workbook
/// of an immutable version, which holds the time of its making.
const OF_ONE_THING: [&str; 18] = [
    "compare_notice",
    "export_xlsform",
    "get_account",
    "read_action",
    "read_derivative",
    "read_device",
    "read_envelope",
    "read_explanation_draft",
    "read_finding",
    "read_notice",
    "read_original",
    "read_photo",
    "read_preview",
    "read_published_totals",
    "read_receipt",
    "read_review",
    "read_unit_event",
    "read_upload",
];

type Names = HashMap<&'static str, String>;

/// What is asked of an operation; each with its query.
fn queries(operation: &str, names: &Names) -> Vec<String> {
    let [unit, owner, campaign, visit] = ["unit", "owner", "campaign", "visit"].map(|name| &names[name]);
    let province = &names["province"];
    let wide = vec![format!("?unit={province}"), format!("?unit={unit}"), format!("?campaign={campaign}")];
    let of_owner = || vec![String::new(), format!("?owner={owner}"), format!("?campaign={campaign}")];
    match operation {
        "list_visits" => {
            let more = [
                "",
                "?limit=1",
                "?kind=surprise",
                "?state=sealed&state=dispatched&state=cancelled",
                "?from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z",
            ];
            wide.into_iter().chain(more.map(ToOwned::to_owned)).collect()
        }
        "pull_changes" => vec![String::new(), "?limit=1".to_owned()],
        "list_photos" => wide.into_iter().chain([format!("?visit={visit}")]).collect(),
        "read_coverage" | "list_covered_units" => wide,
        "read_burden" => vec![format!("?unit={province}"), format!("?unit={unit}&campaign={campaign}")],
        "read_items" | "rank_units" | "list_unranked_units" | "read_recurrence" => of_owner(),
        "list_looked_at_findings" | "list_new_findings" => of_owner(),
        "list_judged_units" => {
            vec![format!("?item=A01&campaign={campaign}"), "?item=A01".to_owned(), format!("?at={unit}")]
        }
        "list_units_together" => vec!["?item=A01&item=A02".to_owned()],
        "compare_periods" => vec![format!("?period=2026-H2&unit={province}")],
        "list_unit_successors" => vec![format!("?unit={unit}")],
        "list_unit_visits" => vec![String::new(), "?predecessors=true".to_owned()],
        "compare_template_versions" => vec!["?from=1".to_owned()],
        "read_unsent_work" => vec![format!("?owner={owner}")],
        "list_external_figures" => vec![format!("?owner={owner}")],
        "list_reviews" | "list_addressed_recommendations" => vec![format!("?owner={owner}&unit={unit}")],
        "list_procedures" => vec![format!("?owner={owner}&level=commune")],
        "read_working_time" => vec!["?at=2026-11-26T03:00:00Z".to_owned()],
        _ => vec![String::new()],
    }
}

/// Every reading of the contract about things that there are.
fn views(names: &Names) -> Vec<(String, String)> {
    let document = serde_json::to_value(fieldproof::http::openapi::document()).expect("a document");
    let paths = document["paths"].as_object().expect("paths").iter();
    let mut all = Vec::new();
    for (path, item) in paths.filter(|(path, _)| path.starts_with("/v1/")) {
        let Some(operation) = item["get"]["operationId"].as_str() else { continue };
        let path =
            names.iter().fold(path.clone(), |path, (name, id)| path.replace(&format!("{{{name}}}"), id));
        if OF_ONE_THING.contains(&operation) {
            continue;
        }
        assert!(!path.contains('{'), "{operation} is not walked: {path}");
        all.extend(
            queries(operation, names)
                .into_iter()
                .map(|query| (operation.to_owned(), format!("{path}{query}"))),
        );
    }
    all
}

/// What may differ whoever asks twice: the seal of a cursor, when a device was last heard of, the time of counting, and the
/// time that is told.
fn settled(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                if ["last_used_at", "at", "as_known", "now", "token"].contains(&name.as_str())
                    || (name == "next" && value.is_string())
                {
                    *value = json!("some");
                }
                settled(value);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(settled),
        // The address of what a figure was counted from says when it was counted.
        Value::String(text) => {
            let counted = |name: &str| name == "at" || name.ends_with("as_known");
            let parts = text.split('&').map(|part| match part.split_once('=') {
                Some((name, value)) if counted(name) && value.contains("%3A") => format!("{name}=now"),
                _ => part.to_owned(),
            });
            *text = parts.collect::<Vec<_>>().join("&");
        }
        _ => {}
    }
}

type Seen = Vec<(&'static str, String, u16, Vec<(String, String)>, String)>;

async fn look(people: &[(&'static str, Holder)], views: &[(String, String)]) -> Seen {
    let one = async |(role, who): &(&'static str, Holder)| {
        let mut seen = Seen::new();
        for (_, view) in views {
            let mut answer = who.visitor.send("GET", view, None).await;
            if !answer.body.is_null() {
                settled(&mut answer.body);
                let request = answer.header("x-request-id").to_owned();
                answer.bytes = answer.body.to_string().replace(&request, "R").into_bytes();
            }
            let (status, mut headers, body) = bare(&answer, "none");
            // Of what is settled the length may differ, too.
            headers.retain(|(name, _)| name != "link" && (name != "content-length" || answer.body.is_null()));
            seen.push((role, view.clone(), status, headers, body));
        }
        seen
    };
    futures::future::join_all(people.iter().map(one)).await.concat()
}

fn same(now: &Seen, before: &Seen, when: &str, but: &[&str]) {
    assert_eq!(now.len(), before.len());
    let pairs = now.iter().zip(before).filter(|(now, before)| !but.contains(&now.0) && now != before);
    let different: Vec<String> = pairs.map(|(now, before)| format!("{now:?}\n  was {before:?}")).collect();
    assert!(different.is_empty(), "{when}: {} differ\n{}", different.len(), different.join("\n"));
}

/// An announced visit to the commune in the same week, under a campaign of its own.
async fn announced(at: &Inspectorate, (owner, checklist): (Uuid, Uuid), by: &Holder) -> String {
    let campaign = at.house.active_campaign(owner).await;
    let team = at.house.team(campaign, &[(by.account, "lead")]).await;
    let mut plan = at.plan("planned", 26);
    plan["campaign"] = json!(campaign);
    plan["team"] = json!(team);
    plan["templates"] = json!([checklist]);
    let made = by.visitor.send("POST", "/v1/visits", Some(&plan)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    format!("/v1/campaigns/{campaign}/overlaps")
}

/// What outsiders look at: an announced visit, a round, a draw, a checklist in its second version and a picture of it.
async fn ground(at: &Inspectorate) -> (Names, Value) {
    let who = &at.scheduler.visitor;
    let visit = at.visit("planned", 30).await;
    let of = format!("/v1/campaigns/{}", at.campaign);
    let wish = json!({ "purpose": "first", "targets": [at.other_commune], "teams": [at.team] });
    let (status, round) = who.post(&format!("{of}/rounds"), &wish).await;
    assert_eq!(status, 201, "{round}");
    let strata = json!([{ "name": "Xã", "units": [at.commune, at.other_commune], "take": 1 }]);
    let (status, draw) =
        who.post(&format!("{of}/draws"), &json!({ "title": "Chọn xã", "strata": strata })).await;
    assert_eq!(status, 201, "{draw}");
    let template = who.get("/v1/templates").await.1["items"][0]["id"].as_str().expect("an id").to_owned();
    let versions = format!("/v1/templates/{template}/versions");
    let mut body = who.get(&format!("{versions}/1")).await.1["body"].clone();
    body["sections"][0]["items"][2]["weight"] = json!(3);
    assert_eq!(who.post(&versions, &body).await.0, 201);
    let picture = pictures::png(8, 8, |_, _| 200);
    let sha256 = hex::encode(Sha256::digest(&picture));
    let place = format!("/v1/templates/{template}/pictures/{sha256}");
    let sent = who.request("PUT", &place).header("content-type", "image/png").body(picture);
    assert_eq!(who.answer(sent).await.status, 201);
    let ids = [
        ("owner", at.owner),
        ("province", at.province),
        ("unit", at.commune),
        ("campaign", at.campaign),
        ("team", at.team),
    ];
    let mut names: Names = ids.into_iter().map(|(name, id)| (name, id.to_string())).collect();
    names.insert("visit", id_of(&visit).to_owned());
    names.insert("draw", draw["id"].as_str().expect("an id").to_owned());
    names.extend([("template", template), ("sha256", sha256)]);
    names.extend([("number", "2".to_owned()), ("year", "2026".to_owned())]);
    (names, round["id"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_reading_is_the_same_with_and_without_a_sealed_visit() {
    let at = Inspectorate::open().await;
    let mut people = outsiders(&at).await;
    for (name, role) in [("member", Role::Member), ("clerk", Role::Clerk)] {
        let account = if role == Role::Member { at.member.account } else { at.clerk.account };
        people.push((name, Holder { account, visitor: at.house.signed_in_anew(account).await }));
    }
    let (names, round) = ground(&at).await;
    let mut views = views(&names);
    let foreign = people.iter().find(|(role, _)| *role == "foreign scheduler").expect("one");
    let abroad =
        at.house.sql().await.query_one("SELECT id::text FROM owners WHERE code = 'lai-chau'", &[]).await;
    let abroad = abroad.expect("an owner").get::<_, String>(0).parse().expect("an id");
    let theirs: (Uuid, Uuid) = (abroad, at.house.checklist(abroad).await);
    views.push(("list_overlaps".to_owned(), announced(&at, theirs, &foreign.1).await));
    views.push(("list_overlaps".to_owned(), announced(&at, (at.owner, at.checklist), &at.scheduler).await));

    let before = look(&people, &views).await;
    // A reading that nobody is let into would say nothing; of the open visit there are no minutes yet, and who looked at
    // it or is cleared for it is told to those alone who may plan it.
    let read: HashSet<&String> = before.iter().filter(|seen| seen.2 == 200).map(|seen| &seen.1).collect();
    let apart = |view: &str| ["/minutes", "/readings", "/clearances"].iter().any(|end| view.ends_with(end));
    let unread: Vec<&(String, String)> =
        views.iter().filter(|(_, view)| !read.contains(view) && !apart(view)).collect();
    assert!(unread.is_empty(), "{unread:?}");

    let mut plan = at.plan("surprise", 10);
    plan["round"] = round;
    let made = at.scheduler.visitor.send("POST", "/v1/visits", Some(&plan)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let sealed = made.header("location");
    same(&look(&people, &views).await, &before, "sealed", &[]);
    assert_eq!(at.step(&at.scheduler, sealed, "dispatch", Value::Null).await.status, 200);
    let told = ["member", "clerk"];
    same(&look(&people, &views).await, &before, "dispatched", &told);
    assert_eq!(at.step(&at.scheduler, sealed, "cancel", json!({ "reason": "Bão" })).await.status, 200);
    same(&look(&people, &views).await, &before, "cancelled, and never disclosed", &told);

    // A re-inspection that comes as a surprise is as secret, from the round to the reports.
    let earlier = handed_in(&at, at.commune, "2026-03-20", &found(false, true)).await;
    let wish = json!({ "purpose": "re_inspection", "targets": [at.other_commune], "teams": [at.team] });
    let of = format!("/v1/campaigns/{}/rounds", at.campaign);
    let (status, round) = at.scheduler.visitor.post(&of, &wish).await;
    assert_eq!(status, 201, "{round}");
    let before = look(&people, &views).await;
    let mut plan = at.plan("re_inspection", 11);
    for (field, value) in
        [("secret", json!(true)), ("round", round["id"].clone()), ("previous_visit", json!(id_of(&earlier)))]
    {
        plan[field] = value;
    }
    let made = at.scheduler.visitor.send("POST", "/v1/visits", Some(&plan)).await;
    assert_eq!((made.status, &made.body["sealed"]), (201, &json!(true)), "{}", made.body);
    let sealed = made.header("location");
    same(&look(&people, &views).await, &before, "a sealed re-inspection", &[]);
    for (_, who) in &people {
        assert_eq!(who.visitor.get(sealed).await.0, 404);
    }
    assert_eq!(at.step(&at.scheduler, sealed, "dispatch", Value::Null).await.status, 200);
    same(&look(&people, &views).await, &before, "a re-inspection that the team was told", &told);
    assert_eq!(at.step(&at.scheduler, sealed, "cancel", json!({ "reason": "Bão" })).await.status, 200);
    same(&look(&people, &views).await, &before, "a re-inspection, cancelled, and never disclosed", &told);
    at.house.close().await;
}

/// What an event and its undoing answered, without ids and times.
fn told(answer: &crate::harness::Answer) -> (u16, String) {
    let mut body = answer.body.clone();
    for field in ["id", "recorded_at", "undone_at", "effects", "instance"] {
        if let Some(fields) = body.as_object_mut() {
            fields.remove(field);
        }
    }
    (answer.status, body.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn undoing_an_event_is_the_same_with_and_without_a_sealed_visit() {
    let at = Inspectorate::open().await;
    let administrator = at.house.holder("Quản trị", &[(Role::Administrator, at.owner, None)]).await.visitor;
    let record = async || {
        let rename = json!({ "kind": "rename", "instrument": "Nghị quyết 1684", "operating_date": "2021-07-01",
            "changes": [{ "unit": at.commune, "name": "Xã Minh Quang Mới" }] });
        let recorded = administrator.send("POST", "/v1/unit-events", Some(&rename)).await;
        assert_eq!(recorded.status, 201, "{}", recorded.body);
        recorded
    };
    let undo = async |event: &str| {
        let because = json!({ "reason": "Nhập nhầm" });
        administrator.send("POST", &format!("{event}/undo"), Some(&because)).await
    };
    let event = record().await;
    let alone = (told(&event), told(&undo(event.header("location")).await));
    assert_eq!(alone.1.0, 200, "{alone:?}");
    for steps in [&[][..], &["dispatch"], &["dispatch", "cancel"], &["cancel"]] {
        let event = record().await;
        let sealed = at.visit("surprise", 10).await;
        for step in steps {
            let said = if *step == "cancel" { json!({ "reason": "Bão" }) } else { Value::Null };
            assert_eq!(at.step(&at.scheduler, &sealed, step, said).await.status, 200, "{step}");
        }
        let undone = undo(event.header("location")).await;
        assert_eq!((told(&event), told(&undone)), alone, "{steps:?}");
    }
    at.house.close().await;
}
