//! Killed twenty times in the middle of writing, the store loses nothing it has answered for.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aws_sdk_s3::Client;
use fieldproof_store::start;

use crate::harness::{BUCKET, Folder, House, bytes, client, config, files, get};

const ROUNDS: u64 = 20;
const WRITERS: u64 = 4;
/// Names the folder to the process that is to be killed.
const CHILD: &str = "FIELDPROOF_STORE_TEST_CHILD";

/// What a key may hold: one of these bodies, given as seed and size, or nothing.
type Allowed = Vec<Option<(u64, usize)>>;

#[derive(Default)]
struct Keys {
    may_hold: BTreeMap<String, Allowed>,
    /// Written to since they were last compared.
    touched: BTreeSet<String>,
}
type Book = Arc<Mutex<Keys>>;

/// Serves a folder until killed when the test below starts it as a process of its own; nothing otherwise.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child_that_serves() {
    let Ok(folder) = std::env::var(CHILD) else { return };
    let folder = Path::new(&folder);
    let running = start(config(&folder.join("data"))).await.unwrap();
    std::fs::write(folder.join("address.new"), running.address.to_string()).unwrap();
    std::fs::rename(folder.join("address.new"), folder.join("address")).unwrap();
    running.wait().await;
}

/// A process that does not outlive the test, however that ends.
struct Victim(Child);

impl Drop for Victim {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

fn spawn(folder: &Folder) -> Victim {
    drop(std::fs::remove_file(folder.0.join("address")));
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::child_that_serves", "--nocapture"])
        .env(CHILD, &folder.0)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    Victim(child.unwrap())
}

async fn address(folder: &Folder) -> String {
    let patience = Instant::now() + Duration::from_secs(30);
    loop {
        if let Ok(address) = std::fs::read_to_string(folder.0.join("address")) {
            return address;
        }
        assert!(Instant::now() < patience, "the store did not come up");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Writes, overwrites and deletes until the store is gone, booking before each request what may come of it
/// and after each answer what must be.
async fn write_until_killed(s3: Client, writer: u64, seeds: Arc<AtomicU64>, book: Book) {
    let book_in = |key: &str, allowed: Allowed| {
        let mut book = book.lock().unwrap();
        book.may_hold.insert(key.to_owned(), allowed);
        book.touched.insert(key.to_owned());
    };
    loop {
        let seed = seeds.fetch_add(1, Ordering::Relaxed);
        let size = [1_000, 20_000, 200_000, 900_000][usize::try_from(seed % 4).unwrap()];
        let key = if seed.is_multiple_of(3) { format!("over/{writer}") } else { format!("once/{seed}") };
        let before = book.lock().unwrap().may_hold.get(&key).cloned().unwrap_or_else(|| vec![None]);
        let attempt = Some((seed, size));
        book_in(&key, before.iter().copied().chain([attempt]).collect());
        let put = s3.put_object().bucket(BUCKET).key(&key).body(bytes(seed, size).into());
        if put.send().await.is_err() {
            return;
        }
        book_in(&key, vec![attempt]);
        if seed.is_multiple_of(5) {
            book_in(&key, vec![attempt, None]);
            if s3.delete_object().bucket(BUCKET).key(&key).send().await.is_err() {
                return;
            }
            book_in(&key, vec![None]);
        }
    }
}

/// Compares keys with what they may hold, and books what they do hold.
async fn settle(s3: &Client, book: &Book, keys: impl IntoIterator<Item = String>) {
    for key in keys {
        let allowed = book.lock().unwrap().may_hold[&key].clone();
        let held = match get(s3, &key).await {
            Ok(body) => Some(body),
            Err(404) => None,
            Err(status) => panic!("{key} answers {status}"),
        };
        let found = allowed.iter().find(|a| a.map(|(seed, size)| bytes(seed, size)) == held);
        let found = *found.unwrap_or_else(|| {
            panic!("{key} holds {:?} bytes, none of what it may: {allowed:?}", held.as_ref().map(Vec::len))
        });
        book.lock().unwrap().may_hold.insert(key, vec![found]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_twenty_times_it_loses_and_tears_nothing_acknowledged() {
    let folder = Folder::new();
    let book = Book::default();
    let seeds = Arc::new(AtomicU64::new(1));

    for round in 0..ROUNDS {
        let victim = spawn(&folder);
        let s3 = client(address(&folder).await);
        assert_eq!(files(&folder.root().join(".tmp")), Vec::<std::path::PathBuf>::new());
        let touched = std::mem::take(&mut book.lock().unwrap().touched);
        settle(&s3, &book, touched).await;
        let mut writers = tokio::task::JoinSet::new();
        for writer in 0..WRITERS {
            writers.spawn(write_until_killed(s3.clone(), writer, Arc::clone(&seeds), Arc::clone(&book)));
        }
        tokio::time::sleep(Duration::from_millis(100 + (round * 97) % 300)).await;
        drop(victim); // SIGKILL
        writers.join_all().await;
    }

    let house = House::reopen(folder).await;
    let all: Vec<String> = book.lock().unwrap().may_hold.keys().cloned().collect();
    assert!(all.len() > 100, "too few writes to mean anything: {}", all.len());
    settle(&house.s3, &book, all).await;
    assert_eq!(house.running.scrub().await, []);
    assert_eq!(files(&house.folder.root().join("quarantine")), Vec::<std::path::PathBuf>::new());
    house.close().await;
}
