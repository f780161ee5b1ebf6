//! Whom a phone trusts, and who may use it: the installation it is signed in to, and the person who is.

use super::{capture, folder, phone_of};
use crate::harness::people::{PASSWORD, role};
use crate::harness::phone::passing;
use crate::harness::{House, pictures};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::Signer;
use fieldproof::domain::actor::Role;
use fieldproof_phone::shelf::Kept;
use fieldproof_phone::sign_in::{PHONE_SCOPE, Session, sign_in};
use fieldproof_phone::{Failure, Line, Shelf};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn what_one_person_captured_is_not_sent_in_the_name_of_another() {
    let house = House::open().await;
    let scene = house.scene().await;
    let owner = house.owner("snv").await;
    let root = folder();
    let shelf = Shelf::open(&root).unwrap();
    let mut sessions = Vec::new();
    for login in ["truongdoan", "thanhvien"] {
        house.account(login, &[role(Role::TeamLead, owner)]).await;
        sessions.push(sign_in(&house.url, (login, PASSWORD), "Máy", PHONE_SCOPE).await.unwrap());
    }
    assert!(sessions[0].account.is_some() && sessions[0].account != sessions[1].account);
    shelf.keep_sign_in(&sessions[0]).await.unwrap();
    let photo = capture(scene.visit, &shelf, &pictures::sharp(20));
    let no = shelf.keep_sign_in(&sessions[1]).await.unwrap_err().to_string();
    assert!(no.contains("1 photos and 0 changes of truongdoan"), "{no}");
    let kept = || Session::kept(&shelf.session()).unwrap().login.unwrap();
    assert_eq!(kept(), "truongdoan");
    shelf.discard_photo(photo, true).unwrap();
    shelf.keep_sign_in(&sessions[1]).await.unwrap();
    assert_eq!(kept(), "thanhvien");
    // A line of the first one does not go on with what the second one holds.
    let over = Session { access_token: "of yesterday".to_owned(), ..sessions[0].clone() };
    let line = Line::of(&house.url, over, Some(shelf.session())).unwrap();
    match line.get("/v1/me").await {
        Err(Failure::SignedOut(why)) => assert!(why.contains("somebody else"), "{why}"),
        other => panic!("{other:?}"),
    }
    // Nor does anybody's go anywhere else.
    let no = Line::of("https://fieldproof.example", sessions[1].clone(), None).unwrap_err().to_string();
    assert!(no.contains(&format!("signed in at {}", house.url)), "{no}");
    std::fs::remove_dir_all(&root).unwrap();
    house.end().await;
}

/// A receipt as somebody else would sign it, and the key for it.
fn forged(issuer: &str, photo: &Kept) -> (String, Value) {
    let secret = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
    let part = |of: Value| URL_SAFE_NO_PAD.encode(of.to_string());
    let head = part(json!({ "alg": "EdDSA", "typ": "fieldproof-receipt+jwt", "kid": "theirs" }));
    let now = jiff::Timestamp::now();
    let claims = part(json!({ "iss": issuer, "sub": photo.id, "photo": photo.id, "visit": photo.visit,
        "sha256": photo.sha256, "size_bytes": photo.size_bytes, "stored_at": now, "verified_at": now,
        "log_number": 1 }));
    let signature = secret.sign(format!("{head}.{claims}").as_bytes());
    let key = json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": "theirs",
        "purpose": "notary", "x": URL_SAFE_NO_PAD.encode(secret.verifying_key().as_bytes()) });
    (format!("{head}.{claims}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes())), key)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_of_an_installation_that_it_is_not_signed_in_to_lets_nothing_go() {
    let house = House::open().await;
    let scene = house.scene().await;
    let root = folder();
    let shelf = Shelf::open(&root).unwrap();
    let id = capture(scene.visit, &shelf, &pictures::sharp(21));
    let (receipt, key) = forged("https://other.example", &shelf.held().unwrap()[0]);
    let between = passing(&house.url, move |head| {
        let answer = |of: Value| Some((200, "application/json", of.to_string()));
        if head.contains("/v1/photos/have") {
            let told = json!({ "photo": id, "state": "verified", "wanted": false, "receipt": receipt });
            return answer(json!({ "photos": [told] }));
        }
        head.contains("/.well-known/jwks.json").then(|| answer(json!({ "keys": [key] }))).flatten()
    })
    .await;
    let round = phone_of(&between, &scene.phone, &shelf).round().await.unwrap();
    assert_eq!((round.let_go, round.held), (0, 1), "{round:?}");
    assert!(round.doubt.is_some_and(|why| why.contains("another installation")));
    assert!(shelf.original(id).exists());
    std::fs::remove_dir_all(&root).unwrap();
    house.end().await;
}
