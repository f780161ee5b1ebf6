//! The steps of an action's life, and why a step is refused.

use super::State;
use crate::refusal::{Kind as Family, Refusal};

/// What somebody does to an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Issue it to its owners.
    Issue,
    /// An owner takes it on.
    Accept,
    /// An owner begins, or begins anew.
    Start,
    /// An owner says that it is done.
    Report,
    /// Each of its findings is verified.
    Verify,
    /// The evidence does not do.
    Return,
    /// It is not needed any more.
    Cancel,
}

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// The action goes to this state.
    To(State),
    /// It was done before.
    Done,
}

/// The list of steps: where each leads from a state.
///
/// # Errors
/// The step's own code when it does not fit.
pub fn take(state: State, step: Step) -> Result<Move, Refusal> {
    use State::{Accepted, Cancelled, InProgress, Issued, Proposed, ReportedDone, Returned, VerifiedDone};
    let to = match (state, step) {
        (Proposed, Step::Issue) => Issued,
        (Issued, Step::Accept) => Accepted,
        (Accepted | Returned, Step::Start) => InProgress,
        (InProgress | Returned, Step::Report) => ReportedDone,
        (ReportedDone, Step::Verify) => VerifiedDone,
        (ReportedDone, Step::Return) => Returned,
        (open, Step::Cancel) if !open.is_over() => Cancelled,
        (Issued, Step::Issue)
        | (Accepted, Step::Accept)
        | (InProgress, Step::Start)
        | (VerifiedDone, Step::Verify)
        | (Returned, Step::Return)
        | (Cancelled, Step::Cancel) => return Ok(Move::Done),
        _ => return Err(misplaced(state, step)),
    };
    Ok(Move::To(to))
}

fn misplaced(state: State, step: Step) -> Refusal {
    let (code, detail) = match step {
        Step::Issue => ("action.not-proposed", "Only a proposed action is issued."),
        Step::Accept => ("action.not-issued", "Only an issued action is accepted."),
        Step::Start => ("action.not-accepted", "An action is accepted before it begins."),
        Step::Report => ("action.not-in-progress", "Only an action under way is reported as done."),
        Step::Verify | Step::Return => ("action.not-reported", "Nobody has reported this action as done."),
        Step::Cancel => ("action.verified", "A verified action stands."),
    };
    Refusal::new(Family::Conflict, code, format!("{detail} This one is {}.", state.as_str()))
}
