//! What holds for document numbers and for the life of a campaign.

use super::*;
use proptest::prelude::*;

fn parts(text: &str) -> Option<(i32, String)> {
    DocumentNumber::parse(text).ok().map(|n| (n.number, n.symbol))
}

#[test]
fn numbers_of_state_and_party_bodies_are_read() {
    assert_eq!(parts("133/KH-UBND"), Some((133, "KH-UBND".to_owned())));
    assert_eq!(parts("4889/QĐ-UBND"), Some((4889, "QĐ-UBND".to_owned())));
    assert_eq!(parts("11-HD/HU"), Some((11, "HD/HU".to_owned())));
    assert_eq!(parts("01/2025/QĐ-UBND"), Some((1, "2025/QĐ-UBND".to_owned())));
    assert_eq!(parts(" Số: 05/TB-UBND "), Some((5, "TB-UBND".to_owned())));
    assert_eq!(parts("05/tb-ubnd"), parts("5/TB-UBND"));
    assert_eq!(DocumentNumber::parse("Số: 05/TB-UBND").map(|n| n.written), Ok("05/TB-UBND".to_owned()));
}

#[test]
fn what_is_no_number_is_refused() {
    for bad in
        ["", "KH-UBND", "133", "133/", "0/KH-UBND", "12345678/KH-UBND", "133/KH UBND", "133/2025", "a/b"]
    {
        assert_eq!(parts(bad), None, "{bad}");
    }
}

const ALL_STEPS: [Step; 7] = [
    Step::Submit,
    Step::Approve,
    Step::Activate,
    Step::CloseFieldwork,
    Step::Conclude,
    Step::Close,
    Step::Cancel,
];

#[test]
fn a_campaign_needs_its_papers_and_its_team() {
    use CampaignState::{Active, Approved, Submitted};
    let day = Some(Date::constant(2021, 8, 5));
    let none = Grounds::default();
    let code = |from, what, grounds| step(from, what, grounds).map_err(|no| no.code);
    assert_eq!(code(Submitted, Step::Approve, none), Err("campaign.no-plan"));
    assert_eq!(code(Submitted, Step::Approve, Grounds { decision: day, ..none }), Ok(Approved));
    assert_eq!(code(Approved, Step::Activate, Grounds { plan: day, ..none }), Err("campaign.no-decision"));
    assert_eq!(code(Approved, Step::Activate, Grounds { decision: day, ..none }), Err("campaign.no-team"));
    assert_eq!(code(Approved, Step::Activate, Grounds { decision: day, team: true, plan: None }), Ok(Active));
    assert_eq!(code(Active, Step::Cancel, none), Err("campaign.state"));
}

#[test]
fn a_decision_older_than_its_plan_is_warned_about() {
    let (plan, decision) = (Date::constant(2021, 8, 2), Date::constant(2021, 8, 5));
    assert!(warnings(Some(plan), Some(decision)).is_empty());
    assert_eq!(warnings(Some(decision), Some(plan)), ["decision_before_plan"]);
    assert!(warnings(None, Some(plan)).is_empty());
}

proptest! {
    #[test]
    fn no_walk_reaches_fieldwork_without_a_decision(walk in prop::collection::vec(0_usize..7, 0..20)) {
        let grounds = Grounds { plan: Some(Date::constant(2021, 8, 2)), decision: None, team: true };
        let mut state = CampaignState::Draft;
        for n in walk {
            let Some(what) = ALL_STEPS.get(n) else { continue };
            state = step(state, *what, grounds).unwrap_or(state);
        }
        prop_assert!(!matches!(state, CampaignState::Active | CampaignState::FieldworkClosed | CampaignState::Concluded));
    }

    #[test]
    fn what_is_read_as_a_number_reads_the_same_again(raw in "[0-9]{1,5}[/-][0-9A-ZĐa-z/-]{1,12}") {
        if let Ok(read) = DocumentNumber::parse(&raw) {
            prop_assert_eq!(DocumentNumber::parse(&read.written), Ok(read));
        }
    }
}
