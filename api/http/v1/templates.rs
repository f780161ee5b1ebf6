//! Checklists as immutable versions.

use crate::app::App;
use crate::domain::ids::{OwnerId, TemplateId};
use crate::domain::template::Checklist;
use crate::flows::templates::{self, Summary, Template, TemplateVersion};
use crate::http::actor::Caller;
use crate::http::body::{Body, Params};
use crate::http::headers::{IfMatchDigest, digest_etag, is_known};
use crate::http::paging;
use crate::http::problem::Problem;
use actix_web::http::header::{CACHE_CONTROL, ETAG, LOCATION};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

mod forms;
pub mod pictures;
pub mod shape;

use shape::{BilingualShape, ChecklistShape};

/// The operations on templates.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(create_template).service(list_templates).service(read_template);
    cfg.service(draft_template_version).service(rewrite_template_version);
    cfg.service(publish_template_version).service(read_template_version);
    cfg.configure(forms::operations).configure(pictures::operations);
}

/// A template to be entered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "owner": "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11", "code": "OSS" }))]
pub struct NewTemplate {
    /// Whose it is; none: the library every owner may use, for the administrator of the installation.
    owner: Option<Uuid>,
    /// Stable code: 2 to 20 capital letters, digits and dashes.
    code: String,
}

/// A template and what versions it has.
#[derive(Serialize, ToSchema)]
#[schema(as = Template)]
pub struct TemplateView {
    /// Its id.
    id: Uuid,
    /// Whose it is; `null`: the library.
    owner: Option<Uuid>,
    /// Stable code.
    #[schema(example = "OSS")]
    code: String,
    /// Number of the last published version; `null` before the first.
    #[schema(example = 1)]
    published: Option<i32>,
    /// Versions, first to last.
    versions: Vec<SummaryView>,
}

/// What a version is, without its body.
#[derive(Serialize, ToSchema)]
#[schema(as = TemplateVersionSummary)]
pub struct SummaryView {
    /// Its id: what a visit names.
    id: Uuid,
    /// 1, 2, 3, ….
    #[schema(example = 1)]
    number: i32,
    /// Whether it may still be written anew.
    state: TemplateVersionState,
    /// Title in both languages.
    title: BilingualShape,
    /// SHA-256 of the canonical body in hex, once published.
    sha256: Option<String>,
    /// When it was published.
    published_at: Option<jiff::Timestamp>,
}

impl From<Summary> for SummaryView {
    fn from(summary: Summary) -> Self {
        Self {
            id: summary.id.0,
            number: summary.number,
            state: state(summary.sha256.is_some()),
            title: BilingualShape { vi: summary.title.vi, en: summary.title.en },
            sha256: summary.sha256.map(hex::encode),
            published_at: summary.published_at,
        }
    }
}

/// Whether a version may still be written anew.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TemplateVersionState {
    /// It may.
    Draft,
    /// It never changes again.
    Published,
}

fn state(published: bool) -> TemplateVersionState {
    if published { TemplateVersionState::Published } else { TemplateVersionState::Draft }
}

impl From<(Template, Vec<Summary>)> for TemplateView {
    fn from((template, versions): (Template, Vec<Summary>)) -> Self {
        Self {
            id: template.id.0,
            owner: template.owner.map(|id| id.0),
            code: template.code,
            published: versions.iter().filter(|v| v.sha256.is_some()).map(|v| v.number).max(),
            versions: versions.into_iter().map(SummaryView::from).collect(),
        }
    }
}

/// One version with what it asks.
#[derive(Serialize, ToSchema)]
#[schema(as = TemplateVersion)]
pub struct VersionView {
    /// Its id: what a visit names.
    id: Uuid,
    /// The template.
    template: Uuid,
    /// The template's code.
    #[schema(example = "OSS")]
    code: String,
    /// 1, 2, 3, ….
    #[schema(example = 1)]
    number: i32,
    /// Whether it may still be written anew.
    state: TemplateVersionState,
    /// SHA-256 of the canonical body (RFC 8785) in hex; also the `ETag`.
    #[schema(example = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae")]
    sha256: String,
    /// When it was published.
    published_at: Option<jiff::Timestamp>,
    /// What it asks.
    #[schema(value_type = ChecklistShape)]
    body: Checklist,
}

