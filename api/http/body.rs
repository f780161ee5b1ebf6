//! JSON bodies and query strings, read strictly: wrong types and unknown names are told by their place.

use super::pace::{BodyFault, Paced, collect};
use super::problem::Problem;
use crate::app::App;
use crate::domain::refusal::FieldFault;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use futures::FutureExt;
use futures::future::{LocalBoxFuture, Ready, ready};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use std::sync::Arc;

/// The largest JSON body taken, in bytes.
pub const MAX_JSON_BYTES: usize = 1024 * 1024;

/// A JSON body of one shape. Unknown fields are refused where the shape says `deny_unknown_fields`, which all do.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let whole = whole(request, payload);
        async move { parse_json(&whole.await?).map(Self) }.boxed_local()
    }
}

/// A JSON body whose parts are read each for itself later: what one text of it holds is no matter of the others.
#[derive(Debug)]
pub struct InParts<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for InParts<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let whole = whole(request, payload);
        async move { parse_shape(&whole.await?).map(Self) }.boxed_local()
    }
}

/// A JSON body of one shape, and the words in which it was sent: for what is signed so.
#[derive(Debug)]
pub struct AsSent<T> {
    /// What it says.
    pub said: T,
    /// The words.
    pub words: String,
}

impl<T: DeserializeOwned> AsSent<T> {
    /// Reads JSON of one shape and keeps its words.
    ///
    /// # Errors
    /// As [`parse_json`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Problem> {
        Ok(Self { said: parse_json(bytes)?, words: String::from_utf8_lossy(bytes).into_owned() })
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for AsSent<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let whole = whole(request, payload);
        async move { Self::parse(&whole.await?) }.boxed_local()
    }
}

/// The bytes of a JSON body.
fn whole(
    request: &HttpRequest,
    payload: &mut Payload,
) -> impl Future<Output = Result<Bytes, Problem>> + use<> {
    let is_json = {
        let kind = request.content_type();
        kind.eq_ignore_ascii_case("application/json") || kind.to_ascii_lowercase().ends_with("+json")
    };
    let named = request.headers().contains_key(CONTENT_TYPE);
    let config = request.app_data::<web::Data<App>>().map(|app| Arc::clone(&app.config));
    let declared = request.headers().get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse().ok());
    let payload = payload.take();
    async move {
        if !is_json {
            let detail = if named { "Send application/json." } else { "Name the type: application/json." };
            return Err(Problem::of_door(StatusCode::UNSUPPORTED_MEDIA_TYPE, "type.not-json", detail));
        }
        if declared.is_some_and(|length: usize| length > MAX_JSON_BYTES) {
            return Err(BodyFault::TooLarge(MAX_JSON_BYTES).into());
        }
        let body = Paced::of(payload, config.as_deref());
        Ok(collect(body, MAX_JSON_BYTES).await?)
    }
}

/// Reads JSON of one shape.
///
/// # Errors
/// 400 for what is no JSON at all, 422 with the place for what has the wrong shape.
pub fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let value = parse_shape(bytes)?;
    match without_text(bytes) {
        Some(place) => Err(wrong_shape(&place, "U+0000 is in it, which no text of ours can hold")),
        None => Ok(value),
    }
}

fn parse_shape<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // Every body of ours is an object; a derived shape would read a list as its members in order.
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[')
        && serde_json::from_slice::<IgnoredAny>(bytes).is_ok()
    {
        return Err(wrong_shape("", "invalid type: sequence, expected an object"));
    }
    let mut from = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut from).map_err(|why| {
        let inner = why.inner();
        // 1e999 is JSON, but no number that anything of ours can be.
        if inner.to_string().starts_with("number out of range") {
            return wrong_shape(&pointer(why.path()), &inner.to_string());
        }
        // What is no JSON is no JSON, wherever its shape went wrong before.
        let syntax = serde_json::from_slice::<IgnoredAny>(bytes).err();
        if let Some(why) = syntax.as_ref().or_else(|| (!inner.is_data()).then_some(inner)) {
            let detail = format!("The body is no JSON: {why}.");
            return Problem::of_door(StatusCode::BAD_REQUEST, "body.not-json", detail);
        }
        wrong_shape(&pointer(why.path()), &inner.to_string())
    })?;
    from.end().map_err(|_| {
        Problem::of_door(
            StatusCode::BAD_REQUEST,
            "body.not-json",
            "There is something behind the JSON value.",
        )
    })?;
    Ok(value)
}

/// Where a text holds U+0000. PostgreSQL keeps no such text, so nobody has a use for it; it can only be written as an
/// escape, and a body without one is not read twice.
fn without_text(bytes: &[u8]) -> Option<String> {
    if !bytes.windows(6).any(|six| six == br"\u0000") {
        return None;
    }
    within(&serde_json::from_slice(bytes).ok()?, "")
}

fn within(value: &Value, at: &str) -> Option<String> {
    let step = |key: &str| format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
    match value {
        Value::String(text) => text.contains('\0').then(|| at.to_owned()),
        Value::Array(all) => all.iter().enumerate().find_map(|(n, one)| within(one, &step(&n.to_string()))),
        Value::Object(all) => all.iter().find_map(|(key, one)| {
            if key.contains('\0') { Some(at.to_owned()) } else { within(one, &step(key)) }
        }),
        _ => None,
    }
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut out = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => out.push_str(&format!("/{index}")),
            Segment::Map { key } | Segment::Enum { variant: key } => {
                out.push('/');
                out.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Segment::Unknown => {}
        }
    }
    out
}

