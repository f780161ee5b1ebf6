//! Campaigns: enter, change, give them their papers, move them on.

use super::{Error, Result, current, random_bytes};
use crate::app::App;
use crate::domain::actor::Actor;
pub use crate::domain::campaign::Campaign;
use crate::domain::campaign::{
    self, CampaignKind, CampaignState, Document, DocumentKind, Grounds, Step, outline, warnings,
};
use crate::domain::ids::{CampaignId, DocumentId, OwnerId};
use crate::domain::permission::{Deed, Subject, may};
use crate::domain::refusal::{Kind, Refusal};
use crate::records::{self, Db, custody};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

/// A campaign with its papers.
#[derive(Clone, Debug)]
pub struct Held {
    /// The campaign.
    pub campaign: Campaign,
    /// Plans and decisions, oldest first.
    pub documents: Vec<Document>,
    /// What is allowed and still worth a look.
    pub warnings: Vec<&'static str>,
}

/// What somebody wants a campaign to be.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Title.
    pub title: String,
    /// Topics.
    pub topics: Vec<String>,
    /// First and last day of the fieldwork.
    pub period: (Option<Date>, Option<Date>),
}

/// What changes about a campaign; `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Title.
    pub title: Option<String>,
    /// Topics.
    pub topics: Option<Vec<String>>,
    /// First day.
    pub period_from: DaySaid,
    /// Last day.
    pub period_to: DaySaid,
}

/// What somebody says about a day: nothing, or which day it is, or that there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DaySaid {
    /// Leaves it as it is.
    #[default]
    Nothing,
    /// This day, or none.
    Is(Option<Date>),
}

impl DaySaid {
    fn or(self, held: Option<Date>) -> Option<Date> {
        match self {
            Self::Nothing => held,
            Self::Is(day) => day,
        }
    }
}

/// A plan or a decision as somebody enters it.
#[derive(Clone, Debug)]
pub struct Paper {
    /// `plan` or `decision`.
    pub kind: String,
    /// As written: `133/KH-UBND`.
    pub number: String,
    /// Who issued it.
    pub issuer: String,
    /// The day on it.
    pub issued_on: Date,
    /// What it is about.
    pub title: String,
}

/// What rights need to know about a campaign, for one actor.
///
/// # Errors
/// The database's own.
pub(super) async fn subject(db: &mut Db, actor: &Actor, of: &Campaign) -> Result<Subject> {
    let team_role = match actor.account() {
        Some(account) => records::teams::role_in_campaign(db, of.id, account).await?,
        None => None,
    };
    Ok(Subject {
        owner: Some(of.owner),
        campaign: Some(of.id),
        supervision: of.kind == CampaignKind::Supervision,
        team_role,
        ..Subject::default()
    })
}

/// A campaign held until the transaction ends, for somebody who may do this to it.
pub(super) async fn hold(db: &mut Db, actor: &Actor, id: CampaignId, deed: Deed) -> Result<Campaign> {
    let held = records::campaigns::hold(db, id).await?.ok_or_else(Refusal::not_found)?;
    may(actor, deed, &subject(db, actor, &held).await?)?;
    Ok(held)
}

/// A campaign, for somebody who may read it.
pub(super) async fn seen(db: &mut Db, actor: &Actor, id: CampaignId) -> Result<Campaign> {
    let found = records::campaigns::find(db, id).await?.ok_or_else(Refusal::not_found)?;
    may(actor, Deed::ReadCampaign, &subject(db, actor, &found).await?)?;
    Ok(found)
}

/// Refuses a change of a campaign that is over.
pub(super) fn open(campaign: &Campaign) -> Result<()> {
    if campaign.state.is_open() {
        return Ok(());
    }
    let detail = format!("A campaign that is {} does not change.", campaign.state.as_str());
    Err(Refusal::new(Kind::Conflict, "campaign.state", detail).into())
}

