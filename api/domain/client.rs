//! Programs that ask on somebody's behalf or on their own: registration, redirect rules, PKCE, OAuth's own words.

use crate::actor::Scope;
use crate::ids::OwnerId;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::Digest;

/// OAuth's error codes (RFC 6749 §4.1.2.1 and §5.2, RFC 8707 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// Something is missing, twice, or wrong.
    InvalidRequest,
    /// Nobody we know, or not proven.
    InvalidClient,
    /// A code or refresh token that does not hold.
    InvalidGrant,
    /// This client may not do it this way.
    UnauthorizedClient,
    /// Another way than the three we know.
    UnsupportedGrantType,
    /// Another answer than a code.
    UnsupportedResponseType,
    /// More than the client is registered for.
    InvalidScope,
    /// Another resource than this installation.
    InvalidTarget,
    /// A part of the server is away; the same again later.
    TemporarilyUnavailable,
    /// A fault of ours.
    ServerError,
}

impl Code {
    /// Every code.
    pub const ALL: [Self; 10] = [
        Self::InvalidRequest,
        Self::InvalidClient,
        Self::InvalidGrant,
        Self::UnauthorizedClient,
        Self::UnsupportedGrantType,
        Self::UnsupportedResponseType,
        Self::InvalidScope,
        Self::InvalidTarget,
        Self::TemporarilyUnavailable,
        Self::ServerError,
    ];

    /// As sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::ServerError => "server_error",
        }
    }
}

/// The ways to a token that we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantType {
    /// A code that the sign-in page gave (RFC 6749 §4.1).
    AuthorizationCode,
    /// The refresh token of an earlier answer (RFC 6749 §6).
    RefreshToken,
    /// A program for itself (RFC 6749 §4.4).
    ClientCredentials,
}

impl GrantType {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::AuthorizationCode, Self::RefreshToken, Self::ClientCredentials];

    /// As sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
        }
    }

    /// Reads a way as sent.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.as_str() == text)
    }
}

/// A refusal in OAuth's own words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {description}", code.as_str())]
pub struct No {
    /// Which of OAuth's codes.
    pub code: Code,
    /// What was wrong, for the developer of the client.
    pub description: &'static str,
}

impl No {
    /// A refusal.
    #[must_use]
    pub fn new(code: Code, description: &'static str) -> Self {
        Self { code, description }
    }
}

/// Whether a client can keep a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientKind {
    /// An app on somebody's phone: PKCE alone.
    Public,
    /// A server: has a secret, may ask on its own behalf.
    Confidential,
}

impl ClientKind {
    /// As stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Confidential => "confidential",
        }
    }

    /// Reads a stored kind.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Public, Self::Confidential].into_iter().find(|k| k.as_str() == text)
    }
}

/// A registered client.
#[derive(Clone, Debug)]
pub struct Client {
    /// What it calls itself in requests.
    pub id: String,
    /// What people are told.
    pub name: String,
    /// Whether it can keep a secret.
    pub kind: ClientKind,
    /// SHA-256 of the secret.
    pub secret_hash: Option<Vec<u8>>,
    /// Where answers may be sent.
    pub redirect_uris: Vec<String>,
    /// What it may ask for.
    pub scopes: Vec<Scope>,
    /// The owner whose data it may read on its own behalf.
    pub owner: Option<OwnerId>,
}

/// Why a registration was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadClient {
    /// The id.
    #[error("a client id has 3 to 64 characters of a-z, 0-9, '.', '_' and '-'")]
    Id,
    /// The name.
    #[error("the name {0}")]
    Name(crate::text::BadText),
    /// A redirect URI.
    #[error(
        "{0:?} is no redirect URI we take: https, http on 127.0.0.1 or [::1], or an app's own scheme with a dot (com.example.app:/callback); no fragment"
    )]
    Redirect(String),
    /// A scope.
    #[error("{0:?} is no scope")]
    Scope(String),
    /// Nothing it could do.
    #[error("a client needs at least one scope")]
    NoScope,
    /// A public client without redirect URI.
    #[error("a public client needs a redirect URI")]
    NoRedirect,
    /// A public client with an owner, or a confidential one without.
    #[error("a confidential client reads on behalf of an owner, a public one never")]
    Owner,
}

