//! What a reviewer looks at: the board of visits, one visit with its evidence, one photo with all that is known.

use super::photos::shown_to;
use super::units::today;
use super::visits::heirs::{self, readable};
use super::visits::{may_do, note_sealed_reads};
use super::{Result, visits};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::{AccountId, CampaignId, PhotoId, VisitId};
use crate::domain::minutes::{Known, known};
use crate::domain::permission::{Deed, Subject, may};
use crate::domain::photo::mask::Showing;
use crate::domain::place::Area;
use crate::domain::refusal::Refusal;
use crate::domain::template::Item;
use crate::domain::visit::Visit;
use crate::records::visits::evidence;
use crate::records::visits::life as visit_rows;
use crate::records::visits::standing;
use crate::records::visits::visible::{self, Place, Wanted};
use crate::records::{Db, accounts, addenda, campaigns, photos, premises, responses, templates};
use std::collections::HashSet;
use std::slice::from_ref;

pub use crate::records::photos::{Photo, Sample, Tally};
pub use crate::records::templates::TemplateVersion;

/// Most photos of one visit that a page shows.
pub const MOST_PHOTOS: i64 = 1000;
/// Small pictures on a card.
const SAMPLES: u8 = 4;

/// One visit on the board.
#[derive(Clone, Debug)]
pub struct Card {
    /// The visit.
    pub visit: Visit,
    /// Title of its campaign; `None` where that is not for this actor.
    pub campaign: Option<String>,
    /// Its photos, counted; `None` where they are not for this actor.
    pub photos: Option<Tally>,
    /// A few of them.
    pub samples: Vec<Sample>,
}

/// One page of the board, latest planned start first, and where the next one begins.
///
/// # Errors
/// `scope-missing`; an outage.
pub async fn board(
    app: &App,
    actor: &Actor,
    wanted: &Wanted,
    limit: u8,
) -> Result<(Vec<Card>, Option<Place>)> {
    let (found, next) = visits::page(app, actor, wanted, limit).await?;
    let mut db = app.records.conn().await?;
    // The same page of the same list, as far as photos may be read: a part of the one above, in the same order.
    let readable = visible::page(&mut db, actor, Deed::ReadPhotos, wanted, limit).await?;
    let readable: HashSet<VisitId> = readable.into_iter().map(|place| place.id).collect();
    let ids: Vec<VisitId> = found.iter().map(|visit| visit.id).filter(|id| readable.contains(id)).collect();
    let tallies = photos::tallies(&mut db, &ids).await?;
    let mut samples = photos::samples(&mut db, &ids, SAMPLES).await?;
    // Whoever answers for a unit sees its visits, and not the campaigns they belong to.
    let teams = campaigns::of_own_teams(&mut db, actor).await?;
    let knows = |visit: &&Visit| {
        let units = std::iter::once(visit.unit).chain(visit.unit_ancestors.iter().copied()).collect();
        let of =
            Subject { owner: Some(visit.owner), units, campaign: Some(visit.campaign), ..Subject::default() };
        teams.contains(&visit.campaign) || may_do(actor, Deed::ReadCampaign, &of)
    };
    let of: Vec<CampaignId> = found.iter().filter(knows).map(|visit| visit.campaign).collect();
    let titles = campaigns::titles(&mut db, &of).await?;
    let card = |visit: Visit| Card {
        campaign: titles.get(&visit.campaign).cloned(),
        photos: readable.contains(&visit.id).then(|| tallies.get(&visit.id).copied().unwrap_or_default()),
        samples: samples.remove(&visit.id).unwrap_or_default(),
        visit,
    };
    Ok((found.into_iter().map(card).collect(), next))
}

/// One visit with its evidence.
#[derive(Clone, Debug)]
pub struct Gallery {
    /// The visit.
    pub visit: Visit,
    /// Title of its campaign; `None` where that is not for this actor.
    pub campaign: Option<String>,
    /// Its checklists, in order.
    pub checklists: Vec<TemplateVersion>,
    /// What was answered, as it is known.
    pub responses: Vec<Known>,
    /// Its photos in order of capture, withdrawn ones too; `None` where they are not for this actor.
    pub photos: Option<Vec<Photo>>,
    /// Whether the actor may read originals.
    pub originals: bool,
}

/// Reads a visit with its evidence.
///
/// # Errors
/// `not-found`, the same for a visit that does not exist and one that must not be known of; an outage.
pub async fn gallery(app: &App, actor: &Actor, id: VisitId) -> Result<Gallery> {
    let mut tx = app.records.begin().await?;
    let subject = readable(&mut tx, app, actor, id).await?.subject;
    let visit = visit_rows::find(&mut tx, id).await?.ok_or_else(Refusal::not_found)?;
    note_sealed_reads(&mut tx, actor, from_ref(&visit), "gallery", app.now()).await?;
    let photos = if may_do(actor, Deed::ReadPhotos, &subject) {
        let mut all = photos::of_visit(&mut tx, id, MOST_PHOTOS).await?;
        for photo in &mut all {
            veil(photo, actor, &subject);
        }
        Some(all)
    } else {
        None
    };
    let campaign = if may_do(actor, Deed::ReadCampaign, &subject) {
        campaigns::titles(&mut tx, &[visit.campaign]).await?.remove(&visit.campaign)
    } else {
        None
    };
    let added = addenda::of_visit(&mut tx, id).await?;
    let gallery = Gallery {
        campaign,
        checklists: visits::versions(&mut tx, &visit).await?,
        responses: known(responses::of_visit(&mut tx, id).await?, &added),
        originals: may_do(actor, Deed::ReadOriginal, &subject),
        photos,
        visit,
    };
    tx.commit().await?;
    Ok(gallery)
}

