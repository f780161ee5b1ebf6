//! Which parts of visits are to be told: all of them, or those that lines of their logs are about.

use crate::domain::ids::VisitId;
use crate::records::{Db, Result};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, SmallInt, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use std::collections::HashMap;
use uuid::Uuid;

/// Where a part stands among those of its visit: its kind, then its id. What is small comes before photos.
pub type Place = (i16, Uuid);

/// The visit itself.
pub const VISIT: i16 = 0;
/// Its minutes as a document.
pub const MINUTES: i16 = 1;
/// An answer.
pub const RESPONSE: i16 = 2;
/// Somebody who received the team.
pub const ATTENDEE: i16 = 3;
/// An entry of the guidance log.
pub const GUIDANCE: i16 = 4;
/// A finding.
pub const FINDING: i16 = 5;
/// A recommendation.
pub const RECOMMENDATION: i16 = 6;
/// A photo.
pub const PHOTO: i16 = 7;
/// A corrective action.
pub const ACTION: i16 = 8;
/// A photo that shows an action done, or replies to a finding.
pub const AFTER_PHOTO: i16 = 9;

/// What of a visit is to be told.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// Which visit.
    pub visit: VisitId,
    /// Behind this line of its log; all of it where this is negative.
    pub told: i64,
    /// Up to this line.
    pub toward: i64,
    /// Whether the visit itself is to be told whatever its log says.
    pub anew: bool,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    visit: Uuid,
    #[diesel(sql_type = SmallInt)]
    kind: i16,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// A line that has no part of its own tells the visit anew; an addendum its answer; a photo the findings that show it.
const PARTS: &str = "WITH f AS (SELECT * FROM unnest($1, $2, $3, $4) AS f (visit, told, toward, anew)),
    line AS MATERIALIZED (SELECT DISTINCT c.visit_id AS visit, c.object_kind AS kind,
            CASE WHEN c.object_kind IN ('response', 'attendee', 'guidance', 'finding', 'recommendation', 'photo', 'action')
                THEN c.object_id::uuid END AS id,
            CASE WHEN c.deed = 'minutes.addendum' THEN c.details ->> 'item' END AS item
        FROM f JOIN custody c ON c.visit_id = f.visit AND c.visit_number > f.told AND c.visit_number <= f.toward
        WHERE f.told >= 0),
    whole AS MATERIALIZED (SELECT visit FROM f WHERE told < 0),
    itself AS MATERIALIZED (SELECT visit FROM f WHERE told < 0 OR anew
        UNION SELECT visit FROM line WHERE id IS NULL)
    SELECT visit, 0::smallint AS kind, visit AS id FROM itself
    UNION SELECT v.id, 1::smallint, v.id FROM itself i JOIN visits v ON v.id = i.visit WHERE v.minutes IS NOT NULL
    UNION SELECT visit, 2::smallint, id FROM line WHERE kind = 'response'
    UNION SELECT r.visit_id, 2::smallint, r.id FROM line l JOIN responses r
        ON r.visit_id = l.visit AND r.item_code = l.item WHERE l.item IS NOT NULL
    UNION SELECT w.visit, 2::smallint, r.id FROM whole w JOIN responses r ON r.visit_id = w.visit
    UNION SELECT visit, 3::smallint, id FROM line WHERE kind = 'attendee'
    UNION SELECT w.visit, 3::smallint, a.id FROM whole w JOIN visit_attendees a ON a.visit_id = w.visit
        WHERE a.removed_at IS NULL
    UNION SELECT visit, 4::smallint, id FROM line WHERE kind = 'guidance'
    UNION SELECT w.visit, 4::smallint, g.id FROM whole w JOIN visit_guidance g ON g.visit_id = w.visit
        WHERE g.removed_at IS NULL
    UNION SELECT visit, 5::smallint, id FROM line WHERE kind = 'finding'
    UNION SELECT l.visit, 5::smallint, x.id FROM line l JOIN photos p ON p.id = l.id JOIN findings x
        ON x.visit_id = p.visit_id AND (x.id = p.finding_id OR x.item_code = p.item_code) WHERE l.kind = 'photo'
    UNION SELECT w.visit, 5::smallint, x.id FROM whole w JOIN findings x ON x.visit_id = w.visit
    UNION SELECT visit, 6::smallint, id FROM line WHERE kind = 'recommendation'
    UNION SELECT w.visit, 6::smallint, r.id FROM whole w JOIN recommendations r ON r.visit_id = w.visit
    UNION SELECT l.visit, 7::smallint, p.id FROM line l JOIN photos p ON p.id = l.id
        WHERE l.kind = 'photo' AND p.action_id IS NULL AND p.reply_to IS NULL
    UNION SELECT w.visit, 7::smallint, p.id FROM whole w JOIN photos p ON p.visit_id = w.visit
        WHERE p.action_id IS NULL AND p.reply_to IS NULL
    UNION SELECT visit, 8::smallint, id FROM line WHERE kind = 'action'
    UNION SELECT w.visit, 8::smallint, a.id FROM whole w JOIN actions a ON a.visit_id = w.visit
    UNION SELECT l.visit, 9::smallint, p.id FROM line l JOIN photos p ON p.id = l.id
        WHERE l.kind = 'photo' AND (p.action_id IS NOT NULL OR p.reply_to IS NOT NULL)
    UNION SELECT w.visit, 9::smallint, p.id FROM whole w JOIN photos p ON p.visit_id = w.visit
        WHERE p.action_id IS NOT NULL OR p.reply_to IS NOT NULL";

/// The parts to be told of each of these visits, each visit's in their order.
///
/// # Errors
/// The database's own.
pub async fn to_tell(db: &mut Db, spans: &[Span]) -> Result<HashMap<VisitId, Vec<Place>>> {
    if spans.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Row> = diesel::sql_query(PARTS)
        .bind::<Array<SqlUuid>, _>(spans.iter().map(|span| span.visit.0).collect::<Vec<_>>())
        .bind::<Array<BigInt>, _>(spans.iter().map(|span| span.told).collect::<Vec<_>>())
        .bind::<Array<BigInt>, _>(spans.iter().map(|span| span.toward).collect::<Vec<_>>())
        .bind::<Array<Bool>, _>(spans.iter().map(|span| span.anew).collect::<Vec<_>>())
        .load(db)
        .await?;
    let mut of: HashMap<VisitId, Vec<Place>> = HashMap::new();
    for row in rows {
        of.entry(VisitId(row.visit)).or_default().push((row.kind, row.id));
    }
    for places in of.values_mut() {
        places.sort_unstable();
    }
    Ok(of)
}
