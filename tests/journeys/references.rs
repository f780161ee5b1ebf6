//! The library of documents that checklists rest on.

use crate::harness::House;
use fieldproof::domain::actor::Role;
use fieldproof::library;
use serde_json::{Value, json};

/// M06, M09, M32, H13: each document once, with its days and the items that cite it; a party's number is told apart, and
/// what has neither number nor text is kept by its title.
#[tokio::test(flavor = "multi_thread")]
async fn documents_are_listed_with_their_days_and_the_items_that_cite_them() {
    let house = House::open().await;
    library::import_templates(&house.app, None, None)
        .await
        .expect("the checklists that come with the program");
    let (owner, other) = (house.owner("my-duc").await.0, house.owner("phu-xuyen").await.0);
    let member = house.officer("Trần Thị Bình", &[(Role::Member, Some(owner))]).await.visitor;
    let list = async |query: &str| {
        let (status, page) = member.get(&format!("/v1/reference-documents{query}")).await;
        assert_eq!((status, &page["next"]), (200, &Value::Null), "{page}");
        page["items"].as_array().expect("documents").clone()
    };
    let cited = |document: &Value| -> Vec<String> {
        let by = document["cited_by"].as_array().expect("items").iter();
        by.map(|one| one["item"].as_str().expect("an item").to_owned()).collect()
    };

    let all = list("").await;
    let names: Vec<&str> = all.iter().filter_map(|one| one["document"].as_str()).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    assert_eq!(names, sorted);
    let conduct = list("?q=quy%20tac%20ung%20xu").await;
    assert_eq!((conduct.len(), cited(&conduct[0])), (1, vec!["CON-K02".to_owned()]));
    let criteria = list("?q=10%20tieu%20chi").await;
    assert_eq!((cited(&criteria[0]), &criteria[0]["number"]), (vec!["CON-L01".to_owned()], &Value::Null));
    assert_eq!(cited(&list("?q=20/CT-UBND").await[0]), ["CON-L01"]);
    let party = &list("?q=11-HD/HU").await[0];
    let told = json!([party["number"], party["issuer_kind"], party["issued_on"], cited(party)]);
    assert_eq!(told, json!(["11-HD/HU", "party", "2018-06-13", ["AGY-X03"]]));
    assert_eq!(cited(&list("?q=84/2009").await[0]), ["OSS-C03"]);
    assert_eq!(cited(&list("?q=TCVN%20ISO%209001").await[0]), ["OSS-D06"]);

    // A decree and the one that took its place.
    let decree = |list: &[Value]| -> Vec<Value> {
        let of =
            list.iter().filter(|one| ["61/2018/NĐ-CP", "118/2025/NĐ-CP"].iter().any(|n| one["number"] == *n));
        of.map(|one| json!([one["number"], one["valid_from"], one["valid_to"]])).collect()
    };
    let before = json!([["61/2018/NĐ-CP", null, "2025-07-01"]]);
    let after = json!([["118/2025/NĐ-CP", "2025-07-01", null]]);
    assert_eq!(json!(decree(&list("?on=2025-06-30").await)), before);
    assert_eq!(json!(decree(&list("?on=2025-07-01").await)), after);
    assert_eq!(decree(&all).len(), 2);

    // A draft is nothing to rest on yet; another owner's checklist is theirs.
    let theirs = house.officer("Người khác", &[(Role::Scheduler, Some(other))]).await.visitor;
    let made = theirs.send("POST", "/v1/templates", Some(&json!({ "owner": other, "code": "RI" }))).await;
    let item = json!({ "code": "RI-01", "question": { "vi": "Có quyết định không?", "en": "" }, "weight": 1,
        "response": { "type": "yes_no_na", "pass": "yes" }, "legal_basis": ["Quyết định 77/QĐ-UBND"] });
    let body = json!({ "title": { "vi": "Riêng", "en": "" },
        "sections": [{ "title": { "vi": "Chung", "en": "" }, "items": [item] }] });
    let draft = theirs.send("POST", &format!("{}/versions", made.header("location")), Some(&body)).await;
    let own = async || theirs.get("/v1/reference-documents?q=77/Q%C4%90-UBND").await.1["items"].clone();
    assert_eq!(own().await, json!([]));
    let publish = format!("{}/publish", draft.header("location"));
    assert_eq!(theirs.post(&publish, &Value::Null).await.0, 200);
    assert_eq!(own().await[0]["cited_by"], json!([{ "template": "RI", "version": 1, "item": "RI-01" }]));
    assert_eq!(list("?q=77/Q%C4%90-UBND").await, Vec::<Value>::new());
    house.close().await;
}
