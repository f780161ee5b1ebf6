//! Photos as rows: promised, received, examined, withdrawn; each step writes columns of its own.

mod among;
mod asked;
mod boxes;
mod envelopes;
pub mod ledger;
mod page;
mod previews;
pub(in crate::records) mod receipts;
mod reconcile;
mod row;
mod scope;
mod shown;

pub use asked::{Known, asked_after};
pub use boxes::Edges;
pub use envelopes::{Kept, envelope, keep_envelope};
pub use page::{After, Facet, PageQuery, Scope, Sight, page};
pub use previews::{Outlived, forget_preview, keep_preview, outlived_previews, preview_digests};
pub use receipts::{Receipt, keep_receipt, read_again, receipt, restore, set_apart, unverified};
pub use reconcile::{HeldOriginal, forgotten, held_after, promised_digests};
pub use row::{Found, OnPlace, Photo, Received, Withdrawn};
pub use scope::{owner_of_campaign, unit_and_above};
pub use shown::{Sample, Tally, of_visit, samples, tallies};

use super::cached::Cached;
use super::schema::{photo_ancestors, photos};
use super::visits::{self, Standing};
use super::{Db, Error, Result, schema, uploads};
use crate::domain::actor::Actor;
use crate::domain::ids::{AccountId, PhotoId, UnitId, UploadId};
use crate::domain::photo::envelope::Judged;
use crate::domain::photo::mask::Masked;
use crate::domain::photo::{Declaration, State, clock};
use crate::domain::place::{Area, PlaceFinding};
use crate::domain::upload::Upload;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Jsonb, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use row::Row;
use uuid::Uuid;

/// Reads one photo.
///
/// # Errors
/// The database's own.
pub async fn find(db: &mut Db, id: PhotoId) -> Result<Option<Photo>> {
    let row = photos::table.find(id.0).select(Row::as_select()).first(db).await.optional()?;
    row.map(Photo::try_from).transpose()
}

/// Reads one photo and what the actor is to its visit.
///
/// # Errors
/// The database's own.
pub async fn find_with_visit(db: &mut Db, actor: &Actor, id: PhotoId) -> Result<Option<(Photo, Standing)>> {
    let me = actor.account().map_or(Uuid::nil(), |id| id.0);
    let found: Option<(Row, visits::Row)> = photos::table
        .find(id.0)
        .inner_join(schema::visits::table.on(schema::visits::id.eq(photos::visit_id)))
        .inner_join(schema::campaigns::table.on(schema::campaigns::id.eq(schema::visits::campaign_id)))
        .left_join(visits::seat_of(me))
        .left_join(visits::clearance_of(me))
        .select((Row::as_select(), visits::Row::as_select()))
        .first(db)
        .await
        .optional()?;
    found.map(|(photo, visit)| Ok((Photo::try_from(photo)?, Standing::try_from(visit)?))).transpose()
}

/// Reads somebody's upload that is neither ended nor expired, its photo, and what the actor is to the visit.
///
/// # Errors
/// The database's own.
pub async fn find_by_upload(
    db: &mut Db,
    actor: &Actor,
    (id, of): (UploadId, AccountId),
    now: Timestamp,
) -> Result<Option<(Upload, Photo, Standing)>> {
    let me = actor.account().map_or(Uuid::nil(), |id| id.0);
    let found: Option<(uploads::Row, Row, visits::Row)> = uploads::open(id, of, now)
        .inner_join(photos::table.on(photos::id.eq(schema::uploads::photo_id)))
        .inner_join(schema::visits::table.on(schema::visits::id.eq(photos::visit_id)))
        .inner_join(schema::campaigns::table.on(schema::campaigns::id.eq(schema::visits::campaign_id)))
        .left_join(visits::seat_of(me))
        .left_join(visits::clearance_of(me))
        .select((uploads::Row::as_select(), Row::as_select(), visits::Row::as_select()))
        .first(db)
        .await
        .optional()?;
    found
        .map(|(upload, photo, visit)| {
            Ok((Upload::try_from(upload)?, Photo::try_from(photo)?, Standing::try_from(visit)?))
        })
        .transpose()
}

