//! Campaigns: enter, change, give them their papers, move them on.

pub mod mergers;

use super::{Error, Result, current, random_bytes};
use crate::app::App;
use crate::domain::actor::Actor;
pub use crate::domain::campaign::Campaign;
pub use crate::domain::campaign::Outline;
use crate::domain::campaign::{
    self, CampaignKind, CampaignState, Document, DocumentKind, Grounds, Step, warnings,
};
use crate::domain::ids::{CampaignId, DocumentId, OwnerId};
use crate::domain::moment::beginning_of;
use crate::domain::permission::{Deed, Subject, may};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::visit::State;
pub use crate::records::mergers::Merger;
use crate::records::visits::visible::{self, Wanted};
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
    /// What ended in it.
    pub mergers: Vec<Merger>,
    /// What is allowed and still worth a look.
    pub warnings: Vec<&'static str>,
}

/// What changes about a campaign; `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Title.
    pub title: Option<String>,
    /// Topics.
    pub topics: Option<Vec<String>>,
    /// Goals.
    pub goals: Option<Vec<String>>,
    /// First and last year of the plan.
    pub years: (Said<i16>, Said<i16>),
    /// First and last day of the fieldwork.
    pub period: (Said<Date>, Said<Date>),
    /// First and last day of the period that is looked back on.
    pub review: (Said<Date>, Said<Date>),
}

/// What somebody says about a value: nothing, or what it is, or that there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Said<T> {
    /// Leaves it as it is.
    #[default]
    Nothing,
    /// This value, or none.
    Is(Option<T>),
}

impl<T> Said<T> {
    fn or(self, held: Option<T>) -> Option<T> {
        match self {
            Self::Nothing => held,
            Self::Is(value) => value,
        }
    }
}

impl Change {
    fn of(self, held: &Campaign) -> Outline {
        Outline {
            title: self.title.unwrap_or_else(|| held.title.clone()),
            topics: self.topics.unwrap_or_else(|| held.topics.clone()),
            goals: self.goals.unwrap_or_else(|| held.goals.clone()),
            years: (self.years.0.or(held.year_from), self.years.1.or(held.year_to)),
            period: (self.period.0.or(held.period_from), self.period.1.or(held.period_to)),
            review: (self.review.0.or(held.review_from), self.review.1.or(held.review_to)),
        }
    }
}

fn outlined(held: &mut Campaign, said: Outline) {
    let Outline { title, topics, goals, years, period, review } = said;
    (held.title, held.topics, held.goals) = (title, topics, goals);
    (held.year_from, held.year_to) = years;
    (held.period_from, held.period_to) = period;
    (held.review_from, held.review_to) = review;
}

