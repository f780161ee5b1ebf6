//! The reference phone on the command line.

use anyhow::Context;
use clap::{Parser, Subcommand};
use fieldproof_phone::sign_in::{PHONE_SCOPE, Session, sign_in};
use fieldproof_phone::{Capture, Line, Phone, Shelf};
use jiff::Timestamp;
use serde_json::json;
use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;
use uuid::Uuid;

/// Behaves like an inspector's phone: captures without a line, sends when there is one, deletes only for a receipt.
#[derive(Parser)]
#[command(name = "fieldproof-phone")]
struct Command {
    /// Folder of what the phone holds.
    #[arg(long, default_value = "phone")]
    shelf: PathBuf,
    /// Where the server is.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    url: String,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Signs in; the password is read from the input.
    SignIn {
        /// The person's login.
        #[arg(long)]
        login: String,
        /// What the phone is called in the list of devices.
        #[arg(long, default_value = "Fieldproof phone")]
        device: String,
    },
    /// Takes photos in, without a line.
    Capture {
        /// The visit.
        #[arg(long)]
        visit: Uuid,
        /// The item of the checklist they show.
        #[arg(long)]
        item: Option<String>,
        /// What they show.
        #[arg(long, default_value = "scene")]
        subject: String,
        /// Where: latitude and longitude in degrees.
        #[arg(long, value_delimiter = ',', num_args = 1)]
        at: Vec<f64>,
        /// How exact that is, in metres.
        #[arg(long, default_value_t = 10.0)]
        accuracy_m: f64,
        /// JPEG, PNG, WebP or HEIC files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Sends what the phone holds, through breaks.
    Sync {
        /// For so many seconds at most.
        #[arg(long, default_value_t = 600)]
        seconds: u64,
    },
    /// Fetches what has changed on the server: visits, answers, findings; drops what is gone.
    Pull,
    /// Tells what the phone still holds.
    Status,
}

fn media_type(file: &std::path::Path) -> anyhow::Result<&'static str> {
    let ending = file.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
    Ok(match ending.as_str() {
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "webp" => "image/webp",
        "heic" => "image/heic",
        "heif" => "image/heif",
        "avif" => "image/avif",
        _ => anyhow::bail!("{}: no picture by its name", file.display()),
    })
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let command = Command::parse();
    let shelf = Shelf::open(&command.shelf)?;
    match command.what {
        What::SignIn { login, device } => {
            let mut password = String::new();
            std::io::stdin().read_to_string(&mut password)?;
            let person = (login.as_str(), password.trim_end_matches(['\n', '\r']));
            sign_in(&command.url, person, &device, PHONE_SCOPE).await?.keep(&shelf.session())?;
            println!("signed in as {login}");
        }
        What::Capture { visit, item, subject, at, accuracy_m, files } => {
            let position = match at.as_slice() {
                [latitude, longitude] => Some(json!({ "latitude": latitude, "longitude": longitude,
                    "accuracy_m": accuracy_m, "source": "gnss" })),
                [] => None,
                _ => anyhow::bail!("--at takes a latitude and a longitude with a comma between"),
            };
            for file in files {
                let bytes = std::fs::read(&file).with_context(|| file.display().to_string())?;
                let media_type = media_type(&file)?.to_owned();
                #[allow(clippy::disallowed_methods, reason = "a phone has a clock of its own")]
                let at = Timestamp::now();
                let (item, subject, position) = (item.clone(), subject.clone(), position.clone());
                let capture = Capture { visit, item, subject, media_type, at, position };
                println!("{} {}", shelf.capture(&capture, &bytes)?, file.display());
            }
        }
        What::Sync { seconds } => {
            let session = Session::kept(&shelf.session())?;
            let line = Line::of(&command.url, session, Some(shelf.session()))?;
            let phone = Phone { shelf, line };
            let is_empty = phone.until_empty(Duration::from_secs(seconds)).await?;
            status(&phone.shelf)?;
            if !is_empty {
                std::process::exit(1);
            }
        }
        What::Pull => {
            let session = Session::kept(&shelf.session())?;
            let line = Line::of(&command.url, session, Some(shelf.session()))?;
            let phone = Phone { shelf, line };
            let done = phone.pull().await?;
            let visits = phone.shelf.visits()?;
            println!("{}", json!({ "told": done.told, "gone": done.gone, "visits": visits }));
        }
        What::Status => status(&shelf)?,
    }
    Ok(())
}

fn status(shelf: &Shelf) -> anyhow::Result<()> {
    let (photos, changes) = (shelf.photos()?, shelf.changes()?);
    let bytes: u64 = photos.iter().map(|photo| photo.size_bytes).sum();
    println!(
        "{}",
        json!({ "photos": photos.len(), "bytes": bytes, "changes": changes.len(),
        "refused": shelf.refusals()? })
    );
    Ok(())
}
