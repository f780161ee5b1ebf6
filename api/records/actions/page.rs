//! Lists of actions, and how they stand in a campaign.

use crate::domain::action::State;
use crate::domain::actor::Actor;
use crate::domain::ids::{CampaignId, FindingId, OwnerId};
use crate::domain::permission::Deed;
use crate::records::seek::{self, Bind, Own, Shelf, Sql};
use crate::records::{Db, Result};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date as SqlDate, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::civil::Date;
use jiff_diesel::ToDiesel;

pub use crate::records::seek::{Narrowed, Place};

/// Which actions are wanted.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// What every list can be narrowed to; at a unit is what it owns, or what came from it.
    pub narrowed: Narrowed,
    /// To remedy this finding.
    pub finding: Option<FindingId>,
    /// With more time granted.
    pub extended: bool,
    /// Carried over from this campaign.
    pub carried_from: Option<CampaignId>,
    /// Late on this local day: due before it, and awaited.
    pub overdue_on: Option<Date>,
}

const SHELF: Shelf = Shelf {
    table: "actions",
    units: "action_units",
    key: "action_id",
    at: "created_at",
    told: "t.issued_at IS NOT NULL",
    own: Own {
        // Of two owners in whose place one unit stands, one counts.
        joined: " JOIN action_owners o ON o.action_id = t.id AND NOT EXISTS (SELECT 1 FROM action_owners d \
            WHERE d.action_id = o.action_id AND d.unit_id < o.unit_id \
            AND coalesce(d.holder_id, d.unit_id) = coalesce(o.holder_id, o.unit_id))",
        unit: "coalesce(o.holder_id, o.unit_id)",
        state: "o.state",
        at: "o.created_at",
        id: "o.action_id",
    },
    open: State::unfinished,
};

/// Of a table known as `t`: more time was granted, and it was not cancelled.
const EXTENDED: &str =
    " AND t.state <> 'cancelled' AND t.story @> '{\"extensions\": [{\"state\": \"extended\"}]}'";

/// Whether an actor may list every action of a campaign: whatever its figures count.
///
/// # Errors
/// The database's own.
pub async fn shows_all(db: &mut Db, actor: &Actor, of: (Option<OwnerId>, CampaignId)) -> Result<bool> {
    seek::shows_all(db, (actor, Deed::ReadActions), &SHELF, of).await
}

/// One page of the actions an actor may see, latest first. `day` decides in whose place a unit stands.
///
/// # Errors
/// The database's own.
pub async fn page(
    db: &mut Db,
    actor: &Actor,
    wanted: &Wanted,
    (limit, day): (u8, Date),
) -> Result<Vec<Place>> {
    let mut narrowed = wanted.narrowed.clone();
    if wanted.overdue_on.is_some() {
        let awaited = State::awaited();
        narrowed.states.retain(|state| awaited.contains(state));
        if wanted.narrowed.states.is_empty() {
            narrowed.states = awaited;
        } else if narrowed.states.is_empty() {
            return Ok(Vec::new());
        }
    }
    let more = |sql: &mut Sql| {
        if let Some(finding) = wanted.finding {
            sql.text(
                " AND EXISTS (SELECT 1 FROM action_findings l WHERE l.action_id = t.id AND l.finding_id = ",
            )
            .bind(Bind::Id(finding.0))
            .text(")");
        }
        if let Some(campaign) = wanted.carried_from {
            sql.text(" AND t.carried_from @> ARRAY[")
                .bind(Bind::Id(campaign.0))
                .text("] AND t.carried_from <> '{}'");
        }
        if wanted.extended {
            sql.text(EXTENDED);
        }
        if let Some(day) = wanted.overdue_on {
            sql.text(" AND t.due_on < ").bind(Bind::Day(day));
        }
    };
    seek::page(db, (actor, Deed::ReadActions, day), &SHELF, &narrowed, &more, limit).await
}

/// Actions of a campaign, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, QueryableByName)]
pub struct Counts {
    /// Issued at some time and not cancelled.
    #[diesel(sql_type = BigInt)]
    pub issued: i64,
    /// Proposed only.
    #[diesel(sql_type = BigInt)]
    pub proposed: i64,
    /// Reported as done, waiting to be verified.
    #[diesel(sql_type = BigInt)]
    pub reported: i64,
    /// Verified.
    #[diesel(sql_type = BigInt)]
    pub verified: i64,
    /// Returned and not reported again.
    #[diesel(sql_type = BigInt)]
    pub returned: i64,
    /// With more time granted.
    #[diesel(sql_type = BigInt)]
    pub extended: i64,
    /// Late.
    #[diesel(sql_type = BigInt)]
    pub overdue: i64,
    /// Cancelled.
    #[diesel(sql_type = BigInt)]
    pub cancelled: i64,
    /// Carried over into other campaigns; counted there besides, and nowhere else here.
    #[diesel(sql_type = BigInt)]
    pub carried_over: i64,
}

/// Counts a campaign's actions as of a local day.
///
/// # Errors
/// The database's own.
pub async fn counts(db: &mut Db, campaign: CampaignId, day: Date) -> Result<Counts> {
    let words = "SELECT
        count(*) FILTER (WHERE state NOT IN ('proposed', 'cancelled')) AS issued,
        count(*) FILTER (WHERE state = 'proposed') AS proposed,
        count(*) FILTER (WHERE state = 'reported_done') AS reported,
        count(*) FILTER (WHERE state = 'verified_done') AS verified,
        count(*) FILTER (WHERE state = 'returned') AS returned,
        count(*) FILTER (WHERE state <> 'cancelled' AND story @> '{\"extensions\": [{\"state\": \"extended\"}]}')
            AS extended,
        count(*) FILTER (WHERE due_on < $2 AND state IN ('issued', 'accepted', 'in_progress', 'returned'))
            AS overdue,
        count(*) FILTER (WHERE state = 'cancelled') AS cancelled,
        (SELECT count(*) FROM actions c WHERE c.carried_from @> ARRAY[$1] AND c.carried_from <> '{}'
            AND c.campaign_id <> $1) AS carried_over
        FROM actions WHERE campaign_id = $1";
    Ok(diesel::sql_query(words)
        .bind::<SqlUuid, _>(campaign.0)
        .bind::<SqlDate, _>(day.to_diesel())
        .get_result(db)
        .await?)
}
