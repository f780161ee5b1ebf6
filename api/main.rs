//! The command line: parse, load the settings, call.

use anyhow::Context;
use clap::{Parser, Subcommand};
use fieldproof::app::{App, system_clock};
use fieldproof::config::{self, Config, Fault};
use fieldproof::{admin, demo, flows, http, library, telemetry, worker};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// The C library's allocator keeps what passwords (19 MiB each) and photos needed for as long as the process lives, once
/// for every thread.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Photo evidence for inspections of public service.
///
/// Settings are environment variables; `fieldproof config` prints them all. Exit codes: 0 fine, 1 found something
/// that needs a person, 2 could not run.
#[derive(Parser)]
#[command(version, about)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API and the pages, and keep promised work in the same process.
    Serve {
        /// Only serve; another process runs `fieldproof work`.
        #[arg(long)]
        no_worker: bool,
    },
    /// Keep promised work (derivatives, checks) without serving.
    Work,
    /// Bring the database to this version's schema.
    Migrate,
    /// Manage accounts, client programs and keys from the machine itself.
    #[command(subcommand)]
    Admin(admin::Admin),
    /// Bring a checklist in: published as the next version unless the last one is the same.
    #[command(long_about = library::ABOUT_TEMPLATES)]
    ImportTemplate {
        /// A file in the format of api/library/*.json.
        #[arg(required_unless_present = "library", conflicts_with = "library")]
        file: Option<PathBuf>,
        /// The checklists that came with this program, into the library every owner may use.
        #[arg(long)]
        library: bool,
        /// Code of the owner whose checklist it is; the library where nothing is said.
        #[arg(long, conflicts_with = "library")]
        owner: Option<String>,
    },
    /// Enter a register of units: all of it, or nothing; as often as you like.
    #[command(long_about = library::ABOUT_UNITS)]
    ImportUnits {
        /// A register as JSON.
        #[arg(required_unless_present = "library", conflicts_with = "library")]
        file: Option<PathBuf>,
        /// The small register that came with this program.
        #[arg(long)]
        library: bool,
    },
    /// Play one whole surprise visit through the public API: people, photos, signatures.
    Demo(demo::Demo),
    /// Print every setting: default, unit, meaning, and what is set now.
    Config,
    /// Print the contract (OpenAPI 3.1) as YAML.
    Openapi,
    /// Compare every photo's and guidance picture's row with its object; exit code 1 when something needs a person.
    Fsck {
        /// Remove objects older than a day that no row names; promise anew to examine what was forgotten.
        #[arg(long)]
        repair: bool,
        /// Read every original and compare its SHA-256, not only its length.
        #[arg(long)]
        deep: bool,
        /// Report objects of the last day that no row names, too: only while nothing is sent.
        #[arg(long, conflicts_with = "repair")]
        young: bool,
        /// Print the report as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Be the single-machine object store; keys and bucket come from the FIELDPROOF_S3_ settings.
    Store {
        /// Folder that holds everything.
        #[arg(long)]
        root: PathBuf,
        /// Address to listen on.
        #[arg(long)]
        listen: SocketAddr,
    },
}

fn main() -> ExitCode {
    // A decoder limits its own address space, so it must have nothing running: no runtime, no logging.
    if flows::upkeep::is_decoder(std::env::args().nth(1).as_deref()) {
        return flows::upkeep::decode();
    }
    let line = Line::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let done = runtime.context("the runtime could not start").and_then(|on| on.block_on(run(line.command)));
    done.unwrap_or_else(|why| {
        eprintln!("fieldproof: {why:#}");
        ExitCode::from(2)
    })
}

async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve { no_worker } => serve(!no_worker).await?,
        Command::Work => {
            let app = open_to_run().await?;
            let (stop, stopped) = tokio::sync::watch::channel(false);
            let work = tokio::spawn(worker::run(app, stopped));
            http::wait_for_stop().await;
            stop.send_replace(true);
            work.await?;
        }
        Command::Migrate => {
            let config = load()?;
            let done = flows::upkeep::migrate(config.database_url.expose()).await?;
            match done.as_slice() {
                [] => println!("The database is up to date."),
                names => names.iter().for_each(|name| println!("migrated {name}")),
            }
        }
        Command::Admin(command) => admin::run(command, open).await?,
        Command::ImportTemplate { file, owner, .. } => {
            return library::import_templates(&open().await?, file.as_deref(), owner.as_deref()).await;
        }
        Command::ImportUnits { file, .. } => {
            return library::import_units(&open().await?, file.as_deref()).await;
        }
        Command::Demo(how) => demo::run(how).await?,
        Command::Config => {
            print!("{}", config::table());
            println!("\nSet now:");
            for (name, value) in config::set_now() {
                println!("  {name}={value}");
            }
        }
        Command::Fsck { repair, deep, young, json } => {
            return fsck(flows::fsck::Options { repair, deep, young }, json).await;
        }
        Command::Store { root, listen } => store(root, listen).await?,
        Command::Openapi => print!("{}", http::openapi::yaml().map_err(anyhow::Error::msg)?),
    }
    Ok(ExitCode::SUCCESS)
}

