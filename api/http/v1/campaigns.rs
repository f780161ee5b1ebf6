//! Campaigns and their papers.

use crate::app::App;
use crate::domain::ids::{CampaignId, DocumentId, OwnerId};
use crate::flows::campaigns::{self, Change, Held, Outline, Paper, Said};
use crate::http::actor::Caller;
use crate::http::body::{Body, Params};
use crate::http::headers::{IfMatch, etag};
use crate::http::paging;
use crate::http::problem::Problem;
use crate::http::vocabulary;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, delete, get, patch, post, web};
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

mod steps;
mod view;

use steps::{
    activate_campaign, approve_campaign, cancel_campaign, close_campaign, close_fieldwork, conclude_campaign,
    merge_campaign, submit_campaign,
};
use view::{CampaignView, SummaryView};

/// The operations on campaigns.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(create_campaign).service(list_campaigns).service(read_campaign).service(change_campaign);
    cfg.service(enter_document).service(withdraw_document);
    cfg.service(submit_campaign).service(approve_campaign);
    cfg.service(activate_campaign).service(cancel_campaign).service(close_fieldwork);
    cfg.service(conclude_campaign).service(close_campaign).service(merge_campaign);
}

/// A campaign to be entered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "owner": "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11", "kind": "civil_service",
    "title": "Kiểm tra công vụ 6 xã huyện Nông Sơn năm 2021", "topics": ["Thực thi công vụ", "Cải cách hành chính"],
    "period_from": "2021-09-28", "period_to": "2021-09-30", "goals": ["Nâng cao chỉ số cải cách hành chính"],
    "year_from": 2021, "year_to": null, "review_from": "2020-01-01", "review_to": "2021-06-30" }))]
pub struct NewCampaign {
    /// Whose it is.
    owner: Uuid,
    /// What sort of inspection it is.
    #[schema(value_type = vocabulary::CampaignKind)]
    kind: String,
    /// Title.
    title: String,
    /// What is looked at.
    #[serde(default)]
    topics: Vec<String>,
    /// First day of the fieldwork.
    period_from: Option<Date>,
    /// Last day of the fieldwork.
    period_to: Option<Date>,
    /// What it is to achieve.
    #[serde(default)]
    goals: Vec<String>,
    /// First year its plan is for.
    year_from: Option<i16>,
    /// Last year its plan is for; nothing beside a first year means the following years too.
    year_to: Option<i16>,
    /// First day of the period that is looked back on.
    review_from: Option<Date>,
    /// Last day of the period that is looked back on.
    review_to: Option<Date>,
}

/// What changes about a campaign; what is left out stays, `null` takes a day away.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "period_to": "2021-10-01" }))]
pub struct CampaignChange {
    /// Title.
    title: Option<String>,
    /// What is looked at.
    topics: Option<Vec<String>>,
    /// What it is to achieve.
    goals: Option<Vec<String>>,
    /// First day of the fieldwork.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<Date>)]
    period_from: Said<Date>,
    /// Last day of the fieldwork.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<Date>)]
    period_to: Said<Date>,
    /// First year its plan is for.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<i16>)]
    year_from: Said<i16>,
    /// Last year its plan is for.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<i16>)]
    year_to: Said<i16>,
    /// First day of the period that is looked back on.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<Date>)]
    review_from: Said<Date>,
    /// Last day of the period that is looked back on.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<Date>)]
    review_to: Said<Date>,
}

/// Tells a `null` from a field that is left out.
fn said<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Said<T>, D::Error> {
    Option::<T>::deserialize(from).map(Said::Is)
}

impl From<CampaignChange> for Change {
    fn from(said: CampaignChange) -> Self {
        Self {
            title: said.title,
            topics: said.topics,
            goals: said.goals,
            years: (said.year_from, said.year_to),
            period: (said.period_from, said.period_to),
            review: (said.review_from, said.review_to),
        }
    }
}

