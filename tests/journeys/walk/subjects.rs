//! Subjects that are made in the database: what the walk asks about goes no further than the rules behind the right.

use super::ground::Ground;
use serde_json::json;
use tokio_postgres::Client;
use uuid::Uuid;

/// Totals of a campaign that were made public and taken back.
pub async fn totals(sql: &Client, campaign: Uuid) -> Uuid {
    let id = Uuid::new_v4();
    let none = json!({ "visits": 0, "units": 0, "coverage": [], "confirmed": 0, "open": 0, "critical": 0,
        "strengths": 0, "issued": 0, "verified": 0, "overdue": 0, "items": [] });
    let make = format!(
        "INSERT INTO publications SELECT '{id}', c.owner_id, c.id, 'Số liệu', '2026-01-01', '{none}', a.id, now(),
             a.id, now(), 'Đính chính' FROM campaigns c, accounts a WHERE c.id = '{campaign}' LIMIT 1"
    );
    sql.batch_execute(&make).await.expect("totals");
    id
}

/// Somebody who received the team, and guidance, at each visit; their ids are the visit's.
pub async fn company(ground: &Ground) {
    let make = "INSERT INTO visit_attendees (id, visit_id, name, office, positions, recorded_by, recorded_at)
            SELECT id, id, 'A', '', '{}', created_by, created_at FROM visits;
        INSERT INTO visit_guidance (id, visit_id, guided, content, given_at, given_offset_s, recorded_by, recorded_at)
            SELECT id, id, 'A', 'B', created_at, 25200, created_by, created_at FROM visits";
    ground.at.house.sql().await.batch_execute(make).await.expect("their company");
}
