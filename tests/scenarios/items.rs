//! What the checklists that come with the program make of answers as an inspector gives them: measures at their
//! thresholds, counts with what is missing, papers with number and day, and the findings that come of it. One visit to a
//! commune of huyện Mỹ Đức at a quarter to eight.

use super::desk::Desk;
use crate::harness::{Answer, Shot, id_of, pictures};
use serde_json::{Value, json};
use uuid::Uuid;

const AT: &str = "2020-03-20T07:45:00+07:00";

/// A team at a commune, with all five checklists.
pub(super) struct Commune {
    /// The office.
    pub(super) desk: Desk,
    /// The visit's address.
    pub(super) visit: String,
    versions: Vec<(String, String)>,
}

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_else(|| panic!("no {field} in {value}")).to_owned()
}

fn ratio(numerator: u32, denominator: u32) -> Value {
    json!({ "type": "ratio", "numerator": numerator, "denominator": denominator })
}

fn count(value: u32) -> Value {
    json!({ "type": "count", "value": value })
}

fn choice(value: &str) -> Value {
    json!({ "type": "choice", "value": value })
}

fn yes_no(value: &str) -> Value {
    json!({ "type": "yes_no_na", "value": value })
}

impl Commune {
    /// On site, with nothing answered yet.
    pub(super) async fn open() -> Self {
        let desk = Desk::open("my-duc").await;
        let shelf = desk.read("/v1/templates").await;
        let versions: Vec<(String, String)> = shelf["items"]
            .as_array()
            .expect("items")
            .iter()
            .map(|template| (text(template, "code"), text(&template["versions"][0], "id")))
            .collect();
        let under = desk.active_campaign("Kiểm tra công vụ năm 2020", ("345/QĐ-UBND", "2020-02-10")).await;
        let found = desk.read("/v1/units?q=an%20tien&as_of=2020-03-20").await;
        let days = ("2020-03-20T07:30:00+07:00", "2020-03-20T17:00:00+07:00");
        let lists: Vec<&String> = versions.iter().map(|(_, id)| id).collect();
        let (status, visit) = desk
            .plan_with(&under, &text(&found["items"][0], "id"), days, &json!({ "templates": lists }))
            .await;
        assert_eq!(status, 201, "{visit}");
        let visit = format!("/v1/visits/{}", text(&visit, "id"));
        assert_eq!(desk.planner.post(&format!("{visit}/dispatch"), &Value::Null).await.0, 200);
        let arrived = json!({ "at": AT, "device_clock": desk.house.app.now() });
        assert_eq!(desk.lead.visitor.post(&format!("{visit}/check-in"), &arrived).await.0, 200);
        Self { desk, visit, versions }
    }

    /// Closes the recording; what these tests do not ask stays open.
    pub(super) async fn close(&self) {
        let lead = &self.desk.lead.visitor;
        let why = json!({ "reason": "Không xem xét trong lượt này." });
        assert_eq!(lead.post(&format!("{}/leave-unanswered", self.visit), &why).await.0, 200);
        assert_eq!(lead.post(&format!("{}/close-recording", self.visit), &Value::Null).await.0, 200);
    }

    fn version(&self, item: &str) -> &str {
        let of = |(code, _): &&(String, String)| item.starts_with(code.as_str());
        &self.versions.iter().find(of).expect("a checklist").1
    }

    async fn answer_with(&self, item: &str, answer: Value, note: &str) -> Answer {
        let said = json!({ "visit": id_of(&self.visit), "template_version": self.version(item), "item": item,
            "answer": answer, "note": note, "answered_at": AT });
        let path = format!("/v1/responses/{}", Uuid::now_v7());
        self.desk.lead.visitor.send("PUT", &path, Some(&said)).await
    }

    /// Answers an item; what it comes to, and its percent.
    pub(super) async fn judged(&self, item: &str, answer: Value) -> Value {
        let kept = self.answer_with(item, answer, "").await;
        assert_eq!(kept.status, 201, "{item}: {}", kept.body);
        json!([kept.body["outcome"], kept.body["percent"]])
    }

