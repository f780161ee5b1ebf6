//! The contract: collected from the operations, finished with what all share, served and printed.

mod examples;
mod yaml;

use super::deeds::{self, Needs};
use super::problem::{PROBLEM_JSON, ProblemDocument};
use super::replay::has_own_keys;
use super::v1::uploads;
use super::{limits, read_only, vocabulary};
use crate::domain::actor::Scope;
use actix_web::{HttpResponse, web};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;
use utoipa::OpenApi as _;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{
    AuthorizationCode, ClientCredentials, Flow, OAuth2, Scopes, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    ContentBuilder, OpenApi, PathItem, Ref, RefOr, Required, Response, ResponseBuilder, ServerBuilder,
};
use utoipa_actix_web::AppExt;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Fieldproof",
        description = "Photo evidence for inspections of public service: visits, answers, geotagged photos, review.\n\n\
            Times are RFC 3339 with offset, positions WGS 84 with longitude first in shapes, lengths in metres. \
            Errors are problem documents (RFC 9457) with a stable `code`; texts follow `Accept-Language` (vi, en). \
            Lists are pages of `limit` rows with a sealed `cursor`. Ids of photos and responses are UUIDv7 minted by the phone.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
        contact(name = "Fieldproof", url = "https://fieldproof.example")
    ),
    components(schemas(ProblemDocument, vocabulary::Inspected, vocabulary::PhotoOrder)),
    tags(
        (name = "accounts", description = "People, their roles, their devices."),
        (name = "units", description = "Owners, administrative units through time, premises."),
        (name = "templates", description = "Checklists as immutable versions."),
        (name = "procedures", description = "Lists of administrative procedures, and boards compared with them."),
        (name = "campaigns", description = "Plans, decisions, teams."),
        (name = "visits", description = "One team at one unit once."),
        (name = "findings", description = "What visits found, what is said to it, what became of it."),
        (name = "actions", description = "Who is to remedy what by when."),
        (name = "notices", description = "Conclusion notices: written, signed, issued, acknowledged."),
        (name = "photos", description = "Evidence: declared, sent, examined, browsed."),
        (name = "uploads", description = "A photo's bytes over several requests: tus 1.0.0, and the IETF draft."),
        (name = "sync", description = "What was done without a line, pushed later; time that can be shown."),
        (name = "operations", description = "Health and figures of this installation."),
    )
)]
struct Shared;

/// Name of the shared parameter.
const IDEMPOTENCY_KEY: &str = "IdempotencyKey";

/// The whole contract.
#[must_use]
pub fn document() -> OpenApi {
    let (_, mut document) = actix_web::App::new()
        .into_utoipa_app()
        .openapi(Shared::openapi())
        .configure(super::operations)
        .split_for_parts();
    finish(&mut document);
    document
}

/// The contract as committed.
///
/// # Errors
/// A document that can't be written as YAML, which would be a fault of ours.
pub fn yaml() -> Result<String, String> {
    yaml_of(&document())
}

fn yaml_of(document: &OpenApi) -> Result<String, String> {
    document.to_yaml().map(|yaml| yaml::quoted(&yaml)).map_err(|why| why.to_string())
}

fn finish(document: &mut OpenApi) {
    document.servers =
        Some(vec![ServerBuilder::new().url("/").description(Some("This installation.")).build()]);
    if let Some(components) = document.components.as_mut() {
        components.parameters.insert(IDEMPOTENCY_KEY.to_owned(), RefOr::T(idempotency_key()));
        components.add_security_scheme("oauth", SecurityScheme::OAuth2(oauth()));
    }
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations_of(item) {
            finish_operation(method, path, operation);
        }
    }
    examples::show(document);
}

fn operations_of(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    [
        ("GET", &mut item.get),
        ("PUT", &mut item.put),
        ("POST", &mut item.post),
        ("DELETE", &mut item.delete),
        ("PATCH", &mut item.patch),
        ("HEAD", &mut item.head),
    ]
    .into_iter()
    .filter_map(|(method, operation)| operation.as_mut().map(|operation| (method, operation)))
}

