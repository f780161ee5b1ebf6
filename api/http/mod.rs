//! The HTTP door: the API, the pages, the probes. Alone names actix_web and utoipa.

pub mod actor;
pub mod address;
pub mod body;
pub mod connection;
pub mod context;
pub mod cookies;
pub mod cors;
pub mod cover;
pub mod deeds;
pub mod delivery;
pub mod explain;
pub mod form;
pub mod headers;
pub mod inward;
pub mod limits;
pub mod oauth;
pub mod openapi;
pub mod pace;
pub mod pages;
pub mod paging;
pub mod probes;
pub mod problem;
pub mod ranges;
pub mod reference;
pub mod replay;
mod sockets;
pub mod unread;
pub mod v1;
pub mod vocabulary;
pub mod wording;
pub mod workbook;

use crate::app::App;
use actix_http::{HttpService, Protocol};
use actix_server::ServerBuilder;
use actix_service::{IntoServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::dev::{AppConfig, Server};
use actix_web::http::header::ALLOW;
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::from_fn;
use actix_web::rt::net::TcpStream;
use actix_web::{HttpRequest, HttpResponse, HttpServer, Resource, Route, web};
use connection::Connection;
use metrics_exporter_prometheus::PrometheusHandle;
use problem::Problem;
use std::future::ready;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use utoipa_actix_web::AppExt;
use utoipa_actix_web::service_config::ServiceConfig;

/// How long a body is drained after an early answer.
const LINGER: Duration = Duration::from_secs(2);

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
    cfg.configure(oauth::operations);
    cfg.configure(v1::operations);
    cfg.configure(probes::operations);
}

/// What is served besides: the contract, and the answer for addresses nobody knows.
fn undocumented(cfg: &mut web::ServiceConfig) {
    cfg.configure(openapi::routes);
    cfg.configure(pages::routes);
    cfg.configure(reference::routes);
    cfg.configure(explain::routes);
    cfg.default_service(web::to(nothing_here));
}

async fn nothing_here(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let known = openapi::methods_of(request.path());
    match (known, request.method()) {
        (Some(allowed), method) if !allowed.split(", ").any(|m| m == method.as_str() && m != "OPTIONS") => {
            another_method(&request, &allowed)
        }
        // TRACE would send a caller's own headers back, tokens included; no address takes it.
        (None, &Method::TRACE | &Method::CONNECT) => Err(not_allowed("GET, HEAD, OPTIONS".to_owned())),
        _ => Err(crate::domain::refusal::Refusal::not_found().into()),
    }
}

/// An address of ours that stands beside the contract; whoever asks it by another method is told which it takes.
fn only(address: Resource, allowed: &'static str) -> Resource {
    let other = move |request: HttpRequest| async move { another_method(&request, allowed) };
    address.default_service(web::to(other))
}

/// An address that is read and nothing else.
fn read_only(path: &str, route: Route) -> Resource {
    only(web::resource(path).route(route), "GET, HEAD, OPTIONS")
}

/// What an address answers to a method it does not take (RFC 9110 §9.3.7, §15.5.6).
fn another_method(request: &HttpRequest, allowed: &str) -> Result<HttpResponse, Problem> {
    if request.method() == Method::OPTIONS {
        if let Some(told) = v1::uploads::capabilities(request, allowed) {
            return Ok(told);
        }
        return Ok(HttpResponse::NoContent().insert_header((ALLOW, allowed)).finish());
    }
    Err(not_allowed(allowed.to_owned()))
}

fn not_allowed(allowed: String) -> Problem {
    let detail = format!("This address takes {allowed}.");
    Problem::of_door(StatusCode::METHOD_NOT_ALLOWED, "method.not-allowed", detail).allow(allowed)
}

/// An id that can't be one is an unknown one.
fn unreadable_paths() -> web::PathConfig {
    web::PathConfig::default()
        .error_handler(|_, _| Problem::from(crate::domain::refusal::Refusal::not_found()).into())
}