/// A paper as somebody enters it.
#[derive(Clone, Debug)]
pub struct Paper {
    /// `plan`, `decision` or `notice`.
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

pub(super) async fn note(
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

pub(super) async fn with_papers(db: &mut Db, campaign: Campaign) -> Result<Held> {
    let documents = records::campaigns::documents(db, campaign.id).await?;
    let first = |kind| documents.iter().filter(|d| d.kind == kind).map(|d| d.issued_on).min();
    let warnings = warnings(first(DocumentKind::Plan), first(DocumentKind::Decision));
    let mergers = records::mergers::of_target(db, campaign.id).await?;
    Ok(Held { campaign, documents, mergers, warnings })
}

/// Enters a campaign as a draft.
///
/// # Errors
/// `not-found` for an owner that is not theirs, `forbidden`, `invalid`.
pub async fn create(app: &App, actor: &Actor, owner: OwnerId, kind: &str, said: Outline) -> Result<Held> {
    let kind = CampaignKind::parse(kind)
        .ok_or_else(|| Refusal::field("/kind", "campaign.kind-unknown", "is no kind of campaign"))?;
    let supervision = kind == CampaignKind::Supervision;
    may(actor, Deed::EditCampaign, &Subject { owner: Some(owner), supervision, ..Subject::default() })?;
    let said = said.checked()?;
    let mut new = Campaign {
        id: CampaignId::random(random_bytes()),
        owner,
        title: String::new(),
        kind,
        topics: Vec::new(),
        period_from: None,
        period_to: None,
        goals: Vec::new(),
        year_from: None,
        year_to: None,
        review_from: None,
        review_to: None,
        merged_into: None,
        state: CampaignState::Draft,
        plan_date: None,
        decision_date: None,
        notice_date: None,
        version: 1,
        created_at: app.now(),
    };
    outlined(&mut new, said);
    let mut tx = app.records.begin().await?;
    if records::owners::find(&mut tx, owner).await?.is_none() {
        return Err(Refusal::field("/owner", "owner.unknown", "there is no such owner").into());
    }
    records::campaigns::keep(&mut tx, &new, actor.account()).await?;
    let details = json!({ "title": new.title, "kind": new.kind.as_str() });
    note(&mut tx, actor, "campaign.created", &new, details, new.created_at).await?;
    tx.commit().await?;
    Ok(Held { campaign: new, documents: Vec::new(), mergers: Vec::new(), warnings: Vec::new() })
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

/// Changes what a campaign is about and when.
///
/// # Errors
/// `not-found`, `forbidden`, `invalid`, `version.stale`, `campaign.state`.
pub async fn change(app: &App, actor: &Actor, id: CampaignId, version: i32, change: Change) -> Result<Held> {
    let mut tx = app.records.begin().await?;
    let mut held = hold(&mut tx, actor, id, Deed::EditCampaign).await?;
    current(version, held.version)?;
    open(&held)?;
    let said = change.of(&held).checked()?;
    outlined(&mut held, said);
    held.version = records::campaigns::change(&mut tx, &held).await?;
    let details = json!({ "title": held.title, "topics": held.topics, "goals": held.goals,
        "year_from": held.year_from, "year_to": held.year_to, "review_from": held.review_from,
        "review_to": held.review_to, "period_from": held.period_from, "period_to": held.period_to, "version": held.version });
    note(&mut tx, actor, "campaign.changed", &held, details, app.now()).await?;
    let held = with_papers(&mut tx, held).await?;
    tx.commit().await?;
    Ok(held)
}

/// Enters a plan, a decision or a conclusion notice.
///
/// # Errors
/// `not-found`, `forbidden`, `invalid`, `campaign.state`, `document.number-taken`.
pub async fn enter_document(app: &App, actor: &Actor, id: CampaignId, paper: Paper) -> Result<Held> {
    let mut tx = app.records.begin().await?;
    let mut held = hold(&mut tx, actor, id, Deed::EditCampaign).await?;
    let document = Document::checked(
        DocumentId::random(random_bytes()),
        &paper.kind,
        &paper.number,
        &paper.issuer,
        paper.issued_on,
        &paper.title,
    )?;
    // A notice says what the fieldwork found, so it comes when that is over.
    if document.kind != DocumentKind::Notice || held.state != CampaignState::FieldworkClosed {
        open(&held)?;
    }
    let now = app.now();
    let (issuer, on, of) = (document.issuer.as_str(), document.issued_on, &document.number);
    let series = (held.owner, issuer);
    // A signed notice has its number before it stands among the papers.
    records::notices::hold_series(&mut tx, series, on.year()).await?;
    let taken = records::notices::number_taken(&mut tx, series, on, of.number, &of.symbol).await?
        || records::campaigns::number_taken(&mut tx, series, on, of.number, &of.symbol).await?;
    if taken {
        return Err(number_taken().into());
    }
    records::campaigns::keep_document(&mut tx, &held, &document, actor.account(), now).await.map_err(
        |why| {
            if why.broke("campaign_documents_number_of_owner") {
                number_taken().into()
            } else {
                Error::from(why)
            }
        },
    )?;
    // The papers are part of what is read: who changes the campaign rests on the ones there are.
    held.version = records::campaigns::change(&mut tx, &held).await?;
    let details = json!({ "document": document.id, "kind": document.kind.as_str(),
        "number": document.number.written, "issuer": document.issuer, "issued_on": document.issued_on,
        "version": held.version });
    note(&mut tx, actor, "campaign.document_entered", &held, details, now).await?;
    let date = match document.kind {
        DocumentKind::Plan => &mut held.plan_date,
        DocumentKind::Decision => &mut held.decision_date,
        DocumentKind::Notice => &mut held.notice_date,
    };
    *date = Some(date.map_or(document.issued_on, |first| first.min(document.issued_on)));
    let held = with_papers(&mut tx, held).await?;
    tx.commit().await?;
    Ok(held)
}

/// Takes out a paper that was entered by mistake: its number is free again, the days of the campaign are those of the papers
/// that remain.
///
/// # Errors
/// `not-found`, `forbidden`, `version.stale`, `campaign.state`; `document.in-use` where the campaign, an action or a visit
/// that the actor knows of rests on it.
pub async fn withdraw_document(
    app: &App,
    actor: &Actor,
    (id, paper): (CampaignId, DocumentId),
    version: i32,
) -> Result<Held> {
    let mut tx = app.records.begin().await?;
    let mut held = hold(&mut tx, actor, id, Deed::EditCampaign).await?;
    current(version, held.version)?;
    let mut documents = records::campaigns::documents(&mut tx, id).await?;
    let place = documents.iter().position(|of| of.id == paper).ok_or_else(Refusal::not_found)?;
    let gone = documents.remove(place);
    if gone.kind != DocumentKind::Notice || held.state != CampaignState::FieldworkClosed {
        open(&held)?;
    }
    let first = |kind| documents.iter().filter(|of| of.kind == kind).map(|of| of.issued_on).min();
    let [plan, decision, notice] =
        [DocumentKind::Plan, DocumentKind::Decision, DocumentKind::Notice].map(first);
    campaign::stands_on(held.state, Grounds { plan, decision, ..Grounds::default() })?;
    if gone.kind == DocumentKind::Decision
        && let Some(day) = decision
    {
        let states = State::ALL.into_iter().filter(|state| *state != State::Cancelled).collect();
        let wanted = Wanted { campaign: Some(id), states, to: Some(beginning_of(day)), ..Wanted::default() };
        if !visible::page(&mut tx, actor, Deed::ReadVisit, &wanted, 1).await?.is_empty() {
            let detail = "Visits are planned for days before the decision that would remain.";
            return Err(Refusal::new(Kind::Conflict, "document.in-use", detail).into());
        }
    }
    records::campaigns::remove_document(&mut tx, paper).await.map_err(|why| match why {
        records::Error::Constraint(_) => {
            let detail = "Something refers to this paper; enter the right one beside it.";
            Error::from(Refusal::new(Kind::Conflict, "document.in-use", detail))
        }
        why => why.into(),
    })?;
    held.version = records::campaigns::change(&mut tx, &held).await?;
    let details = json!({ "document": gone.id, "kind": gone.kind.as_str(), "number": gone.number.written,
        "issuer": gone.issuer, "issued_on": gone.issued_on, "title": gone.title, "version": held.version });
    note(&mut tx, actor, "campaign.document_withdrawn", &held, details, app.now()).await?;
    (held.plan_date, held.decision_date, held.notice_date) = (plan, decision, notice);
    let held = with_papers(&mut tx, held).await?;
    tx.commit().await?;
    Ok(held)
}

/// An owner enters a number of an issuer once in a year; others of this installation may have entered it, too.
pub(super) fn number_taken() -> Refusal {
    let detail = "Papers of this owner have this number of this issuer in that year already.";
    Refusal::new(Kind::Conflict, "document.number-taken", detail)
}

/// Whether the actor knows of a visit that is planned or under way. One that is sealed from them does not count: the
/// answer must not tell of it.
async fn has_open_visits(db: &mut Db, actor: &Actor, id: CampaignId) -> Result<bool> {
    let states = State::ALL.into_iter().filter(|state| !state.is_over()).collect();
    let wanted = Wanted { campaign: Some(id), states, ..Wanted::default() };
    Ok(!visible::page(db, actor, Deed::ReadVisit, &wanted, 1).await?.is_empty())
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
        Step::Merge => (Deed::MergeCampaigns, "campaign.merged"),
    };
    let mut tx = app.records.begin().await?;
    let mut held = hold(&mut tx, actor, id, deed).await?;
    let grounds = Grounds {
        plan: held.plan_date,
        decision: held.decision_date,
        notice: held.notice_date,
        team: records::teams::has_lead(&mut tx, id).await?,
        open_visits: has_open_visits(&mut tx, actor, id).await?,
        open_actions: records::actions::any_open(&mut tx, id).await?,
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
