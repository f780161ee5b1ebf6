//! Versions of a checklist against each other and as files, over HTTP.

use super::shape::ChecklistShape;
use super::{VersionPath, VersionView};
use crate::app::App;
use crate::domain::ids::TemplateId;
use crate::domain::template::{Aspect, Changes, Checklist, Comparability};
use crate::flows::forms as flow;
use crate::flows::forms::Compared;
use crate::flows::templates;
use crate::http::actor::Caller;
use crate::http::body::{Body, Params};
use crate::http::problem::Problem;
use crate::http::vocabulary;
use crate::http::workbook::{Workbook, XLSX};
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, LOCATION};
use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// The operations.
pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(compare_template_versions);
    cfg.service(export_xlsform).service(import_xlsform);
    cfg.service(export_checklist).service(import_checklist);
}

/// With which version.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Against {
    /// Number of the older version.
    #[param(minimum = 1)]
    from: i32,
}

/// An item that both versions have, and that differs.
#[derive(Serialize, ToSchema)]
#[schema(as = ChangedItem)]
pub struct ChangedView {
    /// Its code.
    #[schema(example = "OSS-A01")]
    code: String,
    /// What differs.
    #[schema(value_type = Vec<vocabulary::ItemAspect>)]
    aspects: Vec<Aspect>,
    /// Whether its figures of both versions may stand in one row.
    #[schema(value_type = vocabulary::Comparability)]
    comparability: Comparability,
}

/// What a version changed against an older one.
#[derive(Serialize, ToSchema)]
#[schema(as = TemplateChanges, example = json!({ "from": 1, "to": 2, "added": ["OSS-G01"], "removed": [],
    "changed": [{ "code": "OSS-A01", "aspects": ["response"], "comparability": "broken" }], "retitled": false,
    "regraded": false, "scores_comparable": false, "open_visits": ["7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11"],
    "more_open_visits": false }))]
#[allow(clippy::struct_excessive_bools, reason = "each answers a question of its own")]
pub struct ChangesView {
    /// Number of the older version.
    from: i32,
    /// Number of the newer version.
    to: i32,
    /// Codes of items that only the newer one has.
    added: Vec<String>,
    /// Codes of items that only the older one has.
    removed: Vec<String>,
    /// Items that both have and that differ.
    changed: Vec<ChangedView>,
    /// Whether titles differ.
    retitled: bool,
    /// Whether scores become other grades.
    regraded: bool,
    /// Whether percentages of both versions measure the same.
    scores_comparable: bool,
    /// Visits that are not over yet and stay with the older version; those the caller may see, 200 at most.
    open_visits: Vec<Uuid>,
    /// Whether there are more of them.
    more_open_visits: bool,
}

impl From<Compared> for ChangesView {
    fn from(found: Compared) -> Self {
        let Changes { added, removed, changed, is_retitled, is_regraded, are_scores_comparable } =
            found.changes;
        let view = |of: crate::domain::template::ChangedItem| ChangedView {
            code: of.code,
            aspects: of.aspects,
            comparability: of.comparability,
        };
        Self {
            from: found.older.number,
            to: found.newer.number,
            added,
            removed,
            changed: changed.into_iter().map(view).collect(),
            retitled: is_retitled,
            regraded: is_regraded,
            scores_comparable: are_scores_comparable,
            open_visits: found.open_visits.into_iter().map(|id| id.0).collect(),
            more_open_visits: found.more,
        }
    }
}

/// Compare two versions of a template
///
/// Item by item, by their codes: what came, what went, what differs and whether its figures may still be compared. Visits
/// that are under way keep the version they were scheduled with.
#[utoipa::path(tag = "templates", params(VersionPath, Against),
    responses((status = 200, description = "What differs.", body = ChangesView)))]
#[get("/v1/templates/{template}/versions/{number}/changes")]
pub async fn compare_template_versions(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<VersionPath>,
    with: Params<Against>,
) -> Result<HttpResponse, Problem> {
    let VersionPath { template, number } = path.into_inner();
    let found = flow::compare(&app, &caller.0, TemplateId(template), with.0.from, number).await?;
    Ok(HttpResponse::Ok().json(ChangesView::from(found)))
}

