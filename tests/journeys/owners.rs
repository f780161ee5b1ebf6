//! Owning bodies.

use crate::harness::House;
use fieldproof::domain::actor::Role;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn only_the_administrator_of_the_whole_installation_enters_owners() {
    let house = House::open().await;
    let ours = house.owner("que-son").await.0;
    let admin = house.officer("Quản trị", &[(Role::Administrator, None)]).await.visitor;
    let local = house.officer("Quản trị huyện", &[(Role::Administrator, Some(ours))]).await.visitor;
    let new = json!({ "code": "nong-son", "name": "UBND huyện Nông Sơn" });

    assert_eq!(local.post("/v1/owners", &new).await.0, 403);
    let made = admin.send("POST", "/v1/owners", Some(&new)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let (status, read) = local.get(made.header("location")).await;
    assert_eq!((status, read["name"].as_str()), (200, Some("UBND huyện Nông Sơn")));
    let (status, problem) = admin.post("/v1/owners", &new).await;
    assert_eq!((status, problem["code"].as_str()), (409, Some("owner.code-taken")));
    let (status, problem) = admin.post("/v1/owners", &json!({ "code": "Nông Sơn", "name": " " })).await;
    assert_eq!((status, problem["errors"].as_array().map(Vec::len)), (422, Some(2)));

    let (_, first) = admin.get("/v1/owners?limit=1").await;
    let next = first["next"].as_str().expect("a next page");
    let (_, second) = admin.get(&format!("/v1/owners?limit=1&cursor={next}")).await;
    assert_eq!(
        (&first["items"][0]["code"], &second["items"][0]["code"]),
        (&json!("nong-son"), &json!("que-son"))
    );
    assert_eq!(second["next"], json!(null));
    assert_eq!(house.deeds(read["id"].as_str().expect("an id")).await, ["owner.created"]);
    house.close().await;
}
