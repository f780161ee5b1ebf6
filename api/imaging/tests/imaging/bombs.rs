//! Small files that claim or unfold into something huge are refused at once, before any memory is had.

use std::time::{Duration, Instant};

use fieldproof_imaging::child::Decoder;
use fieldproof_imaging::{Examined, Limits, Picture, Quarantine, Size, Warning, examine};

use crate::made;

/// Examines within a time that no allocation of gigabytes would keep.
fn quickly(bytes: &[u8]) -> Examined {
    let start = Instant::now();
    let examined = examine(bytes, &Limits::default());
    assert!(start.elapsed() < Duration::from_secs(5), "took {:?}", start.elapsed());
    examined
}

#[test]
fn sizes_are_refused_by_their_headers() {
    let deep_png = made::png(60_000, 60_000, 16, 6, &[]);
    let wide_png =
        made::png(40_000, 40_000, 1, 0, &[made::png_chunk(*b"IDAT", &made::deflated(&vec![0; 200_000]))]);
    let bits = (16_383_u32 - 1) | ((16_383 - 1) << 14);
    let webp = [&b"RIFF\x1a\0\0\0WEBPVP8L\x0e\0\0\0\x2f"[..], &bits.to_le_bytes(), &[0; 9]].concat();
    let mut jpeg = made::jpeg(400, 300);
    let frame = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xFF, 0xDC, 0xFF, 0xDC]);
    for (bomb, size) in [
        (deep_png, Size::new(60_000, 60_000)),
        (wide_png, Size::new(40_000, 40_000)),
        (webp, Size::new(16_383, 16_383)),
        (jpeg, Size::new(65_500, 65_500)),
    ] {
        let examined = quickly(&bomb);
        assert_eq!((made::reason(&examined), examined.size), (Some(Quarantine::TooManyPixels), Some(size)));
    }
}

#[test]
fn a_second_frame_header_does_not_hide_a_size() {
    let mut jpeg = made::jpeg(400, 300);
    let frame = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    let mut huge = jpeg[frame..frame + 19].to_vec();
    huge[5..9].copy_from_slice(&[0xFF, 0xDC, 0xFF, 0xDC]);
    jpeg.splice(frame..frame, huge);
    assert_eq!(made::reason(&quickly(&jpeg)), Some(Quarantine::TooManyPixels));
}

#[test]
fn a_profile_that_unfolds_without_end_is_left_out() {
    let bomb = [&b"bomb\0\0"[..], &made::deflated(&vec![0; 100 << 20])].concat();
    let text = [&b"bomb\0\0"[..], &made::deflated(&vec![b'x'; 50 << 20])].concat();
    let chunks = [
        made::png_chunk(*b"iCCP", &bomb),
        made::png_chunk(*b"zTXt", &text),
        made::idat(40, &made::scene(40, 30)),
    ];
    let rendered = made::ready(quickly(&made::png(40, 30, 8, 2, &chunks)));
    assert_eq!(rendered.warnings, [Warning::ColourProfileTooLarge]);
}

#[test]
fn scans_without_end_are_cut_short() {
    assert_eq!(made::reason(&quickly(&made::scans(64, 64, 2000))), Some(Quarantine::DecoderLimit));
}

/// A JPEG that claims another size than it has pixels for.
fn inflated(photo: &[u8], side: u16) -> Vec<u8> {
    let mut photo = photo.to_vec();
    let frame = photo.windows(2).position(|pair| matches!(pair, [0xFF, 0xC0 | 0xC2])).unwrap();
    photo[frame + 5..frame + 7].copy_from_slice(&side.to_be_bytes());
    photo[frame + 7..frame + 9].copy_from_slice(&side.to_be_bytes());
    photo
}

/// A box of ISO/IEC 14496-12.
fn boxed(kind: &[u8], body: &[u8]) -> Vec<u8> {
    [&u32::try_from(body.len() + 8).unwrap().to_be_bytes(), kind, body].concat()
}

