//! `fieldproof admin …`: what only whoever runs the machine may do. Prints secrets once and keeps them nowhere.

use crate::app::App;
use crate::domain::actor::{Grant, Role, Scope};
use crate::domain::client::ClientKind;
use crate::domain::ids::{CampaignId, UnitId};
use crate::domain::key::Purpose;
use crate::flows::accounts::{self, Wanted, command};
use crate::flows::{self, clients, keys};
use anyhow::Context;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::io::Read;
use uuid::Uuid;

/// What an administrator of the machine may do.
#[derive(Debug, Subcommand)]
pub enum Admin {
    /// Create an account that may sign in at once; prints its password unless one is given.
    CreateUser(CreateUser),
    /// Grant a role to an account.
    #[command(name = "grant")]
    GrantRole(GrantRole),
    /// Disable an account: its tokens and sessions end at once.
    DisableUser(OfLogin),
    /// Print a one-time link that sets a new password.
    ResetPassword(OfLogin),
    /// Register a client program; prints the secret of a confidential one, once.
    RegisterClient(RegisterClient),
    /// Let the next signing key sign. What the present one signed goes on to hold.
    RotateKey(RotateKey),
    /// Print a value for FIELDPROOF_SECRET.
    GenerateSecret,
}

/// Whom a role is granted, and where.
#[derive(Debug, Args)]
pub struct RoleArgs {
    /// administrator, authority, scheduler, team_lead, member, clerk, reviewer, head_of_unit, unit_staff, oversight.
    #[arg(long, value_parser = parse_role)]
    role: Role,
    /// Code of the owner; without it, and only for an administrator, the whole installation.
    #[arg(long, value_name = "CODE")]
    owner: Option<String>,
    /// Narrow the role to this unit and everything below it.
    #[arg(long, value_name = "UUID")]
    unit: Option<Uuid>,
    /// Narrow the role to this campaign.
    #[arg(long, value_name = "UUID")]
    campaign: Option<Uuid>,
}

