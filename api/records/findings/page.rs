//! Lists of findings.

use crate::domain::action;
use crate::domain::actor::Actor;
use crate::domain::finding::{Kind, Outcome, State};
use crate::domain::ids::{CampaignId, FindingId, OwnerId, UnitId, VisitId};
use crate::domain::permission::Deed;
use crate::domain::visit;
use crate::records::seek::{self, Bind, Own, Shelf, Sql, one_of};
use crate::records::{Db, Result};
use jiff::Timestamp;
use jiff::civil::Date;

pub use crate::records::seek::{Narrowed, Place};

/// Which findings are wanted.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// What every list can be narrowed to.
    pub narrowed: Narrowed,
    /// Of this owner.
    pub owner: Option<OwnerId>,
    /// Of this visit.
    pub visit: Option<VisitId>,
    /// At this unit itself.
    pub at: Option<UnitId>,
    /// Born from this item.
    pub item: Option<String>,
    /// Of this kind.
    pub kind: Option<Kind>,
    /// Critical, or not.
    pub critical: Option<bool>,
    /// Found again, or for the first time.
    pub repeated: Option<bool>,
    /// Open, with neither an action that is not over nor a reason for none; or not so.
    pub without_action: Option<bool>,
    /// Candidates that rest on what people said, and that nobody has verified.
    pub unverified: bool,
    /// Free ones, or those about an item.
    pub free: Option<bool>,
    /// What the re-inspection saw that looked at it last: one of these.
    pub outcomes: Vec<Outcome>,
    /// Of visits of this kind.
    pub visit_kind: Option<visit::Kind>,
    /// Of this cause.
    pub root_cause: Option<String>,
    /// Of visits planned to begin at this time or later.
    pub from: Option<Timestamp>,
    /// Of visits planned to begin before this time.
    pub to: Option<Timestamp>,
    /// Of visits that were handed in.
    pub handed_in: bool,
    /// As known at this instant: in the state it had then, of visits handed in by then where that is asked.
    pub as_known: Option<Timestamp>,
}

const SHELF: Shelf = Shelf {
    table: "findings",
    units: "finding_units",
    key: "finding_id",
    at: "reported_at",
    told: "EXISTS (SELECT 1 FROM visits v WHERE v.id = t.visit_id AND v.minutes ->> 'signed_at' IS NOT NULL)",
    own: Own {
        joined: "",
        unit: "coalesce(t.holder_id, t.unit_id)",
        state: "t.state",
        at: "t.reported_at",
        id: "t.id",
    },
    open: State::open,
};

/// One page of the findings an actor may see, latest first. `day` decides in whose place a unit stands.
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
    if wanted.as_known.is_some() {
        // The state of today is not the one that is asked for.
        narrowed.states = Vec::new();
    }
    // What was found at one unit is sought there: the units above it hold too much else.
    let within = narrowed.unit.filter(|_| wanted.at.is_some());
    narrowed.unit = narrowed.unit.filter(|_| within.is_none());
    let more = |sql: &mut Sql| {
        if let Some(unit) = within {
            sql.text(" AND EXISTS (SELECT 1 FROM finding_units a WHERE a.finding_id = t.id AND a.unit_id = ")
                .bind(Bind::Id(unit.0))
                .text(")");
        }
        wanted.of_finding(sql);
        wanted.of_visit(sql);
    };
    seek::page(db, (actor, Deed::ReadFindings, day), &SHELF, &narrowed, &more, limit).await
}

