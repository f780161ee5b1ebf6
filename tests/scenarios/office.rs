//! An inspecting office and its people, told over HTTP: campaigns with papers, teams, rounds, and visits made from the
//! plan to the last signature.

use super::s04::good;
use crate::harness::{Answer, Holder, House, Visitor};
use fieldproof::domain::actor::Role;
use fieldproof::flows::units::{self, Register};
use futures::{StreamExt, stream};
use serde_json::{Value, json};
use uuid::Uuid;

/// The register that comes with the product.
const REGISTER: &str = include_str!("../../api/library/units.json");

/// A unit of the register.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Its id.
    pub id: Uuid,
    /// Its code in the state's catalogue on that day.
    pub code: String,
    /// Its name on that day.
    pub name: String,
}

impl House {
    /// Enters the register of units.
    pub async fn with_register(&self) {
        let register: Register = serde_json::from_str(REGISTER).expect("a register");
        units::import(&self.app, register).await.expect("the register is entered");
    }
}

/// The unit of a district's code on a day, and what stood below it then, by code.
pub fn district(code: &str, day: &str) -> (Uuid, Vec<Unit>) {
    let register: Value = serde_json::from_str(REGISTER).expect("a register");
    let units = register["units"].as_array().expect("units");
    let all = units.iter().flat_map(|unit| {
        let id: Uuid = unit["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
        unit["versions"].as_array().into_iter().flatten().map(move |version| (id, version))
    });
    let holds = |version: &Value| {
        version["valid_from"].as_str().is_none_or(|from| from <= day)
            && version["valid_to"].as_str().is_none_or(|to| day < to)
    };
    let now: Vec<(Uuid, &Value)> = all.filter(|(_, version)| holds(version)).collect();
    let text = |version: &Value, field: &str| version[field].as_str().unwrap_or_default().to_owned();
    let is_district =
        |version: &Value| ["rural_district", "urban_district"].contains(&text(version, "unit_type").as_str());
    let (found, _) = now
        .iter()
        .find(|(_, version)| text(version, "official_code") == code && is_district(version))
        .expect("the district");
    let mut below: Vec<Unit> = now
        .iter()
        .filter(|(_, version)| text(version, "parent") == found.to_string())
        .map(|(id, v)| Unit { id: *id, code: text(v, "official_code"), name: text(v, "name") })
        .collect();
    below.sort_by(|a, b| a.code.cmp(&b.code));
    (*found, below)
}

/// An inspecting office.
pub struct Office {
    /// The owner.
    pub owner: Uuid,
    /// Home affairs.
    pub scheduler: Holder,
    /// The authority.
    pub authority: Holder,
    /// A lead.
    pub lead: Holder,
    /// A member.
    pub member: Holder,
}

/// Somebody's ids in a plan.
pub struct Setting {
    /// The campaign's address.
    pub at: String,
    /// The campaign.
    pub campaign: Uuid,
    /// Its team.
    pub team: Uuid,
}

fn uuid(value: &Value) -> Uuid {
    value.as_str().and_then(|id| id.parse().ok()).expect("an id")
}

/// Whatever must succeed.
pub fn done(answer: Answer) -> Answer {
    assert!((200..300).contains(&answer.status), "{} {}", answer.status, answer.body);
    answer
}

/// A paper of a campaign.
pub fn paper(kind: &str, number: &str, issuer: &str, day: &str) -> Value {
    json!({ "kind": kind, "number": number, "issuer": issuer, "issued_on": day })
}

impl Office {
    /// Opens an office with its people; an administrator enters the owner.
    pub async fn open(house: &House, code: &str, name: &str) -> Self {
        let root = house.officer("Quản trị", &[(Role::Administrator, None)]).await.visitor;
        let made = done(root.send("POST", "/v1/owners", Some(&json!({ "code": code, "name": name }))).await);
        let owner = uuid(&made.body["id"]);
        let person = async |name: &str, role| house.holder(name, &[(role, owner, None)]).await;
        Self {
            owner,
            scheduler: person("Lê Văn Kế", Role::Scheduler).await,
            authority: person("Hồ Thị Chủ", Role::Authority).await,
            lead: person("Mai Văn Bảy", Role::TeamLead).await,
            member: person("Trần Thị Bình", Role::Member).await,
        }
    }

    /// Publishes a checklist of one item that needs no photo; its version's id.
    pub async fn checklist(&self, code: &str) -> Uuid {
        self.checklist_of(
            code,
            &[item(&format!("{code}-A01"), json!({ "type": "yes_no_na", "pass": "yes" }))],
        )
        .await
    }

    /// Publishes a checklist of these items; its version's id.
    pub async fn checklist_of(&self, code: &str, items: &[Value]) -> Uuid {
        let who = &self.scheduler.visitor;
        let made = done(
            who.send("POST", "/v1/templates", Some(&json!({ "owner": self.owner, "code": code }))).await,
        );
        let body =
            json!({ "title": text(code), "sections": [{ "title": text("Nội dung"), "items": items }] });
        let versions = format!("{}/versions", made.header("location"));
        let draft = done(who.send("POST", &versions, Some(&body)).await);
        let at = draft.header("location").to_owned();
        let published = done(who.send("POST", &format!("{at}/publish"), Some(&Value::Null)).await);
        uuid(&published.body["id"])
    }

    /// Enters a draft with its team.
    pub async fn draft(&self, kind: &str, title: &str, topics: &[&str]) -> Setting {
        let new = json!({ "owner": self.owner, "kind": kind, "title": title, "topics": topics });
        let made = done(self.scheduler.visitor.send("POST", "/v1/campaigns", Some(&new)).await);
        let at = made.header("location").to_owned();
        let team = self.team(&at, "Đoàn kiểm tra").await;
        Setting { at, campaign: uuid(&made.body["id"]), team }
    }

    /// Names a team with the office's lead and member.
    pub async fn team(&self, at: &str, name: &str) -> Uuid {
        let new = json!({ "name": name, "members": [
            { "account": self.lead.account, "role": "lead", "position": "Trưởng phòng Nội vụ" },
            { "account": self.member.account, "role": "member", "position": "Chuyên viên" }] });
        let made = self.scheduler.visitor.send("POST", &format!("{at}/teams"), Some(&new)).await;
        uuid(&done(made).body["id"])
    }

    /// Takes a draft to active on these papers.
    pub async fn activate(&self, at: &str, papers: &[Value]) {
        for paper in papers {
            done(self.scheduler.visitor.send("POST", &format!("{at}/documents"), Some(paper)).await);
        }
        let nothing = Some(&Value::Null);
        done(self.scheduler.visitor.send("POST", &format!("{at}/submit"), nothing).await);
        for step in ["approve", "activate"] {
            done(self.authority.visitor.send("POST", &format!("{at}/{step}"), nothing).await);
        }
    }

    /// Enters a round; its id.
    pub async fn round(&self, at: &str, purpose: &str, targets: &[Unit]) -> Uuid {
        let targets: Vec<Uuid> = targets.iter().map(|unit| unit.id).collect();
        let new = json!({ "purpose": purpose, "targets": targets });
        uuid(&done(self.scheduler.visitor.send("POST", &format!("{at}/rounds"), Some(&new)).await).body["id"])
    }

    /// A plan for a day, half past seven to eleven.
    #[allow(clippy::unused_self, reason = "it reads as the office's plan")]
    pub fn plan(&self, of: &Setting, unit: Uuid, kind: &str, day: &str, checklists: &[Uuid]) -> Value {
        json!({ "campaign": of.campaign, "team": of.team, "unit": unit, "kind": kind,
            "planned_start": format!("{day}T07:30:00+07:00"), "planned_end": format!("{day}T11:00:00+07:00"),
            "templates": checklists })
    }

    /// Schedules a visit; the answer.
    pub async fn schedule(&self, plan: &Value) -> Answer {
        self.scheduler.visitor.send("POST", "/v1/visits", Some(plan)).await
    }

    /// Makes a visit that is scheduled, to the last step; every item is answered well.
    pub async fn make(&self, house: &House, visit: &str, arrived: &str) {
        self.arrive(house, visit, arrived).await;
        answer_well(&self.lead.visitor, visit, arrived).await;
        self.finish(visit).await;
    }

    /// Brings the team of a scheduled visit on site.
    pub async fn arrive(&self, house: &House, visit: &str, arrived: &str) {
        done(self.scheduler.visitor.send("POST", &format!("{visit}/dispatch"), None).await);
        // Where a year is played ahead of the installation's clock, the phones' clocks go ahead with it.
        let clock = arrived.parse().map_or(house.app.now(), |at: jiff::Timestamp| at.max(house.app.now()));
        let there = json!({ "at": arrived, "device_clock": clock });
        done(self.lead.visitor.send("POST", &format!("{visit}/check-in"), Some(&there)).await);
    }

    /// Answers an item of a visit on site.
    pub async fn answer(&self, house: &House, visit: &str, (checklist, item): (Uuid, &str), answer: Value) {
        let id = visit.rsplit('/').next().expect("an id");
        let now = house.app.now();
        let said = json!({ "visit": id, "template_version": checklist, "item": item, "answer": answer, "note": "",
            "answered_at": now });
        let sent = self.lead.visitor.put(&format!("/v1/responses/{}", Uuid::now_v7()), &said).await;
        assert_eq!(sent.0, 201, "{}", sent.1);
    }

    /// Takes a visit that is answered from on site to the last step; the lead stands by what was found.
    pub async fn finish(&self, visit: &str) {
        let step = async |who: &Visitor, step: &str, said: Value| {
            let said = (!said.is_null()).then_some(&said);
            done(who.send("POST", &format!("{visit}/{step}"), said).await)
        };
        let (scheduler, lead) = (&self.scheduler.visitor, &self.lead.visitor);
        step(lead, "close-recording", Value::Null).await;
        step(lead, "minutes", json!({ "text": "Biên bản kiểm tra" })).await;
        for side in ["team", "unit"] {
            let said = json!({ "side": side, "outcome": "signed", "signer_name": "Nguyễn Văn An",
                "signer_position": "Chủ tịch UBND xã" });
            step(lead, "sign", said).await;
        }
        step(lead, "submit", Value::Null).await;
        self.confirm_all(visit).await;
        step(scheduler, "finalise", Value::Null).await;
    }

    /// Schedules and makes visits, some at a time.
    pub async fn make_all(&self, house: &House, plans: Vec<Value>) {
        stream::iter(plans)
            .for_each_concurrent(4, |plan| async move {
                let made = done(self.schedule(&plan).await);
                let arrived = plan["planned_start"].as_str().expect("a start");
                self.make(house, made.header("location"), arrived).await;
            })
            .await;
    }
}

fn text(vi: &str) -> Value {
    json!({ "vi": vi, "en": "" })
}

/// Answers every item of a visit's checklists well.
pub async fn answer_well(lead: &Visitor, visit: &str, at: &str) {
    let (_, bundle) = lead.get(&format!("{visit}/bundle")).await;
    let id = visit.rsplit('/').next().expect("an id");
    for list in bundle["templates"].as_array().expect("checklists") {
        let sections = list["body"]["sections"].as_array().expect("sections").iter();
        for item in sections.flat_map(|section| section["items"].as_array().expect("items")) {
            let said = json!({ "visit": id, "template_version": list["id"], "item": item["code"],
                "answer": good(&item["response"]), "answered_at": at });
            let (status, body) = lead.put(&format!("/v1/responses/{}", Uuid::now_v7()), &said).await;
            assert_eq!(status, 201, "{body}");
        }
    }
}

/// An item of a checklist that needs no photo.
pub fn item(code: &str, response: Value) -> Value {
    json!({ "code": code, "question": text("Có thực hiện đúng không?"), "weight": 1, "response": response,
        "photo": { "min_count": 0, "when": "optional", "subject": "desk" } })
}

/// Part and whole of a ratio with its percent.
pub fn ratio(numerator: u32, denominator: u32, percent: f64) -> Value {
    json!({ "numerator": numerator, "denominator": denominator, "percent": percent })
}

/// The names in a list of units.
pub fn names(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(|unit| unit["name"].as_str()).collect()
}
