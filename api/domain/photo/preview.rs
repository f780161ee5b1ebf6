//! A small picture that may come before any original, so that whoever reviews sees something within seconds. It is never
//! evidence: nobody knows whether it shows what the original does.

use super::{Arrived, MediaType, Sha256, State};
use crate::refusal::{Kind, Next, Refusal};
use crate::template::PictureFacts;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The most bytes a preview may have.
pub const MAX_PREVIEW_BYTES: u64 = 100_000;
/// The longest side of a preview, in pixels.
pub const MAX_PREVIEW_SIDE: u32 = 2048;
/// What a preview may be.
pub const PREVIEW_TYPES: [MediaType; 2] = [MediaType::Jpeg, MediaType::WebP];

/// A preview as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
    /// Their number.
    pub size_bytes: u64,
    /// Its type by its first bytes.
    pub media_type: String,
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// When it came, by our clock.
    pub received_at: Timestamp,
}

impl Preview {
    /// A picture whose head was found in order.
    #[must_use]
    pub fn of(facts: PictureFacts, received_at: Timestamp) -> Self {
        Self {
            sha256: facts.bytes.sha256.to_hex(),
            size_bytes: facts.bytes.size_bytes,
            media_type: facts.media_type.as_str().to_owned(),
            width: facts.size.0,
            height: facts.size.1,
            received_at,
        }
    }

    /// Digest of its bytes.
    #[must_use]
    pub fn digest(&self) -> Option<Sha256> {
        Sha256::from_hex(&self.sha256)
    }
}

/// Whether a preview is still of use for a photo whose bytes stand so: until the original is there.
///
/// # Errors
/// `preview.too-late`, `photo.withdrawn`.
pub fn may_come(awaited: State) -> Result<(), Refusal> {
    let (code, detail) = match awaited {
        State::Announced => return Ok(()),
        State::Withdrawn => ("photo.withdrawn", "This photo was withdrawn."),
        _ => ("preview.too-late", "The original is there already; a preview is of no more use."),
    };
    Err(Refusal::new(Kind::Conflict, code, detail).next(Next::Drop))
}

/// Decides, before a byte is read, whether a preview of this length and type is taken.
///
/// # Errors
/// `preview.too-large`, `preview.type`.
pub fn admit(size_bytes: u64, media_type: Option<MediaType>) -> Result<(), Refusal> {
    if size_bytes > MAX_PREVIEW_BYTES {
        let detail = format!("A preview may have {MAX_PREVIEW_BYTES} bytes, this one has {size_bytes}.");
        return Err(Refusal::new(Kind::TooLarge, "preview.too-large", detail));
    }
    if media_type.is_some_and(|of| PREVIEW_TYPES.contains(&of)) {
        return Ok(());
    }
    Err(no_type())
}

fn no_type() -> Refusal {
    let detail = "A preview is a JPEG or a WebP, by its bytes and by its Content-Type.";
    Refusal::new(Kind::UnsupportedType, "preview.type", detail)
}

/// What is said of pictures of any kind, in words about previews.
#[must_use]
pub fn said_of_previews(no: Refusal) -> Refusal {
    if no.code == "picture.type" { no_type() } else { no }
}

/// Decides by its head alone whether a preview is kept: it is handed on as it came, and nothing of it is decoded here.
///
/// # Errors
/// `preview.length` where more or less came than was said, `preview.sides`.
pub fn keep(said_bytes: u64, arrived: Arrived, size: (u32, u32)) -> Result<(), Refusal> {
    if said_bytes != arrived.size_bytes {
        let detail = format!("{said_bytes} bytes were announced, {} arrived.", arrived.size_bytes);
        return Err(Refusal::new(Kind::Invalid, "preview.length", detail).next(Next::Retry));
    }
    if size.0.max(size.1) > MAX_PREVIEW_SIDE {
        let detail = format!("{} × {} pixels; no side is longer than {MAX_PREVIEW_SIDE}.", size.0, size.1);
        return Err(Refusal::new(Kind::Invalid, "preview.sides", detail));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_is_small_of_few_types_and_comes_before_the_original() {
        let code = |done: Result<(), Refusal>| done.map_err(|no| no.code);
        assert_eq!(code(admit(100_000, Some(MediaType::Jpeg))), Ok(()));
        assert_eq!(code(admit(100_001, Some(MediaType::Jpeg))), Err("preview.too-large"));
        for (of, done) in [(MediaType::WebP, Ok(())), (MediaType::Png, Err("preview.type"))] {
            assert_eq!(code(admit(9, Some(of))), done);
        }
        for state in State::ALL {
            assert_eq!(may_come(state).is_ok(), state == State::Announced, "{state:?}");
        }
        let came = Arrived { size_bytes: 9, sha256: Sha256([0; 32]) };
        assert_eq!(code(keep(8, came, (9, 9))), Err("preview.length"));
        assert_eq!(code(keep(9, came, (9, 2049))), Err("preview.sides"));
        assert_eq!(code(keep(9, came, (9, 2048))), Ok(()));
    }
}
