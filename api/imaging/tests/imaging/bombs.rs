//! Small files that claim or unfold into something huge are refused at once, before any memory is had.

use std::time::{Duration, Instant};

use fieldproof_imaging::{Examined, Limits, Quarantine, Size, Warning, examine};

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
    let photo = made::jpeg_of(64, 64, &made::scene(64, 64), true);
    let scans: Vec<usize> =
        photo.windows(2).enumerate().filter(|(_, pair)| *pair == [0xFF, 0xDA]).map(|(at, _)| at).collect();
    let last = *scans.last().unwrap();
    let scan = photo[last..photo.len() - 2].to_vec();
    let bomb = [&photo[..last], &scan.repeat(2000), &[0xFF, 0xD9]].concat();
    assert_eq!(made::reason(&quickly(&bomb)), Some(Quarantine::DecoderLimit));
}

#[test]
fn decoded_bytes_are_budgeted() {
    let limits = Limits { max_decoded_bytes: 1 << 20, ..Limits::default() };
    let photo = made::png(1000, 1000, 8, 2, &[made::idat(1000, &made::flat(1000, 1000, [9; 3]))]);
    assert_eq!(made::reason(&examine(&photo, &limits)), Some(Quarantine::DecoderLimit));
}
