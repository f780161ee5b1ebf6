//! Guidance pictures: what an item may show beside its guidance, and which pictures a template takes.

use super::{Bilingual, Checklist};
use crate::photo::{Arrived, MediaType, Sha256};
use crate::refusal::{FieldFault, Kind, Next, Refusal};
use serde::{Deserialize, Serialize};

/// The largest picture taken, in bytes: a phone fetches all of them before it goes out, perhaps over a slow line.
pub const MAX_PICTURE_BYTES: u64 = 1024 * 1024;
/// The longest side taken, in pixels.
pub const MAX_PICTURE_SIDE: u32 = 4096;
/// The most pictures a template holds, those of all its versions together: three for each item of the longest checklist,
/// and a bound to what somebody may fill the store with, since a picture that may be shown for good is never removed.
pub const MOST_PICTURES: i64 = 900;
/// The types taken: what every phone and every browser shows.
pub const PICTURE_TYPES: [MediaType; 3] = [MediaType::Jpeg, MediaType::Png, MediaType::WebP];

/// A picture that an item shows beside its guidance. Its bytes belong to the template and are named by their digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Picture {
    /// SHA-256 of its bytes, 64 small hexadecimal digits.
    pub sha256: String,
    /// What it shows, for who can't see it.
    pub alt: Bilingual,
}

impl Picture {
    /// Its digest; `None` where that is none.
    #[must_use]
    pub fn digest(&self) -> Option<Sha256> {
        digest(&self.sha256)
    }
}

/// Reads a digest as checklists write it: 64 small hexadecimal digits, so that one picture has one name.
#[must_use]
pub fn digest(text: &str) -> Option<Sha256> {
    Sha256::from_hex(text).filter(|digest| digest.to_hex() == text)
}

/// What a template knows of a picture it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureFacts {
    /// Digest and number of its bytes.
    pub bytes: Arrived,
    /// Its type by its first bytes.
    pub media_type: MediaType,
    /// Width and height in pixels, as its header says.
    pub size: (u32, u32),
}

impl PictureFacts {
    /// The name of its file, as workbooks name it.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("{}.{}", self.bytes.sha256.to_hex(), self.media_type.extension())
    }
}

/// Decides whether a template that holds so many other pictures takes one more.
///
/// # Errors
/// `picture.too-many`.
pub fn has_room(others: i64) -> Result<(), Refusal> {
    if others < MOST_PICTURES {
        return Ok(());
    }
    let detail = format!(
        "A template holds at most {MOST_PICTURES} pictures; show one of those, or make another template."
    );
    Err(Refusal::new(Kind::Conflict, "picture.too-many", detail))
}

/// Decides, before a byte is read, whether a picture of this length and type is wanted.
///
/// # Errors
/// `picture.too-large`, `picture.type`.
pub fn admit_picture(size_bytes: u64, media_type: Option<MediaType>) -> Result<(), Refusal> {
    if size_bytes > MAX_PICTURE_BYTES {
        let detail = format!("A picture may have {MAX_PICTURE_BYTES} bytes, this one has {size_bytes}.");
        return Err(Refusal::new(Kind::TooLarge, "picture.too-large", detail));
    }
    taken_type(media_type)?;
    Ok(())
}

fn taken_type(media_type: Option<MediaType>) -> Result<MediaType, Refusal> {
    media_type.filter(|of| PICTURE_TYPES.contains(of)).ok_or_else(|| {
        let detail = "A picture is a JPEG, a PNG or a WebP, by its bytes and by its Content-Type.";
        Refusal::new(Kind::UnsupportedType, "picture.type", detail)
    })
}

/// Compares the bytes that came with those that were promised.
///
/// # Errors
/// `picture.digest-mismatch`: nothing is kept.
pub fn intact_picture(promised: Arrived, arrived: Arrived) -> Result<(), Refusal> {
    if promised == arrived {
        return Ok(());
    }
    let detail = format!(
        "The address says SHA-256 {}, the {} bytes that arrived have {}.",
        promised.sha256.to_hex(),
        arrived.size_bytes,
        arrived.sha256.to_hex()
    );
    Err(Refusal::new(Kind::Invalid, "picture.digest-mismatch", detail).next(Next::Retry))
}

/// What the container of a picture says about it, before a pixel is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureHead {
    /// Its type by its first bytes, where it is one of those that photos may have.
    pub media_type: Option<MediaType>,
    /// Width and height in pixels; `None` where the file is damaged or ends too early.
    pub size: Option<(u32, u32)>,
    /// Whether there is more in it than is needed to show it: EXIF, XMP, comments, what stands behind its end.
    pub carries_more: bool,
}

