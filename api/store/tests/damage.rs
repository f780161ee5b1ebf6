//! A disk that lies: damaged files are never served as good ones.

use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use crate::harness::{House, bytes, files};

/// The one object's file.
fn only_file(house: &House) -> PathBuf {
    let found = files(&house.folder.root().join("objects"));
    assert_eq!(found.len(), 1);
    found[0].clone()
}

fn flip_last_byte(path: &PathBuf) {
    let file = std::fs::File::options().read(true).write(true).open(path).unwrap();
    let last = file.metadata().unwrap().len() - 1;
    let mut byte = [0];
    file.read_exact_at(&mut byte, last).unwrap();
    file.write_all_at(&[byte[0] ^ 1], last).unwrap();
}

/// Damage was met once: the file is kept beside, its key is free, and what is sent there now is held.
async fn is_out_of_sight_and_taken_anew(house: &House, key: &str) {
    let mut answer = house.get(key).await;
    for _ in 0..100 {
        if answer == Err(404) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        answer = house.get(key).await;
    }
    assert_eq!(answer, Err(404));
    assert_eq!(files(&house.folder.root().join("quarantine")).len(), 1);
    house.put(key, "again").if_none_match("*").send().await.unwrap();
    assert_eq!(house.get(key).await, Ok(b"again".to_vec()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flipped_bit_in_a_small_object_is_a_clean_error() {
    let house = House::open().await;
    house.put("small", bytes(1, 1000)).send().await.unwrap();
    flip_last_byte(&only_file(&house));

    assert_eq!(house.get("small").await, Err(500));
    is_out_of_sight_and_taken_anew(&house, "small").await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flipped_bit_in_a_large_object_is_found_by_scrub_and_breaks_the_answer_off() {
    let house = House::open().await;
    house.put("large", bytes(1, 3_000_000)).send().await.unwrap();
    flip_last_byte(&only_file(&house));

    let damaged = house.running.scrub().await;
    assert_eq!(damaged.len(), 1);
    assert_eq!(damaged[0].key, "large");
    assert_eq!(house.get("large").await, Err(0));
    is_out_of_sight_and_taken_anew(&house, "large").await;
    assert!(house.running.scrub().await.is_empty());
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_torn_file_is_refused_at_once_and_set_aside() {
    let house = House::open().await;
    house.put("torn", bytes(1, 100_000)).send().await.unwrap();
    let file = only_file(&house);
    let length = file.metadata().unwrap().len();
    std::fs::File::options().write(true).open(&file).unwrap().set_len(length - 1).unwrap();

    assert_eq!(house.get("torn").await, Err(500));
    is_out_of_sight_and_taken_anew(&house, "torn").await;
    let house = House::reopen(house.close().await).await;
    assert_eq!(house.get("torn").await, Ok(b"again".to_vec()));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_object_whose_file_is_gone_may_be_sent_again() {
    let house = House::open().await;
    house.put("gone", bytes(1, 1000)).send().await.unwrap();
    std::fs::remove_file(only_file(&house)).unwrap();

    assert_eq!(house.get("gone").await, Err(500));
    assert_eq!(house.get("gone").await, Err(404));
    house.put("gone", "again").if_none_match("*").send().await.unwrap();
    assert_eq!(house.get("gone").await, Ok(b"again".to_vec()));
    house.close().await;
}

/// As where a disk is not mounted for a while: that nothing is there now says nothing about any object.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn objects_of_a_folder_that_is_away_come_back_with_it() {
    let house = House::open().await;
    house.put("kept", bytes(1, 1000)).send().await.unwrap();
    let folder = only_file(&house).parent().unwrap().to_owned();
    let away = house.folder.root().join("away");
    std::fs::rename(&folder, &away).unwrap();

    assert_eq!(house.get("kept").await, Err(500));
    assert_eq!(house.get("kept").await, Err(500));
    std::fs::rename(&away, &folder).unwrap();
    assert_eq!(house.get("kept").await, Ok(bytes(1, 1000)));
    house.close().await;
}
