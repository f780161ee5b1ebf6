//! A phone with a key of its own: what it signs is written here without the product's help.

use super::{Answer, House, Visitor};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::Signer;
use p256::ecdsa::signature::Signer as _;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::atomic::{AtomicU64, Ordering};
use uuid::Uuid;

enum Secret {
    Ed25519(ed25519_dalek::SigningKey),
    P256(p256::ecdsa::SigningKey),
}

/// A phone.
pub struct Phone {
    secret: Secret,
}

static MADE: AtomicU64 = AtomicU64::new(1);

/// Bytes that no other key was made of.
fn seed() -> [u8; 32] {
    let number = MADE.fetch_add(1, Ordering::SeqCst);
    Sha256::digest(format!("{number} {}", Uuid::new_v4())).into()
}

impl Phone {
    /// One whose key is Ed25519.
    pub fn new() -> Self {
        Self { secret: Secret::Ed25519(ed25519_dalek::SigningKey::from_bytes(&seed())) }
    }

    /// One whose key lives in a secure element: P-256.
    pub fn with_p256() -> Self {
        Self { secret: Secret::P256(p256::ecdsa::SigningKey::from_slice(&seed()).expect("a key")) }
    }

    /// Its public key.
    pub fn jwk(&self) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match &self.secret {
            Secret::Ed25519(key) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": text(key.verifying_key().as_bytes()) })
            }
            Secret::P256(key) => {
                let point = key.verifying_key().to_encoded_point(false);
                let part = |of: Option<&p256::FieldBytes>| text(of.expect("a coordinate"));
                json!({ "kty": "EC", "crv": "P-256", "x": part(point.x()), "y": part(point.y()) })
            }
        }
    }

    /// How it signs.
    pub fn alg(&self) -> &'static str {
        match &self.secret {
            Secret::Ed25519(_) => "EdDSA",
            Secret::P256(_) => "ES256",
        }
    }

    /// The thumbprint of its key (RFC 7638).
    pub fn key_id(&self) -> String {
        let jwk = self.jwk();
        let of = |name: &str| jwk[name].as_str().unwrap_or_default().to_owned();
        let text = match &self.secret {
            Secret::Ed25519(_) => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, of("x")),
            Secret::P256(_) => format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, of("x"), of("y")),
        };
        URL_SAFE_NO_PAD.encode(Sha256::digest(text))
    }

    /// Its signature over a text, in base64url.
    pub fn sign(&self, text: &str) -> String {
        match &self.secret {
            Secret::Ed25519(key) => URL_SAFE_NO_PAD.encode(key.sign(text.as_bytes()).to_bytes()),
            Secret::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(text.as_bytes());
                URL_SAFE_NO_PAD.encode(signature.to_bytes())
            }
        }
    }

    /// What it sends to be let in by a code, as the phone of this person.
    pub fn request(&self, house: &House, account: Uuid, code: &str) -> Value {
        let text = format!(
            r#"{{"account":"{account}","code_sha256":"{}","issuer":"{}","key_id":"{}","purpose":"fieldproof-device-enrolment"}}"#,
            hex::encode(Sha256::digest(code)),
            house.url,
            self.key_id()
        );
        json!({ "code": code, "key": self.jwk(), "proof": self.sign(&text), "name": "Máy của đoàn",
            "model": "Samsung Galaxy A15" })
    }

    /// Asks to be let in.
    pub async fn enrol(&self, house: &House, (account, by): (Uuid, &Visitor), code: &str) -> Answer {
        by.send("POST", "/v1/devices", Some(&self.request(house, account, code))).await
    }

    /// Is let in by a code of a lead; its id as a device.
    pub async fn let_in(
        &self,
        house: &House,
        (owner, lead): (Uuid, &Visitor),
        (account, by): (Uuid, &Visitor),
    ) -> Uuid {
        let code = code(lead, owner, account).await;
        let answer = self.enrol(house, (account, by), &code).await;
        assert!([200, 201].contains(&answer.status), "{}", answer.body);
        answer.body["id"].as_str().and_then(|id| id.parse().ok()).expect("an id")
    }
}

/// A code for somebody's phone.
pub async fn code(lead: &Visitor, owner: Uuid, account: Uuid) -> String {
    let (status, issued) = lead.post("/v1/enrolments", &json!({ "owner": owner, "account": account })).await;
    assert_eq!(status, 201, "{issued}");
    issued["code"].as_str().expect("a code").to_owned()
}
