//! What stands beside the season in reports: figures of others, agencies too small to be ranked, plans that meet others in the
//! same week, a drafted explanation, papers under review, and totals that everybody may read.

use super::office::{Office, text};
use super::phone::Phone;
use super::season::{Season, day, head};
use super::step;
use super::visit::{Order, campaign, local, minted, now};
use anyhow::Context;
use jiff::tz::Offset;
use serde_json::{Value, json};

/// Plays all of it.
pub async fn play(base: &str, office: &Office, season: &Season<'_>, units: &[String]) -> anyhow::Result<()> {
    imported(office, &season.desk, units).await?;
    agencies(base, office, season).await?;
    meetings(office, season, units).await?;
    drafted(base, office, season).await?;
    reviewed(base, office, season, units).await?;
    let said = json!({"title": format!("Kết quả kiểm tra công vụ năm {}", day(0).year())});
    let told =
        season.chair.post(&format!("/v1/campaigns/{}/published-totals", season.campaign), said).await?;
    step(&format!("Totals made public, for anybody: {base}/v1/published-totals/{}", text(&told, "/id")?));
    Ok(())
}

/// Indices, counts by category and due days that others told.
async fn imported(office: &Office, desk: &Phone, units: &[String]) -> anyhow::Result<()> {
    let year = day(0).year() - 1;
    let index = |unit: &str, year: i16, rank: usize, of: usize| {
        json!({"unit": unit, "period": year.to_string(), "figure": {"type": "index", "rank": rank, "of": of,
            "score": "71,5", "components": [{"name": "Cải cách thủ tục hành chính", "score": 10.25, "of": 14}]}})
    };
    let mut ranks = vec![index(&office.province, year, 34, 34)];
    ranks.extend(units.iter().take(9).enumerate().map(|(n, unit)| index(unit, year, n + 1, units.len())));
    let staff = |unit: &String| {
        json!({"unit": unit, "period": year.to_string(), "figure": {"type": "count", "count": 10,
            "parts": [{"category": "cong_chuc", "count": 8}, {"category": "hop_dong", "count": 2}]}})
    };
    let first = units.first().context("a commune")?;
    let late = json!([{"unit": first, "period": year.to_string(),
        "figure": {"type": "deadline", "due_on": format!("{year}-12-15"), "done_on": format!("{year}-12-20")}}]);
    let counts: Vec<Value> = units.iter().take(3).map(staff).collect();
    for (series, title, values) in [
        ("par_index", "Chỉ số cải cách hành chính", json!(ranks)),
        ("staff_due", "Số người làm việc theo nhóm", json!(counts)),
        ("yearly_report", "Báo cáo cải cách hành chính năm", late),
    ] {
        let said = json!({"owner": office.owner, "series": series, "title": title,
            "source": "Báo cáo của Ban Chỉ đạo cải cách hành chính tỉnh", "values": values});
        desk.post("/v1/external-figures", said).await?;
    }
    step("Figures of others imported: an index with ranks, counts by category, a report that came late");
    Ok(())
}

/// Two agencies: one judged by two questions, which is too little for a rank, one that was only met.
async fn agencies(base: &str, office: &Office, season: &Season<'_>) -> anyhow::Result<()> {
    let order = Order {
        title: "Kiểm tra công vụ tại các cơ quan chuyên môn".to_owned(),
        topics: &["Thực thi công vụ"],
        plan: ("17/KH-SNV", "Kế hoạch kiểm tra các cơ quan chuyên môn"),
        decision: ("44/QĐ-SNV", "Quyết định thành lập đoàn kiểm tra"),
        issued_on: day(-30).to_string(),
        team: "Đoàn kiểm tra số 3",
    };
    let (campaign, team) = campaign(base, office, &season.desk, &order).await?;
    let version = short_checklist(office, &season.desk).await?;
    for (name, on, lists) in [("Sở Tư pháp", day(-12), json!([version])), ("Sở Y tế", day(-11), json!([]))]
    {
        let unit = season.unit(name, "agency", &office.province).await?;
        let is_met = lists == json!([]);
        let at = |hour: i8| {
            local(Offset::constant(7).to_timestamp(on.at(hour, 0, 0, 0)).unwrap_or_else(|_| now()))
        };
        let plan = json!({"campaign": campaign, "team": team, "unit": unit, "templates": lists,
            "kind": if is_met { "working_session" } else { "planned" }, "planned_start": at(8), "planned_end": at(11)});
        let visit = text(&season.desk.post("/v1/visits", plan).await?, "/id")?;
        let path = format!("/v1/visits/{visit}");
        season.desk.post(&format!("{path}/dispatch"), json!({})).await?;
        season
            .lead
            .post(&format!("{path}/check-in"), json!({"at": at(8), "device_clock": local(now())}))
            .await?;
        for (code, value) in [("SO-01", "yes"), ("SO-02", "yes")].into_iter().filter(|_| !is_met) {
            let said = json!({"visit": visit, "template_version": version, "item": code,
                "answer": {"type": "yes_no_na", "value": value}, "answered_at": at(9)});
            season.lead.put(&format!("/v1/responses/{}", minted()), said).await?;
        }
        season.lead.post(&format!("{path}/close-recording"), json!({})).await?;
        season.conclude(&visit, name).await?;
    }
    step(
        "Two agencies: one judged by two questions alone, one met for a working session; neither is ranked by shares",
    );
    Ok(())
}

