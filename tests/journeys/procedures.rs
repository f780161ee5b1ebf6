//! Lists of administrative procedures: entered, corrected, read as of a day, compared with a board.

use crate::harness::{House, Visitor};
use fieldproof::domain::actor::Role;
use serde_json::{Value, json};
use uuid::Uuid;

fn procedure(code: &str, field: &str, from: &str, to: Option<&str>, replaced_by: Option<&str>) -> Value {
    json!({ "code": code, "name": format!("Thủ tục {code}"), "field": field, "valid_from": from, "valid_to": to,
        "replaced_by": replaced_by, "instrument": "Quyết định 2228/QĐ-UBND" })
}

fn list(owner: Uuid, procedures: &[Value]) -> Value {
    json!({ "owner": owner, "level": "commune", "fields": [
        { "code": "dia_chinh", "name": "Địa chính" }, { "code": "ho_tich", "name": "Hộ tịch" },
        { "code": "ldtbxh", "name": "Lao động, thương binh và xã hội" }], "procedures": procedures })
}

/// Codes of a board are trimmed, and refused where they are none.
async fn read_as_on_entry(by: &Visitor, board: &Value) {
    let mut typed = board.clone();
    typed["posted"] = json!([{ "code": " 1.001 ", "field": "ho_tich " }]);
    let (_, found) = by.post("/v1/procedure-comparisons", &typed).await;
    assert_eq!((&found["posted"]["numerator"], &found["unknown"]), (&json!(1), &json!([])), "{found}");
    typed["posted"] = json!([{ "code": "1.001" }, { "code": "" }, { "code": "1 001", "field": "zzz" }]);
    let (status, no) = by.post("/v1/procedure-comparisons", &typed).await;
    let told: Vec<(&str, &str)> = no["errors"]
        .as_array()
        .expect("faults")
        .iter()
        .map(|fault| (fault["pointer"].as_str().unwrap(), fault["code"].as_str().unwrap()))
        .collect();
    let expected = [
        ("/posted/1/code", "procedure.code"),
        ("/posted/2/code", "procedure.code"),
        ("/posted/2/field", "procedure.field"),
    ];
    assert_eq!((status, told), (422, expected.to_vec()));
}

