//! A load of phones: sends many photos to the API, or the same bytes straight to the object store, and says how fast.
//!
//! Prints one JSON line: accepted, failed, seconds, photos per second, percentiles of the answer time, and CPU
//! milliseconds per photo and peak memory of the processes it is told to watch. Distinct bytes for each photo, so
//! nothing can be answered from memory.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::disallowed_methods,
    reason = "a measuring tool: it stops when it can't go on"
)]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use clap::Parser;
use futures::StreamExt;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Sends photos as phones do, or raw PUTs as the limit.
#[derive(Parser)]
struct Line {
    /// `api` sends declared photos to Fieldproof, `tus` does so over tus, `raw` sends the same bytes to presigned addresses of
    /// the store.
    #[arg(long)]
    mode: String,
    /// Cut each upload once at a random byte and go on at once (tus); then read every original back.
    #[arg(long)]
    cut: bool,
    /// Base address of the API.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    url: String,
    /// File with the access token (api); the visit must be on site.
    #[arg(long, default_value = "")]
    token_file: String,
    /// Visits, with commas between (api); the phones are spread over them.
    #[arg(long, value_delimiter = ',')]
    visit: Vec<String>,
    /// Photos in all.
    #[arg(long, default_value_t = 2000)]
    count: usize,
    /// Phones at a time.
    #[arg(long, default_value_t = 16)]
    clients: usize,
    /// Bytes per second of each phone; 0 is as fast as it goes.
    #[arg(long, default_value_t = 0)]
    rate: u64,
    /// Spread the starts over this many milliseconds.
    #[arg(long, default_value_t = 0)]
    ramp_ms: u64,
    /// Send again, under the same id, what was not acknowledged; then read every original back and compare digests.
    #[arg(long)]
    insist: bool,
    /// `name=pid`, whose CPU and peak memory are read.
    #[arg(long)]
    watch: Vec<String>,
}

/// Mean 3.56 MB, 3.0 to 4.1 MB, as 12 MP phone photos are.
fn size_of(number: usize) -> usize {
    3_000_000 + (number * 7_919) % 1_120_000
}

/// Bytes of one photo: one shared block of noise with a header of its own.
fn photo(noise: &Bytes, number: usize, run: u64) -> (Vec<Bytes>, [u8; 32], usize) {
    let mut head = vec![0xFF, 0xD8, 0xFF, 0xE0];
    head.extend_from_slice(&(number as u64).to_be_bytes());
    head.extend_from_slice(&run.to_be_bytes());
    let size = size_of(number);
    let body = noise.slice(..size - head.len());
    let head = Bytes::from(head);
    let mut hash = Sha256::new();
    hash.update(&head);
    hash.update(&body);
    let mut pieces = vec![head];
    let mut at = 0;
    while at < body.len() {
        let end = (at + 64 * 1024).min(body.len());
        pieces.push(body.slice(at..end));
        at = end;
    }
    (pieces, hash.finalize().into(), size)
}

fn paced(pieces: Vec<Bytes>, rate: u64) -> reqwest::Body {
    let stream = futures::stream::iter(pieces).then(move |piece| async move {
        if rate > 0 {
            // Small steps, as a slow radio gives.
            tokio::time::sleep(Duration::from_secs_f64(piece.len() as f64 / rate as f64)).await;
        }
        Ok::<_, std::io::Error>(piece)
    });
    reqwest::Body::wrap_stream(stream)
}

struct Watched {
    name: String,
    pid: u32,
    before_ms: f64,
}

fn cpu_ms(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let rest: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: f64 = [11, 12].iter().filter_map(|i| rest.get(*i)?.parse::<f64>().ok()).sum();
    ticks * 10.0
}

fn peak_mb(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).unwrap_or_default().to_owned();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

/// The pieces from an offset on, and what breaks off after `most` bytes where it is said.
fn from_offset(pieces: &[Bytes], offset: usize, most: Option<usize>) -> Vec<Result<Bytes, std::io::Error>> {
    let (mut skip, mut left) = (offset, most.unwrap_or(usize::MAX));
    let mut rest = Vec::new();
    for piece in pieces {
        let known = skip.min(piece.len());
        let piece = piece.slice(known..);
        skip -= known;
        let part = piece.slice(..piece.len().min(left));
        left -= part.len();
        if !part.is_empty() {
            rest.push(Ok(part));
        }
    }
    if most.is_some() {
        rest.push(Err(std::io::Error::other("cut")));
    }
    rest
}

