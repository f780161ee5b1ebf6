//! A measured one-stop shop: a commune of huyện Mỹ Đức on 20 March 2020, its figures, photos, score and grade.

use super::office::{Office, district, done, paper, ratio};
use crate::harness::{Answer, House, Person, Shot, Visitor, id_of, pictures};
use fieldproof::domain::actor::Role;
use fieldproof::library;
use serde_json::{Value, json};
use uuid::Uuid;

const AT: &str = "2020-03-20T08:15:00+07:00";

/// An inspectorate with an active campaign, and the checklists and units that come with the program.
struct District {
    house: House,
    planner: Visitor,
    lead: Person,
    campaign: String,
    team: String,
    commune: String,
    checklists: Vec<(String, String)>,
}

/// A visit on site, and what its checklist asks.
struct OnSite {
    visit: String,
    version: String,
    items: Vec<Value>,
}

fn id(answer: &Value) -> String {
    answer["id"].as_str().unwrap_or_else(|| panic!("no id in {answer}")).to_owned()
}

impl District {
    async fn open() -> Self {
        let house = House::open().await;
        library::import_units(&house.app, None).await.expect("the register that comes with the program");
        library::import_templates(&house.app, None, None).await.expect("the checklists that come with it");
        let owner = house.owner("my-duc").await.0;
        let planner = house.officer("Lê Văn Kế", &[(Role::Scheduler, Some(owner))]).await.visitor;
        let authority = house.officer("Hồ Thị Chủ", &[(Role::Authority, Some(owner))]).await.visitor;
        let lead = house.officer("Nguyễn Văn Trưởng", &[(Role::TeamLead, Some(owner))]).await;
        let new = json!({ "owner": owner, "kind": "civil_service", "title": "Kiểm tra công vụ năm 2020", "topics": [] });
        let made = planner.post("/v1/campaigns", &new).await.1;
        let at = format!("/v1/campaigns/{}", id(&made));
        for (kind, number, day) in
            [("plan", "12/KH-UBND", "2020-02-03"), ("decision", "345/QĐ-UBND", "2020-02-10")]
        {
            let paper =
                json!({ "kind": kind, "number": number, "issuer": "UBND huyện Mỹ Đức", "issued_on": day });
            assert_eq!(planner.post(&format!("{at}/documents"), &paper).await.0, 201);
        }
        let team = json!({ "name": "Đoàn kiểm tra", "members": [
            { "account": lead.account, "role": "lead", "position": "Trưởng phòng Nội vụ" }] });
        let team = planner.post(&format!("{at}/teams"), &team).await.1;
        for (who, step) in [(&planner, "submit"), (&authority, "approve"), (&authority, "activate")] {
            assert_eq!(who.post(&format!("{at}/{step}"), &Value::Null).await.0, 200, "{step}");
        }
        let found = planner.get("/v1/units?q=an%20tien&as_of=2020-03-20").await.1;
        let mut checklists = Vec::new();
        for template in planner.get("/v1/templates").await.1["items"].as_array().expect("items") {
            let code = template["code"].as_str().expect("a code").to_owned();
            checklists.push((code, id(&template["versions"][0])));
        }
        let (campaign, commune) = (id(&made), id(&found["items"][0]));
        Self { house, planner, lead, campaign, team: id(&team), commune, checklists }
    }

    async fn on_site(&self, code: &str) -> OnSite {
        let version = self.checklists.iter().find(|(of, _)| of == code).expect("a checklist").1.clone();
        let plan = json!({ "campaign": self.campaign, "team": self.team, "unit": self.commune, "kind": "planned",
            "planned_start": "2020-03-20T08:00:00+07:00", "planned_end": "2020-03-20T17:00:00+07:00",
            "templates": [version] });
        let made = self.planner.send("POST", "/v1/visits", Some(&plan)).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let visit = made.header("location").to_owned();
        assert_eq!(self.planner.post(&format!("{visit}/dispatch"), &Value::Null).await.0, 200);
        let arrived = json!({ "at": AT, "device_clock": self.house.app.now() });
        assert_eq!(self.lead.visitor.post(&format!("{visit}/check-in"), &arrived).await.0, 200);
        let bundle = self.lead.visitor.get(&format!("{visit}/bundle")).await.1;
        let sections = bundle["templates"][0]["body"]["sections"].as_array().expect("sections").clone();
        let items = sections.iter().flat_map(|s| s["items"].as_array().expect("items").clone()).collect();
        OnSite { visit, version, items }
    }

