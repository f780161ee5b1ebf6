//! What holds for events: whatever is recorded, a unit has at most one version on a day, and portions fit.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that can't go on should stop here"
)]

use super::*;
use crate::unit::VersionSaid;
use jiff::civil::date;
use proptest::prelude::*;
use uuid::Uuid;

fn unit(n: u128) -> UnitId {
    UnitId(Uuid::from_u128(n))
}

fn version(of: u128, name: &str, unit_type: &str, parent: Option<u128>) -> UnitVersion {
    let said = VersionSaid {
        name: name.to_owned(),
        unit_type: unit_type.to_owned(),
        parent: parent.map(unit),
        official_code: None,
        valid_from: date(2000, 1, 1),
        valid_to: None,
        instrument: None,
        certainty: None,
    };
    UnitVersion::checked(UnitVersionId(Uuid::from_u128(1000 + of)), unit(of), said).expect("a version")
}

/// Chiêm Hóa (1) and Lâm Bình (2) below Tuyên Quang (9), with communes 11, 12 below the first and 21 below the second.
fn held() -> Held {
    let all = [
        version(9, "Tỉnh Tuyên Quang", "province", None),
        version(1, "Huyện Chiêm Hóa", "rural_district", Some(9)),
        version(2, "Huyện Lâm Bình", "rural_district", Some(9)),
        version(11, "Xã Minh Quang", "commune", Some(1)),
        version(12, "Xã Phúc Sơn", "commune", Some(1)),
        version(21, "Xã Lăng Can", "commune", Some(2)),
    ];
    all.into_iter().map(|version| (version.unit, vec![version])).collect()
}

fn minter() -> impl FnMut() -> [u8; 16] {
    let mut next = 0_u128;
    move || {
        next += 1;
        (next << 64).to_be_bytes()
    }
}

fn said(kind: EventKind, day: Date) -> EventSaid {
    EventSaid {
        kind,
        instrument: "1262/NQ-UBTVQH14".to_owned(),
        legal_date: None,
        operating_date: day,
        certainty: None,
        note: String::new(),
        opens: Vec::new(),
        changes: Vec::new(),
        closes: Vec::new(),
        successions: Vec::new(),
    }
}

fn change(of: u128) -> ChangeSaid {
    ChangeSaid { unit: unit(of), name: None, unit_type: None, parent: None, official_code: None }
}

fn open(name: &str, unit_type: &str, parent: u128) -> OpenSaid {
    let parent = Some(Named::Unit(unit(parent)));
    let (name, unit_type) = (name.to_owned(), unit_type.to_owned());
    OpenSaid { name, unit_type, parent, official_code: None, valid_to: None }
}

fn gives(from: u128, to: Named, portion: Portion) -> SuccessionSaid {
    SuccessionSaid { from: unit(from), to, portion }
}

/// Writes an event into what is held, as a database would.
fn write(held: &mut Held, event: &UnitEvent) {
    for effect in &event.effects {
        let versions = held.entry(effect.unit).or_default();
        if let Some(ended) = effect.ended {
            let last = versions.iter_mut().find(|version| version.id == ended.version).expect("it is held");
            last.valid_to = Some(event.effective_on);
        }
        versions.extend(effect.begun.clone());
    }
}

/// Takes an event back out.
fn undo(held: &mut Held, event: &UnitEvent) {
    for effect in &event.effects {
        let versions = held.get_mut(&effect.unit).expect("it is held");
        versions.retain(|version| effect.begun.as_ref().is_none_or(|begun| begun.id != version.id));
        if let Some(ended) = effect.ended {
            let last = versions.iter_mut().find(|version| version.id == ended.version).expect("it is held");
            last.valid_to = ended.was;
        }
        if versions.is_empty() {
            held.remove(&effect.unit);
        }
    }
}

fn codes(no: &Refusal) -> Vec<&str> {
    no.faults.iter().map(|fault| fault.code.as_str()).collect()
}

#[test]
fn communes_move_to_another_district() {
    let mut held = held();
    let mut said = said(EventKind::Transfer, date(2021, 7, 1));
    for of in [11, 12] {
        said.changes.push(ChangeSaid { parent: Some(Named::Unit(unit(2))), ..change(of) });
    }
    let event = plan(said, &held, &mut minter()).expect("an event");
    let before = held.clone();
    write(&mut held, &event);
    let minh_quang = &held[&unit(11)];
    assert_eq!(minh_quang.iter().map(|v| v.parent).collect::<Vec<_>>(), [Some(unit(1)), Some(unit(2))]);
    assert_eq!(
        (minh_quang[0].valid_to, minh_quang[1].name.as_str()),
        (Some(date(2021, 7, 1)), "Xã Minh Quang")
    );
    assert!(event.is_planned(date(2021, 6, 30)) && !event.is_planned(date(2021, 7, 1)));
    event.may_undo(&held).expect("nothing happened since");
    undo(&mut held, &event);
    assert_eq!(held, before);
}

