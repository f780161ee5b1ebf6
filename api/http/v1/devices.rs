//! Phones that were let in.

use crate::app::App;
use crate::domain::ids::{AccountId, DeviceId, OwnerId};
use crate::domain::refusal::Refusal;
use crate::flows::devices::{self, Device, Newcomer, Place, PublicKey};
use crate::flows::photos::Done;
use crate::http::actor::Caller;
use crate::http::body::{Body, Params};
use crate::http::paging;
use crate::http::problem::Problem;
use crate::http::vocabulary;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Phones that were let in.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(enrol_device).service(list_devices).service(read_device).service(revoke_device);
}

/// A public key as a JWK (RFC 7517), of just the members that make its thumbprint.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }))]
pub struct Jwk {
    /// `OKP` for Ed25519 (RFC 8037), `EC` for P-256.
    kty: String,
    /// `Ed25519` or `P-256`.
    crv: String,
    /// The key, or the abscissa of its point: 32 bytes in base64url without padding.
    x: String,
    /// The ordinate, for P-256.
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<String>,
}

impl Jwk {
    /// As shown.
    pub(super) fn of(key: &PublicKey) -> Self {
        let jwk = key.jwk();
        let text = |name: &str| jwk.get(name).and_then(|of| of.as_str()).map(ToOwned::to_owned);
        let must = |name| text(name).unwrap_or_default();
        Self { kty: must("kty"), crv: must("crv"), x: must("x"), y: text("y") }
    }
}

/// A phone that asks to be let in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "code": "2oJ5Xb4kq1mRrQ0Vt7bW8nqJt0yq3o9m1cVwq8e6H1k",
    "key": { "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" },
    "proof": "eyJhIjoxfQ0Vt7bW8nqJt0yq3o9m1cVwq8e6H1k2oJ5Xb4kq1mRrQ0Vt7bW8nqJt0yq3o9m1cVwq8e6H1kAA",
    "name": "Máy của Lan Anh", "model": "Samsung Galaxy A15"
}))]
pub struct NewDevice {
    /// The code it scanned: what stands behind `#code=`.
    code: String,
    /// Its public key; the other half never leaves the phone.
    key: Jwk,
    /// Its signature, 64 bytes in base64url without padding, over the canonical JSON (RFC 8785) of `account` (one's own
    /// id), `code_sha256` (SHA-256 of the code, hexadecimal), `issuer` (this installation's public URL, as in tokens), `key_id`
    /// (the key's thumbprint, RFC 7638, in base64url) and `purpose`, which is `fieldproof-device-enrolment`. By a key on P-256: `r` and `s` one behind the other
    /// (RFC 7518), not DER.
    proof: String,
    /// What its person calls it, up to 80 characters.
    #[schema(min_length = 1, max_length = 80)]
    name: String,
    /// What its maker calls it, up to 80 characters.
    #[schema(min_length = 1, max_length = 80)]
    model: String,
}

/// That a device was revoked.
#[derive(Serialize, ToSchema)]
pub struct RevokedView {
    /// When, by the server's clock. What its key signed counts by when the server received it.
    at: Timestamp,
    /// By whom.
    by: Option<Uuid>,
    /// Why.
    #[schema(example = "Mất máy trên đường về")]
    reason: String,
}

/// A phone that was let in.
#[derive(Serialize, ToSchema)]
#[schema(as = EnrolledDevice, example = json!({
    "id": "4b0645b2-5684-4b29-9cf8-f6f1e3dabe15", "owner": "5d1f0b9a-2c3d-4e5f-8a9b-0c1d2e3f4a5b",
    "account": "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11", "name": "Máy của Lan Anh", "model": "Samsung Galaxy A15",
    "alg": "EdDSA", "key_id": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
    "key": { "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" },
    "enrolled_at": "2026-03-20T00:35:00Z", "enrolled_by": "4e8c1a90-3d57-4b2f-a6e1-5b9d7c0f2a84", "revoked": null
}))]
pub struct DeviceView {
    /// Its id.
    id: Uuid,
    /// The owner that let it in.
    owner: Uuid,
    /// Whose it is.
    account: Uuid,
    /// What its person calls it.
    name: String,
    /// What its maker calls it.
    model: String,
    /// How it signs.
    #[schema(value_type = vocabulary::SignatureAlgorithm)]
    alg: &'static str,
    /// The thumbprint of its key (RFC 7638), which names it in signatures.
    key_id: String,
    /// Its public key.
    key: Jwk,
    /// Since when.
    enrolled_at: Timestamp,
    /// Who issued its code.
    enrolled_by: Uuid,
    /// Set once it is one no more.
    revoked: Option<RevokedView>,
}

impl From<Device> for DeviceView {
    fn from(of: Device) -> Self {
        Self {
            id: of.id.0,
            owner: of.owner.0,
            account: of.account.0,
            name: of.name,
            model: of.model,
            alg: of.key.algorithm().as_str(),
            key_id: of.key.id(),
            key: Jwk::of(&of.key),
            enrolled_at: of.enrolled_at,
            enrolled_by: of.enrolled_by.0,
            revoked: of.revoked.map(|revoked| RevokedView {
                at: revoked.at,
                by: revoked.by.map(|id| id.0),
                reason: revoked.because,
            }),
        }
    }
}

