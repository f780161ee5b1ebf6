//! The end of the season: a review meeting sums its visits up, and one conclusion notice tells every commune.

use super::office::text;
use super::phone::Phone;
use super::step;
use jiff::Span;
use jiff::civil::Date;
use serde_json::{Value, json};

/// Whoever has a part in a notice: each step is somebody else's.
pub struct Signers<'a> {
    /// Writes it and sends it.
    pub desk: &'a Phone,
    /// Reads it over.
    pub lead: &'a Phone,
    /// Signs it.
    pub chair: &'a Phone,
    /// A head who confirms to have it, and for which unit.
    pub head: (&'a Phone, &'a str),
}

/// What is told about an item, and the name sentences call its figure by.
const SHORTCOMINGS: [(&str, &str, &str); 3] = [
    ("posted", "CV-01", "chưa niêm yết đủ thủ tục hành chính"),
    ("register", "CV-02", "ghi chép sổ theo dõi hồ sơ chưa đầy đủ"),
    ("badges", "CV-04", "còn công chức chưa đeo thẻ"),
];

fn content(units: &[String], (from, today): (Date, Date)) -> Value {
    let held_on = today.saturating_sub(Span::new().days(1));
    let asked =
        |(key, item, _): &(&str, &str, &str)| json!({"key": key, "query": {"measure": "item", "item": item}});
    let figures = [
        json!({"key": "visits", "query": {"measure": "visits"}}),
        json!({"key": "communes", "query": {"measure": "coverage", "class": "commune"}}),
        json!({"key": "found", "query": {"measure": "findings"}}),
    ];
    let figures: Vec<Value> = figures.into_iter().chain(SHORTCOMINGS.iter().map(asked)).collect();
    let basis = |key: &str| if key == "posted" { " (căn cứ {posted.basis})" } else { "" };
    let told = |(key, _, what): &(&str, &str, &str)| json!({"text": format!("{{{key}.words}} đơn vị, {{{key}.ratio}}, {what}{}: {{{key}.names}}.", basis(key))});
    json!({
        "source": {"kind": "meeting", "title": "Hội nghị sơ kết công tác kiểm tra công vụ", "place": "Sông Thưa",
            "held_on": held_on},
        "covers": {"from": from, "to": today},
        "form": "announcement", "symbol": "TB-SNV", "issuer": "Sở Nội vụ tỉnh Sông Thưa",
        "letterhead": ["UBND TỈNH SÔNG THƯA", "SỞ NỘI VỤ"],
        "title": "Kết luận kiểm tra công vụ và cải cách hành chính tại các xã, phường",
        "opening": "Qua {visits.count} lượt kiểm tra, {communes.ratio} xã, phường đã được kiểm tra; Sở Nội vụ kết luận:",
        "figures": figures,
        "strengths": [{"text": "Công chức tiếp công dân niềm nở, hướng dẫn rõ ràng."}],
        "shortcomings": SHORTCOMINGS.iter().map(told).collect::<Vec<_>>(),
        "demands": [{"text": "Khắc phục {found.count} tồn tại đã nêu, báo cáo Sở Nội vụ trong 15 ngày.", "addressees": units}],
        "recommendations": [{"text": "Phân công lãnh đạo trực và công khai lịch trực tại bộ phận một cửa."}],
        "recipients": units.iter().map(|unit| json!({"unit": unit}))
            .chain([json!({"name": "UBND tỉnh"}), json!({"name": "Lãnh đạo Sở"})]).collect::<Vec<_>>(),
    })
}

/// Ends the fieldwork of a campaign; drafts, reviews, signs and issues its notice, from a day to today; one head confirms to
/// have it.
pub async fn issue(
    by: &Signers<'_>,
    campaign: &str,
    units: &[String],
    (from, today): (Date, Date),
) -> anyhow::Result<()> {
    // How much of the campaign's targets was seen is no secret once nobody is under way any more.
    by.desk.post(&format!("/v1/campaigns/{campaign}/close-fieldwork"), json!({})).await?;
    let new = json!({"campaign": campaign, "content": content(units, (from, today))});
    let draft = by.desk.post("/v1/notices", new).await?;
    let path = format!("/v1/notices/{}", text(&draft, "/id")?);
    let reviewed = by.lead.post_on(&format!("{path}/review"), &draft["version"], json!({})).await?;
    let signing = json!({"number": 7, "on": today, "place": "Sông Thưa", "capacity": ["GIÁM ĐỐC"],
        "signer_name": "Trần Thị Chủ"});
    let signed = by.chair.post_on(&format!("{path}/sign"), &reviewed["version"], signing).await?;
    by.desk.post(&format!("{path}/issue"), json!({})).await?;
    let (head, unit) = by.head;
    head.post(&format!("{path}/acknowledge"), json!({"unit": unit})).await?;
    by.desk.post(&format!("{path}/acknowledge"), json!({"name": "UBND tỉnh"})).await?;
    step(&format!(
        "A review meeting summed it up: notice {} written, reviewed, signed and issued to nine communes",
        text(&signed, "/number")?
    ));
    Ok(())
}
