//! Bringing the colours of a camera to sRGB, which is what a derivative without a profile means.

use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

use crate::outcome::Warning;
use crate::raster::Raster;

/// The colour space that a file declares for its pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Space {
    /// sRGB, or nothing declared, which is read as sRGB.
    Srgb,
    /// An embedded ICC profile.
    Icc(Vec<u8>),
    /// Display P3, named by its code points (ITU-T H.273, primaries 12) without a profile.
    DisplayP3,
    /// A space that is not converted here, such as BT.2020 with an HDR curve.
    Other,
}

/// Converts the picture to sRGB in place. Meant for the shrunk picture: a full one costs ten times as much.
/// A profile that means sRGB already, which is most of them, leaves every pixel as it is.
pub(crate) fn to_srgb(picture: &mut Raster, space: &Space) -> Option<Warning> {
    let profile = match space {
        Space::Srgb => return None,
        Space::Other => return Some(Warning::ColourNotConverted),
        Space::DisplayP3 => ColorProfile::new_display_p3(),
        Space::Icc(bytes) => match ColorProfile::new_from_slice(bytes) {
            Ok(profile) => profile,
            Err(_) => return Some(Warning::ColourProfileUnreadable),
        },
    };
    if profile.color_space != DataColorSpace::Rgb {
        // A grey or CMYK profile describes channels that the decoder has already turned into RGB.
        return (profile.color_space != DataColorSpace::Gray).then_some(Warning::ColourNotConverted);
    }
    let target = ColorProfile::new_srgb();
    let options = TransformOptions::default();
    let Ok(transform) = profile.create_transform_8bit(Layout::Rgb, &target, Layout::Rgb, options) else {
        return Some(Warning::ColourProfileUnreadable);
    };
    let probe = probe_colours();
    let mut probed = vec![0; probe.len()];
    if transform.transform(&probe, &mut probed).is_err() {
        return Some(Warning::ColourProfileUnreadable);
    }
    if probe.iter().zip(&probed).all(|(before, after)| before.abs_diff(*after) <= 1) {
        return None;
    }
    let mut converted = vec![0; picture.rgb.len()];
    if transform.transform(&picture.rgb, &mut converted).is_err() {
        return Some(Warning::ColourProfileUnreadable);
    }
    picture.rgb = converted;
    None
}

/// Colours spread over the whole cube: what maps all of them onto themselves is sRGB for our purpose.
fn probe_colours() -> Vec<u8> {
    const STEPS: [u8; 6] = [0, 20, 77, 128, 190, 255];
    let mut colours = Vec::with_capacity(STEPS.len().pow(3) * 3);
    for r in STEPS {
        for g in STEPS {
            for b in STEPS {
                colours.extend_from_slice(&[r, g, b]);
            }
        }
    }
    colours
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;
    use crate::outcome::Size;

    fn green() -> Raster {
        Raster { size: Size::new(1, 1), rgb: vec![60, 200, 60] }
    }

    #[test]
    fn srgb_stays_and_p3_moves() {
        let srgb = ColorProfile::new_srgb().encode().unwrap();
        let p3 = ColorProfile::new_display_p3().encode().unwrap();
        let mut picture = green();
        assert_eq!(to_srgb(&mut picture, &Space::Icc(srgb)), None);
        assert_eq!(picture, green());
        assert_eq!(to_srgb(&mut picture, &Space::Icc(p3)), None);
        let [red, ..] = *picture.rgb.first_chunk::<3>().unwrap();
        assert!(red < 40, "a P3 green has less red in sRGB, got {red}");
        let mut named = green();
        assert_eq!(to_srgb(&mut named, &Space::DisplayP3), None);
        assert!(named.rgb.iter().zip(&picture.rgb).all(|(a, b)| a.abs_diff(*b) <= 1));
    }

    #[test]
    fn a_broken_profile_is_a_warning() {
        let mut picture = green();
        assert_eq!(to_srgb(&mut picture, &Space::Icc(vec![1, 2, 3])), Some(Warning::ColourProfileUnreadable));
        assert_eq!(to_srgb(&mut picture, &Space::Other), Some(Warning::ColourNotConverted));
        assert_eq!(picture, green());
    }
}
