//! Signing keys: private halves sealed, one active for each purpose, retired ones kept for whoever verifies.

use super::schema::signing_keys;
use super::{Db, Error, Result};
use crate::domain::key::{Purpose, Stage};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{NullableTimestamp, ToDiesel};

/// A key as kept.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Its name.
    pub kid: String,
    /// What it signs.
    pub purpose: Purpose,
    /// Where it is in its life.
    pub stage: Stage,
    /// The private half, sealed.
    pub private_sealed: Vec<u8>,
    /// The public half.
    pub public_key: Vec<u8>,
    /// When it stopped signing.
    pub retired_at: Option<Timestamp>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = signing_keys)]
struct Row {
    kid: String,
    purpose: String,
    state: String,
    private_sealed: Vec<u8>,
    public_key: Vec<u8>,
    #[diesel(deserialize_as = NullableTimestamp)]
    retired_at: Option<Timestamp>,
}

impl TryFrom<Row> for Kept {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let purpose = Purpose::parse(&row.purpose).ok_or_else(|| Error::bad_row(&row.purpose))?;
        let stage = Stage::parse(&row.state).ok_or_else(|| Error::bad_row(&row.state))?;
        Ok(Self {
            kid: row.kid,
            purpose,
            stage,
            private_sealed: row.private_sealed,
            public_key: row.public_key,
            retired_at: row.retired_at,
        })
    }
}

/// Lets one process at a time change the set, until the transaction ends.
///
/// # Errors
/// The database's own.
pub async fn lock(db: &mut Db) -> Result<()> {
    // A number of our own, for PostgreSQL's advisory locks: "keys".
    diesel::sql_query("SELECT pg_advisory_xact_lock(1801812339)").execute(db).await?;
    Ok(())
}

/// Every key that may still matter: not retired access keys of long ago.
///
/// # Errors
/// The database's own.
pub async fn all(db: &mut Db, access_retired_after: Timestamp) -> Result<Vec<Kept>> {
    signing_keys::table
        .select(Row::as_select())
        .filter(
            signing_keys::purpose
                .ne(Purpose::Access.as_str())
                .or(signing_keys::retired_at.is_null())
                .or(signing_keys::retired_at.gt(access_retired_after.to_diesel())),
        )
        .order((signing_keys::created_at.desc(), signing_keys::kid.asc()))
        .limit(200)
        .load(db)
        .await?
        .into_iter()
        .map(Kept::try_from)
        .collect()
}

/// Keeps a new key.
///
/// # Errors
/// The database's own.
pub async fn keep(db: &mut Db, key: &Kept, now: Timestamp) -> Result<()> {
    let activated = (key.stage == Stage::Active).then(|| now.to_diesel());
    diesel::insert_into(signing_keys::table)
        .values((
            signing_keys::kid.eq(&key.kid),
            signing_keys::purpose.eq(key.purpose.as_str()),
            signing_keys::state.eq(key.stage.as_str()),
            signing_keys::private_sealed.eq(&key.private_sealed),
            signing_keys::public_key.eq(&key.public_key),
            signing_keys::created_at.eq(now.to_diesel()),
            signing_keys::activated_at.eq(activated),
        ))
        .execute(db)
        .await?;
    Ok(())
}

/// Retires the active key of a purpose.
///
/// # Errors
/// The database's own.
pub async fn retire_active(db: &mut Db, purpose: Purpose, now: Timestamp) -> Result<()> {
    diesel::update(signing_keys::table.filter(
        signing_keys::purpose.eq(purpose.as_str()).and(signing_keys::state.eq(Stage::Active.as_str())),
    ))
    .set((signing_keys::state.eq(Stage::Retired.as_str()), signing_keys::retired_at.eq(now.to_diesel())))
    .execute(db)
    .await?;
    Ok(())
}

/// Lets a key sign that was only published so far.
///
/// # Errors
/// The database's own.
pub async fn activate(db: &mut Db, kid: &str, now: Timestamp) -> Result<()> {
    diesel::update(signing_keys::table.find(kid))
        .set((signing_keys::state.eq(Stage::Active.as_str()), signing_keys::activated_at.eq(now.to_diesel())))
        .execute(db)
        .await?;
    Ok(())
}
