//! Parts of visits as a pull tells them: each as reading it by itself shows it.

use crate::app::App;
use crate::domain::action::Action;
use crate::domain::actor::Actor;
use crate::domain::finding::Finding;
use crate::domain::ids::{
    ActionId, AttendeeId, FindingId, GuidanceId, PhotoId, RecommendationId, ResponseId, VisitId,
};
use crate::domain::minutes::{Addendum, Known, known};
use crate::domain::permission::Deed;
use crate::domain::recommendation::Recommendation;
use crate::domain::response::Candidate;
use crate::domain::visit::Visit;
use crate::domain::visit::company::{Attendee, Guidance};
use crate::flows::minutes::Document;
use crate::flows::units::today;
use crate::flows::{Error, Result, actions, findings};
use crate::records::followers::Place;
use crate::records::followers::parts::{
    ACTION, AFTER_PHOTO, ATTENDEE, FINDING, GUIDANCE, MINUTES, PHOTO, RECOMMENDATION, RESPONSE, VISIT,
};
use crate::records::photos::{self, Photo};
use crate::records::visits::company;
use crate::records::{Db, addenda, recommendations, responses};
use std::collections::HashMap;
use uuid::Uuid;

/// Something that is not as the follower was told.
#[derive(Clone, Debug)]
pub struct Item {
    /// Of which visit.
    pub visit: VisitId,
    /// Whether the visit is told from its beginning: what the follower holds of it besides is void.
    pub whole: bool,
    /// What.
    pub part: Part,
}

/// A part of a visit.
#[derive(Clone, Debug)]
pub enum Part {
    /// The visit is not the follower's to see any more, or was called off.
    Gone,
    /// The visit itself.
    Visit(Box<Visit>),
    /// Its minutes as a document.
    Minutes(Box<Document>),
    /// An answer as it is known, with what waits beside it.
    Response(Box<Known>, Vec<Candidate>),
    /// Somebody who received the team, perhaps taken back.
    Attendee(Attendee),
    /// An entry of the guidance log, perhaps taken back.
    Guidance(Guidance),
    /// A finding.
    Finding(Box<Finding>),
    /// A recommendation.
    Recommendation(Recommendation),
    /// A photo of the visit, or one that shows an action done or replies to a finding.
    Photo(Box<Photo>),
    /// A corrective action.
    Action(Box<Action>),
}

/// A part that is to be told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taken {
    /// Of which visit.
    pub(super) visit: VisitId,
    /// Whether what the follower holds of the visit is void.
    pub(super) is_fresh: bool,
    /// Whether its holder sees every photo of the visit.
    pub(super) sees_photos: bool,
    /// Which.
    pub(super) place: Place,
}

/// Reads parts in the order they are named in, those left out that are not the actor's to see; the visits are at hand.
pub(super) async fn load(
    db: &mut Db,
    (app, actor): (&App, &Actor),
    visits: Vec<Visit>,
    taken: Vec<Taken>,
) -> Result<Vec<Item>> {
    let ids = |wanted: i16| -> Vec<Uuid> {
        taken.iter().map(|of| of.place).filter(|(kind, _)| *kind == wanted).map(|(_, id)| id).collect()
    };
    let needs_addenda = taken.iter().filter(|of| [MINUTES, RESPONSE].contains(&of.place.0));
    let mut of: Vec<VisitId> = needs_addenda.map(|of| of.visit).collect();
    of.dedup();
    let added = if of.is_empty() { Vec::new() } else { addenda::of_visits(db, &of).await? };
    let mut found = answers(db, &ids(RESPONSE), &added).await?;
    found.extend(minutes(&visits, &added, &ids(MINUTES)));
    let hosts: Vec<AttendeeId> = ids(ATTENDEE).into_iter().map(AttendeeId).collect();
    if !hosts.is_empty() {
        let hosts = company::load_attendees(db, &hosts).await?.into_iter();
        found.extend(hosts.map(|host| ((ATTENDEE, host.id.0), Part::Attendee(host))));
    }
    let given: Vec<GuidanceId> = ids(GUIDANCE).into_iter().map(GuidanceId).collect();
    if !given.is_empty() {
        let given = company::load_guidance(db, &given).await?.into_iter();
        found.extend(given.map(|entry| ((GUIDANCE, entry.id.0), Part::Guidance(entry))));
    }
    let seen: Vec<FindingId> = ids(FINDING).into_iter().map(FindingId).collect();
    if !seen.is_empty() {
        let seen = findings::told(db, &seen, today(app)).await?.into_iter();
        found.extend(seen.map(|finding| ((FINDING, finding.id.0), Part::Finding(Box::new(finding)))));
    }
    let asked: Vec<RecommendationId> = ids(RECOMMENDATION).into_iter().map(RecommendationId).collect();
    if !asked.is_empty() {
        let asked = recommendations::load(db, &asked).await?.into_iter();
        found.extend(asked.map(|one| ((RECOMMENDATION, one.id.0), Part::Recommendation(one))));
    }
    let shots: Vec<PhotoId> = ids(PHOTO).into_iter().map(PhotoId).collect();
    if !shots.is_empty() {
        let shots = photos::in_order(db, &shots).await?.into_iter().flatten();
        found.extend(shots.map(|photo| ((PHOTO, photo.declared.id.0), Part::Photo(Box::new(photo)))));
    }
    let opened: Vec<ActionId> = ids(ACTION).into_iter().map(ActionId).collect();
    if !opened.is_empty() {
        let opened = actions::told(db, actor, &opened, today(app)).await?.into_iter();
        found.extend(opened.map(|action| ((ACTION, action.id.0), Part::Action(Box::new(action)))));
    }
    found.extend(after_photos(db, (app, actor), &taken).await?);
    let itself = visits.into_iter().map(|visit| ((VISIT, visit.id.0), Part::Visit(Box::new(visit))));
    found.extend(itself);
    let item = |Taken { visit, is_fresh, place, .. }: Taken| {
        found.remove(&place).map(|part| Item { visit, whole: is_fresh && place.0 == VISIT, part })
    };
    Ok(taken.into_iter().filter_map(item).collect())
}

