//! Findings: what was not as it should be, and what was good; how they are born, confirmed, explained and closed.

mod reply;
mod state;
mod story;

pub use state::{Move, Step, take};
pub use story::{Explanation, Seen, Story, Substantiation, Verification};

use crate::ids::{
    AccountId, CampaignId, FindingId, OwnerId, PhotoId, TeamId, TemplateVersionId, UnitId, VisitId,
};
use crate::moment::{to_micros, vietnam_day};
use crate::refusal::{Kind as Family, Refusal};
use crate::response::{Answer, Response};
use crate::score::{Standing, standings};
use crate::template::{Item, Occasion, ResponseType};
use crate::text;
use crate::unit::lineage::Holder;
use crate::visit::{AskedList, rule};
use jiff::Timestamp;

/// Most characters of a statement, a cause, an explanation or a reason.
pub const MOST_TEXT: usize = 4000;
/// Most photos named in an explanation.
pub const MOST_PHOTOS: usize = 50;
/// Most procedures named in one.
pub const MOST_PROCEDURES: usize = 100;
/// Most findings linked to one.
pub const MOST_LINKS: usize = 50;

words! {
    /// What a finding says.
    Kind {
        /// Not as it should be (tồn tại, hạn chế).
        Shortfall = "finding",
        /// Good, and worth telling (ưu điểm).
        Strength = "strength",
    }
}

words! {
    /// How grave it is.
    Severity {
        /// Tồn tại, hạn chế.
        Shortcoming = "shortcoming",
        /// Khuyết điểm.
        Defect = "defect",
        /// Vi phạm.
        Violation = "violation",
    }
}

words! {
    /// Where a finding is in its life.
    State {
        /// Proposed; nobody has decided.
        Candidate = "candidate",
        /// The lead stands by it.
        Confirmed = "confirmed",
        /// The lead does not.
        Dismissed = "dismissed",
        /// Nobody had decided when the answer that gave rise to it was corrected, and is fine.
        Lapsed = "lapsed",
        /// The unit is asked to explain.
        ExplanationRequested = "explanation_requested",
        /// The unit has explained.
        Explained = "explained",
        /// It stands after the explanation was verified.
        Upheld = "upheld",
        /// The explanation was right.
        Withdrawn = "withdrawn",
        /// Somebody was told to remedy it.
        ActionOpen = "action_open",
        /// Each of its actions is verified.
        Remedied = "remedied",
        /// Done with.
        Closed = "closed",
    }
}

words! {
    /// How well it is known when it was so.
    Precision {
        /// At that moment.
        Instant = "instant",
        /// On that day.
        Day = "day",
        /// Some time in a period; there is no moment.
        Period = "period",
    }
}

words! {
    /// What a re-inspection saw of an earlier finding.
    Outcome {
        /// Gone.
        Fixed = "fixed",
        /// Better, not gone.
        PartlyFixed = "partly_fixed",
        /// As before: a repeated finding is opened.
        NotFixed = "not_fixed",
        /// The question does not arise any more.
        NoLongerApplicable = "no_longer_applicable",
    }
}

words! {
    /// Who judged an item.
    Assessor {
        /// The inspecting team.
        Team = "team",
        /// The unit itself.
        Own = "self",
        /// The executive above it (UBND).
        Executive = "executive",
        /// An elected body (HĐND).
        ElectedBody = "elected_body",
    }
}

words! {
    /// What somebody says of an item.
    Judgement {
        /// Fine.
        Pass = "pass",
        /// Partly.
        Partial = "partial",
        /// Not fine.
        Fail = "fail",
    }
}

impl State {
    /// Whether the lead stood by it and it is neither withdrawn nor closed.
    #[must_use]
    pub fn is_open(self) -> bool {
        use State::{ActionOpen, Confirmed, Explained, ExplanationRequested, Remedied, Upheld};
        matches!(self, Confirmed | ExplanationRequested | Explained | Upheld | ActionOpen | Remedied)
    }

