//! What whoever runs the installation reads of it: figures and log lines, which tell everything but secrets.

use crate::harness::people::{PASSWORD, authorize_path, pkce};
use crate::harness::process::{Process, free_address};
use crate::harness::{Holder, Inspectorate, Shot, Visitor, pictures};
use serde_json::{Value, json};

/// A sample: name, labels as `(name, value)`, figure.
type Sample = (String, Vec<(String, String)>, f64);

/// The samples of a text in Prometheus' format.
fn samples(text: &str) -> Vec<Sample> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let (series, figure) = line.rsplit_once(' ').expect("a figure");
            let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
            let labels = labels.strip_suffix('}').expect("labels end");
            let labels = labels.split("\",").filter(|label| !label.is_empty()).map(|label| {
                let (name, value) = label.split_once("=\"").expect("a label");
                (name.to_owned(), value.trim_end_matches('"').to_owned())
            });
            (name.to_owned(), labels.collect(), figure.parse().expect("a number"))
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_have_a_listener_of_their_own_where_one_is_named() {
    let at = Inspectorate::open().await;
    let address = free_address();
    let process = at.house.start_process(&[("FIELDPROOF_METRICS_LISTEN", &address)]).await;
    let visitor = process.called_by(&at.lead.visitor);
    for path in
        ["/v1/me", "/v1/visits", "/v1/units/00000000-0000-0000-0000-000000000000", "/v1/nowhere", "/login"]
    {
        visitor.send("GET", path, None).await;
    }
    visitor.send("FROBNICATE", "/v1/me", None).await;

    let figures = Visitor::new(&format!("http://{address}"), None);
    let told = figures.send("GET", "/metrics", None).await;
    assert_eq!((told.status, told.header("content-type")), (200, "text/plain; version=0.0.4"));
    let text = String::from_utf8(told.bytes).expect("text");
    let all = samples(&text);
    assert!(all.iter().any(|(name, ..)| name == "http_requests_total"), "{text}");
    assert!(all.iter().any(|(name, ..)| name == "tasks_open"), "{text}");
    for (name, labels, _) in &all {
        for (label, value) in labels {
            assert!(
                value.split('/').all(|part| uuid::Uuid::parse_str(part).is_err()),
                "{name} {label}={value}"
            );
            assert!(!value.contains("FROB") && !value.contains("nowhere"), "{name} {label}={value}");
        }
    }
    // Nothing else is there, and figures are nowhere else.
    assert_eq!(figures.send("GET", "/v1/me", None).await.status, 404);
    assert_eq!(process.called_by(&at.lead.visitor).send("GET", "/metrics", None).await.status, 404);
    at.house.close().await;
}

/// The same people at another instance.
fn at_process(process: &Process, holder: &Holder) -> Visitor {
    process.called_by(&holder.visitor)
}

