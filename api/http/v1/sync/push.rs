//! Doing the changes of a push one after the other, each once.

use super::ChangeResult;
use super::change::{Change, Places, Read};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::permission::Deed;
use crate::domain::refusal::Refusal;
use crate::domain::sync::{Kind, Outcome};
use crate::domain::visit::rule;
use crate::flows::replays::{self, Answer, Hold, Key, Turn};
use crate::flows::{self, Error};
use crate::http::actor::find_out;
use crate::http::deeds::{self, Needs};
use crate::http::inward::Inward;
use crate::http::problem::Problem;
use actix_web::http::StatusCode;
use actix_web::{ResponseError, web};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// How long whoever pushes is taken for who they were when they were last looked at.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// How often keeping an answer is tried.
const SETTLING: u8 = 3;

/// A push under way.
pub(super) struct Push {
    app: web::Data<App>,
    inward: web::Data<Inward>,
    actor: Actor,
    token: Option<String>,
    looked: Instant,
}

/// What became of a change, and whether those behind it are tried.
enum Done {
    Told(ChangeResult),
    Halt(ChangeResult),
}

impl Push {
    pub(super) fn new(
        app: web::Data<App>,
        inward: web::Data<Inward>,
        actor: Actor,
        token: Option<String>,
    ) -> Self {
        Self { app, inward, actor, token, looked: Instant::now() }
    }

    /// Does every change; one result for each.
    pub(super) async fn all(mut self, changes: Vec<Read>) -> Vec<ChangeResult> {
        let (mut results, mut halted) = (Vec::with_capacity(changes.len()), false);
        for (place, (id, change)) in changes.into_iter().enumerate() {
            if halted {
                results.push(ChangeResult::not_tried(id, &waits()));
                continue;
            }
            let done = match change {
                Ok(change) => self.one(id, &change, place).await,
                Err(problem) => Done::Told(ChangeResult::refused(id, problem, place)),
            };
            results.push(match done {
                Done::Told(result) => result,
                Done::Halt(result) => {
                    halted = true;
                    result
                }
            });
        }
        results
    }

    /// Does one change under its key.
    async fn one(&mut self, id: Value, change: &Change, place: usize) -> Done {
        if let Err(why) = self.still().await {
            return Done::Halt(ChangeResult::not_tried(id, &why.into()));
        }
        let deed = deed_of(change.kind);
        let key = Key::Change(change.id);
        let turn = replays::begin(&self.app, &self.actor, deed, key, change.fingerprint).await;
        let answer = match turn {
            Ok(Turn::First(hold)) => {
                let asked = self.inward.ask(&self.actor, change.asked.clone());
                let answer = answer(replays::under(&hold, asked).await);
                self.settle(&hold, &answer).await;
                (answer, false)
            }
            Ok(Turn::Again(answer)) => (answer, true),
            Err(Error::Refused(no)) if no.code == "idempotency.answer-lost" => {
                (self.lost(change).await, true)
            }
            Err(Error::Refused(no)) if no.code != "idempotency.in-progress" => {
                return Done::Told(ChangeResult::refused(id, of_its_id(no).into(), place));
            }
            Err(why) => return Done::Halt(ChangeResult::not_tried(id, &why.into())),
        };
        ChangeResult::of(id, change, answer, place)
    }

    /// Keeps the answer under its change. A key that is not given back keeps the next push waiting, so that a database that is
    /// busy for a moment is asked again.
    async fn settle(&self, hold: &Hold, answer: &Answer) {
        for _ in 0..SETTLING {
            match replays::settle(&self.app, hold, answer).await {
                Ok(()) => return,
                Err(why) => tracing::warn!(%why, "an answer could not be kept under its change"),
            }
        }
    }

    /// The answer to a change that took effect in a process that died before it said so.
    async fn lost(&self, change: &Change) -> Answer {
        if change.kind.may_be_asked_again() {
            return answer(self.inward.ask(&self.actor, change.asked.clone()).await);
        }
        Answer { status: StatusCode::OK.as_u16(), headers: json!({}), body: Vec::new() }
    }