    /// Whether the lead stood by it at some time, whatever became of it since.
    #[must_use]
    pub fn was_confirmed(self) -> bool {
        !matches!(self, Self::Candidate | Self::Dismissed | Self::Lapsed)
    }

    /// Whether the unit was asked to explain and has not.
    #[must_use]
    pub fn awaits_the_unit(self) -> bool {
        self == Self::ExplanationRequested
    }

    /// Those that the lead stood by at some time, as stored: for queries.
    #[must_use]
    pub fn once_confirmed() -> Vec<&'static str> {
        Self::ALL.iter().filter(|state| state.was_confirmed()).map(|state| state.as_str()).collect()
    }

    /// Those that the lead stood by and that were not withdrawn, as stored: for queries.
    #[must_use]
    pub fn standing() -> Vec<&'static str> {
        Self::once_confirmed().into_iter().filter(|state| *state != Self::Withdrawn.as_str()).collect()
    }

    /// The open ones, as stored: for queries.
    #[must_use]
    pub fn open() -> Vec<&'static str> {
        Self::ALL.iter().filter(|state| state.is_open()).map(|state| state.as_str()).collect()
    }
}

/// When something was seen, as well as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inspected {
    /// The moment; `None` with precision "period".
    pub at: Option<Timestamp>,
    /// How well it is known.
    pub precision: Precision,
}

impl Inspected {
    /// Checks that moment and precision agree, and that it lies between the local day on which the team came and `latest`:
    /// now, by a phone's clock that may be fast.
    ///
    /// # Errors
    /// `finding.inspected-at`.
    pub fn checked(
        at: Option<Timestamp>,
        precision: Precision,
        (came, latest): (Timestamp, Timestamp),
    ) -> Result<Self, Refusal> {
        let is_at_visit = |at: Timestamp| vietnam_day(at) >= vietnam_day(came) && at <= latest;
        if at.is_some_and(|at| !is_at_visit(at)) {
            let day = vietnam_day(came);
            let detail =
                format!("What a visit saw was seen between the day on which the team came ({day}) and now.");
            return Err(rule("finding.inspected-at", "/inspected_at", &detail));
        }
        if at.is_none() == (precision == Precision::Period) {
            return Ok(Self { at: at.map(to_micros), precision });
        }
        let detail = "A period has no moment; anything else has one.";
        Err(rule("finding.inspected-at", "/inspected_at", detail))
    }
}

/// Something a visit found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Random: tells neither time nor number.
    pub id: FindingId,
    /// Whose campaign.
    pub owner: OwnerId,
    /// Under which campaign.
    pub campaign: CampaignId,
    /// At which visit.
    pub visit: VisitId,
    /// Which team stands by it.
    pub team: TeamId,
    /// At which unit.
    pub unit: UnitId,
    /// Every unit above it on the day of the visit, nearest first.
    pub unit_ancestors: Vec<UnitId>,
    /// The unit's printed path on that day.
    pub unit_path: String,
    /// Shortfall or strength.
    pub kind: Kind,
    /// The item it is about; `None` for a free one.
    pub item: Option<String>,
    /// Whether the item's answer gave rise to it; otherwise somebody proposed it.
    pub born: bool,
    /// Of which checklist.
    pub template_version: Option<TemplateVersionId>,
    /// Of a free one: what it is about.
    pub category: Option<String>,
    /// What was found.
    pub statement: String,
    /// How grave; strengths have none.
    pub severity: Option<Severity>,
    /// Whether it is critical.
    pub critical: bool,
    /// Why it is so (nguyên nhân).
    pub root_cause: Option<String>,
    /// When it was seen.
    pub inspected: Inspected,
    /// When it was entered.
    pub reported_at: Timestamp,
    /// Where it is in its life.
    pub state: State,
    /// The finding it repeats.
    pub repeat_of: Option<FindingId>,
    /// How often it was found again: 0 the first time.
    pub repeat_count: i32,
    /// What became of it.
    pub story: Story,
    /// Who entered it.
    pub proposed_by: AccountId,
    /// Who a person said answers for it, where the unit was divided.
    pub handed_to: Option<UnitId>,
    /// Who stands in the unit's place now, where it ended and the finding is open, or a person named them. Read, never
    /// stored.
    pub held_by: Option<Holder>,
    /// Findings that belong together with it, seen from either. Kept beside it.
    pub linked: Vec<FindingId>,
    /// Held photos that show it: those the team declared for it, and those of its item at its visit, 50 of either at most.
    /// Read, never stored.
    pub photos: Vec<PhotoId>,
    /// Laws, decrees and decisions behind its item, those that hold on the day of the visit. Read, never stored.
    pub legal_basis: Vec<String>,
    /// For `If-Match`.
    pub version: i32,
}

