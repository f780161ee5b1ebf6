//! Answers kept under the key their request brought, so that a repeated request gets the first one's answer.

use super::schema::{campaigns, notices, replays, teams, visits};
use super::{Db, Error, Result};
use crate::domain::campaign::CampaignState;
use crate::domain::footing::Footing;
use crate::domain::ids::VisitId;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use serde_json::Value;
use uuid::Uuid;

/// The hold one request has on a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Whose key it is.
    pub principal: String,
    /// The key.
    pub key: String,
    /// When it was taken, which tells this request from one that took the key over.
    pub taken_at: Timestamp,
}

/// What a key stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Mark of the request that took the key.
    pub fingerprint: Vec<u8>,
    /// Status, headers and sealed body, once there is an answer.
    pub answer: Option<(u16, Value, Vec<u8>)>,
    /// Whether the request took effect, even if its answer was lost.
    pub committed: bool,
    /// Until when it is kept at least.
    pub expires_at: Timestamp,
    /// What the right to it rested on; `None` for what was kept before that was.
    pub footing: Option<Footing>,
    /// The visit its effect lies at, where it is a visit's.
    pub visit: Option<VisitId>,
}

/// The key a request asks for, and what is kept of the request.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The hold it would have.
    pub hold: &'a Hold,
    /// Mark of the request.
    pub fingerprint: &'a [u8],
    /// What its right rests on.
    pub footing: &'a Footing,
    /// Until when its answer is kept at least.
    pub expires_at: Timestamp,
    /// Requests that took the key before this and took no effect are taken for dead.
    pub given_up_before: Timestamp,
}

tokio::task_local! {
    /// The key of the request this task answers: its transactions say so when they commit.
    static HELD: Hold;
}

/// Runs a request's work so that what it commits is marked under its key, in the same transaction.
pub async fn holding<F: Future>(hold: Hold, work: F) -> F::Output {
    HELD.scope(hold, work).await
}

/// Takes a key, or one whose request was given up before it took effect; false when somebody else has it.
///
/// # Errors
/// The database's own.
pub async fn take(db: &mut Db, asked: Asked<'_>) -> Result<bool> {
    let Asked { hold, fingerprint, footing, expires_at, given_up_before } = asked;
    let row = (
        replays::principal.eq(&hold.principal),
        replays::key.eq(&hold.key),
        replays::fingerprint.eq(fingerprint),
        replays::footing.eq(footing.words()),
        replays::created_at.eq(hold.taken_at.to_diesel()),
        replays::expires_at.eq(expires_at.to_diesel()),
    );
    let inserted =
        diesel::insert_into(replays::table).values(row).on_conflict_do_nothing().execute(db).await?;
    if inserted == 1 {
        return Ok(true);
    }
    let given_up = replays::status
        .is_null()
        .and(replays::committed.eq(false))
        .and(replays::created_at.le(given_up_before.to_diesel()))
        .and(replays::fingerprint.eq(fingerprint));
    let taken_over = diesel::update(replays::table.find((&hold.principal, &hold.key)).filter(given_up))
        .set((
            replays::fingerprint.eq(fingerprint),
            replays::status.eq(None::<i32>),
            replays::headers.eq(None::<Value>),
            replays::body.eq(None::<Vec<u8>>),
            replays::committed.eq(false),
            replays::campaign_id.eq(None::<Uuid>),
            replays::visit_id.eq(None::<Uuid>),
            replays::footing.eq(footing.words()),
            replays::created_at.eq(hold.taken_at.to_diesel()),
            replays::expires_at.eq(expires_at.to_diesel()),
        ))
        .execute(db)
        .await?;
    Ok(taken_over == 1)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = replays)]
struct Row {
    fingerprint: Vec<u8>,
    status: Option<i32>,
    headers: Option<Value>,
    body: Option<Vec<u8>>,
    committed: bool,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    expires_at: Timestamp,
    footing: Option<Vec<String>>,
    visit_id: Option<Uuid>,
}

impl TryFrom<Row> for Kept {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        let answer = match row.status {
            None => None,
            Some(status) => Some((
                u16::try_from(status).map_err(Error::bad_row)?,
                row.headers.unwrap_or_default(),
                row.body.unwrap_or_default(),
            )),
        };
        let Row { fingerprint, committed, expires_at, .. } = row;
        let (footing, visit) = (row.footing.map(Footing::read), row.visit_id.map(VisitId));
        Ok(Self { fingerprint, answer, committed, expires_at, footing, visit })
    }
}

/// What a key stands for; nothing when its request was forgotten meanwhile.
///
/// # Errors
/// The database's own.
pub async fn find(db: &mut Db, principal: &str, key: &str) -> Result<Option<Kept>> {
    let row = replays::table.find((principal, key)).select(Row::as_select()).first(db).await.optional()?;
    row.map(Kept::try_from).transpose()
}

