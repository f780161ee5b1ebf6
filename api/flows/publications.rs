//! Totals that an owner makes public: counted by the statements of the reports, told to whoever asks, with or without an
//! account.

use super::campaigns::hold;
use super::{Error, Result, cut, random_bytes};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::campaign::Campaign;
use crate::domain::campaign::round::TargetClass;
use crate::domain::coverage::Coverage;
use crate::domain::ids::{CampaignId, OwnerId, PublicationId, UnitId};
use crate::domain::permission::Deed;
use crate::domain::publication::{self, FEWEST, OfClass, OfItem, Publication, Totals, told, told_share};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::template::Bilingual;
use crate::domain::visit::State;
use crate::records::actions::page as actions;
use crate::records::custody::{self, Entry};
use crate::records::figures::{self, Eyes};
use crate::records::findings::figures as findings;
use crate::records::visits::visible::Wanted;
use crate::records::{self, Db, publications as rows};
use jiff::civil::Date;
use serde_json::json;
use std::collections::{BTreeMap, HashSet};

pub use rows::Place;

/// A publication with the name of its owner.
#[derive(Clone, Debug)]
pub struct Told {
    /// The totals.
    pub publication: Publication,
    /// Whose they are.
    pub owner_name: String,
}

/// Counts a campaign's totals and makes them public.
///
/// # Errors
/// `not-found`, `forbidden`, `publication.fieldwork-open`, `publication.standing`, `publication.text`.
pub async fn publish(app: &App, actor: &Actor, id: CampaignId, title: &str) -> Result<Told> {
    let mut tx = app.records.begin_report().await?;
    let campaign = hold(&mut tx, actor, id, Deed::PublishTotals).await?;
    let by = actor.account().ok_or_else(Refusal::forbidden)?;
    publication::publishable(campaign.state)?;
    let title = publication::title(title)?;
    let (at, as_of) = (app.now(), super::units::today(app));
    let new = Publication {
        id: PublicationId::random(random_bytes()),
        owner: campaign.owner,
        campaign: id,
        title,
        as_of,
        totals: counted(&mut tx, &campaign, as_of).await?,
        by,
        at,
        withdrawn: None,
    };
    rows::keep(&mut tx, &new).await.map_err(|why| {
        if why.broke("publications_standing") {
            let detail = "Totals of this campaign are public already; take those back first.";
            Refusal::new(Kind::Conflict, "publication.standing", detail).into()
        } else {
            Error::from(why)
        }
    })?;
    let details = json!({ "campaign": id, "title": new.title, "as_of": as_of });
    custody::note(&mut tx, Some(actor), entry(&new, "totals.published", details), at).await?;
    let told = with_owner(&mut tx, new).await?;
    tx.commit().await?;
    Ok(told)
}

/// Takes public totals back: from then on there are none.
///
/// # Errors
/// `not-found`, `forbidden`, `publication.withdrawn`, `publication.text`.
pub async fn withdraw(app: &App, actor: &Actor, id: PublicationId, because: &str) -> Result<()> {
    let mut tx = app.records.begin().await?;
    let mut held = rows::hold(&mut tx, id).await?.ok_or_else(Refusal::not_found)?;
    hold(&mut tx, actor, held.campaign, Deed::PublishTotals).await?;
    let by = actor.account().ok_or_else(Refusal::forbidden)?;
    let at = app.now();
    held.withdraw(because, by, at)?;
    if let Some(withdrawal) = &held.withdrawn {
        rows::withdraw(&mut tx, id, withdrawal).await?;
    }
    let details = json!({ "reason": because });
    custody::note(&mut tx, Some(actor), entry(&held, "totals.withdrawn", details), at).await?;
    tx.commit().await?;
    Ok(())
}

