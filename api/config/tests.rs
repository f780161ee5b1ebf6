//! Settings: defaults, faults told all at once, secrets kept out of sight.
#![allow(clippy::unwrap_used, reason = "a test that can't make its input should stop")]

use super::*;

fn good(name: &str) -> Option<String> {
    Some(match name {
        "DATABASE_URL" => "postgres:///x".to_owned(),
        "FIELDPROOF_SECRET" => "ab".repeat(32),
        "FIELDPROOF_S3_ACCESS_KEY_ID" => "key-name".to_owned(),
        "FIELDPROOF_S3_SECRET_ACCESS_KEY" => "hidden-key".to_owned(),
        _ => return None,
    })
}

#[test]
fn defaults_make_a_working_configuration() {
    let config = Config::read(&good).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert!(!config.is_https());
    assert!(!format!("{config:?}").contains("hidden-key"), "Debug shows a secret");
}

#[test]
fn all_wrong_values_are_reported_at_once_by_name() {
    let wrong = |name: &str| match name {
        "FIELDPROOF_LISTEN" => Some("nowhere".to_owned()),
        "FIELDPROOF_ACCESS_TOKEN_S" => Some("901".to_owned()),
        "FIELDPROOF_PUBLIC_URL" => Some("http://fieldproof.example".to_owned()),
        "FIELDPROOF_CORS_ORIGINS" => Some("https://app.example/".to_owned()),
        "FIELDPROOF_S3_ENDPOINT" => Some("localhost:9000".to_owned()),
        "FIELDPROOF_LOG" => Some("info,=/".to_owned()),
        "FIELDPROOF_SECRET" => Some("short".to_owned()),
        "DATABASE_URL" => None,
        other => good(other),
    };
    let names: Vec<_> = Config::read(&wrong).unwrap_err().into_iter().map(|f| f.name).collect();
    let expected = [
        "DATABASE_URL",
        "FIELDPROOF_SECRET",
        "FIELDPROOF_LISTEN",
        "FIELDPROOF_PUBLIC_URL",
        "FIELDPROOF_CORS_ORIGINS",
        "FIELDPROOF_S3_ENDPOINT",
        "FIELDPROOF_ACCESS_TOKEN_S",
        "FIELDPROOF_LOG",
    ];
    assert_eq!(names, expected);
}

#[test]
fn plain_http_needs_loopback_or_an_explicit_word() {
    let lan = |allowed: &'static str| {
        move |name: &str| match name {
            "FIELDPROOF_PUBLIC_URL" => Some("http://192.168.1.5:8080/".to_owned()),
            "FIELDPROOF_ALLOW_PLAIN_HTTP" => Some(allowed.to_owned()),
            other => good(other),
        }
    };
    assert!(Config::read(&lan("false")).is_err());
    assert_eq!(Config::read(&lan("true")).unwrap().public_url, "http://192.168.1.5:8080");
}
