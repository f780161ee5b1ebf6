//! Conflicts of interest: enter one, read them, withdraw one that does not hold.

use super::{Error, Result, cut, random_bytes};
use crate::app::App;
use crate::domain::actor::Actor;
pub use crate::domain::assignment::Conflict;
use crate::domain::ids::{AccountId, ConflictId, OwnerId, UnitId};
use crate::domain::permission::{Deed, Subject, may};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::text;
pub use crate::records::conflicts::Place;
use crate::records::{self, Db, conflicts, custody};
use jiff::Timestamp;
use serde_json::json;

fn may_keep(actor: &Actor, owner: OwnerId) -> Result<()> {
    Ok(may(actor, Deed::EditRules, &Subject { owner: Some(owner), ..Subject::default() })?)
}

/// Enters that somebody is not to be sent to a unit. It holds for what is planned, changed or told from then on.
///
/// # Errors
/// `not-found`, `forbidden`, `invalid` (`text.refused`, `conflict.account-unknown` for somebody without a role at the owner,
/// `conflict.unit-unknown`), `conflict.known`.
pub async fn enter(
    app: &App,
    actor: &Actor,
    owner: OwnerId,
    (account, unit): (AccountId, UnitId),
    reason: &str,
) -> Result<Conflict> {
    may_keep(actor, owner)?;
    let mut tx = app.records.begin().await?;
    records::owners::find(&mut tx, owner).await?.ok_or_else(Refusal::not_found)?;
    let reason = text::required(reason, 500).map_err(|why| Refusal::field("/reason", "text.refused", why))?;
    // Who keeps rules need not learn what accounts there are.
    if records::teams::roles_held(&mut tx, owner, &[account]).await?.is_empty() {
        let detail = "is no active account with a role at this owner";
        return Err(Refusal::field("/account", "conflict.account-unknown", detail).into());
    }
    if records::units::known(&mut tx, &[unit]).await?.is_empty() {
        return Err(Refusal::field("/unit", "conflict.unit-unknown", "there is no such unit").into());
    }
    let entered_at = app.now();
    let id = ConflictId::random(random_bytes());
    let new = Conflict { id, owner, account, unit, reason, entered_by: actor.account(), entered_at };
    conflicts::keep(&mut tx, &new).await.map_err(|why| {
        if why.broke("conflicts_of_interest_once") {
            let detail = "This conflict of interest has been entered already.";
            return Refusal::new(Kind::Conflict, "conflict.known", detail).into();
        }
        Error::from(why)
    })?;
    note(&mut tx, actor, "conflict.entered", &new, entered_at).await?;
    tx.commit().await?;
    Ok(new)
}

async fn note(db: &mut Db, actor: &Actor, deed: &str, of: &Conflict, now: Timestamp) -> Result<()> {
    let details = json!({ "account": of.account, "unit": of.unit });
    let object = ("conflict-of-interest", of.id.to_string());
    let entry = custody::Entry { deed, object, owner: Some(of.owner), visit: None, details };
    custody::note(db, Some(actor), entry, now).await?;
    Ok(())
}

/// Withdraws what was entered between somebody and a unit.
///
/// # Errors
/// `forbidden`, `invalid` with `conflict.unknown`.
pub async fn withdraw(app: &App, actor: &Actor, owner: OwnerId, of: (AccountId, UnitId)) -> Result<()> {
    may_keep(actor, owner)?;
    let mut tx = app.records.begin().await?;
    let now = app.now();
    let Some(gone) = conflicts::withdraw(&mut tx, owner, of, now).await? else {
        let detail = "nothing was entered between this person and this unit";
        return Err(Refusal::field("?account", "conflict.unknown", detail).into());
    };
    note(&mut tx, actor, "conflict.withdrawn", &gone, now).await?;
    tx.commit().await?;
    Ok(())
}

/// One page of what an owner entered, latest first, and where the next page begins.
///
/// # Errors
/// `forbidden`.
pub async fn list(
    app: &App,
    actor: &Actor,
    owner: OwnerId,
    account: Option<AccountId>,
    (after, limit): (Option<Place>, u8),
) -> Result<(Vec<Conflict>, Option<Place>)> {
    may_keep(actor, owner)?;
    let mut db = app.records.conn().await?;
    let found = conflicts::page(&mut db, owner, account, after, i64::from(limit) + 1).await?;
    let (found, more) = cut(found, limit);
    let next = found.last().filter(|_| more).map(|last| (last.entered_at, last.id.0));
    Ok((found, next))
}
