//! What happens to units: created, renamed, reclassified, transferred, merged, split, abolished. An event ends versions
//! and begins others on one day, and says which unit took over from which, whole or in part.

mod plan;

pub use plan::{Held, plan};

use super::{Certainty, UnitVersion};
use crate::ids::{UnitEventId, UnitId, UnitVersionId};
use crate::refusal::{FieldFault, Kind, Refusal};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $($(#[$about])* #[serde(rename = $word)] $variant,)* }

        impl $name {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// As stored and sent.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// Reads a stored or sent word.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == text)
            }
        }
    };
}

words! {
    /// What happened.
    EventKind {
        /// Thành lập: new units, perhaps with what others gave.
        Create = "create",
        /// Đổi tên: another name or code.
        Rename = "rename",
        /// Another type, mostly with another name: xã to phường.
        Reclassify = "reclassify",
        /// Điều chuyển: another parent.
        Transfer = "transfer",
        /// Sáp nhập, hợp nhất: units end, wholly or partly in others.
        Merge = "merge",
        /// Chia tách: a unit gives to several.
        Split = "split",
        /// Giải thể: units end without anybody in their place.
        Abolish = "abolish",
    }
}

words! {
    /// How much of a unit its successor took over.
    Portion {
        /// All of it: what is open follows by itself.
        Whole = "whole",
        /// Some of it: a person decides what follows where.
        Part = "part",
    }
}

/// Who took over from whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Succession {
    /// Who gave.
    pub from: UnitId,
    /// Who took.
    pub to: UnitId,
    /// How much of `from`.
    pub portion: Portion,
}

/// The version that an event ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Which.
    pub version: UnitVersionId,
    /// The day on which it was to end before.
    pub was: Option<Date>,
}

/// What an event did to one unit: began it (nothing ended), changed it, or ended it (nothing began).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// The unit.
    pub unit: UnitId,
    /// What ended on the day.
    pub ended: Option<Ended>,
    /// What began on the day.
    pub begun: Option<UnitVersion>,
}

/// Something that happened to units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitEvent {
    /// Its id.
    pub id: UnitEventId,
    /// What happened.
    pub kind: EventKind,
    /// The resolution or decree.
    pub instrument: Option<String>,
    /// The day on which that took effect in law; `None` where it is not known.
    pub legal_date: Option<Date>,
    /// The day from which the new units work.
    pub operating_date: Date,
    /// The day on which versions end and begin: the operating date, unless a register knows better.
    pub effective_on: Date,
    /// How sure the register is.
    pub certainty: Certainty,
    /// What else should be known.
    pub note: String,
    /// What it did, a unit each.
    pub effects: Vec<Effect>,
    /// Who took over from whom.
    pub successions: Vec<Succession>,
}

