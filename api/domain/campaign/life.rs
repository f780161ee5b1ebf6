//! The life of a campaign: which state follows which, on what grounds, and why a step is refused.

use crate::refusal::{Kind, Refusal};
use jiff::civil::Date;

/// Where a campaign stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CampaignState {
    /// Being written.
    Draft,
    /// Before the authority.
    Submitted,
    /// The plan is approved.
    Approved,
    /// A decision names the team; visits may be made.
    Active,
    /// No more visits.
    FieldworkClosed,
    /// The conclusion notice is out.
    Concluded,
    /// Every action is done, withdrawn or carried over.
    Closed,
    /// Given up before it was approved.
    Cancelled,
    /// Joined with another campaign, which goes on; this one is kept to read.
    MergedInto,
}

impl CampaignState {
    /// Every state, in the order of a life.
    pub const ALL: [Self; 9] = [
        Self::Draft,
        Self::Submitted,
        Self::Approved,
        Self::Active,
        Self::FieldworkClosed,
        Self::Concluded,
        Self::Closed,
        Self::Cancelled,
        Self::MergedInto,
    ];

    /// As stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Approved => "approved",
            Self::Active => "active",
            Self::FieldworkClosed => "fieldwork_closed",
            Self::Concluded => "concluded",
            Self::Closed => "closed",
            Self::Cancelled => "cancelled",
            Self::MergedInto => "merged_into",
        }
    }

    /// Reads a stored or sent state.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether nothing will happen under it any more.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Closed | Self::Cancelled | Self::MergedInto)
    }

    /// Whether title, topics, period, documents and teams may still change.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Submitted | Self::Approved | Self::Active)
    }

    /// Whether visits may be planned under it. They are told and made only while it is active.
    #[must_use]
    pub fn takes_plans(self) -> bool {
        self.is_open()
    }

    /// Whether it may be joined with another, as the one that ends or the one that goes on.
    #[must_use]
    pub fn may_merge(self) -> bool {
        matches!(self, Self::Draft | Self::Approved)
    }
}

/// What moves a campaign on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Put it before the authority.
    Submit,
    /// Approve the plan.
    Approve,
    /// Begin the fieldwork on a decision.
    Activate,
    /// End the fieldwork.
    CloseFieldwork,
    /// The notice is out.
    Conclude,
    /// Everything is settled.
    Close,
    /// Give it up.
    Cancel,
    /// Join it with another, which goes on.
    Merge,
}

impl Step {
    /// Every step.
    pub const ALL: [Self; 8] = [
        Self::Submit,
        Self::Approve,
        Self::Activate,
        Self::CloseFieldwork,
        Self::Conclude,
        Self::Close,
        Self::Cancel,
        Self::Merge,
    ];
}

/// What a campaign rests on, as far as its next step goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grounds {
    /// Date of its plan.
    pub plan: Option<Date>,
    /// Date of its decision.
    pub decision: Option<Date>,
    /// Date of its conclusion notice.
    pub notice: Option<Date>,
    /// Whether a team with a lead is named.
    pub team: bool,
    /// Whether a visit is planned or under way.
    pub open_visits: bool,
    /// Whether an action is neither done nor withdrawn nor carried over.
    pub open_actions: bool,
}

fn refused(code: &'static str, detail: impl Into<String>) -> Refusal {
    Refusal::new(Kind::Conflict, code, detail)
}

/// Refuses to let a campaign do without a paper on which it came where it stands.
///
/// # Errors
/// `document.in-use`.
pub fn stands_on(state: CampaignState, grounds: Grounds) -> Result<(), Refusal> {
    let lacks = match state {
        CampaignState::Approved => grounds.plan.is_none() && grounds.decision.is_none(),
        CampaignState::Active => grounds.decision.is_none(),
        _ => false,
    };
    if lacks {
        let detail = "The campaign stands on this paper; enter the right one first.";
        return Err(refused("document.in-use", detail));
    }
    Ok(())
}

/// The state a step leads to.
///
/// # Errors
/// `campaign.state` where the step does not go from here, `campaign.no-plan`, `campaign.no-decision`,
/// `campaign.no-team`, `campaign.visits-open`, `campaign.no-notice`, `campaign.actions-open`.
pub fn step(from: CampaignState, step: Step, grounds: Grounds) -> Result<CampaignState, Refusal> {
    use CampaignState::{
        Active, Approved, Cancelled, Closed, Concluded, Draft, FieldworkClosed, MergedInto, Submitted,
    };
    match (from, step) {
        (Draft, Step::Submit) => Ok(Submitted),
        // A standing decision carries surprise work without a plan of its own.
        (Submitted, Step::Approve) if grounds.plan.is_none() && grounds.decision.is_none() => {
            Err(refused("campaign.no-plan", "Enter the plan, or a standing decision, before approving."))
        }
        (Submitted, Step::Approve) => Ok(Approved),
        (Approved, Step::Activate) if grounds.decision.is_none() => {
            Err(refused("campaign.no-decision", "Enter the decision that sets up the team first."))
        }
        (Approved, Step::Activate) if !grounds.team => {
            Err(refused("campaign.no-team", "Name a team with its lead first."))
        }
        (Approved, Step::Activate) => Ok(Active),
        (Active, Step::CloseFieldwork) if grounds.open_visits => Err(refused(
            "campaign.visits-open",
            "Visits are planned or under way; finish or cancel them first.",
        )),
        (Active, Step::CloseFieldwork) => Ok(FieldworkClosed),
        (FieldworkClosed, Step::Conclude) if grounds.notice.is_none() => {
            Err(refused("campaign.no-notice", "Enter the conclusion notice first."))
        }
        (FieldworkClosed, Step::Conclude) => Ok(Concluded),
        (Concluded, Step::Close) if grounds.open_actions => {
            let detail = "Actions are neither done nor withdrawn nor carried over.";
            Err(refused("campaign.actions-open", detail))
        }
        (Concluded, Step::Close) => Ok(Closed),
        (Draft | Submitted, Step::Cancel) => Ok(Cancelled),
        (Draft | Approved, Step::Merge) => Ok(MergedInto),
        _ => Err(refused(
            "campaign.state",
            format!("A campaign that is {} does not take this step.", from.as_str()),
        )),
    }
}