impl Wanted {
    /// What a finding itself is asked for.
    fn of_finding(&self, sql: &mut Sql) {
        let ids = [
            ("t.owner_id", self.owner.map(|id| id.0)),
            ("t.visit_id", self.visit.map(|id| id.0)),
            ("t.unit_id", self.at.map(|id| id.0)),
        ];
        for (column, id) in ids {
            if let Some(id) = id {
                sql.text(&format!(" AND {column} = ")).bind(Bind::Id(id));
            }
        }
        for (column, word) in [("t.item_code", &self.item), ("t.root_cause", &self.root_cause)] {
            if let Some(word) = word {
                sql.text(&format!(" AND {column} = ")).bind(Bind::Word(word.clone()));
            }
        }
        self.in_state(sql);
        one_of(sql, "t.kind", self.kind.iter().map(|kind| kind.as_str()));
        for (is, yes, no) in [
            (self.critical, " AND t.critical", " AND NOT t.critical"),
            (self.repeated, " AND t.repeat_count > 0", " AND t.repeat_count = 0"),
            (self.free, " AND t.item_code IS NULL", " AND t.item_code IS NOT NULL"),
        ] {
            if let Some(is) = is {
                sql.text(if is { yes } else { no });
            }
        }
        if self.unverified {
            sql.text(" AND t.state = 'candidate' AND t.story @> '{\"hearsay\": true}'")
                .text(" AND t.story ->> 'substantiation' IS NULL");
        }
        let outcomes = self.outcomes.iter().map(|outcome| outcome.as_str());
        one_of(sql, "t.story #>> '{re_inspection,outcome}'", outcomes);
        if let Some(is) = self.without_action {
            sql.text(if is { " AND (" } else { " AND NOT (" }).text("t.kind = 'finding'");
            one_of(sql, "t.state", State::open().into_iter());
            sql.text(" AND t.story ->> 'no_action_because' IS NULL AND NOT EXISTS (SELECT 1 FROM action_findings l ")
                .text("JOIN actions a ON a.id = l.action_id WHERE l.finding_id = t.id");
            one_of(sql, "a.state", action::State::unfinished().into_iter());
            sql.text("))");
        }
    }

    /// In the state it had at an instant, where one is named.
    fn in_state(&self, sql: &mut Sql) {
        let Some(at) = self.as_known else { return };
        sql.text(" AND (SELECT h.state FROM finding_states h WHERE h.finding_id = t.id AND h.since <= ")
            .bind(Bind::Time(at))
            .text(" ORDER BY h.since DESC LIMIT 1)");
        if self.narrowed.states.is_empty() {
            sql.text(" IS NOT NULL");
        } else {
            let words = self.narrowed.states.iter().map(|state| (*state).to_owned()).collect();
            sql.text(" = ANY (").bind(Bind::Words(words)).text(")");
        }
    }

    /// What the finding's visit is asked for.
    fn of_visit(&self, sql: &mut Sql) {
        if self.from.or(self.to).is_none() && !self.handed_in && self.visit_kind.is_none() {
            return;
        }
        sql.text(" AND EXISTS (SELECT 1 FROM visits p WHERE p.id = t.visit_id");
        if let Some(from) = self.from {
            sql.text(" AND p.planned_start >= ").bind(Bind::Time(from));
        }
        if let Some(to) = self.to {
            sql.text(" AND p.planned_start < ").bind(Bind::Time(to));
        }
        one_of(sql, "p.kind", self.visit_kind.iter().map(|kind| kind.as_str()));
        if self.handed_in {
            let handed_in = [visit::State::Submitted, visit::State::Finalised].map(visit::State::as_str);
            one_of(sql, "p.state", handed_in.into_iter());
            if let Some(at) = self.as_known {
                sql.text(" AND p.submitted_at <= ").bind(Bind::Time(at));
            }
        }
        sql.text(")");
    }
}

/// Whether an actor may list every finding of a campaign: whatever its figures count.
///
/// # Errors
/// The database's own.
pub async fn shows_all(db: &mut Db, actor: &Actor, of: (Option<OwnerId>, CampaignId)) -> Result<bool> {
    seek::shows_all(db, (actor, Deed::ReadFindings), &SHELF, of).await
}

/// The finding a place stands for.
#[must_use]
pub fn at(place: &Place) -> FindingId {
    FindingId(place.id)
}
