//! Accounts from the invitation to the end, and what administrators may and may not.

use crate::harness::House;
use crate::harness::people::{PASSWORD, role, tokens};
use fieldproof::domain::actor::{Grant, Role, Scope};
use fieldproof::domain::client::ClientKind;
use fieldproof::flows::{self, clients};
use serde_json::{Value, json};

const EVERYTHING: Grant = Grant { role: Role::Administrator, owner: None, unit: None, campaign: None };

fn token_of(link: &Value) -> String {
    link["url"]
        .as_str()
        .and_then(|url| url.split_once("token="))
        .map(|(_, t)| t.to_owned())
        .unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_is_invited_sets_a_password_and_signs_in() {
    let house = House::open().await;
    let owner = house.owner("snv-hn").await;
    let admin = house.person("admin", &[EVERYTHING]).await;
    let wanted = json!({
        "login": "Minh.Đức", "display_name": "Trần Minh Đức", "locale": "vi",
        "grants": [{ "role": "clerk", "owner": owner }]
    });

    let made = admin.send("POST", "/v1/accounts", Some(&wanted)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(made.body["account"]["state"], "invited");
    assert_eq!(made.body["account"]["login"], "minh.đức");
    let location = made.header("location").to_owned();
    assert_eq!(admin.get(&location).await.1["grants"][0]["role"], "clerk");
    let token = token_of(&made.body["invitation"]);

    let stranger = house.stranger();
    let accept = |token: &str, password: &str| {
        let body = json!({ "token": token, "password": password });
        let stranger = stranger.clone();
        async move { stranger.post("/v1/invitations/accept", &body).await }
    };
    assert_eq!(accept("nonsense", PASSWORD).await.1["code"], "invitation.worthless");
    let short = accept(&token, "short").await;
    assert_eq!((short.0, short.1["errors"][0]["code"].as_str()), (422, Some("password.too-short")));
    assert_eq!(accept(&token, "minh.đức minh.đức").await.1["errors"][0]["code"], "password.guessable");
    assert_eq!(accept(&token, PASSWORD).await.0, 200);
    assert_eq!(accept(&token, PASSWORD).await.1["code"], "invitation.worthless");

    let held = house.sign_in("MINH.ĐỨC").await;
    let (_, me) = house.bearer(&held.access).get("/v1/me").await;
    assert_eq!(me["display_name"], "Trần Minh Đức");
    assert_eq!(admin.send("POST", "/v1/accounts", Some(&wanted)).await.body["code"], "account.login-taken");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_behind_the_link_does_the_same() {
    let house = House::open().await;
    let admin = house.person("admin", &[EVERYTHING]).await;
    let wanted = json!({ "login": "hoa", "display_name": "Lê <Hoa>" });
    let made = admin.send("POST", "/v1/accounts", Some(&wanted)).await;
    let path = format!("/invitation?token={}", token_of(&made.body["invitation"]));
    let page = house.sign_in_page(&path).await;
    let stranger = house.stranger();
    let send = |password: &'static str, again: &'static str| {
        let form = [("password", password), ("again", again), ("csrf", page.csrf.as_str())];
        stranger.answer(stranger.request("POST", &path).header("cookie", &page.cookie).form(&form))
    };
    assert_eq!(send("short", "short").await.status, 422);
    assert_eq!(send(PASSWORD, "something else").await.status, 422);
    let html = String::from_utf8(stranger.send("GET", &path, None).await.bytes).expect("text");
    assert!(html.contains("Lê &#60;Hoa&#62;") || html.contains("Lê &lt;Hoa&gt;"), "names are escaped");
    assert_eq!(send(PASSWORD, PASSWORD).await.status, 200);
    assert_eq!(stranger.send("GET", &path, None).await.status, 404);
    house.sign_in("hoa").await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_account_is_out_at_once_and_comes_back_only_by_signing_in() {
    let house = House::open().await;
    let admin = house.person("admin", &[EVERYTHING]).await;
    let lan = house.account("lan", &[]).await;
    let held = house.sign_in("lan").await;

    assert_eq!(admin.post(&format!("/v1/accounts/{lan}/disable"), &Value::Null).await.1["state"], "disabled");
    assert_eq!(house.bearer(&held.access).get("/v1/me").await.0, 401);
    assert_eq!(house.refresh(&held.refresh).await.body["error"], "invalid_grant");
    let page = house.sign_in_page("/login").await;
    assert_eq!(house.send_sign_in(&page, "lan", PASSWORD).await.status, 401);
    let reset = admin.post(&format!("/v1/accounts/{lan}/password-reset"), &Value::Null).await;
    assert_eq!((reset.0, reset.1["code"].as_str()), (409, Some("account.disabled")));

    assert_eq!(admin.post(&format!("/v1/accounts/{lan}/enable"), &Value::Null).await.1["state"], "active");
    assert_eq!(house.bearer(&held.access).get("/v1/me").await.0, 401, "the old sign-in stays ended");
    house.sign_in("lan").await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_holds_and_ends_from_the_next_request() {
    let house = House::open().await;
    let admin = house.person("admin", &[EVERYTHING]).await;
    let lan = house.account("lan", &[]).await;
    let phone = house.bearer(&house.sign_in("lan").await.access);
    assert_eq!(phone.get("/v1/accounts").await.0, 403);

    let grants = format!("/v1/accounts/{lan}/grants");
    let given = admin.send("POST", &grants, Some(&json!({ "role": "administrator" }))).await;
    assert_eq!(given.status, 201, "{}", given.body);
    assert_eq!(phone.get("/v1/accounts").await.0, 200);
    let again = admin.post(&grants, &json!({ "role": "administrator" })).await;
    assert_eq!((again.0, again.1["code"].as_str()), (409, Some("grant.held")));
    let taken = admin.send("DELETE", given.header("location"), None).await;
    assert_eq!(taken.status, 204);
    assert_eq!(phone.get("/v1/accounts").await.0, 403);
    assert_eq!(admin.send("DELETE", given.header("location"), None).await.status, 204, "safe to repeat");
    house.close().await;
}

/// domain, separation of duties: whoever runs the installation reads no evidence, and can't take the right to.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_grants_a_role_to_themselves() {
    let house = House::open().await;
    let owner = house.owner("snv-hn").await;
    let (first, second) =
        (house.account("first", &[EVERYTHING]).await, house.account("second", &[EVERYTHING]).await);
    let local = house.account("local", &[role(Role::Administrator, owner)]).await;
    let signed_in = async |login| house.bearer(&house.sign_in(login).await.access);
    let (one, other, of_owner) =
        (signed_in("first").await, signed_in("second").await, signed_in("local").await);
    let wanted = json!({ "role": "reviewer", "owner": owner });
    let grants = |account| format!("/v1/accounts/{account}/grants");

    for (who, account) in [(&one, first), (&other, second), (&of_owner, local)] {
        for role in ["reviewer", "clerk"] {
            let own = who.post(&grants(account), &json!({ "role": role, "owner": owner })).await;
            assert_eq!((own.0, own.1["code"].as_str()), (403, Some("grant.own")), "{}", own.1);
            assert_eq!(own.1["client_action"], "ask");
        }
    }
    let noted =
        "SELECT count(*) FROM custody WHERE deed = 'grant.given' AND object_id = $1 AND actor_id::text = $2";
    let by_another = async || {
        let (whose, by) = (first.to_string(), second.to_string());
        let row = house.sql().await.query_one(noted, &[&whose, &by]).await.expect("a count");
        row.get::<_, i64>(0)
    };
    assert_eq!(by_another().await, 0);
    assert_eq!(other.post(&grants(first), &wanted).await.0, 201, "another administrator can");
    assert_eq!(by_another().await, 1);
    let page = format!("/v1/photos?owner={owner}");
    assert_eq!(one.get(&page).await.0, 200, "and then it holds");
    assert_eq!(other.get(&page).await.0, 404);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn grants_that_make_no_sense_are_refused_by_their_field() {
    let house = House::open().await;
    let owner = house.owner("snv-hn").await;
    let admin = house.person("admin", &[EVERYTHING]).await;
    let lan = house.account("lan", &[]).await;
    let nobody = "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11";
    for (grant, pointer) in [
        (json!({ "role": "clerk" }), "/owner"),
        (json!({ "role": "clerk", "owner": nobody }), "/owner"),
        (json!({ "role": "integrator", "owner": owner }), "/role"),
        (json!({ "role": "head_of_unit", "owner": owner }), "/unit"),
        (json!({ "role": "head_of_unit", "owner": owner, "unit": nobody }), "/unit"),
        (json!({ "role": "clerk", "owner": owner, "campaign": nobody }), "/campaign"),
        (json!({ "role": "administrator", "campaign": nobody }), "/campaign"),
        (json!({ "role": "emperor", "owner": owner }), "/role"),
        (json!({ "role": "clerk", "owner": owner, "since": 1 }), "/since"),
    ] {
        let (status, problem) = admin.post(&format!("/v1/accounts/{lan}/grants"), &grant).await;
        assert_eq!(
            (status, problem["errors"][0]["pointer"].as_str()),
            (422, Some(pointer)),
            "{grant} {problem}"
        );
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_of_one_owner_stays_within_it() {
    let house = House::open().await;
    let (hanoi, hue) = (house.owner("hn").await, house.owner("hue").await);
    let admin = house.person("admin.hn", &[role(Role::Administrator, hanoi)]).await;
    let both = house.account("both", &[role(Role::Clerk, hanoi), role(Role::Clerk, hue)]).await;
    let foreign = house.account("foreign", &[role(Role::Clerk, hue)]).await;
    let own = house.account("own", &[role(Role::Clerk, hanoi)]).await;
    let root = house.account("root", &[EVERYTHING]).await;

    let (_, page) = admin.get("/v1/accounts").await;
    let logins: Vec<_> =
        page["items"].as_array().expect("items").iter().map(|a| a["login"].clone()).collect();
    assert_eq!(logins, ["admin.hn", "both", "own"]);
    let (_, seen) = admin.get(&format!("/v1/accounts/{both}")).await;
    assert_eq!(seen["grants"].as_array().map(Vec::len), Some(1), "roles elsewhere are not told");

    for (id, status) in [(both, 403), (foreign, 404), (root, 404), (own, 200)] {
        let answer = admin.post(&format!("/v1/accounts/{id}/disable"), &Value::Null).await;
        assert_eq!(answer.0, status, "{}", answer.1);
    }
    let invite = |grants: Value| json!({ "login": "new.one", "display_name": "Người mới", "grants": grants });
    for grants in
        [json!([]), json!([{ "role": "clerk", "owner": hue }]), json!([{ "role": "administrator" }])]
    {
        assert_eq!(admin.post("/v1/accounts", &invite(grants)).await.0, 403);
    }
    let made = admin.post("/v1/accounts", &invite(json!([{ "role": "clerk", "owner": hanoi }]))).await;
    assert_eq!(made.0, 201);
    let grants = format!("/v1/accounts/{}/grants", made.1["account"]["id"].as_str().unwrap_or_default());
    assert_eq!(admin.post(&grants, &json!({ "role": "clerk", "owner": hue })).await.0, 403);
    assert_eq!(admin.post(&grants, &json!({ "role": "administrator" })).await.0, 403);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_administrator_of_the_installation_stays() {
    let house = House::open().await;
    let id = house.account("admin", &[EVERYTHING]).await;
    let admin = house.bearer(&house.sign_in("admin").await.access);
    let (_, me) = admin.get("/v1/me").await;
    let grant = format!("/v1/accounts/{id}/grants/{}", me["grants"][0]["id"].as_str().unwrap_or_default());

    for answer in [
        admin.send("POST", &format!("/v1/accounts/{id}/disable"), None).await,
        admin.send("DELETE", &grant, None).await,
    ] {
        assert_eq!((answer.status, answer.body["code"].as_str()), (409, Some("account.last-administrator")));
    }
    house.account("second", &[EVERYTHING]).await;
    assert_eq!(admin.send("DELETE", &grant, None).await.status, 204);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_ends_every_other_session() {
    let house = House::open().await;
    house.account("lan", &[]).await;
    let (phone, tablet) = (house.sign_in("lan").await, house.sign_in("lan").await);
    let me = house.bearer(&phone.access);
    let change = |old: &str, new: &str| json!({ "current_password": old, "new_password": new });

    let wrong = me.post("/v1/me/password", &change("not this one", "nắng lên sau rặng tre")).await;
    assert_eq!((wrong.0, wrong.1["errors"][0]["code"].as_str()), (422, Some("password.wrong")));
    let weak = me.post("/v1/me/password", &change(PASSWORD, "123456789012345")).await;
    assert_eq!(weak.1["errors"][0]["pointer"], "/new_password");
    assert_eq!(me.post("/v1/me/password", &change(PASSWORD, "nắng lên sau rặng tre")).await.0, 204);

    assert_eq!(me.get("/v1/me").await.0, 200);
    assert_eq!(house.bearer(&tablet.access).get("/v1/me").await.0, 401);
    assert_eq!(house.refresh(&tablet.refresh).await.status, 400);
    let page = house.sign_in_page("/login").await;
    assert_eq!(house.send_sign_in(&page, "lan", PASSWORD).await.status, 401);
    assert_eq!(house.send_sign_in(&page, "lan", "nắng lên sau rặng tre").await.status, 303);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_phone_is_ended_from_another() {
    let house = House::open().await;
    house.account("lan", &[]).await;
    house.account("minh", &[]).await;
    let (lost, kept, other) =
        (house.sign_in("lan").await, house.sign_in("lan").await, house.sign_in("minh").await);
    let me = house.bearer(&kept.access);
    let (_, mine) = me.get("/v1/me").await;
    let devices = mine["devices"].as_array().expect("devices").clone();
    assert_eq!(devices.len(), 2);
    let lost_id =
        devices.iter().find(|d| d["current"] == false).and_then(|d| d["id"].as_str()).expect("an id");

    let path = format!("/v1/me/devices/{lost_id}");
    assert_eq!(house.bearer(&other.access).send("DELETE", &path, None).await.status, 404);
    assert_eq!(me.send("DELETE", &path, None).await.status, 204);
    assert_eq!(house.bearer(&lost.access).get("/v1/me").await.0, 401);
    assert_eq!(house.refresh(&lost.refresh).await.status, 400);
    assert_eq!(me.send("DELETE", &path, None).await.status, 404);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_go_on_from_page_to_page() {
    let house = House::open().await;
    let admin = house.person("admin", &[EVERYTHING]).await;
    for n in 0..5 {
        let wanted = json!({ "login": format!("user{n}"), "display_name": "Ai đó" });
        assert_eq!(admin.post("/v1/accounts", &wanted).await.0, 201);
    }
    let (mut logins, mut path) = (Vec::new(), "/v1/accounts?limit=2".to_owned());
    loop {
        let (status, page) = admin.get(&path).await;
        assert_eq!(status, 200, "{page}");
        let items = page["items"].as_array().expect("items");
        logins.extend(items.iter().map(|a| a["login"].as_str().unwrap_or_default().to_owned()));
        match page["next"].as_str() {
            Some(next) => path = format!("/v1/accounts?limit=2&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(logins, ["admin", "user0", "user1", "user2", "user3", "user4"]);
    assert_eq!(admin.get("/v1/accounts?cursor=made-up").await.0, 422);
    assert_eq!(admin.get("/v1/accounts?limit=0").await.0, 422);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_gets_what_it_is_registered_for_and_no_more() {
    let house = House::open().await;
    let owner = house.owner("snv-hn").await;
    let wanted = clients::Wanted {
        id: "statistics".to_owned(),
        name: "Thống kê".to_owned(),
        redirect_uris: Vec::new(),
        scopes: vec![Scope::UnitsRead.as_str().to_owned(), Scope::Profile.as_str().to_owned()],
        owner: Some(owner),
    };
    let secret = clients::register(&house.app, wanted, ClientKind::Confidential).await.expect("registered");
    let secret = secret.expect("a secret");
    let ask = |scope: &'static str, secret: String| {
        let form = [
            ("grant_type", "client_credentials".to_owned()),
            ("client_id", "statistics".to_owned()),
            ("client_secret", secret),
            ("scope", scope.to_owned()),
        ];
        let stranger = house.stranger();
        async move { stranger.answer(stranger.request("POST", "/oauth/token").form(&form)).await }
    };
    assert_eq!(ask("", "wrong".to_owned()).await.body["error"], "invalid_client");
    assert_eq!(ask("photos:read", secret.clone()).await.body["error"], "invalid_scope");
    let granted = ask("units:read", secret.clone()).await;
    assert_eq!((granted.status, granted.body["scope"].as_str()), (200, Some("units:read")));
    assert!(granted.body["refresh_token"].is_null());

    let stranger = house.stranger();
    let basic = stranger.request("POST", "/oauth/token").basic_auth("statistics", Some(&secret));
    let by_header = stranger.answer(basic.form(&[("grant_type", "client_credentials")])).await;
    assert_eq!(by_header.status, 200, "{}", by_header.body);
    let program = house.bearer(&tokens(&by_header.body).access);
    assert_eq!(program.get("/v1/me").await.0, 403, "a program has no profile");
    assert_eq!(program.get("/v1/accounts").await.0, 403);

    house.wait_s(26 * 3600);
    assert_eq!(ask("units:read", secret.clone()).await.status, 200);
    let sessions = async || {
        let sql = house.sql().await;
        let count = sql.query_one("SELECT count(*) FROM sessions WHERE kind = 'integrator'", &[]).await;
        count.expect("a count").get::<_, i64>(0)
    };
    assert_eq!(sessions().await, 3, "asking for a token forgets nothing");
    flows::sessions::forget(&house.app).await.expect("a sweep");
    assert_eq!(sessions().await, 1, "the sweep forgets what ended a day ago");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_is_set_anew_by_a_link_that_ends_all_sessions() {
    let house = House::open().await;
    let admin = house.person("admin", &[EVERYTHING]).await;
    let lan = house.account("lan", &[]).await;
    let held = house.sign_in("lan").await;
    let path = format!("/v1/accounts/{lan}/password-reset");
    let first = admin.post(&path, &Value::Null).await;
    let second = admin.post(&path, &Value::Null).await;
    assert_eq!((first.0, second.0), (201, 201));
    assert_eq!(house.bearer(&held.access).get("/v1/me").await.0, 200, "nothing ends before the link is used");

    let accept = |link: &Value| json!({ "token": token_of(link), "password": "nắng lên sau rặng tre" });
    let stale = house.stranger().post("/v1/invitations/accept", &accept(&first.1)).await;
    assert_eq!(stale.1["code"], "invitation.worthless", "the newer link replaced it");
    assert_eq!(house.stranger().post("/v1/invitations/accept", &accept(&second.1)).await.0, 200);
    assert_eq!(house.bearer(&held.access).get("/v1/me").await.0, 401);
    house.close().await;
}
