//! Minutes of a visit on paper: A4 as Nghị định 30/2020/NĐ-CP sets it out, the same on screen and in print.

use super::visitor::SignedIn;
use super::{Frame, PageProblem, assets, page};
use crate::app::App;
use crate::domain::ids::VisitId;
use crate::domain::minutes::{Addendum, Paper, moment, score_line, signed_line, statements};
use crate::domain::visit::{Side, Signature};
use crate::flows::minutes::{self, Printed};
use crate::http::read_only;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use uuid::Uuid;

#[derive(Template)]
#[template(path = "minutes.html")]
struct MinutesPage {
    frame: Frame,
    /// Address of the style of papers.
    style: String,
    /// Where the visit is.
    visit: String,
    paper: Paper,
    /// What the browser calls it, and a file that is printed to.
    title: String,
    /// Whether both sides are done with it.
    is_signed: bool,
    /// What the unit said beside its name.
    statements: Vec<String>,
    unit: Signed,
    team: Signed,
    addenda: Vec<Added>,
    /// What the checklists come to with what was added.
    scores: Vec<String>,
    /// The hash of the document.
    sha256: String,
}

/// A side's place for its signature.
struct Signed {
    capacity: String,
    how: String,
    name: String,
}

/// Something added, as it is printed.
struct Added {
    number: i32,
    was: String,
    becomes: String,
    reason: String,
    by: String,
    at: String,
    sha256: String,
}

/// The minutes.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(read_only("/visits/{visit}/minutes", web::get().to(minutes_of)));
}

async fn minutes_of(
    app: web::Data<App>,
    visitor: SignedIn,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, PageProblem> {
    let id = VisitId(path.into_inner());
    let found = minutes::print(&app, &visitor.0.actor, id).await?;
    Ok(page(StatusCode::OK, &MinutesPage::of(found, Frame::of(&request)), None))
}

impl MinutesPage {
    fn of(found: Printed, frame: Frame) -> Self {
        let minutes = found.minutes;
        let paper = Paper::of(&minutes.document);
        let side = |of: Side| minutes.signatures.iter().find(|said| said.side == of).map(Signed::of);
        Self {
            frame,
            style: assets::paper_address(),
            visit: format!("/review/visits/{}", found.visit.id),
            title: format!("{} – {}", paper.heading, found.visit.unit_path),
            is_signed: minutes.signed_at.is_some(),
            statements: statements(&minutes.signatures),
            unit: side(Side::Unit).unwrap_or_else(Signed::awaited),
            team: side(Side::Team).unwrap_or_else(Signed::awaited),
            addenda: found.addenda.into_iter().map(Added::of).collect(),
            scores: found.scores.iter().map(score_line).collect(),
            sha256: minutes.document_sha256,
            paper,
        }
    }
}

impl Signed {
    fn of(said: &Signature) -> Self {
        Self {
            capacity: said.signer_position.to_uppercase(),
            how: signed_line(said),
            name: said.signer_name.clone(),
        }
    }

    fn awaited() -> Self {
        Self { capacity: String::new(), how: "(Chưa ký)".to_owned(), name: String::new() }
    }
}

impl Added {
    fn of((of, by): (Addendum, String)) -> Self {
        let about = of.item.map(|item| format!("{item}: ")).unwrap_or_default();
        let reason = match of.withdraws {
            Some(number) => format!("Rút phụ lục {number}. {}", of.reason),
            None => of.reason,
        };
        Self {
            number: of.number,
            was: format!("{about}{}", of.was),
            becomes: of.becomes,
            reason,
            by,
            at: moment(of.at),
            sha256: of.sha256,
        }
    }
}
