//! Reading settings: each from its name, by its form, with every fault told at once.

use super::database::DatabaseUrl;
use super::{Fault, SETTINGS};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Reads settings one by one and gathers every fault.
pub(super) struct Reader<'a> {
    pub(super) lookup: &'a dyn Fn(&str) -> Option<String>,
    pub(super) faults: Vec<Fault>,
}

impl Reader<'_> {
    pub(super) fn raw(&mut self, name: &'static str) -> String {
        let Some(of) = SETTINGS.iter().find(|s| s.name == name) else {
            self.faults.push(Fault { name, detail: "is not in the table of settings".to_owned() });
            return String::new();
        };
        (self.lookup)(name).filter(|v| !v.is_empty()).unwrap_or_else(|| of.default.to_owned())
    }

    pub(super) fn fault(&mut self, name: &'static str, detail: impl Into<String>) {
        self.faults.push(Fault { name, detail: detail.into() });
    }

    pub(super) fn needed(&mut self, name: &'static str) -> String {
        let value = self.raw(name);
        if value.is_empty() {
            self.fault(name, "must be set");
        }
        value
    }

    pub(super) fn parsed<T: std::str::FromStr + Default>(&mut self, name: &'static str, form: &str) -> T {
        let value = self.raw(name);
        value.parse().unwrap_or_else(|_| {
            self.fault(name, format!("is {value:?}, which is not {form}"));
            T::default()
        })
    }

    pub(super) fn number(&mut self, name: &'static str, least: u64, most: u64) -> u64 {
        let number: u64 = self.parsed(name, "a whole number");
        if !(least..=most).contains(&number) {
            self.fault(name, format!("is {number}, which is not between {least} and {most}"));
        }
        number
    }

    pub(super) fn seconds(&mut self, name: &'static str, least: u64, most: u64) -> Duration {
        Duration::from_secs(self.number(name, least, most))
    }

    pub(super) fn list(&mut self, name: &'static str) -> Vec<String> {
        self.raw(name).split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
    }

    pub(super) fn address(&mut self, name: &'static str) -> SocketAddr {
        let value = self.raw(name);
        value.parse().unwrap_or_else(|_| {
            self.fault(
                name,
                format!("is {value:?}, which is not an address and port such as 127.0.0.1:8080"),
            );
            SocketAddr::from(([127, 0, 0, 1], 0))
        })
    }

    pub(super) fn database_url(&mut self, name: &'static str) -> String {
        let url = self.needed(name);
        if let (false, Err(why)) = (url.is_empty(), DatabaseUrl::parse(&url)) {
            self.fault(name, why);
        }
        url
    }

    pub(super) fn secret_bytes(&mut self, name: &'static str) -> [u8; 32] {
        let mut bytes = [0; 32];
        let value = self.needed(name);
        if !value.is_empty() && hex::decode_to_slice(value.trim(), &mut bytes).is_err() {
            self.fault(name, "must be 64 hexadecimal digits; `fieldproof admin generate-secret` prints some");
        }
        bytes
    }

    pub(super) fn public_url(&mut self) -> String {
        let name = "FIELDPROOF_PUBLIC_URL";
        let mut url = self.raw(name).trim_end_matches('/').to_owned();
        if url.is_empty() {
            url = format!("http://{}", self.raw("FIELDPROOF_LISTEN"));
        }
        let plain_allowed: bool = self.parsed("FIELDPROOF_ALLOW_PLAIN_HTTP", "true or false");
        let authority = authority_of(&url);
        if authority.is_none() {
            self.fault(name, format!("is {url:?}, which is not a URL such as https://fieldproof.example"));
        }
        if url.starts_with("http://") && !plain_allowed && !authority.is_some_and(is_loopback) {
            self.fault(name, "is plain http beyond loopback; use https, or set FIELDPROOF_ALLOW_PLAIN_HTTP=true in a closed network");
        }
        url
    }
}

/// Host and port of a URL that has nothing but them: an origin, as browsers send it.
pub(super) fn authority_of(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    (!rest.is_empty() && !rest.contains(['/', '?', '#', '@', ' ', ',', '*'])).then_some(rest)
}

fn is_loopback(authority: &str) -> bool {
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    host == "localhost" || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