    /// Looks again at who pushes: a long push ends with the session or the role it rested on.
    async fn still(&mut self) -> flows::Result<()> {
        if let Some(token) = self.token.as_deref().filter(|_| self.looked.elapsed() > LOOK_AGAIN) {
            self.actor = find_out(&self.app, token).await.0?;
            self.looked = Instant::now();
        }
        Ok(())
    }
}

/// The right that the operation needs which a change stands for.
fn deed_of(kind: Kind) -> Option<Deed> {
    match deeds::needs(kind.as_str())? {
        Needs::Right(deed) => Some(deed),
        Needs::Nothing => None,
    }
}

fn answer(told: flows::Result<crate::http::inward::Told>) -> Answer {
    let (status, body) = match told {
        Ok(told) => (told.status, told.body.to_vec()),
        Err(why) => {
            let problem = Problem::from(why);
            (problem.status_code().as_u16(), problem.told().to_string().into_bytes())
        }
    };
    Answer { status, headers: json!({}), body }
}

/// A change knows its id, and nothing of the key that is made of it.
fn of_its_id(no: Refusal) -> Refusal {
    if no.code != "idempotency.other-request" {
        return no;
    }
    rule("sync.id-taken", "/id", "This id was given to another change; a new change needs a new id.")
}

/// What stands behind a change that could not be tried.
fn waits() -> Problem {
    let detail = "A change before this one could not be tried; push the same again.";
    Problem::of_door(StatusCode::SERVICE_UNAVAILABLE, "sync.not-tried", detail).retry_after(5)
}

/// A push of which nothing was tried is an outage like any other.
pub(super) fn all_or_nothing(results: &[ChangeResult]) -> Result<(), Problem> {
    let first = results.first().filter(|first| first.outcome == Outcome::NotTried && first.status >= 500);
    if first.is_none() {
        return Ok(());
    }
    let outage = "nothing of a push was tried".to_owned();
    Err(Error::Busy(outage).into())
}

impl ChangeResult {
    fn of(id: Value, change: &Change, (answer, repeated): (Answer, bool), place: usize) -> Done {
        let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let outcome = match answer.status {
            500.. => {
                let repeated = false;
                let (outcome, body) = (Outcome::NotTried, Value::Null);
                return Done::Halt(Self {
                    id,
                    outcome,
                    repeated,
                    status: answer.status,
                    body,
                    problem: said,
                });
            }
            400.. => Outcome::Refused,
            202 if change.kind.keeps_both() => Outcome::Conflict,
            _ => Outcome::Applied,
        };
        let (body, mut problem) =
            if outcome == Outcome::Refused { (Value::Null, said) } else { (said, Value::Null) };
        within_push(&mut problem, &change.places, place);
        Done::Told(Self { id, outcome, repeated, status: answer.status, body, problem })
    }

    /// Refused before its operation was asked: what is named are places of the change itself.
    fn refused(id: Value, problem: Problem, place: usize) -> Self {
        let problem = problem.below(&format!("/changes/{place}"), &[]);
        let (outcome, status) = (Outcome::Refused, problem.status_code().as_u16());
        Self { id, outcome, repeated: false, status, body: Value::Null, problem: problem.told() }
    }

    fn not_tried(id: Value, problem: &Problem) -> Self {
        let (outcome, status) = (Outcome::NotTried, problem.status_code().as_u16());
        Self { id, outcome, repeated: false, status, body: Value::Null, problem: problem.told() }
    }
}

/// Moves the places in a problem from those of an operation to where they stand in a push. What is none of its places is a
/// thing of the visit, named as ever.
fn within_push(problem: &mut Value, places: &Places, place: usize) {
    let errors = problem.get_mut("errors").and_then(Value::as_array_mut);
    for error in errors.into_iter().flatten().filter_map(Value::as_object_mut) {
        let found = error.get("pointer").and_then(Value::as_str).and_then(|pointer| places.find(pointer));
        if let Some(found) = found {
            error.insert("pointer".to_owned(), Value::from(format!("/changes/{place}{found}")));
        }
    }
}
