//! Every number of every report has a link, and the rows behind the link come to exactly that number: the reports are read
//! whole, number by number, so that a new one without a link fails here.

use super::figure_rows::two_visits;
use super::remedies::{issued, reported};
use super::reports::{all, handed_in, read};
use crate::harness::{Inspectorate, Visitor, id_of};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// How the rows behind a link come to their number.
#[derive(Clone, Copy)]
enum By {
    /// They are as many.
    Rows,
    /// What each of them holds at this place comes to it.
    Sum(&'static str),
    /// So many different values stand at this place of theirs.
    Different(&'static str),
    /// They are on so many days of Vietnam.
    Days,
}

/// A number of a report, its link, and how the rows come to it; `*` is every entry of a list.
type Figure = (&'static str, &'static str, By);

const COVERAGE: &[Figure] = &[
    ("/visits", "/rows", By::Rows),
    ("/distinct_units", "/distinct_units_rows", By::Rows),
    ("/kinds/*/visits", "/kinds/*/rows", By::Rows),
    ("/rounds/*/visits", "/rounds/*/rows", By::Rows),
    ("/rounds/*/targets", "/rounds/*/targets_rows", By::Rows),
    ("/classes/*/first_inspection/numerator", "/classes/*/rows/first_inspection", By::Rows),
    ("/classes/*/first_inspection/denominator", "/classes/*/rows/all", By::Rows),
    ("/classes/*/re_inspection/numerator", "/classes/*/rows/re_inspection", By::Rows),
    ("/classes/*/re_inspection/denominator", "/classes/*/rows/all", By::Rows),
    (
        "/classes/*/re_inspection_of_inspected/numerator",
        "/classes/*/rows/re_inspection_of_inspected",
        By::Rows,
    ),
    ("/classes/*/re_inspection_of_inspected/denominator", "/classes/*/rows/first_inspection", By::Rows),
];
const COVERED: &[Figure] = &[
    ("/items/*/visits", "/items/*/rows/visits", By::Rows),
    ("/items/*/first_inspections", "/items/*/rows/first_inspections", By::Rows),
    ("/items/*/re_inspections", "/items/*/rows/re_inspections", By::Rows),
];
const ITEMS: &[Figure] = &[
    ("/visits", "/rows", By::Rows),
    ("/items/*/failing/numerator", "/items/*/rows/failing", By::Rows),
    ("/items/*/failing/denominator", "/items/*/rows/judged", By::Rows),
    ("/items/*/passing/numerator", "/items/*/rows/passing", By::Rows),
    ("/items/*/passing/denominator", "/items/*/rows/judged", By::Rows),
    ("/together/at_all/numerator", "/together/rows/at_all", By::Rows),
    ("/together/at_all/denominator", "/together/rows/judged", By::Rows),
    ("/together/at_one_alone/*/failing/numerator", "/together/at_one_alone/*/rows", By::Rows),
    ("/together/at_one_alone/*/failing/denominator", "/together/rows/judged", By::Rows),
];
const RANKING: &[Figure] = &[
    ("/unranked", "/unranked_rows", By::Rows),
    ("/items/*/visits", "/items/*/rows/visits", By::Rows),
    ("/items/*/open_findings", "/items/*/rows/open_findings", By::Rows),
    ("/items/*/critical", "/items/*/rows/critical", By::Rows),
    ("/items/*/failing_items/numerator", "/items/*/rows/failing_items", By::Rows),
    ("/items/*/failing_items/denominator", "/items/*/rows/judged_items", By::Rows),
];
const UNRANKED: &[Figure] = &[
    ("/items/*/visits", "/items/*/rows/visits", By::Rows),
    ("/items/*/open_findings", "/items/*/rows/open_findings", By::Rows),
    ("/items/*/critical", "/items/*/rows/critical", By::Rows),
    ("/items/*/judged_items", "/items/*/rows/judged_items", By::Rows),
    ("/items/*/failing_items", "/items/*/rows/failing_items", By::Rows),
];
const COMPARISON: &[Figure] = &[
    ("/items/*/failing/now/numerator", "/items/*/rows/now_failing", By::Rows),
    ("/items/*/failing/now/denominator", "/items/*/rows/now", By::Rows),
    ("/items/*/failing/earlier/numerator", "/items/*/rows/earlier_failing", By::Rows),
    ("/items/*/failing/earlier/denominator", "/items/*/rows/earlier", By::Rows),
    ("/items/*/measured/now/numerator", "/items/*/rows/now_measured", By::Sum("/measured/numerator")),
    ("/items/*/measured/now/denominator", "/items/*/rows/now_measured", By::Sum("/measured/denominator")),
    ("/items/*/measured/earlier/numerator", "/items/*/rows/earlier_measured", By::Sum("/measured/numerator")),
    (
        "/items/*/measured/earlier/denominator",
        "/items/*/rows/earlier_measured",
        By::Sum("/measured/denominator"),
    ),
];
const BURDEN: &[Figure] = &[
    ("/items/*/visits", "/items/*/rows", By::Rows),
    ("/items/*/campaigns", "/items/*/rows", By::Different("/campaign")),
    ("/items/*/days", "/items/*/rows", By::Days),
];
const SCORE: &[Figure] = &[
    ("/templates/*/points", "/templates/*/rows/counted", By::Sum("/points")),
    ("/templates/*/weight", "/templates/*/rows/counted", By::Sum("/weight")),
    ("/templates/*/asked", "/templates/*/rows/asked", By::Rows),
    ("/templates/*/answered", "/templates/*/rows/answered", By::Rows),
    ("/templates/*/items/pass", "/templates/*/rows/pass", By::Rows),
    ("/templates/*/items/partial", "/templates/*/rows/partial", By::Rows),
    ("/templates/*/items/fail", "/templates/*/rows/fail", By::Rows),
    ("/templates/*/items/na", "/templates/*/rows/na", By::Rows),
    ("/templates/*/items/recorded", "/templates/*/rows/recorded", By::Rows),
    ("/templates/*/items/unanswered", "/templates/*/rows/unanswered", By::Rows),
    ("/templates/*/items/not_asked", "/templates/*/rows/not_asked", By::Rows),
];
const RECURRENCE: &[Figure] = &[("/new_findings", "/new_findings_rows", By::Rows)];
const FINDINGS: &[Figure] = &[
    ("/confirmed", "/rows/confirmed", By::Rows),
    ("/open", "/rows/open", By::Rows),
    ("/candidates", "/rows/candidates", By::Rows),
    ("/critical/numerator", "/rows/critical", By::Rows),
    ("/critical/denominator", "/rows/confirmed", By::Rows),
    ("/withdrawn", "/rows/withdrawn", By::Rows),
    ("/without_action", "/rows/without_action", By::Rows),
    ("/strengths", "/rows/strengths", By::Rows),
    ("/re_inspection/new_findings", "/re_inspection/rows/new_findings", By::Rows),
    ("/root_causes/*/findings", "/root_causes/*/rows", By::Rows),
];
const ACTIONS: &[Figure] = &[
    ("/issued", "/rows/issued", By::Rows),
    ("/proposed", "/rows/proposed", By::Rows),
    ("/reported", "/rows/reported", By::Rows),
    ("/verified/numerator", "/rows/verified", By::Rows),
    ("/verified/denominator", "/rows/issued", By::Rows),
    ("/returned", "/rows/returned", By::Rows),
    ("/extended", "/rows/extended", By::Rows),
    ("/overdue", "/rows/overdue", By::Rows),
    ("/cancelled", "/rows/cancelled", By::Rows),
    ("/carried_over", "/rows/carried_over", By::Rows),
];

/// Numbers that nothing is counted by: what they follow from has its own link, or they say how a report was asked.
const NO_COUNTS: [&str; 10] =
    ["percent", "rank", "least", "number", "points", "credit", "ranked", "limit", "year", "weight"];

/// What re-inspections saw, at each place where it is told.
fn seen(at: &'static str) -> Vec<(String, String, By)> {
    let outcomes = ["fixed", "partly_fixed", "repeated", "no_longer_applicable"];
    let of = |outcome: &str| {
        [
            (format!("{at}/{outcome}/numerator"), format!("{at}/rows/{outcome}"), By::Rows),
            (format!("{at}/{outcome}/denominator"), format!("{at}/rows/looked_at"), By::Rows),
        ]
    };
    outcomes.iter().flat_map(|outcome| of(outcome)).collect()
}

/// Every number in an answer, by its place.
fn numbers(value: &Value, at: &str, into: &mut Vec<(String, f64)>) {
    match value {
        Value::Number(number) => into.push((at.to_owned(), number.as_f64().expect("a number"))),
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| numbers(value, &format!("{at}/{name}"), into));
        }
        Value::Array(entries) => {
            entries.iter().enumerate().for_each(|(n, value)| numbers(value, &format!("{at}/{n}"), into));
        }
        _ => {}
    }
}