/// What a POST may bring, so that it can be repeated safely.
fn idempotency_key() -> Parameter {
    let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(255));
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "1 to 255 visible ASCII characters, new for each thing you want done. The same request with the same key, to the byte, \
             gets the first one's answer, with `Idempotency-Replayed: true`. A key lives for 30 days, and beyond them \
             for as long as the campaign is open that the request took effect under. A request that was refused and \
             changed nothing leaves its key free: the same again under it is looked at anew, and may be in order by \
             then. A kept answer is given only to whoever may still do what was asked.",
        ))
        .schema(Some(text.build()))
        .example(Some(serde_json::json!("0198c7a2-51b0-7d2e-8c39-3f1f6a1f9d02")))
        .build()
}

fn oauth() -> OAuth2 {
    let scopes = || Scopes::from_iter(Scope::ALL.map(|s| (s.as_str(), scope_meaning(s))));
    OAuth2::with_description(
        [
            Flow::AuthorizationCode(AuthorizationCode::with_refresh_url(
                "/oauth/authorize",
                "/oauth/token",
                scopes(),
                "/oauth/token",
            )),
            Flow::ClientCredentials(ClientCredentials::new("/oauth/token", scopes())),
        ],
        "OAuth 2.1: authorization code with PKCE (S256) for people, client credentials for integrators.",
    )
}

fn scope_meaning(scope: Scope) -> &'static str {
    match scope {
        Scope::Profile => "Own profile, devices and password",
        Scope::AccountsRead => "Read accounts and grants",
        Scope::AccountsWrite => "Change accounts and grants",
        Scope::UnitsRead => "Read owners, units and premises",
        Scope::UnitsWrite => "Change owners, units and premises",
        Scope::TemplatesRead => "Read checklists",
        Scope::TemplatesWrite => "Change checklists",
        Scope::CampaignsRead => "Read campaigns and teams",
        Scope::CampaignsWrite => "Change campaigns and teams",
        Scope::VisitsRead => "Read visits and answers",
        Scope::VisitsWrite => "Change visits and answers",
        Scope::PhotosRead => "Read photos and derivatives",
        Scope::PhotosWrite => "Declare, send and withdraw photos",
        Scope::OriginalsRead => "Read original photos",
    }
}

/// Adds what follows from an operation's right, parameters and body: its scope, the refusals all such share, and the
/// headers and bodies of those.
fn finish_operation(method: &str, path: &str, operation: &mut Operation) {
    let needs = operation.operation_id.as_deref().and_then(deeds::needs);
    let scope = match needs {
        Some(Needs::Right(deed)) => SecurityRequirement::new("oauth", [deed.scope().as_str()]),
        _ => SecurityRequirement::default(),
    };
    operation.security = Some(vec![scope]);
    let has_own_keys = operation.operation_id.as_deref().is_some_and(has_own_keys);
    let takes_key = method == "POST" && matches!(needs, Some(Needs::Right(_))) && !has_own_keys;
    if takes_key {
        let key = RefOr::Ref(Ref::new(format!("#/components/parameters/{IDEMPOTENCY_KEY}")));
        operation.parameters.get_or_insert_default().push(key);
    }
    // OAuth has words and pages of its own for nearly everything, which its operations list.
    let shared = match path {
        path if path.starts_with("/oauth/") || path.starts_with("/.well-known/") => vec![TOO_MANY],
        _ => shared_refusals(path, operation, takes_key, needs),
    };
    let own: Vec<String> = operation.responses.responses.keys().cloned().collect();
    for (status, meaning) in shared {
        if own.iter().any(|listed| listed == status) {
            continue;
        }
        // What several rules refuse alike has each of their reasons.
        match operation.responses.responses.entry(status.to_owned()) {
            Entry::Vacant(place) => {
                place.insert(RefOr::T(refusal(meaning)));
            }
            Entry::Occupied(mut place) => {
                if let RefOr::T(response) = place.get_mut() {
                    response.description = format!("{} Or: {meaning}", response.description);
                }
            }
        }
    }
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        // Refusals that an operation lists itself need no body there: it is always a problem document.
        let is_refusal = status.starts_with('4') || status.starts_with('5');
        if is_refusal && response.content.is_empty() {
            let declared = std::mem::take(&mut response.headers);
            *response = refusal(&response.description);
            response.headers.extend(declared);
        }
        // Where an operation answers too many attempts in its own way, too many requests come before it.
        if status == "429" {
            for (kind, body) in refusal(TOO_MANY.1).content {
                response.content.entry(kind).or_insert(body);
            }
        }
        let told = match status.as_str() {
            "429" | "503" => Some("Seconds after which to come back."),
            "408" => Some("Seconds after which to send it again."),
            "409" if takes_key => {
                Some("Seconds after which to send the same again, with `idempotency.in-progress`.")
            }
            _ => None,
        };
        if takes_key && status.starts_with('2') {
            response.headers.insert("Idempotency-Replayed".to_owned(), RefOr::T(replayed()));
        }
        if let Some(meaning) = told {
            response.headers.insert("Retry-After".to_owned(), RefOr::T(retry_after(meaning)));
        }
    }
    if let Some(RefOr::T(body)) = operation.request_body.as_mut() {
        body.required.get_or_insert(Required::True);
    }
}

