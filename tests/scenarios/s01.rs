//! S1. Four rounds in huyện Phú Xuyên in 2017: coverage and visit counts.

use super::office::{Office, Setting, Unit, district, done, names, paper, ratio};
use super::remedies::all;
use crate::harness::{Holder, House, Visitor};
use fieldproof::domain::actor::Role;
use serde_json::{Value, json};
use uuid::Uuid;

/// The district's year, as its report tells it.
pub struct Year {
    /// The district's office.
    pub office: Office,
    /// Its campaign.
    pub of: Setting,
    /// Huyện Phú Xuyên.
    pub district: Uuid,
    /// Its 28 communes by code.
    pub communes: Vec<Unit>,
    /// Its checklist.
    pub checklist: Uuid,
    /// Round 2.
    pub second: Uuid,
}

/// The days of a round: one visit after the other, a day each, from a Monday on.
fn days(first: &str) -> impl Iterator<Item = String> {
    let first: jiff::civil::Date = first.parse().expect("a day");
    (0_i64..).map(move |n| first.saturating_add(jiff::Span::new().days(n / 2)).to_string())
}

async fn organisations(house: &House, district: Uuid) -> (Vec<Unit>, Vec<Unit>) {
    let root = house.officer("Quản trị", &[(Role::Administrator, None)]).await.visitor;
    let (mut agencies, mut service_units) = (Vec::new(), Vec::new());
    for n in 1..=17 {
        let (list, kind, word) = if n <= 12 {
            (&mut agencies, "agency", "Phòng")
        } else {
            (&mut service_units, "public_service_unit", "Trung tâm")
        };
        let name = format!("{word} số {n} huyện Phú Xuyên");
        let new = json!({ "name": name, "unit_type": kind, "parent": district, "valid_from": "2010-01-01",
            "valid_to": "2025-07-01" });
        let made = done(root.send("POST", "/v1/units", Some(&new)).await);
        let id = made.body["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
        list.push(Unit { id, code: String::new(), name });
    }
    (agencies, service_units)
}

/// Everything the district did: 53 visits in four rounds, all final.
pub async fn year(house: &House) -> Year {
    house.with_register().await;
    let (district, communes) = district("280", "2017-09-01");
    assert_eq!(communes.len(), 28);
    let (agencies, service_units) = organisations(house, district).await;
    let office = Office::open(house, "phu-xuyen", "UBND huyện Phú Xuyên").await;
    let checklist = office.checklist("KT").await;
    let of = office.draft("reform", "Kiểm tra cải cách hành chính 2017", &["Cải cách hành chính"]).await;
    office.team(&of.at, "Đoàn số 2").await;
    let issuer = "UBND huyện Phú Xuyên";
    let papers = [
        paper("plan", "21/KH-UBND", issuer, "2017-01-20"),
        paper("decision", "512/QĐ-UBND", issuer, "2017-02-01"),
    ];
    office.activate(&of.at, &papers).await;
    let organisations: Vec<Unit> = agencies.into_iter().chain(service_units).collect();
    let (first, next) = (&communes[..13], &communes[13..25]);
    let mut second = Uuid::nil();
    for (purpose, kind, targets, from) in [
        ("first", "planned", first, "2017-03-20"),
        ("first", "planned", next, "2017-05-15"),
        ("first", "planned", &organisations[..], "2017-06-12"),
        ("re_inspection", "re_inspection", &first[..11], "2017-08-07"),
    ] {
        let round = office.round(&of.at, purpose, targets).await;
        if from == "2017-05-15" {
            second = round;
        }
        let plan = |(unit, day): (&Unit, String)| {
            let mut plan = office.plan(&of, unit.id, kind, &day, &[checklist]);
            plan["round"] = json!(round);
            plan
        };
        office.make_all(house, targets.iter().zip(days(from)).map(plan).collect()).await;
    }
    Year { office, of, district, communes, checklist, second }
}

/// The city's office and its campaign, active.
pub async fn city(house: &House) -> (Office, Setting, Uuid) {
    let office = Office::open(house, "ha-noi", "UBND thành phố Hà Nội").await;
    let checklist = office.checklist("DX").await;
    let of = office.draft("civil_service", "Kiểm tra công vụ đột xuất 2017", &["Thực thi công vụ"]).await;
    let papers = [paper("decision", "77/QĐ-UBND", "UBND thành phố Hà Nội", "2017-01-10")];
    office.activate(&of.at, &papers).await;
    (office, of, checklist)
}

/// Somebody of the district who plans its campaigns and to whom the city shows what it disclosed in the district.
pub async fn reader(house: &House, district: (Uuid, Uuid), city: Uuid) -> Holder {
    let (owner, unit) = district;
    let roles = [(Role::Scheduler, owner, None), (Role::Oversight, city, Some(unit))];
    house.holder("Vũ Thị Theo", &roles).await
}

fn class<'a>(report: &'a Value, name: &str) -> &'a Value {
    let classes = report["classes"].as_array().expect("classes");
    classes.iter().find(|class| class["class"] == name).expect("the class")
}

