//! S3. Twenty-five visits in quận Hà Đông in the first half of 2013: seventeen wards, thirteen without the full set of
//! procedures on the board.

use super::office::{Office, Setting, Unit, district, done, item, names, paper, ratio};
use crate::harness::House;
use fieldproof::domain::actor::Role;
use futures::{StreamExt, stream};
use jiff::civil::Date;
use serde_json::{Value, json};
use uuid::Uuid;

/// Wards whose board carries the whole set.
pub const WHOLE_SET: [&str; 4] =
    ["Phường Nguyễn Trãi", "Phường Quang Trung", "Phường Vạn Phúc", "Phường Văn Quán"];
/// Wards whose board follows the wrong list.
pub const WRONG_LIST: [&str; 4] = ["Phường Đồng Mai", "Phường Mộ Lao", "Phường Phú Lương", "Phường Phúc La"];

async fn checklists(office: &Office) -> Uuid {
    let yes = || json!({ "type": "yes_no_na", "pass": "yes" });
    let full = json!({ "type": "ratio", "numerator": { "field": "procedures_posted" },
        "denominator": { "field": "procedures_required" }, "operator": ">=", "threshold": 100 });
    let items = [
        item("OSS-D02", full),
        item("OSS-D03", yes()),
        item("CON-G01", yes()),
        item("CON-T03", yes()),
        item("CON-T01", yes()),
    ];
    office.checklist_of("KT", &items).await
}

/// What a ward's visit found: the item and its answer.
fn found(ward: &Unit, place: usize) -> Vec<(&'static str, Value)> {
    let yes_if = |good: bool| json!({ "type": "yes_no_na", "value": if good { "yes" } else { "no" } });
    let posted = if WHOLE_SET.contains(&ward.name.as_str()) { 150 } else { 141 };
    vec![
        ("OSS-D02", json!({ "type": "ratio", "numerator": posted, "denominator": 150 })),
        ("OSS-D03", yes_if(!WRONG_LIST.contains(&ward.name.as_str()))),
        ("CON-G01", yes_if(place >= 5)),
        ("CON-T03", yes_if(place >= 3)),
        ("CON-T01", yes_if(place >= 6)),
    ]
}

/// The half-year of the district: 17 wards once, 6 offices of which 2 twice. Gives the office, the district and the
/// campaign.
pub async fn half_year(house: &House) -> (Office, Uuid, Setting) {
    house.with_register().await;
    let (district, wards) = district("268", "2013-07-01");
    assert_eq!(wards.len(), 17);
    let office = Office::open(house, "ha-dong", "UBND quận Hà Đông").await;
    let root = house.officer("Quản trị", &[(Role::Administrator, None)]).await.visitor;
    let mut offices: Vec<Uuid> = Vec::new();
    for name in
        ["Phòng Nội vụ", "Phòng Tư pháp", "Phòng Y tế", "Phòng Kinh tế", "Thanh tra quận", "Văn phòng"]
    {
        let new = json!({ "name": name, "unit_type": "agency", "parent": district, "valid_from": "2010-01-01",
            "valid_to": "2025-07-01" });
        let made = done(root.send("POST", "/v1/units", Some(&new)).await);
        offices.push(made.body["id"].as_str().and_then(|id| id.parse().ok()).expect("an id"));
    }
    let checklist = checklists(&office).await;
    let of = office.draft("civil_service", "Năm kỷ cương hành chính 2013", &["Kỷ cương hành chính"]).await;
    let issuer = "UBND quận Hà Đông";
    let papers = [
        paper("plan", "02/KH-UBND", issuer, "2012-12-20"),
        paper("decision", "09/QĐ-UBND", issuer, "2012-12-28"),
    ];
    office.activate(&of.at, &papers).await;

    let day = |n: usize| -> String {
        let first: Date = "2013-01-02".parse().expect("a day");
        first.saturating_add(jiff::Span::new().days(i64::try_from(n * 7).expect("few"))).to_string()
    };
    let plan = |of: &Setting, unit: Uuid, n: usize| office.plan(of, unit, "planned", &day(n), &[checklist]);
    let of_wards = wards.iter().enumerate().map(|(n, ward)| (plan(&of, ward.id, n), found(ward, n)));
    let twice = offices.iter().chain(&offices[..2]).enumerate();
    let of_offices = twice.map(|(n, unit)| (plan(&of, *unit, 17 + n), Vec::new()));
    stream::iter(of_wards.chain(of_offices).collect::<Vec<_>>())
        .for_each_concurrent(4, |(plan, found)| {
            let office = &office;
            async move {
                let made = done(office.schedule(&plan).await);
                let visit = made.header("location");
                office.arrive(house, visit, plan["planned_start"].as_str().expect("a start")).await;
                let is_silent = found.is_empty();
                for (item, answer) in found {
                    office.answer(house, visit, (checklist, item), answer).await;
                }
                if is_silent {
                    // The offices are counted as visits and units alone.
                    let why = json!({ "reason": "Nội dung của bảng kiểm không hỏi phòng, ban." });
                    let at = format!("{visit}/leave-unanswered");
                    done(office.lead.visitor.send("POST", &at, Some(&why)).await);
                }
                office.finish(visit).await;
            }
        })
        .await;
    (office, district, of)
}