/// Enrol this device
///
/// By the phone, signed in as the person the code is for: registers its key, and ties this sign-in to the device, so that
/// it ends with it. Safe to repeat through the same sign-in. After another sign-in the same phone is let in again with a new code
/// and its own key, and stays the same device. A sign-in ends with the device that it let in last.
#[utoipa::path(tag = "accounts", request_body = NewDevice, responses(
    (status = 201, description = "Registered; `Location` is where it is read.", body = DeviceView,
        headers(("Location" = String, description = "Address of the device."))),
    (status = 200, description = "Registered before with this key.", body = DeviceView),
    (status = 409, description = "`device.key-taken`: this key is registered to somebody else, or was revoked."),
    (status = 422, description = "`enrolment.worthless`: the code is wrong, over, used, replaced or for somebody else; or \
        fields are wrong, `device.proof-wrong` at `/proof` among them.")))]
#[post("/v1/devices")]
pub async fn enrol_device(
    app: web::Data<App>,
    caller: Caller,
    body: Body<NewDevice>,
) -> Result<HttpResponse, Problem> {
    let NewDevice { code, key, proof, name, model } = body.0;
    let key = PublicKey::parse(&key.kty, &key.crv, &key.x, key.y.as_deref())
        .map_err(|why| Refusal::field("/key", "device.key-unusable", why))?;
    let newcomer = Newcomer { code, key, proof, name, model };
    Ok(match devices::enrol(&app, &caller.0, &newcomer).await? {
        Done::Now(device) => HttpResponse::Created()
            .insert_header((LOCATION, format!("/v1/devices/{}", device.id)))
            .json(DeviceView::from(device)),
        Done::Before(device) => HttpResponse::Ok().json(DeviceView::from(device)),
    })
}

/// A page of devices.
#[derive(Serialize, ToSchema)]
#[schema(as = DevicePage)]
pub struct DevicePage {
    /// Latest enrolled first.
    items: Vec<DeviceView>,
    /// Cursor of the next page; `null` on the last.
    next: Option<String>,
}

/// Which devices, which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeviceFilter {
    /// Those that this owner let in, for its leads, its office and its administrators; one's own where none is named.
    owner: Option<Uuid>,
    /// Of this person alone; only with `owner`.
    account: Option<Uuid>,
    /// Rows on the page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// List devices
///
/// One's own; with `owner` those that it let in, revoked ones too. Latest enrolled first.
#[utoipa::path(tag = "accounts", params(DeviceFilter),
    responses((status = 200, description = "A page of devices.", body = DevicePage)))]
#[get("/v1/devices")]
pub async fn list_devices(
    app: web::Data<App>,
    caller: Caller,
    filter: Params<DeviceFilter>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let DeviceFilter { owner, account, limit, cursor } = filter.0;
    if owner.is_none() && account.is_some() {
        let detail = "is asked of the devices of an owner; name it";
        return Err(Refusal::field("?account", "parameter.wrong", detail).into());
    }
    let me = caller.0.account().map(|id| id.0);
    let (of, limit) = (format!("devices {me:?} {owner:?} {account:?}"), paging::limit(limit)?);
    let after: Option<Place> = paging::open(&app, &of, cursor.as_deref())?;
    let owner = owner.map(|owner| (OwnerId(owner), account.map(AccountId)));
    let (found, next) = devices::list(&app, &caller.0, owner, (after, limit)).await?;
    let next = next.map(|place| paging::seal(&app, &of, place));
    let page = DevicePage { items: found.into_iter().map(DeviceView::from).collect(), next };
    Ok(paging::respond(&request, &page, page.next.as_deref()))
}

/// Which device.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct DevicePath {
    /// Its id, as it was told when it was enrolled.
    pub device: Uuid,
}

/// Read a device
///
/// One's own, or one of an owner's, for whoever lets its devices in.
#[utoipa::path(tag = "accounts", params(DevicePath),
    responses((status = 200, description = "The device.", body = DeviceView)))]
#[get("/v1/devices/{device}")]
pub async fn read_device(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<DevicePath>,
) -> Result<HttpResponse, Problem> {
    let device = devices::read(&app, &caller.0, DeviceId(path.device)).await?;
    Ok(HttpResponse::Ok().json(DeviceView::from(device)))
}

/// Why a device is one no more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "reason": "Mất máy trên đường về" }))]
pub struct Revocation {
    /// Up to 500 characters.
    reason: String,
}

/// Revoke a device
///
/// By its person, or by whoever lets devices of its owner in: a phone that was lost, or given back. Its sign-ins end at
/// once, and what its key signs counts no more: photos declared from then on are kept and marked `revoked_key`; what the server received before stays as it was judged. Safe to repeat.
#[utoipa::path(tag = "accounts", params(DevicePath), request_body = Revocation,
    responses((status = 200, description = "It is revoked.", body = DeviceView)))]
#[post("/v1/devices/{device}/revoke")]
pub async fn revoke_device(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<DevicePath>,
    body: Body<Revocation>,
) -> Result<HttpResponse, Problem> {
    let device = devices::revoke(&app, &caller.0, DeviceId(path.device), &body.0.reason).await?;
    Ok(HttpResponse::Ok().json(DeviceView::from(device)))
}
