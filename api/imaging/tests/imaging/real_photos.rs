//! Photos of real phones, compared with what exiftool reads in them. They do not belong to the project:
//! the folder is `FIELDPROOF_SAMPLE_PHOTOS`, or `../shared/photos` beside the checkout; without one these
//! tests say so and pass.

use std::path::PathBuf;

use fieldproof_imaging::{ExifFacts, Limits, Picture, Quarantine, Size, examine};
use serde_json::Value;

use crate::made;

fn folder() -> Option<PathBuf> {
    let named = std::env::var_os("FIELDPROOF_SAMPLE_PHOTOS").map(PathBuf::from);
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/photos"));
    let folder = named.unwrap_or(beside);
    if folder.join("manifest.json").exists() {
        return Some(folder);
    }
    println!("skipped: no sample photos in {}", folder.display());
    None
}

fn listed() -> Vec<(String, Vec<u8>, Value)> {
    let Some(folder) = folder() else { return Vec::new() };
    let manifest: Value =
        serde_json::from_slice(&std::fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    let photos = manifest["photos"].as_array().unwrap();
    let read = |photo: &Value| {
        let name = photo["file"].as_str().unwrap().to_owned();
        let bytes = std::fs::read(folder.join(&name)).unwrap();
        (name, bytes, photo["expected_exiftool_12_57"].clone())
    };
    photos.iter().map(read).collect()
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// `2024:01:02 03:04:05` with an optional fraction as ISO 8601 writes it.
fn iso(moment: &Value, fraction: &Value) -> Option<String> {
    let moment = text(moment)?.replacen(':', "-", 2).replace(' ', "T");
    let fraction = text(fraction).unwrap_or_default();
    let fraction = fraction.trim_end_matches('0');
    Some(if fraction.is_empty() { moment } else { format!("{moment}.{fraction}") })
}

fn compare(name: &str, exif: &ExifFacts, truth: &Value) {
    let near = |seen: Option<f64>, meant: &Value, tolerance: f64| match (seen, meant.as_f64()) {
        (Some(seen), Some(meant)) => (seen - meant).abs() < tolerance,
        (None, None) => true,
        _ => false,
    };
    assert!(near(exif.latitude, &truth["Composite:GPSLatitude"], 1e-9), "{name} {exif:?}");
    assert!(near(exif.longitude, &truth["Composite:GPSLongitude"], 1e-9), "{name} {exif:?}");
    assert!(near(exif.altitude_m, &truth["Composite:GPSAltitude"], 1e-4), "{name} {exif:?}");
    assert_eq!(exif.make, text(&truth["IFD0:Make"]), "{name}");
    assert_eq!(exif.model, text(&truth["IFD0:Model"]), "{name}");
    assert_eq!(exif.software, text(&truth["IFD0:Software"]), "{name}");
    assert_eq!(exif.orientation.map(u64::from), truth["IFD0:Orientation"].as_u64(), "{name}");
    let taken = exif.taken_at_local.map(|moment| moment.to_string());
    assert_eq!(
        taken,
        iso(&truth["ExifIFD:DateTimeOriginal"], &truth["ExifIFD:SubSecTimeOriginal"]),
        "{name}"
    );
    let offset = exif.taken_at_offset_min.map(|minutes| format!("{:+03}:{:02}", minutes / 60, minutes % 60));
    assert_eq!(offset, text(&truth["ExifIFD:OffsetTimeOriginal"]), "{name}");
    let stamp = exif.gps_time_utc.map(|time| time.to_string());
    let meant = text(&truth["GPS:GPSDateStamp"])
        .map(|date| format!("{}T{}Z", date.replace(':', "-"), text(&truth["GPS:GPSTimeStamp"]).unwrap()));
    assert_eq!(stamp, meant, "{name}");
}

#[test]
fn exif_says_what_exiftool_says() {
    for (name, bytes, truth) in listed() {
        let examined = examine(&bytes, &Limits::default());
        compare(&name, &examined.exif, &truth);
        let format = examined.format.unwrap().media_type();
        assert_eq!(Some(format), truth["File:MIMEType"].as_str(), "{name}");
    }
}

#[test]
fn each_becomes_what_it_should() {
    let reasons = [
        ("11_corrupted.jpg", Quarantine::Damaged),
        // All its checksums are zero: nothing that reads PNG by the book shows it.
        ("37_exif.png", Quarantine::Damaged),
        ("31_truncated.heic", Quarantine::Truncated),
        ("38_giant_image.jpg", Quarantine::TooManyPixels),
        ("91_trunc_50.jpg", Quarantine::Truncated),
        ("94_png_1bit_40000.png", Quarantine::TooManyPixels),
    ];
    for (name, bytes, truth) in listed() {
        let examined = examine(&bytes, &Limits::default());
        if let Some((_, reason)) = reasons.iter().find(|(file, _)| *file == name) {
            assert_eq!(made::reason(&examined), Some(*reason), "{name}");
            let is_left = matches!(examined.picture, Picture::Partial { .. });
            assert_eq!(is_left, ["11_corrupted.jpg", "91_trunc_50.jpg"].contains(&name.as_str()), "{name}");
            continue;
        }
        let stored = |side: &str| {
            let side =
                truth[format!("File:{side}")].as_u64().or_else(|| truth[format!("PNG:{side}")].as_u64());
            u32::try_from(side.unwrap()).unwrap()
        };
        let stored = Size::new(stored("ImageWidth"), stored("ImageHeight"));
        let sideways = truth["IFD0:Orientation"].as_u64().is_some_and(|orientation| orientation > 4);
        let seen = if sideways { stored.turned() } else { stored };
        assert_eq!(examined.size, Some(seen), "{name}");
        let rendered = made::ready(examined);
        assert!(rendered.warnings.is_empty(), "{name} {:?}", rendered.warnings);
        let preview = rendered.preview_size;
        let ratio = f64::from(preview.width) / f64::from(preview.height);
        assert!((ratio - f64::from(seen.width) / f64::from(seen.height)).abs() < 0.01, "{name}");
        println!("{name}: {preview:?} {:?}", rendered.quality);
    }
}

#[test]
fn cut_and_scribbled_photos_end_in_an_answer() {
    for (name, bytes, _) in
        listed().into_iter().filter(|(name, ..)| name.starts_with("10_") || name.starts_with("24_"))
    {
        for percent in [10, 50, 90, 99] {
            let examined = examine(&bytes[..bytes.len() * percent / 100], &Limits::default());
            assert_eq!(made::reason(&examined), Some(Quarantine::Truncated), "{name} {percent} %");
        }
    }
}
