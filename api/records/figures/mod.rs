//! Figures, counted where the rows lie: statements over the visits somebody may see, none of which is loaded here.
//!
//! What was answered is taken as it is known: with the addenda to signed minutes, and without what was withdrawn after
//! verification. A figure as it was known at an earlier instant looks at what had been handed in, added and withdrawn by
//! then.

pub mod burden;
pub mod compared;
pub mod coverage;
pub mod items;
pub mod ranking;
pub mod recurrence;

use super::seek::{Bind, Sql};
use super::visits::visible::{self, Wanted};
use super::{Db, Error, Records, Result, Tx};
use crate::domain::actor::Actor;
use crate::domain::finding::State;
use crate::domain::ids::{CampaignId, VisitId};
use crate::domain::permission::Deed;
use diesel_async::SimpleAsyncConnection;
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// Whose eyes count.
#[derive(Clone, Copy, Debug)]
pub enum Eyes<'a> {
    /// Visits that this actor may see.
    Of(&'a Actor),
    /// Every visit of this campaign that is no secret: for figures that name nobody.
    Anonymous(CampaignId),
    /// These visits, whoever looks: for figures that were frozen over them. Nothing else is asked of them.
    Over(&'a [VisitId]),
}

/// Begins a statement with the visits that count, as `seen`. `None` where there is no way to see any.
async fn begin(db: &mut Db, eyes: Eyes<'_>, wanted: &Wanted) -> Result<Option<Sql>> {
    let seen = match eyes {
        Eyes::Of(actor) => visible::seen(db, actor, Deed::ReadVisit, wanted).await?,
        Eyes::Anonymous(campaign) => Some(visible::disclosed(campaign, wanted)),
        Eyes::Over(visits) => Some(visible::these(visits)),
    };
    Ok(seen.map(|seen| seen.within("WITH seen AS MATERIALIZED (", ")")))
}

/// Reports that are counted at once: each may sort and hash in 64 MB several times over, for 20 s.
pub(super) const REPORTS_AT_ONCE: usize = 2;
/// How long a report waits for its turn before whoever asked is told to come again.
const PATIENCE: Duration = Duration::from_secs(5);

impl Records {
    /// A transaction with room and time to sort and hash what a country answers in years; the place among the reports that
    /// are counted at once is kept until it ends, with the statement that was under way. No connection is held while
    /// waiting for it: inspectors at work need those.
    ///
    /// Compiling such a statement costs more than it saves, and seeking the answers of one campaign less than reading all.
    ///
    /// # Errors
    /// [`Error::Busy`] when others are being counted; as [`Records::begin`].
    pub async fn begin_report(&self) -> Result<Tx> {
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.reports).acquire_owned()).await;
        let place = turn.map_err(|_| Error::Busy("other reports are being counted".to_owned()))?;
        let mut tx = self.begin().await?;
        tx.place = Some(place.map_err(|why| Error::Fault(why.to_string()))?);
        tx.batch_execute(
            "SET LOCAL work_mem = '64MB'; SET LOCAL jit = off; SET LOCAL statement_timeout = '20s'",
        )
        .await?;
        Ok(tx)
    }
}

/// Adds the state that the finding `f` was in when it was known.
pub(super) fn state(sql: &mut Sql, known: Option<Timestamp>) {
    match known {
        None => sql.text("f.state"),
        Some(at) => sql
            .text("(SELECT h.state FROM finding_states h WHERE h.finding_id = f.id AND h.since <= ")
            .bind(Bind::Time(at))
            .text(" ORDER BY h.since DESC LIMIT 1)"),
    };
}

/// Adds whether the finding `f` was open when it was known.
fn is_open(sql: &mut Sql, known: Option<Timestamp>) {
    state(sql, known);
    let open = State::open().into_iter().map(ToOwned::to_owned).collect();
    sql.text(" = ANY (").bind(Bind::Words(open)).text(")");
}

