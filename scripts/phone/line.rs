//! Requests: with the person's token, renewed where it has run out, and failures told apart by what is to be done.

use crate::lock;
use crate::sign_in::{self, Session};
use anyhow::{anyhow, ensure};
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::Value;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;
use tokio::sync::Mutex;

/// How long a line may take to be made.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a line may be silent.
const SILENT: Duration = Duration::from_mins(1);
/// How often one request is sent with a newer token: once for one renewed elsewhere, once for one renewed here.
const RENEWALS: u8 = 2;
/// What the contract's refusals are written in.
const PROBLEM: &str = "application/problem+json";

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The line broke, or the server is busy: the same again succeeds later.
    #[error("not now: {why}")]
    Later {
        /// What was seen.
        why: String,
        /// How long the server asked to wait.
        after: Option<Duration>,
        /// Whether it is about this one request, and says nothing of others.
        alone: bool,
    },
    /// The server itself said no to this very request, with a problem document: the same again is refused again.
    #[error("refused: {}", sentence(.0))]
    Refused(Value),
    /// The sign-in is over: nothing is taken until the person signs in again, and nothing is lost by it.
    #[error("sign in again: {0}")]
    SignedOut(String),
    /// Something of this phone's own.
    #[error(transparent)]
    Own(#[from] anyhow::Error),
}

/// The code and the sentence of a problem document.
pub(crate) fn sentence(problem: &Value) -> String {
    let text = |name: &str| problem[name].as_str().unwrap_or_default();
    format!("{}: {}", text("code"), text("detail"))
}

impl Failure {
    /// A failure of the line.
    pub fn later(why: impl ToString) -> Self {
        Self::Later { why: why.to_string(), after: None, alone: false }
    }

    /// A failure of one thing, while others may succeed.
    pub(crate) fn alone(why: impl ToString) -> Self {
        Self::Later { why: why.to_string(), after: None, alone: true }
    }

    /// An answer that is not what the contract promises: something between answered in the server's place.
    pub(crate) fn not_ours(what: &str) -> Self {
        Self::later(not_ours(what))
    }
}

fn not_ours(what: &str) -> String {
    format!("{what}: no answer of the server; does the network want a sign-in of its own?")
}

impl From<reqwest::Error> for Failure {
    fn from(why: reqwest::Error) -> Self {
        Self::later(reason(why))
    }
}

/// What went wrong with a line, down to its cause.
pub(crate) fn reason(why: reqwest::Error) -> String {
    // The address is left out: it may name what is secret.
    let why = why.without_url();
    let mut told = why.to_string();
    let mut cause = std::error::Error::source(&why);
    while let Some(of) = cause {
        told = format!("{told}: {of}");
        cause = of.source();
    }
    told
}

impl From<std::io::Error> for Failure {
    fn from(why: std::io::Error) -> Self {
        Self::Own(why.into())
    }
}

/// Somebody's line to a server.
#[derive(Debug)]
pub struct Line {
    base: String,
    client: reqwest::Client,
    /// The installation that the session was signed in to.
    issuer: Option<String>,
    session: Mutex<Session>,
    /// Where a renewed session is kept.
    kept_in: Option<PathBuf>,
}

/// What every client here speaks TLS with: ring, as the server does, and the roots that this machine trusts. Read once, for
/// there are programs of five hundred phones.
fn tls() -> anyhow::Result<rustls::ClientConfig> {
    static TLS: OnceLock<rustls::ClientConfig> = OnceLock::new();
    if let Some(tls) = TLS.get() {
        return Ok(tls.clone());
    }
    let mut roots = rustls::RootCertStore::empty();
    // Where there are none, https is refused by every certificate, and http works.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = rustls::crypto::ring::default_provider().into();
    let tls = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(TLS.get_or_init(|| tls.with_root_certificates(roots).with_no_client_auth()).clone())
}

/// What a client is made of. reqwest brings no cryptography along here, so one that is built without this panics.
///
/// # Errors
/// None that a phone could do anything about.
pub fn builder() -> anyhow::Result<reqwest::ClientBuilder> {
    Ok(reqwest::Client::builder().tls_backend_preconfigured(tls()?))
}

/// The address of a server as a person writes it, without what says nothing.
///
/// # Errors
/// It is no address that a phone speaks to: http or https, and a host.
pub fn address(said: &str) -> anyhow::Result<String> {
    let url = reqwest::Url::parse(said.trim());
    let url =
        url.map_err(|why| anyhow!("{said:?} is no address of a server ({why}): http://… or https://…"))?;
    let is_one = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    ensure!(is_one, "{said:?} is no address of a server: http://… or https://…, and a host");
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// A client that follows no redirects: the contract has none.
///
/// # Errors
/// None that a phone could do anything about.
pub fn client() -> anyhow::Result<reqwest::Client> {
    Ok(builder()?
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT)
        .read_timeout(SILENT)
        .build()?)
}

