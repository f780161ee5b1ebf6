//! Small previews, sent before any original: reviewers see something within seconds, and it is never evidence. Whatever goes
//! wrong with a preview holds up no original.

use crate::copy;
use crate::line::{Failure, Line};
use crate::shelf::{Kept, Shelf, read, write_whole};
use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use std::fs;
use std::io::{Cursor, ErrorKind};
use std::panic::catch_unwind;
use std::path::PathBuf;
use uuid::Uuid;

/// An original of so many bytes is there as soon as a preview would be.
const QUICK: u64 = 100_000;
/// The longest side, in pixels: enough to see what a photo shows.
const SIDE: u32 = 720;
/// Longest sides and qualities that are tried until one is light enough.
const TRIED: [(u32, u8); 5] = [(SIDE, 60), (SIDE, 45), (SIDE, 30), (480, 30), (320, 30)];
/// What a preview shall weigh at most: a second on a poor line.
const LIGHT: usize = 40_000;
/// What the contract takes.
const MOST: usize = 100_000;
/// What a picture may take in memory while it is decoded.
const MEMORY: u64 = 256 * 1024 * 1024;

impl Shelf {
    /// Where a preview waits to be sent.
    fn preview(&self, id: Uuid) -> PathBuf {
        self.photo(id).join("preview")
    }

    fn has_done_preview(&self, id: Uuid) -> bool {
        self.photo(id).join("preview.done").exists()
    }

    /// No preview of this photo is sent any more: it was, or it was refused, or none can be made.
    fn done_with_preview(&self, id: Uuid) -> anyhow::Result<()> {
        write_whole(&self.photo(id).join("preview.done"), b"")?;
        match fs::remove_file(self.preview(id)) {
            Err(why) if why.kind() != ErrorKind::NotFound => Err(why.into()),
            _ => Ok(()),
        }
    }
}

/// Sends a photo's preview, once; declares the photo before where it was not. Whether it was sent now.
///
/// # Errors
/// [`Failure`]; `Refused` where the photo itself is: its declaration, or its copy on the phone.
pub(crate) async fn send(
    line: &Line,
    shelf: &Shelf,
    photo: &Kept,
    is_declared: bool,
) -> Result<bool, Failure> {
    if photo.size_bytes <= QUICK || shelf.has_done_preview(photo.id) {
        return Ok(false);
    }
    let Some(picture) = kept(shelf, photo).await? else {
        shelf.done_with_preview(photo.id)?;
        return Ok(false);
    };
    let path = format!("/v1/photos/{}", photo.id);
    if !is_declared {
        line.call(Method::PUT, &path, Some(&shelf.declared(photo)?)).await?;
    }
    let picture = Bytes::from(picture);
    let dress = |request: RequestBuilder| request.header(CONTENT_TYPE, "image/jpeg").body(picture.clone());
    let was_sent = match line.send(Method::PUT, &format!("{path}/preview"), &[], dress).await {
        Ok(answer) => {
            // Only the server's own word counts: it answers with the photo.
            let told = serde_json::from_str::<Value>(&answer.text().await?).unwrap_or_default();
            if !told["id"].is_string() {
                return Err(Failure::not_ours("a preview without its photo"));
            }
            true
        }
        Err(Failure::Refused(_) | Failure::Later { alone: true, .. }) => false,
        Err(why) => return Err(why),
    };
    shelf.done_with_preview(photo.id)?;
    Ok(was_sent)
}

/// A photo's preview, made once: it waits on the shelf until it was sent. `None` where none can be made.
async fn kept(shelf: &Shelf, photo: &Kept) -> Result<Option<Vec<u8>>, Failure> {
    if let Some(picture) = read(&shelf.preview(photo.id))? {
        return Ok(Some(picture));
    }
    let picture = copy::whole(shelf, photo, |bytes| {
        // A decoder that stumbles over a picture is as one that does not know it.
        catch_unwind(|| made(bytes)).ok().flatten()
    });
    let picture = picture.await?;
    if let Some(picture) = &picture {
        write_whole(&shelf.preview(photo.id), picture)?;
    }
    Ok(picture)
}

