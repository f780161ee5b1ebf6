//! Files made to hurt, and files that were hurt, sent as photos: kept, set apart, and nobody else is harmed.

use crate::harness::{House, Shot, pictures};
use serde_json::{Value, json};

/// A photo of the project's own samples.
fn sample(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/samples").join(name);
    std::fs::read(path).expect("a sample")
}

/// A JPEG that claims to have 65,500 by 65,500 pixels.
fn huge() -> Vec<u8> {
    let mut photo = sample("dark.jpg");
    let frame = photo.windows(4).position(|w| w == [0xFF, 0xC0, 0, 17]).expect("a frame");
    photo[frame + 5..frame + 9].copy_from_slice(&[0xFF, 0xDC, 0xFF, 0xDC]);
    photo
}

/// A lossless WebP of 34 bytes that claims 16,383 by 16,383 pixels.
fn webp() -> Vec<u8> {
    let bits = (16_383_u32 - 1) | ((16_383 - 1) << 14);
    [&b"RIFF\x1a\0\0\0WEBPVP8L\x0e\0\0\0\x2f"[..], &bits.to_le_bytes(), &[0; 9]].concat()
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_bombs_at_once_are_set_apart_and_the_photo_behind_them_is_fine() {
    let house = House::open().await;
    let scene = house.scene().await;
    let jpeg = sample("dark.jpg");
    let bombs: [(&str, Vec<u8>, &str); 8] = [
        ("image/png", pictures::bomb(), "too-many-pixels"),
        ("image/jpeg", huge(), "too-many-pixels"),
        ("image/webp", webp(), "too-many-pixels"),
        (
            "image/heic",
            b"\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\x10meta\0\0\0\0\xff\xff\xff\xff".to_vec(),
            "damaged",
        ),
        ("image/jpeg", b"<script>alert(document.domain)</script>".to_vec(), "not-an-image"),
        ("image/png", b"GIF89a\xff\xff\xff\xff\0\0\0;".to_vec(), "unsupported-format"),
        ("image/jpeg", jpeg[..200].to_vec(), "truncated"),
        ("image/png", b"\x89PNG\r\n\x1a\n".to_vec(), "truncated"),
    ];
    let before = resident_kib();
    let shots: Vec<Shot> = bombs
        .iter()
        .map(|(kind, bytes, _)| Shot::of(scene.visit, bytes.clone()).with("media_type", *kind))
        .collect();
    let sent = futures::future::join_all(shots.iter().map(|shot| shot.send(&scene.phone))).await;
    assert!(sent.iter().all(|answer| answer.status == 201), "{sent:?}");
    let behind = Shot::of(scene.visit, pictures::sharp(1));
    assert_eq!(behind.send(&scene.phone).await.status, 201);
    house.work().await;

    for (shot, (_, bytes, reason)) in shots.iter().zip(&bombs) {
        let (_, photo) = scene.phone.get(&shot.path()).await;
        let found = (photo["state"].as_str(), photo["examined"]["reason"].as_str());
        assert_eq!(found, (Some("quarantined"), Some(*reason)), "{photo}");
        let original = scene.reviewer.send("GET", &format!("{}/original", shot.path()), None).await;
        assert_eq!((original.status, &original.bytes), (200, bytes));
    }
    assert_eq!(scene.phone.get(&behind.path()).await.1["state"], "ready");
    let grown = resident_kib().saturating_sub(before);
    // Other tests share this process, so this is loose: 256 MiB is the budget of the worker alone.
    assert!(grown < 512 << 10, "the worker grew by {grown} KiB");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_of_a_cut_photo_is_shown_and_never_passes_for_the_whole() {
    let house = House::open().await;
    let scene = house.scene().await;
    let whole = sample("desk.jpg");
    let cut = Shot::of(scene.visit, whole[..whole.len() / 2].to_vec()).with("media_type", "image/jpeg");
    let fine = Shot::of(scene.visit, whole).with("media_type", "image/jpeg");
    for shot in [&cut, &fine] {
        assert_eq!(shot.send(&scene.phone).await.status, 201);
    }
    house.work().await;

    let (_, photo) = scene.phone.get(&cut.path()).await;
    let outcome = |photo: &Value| {
        let checks = photo["examined"]["checks"].as_array().expect("checks");
        checks.iter().find(|check| check["code"] == "damaged").map(|check| check["outcome"].clone())
    };
    assert_eq!((&photo["state"], &photo["examined"]["reason"]), (&json!("quarantined"), &json!("truncated")));
    assert_eq!(outcome(&photo), Some(json!("fail")), "{photo}");
    assert_eq!(photo["examined"]["width"], 4000);
    for size in [320, 1600] {
        let path = format!("{}/derivatives/{size}", cut.path());
        let left = scene.reviewer.send("GET", &path, None).await;
        assert_eq!((left.status, left.header("content-type")), (200, "image/jpeg"));
        assert_eq!(&left.bytes[..2], [0xFF, 0xD8]);
    }
    let (_, photo) = scene.phone.get(&fine.path()).await;
    assert_eq!((&photo["state"], outcome(&photo)), (&json!("ready"), Some(json!("pass"))));
    let (_, apart) = scene.reviewer.get(&format!("/v1/photos?visit={}&state=quarantined", scene.visit)).await;
    assert_eq!(apart["items"].as_array().map(Vec::len), Some(1));
    house.close().await;
}
