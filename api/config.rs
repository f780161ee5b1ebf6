//! Every setting: its name, default, unit and meaning in one table; read once, all faults reported at once.

pub mod database;
mod reader;

use reader::{Reader, authority_of};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;
use tracing_subscriber::EnvFilter;

/// A value that must not reach a log: `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Wraps a value.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for the one call that needs it.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> std::fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(secret)")
    }
}

/// One setting as documented.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Name of the environment variable.
    pub name: &'static str,
    /// What holds when it is not set; empty where it must be set.
    pub default: &'static str,
    /// Unit or form of the value.
    pub unit: &'static str,
    /// Whether the value is kept out of every output.
    pub secret: bool,
    /// What it means.
    pub meaning: &'static str,
}

const fn setting(
    name: &'static str,
    default: &'static str,
    unit: &'static str,
    meaning: &'static str,
) -> Setting {
    Setting { name, default, unit, secret: false, meaning }
}

const fn secret(name: &'static str, unit: &'static str, meaning: &'static str) -> Setting {
    Setting { name, default: "", unit, secret: true, meaning }
}

/// Every setting there is, in the order they are documented.
pub const SETTINGS: &[Setting] = &[
    secret(
        "DATABASE_URL",
        "PostgreSQL URL",
        "The database; any user that owns its schema. TLS in libpq's words: sslmode (disable, prefer, require, verify-ca, verify-full; prefer if not said) and sslrootcert (a PEM file, or system).",
    ),
    secret(
        "FIELDPROOF_SECRET",
        "64 hex digits",
        "Seals signing keys, cursors and repeated answers. Keep it, and keep it apart from database backups.",
    ),
    setting("FIELDPROOF_LISTEN", "127.0.0.1:8080", "address:port", "Where the API and the pages are served."),
    setting(
        "FIELDPROOF_METRICS_LISTEN",
        "",
        "address:port",
        "A listener of its own for /metrics; without it /metrics is served to loopback callers only.",
    ),
    setting(
        "FIELDPROOF_PUBLIC_URL",
        "",
        "URL without path",
        "How phones and browsers reach this installation; issuer, cookies and links follow from it. Where nothing is set: http and the listener's address.",
    ),
    setting(
        "FIELDPROOF_ALLOW_PLAIN_HTTP",
        "false",
        "true | false",
        "Lets a public URL other than loopback be plain http, for a trial in a closed network.",
    ),
    setting(
        "FIELDPROOF_TRUSTED_PROXIES",
        "",
        "addresses, comma separated",
        "Whose Forwarded and X-Forwarded-For headers are believed: each proxy by its own address, no networks.",
    ),
    setting(
        "FIELDPROOF_CORS_ORIGINS",
        "",
        "origins, comma separated",
        "Web origins that may call the API from a browser.",
    ),
    setting("FIELDPROOF_S3_ENDPOINT", "", "URL", "The object store; empty means Amazon S3 of the region."),
    setting("FIELDPROOF_S3_REGION", "us-east-1", "name", "Region named in signatures."),
    setting(
        "FIELDPROOF_S3_BUCKET",
        "fieldproof",
        "name",
        "Bucket that holds originals, derivatives and guidance pictures.",
    ),
    setting("FIELDPROOF_S3_ACCESS_KEY_ID", "", "text", "Access key of the object store."),
    secret("FIELDPROOF_S3_SECRET_ACCESS_KEY", "text", "Secret key of the object store."),
    setting(
        "FIELDPROOF_S3_PATH_STYLE",
        "true",
        "true | false",
        "Addresses the bucket in the path instead of the host name.",
    ),
    setting(
        "FIELDPROOF_DATA",
        ".data",
        "folder",
        "Data of the private servers that scripts/run starts; readiness turns red when its disk is full.",
    ),
    setting("FIELDPROOF_DB_CONNECTIONS", "16", "connections", "Most database connections of one process."),
    setting("FIELDPROOF_HTTP_THREADS", "2", "threads", "Threads that serve requests."),
    setting(
        "FIELDPROOF_MAX_CONNECTIONS",
        "4096",
        "connections",
        "Most open connections per thread; more wait in the kernel's queue.",
    ),
    setting(
        "FIELDPROOF_DECODERS",
        "2",
        "processes",
        "Photos examined at the same time, each in a child process with its own limits.",
    ),
    setting("FIELDPROOF_ACCESS_TOKEN_S", "600", "seconds, 60 to 900", "Life of an access token."),
    setting(
        "FIELDPROOF_REFRESH_TOKEN_S",
        "2592000",
        "seconds",
        "Life of a refresh token, counted from its last use.",
    ),
    setting("FIELDPROOF_BROWSER_SESSION_S", "43200", "seconds", "Life of a sign-in in the browser."),
    setting(
        "FIELDPROOF_DISPATCH_LEAD_S",
        "43200",
        "seconds",
        "How long before its planned start a surprise visit may be dispatched.",
    ),
    setting(
        "FIELDPROOF_MIN_BODY_RATE",
        "4096",
        "bytes per second",
        "Slowest body that is still read, averaged over the window.",
    ),
    setting(
        "FIELDPROOF_MIN_BODY_WINDOW_S",
        "30",
        "seconds",
        "Window of the slowest body rate; the time a request head may take, and an answer of which nothing is read.",
    ),
    setting(
        "FIELDPROOF_KEEP_ALIVE_S",
        "40",
        "seconds",
        "How long a connection stays open between requests; set it above the idle time of a proxy in front.",
    ),
    setting(
        "FIELDPROOF_RATE_PER_MINUTE",
        "1200",
        "requests",
        "Requests one session or address may make in a minute.",
    ),
    setting(
        "FIELDPROOF_SHUTDOWN_S",
        "30",
        "seconds",
        "How long uploads under way may still take after SIGTERM.",
    ),
    setting("FIELDPROOF_LOG", "info", "tracing filter", "What is logged, for example info,fieldproof=debug."),
    setting("FIELDPROOF_LOG_FORMAT", "json", "json | text", "Form of the log lines."),
];

