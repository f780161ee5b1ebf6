//! An inspectorate for a test: owner, units, campaign, team, checklist, and people of every role, ready to schedule
//! visits through the API.

use super::{Answer, House, Visitor};
use fieldproof::domain::actor::{Role, Scope};
use fieldproof::domain::ids::{AccountId, SessionId};
use fieldproof::domain::key::Purpose;
use fieldproof::flows;
use fieldproof::identity::token::{Grantee, sign};
use serde_json::{Value, json};
use tokio_postgres::Client;
use uuid::Uuid;

/// Somebody signed in.
pub struct Holder {
    /// Their account.
    pub account: Uuid,
    /// What they call with.
    pub visitor: Visitor,
}

/// A role on an owner, perhaps for one unit and what lies below it.
pub type Held = (Role, Uuid, Option<Uuid>);

/// One owner with everything a visit needs.
pub struct Inspectorate {
    /// The installation.
    pub house: House,
    /// The owner.
    pub owner: Uuid,
    /// Tỉnh Tuyên Quang.
    pub province: Uuid,
    /// Xã Minh Quang, below it.
    pub commune: Uuid,
    /// Xã Phúc Sơn, beside that.
    pub other_commune: Uuid,
    /// Active, by a decision of long ago.
    pub campaign: Uuid,
    /// Its team.
    pub team: Uuid,
    /// A published checklist of three items; A01 wants one photo whatever is found.
    pub checklist: Uuid,
    /// Home affairs.
    pub scheduler: Holder,
    /// The authority.
    pub authority: Holder,
    /// Lead of the team.
    pub lead: Holder,
    /// Member of the team.
    pub member: Holder,
    /// Clerk of the team.
    pub clerk: Holder,
    /// Reads disclosed evidence.
    pub reviewer: Holder,
    /// Answers for the commune.
    pub head: Holder,
}

/// Writes with ids and texts as text, so that no type needs to be known.
async fn put(sql: &Client, statement: &str, values: &[&str]) {
    let mut params: Vec<&(dyn tokio_postgres::types::ToSql + Sync)> = Vec::new();
    for value in values {
        params.push(value);
    }
    sql.execute(statement, &params).await.expect(statement);
}

impl House {
    /// Signs somebody in who holds these roles.
    pub async fn holder(&self, name: &str, roles: &[Held]) -> Holder {
        let (account, sql) = (Uuid::new_v4(), self.sql().await);
        let id = account.to_string();
        let make = "INSERT INTO accounts (id, login, display_name, locale, state, created_at)
            VALUES ($1::text::uuid, $1, $2, 'vi', 'active', now())";
        put(&sql, make, &[&id, name]).await;
        for (role, owner, unit) in roles {
            let give = "INSERT INTO grants (id, account_id, role, owner_id, unit_id, granted_at)
                VALUES (gen_random_uuid(), $1::text::uuid, $2, $3::text::uuid, NULLIF($4, '')::uuid, now())";
            let unit = unit.map(|unit| unit.to_string()).unwrap_or_default();
            put(&sql, give, &[&id, role.as_str(), &owner.to_string(), &unit]).await;
        }
        Holder { account, visitor: self.signed_in_anew(account).await }
    }

    /// Signs somebody in once more, by the clock as it is now.
    pub async fn signed_in_anew(&self, account: Uuid) -> Visitor {
        let (session, sql) = (Uuid::new_v4(), self.sql().await);
        let (id, at) = (account.to_string(), session.to_string());
        let scopes = Scope::ALL.map(Scope::as_str).join(" ");
        let begin = "INSERT INTO sessions (id, kind, account_id, client_id, scopes, created_at, last_used_at, expires_at)
            VALUES ($1::text::uuid, 'app', $2::text::uuid, 'fieldproof-phone', string_to_array($3, ' '), now(), now(),
                now() + interval '30 days')";
        put(&sql, begin, &[&at, &id, &scopes]).await;
        let key = flows::keys::active(&self.app, Purpose::Access).await.expect("a key");
        let to = Grantee {
            issuer: &self.app.config.public_url,
            subject: AccountId(account).to_string(),
            client: "fieldproof-phone",
            session: SessionId(session),
            scope: scopes,
        };
        let life = std::time::Duration::from_mins(10);
        let token = sign(&key, to, self.app.now(), life).expect("a token");
        self.bearer(&token)
    }