fn wrong_shape(place: &str, why: &str) -> Problem {
    // serde ends with " at line 1 column 2", which tells a client nothing it can use.
    let said = why.split(" at line ").next().unwrap_or(why);
    let code = if said.starts_with("unknown field") {
        "field.unknown"
    } else if said.starts_with("missing field") {
        "field.missing"
    } else {
        "field.wrong-type"
    };
    // Unknown and missing names stand in the message, not in the path.
    let name = said.split('`').nth(1).filter(|_| code != "field.wrong-type");
    let place = match name {
        Some(name) if !place.ends_with(&format!("/{name}")) => format!("{place}/{name}"),
        _ => place.to_owned(),
    };
    Problem::of_door(
        StatusCode::UNPROCESSABLE_ENTITY,
        "invalid",
        "Some fields need to be changed; see errors.",
    )
    .with_faults(vec![FieldFault::new(place, code, said)])
}

/// Query parameters of one shape; several values by repeating the name.
#[derive(Debug)]
pub struct Params<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Params<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let query = request.query_string();
        let wrong = |name: &str, code, said: &str| {
            let detail = "A query parameter needs to be changed.";
            Problem::of_door(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail)
                .with_faults(vec![FieldFault::new(format!("?{name}"), code, said)])
        };
        // No text of ours holds it, and PostgreSQL takes none that does.
        let pairs = serde_html_form::from_str::<Vec<(String, String)>>(query).unwrap_or_default();
        if let Some((name, _)) = pairs.iter().find(|(_, value)| value.contains('\0')) {
            return ready(Err(wrong(name, "parameter.wrong", "holds a NUL character")));
        }
        let from = serde_html_form::Deserializer::from_bytes(query.as_bytes());
        let parsed = serde_path_to_error::deserialize(from).map(Self).map_err(|why| {
            let said = why.inner().to_string();
            let code = if said.contains("unknown field") { "parameter.unknown" } else { "parameter.wrong" };
            // An unknown or missing name stands in the message, that of a wrong value in the path.
            let name = match said.split('`').nth(1).filter(|_| said.contains(" field `")) {
                Some(name) => name.to_owned(),
                None => why.path().iter().next().map(ToString::to_string).unwrap_or_default(),
            };
            wrong(&name, code, &said)
        });
        ready(parsed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Shape {
        #[allow(dead_code, reason = "only its type matters here")]
        inner: Vec<u8>,
    }

    /// Status and code, and what is said of the problem besides.
    fn fault(json: &str) -> (u16, &'static str, String) {
        match parse_json::<Shape>(json.as_bytes()) {
            Ok(_) => (200, "taken", String::new()),
            Err(problem) => {
                let status = actix_web::ResponseError::status_code(&problem).as_u16();
                (status, problem.code(), format!("{problem:?}"))
            }
        }
    }

    #[test]
    fn a_text_that_no_database_holds_is_named() {
        let place = |json: &str| match parse_json::<Value>(json.as_bytes()) {
            Ok(_) => None,
            Err(problem) => Some(format!("{problem:?}")),
        };
        assert_eq!(
            place(r#"{"note": "\\u0000", "no": "\u0001"}"#),
            None,
            "a backslash and a number are a text"
        );
        let said = place(r#"{"all": [{"item": "A\u0000"}]}"#);
        assert!(said.is_some_and(|said| said.contains("/all/0/item")));
        assert!(place(r#"{"a\u0000": 1}"#).is_some());
    }

    #[actix_web::test]
    async fn a_wrong_parameter_is_named() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Asked {
            #[allow(dead_code, reason = "only its type matters here")]
            from: u8,
            #[allow(dead_code, reason = "only its type matters here")]
            of: Option<Vec<bool>>,
        }
        for (query, named) in [
            ("from=x", "\"?from\""),
            ("of=true", "\"?from\""),
            ("from=1&of=true&of=no", "\"?of\""),
            ("from=1&to=2", "\"?to\""),
            ("from=1&of=%00", "NUL"),
        ] {
            let request = actix_web::test::TestRequest::with_uri(&format!("/?{query}")).to_http_request();
            let answer = format!("{:?}", Params::<Asked>::extract(&request).await);
            assert!(answer.starts_with("Err") && answer.contains(named), "{query}: {answer}");
        }
    }

    #[test]
    fn a_wrong_field_is_named_by_its_place() {
        for (json, place, code) in [
            ("[[1]]", "\"\"", "field.wrong-type"),
            (r#"{"inner":[1,"x"]}"#, "\"/inner/1\"", "field.wrong-type"),
            (r#"{"inner":[1e999]}"#, "\"/inner/0\"", "field.wrong-type"),
            (r#"{"outer":1}"#, "\"/outer\"", "field.unknown"),
            ("{}", "\"/inner\"", "field.missing"),
        ] {
            let (status, family, said) = fault(json);
            assert_eq!((status, family), (422, "invalid"), "{json}");
            assert!(said.contains(place) && said.contains(code), "{json}: {said}");
        }
        assert_eq!(fault(r#"{"inner":[1]}"#).0, 200);
    }

    #[test]
    fn what_is_no_json_is_told_so_whatever_its_shape() {
        for json in ["", "{", "{} x", r#"{"inner":[1]} x"#, r#"{"outer":1"#, r#"{"inner":[1],}"#, "inner=1"] {
            let (status, code, said) = fault(json);
            assert_eq!((status, code), (400, "body.not-json"), "{json}: {said}");
        }
    }
}
