//! Checklists: draft, publish, read; bring in those of the library.

use super::{Error, Result, random_bytes};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::{OwnerId, TemplateId, TemplateVersionId};
use crate::domain::permission::{Deed, Subject, may};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::template::{self, Checklist};
use crate::records::templates::{Sight, pictures};
pub use crate::records::templates::{Summary, Template, TemplateVersion};
use crate::records::{self, Db, custody};
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn subject(owner: Option<OwnerId>) -> Subject {
    Subject { owner, ..Subject::default() }
}

/// The library is everybody's; an owner's own checklists are for who holds a role there.
pub(super) fn sight(actor: &Actor) -> Sight {
    let all = actor.grants.iter().any(|grant| grant.owner.is_none());
    Sight { all, owners: actor.grants.iter().filter_map(|grant| grant.owner).collect() }
}

/// Most checklists whose documents are gathered at once.
const MOST_TEMPLATES: i64 = 500;

/// The last published version of each checklist in sight.
pub(super) async fn versions_in_force(db: &mut Db, sight: &Sight) -> Result<Vec<TemplateVersion>> {
    let found = records::templates::page(db, sight, None, MOST_TEMPLATES).await?;
    let ids: Vec<TemplateId> = found.iter().map(|of| of.id).collect();
    let mut last: BTreeMap<TemplateId, TemplateVersionId> = BTreeMap::new();
    for one in records::templates::summaries(db, &ids).await? {
        if one.published_at.is_some() {
            last.insert(one.template, one.id);
        }
    }
    let ids: Vec<TemplateVersionId> = last.values().copied().collect();
    Ok(records::templates::versions_by_id(db, &ids).await?)
}

pub(super) async fn seen(db: &mut Db, actor: &Actor, id: TemplateId) -> Result<Template> {
    may(actor, Deed::ReadTemplates, &Subject::default())?;
    let found = records::templates::find(db, id).await?;
    Ok(found.filter(|t| sight(actor).takes_in(t.owner)).ok_or_else(Refusal::not_found)?)
}

/// Enters a template without versions, for an owner or for the library.
///
/// # Errors
/// `forbidden`, `invalid`, `template.code-taken`.
pub async fn create(app: &App, actor: &Actor, owner: Option<OwnerId>, code: &str) -> Result<Template> {
    may(actor, Deed::EditTemplates, &subject(owner))?;
    let code = template::code(code)?;
    let mut tx = app.records.begin().await?;
    if let Some(owner) = owner
        && records::owners::find(&mut tx, owner).await?.is_none()
    {
        return Err(Refusal::field("/owner", "owner.unknown", "there is no such owner").into());
    }
    let new = Template { id: TemplateId::random(random_bytes()), owner, code, created_at: app.now() };
    keep(&mut tx, Some(actor), &new).await?;
    tx.commit().await?;
    Ok(new)
}

/// Enters a template, as of when it says it was made.
async fn keep(db: &mut Db, actor: Option<&Actor>, new: &Template) -> Result<()> {
    records::templates::keep(db, new).await.map_err(|why| {
        if why.broke("templates_code_unique") {
            return Refusal::new(Kind::Conflict, "template.code-taken", "This code is in use here.").into();
        }
        Error::from(why)
    })?;
    note(db, actor, "template.created", new, json!({ "code": new.code }), new.created_at).await
}

pub(super) async fn note(
    db: &mut Db,
    actor: Option<&Actor>,
    deed: &str,
    of: &Template,
    details: Value,
    now: Timestamp,
) -> Result<()> {
    let entry = custody::Entry {
        deed,
        object: ("template", of.id.to_string()),
        owner: of.owner,
        visit: None,
        details,
    };
    custody::note(db, actor, entry, now).await?;
    Ok(())
}

/// Asks whether somebody may draft a version, before what they sent is looked at.
///
/// # Errors
/// `not-found`, `forbidden`.
pub(super) async fn may_draft(app: &App, actor: &Actor, id: TemplateId) -> Result<Template> {
    let mut db = app.records.conn().await?;
    editable(&mut db, actor, id).await
}

/// A template that somebody may edit.
pub(super) async fn editable(db: &mut Db, actor: &Actor, id: TemplateId) -> Result<Template> {
    let of = seen(db, actor, id).await?;
    may(actor, Deed::EditTemplates, &subject(of.owner))?;
    Ok(of)
}

