//! Codes that let phones in.

use crate::app::App;
use crate::domain::ids::{AccountId, OwnerId};
use crate::flows::devices::{self, Issued};
use crate::http::actor::Caller;
use crate::http::body::Body;
use crate::http::problem::Problem;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, post, web};
use jiff::Timestamp;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Codes that let phones in.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(issue_enrolment);
}

/// Whose phone is to be let in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "owner": "5d1f0b9a-2c3d-4e5f-8a9b-0c1d2e3f4a5b", "account": "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11" }))]
pub struct NewEnrolment {
    /// The owner that lets it in.
    owner: Uuid,
    /// Its person: somebody with a role at the owner.
    account: Uuid,
}

/// A code that was just issued; it is told once.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "2f6d0c1e-8a3b-4f7d-9c52-1b0e4d7a6f38", "owner": "5d1f0b9a-2c3d-4e5f-8a9b-0c1d2e3f4a5b",
    "account": "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11", "issued_by": "4e8c1a90-3d57-4b2f-a6e1-5b9d7c0f2a84",
    "issued_at": "2026-03-20T00:30:00Z", "expires_at": "2026-03-20T00:40:00Z",
    "code": "2oJ5Xb4kq1mRrQ0Vt7bW8nqJt0yq3o9m1cVwq8e6H1k",
    "url": "https://fieldproof.example/enrol#code=2oJ5Xb4kq1mRrQ0Vt7bW8nqJt0yq3o9m1cVwq8e6H1k",
    "qr_svg": "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" width=\"246\" height=\"246\"></svg>"
}))]
pub struct EnrolmentView {
    /// Its id, as in the records.
    id: Uuid,
    /// The owner that lets the phone in.
    owner: Uuid,
    /// Whose phone.
    account: Uuid,
    /// Who issued it.
    issued_by: Uuid,
    /// When.
    issued_at: Timestamp,
    /// Until when it can be used, once: ten minutes.
    expires_at: Timestamp,
    /// The code, for a phone that can't scan.
    code: String,
    /// What a phone scans: the installation's address, and behind the `#` the code.
    url: String,
    /// The same as a QR code, an SVG of one file.
    qr_svg: String,
}

/// The QR code of an address, dark on light with the quiet zone that scanners ask for.
fn qr_svg(url: &str) -> Result<String, Problem> {
    let code = QrCode::with_error_correction_level(url, EcLevel::M)
        .map_err(|why| crate::flows::Error::Fault(format!("no QR code of an address of ours: {why}")))?;
    let mut picture = code.render::<svg::Color>();
    picture.min_dimensions(240, 240).quiet_zone(true);
    Ok(picture.dark_color(svg::Color("#000")).light_color(svg::Color("#fff")).build())
}

/// Let a phone in
///
/// Issues a code for one phone of one person, to be shown to them as a QR code: it holds for ten minutes, once, for nobody
/// else, and takes the place of an earlier one. The code is told in this answer alone.
#[utoipa::path(tag = "accounts", request_body = NewEnrolment, responses(
    (status = 201, description = "Issued; show it to that person and to nobody else.", body = EnrolmentView,
        headers(("Cache-Control" = String, description = "`no-store`: the answer holds a secret."))),
    (status = 404, description = "No such owner.")))]
#[post("/v1/enrolments")]
pub async fn issue_enrolment(
    app: web::Data<App>,
    caller: Caller,
    body: Body<NewEnrolment>,
) -> Result<HttpResponse, Problem> {
    let (owner, account) = (OwnerId(body.0.owner), AccountId(body.0.account));
    let Issued { enrolment, code, url } = devices::issue(&app, &caller.0, owner, account).await?;
    let view = EnrolmentView {
        id: enrolment.id.0,
        owner: enrolment.owner.0,
        account: enrolment.account.0,
        issued_by: enrolment.issued_by.0,
        issued_at: enrolment.issued_at,
        expires_at: enrolment.expires_at,
        qr_svg: qr_svg(&url)?,
        code,
        url,
    };
    Ok(HttpResponse::Created().insert_header((CACHE_CONTROL, "no-store")).json(view))
}
