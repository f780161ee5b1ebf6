//! What stands in for a picture until it has come: its ThumbHash drawn as a tiny bitmap, which the browser blurs.
//!
//! ThumbHash keeps the lowest frequencies of a picture in about 25 bytes (evanw.github.io/thumbhash); drawn at 8 by 8
//! they are a picture of 246 bytes that travels inside the page and needs no request.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::f32::consts::PI;

/// Pixels of each side.
const SIDE: u8 = 8;

/// One channel's frequencies.
struct Waves {
    constant: f32,
    /// Frequency across, frequency down, strength.
    rest: Vec<(u8, u8, f32)>,
}

impl Waves {
    fn at(&self, x: u8, y: u8) -> f32 {
        let turn = |place: u8, frequency: u8| {
            (PI / f32::from(SIDE) * (f32::from(place) + 0.5) * f32::from(frequency)).cos()
        };
        let wave =
            |(across, down, strength): &(u8, u8, f32)| strength * turn(x, *across) * turn(y, *down) * 2.0;
        self.constant + self.rest.iter().map(wave).sum::<f32>()
    }
}

fn waves(
    constant: f32,
    across: u8,
    down: u8,
    scale: f32,
    nibbles: &mut impl Iterator<Item = u8>,
) -> Option<Waves> {
    let mut rest = Vec::new();
    for y in 0..down {
        let mut x = u8::from(y == 0);
        while u16::from(x) * u16::from(down) < u16::from(across) * u16::from(down - y) {
            rest.push((x, y, (f32::from(nibbles.next()?) / 7.5 - 1.0) * scale));
            x += 1;
        }
    }
    Some(Waves { constant, rest })
}

/// Luma, yellow against blue, red against green.
fn channels(hash: &[u8]) -> Option<[Waves; 3]> {
    let ([head @ .., high, higher], rest) = hash.split_first_chunk::<5>()?;
    let [low, middle, upper] = head;
    let (head, tail) = (u32::from_le_bytes([*low, *middle, *upper, 0]), u16::from_le_bytes([*high, *higher]));
    let part = |shift: u32, mask: u8| u8::try_from((head >> shift) & u32::from(mask)).unwrap_or(0);
    let small = |shift: u16, mask: u8| u8::try_from((tail >> shift) & u16::from(mask)).unwrap_or(0);
    let (has_alpha, is_landscape) = (part(23, 1) == 1, small(15, 1) == 1);
    let (short, long) = (small(0, 7), if has_alpha { 5 } else { 7 });
    let (across, down) = if is_landscape { (long, short) } else { (short, long) };
    let mut nibbles = rest.iter().skip(usize::from(has_alpha)).flat_map(|byte| [byte & 15, byte >> 4]);
    let luma = waves(
        f32::from(part(0, 63)) / 63.0,
        across.max(3),
        down.max(3),
        f32::from(part(18, 31)) / 31.0,
        &mut nibbles,
    )?;
    let colour = |shift: u32| f32::from(part(shift, 63)) / 31.5 - 1.0;
    let scale = |shift: u16| f32::from(small(shift, 63)) / 63.0 * 1.25;
    let yellow = waves(colour(6), 3, 3, scale(3), &mut nibbles)?;
    let red = waves(colour(12), 3, 3, scale(9), &mut nibbles)?;
    Some([luma, yellow, red])
}

/// A share of 0 to 1 as a byte.
fn byte(share: f32) -> u8 {
    let wanted = share.clamp(0.0, 1.0) * 255.0;
    // Counting up to it: casts of floating numbers are not allowed here, and there are only 255 steps.
    (0..=u8::MAX).rev().find(|step| f32::from(*step) <= wanted).unwrap_or(0)
}

/// Draws a ThumbHash as a `data:` address; `None` for bytes that are none.
#[must_use]
pub fn draw(hash: &[u8]) -> Option<String> {
    let [luma, yellow, red] = channels(hash)?;
    let side = u32::from(SIDE);
    let bytes_of_pixels = side * side * 3;
    let mut file = b"BM".to_vec();
    // BITMAPFILEHEADER and BITMAPINFOHEADER: 24 bits a pixel, rows from the bottom up, uncompressed.
    for word in
        [54 + bytes_of_pixels, 0, 54, 40, side, side, (24 << 16) | 1, 0, bytes_of_pixels, 2835, 2835, 0, 0]
    {
        file.extend(word.to_le_bytes());
    }
    for y in (0..SIDE).rev() {
        for x in 0..SIDE {
            let (l, p, q) = (luma.at(x, y), yellow.at(x, y), red.at(x, y));
            let blue = l - 2.0 / 3.0 * p;
            let red = f32::midpoint(3.0 * l - blue, q);
            file.extend([blue, red - q, red].map(byte));
        }
    }
    Some(format!("data:image/bmp;base64,{}", STANDARD.encode(file)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_becomes_a_small_picture_and_junk_becomes_none() {
        // The sunrise of the algorithm's own examples.
        let hash = STANDARD.decode("1QcSHQRnh493V4dIh4eXh1h4kJUI").unwrap_or_default();
        let drawn = draw(&hash).unwrap_or_default();
        assert!(drawn.starts_with("data:image/bmp;base64,Qk"), "{drawn}");
        assert!(drawn.len() < 400, "{}", drawn.len());
        for junk in [&[][..], &[1, 2, 3], &[255; 6]] {
            assert_eq!(draw(junk), None);
        }
    }
}