/// Drafts the next version of a template; `place` is where the checklist stands in what was sent.
///
/// # Errors
/// `not-found`, `forbidden`, `invalid`.
pub async fn draft(
    app: &App,
    actor: &Actor,
    id: TemplateId,
    (body, place): (Checklist, &str),
) -> Result<TemplateVersion> {
    let mut tx = app.records.begin().await?;
    let of = editable(&mut tx, actor, id).await?;
    let body = body.checked(place)?;
    let number = next_draft(&mut tx, Some(actor), &of, &body, app.now()).await?;
    let new = numbered(&mut tx, id, number, false).await?;
    tx.commit().await?;
    Ok(new)
}

/// Drafts under the next number.
async fn next_draft(
    db: &mut Db,
    actor: Option<&Actor>,
    of: &Template,
    body: &Checklist,
    now: Timestamp,
) -> Result<i32> {
    let number = records::templates::hold(db, of.id).await? + 1;
    let version = TemplateVersionId::random(random_bytes());
    let by = actor.and_then(Actor::account);
    records::templates::keep_draft(db, (of.id, version, number), body, by, now).await?;
    note(db, actor, "template.drafted", of, json!({ "version": version, "number": number }), now).await?;
    Ok(number)
}

async fn numbered(db: &mut Db, id: TemplateId, number: i32, held: bool) -> Result<TemplateVersion> {
    Ok(records::templates::numbered(db, id, number, held).await?.ok_or_else(Refusal::not_found)?)
}

fn still_draft(version: &TemplateVersion) -> Result<()> {
    if !version.is_published() {
        return Ok(());
    }
    let detail = "A published version never changes; draft the next one.";
    Err(Refusal::new(Kind::Conflict, "template.published", detail).into())
}

/// Writes a draft anew, if its body is still the one with this digest.
///
/// # Errors
/// `not-found`, `forbidden`, `invalid`, `template.published`, `version.stale`.
pub async fn rewrite(
    app: &App,
    actor: &Actor,
    (id, number): (TemplateId, i32),
    read: [u8; 32],
    body: Checklist,
) -> Result<TemplateVersion> {
    let mut tx = app.records.begin().await?;
    let of = editable(&mut tx, actor, id).await?;
    let held = numbered(&mut tx, id, number, true).await?;
    still_draft(&held)?;
    if held.body.sha256()? != read {
        let detail = format!(
            "The current version is \"draft-{}\"; read again, then change.",
            hex::encode(held.body.sha256()?)
        );
        return Err(Refusal::new(Kind::Stale, "version.stale", detail).into());
    }
    let body = body.checked("")?;
    records::templates::rewrite(&mut tx, held.id, &body).await?;
    let details = json!({ "version": held.id, "number": number });
    note(&mut tx, Some(actor), "template.rewritten", &of, details, app.now()).await?;
    tx.commit().await?;
    Ok(TemplateVersion { body, ..held })
}

/// Publishes a draft: from then on it never changes, and its template holds each picture it shows.
///
/// # Errors
/// `not-found`, `forbidden`, `template.published`; `invalid` where a picture is missing.
pub async fn publish(app: &App, actor: &Actor, (id, number): (TemplateId, i32)) -> Result<TemplateVersion> {
    let mut tx = app.records.begin().await?;
    let of = editable(&mut tx, actor, id).await?;
    let version = publish_held(&mut tx, Some(actor), &of, number, app.now()).await?;
    tx.commit().await?;
    Ok(version)
}

/// Publishes a number.
async fn publish_held(
    db: &mut Db,
    actor: Option<&Actor>,
    of: &Template,
    number: i32,
    now: Timestamp,
) -> Result<TemplateVersion> {
    let held = numbered(db, of.id, number, true).await?;
    still_draft(&held)?;
    let pictures = pictures::held(db, &[of.id], &held.body.picture_digests()).await?;
    let pictures: Vec<_> = pictures.iter().map(|picture| picture.facts.bytes.sha256).collect();
    held.body.shows_only(&pictures)?;
    let sha256 = held.body.sha256()?;
    let by = actor.and_then(Actor::account);
    records::templates::publish(db, held.id, &sha256, by, now).await?;
    let details = json!({ "version": held.id, "number": number, "sha256": hex::encode(sha256) });
    note(db, actor, "template.published", of, details, now).await?;
    Ok(TemplateVersion { sha256: Some(sha256), published_at: Some(now), ..held })
}

