//! What a phone does without a line and pushes later: the closed set of changes, and what becomes of each.
//!
//! Each kind is an operation of the contract, by its own name: there is one way to do each thing, and what may be pushed is
//! what a team does between its dispatch and the handing in of a visit.

/// Most changes in one push.
pub const MOST_CHANGES: usize = 200;

words! {
    /// The operation that a change stands for.
    Kind {
        /// The team stands in the door.
        CheckIn = "check_in",
        /// A sealed visit is made known before that.
        DiscloseVisit = "disclose_visit",
        /// An answer to an item.
        PutResponse = "put_response",
        /// The lead decides between two answers.
        DecideAnswer = "decide_answer",
        /// Somebody who received the team.
        PutAttendee = "put_attendee",
        /// They were entered by mistake.
        RemoveAttendee = "remove_attendee",
        /// What the team explained on the spot.
        PutGuidance = "put_guidance",
        /// That was entered by mistake.
        RemoveGuidance = "remove_guidance",
        /// A photo is promised.
        DeclarePhoto = "declare_photo",
        /// A photo is taken back.
        WithdrawPhoto = "withdraw_photo",
        /// Why items stay without an answer.
        LeaveUnanswered = "leave_unanswered",
        /// The recording ends.
        CloseRecording = "close_recording",
        /// A candidate finding, or a strength.
        ProposeFinding = "propose_finding",
        /// A recommendation.
        EnterRecommendation = "enter_recommendation",
        /// What somebody else says of an item.
        EnterAssessment = "enter_assessment",
        /// A candidate is confirmed.
        ConfirmFinding = "confirm_finding",
        /// A candidate is dismissed.
        DismissFinding = "dismiss_finding",
        /// The minutes are written.
        DraftMinutes = "draft_minutes",
        /// A side signs.
        SignMinutes = "sign_minutes",
        /// A side takes that back.
        WithdrawSignature = "withdraw_signature",
        /// The visit is handed in.
        SubmitVisit = "submit_visit",
        /// The visit is broken off.
        AbortVisit = "abort_visit",
    }
}

impl Kind {
    /// Whether what it changes has versions, of which a change names the one it rests on.
    #[must_use]
    pub fn is_versioned(self) -> bool {
        self.corrects() || matches!(self, Self::RemoveAttendee | Self::RemoveGuidance)
    }

    fn corrects(self) -> bool {
        matches!(self, Self::PutResponse | Self::PutAttendee | Self::PutGuidance)
    }

    /// Whether what clashes with what stands is kept beside it; its operation then answers 202.
    #[must_use]
    pub fn keeps_both(self) -> bool {
        self.corrects() || self == Self::CheckIn
    }

    /// Whether doing it once more after it took effect answers what it answered, and changes nothing that somebody else did
    /// since: then an answer that died with its process is had by asking again.
    #[must_use]
    pub fn may_be_asked_again(self) -> bool {
        !matches!(
            self,
            Self::PutAttendee
                | Self::PutGuidance
                | Self::ProposeFinding
                | Self::EnterRecommendation
                | Self::EnterAssessment
                | Self::DraftMinutes
                | Self::LeaveUnanswered
                | Self::WithdrawSignature
        )
    }

    /// Members of its body that may differ when it is sent again: the device's clock as it sends, and what is signed over
    /// that.
    #[must_use]
    pub fn of_the_moment(self) -> &'static [&'static str] {
        match self {
            Self::CheckIn => &["device_clock"],
            Self::DeclarePhoto => &["device_clock", "envelope"],
            _ => &[],
        }
    }
}

words! {
    /// What became of a change.
    Outcome {
        /// It took effect, now or when it was pushed before.
        Applied = "applied",
        /// It clashes with what somebody else did: both are kept, and a person decides.
        Conflict = "conflict",
        /// It was refused and changed nothing; the problem says why, and what to do.
        Refused = "refused",
        /// Nobody looked at it, because one before it met an outage or is still under way: push it again.
        NotTried = "not_tried",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_versions_is_told_from_what_has_none() {
        let versioned = Kind::ALL.iter().filter(|kind| kind.is_versioned() && kind.keeps_both());
        assert!(versioned.eq(&[Kind::PutResponse, Kind::PutAttendee, Kind::PutGuidance]));
        let removed = Kind::ALL.iter().filter(|kind| kind.is_versioned() && !kind.keeps_both());
        assert!(removed.eq(&[Kind::RemoveAttendee, Kind::RemoveGuidance]));
        let both = Kind::ALL.iter().filter(|kind| kind.keeps_both() && !kind.is_versioned());
        assert!(both.eq(&[Kind::CheckIn]));
        assert_eq!(Kind::parse("sign_minutes"), Some(Kind::SignMinutes));
        assert_eq!(Kind::parse("grant_role"), None);
    }
}
