//! The life of an action and its time, tried from outside.

#![allow(clippy::unwrap_used, reason = "a test that can't make its input should stop")]

use super::*;
use jiff::civil::date;
use proptest::prelude::*;
use uuid::Uuid;

const STEPS: [Step; 7] =
    [Step::Issue, Step::Accept, Step::Start, Step::Report, Step::Verify, Step::Return, Step::Cancel];

fn listed(from: State, to: State) -> bool {
    use State::{Accepted, Cancelled, InProgress, Issued, Proposed, ReportedDone, Returned, VerifiedDone};
    let chain = [
        (Proposed, Issued),
        (Issued, Accepted),
        (Accepted, InProgress),
        (InProgress, ReportedDone),
        (ReportedDone, VerifiedDone),
        (ReportedDone, Returned),
        (Returned, InProgress),
        (Returned, ReportedDone),
    ];
    chain.contains(&(from, to)) || (to == Cancelled && !from.is_over())
}

fn action(state: State, due: Option<Date>) -> Action {
    let id = Uuid::nil();
    Action {
        id: ActionId(id),
        owner: OwnerId(id),
        campaign: CampaignId(id),
        visit: VisitId(id),
        team: TeamId(id),
        kind: Kind::Correction,
        title: "Niêm yết lại".to_owned(),
        state,
        due_on: due,
        issued_at: None,
        programme: None,
        series: None,
        instance: 1,
        owners: vec![],
        targets: vec![],
        story: Story::default(),
        created_by: AccountId(id),
        created_at: Timestamp::UNIX_EPOCH,
        version: 1,
    }
}

fn request(until: Date) -> Extension {
    Extension {
        until,
        reason: "Chờ kinh phí".to_owned(),
        state: ExtensionState::Requested,
        by: AccountId(Uuid::nil()),
        at: Timestamp::UNIX_EPOCH,
        decision: None,
        decided_by: None,
    }
}

#[test]
fn the_list_and_nothing_but_the_list() {
    for from in State::ALL {
        for step in STEPS {
            match take(*from, step) {
                Ok(Move::To(to)) => assert!(listed(*from, to), "{from:?} {step:?} {to:?}"),
                Ok(Move::Done) => {}
                Err(no) => assert!(no.code.starts_with("action."), "{from:?} {step:?}"),
            }
        }
    }
}

#[test]
fn the_due_day_ends_at_midnight_in_vietnam() {
    let due = Some(date(2013, 7, 25));
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    assert!(!action(State::Issued, due).is_overdue(at("2013-07-25T16:59:59Z")));
    assert!(action(State::Issued, due).is_overdue(at("2013-07-25T17:00:00Z")));
    assert!(action(State::Returned, due).is_overdue(at("2013-07-25T17:00:00Z")));
    for state in [State::Proposed, State::ReportedDone, State::VerifiedDone, State::Cancelled] {
        assert!(!action(state, due).is_overdue(at("2014-01-01T00:00:00Z")), "{state:?}");
    }
}

/// L16: a report on Kế hoạch 138/KH-UBND, due on 15/12 and sent on 20/12.
#[test]
fn lateness_is_counted_in_local_days() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let mut late = action(State::InProgress, Some(date(2020, 12, 15)));
    assert_eq!(late.days_late(at("2020-12-15T16:59:59Z")), Some(0));
    assert_eq!(late.days_late(at("2020-12-15T17:00:00Z")), Some(1));
    late.state = State::ReportedDone;
    late.story.reports.push(Report {
        number: 1,
        note: "Báo cáo kết quả thực hiện".to_owned(),
        photos: vec![],
        papers: vec!["15/BC-UBND".to_owned()],
        by: AccountId(Uuid::nil()),
        at: at("2020-12-20T02:00:00Z"),
        due_on: late.due_on,
        returned_because: None,
        remarks: vec![],
        reached: vec![],
    });
    assert_eq!(late.days_late(at("2021-06-01T00:00:00Z")), Some(5), "it stays five days late");
    late.due_on = Some(date(2020, 12, 31));
    assert_eq!(late.days_late(at("2021-06-01T00:00:00Z")), Some(5), "more time given later changes nothing");
    assert_eq!(
        action(State::Cancelled, Some(date(2020, 12, 15))).days_late(at("2021-06-01T00:00:00Z")),
        None
    );
}

