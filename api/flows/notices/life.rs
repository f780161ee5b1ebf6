//! What becomes of a notice: reviewed, signed, issued, acknowledged; or discarded, or declared void.

use super::{Held, entry, note, permitted, rows, whole, write};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::campaign::{Document, DocumentKind, DocumentNumber};
use crate::domain::canonical::sha256;
use crate::domain::ids::{DocumentId, NoticeId, UnitId};
use crate::domain::moment::{to_micros, vietnam_day};
use crate::domain::notice::{
    Act, Notice, Signer, Signing, Source, Step, Voiding, document, period_is_over, step, void_reason,
};
use crate::domain::permission::{Deed, Subject, allows};
use crate::domain::refusal::Refusal;
use crate::flows::campaigns::number_taken;
use crate::flows::{Error, Result, current, random_bytes};
use crate::records::{Db, Tx, campaigns};
use jiff::civil::Date;
use serde_json::json;

/// A notice in somebody's hands.
struct Hold {
    tx: Tx,
    notice: Notice,
    act: Act,
}

impl Hold {
    async fn begin(app: &App, actor: &Actor, id: NoticeId, deed: Deed) -> Result<Self> {
        let mut tx = app.records.begin().await?;
        let notice = rows::hold(&mut tx, id).await?.ok_or_else(Refusal::not_found)?;
        permitted(&mut tx, actor, &notice, deed).await?;
        let by = actor.account().ok_or_else(Refusal::forbidden)?;
        Ok(Self { tx, notice, act: Act { by, at: to_micros(app.now()) } })
    }

    async fn end(mut self, actor: &Actor) -> Result<Held> {
        let held = whole(&mut self.tx, actor, self.notice).await?;
        self.tx.commit().await?;
        Ok(held)
    }
}

/// Finds a notice right that somebody else wrote.
///
/// # Errors
/// `not-found`, `forbidden`, `version.stale`, `notice.frozen`, `notice.incomplete`, `notice.own-draft`.
pub async fn review(app: &App, actor: &Actor, id: NoticeId, version: i32) -> Result<Held> {
    let mut hold = Hold::begin(app, actor, id, Deed::ReviewNotice).await?;
    current(version, hold.notice.version)?;
    hold.notice.state = step(hold.notice.state, Step::Review)?;
    hold.notice.complete()?;
    let act = hold.act.of_another(&hold.notice.writers)?;
    hold.notice.reviewed = Some(act);
    hold.notice.version = rows::review(&mut hold.tx, id, act).await?;
    let done = entry(&hold.notice, "notice.reviewed", json!({ "version": version }));
    note(&mut hold.tx, actor, done, act.at).await?;
    hold.end(actor).await
}

/// Gives up a notice that nobody has signed: whoever may draft one may. It stays on record.
///
/// # Errors
/// `not-found`, `forbidden`, `version.stale`, `notice.frozen`, `notice.discarded`.
pub async fn discard(app: &App, actor: &Actor, id: NoticeId, version: i32) -> Result<Held> {
    let mut hold = Hold::begin(app, actor, id, Deed::DraftNotice).await?;
    hold.notice.state = step(hold.notice.state, Step::Discard)?;
    current(version, hold.notice.version)?;
    let act = hold.act;
    hold.notice.discarded = Some(act);
    hold.notice.version = rows::discard(&mut hold.tx, id, act).await?;
    let done = entry(&hold.notice, "notice.discarded", json!({ "version": version }));
    note(&mut hold.tx, actor, done, act.at).await?;
    hold.end(actor).await
}

/// Says of a notice that was signed and not sent that it never is: whoever may sign one may. Its number stays used, and what
/// was signed stays on record.
///
/// # Errors
/// `not-found`, `forbidden`, `version.stale`, `notice.not-signed`, `notice.issued`, `notice.voided`, `invalid` without a
/// reason.
pub async fn void(app: &App, actor: &Actor, id: NoticeId, version: i32, reason: &str) -> Result<Held> {
    let mut hold = Hold::begin(app, actor, id, Deed::SignNotice).await?;
    hold.notice.state = step(hold.notice.state, Step::Void)?;
    current(version, hold.notice.version)?;
    let voiding = Voiding { act: hold.act, reason: void_reason(reason)? };
    hold.notice.version = rows::void(&mut hold.tx, id, &voiding).await?;
    let details = json!({ "number": hold.notice.written_number(), "reason": voiding.reason });
    note(&mut hold.tx, actor, entry(&hold.notice, "notice.voided", details), voiding.act.at).await?;
    hold.notice.voided = Some(voiding);
    hold.end(actor).await
}

