//! A phone asks after hundreds of its photos at once.

use crate::app::App;
use crate::domain::ids::PhotoId;
use crate::domain::photo::Sha256;
use crate::domain::refusal::{FieldFault, Refusal};
use crate::flows;
use crate::flows::photos::{Asked, Told};
use crate::http::actor::Caller;
use crate::http::body::Body;
use crate::http::problem::Problem;
use crate::http::vocabulary;
use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Photos that a phone has.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "photos": [{ "photo": "0195b1c2-7a3e-7c41-9f7e-1d2c3b4a5968",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" }] }))]
pub struct HaveBody {
    /// Up to 500 of them.
    #[schema(max_items = 500)]
    photos: Vec<HavePhoto>,
}

/// A photo as a phone has it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HavePhoto {
    /// Its id.
    #[schema(example = "0195b1c2-7a3e-7c41-9f7e-1d2c3b4a5968")]
    photo: Uuid,
    /// SHA-256 of its bytes, 64 hexadecimal digits.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    sha256: String,
}

impl HaveBody {
    fn parse(self) -> Result<Vec<Asked>, Refusal> {
        let mut faults = Vec::new();
        let mut asked = Vec::with_capacity(self.photos.len());
        for (n, photo) in self.photos.into_iter().enumerate() {
            match Sha256::from_hex(&photo.sha256) {
                Some(sha256) => asked.push(Asked { id: PhotoId(photo.photo), sha256 }),
                None => faults.push(FieldFault::new(
                    format!("/photos/{n}/sha256"),
                    "digest.not-hex",
                    "must be 64 hexadecimal digits",
                )),
            }
        }
        if faults.is_empty() { Ok(asked) } else { Err(Refusal::invalid(faults)) }
    }
}

/// What is known of them.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "photos": [
    { "photo": "0195b1c2-7a3e-7c41-9f7e-1d2c3b4a5968", "state": "receiving", "wanted": true, "received_bytes": 1_048_576, "receipt": null }
] }))]
pub struct HaveView {
    /// In the order they were asked for.
    photos: Vec<HaveLine>,
}

/// What is known of one photo.
#[derive(Serialize, ToSchema)]
pub struct HaveLine {
    /// The id that was asked for.
    #[schema(example = "0195b1c2-7a3e-7c41-9f7e-1d2c3b4a5968")]
    photo: Uuid,
    /// How far it got. `unknown`: nobody declared it, or it is not yours to send. `other_digest`: this id was declared for
    /// other bytes. `quarantined` and wanted: the store lost its bytes; without, they show no sound picture.
    #[schema(value_type = vocabulary::PhotoStanding)]
    state: &'static str,
    /// Whether its bytes are to be sent. What is not wanted is not yet safe to delete: only a receipt says that.
    #[schema(example = true)]
    wanted: bool,
    /// Durable bytes of an upload of yours that goes on; 0 without one.
    #[schema(example = 1_048_576)]
    received_bytes: u64,
    /// Its receipt, as `/v1/photos/{photo}/receipt` gives it; `null` before there is one.
    receipt: Option<String>,
}

impl From<Told> for HaveLine {
    fn from(told: Told) -> Self {
        Self {
            photo: told.id.0,
            state: told.standing.as_str(),
            wanted: told.is_wanted,
            received_bytes: told.received_bytes,
            receipt: told.receipt.map(|receipt| receipt.text),
        }
    }
}

/// Ask which photos are wanted
///
/// For a phone that was without a network, or lost what it knew: of up to 500 photos at once, which bytes are still to be
/// sent, how far an upload got, and the receipts of those that may be deleted. Changes nothing. Photos for actions and
/// replies are told to whoever declared them.
#[utoipa::path(tag = "photos", request_body = HaveBody, responses(
    (status = 200, description = "What is known, in the order asked for.", body = HaveView)))]
#[post("/v1/photos/have")]
pub async fn have_photos(
    app: web::Data<App>,
    caller: Caller,
    body: Body<HaveBody>,
) -> Result<HttpResponse, Problem> {
    let asked = body.0.parse()?;
    let told = flows::photos::have(&app, &caller.0, &asked).await?;
    Ok(HttpResponse::Ok().json(HaveView { photos: told.into_iter().map(HaveLine::from).collect() }))
}
