//! The command line: parse, load the settings, call.

use anyhow::Context;
use clap::{Parser, Subcommand};
use fieldproof::app::{App, system_clock};
use fieldproof::config::{self, Config};
use fieldproof::{admin, flows, http, library, telemetry, worker};
use std::path::PathBuf;
use std::process::ExitCode;

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
    /// Print every setting: default, unit, meaning, and what is set now.
    Config,
    /// Print the contract (OpenAPI 3.1) as YAML.
    Openapi,
}

#[tokio::main]
async fn main() -> ExitCode {
    let line = Line::parse();
    match run(line.command).await {
        Ok(code) => code,
        Err(why) => {
            eprintln!("fieldproof: {why:#}");
            ExitCode::from(2)
        }
    }
}

async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve { no_worker } => serve(!no_worker).await?,
        Command::Work => {
            let app = open().await?;
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
        Command::Config => {
            print!("{}", config::table());
            println!("\nSet now:");
            for (name, value) in config::set_now() {
                println!("  {name}={value}");
            }
        }
        Command::Openapi => print!("{}", http::openapi::yaml().map_err(anyhow::Error::msg)?),
    }
    Ok(ExitCode::SUCCESS)
}

fn load() -> anyhow::Result<Config> {
    Config::from_environment().map_err(|faults| {
        let lines: Vec<String> = faults.iter().map(|f| format!("  {} {}", f.name, f.detail)).collect();
        anyhow::anyhow!("these settings need to be changed:\n{}", lines.join("\n"))
    })
}

async fn open() -> anyhow::Result<App> {
    let config = load()?;
    telemetry::start_logging(&config.log, config.log_json)?;
    App::open(config, system_clock()).await
}

async fn serve(with_worker: bool) -> anyhow::Result<()> {
    let app = open().await?;
    let metrics = telemetry::start_metrics()?;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let work = with_worker.then(|| tokio::spawn(worker::run(app.clone(), stopped)));
    let served = http::serve(app, metrics).await;
    stop.send_replace(true);
    if let Some(work) = work {
        work.await.context("the worker failed")?;
    }
    served
}
