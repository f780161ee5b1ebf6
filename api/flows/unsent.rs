//! Unsent work: a phone says what it still holds, and headquarters reads whose phone holds what.

use super::devices::Place;
use super::{Result, cut, devices};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::device::Device;
use crate::domain::ids::{AccountId, DeviceId, OwnerId, VisitId};
use crate::domain::moment::DeviceMoment;
use crate::domain::permission::{Deed, Subject, may};
use crate::domain::refusal::{Kind, Next, Refusal};
use crate::domain::unsent::{Amount, MOST_VISITS, told};
use crate::records::devices::{Whose, lock, page};
pub use crate::records::unsent::Said;
use crate::records::unsent::{self, ByVisit};
use crate::records::visits::visible::{Wanted, every};
use crate::records::{Db, accounts};
use jiff::Timestamp;
use std::collections::HashSet;

/// Takes what a phone says it holds; it takes the place of what it said before. Not noted in the log: it is a phone's state,
/// said again and again, and changes nothing of any visit.
///
/// # Errors
/// `not-found` for a device the actor may not see, `forbidden` for somebody else's, `device.revoked`; `unsent.too-many` at
/// `/visits`; an outage.
pub async fn report(
    app: &App,
    actor: &Actor,
    id: DeviceId,
    (device_clock, held): (DeviceMoment, ByVisit),
) -> Result<(Said, Amount)> {
    let device = devices::read(app, actor, id).await?;
    if actor.account() != Some(device.account) {
        return Err(Refusal::forbidden().into());
    }
    may(actor, Deed::ChangeProfile, &Subject::default())?;
    let visits: HashSet<VisitId> = held.iter().map(|(visit, _)| *visit).collect();
    if held.len() > MOST_VISITS || visits.len() < held.len() {
        let detail = format!("names each visit once, and {MOST_VISITS} at most");
        return Err(Refusal::field("/visits", "unsent.too-many", detail).into());
    }
    let mut tx = app.records.begin().await?;
    // One report of a device at a time, and none of one that was revoked meanwhile.
    if lock(&mut tx, id).await?.is_none_or(|device| device.revoked.is_some()) {
        let detail = "This device was revoked; it is let in again with a new key.";
        return Err(Refusal::new(Kind::Conflict, "device.revoked", detail).next(Next::Ask).into());
    }
    let said = Said { at: app.now(), device_clock };
    unsent::report(&mut tx, id, said, &held).await?;
    tx.commit().await?;
    Ok((said, told(&held, |_| true)))
}

/// A phone, and what it holds of what the reader may know of.
#[derive(Clone, Debug)]
pub struct Holding {
    /// The device.
    pub device: Device,
    /// What its person is called.
    pub person: String,
    /// When we last heard of it.
    pub last_seen_at: Timestamp,
    /// What it said, and when.
    pub said: Option<(Said, Amount)>,
    /// What we know of ourselves: declared, and not sent.
    pub awaited: Amount,
}

impl Holding {
    /// Whether it holds anything, by its own word or by ours.
    fn holds(&self) -> bool {
        let said = self.said.as_ref().map(|(_, amount)| *amount).unwrap_or_default();
        !said.is_nothing() || !self.awaited.is_nothing()
    }
}

/// Pages of devices that are looked at for one page of those that hold something.
const MOST_LOOKS: usize = 10;

/// One page of an owner's devices, latest enrolled first, with what they hold; only those that hold something, where that is
/// asked: then a page may be short, and the next one begins behind the last device that was looked at.
///
/// # Errors
/// `forbidden`, `scope-missing`; an outage.
pub async fn list(
    app: &App,
    actor: &Actor,
    (owner, only_holding): (OwnerId, bool),
    (mut after, limit): (Option<Place>, u8),
) -> Result<(Vec<Holding>, Option<Place>)> {
    may(actor, Deed::ReadUnsent, &Subject { owner: Some(owner), ..Subject::default() })?;
    let mut db = app.records.conn().await?;
    let mut found = Vec::new();
    for _ in 0..MOST_LOOKS {
        let rows = page(&mut db, Whose::Owner(owner, None), after, i64::from(limit) + 1).await?;
        let (rows, more) = cut(rows, limit);
        let last = rows.last().map(|last| (last.enrolled_at, last.id.0));
        let holding = holdings(&mut db, actor, owner, rows).await?;
        for one in holding.into_iter().filter(|one| !only_holding || one.holds()) {
            let place = (one.device.enrolled_at, one.device.id.0);
            found.push(one);
            if found.len() == usize::from(limit) {
                let more = more || Some(place) != last;
                return Ok((found, Some(place).filter(|_| more)));
            }
        }
        if !more {
            return Ok((found, None));
        }
        after = last;
    }
    Ok((found, after))
}

/// What devices hold, as far as the actor may know of the visits it is about.
async fn holdings(db: &mut Db, actor: &Actor, owner: OwnerId, of: Vec<Device>) -> Result<Vec<Holding>> {
    let ids: Vec<DeviceId> = of.iter().map(|device| device.id).collect();
    let people: Vec<AccountId> = of.iter().map(|device| device.account).collect();
    let mut said = unsent::said(db, &ids).await?;
    let awaited = unsent::awaited(db, owner, &ids).await?;
    let named = said.values().flat_map(|(_, held)| held).chain(awaited.values().flatten());
    let mut visits: Vec<VisitId> = named.map(|(visit, _)| *visit).collect();
    visits.sort_unstable();
    visits.dedup();
    // The one way to visits: of a sealed one nothing is counted for whoever is not cleared (R26).
    let known: HashSet<VisitId> = if visits.is_empty() {
        HashSet::new()
    } else {
        let wanted = Wanted { owner: Some(owner), ids: visits, ..Wanted::default() };
        every(db, actor, Deed::ReadVisit, &wanted).await?.into_iter().map(|visit| visit.id).collect()
    };
    let names = accounts::names(db, &people).await?;
    let used = unsent::last_used(db, &ids).await?;
    let tell = |held: &ByVisit| told(held, |visit| known.contains(&visit));
    let all = of.into_iter().map(|device| {
        let said = said.remove(&device.id).map(|(said, held)| (said, tell(&held)));
        let seen = [said.map(|(said, _)| said.at), used.get(&device.id).copied()];
        Holding {
            person: names.get(&device.account).cloned().unwrap_or_default(),
            last_seen_at: seen.into_iter().flatten().fold(device.enrolled_at, Timestamp::max),
            said,
            awaited: awaited.get(&device.id).map(tell).unwrap_or_default(),
            device,
        }
    });
    Ok(all.collect())
}
