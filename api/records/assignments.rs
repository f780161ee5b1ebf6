//! Rules for who may be sent where, and what they need to know of a team.

use super::schema::{assignment_rules, grants, team_members};
use super::{Db, Error, Result, conflicts};
use crate::domain::assignment::{Assigned, Consequence, Rules};
use crate::domain::ids::{AccountId, OwnerId, TeamId, UnitId};
use crate::domain::moment::vietnam_day;
use diesel::prelude::*;
use diesel::sql_types::{Array, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use std::collections::HashMap;
use uuid::Uuid;

fn read(text: &str) -> Result<Consequence> {
    Consequence::parse(text).ok_or_else(|| Error::bad_row(text))
}

/// The rules of an owner and their version; the usual ones under version 0 where it has set none.
///
/// # Errors
/// The database's own.
pub async fn rules(db: &mut Db, owner: OwnerId) -> Result<(Rules, i32)> {
    let row: Option<(String, String, String, i32, i32)> = assignment_rules::table
        .find(owner.0)
        .select((
            assignment_rules::own_unit,
            assignment_rules::conflict,
            assignment_rules::rotation,
            assignment_rules::rotation_days,
            assignment_rules::version,
        ))
        .first(db)
        .await
        .optional()?;
    let Some((own_unit, conflict, rotation, days, version)) = row else { return Ok((Rules::default(), 0)) };
    let rotation_days = u16::try_from(days).map_err(Error::bad_row)?;
    let [own_unit, conflict, rotation] = [read(&own_unit)?, read(&conflict)?, read(&rotation)?];
    Ok((Rules { own_unit, conflict, rotation, rotation_days }, version))
}

/// Sets the rules of an owner under the next version, which it returns.
///
/// # Errors
/// The database's own.
pub async fn write(db: &mut Db, owner: OwnerId, rules: Rules, now: Timestamp) -> Result<i32> {
    let said = (
        assignment_rules::own_unit.eq(rules.own_unit.as_str()),
        assignment_rules::conflict.eq(rules.conflict.as_str()),
        assignment_rules::rotation.eq(rules.rotation.as_str()),
        assignment_rules::rotation_days.eq(i32::from(rules.rotation_days)),
        assignment_rules::changed_at.eq(now.to_diesel()),
    );
    Ok(diesel::insert_into(assignment_rules::table)
        .values((assignment_rules::owner_id.eq(owner.0), assignment_rules::version.eq(1), said))
        .on_conflict(assignment_rules::owner_id)
        .do_update()
        .set((said, assignment_rules::version.eq(assignment_rules::version + 1)))
        .returning(assignment_rules::version)
        .get_result(db)
        .await?)
}

/// When these people were last at one of some units with a team of the owner whose visit was handed in. Each stretch on a team
/// counts: who left and came back was there nevertheless.
const LAST_THERE: &str = "
SELECT s.account_id, max(v.planned_start) AS last_there
FROM visits v JOIN (
    SELECT team_id, account_id, added_at, removed_at FROM team_members
    UNION ALL SELECT team_id, account_id, added_at, removed_at FROM past_seats
) s ON s.team_id = v.team_id
WHERE v.unit_id = ANY($1) AND v.owner_id = $2 AND v.state IN ('submitted', 'finalised') AND v.planned_start < $3
  AND s.account_id = ANY($4) AND s.added_at < v.submitted_at
  AND (s.removed_at IS NULL OR s.removed_at > v.dispatched_at)
GROUP BY s.account_id";

#[derive(QueryableByName)]
struct Earlier {
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    last_there: jiff_diesel::Timestamp,
}

/// Who sits on a team now, where they belong, what they are kept from, and when they were last at one of some units before a
/// moment, with a team of this owner whose visit was handed in. Who sat on a team between its being told and its handing in was there.
///
/// # Errors
/// The database's own.
pub async fn assigned(
    db: &mut Db,
    owner: OwnerId,
    (team, units): (TeamId, &[UnitId]),
    before: Timestamp,
) -> Result<Vec<Assigned>> {
    let seats: Vec<(Uuid, Option<Uuid>)> = team_members::table
        .filter(team_members::team_id.eq(team.0).and(team_members::removed_at.is_null()))
        .order(team_members::account_id)
        .select((team_members::account_id, team_members::office_unit_id))
        .load(db)
        .await?;
    let accounts: Vec<Uuid> = seats.iter().map(|(account, _)| *account).collect();
    let homes: Vec<(Uuid, Option<Uuid>)> = grants::table
        .filter(grants::account_id.eq_any(&accounts).and(grants::revoked_at.is_null()))
        .filter(grants::role.eq_any(["head_of_unit", "unit_staff"]))
        .select((grants::account_id, grants::unit_id))
        .load(db)
        .await?;
    let earlier: Vec<Earlier> = diesel::sql_query(LAST_THERE)
        .bind::<Array<SqlUuid>, _>(units.iter().map(|unit| unit.0).collect::<Vec<_>>())
        .bind::<SqlUuid, _>(owner.0)
        .bind::<Timestamptz, _>(before.to_diesel())
        .bind::<Array<SqlUuid>, _>(&accounts)
        .load(db)
        .await?;
    let kept_off = conflicts::between(db, owner, &accounts, units).await?;
    let last: HashMap<Uuid, Timestamp> =
        earlier.into_iter().map(|row| (row.account_id, row.last_there.into())).collect();
    let belongs = |account: Uuid| {
        let of = |(who, unit): &(Uuid, Option<Uuid>)| (*who == account).then_some(*unit).flatten();
        seats.iter().chain(&homes).filter_map(of).map(UnitId).collect()
    };
    Ok(accounts
        .iter()
        .map(|account| Assigned {
            account: AccountId(*account),
            belongs_to: belongs(*account),
            conflicts: kept_off.iter().filter(|(who, _)| who.0 == *account).map(|(_, unit)| *unit).collect(),
            last_there: last.get(account).map(|at| vietnam_day(*at)),
        })
        .collect())
}
