//! Accounts and their roles, for administrators; and the way in for whoever was invited.

use crate::app::App;
use crate::domain::actor::{Grant, Role};
use crate::domain::ids::{AccountId, CampaignId, GrantId, OwnerId, UnitId};
use crate::flows::accounts::{Granted, Wanted, WithGrants};
use crate::flows::invitations::Link;
use crate::flows::{accounts, invitations};
use crate::http::actor::Caller;
use crate::http::body::{Body, Params};
use crate::http::paging;
use crate::http::problem::Problem;
use crate::http::vocabulary;
use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Accounts.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(create_account)
        .service(list_accounts)
        .service(get_account)
        .service(disable_account)
        .service(enable_account)
        .service(reset_account_password)
        .service(grant_role)
        .service(revoke_role)
        .service(accept_invitation);
}

/// A person's account.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11", "login": "lan.anh", "display_name": "Nguyễn Lan Anh",
    "locale": "vi", "state": "active", "created_at": "2026-03-01T02:00:00Z",
    "password_changed_at": "2026-03-02T01:30:00Z", "disabled_at": null, "grants": []
}))]
pub struct AccountView {
    /// Its id.
    id: Uuid,
    /// How its holder signs in.
    login: String,
    /// What others read.
    display_name: String,
    /// Language of its pages.
    #[schema(value_type = vocabulary::Locale)]
    locale: String,
    /// Whether its holder may sign in.
    #[schema(value_type = vocabulary::AccountState)]
    state: &'static str,
    /// When it was made.
    created_at: Timestamp,
    /// When the password was last set.
    password_changed_at: Option<Timestamp>,
    /// When it was disabled.
    disabled_at: Option<Timestamp>,
    /// Its roles, as far as you may know of them.
    grants: Vec<GrantView>,
}

/// A role of an account.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "c2a7b0de-9d0e-4b7c-8f11-3a4b5c6d7e8f", "role": "scheduler",
    "owner": { "id": "5d1f0b9a-2c3d-4e5f-8a9b-0c1d2e3f4a5b", "code": "snv-hn", "name": "Sở Nội vụ Hà Nội" },
    "unit": null, "campaign": null, "granted_at": "2026-03-01T02:00:00Z"
}))]
pub struct GrantView {
    /// Its id.
    id: Uuid,
    /// The role.
    #[schema(value_type = vocabulary::Role)]
    role: Role,
    /// At whom; `null` for an administrator of the whole installation.
    owner: Option<OwnerRef>,
    /// Narrowed to this unit and everything below it.
    unit: Option<Uuid>,
    /// Narrowed to this campaign.
    campaign: Option<Uuid>,
    /// Since when.
    granted_at: Timestamp,
}

/// An owner, named.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "id": "5d1f0b9a-2c3d-4e5f-8a9b-0c1d2e3f4a5b", "code": "snv-hn", "name": "Sở Nội vụ Hà Nội" }))]
pub struct OwnerRef {
    /// Its id.
    id: Uuid,
    /// Its code.
    code: String,
    /// Its name.
    name: String,
}

impl From<Granted> for GrantView {
    fn from(granted: Granted) -> Self {
        let name = |id: OwnerId| OwnerRef {
            id: id.0,
            code: granted.owner_code.clone().unwrap_or_default(),
            name: granted.owner_name.clone().unwrap_or_default(),
        };
        Self {
            id: granted.id.0,
            role: granted.grant.role,
            owner: granted.grant.owner.map(name),
            unit: granted.grant.unit.map(|id| id.0),
            campaign: granted.grant.campaign.map(|id| id.0),
            granted_at: granted.granted_at,
        }
    }
}

impl From<WithGrants> for AccountView {
    fn from(of: WithGrants) -> Self {
        Self {
            id: of.account.id.0,
            login: of.account.login,
            display_name: of.account.display_name,
            locale: of.account.locale,
            state: of.account.state.as_str(),
            created_at: of.account.created_at,
            password_changed_at: of.account.password_changed_at,
            disabled_at: of.account.disabled_at,
            grants: of.grants.into_iter().map(GrantView::from).collect(),
        }
    }
}

/// A one-time link; it is told once.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "url": "https://fieldproof.example/invitation?token=2oJ5Xb4kq1mRrQ0Vt7bW8nqJt0yq3o9m1cVwq8e6H1k",
    "expires_at": "2026-03-27T08:15:00Z"
}))]
pub struct LinkView {
    /// Hand it to the account's holder and to nobody else.
    url: String,
    /// Until when.
    expires_at: Timestamp,
}

impl From<Link> for LinkView {
    fn from(link: Link) -> Self {
        Self { url: link.url, expires_at: link.expires_at }
    }
}

/// An account just made, with the link that sets its first password.
#[derive(Serialize, ToSchema)]
pub struct NewAccountView {
    /// The account.
    account: AccountView,
    /// The link.
    invitation: LinkView,
}