fn entry(of: &Publication, deed: &'static str, details: serde_json::Value) -> Entry<'static> {
    let object = ("publication", of.id.to_string());
    Entry { deed, object, owner: Some(of.owner), visit: None, details }
}

/// Public totals, for whoever asks.
///
/// # Errors
/// `not-found`, also for those that were taken back.
pub async fn read(app: &App, id: PublicationId) -> Result<Told> {
    let mut db = app.records.conn().await?;
    let found = rows::find(&mut db, id).await?.filter(|found| found.withdrawn.is_none());
    with_owner(&mut db, found.ok_or_else(Refusal::not_found)?).await
}

/// A page of the public totals, latest first, for whoever asks; and whether there are more.
///
/// # Errors
/// An outage.
pub async fn list(
    app: &App,
    owner: Option<OwnerId>,
    after: Option<Place>,
    limit: u8,
) -> Result<(Vec<Told>, bool)> {
    let mut db = app.records.conn().await?;
    let (found, more) = cut(rows::page(&mut db, owner, after, i64::from(limit) + 1).await?, limit);
    let owners: Vec<OwnerId> = found.iter().map(|of| of.owner).collect();
    let names = records::owners::names(&mut db, &owners).await?;
    let told = |publication: Publication| {
        let owner_name = names.get(&publication.owner).cloned().unwrap_or_default();
        Told { publication, owner_name }
    };
    Ok((found.into_iter().map(told).collect(), more))
}

async fn with_owner(db: &mut Db, publication: Publication) -> Result<Told> {
    let mut names = records::owners::names(db, &[publication.owner]).await?;
    let owner_name = names.remove(&publication.owner).unwrap_or_default();
    Ok(Told { publication, owner_name })
}

/// Everything that is told: over the visits that were handed in and that are no secret.
async fn counted(db: &mut Db, campaign: &Campaign, as_of: Date) -> Result<Totals> {
    let id = campaign.id;
    let wanted = Wanted { states: vec![State::Submitted, State::Finalised], ..Wanted::default() };
    let eyes = Eyes::Anonymous(id);
    let (made, _) = figures::coverage::tally(db, eyes, &wanted).await?;
    let places = super::reports::targets(db, id, as_of).await?;
    let units: HashSet<UnitId> = made.iter().map(|of| of.unit).collect();
    let coverage = Coverage::count(&places, &made);
    let (_, items) = figures::items::shares(db, eyes, &wanted, None).await?;
    let questions = questions(db, id).await?;
    let found = findings::counts(db, id).await?;
    let done = actions::counts(db, id, as_of).await?;
    let number = |n: i64| told(u32::try_from(n).unwrap_or(u32::MAX));
    let item = |share: &crate::domain::shares::ItemShare| OfItem {
        template: share.template.clone(),
        item: share.item.clone(),
        question: questions.get(&(share.template.clone(), share.item.clone())).cloned().unwrap_or_default(),
        failing: told_share(share.failing()),
    };
    let class =
        |of: &crate::domain::coverage::OfClass| OfClass { class: of.class, inspected: of.first_inspection };
    let is_large = |class: TargetClass| places.iter().filter(|of| of.class == class).count();
    let fewest = usize::try_from(FEWEST).unwrap_or(usize::MAX);
    Ok(Totals {
        visits: told(coverage.visits),
        units: told(u32::try_from(units.len()).unwrap_or(u32::MAX)),
        coverage: coverage.classes.iter().filter(|of| is_large(of.class) >= fewest).map(class).collect(),
        confirmed: number(found.confirmed),
        open: number(found.open),
        critical: number(found.critical),
        strengths: number(found.strengths),
        issued: number(done.issued),
        verified: number(done.verified),
        overdue: number(done.overdue),
        items: items.iter().filter(|of| of.assessed >= FEWEST).map(item).collect(),
    })
}

/// What the checklists of a campaign ask, by their codes and those of the items; the last version says it.
async fn questions(db: &mut Db, campaign: CampaignId) -> Result<BTreeMap<(String, String), Bilingual>> {
    let versions = rows::checklists(db, campaign).await?;
    let mut found = records::templates::versions_by_id(db, &versions).await?;
    found.sort_by_key(|version| version.number);
    let mut all = BTreeMap::new();
    for version in &found {
        for item in version.body.items() {
            all.insert((version.code.clone(), item.code.clone()), item.question.clone());
        }
    }
    Ok(all)
}