    async fn answer(&self, at: &OnSite, item: &str, answer: Value) -> Answer {
        let sent = json!({ "visit": id_of(&at.visit), "template_version": at.version, "item": item, "answer": answer,
            "answered_at": AT });
        self.lead.visitor.send("PUT", &format!("/v1/responses/{}", Uuid::now_v7()), Some(&sent)).await
    }

    /// Answers every item well, but for these.
    async fn answer_all(&self, at: &OnSite, but: &[(&str, Value)]) {
        for item in &at.items {
            let code = item["code"].as_str().expect("a code");
            let other = but.iter().find(|(of, _)| *of == code).map(|(_, answer)| answer.clone());
            let said = self.answer(at, code, other.unwrap_or_else(|| good(&item["response"]))).await;
            assert_eq!(said.status, 201, "{code}: {}", said.body);
        }
    }

    /// The score of the visit's one checklist.
    async fn score(&self, at: &OnSite) -> Value {
        let (status, score) = self.planner.get(&format!("{}/score", at.visit)).await;
        assert_eq!(status, 200, "{score}");
        score["templates"][0].clone()
    }

    /// Items of the findings that wait for the lead.
    async fn candidates(&self, at: &OnSite) -> Vec<String> {
        let list = format!("/v1/findings?visit={}&state=candidate&limit=200", id_of(&at.visit));
        let (status, list) = self.lead.visitor.get(&list).await;
        assert_eq!(status, 200, "{list}");
        let items = list["items"].as_array().expect("findings").iter();
        items.map(|finding| finding["item"].as_str().expect("an item").to_owned()).collect()
    }

    /// Closes the recording, drafts and signs the minutes.
    async fn sign(&self, at: &OnSite) {
        let lead = &self.lead.visitor;
        let step = async |step: &str, said: Value| {
            let (status, body) = lead.post(&format!("{}/{step}", at.visit), &said).await;
            assert_eq!(status, 200, "{step}: {body}");
        };
        step("close-recording", Value::Null).await;
        step("minutes", json!({ "text": "Biên bản kiểm tra" })).await;
        for (side, name) in [("unit", "Đỗ Văn Xã"), ("team", "Nguyễn Văn Trưởng")] {
            let said = json!({ "side": side, "outcome": "signed", "signer_name": name, "signer_position": "Chủ tịch" });
            step("sign", said).await;
        }
    }

    /// Sends photos of what an item's rule names.
    async fn photograph(&self, at: &OnSite, code: &str, seed: u8) {
        let item = at.items.iter().find(|item| item["code"] == code).expect("an item");
        for n in 0..item["photo"]["min_count"].as_u64().expect("a count") {
            let grey = seed.wrapping_mul(3).wrapping_add(u8::try_from(n).expect("few"));
            let visit: Uuid = id_of(&at.visit).parse().expect("an id");
            let shot = Shot::of(
                visit,
                pictures::png(4, 4, move |x, _| grey.wrapping_add(u8::try_from(x).expect("few"))),
            )
            .with("item", code)
            .with("subject", item["photo"]["subject"].clone());
            let sent = shot.send(&self.lead.visitor).await;
            assert_eq!(sent.status, 201, "{code}: {}", sent.body);
        }
    }
}

/// An answer that passes.
pub(super) fn good(asked: &Value) -> Value {
    let kind = asked["type"].as_str().expect("a type");
    match kind {
        "yes_no_na" => json!({ "type": kind, "value": asked["pass"] }),
        "choice" => json!({ "type": kind, "value": asked["options"][0]["value"] }),
        "count" => {
            let least = asked["threshold"].as_f64().expect("a threshold").to_string();
            json!({ "type": kind, "value": least.parse::<u32>().expect("a whole number") })
        }
        "number" => json!({ "type": kind, "value": asked["threshold"] }),
        // Without a threshold it is compared with the year before.
        "ratio" if asked["threshold"].is_null() => json!({ "type": kind, "numerator": 9, "denominator": 500,
            "earlier": { "numerator": 12, "denominator": 500 } }),
        _ => json!({ "type": kind, "numerator": asked["threshold"], "denominator": 100 }),
    }
}

