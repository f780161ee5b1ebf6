//! Signing in as a phone does: PKCE, refresh tokens that rotate, and every way it can go wrong.

use crate::harness::House;
use crate::harness::people::{CLIENT, PASSWORD, REDIRECT, authorize_path, parameter, pkce, tokens};
use fieldproof::domain::key::Purpose;
use fieldproof::flows;

async fn profile_status(house: &House, token: &str) -> u16 {
    house.bearer(token).get("/v1/me").await.0
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_signs_in_and_is_who_it_says() {
    let house = House::open().await;
    let owner = house.owner("snv-hn").await;
    let lead = fieldproof::domain::actor::Role::TeamLead;
    house.account("Lan.Anh", &[crate::harness::people::role(lead, owner)]).await;

    let held = house.sign_in("LAN.anh").await;
    let (status, me) = house.bearer(&held.access).get("/v1/me").await;

    assert_eq!((status, me["login"].as_str()), (200, Some("lan.anh")), "{me}");
    assert_eq!(me["grants"][0]["role"], "team_lead");
    assert_eq!(me["grants"][0]["owner"]["code"], "snv-hn");
    assert_eq!(me["devices"][0]["name"], "Máy của đoàn");
    assert_eq!(me["devices"][0]["current"], true);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_names_state_and_issuer_and_the_code_holds_once() {
    let house = House::open().await;
    house.account("lan", &[]).await;
    let (verifier, challenge) = pkce();
    let page = house.sign_in_page(&authorize_path(&challenge, "a b&c=d")).await;

    let sent = house.send_sign_in(&page, "lan", PASSWORD).await;
    let location = sent.header("location").to_owned();
    let code = parameter(&location, "code").expect("a code");
    let first = house.trade_code(&code, &verifier).await;
    let held = tokens(&first.body);
    let before = profile_status(&house, &held.access).await;
    let second = house.trade_code(&code, &verifier).await;

    assert_eq!(sent.status, 303);
    assert!(location.starts_with(REDIRECT));
    assert_eq!(parameter(&location, "state").as_deref(), Some("a b&c=d"));
    assert_eq!(parameter(&location, "iss").as_deref(), Some(house.url.as_str()));
    assert_eq!((first.status, first.header("cache-control")), (200, "no-store"));
    assert_eq!(before, 200);
    assert_eq!((second.status, second.body["error"].as_str()), (400, Some("invalid_grant")));
    assert_eq!(
        profile_status(&house, &held.access).await,
        401,
        "a replayed code ends what it was traded for"
    );
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_worth_nothing_with_another_verifier_redirect_or_after_a_minute() {
    let house = House::open().await;
    house.account("lan", &[]).await;
    let code_of = async |challenge: &str| {
        let page = house.sign_in_page(&authorize_path(challenge, "s")).await;
        let sent = house.send_sign_in(&page, "lan", PASSWORD).await;
        parameter(sent.header("location"), "code").expect("a code")
    };

    let (verifier, challenge) = pkce();
    let code = code_of(&challenge).await;
    assert_eq!(house.trade_code(&code, &pkce().0).await.body["error"], "invalid_grant");
    assert_eq!(house.trade_code(&code, &verifier).await.status, 400, "it had one try");

    let code = code_of(&challenge).await;
    let elsewhere = [
        ("grant_type", "authorization_code"),
        ("client_id", CLIENT),
        ("code", code.as_str()),
        ("redirect_uri", "http://127.0.0.1:1/callback"),
        ("code_verifier", verifier.as_str()),
    ];
    assert_eq!(house.form("/oauth/token", &elsewhere).await.body["error"], "invalid_grant");

    let code = code_of(&challenge).await;
    house.wait_s(61);
    assert_eq!(house.trade_code(&code, &verifier).await.body["error"], "invalid_grant");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_dies_with_the_password_it_was_had_for() {
    let house = House::open().await;
    house.account("lan", &[]).await;
    let (verifier, challenge) = pkce();
    let page = house.sign_in_page(&authorize_path(&challenge, "s")).await;
    let sent = house.send_sign_in(&page, "lan", PASSWORD).await;
    let code = parameter(sent.header("location"), "code").expect("a code");
    let me = house.bearer(&house.sign_in("lan").await.access);
    let change = serde_json::json!({ "current_password": PASSWORD, "new_password": "nắng lên sau rặng tre" });
    assert_eq!(me.post("/v1/me/password", &change).await.0, 204);

    let late = house.trade_code(&code, &verifier).await;
    assert_eq!((late.status, late.body["error"].as_str()), (400, Some("invalid_grant")));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_repeated_within_a_minute_and_a_replay_ends_the_sign_in() {
    let house = House::open().await;
    house.account("lan", &[]).await;
    let first = house.sign_in("lan").await;

    let renewed = house.refresh(&first.refresh).await;
    let again = house.refresh(&first.refresh).await;
    assert_eq!((renewed.status, again.status), (200, 200));
    assert_eq!(renewed.body["refresh_token"], again.body["refresh_token"], "the same successor");
    let second = tokens(&again.body);
    assert_eq!(profile_status(&house, &second.access).await, 200);

    let third = tokens(&house.refresh(&second.refresh).await.body);
    assert_eq!(profile_status(&house, &third.access).await, 200);
    let replay = house.refresh(&first.refresh).await;

    assert_eq!(replay.body["error"], "invalid_grant");
    assert_eq!(profile_status(&house, &third.access).await, 401, "the whole sign-in has ended");
    assert_eq!(house.refresh(&third.refresh).await.body["error"], "invalid_grant");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_shown_again_after_the_minute_ends_the_sign_in() {
    let house = House::open().await;
    house.account("lan", &[]).await;
    let first = house.sign_in("lan").await;
    let second = tokens(&house.refresh(&first.refresh).await.body);

    house.wait_s(61);
    flows::sessions::sweep(&house.app).await.expect("a sweep");
    let sql = house.sql().await;
    let left = sql
        .query("SELECT 1 FROM refresh_tokens WHERE successor_sealed IS NOT NULL", &[])
        .await
        .expect("rows");
    assert_eq!(left.len(), 0, "no successor is kept longer than it may be repeated");
    assert_eq!(house.refresh(&first.refresh).await.body["error"], "invalid_grant");
    assert_eq!(house.refresh(&second.refresh).await.body["error"], "invalid_grant");
    assert_eq!(profile_status(&house, &second.access).await, 401);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_renewals_at_once_get_one_successor() {
    let house = House::open().await;
    house.account("lan", &[]).await;
    let first = house.sign_in("lan").await;

    let all = futures::future::join_all((0..6).map(|_| house.refresh(&first.refresh))).await;

    let mut successors: Vec<_> = all.iter().map(|a| a.body["refresh_token"].to_string()).collect();
    successors.dedup();
    assert_eq!(successors.len(), 1, "{successors:?}");
    assert!(all.iter().all(|answer| answer.status == 200));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rotating_the_keys_logs_nobody_out() {
    let house = House::open().await;
    house.account("lan", &[]).await;
    let before = house.sign_in("lan").await;
    let kids = async || {
        let (_, set) = house.stranger().get("/.well-known/jwks.json").await;
        let keys = set["keys"].as_array().cloned().unwrap_or_default();
        keys.iter().map(|key| key["kid"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    let published = kids().await;

    let signs_now = flows::keys::rotate(&house.app, Purpose::Access).await.expect("a rotation");
    assert!(published.contains(&signs_now), "the key was published before it signed");
    assert_eq!(profile_status(&house, &before.access).await, 200);
    let after = house.refresh(&before.refresh).await;
    assert_eq!(after.status, 200);
    assert_eq!(profile_status(&house, &tokens(&after.body).access).await, 200);
    assert!(published.iter().all(|kid| futures::executor::block_on(kids()).contains(kid)));

    house.wait_s(26 * 60);
    assert_eq!(kids().await.len(), 4, "what the old key signed has expired, so it is gone");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_ever_sent_to_an_address_that_is_not_registered() {
    let house = House::open().await;
    let (_, challenge) = pkce();
    let good = authorize_path(&challenge, "s");
    let wrong_uri = |uri: &str| {
        let wanted = serde_html_form::to_string([("redirect_uri", uri)]).expect("a query");
        let registered = serde_html_form::to_string([("redirect_uri", REDIRECT)]).expect("a query");
        good.replace(&registered, &wanted)
    };
    let paths = [
        wrong_uri("https://evil.example/callback"),
        wrong_uri("http://127.0.0.1:53122/callback/../x"),
        wrong_uri("http://127.0.0.1:53122@evil.example/callback"),
        wrong_uri("http://localhost:53122/callback"),
        wrong_uri("javascript:alert(1)"),
        good.replace("client_id=fieldproof-phone", "client_id=nobody"),
        good.replace("client_id=fieldproof-phone", "client_id="),
        format!("{good}&redirect_uri=https%3A%2F%2Fevil.example"),
        "/oauth/authorize".to_owned(),
    ];
    for path in paths {
        let answer = house.stranger().send("GET", &path, None).await;
        assert_eq!((answer.status, answer.header("location")), (400, ""), "{path}");
        assert!(answer.header("content-type").starts_with("text/html"));
    }
    for (from, to, error) in [
        ("code_challenge_method=S256", "code_challenge_method=plain", "invalid_request"),
        ("response_type=code", "response_type=token", "unsupported_response_type"),
        ("code_challenge=", "unused=", "invalid_request"),
        ("state=s", "state=s&scope=everything", "invalid_scope"),
        ("state=s", "state=s&resource=https%3A%2F%2Felsewhere.example", "invalid_target"),
    ] {
        let answer = house.stranger().send("GET", &good.replace(from, to), None).await;
        let location = answer.header("location").to_owned();
        assert_eq!(answer.status, 303, "{to}");
        assert!(location.starts_with(REDIRECT), "{location}");
        assert_eq!(parameter(&location, "error").as_deref(), Some(error));
        assert_eq!(parameter(&location, "state").as_deref(), Some("s"));
        assert_eq!(parameter(&location, "iss").as_deref(), Some(house.url.as_str()));
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_ways_to_a_token_are_closed() {
    let house = House::open().await;
    house.account("lan", &[]).await;
    for (form, status, error) in [
        (vec![("grant_type", "password"), ("client_id", CLIENT)], 400, "unsupported_grant_type"),
        (vec![("grant_type", "client_credentials"), ("client_id", CLIENT)], 400, "unauthorized_client"),
        (vec![("client_id", CLIENT)], 400, "invalid_request"),
        (vec![("grant_type", "refresh_token"), ("client_id", "nobody")], 401, "invalid_client"),
        (vec![("grant_type", "refresh_token")], 401, "invalid_client"),
        (vec![("grant_type", "refresh_token"), ("client_id", CLIENT)], 400, "invalid_request"),
        (
            vec![("grant_type", "authorization_code"), ("client_id", CLIENT), ("code", "x")],
            400,
            "invalid_request",
        ),
        (vec![("grant_type", "a"), ("grant_type", "b"), ("client_id", CLIENT)], 400, "invalid_request"),
        (
            vec![("grant_type", "refresh_token"), ("client_id", CLIENT), ("client_secret", "x")],
            401,
            "invalid_client",
        ),
    ] {
        let answer = house.form("/oauth/token", &form).await;
        assert_eq!((answer.status, answer.body["error"].as_str()), (status, Some(error)), "{form:?}");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    let json = house.stranger().send("POST", "/oauth/token", Some(&serde_json::json!({}))).await;
    assert_eq!((json.status, json.body["error"].as_str()), (415, Some("invalid_request")));
    let twice = serde_json::json!({ "token": "x" });
    assert_eq!(house.stranger().send("POST", "/oauth/revoke", Some(&twice)).await.status, 415);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parameter_without_a_value_counts_as_left_out() {
    let house = House::open().await;
    house.account("lan", &[]).await;
    let (verifier, challenge) = pkce();
    let path = format!("{}&response_mode=&resource=&scope=", authorize_path(&challenge, ""));
    let page = house.sign_in_page(&path).await;
    let sent = house.send_sign_in(&page, "lan", PASSWORD).await;
    let code = parameter(sent.header("location"), "code").expect("a code");
    let empty = [("client_secret", ""), ("resource", ""), ("scope", "")];
    let form = [("grant_type", "authorization_code"), ("client_id", CLIENT), ("code", code.as_str())];
    let form =
        [form.as_slice(), &[("code_verifier", verifier.as_str()), ("redirect_uri", "")], &empty].concat();
    let first = house.form("/oauth/token", &form).await;
    assert_eq!(first.status, 200, "{}", first.body);

    let stranger = house.stranger();
    let basic = async |path: &str, form: &[(&str, &str)]| {
        stranger.answer(stranger.request("POST", path).basic_auth(CLIENT, Some("")).form(form)).await
    };
    let held = tokens(&first.body);
    let renewed =
        basic("/oauth/token", &[("grant_type", "refresh_token"), ("refresh_token", &held.refresh)]).await;
    assert_eq!(renewed.status, 200, "{}", renewed.body);
    let nothing = basic("/oauth/revoke", &[("token", "")]).await;
    assert_eq!((nothing.status, nothing.body["error"].as_str()), (400, Some("invalid_request")));
    let held = tokens(&renewed.body);
    assert_eq!(basic("/oauth/revoke", &[("token", &held.refresh), ("client_secret", "")]).await.status, 200);
    assert_eq!(profile_status(&house, &held.access).await, 401);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_ends_a_sign_in_with_either_token() {
    let house = House::open().await;
    house.account("lan", &[]).await;
    for by_refresh in [true, false] {
        let held = house.sign_in("lan").await;
        let token = if by_refresh { &held.refresh } else { &held.access };
        let answer = house.form("/oauth/revoke", &[("token", token), ("client_id", CLIENT)]).await;
        assert_eq!(answer.status, 200);
        assert_eq!(profile_status(&house, &held.access).await, 401);
        assert_eq!(house.refresh(&held.refresh).await.body["error"], "invalid_grant");
    }
    assert_eq!(
        house.form("/oauth/revoke", &[("token", "nobody's"), ("client_id", CLIENT)]).await.status,
        200
    );
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_clients_read_first_is_true() {
    let house = House::open().await;
    let (status, metadata) = house.stranger().get("/.well-known/oauth-authorization-server").await;
    assert_eq!((status, metadata["issuer"].as_str()), (200, Some(house.url.as_str())));
    assert_eq!(metadata["code_challenge_methods_supported"], serde_json::json!(["S256"]));
    assert_eq!(metadata["token_endpoint"], format!("{}/oauth/token", house.url));
    let (_, set) = house.stranger().get("/.well-known/jwks.json").await;
    let keys = set["keys"].as_array().cloned().unwrap_or_default();
    assert!(keys.iter().all(|key| key["kty"] == "OKP" && key["d"].is_null()), "{set}");
    assert!(keys.iter().any(|key| key["purpose"] == "notary"));
    house.close().await;
}
