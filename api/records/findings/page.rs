//! Lists of findings.

use crate::domain::actor::Actor;
use crate::domain::finding::{Kind, State};
use crate::domain::ids::{CampaignId, FindingId, UnitId, VisitId};
use crate::domain::permission::Deed;
use crate::records::seek::{self, Bind, Narrowed, Shelf, Sql, one_of};
use crate::records::{Db, Result};

pub use crate::records::seek::Place;

/// Which findings are wanted.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Of this campaign.
    pub campaign: Option<CampaignId>,
    /// Of this visit.
    pub visit: Option<VisitId>,
    /// At this unit or anything below it.
    pub unit: Option<UnitId>,
    /// Born from this item.
    pub item: Option<String>,
    /// In one of these states.
    pub states: Vec<State>,
    /// Of this kind.
    pub kind: Option<Kind>,
    /// Critical, or not.
    pub critical: Option<bool>,
    /// Found again, or for the first time.
    pub repeated: Option<bool>,
    /// Behind this place.
    pub after: Option<Place>,
}

const SHELF: Shelf = Shelf {
    table: "findings",
    units: "finding_units",
    key: "finding_id",
    at: "reported_at",
    told: "EXISTS (SELECT 1 FROM visits v WHERE v.id = t.visit_id AND v.minutes ->> 'signed_at' IS NOT NULL)",
};

/// One page of the findings an actor may see, latest first.
///
/// # Errors
/// The database's own.
pub async fn page(db: &mut Db, actor: &Actor, wanted: &Wanted, limit: u8) -> Result<Vec<Place>> {
    let narrowed = Narrowed { campaign: wanted.campaign, unit: wanted.unit, after: wanted.after };
    let more = |sql: &mut Sql| {
        if let Some(visit) = wanted.visit {
            sql.text(" AND t.visit_id = ").bind(Bind::Id(visit.0));
        }
        if let Some(item) = &wanted.item {
            sql.text(" AND t.item_code = ").bind(Bind::Word(item.clone()));
        }
        one_of(sql, "t.state", wanted.states.iter().map(|state| state.as_str()));
        one_of(sql, "t.kind", wanted.kind.iter().map(|kind| kind.as_str()));
        match wanted.critical {
            Some(true) => sql.text(" AND t.critical"),
            Some(false) => sql.text(" AND NOT t.critical"),
            None => sql,
        };
        match wanted.repeated {
            Some(true) => sql.text(" AND t.repeat_count > 0"),
            Some(false) => sql.text(" AND t.repeat_count = 0"),
            None => sql,
        };
    };
    seek::page(db, (actor, Deed::ReadFindings), &SHELF, &narrowed, &more, limit).await
}

/// The finding a place stands for.
#[must_use]
pub fn at(place: &Place) -> FindingId {
    FindingId(place.id)
}
