//! What every answer to one request shares: its id and the caller's language.

use actix_web::HttpRequest;
use actix_web::http::header::ACCEPT_LANGUAGE;
use std::future::Future;
use uuid::Uuid;

/// Languages we speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Vietnamese, where the caller says nothing else.
    #[default]
    Vi,
    /// English.
    En,
}

impl Language {
    /// As in `lang` attributes.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    /// The first of our languages in order of the caller's preference (RFC 9110 §12.5.4).
    #[must_use]
    pub fn from_header(header: &str) -> Self {
        let mut wanted: Vec<(f32, Self)> = Vec::new();
        for part in header.split(',').take(20) {
            let (tag, quality) = part.split_once(';').unwrap_or((part, "q=1"));
            let quality = quality.trim().strip_prefix("q=").and_then(|q| q.parse().ok()).unwrap_or(0.0);
            let language = match tag.trim().get(..2) {
                Some(tag) if tag.eq_ignore_ascii_case("vi") => Self::Vi,
                Some(tag) if tag.eq_ignore_ascii_case("en") => Self::En,
                _ => continue,
            };
            wanted.push((quality, language));
        }
        wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
        wanted.first().map_or_else(Self::default, |(_, language)| *language)
    }

    /// Picks a text.
    #[must_use]
    pub fn pick<'a>(self, vi: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Vi => vi,
            Self::En => en,
        }
    }
}

/// Shared by every answer to one request.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// `X-Request-Id`: the caller's if it is a UUID, else ours.
    pub request_id: Uuid,
    /// From `Accept-Language`.
    pub language: Language,
}

tokio::task_local! {
    static CURRENT: Context;
}

impl Context {
    /// Reads what a request says about itself.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Self {
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        Self {
            request_id: header("x-request-id")
                .and_then(|id| Uuid::parse_str(id).ok())
                .unwrap_or_else(|| uuid::Builder::from_random_bytes(random_id_bytes()).into_uuid()),
            language: header(ACCEPT_LANGUAGE.as_str()).map_or_else(Language::default, Language::from_header),
        }
    }

    /// The context of the request being answered; a blank one outside of any.
    #[must_use]
    pub fn current() -> Self {
        CURRENT
            .try_with(|context| *context)
            .unwrap_or(Self { request_id: Uuid::nil(), language: Language::default() })
    }

    /// Answers within this context.
    pub async fn cover<F: Future>(self, answer: F) -> F::Output {
        CURRENT.scope(self, answer).await
    }
}

fn random_id_bytes() -> [u8; 16] {
    crate::flows::random_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_better_liked_language_wins_and_vietnamese_is_the_default() {
        assert_eq!(Language::from_header("en;q=0.3, vi"), Language::Vi);
        assert_eq!(Language::from_header("en-GB,en;q=0.9,vi;q=0.8"), Language::En);
        assert_eq!(Language::from_header("fr"), Language::Vi);
        assert_eq!(Language::from_header("é;q=x,,;"), Language::Vi);
    }
}
