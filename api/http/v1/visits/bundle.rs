//! What a phone takes along: a visit with everything needed to work on it without a network.

use super::view::VisitView;
use crate::app::App;
use crate::domain::ids::VisitId;
use crate::flows::pictures::HeldPicture;
use crate::flows::templates::TemplateVersion;
use crate::flows::visits as flow;
use crate::flows::visits::{Bundle, DeclaredPhoto, Earlier};
use crate::http::actor::Caller;
use crate::http::problem::Problem;
use crate::http::v1::company::{AttendeeView, GuidanceView};
use crate::http::v1::findings::view::FindingView;
use crate::http::v1::premises::Shape;
use crate::http::v1::responses::ResponseView;
use crate::http::v1::templates::pictures;
use crate::http::v1::templates::shape::ChecklistShape;
use crate::http::vocabulary;
use actix_web::http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH};
use actix_web::middleware::Compress;
use actix_web::{HttpRequest, HttpResponse, get, web};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// The bundle.
pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(read_bundle);
}

/// Everything a phone needs to work on a visit without a network.
#[derive(Serialize, ToSchema)]
#[schema(as = VisitBundle)]
pub struct BundleView {
    /// The visit.
    visit: VisitView,
    /// The office, where one is known.
    premises: Option<BundlePremises>,
    /// Its checklists whole, in order.
    templates: Vec<BundleTemplate>,
    /// What is answered so far.
    responses: Vec<ResponseView>,
    /// Photos declared so far; `null` for a caller who may not read this visit's photos.
    photos: Option<Vec<BundlePhoto>>,
    /// Who received the team, as recorded so far.
    attendees: Vec<AttendeeView>,
    /// What was explained on the spot so far.
    guidance: Vec<GuidanceView>,
    /// What was not fine at earlier visits to this unit that the caller may see, as it is known: with addenda to their minutes.
    earlier_findings: Vec<BundleFinding>,
    /// Of a re-inspection: the open findings it is to look at again, by item; each goes with the item of its code.
    open_findings: Vec<FindingView>,
}

/// An office.
#[derive(Serialize, ToSchema)]
pub struct BundlePremises {
    /// Which.
    id: Uuid,
    /// What people call it.
    #[schema(example = "Trụ sở UBND xã Minh Quang")]
    name: String,
    /// Postal address.
    #[schema(example = "Thôn Noong Phường, xã Minh Quang, tỉnh Tuyên Quang")]
    address: String,
    /// The ground.
    area: Shape,
}

/// One version of a checklist, whole.
#[derive(Serialize, ToSchema)]
pub struct BundleTemplate {
    /// Which version.
    id: Uuid,
    /// The checklist, whatever its version.
    template: Uuid,
    /// Its code.
    #[schema(example = "OSS")]
    code: String,
    /// Its version number.
    number: i32,
    /// SHA-256 over the canonical JSON of the body, hexadecimal.
    body_sha256: Option<String>,
    /// Titles, sections, items with response types and photo rules.
    #[schema(value_type = ChecklistShape)]
    body: Value,
    /// The pictures its items show, each once; fetch them before you go out.
    pictures: Vec<BundlePicture>,
}

/// A guidance picture.
#[derive(Serialize, ToSchema)]
pub struct BundlePicture {
    /// SHA-256 of its bytes; items name it by that.
    #[schema(example = "f856c9058a9d60076b81757b24a8d8f31e693f5e2ad7d72a89437c309d347d67")]
    sha256: String,
    /// Where it is read; what is read never changes.
    #[schema(example = "/v1/templates/7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11/pictures/\
        f856c9058a9d60076b81757b24a8d8f31e693f5e2ad7d72a89437c309d347d67")]
    href: String,
    /// Its type.
    #[schema(example = "image/jpeg")]
    media_type: String,
    /// Number of its bytes.
    #[schema(example = 58417)]
    size_bytes: u64,
}

/// A photo that was declared.
#[derive(Serialize, ToSchema)]
pub struct BundlePhoto {
    /// Minted by a phone.
    id: Uuid,
    /// The item it is evidence for.
    item: Option<String>,
    /// What it shows.
    #[schema(value_type = vocabulary::PhotoSubject)]
    subject: String,
    /// How far it got.
    #[schema(value_type = vocabulary::PhotoState)]
    state: crate::domain::photo::State,
    /// When the shutter opened, by the device.
    captured_at: Timestamp,
}

