//! What keeps strangers out: forged forms, guessed passwords, forged tokens.

use crate::harness::House;
use crate::harness::people::{PASSWORD, authorize_path, pkce};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fieldproof::domain::key::{Purpose, Stage};
use fieldproof::flows;
use fieldproof::identity::keyring::Key;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_was_not_shown_to_this_browser_is_refused() {
    let house = House::open().await;
    house.account("lan", &[]).await;
    let path = authorize_path(&pkce().1, "s");
    let page = house.sign_in_page(&path).await;
    let other = house.sign_in_page(&path).await;
    let stranger = house.stranger();
    for (cookie, csrf) in [
        (page.cookie.as_str(), other.csrf.as_str()),
        ("", page.csrf.as_str()),
        (page.cookie.as_str(), ""),
        ("fieldproof_form=x", page.csrf.as_str()),
    ] {
        let form = [("login", "lan"), ("password", PASSWORD), ("csrf", csrf)];
        for path in [path.as_str(), "/login"] {
            let request = stranger.request("POST", path).header("cookie", cookie).form(&form);
            assert_eq!(stranger.answer(request).await.status, 403, "{path} {cookie}");
        }
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_signs_in_and_out_and_only_by_forms_of_ours() {
    let house = House::open().await;
    house.account("lan", &[]).await;
    let page = house.sign_in_page("/login").await;
    let sent = house.send_sign_in(&page, "lan", PASSWORD).await;
    assert_eq!((sent.status, sent.header("location")), (303, "/review"));
    let set = sent.header("set-cookie").to_owned();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Strict"), "{set}");
    let cookie = set.split(';').next().unwrap_or_default().to_owned();
    let value = cookie.split_once('=').map(|(_, value)| value.to_owned()).unwrap_or_default();
    let session = flows::sessions::browser(&house.app, &value).await.expect("an answer").expect("a session");

    let stranger = house.stranger();
    let out = |csrf: String| {
        let request = stranger.request("POST", "/logout").header("cookie", &cookie);
        stranger.answer(request.form(&[("csrf", csrf)]))
    };
    assert_eq!(out(String::new()).await.status, 403);
    assert!(flows::sessions::browser(&house.app, &value).await.expect("an answer").is_some());
    let left = out(session.csrf).await;
    assert_eq!((left.status, left.header("location")), (303, "/login"));
    assert!(flows::sessions::browser(&house.app, &value).await.expect("an answer").is_none());
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_from_elsewhere_opens_for_who_is_signed_in() {
    let house = House::open().await;
    house.account("lan", &[]).await;
    let page = house.sign_in_page("/login").await;
    let sent = house.send_sign_in(&page, "lan", PASSWORD).await;
    let cookie = sent.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
    let stranger = house.stranger();
    let follow = async |site: &str, cookie: &str| {
        let request = stranger.request("GET", "/review?state=sealed").header("cookie", cookie);
        let request = request.header("sec-fetch-site", site).header("sec-fetch-mode", "navigate");
        stranger.answer(request).await
    };
    // What a browser does with a link in a mail: it keeps the cookie back, then is asked by our own page.
    let kept_back = follow("cross-site", "").await;
    assert_eq!((kept_back.status, kept_back.header("refresh")), (200, "0; url=/review?state=sealed"));
    assert_eq!(kept_back.header("cache-control"), "no-store");
    let then = follow("same-origin", &cookie).await;
    assert_eq!((then.status, then.header("refresh")), (200, ""));
    let nobody = follow("same-origin", "").await;
    assert_eq!((nobody.status, nobody.header("location")), (303, "/login?then=%2Freview%3Fstate%3Dsealed"));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cookies_are_bound_to_the_host_where_https_allows_it() {
    let house = House::open_with(&[("FIELDPROOF_PUBLIC_URL", "https://fieldproof.example")]).await;
    let answer = house.stranger().send("GET", "/login", None).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-fieldproof_form=") && cookie.contains("; Secure"), "{cookie}");
    let policy = answer.header("content-security-policy");
    assert!(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"), "{policy}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_login_and_a_wrong_password_look_alike() {
    let house = House::open().await;
    house.account("lan", &[]).await;
    let path = authorize_path(&pkce().1, "s");
    let mut seen = Vec::new();
    for login in ["lan", "nobody", "x", "\u{202E}", ""] {
        let page = house.sign_in_page(&path).await;
        let answer = house.send_sign_in(&page, login, "not the password").await;
        let html = String::from_utf8(answer.bytes.clone()).expect("text");
        let html = html.replace(&page.csrf, "(proof)").replace(&format!("value=\"{login}\""), "");
        let html = html.replace(" autofocus", "");
        seen.push((answer.status, html));
    }
    assert_eq!(seen[0].0, 401);
    assert!(seen[0].1.contains("Tên đăng nhập hoặc mật khẩu không đúng."));
    assert!(seen.iter().all(|one| *one == seen[0]));
    house.close().await;
}

/// Status, length of the body, and headers of an answer.
type Head = (u16, usize, BTreeSet<(String, String)>);

/// How long each of three sign-ins takes that should not be told apart: a wrong password, a login that nobody has, the
/// right password of an account that may not sign in. Tried in turns and never throttled; the median of each. Heads
/// of the answers are gathered in `heads`.
async fn times(house: &House, heads: &mut BTreeSet<Head>) -> [Duration; 3] {
    const ROUNDS: usize = 40;
    let tried = [("lan", "not the password"), ("lam", "not the password"), ("hoa", PASSWORD)];
    let of_its_own = ["x-request-id", "date", "set-cookie"];
    let mut took = [Vec::new(), Vec::new(), Vec::new()];
    for round in 0..ROUNDS {
        for which in (0..3).map(|shift| (round + shift) % 3) {
            house.wait_s(3600);
            let page = house.sign_in_page("/login").await;
            let begun = Instant::now();
            let answer = house.send_sign_in(&page, tried[which].0, tried[which].1).await;
            took[which].push(begun.elapsed());
            let head = answer.all_headers().filter(|(name, _)| !of_its_own.contains(&name.as_str()));
            heads.insert((answer.status, answer.bytes.len(), head.collect()));
        }
    }
    took.map(|mut all| {
        all.sort_unstable();
        all[ROUNDS / 2]
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_login_takes_as_long_as_a_wrong_password_and_says_the_same_in_its_head() {
    let house = House::open().await;
    house.account("lan", &[]).await;
    house.account("hoa", &[]).await;
    let disable = "UPDATE accounts SET state = 'disabled', disabled_at = now() WHERE login = 'hoa'";
    house.sql().await.execute(disable, &[]).await.expect("hoa is disabled");
    let mut heads = BTreeSet::new();
    let mut seen = Vec::new();
    // A busy machine makes any one comparison noisy; a difference of ours would be there in every one.
    let is_alike = loop {
        let [known, unknown, disabled] = times(&house, &mut heads).await;
        let allowed = (known / 20).max(Duration::from_millis(10));
        let is_alike = [unknown, disabled].iter().all(|other| known.abs_diff(*other) <= allowed);
        seen.push([known, unknown, disabled]);
        if is_alike || seen.len() == 4 {
            break is_alike;
        }
    };
    assert!(is_alike, "{seen:?}");
    assert_eq!(heads.len(), 1, "{heads:?}");
    assert_eq!(heads.first().map(|head| head.0), Some(401));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zero_byte_is_nobody_s_login_and_nobody_s_client() {
    let house = House::open().await;
    house.account("lan", &[]).await;
    let page = house.sign_in_page("/login").await;
    for login in ["lan\0", "\0", "a\0b"] {
        assert_eq!(house.send_sign_in(&page, login, PASSWORD).await.status, 401, "{login:?}");
    }
    let form =
        [("grant_type", "refresh_token"), ("client_id", "a\0b"), ("refresh_token", "x\0"), ("token", "x\0")];
    for path in ["/oauth/token", "/oauth/revoke"] {
        let answer = house.form(path, &form).await;
        assert_eq!((answer.status, answer.body["error"].as_str()), (401, Some("invalid_client")), "{path}");
    }
    let asked = house.stranger().send("GET", "/oauth/authorize?client_id=a%00b&redirect_uri=x", None).await;
    assert_eq!(asked.status, 400);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_slowed_down_and_locks_nobody_out() {
    let house = House::open().await;
    house.account("lan", &[]).await;
    house.account("minh", &[]).await;
    let page = house.sign_in_page("/login").await;
    let mut statuses = Vec::new();
    for _ in 0..12 {
        let stranger = house.stranger();
        let form = [("login", "lan"), ("password", "a guess of mine"), ("csrf", &page.csrf)];
        let request = stranger.request("POST", "/login").header("cookie", &page.cookie);
        // Nobody trusts this peer, so what it says about itself changes nothing.
        let request = request.header("x-forwarded-for", format!("10.0.0.{}", statuses.len()));
        statuses.push(stranger.answer(request.form(&form)).await.status);
    }
    assert_eq!(statuses[..5], [401; 5]);
    assert_eq!(statuses[11], 429, "{statuses:?}");
    let right = house.send_sign_in(&page, "lan", PASSWORD).await;
    assert_eq!(right.status, 429, "the right password is not looked at meanwhile");
    assert!(right.header("retry-after").parse::<u32>().is_ok());
    assert_eq!(house.send_sign_in(&page, "minh", PASSWORD).await.status, 303, "others go on");
    house.wait_s(900);
    assert_eq!(house.send_sign_in(&page, "lan", PASSWORD).await.status, 303, "and so does lan, later");
    house.close().await;
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn opened(token: &str, index: usize) -> Value {
    let text = token.split('.').nth(index).unwrap_or_default();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).expect("base64url")).expect("JSON")
}

fn with(value: &Value, name: &str, to: Value) -> Value {
    let mut value = value.clone();
    value[name] = to;
    value
}

#[tokio::test(flavor = "multi_thread")]
async fn no_forged_token_is_taken() {
    let house = House::open().await;
    house.account("lan", &[]).await;
    let held = house.sign_in("lan").await.access;
    let (head, claims) = (opened(&held, 0), opened(&held, 1));
    let parts: Vec<&str> = held.split('.').collect();
    let (signature, now) = (parts[2], claims["iat"].as_i64().expect("a time"));
    let ours = flows::keys::active(&house.app, Purpose::Access).await.expect("a key");
    let notary = flows::keys::notary(&house.app).await.expect("a key");
    let alien = Key::generate(Purpose::Access, Stage::Active);
    let signed = |key: &Key, head: &Value, claims: &Value| {
        use ed25519_dalek::Signer;
        let text = format!("{}.{}", part(head), part(claims));
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(key.signing.sign(text.as_bytes()).to_bytes()))
    };
    let properly = |claims: &Value| signed(&ours, &head, claims);
    let hs256 = |secret: &[u8]| {
        let mut head = Header::new(Algorithm::HS256);
        head.typ = Some("at+jwt".to_owned());
        head.kid = Some(ours.kid.clone());
        jsonwebtoken::encode(&head, &claims, &EncodingKey::from_secret(secret)).expect("a token")
    };
    assert_eq!(house.bearer(&properly(&claims)).get("/v1/me").await.0, 200, "the forger's tool works");

    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(alien.public()) });
    let forged: Vec<(&str, String)> = vec![
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("alg none", format!("{}.{}.", part(&with(&head, "alg", json!("none"))), parts[1])),
        ("alg None", format!("{}.{}.", part(&with(&head, "alg", json!("None"))), parts[1])),
        (
            "alg none, old signature",
            format!("{}.{}.{signature}", part(&with(&head, "alg", json!("none"))), parts[1]),
        ),
        ("hs256 with the public key", hs256(&ours.public())),
        ("hs256 with nothing", hs256(b"")),
        ("hs256 with the public key in hex", hs256(hex::encode(ours.public()).as_bytes())),
        ("rs256 claimed", format!("{}.{}.{signature}", part(&with(&head, "alg", json!("RS256"))), parts[1])),
        ("es256 claimed", format!("{}.{}.{signature}", part(&with(&head, "alg", json!("ES256"))), parts[1])),
        ("signed by a stranger", signed(&alien, &head, &claims)),
        ("stranger's kid", signed(&alien, &with(&head, "kid", json!(alien.kid)), &claims)),
        ("no kid", signed(&ours, &json!({ "alg": "EdDSA", "typ": "at+jwt" }), &claims)),
        ("kid of a file", signed(&alien, &with(&head, "kid", json!("../../dev/null")), &claims)),
        ("kid of a query", signed(&alien, &with(&head, "kid", json!("' OR 1=1 --")), &claims)),
        ("embedded jwk", signed(&alien, &with(&head, "jwk", jwk), &claims)),
        ("jku", signed(&ours, &with(&head, "jku", json!("http://127.0.0.1:9/jwks")), &claims)),
        ("x5u", signed(&ours, &with(&head, "x5u", json!("http://127.0.0.1:9/x")), &claims)),
        ("x5c", signed(&ours, &with(&head, "x5c", json!(["AA=="])), &claims)),
        ("crit", signed(&ours, &with(&head, "crit", json!(["exp"])), &claims)),
        ("typ JWT", signed(&ours, &with(&head, "typ", json!("JWT")), &claims)),
        ("notary's key", signed(&notary, &with(&head, "kid", json!(notary.kid)), &claims)),
        ("changed claims", format!("{}.{}.{signature}", parts[0], part(&with(&claims, "sub", json!("x"))))),
        ("other subject", properly(&with(&claims, "sub", json!("7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11")))),
        ("other issuer", properly(&with(&claims, "iss", json!("https://elsewhere.example")))),
        ("other audience", properly(&with(&claims, "aud", json!("https://elsewhere.example")))),
        ("audiences", properly(&with(&claims, "aud", json!([claims["aud"], "x"])))),
        ("other client", properly(&with(&claims, "client_id", json!("another")))),
        ("other session", properly(&with(&claims, "sid", json!("7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11")))),
        ("expired", properly(&with(&claims, "exp", json!(now - 60)))),
        ("not yet", properly(&with(&claims, "nbf", json!(now + 3600)))),
        (
            "made tomorrow",
            properly(&with(&with(&claims, "iat", json!(now + 86_400)), "exp", json!(now + 86_500))),
        ),
        ("too long a life", properly(&with(&claims, "exp", json!(now + 86_400)))),
        ("exp as text", properly(&with(&claims, "exp", json!((now + 600).to_string())))),
        ("exp huge", properly(&with(&claims, "exp", json!(1e300)))),
        ("exp null", properly(&with(&claims, "exp", Value::Null))),
        ("no claims", properly(&json!({}))),
        ("claims a list", properly(&json!([]))),
        ("signature cut", held[..held.len() - 4].to_owned()),
        ("signature longer", format!("{held}AAAA")),
        ("four parts", format!("{held}.AAAA")),
        ("two parts", format!("{}.{}", parts[0], parts[1])),
        ("padded", format!("{held}==")),
        ("huge", format!("{}.{}.{signature}", parts[0], "A".repeat(6000))),
        ("dots", "..".to_owned()),
        ("words", "let-me-in".to_owned()),
    ];
    for (what, token) in forged {
        let answer = house.bearer(&token).send("GET", "/v1/me", None).await;
        assert_eq!((answer.status, answer.body["code"].as_str()), (401, Some("token.invalid")), "{what}");
        assert!(answer.header("www-authenticate").contains("invalid_token"), "{what}");
    }
    let missing = house.stranger().send("GET", "/v1/me", None).await;
    assert_eq!((missing.status, missing.body["code"].as_str()), (401, Some("token.missing")));
    house.wait_s(700);
    assert_eq!(house.bearer(&held).get("/v1/me").await.0, 401, "its time has passed");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_no_refusal() {
    let house = House::open().await;
    house.account("lan", &[]).await;
    let held = house.sign_in("lan").await.access;
    let sql = house.sql().await;
    sql.batch_execute("ALTER TABLE sessions RENAME TO sessions_away").await.expect("renamed");
    let broken = house.bearer(&held).send("GET", "/v1/me", None).await;
    sql.batch_execute("ALTER TABLE sessions_away RENAME TO sessions").await.expect("renamed back");

    assert_eq!(broken.status, 500, "a fault of ours never reads as a wrong token");
    assert_eq!(house.bearer(&held).get("/v1/me").await.0, 200);
    house.close().await;
}
