//! Signing in as a phone does: the sign-in page in a browser, a code on loopback (RFC 8252), tokens, their renewal.

use crate::line::{Failure, client};
use crate::shelf::write_whole;
use anyhow::{Context, bail};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::path::Path;

/// The client program the phone is, registered with every installation.
const CLIENT_ID: &str = "fieldproof-phone";
/// Where the sign-in page sends the code (RFC 8252 §7.3: any port on loopback).
const REDIRECT: &str = "http://127.0.0.1:53682/callback";
/// What a phone asks for where nothing else is said.
pub const PHONE_SCOPE: &str = "profile units:read templates:read campaigns:read visits:read visits:write photos:read photos:write \
                               originals:read";

/// Somebody signed in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Session {
    /// What requests carry.
    pub access_token: String,
    /// What renews it, once.
    pub refresh_token: Option<String>,
}

impl Session {
    /// A session of a token alone, which can't be renewed.
    #[must_use]
    pub fn of_token(token: &str) -> Self {
        Self { access_token: token.to_owned(), refresh_token: None }
    }

    /// Reads one that was kept.
    ///
    /// # Errors
    /// There is none.
    pub fn kept(place: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read(place).context("nobody is signed in on this phone")?;
        Ok(serde_json::from_slice(&text)?)
    }

    /// Keeps it where only its owner reads it.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn keep(&self, place: &Path) -> anyhow::Result<()> {
        write_whole(place, serde_json::to_string(self)?.as_bytes())
    }
}

fn secret_text() -> anyhow::Result<String> {
    let mut random = [0; 32];
    getrandom::fill(&mut random)?;
    Ok(URL_SAFE_NO_PAD.encode(random))
}

/// Signs in.
///
/// # Errors
/// The password is wrong, or there is no line.
pub async fn sign_in(
    base: &str,
    (login, password): (&str, &str),
    device: &str,
    scope: &str,
) -> anyhow::Result<Session> {
    let client = client()?;
    let (verifier, state) = (secret_text()?, secret_text()?);
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    let asked = client
        .get(format!("{base}/oauth/authorize"))
        .query(&[
            ("response_type", "code"),
            ("client_id", CLIENT_ID),
            ("redirect_uri", REDIRECT),
            ("scope", scope),
            ("state", &state),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("device_name", device),
        ])
        .send()
        .await?;
    let cookies = cookies_of(&asked);
    let address = asked.url().to_string();
    let page = asked.error_for_status()?.text().await?;
    let (action, mut fields) = form_of(&page).context("the sign-in page has no form")?;
    fields.push(("login".to_owned(), login.to_owned()));
    fields.push(("password".to_owned(), password.to_owned()));
    let answered =
        client.post(absolute(base, &address, &action)).header(COOKIE, cookies).form(&fields).send().await?;
    let status = answered.status();
    let location =
        answered.headers().get(LOCATION).and_then(|l| l.to_str().ok()).unwrap_or_default().to_owned();
    if !location.starts_with(REDIRECT) {
        bail!("sign-in as {login} was answered {status}, not with a code");
    }
    let query = reqwest::Url::parse(&location)?;
    let parameter = |name: &str| query.query_pairs().find(|(n, _)| n == name).map(|(_, v)| v.into_owned());
    if parameter("state").as_deref() != Some(&state) {
        bail!("the sign-in page returned another state");
    }
    let code = parameter("code").context("the sign-in page returned no code")?;
    let tokens = client
        .post(format!("{base}/oauth/token"))
        .form(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", REDIRECT),
            ("client_id", CLIENT_ID),
            ("code_verifier", &verifier),
        ])
        .send()
        .await?;
    Ok(tokens.error_for_status()?.json().await?)
}

/// Renews a session. The same again within a minute gets the same answer, so a lost one costs nothing.
///
/// # Errors
/// [`Failure`]; `Refused` where the person must sign in again.
pub async fn renew(client: &reqwest::Client, base: &str, refresh: &str) -> Result<Session, Failure> {
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh), ("client_id", CLIENT_ID)];
    let answer = client.post(format!("{base}/oauth/token")).form(&form).send().await?;
    if answer.status().is_success() {
        return Ok(answer.json().await?);
    }
    if answer.status().is_client_error() && answer.status().as_u16() != 429 {
        return Err(Failure::Refused(answer.json().await?));
    }
    Err(Failure::later(answer.status()))
}

fn cookies_of(answer: &reqwest::Response) -> String {
    let pairs =
        answer.headers().get_all(SET_COOKIE).iter().filter_map(|c| c.to_str().ok()?.split(';').next());
    pairs.collect::<Vec<_>>().join("; ")
}

/// Where a form is sent: a form without action to the address of its own page.
fn absolute(base: &str, page: &str, action: &str) -> String {
    match action {
        "" => page.to_owned(),
        whole if whole.starts_with("http") => whole.to_owned(),
        path => format!("{base}{path}"),
    }
}

/// The form of a page that asks for a password: its action and its hidden fields.
fn form_of(page: &str) -> Option<(String, Vec<(String, String)>)> {
    let form = page.split("<form").skip(1).find(|form| form.contains("type=\"password\""))?;
    let form = form.split("</form>").next()?;
    let action = unescape(attribute(form.split('>').next()?, "action").unwrap_or_default());
    let hidden = form
        .split("<input")
        .skip(1)
        .filter_map(|input| input.split('>').next())
        .filter(|input| attribute(input, "type") == Some("hidden"))
        .filter_map(|input| {
            Some((attribute(input, "name")?.to_owned(), unescape(attribute(input, "value")?)))
        })
        .collect();
    Some((action, hidden))
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#34;", "\"")
        .replace("&#38;", "&")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}
