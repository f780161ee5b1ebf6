//! A visit as the API shows it.

use crate::domain::moment::DeviceMoment;
use crate::domain::response::Decimal;
use crate::domain::score::Ungraded;
use crate::domain::visit::{
    CheckIn, Figures, FrozenScore, Kind, Minutes, Ratio, Signature, State, TemplateFigures, Visit,
};
use crate::flows::visits::plan::Scheduled;
use crate::http::vocabulary;
use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, HttpResponseBuilder};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// One team at one unit once.
#[derive(Serialize, ToSchema)]
#[schema(as = Visit, example = json!({
    "id": "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11", "owner": "0a7c2f0e-3b0d-4a53-8f0a-5f0a3c6b9d21",
    "campaign": "c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33", "team": "5e2d8c71-9b3f-4e0a-8c6d-1f7a2b3c4d5e",
    "unit": "d4c3b2a1-0f9e-4d8c-b7a6-958473625140", "unit_version": "1f2e3d4c-5b6a-4978-8695-a4b3c2d1e0f9",
    "unit_path": "Xã Minh Quang, huyện Lâm Bình, tỉnh Tuyên Quang", "premises": null, "kind": "surprise", "secret": true,
    "state": "on_site", "sealed": false, "planned_start": "2026-03-20T01:00:00Z",
    "planned_end": "2026-03-20T10:00:00Z", "dispatched_at": "2026-03-19T13:30:00Z",
    "disclosed_at": "2026-03-20T01:04:12.5Z", "check_in": {
        "at": "2026-03-20T08:04:11+07:00", "latitude": 22.4871, "longitude": 105.2189, "accuracy_m": 8.0,
        "source": "gnss", "place": "inside", "distance_m": 0.0, "reasons": [], "in_working_time": true, "clock_skew_s": -1.5,
        "clock_off": false, "by": "2a9d7e64-1c5b-4f3e-8d2a-7b6c5d4e3f21", "received_at": "2026-03-20T01:04:12.5Z" },
    "submitted_at": null, "finalised_at": null, "ended_because": null, "unanswered_because": null, "round": null, "review_from": null,
    "review_to": null, "joined_into": null, "previous_visit": null, "minutes": null,
    "templates": ["9c8b7a69-5847-4362-9150-4f3e2d1c0b9a"], "version": 3,
    "created_by": "6f5e4d3c-2b1a-4098-8776-655443322110", "created_at": "2026-03-16T02:11:40Z", "warnings": []
}))]
pub struct VisitView {
    /// Random: tells neither time nor number.
    id: Uuid,
    /// Whose campaign it is.
    owner: Uuid,
    /// Under which campaign.
    campaign: Uuid,
    /// Which team goes.
    team: Uuid,
    /// In which round of the campaign, if in any.
    round: Option<Uuid>,
    /// Where to.
    unit: Uuid,
    /// The unit as it is on the planned day; `null` where the event that made it so was undone and there is no such
    /// unit on that day.
    unit_version: Option<Uuid>,
    /// Its printed path on that day.
    unit_path: String,
    /// The office, where one is known.
    premises: Option<Uuid>,
    /// How it comes.
    #[schema(value_type = vocabulary::VisitKind)]
    kind: Kind,
    /// Whether it comes as a surprise, sealed until it is disclosed.
    secret: bool,
    /// Where it is in its life.
    #[schema(value_type = vocabulary::VisitState)]
    state: State,
    /// Whether it is a surprise that is not disclosed yet.
    sealed: bool,
    /// When it is to begin.
    planned_start: Timestamp,
    /// When it is to end.
    planned_end: Timestamp,
    /// When the team was told.
    dispatched_at: Option<Timestamp>,
    /// When a surprise visit became known.
    disclosed_at: Option<Timestamp>,
    /// The check-in.
    check_in: Option<CheckInView>,
    /// When it was handed in.
    submitted_at: Option<Timestamp>,
    /// When it was taken as final.
    finalised_at: Option<Timestamp>,
    /// Why it was cancelled or aborted.
    ended_because: Option<String>,
    /// Why the lead left items without an answer, where some are.
    unanswered_because: Option<String>,
    /// First day of the period it looks back on; says nothing of when it was made.
    review_from: Option<Date>,
    /// Last day of that period.
    review_to: Option<Date>,
    /// With which visit it was joined when two campaigns became one.
    joined_into: Option<Uuid>,
    /// What it re-inspects.
    previous_visit: Option<Uuid>,
    /// Its minutes.
    minutes: Option<MinutesView>,
    /// Its checklists as template versions, in order.
    templates: Vec<Uuid>,
    /// For `If-Match`, as the ETag says it.
    version: i32,
    /// Who scheduled it.
    created_by: Uuid,
    /// When it was scheduled.
    created_at: Timestamp,
    /// What was worth a second look when it was planned. `overlapping_visit` is told only in the answer to scheduling,
    /// among the visits that are no secret to whoever schedules.
    #[schema(value_type = Vec<vocabulary::VisitWarning>)]
    warnings: Vec<String>,
}

