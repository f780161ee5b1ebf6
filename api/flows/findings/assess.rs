//! What several bodies say of one item, side by side: the team by its answer, others by what is entered for them.

use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::finding::{Assessment, Assessor, Judgement, MOST_TEXT, disagree};
use crate::domain::ids::VisitId;
use crate::domain::permission::{Deed, allows};
use crate::domain::refusal::{Kind as Family, Refusal};
use crate::domain::response::Outcome;
use crate::domain::text;
use crate::domain::visit::rule;
use crate::flows::Result;
use crate::flows::visits::life::Work;
use crate::flows::visits::{allowed, asked};
use crate::records::custody::{self, Entry};
use crate::records::{assessments, responses};
use serde_json::json;

/// One item with everything that is said of it.
#[derive(Clone, Debug)]
pub struct SideBySide {
    /// The item.
    pub item: String,
    /// What each body says; the team first.
    pub assessments: Vec<Assessment>,
    /// Whether they say different things.
    pub disagree: bool,
}

/// What somebody enters.
#[derive(Clone, Debug)]
pub struct Entered {
    /// Of which item.
    pub item: String,
    /// What sort of body.
    pub assessor: Assessor,
    /// Its name; none for the unit itself.
    pub assessor_name: String,
    /// What it says.
    pub judgement: Judgement,
    /// In words.
    pub note: String,
}

/// Enters what somebody beside the team says of an item. It stands beside what others say, and beside what the same
/// body may say at another visit.
///
/// # Errors
/// `assessment.assessor`, `assessment.taken`, `finding.item-unknown`, `finding.text`.
pub async fn enter(app: &App, actor: &Actor, visit: VisitId, entered: Entered) -> Result<Assessment> {
    let mut work = Work::begin(app, actor, visit, Deed::AssessItem).await?;
    super::visited(&work.visit)?;
    let own = entered.assessor == Assessor::Own;
    let of_team = allows(actor, Deed::ProposeFinding, &work.standing.subject);
    if entered.assessor == Assessor::Team || (!own && !of_team) {
        let detail = "The team speaks by its answers, a unit for itself alone.";
        return Err(rule("assessment.assessor", "/assessor", detail).into());
    }
    let lists = asked(&mut work.tx, &work.visit).await?;
    if !lists.iter().any(|list| list.body.item(&entered.item).is_some()) {
        return Err(super::unknown_item(&entered.item));
    }
    let read = |raw: &str, limit: usize, field: &str| {
        text::optional(raw, limit).map_err(|why| rule("finding.text", field, &format!("The text {why}.")))
    };
    let assessor_name =
        if own { String::new() } else { read(&entered.assessor_name, 200, "/assessor_name")? };
    if assessor_name.is_empty() && !own {
        let detail = "Say which body judges: several may be of the same sort.";
        return Err(rule("assessment.assessor", "/assessor_name", detail).into());
    }
    let new = Assessment {
        item: entered.item,
        assessor: entered.assessor,
        assessor_name,
        judgement: entered.judgement,
        note: read(&entered.note, MOST_TEXT, "/note")?,
        by: work.by,
        at: work.now,
    };
    match assessments::keep(&mut work.tx, visit, &new).await {
        Err(why) if why.broke("assessments_once") => {
            let detail = "This body has spoken of the item already; what it said stands.";
            return Err(Refusal::new(Family::Conflict, "assessment.taken", detail).into());
        }
        done => done?,
    }
    let details = json!({ "item": new.item, "assessor": new.assessor, "judgement": new.judgement });
    let entry = Entry {
        deed: "assessment.entered",
        object: ("visit", visit.to_string()),
        owner: Some(work.visit.owner),
        visit: Some(visit),
        details,
    };
    custody::note(&mut work.tx, Some(actor), entry, work.now).await?;
    work.tx.commit().await?;
    Ok(new)
}

/// Every item that somebody beside the team speaks of, with everything that is said of it.
///
/// # Errors
/// `not-found`.
pub async fn side_by_side(app: &App, actor: &Actor, visit: VisitId) -> Result<Vec<SideBySide>> {
    let mut tx = app.records.begin().await?;
    allowed(&mut tx, actor, visit, Deed::ReadFindings).await?;
    let answers = responses::of_visit(&mut tx, visit).await?;
    let beside = assessments::of_visit(&mut tx, visit).await?;
    let groups = beside.chunk_by(|a, b| a.item == b.item);
    let whole = groups.filter_map(|group| group.first().map(|first| (first.item.clone(), group)));
    Ok(whole
        .map(|(item, group)| {
            let own = answers.iter().find(|answer| answer.item == item).and_then(|answer| {
                let judgement = match answer.outcome {
                    Outcome::Pass => Judgement::Pass,
                    Outcome::Partial => Judgement::Partial,
                    Outcome::Fail => Judgement::Fail,
                    Outcome::Na | Outcome::Recorded => return None,
                };
                Some(Assessment {
                    item: item.clone(),
                    assessor: Assessor::Team,
                    assessor_name: String::new(),
                    judgement,
                    note: answer.note.clone(),
                    by: answer.answered_by,
                    at: answer.received_at,
                })
            });
            let all: Vec<Assessment> = own.into_iter().chain(group.iter().cloned()).collect();
            SideBySide { item, disagree: disagree(&all), assessments: all }
        })
        .collect())
}