/// The link of a place: the pattern's stars are the place's numbers.
fn link(place: &str, pattern: &str, link: &str) -> Option<String> {
    let (places, patterns): (Vec<&str>, Vec<&str>) =
        (place.split('/').collect(), pattern.split('/').collect());
    let fits = |(place, pattern): (&&str, &&str)| pattern == place || *pattern == "*";
    if places.len() != patterns.len() || !places.iter().zip(&patterns).all(fits) {
        return None;
    }
    let mut stars =
        places.iter().zip(&patterns).filter(|(_, pattern)| **pattern == "*").map(|(place, _)| *place);
    let parts = link.split('/').map(|part| if part == "*" { stars.next().unwrap_or("*") } else { part });
    Some(parts.collect::<Vec<_>>().join("/"))
}

/// A list as its link says, page by page.
async fn rows(who: &Visitor, list: &str) -> Vec<Value> {
    let (mut items, mut address) = (Vec::new(), list.to_owned());
    loop {
        let page = read(who, &address).await;
        items.extend(page["items"].as_array().expect("items").iter().cloned());
        match page["next"].as_str() {
            Some(next) => address = format!("{list}&cursor={next}"),
            None => return items,
        }
    }
}

fn days(visit: &Value) -> impl Iterator<Item = jiff::civil::Date> {
    let time =
        |name: &str| visit[name].as_str().and_then(|at| at.parse::<jiff::Timestamp>().ok()).expect("a time");
    let day = |at: jiff::Timestamp| at.in_tz("Asia/Ho_Chi_Minh").expect("a zone").date();
    let last = time("planned_end").checked_sub(jiff::SignedDuration::from_micros(1)).expect("before");
    let (first, last) = (day(time("planned_start")), day(last));
    std::iter::successors(Some(first), |day| day.tomorrow().ok()).take_while(move |day| *day <= last)
}

