//! A register that is entered again after its units were changed here: nothing is undone, nothing doubled, each row is told.

use crate::harness::{House, Visitor};
use fieldproof::domain::actor::Role;
use serde_json::{Value, json};
use std::path::PathBuf;
use uuid::Uuid;

/// A small register in a file, and the ids in it.
struct Book {
    file: PathBuf,
    register: Value,
    ids: Vec<Uuid>,
}

impl Book {
    /// A province, two districts and four communes below the first of them.
    fn new() -> Self {
        let ids: Vec<Uuid> = (0..7).map(|_| Uuid::new_v4()).collect();
        let unit = |n: usize, name: &str, unit_type: &str, parent: Option<usize>| {
            json!({ "id": ids[n], "versions": [{ "name": name, "unit_type": unit_type,
                "parent": parent.map(|above| ids[above]), "official_code": format!("1{n:04}"),
                "valid_from": "2000-01-01", "valid_to": null, "instrument": null, "certainty": "high" }] })
        };
        let units = [
            unit(0, "Tỉnh Tuyên Quang", "province", None),
            unit(1, "Huyện Chiêm Hóa", "rural_district", Some(0)),
            unit(2, "Huyện Lâm Bình", "rural_district", Some(0)),
            unit(3, "Xã Minh Quang", "commune", Some(1)),
            unit(4, "Xã Phúc Sơn", "commune", Some(1)),
            unit(5, "Xã Thổ Bình", "commune", Some(1)),
            unit(6, "Xã Hồng Quang", "commune", Some(1)),
        ];
        let register = json!({ "source": "Danh mục 2020", "units": units });
        let file = std::env::temp_dir().join(format!("fieldproof-register-{}.json", ids[0]));
        Self { file, register, ids }
    }

    /// Enters what the book says now from the command line: its exit code and its lines.
    async fn enter(&self, house: &House) -> (Option<i32>, Vec<String>) {
        std::fs::write(&self.file, self.register.to_string()).expect("a file");
        let ended = house.run(&["import-units", self.file.to_str().expect("a path")], &[]).await;
        let said =
            [ended.stdout, ended.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
        (ended.status.code(), said.lines().map(ToOwned::to_owned).collect())
    }
}

impl Drop for Book {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.file);
    }
}

/// Every unit with its whole history and what happened to it, as the API tells it.
async fn told(who: &Visitor, ids: &[Uuid]) -> Vec<Value> {
    let mut all = Vec::new();
    for id in ids {
        all.push(who.get(&format!("/v1/units/{id}")).await.1["versions"].clone());
        all.push(who.get(&format!("/v1/unit-events?unit={id}")).await.1["items"].clone());
    }
    all
}

