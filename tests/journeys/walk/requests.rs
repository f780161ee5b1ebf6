//! How each operation is asked: addresses from the contract, bodies that have the right shape and go no further than the
//! rules behind the right, so that a walk changes next to nothing.

use super::ground::{Ground, Names, Walker};
use super::uploads::upload_of;
use crate::harness::{Answer, Visitor};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use uuid::Uuid;

/// Method and address of every operation, by its id.
pub struct Contract(HashMap<String, (String, String)>);

impl Contract {
    /// Reads it from the document.
    pub fn read() -> Self {
        let document = serde_json::to_value(fieldproof::http::openapi::document()).expect("a document");
        let mut all = HashMap::new();
        for (path, item) in document["paths"].as_object().expect("paths") {
            for method in ["get", "put", "post", "delete", "patch", "head"] {
                if let Some(id) = item[method]["operationId"].as_str() {
                    all.insert(id.to_owned(), (method.to_uppercase(), path.clone()));
                }
            }
        }
        Self(all)
    }

    /// Every operation's id.
    pub fn operations(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Method and address of one operation.
    pub fn of(&self, operation: &str) -> (&str, &str) {
        let (method, path) =
            self.0.get(operation).unwrap_or_else(|| panic!("the contract has no {operation}"));
        (method, path)
    }
}

/// What is sent.
#[derive(Clone, Debug)]
pub enum Said {
    /// No body.
    Nothing,
    /// JSON.
    Json(Value),
    /// A picture that was not declared.
    Picture,
}

/// One request, ready to be sent by anybody.
#[derive(Clone, Debug)]
pub struct Request {
    /// Method.
    pub method: String,
    /// Address with its query.
    pub path: String,
    /// Headers.
    pub headers: Vec<(&'static str, String)>,
    /// Body.
    pub said: Said,
}

const PICTURE: &[u8] = b"no picture at all";
/// SHA-256 of `x`: the picture that each template of the ground holds.
const HELD: &str = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";

impl Request {
    /// Sends it; again where the server is too busy for the moment, as its answer asks.
    pub async fn send(&self, by: &Visitor) -> Answer {
        for _ in 0..20 {
            let answer = self.send_once(by).await;
            if answer.status != 503 {
                return answer;
            }
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        }
        self.send_once(by).await
    }

    async fn send_once(&self, by: &Visitor) -> Answer {
        let mut request = by.request(&self.method, &self.path);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        request = match &self.said {
            Said::Nothing => request,
            Said::Json(body) => request.json(body),
            Said::Picture => request.body(PICTURE),
        };
        // Who is let in does not depend on how often it is asked, and a refusal would be kept under the key of a repetition.
        by.once(request).await
    }

