//! A phone that knows nothing but the public API: signs in as the reference client does, sends JSON, sends photos.

use anyhow::{Context, bail};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
pub use fieldproof_phone::Phone as Reference;
use fieldproof_phone::line::client;
use fieldproof_phone::sign_in;
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Somebody signed in on a device.
#[derive(Clone)]
pub struct Phone {
    base: String,
    token: String,
    client: reqwest::Client,
}

fn secret_text() -> String {
    URL_SAFE_NO_PAD.encode(crate::flows::random_bytes::<32>())
}

impl Phone {
    /// Signs in as a phone does, for whatever the demonstration does with it.
    pub async fn sign_in(base: &str, login: &str, password: &str, device: &str) -> anyhow::Result<Self> {
        let scope = "profile accounts:read accounts:write units:read units:write templates:read templates:write \
                     campaigns:read campaigns:write visits:read visits:write photos:read photos:write originals:read";
        let session = sign_in::sign_in(base, (login, password), device, scope).await?;
        Ok(Self { base: base.to_owned(), token: session.access_token, client: client()? })
    }

    /// The access token, for programs that go on from here.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Sends JSON and expects success; a problem document becomes the error.
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> anyhow::Result<Value> {
        let mut request =
            self.client.request(method.clone(), format!("{}{path}", self.base)).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        if method == Method::POST {
            request = request.header("idempotency-key", secret_text());
        }
        read(&method, path, request.header("accept-language", "vi").send().await?).await
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.call(Method::GET, path, None).await
    }

    /// Acts on the version of something that was read.
    pub async fn post_on(&self, path: &str, version: &Value, body: Value) -> anyhow::Result<Value> {
        let request = self.client.post(format!("{}{path}", self.base)).bearer_auth(&self.token);
        let request = request.header("if-match", format!("\"v{version}\"")).header("accept-language", "vi");
        read(&Method::POST, path, request.json(&body).send().await?).await
    }

    /// Creates or acts.
    pub async fn post(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        self.call(Method::POST, path, Some(body)).await
    }

    /// Puts.
    pub async fn put(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        self.call(Method::PUT, path, Some(body)).await
    }

    /// Changes what stands at an address that is read as `at`, resting on how it is now.
    pub async fn change(&self, at: &str, path: &str, body: Value) -> anyhow::Result<Value> {
        let read_now = self.client.get(format!("{}{at}", self.base)).bearer_auth(&self.token).send().await?;
        let version = read_now.headers().get("etag").cloned().context("no ETag")?;
        let request = self.client.put(format!("{}{path}", self.base)).bearer_auth(&self.token);
        let request = request.header("if-match", version).header("accept-language", "vi").json(&body);
        read(&Method::PUT, path, request.send().await?).await
    }

    /// Tells more of what stands at an address, resting on how it is now.
    pub async fn amend(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        let version = self.get(path).await?["version"].clone();
        let request = self.client.patch(format!("{}{path}", self.base)).bearer_auth(&self.token);
        let request = request.header("if-match", format!("\"v{version}\"")).header("accept-language", "vi");
        read(&Method::PATCH, path, request.json(&body).send().await?).await
    }

    /// Sends the bytes of a declared photo.
    pub async fn send_original(
        &self,
        photo: &str,
        media_type: &str,
        bytes: Vec<u8>,
    ) -> anyhow::Result<Value> {
        let path = format!("/v1/photos/{photo}/original");
        let digest = STANDARD.encode(Sha256::digest(&bytes));
        let request = self
            .client
            .put(format!("{}{path}", self.base))
            .bearer_auth(&self.token)
            .header("content-type", media_type)
            .header("repr-digest", format!("sha-256=:{digest}:"))
            .body(bytes);
        read(&Method::PUT, &path, request.send().await?).await
    }

    /// Sends a guidance picture of a template; gives its digest.
    pub async fn send_picture(
        &self,
        template: &str,
        media_type: &str,
        bytes: &'static [u8],
    ) -> anyhow::Result<String> {
        let digest = hex::encode(Sha256::digest(bytes));
        let path = format!("/v1/templates/{template}/pictures/{digest}");
        let request = self.client.put(format!("{}{path}", self.base)).bearer_auth(&self.token);
        let request = request.header("content-type", media_type).body(bytes);
        read(&Method::PUT, &path, request.send().await?).await?;
        Ok(digest)
    }
}

/// Sets a first password through an invitation, as whoever got its link does.
pub async fn accept_invitation(base: &str, token: &str, password: &str) -> anyhow::Result<()> {
    let path = "/v1/invitations/accept";
    let body = json!({ "token": token, "password": password });
    let answer = client()?.post(format!("{base}{path}")).json(&body).send().await?;
    read(&Method::POST, path, answer).await.map(|_| ())
}

async fn read(method: &Method, path: &str, answer: reqwest::Response) -> anyhow::Result<Value> {
    let status = answer.status();
    let text = answer.text().await?;
    if !status.is_success() {
        bail!("{method} {path} was answered {status}: {text}");
    }
    Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
}
