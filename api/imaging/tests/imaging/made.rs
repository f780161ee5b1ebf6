//! Pictures made here, so that the tests say something on a machine without any photo.

use std::io::Write;

use fieldproof_imaging::{Examined, Picture, Quarantine, Rendered};
use turbojpeg::{Compressor, Image, PixelFormat, Subsamp};

/// A picture whose four corners differ (red, green, blue, yellow) with fine detail between them.
pub fn scene(width: u32, height: u32) -> Vec<u8> {
    let mut noise = 0x2545_F491_u32;
    let mut rgb = Vec::with_capacity(usize::try_from(width * height * 3).unwrap());
    for y in 0..height {
        for x in 0..width {
            noise ^= noise << 13;
            noise ^= noise >> 17;
            noise ^= noise << 5;
            let [grain, ..] = noise.to_le_bytes();
            let grain = grain / 8 + if (x / 16 + y / 16) % 2 == 0 { 0 } else { 24 };
            let base: [u8; 3] = match (x * 4 / width, y * 4 / height) {
                (0, 0) => [200, 30, 30],
                (3, 0) => [30, 200, 30],
                (0, 3) => [30, 30, 200],
                (3, 3) => [200, 200, 30],
                (a, b) if (a + b) % 2 == 0 => [120, 110, 100],
                _ => [60, 70, 90],
            };
            rgb.extend(base.map(|channel| channel + grain));
        }
    }
    rgb
}

pub fn flat(width: u32, height: u32, colour: [u8; 3]) -> Vec<u8> {
    colour.repeat(usize::try_from(width * height).unwrap())
}

pub fn jpeg_of(width: u32, height: u32, rgb: &[u8], progressive: bool) -> Vec<u8> {
    let (width, height) = (usize::try_from(width).unwrap(), usize::try_from(height).unwrap());
    let mut encoder = Compressor::new().unwrap();
    encoder.set_quality(92).unwrap();
    encoder.set_subsamp(Subsamp::Sub2x2).unwrap();
    encoder.set_progressive(progressive).unwrap();
    let image = Image { pixels: rgb, width, pitch: width * 3, height, format: PixelFormat::RGB };
    encoder.compress_to_vec(image).unwrap()
}

/// A progressive JPEG whose last scan is repeated: each costs the decoder a pass over the whole picture.
pub fn scans(width: u32, height: u32, times: usize) -> Vec<u8> {
    let photo = jpeg_of(width, height, &flat(width, height, [90, 120, 150]), true);
    let scans: Vec<usize> =
        photo.windows(2).enumerate().filter(|(_, pair)| *pair == [0xFF, 0xDA]).map(|(at, _)| at).collect();
    let last = *scans.last().unwrap();
    let scan = &photo[last..photo.len() - 2];
    [&photo[..last], &scan.repeat(times), &[0xFF, 0xD9]].concat()
}

pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    jpeg_of(width, height, &scene(width, height), false)
}

pub fn pixels(jpeg: &[u8]) -> (usize, usize, Vec<u8>) {
    let image = turbojpeg::decompress(jpeg, PixelFormat::RGB).unwrap();
    (image.width, image.height, image.pixels)
}

/// A segment put right behind the start of a JPEG.
pub fn with_segment(jpeg: &[u8], code: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xFF, code], &length, body, &jpeg[2..]].concat()
}

/// The smallest EXIF that holds an orientation.
pub fn oriented(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let tiff =
        [&b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0"[..], &[orientation, 0, 0, 0], &[0; 4]].concat();
    with_segment(jpeg, 0xE1, &[&b"Exif\0\0"[..], &tiff].concat())
}

pub fn with_icc(jpeg: &[u8], profile: &[u8]) -> Vec<u8> {
    with_segment(jpeg, 0xE2, &[&b"ICC_PROFILE\0\x01\x01"[..], profile].concat())
}

pub fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn png_chunk(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(&kind);
    crc.update(body);
    [&u32::try_from(body.len()).unwrap().to_be_bytes(), &kind[..], body, &crc.sum().to_be_bytes()].concat()
}

/// A PNG of these chunks between header and end. `depth` and `colour` as the format numbers them.
pub fn png(width: u32, height: u32, depth: u8, colour: u8, chunks: &[Vec<u8>]) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, colour, 0, 0, 0]].concat();
    let signature = b"\x89PNG\r\n\x1a\n".to_vec();
    [signature, png_chunk(*b"IHDR", &header), chunks.concat(), png_chunk(*b"IEND", b"")].concat()
}

/// The pixels of an RGB PNG as its `IDAT`.
pub fn idat(width: u32, rgb: &[u8]) -> Vec<u8> {
    let row = usize::try_from(width).unwrap() * 3;
    let rows: Vec<u8> =
        rgb.chunks(row).flat_map(|row| std::iter::once(0).chain(row.iter().copied())).collect();
    png_chunk(*b"IDAT", &deflated(&rows))
}

pub fn webp(width: u32, height: u32) -> Vec<u8> {
    let mut file = Vec::new();
    image::codecs::webp::WebPEncoder::new_lossless(&mut file)
        .encode(&scene(width, height), width, height, image::ExtendedColorType::Rgb8)
        .unwrap();
    file
}

pub fn ready(examined: Examined) -> Rendered {
    match examined.picture {
        Picture::Ready(rendered) => rendered,
        other => panic!("no derivatives: {other:?}"),
    }
}

/// What is left of a photo that is set apart.
pub fn left(examined: Examined) -> Rendered {
    match examined.picture {
        Picture::Partial { rendered, .. } => rendered,
        other => panic!("nothing is left: {other:?}"),
    }
}

pub fn reason(examined: &Examined) -> Option<Quarantine> {
    examined.picture.quarantine()
}
