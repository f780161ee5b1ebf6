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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flipped_bit_in_a_small_object_is_a_clean_error() {
    let house = House::open().await;
    house.put("small", bytes(1, 1000)).send().await.unwrap();
    flip_last_byte(&only_file(&house));

    assert_eq!(house.get("small").await, Err(500));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flipped_bit_in_a_large_object_breaks_the_answer_off_and_is_found_by_scrub() {
    let house = House::open().await;
    house.put("large", bytes(1, 3_000_000)).send().await.unwrap();
    flip_last_byte(&only_file(&house));

    assert_eq!(house.get("large").await, Err(0));
    let damaged = house.running.scrub().await;
    assert_eq!(damaged.len(), 1);
    assert_eq!(damaged[0].key, "large");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_torn_file_is_refused_at_once_and_set_aside_at_the_next_start() {
    let house = House::open().await;
    house.put("torn", bytes(1, 100_000)).send().await.unwrap();
    let file = only_file(&house);
    let length = file.metadata().unwrap().len();
    std::fs::File::options().write(true).open(&file).unwrap().set_len(length - 1).unwrap();

    assert_eq!(house.get("torn").await, Err(500));
    let house = House::reopen(house.close().await).await;
    assert_eq!(house.get("torn").await, Err(404));
    assert_eq!(files(&house.folder.root().join("quarantine")).len(), 1);
    house.put("torn", "again").send().await.unwrap();
    assert_eq!(house.get("torn").await, Ok(b"again".to_vec()));
    house.close().await;
}