/// A finding that an item gives rise to.
#[derive(Clone, Debug, PartialEq)]
pub struct Birth {
    /// Of which checklist.
    pub template_version: TemplateVersionId,
    /// Which item.
    pub item: String,
    /// The question that was not answered well.
    pub statement: String,
    /// How grave, until the lead says otherwise.
    pub severity: Severity,
    /// Whether the item is critical.
    pub critical: bool,
    /// Whether the item asks for what people said.
    pub hearsay: bool,
}

/// The findings that the answers of a visit give rise to, in the order of its checklists: one for each item that is asked
/// and earned less than everything. The one place that decides it.
#[must_use]
pub fn born_of(lists: &[AskedList], answers: &[Response], occasion: Occasion) -> Vec<Birth> {
    let asked = lists.iter().flat_map(|list| {
        standings(list, answers, occasion).into_iter().map(move |(item, standing)| (list, item, standing))
    });
    let answer_to = |list: &AskedList, item: &Item| {
        answers.iter().find(|a| a.template_version == list.version && a.item == item.code)
    };
    asked
        .filter(|(.., standing)| matches!(standing, Standing::Judged(judgement) if judgement.is_failing()))
        .map(|(list, item, _)| Birth {
            template_version: list.version,
            item: item.code.clone(),
            statement: answer_to(list, item)
                .map_or_else(|| item.question.vi.clone(), |answer| stated(item, &answer.answer)),
            severity: if item.critical { Severity::Violation } else { Severity::Shortcoming },
            critical: item.critical,
            hearsay: item.hearsay,
        })
        .collect()
}

/// The question that was not answered well, with what is missing where that was named.
fn stated(item: &Item, answer: &Answer) -> String {
    let (ResponseType::Count { parts, .. }, Answer::Count { missing, .. }) = (&item.response, answer) else {
        return item.question.vi.clone();
    };
    let labels: Vec<&str> = parts
        .iter()
        .filter(|part| missing.contains(&part.value))
        .map(|part| part.label.vi.as_str())
        .collect();
    match labels.as_slice() {
        [] => item.question.vi.clone(),
        _ => format!("{} Thiếu: {}.", item.question.vi, labels.join("; ")),
    }
}

/// Reads a sentence of somebody's.
///
/// # Errors
/// `finding.text`, blaming `pointer`.
pub fn said(raw: &str, pointer: &str) -> Result<String, Refusal> {
    text::required(raw, MOST_TEXT).map_err(|why| rule("finding.text", pointer, &format!("The text {why}.")))
}

/// Reads a sentence that may be missing.
///
/// # Errors
/// As [`said`].
pub fn said_if(raw: Option<&str>, pointer: &str) -> Result<Option<String>, Refusal> {
    raw.map(|raw| said(raw, pointer)).transpose()
}

/// Reads the number of a procedure outside the system: a number and symbol as written, no story.
///
/// # Errors
/// `finding.referral`.
pub fn referral(raw: &str) -> Result<String, Refusal> {
    let number = text::required(raw, 60)
        .ok()
        .filter(|number| number.chars().any(|c| c.is_ascii_digit()) && !number.contains(char::is_whitespace));
    let detail = "A referral is a number as written, such as 12/QĐ-UBND; nothing of the procedure itself.";
    number.ok_or_else(|| rule("finding.referral", "/referral", detail))
}

