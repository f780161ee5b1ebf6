//! Conclusion notices and their recipients as rows.

mod counting;
mod page;

pub use counting::{Times, Visited, bases, findings, is_asked, times, visited};
pub use page::{Place, Wanted, page, summaries};

use super::schema::{notice_recipients, notice_units, notices};
use super::{Db, Error, Result};
use crate::domain::ids::{AccountId, CampaignId, NoticeId, OwnerId, UnitId, VisitId};
use crate::domain::notice::{Act, Corrected, Notice, Recipient, Signer, Signing, State, Voiding};
use crate::domain::text::alike;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff_diesel::{NullableDate, NullableTimestamp, Timestamp as Stamp, ToDiesel};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = notices, check_for_backend(diesel::pg::Pg))]
struct Row {
    id: Uuid,
    owner_id: Uuid,
    campaign_id: Uuid,
    corrects_id: Option<Uuid>,
    corrects_called: Option<String>,
    state: String,
    cover: Value,
    visit_ids: Vec<Uuid>,
    content: Value,
    figures: Value,
    writers: Vec<Uuid>,
    #[diesel(deserialize_as = Stamp)]
    drafted_at: Timestamp,
    #[diesel(deserialize_as = Stamp)]
    written_at: Timestamp,
    reviewed_by: Option<Uuid>,
    #[diesel(deserialize_as = NullableTimestamp)]
    reviewed_at: Option<Timestamp>,
    number: Option<i32>,
    #[diesel(deserialize_as = NullableDate)]
    signed_on: Option<Date>,
    place: Option<String>,
    signer: Option<Value>,
    signed_by: Option<Uuid>,
    #[diesel(deserialize_as = NullableTimestamp)]
    signed_at: Option<Timestamp>,
    document: Option<String>,
    document_sha256: Option<String>,
    issued_by: Option<Uuid>,
    #[diesel(deserialize_as = NullableTimestamp)]
    issued_at: Option<Timestamp>,
    version: i32,
    discarded_by: Option<Uuid>,
    #[diesel(deserialize_as = NullableTimestamp)]
    discarded_at: Option<Timestamp>,
    voided_by: Option<Uuid>,
    #[diesel(deserialize_as = NullableTimestamp)]
    voided_at: Option<Timestamp>,
    voided_because: Option<String>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = notice_recipients)]
struct RecipientRow {
    notice_id: Uuid,
    unit_id: Option<Uuid>,
    unit_ancestors: Vec<Uuid>,
    name: String,
    acknowledged_by: Option<Uuid>,
    #[diesel(deserialize_as = NullableTimestamp)]
    acknowledged_at: Option<Timestamp>,
}

fn act(by: Option<Uuid>, at: Option<Timestamp>) -> Option<Act> {
    Some(Act { by: AccountId(by?), at: at? })
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T> {
    serde_json::from_value(value).map_err(Error::bad_row)
}

fn kept(value: &impl Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(Error::bad_row)
}

impl From<RecipientRow> for Recipient {
    fn from(row: RecipientRow) -> Self {
        Self {
            unit: row.unit_id.map(UnitId),
            ancestors: row.unit_ancestors.into_iter().map(UnitId).collect(),
            name: row.name,
            acknowledged: act(row.acknowledged_by, row.acknowledged_at),
        }
    }
}

impl TryFrom<Row> for Notice {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        let corrects = row.corrects_id.zip(row.corrects_called);
        let signer = row.signer.map(read::<Signer>).transpose()?;
        let signing = signing(
            (row.number, row.signed_on, row.place),
            signer,
            act(row.signed_by, row.signed_at),
            (row.document, row.document_sha256),
        );
        Ok(Self {
            id: NoticeId(row.id),
            owner: OwnerId(row.owner_id),
            campaign: CampaignId(row.campaign_id),
            corrects: corrects.map(|(id, called)| Corrected { notice: NoticeId(id), called }),
            state: State::parse(&row.state).ok_or_else(|| Error::bad_row(&row.state))?,
            cover: read(row.cover)?,
            visits: row.visit_ids.into_iter().map(VisitId).collect(),
            content: read(row.content)?,
            figures: read(row.figures)?,
            recipients: Vec::new(),
            writers: row.writers.into_iter().map(AccountId).collect(),
            drafted_at: row.drafted_at,
            written_at: row.written_at,
            reviewed: act(row.reviewed_by, row.reviewed_at),
            signing,
            issued: act(row.issued_by, row.issued_at),
            discarded: act(row.discarded_by, row.discarded_at),
            voided: act(row.voided_by, row.voided_at)
                .zip(row.voided_because)
                .map(|(act, reason)| Voiding { act, reason }),
            version: row.version,
        })
    }
}

