//! Verification with the separation of duties in the query itself: whoever belongs to an owner unit, answers for one above
//! it or wrote the report adds no row, and the lead of a team alone does not settle a critical finding.

use crate::domain::ids::{AccountId, ActionId, FindingId, UnitId};
use crate::records::{Db, Result};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Is {
    #[diesel(sql_type = Bool)]
    it: bool,
}

/// Somebody's verification of a report.
#[derive(Clone, Copy, Debug)]
pub struct Verification {
    /// Of which action.
    pub action: ActionId,
    /// Of which of its reports.
    pub report: i32,
    /// Who.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// The units that something is a matter of.
#[derive(Clone, Debug, Default)]
pub struct Concerned {
    /// They themselves, and whoever stands in their place.
    pub units: Vec<UnitId>,
    /// Every unit above any of them.
    pub above: Vec<UnitId>,
}

/// Whether the account `$1` belongs to one of some units: answers for it or for one above it, works there, or sits on a
/// team as somebody of that office. Both are expressions that give arrays.
fn belongs_to(units: &str, above: &str) -> String {
    format!(
        "(EXISTS (SELECT 1 FROM grants g WHERE g.account_id = $1 AND g.revoked_at IS NULL
            AND g.role IN ('head_of_unit', 'unit_staff') AND g.unit_id = ANY({units} || {above}))
          OR EXISTS (SELECT 1 FROM team_members s WHERE s.account_id = $1 AND s.removed_at IS NULL
            AND s.office_unit_id = ANY({units})))"
    )
}

/// Enters a verification for some of an action's findings; how many rows that made. None where the verifier belongs to an
/// owner unit, or to one of those that stand in their place, or wrote the report, whatever the caller has looked at before.
///
/// # Errors
/// The database's own.
pub async fn enter(db: &mut Db, how: Verification, findings: &[FindingId], of: &Concerned) -> Result<i64> {
    let is_own = belongs_to("(o.unit_id || $6)", "(o.unit_ancestors || $7)");
    let words = format!(
        "WITH made AS (INSERT INTO action_verifications (action_id, finding_id, report, account_id, at)
            SELECT l.action_id, l.finding_id, $3, $1, $4 FROM action_findings l JOIN actions a ON a.id = l.action_id
            WHERE a.id = $2 AND a.state = 'reported_done' AND l.finding_id = ANY($5)
              AND a.story #>> '{{reports,-1,by}}' IS DISTINCT FROM $1::text
              AND NOT EXISTS (SELECT 1 FROM action_owners o WHERE o.action_id = a.id AND {is_own})
            ON CONFLICT (action_id, finding_id, report, account_id) DO UPDATE SET at = action_verifications.at
            RETURNING 1)
         SELECT count(*) AS number FROM made"
    );
    let ids: Vec<Uuid> = findings.iter().map(|id| id.0).collect();
    let made: Number = diesel::sql_query(words)
        .bind::<SqlUuid, _>(how.by.0)
        .bind::<SqlUuid, _>(how.action.0)
        .bind::<Integer, _>(how.report)
        .bind::<Timestamptz, _>(how.at.to_diesel())
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Array<SqlUuid>, _>(plain(&of.units))
        .bind::<Array<SqlUuid>, _>(plain(&of.above))
        .get_result(db)
        .await?;
    Ok(made.number)
}

/// Whether the finding `f` is critical for whoever is to verify it: confirmed as such, or born from an item that is. What
/// the lead says while confirming is no way around that.
const CRITICAL: &str =
    "(f.critical OR EXISTS (SELECT 1 FROM template_versions t WHERE t.id = f.template_version_id
    AND jsonb_path_exists(t.body, '$.sections[*].items[*] ? (@.code == $code && @.critical == true)',
        jsonb_build_object('code', f.item_code))))";

/// Marks the findings that are verified well enough: a critical one by at least one person who never led the team that
/// found it.
///
/// # Errors
/// The database's own.
pub async fn settle(db: &mut Db, how: Verification) -> Result<()> {
    let words = format!(
        "UPDATE action_findings l SET verified_at = $3 FROM findings f
        WHERE l.action_id = $1 AND f.id = l.finding_id AND l.verified_at IS NULL
          AND EXISTS (SELECT 1 FROM action_verifications v
            WHERE v.action_id = l.action_id AND v.finding_id = l.finding_id AND v.report = $2
              AND (NOT {CRITICAL} OR NOT EXISTS (SELECT 1 FROM team_members m
                WHERE m.team_id = f.team_id AND m.account_id = v.account_id AND m.has_led)))"
    );
    diesel::sql_query(words)
        .bind::<SqlUuid, _>(how.action.0)
        .bind::<Integer, _>(how.report)
        .bind::<Timestamptz, _>(how.at.to_diesel())
        .execute(db)
        .await?;
    Ok(())
}

/// Takes back what was verified of an action whose report is returned.
///
/// # Errors
/// The database's own.
pub async fn unsettle(db: &mut Db, action: ActionId) -> Result<()> {
    diesel::sql_query("UPDATE action_findings SET verified_at = NULL WHERE action_id = $1")
        .bind::<SqlUuid, _>(action.0)
        .execute(db)
        .await?;
    Ok(())
}

/// Whether a finding is critical and somebody leads the team that found it, or ever did.
///
/// # Errors
/// The database's own.
pub async fn led_critical(db: &mut Db, account: AccountId, finding: FindingId) -> Result<bool> {
    let words = format!(
        "SELECT EXISTS (SELECT 1 FROM findings f JOIN team_members m ON m.team_id = f.team_id
            WHERE f.id = $2 AND m.account_id = $1 AND m.has_led AND {CRITICAL}) AS it"
    );
    let is: Is = diesel::sql_query(words)
        .bind::<SqlUuid, _>(account.0)
        .bind::<SqlUuid, _>(finding.0)
        .get_result(db)
        .await?;
    Ok(is.it)
}

/// Whether somebody belongs to one of these units.
///
/// # Errors
/// The database's own.
pub async fn belongs(db: &mut Db, account: AccountId, of: &Concerned) -> Result<bool> {
    let is: Is = diesel::sql_query(format!("SELECT {} AS it", belongs_to("$2", "$3")))
        .bind::<SqlUuid, _>(account.0)
        .bind::<Array<SqlUuid>, _>(plain(&of.units))
        .bind::<Array<SqlUuid>, _>(plain(&of.above))
        .get_result(db)
        .await?;
    Ok(is.it)
}

fn plain(units: &[UnitId]) -> Vec<Uuid> {
    units.iter().map(|id| id.0).collect()
}
