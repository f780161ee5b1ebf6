//! Derivatives are upright, sRGB, of the right size, and hold nothing but pixels.

use fieldproof_imaging::quality::{Outcome, checks};
use fieldproof_imaging::{ExifState, Format, Limits, Rendered, Size, Warning, examine};

use crate::made;

/// The marker codes of a JPEG before its first scan.
fn markers(jpeg: &[u8]) -> Vec<u8> {
    let (mut at, mut codes) = (2, Vec::new());
    while jpeg[at + 1] != 0xDA {
        assert_eq!(jpeg[at], 0xFF);
        codes.push(jpeg[at + 1]);
        at += 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
    }
    codes
}

fn corner(rendered: &Rendered, right: bool, bottom: bool) -> [u8; 3] {
    let (width, height, pixels) = made::pixels(&rendered.preview_jpeg);
    let x = if right { width - width / 8 } else { width / 8 };
    let y = if bottom { height - height / 8 } else { height / 8 };
    let at = (y * width + x) * 3;
    [pixels[at], pixels[at + 1], pixels[at + 2]]
}

#[test]
fn a_photo_becomes_a_preview_and_a_thumbnail() {
    let examined = examine(&made::jpeg(4000, 3000), &Limits::default());
    assert_eq!((examined.format, examined.size), (Some(Format::Jpeg), Some(Size::new(4000, 3000))));
    assert_eq!(examined.exif.state, ExifState::None);
    let rendered = made::ready(examined);
    assert_eq!((rendered.preview_size, rendered.thumb_size), (Size::new(1600, 1200), Size::new(320, 240)));
    let (width, height, _) = made::pixels(&rendered.preview_jpeg);
    assert_eq!((width, height), (1600, 1200));
    let (width, height, _) = made::pixels(&rendered.thumb_jpeg);
    assert_eq!((width, height), (320, 240));
    assert!((10..=30).contains(&rendered.placeholder.len()));
    assert!(rendered.warnings.is_empty());
    let all_pass =
        checks(&rendered.quality, Size::new(4000, 3000)).iter().all(|c| c.outcome == Outcome::Pass);
    assert!(all_pass, "{:?}", rendered.quality);
}

#[test]
fn derivatives_carry_no_metadata() {
    let srgb = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let photo = made::with_icc(&made::oriented(&made::jpeg(400, 300), 6), &srgb);
    let photo = made::with_segment(&photo, 0xFE, b"a comment with a name in it");
    let rendered = made::ready(examine(&photo, &Limits::default()));
    for jpeg in [&rendered.preview_jpeg, &rendered.thumb_jpeg] {
        let codes = markers(jpeg);
        assert!(codes.iter().all(|code| !matches!(code, 0xE1..=0xEF | 0xFE)), "{codes:02X?}");
        assert!(jpeg.ends_with(&[0xFF, 0xD9]));
    }
}

#[test]
fn all_eight_orientations_give_the_same_picture() {
    let (width, height) = (640_u32, 480_u32);
    let upright = made::scene(width, height);
    let at = |x: u32, y: u32| {
        let start = usize::try_from((y * width + x) * 3).unwrap();
        upright[start..start + 3].to_vec()
    };
    for orientation in 1..=8_u8 {
        let (stored_width, stored_height) = if orientation > 4 { (height, width) } else { (width, height) };
        let mut stored = Vec::new();
        for sy in 0..stored_height {
            for sx in 0..stored_width {
                // What TIFF 6.0 says row 0 and column 0 of the stored picture show.
                let (x, y) = match orientation {
                    2 => (width - 1 - sx, sy),
                    3 => (width - 1 - sx, height - 1 - sy),
                    4 => (sx, height - 1 - sy),
                    5 => (sy, sx),
                    6 => (width - 1 - sy, sx),
                    7 => (width - 1 - sy, height - 1 - sx),
                    8 => (sy, height - 1 - sx),
                    _ => (sx, sy),
                };
                stored.extend(at(x, y));
            }
        }
        let photo = made::oriented(&made::jpeg_of(stored_width, stored_height, &stored, false), orientation);
        let examined = examine(&photo, &Limits::default());
        assert_eq!(examined.exif.orientation, Some(orientation));
        assert_eq!(examined.size, Some(Size::new(width, height)), "orientation {orientation}");
        let rendered = made::ready(examined);
        assert_eq!(rendered.preview_size, Size::new(width, height));
        let near = |seen: [u8; 3], meant: [u8; 3]| seen.iter().zip(meant).all(|(s, m)| s.abs_diff(m) < 60);
        assert!(near(corner(&rendered, false, false), [215, 45, 45]), "orientation {orientation}");
        assert!(near(corner(&rendered, true, false), [45, 215, 45]), "orientation {orientation}");
        assert!(near(corner(&rendered, false, true), [45, 45, 215]), "orientation {orientation}");
        assert!(near(corner(&rendered, true, true), [215, 215, 45]), "orientation {orientation}");
    }
}

