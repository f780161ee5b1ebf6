//! Lists of procedures, tried from outside.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that can't make its input should stop"
)]

use super::*;
use jiff::civil::date;
use proptest::prelude::*;
use uuid::Uuid;

fn procedure(code: &str, field: &str, from: Date, to: Option<Date>, replaced_by: Option<&str>) -> Procedure {
    Procedure {
        code: code.to_owned(),
        name: format!("Thủ tục {code}"),
        field: field.to_owned(),
        valid_from: from,
        valid_to: to,
        replaced_by: replaced_by.map(Into::into),
        instrument: None,
    }
}

fn posted(code: &str, field: Option<&str>) -> Posted {
    Posted { code: code.to_owned(), field: field.map(Into::into) }
}

fn list(procedures: Vec<Procedure>) -> ProcedureList {
    let fields: BTreeSet<&str> = procedures.iter().map(|of| of.field.as_str()).collect();
    let fields =
        fields.iter().map(|code| ProcedureField { code: (*code).into(), name: "Lĩnh vực".into() }).collect();
    ProcedureList { owner: OwnerId(Uuid::nil()), level: ProcedureLevel::Commune, fields, procedures }
}

/// M22, M23: three procedures on the board were abolished or replaced before 20 March 2020; two fields are missing.
#[test]
fn a_board_is_compared_with_what_is_in_force_on_the_day() {
    let start = date(2018, 1, 1);
    let all = [
        procedure("1.001", "ho_tich", start, None, None),
        procedure("1.002", "ho_tich", start, None, None),
        procedure("1.003", "dia_chinh", start, None, None),
        procedure("1.004", "ldtbxh", start, None, None),
        procedure("1.005", "ho_tich", start, Some(date(2019, 6, 1)), None),
        procedure("1.006", "ho_tich", start, Some(date(2020, 3, 20)), Some("1.002")),
        procedure("1.007", "dia_chinh", start, Some(date(2020, 1, 1)), None),
        procedure("1.008", "ho_tich", date(2020, 4, 1), None, None),
    ];
    let board = [
        posted("1.001", Some("dia_chinh")),
        posted("1.001", None),
        posted("1.005", None),
        posted("1.006", None),
        posted("1.007", None),
        posted("1.008", None),
        posted("9.999", None),
    ];
    let found = compare(&all, &board, date(2020, 3, 20), &[]);
    assert_eq!((found.posted, found.required), (1, 4));
    assert_eq!(
        found.missing.iter().map(|of| of.code.as_str()).collect::<Vec<_>>(),
        ["1.002", "1.003", "1.004"]
    );
    let outdated: Vec<(&str, OutdatedBecause)> =
        found.outdated.iter().map(|of| (of.procedure.code.as_str(), of.because)).collect();
    assert_eq!(
        outdated,
        [
            ("1.005", OutdatedBecause::Abolished),
            ("1.006", OutdatedBecause::Replaced),
            ("1.007", OutdatedBecause::Abolished),
            ("1.008", OutdatedBecause::NotYet),
        ]
    );
    assert_eq!((found.wrong_field.len(), found.wrong_field[0].posted_under.as_str()), (1, "dia_chinh"));
    assert_eq!(found.unknown, ["9.999"]);
    assert_eq!(found.missing_fields, ["dia_chinh", "ldtbxh"]);
    let of_one = compare(&all, &board, date(2020, 3, 19), &["ho_tich".to_owned()]);
    assert_eq!((of_one.posted, of_one.required), (2, 3), "on the day before, 1.006 was in force");
}

#[test]
fn a_list_adds_and_corrects_and_never_takes_away() {
    let (start, turn) = (date(2018, 1, 1), date(2020, 1, 1));
    let held =
        [procedure("1.001", "ho_tich", start, None, None), procedure("1.002", "ho_tich", start, None, None)];
    let next = list(vec![
        procedure("1.001", "ho_tich", start, Some(turn), Some("1.003")),
        procedure("1.003", "ho_tich", turn, None, None),
    ]);
    let done = enter(&held, &next).unwrap();
    assert_eq!((done.new.len(), done.corrected.len(), done.unchanged), (1, 1, 0));
    assert_eq!(enter(&next.procedures, &next).unwrap().unchanged, 2);
    let twice = list(vec![procedure("1.001", "ho_tich", turn, None, None)]);
    let no = enter(&held, &twice).unwrap_err();
    assert_eq!(
        (no.faults[0].code.as_str(), no.faults[0].pointer.as_str()),
        ("procedure.overlap", "/procedures/0")
    );
}