/// When and where the team stood in the door.
#[derive(Serialize, ToSchema)]
#[schema(as = CheckIn)]
pub struct CheckInView {
    /// By the device's clock, with the device's offset.
    #[schema(format = DateTime)]
    at: String,
    /// Degrees north, WGS 84.
    latitude: Option<f64>,
    /// Degrees east, WGS 84.
    longitude: Option<f64>,
    /// Radius of the 68 % circle in metres.
    accuracy_m: Option<f64>,
    /// How the phone came to the position.
    #[schema(value_type = vocabulary::PositionSource)]
    source: crate::domain::place::PositionSource,
    /// Whether that is at the office.
    #[schema(value_type = vocabulary::PlaceVerdict)]
    place: crate::domain::place::Verdict,
    /// Metres to the premises.
    distance_m: Option<f64>,
    /// Why the verdict is what it is.
    #[schema(value_type = Vec<vocabulary::PlaceReason>)]
    reasons: Vec<String>,
    /// Whether the office works at that time, by our clock and its own calendar, Saturday mornings and holidays included;
    /// `null` for visits of before it was told.
    in_working_time: Option<bool>,
    /// Device clock minus ours when the request came, in seconds.
    clock_skew_s: f64,
    /// Whether that is more than five minutes.
    clock_off: bool,
    /// Who checked in.
    by: Uuid,
    /// When we received it.
    received_at: Timestamp,
}

impl From<&CheckIn> for CheckInView {
    fn from(c: &CheckIn) -> Self {
        Self {
            at: DeviceMoment { at: c.at, offset_s: c.offset_s }.rfc3339(),
            latitude: c.latitude,
            longitude: c.longitude,
            accuracy_m: c.accuracy_m,
            source: c.source,
            place: c.verdict,
            distance_m: c.distance_m,
            reasons: c.reasons.clone(),
            in_working_time: c.in_working_time,
            clock_skew_s: c.clock_skew_s,
            clock_off: c.clock_is_off(),
            by: c.by.0,
            received_at: c.received_at,
        }
    }
}

/// A part of a whole.
#[derive(Serialize, ToSchema)]
#[schema(as = Ratio, example = json!({ "numerator": 34, "denominator": 36, "percent": 94.44 }))]
pub struct RatioView {
    /// The part.
    numerator: u32,
    /// The whole.
    denominator: u32,
    /// With two decimals, half up; `null` of nothing.
    percent: Option<f64>,
}

impl From<Ratio> for RatioView {
    fn from(ratio: Ratio) -> Self {
        let percent = ratio.basis_points().and_then(|points| u32::try_from(points).ok());
        Self {
            numerator: ratio.numerator,
            denominator: ratio.denominator,
            percent: percent.map(|points| f64::from(points) / 100.0),
        }
    }
}

