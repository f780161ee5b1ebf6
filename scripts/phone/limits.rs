//! What the contract takes of a photo (`DeclarationBody`): said at once, while its person stands in front of what it shows, not
//! days later when it is sent.

use crate::shelf::Capture;
use anyhow::ensure;
use serde_json::Value;

/// Bytes of a photo.
const MOST_BYTES: u64 = 52_428_800;
/// Characters of a caption.
const MOST_CAPTION: usize = 500;
/// Characters of the code of an item.
const MOST_ITEM: usize = 60;
/// Metres that a position may be off.
const MOST_ACCURACY_M: f64 = 100_000.0;
/// What photos show.
const SUBJECTS: [&str; 15] = [
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

/// Characters as the server counts them: a letter with its marks is one, however a keyboard writes it.
fn length(text: &str) -> usize {
    text.trim().chars().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).count()
}

/// Whether the contract takes what is said of a photo.
///
/// # Errors
/// It does not; which option says what it can't take.
pub fn said(what: &Capture) -> anyhow::Result<()> {
    let subjects = || SUBJECTS.join(", ");
    ensure!(
        SUBJECTS.contains(&what.subject.as_str()),
        "--subject: {:?} is none of {}",
        what.subject,
        subjects()
    );
    let characters = length(&what.caption);
    ensure!(
        characters <= MOST_CAPTION,
        "--caption: it has {characters} characters, and may have {MOST_CAPTION}"
    );
    if let Some(item) = &what.item {
        ensure!((1..=MOST_ITEM).contains(&length(item)), "--item: a code has 1 to {MOST_ITEM} characters");
    }
    what.position.as_ref().map_or(Ok(()), place)
}

fn place(position: &Value) -> anyhow::Result<()> {
    // What is no number at all, such as NaN, is none in JSON either.
    let within = |name: &str, most: f64| position[name].as_f64().is_some_and(|of| of.abs() <= most);
    ensure!(within("latitude", 90.0), "--at: a latitude is -90 to 90 degrees");
    ensure!(within("longitude", 180.0), "--at: a longitude is -180 to 180 degrees");
    let is_nowhere =
        position["latitude"].as_f64() == Some(0.0) && position["longitude"].as_f64() == Some(0.0);
    ensure!(!is_nowhere, "--at: 0,0 is what a phone says that does not know: leave it out");
    let accuracy = position["accuracy_m"].as_f64();
    ensure!(
        accuracy.is_some_and(|metres| metres > 0.0 && metres <= MOST_ACCURACY_M),
        "--accuracy-m: more than 0, and {MOST_ACCURACY_M} at most"
    );
    Ok(())
}

/// Whether the contract takes a photo of so many bytes.
///
/// # Errors
/// It does not.
pub fn size(bytes: u64) -> anyhow::Result<()> {
    ensure!(bytes > 0, "an empty file is no photo");
    ensure!(bytes <= MOST_BYTES, "a photo of {bytes} bytes: {MOST_BYTES} are taken at most");
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops where it is wrong")]
mod tests {
    use super::{SUBJECTS, said, size};
    use crate::shelf::{Capture, minted, now};
    use serde_json::json;

    #[test]
    fn what_can_never_be_sent_is_refused_by_the_name_of_its_option() {
        let capture = || Capture {
            item: Some("A01".to_owned()),
            caption: "e\u{302}\u{301}".repeat(500),
            position: Some(
                json!({ "latitude": 15.7, "longitude": 107.9, "accuracy_m": 8.0, "source": "gnss" }),
            ),
            ..Capture::at_visit(minted(now()).unwrap())
        };
        said(&capture()).unwrap();
        said(&Capture { position: None, ..capture() }).unwrap();
        let refused = |what: Capture| said(&what).unwrap_err().to_string();
        let at = |latitude: f64, longitude: f64, accuracy_m: f64| {
            let position = json!({ "latitude": latitude, "longitude": longitude, "accuracy_m": accuracy_m });
            refused(Capture { position: Some(position), ..capture() })
        };
        for (no, option) in [
            (refused(Capture { subject: "sunset".to_owned(), ..capture() }), "--subject"),
            (refused(Capture { caption: "ă".repeat(501), ..capture() }), "--caption"),
            (refused(Capture { item: Some(" ".to_owned()), ..capture() }), "--item"),
            (refused(Capture { item: Some("A".repeat(61)), ..capture() }), "--item"),
            (at(999.0, 107.9, 8.0), "--at"),
            (at(15.7, -180.1, 8.0), "--at"),
            (at(f64::NAN, 107.9, 8.0), "--at"),
            (at(0.0, 0.0, 8.0), "--at"),
            (at(15.7, 107.9, 0.0), "--accuracy-m"),
            (at(15.7, 107.9, f64::INFINITY), "--accuracy-m"),
        ] {
            assert!(no.starts_with(option), "{no}");
        }
        size(1).unwrap();
        size(52_428_800).unwrap();
        size(0).unwrap_err();
        size(52_428_801).unwrap_err();
    }

    #[test]
    fn subjects_are_those_of_the_contract() {
        let contract = std::fs::read_to_string("../../openapi/openapi.yaml").unwrap();
        let subjects = contract.split("\n    PhotoSubject:\n").nth(1).unwrap();
        let subjects = subjects.split("enum:\n").nth(1).unwrap().lines();
        let subjects = subjects.map_while(|line| line.trim_start().strip_prefix("- "));
        assert_eq!(subjects.collect::<Vec<_>>(), SUBJECTS);
    }
}
