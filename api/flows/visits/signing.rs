//! How minutes come about: drafted from what is on record of a visit, signed by both sides.

use super::life::{Work, gone, reason_given};
use super::{asked, entry, occasion};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::campaign::DocumentKind;
use crate::domain::finding::Finding;
use crate::domain::ids::VisitId;
use crate::domain::minutes;
use crate::domain::permission::Deed;
use crate::domain::photo::Sha256;
use crate::domain::refusal::Refusal;
use crate::domain::response::Response;
use crate::domain::template::Occasion;
use crate::domain::visit::{
    self, AskedList, Figures, Kind, Minutes, Move, Side, Signature, Signing, Step, Visit, items_answered,
};
use crate::flows::Result;
use crate::flows::findings::again;
use crate::flows::responses::beside::refuse_waiting;
use crate::records::teams::{self, Member};
use crate::records::visits::company;
use crate::records::{campaigns, custody, findings, owners, premises, recommendations, responses};
use jiff::Timestamp;
use serde_json::json;

impl Work {
    /// Everything minutes are written from.
    async fn sources(&mut self) -> Result<Sources> {
        let lists = asked(&mut self.tx, &self.visit).await?;
        let answers = responses::of_visit(&mut self.tx, self.visit.id).await?;
        let mut findings = findings::of_visit(&mut self.tx, self.visit.id).await?;
        findings::beside::tell_bases(&mut self.tx, &mut findings).await?;
        let earlier = match self.visit.kind {
            Kind::ReInspection => Some(again::told(&mut self.tx, &self.visit).await?),
            _ => None,
        };
        let asked_of = recommendations::of_visit(&mut self.tx, self.visit.id).await?;
        let recommendations = asked_of.iter().map(minutes::recommended).collect();
        let log = company::guidance_log(&mut self.tx, self.visit.id).await?;
        let guidance = log.into_iter().map(|given| format!("{}: {}", given.guided, given.content)).collect();
        let team = teams::members(&mut self.tx, self.visit.team).await?.iter().map(seated_as).collect();
        let team_name = teams::find(&mut self.tx, self.visit.team).await?.map(|team| team.name);
        let owner = owners::find(&mut self.tx, self.visit.owner).await?.map(|owner| owner.name);
        let papers = campaigns::documents(&mut self.tx, self.visit.campaign).await?;
        let grounds =
            papers.iter().filter(|of| of.kind != DocumentKind::Notice).map(minutes::cited).collect();
        let premises = match self.visit.premises {
            Some(id) => premises::find(&mut self.tx, id).await?.map(|found| found.name),
            None => None,
        };
        let hosts = company::attendees(&mut self.tx, self.visit.id).await?;
        let hosts =
            hosts.iter().map(|host| minutes::present(&host.name, &host.positions, &host.office)).collect();
        let occasion = occasion(&mut self.tx, &self.visit).await?;
        let figures = Figures::count(&lists, &answers, occasion);
        Ok(Sources {
            owner: owner.ok_or_else(gone)?,
            team_name: team_name.ok_or_else(gone)?,
            grounds,
            premises,
            figures,
            team,
            hosts,
            lists,
            answers,
            findings,
            earlier,
            guidance,
            recommendations,
            occasion,
        })
    }
}

/// A member of the team with their seat and all their titles.
fn seated_as(member: &Member) -> String {
    let position = [member.position.clone()];
    let titles = if member.positions.is_empty() { &position[..] } else { &member.positions };
    let told = minutes::present(&member.display_name, titles, &member.office);
    format!("{}: {told}", member.role.vietnamese())
}

/// What minutes are written from.
struct Sources {
    owner: String,
    team_name: String,
    /// Plans and decisions of the campaign.
    grounds: Vec<String>,
    premises: Option<String>,
    figures: Figures,
    team: Vec<String>,
    hosts: Vec<String>,
    lists: Vec<AskedList>,
    answers: Vec<Response>,
    findings: Vec<Finding>,
    /// What a re-inspection saw of earlier findings.
    earlier: Option<Vec<String>>,
    /// What was explained on the spot: to whom, and what.
    guidance: Vec<String>,
    /// What the team asks of somebody.
    recommendations: Vec<String>,
    occasion: Occasion,
}

impl Sources {
    fn document(&self, visit: &Visit, (text, number, drafted_at): (&str, Option<&str>, Timestamp)) -> String {
        minutes::document(&minutes::Sources {
            visit,
            owner: &self.owner,
            team_name: &self.team_name,
            grounds: &self.grounds,
            premises: self.premises.as_deref(),
            number,
            drafted_at,
            team: &self.team,
            hosts: &self.hosts,
            lists: &self.lists,
            answers: &self.answers,
            figures: &self.figures,
            findings: &self.findings,
            earlier: self.earlier.as_deref(),
            occasion: self.occasion,
            guidance: &self.guidance,
            recommendations: &self.recommendations,
            text,
        })
    }
}