/// Eighteen files made to cost a decoder more than they are worth, and what they may become.
fn eighteen() -> [(&'static str, Vec<u8>, bool); 18] {
    let small = made::jpeg(400, 300);
    let progressive = made::jpeg_of(400, 300, &made::scene(400, 300), true);
    let zeros = made::deflated(&vec![0; 100 << 20]);
    let idat = made::idat(40, &made::scene(40, 30));
    let sized =
        |bits: u32| [&b"RIFF\x1a\0\0\0WEBPVP8L\x0e\0\0\0\x2f"[..], &bits.to_le_bytes(), &[0; 9]].concat();
    let heif = |brand: &[u8; 4]| {
        let ftyp = boxed(b"ftyp", &[brand, &[0; 4][..], b"mif1", brand].concat());
        let side = 60_000_u32.to_be_bytes();
        let ispe = boxed(b"ispe", &[&[0; 4], &side[..], &side].concat());
        let iprp = boxed(b"iprp", &boxed(b"ipco", &ispe));
        [ftyp, boxed(b"meta", &[&[0; 4], &iprp[..]].concat())].concat()
    };
    let profile = made::with_icc(&small, &vec![7; 60_000]);
    let piece = profile[2..2 + 60_000 + 18].to_vec();
    let circle = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x69\x87\x04\0\xff\xff\xff\xff\x08\0\0\0\x08\0\0\0";
    let text = made::png_chunk(*b"zTXt", &[&b"bomb\0\0"[..], &zeros].concat());
    let profile_of_png = made::png_chunk(*b"iCCP", &[&b"bomb\0\0"[..], &zeros].concat());
    [
        ("PNG of 60,000 squared, 16 bits", made::png(60_000, 60_000, 16, 6, &[]), false),
        (
            "PNG of 40,000 squared, 1 bit",
            made::png(40_000, 40_000, 1, 0, &[made::png_chunk(*b"IDAT", &zeros)]),
            false,
        ),
        (
            "PNG of 7,900 squared, 16 bits",
            made::png(7_900, 7_900, 16, 6, &[made::png_chunk(*b"IDAT", &zeros)]),
            false,
        ),
        ("PNG with pixels without end", made::png(40, 30, 8, 2, &[made::png_chunk(*b"IDAT", &zeros)]), true),
        ("PNG with a profile without end", made::png(40, 30, 8, 2, &[profile_of_png, idat.clone()]), true),
        ("PNG with a text without end", made::png(40, 30, 8, 2, &[text, idat]), true),
        ("WebP of 16,383 squared", sized((16_383 - 1) | ((16_383 - 1) << 14)), false),
        ("WebP of 7,900 squared", sized((7_900 - 1) | ((7_900 - 1) << 14)), false),
        ("JPEG of 65,500 squared", inflated(&small, 65_500), false),
        ("JPEG of 7,900 squared", inflated(&small, 7_900), false),
        ("progressive JPEG of 7,900 squared", inflated(&progressive, 7_900), false),
        ("JPEG of 2,000 scans", made::scans(64, 64, 2000), false),
        ("JPEG with 255 profiles", [&small[..2], &piece.repeat(255), &small[2..]].concat(), true),
        ("JPEG with EXIF in a circle", made::with_segment(&small, 0xE1, circle), true),
        ("HEIC of 60,000 squared", heif(b"heic"), false),
        ("AVIF of 60,000 squared", heif(b"avif"), false),
        ("GIF of 65,535 squared", b"GIF89a\xff\xff\xff\xff\0\0\0;".to_vec(), false),
        ("HTML in front of a JPEG", [&b"<script>alert(1)</script>"[..], &small].concat(), false),
    ]
}

fn peak_kib(decoder: &Decoder) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", decoder.child_id()?)).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.trim().trim_end_matches(" kB").parse().ok()
}

/// One bomb in a process of its own: what it became, how long that took, and what the process needed.
fn defused(name: &str, bomb: &[u8], may_show: bool) -> String {
    let mut decoder = Decoder::new(env!("CARGO_BIN_EXE_fieldproof-decoder"), ["--quiet"; 0]);
    let start = Instant::now();
    let examined = decoder.examine(bomb).unwrap();
    let took = start.elapsed();
    assert!(took < Duration::from_secs(20), "{name} took {took:?}");
    assert!(may_show || !matches!(examined.picture, Picture::Ready(_)), "{name} passes for a photo");
    let peak = peak_kib(&decoder);
    assert!(peak.is_none_or(|kib| kib < 600 << 10), "{name} needs {peak:?} KiB");
    let became = match examined.picture {
        Picture::Ready(rendered) => format!("shown {:?}", rendered.warnings),
        Picture::Partial { reason, .. } => format!("set apart, {}, with what is left", reason.code()),
        Picture::NoPreview { reason } => reason.code().to_owned(),
        Picture::Quarantined { reason } => format!("set apart, {}", reason.code()),
    };
    format!(
        "{name} ({} bytes): {became}; {} ms, {} MiB",
        bomb.len(),
        took.as_millis(),
        peak.unwrap_or(0) >> 10
    )
}

#[test]
fn eighteen_bombs_alone_and_eight_at_once_harm_nobody() {
    let bombs = eighteen();
    for (name, bomb, may_show) in &bombs {
        println!("{}", defused(name, bomb, *may_show));
    }
    for eight in bombs.chunks(8) {
        std::thread::scope(|at_once| {
            let all: Vec<_> = eight
                .iter()
                .map(|(name, bomb, shown)| at_once.spawn(move || defused(name, bomb, *shown)))
                .collect();
            for one in all {
                println!("at once: {}", one.join().unwrap());
            }
        });
    }
    let mut decoder = Decoder::new(env!("CARGO_BIN_EXE_fieldproof-decoder"), ["--quiet"; 0]);
    for (name, bomb, _) in &bombs {
        decoder.examine(bomb).unwrap();
        made::ready(decoder.examine(&made::jpeg(40, 30)).unwrap_or_else(|why| panic!("after {name}: {why}")));
    }
}

#[test]
fn decoded_bytes_are_budgeted() {
    let limits = Limits { max_decoded_bytes: 1 << 20, ..Limits::default() };
    let photo = made::png(1000, 1000, 8, 2, &[made::idat(1000, &made::flat(1000, 1000, [9; 3]))]);
    assert_eq!(made::reason(&examine(&photo, &limits)), Some(Quarantine::DecoderLimit));
}
