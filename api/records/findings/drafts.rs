//! What the people of a unit wrote for its head to send.

use crate::domain::ids::{AccountId, FindingId};
use crate::records::{Db, Result};
use diesel::prelude::*;
use diesel::sql_types::{Array, Integer, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as Stamp, ToDiesel};
use uuid::Uuid;

/// An explanation before it is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Its words.
    pub text: String,
    /// Papers, by name.
    pub papers: Vec<String>,
    /// Who wrote it last.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
    /// Counts the changes, from 1.
    pub version: i32,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    text: String,
    #[diesel(sql_type = Array<Text>)]
    papers: Vec<String>,
    #[diesel(sql_type = SqlUuid)]
    written_by: Uuid,
    #[diesel(sql_type = Timestamptz)]
    written_at: Stamp,
    #[diesel(sql_type = Integer)]
    version: i32,
}

/// The draft of a finding's explanation; whoever writes holds the finding.
///
/// # Errors
/// The database's own.
pub async fn find(db: &mut Db, finding: FindingId) -> Result<Option<Draft>> {
    let words =
        "SELECT text, papers, written_by, written_at, version FROM explanation_drafts WHERE finding_id = $1";
    let row: Option<Row> =
        diesel::sql_query(words).bind::<SqlUuid, _>(finding.0).get_result(db).await.optional()?;
    Ok(row.map(|row| Draft {
        text: row.text,
        papers: row.papers,
        by: AccountId(row.written_by),
        at: row.written_at.into(),
        version: row.version,
    }))
}

/// Writes it, the first time or anew.
///
/// # Errors
/// The database's own.
pub async fn keep(db: &mut Db, finding: FindingId, draft: &Draft) -> Result<()> {
    diesel::sql_query(
        "INSERT INTO explanation_drafts (finding_id, text, papers, written_by, written_at, version)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (finding_id) DO UPDATE SET text = $2, papers = $3, written_by = $4, written_at = $5, version = $6",
    )
    .bind::<SqlUuid, _>(finding.0)
    .bind::<Text, _>(&draft.text)
    .bind::<Array<Text>, _>(&draft.papers)
    .bind::<SqlUuid, _>(draft.by.0)
    .bind::<Timestamptz, _>(draft.at.to_diesel())
    .bind::<Integer, _>(draft.version)
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets it: the unit has explained.
///
/// # Errors
/// The database's own.
pub async fn remove(db: &mut Db, finding: FindingId) -> Result<()> {
    diesel::sql_query("DELETE FROM explanation_drafts WHERE finding_id = $1")
        .bind::<SqlUuid, _>(finding.0)
        .execute(db)
        .await?;
    Ok(())
}
