//! `DATABASE_URL`: where PostgreSQL is and how far its TLS is believed, in libpq's own words (`sslmode`, `sslrootcert`).

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::error::Error as _;
use std::sync::Arc;
use tokio_postgres::config::{Host, SslMode};

/// What a server's certificate must prove.
#[derive(Clone, Debug)]
pub enum Proof {
    /// Nothing: what is sent is encrypted, to whoever answers (`prefer`, `require`).
    None,
    /// That one of these authorities knows it (`verify-ca`).
    Authority(Arc<RootCertStore>),
    /// That, and the name it was called by (`verify-full`).
    Name(Arc<RootCertStore>),
}

/// A database address, read.
#[derive(Clone, Debug)]
pub struct DatabaseUrl {
    /// Everything but how the certificate is judged; says whether TLS is used at all.
    pub server: tokio_postgres::Config,
    /// What the certificate must prove.
    pub proof: Proof,
}

/// What the address says about TLS.
#[derive(Default)]
struct Said {
    mode: Option<String>,
    authorities: Option<String>,
}

impl DatabaseUrl {
    /// Reads an address. Without `sslmode` it is `prefer`, as libpq has it: encrypted where the server can, unproven.
    /// Through a socket there is no TLS, whatever is said.
    ///
    /// # Errors
    /// What is wrong with it, without any of its values that may be secret.
    pub fn parse(url: &str) -> Result<Self, String> {
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err("must be a URL such as postgres://user@host/database?sslmode=verify-full".to_owned());
        }
        let (rest, said) = split(url)?;
        let mut server: tokio_postgres::Config = rest.parse().map_err(|why: tokio_postgres::Error| {
            let cause = why.source().map_or_else(|| why.to_string(), ToString::to_string);
            format!("cannot be read: {cause}")
        })?;
        let (mode, proof) = judged(&said)?;
        let is_local = |host: &Host| matches!(host, Host::Unix(_));
        let all_local = !server.get_hosts().is_empty() && server.get_hosts().iter().all(is_local);
        server.ssl_mode(if all_local { SslMode::Disable } else { mode });
        Ok(Self { server, proof })
    }
}

/// Takes what is said about TLS out of the address; the rest is for the driver, which knows only half of it.
fn split(url: &str) -> Result<(String, Said), String> {
    // A password may hold a question mark; credentials end with the first @.
    let host_at = url.find('@').unwrap_or(0);
    let Some(query_at) = url.get(host_at..).and_then(|rest| rest.find('?')).map(|at| at + host_at) else {
        return Ok((url.to_owned(), Said::default()));
    };
    let (before, query) = url.split_at(query_at);
    let mut said = Said::default();
    let mut others = Vec::new();
    for pair in query.trim_start_matches('?').split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let place = match name {
            "sslmode" => &mut said.mode,
            "sslrootcert" => &mut said.authorities,
            "channel_binding" if value == "require" => {
                return Err("says channel_binding=require, which is not supported; use sslmode=verify-full"
                    .to_owned());
            }
            "sslcert" | "sslkey" | "sslcrl" | "sslpassword" | "sslcrldir" | "requiressl" | "gssencmode" => {
                return Err(format!("says {name}, which is not supported"));
            }
            _ => {
                others.push(pair);
                continue;
            }
        };
        let value = decoded(value).ok_or_else(|| format!("says {name} in no readable form"))?;
        if place.replace(value).is_some() {
            return Err(format!("says {name} twice"));
        }
    }
    let rest = if others.is_empty() { before.to_owned() } else { format!("{before}?{}", others.join("&")) };
    Ok((rest, said))
}

