//! Photos as a phone asks after them: hundreds at once, in one statement.

use super::receipts::{self, Receipt};
use super::row::digest;
use crate::domain::actor::Actor;
use crate::domain::ids::{AccountId, ActionId, FindingId, PhotoId};
use crate::domain::photo::{Sha256, State};
use crate::records::schema::{campaigns, photo_receipts, photos, uploads, visits as visit_table};
use crate::records::visits::{self, Standing};
use crate::records::{Db, Error, Result};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

/// What is known of a photo that a phone asks after.
#[derive(Clone, Debug)]
pub struct Known {
    /// The photo.
    pub id: PhotoId,
    /// Digest it was declared with.
    pub sha256: Sha256,
    /// Where it stands.
    pub state: State,
    /// Where it stood before it was taken back.
    pub before: Option<State>,
    /// Why it is set apart.
    pub reason: Option<String>,
    /// The corrective action it shows done.
    pub action: Option<ActionId>,
    /// The finding it answers.
    pub reply_to: Option<FindingId>,
    /// Who declared it.
    pub declared_by: AccountId,
    /// Its visit, and what the actor is to it.
    pub visit: Standing,
    /// What its phone may delete its copy for.
    pub receipt: Option<Receipt>,
    /// Durable bytes of the actor's own upload that is not whole.
    pub received_bytes: u64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = photos, check_for_backend(diesel::pg::Pg))]
struct Row {
    id: Uuid,
    sha256: Vec<u8>,
    state: String,
    state_before_withdrawal: Option<String>,
    quarantine_reason: Option<String>,
    action_id: Option<Uuid>,
    reply_to: Option<Uuid>,
    declared_by: Uuid,
}

/// What is known of these photos, in no order; whether the actor may know is for `permission::allows` to say.
///
/// # Errors
/// The database's own.
pub async fn asked_after(db: &mut Db, actor: &Actor, ids: &[PhotoId], now: Timestamp) -> Result<Vec<Known>> {
    let me = actor.account().map_or(Uuid::nil(), |id| id.0);
    let wanted: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let under_way = uploads::photo_id
        .eq(photos::id)
        .and(uploads::account_id.eq(me))
        .and(uploads::ended_at.is_null())
        .and(uploads::expires_at.gt(now.to_diesel()));
    let vouched_for = photo_receipts::photo_id.eq(photos::id).and(photos::restored_at.is_null());
    let rows: Vec<(Row, visits::Row, Option<receipts::Row>, Option<i64>)> = photos::table
        .inner_join(visit_table::table.on(visit_table::id.eq(photos::visit_id)))
        .inner_join(campaigns::table.on(campaigns::id.eq(visit_table::campaign_id)))
        .left_join(visits::seat_of(me))
        .left_join(visits::clearance_of(me))
        .left_join(photo_receipts::table.on(vouched_for))
        .left_join(uploads::table.on(under_way))
        .filter(photos::id.eq_any(wanted))
        .select((
            Row::as_select(),
            visits::Row::as_select(),
            Option::<receipts::Row>::as_select(),
            uploads::received_bytes.nullable(),
        ))
        .load(db)
        .await?;
    rows.into_iter().map(known).collect()
}

fn known(
    (row, visit, receipt, received): (Row, visits::Row, Option<receipts::Row>, Option<i64>),
) -> Result<Known> {
    let state = State::parse(&row.state).ok_or_else(|| Error::bad_row(format!("state {}", row.state)))?;
    Ok(Known {
        id: PhotoId(row.id),
        sha256: digest(row.sha256)?,
        state,
        before: row.state_before_withdrawal.as_deref().and_then(State::parse),
        reason: row.quarantine_reason,
        action: row.action_id.map(ActionId),
        reply_to: row.reply_to.map(FindingId),
        declared_by: AccountId(row.declared_by),
        visit: Standing::try_from(visit)?,
        receipt: receipt.map(Receipt::from),
        received_bytes: u64::try_from(received.unwrap_or(0)).map_err(Error::bad_row)?,
    })
}