/// Why a photo is not shown that waits for its masks.
pub const NOT_MASKED: &str = "not-masked";

/// Takes the pictures away from a photo that is not shown to the actor yet.
fn veil(photo: &mut Photo, actor: &Actor, subject: &Subject) {
    let showing = shown_to(photo, actor, subject);
    if showing != Showing::Plain {
        // Nothing of it is covered.
        photo.preview = None;
    }
    if showing == Showing::Waiting
        && let Some(found) = &mut photo.found
    {
        found.derivatives = None;
        found.reason = Some(NOT_MASKED.to_owned());
    }
}

/// One photo with all that is known about it.
#[derive(Clone, Debug)]
pub struct Exhibit {
    /// The photo.
    pub photo: Photo,
    /// Its visit.
    pub visit: Visit,
    /// The item it is evidence for.
    pub item: Option<Item>,
    /// The answer to that item.
    pub response: Option<Known>,
    /// The ground of the office, and what people call it.
    pub premises: Option<(String, Area)>,
    /// Who declared it.
    pub declared_by: Option<String>,
    /// Who took it back.
    pub withdrawn_by: Option<String>,
    /// The photo before it in the gallery.
    pub previous: Option<PhotoId>,
    /// The photo after it in the gallery.
    pub next: Option<PhotoId>,
    /// Its place in the gallery, from 1, and how many there are; `None` for one that is out of the way.
    pub place: Option<(usize, usize)>,
    /// Whether the actor may read the original.
    pub original: bool,
}

/// Reads a photo with all that is known about it.
///
/// # Errors
/// `not-found`, the same for a photo that does not exist and one that must not be known of; an outage.
pub async fn exhibit(app: &App, actor: &Actor, id: PhotoId) -> Result<Exhibit> {
    let mut tx = app.records.begin().await?;
    let mut photo = photos::find(&mut tx, id).await?.ok_or_else(Refusal::not_found)?;
    let mut standing =
        standing(&mut tx, actor, photo.declared.visit).await?.ok_or_else(Refusal::not_found)?;
    heirs::add(&mut tx, actor, (Deed::ReadPhotos, today(app)), &mut standing).await?;
    may(actor, Deed::ReadPhotos, &standing.subject)?;
    let is_shown = shown_to(&photo, actor, &standing.subject) != Showing::Waiting;
    veil(&mut photo, actor, &standing.subject);
    let visit = visit_rows::find(&mut tx, standing.id).await?.ok_or_else(Refusal::not_found)?;
    note_sealed_reads(&mut tx, actor, from_ref(&visit), "photo", app.now()).await?;
    let checklists = templates::versions_by_id(&mut tx, &visit.templates).await?;
    let asked = photo.declared.item.as_deref();
    let item = asked.and_then(|code| checklists.iter().find_map(|list| list.body.item(code))).cloned();
    let added = addenda::of_visit(&mut tx, visit.id).await?;
    let given = known(responses::of_visit(&mut tx, visit.id).await?, &added);
    let (previous, next, place) = beside(&mut tx, &visit, &checklists, id).await?;
    let premises = match visit.premises {
        Some(id) => premises::find(&mut tx, id).await?.map(|found| (found.name, found.area)),
        None => None,
    };
    let exhibit = Exhibit {
        declared_by: name_of(&mut tx, Some(photo.declared_by)).await?,
        withdrawn_by: name_of(&mut tx, photo.withdrawn.as_ref().and_then(|w| w.by)).await?,
        response: given.into_iter().find(|answer| Some(answer.response.item.as_str()) == asked),
        original: is_shown
            && photo.received.is_some()
            && may_do(actor, Deed::ReadOriginal, &standing.subject),
        photo,
        visit,
        item,
        premises,
        previous,
        next,
        place,
    };
    tx.commit().await?;
    Ok(exhibit)
}

async fn name_of(db: &mut Db, account: Option<AccountId>) -> Result<Option<String>> {
    Ok(match account {
        Some(id) => accounts::find(db, id).await?.map(|account| account.display_name),
        None => None,
    })
}

type Beside = (Option<PhotoId>, Option<PhotoId>, Option<(usize, usize)>);

/// The neighbours of a photo in the order of the gallery: by item as the checklists ask, then by capture; photos
/// without an item come last, withdrawn ones and those whose bytes never came are out of the way.
async fn beside(db: &mut Db, visit: &Visit, checklists: &[TemplateVersion], id: PhotoId) -> Result<Beside> {
    let mut lists: Vec<&TemplateVersion> = checklists.iter().collect();
    lists.sort_by_key(|list| visit.templates.iter().position(|id| *id == list.id));
    let codes: Vec<&str> =
        lists.iter().flat_map(|list| list.body.items().map(|item| item.code.as_str())).collect();
    let mut all = evidence::photos_declared(db, visit.id, MOST_PHOTOS).await?;
    all.retain(|photo| photo.state.is_held());
    all.sort_by_key(|photo| {
        let asked = photo.item.as_deref().and_then(|item| codes.iter().position(|code| *code == item));
        asked.unwrap_or(usize::MAX)
    });
    let Some(here) = all.iter().position(|photo| photo.id == id) else { return Ok((None, None, None)) };
    let at = |place: Option<usize>| place.and_then(|place| all.get(place)).map(|photo| photo.id);
    Ok((at(here.checked_sub(1)), at(here.checked_add(1)), Some((here + 1, all.len()))))
}
