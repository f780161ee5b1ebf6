//! Who remedies by when what the season found: alone and jointly, once and month by month, one finding and several at once;
//! what was shown, verified, returned and given more time, and what it all comes to at the end.

use super::office::{Office, text};
use super::phone::Phone;
use super::season::{HEADS, Made, Season, day, head};
use super::step;
use super::visit::{OnSite, Shot, Taken, deliver, examined, now};
use anyhow::Context;
use serde_json::{Value, json};

/// Everybody gets a day; some are in time, some are not.
pub async fn play(base: &str, office: &Office, season: &Season<'_>, made: &[Made]) -> anyhow::Result<()> {
    for visit in made.iter().filter(|visit| visit.place != 4) {
        let head = match HEADS.iter().find(|(place, ..)| *place == visit.place) {
            Some((_, login, _)) => Some(head(base, office, login).await?),
            None => None,
        };
        // Late on the day of the demonstration, and every day from then on: nobody looks at these again.
        let is_late = head.is_none() && (visit.place < 4 || visit.place == 5);
        let due = if is_late { day(-6) } else { day(14) };
        for new in wanted(office, visit)? {
            let action = text(&season.desk.post("/v1/corrective-actions", new).await?, "/id")?;
            let path = format!("/v1/corrective-actions/{action}");
            season.desk.post(&format!("{path}/issue"), json!({"due_on": due.to_string()})).await?;
            match (visit.place, &head) {
                (0, Some(head)) => shown(season, head, (&visit.visit, &action)).await?,
                (_, Some(head)) => returned(season, head, &path).await?,
                (5, None) => {
                    let text = json!({"text": "Đề nghị hoàn thành và báo cáo Sở Nội vụ trong tuần này."});
                    season.desk.post(&format!("{path}/reminders"), text).await?;
                }
                _ => {}
            }
        }
    }
    related(season, made).await?;
    step(
        "Corrective actions issued: one for two findings with measures before and after and a photo, one to two owners, one month by month",
    );
    step("One was returned and given more time, the late ones of a commune were reminded of");
    Ok(())
}

/// What is asked of a commune: an action for each finding, or one for all of them.
fn wanted(office: &Office, visit: &Made) -> anyhow::Result<Vec<Value>> {
    let ids: Vec<String> = visit.findings.iter().map(|of| text(of, "/id")).collect::<Result<_, _>>()?;
    let asked = |title: &str, findings: &[String]| json!({"visit": visit.visit, "kind": "correction", "title": title, "owners": [visit.unit], "findings": findings});
    if visit.place == 0 {
        let mut one = asked("Rà soát quy trình, niêm yết đủ thủ tục và chấn chỉnh đeo thẻ", &ids);
        one["kind"] = json!("procedure_review");
        one["measures"] = json!([{"name": "Thời gian giải quyết", "unit": "ngày", "before": 10, "after": 7},
            {"name": "Giấy tờ phải nộp", "unit": "giấy tờ", "before": 5, "after": 4}]);
        return Ok(vec![one]);
    }
    let mut each: Vec<Value> =
        ids.iter().map(|id| asked("Chấn chỉnh và báo cáo kết quả", std::slice::from_ref(id))).collect();
    if let (7, [first, second]) = (visit.place, each.as_mut_slice()) {
        first["title"] = json!("Kiểm tra việc đeo thẻ và báo cáo hằng tháng");
        first["recurrence"] = json!({"every": "month", "instances": 6});
        second["title"] = json!("Ban hành quy chế làm việc theo mẫu của tỉnh");
        second["owners"] = json!([visit.unit, office.province]);
    }
    Ok(each)
}

