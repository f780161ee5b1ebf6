//! Files that are not what they should be are told apart by stable codes, and nothing panics on them.

use fieldproof_imaging::{Limits, NoPreview, Picture, Quarantine, Warning, examine};
use proptest::prelude::*;

use crate::made;

fn found(bytes: &[u8]) -> Option<Quarantine> {
    made::reason(&examine(bytes, &Limits::default()))
}

#[test]
fn what_is_no_picture_is_refused_by_its_bytes() {
    assert_eq!(found(b""), Some(Quarantine::Empty));
    assert_eq!(found(b"<html><body>photo.jpg</body></html>"), Some(Quarantine::NotAnImage));
    assert_eq!(
        found(b"<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
        Some(Quarantine::NotAnImage)
    );
    assert_eq!(found(b"%PDF-1.7"), Some(Quarantine::NotAnImage));
    assert_eq!(found(b"GIF89a\xff\xff\xff\xff\0\0\0;"), Some(Quarantine::UnsupportedFormat));
    assert_eq!(found(&[0xFF, 0xD8, 0xFF]), Some(Quarantine::Truncated));
    assert_eq!(found(b"\x89PNG\r\n\x1a\n"), Some(Quarantine::Truncated));
}

#[test]
fn missing_ends_are_truncation() {
    let files = [
        ("jpeg", made::jpeg(1800, 1200)),
        ("progressive", made::jpeg_of(1800, 1200, &made::scene(1800, 1200), true)),
        ("png", made::png(600, 400, 8, 2, &[made::idat(600, &made::scene(600, 400))])),
        ("webp", made::webp(600, 400)),
    ];
    for (name, file) in files {
        assert_eq!(found(&file), None, "{name} whole");
        for percent in [1, 10, 50, 90, 99] {
            let cut = &file[..file.len() * percent / 100];
            assert_eq!(found(cut), Some(Quarantine::Truncated), "{name} {percent} %");
        }
    }
    let mut endless = made::jpeg(300, 200);
    endless.truncate(endless.len() - 2);
    assert_eq!(found(&endless), Some(Quarantine::Truncated));
}

#[test]
fn what_is_left_of_a_jpeg_is_shown_and_marked() {
    let scene = made::scene(1800, 1200);
    for progressive in [false, true] {
        let whole = made::jpeg_of(1800, 1200, &scene, progressive);
        let half = made::left(examine(&whole[..whole.len() / 2], &Limits::default()));
        let (width, height, pixels) = made::pixels(&half.preview_jpeg);
        let (full_width, full_height, full) =
            made::pixels(&made::ready(examine(&whole, &Limits::default())).preview_jpeg);
        assert_eq!((width, height), (full_width, full_height), "the size is that of the photo");
        // The upper quarter is as in the whole photo; of a progressive one there is a coarser picture everywhere.
        let upper = pixels.len() / 4;
        let apart = |of: &[u8]| -> u64 {
            let sum: u64 = of.iter().zip(&full).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
            sum / u64::try_from(of.len()).unwrap()
        };
        assert!(apart(&pixels[..upper]) < 12, "{progressive}: {}", apart(&pixels[..upper]));
    }
    let mut turned = made::oriented(&made::jpeg(1800, 1200), 6);
    turned.truncate(turned.len() / 2);
    let preview = made::left(examine(&turned, &Limits::default())).preview_size;
    assert!(preview.height > preview.width, "what is left stands upright too");
    // Nothing but headers: nothing to be seen.
    let photo = made::jpeg(1800, 1200);
    let scan = photo.windows(2).position(|pair| pair == [0xFF, 0xDA]).unwrap();
    let head = examine(&photo[..scan + 14], &Limits::default()).picture;
    assert_eq!(head, Picture::Quarantined { reason: Quarantine::Truncated });
}

#[test]
fn bytes_after_the_end_are_no_damage() {
    let mut photo = made::jpeg(1800, 1200);
    photo.extend(b"MotionPhoto_Data".repeat(6000));
    assert_eq!(found(&photo), None);
}

#[test]
fn a_lost_part_in_the_middle_is_damage() {
    let mut photo = made::jpeg(1800, 1200);
    let middle = photo.len() / 2;
    photo[middle..middle + (64 << 10)].fill(0);
    // A decoder that falls back into step has only some bytes left over: then it is at least said.
    match examine(&photo, &Limits::default()).picture {
        Picture::Quarantined { reason } | Picture::Partial { reason, .. } => {
            assert_eq!(reason, Quarantine::Damaged);
        }
        Picture::Ready(rendered) => assert_eq!(rendered.warnings, [Warning::ExtraneousBytes]),
        other @ Picture::NoPreview { .. } => panic!("{other:?}"),
    }
    let mut png = made::png(600, 400, 8, 2, &[made::idat(600, &made::scene(600, 400))]);
    let middle = png.len() / 2;
    png[middle..middle + 64].fill(0);
    assert_eq!(found(&png), Some(Quarantine::Damaged));
}

#[test]
fn stray_bytes_between_segments_are_only_a_warning() {
    let photo = made::jpeg(400, 300);
    let stray = [&photo[..2], &[0, 1, 2, 3], &photo[2..]].concat();
    // The first three bytes are what makes it a JPEG; the stray ones come after one whole segment.
    assert_eq!(found(&stray), Some(Quarantine::NotAnImage));
    let first = 4 + usize::from(u16::from_be_bytes([photo[4], photo[5]]));
    let stray = [&photo[..first], &[0, 1, 2, 3], &photo[first..]].concat();
    let rendered = made::ready(examine(&stray, &Limits::default()));
    assert_eq!(rendered.warnings, [Warning::ExtraneousBytes]);
}

#[test]
fn avif_is_kept_without_a_preview() {
    let file = b"\0\0\0\x1cftypavif\0\0\0\0mif1miafavif\0\0\0\x08mdat";
    let examined = examine(file, &Limits::default());
    assert_eq!(examined.picture, Picture::NoPreview { reason: NoPreview::AvifNotDecoded });
}

#[test]
fn a_file_larger_than_allowed_is_not_read() {
    let limits = Limits { max_bytes: 100, ..Limits::default() };
    let examined = examine(&made::jpeg(300, 200), &limits);
    assert_eq!(made::reason(&examined), Some(Quarantine::TooManyBytes));
}

#[test]
fn cmyk_goes_the_slower_way() {
    let (width, height) = (64_usize, 48_usize);
    let pixels = vec![200; width * height * 4];
    let mut encoder = turbojpeg::Compressor::new().unwrap();
    encoder.set_subsamp(turbojpeg::Subsamp::None).unwrap();
    encoder.set_colorspace(turbojpeg::Colorspace::CMYK).unwrap();
    let format = turbojpeg::PixelFormat::CMYK;
    let image = turbojpeg::Image { pixels: pixels.as_slice(), width, pitch: width * 4, height, format };
    let photo = encoder.compress_to_vec(image).unwrap();
    let rendered = made::ready(examine(&photo, &Limits::default()));
    assert_eq!((rendered.preview_size.width, rendered.preview_size.height), (64, 48));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_end_in_an_answer(start in 0_usize..7, noise in proptest::collection::vec(any::<u8>(), 0..600)) {
        let starts: [&[u8]; 7] = [
            b"", &[0xFF, 0xD8, 0xFF, 0xE1], b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", b"RIFF\x40\0\0\0WEBPVP8X",
            b"RIFF\x40\0\0\0WEBPVP8L", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\x01\0meta", b"\0\0\0\x18ftypavif\0\0\0\0mif1avif\0\0\x01\0meta",
        ];
        let examined = examine(&[starts[start], &noise].concat(), &Limits::default());
        prop_assert_ne!(made::reason(&examined), Some(Quarantine::DecoderDied));
    }

    #[test]
    fn any_flipped_bytes_end_in_an_answer(
        which in 0_usize..4,
        flips in proptest::collection::vec((any::<prop::sample::Index>(), 1_u8..), 1..20),
    ) {
        let mut file = match which {
            0 => made::oriented(&made::jpeg(120, 80), 6),
            1 => made::jpeg_of(120, 80, &made::scene(120, 80), true),
            2 => made::png(60, 40, 8, 2, &[made::idat(60, &made::scene(60, 40))]),
            _ => made::webp(60, 40),
        };
        for (at, flip) in flips {
            let at = at.index(file.len());
            file[at] ^= flip;
        }
        let examined = examine(&file, &Limits::default());
        prop_assert_ne!(made::reason(&examined), Some(Quarantine::DecoderDied));
    }
}
