//! The company of a visit: who of the host side received the team, and what the team explained on the spot.

use crate::ids::{AccountId, AttendeeId, GuidanceId, VisitId};
use crate::refusal::{FieldFault, Refusal};
use crate::text;
use jiff::Timestamp;

/// Most titles of one person (source: three titles of a deputy head).
pub const MOST_POSITIONS: usize = 10;

/// Somebody of the host side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attendee {
    /// Minted by the phone.
    pub id: AttendeeId,
    /// At which visit.
    pub visit: VisitId,
    /// Their name.
    pub name: String,
    /// Where they work; may be empty.
    pub office: String,
    /// Their titles, each by itself.
    pub positions: Vec<String>,
    /// Who recorded it.
    pub recorded_by: AccountId,
    /// When we first received it.
    pub recorded_at: Timestamp,
    /// When it was taken back, where it was.
    pub removed_at: Option<Timestamp>,
    /// Counts the corrections.
    pub version: i32,
}

/// An entry of the guidance log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guidance {
    /// Minted by the phone.
    pub id: GuidanceId,
    /// At which visit.
    pub visit: VisitId,
    /// About which item, where it is about one.
    pub item: Option<String>,
    /// Whom the team guided.
    pub guided: String,
    /// What it explained.
    pub content: String,
    /// When, by the device.
    pub given_at: Timestamp,
    /// Seconds east of UTC, as the device said.
    pub given_offset_s: i32,
    /// Who recorded it.
    pub recorded_by: AccountId,
    /// When we first received it.
    pub recorded_at: Timestamp,
    /// When it was taken back, where it was.
    pub removed_at: Option<Timestamp>,
    /// Counts the corrections.
    pub version: i32,
}

/// Checks titles; they come back in NFC.
pub(crate) fn positions(at: &str, said: &[String], faults: &mut Vec<FieldFault>) -> Vec<String> {
    if said.len() > MOST_POSITIONS {
        let detail = format!("at most {MOST_POSITIONS} positions");
        faults.push(FieldFault::new(at, "person.positions", detail));
    }
    let mut kept = Vec::new();
    for (place, position) in said.iter().take(MOST_POSITIONS).enumerate() {
        match text::required(position, 200) {
            Ok(position) => kept.push(position),
            Err(why) => faults.push(FieldFault::new(format!("{at}/{place}"), "text.refused", why)),
        }
    }
    kept
}

impl Attendee {
    /// Checks what somebody says about an attendee.
    ///
    /// # Errors
    /// `invalid` with every field that breaks a rule.
    pub fn checked(mut self) -> Result<Self, Refusal> {
        let mut faults = Vec::new();
        match text::required(&self.name, 200) {
            Ok(name) => self.name = name,
            Err(why) => faults.push(FieldFault::new("/name", "text.refused", why)),
        }
        match text::optional(&self.office, 300) {
            Ok(office) => self.office = office,
            Err(why) => faults.push(FieldFault::new("/office", "text.refused", why)),
        }
        self.positions = positions("/positions", &self.positions, &mut faults);
        if faults.is_empty() { Ok(self) } else { Err(Refusal::invalid(faults)) }
    }

    /// Whether both say the same, whoever recorded it, when, and how often it was corrected.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        let Self { recorded_by, recorded_at, version, .. } = *other;
        Self { recorded_by, recorded_at, version, ..self.clone() } == *other
    }
}

impl Guidance {
    /// Checks what somebody says about guidance.
    ///
    /// # Errors
    /// `invalid` with every field that breaks a rule.
    pub fn checked(mut self) -> Result<Self, Refusal> {
        let mut faults = Vec::new();
        for (at, value, limit) in [("/guided", &mut self.guided, 300), ("/content", &mut self.content, 4000)]
        {
            match text::required(value, limit) {
                Ok(text) => *value = text,
                Err(why) => faults.push(FieldFault::new(at, "text.refused", why)),
            }
        }
        if let Some(item) = self.item.as_mut() {
            match text::required(item, 30) {
                Ok(code) => *item = code,
                Err(why) => faults.push(FieldFault::new("/item", "text.refused", why)),
            }
        }
        if faults.is_empty() { Ok(self) } else { Err(Refusal::invalid(faults)) }
    }

    /// Whether both say the same, whoever recorded it, when, and how often it was corrected.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        let Self { recorded_by, recorded_at, version, .. } = *other;
        Self { recorded_by, recorded_at, version, ..self.clone() } == *other
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    /// L03, L04: a person has several titles at one time.
    #[test]
    fn a_host_has_a_name_and_as_many_titles_as_they_have() {
        let nil = Uuid::nil();
        let host = Attendee {
            id: AttendeeId(nil),
            visit: VisitId(nil),
            name: " Nguyễn Thành Trung ".to_owned(),
            office: String::new(),
            positions: vec!["Phó Bí thư Huyện ủy".to_owned(), "Chủ tịch UBND huyện".to_owned()],
            recorded_by: AccountId(nil),
            recorded_at: Timestamp::UNIX_EPOCH,
            removed_at: None,
            version: 1,
        };
        let taken = host.clone().checked();
        assert_eq!(taken.as_ref().map(|host| host.name.as_str()), Ok("Nguyễn Thành Trung"));
        let later = Attendee { recorded_at: Timestamp::MAX, version: 2, ..host.clone() };
        assert!(host.says_the_same(&later));
        let nameless = Attendee { name: " ".to_owned(), positions: vec![String::new(); 11], ..host };
        let faults = nameless.checked().err().map(|no| no.faults.len()).unwrap_or_default();
        assert_eq!(faults, 12, "a name, too many titles, and ten empty ones");
    }
}