impl UnitEvent {
    /// Every unit it touches, in order and once.
    #[must_use]
    pub fn units(&self) -> Vec<UnitId> {
        let given = self.successions.iter().flat_map(|s| [s.from, s.to]);
        let mut all: Vec<UnitId> = self.effects.iter().map(|effect| effect.unit).chain(given).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Units that it changes, ends or takes from, in order and once: not those that only take over.
    #[must_use]
    pub fn changes(&self) -> Vec<UnitId> {
        let effects = self.effects.iter().map(|effect| effect.unit);
        let mut all: Vec<UnitId> = effects.chain(self.successions.iter().map(|s| s.from)).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Units that begin by it.
    #[must_use]
    pub fn opened(&self) -> Vec<UnitId> {
        let begun = self.effects.iter().filter(|effect| effect.ended.is_none());
        begun.map(|effect| effect.unit).collect()
    }

    /// Whether it is still to come.
    #[must_use]
    pub fn is_planned(&self, today: Date) -> bool {
        self.effective_on > today
    }

    /// Whether it says that a unit ends by it.
    #[must_use]
    pub fn ends(&self, unit: UnitId) -> bool {
        self.effects.iter().any(|effect| effect.unit == unit && effect.begun.is_none())
    }

    /// Whether it fits beside what others say of its units: a unit that another event ends neither ends earlier by this
    /// one nor goes on behind that end, and none ends before another event has it give or take.
    ///
    /// # Errors
    /// `unit-event.other-stands`, naming each of the others.
    pub fn stands_beside(&self, others: &[Self]) -> Result<(), Refusal> {
        let mut faults = Vec::new();
        for effect in self.effects.iter().filter(|effect| effect.ended.is_some()) {
            let unit = effect.unit;
            let against = |other: &&Self| {
                let later = other.effective_on > self.effective_on;
                let needs = || other.successions.iter().any(|s| s.from == unit || s.to == unit);
                match effect.begun {
                    Some(_) => other.ends(unit) && !later,
                    None => later && (other.ends(unit) || needs()),
                }
            };
            faults.extend(others.iter().filter(against).map(|other| {
                let kind = other.kind.as_str();
                let detail =
                    format!("event {} ({kind} on {}) speaks of {unit}", other.id, other.effective_on);
                FieldFault::new("/operating_date", "unit-event.other", detail)
            }));
        }
        if faults.is_empty() {
            return Ok(());
        }
        let detail =
            "Another event says when one of these units ends, or what becomes of it later; undo that first.";
        let mut no = Refusal::new(Kind::Conflict, "unit-event.other-stands", detail);
        no.faults = faults;
        Err(no)
    }

    /// Whether it may be undone: nothing has happened to its units since.
    ///
    /// # Errors
    /// `unit-event.followed`.
    pub fn may_undo(&self, held: &Held) -> Result<(), Refusal> {
        let stands = |effect: &Effect| {
            let last = held.get(&effect.unit).and_then(|versions| versions.last());
            match (&effect.begun, effect.ended, last) {
                (Some(begun), _, Some(last)) => last == begun,
                (None, Some(ended), Some(last)) => {
                    last.id == ended.version && last.valid_to == Some(self.effective_on)
                }
                _ => false,
            }
        };
        if self.effects.iter().all(stands) {
            return Ok(());
        }
        let detail = "Something has happened to its units since; undo that first.";
        Err(Refusal::new(Kind::Conflict, "unit-event.followed", detail))
    }
}

/// A part of an event that names a unit: one that is there, or one that the event opens, by its place in `opens`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// A unit that is there.
    Unit(UnitId),
    /// One that this event opens.
    Opened(usize),
}

impl Named {
    /// The unit, if it is there already.
    #[must_use]
    pub fn unit(self) -> Option<UnitId> {
        match self {
            Self::Unit(unit) => Some(unit),
            Self::Opened(_) => None,
        }
    }
}

/// A unit to be opened, not checked yet.
#[derive(Clone, Debug)]
pub struct OpenSaid {
    /// Full name.
    pub name: String,
    /// Type as sent.
    pub unit_type: String,
    /// What it stands below.
    pub parent: Option<Named>,
    /// Catalogue code.
    pub official_code: Option<String>,
    /// First day on which it is gone again, where that is known already.
    pub valid_to: Option<Date>,
}

/// What changes about a unit, not checked yet; what is `None` stays.
#[derive(Clone, Debug)]
pub struct ChangeSaid {
    /// Which unit.
    pub unit: UnitId,
    /// Full name.
    pub name: Option<String>,
    /// Type as sent.
    pub unit_type: Option<String>,
    /// What it stands below from then on.
    pub parent: Option<Named>,
    /// Catalogue code.
    pub official_code: Option<String>,
}

/// Who takes over from whom, not checked yet.
#[derive(Clone, Copy, Debug)]
pub struct SuccessionSaid {
    /// Who gives.
    pub from: UnitId,
    /// Who takes.
    pub to: Named,
    /// How much.
    pub portion: Portion,
}

/// What somebody says about an event, not checked yet.
#[derive(Clone, Debug)]
pub struct EventSaid {
    /// What happens.
    pub kind: EventKind,
    /// The resolution or decree.
    pub instrument: String,
    /// When that takes effect in law.
    pub legal_date: Option<Date>,
    /// From when the new units work.
    pub operating_date: Date,
    /// How sure; high where nothing is said.
    pub certainty: Option<Certainty>,
    /// What else should be known.
    pub note: String,
    /// Units that begin.
    pub opens: Vec<OpenSaid>,
    /// Units that change.
    pub changes: Vec<ChangeSaid>,
    /// Units that end.
    pub closes: Vec<UnitId>,
    /// Who takes over from whom.
    pub successions: Vec<SuccessionSaid>,
}

impl EventSaid {
    /// Every unit there is that this would touch, in order and once: what changes, ends, gives or takes.
    #[must_use]
    pub fn touches(&self) -> Vec<UnitId> {
        let gives = self.successions.iter().flat_map(|s| [Some(s.from), s.to.unit()]).flatten();
        let changes = self.changes.iter().map(|change| change.unit);
        let mut all: Vec<UnitId> = changes.chain(self.closes.iter().copied()).chain(gives).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Every unit there is below which something would come to stand; `None` for the top.
    #[must_use]
    pub fn parents(&self) -> Vec<Option<UnitId>> {
        let opens = self.opens.iter().map(|open| open.parent);
        let changes =
            self.changes.iter().filter(|change| change.parent.is_some()).map(|change| change.parent);
        let mut all: Vec<Option<UnitId>> = opens
            .chain(changes)
            .filter(|parent| !matches!(parent, Some(Named::Opened(_))))
            .map(|parent| parent.and_then(Named::unit))
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// Whether what a unit gave on one day fits together: all of it went to one, or parts to any number.
#[must_use]
pub fn portions_fit(portions: &[Portion]) -> bool {
    !portions.contains(&Portion::Whole) || portions.len() == 1
}

#[cfg(test)]
mod tests;
