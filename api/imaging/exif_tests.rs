//! The EXIF adapter on files made for each oddity.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop at the first surprise")]

use super::*;
use exif::experimental::Writer;
use exif::{Field, Rational, SRational};

fn tiff(fields: &[(Tag, Value)]) -> Vec<u8> {
    let fields: Vec<Field> = fields
        .iter()
        .map(|(tag, value)| Field { tag: *tag, ifd_num: In::PRIMARY, value: value.clone() })
        .collect();
    let mut writer = Writer::new();
    for field in &fields {
        writer.push_field(field);
    }
    let mut out = Cursor::new(Vec::new());
    writer.write(&mut out, false).unwrap();
    out.into_inner()
}

fn webp(exif: &[u8]) -> Vec<u8> {
    let chunk = |kind: &[u8], body: &[u8]| {
        let mut chunk = [kind, &u32::try_from(body.len()).unwrap().to_le_bytes(), body].concat();
        chunk.resize(chunk.len() + body.len() % 2, 0);
        chunk
    };
    let body =
        [&b"WEBP"[..], &chunk(b"VP8X", &[8, 0, 0, 0, 1, 0, 0, 1, 0, 0]), &chunk(b"EXIF", exif)].concat();
    [&b"RIFF"[..], &u32::try_from(body.len()).unwrap().to_le_bytes(), &body].concat()
}

fn read_fields(fields: &[(Tag, Value)]) -> ExifFacts {
    read(&webp(&tiff(fields)), Format::WebP)
}

fn ascii_value(text: &str) -> Value {
    Value::Ascii(vec![text.as_bytes().to_vec()])
}

fn signed(parts: &[(i32, i32)]) -> Value {
    Value::SRational(parts.iter().map(|&(num, denom)| SRational { num, denom }).collect())
}

fn unsigned(parts: &[(u32, u32)]) -> Value {
    Value::Rational(parts.iter().map(|&(num, denom)| Rational { num, denom }).collect())
}

fn place(latitude: Value, reference: &str) -> Vec<(Tag, Value)> {
    vec![
        (Tag::GPSLatitude, latitude),
        (Tag::GPSLatitudeRef, ascii_value(reference)),
        (Tag::GPSLongitude, unsigned(&[(105, 1), (51, 1), (0, 1)])),
        (Tag::GPSLongitudeRef, ascii_value("E")),
    ]
}

#[test]
fn signed_rationals_are_read_and_nonsense_is_left_out() {
    let hanoi = read_fields(&place(signed(&[(21, 1), (1, 1), (3000, 100)]), "N"));
    assert!((hanoi.latitude.unwrap() - 21.025).abs() < 1e-9);
    assert!((hanoi.longitude.unwrap() - 105.85).abs() < 1e-9);
    let south = read_fields(&place(unsigned(&[(21, 1), (1, 1), (30, 1)]), "S"));
    assert!((south.latitude.unwrap() + 21.025).abs() < 1e-9);
    for (value, reference) in [
        (unsigned(&[(0, 0), (0, 0), (0, 0)]), "N"),
        (unsigned(&[(21, 1), (1, 1), (5, 0)]), "N"),
        (unsigned(&[(91, 1), (0, 1), (0, 1)]), "N"),
        (unsigned(&[(90, 1), (0, 1), (1, 1)]), "N"),
        (signed(&[(-21, 1), (1, 1), (0, 1)]), "N"),
        (unsigned(&[(21, 1), (61, 1), (0, 1)]), "N"),
        (unsigned(&[(21, 1), (1, 1), (0, 1)]), "X"),
        (unsigned(&[(21, 1), (1, 1), (0, 1)]), ""),
        (ascii_value("21"), "N"),
    ] {
        let read = read_fields(&place(value.clone(), reference));
        assert_eq!(
            (read.state, read.latitude, read.longitude),
            (ExifState::Read, None, None),
            "{value:?} {reference}"
        );
    }
}

#[test]
fn times_keep_their_fraction_and_their_offset_apart() {
    let read = read_fields(&[
        (Tag::DateTimeOriginal, ascii_value("2024:02:29 23:59:58")),
        (Tag::SubSecTimeOriginal, ascii_value("5")),
        (Tag::OffsetTimeOriginal, ascii_value("+07:00")),
        (Tag::GPSDateStamp, ascii_value("2024:02:29")),
        (Tag::GPSTimeStamp, unsigned(&[(16, 1), (59, 1), (575, 10)])),
    ]);
    assert_eq!(read.taken_at_local.unwrap().to_string(), "2024-02-29T23:59:58.5");
    assert_eq!(read.taken_at_offset_min, Some(420));
    assert_eq!(read.gps_time_utc.unwrap().to_string(), "2024-02-29T16:59:57.5Z");
    for zero in
        ["0000:00:00 00:00:00", "    :  :     :  :  ", "2024:02:30 10:00:00", "2024:13:01 10:00:00", "", "x"]
    {
        assert_eq!(read_fields(&[(Tag::DateTimeOriginal, ascii_value(zero))]).taken_at_local, None, "{zero}");
    }
    for odd in ["+15:00", "+07:75", "07:00", "   :  ", "+7"] {
        assert_eq!(
            read_fields(&[(Tag::OffsetTimeOriginal, ascii_value(odd))]).taken_at_offset_min,
            None,
            "{odd}"
        );
    }
    let offset = read_fields(&[(Tag::OffsetTimeOriginal, ascii_value("-03:30"))]).taken_at_offset_min;
    assert_eq!(offset, Some(-210));
}

#[test]
fn altitude_error_and_texts_are_bounded() {
    let long = format!("  A\u{7}c\u{202E}me {}", "x".repeat(500));
    let read = read_fields(&[
        (Tag::GPSAltitude, unsigned(&[(125, 10)])),
        (Tag::GPSAltitudeRef, Value::Byte(vec![1])),
        (Tag::GPSHPositioningError, unsigned(&[(47, 10)])),
        (Tag::Make, ascii_value(&long)),
        (Tag::Model, ascii_value("   ")),
        (Tag::Orientation, Value::Short(vec![9])),
    ]);
    assert_eq!((read.altitude_m, read.error_m), (Some(-12.5), Some(4.7)));
    assert_eq!(
        read.make.as_deref().map(|make| (make.chars().count(), make.starts_with("Acme x"))),
        Some((200, true))
    );
    assert_eq!((read.model, read.orientation), (None, None));
    let none = read_fields(&[
        (Tag::GPSHPositioningError, unsigned(&[(0, 1)])),
        (Tag::GPSAltitude, unsigned(&[(1, 0)])),
    ]);
    assert_eq!((none.error_m, none.altitude_m), (None, None));
}

#[test]
fn a_webp_chunk_may_start_as_a_jpeg_segment_does() {
    let plain = tiff(&[(Tag::Make, ascii_value("Acme"))]);
    let prefixed = [&b"Exif\0\0"[..], &plain].concat();
    assert_eq!(read(&webp(&prefixed), Format::WebP).make.as_deref(), Some("Acme"));
    assert_eq!(read(&webp(b"nonsense"), Format::WebP).state, ExifState::Unreadable);
}
