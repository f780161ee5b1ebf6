//! A season of the same office: nine announced visits of the weeks before, what they found, and three re-inspections; at its
//! end a conclusion notice. So each list and report has something to show. Who remedies what has a file of its own.

use super::conclusion::{self, Signers};
use super::earlier;
use super::office::{self, Office, text};
use super::phone::Phone;
use super::remedies;
use super::visit::{OnSite, Order, Shot, Taken, after, campaign, deliver, host, local, minted, now};
use super::{Person, checklist, step};
use anyhow::Context;
use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{Span, Timestamp};
use serde_json::{Value, json};
use std::path::Path;

/// A commune of the season: name, type, what it does not do well.
struct Commune(&'static str, &'static str, &'static [&'static str]);

const COMMUNES: [Commune; 9] = [
    Commune("Xã Bến Nhạn", "commune", &["CV-01", "CV-04"]),
    Commune("Xã Đồng Mây", "commune", &["CV-02"]),
    Commune("Xã Khe Lim", "commune", &["CV-01", "CV-05", "CV-06"]),
    Commune("Xã Lũng Sen", "commune", &["CV-01", "CV-02"]),
    Commune("Xã Nà Trầm", "commune", &["CV-03"]),
    Commune("Xã Phù Vân", "commune", &["CV-01", "CV-03"]),
    Commune("Xã Suối Tre", "commune", &[]),
    Commune("Xã Tân Dừa", "commune", &["CV-04", "CV-07"]),
    Commune("Phường Hạ Thanh", "ward", &["CV-01"]),
];

/// Communes of the campaign that nobody has come to yet.
const NOT_YET: [&str; 2] = ["Xã Thác Mơ", "Xã Vĩnh Cửu"];

/// Why something is so, as the lead names it; the others are left without a cause.
const CAUSES: [(&str, &str); 3] = [
    ("CV-01", "Chưa phân công người phụ trách niêm yết"),
    ("CV-03", "Hạ tầng mạng chưa ổn định"),
    ("CV-04", "Chưa phân công người phụ trách niêm yết"),
];

/// Communes whose heads take part: place in the list, login, name.
pub const HEADS: [(usize, &str, &str); 3] =
    [(0, "bennhan", "Nguyễn Văn Nhạn"), (1, "dongmay", "Lê Thị Mây"), (4, "natram", "Lò Văn Trầm")];

/// A visit that was made.
pub struct Made {
    /// The commune's place in the list.
    pub place: usize,
    /// Its unit.
    pub unit: String,
    /// The visit.
    pub visit: String,
    /// What was confirmed.
    pub findings: Vec<Value>,
}

/// Whoever works on the campaign, and where.
#[derive(Clone)]
pub struct Season<'a> {
    /// The scheduler's.
    pub desk: Phone,
    /// The authority's.
    pub chair: Phone,
    /// The lead's.
    pub lead: Phone,
    member: Phone,
    /// Where the sample photos lie.
    pub samples: &'a Path,
    /// Under which campaign.
    pub campaign: String,
    /// Which team.
    pub team: String,
    /// With which checklist.
    pub version: String,
}

/// A day so many days from today.
pub fn day(from_today: i64) -> Date {
    let today = Offset::constant(7).to_datetime(now()).date();
    today.saturating_add(Span::new().days(from_today))
}

/// A time of a day in Vietnam.
fn at(day: Date, hour: i8, minute: i8) -> Timestamp {
    Offset::constant(7).to_timestamp(day.at(hour, minute, 0, 0)).unwrap_or_else(|_| now())
}

async fn sign_in(base: &str, office: &Office, role: &str, device: &str) -> anyhow::Result<Phone> {
    let person = office.person(role)?;
    Phone::sign_in(base, &person.login, &person.password, device).await
}

