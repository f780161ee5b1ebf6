//! Lists of administrative procedures, over HTTP.

use super::visits::view::RatioView;
use crate::app::App;
use crate::domain::ids::OwnerId;
use crate::domain::procedure::{
    Comparison, Misplaced, Outdated, OutdatedBecause, Posted, Procedure, ProcedureField, ProcedureLevel,
    ProcedureList,
};
use crate::domain::visit::Ratio;
use crate::flows::procedures as flow;
use crate::flows::procedures::{Board, Entered, Wanted};
use crate::http::actor::Caller;
use crate::http::body::{Body, Params};
use crate::http::paging;
use crate::http::problem::Problem;
use crate::http::vocabulary;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Every operation on procedures.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(enter_procedure_list).service(list_procedures).service(compare_procedures);
    cfg.service(remove_procedure);
}

/// A field (lĩnh vực) that procedures are sorted by.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProcedureField, example = json!({ "code": "dia_chinh", "name": "Địa chính" }))]
pub struct FieldView {
    /// Stable code: small letters, digits and underscores.
    code: String,
    /// What people read.
    name: String,
}

/// A procedure as it is announced for some days.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Procedure, example = json!({ "code": "1.001193", "name": "Thủ tục đăng ký khai sinh", "field": "ho_tich",
    "valid_from": "2018-06-01", "valid_to": null, "replaced_by": null, "instrument": "Quyết định 2228/QĐ-UBND" }))]
pub struct ProcedureView {
    /// Its code in the national catalogue.
    code: String,
    /// Its name.
    name: String,
    /// Code of its field.
    field: String,
    /// The first day it holds.
    valid_from: Date,
    /// The first day it no longer holds.
    #[serde(default)]
    valid_to: Option<Date>,
    /// Code of what replaced it.
    #[serde(default)]
    replaced_by: Option<String>,
    /// The decision that announced it.
    #[serde(default)]
    instrument: Option<String>,
}

impl From<Procedure> for ProcedureView {
    fn from(of: Procedure) -> Self {
        let Procedure { code, name, field, valid_from, valid_to, replaced_by, instrument } = of;
        Self { code, name, field, valid_from, valid_to, replaced_by, instrument }
    }
}

impl From<ProcedureView> for Procedure {
    fn from(said: ProcedureView) -> Self {
        let ProcedureView { code, name, field, valid_from, valid_to, replaced_by, instrument } = said;
        Self { code, name, field, valid_from, valid_to, replaced_by, instrument }
    }
}

/// A list to be entered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "owner": "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11", "level": "commune",
    "fields": [{ "code": "ho_tich", "name": "Hộ tịch" }],
    "procedures": [{ "code": "1.001193", "name": "Thủ tục đăng ký khai sinh", "field": "ho_tich",
        "valid_from": "2018-06-01", "instrument": "Quyết định 2228/QĐ-UBND" }] }))]
pub struct NewProcedureList {
    /// Whose list.
    owner: Uuid,
    /// For which level.
    #[schema(value_type = vocabulary::ProcedureLevel)]
    level: ProcedureLevel,
    /// The fields that its procedures name.
    fields: Vec<FieldView>,
    /// At most 3,000.
    #[schema(max_items = 3000)]
    procedures: Vec<ProcedureView>,
}

impl From<NewProcedureList> for ProcedureList {
    fn from(said: NewProcedureList) -> Self {
        Self {
            owner: OwnerId(said.owner),
            level: said.level,
            fields: said.fields.into_iter().map(|f| ProcedureField { code: f.code, name: f.name }).collect(),
            procedures: said.procedures.into_iter().map(Procedure::from).collect(),
        }
    }
}

/// What entering a list did.
#[derive(Serialize, ToSchema)]
#[schema(as = ProcedureListEntered, example = json!({ "new": 12, "corrected": 3, "unchanged": 135 }))]
pub struct EnteredView {
    /// Procedures that were not held before.
    new: usize,
    /// Procedures that were held differently under the same code and first day.
    corrected: usize,
    /// Procedures that were held as they are.
    unchanged: usize,
}

impl From<Entered> for EnteredView {
    fn from(done: Entered) -> Self {
        Self { new: done.new, corrected: done.corrected, unchanged: done.unchanged }
    }
}