/// What a checklist came to when the minutes were drafted.
#[derive(Serialize, ToSchema)]
#[schema(as = FrozenScore, example = json!({ "points": 52, "weight": 71, "percent": 73.24,
    "grade": "needs_correction", "ungraded_because": null, "critical_failures": [] }))]
pub struct FrozenScoreView {
    /// Sum of weight times credit over the items that count.
    #[schema(value_type = f64)]
    points: Decimal,
    /// Sum of the weights that count.
    #[schema(value_type = f64)]
    weight: Decimal,
    /// With two decimals, half up; `null` where nothing counts.
    percent: Option<f64>,
    /// Code of the grade, after the cap of critical failures.
    grade: Option<String>,
    /// Why no grade is given; `null` as well in minutes of before it was told.
    #[schema(value_type = Option<vocabulary::UngradedReason>)]
    ungraded_because: Option<Ungraded>,
    /// Critical items that fail, in order.
    critical_failures: Vec<String>,
}

impl From<&FrozenScore> for FrozenScoreView {
    fn from(score: &FrozenScore) -> Self {
        Self {
            points: score.points,
            weight: score.weight,
            percent: score.basis_points.map(|points| f64::from(points) / 100.0),
            grade: score.grade.clone(),
            ungraded_because: score.ungraded_because,
            critical_failures: score.critical_failures.clone(),
        }
    }
}

/// Answers of one checklist, counted when the minutes were drafted.
#[derive(Serialize, ToSchema)]
#[schema(as = ChecklistFigures)]
pub struct FiguresView {
    /// Which version.
    template_version: Uuid,
    /// Its code.
    #[schema(example = "OSS")]
    code: String,
    /// How many items it has.
    items: u32,
    /// Answered and fine.
    pass: u32,
    /// Answered, partly fine.
    partial: u32,
    /// Answered, not fine.
    fail: u32,
    /// Does not apply.
    na: u32,
    /// Answered where nothing is judged.
    recorded: u32,
    /// Asked and not answered.
    unanswered: u32,
    /// Not asked of this unit, on this day or after these answers: no part of the other counts.
    not_asked: u32,
    /// What it came to; `null` in minutes of before scores were frozen.
    score: Option<FrozenScoreView>,
    /// How many of the judged items are fine.
    passed: RatioView,
    /// Items that are not fine, in the checklist's order.
    failing: Vec<String>,
}

impl From<&TemplateFigures> for FiguresView {
    fn from(f: &TemplateFigures) -> Self {
        Self {
            template_version: f.template_version.0,
            code: f.code.clone(),
            items: f.items,
            pass: f.pass,
            partial: f.partial,
            fail: f.fail,
            na: f.na,
            recorded: f.recorded,
            unanswered: f.unanswered,
            not_asked: f.not_asked,
            score: f.score.as_ref().map(FrozenScoreView::from),
            passed: f.passed().into(),
            failing: f.failing.clone(),
        }
    }
}

/// What one side said to the minutes.
#[derive(Serialize, ToSchema)]
#[schema(as = Signature)]
pub struct SignatureView {
    /// Which side.
    #[schema(value_type = vocabulary::SignatureSide)]
    side: crate::domain::visit::Side,
    /// What it said.
    #[schema(value_type = vocabulary::SignatureOutcome)]
    outcome: crate::domain::visit::Outcome,
    /// The objection, where there is one.
    objection: Option<String>,
    /// Why it refused.
    reason: Option<String>,
    /// Before whom it refused.
    witness: Option<String>,
    /// Printed name.
    #[schema(example = "Nguyễn Văn An")]
    signer_name: String,
    /// Printed position.
    #[schema(example = "Chủ tịch UBND xã")]
    signer_position: String,
    /// When it was signed, by the device's clock, where it says so. Neither time corrects the other.
    #[schema(format = DateTime)]
    signed_at: Option<String>,
    /// When the server heard of it.
    at: Timestamp,
}

