//! Care for the installation itself: which parts answer, migrations.

use super::Result;
use crate::app::App;
use crate::{decoding, records};
use std::path::Path;
use std::process::ExitCode;

/// Which parts of the installation answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// PostgreSQL.
    pub database: bool,
    /// The object store.
    pub store: bool,
    /// Room on the disk of the data folder.
    pub disk: bool,
}

/// Free bytes below which the disk counts as full.
const LEAST_FREE_BYTES: u64 = 64 * 1024 * 1024;

/// Asks every part at once.
pub async fn parts(app: &App) -> Parts {
    let (database, store) = tokio::join!(app.records.ping(), app.media.ping());
    for (part, why) in [
        ("database", database.as_ref().err().map(ToString::to_string)),
        ("store", store.as_ref().err().map(ToString::to_string)),
    ] {
        if let Some(why) = why {
            tracing::warn!(part, %why, "a part does not answer");
        }
    }
    Parts { database: database.is_ok(), store: store.is_ok(), disk: has_room(&app.config.data) }
}

/// Whether the disk of a folder has room; of the nearest folder above where it is not there yet.
fn has_room(folder: &Path) -> bool {
    let there = folder.ancestors().find(|place| place.exists()).unwrap_or(Path::new("."));
    rustix::fs::statvfs(there).is_ok_and(|s| s.f_bavail.saturating_mul(s.f_frsize) >= LEAST_FREE_BYTES)
}

/// Makes the bucket where it is missing.
///
/// # Errors
/// A store that is away or that we may not use.
pub async fn prepare_store(app: &App) -> Result<()> {
    Ok(app.media.ensure_bucket().await?)
}

/// Whether this process was started to decode photos and nothing else.
#[must_use]
pub fn is_decoder(first_argument: Option<&str>) -> bool {
    first_argument == Some(decoding::CHILD)
}

/// Decodes photos from standard input until it ends, under limits of its own.
#[must_use]
pub fn decode() -> ExitCode {
    decoding::run_child()
}

/// Promised work, in tasks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Promised {
    /// Not done yet.
    pub open: f64,
    /// Put aside for a person after too many attempts.
    pub dead: f64,
}

/// Counts promised work.
///
/// # Errors
/// The database's own.
pub async fn promised(app: &App) -> Result<Promised> {
    let mut conn = app.records.conn().await?;
    let (open, dead) = records::tasks::count(&mut conn).await?;
    let figure = |n: i64| f64::from(i32::try_from(n).unwrap_or(i32::MAX));
    Ok(Promised { open: figure(open), dead: figure(dead) })
}

/// Brings the database to this version's schema; returns what was run.
///
/// # Errors
/// The database's own.
pub async fn migrate(url: &str) -> Result<Vec<String>> {
    Ok(records::migrate(url).await?)
}
