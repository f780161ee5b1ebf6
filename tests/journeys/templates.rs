//! Checklists: the shelf, drafts, publishing, caching.

use crate::harness::{House, Inspectorate, id_of};
use fieldproof::domain::actor::Role;
use fieldproof::domain::template::Checklist;
use fieldproof::flows::templates::{self, Brought};
use fieldproof::library;
use serde_json::{Value, json};

fn checklist(weight: u8) -> Value {
    json!({ "title": { "vi": "Kiểm tra nhanh", "en": "Quick check" }, "sections": [{
        "title": { "vi": "Cơ sở vật chất" }, "items": [{ "code": "QCK-01",
            "question": { "vi": "Có biển chỉ dẫn rõ?" }, "response": { "type": "yes_no_na", "pass": "yes" },
            "photo": { "min_count": 1, "subject": "signage", "when": "always", "privacy": "avoid_faces" },
            "weight": weight }] }] })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shelf_is_brought_in_once_and_read_by_anybody_with_a_role() {
    let house = House::open().await;
    let owner = house.owner("nong-son").await.0;
    library::import_templates(&house.app, None, None).await.expect("the shelf");
    library::import_templates(&house.app, None, None).await.expect("the shelf again");

    let member = house.officer("Nguyễn Thị Mai", &[(Role::Member, Some(owner))]).await.visitor;
    let (status, page) = member.get("/v1/templates").await;
    let codes: Vec<&str> =
        page["items"].as_array().expect("items").iter().filter_map(|t| t["code"].as_str()).collect();
    assert_eq!((status, codes), (200, vec!["AGY", "ARI", "CIT", "CON", "OSS"]));
    let mut items = 0;
    for template in page["items"].as_array().expect("items") {
        assert_eq!(
            (template["versions"].as_array().map(Vec::len), template["published"].as_i64()),
            (Some(1), Some(1))
        );
        let at = format!("/v1/templates/{}/versions/1", template["id"].as_str().expect("an id"));
        let (_, version) = member.get(&at).await;
        for section in version["body"]["sections"].as_array().expect("sections") {
            items += section["items"].as_array().map_or(0, Vec::len);
        }
    }
    assert_eq!(items, 90);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_that_has_the_shelf_gets_the_next_version_of_what_changed_and_is_told() {
    let house = House::open().await;
    let owner = house.owner("nong-son").await.0;
    let member = house.officer("Nguyễn Thị Mai", &[(Role::Member, Some(owner))]).await.visitor;
    let mut filed: Value =
        serde_json::from_str(include_str!("../../api/library/oss.json")).expect("a checklist");
    let sections = filed["body"]["sections"].as_array_mut().into_iter().flatten();
    for item in sections.filter_map(|section| section["items"].as_array_mut()).flatten() {
        item.as_object_mut().expect("an item").remove("picture");
    }
    let before = Checklist::stored(filed["body"].take()).expect("a checklist");
    let sha256 = hex::encode(before.sha256().expect("a digest"));
    let brought = templates::bring_in(&house.app, None, "OSS", before, &[]).await.expect("brought in");
    assert_eq!(brought, Brought::Published(1));
    let shelf = async || {
        let ended = house.run(&["import-template", "--library"], &[]).await;
        assert!(ended.status.success(), "{ended:?}");
        String::from_utf8_lossy(&ended.stdout).lines().map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    let told = shelf().await;
    assert_eq!(told[0], "OSS: version 2 published, 33 items");
    assert!(told[1..].iter().all(|line| line.contains(": version 1 published, ")), "{told:?}");
    let again = shelf().await;
    assert_eq!(again[0], "OSS: version 2 is the same already");
    assert!(again[1..].iter().all(|line| line.ends_with(": version 1 is the same already")), "{again:?}");

    let all = member.get("/v1/templates").await.1;
    let shop = all["items"].as_array().expect("items").iter().find(|of| of["code"] == "OSS").expect("OSS");
    let first = &shop["versions"][0];
    assert_eq!((&first["sha256"], shop["published"].as_i64()), (&json!(sha256), Some(2)));
    let at = format!("/v1/templates/{}/versions", shop["id"].as_str().expect("an id"));
    let changes = member.get(&format!("{at}/2/changes?from=1")).await.1;
    let expected = json!([{ "code": "OSS-D02", "aspects": ["picture"], "comparability": "same" }]);
    assert_eq!((&changes["changed"], &changes["scores_comparable"]), (&expected, &json!(true)));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_may_change_until_it_is_published_and_never_after() {
    let house = House::open().await;
    let owner = house.owner("nong-son").await.0;
    let planner = house.officer("Lê Văn Kế", &[(Role::Scheduler, Some(owner))]).await.visitor;
    let made = planner.send("POST", "/v1/templates", Some(&json!({ "owner": owner, "code": "QCK" }))).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let template = made.header("location").to_owned();
    let (status, problem) = planner.post("/v1/templates", &json!({ "owner": owner, "code": "QCK" })).await;
    assert_eq!((status, problem["code"].as_str()), (409, Some("template.code-taken")));
    assert_eq!(
        planner.post("/v1/templates", &json!({ "code": "QCK" })).await.0,
        403,
        "the library is not theirs"
    );

    let draft = planner.send("POST", &format!("{template}/versions"), Some(&checklist(1))).await;
    assert_eq!(draft.status, 201, "{}", draft.body);
    let (at, etag) = (draft.header("location").to_owned(), draft.header("etag").to_owned());
    let put = async |etag: Option<&str>, weight: u8| {
        let request = planner.request("PUT", &at).json(&checklist(weight));
        planner
            .answer(match etag {
                Some(etag) => request.header("If-Match", etag),
                None => request,
            })
            .await
    };
    assert_eq!(put(None, 2).await.status, 428);
    let second = put(Some(&etag), 2).await;
    assert_eq!(second.status, 200, "{}", second.body);
    let stale = put(Some(&etag), 3).await;
    assert_eq!((stale.status, stale.body["code"].as_str()), (412, Some("version.stale")));
    let wrong = put(Some(second.header("etag")), 200).await;
    assert_eq!(wrong.body["errors"][0]["pointer"], "/sections/0/items/0/weight");

    let (status, published) = planner.post(&format!("{at}/publish"), &Value::Null).await;
    assert_eq!((status, published["state"].as_str()), (200, Some("published")), "{published}");
    assert_eq!(put(Some(second.header("etag")), 3).await.body["code"], "template.published");
    assert_eq!(planner.post(&format!("{at}/publish"), &Value::Null).await.0, 409);
    let sql = house.sql().await;
    assert!(
        sql.execute("UPDATE template_versions SET body = '{}'", &[]).await.is_err(),
        "the database holds it too"
    );

    let read = planner.send("GET", &at, None).await;
    assert_eq!(read.header("cache-control"), "private, max-age=31536000, immutable");
    assert_eq!(read.header("etag"), format!("\"{}\"", read.body["sha256"].as_str().expect("a digest")));
    let again = planner.request("GET", &at).header("If-None-Match", read.header("etag"));
    let again = planner.answer(again).await;
    assert_eq!((again.status, again.bytes.len()), (304, 0));

    let deeds = house.deeds(template.rsplit('/').next().expect("an id")).await;
    assert_eq!(deeds, ["template.created", "template.drafted", "template.rewritten", "template.published"]);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_owners_checklists_are_not_to_be_seen() {
    let house = House::open().await;
    let (ours, theirs) = (house.owner("nong-son").await.0, house.owner("que-son").await.0);
    let planner = house.officer("Lê Văn Kế", &[(Role::Scheduler, Some(ours))]).await.visitor;
    let other = house.officer("Trần Thị Hoa", &[(Role::Scheduler, Some(theirs))]).await.visitor;
    let made = planner.send("POST", "/v1/templates", Some(&json!({ "owner": ours, "code": "QCK" }))).await;

    let at = made.header("location");
    assert_eq!(other.get(at).await.0, 404);
    assert_eq!(other.post(&format!("{at}/versions"), &checklist(1)).await.0, 404);
    assert_eq!(other.get("/v1/templates").await.1["items"], json!([]));
    assert_eq!(planner.get("/v1/templates").await.1["items"].as_array().map(Vec::len), Some(1));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_versions_are_compared_and_open_visits_named_to_who_may_see_them() {
    let at = Inspectorate::open().await;
    let visit = at.visit("planned", 24).await;
    let sealed = at.visit("surprise", 240).await;
    let template = at.scheduler.visitor.get("/v1/templates").await.1["items"][0]["id"].clone();
    let versions = format!("/v1/templates/{}/versions", template.as_str().expect("an id"));
    let mut body = at.scheduler.visitor.get(&format!("{versions}/1")).await.1["body"].clone();
    let items = &mut body["sections"][0]["items"];
    items[1]["response"]["threshold"] = json!(30);
    items[2]["weight"] = json!(3);
    items[0]["code"] = json!("A09");
    assert_eq!(at.scheduler.visitor.post(&versions, &body).await.0, 201);

    let (status, changes) = at.scheduler.visitor.get(&format!("{versions}/2/changes?from=1")).await;
    assert_eq!(status, 200, "{changes}");
    assert_eq!(json!([changes["added"], changes["removed"]]), json!([["A09"], ["A01"]]));
    let expected = json!([
        { "code": "A02", "aspects": ["response"], "comparability": "broken" },
        { "code": "A03", "aspects": ["weight"], "comparability": "same" },
    ]);
    assert_eq!(changes["changed"], expected);
    assert_eq!(changes["scores_comparable"], false);
    assert_eq!(changes["open_visits"], json!([id_of(&sealed), id_of(&visit)]));
    let (_, seen) = at.reviewer.visitor.get(&format!("{versions}/2/changes?from=1")).await;
    assert_eq!(seen["open_visits"], json!([id_of(&visit)]), "a sealed visit is not told of");
    let (_, same) = at.reviewer.visitor.get(&format!("{versions}/1/changes?from=1")).await;
    assert_eq!(json!([same["changed"], same["scores_comparable"]]), json!([[], true]));
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checklist_goes_out_as_a_workbook_and_comes_back_the_same() {
    let house = House::open().await;
    let owner = house.owner("nong-son").await.0;
    library::import_templates(&house.app, None, None).await.expect("the shelf");
    let planner = house.officer("Lê Văn Kế", &[(Role::Scheduler, Some(owner))]).await.visitor;
    let shelf = planner.get("/v1/templates").await.1;
    let made =
        planner.send("POST", "/v1/templates", Some(&json!({ "owner": owner, "code": "MOT-CUA" }))).await;
    let into = format!("{}/xlsform", made.header("location"));
    let xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    for (n, template) in shelf["items"].as_array().expect("items").iter().enumerate() {
        let of = format!("/v1/templates/{}/versions/1", template["id"].as_str().expect("an id"));
        let book = planner.send("GET", &format!("{of}/xlsform"), None).await;
        assert_eq!((book.status, book.header("content-type")), (200, xlsx));
        let sent = planner.request("POST", &into).header("content-type", xlsx).body(book.bytes);
        let back = planner.answer(sent).await;
        assert_eq!(
            (back.status, back.body["number"].as_u64()),
            (201, u64::try_from(n + 1).ok()),
            "{}",
            back.body
        );
        assert_eq!(back.body["sha256"], template["versions"][0]["sha256"]);
    }
    let send = async |kind: &str, bytes: Vec<u8>| {
        let answer =
            planner.answer(planner.request("POST", &into).header("content-type", kind).body(bytes)).await;
        (
            answer.status,
            answer.body["errors"][0]["code"].as_str().or(answer.body["code"].as_str()).map(Into::into),
        )
    };
    let told = |status: u16, code: &str| (status, Some(code.to_owned()));
    assert_eq!(send(xlsx, b"no workbook".to_vec()).await, told(422, "xlsform.workbook"));
    assert_eq!(send("text/csv", b"a,b".to_vec()).await, told(415, "type.not-xlsx"));
    assert_eq!(send(xlsx, vec![0; 300_000]).await, told(413, "body.too-large"));
    house.close().await;
}

/// What is read as a file is sent as a file, over HTTP and on the command line, and is the same checklist.
#[tokio::test(flavor = "multi_thread")]
async fn a_checklist_goes_out_as_json_and_comes_back_the_same() {
    let house = House::open().await;
    let owner = house.owner("nong-son").await.0;
    library::import_templates(&house.app, None, None).await.expect("the shelf");
    let planner = house.officer("Lê Văn Kế", &[(Role::Scheduler, Some(owner))]).await.visitor;
    let shelf = planner.get("/v1/templates").await.1;
    for template in shelf["items"].as_array().expect("items") {
        let of = format!("/v1/templates/{}/versions/1", template["id"].as_str().expect("an id"));
        let sent = planner.send("GET", &format!("{of}/json"), None).await;
        let code = template["code"].as_str().expect("a code");
        assert_eq!((sent.status, &sent.body["code"]), (200, &json!(code)));
        assert!(sent.header("content-disposition").contains(&format!("{code}-1.json")));
        let made =
            planner.send("POST", "/v1/templates", Some(&json!({ "owner": owner, "code": code }))).await;
        let into = format!("{}/json", made.header("location"));
        let (status, back) = planner.post(&into, &sent.body).await;
        let digest = &template["versions"][0]["sha256"];
        assert_eq!((status, &back["number"], &back["sha256"]), (201, &json!(1), digest), "{back}");
        if code == "CON" {
            // What this server gives a version is none of a file.
            let (_, read) = planner.get(&of).await;
            let (status, no) = planner.post(&into, &read).await;
            assert_eq!((status, &no["errors"][0]["code"]), (422, &json!("field.unknown")), "{no}");
            let mut other = sent.body.clone();
            other["code"] = json!("OSS");
            let (status, no) = planner.post(&into, &other).await;
            assert_eq!((status, &no["errors"][0]["code"]), (422, &json!("template.code")), "{no}");
            let mut bad = sent.body.clone();
            bad["body"]["sections"][0]["items"][0]["weight"] = json!(-1);
            let (status, no) = planner.post(&into, &bad).await;
            assert!(
                status == 422 && no["errors"][0]["pointer"].as_str().unwrap().starts_with("/body/"),
                "{no}"
            );

            let folder = std::env::temp_dir().join(format!("fieldproof-{}", uuid::Uuid::new_v4()));
            std::fs::create_dir_all(&folder).expect("a folder");
            let file = folder.join("con.json");
            std::fs::write(&file, &sent.bytes).expect("a file");
            library::import_templates(&house.app, Some(&file), Some("nong-son")).await.expect("brought in");
            let (_, held) = planner.get(made.header("location")).await;
            let version = held["versions"].as_array().and_then(|all| all.last()).expect("a version");
            assert_eq!((&version["state"], &version["sha256"]), (&json!("published"), digest), "{held}");
            std::fs::remove_dir_all(&folder).expect("put away");
        }
    }
    house.close().await;
}

/// What no form can write as it is, is no text of a checklist.
#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_forms_read_as_a_name_is_refused() {
    let at = Inspectorate::open().await;
    let made = json!({ "owner": at.owner, "code": "MOT-CUA" });
    let made = at.scheduler.visitor.send("POST", "/v1/templates", Some(&made)).await;
    let list = |question: &str| {
        json!({ "title": { "vi": "Danh mục", "en": "" }, "sections": [{ "title": { "vi": "Niêm yết", "en": "" },
            "items": [{ "code": "A01", "question": { "vi": question, "en": "" }, "weight": 1,
                "response": { "type": "yes_no_na", "pass": "yes" } }] }] })
    };
    let into = format!("{}/versions", made.header("location"));
    let (status, no) = at.scheduler.visitor.post(&into, &list("Câu ${a}")).await;
    let told = json!([status, no["errors"][0]["pointer"], no["errors"][0]["code"]]);
    assert_eq!(told, json!([422, "/sections/0/items/0/question/vi", "text.refused"]), "{no}");
    let (status, taken) = at.scheduler.visitor.post(&into, &list("Thu 5 $ {a}")).await;
    assert_eq!(status, 201, "{taken}");
    at.house.close().await;
}
