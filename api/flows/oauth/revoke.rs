//! Revocation (RFC 7009): whichever token is shown, its session ends, and every other token of it.

use super::{Credentials, Why, known};
use crate::app::App;
use crate::flows::sessions::{claims, noted};
use crate::identity::sha256;
use crate::records::sessions::{self, Which};
use crate::records::{custody, tokens};
use serde_json::json;

/// Ends the session of a refresh or access token of this client; a token that is nobody's is none of a problem.
///
/// # Errors
/// [`Why`]: a client that can't prove itself, or an outage.
pub async fn revoke(app: &App, credentials: &Credentials, token: &str) -> Result<(), Why> {
    let client = known(app, credentials).await?;
    let (now, said) = (app.now(), claims(app, token).await?);
    let mut tx = app.records.begin().await?;
    let session = match tokens::session_of_refresh(&mut tx, sha256(token.as_bytes())).await? {
        Some(session) => Some(session),
        None => said.map(|claims| claims.sid),
    };
    let Some(session) = session else { return Ok(()) };
    let standing = sessions::standing(&mut tx, Which::Id(session), now).await?;
    if standing.is_some_and(|s| s.client.as_ref() == Some(&client.id))
        && sessions::end(&mut tx, session, "revoked by its client", now).await?
    {
        custody::note(&mut tx, None, noted("session.ended", session, json!({ "client": client.id })), now)
            .await?;
    }
    tx.commit().await?;
    Ok(())
}
