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
    assert_eq!(code(Approved, Step::Activate, Grounds { decision: day, team: true, ..none }), Ok(Active));
    assert_eq!(code(Active, Step::Cancel, none), Err("campaign.state"));
}

#[test]
fn a_decision_older_than_its_plan_is_warned_about() {
    let (plan, decision) = (Date::constant(2021, 8, 2), Date::constant(2021, 8, 5));
    assert!(warnings(Some(plan), Some(decision)).is_empty());
    assert_eq!(warnings(Some(decision), Some(plan)), ["decision_before_plan"]);
    assert!(warnings(None, Some(plan)).is_empty());
}

/// The list of a campaign's life, written down a second time from the description of the process.
fn listed(from: CampaignState, to: CampaignState) -> bool {
    use CampaignState::{
        Active, Approved, Cancelled, Closed, Concluded, Draft, FieldworkClosed, MergedInto, Submitted,
    };
    let chain = [
        (Draft, Submitted),
        (Submitted, Approved),
        (Approved, Active),
        (Active, FieldworkClosed),
        (FieldworkClosed, Concluded),
        (Concluded, Closed),
        (Draft, Cancelled),
        (Submitted, Cancelled),
        (Draft, MergedInto),
        (Approved, MergedInto),
    ];
    chain.contains(&(from, to))
}

fn whole() -> Grounds {
    let day = Some(Date::constant(2021, 8, 5));
    Grounds { plan: day, decision: day, notice: day, team: true, open_visits: false, open_actions: false }
}

#[test]
fn a_life_follows_the_list_and_nothing_but_the_list() {
    let mut reached = Vec::new();
    for from in CampaignState::ALL {
        for what in Step::ALL {
            match step(from, what, whole()) {
                Ok(to) => reached.push((from, to)),
                Err(no) => assert_eq!(no.code, "campaign.state", "{from:?} {what:?}"),
            }
        }
    }
    assert!(reached.iter().all(|(from, to)| listed(*from, *to)));
    let all =
        CampaignState::ALL.into_iter().flat_map(|a| CampaignState::ALL.into_iter().map(move |b| (a, b)));
    assert_eq!(reached.len(), all.filter(|(from, to)| listed(*from, *to)).count());
}

#[test]
fn every_guard_has_a_refusal_of_its_own() {
    use CampaignState::{Active, Approved, Concluded, FieldworkClosed, Submitted};
    let code = |from, what, grounds| step(from, what, grounds).err().map(|no| no.code);
    let bare = Grounds { plan: None, decision: None, ..whole() };
    assert_eq!(code(Submitted, Step::Approve, bare), Some("campaign.no-plan"));
    assert_eq!(code(Approved, Step::Activate, bare), Some("campaign.no-decision"));
    let alone = Grounds { team: false, ..whole() };
    assert_eq!(code(Approved, Step::Activate, alone), Some("campaign.no-team"));
    let busy = Grounds { open_visits: true, ..whole() };
    assert_eq!(code(Active, Step::CloseFieldwork, busy), Some("campaign.visits-open"));
    let silent = Grounds { notice: None, ..whole() };
    assert_eq!(code(FieldworkClosed, Step::Conclude, silent), Some("campaign.no-notice"));
    let unfinished = Grounds { open_actions: true, ..whole() };
    assert_eq!(code(Concluded, Step::Close, unfinished), Some("campaign.actions-open"));
}

/// M09, L08: papers of the party are told apart by their numbers.
#[test]
fn state_and_party_bodies_are_told_apart_by_their_numbers() {
    let kind = |text: &str| DocumentNumber::parse(text).ok().map(|n| n.issuer_kind());
    assert_eq!(kind("133/KH-UBND"), Some(IssuerKind::State));
    assert_eq!(kind("01/2025/QĐ-UBND"), Some(IssuerKind::State));
    assert_eq!(kind("11-HD/HU"), Some(IssuerKind::Party));
    assert_eq!(kind("168-KH/TU"), Some(IssuerKind::Party));
}

/// X01: a plan for 2017 and the following years.
#[test]
fn an_outline_may_be_open_towards_the_future_and_not_towards_the_past() {
    let outline =
        |years| Outline { title: "Nâng cao chỉ số CCHC".to_owned(), years, ..Outline::default() };
    assert!(outline((Some(2017), None)).checked().is_ok());
    for bad in [(None, Some(2017)), (Some(2018), Some(2017)), (Some(17), None)] {
        assert!(outline(bad).checked().is_err(), "{bad:?}");
    }
}

proptest! {
    #[test]
    fn no_walk_leaves_the_list_nor_skips_a_guard(
        walk in prop::collection::vec((0_usize..8, any::<(bool, bool, bool, bool, bool, bool)>()), 0..30),
    ) {
        let mut state = CampaignState::Draft;
        for (n, (plan, decision, notice, team, open_visits, open_actions)) in walk {
            let Some(what) = Step::ALL.get(n) else { continue };
            let day = |there: bool| there.then(|| Date::constant(2021, 8, 2));
            let grounds = Grounds {
                plan: day(plan), decision: day(decision), notice: day(notice), team, open_visits, open_actions,
            };
            let Ok(to) = step(state, *what, grounds) else { continue };
            prop_assert!(listed(state, to));
            prop_assert!(to != CampaignState::Active || (decision && team));
            prop_assert!(to != CampaignState::Approved || plan || decision);
            prop_assert!(to != CampaignState::FieldworkClosed || !open_visits);
            prop_assert!(to != CampaignState::Concluded || notice);
            prop_assert!(to != CampaignState::Closed || !open_actions);
            prop_assert!(!state.is_over());
            state = to;
        }
    }

    #[test]
    fn what_is_read_as_a_number_reads_the_same_again(raw in "[0-9]{1,5}[/-][0-9A-ZĐa-z/-]{1,12}") {
        if let Ok(read) = DocumentNumber::parse(&raw) {
            prop_assert_eq!(DocumentNumber::parse(&read.written), Ok(read));
        }
    }
}