#[test]
fn whoever_is_awaited_is_reminded() {
    let by = AccountId(Uuid::nil());
    let mut awaited = action(State::Issued, Some(date(2020, 12, 15)));
    awaited.remind("Đề nghị báo cáo trước 15/12.".to_owned(), by, Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(awaited.story.reminders.len(), 1);
    for state in [State::Proposed, State::ReportedDone, State::VerifiedDone, State::Cancelled] {
        let mut not = action(state, Some(date(2020, 12, 15)));
        let no = not.remind("x".to_owned(), by, Timestamp::UNIX_EPOCH);
        assert_eq!(no.map_err(|no| no.code), Err("action.no-time-runs"), "{state:?}");
    }
}

#[test]
fn time_is_asked_for_once_and_decided_once() {
    let mut of = action(State::Accepted, Some(date(2013, 7, 25)));
    let code = |no: Refusal| no.code;
    assert_eq!(of.ask_for_time(request(date(2013, 7, 25))).map_err(code), Err("action.extension"));
    of.ask_for_time(request(date(2013, 8, 9))).unwrap();
    assert_eq!(of.ask_for_time(request(date(2013, 9, 9))).map_err(code), Err("action.extension-asked"));
    let own = of.decide_time(true, "Đồng ý".to_owned(), AccountId(Uuid::nil()));
    assert_eq!(own.map_err(code), Err("action.own-request"), "somebody else decides");
    let office = AccountId(Uuid::from_u128(1));
    of.decide_time(true, "Đồng ý".to_owned(), office).unwrap();
    assert_eq!(of.due_on, Some(date(2013, 8, 9)));
    let again = of.decide_time(false, "Không".to_owned(), office);
    assert_eq!(again.map_err(code), Err("action.no-extension-asked"));
    let mut done = action(State::ReportedDone, Some(date(2013, 7, 25)));
    assert_eq!(done.ask_for_time(request(date(2013, 8, 9))).map_err(code), Err("action.no-time-runs"));
}

#[test]
fn no_time_is_given_for_what_is_over() {
    let office = AccountId(Uuid::from_u128(1));
    for state in State::ALL.iter().copied().filter(|state| *state != State::Proposed) {
        let mut of = action(state, Some(date(2013, 7, 25)));
        of.story.extensions.push(request(date(2013, 8, 9)));
        let given = of.decide_time(true, "Đồng ý".to_owned(), office).map_err(|no| no.code);
        if state.is_over() {
            assert_eq!(given, Err("action.no-time-runs"), "{state:?}");
            assert_eq!(of.due_on, Some(date(2013, 7, 25)), "{state:?}");
            assert_eq!(of.decide_time(false, "Đã xong".to_owned(), office), Ok(()), "the day is kept");
        } else {
            assert_eq!((given, of.due_on), (Ok(()), Some(date(2013, 8, 9))), "{state:?}");
        }
    }
}

#[test]
fn a_monthly_action_keeps_its_day_where_the_month_has_it() {
    let monthly = Recurrence { every: Every::Month, instances: 12 }.checked().unwrap();
    let days = monthly.due_days(date(2020, 1, 31)).unwrap();
    assert_eq!(days.len(), 12);
    assert_eq!(days.get(1), Some(&date(2020, 2, 29)));
    assert_eq!(days.get(11), Some(&date(2020, 12, 31)));
    assert!(Recurrence { every: Every::Year, instances: 1 }.checked().is_err());
}

proptest! {
    #[test]
    fn nothing_is_verified_that_nobody_reported(walk in prop::collection::vec(0..STEPS.len(), 0..40)) {
        let (mut state, mut reported) = (State::Proposed, false);
        for step in walk.into_iter().filter_map(|n| STEPS.get(n)) {
            if let Ok(Move::To(to)) = take(state, *step) {
                prop_assert!(listed(state, to));
                reported |= to == State::ReportedDone;
                state = to;
            }
            prop_assert!(state != State::VerifiedDone || reported);
        }
    }
}
