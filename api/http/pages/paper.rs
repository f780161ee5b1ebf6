//! A conclusion notice on paper: A4 as Nghị định 30/2020/NĐ-CP sets it out, the same on screen and in print.

use super::visitor::SignedIn;
use super::{Frame, PageProblem, assets, page};
use crate::app::App;
use crate::domain::ids::NoticeId;
use crate::domain::notice::Paper;
use crate::flows::notices;
use crate::http::read_only;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use uuid::Uuid;

#[derive(Template)]
#[template(path = "paper.html")]
struct PaperPage {
    frame: Frame,
    /// Address of the style of papers.
    style: String,
    paper: Paper,
    /// What the browser calls it, and a file that is printed to.
    title: String,
    /// Whether it was given up before it was signed.
    is_discarded: bool,
    is_void: bool,
    /// Papers that correct it: their addresses.
    corrected_by: Vec<String>,
    /// The hash of the signed text.
    sha256: Option<String>,
}

/// The notice.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(read_only("/notices/{notice}", web::get().to(notice)));
}

async fn notice(
    app: web::Data<App>,
    visitor: SignedIn,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, PageProblem> {
    let held = notices::read(&app, &visitor.0.actor, NoticeId(path.into_inner())).await?;
    let paper = Paper::of(&held.notice);
    let what = PaperPage {
        frame: Frame::of(&request),
        style: assets::paper_address(),
        title: format!("{} – {}", paper.number, paper.title),
        corrected_by: held.corrected_by.iter().map(|id| format!("/review/notices/{id}")).collect(),
        is_discarded: held.notice.discarded.is_some(),
        is_void: held.notice.voided.is_some(),
        sha256: held.notice.signing.map(|signing| signing.document_sha256),
        paper,
    };
    Ok(page(StatusCode::OK, &what, None))
}