fn figures(score: &Value) -> Value {
    json!([score["points"], score["weight"], score["percent"], score["grade"]["code"]])
}

fn measured_shop() -> Vec<(&'static str, Value)> {
    vec![
        ("OSS-A01", json!({ "type": "number", "value": "38,0" })),
        ("OSS-A02", json!({ "type": "ratio", "numerator": 18, "denominator": 38 })),
        ("OSS-D04", json!({ "type": "count", "value": 3 })),
        ("OSS-D06", json!({ "type": "choice", "value": "older_edition_posted" })),
        ("OSS-F02", json!({ "type": "choice", "value": "none" })),
        ("OSS-C01", json!({ "type": "choice", "value": "none" })),
        ("OSS-E03", json!({ "type": "yes_no_na", "value": "no" })),
    ]
}

/// M10, M21, M25: the figures of the shop, its failing items, the photos it takes to hand it in.
#[tokio::test(flavor = "multi_thread")]
async fn a_measured_one_stop_shop_is_scored_photographed_and_handed_in() {
    let district = District::open().await;
    let at = district.on_site("OSS").await;
    assert_eq!(at.items.len(), 33);
    district.answer_all(&at, &measured_shop()).await;

    let (_, answers) = district.planner.get(&format!("{}/responses", at.visit)).await;
    let of = |code: &str| {
        answers["items"]
            .as_array()
            .expect("items")
            .iter()
            .find(|a| a["item"] == code)
            .expect("an answer")
            .clone()
    };
    assert_eq!(json!([of("OSS-A02")["percent"], of("OSS-A02")["outcome"]]), json!([47.37, "fail"]));
    assert_eq!(json!([of("OSS-A01")["answer"]["value"], of("OSS-A01")["outcome"]]), json!([38, "fail"]));

    let score = district.score(&at).await;
    assert_eq!(figures(&score), json!([52, 71, 73.24, "needs_correction"]));
    assert_eq!(json!([score["critical_failures"], score["grade"]["capped"]]), json!([[], false]));
    let failing: Vec<(&str, f64)> = score["failing"]
        .as_array()
        .expect("items")
        .iter()
        .map(|f| (f["item"].as_str().expect("a code"), f["credit"].as_f64().expect("a credit")))
        .collect();
    let expected = [
        ("OSS-A01", 0.0),
        ("OSS-A02", 0.0),
        ("OSS-C01", 0.0),
        ("OSS-D04", 0.0),
        ("OSS-D06", 0.5),
        ("OSS-E03", 0.0),
        ("OSS-F02", 0.0),
    ];
    assert_eq!(failing, expected);

    district.sign(&at).await;
    assert_eq!(district.candidates(&at).await.len(), 7, "a candidate for each failing item");
    let submit = async || {
        let answer = district.lead.visitor.send("POST", &format!("{}/submit", at.visit), None).await;
        let places = answer.body["errors"].as_array().cloned().unwrap_or_default();
        let lacking: Vec<String> = places
            .iter()
            .filter_map(|e| e["pointer"].as_str()?.strip_prefix("/items/"))
            .map(Into::into)
            .collect();
        (answer.status, lacking)
    };
    let (status, lacking) = submit().await;
    // 22 items, one of which takes two photos: 23. OSS-C01 and OSS-F02 have nothing to show; OSS-D04 fails and has.
    assert_eq!((status, lacking.len()), (422, 22));
    assert!(lacking.contains(&"OSS-D04".to_owned()), "{lacking:?}");
    assert!(!lacking.iter().any(|code| code == "OSS-C01" || code == "OSS-F02"), "{lacking:?}");
    for (n, code) in lacking.iter().enumerate().skip(1) {
        district.photograph(&at, code, u8::try_from(n).expect("few")).await;
    }
    assert_eq!(submit().await, (422, vec!["OSS-A01".to_owned()]));
    district.photograph(&at, "OSS-A01", 0).await;
    assert_eq!(submit().await, (200, vec![]));
    district.house.end().await;
}

