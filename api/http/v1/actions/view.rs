//! A corrective action as the API shows it.

use crate::domain::action::{
    Action, Carried, Every, Extension, ExtensionState, Kind, Measure, Owner, Reminder, Report, State, Target,
};
use crate::http::headers;
use crate::http::v1::findings::view::HolderView;
use crate::http::vocabulary;
use actix_web::{HttpResponse, HttpResponseBuilder};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Something counted before and after.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Measure, example = json!({ "name": "Thời gian giải quyết", "unit": "day", "before": 10, "after": 7, "reached": null }))]
pub struct MeasureView {
    /// What is counted.
    name: String,
    /// In what.
    unit: String,
    /// As it was.
    before: i64,
    /// As it is to be.
    after: i64,
    /// As it was reported last; told by reports alone.
    #[serde(default)]
    reached: Option<i64>,
}

impl From<MeasureView> for Measure {
    fn from(said: MeasureView) -> Self {
        Self { name: said.name, unit: said.unit, before: said.before, after: said.after, reached: None }
    }
}

/// How often.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Recurrence, example = json!({ "every": "month", "instances": 12 }))]
pub struct RecurrenceView {
    /// Each month, quarter or year.
    #[schema(value_type = vocabulary::Every)]
    pub(super) every: Every,
    /// How many in all.
    #[schema(minimum = 2, maximum = 60)]
    pub(super) instances: u16,
}

/// Somebody who is to do it.
#[derive(Serialize, ToSchema)]
#[schema(as = ActionOwner)]
pub struct OwnerView {
    /// Which unit.
    unit: Uuid,
    /// Its printed path.
    #[schema(example = "Xã Minh Quang, huyện Lâm Bình, tỉnh Tuyên Quang")]
    path: String,
    /// Who stands in its place now, where it ended as a whole and the action is not over.
    held_by: Option<HolderView>,
}

impl From<&Owner> for OwnerView {
    fn from(owner: &Owner) -> Self {
        let held_by = owner.held_by.as_ref().map(Into::into);
        Self { unit: owner.unit.0, path: owner.path.clone(), held_by }
    }
}

/// A finding that it is to remedy.
#[derive(Serialize, ToSchema)]
#[schema(as = ActionTarget)]
pub struct TargetView {
    /// Which.
    finding: Uuid,
    /// When that was verified.
    verified_at: Option<Timestamp>,
}

impl From<&Target> for TargetView {
    fn from(target: &Target) -> Self {
        Self { finding: target.finding.0, verified_at: target.verified_at }
    }
}

/// What an owner said when it was done.
#[derive(Serialize, ToSchema)]
#[schema(as = ActionReport)]
pub struct ReportView {
    /// Counts the reports.
    number: i32,
    /// In words.
    note: String,
    /// After-photos.
    photos: Vec<Uuid>,
    /// Papers.
    papers: Vec<String>,
    /// Who reported: somebody else verifies.
    by: Uuid,
    /// When.
    at: Timestamp,
    /// The day on which it was due then: lateness is counted from it.
    due_on: Option<Date>,
    /// Why it was returned, where it was.
    returned_because: Option<String>,
    /// What of its photos whoever verifies should look at.
    remarks: Vec<RemarkView>,
    /// How far the action's measures came.
    reached: Vec<ReachedView>,
}

/// Something about a photo that is worth a second look.
#[derive(Serialize, ToSchema)]
#[schema(as = PhotoRemark, example = json!({ "photo": "01960e2c-7b3a-7c4d-8e5f-60718293a4b5", "code": "clock_off" }))]
pub struct RemarkView {
    /// Which photo.
    photo: Uuid,
    /// The code of a check that is worth a look, or what else is: nothing tells whether it was taken at the office
    /// (`place_unknown`), the device's clock was off (`clock_off`), it was picked from the gallery (`from_gallery`), or taken
    /// before the action was issued (`taken_before`).
    code: String,
}

/// How far something that is counted came.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Reached, example = json!({ "name": "Thời gian giải quyết", "value": 8 }))]
pub struct ReachedView {
    /// What is counted, as the action names it.
    pub(super) name: String,
    /// As it is now.
    pub(super) value: i64,
}

