//! What whoever runs the installation sees of it.

use crate::harness::House;

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_installation_is_alive_and_ready() {
    let house = House::open().await;

    let (status, body) = house.stranger().get("/health/ready").await;

    assert_eq!((status, body["status"].as_str()), (200, Some("ready")), "{body}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_address_is_a_problem_that_says_so() {
    let house = House::open().await;

    let answer = house.stranger().send("GET", "/v1/nowhere", None).await;

    assert_eq!(answer.status, 404);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.body["code"], "not-found");
    assert_eq!(answer.body["title"], "Không tìm thấy");
    assert_eq!(answer.body["instance"], format!("urn:uuid:{}", answer.header("x-request-id")));
    house.close().await;
}
