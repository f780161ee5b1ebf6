//! Makes the derivatives of photos and says what that costs; also makes detailed photos to try it on.
//! Used by `scripts/bench/derivatives`.

use std::error::Error;
use std::fs;
use std::io::{self, Write};

use fieldproof_imaging::{Limits, Picture, examine};
use turbojpeg::{Compressor, Image, PixelFormat, Subsamp};

const USAGE: &str = "usage:
  derive examine FILE…               what is found in each file, as a line of JSON
  derive run FILE ROUNDS             examines a file so often and prints CPU ms a round and peak KiB
  derive synthesize MEGAPIXELS FILE  writes a detailed JPEG of that many megapixels, 4:3";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["examine", files @ ..] if !files.is_empty() => files.iter().try_for_each(|file| report(file)),
        ["run", file, rounds] => run(file, rounds.parse()?),
        ["synthesize", megapixels, file] => Ok(fs::write(file, synthesize(megapixels.parse()?)?)?),
        _ => Err(USAGE.into()),
    }
}

fn report(file: &str) -> Result<(), Box<dyn Error>> {
    let examined = examine(&fs::read(file)?, &Limits::default());
    writeln!(io::stdout(), "{file} {}", serde_json::to_string(&examined)?)?;
    Ok(())
}

fn run(file: &str, rounds: u32) -> Result<(), Box<dyn Error>> {
    let photo = fs::read(file)?;
    let before = cpu_ms();
    for _ in 0..rounds {
        let Picture::Ready(_) = examine(&photo, &Limits::default()).picture else {
            return Err("the file gives no derivatives".into());
        };
    }
    let spent = (cpu_ms() - before) / f64::from(rounds.max(1));
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    writeln!(
        io::stdout(),
        "{{\"cpu_ms\": {spent:.1}, \"peak_kib\": {}}}",
        peak.trim().trim_end_matches(" kB")
    )?;
    Ok(())
}

fn cpu_ms() -> f64 {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let part = |number: i64| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
    part(used.tv_sec) * 1e3 + part(used.tv_nsec) / 1e6
}

/// Clouds of several sizes, hard edges and a little grain: as hard to code as a photo of a phone, about
/// 0.2 bytes a pixel.
fn synthesize(megapixels: u32) -> Result<Vec<u8>, Box<dyn Error>> {
    let unit = (f64::from(megapixels) * 1e6 / 12.0).sqrt();
    let unit = (1..=65_500 / 4).take_while(|side| f64::from(*side) <= unit).last().unwrap_or(1_u32);
    let (width, height) = (unit * 4, unit * 3);
    let mut rgb = Vec::with_capacity(usize::try_from(width)? * usize::try_from(height)? * 3);
    for y in 0..height {
        for x in 0..width {
            let value = [(7, 96), (5, 64), (3, 28), (1, 14)]
                .into_iter()
                .map(|(shift, weight)| cloud(x, y, shift) * weight / 256)
                .sum::<u32>()
                + if (x / 61 + y / 47) % 5 == 0 { 40 } else { 0 };
            let tint = cloud(x, y, 8) / 8;
            for channel in [value + tint, value + 16, value + 31 - tint] {
                rgb.push(u8::try_from(channel.min(255))?);
            }
        }
    }
    let (width, height) = (usize::try_from(width)?, usize::try_from(height)?);
    let mut encoder = Compressor::new()?;
    encoder.set_quality(93)?;
    encoder.set_subsamp(Subsamp::Sub2x2)?;
    let image = Image { pixels: rgb.as_slice(), width, pitch: width * 3, height, format: PixelFormat::RGB };
    Ok(encoder.compress_to_vec(image)?)
}

/// Noise of one value in 0..256 for every square of `2^shift` pixels, blended between them.
fn cloud(x: u32, y: u32, shift: u32) -> u32 {
    let (cell_x, cell_y) = (x >> shift, y >> shift);
    let size = 1 << shift;
    let (along, down) = (x % size, y % size);
    let top = hash(cell_x, cell_y) * (size - along) + hash(cell_x + 1, cell_y) * along;
    let bottom = hash(cell_x, cell_y + 1) * (size - along) + hash(cell_x + 1, cell_y + 1) * along;
    (top * (size - down) + bottom * down) / (size * size)
}

fn hash(x: u32, y: u32) -> u32 {
    let mut mixed = x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77);
    mixed ^= mixed >> 15;
    mixed = mixed.wrapping_mul(0x2C1B_3C6D);
    mixed ^= mixed >> 13;
    mixed & 0xFF
}