fn load() -> anyhow::Result<Config> {
    Config::from_environment().map_err(faulty)
}

fn faulty(faults: Vec<Fault>) -> anyhow::Error {
    let lines: Vec<String> = faults.iter().map(|f| format!("  {} {}", f.name, f.detail)).collect();
    anyhow::anyhow!("these settings need to be changed:\n{}", lines.join("\n"))
}

async fn fsck(options: flows::fsck::Options, json: bool) -> anyhow::Result<ExitCode> {
    let report = flows::fsck::fsck(&open().await?, options).await?;
    if json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        println!("{} photos hold bytes, {} originals are stored.", report.rows, report.objects);
        println!("{} guidance pictures are held.", report.pictures);
        println!("{} pieces of uploads wait for the rest.", report.pieces);
        report.missing.iter().for_each(|photo| println!("missing   {photo}"));
        report.damaged.iter().for_each(|photo| println!("damaged   {photo}"));
        report.pictures_missing.iter().for_each(|name| println!("missing   {name}"));
        report.pictures_damaged.iter().for_each(|name| println!("damaged   {name}"));
        report.pieces_missing.iter().for_each(|name| println!("missing   {name}"));
        report.orphans.iter().for_each(|name| println!("unnamed   {name}"));
        report.forgotten.iter().for_each(|photo| println!("forgotten {photo}"));
        report.unverified.iter().for_each(|photo| println!("unverified {photo}"));
        println!("{} removed, {} promised anew.", report.removed, report.promised);
    }
    Ok(if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

async fn store(root: PathBuf, listen: SocketAddr) -> anyhow::Result<()> {
    let (settings, log) = config::of_the_store().map_err(faulty)?;
    telemetry::start_logging(&log.filter, log.json)?;
    let mut config = fieldproof_store::StoreConfig::new(
        root,
        listen,
        settings.access_key_id,
        settings.secret_access_key.expose().as_str(),
    );
    config.buckets = vec![settings.bucket];
    let running = fieldproof_store::start(config).await?;
    http::wait_for_stop().await;
    running.stop().await;
    Ok(())
}

/// Makes the bucket, now or when the store answers.
async fn prepare_store(app: App) {
    while let Err(why) = flows::upkeep::prepare_store(&app).await {
        tracing::warn!(%why, "the object store is not ready");
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
}

async fn open() -> anyhow::Result<App> {
    let config = load()?;
    telemetry::start_logging(&config.log.filter, config.log.json)?;
    App::open(config, system_clock()).await
}

/// Opens the app of a process that stays: one that could open nothing that was sealed must not start. A database that
/// is away is waited for instead.
async fn open_to_run() -> anyhow::Result<App> {
    let app = open().await?;
    match flows::keys::check(&app).await {
        Ok(()) => Ok(app),
        Err(flows::Error::Busy(why)) => {
            tracing::warn!(%why, "the database does not answer yet");
            Ok(app)
        }
        Err(flows::Error::Fault(why)) => Err(anyhow::anyhow!("the database can't be used: {why}")),
        Err(why) => Err(why.into()),
    }
}

async fn serve(with_worker: bool) -> anyhow::Result<()> {
    let app = open_to_run().await?;
    let metrics = telemetry::start_metrics()?;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let preparing = tokio::spawn(prepare_store(app.clone()));
    let work = with_worker.then(|| tokio::spawn(worker::run(app.clone(), stopped)));
    // The worker ends while the last uploads do, not after them: both together have the time that a stop may take.
    let at_stop = stop.clone();
    let on_stop = move || {
        at_stop.send_replace(true);
    };
    let served = http::serve(app, metrics, on_stop).await;
    preparing.abort();
    stop.send_replace(true);
    if let Some(work) = work {
        work.await.context("the worker failed")?;
    }
    served
}
