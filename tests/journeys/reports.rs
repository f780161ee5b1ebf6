//! Reports over many visits: what is known and what was known, rankings, comparisons, and who may read them.

use super::findings::{confirmed, recorded, signed};
use crate::harness::{Inspectorate, Visitor, id_of};
use fieldproof::domain::actor::Role;
use serde_json::{Value, json};
use uuid::Uuid;

/// What a list gives, page by page of two rows.
pub(super) async fn all(who: &Visitor, list: &str) -> Vec<Value> {
    let join = if list.contains('?') { '&' } else { '?' };
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let (status, page) = who.get(&format!("{list}{join}limit=2{cursor}")).await;
        assert_eq!(status, 200, "{list}: {page}");
        items.extend(page["items"].as_array().expect("items").iter().cloned());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

pub(super) fn ratio(numerator: u32, denominator: u32) -> Value {
    let percent = (f64::from(numerator) * 10_000.0 / f64::from(denominator)).round() / 100.0;
    json!({ "numerator": numerator, "denominator": denominator, "percent": percent })
}

pub(super) async fn read(who: &Visitor, path: &str) -> Value {
    let (status, body) = who.get(path).await;
    assert_eq!(status, 200, "{path}: {body}");
    body
}

/// Makes a visit of a day at a unit, to the last step; `answers` name the items.
pub(super) async fn handed_in(at: &Inspectorate, unit: Uuid, day: &str, answers: &[(&str, Value)]) -> String {
    let mut plan = at.plan("planned", 1);
    plan["unit"] = json!(unit);
    plan["planned_start"] = json!(format!("{day}T07:30:00+07:00"));
    plan["planned_end"] = json!(format!("{day}T11:00:00+07:00"));
    let made = at.scheduler.visitor.send("POST", "/v1/visits", Some(&plan)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let visit = made.header("location").to_owned();
    assert_eq!(at.step(&at.scheduler, &visit, "dispatch", Value::Null).await.status, 200);
    let arrived = json!({ "at": format!("{day}T07:40:00+07:00"), "device_clock": at.house.app.now() });
    let came = at.step(&at.member, &visit, "check-in", arrived).await;
    assert_eq!(came.status, 200, "{}", came.body);
    for (item, answer) in answers {
        let said = at.answer(&visit, item, answer.clone());
        let path = format!("/v1/responses/{}", Uuid::now_v7());
        assert_eq!(at.member.visitor.send("PUT", &path, Some(&said)).await.status, 201);
    }
    at.leaves_open(&visit).await;
    assert_eq!(at.step(&at.member, &visit, "close-recording", Value::Null).await.status, 200);
    let candidates = all(&at.lead.visitor, &format!("/v1/findings?visit={}", id_of(&visit))).await;
    for finding in candidates {
        confirmed(at, &visit, finding["item"].as_str().expect("an item"), json!({})).await;
    }
    at.held_photo(&visit, "A01").await;
    at.held_photo(&visit, "A03").await;
    signed(at, &visit).await;
    assert_eq!(at.step(&at.lead, &visit, "submit", Value::Null).await.status, 200);
    visit
}

pub(super) fn found(first: bool, second: bool) -> Vec<(&'static str, Value)> {
    vec![
        ("A01", json!({ "type": "yes_no_na", "value": if first { "yes" } else { "no" } })),
        ("A02", json!({ "type": "number", "value": if second { 40 } else { 38 } })),
    ]
}

/// The share of an item that is not fine.
async fn failing(at: &Inspectorate, item: &str, more: &str) -> Value {
    let report = read(&at.reviewer.visitor, &format!("/v1/reports/items?item={item}{more}")).await;
    let share = &report["items"][0];
    let rows = share["rows"]["failing"].as_str().unwrap_or("/v1/reports/items/units?item=none");
    let listed = all(&at.reviewer.visitor, rows).await.len();
    let counted = share["failing"]["numerator"].as_u64().unwrap_or(0);
    assert_eq!(u64::try_from(listed).ok(), Some(counted), "the list behind the figure holds what it counted");
    let visits = all(&at.reviewer.visitor, report["rows"].as_str().expect("an address")).await.len();
    assert_eq!(json!(visits), report["visits"]);
    share["failing"].clone()
}

/// S10: live figures follow addenda and withdrawals; `as_known` tells what was known before.
#[tokio::test(flavor = "multi_thread")]
async fn figures_follow_what_is_known_and_tell_what_was_known() {
    let at = Inspectorate::open().await;
    let before = at.house.app.now();
    let visit = recorded(&at).await;
    let first = confirmed(&at, &visit, "A01", json!({})).await;
    let second = confirmed(&at, &visit, "A02", json!({})).await;
    at.held_photo(&visit, "A01").await;
    signed(&at, &visit).await;
    assert_eq!(at.step(&at.lead, &visit, "submit", Value::Null).await.status, 200);
    let then = at.house.app.now();
    let as_known = |at: jiff::Timestamp| format!("&as_known={at}");
    assert_eq!(failing(&at, "A01", "").await, ratio(1, 1));
    assert_eq!(failing(&at, "A02", "").await, ratio(1, 1));
    assert_eq!(failing(&at, "A01", &as_known(before)).await, Value::Null, "nothing was handed in");

    // What the unit says about A01 is right, and A02 was measured wrongly.
    let said = json!({ "text": "Bảng niêm yết ở phòng bên.", "papers": ["Công văn 45/UBND"] });
    assert_eq!(at.head.visitor.post(&format!("{first}/explain"), &said).await.0, 200);
    let why = json!({ "reason": "Đã xác minh tại chỗ." });
    assert_eq!(at.member.visitor.post(&format!("{first}/withdraw"), &why).await.0, 200);
    let added = json!({ "item": "A02", "answer": { "type": "number", "value": 41 }, "reason": "Đo lại" });
    assert_eq!(at.lead.visitor.post(&format!("{visit}/minutes/addenda"), &added).await.0, 201);

    assert_eq!(failing(&at, "A01", "").await, ratio(0, 1));
    assert_eq!(failing(&at, "A02", "").await, ratio(0, 1));
    for item in ["A01", "A02"] {
        assert_eq!(failing(&at, item, &as_known(then)).await, ratio(1, 1), "{item} as it was known");
    }
    let units = all(&at.reviewer.visitor, "/v1/reports/items/units?item=A01").await;
    assert_eq!((&units[0]["withdrawn"], &units[0]["corrected"]), (&json!(true), &json!(false)));
    let units = all(&at.reviewer.visitor, "/v1/reports/items/units?item=A02&failing=false").await;
    assert_eq!((&units[0]["withdrawn"], &units[0]["corrected"]), (&json!(false), &json!(true)));
    assert_eq!(units[0]["visit"], json!(id_of(&visit)));
    let score = read(&at.reviewer.visitor, &format!("{visit}/score")).await;
    let failing: Vec<&Value> = score["templates"][0]["failing"].as_array().unwrap().iter().collect();
    assert!(failing.iter().all(|item| item["item"] != "A02"), "{score}");

    // Findings and their list as they were known.
    let of_campaign = format!("/v1/findings?campaign={}", at.campaign);
    let open = format!("{of_campaign}&kind=finding&handed_in=true&state=confirmed&state=withdrawn");
    let states = async |more: String| {
        let mut states: Vec<String> = all(&at.reviewer.visitor, &format!("{open}{more}"))
            .await
            .iter()
            .map(|finding| finding["item"].as_str().unwrap().to_owned())
            .collect();
        states.sort();
        states
    };
    assert_eq!(states(String::new()).await, ["A01", "A02"]);
    assert_eq!(states(as_known(before)).await, Vec::<String>::new());
    let withdrawn = format!("{of_campaign}&state=withdrawn{}", as_known(then));
    assert_eq!(all(&at.reviewer.visitor, &withdrawn).await.len(), 0);
    let ranked = async |more: String| {
        read(&at.reviewer.visitor, &format!("/v1/reports/ranking?by=open_findings{more}")).await
    };
    assert_eq!(ranked(String::new()).await["items"][0]["open_findings"], 1);
    assert_eq!(ranked(as_known(then)).await["items"][0]["open_findings"], 2);
    assert_eq!(ranked(as_known(before)).await["ranked"], 0);
    // The visit was planned to begin in an hour, which is tomorrow late in the evening.
    let tomorrow = at.house.app.now().in_tz("Asia/Ho_Chi_Minh").unwrap().date().tomorrow().unwrap();
    let coverage = format!("/v1/reports/coverage?unit={}&as_of={tomorrow}", at.province);
    assert_eq!(read(&at.reviewer.visitor, &coverage).await["visits"], 1);
    assert_eq!(read(&at.reviewer.visitor, &format!("{coverage}{}", as_known(before))).await["visits"], 0);
    assert_eq!(read(&at.reviewer.visitor, &second).await["state"], "confirmed");
    at.house.end().await;
}

/// S10, X11: ranks are shared, the order is the same on each reading, what is too small stands apart, and the lists behind
/// the figures hold what was counted.
#[tokio::test(flavor = "multi_thread")]
async fn units_are_ranked_with_shared_ranks_and_the_small_stand_apart() {
    let at = Inspectorate::open().await;
    let mut names = vec![("Xã Minh Quang", at.commune), ("Xã Phúc Sơn", at.other_commune)];
    for name in ["Xã Đồng Mai", "Xã Mộ Lao", "Xã Phú Lương", "Xã Phúc La", "Xã Vạn Phúc"] {
        names.push((name, at.house.place(name, "commune", Some(at.province)).await));
    }
    let never = at.house.place("Xã Châu Can", "commune", Some(at.province)).await;
    let results = [(false, false), (true, false), (true, true), (false, true), (true, true), (true, false)];
    for ((_, unit), (first, second)) in names.iter().zip(results) {
        handed_in(&at, *unit, "2026-03-20", &found(first, second)).await;
    }
    // Nothing is judged at Vạn Phúc.
    handed_in(&at, names[6].1, "2026-03-20", &[]).await;

    let who = &at.reviewer.visitor;
    let about = format!("unit={}&to=2026-03-31", at.province);
    let ranking = format!("/v1/reports/ranking?{about}");
    let rows = all(who, &ranking).await;
    let told: Vec<(u64, &str, u64)> = rows
        .iter()
        .map(|row| {
            let number = |field: &str| row[field].as_u64().expect("a number");
            (number("rank"), row["name"].as_str().expect("a name"), number("open_findings"))
        })
        .collect();
    let expected = [
        (1, "Xã Minh Quang", 2),
        (2, "Xã Mộ Lao", 1),
        (2, "Xã Phúc La", 1),
        (2, "Xã Phúc Sơn", 1),
        (5, "Xã Đồng Mai", 0),
        (5, "Xã Phú Lương", 0),
    ];
    assert_eq!(told, expected);
    assert_eq!(all(who, &ranking).await.len(), 6);
    for row in &rows {
        let open = all(who, row["rows"]["open_findings"].as_str().unwrap()).await;
        assert_eq!(json!(open.len()), row["open_findings"]);
        assert_eq!(all(who, row["rows"]["visits"].as_str().unwrap()).await.len(), 1);
    }
    let first = read(who, &ranking).await;
    assert_eq!((&first["ranked"], &first["unranked"]), (&json!(6), &json!(2)));
    let apart = all(who, first["unranked_rows"].as_str().unwrap()).await;
    let told: Vec<(&Value, &Value)> = apart.iter().map(|unit| (&unit["name"], &unit["because"])).collect();
    let (chau_can, van_phuc) = (json!("Xã Châu Can"), json!("Xã Vạn Phúc"));
    let (not_inspected, nothing_judged) = (json!("not_inspected"), json!("nothing_judged"));
    assert_eq!(told, [(&chau_can, &not_inspected), (&van_phuc, &nothing_judged)]);
    assert_eq!(apart[0]["unit"], json!(never));

    // By share: two judged items are too few for a share unless somebody says so.
    let by_share = read(who, &format!("{ranking}&by=failing_items")).await;
    assert_eq!((&by_share["least"], &by_share["ranked"]), (&json!(5), &json!(0)));
    let by_share = read(who, &format!("{ranking}&by=failing_items&least=2&class=commune")).await;
    assert_eq!(by_share["items"][0]["failing_items"], ratio(2, 2));
    assert_eq!(by_share["items"][1]["failing_items"], ratio(1, 2));

    // A page begun before another visit came in goes on with what was known then.
    let page = read(who, &format!("{ranking}&limit=3")).await;
    handed_in(&at, never, "2026-03-21", &found(false, false)).await;
    let rest = read(who, &format!("{ranking}&limit=3&cursor={}", page["next"].as_str().unwrap())).await;
    assert_eq!((&rest["ranked"], rest["items"].as_array().map(Vec::len)), (&json!(6), Some(3)));
    assert_eq!(read(who, &ranking).await["ranked"], 7);
    for (bad, code) in [("class=village", "report.class"), ("least=0", "parameter.out-of-range")] {
        let (status, no) = who.get(&format!("{ranking}&{bad}")).await;
        assert_eq!((status, &no["errors"][0]["code"]), (422, &json!(code)));
    }
    heads_compare(&at, names[2].1).await;
    at.house.end().await;
}

/// Reports of a unit's head: the own unit, beside others that stay nameless.
async fn heads_compare(at: &Inspectorate, other: Uuid) {
    let of_campaign = format!("/v1/reports/ranking?campaign={}", at.campaign);
    let rows = all(&at.head.visitor, &of_campaign).await;
    assert_eq!(rows.len(), 7);
    let named: Vec<&Value> = rows.iter().filter(|row| !row["unit"].is_null()).collect();
    assert_eq!(named.len(), 1);
    assert_eq!((&named[0]["unit"], &named[0]["rank"]), (&json!(at.commune), &json!(1)));
    for row in rows.iter().filter(|row| row["unit"].is_null()) {
        assert_eq!((&row["name"], &row["class"], &row["rows"]), (&Value::Null, &Value::Null, &Value::Null));
        assert!(row["rank"].is_u64() && row["open_findings"].is_u64(), "{row}");
    }
    // Parts of a campaign would tell of what lies between them; and nothing else is told of other units.
    for part in [
        format!("{of_campaign}&unit={other}"),
        format!("{of_campaign}&unit={}", at.province),
        format!("{of_campaign}&class=commune"),
        format!("{of_campaign}&from=2026-03-01"),
        format!("{of_campaign}&as_known={}", at.house.app.now()),
        "/v1/reports/ranking?by=open_findings".to_owned(),
    ] {
        let rows = all(&at.head.visitor, &part).await;
        assert!(rows.iter().all(|row| row["unit"] == json!(at.commune)), "{part}: {rows:?}");
    }
    let apart = all(&at.head.visitor, &of_campaign.replace("ranking?", "ranking/unranked?")).await;
    assert_eq!(apart, Vec::<Value>::new());
    let items = read(&at.head.visitor, "/v1/reports/items?item=A01").await;
    assert_eq!(items["items"][0]["failing"], ratio(1, 1), "the own unit alone");
    // A head whose unit the campaign never came to, and a stranger, learn nothing.
    let elsewhere = at.house.place("Xã Hồng Quang", "commune", Some(at.province)).await;
    let roles = [(Role::HeadOfUnit, at.owner, Some(elsewhere))];
    let head = at.house.holder("Chủ tịch nơi khác", &roles).await.visitor;
    let stranger = at.house.holder("Người lạ", &[]).await.visitor;
    for who in [head, stranger] {
        assert_eq!(read(&who, &of_campaign).await["ranked"], 0);
    }
}

/// N11: 1.80 % against 2.40 % a year before; without an earlier value there is nothing to compare with. H02, X02: any
/// period, halves are local.
#[tokio::test(flavor = "multi_thread")]
async fn a_period_is_compared_with_the_one_before() {
    let at = Inspectorate::open().await;
    let overdue = |part: u32, whole: u32| {
        [("A03", json!({ "type": "ratio", "numerator": part, "denominator": whole }))]
    };
    handed_in(&at, at.commune, "2022-03-21", &overdue(5, 200)).await;
    handed_in(&at, at.other_commune, "2022-06-30", &overdue(7, 300)).await;
    handed_in(&at, at.commune, "2023-03-20", &overdue(9, 500)).await;
    let who = &at.reviewer.visitor;
    let compared = async |query: &str| {
        let report = read(who, &format!("/v1/reports/comparison?item=A03&{query}")).await;
        let item = report["items"][0].clone();
        for which in ["now", "earlier"] {
            let units = all(who, item["rows"][which].as_str().expect("an address")).await.len();
            let counted = item["failing"][which]["denominator"].as_u64().unwrap_or(0);
            assert_eq!(u64::try_from(units).ok(), Some(counted), "{query} {which}");
        }
        (report, item)
    };
    let (report, item) = compared("period=2023-H1").await;
    assert_eq!(report["earlier"], json!({ "name": "2022-H1", "from": "2022-01-01", "to": "2022-06-30" }));
    assert_eq!(
        item["measured"],
        json!({ "now": { "numerator": 9.0, "denominator": 500.0, "percent": 1.8 },
            "earlier": { "numerator": 12.0, "denominator": 500.0, "percent": 2.4 },
            "change": { "change": "lower", "points": -0.6 } })
    );
    assert_eq!(item["failing"]["change"], json!({ "change": "same", "points": 0.0 }));
    let (_, first) = compared("period=2022-H1").await;
    assert_eq!(first["measured"]["earlier"], Value::Null);
    assert_eq!(first["measured"]["change"], json!({ "change": "na", "points": null }));
    // The last day of a half is in it, to midnight in Vietnam.
    let (_, other) = compared("period=2023&earlier=2022-06-30..2022-06-30").await;
    assert_eq!(
        other["measured"]["earlier"],
        json!({ "numerator": 7.0, "denominator": 300.0, "percent": 2.33 })
    );
    let (status, no) = who.get("/v1/reports/comparison?period=2023-H3").await;
    assert_eq!((status, &no["errors"][0]["code"]), (422, &json!("report.period")));
    at.house.end().await;
}

/// Values to be imported.
fn import(at: &Inspectorate, series: &str, values: &Value) -> Value {
    json!({ "owner": at.owner, "series": series, "title": "Số liệu", "source": "Báo cáo 8 tháng 2017",
        "values": values })
}

/// X15, X03, M02, L16, L17: figures that others made are imported whole, again without harm, and read by those they concern.
#[tokio::test(flavor = "multi_thread")]
async fn figures_of_others_are_imported_whole_and_again() {
    let at = Inspectorate::open().await;
    let rank = |rank: u32, of: u32| {
        json!({ "type": "index", "rank": rank, "of": of, "score": "61,5",
            "components": [{ "name": "Thủ tục hành chính", "score": 10.25, "of": 14 }] })
    };
    let of_year = |year: &str, figure: Value| json!({ "unit": at.commune, "period": year, "figure": figure });
    let path = "/v1/external-figures";
    let who = &at.scheduler.visitor;
    let index =
        import(&at, "par_index", &json!([of_year("2016", rank(30, 30)), of_year("2015", rank(28, 30))]));
    for (done, by) in [((2, 0, 0), &index), ((0, 0, 2), &index)] {
        let (status, told) = who.post(path, by).await;
        assert_eq!(status, 200, "{told}");
        assert_eq!(
            json!([told["new"], told["corrected"], told["unchanged"]]),
            json!([done.0, done.1, done.2])
        );
    }
    let then = at.house.app.now();

    // One wrong value, and nothing of it is taken.
    let wrong = import(
        &at,
        "par_index",
        &json!([of_year("2014", rank(1, 30)), of_year("2016", rank(31, 30)),
            { "unit": Uuid::new_v4(), "period": "2016", "figure": { "type": "count", "count": 1 } }]),
    );
    let (status, no) = who.post(path, &wrong).await;
    assert_eq!((status, &no["errors"][0]["pointer"]), (422, &json!("/values/1/figure/rank")));
    let unknown = import(
        &at,
        "par_index",
        &json!([{ "unit": Uuid::new_v4(), "period": "2016", "figure": rank(1, 30) }]),
    );
    assert_eq!(who.post(path, &unknown).await.1["errors"][0]["code"], "external.unit-unknown");
    let early = import(&at, "par_index", &json!([of_year("1999", rank(1, 30))]));
    assert_eq!(who.post(path, &early).await.1["errors"][0]["code"], "external.unit-unknown", "no unit yet");

    // A value that is told anew; what was known before can be asked for.
    let anew = import(&at, "par_index", &json!([of_year("2016", rank(29, 30))]));
    assert_eq!(who.post(path, &anew).await.1["corrected"], 1);
    let list = format!("{path}?owner={}&series=par_index", at.owner);
    let ranks = async |who: &Visitor, list: &str| -> Vec<(Value, Value, Value)> {
        let told = all(who, list).await.into_iter();
        told.map(|v| (v["period"]["name"].clone(), v["figure"]["rank"].clone(), v["figure"]["last"].clone()))
            .collect()
    };
    let (y2016, y2015) = (json!("2016"), json!("2015"));
    let now = [(y2016.clone(), json!(29), json!(false)), (y2015.clone(), json!(28), json!(false))];
    assert_eq!(ranks(who, &list).await, now);
    let known = [(y2016, json!(30), json!(true)), (y2015, json!(28), json!(false))];
    assert_eq!(ranks(who, &format!("{list}&as_known={then}")).await, known);
    let held = all(who, &list).await;
    assert_eq!(held[0]["figure"]["score"], 61.5);
    assert_eq!(
        held[0]["figure"]["components"][0],
        json!({ "name": "Thủ tục hành chính", "score": 10.25, "of": 14 })
    );

    values_of_all_sorts(&at).await;

    // The head reads what is about the own unit; nobody else imports; strangers see nothing.
    let everything = format!("{path}?owner={}", at.owner);
    let own = all(&at.head.visitor, &everything).await;
    assert!(!own.is_empty() && own.iter().all(|value| value["unit"] == json!(at.commune)), "{own:?}");
    assert_eq!(all(&at.reviewer.visitor, &everything).await.len(), 10);
    let stranger = at.house.holder("Người lạ", &[]).await.visitor;
    assert_eq!(all(&stranger, &everything).await.len(), 0);
    for other in [&at.lead, &at.authority, &at.head, &at.reviewer] {
        assert_eq!(other.visitor.post(path, &index).await.0, 403);
    }
    at.house.end().await;
}

/// Counts by category, counts of years, a late report, shares: all of them values of their periods.
async fn values_of_all_sorts(at: &Inspectorate) {
    let (who, path) = (&at.scheduler.visitor, "/v1/external-figures");
    let of_year = |year: &str, figure: Value| json!({ "unit": at.commune, "period": year, "figure": figure });
    let staff = json!({ "type": "count", "count": 10,
        "parts": [{ "category": "cong_chuc", "count": 8 }, { "category": "hop_dong", "count": 2 }] });
    let disciplined = |n: u32| json!({ "type": "count", "count": n });
    let late = json!({ "type": "deadline", "due_on": "2020-12-15", "done_on": "2020-12-20" });
    for (series, values) in [
        ("staff_due", json!([of_year("2020", staff.clone())])),
        (
            "not_completing",
            json!([
                of_year("2019", disciplined(1)),
                of_year("2020", disciplined(2)),
                of_year("2021", disciplined(1)),
                of_year("2018", disciplined(0))
            ]),
        ),
        ("report_138", json!([of_year("2020", late)])),
        (
            "iso_9001_2008",
            json!([
            { "class": "agency", "period": "2017-01-01..2017-08-31", "figure": { "type": "ratio", "numerator": 12, "denominator": 12 } },
            { "unit": at.other_commune, "period": "2017-H1", "figure": { "type": "ratio", "numerator": 36, "denominator": 36 } }]),
        ),
    ] {
        let (status, told) = who.post(path, &import(at, series, &values)).await;
        assert_eq!(status, 200, "{told}");
    }
    let of = |series: &str| format!("{path}?owner={}&series={series}", at.owner);
    assert_eq!(all(who, &of("staff_due")).await[0]["figure"], staff);
    let counts: Vec<Value> =
        all(who, &of("not_completing")).await.iter().map(|v| v["figure"]["count"].clone()).collect();
    assert_eq!(counts, [json!(1), json!(2), json!(1), json!(0)], "2021, 2020, 2019, 2018");
    assert_eq!(all(who, &of("report_138")).await[0]["figure"]["days_late"], 5);
    let iso = all(who, &of("iso_9001_2008")).await;
    assert_eq!((&iso[0]["class"], &iso[0]["figure"]["ratio"]), (&json!("agency"), &ratio(12, 12)));
    assert_eq!(
        iso[0]["period"],
        json!({ "name": "2017-01-01..2017-08-31", "from": "2017-01-01", "to": "2017-08-31" })
    );
}
