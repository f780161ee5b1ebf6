//! Under what order people inspect: campaigns, their plans and decisions, the life of a campaign.

mod document;
mod life;
mod merge;
pub mod round;

pub use document::{Document, DocumentKind, DocumentNumber, IssuerKind};
pub use life::{CampaignState, Grounds, Step, stands_on, step};
pub use merge::{Joined, Merging, Stay, plan as plan_merger, united};

use crate::ids::{CampaignId, OwnerId};
use crate::refusal::{FieldFault, Refusal};
use crate::text;
use jiff::Timestamp;
use jiff::civil::Date;

/// What sort of inspection a campaign is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CampaignKind {
    /// Kiểm tra công vụ.
    CivilService,
    /// Kiểm tra chuyên đề.
    Thematic,
    /// Kiểm tra cải cách hành chính.
    Reform,
    /// Kiểm tra liên ngành.
    Joint,
    /// Giám sát, by an elected or a party body.
    Supervision,
}

impl CampaignKind {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::CivilService, Self::Thematic, Self::Reform, Self::Joint, Self::Supervision];

    /// As stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CivilService => "civil_service",
            Self::Thematic => "thematic",
            Self::Reform => "reform",
            Self::Joint => "joint",
            Self::Supervision => "supervision",
        }
    }

    /// Reads a stored or sent kind.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Everything under one plan or decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Campaign {
    /// Its id.
    pub id: CampaignId,
    /// Whose it is.
    pub owner: OwnerId,
    /// Title.
    pub title: String,
    /// Kind.
    pub kind: CampaignKind,
    /// What is looked at.
    pub topics: Vec<String>,
    /// First day of the fieldwork, where planned.
    pub period_from: Option<Date>,
    /// Last day of the fieldwork, where planned.
    pub period_to: Option<Date>,
    /// What it is to achieve.
    pub goals: Vec<String>,
    /// First year its plan is for.
    pub year_from: Option<i16>,
    /// Last year its plan is for; `None` beside a first year means the following years too.
    pub year_to: Option<i16>,
    /// First day of the period that is looked back on, which is not when the visits are made.
    pub review_from: Option<Date>,
    /// Last day of the period that is looked back on.
    pub review_to: Option<Date>,
    /// With which campaign it was joined.
    pub merged_into: Option<CampaignId>,
    /// Where it stands.
    pub state: CampaignState,
    /// Date of its first plan.
    pub plan_date: Option<Date>,
    /// Date of its first decision; no visit is made before it.
    pub decision_date: Option<Date>,
    /// Date of its first conclusion notice.
    pub notice_date: Option<Date>,
    /// Counts changes, for `If-Match`.
    pub version: i32,
    /// When it was entered.
    pub created_at: Timestamp,
}

/// Warning: the team was decided before there was a plan.
pub const DECISION_BEFORE_PLAN: &str = "decision_before_plan";
/// Every warning.
pub const WARNINGS: [&str; 1] = [DECISION_BEFORE_PLAN];

/// Warnings about what is allowed and still worth a look, out of [`WARNINGS`].
#[must_use]
pub fn warnings(plan: Option<Date>, decision: Option<Date>) -> Vec<&'static str> {
    match (plan, decision) {
        (Some(plan), Some(decision)) if decision < plan => vec![DECISION_BEFORE_PLAN],
        _ => Vec::new(),
    }
}

/// What somebody says a campaign is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// Title.
    pub title: String,
    /// What is looked at.
    pub topics: Vec<String>,
    /// What it is to achieve.
    pub goals: Vec<String>,
    /// First and last year its plan is for.
    pub years: (Option<i16>, Option<i16>),
    /// First and last day of the fieldwork.
    pub period: (Option<Date>, Option<Date>),
    /// First and last day of the period that is looked back on.
    pub review: (Option<Date>, Option<Date>),
}

/// Most topics, and most goals, of a campaign: those of several that were joined among them.
const MOST_LINES: usize = 100;

fn lines(all: &[String], at: &str, faults: &mut Vec<FieldFault>) -> Vec<String> {
    if all.len() > MOST_LINES {
        faults.push(FieldFault::new(at, "campaign.topics", format!("at most {MOST_LINES} lines")));
    }
    let mut kept = Vec::new();
    for (place, line) in all.iter().take(MOST_LINES).enumerate() {
        match text::required(line, 200) {
            Ok(line) => kept.push(line),
            Err(why) => faults.push(FieldFault::new(format!("{at}/{place}"), "text.refused", why)),
        }
    }
    kept
}

/// Checks a span of days that may be open on both sides.
pub(crate) fn days_fit(
    (from, to): (Option<Date>, Option<Date>),
    names: [&str; 2],
    faults: &mut Vec<FieldFault>,
) {
    for (at, day) in names.into_iter().zip([from, to]) {
        if day.is_some_and(|day| !(1945..=2100).contains(&day.year())) {
            faults.push(FieldFault::new(at, "date.out-of-range", "is not between the years 1945 and 2100"));
        }
    }
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        let [_, at] = names;
        faults.push(FieldFault::new(at, "campaign.period", "ends before it begins"));
    }
}

impl Outline {
    /// Checks what is said; texts come back in NFC.
    ///
    /// # Errors
    /// `invalid` with every field that breaks a rule.
    pub fn checked(self) -> Result<Self, Refusal> {
        let mut faults = Vec::new();
        let title = text::required(&self.title, 300)
            .map_err(|why| faults.push(FieldFault::new("/title", "text.refused", why)))
            .unwrap_or_default();
        let topics = lines(&self.topics, "/topics", &mut faults);
        let goals = lines(&self.goals, "/goals", &mut faults);
        days_fit(self.period, ["/period_from", "/period_to"], &mut faults);
        days_fit(self.review, ["/review_from", "/review_to"], &mut faults);
        let (first, last) = self.years;
        for (at, year) in [("/year_from", first), ("/year_to", last)] {
            if year.is_some_and(|year| !(1945..=2100).contains(&year)) {
                faults.push(FieldFault::new(at, "date.out-of-range", "is not between 1945 and 2100"));
            }
        }
        let fault = match (first, last) {
            (None, Some(_)) => Some("has no first year before it"),
            (Some(first), Some(last)) if last < first => Some("lies before the first year"),
            _ => None,
        };
        faults.extend(fault.map(|why| FieldFault::new("/year_to", "campaign.period", why)));
        if faults.is_empty() {
            Ok(Self { title, topics, goals, ..self })
        } else {
            Err(Refusal::invalid(faults))
        }
    }
}

#[cfg(test)]
mod tests;