#[test]
fn faults_are_told_by_their_place() {
    let day = date(2020, 1, 1);
    let mut bad = list(vec![procedure("mã 1", "ho_tich", day, Some(day), Some("mã 1"))]);
    bad.fields[0].code = "Hộ tịch".into();
    let no = bad.checked().unwrap_err();
    let places: Vec<&str> = no.faults.iter().map(|f| f.pointer.as_str()).collect();
    let expected = [
        "/fields/0/code",
        "/procedures/0/code",
        "/procedures/0/field",
        "/procedures/0/valid_to",
        "/procedures/0/replaced_by",
    ];
    assert_eq!(places, expected);
}

proptest! {
    /// Whatever hangs on the board: what must be posted is either there or missing, and what hangs there is required,
    /// outdated, unknown or of no interest.
    #[test]
    fn nothing_is_lost(spans in prop::collection::vec((0_u8..20, 0_i16..60, 1_i16..40), 0..20), board in prop::collection::btree_set(0_u8..25, 0..20)) {
        let day = date(2020, 6, 1);
        let code = |n: u8| format!("1.{n:03}");
        let mut all: Vec<Procedure> = Vec::new();
        for (n, from, long) in spans {
            let from = date(2020 - from % 3, 1 + i8::try_from(from % 12).unwrap(), 1);
            let of = procedure(&code(n), "ho_tich", from, Some(from.saturating_add(jiff::Span::new().months(long))), None);
            if !all.iter().any(|other| other.overlaps(&of)) {
                all.push(of);
            }
        }
        let hanging: Vec<Posted> = board.iter().map(|n| posted(&code(*n), None)).collect();
        let found = compare(&all, &hanging, day, &[]);
        prop_assert_eq!(usize::try_from(found.required).unwrap(), usize::try_from(found.posted).unwrap() + found.missing.len());
        prop_assert_eq!(board.len(), usize::try_from(found.posted).unwrap() + found.outdated.len() + found.unknown.len());
    }
}

/// Of a board on which only some fields were looked at, nothing else is told, and everything that stands under one of them.
#[test]
fn only_the_fields_that_were_looked_at_are_compared() {
    let (start, turn) = (date(2018, 1, 1), date(2020, 1, 1));
    let all = [
        procedure("1.001", "ho_tich", start, None, None),
        procedure("1.003", "ho_tich", start, Some(turn), Some("1.004")),
        procedure("1.005", "dia_chinh", start, Some(turn), None),
        procedure("2.001", "dia_chinh", start, None, None),
        procedure("2.002", "dia_chinh", start, None, None),
    ];
    let board = [
        posted("2.001", Some("dia_chinh")),
        posted("2.002", Some("ho_tich")),
        posted("1.003", Some("ho_tich")),
        posted("1.001", Some("dia_chinh")),
        posted("1.005", None),
        posted("8.888", Some("ho_tich")),
        posted("9.999", Some("dia_chinh")),
    ];
    let found = compare(&all, &board, date(2020, 3, 20), &["dia_chinh".to_owned()]);
    let outdated: Vec<&str> = found.outdated.iter().map(|of| of.procedure.code.as_str()).collect();
    let misplaced: Vec<(&str, &str)> =
        found.wrong_field.iter().map(|of| (of.procedure.code.as_str(), of.posted_under.as_str())).collect();
    assert_eq!((found.posted, found.required), (2, 2));
    assert_eq!(outdated, ["1.005"]);
    assert_eq!(misplaced, [("1.001", "dia_chinh"), ("2.002", "ho_tich")]);
    assert_eq!(found.unknown, ["9.999"]);
}