    /// Answers an item as it can't be answered; the code and the place.
    async fn refused(&self, item: &str, answer: Value) -> (String, String) {
        let no = self.answer_with(item, answer, "").await;
        assert_eq!(no.status, 422, "{item}: {}", no.body);
        (text(&no.body, "code"), text(&no.body["errors"][0], "pointer"))
    }

    /// What of the visit's score concerns an item: its credit, where that is not all of it.
    async fn credit(&self, item: &str) -> f64 {
        let score = self.desk.read(&format!("{}/score", self.visit)).await;
        let failing = score["templates"]
            .as_array()
            .expect("checklists")
            .iter()
            .flat_map(|list| list["failing"].as_array().expect("items").iter());
        let of = failing.clone().find(|failing| failing["item"] == item);
        of.and_then(|failing| failing["credit"].as_f64()).unwrap_or(1.0)
    }
}

/// M03, M31, M35, X19, H06, H11, H17, N10, N12: ratios with two decimals, half up, compared exactly.
#[tokio::test(flavor = "multi_thread")]
async fn shares_are_judged_to_the_hundredth() {
    let at = Commune::open().await;
    let visit = at.desk.read(&at.visit).await;
    assert_eq!((&visit["check_in"]["at"], &visit["check_in"]["clock_off"]), (&json!(AT), &json!(false)));
    for (item, numerator, denominator, outcome, percent) in [
        ("CON-T01", 6, 10, "fail", 60.0),
        ("CON-G01", 9, 10, "fail", 90.0),
        ("AGY-Y01", 18, 20, "fail", 90.0),
        ("OSS-E01", 47, 50, "fail", 94.0),
        ("OSS-E04", 412, 420, "fail", 98.1),
        ("OSS-E05", 118, 120, "fail", 98.33),
        ("CIT-Q03", 6, 8, "fail", 75.0),
        ("ARI-S01", 250, 250, "pass", 100.0),
        ("ARI-S02", 9, 10, "fail", 90.0),
        ("ARI-T03", 119, 120, "fail", 99.17),
        ("ARI-T04", 300, 300, "pass", 100.0),
    ] {
        assert_eq!(at.judged(item, ratio(numerator, denominator)).await, json!([outcome, percent]), "{item}");
    }
    // Archives, posted feedback address, files: yes or no.
    for (item, value, outcome) in
        [("ARI-S05", "yes", "pass"), ("OSS-D08", "yes", "pass"), ("OSS-E02", "no", "fail")]
    {
        assert_eq!(at.judged(item, yes_no(value)).await, json!([outcome, null]), "{item}");
    }
    at.desk.house.close().await;
}

