//! From what somebody says about an event to what it does, unit by unit, or everything that is wrong with it.

use super::{
    ChangeSaid, Effect, Ended, EventKind, EventSaid, Named, OpenSaid, Portion, Succession, UnitEvent,
    portions_fit,
};
use crate::ids::{UnitEventId, UnitId, UnitVersionId};
use crate::refusal::{FieldFault, Refusal};
use crate::text;
use crate::unit::{self, BEGINNING, Certainty, UnitKind, UnitVersion, VersionSaid, follow};
use jiff::civil::Date;
use std::collections::{HashMap, HashSet};

/// Every version of the units that an event names, first to last. A unit that is missing is not there.
pub type Held = HashMap<UnitId, Vec<UnitVersion>>;

/// Most units that one event opens, changes, ends or links, each.
const MOST: usize = 2000;

/// Works out what an event does to the units that are held. `mint` gives random bytes for ids.
///
/// Parents are only looked at among the units of the event; whether others exist is for whoever can ask.
///
/// # Errors
/// `invalid` with every fault; `unit.version-order` and `unit.version-gap` where it would reach into the past.
pub fn plan(said: EventSaid, held: &Held, mint: &mut dyn FnMut() -> [u8; 16]) -> Result<UnitEvent, Refusal> {
    let mut faults = Vec::new();
    let instrument = text::required(&said.instrument, 300)
        .map_err(|why| faults.push(FieldFault::new("/instrument", "text.refused", why)));
    let note = text::optional(&said.note, 2000)
        .map_err(|why| faults.push(FieldFault::new("/note", "text.refused", why)));
    let day = said.operating_date;
    let legal_fits = |legal: Date| legal <= day && unit::day("/legal_date", legal).is_ok();
    if day <= BEGINNING || day.year() > 2200 || !said.legal_date.is_none_or(legal_fits) {
        let detail = "new units work after 1945-09-02, by 2200, and not before the instrument takes effect";
        faults.push(FieldFault::new("/operating_date", "unit-event.dates", detail));
    }
    let lists = [said.opens.len(), said.changes.len(), said.closes.len(), said.successions.len()];
    if lists.iter().any(|length| *length > MOST) {
        let detail = format!("an event has at most {MOST} of each");
        return Err(Refusal::field("", "unit-event.size", detail));
    }
    if !faults.is_empty() {
        return Err(Refusal::invalid(faults));
    }
    let opened: Vec<UnitId> = said.opens.iter().map(|_| UnitId::random(mint())).collect();
    let mut drawn = Drawn { said: &said, held, opened, faults, effects: Vec::new() };
    let changed = |said: &EventSaid| said.changes.iter().map(|c| c.unit).collect::<Vec<_>>();
    drawn.each_once(&[(changed(&said), "changes"), (said.closes.clone(), "closes")]);
    for (n, open) in said.opens.iter().enumerate() {
        drawn.open(n, open, UnitVersionId::random(mint()));
    }
    for (n, change) in said.changes.iter().enumerate() {
        drawn.change(n, change, UnitVersionId::random(mint()))?;
    }
    for (n, unit) in said.closes.iter().enumerate() {
        drawn.close(n, *unit)?;
    }
    let successions = drawn.successions();
    drawn.kind(&successions);
    let Drawn { faults, effects, .. } = drawn;
    if !faults.is_empty() {
        return Err(Refusal::invalid(faults));
    }
    Ok(UnitEvent {
        id: UnitEventId::random(mint()),
        kind: said.kind,
        instrument: instrument.ok(),
        legal_date: said.legal_date,
        operating_date: day,
        effective_on: day,
        certainty: said.certainty.unwrap_or(Certainty::High),
        note: note.unwrap_or_default(),
        effects,
        successions,
    })
}

struct Drawn<'a> {
    said: &'a EventSaid,
    held: &'a Held,
    opened: Vec<UnitId>,
    faults: Vec<FieldFault>,
    effects: Vec<Effect>,
}

