//! Visits as figures count them: where, when, how, under which campaign; and those that are no secret to anybody.

use crate::domain::ids::{CampaignId, OwnerId, RoundId, UnitId, VisitId};
use crate::domain::visit::{Kind, Window};
use crate::records::{Db, Error, Result};
use diesel::prelude::*;
use diesel::sql_types::{Array, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as Stamp, ToDiesel};
use uuid::Uuid;

/// What figures need of a visit that a statement knows as `v`.
pub(in crate::records) const COLUMNS: &str =
    "v.id, v.owner_id, v.campaign_id, v.unit_id, v.round_id, v.kind, v.planned_start, v.planned_end";

/// A visit as figures count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Which visit.
    pub id: VisitId,
    /// Whose.
    pub owner: OwnerId,
    /// Under which campaign.
    pub campaign: CampaignId,
    /// Where.
    pub unit: UnitId,
    /// In which round, if in any.
    pub round: Option<RoundId>,
    /// How it comes.
    pub kind: Kind,
    /// When.
    pub window: Window,
}

/// A counted visit as the database gives it.
#[derive(QueryableByName)]
pub(super) struct CountedRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    owner_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    campaign_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    unit_id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    round_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Timestamptz)]
    planned_start: Stamp,
    #[diesel(sql_type = Timestamptz)]
    planned_end: Stamp,
}

impl TryFrom<CountedRow> for Counted {
    type Error = Error;
    fn try_from(row: CountedRow) -> Result<Self> {
        Ok(Self {
            id: VisitId(row.id),
            owner: OwnerId(row.owner_id),
            campaign: CampaignId(row.campaign_id),
            unit: UnitId(row.unit_id),
            round: row.round_id.map(RoundId),
            kind: Kind::parse(&row.kind).ok_or_else(|| Error::bad_row(&row.kind))?,
            window: Window { start: row.planned_start.into(), end: row.planned_end.into() },
        })
    }
}

/// Visits at these units that are no secret: announced or disclosed, neither cancelled nor aborted, whoever's they are.
/// A sealed one is left out by the same statement that finds the others, so that nothing tells of it.
const OPEN: &str = "
SELECT v.id, v.owner_id, v.campaign_id, v.unit_id, v.round_id, v.kind, v.planned_start, v.planned_end
FROM visits v
WHERE v.unit_id = ANY($1) AND v.planned_start < $3 AND v.planned_end > $2
  AND v.state NOT IN ('cancelled', 'aborted') AND (v.kind <> 'surprise' AND NOT v.secret OR v.disclosed_at IS NOT NULL)
ORDER BY v.planned_start, v.id";

/// Visits at these units, planned between two times, that are no secret to anybody.
///
/// # Errors
/// The database's own.
pub async fn open(db: &mut Db, units: &[UnitId], (from, to): (Timestamp, Timestamp)) -> Result<Vec<Counted>> {
    let units: Vec<Uuid> = units.iter().map(|id| id.0).collect();
    let rows: Vec<CountedRow> = diesel::sql_query(OPEN)
        .bind::<Array<SqlUuid>, _>(units)
        .bind::<Timestamptz, _>(from.to_diesel())
        .bind::<Timestamptz, _>(to.to_diesel())
        .load(db)
        .await?;
    rows.into_iter().map(Counted::try_from).collect()
}
