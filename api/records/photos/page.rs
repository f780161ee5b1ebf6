//! Pages of photos: one scope, at most one filter besides, one seek on an index of its own. Boxes and handfuls of visits
//! are several seeks, in files of their own.

use super::boxes::Edges;
use super::row::{Photo, Row};
use super::{among, boxes};
use crate::domain::ids::{ActionId, CampaignId, FindingId, OwnerId, PhotoId, UnitId, VisitId};
use crate::domain::photo::State;
use crate::domain::place::Verdict;
use crate::records::cached::Cached;
use crate::records::schema::{photo_ancestors, photos, visits};
use crate::records::{Db, Result};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

/// Whose photos.
#[derive(Clone, Debug, PartialEq)]
pub enum Scope {
    /// Everything of one owner.
    Owner(OwnerId),
    /// Everything of one campaign.
    Campaign(CampaignId),
    /// Everything of one visit; what is shown for its actions, or in reply to its findings, is no part of it.
    Visit(VisitId),
    /// Everything shown for one corrective action.
    Action(ActionId),
    /// What a visit's team declared for one of its findings.
    Finding(FindingId),
    /// What a unit shows in reply to one finding.
    Reply(FindingId),
    /// A unit and everything below it, of one owner.
    Unit(OwnerId, UnitId),
    /// Everything of these visits.
    Visits(Vec<VisitId>),
    /// Positions within a box of degrees, of one owner; ordered by cell and id.
    Box(OwnerId, Edges),
}

/// A filter besides the scope.
#[derive(Clone, Debug, PartialEq)]
pub enum Facet {
    /// Evidence for this checklist item.
    Item(String),
    /// Showing this.
    Subject(String),
    /// With this place verdict.
    Place(Verdict),
    /// In this state; without, announced and withdrawn photos stay out.
    State(State),
}

/// The last row of the page before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct After {
    /// Its capture time.
    pub captured_at: Timestamp,
    /// Its id.
    pub id: PhotoId,
    /// Its latitude and longitude, where it has them.
    pub position: Option<(f64, f64)>,
}

/// Which photos under a unit somebody may see. Units move: what lies below a granted unit is decided by where the
/// inspected unit lay on the day of the visit, as it is for a single photo, and not by where it lies today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Every disclosed one.
    All,
    /// Only those below one of these units on the day of their visit.
    Below {
        /// Once disclosed.
        open: Vec<UnitId>,
        /// Once the minutes are signed.
        signed: Vec<UnitId>,
    },
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct PageQuery {
    /// Whose photos.
    pub scope: Scope,
    /// Which of them; several only within visits.
    pub facets: Vec<Facet>,
    /// Captured at this time or later.
    pub from: Option<Timestamp>,
    /// Captured before this time.
    pub to: Option<Timestamp>,
    /// Oldest first instead of newest first.
    pub ascending: bool,
    /// Which of a unit's photos the caller may see; of no consequence for the other scopes.
    pub sight: Sight,
    /// Where to go on.
    pub after: Option<After>,
    /// Most rows.
    pub limit: i64,
}

/// Only literal states let the planner use the partial indexes.
const HELD: &str = "photos.state IN ('stored', 'ready', 'no_preview', 'quarantined')";
/// Photos of a visit that is not disclosed exist for its team alone, which reads them by the visit's own rules.
const SIGNED: &str = "visits.minutes ->> 'signed_at' IS NOT NULL";
/// A photo's rows repeat what the index begins with, so that looking for a granted unit is one seek for each.
const BELOW: &str = "EXISTS (SELECT 1 FROM photo_ancestors g WHERE g.photo_id = photo_ancestors.photo_id \
     AND g.owner_id = photo_ancestors.owner_id AND g.captured_at = photo_ancestors.captured_at \
     AND (g.ancestor_id = ANY(";

/// One page in order of capture time and id, or of cell and id within a box. Its literals keep diesel from preparing it
/// once; its words are one of a scope's, a facet's and an order's, so it is.
///
/// # Errors
/// The database's own.
pub async fn page(db: &mut Db, query: &PageQuery) -> Result<Vec<Photo>> {
    let rows = match &query.scope {
        Scope::Visits(visits) => return among::page(db, query, visits).await,
        Scope::Unit(owner, unit) => under_unit(db, query, *owner, *unit).await?,
        Scope::Box(owner, edges) => return boxes::page(db, query, *owner, *edges).await,
        _ => of_photos(db, query).await?,
    };
    rows.into_iter().map(Photo::try_from).collect()
}