#[test]
fn display_p3_is_converted_and_srgb_is_left_alone() {
    let plain = made::jpeg_of(200, 200, &made::flat(200, 200, [60, 200, 60]), false);
    let middle = |photo: &[u8]| {
        let rendered = made::ready(examine(photo, &Limits::default()));
        assert!(rendered.warnings.is_empty());
        let (width, _, pixels) = made::pixels(&rendered.preview_jpeg);
        let at = (100 * width + 100) * 3;
        [pixels[at], pixels[at + 1], pixels[at + 2]]
    };
    let untagged = middle(&plain);
    let p3 = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let srgb = moxcms::ColorProfile::new_srgb().encode().unwrap();
    assert_eq!(middle(&made::with_icc(&plain, &srgb)), untagged);
    let converted = middle(&made::with_icc(&plain, &p3));
    // The P3 green (60, 200, 60) lies outside sRGB: its red falls to nothing, its green rises slightly.
    assert!(converted[0] <= 8 && converted[1] > untagged[1], "{untagged:?} {converted:?}");
    let broken = made::ready(examine(&made::with_icc(&plain, b"no profile"), &Limits::default()));
    assert_eq!(broken.warnings, [Warning::ColourProfileUnreadable]);
}

#[test]
fn png_and_webp_become_the_same_derivatives() {
    let png = made::png(2000, 1000, 8, 2, &[made::idat(2000, &made::scene(2000, 1000))]);
    for (photo, format) in [(png, Format::Png), (made::webp(2000, 1000), Format::WebP)] {
        let examined = examine(&photo, &Limits::default());
        assert_eq!((examined.format, examined.size), (Some(format), Some(Size::new(2000, 1000))));
        let rendered = made::ready(examined);
        assert_eq!((rendered.preview_size, rendered.thumb_size), (Size::new(1600, 800), Size::new(320, 160)));
        let red = corner(&rendered, false, false);
        assert!(red[0] > 180 && red[1] < 80, "{red:?}");
    }
}

#[test]
fn transparency_is_laid_on_white() {
    let rows: Vec<u8> = (0..8).flat_map(|_| std::iter::once(0).chain([9, 9, 9, 0].repeat(8))).collect();
    let photo = made::png(8, 8, 8, 6, &[made::png_chunk(*b"IDAT", &made::deflated(&rows))]);
    let rendered = made::ready(examine(&photo, &Limits::default()));
    assert!(made::pixels(&rendered.preview_jpeg).2.iter().all(|channel| *channel > 250));
}

#[test]
fn odd_shapes_are_no_trouble() {
    for (width, height) in [(1, 1), (1, 5000), (5000, 1), (3, 2), (1600, 1601), (320, 1)] {
        let rendered = made::ready(examine(&made::jpeg(width, height), &Limits::default()));
        assert!(rendered.preview_size.long_side() <= 1600 && rendered.thumb_size.long_side() <= 320);
        let quality = rendered.quality;
        assert!(
            quality.sharpness.is_finite() && quality.mean_luma.is_finite() && quality.p95_luma.is_finite()
        );
    }
}

#[test]
fn dark_blurred_and_small_photos_are_told_apart() {
    let judged = |width, height, rgb: &[u8]| {
        let rendered = made::ready(examine(&made::jpeg_of(width, height, rgb, false), &Limits::default()));
        checks(&rendered.quality, Size::new(width, height)).map(|check| check.outcome)
    };
    assert_eq!(
        judged(1200, 900, &made::flat(1200, 900, [20, 20, 25])),
        [Outcome::Fail, Outcome::Fail, Outcome::Pass]
    );
    assert_eq!(judged(800, 600, &made::scene(800, 600))[2], Outcome::Fail);
}
