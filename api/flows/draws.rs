//! Random draws of sites: bound by a hash when made, told when they may be known, to be computed again by anybody.

use super::campaigns::{hold, note, open, subject};
use super::{Result, random_bytes};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::draw::{Stratum, checked, commitment, draw};
use crate::domain::ids::{CampaignId, DrawId};
use crate::domain::permission::{Deed, Subject, allows, may};
use crate::domain::refusal::{FieldFault, Refusal};
use crate::domain::text;
pub use crate::records::draws::Draw;
use crate::records::{self, Db};
use serde_json::json;

/// A draw as somebody may see it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The draw.
    pub draw: Draw,
    /// Whether seed and result may be shown: they were told, or the asker may draw.
    pub whole: bool,
}

/// Draws sites at random. The seed is bound by its hash, which may be published at once; seed and result are the
/// scheduler's alone until they are told, because what was drawn may be the target of a surprise.
///
/// # Errors
/// `not-found`, `forbidden`, `campaign.state`, `invalid` (`draw.size`, `draw.stratum-twice`, `draw.unit-twice`,
/// `draw.unit-unknown`).
pub async fn make(
    app: &App,
    actor: &Actor,
    campaign: CampaignId,
    title: &str,
    strata: Vec<Stratum>,
) -> Result<Shown> {
    let mut tx = app.records.begin().await?;
    let held = hold(&mut tx, actor, campaign, Deed::DrawSites).await?;
    open(&held)?;
    let title = text::required(title, 200).map_err(|why| Refusal::field("/title", "text.refused", why))?;
    known(&mut tx, &strata).await?;
    let strata = checked(strata)?;
    let seed: [u8; 32] = random_bytes();
    let new = Draw {
        id: DrawId::random(random_bytes()),
        campaign,
        title,
        commitment: commitment(&seed),
        drawn: draw(&seed, &strata),
        strata,
        seed,
        made_at: app.now(),
        told_at: None,
    };
    records::draws::keep(&mut tx, &new, actor.account()).await?;
    let details = json!({ "draw": new.id, "commitment": new.commitment, "strata": new.strata });
    note(&mut tx, actor, "draw.made", &held, details, new.made_at).await?;
    tx.commit().await?;
    Ok(Shown { draw: new, whole: true })
}

async fn known(db: &mut Db, strata: &[Stratum]) -> Result<()> {
    let all: Vec<_> = strata.iter().flat_map(|stratum| stratum.units.iter().copied()).collect();
    let known = records::units::known(db, &all).await?;
    let mut faults = Vec::new();
    for (s, stratum) in strata.iter().enumerate() {
        for (u, unit) in stratum.units.iter().enumerate().filter(|(_, unit)| !known.contains(unit)) {
            let at = format!("/strata/{s}/units/{u}");
            faults.push(FieldFault::new(at, "draw.unit-unknown", format!("there is no unit {unit}")));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Refusal::invalid(faults).into()) }
}

/// Tells seed and result of a draw to everybody who may read the campaign. Once told, it stays told.
///
/// # Errors
/// `not-found`, `forbidden`.
pub async fn tell(app: &App, actor: &Actor, (campaign, id): (CampaignId, DrawId)) -> Result<Shown> {
    let mut tx = app.records.begin().await?;
    let held = hold(&mut tx, actor, campaign, Deed::DrawSites).await?;
    let found = records::draws::find(&mut tx, campaign, id).await?;
    let mut draw = found.ok_or_else(Refusal::not_found)?;
    if draw.told_at.is_none() {
        let now = app.now();
        records::draws::tell(&mut tx, id, now).await?;
        note(&mut tx, actor, "draw.told", &held, json!({ "draw": id }), now).await?;
        draw.told_at = Some(now);
        tx.commit().await?;
    }
    Ok(Shown { draw, whole: true })
}

/// What somebody is to a campaign whose draws they want to read.
async fn reader(db: &mut Db, actor: &Actor, campaign: CampaignId) -> Result<Subject> {
    let found = records::campaigns::find(db, campaign).await?.ok_or_else(Refusal::not_found)?;
    let subject = subject(db, actor, &found).await?;
    may(actor, Deed::ReadCampaign, &subject)?;
    Ok(subject)
}

fn shown(actor: &Actor, subject: &Subject, draw: Draw) -> Shown {
    let whole = draw.told_at.is_some() || allows(actor, Deed::DrawSites, subject);
    Shown { draw, whole }
}

/// One draw of a campaign.
///
/// # Errors
/// `not-found`.
pub async fn read(app: &App, actor: &Actor, (campaign, id): (CampaignId, DrawId)) -> Result<Shown> {
    let mut db = app.records.conn().await?;
    let subject = reader(&mut db, actor, campaign).await?;
    let found = records::draws::find(&mut db, campaign, id).await?.ok_or_else(Refusal::not_found)?;
    Ok(shown(actor, &subject, found))
}

/// Every draw of a campaign, first to last.
///
/// # Errors
/// `not-found`.
pub async fn list(app: &App, actor: &Actor, campaign: CampaignId) -> Result<Vec<Shown>> {
    let mut db = app.records.conn().await?;
    let subject = reader(&mut db, actor, campaign).await?;
    let found = records::draws::of_campaign(&mut db, campaign).await?;
    Ok(found.into_iter().map(|draw| shown(actor, &subject, draw)).collect())
}