/// A page of templates.
#[derive(Serialize, ToSchema)]
#[schema(as = TemplatePage)]
pub struct TemplatePage {
    /// Templates by code.
    items: Vec<TemplateView>,
    /// Cursor of the next page; `null` on the last.
    next: Option<String>,
}

/// Which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// Rows on the page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Which version of which template.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct VersionPath {
    /// Id of the template.
    template: Uuid,
    /// Number of the version.
    #[param(minimum = 1)]
    number: i32,
}

impl From<VersionPath> for (TemplateId, i32) {
    fn from(path: VersionPath) -> Self {
        (TemplateId(path.template), path.number)
    }
}

/// What is published never changes.
const FOR_A_YEAR: &str = "private, max-age=31536000, immutable";
const ASK_AGAIN: &str = "private, no-cache";

fn tag(version: &TemplateVersion) -> Result<String, Problem> {
    Ok(digest_etag(version.body.sha256()?, !version.is_published()))
}

fn send(mut answer: HttpResponseBuilder, version: TemplateVersion) -> Result<HttpResponse, Problem> {
    let (sha256, etag) = (version.body.sha256()?, tag(&version)?);
    let view = VersionView {
        id: version.id.0,
        template: version.template.0,
        code: version.code,
        number: version.number,
        state: state(version.published_at.is_some()),
        sha256: hex::encode(sha256),
        published_at: version.published_at,
        body: version.body,
    };
    Ok(answer.insert_header((ETAG, etag)).json(view))
}

/// Enter a template
///
/// Without versions. Codes are unique for an owner and in the library.
#[utoipa::path(tag = "templates", request_body = NewTemplate, responses(
    (status = 201, description = "Entered; `Location` says where.", body = TemplateView,
        headers(("Location" = String, description = "Address of the template."))),
    (status = 409, description = "`template.code-taken`.")))]
#[post("/v1/templates")]
pub async fn create_template(
    app: web::Data<App>,
    caller: Caller,
    body: Body<NewTemplate>,
) -> Result<HttpResponse, Problem> {
    let template = templates::create(&app, &caller.0, body.0.owner.map(OwnerId), &body.0.code).await?;
    let location = format!("/v1/templates/{}", template.id);
    let view = TemplateView::from((template, Vec::new()));
    Ok(HttpResponse::Created().insert_header((LOCATION, location)).json(view))
}

/// List templates
///
/// The library's and those of the owners where one holds a role, ordered by code.
#[utoipa::path(tag = "templates", params(Page),
    responses((status = 200, description = "A page of templates.", body = TemplatePage)))]
#[get("/v1/templates")]
pub async fn list_templates(
    app: web::Data<App>,
    caller: Caller,
    page: Params<Page>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let limit = paging::limit(page.0.limit)?;
    let after = paging::open(&app, "templates", page.0.cursor.as_deref())?;
    let (found, more) = templates::list(&app, &caller.0, after, limit).await?;
    let last = found.last().filter(|_| more).map(|(last, _)| (last.code.clone(), last.id));
    let next = last.map(|last| paging::seal(&app, "templates", last));
    let items = found.into_iter().map(TemplateView::from).collect();
    Ok(paging::respond(&request, &TemplatePage { items, next: next.clone() }, next.as_deref()))
}

/// Read a template
///
/// What versions it has; read one for what it asks.
#[utoipa::path(tag = "templates", params(("template" = Uuid, Path, description = "Id of the template.")),
    responses((status = 200, description = "The template.", body = TemplateView)))]
