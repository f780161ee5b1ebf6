//! Lists of units as of a day: all, below one, or found by name.

use super::{Result, UnitAt, all_at};
use crate::domain::ids::UnitId;
use crate::domain::text;
use crate::domain::unit::UnitType;
use crate::records::Db;
use diesel::sql_types::{Array, Integer, Nullable, SmallInt, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::civil::Date;
use jiff_diesel::ToDiesel;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Which units are wanted.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// As of which day.
    pub day: Date,
    /// Only those directly below this one.
    pub parent: Option<UnitId>,
    /// Only those whose name holds this, with or without accents.
    pub name: Option<String>,
    /// Only those of one of these types on the day; of any where it is `None`.
    pub types: Option<Vec<UnitType>>,
}

/// Where a page ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// How well the name fits: 0 best.
    pub rank: i16,
    /// The name as `vietnamese_order` writes it.
    pub key: String,
    /// The unit.
    pub unit: UnitId,
}

/// A unit on a page, with its place.
#[derive(Clone, Debug)]
pub struct Found {
    /// The unit on the day.
    pub at: UnitAt,
    /// Its place in the list.
    pub place: Place,
}

#[derive(diesel::QueryableByName)]
struct Hit {
    #[diesel(sql_type = SmallInt)]
    rank: i16,
    #[diesel(sql_type = Text)]
    name_key: String,
    #[diesel(sql_type = SqlUuid)]
    unit_id: Uuid,
}

/// Without a name every row has rank 0, so the order is the index's own.
const LIST: &str = r#"
SELECT 0::smallint AS rank, vietnamese_order(name) AS name_key, unit_id FROM unit_versions
WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1) AND ($5 IS NULL OR unit_type = ANY($5))
  AND vietnamese_order(name) COLLATE "C" >= $2 AND (vietnamese_order(name) COLLATE "C" > $2 OR unit_id > $3)
ORDER BY vietnamese_order(name) COLLATE "C", unit_id LIMIT $4"#;

const BELOW: &str = r#"
SELECT 0::smallint AS rank, vietnamese_order(name) AS name_key, unit_id FROM unit_versions
WHERE parent_id = $6 AND valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1)
  AND ($5 IS NULL OR unit_type = ANY($5))
  AND vietnamese_order(name) COLLATE "C" >= $2 AND (vietnamese_order(name) COLLATE "C" > $2 OR unit_id > $3)
ORDER BY vietnamese_order(name) COLLATE "C", unit_id LIMIT $4"#;

