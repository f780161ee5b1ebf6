//! Requests: with the person's token, renewed where it has run out, and failures told apart by what is to be done.

use crate::sign_in::{self, Session};
use reqwest::header::RETRY_AFTER;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::Mutex;

/// How long a line may take to be made.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a line may be silent.
const SILENT: Duration = Duration::from_mins(1);

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
    },
    /// The server said no: the same again is refused again.
    #[error("refused: {0}")]
    Refused(Value),
    /// Something of this phone's own.
    #[error(transparent)]
    Own(#[from] anyhow::Error),
}

impl Failure {
    /// A failure of the line.
    pub fn later(why: impl ToString) -> Self {
        Self::Later { why: why.to_string(), after: None }
    }
}

impl From<reqwest::Error> for Failure {
    fn from(why: reqwest::Error) -> Self {
        // The address is left out: it may name what is secret.
        Self::later(why.without_url())
    }
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
    session: Mutex<Session>,
    /// Where a renewed session is kept.
    kept_in: Option<PathBuf>,
}

/// A client that follows no redirects: the contract has none.
///
/// # Errors
/// None that a phone could do anything about.
pub fn client() -> anyhow::Result<reqwest::Client> {
    Ok(reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT)
        .read_timeout(SILENT)
        .build()?)
}

impl Line {
    /// A line for a session; where it is kept in a file, a renewed one is written there.
    ///
    /// # Errors
    /// None that a phone could do anything about.
    pub fn of(base: &str, session: Session, kept_in: Option<PathBuf>) -> anyhow::Result<Self> {
        let base = base.trim_end_matches('/').to_owned();
        Ok(Self { base, client: client()?, session: Mutex::new(session), kept_in })
    }

    /// Where the server is.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Sends a request to a path, or to an address on the same server; once more with a new token where the old one has run
    /// out.
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
        let address = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) };
        let ask = async |token: &str| {
            let request = self.client.request(method.clone(), &address).bearer_auth(token);
            dress(request.header("accept-language", "vi")).send().await
        };
        let token = self.session.lock().await.access_token.clone();
        let mut answer = ask(&token).await?;
        if answer.status() == StatusCode::UNAUTHORIZED && self.renew(&token).await? {
            let token = self.session.lock().await.access_token.clone();
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
        let Some(refresh) = session.refresh_token.clone() else { return Ok(false) };
        *session = sign_in::renew(&self.client, &self.base, &refresh).await?;
        if let Some(place) = &self.kept_in {
            session.keep(place)?;
        }
        Ok(true)
    }

    /// Sends JSON, or nothing, and reads JSON.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
        let dress = |request: RequestBuilder| match body {
            Some(body) => request.json(body),
            None => request,
        };
        let text = self.send(method, path, &[], dress).await?.text().await?;
        Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// Reads.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.call(Method::GET, path, None).await
    }
}

/// What an answer that is no success asks for: the problem document says so itself.
async fn failure(answer: Response) -> Failure {
    let status = answer.status();
    let after = answer.headers().get(RETRY_AFTER).and_then(|after| after.to_str().ok()?.parse().ok());
    let after = after.map(Duration::from_secs);
    let text = answer.text().await.unwrap_or_default();
    let problem = serde_json::from_str::<Value>(&text).unwrap_or_else(|_| json!({ "detail": text }));
    let is_passing = status.is_server_error()
        || matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS)
        || problem["client_action"] == "retry";
    if is_passing {
        let code = problem["code"].as_str().unwrap_or_default();
        return Failure::Later { why: format!("{status} {code}"), after };
    }
    Failure::Refused(problem)
}