/// M10, M12: what is changed for the better or the worse changes the score as the scenario says.
#[tokio::test(flavor = "multi_thread")]
async fn the_score_follows_what_is_found() {
    let district = District::open().await;
    let mut found = measured_shop();
    found.retain(|(code, _)| !["OSS-A01", "OSS-A02"].contains(code));
    found.push(("OSS-A01", json!({ "type": "number", "value": 40 })));
    found.push(("OSS-A02", json!({ "type": "ratio", "numerator": 20, "denominator": 40 })));
    let at = district.on_site("OSS").await;
    district.answer_all(&at, &found).await;
    assert_eq!(figures(&district.score(&at).await), json!([58, 71, 81.69, "fair"]));

    let at = district.on_site("OSS").await;
    let posted = json!({ "type": "ratio", "numerator": 141, "denominator": 150 });
    district.answer_all(&at, &[("OSS-D02", posted)]).await;
    let score = district.score(&at).await;
    assert_eq!(figures(&score), json!([66, 71, 92.96, "needs_correction"]));
    assert_eq!(json!([score["critical_failures"], score["grade"]["capped"]]), json!([["OSS-D02"], true]));

    let at = district.on_site("OSS").await;
    district.answer_all(&at, &[("OSS-B03", json!({ "type": "count", "value": 0 }))]).await;
    let failing = district.score(&at).await["failing"].clone();
    assert_eq!(json!([failing[0]["item"], failing[1]]), json!(["OSS-B03", null]));
    let close = format!("{}/close-recording", at.visit);
    assert_eq!(district.lead.visitor.post(&close, &Value::Null).await.0, 200);
    assert_eq!(district.candidates(&at).await, ["OSS-B03"], "exactly one finding");
    district.house.close().await;
}

/// M13, X04, N11: thresholds of the other checklists; zero is a value.
#[tokio::test(flavor = "multi_thread")]
async fn measures_are_judged_at_their_thresholds() {
    let district = District::open().await;
    let count = |value: u32| json!({ "type": "count", "value": value });
    let ratio = |n: u32, d: u32| json!({ "type": "ratio", "numerator": n, "denominator": d });
    let overdue =
        |earlier: Value| json!({ "type": "ratio", "numerator": 9, "denominator": 500, "earlier": earlier });
    for (list, cases) in [
        (
            "ARI",
            vec![
                ("ARI-T01", ratio(34, 36), "fail", json!(94.44)),
                ("ARI-T01", ratio(36, 36), "pass", json!(100.0)),
            ],
        ),
        (
            "CIT",
            vec![
                ("CIT-N03", count(1), "fail", Value::Null),
                ("CIT-N03", count(2), "pass", Value::Null),
                ("CIT-N03", count(3), "pass", Value::Null),
                ("CIT-Q04", count(0), "pass", Value::Null),
            ],
        ),
        (
            "OSS",
            vec![
                ("OSS-C03", count(2), "fail", Value::Null),
                ("OSS-C03", count(3), "pass", Value::Null),
                ("OSS-C03", count(4), "pass", Value::Null),
                ("OSS-C03", count(5), "pass", Value::Null),
                ("OSS-E06", overdue(json!({ "numerator": 12, "denominator": 500 })), "pass", json!(1.8)),
                ("OSS-E06", overdue(Value::Null), "na", json!(1.8)),
            ],
        ),
    ] {
        for (item, answer, outcome, percent) in cases {
            let at = district.on_site(list).await;
            let said = district.answer(&at, item, answer).await;
            assert_eq!(said.status, 201, "{item}: {}", said.body);
            assert_eq!(
                json!([said.body["outcome"], said.body["percent"]]),
                json!([outcome, percent]),
                "{item}"
            );
        }
    }
    district.house.close().await;
}

