//! Oneself: profile, roles, devices, password.

use crate::app::App;
use crate::domain::ids::SessionId;
use crate::domain::visit::Visit;
use crate::flows::{self, profile::Profile};
use crate::http::actor::Caller;
use crate::http::address;
use crate::http::body::Body;
use crate::http::problem::Problem;
use crate::http::v1::accounts::GrantView;
use crate::http::vocabulary;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Oneself.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(get_me).service(change_my_password).service(end_my_device);
}

/// Oneself.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11", "login": "lan.anh", "display_name": "Nguyễn Lan Anh",
    "locale": "vi", "scopes": ["profile", "visits:read", "photos:write"], "grants": [], "devices": [], "visits": []
}))]
pub struct MeView {
    /// My account.
    id: Uuid,
    /// How I sign in.
    login: String,
    /// What others read.
    display_name: String,
    /// Language of my pages.
    #[schema(value_type = vocabulary::Locale)]
    locale: String,
    /// What this client may ask for.
    #[schema(value_type = Vec<vocabulary::Scope>)]
    scopes: Vec<&'static str>,
    /// My roles.
    grants: Vec<GrantView>,
    /// Where I am signed in, last used first.
    devices: Vec<DeviceView>,
    /// Open visits of my teams that I have been told of; empty where the client may not read visits.
    visits: Vec<MyVisitView>,
}

/// A visit of a team I am on.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0f7c8c2e-53a9-4c0f-a6a1-7e6f1a2b3c4d", "campaign": "9a1d6c1f-0a55-4a0e-9d5a-6a4b8f1f2e3d",
    "kind": "surprise", "state": "dispatched",
    "unit_path": "Xã Minh Quang, huyện Lâm Bình, tỉnh Tuyên Quang",
    "planned_start": "2026-03-20T01:00:00Z", "planned_end": "2026-03-20T04:00:00Z"
}))]
pub struct MyVisitView {
    /// The visit.
    id: Uuid,
    /// Under which campaign.
    campaign: Uuid,
    /// How it comes.
    #[schema(value_type = vocabulary::VisitKind)]
    kind: &'static str,
    /// Where it is in its life.
    #[schema(value_type = vocabulary::VisitState)]
    state: &'static str,
    /// The unit's printed path on that day.
    unit_path: String,
    /// When it is to begin.
    planned_start: Timestamp,
    /// When it is to end.
    planned_end: Timestamp,
}

impl From<Visit> for MyVisitView {
    fn from(visit: Visit) -> Self {
        Self {
            id: visit.id.0,
            campaign: visit.campaign.0,
            kind: visit.kind.as_str(),
            state: visit.state.as_str(),
            unit_path: visit.unit_path,
            planned_start: visit.window.start,
            planned_end: visit.window.end,
        }
    }
}

/// An app that I am signed in to.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "4b0645b2-5684-4b29-9cf8-f6f1e3dabe15", "name": "Máy của Lan Anh", "client_id": "fieldproof-phone",
    "client_name": "Fieldproof", "created_at": "2026-03-20T08:15:00Z", "last_used_at": "2026-03-20T09:00:00Z",
    "current": true
}))]
pub struct DeviceView {
    /// Names the device when it is ended.
    id: Uuid,
    /// What I called it.
    name: Option<String>,
    /// The client.
    client_id: String,
    /// What the client calls itself.
    client_name: String,
    /// Since when.
    created_at: Timestamp,
    /// When its tokens were last renewed.
    last_used_at: Timestamp,
    /// Whether it is the one that asks.
    current: bool,
}

impl From<Profile> for MeView {
    fn from(me: Profile) -> Self {
        let device = |device: flows::profile::Device| DeviceView {
            id: device.session.0,
            name: device.name,
            client_id: device.client,
            client_name: device.client_name,
            created_at: device.created_at,
            last_used_at: device.last_used_at,
            current: device.session == me.session,
        };
        Self {
            id: me.account.id.0,
            login: me.account.login,
            display_name: me.account.display_name,
            locale: me.account.locale,
            scopes: me.scopes.iter().map(|scope| scope.as_str()).collect(),
            grants: me.grants.into_iter().map(GrantView::from).collect(),
            devices: me.devices.into_iter().map(device).collect(),
            visits: me.visits.into_iter().map(MyVisitView::from).collect(),
        }
    }
}

/// Read who I am
///
/// My profile, my roles, the devices I am signed in on, and the visits of my teams that I have been told of.
#[utoipa::path(tag = "accounts", responses((status = 200, description = "Myself.", body = MeView)))]
#[get("/v1/me")]
pub async fn get_me(app: web::Data<App>, caller: Caller) -> Result<HttpResponse, Problem> {
    let me = flows::profile::read(&app, &caller.0).await?;
    Ok(HttpResponse::Ok().json(MeView::from(me)))
}

/// A new password for the old one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "current_password": "mưa rơi trên phố cổ", "new_password": "nắng lên sau rặng tre già" }))]
pub struct NewPassword {
    /// The one that holds.
    #[schema(format = Password)]
    current_password: String,
    /// At least 15 characters, at most 256; nothing else is asked of it, but that it is not guessed first.
    #[schema(format = Password, min_length = 15, max_length = 256)]
    new_password: String,
}

/// Change my password
///
/// Ends every other session of mine, on every device and in every browser. Wrong attempts slow down further ones.
#[utoipa::path(tag = "accounts", request_body = NewPassword,
    responses((status = 204, description = "It holds from now on.")))]
#[post("/v1/me/password")]
pub async fn change_my_password(
    app: web::Data<App>,
    caller: Caller,
    request: HttpRequest,
    body: Body<NewPassword>,
) -> Result<HttpResponse, Problem> {
    let from = address::client(&request, &app.config.trusted_proxies).to_string();
    let (old, new) = (&body.0.current_password, &body.0.new_password);
    flows::invitations::change_password(&app, &caller.0, old, new, &from).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Which device.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct DevicePath {
    /// As listed in my profile.
    device: Uuid,
}

/// End one of my devices
///
/// Its access token stops working at once, and it can't renew it.
#[utoipa::path(tag = "accounts", params(DevicePath), responses((status = 204, description = "It has ended.")))]
#[delete("/v1/me/devices/{device}")]
pub async fn end_my_device(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<DevicePath>,
) -> Result<HttpResponse, Problem> {
    flows::profile::end_device(&app, &caller.0, SessionId(path.device)).await?;
    Ok(HttpResponse::NoContent().finish())
}
