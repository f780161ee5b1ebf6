//! Envelopes of photos: how a phone sends one, and how one is shown.

use super::declaring::PhotoPath;
use crate::app::App;
use crate::domain::ids::{DeviceId, PhotoId};
use crate::domain::photo::envelope::{Envelope, Judged, MOST_SIGNATURE, signed};
use crate::domain::refusal::FieldFault;
use crate::domain::text;
use crate::flows::photos::{self, Opened};
use crate::http::actor::Caller;
use crate::http::problem::Problem;
use crate::http::v1::devices::Jwk;
use crate::http::vocabulary;
use actix_web::{HttpResponse, get, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A device's signature over a declaration.
///
/// What is signed is the canonical JSON (RFC 8785) of the declaration as it is sent, without `envelope` and with one member more:
/// `photo`, the photo's id.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CaptureEnvelope, example = json!({
    "device": "4b0645b2-5684-4b29-9cf8-f6f1e3dabe15", "alg": "EdDSA",
    "signature": "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
}))]
pub struct EnvelopeBody {
    /// The device, as it was told when it was enrolled.
    device: Uuid,
    /// How it signs: `EdDSA`, or `ES256`.
    #[schema(example = "EdDSA", max_length = 512)]
    alg: String,
    /// 64 bytes in base64url without padding; by a key on P-256 `r` and `s` one behind the other (RFC 7518), not DER.
    #[schema(max_length = 512)]
    signature: String,
}

impl EnvelopeBody {
    /// Reads an envelope of the photo whose declaration was sent in these words. What can't be right in it is for the
    /// flow to say; only what is no text of ours is a fault.
    pub(super) fn parse(self, photo: Uuid, declaration: &str, faults: &mut Vec<FieldFault>) -> Envelope {
        let mut words = |pointer: &str, raw: &str| {
            text::optional(raw, MOST_SIGNATURE)
                .map_err(|why| faults.push(FieldFault::new(pointer, "text.refused", why)))
                .unwrap_or_default()
        };
        let algorithm = words("/envelope/alg", &self.alg);
        let signature = words("/envelope/signature", &self.signature);
        // Without a canonical text nothing was signed, and the envelope says so.
        let signed = signed(declaration, PhotoId(photo)).unwrap_or_default();
        Envelope { device: DeviceId(self.device), algorithm, signature, signed }
    }
}

/// What a device's signature over a declaration was worth when it was received.
#[derive(Serialize, ToSchema)]
#[schema(as = PhotoEnvelope, example = json!({
    "state": "valid", "device": "4b0645b2-5684-4b29-9cf8-f6f1e3dabe15", "alg": "EdDSA",
    "key_id": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
    "signed_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
}))]
pub struct JudgedView {
    /// Whether it held. It is judged once, when the declaration is received.
    #[schema(value_type = vocabulary::EnvelopeState)]
    state: &'static str,
    /// The device that is named.
    device: Uuid,
    /// The algorithm that is named.
    alg: String,
    /// Thumbprint (RFC 7638) of the key it was held against; `null` for an unknown device.
    key_id: Option<String>,
    /// SHA-256 of what was signed, hexadecimal.
    signed_sha256: String,
}

impl From<&Judged> for JudgedView {
    fn from(of: &Judged) -> Self {
        Self {
            state: of.state.as_str(),
            device: of.device.0,
            alg: of.alg.clone(),
            key_id: of.key_id.clone(),
            signed_sha256: of.signed_sha256.clone(),
        }
    }
}

/// An envelope with all that is needed to verify it without us.
#[derive(Serialize, ToSchema)]
#[schema(as = OpenedEnvelope, example = json!({
    "photo": "0195b1c2-7a3e-7c41-9f7e-1d2c3b4a5968", "state": "valid",
    "device": "4b0645b2-5684-4b29-9cf8-f6f1e3dabe15", "alg": "EdDSA",
    "key_id": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
    "key": { "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" },
    "signature": "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
    "signed": "{\"caption\":\"Bảng niêm yết\",\"photo\":\"0195b1c2-7a3e-7c41-9f7e-1d2c3b4a5968\"}",
    "signed_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "received_at": "2026-03-20T01:15:21Z", "device_revoked_at": null
}))]
pub struct OpenedView {
    /// The photo.
    photo: Uuid,
    /// What it was worth.
    #[serde(flatten)]
    judged: JudgedView,
    /// The public key; `null` for an unknown device.
    key: Option<Jwk>,
    /// The signature as it was sent.
    signature: String,
    /// What was signed, as canonical JSON: the bytes of this text in UTF-8.
    signed: String,
    /// When it was received, by the server's clock.
    received_at: Timestamp,
    /// Since when the device is one no more.
    device_revoked_at: Option<Timestamp>,
}

impl From<Opened> for OpenedView {
    fn from(of: Opened) -> Self {
        Self {
            photo: of.photo.0,
            judged: JudgedView::from(&of.judged),
            key: of.device.as_ref().map(|device| Jwk::of(&device.key)),
            signature: of.kept.signature,
            signed: of.kept.signed,
            received_at: of.kept.received_at,
            device_revoked_at: of.device.and_then(|device| device.revoked).map(|revoked| revoked.at),
        }
    }
}

/// Read a photo's envelope
///
/// The device's signature over the declaration, with the signed text and the key: whoever has this document verifies it
/// without the server (`scripts/verify-envelope`). 404 for a photo that came without one, as for one that is not yours to see.
#[utoipa::path(tag = "photos", params(PhotoPath),
    responses((status = 200, description = "The envelope.", body = OpenedView)))]
#[get("/v1/photos/{photo}/envelope")]
pub async fn read_envelope(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<PhotoPath>,
) -> Result<HttpResponse, Problem> {
    let opened = photos::envelope(&app, &caller.0, PhotoId(path.photo)).await?;
    Ok(HttpResponse::Ok().json(OpenedView::from(opened)))
}
