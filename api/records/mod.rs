//! PostgreSQL: rows in, rows out. Alone names diesel.

pub mod accounts;
pub mod actions;
pub mod addenda;
pub mod assessments;
pub mod assignments;
mod cached;
pub mod calendars;
pub mod campaigns;
pub mod clients;
pub mod conflicts;
pub mod custody;
pub mod devices;
pub mod draws;
mod encryption;
pub mod error;
pub mod external;
pub mod figures;
pub mod findings;
pub mod followers;
pub mod grants;
pub mod keys;
pub mod mergers;
pub mod notices;
pub mod owners;
pub mod photos;
pub mod premises;
pub mod procedures;
pub mod publications;
pub mod recommendations;
pub mod replays;
pub mod responses;
pub mod reviews;
pub mod rounds;
#[allow(clippy::wildcard_imports, reason = "diesel's table macro imports its own types so")]
pub mod schema;
mod seek;
pub mod sessions;
pub mod sign_ins;
pub mod tasks;
pub mod teams;
pub mod templates;
pub mod tokens;
pub mod units;
pub mod unsent;
pub mod uploads;
pub mod visits;

pub use error::{Error, Result};

use crate::config::Config;
use crate::config::database::DatabaseUrl;
use diesel::connection::{TransactionDepthChange, TransactionManagerStatus};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, PoolError, RecyclingMethod, bb8,
};
use diesel_async::{AnsiTransactionManager, TransactionManager};
use diesel_async::{AsyncMigrationHarness, AsyncPgConnection, SimpleAsyncConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use encryption::Encryption;
use futures::FutureExt;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What every query runs on: a pooled connection or a transaction.
pub type Db = AsyncPgConnection;

/// A connection from the pool; goes back when dropped.
pub type Conn = bb8::PooledConnection<'static, AsyncPgConnection>;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// The database, as a pool of connections.
#[derive(Clone)]
pub struct Records {
    pool: bb8::Pool<AsyncPgConnection>,
    /// Places of [`Records::begin_report`].
    reports: Arc<Semaphore>,
}

/// A transaction: nothing holds unless [`Tx::commit`] says so. Dropped, it is rolled back and its connection goes back
/// to the pool; where even that fails the connection is closed, and PostgreSQL rolls back by itself.
pub struct Tx {
    /// Taken by `drop` alone.
    conn: Option<Conn>,
    /// Neither committed nor about to be.
    open: bool,
    /// Begun by [`Records::begin_in_company`].
    in_company: bool,
    /// Begun by [`Records::begin_report`].
    place: Option<OwnedSemaphorePermit>,
}

/// How long a roll-back may take before its connection is closed instead: a statement that was left under way ends
/// first, by its own time-out at the latest.
const ROLL_BACK: Duration = Duration::from_secs(8);

impl Deref for Tx {
    type Target = Db;
    #[allow(clippy::expect_used, reason = "only drop takes the connection, and nothing follows it")]
    fn deref(&self) -> &Db {
        self.conn.as_deref().expect("a transaction has its connection until it is dropped")
    }
}

impl DerefMut for Tx {
    #[allow(clippy::expect_used, reason = "only drop takes the connection, and nothing follows it")]
    fn deref_mut(&mut self) -> &mut Db {
        self.conn.as_deref_mut().expect("a transaction has its connection until it is dropped")
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        let Some(mut conn) = self.conn.take() else { return };
        // Outside a runtime, or while a thread dies, the pool closes a connection with an open transaction.
        let runtime = tokio::runtime::Handle::try_current().ok().filter(|_| !std::thread::panicking());
        let place = self.place.take();
        if let (true, Some(runtime)) = (self.open, runtime) {
            runtime.spawn(async move {
                let _until_then = place;
                let rolled_back =
                    <AnsiTransactionManager as TransactionManager<Db>>::rollback_transaction(&mut conn);
                match tokio::time::timeout(ROLL_BACK, rolled_back).await {
                    Ok(Ok(())) => {}
                    Ok(Err(why)) => tracing::debug!(%why, "a transaction could not be rolled back"),
                    Err(_) => tracing::warn!("a roll-back took too long"),
                }
            });
        }
    }
}

impl Tx {
    /// Makes everything done in this transaction durable, as the effect of the request it answers.
    ///
    /// # Errors
    /// Whatever PostgreSQL says; then nothing holds, or the answer was lost and the caller repeats.
    pub async fn commit(mut self) -> Result<()> {
        replays::mark(&mut self).await?;
        self.commit_apart().await
    }

    /// Makes durable what is no effect of the request, such as the count of its attempts: a repeated request is looked
    /// at anew nevertheless.
    ///
    /// # Errors
    /// As [`Tx::commit`].
    pub async fn commit_apart(mut self) -> Result<()> {
        self.open = false;
        if self.in_company {
            return self.commit_and_settle().await;
        }
        Ok(<AnsiTransactionManager as TransactionManager<Db>>::commit_transaction(&mut *self).await?)
    }

    /// Both in one round trip. Where it fails or is given up, the connection still counts as within a transaction, and
    /// the pool closes it.
    async fn commit_and_settle(&mut self) -> Result<()> {
        self.batch_execute(&format!("COMMIT; {SETTLE}")).await?;
        let status = <AnsiTransactionManager as TransactionManager<Db>>::transaction_manager_status_mut(self);
        if let TransactionManagerStatus::Valid(status) = status {
            status.change_transaction_depth(TransactionDepthChange::DecreaseDepth)?;
        }
        Ok(())
    }
}

/// Waits until everything committed so far is on the disk: a commit of its own, which flushes what came before it.
///
/// # Errors
/// The database's own.
pub async fn settle(db: &mut Db) -> Result<()> {
    Ok(db.batch_execute(SETTLE).await?)
}

const SETTLE: &str = "SELECT pg_logical_emit_message(true, 'fieldproof', '')";

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
        let server = Arc::new(Server::read(url)?);
        setup.custom_setup = Box::new(move |_| {
            let server = Arc::clone(&server);
            async move { server.establish().await }.boxed()
        });
        let manager = AsyncDieselConnectionManager::<AsyncPgConnection>::new_with_config(url, setup);
        let pool = bb8::Pool::builder()
            .max_size(connections)
            .min_idle(Some(0))
            .connection_timeout(FREE_CONNECTION)
            .error_sink(Box::new(Complaints::default()))
            .build(manager)
            .await
            .map_err(|why| Error::Busy(why.to_string()))?;
        Ok(Self { pool, reports: Arc::new(Semaphore::new(figures::REPORTS_AT_ONCE)) })
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
        self.begin_by("BEGIN").await
    }

    async fn begin_by(&self, words: &str) -> Result<Tx> {
        let mut conn = self.conn().await?;
        if let Err(why) = AnsiTransactionManager::begin_transaction_sql(&mut *conn, words).await {
            // A connection that PostgreSQL closed while it lay in the pool: one fresh one, then it is an outage.
            tracing::debug!(%why, "a pooled connection was stale");
            drop(conn);
            conn = self.conn().await?;
            AnsiTransactionManager::begin_transaction_sql(&mut *conn, words).await?;
        }
        Ok(Tx { conn: Some(conn), open: true, in_company: false, place: None })
    }

    /// A transaction that lets go of its rows before the disk has answered: transactions that all need one row (a
    /// visit's, for its log) wait for each other no longer than they work, and share their flushes. Its commit still
    /// ends only when it is durable; others may see its rows a moment before, so whoever tells a phone of a row that
    /// somebody else wrote calls [`settle`] first.
    ///
    /// # Errors
    /// As [`Records::conn`].
    pub async fn begin_in_company(&self) -> Result<Tx> {
        let mut tx = self.begin_by("BEGIN; SET LOCAL synchronous_commit = off").await?;
        tx.in_company = true;
        Ok(tx)
    }

    /// A transaction that sees everything as it was when its first statement began, whatever is committed meanwhile.
    ///
    /// # Errors
    /// As [`Records::conn`]; later [`Error::is_clash`] from a statement that writes what somebody else wrote meanwhile.
    pub async fn begin_at_one_instant(&self) -> Result<Tx> {
        // Compiling the statements that need such a sight costs more than it saves.
        self.begin_by("BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL jit = off").await
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

/// Bytes that the other end's system does not take for so long end a connection; by default a network that swallows
/// them would hold a query, and its place in the pool, for a quarter of an hour. `tcp_user_timeout` of the URL wins.
const UNHEARD: Duration = Duration::from_secs(10);

/// Limits of every connection. The last one is for a process that stands still (a frozen machine, a debugger) in the
/// middle of a transaction: what it holds is let go, and others go on.
const SESSION: &str = "SET statement_timeout = '5s'; SET lock_timeout = '4s'; SET timezone = 'UTC'; \
    SET idle_in_transaction_session_timeout = '15s'";

/// Where connections go and how.
struct Server {
    url: DatabaseUrl,
    encryption: Encryption,
}

impl Server {
    fn read(url: &str) -> Result<Self> {
        let mut url = DatabaseUrl::parse(url).map_err(|why| Error::Fault(format!("DATABASE_URL {why}")))?;
        if url.server.get_tcp_user_timeout().is_none() {
            url.server.tcp_user_timeout(UNHEARD);
        }
        let encryption = Encryption::of(&url).map_err(Error::Fault)?;
        Ok(Self { url, encryption })
    }

    async fn connect(&self) -> diesel::ConnectionResult<AsyncPgConnection> {
        let (client, connection) =
            self.url.server.connect(self.encryption.clone()).await.map_err(|why| bad_connection(&why))?;
        AsyncPgConnection::try_from_client_and_connection(client, connection).await
    }

    /// A connection of the pool, with the limits of its queries.
    async fn establish(&self) -> diesel::ConnectionResult<AsyncPgConnection> {
        tokio::time::timeout(ESTABLISH, self.set_up()).await.unwrap_or_else(|_| {
            Err(diesel::ConnectionError::BadConnection("no connection within 5 s".to_owned()))
        })
    }

    async fn set_up(&self) -> diesel::ConnectionResult<AsyncPgConnection> {
        let mut conn = self.connect().await?;
        conn.batch_execute(SESSION).await.map_err(|why| bad_connection(&why))?;
        Ok(conn)
    }
}

/// The whole chain of causes: that a certificate is not trusted stands at its end.
fn bad_connection(why: &dyn std::error::Error) -> diesel::ConnectionError {
    let mut told = why.to_string();
    let mut cause = why.source();
    while let Some(deeper) = cause {
        let text = deeper.to_string();
        if !told.contains(&text) {
            told = format!("{told}: {text}");
        }
        cause = deeper.source();
    }
    if told.contains("UnknownIssuer") {
        told.push_str(" (no authority of sslrootcert has signed the server's certificate)");
    }
    diesel::ConnectionError::BadConnection(told)
}

/// Says why connections fail, at most once in five seconds: callers only learn that they waited in vain.
#[derive(Debug, Default)]
struct Complaints(Arc<Mutex<Option<Instant>>>);

impl ::bb8::ErrorSink<PoolError> for Complaints {
    fn sink(&self, why: PoolError) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_none_or(|at| at.elapsed() > Duration::from_secs(5)) {
            *last = Some(Instant::now());
            tracing::warn!(%why, "no connection to PostgreSQL");
        }
    }

    fn boxed_clone(&self) -> Box<dyn ::bb8::ErrorSink<PoolError>> {
        Box::new(Self(Arc::clone(&self.0)))
    }
}

/// Runs the migrations a database still lacks; returns their names.
///
/// # Errors
/// PostgreSQL's own, or a migration that fails; that one leaves nothing behind.
pub async fn migrate(url: &str) -> Result<Vec<String>> {
    let conn = Server::read(url)?.connect().await.map_err(|why| Error::Busy(why.to_string()))?;
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
    let conn = Server::read(url)?.connect().await.map_err(|why| Error::Busy(why.to_string()))?;
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
