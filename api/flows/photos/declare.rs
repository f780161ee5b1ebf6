//! A phone promises a photo: what it will hold, what it shows, when and where it was taken.

use super::{Done, envelope};
use crate::app::App;
use crate::domain::action::Owner;
use crate::domain::actor::Actor;
use crate::domain::finding;
use crate::domain::ids::{ActionId, FindingId, UnitId};
use crate::domain::moment::vietnam_day;
use crate::domain::permission::{self, Deed};
use crate::domain::photo::clock::judge;
use crate::domain::photo::{self, Attached, Declaration, mask};
use crate::domain::place::{self, PlaceFinding, Verdict};
use crate::domain::refusal::{Kind, Next, Refusal};
use crate::domain::template::Privacy;
use crate::failpoint::{Step, pass};
use crate::flows::units::today;
use crate::flows::{Error, Result, actions, clock, findings};
use crate::records::custody::{self, Entry};
use crate::records::photos::{self, Decided, Photo};
use crate::records::visits::Standing;
use crate::records::{self, Tx, findings as finding_rows, premises, visits};
use jiff::civil::Date;
use serde_json::json;

/// Takes a promise, perhaps in an envelope and with what the phone says of its clock, which are judged and never a reason to
/// refuse. The same promise again changes nothing, in whatever envelope.
///
/// # Errors
/// `not-found` for a visit or an action the actor may not see, `photo.id-taken` when the id promises another photo,
/// `photo.visit-not-open`, `photo.action-not-open`, `finding.not-explainable`, `finding.strength`; a fault at `/item` for an
/// item the visit's checklists do not have, one at `/action`, `/finding` or `/reply_to` for what is of another visit; an
/// outage.
pub async fn declare(
    app: &App,
    actor: &Actor,
    declared: Declaration,
    attached: Attached,
) -> Result<Done<Photo>> {
    let Attached { envelope, clock: said } = attached;
    // Before anything is held: a key may have to be read.
    let token = match &said {
        Some(said) => clock::shown(app, &said.token).await?,
        None => None,
    };
    let mut tx = app.records.begin_in_company().await?;
    let visit = visits::standing(&mut tx, actor, declared.visit).await?.ok_or_else(Refusal::not_found)?;
    let judged = match (declared.action, declared.reply_to) {
        (None, None) => of_visit(&mut tx, actor, &declared, &visit).await?,
        (Some(action), None) => of_action(&mut tx, actor, (&declared, action), today(app)).await?,
        (None, Some(finding)) => of_reply(&mut tx, actor, (&declared, finding), today(app)).await?,
        _ => Err(Refusal::field(
            "/reply_to",
            "photo.about-one",
            "a photo shows an action done, or answers a finding",
        )),
    };
    let (finding, privacy) = match judged {
        Ok(judged) => judged,
        Err(refusal) => return again_or(app, tx, &declared, refusal).await,
    };
    let now = app.now();
    let clock_skew_s = declared.device_clock.at.duration_since(now).as_secs_f64();
    let personal_data = mask::shows_personal_data(&declared.subject, privacy);
    let by = actor.account().ok_or_else(Refusal::forbidden)?;
    let sealed = match &envelope {
        Some(envelope) => Some(envelope::judged(&mut tx, by, envelope).await?),
        None => None,
    };
    let counted = said.as_ref().map(|said| judge(said, (token.as_ref(), by), declared.captured, now));
    let about = Decided {
        visit: &visit,
        place: &finding,
        clock_skew_s,
        personal_data,
        envelope: sealed.as_ref(),
        clock: counted.as_ref(),
        at: now,
    };
    let Some(kept) = photos::announce(&mut tx, actor, &declared, about).await? else {
        // Promised before, or by another request this moment; its row is visible now.
        let held = photos::find(&mut tx, declared.id).await?;
        drop(tx);
        return again(app, held.ok_or_else(|| Error::Busy("the id was being taken".to_owned()))?, &declared)
            .await;
    };
    if let Some(envelope) = &envelope {
        photos::keep_envelope(&mut tx, declared.id, envelope, now).await?;
    }
    let entry = Entry {
        deed: "photo.declared",
        object: ("photo", declared.id.to_string()),
        owner: Some(visit.owner),
        visit: Some(visit.id),
        details: json!({ "sha256": declared.sha256.to_hex(), "size_bytes": declared.size_bytes,
            "place": finding.verdict, "clock_skew_s": clock_skew_s, "action": declared.action,
            "finding": declared.finding, "reply_to": declared.reply_to, "envelope": sealed,
            "clock": counted }),
    };
    // The visit's row is held from here on, so nobody submits it before the commit.
    let noted = custody::note(&mut tx, Some(actor), entry, app.now()).await?;
    if declared.is_of_visit() {
        photo::may_be_declared(noted.map_or(visit.state, |noted| noted.state))?;
    }
    pass(Step::DeclarationWritten);
    tx.commit().await?;
    pass(Step::Declared);
    Ok(Done::Now(kept))
}

