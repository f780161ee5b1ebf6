//! The desk of an inspectorate: what comes with the program is brought in, people have their roles, campaigns are made
//! and activated as people make them.

use crate::harness::{House, Person, Visitor};
use fieldproof::domain::actor::Role;
use fieldproof::library;
use serde_json::{Value, json};
use uuid::Uuid;

/// One owner with its people, and the register and checklists that come with the program.
pub struct Desk {
    /// The installation.
    pub house: House,
    /// The owner.
    pub owner: Uuid,
    /// May do everything but read evidence.
    pub admin: Visitor,
    /// Plans campaigns and visits, keeps the register.
    pub planner: Visitor,
    /// Approves and activates.
    pub authority: Visitor,
    /// Leads the teams.
    pub lead: Person,
    /// The published checklist OSS.
    pub checklist: String,
}

/// A campaign that visits can be planned under.
pub struct Active {
    /// Its id.
    pub campaign: String,
    /// Its team.
    pub team: String,
}

fn id(answer: &Value) -> String {
    answer["id"].as_str().unwrap_or_else(|| panic!("no id in {answer}")).to_owned()
}

impl Desk {
    /// Sets it up.
    pub async fn open(owner: &str) -> Self {
        let house = House::open().await;
        library::import_units(&house.app, None).await.expect("the register that comes with the program");
        library::import_templates(&house.app, None, None).await.expect("the checklists that come with it");
        let owner = house.owner(owner).await.0;
        let admin = house.officer("Quản trị", &[(Role::Administrator, None)]).await.visitor;
        let planner = house.officer("Lê Văn Kế", &[(Role::Scheduler, Some(owner))]).await.visitor;
        let authority = house.officer("Hồ Thị Chủ", &[(Role::Authority, Some(owner))]).await.visitor;
        let lead = house.officer("Phùng Tiến Quân", &[(Role::TeamLead, Some(owner))]).await;
        let shelf = planner.get("/v1/templates").await.1;
        let oss = shelf["items"].as_array().expect("items").iter().find(|t| t["code"] == "OSS").map(id);
        let oss = planner.get(&format!("/v1/templates/{}/versions/1", oss.expect("OSS"))).await.1;
        let checklist = id(&oss);
        Self { house, owner, admin, planner, authority, lead, checklist }
    }

    /// Reads; anything but 200 ends the test.
    pub async fn read(&self, path: &str) -> Value {
        let (status, body) = self.planner.get(path).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// The unit that has this code of the state's catalogue on a day. Codes are reused: the day decides.
    pub async fn unit(&self, code: &str, day: &str) -> String {
        let found = self.read(&format!("/v1/unit-versions?official_code={code}")).await;
        let holds = |version: &&Value| {
            let to = version["version"]["valid_to"].as_str().unwrap_or("9999");
            version["version"]["valid_from"].as_str().expect("a day") <= day && day < to
        };
        let one = found["items"].as_array().expect("items").iter().find(holds);
        one.unwrap_or_else(|| panic!("nobody has {code} on {day}"))["unit"]
            .as_str()
            .expect("a unit")
            .to_owned()
    }

    /// How many units stand below another on a day.
    pub async fn count(&self, below: &str, filter: &str, day: &str) -> usize {
        let list = self.read(&format!("/v1/units?parent={below}&as_of={day}&limit=200&{filter}")).await;
        list["items"].as_array().expect("items").len()
    }

    /// Makes a campaign by a decision and activates it.
    pub async fn active_campaign(&self, title: &str, decision: (&str, &str)) -> Active {
        let (number, day) = decision;
        let new = json!({ "owner": self.owner, "kind": "civil_service", "title": title, "topics": [] });
        let made = self.planner.send("POST", "/v1/campaigns", Some(&new)).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let at = made.header("location").to_owned();
        let documents = format!("{at}/documents");
        for (kind, number) in [("plan", number.replace("QĐ", "KH")), ("decision", number.to_owned())] {
            let paper = json!({ "kind": kind, "number": number, "issuer": "UBND tỉnh Tuyên Quang", "issued_on": day });
            let (status, body) = self.planner.post(&documents, &paper).await;
            assert_eq!(status, 201, "{body}");
        }
        let team = json!({ "name": "Đoàn số 18", "members": [
            { "account": self.lead.account, "role": "lead", "position": "Trưởng ban Pháp chế" }] });
        let (status, team) = self.planner.post(&format!("{at}/teams"), &team).await;
        assert_eq!(status, 201, "{team}");
        for (who, step) in
            [(&self.planner, "submit"), (&self.authority, "approve"), (&self.authority, "activate")]
        {
            let (status, body) = who.post(&format!("{at}/{step}"), &Value::Null).await;
            assert_eq!(status, 200, "{step}: {body}");
        }
        Active { campaign: id(&made.body), team: id(&team) }
    }

    /// Plans a visit; status and answer.
    pub async fn plan(&self, under: &Active, unit: &str, from: &str, to: &str) -> (u16, Value) {
        self.plan_with(under, unit, (from, to), &json!({})).await
    }

    /// Plans a visit with more said about it; status and answer.
    pub async fn plan_with(
        &self,
        under: &Active,
        unit: &str,
        (from, to): (&str, &str),
        more: &Value,
    ) -> (u16, Value) {
        let mut plan = json!({ "campaign": under.campaign, "team": under.team, "unit": unit, "kind": "planned",
            "planned_start": from, "planned_end": to, "templates": [self.checklist] });
        for (field, value) in more.as_object().expect("fields") {
            plan[field] = value.clone();
        }
        self.planner.post("/v1/visits", &plan).await
    }

    /// Records an event; its answer.
    pub async fn record(&self, event: &Value) -> Value {
        let (status, body) = self.planner.post("/v1/unit-events", event).await;
        assert_eq!(status, 201, "{body}");
        body
    }
}
