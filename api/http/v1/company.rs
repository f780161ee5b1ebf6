//! Who received a team, and its guidance log.

use crate::app::App;
use crate::domain::ids::{AttendeeId, GuidanceId, VisitId};
use crate::domain::moment::DeviceMoment;
use crate::domain::refusal::Refusal;
use crate::flows::company::{self, Attendee, Entered, Given, Guidance, Host};
use crate::http::actor::Caller;
use crate::http::body::{Body, Params};
use crate::http::problem::Problem;
use actix_web::{HttpResponse, delete, get, put, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// The operations on the company of a visit.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(put_attendee).service(list_attendees).service(remove_attendee);
    cfg.service(put_guidance).service(list_guidance).service(remove_guidance);
}

/// Somebody of the host side, as a phone sends them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "visit": "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11", "name": "Nguyễn Thành Trung",
    "office": "UBND huyện Lâm Bình", "positions": ["Phó Bí thư Huyện ủy", "Chủ tịch UBND huyện"] }))]
pub struct AttendeeSent {
    /// At which visit.
    visit: Uuid,
    /// Their name.
    name: String,
    /// Where they work; may be empty.
    #[serde(default)]
    office: String,
    /// Their titles, each by itself.
    #[serde(default)]
    #[schema(max_items = 10)]
    positions: Vec<String>,
    /// For a correction: the version last read. Where that is not the one that stands, or none is named, what stands stays
    /// and this is kept beside it. An id that is not known yet is entered as version 1, whatever is named.
    #[serde(default)]
    base_version: Option<i32>,
}

/// Somebody of the host side.
#[derive(Serialize, ToSchema)]
#[schema(as = Attendee)]
pub struct AttendeeView {
    /// Minted by the phone.
    id: Uuid,
    /// At which visit.
    visit: Uuid,
    /// Their name.
    #[schema(example = "Nguyễn Thành Trung")]
    name: String,
    /// Where they work.
    #[schema(example = "UBND huyện Lâm Bình")]
    office: String,
    /// Their titles.
    #[schema(example = json!(["Chủ tịch UBND xã"]))]
    positions: Vec<String>,
    /// Who recorded it.
    recorded_by: Uuid,
    /// When it first arrived.
    recorded_at: Timestamp,
    /// Counts the corrections; name it as `base_version` in the next one.
    version: i32,
}

impl From<Attendee> for AttendeeView {
    fn from(host: Attendee) -> Self {
        Self {
            id: host.id.0,
            visit: host.visit.0,
            name: host.name,
            office: host.office,
            positions: host.positions,
            recorded_by: host.recorded_by.0,
            recorded_at: host.recorded_at,
            version: host.version,
        }
    }
}

/// Everybody who received a team.
#[derive(Serialize, ToSchema)]
#[schema(as = AttendeeList)]
pub struct AttendeeList {
    /// In the order they were recorded.
    items: Vec<AttendeeView>,
    /// Always `null`: a visit has few of them.
    next: Option<String>,
}

/// What somebody said of an entry that stands otherwise, and what stands.
#[derive(Serialize, ToSchema)]
pub struct EntryClash<V> {
    /// What was said; the visit's log keeps it.
    said: V,
    /// What stands.
    current: V,
}

/// 201 for what is new, 200 for what is known, 202 for what is kept beside something else.
fn answer<T, V: From<T> + Serialize>(entered: Entered<T>) -> HttpResponse {
    match entered {
        Entered::New(entry) => HttpResponse::Created().json(V::from(entry)),
        Entered::Known(entry) => HttpResponse::Ok().json(V::from(entry)),
        Entered::Beside { said, current } => {
            HttpResponse::Accepted().json(EntryClash { said: V::from(said), current: V::from(current) })
        }
    }
}

/// Record somebody who received the team
///
/// The phone mints the id (UUIDv7); sending again changes nothing. Something else under a known id corrects it, until
/// somebody has signed the minutes, where it names the version that stands; else it is kept beside that in the visit's log,
/// `202`.
#[utoipa::path(tag = "visits", params(("attendee" = Uuid, Path, description = "Id minted by the phone.")),
    request_body = AttendeeSent, responses(
    (status = 201, description = "Recorded.", body = AttendeeView),
    (status = 200, description = "Known, or corrected.", body = AttendeeView),
    (status = 202, description = "It stands otherwise, at another version than `base_version`: kept beside that.",
        body = EntryClash<AttendeeView>),
    (status = 409, description = "`visit.not-on-site`, `visit.answers-locked`, `visit.closed`, `entry.id-taken`, \
        `entry.taken-back`.")))]
