//! Names and numbers of people in a photo: who marks them, and who sees a photo before that is done.
//!
//! Source: the process's rules for registers and screens: masked in every derivative, the original for few. Whoever
//! took the photo read the register anyway; everybody else waits until a person of the team has looked at it.

use crate::ids::AccountId;
use crate::refusal::{FieldFault, Kind, Next, Refusal};
use crate::template::Privacy;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// What shows people's names and numbers nearly always, whatever the checklist says of it.
pub const PERSONAL_SUBJECTS: [&str; 2] = ["register_book", "screen"];
/// Most rectangles on one photo.
pub const MOST_AREAS: usize = 60;

/// Whether a photo is taken to show data of people: by what it shows, or by the rule of its item.
#[must_use]
pub fn shows_personal_data(subject: &str, rule: Option<Privacy>) -> bool {
    PERSONAL_SUBJECTS.contains(&subject) || rule == Some(Privacy::MaskPersonalData)
}

/// A rectangle of the upright picture, as parts of its width and height: 0 to 1 from its left upper corner.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaskArea {
    /// Where it begins, from the left.
    pub left: f64,
    /// Where it begins, from above.
    pub top: f64,
    /// How wide it is.
    pub width: f64,
    /// How high it is.
    pub height: f64,
}

/// Checks what somebody marks; nothing at all says that there is nothing to mark.
///
/// # Errors
/// `invalid` with `photo.mask-area` at each rectangle that does not lie in the picture.
pub fn areas(all: Vec<MaskArea>) -> Result<Vec<MaskArea>, Refusal> {
    if all.len() > MOST_AREAS {
        let detail = format!("at most {MOST_AREAS} rectangles; cover several with one");
        return Err(Refusal::field("/areas", "photo.mask-area", detail));
    }
    // A picture of 1,600 pixels has no smaller part than this.
    let inside = |from: f64, length: f64| from >= 0.0 && length > 0.0 && from + length <= 1.000_1;
    let faults: Vec<FieldFault> = all
        .iter()
        .enumerate()
        .filter(|(_, area)| !(inside(area.left, area.width) && inside(area.top, area.height)))
        .map(|(n, _)| {
            let detail =
                "lies in the picture: parts of its width and height, 0 to 1, and is larger than nothing";
            FieldFault::new(format!("/areas/{n}"), "photo.mask-area", detail)
        })
        .collect();
    if faults.is_empty() { Ok(all) } else { Err(Refusal::invalid(faults)) }
}

/// Whether a marking may take the place of another. Once the visit is handed in, others look at its photos, and what
/// was covered before their eyes stays covered.
///
/// # Errors
/// `photo.mask-stays`.
pub fn may_replace(held: Option<&Masked>, areas: &[MaskArea], is_handed_in: bool) -> Result<(), Refusal> {
    let is_bared = |held: &Masked| held.areas.iter().any(|area| !areas.contains(area));
    if is_handed_in && held.is_some_and(is_bared) {
        let detail = "The visit is submitted: what was covered stays covered, more may be added.";
        return Err(Refusal::new(Kind::Conflict, "photo.mask-stays", detail));
    }
    Ok(())
}

/// What a person marked on a photo.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Masked {
    /// Counts the markings of a photo, from 1.
    pub number: u32,
    /// Part of the names of its pictures.
    #[serde(default)]
    pub token: Option<Uuid>,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: AccountId,
    /// What.
    pub areas: Vec<MaskArea>,
    /// Long side in pixels to length in bytes, width and height, as of the derivatives without masks.
    pub derivatives: Value,
}

/// How a photo is shown to somebody who may read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Showing {
    /// As it is.
    Plain,
    /// With what was marked covered.
    Masked,
    /// Not yet.
    Waiting,
}

/// How a photo is shown: to its team as it is, to everybody else only once a person has marked what is to be covered.
#[must_use]
pub fn showing(personal_data: bool, is_masked: bool, on_team: bool) -> Showing {
    match (personal_data, is_masked) {
        (false, _) => Showing::Plain,
        _ if on_team => Showing::Plain,
        (true, true) => Showing::Masked,
        (true, false) => Showing::Waiting,
    }
}

/// What is said of a photo that is not shown yet.
#[must_use]
pub fn not_masked() -> Refusal {
    let detail = "It shows data of people; the team has not yet said what is to be covered.";
    Refusal::new(Kind::Forbidden, "photo.not-masked", detail).next(Next::Ask)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registers_and_screens_wait_for_their_masks_and_so_does_what_a_rule_names() {
        for subject in PERSONAL_SUBJECTS {
            assert!(shows_personal_data(subject, None));
        }
        assert!(shows_personal_data("file_cabinet", Some(Privacy::MaskPersonalData)));
        assert!(!shows_personal_data("file_cabinet", Some(Privacy::BlurFaces)));
        assert!(!shows_personal_data("notice_board", None));
    }

    #[test]
    fn only_the_team_sees_what_nobody_has_masked() {
        assert_eq!(showing(true, false, false), Showing::Waiting);
        assert_eq!(showing(true, true, false), Showing::Masked);
        for is_masked in [false, true] {
            assert_eq!(showing(true, is_masked, true), Showing::Plain);
            assert_eq!(showing(false, is_masked, false), Showing::Plain);
        }
    }

    #[test]
    fn what_was_covered_stays_covered_once_the_visit_is_handed_in() {
        let area = |left| MaskArea { left, top: 0.0, width: 0.1, height: 0.1 };
        let held = Masked {
            number: 1,
            token: None,
            at: Timestamp::UNIX_EPOCH,
            by: AccountId(Uuid::nil()),
            areas: vec![area(0.1), area(0.5)],
            derivatives: Value::Null,
        };
        for (areas, is_handed_in, fits) in [
            (vec![], false, true),
            (vec![], true, false),
            (vec![area(0.1)], true, false),
            (vec![area(0.5), area(0.3), area(0.1)], true, true),
        ] {
            assert_eq!(may_replace(Some(&held), &areas, is_handed_in).is_ok(), fits, "{areas:?}");
        }
        assert!(may_replace(None, &[], true).is_ok());
    }

    #[test]
    fn rectangles_lie_in_the_picture() {
        let area = |left, top, width, height| MaskArea { left, top, width, height };
        assert!(areas(vec![]).is_ok(), "nothing to cover");
        assert!(areas(vec![area(0.0, 0.0, 1.0, 1.0), area(0.9, 0.1, 0.1, 0.2)]).is_ok());
        for bad in [
            area(-0.1, 0.0, 0.5, 0.5),
            area(0.6, 0.0, 0.5, 0.5),
            area(0.0, 0.0, 0.0, 0.5),
            area(0.0, f64::NAN, 0.5, 0.5),
            area(0.0, 0.0, 0.5, f64::INFINITY),
        ] {
            assert!(areas(vec![bad]).is_err(), "{bad:?}");
        }
        assert!(areas(vec![area(0.0, 0.0, 0.1, 0.1); MOST_AREAS + 1]).is_err());
    }
}
