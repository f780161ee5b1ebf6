//! A scene for photos: one owner, one team on site at one office, people who may and may not.

use super::{House, Visitor};
use fieldproof::domain::actor::Scope;
use fieldproof::domain::ids::SessionId;
use fieldproof::domain::key::Purpose;
use fieldproof::flows::keys;
use fieldproof::identity::token::{self, Grantee};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio_postgres::Client;
use uuid::Uuid;

/// What is there before the first photo.
pub struct Scene {
    /// Owner of everything.
    pub owner: Uuid,
    /// The campaign.
    pub campaign: Uuid,
    /// The visit, on site.
    pub visit: Uuid,
    /// The inspected unit.
    pub unit: Uuid,
    /// The unit above it.
    pub province: Uuid,
    /// The lead of the team, on a phone.
    pub phone: Visitor,
    /// A reviewer of the owner.
    pub reviewer: Visitor,
    /// A reviewer of another owner.
    pub outsider: Visitor,
}

/// Middle of the office.
pub const OFFICE: (f64, f64) = (15.7431, 107.9642);

impl House {
    /// Sets the scene.
    pub async fn scene(&self) -> Scene {
        let sql = self.sql().await;
        let [owner, other, campaign, visit, unit, province, team, premises, version, template] =
            std::array::from_fn(|_| Uuid::new_v4());
        let lead = self.insert_person(&sql, "lead", "team_lead", owner).await;
        let reviewer = self.insert_person(&sql, "reviewer", "reviewer", owner).await;
        let outsider = self.insert_person(&sql, "outsider", "reviewer", other).await;
        let area = json!({ "circle": { "longitude": OFFICE.1, "latitude": OFFICE.0, "radius_m": 60.0 } });
        let item = |code: &str, vi: &str| {
            json!({ "code": code, "question": { "vi": vi, "en": "Is it posted?" }, "weight": 1,
                "response": { "type": "yes_no_na", "pass": "yes" } })
        };
        let body = json!({ "title": { "vi": "Niêm yết", "en": "Notices" }, "sections": [{
            "title": { "vi": "Bảng niêm yết", "en": "Notice board" },
            "items": [item("A-01", "Có niêm yết thủ tục không?"), item("A-02", "Có niêm yết lịch tiếp dân không?")]
        }] });
        let script = format!(
            "INSERT INTO units VALUES ('{unit}', 'administrative', now()), ('{province}', 'administrative', now());
             INSERT INTO unit_versions VALUES
               ('{province}', '{province}', 'Quảng Nam', 'quang nam', 'province', NULL, NULL, '2000-01-01', NULL, NULL, 'high', now()),
               ('{version}', '{unit}', 'Xã Phước Sơn', 'xa phuoc son', 'commune', '{province}', NULL, '2000-01-01', NULL, NULL, 'high', now());
             INSERT INTO premises VALUES ('{premises}', '{unit}', 'Trụ sở', '', '{area}', '2000-01-01', NULL, NULL, now());
             INSERT INTO campaigns (id, owner_id, title, kind, topics, state, created_at)
               VALUES ('{campaign}', '{owner}', 'Kiểm tra công vụ', 'civil_service', '{{}}', 'active', now());
             INSERT INTO teams (id, campaign_id, name, created_at) VALUES ('{team}', '{campaign}', 'Đoàn 1', now());
             INSERT INTO team_members (team_id, account_id, role, position, added_at)
               VALUES ('{team}', '{lead}', 'lead', 'Trưởng đoàn', now());
             INSERT INTO templates VALUES ('{template}', '{owner}', 'A', now());
             INSERT INTO template_versions (id, template_id, number, state, body, created_at)
               VALUES ('{template}', '{template}', 1, 'draft', '{body}', now());
             INSERT INTO visits (id, owner_id, campaign_id, team_id, unit_id, unit_version_id, unit_path, unit_ancestors,
                 premises_id, kind, state, planned_start, planned_end, disclosed_at, dispatched_at, created_by, created_at)
               VALUES ('{visit}', '{owner}', '{campaign}', '{team}', '{unit}', '{version}', 'Xã Phước Sơn, Quảng Nam',
                 ARRAY['{province}']::uuid[], '{premises}', 'surprise', 'on_site', now(), now() + interval '1 hour',
                 now(), now(), '{lead}', now());
             INSERT INTO visit_templates VALUES ('{visit}', '{template}', 0);"
        );
        sql.batch_execute(&script).await.expect("the scene is set");
        Scene {
            owner,
            campaign,
            visit,
            unit,
            province,
            phone: self.signed_in(&sql, lead).await,
            reviewer: self.signed_in(&sql, reviewer).await,
            outsider: self.signed_in(&sql, outsider).await,
        }
    }