/// Frees a key whose time is over, and its campaign, where it has one; whether it was.
///
/// # Errors
/// The database's own.
pub async fn free(db: &mut Db, hold: &Hold) -> Result<bool> {
    Ok(forget(db, Some(hold), hold.taken_at).await? == 1)
}

/// Keeps the answer of the request that holds the key.
///
/// # Errors
/// The database's own.
pub async fn keep(db: &mut Db, hold: &Hold, status: u16, headers: Value, body: Vec<u8>) -> Result<()> {
    diesel::update(replays::table.find((&hold.principal, &hold.key)))
        .filter(replays::created_at.eq(hold.taken_at.to_diesel()))
        .set((replays::status.eq(i32::from(status)), replays::headers.eq(headers), replays::body.eq(body)))
        .execute(db)
        .await?;
    Ok(())
}

/// Gives a key back after a request that took no effect; false where it did take effect.
///
/// # Errors
/// The database's own.
pub async fn give_back(db: &mut Db, hold: &Hold) -> Result<bool> {
    let given_back = diesel::delete(replays::table.find((&hold.principal, &hold.key)))
        .filter(replays::created_at.eq(hold.taken_at.to_diesel()).and(replays::committed.eq(false)))
        .execute(db)
        .await?;
    Ok(given_back == 1)
}

/// Forgets answers whose time is over, and whose campaign, where they have one; how many.
///
/// # Errors
/// The database's own.
pub async fn forget_expired(db: &mut Db, now: Timestamp) -> Result<usize> {
    forget(db, None, now).await
}

async fn forget(db: &mut Db, only: Option<&Hold>, now: Timestamp) -> Result<usize> {
    let over = CampaignState::ALL.into_iter().filter(|state| state.is_over()).map(CampaignState::as_str);
    let over = campaigns::table.filter(campaigns::state.eq_any(over)).select(campaigns::id.nullable());
    let mut forgotten = diesel::delete(replays::table)
        .filter(replays::expires_at.le(now.to_diesel()))
        .filter(replays::campaign_id.is_null().or(replays::campaign_id.eq_any(over)))
        .into_boxed();
    if let Some(hold) = only {
        forgotten =
            forgotten.filter(replays::principal.eq(&hold.principal)).filter(replays::key.eq(&hold.key));
    }
    Ok(forgotten.execute(db).await?)
}

/// Ties the key of the request this task answers to the visit its effect lies at and the campaign it lies under, if
/// they are known: of the visit, the team, the notice or the campaign itself that a deed was noted about.
///
/// # Errors
/// The database's own.
pub(super) async fn tie(db: &mut Db, visit: Option<VisitId>, object: (&str, &str)) -> Result<()> {
    let Ok(hold) = HELD.try_with(Clone::clone) else { return Ok(()) };
    let campaign: Option<Uuid> = match (visit, object.0, Uuid::parse_str(object.1)) {
        (Some(visit), ..) => {
            visits::table.find(visit.0).select(visits::campaign_id).first(db).await.optional()?
        }
        (None, "campaign", Ok(campaign)) => Some(campaign),
        (None, "notice", Ok(notice)) => {
            notices::table.find(notice).select(notices::campaign_id).first(db).await.optional()?
        }
        (None, "team", Ok(team)) => {
            teams::table.find(team).select(teams::campaign_id).first(db).await.optional()?
        }
        _ => None,
    };
    let own = diesel::update(replays::table.find((&hold.principal, &hold.key)))
        .filter(replays::created_at.eq(hold.taken_at.to_diesel()));
    match (visit, campaign) {
        (Some(visit), _) => {
            let place = (replays::campaign_id.eq(campaign), replays::visit_id.eq(visit.0));
            own.set(place).execute(db).await?
        }
        (None, Some(campaign)) => own.set(replays::campaign_id.eq(campaign)).execute(db).await?,
        (None, None) => 0,
    };
    Ok(())
}

/// Marks the key of the request this task answers as having taken effect; part of every commit.
///
/// # Errors
/// [`Error::Busy`] when another request took the key over meanwhile: then this one must not take effect.
pub(super) async fn mark(db: &mut Db) -> Result<()> {
    let Ok(hold) = HELD.try_with(Clone::clone) else { return Ok(()) };
    let marked = diesel::update(replays::table.find((&hold.principal, &hold.key)))
        .filter(replays::created_at.eq(hold.taken_at.to_diesel()))
        .set(replays::committed.eq(true))
        .execute(db)
        .await?;
    if marked == 1 { Ok(()) } else { Err(Error::Busy("the key of this request was taken over".to_owned())) }
}
