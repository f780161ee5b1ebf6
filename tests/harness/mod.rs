//! A whole installation for one test: own database, own object store, own server on loopback.

mod cast;
pub mod cluster;
pub mod database;
pub mod faults;
mod fingerprint;
mod follower;
mod inspectorate;
pub mod people;
pub mod phone;
pub mod pictures;
pub mod process;
mod repeats;
mod scene;
mod visitor;

pub use cast::Person;
pub use follower::Follower;
pub use inspectorate::{Holder, Inspectorate, id_of};
pub use scene::{Scene, Shot};
pub use visitor::{Answer, Visitor};

use faults::{Fault, Line};
use fieldproof::app::{App, Clock};
use fieldproof::config::Config;
use fieldproof::decoding::Decoding;
use fieldproof::http::{self, Vitals};
use jiff::{SignedDuration, Timestamp};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

/// One installation. Call [`House::close`] at the end: it looks for promises left unkept.
pub struct House {
    /// The workshops, for what can't be seen through HTTP.
    pub app: App,
    /// Address of the API, without trailing slash.
    pub url: String,
    /// Where the object store is reached.
    pub store_endpoint: String,
    /// The line to the object store, in a house behind lines.
    pub store_line: Option<Line>,
    /// The line to PostgreSQL, in a house behind lines.
    pub database_line: Option<Line>,
    /// URL of this house's own database, past any line.
    pub database_url: String,
    database: String,
    server_url: String,
    store: Option<fieldproof_store::Running>,
    server: actix_web::dev::ServerHandle,
    folder: PathBuf,
    ahead_s: Arc<AtomicI64>,
}

/// Secret of every test installation.
const SECRET: &str = "5ec2e7000000000000000000000000000000000000000000000000000000c0de";

impl House {
    /// Opens an installation with default settings.
    pub async fn open() -> Self {
        Self::open_with(&[]).await
    }

    /// Opens an installation with some settings of its own.
    pub async fn open_with(settings: &[(&str, &str)]) -> Self {
        Self::build(&database::server_url(), settings, false).await
    }

    /// Opens an installation that reaches store and database through lines that can be told to fail.
    pub async fn open_behind_lines(settings: &[(&str, &str)]) -> Self {
        Self::build(&database::server_url(), settings, true).await
    }

    /// Opens an installation on a PostgreSQL server of its own.
    pub async fn open_on(server: &str, settings: &[(&str, &str)]) -> Self {
        Self::build(server, settings, false).await
    }

    async fn build(server_url: &str, settings: &[(&str, &str)], is_behind_lines: bool) -> Self {
        let (database, database_url) = database::fresh_on(server_url).await;
        let folder = std::env::temp_dir().join(format!("fieldproof-{database}"));
        let mut store_config = fieldproof_store::StoreConfig::new(
            &folder,
            ([127, 0, 0, 1], 0).into(),
            "test-key",
            "test-secret",
        );
        store_config.buckets = vec!["evidence".to_owned()];
        let store = fieldproof_store::start(store_config).await.expect("the object store starts");
        let (mut store_line, mut database_line) = (None, None);
        let (mut store_endpoint, mut reached) = (format!("http://{}", store.address), database_url.clone());
        if is_behind_lines {
            let line = store_line.insert(Line::to_store(store.address).await);
            store_endpoint = format!("http://{}", line.address);
            let line = database_line.insert(Line::to_postgres(database::far(&database_url)).await);
            reached = database::through(&database_url, line.address);
        }
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("a bound port"));