/// X02, X03, X06 to X12, X15, X22, X23: the coverage of huyện Phú Xuyên in 2017, with the city's visits and without.
#[tokio::test(flavor = "multi_thread")]
async fn four_rounds_give_the_figures_of_their_report() {
    let house = House::open().await;
    let year = year(&house).await;
    let (city, of_city, checklist) = city(&house).await;
    // Phú Minh, Phú Xuyên, Quang Lãng, Châu Can.
    let plans = ["10270", "10273", "10345", "10348"].into_iter().zip(["02-13", "02-14", "02-15", "02-16"]);
    let plan = |(code, day): (&str, &str)| {
        let unit = year.communes.iter().find(|unit| unit.code == code).expect("a commune");
        city.plan(&of_city, unit.id, "surprise", &format!("2017-{day}"), &[checklist])
    };
    city.make_all(&house, plans.map(plan).collect()).await;

    let reader = reader(&house, (year.office.owner, year.district), city.owner).await.visitor;
    let at = format!("/v1/reports/coverage?unit={}&as_of=2017-09-01", year.district);
    let of_district = format!("{at}&owner={}", year.office.owner);
    let (status, report) = reader.get(&of_district).await;
    assert_eq!(status, 200, "{report}");
    let communes = class(&report, "commune");
    assert_eq!(communes["first_inspection"], ratio(25, 28, 89.29));
    assert_eq!(names(&communes["not_covered"]), ["Xã Châu Can", "Xã Minh Tân", "Xã Quang Lãng"]);
    assert_eq!(class(&report, "agency")["first_inspection"], ratio(12, 12, 100.0));
    assert_eq!(class(&report, "service_unit")["first_inspection"], ratio(5, 5, 100.0));
    assert_eq!(communes["re_inspection"], ratio(11, 28, 39.29));
    assert_eq!(communes["re_inspection_of_inspected"], ratio(11, 25, 44.0));
    let rounds: Vec<(i64, i64)> = report["rounds"]
        .as_array()
        .expect("rounds")
        .iter()
        .filter_map(|round| Some((round["number"].as_i64()?, round["visits"].as_i64()?)))
        .collect();
    assert_eq!(rounds, [(1, 13), (2, 12), (3, 17), (4, 11)]);
    assert_eq!((&report["visits"], &report["distinct_units"]), (&json!(53), &json!(42)));
    let kinds = report["kinds"].as_array().expect("kinds").iter();
    let kinds: Vec<Value> = kinds.map(|kind| json!([kind["kind"], kind["visits"]])).collect();
    assert_eq!(kinds, [json!(["planned", 42]), json!(["re_inspection", 11])]);

    rows_hold_what_was_counted(&reader, &report).await;
    told_by_others(&year, &reader).await;

    let (_, any) = reader.get(&at).await;
    let communes = class(&any, "commune");
    assert_eq!(any["visits"], 57, "with the city's four");
    assert_eq!(communes["first_inspection"], ratio(27, 28, 96.43));
    assert_eq!(names(&communes["not_covered"]), ["Xã Minh Tân"]);

    // The same unit in two first rounds of a campaign.
    let twice: Vec<Uuid> = year.communes[13..25].iter().chain(&year.communes[..1]).map(|u| u.id).collect();
    let who = &year.office.scheduler.visitor;
    let change = json!({ "name": "", "targets": twice, "teams": [] });
    let round = format!("{}/rounds/{}", year.of.at, year.second);
    let refused = who.answer(who.request("PUT", &round).header("if-match", "\"v1\"").json(&change)).await;
    assert_eq!((refused.status, refused.body["code"].as_str()), (409, Some("round.target-taken")));
    assert_eq!(refused.body["errors"][0]["pointer"], "/targets/12");
    assert_eq!(reader.get(&of_district).await.1, report, "the figures stay");

    // No first visit of this campaign at Châu Can: nothing to look at again.
    let chau_can = year.communes.iter().find(|unit| unit.code == "10348").expect("Châu Can");
    let again = year.office.plan(&year.of, chau_can.id, "re_inspection", "2017-08-15", &[year.checklist]);
    let refused = year.office.schedule(&again).await;
    assert_eq!((refused.status, refused.body["code"].as_str()), (422, Some("visit.no-prior-visit")));

    // Later days have fewer units; the report of 2017 stays one of 28.
    let later = at.replace("as_of=2017-09-01", "as_of=2020-04-01");
    let (_, of_2020) = reader.get(&later).await;
    assert_eq!(class(&of_2020, "commune")["first_inspection"]["denominator"], 27);
    assert_eq!(reader.get(&of_district).await.1, report);
    house.close().await;
}