fn comes_to(rows: &[Value], by: By) -> f64 {
    let count = |n: usize| f64::from(u32::try_from(n).expect("few"));
    match by {
        By::Rows => count(rows.len()),
        By::Sum(at) => {
            rows.iter().map(|row| row.pointer(at).and_then(Value::as_f64).expect("a number")).sum()
        }
        By::Different(at) => {
            count(rows.iter().map(|row| row.pointer(at).map(Value::to_string)).collect::<BTreeSet<_>>().len())
        }
        By::Days => count(rows.iter().flat_map(days).collect::<BTreeSet<_>>().len()),
    }
}

/// Reads a report and follows the link of each of its numbers; how many were followed, and how many were not 0.
async fn followed(who: &Visitor, report: &str, figures: &[(String, String, By)]) -> (usize, usize) {
    let answer = read(who, report).await;
    let mut told = Vec::new();
    numbers(&answer, "", &mut told);
    let (mut all_of_them, mut real) = (0, 0);
    for (place, number) in told {
        let found = figures.iter().find_map(|(pattern, to, by)| Some((link(&place, pattern, to)?, *by)));
        let Some((to, by)) = found else {
            let last = place.rsplit('/').next().unwrap_or_default();
            assert!(NO_COUNTS.contains(&last), "{report} tells {place} without a link: {answer}");
            continue;
        };
        let list = answer.pointer(&to).and_then(Value::as_str).unwrap_or_else(|| panic!("{report}: no {to}"));
        let behind = rows(who, list).await;
        let sum = comes_to(&behind, by);
        assert!((sum - number).abs() < 1e-6, "{report} tells {number} at {place}, {list} comes to {sum}");
        // Shorter pages lose nothing; a score and what is asked of units stand on one page.
        if !list.contains("/score/items") {
            assert_eq!(all(who, list).await.len(), behind.len(), "{list} by pages of two");
        }
        (all_of_them, real) = (all_of_them + 1, real + usize::from(number > 0.0));
    }
    (all_of_them, real)
}

