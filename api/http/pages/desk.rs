//! What every review page shares: who is signed in, the way out, the switch of languages.

use super::visitor::SignedIn;
use super::{Frame, words};
use crate::http::context::Language;
use actix_web::HttpRequest;

/// The head of a review page.
#[derive(Clone, Debug)]
pub struct Desk {
    /// What every page shares.
    pub frame: Frame,
    /// What the pages call whoever looks.
    pub name: String,
    /// Their first role in words; empty without any.
    pub role: &'static str,
    /// The proof that the way-out form carries.
    pub csrf: String,
}

impl Desk {
    /// Of one request.
    #[must_use]
    pub fn of(request: &HttpRequest, visitor: &SignedIn) -> Self {
        let frame = Frame::of(request);
        let role = visitor.0.actor.grants.first().map(|grant| words::role(grant.role, frame.lang));
        Self {
            name: visitor.0.display_name.clone(),
            role: role.unwrap_or_default(),
            csrf: visitor.0.csrf.clone(),
            frame,
        }
    }

    /// The page's language.
    #[must_use]
    pub fn lang(&self) -> Language {
        self.frame.lang
    }

    /// Picks a text.
    #[must_use]
    pub fn pick<'a>(&self, vi: &'a str, en: &'a str) -> &'a str {
        self.frame.lang.pick(vi, en)
    }
}
