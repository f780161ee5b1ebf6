//! Overlaps of a campaign with others, told a page at a time.

use crate::harness::{Inspectorate, id_of};
use fieldproof::domain::actor::Role;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// N05, X13: every unit and other campaign stands in the list once, whoever's it is, however small the pages.
#[tokio::test(flavor = "multi_thread")]
async fn overlaps_are_listed_a_page_at_a_time() {
    let at = Inspectorate::open().await;
    let mut plans = vec![(at.scheduler.visitor.clone(), at.campaign, at.team, at.checklist)];
    let own = at.house.active_campaign(at.owner).await;
    let team = at.house.team(own, &[(at.lead.account, "lead")]).await;
    plans.push((at.scheduler.visitor.clone(), own, team, at.checklist));
    for code in ["hoi-dong-nhan-dan", "uy-ban-kiem-tra"] {
        let owner = at.house.owner(code).await.0;
        let planner = at.house.holder(code, &[(Role::Scheduler, owner, None)]).await;
        let campaign = at.house.active_campaign(owner).await;
        let team = at.house.team(campaign, &[(planner.account, "lead")]).await;
        plans.push((planner.visitor, campaign, team, at.house.checklist(owner).await));
    }
    let mut mine = BTreeSet::new();
    for (who, campaign, team, checklist) in &plans {
        for unit in [at.commune, at.other_commune] {
            let mut plan = at.plan("planned", 24);
            plan["unit"] = json!(unit);
            plan["campaign"] = json!(campaign);
            plan["team"] = json!(team);
            plan["templates"] = json!([checklist]);
            let made = who.send("POST", "/v1/visits", Some(&plan)).await;
            assert_eq!(made.status, 201, "{}", made.body);
            if *campaign == at.campaign {
                mine.insert(id_of(made.header("location")).to_owned());
            }
        }
    }
    let overlaps = format!("/v1/campaigns/{}/overlaps", at.campaign);
    let whole = at.authority.visitor.get(&overlaps).await.1;
    let all = whole["items"].as_array().expect("overlaps").clone();
    assert_eq!((all.len(), &whole["next"]), (6, &Value::Null), "three others at two units: {whole}");
    assert!(all.iter().all(|one| one["unit_name"].as_str().is_some_and(|name| name.starts_with("Xã "))));
    let readable = all.iter().filter(|one| one["other_campaign"].is_string());
    assert!(readable.clone().all(|one| one["other_campaign"] == json!(own)));
    assert_eq!(readable.count(), 2, "another owner's title is not told");

    for limit in [1, 2, 5] {
        let (mut listed, mut next) = (Vec::new(), format!("{overlaps}?limit={limit}"));
        loop {
            let (status, page) = at.authority.visitor.get(&next).await;
            assert_eq!(status, 200, "{page}");
            let items = page["items"].as_array().expect("overlaps");
            assert!((1..=limit).contains(&items.len()), "{page}");
            listed.extend(items.iter().cloned());
            let Some(cursor) = page["next"].as_str() else { break };
            next = format!("{overlaps}?limit={limit}&cursor={cursor}");
        }
        assert_eq!(listed, all, "pages of {limit}");
    }
    let visits = all.iter().flat_map(|one| one["visits"].as_array().expect("visits"));
    let named: BTreeSet<String> = visits.map(|id| id.as_str().expect("an id").to_owned()).collect();
    assert_eq!(named, mine);
    let first = at.authority.visitor.get(&format!("{overlaps}?limit=1")).await.1;
    let other = format!("/v1/campaigns/{own}/overlaps?cursor={}", first["next"].as_str().expect("a cursor"));
    assert_eq!(at.authority.visitor.get(&other).await.0, 422, "a cursor is of one campaign");
    at.house.close().await;
}