/// Photos by their ids, in the order asked for; `None` for one that was never declared.
///
/// # Errors
/// The database's own.
pub async fn in_order(db: &mut Db, ids: &[PhotoId]) -> Result<Vec<Option<Photo>>> {
    let wanted: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows: Vec<Row> =
        photos::table.filter(photos::id.eq_any(wanted)).select(Row::as_select()).load(db).await?;
    let found: Vec<Photo> = rows.into_iter().map(Photo::try_from).collect::<Result<_>>()?;
    Ok(ids.iter().map(|id| found.iter().find(|photo| photo.declared.id == *id).cloned()).collect())
}

/// How far one photo got.
///
/// # Errors
/// The database's own.
pub async fn state(db: &mut Db, id: PhotoId) -> Result<Option<State>> {
    let text: Option<String> = photos::table.find(id.0).select(photos::state).first(db).await.optional()?;
    text.map(|text| State::parse(&text).ok_or_else(|| Error::bad_row(format!("state {text}")))).transpose()
}

/// Reads one photo and holds its row until the transaction ends. Rows that name it may be written meanwhile.
///
/// # Errors
/// The database's own.
pub async fn lock(db: &mut Db, id: PhotoId) -> Result<Option<Photo>> {
    let row =
        photos::table.find(id.0).select(Row::as_select()).for_no_key_update().first(db).await.optional()?;
    row.map(Photo::try_from).transpose()
}

#[derive(QueryableByName)]
struct Ground {
    #[diesel(sql_type = Bool)]
    has_item: bool,
    #[diesel(sql_type = Bool)]
    masks: bool,
    #[diesel(sql_type = Nullable<Jsonb>)]
    area: Option<serde_json::Value>,
}

/// What a declaration is held against.
#[derive(Clone, Debug)]
pub struct Held {
    /// Whether a checklist of the visit has the item, where one is named.
    pub has_item: bool,
    /// Whether the item's rule says that data of people are masked in its photos.
    pub masks: bool,
    /// Where the office of the visit was.
    pub area: Option<Area>,
}

/// What a declaration is held against: the item it names, and the office of the visit. One statement, because it runs
/// for each photo.
///
/// # Errors
/// The database's own.
pub async fn ground_of(db: &mut Db, visit: &Standing, item: Option<&str>) -> Result<Held> {
    let statement = diesel::sql_query(
        "SELECT $2 IS NULL OR asked.item IS NOT NULL AS has_item,
             coalesce(asked.item #>> '{photo,privacy}' = 'mask_personal_data', false) AS masks,
             (SELECT area FROM premises WHERE id = $3) AS area
         FROM (SELECT 1) AS one LEFT JOIN LATERAL (
             SELECT found.item FROM visit_templates v JOIN template_versions t ON t.id = v.template_version_id
             CROSS JOIN LATERAL jsonb_path_query_first(t.body, '$.sections[*].items[*] ? (@.code == $code)',
                 jsonb_build_object('code', $2)) AS found (item)
             WHERE v.visit_id = $1 AND $2 IS NOT NULL AND found.item IS NOT NULL LIMIT 1) AS asked ON true",
    )
    .bind::<SqlUuid, _>(visit.id.0)
    .bind::<Nullable<Text>, _>(item)
    .bind::<Nullable<SqlUuid>, _>(visit.premises.map(|premises| premises.0));
    let Ground { has_item, masks, area } = Cached(statement).get_result(db).await?;
    let area = area.map(|json| serde_json::from_value(json).map_err(Error::bad_row)).transpose()?;
    Ok(Held { has_item, masks, area })
}

/// What is decided when a photo is declared, besides what the phone says.
#[derive(Clone, Debug)]
pub struct Decided<'a> {
    /// The visit it belongs to.
    pub visit: &'a Standing,
    /// Whether it was taken at the office.
    pub place: &'a PlaceFinding,
    /// Seconds by which the device's clock was ahead of ours.
    pub clock_skew_s: f64,
    /// Whether it is taken to show data of people.
    pub personal_data: bool,
    /// What its envelope is worth, if it came with one.
    pub envelope: Option<&'a Judged>,
    /// What the phone said of its clock is worth, if it said something.
    pub clock: Option<&'a clock::Judged>,
    /// When we were told.
    pub at: Timestamp,
}

