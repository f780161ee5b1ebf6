//! Multipart uploads: parts survive a restart, completing is safe to repeat, what is left behind expires.

use std::time::Duration;

use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use fieldproof_store::start;

use crate::harness::{BUCKET, House, bytes, client, code, config, files, status};

const PART: usize = 5 << 20;

async fn begin(house: &House, key: &str) -> String {
    house.s3.create_multipart_upload().bucket(BUCKET).key(key).send().await.unwrap().upload_id.unwrap()
}

async fn send_part(house: &House, key: &str, id: &str, number: i32, body: Vec<u8>) -> CompletedPart {
    let part = house.s3.upload_part().bucket(BUCKET).key(key).upload_id(id).part_number(number);
    let etag = part.body(body.into()).send().await.unwrap().e_tag.unwrap();
    CompletedPart::builder().part_number(number).e_tag(etag).build()
}

fn list(parts: &[CompletedPart]) -> CompletedMultipartUpload {
    CompletedMultipartUpload::builder().set_parts(Some(parts.to_vec())).build()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parts_survive_a_restart_and_completing_may_be_repeated() {
    let house = House::open().await;
    let id = begin(&house, "big").await;
    let first = send_part(&house, "big", &id, 2, bytes(1, PART)).await;
    let house = House::reopen(house.close().await).await;
    let second = send_part(&house, "big", &id, 7, bytes(2, 1000)).await;
    let parts = list(&[first, second]);

    let complete = house.s3.complete_multipart_upload().bucket(BUCKET).key("big").upload_id(&id);
    let once = complete.clone().multipart_upload(parts.clone()).send().await.unwrap();
    let twice = complete.multipart_upload(parts).send().await.unwrap();

    assert!(once.e_tag().unwrap().ends_with("-2\""));
    assert_eq!(once.e_tag(), twice.e_tag());
    let whole = [bytes(1, PART), bytes(2, 1000)].concat();
    assert!(house.get("big").await == Ok(whole));
    assert_eq!(files(&house.folder.root().join("uploads")), Vec::<std::path::PathBuf>::new());
    assert_eq!(house.running.scrub().await, []);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_list_of_parts_is_refused_and_harms_nothing() {
    let house = House::open().await;
    let id = begin(&house, "k").await;
    let small = send_part(&house, "k", &id, 1, bytes(1, 1000)).await;
    let last = send_part(&house, "k", &id, 2, bytes(2, 1000)).await;
    let other = CompletedPart::builder().part_number(1).e_tag("0".repeat(32)).build();
    let complete = house.s3.complete_multipart_upload().bucket(BUCKET).key("k").upload_id(&id);

    let lists = [
        (list(&[small.clone(), last.clone()]), "EntityTooSmall"),
        (list(&[last.clone(), small]), "InvalidPartOrder"),
        (list(&[other]), "InvalidPart"),
    ];
    for (parts, want) in lists {
        let refusal = complete.clone().multipart_upload(parts).send().await.unwrap_err();
        assert_eq!((status(&refusal), code(&refusal).as_str()), (400, want));
    }

    complete.multipart_upload(list(&[last])).send().await.unwrap();
    assert_eq!(house.get("k").await, Ok(bytes(2, 1000)));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_left_behind_expires() {
    let house = House::open().await;
    let id = begin(&house, "k").await;
    send_part(&house, "k", &id, 1, bytes(1, 1000)).await;
    let folder = house.close().await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    let hasty =
        fieldproof_store::StoreConfig { upload_expiry: Duration::from_millis(10), ..config(&folder.root()) };

    let running = start(hasty).await.unwrap();

    let s3 = client(running.address);
    let gone = s3.list_parts().bucket(BUCKET).key("k").upload_id(&id).send().await.unwrap_err();
    assert_eq!((status(&gone), code(&gone).as_str()), (404, "NoSuchUpload"));
    assert_eq!(files(&folder.root().join("uploads")), Vec::<std::path::PathBuf>::new());
    running.stop().await;
}
