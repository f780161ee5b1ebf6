//! What the server tells a phone: kept visit by visit, each in a file of its own, and dropped when it is gone.

use crate::clock;
use crate::line::Failure;
use crate::lock;
use crate::sync::Phone;
use crate::visits::Place;
use serde_json::{Map, Value, json};

/// Items on a page: what a poor line carries in a few seconds.
const ON_A_PAGE: u8 = 100;

/// What pulling came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Pulled {
    /// Things that were told.
    pub told: usize,
    /// Visits that left the phone.
    pub gone: usize,
}

impl Phone {
    /// Pulls until the phone holds what the server held at one instant. Each page is kept before its cursor is: a phone that
    /// ends in between is told the page again, and keeps it again.
    ///
    /// # Errors
    /// [`Failure::Later`] where the line broke: the next pull goes on where this one got to.
    pub async fn pull(&self) -> Result<Pulled, Failure> {
        // Two at once would move one place on over what the other has not kept.
        let _alone = lock::patiently(&self.shelf.file("pull.lock")).await?;
        let (mut done, mut place) = (Pulled::default(), self.shelf.place()?);
        loop {
            let cursor = place.cursor.as_ref().map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
            let page = match self.line.get(&format!("/v1/sync?limit={ON_A_PAGE}{cursor}")).await {
                // The server knows nothing of what it told this phone: everything begins anew.
                Err(Failure::Refused(problem)) if place.cursor.is_some() && is_of_the_cursor(&problem) => {
                    place = Place::default();
                    continue;
                }
                page => page?,
            };
            let (Some(items), Some(next)) = (page["items"].as_array(), page["next"].as_str()) else {
                return Err(Failure::not_ours("no page of changes"));
            };
            for item in items {
                let visit = item["visit"].as_str().unwrap_or_default();
                if item["kind"] == "gone" {
                    self.shelf.drop_visit(visit)?;
                    place.visits.remove(visit);
                    done.gone += 1;
                } else {
                    // One that is damaged is told from its beginning.
                    let mut held = self.shelf.visit(visit).unwrap_or_default();
                    apply(&mut held, item);
                    self.shelf.keep_visit(visit, &held)?;
                    place.visits.insert(visit.to_owned());
                    done.told += 1;
                }
            }
            place.cursor = Some(next.to_owned());
            self.shelf.keep_place(&place)?;
            if page["more"] != true {
                // What was told before everything began anew, and was not told again, is gone.
                done.gone += self.shelf.drop_others(&place.visits)?;
                clock::ask_by_the_way(&self.line, &self.shelf).await;
                return Ok(done);
            }
        }
    }
}

fn is_of_the_cursor(problem: &Value) -> bool {
    problem["errors"].as_array().into_iter().flatten().any(|fault| fault["code"] == "parameter.cursor")
}

/// Puts one item in its place among what is held of its visit.
fn apply(held: &mut Map<String, Value>, item: &Value) {
    if item["whole"] == true {
        held.clear();
    }
    let kind = item["kind"].as_str().unwrap_or_default();
    let Some(id) = item["id"].as_str() else {
        held.insert(kind.to_owned(), item["state"].clone());
        return;
    };
    let all = held.entry(kind.to_owned()).or_insert_with(|| json!({}));
    let Some(all) = all.as_object_mut() else { return };
    if item["removed"] == true {
        all.remove(id);
    } else {
        all.insert(id.to_owned(), item["state"].clone());
    }
}

#[cfg(test)]
mod tests {
    use super::apply;
    use serde_json::{Map, Value, json};

    #[test]
    fn what_is_told_takes_the_place_of_what_is_held() {
        let mut held = Map::new();
        for item in [
            json!({ "kind": "attendee", "id": "a", "removed": false, "state": { "name": "An" } }),
            json!({ "kind": "visit", "whole": true, "state": { "version": 1 } }),
            json!({ "kind": "attendee", "id": "b", "removed": false, "state": { "name": "Bình" } }),
            json!({ "kind": "attendee", "id": "c", "removed": false, "state": { "name": "Chi" } }),
            json!({ "kind": "attendee", "id": "b", "removed": true, "state": null }),
            json!({ "kind": "visit", "whole": false, "state": { "version": 2 } }),
        ] {
            apply(&mut held, &item);
        }
        let told = json!({ "visit": { "version": 2 }, "attendee": { "c": { "name": "Chi" } } });
        assert_eq!(Value::Object(held), told);
    }
}