/// Requests over tus that were answered with 409 or 503, and sent again.
static PUT_OFF: AtomicUsize = AtomicUsize::new(0);

/// Sends one declared photo over tus: created, appended in one request, gone on with wherever it broke.
async fn send_by_tus(
    line: &Line,
    token: &str,
    client: &reqwest::Client,
    id: uuid::Uuid,
    (pieces, size): (&[Bytes], usize),
) -> Result<(), String> {
    let tus = |method: &str, address: &str| {
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        client
            .request(method, format!("{}{address}", line.url))
            .bearer_auth(token)
            .header("tus-resumable", "1.0.0")
    };
    let failed = |why: reqwest::Error| format!("{why:?}");
    let metadata = format!("photo {}", STANDARD.encode(id.to_string()));
    let request =
        tus("POST", "/v1/uploads").header("upload-length", size).header("upload-metadata", metadata);
    let created = request.send().await.map_err(failed)?;
    let place = created
        .headers()
        .get("location")
        .and_then(|place| place.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    if created.status() != 201 {
        return Err(format!("create {}: {}", created.status(), created.text().await.unwrap_or_default()));
    }
    let (mut offset, mut cut) = (0, None);
    if line.cut {
        let mut random = [0; 8];
        getrandom::fill(&mut random).expect("random bytes");
        cut = Some((u64::from_be_bytes(random) % size as u64) as usize);
    }
    for _ in 0..100 {
        let most = cut.take();
        let sent = most.unwrap_or(size - offset);
        let rate = line.rate;
        let body = futures::stream::iter(from_offset(pieces, offset, most)).then(move |piece| async move {
            if let (true, Ok(piece)) = (rate > 0, &piece) {
                tokio::time::sleep(Duration::from_secs_f64(piece.len() as f64 / rate as f64)).await;
            }
            piece
        });
        let request = tus("PATCH", &place)
            .header("content-type", "application/offset+octet-stream")
            .header("upload-offset", offset)
            .header("content-length", size - offset)
            .body(reqwest::Body::wrap_stream(body));
        match request.send().await {
            Ok(answer) if answer.status() == 204 && sent == size - offset => return Ok(()),
            Ok(answer) if answer.status() == 409 || answer.status() == 503 => {
                PUT_OFF.fetch_add(1, Ordering::Relaxed);
            }
            Ok(answer) => {
                return Err(format!(
                    "append {}: {}",
                    answer.status(),
                    answer.text().await.unwrap_or_default()
                ));
            }
            Err(_) if line.cut => {}
            Err(why) => return Err(failed(why)),
        }
        let told = tus("HEAD", &place).send().await.map_err(failed)?;
        let there = told.headers().get("upload-offset").and_then(|offset| offset.to_str().ok()?.parse().ok());
        offset = there.ok_or_else(|| format!("ask {}", told.status()))?;
        if offset == size {
            return Ok(());
        }
    }
    Err("it came to no end".to_owned())
}

async fn raw_url(number: usize, run: u64) -> String {
    use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
    let get = |name: &str| std::env::var(name).expect("FIELDPROOF_S3_* name the store");
    let credentials = Credentials::new(
        get("FIELDPROOF_S3_ACCESS_KEY_ID"),
        get("FIELDPROOF_S3_SECRET_ACCESS_KEY"),
        None,
        None,
        "bench",
    );
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(get("FIELDPROOF_S3_ENDPOINT"))
        .credentials_provider(credentials)
        .force_path_style(true)
        .build();
    let for_an_hour =
        aws_sdk_s3::presigning::PresigningConfig::expires_in(Duration::from_hours(1)).expect("an hour");
    let bucket = std::env::var("FIELDPROOF_S3_BUCKET").unwrap_or_else(|_| "fieldproof".to_owned());
    let request = aws_sdk_s3::Client::from_conf(config)
        .put_object()
        .bucket(bucket)
        .key(format!("bench/{run}/{number}"))
        .presigned(for_an_hour)
        .await
        .expect("a presigned address");
    request.uri().to_owned()
}

async fn send(
    line: &Line,
    token: &str,
    client: &reqwest::Client,
    noise: &Bytes,
    (phone, number): (usize, usize),
    run: u64,
    url: Option<&str>,
) -> Result<f64, String> {
    let (pieces, digest, size) = photo(noise, number, run);
    if let Some(url) = url {
        let begun = Instant::now();
        let request = client.put(url).header("content-length", size).body(paced(pieces, line.rate));
        let answer = request.send().await.map_err(|why| format!("{why:?}"))?;
        let status = answer.status().as_u16();
        return if status == 200 {
            Ok(begun.elapsed().as_secs_f64())
        } else {
            Err(format!("status {status}"))
        };
    }
    let id = uuid::Uuid::now_v7();
    // Written once: a phone that repeats itself says the same.
    let now = jiff::Timestamp::now().to_string().replace('Z', "+00:00");
    let declaration = json!({
        "visit": line.visit[phone % line.visit.len()], "item": null, "subject": "scene", "caption": "", "sha256": hex::encode(digest),
        "size_bytes": size, "media_type": "image/jpeg", "captured_at": now, "device_clock": now, "origin": "camera",
        "position": {"latitude": 15.7431, "longitude": 107.9642, "accuracy_m": 8.0, "source": "gnss"}
    });
    let begun = Instant::now();
    let mut tries = 0;
    loop {
        match send_to_api(line, token, client, id, &declaration, (&pieces, digest, size)).await {
            Ok(()) => break,
            Err(why) if !line.insist || tries >= 200 => return Err(why),
            Err(_) => tries += 1,
        }
        // Full jitter, as phones do.
        let pause = 50 + (u64::from(id.as_bytes()[15]) * 7 + tries * 131) % 400;
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
    let seconds = begun.elapsed().as_secs_f64();
    if line.insist || line.cut {
        KEPT.lock().expect("a list").push((id, digest));
    }
    Ok(seconds)
}

/// What was acknowledged, to be read back.
static KEPT: std::sync::Mutex<Vec<(uuid::Uuid, [u8; 32])>> = std::sync::Mutex::new(Vec::new());

/// Reads every acknowledged original back; returns how many differ or are not there.
async fn differing(line: &Line, token: &str) -> usize {
    let kept = KEPT.lock().expect("a list").clone();
    let client = fieldproof_phone::line::builder().expect("TLS").build().expect("a client");
    let mut wrong = 0;
    for (id, digest) in kept {
        let same = read_back(line, token, &client, id)
            .await
            .is_some_and(|bytes| Sha256::digest(&bytes).as_slice() == digest);
        wrong += usize::from(!same);
    }
    wrong
}

/// The original as it is told, if it is; a server that was killed is waited for, which says nothing of the photo.
async fn read_back(line: &Line, token: &str, client: &reqwest::Client, id: uuid::Uuid) -> Option<Bytes> {
    let tries = if line.insist { 200 } else { 1 };
    for _ in 0..tries {
        match client.get(format!("{}/v1/photos/{id}/original", line.url)).bearer_auth(token).send().await {
            Ok(answer) if answer.status().is_client_error() => return None,
            Ok(answer) if answer.status().is_success() => {
                if let Ok(bytes) = answer.bytes().await {
                    return Some(bytes);
                }
            }
            _ => {}
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    None
}

/// Declares and sends one photo; both repeat safely.
async fn send_to_api(
    line: &Line,
    token: &str,
    client: &reqwest::Client,
    id: uuid::Uuid,
    declaration: &serde_json::Value,
    (pieces, digest, size): (&[Bytes], [u8; 32], usize),
) -> Result<(), String> {
    let declared = client
        .put(format!("{}/v1/photos/{id}", line.url))
        .bearer_auth(token)
        .json(declaration)
        .send()
        .await
        .map_err(|why| format!("{why:?}"))?;
    if !declared.status().is_success() {
        let status = declared.status();
        return Err(format!("declare {status}: {}", declared.text().await.unwrap_or_default()));
    }
    if line.mode == "tus" {
        return send_by_tus(line, token, client, id, (pieces, size)).await;
    }
    let sent = client
        .put(format!("{}/v1/photos/{id}/original", line.url))
        .bearer_auth(token)
        .header("content-type", "image/jpeg")
        .header("content-length", size)
        .header("repr-digest", format!("sha-256=:{}:", STANDARD.encode(digest)))
        .body(paced(pieces.to_vec(), line.rate))
        .send()
        .await
        .map_err(|why| format!("{why:?}"))?;
    if sent.status().is_success() {
        return Ok(());
    }
    let status = sent.status();
    Err(format!("send {status}: {}", sent.text().await.unwrap_or_default()))
}

#[tokio::main]
async fn main() {
    let line = Arc::new(Line::parse());
    let mut noise = vec![0_u8; 4_200_000];
    getrandom::fill(&mut noise).expect("random bytes");
    let noise = Bytes::from(noise);
    let run = jiff::Timestamp::now().as_millisecond().unsigned_abs();
    let mut addresses = Vec::new();
    if line.mode == "raw" {
        for number in 0..line.count {
            addresses.push(raw_url(number, run).await);
        }
    }
    let addresses = Arc::new(addresses);
    let mut watched: Vec<Watched> = Vec::new();
    for watch in &line.watch {
        let (name, pid) = watch.split_once('=').expect("name=pid");
        let pid = pid.parse().expect("a pid");
        watched.push(Watched { name: name.to_owned(), pid, before_ms: cpu_ms(pid) });
    }
    let token = if line.token_file.is_empty() {
        String::new()
    } else {
        std::fs::read_to_string(&line.token_file).expect("a readable token file").trim().to_owned()
    };
    let next = Arc::new(AtomicUsize::new(0));
    let begun = Instant::now();
    let mut phones = Vec::new();
    for phone in 0..line.clients {
        let (line, noise, next, addresses) = (line.clone(), noise.clone(), next.clone(), addresses.clone());
        let token = token.clone();
        phones.push(tokio::spawn(async move {
            let client = fieldproof_phone::line::builder().expect("TLS");
            let client = client.pool_max_idle_per_host(1).build().expect("a client");
            if line.ramp_ms > 0 {
                tokio::time::sleep(Duration::from_millis(line.ramp_ms * phone as u64 / line.clients as u64))
                    .await;
            }
            let (mut times, mut failures) = (Vec::new(), Vec::new());
            loop {
                let number = next.fetch_add(1, Ordering::SeqCst);
                if number >= line.count {
                    return (times, failures);
                }
                let url = addresses.get(number).map(String::as_str);
                match send(&line, &token, &client, &noise, (phone, number), run, url).await {
                    Ok(seconds) => times.push(seconds),
                    Err(why) => failures.push(why),
                }
            }
        }));
    }
    let (mut times, mut failures) = (Vec::new(), Vec::new());
    for phone in phones {
        let (mut t, mut f) = phone.await.expect("a phone that ends");
        times.append(&mut t);
        failures.append(&mut f);
    }
    let seconds = begun.elapsed().as_secs_f64();
    times.sort_by(f64::total_cmp);
    let at = |share: f64| {
        times
            .get(((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1)))
            .copied()
            .unwrap_or(0.0)
    };
    let round = |number: f64| (number * 1000.0).round() / 1000.0;
    let mut out = json!({
        "mode": line.mode, "clients": line.clients, "accepted": times.len(), "failed": failures.len(),
        "seconds": round(seconds), "per_second": round(times.len() as f64 / seconds),
        "p50_s": round(at(0.5)), "p99_s": round(at(0.99)), "first_failures": failures.iter().take(3).collect::<Vec<_>>()
    });
    for one in &watched {
        let spent = (cpu_ms(one.pid) - one.before_ms) / times.len().max(1) as f64;
        out[format!("{}_cpu_ms_per_photo", one.name)] = json!(round(spent));
        out[format!("{}_peak_mb", one.name)] = json!(round(peak_mb(one.pid)));
    }
    out["put_off"] = json!(PUT_OFF.load(Ordering::Relaxed));
    let mut wrong = 0;
    if line.insist || line.cut {
        if line.insist {
            // The storm is over: what kills the server in it stops.
            eprintln!("load: all are sent; reading back");
        }
        wrong = differing(&line, &token).await;
        out["differing_originals"] = json!(wrong);
    }
    println!("{out}");
    std::process::exit(i32::from(!failures.is_empty() || wrong > 0));
}
