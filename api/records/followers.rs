//! Followers as rows: what each phone that keeps up was told of which visit, and which visits differ from that.

pub mod parts;

use super::seek::{Bind, Sql};
use super::visits::visible;
use super::{Db, Result};
use crate::domain::actor::Actor;
use crate::domain::ids::{AccountId, FollowerId, VisitId};
use crate::domain::permission::Deed;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as Stamp, ToDiesel};
pub use parts::Place;
use uuid::Uuid;

/// Somebody's phone that keeps up.
#[derive(Clone, Copy, Debug)]
pub struct Follower {
    /// Which.
    pub id: FollowerId,
    /// Whose.
    pub account: AccountId,
    /// Number of the last answer.
    pub seq: i64,
    /// When it last asked, within a day.
    pub used_at: Timestamp,
}

/// What a follower holds of a visit, if the answers it has confirmed arrived.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// Told to be gone.
    pub gone: bool,
    /// Told up to this line of the visit's log; negative before it was told whole.
    pub number: i64,
    /// Being told up to this line.
    pub toward: Option<i64>,
    /// The last part told of what is being told.
    pub inside: Option<Place>,
    /// Which kinds of parts its holder might see.
    pub rights: i16,
    /// A digest of the visit itself.
    pub mark: Option<i64>,
}

/// A visit that is not as a follower was told.
#[derive(Clone, Copy, Debug)]
pub struct Differing {
    /// Which.
    pub visit: VisitId,
    /// The number of the last line of its log, and the digest of the visit itself; `None` where it is not to be seen any more.
    pub now: Option<(i64, i64)>,
    /// What the follower was told.
    pub known: Option<Known>,
}

/// What a follower is told now.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    /// Of which visit.
    pub visit: VisitId,
    /// As it is held from now on.
    pub known: Known,
    /// Whether what it held before is void, and nothing to come back to should the answer be lost.
    pub is_fresh: bool,
}

#[derive(QueryableByName)]
struct FollowerRow {
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Timestamptz)]
    used_at: Stamp,
}

/// Enters a follower. Of an account's others those stay that ever came back with a cursor, then the ones used last, `most` with
/// the new one; the rest are over: a phone that begins again and again on a bad line ends no other.
///
/// # Errors
/// The database's own.
pub async fn begin(db: &mut Db, new: &Follower, most: i64) -> Result<()> {
    let surplus = "UPDATE followers SET used_at = '-infinity' WHERE id IN (SELECT id FROM followers
        WHERE account_id = $1 AND used_at > '-infinity' ORDER BY seq > 1 DESC, used_at DESC, id OFFSET $2 - 1)";
    diesel::sql_query(surplus).bind::<SqlUuid, _>(new.account.0).bind::<BigInt, _>(most).execute(db).await?;
    let enter = "INSERT INTO followers (id, account_id, seq, used_at) VALUES ($1, $2, $3, $4)";
    diesel::sql_query(enter)
        .bind::<SqlUuid, _>(new.id.0)
        .bind::<SqlUuid, _>(new.account.0)
        .bind::<BigInt, _>(new.seq)
        .bind::<Timestamptz, _>(new.used_at.to_diesel())
        .execute(db)
        .await?;
    Ok(())
}

/// A follower that was used since an instant, held until the transaction ends.
///
/// # Errors
/// The database's own; [`super::Error::is_clash`] where another request of the same follower came first.
pub async fn hold(db: &mut Db, id: FollowerId, since: Timestamp) -> Result<Option<Follower>> {
    let words = "SELECT account_id, seq, used_at FROM followers WHERE id = $1 AND used_at >= $2 FOR UPDATE";
    let row: Option<FollowerRow> = diesel::sql_query(words)
        .bind::<SqlUuid, _>(id.0)
        .bind::<Timestamptz, _>(since.to_diesel())
        .get_result(db)
        .await
        .optional()?;
    Ok(row.map(|row| Follower {
        id,
        account: AccountId(row.account_id),
        seq: row.seq,
        used_at: row.used_at.into(),
    }))
}

/// Writes down that a follower was answered.
///
/// # Errors
/// The database's own.
pub async fn answered(db: &mut Db, follower: &Follower) -> Result<()> {
    diesel::sql_query("UPDATE followers SET seq = $2, used_at = $3 WHERE id = $1")
        .bind::<SqlUuid, _>(follower.id.0)
        .bind::<BigInt, _>(follower.seq)
        .bind::<Timestamptz, _>(follower.used_at.to_diesel())
        .execute(db)
        .await?;
    Ok(())
}