#[put("/v1/attendees/{attendee}")]
pub async fn put_attendee(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
    body: Body<AttendeeSent>,
) -> Result<HttpResponse, Problem> {
    let AttendeeSent { visit, name, office, positions, base_version } = body.0;
    let host = Host { visit: VisitId(visit), name, office, positions, base_version };
    let entered = company::receive(&app, &caller.0, AttendeeId(path.into_inner()), host).await?;
    Ok(answer::<_, AttendeeView>(entered))
}

/// What whoever takes an entry back has seen of it.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RemovalParams {
    /// The version that was read: an entry that somebody has corrected since stays (`entry.changed`). Without it, whatever
    /// stands goes.
    #[param(example = 2)]
    base_version: Option<i32>,
}

/// Where an entry of a visit is.
#[derive(Deserialize)]
pub struct AttendeePath {
    visit: Uuid,
    attendee: Uuid,
}

/// Take back who received a team
///
/// For somebody entered by mistake, until a side has signed the minutes; it stays in the log. Repeating changes nothing, and
/// no phone brings the entry back by sending it again (`entry.taken-back`); what it says otherwise is kept in the log. An
/// entry that never arrived at this visit is `404`: send this again once it has.
#[utoipa::path(tag = "visits", params(("visit" = Uuid, Path, description = "At which visit."),
        ("attendee" = Uuid, Path, description = "Whom."), RemovalParams), responses(
    (status = 204, description = "Taken back, now or before."),
    (status = 409, description = "`visit.not-on-site`, `visit.answers-locked`, `visit.closed`, `entry.changed`.")))]
#[delete("/v1/visits/{visit}/attendees/{attendee}")]
pub async fn remove_attendee(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<AttendeePath>,
    params: Params<RemovalParams>,
) -> Result<HttpResponse, Problem> {
    let seen = params.0.base_version;
    company::dismiss(&app, &caller.0, VisitId(path.visit), (AttendeeId(path.attendee), seen)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// List who received a team
///
/// With their offices and titles.
#[utoipa::path(tag = "visits", params(("visit" = Uuid, Path, description = "Which visit.")),
    responses((status = 200, description = "Everybody.", body = AttendeeList)))]
#[get("/v1/visits/{visit}/attendees")]
pub async fn list_attendees(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let found = company::attendees(&app, &caller.0, VisitId(*visit)).await?;
    let items = found.into_iter().map(AttendeeView::from).collect();
    Ok(HttpResponse::Ok().json(AttendeeList { items, next: None }))
}

/// Guidance on the spot, as a phone sends it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "visit": "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11", "item": "OSS-E01",
    "guided": "Công chức Văn phòng - Thống kê", "content": "Cách ghi sổ theo dõi hồ sơ theo mẫu",
    "given_at": "2021-09-28T09:40:00+07:00" }))]
pub struct GuidanceSent {
    /// At which visit.
    visit: Uuid,
    /// About which item, where it is about one.
    #[serde(default)]
    item: Option<String>,
    /// Whom the team guided.
    guided: String,
    /// What it explained.
    content: String,
    /// When, by the device, with its offset.
    #[schema(format = DateTime)]
    given_at: String,
    /// For a correction: the version last read. Where that is not the one that stands, or none is named, what stands stays
    /// and this is kept beside it. An id that is not known yet is entered as version 1, whatever is named.
    #[serde(default)]
    base_version: Option<i32>,
}

/// An entry of the guidance log.
#[derive(Serialize, ToSchema)]
#[schema(as = Guidance)]
pub struct GuidanceView {
    /// Minted by the phone.
    id: Uuid,
    /// At which visit.
    visit: Uuid,
    /// About which item.
    #[schema(example = "OSS-E01")]
    item: Option<String>,
    /// Whom the team guided.
    #[schema(example = "Công chức Văn phòng - Thống kê")]
    guided: String,
    /// What it explained.
    #[schema(example = "Cách ghi sổ theo dõi hồ sơ theo mẫu")]
    content: String,
    /// When, by the device, with its offset.
    #[schema(format = DateTime)]
    given_at: String,
    /// Who recorded it.
    recorded_by: Uuid,
    /// When it first arrived.
    recorded_at: Timestamp,
    /// Counts the corrections; name it as `base_version` in the next one.
    version: i32,
}

