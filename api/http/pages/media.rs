//! Pictures for the pages: the same bytes, rights, log and headers as in the API, by the browser's session.

use super::PageProblem;
use super::visitor::SignedIn;
use crate::app::App;
use crate::domain::ids::{PhotoId, TemplateId};
use crate::domain::refusal::Refusal;
use crate::domain::template::picture_digest;
use crate::flows::{self, photos, pictures};
use crate::http::read_only;
use crate::http::v1::photos::{delivering, previewing};
use crate::http::v1::templates::pictures::picture;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use uuid::Uuid;

#[derive(Deserialize)]
struct ImagePath {
    photo: Uuid,
    size: u16,
}

#[derive(Deserialize)]
struct GuidePath {
    template: Uuid,
    sha256: String,
}

/// Pictures and originals.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(read_only("/photos/{photo}/image/{size}", web::get().to(image)));
    cfg.service(read_only("/photos/{photo}/preview", web::get().to(preview)));
    cfg.service(read_only("/photos/{photo}/original", web::get().to(original)));
    cfg.service(read_only("/pictures/{template}/{sha256}", web::get().to(guide)));
}

async fn image(
    app: web::Data<App>,
    visitor: SignedIn,
    path: web::Path<ImagePath>,
    request: HttpRequest,
) -> Result<HttpResponse, actix_web::Error> {
    let found = photos::derivative(&app, &visitor.0.actor, PhotoId(path.photo), path.size).await;
    let of = found.map_err(PageProblem::from)?;
    Ok(delivering::derivative(&app, &visitor.0.actor, &request, &of, path.size).await?)
}

async fn original(
    app: web::Data<App>,
    visitor: SignedIn,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, actix_web::Error> {
    let found = photos::original(&app, &visitor.0.actor, PhotoId(path.into_inner())).await;
    let of = found.map_err(PageProblem::from)?;
    Ok(delivering::original(&app, &visitor.0.actor, &request, &of).await?)
}

/// A preview, which is no evidence.
async fn preview(
    app: web::Data<App>,
    visitor: SignedIn,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, actix_web::Error> {
    let found = photos::preview(&app, &visitor.0.actor, PhotoId(path.into_inner())).await;
    Ok(previewing::preview(&app, &request, &found.map_err(PageProblem::from)?).await?)
}

/// A guidance picture.
async fn guide(
    app: web::Data<App>,
    visitor: SignedIn,
    path: web::Path<GuidePath>,
    request: HttpRequest,
) -> Result<HttpResponse, actix_web::Error> {
    let named = picture_digest(&path.sha256).ok_or_else(|| flows::Error::from(Refusal::not_found()));
    let sha256 = named.map_err(PageProblem::from)?;
    let found = pictures::read(&app, &visitor.0.actor, TemplateId(path.template), sha256).await;
    Ok(picture(&app, &request, &found.map_err(PageProblem::from)?).await?)
}
