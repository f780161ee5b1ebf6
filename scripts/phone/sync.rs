//! Working off the queue: changes in their order, then photos; what may leave the phone leaves it.

use crate::line::{Failure, Line};
use crate::receipt::{self, Expected};
use crate::retry::Pauses;
use crate::shelf::{Kept, Shelf};
use crate::{clock, device, upload};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Photos that are asked after at once: what the contract takes.
const AT_ONCE: usize = 500;
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(20);
/// A round that lasted so long before it broke got somewhere: the line breaks, and nobody is crowding the server.
const LASTING: Duration = Duration::from_secs(1);
/// How soon receipts that are not there yet are asked for again.
const FOR_RECEIPTS: Duration = Duration::from_millis(500);

/// A phone: a shelf and a line.
#[derive(Debug)]
pub struct Phone {
    /// What it holds.
    pub shelf: Shelf,
    /// Where it sends it.
    pub line: Line,
}

/// What one round came to.
#[derive(Debug, Default)]
pub struct Round {
    /// Changes that were taken.
    pub changes: usize,
    /// Changes that met another one: the server keeps both.
    pub conflicts: usize,
    /// Changes and photos that were refused, and are put aside.
    pub refused: usize,
    /// Photos whose bytes were sent.
    pub sent: usize,
    /// Photos that left the phone for a receipt.
    pub let_go: usize,
    /// Photos that are still on the phone, and not put aside.
    pub held: usize,
}

impl Phone {
    /// Works off what can be worked off until something fails for the time being.
    ///
    /// # Errors
    /// [`Failure::Later`] where the line broke: the next round goes on where this one got to.
    pub async fn round(&self) -> Result<Round, Failure> {
        let mut done = Round::default();
        clock::ask(&self.line, &self.shelf).await?;
        self.push(&mut done).await?;
        let photos = self.shelf.photos()?;
        for photos in photos.chunks(AT_ONCE) {
            self.send_photos(photos, &mut done).await?;
        }
        device::report(&self.line, &self.shelf).await?;
        Ok(done)
    }

    /// Asks which photos are wanted, sends those, and lets go of those whose receipt holds.
    async fn send_photos(&self, photos: &[Kept], done: &mut Round) -> Result<(), Failure> {
        let asked: Vec<Value> =
            photos.iter().map(|photo| json!({ "photo": photo.id, "sha256": photo.sha256 })).collect();
        let told = self.line.call(Method::POST, "/v1/photos/have", Some(&json!({ "photos": asked }))).await?;
        let told = told["photos"].as_array().cloned().unwrap_or_default();
        if told.len() != photos.len() {
            return Err(Failure::later("not every photo was told"));
        }
        for (photo, told) in photos.iter().zip(told) {
            if let Some(text) = told["receipt"].as_str() {
                if self.holds(photo, text).await? {
                    self.shelf.let_go(photo.id, text)?;
                    done.let_go += 1;
                    continue;
                }
            } else if told["state"] == "other_digest" {
                self.shelf.put_aside(photo.id, &told)?;
                done.refused += 1;
                continue;
            } else if told["wanted"] == true || told["state"] == "unknown" {
                match upload::send(&self.line, &self.shelf, photo).await {
                    Ok(()) => done.sent += 1,
                    Err(Failure::Refused(problem)) => {
                        self.shelf.put_aside(photo.id, &problem)?;
                        done.refused += 1;
                        continue;
                    }
                    Err(why) => return Err(why),
                }
            }
            done.held += 1;
        }
        Ok(())
    }

    /// Whether a receipt holds; with keys that are asked for once more where it was signed with one unknown here.
    async fn holds(&self, photo: &Kept, text: &str) -> Result<bool, Failure> {
        let id = photo.id.to_string();
        let expected =
            Expected { photo: &id, visit: &photo.visit, sha256: &photo.sha256, size_bytes: photo.size_bytes };
        if let Some(keys) = self.shelf.keys()?
            && receipt::verify(text, &keys, expected).is_ok()
        {
            return Ok(true);
        }
        let keys = self.line.get("/.well-known/jwks.json").await?;
        self.shelf.keep_keys(&keys)?;
        Ok(receipt::verify(text, &keys, expected).is_ok())
    }

    /// Works until the phone is empty, through breaks, or until the time is over; whether it is empty.
    ///
    /// # Errors
    /// Only what is this phone's own.
    pub async fn until_empty(&self, most: Duration) -> anyhow::Result<bool> {
        let (begun, mut pauses) = (Instant::now(), Pauses::up_to(LONGEST_PAUSE));
        while begun.elapsed() < most {
            let round = Instant::now();
            let pause = match self.round().await {
                Ok(round) if round.held == 0 => return Ok(true),
                Ok(_) => {
                    pauses.forget();
                    FOR_RECEIPTS
                }
                Err(Failure::Later { after, .. }) => {
                    if round.elapsed() >= LASTING {
                        pauses.forget();
                    }
                    pauses.next(after)
                }
                Err(Failure::Refused(problem)) => anyhow::bail!("the server takes nothing: {problem}"),
                Err(Failure::Own(why)) => return Err(why),
            };
            tokio::time::sleep(pause.min(most.saturating_sub(begun.elapsed()))).await;
        }
        Ok(false)
    }
}