impl Line {
    /// A line for a session; where it is kept in a file, a renewed one is written there.
    ///
    /// # Errors
    /// The session was signed in to another server: nothing of it is sent to this one.
    pub fn of(base: &str, session: Session, kept_in: Option<PathBuf>) -> anyhow::Result<Self> {
        let base = address(base)?;
        if let Some(at) = &session.base {
            ensure!(
                *at == base,
                "this phone is signed in at {at}: to speak to {base}, sign in there first, or use another --shelf"
            );
        }
        // What an older phone kept is of this server from now on.
        let session = Session { base: Some(base.clone()), ..session };
        let issuer = session.issuer.clone();
        Ok(Self { base, client: client()?, issuer, session: Mutex::new(session), kept_in })
    }

    /// Which installation this phone is signed in to, by its own name.
    ///
    /// # Errors
    /// [`Failure`] where the sign-in did not say, and nobody else says it now.
    pub async fn issuer(&self) -> Result<String, Failure> {
        if let Some(issuer) = &self.issuer {
            return Ok(issuer.clone());
        }
        let told = self.get("/.well-known/oauth-authorization-server").await?;
        let issuer = told["issuer"].as_str().map(ToOwned::to_owned);
        issuer.ok_or_else(|| Failure::not_ours("an installation without a name"))
    }

    /// The whole address of a path; of an address only where it is of this server, for a token goes with it.
    fn address_of(&self, path: &str) -> Option<String> {
        if path.starts_with('/') {
            return Some(format!("{}{path}", self.base));
        }
        let at = [Some(&self.base), self.issuer.as_ref()].into_iter().flatten();
        let path = at.filter_map(|at| path.strip_prefix(at.as_str())).find(|path| path.starts_with('/'))?;
        Some(format!("{}{path}", self.base))
    }

    /// Where the server is.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Waits until no sign-in is being renewed: one that is broken off may be lost.
    pub(crate) async fn at_rest(&self) {
        drop(self.session.lock().await);
    }

    /// Sends a request to a path, or to an address on the same server; again with a new token where the old one has run out.
    ///
    /// # Errors
    /// [`Failure`]; any answer that is neither a success nor in `expected`.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        expected: &[u16],
        dress: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<Response, Failure> {
        let address = self.address_of(path);
        let address = address.ok_or_else(|| Failure::not_ours("an address of another server"))?;
        let ask = async |token: &str| {
            let request = self.client.request(method.clone(), &address).bearer_auth(token);
            dress(request.header("accept-language", "vi")).send().await
        };
        let mut token = self.session.lock().await.access_token.clone();
        let mut answer = ask(&token).await?;
        for _ in 0..RENEWALS {
            // A 401 of something between is no word about the token.
            let has_run_out = answer.status() == StatusCode::UNAUTHORIZED && is_problem(&answer);
            if !has_run_out || !self.renew(&token).await? {
                break;
            }
            token.clone_from(&self.session.lock().await.access_token);
            answer = ask(&token).await?;
        }
        let status = answer.status();
        if status.is_success() || expected.contains(&status.as_u16()) {
            return Ok(answer);
        }
        Err(failure(answer).await)
    }

    /// Renews the session, unless somebody did so meanwhile; false where it can't be renewed.
    async fn renew(&self, used: &str) -> Result<bool, Failure> {
        let mut session = self.session.lock().await;
        if session.access_token != used {
            return Ok(true);
        }
        let mut _alone = None;
        if let Some(place) = &self.kept_in {
            // Another program of this phone may have renewed it: shown twice, a refresh token ends the whole sign-in.
            _alone = Some(lock::patiently(&place.with_extension("lock")).await?);
            if let Ok(kept) = Session::kept(place)
                && kept.access_token != used
            {
                if !kept.is_of_same(&session) {
                    let why = "somebody else has signed in on this phone meanwhile";
                    return Err(Failure::SignedOut(why.to_owned()));
                }
                session.access_token = kept.access_token;
                session.refresh_token = kept.refresh_token;
                return Ok(true);
            }
        }
        let Some(refresh) = session.refresh_token.clone() else { return Ok(false) };
        *session = sign_in::renew(&self.client, &self.base, (&session, &refresh)).await?;
        if let Some(place) = &self.kept_in {
            session.keep(place)?;
        }
        Ok(true)
    }

