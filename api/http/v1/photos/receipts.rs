//! Receipts: with one, and only with one, a phone may delete its copy.

use super::declaring::PhotoPath;
use crate::app::App;
use crate::domain::ids::PhotoId;
use crate::flows;
use crate::flows::photos::Vouched;
use crate::http::actor::Caller;
use crate::http::problem::Problem;
use actix_web::{HttpResponse, get, web};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// How soon a receipt that is not there yet is asked for again, in seconds.
const ASK_AGAIN_S: u32 = 2;

/// What a phone may delete its copy for.
#[derive(Serialize, ToSchema)]
#[schema(as = DurabilityReceipt, example = json!({
    "photo": "0195b1c2-7a3e-7c41-9f7e-1d2c3b4a5968", "visit": "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "size_bytes": 3_481_204,
    "stored_at": "2026-03-20T01:15:24Z", "verified_at": "2026-03-20T01:15:25Z", "log_number": 18,
    "receipt": "eyJhbGciOiJFZERTQSIsInR5cCI6ImZpZWxkcHJvb2YtcmVjZWlwdCtqd3QifQ.eyJzdWIiOiIwMTk1YjFjMiJ9.c2lnbmF0dXJl"
}))]
pub struct ReceiptView {
    /// The photo.
    photo: Uuid,
    /// Its visit.
    visit: Uuid,
    /// SHA-256 of the bytes as they were read again from the store, hexadecimal.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    sha256: String,
    /// Number of bytes.
    #[schema(example = 3_481_204)]
    size_bytes: u64,
    /// When they were durable, by the server's clock.
    stored_at: Option<Timestamp>,
    /// When they had been read again, by the server's clock.
    verified_at: Timestamp,
    /// Position of that in the visit's evidence log.
    #[schema(example = 18)]
    log_number: i64,
    /// The same facts as a signed compact JWS (EdDSA, `typ` `fieldproof-receipt+jwt`), to be verified with
    /// `/.well-known/jwks.json`, offline too. Only a text of this `typ` says that a copy may be deleted.
    receipt: String,
}

impl From<&Vouched> for ReceiptView {
    fn from(of: &Vouched) -> Self {
        let said = &of.photo.declared;
        Self {
            photo: said.id.0,
            visit: said.visit.0,
            sha256: said.sha256.to_hex(),
            size_bytes: said.size_bytes,
            stored_at: of.photo.received.map(|received| received.at),
            verified_at: of.receipt.verified_at,
            log_number: of.receipt.log_number,
            receipt: of.receipt.text.clone(),
        }
    }
}

/// Read a photo's receipt
///
/// Signed once its bytes were read again from the store and hashed; the acknowledgement of a sending says only that they
/// were received and are durable. With a receipt, and only with one, a phone may delete its copy. The same text each
/// time; also of a photo that was taken back after its bytes came.
#[utoipa::path(tag = "photos", params(PhotoPath), responses(
    (status = 200, description = "The bytes were read again and are those declared.", body = ReceiptView),
    (status = 409, description = "No receipt: `receipt.no-bytes`: the original was not sent; `receipt.pending`: it was not \
        read again yet, ask again after `Retry-After`; `receipt.quarantined`: it was lost or changed in the store, \
        send it again; `photo.withdrawn`: it was taken back, and its bytes are not here.",
        headers(("Retry-After" = u32, description = "Seconds, with `receipt.pending` alone."))),
    (status = 404, description = "Missing, or not yours to see.")))]
#[get("/v1/photos/{photo}/receipt")]
pub async fn read_receipt(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<PhotoPath>,
) -> Result<HttpResponse, Problem> {
    let receipt = flows::photos::receipt(&app, &caller.0, PhotoId(path.photo)).await;
    let vouched = receipt.map_err(|no| {
        let problem = Problem::from(no);
        if problem.code() == "receipt.pending" { problem.retry_after(ASK_AGAIN_S) } else { problem }
    })?;
    Ok(HttpResponse::Ok().json(ReceiptView::from(&vouched)))
}