/// Where a photo was taken and what its item asks to cover, or why it can't be promised.
type Judged = std::result::Result<(PlaceFinding, Option<Privacy>), Refusal>;

/// What is decided about a photo of a visit.
async fn of_visit(tx: &mut Tx, actor: &Actor, declared: &Declaration, visit: &Standing) -> Result<Judged> {
    permission::may(actor, Deed::SendPhoto, &visit.subject)?;
    if let Err(refusal) = photo::may_be_declared(visit.state) {
        return Ok(Err(refusal));
    }
    let held = photos::ground_of(tx, visit, declared.item.as_deref()).await?;
    if !held.has_item {
        let why = "no checklist of this visit has this item";
        return Ok(Err(Refusal::field("/item", "photo.item-unknown", why)));
    }
    if let Some(id) = declared.finding {
        let finding = finding_rows::find(tx, id).await?.filter(|of| of.visit == declared.visit);
        let fits = |of: &finding::Finding| declared.item.is_none() || declared.item == of.item;
        if !finding.is_some_and(|of| fits(&of)) {
            let why = "a photo of a finding names that finding's visit, and no item but the finding's";
            return Ok(Err(Refusal::field("/finding", "photo.finding-unfit", why)));
        }
    }
    let rule = held.masks.then_some(Privacy::MaskPersonalData);
    Ok(Ok((place::judge(declared.fix.as_ref(), declared.source, held.area.as_ref()), rule)))
}

/// What is decided about a photo that shows an action done: it is taken at an owner's office, whichever of them.
async fn of_action(
    tx: &mut Tx,
    actor: &Actor,
    (declared, action): (&Declaration, ActionId),
    day: Date,
) -> Result<Judged> {
    let action = actions::shown_by(tx, actor, (action, Deed::SendAfterPhoto), day).await?;
    if action.visit != declared.visit || declared.item.is_some() || declared.finding.is_some() {
        let why = "a photo for an action names that action's visit and no item";
        return Ok(Err(Refusal::field("/action", "photo.action-unfit", why)));
    }
    if let Err(refusal) = photo::may_be_shown_for(action.state) {
        return Ok(Err(refusal));
    }
    let at = |owner: &Owner| owner.held_by.as_ref().map_or(owner.unit, |at| at.unit);
    let units: Vec<UnitId> = action.owners.iter().map(at).collect();
    Ok(Ok((nearest(tx, declared, &units).await?, None)))
}

/// What is decided about a photo that a unit replies with: while it may explain, taken wherever its evidence is.
async fn of_reply(
    tx: &mut Tx,
    actor: &Actor,
    (declared, finding): (&Declaration, FindingId),
    day: Date,
) -> Result<Judged> {
    let finding = findings::shown_to(tx, actor, (finding, Deed::SendPhoto), day).await?;
    if finding.visit != declared.visit || declared.item.is_some() || declared.finding.is_some() {
        let why = "a photo that answers a finding names that finding's visit and no item";
        return Ok(Err(Refusal::field("/reply_to", "photo.finding-unfit", why)));
    }
    if let Err(refusal) = finding::take(finding.kind, finding.state, finding::Step::Explain) {
        return Ok(Err(refusal));
    }
    let unit = finding.held_by.as_ref().map_or(finding.unit, |at| at.unit);
    Ok(Ok((nearest(tx, declared, &[unit]).await?, None)))
}

/// Where a photo was taken, judged against the offices of these units: at one of them where it was at any.
async fn nearest(tx: &mut Tx, declared: &Declaration, units: &[UnitId]) -> Result<PlaceFinding> {
    let mut best = place::judge(declared.fix.as_ref(), declared.source, None);
    let mut is_first = true;
    for unit in units {
        let Some((_, area, _)) = premises::of_unit(tx, *unit, vietnam_day(declared.captured.at)).await?
        else {
            continue;
        };
        let here = place::judge(declared.fix.as_ref(), declared.source, Some(&area));
        if is_first || here.verdict == Verdict::Inside {
            best = here;
            is_first = false;
        }
    }
    Ok(best)
}

/// What can't be promised any more may have been promised in time, and then nothing is wrong with saying so again.
async fn again_or(app: &App, mut tx: Tx, declared: &Declaration, refusal: Refusal) -> Result<Done<Photo>> {
    let held = photos::find(&mut tx, declared.id).await?;
    drop(tx);
    match held {
        Some(held) => again(app, held, declared).await,
        None => Err(refusal.into()),
    }
}

async fn again(app: &App, held: Photo, declared: &Declaration) -> Result<Done<Photo>> {
    if held.declared.promises_the_same_as(declared) {
        // Another request may have written it down this very moment.
        records::settle(&mut *app.records.conn().await?).await?;
        return Ok(Done::Before(held));
    }
    let detail = "This id was declared for another photo. A new photo needs a new id.";
    Err(Refusal::new(Kind::Conflict, "photo.id-taken", detail).next(Next::Fix).into())
}
