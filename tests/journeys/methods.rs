//! Which methods addresses take: HEAD wherever GET is, and an answer that names them for any other.

use crate::harness::{House, Shot, pictures};
use std::collections::BTreeSet;

#[tokio::test(flavor = "multi_thread")]
async fn pages_answer_head_as_get_and_name_the_methods_they_take() {
    let house = House::open().await;
    let scene = house.scene().await;
    let stranger = house.stranger();
    let shot = Shot::of(scene.visit, pictures::sharp(3));
    assert_eq!(scene.phone.put(&shot.path(), &shot.declaration).await.0, 201);
    assert_eq!(shot.send(&scene.phone).await.status, 201);
    let photo = shot.path().rsplit('/').next().unwrap_or_default().to_owned();
    let reading = "GET, HEAD, OPTIONS";
    let form = "GET, HEAD, POST, OPTIONS";
    let addresses = [
        ("/review".to_owned(), reading),
        ("/review/".to_owned(), reading),
        (format!("/review/visits/{}", scene.visit), reading),
        (format!("/review/photos/{photo}"), reading),
        (format!("/review/photos/{photo}/original"), reading),
        (format!("/review/photos/{photo}/image/320"), reading),
        ("/login".to_owned(), form),
        ("/enrol".to_owned(), reading),
        ("/invitation?token=x".to_owned(), form),
        ("/oauth/authorize".to_owned(), form),
        ("/docs".to_owned(), reading),
        ("/docs/style.css".to_owned(), reading),
        ("/assets/style.css".to_owned(), reading),
        ("/problems".to_owned(), reading),
        ("/problems/not-found".to_owned(), reading),
        ("/openapi.yaml".to_owned(), reading),
        ("/health/live".to_owned(), reading),
        ("/v1/me".to_owned(), reading),
        (format!("/v1/photos/{photo}/original"), "GET, HEAD, PUT, OPTIONS"),
        (format!("/v1/templates/{photo}/pictures/{}", "0".repeat(64)), "GET, HEAD, PUT, OPTIONS"),
        (format!("/review/pictures/{photo}/{}", "0".repeat(64)), reading),
    ];
    for (path, allowed) in &addresses {
        let get = stranger.send("GET", path, None).await;
        let head = stranger.send("HEAD", path, None).await;
        assert_eq!((head.status, head.bytes.len()), (get.status, 0), "HEAD {path}");
        for name in ["content-type", "content-security-policy", "cache-control", "location", "vary"] {
            assert_eq!(head.header(name), get.header(name), "{name} of HEAD {path}");
        }
        let set = |list: &str| list.split(", ").map(ToOwned::to_owned).collect::<BTreeSet<_>>();
        let other = stranger.send("DELETE", path, None).await;
        assert_eq!((other.status, set(other.header("allow"))), (405, set(allowed)), "DELETE {path}");
        assert_eq!(other.body["code"], "method.not-allowed", "{path}");
        let asked = stranger.send("OPTIONS", path, None).await;
        assert_eq!((asked.status, set(asked.header("allow"))), (204, set(allowed)), "OPTIONS {path}");
    }
    let out = stranger.send("GET", "/logout", None).await;
    assert_eq!((out.status, out.header("allow")), (405, "POST, OPTIONS"));
    assert_eq!(stranger.send("HEAD", "/review/nowhere", None).await.status, 404);

    // Whoever asks for the head of an original reads nothing, so nothing is recorded.
    let head = scene.reviewer.send("HEAD", &format!("/v1/photos/{photo}/original"), None).await;
    assert_eq!((head.status, head.header("content-length")), (200, &*shot.bytes.len().to_string()));
    let count = "SELECT count(*) FROM custody WHERE deed = 'photo.original_read'";
    let read: i64 = house.sql().await.query_one(count, &[]).await.expect("a count").get(0);
    assert_eq!(read, 0);
    house.end().await;
}
