//! The 22 communes of huyện Mỹ Đức in March 2020, one visit each: what words such as "most" and "some" rest on.

use super::office::{Office, Unit, district, done, item, names, paper, ratio};
use crate::harness::{House, id_of};
use serde_json::{Value, json};

/// How an item of a checklist on the shelf is answered, without its photos.
fn asked(shelf: &str, code: &str) -> Value {
    let list: Value = serde_json::from_str(shelf).expect("a checklist");
    let sections = list["body"]["sections"].as_array().expect("sections").clone();
    let mut items = sections.iter().flat_map(|section| section["items"].as_array().expect("items").clone());
    let found = items.find(|item| item["code"] == code).expect("an item");
    item(code, found["response"].clone())
}

/// Whether each of a number of communes is fine: the first so many are.
fn answers(place: usize) -> [(&'static str, Value); 4] {
    let yes_if = |good: bool| json!({ "type": "yes_no_na", "value": if good { "yes" } else { "no" } });
    let choose = |value: &str| json!({ "type": "choice", "value": value });
    [
        ("CIT-M01", choose(if place < 15 { "separate" } else { "shared" })),
        ("CIT-N01", yes_if(place < 10)),
        ("CIT-N05", yes_if(place < 14)),
        ("OSS-C01", choose(if place < 16 { "decision_and_list" } else { "none" })),
    ]
}

/// M16, M19, M20, M38: 15 of 22 have a room of their own, 12 no team, 6 no decision, and 14 paid with 8 unpaid are 22.
#[tokio::test(flavor = "multi_thread")]
async fn most_communes_are_more_than_half_of_them() {
    let house = House::open().await;
    house.with_register().await;
    let (my_duc, communes) = district("282", "2020-03-23");
    let office = Office::open(&house, "my-duc", "UBND huyện Mỹ Đức").await;
    let who = &office.scheduler.visitor;
    let counted = async |kind: &str| {
        let path = format!("/v1/units?parent={my_duc}&as_of=2020-03-23&unit_type={kind}&limit=200");
        who.get(&path).await.1["items"].as_array().expect("units").len()
    };
    assert_eq!((counted("commune").await, counted("township").await, communes.len()), (21, 1, 22));

    let (cit, oss) = (include_str!("../../api/library/cit.json"), include_str!("../../api/library/oss.json"));
    let items = [asked(cit, "CIT-M01"), asked(cit, "CIT-N01"), asked(cit, "CIT-N05"), asked(oss, "OSS-C01")];
    let checklist = office.checklist_of("KT", &items).await;
    let of = office.draft("civil_service", "Kiểm tra công vụ năm 2020", &["Thực thi công vụ"]).await;
    let issuer = "UBND huyện Mỹ Đức";
    let papers = [
        paper("plan", "12/KH-UBND", issuer, "2020-02-03"),
        paper("decision", "345/QĐ-UBND", issuer, "2020-02-10"),
    ];
    office.activate(&of.at, &papers).await;
    for (place, unit) in communes.iter().enumerate() {
        let plan = office.plan(&of, unit.id, "planned", "2020-03-20", &[checklist]);
        let visit = done(office.schedule(&plan).await).header("location").to_owned();
        office.arrive(&house, &visit, "2020-03-20T07:35:00+07:00").await;
        for (item, answer) in answers(place) {
            office.answer(&house, &visit, (checklist, item), answer).await;
        }
        office.finish(&visit).await;
        assert!(!id_of(&visit).is_empty());
    }

    let named = "item=CIT-M01&item=CIT-N01&item=CIT-N05&item=OSS-C01";
    let at = format!("/v1/reports/items?unit={my_duc}&from=2020-03-01&to=2020-03-23&{named}");
    let (status, report) = who.get(&at).await;
    assert_eq!((status, &report["visits"]), (200, &json!(22)), "{report}");
    let of = |code: &str| {
        let items = report["items"].as_array().expect("items");
        items.iter().find(|item| item["item"] == code).expect("an item").clone()
    };
    assert_eq!(of("CIT-M01")["passing"], ratio(15, 22, 68.18));
    assert_eq!(of("CIT-N01")["failing"], ratio(12, 22, 54.55));
    assert_eq!(of("OSS-C01")["failing"], ratio(6, 22, 27.27));
    assert_eq!(json!([of("CIT-N01")["wording"], of("OSS-C01")["wording"]]), json!(["phần lớn", "một số"]));
    let allowance = of("CIT-N05");
    assert_eq!((&allowance["passing"], &allowance["failing"]), (&ratio(14, 22, 63.64), &ratio(8, 22, 36.36)));
    let (paid, unpaid) = (names(&allowance["passing_units"]), names(&allowance["failing_units"]));
    assert_eq!((paid.len(), unpaid.len()), (14, 8), "and each is named");
    let expected: Vec<&Unit> = communes.iter().skip(14).collect();
    assert!(expected.iter().all(|unit| unpaid.contains(&unit.name.as_str())), "{unpaid:?}");
    house.close().await;
}