/// Whether a text can be the id of a client at all: 3 to 64 of `a-z`, `0-9`, `.`, `_` and `-`.
#[must_use]
pub fn is_client_id(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    (3..=64).contains(&text.len()) && text.chars().all(plain)
}

impl Client {
    /// Checks a registration.
    ///
    /// # Errors
    /// [`BadClient`], the first that applies.
    pub fn register(
        id: &str,
        name: &str,
        kind: ClientKind,
        redirect_uris: Vec<String>,
        scopes: &[String],
        owner: Option<OwnerId>,
    ) -> Result<Self, BadClient> {
        if !is_client_id(id) {
            return Err(BadClient::Id);
        }
        let name = crate::text::required(name, 80).map_err(BadClient::Name)?;
        if let Some(wrong) = redirect_uris.iter().find(|uri| !redirect_allowed(uri)) {
            return Err(BadClient::Redirect(wrong.clone()));
        }
        let mut read = Vec::new();
        for scope in scopes {
            read.push(Scope::parse(scope).ok_or_else(|| BadClient::Scope(scope.clone()))?);
        }
        if read.is_empty() {
            return Err(BadClient::NoScope);
        }
        if kind == ClientKind::Public && redirect_uris.is_empty() {
            return Err(BadClient::NoRedirect);
        }
        if (kind == ClientKind::Confidential) != owner.is_some() {
            return Err(BadClient::Owner);
        }
        Ok(Self { id: id.to_owned(), name, kind, secret_hash: None, redirect_uris, scopes: read, owner })
    }

    /// Whether an answer may be sent to this address: exactly as registered, but for the port of a loopback address,
    /// which an app takes as it comes (RFC 8252 §7.3).
    #[must_use]
    pub fn may_redirect_to(&self, uri: &str) -> bool {
        self.redirect_uris.iter().any(|registered| {
            registered == uri
                || match (loopback(registered), loopback(uri)) {
                    (Some(ours), Some(asked)) => ours == asked,
                    _ => false,
                }
        })
    }

    /// The scopes a request asks for; all the client's where it asks for none.
    ///
    /// # Errors
    /// `invalid_scope` for one that is unknown or not registered.
    pub fn scopes_asked(&self, asked: Option<&str>) -> Result<Vec<Scope>, No> {
        let Some(asked) = asked.filter(|asked| !asked.trim().is_empty()) else {
            return Ok(self.scopes.clone());
        };
        let mut scopes = Vec::new();
        for token in asked.split(' ').filter(|token| !token.is_empty()) {
            let scope = Scope::parse(token).filter(|scope| self.scopes.contains(scope));
            let scope =
                scope.ok_or(No::new(Code::InvalidScope, "a scope is unknown or not this client's"))?;
            if !scopes.contains(&scope) {
                scopes.push(scope);
            }
        }
        Ok(scopes)
    }
}

/// Host and path of a plain http loopback address, the port left out.
fn loopback(uri: &str) -> Option<(&str, &str)> {
    let rest = uri.strip_prefix("http://")?;
    let slash = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(slash)?;
    let (host, port) =
        match ["127.0.0.1", "[::1]"].into_iter().find_map(|h| Some((h, authority.strip_prefix(h)?))) {
            Some((host, "")) => (host, "80"),
            Some((host, port)) => (host, port.strip_prefix(':')?),
            None => return None,
        };
    let numeric = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok();
    numeric.then_some((host, path))
}

fn redirect_allowed(uri: &str) -> bool {
    let printable =
        uri.len() <= 300 && uri.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}#'*;,".contains(&b));
    if !printable {
        return false;
    }
    if let Some(rest) = uri.strip_prefix("https://") {
        let host = rest.split(['/', '?']).next().unwrap_or_default();
        return host.contains('.') && !host.contains('@');
    }
    if uri.starts_with("http:") {
        return loopback(uri).is_some();
    }
    // RFC 8252 §7.1: a scheme of the app's own is a domain name turned round, so it has a dot.
    let Some((scheme, rest)) = uri.split_once(':') else { return false };
    scheme.contains('.')
        && scheme.starts_with(|c: char| c.is_ascii_lowercase())
        && scheme.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-+".contains(&b))
        && rest.starts_with('/')
}