impl From<Guidance> for GuidanceView {
    fn from(given: Guidance) -> Self {
        Self {
            id: given.id.0,
            visit: given.visit.0,
            item: given.item,
            guided: given.guided,
            content: given.content,
            given_at: DeviceMoment { at: given.given_at, offset_s: given.given_offset_s }.rfc3339(),
            recorded_by: given.recorded_by.0,
            recorded_at: given.recorded_at,
            version: given.version,
        }
    }
}

/// The guidance log of a visit.
#[derive(Serialize, ToSchema)]
#[schema(as = GuidanceList)]
pub struct GuidanceList {
    /// In the order it was given.
    items: Vec<GuidanceView>,
    /// Always `null`: a visit has few entries.
    next: Option<String>,
}

/// Enter guidance on the spot
///
/// The phone mints the id (UUIDv7); sending again changes nothing. Something else under a known id corrects it, until
/// somebody has signed the minutes, where it names the version that stands; else it is kept beside that in the visit's log,
/// `202`.
#[utoipa::path(tag = "visits", params(("guidance" = Uuid, Path, description = "Id minted by the phone.")),
    request_body = GuidanceSent, responses(
    (status = 201, description = "Entered.", body = GuidanceView),
    (status = 200, description = "Known, or corrected.", body = GuidanceView),
    (status = 202, description = "It stands otherwise, at another version than `base_version`: kept beside that.",
        body = EntryClash<GuidanceView>),
    (status = 409, description = "`visit.not-on-site`, `visit.answers-locked`, `visit.closed`, `entry.id-taken`, \
        `entry.taken-back`.")))]
#[put("/v1/guidance/{guidance}")]
pub async fn put_guidance(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
    body: Body<GuidanceSent>,
) -> Result<HttpResponse, Problem> {
    let GuidanceSent { visit, item, guided, content, given_at, base_version } = body.0;
    let at = DeviceMoment::parse(&given_at).map_err(|why| Refusal::field("/given_at", why.code(), why))?;
    let given = Given { visit: VisitId(visit), item, guided, content, at, base_version };
    let entered = company::guide(&app, &caller.0, GuidanceId(path.into_inner()), given).await?;
    Ok(answer::<_, GuidanceView>(entered))
}

/// Where an entry of a guidance log is.
#[derive(Deserialize)]
pub struct GuidancePath {
    visit: Uuid,
    guidance: Uuid,
}

/// Take back guidance on the spot
///
/// For what was entered by mistake, until a side has signed the minutes; it stays in the log. Repeating changes nothing, and
/// no phone brings the entry back by sending it again (`entry.taken-back`); what it says otherwise is kept in the log. An
/// entry that never arrived at this visit is `404`: send this again once it has.
#[utoipa::path(tag = "visits", params(("visit" = Uuid, Path, description = "At which visit."),
        ("guidance" = Uuid, Path, description = "Which entry."), RemovalParams), responses(
    (status = 204, description = "Taken back, now or before."),
    (status = 409, description = "`visit.not-on-site`, `visit.answers-locked`, `visit.closed`, `entry.changed`.")))]
#[delete("/v1/visits/{visit}/guidance/{guidance}")]
pub async fn remove_guidance(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<GuidancePath>,
    params: Params<RemovalParams>,
) -> Result<HttpResponse, Problem> {
    let seen = params.0.base_version;
    company::take_back(&app, &caller.0, VisitId(path.visit), (GuidanceId(path.guidance), seen)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Read a visit's guidance log
///
/// What the team explained on the spot, to whom, when.
#[utoipa::path(tag = "visits", params(("visit" = Uuid, Path, description = "Which visit.")),
    responses((status = 200, description = "The log.", body = GuidanceList)))]
#[get("/v1/visits/{visit}/guidance")]
pub async fn list_guidance(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let found = company::guidance(&app, &caller.0, VisitId(*visit)).await?;
    let items = found.into_iter().map(GuidanceView::from).collect();
    Ok(HttpResponse::Ok().json(GuidanceList { items, next: None }))
}
