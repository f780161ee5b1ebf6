//! Owning bodies: enter one, read them.

use super::{Error, Result, random_bytes};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::OwnerId;
use crate::domain::permission::{Deed, Subject, may};
use crate::domain::refusal::{FieldFault, Kind, Refusal};
use crate::domain::text;
pub use crate::records::owners::Owner;
use crate::records::{self, custody};
use serde_json::json;

/// Enters an owner.
///
/// # Errors
/// `forbidden`, `invalid`, `owner.code-taken`.
pub async fn create(app: &App, actor: &Actor, code: &str, name: &str) -> Result<Owner> {
    may(actor, Deed::ManageOwners, &Subject::default())?;
    let mut faults = Vec::new();
    let named =
        text::required(name, 200).map_err(|why| faults.push(FieldFault::new("/name", "text.refused", why)));
    let code = code.trim().to_owned();
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if !(2..=40).contains(&code.len()) || !code.bytes().all(plain) {
        faults.push(FieldFault::new("/code", "owner.code", "use 2 to 40 small letters, digits and -"));
    }
    let (Ok(name), true) = (named, faults.is_empty()) else { return Err(Refusal::invalid(faults).into()) };
    let owner = Owner { id: OwnerId::random(random_bytes()), code, name, created_at: app.now() };
    let mut tx = app.records.begin().await?;
    records::owners::keep(&mut tx, &owner).await.map_err(|why| {
        if why.broke("owners_code_unique") {
            return Refusal::new(Kind::Conflict, "owner.code-taken", "Another owner has this code.").into();
        }
        Error::from(why)
    })?;
    let entry = custody::Entry {
        deed: "owner.created",
        object: ("owner", owner.id.to_string()),
        owner: Some(owner.id),
        visit: None,
        details: json!({ "code": owner.code, "name": owner.name }),
    };
    custody::note(&mut tx, Some(actor), entry, owner.created_at).await?;
    tx.commit().await?;
    Ok(owner)
}

/// One owner.
///
/// # Errors
/// `not-found`, `forbidden`.
pub async fn read(app: &App, actor: &Actor, id: OwnerId) -> Result<Owner> {
    may(actor, Deed::ReadUnits, &Subject::default())?;
    let mut db = app.records.conn().await?;
    Ok(records::owners::find(&mut db, id).await?.ok_or_else(Refusal::not_found)?)
}

/// One page of owners by code, and whether there are more.
///
/// # Errors
/// `forbidden`.
pub async fn list(app: &App, actor: &Actor, after: Option<&str>, limit: u8) -> Result<(Vec<Owner>, bool)> {
    may(actor, Deed::ReadUnits, &Subject::default())?;
    let mut db = app.records.conn().await?;
    let found = records::owners::page(&mut db, after, i64::from(limit) + 1).await?;
    Ok(super::cut(found, limit))
}
