//! What holds for units and their versions.

use super::*;
use proptest::prelude::*;
use uuid::Uuid;

fn said(name: &str, unit_type: &str, parent: Option<UnitId>) -> VersionSaid {
    VersionSaid {
        name: name.to_owned(),
        unit_type: unit_type.to_owned(),
        parent,
        official_code: None,
        valid_from: Date::constant(2021, 7, 1),
        valid_to: None,
        instrument: None,
        certainty: None,
    }
}

fn read(said: VersionSaid) -> Result<UnitVersion, Vec<String>> {
    UnitVersion::checked(UnitVersionId(Uuid::nil()), UnitId(Uuid::nil()), said)
        .map_err(|no| no.faults.into_iter().map(|f| f.code).collect())
}

#[test]
fn a_path_is_printed_as_on_official_papers() {
    let names = ["Xã Minh Quang", "Huyện Chiêm Hóa", "Tỉnh Tuyên Quang"];
    assert_eq!(path(names), "Xã Minh Quang, huyện Chiêm Hóa, tỉnh Tuyên Quang");
    assert_eq!(path(["Phường Hà Đông", "Thành phố Hà Nội"]), "Phường Hà Đông, thành phố Hà Nội");
    assert_eq!(path(["Tổ một cửa", "Văn phòng Huyện ủy"]), "Tổ một cửa, Văn phòng Huyện ủy");
}

#[test]
fn a_version_says_everything_that_is_wrong_with_it() {
    let parent = Some(UnitId(Uuid::from_u128(7)));
    assert!(read(said("Xã Minh Quang", "commune", parent)).is_ok());
    assert_eq!(read(said("Minh Quang", "commune", parent)), Err(vec!["unit.name-prefix".to_owned()]));
    assert_eq!(read(said("Tỉnh Tuyên Quang", "province", parent)), Err(vec!["unit.parent".to_owned()]));
    let mut bad = said("", "village", None);
    bad.valid_to = Some(bad.valid_from);
    assert_eq!(
        read(bad),
        Err(["text.refused", "unit.type-unknown", "unit.dates"].map(str::to_owned).to_vec())
    );
}

#[test]
fn versions_follow_without_gap_or_overlap() {
    let parent = Some(UnitId(Uuid::from_u128(7)));
    let Ok(mut last) = read(said("Xã Minh Quang", "commune", parent)) else { return };
    let day = Date::constant(2025, 7, 1);
    assert_eq!(follow(&last, day), Ok(day));
    assert_eq!(follow(&last, last.valid_from).map_err(|no| no.code), Err("unit.version-order"));
    last.valid_to = Some(Date::constant(2025, 6, 30));
    assert_eq!(follow(&last, day).map_err(|no| no.code), Err("unit.version-gap"));
}

proptest! {
    #[test]
    fn exactly_one_of_two_following_versions_holds(day in 0_i32..20_000, change in 1_i32..20_000) {
        let parent = Some(UnitId(Uuid::from_u128(7)));
        let mut first = said("Xã Minh Quang", "commune", parent);
        first.valid_from = BEGINNING;
        let at = |n: i32| BEGINNING.saturating_add(jiff::Span::new().days(n));
        first.valid_to = Some(at(change));
        let mut second = said("Phường Minh Quang", "ward", parent);
        second.valid_from = at(change);
        let (Ok(first), Ok(second)) = (read(first), read(second)) else { return Ok(()) };
        prop_assert!(first.holds_on(at(day)) != second.holds_on(at(day)));
    }
}