/// Drafts the minutes, or drafts them anew as long as nobody has signed. The log keeps a text whose place another takes:
/// somebody may have written it without a line.
///
/// # Errors
/// `visit.recording-not-closed`, `visit.minutes-signed`, `visit.minutes` for a text or a number that is none.
pub async fn draft(
    app: &App,
    actor: &Actor,
    id: VisitId,
    (text, number): (&str, Option<&str>),
) -> Result<Visit> {
    let mut work = Work::begin(app, actor, id, Deed::DraftMinutes).await?;
    let Move::To(state) = visit::take(work.visit.state, Step::DraftMinutes)? else { return Ok(work.visit) };
    if let Some(minutes) = &work.visit.minutes {
        minutes.may_be_redrafted()?;
    }
    crate::flows::findings::bear(&mut work, actor, &[]).await?;
    let sources = work.sources().await?;
    let write = |text: &str, number: Option<&str>| sources.document(&work.visit, (text, number, work.now));
    let minutes = Minutes::draft((text, number), sources.figures.clone(), write, work.by, work.now)?;
    let other = work.visit.minutes.as_ref().filter(|earlier| earlier.text_sha256 != minutes.text_sha256);
    let replaced = other.map(|earlier| {
        json!({ "text": earlier.text, "number": earlier.number,
        "text_sha256": earlier.text_sha256 })
    });
    let details = json!({ "number": minutes.number, "text_sha256": minutes.text_sha256, "document_sha256": minutes.document_sha256,
        "answers_sha256": minutes.figures.answers_sha256, "replaced": replaced });
    work.visit.state = state;
    work.visit.minutes = Some(minutes);
    work.write(actor, "visit.minutes_drafted", details).await
}

/// Records what one side says to the minutes. The head of the unit may do so on a device of their own, or on the
/// lead's; only the lead speaks for the team. `read` is the text that the signer has read, where they say so.
///
/// # Errors
/// `visit.no-minutes`, `visit.already-signed`, `visit.minutes-outdated`, `visit.signature`, `visit.items-unanswered`,
/// `visit.answers-clash`.
pub async fn sign(
    app: &App,
    actor: &Actor,
    id: VisitId,
    (said, read): (Signature, Option<Sha256>),
) -> Result<Visit> {
    let mut work = Work::begin(app, actor, id, Deed::SignMinutes).await?;
    if said.side == Side::Team && !work.is_lead(actor) {
        return Err(Refusal::forbidden().into());
    }
    let signature = Signature { by: work.by, at: work.now, ..said }.checked()?;
    let sources = work.sources().await?;
    let details = json!({ "side": signature.side, "outcome": signature.outcome,
        "signer_name": signature.signer_name, "witness": signature.witness, "signed_at": signature.signed_at });
    let no_minutes = || visit::take(work.visit.state, Step::Sign(signature.outcome)).err();
    let Some(minutes) = work.visit.minutes.as_ref() else {
        return Err(no_minutes().unwrap_or_else(visit::closed).into());
    };
    minutes.are_what_was_read(read)?;
    let repeated = minutes.signatures.iter().any(|earlier| earlier.says_the_same(&signature));
    if repeated {
        return Ok(work.visit);
    }
    refuse_waiting(&mut work.tx, id).await?;
    let because = work.visit.unanswered_because.as_deref();
    items_answered(&sources.lists, &sources.answers, sources.occasion, because)?;
    let drafted = (minutes.text.as_str(), minutes.number.as_deref(), minutes.drafted_at);
    let document = sources.document(&work.visit, drafted);
    let said_otherwise = json!({ "signature": signature });
    let signed = match minutes.sign(signature, &sources.figures, &document) {
        Err(no) if no.code == visit::ALREADY_SIGNED => {
            keep_beside(work, actor, said_otherwise).await?;
            return Err(no.into());
        }
        signed => signed?,
    };
    match signed {
        Signing::Repeated => return Ok(work.visit),
        Signing::Awaiting(minutes) => {
            visit::take(work.visit.state, Step::Sign(visit::Outcome::Signed))?;
            work.visit.minutes = Some(minutes);
        }
        Signing::Complete(minutes, outcome) => {
            if let Move::To(state) = visit::take(work.visit.state, Step::Sign(outcome))? {
                work.visit.state = state;
            }
            work.visit.minutes = Some(minutes);
        }
    }
    work.write(actor, "visit.minutes_signed", details).await
}

/// Keeps in the log what a side is said to have said otherwise, on another phone, than what stands; once, however often it is
/// sent.
async fn keep_beside(mut work: Work, actor: &Actor, details: serde_json::Value) -> Result<()> {
    let (deed, object) = ("visit.signature_kept_beside", work.visit.id.to_string());
    let mut said = details.clone();
    if let Some(signature) = said.get_mut("signature").and_then(serde_json::Value::as_object_mut) {
        // What differs each time it is sent makes no other saying of it.
        signature.remove("at");
    }
    if custody::is_noted(&mut work.tx, (work.visit.id, work.by), (deed, &object), &said).await? {
        return Ok(());
    }
    custody::note(&mut work.tx, Some(actor), entry(&work.visit, deed, said), work.now).await?;
    Ok(work.tx.commit().await?)
}

/// Takes back what a side said to the minutes, with the reason, as long as the other side is awaited: what was signed too
/// early is drafted anew, with answers that are open again.
///
/// # Errors
/// `visit.reason` without a reason, `visit.no-minutes`, `visit.signatures-stand`, `visit.signature-of-other`,
/// `visit.closed`.
pub async fn withdraw(app: &App, actor: &Actor, id: VisitId, side: Side, reason: &str) -> Result<Visit> {
    let mut work = Work::begin(app, actor, id, Deed::SignMinutes).await?;
    if side == Side::Team && !work.is_lead(actor) {
        return Err(Refusal::forbidden().into());
    }
    let reason = reason_given(reason)?;
    if work.visit.state.is_over() {
        return Err(visit::closed().into());
    }
    let Some(minutes) = work.visit.minutes.as_ref() else {
        let no = visit::take(work.visit.state, Step::Sign(visit::Outcome::Signed)).err();
        return Err(no.unwrap_or_else(visit::closed).into());
    };
    let Some(unsigned) = minutes.unsigned(side, work.by)? else { return Ok(work.visit) };
    work.visit.minutes = Some(unsigned);
    work.write(actor, "visit.signature_withdrawn", json!({ "side": side, "reason": reason })).await
}
