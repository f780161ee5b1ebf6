//! The program itself, as a process on an installation's database and store: for signals, exit codes and logs.

use super::{House, SECRET, Visitor};
use rustix::process::{Pid, Signal, kill_process};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};
use tokio::process::{Child, Command};

/// The program under test.
const PROGRAM: &str = env!("CARGO_BIN_EXE_fieldproof");

/// `fieldproof serve` as a process of its own.
pub struct Process {
    /// Address of its API, without trailing slash.
    pub url: String,
    child: Child,
    log: PathBuf,
}

/// An address nobody listens on at the moment.
pub fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("a bound port").to_string()
}

impl House {
    /// A command of the program on this installation; settings given come last and win.
    pub fn command(&self, arguments: &[&str], settings: &[(&str, &str)]) -> Command {
        let mut command = Command::new(PROGRAM);
        let database = &self.app.config.database_url;
        command
            .args(arguments)
            .env_clear()
            .env("DATABASE_URL", database.expose())
            .env("FIELDPROOF_SECRET", SECRET)
            // Tokens name who issued them: all instances of one installation have one name.
            .env("FIELDPROOF_PUBLIC_URL", &self.url)
            .env("FIELDPROOF_S3_ENDPOINT", &self.store_endpoint)
            .env("FIELDPROOF_S3_BUCKET", "evidence")
            .env("FIELDPROOF_S3_ACCESS_KEY_ID", "test-key")
            .env("FIELDPROOF_S3_SECRET_ACCESS_KEY", "test-secret")
            .env("FIELDPROOF_DB_CONNECTIONS", "8")
            .env("FIELDPROOF_RATE_PER_MINUTE", "1000000")
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// Runs a command of the program to its end.
    pub async fn run(&self, arguments: &[&str], settings: &[(&str, &str)]) -> Output {
        let running = self.command(arguments, settings).output();
        let ended = tokio::time::timeout(Duration::from_mins(1), running).await;
        ended.expect("it ends").expect("the program runs")
    }

    /// Starts another instance on this installation and waits until it is alive.
    pub async fn start_process(&self, settings: &[(&str, &str)]) -> Process {
        let address = free_address();
        let log = std::env::temp_dir().join(format!("fieldproof-{}.log", uuid::Uuid::new_v4().simple()));
        let file = std::fs::File::create(&log).expect("a log");
        let mut command =
            self.command(&["serve"], &[&[("FIELDPROOF_LISTEN", address.as_str())], settings].concat());
        let child = command.stderr(file).stdout(Stdio::null()).spawn().expect("the program starts");
        let process = Process { url: format!("http://{address}"), child, log };
        let visitor = Visitor::new(&process.url, None);
        for _ in 0..300 {
            if visitor.request("GET", "/health/live").send().await.is_ok_and(|answer| answer.status() == 200)
            {
                return process;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("it did not come up: {}", process.log());
    }
}

impl Process {
    /// Somebody who calls this instance with another's token.
    pub fn called_by(&self, somebody: &Visitor) -> Visitor {
        Visitor::new(&self.url, somebody.token().map(ToOwned::to_owned))
    }

    /// Its number in the system.
    pub fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.id()).ok().and_then(Pid::from_raw);
        kill_process(pid.expect("a number"), signal).expect("a signal");
    }

    /// Waits for its end, for a minute: how it ended, and after how long.
    pub async fn ended(&mut self) -> (ExitStatus, Duration) {
        let begun = Instant::now();
        let ended = tokio::time::timeout(Duration::from_mins(1), self.child.wait()).await;
        (ended.expect("it ends").expect("a status"), begun.elapsed())
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).expect("a log")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.log);
    }
}
