//! The minutes on paper: in Vietnamese, as Nghị định 30/2020/NĐ-CP sets papers out, what was signed and what came after.

use super::findings::{confirmed, recorded};
use crate::harness::people::{PASSWORD, role};
use crate::harness::{Inspectorate, id_of};
use fieldproof::domain::actor::Role;
use fieldproof::domain::ids::OwnerId;
use serde_json::{Value, json};
use uuid::Uuid;

/// The printed page, as a browser of the office gets it, without what browsers alone read.
async fn printed(at: &Inspectorate, login: &str, visit: &str) -> (u16, String) {
    let form = at.house.sign_in_page("/login").await;
    let sent = at.house.send_sign_in(&form, login, PASSWORD).await;
    let cookie = sent.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
    let path = format!("/review/visits/{}/minutes", id_of(visit));
    let stranger = at.house.stranger();
    let page = stranger.answer(stranger.request("GET", &path).header("cookie", cookie)).await;
    (page.status, String::from_utf8(page.bytes).expect("a page of text"))
}

fn in_order(page: &str, lines: &[&str]) {
    let mut rest = page;
    for wanted in lines {
        let (_, behind) = rest.split_once(wanted).unwrap_or_else(|| panic!("{wanted} is not in\n{rest}"));
        rest = behind;
    }
}

/// Corrected, corrected again; the first stands until the second is taken back. All of it is printed behind what was signed.
async fn added_behind(at: &Inspectorate, visit: &str, sha256: &str) {
    let addenda = format!("{visit}/minutes/addenda");
    let add = async |said: Value| at.lead.visitor.post(&addenda, &said).await;
    let metres = |value: &str| json!({ "type": "number", "value": value });
    let first = json!({ "item": "A02", "answer": metres("39"), "reason": "Đo lại" });
    assert_eq!(add(first).await.0, 201);
    let second = json!({ "item": "A02", "answer": metres("41"), "reason": "Đo cả hiên" });
    assert_eq!(add(second).await.0, 201);
    let back = |number: i32| json!({ "withdraws": number, "reason": "Hiên không tính" });
    let (status, no) = add(back(1)).await;
    assert_eq!((status, &no["code"]), (409, &json!("minutes.addendum-corrected")), "{no}");
    assert_eq!(at.clerk.visitor.post(&addenda, &back(2)).await.1["code"], "minutes.addendum-lead");
    let score = async || at.reviewer.visitor.get(&format!("{visit}/score")).await.1["templates"][0].clone();
    assert_eq!(json!([score().await["points"], score().await["as_signed"]["points"]]), json!([2, 1]));
    let (status, taken) = add(back(2)).await;
    assert_eq!((status, &taken["was"], &taken["becomes"]), (201, &json!("41"), &json!("39")), "{taken}");
    assert_eq!((&taken["withdraws"], &taken["outcome"]), (&json!(2), &json!("fail")));
    assert_eq!(add(back(2)).await.1["code"], "minutes.addendum-withdrawn");
    assert_eq!(add(back(9)).await.1["code"], "minutes.addendum-unknown");
    assert_eq!(score().await["points"], json!(1), "figures follow");
    let (_, page) = printed(at, "van-thu", visit).await;
    in_order(
        &page,
        &[
            "PHỤ LỤC BIÊN BẢN",
            "1. Trong biên bản: A02: 38,5. Nay sửa thành: 39. Lý do: Đo lại (Mai Văn Bảy, ",
            "2. Trong biên bản: A02: 39. Nay sửa thành: 41.",
            "3. Trong biên bản: A02: 41. Nay sửa thành: 39. Lý do: Rút phụ lục 2. Hiên không tính",
            "Kết quả sau khi có phụ lục:",
            "MC: 1/2 điểm (50,00%)",
            sha256,
        ],
    );
}

