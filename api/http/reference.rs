//! `/docs`: the contract as a page for people, drawn by the server from the document itself. No script, nothing
//! from elsewhere: it reads the same without any network beyond this machine.

use super::context::Context;
use super::{openapi, read_only};
use actix_web::http::header::{CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, VARY};
use actix_web::{HttpResponse, web};
use serde_json::{Map, Value};
use std::sync::OnceLock;

/// The page and its style.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(read_only("/docs", web::get().to(|| async { page("Fieldproof API", reference()) })));
    cfg.service(read_only("/docs/style.css", web::get().to(style)));
}

async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((CACHE_CONTROL, "public, max-age=3600"))
        .body(include_str!("reference.css"))
}

/// A page of the reference, in the caller's language.
#[must_use]
pub fn page(title: &str, body: &str) -> HttpResponse {
    let language = Context::current().language.as_str();
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_LANGUAGE, language))
        .insert_header((VARY, "Accept-Language"))
        .insert_header((
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ))
        .body(format!(
            "<!doctype html><html lang=\"{language}\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <title>{}</title><link rel=\"stylesheet\" href=\"/docs/style.css\"></head><body>{body}</body></html>",
            escape(title)
        ))
}

/// Text made safe to stand in HTML.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A sentence of the document, with code between backticks.
fn sentence(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let written = |(n, part): (usize, &str)| {
        if n % 2 == 1 { format!("<code>{}</code>", escape(part)) } else { escape(part) }
    };
    parts.map(written).collect()
}

/// Prose of the document: paragraphs of sentences.
fn prose(text: &str) -> String {
    let paragraphs = text.split("\n\n").filter(|p| !p.trim().is_empty());
    paragraphs.map(|p| format!("<p>{}</p>", sentence(p))).collect()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn members<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    value.get(name).and_then(Value::as_object).into_iter().flat_map(Map::iter)
}

fn reference() -> &'static str {
    static DRAWN: OnceLock<String> = OnceLock::new();
    DRAWN.get_or_init(|| {
        let document = serde_json::to_value(openapi::document()).unwrap_or_default();
        Drawing { document: &document }.whole()
    })
}

struct Drawing<'a> {
    document: &'a Value,
}

impl<'a> Drawing<'a> {
    fn operations(&self, tag: &str) -> Vec<(&'a str, &'a str, &'a Value)> {
        let paths = members(self.document, "paths");
        paths
            .flat_map(|(path, item)| {
                let methods = ["get", "post", "put", "patch", "delete"];
                methods.into_iter().filter_map(move |m| Some((m, path.as_str(), item.get(m)?)))
            })
            .filter(|(_, _, operation)| list(operation, "tags").iter().any(|t| t == tag))
            .collect()
    }

    fn whole(&self) -> String {
        let info = self.document.get("info").unwrap_or(&Value::Null);
        let mut nav = String::new();
        let mut main = format!(
            "<h1>{} <span class=\"soft\">{}</span></h1>{}<p><a href=\"/openapi.yaml\">openapi.yaml</a> · \
             <a href=\"/openapi.json\">openapi.json</a> · <a href=\"/problems\">Problem codes</a></p>",
            escape(text(info, "title")),
            escape(text(info, "version")),
            prose(text(info, "description")),
        );
        for tag in list(self.document, "tags") {
            let name = text(tag, "name");
            let operations = self.operations(name);
            if operations.is_empty() {
                continue;
            }
            nav.push_str(&format!("<h2>{}</h2><ul>", escape(name)));
            main.push_str(&format!(
                "<h2 id=\"tag-{0}\">{0}</h2><p class=\"soft\">{1}</p>",
                escape(name),
                escape(text(tag, "description"))
            ));
            for (method, path, operation) in operations {
                nav.push_str(&format!(
                    "<li><a href=\"#{}\">{}</a></li>",
                    escape(text(operation, "operationId")),
                    escape(text(operation, "summary"))
                ));
                main.push_str(&self.operation(method, path, operation));
            }
            nav.push_str("</ul>");
        }
        format!(
            "<div class=\"sheet\"><nav aria-label=\"API\"><div class=\"inner\"><strong>Fieldproof</strong>{nav}</div></nav>\
             <main>{main}</main></div>"
        )
    }

