//! A photo as far as its worth as evidence goes.

use super::Photo;
use crate::domain::check::Check;
use crate::domain::photo::evidence::Shown;

/// What speaks for a photo and against it; `at_office` says whether it matters where it was taken.
pub(in crate::flows) fn shown(photo: &Photo, at_office: bool) -> Shown {
    let checks = photo.found.as_ref().and_then(|found| found.checks.clone());
    let checks: Vec<Check> = checks.and_then(|all| serde_json::from_value(all).ok()).unwrap_or_default();
    Shown {
        id: photo.declared.id,
        state: photo.state,
        checks,
        place: at_office.then_some(photo.place.verdict),
        captured_at: photo.declared.captured.at,
        clock_skew_s: photo.clock_skew_s,
        origin: photo.declared.origin,
    }
}