/// L03, L04, N15: letterhead, number and day, both sides with all titles, each section with its counts, guidance, what was
/// left open and why, a refusal with its witness, the hash; what came later stands behind it with both values.
#[tokio::test(flavor = "multi_thread")]
async fn minutes_are_printed_as_the_decree_asks() {
    let at = Inspectorate::open().await;
    at.house.account("van-thu", &[role(Role::Scheduler, OwnerId(at.owner))]).await;
    let visit = at.visit("surprise", 1).await;
    assert_eq!(printed(&at, "van-thu", &visit).await.0, 409, "nobody has drafted any");
    at.on_site(&visit).await;
    at.answers_well(&visit, &["A01"]).await;
    let small = at.answer(&visit, "A02", json!({ "type": "number", "value": "38,5" }));
    let answer = format!("/v1/responses/{}", Uuid::now_v7());
    assert_eq!(at.member.visitor.put(&answer, &small).await.0, 201);
    at.leaves_open(&visit).await;
    let id = id_of(&visit);
    let host = json!({ "visit": id, "name": "Đặng Văn Sình", "office": "UBND xã Minh Quang",
        "positions": ["Phó Bí thư Đảng ủy", "Chủ tịch UBND xã"] });
    assert_eq!(at.clerk.visitor.put(&format!("/v1/attendees/{}", Uuid::now_v7()), &host).await.0, 201);
    let advice = json!({ "visit": id, "guided": "Công chức Văn phòng", "content": "Cách niêm yết theo lĩnh vực",
        "given_at": "2026-03-20T09:40:00+07:00" });
    assert_eq!(at.clerk.visitor.put(&format!("/v1/guidance/{}", Uuid::now_v7()), &advice).await.0, 201);
    assert_eq!(at.step(&at.member, &visit, "close-recording", Value::Null).await.status, 200);
    confirmed(&at, &visit, "A02", json!({ "severity": "defect", "statement": "Chỗ chờ hẹp <40 m2." })).await;
    let wrong = json!({ "text": "Xong.", "number": "năm" });
    let no = at.step(&at.clerk, &visit, "minutes", wrong).await;
    assert_eq!((no.status, &no.body["errors"][0]["pointer"]), (422, &json!("/number")), "{}", no.body);
    let text = json!({ "text": "I. Hai bên thống nhất.\n- Không có gì thêm.", "number": "05/BB-SNV" });
    let drafted = at.step(&at.clerk, &visit, "minutes", text).await;
    assert_eq!((drafted.status, &drafted.body["minutes"]["number"]), (200, &json!("05/BB-SNV")));
    let (status, draft) = printed(&at, "van-thu", &visit).await;
    assert_eq!(status, 200);
    in_order(&draft, &["DỰ THẢO", "(Chưa ký)", "(Chưa ký)"]);

    let team = json!({ "side": "team", "outcome": "signed", "signer_name": "Mai Văn Bảy",
        "signer_position": "Trưởng đoàn" });
    let unit = json!({ "side": "unit", "outcome": "signature_refused", "reason": "Chưa thống nhất số liệu.",
        "witness": "Trần Thị Bình", "signer_name": "Nguyễn Văn An", "signer_position": "Chủ tịch UBND xã" });
    for said in [team, unit] {
        let signed = at.step(&at.lead, &visit, "sign", said).await;
        assert_eq!(signed.status, 200, "{}", signed.body);
    }
    let (_, whole) = at.head.visitor.get(&format!("{visit}/minutes")).await;
    let sha256 = whole["document_sha256"].as_str().unwrap().to_owned();
    let (_, page) = printed(&at, "van-thu", &visit).await;
    assert!(!page.contains("DỰ THẢO") && !page.contains("PHỤ LỤC"), "{page}");
    let today = fieldproof::domain::moment::vietnam_day(at.house.app.now());
    let day = format!("{:02}/{:02}/{:04}", today.day(), today.month(), today.year());
    in_order(
        &page,
        &[
            "ĐOÀN 1",
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "Độc lập - Tự do - Hạnh phúc",
            "Số: 05/BB-SNV",
            &format!("Minh Quang, ngày {:02} tháng ", today.day()),
            "BIÊN BẢN KIỂM TRA ĐỘT XUẤT",
            "Tại xã Minh Quang, tỉnh Tuyên Quang",
            "Căn cứ Quyết định số 4889/QĐ-UBND ngày 05/08/2021",
            &format!(", ngày {day}"),
            "Trưởng đoàn: Mai Văn Bảy, Chuyên viên",
            "Đặng Văn Sình, Phó Bí thư Đảng ủy; Chủ tịch UBND xã, UBND xã Minh Quang",
            "I. KẾT QUẢ THEO NỘI DUNG KIỂM TRA",
            "Cơ sở vật chất: 3 nội dung; đạt 1; không đạt 1; chưa trả lời 1",
            "A02: Câu hỏi: 38,5 | không đạt",
            "A03: Câu hỏi: chưa trả lời",
            "MC: đạt 1/2 (50,00%)",
            "chưa xếp loại: mới trả lời 2/3 nội dung",
            "Nội dung chưa trả lời: A03",
            "Lý do: Không xem xét trong lượt này.",
            "III. TỒN TẠI, HẠN CHẾ",
            "A02: Chỗ chờ hẹp &#60;40 m2. | khuyết điểm",
            "IV. HƯỚNG DẪN TẠI CHỖ",
            "Công chức Văn phòng: Cách niêm yết theo lĩnh vực",
            "V. Ý KIẾN CỦA ĐOÀN",
            "I. Hai bên thống nhất.",
            "Ý KIẾN CỦA ĐƠN VỊ ĐƯỢC KIỂM TRA",
            "không ký biên bản. Lý do: Chưa thống nhất số liệu.",
            "Người chứng kiến: Trần Thị Bình",
            "ĐẠI DIỆN ĐƠN VỊ ĐƯỢC KIỂM TRA",
            "(Không ký lúc ",
            "Nguyễn Văn An",
            "TM. ĐOÀN KIỂM TRA",
            "(Đã ký lúc ",
            "Mai Văn Bảy",
            &sha256,
        ],
    );
    for code in ["shortcoming", "defect", "yes_no_na", "signature_refused"] {
        assert!(!page.contains(code), "{code} is no Vietnamese");
    }

    added_behind(&at, &visit, &sha256).await;
    at.house.end().await;
}

/// A sealed visit has no minutes to anybody who does not know of it, and a stranger's page is that of an unknown id.
#[tokio::test(flavor = "multi_thread")]
async fn the_paper_is_for_whoever_may_read_the_visit() {
    let at = Inspectorate::open().await;
    at.house.account("nguoi-la", &[]).await;
    let visit = recorded(&at).await;
    let (status, there) = printed(&at, "nguoi-la", &visit).await;
    let (unknown, nowhere) = printed(&at, "nguoi-la", &Uuid::new_v4().to_string()).await;
    assert_eq!((status, unknown), (404, 404));
    assert_eq!(there, nowhere);
    at.house.end().await;
}
