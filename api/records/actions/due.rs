//! What is due: awaited actions in the order of their due days.

use crate::domain::actor::Actor;
use crate::domain::ids::CampaignId;
use crate::domain::permission::Deed;
use crate::records::seek::{Bind, Narrowed, Sql, Way, rights, ways};
use crate::records::{Db, Result};
use diesel::prelude::*;
use diesel::sql_types::{Date as SqlDate, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Where an action stands in the list: earliest due day first, the id decides between equals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Its due day.
    pub due_on: Date,
    /// Which action.
    pub id: Uuid,
}

/// Which actions are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Due on this day at the latest.
    pub until: Date,
    /// Of this campaign.
    pub campaign: Option<CampaignId>,
    /// Behind this place.
    pub after: Option<Place>,
    /// Decides in whose place a unit stands.
    pub today: Date,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlDate)]
    due_on: jiff_diesel::Date,
}

/// One page of what an actor may see, earliest due day first.
///
/// # Errors
/// The database's own.
pub async fn page(db: &mut Db, actor: &Actor, wanted: &Wanted, limit: u8) -> Result<Vec<Place>> {
    let ways = ways(db, actor, Deed::ReadActions, &Narrowed::default(), (&[], wanted.today)).await?;
    if ways.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::default();
    sql.text("SELECT id, due_on FROM (");
    for (n, way) in ways.iter().enumerate() {
        sql.text(if n == 0 { "(" } else { " UNION (" });
        write(&mut sql, way, wanted, limit);
        sql.text(")");
    }
    sql.text(") AS seen ORDER BY due_on, id LIMIT ").bind(Bind::Number(limit.into()));
    let rows: Vec<Found> = sql.query().load(db).await?;
    Ok(rows.into_iter().map(|row| Place { due_on: row.due_on.into(), id: row.id }).collect())
}

fn write(sql: &mut Sql, way: &Way, wanted: &Wanted, limit: u8) {
    let branch = &way.branch;
    // Only literal states let the planner use the index of what is awaited.
    sql.text("SELECT t.id, t.due_on FROM actions t WHERE t.state IN ('issued', 'accepted', 'in_progress', 'returned')")
        .text(" AND t.due_on <= ")
        .bind(Bind::Day(wanted.until));
    if let Some(unit) = branch.slice.unit {
        sql.text(" AND EXISTS (SELECT 1 FROM action_units u WHERE u.action_id = t.id AND u.unit_id = ")
            .bind(Bind::Id(unit.0))
            .text(")");
    }
    rights(sql, branch, wanted.campaign, "t.issued_at IS NOT NULL");
    if let Some(after) = wanted.after {
        sql.text(" AND t.due_on >= ").bind(Bind::Day(after.due_on));
        sql.text(" AND (t.due_on > ").bind(Bind::Day(after.due_on));
        sql.text(" OR t.id > ").bind(Bind::Id(after.id)).text(")");
    }
    sql.text(" ORDER BY t.due_on, t.id LIMIT ").bind(Bind::Number(limit.into()));
}