/// The very name first, with its type or without; then exact accents, then the whole name without them, names that begin
/// with the words once their type is taken off, those that hold them so, those that hold each of them somewhere, and last
/// those with an apostrophe or a dash that hold them with blanks left out or put in: Ninh Phước for who types "phuoc ninh",
/// Ea H'leo for who types "ea h leo". Reads every version of the day: ten thousand rows for the whole country, a few
/// milliseconds.
const SEARCH: &str = r#"
SELECT rank, name_key, unit_id FROM (
    SELECT CASE
        WHEN written = ANY($7) THEN 0
        WHEN written LIKE ANY($8) THEN 1
        WHEN key = ANY($13) THEN 2
        WHEN key LIKE ANY($9) THEN 3
        WHEN key LIKE '%' || $12 || '%' THEN 4
        WHEN ' ' || key || ' ' LIKE ALL($10) THEN 5
        ELSE 6 END::smallint AS rank, vietnamese_order(name) COLLATE "C" AS name_key, unit_id
    FROM (
        SELECT name, unit_id, name_key AS key,
            lower(translate(name, '’‘ʼ´`–—‐‑', '''''''''''----') COLLATE "und-x-icu") AS written
        FROM unit_versions
        WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1)
          AND (name_key LIKE '%' || $12 || '%' OR ' ' || name_key || ' ' LIKE ALL($10)
            OR (name ~ '[''’‘ʼ´`–—‐‑-]' AND replace(name_key, ' ', '') LIKE '%' || replace($12, ' ', '') || '%'))
          AND ($5 IS NULL OR parent_id = $5) AND ($11 IS NULL OR unit_type = ANY($11))
    ) held
) hits
WHERE (rank, name_key, unit_id) > ($6, $2, $3)
ORDER BY rank, name_key, unit_id LIMIT $4"#;

/// One page of units as of a day, with their paths.
///
/// Lists are in the order of Vietnamese dictionaries; a search by name is ordered by how well it fits first.
///
/// # Errors
/// The database's own.
pub async fn page(db: &mut Db, wanted: &Wanted, after: Option<&Place>, limit: i64) -> Result<Vec<Found>> {
    let start = Place { rank: -1, key: String::new(), unit: UnitId(Uuid::nil()) };
    let after = after.unwrap_or(&start);
    let day = wanted.day.to_diesel();
    let parent = wanted.parent.map(|id| id.0);
    let types: Option<Vec<&str>> =
        wanted.types.as_ref().map(|all| all.iter().map(|one| one.as_str()).collect());
    let hits: Vec<Hit> = match (&wanted.name, parent) {
        (None, None) => {
            diesel::sql_query(LIST)
                .bind::<diesel::sql_types::Date, _>(day)
                .bind::<Text, _>(&after.key)
                .bind::<SqlUuid, _>(after.unit.0)
                .bind::<diesel::sql_types::BigInt, _>(limit)
                .bind::<Nullable<Array<Text>>, _>(types)
                .load(db)
                .await?
        }
        (None, Some(parent)) => {
            diesel::sql_query(BELOW)
                .bind::<diesel::sql_types::Date, _>(day)
                .bind::<Text, _>(&after.key)
                .bind::<SqlUuid, _>(after.unit.0)
                .bind::<diesel::sql_types::BigInt, _>(limit)
                .bind::<Nullable<Array<Text>>, _>(types)
                .bind::<SqlUuid, _>(parent)
                .load(db)
                .await?
        }
        (Some(name), _) => {
            let folded = text::fold(name);
            if folded.is_empty() {
                return Ok(Vec::new());
            }
            let key = text::literal(&folded);
            // A tone is right on either vowel.
            let written = text::placements(&text::plain_marks(name));
            let held: Vec<String> = written.iter().map(|name| format!("%{}%", text::literal(name))).collect();
            let prefixes = || UnitType::ALL.iter().filter_map(|t| t.prefix());
            let mut starts: Vec<String> = prefixes().map(|p| format!("{} {key}%", text::fold(p))).collect();
            starts.push(format!("{key}%"));
            let mut keys: Vec<String> = prefixes().map(|p| format!("{} {folded}", text::fold(p))).collect();
            keys.push(folded);
            let words: Vec<String> = key.split(' ').map(|word| format!("% {word} %")).collect();
            let mut whole: Vec<String> = prefixes()
                .flat_map(|p| written.iter().map(move |name| format!("{} {name}", p.to_lowercase())))
                .collect();
            whole.extend(written);
            diesel::sql_query(SEARCH)
                .bind::<diesel::sql_types::Date, _>(day)
                .bind::<Text, _>(&after.key)
                .bind::<SqlUuid, _>(after.unit.0)
                .bind::<diesel::sql_types::BigInt, _>(limit)
                .bind::<Nullable<SqlUuid>, _>(parent)
                .bind::<Integer, _>(i32::from(after.rank))
                .bind::<Array<Text>, _>(whole)
                .bind::<Array<Text>, _>(held)
                .bind::<Array<Text>, _>(starts)
                .bind::<Array<Text>, _>(words)
                .bind::<Nullable<Array<Text>>, _>(types)
                .bind::<Text, _>(key)
                .bind::<Array<Text>, _>(keys)
                .load(db)
                .await?
        }
    };
    let ids: Vec<UnitId> = hits.iter().map(|hit| UnitId(hit.unit_id)).collect();
    let mut at = all_at(db, &ids, wanted.day).await?;
    let found = hits.into_iter().filter_map(|hit| {
        let unit = UnitId(hit.unit_id);
        Some(Found { at: at.remove(&unit)?, place: Place { rank: hit.rank, key: hit.name_key, unit } })
    });
    Ok(found.collect())
}
