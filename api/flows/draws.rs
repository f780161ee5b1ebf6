//! Random draws of sites: bound by hashes when committed, drawn when the seed is opened, told when they may be known, to
//! be computed again by anybody.

use super::campaigns::{hold, note, open, subject};
use super::{Result, cut, random_bytes};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::draw::{Stratum, checked, commitment, draw, frame};
use crate::domain::ids::{CampaignId, DrawId};
use crate::domain::moment::to_micros;
use crate::domain::permission::{Deed, Subject, allows, may};
use crate::domain::refusal::{FieldFault, Kind, Refusal};
use crate::domain::text;
pub use crate::records::draws::Draw;
use crate::records::{self, Db};
use jiff::Timestamp;
use serde_json::json;

/// A draw as somebody may see it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The draw.
    pub draw: Draw,
    /// Whether seed and result may be shown: they were told, or they were revealed and the asker may draw.
    pub whole: bool,
}

/// Commits a draw of sites: strata and sizes are frozen and hashed, a seed is made that nobody knows, and its hash binds
/// it. Nothing is drawn yet, and nobody can change anything any more.
///
/// # Errors
/// `not-found`, `forbidden`, `campaign.state`, `invalid` (`draw.size`, `draw.stratum-twice`, `draw.unit-twice`,
/// `draw.unit-unknown`).
pub async fn commit(
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
        frame: frame(&strata),
        drawn: Vec::new(),
        strata,
        seed,
        made_at: to_micros(app.now()),
        revealed_at: None,
        told_at: None,
    };
    records::draws::keep(&mut tx, &new, actor.account()).await?;
    let details = json!({ "draw": new.id, "commitment": new.commitment, "frame_sha256": new.frame,
        "strata": new.strata });
    note(&mut tx, actor, "draw.committed", &held, details, new.made_at).await?;
    tx.commit().await?;
    Ok(Shown { draw: new, whole: false })
}

/// Opens the seed of a committed draw and draws from the frame as it was committed, whatever became of its units since.
/// Whoever may draw sees the result from then on: it may name the target of a surprise. Once revealed, it stays so.
///
/// # Errors
/// `not-found`, `forbidden`, `draw.broken` where seed or frame are not what was bound.
pub async fn reveal(app: &App, actor: &Actor, (campaign, id): (CampaignId, DrawId)) -> Result<Shown> {
    let mut tx = app.records.begin().await?;
    let held = hold(&mut tx, actor, campaign, Deed::DrawSites).await?;
    let found = records::draws::hold(&mut tx, campaign, id).await?;
    let mut of = found.ok_or_else(Refusal::not_found)?;
    if of.revealed_at.is_none() {
        if of.commitment != commitment(&of.seed) || of.frame != frame(&of.strata) {
            let detail = "Seed or strata of this draw are not what was published when it was committed.";
            return Err(Refusal::new(Kind::Conflict, "draw.broken", detail).into());
        }
        let now = to_micros(app.now());
        of.drawn = draw(&of.seed, &of.strata);
        of.revealed_at = Some(now);
        records::draws::reveal(&mut tx, id, &of.drawn, now).await?;
        note(&mut tx, actor, "draw.revealed", &held, json!({ "draw": id }), now).await?;
        tx.commit().await?;
    }
    Ok(Shown { draw: of, whole: true })
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
/// `not-found`, `forbidden`, `draw.not-revealed`.
pub async fn tell(app: &App, actor: &Actor, (campaign, id): (CampaignId, DrawId)) -> Result<Shown> {
    let mut tx = app.records.begin().await?;
    let held = hold(&mut tx, actor, campaign, Deed::DrawSites).await?;
    let found = records::draws::hold(&mut tx, campaign, id).await?;
    let mut draw = found.ok_or_else(Refusal::not_found)?;
    if draw.revealed_at.is_none() {
        let detail = "The draw is committed; reveal it first.";
        return Err(Refusal::new(Kind::Conflict, "draw.not-revealed", detail).into());
    }
    if draw.told_at.is_none() {
        let now = to_micros(app.now());
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
    let drawn = draw.revealed_at.is_some();
    let whole = drawn && (draw.told_at.is_some() || allows(actor, Deed::DrawSites, subject));
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

/// One page of the draws of a campaign, first to last, and whether there are more.
///
/// # Errors
/// `not-found`.
pub async fn list(
    app: &App,
    actor: &Actor,
    campaign: CampaignId,
    (after, limit): (Option<(Timestamp, DrawId)>, u8),
) -> Result<(Vec<Shown>, bool)> {
    let mut db = app.records.conn().await?;
    let subject = reader(&mut db, actor, campaign).await?;
    let found = records::draws::page(&mut db, campaign, after, i64::from(limit) + 1).await?;
    let (found, more) = cut(found, limit);
    Ok((found.into_iter().map(|draw| shown(actor, &subject, draw)).collect(), more))
}
