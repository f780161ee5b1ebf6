//! Values of our own that stand in sentences, in Vietnamese: states, roles, events, types of units.

use crate::domain::actor::Role;
use crate::domain::unit::UnitType;

/// A value as it is sent, and what people call it in the middle of a sentence.
const WORDS: &[(&str, &str)] = &[
    // Campaigns.
    ("draft", "dự thảo"),
    ("submitted", "đã trình"),
    ("approved", "đã duyệt"),
    ("active", "đang hoạt động"),
    ("fieldwork_closed", "đã kết thúc kiểm tra thực địa"),
    ("concluded", "đã kết luận"),
    ("closed", "đã đóng"),
    ("cancelled", "đã hủy"),
    ("merged_into", "đã gộp vào cuộc khác"),
    // Corrective actions.
    ("proposed", "mới đề xuất"),
    ("issued", "đã giao"),
    ("accepted", "đã nhận"),
    ("in_progress", "đang thực hiện"),
    ("reported_done", "đã báo cáo hoàn thành"),
    ("verified_done", "đã được xác nhận"),
    ("returned", "bị trả lại"),
    // What happens to units.
    ("create", "thành lập"),
    ("rename", "đổi tên"),
    ("reclassify", "chuyển loại"),
    ("transfer", "điều chuyển"),
    ("merge", "sáp nhập"),
    ("split", "chia tách"),
    ("abolish", "giải thể"),
];

/// What a role is called.
fn role(role: Role) -> &'static str {
    match role {
        Role::Administrator => "quản trị viên",
        Role::Authority => "cấp có thẩm quyền",
        Role::Scheduler => "cán bộ lập kế hoạch",
        Role::TeamLead => "trưởng đoàn",
        Role::Member => "thành viên đoàn",
        Role::Clerk => "thư ký đoàn",
        Role::Reviewer => "người thẩm định",
        Role::HeadOfUnit => "người đứng đầu đơn vị",
        Role::UnitStaff => "công chức của đơn vị",
        Role::Oversight => "cơ quan giám sát",
        Role::Integrator => "phần mềm tích hợp",
    }
}

fn one(value: &str) -> Option<String> {
    let known = WORDS.iter().find(|(sent, _)| *sent == value).map(|(_, said)| (*said).to_owned());
    let as_role = || Role::ALL.iter().copied().find(|of| of.as_str() == value).map(|of| role(of).to_owned());
    let as_type = || UnitType::parse(value).map(|of| of.vietnamese().to_lowercase());
    known.or_else(as_role).or_else(as_type)
}

/// A value of ours in Vietnamese, or several of which any will do; what is none of them as it stands.
#[must_use]
pub fn said(value: &str) -> String {
    let each = value.split(" or ").map(|value| one(value).unwrap_or_else(|| value.to_owned()));
    each.collect::<Vec<_>>().join(" hoặc ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::unit::event::EventKind;
    use crate::domain::{action, campaign::CampaignState};

    #[test]
    fn every_value_that_is_told_has_words() {
        let campaigns = CampaignState::ALL.iter().map(|of| of.as_str());
        let actions = action::State::ALL.iter().map(|of| of.as_str());
        let events = EventKind::ALL.iter().map(|of| of.as_str());
        let roles = Role::ALL.iter().map(|of| of.as_str());
        let types = UnitType::ALL.iter().map(|of| of.as_str());
        for value in campaigns.chain(actions).chain(events).chain(roles).chain(types) {
            assert_ne!(said(value), value);
            assert!(!said(value).contains('_'), "{value}");
        }
        assert_eq!(said("member or clerk or team_lead"), "thành viên đoàn hoặc thư ký đoàn hoặc trưởng đoàn");
        assert_eq!(
            said("133/KH-UBND, 01/2025/QĐ-UBND or 11-HD/HU"),
            "133/KH-UBND, 01/2025/QĐ-UBND hoặc 11-HD/HU"
        );
    }
}