impl From<&Report> for ReportView {
    fn from(report: &Report) -> Self {
        Self {
            number: report.number,
            note: report.note.clone(),
            photos: report.photos.iter().map(|id| id.0).collect(),
            papers: report.papers.clone(),
            by: report.by.0,
            at: report.at,
            due_on: report.due_on,
            returned_because: report.returned_because.clone(),
            remarks: report
                .remarks
                .iter()
                .map(|remark| RemarkView { photo: remark.photo.0, code: remark.code.clone() })
                .collect(),
            reached: report
                .reached
                .iter()
                .map(|reached| ReachedView { name: reached.name.clone(), value: reached.value })
                .collect(),
        }
    }
}

/// A request for more time.
#[derive(Serialize, ToSchema)]
#[schema(as = Extension)]
pub struct ExtensionView {
    /// The day asked for.
    until: Date,
    /// Why.
    reason: String,
    /// What became of it.
    #[schema(value_type = vocabulary::ExtensionState)]
    state: ExtensionState,
    /// Who asked.
    by: Uuid,
    /// When it was asked.
    at: Timestamp,
    /// Why it was decided so.
    decision: Option<String>,
    /// Who decided.
    decided_by: Option<Uuid>,
}

impl From<&Extension> for ExtensionView {
    fn from(asked: &Extension) -> Self {
        Self {
            until: asked.until,
            reason: asked.reason.clone(),
            state: asked.state,
            by: asked.by.0,
            at: asked.at,
            decision: asked.decision.clone(),
            decided_by: asked.decided_by.map(|by| by.0),
        }
    }
}

/// That its owners were told once more.
#[derive(Serialize, ToSchema)]
#[schema(as = Reminder, example = json!({ "text": "Đề nghị hoàn thành và báo cáo trước ngày 15/4/2026.",
    "to": ["d4c3b2a1-0f9e-4d8c-b7a6-958473625140"], "by": "2a9d7e64-1c5b-4f3e-8d2a-7b6c5d4e3f21",
    "at": "2026-04-10T02:00:00Z" }))]
pub struct ReminderView {
    /// In words.
    text: String,
    /// Which units.
    to: Vec<Uuid>,
    /// Who reminded.
    by: Uuid,
    /// When.
    at: Timestamp,
}

impl From<&Reminder> for ReminderView {
    fn from(of: &Reminder) -> Self {
        Self { text: of.text.clone(), to: of.to.iter().map(|unit| unit.0).collect(), by: of.by.0, at: of.at }
    }
}

/// That it goes on in another campaign.
#[derive(Serialize, ToSchema)]
#[schema(as = CarriedOver, example = json!({ "from": "1f0a4c3e-52a7-4e0b-8f51-6c2d9b7a3e10",
    "to": "c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33", "reason": "Theo dõi tiếp trong cuộc kiểm tra năm 2026.",
    "by": "2a9d7e64-1c5b-4f3e-8d2a-7b6c5d4e3f21", "at": "2026-12-20T02:00:00Z" }))]
pub struct CarriedView {
    /// The campaign it was in.
    from: Uuid,
    /// The campaign it goes on in.
    to: Uuid,
    /// Why.
    reason: String,
    /// Who said so.
    by: Uuid,
    /// When.
    at: Timestamp,
}

impl From<&Carried> for CarriedView {
    fn from(of: &Carried) -> Self {
        Self { from: of.from.0, to: of.to.0, reason: of.reason.clone(), by: of.by.0, at: of.at }
    }
}

