//! The unit's right of reply: until when it is asked, what it said each time, and who may judge that.

use super::{Explanation, State, Story};
use crate::ids::{AccountId, PhotoId};
use crate::refusal::{Kind as Family, Refusal};
use crate::visit::rule;
use jiff::civil::Date;

impl Story {
    /// Asks the unit to explain until the end of a local day, where one is named. Asked before, it gets a day where it had
    /// none, or a later one; never a shorter time. Whether that says anything new.
    ///
    /// # Errors
    /// `finding.explain-by` for a day that is over, or after the year 2199.
    pub fn ask(&mut self, is_asked: bool, until: Option<Date>, today: Date) -> Result<bool, Refusal> {
        if is_asked && until.is_none_or(|day| self.explain_by.is_some_and(|by| day <= by)) {
            return Ok(false);
        }
        if until.is_some_and(|day| day < today || day.year() >= 2200) {
            let detail = "A unit is given time to explain: until today at the earliest.";
            return Err(rule("finding.explain-by", "/until", detail));
        }
        self.explain_by = until;
        Ok(true)
    }

    /// Adds what the unit says now; what it said before stays.
    pub fn explain(&mut self, now: Explanation) {
        self.earlier_explanations.extend(self.explanation.replace(now));
    }

    /// Whether the unit has shown this photo in what it said, now or before.
    #[must_use]
    pub fn shows(&self, photo: PhotoId) -> bool {
        self.earlier_explanations.iter().chain(&self.explanation).any(|said| said.photos.contains(&photo))
    }

    /// Refuses to take silence for an answer while the unit may still explain; where no day was named it always may.
    ///
    /// # Errors
    /// `finding.explanation-awaited`.
    pub fn refuse_unheard(&self, state: State, today: Date) -> Result<(), Refusal> {
        if state != State::ExplanationRequested || self.explain_by.is_some_and(|by| today > by) {
            return Ok(());
        }
        let detail = match self.explain_by {
            Some(by) => format!("The unit may explain until the end of {by}."),
            None => "The unit was asked to explain without a last day; name one first.".to_owned(),
        };
        Err(Refusal::new(Family::Conflict, "finding.explanation-awaited", detail))
    }

    /// Refuses whoever explained it for the unit, whatever they are by now.
    ///
    /// # Errors
    /// `finding.own-explanation`.
    pub fn refuse_explainer(&self, by: AccountId) -> Result<(), Refusal> {
        if self.explanation.as_ref().is_none_or(|said| said.by != by) {
            return Ok(());
        }
        let detail = "An explanation is verified by somebody else than whoever gave it.";
        Err(Refusal::new(Family::Forbidden, "finding.own-explanation", detail))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that can't make its input should stop")]

    use super::*;
    use jiff::civil::date;

    #[test]
    fn silence_is_an_answer_only_when_the_day_is_over() {
        let asked = |until| Story { explain_by: until, ..Story::default() };
        let code = |no: Refusal| no.code;
        let requested = State::ExplanationRequested;
        let by = Some(date(2026, 12, 30));
        for today in [date(2026, 12, 1), date(2026, 12, 30)] {
            let no = asked(by).refuse_unheard(requested, today).map_err(code);
            assert_eq!(no, Err("finding.explanation-awaited"), "{today}");
        }
        assert_eq!(asked(by).refuse_unheard(requested, date(2026, 12, 31)), Ok(()));
        let no = asked(None).refuse_unheard(requested, date(2099, 1, 1)).map_err(code);
        assert_eq!(no, Err("finding.explanation-awaited"), "no day was named");
        assert_eq!(asked(by).refuse_unheard(State::Explained, date(2026, 12, 1)), Ok(()), "it has explained");
    }

    #[test]
    fn what_was_said_before_stays() {
        let said = |text: &str| Explanation {
            text: text.to_owned(),
            photos: vec![],
            papers: vec![],
            by: AccountId(uuid::Uuid::nil()),
            at: jiff::Timestamp::UNIX_EPOCH,
            late: false,
        };
        let mut story = Story::default();
        for text in ["một", "hai", "ba"] {
            story.explain(said(text));
        }
        assert_eq!(story.explanation, Some(said("ba")));
        assert_eq!(story.earlier_explanations, [said("một"), said("hai")]);
    }

    #[test]
    fn asking_again_gives_more_time_and_never_less() {
        let today = date(2026, 12, 1);
        let mut story = Story::default();
        for day in [date(2026, 11, 30), date(2200, 1, 1)] {
            assert_eq!(story.ask(false, Some(day), today).unwrap_err().code, "finding.explain-by");
        }
        assert!(story.ask(false, None, today).unwrap());
        assert!(story.ask(true, Some(date(2026, 12, 20)), today).unwrap(), "a day where there was none");
        assert!(!story.ask(true, None, today).unwrap());
        assert!(!story.ask(true, Some(date(2026, 12, 2)), today).unwrap());
        assert!(story.ask(true, Some(date(2026, 12, 30)), today).unwrap());
        assert_eq!(story.explain_by, Some(date(2026, 12, 30)));
        assert!(story.ask(false, Some(today), today).unwrap(), "asked anew, another day holds");
        assert_eq!(story.explain_by, Some(today));
    }
}
