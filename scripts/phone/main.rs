//! The reference phone on the command line.

use anyhow::{Context, anyhow, ensure};
use clap::{Parser, Subcommand};
use fieldproof_phone::line::address;
use fieldproof_phone::sign_in::{PHONE_SCOPE, Session, sign_in};
use fieldproof_phone::{
    Capture, Change, Conflict, Failure, Line, Phone, Protocol, Refused, Shelf, clock, device, limits, shelf,
};
use serde_json::{Value, json};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use uuid::Uuid;

/// Where a server is that was started here.
const NEAR: &str = "http://127.0.0.1:8080";
/// A sync ended with what is put aside.
const REFUSED: u8 = 2;
/// The person must sign in again.
const SIGNED_OUT: u8 = 3;
/// A sync ended well, but this is no device of the server's any more.
const UNKNOWN_DEVICE: u8 = 4;
const EXIT_CODES: &str = "Exit codes:
  0   done; after sync: everything was sent, and left the phone for its receipt
  1   something went wrong; after sync: something is still held, and the same again goes on with it
  2   sync: everything else was sent, and what is put aside was refused (named on stderr; see refused, again, discard) or can't
      be read any more (named on stderr; it lies in the shelf's folder `damaged` until its person takes it away)
  3   the sign-in is over: sign in again; nothing is lost, and nothing is put aside for it
  4   sync: everything was sent, but the server knows this device no more, or its key is damaged (see enrol --new-key)
  64  this program was called with something it does not know";

/// Behaves like an inspector's phone: captures without a line, sends when there is one, deletes only for a receipt.
#[derive(Parser)]
#[command(name = "fieldproof-phone", after_help = EXIT_CODES)]
struct Command {
    /// Folder of what the phone holds.
    #[arg(long, default_value = "phone")]
    shelf: PathBuf,
    /// Where the server is, by http or https. Whoever is signed in speaks to the server where that was, and to no other; before
    /// that it is one on this machine, port 8080.
    #[arg(long, value_parser = address)]
    url: Option<String>,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Signs in; the password is read from the input. Somebody else takes a phone over once everything on it was sent.
    SignIn {
        /// The person's login.
        #[arg(long)]
        login: String,
        /// What the phone is called in the list of devices.
        #[arg(long, default_value = "Fieldproof phone")]
        device: String,
    },
    /// Lets this phone in by what a lead's QR code says, or by its bare code; it is read from the input.
    Enrol {
        /// With a new key, as after a revocation. The old one stays until the new one was let in.
        #[arg(long)]
        new_key: bool,
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
    /// Sends what the phone holds, through breaks, small previews of photos before their originals; tells on stderr what it
    /// waits for.
    Sync {
        /// For so many seconds at most.
        #[arg(long, default_value_t = 600)]
        seconds: u64,
        /// How photos are sent; what was begun over one protocol is gone on with over the other.
        #[arg(long, value_enum, default_value_t)]
        protocol: Protocol,
    },
    /// Fetches what has changed on the server: visits, answers, findings; drops what is gone.
    Pull,
    /// Tells what the phone still holds: all photos and changes, how many of them were refused, and which files are damaged.
    Status,
    /// Lists what was refused and is put aside, by the server, or by the phone itself where its copy of a photo is not what was
    /// captured any more (phone.copy-changed, phone.copy-unreadable): one JSON object a line, with the code, the sentence and
    /// the file.
    Refused,
    /// Lists changes that met another one: one JSON object a line, with what was entered here and what stood; the server
    /// keeps both.
    Conflicts,
    /// Puts something that was refused back among what is to be sent.
    Again {
        /// Its id.
        id: Uuid,
    },
    /// Gives up a change that was refused, forgets one that met another, or removes a photo that has its receipt.
    Discard {
        /// Its id.
        id: Uuid,
        /// Yes, this change.
        #[arg(long)]
        yes: bool,
        /// Yes, this photo, though it may be nowhere else: it is lost for good.
        #[arg(long)]
        lose_photo: bool,
    },
}

fn json_of(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str(text)
}

fn from_input() -> anyhow::Result<String> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

/// The phone of whoever is signed in, where they are signed in.
fn phone(url: Option<String>, shelf: Shelf) -> anyhow::Result<Phone> {
    let session = Session::kept(&shelf.session())?;
    let url = url.or_else(|| session.base.clone()).unwrap_or_else(|| NEAR.to_owned());
    let line = Line::of(&url, session, Some(shelf.session()))?;
    Ok(Phone { shelf, line, protocol: Protocol::default() })
}

fn media_type(file: &Path) -> anyhow::Result<&'static str> {
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
async fn main() -> ExitCode {
    let command = match Command::try_parse() {
        Ok(command) => command,
        Err(why) => {
            // The codes of clap are codes of a sync here.
            let code = if why.use_stderr() { 64 } else { 0 };
            return why.print().map_or(ExitCode::FAILURE, |()| ExitCode::from(code));
        }
    };
    match run(command).await {
        Ok(code) => ExitCode::from(code),
        Err(Failure::Own(why)) => {
            eprintln!("error: {why:#}");
            ExitCode::FAILURE
        }
        Err(why) => {
            eprintln!("error: {why}");
            if let Failure::Refused(problem) = &why {
                faults(&problem["errors"]);
            }
            ExitCode::from(if matches!(why, Failure::SignedOut(_)) { SIGNED_OUT } else { 1 })
        }
    }
}

async fn run(command: Command) -> Result<u8, Failure> {
    let (shelf, url) = (Shelf::open(&command.shelf)?, command.url);
    match command.what {
        What::SignIn { login, device } => {
            let password = from_input()?;
            let kept = Session::kept(&shelf.session()).ok();
            let url = url.or_else(|| kept?.base).unwrap_or_else(|| NEAR.to_owned());
            let session = sign_in(&url, (&login, &password), &device, PHONE_SCOPE).await?;
            shelf.keep_sign_in(&session).await?;
            let phone = phone(Some(url), shelf)?;
            clock::ask_by_the_way(&phone.line, &phone.shelf).await;
            println!("signed in as {login}");
        }
        What::Enrol { name, new_key } => enrol(phone(url, shelf)?, &name, new_key).await?,
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
                _ => Err(anyhow!("--at takes a latitude and a longitude with a comma between"))?,
            };
            let of = |file: &Path| -> anyhow::Result<Capture> {
                limits::size(std::fs::metadata(file)?.len())?;
                let media_type = media_type(file)?.to_owned();
                let (item, subject, caption) = (item.clone(), subject.clone(), caption.clone());
                let (at, position) = (shelf::now(), position.clone());
                let capture = Capture { visit, item, subject, caption, media_type, at, position };
                limits::said(&capture)?;
                Ok(capture)
            };
            // All of them or none, as far as that is seen beforehand.
            let named = |file: &Path| file.display().to_string();
            let captures: Result<Vec<_>, _> =
                files.iter().map(|file| of(file).with_context(|| named(file))).collect();
            for (file, capture) in files.iter().zip(captures?) {
                let bytes = std::fs::read(file).with_context(|| named(file))?;
                println!("{} {}", shelf.capture(&capture, &bytes)?, file.display());
            }
        }
        What::Sync { seconds, protocol } => {
            let phone = Phone { protocol, ..phone(url, shelf)? };
            return sync(&phone, Duration::from_secs(seconds)).await;
        }
        What::Pull => {
            let phone = phone(url, shelf)?;
            let done = phone.pull().await?;
            let visits = phone.shelf.visits()?;
            println!("{}", json!({ "told": done.told, "gone": done.gone, "visits": visits }));
        }
        What::Status => status(&shelf)?,
        What::Refused => {
            for refused in shelf.refused()? {
                println!("{}", json!(refused));
            }
        }
        What::Conflicts => {
            for conflict in shelf.conflicts()? {
                println!("{}", json!(conflict));
            }
        }
        What::Again { id } => shelf.again(id)?,
        What::Discard { id, yes, lose_photo } => discard(&shelf, id, yes, lose_photo)?,
    }
    Ok(0)
}

