//! People of a test: accounts made as the command line makes them, signed in as a phone signs them in.

use super::{Answer, House, Visitor};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fieldproof::domain::actor::{Grant, Role};
use fieldproof::domain::ids::{AccountId, OwnerId};
use fieldproof::flows::accounts::{Wanted, command};
use serde_json::Value;
use sha2::Digest;
use uuid::Uuid;

/// Everybody's password.
pub const PASSWORD: &str = "mưa rơi trên phố cổ";
/// The client everybody signs in with.
pub const CLIENT: &str = "fieldproof-phone";
/// Where that client is answered.
pub const REDIRECT: &str = "http://127.0.0.1:53122/callback";

/// What a phone holds after signing in.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// Access token.
    pub access: String,
    /// Refresh token.
    pub refresh: String,
}

/// The sign-in page as one browser got it.
pub struct SignInPage {
    /// Address with its query.
    pub path: String,
    /// The browser's cookie.
    pub cookie: String,
    /// The form's proof.
    pub csrf: String,
}

/// A grant on an owner, not narrowed.
pub fn role(role: Role, owner: OwnerId) -> Grant {
    Grant { role, owner: Some(owner), unit: None, campaign: None }
}

/// A PKCE pair: verifier, challenge.
pub fn pkce() -> (String, String) {
    let verifier = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    let challenge = URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(verifier.as_bytes()));
    (verifier, challenge)
}

/// The authorization request of the phone.
pub fn authorize_path(challenge: &str, state: &str) -> String {
    let query = serde_html_form::to_string([
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", REDIRECT),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
        ("state", state),
        ("device_name", "Máy của đoàn"),
    ]);
    format!("/oauth/authorize?{}", query.expect("a query"))
}

/// One parameter of a redirect's query.
pub fn parameter(location: &str, name: &str) -> Option<String> {
    let (_, query) = location.split_once('?')?;
    let pairs: Vec<(String, String)> = serde_html_form::from_str(query).ok()?;
    pairs.into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

impl House {
    /// An owner of this code.
    pub async fn owner(&self, code: &str) -> OwnerId {
        let id = Uuid::new_v4();
        let insert = "INSERT INTO owners (id, code, name, created_at) VALUES ($1::text::uuid, $2, $2, now())";
        self.sql().await.execute(insert, &[&id.to_string(), &code]).await.expect("an owner is made");
        OwnerId(id)
    }

    /// Somebody with these roles, who may sign in with [`PASSWORD`].
    pub async fn account(&self, login: &str, grants: &[Grant]) -> AccountId {
        let wanted = Wanted {
            login: login.to_owned(),
            display_name: format!("Người {login}"),
            locale: "vi".to_owned(),
            grants: grants.to_vec(),
        };
        command::create(&self.app, &wanted, PASSWORD).await.expect("an account is made")
    }

    /// Somebody with these roles, signed in on a phone.
    pub async fn person(&self, login: &str, grants: &[Grant]) -> Visitor {
        self.account(login, grants).await;
        self.bearer(&self.sign_in(login).await.access)
    }

    /// Signs somebody in as a phone does: authorization code with PKCE.
    pub async fn sign_in(&self, login: &str) -> Tokens {
        let (verifier, challenge) = pkce();
        let page = self.sign_in_page(&authorize_path(&challenge, "s")).await;
        let sent = self.send_sign_in(&page, login, PASSWORD).await;
        assert_eq!(sent.status, 303, "{}", String::from_utf8_lossy(&sent.bytes));
        let code = parameter(sent.header("location"), "code").expect("a code");
        let answer = self.trade_code(&code, &verifier).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        tokens(&answer.body)
    }

    /// Opens a page with a form, in a browser of its own.
    pub async fn sign_in_page(&self, path: &str) -> SignInPage {
        let answer = self.stranger().send("GET", path, None).await;
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.bytes));
        let cookie = answer.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
        let html = String::from_utf8(answer.bytes.clone()).expect("a page of text");
        let csrf = html.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        SignInPage { path: path.to_owned(), cookie, csrf: csrf.expect("a proof").to_owned() }
    }

    /// Fills in the form of a page.
    pub async fn send_sign_in(&self, page: &SignInPage, login: &str, password: &str) -> Answer {
        let form = [("login", login), ("password", password), ("csrf", &page.csrf)];
        let stranger = self.stranger();
        let request = stranger.request("POST", &page.path).header("cookie", &page.cookie).form(&form);
        stranger.answer(request).await
    }

    /// Sends a form to the token endpoint or beside it.
    pub async fn form(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let stranger = self.stranger();
        stranger.answer(stranger.request("POST", path).form(form)).await
    }

    /// Trades a code of the phone.
    pub async fn trade_code(&self, code: &str, verifier: &str) -> Answer {
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", CLIENT),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", verifier),
        ];
        self.form("/oauth/token", &form).await
    }

    /// Trades a refresh token of the phone.
    pub async fn refresh(&self, token: &str) -> Answer {
        let form = [("grant_type", "refresh_token"), ("client_id", CLIENT), ("refresh_token", token)];
        self.form("/oauth/token", &form).await
    }
}

/// The tokens in an answer.
pub fn tokens(body: &Value) -> Tokens {
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    Tokens { access: text("access_token"), refresh: text("refresh_token") }
}
