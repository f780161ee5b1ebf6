//! The documents that checklists rest on.

use crate::app::App;
use crate::flows::references::{self, Citation, Reference};
use crate::http::actor::Caller;
use crate::http::body::Params;
use crate::http::problem::Problem;
use crate::http::vocabulary;
use actix_web::{HttpResponse, get, web};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

/// The operations on them.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(list_reference_documents);
}

/// An item that cites a document.
#[derive(Serialize, ToSchema)]
#[schema(as = Citation)]
pub struct CitationView {
    /// Code of the checklist.
    #[schema(example = "CON")]
    template: String,
    /// Its version.
    #[schema(example = 1)]
    version: i32,
    /// Code of the item.
    #[schema(example = "CON-K02")]
    item: String,
}

impl From<Citation> for CitationView {
    fn from(of: Citation) -> Self {
        Self { template: of.template, version: of.version, item: of.item }
    }
}

/// A law, decree, decision or code of conduct that items rest on.
#[derive(Serialize, ToSchema)]
#[schema(as = ReferenceDocument)]
pub struct ReferenceView {
    /// What it is called.
    #[schema(example = "Hướng dẫn số 11-HD/HU ngày 13/6/2018 của Ban Thường vụ Huyện ủy Mỹ Đức")]
    document: String,
    /// Number and symbol as written, where its name holds them.
    #[schema(example = "11-HD/HU")]
    number: Option<String>,
    /// A body of the state or of the party, as the number tells.
    #[schema(value_type = Option<vocabulary::IssuerKind>)]
    issuer_kind: Option<&'static str>,
    /// The day on it, where its name says so.
    #[schema(example = "2018-06-13")]
    issued_on: Option<Date>,
    /// The first day it holds.
    valid_from: Option<Date>,
    /// The first day it no longer holds.
    valid_to: Option<Date>,
    /// Who cites it, in the last published version of each checklist.
    cited_by: Vec<CitationView>,
}

impl From<Reference> for ReferenceView {
    fn from(of: Reference) -> Self {
        Self {
            document: of.basis.document,
            issuer_kind: of.number.as_ref().map(|number| number.issuer_kind().as_str()),
            number: of.number.map(|number| number.written),
            issued_on: of.issued_on,
            valid_from: of.basis.valid_from,
            valid_to: of.basis.valid_to,
            cited_by: of.cited_by.into_iter().map(CitationView::from).collect(),
        }
    }
}

/// The documents.
#[derive(Serialize, ToSchema)]
#[schema(as = ReferenceDocumentPage)]
pub struct ReferencePage {
    /// By name.
    items: Vec<ReferenceView>,
    /// Always `null`: they are one page.
    next: Option<String>,
}

/// Which documents.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReferenceFilter {
    /// Only those that hold on this day.
    #[param(example = "2020-03-20")]
    on: Option<Date>,
    /// Only those whose name holds this, with or without accents.
    #[param(example = "nghi dinh 61")]
    q: Option<String>,
}

/// List the documents that checklists rest on
///
/// Each once, with the days it holds and the items that cite it: those of the last published version of each checklist
/// you may read.
#[utoipa::path(tag = "templates", params(ReferenceFilter),
    responses((status = 200, description = "The documents.", body = ReferencePage)))]
#[get("/v1/reference-documents")]
pub async fn list_reference_documents(
    app: web::Data<App>,
    caller: Caller,
    filter: Params<ReferenceFilter>,
) -> Result<HttpResponse, Problem> {
    let found = references::list(&app, &caller.0, filter.0.on, filter.0.q.as_deref()).await?;
    let items = found.into_iter().map(ReferenceView::from).collect();
    Ok(HttpResponse::Ok().json(ReferencePage { items, next: None }))
}