/// Plays the season; gives it with the units of its communes. Whoever joins is added to the office's people.
pub async fn play<'a>(
    base: &str,
    admin: &Phone,
    office: &mut Office,
    samples: &'a Path,
) -> anyhow::Result<(Season<'a>, Vec<String>)> {
    let desk = sign_in(base, office, "scheduler", "Máy tính phòng Nội vụ").await?;
    let version = publish(&desk, &office.owner).await?;
    let order = Order {
        title: format!("Kiểm tra công vụ và cải cách hành chính năm {}", day(-45).year()),
        topics: &["Kỷ luật, kỷ cương hành chính", "Cải cách hành chính", "Tiếp công dân"],
        plan: ("15/KH-SNV", "Kế hoạch kiểm tra công vụ và cải cách hành chính"),
        decision: ("41/QĐ-SNV", "Quyết định thành lập đoàn kiểm tra liên ngành"),
        issued_on: day(-60).to_string(),
        team: "Đoàn kiểm tra số 2",
    };
    let (campaign, team) = campaign(base, office, &desk, &order).await?;
    let season = Season {
        chair: sign_in(base, office, "authority", "Máy tính chủ tịch").await?,
        lead: sign_in(base, office, "team_lead", "Điện thoại của Mai Thị Hồng").await?,
        member: sign_in(base, office, "member", "Điện thoại của Phạm Văn Sơn").await?,
        desk,
        samples,
        campaign,
        team,
        version,
    };
    let units = season.communes(&office.province).await?;
    earlier::play(base, office, &season, &units).await?;
    let mut targets = units.clone();
    for name in NOT_YET {
        targets.push(season.unit(name, "commune", &office.province).await?);
    }
    let round = season.round("first", "Đợt 1", &targets).await?;
    let mut made = Vec::new();
    for (place, unit) in units.iter().enumerate() {
        made.push(season.first(place, unit, &round).await?);
    }
    let found: usize = made.iter().map(|visit| visit.findings.len()).sum();
    step(&format!(
        "Nine announced visits of the last weeks, {found} findings confirmed, strengths and advice beside them"
    ));
    season.explained(base, admin, office, &made).await?;
    remedies::play(base, office, &season, &made).await?;
    season.again(&made).await?;
    let first = made.first().context("a commune")?;
    let by = Signers {
        desk: &season.desk,
        lead: &season.lead,
        chair: &season.chair,
        head: (&head(base, office, "bennhan").await?, first.unit.as_str()),
    };
    conclusion::issue(&by, &season.campaign, &units, (day(-60), day(0))).await?;
    Ok((season, units))
}

async fn publish(desk: &Phone, owner: &str) -> anyhow::Result<String> {
    let made = desk.post("/v1/templates", json!({"owner": owner, "code": "CV"})).await?;
    let versions = format!("/v1/templates/{}/versions", text(&made, "/id")?);
    let draft = desk.post(&versions, checklist::body()).await?;
    desk.post(&format!("{versions}/{}/publish", draft["number"]), json!({})).await?;
    text(&draft, "/id")
}

/// Candidates of a visit, confirmed by the lead.
pub async fn confirm(lead: &Phone, visit: &str) -> anyhow::Result<Vec<Value>> {
    let list = lead.get(&format!("/v1/findings?visit={visit}&state=candidate&kind=finding&limit=50")).await?;
    let mut confirmed = Vec::new();
    for finding in list["items"].as_array().into_iter().flatten() {
        let path = format!("/v1/findings/{}/confirm", text(finding, "/id")?);
        let cause = CAUSES.iter().find(|(item, _)| finding["item"] == *item).map(|(_, cause)| *cause);
        confirmed.push(lead.post(&path, json!({"root_cause": cause})).await?);
    }
    Ok(confirmed)
}

