//! A finding as the API shows it.

use crate::domain::finding::{
    Explanation, Finding, Kind, Outcome, Precision, Seen, Severity, State, Substantiation, Verification,
};
use crate::domain::unit::lineage::Holder;
use crate::http::headers;
use crate::http::vocabulary;
use actix_web::{HttpResponse, HttpResponseBuilder};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Something a visit found: not as it should be, or a strength.
#[derive(Serialize, ToSchema)]
#[schema(as = Finding, example = json!({
    "id": "3f0a7b1c-5d2e-4a9b-8c6d-7e1f2a3b4c5d", "owner": "0a7c2f0e-3b0d-4a53-8f0a-5f0a3c6b9d21",
    "campaign": "c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33", "visit": "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11",
    "unit": "d4c3b2a1-0f9e-4d8c-b7a6-958473625140", "unit_path": "Xã Minh Quang, huyện Lâm Bình, tỉnh Tuyên Quang",
    "held_by": null, "kind": "finding", "item": "OSS-D02", "template_version": "9c8b7a69-5847-4362-9150-4f3e2d1c0b9a",
    "category": null, "statement": "Niêm yết đầy đủ thủ tục hành chính?", "severity": "violation", "critical": true,
    "root_cause": null, "inspected_at": "2026-03-20T01:04:11Z", "precision": "instant",
    "reported_at": "2026-03-20T04:30:00Z", "state": "confirmed", "repeat_of": null, "repeat_count": 0,
    "dismissed_because": null, "explain_by": null, "explanation": null, "earlier_explanations": [],
    "hearsay": false,
    "substantiation": null, "verification": null, "re_inspection": null, "no_action_because": null, "referral": null, "linked": [],
    "photos": ["01960e2c-7b3a-7c4d-8e5f-60718293a4b5"], "procedures": [],
    "legal_basis": ["Nghị định 118/2025/NĐ-CP"], "version": 2
}))]
pub struct FindingView {
    id: Uuid,
    /// Whose campaign.
    owner: Uuid,
    /// Under which campaign.
    campaign: Uuid,
    /// At which visit.
    visit: Uuid,
    /// At which unit.
    unit: Uuid,
    /// Its printed path on that day.
    unit_path: String,
    /// Who stands in its place now, where it ended as a whole and the finding is open; `null` where it stands for
    /// itself, and where it was divided: then a person decides.
    held_by: Option<HolderView>,
    /// A shortfall or a strength.
    #[schema(value_type = vocabulary::FindingKind)]
    kind: Kind,
    /// The item it is about.
    item: Option<String>,
    /// Of which checklist.
    template_version: Option<Uuid>,
    /// What it is about, where no item asks.
    category: Option<String>,
    /// What was found.
    statement: String,
    /// How grave; `null` for a strength.
    #[schema(value_type = Option<vocabulary::Severity>)]
    severity: Option<Severity>,
    /// Whether it is critical.
    critical: bool,
    /// Why it is so.
    root_cause: Option<String>,
    /// When it was seen; `null` where only a period is known.
    inspected_at: Option<Timestamp>,
    /// How well that is known.
    #[schema(value_type = vocabulary::MomentPrecision)]
    precision: Precision,
    /// When it was entered.
    reported_at: Timestamp,
    /// Where it is in its life.
    #[schema(value_type = vocabulary::FindingState)]
    state: State,
    /// The finding it repeats.
    repeat_of: Option<Uuid>,
    /// How often it was found again.
    repeat_count: i32,
    /// Whether it rests on what people said, and is verified before the lead may confirm it.
    hearsay: bool,
    /// What bore that out; `null` before that.
    substantiation: Option<SubstantiationView>,
    /// Why it was dismissed.
    dismissed_because: Option<String>,
    /// The last day on which the unit may explain.
    explain_by: Option<Date>,
    /// What the unit said last.
    explanation: Option<ExplanationView>,
    /// What it had said before, oldest first.
    earlier_explanations: Vec<ExplanationView>,
    /// What came of verifying that.
    verification: Option<VerificationView>,
    /// What the last re-inspection saw.
    re_inspection: Option<SeenView>,
    /// Why no action is needed.
    no_action_because: Option<String>,
    /// Number of a procedure outside the system.
    referral: Option<String>,
    /// Findings that belong together with it; each names this one, too.
    linked: Vec<Uuid>,
    /// Held photos that show it: those its team declared for it and those of its item at the visit, in order of capture, 50
    /// of either at most. What the unit replies with stands in its explanation.
    photos: Vec<Uuid>,
    /// Administrative procedures it is about.
    procedures: Vec<String>,
    /// Laws, decrees and decisions on which its item rests, those that held on the day of the visit.
    legal_basis: Vec<String>,
    /// For `If-Match`.
    version: i32,
}

