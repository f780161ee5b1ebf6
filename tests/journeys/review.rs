//! Looking at evidence in a browser: the board, the gallery of a visit, one photo, the way in and out.

use crate::harness::people::{PASSWORD, role};
use crate::harness::phone::Phone;
use crate::harness::{Answer, House, Scene, Shot, pictures};
use fieldproof::domain::actor::{Grant, Role};
use fieldproof::domain::ids::{OwnerId, UnitId};
use serde_json::json;
use uuid::Uuid;

/// A browser with somebody signed in.
struct Browser<'a> {
    house: &'a House,
    cookie: String,
}

impl<'a> Browser<'a> {
    async fn of(house: &'a House, login: &str, held: Role, owner: Uuid) -> Self {
        house.account(login, &[role(held, OwnerId(owner))]).await;
        Self::signed_in(house, login).await
    }

    async fn signed_in(house: &'a House, login: &str) -> Self {
        let page = house.sign_in_page("/login").await;
        let sent = house.send_sign_in(&page, login, PASSWORD).await;
        assert_eq!((sent.status, sent.header("location")), (303, "/review"));
        let cookie = sent.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
        Self { house, cookie }
    }

    async fn open(&self, path: &str) -> Answer {
        let stranger = self.house.stranger();
        stranger.answer(stranger.request("GET", path).header("cookie", &self.cookie)).await
    }

    async fn html(&self, path: &str) -> String {
        let answer = self.open(path).await;
        assert_eq!(answer.status, 200, "{path}");
        text(&answer)
    }
}

fn text(answer: &Answer) -> String {
    String::from_utf8(answer.bytes.clone()).expect("a page of text")
}

fn visit_page(scene: &Scene) -> String {
    format!("/review/visits/{}", scene.visit)
}

