//! Is it alive, is it ready, what has it counted.

use super::Vitals;
use super::problem::Problem;
use crate::app::App;
use crate::flows;
use actix_web::http::header::RETRY_AFTER;
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Serialize;
use std::sync::atomic::Ordering;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

/// The probes.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(live).service(ready).service(metrics);
}

/// Whether the process runs.
#[derive(Serialize, ToSchema)]
pub struct Alive {
    /// Always `alive`.
    #[schema(example = "alive")]
    status: &'static str,
}

/// Whether requests can be served.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReadinessStatus {
    /// They can.
    Ready,
    /// A part is away.
    NotReady,
    /// The process is about to stop.
    Stopping,
}

/// Whether each part answers.
#[derive(Serialize, ToSchema)]
pub struct Readiness {
    /// All parts together.
    status: ReadinessStatus,
    /// PostgreSQL answers.
    #[schema(example = true)]
    database: bool,
    /// The object store answers.
    #[schema(example = true)]
    store: bool,
    /// The disk of this process has room for logs and temporary files.
    #[schema(example = true)]
    disk: bool,
}

/// Say that the process runs
///
/// Answers as long as the process can answer at all; looks at nothing else.
#[utoipa::path(tag = "operations", responses((status = 200, description = "It runs.", body = Alive)))]
#[get("/health/live")]
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().json(Alive { status: "alive" })
}

/// Say whether requests can be served
///
/// Asks PostgreSQL and the object store, and looks at the disk. Red while stopping, before the listener closes.
#[utoipa::path(tag = "operations", responses(
    (status = 200, description = "All parts answer.", body = Readiness),
    (status = 503, description = "A part is away, or the process is stopping.", body = Readiness)))]
#[get("/health/ready")]
pub async fn ready(app: web::Data<App>, vitals: web::Data<Vitals>) -> HttpResponse {
    let parts = flows::upkeep::parts(&app).await;
    let stopping = vitals.stopping.load(Ordering::SeqCst);
    let good = parts.database && parts.store && parts.disk && !stopping;
    let status = match (good, stopping) {
        (true, _) => ReadinessStatus::Ready,
        (false, true) => ReadinessStatus::Stopping,
        (false, false) => ReadinessStatus::NotReady,
    };
    let body = Readiness { status, database: parts.database, store: parts.store, disk: parts.disk };
    if good {
        return HttpResponse::Ok().json(body);
    }
    HttpResponse::ServiceUnavailable().insert_header((RETRY_AFTER, 5)).json(body)
}

/// Print what was counted
///
/// Prometheus text format. Served to loopback callers, or on a listener of its own by setting.
#[utoipa::path(tag = "operations", responses(
    (status = 200, description = "Counters and histograms.", body = String, content_type = "text/plain",
        example = json!("# TYPE http_rate_limited_total counter\nhttp_rate_limited_total 3\n")),
    (status = 404, description = "Not for callers beyond loopback, nor where figures have a listener of their own.")))]
#[get("/metrics")]
pub async fn metrics(
    request: HttpRequest,
    app: web::Data<App>,
    vitals: web::Data<Vitals>,
) -> Result<HttpResponse, Problem> {
    // A proxy on this machine is a loopback caller that speaks for others.
    let is_forwarded =
        ["x-forwarded-for", "forwarded"].iter().any(|name| request.headers().contains_key(*name));
    let is_near = request.peer_addr().is_some_and(|peer| peer.ip().is_loopback());
    if !is_near || is_forwarded || app.config.metrics_listen.is_some() {
        return Err(crate::domain::refusal::Refusal::not_found().into());
    }
    Ok(all_figures(app, vitals).await)
}

/// What was counted, with what is counted only when asked for.
pub async fn all_figures(app: web::Data<App>, vitals: web::Data<Vitals>) -> HttpResponse {
    if let Ok(promised) = flows::upkeep::promised(&app).await {
        ::metrics::gauge!("tasks_open").set(promised.open);
        ::metrics::gauge!("tasks_dead").set(promised.dead);
    }
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(vitals.metrics.render())
}