impl From<&Signature> for SignatureView {
    fn from(s: &Signature) -> Self {
        Self {
            side: s.side,
            outcome: s.outcome,
            objection: s.objection.clone(),
            reason: s.reason.clone(),
            witness: s.witness.clone(),
            signer_name: s.signer_name.clone(),
            signer_position: s.signer_position.clone(),
            signed_at: s.signed_at.clone(),
            at: s.at,
        }
    }
}

/// Minutes (biên bản).
#[derive(Serialize, ToSchema)]
#[schema(as = Minutes)]
pub struct MinutesView {
    /// What the team wrote.
    text: String,
    /// SHA-256 of the text in hexadecimal: what the sides sign.
    text_sha256: String,
    /// Number and symbol of the paper, as written; `null` where room was left for them.
    #[schema(example = "05/BB-SNV")]
    number: Option<String>,
    /// SHA-256 of the whole document, as `GET …/minutes` shows it; empty in minutes of before there were documents.
    document_sha256: String,
    /// Figures frozen when the text was drafted, one entry a checklist.
    figures: Vec<FiguresView>,
    /// Who drafted this text.
    drafted_by: Uuid,
    /// When.
    drafted_at: Timestamp,
    /// At most one a side.
    signatures: Vec<SignatureView>,
    /// When the second side was done.
    signed_at: Option<Timestamp>,
}

impl From<&Minutes> for MinutesView {
    fn from(m: &Minutes) -> Self {
        let Figures { templates, .. } = &m.figures;
        Self {
            text: m.text.clone(),
            text_sha256: m.text_sha256.clone(),
            number: m.number.clone(),
            document_sha256: m.document_sha256.clone(),
            figures: templates.iter().map(Into::into).collect(),
            drafted_by: m.drafted_by.0,
            drafted_at: m.drafted_at,
            signatures: m.signatures.iter().map(Into::into).collect(),
            signed_at: m.signed_at,
        }
    }
}

impl From<&Visit> for VisitView {
    fn from(v: &Visit) -> Self {
        Self {
            id: v.id.0,
            owner: v.owner.0,
            campaign: v.campaign.0,
            team: v.team.0,
            round: v.round.map(|id| id.0),
            unit: v.unit.0,
            unit_version: v.unit_version.map(|id| id.0),
            unit_path: v.unit_path.clone(),
            premises: v.premises.map(|id| id.0),
            kind: v.kind,
            secret: v.kind.is_secret(v.secret),
            state: v.state,
            sealed: v.is_sealed(),
            planned_start: v.window.start,
            planned_end: v.window.end,
            dispatched_at: v.dispatched_at,
            disclosed_at: v.disclosed_at,
            check_in: v.check_in.as_ref().map(Into::into),
            submitted_at: v.submitted_at,
            finalised_at: v.finalised_at,
            ended_because: v.ended_because.clone(),
            unanswered_because: v.unanswered_because.clone(),
            review_from: v.review.0,
            review_to: v.review.1,
            joined_into: v.joined_into.map(|id| id.0),
            previous_visit: v.previous.map(|id| id.0),
            minutes: v.minutes.as_ref().map(Into::into),
            templates: v.templates.iter().map(|id| id.0).collect(),
            version: v.version,
            created_by: v.created_by.0,
            created_at: v.created_at,
            warnings: v.warnings.clone(),
        }
    }
}

impl From<&Scheduled> for VisitView {
    fn from(s: &Scheduled) -> Self {
        let warnings = s.warnings.iter().map(|code| (*code).to_owned()).collect();
        Self { warnings, ..Self::from(&s.visit) }
    }
}

/// A visit with its version as ETag.
pub(super) fn answer(mut with: HttpResponseBuilder, view: &VisitView) -> HttpResponse {
    with.insert_header(crate::http::headers::etag(view.version)).json(view)
}

/// A visit that is new: where it is, too.
pub(super) fn created(view: &VisitView) -> HttpResponse {
    let mut with = HttpResponse::Created();
    with.insert_header((LOCATION, format!("/v1/visits/{}", view.id)));
    answer(with, view)
}
