//! The rows behind figures: lists hold what was counted, whatever came later, and lose none between their pages.

use super::reports::{all, found, handed_in, read};
use crate::harness::{Inspectorate, id_of};
use serde_json::{Value, json};

/// Rows of the ranked commune: visits and open findings, by the addresses that the ranking gives.
async fn behind(at: &Inspectorate, row: &Value) -> (usize, usize) {
    let list = async |which: &str| {
        let address = row["rows"][which].as_str().expect("an address");
        all(&at.reviewer.visitor, address).await.len()
    };
    (list("visits").await, list("open_findings").await)
}

/// A unit may have belonged elsewhere on the day of a visit; and somebody may hand in while figures are read.
#[tokio::test(flavor = "multi_thread")]
async fn lists_behind_a_unit_hold_what_was_counted_below_the_one_above_and_when() {
    let at = Inspectorate::open().await;
    let elsewhere = handed_in(&at, at.commune, "2026-03-18", &found(false, false)).await;
    handed_in(&at, at.commune, "2026-03-20", &found(false, true)).await;
    let moved = format!(
        "UPDATE visits SET unit_ancestors = '{{}}' WHERE id = '{0}';
        DELETE FROM finding_units u USING findings f WHERE f.id = u.finding_id AND f.visit_id = '{0}'
            AND u.unit_id = '{1}'",
        id_of(&elsewhere),
        at.province
    );
    at.house.sql().await.batch_execute(&moved).await.expect("a visit below nothing");
    let who = &at.reviewer.visitor;
    let ranking = read(who, &format!("/v1/reports/ranking?unit={}", at.province)).await;
    let coverage =
        read(who, &format!("/v1/reports/coverage/units?unit={}&inspected=first", at.province)).await;
    let (row, covered) =
        (ranking["items"][0].clone(), coverage["items"][0]["rows"]["visits"].as_str().expect("an address"));
    assert_eq!((&row["visits"], &row["open_findings"]), (&json!(1), &json!(1)), "{ranking}");
    assert_eq!(behind(&at, &row).await, (1, 1));
    assert_eq!(all(who, covered).await.len(), 1);

    handed_in(&at, at.commune, "2026-03-22", &found(false, true)).await;
    assert_eq!(behind(&at, &row).await, (1, 1), "as the figures were known");
    assert_eq!(all(who, covered).await.len(), 1);
    let now = read(who, &format!("/v1/reports/ranking?unit={}", at.province)).await;
    assert_eq!(behind(&at, &now["items"][0]).await, (2, 2));
    at.house.end().await;
}

/// What turned out to be right was never found again, nor anew.
#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_finding_is_no_new_one_of_a_re_inspection() {
    let at = Inspectorate::open().await;
    let visit = handed_in(&at, at.commune, "2026-03-20", &found(false, false)).await;
    let again = format!(
        "UPDATE visits SET kind = 're_inspection', previous_visit_id = id WHERE id = '{}'",
        id_of(&visit)
    );
    at.house.sql().await.batch_execute(&again).await.expect("another look");
    let figures = format!("/v1/campaigns/{}/finding-figures", at.campaign);
    let new = async || {
        let totals = read(&at.reviewer.visitor, &figures).await;
        let report = read(&at.reviewer.visitor, "/v1/reports/recurrence").await;
        for rows in [&totals["re_inspection"]["rows"]["new_findings"], &report["new_findings_rows"]] {
            let rows = all(&at.reviewer.visitor, rows.as_str().expect("an address")).await;
            assert_eq!(json!(rows.len()), report["new_findings"], "{report}");
        }
        (totals["re_inspection"]["new_findings"].clone(), report["new_findings"].clone())
    };
    assert_eq!(new().await, (json!(2), json!(2)));
    let found = all(&at.reviewer.visitor, &format!("/v1/findings?visit={}", id_of(&visit))).await;
    let finding = format!("/v1/findings/{}", found[0]["id"].as_str().expect("an id"));
    let said = json!({ "text": "Bảng niêm yết ở phòng bên.", "papers": ["Công văn 45/UBND"] });
    assert_eq!(at.head.visitor.post(&format!("{finding}/explain"), &said).await.0, 200);
    let why = json!({ "reason": "Đã xác minh tại chỗ." });
    assert_eq!(at.member.visitor.post(&format!("{finding}/withdraw"), &why).await.0, 200);
    assert_eq!(new().await, (json!(1), json!(1)));
    at.house.end().await;
}