/// Who stands in the place of a unit that ended and went to it as a whole.
#[derive(Serialize, ToSchema)]
#[schema(as = Holder, example = json!({ "unit": "6f5e4d3c-2b1a-4908-87f6-e5d4c3b2a190",
    "path": "Cơ quan Ủy ban kiểm tra - Thanh tra huyện Lâm Bình, tỉnh Tuyên Quang" }))]
pub struct HolderView {
    /// Which unit.
    unit: Uuid,
    /// Its printed path on the day.
    path: String,
}

impl From<&Holder> for HolderView {
    fn from(at: &Holder) -> Self {
        Self { unit: at.unit.0, path: at.path.clone() }
    }
}

/// What the unit says to a finding.
#[derive(Serialize, ToSchema)]
#[schema(as = Explanation)]
pub struct ExplanationView {
    /// Its words.
    text: String,
    /// Its own evidence: photos.
    photos: Vec<Uuid>,
    /// Its own evidence: papers.
    papers: Vec<String>,
    /// Who spoke for it.
    by: Uuid,
    /// When.
    at: Timestamp,
    /// Whether the last day for it was over by then.
    late: bool,
}

impl From<&Explanation> for ExplanationView {
    fn from(said: &Explanation) -> Self {
        Self {
            text: said.text.clone(),
            photos: said.photos.iter().map(|id| id.0).collect(),
            papers: said.papers.clone(),
            by: said.by.0,
            at: said.at,
            late: said.late,
        }
    }
}

/// What bore out what people said.
#[derive(Serialize, ToSchema)]
#[schema(as = Substantiation)]
pub struct SubstantiationView {
    /// What was done and what it showed.
    text: String,
    /// Papers, by name.
    papers: Vec<String>,
    /// Who verified.
    by: Uuid,
    /// When.
    at: Timestamp,
}

impl From<&Substantiation> for SubstantiationView {
    fn from(of: &Substantiation) -> Self {
        Self { text: of.text.clone(), papers: of.papers.clone(), by: of.by.0, at: of.at }
    }
}

/// What came of verifying an explanation.
#[derive(Serialize, ToSchema)]
#[schema(as = FindingVerification)]
pub struct VerificationView {
    /// Whether the finding stands.
    upheld: bool,
    /// Why.
    reason: String,
    /// Who verified.
    by: Uuid,
    /// When.
    at: Timestamp,
}

impl From<&Verification> for VerificationView {
    fn from(of: &Verification) -> Self {
        Self { upheld: of.upheld, reason: of.reason.clone(), by: of.by.0, at: of.at }
    }
}

/// What a re-inspection saw of a finding.
#[derive(Serialize, ToSchema)]
#[schema(as = SeenAgain)]
pub struct SeenView {
    /// The re-inspection: the proof.
    visit: Uuid,
    /// What it saw.
    #[schema(value_type = vocabulary::ReInspectionOutcome)]
    outcome: Outcome,
    /// In words.
    note: String,
    /// When it was recorded.
    at: Timestamp,
}

impl From<&Seen> for SeenView {
    fn from(seen: &Seen) -> Self {
        Self { visit: seen.visit.0, outcome: seen.outcome, note: seen.note.clone(), at: seen.at }
    }
}

impl From<&Finding> for FindingView {
    fn from(f: &Finding) -> Self {
        let story = &f.story;
        Self {
            id: f.id.0,
            owner: f.owner.0,
            campaign: f.campaign.0,
            visit: f.visit.0,
            unit: f.unit.0,
            unit_path: f.unit_path.clone(),
            held_by: f.held_by.as_ref().map(Into::into),
            kind: f.kind,
            item: f.item.clone(),
            template_version: f.template_version.map(|id| id.0),
            category: f.category.clone(),
            statement: f.statement.clone(),
            severity: f.severity,
            critical: f.critical,
            root_cause: f.root_cause.clone(),
            inspected_at: f.inspected.at,
            precision: f.inspected.precision,
            reported_at: f.reported_at,
            state: f.state,
            repeat_of: f.repeat_of.map(|id| id.0),
            repeat_count: f.repeat_count,
            hearsay: story.hearsay,
            substantiation: story.substantiation.as_ref().map(Into::into),
            dismissed_because: story.dismissed_because.clone(),
            explain_by: story.explain_by,
            explanation: story.explanation.as_ref().map(Into::into),
            earlier_explanations: story.earlier_explanations.iter().map(Into::into).collect(),
            verification: story.verification.as_ref().map(Into::into),
            re_inspection: story.re_inspection.as_ref().map(Into::into),
            no_action_because: story.no_action_because.clone(),
            referral: story.referral.clone(),
            linked: f.linked.iter().map(|id| id.0).collect(),
            photos: f.photos.iter().map(|id| id.0).collect(),
            procedures: story.procedures.clone(),
            legal_basis: f.legal_basis.clone(),
            version: f.version,
        }
    }
}

/// A finding with its version as ETag.
pub(super) fn answer(mut with: HttpResponseBuilder, view: &FindingView) -> HttpResponse {
    with.insert_header(headers::etag(view.version)).json(view)
}
