//! Questions about years that no inspection is of: they are refused where they are asked, and nothing fails.

use crate::harness::Inspectorate;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn questions_about_far_years_are_refused_by_name() {
    let at = Inspectorate::open().await;
    let instants = ["-005000-01-01T00:00:00Z", "9999-12-01T00:00:00Z"];
    let (reports, external) =
        (format!("unit={}", at.province), format!("/v1/external-figures?owner={}", at.owner));
    let lists: [(String, &[&str]); 13] = [
        (format!("/v1/findings?at={}", at.commune), &["as_known", "from", "to"]),
        ("/v1/visits?kind=planned".to_owned(), &["as_known", "from", "to"]),
        (external.clone(), &["as_known"]),
        (format!("/v1/reports/coverage?{reports}"), &["as_known"]),
        (format!("/v1/reports/coverage/units?{reports}"), &["as_known"]),
        (format!("/v1/reports/items?{reports}"), &["as_known"]),
        ("/v1/reports/items/units?item=A01".to_owned(), &["as_known"]),
        ("/v1/reports/comparison?period=2021".to_owned(), &["as_known"]),
        (format!("/v1/reports/ranking?{reports}"), &["as_known"]),
        (format!("/v1/reports/ranking/unranked?{reports}"), &["as_known"]),
        (format!("/v1/reports/recurrence?{reports}"), &["as_known"]),
        (format!("/v1/reports/recurrence/findings?{reports}"), &["as_known"]),
        (format!("/v1/reports/recurrence/new-findings?{reports}"), &["as_known"]),
    ];
    let mut asked: Vec<(String, String)> = Vec::new();
    for (list, names) in lists {
        for name in names {
            asked.extend(instants.map(|then| (format!("{list}&{name}={then}"), format!("?{name}"))));
        }
    }
    for name in ["from", "to"] {
        let days = ["-005000-01-01", "9999-12-01"];
        asked.extend(days.map(|day| (format!("{external}&{name}={day}"), format!("?{name}"))));
    }
    for (address, pointer) in asked {
        let (status, no) = at.reviewer.visitor.get(&address).await;
        let fault = &no["errors"][0];
        assert_eq!(
            (status, &fault["pointer"], &fault["code"]),
            (422, &json!(pointer), &json!("date.out-of-range")),
            "{address}: {no}"
        );
    }
    at.house.close().await;
}
