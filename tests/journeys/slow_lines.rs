//! Connections that stand still in every way: they are closed, they cost nobody else anything, and nothing of them stays.

use crate::harness::process::Process;
use crate::harness::{House, Scene, Shot, pictures};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// With the limits below each kind must be closed by then; with those by default it is 45 s.
const CLOSED: Duration = Duration::from_secs(14);
/// Of each kind.
const LINES: usize = 30;

/// How a connection stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Says nothing.
    Mute,
    /// A head, a byte at a time.
    DrippingHead,
    /// A small body, a byte at a time.
    DrippingBody,
    /// A photo, a byte at a time.
    DrippingPhoto,
    /// One request, then the head of another, a byte at a time.
    DrippingSecondHead,
    /// One request, then the beginning of another's head, then nothing.
    MuteInSecondHead,
    /// One request and at once the beginning of another's head, then nothing.
    MuteBehindFirst,
    /// One request, then nothing.
    Idle,
    /// Asks for a large photo and reads nothing of it.
    Deaf,
}

const KINDS: [Kind; 9] = [
    Kind::Mute,
    Kind::DrippingHead,
    Kind::DrippingBody,
    Kind::DrippingPhoto,
    Kind::DrippingSecondHead,
    Kind::MuteInSecondHead,
    Kind::MuteBehindFirst,
    Kind::Idle,
    Kind::Deaf,
];

const GET: &str = "GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n";
/// The beginning of a head; a byte at a time it takes longer than anything may.
const HALF: &str = "GET /health/live HTTP/1.1\r\nX-Long: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

/// What is said at once.
fn opening(kind: Kind, scene: &Scene, sent: &Shot, unsent: &Shot) -> String {
    let token = scene.phone.token().expect("a token");
    match kind {
        Kind::Mute | Kind::DrippingHead => String::new(),
        Kind::DrippingBody => {
            "POST /oauth/token HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 4000\r\n\r\n".to_owned()
        }
        Kind::DrippingPhoto => format!(
            "PUT {}/original HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\nContent-Type: image/png\r\nRepr-Digest: {}\r\nContent-Length: {}\r\n\r\n",
            unsent.path(),
            unsent.digest(),
            unsent.bytes.len(),
        ),
        Kind::DrippingSecondHead | Kind::MuteInSecondHead | Kind::Idle => GET.to_owned(),
        Kind::MuteBehindFirst => format!("{GET}{HALF}"),
        Kind::Deaf => format!("GET {}/original HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n\r\n", sent.path()),
    }
}

/// Stands still until the server closes; the deaf are never told, so they stay as they are.
async fn stand_still(kind: Kind, address: &str, opening: &str) -> Result<Option<TcpStream>, String> {
    let mut stream = TcpStream::connect(address).await.map_err(|why| why.to_string())?;
    stream.write_all(opening.as_bytes()).await.map_err(|why| why.to_string())?;
    if matches!(kind, Kind::Deaf) {
        return Ok(Some(stream));
    }
    let (mut from, mut to) = stream.into_split();
    let drip = async {
        let drops = match kind {
            Kind::Mute | Kind::Idle | Kind::MuteBehindFirst => "",
            Kind::MuteInSecondHead => &HALF[..2],
            _ => HALF,
        };
        for drop in drops.bytes() {
            tokio::time::sleep(Duration::from_millis(400)).await;
            if to.write_all(&[drop]).await.is_err() {
                break;
            }
        }
        std::future::pending::<()>().await;
    };
    let mut answer = vec![0; 4096];
    let closed = async { while from.read(&mut answer).await.is_ok_and(|count| count > 0) {} };
    let closed = async {
        tokio::select! { () = closed => {}, () = drip => {} }
    };
    tokio::time::timeout(CLOSED, closed).await.map_err(|_| format!("{kind:?} is not closed"))?;
    Ok(None)
}

/// How many files and sockets the process holds.
fn open_files(process: &Process) -> usize {
    std::fs::read_dir(format!("/proc/{}/fd", process.id())).expect("a process").count()
}

/// Asks all the while as somebody without any trouble does; the slowest answer but for one in a hundred.
async fn healthy(process: &Process, until: &std::sync::atomic::AtomicBool) -> Duration {
    let visitor = crate::harness::Visitor::new(&process.url, None);
    let mut took = Vec::new();
    while !until.load(std::sync::atomic::Ordering::SeqCst) {
        let begun = Instant::now();
        assert_eq!(visitor.get("/.well-known/jwks.json").await.0, 200);
        took.push(begun.elapsed());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    took.sort();
    took[took.len() * 99 / 100]
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_stand_still_are_closed_and_nothing_of_them_stays() {
    let house = House::open().await;
    let scene = house.scene().await;
    let large = pictures::png(4000, 3000, |x, y| u8::try_from((x ^ y) % 251).expect("a grey"));
    let (sent, unsent) = (Shot::of(scene.visit, large), Shot::of(scene.visit, pictures::sharp(2)));
    assert_eq!(sent.send(&scene.phone).await.status, 201);
    scene.phone.put(&unsent.path(), &unsent.declaration).await;
    let limits = [("FIELDPROOF_MIN_BODY_WINDOW_S", "3"), ("FIELDPROOF_KEEP_ALIVE_S", "3")];
    let process = house.start_process(&limits).await;
    let address = process.url.trim_start_matches("http://").to_owned();
    process.called_by(&scene.reviewer).get(&unsent.path()).await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    let before = open_files(&process);

    let is_over = std::sync::atomic::AtomicBool::new(false);
    let still = async {
        let lines = KINDS.iter().flat_map(|kind| std::iter::repeat_n(*kind, LINES));
        let lines = lines.map(|kind| {
            let (opening, address) = (opening(kind, &scene, &sent, &unsent), &address);
            async move { stand_still(kind, address, &opening).await }
        });
        let ended = futures::future::join_all(lines).await;
        is_over.store(true, std::sync::atomic::Ordering::SeqCst);
        ended
    };
    let (ended, slowest) = tokio::join!(still, healthy(&process, &is_over));
    let mut deaf = Vec::new();
    for end in ended {
        deaf.extend(end.unwrap());
    }
    assert_eq!(deaf.len(), LINES);
    assert!(slowest < Duration::from_millis(500), "a healthy request took {slowest:?}");

    let begun = Instant::now();
    // Connections to the database and the store come and go by themselves.
    while open_files(&process) > before + LINES / 3 {
        assert!(begun.elapsed() < CLOSED, "{} files, {before} before", open_files(&process));
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    drop(deaf);
    house.work().await;
    house.close().await;
}
