//! The checklist of the season: few items of every type, and how a commune answers them.

use serde_json::{Value, json};

fn item(
    code: &str,
    vi: &str,
    en: &str,
    response: &Value,
    weight: u8,
    critical: bool,
    due_days: u16,
) -> Value {
    let laws: &[&str] = if code == "CV-01" { &["Nghị định 118/2025/NĐ-CP"] } else { &[] };
    json!({
        "code": code, "legal_basis": laws, "question": {"vi": vi, "en": en}, "response": response, "weight": weight, "critical": critical,
        "photo": {"min_count": 0, "when": "optional", "subject": "notice_board", "privacy": "avoid_faces"},
        "remedy": {"text": {"vi": "Chấn chỉnh và báo cáo kết quả", "en": "Correct and report"}, "due_days": due_days}
    })
}

fn ratio(part: &str, whole: &str, threshold: u8) -> Value {
    json!({"type": "ratio", "numerator": {"field": part}, "denominator": {"field": whole}, "operator": ">=",
        "threshold": threshold, "part_of_whole": true})
}

/// What is asked.
pub fn body() -> Value {
    let option = |value: &str, vi: &str, en: &str, credit: f64| json!({"value": value, "label": {"vi": vi, "en": en}, "credit": credit});
    let register = json!({"type": "choice", "options": [
        option("complete", "Ghi chép đầy đủ", "Complete", 1.0),
        option("partly", "Còn thiếu sót", "In part", 0.5),
        option("none", "Không ghi chép", "Not kept", 0.0)]});
    let no_day = json!({"type": "count", "unit": "day", "operator": "==", "threshold": 0});
    let posted = json!({"type": "count", "unit": "item", "operator": ">=", "threshold": 3, "parts": [
        {"value": "rules", "label": {"vi": "Nội quy tiếp công dân", "en": "Rules of reception"}},
        {"value": "schedule", "label": {"vi": "Lịch tiếp công dân", "en": "Schedule of reception"}},
        {"value": "procedures", "label": {"vi": "Quy trình tiếp nhận đơn thư", "en": "Procedure for petitions"}}]});
    let yes = json!({"type": "yes_no_na", "pass": "yes"});
    json!({
        "title": {"vi": "Kỷ luật công vụ và bộ phận một cửa", "en": "Discipline and one-stop shop"},
        "sections": [
            {"title": {"vi": "Bộ phận một cửa", "en": "One-stop shop"}, "items": [
                item("CV-01", "Số thủ tục đã niêm yết trên số phải niêm yết?", "Procedures posted of those required?",
                    &ratio("procedures_posted", "procedures_required", 100), 5, true, 15),
                item("CV-02", "Sổ theo dõi hồ sơ được ghi chép thế nào?", "How is the register kept?", &register, 3, false, 30),
                item("CV-03", "Tỷ lệ hồ sơ nộp trực tuyến?", "Share of dossiers submitted online?",
                    &ratio("online_dossiers", "dossiers", 50), 3, false, 60)]},
            {"title": {"vi": "Kỷ luật, tiếp công dân", "en": "Discipline, reception"}, "items": [
                item("CV-04", "Số công chức đeo thẻ trên số có mặt?", "Officers with a badge of those present?",
                    &ratio("badge_worn", "officers_present", 100), 3, false, 7),
                item("CV-05", "Số ngày không có lãnh đạo trực trong tháng?", "Days without a leader on duty this month?",
                    &no_day, 4, true, 15),
                item("CV-06", "Số nội dung đã niêm yết tại phòng tiếp công dân?", "What is posted in the reception room?",
                    &posted, 2, false, 15),
                item("CV-07", "Đã ban hành quy chế làm việc?", "Are working rules issued?", &yes, 2, false, 30)]}
        ]
    })
}

/// The codes, in order.
pub const ITEMS: [&str; 7] = ["CV-01", "CV-02", "CV-03", "CV-04", "CV-05", "CV-06", "CV-07"];

/// How a commune answers an item, well or not.
pub fn answer(code: &str, is_good: bool) -> Value {
    let ratio = |part: u32, whole: u32| json!({"type": "ratio", "numerator": part, "denominator": whole});
    match (code, is_good) {
        ("CV-01", true) => ratio(150, 150),
        ("CV-01", false) => ratio(141, 150),
        ("CV-02", true) => json!({"type": "choice", "value": "complete"}),
        ("CV-02", false) => json!({"type": "choice", "value": "partly"}),
        ("CV-03", true) => ratio(236, 412),
        ("CV-03", false) => ratio(118, 412),
        ("CV-04", true) => ratio(11, 11),
        ("CV-04", false) => ratio(9, 11),
        ("CV-05", true) => json!({"type": "count", "value": 0}),
        ("CV-05", false) => json!({"type": "count", "value": 2}),
        ("CV-06", true) => json!({"type": "count", "value": 3}),
        ("CV-06", false) => json!({"type": "count", "value": 2, "missing": ["schedule"]}),
        (_, true) => json!({"type": "yes_no_na", "value": "yes",
            "document": {"number": "27/QĐ-UBND", "issued_on": "2025-08-04", "issuer": "UBND xã"}}),
        (_, false) => json!({"type": "yes_no_na", "value": "no"}),
    }
}
