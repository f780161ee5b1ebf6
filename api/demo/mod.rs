//! The demonstration: one whole surprise visit and the season before it, played through the public HTTP API as people
//! and phones would.
//!
//! Knows nothing of the inside: whatever it needs, the API gives to any client.
#![allow(
    clippy::indexing_slicing,
    reason = "a JSON value answers null for what it does not hold, it does not panic"
)]

mod beside;
mod checklist;
mod conclusion;
mod earlier;
mod office;
mod phone;
mod picture;
mod remedies;
mod season;
mod visit;

use phone::Phone;
use serde_json::json;
use std::path::PathBuf;

/// How the demonstration is run.
#[derive(clap::Args)]
pub struct Demo {
    /// Address of the installation.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    pub url: String,
    /// Folder with the sample photos.
    #[arg(long, default_value = "scripts/samples")]
    pub samples: PathBuf,
    /// Login of an administrator of the installation.
    #[arg(long, default_value = "admin")]
    pub admin_login: String,
    /// Environment variable that holds the administrator's password, so that it shows in no list of processes.
    #[arg(long, default_value = "FIELDPROOF_FIRST_PASSWORD")]
    pub admin_password_env: String,
    /// Stop once the team is on site and write the visit, the item and an access token of the lead to this file; for
    /// measuring.
    #[arg(long)]
    pub stop_on_site: Option<PathBuf>,
}

/// Somebody the demonstration made.
pub struct Person {
    role: &'static str,
    login: String,
    password: String,
    account: String,
}

/// Prints one step with its result.
fn step(text: &str) {
    println!("  · {text}");
}

/// Plays the demonstration.
///
/// # Errors
/// Whatever the API refuses, with its problem document.
#[allow(clippy::disallowed_methods, reason = "the password comes by the variable the command line names")]
pub async fn run(demo: Demo) -> anyhow::Result<()> {
    let base = demo.url.trim_end_matches('/').to_owned();
    let password = std::env::var(&demo.admin_password_env)
        .map_err(|_| anyhow::anyhow!("{} holds no password", demo.admin_password_env))?;
    println!("A surprise visit, through the public API of {base}:");
    let admin = Phone::sign_in(&base, &demo.admin_login, &password, "Máy tính quản trị").await?;
    let mut office = office::set_up(&base, &admin).await?;
    let on_site = visit::begin(&base, &office).await?;
    if let Some(file) = demo.stop_on_site {
        let handover = json!({"visit": on_site.visit, "token": on_site.lead.token()});
        std::fs::write(&file, handover.to_string())?;
        println!("Stopped on site; {} says how to go on.", file.display());
        return Ok(());
    }
    let evidence = visit::record(&base, &on_site, &office, &demo.samples).await?;
    println!("\nThe season before it:");
    let (season, units) = season::play(&base, &admin, &mut office, &demo.samples).await?;
    beside::play(&base, &office, &season, &units).await?;
    remedies::told(&season).await?;
    println!("\nLogins (each password is printed this once):");
    for person in &office.people {
        println!("login {} {} {}", person.role, person.login, person.password);
    }
    println!("\nThe evidence, for the reviewer: {base}/review/visits/{}", on_site.visit);
    println!("One photo of it: {base}/review/photos/{evidence}");
    Ok(())
}