/// A page of accounts.
#[derive(Serialize, ToSchema)]
pub struct AccountPage {
    /// By login.
    items: Vec<AccountView>,
    /// Cursor of the next page.
    next: Option<String>,
}

/// A role to be granted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "role": "scheduler", "owner": "5d1f0b9a-2c3d-4e5f-8a9b-0c1d2e3f4a5b" }))]
pub struct NewGrant {
    /// The role.
    #[schema(value_type = vocabulary::Role)]
    role: Role,
    /// At whom; left out only for an administrator of the whole installation.
    owner: Option<Uuid>,
    /// Narrowed to this unit and everything below it; needed for `head_of_unit` and `unit_staff`.
    unit: Option<Uuid>,
    /// Narrowed to this campaign.
    campaign: Option<Uuid>,
}

impl From<NewGrant> for Grant {
    fn from(new: NewGrant) -> Self {
        Self {
            role: new.role,
            owner: new.owner.map(OwnerId),
            unit: new.unit.map(UnitId),
            campaign: new.campaign.map(CampaignId),
        }
    }
}

/// An account to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "login": "lan.anh", "display_name": "Nguyễn Lan Anh", "locale": "vi",
    "grants": [{ "role": "team_lead", "owner": "5d1f0b9a-2c3d-4e5f-8a9b-0c1d2e3f4a5b" }]
}))]
pub struct NewAccount {
    /// 3 to 64 letters, digits and `. _ - @ +`; compared without case.
    #[schema(min_length = 3, max_length = 64)]
    login: String,
    /// What others will read.
    #[schema(min_length = 1, max_length = 120)]
    display_name: String,
    /// Language of its pages; `vi` where nothing is said.
    #[serde(default = "vietnamese")]
    #[schema(value_type = vocabulary::Locale)]
    locale: String,
    /// First roles; an administrator of one owner must grant at least one there.
    #[serde(default)]
    #[schema(max_items = 50)]
    grants: Vec<NewGrant>,
}

fn vietnamese() -> String {
    "vi".to_owned()
}

/// Which account.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AccountPath {
    /// Its id.
    account: Uuid,
}

/// Which role of which account.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct GrantPath {
    /// The account's id.
    account: Uuid,
    /// The grant's id.
    grant: Uuid,
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AccountListParams {
    /// Rows on the page, 1 to 200.
    #[param(minimum = 1, maximum = 200, example = 50)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Create an account
///
/// It begins as invited; the answer holds the one-time link with which its holder sets the first password, and no other
/// answer ever does. An administrator of one owner grants roles there and nowhere else.
#[utoipa::path(tag = "accounts", request_body = NewAccount, responses(
    (status = 201, description = "Made.", body = NewAccountView, headers(("Location" = String, description = "The account."))),
    (status = 409, description = "Somebody has this login already, or a role is said twice.")))]
#[post("/v1/accounts")]
pub async fn create_account(
    app: web::Data<App>,
    caller: Caller,
    body: Body<NewAccount>,
) -> Result<HttpResponse, Problem> {
    let new = body.0;
    let wanted = Wanted {
        login: new.login,
        display_name: new.display_name,
        locale: new.locale,
        grants: new.grants.into_iter().map(Grant::from).collect(),
    };
    let (made, link) = accounts::create(&app, &caller.0, wanted).await?;
    let account = AccountView::from(made);
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, format!("/v1/accounts/{}", account.id)))
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(NewAccountView { account, invitation: link.into() }))
}

/// List accounts
///
/// By login. An administrator of one owner reads the accounts that have, or had, a role there, and of their roles those
/// there.
#[utoipa::path(tag = "accounts", params(AccountListParams),
    responses((status = 200, description = "A page.", body = AccountPage)))]
#[get("/v1/accounts")]
pub async fn list_accounts(
    app: web::Data<App>,
    caller: Caller,
    request: HttpRequest,
    params: Params<AccountListParams>,
) -> Result<HttpResponse, Problem> {
    let limit = paging::limit(params.0.limit)?;
    let after: Option<String> = paging::open(&app, "accounts", params.0.cursor.as_deref())?;
    let (page, more) = accounts::list(&app, &caller.0, after.as_deref(), limit).await?;
    let last = page.last().filter(|_| more).map(|last| last.account.login.clone());
    let next = last.map(|login| paging::seal(&app, "accounts", login));
    let body = AccountPage { items: page.into_iter().map(AccountView::from).collect(), next: next.clone() };
    Ok(paging::respond(&request, &body, next.as_deref()))
}

/// Read an account
///
/// With its live roles.
#[utoipa::path(tag = "accounts", params(AccountPath),
    responses((status = 200, description = "The account.", body = AccountView)))]
