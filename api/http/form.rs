//! Form bodies, as browsers and OAuth clients send them.

use super::pace::{BodyFault, Paced, collect};
use crate::app::App;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpMessage, HttpRequest, ResponseError, web};
use futures::FutureExt;
use futures::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use std::marker::PhantomData;
use std::sync::Arc;

/// The largest form taken, in bytes.
const MAX_FORM_BYTES: usize = 16 * 1024;

/// Why a form was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadForm {
    /// Another media type.
    Type,
    /// Larger than a form ever is.
    TooLarge,
    /// Slower than any line.
    Slow,
    /// Broken off, not a form, or a field twice.
    Unreadable,
}

impl BadForm {
    /// The status.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::Type => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::Unreadable => StatusCode::BAD_REQUEST,
        }
    }

    /// What to tell the developer.
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Self::Type => "send application/x-www-form-urlencoded",
            Self::TooLarge => "the form is larger than 16 KiB",
            Self::Slow => "the form came too slowly",
            Self::Unreadable => "the form can't be read, or has a field twice",
        }
    }
}

/// A form of one shape; `E` says how a bad one is answered. Fields nobody asked for are ignored, as OAuth demands.
#[derive(Debug)]
pub struct Form<T, E>(pub T, PhantomData<E>);

impl<T, E> FromRequest for Form<T, E>
where
    T: DeserializeOwned + 'static,
    E: From<BadForm> + ResponseError + 'static,
{
    type Error = E;
    type Future = LocalBoxFuture<'static, Result<Self, E>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_form = request.content_type().eq_ignore_ascii_case("application/x-www-form-urlencoded");
        let config = request.app_data::<web::Data<App>>().map(|app| Arc::clone(&app.config));
        let body = Paced::of(payload.take(), config.as_deref());
        async move {
            if !is_form {
                return Err(BadForm::Type.into());
            }
            let bytes = collect(body, MAX_FORM_BYTES).await.map_err(|why| match why {
                BodyFault::TooLarge(_) => BadForm::TooLarge,
                BodyFault::Slow => BadForm::Slow,
                BodyFault::Broken(_) => BadForm::Unreadable,
            })?;
            let read = serde_html_form::from_bytes(&bytes).map_err(|_| BadForm::Unreadable)?;
            Ok(Self(read, PhantomData))
        }
        .boxed_local()
    }
}

#[cfg(test)]
mod tests {
    #[derive(Debug, serde::Deserialize, PartialEq)]
    struct Shape {
        code: Option<String>,
    }

    #[test]
    fn a_field_twice_is_refused_and_others_are_ignored() {
        let read = |text| serde_html_form::from_str::<Shape>(text).map(|shape| shape.code).ok();
        assert_eq!(read("code=a&other=b&other=c"), Some(Some("a".to_owned())));
        assert_eq!(read("other=b"), Some(None));
        assert_eq!(read("code=a&code=b"), None);
    }
}