#[get("/v1/templates/{template}")]
pub async fn read_template(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let found = templates::overview(&app, &caller.0, TemplateId(path.into_inner())).await?;
    Ok(HttpResponse::Ok().json(TemplateView::from(found)))
}

/// Draft the next version of a template
///
/// A draft may be written anew until it is published. Faults are told by their place in the checklist.
#[utoipa::path(tag = "templates", params(("template" = Uuid, Path, description = "Id of the template.")),
    request_body = ChecklistShape, responses(
    (status = 201, description = "Drafted; `Location` says where.", body = VersionView, headers(
        ("Location" = String, description = "Address of the version."),
        ("ETag" = String, description = "Digest of the body.")))))]
#[post("/v1/templates/{template}/versions")]
pub async fn draft_template_version(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
    body: Body<Checklist>,
) -> Result<HttpResponse, Problem> {
    let version = templates::draft(&app, &caller.0, TemplateId(path.into_inner()), (body.0, "")).await?;
    let location = format!("/v1/templates/{}/versions/{}", version.template, version.number);
    let mut answer = HttpResponse::Created();
    answer.insert_header((LOCATION, location));
    send(answer, version)
}

/// Write a draft anew
///
/// Takes the `ETag` last read in `If-Match`.
#[utoipa::path(tag = "templates", params(VersionPath,
    ("If-Match" = String, Header, description = "`ETag` of the draft as last read.")),
    request_body = ChecklistShape, responses(
    (status = 200, description = "Written.", body = VersionView, headers(("ETag" = String, description = "Digest of the body."))),
    (status = 409, description = "`template.published`: a published version never changes."),
    (status = 412, description = "`version.stale`: somebody changed it meanwhile."),
    (status = 428, description = "`version.missing`: `If-Match` is needed.")))]
#[put("/v1/templates/{template}/versions/{number}")]
pub async fn rewrite_template_version(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<VersionPath>,
    read: IfMatchDigest,
    body: Body<Checklist>,
) -> Result<HttpResponse, Problem> {
    let version = templates::rewrite(&app, &caller.0, path.into_inner().into(), read.0, body.0).await?;
    send(HttpResponse::Ok(), version)
}

/// Publish a draft
///
/// From then on it never changes; visits name it by its id. Each picture its items show must have been sent before
/// (`template.picture-missing`).
#[utoipa::path(tag = "templates", params(VersionPath), responses(
    (status = 200, description = "Published.", body = VersionView, headers(("ETag" = String, description = "Digest of the body."))),
    (status = 409, description = "`template.published`: it is already.")))]
#[post("/v1/templates/{template}/versions/{number}/publish")]
pub async fn publish_template_version(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<VersionPath>,
) -> Result<HttpResponse, Problem> {
    let version = templates::publish(&app, &caller.0, path.into_inner().into()).await?;
    send(HttpResponse::Ok(), version)
}

/// Read a version of a template
///
/// The `ETag` is the digest of the body; a published version may be kept for a year without asking again.
#[utoipa::path(tag = "templates", params(VersionPath), responses(
    (status = 200, description = "The version.", body = VersionView, headers(
        ("ETag" = String, description = "Digest of the body."),
        ("Cache-Control" = String, description = "A year once published."))),
    (status = 304, description = "The caller holds it already (`If-None-Match`).")))]
#[get("/v1/templates/{template}/versions/{number}")]
pub async fn read_template_version(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<VersionPath>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let version = templates::read(&app, &caller.0, path.into_inner().into()).await?;
    let etag = tag(&version)?;
    let keep = (CACHE_CONTROL, if version.is_published() { FOR_A_YEAR } else { ASK_AGAIN });
    if is_known(&request, &etag) {
        return Ok(HttpResponse::NotModified().insert_header((ETAG, etag)).insert_header(keep).finish());
    }
    send(HttpResponse::Ok().insert_header(keep).take(), version)
}
