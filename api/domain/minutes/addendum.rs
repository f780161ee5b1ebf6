//! What is added to signed minutes: each addendum rests on what came before it by a hash.

use crate::canonical::json::canonical;
use crate::canonical::{one_line, sha256};
use crate::ids::{AccountId, TemplateVersionId, VisitId};
use crate::refusal::{Kind, Refusal};
use crate::response::{Answer, Outcome, Response};
use crate::text;
use crate::visit::rule;
use jiff::Timestamp;
use serde_json::json;

/// Most characters of a value or a reason in an addendum.
pub const MOST_TEXT: usize = 4000;
/// How hashes are made now. Those of format 1, from before, say nothing of the answer itself, those of format 2 nothing of
/// what is withdrawn.
pub const FORMAT: i32 = 3;

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
    /// The number of the addendum it takes back, where it takes one back.
    pub withdraws: Option<i32>,
    /// Who wrote it.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
    /// How its hash is made: [`FORMAT`], or less for those from before.
    pub format: i32,
    /// SHA-256 (hex) over what came before it, its own words and, from format 2 on, the answer that counts; from format 3
    /// on what it takes back.
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
        if let Some(number) = self.withdraws.filter(|_| self.format >= 3) {
            words.push_str(&format!("withdraws {number}\n"));
        }
        self.sha256 = sha256(&words);
        self
    }
}

/// The addendum of this number, if it may still be taken back: nothing rests on it.
///
/// # Errors
/// `minutes.addendum-unknown`; `minutes.addendum-withdrawn`; `minutes.addendum-corrected`, naming the later one that is to
/// be taken back first.
pub fn withdrawable(number: i32, all: &[Addendum]) -> Result<&Addendum, Refusal> {
    let of = all.iter().find(|of| of.number == number).ok_or_else(|| {
        rule("minutes.addendum-unknown", "/withdraws", "The minutes have no addendum of this number.")
    })?;
    let clash = |code, detail: String| Err(Refusal::new(Kind::Conflict, code, detail));
    if let Some(by) = all.iter().find(|other| other.withdraws == Some(number)) {
        return clash("minutes.addendum-withdrawn", format!("Addendum {} took it back already.", by.number));
    }
    let rests = |later: &&Addendum| {
        later.number > number
            && match &of.item {
                Some(item) => later.item.as_ref() == Some(item),
                None => later.item.is_none() && later.was == of.becomes,
            }
    };
    match all.iter().rfind(rests) {
        Some(later) => clash(
            "minutes.addendum-corrected",
            format!("Addendum {} corrects it; take that one back first.", later.number),
        ),
        None => Ok(of),
    }
}

/// An answer as it is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// As the last addendum to its item has it. Who answered and when stays.
    pub response: Response,
    /// What stands in the minutes, where an addendum is about it.
    pub corrected: Option<Corrected>,
}

/// What stands in the minutes about an item that an addendum is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Corrected {
    /// The number of the last addendum to it.
    pub addendum: i32,
    /// What was answered.
    pub was: Answer,
    /// What it amounted to.
    pub outcome: Outcome,
}

/// Answers as they are known, of one visit or several; `addenda` are in the order in which each visit's were written.
#[must_use]
pub fn known(answers: Vec<Response>, addenda: &[Addendum]) -> Vec<Known> {
    let as_known = |response: Response| {
        let about = |added: &&Addendum| {
            added.visit == response.visit
                && added.item.as_ref() == Some(&response.item)
                && added.answer.as_ref().is_some_and(|of| of.template_version == response.template_version)
        };
        let last = addenda.iter().rfind(about);
        let Some((number, now)) = last.and_then(|added| Some((added.number, added.answer.clone()?))) else {
            return Known { response, corrected: None };
        };
        let corrected = Corrected { addendum: number, was: response.answer, outcome: response.outcome };
        let response = Response { answer: now.answer, outcome: now.outcome, ..response };
        Known { response, corrected: Some(corrected) }
    };
    answers.into_iter().map(as_known).collect()
}

/// The answers of a visit as they are known, without what stood before.
#[must_use]
pub fn corrected(answers: Vec<Response>, addenda: &[Addendum]) -> Vec<Response> {
    known(answers, addenda).into_iter().map(|known| known.response).collect()
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
            withdraws: None,
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
    fn what_was_corrected_since_is_not_taken_back_before_the_correction() {
        let of = |number: i32, item: Option<&str>, was: &str, becomes: &str, withdraws: Option<i32>| {
            Addendum { number, item: item.map(str::to_owned), withdraws, ..addendum(was, becomes) }
        };
        let item = Some("OSS-B03");
        let all = [
            of(1, item, "có", "không", None),
            of(2, Some("OSS-B04"), "1", "2", None),
            of(3, item, "không", "có", None),
            of(4, None, "a", "b", None),
        ];
        let code = |number: i32, all: &[Addendum]| {
            withdrawable(number, all).map(|of| of.number).map_err(|no| no.code)
        };
        assert_eq!(code(1, &all), Err("minutes.addendum-corrected"));
        assert_eq!((code(2, &all), code(3, &all), code(4, &all)), (Ok(2), Ok(3), Ok(4)));
        assert_eq!(code(5, &all), Err("minutes.addendum-unknown"));
        let mut all = all.to_vec();
        all.push(of(5, item, "có", "không", Some(3)));
        assert_eq!(code(3, &all), Err("minutes.addendum-withdrawn"));
        assert_eq!(code(5, &all), Ok(5), "what was taken back can be brought back");
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