/// Renames, moves, merges and follows up units that a register brought in; the merged one's id.
async fn changed(who: &Visitor, ids: &[Uuid]) -> Uuid {
    let event = async |said: Value| {
        let (status, event) = who.post("/v1/unit-events", &said).await;
        assert_eq!(status, 201, "{event}");
        event
    };
    event(json!({ "kind": "rename", "instrument": "12/NQ-HĐND", "operating_date": "2021-01-01",
        "changes": [{ "unit": ids[3], "name": "Xã Minh Sơn" }] }))
    .await;
    event(json!({ "kind": "transfer", "instrument": "1262/NQ-UBTVQH14", "operating_date": "2021-07-01",
        "changes": [{ "unit": ids[3], "parent": ids[2] }] }))
    .await;
    let merged =
        event(json!({ "kind": "merge", "instrument": "7/NQ-UBTVQH15", "operating_date": "2022-01-01",
        "opens": [{ "name": "Xã Thổ Sơn", "unit_type": "commune", "parent": ids[1] }],
        "closes": [ids[4], ids[5]],
        "successions": [{ "from": ids[4], "to_opened": 0, "portion": "whole" },
            { "from": ids[5], "to_opened": 0, "portion": "whole" }] }))
        .await;
    let next = json!({ "name": "Xã Hồng Sơn", "unit_type": "commune", "parent": ids[1], "valid_from": "2023-01-01" });
    let (status, said) = who.post(&format!("/v1/units/{}/versions", ids[6]), &next).await;
    assert_eq!(status, 201, "{said}");
    merged["successions"][0]["to"].as_str().expect("a successor").parse().expect("an id")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_register_entered_again_neither_undoes_nor_doubles_what_was_recorded_here() {
    let house = House::open().await;
    let admin = house.officer("Quản trị", &[(Role::Administrator, None)]).await.visitor;
    let mut book = Book::new();
    let (code, lines) = book.enter(&house).await;
    assert_eq!(code, Some(0), "{lines:?}");
    assert_eq!(lines[3], "created   /units/3 Xã Minh Quang");
    let (code, lines) = book.enter(&house).await;
    assert_eq!(code, Some(0));
    assert!(lines[..7].iter().all(|line| line.starts_with("unchanged /units/")), "{lines:?}");

    let merged = changed(&admin, &book.ids).await;
    let every: Vec<Uuid> = book.ids.iter().copied().chain([merged]).collect();
    let before = told(&admin, &every).await;
    for _ in 0..2 {
        let (code, lines) = book.enter(&house).await;
        assert_eq!(code, Some(0), "{lines:?}");
        let expected = [
            "unchanged /units/0 Tỉnh Tuyên Quang",
            "unchanged /units/1 Huyện Chiêm Hóa",
            "unchanged /units/2 Huyện Lâm Bình",
            "unchanged /units/3 Xã Minh Quang, changed here since",
            "unchanged /units/4 Xã Phúc Sơn, changed here since",
            "unchanged /units/5 Xã Thổ Bình, changed here since",
            "unchanged /units/6 Xã Hồng Quang, changed here since",
        ];
        assert_eq!(lines[..7], expected);
        assert_eq!(told(&admin, &every).await, before);
    }

    // A new edition with a new commune and a corrected code, and one row that contradicts what was recorded: nothing of it.
    let new = Uuid::new_v4();
    let mut added = book.register["units"][3].clone();
    (added["id"], added["versions"][0]["name"]) = (json!(new), json!("Xã Tân Mỹ"));
    let units = book.register["units"].as_array_mut().expect("units");
    units.push(added);
    units[2]["versions"][0]["official_code"] = json!("071");
    units[3]["versions"][0]["valid_to"] = json!("2024-01-01");
    let (code, lines) = book.enter(&house).await;
    assert_eq!(code, Some(1), "{lines:?}");
    assert!(
        lines.iter().any(|line| line.starts_with("refused   /units/3/versions/0 register.recorded-here")),
        "{lines:?}"
    );
    assert_eq!(told(&admin, &every).await, before);
    assert_eq!(admin.get(&format!("/v1/units/{new}")).await.0, 404);

    // Without that row it is taken.
    book.register["units"][3]["versions"][0]["valid_to"] = Value::Null;
    let (code, lines) = book.enter(&house).await;
    assert_eq!(code, Some(0), "{lines:?}");
    assert_eq!(
        (lines[2].as_str(), lines[7].as_str()),
        ("corrected /units/2 Huyện Lâm Bình", "created   /units/7 Xã Tân Mỹ")
    );
    assert_eq!(told(&admin, &every[3..]).await, before[6..]);
    house.close().await;
}

/// What an edition adds behind, or below, what was changed here would stand beside it: a person decides.
#[tokio::test(flavor = "multi_thread")]
async fn an_edition_that_stands_beside_what_was_recorded_here_is_refused() {
    let house = House::open().await;
    let admin = house.officer("Quản trị", &[(Role::Administrator, None)]).await.visitor;
    let mut book = Book::new();
    assert_eq!(book.enter(&house).await.0, Some(0));
    changed(&admin, &book.ids).await;
    let as_first = book.register.clone();
    let refused = async |book: &Book, place: &str| {
        let (code, lines) = book.enter(&house).await;
        let told = format!("refused   {place} register.recorded-here");
        assert!(code == Some(1) && lines.iter().any(|line| line.starts_with(&told)), "{place}: {lines:?}");
    };
    // The catalogue tells of the same renaming on its own: it would be there twice.
    let unit = &mut book.register["units"][3];
    let mut renamed = unit["versions"][0].clone();
    (renamed["name"], renamed["valid_from"]) = (json!("Xã Minh Sơn"), json!("2021-01-01"));
    unit["versions"][0]["valid_to"] = json!("2021-01-01");
    unit["versions"].as_array_mut().expect("versions").push(renamed);
    refused(&book, "/units/3/versions/1").await;
    // A district ends here, and the next edition opens a commune below it.
    book.register = as_first;
    let moved = json!({ "kind": "transfer", "instrument": "1/NQ", "operating_date": "2024-01-01",
        "changes": [{ "unit": book.ids[3], "parent": book.ids[1] }] });
    assert_eq!(admin.post("/v1/unit-events", &moved).await.0, 201);
    let abolished = json!({ "kind": "abolish", "instrument": "2/NQ", "operating_date": "2024-06-01",
        "closes": [book.ids[2]] });
    let (status, said) = admin.post("/v1/unit-events", &abolished).await;
    assert_eq!(status, 201, "{said}");
    let mut below = book.register["units"][3].clone();
    (below["id"], below["versions"][0]["parent"]) = (json!(Uuid::new_v4()), json!(book.ids[2]));
    book.register["units"].as_array_mut().expect("units").push(below);
    refused(&book, "/units/7/versions/0").await;
    house.close().await;
}