impl From<NewCampaign> for Outline {
    fn from(new: NewCampaign) -> Self {
        Self {
            title: new.title,
            topics: new.topics,
            goals: new.goals,
            years: (new.year_from, new.year_to),
            period: (new.period_from, new.period_to),
            review: (new.review_from, new.review_to),
        }
    }
}

/// A plan, a decision or a conclusion notice to be entered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "kind": "plan", "number": "133/KH-UBND", "issuer": "UBND huyện Nông Sơn",
    "issued_on": "2021-08-02", "title": "Kế hoạch kiểm tra công vụ năm 2021" }))]
pub struct NewDocument {
    /// Which of them.
    #[schema(value_type = vocabulary::DocumentKind)]
    kind: String,
    /// Number and symbol as written: `133/KH-UBND`, `01/2025/QĐ-UBND`, `11-HD/HU`.
    number: String,
    /// Who issued it.
    issuer: String,
    /// The day on it.
    issued_on: Date,
    /// What it is about; may be empty.
    #[serde(default)]
    title: String,
}

/// A page of campaigns.
#[derive(Serialize, ToSchema)]
#[schema(as = CampaignPage)]
pub struct CampaignPage {
    /// Campaigns, latest first.
    items: Vec<SummaryView>,
    /// Cursor of the next page; `null` on the last.
    next: Option<String>,
}

/// Which campaigns, which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CampaignFilter {
    /// Only of this owner.
    owner: Option<Uuid>,
    /// Only in this state.
    #[param(value_type = Option<vocabulary::CampaignState>)]
    state: Option<String>,
    /// Rows on the page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

fn send(mut answer: HttpResponseBuilder, held: Held) -> HttpResponse {
    answer.insert_header(etag(held.campaign.version)).json(CampaignView::from(held))
}

/// Enter a campaign
///
/// As a draft, for an owner where one may plan.
#[utoipa::path(tag = "campaigns", request_body = NewCampaign, responses(
    (status = 201, description = "Entered; `Location` says where.", body = CampaignView, headers(
        ("Location" = String, description = "Address of the campaign."),
        ("ETag" = String, description = "Version, for `If-Match`."))),
    (status = 404, description = "The owner is missing, or not yours to see.")))]
#[post("/v1/campaigns")]
pub async fn create_campaign(
    app: web::Data<App>,
    caller: Caller,
    body: Body<NewCampaign>,
) -> Result<HttpResponse, Problem> {
    let (owner, kind) = (OwnerId(body.0.owner), body.0.kind.clone());
    let held = campaigns::create(&app, &caller.0, owner, &kind, body.0.into()).await?;
    let mut answer = HttpResponse::Created();
    answer.insert_header((LOCATION, format!("/v1/campaigns/{}", held.campaign.id)));
    Ok(send(answer, held))
}

/// List campaigns
///
/// Those within reach of one's roles and teams, latest first. Filters: `owner`, `state`, both or none.
#[utoipa::path(tag = "campaigns", params(CampaignFilter),
    responses((status = 200, description = "A page of campaigns.", body = CampaignPage)))]
#[get("/v1/campaigns")]
pub async fn list_campaigns(
    app: web::Data<App>,
    caller: Caller,
    filter: Params<CampaignFilter>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let filter = filter.0;
    let of = format!("campaigns {:?} {:?}", filter.owner, filter.state);
    let limit = paging::limit(filter.limit)?;
    let after = paging::open(&app, &of, filter.cursor.as_deref())?;
    let asked = (filter.owner.map(OwnerId), filter.state.as_deref());
    let (found, more) = campaigns::list(&app, &caller.0, asked, after, limit).await?;
    let next = found.last().filter(|_| more).map(|last| paging::seal(&app, &of, (last.created_at, last.id)));
    let items = found.into_iter().map(SummaryView::from).collect();
    Ok(paging::respond(&request, &CampaignPage { items, next: next.clone() }, next.as_deref()))
}

/// Read a campaign
///
/// With its papers, and the campaigns that ended in it.
#[utoipa::path(tag = "campaigns", params(("campaign" = Uuid, Path, description = "Id of the campaign.")), responses(
    (status = 200, description = "The campaign.", body = CampaignView,
        headers(("ETag" = String, description = "Version, for `If-Match`.")))))]