/// Arguments of `create-user`.
#[derive(Debug, Args)]
pub struct CreateUser {
    /// How its holder signs in: 3 to 64 letters, digits and . _ - @ +.
    #[arg(long)]
    login: String,
    /// What others read.
    #[arg(long)]
    name: String,
    /// Language of the account: vi or en.
    #[arg(long, default_value = "vi")]
    locale: String,
    #[command(flatten)]
    role: RoleArgs,
    /// Read the password from standard input (one line) instead of making one.
    #[arg(long)]
    password_stdin: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Arguments of `grant`.
#[derive(Debug, Args)]
pub struct GrantRole {
    /// Whose account.
    #[arg(long)]
    login: String,
    #[command(flatten)]
    role: RoleArgs,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Arguments of the commands that take an account alone.
#[derive(Debug, Args)]
pub struct OfLogin {
    /// Whose account.
    #[arg(long)]
    login: String,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Arguments of `register-client`.
#[derive(Debug, Args)]
pub struct RegisterClient {
    /// Its id: a-z, 0-9, '.', '_' and '-'.
    #[arg(long)]
    id: String,
    /// What people are told on the sign-in page.
    #[arg(long)]
    name: String,
    /// Where answers may be sent; repeat for several. https, http://127.0.0.1/… or http://[::1]/… (any port), or an
    /// app's own scheme with a dot.
    #[arg(long, value_name = "URI")]
    redirect_uri: Vec<String>,
    /// What it may ask for; repeat for several. All scopes where none is said, for a public client only.
    #[arg(long, value_name = "SCOPE")]
    scope: Vec<String>,
    /// It keeps a secret and asks on its own behalf, for the data of one owner.
    #[arg(long, requires = "owner")]
    confidential: bool,
    /// Code of that owner.
    #[arg(long, value_name = "CODE", requires = "confidential")]
    owner: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Arguments of `rotate-key`.
#[derive(Debug, Args)]
pub struct RotateKey {
    /// access (tokens) or notary (acknowledgements).
    #[arg(long, default_value = "access", value_parser = parse_purpose)]
    purpose: Purpose,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

fn parse_role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| format!("is none of {}", Role::ALL.map(Role::as_str).join(", ")))
}

fn parse_purpose(text: &str) -> Result<Purpose, String> {
    Purpose::parse(text).ok_or_else(|| "is neither access nor notary".to_owned())
}

/// Runs a command. `open` is called by those that need the database.
///
/// # Errors
/// Whatever the command is refused for, in a sentence.
pub async fn run<F>(admin: Admin, open: impl FnOnce() -> F) -> anyhow::Result<()>
where
    F: Future<Output = anyhow::Result<App>>,
{
    if matches!(admin, Admin::GenerateSecret) {
        println!("{}", generate_secret());
        return Ok(());
    }
    let app = open().await?;
    match admin {
        Admin::CreateUser(args) => create_user(&app, args).await,
        Admin::GrantRole(args) => grant_role(&app, args).await,
        Admin::DisableUser(args) => disable_user(&app, args).await,
        Admin::ResetPassword(args) => reset_password(&app, args).await,
        Admin::RegisterClient(args) => register_client(&app, args).await,
        Admin::RotateKey(args) => {
            let kid = keys::rotate(&app, args.purpose).await.map_err(said)?;
            say(args.json, json!({ "kid": kid }), &format!("Key {kid} signs from now on."));
            Ok(())
        }
        Admin::GenerateSecret => Ok(()),
    }
}

/// A value for FIELDPROOF_SECRET: 32 random bytes in hexadecimal.
#[must_use]
pub fn generate_secret() -> String {
    hex::encode(flows::random_bytes::<32>())
}

fn say(as_json: bool, value: Value, text: &str) {
    if as_json {
        println!("{value}");
    } else {
        println!("{text}");
    }
}

/// A refusal with the fields it blames, as one sentence.
fn said(why: flows::Error) -> anyhow::Error {
    match why {
        flows::Error::Refused(no) => {
            let faults: Vec<String> =
                no.faults.iter().map(|f| format!("{} {}", f.pointer, f.detail)).collect();
            match faults.as_slice() {
                [] => anyhow::anyhow!("{}", no.detail),
                faults => anyhow::anyhow!("{}", faults.join("; ")),
            }
        }
        other => anyhow::anyhow!("{other}"),
    }
}

async fn grant_of(app: &App, args: &RoleArgs) -> anyhow::Result<Grant> {
    let owner = match &args.owner {
        Some(code) => Some(command::owner_of(app, code).await.map_err(said)?),
        None => None,
    };
    Ok(Grant { role: args.role, owner, unit: args.unit.map(UnitId), campaign: args.campaign.map(CampaignId) })
}

async fn create_user(app: &App, args: CreateUser) -> anyhow::Result<()> {
    let grant = grant_of(app, &args.role).await?;
    let (password, made) = if args.password_stdin {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("reading the password")?;
        (text.trim_end_matches(['\r', '\n']).to_owned(), false)
    } else {
        (flows::random_password(), true)
    };
    let wanted = Wanted {
        login: args.login.clone(),
        display_name: args.name,
        locale: args.locale,
        grants: vec![grant],
    };
    let id = command::create(app, &wanted, &password).await.map_err(said)?;
    let shown = made.then_some(&password);
    let text = match shown {
        Some(password) => {
            format!("Account {id} of {} was made. Password, shown once: {password}", args.login)
        }
        None => format!("Account {id} of {} was made.", args.login),
    };
    say(args.json, json!({ "account": id, "login": args.login, "password": shown }), &text);
    Ok(())
}

async fn grant_role(app: &App, args: GrantRole) -> anyhow::Result<()> {
    let grant = grant_of(app, &args.role).await?;
    let id = command::account_of(app, &args.login).await.map_err(said)?;
    command::grant(app, id, grant).await.map_err(said)?;
    let role = grant.role.as_str();
    say(args.json, json!({ "account": id, "role": role }), &format!("{} is now {role}.", args.login));
    Ok(())
}

async fn disable_user(app: &App, args: OfLogin) -> anyhow::Result<()> {
    let id = command::account_of(app, &args.login).await.map_err(said)?;
    accounts::disable(app, None, id).await.map_err(said)?;
    say(args.json, json!({ "account": id, "state": "disabled" }), &format!("{} is disabled.", args.login));
    Ok(())
}

async fn reset_password(app: &App, args: OfLogin) -> anyhow::Result<()> {
    let id = command::account_of(app, &args.login).await.map_err(said)?;
    let link = accounts::reset(app, None, id).await.map_err(said)?;
    let text = format!("Until {}, once: {}", link.expires_at, link.url);
    say(args.json, json!({ "account": id, "url": link.url, "expires_at": link.expires_at }), &text);
    Ok(())
}

async fn register_client(app: &App, args: RegisterClient) -> anyhow::Result<()> {
    let owner = match &args.owner {
        Some(code) => Some(command::owner_of(app, code).await.map_err(said)?),
        None => None,
    };
    let kind = if args.confidential { ClientKind::Confidential } else { ClientKind::Public };
    let scopes = if args.scope.is_empty() && kind == ClientKind::Public {
        Scope::ALL.map(|scope| scope.as_str().to_owned()).to_vec()
    } else {
        args.scope
    };
    let wanted = clients::Wanted {
        id: args.id.clone(),
        name: args.name,
        redirect_uris: args.redirect_uri,
        scopes,
        owner,
    };
    let secret = clients::register(app, wanted, kind).await.map_err(said)?;
    let text = match &secret {
        Some(secret) => format!("Client {} is registered. Secret, shown once: {secret}", args.id),
        None => format!("Client {} is registered.", args.id),
    };
    say(args.json, json!({ "client_id": args.id, "client_secret": secret }), &text);
    Ok(())
}