#[test]
fn a_merger_opens_a_unit_of_its_own_even_under_the_same_name() {
    let held = held();
    let mut said = said(EventKind::Merge, date(2025, 7, 1));
    said.opens.push(open("Xã Minh Quang", "commune", 9));
    said.closes = vec![unit(11), unit(12)];
    said.successions = [11, 12].map(|from| gives(from, Named::Opened(0), Portion::Whole)).to_vec();
    let event = plan(said.clone(), &held, &mut minter()).expect("an event");
    let new = event.successions[0].to;
    assert!(!held.contains_key(&new));
    assert_eq!(event.units().len(), 3);

    let refused = |change: &dyn Fn(&mut EventSaid)| {
        let mut said = said.clone();
        change(&mut said);
        plan(said, &held, &mut minter()).expect_err("a refusal")
    };
    let no = refused(&|said| said.successions.push(gives(11, Named::Unit(unit(21)), Portion::Part)));
    assert_eq!(codes(&no), ["unit-event.portion", "unit-event.portion"]);
    assert_eq!(codes(&refused(&|said| said.closes = vec![unit(11)])), ["unit-event.portion"]);
    assert_eq!(codes(&refused(&|said| said.successions.truncate(1))), ["unit-event.successor"]);
    assert_eq!(codes(&refused(&|said| said.closes.push(unit(11)))), ["unit-event.unit-twice"]);
    assert_eq!(codes(&refused(&|said| said.closes.push(unit(77))))[0], "unit-event.unit-unknown");
    assert_eq!(codes(&refused(&|said| said.kind = EventKind::Abolish)), ["unit-event.kind"]);
    let no = refused(&|said| said.successions[1].to = Named::Opened(3));
    assert_eq!(codes(&no), ["unit-event.opened", "unit-event.successor"]);
    let no = refused(&|said| said.legal_date = Some(date(2025, 7, 2)));
    assert_eq!(codes(&no), ["unit-event.dates"]);
    assert_eq!(codes(&refused(&|said| said.opens[0].name = "Minh Quang".to_owned())), ["unit.name-prefix"]);
    assert_eq!(refused(&|said| said.operating_date = date(1999, 1, 1)).code, "unit.version-order");
}

#[test]
fn what_followed_is_undone_first() {
    let mut held = held();
    let mut rename = said(EventKind::Rename, date(2010, 1, 1));
    rename.changes.push(ChangeSaid { name: Some("Xã Minh Tân".to_owned()), ..change(11) });
    let first = plan(rename, &held, &mut minter()).expect("an event");
    write(&mut held, &first);
    let mut end = said(EventKind::Abolish, date(2020, 1, 1));
    end.closes.push(unit(11));
    let mut mint = minter();
    let second = plan(end, &held, &mut || {
        mint();
        mint()
    })
    .expect("an event");
    write(&mut held, &second);
    assert_eq!(first.may_undo(&held).map_err(|no| no.code), Err("unit-event.followed"));
    second.may_undo(&held).expect("nothing happened since");
    undo(&mut held, &second);
    first.may_undo(&held).expect("nothing happened since");
}

#[test]
fn a_known_end_stays_when_a_unit_changes_before_it() {
    let mut held = held();
    held.get_mut(&unit(11)).expect("it is held")[0].valid_to = Some(date(2025, 7, 1));
    let mut said = said(EventKind::Reclassify, date(2021, 7, 1));
    said.changes.push(ChangeSaid {
        name: Some("Thị trấn Minh Quang".to_owned()),
        unit_type: Some("township".to_owned()),
        ..change(11)
    });
    let event = plan(said, &held, &mut minter()).expect("an event");
    let begun = event.effects[0].begun.clone().expect("a version");
    assert_eq!(begun.valid_to, Some(date(2025, 7, 1)));
}

/// One step of a random history.
fn step() -> impl Strategy<Value = (EventKind, u16, Vec<(usize, usize, bool)>)> {
    let kinds = prop::sample::select(EventKind::ALL.to_vec());
    (kinds, 0_u16..9000, prop::collection::vec((0_usize..12, 0_usize..12, any::<bool>()), 1..5))
}