/// What is wrong with one setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Name of the variable.
    pub name: &'static str,
    /// What was wrong, without the value where it is secret.
    pub detail: String,
}

/// Where the object store is and how to speak to it.
#[derive(Clone, Debug)]
pub struct S3Config {
    /// Endpoint URL; `None` for Amazon's own of the region.
    pub endpoint: Option<String>,
    /// Region in signatures.
    pub region: String,
    /// Bucket.
    pub bucket: String,
    /// Access key.
    pub access_key_id: String,
    /// Secret key.
    pub secret_access_key: Secret<String>,
    /// Bucket in the path instead of the host.
    pub path_style: bool,
}

/// All settings, parsed.
#[derive(Clone, Debug)]
pub struct Config {
    /// PostgreSQL URL.
    pub database_url: Secret<String>,
    /// 32 bytes that seal keys, cursors and repeated answers.
    pub secret: Secret<[u8; 32]>,
    /// Listener.
    pub listen: SocketAddr,
    /// Own listener for metrics.
    pub metrics_listen: Option<SocketAddr>,
    /// Without trailing slash.
    pub public_url: String,
    /// Whose forwarded headers are believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Origins for CORS.
    pub cors_origins: Vec<String>,
    /// Object store.
    pub s3: S3Config,
    /// Most database connections.
    pub db_connections: u32,
    /// Serving threads.
    pub http_threads: usize,
    /// Most open connections per thread.
    pub max_connections: usize,
    /// Child processes that decode.
    pub decoders: usize,
    /// Life of an access token.
    pub access_token: Duration,
    /// Life of a refresh token.
    pub refresh_token: Duration,
    /// Life of a browser session.
    pub browser_session: Duration,
    /// Earliest dispatch before the planned start.
    pub dispatch_lead: Duration,
    /// Bytes per second.
    pub min_body_rate: u64,
    /// Window of that rate.
    pub min_body_window: Duration,
    /// Life of a connection between requests.
    pub keep_alive: Duration,
    /// Requests per session or address and minute.
    pub rate_per_minute: u32,
    /// Patience at shutdown.
    pub shutdown: Duration,
    /// Folder whose disk must have room.
    pub data: PathBuf,
    /// How to log.
    pub log: LogConfig,
}

