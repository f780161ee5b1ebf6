//! What lies on the shelf: lists of templates and of their versions, without the bodies.

use super::super::schema::{template_versions, templates};
use super::{Db, Error, Result, Row, Template, read_digest};
use crate::domain::ids::{OwnerId, TemplateId, TemplateVersionId};
use crate::domain::template::Bilingual;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::NullableTimestamp;
use serde_json::Value;
use uuid::Uuid;

/// What a version is, without its body.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// The version.
    pub id: TemplateVersionId,
    /// Its template.
    pub template: TemplateId,
    /// 1, 2, 3, ….
    pub number: i32,
    /// Title in both languages.
    pub title: Bilingual,
    /// Digest, once published.
    pub sha256: Option<[u8; 32]>,
    /// When it was published.
    pub published_at: Option<Timestamp>,
}

/// Whose templates somebody may see, besides the library.
#[derive(Clone, Debug, Default)]
pub struct Sight {
    /// Every owner's.
    pub all: bool,
    /// These owners'.
    pub owners: Vec<OwnerId>,
}

impl Sight {
    /// Whether a template of this owner is seen.
    #[must_use]
    pub fn takes_in(&self, owner: Option<OwnerId>) -> bool {
        owner.is_none_or(|owner| self.all || self.owners.contains(&owner))
    }
}

/// The versions of several templates without their bodies, by template and number.
///
/// # Errors
/// The database's own.
pub async fn summaries(db: &mut Db, of: &[TemplateId]) -> Result<Vec<Summary>> {
    type Columns = (Uuid, Uuid, i32, Value, Option<Vec<u8>>, NullableTimestamp);
    let ids: Vec<Uuid> = of.iter().map(|id| id.0).collect();
    let rows: Vec<Columns> = template_versions::table
        .filter(template_versions::template_id.eq_any(ids))
        .order((template_versions::template_id.asc(), template_versions::number.asc()))
        .select((
            template_versions::id,
            template_versions::template_id,
            template_versions::number,
            diesel::dsl::sql::<diesel::sql_types::Jsonb>("body->'title'"),
            template_versions::body_sha256,
            template_versions::published_at,
        ))
        .load(db)
        .await?;
    let read = |(id, template, number, title, sha256, published_at): Columns| {
        Ok(Summary {
            id: TemplateVersionId(id),
            template: TemplateId(template),
            number,
            title: serde_json::from_value(title).map_err(Error::bad_row)?,
            sha256: read_digest(sha256)?,
            published_at: published_at.to_jiff(),
        })
    };
    rows.into_iter().map(read).collect()
}

/// One page of templates by code.
///
/// # Errors
/// The database's own.
pub async fn page(
    db: &mut Db,
    sight: &Sight,
    after: Option<(String, TemplateId)>,
    limit: i64,
) -> Result<Vec<Template>> {
    let mut query = templates::table
        .select(Row::as_select())
        .order((templates::code.asc(), templates::id.asc()))
        .limit(limit)
        .into_boxed();
    if !sight.all {
        let owners: Vec<Uuid> = sight.owners.iter().map(|id| id.0).collect();
        query = query.filter(templates::owner_id.is_null().or(templates::owner_id.eq_any(owners)));
    }
    if let Some((code, id)) = after {
        let behind = templates::code.gt(code.clone()).or(templates::id.gt(id.0));
        query = query.filter(templates::code.ge(code)).filter(behind);
    }
    Ok(query.load(db).await?.into_iter().map(Template::from).collect())
}

/// Holds a template until the transaction ends, so that two drafts don't take one number; the highest number a version
/// of it has, 0 without versions.
///
/// # Errors
/// The database's own.
pub async fn hold(db: &mut Db, template: TemplateId) -> Result<i32> {
    templates::table.find(template.0).select(templates::id).for_update().first::<Uuid>(db).await?;
    let last: Option<i32> = template_versions::table
        .filter(template_versions::template_id.eq(template.0))
        .select(diesel::dsl::max(template_versions::number))
        .first(db)
        .await?;
    Ok(last.unwrap_or(0))
}