    fn operation(&self, method: &str, path: &str, operation: &'a Value) -> String {
        let mut out = format!(
            "<article id=\"{}\"><h3>{}</h3><p class=\"line\"><span class=\"verb {method}\">{}</span> <code>{}</code></p>{}",
            escape(text(operation, "operationId")),
            escape(text(operation, "summary")),
            method.to_uppercase(),
            escape(path),
            prose(text(operation, "description")),
        );
        let scopes =
            list(operation, "security").iter().flat_map(|s| list(s, "oauth")).filter_map(Value::as_str);
        let scopes: Vec<String> = scopes.map(|scope| format!("<code>{}</code>", escape(scope))).collect();
        if !scopes.is_empty() {
            out.push_str(&format!("<p class=\"soft\">Scope {}</p>", scopes.join(" ")));
        }
        let parameters: String = list(operation, "parameters").iter().map(|p| self.parameter(p)).collect();
        if !parameters.is_empty() {
            out.push_str(&format!(
                "<h4>Parameters</h4><div class=\"scroll\"><table><tr><th>name</th><th>in</th><th>meaning</th></tr>{parameters}</table></div>"
            ));
        }
        if let Some(body) = operation.get("requestBody") {
            out.push_str("<h4>Body</h4>");
            out.push_str(&self.content(body));
        }
        out.push_str("<h4>Answers</h4><div class=\"scroll\"><table>");
        let mut shown = String::new();
        for (status, response) in members(operation, "responses") {
            out.push_str(&format!(
                "<tr><td><code>{}</code></td><td>{}</td></tr>",
                escape(status),
                sentence(text(response, "description"))
            ));
            if shown.is_empty() && status.starts_with('2') {
                shown = self.content(response);
            }
        }
        out.push_str("</table></div>");
        out.push_str(&shown);
        out.push_str("</article>");
        out
    }

    fn parameter(&self, parameter: &'a Value) -> String {
        let parameter = self.followed(parameter);
        let needed = if parameter.get("required") == Some(&Value::Bool(true)) { "" } else { " (optional)" };
        format!(
            "<tr><td><code>{}</code></td><td>{}{needed}</td><td>{}</td></tr>",
            escape(text(parameter, "name")),
            escape(text(parameter, "in")),
            sentence(text(parameter, "description")),
        )
    }

    /// The media types of a body or an answer, with an example where it is JSON.
    fn content(&self, of: &'a Value) -> String {
        let mut out = String::new();
        for (kind, media) in members(of, "content") {
            out.push_str(&format!("<p class=\"soft\"><code>{}</code></p>", escape(kind)));
            let given = media.get("example").cloned();
            let example = given.or_else(|| media.get("schema").and_then(|s| self.example(s, 0)));
            if let Some(example) = example.filter(|_| kind.contains("json")) {
                let pretty = serde_json::to_string_pretty(&example).unwrap_or_default();
                out.push_str(&format!("<pre><code>{}</code></pre>", escape(&pretty)));
            }
        }
        out
    }

    /// What a reference stands for.
    fn followed(&self, value: &'a Value) -> &'a Value {
        let pointer = text(value, "$ref").strip_prefix('#');
        pointer.and_then(|pointer| self.document.pointer(pointer)).unwrap_or(value)
    }

    /// An example of a schema: its own, or put together from its parts.
    fn example(&self, schema: &'a Value, depth: u8) -> Option<Value> {
        if depth > 6 {
            return None;
        }
        let schema = self.followed(schema);
        if let Some(own) = schema.get("example") {
            return Some(own.clone());
        }
        if let Some(first) = list(schema, "examples").first().or_else(|| list(schema, "enum").first()) {
            return Some(first.clone());
        }
        if let Some(items) = schema.get("items") {
            return Some(Value::Array(vec![self.example(items, depth + 1)?]));
        }
        let parts = ["oneOf", "anyOf", "allOf"].into_iter().flat_map(|many| list(schema, many));
        if let Some(found) = parts.into_iter().find_map(|part| self.example(part, depth + 1)) {
            return Some(found);
        }
        let fields = members(schema, "properties");
        let shown: Map<String, Value> = fields
            .filter_map(|(name, field)| Some((name.clone(), self.example(field, depth + 1)?)))
            .collect();
        (!shown.is_empty()).then_some(Value::Object(shown))
    }
}
