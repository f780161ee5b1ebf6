//! Work that would hold up a line: reading a whole photo, decoding it. Few at once, since a decoded photo is many times its size.

use tokio::sync::Semaphore;

/// What is done at once by all phones of one program.
static TURNS: Semaphore = Semaphore::const_new(2);

/// Does work beside the line, when it is its turn.
///
/// # Errors
/// It panicked.
#[allow(
    clippy::disallowed_methods,
    reason = "the one place of a phone that does blocking work, and bounds it"
)]
pub(crate) async fn done<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> anyhow::Result<T> {
    let turn = TURNS.acquire().await?;
    // The turn lasts as long as the work, even where nobody waits for it any more.
    let work = tokio::task::spawn_blocking(move || {
        let done = work();
        drop(turn);
        done
    });
    Ok(work.await?)
}