/// Reads the procedures a finding is about, in the order they are told.
///
/// # Errors
/// `finding.procedures` for too many, for one twice, and for what is no name.
pub fn procedures(raw: &[String]) -> Result<Vec<String>, Refusal> {
    let mut told: Vec<String> = Vec::with_capacity(raw.len());
    for (n, one) in raw.iter().enumerate() {
        let name = text::required(one, 300).ok().filter(|name| !told.contains(name));
        let detail = "Name each procedure once, in up to 300 characters.";
        told.push(name.ok_or_else(|| rule("finding.procedures", &format!("/procedures/{n}"), detail))?);
    }
    if told.len() > MOST_PROCEDURES {
        return Err(rule("finding.procedures", "/procedures", "Name at most 100 procedures."));
    }
    Ok(told)
}

/// A percent with numerator and denominator, for rankings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// The part.
    pub part: u32,
    /// The whole.
    pub whole: u32,
}

impl Finding {
    /// Whether it rests on what people said, and nobody has verified that yet.
    #[must_use]
    pub fn awaits_verification(&self) -> bool {
        self.story.hearsay && self.story.substantiation.is_none()
    }

    /// Refuses to stand by what people said before it is verified.
    ///
    /// # Errors
    /// `finding.not-substantiated`.
    pub fn refuse_hearsay(&self) -> Result<(), Refusal> {
        if !self.awaits_verification() {
            return Ok(());
        }
        let detail =
            "This rests on what people said: somebody verifies it first (substantiate), or it is dismissed.";
        Err(Refusal::new(Family::Conflict, "finding.not-substantiated", detail))
    }

    /// The state it had before this re-inspection closed it; `None` where something else did, or nothing.
    #[must_use]
    pub fn before_closed_by(&self, visit: VisitId) -> Option<State> {
        let seen = self.story.re_inspection.as_ref()?;
        let closed_it = seen.visit == visit && seen.outcome != Outcome::PartlyFixed;
        seen.was.filter(|_| closed_it && self.state == State::Closed)
    }

    /// The unit that answers for it: where it was found, or whom a person named where that unit was divided.
    #[must_use]
    pub fn answering(&self) -> UnitId {
        self.handed_to.unwrap_or(self.unit)
    }
}

/// Somebody's judgement of an item, beside those of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// The item.
    pub item: String,
    /// What sort of body judged.
    pub assessor: Assessor,
    /// Its name as written; empty for the team and the unit itself.
    pub assessor_name: String,
    /// What it says.
    pub judgement: Judgement,
    /// In words; may be empty.
    pub note: String,
    /// Who entered it.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// Whether assessments of one item say different things.
#[must_use]
pub fn disagree(of_one_item: &[Assessment]) -> bool {
    of_one_item.windows(2).any(|pair| matches!(pair, [a, b] if a.judgement != b.judgement))
}

/// Refuses to record an outcome at a visit that is no re-inspection, or for a finding that another unit answers for. `units`
/// are the unit inspected and those that went to it as a whole by the day of the visit.
///
/// # Errors
/// `finding.not-re-inspected`.
pub fn seen_again_at(
    finding: &Finding,
    visit: &crate::visit::Visit,
    units: &[UnitId],
) -> Result<(), Refusal> {
    let same =
        visit.owner == finding.owner && units.contains(&finding.answering()) && visit.id != finding.visit;
    if visit.kind == crate::visit::Kind::ReInspection && same {
        return Ok(());
    }
    let detail = "Outcomes are recorded at a re-inspection of the same unit by the same owner.";
    Err(Refusal::new(Family::Conflict, "finding.not-re-inspected", detail))
}

#[cfg(test)]
mod tests;