/// Forgets what was told after an answer: those that came later did not arrive, or not for sure. What was told before
/// comes up again where it is kept; else the visit counts as never told. Nobody forgets that it was told of a visit at all,
/// since what was told in a lost answer may have arrived.
///
/// # Errors
/// The database's own.
pub async fn roll_back(db: &mut Db, follower: FollowerId, seq: i64) -> Result<()> {
    let words = "UPDATE followed_visits SET gone = false, mark = NULL,
            seq = CASE WHEN held_seq <= $2 THEN held_seq ELSE 0 END,
            number = CASE WHEN held_seq <= $2 THEN held_number ELSE -1 END,
            toward = CASE WHEN held_seq <= $2 THEN held_toward END,
            inside_kind = CASE WHEN held_seq <= $2 THEN held_inside_kind END,
            inside_id = CASE WHEN held_seq <= $2 THEN held_inside_id END,
            held_seq = NULL, held_number = NULL, held_toward = NULL, held_inside_kind = NULL, held_inside_id = NULL
        WHERE follower_id = $1 AND seq > $2";
    diesel::sql_query(words).bind::<SqlUuid, _>(follower.0).bind::<BigInt, _>(seq).execute(db).await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    visit: Uuid,
    #[diesel(sql_type = Nullable<BigInt>)]
    last: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    now_mark: Option<i64>,
    #[diesel(sql_type = Nullable<Bool>)]
    gone: Option<bool>,
    #[diesel(sql_type = Nullable<BigInt>)]
    number: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    toward: Option<i64>,
    #[diesel(sql_type = Nullable<SmallInt>)]
    inside_kind: Option<i16>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    inside_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SmallInt>)]
    rights: Option<i16>,
    #[diesel(sql_type = Nullable<BigInt>)]
    mark: Option<i64>,
}

impl From<Row> for Differing {
    fn from(row: Row) -> Self {
        let told = row.gone.zip(row.number).zip(row.rights);
        let known = told.map(|((gone, number), rights)| Known {
            gone,
            number,
            toward: row.toward,
            inside: row.inside_kind.zip(row.inside_id),
            rights,
            mark: row.mark,
        });
        Self { visit: VisitId(row.visit), now: row.last.zip(row.now_mark), known }
    }
}

