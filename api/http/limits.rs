//! How much one caller may ask for: decided before a body is read.
//!
//! A request with a token that holds is counted under its session, one with a cookie that was seen to hold under that
//! cookie, any other under the network it comes from: an office behind one address is many. Who asks with a token is
//! found out here once; [`super::actor::Caller`] reuses it. A cookie costs no look-up here: the page that does look it
//! up says what it found, and until then the network pays.

use super::actor::{self, Known};
use super::address;
use super::cookies::Cookie;
use super::problem::Problem;
use crate::app::App;
use crate::config::Config;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::Next;
use actix_web::{HttpMessage, ResponseError, web};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use uuid::Uuid;

pub use super::pace::{BodyFault, Paced, collect, paced};

/// Whose allowance a request takes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Session(Uuid),
    Cookie(u64),
    Network(IpAddr),
}

/// Counts after which allowances nobody uses any more are forgotten.
const SWEEP_EVERY: u32 = 8192;
/// How long a cookie that was seen to hold counts for itself. Longer than anybody looks at one page, and nothing but a
/// place in the queue depends on it.
const REMEMBERED: Duration = Duration::from_mins(10);

/// The allowances of this process.
pub struct Limits {
    rate: DefaultKeyedRateLimiter<Key>,
    clock: DefaultClock,
    counted: AtomicU32,
    hasher: RandomState,
    cookies: Mutex<HashMap<u64, Instant>>,
}

impl Limits {
    /// Allowances as configured: so many requests a minute, which may come at once.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let per_minute = NonZeroU32::new(config.rate_per_minute).unwrap_or(NonZeroU32::MIN);
        Self {
            rate: RateLimiter::keyed(Quota::per_minute(per_minute)),
            clock: DefaultClock::default(),
            counted: AtomicU32::new(0),
            hasher: RandomState::new(),
            cookies: Mutex::default(),
        }
    }

    /// Counts requests with this cookie for themselves from now on: it was just seen to hold.
    pub fn remember(&self, cookie: &str) {
        self.cookies().insert(self.hasher.hash_one(cookie), Instant::now());
    }

    fn of_cookie(&self, cookie: &str) -> Option<Key> {
        let hash = self.hasher.hash_one(cookie);
        let seen = self.cookies().get(&hash).is_some_and(|seen| seen.elapsed() < REMEMBERED);
        seen.then_some(Key::Cookie(hash))
    }

    fn cookies(&self) -> MutexGuard<'_, HashMap<u64, Instant>> {
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, key: &Key) -> Result<(), Problem> {
        if self.counted.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.rate.retain_recent();
            self.cookies().retain(|_, seen| seen.elapsed() < REMEMBERED);
        }
        self.rate.check_key(key).map_err(|not_until| {
            let wait = not_until.wait_time_from(self.clock.now());
            let seconds = u32::try_from(wait.as_secs()).unwrap_or(60).saturating_add(1);
            metrics::counter!("http_rate_limited_total").increment(1);
            let detail = format!("Too many requests; come back in {seconds} s.");
            Problem::of_door(StatusCode::TOO_MANY_REQUESTS, "rate.exceeded", detail).retry_after(seconds)
        })
    }
}

/// Whether requests to an address are counted. Balancers ask often after health, and from few addresses.
#[must_use]
pub fn counts(path: &str) -> bool {
    !path.starts_with("/health/")
}

/// Lets a request in, or says when to come back.
///
/// # Errors
/// The framework's own; `rate.exceeded` is an answer.
pub async fn admit(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let app = request.app_data::<web::Data<App>>().cloned();
    let limits = request.app_data::<web::Data<Limits>>().cloned();
    let (Some(app), Some(limits)) = (app, limits) else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    if !counts(request.path()) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let network = address::network(address::client(request.request(), &app.config.trusted_proxies));
    let known = match actor::bearer(request.request()) {
        Some(token) => Some(actor::find_out(&app, &token).await),
        None => None,
    };
    let key = match &known {
        Some(Known(Ok(actor))) => Key::Session(actor.session.0),
        Some(_) => Key::Network(network),
        None => Cookie::Session
            .read(&app.config, request.request())
            .and_then(|cookie| limits.of_cookie(&cookie))
            .unwrap_or(Key::Network(network)),
    };
    if let Err(problem) = limits.take(&key) {
        return Ok(request.into_response(problem.error_response()));
    }
    if let Some(known) = known {
        request.extensions_mut().insert(known);
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}
