//! The name of every object: nothing else in the product writes an object's name.

use crate::domain::ids::{OwnerId, PhotoId, TemplateId, UploadId};
use crate::domain::photo::Sha256;
use uuid::Uuid;

/// Long sides, in pixels, of the derivatives that are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DerivativeSize {
    /// 320 px, for lists and galleries.
    Thumb,
    /// 1,600 px, for one photo on a screen.
    Preview,
}

impl DerivativeSize {
    /// Pixels of the long side, as in the object's name and in addresses.
    #[must_use]
    pub fn pixels(self) -> u16 {
        match self {
            Self::Thumb => 320,
            Self::Preview => 1600,
        }
    }

    /// The derivative of this many pixels, where there is one.
    #[must_use]
    pub fn of_pixels(pixels: u16) -> Option<Self> {
        [Self::Thumb, Self::Preview].into_iter().find(|size| size.pixels() == pixels)
    }
}

/// What an object is, and so what it is called.
///
/// A photo's digest is part of its name: two uploads that race under one id can never overwrite each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// The bytes as the phone sent them.
    Original {
        /// Owner of the photo.
        owner: OwnerId,
        /// The photo.
        photo: PhotoId,
        /// Digest of its bytes.
        sha256: Sha256,
    },
    /// A smaller JPEG made from an original.
    Derivative {
        /// Owner of the photo.
        owner: OwnerId,
        /// The photo.
        photo: PhotoId,
        /// Digest of the original it was made from.
        sha256: Sha256,
        /// Which one.
        size: DerivativeSize,
    },
    /// The same with what was marked covered.
    Masked {
        /// Owner of the photo.
        owner: OwnerId,
        /// The photo.
        photo: PhotoId,
        /// Digest of the original it was made from.
        sha256: Sha256,
        /// Which marking of the photo: another one never overwrites what somebody reads at the moment.
        number: u32,
        /// Two markings at once never write the same object; `None` for those that were made before.
        token: Option<Uuid>,
        /// Which one.
        size: DerivativeSize,
    },
    /// A guidance picture of a template, as it was sent.
    Picture {
        /// The template.
        template: TemplateId,
        /// Digest of its bytes.
        sha256: Sha256,
    },
    /// A small picture that came before a photo's original, as it was sent; never evidence.
    Preview {
        /// Owner of the visit.
        owner: OwnerId,
        /// The photo.
        photo: PhotoId,
        /// Digest of the preview's own bytes.
        sha256: Sha256,
    },
    /// A part of an upload that is not whole yet.
    Piece {
        /// The upload.
        upload: UploadId,
        /// Its first byte's place in the whole.
        from: u64,
        /// Whose turn it was: two requests that race never write the same object.
        epoch: i64,
    },
}

/// Where originals lie.
pub const ORIGINALS: &str = "originals/";
/// Where derivatives lie.
pub const DERIVATIVES: &str = "derivatives/";
/// Where guidance pictures lie.
pub const PICTURES: &str = "pictures/";
/// Where previews lie.
pub const PREVIEWS: &str = "previews/";
/// Where pieces of uploads lie.
pub const PIECES: &str = "uploads/";

/// Where the pieces of one upload lie.
#[must_use]
pub fn pieces_of(upload: UploadId) -> String {
    format!("{PIECES}{upload}/")
}