/// The lists behind the figures hold exactly what was counted.
async fn rows_hold_what_was_counted(reader: &Visitor, report: &Value) {
    let rows = async |of: &Value| all(reader, of.as_str().expect("an address")).await.len();
    assert_eq!(rows(&report["rows"]).await, 53);
    let first_round = &report["rounds"][0];
    assert_eq!(rows(&first_round["rows"]).await, 13);
    let again = &report["kinds"][1];
    assert_eq!((&again["kind"], rows(&again["rows"]).await), (&json!("re_inspection"), 11));
    let lists = &class(report, "commune")["rows"];
    for (list, units) in
        [("all", 28), ("first_inspection", 25), ("re_inspection", 11), ("re_inspection_of_inspected", 11)]
    {
        assert_eq!(rows(&lists[list]).await, units, "{list}");
    }
    let inspected = all(reader, lists["first_inspection"].as_str().expect("an address")).await;
    let of_unit = &inspected[0]["rows"];
    assert_eq!(rows(&of_unit["visits"]).await, 1 + usize::from(inspected[0]["re_inspections"] == 1));
    assert_eq!(rows(&of_unit["first_inspections"]).await, 1);
}

/// What the report of eight months takes from elsewhere: ISO 9001:2008, and the index of the year before.
async fn told_by_others(year: &Year, reader: &Visitor) {
    let share = |class: &str, n: u32| {
        json!({ "unit": year.district, "class": class, "period": "2017-01-01..2017-08-31",
            "figure": { "type": "ratio", "numerator": n, "denominator": n } })
    };
    let index = json!([{ "unit": year.district, "period": "2016",
        "figure": { "type": "index", "rank": 30, "of": 30 } }]);
    for (series, values) in
        [("iso_9001_2008", json!([share("agency", 12), share("commune", 28)])), ("par_index", index)]
    {
        let said = json!({ "owner": year.office.owner, "series": series, "title": series,
            "source": "Báo cáo 8 tháng năm 2017 của Ban chỉ đạo CCHC huyện", "values": values });
        done(year.office.scheduler.visitor.send("POST", "/v1/external-figures", Some(&said)).await);
    }
    let of = |series: &str| format!("/v1/external-figures?owner={}&series={series}", year.office.owner);
    let iso = all(reader, &of("iso_9001_2008")).await;
    let applied = |class: &str| {
        let found = iso.iter().find(|value| value["class"] == class).expect("a value");
        found["figure"]["ratio"].clone()
    };
    assert_eq!((applied("agency"), applied("commune")), (ratio(12, 12, 100.0), ratio(28, 28, 100.0)));
    let index = &all(reader, &of("par_index")).await[0];
    let figure = &index["figure"];
    assert_eq!((&figure["rank"], &figure["of"], &figure["last"]), (&json!(30), &json!(30), &json!(true)));
    assert_eq!(index["period"]["name"], "2016");
}
