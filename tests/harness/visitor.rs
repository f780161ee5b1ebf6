//! Whoever speaks to the API in a test.

use super::repeats;
use reqwest::header::HeaderMap;
use serde_json::Value;

/// A caller, with or without an access token.
#[derive(Clone)]
pub struct Visitor {
    base: String,
    token: Option<String>,
    client: reqwest::Client,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    headers: HeaderMap,
    /// The body as JSON; `null` where it is none.
    pub body: Value,
    /// The body as it came.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// A header's value, empty where it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Every header, as names and values.
    pub fn all_headers(&self) -> impl Iterator<Item = (String, String)> {
        self.headers.iter().map(|(n, v)| (n.to_string(), String::from_utf8_lossy(v.as_bytes()).into_owned()))
    }

    pub(super) async fn read(response: reqwest::Response) -> Self {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let bytes = response.bytes().await.expect("a whole body").to_vec();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Self { status, headers, body, bytes }
    }
}

impl Visitor {
    /// Somebody who calls this base address.
    pub fn new(base: &str, token: Option<String>) -> Self {
        let client = fieldproof_phone::line::builder().expect("TLS");
        let client = client.redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        Self { base: base.to_owned(), token, client }
    }

    /// Its access token, for requests written by hand.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Prepares a request, for what the shorter calls don't do.
    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        let request = self.client.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a prepared request; see [`repeats`].
    pub async fn answer(&self, request: reqwest::RequestBuilder) -> Answer {
        repeats::sent(request).await
    }

    /// Sends a prepared request once, whatever is asked of the others.
    pub async fn once(&self, request: reqwest::RequestBuilder) -> Answer {
        Answer::read(request.send().await.expect("an answer")).await
    }

    /// Sends JSON, or nothing.
    pub async fn send(&self, method: &str, path: &str, json: Option<&Value>) -> Answer {
        let request = self.request(method, path);
        let request = match json {
            Some(json) => request.json(json),
            None => request,
        };
        self.answer(request).await
    }

    /// Reads: status and JSON.
    pub async fn get(&self, path: &str) -> (u16, Value) {
        let answer = self.send("GET", path, None).await;
        (answer.status, answer.body)
    }

    /// Creates or acts: status and JSON.
    pub async fn post(&self, path: &str, json: &Value) -> (u16, Value) {
        let answer = self.send("POST", path, Some(json)).await;
        (answer.status, answer.body)
    }

    /// Puts: status and JSON.
    pub async fn put(&self, path: &str, json: &Value) -> (u16, Value) {
        let answer = self.send("PUT", path, Some(json)).await;
        (answer.status, answer.body)
    }
}