/// A small JPEG of a picture, the right way up, with nothing besides; `None` for a picture that can't be decoded here.
fn made(original: &[u8]) -> Option<Vec<u8>> {
    let mut reader = ImageReader::new(Cursor::new(original)).with_guessed_format().ok()?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let turned = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = within(SIDE, DynamicImage::from_decoder(decoder).ok()?);
    picture.apply_orientation(turned);
    let mut picture = DynamicImage::from(picture.into_rgb8());
    let mut small = Vec::new();
    for (side, quality) in TRIED {
        picture = within(side, picture);
        small.clear();
        JpegEncoder::new_with_quality(&mut small, quality).encode_image(&picture).ok()?;
        if small.len() <= LIGHT {
            break;
        }
    }
    (small.len() <= MOST).then_some(small)
}

/// A picture none of whose sides is longer.
fn within(side: u32, picture: DynamicImage) -> DynamicImage {
    if picture.width().max(picture.height()) > side { picture.thumbnail(side, side) } else { picture }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops where it is wrong")]
mod tests {
    use super::{LIGHT, SIDE, made};
    use image::{DynamicImage, ImageFormat, RgbImage};
    use std::io::Cursor;

    /// A picture that is all detail, as a file.
    fn noise(format: ImageFormat, (width, height): (u32, u32)) -> Vec<u8> {
        let mut state = 1_u32;
        let picture = RgbImage::from_fn(width, height, |_, _| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            image::Rgb(state.to_be_bytes()[..3].try_into().unwrap())
        });
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::from(picture).write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    /// With an EXIF block (TIFF, big endian) that says the camera was held upright: turned by a quarter.
    fn upright(jpeg: &[u8]) -> Vec<u8> {
        let tiff = b"MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let body = [b"Exif\0\0", &tiff[..]].concat();
        let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
        [&jpeg[..2], &[0xFF, 0xE1], &length[..], &body[..], &jpeg[2..]].concat()
    }

    /// Edges everywhere, which a JPEG is worst at.
    fn board() -> Vec<u8> {
        let picture = RgbImage::from_fn(1200, 900, |x, y| {
            image::Rgb([if (x / 8 + y / 8) % 2 == 0 { 230 } else { 40 }; 3])
        });
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::from(picture).write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    fn sides(picture: &[u8]) -> (u32, u32) {
        let picture = image::load_from_memory_with_format(picture, ImageFormat::Jpeg).unwrap();
        (picture.width(), picture.height())
    }

    #[test]
    fn a_preview_is_small_the_right_way_up_and_a_picture_alone() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let small = made(&noise(format, (1600, 1200))).unwrap();
            let (width, height) = sides(&small);
            assert!(width <= SIDE && width * 3 == height * 4, "{format:?}: {width} × {height}");
            assert!(small.len() <= LIGHT, "{format:?}: {}", small.len());
        }
        let turned = made(&upright(&noise(ImageFormat::Jpeg, (1600, 1200)))).unwrap();
        assert!(sides(&turned).0 * 4 == sides(&turned).1 * 3, "{:?}", sides(&turned));
        assert!(!turned.windows(4).any(|of| of == b"Exif"));
        let edges = made(&board()).unwrap();
        assert!(edges.len() <= LIGHT && sides(&edges).0 >= 320, "{} {:?}", edges.len(), sides(&edges));
        assert_eq!(sides(&made(&noise(ImageFormat::Png, (300, 200))).unwrap()), (300, 200));
    }

    #[test]
    fn what_can_t_be_decoded_has_none() {
        let whole = noise(ImageFormat::Png, (300, 200));
        let cut = whole.get(..whole.len() / 2).unwrap();
        for bytes in [&b""[..], b"no picture", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", cut] {
            assert_eq!(made(bytes), None);
        }
    }
}