#[get("/v1/accounts/{account}")]
pub async fn get_account(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<AccountPath>,
) -> Result<HttpResponse, Problem> {
    let found = accounts::read(&app, &caller.0, AccountId(path.account)).await?;
    Ok(HttpResponse::Ok().json(AccountView::from(found)))
}

/// Disable an account
///
/// Every token, session and link of its holder dies at once. Safe to repeat.
#[utoipa::path(tag = "accounts", params(AccountPath), responses(
    (status = 200, description = "It is disabled.", body = AccountView),
    (status = 409, description = "It is the last administrator of the installation.")))]
#[post("/v1/accounts/{account}/disable")]
pub async fn disable_account(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<AccountPath>,
) -> Result<HttpResponse, Problem> {
    let after = accounts::disable(&app, Some(&caller.0), AccountId(path.account)).await?;
    Ok(HttpResponse::Ok().json(AccountView::from(after)))
}

/// Enable an account
///
/// Its holder signs in anew, with the password as it was. Safe to repeat.
#[utoipa::path(tag = "accounts", params(AccountPath),
    responses((status = 200, description = "It is enabled.", body = AccountView)))]
#[post("/v1/accounts/{account}/enable")]
pub async fn enable_account(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<AccountPath>,
) -> Result<HttpResponse, Problem> {
    let after = accounts::enable(&app, &caller.0, AccountId(path.account)).await?;
    Ok(HttpResponse::Ok().json(AccountView::from(after)))
}

/// Make a link for a new password
///
/// Earlier links of the account die. The present password holds until the link is used; then every session ends.
#[utoipa::path(tag = "accounts", params(AccountPath), responses(
    (status = 201, description = "The link, told once.", body = LinkView),
    (status = 409, description = "The account is disabled.")))]
#[post("/v1/accounts/{account}/password-reset")]
pub async fn reset_account_password(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<AccountPath>,
) -> Result<HttpResponse, Problem> {
    let link = accounts::reset(&app, Some(&caller.0), AccountId(path.account)).await?;
    Ok(HttpResponse::Created().insert_header((CACHE_CONTROL, "no-store")).json(LinkView::from(link)))
}

/// Grant a role
///
/// Holds from the next request of its holder. The answer is the account with all its roles. Nobody grants a role to
/// themselves.
#[utoipa::path(tag = "accounts", params(AccountPath), request_body = NewGrant, responses(
    (status = 201, description = "Granted.", body = AccountView, headers(("Location" = String, description = "The grant."))),
    (status = 403, description = "`grant.own`: to oneself; or not allowed, or the client lacks the scope."),
    (status = 409, description = "Granted already, or the account is disabled.")))]
#[post("/v1/accounts/{account}/grants")]
pub async fn grant_role(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<AccountPath>,
    body: Body<NewGrant>,
) -> Result<HttpResponse, Problem> {
    let (after, id) = accounts::grant(&app, &caller.0, AccountId(path.account), body.0.into()).await?;
    let location = format!("/v1/accounts/{}/grants/{id}", path.account);
    Ok(HttpResponse::Created().insert_header((LOCATION, location)).json(AccountView::from(after)))
}

/// Take a role away
///
/// Holds from the next request of its holder. Safe to repeat.
#[utoipa::path(tag = "accounts", params(GrantPath), responses(
    (status = 204, description = "Taken away."),
    (status = 409, description = "It is what makes the last administrator of the installation.")))]
#[delete("/v1/accounts/{account}/grants/{grant}")]
pub async fn revoke_role(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<GrantPath>,
) -> Result<HttpResponse, Problem> {
    accounts::revoke(&app, &caller.0, AccountId(path.account), GrantId(path.grant)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A link and the password it is for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "token": "2oJ5Xb4kq1mRrQ0Vt7bW8nqJt0yq3o9m1cVwq8e6H1k", "password": "mưa rơi trên phố cổ"
}))]
pub struct Acceptance {
    /// From the link.
    token: String,
    /// At least 15 characters, at most 256; nothing else is asked of it, but that it is not guessed first.
    #[schema(format = Password, min_length = 15, max_length = 256)]
    password: String,
}

/// Whose password was set.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "login": "lan.anh", "display_name": "Nguyễn Lan Anh" }))]
pub struct AcceptedView {
    /// How to sign in now.
    login: String,
    /// What others read.
    display_name: String,
}

/// Set a password by a link
///
/// For the first password and for a forgotten one. The link holds once; every session of the account ends.
#[utoipa::path(tag = "accounts", request_body = Acceptance,
    responses((status = 200, description = "The password holds; sign in.", body = AcceptedView)))]
#[post("/v1/invitations/accept")]
pub async fn accept_invitation(app: web::Data<App>, body: Body<Acceptance>) -> Result<HttpResponse, Problem> {
    let account = invitations::accept(&app, &body.0.token, &body.0.password).await?;
    let view = AcceptedView { login: account.login, display_name: account.display_name };
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(view))
}