/// All or nothing, as the table's own rule has it.
fn signing(
    (number, on, place): (Option<i32>, Option<Date>, Option<String>),
    signer: Option<Signer>,
    act: Option<Act>,
    (document, sha256): (Option<String>, Option<String>),
) -> Option<Signing> {
    Some(Signing {
        number: number?,
        on: on?,
        place: place?,
        signer: signer?,
        act: act?,
        document: document?,
        document_sha256: sha256?,
    })
}

/// These notices with their recipients, in the order given.
///
/// # Errors
/// The database's own.
pub async fn load(db: &mut Db, ids: &[NoticeId]) -> Result<Vec<Notice>> {
    let keys: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows: Vec<Row> =
        notices::table.filter(notices::id.eq_any(&keys)).select(Row::as_select()).load(db).await?;
    let mut found: HashMap<NoticeId, Notice> = HashMap::new();
    for notice in with_recipients(db, rows).await? {
        found.insert(notice.id, notice);
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

async fn with_recipients(db: &mut Db, rows: Vec<Row>) -> Result<Vec<Notice>> {
    let keys: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let told: Vec<RecipientRow> = notice_recipients::table
        .filter(notice_recipients::notice_id.eq_any(keys))
        .order((notice_recipients::notice_id, notice_recipients::place))
        .select(RecipientRow::as_select())
        .load(db)
        .await?;
    let mut of: HashMap<Uuid, Vec<Recipient>> = HashMap::new();
    for row in told {
        of.entry(row.notice_id).or_default().push(row.into());
    }
    let whole = |row: Row| {
        let recipients = of.remove(&row.id).unwrap_or_default();
        Ok(Notice { recipients, ..Notice::try_from(row)? })
    };
    rows.into_iter().map(whole).collect()
}

/// One notice.
///
/// # Errors
/// The database's own.
pub async fn find(db: &mut Db, id: NoticeId) -> Result<Option<Notice>> {
    Ok(load(db, &[id]).await?.pop())
}

/// One notice, held until the transaction ends.
///
/// # Errors
/// The database's own.
pub async fn hold(db: &mut Db, id: NoticeId) -> Result<Option<Notice>> {
    let row: Option<Row> =
        notices::table.find(id.0).for_update().select(Row::as_select()).first(db).await.optional()?;
    Ok(with_recipients(db, row.into_iter().collect()).await?.pop())
}

/// Notices that correct this one and are issued, oldest first.
///
/// # Errors
/// The database's own.
pub async fn correcting(db: &mut Db, id: NoticeId) -> Result<Vec<NoticeId>> {
    let ids: Vec<Uuid> = notices::table
        .filter(notices::corrects_id.eq(id.0).and(notices::state.eq(State::Issued.as_str())))
        .order((notices::issued_at, notices::id))
        .select(notices::id)
        .load(db)
        .await?;
    Ok(ids.into_iter().map(NoticeId).collect())
}

/// Enters a draft with its recipients.
///
/// # Errors
/// The database's own.
pub async fn keep(db: &mut Db, new: &Notice) -> Result<()> {
    let writers: Vec<Uuid> = new.writers.iter().map(|id| id.0).collect();
    let visits: Vec<Uuid> = new.visits.iter().map(|id| id.0).collect();
    diesel::insert_into(notices::table)
        .values((
            notices::id.eq(new.id.0),
            notices::owner_id.eq(new.owner.0),
            notices::campaign_id.eq(new.campaign.0),
            notices::corrects_id.eq(new.corrects.as_ref().map(|of| of.notice.0)),
            notices::corrects_called.eq(new.corrects.as_ref().map(|of| of.called.as_str())),
            notices::state.eq(new.state.as_str()),
            notices::cover.eq(kept(&new.cover)?),
            notices::visit_ids.eq(visits),
            notices::content.eq(kept(&new.content)?),
            notices::figures.eq(kept(&new.figures)?),
            notices::writers.eq(writers),
            notices::drafted_at.eq(new.drafted_at.to_diesel()),
            notices::written_at.eq(new.written_at.to_diesel()),
            notices::version.eq(new.version),
        ))
        .execute(db)
        .await?;
    tell(db, new).await
}

/// Writes a held notice that is not signed anew, with its recipients, under the next version.
///
/// # Errors
/// The database's own.
pub async fn rewrite(db: &mut Db, notice: &Notice) -> Result<i32> {
    let writers: Vec<Uuid> = notice.writers.iter().map(|id| id.0).collect();
    let visits: Vec<Uuid> = notice.visits.iter().map(|id| id.0).collect();
    let version = diesel::update(notices::table.find(notice.id.0))
        .set((
            notices::state.eq(notice.state.as_str()),
            notices::cover.eq(kept(&notice.cover)?),
            notices::visit_ids.eq(visits),
            notices::content.eq(kept(&notice.content)?),
            notices::figures.eq(kept(&notice.figures)?),
            notices::writers.eq(writers),
            notices::written_at.eq(notice.written_at.to_diesel()),
            notices::reviewed_by.eq(None::<Uuid>),
            notices::reviewed_at.eq(None::<Stamp>),
            notices::version.eq(notices::version + 1),
        ))
        .returning(notices::version)
        .get_result(db)
        .await?;
    diesel::delete(notice_recipients::table.filter(notice_recipients::notice_id.eq(notice.id.0)))
        .execute(db)
        .await?;
    diesel::delete(notice_units::table.filter(notice_units::notice_id.eq(notice.id.0))).execute(db).await?;
    tell(db, notice).await?;
    Ok(version)
}

async fn tell(db: &mut Db, of: &Notice) -> Result<()> {
    let mut below = BTreeSet::new();
    let mut rows = Vec::new();
    for (place, to) in (1_i32..).zip(&of.recipients) {
        let above: Vec<Uuid> = to.ancestors.iter().map(|id| id.0).collect();
        below.extend(to.unit.iter().map(|id| id.0).chain(above.iter().copied()));
        rows.push((
            notice_recipients::notice_id.eq(of.id.0),
            notice_recipients::place.eq(place),
            notice_recipients::unit_id.eq(to.unit.map(|id| id.0)),
            notice_recipients::unit_ancestors.eq(above),
            notice_recipients::name.eq(to.name.clone()),
        ));
    }
    diesel::insert_into(notice_recipients::table).values(rows).execute(db).await?;
    let at = of.drafted_at.to_diesel();
    let unit = |unit| {
        (notice_units::notice_id.eq(of.id.0), notice_units::unit_id.eq(unit), notice_units::drafted_at.eq(at))
    };
    let rows: Vec<_> = below.into_iter().map(unit).collect();
    diesel::insert_into(notice_units::table).values(rows).execute(db).await?;
    Ok(())
}

/// Writes down that a held notice was found right; its next version.
///
/// # Errors
/// The database's own.
pub async fn review(db: &mut Db, id: NoticeId, act: Act) -> Result<i32> {
    let version = diesel::update(notices::table.find(id.0))
        .set((
            notices::state.eq(State::Reviewed.as_str()),
            notices::reviewed_by.eq(act.by.0),
            notices::reviewed_at.eq(act.at.to_diesel()),
            notices::version.eq(notices::version + 1),
        ))
        .returning(notices::version)
        .get_result(db)
        .await?;
    Ok(version)
}

/// Freezes a held notice under its number; its next version.
///
/// # Errors
/// Constraint `notices_number_of_owner` for a number that the owner has given for this issuer to such a paper in that year.
pub async fn sign(db: &mut Db, notice: &Notice, signing: &Signing) -> Result<i32> {
    let version = diesel::update(notices::table.find(notice.id.0))
        .set((
            notices::state.eq(State::Signed.as_str()),
            notices::number.eq(signing.number),
            notices::symbol.eq(notice.content.symbol.as_str()),
            notices::issuer.eq(&notice.content.issuer),
            notices::year.eq(i32::from(signing.on.year())),
            notices::signed_on.eq(signing.on.to_diesel()),
            notices::place.eq(&signing.place),
            notices::signer.eq(kept(&signing.signer)?),
            notices::signed_by.eq(signing.act.by.0),
            notices::signed_at.eq(signing.act.at.to_diesel()),
            notices::document.eq(&signing.document),
            notices::document_sha256.eq(&signing.document_sha256),
            notices::version.eq(notices::version + 1),
        ))
        .returning(notices::version)
        .get_result(db)
        .await?;
    Ok(version)
}

/// Writes down that a held notice was sent; its next version.
///
/// # Errors
/// The database's own.
pub async fn issue(db: &mut Db, id: NoticeId, act: Act) -> Result<i32> {
    let version = diesel::update(notices::table.find(id.0))
        .set((
            notices::state.eq(State::Issued.as_str()),
            notices::issued_by.eq(act.by.0),
            notices::issued_at.eq(act.at.to_diesel()),
            notices::version.eq(notices::version + 1),
        ))
        .returning(notices::version)
        .get_result(db)
        .await?;
    Ok(version)
}

/// Writes down that a held notice that nobody signed was given up; its next version.
///
/// # Errors
/// The database's own.
pub async fn discard(db: &mut Db, id: NoticeId, act: Act) -> Result<i32> {
    let version = diesel::update(notices::table.find(id.0))
        .set((
            notices::state.eq(State::Discarded.as_str()),
            notices::discarded_by.eq(act.by.0),
            notices::discarded_at.eq(act.at.to_diesel()),
            notices::version.eq(notices::version + 1),
        ))
        .returning(notices::version)
        .get_result(db)
        .await?;
    Ok(version)
}

/// Writes down that a held notice which was signed is never sent; its next version.
///
/// # Errors
/// The database's own.
pub async fn void(db: &mut Db, id: NoticeId, voiding: &Voiding) -> Result<i32> {
    let version = diesel::update(notices::table.find(id.0))
        .set((
            notices::state.eq(State::Voided.as_str()),
            notices::voided_by.eq(voiding.act.by.0),
            notices::voided_at.eq(voiding.act.at.to_diesel()),
            notices::voided_because.eq(&voiding.reason),
            notices::version.eq(notices::version + 1),
        ))
        .returning(notices::version)
        .get_result(db)
        .await?;
    Ok(version)
}

/// Writes down that a unit has an issued notice; false where it has said so before.
///
/// # Errors
/// The database's own.
pub async fn acknowledge(db: &mut Db, id: NoticeId, unit: UnitId, act: Act) -> Result<bool> {
    let issued = notices::table
        .filter(notices::id.eq(id.0).and(notices::state.eq(State::Issued.as_str())))
        .select(notices::id);
    let rows = diesel::update(notice_recipients::table)
        .filter(notice_recipients::notice_id.eq_any(issued))
        .filter(notice_recipients::unit_id.eq(unit.0).and(notice_recipients::acknowledged_at.is_null()))
        .set((
            notice_recipients::acknowledged_by.eq(act.by.0),
            notice_recipients::acknowledged_at.eq(act.at.to_diesel()),
        ))
        .execute(db)
        .await?;
    Ok(rows == 1)
}

/// Writes down that whoever is named so has an issued notice; false where nobody is, or that was written before.
///
/// # Errors
/// The database's own.
pub async fn acknowledge_named(db: &mut Db, id: NoticeId, name: &str, act: Act) -> Result<bool> {
    let issued = notices::table
        .filter(notices::id.eq(id.0).and(notices::state.eq(State::Issued.as_str())))
        .select(notices::id);
    let rows = diesel::update(notice_recipients::table)
        .filter(notice_recipients::notice_id.eq_any(issued))
        .filter(notice_recipients::unit_id.is_null().and(notice_recipients::name.eq(name)))
        .filter(notice_recipients::acknowledged_at.is_null())
        .set((
            notice_recipients::acknowledged_by.eq(act.by.0),
            notice_recipients::acknowledged_at.eq(act.at.to_diesel()),
        ))
        .execute(db)
        .await?;
    Ok(rows > 0)
}

/// Holds an owner's numbers of an issuer and a year until the transaction ends, so that a paper and a notice never get the
/// same one, however the issuer was typed.
///
/// # Errors
/// The database's own.
pub async fn hold_series(db: &mut Db, (owner, issuer): (OwnerId, &str), year: i16) -> Result<()> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, $2))")
        .bind::<Text, _>(format!("{owner} {}", alike(issuer)))
        .bind::<BigInt, _>(i64::from(year))
        .execute(db)
        .await?;
    Ok(())
}

/// Whether a signed notice of this owner has this number.
///
/// # Errors
/// The database's own.
pub async fn number_taken(
    db: &mut Db,
    (owner, issuer): (OwnerId, &str),
    on: Date,
    number: i32,
    symbol: &str,
) -> Result<bool> {
    let issuers: Vec<Option<String>> = notices::table
        .filter(notices::owner_id.eq(owner.0).and(notices::year.eq(i32::from(on.year()))))
        .filter(notices::number.eq(number).and(notices::symbol.eq(symbol)))
        .select(notices::issuer)
        .load(db)
        .await?;
    Ok(issuers.iter().flatten().any(|other| alike(other) == alike(issuer)))
}
