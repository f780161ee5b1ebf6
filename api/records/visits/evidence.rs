//! What was recorded at a visit, as the visit itself needs to know it.

use crate::domain::ids::{PhotoId, VisitId};
use crate::domain::photo::State;
use crate::domain::visit::Held;
use crate::records::schema::photos;
use crate::records::{Db, Error, Result};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::Timestamp as Stamp;
use uuid::Uuid;

/// Why a photo is set apart for which nobody can do anything with a camera: it may be as good as any, and we could not look.
const OURS: [&str; 3] = ["decoder-limit", "decoder-died", "examination-failed"];

/// Photos of one item and subject in one state: item, subject, state, why they are set apart, how many.
type Alike = (Option<String>, String, String, Option<String>, i64);

/// How many photos are held for each item and of what: bytes durable, not withdrawn, and nothing known by which they show
/// nothing. Whoever stands in the office can still take another.
///
/// # Errors
/// The database's own.
pub async fn photos_held(db: &mut Db, visit: VisitId) -> Result<Held> {
    let may_show = |reason: Option<&str>| reason.is_some_and(|reason| OURS.contains(&reason));
    photos_counted(db, visit, |state, reason| {
        state.is_held() && (state != State::Quarantined || may_show(reason))
    })
    .await
}

/// How many photos are declared for each item and of what, whether or not their bytes came, and not withdrawn.
///
/// # Errors
/// The database's own.
pub async fn photos_announced(db: &mut Db, visit: VisitId) -> Result<Held> {
    photos_counted(db, visit, |state, _| state != State::Withdrawn).await
}

async fn photos_counted(
    db: &mut Db,
    visit: VisitId,
    counts: impl Fn(State, Option<&str>) -> bool,
) -> Result<Held> {
    let rows: Vec<Alike> = photos::table
        .filter(photos::visit_id.eq(visit.0).and(photos::action_id.is_null()).and(photos::reply_to.is_null()))
        .group_by((photos::item_code, photos::subject, photos::state, photos::quarantine_reason))
        .select((photos::item_code, photos::subject, photos::state, photos::quarantine_reason, count_star()))
        .load(db)
        .await?;
    let mut held = Held::new();
    for (item, subject, state, reason, count) in rows {
        let counted = State::parse(&state).is_some_and(|state| counts(state, reason.as_deref()));
        if let Some(item) = item.filter(|_| counted) {
            let many: &mut u32 = held.entry((item, subject)).or_default();
            *many = many.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
        }
    }
    Ok(held)
}

/// A photo as far as a phone needs it to know what is still to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// Minted by a phone.
    pub id: PhotoId,
    /// The item it is evidence for.
    pub item: Option<String>,
    /// What it shows.
    pub subject: String,
    /// How far it got.
    pub state: State,
    /// When the shutter opened, by the device.
    pub captured_at: Timestamp,
}

/// Every photo declared at a visit, in the order of their capture; at most `limit`.
///
/// # Errors
/// The database's own.
pub async fn photos_declared(db: &mut Db, visit: VisitId, limit: i64) -> Result<Vec<Declared>> {
    let rows: Vec<(Uuid, Option<String>, String, String, Stamp)> = photos::table
        .filter(photos::visit_id.eq(visit.0).and(photos::action_id.is_null()).and(photos::reply_to.is_null()))
        .order((photos::captured_at, photos::id))
        .limit(limit)
        .select((photos::id, photos::item_code, photos::subject, photos::state, photos::captured_at))
        .load(db)
        .await?;
    rows.into_iter()
        .map(|(id, item, subject, state, captured_at)| {
            let state = State::parse(&state).ok_or_else(|| Error::bad_row(&state))?;
            Ok(Declared { id: PhotoId(id), item, subject, state, captured_at: captured_at.into() })
        })
        .collect()
}
