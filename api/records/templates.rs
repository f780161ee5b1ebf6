//! Templates and their versions.

use super::schema::{template_versions, templates};
use super::{Db, Error, Result};
use crate::domain::ids::{AccountId, OwnerId, TemplateId, TemplateVersionId};
use crate::domain::template::Checklist;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{NullableTimestamp, ToDiesel};
use serde_json::Value;
use uuid::Uuid;

pub mod pictures;
mod shelf;

pub use shelf::{Sight, Summary, hold, page, summaries};

/// A template, whatever its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// Its id.
    pub id: TemplateId,
    /// Whose it is; `None`: the library every owner may use.
    pub owner: Option<OwnerId>,
    /// Stable code: `OSS`.
    pub code: String,
    /// When it was entered.
    pub created_at: Timestamp,
}

/// One version of a template.
#[derive(Clone, Debug, PartialEq)]
pub struct TemplateVersion {
    /// Its id.
    pub id: TemplateVersionId,
    /// The template.
    pub template: TemplateId,
    /// Whose it is; `None`: the library.
    pub owner: Option<OwnerId>,
    /// The template's code.
    pub code: String,
    /// 1, 2, 3, ….
    pub number: i32,
    /// What it asks.
    pub body: Checklist,
    /// Digest of the canonical body, once published; a published version never changes.
    pub sha256: Option<[u8; 32]>,
    /// When it was published.
    pub published_at: Option<Timestamp>,
    /// When it was entered.
    pub created_at: Timestamp,
}

impl TemplateVersion {
    /// Whether it is published.
    #[must_use]
    pub fn is_published(&self) -> bool {
        self.sha256.is_some()
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = templates)]
struct Row {
    id: Uuid,
    owner_id: Option<Uuid>,
    code: String,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    created_at: Timestamp,
}

impl From<Row> for Template {
    fn from(row: Row) -> Self {
        Self {
            id: TemplateId(row.id),
            owner: row.owner_id.map(OwnerId),
            code: row.code,
            created_at: row.created_at,
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = template_versions)]
struct VersionRow {
    id: Uuid,
    number: i32,
    body: Value,
    body_sha256: Option<Vec<u8>>,
    #[diesel(deserialize_as = NullableTimestamp)]
    published_at: Option<Timestamp>,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    created_at: Timestamp,
}

fn read_digest(bytes: Option<Vec<u8>>) -> Result<Option<[u8; 32]>> {
    bytes.map(|bytes| bytes.try_into().map_err(|_| Error::bad_row("digest of a checklist"))).transpose()
}

fn read((row, of): (VersionRow, Row)) -> Result<TemplateVersion> {
    Ok(TemplateVersion {
        id: TemplateVersionId(row.id),
        template: TemplateId(of.id),
        owner: of.owner_id.map(OwnerId),
        code: of.code,
        number: row.number,
        body: Checklist::stored(row.body).map_err(Error::bad_row)?,
        sha256: read_digest(row.body_sha256)?,
        published_at: row.published_at,
        created_at: row.created_at,
    })
}

/// One version, draft or published.
///
/// # Errors
/// The database's own.
pub async fn version(db: &mut Db, id: TemplateVersionId) -> Result<Option<TemplateVersion>> {
    let found: Option<(VersionRow, Row)> = template_versions::table
        .inner_join(templates::table.on(templates::id.eq(template_versions::template_id)))
        .filter(template_versions::id.eq(id.0))
        .select((VersionRow::as_select(), Row::as_select()))
        .first(db)
        .await
        .optional()?;
    found.map(read).transpose()
}

/// Several versions, in no particular order; unknown ids are left out.
///
/// # Errors
/// The database's own.
pub async fn versions_by_id(db: &mut Db, ids: &[TemplateVersionId]) -> Result<Vec<TemplateVersion>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let found: Vec<(VersionRow, Row)> = template_versions::table
        .inner_join(templates::table.on(templates::id.eq(template_versions::template_id)))
        .filter(template_versions::id.eq_any(ids))
        .select((VersionRow::as_select(), Row::as_select()))
        .load(db)
        .await?;
    found.into_iter().map(read).collect()
}

