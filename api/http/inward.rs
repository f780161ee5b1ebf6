//! Operations of the contract asked from within: what stands for one goes through the same extractors and the same flow, and
//! gets the same answer, as if it had come over a line of its own.

use super::actor::Known;
use super::{unreadable_paths, v1};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::flows;
use actix_http::Request;
use actix_service::boxed::{self, BoxService};
use actix_service::{IntoServiceFactory, Service, ServiceFactory, map_config};
use actix_web::body::{BoxBody, to_bytes};
use actix_web::dev::{AppConfig, Payload, ServiceResponse};
use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
use actix_web::http::{Method, Uri};
use actix_web::{HttpMessage, web};
use bytes::Bytes;
use tokio::sync::OnceCell;
use utoipa_actix_web::AppExt;

type Operations = BoxService<Request, ServiceResponse<BoxBody>, actix_web::Error>;

/// The operations of one serving thread, without what stands in front of them: who asks is known, counted and covered
/// already.
pub struct Inward {
    app: App,
    operations: OnceCell<Operations>,
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The operation's method.
    pub method: &'static str,
    /// Its address, without names in braces.
    pub path: String,
    /// JSON; `None` for an operation that takes no body.
    pub body: Option<String>,
}

/// What was answered.
#[derive(Clone, Debug)]
pub struct Told {
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub body: Bytes,
}

impl Inward {
    /// Those of a thread; they are laid out when one is first asked.
    #[must_use]
    pub fn of(app: App) -> Self {
        Self { app, operations: OnceCell::new() }
    }

    /// Asks an operation for somebody.
    ///
    /// # Errors
    /// A fault of ours alone: whatever the operation refuses is an answer.
    pub async fn ask(&self, by: &Actor, asked: Asked) -> flows::Result<Told> {
        let fault = |why: &dyn std::fmt::Display| flows::Error::Fault(format!("{}: {why}", asked.path));
        let operations = self.operations.get_or_try_init(|| lay_out(self.app.clone())).await?;
        let mut request = match &asked.body {
            None => Request::new(),
            Some(body) => Request::with_payload(Payload::from(Bytes::from(body.clone()))),
        };
        let head = request.head_mut();
        head.method = Method::from_bytes(asked.method.as_bytes()).map_err(|why| fault(&why))?;
        head.uri = Uri::try_from(asked.path.as_str()).map_err(|why| fault(&why))?;
        if asked.body.is_some() {
            head.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        request.extensions_mut().insert(Known(Ok(by.clone())));
        let response = operations.call(request).await.map_err(|why| fault(&why))?;
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body()).await.map_err(|why| fault(&why))?;
        Ok(Told { status, body })
    }
}

async fn lay_out(app: App) -> flows::Result<Operations> {
    let app = actix_web::App::new()
        .app_data(web::Data::new(app))
        .app_data(unreadable_paths())
        .into_utoipa_app()
        .configure(v1::operations)
        .into_app();
    let operations = map_config(app.into_factory(), |()| AppConfig::default()).new_service(()).await;
    let operations =
        operations.map_err(|()| flows::Error::Fault("operations can't be laid out".to_owned()))?;
    Ok(boxed::service(operations))
}
