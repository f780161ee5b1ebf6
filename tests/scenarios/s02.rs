//! S2. Round 4 in huyện Phú Xuyên: eleven communes are inspected again, and what was found there is looked at again.

use super::office::{Office, Setting, district, done, paper, ratio};
use super::remedies::all;
use crate::harness::{House, id_of};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

const ITEMS: [&str; 5] = ["OSS-D02!", "OSS-E01", "CON-G01", "CIT-P02", "CON-T03!"];
const ISSUER: &str = "UBND huyện Phú Xuyên";

/// Whether an item is still as it was at the re-inspection of the n-th commune.
fn is_not_fixed(item: &str, n: usize) -> bool {
    match item {
        "OSS-D02" => n < 3,
        "CON-G01" => (3..8).contains(&n),
        "CIT-P02" => (8..10).contains(&n),
        _ => false,
    }
}

struct Again<'a> {
    house: &'a House,
    office: &'a Office,
    of: &'a Setting,
    checklist: Uuid,
}

impl Again<'_> {
    /// The first inspection of a commune: the same four findings everywhere.
    async fn first(&self, unit: Uuid) -> String {
        let plan = self.office.plan(self.of, unit, "planned", "2017-03-20", &[self.checklist]);
        let visit = done(self.office.schedule(&plan).await).header("location").to_owned();
        let answers = [
            ("OSS-D02", false),
            ("OSS-E01", false),
            ("CON-G01", false),
            ("CIT-P02", false),
            ("CON-T03", true),
        ];
        let at = ("2017-03-20T07:35:00+07:00", self.checklist);
        self.office.record(self.house, &visit, at, &answers).await;
        assert_eq!(self.office.confirm_all(&visit).await.len(), 4);
        self.office.conclude(&visit).await;
        visit
    }

    /// The re-inspection: what is carried there is judged item by item.
    async fn second(&self, n: usize, unit: Uuid, first: &str) {
        let mut plan = self.office.plan(self.of, unit, "re_inspection", "2017-08-07", &[self.checklist]);
        plan["previous_visit"] = json!(id_of(first));
        let visit = done(self.office.schedule(&plan).await).header("location").to_owned();
        let lead = &self.office.lead.visitor;
        let (_, carried) = lead.get(&format!("{visit}/earlier-findings")).await;
        let carried = carried["items"].as_array().expect("items").clone();
        let items: Vec<&str> = carried.iter().filter_map(|f| f["item"].as_str()).collect();
        assert_eq!(items, ["CIT-P02", "CON-G01", "OSS-D02", "OSS-E01"]);
        let (_, bundle) = lead.get(&format!("{visit}/bundle")).await;
        assert_eq!(bundle["open_findings"], json!(carried), "the phone takes them along");
        let good = |item: &str| !is_not_fixed(item, n) && (item != "CON-T03" || n >= 2);
        let answers: Vec<(&str, bool)> =
            ITEMS.iter().map(|item| item.trim_end_matches('!')).map(|item| (item, good(item))).collect();
        let at = ("2017-08-07T07:35:00+07:00", self.checklist);
        self.office.record(self.house, &visit, at, &answers).await;
        for finding in &carried {
            let item = finding["item"].as_str().expect("an item");
            let outcome = if is_not_fixed(item, n) { "not_fixed" } else { "fixed" };
            let seen = json!({ "visit": id_of(&visit), "outcome": outcome });
            let at = format!("/v1/findings/{}/re-inspection", finding["id"].as_str().expect("an id"));
            let after = done(lead.send("POST", &at, Some(&seen)).await).body;
            // The same once more changes nothing and answers the same.
            assert_eq!(done(lead.send("POST", &at, Some(&seen)).await).body["finding"], after["finding"]);
            assert_eq!(after["finding"]["state"], "closed");
            assert_eq!(after["finding"]["re_inspection"]["visit"], json!(id_of(&visit)), "the proof");
            assert_eq!(after["repeated"].is_null(), outcome == "fixed");
            self.repeated(&after["repeated"], finding).await;
        }
        let new = self.office.confirm_all(&visit).await;
        assert_eq!(new.len(), usize::from(n < 2), "only what fails newly is left to confirm");
        self.office.conclude(&visit).await;
    }

    async fn repeated(&self, repeated: &Value, earlier: &Value) {
        if repeated.is_null() {
            return;
        }
        assert_eq!((&repeated["repeat_of"], &repeated["repeat_count"]), (&earlier["id"], &json!(1)));
        assert_eq!((&repeated["state"], &repeated["item"]), (&json!("confirmed"), &earlier["item"]));
        let list = format!("/v1/corrective-actions?finding={}", repeated["id"].as_str().expect("an id"));
        let actions = all(&self.office.scheduler.visitor, &list).await;
        assert_eq!(actions.len(), 1, "a new action");
        assert_eq!(actions[0]["state"], "proposed");
    }
}