fn photo_page(shot: &Shot) -> String {
    format!("/review/photos/{}", shot.id)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_is_sent_to_sign_in_and_comes_back_to_the_page() {
    let house = House::open().await;
    let scene = house.scene().await;
    let path = format!("{}?lang=en", visit_page(&scene));

    let sent_away = house.stranger().send("GET", &path, None).await;
    let login = sent_away.header("location").to_owned();
    assert_eq!(sent_away.status, 303);
    assert!(login.starts_with("/login?then=%2Freview%2Fvisits%2F"), "{login}");

    house.account("hoa", &[role(Role::Reviewer, OwnerId(scene.owner))]).await;
    let page = house.sign_in_page(&login).await;
    let sent = house.send_sign_in(&page, "hoa", PASSWORD).await;
    assert_eq!((sent.status, sent.header("location")), (303, path.as_str()));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reviewer_goes_from_the_board_to_the_gallery_to_a_photo_and_its_bytes() {
    let house = House::open().await;
    let scene = house.scene().await;
    let first = Shot::of(scene.visit, pictures::sharp(1));
    let far = json!({ "latitude": 15.7531, "longitude": 107.9642, "accuracy_m": 10.0, "altitude_m": null,
        "source": "gnss" });
    let second = Shot::of(scene.visit, pictures::dark()).with("item", "A-02").with("position", far);
    for shot in [&first, &second] {
        assert_eq!(shot.send(&scene.phone).await.status, 201);
    }
    house.work().await;
    let browser = Browser::of(&house, "hoa", Role::Reviewer, scene.owner).await;

    let board = browser.html("/review").await;
    assert!(
        board.contains("Xã Phước Sơn")
            && board.contains("Đang tại chỗ")
            && board.contains("Kiểm tra đột xuất")
    );
    assert!(board.contains(&visit_page(&scene)));

    let gallery = browser.html(&visit_page(&scene)).await;
    for words in [
        "Có niêm yết thủ tục không?",
        "Trong khuôn viên",
        "Ngoài khuôn viên",
        "Quá tối",
        "20/03/2026 08:15:00 +07:00",
    ] {
        assert!(gallery.contains(words), "{words}");
    }
    assert!(gallery.contains("src=\"data:image/bmp;base64,"), "placeholders travel with the page");

    let page = browser.html(&photo_page(&second)).await;
    for words in
        ["Cách ranh giới 1.052 m", "15,753100° B, 107,964200° Đ", "± 10 m", "<svg class=\"sketch\"", "2 / 2"]
    {
        assert!(page.contains(words), "{words}");
    }
    assert!(page.contains(&format!("rel=\"prev\" href=\"{}\"", photo_page(&first))));
    let english = browser.html(&format!("{}?lang=en", photo_page(&second))).await;
    assert!(english.contains("From the edge: 1,052 m") && english.contains("15.753100° N"));

    let thumb = browser.open(&format!("{}/image/320", photo_page(&first))).await;
    assert_eq!((thumb.status, thumb.header("content-type")), (200, "image/jpeg"));
    let original = browser.open(&format!("{}/original", photo_page(&first))).await;
    assert_eq!((original.status, original.bytes == first.bytes), (200, true));
    assert!(original.header("content-disposition").starts_with("attachment"));
    let read = "SELECT 1 FROM custody WHERE deed = 'photo.original_read'";
    assert_eq!(house.sql().await.query(read, &[]).await.expect("the log").len(), 1);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_wrote_is_shown_as_text_and_no_page_holds_a_script_or_a_style() {
    let house = House::open().await;
    let scene = house.scene().await;
    let hostile = "<script>alert('x')</script><img src=x onerror=alert(1)>\" onload=\"x";
    let shot = Shot::of(scene.visit, pictures::sharp(3)).with("caption", hostile);
    assert_eq!(shot.send(&scene.phone).await.status, 201);
    house.work().await;
    let exif = json!({ "state": "read", "make": "<b>Máy</b>", "model": "</dd><script>1</script>", "software": "\" style=\"x" });
    let write = "UPDATE photos SET exif = $1::text::jsonb";
    house.sql().await.execute(write, &[&exif.to_string()]).await.expect("written");
    let browser = Browser::of(&house, "hoa", Role::Reviewer, scene.owner).await;

    for path in ["/review".to_owned(), visit_page(&scene), photo_page(&shot)] {
        let answer = browser.open(&path).await;
        let page = text(&answer);
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'self'"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{policy}");
        assert!(
            !page.contains("<script") && !page.contains("<style") && !page.contains(" style=\""),
            "{path}"
        );
        assert!(!page.contains("<img src=x") && !page.contains("<b>Máy"), "{path}");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    let page = browser.html(&photo_page(&shot)).await;
    assert!(page.contains("<bdi>&#60;b&#62;Máy&#60;/b&#62;</bdi>"), "escaped, and apart");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_theirs_looks_like_what_does_not_exist() {
    let house = House::open().await;
    let scene = house.scene().await;
    let shot = Shot::of(scene.visit, pictures::sharp(4));
    assert_eq!(shot.send(&scene.phone).await.status, 201);
    house.work().await;
    let other = Uuid::new_v4();
    let owner = format!("INSERT INTO owners VALUES ('{other}', 'snv-hn', 'Hà Nội', now())");
    house.sql().await.batch_execute(&owner).await.expect("an owner");
    let theirs = Browser::of(&house, "nguoi.khac", Role::Reviewer, other).await;
    let unknown = theirs.open(&format!("/review/visits/{}", Uuid::new_v4())).await;

    assert_eq!(unknown.status, 404);
    assert_eq!(unknown.header("content-type"), "text/html; charset=utf-8");
    let not_theirs = [
        visit_page(&scene),
        photo_page(&shot),
        format!("{}/original", photo_page(&shot)),
        format!("{}/image/320", photo_page(&shot)),
    ];
    for path in not_theirs.iter().map(String::as_str).chain(["/review/visits/x", "/review/nowhere"]) {
        let answer = theirs.open(path).await;
        assert_eq!((answer.status, &answer.bytes), (404, &unknown.bytes), "{path}");
    }
    assert!(!theirs.html("/review").await.contains("Phước Sơn"));

    // Sealed again, it is gone for a reviewer of its own owner too, and there for its scheduler.
    let seal = "UPDATE visits SET state = 'sealed', disclosed_at = NULL, dispatched_at = NULL";
    house.sql().await.batch_execute(seal).await.expect("sealed");
    let reviewer = Browser::of(&house, "hoa", Role::Reviewer, scene.owner).await;
    assert!(!reviewer.html("/review").await.contains("Phước Sơn"));
    let sealed = reviewer.open(&visit_page(&scene)).await;
    assert_eq!((sealed.status, &sealed.bytes), (404, &unknown.bytes));
    let scheduler = Browser::of(&house, "lich", Role::Scheduler, scene.owner).await;
    assert!(scheduler.html("/review").await.contains("Niêm phong"));
    let gallery = scheduler.html(&visit_page(&scene)).await;
    assert!(
        gallery.contains("Xã Phước Sơn") && !gallery.contains("/review/photos/"),
        "no photos before disclosure"
    );
    let read = "SELECT 1 FROM custody WHERE deed = 'visit.sealed-read'";
    assert_eq!(
        house.sql().await.query(read, &[]).await.expect("the log").len(),
        2,
        "the board and the visit"
    );
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_decoded_or_was_withdrawn_is_kept_apart_with_its_reason() {
    let house = House::open().await;
    let scene = house.scene().await;
    let whole = pictures::sharp(5);
    let cut = Shot::of(scene.visit, whole.iter().copied().take(whole.len() / 2).collect());
    let mistake = Shot::of(scene.visit, pictures::sharp(6));
    for shot in [&cut, &mistake] {
        assert_eq!(shot.send(&scene.phone).await.status, 201);
    }
    house.work().await;
    let reason = json!({ "reason": "Chụp nhầm <ngoài> đường" });
    assert_eq!(scene.phone.post(&format!("{}/withdraw", mistake.path()), &reason).await.0, 200);
    let browser = Browser::of(&house, "hoa", Role::Reviewer, scene.owner).await;

    let gallery = browser.html(&visit_page(&scene)).await;
    assert!(gallery.contains("Cách ly") && gallery.contains("Tải bản gốc (có ghi nhật ký)"));
    let (before, after) = gallery.split_once("Ảnh đã rút lại").expect("a section of its own");
    assert!(!before.contains(&photo_page(&mistake)) && after.contains(&photo_page(&mistake)));
    assert!(after.contains("Chụp nhầm &#60;ngoài&#62; đường"));
    let page = browser.html(&photo_page(&cut)).await;
    assert!(page.contains("Cách ly") && page.contains("1 / 1"));
    assert_eq!(browser.open(&format!("{}/original", photo_page(&cut))).await.bytes, cut.bytes);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_language_that_was_chosen_is_remembered() {
    let house = House::open().await;
    let scene = house.scene().await;
    let mut browser = Browser::of(&house, "hoa", Role::Reviewer, scene.owner).await;
    assert!(browser.html("/review").await.contains("<html lang=\"vi\">"));

    let chosen = browser.open("/review?lang=en").await;
    let kept = chosen.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
    assert_eq!(kept, "fieldproof_language=en");
    browser.cookie = format!("{}; {kept}", browser.cookie);

    assert!(browser.html("/review").await.contains("<html lang=\"en\">"));
    let missing = browser.open(&format!("/review/visits/{}", Uuid::new_v4())).await;
    assert!(text(&missing).contains("Not found"));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_board_is_searched_by_office_or_campaign_with_or_without_accents() {
    let house = House::open().await;
    let scene = house.scene().await;
    let more = format!(
        "INSERT INTO visits (id, owner_id, campaign_id, team_id, unit_id, unit_version_id, unit_path, unit_ancestors, \
             kind, state, planned_start, planned_end, created_by, created_at) \
         SELECT gen_random_uuid(), owner_id, campaign_id, team_id, unit_id, unit_version_id, \
             'Phường Đồng Mai, Quận ' || n || ', Hà Nội', unit_ancestors, 'planned', 'on_site', \
             planned_start - n * interval '1 day', planned_end, created_by, created_at \
         FROM visits, generate_series(1, 20) n WHERE id = '{}'",
        scene.visit
    );
    house.sql().await.batch_execute(&more).await.expect("more visits");
    let browser = Browser::of(&house, "hoa", Role::Reviewer, scene.owner).await;

    for words in ["Phước Sơn", "phuoc son", "PHƯỚC", "ph%C6%B0%E1%BB%9Bc+s%C6%A1n", "phuoc son, quang"]
    {
        let board = browser.html(&format!("/review?q={}", words.replace(' ', "+"))).await;
        assert!(board.contains(&visit_page(&scene)) && !board.contains("Đồng Mai"), "{words}");
    }
    let board = browser.html("/review?state=open&q=dong+mai").await;
    assert!(board.contains("Phường Đồng Mai") && !board.contains("Phước Sơn"));
    assert!(board.contains("value=\"dong mai\"") && board.contains("/review?state=submitted&#38;q=dong+mai"));
    let (_, rest) = board.split_once("rel=\"next\" href=\"").expect("twenty do not fit on a page");
    let older = rest.split('"').next().expect("an address").replace("&#38;", "&");
    assert!(older.contains("q=dong+mai"), "{older}");
    let second = browser.html(&older).await;
    assert_eq!(
        (board.matches("<li class=\"visit\">").count(), second.matches("<li class=\"visit\">").count()),
        (18, 2)
    );

    let campaign = browser.html("/review?q=kiem+tra+cong+vu").await;
    assert!(campaign.contains("Đồng Mai") && campaign.contains("Phước Sơn"), "by the title of the campaign");
    let nothing = browser.html("/review?q=50%25_%3Cb%3E").await;
    assert!(nothing.contains("Không tìm thấy") && nothing.contains("50%_&#60;b&#62;"));
    assert!(browser.html("/review?q=50%25&lang=en").await.contains("Nothing found"));
    let (_, listed) = scene.reviewer.get("/v1/visits?q=Ph%C6%B0%E1%BB%9Bc+S%C6%A1n").await;
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
    let (status, problem) = scene.reviewer.get("/v1/visits?q=%CC%81").await;
    assert_eq!((status, problem["errors"][0]["code"].as_str()), (422, Some("visit.words")));

    // Who answers for the office sees the visit, not what campaign it belongs to; nor by searching for its title.
    let grant = Grant { unit: Some(UnitId(scene.unit)), ..role(Role::HeadOfUnit, OwnerId(scene.owner)) };
    house.account("chu.tich", &[grant]).await;
    let head = Browser::signed_in(&house, "chu.tich").await;
    assert!(head.html("/review?q=phuoc+son").await.contains(&visit_page(&scene)));
    assert!(head.html("/review?q=cong+vu").await.contains("Không tìm thấy"));
    house.close().await;
}

/// A photo that is on its way and sent a small picture first is shown apart, under words that say what it is not.
#[tokio::test(flavor = "multi_thread")]
async fn a_preview_is_shown_to_a_reviewer_as_no_evidence() {
    use base64::Engine;
    let house = House::open().await;
    let scene = house.scene().await;
    let shot = Shot::of(scene.visit, pictures::sharp(1));
    assert_eq!(scene.phone.put(&shot.path(), &shot.declaration).await.0, 201);
    let small = "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA";
    let small = base64::engine::general_purpose::STANDARD.decode(small).expect("a picture");
    let send = scene.phone.request("PUT", &format!("{}/preview", shot.path()));
    let sent = scene.phone.answer(send.header("content-type", "image/webp").body(small.clone())).await;
    assert_eq!(sent.status, 201, "{}", sent.body);
    let browser = Browser::of(&house, "xet", Role::Reviewer, scene.owner).await;

    let gallery = browser.html(&visit_page(&scene)).await;
    assert!(gallery.contains("id=\"previews\"") && gallery.contains("không phải bằng chứng"), "{gallery}");
    let page = browser.html(&photo_page(&shot)).await;
    assert!(page.contains("Ảnh xem trước, không phải bằng chứng"), "{page}");
    assert!(browser.open(&format!("{}/preview", photo_page(&shot))).await.bytes == small);

    assert_eq!(shot.send(&scene.phone).await.status, 201);
    house.work().await;
    for path in [visit_page(&scene), photo_page(&shot)] {
        assert!(!browser.html(&path).await.contains("không phải bằng chứng"), "{path}");
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reviewer_is_told_what_the_signature_of_a_phone_is_worth() {
    let house = House::open().await;
    let scene = house.scene().await;
    let phone = Phone::new();
    let me = scene.phone.get("/v1/me").await.1["id"].as_str().and_then(|id| id.parse().ok());
    let me: Uuid = me.expect("an id");
    let device = phone.let_in(&house, (scene.owner, &scene.phone), (me, &scene.phone)).await;
    let forged = json!({ "device": device, "alg": "EdDSA", "signature": phone.sign("something else") });
    let shot = Shot::of(scene.visit, pictures::sharp(1)).with("envelope", forged);
    assert_eq!(shot.send(&scene.phone).await.status, 201);
    let unsigned = Shot::of(scene.visit, pictures::sharp(2));
    assert_eq!(unsigned.send(&scene.phone).await.status, 201);
    house.work().await;

    let browser = Browser::of(&house, "hoa", Role::Reviewer, scene.owner).await;
    let page = browser.html(&photo_page(&shot)).await;
    let key = &phone.key_id()[..12];
    for words in ["Chữ ký của máy", "Không khớp với khai báo", "Chữ ký của máy không được xác nhận", key]
    {
        assert!(page.contains(words), "{words}");
    }
    assert!(!browser.html(&photo_page(&unsigned)).await.contains("Chữ ký của máy"), "who may sign need not");
    house.close().await;
}
