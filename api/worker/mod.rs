//! The worker door: claims promised work, runs the flow that keeps the promise, rests.

mod rota;

use crate::app::App;
use crate::flows::promises::{self, Promise, RENEW_EVERY_S};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

/// Pause when nothing is due.
const IDLE: Duration = Duration::from_millis(200);
/// Longest pause while the database is away.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Keeps promises until told to stop; what is under way then is finished first. Work of a process that was killed
/// is claimed by another when its lease has run out.
pub async fn run(app: App, stop: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(app.config.decoders));
    let mut under_way = JoinSet::new();
    let recurring = tokio::spawn(rota::run(app.clone(), stop.clone()));
    let mut pause = IDLE;
    let mut stopped = stop.clone();
    while !*stop.borrow() {
        let place = tokio::select! {
            _ = stopped.changed() => continue,
            place = Arc::clone(&places).acquire_owned() => place,
        };
        let Ok(place) = place else { break };
        while under_way.try_join_next().is_some() {}
        match promises::claim(&app).await {
            Ok(Some(promise)) => {
                pause = IDLE;
                under_way.spawn(work(app.clone(), promise, place));
                continue;
            }
            Ok(None) => pause = IDLE,
            Err(why) => {
                tracing::warn!(%why, pause_ms = u64::try_from(pause.as_millis()).unwrap_or(0), "no work could be claimed");
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
        drop(place);
        tokio::select! {
            _ = stopped.changed() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
    let finishing = async { while under_way.join_next().await.is_some() {} };
    if tokio::time::timeout(app.config.shutdown, finishing).await.is_err() {
        tracing::warn!("stopped with work under way; it is done again elsewhere");
    }
    recurring.abort();
}

async fn work(app: App, promise: Promise, _place: OwnedSemaphorePermit) {
    let mut kept = std::pin::pin!(promises::keep(&app, &promise));
    let mut renewal = tokio::time::interval(Duration::from_secs(RENEW_EVERY_S));
    renewal.tick().await;
    let kept = loop {
        tokio::select! {
            kept = &mut kept => break kept,
            _ = renewal.tick() => {
                if let Err(why) = promises::renew(&app, &promise).await {
                    tracing::warn!(%why, kind = promise.kind(), "a lease could not be renewed");
                }
            }
        }
    };
    let told = match &kept {
        Ok(()) => promises::done(&app, &promise).await,
        Err(why) => {
            tracing::warn!(%why, kind = promise.kind(), "a promise could not be kept yet");
            promises::put_back(&app, &promise, why).await
        }
    };
    let outcome = if kept.is_ok() { "kept" } else { "put back" };
    metrics::counter!("tasks_total", "kind" => promise.kind().to_owned(), "outcome" => outcome).increment(1);
    if let Err(why) = told {
        tracing::warn!(%why, kind = promise.kind(), "what became of a promise could not be written down");
    }
}
