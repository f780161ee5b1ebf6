//! The reference phone on the command line.

use anyhow::Context;
use clap::{Parser, Subcommand};
use fieldproof_phone::sign_in::{PHONE_SCOPE, Session, sign_in};
use fieldproof_phone::{Capture, Change, Line, Phone, Shelf, device, shelf};
use serde_json::{Value, json};
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
    /// Lets this phone in by what a lead's QR code says; the address is read from the input.
    Enrol {
        /// What the phone is called.
        #[arg(long, default_value = "Fieldproof phone")]
        name: String,
    },
    /// Enters a change without a line: an operation of the contract that may be pushed.
    Enter {
        /// Its operationId: check_in, put_response, put_attendee, put_guidance, sign_minutes, submit_visit and others.
        #[arg(long)]
        kind: String,
        /// The ids in its address, JSON.
        #[arg(long, value_parser = json_of)]
        target: Value,
        /// Its body, JSON.
        #[arg(long, value_parser = json_of)]
        body: Option<Value>,
        /// The version it rests on.
        #[arg(long)]
        base_version: Option<i32>,
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
        /// In words.
        #[arg(long, default_value = "")]
        caption: String,
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

fn json_of(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str(text)
}

fn from_input() -> anyhow::Result<String> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

/// The phone of whoever is signed in.
fn phone(url: &str, shelf: Shelf) -> anyhow::Result<Phone> {
    let line = Line::of(url, Session::kept(&shelf.session())?, Some(shelf.session()))?;
    Ok(Phone { shelf, line })
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
            let password = from_input()?;
            let session = sign_in(&command.url, (&login, &password), &device, PHONE_SCOPE).await?;
            session.keep(&shelf.session())?;
            println!("signed in as {login}");
        }
        What::Enrol { name } => {
            let phone = phone(&command.url, shelf)?;
            let id = device::enrol(&phone.line, &phone.shelf, &from_input()?, &name).await?;
            println!("{id}");
        }
        What::Enter { kind, target, body, base_version } => {
            let change = Change { base_version, ..Change::now(&kind, target, body)? };
            shelf.enter(&change)?;
            println!("{}", change.id);
        }
        What::Capture { visit, item, subject, caption, at, accuracy_m, files } => {
            let position = match at.as_slice() {
                [latitude, longitude] => Some(json!({ "latitude": latitude, "longitude": longitude,
                    "accuracy_m": accuracy_m, "source": "gnss" })),
                [] => None,
                _ => anyhow::bail!("--at takes a latitude and a longitude with a comma between"),
            };
            for file in files {
                let bytes = std::fs::read(&file).with_context(|| file.display().to_string())?;
                let media_type = media_type(&file)?.to_owned();
                let (item, subject, caption) = (item.clone(), subject.clone(), caption.clone());
                let (at, position) = (shelf::now(), position.clone());
                let capture = Capture { visit, item, subject, caption, media_type, at, position };
                println!("{} {}", shelf.capture(&capture, &bytes)?, file.display());
            }
        }
        What::Sync { seconds } => {
            let phone = phone(&command.url, shelf)?;
            let is_empty = phone.until_empty(Duration::from_secs(seconds)).await?;
            status(&phone.shelf)?;
            if !is_empty {
                std::process::exit(1);
            }
        }
        What::Pull => {
            let phone = phone(&command.url, shelf)?;
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
        "conflicts": shelf.conflicts()?, "refused": shelf.refusals()? })
    );
    Ok(())
}