/// The head shows that it is done, with a photo of afterwards; home affairs verifies.
async fn shown(season: &Season<'_>, head: &Phone, (visit, action): (&str, &str)) -> anyhow::Result<()> {
    let path = format!("/v1/corrective-actions/{action}");
    for taken in ["accept", "start"] {
        head.post(&format!("{path}/{taken}"), json!({})).await?;
    }
    let at_home = OnSite { visit: visit.to_owned(), lead: head.clone() };
    let shot = Shot("notice_board.jpg", "image/jpeg", "notice_board", None, "Bảng niêm yết sau khi bổ sung");
    let taken = Taken { at: now(), of_action: Some(action) };
    let photo = deliver(&at_home, season.samples, &shot, taken).await?;
    examined(head, &photo).await?;
    let done = json!({"note": "Đã niêm yết đủ thủ tục, cắt giảm thời gian và giấy tờ.", "photos": [photo],
        "papers": ["Báo cáo 45/BC-UBND"], "reached": [{"name": "Thời gian giải quyết", "value": 7},
            {"name": "Giấy tờ phải nộp", "value": 4}]});
    head.post(&format!("{path}/report"), done).await?;
    season.desk.post(&format!("{path}/verify"), json!({})).await?;
    Ok(())
}

/// The head is given more time; what it reports then does not do.
async fn returned(season: &Season<'_>, head: &Phone, path: &str) -> anyhow::Result<()> {
    head.post(&format!("{path}/accept"), json!({})).await?;
    let asked = json!({"until": day(28).to_string(), "reason": "Chờ kinh phí in sổ theo dõi mới."});
    head.post(&format!("{path}/request-extension"), asked).await?;
    let granted = json!({"grant": true, "reason": "Có lý do chính đáng."});
    season.chair.post(&format!("{path}/decide-extension"), granted).await?;
    head.post(&format!("{path}/start"), json!({})).await?;
    let done = json!({"note": "Đã chấn chỉnh.", "papers": ["Báo cáo 47/BC-UBND"]});
    head.post(&format!("{path}/report"), done).await?;
    let why = json!({"reason": "Báo cáo chưa nêu kết quả ghi chép từng lĩnh vực."});
    season.desk.post(&format!("{path}/return"), why).await?;
    Ok(())
}

/// Two findings of one cause belong together; one goes on in a procedure outside the system.
async fn related(season: &Season<'_>, made: &[Made]) -> anyhow::Result<()> {
    let of = |place: usize, item: &str| -> anyhow::Result<String> {
        let findings = made.iter().filter(|visit| visit.place == place).flat_map(|visit| &visit.findings);
        let mut own = findings.filter(|finding| finding["item"] == item);
        text(own.next().with_context(|| format!("no finding about {item}"))?, "/id")
    };
    let (one, other) = (of(0, "CV-01")?, of(5, "CV-01")?);
    season.lead.amend(&format!("/v1/findings/{one}"), json!({"linked": [other]})).await?;
    let outside = json!({"referral": "15/QĐ-KL"});
    season.desk.amend(&format!("/v1/findings/{}", of(2, "CV-05")?), outside).await?;
    Ok(())
}

/// What it comes to when everything has been played, as the API counts it.
pub async fn told(season: &Season<'_>) -> anyhow::Result<()> {
    let campaign = format!("/v1/campaigns/{}", season.campaign);
    let actions = season.desk.get(&format!("{campaign}/action-figures")).await?;
    let findings = season.desk.get(&format!("{campaign}/finding-figures")).await?;
    let [confirmed, open, withdrawn] = ["confirmed", "open", "withdrawn"].map(|of| &findings[of]);
    step(&format!("At the end, findings: {confirmed} confirmed, {open} of them open, {withdrawn} withdrawn"));
    let verified = &actions["verified"]["numerator"];
    let [issued, returned, extended, overdue, cancelled] =
        ["issued", "returned", "extended", "overdue", "cancelled"].map(|of| &actions[of]);
    step(&format!(
        "At the end, actions: {issued} issued, {verified} verified, {overdue} overdue, {returned} returned, {extended} given more time; {cancelled} cancelled"
    ));
    Ok(())
}
