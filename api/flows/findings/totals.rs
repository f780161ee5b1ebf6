//! Figures of a campaign: totals that name nobody, for everybody the campaign concerns.

use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::campaign::CampaignKind;
use crate::domain::ids::{CampaignId, UnitId};
use crate::domain::moment::vietnam_day;
use crate::domain::permission::{Deed, Subject, allows, may};
use crate::domain::refusal::Refusal;
use crate::domain::unit;
use crate::flows::Result;
use crate::records::actions::page as action_figures;
use crate::records::findings::{figures, page as lists};
use crate::records::{Db, campaigns, teams};
use jiff::Timestamp;

pub use action_figures::Counts as ActionCounts;
pub use figures::{Again, Counts, OfCause};

/// Figures of a campaign's findings.
#[derive(Clone, Debug)]
pub struct Figures {
    /// How many there are of what.
    pub counts: Counts,
    /// What re-inspections saw, by item; most often repeated first.
    pub again: Vec<Again>,
    /// Confirmed at re-inspections, repeating none.
    pub new_at_re_inspection: i64,
    /// By cause, most first.
    pub causes: Vec<OfCause>,
    /// Whether the asker may list every finding that was counted.
    pub are_listed: bool,
}

/// What an actor is to a campaign, if they may read its totals: heads and staff where it was at their unit.
pub(in crate::flows) async fn permitted(db: &mut Db, actor: &Actor, id: CampaignId) -> Result<Subject> {
    let campaign = campaigns::find(db, id).await?.ok_or_else(Refusal::not_found)?;
    let team_role = match actor.account() {
        Some(me) => teams::role_in_campaign(db, id, me).await?,
        None => None,
    };
    let mut units: Vec<UnitId> = actor.grants.iter().filter_map(|grant| grant.unit).collect();
    units.sort_unstable();
    units.dedup();
    if !units.is_empty() {
        units = figures::was_at(db, id, &units).await?;
    }
    let subject = Subject {
        owner: Some(campaign.owner),
        units,
        campaign: Some(id),
        supervision: campaign.kind == CampaignKind::Supervision,
        team_role,
        dispatched: true,
        ..Subject::default()
    };
    may(actor, Deed::ReadTotals, &subject)?;
    Ok(subject)
}

/// Figures of a campaign's findings. Causes are words that may tell of a unit: whoever answers for one unit alone is given
/// none.
///
/// # Errors
/// `not-found`.
pub async fn of_findings(app: &App, actor: &Actor, id: CampaignId) -> Result<Figures> {
    let mut db = app.records.conn().await?;
    let subject = permitted(&mut db, actor, id).await?;
    let sees_findings = allows(actor, Deed::ReadFindings, &subject);
    let of = (subject.owner, id);
    Ok(Figures {
        are_listed: lists::shows_all(&mut db, actor, of).await?,
        counts: figures::counts(&mut db, id).await?,
        again: figures::again(&mut db, id).await?,
        new_at_re_inspection: figures::new_at_re_inspection(&mut db, id).await?,
        causes: if sees_findings { figures::causes(&mut db, id).await? } else { Vec::new() },
    })
}

/// Figures of a campaign's actions, and whether the asker may list every one that was counted; what is late by the local
/// day of `at`.
///
/// # Errors
/// `not-found`; `invalid` for a time out of range.
pub async fn of_actions(
    app: &App,
    actor: &Actor,
    id: CampaignId,
    at: Option<Timestamp>,
) -> Result<(ActionCounts, bool, Timestamp)> {
    let mut db = app.records.conn().await?;
    let subject = permitted(&mut db, actor, id).await?;
    let at = at.unwrap_or_else(|| app.now());
    unit::day("?at", vietnam_day(at))?;
    let counts = action_figures::counts(&mut db, id, vietnam_day(at)).await?;
    let of = (subject.owner, id);
    Ok((counts, action_figures::shows_all(&mut db, actor, of).await?, at))
}
