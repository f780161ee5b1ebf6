//! Cookies of our pages: names and attributes follow from the public URL.

use crate::config::Config;
use actix_web::HttpRequest;
use actix_web::http::header::{COOKIE, HeaderName, SET_COOKIE};

/// Which of our cookies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// Somebody signed in to the pages.
    Session,
    /// A form shown to somebody who is not signed in yet.
    Form,
    /// The language somebody chose.
    Language,
}

impl Cookie {
    /// Its name: with `__Host-` (RFC 6265bis §4.1.3.2) no other host or path can set it, where https allows that.
    #[must_use]
    pub fn name(self, config: &Config) -> String {
        let bare = match self {
            Self::Session => "fieldproof_session",
            Self::Form => "fieldproof_form",
            Self::Language => "fieldproof_language",
        };
        if config.is_https() { format!("__Host-{bare}") } else { bare.to_owned() }
    }

    /// The value a request brings.
    #[must_use]
    pub fn read(self, config: &Config, request: &HttpRequest) -> Option<String> {
        let name = self.name(config);
        let headers = request.headers().get_all(COOKIE).filter_map(|value| value.to_str().ok());
        headers
            .flat_map(|header| header.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.to_owned())
    }

    /// The header that sets it.
    #[must_use]
    pub fn set(self, config: &Config, value: &str) -> (HeaderName, String) {
        // Phones come to the sign-in form from elsewhere and leave by a redirect: Lax there, Strict for all the rest.
        let (same_site, life) = match self {
            Self::Session => ("Strict", config.browser_session.as_secs()),
            Self::Form => ("Lax", 3600),
            Self::Language => ("Lax", 365 * 24 * 3600),
        };
        self.header(config, value, same_site, life)
    }

    /// The header that takes it away.
    #[must_use]
    pub fn clear(self, config: &Config) -> (HeaderName, String) {
        self.header(config, "", "Strict", 0)
    }

    fn header(self, config: &Config, value: &str, same_site: &str, life_s: u64) -> (HeaderName, String) {
        let secure = if config.is_https() { "; Secure" } else { "" };
        let name = self.name(config);
        (
            SET_COOKIE,
            format!("{name}={value}; Path=/; HttpOnly; SameSite={same_site}; Max-Age={life_s}{secure}"),
        )
    }
}