/// A PKCE challenge (RFC 7636), method S256 only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge(String);

impl Challenge {
    /// Reads `code_challenge` and `code_challenge_method`.
    ///
    /// # Errors
    /// `invalid_request` for another method than S256 (`plain` is the default of the RFC, so it must be said), and
    /// for what is no SHA-256.
    pub fn parse(challenge: Option<&str>, method: Option<&str>) -> Result<Self, No> {
        let challenge = challenge.ok_or(No::new(Code::InvalidRequest, "code_challenge is missing"))?;
        if method != Some("S256") {
            return Err(No::new(Code::InvalidRequest, "code_challenge_method must be S256"));
        }
        match URL_SAFE_NO_PAD.decode(challenge) {
            Ok(bytes) if bytes.len() == 32 => Ok(Self(challenge.to_owned())),
            _ => Err(No::new(Code::InvalidRequest, "code_challenge is no base64url of a SHA-256")),
        }
    }

    /// As stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a verifier belongs to a stored challenge: 43 to 128 unreserved characters (RFC 7636 §4.1).
#[must_use]
pub fn verifies(verifier: &str, challenge: &str) -> bool {
    let unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    (43..=128).contains(&verifier.len())
        && verifier.bytes().all(unreserved)
        && URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(verifier.as_bytes())) == challenge
}

/// Writes scopes as one `scope` value.
#[must_use]
pub fn write_scopes(scopes: &[Scope]) -> String {
    scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(uris: &[&str]) -> Result<Client, BadClient> {
        let uris = uris.iter().map(|u| (*u).to_owned()).collect();
        Client::register("an-app", "App", ClientKind::Public, uris, &["profile".to_owned()], None)
    }

    #[test]
    fn only_safe_redirects_are_registered() {
        for good in [
            "https://app.example.vn/callback?x=1",
            "http://127.0.0.1/callback",
            "http://[::1]:4000/",
            "vn.fieldproof.phone:/callback",
        ] {
            assert!(client(&[good]).is_ok(), "{good}");
        }
        for bad in [
            "http://localhost/callback",
            "http://127.0.0.1.evil.example/",
            "http://127.0.0.1@evil.example/",
            "http://example.vn/",
            "https://a.vn/#f",
            "https://u@a.vn/",
            "javascript:alert(1)",
            "fieldproof:/callback",
            "vn.fieldproof:callback",
            "https://*.example.vn/",
            "",
        ] {
            assert!(client(&[bad]).is_err(), "{bad}");
        }
    }

    #[test]
    fn redirects_match_exactly_but_for_a_loopback_port() {
        let Ok(app) = client(&["http://127.0.0.1/callback", "https://a.vn/cb"]) else { panic!("registers") };
        assert!(app.may_redirect_to("http://127.0.0.1:53122/callback"));
        assert!(app.may_redirect_to("https://a.vn/cb"));
        for other in [
            "http://127.0.0.1:53122/callback/",
            "http://127.0.0.1:99999/callback",
            "http://127.0.0.1:/callback",
            "http://[::1]:1/callback",
            "http://127.0.0.1:1@evil.vn/callback",
            "https://a.vn:443/cb",
            "https://a.vn/cb?x",
            "https://A.vn/cb",
        ] {
            assert!(!app.may_redirect_to(other), "{other}");
        }
    }

    #[test]
    fn the_example_of_rfc_7636_verifies_and_plain_does_not() {
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert!(verifies("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", challenge));
        assert!(!verifies(challenge, challenge));
        assert!(Challenge::parse(Some(challenge), Some("plain")).is_err());
        assert!(Challenge::parse(Some(challenge), None).is_err());
        assert!(Challenge::parse(Some("short"), Some("S256")).is_err());
    }
}