/// What a signing says.
#[derive(Clone, Debug)]
pub struct Said {
    /// Unique for issuer, year and symbol.
    pub number: i32,
    /// The day on it.
    pub on: Date,
    /// The place on it.
    pub place: String,
    /// Whose name stands below.
    pub signer: Signer,
}

/// Numbers, dates and signs a notice that somebody else wrote and that was reviewed: its text, figures and recipients are
/// frozen, with a hash over all of it.
///
/// # Errors
/// `not-found`, `forbidden`, `version.stale`, `notice.not-reviewed`, `notice.signed`, `notice.own-draft`,
/// `notice.period-open`, `notice.counted-early`, `document.number-taken`, `invalid`.
pub async fn sign(app: &App, actor: &Actor, id: NoticeId, version: i32, said: Said) -> Result<Held> {
    let mut hold = Hold::begin(app, actor, id, Deed::SignNotice).await?;
    hold.notice.state = step(hold.notice.state, Step::Sign)?;
    current(version, hold.notice.version)?;
    let act = hold.act.of_another(&hold.notice.writers)?;
    let counted_on = vietnam_day(hold.notice.written_at);
    period_is_over(hold.notice.cover.to, counted_on, vietnam_day(act.at))?;
    let earliest = earliest(&mut hold.tx, &hold.notice).await?;
    let Said { number, on, place, signer } = said;
    let (document_text, document_sha256) = (String::new(), String::new());
    let signing = Signing { number, on, place, signer, act, document: document_text, document_sha256 };
    let signing = signing.checked(Some(earliest), vietnam_day(act.at))?;
    let issuer = hold.notice.content.issuer.clone();
    let series = (hold.notice.owner, issuer.as_str());
    rows::hold_series(&mut hold.tx, series, on.year()).await?;
    let symbol = hold.notice.content.symbol.as_str().to_owned();
    let taken = campaigns::number_taken(&mut hold.tx, series, on, number, &symbol).await?
        || rows::number_taken(&mut hold.tx, series, on, number, &symbol).await?;
    if taken {
        return Err(number_taken().into());
    }
    hold.notice.signing = Some(signing.clone());
    let text = document(&hold.notice);
    let signing = Signing { document_sha256: sha256(&text), document: text, ..signing };
    let kept = rows::sign(&mut hold.tx, &hold.notice, &signing).await;
    hold.notice.version = kept.map_err(|why| {
        if why.broke("notices_number_of_owner") { number_taken().into() } else { Error::from(why) }
    })?;
    let details = json!({ "number": hold.notice.written_number(), "issuer": issuer, "on": on,
        "place": signing.place, "signer": signing.signer, "document_sha256": signing.document_sha256 });
    hold.notice.signing = Some(signing);
    let done = entry(&hold.notice, "notice.signed", details);
    note(&mut hold.tx, actor, done, act.at).await?;
    hold.end(actor).await
}

/// The last day of what a notice sums up and of its period, and the day on the notice that it corrects: it is not signed
/// before.
async fn earliest(db: &mut Db, notice: &Notice) -> Result<Date> {
    let mut day = write::last_visit(db, &notice.visits).await?;
    if let Source::Meeting { held_on, .. } = notice.content.source {
        day = day.max(held_on);
    }
    if let Some(last) = notice.cover.to {
        day = day.max(last);
    }
    if let Some(of) = &notice.corrects {
        let first = rows::find(db, of.notice).await?.ok_or_else(Refusal::not_found)?;
        day = first.signing.map_or(day, |signing| day.max(signing.on));
    }
    Ok(day)
}

/// Sends a signed notice to its recipients: from then on they read it, and it stands among the campaign's papers.
///
/// # Errors
/// `not-found`, `forbidden`, `notice.not-signed`, `notice.issued`, `document.number-taken`.
pub async fn issue(app: &App, actor: &Actor, id: NoticeId) -> Result<Held> {
    let mut tx = app.records.begin().await?;
    let found = rows::find(&mut tx, id).await?.ok_or_else(Refusal::not_found)?;
    permitted(&mut tx, actor, &found, Deed::IssueNotice).await?;
    let by = actor.account().ok_or_else(Refusal::forbidden)?;
    // The campaign before the notice: whoever enters a paper holds the campaign, too.
    let campaign = campaigns::hold(&mut tx, found.campaign).await?.ok_or_else(Refusal::not_found)?;
    let mut notice = rows::hold(&mut tx, id).await?.ok_or_else(Refusal::not_found)?;
    notice.state = step(notice.state, Step::Issue)?;
    let act = Act { by, at: to_micros(app.now()) };
    let paper = paper(&notice).ok_or_else(|| Error::Fault("a signed notice without a signing".to_owned()))?;
    notice.version = rows::issue(&mut tx, id, act).await?;
    notice.issued = Some(act);
    campaigns::keep_document(&mut tx, &campaign, &paper, Some(by), act.at).await.map_err(|why| {
        if why.broke("campaign_documents_number_of_owner") { number_taken().into() } else { Error::from(why) }
    })?;
    campaigns::change(&mut tx, &campaign).await?;
    let details = json!({ "number": paper.number.written, "document": paper.id,
        "recipients": notice.recipients.iter().map(|to| to.name.as_str()).collect::<Vec<_>>() });
    note(&mut tx, actor, entry(&notice, "notice.issued", details), act.at).await?;
    let details = json!({ "document": paper.id, "kind": paper.kind.as_str(), "number": paper.number.written,
        "issuer": paper.issuer, "issued_on": paper.issued_on, "notice": id });
    crate::flows::campaigns::note(&mut tx, actor, "campaign.document_entered", &campaign, details, act.at)
        .await?;
    let held = whole(&mut tx, actor, notice).await?;
    tx.commit().await?;
    Ok(held)
}

