//! Who reads which reports: every report, asked by every role, counts what that role may know and nothing else.

use super::reports::{all, found, handed_in, read};
use crate::harness::{Holder, Inspectorate, Visitor, id_of};
use fieldproof::domain::actor::Role;
use serde_json::{Value, json};

/// How much of two visits, one to the own unit, each report tells somebody.
async fn told(at: &Inspectorate, who: &Visitor) -> Vec<(&'static str, u64)> {
    let about = format!("unit={}", at.province);
    let number = async |path: String, place: &str| {
        read(who, &path).await.pointer(place).and_then(Value::as_u64).unwrap_or_default()
    };
    let listed = async |path: String| u64::try_from(all(who, &path).await.len()).expect("few");
    vec![
        ("coverage", number(format!("/v1/reports/coverage?{about}"), "/visits").await),
        ("covered units", listed(format!("/v1/reports/coverage/units?{about}&inspected=visited")).await),
        ("items", number(format!("/v1/reports/items?{about}"), "/visits").await),
        ("judged units", listed("/v1/reports/items/units?item=A01".to_owned()).await),
        ("units together", listed("/v1/reports/items/together?item=A01&item=A02".to_owned()).await),
        ("ranking", number("/v1/reports/ranking".to_owned(), "/ranked").await),
        ("unranked", listed("/v1/reports/ranking/unranked?least=1000".to_owned()).await),
        (
            "comparison",
            number(
                "/v1/reports/comparison?period=2026&item=A01".to_owned(),
                "/items/0/failing/now/denominator",
            )
            .await,
        ),
        ("visits", listed("/v1/visits?state=submitted".to_owned()).await),
    ]
}

async fn expected(at: &Inspectorate, name: &str, who: &Visitor, visits: u64) {
    let told = told(at, who).await;
    let other: Vec<_> = told.iter().filter(|(_, number)| *number != visits).collect();
    assert!(other.is_empty(), "{name} should be told of {visits}: {other:?}");
}

/// Each role of the matrix and each report: all of the owner's, those of own teams, the own unit's, or none.
#[tokio::test(flavor = "multi_thread")]
async fn every_report_counts_what_its_reader_may_know() {
    let at = Inspectorate::open().await;
    let own = handed_in(&at, at.commune, "2026-03-20", &found(false, true)).await;
    let other = handed_in(&at, at.other_commune, "2026-03-21", &found(true, false)).await;
    let holder = async |name: &str, role: Role, unit| at.house.holder(name, &[(role, at.owner, unit)]).await;
    let staff = holder("Vũ Thị Lan", Role::UnitStaff, Some(at.commune)).await;
    let oversight = holder("Bùi Quang Sát", Role::Oversight, None).await;
    let administrator = holder("Quản trị", Role::Administrator, None).await;
    let elsewhere = holder("Trưởng đoàn khác", Role::TeamLead, None).await;
    let abroad = at.house.owner("lai-chau").await.0;
    let foreign = at.house.holder("Lê Thị Xa", &[(Role::Scheduler, abroad, None)]).await;
    let nobody = at.house.holder("Người lạ", &[]).await;
    let people: [(&str, &Holder, u64); 13] = [
        ("authority", &at.authority, 2),
        ("scheduler", &at.scheduler, 2),
        ("reviewer", &at.reviewer, 2),
        ("oversight", &oversight, 2),
        ("lead", &at.lead, 2),
        ("member", &at.member, 2),
        ("clerk", &at.clerk, 2),
        ("head", &at.head, 1),
        ("staff", &staff, 1),
        ("lead of no team", &elsewhere, 0),
        ("administrator", &administrator, 0),
        ("another owner's scheduler", &foreign, 0),
        ("nobody", &nobody, 0),
    ];
    for (name, who, visits) in people {
        expected(&at, name, &who.visitor, visits).await;
    }
    // Scores go with their visits; what re-inspections saw with findings.
    for (name, who, visits) in people {
        for (visit, is_seen) in [(&own, visits > 0), (&other, visits == 2)] {
            let status = if is_seen { 200 } else { 404 };
            for of in ["score", "score/items"] {
                assert_eq!(who.visitor.get(&format!("{visit}/{of}")).await.0, status, "{name}: {of}");
            }
        }
        let report = read(&who.visitor, "/v1/reports/recurrence").await;
        assert_eq!(report["new_findings"], 0, "{name}");
    }
    // A campaign's totals are for whoever may compare: the head, and not the staff, of a unit it was at.
    for figures in ["finding-figures", "action-figures"] {
        let path = format!("/v1/campaigns/{}/{figures}", at.campaign);
        for (name, who, visits) in people {
            let status = if visits == 0 || name == "staff" { 404 } else { 200 };
            assert_eq!(who.visitor.get(&path).await.0, status, "{name}: {figures}");
        }
    }
    assert!(!id_of(&own).is_empty());
    at.house.end().await;
}

/// UNIT_HEAD compares the own unit with nameless others, UNIT_STAFF sees the own unit alone; neither is told a name.
#[tokio::test(flavor = "multi_thread")]
async fn the_head_compares_without_names_and_the_staff_do_not_compare() {
    let at = Inspectorate::open().await;
    let staff = at.house.holder("Vũ Thị Lan", &[(Role::UnitStaff, at.owner, Some(at.commune))]).await;
    let mut units = vec![at.commune, at.other_commune];
    for name in ["Xã Đồng Mai", "Xã Mộ Lao", "Xã Phú Lương", "Xã Phúc La"] {
        units.push(at.house.place(name, "commune", Some(at.province)).await);
    }
    for (n, unit) in units.iter().enumerate() {
        handed_in(&at, *unit, "2026-03-20", &found(n % 2 == 0, n > 2)).await;
    }
    let campaign = format!("campaign={}", at.campaign);
    let ranking = format!("/v1/reports/ranking?{campaign}");
    assert_eq!(all(&at.head.visitor, &ranking).await.len(), 6);
    assert_eq!(all(&staff.visitor, &ranking).await.len(), 1);
    for who in [&at.head.visitor, &staff.visitor] {
        for path in [
            ranking.clone(),
            format!("/v1/reports/items?{campaign}&item=A01&item=A02"),
            format!("/v1/reports/items/together?{campaign}&item=A01&item=A02"),
            format!("/v1/reports/items/units?{campaign}&item=A01"),
            format!("/v1/reports/burden?unit={}", at.province),
            "/v1/reports/comparison?period=2026".to_owned(),
            "/v1/visits".to_owned(),
            "/v1/findings".to_owned(),
        ] {
            let text = read(who, &path).await.to_string();
            for other in &units[1..] {
                assert!(!text.contains(&other.to_string()), "{path}");
            }
            for name in ["Phúc Sơn", "Đồng Mai", "Mộ Lao", "Phú Lương", "Phúc La"] {
                assert!(!text.contains(name), "{path} tells of {name}: {text}");
            }
        }
    }
    assert_eq!(json!(units.len()), json!(6));
    at.house.end().await;
}