/// One version by its number; held until the transaction ends where `held`, so that nobody publishes it meanwhile.
///
/// # Errors
/// The database's own.
pub async fn numbered(
    db: &mut Db,
    template: TemplateId,
    number: i32,
    held: bool,
) -> Result<Option<TemplateVersion>> {
    if held {
        let own = template_versions::template_id.eq(template.0).and(template_versions::number.eq(number));
        let locked: Option<Uuid> = template_versions::table
            .filter(own)
            .select(template_versions::id)
            .for_update()
            .first(db)
            .await
            .optional()?;
        if locked.is_none() {
            return Ok(None);
        }
    }
    let found: Option<(VersionRow, Row)> = template_versions::table
        .inner_join(templates::table.on(templates::id.eq(template_versions::template_id)))
        .filter(template_versions::template_id.eq(template.0).and(template_versions::number.eq(number)))
        .select((VersionRow::as_select(), Row::as_select()))
        .first(db)
        .await
        .optional()?;
    found.map(read).transpose()
}

/// A template.
///
/// # Errors
/// The database's own.
pub async fn find(db: &mut Db, id: TemplateId) -> Result<Option<Template>> {
    let row: Option<Row> = templates::table.find(id.0).select(Row::as_select()).first(db).await.optional()?;
    Ok(row.map(Template::from))
}

/// The template of an owner, or of the library, by its code.
///
/// # Errors
/// The database's own.
pub async fn by_code(db: &mut Db, owner: Option<OwnerId>, code: &str) -> Result<Option<Template>> {
    let row: Option<Row> = templates::table
        .filter(templates::owner_id.is_not_distinct_from(owner.map(|id| id.0)))
        .filter(templates::code.eq(code))
        .select(Row::as_select())
        .first(db)
        .await
        .optional()?;
    Ok(row.map(Template::from))
}

/// Enters a template.
///
/// # Errors
/// Constraint `templates_code_unique` for a code this owner uses.
pub async fn keep(db: &mut Db, new: &Template) -> Result<()> {
    diesel::insert_into(templates::table)
        .values((
            templates::id.eq(new.id.0),
            templates::owner_id.eq(new.owner.map(|id| id.0)),
            templates::code.eq(&new.code),
            templates::created_at.eq(new.created_at.to_diesel()),
        ))
        .execute(db)
        .await?;
    Ok(())
}

fn written(body: &Checklist) -> Result<Value> {
    serde_json::to_value(body).map_err(|why| Error::Fault(why.to_string()))
}

/// Enters a draft.
///
/// # Errors
/// Constraint `template_versions_number_unique` where somebody took the number meanwhile.
pub async fn keep_draft(
    db: &mut Db,
    (template, id, number): (TemplateId, TemplateVersionId, i32),
    body: &Checklist,
    by: Option<AccountId>,
    now: Timestamp,
) -> Result<()> {
    diesel::insert_into(template_versions::table)
        .values((
            template_versions::id.eq(id.0),
            template_versions::template_id.eq(template.0),
            template_versions::number.eq(number),
            template_versions::state.eq("draft"),
            template_versions::body.eq(written(body)?),
            template_versions::created_at.eq(now.to_diesel()),
            template_versions::created_by.eq(by.map(|id| id.0)),
        ))
        .execute(db)
        .await?;
    Ok(())
}

/// Writes a draft anew.
///
/// # Errors
/// Constraint `template_versions_immutable` for a version that is published.
pub async fn rewrite(db: &mut Db, id: TemplateVersionId, body: &Checklist) -> Result<()> {
    diesel::update(template_versions::table.find(id.0))
        .set(template_versions::body.eq(written(body)?))
        .execute(db)
        .await?;
    Ok(())
}

/// Publishes a draft under the digest of its body; from then on it never changes.
///
/// # Errors
/// Constraint `template_versions_immutable` for a version that is published already.
pub async fn publish(
    db: &mut Db,
    id: TemplateVersionId,
    sha256: &[u8; 32],
    by: Option<AccountId>,
    now: Timestamp,
) -> Result<()> {
    diesel::update(template_versions::table.find(id.0))
        .set((
            template_versions::state.eq("published"),
            template_versions::body_sha256.eq(sha256.to_vec()),
            template_versions::published_at.eq(Some(now).to_diesel()),
            template_versions::published_by.eq(by.map(|id| id.0)),
        ))
        .execute(db)
        .await?;
    Ok(())
}