/// Percent-encoding undone (RFC 3986 §2.1).
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut left = text.bytes();
    while let Some(byte) = left.next() {
        if byte == b'%' {
            let digits = [left.next()?, left.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// What is said, judged as libpq judges it (PostgreSQL manual, "Protection Provided in Different Modes"), but that
/// words which would check nothing are refused instead of passed over.
fn judged(said: &Said) -> Result<(SslMode, Proof), String> {
    let authorities = said.authorities.as_deref().filter(|said| !said.is_empty());
    let mode = said.mode.as_deref().unwrap_or("prefer");
    match (mode, authorities) {
        ("disable" | "prefer", Some(_)) => {
            Err(format!("says sslrootcert, which sslmode={mode} would never check; use sslmode=verify-full"))
        }
        ("require" | "verify-ca", Some("system")) => Err(format!(
            "says sslrootcert=system with sslmode={mode}: anybody can get a certificate from a public authority; use \
             sslmode=verify-full"
        )),
        ("disable", None) => Ok((SslMode::Disable, Proof::None)),
        ("prefer", None) => Ok((SslMode::Prefer, Proof::None)),
        ("require", None) => Ok((SslMode::Require, Proof::None)),
        ("require" | "verify-ca", Some(file)) => Ok((SslMode::Require, Proof::Authority(of_file(file)?))),
        ("verify-ca", None) => {
            Err("says sslmode=verify-ca without sslrootcert; name the file of the authority".to_owned())
        }
        ("verify-full", None | Some("system")) => Ok((SslMode::Require, Proof::Name(of_system()?))),
        ("verify-full", Some(file)) => Ok((SslMode::Require, Proof::Name(of_file(file)?))),
        (other, _) => Err(format!(
            "says sslmode={other:?}, which is none of disable, prefer, require, verify-ca and verify-full"
        )),
    }
}

fn of_file(path: &str) -> Result<Arc<RootCertStore>, String> {
    let pem = std::fs::read(path)
        .map_err(|why| format!("names {path} in sslrootcert, which can't be read: {why}"))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let found = found.map_err(|why| format!("names {path} in sslrootcert, which is no PEM file: {why}"))?;
    let mut store = RootCertStore::empty();
    for certificate in found {
        store.add(certificate).map_err(|why| {
            format!("names {path} in sslrootcert, which holds an unusable certificate: {why}")
        })?;
    }
    if store.is_empty() {
        return Err(format!("names {path} in sslrootcert, which holds no certificate"));
    }
    Ok(Arc::new(store))
}

fn of_system() -> Result<Arc<RootCertStore>, String> {
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if store.is_empty() {
        return Err("says sslmode=verify-full, but this system has no certificate authorities; install \
                    ca-certificates or name a file in sslrootcert"
            .to_owned());
    }
    Ok(Arc::new(store))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that can't make its input should stop")]
mod tests {
    use super::*;

    fn why(url: &str) -> String {
        DatabaseUrl::parse(url).unwrap_err()
    }

    #[test]
    fn words_of_libpq_are_read() {
        let mode = |url: &str| DatabaseUrl::parse(url).unwrap().server.get_ssl_mode();
        assert_eq!(mode("postgres://a:b@db.example/x"), SslMode::Prefer);
        assert_eq!(mode("postgres://a:b@db.example/x?sslmode=disable"), SslMode::Disable);
        assert_eq!(
            mode("postgresql://a:b?c@db.example/x?sslmode=require&connect_timeout=3"),
            SslMode::Require
        );
        assert_eq!(
            mode("postgres://a@%2Frun%2Fpg/x?sslmode=require"),
            SslMode::Disable,
            "a socket has no TLS"
        );
        let read =
            DatabaseUrl::parse("postgres://a:b@db.example/x?application_name=y&sslmode=require").unwrap();
        assert_eq!((read.server.get_application_name(), read.server.get_dbname()), (Some("y"), Some("x")));
    }

    #[test]
    fn unknown_and_contradictory_words_are_told_without_the_password() {
        for (query, told) in [
            ("sslmode=verify_full", "sslmode=\"verify_full\""),
            ("sslmode=prefer&sslrootcert=/x", "would never check"),
            ("sslmode=verify-ca", "without sslrootcert"),
            ("sslmode=require&sslrootcert=system", "sslmode=verify-full"),
            ("sslmode=require&sslmode=disable", "sslmode twice"),
            ("sslmode=verify-full&sslrootcert=/nowhere/ca.pem", "/nowhere/ca.pem"),
            ("sslcert=/x", "sslcert"),
            ("channel_binding=require", "channel_binding"),
            ("nonsense=1", "nonsense"),
            ("sslmode=%zz", "no readable form"),
        ] {
            let why = why(&format!("postgres://a:s3cret@db.example/x?{query}"));
            assert!(why.contains(told) && !why.contains("s3cret"), "{query}: {why}");
        }
        assert!(why("host=db.example user=a").contains("postgres://"));
        assert!(why("postgres://a:s3cret@db.example:port/x").contains("port"));
    }
}
