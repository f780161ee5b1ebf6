//! Promises about objects: what goes in comes out, wrong bytes never get in, races have one winner.

use aws_sdk_s3::types::ChecksumMode;
use fieldproof_store::{StoreError, start};

use crate::harness::{BUCKET, Folder, House, bytes, code, config, files, status};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_object_comes_back_with_all_that_was_said_about_it() {
    let house = House::open().await;
    let body = bytes(1, 1_500_000);
    let key = "ảnh/ký tự %+&=?.jpg";

    let put =
        house.put(key, body.clone()).content_type("image/jpeg").metadata("k", "v").send().await.unwrap();
    let get = house.s3.get_object().bucket(BUCKET).key(key).send().await.unwrap();
    assert_eq!(get.content_type(), Some("image/jpeg"));
    assert_eq!(get.metadata().unwrap()["k"], "v");
    assert_eq!(get.e_tag(), put.e_tag());
    assert_eq!(get.body.collect().await.unwrap().to_vec(), body);

    for (range, want) in [("bytes=100-199", &body[100..200]), ("bytes=-10", &body[1_499_990..])] {
        let part = house.s3.get_object().bucket(BUCKET).key(key).range(range).send().await.unwrap();
        assert_eq!(part.body.collect().await.unwrap().to_vec(), want);
    }
    let beyond = house.s3.get_object().bucket(BUCKET).key(key).range("bytes=1500000-").send().await;
    assert_eq!(status(&beyond.unwrap_err()), 416);

    let empty = house.put("empty", []).send().await;
    assert!(empty.is_ok());
    assert_eq!(house.get("empty").await, Ok(Vec::new()));
    assert_eq!(house.running.scrub().await, []);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_bytes_never_get_in_and_the_old_object_stays() {
    let house = House::open().await;
    house.put("keep", "good").send().await.unwrap();
    let wrong_sha = "LCa0a2j/xo/5m0U8HTBBNBNCLXBkg7+g+YpeiGJm564="; // of `foo`
    let wrong_md5 = "MDAwMDAwMDAwMDAwMDAwMA==";

    let by_sha = house.put("keep", bytes(2, 300_000)).checksum_sha256(wrong_sha).send().await.unwrap_err();
    let by_crc = house.put("keep", "evil").checksum_crc32("AAAAAA==").send().await.unwrap_err();
    let by_md5 = house.put("keep", "evil").content_md5(wrong_md5).send().await.unwrap_err();

    for refusal in [by_sha, by_crc, by_md5] {
        assert_eq!((status(&refusal), code(&refusal)), (400, "BadDigest".to_owned()));
    }
    assert_eq!(house.get("keep").await, Ok(b"good".to_vec()));
    assert_eq!(files(&house.folder.root().join(".tmp")), Vec::<std::path::PathBuf>::new());
    let head =
        house.s3.head_object().bucket(BUCKET).key("keep").checksum_mode(ChecksumMode::Enabled).send().await;
    assert!(head.unwrap().checksum_crc32().is_some(), "the client's own CRC-32 is kept");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sixteen_racing_writers_one_wins_and_all_hear_so() {
    let house = House::open().await;

    let mut writers = tokio::task::JoinSet::new();
    for seed in 0..16 {
        let put = house.put("race", bytes(seed, 1 << 20)).if_none_match("*");
        writers.spawn(async move { put.send().await.map(|_| seed).map_err(|error| status(&error)) });
    }
    let answers = writers.join_all().await;

    let winners: Vec<u64> = answers.iter().filter_map(|answer| answer.ok()).collect();
    assert_eq!(winners.len(), 1);
    assert!(answers.iter().all(|answer| matches!(answer, Ok(_) | Err(412))), "{answers:?}");
    assert_eq!(house.get("race").await, Ok(bytes(winners[0], 1 << 20)));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_before_the_body_was_read_is_heard() {
    let house = House::open().await;
    house.put("there", "1").send().await.unwrap();

    for seed in 0..5 {
        let missing = house.put("x", bytes(seed, 6 << 20)).bucket("no-such-bucket").send().await.unwrap_err();
        assert_eq!((status(&missing), code(&missing)), (404, "NoSuchBucket".to_owned()));
        let held = house.put("there", bytes(seed, 6 << 20)).if_none_match("*").send().await.unwrap_err();
        assert_eq!((status(&held), code(&held)), (412, "PreconditionFailed".to_owned()));
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn conditions_hold_for_overwriting_reading_and_deleting() {
    let house = House::open().await;
    let first = house.put("k", "1").send().await.unwrap().e_tag.unwrap();
    let second = house.put("k", "2").if_match(&first).send().await.unwrap().e_tag.unwrap();

    assert_eq!(status(&house.put("k", "3").if_match(&first).send().await.unwrap_err()), 412);
    let unchanged = house.s3.get_object().bucket(BUCKET).key("k").if_none_match(&second).send().await;
    assert_eq!(status(&unchanged.unwrap_err()), 304);
    let stale = house.s3.delete_object().bucket(BUCKET).key("k").if_match(&first).send().await;
    assert_eq!(status(&stale.unwrap_err()), 412);
    house.s3.delete_object().bucket(BUCKET).key("k").if_match(&second).send().await.unwrap();
    assert_eq!(house.get("k").await, Err(404));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_sees_everything_and_clears_what_was_unfinished() {
    let house = House::open().await;
    house.s3.create_bucket().bucket("another").send().await.unwrap();
    for n in 0..40_u64 {
        house.put(&format!("k/{n:02}"), bytes(n, 1000)).send().await.unwrap();
    }
    house.s3.delete_object().bucket(BUCKET).key("k/07").send().await.unwrap();
    let folder = house.close().await;
    std::fs::write(folder.root().join(".tmp/left-behind"), "half a pho").unwrap();

    let house = House::reopen(folder).await;

    assert_eq!(files(&house.folder.root().join(".tmp")), Vec::<std::path::PathBuf>::new());
    let buckets = house.s3.list_buckets().send().await.unwrap();
    let names: Vec<&str> = buckets.buckets().iter().filter_map(|b| b.name()).collect();
    assert_eq!(names, ["another", BUCKET]);
    let mut keys = Vec::new();
    let mut pages =
        house.s3.list_objects_v2().bucket(BUCKET).prefix("k/").max_keys(7).into_paginator().send();
    while let Some(page) = pages.next().await {
        keys.extend(page.unwrap().contents().iter().map(|object| object.key().unwrap().to_owned()));
    }
    let want: Vec<String> = (0..40).filter(|n| *n != 7).map(|n| format!("k/{n:02}")).collect();
    assert_eq!(keys, want);
    assert_eq!(house.get("k/39").await, Ok(bytes(39, 1000)));
    assert_eq!(house.running.scrub().await, []);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_store_on_the_same_folder_is_refused_until_the_first_stops() {
    let house = House::open().await;
    let root = house.folder.root();

    let refused = start(config(&root)).await;
    assert!(matches!(refused, Err(StoreError::InUse { .. })));

    let folder = house.close().await;
    House::reopen(folder).await.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_of_something_else_is_left_alone() {
    let folder = Folder::new();
    std::fs::create_dir_all(folder.root().join("objects")).unwrap();

    assert!(matches!(start(config(&folder.root())).await, Err(StoreError::Foreign { .. })));
    assert_eq!(files(&folder.root().join("objects")), Vec::<std::path::PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_with_objects_is_not_deleted() {
    let house = House::open().await;
    house.put("k", "1").send().await.unwrap();

    let full = house.s3.delete_bucket().bucket(BUCKET).send().await.unwrap_err();
    assert_eq!((status(&full), code(&full)), (409, "BucketNotEmpty".to_owned()));
    house.s3.delete_object().bucket(BUCKET).key("k").send().await.unwrap();
    house.s3.delete_bucket().bucket(BUCKET).send().await.unwrap();
    assert_eq!(status(&house.put("k", "1").send().await.unwrap_err()), 404);
    house.close().await;
}
