//! S10. After the half-year review of quận Hà Đông in 2013: findings of the wards, their actions and deadlines.

use super::office::{Office, Setting, Unit, district, done, paper, ratio};
use super::remedies::all;
use crate::harness::{Holder, House};
use fieldproof::domain::actor::Role;
use serde_json::{Value, json};

const ISSUER: &str = "UBND quận Hà Đông";
/// Wards that have posted the full set.
const POSTED: [&str; 4] = ["Nguyễn Trãi", "Quang Trung", "Vạn Phúc", "Văn Quán"];
/// Wards that have not posted by the right list of each field.
const WRONG_LIST: [&str; 4] = ["Đồng Mai", "Mộ Lao", "Phú Lương", "Phúc La"];

/// A confirmed finding, the ward it is of, and the action issued for it.
struct Case {
    ward: String,
    item: String,
    finding: Value,
    action: String,
}

async fn found(house: &House, office: &Office, of: &Setting, wards: &[Unit]) -> Vec<(Unit, Value)> {
    let checklist = office.checklist_asking("KT", &["OSS-D02!", "OSS-D03"]).await;
    let mut found = Vec::new();
    for ward in wards {
        let plan = office.plan(of, ward.id, "planned", "2013-03-20", &[checklist]);
        let visit = done(office.schedule(&plan).await).header("location").to_owned();
        let name = ward.name.trim_start_matches("Phường ");
        let answers = [("OSS-D02", POSTED.contains(&name)), ("OSS-D03", !WRONG_LIST.contains(&name))];
        office.record(house, &visit, ("2013-03-20T07:35:00+07:00", checklist), &answers).await;
        let confirmed = office.confirm_all(&visit).await;
        office.conclude(&visit).await;
        found.extend(confirmed.into_iter().map(|finding| (ward.clone(), finding)));
    }
    found
}

