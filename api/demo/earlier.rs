//! The year before: four of the communes were inspected then too, so that a period can be compared with the one before.

use super::office::Office;
use super::season::{Season, confirm, day};
use super::step;
use super::visit::{Order, campaign};
use jiff::civil::{Date, date};
use serde_json::json;

/// First day on which the communes of today stand.
const COMMUNES_BEGIN: Date = date(2025, 7, 1);

/// Where something was not fine then, commune by commune.
const FAILS: [&[&str]; 4] = [&["CV-01", "CV-02"], &["CV-01", "CV-03"], &["CV-05"], &["CV-01", "CV-04"]];

/// Plays four visits of the year before; nothing where there were no such communes yet.
pub async fn play(base: &str, office: &Office, season: &Season<'_>, units: &[String]) -> anyhow::Result<()> {
    let first = day(-45 - 365);
    if first <= COMMUNES_BEGIN {
        return Ok(());
    }
    let order = Order {
        title: format!("Kiểm tra công vụ năm {}", first.year()),
        topics: &["Kỷ luật, kỷ cương hành chính"],
        plan: ("11/KH-SNV", "Kế hoạch kiểm tra công vụ"),
        decision: ("29/QĐ-SNV", "Quyết định thành lập đoàn kiểm tra"),
        issued_on: day(-60 - 365).to_string(),
        team: "Đoàn kiểm tra",
    };
    let (campaign, team) = campaign(base, office, &season.desk, &order).await?;
    let then = season.under(campaign, team);
    // Those that nobody inspects again this year: what was open there is not carried to a re-inspection.
    for (place, (unit, fails)) in units.iter().skip(4).zip(FAILS).enumerate() {
        let on = first.saturating_add(jiff::Span::new().days(2 * i64::try_from(place)?));
        let visit = then.visit(json!({"unit": unit, "kind": "planned"}), on, fails).await?;
        then.lead.post(&format!("/v1/visits/{visit}/close-recording"), json!({})).await?;
        confirm(&then.lead, &visit).await?;
        then.conclude(&visit, "UBND xã").await?;
    }
    step("Four visits of the year before, to compare with");
    Ok(())
}
