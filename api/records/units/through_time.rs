//! Versions of units over all time: whoever once had a name or a code.

use super::{Result, Row};
use crate::domain::text;
use crate::domain::unit::UnitVersion;
use crate::records::Db;
use crate::records::schema::unit_versions;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use diesel_async::RunQueryDsl;
use jiff::civil::Date;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

/// Which versions are wanted.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// With this code.
    pub code: Option<String>,
    /// Whose name holds this, with or without accents.
    pub name: Option<String>,
}

/// Where a page ends: first day, then the version's id.
pub type Place = (Date, Uuid);

/// One page of versions, first day first.
///
/// # Errors
/// The database's own.
pub async fn page(
    db: &mut Db,
    wanted: &Wanted,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<UnitVersion>> {
    let mut query = unit_versions::table.select(Row::as_select()).into_boxed();
    if let Some(code) = &wanted.code {
        query = query.filter(unit_versions::official_code.eq(code));
    }
    if let Some(name) = &wanted.name {
        let folded = text::fold(name);
        let pattern = |key: &str| format!("%{}%", text::literal(key));
        // In a name with an apostrophe or a dash, blanks are left out or put in.
        let held = sql::<Bool>("(name_key LIKE ")
            .bind::<Text, _>(pattern(&folded))
            .sql(" OR (name ~ '[''’‘ʼ´`–—‐‑-]' AND replace(name_key, ' ', '') LIKE ")
            .bind::<Text, _>(pattern(&folded.replace(' ', "")))
            .sql("))");
        query = query.filter(held);
    }
    if let Some((from, id)) = after {
        let day = unit_versions::valid_from;
        query = query
            .filter(day.ge(from.to_diesel()))
            .filter(day.gt(from.to_diesel()).or(unit_versions::id.gt(id)));
    }
    let order = (unit_versions::valid_from.asc(), unit_versions::id.asc());
    let rows: Vec<Row> = query.order(order).limit(limit).load(db).await?;
    rows.into_iter().map(UnitVersion::try_from).collect()
}