/// M10: an area of 0, a negative one, and a part larger than its whole are refused, each by its own code and place.
#[tokio::test(flavor = "multi_thread")]
async fn measures_that_cannot_be_are_refused() {
    let district = District::open().await;
    let at = district.on_site("OSS").await;
    let area = |value: Value| json!({ "type": "number", "value": value });
    let waiting = |n: i32, d: i32| json!({ "type": "ratio", "numerator": n, "denominator": d });
    for (item, answer, code, pointer) in [
        ("OSS-A01", area(json!(0)), "response.not-above-zero", "/answer/value"),
        ("OSS-A01", area(json!("-38,5")), "response.not-above-zero", "/answer/value"),
        ("OSS-A02", waiting(39, 38), "response.part-above-whole", "/answer/numerator"),
        ("OSS-A02", waiting(0, 0), "response.not-above-zero", "/answer/denominator"),
        ("OSS-A02", waiting(-1, 38), "response.negative", "/answer/numerator"),
        (
            "OSS-A03",
            json!({ "type": "yes_no_na", "value": "na" }),
            "response.reason-missing",
            "/answer/reason",
        ),
        ("OSS-C01", json!({ "type": "choice", "value": "some" }), "response.unknown-option", "/answer/value"),
        ("OSS-C01", json!({ "type": "count", "value": 1 }), "response.wrong-type", "/answer/type"),
    ] {
        let no = district.answer(&at, item, answer).await;
        let told = json!([no.status, no.body["code"], no.body["errors"][0]["pointer"]]);
        assert_eq!(told, json!([422, code, pointer]), "{item}");
    }
    let agency = district.on_site("AGY").await;
    let no = district.answer(&agency, "AGY-Z01", json!({ "type": "yes_no_na", "value": "yes" })).await;
    assert_eq!((no.status, no.body["code"].as_str()), (422, Some("response.not-asked")));
    district.house.close().await;
}

/// M16, M19, M20, M37, M38: over the 22 communes of the district, in shares and in the words that follow from them.
#[tokio::test(flavor = "multi_thread")]
async fn twenty_two_communes_are_told_in_shares_and_words() {
    let house = House::open().await;
    house.with_register().await;
    let (unit, communes) = district("282", "2020-03-23");
    assert_eq!(communes.len(), 22);
    let office = Office::open(&house, "my-duc", "UBND huyện Mỹ Đức").await;
    // A room of its own; the team consolidated; a decision on the one-stop shop; the allowance paid.
    let checklist = office.checklist_asking("KT", &["CIT-M01", "CIT-N01", "OSS-C01", "CIT-N05"]).await;
    let of = office.draft("civil_service", "Kiểm tra công vụ 2020", &["Thực thi công vụ"]).await;
    let issuer = "UBND huyện Mỹ Đức";
    let papers = [
        paper("plan", "12/KH-UBND", issuer, "2020-02-03"),
        paper("decision", "345/QĐ-UBND", issuer, "2020-02-10"),
    ];
    office.activate(&of.at, &papers).await;
    for (n, commune) in communes.iter().enumerate() {
        let plan = office.plan(&of, commune.id, "planned", "2020-03-20", &[checklist]);
        let visit = done(office.schedule(&plan).await).header("location").to_owned();
        let answers = [("CIT-M01", n < 15), ("CIT-N01", n >= 12), ("OSS-C01", n >= 6), ("CIT-N05", n < 14)];
        office.record(&house, &visit, ("2020-03-20T07:35:00+07:00", checklist), &answers).await;
        office.conclude(&visit).await;
    }
    let path = format!("/v1/reports/items?unit={unit}&owner={}&to=2020-03-23", office.owner);
    let (status, report) = office.scheduler.visitor.get(&path).await;
    assert_eq!((status, &report["visits"]), (200, &json!(22)), "{report}");
    let item = |code: &str| {
        let items = report["items"].as_array().expect("items");
        items.iter().find(|item| item["item"] == code).expect("the item").clone()
    };
    let room = item("CIT-M01");
    assert_eq!((&room["passing"], &room["passing_wording"]), (&ratio(15, 22, 68.18), &json!("phần lớn")));
    let team = item("CIT-N01");
    assert_eq!((&team["failing"], &team["wording"]), (&ratio(12, 22, 54.55), &json!("phần lớn")));
    let decision = item("OSS-C01");
    assert_eq!((&decision["failing"], &decision["wording"]), (&ratio(6, 22, 27.27), &json!("một số")));
    let paid = item("CIT-N05");
    assert_eq!((&paid["passing"], &paid["failing"]), (&ratio(14, 22, 63.64), &ratio(8, 22, 36.36)));
    assert_eq!(paid["wording"], "nhiều");
    house.close().await;
}