/// Something somebody is to do.
#[derive(Serialize, ToSchema)]
#[schema(as = CorrectiveAction, example = json!({
    "id": "5c4b3a29-1807-4f6e-9d5c-4b3a29180766", "owner": "0a7c2f0e-3b0d-4a53-8f0a-5f0a3c6b9d21",
    "campaign": "c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33", "visit": "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11",
    "kind": "correction", "title": "Niêm yết đầy đủ thủ tục hành chính theo danh mục", "state": "issued",
    "due_on": "2026-04-15", "overdue": false, "days_late": 0, "issued_at": "2026-03-31T02:00:00Z", "programme": null,
    "series": null, "instance": 1,
    "owners": [{ "unit": "d4c3b2a1-0f9e-4d8c-b7a6-958473625140", "path": "Xã Minh Quang, tỉnh Tuyên Quang",
        "held_by": null }],
    "findings": [{ "finding": "3f0a7b1c-5d2e-4a9b-8c6d-7e1f2a3b4c5d", "verified_at": null }],
    "recurrence": null, "measures": [], "reports": [], "extensions": [], "reminders": [], "cancelled_because": null,
    "carried": [], "proposed_by": "2a9d7e64-1c5b-4f3e-8d2a-7b6c5d4e3f21",
    "created_at": "2026-03-30T08:00:00Z", "version": 2
}))]
pub struct ActionView {
    id: Uuid,
    /// Whose campaign.
    owner: Uuid,
    /// Under which campaign.
    campaign: Uuid,
    /// The visit it came from.
    visit: Uuid,
    /// What sort.
    #[schema(value_type = vocabulary::ActionKind)]
    kind: Kind,
    /// What is to be done.
    title: String,
    /// Where it is in its life.
    #[schema(value_type = vocabulary::ActionState)]
    state: State,
    /// The last local day.
    due_on: Option<Date>,
    /// Whether it is late now, or at the moment that was asked for (`at`); computed, never stored.
    overdue: bool,
    /// How many local days late it was reported, or is by that moment; 0 in time, `null` where nothing is awaited.
    days_late: Option<i32>,
    /// When it was issued.
    issued_at: Option<Timestamp>,
    /// The programme it is part of.
    programme: Option<Uuid>,
    /// The first of its series.
    series: Option<Uuid>,
    /// Which one of the series.
    instance: i32,
    /// How often, told on the first of its series.
    recurrence: Option<RecurrenceView>,
    /// Who is to do it.
    owners: Vec<OwnerView>,
    /// What it is to remedy.
    findings: Vec<TargetView>,
    /// Before and after.
    measures: Vec<MeasureView>,
    /// Reports, oldest first.
    reports: Vec<ReportView>,
    /// Requests for more time, oldest first.
    extensions: Vec<ExtensionView>,
    /// Reminders, oldest first.
    reminders: Vec<ReminderView>,
    /// Why it was cancelled.
    cancelled_because: Option<String>,
    /// Campaigns it was carried over from, oldest first.
    carried: Vec<CarriedView>,
    /// Who proposed it.
    proposed_by: Uuid,
    /// When it was proposed.
    created_at: Timestamp,
    /// Its version.
    version: i32,
}

impl ActionView {
    /// As it stands now.
    pub(in crate::http::v1) fn of(a: &Action, now: Timestamp) -> Self {
        let measure = |m: &Measure| MeasureView {
            name: m.name.clone(),
            unit: m.unit.clone(),
            before: m.before,
            after: m.after,
            reached: m.reached,
        };
        Self {
            id: a.id.0,
            owner: a.owner.0,
            campaign: a.campaign.0,
            visit: a.visit.0,
            kind: a.kind,
            title: a.title.clone(),
            state: a.state,
            due_on: a.due_on,
            overdue: a.is_overdue(now),
            days_late: a.days_late(now),
            issued_at: a.issued_at,
            programme: a.programme.map(|id| id.0),
            series: a.series.map(|id| id.0),
            instance: a.instance,
            recurrence: a
                .story
                .recurrence
                .map(|of| RecurrenceView { every: of.every, instances: of.instances }),
            owners: a.owners.iter().map(Into::into).collect(),
            findings: a.targets.iter().map(Into::into).collect(),
            measures: a.story.measures.iter().map(measure).collect(),
            reports: a.story.reports.iter().map(Into::into).collect(),
            extensions: a.story.extensions.iter().map(Into::into).collect(),
            reminders: a.story.reminders.iter().map(Into::into).collect(),
            cancelled_because: a.story.cancelled_because.clone(),
            carried: a.story.carried.iter().map(Into::into).collect(),
            proposed_by: a.created_by.0,
            created_at: a.created_at,
            version: a.version,
        }
    }
}

/// An action with its version as ETag.
pub(super) fn answer(mut with: HttpResponseBuilder, view: &ActionView) -> HttpResponse {
    with.insert_header(headers::etag(view.version)).json(view)
}