fn random_event(held: &Held, (kind, days, picks): (EventKind, u16, Vec<(usize, usize, bool)>)) -> EventSaid {
    let mut units: Vec<UnitId> = held.keys().copied().collect();
    units.sort_unstable();
    let at = |n: usize| units[n % units.len()];
    let mut said = said(kind, date(2000, 6, 1).saturating_add(jiff::Span::new().days(i64::from(days))));
    for (a, b, is_whole) in picks {
        let portion = if is_whole { Portion::Whole } else { Portion::Part };
        match kind {
            EventKind::Rename => said.changes.push(ChangeSaid {
                unit: at(a),
                name: Some(format!("{} {b}", held[&at(a)][0].name)),
                ..change(0)
            }),
            EventKind::Transfer => {
                said.changes.push(ChangeSaid { unit: at(a), parent: Some(Named::Unit(at(b))), ..change(0) });
            }
            EventKind::Reclassify => {
                said.changes.push(ChangeSaid {
                    unit: at(a),
                    unit_type: Some("agency".to_owned()),
                    ..change(0)
                });
            }
            EventKind::Create => said.opens.push(open("Xã Mới", "commune", 1)),
            EventKind::Abolish => said.closes.push(at(a)),
            EventKind::Merge | EventKind::Split => {
                if said.opens.is_empty() {
                    said.opens.push(open("Xã Mới", "commune", 1));
                }
                said.closes.extend(is_whole.then(|| at(a)));
                let to = if b % 2 == 0 { Named::Opened(0) } else { Named::Unit(at(b)) };
                said.successions.push(SuccessionSaid { from: at(a), to, portion });
            }
        }
    }
    said
}

#[test]
fn an_end_that_is_told_stands_beside_what_comes_before_it_alone() {
    let (held, mut mint) = (held(), minter());
    let mut merge = said(EventKind::Merge, date(2035, 1, 1));
    merge.closes = vec![unit(11)];
    merge.successions = vec![gives(11, Named::Unit(unit(12)), Portion::Whole)];
    let merger = plan(merge, &held, &mut mint).unwrap();
    let mut after = held.clone();
    write(&mut after, &merger);
    let mut on = |kind: EventKind, of: u128, year: i16| {
        let mut said = said(kind, date(year, 1, 1));
        match kind {
            EventKind::Abolish => said.closes = vec![unit(of)],
            _ => said.changes = vec![ChangeSaid { name: Some("Xã Mới".to_owned()), ..change(of) }],
        }
        let event = plan(said, &after, &mut mint).unwrap();
        event.stands_beside(std::slice::from_ref(&merger)).map_err(|no| no.code)
    };
    let no = Err("unit-event.other-stands");
    assert_eq!(on(EventKind::Rename, 11, 2030), Ok(()), "before its end it may change");
    assert_eq!(on(EventKind::Rename, 11, 2035), no, "on that day it is gone");
    assert_eq!(on(EventKind::Abolish, 11, 2030), no, "it gives to another later");
    assert_eq!(on(EventKind::Abolish, 12, 2030), no, "it takes over from another later");
    assert_eq!(on(EventKind::Abolish, 11, 2035), Ok(()), "another event may say the same");
    assert_eq!(on(EventKind::Abolish, 21, 2030), Ok(()), "nobody else is concerned");
}

proptest! {
    #[test]
    fn whatever_is_recorded_each_day_has_one_version_at_most(steps in prop::collection::vec(step(), 1..20)) {
        let (mut held, mut mint) = (held(), minter());
        let mut recorded: Vec<(UnitEvent, Held)> = Vec::new();
        for step in steps {
            let before = held.clone();
            let Ok(event) = plan(random_event(&held, step), &held, &mut mint) else { continue };
            write(&mut held, &event);
            for versions in held.values() {
                for pair in versions.windows(2) {
                    prop_assert!(pair[0].valid_to.is_some_and(|to| to <= pair[1].valid_from), "{pair:?}");
                }
                prop_assert!(versions.iter().all(|v| v.valid_to.is_none_or(|to| v.valid_from < to)));
            }
            for s in &event.successions {
                let from_same = event.successions.iter().filter(|o| o.from == s.from);
                let portions: Vec<Portion> = from_same.map(|o| o.portion).collect();
                prop_assert!(portions_fit(&portions));
                // Whoever takes over works on the day; whoever gave all no longer does.
                prop_assert!(held[&s.to].iter().any(|v| v.holds_on(event.effective_on)));
                let gave = held[&s.from].iter().any(|v| v.holds_on(event.effective_on));
                prop_assert!(s.portion == Portion::Part || !gave);
            }
            recorded.push((event, before));
        }
        // Undone in reverse, everything is as it was.
        for (event, before) in recorded.into_iter().rev() {
            prop_assert!(event.may_undo(&held).is_ok());
            undo(&mut held, &event);
            prop_assert_eq!(&held, &before);
        }
    }
}