/// Enter a list of procedures
///
/// Checked as a whole and entered all of it or nothing; the same again changes nothing. Procedures of the same code and
/// first day are written anew, others are added; what is held and not in the list stays. A procedure that ends gets
/// `valid_to`, the first day on which it no longer holds, and `replaced_by` where another one took its place.
#[utoipa::path(tag = "procedures", request_body = NewProcedureList,
    responses((status = 200, description = "Entered.", body = EnteredView)))]
#[post("/v1/procedure-lists")]
pub async fn enter_procedure_list(
    app: web::Data<App>,
    caller: Caller,
    list: Body<NewProcedureList>,
) -> Result<HttpResponse, Problem> {
    let done = flow::enter_list(&app, &caller.0, list.0.into()).await?;
    Ok(HttpResponse::Ok().json(EnteredView::from(done)))
}

/// Which procedures, and which page of them.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// Whose list.
    owner: Uuid,
    /// For which level.
    #[param(value_type = vocabulary::ProcedureLevel)]
    level: ProcedureLevel,
    /// Only of this field.
    field: Option<String>,
    /// In force on this day; today where none is named.
    as_of: Option<Date>,
    /// Rows on the page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// A page of procedures.
#[derive(Serialize, ToSchema)]
pub struct ProcedurePage {
    /// Procedures by code.
    items: Vec<ProcedureView>,
    /// Cursor of the next page; `null` on the last.
    next: Option<String>,
}

/// List the procedures in force
///
/// On a day, at a level, perhaps of one field; ordered by code.
#[utoipa::path(tag = "procedures", params(Page),
    responses((status = 200, description = "A page of procedures.", body = ProcedurePage)))]
#[get("/v1/procedures")]
pub async fn list_procedures(
    app: web::Data<App>,
    caller: Caller,
    page: Params<Page>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let Page { owner, level, field, as_of, limit, cursor } = page.0;
    let day = as_of.unwrap_or_else(|| flow::today(&app));
    let of = format!("procedures {owner} {} {} {day}", level.as_str(), field.as_deref().unwrap_or_default());
    let after = paging::open(&app, &of, cursor.as_deref())?;
    let wanted = Wanted { owner: OwnerId(owner), level, field, day, after };
    let (found, more) = flow::list(&app, &caller.0, wanted, paging::limit(limit)?).await?;
    let next = found.last().filter(|_| more).map(|last| paging::seal(&app, &of, &last.code));
    let items = found.into_iter().map(ProcedureView::from).collect();
    Ok(paging::respond(&request, &ProcedurePage { items, next: next.clone() }, next.as_deref()))
}

/// Which stretch of which procedure.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OneProcedure {
    /// Whose list.
    owner: Uuid,
    /// For which level.
    #[param(value_type = vocabulary::ProcedureLevel)]
    level: ProcedureLevel,
    /// Its code.
    #[param(example = "1.001193")]
    code: String,
    /// The first day it holds.
    valid_from: Date,
}

/// Take out a procedure that was entered by mistake
///
/// One stretch of its days, while no visit of those days was handed in. A procedure that ends is entered with its last
/// day instead.
#[utoipa::path(tag = "procedures", params(OneProcedure), responses(
    (status = 204, description = "Taken out."),
    (status = 409, description = "`procedure.in-use`: visits of its days were handed in.")))]
#[delete("/v1/procedures")]
pub async fn remove_procedure(
    app: web::Data<App>,
    caller: Caller,
    asked: Params<OneProcedure>,
) -> Result<HttpResponse, Problem> {
    let OneProcedure { owner, level, code, valid_from } = asked.0;
    flow::remove(&app, &caller.0, (OwnerId(owner), level), (&code, valid_from)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A procedure as it was found on a board.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostedProcedure {
    /// Its code.
    #[schema(example = "1.001193")]
    code: String,
    /// Code of the field it stood under, where that was looked at.
    #[schema(example = "ho_tich")]
    field: Option<String>,
}

/// What hangs on a board.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "owner": "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11", "level": "commune", "day": "2020-03-20",
    "posted": [{ "code": "1.001193", "field": "ho_tich" }, { "code": "1.000656" }] }))]
