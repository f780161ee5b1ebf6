//! Lists: bounded pages, sealed cursors that tell nothing about rows their holder may not see.

use super::problem::Problem;
use crate::app::App;
use crate::domain::refusal::FieldFault;
use actix_web::http::StatusCode;
use actix_web::http::header::LINK;
use actix_web::{HttpRequest, HttpResponse};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Rows on a page where the caller says nothing.
pub const DEFAULT_LIMIT: u8 = 50;
/// Most rows on a page.
pub const MAX_LIMIT: u8 = 200;

/// Reads `limit`.
///
/// # Errors
/// 422 outside 1 to 200.
pub fn limit(asked: Option<i64>) -> Result<u8, Problem> {
    match asked {
        None => Ok(DEFAULT_LIMIT),
        Some(n) => u8::try_from(n).ok().filter(|n| (1..=MAX_LIMIT).contains(n)).ok_or_else(|| {
            let fault =
                FieldFault::new("?limit", "parameter.out-of-range", "limit must be between 1 and 200");
            Problem::of_door(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "limit must be between 1 and 200.")
                .with_faults(vec![fault])
        }),
    }
}

#[derive(Serialize, Deserialize)]
struct Sealed<P> {
    /// The list and its filters, so that a cursor is not used on another.
    of: String,
    at: P,
}

/// Opens a cursor of this list.
///
/// # Errors
/// 422 for a cursor that is not ours, was changed, or belongs to other filters.
pub fn open<P: DeserializeOwned>(app: &App, of: &str, cursor: Option<&str>) -> Result<Option<P>, Problem> {
    let Some(cursor) = cursor else { return Ok(None) };
    let plain = app.identity.sealer().open_text("cursor", cursor).ok();
    let sealed = plain.and_then(|plain| serde_json::from_slice::<Sealed<P>>(&plain).ok());
    match sealed {
        Some(sealed) if sealed.of == of => Ok(Some(sealed.at)),
        _ => Err(not_of_this_list()),
    }
}

/// What is said of a cursor that is of no use.
#[must_use]
pub fn not_of_this_list() -> Problem {
    let detail = "This cursor is not of this list with these filters; start again without a cursor.";
    let fault = FieldFault::new("?cursor", "parameter.cursor", detail);
    Problem::of_door(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail).with_faults(vec![fault])
}

/// Seals the position behind the last row of a page.
#[must_use]
pub fn seal<P: Serialize>(app: &App, of: &str, at: P) -> String {
    let plain = serde_json::to_vec(&Sealed { of: of.to_owned(), at }).unwrap_or_default();
    app.identity.sealer().seal_text("cursor", &plain)
}

/// One page of a list. `body` must serialise as `{"items": […], "next": …}`; adds the `Link` header.
pub fn respond<B: Serialize>(request: &HttpRequest, body: &B, next: Option<&str>) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    if let Some(next) = next {
        let kept: Vec<&str> = request
            .query_string()
            .split('&')
            .filter(|p| !p.is_empty() && !p.starts_with("cursor="))
            .collect();
        let query = kept.iter().map(|p| format!("{p}&")).collect::<String>();
        answer.insert_header((LINK, format!("<{}?{query}cursor={next}>; rel=\"next\"", request.path())));
    }
    answer.json(body)
}

/// The words of a filter that may be repeated, each once, in one order.
pub fn once_each(words: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    words.collect::<std::collections::BTreeSet<_>>().into_iter().collect()
}
