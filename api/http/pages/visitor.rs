//! Who looks at a page: somebody signed in by cookie, or whoever fills in a form before that.

use super::PageProblem;
use crate::app::App;
use crate::flows::sessions::{self, BrowserSession};
use crate::http::cookies::Cookie;
use crate::http::limits::Limits;
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::{FromRequest, HttpRequest, web};
use futures::FutureExt;
use futures::future::LocalBoxFuture;

/// Somebody signed in to the pages. A page that takes it sends everybody else to the sign-in.
#[derive(Clone, Debug)]
pub struct SignedIn(pub BrowserSession);

impl SignedIn {
    /// Whether a form is one that we showed in this session.
    ///
    /// # Errors
    /// [`PageProblem::Forged`].
    pub fn sent(&self, csrf: &str) -> Result<(), PageProblem> {
        if self.0.csrf == csrf { Ok(()) } else { Err(PageProblem::Forged) }
    }
}

impl FromRequest for SignedIn {
    type Error = PageProblem;
    type Future = LocalBoxFuture<'static, Result<Self, PageProblem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let app = request.app_data::<web::Data<App>>().cloned();
        let cookie = app.as_ref().and_then(|app| Cookie::Session.read(&app.config, request));
        // Only a page that was looked at is worth coming back to.
        let then = match request.method().as_str() {
            "GET" => request.uri().to_string(),
            _ => String::new(),
        };
        let here = request.uri().path_and_query().map(ToString::to_string);
        let from_elsewhere = here.filter(|_| cookie.is_none() && followed_from_elsewhere(request));
        let limits = request.app_data::<web::Data<Limits>>().cloned();
        async move {
            if let Some(to) = from_elsewhere {
                return Err(PageProblem::FromElsewhere { to });
            }
            let app = app.ok_or_else(|| crate::flows::Error::Fault("the app is not installed".to_owned()))?;
            let session = match &cookie {
                Some(cookie) => sessions::browser(&app, cookie).await?,
                None => None,
            };
            if let (Some(_), Some(cookie), Some(limits)) = (&session, &cookie, limits) {
                limits.remember(cookie);
            }
            session.map(Self).ok_or(PageProblem::SignIn { then })
        }
        .boxed_local()
    }
}

/// Whether somebody follows a link on another site, in a browser that says so. Then it keeps our cookie back
/// (`SameSite=Strict`), however signed in they are.
fn followed_from_elsewhere(request: &HttpRequest) -> bool {
    let is = |name: &str, value: &str| request.headers().get(name).is_some_and(|said| said == value);
    request.method() == Method::GET && is("sec-fetch-site", "cross-site") && is("sec-fetch-mode", "navigate")
}

/// A form shown to somebody who is not signed in: its proof follows from a cookie that only this browser has.
#[derive(Clone, Debug)]
pub struct Unsigned {
    /// The cookie's value.
    pub cookie: String,
    /// What the form must carry.
    pub csrf: String,
}

impl Unsigned {
    /// The browser's own, or a new one.
    #[must_use]
    pub fn of(app: &App, request: &HttpRequest) -> Self {
        let held = Cookie::Form.read(&app.config, request).filter(|value| value.len() == 64);
        let cookie = held.unwrap_or_else(|| hex::encode(crate::flows::random_bytes::<32>()));
        let csrf = sessions::csrf_of(&cookie);
        Self { cookie, csrf }
    }

    /// Whether a form is one that we showed this browser.
    ///
    /// # Errors
    /// [`PageProblem::Forged`]; a browser that sent no cookie can't have the proof of the new one.
    pub fn sent(&self, csrf: Option<&str>) -> Result<(), PageProblem> {
        if csrf == Some(self.csrf.as_str()) { Ok(()) } else { Err(PageProblem::Forged) }
    }
}
