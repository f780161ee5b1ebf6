//! What a visit comes to: scored from the answers as they are now, with what addenda made of them.

use super::visits::heirs::readable;
use super::visits::{asked, note_sealed_reads, occasion};
use super::{Error, Result};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::{TemplateVersionId, VisitId};
use crate::domain::minutes::corrected;
use crate::domain::refusal::Refusal;
use crate::domain::response::Response;
use crate::domain::score::Score;
use crate::domain::score::line::{Line, lines};
use crate::domain::template::Occasion;
use crate::domain::visit::{AskedList, FrozenScore, Minutes};
use crate::records::visits::life as rows;
use crate::records::{addenda, responses};
use std::slice::from_ref;

/// A visit's checklists, scored in their order.
#[derive(Clone, Debug)]
pub struct Scored {
    /// For when and for whom items were taken as asked.
    pub occasion: Occasion,
    /// One a checklist, each with what the signed minutes say of it.
    pub scores: Vec<(Score, Option<FrozenScore>)>,
}

/// What a score is counted from.
struct Ground {
    occasion: Occasion,
    lists: Vec<AskedList>,
    answers: Vec<Response>,
    /// The minutes, once both sides have had their say.
    signed: Option<Minutes>,
}

impl Ground {
    async fn of(app: &App, actor: &Actor, id: VisitId) -> Result<Self> {
        let mut tx = app.records.begin().await?;
        readable(&mut tx, app, actor, id).await?;
        let visit = rows::find(&mut tx, id).await?.ok_or_else(|| Error::from(Refusal::not_found()))?;
        note_sealed_reads(&mut tx, actor, from_ref(&visit), "score", app.now()).await?;
        let occasion = occasion(&mut tx, &visit).await?;
        let lists = asked(&mut tx, &visit).await?;
        let added = addenda::of_visit(&mut tx, id).await?;
        let answers = corrected(responses::of_visit(&mut tx, id).await?, &added);
        tx.commit().await?;
        let signed = visit.minutes.filter(|minutes| minutes.signed_at.is_some());
        Ok(Self { occasion, lists, answers, signed })
    }
}

/// Scores a visit.
///
/// # Errors
/// `not-found`.
pub async fn of_visit(app: &App, actor: &Actor, id: VisitId) -> Result<Scored> {
    let Ground { occasion, lists, answers, signed } = Ground::of(app, actor, id).await?;
    let as_signed = |list: &AskedList| {
        let all = signed.iter().flat_map(|minutes| &minutes.figures.templates);
        all.filter(|of| of.template_version == list.version).find_map(|of| of.score.clone())
    };
    let scores = lists.iter().map(|list| (Score::of(list, &answers, occasion), as_signed(list))).collect();
    Ok(Scored { occasion, scores })
}

/// Every item of a visit's checklists with where it stands, in their order.
///
/// # Errors
/// `not-found`.
pub async fn items(app: &App, actor: &Actor, id: VisitId) -> Result<Vec<(TemplateVersionId, Line)>> {
    let Ground { occasion, lists, answers, .. } = Ground::of(app, actor, id).await?;
    let of = |list: &AskedList| {
        let version = list.version;
        lines(list, &answers, occasion).into_iter().map(move |line| (version, line))
    };
    Ok(lists.iter().flat_map(of).collect())
}
