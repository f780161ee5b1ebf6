//! What an inspectorate sets up before its first campaign: owner, people, unit, premises, checklist.

use super::phone::{self, Phone};
use super::{Person, step};
use crate::library::NOTICE_BOARD;
use anyhow::Context;
use serde_json::{Value, json};

/// Position of the invented office, as in the sample photos.
pub const LATITUDE: f64 = 15.743_1;
/// Degrees east.
pub const LONGITUDE: f64 = 107.964_2;

/// What the office has set up.
pub struct Office {
    /// The owning body.
    pub owner: String,
    /// Everybody who takes part, with passwords.
    pub people: Vec<Person>,
    /// The province.
    pub province: String,
    /// The commune to be visited.
    pub commune: String,
    /// The published checklist version.
    pub template: String,
}

impl Office {
    /// Who plays a role.
    pub fn person(&self, role: &str) -> anyhow::Result<&Person> {
        self.people.iter().find(|p| p.role == role).with_context(|| format!("nobody plays {role}"))
    }
}

/// A field of an answer, as text.
pub fn text(value: &Value, pointer: &str) -> anyhow::Result<String> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.map(ToOwned::to_owned).with_context(|| format!("no {pointer} in {value}"))
}

/// Sets everything up through the API.
pub async fn set_up(base: &str, admin: &Phone) -> anyhow::Result<Office> {
    let owner =
        admin.post("/v1/owners", json!({"code": "so-noi-vu", "name": "Sở Nội vụ tỉnh Sông Thưa"})).await?;
    let owner = text(&owner, "/id")?;
    step("Owner: Sở Nội vụ tỉnh Sông Thưa");
    let province = json!({"name": "Tỉnh Sông Thưa", "unit_type": "province", "valid_from": "2025-07-01",
        "instrument": "202/2025/QH15", "certainty": "high"});
    let province = text(&admin.post("/v1/units", province).await?, "/id")?;
    let commune = json!({"name": "Xã Sông Thưa", "unit_type": "commune", "parent": province,
        "valid_from": "2025-07-01", "certainty": "high"});
    let commune = text(&admin.post("/v1/units", commune).await?, "/id")?;
    let survey = json!({"name": "Trụ sở UBND xã Sông Thưa", "address": "Thôn Trung Tâm, xã Sông Thưa",
        "shape": {"type": "Point", "coordinates": [LONGITUDE, LATITUDE], "radius_m": 60},
        "valid_from": "2025-07-01"});
    admin.post(&format!("/v1/units/{commune}/premises"), survey).await?;
    step("Unit: Xã Sông Thưa, tỉnh Sông Thưa; premises: a circle of 60 m around the office");

    let mut people = Vec::new();
    let cast = [
        ("authority", "chutich", "Trần Thị Chủ", None),
        ("scheduler", "kehoach", "Lê Văn Kế", None),
        ("team_lead", "truongdoan", "Mai Thị Hồng", None),
        ("member", "thanhvien", "Phạm Văn Sơn", None),
        ("clerk", "thuky", "Nguyễn Thị Thư", None),
        ("reviewer", "thamdinh", "Hoàng Minh Đức", None),
        ("head_of_unit", "chutichxa", "Đỗ Văn Xã", Some(&commune)),
        ("unit_staff", "canboxa", "Vũ Thị Lan", Some(&commune)),
        ("oversight", "giamsat", "Bùi Quang Sát", None),
    ];
    for (role, login, name, unit) in cast {
        people.push(invite(base, admin, &owner, role, login, name, unit.map(String::as_str)).await?);
    }
    step(&format!("Accounts: {} people invited, first passwords set through their links", people.len()));

    let scheduler = people.iter().find(|p| p.role == "scheduler").context("a scheduler")?;
    let desk = Phone::sign_in(base, &scheduler.login, &scheduler.password, "Máy tính phòng Nội vụ").await?;
    let template = checklist(&desk, &owner).await?;
    step("Checklist: Kiểm tra nhanh bộ phận một cửa, version 1, published and from now on unchangeable");
    Ok(Office { owner, people, province, commune, template })
}

/// Invites somebody, who takes the invitation up.
pub async fn invite(
    base: &str,
    admin: &Phone,
    owner: &str,
    role: &'static str,
    login: &str,
    name: &str,
    unit: Option<&str>,
) -> anyhow::Result<Person> {
    let mut grant = json!({"role": role, "owner": owner});
    if let Some(unit) = unit {
        grant["unit"] = json!(unit);
    }
    let body = json!({"login": login, "display_name": name, "locale": "vi", "grants": [grant]});
    let made = admin.post("/v1/accounts", body).await?;
    let link = text(&made, "/invitation/url")?;
    let token = link.split("token=").nth(1).context("an invitation link without token")?;
    let password = crate::flows::random_password();
    phone::accept_invitation(base, token, &password).await?;
    Ok(Person { role, login: login.to_owned(), password, account: text(&made, "/account/id")? })
}

fn item(code: &str, vi: &str, en: &str, subject: &str, when: &str, privacy: &str, critical: bool) -> Value {
    json!({
        "code": code, "question": {"vi": vi, "en": en}, "response": {"type": "yes_no_na", "pass": "yes"},
        "photo": {"min_count": 1, "subject": subject, "when": when, "privacy": privacy},
        "weight": 2, "critical": critical, "applies_to": ["commune"]
    })
}

async fn checklist(desk: &Phone, owner: &str) -> anyhow::Result<String> {
    let made = desk.post("/v1/templates", json!({"owner": owner, "code": "NHANH"})).await?;
    let id = text(&made, "/id")?;
    let mut body = json!({
        "title": {"vi": "Kiểm tra nhanh bộ phận một cửa", "en": "Quick check of the one-stop shop"},
        "sections": [
            {"title": {"vi": "Niêm yết và cơ sở vật chất", "en": "Posting and premises"}, "items": [
                item("NHANH-01", "Bảng niêm yết thủ tục hành chính có đầy đủ, dễ đọc?",
                    "Is the board of administrative procedures complete and readable?", "notice_board", "always", "avoid_faces", false),
                item("NHANH-02", "Quầy tiếp nhận có biển tên và đủ ghế cho công dân?",
                    "Does the desk carry its sign and have chairs for citizens?", "desk", "always", "avoid_faces", false),
                item("NHANH-03", "Sổ theo dõi hồ sơ được ghi chép đầy đủ?",
                    "Is the register of dossiers complete?", "register_book", "always", "mask_personal_data", false)]},
            {"title": {"vi": "Con người", "en": "People"}, "items": [
                item("NHANH-04", "Công chức trực quầy đeo thẻ đúng quy định?",
                    "Do the officers at the desk wear their badges?", "badge", "always", "avoid_faces", true),
                item("NHANH-05", "Có lãnh đạo trực theo lịch trong giờ làm việc?",
                    "Is a leader on duty by the roster?", "duty_roster", "optional", "avoid_faces", true)]}
        ]
    });
    let picture = desk.send_picture(&id, "image/jpeg", NOTICE_BOARD).await?;
    body["sections"][0]["items"][0]["picture"] = json!({"sha256": picture, "alt": {
        "vi": "Chụp trọn bảng niêm yết, đủ bốn góc", "en": "The whole notice board, all four corners"}});
    let draft = desk.post(&format!("/v1/templates/{id}/versions"), body).await?;
    let number = draft["number"].as_i64().unwrap_or(1);
    let version = text(&draft, "/id")?;
    desk.post(&format!("/v1/templates/{id}/versions/{number}/publish"), json!({})).await?;
    Ok(version)
}