/// X10, X14: 44 findings looked at again, 34 fixed, 10 repeated, 2 new, 12 open.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_found_is_looked_at_again() {
    let house = House::open().await;
    house.with_register().await;
    let (_, communes) = district("280", "2017-09-01");
    let office = Office::open(&house, "phu-xuyen", ISSUER).await;
    let checklist = office.checklist_asking("KT", &ITEMS).await;
    let of = office.draft("reform", "Kiểm tra cải cách hành chính 2017", &["Cải cách hành chính"]).await;
    let papers = [
        paper("plan", "21/KH-UBND", ISSUER, "2017-01-20"),
        paper("decision", "512/QĐ-UBND", ISSUER, "2017-02-01"),
    ];
    office.activate(&of.at, &papers).await;
    let again = Again { house: &house, office: &office, of: &of, checklist };
    for (n, commune) in communes.iter().take(11).enumerate() {
        let first = again.first(commune.id).await;
        again.second(n, commune.id, &first).await;
    }

    let (status, figures) = office.scheduler.visitor.get(&format!("{}/finding-figures", of.at)).await;
    assert_eq!(status, 200, "{figures}");
    let seen = &figures["re_inspection"];
    assert_eq!(seen["fixed"], ratio(34, 44, 77.27));
    assert_eq!(seen["repeated"], ratio(10, 44, 22.73));
    assert_eq!(seen["new_findings"], 2);
    let ranking: Vec<(&str, &Value)> = seen["repeat_ranking"]
        .as_array()
        .expect("a ranking")
        .iter()
        .map(|item| (item["item"].as_str().expect("a code"), &item["repeated"]))
        .collect();
    let wanted = [
        ("CON-G01", ratio(5, 11, 45.45)),
        ("OSS-D02", ratio(3, 11, 27.27)),
        ("CIT-P02", ratio(2, 11, 18.18)),
        ("OSS-E01", ratio(0, 11, 0.0)),
    ];
    assert_eq!(ranking, wanted.iter().map(|(item, share)| (*item, share)).collect::<Vec<_>>());
    assert_eq!((&figures["open"], &figures["confirmed"]), (&json!(12), &json!(56)));
    assert_eq!(figures["candidates"], 0);
    assert_eq!(figures["without_action"], 2, "the two new ones wait for an action");

    recurs(&office, &of).await;
    settled(&office, &of).await;

    // The list behind the figures, page by page, says the same.
    let list = format!("/v1/findings?campaign={}&repeated=true", of.campaign);
    let repeated = all(&office.scheduler.visitor, &list).await;
    let mut by_item: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in &repeated {
        *by_item.entry(finding["item"].as_str().expect("an item")).or_default() += 1;
    }
    assert_eq!(by_item, BTreeMap::from([("CIT-P02", 2), ("CON-G01", 5), ("OSS-D02", 3)]));

    // Châu Can was never inspected in this campaign.
    let chau_can = communes.iter().find(|unit| unit.name == "Xã Châu Can").expect("Châu Can");
    let mut plan = office.plan(&of, chau_can.id, "re_inspection", "2017-08-07", &[checklist]);
    plan["previous_visit"] = json!(Uuid::new_v4());
    let refused = office.schedule(&plan).await;
    assert_eq!((refused.status, &refused.body["code"]), (422, &json!("visit.no-prior-visit")));
    house.close().await;
}

/// X14: the two new findings get an action, and a reason for none: after that none is without either.
async fn settled(office: &Office, of: &Setting) {
    let who = &office.scheduler.visitor;
    let bare = all(who, &format!("/v1/findings?campaign={}&without_action=true", of.campaign)).await;
    assert_eq!(bare.len(), 2);
    let new = json!({ "visit": bare[0]["visit"], "kind": "correction", "title": "Phân công lãnh đạo trực",
        "owners": [bare[0]["unit"]], "findings": [bare[0]["id"]] });
    done(who.send("POST", "/v1/corrective-actions", Some(&new)).await);
    let at = format!("/v1/findings/{}", bare[1]["id"].as_str().expect("an id"));
    let reason = json!({ "no_action_because": "Đã khắc phục ngay trong buổi kiểm tra." });
    let etag = who.send("GET", &at, None).await.header("etag").to_owned();
    done(who.answer(who.request("PATCH", &at).header("if-match", etag).json(&reason)).await);
    let (_, figures) = who.get(&format!("{}/finding-figures", of.at)).await;
    assert_eq!((&figures["without_action"], &figures["open"]), (&json!(0), &json!(12)));
}

/// The report of recurrence: the same figures, items with their ranks, and the findings behind each.
async fn recurs(office: &Office, of: &Setting) {
    let who = &office.scheduler.visitor;
    let (status, report) = who.get(&format!("/v1/reports/recurrence?campaign={}", of.campaign)).await;
    assert_eq!(status, 200, "{report}");
    assert_eq!(report["seen"]["fixed"], ratio(34, 44, 77.27));
    assert_eq!(report["seen"]["repeated"], ratio(10, 44, 22.73));
    assert_eq!(report["new_findings"], 2);
    let ranked: Vec<Value> = report["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| json!([item["rank"], item["item"], item["seen"]["repeated"]]))
        .collect();
    let expected = [
        json!([1, "CON-G01", ratio(5, 11, 45.45)]),
        json!([2, "OSS-D02", ratio(3, 11, 27.27)]),
        json!([3, "CIT-P02", ratio(2, 11, 18.18)]),
        json!([4, "OSS-E01", ratio(0, 11, 0.0)]),
    ];
    assert_eq!(ranked, expected);
    for item in report["items"].as_array().expect("items").iter().chain([&json!({ "seen": report["seen"] })])
    {
        let rows = &item["seen"]["rows"];
        let listed = async |name: &str| all(who, rows[name].as_str().expect("an address")).await.len();
        for (list, figure) in [("repeated", "repeated"), ("fixed", "fixed")] {
            assert_eq!(json!(listed(list).await), item["seen"][figure]["numerator"], "{item}");
        }
        assert_eq!(json!(listed("looked_at").await), item["seen"]["fixed"]["denominator"]);
    }
    // Too few to be ranked stand apart.
    let (_, strict) = who.get(&format!("/v1/reports/recurrence?campaign={}&least=12", of.campaign)).await;
    assert_eq!(strict["items"], json!([]));
    assert_eq!(
        (strict["too_small"].as_array().map(Vec::len), &strict["too_small"][0]["because"]),
        (Some(4), &json!("too_few"))
    );
}