/// An item's code may stand in two checklists of one visit: its unit is listed for each of them.
#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_is_listed_twice_is_on_two_pages_of_one_row() {
    let at = Inspectorate::open().await;
    handed_in(&at, at.commune, "2026-03-20", &found(false, true)).await;
    let (template, version) = (uuid::Uuid::new_v4(), uuid::Uuid::new_v4());
    let second = format!(
        "INSERT INTO templates SELECT (jsonb_populate_record(t,
            jsonb_build_object('id', '{template}', 'code', 'MC2'))).* FROM templates t WHERE code = 'MC';
        INSERT INTO template_versions SELECT (jsonb_populate_record(v,
            jsonb_build_object('id', '{version}', 'template_id', '{template}'))).* FROM template_versions v
            WHERE id = '{}';
        INSERT INTO responses SELECT (jsonb_populate_record(r, jsonb_build_object('id', gen_random_uuid(),
            'template_version_id', '{version}'))).* FROM responses r WHERE item_code = 'A01'",
        at.checklist
    );
    at.house.sql().await.batch_execute(&second).await.expect("a second checklist");
    let list = "/v1/reports/items/units?item=A01&limit=1";
    let first = read(&at.reviewer.visitor, list).await;
    let next = first["next"].as_str().expect("a second page");
    let second = read(&at.reviewer.visitor, &format!("{list}&cursor={next}")).await;
    assert_eq!(second["items"].as_array().map(Vec::len), Some(1), "{second}");
    assert_eq!(second["next"], Value::Null);
    at.house.end().await;
}

/// Counting holds much memory: a third report at once is told to come again, and everything else goes on.
#[tokio::test(flavor = "multi_thread")]
async fn no_more_reports_are_counted_at_once_than_there_is_room_for() {
    let at = Inspectorate::open().await;
    let who = &at.reviewer.visitor;
    let records = &at.house.app.records;
    let taken = (records.begin_report().await, records.begin_report().await);
    assert!(taken.0.is_ok() && taken.1.is_ok());
    let busy = who.send("GET", "/v1/reports/items", None).await;
    assert_eq!((busy.status, busy.header("retry-after")), (503, "5"), "{}", busy.body);
    assert_eq!(who.get("/v1/findings").await.0, 200);
    drop(taken);
    assert_eq!(who.get("/v1/reports/items").await.0, 200);
    at.house.end().await;
}

/// What nobody could seek is asked within something that can be.
#[tokio::test(flavor = "multi_thread")]
async fn findings_by_their_visit_are_asked_for_within_something_narrow() {
    let at = Inspectorate::open().await;
    let now = at.house.app.now();
    let filters = [("from", now.to_string()), ("to", now.to_string()), ("as_known", now.to_string())];
    let more =
        [("handed_in", "true"), ("visit_kind", "re_inspection"), ("outcome", "fixed"), ("free", "true")];
    for (name, value) in filters.into_iter().chain(more.map(|(name, value)| (name, value.to_owned()))) {
        let wide = format!("/v1/findings?unit={}&{name}={value}", at.province);
        let (status, no) = at.reviewer.visitor.get(&wide).await;
        let fault = (&no["errors"][0]["pointer"], &no["errors"][0]["code"]);
        let expected = (json!(format!("?{name}")), json!("finding.filter-combination"));
        assert_eq!((status, fault), (422, (&expected.0, &expected.1)), "{no}");
        for scope in [format!("at={}", at.commune), format!("campaign={}", at.campaign)] {
            assert_eq!(at.reviewer.visitor.get(&format!("{wide}&{scope}")).await.0, 200, "{scope}");
        }
    }
    at.house.end().await;
}

/// The head of a unit has few values among an owner's: they are sought.
#[tokio::test(flavor = "multi_thread")]
async fn values_about_a_unit_and_below_it_are_sought() {
    let at = Inspectorate::open().await;
    let sql = at.house.sql().await;
    sql.batch_execute("SET enable_seqscan = off").await.expect("a setting");
    let asked = format!(
        "EXPLAIN SELECT id FROM external_figures WHERE (unit_id || unit_ancestors) && '{{{}}}'::uuid[]",
        at.commune
    );
    let lines = sql.query(&asked, &[]).await.expect("a plan");
    let plan: Vec<String> = lines.iter().map(|line| line.get(0)).collect();
    assert!(plan.join("\n").contains("external_figures_below"), "{plan:?}");
    at.house.end().await;
}