    /// Whether it names something itself.
    pub fn names(&self, id: &str) -> bool {
        let body = match &self.said {
            Said::Json(body) => body.to_string(),
            _ => String::new(),
        };
        self.path.contains(id) || body.contains(id)
    }
}

/// An id as phones mint them; of what is removed, one that there is.
fn minted(operation: &str, names: &Names) -> String {
    let there = names.get("visit").filter(|_| matches!(operation, "remove_attendee" | "remove_guidance"));
    there.cloned().unwrap_or_else(|| Uuid::new_v4().to_string())
}

/// The request of one cell of the matrix.
pub fn request(contract: &Contract, ground: &Ground, operation: &str, names: &Names, by: &Walker) -> Request {
    let (plain, variant) = operation.split_once(':').unwrap_or((operation, ""));
    let (method, path) = contract.of(plain);
    let (spare, own) = (by.spare_device.to_string(), by.account.to_string());
    let mut path = path.replace("{size}", "320").replace("{year}", "2026").replace("{sha256}", HELD);
    for name in ["{response}", "{attendee}", "{guidance}", "{paper}"] {
        path = path.replace(name, &minted(plain, names));
    }
    for (name, id) in names.iter().chain([(&"device", &spare), (&"account", &own)]) {
        path = path.replace(&format!("{{{name}}}"), id);
    }
    if let Some(photo) = names.get("photo") {
        path = path.replace("{upload}", &upload_of(photo, by.account).to_string());
    }
    assert!(!path.contains('{'), "{operation}: {path} lacks a name");
    let mut headers = Vec::new();
    if plain.ends_with("_upload") {
        headers.push(("tus-resumable", "1.0.0".to_owned()));
    }
    match plain {
        "create_upload" => {
            path.push_str(&format!("?photo={}", names["photo"]));
            headers.push(("upload-length", "1".to_owned()));
        }
        "append_upload" => {
            headers.push(("content-type", "application/offset+octet-stream".to_owned()));
            headers.push(("upload-offset", "0".to_owned()));
        }
        "list_photos" => path.push_str(&format!("?visit={}", names["visit"])),
        "list_unit_successors" => path.push_str(&format!("?unit={}", names["unit"])),
        "compare_template_versions" => path.push_str("?from=1"),
        "list_devices" if variant == "owner" => {
            let ours = ground.at.owner.to_string();
            path.push_str(&format!("?owner={}", names.get("owner").unwrap_or(&ours)));
        }
        "read_unsent_work" => path.push_str(&format!("?owner={}", names["owner"])),
        "list_external_figures" => path.push_str(&format!("?owner={}", names["owner"])),
        "compare_periods" => path.push_str("?period=2021-H1"),
        "list_judged_units" => path.push_str("?item=A01"),
        "list_units_together" => path.push_str("?item=A01&item=A02"),
        "import_xlsform" => {
            let workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
            headers.push(("content-type", workbook.to_owned()));
        }
        "list_reviews" | "list_addressed_recommendations" => {
            path.push_str(&format!("?owner={}&unit={}", names["owner"], names["unit"]));
        }
        "withdraw_conflict" => path.push_str(&format!("?account={0}&unit={0}", Uuid::nil())),
        "remove_survey" => path.push_str("?valid_from=1999-01-01"),
        "remove_procedure" => {
            let of = format!("?owner={}&level=commune&code=9.999999&valid_from=2020-01-01", names["owner"]);
            path.push_str(&of);
        }
        "list_procedures" => path.push_str(&format!("?owner={}&level=commune", names["owner"])),
        "change_visit"
        | "change_finding"
        | "change_campaign"
        | "reseat_team"
        | "disband_team"
        | "change_round"
        | "remove_round"
        | "withdraw_document"
        | "merge_campaign"
        | "rewrite_notice"
        | "review_notice"
        | "discard_notice"
        | "sign_notice"
        | "void_notice"
        | "change_action"
        | "mask_photo"
        | "write_calendar"
        | "remove_calendar"
        | "write_holidays"
        | "write_assignment_rules" => {
            headers.push(("if-match", "\"v999\"".to_owned()));
        }
        "rewrite_template_version" => headers.push(("if-match", format!("\"draft-{}\"", "0".repeat(64)))),
        "read_original"
        | "head_original"
        | "read_derivative"
        | "head_derivative"
        | "read_preview"
        | "read_template_picture"
        | "head_template_picture" => {
            headers.push(("if-none-match", "*".to_owned()));
        }
        "send_template_picture" => headers.push(("content-type", "image/png".to_owned())),
        "send_preview" => headers.push(("content-type", "image/jpeg".to_owned())),
        "send_photo" => {
            headers.push(("content-type", "image/png".to_owned()));
            let digest = STANDARD.encode(Sha256::digest(PICTURE));
            headers.push(("repr-digest", format!("sha-256=:{digest}:")));
        }
        _ => {}
    }
    let said = match plain {
        "send_photo" | "send_preview" | "import_xlsform" | "send_template_picture" => Said::Picture,
        _ => body(ground, plain, variant, names).map_or(Said::Nothing, Said::Json),
    };
    Request { method: method.to_owned(), path, headers, said }
}

const THEN: &str = "2001-03-20T08:00:00+07:00";

fn at_once() -> String {
    jiff::Timestamp::now().to_string().replace('Z', "+00:00")
}

/// A body of the right shape: what is wrong with it is found only after the right is settled.
#[allow(clippy::too_many_lines, reason = "a table: one line for each operation")]
fn body(ground: &Ground, operation: &str, variant: &str, names: &Names) -> Option<Value> {
    let owner = names.get("owner").cloned().unwrap_or_else(|| ground.at.owner.to_string());
    let known = |name: &str| names.get(name).cloned();
    let grants = match known("owner") {
        Some(owner) => json!([{ "role": "clerk", "owner": owner }]),
        None => json!([]),
    };
    let item = json!({ "code": "A01", "question": { "vi": "Có niêm yết không?", "en": "" }, "weight": 1,
        "response": { "type": "yes_no_na", "pass": "yes" }, "photo": { "min_count": 1, "when": "always" } });
    let checklist = json!({ "title": { "vi": "", "en": "" },
        "sections": [{ "title": { "vi": "Niêm yết", "en": "" }, "items": [item] }] });
    Some(match operation {
        "change_visit" | "change_campaign" => json!({}),
        "cancel_visit" | "abort_visit" | "disclose_visit" | "leave_unanswered" => json!({ "reason": "" }),
        "have_photos" => json!({ "photos": [{ "photo": Uuid::now_v7(), "sha256": "0".repeat(64) }] }),
        "withdraw_photo" => json!({ "reason": "Chụp nhầm" }),
        "write_off_photo" => json!({ "reason": "Máy bị mất" }),
        "mask_photo" => json!({ "areas": [] }),
        "clear_for_visit" => json!({ "account": Uuid::nil() }),
        // By a clock that goes right, long before the decision.
        "check_in" => json!({ "at": THEN, "device_clock": at_once(),
            "position": { "latitude": 22.4, "longitude": 105.2, "accuracy_m": 8.0, "source": "gnss" } }),
        "put_response" => {
            json!({ "visit": known("visit"), "template_version": known("checklist"), "item": "A01",
            "answer": { "type": "yes_no_na", "value": "yes" }, "answered_at": THEN })
        }
        "decide_answer" => json!({ "take": true }),
        "draft_minutes" => json!({ "text": "Biên bản" }),
        "withdraw_signature" => {
            json!({ "side": if variant == "team" { "team" } else { "unit" }, "reason": "" })
        }
        "sign_minutes" => {
            json!({ "side": if variant == "team" { "team" } else { "unit" }, "outcome": "signed",
            "signer_name": "A", "signer_position": "B" })
        }
        "declare_photo" => json!({ "visit": known("visit"), "subject": "desk", "sha256": "0".repeat(64),
            "size_bytes": 3, "media_type": "image/png", "captured_at": THEN, "device_clock": THEN, "origin": "camera",
            "position": { "latitude": 22.4, "longitude": 105.2, "accuracy_m": 8.0, "source": "gnss" } }),
        "add_addendum" => json!({ "was": "", "becomes": "", "reason": "" }),
        "propose_finding" => json!({ "kind": "finding", "category": "", "statement": "" }),
        "enter_recommendation" => json!({ "text": "", "addressees": [] }),
        "enter_assessment" => json!({ "item": "", "assessor": "team", "judgement": "pass" }),
        "confirm_finding" => json!({ "statement": "" }),
        "request_explanation" | "change_finding" | "change_action" | "issue_action" | "verify_action" => {
            json!({})
        }
        "substantiate_finding" => json!({ "text": "" }),
        "carry_over_action" => json!({ "campaign": Uuid::nil(), "reason": "" }),
        "void_notice" => json!({ "reason": "" }),
        "re_inspect_finding" => json!({ "visit": known("visit"), "outcome": "fixed" }),
        "hand_over_action" => json!({ "from": Uuid::nil(), "unit": Uuid::nil(), "reason": "" }),
        "hand_over_finding" => json!({ "unit": Uuid::nil(), "reason": "" }),
        "explain_finding" => json!({ "text": "" }),
        "write_explanation_draft" => json!({ "text": "", "base_version": 9 }),
        "send_explanation_draft" => json!({ "version": 9 }),
        "publish_totals" => json!({ "title": "" }),
        "withdraw_totals" => json!({ "reason": "" }),
        "dismiss_finding" | "uphold_finding" | "withdraw_finding" | "cancel_action" | "return_action" => {
            json!({ "reason": "" })
        }
        "propose_action" => {
            json!({ "visit": known("visit"), "kind": "correction", "title": "", "owners": [] })
        }
        "report_action" => json!({ "note": "" }),
        "remind_of_action" => json!({ "text": "" }),
        "raise_review" => json!({ "owner": owner, "unit": known("unit"), "kind": "new_chair",
            "occurred_on": "2021-07-01", "about": "" }),
        "complete_review" => json!({ "note": "" }),
        "request_extension" => json!({ "until": "2030-01-31", "reason": "" }),
        "decide_extension" => json!({ "grant": true, "reason": "" }),
        "create_campaign" => json!({ "owner": owner, "kind": known("kind"), "title": "", "topics": [] }),
        "enter_document" => {
            json!({ "kind": "letter", "number": "1/KH-UBND", "issuer": "UBND", "issued_on": "2021-08-02",
            "title": "Kế hoạch" })
        }
        "draft_notice" => json!({ "campaign": known("campaign"), "content": notice() }),
        "rewrite_notice" => notice(),
        "sign_notice" => {
            json!({ "number": 5, "on": "2013-07-10", "place": "", "capacity": [], "signer_name": "" })
        }
        "acknowledge_notice" => json!({ "unit": known("unit") }),
        "commit_draw" => json!({ "title": "", "strata": [] }),
        "write_assignment_rules" => json!({ "own_unit": "", "rotation": "", "rotation_days": 1 }),
        "enter_conflict" => json!({ "account": Uuid::nil(), "unit": Uuid::nil(), "reason": "" }),
        "write_calendar" => json!({ "hours": {} }),
        "write_holidays" => json!({ "days": [{ "day": "2026-02-17", "works": false, "name": "" }] }),
        "put_attendee" => json!({ "visit": known("visit"), "name": "" }),
        "put_guidance" => {
            json!({ "visit": known("visit"), "guided": "", "content": "", "given_at": THEN })
        }
        "create_round" => json!({ "purpose": "" }),
        "change_round" => json!({ "name": "", "targets": [], "teams": [] }),
        "merge_campaign" => json!({ "into": known("campaign") }),
        "create_team" => json!({ "name": "", "members": [a_member()] }),
        "reseat_team" => json!({ "members": [a_member()] }),
        "schedule_visit" => {
            json!({ "campaign": known("campaign"), "team": known("team"), "unit": known("unit"),
            "kind": "planned", "planned_start": THEN, "planned_end": "2001-03-20T17:00:00+07:00",
            "templates": [known("checklist")] })
        }
        "create_template" => json!({ "owner": known("owner"), "code": "" }),
        "draft_template_version" | "rewrite_template_version" => checklist,
        "import_checklist" => json!({ "code": "DM-1", "body": checklist }),
        "compare_procedures" => {
            json!({ "owner": owner, "level": "commune", "day": "2020-03-20", "posted": [{ "code": "1.001193" }] })
        }
        "enter_procedure_list" => {
            json!({ "owner": owner, "level": "commune", "fields": [], "procedures": [] })
        }
        "import_external_figures" => {
            json!({ "owner": owner, "series": "", "title": "", "source": "", "values": [] })
        }
        "create_account" => json!({ "login": "", "display_name": "", "grants": grants }),
        "issue_enrolment" => json!({ "owner": owner, "account": known("account") }),
        "enrol_device" => json!({ "code": "", "proof": "", "name": "", "model": "",
            "key": { "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" } }),
        "report_unsent" => json!({ "device_clock": THEN, "visits": [] }),
        "push_changes" => json!({ "changes": [] }),
        "revoke_device" => json!({ "reason": "" }),
        "grant_role" => json!({ "role": "clerk", "owner": owner }),
        "create_owner" => json!({ "code": "", "name": "" }),
        "create_unit" => {
            json!({ "name": "", "unit_type": "commune", "parent": known("unit"), "valid_from": "2021-07-01" })
        }
        "add_unit_version" => json!({ "name": "", "unit_type": "commune", "valid_from": "2021-07-01" }),
        "record_unit_event" => json!({ "kind": "rename", "instrument": "", "operating_date": "2021-07-01",
            "changes": [{ "unit": known("unit"), "name": "" }] }),
        "undo_unit_event" => json!({ "reason": "" }),
        "survey_premises" => json!({ "name": "", "valid_from": "2021-07-01",
            "shape": { "type": "Point", "coordinates": [108.0, 15.7], "radius_m": 60 } }),
        "change_my_password" => json!({ "current_password": "x", "new_password": "y" }),
        _ => return None,
    })
}

/// A notice that says nothing.
fn notice() -> Value {
    json!({ "source": { "kind": "visit" }, "covers": { "visits": [] }, "form": "announcement", "symbol": "",
        "issuer": "", "title": "", "figures": [{ "key": "", "query": { "measure": "visits" } }],
        "strengths": [{ "text": "" }], "recipients": [{ "name": "" }] })
}

fn a_member() -> Value {
    json!({ "account": Uuid::nil(), "role": "lead", "position": "" })
}

/// What stands for a public operation: nothing that could be taken.
pub fn public(contract: &Contract, operation: &str) -> Request {
    let (method, path) = contract.of(operation);
    let said = match operation {
        "accept_invitation" => Said::Json(json!({ "token": "x", "password": "mưa rơi trên phố cổ" })),
        _ => Said::Nothing,
    };
    let form = ["authorize_sign_in", "token", "revoke"].contains(&operation);
    let headers = form.then(|| ("content-type", "application/x-www-form-urlencoded".to_owned()));
    Request { method: method.to_owned(), path: path.to_owned(), headers: headers.into_iter().collect(), said }
}