    /// A unit below another, since 2000.
    pub async fn place(&self, name: &str, unit_type: &str, parent: Option<Uuid>) -> Uuid {
        let (id, sql) = (Uuid::new_v4(), self.sql().await);
        put(&sql, "INSERT INTO units VALUES ($1::text::uuid, 'administrative', now())", &[&id.to_string()])
            .await;
        let parent = parent.map(|id| id.to_string()).unwrap_or_default();
        let version = "INSERT INTO unit_versions (id, unit_id, name, name_key, unit_type, parent_id, valid_from,
                certainty, created_at)
            VALUES (gen_random_uuid(), $1::text::uuid, $2, lower($2), $3, NULLIF($4, '')::uuid, '2000-01-01', 'high',
                now())";
        put(&sql, version, &[&id.to_string(), name, unit_type, &parent]).await;
        id
    }

    /// The last version of a unit.
    pub async fn version_of(&self, unit: Uuid) -> Uuid {
        let last = format!(
            "SELECT id::text FROM unit_versions WHERE unit_id = '{unit}' ORDER BY valid_from DESC LIMIT 1"
        );
        let row = self.sql().await.query_one(&last, &[]).await.expect("a version");
        row.get::<_, String>(0).parse().expect("an id")
    }

    /// An active campaign of an owner under a decision of 5/8/2021.
    pub async fn active_campaign(&self, owner: Uuid) -> Uuid {
        let (id, sql) = (Uuid::new_v4(), self.sql().await);
        let make = "INSERT INTO campaigns (id, owner_id, title, kind, topics, state, created_at)
            VALUES ($1::text::uuid, $2::text::uuid, 'Kiểm tra công vụ', 'civil_service', '{}', 'active', now())";
        put(&sql, make, &[&id.to_string(), &owner.to_string()]).await;
        let paper = "INSERT INTO campaign_documents (id, campaign_id, kind, number_text, number, symbol, issuer,
                issued_on, year, title, created_at, owner_id)
            VALUES (gen_random_uuid(), $1::text::uuid, 'decision', '4889/QĐ-UBND', 4889, 'QĐ-UBND', $1, '2021-08-05',
                2021, 'Thành lập đoàn kiểm tra', now(), $2::text::uuid)";
        put(&sql, paper, &[&id.to_string(), &owner.to_string()]).await;
        id
    }

    /// A team of a campaign.
    pub async fn team(&self, campaign: Uuid, members: &[(Uuid, &str)]) -> Uuid {
        let (id, sql) = (Uuid::new_v4(), self.sql().await);
        let make = "INSERT INTO teams (id, campaign_id, name, created_at)
            VALUES ($1::text::uuid, $2::text::uuid, 'Đoàn 1', now())";
        put(&sql, make, &[&id.to_string(), &campaign.to_string()]).await;
        for (account, role) in members {
            let seat = "INSERT INTO team_members (team_id, account_id, role, position, added_at)
                VALUES ($1::text::uuid, $2::text::uuid, $3, 'Chuyên viên', now())";
            put(&sql, seat, &[&id.to_string(), &account.to_string(), role]).await;
        }
        id
    }

    /// A published checklist of three items.
    pub async fn checklist(&self, owner: Uuid) -> Uuid {
        let (id, template, sql) = (Uuid::new_v4(), Uuid::new_v4(), self.sql().await);
        let text = |vi: &str| json!({ "vi": vi, "en": "" });
        let item = |code: &str, response: Value, when: &str, min: u8| {
            json!({ "code": code, "question": text("Câu hỏi"), "weight": 1, "response": response,
                "photo": { "min_count": min, "when": when, "subject": "notice_board" } })
        };
        let body = json!({ "title": text("Bộ phận Một cửa"), "sections": [{ "title": text("Cơ sở vật chất"), "items": [
            item("A01", json!({ "type": "yes_no_na", "pass": "yes" }), "always", 1),
            item("A02", json!({ "type": "number", "unit": "m2", "operator": ">=", "threshold": 40 }), "optional", 0),
            item("A03", json!({ "type": "ratio", "numerator": { "field": "posted" },
                "denominator": { "field": "required" }, "operator": ">=", "threshold": 100 }), "on_fail", 1),
        ] }] });
        let make = "INSERT INTO templates VALUES ($1::text::uuid, $2::text::uuid, 'MC', now())";
        put(&sql, make, &[&template.to_string(), &owner.to_string()]).await;
        let version = "INSERT INTO template_versions (id, template_id, number, state, body, body_sha256, created_at,
                published_at)
            VALUES ($1::text::uuid, $2::text::uuid, 1, 'published', $3::text::jsonb, sha256($3::text::bytea), now(),
                now())";
        put(&sql, version, &[&id.to_string(), &template.to_string(), &body.to_string()]).await;
        id
    }
}

impl Inspectorate {
    /// Opens one.
    pub async fn open() -> Self {
        Self::of(House::open().await).await
    }

    /// Opens one in a house behind lines that can be told to fail.
    pub async fn open_behind_lines() -> Self {
        Self::of(House::open_behind_lines(&[]).await).await
    }

    async fn of(house: House) -> Self {
        let owner = house.owner("tuyen-quang").await.0;
        let province = house.place("Tỉnh Tuyên Quang", "province", None).await;
        let commune = house.place("Xã Minh Quang", "commune", Some(province)).await;
        let other_commune = house.place("Xã Phúc Sơn", "commune", Some(province)).await;
        let scheduler = house.holder("Lê Văn Kế", &[(Role::Scheduler, owner, None)]).await;
        let authority = house.holder("Hồ Thị Chủ", &[(Role::Authority, owner, None)]).await;
        let lead = house.holder("Mai Văn Bảy", &[(Role::TeamLead, owner, None)]).await;
        let member = house.holder("Trần Thị Bình", &[(Role::Member, owner, None)]).await;
        let clerk = house.holder("Đỗ Văn Thư", &[(Role::Clerk, owner, None)]).await;
        let reviewer = house.holder("Phạm Thị Xét", &[(Role::Reviewer, owner, None)]).await;
        let head = house.holder("Nguyễn Văn An", &[(Role::HeadOfUnit, owner, Some(commune))]).await;
        let campaign = house.active_campaign(owner).await;
        let seats = [(lead.account, "lead"), (member.account, "member"), (clerk.account, "clerk")];
        let team = house.team(campaign, &seats).await;
        let checklist = house.checklist(owner).await;
        Self {
            house,
            owner,
            province,
            commune,
            other_commune,
            campaign,
            team,
            checklist,
            scheduler,
            authority,
            lead,
            member,
            clerk,
            reviewer,
            head,
        }
    }

