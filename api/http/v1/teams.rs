//! Teams of a campaign.

use crate::app::App;
use crate::domain::ids::{AccountId, CampaignId, TeamId, UnitId};
use crate::domain::permission::TeamRole;
use crate::domain::refusal::Refusal;
use crate::domain::team::Membership;
use crate::flows::teams::{self, Member, Team};
use crate::http::actor::Caller;
use crate::http::body::Body;
use crate::http::headers::{IfMatch, etag};
use crate::http::problem::Problem;
use crate::http::vocabulary;
use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, delete, get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// The operations on teams.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(create_team).service(list_teams).service(read_team).service(reseat_team);
    cfg.service(disband_team);
}

/// Somebody to be seated.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewMember)]
pub struct NewMember {
    /// Whose seat.
    account: Uuid,
    /// What they are on the team.
    #[schema(value_type = vocabulary::TeamRole)]
    role: String,
    /// Office and position as the decision prints them.
    #[serde(default)]
    #[schema(example = "Trưởng phòng Nội vụ")]
    position: String,
    /// The office they come from.
    #[serde(default)]
    #[schema(example = "Phòng Nội vụ")]
    office: String,
    /// That office in the register of units, where it stands there; they do not inspect it.
    office_unit: Option<Uuid>,
    /// Their titles, each by itself.
    #[serde(default)]
    #[schema(max_items = 10, example = json!(["Tỉnh ủy viên", "Trưởng ban Pháp chế"]))]
    positions: Vec<String>,
    /// The group (tổ) of the team they work in.
    #[serde(default)]
    #[schema(example = "Tổ 1")]
    group: String,
}

/// A team to be named.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "Đoàn kiểm tra số 1", "members": [
    { "account": "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11", "role": "lead", "position": "Trưởng phòng Nội vụ" },
    { "account": "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c12", "role": "clerk", "position": "Chuyên viên Văn phòng HĐND và UBND" }] }))]
pub struct NewTeam {
    /// Its number in the programme, where it has one: Đoàn giám sát số 18.
    #[schema(minimum = 1, maximum = 999, example = 18)]
    number: Option<i32>,
    /// What people call it.
    name: String,
    /// Its people: exactly one lead, nobody twice.
    members: Vec<NewMember>,
}

/// Everybody on a team from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMembers {
    /// Its people: exactly one lead, nobody twice.
    members: Vec<NewMember>,
}

/// Somebody on a team.
#[derive(Serialize, ToSchema)]
#[schema(as = Member)]
pub struct MemberView {
    /// Whose seat.
    account: Uuid,
    /// Their name.
    #[schema(example = "Mai Thị Hồng")]
    display_name: String,
    /// What they are on the team.
    #[schema(value_type = vocabulary::TeamRole)]
    role: &'static str,
    /// Office and position as printed.
    #[schema(example = "Trưởng phòng Nội vụ")]
    position: String,
    /// The office they come from.
    #[schema(example = "Phòng Nội vụ")]
    office: String,
    /// That office in the register of units.
    office_unit: Option<Uuid>,
    /// Their titles, each by itself.
    #[schema(example = json!(["Trưởng phòng Nội vụ"]))]
    positions: Vec<String>,
    /// The group of the team they work in.
    #[schema(example = "Tổ 1")]
    group: String,
}

/// A team with its people.
#[derive(Serialize, ToSchema)]
#[schema(as = Team)]
pub struct TeamView {
    /// Its id.
    id: Uuid,
    /// Its campaign.
    campaign: Uuid,
    /// Its number in the programme.
    #[schema(example = 18)]
    number: Option<i32>,
    /// What people call it.
    #[schema(example = "Đoàn kiểm tra số 1")]
    name: String,
    /// Its people, lead first.
    members: Vec<MemberView>,
    /// Counts changes.
    #[schema(example = 1)]
    version: i32,
    /// What of the visits that the team has been told of is worth a second look with these people; told when people are
    /// seated, and empty else.
    warnings: Vec<TeamWarningView>,
}

/// A visit of a team that is worth a second look.
#[derive(Serialize, ToSchema)]
#[schema(as = TeamWarning)]
pub struct TeamWarningView {
    /// Which visit.
    visit: Uuid,
    /// Why.
    #[schema(value_type = vocabulary::VisitWarning)]
    code: &'static str,
}

impl From<(Team, Vec<Member>)> for TeamView {
    fn from((team, members): (Team, Vec<Member>)) -> Self {
        let seat = |member: Member| MemberView {
            account: member.account.0,
            display_name: member.display_name,
            role: member.role.as_str(),
            position: member.position,
            office: member.office,
            office_unit: member.office_unit.map(|id| id.0),
            positions: member.positions,
            group: member.group,
        };
        Self {
            id: team.id.0,
            campaign: team.campaign.0,
            number: team.number,
            name: team.name,
            members: members.into_iter().map(seat).collect(),
            version: team.version,
            warnings: Vec::new(),
        }
    }
}

/// Every team of a campaign.
#[derive(Serialize, ToSchema)]
#[schema(as = TeamList)]
pub struct TeamList {
    /// Teams in the order they were named.
    items: Vec<TeamView>,
    /// Always `null`: a campaign has few teams.
    next: Option<String>,
}

/// Which team of which campaign.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct TeamPath {
    /// Id of the campaign.
    campaign: Uuid,
    /// Id of the team.
    team: Uuid,
}