    async fn insert_person(&self, sql: &Client, login: &str, role: &str, owner: Uuid) -> Uuid {
        let id = Uuid::new_v4();
        let scopes = all_scopes().join(",");
        let script = format!(
            "INSERT INTO owners VALUES ('{owner}', '{owner}', 'Sở Nội vụ', now()) ON CONFLICT DO NOTHING;
             INSERT INTO accounts (id, login, display_name, locale, state, created_at)
               VALUES ('{id}', '{login}', 'Nguyễn Thị Hòa', 'vi', 'active', now());
             INSERT INTO grants (id, account_id, role, owner_id, granted_at)
               VALUES (gen_random_uuid(), '{id}', '{role}', '{owner}', now());
             INSERT INTO clients (id, name, kind, redirect_uris, scopes, created_at)
               VALUES ('phone', 'Phone', 'public', '{{}}', '{{{scopes}}}', now()) ON CONFLICT DO NOTHING;"
        );
        sql.batch_execute(&script).await.expect("a person");
        id
    }

    async fn signed_in(&self, sql: &Client, account: Uuid) -> Visitor {
        let session = Uuid::new_v4();
        let scopes = all_scopes();
        let script = format!(
            "INSERT INTO sessions (id, kind, account_id, client_id, scopes, created_at, last_used_at, expires_at)
               VALUES ('{session}', 'app', '{account}', 'phone', '{{{}}}', now(), now(), now() + interval '1 day')",
            scopes.join(",")
        );
        sql.batch_execute(&script).await.expect("a session");
        let key = keys::active(&self.app, Purpose::Access).await.expect("a key");
        let to = Grantee {
            issuer: &self.app.config.public_url,
            subject: account.to_string(),
            client: "phone",
            session: SessionId(session),
            scope: scopes.join(" "),
        };
        let life = std::time::Duration::from_mins(15);
        let token = token::sign(&key, to, self.app.now(), life).expect("a token");
        self.bearer(&token)
    }
}

fn all_scopes() -> Vec<&'static str> {
    Scope::ALL.iter().map(|scope| scope.as_str()).collect()
}

/// A photo as a phone holds it.
#[derive(Clone)]
pub struct Shot {
    /// Minted by the phone.
    pub id: Uuid,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The declaration.
    pub declaration: Value,
}

impl Shot {
    /// A photo of a visit, taken in the middle of the office.
    pub fn of(visit: Uuid, bytes: Vec<u8>) -> Self {
        let declaration = json!({
            "visit": visit, "item": "A-01", "subject": "notice_board", "caption": "Bảng niêm yết",
            "sha256": hex::encode(Sha256::digest(&bytes)), "size_bytes": bytes.len(), "media_type": "image/png",
            "captured_at": "2026-03-20T08:15:00+07:00", "device_clock": "2026-03-20T08:15:20+07:00",
            "origin": "camera",
            "position": { "latitude": OFFICE.0, "longitude": OFFICE.1, "accuracy_m": 8.5, "altitude_m": 12.0,
                "source": "gnss" }
        });
        Self { id: Uuid::now_v7(), bytes, declaration }
    }

    /// The same with another value in its declaration.
    pub fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.declaration[field] = value.into();
        self
    }

    /// Where it lives.
    pub fn path(&self) -> String {
        format!("/v1/photos/{}", self.id)
    }

    /// `Repr-Digest` of the bytes.
    pub fn digest(&self) -> String {
        use base64::Engine;
        let digest = Sha256::digest(&self.bytes);
        format!("sha-256=:{}:", base64::engine::general_purpose::STANDARD.encode(digest))
    }

    /// Prepares the sending of its bytes.
    pub fn sending(&self, phone: &Visitor) -> reqwest::RequestBuilder {
        phone
            .request("PUT", &format!("{}/original", self.path()))
            .header("content-type", self.declaration["media_type"].as_str().expect("a type"))
            .header("repr-digest", self.digest())
            .body(self.bytes.clone())
    }

    /// Declares and sends; the status of the second.
    pub async fn send(&self, phone: &Visitor) -> super::Answer {
        let (status, body) = phone.put(&self.path(), &self.declaration).await;
        assert!(status == 201 || status == 200, "{status} {body}");
        phone.answer(self.sending(phone)).await
    }
}
