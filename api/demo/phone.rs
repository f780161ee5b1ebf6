//! A phone that knows nothing but the public API: signs in with PKCE, sends JSON, sends photos.

use anyhow::{Context, bail};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use reqwest::Method;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The client program the phone is, registered with every installation.
const CLIENT_ID: &str = "fieldproof-phone";
/// Where the sign-in page sends the code (RFC 8252 §7.3: any port on loopback).
const REDIRECT: &str = "http://127.0.0.1:53682/callback";

/// Somebody signed in on a device.
#[derive(Clone)]
pub struct Phone {
    base: String,
    token: String,
    client: reqwest::Client,
}

fn client() -> anyhow::Result<reqwest::Client> {
    Ok(reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?)
}

fn secret_text() -> String {
    URL_SAFE_NO_PAD.encode(crate::flows::random_bytes::<32>())
}

impl Phone {
    /// Signs in as a phone does: the sign-in page in a browser, a code on loopback, tokens.
    pub async fn sign_in(base: &str, login: &str, password: &str, device: &str) -> anyhow::Result<Self> {
        let client = client()?;
        let (verifier, state) = (secret_text(), secret_text());
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        let scope = "profile accounts:read accounts:write units:read units:write templates:read templates:write \
                     campaigns:read campaigns:write visits:read visits:write photos:read photos:write originals:read";
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
        let answered = client
            .post(absolute(base, &address, &action))
            .header(COOKIE, cookies)
            .form(&fields)
            .send()
            .await?;
        let status = answered.status();
        let location =
            answered.headers().get(LOCATION).and_then(|l| l.to_str().ok()).unwrap_or_default().to_owned();
        if !location.starts_with(REDIRECT) {
            bail!("sign-in as {login} was answered {status}, not with a code");
        }
        let query = reqwest::Url::parse(&location)?;
        let parameter =
            |name: &str| query.query_pairs().find(|(n, _)| n == name).map(|(_, v)| v.into_owned());
        if parameter("state").as_deref() != Some(&state) {
            bail!("the sign-in page returned another state");
        }
        let code = parameter("code").with_context(|| format!("no code in {location}"))?;
        let tokens: Value = client
            .post(format!("{base}/oauth/token"))
            .form(&[
                ("grant_type", "authorization_code"),
                ("code", &code),
                ("redirect_uri", REDIRECT),
                ("client_id", CLIENT_ID),
                ("code_verifier", &verifier),
            ])
            .send()
            .await?
            .error_for_status()?
            .json()
            .await?;
        let token = tokens["access_token"].as_str().context("no access token")?.to_owned();
        Ok(Self { base: base.to_owned(), token, client })
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
