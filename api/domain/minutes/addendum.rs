//! What is added to signed minutes: each addendum rests on what came before it by a hash.

use crate::canonical::{one_line, sha256};
use crate::ids::{AccountId, TemplateVersionId, VisitId};
use crate::refusal::Refusal;
use crate::response::{Answer, Outcome, Response};
use crate::template::canonical;
use crate::text;
use crate::visit::rule;
use jiff::Timestamp;
use serde_json::json;

/// Most characters of a value or a reason in an addendum.
pub const MOST_TEXT: usize = 4000;
/// How hashes are made now. Those of format 1, from before, say nothing of the answer itself.
pub const FORMAT: i32 = 2;

/// An answer that takes the place of the one in the minutes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// Of which checklist.
    pub template_version: TemplateVersionId,
    /// What is answered.
    pub answer: Answer,
    /// What it amounts to.
    pub outcome: Outcome,
}

/// What is changed about signed minutes: added, never written over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addendum {
    /// Of which visit.
    pub visit: VisitId,
    /// Counts those of a visit, from 1.
    pub number: i32,
    /// Which item it is about; `None` for anything else.
    pub item: Option<String>,
    /// The answer as it should have been, for an item: what figures take from then on.
    pub answer: Option<Correction>,
    /// As it stands in the minutes.
    pub was: String,
    /// As it should read.
    pub becomes: String,
    /// Why.
    pub reason: String,
    /// Who wrote it.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
    /// How its hash is made: [`FORMAT`], or 1 for those from before.
    pub format: i32,
    /// SHA-256 (hex) over what came before it, its own words and, from format 2 on, the answer that counts.
    pub sha256: String,
}

impl Addendum {
    /// Checks what somebody adds.
    ///
    /// # Errors
    /// `minutes.addendum` for a text that is none, or one that changes nothing.
    pub fn checked(mut self) -> Result<Self, Refusal> {
        let read = |raw: &str, field: &str| {
            text::required(raw, MOST_TEXT)
                .map_err(|why| rule("minutes.addendum", field, &format!("The text {why}.")))
        };
        self.was = read(&self.was, "/was")?;
        self.becomes = read(&self.becomes, "/becomes")?;
        self.reason = read(&self.reason, "/reason")?;
        if self.was == self.becomes {
            return Err(rule("minutes.addendum", "/becomes", "An addendum changes something."));
        }
        Ok(self)
    }

    /// Ties it to what came before: the document's hash, or the previous addendum's.
    #[must_use]
    pub fn chained(mut self, before: &str) -> Self {
        let item = self.item.as_deref().unwrap_or_default();
        let parts = [before, &self.number.to_string(), item, &self.was, &self.becomes, &self.reason];
        let mut words = format!("{}\n{}\n{}\n", parts.map(one_line).join("\n"), self.by, self.at);
        if let Some(of) = self.answer.as_ref().filter(|_| self.format >= 2) {
            let of = json!({ "template_version": of.template_version, "answer": of.answer, "outcome": of.outcome });
            words.push_str(&canonical(&of));
            words.push('\n');
        }
        self.sha256 = sha256(&words);
        self
    }
}

/// The answers of a visit as they are known: each as the last addendum to its item has it. Who answered and when stays.
#[must_use]
pub fn corrected(mut answers: Vec<Response>, addenda: &[Addendum]) -> Vec<Response> {
    for added in addenda {
        let (Some(item), Some(correction)) = (&added.item, &added.answer) else { continue };
        let same = |answer: &&mut Response| {
            answer.item == *item && answer.template_version == correction.template_version
        };
        if let Some(answer) = answers.iter_mut().find(same) {
            answer.answer = correction.answer.clone();
            answer.outcome = correction.outcome;
        }
    }
    answers
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that can't make its input should stop")]

    use super::*;
    use crate::response::Decimal;
    use uuid::Uuid;

    fn addendum(was: &str, becomes: &str) -> Addendum {
        Addendum {
            visit: VisitId(Uuid::nil()),
            number: 1,
            item: Some("OSS-B03".to_owned()),
            answer: None,
            was: was.to_owned(),
            becomes: becomes.to_owned(),
            reason: "Ghi nhầm".to_owned(),
            by: AccountId(Uuid::nil()),
            at: Timestamp::UNIX_EPOCH,
            format: FORMAT,
            sha256: String::new(),
        }
    }

    #[test]
    fn an_addendum_says_both_values_and_why() {
        assert!(addendum("có", "không").checked().is_ok());
        for (was, becomes) in [("", "không"), ("có", ""), ("có", "có ")] {
            assert_eq!(addendum(was, becomes).checked().unwrap_err().code, "minutes.addendum");
        }
    }

    #[test]
    fn each_addendum_rests_on_what_came_before() {
        let (one, other) = (addendum("có", "không").chained("a"), addendum("có", "không").chained("b"));
        assert_ne!(one.sha256, other.sha256);
        assert_eq!(one.sha256, addendum("có", "không").chained("a").sha256);
    }

    /// What reports take instead of the answer is under the hash, too; an addendum from before verifies as it did.
    #[test]
    fn the_answer_that_counts_is_under_the_hash() {
        let with = |value: u32, outcome: Outcome, format: i32| {
            let answer = Answer::Number { value: Decimal::whole(value) };
            let template_version = TemplateVersionId(Uuid::nil());
            let answer = Some(Correction { template_version, answer, outcome });
            Addendum { answer, format, ..addendum("38", "40") }.chained("a").sha256
        };
        let new = with(40, Outcome::Pass, FORMAT);
        assert_eq!(new, with(40, Outcome::Pass, FORMAT));
        assert_ne!(new, with(41, Outcome::Pass, FORMAT));
        assert_ne!(new, with(40, Outcome::Fail, FORMAT));
        assert_eq!(with(40, Outcome::Pass, 1), with(41, Outcome::Fail, 1), "so it was");
        assert_eq!(with(40, Outcome::Pass, 1), addendum("38", "40").chained("a").sha256);
        let words = "a\n1\nOSS-B03\n38\n40\nGhi nhầm\n";
        let old = format!("{words}{0}\n{1}\n", AccountId(Uuid::nil()), Timestamp::UNIX_EPOCH);
        assert_eq!(with(40, Outcome::Pass, 1), sha256(&old));
        let json = r#"{"answer":{"type":"number","value":40},"outcome":"pass","template_version":"00000000-0000-0000-0000-000000000000"}"#;
        assert_eq!(new, sha256(&format!("{old}{json}\n")));
    }
}