async fn enrol(phone: Phone, name: &str, new_key: bool) -> Result<(), Failure> {
    let key = if new_key { device::Key::New } else { device::Key::Same };
    match device::enrol(&phone.line, &phone.shelf, &from_input()?, name, key).await {
        Ok(id) => println!("{id}"),
        Err(why) => {
            if let Failure::Refused(problem) = &why
                && is_of_the_key(problem)
            {
                eprintln!("the server takes this phone's key no more: ask for a code, and `enrol --new-key`");
            }
            return Err(why);
        }
    }
    Ok(())
}

fn is_of_the_key(problem: &Value) -> bool {
    problem["code"] == "device.revoked" || problem["code"] == "device.key-taken"
}

async fn sync(phone: &Phone, most: Duration) -> Result<u8, Failure> {
    let ended = phone.work_off(most, |what| eprintln!("{what}")).await?;
    status(&phone.shelf)?;
    let refused = phone.shelf.refused()?;
    for Refused { id, what, code, detail, errors, .. } in &refused {
        eprintln!("refused: {what} {id}: {code}: {detail}");
        faults(errors);
    }
    let damaged = phone.shelf.damaged()?;
    for file in &damaged {
        eprintln!("damaged: {}: it can't be read, was not sent, and stays there", file.display());
    }
    for Conflict { id, what, .. } in phone.shelf.conflicts()? {
        eprintln!("conflict: {what} {id}: something else stood there; the server keeps both (see conflicts)");
    }
    if let Some(problem) = &ended.unknown_device {
        let (code, detail) = (problem["code"].as_str(), problem["detail"].as_str());
        let (code, detail) = (code.unwrap_or_default(), detail.unwrap_or_default());
        eprintln!("warning: headquarters is not told what this phone holds: {code}: {detail}");
        eprintln!("warning: ask for a code, and let this phone in again: `enrol --new-key`");
    }
    let damaged_key = phone.shelf.damaged_key()?;
    let why = ended.why.unwrap_or_else(|| "the time was over".to_owned());
    if ended.signed_out {
        eprintln!("sign in again: {why}; everything is kept");
        return Ok(SIGNED_OUT);
    }
    if !ended.is_empty {
        eprintln!("still held; last reason: {why}");
        return Ok(1);
    }
    if !refused.is_empty() || !damaged.is_empty() {
        return Ok(REFUSED);
    }
    let is_no_device = ended.unknown_device.is_some() || damaged_key.is_some();
    Ok(if is_no_device { UNKNOWN_DEVICE } else { 0 })
}

