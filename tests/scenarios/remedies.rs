//! What S2 and S10 share: checklists of several items, visits that answer them, findings that the lead confirms.

use super::office::{Office, done};
use crate::harness::{House, Visitor, id_of};
use serde_json::{Value, json};
use uuid::Uuid;

impl Office {
    /// Publishes a checklist of yes-or-no items that need no photo; critical ones end in `!`.
    pub async fn checklist_asking(&self, code: &str, items: &[&str]) -> Uuid {
        let who = &self.scheduler.visitor;
        let new = json!({ "owner": self.owner, "code": code });
        let made = done(who.send("POST", "/v1/templates", Some(&new)).await);
        let text = |vi: &str| json!({ "vi": vi, "en": "" });
        let item = |code: &&str| {
            let plain = code.trim_end_matches('!');
            json!({ "code": plain, "question": text(&format!("Nội dung {plain} có đạt không?")), "weight": 1,
                "critical": plain != *code, "response": { "type": "yes_no_na", "pass": "yes" },
                "photo": { "min_count": 0, "when": "optional", "subject": "desk" } })
        };
        let items: Vec<Value> = items.iter().map(item).collect();
        let body =
            json!({ "title": text(code), "sections": [{ "title": text("Nội dung"), "items": items }] });
        let versions = format!("{}/versions", made.header("location"));
        let draft = done(who.send("POST", &versions, Some(&body)).await);
        let at = draft.header("location").to_owned();
        let published = done(who.send("POST", &format!("{at}/publish"), Some(&Value::Null)).await);
        published.body["id"].as_str().and_then(|id| id.parse().ok()).expect("an id")
    }

    /// Goes to a scheduled visit, answers its items and closes the recording.
    pub async fn record(
        &self,
        house: &House,
        visit: &str,
        (arrived, checklist): (&str, Uuid),
        answers: &[(&str, bool)],
    ) {
        let lead = &self.lead.visitor;
        done(self.scheduler.visitor.send("POST", &format!("{visit}/dispatch"), None).await);
        let came = json!({ "at": arrived, "device_clock": house.app.now() });
        done(lead.send("POST", &format!("{visit}/check-in"), Some(&came)).await);
        for (item, good) in answers {
            let answer = json!({ "visit": id_of(visit), "template_version": checklist, "item": item,
                "answer": { "type": "yes_no_na", "value": if *good { "yes" } else { "no" } },
                "answered_at": arrived });
            done(lead.send("PUT", &format!("/v1/responses/{}", Uuid::now_v7()), Some(&answer)).await);
        }
        done(lead.send("POST", &format!("{visit}/close-recording"), None).await);
    }

    /// Drafts, signs, submits and finalises; the lead stands by what was found.
    pub async fn conclude(&self, visit: &str) {
        let lead = &self.lead.visitor;
        let text = json!({ "text": "Biên bản kiểm tra" });
        done(lead.send("POST", &format!("{visit}/minutes"), Some(&text)).await);
        for side in ["team", "unit"] {
            let said = json!({ "side": side, "outcome": "signed", "signer_name": "Nguyễn Văn An",
                "signer_position": "Chủ tịch UBND" });
            done(lead.send("POST", &format!("{visit}/sign"), Some(&said)).await);
        }
        done(lead.send("POST", &format!("{visit}/submit"), None).await);
        self.confirm_all(visit).await;
        done(self.scheduler.visitor.send("POST", &format!("{visit}/finalise"), None).await);
    }

    /// Confirms whatever is still a candidate at a visit.
    pub async fn confirm_all(&self, visit: &str) -> Vec<Value> {
        let list = format!("/v1/findings?visit={}&state=candidate", id_of(visit));
        let mut confirmed = Vec::new();
        for finding in all(&self.lead.visitor, &list).await {
            let at = format!("/v1/findings/{}/confirm", finding["id"].as_str().expect("an id"));
            confirmed.push(done(self.lead.visitor.send("POST", &at, Some(&json!({}))).await).body);
        }
        confirmed
    }
}

/// Everything in a list, page by page.
pub async fn all(who: &Visitor, list: &str) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let (status, page) = who.get(&format!("{list}&limit=20{cursor}")).await;
        assert_eq!(status, 200, "{page}");
        items.extend(page["items"].as_array().expect("items").iter().cloned());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}
