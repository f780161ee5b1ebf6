//! A phone with a key of its own: what it signs is written here without the product's help.

use super::{Answer, House, Visitor};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::Signer;
use p256::ecdsa::signature::Signer as _;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
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

/// What something between a phone and its server answers in the server's place: status, media type, body.
pub type Instead = (u16, &'static str, String);

/// Something that answers every request itself, as a network does that wants a sign-in of its own; its address. It is asked
/// with the request's first line and its body.
pub async fn between(answer: impl Fn(&str, &str) -> Instead + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("a bound port");
    let answer = Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((phone, _)) = listener.accept().await {
            let answer = Arc::clone(&answer);
            tokio::spawn(async move { answered(phone, &*answer).await });
        }
    });
    format!("http://{address}")
}

async fn answered(mut phone: TcpStream, answer: &(dyn Fn(&str, &str) -> Instead + Send + Sync)) {
    let (mut all, mut some) = (Vec::new(), vec![0; 64 * 1024]);
    let (head, body) = loop {
        let read = phone.read(&mut some).await.unwrap_or(0);
        if read == 0 {
            return;
        }
        all.extend_from_slice(&some[..read]);
        let text = String::from_utf8_lossy(&all).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        // What is no text counts more than its bytes when it is read as some, so this never waits for too many.
        if body.len() >= length_of(head) {
            break (head.to_owned(), body.to_owned());
        }
    };
    tell(phone, answer(head.lines().next().unwrap_or_default(), &body)).await;
}

/// How long a request's body is, as its head says.
fn length_of(head: &str) -> usize {
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    length.unwrap_or(0)
}

async fn tell(mut phone: TcpStream, (status, media_type, said): Instead) {
    let length = said.len();
    let told = format!(
        "HTTP/1.1 {status} -\r\ncontent-type: {media_type}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{said}"
    );
    let _ = phone.write_all(told.as_bytes()).await;
    let _ = phone.shutdown().await;
}

/// Something that passes requests on to a server, but for those that it answers itself; its address. It is asked with the
/// whole head of each request.
pub async fn passing(
    server: &str,
    instead: impl Fn(&str) -> Option<Instead> + Send + Sync + 'static,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("a bound port");
    let (server, instead) = (server.trim_start_matches("http://").to_owned(), Arc::new(instead));
    tokio::spawn(async move {
        while let Ok((phone, _)) = listener.accept().await {
            let (server, instead) = (server.clone(), Arc::clone(&instead));
            tokio::spawn(async move { passed(phone, &server, &*instead).await });
        }
    });
    format!("http://{address}")
}

async fn passed(
    mut phone: TcpStream,
    server: &str,
    instead: &(dyn Fn(&str) -> Option<Instead> + Send + Sync),
) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = phone.read_u8().await else { return };
        head.push(byte);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let length = u64::try_from(length_of(&head)).expect("a length");
    if let Some(said) = instead(&head) {
        let _ = tokio::io::copy(&mut (&mut phone).take(length), &mut tokio::io::sink()).await;
        return tell(phone, said).await;
    }
    let Ok(mut to) = TcpStream::connect(server).await else { return };
    // One request a connection, so that each has its head read.
    let head = format!("{}\r\nconnection: close\r\n\r\n", head.trim_end());
    if to.write_all(head.as_bytes()).await.is_ok() {
        let _ = tokio::io::copy(&mut (&mut phone).take(length), &mut to).await;
        let _ = tokio::io::copy(&mut to, &mut phone).await;
    }
    let _ = phone.shutdown().await;
}