/// M22, M23: three procedures on the board were abolished or replaced before the visit of 20 March 2020; two fields
/// are missing; what must be posted has a percentage.
#[tokio::test(flavor = "multi_thread")]
async fn a_board_is_compared_with_the_procedures_in_force_on_the_day() {
    let house = House::open().await;
    let (owner, other) = (house.owner("my-duc").await.0, house.owner("chuong-my").await.0);
    let planner = house.officer("Lê Văn Kế", &[(Role::Scheduler, Some(owner))]).await.visitor;
    let member = house.officer("Trần Thị Bình", &[(Role::Member, Some(owner))]).await.visitor;
    let stranger = house.officer("Người khác", &[(Role::Scheduler, Some(other))]).await.visitor;
    let first = list(
        owner,
        &[
            procedure("1.001", "ho_tich", "2018-01-01", None, None),
            procedure("1.002", "ho_tich", "2018-01-01", None, None),
            procedure("1.003", "dia_chinh", "2018-01-01", None, None),
            procedure("1.004", "ldtbxh", "2018-01-01", None, None),
            procedure("1.005", "ho_tich", "2018-01-01", None, None),
            procedure("1.006", "ho_tich", "2018-01-01", None, None),
            procedure("1.007", "dia_chinh", "2018-01-01", Some("2020-01-01"), None),
        ],
    );
    let enter = async |list: &Value| planner.post("/v1/procedure-lists", list).await;
    assert_eq!(enter(&first).await, (200, json!({ "new": 7, "corrected": 0, "unchanged": 0 })));
    assert_eq!(enter(&first).await, (200, json!({ "new": 0, "corrected": 0, "unchanged": 7 })));
    let change = list(
        owner,
        &[
            procedure("1.005", "ho_tich", "2018-01-01", Some("2019-06-01"), None),
            procedure("1.006", "ho_tich", "2018-01-01", Some("2020-03-20"), Some("1.002")),
        ],
    );
    assert_eq!(enter(&change).await, (200, json!({ "new": 0, "corrected": 2, "unchanged": 0 })));
    let overlapping = list(owner, &[procedure("1.001", "ho_tich", "2019-01-01", None, None)]);
    let (status, no) = enter(&overlapping).await;
    let told = json!([status, no["errors"][0]["code"], no["errors"][0]["pointer"]]);
    assert_eq!(told, json!([422, "procedure.overlap", "/procedures/0"]));
    assert_eq!(member.post("/v1/procedure-lists", &change).await.0, 403);

    let in_force = async |day: &str, more: &str| {
        let page =
            member.get(&format!("/v1/procedures?owner={owner}&level=commune&as_of={day}{more}")).await.1;
        let codes: Vec<String> =
            page["items"].as_array().expect("items").iter().map(|p| p["code"].to_string()).collect();
        (codes.join(" ").replace('"', ""), page["next"].as_str().map(ToOwned::to_owned))
    };
    assert_eq!(in_force("2017-12-31", "").await.0, "");
    assert_eq!(in_force("2020-03-19", "").await.0, "1.001 1.002 1.003 1.004 1.006");
    assert_eq!(in_force("2020-03-20", "").await.0, "1.001 1.002 1.003 1.004");
    assert_eq!(in_force("2020-03-20", "&field=ho_tich").await.0, "1.001 1.002");
    let (head, next) = in_force("2020-03-20", "&limit=3").await;
    assert_eq!(head, "1.001 1.002 1.003");
    let rest = in_force("2020-03-20", &format!("&limit=3&cursor={}", next.expect("a second page"))).await;
    assert_eq!(rest, ("1.004".to_owned(), None));
    assert_eq!(stranger.get(&format!("/v1/procedures?owner={owner}&level=commune")).await.0, 404);

    let board = json!({ "owner": owner, "level": "commune", "day": "2020-03-20", "posted": [
        { "code": "1.001", "field": "dia_chinh" }, { "code": "1.005" }, { "code": "1.006" }, { "code": "1.007" },
        { "code": "9.999" }] });
    let (status, found) = member.post("/v1/procedure-comparisons", &board).await;
    assert_eq!(status, 200, "{found}");
    let codes = |of: &Value| -> Vec<String> {
        let code =
            |p: &Value| p["code"].as_str().or(p["procedure"]["code"].as_str()).expect("a code").to_owned();
        of.as_array().expect("a list").iter().map(code).collect()
    };
    assert_eq!(found["posted"], json!({ "numerator": 1, "denominator": 4, "percent": 25.0 }));
    assert_eq!(codes(&found["missing"]), ["1.002", "1.003", "1.004"]);
    assert_eq!(codes(&found["outdated"]), ["1.005", "1.006", "1.007"]);
    let why = json!([found["outdated"][0]["because"], found["outdated"][1]["because"]]);
    assert_eq!(why, json!(["abolished", "replaced"]));
    assert_eq!(
        json!([codes(&found["wrong_field"]), found["wrong_field"][0]["posted_under"]]),
        json!([["1.001"], "dia_chinh"])
    );
    assert_eq!(found["unknown"], json!(["9.999"]));
    assert_eq!(codes(&found["missing_fields"]), ["dia_chinh", "ldtbxh"]);
    assert_eq!(stranger.post("/v1/procedure-comparisons", &board).await.0, 404);

    // Of one field that was looked at: nothing of another, and all that stands under it.
    let mut of_one = board.clone();
    of_one["fields"] = json!(["dia_chinh"]);
    let (status, found) = member.post("/v1/procedure-comparisons", &of_one).await;
    assert_eq!(status, 200, "{found}");
    assert_eq!(
        (codes(&found["outdated"]), codes(&found["missing"])),
        (vec!["1.007".into()], vec!["1.003".into()])
    );
    assert_eq!(codes(&found["wrong_field"]), ["1.001"]);

    read_as_on_entry(&member, &board).await;
    assert_eq!(
        house.deeds(&owner.to_string()).await.iter().filter(|d| *d == "procedures.entered").count(),
        3
    );
    house.close().await;
}
