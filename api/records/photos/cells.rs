//! Photos within a wide box: cell by cell of one degree, so that a page reads no more than it shows.

use super::page::{After, PageQuery, Scope, of_photos};
use super::row::Row;
use crate::domain::ids::OwnerId;
use crate::records::{Db, Result};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Double, Integer, Nullable, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;

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

/// A cell of one degree by its south-western corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Degrees north of its southern edge.
    pub latitude: i32,
    /// Degrees east of its western edge.
    pub longitude: i32,
}

#[derive(QueryableByName)]
struct Held {
    #[diesel(sql_type = Integer)]
    south: i32,
    #[diesel(sql_type = Integer)]
    west: i32,
    /// The page before ended in it.
    #[diesel(sql_type = Bool)]
    begun: bool,
}

/// The cells that the box touches and that hold anything: one probe of `photos_by_cell` each, which the limit keeps the
/// planner from turning into a join of everything.
const HELD_CELLS: &str = "
SELECT south, west, coalesce((south, west) = (floor($6)::int, floor($7)::int), false) AS begun
FROM generate_series(floor($2)::int, floor($3)::int) AS south
CROSS JOIN generate_series(floor($4)::int, floor($5)::int) AS west
CROSS JOIN LATERAL (SELECT 1 FROM photos p WHERE p.owner_id = $1
    AND floor(p.latitude)::int = south AND floor(p.longitude)::int = west AND p.latitude IS NOT NULL
    AND p.state IN ('stored', 'ready', 'no_preview', 'quarantined') LIMIT 1) AS held
WHERE $6 IS NULL OR (south, west) >= (floor($6)::int, floor($7)::int)
ORDER BY south, west";

/// One page in order of cell (from south to north, then from west to east) and id.
///
/// # Errors
/// The database's own.
pub(super) async fn page(db: &mut Db, query: &PageQuery, owner: OwnerId, edges: Edges) -> Result<Vec<Row>> {
    let position = query.after.and_then(|after| after.position);
    let cells: Vec<Held> = diesel::sql_query(HELD_CELLS)
        .bind::<SqlUuid, _>(owner.0)
        .bind::<Double, _>(edges.south)
        .bind::<Double, _>(edges.north)
        .bind::<Double, _>(edges.west)
        .bind::<Double, _>(edges.east)
        .bind::<Nullable<Double>, _>(position.map(|(latitude, _)| latitude))
        .bind::<Nullable<Double>, _>(position.map(|(_, longitude)| longitude))
        .load(db)
        .await?;
    let mut rows = Vec::new();
    for held in cells {
        let cell = Cell { latitude: held.south, longitude: held.west };
        let after: Option<After> = query.after.filter(|_| held.begun);
        let left = query.limit.saturating_sub(i64::try_from(rows.len()).unwrap_or(i64::MAX));
        let scope = Scope::Box { owner, edges: edges.within(cell), cell: Some(cell) };
        rows.extend(of_photos(db, &PageQuery { scope, after, limit: left, ..query.clone() }).await?);
        if i64::try_from(rows.len()).is_ok_and(|found| found >= query.limit) {
            break;
        }
    }
    Ok(rows)
}

impl Edges {
    /// What is left of the box in a cell; `None` where that is all of the cell.
    fn within(self, cell: Cell) -> Option<Self> {
        let (south, west) = (f64::from(cell.latitude), f64::from(cell.longitude));
        let whole =
            self.south <= south && self.west <= west && self.north >= south + 1.0 && self.east >= west + 1.0;
        (!whole).then_some(self)
    }
}