fn owned(figures: &[Figure]) -> Vec<(String, String, By)> {
    figures.iter().map(|(place, link, by)| ((*place).to_owned(), (*link).to_owned(), *by)).collect()
}

/// Each number of each report, and of the lists behind reports that count something themselves, leads to its rows.
#[tokio::test(flavor = "multi_thread")]
async fn every_number_of_every_report_leads_to_its_rows() {
    let at = Inspectorate::open().await;
    let (finding, first) = two_visits(&at).await;
    for (unit, day, part, whole) in [
        (at.commune, "2022-03-21", 5, 200),
        (at.other_commune, "2022-06-30", 7, 300),
        (at.commune, "2023-03-20", 9, 500),
    ] {
        let shares = [
            ("A01", json!({ "type": "yes_no_na", "value": if part == 7 { "no" } else { "yes" } })),
            ("A02", json!({ "type": "number", "value": if part == 5 { 38 } else { 40 } })),
            ("A03", json!({ "type": "ratio", "numerator": part, "denominator": whole })),
        ];
        handed_in(&at, unit, day, &shares).await;
    }
    let targets =
        json!({ "purpose": "first", "targets": [at.commune, at.other_commune], "teams": [at.team] });
    let of_campaign = format!("/v1/campaigns/{}", at.campaign);
    assert_eq!(at.scheduler.visitor.post(&format!("{of_campaign}/rounds"), &targets).await.0, 201);
    let again = read(&at.lead.visitor, &finding).await;
    let visit = format!("/v1/visits/{}", again["visit"].as_str().expect("a visit"));
    let action = issued(&at, &visit, &[&finding], json!([at.commune]), json!({})).await;
    reported(&at.head, &action).await;

    let who = &at.scheduler.visitor;
    let province = format!("unit={}", at.province);
    let to = "as_of=2030-01-01";
    let recurrence =
        [owned(RECURRENCE), seen("/seen"), seen("/items/*/seen"), seen("/too_small/*/seen")].concat();
    let findings = [owned(FINDINGS), seen("/re_inspection")].concat();
    let ranked = |outcome: &'static str| {
        let at = "/re_inspection/repeat_ranking/*";
        [
            (format!("{at}/{outcome}/numerator"), format!("{at}/rows/{outcome}"), By::Rows),
            (format!("{at}/{outcome}/denominator"), format!("{at}/rows/looked_at"), By::Rows),
        ]
    };
    let findings = [findings, ranked("fixed").to_vec(), ranked("repeated").to_vec()].concat();
    for (report, figures, fewest) in [
        (format!("/v1/reports/coverage?{province}&{to}"), owned(COVERAGE), 8),
        (format!("/v1/reports/coverage?campaign={}&{to}", at.campaign), owned(COVERAGE), 9),
        (format!("/v1/reports/coverage/units?{province}&{to}"), owned(COVERED), 4),
        (format!("/v1/reports/items?{province}"), owned(ITEMS), 8),
        (format!("/v1/reports/items?{province}&item=A01&item=A02&item=A03"), owned(ITEMS), 10),
        (format!("/v1/reports/ranking?{province}"), owned(RANKING), 8),
        (format!("/v1/reports/ranking?{province}&by=failing_items&least=1"), owned(RANKING), 8),
        (format!("/v1/reports/ranking/unranked?{province}&least=1000"), owned(UNRANKED), 8),
        (format!("/v1/reports/recurrence?{province}"), recurrence.clone(), 6),
        (format!("/v1/reports/recurrence?{province}&least=2"), recurrence, 6),
        (format!("/v1/reports/comparison?{province}&period=2023-H1"), owned(COMPARISON), 6),
        (format!("/v1/reports/comparison?{province}&period=2023&earlier=2022"), owned(COMPARISON), 8),
        (format!("/v1/reports/burden?{province}"), owned(BURDEN), 6),
        (format!("/v1/visits/{}/score", id_of(&first)), owned(SCORE), 4),
        (format!("{of_campaign}/finding-figures"), findings, 10),
        (format!("{of_campaign}/action-figures"), owned(ACTIONS), 3),
    ] {
        let (all_of_them, real) = followed(who, &report, &figures).await;
        assert!(real >= fewest, "{report}: {all_of_them} numbers, {real} of them above 0");
    }
    let ranking = format!("/v1/reports/ranking?{province}");
    let ranked = read(who, &ranking).await["ranked"].clone();
    assert_eq!(json!(all(who, &ranking).await.len()), ranked, "the ranking is its own list");
    at.house.end().await;
}