impl From<TeamPath> for (CampaignId, TeamId) {
    fn from(path: TeamPath) -> Self {
        (CampaignId(path.campaign), TeamId(path.team))
    }
}

fn seats(members: Vec<NewMember>) -> Result<Vec<Membership>, Refusal> {
    let seat = |(place, new): (usize, NewMember)| {
        let detail = "is none of lead, deputy, member, clerk";
        let role = TeamRole::parse(&new.role)
            .ok_or_else(|| Refusal::field(&format!("/members/{place}/role"), "team.role-unknown", detail))?;
        Ok(Membership {
            account: AccountId(new.account),
            role,
            position: new.position,
            office: new.office,
            office_unit: new.office_unit.map(UnitId),
            positions: new.positions,
            group: new.group,
        })
    };
    members.into_iter().enumerate().map(seat).collect()
}

/// Name a team
///
/// With its people: exactly one lead. Everybody needs an active account with a fitting role at the campaign's owner:
/// the lead `team_lead`, the others `member`, `clerk` or `team_lead`.
#[utoipa::path(tag = "campaigns", params(("campaign" = Uuid, Path, description = "Id of the campaign.")),
    request_body = NewTeam, responses(
    (status = 201, description = "Named; `Location` says where.", body = TeamView, headers(
        ("Location" = String, description = "Address of the team."),
        ("ETag" = String, description = "Version, for `If-Match`."))),
    (status = 409, description = "`campaign.state`: it is over.")))]
#[post("/v1/campaigns/{campaign}/teams")]
pub async fn create_team(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
    body: Body<NewTeam>,
) -> Result<HttpResponse, Problem> {
    let (campaign, new) = (CampaignId(path.into_inner()), body.0);
    let named = (new.number, new.name.as_str());
    let (team, members) = teams::create(&app, &caller.0, campaign, named, seats(new.members)?).await?;
    let location = format!("/v1/campaigns/{campaign}/teams/{}", team.id);
    let mut answer = HttpResponse::Created();
    answer.insert_header((LOCATION, location)).insert_header(etag(team.version));
    Ok(answer.json(TeamView::from((team, members))))
}

/// List the teams of a campaign
///
/// With their people, in the order they were named.
#[utoipa::path(tag = "campaigns", params(("campaign" = Uuid, Path, description = "Id of the campaign.")),
    responses((status = 200, description = "Every team.", body = TeamList)))]
#[get("/v1/campaigns/{campaign}/teams")]
pub async fn list_teams(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let found = teams::list(&app, &caller.0, CampaignId(path.into_inner())).await?;
    let items = found.into_iter().map(TeamView::from).collect();
    Ok(HttpResponse::Ok().json(TeamList { items, next: None }))
}

/// Read a team
///
/// With its people, lead first.
#[utoipa::path(tag = "campaigns", params(TeamPath), responses(
    (status = 200, description = "The team.", body = TeamView, headers(("ETag" = String, description = "Version, for `If-Match`.")))))]
#[get("/v1/campaigns/{campaign}/teams/{team}")]
pub async fn read_team(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<TeamPath>,
) -> Result<HttpResponse, Problem> {
    let (team, members) = teams::read(&app, &caller.0, path.into_inner().into()).await?;
    Ok(HttpResponse::Ok().insert_header(etag(team.version)).json(TeamView::from((team, members))))
}

/// Disband a team that was entered by mistake
///
/// While no visit and no round rests on it.
#[utoipa::path(tag = "campaigns", params(TeamPath, ("If-Match" = String, Header, description = "`ETag` as last read.")),
    responses(
    (status = 204, description = "Disbanded."),
    (status = 409, description = "`team.in-use`: visits or rounds rest on it. `campaign.state`: it is over."),
    (status = 412, description = "`version.stale`: somebody changed it meanwhile."),
    (status = 428, description = "`version.missing`: `If-Match` is needed.")))]
#[delete("/v1/campaigns/{campaign}/teams/{team}")]
pub async fn disband_team(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<TeamPath>,
    version: IfMatch,
) -> Result<HttpResponse, Problem> {
    teams::disband(&app, &caller.0, path.into_inner().into(), version.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Change who is on a team
///
/// Seats exactly these people: who is left out leaves, and loses sight of the team's visits with the next request.
#[utoipa::path(tag = "campaigns", params(TeamPath, ("If-Match" = String, Header, description = "`ETag` as last read.")),
    request_body = NewMembers, responses(
    (status = 200, description = "Seated.", body = TeamView, headers(("ETag" = String, description = "Its next version."))),
    (status = 409, description = "`campaign.state`: it is over."),
    (status = 412, description = "`version.stale`: somebody changed it meanwhile."),
    (status = 428, description = "`version.missing`: `If-Match` is needed.")))]
#[put("/v1/campaigns/{campaign}/teams/{team}/members")]
pub async fn reseat_team(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<TeamPath>,
    version: IfMatch,
    body: Body<NewMembers>,
) -> Result<HttpResponse, Problem> {
    let members = seats(body.0.members)?;
    let (team, members, warned) =
        teams::reseat(&app, &caller.0, path.into_inner().into(), version.0, members).await?;
    let warnings = warned.into_iter().map(|(visit, code)| TeamWarningView { visit: visit.0, code }).collect();
    let mut answer = HttpResponse::Ok();
    answer.insert_header(etag(team.version));
    Ok(answer.json(TeamView { warnings, ..TeamView::from((team, members)) }))
}