async fn short_checklist(office: &Office, desk: &Phone) -> anyhow::Result<String> {
    let item = |code: &str, vi: &str, en: &str| {
        json!({"code": code, "question": {"vi": vi, "en": en}, "weight": 1,
            "response": {"type": "yes_no_na", "pass": "yes"},
            "photo": {"min_count": 0, "when": "optional", "subject": "desk", "privacy": "avoid_faces"}})
    };
    let body = json!({"title": {"vi": "Kiểm tra nhanh cơ quan chuyên môn", "en": "Quick check of an agency"},
        "sections": [{"title": {"vi": "Kỷ luật", "en": "Discipline"}, "items": [
            item("SO-01", "Công chức có mặt đúng giờ?", "Are officers there in time?"),
            item("SO-02", "Lịch trực lãnh đạo được công khai?", "Is the roster of leaders posted?")]}]});
    let made = desk.post("/v1/templates", json!({"owner": office.owner, "code": "SO"})).await?;
    let versions = format!("/v1/templates/{}/versions", text(&made, "/id")?);
    let draft = desk.post(&versions, body).await?;
    desk.post(&format!("{versions}/{}/publish", draft["number"]), json!({})).await?;
    text(&draft, "/id")
}

/// Two plans for the weeks to come that meet at the same communes in the same week: worth joining.
async fn meetings(office: &Office, season: &Season<'_>, units: &[String]) -> anyhow::Result<()> {
    for (title, kind, first) in [
        ("Kiểm tra chuyên đề tiếp công dân", "thematic", day(9)),
        ("Kiểm tra cải cách hành chính cuối năm", "reform", day(10)),
    ] {
        let plan = json!({"owner": office.owner, "kind": kind, "title": title, "topics": [title]});
        let campaign = text(&season.desk.post("/v1/campaigns", plan).await?, "/id")?;
        let lead = json!({"account": office.person("team_lead")?.account, "role": "lead",
            "position": "Phó Giám đốc Sở Nội vụ"});
        let team = json!({"name": "Đoàn kiểm tra", "members": [lead]});
        let team = text(&season.desk.post(&format!("/v1/campaigns/{campaign}/teams"), team).await?, "/id")?;
        for (n, unit) in units.iter().take(3).enumerate() {
            let on = first.saturating_add(jiff::Span::new().days(i64::try_from(n)?));
            let at = |hour: i8| {
                local(Offset::constant(7).to_timestamp(on.at(hour, 0, 0, 0)).unwrap_or_else(|_| now()))
            };
            let plan = json!({"campaign": campaign, "team": team, "unit": unit, "kind": "planned",
                "templates": [season.version], "planned_start": at(8), "planned_end": at(11)});
            season.desk.post("/v1/visits", plan).await?;
        }
    }
    step(
        "Two drafted campaigns that come to the same three communes in the same weeks: their overlaps are listed",
    );
    Ok(())
}

/// A commune has a new chair, and reviews its papers.
async fn reviewed(base: &str, office: &Office, season: &Season<'_>, units: &[String]) -> anyhow::Result<()> {
    let unit = units.first().context("a commune")?;
    let raised = json!({"owner": office.owner, "unit": unit, "kind": "new_chair", "occurred_on": day(-10).to_string(),
        "about": "Ông Nguyễn Văn Nhạn được bầu làm Chủ tịch UBND xã"});
    let review = text(&season.desk.post("/v1/reviews", raised).await?, "/id")?;
    let done = json!({"paper": "31/QĐ-UBND", "note": "Ban hành quy chế làm việc mới."});
    let head = head(base, office, "bennhan").await?;
    head.post(&format!("/v1/reviews/{review}/work_regulation/complete"), done).await?;
    step("A new chair: four kinds of papers to review, one issued anew");
    Ok(())
}

/// Somebody of the office of the surprise visit drafts what its head may send.
async fn drafted(base: &str, office: &Office, season: &Season<'_>) -> anyhow::Result<()> {
    let list = season.desk.get(&format!("/v1/findings?at={}&kind=finding&limit=1", office.commune)).await?;
    let Some(finding) = list["items"].as_array().and_then(|items| items.first()) else { return Ok(()) };
    let finding = text(finding, "/id")?;
    // The surprise visit left it a candidate: its lead stands by it now.
    season.lead.post(&format!("/v1/findings/{finding}/confirm"), json!({})).await?;
    let person = office.person("unit_staff")?;
    let staff = Phone::sign_in(base, &person.login, &person.password, "Máy tính UBND xã").await?;
    let said = json!({"text": "Ba thủ tục đã bị bãi bỏ được gỡ ngay trong buổi sáng; kèm ảnh chụp lại bảng niêm yết.",
        "papers": ["Công văn 52/UBND-VP"]});
    staff.put(&format!("/v1/findings/{finding}/explanation-draft"), said).await?;
    step("The staff of the commune drafted an explanation that its head may send");
    Ok(())
}