impl<'a> Season<'a> {
    /// The same people under another campaign.
    pub fn under(&self, campaign: String, team: String) -> Season<'a> {
        Season { campaign, team, ..self.clone() }
    }

    async fn communes(&self, province: &str) -> anyhow::Result<Vec<String>> {
        let mut units = Vec::new();
        for Commune(name, unit_type, _) in COMMUNES {
            units.push(self.unit(name, unit_type, province).await?);
        }
        Ok(units)
    }

    /// Enters a unit below the province.
    pub async fn unit(&self, name: &str, unit_type: &str, province: &str) -> anyhow::Result<String> {
        let new = json!({"name": name, "unit_type": unit_type, "parent": province, "valid_from": "2025-07-01",
            "certainty": "high"});
        text(&self.desk.post("/v1/units", new).await?, "/id")
    }

    async fn round(&self, purpose: &str, name: &str, targets: &[String]) -> anyhow::Result<String> {
        let new = json!({"purpose": purpose, "name": name, "targets": targets, "teams": [self.team]});
        text(&self.desk.post(&format!("/v1/campaigns/{}/rounds", self.campaign), new).await?, "/id")
    }

    /// Plans a visit, goes there and answers; the visit.
    pub async fn visit(&self, mut plan: Value, on: Date, fails: &[&str]) -> anyhow::Result<String> {
        let (start, end) = (local(at(on, 7, 30)), local(at(on, 11, 30)));
        for (field, value) in [
            ("campaign", json!(self.campaign)),
            ("team", json!(self.team)),
            ("templates", json!([self.version])),
            ("planned_start", json!(start)),
            ("planned_end", json!(end)),
        ] {
            plan[field] = value;
        }
        let visit = text(&self.desk.post("/v1/visits", plan).await?, "/id")?;
        let path = format!("/v1/visits/{visit}");
        self.desk.post(&format!("{path}/dispatch"), json!({})).await?;
        let arrived = json!({"at": local(at(on, 7, 41)), "device_clock": local(now())});
        self.lead.post(&format!("{path}/check-in"), arrived).await?;
        for code in checklist::ITEMS {
            let said = json!({"visit": visit, "template_version": self.version, "item": code,
                "answer": checklist::answer(code, !fails.contains(&code)), "answered_at": local(at(on, 9, 0))});
            self.lead.put(&format!("/v1/responses/{}", minted()), said).await?;
        }
        Ok(visit)
    }

    /// Has the minutes signed and the visit taken as final.
    pub async fn conclude(&self, visit: &str, unit: &str) -> anyhow::Result<()> {
        let path = format!("/v1/visits/{visit}");
        let text = "Đoàn kiểm tra và đơn vị thống nhất các nội dung trên.";
        self.lead.post(&format!("{path}/minutes"), json!({"text": text})).await?;
        for (side, name, position) in
            [("unit", "Chủ tịch UBND", unit), ("team", "Mai Thị Hồng", "Trưởng đoàn kiểm tra")]
        {
            let said =
                json!({"side": side, "outcome": "signed", "signer_name": name, "signer_position": position});
            self.lead.post(&format!("{path}/sign"), said).await?;
        }
        self.lead.post(&format!("{path}/submit"), json!({})).await?;
        self.settle(&path).await?;
        self.desk.post(&format!("{path}/finalise"), json!({})).await?;
        Ok(())
    }

    /// Waits until every photo of a visit was read again by the worker.
    async fn settle(&self, path: &str) -> anyhow::Result<()> {
        for _ in 0..240 {
            if self.desk.get(&format!("{path}/media?limit=1")).await?.get("complete") == Some(&json!(true)) {
                return Ok(());
            }
            tokio::time::sleep(std::time::Duration::from_millis(250)).await;
        }
        anyhow::bail!("the photos of {path} are not verified; is a worker running?")
    }

    /// The first visit to a commune.
    async fn first(&self, place: usize, unit: &str, round: &str) -> anyhow::Result<Made> {
        let Commune(name, _, fails) = COMMUNES.get(place).context("a commune")?;
        let on = day(-45 + 3 * i64::try_from(place)?);
        let visit = self.visit(json!({"unit": unit, "kind": "planned", "round": round}), on, fails).await?;
        let path = format!("/v1/visits/{visit}");
        host(&self.lead, &visit, "Chủ tịch UBND", &format!("UBND {name}")).await?;
        let advice = json!({"visit": visit, "item": "CV-03", "guided": "Công chức một cửa",
            "content": "Hướng dẫn công dân nộp hồ sơ trực tuyến", "given_at": local(at(on, 9, 40))});
        self.lead.put(&format!("/v1/guidance/{}", minted()), advice).await?;
        self.photograph(&visit, on, place).await?;
        self.lead.post(&format!("{path}/close-recording"), json!({})).await?;
        let strength = json!({"kind": "strength", "category": "Thái độ phục vụ",
            "statement": "Công chức tiếp công dân niềm nở, hướng dẫn rõ ràng."});
        if fails.len() < 2 {
            let good = self.member.post(&format!("{path}/findings"), strength).await?;
            self.lead.post(&format!("/v1/findings/{}/confirm", text(&good, "/id")?), json!({})).await?;
        }
        if place == 2 {
            let asked = json!({"text": "Đề nghị UBND xã phân công lãnh đạo trực và công khai lịch trực.", "addressees": [unit]});
            self.lead.post(&format!("{path}/recommendations"), asked).await?;
            let other = json!({"item": "CV-04", "assessor": "elected_body", "assessor_name": "HĐND xã", "judgement": "fail",
                "note": "Còn công chức chưa đeo thẻ trong giờ làm việc."});
            self.member.post(&format!("{path}/assessments"), other).await?;
        }
        if place == 5 {
            self.told_by_citizens(&path).await?;
        }
        let findings = confirm(&self.lead, &visit).await?;
        self.conclude(&visit, &format!("UBND {name}")).await?;
        Ok(Made { place, unit: unit.to_owned(), visit, findings })
    }

    /// What citizens said is verified before the lead stands by it.
    async fn told_by_citizens(&self, path: &str) -> anyhow::Result<()> {
        let said = json!({"kind": "finding", "category": "Thái độ phục vụ", "hearsay": true,
            "statement": "Công dân phản ánh phải đi lại nhiều lần vì hướng dẫn không đầy đủ."});
        let told = self.member.post(&format!("{path}/findings"), said).await?;
        let checked = json!({"text": "Đã làm việc với bộ phận một cửa và đối chiếu phiếu hướng dẫn; phản ánh là đúng.",
            "papers": ["Biên bản làm việc"]});
        self.desk.post(&format!("/v1/findings/{}/substantiate", text(&told, "/id")?), checked).await?;
        Ok(())
    }

    async fn photograph(&self, visit: &str, on: Date, place: usize) -> anyhow::Result<()> {
        let on_site = OnSite { visit: visit.to_owned(), lead: self.lead.clone() };
        let shots = [
            Shot("notice_board.jpg", "image/jpeg", "notice_board", Some("CV-01"), "Bảng niêm yết thủ tục"),
            Shot("desk.jpg", "image/jpeg", "desk", Some("CV-03"), "Quầy tiếp nhận hồ sơ"),
        ];
        // Both where something was not fine, one elsewhere; nobody waits for what the worker says of them.
        let wanted = if place.is_multiple_of(2) { shots.as_slice() } else { &shots[..1] };
        for (n, shot) in wanted.iter().enumerate() {
            let seconds = 20 + 40 * i64::try_from(n)?;
            let taken = Taken { at: after(at(on, 8, 15), seconds), of_action: None };
            deliver(&on_site, self.samples, shot, taken).await?;
        }
        Ok(())
    }

    /// One commune explains what was found, and is right.
    async fn explained(
        &self,
        base: &str,
        admin: &Phone,
        office: &mut Office,
        made: &[Made],
    ) -> anyhow::Result<()> {
        for (place, login, name) in HEADS {
            let unit = made.get(place).map(|visit| visit.unit.as_str());
            let head = office::invite(base, admin, &office.owner, "head_of_unit", login, name, unit).await?;
            office.people.push(head);
        }
        let of = made.get(4).and_then(|visit| visit.findings.first()).context("a finding at Nà Trầm")?;
        let path = format!("/v1/findings/{}", text(of, "/id")?);
        let by = day(7).to_string();
        self.lead.post(&format!("{path}/request-explanation"), json!({"until": by})).await?;
        let head = head(base, office, "natram").await?;
        let said = json!({"text": "Xã chưa có đường truyền ổn định; số liệu tháng này đã đạt 55%.",
            "papers": ["Báo cáo 61/BC-UBND"]});
        head.post(&format!("{path}/explain"), said).await?;
        let why = json!({"reason": "Đã đối chiếu trên hệ thống: 227/412 hồ sơ trực tuyến."});
        self.member.post(&format!("{path}/withdraw"), why).await?;
        step(
            "One commune explained a finding; somebody who had not stood by it verified, and it was withdrawn",
        );
        Ok(())
    }

    /// Three communes that did not report are inspected again.
    async fn again(&self, made: &[Made]) -> anyhow::Result<()> {
        let targets: Vec<&Made> = made.iter().filter(|visit| [2, 3, 8].contains(&visit.place)).collect();
        let units: Vec<String> = targets.iter().map(|visit| visit.unit.clone()).collect();
        let round = self.round("re_inspection", "Đợt 2: tái kiểm tra", &units).await?;
        let (mut fixed, mut open, mut new) = (0, 0, 0);
        for (n, first) in targets.into_iter().enumerate() {
            let Commune(name, _, fails) = COMMUNES.get(first.place).context("a commune")?;
            // At the ward it is better and not gone; one thing at the first does not arise any more.
            let still: Vec<&str> = fails.iter().copied().take(1).collect();
            let fails_anew = (first.place == 3).then_some("CV-06");
            let fails: Vec<&str> = still.iter().copied().chain(fails_anew).collect();
            let plan = json!({"unit": first.unit, "kind": "re_inspection", "round": round, "previous_visit": first.visit});
            let visit = self.visit(plan, day(-4 + i64::try_from(n)?), &fails).await?;
            host(&self.lead, &visit, "Chủ tịch UBND", &format!("UBND {name}")).await?;
            self.lead.post(&format!("/v1/visits/{visit}/close-recording"), json!({})).await?;
            let earlier = self.lead.get(&format!("/v1/visits/{visit}/earlier-findings")).await?;
            for finding in earlier["items"].as_array().into_iter().flatten() {
                let item = finding["item"].as_str().unwrap_or_default();
                let outcome = match (first.place, item) {
                    (8, _) => "partly_fixed",
                    (2, "CV-06") => "no_longer_applicable",
                    (_, item) if still.contains(&item) => "not_fixed",
                    _ => "fixed",
                };
                fixed += u32::from(outcome == "fixed");
                open += u32::from(outcome == "not_fixed");
                let path = format!("/v1/findings/{}/re-inspection", text(finding, "/id")?);
                self.lead.post(&path, json!({"visit": visit, "outcome": outcome})).await?;
            }
            // What is only better stays the finding it was: the answer gives rise to no other one. What was not there before
            // is new.
            let waiting = format!("/v1/findings?visit={visit}&state=candidate&kind=finding&limit=50");
            for finding in self.lead.get(&waiting).await?["items"].as_array().into_iter().flatten() {
                let at = format!("/v1/findings/{}", text(finding, "/id")?);
                if finding["item"].as_str() == fails_anew {
                    self.lead.post(&format!("{at}/confirm"), json!({})).await?;
                    new += 1;
                    continue;
                }
                let why = json!({"reason": "Đã theo dõi ở phát hiện của lần kiểm tra trước."});
                self.lead.post(&format!("{at}/dismiss"), why).await?;
            }
            self.conclude(&visit, &format!("UBND {name}")).await?;
        }
        step(&format!(
            "Three re-inspections: {fixed} findings are gone, {open} were found again, {new} is there for the first time"
        ));
        Ok(())
    }
}

/// Signs a head in.
pub async fn head(base: &str, office: &Office, login: &str) -> anyhow::Result<Phone> {
    let of = |person: &&Person| person.login == login;
    let person = office.people.iter().find(of).with_context(|| format!("nobody is called {login}"))?;
    Phone::sign_in(base, &person.login, &person.password, "Máy tính UBND xã").await
}
