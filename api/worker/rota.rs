//! What recurs: sweeping what has expired.

use crate::app::App;
use crate::flows;
use std::time::Duration;
use tokio::sync::watch;

/// How often sealed successors are cleared; a successor of a refresh token must not outlive its minute for long.
const OFTEN: Duration = Duration::from_secs(30);
/// How many sweeps lie between two looks at what is long over: an hour.
const SELDOM: u32 = 120;

/// Sweeps until told to stop. Several processes may do so at once: what is gone is gone.
pub async fn run(app: App, mut stop: watch::Receiver<bool>) {
    let mut round: u32 = 0;
    while !*stop.borrow() {
        if let Err(why) = flows::sessions::sweep(&app).await {
            tracing::warn!(%why, "successors that are over could not be cleared");
        }
        if let Err(why) = flows::uploads::sweep(&app).await {
            tracing::warn!(%why, "uploads that have expired could not be forgotten");
        }
        if let Err(why) = flows::photos::sweep_previews(&app).await {
            tracing::warn!(%why, "previews of photos that are verified could not be removed");
        }
        if round.is_multiple_of(SELDOM)
            && let Err(why) = flows::sessions::forget(&app).await
        {
            tracing::warn!(%why, "expired sign-ins could not be forgotten");
        }
        if round.is_multiple_of(SELDOM)
            && let Err(why) = flows::replays::forget_expired(&app).await
        {
            tracing::warn!(%why, "expired answers could not be swept");
        }
        if round.is_multiple_of(SELDOM)
            && let Err(why) = flows::visits::pull::forget(&app).await
        {
            tracing::warn!(%why, "phones that have not asked for long could not be forgotten");
        }
        round = round.wrapping_add(1);
        tokio::select! {
            _ = stop.changed() => {}
            () = tokio::time::sleep(OFTEN) => {}
        }
    }
}