/// Plays a visit through an instance, with everything in it that no log may hold.
async fn play(at: &Inspectorate, process: &Process, shot: &mut Shot) {
    let post = async |who: &Holder, path: &str, said: Value| {
        let answer = at_process(process, who).send("POST", path, Some(&said)).await;
        assert!(answer.status < 300, "{path}: {} {}", answer.status, answer.body);
        answer
    };
    let made = post(&at.scheduler, "/v1/visits", at.plan("surprise", 2)).await;
    let visit = made.header("location").to_owned();
    let dispatched =
        at_process(process, &at.scheduler).send("POST", &format!("{visit}/dispatch"), None).await;
    assert_eq!(dispatched.status, 200, "{}", dispatched.body);
    post(&at.member, &format!("{visit}/check-in"), json!({ "at": at.house.app.now() })).await;
    shot.declaration["visit"] = crate::harness::id_of(&visit).into();
    shot.declaration["item"] = "A01".into();
    let phone = at_process(process, &at.member);
    let (status, declared) = phone.put(&shot.path(), &shot.declaration).await;
    assert_eq!(status, 201, "{declared}");
    assert_eq!(phone.answer(shot.sending(&phone)).await.status, 201);
    let (_, seen) = phone.get(&format!("{}?wait_s=20", shot.path())).await;
    assert_eq!(seen["state"], "ready", "{seen}");
    for path in [
        visit.as_str(),
        &format!("{visit}/bundle"),
        &format!("{}/original", shot.path()),
        "/v1/photos",
        "/v1/units",
    ] {
        at_process(process, &at.lead).send("GET", path, None).await;
        // Those who may not see it are refused, which is logged, too.
        at_process(process, &at.head).send("GET", path, None).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_line_of_the_log_is_json_and_none_holds_a_secret() {
    let at = Inspectorate::open().await;
    let process = at.house.start_process(&[("FIELDPROOF_LOG", "info,fieldproof=debug")]).await;
    let mut shot = Shot::of(at.owner, pictures::sharp(1)).with("caption", "Chú thích mật 7f3a");
    play(&at, &process, &mut shot).await;

    // Signing in, rightly and wrongly; tokens in the wrong places; bodies that can't be read.
    at.house.account("nguoi-bi-mat", &[]).await;
    let stranger = Visitor::new(&process.url, None);
    let (_, challenge) = pkce();
    let path = authorize_path(&challenge, "state-canary-51");
    let page = stranger.send("GET", &path, None).await;
    let cookie = page.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
    let html = String::from_utf8(page.bytes).expect("a page");
    let csrf =
        html.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a proof");
    let mut codes = Vec::new();
    for password in ["sai-mat-khau-99", PASSWORD] {
        let form = [("login", "nguoi-bi-mat"), ("password", password), ("csrf", csrf)];
        let request = stranger.request("POST", &path).header("cookie", &cookie).form(&form);
        codes.push(stranger.answer(request).await.header("location").to_owned());
    }
    let bad = Visitor::new(&process.url, Some("eyJ-bad-token-canary.x.y".to_owned()));
    bad.send("GET", "/v1/me?access_token=query-token-canary", None).await;
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", "fieldproof-phone"),
        ("refresh_token", "refresh-canary-17"),
    ];
    stranger.answer(stranger.request("POST", "/oauth/token").form(&form)).await;
    let broken = at_process(&process, &at.scheduler);
    broken
        .answer(
            broken
                .request("POST", "/v1/visits")
                .header("content-type", "application/json")
                .body("{\"body-canary-23\": "),
        )
        .await;

    let log = process.log();
    let mut lines = 0;
    for line in log.lines() {
        let told: Value = serde_json::from_str(line).unwrap_or_else(|why| panic!("{why}: {line}"));
        assert!(told["timestamp"].is_string() && told["level"].is_string(), "{line}");
        lines += usize::from(told["message"] == "answered");
    }
    assert!(lines > 20, "{log}");
    assert!(log.lines().any(|line| line.contains("\"request_id\"")));
    let code = codes.iter().find_map(|to| to.split("code=").nth(1)).and_then(|code| code.split('&').next());
    let token = at.lead.visitor.token().expect("a token");
    let signature = token.rsplit('.').next().expect("a signature");
    let canaries = [
        PASSWORD,
        "sai-mat-khau-99",
        token,
        signature,
        cookie.split('=').nth(1).expect("a cookie"),
        csrf,
        code.expect("a code"),
        "bad-token-canary",
        "query-token-canary",
        "refresh-canary-17",
        "body-canary-23",
        "state-canary-51",
        "Minh Quang",
        "7f3a",
        "test-secret",
        "X-Amz-Signature",
        "5ec2e7",
        "IHDR",
        "nguoi-bi-mat",
    ];
    for canary in canaries {
        let found = log.lines().find(|line| line.contains(canary));
        assert!(found.is_none(), "{canary:?} is in the log: {found:?}");
    }
    at.house.close().await;
}
