//! A conclusion notice: written by one, found right by another, signed by the authority, read by those it concerns.

use super::findings::{confirmed, recorded, signed};
use crate::harness::{Answer, Holder, Inspectorate, id_of};
use fieldproof::domain::actor::Role;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// A visit from its plan to the last step: two of its three items are not fine, both findings confirmed.
pub(super) async fn finalised(at: &Inspectorate) -> String {
    let visit = recorded(at).await;
    confirmed(at, &visit, "A01", json!({})).await;
    confirmed(at, &visit, "A02", json!({})).await;
    at.held_photo(&visit, "A01").await;
    signed(at, &visit).await;
    for (who, step) in [(&at.lead, "submit"), (&at.scheduler, "finalise")] {
        let answer = at.step(who, &visit, step, Value::Null).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    visit
}

pub(super) fn content(at: &Inspectorate, visit: &str) -> Value {
    json!({
        "source": { "kind": "visit" }, "covers": { "visits": [id_of(visit)] },
        "form": "announcement", "symbol": "TB-SNV", "issuer": "Sở Nội vụ Tuyên Quang",
        "title": "Kết quả kiểm tra công vụ tại xã Minh Quang",
        "figures": [
            { "key": "a02", "query": { "measure": "item", "item": "A02" } },
            { "key": "found", "query": { "measure": "findings" } },
        ],
        "shortcomings": [{ "text": "{a02.words} đơn vị ({a02.ratio}) có diện tích chưa đạt: {a02.names}." }],
        "strengths": [{ "text": "Cán bộ niềm nở." }],
        "demands": [{ "text": "Khắc phục {found.count} tồn tại.", "addressees": [at.commune] }],
        "recipients": [{ "unit": at.commune }, { "name": "Lãnh đạo Sở" }],
        "archive": "VT, TTr"
    })
}

pub(super) async fn begun(at: &Inspectorate, who: &Holder, content: &Value) -> Answer {
    let new = json!({ "campaign": at.campaign, "content": content });
    who.visitor.send("POST", "/v1/notices", Some(&new)).await
}

/// A step on the version that stands.
pub(super) async fn step(who: &Holder, notice: &str, step: &str, said: Value) -> Answer {
    let version = who.visitor.send("GET", notice, None).await.header("etag").to_owned();
    let request = who.visitor.request("POST", &format!("{notice}/{step}")).header("if-match", version);
    who.visitor.answer(if said.is_null() { request } else { request.json(&said) }).await
}

pub(super) fn signing(at: &Inspectorate, number: i32) -> Value {
    let today = fieldproof::domain::moment::vietnam_day(at.house.app.now());
    json!({ "number": number, "on": today, "place": "Tuyên Quang",
        "capacity": ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"], "signer_name": "Hồ Thị Chủ" })
}

/// Drafts, reviews and signs; the notice's address.
pub(super) async fn signed_notice(at: &Inspectorate, content: &Value, number: i32) -> String {
    let made = begun(at, &at.scheduler, content).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let notice = made.header("location").to_owned();
    let reviewed = step(&at.lead, &notice, "review", Value::Null).await;
    assert_eq!(reviewed.status, 200, "{}", reviewed.body);
    let done = step(&at.authority, &notice, "sign", signing(at, number)).await;
    assert_eq!(done.status, 200, "{}", done.body);
    notice
}

pub(super) fn code(answer: &Answer) -> (u16, &str) {
    (answer.status, answer.body["code"].as_str().unwrap_or_default())
}

/// H01, M08: strengths first, demands addressed to units, each step by somebody else, frozen by a hash.
#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_written_reviewed_signed_and_issued_each_by_another() {
    let at = Inspectorate::open().await;
    let visit = finalised(&at).await;
    let written = content(&at, &visit);
    assert_eq!(
        code(&begun(&at, &at.authority, &written).await),
        (403, "forbidden"),
        "who signs does not write"
    );
    assert_eq!(code(&begun(&at, &at.head, &written).await), (404, "not-found"));
    let made = begun(&at, &at.lead, &written).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let notice = made.header("location").to_owned();
    let body = &made.body;
    assert_eq!(
        (&body["state"], &body["visits"], &body["number"]),
        (&json!("draft"), &json!(1), &Value::Null)
    );
    let paper = &body["paper"]["sections"];
    assert_eq!(paper[0]["sentences"], json!(["Cán bộ niềm nở."]), "strengths come first");
    let sentence = "Tất cả đơn vị (1/1 (100,00%)) có diện tích chưa đạt: Xã Minh Quang.";
    assert_eq!(paper[1]["sentences"], json!([sentence]));
    assert_eq!(paper[2]["sentences"], json!(["Khắc phục 2 tồn tại. (Đơn vị thực hiện: Xã Minh Quang.)"]));

    // Nothing of a draft shows to the unit; nobody signs or issues what is not reviewed, nor reviews what is one's own.
    assert_eq!(at.head.visitor.get(&notice).await.0, 404);
    assert_eq!(at.head.visitor.get("/v1/notices").await.1["items"], json!([]));
    assert_eq!(
        code(&step(&at.authority, &notice, "sign", signing(&at, 5)).await),
        (409, "notice.not-reviewed")
    );
    assert_eq!(code(&step(&at.lead, &notice, "review", Value::Null).await), (403, "notice.own-draft"));
    assert_eq!(code(&step(&at.member, &notice, "review", Value::Null).await), (403, "forbidden"));
    let no_version = at.scheduler.visitor.send("POST", &format!("{notice}/review"), None).await;
    assert_eq!(code(&no_version), (428, "version.missing"));
    assert_eq!(step(&at.scheduler, &notice, "review", Value::Null).await.body["state"], "reviewed");

    // Whoever changes a reviewed one makes it a draft again.
    let change = at.scheduler.visitor.request("PUT", &notice).header("if-match", "\"v2\"").json(&written);
    let again = at.scheduler.visitor.answer(change).await;
    assert_eq!((again.status, &again.body["state"]), (200, &json!("draft")), "{}", again.body);
    let stale = at.lead.visitor.request("PUT", &notice).header("if-match", "\"v2\"").json(&written);
    assert_eq!(code(&at.lead.visitor.answer(stale).await), (412, "version.stale"));
    assert_eq!(code(&step(&at.scheduler, &notice, "review", Value::Null).await), (403, "notice.own-draft"));
    assert_eq!(step(&at.authority, &notice, "review", Value::Null).await.status, 200);

    assert_eq!(code(&step(&at.scheduler, &notice, "sign", signing(&at, 5)).await), (403, "forbidden"));
    assert_eq!(code(&step(&at.scheduler, &notice, "issue", Value::Null).await), (409, "notice.not-signed"));
    let done = step(&at.authority, &notice, "sign", signing(&at, 5)).await;
    assert_eq!((done.status, &done.body["number"]), (200, &json!("05/TB-SNV")), "{}", done.body);
    let signing_of = &done.body["signing"];
    let document = signing_of["document"].as_str().expect("a text");
    assert!(document.starts_with("SỞ NỘI VỤ TUYÊN QUANG\nSố: 05/TB-SNV\n"), "{document}");
    assert!(document.contains("a02: item item=A02 | "), "{document}");
    assert_eq!(signing_of["document_sha256"], json!(hex::encode(Sha256::digest(document))));

    // From now on nothing of it changes, whoever asks.
    let late = at.scheduler.visitor.request("PUT", &notice).header("if-match", "\"v5\"").json(&written);
    assert_eq!(code(&at.scheduler.visitor.answer(late).await), (409, "notice.frozen"));
    assert_eq!(code(&step(&at.authority, &notice, "sign", signing(&at, 6)).await), (409, "notice.signed"));
    let sql = at.house.sql().await;
    for change in [
        "UPDATE notices SET figures = '[]'",
        "DELETE FROM notices",
        "UPDATE notice_recipients SET name = 'x'",
        "DELETE FROM notice_recipients",
    ] {
        assert!(sql.batch_execute(change).await.is_err(), "{change}");
    }
    assert_eq!(at.head.visitor.get(&notice).await.0, 404, "signed is not issued");
    let issued = step(&at.scheduler, &notice, "issue", Value::Null).await;
    assert_eq!((issued.status, &issued.body["state"]), (200, &json!("issued")), "{}", issued.body);
    assert_eq!(code(&step(&at.authority, &notice, "issue", Value::Null).await), (409, "notice.issued"));
    assert_eq!(
        at.house.deeds(id_of(&notice)).await,
        [
            "notice.drafted",
            "notice.reviewed",
            "notice.rewritten",
            "notice.reviewed",
            "notice.signed",
            "notice.issued"
        ]
    );
    at.house.close().await;
}

/// A draft that nobody wants is given up by whoever may draft one, and stays on record; what is signed is not.
#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_discarded_and_an_issued_notice_never() {
    let at = Inspectorate::open().await;
    let visit = finalised(&at).await;
    let written = content(&at, &visit);
    let draft = begun(&at, &at.lead, &written).await.header("location").to_owned();
    for who in [&at.authority, &at.reviewer, &at.member] {
        assert_eq!(code(&step(who, &draft, "discard", Value::Null).await), (403, "forbidden"));
    }
    let unseen = at.head.visitor.request("POST", &format!("{draft}/discard")).header("if-match", "\"v1\"");
    assert_eq!(code(&at.head.visitor.answer(unseen).await), (404, "not-found"));
    let unread = at.scheduler.visitor.send("POST", &format!("{draft}/discard"), None).await;
    assert_eq!(code(&unread), (428, "version.missing"));
    let stale =
        at.scheduler.visitor.request("POST", &format!("{draft}/discard")).header("if-match", "\"v9\"");
    assert_eq!(code(&at.scheduler.visitor.answer(stale).await), (412, "version.stale"));
    assert_eq!(step(&at.scheduler, &draft, "review", Value::Null).await.status, 200, "a reviewed one, too");
    let gone = step(&at.scheduler, &draft, "discard", Value::Null).await;
    assert_eq!((gone.status, &gone.body["state"]), (200, &json!("discarded")), "{}", gone.body);
    assert_eq!(gone.body["discarded"]["by"], json!(at.scheduler.account));

    // Nothing more happens to it; it is found by its state, and in its log.
    for (who, next, said) in [
        (&at.lead, "discard", Value::Null),
        (&at.scheduler, "review", Value::Null),
        (&at.authority, "sign", signing(&at, 5)),
        (&at.scheduler, "issue", Value::Null),
    ] {
        assert_eq!(code(&step(who, &draft, next, said).await), (409, "notice.discarded"), "{next}");
    }
    let version = gone.header("etag").to_owned();
    let change = at.lead.visitor.request("PUT", &draft).header("if-match", version).json(&written);
    assert_eq!(code(&at.lead.visitor.answer(change).await), (409, "notice.discarded"));
    let (_, list) = at.reviewer.visitor.get("/v1/notices?state=discarded").await;
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
    let told = ["notice.drafted", "notice.reviewed", "notice.discarded"];
    assert_eq!(at.house.deeds(id_of(&draft)).await, told);

    let notice = signed_notice(&at, &written, 5).await;
    assert_eq!(code(&step(&at.lead, &notice, "discard", Value::Null).await), (409, "notice.frozen"));
    assert_eq!(step(&at.scheduler, &notice, "issue", Value::Null).await.status, 200);
    assert_eq!(code(&step(&at.lead, &notice, "discard", Value::Null).await), (409, "notice.frozen"));
    at.house.close().await;
}

/// H05: whoever gets a notice reads it and confirms to have it, for the own unit alone.
#[tokio::test(flavor = "multi_thread")]
async fn recipients_read_and_acknowledge_for_their_own_unit() {
    let at = Inspectorate::open().await;
    let visit = finalised(&at).await;
    let mut written = content(&at, &visit);
    written["recipients"] =
        json!([{ "unit": at.other_commune }, { "unit": at.commune }, { "name": "Thanh tra Sở" }]);
    let notice = signed_notice(&at, &written, 7).await;
    assert_eq!(step(&at.authority, &notice, "issue", Value::Null).await.status, 200);
    let beside =
        at.house.holder("Chủ tịch xã bên", &[(Role::HeadOfUnit, at.owner, Some(at.other_commune))]).await;
    let staff = at.house.holder("Văn thư xã", &[(Role::UnitStaff, at.owner, Some(at.commune))]).await;
    let acknowledge = async |who: &Holder, unit| {
        who.visitor.send("POST", &format!("{notice}/acknowledge"), Some(&json!({ "unit": unit }))).await
    };
    assert_eq!(code(&acknowledge(&at.head, at.other_commune).await), (403, "forbidden"));
    assert_eq!(code(&acknowledge(&at.head, at.province).await), (403, "forbidden"), "it is no recipient");
    assert_eq!(code(&acknowledge(&staff, at.commune).await), (403, "forbidden"), "staff reads");
    assert_eq!(code(&acknowledge(&at.scheduler, at.commune).await), (403, "forbidden"));
    for _ in 0..2 {
        let said = acknowledge(&at.head, at.commune).await;
        assert_eq!(said.status, 200, "{}", said.body);
    }
    assert_eq!(acknowledge(&beside, at.other_commune).await.status, 200);
    let (_, seen) = at.scheduler.visitor.get(&notice).await;
    let of = |name: &str| {
        let all = seen["recipients"].as_array().expect("recipients");
        all.iter()
            .find(|to| to["name"] == name)
            .map(|to| to["acknowledged"]["by"].clone())
            .expect("a recipient")
    };
    assert_eq!(of("Xã Minh Quang"), json!(at.head.account));
    assert_eq!(of("Xã Phúc Sơn"), json!(beside.account));
    assert_eq!(of("Thanh tra Sở"), Value::Null);
    // For a recipient by name the office writes down that the receipt came back.
    let came_back = async |who: &Holder, whom: Value| {
        who.visitor.send("POST", &format!("{notice}/acknowledge"), Some(&whom)).await
    };
    let named = json!({ "name": "Thanh tra Sở" });
    assert_eq!(code(&came_back(&at.head, named.clone()).await), (403, "forbidden"));
    assert_eq!(code(&came_back(&at.scheduler, json!({ "name": "UBND tỉnh" })).await).0, 422);
    assert_eq!(
        code(&came_back(&at.scheduler, json!({ "name": "Xã Minh Quang" })).await).0,
        422,
        "it is a unit"
    );
    assert_eq!(code(&came_back(&at.scheduler, json!({})).await).0, 422);
    for _ in 0..2 {
        let said = came_back(&at.scheduler, named.clone()).await;
        assert_eq!(said.status, 200, "{}", said.body);
        let last = said.body["recipients"][2].clone();
        assert_eq!(last["acknowledged"]["by"], json!(at.scheduler.account), "{last}");
        assert!(last["acknowledged"]["at"].is_string(), "{last}");
    }
    let noted = at.house.deeds(id_of(&notice)).await;
    assert_eq!(noted.iter().filter(|deed| *deed == "notice.acknowledged").count(), 3, "each once");

    // One reads who got it, not what another one did; nor the rows behind, nor the visit of another unit.
    let (status, theirs) = beside.visitor.get(&notice).await;
    assert_eq!((status, &theirs["covers"]["visits"]), (200, &json!([])), "{theirs}");
    let acts: Vec<&Value> =
        theirs["recipients"].as_array().unwrap().iter().map(|to| &to["acknowledged"]).collect();
    assert!(acts[0].is_null() && acts[1].is_object(), "{acts:?}");
    assert_eq!(beside.visitor.get(&format!("{notice}/figures")).await.0, 403);
    assert_eq!(beside.visitor.get(&visit).await.0, 404);
    let (_, list) = beside.visitor.get("/v1/notices?state=issued").await;
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
    let (_, compared) = at.reviewer.visitor.get(&format!("{notice}/figures")).await;
    assert_eq!(compared["visits"], json!([id_of(&visit)]));
    assert_eq!(
        (&compared["items"][0]["visits"], &compared["items"][0]["differs"]),
        (&json!([id_of(&visit)]), &json!(false))
    );
    assert_eq!(compared["items"][1]["findings"].as_array().map(Vec::len), Some(2));
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issued_notice_lets_a_campaign_conclude() {
    let at = Inspectorate::open().await;
    let visit = finalised(&at).await;
    let campaign = format!("/v1/campaigns/{}", at.campaign);
    let move_on = async |who: &Holder, step: &str| {
        who.visitor.send("POST", &format!("{campaign}/{step}"), Some(&Value::Null)).await
    };
    assert_eq!(move_on(&at.scheduler, "close-fieldwork").await.status, 200);
    let notice = signed_notice(&at, &content(&at, &visit), 3).await;
    assert_eq!(
        code(&move_on(&at.authority, "conclude").await),
        (409, "campaign.no-notice"),
        "signed is not issued"
    );
    assert_eq!(step(&at.scheduler, &notice, "issue", Value::Null).await.status, 200);
    let (_, papers) = at.scheduler.visitor.get(&campaign).await;
    let paper = papers["documents"].as_array().unwrap().iter().find(|paper| paper["kind"] == "notice");
    let paper = paper.expect("the notice is a paper of the campaign");
    assert_eq!((&paper["written"], &paper["issuer"]), (&json!("03/TB-SNV"), &json!("Sở Nội vụ Tuyên Quang")));
    assert_eq!(move_on(&at.authority, "conclude").await.body["state"], "concluded");
    at.house.close().await;
}

/// A number is one paper's in an issuer's year, whether it is a notice or was entered by hand.
#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_given_once_by_an_issuer_in_a_year() {
    let at = Inspectorate::open().await;
    let visit = finalised(&at).await;
    let written = content(&at, &visit);
    signed_notice(&at, &written, 9).await;
    let second = begun(&at, &at.scheduler, &written).await.header("location").to_owned();
    assert_eq!(step(&at.lead, &second, "review", Value::Null).await.status, 200);
    let taken = step(&at.authority, &second, "sign", signing(&at, 9)).await;
    assert_eq!(code(&taken), (409, "document.number-taken"));
    let today = fieldproof::domain::moment::vietnam_day(at.house.app.now());
    let paper = |number: &str| json!({ "kind": "plan", "number": number, "issuer": "Sở Nội vụ Tuyên Quang", "issued_on": today });
    let documents = format!("/v1/campaigns/{}/documents", at.campaign);
    let by_hand = at.scheduler.visitor.send("POST", &documents, Some(&paper("09/TB-SNV"))).await;
    assert_eq!(code(&by_hand), (409, "document.number-taken"), "before it is issued, too");
    assert_eq!(at.scheduler.visitor.send("POST", &documents, Some(&paper("10/TB-SNV"))).await.status, 201);
    assert_eq!(
        code(&step(&at.authority, &second, "sign", signing(&at, 10)).await),
        (409, "document.number-taken")
    );
    // A number that is free; two at once get it once.
    let third = begun(&at, &at.scheduler, &written).await.header("location").to_owned();
    assert_eq!(step(&at.lead, &third, "review", Value::Null).await.status, 200);
    let both = futures::join!(
        step(&at.authority, &second, "sign", signing(&at, 11)),
        step(&at.authority, &third, "sign", signing(&at, 11))
    );
    let mut statuses = [both.0.status, both.1.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{} {}", both.0.body, both.1.body);
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_notice_rests_on_is_checked() {
    let at = Inspectorate::open().await;
    let visit = finalised(&at).await;
    let unfinished = at.visit("planned", 3).await;
    let stranger = at.house.place("Xã khác", "commune", None).await;
    let _ = stranger;
    let with = |change: &dyn Fn(&mut Value)| {
        let mut changed = content(&at, &visit);
        change(&mut changed);
        changed
    };
    for (written, pointer, code) in [
        (with(&|w| w["covers"]["visits"] = json!([id_of(&unfinished)])), "/content/covers", "notice.covers"),
        (
            with(&|w| w["recipients"] = json!([{ "unit": uuid::Uuid::new_v4() }])),
            "/content/demands/0/addressees",
            "notice.addressees",
        ),
        (with(&|w| w["symbol"] = json!("QĐ-SNV")), "/content/symbol", "notice.symbol"),
        (
            with(&|w| w["strengths"] = json!([{ "text": "{x.count}" }])),
            "/content/strengths/0/text",
            "notice.placeholder",
        ),
    ] {
        let refused = begun(&at, &at.scheduler, &written).await;
        let fault = &refused.body["errors"][0];
        assert_eq!(
            (refused.status, &fault["pointer"], &fault["code"]),
            (422, &json!(pointer), &json!(code)),
            "{}",
            refused.body
        );
    }
    let unknown =
        json!({ "campaign": at.campaign, "corrects": uuid::Uuid::new_v4(), "content": content(&at, &visit) });
    let (status, refused) = at.scheduler.visitor.post("/v1/notices", &unknown).await;
    assert_eq!((status, &refused["errors"][0]["code"]), (422, &json!("notice.corrects")));
    let silent = with(&|w| {
        for section in ["strengths", "shortcomings", "demands"] {
            w[section] = json!([]);
        }
    });
    let empty = begun(&at, &at.scheduler, &silent).await.header("location").to_owned();
    assert_eq!(code(&step(&at.lead, &empty, "review", Value::Null).await), (409, "notice.incomplete"));
    // Nobody signs for a day before the visit, or ahead.
    let notice = begun(&at, &at.scheduler, &content(&at, &visit)).await.header("location").to_owned();
    assert_eq!(step(&at.lead, &notice, "review", Value::Null).await.status, 200);
    for day in ["2001-01-01", "2100-01-01"] {
        let mut said = signing(&at, 1);
        said["on"] = json!(day);
        let refused = step(&at.authority, &notice, "sign", said).await;
        assert_eq!((refused.status, &refused.body["errors"][0]["code"]), (422, &json!("notice.signed-on")));
    }
    at.house.close().await;
}

/// What was signed and never sent is declared void, with a reason: its number stays used, its text stays, and another takes
/// its place.
#[tokio::test(flavor = "multi_thread")]
async fn a_signed_notice_may_be_declared_void_until_it_is_issued() {
    let at = Inspectorate::open().await;
    let visit = finalised(&at).await;
    let written = content(&at, &visit);
    let notice = signed_notice(&at, &written, 5).await;
    let why = json!({ "reason": "Ký nhầm ngày." });
    assert_eq!(code(&step(&at.scheduler, &notice, "void", why.clone()).await), (403, "forbidden"));
    let bare = step(&at.authority, &notice, "void", json!({ "reason": " " })).await;
    assert_eq!((bare.status, &bare.body["errors"][0]["pointer"]), (422, &json!("/reason")), "{}", bare.body);
    let void = step(&at.authority, &notice, "void", why.clone()).await;
    assert_eq!((void.status, &void.body["state"]), (200, &json!("voided")), "{}", void.body);
    assert_eq!(void.body["voided"]["reason"], "Ký nhầm ngày.");
    assert_eq!(
        (&void.body["number"], void.body["signing"]["document"].is_string()),
        (&json!("05/TB-SNV"), true)
    );
    for (who, way) in [(&at.scheduler, "issue"), (&at.authority, "void"), (&at.authority, "sign")] {
        let said = if way == "sign" {
            signing(&at, 6)
        } else if way == "void" {
            why.clone()
        } else {
            Value::Null
        };
        assert_eq!(code(&step(who, &notice, way, said).await), (409, "notice.voided"), "{way}");
    }
    assert_eq!(at.head.visitor.get(&notice).await.0, 404, "nobody was told");
    assert_eq!(at.house.deeds(id_of(&notice)).await.last().map(String::as_str), Some("notice.voided"));
    let sql = at.house.sql().await;
    let refused = sql
        .batch_execute(
            "UPDATE notices SET state = 'signed', voided_by = NULL, voided_at = NULL, voided_because = NULL",
        )
        .await;
    assert!(refused.is_err(), "what is void stays void");

    // The number is used; the next one takes another.
    let made = begun(&at, &at.scheduler, &written).await;
    let next = made.header("location").to_owned();
    assert_eq!(step(&at.lead, &next, "review", Value::Null).await.status, 200);
    assert_eq!(
        code(&step(&at.authority, &next, "sign", signing(&at, 5)).await),
        (409, "document.number-taken")
    );
    assert_eq!(step(&at.authority, &next, "sign", signing(&at, 6)).await.status, 200);
    assert_eq!(step(&at.authority, &next, "issue", Value::Null).await.status, 200);
    assert_eq!(code(&step(&at.authority, &next, "void", why).await), (409, "notice.issued"));
    at.house.end().await;
}

/// Figures of a period are frozen when its last day has come, and were counted then.
#[tokio::test(flavor = "multi_thread")]
async fn a_period_is_not_told_before_its_last_day() {
    let at = Inspectorate::open().await;
    finalised(&at).await;
    let today = fieldproof::domain::moment::vietnam_day(at.house.app.now());
    let mut written = content(&at, "/x");
    written["source"] =
        json!({ "kind": "meeting", "title": "Giao ban quý", "place": "Tuyên Quang", "held_on": today });
    written["covers"] = json!({ "from": "2020-01-01", "to": today.tomorrow().expect("a day") });
    let made = begun(&at, &at.scheduler, &written).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let notice = made.header("location").to_owned();
    assert_eq!(step(&at.lead, &notice, "review", Value::Null).await.status, 200);
    let early = step(&at.authority, &notice, "sign", signing(&at, 5)).await;
    assert_eq!(code(&early), (409, "notice.period-open"), "{}", early.body);
    written["covers"]["to"] = json!(today);
    let version = at.scheduler.visitor.send("GET", &notice, None).await.header("etag").to_owned();
    let again = at.scheduler.visitor.request("PUT", &notice).header("if-match", version).json(&written);
    assert_eq!(at.scheduler.visitor.answer(again).await.status, 200);
    assert_eq!(step(&at.lead, &notice, "review", Value::Null).await.status, 200);
    let done = step(&at.authority, &notice, "sign", signing(&at, 5)).await;
    assert_eq!(done.status, 200, "{}", done.body);
    at.house.end().await;
}