/// What is logged, and how.
#[derive(Clone, Debug)]
pub struct LogConfig {
    /// Tracing filter.
    pub filter: String,
    /// JSON or plain lines.
    pub json: bool,
}

fn narrow<T: TryFrom<u64>>(number: u64, fallback: T) -> T {
    T::try_from(number).unwrap_or(fallback)
}

impl Config {
    /// Reads every setting through `lookup` (the environment, in production).
    ///
    /// # Errors
    /// All faults at once, each with the name of its setting.
    pub fn read(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, Vec<Fault>> {
        let mut from = Reader { lookup, faults: Vec::new() };
        let config = Self {
            database_url: Secret::new(from.database_url("DATABASE_URL")),
            secret: Secret::new(from.secret_bytes("FIELDPROOF_SECRET")),
            listen: from.address("FIELDPROOF_LISTEN"),
            metrics_listen: if from.raw("FIELDPROOF_METRICS_LISTEN").is_empty() {
                None
            } else {
                Some(from.address("FIELDPROOF_METRICS_LISTEN"))
            },
            public_url: from.public_url(),
            trusted_proxies: read_proxies(&mut from),
            cors_origins: read_origins(&mut from),
            s3: read_s3(&mut from),
            db_connections: narrow(from.number("FIELDPROOF_DB_CONNECTIONS", 2, 1000), 16),
            http_threads: narrow(from.number("FIELDPROOF_HTTP_THREADS", 1, 256), 2),
            max_connections: narrow(from.number("FIELDPROOF_MAX_CONNECTIONS", 16, 100_000), 4096),
            decoders: narrow(from.number("FIELDPROOF_DECODERS", 1, 64), 2),
            access_token: from.seconds("FIELDPROOF_ACCESS_TOKEN_S", 60, 900),
            refresh_token: from.seconds("FIELDPROOF_REFRESH_TOKEN_S", 3600, 31_536_000),
            browser_session: from.seconds("FIELDPROOF_BROWSER_SESSION_S", 300, 604_800),
            dispatch_lead: from.seconds("FIELDPROOF_DISPATCH_LEAD_S", 0, 604_800),
            min_body_rate: from.number("FIELDPROOF_MIN_BODY_RATE", 1, 1_000_000),
            min_body_window: from.seconds("FIELDPROOF_MIN_BODY_WINDOW_S", 1, 600),
            keep_alive: from.seconds("FIELDPROOF_KEEP_ALIVE_S", 1, 600),
            rate_per_minute: narrow(from.number("FIELDPROOF_RATE_PER_MINUTE", 10, 10_000_000), 1200),
            shutdown: from.seconds("FIELDPROOF_SHUTDOWN_S", 1, 600),
            data: PathBuf::from(from.raw("FIELDPROOF_DATA")),
            log: read_log(&mut from),
        };
        if from.faults.is_empty() { Ok(config) } else { Err(from.faults) }
    }

    /// Reads the environment of this process.
    ///
    /// # Errors
    /// As [`Config::read`].
    pub fn from_environment() -> Result<Self, Vec<Fault>> {
        Self::read(&environment)
    }

    /// Whether cookies may demand https.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

/// Reads what the process that is the object store needs, and nothing else.
///
/// # Errors
/// All faults of these settings at once.
pub fn of_the_store() -> Result<(S3Config, LogConfig), Vec<Fault>> {
    let mut from = Reader { lookup: &environment, faults: Vec::new() };
    let settings = (read_s3(&mut from), read_log(&mut from));
    if from.faults.is_empty() { Ok(settings) } else { Err(from.faults) }
}

fn read_s3(from: &mut Reader<'_>) -> S3Config {
    S3Config {
        endpoint: read_endpoint(from),
        region: from.needed("FIELDPROOF_S3_REGION"),
        bucket: from.needed("FIELDPROOF_S3_BUCKET"),
        access_key_id: from.needed("FIELDPROOF_S3_ACCESS_KEY_ID"),
        secret_access_key: Secret::new(from.needed("FIELDPROOF_S3_SECRET_ACCESS_KEY")),
        path_style: from.parsed("FIELDPROOF_S3_PATH_STYLE", "true or false"),
    }
}

fn read_endpoint(from: &mut Reader<'_>) -> Option<String> {
    let name = "FIELDPROOF_S3_ENDPOINT";
    let url = from.raw(name).trim_end_matches('/').to_owned();
    if !url.is_empty() && authority_of(&url).is_none() {
        from.fault(name, format!("is {url:?}, which is not a URL such as https://s3.example:9000"));
    }
    Some(url).filter(|url| !url.is_empty())
}

fn read_origins(from: &mut Reader<'_>) -> Vec<String> {
    let name = "FIELDPROOF_CORS_ORIGINS";
    let origins = from.list(name);
    for origin in origins.iter().filter(|origin| authority_of(origin).is_none()) {
        from.fault(
            name,
            format!("holds {origin:?}, which is not an origin such as https://app.example (no path, no /)"),
        );
    }
    origins
}

fn read_log(from: &mut Reader<'_>) -> LogConfig {
    let name = "FIELDPROOF_LOG";
    let filter = from.raw(name);
    if let Err(why) = EnvFilter::try_new(&filter) {
        from.fault(name, format!("is {filter:?}, which is not a filter: {why}"));
    }
    let format = from.raw("FIELDPROOF_LOG_FORMAT");
    if !["json", "text"].contains(&format.as_str()) {
        from.fault("FIELDPROOF_LOG_FORMAT", format!("is {format:?}, which is neither json nor text"));
    }
    LogConfig { filter, json: format != "text" }
}

fn read_proxies(from: &mut Reader<'_>) -> Vec<IpAddr> {
    let name = "FIELDPROOF_TRUSTED_PROXIES";
    let mut proxies = Vec::new();
    for text in from.list(name) {
        match text.parse() {
            Ok(ip) => proxies.push(ip),
            Err(_) => from.fault(name, format!("holds {text:?}, which is not an address")),
        }
    }
    proxies
}

/// The one place that reads environment variables.
#[allow(clippy::disallowed_methods, reason = "this is where settings are read; everybody else asks Config")]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The table of settings in Markdown, with what is set now but no value of a secret.
#[must_use]
pub fn table() -> String {
    let mut out = String::from("| setting | default | unit | meaning |\n|---|---|---|---|\n");
    for s in SETTINGS {
        let default = if s.secret { "(secret)" } else { s.default };
        out.push_str(&format!(
            "| `{}` | {} | {} | {} |\n",
            s.name,
            code(default),
            s.unit.replace('|', "or"),
            s.meaning
        ));
    }
    out
}

fn code(text: &str) -> String {
    if text.is_empty() || text.starts_with('(') { text.to_owned() } else { format!("`{text}`") }
}

/// Which settings are set in this environment: name to value, secrets redacted.
#[must_use]
pub fn set_now() -> BTreeMap<&'static str, String> {
    let shown = |s: &Setting| {
        environment(s.name).map(|v| (s.name, if s.secret { "(secret, set)".to_owned() } else { v }))
    };
    SETTINGS.iter().filter_map(shown).collect()
}

#[cfg(test)]
mod tests;
