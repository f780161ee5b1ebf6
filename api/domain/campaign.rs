//! Under what order people inspect: campaigns, their plans and decisions, the life of a campaign.

use crate::ids::{CampaignId, DocumentId, OwnerId};
use crate::refusal::{FieldFault, Kind, Refusal};
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

/// Where a campaign stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CampaignState {
    /// Being written.
    Draft,
    /// Before the authority.
    Submitted,
    /// The plan is approved.
    Approved,
    /// A decision names the team; visits may be made.
    Active,
    /// No more visits.
    FieldworkClosed,
    /// The conclusion notice is out.
    Concluded,
    /// Every action is done, withdrawn or carried over.
    Closed,
    /// Given up before it was approved.
    Cancelled,
}

impl CampaignState {
    /// Every state, in the order of a life.
    pub const ALL: [Self; 8] = [
        Self::Draft,
        Self::Submitted,
        Self::Approved,
        Self::Active,
        Self::FieldworkClosed,
        Self::Concluded,
        Self::Closed,
        Self::Cancelled,
    ];

    /// As stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Approved => "approved",
            Self::Active => "active",
            Self::FieldworkClosed => "fieldwork_closed",
            Self::Concluded => "concluded",
            Self::Closed => "closed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads a stored or sent state.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether nothing will happen under it any more.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Closed | Self::Cancelled)
    }

    /// Whether title, topics, period, documents and teams may still change.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Submitted | Self::Approved | Self::Active)
    }
}

/// What moves a campaign on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Put it before the authority.
    Submit,
    /// Approve the plan.
    Approve,
    /// Begin the fieldwork on a decision.
    Activate,
    /// End the fieldwork.
    CloseFieldwork,
    /// The notice is out.
    Conclude,
    /// Everything is settled.
    Close,
    /// Give it up.
    Cancel,
}

/// Plan or decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// Kế hoạch: opens the campaign.
    Plan,
    /// Quyết định: sets up the team.
    Decision,
}

impl DocumentKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Plan, Self::Decision];

    /// As stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Decision => "decision",
        }
    }

    /// Reads a stored or sent kind.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Number and symbol of an official document, and how they were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentNumber {
    /// As written, NFC, without the word "Số:": `133/KH-UBND`.
    pub written: String,
    /// 133.
    pub number: i32,
    /// Everything that says which series it is, with the year where it is written: `KH-UBND`, `2025/QĐ-UBND`.
    pub symbol: String,
}

impl DocumentNumber {
    /// Reads what stands behind "Số:".
    ///
    /// State bodies write `133/KH-UBND`, with the year for normative documents `01/2025/QĐ-UBND`; party bodies write
    /// `11-HD/HU`. The number is what comes before the first `/` or `-`.
    ///
    /// # Errors
    /// What is wrong, in a sentence.
    pub fn parse(raw: &str) -> Result<Self, String> {
        let text = text::required(raw, 60).map_err(|why| why.to_string())?;
        let written =
            text.strip_prefix("Số").map_or(text.as_str(), |t| t.trim_start_matches([':', ' '])).trim();
        let form = "is not of the form 133/KH-UBND, 01/2025/QĐ-UBND or 11-HD/HU";
        let (digits, symbol) = written.split_once(['/', '-']).ok_or(form)?;
        let digits = digits.trim();
        if digits.is_empty() || digits.len() > 7 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(form.to_owned());
        }
        let number = digits.parse::<i32>().ok().filter(|n| *n > 0).ok_or(form)?;
        let symbol = symbol.trim();
        let clean = |c: char| c.is_alphanumeric() || matches!(c, '/' | '-' | '&' | '.');
        let starts_well = symbol.chars().next().is_some_and(char::is_alphanumeric);
        if !starts_well || !symbol.chars().any(char::is_alphabetic) || !symbol.chars().all(clean) {
            return Err(form.to_owned());
        }
        Ok(Self { written: written.to_owned(), number, symbol: symbol.to_uppercase() })
    }
}

/// A plan or a decision, kept as issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its id.
    pub id: DocumentId,
    /// Plan or decision.
    pub kind: DocumentKind,
    /// Number and symbol.
    pub number: DocumentNumber,
    /// Who issued it: `UBND huyện Nông Sơn`.
    pub issuer: String,
    /// The day on it.
    pub issued_on: Date,
    /// What it is about.
    pub title: String,
}

