//! Units over all time: whoever once had a name or a code.

use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::permission::{Deed, Subject, may};
use crate::domain::refusal::Refusal;
use crate::domain::text;
use crate::domain::unit::UnitVersion;
use crate::flows::{Result, cut};
pub use crate::records::units::through_time::Place;
use crate::records::units::through_time::{Wanted, page};

/// One page of versions with this name or code, first day first, and where the next page begins.
///
/// # Errors
/// `forbidden`; `invalid` for words that are no text.
pub async fn versions(
    app: &App,
    actor: &Actor,
    (name, code): (Option<&str>, Option<&str>),
    after: Option<Place>,
    limit: u8,
) -> Result<(Vec<UnitVersion>, Option<Place>)> {
    may(actor, Deed::ReadUnits, &Subject::default())?;
    let read = |at: &str, raw: Option<&str>, most| {
        let text = raw.map(|raw| text::required(raw, most)).transpose();
        text.map_err(|why| Refusal::field(at, "text.refused", why))
    };
    let wanted = Wanted { name: read("?q", name, 100)?, code: read("?official_code", code, 20)? };
    let mut db = app.records.conn().await?;
    let (found, more) = cut(page(&mut db, &wanted, after, i64::from(limit) + 1).await?, limit);
    let next = found.last().filter(|_| more).map(|last| (last.valid_from, last.id.0));
    Ok((found, next))
}
