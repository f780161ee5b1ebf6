//! Many phones behind a line that breaks: captures photos, sends them through proxies that cut every connection, and says
//! what arrived and what it cost.
//!
//! Prints one JSON line: photos, digests equal when read back, receipts held, bytes of photos, bytes that went over the
//! line from the phones, their ratio, connections that were cut. While it runs it writes how many photos left the phones
//! into a file, so that whoever kills servers knows how far it is.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    reason = "a measuring tool: it stops when it can't go on"
)]

use clap::Parser;
use fieldproof_phone::sign_in::Session;
use fieldproof_phone::{Capture, Line, Phone, Protocol, Shelf, retry};
use reqwest::Method;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

/// Phones on a bad line.
#[derive(Parser, Clone)]
struct Settings {
    /// `host:port` of the instances, with commas between.
    #[arg(long, value_delimiter = ',')]
    upstream: Vec<String>,
    /// File with the access token of a lead on site.
    #[arg(long)]
    token_file: PathBuf,
    /// Visits, with commas between.
    #[arg(long, value_delimiter = ',')]
    visit: Vec<Uuid>,
    /// A JPEG that every photo is made of.
    #[arg(long)]
    picture: PathBuf,
    /// Folder of the phones' shelves.
    #[arg(long)]
    shelves: PathBuf,
    /// File that is told how many photos have left the phones.
    #[arg(long)]
    progress: PathBuf,
    #[arg(long, default_value_t = 20)]
    phones: usize,
    #[arg(long, default_value_t = 500)]
    photos: usize,
    /// Mean bytes of a photo.
    #[arg(long, default_value_t = 2_000_000)]
    size: u64,
    /// After how many milliseconds every connection is cut.
    #[arg(long, default_value_t = 2000)]
    cut_ms: u64,
    /// How many milliseconds pass before a connection's first byte, and before each answer.
    #[arg(long, default_value_t = 40)]
    delay_ms: u64,
    /// Bytes per second of each connection.
    #[arg(long, default_value_t = 1_000_000)]
    rate: u64,
    /// For so many seconds at most.
    #[arg(long, default_value_t = 900)]
    seconds: u64,
    /// How photos are sent.
    #[arg(long, value_enum, default_value_t)]
    protocol: Protocol,
}

/// What went over the lines.
#[derive(Default)]
struct Wire {
    from_phones: AtomicU64,
    connections: AtomicU64,
    cut: AtomicU64,
}

/// Carries bytes at a pace; gives up when either end does.
async fn carry(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    (rate, delay): (u64, Duration),
    count: Option<&AtomicU64>,
) {
    // A little at a time, so that a pace is a pace.
    let mut some = vec![0; 16 * 1024];
    let (begun, mut sent) = (Instant::now(), 0_u64);
    while let Ok(read) = from.read(&mut some).await {
        if read == 0 {
            break;
        }
        sent += read as u64;
        if let Some(count) = count {
            count.fetch_add(read as u64, Ordering::Relaxed);
        }
        tokio::time::sleep(delay).await;
        let due = Duration::from_secs_f64(sent as f64 / rate as f64);
        tokio::time::sleep(due.saturating_sub(begun.elapsed())).await;
        if to.write_all(&some[..read]).await.is_err() {
            return;
        }
    }
    let _ = to.shutdown().await;
}

/// One connection of a phone: to whichever instance is there, until it is cut.
async fn connection(settings: Arc<Settings>, wire: Arc<Wire>, phone: TcpStream) {
    let delay = Duration::from_millis(settings.delay_ms);
    tokio::time::sleep(delay).await;
    let count = settings.upstream.len();
    let first = usize::try_from(retry::below(count as u64)).unwrap_or_default();
    for n in 0..count {
        let Some(address) = settings.upstream.get((first + n) % count) else { return };
        let Ok(server) = TcpStream::connect(address).await else { continue };
        wire.connections.fetch_add(1, Ordering::Relaxed);
        let (phone_in, phone_out) = phone.into_split();
        let (server_in, server_out) = server.into_split();
        let both = futures::future::join(
            carry(phone_in, server_out, (settings.rate, Duration::ZERO), Some(&wire.from_phones)),
            carry(server_in, phone_out, (settings.rate, delay), None),
        );
        if tokio::time::timeout(Duration::from_millis(settings.cut_ms), both).await.is_err() {
            wire.cut.fetch_add(1, Ordering::Relaxed);
        }
        return;
    }
}

async fn proxy(settings: Arc<Settings>, wire: Arc<Wire>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        loop {
            let (phone, _) = listener.accept().await.expect("a connection");
            tokio::spawn(connection(settings.clone(), wire.clone(), phone));
        }
    });
    format!("http://{address}")
}

/// The picture with a number and noise of its own in comments (JPEG, ITU T.81 B.2.4.5), which change nothing of what it shows.
fn photo(picture: &[u8], number: usize, size: usize) -> Vec<u8> {
    let mut bytes = vec![0xFF, 0xD8];
    let mut left = size.saturating_sub(picture.len());
    while left > 0 {
        let length = left.clamp(16, 60_000);
        let mut noise = vec![0; length];
        getrandom::fill(&mut noise).expect("random bytes");
        noise[..8].copy_from_slice(&(number as u64).to_be_bytes());
        bytes.extend_from_slice(&[0xFF, 0xFE]);
        bytes.extend_from_slice(&u16::try_from(length + 2).expect("a short comment").to_be_bytes());
        bytes.extend_from_slice(&noise);
        left = left.saturating_sub(length);
    }
    bytes.extend_from_slice(&picture[2..]);
    bytes
}