async fn note(
    db: &mut Db,
    actor: &Actor,
    deed: &str,
    of: &Campaign,
    details: Value,
    at: Timestamp,
) -> Result<()> {
    let object = ("campaign", of.id.to_string());
    let entry = custody::Entry { deed, object, owner: Some(of.owner), visit: None, details };
    custody::note(db, Some(actor), entry, at).await?;
    Ok(())
}

async fn with_papers(db: &mut Db, campaign: Campaign) -> Result<Held> {
    let documents = records::campaigns::documents(db, campaign.id).await?;
    let first = |kind| documents.iter().filter(|d| d.kind == kind).map(|d| d.issued_on).min();
    let warnings = warnings(first(DocumentKind::Plan), first(DocumentKind::Decision));
    Ok(Held { campaign, documents, warnings })
}

/// Enters a campaign as a draft.
///
/// # Errors
/// `not-found` for an owner that is not theirs, `forbidden`, `invalid`.
pub async fn create(app: &App, actor: &Actor, owner: OwnerId, kind: &str, wish: Wish) -> Result<Held> {
    let kind = CampaignKind::parse(kind)
        .ok_or_else(|| Refusal::field("/kind", "campaign.kind-unknown", "is no kind of campaign"))?;
    let supervision = kind == CampaignKind::Supervision;
    may(actor, Deed::EditCampaign, &Subject { owner: Some(owner), supervision, ..Subject::default() })?;
    let (title, topics) = outline(&wish.title, &wish.topics, wish.period)?;
    let new = Campaign {
        id: CampaignId::random(random_bytes()),
        owner,
        title,
        kind,
        topics,
        period_from: wish.period.0,
        period_to: wish.period.1,
        state: CampaignState::Draft,
        plan_date: None,
        decision_date: None,
        version: 1,
        created_at: app.now(),
    };
    let mut tx = app.records.begin().await?;
    if records::owners::find(&mut tx, owner).await?.is_none() {
        return Err(Refusal::field("/owner", "owner.unknown", "there is no such owner").into());
    }
    records::campaigns::keep(&mut tx, &new, actor.account()).await?;
    let details = json!({ "title": new.title, "kind": new.kind.as_str() });
    note(&mut tx, actor, "campaign.created", &new, details, new.created_at).await?;
    tx.commit().await?;
    Ok(Held { campaign: new, documents: Vec::new(), warnings: Vec::new() })
}

/// One campaign with its papers.
///
/// # Errors
/// `not-found`.
pub async fn read(app: &App, actor: &Actor, id: CampaignId) -> Result<Held> {
    let mut db = app.records.conn().await?;
    let campaign = seen(&mut db, actor, id).await?;
    with_papers(&mut db, campaign).await
}

/// One page of the campaigns within reach, latest first, and whether there are more.
///
/// # Errors
/// `forbidden` for a client without the scope, `invalid` for a state that is none.
pub async fn list(
    app: &App,
    actor: &Actor,
    (owner, state): (Option<OwnerId>, Option<&str>),
    after: Option<(Timestamp, CampaignId)>,
    limit: u8,
) -> Result<(Vec<Campaign>, bool)> {
    super::scope(actor, Deed::ReadCampaign)?;
    let state = state
        .map(|text| {
            CampaignState::parse(text)
                .ok_or_else(|| Refusal::field("?state", "campaign.state-unknown", "is no state"))
        })
        .transpose()?;
    let mut db = app.records.conn().await?;
    let within = records::campaigns::Within::of(&mut db, actor).await?;
    let wanted = records::campaigns::Wanted { within, owner, state };
    let found = records::campaigns::page(&mut db, &wanted, after, i64::from(limit) + 1).await?;
    Ok(super::cut(found, limit))
}

