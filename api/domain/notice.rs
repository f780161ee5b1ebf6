//! Thông báo kết luận: what an inspection, or a meeting that sums many of them up, tells those it concerns.
//!
//! A notice is signed once. Figures in it are copies with the query that made them; what turns out wrong is told in a
//! notice that corrects it.

mod content;
mod figure;
mod life;
mod paper;
mod print;

pub use content::{Content, Line, MOST_RECIPIENTS, Section, Source, Wanted, Wish, Written};
pub use figure::{Asked, Figure, Measure, Named, Query, Rows, fits, said_as_counted};
pub use life::{Act, Signer, Signing, State, Step, Voiding, period_is_over, step, void_reason};
pub use paper::{Paper, document};
pub use print::{Symbol, date_line, day_line, number_line};

use crate::ids::{AccountId, CampaignId, NoticeId, OwnerId, UnitId, VisitId};
use crate::refusal::{Kind, Next, Refusal};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

words! {
    /// What sort of paper it is, printed in capitals above its title.
    Form {
        /// Thông báo.
        Announcement = "announcement",
        /// Kết luận.
        Conclusion = "conclusion",
    }
}

impl Form {
    /// The heading, as printed.
    #[must_use]
    pub fn heading(self) -> &'static str {
        match self {
            Self::Announcement => "THÔNG BÁO",
            Self::Conclusion => "KẾT LUẬN",
        }
    }

    /// As named within a sentence.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Announcement => "Thông báo",
            Self::Conclusion => "Kết luận",
        }
    }

    /// How symbols of such papers begin (Nghị định 30/2020/NĐ-CP, Phụ lục III).
    #[must_use]
    pub fn abbreviation(self) -> &'static str {
        match self {
            Self::Announcement => "TB",
            Self::Conclusion => "KL",
        }
    }
}

/// Which visits it sums up: named ones, or those of a span of days, at a unit and below.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cover {
    /// First day that counts.
    pub from: Option<Date>,
    /// Last day that counts.
    pub to: Option<Date>,
    /// At this unit or below.
    pub unit: Option<UnitId>,
    /// These alone; every one of the span where none is named.
    pub visits: Vec<VisitId>,
}

/// Somebody who gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// A unit of the register, which acknowledges; `None` for anybody else.
    pub unit: Option<UnitId>,
    /// Every unit above it, nearest first.
    pub ancestors: Vec<UnitId>,
    /// As printed.
    pub name: String,
    /// Who confirmed for the unit to have it, and when.
    pub acknowledged: Option<Act>,
}

/// What another notice is called by one that corrects it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Corrected {
    /// Which.
    pub notice: NoticeId,
    /// As printed: `Thông báo số 05/TB-UBND ngày 10 tháng 7 năm 2013 của UBND quận Hà Đông`.
    pub called: String,
}

/// A notice in a list: what it is, without what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Random: tells neither time nor number.
    pub id: NoticeId,
    /// Whose campaign.
    pub owner: OwnerId,
    /// Under which campaign.
    pub campaign: CampaignId,
    /// What it corrects.
    pub corrects: Option<Corrected>,
    /// Where it stands.
    pub state: State,
    /// What sort of paper it is.
    pub form: Form,
    /// Its number, once it is signed.
    pub number: Option<i32>,
    /// What follows the number.
    pub symbol: Symbol,
    /// The day on it, once it is signed.
    pub signed_on: Option<Date>,
    /// Whose numbers it counts among.
    pub issuer: String,
    /// What it is about.
    pub title: String,
    /// How many visits it sums up.
    pub visits: usize,
    /// When it was begun.
    pub drafted_at: Timestamp,
    /// When it was sent.
    pub issued_at: Option<Timestamp>,
    /// For `If-Match`.
    pub version: i32,
}

impl Summary {
    /// `05/TB-UBND`, once it is signed.
    #[must_use]
    pub fn written_number(&self) -> Option<String> {
        self.number.map(|number| print::written(number, &self.symbol))
    }
}

/// A conclusion notice.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// Random: tells neither time nor number.
    pub id: NoticeId,
    /// Whose campaign.
    pub owner: OwnerId,
    /// Under which campaign.
    pub campaign: CampaignId,
    /// What it corrects.
    pub corrects: Option<Corrected>,
    /// Where it stands.
    pub state: State,
    /// Which visits were asked for.
    pub cover: Cover,
    /// The visits it sums up, as they were found when it was written.
    pub visits: Vec<VisitId>,
    /// Its words, with figures named and not yet put in.
    pub content: Content,
    /// Its figures: copies.
    pub figures: Vec<Figure>,
    /// Who gets it, as printed.
    pub recipients: Vec<Recipient>,
    /// Everybody who wrote it, the last one last: none of them reviews or signs it.
    pub writers: Vec<AccountId>,
    /// When it was begun.
    pub drafted_at: Timestamp,
    /// When it was written last; its figures are of then.
    pub written_at: Timestamp,
    /// Who found it right.
    pub reviewed: Option<Act>,
    /// Number, day, place and signer.
    pub signing: Option<Signing>,
    /// Who sent it.
    pub issued: Option<Act>,
    /// Who gave it up.
    pub discarded: Option<Act>,
    /// Who declared it void, and why.
    pub voided: Option<Voiding>,
    /// For `If-Match`.
    pub version: i32,
}

impl Notice {
    /// What a list tells of it.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let signing = self.signing.as_ref();
        Summary {
            id: self.id,
            owner: self.owner,
            campaign: self.campaign,
            corrects: self.corrects.clone(),
            state: self.state,
            form: self.content.form,
            number: signing.map(|of| of.number),
            symbol: self.content.symbol.clone(),
            signed_on: signing.map(|of| of.on),
            issuer: self.content.issuer.clone(),
            title: self.content.title.clone(),
            visits: self.visits.len(),
            drafted_at: self.drafted_at,
            issued_at: self.issued.map(|act| act.at),
            version: self.version,
        }
    }

    /// `05/TB-UBND`, once it is signed.
    #[must_use]
    pub fn written_number(&self) -> Option<String> {
        let signing = self.signing.as_ref()?;
        Some(print::written(signing.number, &self.content.symbol))
    }

    /// Refuses to find right what says nothing, or tells nobody.
    ///
    /// # Errors
    /// `notice.incomplete`.
    pub fn complete(&self) -> Result<(), Refusal> {
        if self.content.sections.is_empty() || self.recipients.is_empty() {
            let detail = "A notice says something, and to somebody, before it is reviewed.";
            return Err(Refusal::new(Kind::Conflict, "notice.incomplete", detail).next(Next::Fix));
        }
        Ok(())
    }

    /// Leaves of its figures what recipients read: totals, and the names that its sentences tell. The rows, and names that
    /// no sentence tells, are the office's.
    pub fn keep_what_is_told(&mut self) {
        for figure in &mut self.figures {
            figure.rows = Rows::default();
            if !self.content.calls(figure, "names") {
                figure.units.clear();
            }
            if !self.content.calls(figure, "others") {
                figure.others.clear();
            }
        }
    }

    /// What a notice that corrects this one calls it.
    #[must_use]
    pub fn called(&self) -> Option<Corrected> {
        let signing = self.signing.as_ref()?;
        let number = print::written(signing.number, &self.content.symbol);
        let (form, day) = (self.content.form.name(), day_line(signing.on));
        let called = format!("{form} số {number} {day} của {}", self.content.issuer);
        Some(Corrected { notice: self.id, called })
    }
}

#[cfg(test)]
mod tests;
