//! The HTTP door: the API, the pages, the probes. Alone names actix_web and utoipa.

pub mod actor;
pub mod body;
pub mod context;
pub mod cover;
pub mod deeds;
pub mod headers;
pub mod openapi;
pub mod paging;
pub mod probes;
pub mod problem;
pub mod ranges;
pub mod v1;

use crate::app::App;
use actix_web::dev::Server;
use actix_web::http::StatusCode;
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, HttpServer, web};
use metrics_exporter_prometheus::PrometheusHandle;
use problem::Problem;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use utoipa_actix_web::AppExt;
use utoipa_actix_web::service_config::ServiceConfig;

/// What the probes know about this process.
#[derive(Clone)]
pub struct Vitals {
    /// Prints what was counted.
    pub metrics: PrometheusHandle,
    /// Set when the process is about to stop: readiness goes red before the listener closes.
    pub stopping: Arc<AtomicBool>,
}

/// Every documented operation.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.configure(v1::operations);
    cfg.configure(probes::operations);
}

/// What is served besides: the contract, and the answer for addresses nobody knows.
fn undocumented(cfg: &mut web::ServiceConfig) {
    cfg.configure(openapi::routes);
    cfg.default_service(web::to(nothing_here));
}

async fn nothing_here(request: HttpRequest) -> Result<HttpResponse, Problem> {
    Err(match openapi::methods_of(request.path()) {
        Some(allowed) if !allowed.split(", ").any(|m| m == request.method().as_str()) => {
            let detail = format!("This address takes {allowed}.");
            Problem::of_door(StatusCode::METHOD_NOT_ALLOWED, "method.not-allowed", detail).allow(allowed)
        }
        _ => crate::domain::refusal::Refusal::not_found().into(),
    })
}

/// Starts serving on a listener that is bound already.
///
/// # Errors
/// A listener the system does not let us use.
pub fn start(app: App, vitals: Vitals, listener: TcpListener) -> std::io::Result<Server> {
    let config = Arc::clone(&app.config);
    let data = web::Data::new(app);
    let vitals = web::Data::new(vitals);
    let server = HttpServer::new(move || {
        let app = actix_web::App::new()
            .app_data(data.clone())
            .app_data(vitals.clone())
            .app_data(web::PayloadConfig::new(body::MAX_JSON_BYTES))
            .app_data(
                web::PathConfig::default()
                    .error_handler(|_, _| Problem::from(crate::domain::refusal::Refusal::not_found()).into()),
            )
            .into_utoipa_app()
            .configure(operations)
            .into_app();
        app.configure(undocumented).wrap(from_fn(cover::cover))
    });
    Ok(server
        .workers(config.http_threads)
        .max_connections(config.max_connections)
        // The head of a request may take as long as a body may stall; field phones are slow, not hostile.
        .client_request_timeout(config.min_body_window)
        .keep_alive(std::time::Duration::from_secs(75))
        .shutdown_timeout(config.shutdown.as_secs())
        .disable_signals()
        .listen(listener)?
        .run())
}

/// Serves until SIGTERM or Ctrl-C, then lets what is under way finish.
///
/// # Errors
/// A listener that can't be bound or a server that fails.
pub async fn serve(app: App, metrics: PrometheusHandle) -> anyhow::Result<()> {
    let listener = TcpListener::bind(app.config.listen)
        .map_err(|why| anyhow::anyhow!("cannot listen on {}: {why}", app.config.listen))?;
    let vitals = Vitals { metrics, stopping: Arc::new(AtomicBool::new(false)) };
    let server = start(app.clone(), vitals.clone(), listener)?;
    let handle = server.handle();
    tracing::info!(address = %app.config.listen, public_url = %app.config.public_url, "serving");
    tokio::spawn(async move {
        wait_for_stop().await;
        vitals.stopping.store(true, Ordering::SeqCst);
        tracing::info!("stopping: readiness is red, requests under way may finish");
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        handle.stop(true).await;
    });
    server.await?;
    tracing::info!("stopped");
    Ok(())
}

/// Waits for SIGTERM or Ctrl-C.
pub async fn wait_for_stop() {
    let interrupted = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminated) => {
            tokio::select! { _ = interrupted => {}, _ = terminated.recv() => {} }
        }
        Err(_) => {
            let _ = interrupted.await;
        }
    }
}
