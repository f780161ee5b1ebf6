//! Photos within a box, from cell to cell of a hundredth of a degree (about 1.1 km): a page reads little more than it
//! shows, whether the box holds a village or a country, ten photos or ten million.

use super::among::in_order;
use super::page::{After, PageQuery};
use super::row::Photo;
use crate::domain::ids::OwnerId;
use crate::records::cached::Cached;
use crate::records::{Db, Result};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Double, Integer, Nullable, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

/// A box of degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edges {
    /// Western edge.
    pub west: f64,
    /// Southern edge.
    pub south: f64,
    /// Eastern edge.
    pub east: f64,
    /// Northern edge.
    pub north: f64,
}

/// Cells in a degree, as in the index `photos_by_cell_of_degree`.
const CELLS: f64 = 100.0;

/// A run of strips (rows of cells), each one seek along the index that stops at the page's length.
const STRIPS: &str = "
SELECT p.id FROM generate_series($2, $3) AS strip (south) CROSS JOIN LATERAL (
    SELECT photos.id, floor(photos.longitude * 100)::integer AS west
    FROM photos JOIN visits ON visits.id = photos.visit_id
    WHERE photos.owner_id = $1 AND floor(photos.latitude * 100)::integer = strip.south
    AND floor(photos.longitude * 100)::integer <= $4
    AND (floor(photos.longitude * 100)::integer, photos.id) > ($5, $6)
    AND photos.latitude BETWEEN $7 AND $8 AND photos.longitude BETWEEN $9 AND $10
    AND ($11::timestamptz IS NULL OR photos.captured_at >= $11) AND ($12::timestamptz IS NULL OR photos.captured_at < $12)
    AND photos.state IN ('stored', 'ready', 'no_preview', 'quarantined')
    AND (visits.kind <> 'surprise' AND NOT visits.secret OR visits.disclosed_at IS NOT NULL)
    ORDER BY floor(photos.longitude * 100)::integer, photos.id LIMIT $13) AS p
ORDER BY strip.south, p.west, p.id LIMIT $13";

#[derive(QueryableByName)]
struct Hit {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// One page in order of cell (from south to north, then from west to east) and id.
///
/// # Errors
/// The database's own.
pub(super) async fn page(db: &mut Db, query: &PageQuery, owner: OwnerId, edges: Edges) -> Result<Vec<Photo>> {
    let start = (cell(edges.west) - 1, Uuid::nil());
    let (mut south, mut after) = match query.after {
        Some(After { position: Some((latitude, longitude)), id, .. }) => {
            (cell(latitude), (cell(longitude), id.0))
        }
        _ => (cell(edges.south), start),
    };
    let north = cell(edges.north);
    let mut ids: Vec<Uuid> = Vec::new();
    let mut strips = 1;
    while south <= north {
        let left = query.limit.saturating_sub(i64::try_from(ids.len()).unwrap_or(i64::MAX));
        if left <= 0 {
            break;
        }
        let hits: Vec<Hit> = Cached(
            diesel::sql_query(STRIPS)
                .bind::<SqlUuid, _>(owner.0)
                .bind::<Integer, _>(south)
                .bind::<Integer, _>((south + strips - 1).min(north))
                .bind::<Integer, _>(cell(edges.east))
                .bind::<Integer, _>(after.0)
                .bind::<SqlUuid, _>(after.1)
                .bind::<Double, _>(edges.south)
                .bind::<Double, _>(edges.north)
                .bind::<Double, _>(edges.west)
                .bind::<Double, _>(edges.east)
                .bind::<Nullable<Timestamptz>, _>(query.from.map(ToDiesel::to_diesel))
                .bind::<Nullable<Timestamptz>, _>(query.to.map(ToDiesel::to_diesel))
                .bind::<BigInt, _>(left),
        )
        .load(db)
        .await?;
        ids.extend(hits.iter().map(|hit| hit.id));
        // Strips without photos cost a probe each: the more were empty, the more are looked at in one go.
        (south, after, strips) = (south + strips, start, (strips * 4).min(256));
    }
    in_order(db, &ids).await
}

/// The cell that a degree lies in; positions and boxes are within 180 degrees.
#[allow(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "at most 18,000, floored: nothing is lost"
)]
fn cell(degrees: f64) -> i32 {
    (degrees * CELLS).floor() as i32
}