/// What is counted over all time stays what it was known to be at an instant, its rows too.
#[tokio::test(flavor = "multi_thread")]
async fn figures_of_an_earlier_instant_lead_to_the_rows_of_then() {
    let at = Inspectorate::open().await;
    let found = |first: bool, second: bool| {
        [
            ("A01", json!({ "type": "yes_no_na", "value": if first { "yes" } else { "no" } })),
            ("A02", json!({ "type": "number", "value": if second { 40 } else { 38 } })),
        ]
    };
    handed_in(&at, at.commune, "2026-03-20", &found(false, false)).await;
    let then = at.house.app.now();
    handed_in(&at, at.commune, "2026-03-21", &found(true, true)).await;
    handed_in(&at, at.other_commune, "2026-03-21", &found(false, false)).await;
    let (who, about) = (&at.scheduler.visitor, format!("unit={}&as_known={then}", at.province));
    let items = format!("/v1/reports/items?{about}&item=A01&item=A02");
    assert_eq!(
        read(who, &items).await["together"]["at_all"],
        json!({ "numerator": 1, "denominator": 1, "percent": 100.0 })
    );
    for (report, figures) in [
        (items, owned(ITEMS)),
        (format!("/v1/reports/ranking?{about}"), owned(RANKING)),
        (format!("/v1/reports/coverage?{about}&as_of=2026-12-31"), owned(COVERAGE)),
        (format!("/v1/reports/comparison?{about}&period=2026&earlier=2025"), owned(COMPARISON)),
    ] {
        let (_, real) = followed(who, &report, &figures).await;
        assert!(real >= 3, "{report}");
    }
    // Named together, each item that is asked for is one of them; nothing else is a choice.
    for (bad, code) in [
        ("item=A01", "report.items"),
        ("item=A01&item=A02&alone=A09", "report.items"),
        ("item=A01&item=A02&alone=A01&at_all=true", "report.items"),
    ] {
        let (status, no) = who.get(&format!("/v1/reports/items/together?{bad}")).await;
        assert_eq!((status, &no["errors"][0]["code"]), (422, &json!(code)), "{bad}");
    }
    for report in ["items", "ranking", "recurrence"] {
        let (status, no) = who.get(&format!("/v1/reports/{report}?from=2026-02-01&to=2026-01-31")).await;
        let fault = (&no["errors"][0]["pointer"], &no["errors"][0]["code"]);
        assert_eq!((status, fault), (422, (&json!("?from"), &json!("report.days"))), "{report}");
    }
    let (status, no) = who.get("/v1/reports/items/units?failing=true").await;
    assert_eq!((status, &no["errors"][0]["code"]), (422, &json!("report.rows")));
    at.house.end().await;
}
