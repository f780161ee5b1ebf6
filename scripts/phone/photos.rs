//! Photos on their way: asked after, sent, and let go of for a receipt. What is wrong with one of them holds up no other.

use crate::line::Failure;
use crate::receipt::{self, Expected};
use crate::shelf::Kept;
use crate::sync::{Phone, Round};
use crate::{copy, preview, upload};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::HashSet;
use uuid::Uuid;

/// Photos that are asked after at once: what the contract takes.
const AT_ONCE: usize = 500;
/// What the server says of an id that it knows with other bytes.
const OTHER: &str = "other_digest";

/// What became of the photos of one round.
#[derive(Debug, Default)]
pub(crate) struct Tried {
    /// Those that nothing waits for: their bytes are there, or they are put aside.
    pub(crate) done: HashSet<Uuid>,
    /// Why the first of the others was not sent: the round ends with it when everything else was tried.
    pub(crate) later: Option<Failure>,
}

/// Whether the server lacks bytes of a photo. Of one that was declared and is not wanted any more it says why when it is sent.
fn is_lacking(told: &Value) -> bool {
    let state = told["state"].as_str().unwrap_or_default();
    state != OTHER && (told["wanted"] == true || matches!(state, "unknown" | "expected" | "receiving"))
}

impl Phone {
    /// Asks which photos are wanted, lets go of those whose receipt holds, and sends the others, oldest first: all
    /// previews, then the originals. Of those put aside it asks, too: one that the server has all the same may go.
    ///
    /// # Errors
    /// [`Failure`] of the line, of the sign-in or of this phone; what is about one photo alone is in [`Tried`].
    pub(crate) async fn send_photos(&self, done: &mut Round) -> Result<Tried, Failure> {
        let (held, mut tried) = (self.shelf.held()?, Tried::default());
        let mut lacking = Vec::new();
        for photos in held.chunks(AT_ONCE) {
            for (photo, told) in photos.iter().zip(self.have(photos).await?) {
                let receipt = told["receipt"].as_str();
                let is_gone = match receipt {
                    Some(text) => self.may_go(photo, text, done).await?,
                    None => false,
                };
                let is_aside = photo.refused.is_some();
                if receipt.is_none() && !is_aside {
                    lacking.push((photo, told));
                    continue;
                }
                done.held += usize::from(!is_gone && !is_aside);
                tried.done.insert(photo.id);
            }
        }
        for (photo, told) in self.send_previews(lacking, done, &mut tried).await? {
            match self.send_one(photo, &told).await {
                Ok(sent) => {
                    done.sent += usize::from(sent);
                    done.held += 1;
                    tried.done.insert(photo.id);
                }
                Err(why) => self.missed(photo, why, done, &mut tried)?,
            }
        }
        Ok(tried)
    }

    /// Sends the previews of all photos that are lacking, before the first original; those that may still be sent.
    async fn send_previews<'a>(
        &self,
        lacking: Vec<(&'a Kept, Value)>,
        done: &mut Round,
        tried: &mut Tried,
    ) -> Result<Vec<(&'a Kept, Value)>, Failure> {
        let mut left = Vec::new();
        for (photo, told) in lacking {
            if is_lacking(&told) {
                let is_declared = told["state"] != "unknown";
                match preview::send(&self.line, &self.shelf, photo, is_declared).await {
                    Ok(sent) => done.previews += usize::from(sent),
                    Err(why) => {
                        self.missed(photo, why, done, tried)?;
                        continue;
                    }
                }
            }
            left.push((photo, told));
        }
        Ok(left)
    }

    /// What the server knows of photos, in their order.
    async fn have(&self, photos: &[Kept]) -> Result<Vec<Value>, Failure> {
        let asked: Vec<Value> =
            photos.iter().map(|photo| json!({ "photo": photo.id, "sha256": photo.sha256 })).collect();
        let told = self.line.call(Method::POST, "/v1/photos/have", Some(&json!({ "photos": asked }))).await?;
        let told = told["photos"].as_array().cloned().unwrap_or_default();
        if told.len() != photos.len() {
            return Err(Failure::not_ours("not every photo was told"));
        }
        Ok(told)
    }

    /// Lets a photo go for its receipt; whether it holds.
    async fn may_go(&self, photo: &Kept, receipt: &str, done: &mut Round) -> Result<bool, Failure> {
        if let Some(why) = self.doubt(photo, receipt).await? {
            done.doubt = Some(format!("the receipt of photo {} does not hold: {why}", photo.id));
            return Ok(false);
        }
        self.shelf.let_go(photo.id, receipt)?;
        done.let_go += 1;
        Ok(true)
    }

    /// A photo was not sent: it is put aside where it was refused, and waits where the failure is its own.
    fn missed(
        &self,
        photo: &Kept,
        failure: Failure,
        done: &mut Round,
        tried: &mut Tried,
    ) -> Result<(), Failure> {
        match failure {
            Failure::Refused(problem) => {
                self.shelf.put_aside(photo.id, &problem)?;
                done.refused += 1;
                tried.done.insert(photo.id);
            }
            Failure::Later { why, after, alone: true } => {
                let why = format!("photo {}: {why}", photo.id);
                tried.later.get_or_insert(Failure::Later { why, after, alone: true });
                done.held += 1;
            }
            other => return Err(other),
        }
        Ok(())
    }

    /// Sends a photo that the server lacks; whether it did.
    async fn send_one(&self, photo: &Kept, told: &Value) -> Result<bool, Failure> {
        if told["state"] == OTHER {
            let detail = "The server knows this id with other bytes than those on the phone.";
            return Err(Failure::Refused(json!({ "code": OTHER, "detail": detail })));
        }
        if told["state"] == "withdrawn" {
            return self.taken_back(photo).await.map(|()| false);
        }
        if !is_lacking(told) {
            return Ok(false);
        }
        copy::hold(&self.shelf, photo).await?;
        upload::send(&self.line, &self.shelf, photo, self.protocol).await?;
        Ok(true)
    }

    /// A photo that was taken back: where the server has its bytes its receipt is on the way, where it has not it wants them no
    /// more, and says so.
    async fn taken_back(&self, photo: &Kept) -> Result<(), Failure> {
        match self.line.get(&format!("/v1/photos/{}/receipt", photo.id)).await {
            Ok(_) | Err(Failure::Later { alone: true, .. }) => Ok(()),
            Err(why) => Err(why),
        }
    }

    /// Why a receipt does not hold; keys are asked for once more where it was signed with one unknown here.
    async fn doubt(&self, photo: &Kept, text: &str) -> Result<Option<String>, Failure> {
        let (id, issuer) = (photo.id.to_string(), self.line.issuer().await?);
        let expected = Expected {
            issuer: &issuer,
            photo: &id,
            visit: &photo.visit,
            sha256: &photo.sha256,
            size_bytes: photo.size_bytes,
        };
        if let Some(keys) = self.shelf.keys(&issuer)?
            && receipt::verify(text, &keys, expected).is_ok()
        {
            return Ok(None);
        }
        let keys = self.line.get("/.well-known/jwks.json").await?;
        if !keys["keys"].is_array() {
            return Err(Failure::not_ours("no keys"));
        }
        self.shelf.keep_keys(&issuer, &keys)?;
        Ok(receipt::verify(text, &keys, expected).err().map(|why| why.to_string()))
    }
}