/// Adds what addenda made of answers, as `corrected`: the last one to each item.
fn corrected(sql: &mut Sql, known: Option<Timestamp>) {
    sql.text(", corrected AS (SELECT DISTINCT ON (visit_id, template_version_id, item_code) visit_id, template_version_id, ")
        .text("item_code, outcome, answer FROM minutes_addenda WHERE outcome IS NOT NULL");
    if let Some(at) = known {
        sql.text(" AND written_at <= ").bind(Bind::Time(at));
    }
    sql.text(" ORDER BY visit_id, template_version_id, item_code, number DESC)");
}

/// Adds what was withdrawn after verification, as `withdrawn`: nobody withdraws twice, so that no later state undoes it.
fn withdrawn(sql: &mut Sql, known: Option<Timestamp>) {
    sql.text(", withdrawn AS (SELECT f.visit_id, f.item_code FROM findings f ")
        .text("WHERE f.state = 'withdrawn' AND f.item_code IS NOT NULL");
    if let Some(at) = known {
        sql.text(
            " AND EXISTS (SELECT 1 FROM finding_states h WHERE h.finding_id = f.id AND h.state = 'withdrawn'",
        )
        .text(" AND h.since <= ")
        .bind(Bind::Time(at))
        .text(")");
    }
    sql.text(")");
}

/// Adds every judged answer of `seen`, as `judged`: with its unit, checklist, item, and whether it is not fine.
fn judged(sql: &mut Sql, known: Option<Timestamp>, items: Option<&[String]>) {
    corrected(sql, known);
    withdrawn(sql, known);
    // The latest visit of a unit is its first.
    sql.text(", numbered AS (SELECT id, unit_id, row_number() OVER (PARTITION BY unit_id ")
        .text("ORDER BY planned_start DESC, id DESC) AS nth FROM seen)")
        .text(", judged AS (SELECT r.unit_id, r.visit_id, r.nth, t.code AS template, r.item_code, ")
        .text("coalesce(c.outcome, r.outcome) IN ('fail', 'partial') AND w.visit_id IS NULL AS failing, ")
        .text("c.outcome IS NOT NULL AS is_corrected, w.visit_id IS NOT NULL AS is_withdrawn, ")
        .text("coalesce(c.answer, r.answer) AS answer ")
        // Fenced, so that the answers of a few visits are sought before anything is known of corrections.
        .text("FROM (SELECT n.unit_id, n.nth, a.visit_id, a.template_version_id, a.item_code, a.outcome, a.answer ")
        .text("FROM numbered n JOIN responses a ON a.visit_id = n.id");
    if let Some(items) = items {
        sql.text(" WHERE a.item_code = ANY (").bind(Bind::Words(items.to_vec())).text(")");
    }
    sql.text(" OFFSET 0) r ")
        .text("JOIN template_versions tv ON tv.id = r.template_version_id JOIN templates t ON t.id = tv.template_id ");
    sql.text("LEFT JOIN corrected c ON c.visit_id = r.visit_id AND c.item_code = r.item_code ")
        .text("AND c.template_version_id = r.template_version_id ")
        .text("LEFT JOIN withdrawn w ON w.visit_id = r.visit_id AND w.item_code = r.item_code ")
        .text("WHERE coalesce(c.outcome, r.outcome) IN ('pass', 'partial', 'fail'))");
}

/// Adds the answers that count, as `latest`: of each unit and item the latest visit's that asked it.
fn latest(sql: &mut Sql, known: Option<Timestamp>, items: Option<&[String]>) {
    judged(sql, known, items);
    sql.text(", latest AS (SELECT DISTINCT ON (unit_id, template, item_code) * FROM judged ")
        .text("ORDER BY unit_id, template, item_code, nth)");
}

/// As [`latest`], with nothing else than whether the answer is not fine: hashed, where millions would have to be sorted.
fn verdicts(sql: &mut Sql, known: Option<Timestamp>, items: Option<&[String]>) {
    judged(sql, known, items);
    sql.text(
        ", verdict AS (SELECT unit_id, template, item_code, min(nth * 2 + failing::int) % 2 = 1 AS failing ",
    )
    .text("FROM judged GROUP BY unit_id, template, item_code)");
}
