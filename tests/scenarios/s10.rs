//! S10. After the half-year review of quận Hà Đông in 2013: a conclusion notice with frozen figures, seventeen actions
//! with their deadlines, and a finding that is withdrawn.

use super::office::{Office, Setting, Unit, district, done, names, ratio};
use super::remedies::all;
use super::s03::{WRONG_LIST, half_year};
use crate::harness::people::{PASSWORD, role};
use crate::harness::{Answer, Holder, House, id_of};
use fieldproof::domain::actor::Role;
use fieldproof::domain::ids::OwnerId;
use serde_json::{Value, json};
use uuid::Uuid;

/// A confirmed finding, the ward it is of, and the action issued for it.
struct Case {
    ward: String,
    item: String,
    finding: String,
    action: String,
}

/// Everything that the answers of the half-year gave rise to; the lead stands by it.
async fn confirmed(office: &Office, of: &Setting) -> Vec<Value> {
    all(&office.lead.visitor, &format!("/v1/findings?campaign={}&state=confirmed", of.campaign)).await
}

/// What the half-year review meeting concludes: four strengths, two shortcomings in figures, demands to every ward.
fn concluded(wards: &[Unit]) -> Value {
    let units: Vec<Uuid> = wards.iter().map(|ward| ward.id).collect();
    let to = |unit: &Uuid| json!({ "unit": unit });
    let line = |text: &str| json!({ "text": text });
    json!({
        "source": { "kind": "meeting", "title": "Hội nghị sơ kết 6 tháng đầu năm 2013", "place": "Hà Đông",
            "held_on": "2013-07-08" },
        "covers": { "from": "2013-01-01", "to": "2013-06-30" },
        "form": "announcement", "symbol": "TB-UBND", "issuer": "UBND quận Hà Đông",
        "letterhead": ["THÀNH PHỐ HÀ NỘI", "ỦY BAN NHÂN DÂN QUẬN HÀ ĐÔNG"],
        "title": "Kết luận về thực hiện Năm kỷ cương hành chính 6 tháng đầu năm 2013",
        "opening": "Đã kiểm tra {visits.count} lượt tại {units.count} đơn vị; {wards.ratio} phường được kiểm tra.",
        "figures": [
            { "key": "visits", "query": { "measure": "visits" } },
            { "key": "units", "query": { "measure": "units" } },
            { "key": "d02", "query": { "measure": "item", "item": "OSS-D02" } },
            { "key": "d03", "query": { "measure": "item", "item": "OSS-D03" } },
            { "key": "found", "query": { "measure": "findings" } },
            { "key": "wards", "query": { "measure": "coverage", "class": "commune",
                "unit": district("268", "2013-07-01").0 } },
        ],
        "strengths": [line("Đội ngũ và cơ sở vật chất được kiện toàn."), line("Thực hiện tốt quy tắc ứng xử."),
            line("Thái độ phục vụ đúng mực."), line("Tiếp công dân đúng thành phần.")],
        "shortcomings": [line("{d02.words} phường, {d02.ratio}, chưa niêm yết đủ bộ thủ tục hành chính."),
            line("{d03.words} phường, {d03.ratio}, chưa niêm yết theo danh mục từng lĩnh vực: {d03.names}.")],
        "demands": [{ "text": "Niêm yết đầy đủ, đúng danh mục trong 15 ngày.", "addressees": units }],
        "recipients": units.iter().map(to).collect::<Vec<_>>(),
        "archive": "VT"
    })
}

/// A step on the version of a notice that stands.
async fn step_of(who: &Holder, notice: &str, step: &str, said: Value) -> Answer {
    let version = who.visitor.send("GET", notice, None).await.header("etag").to_owned();
    let request = who.visitor.request("POST", &format!("{notice}/{step}")).header("if-match", version);
    who.visitor.answer(if said.is_null() { request } else { request.json(&said) }).await
}