/// Decides whether a picture is kept. What else a camera or a program wrote into it is nobody's who reads the checklist:
/// such a picture is refused rather than changed, because its digest is its name.
///
/// # Errors
/// `picture.type` where the bytes are of no type that is taken, or of another than `said`; `picture.damaged`;
/// `picture.sides`; `picture.metadata`.
pub fn take_picture(
    bytes: Arrived,
    said: Option<MediaType>,
    head: PictureHead,
) -> Result<PictureFacts, Refusal> {
    let media_type = taken_type(head.media_type.filter(|of| said == Some(*of)))?;
    let no = |code: &'static str, detail: &str| Refusal::new(Kind::Invalid, code, detail);
    let damaged = || no("picture.damaged", "The picture ends too early or can't be read.");
    let size = head.size.ok_or_else(damaged)?;
    if size.0.max(size.1) > MAX_PICTURE_SIDE {
        let detail = format!("{} × {} pixels; no side is longer than {MAX_PICTURE_SIDE}.", size.0, size.1);
        return Err(no("picture.sides", &detail));
    }
    if head.carries_more {
        let detail =
            "The picture carries EXIF, XMP, a text or something else besides the picture; save it without.";
        return Err(no("picture.metadata", detail));
    }
    Ok(PictureFacts { bytes, media_type, size })
}

impl Checklist {
    /// The pictures its items name, each with its place below `at`.
    pub fn pictures(&self, at: &str) -> impl Iterator<Item = (String, &Picture)> {
        let placed = self.sections.iter().enumerate().flat_map(|(s, section)| {
            section.items.iter().enumerate().map(move |(i, item)| (s, i, item.picture.as_ref()))
        });
        placed.filter_map(move |(s, i, picture)| {
            Some((format!("{at}/sections/{s}/items/{i}/picture"), picture?))
        })
    }

    /// The digests of its pictures, each once.
    #[must_use]
    pub fn picture_digests(&self) -> Vec<Sha256> {
        let mut all: Vec<Sha256> = self.pictures("").filter_map(|(_, picture)| picture.digest()).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Whether a version may be published that shows these pictures, of those that its template holds.
    ///
    /// # Errors
    /// `invalid` with `template.picture-missing` at each item whose picture is not held.
    pub fn shows_only(&self, held: &[Sha256]) -> Result<(), Refusal> {
        let missing = |picture: &Picture| picture.digest().is_none_or(|digest| !held.contains(&digest));
        let detail = "the template does not hold this picture; send it first";
        let faults: Vec<FieldFault> = self
            .pictures("")
            .filter(|(_, picture)| missing(picture))
            .map(|(place, _)| FieldFault::new(place, "template.picture-missing", detail))
            .take(100)
            .collect();
        if faults.is_empty() { Ok(()) } else { Err(Refusal::invalid(faults)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: PictureHead =
        PictureHead { media_type: Some(MediaType::Png), size: Some((4096, 10)), carries_more: false };
    const BYTES: Arrived = Arrived { size_bytes: 9, sha256: Sha256([1; 32]) };

    fn refused(said: MediaType, head: PictureHead) -> Option<&'static str> {
        take_picture(BYTES, Some(said), head).err().map(|no| no.code)
    }

    #[test]
    fn a_picture_is_taken_by_its_bytes_and_not_by_what_is_said() {
        let facts = take_picture(BYTES, Some(MediaType::Png), GOOD);
        assert_eq!(facts.map(|of| of.size), Ok((4096, 10)));
        assert_eq!(refused(MediaType::Jpeg, GOOD), Some("picture.type"));
        let heic = PictureHead { media_type: Some(MediaType::Heic), ..GOOD };
        assert_eq!(refused(MediaType::Heic, heic), Some("picture.type"));
        let none = PictureHead { media_type: None, ..GOOD };
        assert_eq!(refused(MediaType::Png, none), Some("picture.type"));
        assert_eq!(refused(MediaType::Png, PictureHead { size: None, ..GOOD }), Some("picture.damaged"));
        let long = PictureHead { size: Some((10, 4097)), ..GOOD };
        assert_eq!(refused(MediaType::Png, long), Some("picture.sides"));
        assert_eq!(
            refused(MediaType::Png, PictureHead { carries_more: true, ..GOOD }),
            Some("picture.metadata")
        );
    }

    #[test]
    fn length_and_type_are_looked_at_before_a_byte_is_read() {
        let refused = |size, media_type| admit_picture(size, media_type).err().map(|no| no.code);
        assert_eq!(refused(MAX_PICTURE_BYTES, Some(MediaType::WebP)), None);
        assert_eq!(refused(MAX_PICTURE_BYTES + 1, Some(MediaType::WebP)), Some("picture.too-large"));
        assert_eq!(refused(9, Some(MediaType::Avif)), Some("picture.type"));
        assert_eq!(refused(9, None), Some("picture.type"));
        assert_eq!(has_room(MOST_PICTURES - 1), Ok(()));
        assert_eq!(has_room(MOST_PICTURES).err().map(|no| no.code), Some("picture.too-many"));
    }

    #[test]
    fn one_picture_has_one_name() {
        assert_eq!(digest(&"ab".repeat(32)), Some(Sha256([0xab; 32])));
        assert_eq!(digest(&"AB".repeat(32)), None);
        assert_eq!(digest("ab"), None);
    }
}