/// Export a version as XLSForm
///
/// A workbook that ODK, KoboToolbox and `pyxform` read. What XLSForm has no column for stands in columns that begin with
/// `fp_`, so that the workbook comes back as the same checklist.
#[utoipa::path(tag = "templates", params(VersionPath), responses(
    (status = 200, description = "The workbook.",
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = Vec<u8>,
        headers(("Content-Disposition" = String, description = "A name for the file.")))))]
#[get("/v1/templates/{template}/versions/{number}/xlsform")]
pub async fn export_xlsform(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<VersionPath>,
) -> Result<HttpResponse, Problem> {
    let (version, bytes) = flow::export(&app, &caller.0, path.into_inner().into()).await?;
    let name = format!("attachment; filename=\"{}-{}.xlsx\"", version.code, version.number);
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, XLSX))
        .insert_header((CONTENT_DISPOSITION, name))
        .body(bytes))
}

/// Draft the next version from an XLSForm
///
/// Takes what the export writes; columns without the `fp_` prefix are those of XLSForm. Faults are told by sheet, row and
/// column (`/survey/12/fp_rules`), or by their place in the checklist. At most 256 KiB.
#[utoipa::path(tag = "templates", params(("template" = Uuid, Path, description = "Id of the template.")),
    request_body(content = Vec<u8>,
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    responses((status = 201, description = "Drafted; `Location` says where.", body = VersionView, headers(
        ("Location" = String, description = "Address of the version."),
        ("ETag" = String, description = "Digest of the body.")))))]
#[post("/v1/templates/{template}/xlsform")]
pub async fn import_xlsform(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
    book: Workbook,
) -> Result<HttpResponse, Problem> {
    let version = flow::import(&app, &caller.0, TemplateId(path.into_inner()), &book.0).await?;
    let location = format!("/v1/templates/{}/versions/{}", version.template, version.number);
    let mut answer = HttpResponse::Created();
    answer.insert_header((LOCATION, location));
    super::send(answer, version)
}

/// A checklist in a file, as `fieldproof import-template` takes it.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ChecklistFile)]
pub struct FileView {
    /// Code of its template.
    #[schema(example = "OSS")]
    code: String,
    /// What it asks.
    #[schema(value_type = ChecklistShape)]
    body: Checklist,
}

/// Export a version as a JSON file
///
/// What `POST /v1/templates/{template}/json` and `fieldproof import-template` take: the code and what is asked, nothing that
/// this server gave it. What comes back in has the same digest. Pictures are fetched apart.
#[utoipa::path(tag = "templates", params(VersionPath), responses(
    (status = 200, description = "The file.", body = FileView,
        headers(("Content-Disposition" = String, description = "A name for the file.")))))]
#[get("/v1/templates/{template}/versions/{number}/json")]
pub async fn export_checklist(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<VersionPath>,
) -> Result<HttpResponse, Problem> {
    let version = templates::read(&app, &caller.0, path.into_inner().into()).await?;
    let name = format!("attachment; filename=\"{}-{}.json\"", version.code, version.number);
    let file = FileView { code: version.code, body: version.body };
    Ok(HttpResponse::Ok().insert_header((CONTENT_DISPOSITION, name)).json(file))
}

/// Draft the next version from a JSON file
///
/// Takes what the export writes. A file of another template is refused (`template.code`); faults of the checklist are told
/// by their place below `/body`.
#[utoipa::path(tag = "templates", params(("template" = Uuid, Path, description = "Id of the template.")),
    request_body = FileView,
    responses((status = 201, description = "Drafted; `Location` says where.", body = VersionView, headers(
        ("Location" = String, description = "Address of the version."),
        ("ETag" = String, description = "Digest of the body.")))))]
#[post("/v1/templates/{template}/json")]
pub async fn import_checklist(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
    file: Body<FileView>,
) -> Result<HttpResponse, Problem> {
    let FileView { code, body } = file.0;
    let version = flow::import_file(&app, &caller.0, TemplateId(path.into_inner()), (&code, body)).await?;
    let location = format!("/v1/templates/{}/versions/{}", version.template, version.number);
    let mut answer = HttpResponse::Created();
    answer.insert_header((LOCATION, location));
    super::send(answer, version)
}
