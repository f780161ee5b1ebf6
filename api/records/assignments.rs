//! Rules for who may be sent where, and what they need to know of a team.

use super::schema::{assignment_rules, grants, team_members, visits};
use super::{Db, Error, Result};
use crate::domain::assignment::{Assigned, Consequence, Rules};
use crate::domain::ids::{AccountId, OwnerId, TeamId, UnitId};
use crate::domain::moment::vietnam_day;
use diesel::dsl::max;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{NullableTimestamp, ToDiesel};
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
    let row: Option<(String, String, i32, i32)> = assignment_rules::table
        .find(owner.0)
        .select((
            assignment_rules::own_unit,
            assignment_rules::rotation,
            assignment_rules::rotation_days,
            assignment_rules::version,
        ))
        .first(db)
        .await
        .optional()?;
    let Some((own_unit, rotation, days, version)) = row else { return Ok((Rules::default(), 0)) };
    let rotation_days = u16::try_from(days).map_err(Error::bad_row)?;
    Ok((Rules { own_unit: read(&own_unit)?, rotation: read(&rotation)?, rotation_days }, version))
}

/// Sets the rules of an owner under the next version, which it returns.
///
/// # Errors
/// The database's own.
pub async fn write(db: &mut Db, owner: OwnerId, rules: Rules, now: Timestamp) -> Result<i32> {
    let said = (
        assignment_rules::own_unit.eq(rules.own_unit.as_str()),
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

/// Who sits on a team now, where they belong, and when they were last at a unit before a moment, with a team of this
/// owner whose visit was handed in. Who sat on a team between its being told and its handing in was there.
///
/// # Errors
/// The database's own.
pub async fn assigned(
    db: &mut Db,
    owner: OwnerId,
    (team, unit): (TeamId, UnitId),
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
    let seated_then = team_members::added_at
        .nullable()
        .lt(visits::submitted_at)
        .and(team_members::removed_at.is_null().or(team_members::removed_at.gt(visits::dispatched_at)));
    let earlier: Vec<(Uuid, NullableTimestamp)> = visits::table
        .inner_join(team_members::table.on(team_members::team_id.eq(visits::team_id)))
        .filter(visits::unit_id.eq(unit.0).and(visits::owner_id.eq(owner.0)))
        .filter(visits::state.eq_any(["submitted", "finalised"]))
        .filter(visits::planned_start.lt(before.to_diesel()))
        .filter(team_members::account_id.eq_any(&accounts))
        .filter(seated_then)
        .group_by(team_members::account_id)
        .select((team_members::account_id, max(visits::planned_start)))
        .load(db)
        .await?;
    let last: HashMap<Uuid, Timestamp> =
        earlier.into_iter().filter_map(|(account, at)| Some((account, at.to_jiff()?))).collect();
    let belongs = |account: Uuid| {
        let of = |(who, unit): &(Uuid, Option<Uuid>)| (*who == account).then_some(*unit).flatten();
        seats.iter().chain(&homes).filter_map(of).map(UnitId).collect()
    };
    Ok(accounts
        .iter()
        .map(|account| Assigned {
            account: AccountId(*account),
            belongs_to: belongs(*account),
            last_there: last.get(account).map(|at| vietnam_day(*at)),
        })
        .collect())
}