        let lookup = |name: &str| {
            let chosen = settings.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
            chosen.or_else(|| {
                Some(match name {
                    "DATABASE_URL" => reached.clone(),
                    "FIELDPROOF_SECRET" => SECRET.to_owned(),
                    "FIELDPROOF_PUBLIC_URL" => url.clone(),
                    "FIELDPROOF_S3_ENDPOINT" => store_endpoint.clone(),
                    "FIELDPROOF_S3_BUCKET" => "evidence".to_owned(),
                    "FIELDPROOF_S3_ACCESS_KEY_ID" => "test-key".to_owned(),
                    "FIELDPROOF_S3_SECRET_ACCESS_KEY" => "test-secret".to_owned(),
                    "FIELDPROOF_DB_CONNECTIONS" => "8".to_owned(),
                    "FIELDPROOF_RATE_PER_MINUTE" => "1000000".to_owned(),
                    _ => return None,
                })
            })
        };
        let config = Config::read(&lookup).expect("test settings are good");
        let ahead_s = Arc::new(AtomicI64::new(0));
        let mut app = App::open(config, clock(Arc::clone(&ahead_s))).await.expect("the app opens");
        app.decoding = Decoding::with_program(env!("CARGO_BIN_EXE_fieldproof"), 2);
        let metrics = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder().handle();
        let vitals = Vitals { metrics, stopping: Arc::new(AtomicBool::new(false)) };
        let running = http::start(app.clone(), vitals, listener).expect("the server starts");
        let server = running.handle();
        tokio::spawn(running);
        Self {
            app,
            url,
            store_endpoint,
            store_line,
            database_line,
            database_url,
            database,
            server_url: server_url.to_owned(),
            store: Some(store),
            server,
            folder,
            ahead_s,
        }
    }

    /// Moves this installation's clock ahead; it still runs.
    pub fn wait_s(&self, seconds: i64) {
        self.ahead_s.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Somebody without any account.
    pub fn stranger(&self) -> Visitor {
        Visitor::new(&self.url, None)
    }

    /// Somebody with an access token.
    pub fn bearer(&self, token: &str) -> Visitor {
        Visitor::new(&self.url, Some(token.to_owned()))
    }

    /// A connection to this house's own database, for what can't be seen through HTTP.
    pub async fn sql(&self) -> tokio_postgres::Client {
        database::connect(&self.database_url).await
    }

    /// Starts a worker that keeps promises until it is stopped.
    pub fn start_worker(&self) -> Worker {
        let (stop, stopped) = tokio::sync::watch::channel(false);
        Worker { stop, running: tokio::spawn(fieldproof::worker::run(self.app.clone(), stopped)) }
    }

    /// Keeps every promise there is.
    pub async fn work(&self) {
        let client = self.sql().await;
        // Workers of before are gone, though their leases may still run.
        let lapse = "UPDATE tasks SET leased_until = now() - interval '1 second' WHERE state = 'running'";
        client.execute(lapse, &[]).await.expect("leases lapse");
        let worker = self.start_worker();
        for _ in 0..1200 {
            let open = client.query("SELECT 1 FROM tasks WHERE state <> 'dead'", &[]).await.expect("tasks");
            if open.is_empty() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        worker.stop().await;
    }

    /// Fails the line to the object store; [`Fault::None`] heals it.
    pub fn fail_store(&self, how: Fault) {
        self.store_line.as_ref().expect("a house behind lines").fail(how);
    }

    /// Fails the line to PostgreSQL; [`Fault::None`] heals it.
    pub fn fail_database(&self, how: Fault) {
        self.database_line.as_ref().expect("a house behind lines").fail(how);
    }

    /// The file in which the object store keeps an object (its README says how they are named).
    pub fn file_of(&self, key: &fieldproof::media::Key) -> PathBuf {
        use sha2::Digest;
        let name = hex::encode(sha2::Sha256::digest(format!("evidence\0{}", key.name())));
        self.folder.join("objects").join(&name[..2]).join(&name[2..])
    }

    /// Stops the object store, as an outage would.
    pub async fn stop_store(&mut self) {
        if let Some(store) = self.store.take() {
            store.stop().await;
        }
    }

    /// Ends the installation; fails the test that leaves promised work undone.
    pub async fn close(self) {
        let client = self.sql().await;
        let open =
            client.query("SELECT kind, state, last_error FROM tasks", &[]).await.expect("tasks can be read");
        let open: Vec<String> = open.iter().map(|row| format!("{:?}", row.get::<_, String>(0))).collect();
        assert!(open.is_empty(), "promises left unkept: {open:?}");
        self.end().await;
    }

    /// Ends the installation of a test that leaves work undone on purpose.
    pub async fn end(mut self) {
        self.server.stop(false).await;
        self.stop_store().await;
        drop(self.app);
        database::remove_on(&self.server_url, &self.database).await;
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A worker that runs.
pub struct Worker {
    stop: tokio::sync::watch::Sender<bool>,
    running: tokio::task::JoinHandle<()>,
}

impl Worker {
    /// Lets it finish what is under way.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        self.running.await.expect("the worker ends well");
    }
}

fn clock(ahead_s: Arc<AtomicI64>) -> Clock {
    Arc::new(move || {
        let ahead = SignedDuration::from_secs(ahead_s.load(Ordering::SeqCst));
        Timestamp::now().saturating_add(ahead).expect("a clock within reason")
    })
}
