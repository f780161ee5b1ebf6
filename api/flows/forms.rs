//! Checklists against each other and as files: what a version changed, XLSForm out and in, JSON in.

use super::templates::{self, TemplateVersion};
use super::visits::note_sealed_reads;
use super::{Error, Result, scope};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::{TemplateId, VisitId};
use crate::domain::permission::Deed;
use crate::domain::refusal::Refusal;
use crate::domain::template::{Changes, Checklist, xlsform};
use crate::domain::visit::State;
use crate::records::templates::pictures;
use crate::records::visits::life as rows;
use crate::records::visits::visible::{self, Wanted};
use crate::spreadsheet;

/// Most open visits that are named.
const MOST_VISITS: u8 = 200;

/// What a version changed against an older one.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The older one.
    pub older: TemplateVersion,
    /// The newer one.
    pub newer: TemplateVersion,
    /// What differs.
    pub changes: Changes,
    /// Visits that are not over and stay with the older version; those the actor may see, latest planned first.
    pub open_visits: Vec<VisitId>,
    /// Whether there are more.
    pub more: bool,
}

/// Compares a version of a template with an older one: visits keep the version they were scheduled with.
///
/// # Errors
/// `not-found`, `forbidden`, `scope-missing` for a client that may not ask for visits.
pub async fn compare(
    app: &App,
    actor: &Actor,
    template: TemplateId,
    older: i32,
    newer: i32,
) -> Result<Compared> {
    scope(actor, Deed::ReadVisit)?;
    let older = templates::read(app, actor, (template, older)).await?;
    let newer = templates::read(app, actor, (template, newer)).await?;
    let changes = Changes::between(&older.body, &newer.body);
    let wanted = Wanted {
        template_version: Some(older.id),
        states: State::ALL.into_iter().filter(|state| !state.is_over()).collect(),
        ..Wanted::default()
    };
    let mut tx = app.records.begin().await?;
    let places = visible::page(&mut tx, actor, Deed::ReadVisit, &wanted, MOST_VISITS + 1).await?;
    let (places, more) = super::cut(places, MOST_VISITS);
    let open_visits: Vec<VisitId> = places.into_iter().map(|place| place.id).collect();
    let read = rows::load(&mut tx, &open_visits).await?;
    note_sealed_reads(&mut tx, actor, &read, "template_changes", app.now()).await?;
    tx.commit().await?;
    Ok(Compared { older, newer, changes, open_visits, more })
}

/// A version as an XLSForm workbook.
///
/// # Errors
/// `not-found`, `forbidden`.
pub async fn export(app: &App, actor: &Actor, of: (TemplateId, i32)) -> Result<(TemplateVersion, Vec<u8>)> {
    let version = templates::read(app, actor, of).await?;
    let held = {
        let mut db = app.records.conn().await?;
        pictures::held(&mut db, &[version.template], &version.body.picture_digests()).await?
    };
    let held: Vec<_> = held.into_iter().map(|picture| picture.facts).collect();
    let sheets = xlsform::write(&version.body, &version.code, &version.number.to_string(), &held);
    let bytes = spreadsheet::write(&sheets).map_err(|why| Error::Fault(why.to_string()))?;
    Ok((version, bytes))
}

/// Drafts the next version of a template from an XLSForm workbook.
///
/// # Errors
/// `not-found`, `forbidden`, `invalid` with the sheet, row and column of each fault.
pub async fn import(app: &App, actor: &Actor, template: TemplateId, bytes: &[u8]) -> Result<TemplateVersion> {
    // The right before the parsing: a stranger's workbook is not opened.
    templates::may_draft(app, actor, template).await?;
    let sheets = spreadsheet::read(bytes, &["survey", "choices", "settings"])
        .map_err(|why| Refusal::field("", "xlsform.workbook", why))?;
    templates::draft(app, actor, template, (xlsform::read(&sheets)?, "")).await
}

/// Drafts the next version of a template from a file of it, as `import-template` takes it.
///
/// # Errors
/// `not-found`, `forbidden`, `invalid`; among them `template.code` for a file of another template.
pub async fn import_file(
    app: &App,
    actor: &Actor,
    template: TemplateId,
    (code, body): (&str, Checklist),
) -> Result<TemplateVersion> {
    let of = templates::may_draft(app, actor, template).await?;
    if of.code != code {
        let detail = format!("is not the code of this template, {}", of.code);
        return Err(Refusal::field("/code", "template.code", detail).into());
    }
    templates::draft(app, actor, template, (body, "/body")).await
}