/// H04, H07 to H09, M37: the half-year report.
#[tokio::test(flavor = "multi_thread")]
async fn a_half_year_tells_how_many_wards_fail_which_item_and_which() {
    let house = House::open().await;
    let (office, district, _) = half_year(&house).await;
    let reader = &office.scheduler.visitor;
    let span = format!("unit={district}&owner={}&from=2013-01-01", office.owner);

    let (status, coverage) = reader.get(&format!("/v1/reports/coverage?{span}&as_of=2013-06-30")).await;
    assert_eq!(status, 200, "{coverage}");
    assert_eq!((&coverage["visits"], &coverage["distinct_units"]), (&json!(25), &json!(23)));

    let at = format!("/v1/reports/items?{span}&to=2013-06-30");
    let (status, report) = reader.get(&format!("{at}&item=OSS-D02&item=OSS-D03")).await;
    assert_eq!(status, 200, "{report}");
    let (list, set) = (&report["items"][1], &report["items"][0]);
    assert_eq!((&set["item"], &list["item"]), (&json!("OSS-D02"), &json!("OSS-D03")));
    assert_eq!((&set["failing"], &set["passing"]), (&ratio(13, 17, 76.47), &ratio(4, 17, 23.53)));
    assert_eq!(names(&set["passing_units"]), WHOLE_SET);
    assert_eq!(set["wording"], "phần lớn");
    assert_eq!(list["failing"], ratio(4, 17, 23.53));
    assert_eq!(names(&list["failing_units"]), WRONG_LIST, "as dictionaries order them, not as bytes do");
    assert_eq!(list["wording"], "một số");
    assert_eq!(report["together"]["at_all"], ratio(4, 17, 23.53));
    let alone = &report["together"]["at_one_alone"];
    assert_eq!((&alone[0]["item"], &alone[0]["failing"]), (&json!("OSS-D02"), &ratio(9, 17, 52.94)));

    let (_, every) = reader.get(&at).await;
    let failing = |code: &str| {
        let items = every["items"].as_array().into_iter().flatten();
        items
            .clone()
            .find(|item| item["item"] == code)
            .map(|item| item["failing"].clone())
            .unwrap_or_default()
    };
    assert_eq!(failing("CON-G01"), ratio(5, 17, 29.41));
    assert_eq!(failing("CON-T03"), ratio(3, 17, 17.65));
    assert_eq!(failing("CON-T01"), ratio(6, 17, 35.29));
    assert_eq!(
        names(&every["items"][0]["failing_units"]),
        Vec::<&str>::new(),
        "units are told where items are named"
    );

    // A report of a later time has none of it; and nobody counts what they may not see.
    let (_, later) = reader.get(&at.replace("2013-01-01", "2013-06-29")).await;
    assert_eq!((later["visits"].as_u64(), later["items"].as_array().map(Vec::len)), (Some(0), Some(0)));
    let stranger = house.holder("Người lạ", &[]).await.visitor;
    assert_eq!(stranger.get(&at).await.1["visits"], 0);

    // S3: one ward, however its name is typed; the last is decomposed.
    for typed in ["dong mai", "đồng mai", "ĐỒNG MAI", "\u{111}o\u{302}\u{300}ng mai"] {
        let (status, found) =
            reader.get(&format!("/v1/units?q={}&as_of=2013-07-01", urlencoded(typed))).await;
        assert_eq!(status, 200, "{found}");
        assert_eq!(names(&found["items"]), ["Phường Đồng Mai"], "{typed}");
    }
    house.close().await;
}

fn urlencoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
