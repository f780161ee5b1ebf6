//! The library of documents that published checklists rest on.

use super::Result;
use super::templates::{sight, versions_in_force};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::permission::{Deed, Subject, may};
use crate::domain::refusal::Refusal;
use crate::domain::template::references;
use crate::domain::text;
use jiff::civil::Date;

pub use crate::domain::template::{Citation, Reference};

/// The documents cited by the last published version of each checklist that the actor sees; with a day only those that
/// hold on it, with words only those whose name holds them, accents apart.
///
/// # Errors
/// `forbidden`; `text.refused` for words that are none.
pub async fn list(app: &App, actor: &Actor, on: Option<Date>, words: Option<&str>) -> Result<Vec<Reference>> {
    may(actor, Deed::ReadTemplates, &Subject::default())?;
    let words = words.map(|raw| text::required(raw, 100)).transpose();
    let words =
        words.map_err(|why| Refusal::field("?q", "text.refused", why))?.map(|words| text::fold(&words));
    let mut db = app.records.conn().await?;
    let versions = versions_in_force(&mut db, &sight(actor)).await?;
    let mut found = references(versions.iter().map(|v| (v.code.as_str(), v.number, &v.body)), on);
    found.retain(|one| words.as_ref().is_none_or(|words| text::fold(&one.basis.document).contains(words)));
    Ok(found)
}