/// Visits that are not as a follower was told, at most `limit`: first those that are gone, then what was begun, then what was
/// told longest ago, so that a visit at which much happens keeps no other waiting. A visit that was called off is to be seen
/// no more; one that was never told leaves no trace.
///
/// # Errors
/// The database's own.
pub async fn differing(
    db: &mut Db,
    actor: &Actor,
    (follower, footing): (FollowerId, i64),
    limit: i64,
) -> Result<Vec<Differing>> {
    let mut sql = if let Some(seen) = visible::numbered(db, actor, Deed::ReadVisit).await? {
        seen.within("WITH seen AS (", ")")
    } else {
        let mut none = Sql::default();
        none.text("WITH seen AS (SELECT NULL::uuid AS id, 0::bigint AS last_log_number, '' AS state, 0::bigint AS mark WHERE false)");
        none
    };
    sql.text(
        " SELECT coalesce(s.id, f.visit_id) AS visit, s.last_log_number AS last, s.mark AS now_mark, f.gone, f.number,
            f.toward, f.inside_kind, f.inside_id, f.rights, f.mark
        FROM (SELECT id, last_log_number, mark FROM seen WHERE state <> 'cancelled') AS s
        FULL JOIN (SELECT * FROM followed_visits WHERE follower_id = ",
    );
    sql.bind(Bind::Id(follower.0))
        .text(") AS f ON f.visit_id = s.id WHERE CASE WHEN s.id IS NULL THEN NOT f.gone");
    sql.text(" ELSE f.visit_id IS NULL OR f.gone OR f.number <> s.last_log_number OR f.mark IS DISTINCT FROM s.mark");
    sql.text(" OR f.footing <> ").bind(Bind::Number(footing)).text(" END");
    sql.text(" ORDER BY s.id IS NOT NULL, f.toward IS NULL, coalesce(f.seq, 0), 1 LIMIT ")
        .bind(Bind::Number(limit));
    let rows: Vec<Row> = sql.query().load(db).await?;
    Ok(rows.into_iter().map(Differing::from).collect())
}

/// Writes down what a follower is told in an answer, and what it held before.
///
/// # Errors
/// The database's own.
pub async fn keep(
    db: &mut Db,
    (follower, seq, footing): (FollowerId, i64, i64),
    told: &[Told],
) -> Result<()> {
    let all = |known: fn(&Known) -> Option<i64>| told.iter().map(|one| known(&one.known)).collect::<Vec<_>>();
    let words = "WITH n AS (SELECT * FROM unnest($4, $5, $6, $7, $8, $9, $10, $11, $12)
            AS n (visit, gone, number, toward, inside_kind, inside_id, rights, mark, is_fresh)),
        held AS (UPDATE followed_visits AS f SET held_seq = CASE WHEN NOT n.is_fresh THEN f.seq END,
                held_number = f.number, held_toward = f.toward, held_inside_kind = f.inside_kind,
                held_inside_id = f.inside_id,
                seq = $2, gone = n.gone, number = n.number, toward = n.toward, inside_kind = n.inside_kind,
                inside_id = n.inside_id, rights = n.rights, footing = $3, mark = n.mark
            FROM n WHERE f.follower_id = $1 AND f.visit_id = n.visit RETURNING f.visit_id)
        INSERT INTO followed_visits (follower_id, visit_id, seq, gone, number, toward, inside_kind, inside_id, rights,
            footing, mark)
        SELECT $1, n.visit, $2, n.gone, n.number, n.toward, n.inside_kind, n.inside_id, n.rights, $3, n.mark
        FROM n WHERE n.visit NOT IN (SELECT visit_id FROM held)";
    diesel::sql_query(words)
        .bind::<SqlUuid, _>(follower.0)
        .bind::<BigInt, _>(seq)
        .bind::<BigInt, _>(footing)
        .bind::<Array<SqlUuid>, _>(told.iter().map(|one| one.visit.0).collect::<Vec<_>>())
        .bind::<Array<Bool>, _>(told.iter().map(|one| one.known.gone).collect::<Vec<_>>())
        .bind::<Array<BigInt>, _>(told.iter().map(|one| one.known.number).collect::<Vec<_>>())
        .bind::<Array<Nullable<BigInt>>, _>(all(|known| known.toward))
        .bind::<Array<Nullable<SmallInt>>, _>(
            told.iter().map(|one| one.known.inside.map(|(kind, _)| kind)).collect::<Vec<_>>(),
        )
        .bind::<Array<Nullable<SqlUuid>>, _>(
            told.iter().map(|one| one.known.inside.map(|(_, id)| id)).collect::<Vec<_>>(),
        )
        .bind::<Array<SmallInt>, _>(told.iter().map(|one| one.known.rights).collect::<Vec<_>>())
        .bind::<Array<Nullable<BigInt>>, _>(all(|known| known.mark))
        .bind::<Array<Bool>, _>(told.iter().map(|one| one.is_fresh).collect::<Vec<_>>())
        .execute(db)
        .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Seat {
    #[diesel(sql_type = Text)]
    seat: String,
}

/// The seats of an account on teams, as words that are the same as long as the seats are.
///
/// # Errors
/// The database's own.
pub async fn seats(db: &mut Db, account: AccountId) -> Result<Vec<String>> {
    let words = "SELECT team_id || ' ' || role AS seat FROM team_members
        WHERE account_id = $1 AND removed_at IS NULL ORDER BY 1";
    let rows: Vec<Seat> = diesel::sql_query(words).bind::<SqlUuid, _>(account.0).load(db).await?;
    Ok(rows.into_iter().map(|row| row.seat).collect())
}

/// Forgets a batch of what followers were told that were last used before an instant, and those of whom nothing is left; how
/// many rows.
///
/// # Errors
/// The database's own.
pub async fn forget(db: &mut Db, before: Timestamp, batch: i64) -> Result<usize> {
    let told =
        "DELETE FROM followed_visits WHERE (follower_id, visit_id) IN (SELECT v.follower_id, v.visit_id
        FROM followers f JOIN followed_visits v ON v.follower_id = f.id WHERE f.used_at < $1 LIMIT $2)";
    let gone = "DELETE FROM followers WHERE id IN (SELECT id FROM followers f WHERE used_at < $1
        AND NOT EXISTS (SELECT 1 FROM followed_visits v WHERE v.follower_id = f.id) LIMIT $2)";
    let mut count = 0;
    for words in [told, gone] {
        count += diesel::sql_query(words)
            .bind::<Timestamptz, _>(before.to_diesel())
            .bind::<BigInt, _>(batch)
            .execute(db)
            .await?;
    }
    Ok(count)
}