/// One version of a template.
///
/// # Errors
/// `not-found`, `forbidden`.
pub async fn read(app: &App, actor: &Actor, (id, number): (TemplateId, i32)) -> Result<TemplateVersion> {
    let mut db = app.records.conn().await?;
    seen(&mut db, actor, id).await?;
    numbered(&mut db, id, number, false).await
}

/// A template and what versions it has.
///
/// # Errors
/// `not-found`, `forbidden`.
pub async fn overview(app: &App, actor: &Actor, id: TemplateId) -> Result<(Template, Vec<Summary>)> {
    let mut db = app.records.conn().await?;
    let of = seen(&mut db, actor, id).await?;
    let versions = records::templates::summaries(&mut db, &[id]).await?;
    Ok((of, versions))
}

/// One page of templates by code with what versions they have, and whether there are more.
///
/// # Errors
/// `forbidden`.
pub async fn list(
    app: &App,
    actor: &Actor,
    after: Option<(String, TemplateId)>,
    limit: u8,
) -> Result<(Vec<(Template, Vec<Summary>)>, bool)> {
    may(actor, Deed::ReadTemplates, &Subject::default())?;
    let mut db = app.records.conn().await?;
    let found = records::templates::page(&mut db, &sight(actor), after, i64::from(limit) + 1).await?;
    let (found, more) = super::cut(found, limit);
    let ids: Vec<TemplateId> = found.iter().map(|t| t.id).collect();
    let summaries = records::templates::summaries(&mut db, &ids).await?;
    let with = |of: Template| {
        let own = summaries.iter().filter(|s| s.template == of.id).cloned().collect();
        (of, own)
    };
    Ok((found.into_iter().map(with).collect(), more))
}

/// What bringing in a checklist did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Brought {
    /// Published under this number.
    Published(i32),
    /// The same body is published already under this number.
    Known(i32),
}

/// Brings in a checklist with the pictures that came with it: publishes it as the next version unless the last published
/// one is the same.
///
/// # Errors
/// `invalid`, also where a picture is missing; `owner.unknown`; those of a picture that is not taken; an outage.
pub async fn bring_in(
    app: &App,
    owner: Option<&str>,
    code: &str,
    body: Checklist,
    files: &[Bytes],
) -> Result<Brought> {
    let code = template::code(code)?;
    let body = body.checked("/body")?;
    let sha256 = body.sha256()?;
    let now = app.now();
    let (of, is_new) = {
        let mut db = app.records.conn().await?;
        let owner = match owner {
            None => None,
            Some(code) => {
                let found = records::owners::by_code(&mut db, code).await?;
                let unknown =
                    || Refusal::field("/owner", "owner.unknown", "there is no owner with this code");
                Some(found.ok_or_else(unknown)?.id)
            }
        };
        let known = records::templates::by_code(&mut db, owner, &code).await?;
        if let Some(of) = &known
            && let Some(number) = published_last(&mut db, of.id, sha256).await?
        {
            return Ok(Brought::Known(number));
        }
        let is_new = known.is_none();
        let new = || Template { id: TemplateId::random(random_bytes()), owner, code, created_at: now };
        (known.unwrap_or_else(new), is_new)
    };
    // Objects first, as everywhere; no transaction waits for the store.
    let files = super::pictures::store(app, of.id, files).await?;
    let mut tx = app.records.begin().await?;
    if is_new {
        keep(&mut tx, None, &of).await?;
    }
    for facts in files {
        super::pictures::keep(&mut tx, None, &of, facts, now).await?;
    }
    let number = next_draft(&mut tx, None, &of, &body, now).await?;
    if let Some(number) = published_last(&mut tx, of.id, sha256).await? {
        // Somebody else brought it in meanwhile.
        return Ok(Brought::Known(number));
    }
    publish_held(&mut tx, None, &of, number, now).await?;
    tx.commit().await?;
    Ok(Brought::Published(number))
}

/// The number of the last published version, if its digest is this one.
async fn published_last(db: &mut Db, id: TemplateId, sha256: [u8; 32]) -> Result<Option<i32>> {
    let versions = records::templates::summaries(db, &[id]).await?;
    let last = versions.iter().rev().find(|v| v.sha256.is_some());
    Ok(last.filter(|last| last.sha256 == Some(sha256)).map(|last| last.number))
}
