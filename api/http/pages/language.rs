//! The language of the pages: chosen by `?lang=`, remembered in a cookie, else what the browser prefers.

use crate::app::App;
use crate::http::context::{Context, Language};
use crate::http::cookies::Cookie;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::HeaderValue;
use actix_web::middleware::Next;
use actix_web::web;

fn of_tag(tag: &str) -> Option<Language> {
    [Language::Vi, Language::En].into_iter().find(|language| language.as_str() == tag)
}

/// Answers in the chosen language and remembers a new choice.
///
/// # Errors
/// What the page itself refused.
pub async fn choose<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let app = request.app_data::<web::Data<App>>().cloned();
    let pairs: Vec<(String, String)> = serde_html_form::from_str(request.query_string()).unwrap_or_default();
    let asked = pairs.iter().find(|(key, _)| key == "lang").and_then(|(_, tag)| of_tag(tag));
    let kept = || {
        app.as_ref()
            .and_then(|app| Cookie::Language.read(&app.config, request.request()))
            .and_then(|tag| of_tag(&tag))
    };
    let mut context = Context::current();
    context.language = asked.or_else(kept).unwrap_or(context.language);
    let mut answer = context.cover(next.call(request)).await?;
    if let (Some(language), Some(app)) = (asked, app) {
        let (name, value) = Cookie::Language.set(&app.config, language.as_str());
        if let Ok(value) = HeaderValue::from_str(&value) {
            answer.headers_mut().append(name, value);
        }
    }
    Ok(answer)
}