/// Starts serving on a listener that is bound already.
///
/// # Errors
/// A listener the system does not let us use.
pub fn start(app: App, vitals: Vitals, listener: TcpListener) -> std::io::Result<Server> {
    let config = Arc::clone(&app.config);
    let (threads, connections, shutdown) =
        (config.http_threads, config.max_connections, config.shutdown.as_secs());
    let vitals = web::Data::new(vitals);
    let limits = web::Data::new(limits::Limits::new(&config));
    sockets::give_room(&listener);
    let builder = ServerBuilder::new();
    let stopping = builder.graceful_shutdown_signal();
    // Runs once in each serving thread.
    let service = move || {
        let app = app.in_this_thread();
        let app = actix_web::App::new()
            .app_data(web::Data::new(inward::Inward::of(app.clone())))
            .app_data(web::Data::new(app))
            .app_data(vitals.clone())
            .app_data(limits.clone())
            .app_data(web::PayloadConfig::new(body::MAX_JSON_BYTES))
            .app_data(unreadable_paths())
            .into_utoipa_app()
            .configure(operations)
            .into_app();
        // The last wrapped is the first to see a request.
        let app = app
            .configure(undocumented)
            .wrap(from_fn(replay::once))
            .wrap(from_fn(limits::admit))
            .wrap(from_fn(cover::cover));
        let stopping = stopping.clone();
        let patience = config.min_body_window;
        // What `HttpServer` does as well; but it reads from sockets alone.
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            // The head of a request may take as long as a body may stall; field phones are slow, not hostile.
            .client_request_timeout(patience)
            .keep_alive(config.keep_alive)
            // An answer that comes before the whole body did (401, 413, 429): what still arrives is read and thrown
            // away for this long, because closing at once would reset the connection and lose the answer.
            .client_disconnect_timeout(LINGER)
            .on_connect_ext(|connection: &Connection, ext| {
                ext.insert(connection.turn());
            })
            .finish(map_config(app.into_factory().map_err(|err| err.error_response()), |()| {
                AppConfig::default()
            }));
        fn_service(move |stream: TcpStream| {
            sockets::let_go_of_the_deaf(&stream, patience);
            let peer = stream.peer_addr().ok();
            ready(Ok((Connection::of(stream, patience), Protocol::Http1, peer)))
        })
        .and_then(http)
    };
    Ok(builder
        .workers(threads)
        .max_concurrent_connections(connections)
        .shutdown_timeout(shutdown)
        .disable_signals()
        .listen("fieldproof", listener, service)?
        .run())
}

/// Serves `/metrics` alone, on an address of its own.
///
/// # Errors
/// A listener that can't be bound.
pub fn figures(app: &App, vitals: &Vitals, address: SocketAddr) -> anyhow::Result<Server> {
    let listener = TcpListener::bind(address)
        .map_err(|why| anyhow::anyhow!("cannot listen on {address} for /metrics: {why}"))?;
    let (app, vitals) = (web::Data::new(app.clone()), web::Data::new(vitals.clone()));
    tracing::info!(%address, "serving /metrics");
    let server = HttpServer::new(move || {
        actix_web::App::new()
            .app_data(app.clone())
            .app_data(vitals.clone())
            .service(read_only("/metrics", web::get().to(probes::all_figures)))
            .default_service(web::to(nothing_here))
            .wrap(from_fn(cover::cover))
    });
    Ok(server.workers(1).max_connections(64).disable_signals().listen(listener)?.run())
}

/// Serves until SIGTERM or Ctrl-C, then lets what is under way finish; `on_stop` is told when that begins.
///
/// # Errors
/// A listener that can't be bound or a server that fails.
pub async fn serve(
    app: App,
    metrics: PrometheusHandle,
    on_stop: impl FnOnce() + Send + 'static,
) -> anyhow::Result<()> {
    let listener = TcpListener::bind(app.config.listen)
        .map_err(|why| anyhow::anyhow!("cannot listen on {}: {why}", app.config.listen))?;
    let vitals = Vitals { metrics, stopping: Arc::new(AtomicBool::new(false)) };
    let figures = match app.config.metrics_listen {
        Some(address) => Some(figures(&app, &vitals, address)?),
        None => None,
    };
    let server = start(app.clone(), vitals.clone(), listener)?;
    let handle = server.handle();
    tracing::info!(address = %app.config.listen, public_url = %app.config.public_url, "serving");
    tokio::spawn(async move {
        wait_for_stop().await;
        vitals.stopping.store(true, Ordering::SeqCst);
        on_stop();
        tracing::info!("stopping: readiness is red, requests under way may finish");
        tokio::time::sleep(Duration::from_secs(1)).await;
        handle.stop(true).await;
    });
    let figures_handle = figures.as_ref().map(Server::handle);
    let figures = figures.map(tokio::spawn);
    server.await?;
    // Figures are there to the end of the last upload.
    if let (Some(handle), Some(figures)) = (figures_handle, figures) {
        handle.stop(false).await;
        figures.await??;
    }
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