/// Comes from the counting in front of everything.
const TOO_MANY: (&str, &str) = ("429", "Too many requests; `Retry-After` says when to come back.");

/// What all operations of one kind may refuse.
fn shared_refusals(
    path: &str,
    operation: &Operation,
    takes_key: bool,
    needs: Option<Needs>,
) -> Vec<(&'static str, &'static str)> {
    let mut shared = vec![
        ("500", "A fault of ours; the request id finds it in the log."),
        ("503", "A part of the server is away; nothing was changed, send the same again."),
    ];
    if limits::counts(path) {
        shared.push(TOO_MANY);
    }
    if matches!(needs, Some(Needs::Right(_))) {
        shared.push(("401", "No access token, or one that no longer holds."));
        shared.push(("403", "Known, and not allowed; or the client lacks the scope."));
    }
    if takes_key {
        shared.push((
            "409",
            "The request with this `Idempotency-Key` is still being answered, or its answer was lost.",
        ));
        shared.push(("422", "This `Idempotency-Key` was used for another request, or is no key."));
    }
    if path.contains('{') {
        shared.push(("404", "Missing, or not yours to see: one answer for both."));
    }
    let is_query = |p: &RefOr<Parameter>| matches!(p, RefOr::T(p) if p.parameter_in == ParameterIn::Query);
    if operation.parameters.iter().flatten().any(is_query) {
        shared.push(("422", "A parameter breaks a rule; `errors` names it."));
    }
    if operation.request_body.is_some() {
        shared.push(("400", "The body can't be read."));
        // An upload that comes too slowly is cut: its client asks how far it got.
        if !uploads::is_of(path) {
            shared.push(("408", "The body came too slowly."));
        }
        shared.push(("413", "The body is too large."));
        shared.push(("415", "This media type is not taken."));
        shared.push(("422", "A field breaks a rule; `errors` names it."));
    }
    shared
}

fn retry_after(meaning: &str) -> Header {
    let seconds = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).examples([5]);
    HeaderBuilder::new().schema(Some(seconds)).description(Some(meaning)).build()
}

fn replayed() -> Header {
    let text = ObjectBuilder::new().schema_type(Type::String).examples(["true"]);
    let meaning = "`true` where this is the answer that was given before under the same `Idempotency-Key`.";
    HeaderBuilder::new().schema(Some(text)).description(Some(meaning)).build()
}

fn refusal(meaning: &str) -> Response {
    let problem = RefOr::Ref(Ref::from_schema_name("Problem"));
    ResponseBuilder::new()
        .description(meaning)
        .content(PROBLEM_JSON, ContentBuilder::new().schema(Some(problem)).build())
        .build()
}

struct Printed {
    yaml: String,
    json: String,
    templates: Vec<(Vec<String>, Vec<&'static str>)>,
    /// `METHOD path` to `operationId`.
    ids: HashMap<String, String>,
    /// And back.
    addresses: HashMap<String, Address>,
}

/// Where an operation stands in the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Its method.
    pub method: &'static str,
    /// Its path, with names in braces.
    pub path: String,
    /// Whether it takes a body.
    pub has_body: bool,
    /// The names in that body.
    pub members: Vec<String>,
}

