//! A workbook (.xlsx) as the body of a request.

use super::pace::{BodyFault, Paced, collect};
use super::problem::Problem;
use crate::app::App;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use futures::FutureExt;
use futures::future::LocalBoxFuture;
use std::sync::Arc;

/// The media type of a workbook.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The largest workbook taken, in bytes.
pub const MAX_WORKBOOK_BYTES: usize = 256 * 1024;

/// The bytes of a workbook, not looked at yet.
#[derive(Debug)]
pub struct Workbook(pub Vec<u8>);

impl FromRequest for Workbook {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_workbook = request.content_type().eq_ignore_ascii_case(XLSX);
        let config = request.app_data::<web::Data<App>>().map(|app| Arc::clone(&app.config));
        let declared = request.headers().get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse().ok());
        let payload = payload.take();
        async move {
            if !is_workbook {
                let detail = format!("Send {XLSX}.");
                return Err(Problem::of_door(StatusCode::UNSUPPORTED_MEDIA_TYPE, "type.not-xlsx", &detail));
            }
            if declared.is_some_and(|length: usize| length > MAX_WORKBOOK_BYTES) {
                return Err(BodyFault::TooLarge(MAX_WORKBOOK_BYTES).into());
            }
            let bytes = collect(Paced::of(payload, config.as_deref()), MAX_WORKBOOK_BYTES).await?;
            Ok(Self(bytes.to_vec()))
        }
        .boxed_local()
    }
}
