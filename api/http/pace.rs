//! Bodies that keep moving: slow is not hostile, standing still is.
//!
//! A body is read as long as it averages the configured rate over the configured window. Only time spent waiting
//! for the sender counts: a body held up by our own store is not the sender's fault.

use super::problem::Problem;
use crate::config::Config;
use actix_web::error::PayloadError;
use actix_web::http::StatusCode;
use bytes::{Bytes, BytesMut};
use futures::Stream;
use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep};

/// The window moves in this many steps, so a sender that stands still is noticed at most a step too late.
const STEPS: u32 = 6;

/// After how many seconds a body that came too slowly is worth sending again.
pub const AFTER_SLOWNESS_S: u32 = 30;

/// Why a body ended early.
#[derive(Debug, thiserror::Error)]
pub enum BodyFault {
    /// It came too slowly.
    #[error("the body came too slowly")]
    Slow,
    /// It grew over what is taken, in bytes.
    #[error("the body is larger than {0} bytes")]
    TooLarge(usize),
    /// It broke off or was malformed.
    #[error("the body broke off: {0}")]
    Broken(PayloadError),
}

impl From<BodyFault> for Problem {
    fn from(fault: BodyFault) -> Self {
        match fault {
            BodyFault::Slow => {
                let detail = "The body came too slowly; send it again on a better line.";
                Self::of_door(StatusCode::REQUEST_TIMEOUT, "body.too-slow", detail)
                    .retry_after(AFTER_SLOWNESS_S)
            }
            BodyFault::TooLarge(most) => {
                let detail = format!("This body may have {most} bytes.");
                Self::of_door(StatusCode::PAYLOAD_TOO_LARGE, "body.too-large", detail)
            }
            BodyFault::Broken(_) => {
                let detail = "The body broke off or could not be read.";
                Self::of_door(StatusCode::BAD_REQUEST, "body.unreadable", detail)
            }
        }
    }
}

/// A body that must keep its pace.
pub struct Paced<S> {
    body: S,
    /// Bytes that must come in one window of waiting.
    least: u64,
    step: Duration,
    /// Bytes of the steps before this one, newest last.
    past: VecDeque<u64>,
    present: u64,
    /// Waiting left in this step.
    left: Duration,
    waiting_since: Option<Instant>,
    alarm: Pin<Box<Sleep>>,
    total: u64,
}

/// Holds a body to the configured pace.
pub fn paced<S>(body: S, config: &Config) -> Paced<S> {
    Paced::new(body, config.min_body_rate, config.min_body_window)
}

impl<S> Paced<S> {
    /// Holds a body to the configured pace, or to the default one where no settings are at hand.
    pub fn of(body: S, config: Option<&Config>) -> Self {
        match config {
            Some(config) => paced(body, config),
            None => Self::new(body, 4096, Duration::from_secs(30)),
        }
    }

    /// Holds a body to `rate` bytes per second over `window`.
    pub fn new(body: S, rate: u64, window: Duration) -> Self {
        let step = (window / STEPS).max(Duration::from_millis(1));
        Self {
            body,
            least: rate.saturating_mul(u64::try_from(window.as_millis()).unwrap_or(u64::MAX)) / 1000,
            step,
            past: VecDeque::new(),
            present: 0,
            left: step,
            waiting_since: None,
            alarm: Box::pin(tokio::time::sleep(step)),
            total: 0,
        }
    }

    /// Counts the waiting that has just ended.
    fn awake(&mut self) {
        if let Some(since) = self.waiting_since.take() {
            self.left = self.left.saturating_sub(since.elapsed());
        }
    }

    /// Ends a step; false when the whole window was too slow.
    fn turn(&mut self) -> bool {
        self.past.push_back(self.present);
        self.present = 0;
        self.left = self.step;
        if self.past.len() < usize::try_from(STEPS).unwrap_or(6) {
            return true;
        }
        let came: u64 = self.past.iter().sum();
        self.past.pop_front();
        came >= self.least
    }
}