/// Which fields are to blame for a refusal, a line each.
fn faults(errors: &Value) {
    for fault in errors.as_array().into_iter().flatten() {
        let text = |name: &str| fault[name].as_str().unwrap_or_default();
        eprintln!("  {}: {}", text("pointer"), text("detail"));
    }
}

fn discard(shelf: &Shelf, id: Uuid, yes: bool, lose_photo: bool) -> anyhow::Result<()> {
    if shelf.holds(id) {
        return shelf.discard_photo(id, lose_photo);
    }
    ensure!(yes, "a change that is discarded is gone: say --yes");
    shelf.discard_change(id)
}

/// Counts what was refused, too: it is nowhere else.
fn status(shelf: &Shelf) -> anyhow::Result<()> {
    let (photos, refused) = (shelf.held()?, shelf.refused()?);
    let bytes: u64 = photos.iter().map(|photo| photo.size_bytes).sum();
    let refused_photos = photos.iter().filter(|photo| photo.refused.is_some()).count();
    let changes = shelf.changes()?.len() + refused.len() - refused_photos;
    let conflicts = shelf.conflicts()?.len();
    if let Some(why) = shelf.damaged_key()? {
        eprintln!("warning: {why}");
    }
    println!(
        "{}",
        json!({ "photos": photos.len(), "bytes": bytes, "changes": changes, "conflicts": conflicts,
            "refused": refused.len(), "refused_photos": refused_photos, "damaged": shelf.damaged()? })
    );
    Ok(())
}