/// Whoever sees no photos of the visit sees those of actions that are theirs to do, and of replies that are theirs to write.
async fn after_photos(
    db: &mut Db,
    (app, actor): (&App, &Actor),
    taken: &[Taken],
) -> Result<Vec<(Place, Part)>> {
    let after: Vec<&Taken> = taken.iter().filter(|of| of.place.0 == AFTER_PHOTO).collect();
    if after.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<PhotoId> = after.iter().map(|of| PhotoId(of.place.1)).collect();
    let shots = photos::in_order(db, &ids).await?;
    let (mut told, mut known) = (Vec::new(), HashMap::new());
    for (of, photo) in after.into_iter().zip(shots) {
        let Some(photo) = photo else { continue };
        let about = (photo.declared.action, photo.declared.reply_to);
        let is_theirs = match known.get(&about) {
            _ if of.sees_photos => true,
            Some(is_theirs) => *is_theirs,
            None => {
                let seen = match about {
                    (Some(action), _) => {
                        let of = (action, Deed::ReadPhotos);
                        actions::shown_by(db, actor, of, today(app)).await.map(|_| ())
                    }
                    (None, Some(finding)) => {
                        let of = (finding, Deed::ReadPhotos);
                        findings::shown_to(db, actor, of, today(app)).await.map(|_| ())
                    }
                    (None, None) => Ok(()),
                };
                let is_theirs = match seen {
                    Ok(()) => true,
                    Err(Error::Refused(_)) => false,
                    Err(why) => return Err(why),
                };
                known.insert(about, is_theirs);
                is_theirs
            }
        };
        if is_theirs {
            told.push((of.place, Part::Photo(Box::new(photo))));
        }
    }
    Ok(told)
}

async fn answers(db: &mut Db, ids: &[Uuid], added: &[Addendum]) -> Result<HashMap<Place, Part>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<ResponseId> = ids.iter().copied().map(ResponseId).collect();
    let answers = known(responses::load(db, &ids).await?, added);
    let mut of: Vec<VisitId> = answers.iter().map(|answer| answer.response.visit).collect();
    of.sort_unstable();
    of.dedup();
    let waiting = responses::candidates::of_visits(db, &of, true).await?;
    let part = |answer: Known| {
        let own = |candidate: &&Candidate| candidate.sent.visit == answer.response.visit;
        let beside = waiting.iter().filter(own).cloned().collect();
        ((RESPONSE, answer.response.id.0), Part::Response(Box::new(answer), beside))
    };
    Ok(answers.into_iter().map(part).collect())
}

fn minutes(visits: &[Visit], added: &[Addendum], ids: &[Uuid]) -> Vec<(Place, Part)> {
    let document = |id: &Uuid| {
        let visit = visits.iter().find(|visit| visit.id.0 == *id)?;
        let addenda = added.iter().filter(|of| of.visit == visit.id).cloned().collect();
        let document = Document { visit: visit.id, minutes: visit.minutes.clone()?, addenda };
        Some(((MINUTES, *id), Part::Minutes(Box::new(document))))
    };
    ids.iter().filter_map(document).collect()
}
