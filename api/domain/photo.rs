//! A photo promised and held: what the phone declares, when bytes are intact, which states follow which.

mod admission;
pub mod clock;
pub mod envelope;
pub mod evidence;
pub mod ledger;
pub mod mask;
pub mod preview;

pub use admission::{
    Admission, Arrival, Arrived, Offer, admit, arrival, intact, may_be_declared, may_be_shown_for,
    may_be_taken_from, may_be_withdrawn, within_limit,
};

use crate::ids::{ActionId, FindingId, PhotoId, VisitId};
use crate::moment::DeviceMoment;
use crate::place::{GeoFix, PositionSource};
use serde::{Deserialize, Serialize};

/// The largest photo taken, in bytes (48 MP HEIC and 200 MP JPEG of today's phones stay below).
pub const MAX_BYTES: u64 = 50 * 1024 * 1024;

/// SHA-256 of a photo's bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sha256(pub [u8; 32]);

impl Sha256 {
    /// Reads 64 hexadecimal digits.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).ok().map(|()| Self(bytes))
    }

    /// 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn to_hex(self) -> String {
        hex::encode(self.0)
    }
}

impl std::fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.to_hex())
    }
}

/// Media types a phone may declare. The worker sniffs; this is what the phone believes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaType {
    /// `image/jpeg`
    Jpeg,
    /// `image/png`
    Png,
    /// `image/webp`
    WebP,
    /// `image/heic` or `image/heif`
    Heic,
    /// `image/avif`
    Avif,
}

impl MediaType {
    /// Every type.
    pub const ALL: [Self; 5] = [Self::Jpeg, Self::Png, Self::WebP, Self::Heic, Self::Avif];

    /// Every name a type goes by.
    pub const NAMES: [(&str, Self); 7] = [
        ("image/jpeg", Self::Jpeg),
        ("image/jpg", Self::Jpeg),
        ("image/png", Self::Png),
        ("image/webp", Self::WebP),
        ("image/heic", Self::Heic),
        ("image/heif", Self::Heic),
        ("image/avif", Self::Avif),
    ];

    /// As in `Content-Type`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Heic => "image/heic",
            Self::Avif => "image/avif",
        }
    }

    /// Reads a media type; parameters are ignored, `image/heif` and `image/jpg` are understood.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let name = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        Self::NAMES.into_iter().find(|(known, _)| *known == name).map(|(_, kind)| kind)
    }

    /// Ending of a file of this type, without dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Heic => "heic",
            Self::Avif => "avif",
        }
    }
}

/// What a photo shows (checklists: photo subjects, plus `session` for a working session).
pub const SUBJECTS: [&str; 15] = [
    "badge",
    "desk",
    "document",
    "dress",
    "duty_roster",
    "file_cabinet",
    "notice_board",
    "office_area",
    "reception_room",
    "register_book",
    "scene",
    "screen",
    "session",
    "signage",
    "suggestion_box",
];

/// Orders of a list by capture time: what each is called, and whether it ascends.
pub const ORDERS: [(&str, bool); 2] = [("-captured_at", false), ("captured_at", true)];

/// Where the picture came from on the phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Taken in the app.
    Camera,
    /// Picked from the gallery; marked apart.
    Gallery,
}

impl Origin {
    /// As stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Camera => "camera",
            Self::Gallery => "gallery",
        }
    }

    /// Reads a stored or sent origin.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Camera, Self::Gallery].into_iter().find(|origin| origin.as_str() == text)
    }
}

/// What comes along with a declaration: judged when it comes, and never a reason to refuse a photo.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attached {
    /// The device's signature.
    pub envelope: Option<envelope::Envelope>,
    /// What the phone says of its clock.
    pub clock: Option<clock::Said>,
}

/// What the phone promises about a photo before it sends the bytes. Never altered afterwards.
#[derive(Clone, Debug, PartialEq)]
pub struct Declaration {
    /// Minted by the phone.
    pub id: PhotoId,
    /// The visit it belongs to.
    pub visit: VisitId,
    /// The corrective action it shows done, of that visit; `None` for what the visit itself saw.
    pub action: Option<ActionId>,
    /// The finding of that visit it shows: what the team saw.
    pub finding: Option<FindingId>,
    /// The finding of that visit it answers: the unit's own evidence, no part of what the visit saw.
    pub reply_to: Option<FindingId>,
    /// The checklist item it is evidence for; `None` for a photo of the visit as a whole.
    pub item: Option<String>,
    /// One of [`SUBJECTS`].
    pub subject: String,
    /// Free words, NFC, up to 500 characters.
    pub caption: String,
    /// Digest of the bytes to come.
    pub sha256: Sha256,
    /// Their number.
    pub size_bytes: u64,
    /// What the phone believes they are.
    pub media_type: MediaType,
    /// When the shutter opened, by the device.
    pub captured: DeviceMoment,
    /// The device's clock when it sent the declaration.
    pub device_clock: DeviceMoment,
    /// Camera or gallery.
    pub origin: Origin,
    /// Where the phone believed it was.
    pub fix: Option<GeoFix>,
    /// Metres above the ellipsoid, as the phone said.
    pub altitude_m: Option<f64>,
    /// How it came to the position.
    pub source: PositionSource,
}

/// One-way states of a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Declared; bytes are still to come.
    Announced,
    /// Bytes are durable; the worker has not looked yet.
    Stored,
    /// Examined; derivatives exist.
    Ready,
    /// Examined; a format we keep but don't draw.
    NoPreview,
    /// Stored, and not decodable or not whole; the reason says why.
    Quarantined,
    /// Taken back before submission; kept, marked, out of the way.
    Withdrawn,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Announced, Self::Stored, Self::Ready, Self::NoPreview, Self::Quarantined, Self::Withdrawn];

    /// As stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::Stored => "stored",
            Self::Ready => "ready",
            Self::NoPreview => "no_preview",
            Self::Quarantined => "quarantined",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Reads a stored or sent state.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether its bytes are held.
    #[must_use]
    pub fn is_held(self) -> bool {
        matches!(self, Self::Stored | Self::Ready | Self::NoPreview | Self::Quarantined)
    }
}

impl Declaration {
    /// Whether it belongs to what the visit itself saw, and not to what came after it.
    #[must_use]
    pub fn is_of_visit(&self) -> bool {
        self.action.is_none() && self.reply_to.is_none()
    }

    /// Whether another declaration promises the same photo. The device's clock goes on between two attempts, so it
    /// does not count.
    #[must_use]
    pub fn promises_the_same_as(&self, other: &Self) -> bool {
        let mut other = other.clone();
        other.device_clock = self.device_clock;
        *self == other
    }
}