impl Drawn<'_> {
    fn fault(&mut self, at: impl Into<String>, code: &str, detail: &str) {
        self.faults.push(FieldFault::new(at, code, detail));
    }

    fn each_once(&mut self, lists: &[(Vec<UnitId>, &str)]) {
        let mut seen = HashSet::new();
        for (units, list) in lists {
            for (n, unit) in units.iter().enumerate() {
                if !seen.insert(*unit) {
                    self.fault(format!("/{list}/{n}"), "unit-event.unit-twice", "stands in this event twice");
                }
            }
        }
    }

    fn resolve(&mut self, at: &str, named: Option<Named>) -> Option<UnitId> {
        match named? {
            Named::Unit(unit) => Some(unit),
            Named::Opened(place) => {
                let unit = self.opened.get(place).copied();
                if unit.is_none() {
                    self.fault(format!("{at}_opened"), "unit-event.opened", "`opens` has no such place");
                }
                unit
            }
        }
    }

    /// The last version of a unit, if the event may follow it.
    fn last(&mut self, at: &str, unit: UnitId) -> Result<Option<UnitVersion>, Refusal> {
        let Some(last) = self.held.get(&unit).and_then(|versions| versions.last()).cloned() else {
            self.fault(at, "unit-event.unit-unknown", "there is no such unit");
            return Ok(None);
        };
        follow(&last, self.said.operating_date)?;
        Ok(Some(last))
    }

    fn checked(
        &mut self,
        at: &str,
        unit: UnitId,
        id: UnitVersionId,
        said: VersionSaid,
    ) -> Option<UnitVersion> {
        match UnitVersion::checked(id, unit, said) {
            Ok(version) => Some(version),
            Err(no) => {
                self.faults.extend(no.faults.into_iter().map(|mut fault| {
                    fault.pointer = format!("{at}{}", fault.pointer);
                    fault
                }));
                None
            }
        }
    }

    fn version(
        &self,
        name: &str,
        unit_type: &str,
        parent: Option<UnitId>,
        code: Option<&String>,
    ) -> VersionSaid {
        VersionSaid {
            name: name.to_owned(),
            unit_type: unit_type.to_owned(),
            parent,
            official_code: code.cloned(),
            valid_from: self.said.operating_date,
            valid_to: None,
            instrument: Some(self.said.instrument.clone()),
            certainty: self.said.certainty.map(|c| c.as_str().to_owned()),
        }
    }

    fn open(&mut self, n: usize, open: &OpenSaid, id: UnitVersionId) {
        let at = format!("/opens/{n}");
        let parent = self.resolve(&format!("{at}/parent"), open.parent);
        let Some(unit) = self.opened.get(n).copied() else { return };
        let mut said = self.version(&open.name, &open.unit_type, parent, open.official_code.as_ref());
        said.valid_to = open.valid_to;
        if let Some(begun) = self.checked(&at, unit, id, said) {
            self.effects.push(Effect { unit, ended: None, begun: Some(begun) });
        }
    }

    fn change(&mut self, n: usize, change: &ChangeSaid, id: UnitVersionId) -> Result<(), Refusal> {
        let at = format!("/changes/{n}");
        let Some(last) = self.last(&format!("{at}/unit"), change.unit)? else { return Ok(()) };
        let parent = match change.parent {
            Some(named) => self.resolve(&format!("{at}/parent"), Some(named)),
            None => last.parent,
        };
        let mut said = self.version(
            change.name.as_deref().unwrap_or(&last.name),
            change.unit_type.as_deref().unwrap_or(last.unit_type.as_str()),
            parent,
            change.official_code.as_ref().or(last.official_code.as_ref()),
        );
        // What was known to end goes on to end then.
        said.valid_to = last.valid_to.filter(|to| *to > self.said.operating_date);
        let Some(begun) = self.checked(&at, change.unit, id, said) else { return Ok(()) };
        if begun.unit_type.kind() != last.unit_type.kind() {
            let detail = "an administrative unit does not become an organisation, nor the other way round";
            self.fault(format!("{at}/unit_type"), "unit.kind-changed", detail);
        }
        let renamed = (&begun.name, &begun.official_code) != (&last.name, &last.official_code);
        let retyped = begun.unit_type != last.unit_type;
        let moved = begun.parent != last.parent;
        let fits = match self.said.kind {
            EventKind::Rename => renamed && !retyped && !moved,
            EventKind::Reclassify => retyped && !moved,
            EventKind::Transfer => moved,
            _ => renamed || retyped || moved,
        };
        if !fits {
            let detail = "a rename changes the name or the code alone, a reclassification the type, a transfer the \
                          parent; every change changes something";
            self.fault(&at, "unit-event.kind", detail);
        }
        let ended = Some(Ended { version: last.id, was: last.valid_to });
        self.effects.push(Effect { unit: change.unit, ended, begun: Some(begun) });
        Ok(())
    }

    fn close(&mut self, n: usize, unit: UnitId) -> Result<(), Refusal> {
        let Some(last) = self.last(&format!("/closes/{n}"), unit)? else { return Ok(()) };
        let ended = Some(Ended { version: last.id, was: last.valid_to });
        self.effects.push(Effect { unit, ended, begun: None });
        Ok(())
    }

    /// Whether somebody is there to take over on the day.
    fn works(&self, unit: UnitId, day: Date) -> bool {
        let closed = self.said.closes.contains(&unit);
        let held = self.held.get(&unit).is_some_and(|all| all.iter().any(|version| version.holds_on(day)));
        !closed && (held || self.opened.contains(&unit) || self.said.changes.iter().any(|c| c.unit == unit))
    }

    fn kind_of(&self, unit: UnitId) -> Option<UnitKind> {
        let held = self.held.get(&unit).and_then(|versions| versions.last());
        let begun = || self.effects.iter().find(|effect| effect.unit == unit)?.begun.as_ref();
        held.or_else(begun).map(|version| version.unit_type.kind())
    }

    fn successions(&mut self) -> Vec<Succession> {
        let day = self.said.operating_date;
        let mut all: Vec<Succession> = Vec::new();
        for (n, said) in self.said.successions.iter().enumerate() {
            let at = format!("/successions/{n}");
            let Some(to) = self.resolve(&format!("{at}/to"), Some(said.to)) else { continue };
            let before = day.yesterday().unwrap_or(day);
            let gave = self.held.get(&said.from).and_then(|all| all.iter().find(|v| v.holds_on(before)));
            if gave.is_none() {
                let detail = "was not in force on the day before";
                self.fault(format!("{at}/from"), "unit-event.unit-unknown", detail);
            }
            if !self.works(to, day)
                || to == said.from
                || all.iter().any(|s| (s.from, s.to) == (said.from, to))
            {
                let detail = "a successor is another unit that works on the day, named once";
                self.fault(format!("{at}/to"), "unit-event.successor", detail);
            }
            if self.kind_of(said.from).zip(self.kind_of(to)).is_some_and(|(from, to)| from != to) {
                let detail = "an administrative unit takes over from its like, an organisation from its like";
                self.fault(format!("{at}/to"), "unit.kind-changed", detail);
            }
            all.push(Succession { from: said.from, to, portion: said.portion });
        }
        for (n, succession) in all.iter().enumerate() {
            let from = all.iter().filter(|s| s.from == succession.from);
            let portions: Vec<Portion> = from.map(|s| s.portion).collect();
            let stays = !self.said.closes.contains(&succession.from);
            if !portions_fit(&portions) || (succession.portion == Portion::Whole && stays) {
                let detail = "all of a unit that ends goes to one, or parts of it to any number";
                self.fault(format!("/successions/{n}/portion"), "unit-event.portion", detail);
            }
        }
        all
    }

    /// Whether the parts of the event are those of its kind.
    fn kind(&mut self, successions: &[Succession]) {
        let said = self.said;
        let (opens, changes, closes) =
            (!said.opens.is_empty(), !said.changes.is_empty(), !said.closes.is_empty());
        let gives = !successions.is_empty();
        let (fits, detail) = match said.kind {
            EventKind::Create => (opens && !closes, "a creation opens units and ends none"),
            EventKind::Rename | EventKind::Reclassify | EventKind::Transfer => {
                (changes && !opens && !closes && !gives, "units change; none begins, ends or takes over")
            }
            EventKind::Merge => (gives, "a merger says who takes over from whom"),
            EventKind::Split => (opens && gives, "a split opens units and says what they take over"),
            EventKind::Abolish => (closes && !opens && !changes && !gives, "units end, and nothing else"),
        };
        if !fits {
            self.fault("/kind", "unit-event.kind", detail);
        }
        if said.kind == EventKind::Split && successions.iter().any(|s| s.portion == Portion::Whole) {
            self.fault("/successions", "unit-event.portion", "a split gives parts");
        }
        if !matches!(said.kind, EventKind::Merge | EventKind::Split) {
            return;
        }
        let detail = "whoever ends in a merger or split gives to somebody";
        for (n, unit) in said.closes.iter().enumerate() {
            if !successions.iter().any(|s| s.from == *unit) {
                self.fault(format!("/closes/{n}"), "unit-event.successor", detail);
            }
        }
        let detail = "whoever begins in a merger or split takes over from somebody";
        for (n, unit) in self.opened.clone().into_iter().enumerate() {
            if !successions.iter().any(|s| s.to == unit) {
                self.fault(format!("/opens/{n}"), "unit-event.successor", detail);
            }
        }
    }
}
