//! Our time, told so that it can be shown later; and what a phone shows of it.

use super::{Result, keys};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::key::Purpose;
use crate::domain::permission::{Deed, Subject, may};
use crate::domain::photo::clock::Token;
use crate::domain::refusal::Refusal;
use crate::records::sessions;
use crate::{identity, notary};
use jiff::Timestamp;

/// The time as it is told.
#[derive(Clone, Debug)]
pub struct Time {
    /// By our clock, to the millisecond.
    pub at: Timestamp,
    /// The same, signed for whoever asked.
    pub token: String,
}

/// Tells the time to whoever is signed in.
///
/// # Errors
/// `forbidden` for a program; an outage.
pub async fn tell(app: &App, actor: &Actor) -> Result<Time> {
    may(actor, Deed::ReadProfile, &Subject::default())?;
    let account = actor.account().ok_or_else(Refusal::forbidden)?;
    let device = sessions::device(&mut *app.records.conn().await?, actor.session).await?;
    let key = keys::notary(app).await?;
    // Looked at last: what was waited for before is none of it.
    let now = app.now();
    let at = Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now);
    let told = notary::Told {
        issuer: &app.config.public_url,
        account,
        session: actor.session,
        device,
        at,
        id: &hex::encode(identity::random::<16>()),
    };
    Ok(Time { at, token: notary::tell_time(&key.signing, &key.kid, told) })
}

/// What a token says, if it is one of ours: by whichever of our keys, retired ones too, because a phone may be away for long.
///
/// # Errors
/// An outage.
pub(super) async fn shown(app: &App, token: &str) -> Result<Option<Token>> {
    let Some(kid) = notary::key_of_time(token) else { return Ok(None) };
    let key = keys::verifying(app, Purpose::Notary, &kid).await?;
    Ok(key.and_then(|key| notary::verify_time(token, key.public(), &app.config.public_url)))
}