impl Key {
    /// The name in the bucket.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Original { owner, photo, sha256 } => {
                format!("{ORIGINALS}{owner}/{photo}/{}", sha256.to_hex())
            }
            Self::Derivative { owner, photo, sha256, size } => {
                format!("{DERIVATIVES}{owner}/{photo}/{}/{}.jpg", sha256.to_hex(), size.pixels())
            }
            Self::Masked { owner, photo, sha256, number, token, size } => {
                let folder = format!("{DERIVATIVES}{owner}/{photo}/{}", sha256.to_hex());
                let token = token.map(|token| format!("-{}", token.simple())).unwrap_or_default();
                format!("{folder}/masked-{number}{token}-{}.jpg", size.pixels())
            }
            Self::Picture { template, sha256 } => format!("{PICTURES}{template}/{}", sha256.to_hex()),
            Self::Preview { owner, photo, sha256 } => {
                format!("{PREVIEWS}{owner}/{photo}/{}", sha256.to_hex())
            }
            // Padded, so that a listing is in their order.
            Self::Piece { upload, from, epoch } => format!("{}{from:010}-{epoch}", pieces_of(*upload)),
        }
    }

    /// Reads the name of an original back: owner, photo, digest.
    #[must_use]
    pub fn parse_original(name: &str) -> Option<Self> {
        let mut parts = name.strip_prefix(ORIGINALS)?.split('/');
        let (owner, photo, digest) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        Some(Self::Original {
            owner: OwnerId(Uuid::parse_str(owner).ok()?),
            photo: PhotoId(Uuid::parse_str(photo).ok()?),
            sha256: Sha256::from_hex(digest)?,
        })
    }

    /// Reads the name of a guidance picture back: template, digest.
    #[must_use]
    pub fn parse_picture(name: &str) -> Option<(TemplateId, Sha256)> {
        let (template, digest) = name.strip_prefix(PICTURES)?.split_once('/')?;
        Some((TemplateId(Uuid::parse_str(template).ok()?), Sha256::from_hex(digest)?))
    }

    /// Reads the name of a preview back: photo, digest.
    #[must_use]
    pub fn parse_preview(name: &str) -> Option<(PhotoId, Sha256)> {
        let (_, of) = name.strip_prefix(PREVIEWS)?.split_once('/')?;
        let (photo, digest) = of.split_once('/')?;
        Some((PhotoId(Uuid::parse_str(photo).ok()?), Sha256::from_hex(digest)?))
    }

    /// Reads the name of a piece back.
    #[must_use]
    pub fn parse_piece(name: &str) -> Option<(UploadId, u64, i64)> {
        let (upload, place) = name.strip_prefix(PIECES)?.split_once('/')?;
        let (from, epoch) = place.split_once('-')?;
        Some((UploadId(Uuid::parse_str(upload).ok()?), from.parse().ok()?, epoch.parse().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_piece_is_read_back() {
        let key = Key::Piece { upload: UploadId(Uuid::max()), from: 131_072, epoch: 3 };
        assert_eq!(Key::parse_piece(&key.name()), Some((UploadId(Uuid::max()), 131_072, 3)));
        assert_eq!(Key::parse_piece(&format!("{}/x", key.name())), None);
        assert_eq!(Key::parse_original(&key.name()), None);
    }

    #[test]
    fn the_name_of_an_original_is_read_back() {
        let key = Key::Original {
            owner: OwnerId(Uuid::nil()),
            photo: PhotoId(Uuid::max()),
            sha256: Sha256([0xab; 32]),
        };
        assert_eq!(Key::parse_original(&key.name()), Some(key));
        assert_eq!(Key::parse_original(&format!("{}/x", key.name())), None);
        assert_eq!(Key::parse_original("derivatives/a/b/c"), None);
    }

    #[test]
    fn the_name_of_a_preview_is_read_back_and_is_no_original() {
        let (owner, photo, sha256) = (OwnerId(Uuid::nil()), PhotoId(Uuid::max()), Sha256([0xab; 32]));
        let name = Key::Preview { owner, photo, sha256 }.name();
        assert_eq!(Key::parse_preview(&name), Some((photo, sha256)));
        assert_eq!(Key::parse_preview(&format!("{name}/x")), None);
        assert_eq!(Key::parse_original(&name), None);
    }

    #[test]
    fn the_name_of_a_guidance_picture_is_read_back() {
        let (template, sha256) = (TemplateId(Uuid::max()), Sha256([0xab; 32]));
        let name = Key::Picture { template, sha256 }.name();
        assert_eq!(Key::parse_picture(&name), Some((template, sha256)));
        assert_eq!(Key::parse_picture(&format!("{name}/x")), None);
        assert_eq!(Key::parse_original(&name), None);
    }
}
