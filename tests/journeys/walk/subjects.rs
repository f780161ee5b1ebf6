//! Subjects that are made in the database: what the walk asks about goes no further than the rules behind the right.

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