/// A phone with its photos on the shelf; their ids and digests.
fn phone(settings: &Settings, base: &str, number: usize, token: &str) -> (Phone, Vec<(Uuid, String)>, u64) {
    let picture = std::fs::read(&settings.picture).expect("a picture");
    let shelf = Shelf::open(&settings.shelves.join(number.to_string())).expect("a shelf");
    let (mut taken, mut payload) = (Vec::new(), 0);
    for n in (number..settings.photos).step_by(settings.phones) {
        let size = settings.size / 2 + retry::below(settings.size);
        let bytes = photo(&picture, n, usize::try_from(size).expect("a size"));
        let capture = Capture {
            visit: settings.visit[number % settings.visit.len()],
            item: None,
            subject: "scene".to_owned(),
            caption: String::new(),
            media_type: "image/jpeg".to_owned(),
            at: jiff::Timestamp::now(),
            position: Some(
                json!({ "latitude": 15.7431, "longitude": 107.9642, "accuracy_m": 8.0, "source": "gnss" }),
            ),
        };
        payload += bytes.len() as u64;
        let id = shelf.capture(&capture, &bytes).expect("a place on the shelf");
        taken.push((id, hex::encode(Sha256::digest(&bytes))));
    }
    let line = Line::of(base, Session::of_token(token), None).expect("a line");
    (Phone { shelf, line, protocol: settings.protocol }, taken, payload)
}

#[tokio::main]
async fn main() {
    let settings = Arc::new(Settings::parse());
    let token = std::fs::read_to_string(&settings.token_file).expect("a token").trim().to_owned();
    let wire = Arc::new(Wire::default());
    let base = proxy(settings.clone(), wire.clone()).await;
    let (mut phones, mut taken, mut payload) = (Vec::new(), Vec::new(), 0);
    for number in 0..settings.phones {
        let (phone, photos, bytes) = phone(&settings, &base, number, &token);
        phones.push(Arc::new(phone));
        taken.extend(photos);
        payload += bytes;
    }
    let (begun, is_over) = (Instant::now(), Arc::new(AtomicBool::new(false)));
    let watch = tokio::spawn({
        let (phones, progress, all) = (phones.clone(), settings.progress.clone(), taken.len());
        let (is_over, next) = (is_over.clone(), settings.progress.with_extension("next"));
        async move {
            while !is_over.load(Ordering::Relaxed) {
                let held: usize =
                    phones.iter().map(|phone| phone.shelf.photos().map_or(0, |all| all.len())).sum();
                // Never seen empty by whoever reads it meanwhile.
                std::fs::write(&next, (all - held).to_string()).expect("progress");
                std::fs::rename(&next, &progress).expect("progress");
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
        }
    });
    let most = Duration::from_secs(settings.seconds);
    let running: Vec<_> = phones
        .iter()
        .map(|phone| {
            let phone = Arc::clone(phone);
            tokio::spawn(async move { phone.until_empty(most).await })
        })
        .collect();
    let mut empty = 0;
    for phone in running {
        match phone.await.expect("a phone that ends") {
            Ok(true) => empty += 1,
            Ok(false) => {}
            Err(why) => eprintln!("chaos: {why}"),
        }
    }
    is_over.store(true, Ordering::Relaxed);
    watch.await.expect("progress");
    let seconds = begun.elapsed().as_secs_f64();
    // Read back on a whole line.
    let direct = Line::of(&format!("http://{}", settings.upstream[0]), Session::of_token(&token), None)
        .expect("a line");
    let mut equal = 0;
    for (id, digest) in &taken {
        let answer = direct.send(Method::GET, &format!("/v1/photos/{id}/original"), &[], |r| r).await;
        if let Ok(answer) = answer
            && answer.bytes().await.is_ok_and(|bytes| hex::encode(Sha256::digest(&bytes)) == *digest)
        {
            equal += 1;
        }
    }
    let held: usize = phones.iter().map(|phone| phone.shelf.photos().map_or(0, |all| all.len())).sum();
    let refused: usize = phones.iter().map(|phone| phone.shelf.refusals().unwrap_or(0)).sum();
    let wired = wire.from_phones.load(Ordering::Relaxed);
    let out = json!({
        "photos": taken.len(), "equal": equal, "receipts": taken.len() - held - refused, "phones_empty": empty,
        "refused": refused, "payload_bytes": payload, "wire_bytes": wired,
        "wire_per_payload": (wired as f64 / payload as f64 * 1000.0).round() / 1000.0,
        "connections": wire.connections.load(Ordering::Relaxed), "cut": wire.cut.load(Ordering::Relaxed),
        "seconds": seconds.round(),
    });
    println!("{out}");
    std::process::exit(i32::from(equal != taken.len() || held > 0 || refused > 0));
}