impl Document {
    /// Checks a document somebody enters.
    ///
    /// # Errors
    /// `invalid` with every field that breaks a rule.
    pub fn checked(
        id: DocumentId,
        kind: &str,
        number: &str,
        issuer: &str,
        issued_on: Date,
        title: &str,
    ) -> Result<Self, Refusal> {
        let mut faults = Vec::new();
        let mut fault = |at: &str, code: &str, why: String| faults.push(FieldFault::new(at, code, why));
        let kind = DocumentKind::parse(kind);
        if kind.is_none() {
            fault("/kind", "document.kind-unknown", "is neither plan nor decision".to_owned());
        }
        let number =
            DocumentNumber::parse(number).map_err(|why| fault("/number", "document.number", why)).ok();
        let issuer =
            text::required(issuer, 200).map_err(|why| fault("/issuer", "text.refused", why.to_string())).ok();
        let title =
            text::optional(title, 500).map_err(|why| fault("/title", "text.refused", why.to_string())).ok();
        if !(1945..=2100).contains(&issued_on.year()) {
            fault("/issued_on", "document.date", "is not between 1945 and 2100".to_owned());
        }
        match (kind, number, issuer, title) {
            (Some(kind), Some(number), Some(issuer), Some(title)) if faults.is_empty() => {
                Ok(Self { id, kind, number, issuer, issued_on, title })
            }
            _ => Err(Refusal::invalid(faults)),
        }
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
    /// Where it stands.
    pub state: CampaignState,
    /// Date of its first plan.
    pub plan_date: Option<Date>,
    /// Date of its first decision; no visit is made before it.
    pub decision_date: Option<Date>,
    /// Counts changes, for `If-Match`.
    pub version: i32,
    /// When it was entered.
    pub created_at: Timestamp,
}

/// What a campaign rests on, as far as its next step goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grounds {
    /// Date of its plan.
    pub plan: Option<Date>,
    /// Date of its decision.
    pub decision: Option<Date>,
    /// Whether a team with a lead is named.
    pub team: bool,
}

fn refused(code: &'static str, detail: impl Into<String>) -> Refusal {
    Refusal::new(Kind::Conflict, code, detail)
}

/// The state a step leads to.
///
/// # Errors
/// `campaign.state` where the step does not go from here, `campaign.no-plan`, `campaign.no-decision`,
/// `campaign.no-team`.
pub fn step(from: CampaignState, step: Step, grounds: Grounds) -> Result<CampaignState, Refusal> {
    use CampaignState::{Active, Approved, Cancelled, Closed, Concluded, Draft, FieldworkClosed, Submitted};
    match (from, step) {
        (Draft, Step::Submit) => Ok(Submitted),
        // A standing decision carries surprise work without a plan of its own.
        (Submitted, Step::Approve) if grounds.plan.is_none() && grounds.decision.is_none() => {
            Err(refused("campaign.no-plan", "Enter the plan, or a standing decision, before approving."))
        }
        (Submitted, Step::Approve) => Ok(Approved),
        (Approved, Step::Activate) if grounds.decision.is_none() => {
            Err(refused("campaign.no-decision", "Enter the decision that sets up the team first."))
        }
        (Approved, Step::Activate) if !grounds.team => {
            Err(refused("campaign.no-team", "Name a team with its lead first."))
        }
        (Approved, Step::Activate) => Ok(Active),
        (Active, Step::CloseFieldwork) => Ok(FieldworkClosed),
        (FieldworkClosed, Step::Conclude) => Ok(Concluded),
        (Concluded, Step::Close) => Ok(Closed),
        (Draft | Submitted, Step::Cancel) => Ok(Cancelled),
        _ => Err(refused(
            "campaign.state",
            format!("A campaign that is {} does not take this step.", from.as_str()),
        )),
    }
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

/// Checks title, topics and period of a campaign; topics and title come back in NFC.
///
/// # Errors
/// `invalid` with every field that breaks a rule.
pub fn outline(
    title: &str,
    topics: &[String],
    period: (Option<Date>, Option<Date>),
) -> Result<(String, Vec<String>), Refusal> {
    let mut faults = Vec::new();
    let title = text::required(title, 300)
        .map_err(|why| faults.push(FieldFault::new("/title", "text.refused", why)))
        .unwrap_or_default();
    if topics.len() > 30 {
        faults.push(FieldFault::new("/topics", "campaign.topics", "at most 30 topics"));
    }
    let mut kept = Vec::new();
    for (place, topic) in topics.iter().take(30).enumerate() {
        match text::required(topic, 200) {
            Ok(topic) => kept.push(topic),
            Err(why) => faults.push(FieldFault::new(format!("/topics/{place}"), "text.refused", why)),
        }
    }
    for (at, day) in [("/period_from", period.0), ("/period_to", period.1)] {
        if day.is_some_and(|day| !(1945..=2100).contains(&day.year())) {
            faults.push(FieldFault::new(at, "date.out-of-range", "is not between the years 1945 and 2100"));
        }
    }
    if let (Some(from), Some(to)) = period
        && to < from
    {
        faults.push(FieldFault::new("/period_to", "campaign.period", "ends before it begins"));
    }
    if faults.is_empty() { Ok((title, kept)) } else { Err(Refusal::invalid(faults)) }
}

#[cfg(test)]
mod tests;
