//! The workshops' handles, the settings and the clock: built once, cheap to clone.

use crate::config::Config;
use crate::decoding::Decoding;
use crate::identity::Identity;
use crate::media::Media;
use crate::records::Records;
use jiff::Timestamp;
use std::sync::Arc;

/// Tells the time; tests bring a clock that stands still.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Everything a flow needs.
#[derive(Clone)]
pub struct App {
    /// Settings.
    pub config: Arc<Config>,
    /// PostgreSQL.
    pub records: Records,
    /// Object store.
    pub media: Media,
    /// Pixels, in processes of their own.
    pub decoding: Decoding,
    /// Tokens, passwords, sealing, randomness.
    pub identity: Identity,
    clock: Clock,
}

impl App {
    /// Opens every workshop; none needs its outside thing to answer yet.
    ///
    /// # Errors
    /// A workshop that can't be opened with these settings.
    pub async fn open(config: Config, clock: Clock) -> anyhow::Result<Self> {
        Ok(Self {
            records: Records::open(&config).await?,
            media: Media::open(&config.s3),
            decoding: Decoding::open(config.decoders),
            identity: Identity::open(&config),
            clock,
            config: Arc::new(config),
        })
    }

    /// The same for a thread that serves: what streams through the store stays in the thread that reads it.
    #[must_use]
    pub fn in_this_thread(&self) -> Self {
        Self { media: Media::open(&self.config.s3), ..self.clone() }
    }

    /// Now, to the microsecond, which is what the database keeps.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        crate::domain::moment::to_micros((self.clock)())
    }
}

/// The machine's clock.
#[must_use]
#[allow(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
pub fn system_clock() -> Clock {
    Arc::new(Timestamp::now)
}