/// Writes a promise down. `None` when the id is taken already; then nothing is changed.
///
/// # Errors
/// The database's own.
pub async fn announce(
    db: &mut Db,
    actor: &Actor,
    declared: &Declaration,
    about: Decided<'_>,
) -> Result<Option<Photo>> {
    let account = actor.account().map_or(Uuid::nil(), |id| id.0);
    let size_bytes = i64::try_from(declared.size_bytes).map_err(Error::bad_row)?;
    let envelope = about.envelope.map(serde_json::to_value).transpose().map_err(Error::bad_row)?;
    let clock = about.clock.map(serde_json::to_value).transpose().map_err(Error::bad_row)?;
    let announcement = diesel::insert_into(photos::table)
        .values((
            photos::id.eq(declared.id.0),
            (
                photos::owner_id.eq(about.visit.owner.0),
                photos::campaign_id.eq(about.visit.campaign.0),
                photos::visit_id.eq(about.visit.id.0),
                photos::unit_id.eq(about.visit.unit.0),
                photos::action_id.eq(declared.action.map(|id| id.0)),
                photos::finding_id.eq(declared.finding.map(|id| id.0)),
                photos::reply_to.eq(declared.reply_to.map(|id| id.0)),
                photos::state.eq(State::Announced.as_str()),
            ),
            (
                photos::item_code.eq(declared.item.as_deref()),
                photos::subject.eq(&declared.subject),
                photos::caption.eq(&declared.caption),
                photos::sha256.eq(declared.sha256.0.as_slice()),
                photos::size_bytes.eq(size_bytes),
                photos::media_type.eq(declared.media_type.as_str()),
                photos::captured_at.eq(declared.captured.at.to_diesel()),
                photos::captured_offset_s.eq(declared.captured.offset_s),
                photos::device_clock.eq(declared.device_clock.at.to_diesel()),
                photos::device_clock_offset_s.eq(declared.device_clock.offset_s),
                photos::origin.eq(declared.origin.as_str()),
            ),
            (
                photos::latitude.eq(declared.fix.map(|fix| fix.latitude())),
                photos::longitude.eq(declared.fix.map(|fix| fix.longitude())),
                photos::accuracy_m.eq(declared.fix.map(|fix| fix.accuracy_m())),
                photos::altitude_m.eq(declared.altitude_m),
                photos::position_source.eq(declared.source.as_str()),
            ),
            (
                photos::declared_by.eq(account),
                photos::declared_session.eq(actor.session.0),
                photos::declared_at.eq(about.at.to_diesel()),
                photos::place_verdict.eq(about.place.verdict.as_str()),
                photos::place_distance_m.eq(about.place.distance_m),
                photos::place_reasons.eq(&about.place.reasons),
                photos::clock_skew_s.eq(about.clock_skew_s),
                photos::personal_data.eq(about.personal_data),
                photos::envelope.eq(envelope),
                photos::clock.eq(clock),
            ),
        ))
        .on_conflict(photos::id)
        .do_nothing()
        .returning(Row::as_returning());
    let row: Option<Row> = Cached(announcement).get_result(db).await.optional()?;
    row.map(Photo::try_from).transpose()
}

/// What is written down when a photo's bytes are durable.
#[derive(Clone, Copy, Debug)]
pub struct Reception<'a> {
    /// When, and under which number.
    pub received: Received,
    /// What its phone is given for it.
    pub acknowledgement: &'a str,
}

/// Marks an announced photo's bytes as durable. `None` where it is announced no more.
///
/// # Errors
/// The database's own.
pub async fn store(db: &mut Db, id: PhotoId, how: Reception<'_>) -> Result<Option<Photo>> {
    let announced = photos::id.eq(id.0).and(photos::state.eq(State::Announced.as_str()));
    let reception = diesel::update(photos::table.filter(announced))
        .set((
            photos::state.eq(State::Stored.as_str()),
            photos::stored_at.eq(how.received.at.to_diesel()),
            photos::log_number.eq(how.received.log_number),
            photos::late.eq(how.received.late),
            photos::acknowledgement.eq(how.acknowledgement),
            photos::version.eq(photos::version + 1),
        ))
        .returning(Row::as_returning());
    let row: Option<Row> = Cached(reception).get_result(db).await.optional()?;
    row.map(Photo::try_from).transpose()
}

