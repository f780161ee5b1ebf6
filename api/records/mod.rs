//! PostgreSQL: rows in, rows out. Alone names diesel.

pub mod accounts;
pub mod campaigns;
pub mod clients;
pub mod custody;
pub mod error;
pub mod grants;
pub mod keys;
pub mod owners;
pub mod photos;
pub mod premises;
pub mod replays;
pub mod responses;
#[allow(clippy::wildcard_imports, reason = "diesel's table macro imports its own types so")]
pub mod schema;
pub mod sessions;
pub mod sign_ins;
pub mod tasks;
pub mod teams;
pub mod templates;
pub mod tokens;
pub mod units;
pub mod visits;

pub use error::{Error, Result};

use crate::config::Config;
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod, bb8};
use diesel_async::{AnsiTransactionManager, TransactionManager};
use diesel_async::{AsyncConnection, AsyncMigrationHarness, AsyncPgConnection, SimpleAsyncConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use futures::FutureExt;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

/// What every query runs on: a pooled connection or a transaction.
pub type Db = AsyncPgConnection;

/// A connection from the pool; goes back when dropped.
pub type Conn = bb8::PooledConnection<'static, AsyncPgConnection>;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// The database, as a pool of connections.
#[derive(Clone)]
pub struct Records {
    pool: bb8::Pool<AsyncPgConnection>,
}

/// A transaction: nothing holds unless [`Tx::commit`] says so; dropped, its connection is closed and PostgreSQL
/// rolls back, which covers a hung-up client too.
pub struct Tx {
    conn: Conn,
}

impl Deref for Tx {
    type Target = Db;
    fn deref(&self) -> &Db {
        &self.conn
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Db {
        &mut self.conn
    }
}

impl Tx {
    /// Makes everything done in this transaction durable.
    ///
    /// # Errors
    /// Whatever PostgreSQL says; then nothing holds, or the answer was lost and the caller repeats.
    pub async fn commit(mut self) -> Result<()> {
        replays::mark(&mut self.conn).await?;
        Ok(<AnsiTransactionManager as TransactionManager<Db>>::commit_transaction(&mut self.conn).await?)
    }
}

impl Records {
    /// Opens the pool. Connections are made when first needed, so this succeeds while PostgreSQL is away.
    ///
    /// # Errors
    /// A pool that can't be built.
    pub async fn open(config: &Config) -> Result<Self> {
        Self::open_url(config.database_url.expose(), config.db_connections).await
    }

    /// Opens a pool on a URL.
    ///
    /// # Errors
    /// A pool that can't be built.
    pub async fn open_url(url: &str, connections: u32) -> Result<Self> {
        let mut setup = ManagerConfig::default();
        // A query on each check-out would cost a third of a short transaction.
        setup.recycling_method = RecyclingMethod::Fast;
        setup.custom_setup = Box::new(|url| establish(url).boxed());
        let manager = AsyncDieselConnectionManager::<AsyncPgConnection>::new_with_config(url, setup);
        let pool = bb8::Pool::builder()
            .max_size(connections)
            .min_idle(Some(0))
            .connection_timeout(FREE_CONNECTION)
            .build(manager)
            .await
            .map_err(|why| Error::Busy(why.to_string()))?;
        Ok(Self { pool })
    }

    /// A connection, within two seconds.
    ///
    /// # Errors
    /// [`Error::Busy`] when PostgreSQL is away or all connections are in use.
    pub async fn conn(&self) -> Result<Conn> {
        self.pool.get_owned().await.map_err(|why| Error::Busy(why.to_string()))
    }

    /// A transaction.
    ///
    /// # Errors
    /// As [`Records::conn`].
    pub async fn begin(&self) -> Result<Tx> {
        let mut conn = self.conn().await?;
        if let Err(why) =
            <AnsiTransactionManager as TransactionManager<Db>>::begin_transaction(&mut conn).await
        {
            // A connection that PostgreSQL closed while it lay in the pool: one fresh one, then it is an outage.
            tracing::debug!(%why, "a pooled connection was stale");
            drop(conn);
            conn = self.conn().await?;
            <AnsiTransactionManager as TransactionManager<Db>>::begin_transaction(&mut conn).await?;
        }
        Ok(Tx { conn })
    }

    /// Whether PostgreSQL answers.
    ///
    /// # Errors
    /// [`Error::Busy`] when it does not.
    pub async fn ping(&self) -> Result<()> {
        let mut conn = self.conn().await?;
        Ok(conn.batch_execute("SELECT 1").await?)
    }
}

/// Whoever finds every connection in use is told so before two seconds are over.
const FREE_CONNECTION: Duration = Duration::from_millis(1900);
/// A new connection has so long to be there and set up. PostgreSQL's own protocol knows no limit, and a place in the
/// pool would stay taken by each attempt that was left hanging.
const ESTABLISH: Duration = Duration::from_secs(5);

async fn establish(url: &str) -> diesel::ConnectionResult<AsyncPgConnection> {
    tokio::time::timeout(ESTABLISH, set_up(url)).await.unwrap_or_else(|_| {
        Err(diesel::ConnectionError::BadConnection("no connection within 5 s".to_owned()))
    })
}

async fn set_up(url: &str) -> diesel::ConnectionResult<AsyncPgConnection> {
    let mut conn = AsyncPgConnection::establish(url).await?;
    conn.batch_execute("SET statement_timeout = '5s'; SET lock_timeout = '4s'; SET timezone = 'UTC'")
        .await
        .map_err(|why| diesel::ConnectionError::BadConnection(why.to_string()))?;
    Ok(conn)
}

/// Runs the migrations a database still lacks; returns their names.
///
/// # Errors
/// PostgreSQL's own, or a migration that fails; that one leaves nothing behind.
pub async fn migrate(url: &str) -> Result<Vec<String>> {
    let conn = AsyncPgConnection::establish(url).await.map_err(|why| Error::Busy(why.to_string()))?;
    let run = move || {
        let mut harness = AsyncMigrationHarness::new(conn);
        harness.run_pending_migrations(MIGRATIONS).map(|done| done.iter().map(ToString::to_string).collect())
    };
    run_blocking(run).await
}

/// Takes every migration back, newest first; for the test that holds each `down.sql`.
///
/// # Errors
/// As [`migrate`].
pub async fn revert_all(url: &str) -> Result<Vec<String>> {
    let conn = AsyncPgConnection::establish(url).await.map_err(|why| Error::Busy(why.to_string()))?;
    let run = move || {
        let mut harness = AsyncMigrationHarness::new(conn);
        harness.revert_all_migrations(MIGRATIONS).map(|done| done.iter().map(ToString::to_string).collect())
    };
    run_blocking(run).await
}

type Migrated = std::result::Result<Vec<String>, Box<dyn std::error::Error + Send + Sync>>;

async fn run_blocking(run: impl FnOnce() -> Migrated + Send + 'static) -> Result<Vec<String>> {
    #[allow(
        clippy::disallowed_methods,
        reason = "diesel's migration harness blocks; it runs once, before serving"
    )]
    let done = tokio::task::spawn_blocking(run).await;
    done.map_err(|why| Error::Fault(why.to_string()))?.map_err(|why| Error::Fault(why.to_string()))
}