/// M04, M05, M11, M17, M34, H10, N14: counts from 0, what is missing by name, and days before which nothing counts.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_counted_and_what_is_missing() {
    let at = Commune::open().await;
    for (item, value) in
        [("CON-H01", 1), ("CON-K03", 1), ("CON-T03", 2), ("OSS-A05", 0), ("ARI-T02", 0), ("ARI-W03", 0)]
    {
        assert_eq!(at.judged(item, count(value)).await, json!(["fail", null]), "{item}");
    }
    assert_eq!(at.judged("ARI-W01", yes_no("no")).await, json!(["fail", null]));

    // Three postings: each is counted or named.
    let posted = |value: u32, missing: Value| json!({ "type": "count", "value": value, "missing": missing });
    let place = |code: &str| (code.to_owned(), "/answer/missing".to_owned());
    assert_eq!(at.refused("CIT-O01", count(2)).await, place("response.parts-uncounted"));
    let strange = posted(2, json!(["hours"]));
    assert_eq!(at.refused("CIT-O01", strange).await, place("response.unknown-part"));
    let twice = posted(1, json!(["schedule", "schedule"]));
    assert_eq!(at.refused("CIT-O01", twice).await, place("response.unknown-part"));
    assert_eq!(at.refused("CON-H02", posted(0, json!(["x"]))).await, place("response.unknown-part"));
    assert_eq!(at.judged("CIT-O01", posted(2, json!(["schedule"]))).await, json!(["fail", null]));

    // Documents in normative form after 30 June 2016.
    let dated = |value: u32, days: Value| json!({ "type": "count", "value": value, "dated": days });
    let early = at.refused("AGY-Y02", dated(2, json!(["2016-07-01", "2016-06-30"]))).await;
    assert_eq!(early, ("response.before-cut-off".to_owned(), "/answer/dated/1".to_owned()));
    let few = at.refused("AGY-Y02", dated(2, json!(["2016-07-01"]))).await;
    assert_eq!(few, ("response.days-uncounted".to_owned(), "/answer/dated".to_owned()));
    let unasked = at.refused("AGY-X05", dated(1, json!(["2020-01-01"]))).await;
    assert_eq!(unasked, ("response.days-unasked".to_owned(), "/answer/dated".to_owned()));
    assert_eq!(at.judged("AGY-Y02", dated(1, json!(["2016-07-01"]))).await, json!(["fail", null]));

    let score = at.desk.read(&format!("{}/score", at.visit)).await;
    let con = score["templates"].as_array().expect("lists").iter().find(|l| l["code"] == "CON").expect("CON");
    assert_eq!(con["critical_failures"], json!(["CON-T03", "CON-H01", "CON-K03"]));

    let lead = &at.desk.lead.visitor;
    at.close().await;
    let of = async |item: &str| {
        let (_, list) = lead.get(&format!("/v1/findings?visit={}&item={item}", id_of(&at.visit))).await;
        list["items"][0].clone()
    };
    let harassment = of("CON-K03").await;
    let told = json!([harassment["state"], harassment["critical"], harassment["severity"]]);
    assert_eq!(told, json!(["candidate", true, "violation"]), "until it is verified");
    let statement = text(&of("CIT-O01").await, "statement");
    assert!(statement.ends_with("Thiếu: Lịch tiếp công dân."), "{statement}");
    at.desk.house.close().await;
}