/// Proposes and issues an action for each finding, 15 days from the notice's signing on 10/7/2013.
async fn issued(office: &Office, found: Vec<(Unit, Value)>) -> Vec<Case> {
    let who = &office.scheduler.visitor;
    let mut cases = Vec::new();
    for (ward, finding) in found {
        let new = json!({ "visit": finding["visit"], "kind": "correction", "title": "Niêm yết đúng quy định",
            "owners": [ward.id], "findings": [finding["id"]] });
        let action = done(who.send("POST", "/v1/corrective-actions", Some(&new)).await);
        let action = action.header("location").to_owned();
        let due = json!({ "due_on": "2013-07-25" });
        done(who.send("POST", &format!("{action}/issue"), Some(&due)).await);
        let item = finding["item"].as_str().expect("an item").to_owned();
        let ward = ward.name.trim_start_matches("Phường ").to_owned();
        cases.push(Case { ward, item, finding, action });
    }
    // Mộ Lao's own list comes last: it will be explained, not remedied.
    cases.sort_by_key(|case| (case.ward == "Mộ Lao" && case.item == "OSS-D03", case.ward.clone()));
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

/// H07, H08, H14: seventeen actions, their due day in Vietnam, more time, evidence, verification, and an explanation
/// that is accepted.
#[tokio::test(flavor = "multi_thread")]
async fn actions_have_owners_and_days() {
    let house = House::open().await;
    house.with_register().await;
    let (_, wards) = district("268", "2013-07-01");
    assert_eq!(wards.len(), 17);
    let office = Office::open(&house, "ha-dong", ISSUER).await;
    let of = office.draft("civil_service", "Năm kỷ cương hành chính 2013", &["Thực thi công vụ"]).await;
    let papers = [
        paper("plan", "5/KH-UBND", ISSUER, "2013-01-02"),
        paper("decision", "12/QĐ-UBND", ISSUER, "2013-01-02"),
    ];
    office.activate(&of.at, &papers).await;
    let found = found(&house, &office, &of, &wards).await;
    assert_eq!(found.len(), 13 + 4);
    let cases = issued(&office, found).await;
    let head_of: Vec<_> = wards.iter().map(|ward| (Role::HeadOfUnit, office.owner, Some(ward.id))).collect();
    let heads = house.holder("Chủ tịch các phường", &head_of).await;

    // The due day ends at midnight in Vietnam.
    assert_eq!(figures(&office, &of, "2013-07-25T16:59:59Z").await["overdue"], 0);
    assert_eq!(figures(&office, &of, "2013-07-25T17:00:00Z").await["overdue"], 17);

    let evidence = json!({ "note": "Đã niêm yết đủ.", "papers": ["Báo cáo 45/BC-UBND"] });
    for (n, case) in cases.iter().enumerate().take(9) {
        step(&heads, case, "accept", Value::Null).await;
        step(&heads, case, "start", Value::Null).await;
        step(&heads, case, "report", evidence.clone()).await;
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
        step(&heads, case, "request-extension", asked).await;
        let granted = json!({ "grant": true, "reason": "Có lý do chính đáng." });
        let extended = step(&office.authority, case, "decide-extension", granted).await;
        assert_eq!(extended["due_on"], "2013-08-09");
    }
    let now = figures(&office, &of, "2013-07-26T00:00:00%2B07:00").await;
    assert_eq!(now["verified"], ratio(8, 17, 47.06));
    assert_eq!((&now["extended"], &now["overdue"]), (&json!(2), &json!(7)));
    assert_eq!((&now["returned"], &now["reported"]), (&json!(1), &json!(0)));

    // What Mộ Lao says is right: the finding is gone, and its action with it.
    let last = &cases[16];
    assert_eq!((last.ward.as_str(), last.item.as_str()), ("Mộ Lao", "OSS-D03"));
    let at = format!("/v1/findings/{}", last.finding["id"].as_str().expect("an id"));
    let said = json!({ "text": "Danh mục lĩnh vực đất đai được niêm yết tại phòng bên.",
        "papers": ["Công văn 45/UBND"] });
    done(heads.visitor.send("POST", &format!("{at}/explain"), Some(&said)).await);
    let why = json!({ "reason": "Đã xác minh tại chỗ." });
    let gone = done(office.member.visitor.send("POST", &format!("{at}/withdraw"), Some(&why)).await).body;
    assert_eq!(gone["state"], "withdrawn");
    assert_eq!(step(&office.scheduler, last, "cancel", why).await["state"], "cancelled", "it was already");
    let list = format!("/v1/findings?campaign={}&item=OSS-D03", of.campaign);
    let live = all(&office.scheduler.visitor, &list).await;
    assert_eq!(live.iter().filter(|f| f["state"] != "withdrawn").count(), 3);

    live_figures(&office, &of, &cases).await;

    // A head sees the own ward's findings alone, and totals of all.
    let dong_mai = wards.iter().find(|ward| ward.name == "Phường Đồng Mai").expect("Đồng Mai");
    let head =
        house.holder("Chủ tịch Đồng Mai", &[(Role::HeadOfUnit, office.owner, Some(dong_mai.id))]).await;
    assert_eq!(head.visitor.get(&at).await.0, 404);
    let own = all(&head.visitor, "/v1/findings?kind=finding").await;
    assert_eq!(own.len(), 2);
    assert!(own.iter().all(|finding| finding["unit"] == json!(dong_mai.id)));
    assert_eq!(all(&head.visitor, "/v1/corrective-actions?overdue=false").await.len(), 2);
    let (status, totals) = head.visitor.get(&format!("{}/finding-figures", of.at)).await;
    assert_eq!((status, &totals["confirmed"]), (200, &json!(17)));
    assert_eq!(totals["critical"], ratio(13, 17, 76.47));
    house.close().await;
}

/// The live figures follow the withdrawal and a correction; wards are ranked by what is still open, all seventeen, the same
/// on each reading.
async fn live_figures(office: &Office, of: &Setting, cases: &[Case]) {
    let who = &office.scheduler.visitor;
    let failing = async |item: &str| {
        let (status, report) =
            who.get(&format!("/v1/reports/items?campaign={}&item={item}", of.campaign)).await;
        assert_eq!(status, 200, "{report}");
        report["items"][0]["failing"].clone()
    };
    assert_eq!(failing("OSS-D03").await, ratio(3, 17, 17.65));
    assert_eq!(failing("OSS-D02").await, ratio(13, 17, 76.47));
    let case = cases.iter().find(|case| case.item == "OSS-D02").expect("a case");
    let addenda = format!("/v1/visits/{}/minutes/addenda", case.finding["visit"].as_str().expect("a visit"));
    let added = json!({ "item": "OSS-D02", "answer": { "type": "yes_no_na", "value": "yes" },
        "reason": "Bảng thứ hai đặt ở hành lang." });
    done(office.lead.visitor.send("POST", &addenda, Some(&added)).await);
    assert_eq!(failing("OSS-D02").await, ratio(12, 17, 70.59));

    let ranking = format!("/v1/reports/ranking?campaign={}&class=commune", of.campaign);
    let rows = all(who, &ranking).await;
    assert_eq!(rows.len(), 17);
    assert_eq!(all(who, &ranking).await, rows, "the same on each reading");
    let mut before: Option<&Value> = None;
    for (n, row) in rows.iter().enumerate() {
        let open = all(who, row["rows"]["open_findings"].as_str().expect("an address")).await.len();
        assert_eq!(row["open_findings"], json!(open), "{row}");
        let shared = before.filter(|last| last["open_findings"] == row["open_findings"]);
        assert_eq!(
            row["rank"],
            shared.map_or(json!(n + 1), |last| last["rank"].clone()),
            "ties share a rank"
        );
        before = Some(row);
    }
    let open: u64 = rows.iter().filter_map(|row| row["open_findings"].as_u64()).sum();
    assert_eq!(open, 8, "seventeen, less eight remedied and one withdrawn");
}