/// The notice as a paper of its campaign.
fn paper(notice: &Notice) -> Option<Document> {
    let signing = notice.signing.as_ref()?;
    Some(Document {
        id: DocumentId::random(random_bytes()),
        kind: DocumentKind::Notice,
        number: DocumentNumber {
            written: notice.written_number()?,
            number: signing.number,
            symbol: notice.content.symbol.as_str().to_owned(),
        },
        issuer: notice.content.issuer.clone(),
        issued_on: signing.on,
        title: notice.content.title.clone(),
    })
}

/// Confirms for a unit that got it to have an issued notice. Only the head of that unit does; once said it stands.
///
/// # Errors
/// `not-found`, `forbidden`, `notice.not-issued`.
pub async fn acknowledge(app: &App, actor: &Actor, id: NoticeId, unit: UnitId) -> Result<Held> {
    let mut tx = app.records.begin().await?;
    let mut notice = rows::find(&mut tx, id).await?.ok_or_else(Refusal::not_found)?;
    permitted(&mut tx, actor, &notice, Deed::ReadNotice).await?;
    let by = actor.account().ok_or_else(Refusal::forbidden)?;
    let is_told = notice.recipients.iter().any(|to| to.unit == Some(unit));
    let own = Subject {
        owner: Some(notice.owner),
        campaign: Some(notice.campaign),
        units: vec![unit],
        signed: true,
        ..Subject::default()
    };
    if !is_told || !allows(actor, Deed::AcknowledgeNotice, &own) {
        return Err(Refusal::forbidden().into());
    }
    crate::flows::scope(actor, Deed::AcknowledgeNotice)?;
    step(notice.state, Step::Acknowledge)?;
    let act = Act { by, at: to_micros(app.now()) };
    if rows::acknowledge(&mut tx, id, unit, act).await? {
        let done = entry(&notice, "notice.acknowledged", json!({ "unit": unit }));
        note(&mut tx, actor, done, act.at).await?;
        notice = rows::find(&mut tx, id).await?.ok_or_else(Refusal::not_found)?;
    }
    super::conceal(actor, &mut notice);
    let held = whole(&mut tx, actor, notice).await?;
    tx.commit().await?;
    Ok(held)
}

/// Writes down for the office that whoever is named as a recipient, and is no unit here, has sent the paper's receipt back.
/// Once said it stands.
///
/// # Errors
/// `not-found`, `forbidden`, `notice.not-issued`, `notice.recipients` for a name that it was not sent to.
pub async fn acknowledge_named(app: &App, actor: &Actor, id: NoticeId, name: &str) -> Result<Held> {
    let mut tx = app.records.begin().await?;
    let mut notice = rows::find(&mut tx, id).await?.ok_or_else(Refusal::not_found)?;
    permitted(&mut tx, actor, &notice, Deed::IssueNotice).await?;
    let by = actor.account().ok_or_else(Refusal::forbidden)?;
    if !notice.recipients.iter().any(|to| to.unit.is_none() && to.name == name) {
        let detail = "This notice has no recipient of this name.";
        return Err(Refusal::field("/name", "notice.recipients", detail).into());
    }
    step(notice.state, Step::Acknowledge)?;
    let act = Act { by, at: to_micros(app.now()) };
    if rows::acknowledge_named(&mut tx, id, name, act).await? {
        let done = entry(&notice, "notice.acknowledged", json!({ "name": name }));
        note(&mut tx, actor, done, act.at).await?;
        notice = rows::find(&mut tx, id).await?.ok_or_else(Refusal::not_found)?;
    }
    let held = whole(&mut tx, actor, notice).await?;
    tx.commit().await?;
    Ok(held)
}
