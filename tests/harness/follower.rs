//! A phone that keeps up by pulling, as any client would; and what the server tells whoever reads thing by thing.

use super::Visitor;
use serde_json::Value;
use std::collections::BTreeMap;

/// Visit, kind and id to state.
pub type Held = BTreeMap<(String, String, String), Value>;

/// A phone with what it holds.
#[derive(Clone)]
pub struct Follower {
    who: Visitor,
    /// Where it is.
    pub cursor: Option<String>,
    /// What it holds.
    pub held: Held,
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

impl Follower {
    /// Holds nothing.
    pub fn new(who: &Visitor) -> Self {
        Self { who: who.clone(), cursor: None, held: Held::new() }
    }

    /// The same phone, whose place was never moved on.
    pub fn back_at(&self, cursor: Option<String>) -> Self {
        Self { cursor, ..self.clone() }
    }

    /// Asks for a page and keeps nothing of it.
    pub async fn ask(&self, limit: u8) -> Value {
        let cursor = self.cursor.as_ref().map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        let path = format!("/v1/sync?limit={limit}{cursor}");
        let (mut status, mut page) = self.who.get(&path).await;
        // In a crowd there may be no connection for two seconds.
        for _ in 0..5 {
            if status == 503 {
                (status, page) = self.who.get(&path).await;
            }
        }
        assert_eq!(status, 200, "{page}");
        let count = page["items"].as_array().expect("items").len();
        assert!(count <= usize::from(limit), "{count} items on a page of {limit}");
        page
    }

    /// Keeps a page; its items as `kind` and whether the visit was told from its beginning.
    pub fn keep(&mut self, page: &Value) -> Vec<String> {
        let mut kinds = Vec::new();
        for item in page["items"].as_array().expect("items") {
            let (kind, visit) = (text(&item["kind"]), text(&item["visit"]));
            if kind == "gone" || item["whole"] == true {
                self.held.retain(|(of, ..), _| *of != visit);
            }
            kinds.push(if item["whole"] == true { "whole".to_owned() } else { kind.clone() });
            let id = item["id"].as_str().map_or_else(|| visit.clone(), ToOwned::to_owned);
            if item["removed"] == true {
                assert_eq!(item["state"], Value::Null);
                self.held.remove(&(visit, kind, id));
            } else if kind != "gone" {
                self.held.insert((visit, kind, id), item["state"].clone());
            }
        }
        self.cursor = Some(text(&page["next"]));
        kinds
    }

    /// Pulls once.
    pub async fn pull(&mut self, limit: u8) -> (Vec<String>, bool) {
        let page = self.ask(limit).await;
        (self.keep(&page), page["more"] == true)
    }

    /// Pulls until there is no more; what was told.
    pub async fn catch_up(&mut self, limit: u8) -> Vec<String> {
        let mut all = Vec::new();
        for _ in 0..5000 {
            let (kinds, more) = self.pull(limit).await;
            all.extend(kinds);
            if !more {
                return all;
            }
        }
        panic!("there was always more");
    }

    /// Holds exactly what single readings tell.
    pub async fn holds_the_truth(&self) {
        let truth = truth(&self.who).await;
        let keys = |held: &Held| held.keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&self.held), keys(&truth));
        for (key, state) in &truth {
            assert_eq!(self.held[key], *state, "{key:?}");
        }
    }
}

async fn pages(who: &Visitor, path: &str) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let (status, page) = who.get(&format!("{path}{cursor}")).await;
        if status == 404 || status == 403 {
            return items;
        }
        assert_eq!(status, 200, "{path}: {page}");
        items.extend(page["items"].as_array().expect("items").iter().cloned());
        let Some(next) = page["next"].as_str() else { return items };
        cursor = format!("&cursor={next}");
    }
}

/// Everything somebody may see of visits, read thing by thing.
pub async fn truth(who: &Visitor) -> Held {
    let mut held = Held::new();
    let actions = pages(who, "/v1/corrective-actions?limit=200").await;
    for visit in pages(who, "/v1/visits?limit=200").await {
        if visit["state"] == "cancelled" {
            continue;
        }
        let id = text(&visit["id"]);
        let mut hold = |kind: &str, of: &str, state: Value| {
            held.insert((id.clone(), kind.to_owned(), of.to_owned()), state);
        };
        hold("visit", &id, who.get(&format!("/v1/visits/{id}")).await.1);
        let (status, minutes) = who.get(&format!("/v1/visits/{id}/minutes")).await;
        if status == 200 {
            hold("minutes", &id, minutes);
        }
        let lists = [
            ("response", format!("/v1/visits/{id}/responses?")),
            ("attendee", format!("/v1/visits/{id}/attendees?")),
            ("guidance", format!("/v1/visits/{id}/guidance?")),
            ("recommendation", format!("/v1/visits/{id}/recommendations?")),
        ];
        let findings = pages(who, &format!("/v1/findings?limit=200&visit={id}")).await;
        let opened = || actions.iter().filter(|action| action["visit"] == id.as_str());
        let narrowed = std::iter::once(format!("visit={id}"))
            .chain(opened().map(|action| format!("action={}", text(&action["id"]))))
            .chain(findings.iter().map(|finding| format!("reply_to={}", text(&finding["id"]))));
        let photos = narrowed.flat_map(|of| {
            ["", "&state=announced", "&state=withdrawn"]
                .map(|state| ("photo", format!("/v1/photos?limit=200&{of}{state}")))
        });
        for (kind, of) in opened().map(|of| ("action", of)).chain(findings.iter().map(|of| ("finding", of))) {
            hold(kind, of["id"].as_str().expect("an id"), of.clone());
        }
        for (kind, path) in lists.into_iter().chain(photos) {
            for item in pages(who, path.trim_end_matches('?')).await {
                hold(kind, item["id"].as_str().expect("an id"), item.clone());
            }
        }
    }
    held
}