/// Changes title, topics or period.
///
/// # Errors
/// `not-found`, `forbidden`, `invalid`, `version.stale`, `campaign.state`.
pub async fn change(app: &App, actor: &Actor, id: CampaignId, version: i32, change: Change) -> Result<Held> {
    let mut tx = app.records.begin().await?;
    let mut held = hold(&mut tx, actor, id, Deed::EditCampaign).await?;
    current(version, held.version)?;
    open(&held)?;
    held.period_from = change.period_from.or(held.period_from);
    held.period_to = change.period_to.or(held.period_to);
    let (title, topics) = (change.title.unwrap_or(held.title), change.topics.unwrap_or(held.topics));
    (held.title, held.topics) = outline(&title, &topics, (held.period_from, held.period_to))?;
    held.version = records::campaigns::change(&mut tx, &held).await?;
    let details = json!({ "title": held.title, "topics": held.topics,
        "period_from": held.period_from, "period_to": held.period_to, "version": held.version });
    note(&mut tx, actor, "campaign.changed", &held, details, app.now()).await?;
    let held = with_papers(&mut tx, held).await?;
    tx.commit().await?;
    Ok(held)
}

/// Enters a plan or a decision.
///
/// # Errors
/// `not-found`, `forbidden`, `invalid`, `campaign.state`, `document.number-taken`.
pub async fn enter_document(app: &App, actor: &Actor, id: CampaignId, paper: Paper) -> Result<Held> {
    let mut tx = app.records.begin().await?;
    let mut held = hold(&mut tx, actor, id, Deed::EditCampaign).await?;
    open(&held)?;
    let document = Document::checked(
        DocumentId::random(random_bytes()),
        &paper.kind,
        &paper.number,
        &paper.issuer,
        paper.issued_on,
        &paper.title,
    )?;
    let now = app.now();
    records::campaigns::keep_document(&mut tx, id, &document, actor.account(), now).await.map_err(|why| {
        if why.broke("campaign_documents_number_unique") {
            let detail = "This issuer has used this number in that year.";
            return Refusal::new(Kind::Conflict, "document.number-taken", detail).into();
        }
        Error::from(why)
    })?;
    // The papers are part of what is read: who changes the campaign rests on the ones there are.
    held.version = records::campaigns::change(&mut tx, &held).await?;
    let details = json!({ "document": document.id, "kind": document.kind.as_str(),
        "number": document.number.written, "issuer": document.issuer, "issued_on": document.issued_on,
        "version": held.version });
    note(&mut tx, actor, "campaign.document_entered", &held, details, now).await?;
    let date = match document.kind {
        DocumentKind::Plan => &mut held.plan_date,
        DocumentKind::Decision => &mut held.decision_date,
    };
    *date = Some(date.map_or(document.issued_on, |first| first.min(document.issued_on)));
    let held = with_papers(&mut tx, held).await?;
    tx.commit().await?;
    Ok(held)
}

/// Moves a campaign on.
///
/// # Errors
/// `not-found`, `forbidden`, and what [`campaign::step`] refuses.
pub async fn advance(app: &App, actor: &Actor, id: CampaignId, step: Step) -> Result<Held> {
    let (deed, done) = match step {
        Step::Submit => (Deed::EditCampaign, "campaign.submitted"),
        Step::Approve => (Deed::ApproveCampaign, "campaign.approved"),
        Step::Activate => (Deed::ApproveCampaign, "campaign.activated"),
        Step::CloseFieldwork => (Deed::EditCampaign, "campaign.fieldwork_closed"),
        Step::Conclude => (Deed::ApproveCampaign, "campaign.concluded"),
        Step::Close => (Deed::EditCampaign, "campaign.closed"),
        Step::Cancel => (Deed::EditCampaign, "campaign.cancelled"),
    };
    let mut tx = app.records.begin().await?;
    let mut held = hold(&mut tx, actor, id, deed).await?;
    let grounds = Grounds {
        plan: held.plan_date,
        decision: held.decision_date,
        team: records::teams::has_lead(&mut tx, id).await?,
    };
    let from = held.state;
    held.state = campaign::step(from, step, grounds)?;
    held.version = records::campaigns::change(&mut tx, &held).await?;
    let details = json!({ "from": from.as_str(), "to": held.state.as_str(), "version": held.version });
    note(&mut tx, actor, done, &held, details, app.now()).await?;
    let held = with_papers(&mut tx, held).await?;
    tx.commit().await?;
    Ok(held)
}
