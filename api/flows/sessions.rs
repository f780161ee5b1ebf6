//! Sessions: from a bearer token to whoever holds it.

use super::{Error, Result};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::refusal::{Kind, Refusal};

/// Finds out who holds an access token, with scopes and grants as they are now.
///
/// # Errors
/// `token.invalid` for one that does not hold; an outage is [`Error::Busy`], never a refusal.
pub async fn authenticate(_app: &App, _token: &str) -> Result<Actor> {
    Err(Error::Refused(Refusal::new(
        Kind::Unauthenticated,
        "token.invalid",
        "This access token does not hold.",
    )))
}