impl<S: Stream<Item = Result<Bytes, PayloadError>> + Unpin> Stream for Paced<S> {
    type Item = Result<Bytes, BodyFault>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        this.awake();
        match Pin::new(&mut this.body).poll_next(cx) {
            Poll::Ready(Some(Ok(bytes))) => {
                let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                this.present = this.present.saturating_add(length);
                this.total = this.total.saturating_add(length);
                return Poll::Ready(Some(Ok(bytes)));
            }
            Poll::Ready(Some(Err(why))) => return Poll::Ready(Some(Err(BodyFault::Broken(why)))),
            Poll::Ready(None) => return Poll::Ready(None),
            Poll::Pending => {}
        }
        loop {
            if this.left.is_zero() && !this.turn() {
                return Poll::Ready(Some(Err(BodyFault::Slow)));
            }
            let now = Instant::now();
            this.waiting_since = Some(now);
            let until = now + this.left;
            this.alarm.as_mut().reset(until);
            if this.alarm.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            this.left = Duration::ZERO;
        }
    }
}

impl<S> Drop for Paced<S> {
    fn drop(&mut self) {
        metrics::counter!("http_body_bytes_total").increment(self.total);
    }
}

/// Reads a small body whole, at its pace.
///
/// # Errors
/// [`BodyFault`]; nothing beyond `most` bytes is read.
pub async fn collect<S>(mut body: Paced<S>, most: usize) -> Result<Bytes, BodyFault>
where
    S: Stream<Item = Result<Bytes, PayloadError>> + Unpin,
{
    use futures::StreamExt;
    let mut whole = BytesMut::new();
    while let Some(piece) = body.next().await {
        let piece = piece?;
        if whole.len().saturating_add(piece.len()) > most {
            return Err(BodyFault::TooLarge(most));
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole.freeze())
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::StreamExt;

    /// Sends `bytes` every `every`, `times` times.
    fn sender(
        bytes: usize,
        every: Duration,
        times: usize,
    ) -> impl Stream<Item = Result<Bytes, PayloadError>> + Unpin {
        Box::pin(futures::stream::unfold(0, move |n| async move {
            if n == times {
                return None;
            }
            tokio::time::sleep(every).await;
            Some((Ok(Bytes::from(vec![0; bytes])), n + 1))
        }))
    }

    const WINDOW: Duration = Duration::from_millis(600);

    async fn read(body: impl Stream<Item = Result<Bytes, PayloadError>> + Unpin) -> Result<usize, BodyFault> {
        collect(Paced::new(body, 4096, WINDOW), usize::MAX).await.map(|whole| whole.len())
    }

    #[tokio::test]
    async fn a_slow_phone_is_read_to_the_end() {
        let came = read(sender(5_000, Duration::from_millis(200), 10)).await;
        assert_eq!(came.ok(), Some(50_000));
    }

    #[tokio::test]
    async fn a_body_that_stands_still_is_cut_off_soon_after_the_window() {
        let begun = Instant::now();
        let quick_then_still = sender(1_000_000, Duration::from_millis(1), 10).chain(sender(
            1,
            Duration::from_millis(20),
            10_000,
        ));
        let came = read(Box::pin(quick_then_still)).await;
        assert!(matches!(came, Err(BodyFault::Slow)), "{came:?}");
        assert!(begun.elapsed() >= WINDOW && begun.elapsed() < WINDOW * 4, "after {:?}", begun.elapsed());
    }

    #[tokio::test]
    async fn time_we_spend_ourselves_is_not_the_sender_s() {
        let mut paced = Paced::new(sender(4096, Duration::from_millis(1), 4), 4096, WINDOW);
        let mut came = 0;
        while let Some(piece) = paced.next().await {
            came += piece.map_or(0, |p| p.len());
            tokio::time::sleep(WINDOW).await;
        }
        assert_eq!(came, 4 * 4096);
    }

    #[tokio::test]
    async fn a_body_over_its_limit_is_not_read_on() {
        let paced = Paced::new(sender(1000, Duration::ZERO, 1_000_000), 1, WINDOW);
        assert!(matches!(collect(paced, 5000).await, Err(BodyFault::TooLarge(5000))));
    }
}