/// Shapes by their names.
type Shapes = BTreeMap<String, RefOr<Schema>>;

/// The names in a body of this shape.
fn members(shape: &RefOr<Schema>, shapes: &Shapes) -> Vec<String> {
    match shape {
        RefOr::Ref(to) => {
            let shape = to.ref_location.rsplit('/').next().and_then(|name| shapes.get(name));
            shape.map(|shape| members(shape, shapes)).unwrap_or_default()
        }
        RefOr::T(Schema::Object(object)) => object.properties.keys().cloned().collect(),
        RefOr::T(_) => Vec::new(),
    }
}

fn printed() -> &'static Printed {
    static PRINTED: OnceLock<Printed> = OnceLock::new();
    PRINTED.get_or_init(|| {
        let mut document = document();
        let json = document.to_pretty_json().unwrap_or_default();
        let yaml = yaml_of(&document).unwrap_or_default();
        let (mut templates, mut ids, mut addresses) = (Vec::new(), HashMap::new(), HashMap::new());
        let shapes = document.components.take().map(|components| components.schemas).unwrap_or_default();
        for (path, item) in &mut document.paths.paths {
            for (method, operation) in operations_of(item) {
                let Some(id) = operation.operation_id.clone() else { continue };
                ids.insert(format!("{method} {path}"), id.clone());
                let has_body = operation.request_body.is_some();
                let content = match &operation.request_body {
                    Some(RefOr::T(body)) => body.content.values().next(),
                    _ => None,
                };
                let shape = match content {
                    Some(RefOr::T(content)) => content.schema.as_ref(),
                    _ => None,
                };
                let members = shape.map(|shape| members(shape, &shapes)).unwrap_or_default();
                addresses.insert(id, Address { method, path: path.clone(), has_body, members });
            }
            let methods = [
                ("GET", &item.get),
                ("PUT", &item.put),
                ("POST", &item.post),
                ("DELETE", &item.delete),
                ("PATCH", &item.patch),
                ("HEAD", &item.head),
            ];
            let mut methods: Vec<&str> =
                methods.iter().filter(|(_, op)| op.is_some()).map(|(name, _)| *name).collect();
            if methods.contains(&"GET") && !methods.contains(&"HEAD") {
                methods.push("HEAD");
            }
            templates.push((path.split('/').map(ToOwned::to_owned).collect(), methods));
        }
        Printed { yaml, json, templates, ids, addresses }
    })
}

/// The `operationId` of what stands at an address of the contract.
#[must_use]
pub fn operation_at(method: &str, path: &str) -> Option<&'static str> {
    printed().ids.get(&format!("{method} {path}")).map(String::as_str)
}

/// Where the operation of this id stands.
#[must_use]
pub fn address_of(operation_id: &str) -> Option<&'static Address> {
    printed().addresses.get(operation_id)
}

/// The methods the contract knows for a path, for 405 answers.
#[must_use]
pub fn methods_of(path: &str) -> Option<String> {
    let asked: Vec<&str> = path.split('/').collect();
    let matches = |template: &[String]| {
        template.len() == asked.len()
            && template.iter().zip(&asked).all(|(t, a)| (t.starts_with('{') && !a.is_empty()) || t == a)
    };
    let mut methods: Vec<&str> = Vec::new();
    for (_, allowed) in printed().templates.iter().filter(|(template, _)| matches(template)) {
        for method in allowed {
            if !methods.contains(method) {
                methods.push(method);
            }
        }
    }
    (!methods.is_empty()).then(|| {
        methods.push("OPTIONS");
        methods.join(", ")
    })
}

/// Serves the contract itself.
pub fn routes(cfg: &mut web::ServiceConfig) {
    let yaml = || async { HttpResponse::Ok().content_type("application/yaml").body(printed().yaml.as_str()) };
    let json = || async { HttpResponse::Ok().content_type("application/json").body(printed().json.as_str()) };
    cfg.service(read_only("/openapi.yaml", web::get().to(yaml)));
    cfg.service(read_only("/openapi.json", web::get().to(json)));
}