    /// Sends JSON, or nothing, and reads JSON.
    ///
    /// # Errors
    /// [`Failure`]; [`Failure::Later`] for an answer that is no JSON.
    pub async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
        let dress = |request: RequestBuilder| match body {
            Some(body) => request.json(body),
            None => request,
        };
        let answer = self.send(method, path, &[], dress).await?;
        let status = answer.status();
        if status == StatusCode::NO_CONTENT {
            return Ok(Value::Null);
        }
        let text = answer.text().await?;
        serde_json::from_str(&text).map_err(|_| Failure::not_ours(&format!("{status} without JSON")))
    }

    /// Reads.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.call(Method::GET, path, None).await
    }
}

pub(crate) fn is_problem(answer: &Response) -> bool {
    let media_type =
        answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    media_type.split(';').next().is_some_and(|of| of.trim().eq_ignore_ascii_case(PROBLEM))
}

/// What an answer that is no success asks for: the problem document says so itself. Whatever is none is a broken line.
pub(crate) async fn failure(answer: Response) -> Failure {
    let (status, is_ours) = (answer.status(), is_problem(&answer));
    let after = answer.headers().get(RETRY_AFTER).and_then(|after| after.to_str().ok()?.parse().ok());
    let after = after.map(Duration::from_secs);
    let text = match answer.text().await {
        Ok(text) => text,
        Err(why) => return why.into(),
    };
    judged((status, is_ours), &text, after)
}

fn judged((status, is_ours): (StatusCode, bool), text: &str, after: Option<Duration>) -> Failure {
    // The answer to a HEAD has no body.
    if is_ours && status == StatusCode::UNAUTHORIZED {
        return Failure::SignedOut("the server takes this sign-in no more".to_owned());
    }
    let problem =
        serde_json::from_str::<Value>(text).ok().filter(|problem| is_ours && problem["code"].is_string());
    let Some(problem) = problem else {
        let why = not_ours(&format!("{status} without a problem document"));
        return Failure::Later { why, after, alone: false };
    };
    if status == StatusCode::FORBIDDEN && problem["code"] == "scope-missing" {
        return Failure::SignedOut(sentence(&problem));
    }
    let is_of_the_line = status.is_server_error()
        || matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS)
        // It broke off on its way.
        || problem["code"] == "body.unreadable";
    if is_of_the_line || !matches!(problem["client_action"].as_str(), Some("drop" | "fix" | "ask")) {
        let why = format!("{status} {}", sentence(&problem));
        return Failure::Later { why, after, alone: !is_of_the_line };
    }
    Failure::Refused(problem)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops where it is wrong")]
mod tests {
    use super::{Failure, judged};
    use reqwest::StatusCode;

    fn problem(code: &str, action: &str) -> String {
        format!(r#"{{"code":"{code}","client_action":"{action}","detail":"…"}}"#)
    }

    #[test]
    fn only_a_problem_document_about_the_request_itself_refuses_it() {
        let kind = |status: u16, is_ours: bool, text: &str| match judged(
            (StatusCode::from_u16(status).unwrap(), is_ours),
            text,
            None,
        ) {
            Failure::Later { alone: false, .. } => "later",
            Failure::Later { alone: true, .. } => "alone",
            Failure::Refused(_) => "refused",
            Failure::SignedOut(_) => "signed out",
            Failure::Own(_) => "own",
        };
        for action in ["drop", "fix", "ask"] {
            assert_eq!(kind(404, true, &problem("not-found", action)), "refused");
            assert_eq!(kind(404, false, &problem("not-found", action)), "later", "of another media type");
            assert_eq!(kind(503, true, &problem("busy", action)), "later");
            assert_eq!(kind(401, true, &problem("token.invalid", action)), "signed out");
        }
        assert_eq!(kind(422, true, &problem("photo.digest-mismatch", "retry")), "alone");
        assert_eq!(kind(422, true, &problem("of.later-versions", "wait")), "alone");
        assert_eq!(kind(429, true, &problem("rate-limited", "wait")), "later");
        assert_eq!(kind(400, true, &problem("body.unreadable", "fix")), "later");
        assert_eq!(kind(403, true, &problem("scope-missing", "ask")), "signed out");
        assert_eq!(kind(403, true, &problem("forbidden", "ask")), "refused");
        for status in [302, 400, 401, 403, 404, 409, 511] {
            assert_eq!(kind(status, false, "<html>Đăng nhập Wi-Fi</html>"), "later");
            assert_eq!(kind(status, false, r#"{"error":"invalid_grant"}"#), "later");
        }
        assert_eq!(kind(401, true, ""), "signed out", "the answer to a HEAD");
        assert_eq!(kind(404, true, "{}"), "later");
    }
}