pub struct PostedBoard {
    /// Whose list it is compared with.
    owner: Uuid,
    /// For which level.
    #[schema(value_type = vocabulary::ProcedureLevel)]
    level: ProcedureLevel,
    /// On which day: that of the visit.
    day: Date,
    /// Only these fields, and whatever hangs under one of them; every field where nothing is said.
    #[serde(default)]
    fields: Vec<String>,
    /// What is posted, at most 3,000.
    #[schema(max_items = 3000)]
    posted: Vec<PostedProcedure>,
}

impl From<PostedBoard> for Board {
    fn from(said: PostedBoard) -> Self {
        Self {
            owner: OwnerId(said.owner),
            level: said.level,
            day: said.day,
            fields: said.fields,
            posted: said.posted.into_iter().map(|p| Posted { code: p.code, field: p.field }).collect(),
        }
    }
}

/// A posted procedure that is not in force.
#[derive(Serialize, ToSchema)]
#[schema(as = OutdatedProcedure)]
pub struct OutdatedView {
    /// As it was last announced, or will be.
    procedure: ProcedureView,
    /// Why it should not be there.
    #[schema(value_type = vocabulary::OutdatedBecause)]
    because: OutdatedBecause,
}

/// A procedure posted under another field than its own.
#[derive(Serialize, ToSchema)]
#[schema(as = MisplacedProcedure)]
pub struct MisplacedView {
    /// The procedure.
    procedure: ProcedureView,
    /// Code of the field it stood under.
    posted_under: String,
}

/// How a board compares with the list in force.
#[derive(Serialize, ToSchema)]
#[schema(as = ProcedureComparison, example = json!({
    "posted": { "numerator": 1, "denominator": 2, "percent": 50.0 },
    "missing": [{ "code": "1.000656", "name": "Thủ tục đăng ký khai tử", "field": "ho_tich",
        "valid_from": "2018-06-01", "valid_to": null, "replaced_by": null, "instrument": null }],
    "outdated": [], "wrong_field": [], "unknown": ["9.999"], "missing_fields": [{ "code": "dia_chinh",
        "name": "Địa chính" }] }))]
pub struct ComparisonView {
    /// How many of the procedures that must be posted are.
    posted: RatioView,
    /// In force and not posted, by code.
    missing: Vec<ProcedureView>,
    /// Posted and not in force, by code.
    outdated: Vec<OutdatedView>,
    /// Posted under another field, by code.
    wrong_field: Vec<MisplacedView>,
    /// Posted codes that are in no list.
    unknown: Vec<String>,
    /// Fields of which nothing at all is posted.
    missing_fields: Vec<FieldView>,
}

impl From<(Comparison, Vec<ProcedureField>)> for ComparisonView {
    fn from((found, fields): (Comparison, Vec<ProcedureField>)) -> Self {
        let outdated = |of: Outdated| OutdatedView { procedure: of.procedure.into(), because: of.because };
        let misplaced =
            |of: Misplaced| MisplacedView { procedure: of.procedure.into(), posted_under: of.posted_under };
        let missing = fields.into_iter().filter(|field| found.missing_fields.contains(&field.code));
        Self {
            posted: Ratio { numerator: found.posted, denominator: found.required }.into(),
            missing_fields: missing.map(|field| FieldView { code: field.code, name: field.name }).collect(),
            missing: found.missing.into_iter().map(ProcedureView::from).collect(),
            outdated: found.outdated.into_iter().map(outdated).collect(),
            wrong_field: found.wrong_field.into_iter().map(misplaced).collect(),
            unknown: found.unknown,
        }
    }
}

/// Compare a board with the list in force
///
/// What is missing, what should not be there any more, what stands under the wrong field: on the day of a visit. Nothing
/// is kept; the figures go into the answers of the visit.
#[utoipa::path(tag = "procedures", request_body = PostedBoard,
    responses((status = 200, description = "How they compare.", body = ComparisonView),
        (status = 404, description = "The owner is missing, or not yours to see.")))]
#[post("/v1/procedure-comparisons")]
pub async fn compare_procedures(
    app: web::Data<App>,
    caller: Caller,
    board: Body<PostedBoard>,
) -> Result<HttpResponse, Problem> {
    let found = flow::compare_board(&app, &caller.0, board.0.into()).await?;
    Ok(HttpResponse::Ok().json(ComparisonView::from(found)))
}
