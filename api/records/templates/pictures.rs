//! Guidance pictures as rows: which bytes a template holds.

use super::super::schema::template_pictures;
use super::{Db, Error, Result};
use crate::domain::ids::{AccountId, TemplateId};
use crate::domain::photo::{Arrived, MediaType, Sha256};
use crate::domain::template::PictureFacts;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

/// A picture that a template holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldPicture {
    /// The template.
    pub template: TemplateId,
    /// What it is.
    pub facts: PictureFacts,
    /// When it was received.
    pub received_at: Timestamp,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = template_pictures)]
struct Row {
    template_id: Uuid,
    sha256: Vec<u8>,
    media_type: String,
    size_bytes: i32,
    width: i32,
    height: i32,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    received_at: Timestamp,
}

impl TryFrom<Row> for HeldPicture {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let sha256 = row.sha256.try_into().map(Sha256).map_err(|_| Error::bad_row("digest of a picture"))?;
        let size_bytes = u64::try_from(row.size_bytes).map_err(Error::bad_row)?;
        let side = |pixels: i32| u32::try_from(pixels).map_err(Error::bad_row);
        let facts = PictureFacts {
            bytes: Arrived { size_bytes, sha256 },
            media_type: MediaType::parse(&row.media_type).ok_or_else(|| Error::bad_row(&row.media_type))?,
            size: (side(row.width)?, side(row.height)?),
        };
        Ok(Self { template: TemplateId(row.template_id), facts, received_at: row.received_at })
    }
}

/// The pictures of these templates that have one of these digests, by template and digest.
///
/// # Errors
/// The database's own.
pub async fn held(db: &mut Db, templates: &[TemplateId], named: &[Sha256]) -> Result<Vec<HeldPicture>> {
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let templates: Vec<Uuid> = templates.iter().map(|id| id.0).collect();
    let named: Vec<Vec<u8>> = named.iter().map(|digest| digest.0.to_vec()).collect();
    let rows: Vec<Row> = template_pictures::table
        .filter(template_pictures::template_id.eq_any(templates))
        .filter(template_pictures::sha256.eq_any(named))
        .order((template_pictures::template_id, template_pictures::sha256))
        .select(Row::as_select())
        .load(db)
        .await?;
    rows.into_iter().map(HeldPicture::try_from).collect()
}

/// How many pictures besides this one a template holds.
///
/// # Errors
/// The database's own.
pub async fn count_others(db: &mut Db, template: TemplateId, sha256: Sha256) -> Result<i64> {
    let others = template_pictures::table
        .filter(template_pictures::template_id.eq(template.0))
        .filter(template_pictures::sha256.ne(sha256.0.to_vec()));
    Ok(others.count().get_result::<i64>(db).await?)
}

/// The next pictures in the order of their templates and digests.
///
/// # Errors
/// The database's own.
pub async fn after(db: &mut Db, last: Option<(TemplateId, Sha256)>, limit: i64) -> Result<Vec<HeldPicture>> {
    let mut query = template_pictures::table
        .order((template_pictures::template_id, template_pictures::sha256))
        .limit(limit)
        .select(Row::as_select())
        .into_boxed();
    if let Some((template, sha256)) = last {
        let behind =
            template_pictures::template_id.gt(template.0).or(template_pictures::sha256.gt(sha256.0.to_vec()));
        query = query.filter(template_pictures::template_id.ge(template.0)).filter(behind);
    }
    let rows: Vec<Row> = query.load(db).await?;
    rows.into_iter().map(HeldPicture::try_from).collect()
}

/// Enters a picture whose bytes are durable; whether it is new.
///
/// # Errors
/// The database's own.
pub async fn keep(db: &mut Db, new: &HeldPicture, by: Option<AccountId>) -> Result<bool> {
    let number = |n: u64| i32::try_from(n).map_err(|why| Error::Fault(why.to_string()));
    let PictureFacts { bytes, media_type, size: (width, height) } = new.facts;
    let kept = diesel::insert_into(template_pictures::table)
        .values((
            template_pictures::template_id.eq(new.template.0),
            template_pictures::sha256.eq(bytes.sha256.0.to_vec()),
            template_pictures::media_type.eq(media_type.as_str()),
            template_pictures::size_bytes.eq(number(bytes.size_bytes)?),
            template_pictures::width.eq(number(width.into())?),
            template_pictures::height.eq(number(height.into())?),
            template_pictures::received_by.eq(by.map(|id| id.0)),
            template_pictures::received_at.eq(new.received_at.to_diesel()),
        ))
        .on_conflict_do_nothing()
        .execute(db)
        .await?;
    Ok(kept == 1)
}
