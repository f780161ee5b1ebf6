//! Every request passes here: bounds on what strangers may cost, and early refusals that are heard.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body as _, Frame, Incoming, SizeHint};
use hyper::header::{CONNECTION, CONTENT_TYPE, EXPECT, HeaderValue};
use hyper::{Request, Response, StatusCode};
use s3s::auth::SimpleAuth;
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::service::{S3Service, S3ServiceBuilder};
use tokio::sync::Semaphore;

use crate::protocol::Door;

/// A request refused before its body was read is read on for so long, so that the client sees the answer
/// and not a broken connection. Beyond it the connection is closed.
const DRAIN_BYTES: u64 = 64 * 1024 * 1024;
const DRAIN_TIME: Duration = Duration::from_secs(20);
/// The protocol crate reads a browser's form into memory, even a stranger's: so few at once, of so many bytes.
const FORMS: usize = 4;
const FORM_BYTES: u64 = 32 * 1024 * 1024;
const FORM_TIME: Duration = Duration::from_mins(1);
/// Largest XML body: 10,000 parts with two checksums each take about half of it.
const XML_BYTES: usize = 4 * 1024 * 1024;

/// What every connection hands its requests to.
pub(crate) struct Front {
    service: S3Service,
    forms: Semaphore,
}

impl Front {
    pub(crate) fn new(door: Door, auth: SimpleAuth) -> Self {
        let mut limits = S3Config::default();
        limits.xml_max_body_size = XML_BYTES;
        limits.post_object_max_file_size = FORM_BYTES;
        limits.form_max_field_size = 64 * 1024;
        limits.form_max_fields_size = 256 * 1024;
        limits.form_max_parts = 100;
        let mut service = S3ServiceBuilder::new(door);
        service.set_auth(auth);
        service.set_config(Arc::new(StaticConfigProvider::new(Arc::new(limits))));
        Self { service: service.build(), forms: Semaphore::new(FORMS) }
    }

    pub(crate) async fn answer(&self, request: Request<Incoming>) -> Response<s3s::Body> {
        let waits_for_continue = request.headers().contains_key(EXPECT);
        let kind = request.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
        let is_form = kind.to_ascii_lowercase().starts_with(b"multipart/form-data");
        let (head, body) = request.into_parts();
        let state = Arc::new(BodyState { body: Mutex::new(body), begun: AtomicBool::new(false) });
        let body = s3s::Body::http_body(SharedBody(Arc::clone(&state)));
        let call = self.call(Request::from_parts(head, body));
        let mut response = if is_form {
            let in_turn = async {
                // The semaphore is never closed.
                let _turn = self.forms.acquire().await.ok();
                call.await
            };
            tokio::time::timeout(FORM_TIME, in_turn)
                .await
                .unwrap_or_else(|_| bare(StatusCode::REQUEST_TIMEOUT))
        } else {
            call.await
        };
        let refused = response.status().is_client_error() || response.status().is_server_error();
        // A client that waits for `100 Continue` has sent nothing yet and will not, once it sees the answer.
        let nothing_sent = waits_for_continue && !state.begun.load(Ordering::Relaxed);
        if refused && !nothing_sent && !drained(state).await {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }

    async fn call(&self, request: Request<s3s::Body>) -> Response<s3s::Body> {
        self.service.call(request).await.unwrap_or_else(|error| {
            tracing::error!(?error, "the protocol failed");
            bare(StatusCode::INTERNAL_SERVER_ERROR)
        })
    }
}

fn bare(status: StatusCode) -> Response<s3s::Body> {
    let mut response = Response::new(s3s::Body::empty());
    *response.status_mut() = status;
    response
}

/// Reads what is left of a body; false if it is too long, too slow or broken.
async fn drained(state: Arc<BodyState>) -> bool {
    let mut rest = SharedBody(state);
    let all = async {
        let mut size = 0_u64;
        loop {
            match std::future::poll_fn(|cx| Pin::new(&mut rest).poll_frame(cx)).await {
                None => return true,
                Some(Err(_)) => return false,
                Some(Ok(frame)) => {
                    size = size
                        .saturating_add(frame.data_ref().map_or(0, |d| u64::try_from(d.len()).unwrap_or(0)));
                    if size > DRAIN_BYTES {
                        return false;
                    }
                }
            }
        }
    };
    tokio::time::timeout(DRAIN_TIME, all).await.unwrap_or(false)
}

/// A request's body that can still be read when whoever was given it has dropped it.
struct SharedBody(Arc<BodyState>);

struct BodyState {
    body: Mutex<Incoming>,
    begun: AtomicBool,
}

impl hyper::body::Body for SharedBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        self.0.begun.store(true, Ordering::Relaxed);
        let mut body = self.0.body.lock().unwrap_or_else(PoisonError::into_inner);
        Pin::new(&mut *body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.0.body.lock().unwrap_or_else(PoisonError::into_inner).is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.body.lock().unwrap_or_else(PoisonError::into_inner).size_hint()
    }
}
