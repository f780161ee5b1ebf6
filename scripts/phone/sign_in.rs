//! Signing in as a phone does: the sign-in page in a browser, a code on loopback (RFC 8252), tokens, their renewal.

use crate::line::{Failure, address, client, reason};
use crate::shelf::write_whole;
use anyhow::{Context, anyhow, bail, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::StatusCode;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use serde::{Deserialize, Serialize};
use serde_json::Value;
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
    /// Where the server is that it was signed in to: its tokens go nowhere else. Older phones did not keep it.
    #[serde(default)]
    pub base: Option<String>,
    /// Which installation that is, by its own name: whose receipts count.
    #[serde(default)]
    pub issuer: Option<String>,
    /// Whose account it is.
    #[serde(default)]
    pub account: Option<String>,
    /// By which login, for people.
    #[serde(default)]
    pub login: Option<String>,
}

impl Session {
    /// A session of a token alone, which can't be renewed. It is of the installation and the account that the token names.
    #[must_use]
    pub fn of_token(token: &str) -> Self {
        let tokens = Self {
            access_token: token.to_owned(),
            refresh_token: None,
            base: None,
            issuer: None,
            account: None,
            login: None,
        };
        tokens.with_claims()
    }

    /// Reads one that was kept.
    ///
    /// # Errors
    /// There is none, or it can't be read.
    pub fn kept(place: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read(place).context("nobody is signed in on this phone")?;
        let kept = serde_json::from_slice::<Self>(&text);
        let kept = kept.with_context(|| format!("{} is damaged: sign in again", place.display()))?;
        Ok(kept.with_claims())
    }

    /// With what its token says where nothing else is known. The server verifies tokens; a phone only compares them.
    fn with_claims(mut self) -> Self {
        let claims = claims(&self.access_token).unwrap_or_default();
        let text = |name: &str| claims[name].as_str().map(ToOwned::to_owned);
        self.issuer = self.issuer.or_else(|| text("iss"));
        self.account = self.account.or_else(|| text("sub"));
        self
    }

    /// Whether another session is of the same person at the same installation, as far as both say.
    pub(crate) fn is_of_same(&self, other: &Self) -> bool {
        let same = |one: &Option<String>, other: &Option<String>| {
            one.as_ref().zip(other.as_ref()).is_none_or(|(one, other)| one == other)
        };
        same(&self.issuer, &other.issuer) && same(&self.account, &other.account)
    }

    /// Keeps it where only its owner reads it.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn keep(&self, place: &Path) -> anyhow::Result<()> {
        write_whole(place, serde_json::to_string(self)?.as_bytes())
    }
}

/// What an access token says (RFC 9068), unverified.
fn claims(token: &str) -> Option<Value> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?).ok()
}

fn secret_text() -> anyhow::Result<String> {
    let mut random = [0; 32];
    getrandom::fill(&mut random)?;
    Ok(URL_SAFE_NO_PAD.encode(random))
}

/// Signs in.
///
/// # Errors
/// The password is wrong, or there is no line: a sentence without the address, which names what is secret.
pub async fn sign_in(
    base: &str,
    (login, password): (&str, &str),
    device: &str,
    scope: &str,
) -> anyhow::Result<Session> {
    let (client, base) = (client()?, address(base)?);
    let base = base.as_str();
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
        .await
        .map_err(no_line)?;
    let (cookies, status) = (cookies_of(&asked), asked.status());
    let address = asked.url().to_string();
    ensure!(status.is_success(), "the sign-in page was not shown: {status}");
    let page = asked.text().await.map_err(no_line)?;
    let (action, mut fields) = form_of(&page)
        .context("this is no sign-in page of Fieldproof; does the network want a sign-in of its own?")?;
    fields.push(("login".to_owned(), login.to_owned()));
    fields.push(("password".to_owned(), password.to_owned()));
    let answered = client.post(absolute(base, &address, &action)).header(COOKIE, cookies).form(&fields);
    let answered = answered.send().await.map_err(no_line)?;
    let status = answered.status();
    let location =
        answered.headers().get(LOCATION).and_then(|l| l.to_str().ok()).unwrap_or_default().to_owned();
    if !location.starts_with(REDIRECT) {
        bail!(refusal(status, login, &answered.text().await.unwrap_or_default()));
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
        .await
        .map_err(no_line)?;
    let status = tokens.status();
    let session = session_of(&tokens.text().await.map_err(no_line)?).filter(|_| status.is_success());
    let tokens = session
        .with_context(|| format!("the code of the sign-in page was answered {status}, not with tokens"))?;
    // The installation names itself where it answers with the code (RFC 9207).
    let (base, issuer, login) = (Some(base.to_owned()), parameter("iss"), Some(login.to_owned()));
    Ok(Session { base, issuer, login, account: None, ..tokens }.with_claims())
}

fn no_line(why: reqwest::Error) -> anyhow::Error {
    anyhow!("no line to the server: {}", reason(why))
}

/// Why there was no code: the page is shown again, and says so to a person.
fn refusal(status: StatusCode, login: &str, page: &str) -> String {
    if status == StatusCode::TOO_MANY_REQUESTS {
        return format!("too many tries as {login}; try again later");
    }
    if form_of(page).is_some() && !status.is_server_error() {
        return format!("nobody is signed in: the login {login} or its password is wrong");
    }
    format!("nobody is signed in: {login} was answered {status}, not with a code")
}

/// Tokens, where these are some.
fn session_of(text: &str) -> Option<Session> {
    serde_json::from_str(text).ok().filter(|session: &Session| !session.access_token.is_empty())
}

/// Renews a session by its refresh token: new tokens, of the same person at the same installation. The same again within a
/// minute gets the same answer, so a lost one costs nothing.
///
/// # Errors
/// [`Failure`]; `SignedOut` where the server itself says, in OAuth's words, that it is over.
pub async fn renew(
    client: &reqwest::Client,
    base: &str,
    (session, refresh): (&Session, &str),
) -> Result<Session, Failure> {
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh), ("client_id", CLIENT_ID)];
    let answer = client.post(format!("{base}/oauth/token")).form(&form).send().await?;
    let status = answer.status();
    let text = answer.text().await?;
    if status.is_success() {
        let tokens = session_of(&text);
        let tokens = tokens.ok_or_else(|| Failure::not_ours(&format!("{status} without tokens")))?;
        let Session { access_token, refresh_token, .. } = tokens;
        return Ok(Session { access_token, refresh_token, ..session.clone() });
    }
    let told: Value = serde_json::from_str(&text).unwrap_or_default();
    match (status, told["error"].as_str()) {
        (StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED, Some(error)) => {
            Err(Failure::SignedOut(format!("the sign-in is not renewed ({error})")))
        }
        _ => Err(Failure::not_ours(&format!("the renewal of the sign-in was answered {status}"))),
    }
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
