//! The steps of a finding's life, and why a step is refused.

use super::{Kind, Outcome, State};
use crate::refusal::{Kind as Family, Refusal};

/// What somebody does to a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The lead stands by it.
    Confirm,
    /// The lead does not.
    Dismiss,
    /// The answer that gave rise to it is fine after all, and nobody has decided.
    Lapse,
    /// The unit is asked.
    RequestExplanation,
    /// The unit answers, asked or not: its right of reply.
    Explain,
    /// It stands after verification; also where the unit was asked and stayed silent.
    Uphold,
    /// The explanation was right.
    Withdraw,
    /// An action was issued for it.
    OpenAction,
    /// Each of its actions is verified for it.
    Remedy,
    /// Each of its actions is verified for all their findings.
    Close,
    /// A re-inspection saw it again.
    ReInspect(Outcome),
}

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// The finding goes to this state.
    To(State),
    /// It was done before.
    Done,
}

/// The list of steps: where each leads from a state.
///
/// # Errors
/// The step's own code when it does not fit; `finding.strength` for what is done to shortfalls only.
pub fn take(kind: Kind, state: State, step: Step) -> Result<Move, Refusal> {
    use State::{
        ActionOpen, Candidate, Closed, Confirmed, Dismissed, Explained, ExplanationRequested, Lapsed,
        Remedied, Upheld, Withdrawn,
    };
    if kind == Kind::Strength && !matches!(step, Step::Confirm | Step::Dismiss) {
        let detail = "A strength is confirmed or dismissed; nothing is explained or remedied about it.";
        return Err(Refusal::new(Family::Conflict, "finding.strength", detail));
    }
    let to = match (state, step) {
        (Candidate, Step::Confirm) => Confirmed,
        (Candidate, Step::Dismiss) => Dismissed,
        (Candidate, Step::Lapse) => Lapsed,
        (Confirmed | ActionOpen, Step::RequestExplanation) => ExplanationRequested,
        (Confirmed | ExplanationRequested | Explained | ActionOpen, Step::Explain) => Explained,
        (Explained | ExplanationRequested, Step::Uphold) => Upheld,
        (Explained, Step::Withdraw) => Withdrawn,
        (Confirmed | Upheld | Remedied, Step::OpenAction) => ActionOpen,
        (ActionOpen, Step::Remedy) => Remedied,
        (Remedied, Step::Close) => Closed,
        (Remedied, Step::ReInspect(Outcome::PartlyFixed)) => ActionOpen,
        (open, Step::ReInspect(Outcome::PartlyFixed)) if open.is_open() => open,
        (open, Step::ReInspect(_)) if open.is_open() => Closed,
        (Confirmed, Step::Confirm)
        | (Dismissed, Step::Dismiss)
        | (Lapsed, Step::Lapse)
        | (ExplanationRequested, Step::RequestExplanation)
        | (Upheld, Step::Uphold)
        | (Withdrawn, Step::Withdraw)
        | (ActionOpen, Step::OpenAction) => return Ok(Move::Done),
        _ => return Err(misplaced(state, step)),
    };
    Ok(Move::To(to))
}

fn misplaced(state: State, step: Step) -> Refusal {
    let (code, detail) = match step {
        Step::Confirm | Step::Dismiss | Step::Lapse => {
            ("finding.not-candidate", "Only a candidate is confirmed or dismissed.")
        }
        Step::RequestExplanation | Step::Explain => {
            ("finding.not-explainable", "Only a confirmed finding that is not done with is explained.")
        }
        Step::Uphold | Step::Withdraw => {
            ("finding.no-explanation", "There is no explanation waiting to be verified.")
        }
        Step::OpenAction => {
            ("finding.not-actionable", "Actions are issued for findings that are confirmed or upheld.")
        }
        Step::Remedy | Step::Close => {
            ("finding.not-remediable", "Only a finding with an open action is remedied.")
        }
        Step::ReInspect(_) => ("finding.not-open", "Only an open finding is looked at again."),
    };
    Refusal::new(Family::Conflict, code, format!("{detail} This one is {}.", state.as_str()))
}