    /// A plan for the commune that begins some hours from now.
    pub fn plan(&self, kind: &str, in_hours: i64) -> Value {
        let hours = |n: i64| self.house.app.now() + jiff::SignedDuration::from_hours(n);
        json!({ "campaign": self.campaign, "team": self.team, "unit": self.commune, "kind": kind,
            "planned_start": hours(in_hours), "planned_end": hours(in_hours + 8), "templates": [self.checklist] })
    }

    /// Schedules a visit that begins some hours from now; its address.
    pub async fn visit(&self, kind: &str, in_hours: i64) -> String {
        let plan = self.plan(kind, in_hours);
        let made = self.scheduler.visitor.send("POST", "/v1/visits", Some(&plan)).await;
        assert_eq!(made.status, 201, "{}", made.body);
        made.header("location").to_owned()
    }

    /// Takes a step of a visit's life.
    pub async fn step(&self, who: &Holder, visit: &str, step: &str, said: Value) -> Answer {
        let said = (!said.is_null()).then_some(&said);
        who.visitor.send("POST", &format!("{visit}/{step}"), said).await
    }

    /// Dispatches a visit and checks its team in.
    pub async fn on_site(&self, visit: &str) {
        let dispatched = self.step(&self.scheduler, visit, "dispatch", Value::Null).await;
        assert_eq!(dispatched.status, 200, "{}", dispatched.body);
        let arrived = json!({ "at": self.house.app.now() });
        let checked_in = self.step(&self.member, visit, "check-in", arrived).await;
        assert_eq!(checked_in.status, 200, "{}", checked_in.body);
    }

    /// An answer to an item of the checklist.
    pub fn answer(&self, visit: &str, item: &str, answer: Value) -> Value {
        json!({ "visit": id_of(visit), "template_version": self.checklist, "item": item, "answer": answer,
            "answered_at": "2026-03-20T08:21:40+07:00" })
    }

    /// Answers these items of the checklist well.
    pub async fn answers_well(&self, visit: &str, items: &[&str]) {
        for item in items {
            let answer = match *item {
                "A01" => json!({ "type": "yes_no_na", "value": "yes" }),
                "A02" => json!({ "type": "number", "value": 41 }),
                _ => json!({ "type": "ratio", "numerator": 36, "denominator": 36 }),
            };
            let said = self.answer(visit, item, answer);
            let path = format!("/v1/responses/{}", Uuid::now_v7());
            let (status, body) = self.member.visitor.put(&path, &said).await;
            assert_eq!(status, 201, "{item}: {body}");
        }
    }

    /// Has the lead say why items stay without an answer, for what is not about answers.
    pub async fn leaves_open(&self, visit: &str) {
        let why = json!({ "reason": "Không xem xét trong lượt này." });
        let left = self.step(&self.lead, visit, "leave-unanswered", why).await;
        assert_eq!(left.status, 200, "{}", left.body);
    }

    /// Puts a held photo at an item, as if a phone had sent it.
    pub async fn held_photo(&self, visit: &str, item: &str) {
        // Received, and read again: what the worker leaves behind it.
        let photo = "WITH held AS (INSERT INTO photos (id, owner_id, campaign_id, visit_id, unit_id, state, item_code, subject, caption,
                sha256, size_bytes, media_type, captured_at, captured_offset_s, device_clock, origin, position_source,
                declared_by, declared_session, declared_at, place_verdict, place_reasons, clock_skew_s, stored_at,
                log_number)
            SELECT gen_random_uuid(), v.owner_id, v.campaign_id, v.id, v.unit_id, 'stored', $2, 'notice_board', '',
                sha256('x'), 1, 'image/jpeg', now(), 25200, now(), 'camera', 'none', s.account_id, s.id, now(),
                'cannot_tell', '{}', 0, now(), 1
            FROM visits v, sessions s WHERE v.id = $1::text::uuid AND s.account_id = $3::text::uuid LIMIT 1 RETURNING id)
            INSERT INTO photo_receipts (photo_id, verified_at, log_number, receipt) SELECT id, now(), 1, '' FROM held";
        let values = [id_of(visit), item, &self.member.account.to_string()];
        put(&self.house.sql().await, photo, &values).await;
    }
}

/// The id at the end of an address.
pub fn id_of(address: &str) -> &str {
    address.rsplit('/').next().unwrap_or_default()
}