/// One page along an index of `photos` itself.
async fn of_photos(db: &mut Db, query: &PageQuery) -> Result<Vec<Row>> {
    let mut rows = photos::table
        .inner_join(visits::table.on(visits::id.eq(photos::visit_id)))
        .select(Row::as_select())
        .into_boxed();
    rows = match &query.scope {
        Scope::Owner(owner) | Scope::Unit(owner, _) | Scope::Box(owner, _) => {
            rows.filter(photos::owner_id.eq(owner.0))
        }
        Scope::Campaign(campaign) => rows.filter(photos::campaign_id.eq(campaign.0)),
        Scope::Visit(visit) => rows.filter(
            photos::visit_id.eq(visit.0).and(photos::action_id.is_null()).and(photos::reply_to.is_null()),
        ),
        Scope::Action(action) => rows.filter(photos::action_id.eq(action.0)),
        Scope::Finding(finding) => rows.filter(photos::finding_id.eq(finding.0)),
        Scope::Reply(finding) => rows.filter(photos::reply_to.eq(finding.0)),
        Scope::Visits(visits) => rows.filter(photos::visit_id.eq_any(visits.iter().map(|visit| visit.0))),
    };
    let is_judged =
        matches!(query.scope, Scope::Visit(_) | Scope::Action(_) | Scope::Finding(_) | Scope::Reply(_));
    if !is_judged {
        rows = rows.filter(
            visits::kind.ne("surprise").and(visits::secret.eq(false)).or(visits::disclosed_at.is_not_null()),
        );
    }
    let mut by_state = false;
    for facet in &query.facets {
        rows = match facet {
            Facet::Item(code) => rows.filter(photos::item_code.eq(code.clone())),
            Facet::Subject(subject) => rows.filter(photos::subject.eq(subject.clone())),
            Facet::Place(verdict) => rows.filter(photos::place_verdict.eq(verdict.as_str())),
            Facet::State(state) => {
                by_state = true;
                rows.filter(photos::state.eq(state.as_str()))
            }
        };
    }
    if !by_state {
        rows = rows.filter(sql::<Bool>(HELD));
    }
    if let Some(from) = query.from {
        rows = rows.filter(photos::captured_at.ge(from.to_diesel()));
    }
    if let Some(to) = query.to {
        rows = rows.filter(photos::captured_at.lt(to.to_diesel()));
    }
    // The first term lets the index seek; the second alone would only filter.
    if let Some(After { captured_at, id, .. }) = query.after {
        let at = captured_at.to_diesel();
        rows = if query.ascending {
            rows.filter(photos::captured_at.ge(at))
                .filter(photos::captured_at.gt(at).or(photos::captured_at.eq(at).and(photos::id.gt(id.0))))
        } else {
            rows.filter(photos::captured_at.le(at))
                .filter(photos::captured_at.lt(at).or(photos::captured_at.eq(at).and(photos::id.lt(id.0))))
        };
    }
    rows = if query.ascending {
        rows.order((photos::captured_at.asc(), photos::id.asc()))
    } else {
        rows.order((photos::captured_at.desc(), photos::id.desc()))
    };
    Ok(Cached(rows.limit(query.limit)).load(db).await?)
}

async fn under_unit(db: &mut Db, query: &PageQuery, owner: OwnerId, unit: UnitId) -> Result<Vec<Row>> {
    use photo_ancestors as above;
    let mut rows = above::table
        .inner_join(photos::table.on(photos::id.eq(above::photo_id)))
        .inner_join(visits::table.on(visits::id.eq(photos::visit_id)))
        .select(Row::as_select())
        .filter(above::ancestor_id.eq(unit.0).and(above::owner_id.eq(owner.0)))
        .filter(
            visits::kind.ne("surprise").and(visits::secret.eq(false)).or(visits::disclosed_at.is_not_null()),
        )
        .into_boxed();
    if let Sight::Below { open, signed } = &query.sight {
        let ids = |units: &[UnitId]| units.iter().map(|unit| unit.0).collect::<Vec<Uuid>>();
        let below = sql::<Bool>(BELOW)
            .bind::<Array<SqlUuid>, _>(ids(open))
            .sql(&format!(") OR ({SIGNED} AND g.ancestor_id = ANY("))
            .bind::<Array<SqlUuid>, _>(ids(signed))
            .sql("))))");
        rows = rows.filter(below);
    }
    for facet in &query.facets {
        rows = match facet {
            Facet::Item(code) => rows.filter(above::item_code.eq(code.clone())),
            Facet::Subject(subject) => rows.filter(above::subject.eq(subject.clone())),
            Facet::Place(verdict) => rows.filter(above::place_verdict.eq(verdict.as_str())),
            Facet::State(state) => rows.filter(above::state.eq(state.as_str())),
        };
    }
    if let Some(from) = query.from {
        rows = rows.filter(above::captured_at.ge(from.to_diesel()));
    }
    if let Some(to) = query.to {
        rows = rows.filter(above::captured_at.lt(to.to_diesel()));
    }
    if let Some(After { captured_at, id, .. }) = query.after {
        let at = captured_at.to_diesel();
        rows = if query.ascending {
            rows.filter(above::captured_at.ge(at))
                .filter(above::captured_at.gt(at).or(above::captured_at.eq(at).and(above::photo_id.gt(id.0))))
        } else {
            rows.filter(above::captured_at.le(at))
                .filter(above::captured_at.lt(at).or(above::captured_at.eq(at).and(above::photo_id.lt(id.0))))
        };
    }
    rows = if query.ascending {
        rows.order((above::captured_at.asc(), above::photo_id.asc()))
    } else {
        rows.order((above::captured_at.desc(), above::photo_id.desc()))
    };
    Ok(Cached(rows.limit(query.limit)).load(db).await?)
}