/// Something that was not fine at an earlier visit.
#[derive(Serialize, ToSchema)]
pub struct BundleFinding {
    /// When that visit was planned to begin.
    visit_started: Timestamp,
    /// The answer.
    response: ResponseView,
}

impl From<&DeclaredPhoto> for BundlePhoto {
    fn from(p: &DeclaredPhoto) -> Self {
        let subject = p.subject.clone();
        Self { id: p.id.0, item: p.item.clone(), subject, state: p.state, captured_at: p.captured_at }
    }
}

impl From<&HeldPicture> for BundlePicture {
    fn from(p: &HeldPicture) -> Self {
        let facts = &p.facts;
        let (sha256, media_type) = (facts.bytes.sha256.to_hex(), facts.media_type.as_str().to_owned());
        Self { sha256, href: pictures::address(p), media_type, size_bytes: facts.bytes.size_bytes }
    }
}

fn pictures_of(version: &TemplateVersion, held: &[HeldPicture]) -> Vec<BundlePicture> {
    let named = version.body.picture_digests();
    let shown = |of: &&HeldPicture| of.template == version.template && named.contains(&of.facts.bytes.sha256);
    held.iter().filter(shown).map(Into::into).collect()
}

impl From<&Earlier> for BundleFinding {
    fn from(e: &Earlier) -> Self {
        Self { visit_started: e.planned_start, response: (&e.answer).into() }
    }
}

impl From<&Bundle> for BundleView {
    fn from(b: &Bundle) -> Self {
        let templates = b.templates.iter().map(|version| BundleTemplate {
            id: version.id.0,
            template: version.template.0,
            code: version.code.clone(),
            number: version.number,
            body_sha256: version.sha256.map(hex::encode),
            body: serde_json::to_value(&version.body).unwrap_or_default(),
            pictures: pictures_of(version, &b.pictures),
        });
        Self {
            visit: (&b.visit).into(),
            premises: b.premises.as_ref().map(|p| BundlePremises {
                id: p.id.0,
                name: p.name.clone(),
                address: p.address.clone(),
                area: p.area.clone().into(),
            }),
            templates: templates.collect(),
            responses: b.responses.iter().map(|r| ResponseView::among(r, &b.waiting)).collect(),
            photos: b.photos.as_ref().map(|all| all.iter().map(Into::into).collect()),
            attendees: b.hosts.iter().cloned().map(AttendeeView::from).collect(),
            guidance: b.guidance.iter().cloned().map(GuidanceView::from).collect(),
            earlier_findings: b.earlier.iter().map(Into::into).collect(),
            open_findings: b.carried.iter().map(Into::into).collect(),
        }
    }
}

/// Pull a visit
///
/// One answer that a phone keeps and works on without a network. Ask again with `If-None-Match` to learn in a few
/// bytes that nothing changed; large bundles travel compressed. Guidance pictures have addresses of their own, which the same
/// person may read (scope `templates:read`).
#[utoipa::path(tag = "visits",
    params(("visit" = Uuid, Path, description = "Which visit."),
        ("If-None-Match" = Option<String>, Header, description = "The ETag the phone holds.")),
    responses(
        (status = 200, description = "The bundle.", body = BundleView,
            headers(("ETag" = String, description = "Names exactly this content."))),
        (status = 304, description = "The phone holds this already.")))]
#[get("/v1/visits/{visit}/bundle", wrap = "Compress::default()")]
pub async fn read_bundle(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let bundle = flow::bundle(&app, &caller.0, VisitId(*visit)).await?;
    Ok(unless_held(&request, &BundleView::from(&bundle)))
}

/// The body, or 304 where the caller holds it. The ETag is weak because the bytes differ with their compression.
fn unless_held(request: &HttpRequest, view: &BundleView) -> HttpResponse {
    let body = serde_json::to_vec(view).unwrap_or_default();
    let tag = format!("\"{}\"", hex::encode(Sha256::digest(&body).get(..16).unwrap_or_default()));
    let held = request.headers().get(IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let held = held.split(',').any(|held| held.trim().trim_start_matches("W/") == tag);
    let mut answer = if held { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header((ETAG, format!("W/{tag}"))).insert_header((CACHE_CONTROL, "private, no-cache"));
    if held { answer.finish() } else { answer.content_type("application/json").body(body) }
}