/// Drafts, reviews, signs and issues a notice; refusals on the way. Its address.
async fn noticed(
    office: &Office,
    of: &Setting,
    content: Value,
    (number, corrects): (i32, Option<&str>),
) -> String {
    let begun = json!({ "campaign": of.campaign, "corrects": corrects.map(id_of), "content": content });
    let made = done(office.scheduler.visitor.send("POST", "/v1/notices", Some(&begun)).await);
    let notice = made.header("location").to_owned();
    done(step_of(&office.lead, &notice, "review", Value::Null).await);
    let unsigned = step_of(&office.authority, &notice, "issue", Value::Null).await;
    assert_eq!((unsigned.status, &unsigned.body["code"]), (409, &json!("notice.not-signed")));
    let signing = json!({ "number": number, "on": "2013-07-10", "place": "Hà Đông",
        "capacity": ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"], "signer_name": "Hồ Thị Chủ" });
    done(step_of(&office.authority, &notice, "sign", signing).await);
    done(step_of(&office.scheduler, &notice, "issue", Value::Null).await);
    let twice = step_of(&office.scheduler, &notice, "issue", Value::Null).await;
    assert_eq!((twice.status, &twice.body["code"]), (409, &json!("notice.issued")));
    notice
}

/// The printed page, as a browser of the office gets it.
async fn printed(house: &House, office: &Office, notice: &str) -> String {
    house.account("van-thu", &[role(Role::Scheduler, OwnerId(office.owner))]).await;
    let form = house.sign_in_page("/login").await;
    let sent = house.send_sign_in(&form, "van-thu", PASSWORD).await;
    let cookie = sent.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
    let path = format!("/review/notices/{}", id_of(notice));
    let stranger = house.stranger();
    let page = stranger.answer(stranger.request("GET", &path).header("cookie", cookie)).await;
    assert_eq!(page.status, 200);
    String::from_utf8(page.bytes).expect("a page of text")
}

/// What the paper says: number, day, the figures, the names in their order, seventeen wards and the archive.
async fn reads_as_the_decree_asks(house: &House, office: &Office, notice: &str) {
    let (_, whole) = office.scheduler.visitor.get(notice).await;
    assert_eq!((&whole["source"]["kind"], &whole["visits"]), (&json!("meeting"), &json!(25)));
    assert_eq!(whole["strengths"].as_array().map(Vec::len), Some(4));
    let figure = |key: &str| {
        let all = whole["figures"].as_array().expect("figures");
        all.iter().find(|figure| figure["key"] == key).cloned().expect("a figure")
    };
    assert_eq!((&figure("visits")["part"], &figure("units")["part"]), (&json!(25), &json!(23)));
    assert_eq!(figure("wards")["share"], ratio(17, 17, 100.00));
    assert_eq!(
        (&figure("d02")["share"], &figure("d02")["wording"]),
        (&ratio(13, 17, 76.47), &json!("phần lớn"))
    );
    assert_eq!(
        (&figure("d03")["share"], &figure("d03")["wording"]),
        (&ratio(4, 17, 23.53), &json!("một số"))
    );
    assert_eq!(names(&figure("d03")["units"]), WRONG_LIST);
    assert_eq!(figure("found")["part"], 31, "13 + 4 + 5 + 3 + 6");
    let page = printed(house, office, notice).await;
    let mut rest = page.as_str();
    for wanted in [
        "THÀNH PHỐ HÀ NỘI",
        "ỦY BAN NHÂN DÂN QUẬN HÀ ĐÔNG",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Số: 05/TB-UBND",
        "Hà Đông, ngày 10 tháng 7 năm 2013",
        "THÔNG BÁO",
        "tổng hợp 25 lượt kiểm tra từ ngày 01/01/2013 đến ngày 30/06/2013",
        "I. ƯU ĐIỂM",
        "II. TỒN TẠI, HẠN CHẾ",
        "Phần lớn phường, 13/17 (76,47%), chưa niêm yết đủ",
        "Một số phường, 4/17 (23,53%)",
        "Phường Đồng Mai, Phường Mộ Lao, Phường Phú Lương, Phường Phúc La.",
        "III. YÊU CẦU",
        "Nơi nhận:",
        "Lưu: VT.",
        "TM. ỦY BAN NHÂN DÂN",
        "Hồ Thị Chủ",
    ] {
        let (_, behind) =
            rest.split_once(wanted).unwrap_or_else(|| panic!("{wanted} is not where it belongs"));
        rest = behind;
    }
    let told = page.split("Nơi nhận:").nth(1).expect("recipients");
    assert_eq!(told.matches("<li>Phường ").count(), 17);
}

/// Proposes and issues an action for each finding of the two items, 15 days from the notice's signing on 10/7/2013.
async fn issued(office: &Office, wards: &[Unit], findings: &[Value]) -> Vec<Case> {
    let who = &office.scheduler.visitor;
    let mut cases = Vec::new();
    for finding in findings {
        let item = finding["item"].as_str().expect("an item").to_owned();
        if !["OSS-D02", "OSS-D03"].contains(&item.as_str()) {
            continue;
        }
        let new = json!({ "visit": finding["visit"], "kind": "correction", "title": "Niêm yết đúng quy định",
            "owners": [finding["unit"]], "findings": [finding["id"]] });
        let action = done(who.send("POST", "/v1/corrective-actions", Some(&new)).await);
        let action = action.header("location").to_owned();
        let due = json!({ "due_on": "2013-07-25" });
        done(who.send("POST", &format!("{action}/issue"), Some(&due)).await);
        let ward = wards.iter().find(|ward| finding["unit"] == json!(ward.id)).expect("a ward");
        let finding = format!("/v1/findings/{}", finding["id"].as_str().expect("an id"));
        cases.push(Case { ward: ward.name.clone(), item, finding, action });
    }
    // Mộ Lao's own list comes last: it will be explained, not remedied.
    cases.sort_by_key(|case| (case.ward == "Phường Mộ Lao" && case.item == "OSS-D03", case.ward.clone()));
    cases
}

async fn figures(office: &Office, of: &Setting, at: &str) -> Value {
    let (status, figures) = office.scheduler.visitor.get(&format!("{}/action-figures?at={at}", of.at)).await;
    assert_eq!(status, 200, "{figures}");
    figures
}

async fn step(who: &Holder, case: &Case, step: &str, said: Value) -> Value {
    let said = (!said.is_null()).then_some(&said);
    done(who.visitor.send("POST", &format!("{}/{step}", case.action), said).await).body
}

/// Nine are reported with evidence by 25/7, eight of them verified and one returned; two get more time.
async fn remedied(office: &Office, of: &Setting, heads: &Holder, cases: &[Case]) {
    // The due day ends at midnight in Vietnam.
    assert_eq!(figures(office, of, "2013-07-25T16:59:59Z").await["overdue"], 0);
    assert_eq!(figures(office, of, "2013-07-25T17:00:00Z").await["overdue"], 17);
    let evidence = json!({ "note": "Đã niêm yết đủ.", "papers": ["Báo cáo 45/BC-UBND"] });
    for (n, case) in cases.iter().enumerate().take(9) {
        step(heads, case, "accept", Value::Null).await;
        step(heads, case, "start", Value::Null).await;
        step(heads, case, "report", evidence.clone()).await;
        if n < 8 {
            let verified = step(&office.scheduler, case, "verify", json!({})).await;
            assert_eq!(verified["state"], "verified_done");
        } else {
            let why = json!({ "reason": "Ảnh chưa cho thấy toàn bộ bảng niêm yết." });
            assert_eq!(step(&office.scheduler, case, "return", why).await["state"], "returned");
        }
    }
    for case in &cases[9..11] {
        let asked = json!({ "until": "2013-08-09", "reason": "Chờ kinh phí làm bảng mới." });
        step(heads, case, "request-extension", asked).await;
        let granted = json!({ "grant": true, "reason": "Có lý do chính đáng." });
        let extended = step(&office.authority, case, "decide-extension", granted).await;
        assert_eq!(extended["due_on"], "2013-08-09");
    }
    let now = figures(office, of, "2013-07-26T00:00:00%2B07:00").await;
    assert_eq!(now["verified"], ratio(8, 17, 47.06));
    assert_eq!((&now["extended"], &now["overdue"]), (&json!(2), &json!(7)));
    assert_eq!((&now["returned"], &now["reported"]), (&json!(1), &json!(0)));
}

/// What Mộ Lao says is right: the finding is gone, its action with it, and the live figure follows; the notice does not,
/// and a second one corrects it.
async fn withdrawn(
    office: &Office,
    of: &Setting,
    heads: &Holder,
    (notice, wards): (&str, &[Unit]),
    last: &Case,
) {
    assert_eq!((last.ward.as_str(), last.item.as_str()), ("Phường Mộ Lao", "OSS-D03"));
    let said = json!({ "text": "Danh mục lĩnh vực đất đai được niêm yết tại phòng bên.",
        "papers": ["Công văn 45/UBND"] });
    done(heads.visitor.send("POST", &format!("{}/explain", last.finding), Some(&said)).await);
    let why = json!({ "reason": "Đã xác minh tại chỗ." });
    let withdraw = format!("{}/withdraw", last.finding);
    let gone = done(office.member.visitor.send("POST", &withdraw, Some(&why)).await).body;
    assert_eq!(gone["state"], "withdrawn");
    assert_eq!(step(&office.scheduler, last, "cancel", why).await["state"], "cancelled", "it was already");

    let reader = &office.scheduler.visitor;
    let live =
        format!("/v1/reports/items?campaign={}&from=2013-01-01&to=2013-06-30&item=OSS-D03", of.campaign);
    assert_eq!(reader.get(&live).await.1["items"][0]["failing"], ratio(3, 17, 17.65));
    let (_, compared) = reader.get(&format!("{notice}/figures")).await;
    let of_item = compared["items"].as_array().unwrap().iter().find(|item| item["frozen"]["key"] == "d03");
    let of_item = of_item.expect("the figure");
    assert_eq!(of_item["frozen"]["share"], ratio(4, 17, 23.53), "the notice still says 4");
    assert_eq!((&of_item["today"]["share"], &of_item["differs"]), (&ratio(3, 17, 17.65), &json!(true)));
    assert_eq!(of_item["visits"].as_array().map(Vec::len), Some(17), "the rows behind it");

    let correcting = noticed(office, of, concluded(wards), (6, Some(notice))).await;
    let (_, second) = reader.get(&correcting).await;
    let called = "Thông báo số 05/TB-UBND ngày 10 tháng 7 năm 2013 của UBND quận Hà Đông";
    assert_eq!(second["corrects"]["called"], called);
    assert_eq!(second["paper"]["opening"][0], format!("Thông báo này đính chính {called}."));
    let (_, first) = reader.get(notice).await;
    assert_eq!(first["corrected_by"], json!([id_of(&correcting)]));
    let share = |of: &Value| of["figures"][3]["share"].clone();
    assert_eq!((share(&first), share(&second)), (ratio(4, 17, 23.53), ratio(3, 17, 17.65)));
}

/// A head reads the notice and confirms to have it; sees the own ward's findings alone, and totals of all.
async fn sees_the_own_ward(house: &House, office: &Office, of: &Setting, notice: &str, foreign: &str) {
    let (_, wards) = district("268", "2013-07-01");
    let dong_mai = wards.iter().find(|ward| ward.name == "Phường Đồng Mai").expect("Đồng Mai").id;
    let head = house.holder("Chủ tịch Đồng Mai", &[(Role::HeadOfUnit, office.owner, Some(dong_mai))]).await;
    assert_eq!(head.visitor.get(foreign).await.0, 404);
    let own = all(&head.visitor, "/v1/findings?kind=finding").await;
    assert!(!own.is_empty() && own.iter().all(|finding| finding["unit"] == json!(dong_mai)));
    assert_eq!(all(&head.visitor, "/v1/corrective-actions?overdue=false").await.len(), 2);
    let (status, totals) = head.visitor.get(&format!("{}/finding-figures", of.at)).await;
    assert_eq!((status, &totals["confirmed"]), (200, &json!(31)));
    assert_eq!(head.visitor.get(&format!("{notice}/figures")).await.0, 403, "the rows are the office's");
    let said = json!({ "unit": dong_mai });
    let read = done(head.visitor.send("POST", &format!("{notice}/acknowledge"), Some(&said)).await).body;
    let told = read["recipients"].as_array().expect("recipients");
    let acts: Vec<&Value> = told.iter().filter(|to| !to["acknowledged"].is_null()).collect();
    assert_eq!((acts.len(), &acts[0]["acknowledged"]["by"]), (1, &json!(head.account)));
}

/// H01, H02, H05, H07, H08, H12, H14, M37: the notice of a half-year review meeting, seventeen actions, their due day in
/// Vietnam, more time, evidence, verification, and an explanation that is accepted.
#[tokio::test(flavor = "multi_thread")]
async fn a_review_meeting_concludes_and_its_notice_stands_while_the_wards_remedy() {
    let house = House::open().await;
    let (office, _, of) = half_year(&house).await;
    let (_, wards) = district("268", "2013-07-01");
    let findings = confirmed(&office, &of).await;
    assert_eq!(findings.len(), 31);
    let notice = noticed(&office, &of, concluded(&wards), (5, None)).await;
    reads_as_the_decree_asks(&house, &office, &notice).await;

    let cases = issued(&office, &wards, &findings).await;
    assert_eq!(cases.len(), 13 + 4);
    let head_of: Vec<_> = wards.iter().map(|ward| (Role::HeadOfUnit, office.owner, Some(ward.id))).collect();
    let heads = house.holder("Chủ tịch các phường", &head_of).await;
    remedied(&office, &of, &heads, &cases).await;
    withdrawn(&office, &of, &heads, (&notice, &wards), &cases[16]).await;
    sees_the_own_ward(&house, &office, &of, &notice, &cases[16].finding).await;
    live_figures(&office, &of, &notice, &cases).await;
    house.close().await;
}

/// A correction changes the live figure, not the notice; wards are ranked by what is still open, all seventeen, the same on each reading.
async fn live_figures(office: &Office, of: &Setting, notice: &str, cases: &[Case]) {
    let who = &office.scheduler.visitor;
    let failing = async || {
        let (status, report) =
            who.get(&format!("/v1/reports/items?campaign={}&item=OSS-D02", of.campaign)).await;
        assert_eq!(status, 200, "{report}");
        report["items"][0]["failing"].clone()
    };
    assert_eq!(failing().await, ratio(13, 17, 76.47));
    let case = cases.iter().find(|case| case.item == "OSS-D02").expect("a case");
    let (_, finding) = who.get(&case.finding).await;
    let addenda = format!("/v1/visits/{}/minutes/addenda", finding["visit"].as_str().expect("a visit"));
    let added = json!({ "item": "OSS-D02", "answer": { "type": "ratio", "numerator": 150, "denominator": 150 },
        "reason": "Bảng thứ hai đặt ở hành lang." });
    done(office.lead.visitor.send("POST", &addenda, Some(&added)).await);
    assert_eq!(failing().await, ratio(12, 17, 70.59));
    let (_, stands) = who.get(notice).await;
    assert_eq!(stands["figures"][2]["share"], ratio(13, 17, 76.47), "the notice still says 13");

    let ranking = format!("/v1/reports/ranking?campaign={}&class=commune", of.campaign);
    let rows = all(who, &ranking).await;
    assert_eq!(rows.len(), 17);
    // The lists behind each row hold what was known at that reading; everything else is the same on each.
    let told = |rows: &[Value]| -> Vec<Value> {
        rows.iter().cloned().map(|mut row| (row["rows"].take(), row).1).collect()
    };
    assert_eq!(told(&all(who, &ranking).await), told(&rows), "the same on each reading");
    let mut before: Option<&Value> = None;
    for (n, row) in rows.iter().enumerate() {
        let open = all(who, row["rows"]["open_findings"].as_str().expect("an address")).await.len();
        assert_eq!(row["open_findings"], json!(open), "{row}");
        let shared = before.filter(|last| last["open_findings"] == row["open_findings"]);
        let rank = shared.map_or(json!(n + 1), |last| last["rank"].clone());
        assert_eq!(row["rank"], rank, "ties share a rank");
        before = Some(row);
    }
    let open: u64 = rows.iter().filter_map(|row| row["open_findings"].as_u64()).sum();
    assert_eq!(open, 31 - 8 - 1, "less those remedied and the one withdrawn");
}