/// M07, M15, M27, X05, H16, L07, L18, N13: options with their credit, papers by number, day and issuer, and the laws
/// behind an item.
#[tokio::test(flavor = "multi_thread")]
async fn papers_show_what_is_answered_and_options_earn_their_credit() {
    let at = Commune::open().await;
    for (item, answer, outcome, credit) in [
        ("CIT-M01", choice("shared"), "partial", 0.3),
        ("CIT-N05", yes_no("no"), "fail", 0.0),
        ("OSS-C05", yes_no("no"), "fail", 0.0),
        ("ARI-R02", choice("issued_only"), "partial", 0.5),
        ("ARI-W02", choice("late"), "partial", 0.4),
        ("AGY-A02", yes_no("no"), "fail", 0.0),
    ] {
        assert_eq!(at.judged(item, answer).await[0], outcome, "{item}");
        assert!((at.credit(item).await - credit).abs() < 1e-9, "{item}");
    }
    // The working rules: shown by their number, or said not to be there.
    let with = |answer: Value, document: Value| {
        let mut answer = answer;
        answer["document"] = document;
        answer
    };
    let rules = json!({ "number": "Số: 12/QĐ-UBND", "issued_on": "2019-02-11", "issuer": "UBND xã An Tiến" });
    let nothing = at.refused("AGY-X01", with(choice("none"), rules.clone())).await;
    assert_eq!(nothing, ("response.document-of-nothing".to_owned(), "/answer/document".to_owned()));
    let story = json!({ "number": "quyết định năm ngoái", "issued_on": "2019-02-11", "issuer": "UBND xã" });
    let bad = at.answer_with("AGY-X01", with(choice("current"), story), "").await;
    assert_eq!((bad.status, &bad.body["errors"][0]["code"]), (422, &json!("response.document")));
    assert_eq!(bad.body["errors"][0]["pointer"], "/answer/document/number");
    let kept = at.answer_with("AGY-X01", with(choice("current"), rules), "").await;
    assert_eq!((kept.status, &kept.body["outcome"]), (201, &json!("pass")), "{}", kept.body);
    let shown = json!({ "number": "12/QĐ-UBND", "issued_on": "2019-02-11", "issuer": "UBND xã An Tiến" });
    assert_eq!(kept.body["answer"]["document"], shown);
    // Assignments rest on a resolution of the party; its note tells of the scheme of positions.
    let scheme = json!({ "number": "5-ĐA/ĐU", "issued_on": "2018-05-04", "issuer": "Đảng ủy xã An Tiến" });
    let noted = at.answer_with("AGY-X02", with(yes_no("yes"), scheme), "Theo đề án vị trí việc làm").await;
    assert_eq!((noted.status, &noted.body["outcome"]), (201, &json!("pass")), "{}", noted.body);

    let bundle = at.desk.lead.visitor.get(&format!("{}/bundle", at.visit)).await.1;
    let items = bundle["templates"]
        .as_array()
        .expect("lists")
        .iter()
        .flat_map(|list| list["body"]["sections"].as_array().expect("sections").iter());
    let items = items.flat_map(|section| section["items"].as_array().expect("items").iter());
    let basis = |code: &str| {
        let of = items.clone().find(|item| item["code"] == code).expect("an item");
        of["legal_basis"].to_string()
    };
    assert!(basis("OSS-C05").contains("2492/QĐ-UBND ngày 02/6/2011"), "{}", basis("OSS-C05"));
    assert!(basis("AGY-X02").contains("39-NQ/TW"), "{}", basis("AGY-X02"));

    let lead = &at.desk.lead.visitor;
    at.close().await;
    let (_, list) = lead.get(&format!("/v1/findings?visit={}&limit=200", id_of(&at.visit))).await;
    let mut found: Vec<&str> =
        list["items"].as_array().expect("findings").iter().filter_map(|f| f["item"].as_str()).collect();
    found.sort_unstable();
    assert_eq!(found, ["AGY-A02", "ARI-R02", "ARI-W02", "CIT-M01", "CIT-N05", "OSS-C05"]);

    // Minutes print the papers.
    let text = json!({ "text": "Hai bên thống nhất." });
    assert_eq!(lead.post(&format!("{}/minutes", at.visit), &text).await.0, 200);
    let document = lead.get(&format!("{}/minutes", at.visit)).await.1["document"].to_string();
    assert!(document.contains("số 12/QĐ-UBND ngày 11/02/2019 của UBND xã An Tiến"), "{document}");
    let cited = document.split("\\n").find(|line| line.starts_with("- OSS-C05") && line.contains("căn cứ: "));
    assert!(cited.is_some_and(|line| line.contains("2492/QĐ-UBND ngày 02/6/2011")), "{document}");
    at.desk.house.close().await;
}

/// M24, M26: four items that fail are four findings; a wrong form is one more, with its photo.
#[tokio::test(flavor = "multi_thread")]
async fn each_failing_item_is_a_finding_with_its_photos() {
    let at = Commune::open().await;
    for item in ["CIT-N01", "CIT-P02", "CIT-Q01", "CIT-P03", "OSS-D07"] {
        assert_eq!(at.judged(item, yes_no("no")).await[0], "fail");
    }
    assert_eq!(at.judged("CIT-P01", yes_no("yes")).await[0], "pass");
    let lead = &at.desk.lead.visitor;
    let visit: Uuid = id_of(&at.visit).parse().expect("an id");
    let form = Shot::of(visit, pictures::sharp(7)).with("item", "OSS-D07").with("subject", "document");
    assert_eq!(form.send(lead).await.status, 201);
    at.close().await;
    let of = async |filter: &str| {
        let (status, list) = lead.get(&format!("/v1/findings?visit={visit}&limit=200{filter}")).await;
        assert_eq!(status, 200, "{list}");
        let items = list["items"].as_array().expect("findings").iter();
        let mut items: Vec<String> = items.map(|finding| text(finding, "item")).collect();
        items.sort_unstable();
        items
    };
    assert_eq!(of("").await, ["CIT-N01", "CIT-P02", "CIT-P03", "CIT-Q01", "OSS-D07"]);
    let (_, photos) = lead.get(&format!("/v1/photos?visit={visit}&item=OSS-D07")).await;
    assert_eq!(photos["items"][0]["id"], json!(form.id));
    at.desk.house.work().await;
    at.desk.house.close().await;
}