#[get("/v1/campaigns/{campaign}")]
pub async fn read_campaign(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let held = campaigns::read(&app, &caller.0, CampaignId(path.into_inner())).await?;
    Ok(send(HttpResponse::Ok(), held))
}

/// Change a campaign
///
/// What it is about and when, until the fieldwork is closed.
#[utoipa::path(tag = "campaigns", params(("campaign" = Uuid, Path, description = "Id of the campaign."),
    ("If-Match" = String, Header, description = "`ETag` as last read.")), request_body = CampaignChange, responses(
    (status = 200, description = "Changed.", body = CampaignView, headers(("ETag" = String, description = "Its next version."))),
    (status = 409, description = "`campaign.state`: it is over."),
    (status = 412, description = "`version.stale`: somebody changed it meanwhile."),
    (status = 428, description = "`version.missing`: `If-Match` is needed.")))]
#[patch("/v1/campaigns/{campaign}")]
pub async fn change_campaign(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
    version: IfMatch,
    body: Body<CampaignChange>,
) -> Result<HttpResponse, Problem> {
    let id = CampaignId(path.into_inner());
    let held = campaigns::change(&app, &caller.0, id, version.0, body.0.into()).await?;
    Ok(send(HttpResponse::Ok(), held))
}

/// Enter a plan, a decision or a conclusion notice
///
/// The number is kept as written. An issuer uses a number once in a year. A decision older than its plan is taken with
/// a warning. A conclusion notice may also come after the fieldwork is closed.
#[utoipa::path(tag = "campaigns", params(("campaign" = Uuid, Path, description = "Id of the campaign.")),
    request_body = NewDocument, responses(
    (status = 201, description = "Entered; the campaign with its papers.", body = CampaignView, headers(
        ("Location" = String, description = "Address of the campaign."),
        ("ETag" = String, description = "Version, for `If-Match`."))),
    (status = 409, description = "`document.number-taken`, or `campaign.state`: it is over.")))]
#[post("/v1/campaigns/{campaign}/documents")]
pub async fn enter_document(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
    body: Body<NewDocument>,
) -> Result<HttpResponse, Problem> {
    let NewDocument { kind, number, issuer, issued_on, title } = body.0;
    let paper = Paper { kind, number, issuer, issued_on, title };
    let held = campaigns::enter_document(&app, &caller.0, CampaignId(path.into_inner()), paper).await?;
    let mut answer = HttpResponse::Created();
    answer.insert_header((LOCATION, format!("/v1/campaigns/{}", held.campaign.id)));
    Ok(send(answer, held))
}

/// Which paper of which campaign.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct PaperPath {
    /// Id of the campaign.
    campaign: Uuid,
    /// Id of the paper.
    paper: Uuid,
}

/// Take out a paper that was entered by mistake
///
/// While nothing rests on it: where the campaign does, enter the right paper first. Its number is free again.
#[utoipa::path(tag = "campaigns", params(PaperPath,
    ("If-Match" = String, Header, description = "`ETag` of the campaign as last read.")), responses(
    (status = 200, description = "Taken out; the campaign with the papers that remain.", body = CampaignView,
        headers(("ETag" = String, description = "Its next version."))),
    (status = 409, description = "`document.in-use`: the campaign, an action or visits rest on it. `campaign.state`: it is over."),
    (status = 412, description = "`version.stale`: somebody changed it meanwhile."),
    (status = 428, description = "`version.missing`: `If-Match` is needed.")))]
#[delete("/v1/campaigns/{campaign}/documents/{paper}")]
pub async fn withdraw_document(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<PaperPath>,
    version: IfMatch,
) -> Result<HttpResponse, Problem> {
    let of = (CampaignId(path.campaign), DocumentId(path.paper));
    let held = campaigns::withdraw_document(&app, &caller.0, of, version.0).await?;
    Ok(send(HttpResponse::Ok(), held))
}