/// Puts a photo that is about to be stored under its unit and every unit above.
///
/// # Errors
/// The database's own.
pub async fn place_below(db: &mut Db, photo: &Photo, units: &[UnitId]) -> Result<()> {
    let rows: Vec<_> = units
        .iter()
        .map(|unit| {
            (
                photo_ancestors::ancestor_id.eq(unit.0),
                photo_ancestors::captured_at.eq(photo.declared.captured.at.to_diesel()),
                photo_ancestors::photo_id.eq(photo.declared.id.0),
                photo_ancestors::owner_id.eq(photo.owner.0),
                photo_ancestors::item_code.eq(photo.declared.item.as_deref()),
                photo_ancestors::subject.eq(&photo.declared.subject),
                photo_ancestors::place_verdict.eq(photo.place.verdict.as_str()),
                photo_ancestors::state.eq(State::Stored.as_str()),
            )
        })
        .collect();
    // Units are nested a handful deep, so the statement has a handful of shapes.
    let places = diesel::insert_into(photo_ancestors::table).values(rows).on_conflict_do_nothing();
    Cached(places).execute(db).await?;
    Ok(())
}

/// What a phone was given when a photo's bytes were durable; `None` for those from before it was kept.
///
/// # Errors
/// The database's own.
pub async fn acknowledgement(db: &mut Db, id: PhotoId) -> Result<Option<String>> {
    let text = photos::table.find(id.0).select(photos::acknowledgement);
    Ok(text.first::<Option<String>>(db).await.optional()?.flatten())
}

/// Writes down what the worker found. False when the photo is no longer waiting for it.
///
/// # Errors
/// The database's own.
pub async fn examined(db: &mut Db, id: PhotoId, state: State, found: &Found) -> Result<bool> {
    let side = |of: fn((u32, u32)) -> u32| found.size.map(of).and_then(|n| i32::try_from(n).ok());
    let waiting = photos::table.filter(photos::id.eq(id.0).and(photos::state.eq(State::Stored.as_str())));
    let changed = diesel::update(waiting)
        .set((
            photos::state.eq(state.as_str()),
            photos::sniffed_type.eq(found.sniffed_type.as_deref()),
            photos::width.eq(side(|(width, _)| width)),
            photos::height.eq(side(|(_, height)| height)),
            photos::placeholder.eq(found.placeholder.as_deref()),
            photos::exif.eq(&found.exif),
            photos::checks.eq(&found.checks),
            photos::derivatives.eq(&found.derivatives),
            photos::quarantine_reason.eq(found.reason.as_deref()),
            photos::examined_at.eq(found.at.to_diesel()),
            photos::version.eq(photos::version + 1),
        ))
        .execute(db)
        .await?;
    Ok(changed == 1)
}

/// Writes down what was marked on a photo; from now on it counts as one that shows data of people.
///
/// # Errors
/// The database's own.
pub async fn mask(db: &mut Db, id: PhotoId, masked: &Masked) -> Result<()> {
    let masked = serde_json::to_value(masked).map_err(Error::bad_row)?;
    diesel::update(photos::table.find(id.0))
        .set((
            photos::personal_data.eq(true),
            photos::masked.eq(masked),
            photos::version.eq(photos::version + 1),
        ))
        .execute(db)
        .await?;
    Ok(())
}

/// Marks a photo as taken back; it leaves every list that does not ask for such.
///
/// # Errors
/// The database's own.
pub async fn withdraw(db: &mut Db, photo: &Photo, by: &Actor, because: &str, at: Timestamp) -> Result<()> {
    diesel::update(photos::table.find(photo.declared.id.0))
        .set((
            photos::state.eq(State::Withdrawn.as_str()),
            photos::state_before_withdrawal.eq(photo.state.as_str()),
            photos::withdrawn_at.eq(at.to_diesel()),
            photos::withdrawn_by.eq(by.account().map(|id| id.0)),
            photos::withdrawn_because.eq(because),
            photos::version.eq(photos::version + 1),
        ))
        .execute(db)
        .await?;
    diesel::delete(photo_ancestors::table.filter(photo_ancestors::photo_id.eq(photo.declared.id.0)))
        .execute(db)
        .await?;
    Ok(())
}
