//! Photos of a handful of visits in one order, for whoever sees visits one by one.

use super::page::{After, Facet, PageQuery};
use super::row::{Photo, Row};
use crate::domain::ids::VisitId;
use crate::domain::photo::State;
use crate::records::cached::Cached;
use crate::records::schema::photos;
use crate::records::{Db, Result};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use std::collections::HashMap;
use uuid::Uuid;

/// Each visit is a seek of its own along `photos_by_visit` that stops at the page's length; a visit has hundreds of
/// photos at most, so its filters are part of a short scan. The seeks are then merged.
macro_rules! seeks {
    ($order:literal, $beyond:literal) => {
        concat!(
            "SELECT p.id FROM unnest($1) AS v (id) CROSS JOIN LATERAL ( \
             SELECT id, captured_at FROM photos WHERE visit_id = v.id AND action_id IS NULL AND reply_to IS NULL \
             AND ($2::text IS NULL AND state IN ('stored', 'ready', 'no_preview', 'quarantined') OR state = $2) \
             AND ($3::text IS NULL OR item_code = $3) AND ($4::text IS NULL OR subject = $4) \
             AND ($5::text IS NULL OR place_verdict = $5) \
             AND ($6::timestamptz IS NULL OR captured_at >= $6) AND ($7::timestamptz IS NULL OR captured_at < $7) \
             AND ($8::timestamptz IS NULL OR (captured_at, id) ",
            $beyond,
            " ($8, $9)) ORDER BY captured_at ",
            $order,
            ", id ",
            $order,
            " LIMIT $10) AS p ORDER BY p.captured_at ",
            $order,
            ", p.id ",
            $order,
            " LIMIT $10"
        )
    };
}
const NEWEST_FIRST: &str = seeks!("DESC", "<");
const OLDEST_FIRST: &str = seeks!("ASC", ">");

#[derive(QueryableByName)]
struct Hit {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

#[derive(Default)]
struct Filters<'a> {
    item: Option<&'a str>,
    subject: Option<&'a str>,
    place: Option<&'a str>,
    state: Option<State>,
}

/// One page of the photos of these visits, in order of capture.
///
/// # Errors
/// The database's own.
pub(super) async fn page(db: &mut Db, query: &PageQuery, visits: &[VisitId]) -> Result<Vec<Photo>> {
    let mut filters = Filters::default();
    for facet in &query.facets {
        match facet {
            Facet::Item(code) => filters.item = Some(code),
            Facet::Subject(subject) => filters.subject = Some(subject),
            Facet::Place(verdict) => filters.place = Some(verdict.as_str()),
            Facet::State(state) => filters.state = Some(*state),
        }
    }
    let (at, id) = match query.after {
        Some(After { captured_at, id, .. }) => (Some(captured_at), id.0),
        None => (None, Uuid::nil()),
    };
    let ids: Vec<Uuid> = visits.iter().map(|visit| visit.0).collect();
    let seeks = diesel::sql_query(if query.ascending { OLDEST_FIRST } else { NEWEST_FIRST })
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Nullable<Text>, _>(filters.state.map(State::as_str))
        .bind::<Nullable<Text>, _>(filters.item)
        .bind::<Nullable<Text>, _>(filters.subject)
        .bind::<Nullable<Text>, _>(filters.place)
        .bind::<Nullable<Timestamptz>, _>(query.from.map(ToDiesel::to_diesel))
        .bind::<Nullable<Timestamptz>, _>(query.to.map(ToDiesel::to_diesel))
        .bind::<Nullable<Timestamptz>, _>(at.map(ToDiesel::to_diesel))
        .bind::<SqlUuid, _>(id)
        .bind::<BigInt, _>(query.limit);
    let hits: Vec<Hit> = Cached(seeks).load(db).await?;
    let ids: Vec<Uuid> = hits.iter().map(|hit| hit.id).collect();
    in_order(db, &ids).await
}

/// These photos, in this order.
///
/// # Errors
/// The database's own.
pub(super) async fn in_order(db: &mut Db, ids: &[Uuid]) -> Result<Vec<Photo>> {
    let rows: Vec<Row> =
        photos::table.filter(photos::id.eq_any(ids)).select(Row::as_select()).load(db).await?;
    let rows = rows.into_iter().map(Photo::try_from).collect::<Result<Vec<Photo>>>()?;
    let mut found: HashMap<Uuid, Photo> =
        rows.into_iter().map(|photo| (photo.declared.id.0, photo)).collect();
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}
