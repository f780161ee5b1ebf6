//! Changes made offline over HTTP: pushed in order, each answered for itself, the whole as often as a phone likes.

mod change;
mod push;

use crate::app::App;
use crate::domain::permission::{Deed, Subject, may};
use crate::domain::refusal::Refusal;
use crate::domain::sync::{MOST_CHANGES, Outcome};
use crate::flows;
use crate::http::actor::{Caller, bearer};
use crate::http::body::InParts;
use crate::http::context::Context;
use crate::http::inward::Inward;
use crate::http::problem::{Problem, ProblemDocument};
use crate::http::vocabulary;
use actix_web::{HttpRequest, HttpResponse, post, rt, web};
use change::OfflineChange;
use push::Push;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use tracing::Instrument;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

/// The operation.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(push_changes);
}

/// Changes in the order in which they were made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeBatch {
    /// 1 to 200; each is looked at for itself, so that one that can't be read keeps none of the others.
    #[schema(value_type = Vec<OfflineChange>, min_items = 1, max_items = 200)]
    changes: Vec<Box<RawValue>>,
}

/// What became of one change.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({ "id": "0195b1c2-7a3e-7c44-9b1d-5e6f7a8b9c0d", "outcome": "applied", "repeated": false, "status": 201,
    "body": { "id": "0195b1c2-7a3e-7c45-8d2a-1f2e3d4c5b6a", "version": 1 }, "problem": null }))]
pub struct ChangeResult {
    /// The change's id; `null` where what was sent is none.
    #[schema(value_type = Option<String>, format = Uuid)]
    id: Value,
    /// What became of it.
    #[schema(value_type = vocabulary::ChangeOutcome)]
    outcome: Outcome,
    /// Whether it took effect in a push before: then this is what was told then.
    repeated: bool,
    /// The status that the operation answers by itself.
    status: u16,
    /// What the operation answers by itself; with `conflict` what is kept of the change and, in `current`, what stands (of a check-in
    /// the visit as it stands). `null` where the operation answers nothing, and where the answer to a change that took effect was
    /// lost: read the state then.
    #[schema(value_type = Option<Object>)]
    body: Value,
    /// Why it was refused or not tried. Pointers that begin with `/changes` lead into this request; others name things of the
    /// visit, as the operation itself tells them: `/items/OSS-A01` is an item that lacks something.
    #[schema(value_type = Option<ProblemDocument>)]
    problem: Value,
}

/// What became of each change.
#[derive(Serialize, ToSchema)]
pub struct ChangeResults {
    /// One for each change, in their order.
    results: Vec<ChangeResult>,
}

/// Push changes made offline
///
/// A push is at most 1 MiB (413 else: push fewer at once). Does what each change stands for, in the order given, as the operation of its `kind` would: with the same rights, rules and
/// answers. Each is one transaction and has one result; what is refused does not stop those behind it. An outage does: what was not
/// tried says so, with `client_action` `retry`, and the same push is sent again, whole or in part, as often as it takes. A
/// change is known by its `id`: pushed again it has no second effect and gets the result it had, `repeated`; another content under the
/// same id is refused (`sync.id-taken`). One that was refused is looked at anew each time. An answer that rests on another version
/// than the current one, an entry that stands otherwise at another version than was named, and another check-in than the one
/// that stands, are a `conflict`: both are kept. Check-ins and declarations name `device_clock`: what is pushed was not sent at once.
/// `Idempotency-Key` is not for this operation: each change has a key of its own.
#[utoipa::path(tag = "sync", request_body = ChangeBatch, responses(
    (status = 200, description = "What became of each change.", body = ChangeResults)))]
#[post("/v1/sync")]
pub async fn push_changes(
    app: web::Data<App>,
    inward: web::Data<Inward>,
    caller: Caller,
    request: HttpRequest,
    batch: InParts<ChangeBatch>,
) -> Result<HttpResponse, Problem> {
    may(&caller.0, Deed::ChangeProfile, &Subject::default())?;
    let count = batch.0.changes.len();
    if !(1..=MOST_CHANGES).contains(&count) {
        let detail = format!("holds {count} changes; 1 to {MOST_CHANGES} are pushed at once");
        return Err(Refusal::field("/changes", "sync.changes", detail).into());
    }
    let changes = change::read_all(&batch.0.changes);
    let push = Push::new(app, inward, caller.0, bearer(&request));
    // In a task of its own: the framework drops whoever answers when a line is reset, and a change that was begun would keep the
    // next push waiting.
    let task = Context::current().cover(async move { push.all(changes).await });
    let results = rt::spawn(task.in_current_span()).await;
    let results = results.map_err(|why| flows::Error::Fault(why.to_string()))?;
    push::all_or_nothing(&results)?;
    Ok(HttpResponse::Ok().json(ChangeResults { results }))
}
