//! Items of one period, for comparing with another: how many units were judged and fail, and what was measured.

use super::{Eyes, begin, latest};
use crate::domain::compared::Measured;
use crate::domain::visit::Ratio;
use crate::records::visits::visible::Wanted;
use crate::records::{Db, Error, Result};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel_async::RunQueryDsl;

/// One item of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfItem {
    /// Code of the checklist.
    pub template: String,
    /// Code of the item.
    pub item: String,
    /// Units that earn less than full credit, of those judged.
    pub failing: Ratio,
    /// Of an item that measures a share: all parts of all wholes.
    pub measured: Option<Measured>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    template: String,
    #[diesel(sql_type = Text)]
    item_code: String,
    #[diesel(sql_type = BigInt)]
    judged: i64,
    #[diesel(sql_type = BigInt)]
    failing: i64,
    #[diesel(sql_type = Nullable<Text>)]
    part: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    whole: Option<String>,
}

/// Each of these items that was judged in the period, by checklist and code.
///
/// # Errors
/// The database's own.
pub async fn by_item(
    db: &mut Db,
    eyes: Eyes<'_>,
    wanted: &Wanted,
    items: Option<&[String]>,
) -> Result<Vec<OfItem>> {
    let Some(mut sql) = begin(db, eyes, wanted).await? else { return Ok(Vec::new()) };
    latest(&mut sql, wanted.as_known, items);
    sql.text(" SELECT template, item_code, count(*) AS judged, count(*) FILTER (WHERE failing) AS failing");
    for (field, name) in [("numerator", "part"), ("denominator", "whole")] {
        // Kept to six places, so that a millionth is whole.
        sql.text(&format!(
            ", (sum((answer ->> '{field}')::numeric * 1000000) FILTER (WHERE answer ->> 'type' = 'ratio')) \
             ::numeric(38, 0)::text AS {name}"
        ));
    }
    sql.text(" FROM latest GROUP BY template, item_code ORDER BY template, item_code");
    let rows: Vec<Row> = sql.query().load(db).await?;
    let count = |n: i64| u32::try_from(n).map_err(Error::bad_row);
    let whole = |text: String| text.parse::<i128>().map_err(Error::bad_row);
    let of = |row: Row| {
        let measured = match (row.part, row.whole) {
            (Some(part), Some(of)) => Some(Measured { part: whole(part)?, whole: whole(of)? }),
            _ => None,
        };
        Ok(OfItem {
            template: row.template,
            item: row.item_code,
            failing: Ratio { numerator: count(row.failing)?, denominator: count(row.judged)? },
            measured,
        })
    };
    rows.into_iter().map(of).collect()
}
