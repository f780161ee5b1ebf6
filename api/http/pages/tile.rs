//! A photo as a small picture with what matters at a glance.

use super::words::{self, Badge};
use super::{figures, placeholder};
use crate::domain::check::{Check, Outcome};
use crate::domain::photo::State;
use crate::flows::review::{NOT_MASKED, Photo};
use crate::http::context::Language;

/// A photo in a gallery.
#[derive(Clone, Debug)]
pub struct Tile {
    /// Its own page.
    pub href: String,
    /// Address of the small picture; `None` where there is none.
    pub image: Option<String>,
    /// What is said of a picture that is no evidence.
    pub preview: Option<&'static str>,
    /// What is shown until it has come.
    pub blur: Option<String>,
    /// What the picture shows, in words.
    pub alt: String,
    /// What it shows.
    pub subject: String,
    /// What the phone wrote about it.
    pub caption: String,
    /// Whether it was taken at the office.
    pub verdict: Badge,
    /// How far off, where that is not at all.
    pub distance: Option<String>,
    /// What a check found wanting.
    pub warnings: Vec<Badge>,
    /// When the shutter opened.
    pub time: String,
    /// Where it stands, where that is not "examined".
    pub state: Option<&'static str>,
    /// Why there is no picture, or not the whole of it.
    pub reason: Option<String>,
    /// Address of the original, where it may be read.
    pub original: Option<String>,
}

/// What a photo's checks found.
#[must_use]
pub fn checks(photo: &Photo) -> Vec<Check> {
    let found = photo.found.as_ref().and_then(|found| found.checks.clone());
    found.and_then(|json| serde_json::from_value(json).ok()).unwrap_or_default()
}

/// Whether a derivative of this long side exists.
#[must_use]
pub fn has_derivative(photo: &Photo, pixels: u16) -> bool {
    let made = photo.found.as_ref().and_then(|found| found.derivatives.as_ref());
    made.is_some_and(|made| made.get(pixels.to_string()).is_some())
}

/// The placeholder of a photo.
#[must_use]
pub fn blur(photo: &Photo) -> Option<String> {
    photo.found.as_ref().and_then(|found| found.placeholder.as_deref()).and_then(placeholder::draw)
}

/// What a photo shows, for whoever can't see it.
#[must_use]
pub fn alt(photo: &Photo, lang: Language) -> String {
    let said = &photo.declared;
    let subject = words::subject(&said.subject, lang);
    let what = if said.caption.is_empty() { subject } else { format!("{subject}: {}", said.caption) };
    match &said.item {
        Some(item) => format!("{what} ({item}, {})", figures::minute(said.captured.at)),
        None => format!("{what} ({})", figures::minute(said.captured.at)),
    }
}

impl Tile {
    /// Shows a photo; `originals` says whether the reader may have them.
    #[must_use]
    pub fn of(photo: &Photo, originals: bool, lang: Language) -> Self {
        let said = &photo.declared;
        let href = format!("/review/photos/{}", said.id);
        let wanting = |check: &Check| matches!(check.outcome, Outcome::Warn | Outcome::Fail);
        let checked = checks(photo);
        let warnings =
            checked.iter().filter(|check| wanting(check)).map(|check| words::check(&check.code, lang));
        let is_plain = photo.state == State::Ready;
        Self {
            image: if has_derivative(photo, 320) {
                Some(format!("{href}/image/320"))
            } else {
                photo.preview_shown().map(|_| format!("{href}/preview"))
            },
            preview: photo.preview_shown().map(|_| no_evidence(lang)),
            blur: blur(photo),
            alt: alt(photo, lang),
            subject: words::subject(&said.subject, lang),
            caption: said.caption.clone(),
            verdict: words::verdict(photo.place.verdict, lang),
            distance: photo.place.distance_m.filter(|m| *m > 0.0).map(|m| figures::metres(m, lang)),
            warnings: warnings.map(|text| words::warning(&text)).collect(),
            time: figures::time(said.captured.at),
            state: (!is_plain).then(|| words::photo_state(photo.state, lang)),
            reason: reason(photo, lang),
            original: (originals && photo.received.is_some() && !waits_for_masks(photo))
                .then(|| format!("{href}/original")),
            href,
        }
    }
}

/// What stands at each preview.
#[must_use]
pub fn no_evidence(lang: Language) -> &'static str {
    lang.pick("Ảnh xem trước, không phải bằng chứng", "Preview, not evidence")
}

/// Whether a photo is shown to its team alone for the time being, and the reader is not of it.
fn waits_for_masks(photo: &Photo) -> bool {
    photo.found.as_ref().is_some_and(|found| found.reason.as_deref() == Some(NOT_MASKED))
}

/// Why there is no picture or not the whole of it, or why it was taken back.
#[must_use]
pub fn reason(photo: &Photo, lang: Language) -> Option<String> {
    if let Some(withdrawn) = &photo.withdrawn {
        return Some(withdrawn.because.clone());
    }
    if waits_for_masks(photo) {
        let vi = "Ảnh có thể chứa thông tin cá nhân; chờ đoàn kiểm tra che trước khi hiển thị.";
        let en = "It may show data of people; it is shown once the team has covered them.";
        return Some(lang.pick(vi, en).to_owned());
    }
    let why = photo.found.as_ref().and_then(|found| found.reason.as_deref());
    let left = lang.pick("Ảnh hiện ở đây chỉ là phần còn đọc được.", "Only what can still be read is shown.");
    why.map(|code| match words::quarantine(code, lang) {
        why if has_derivative(photo, 320) => format!("{why} {left}"),
        why => why,
    })
}
