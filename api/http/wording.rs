//! What each code means, in Vietnamese and English: for problem details, for `/problems/…` pages and for
//! `openapi/problems.md`. A new code needs a row here; the tables are sorted by code.

use super::context::Language;

/// One code in words.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    /// Stable code.
    pub code: &'static str,
    /// Its HTTP status.
    pub status: u16,
    /// A sentence in Vietnamese.
    pub vi: &'static str,
    /// A sentence in English.
    pub en: &'static str,
}

const fn problem(status: u16, code: &'static str, vi: &'static str, en: &'static str) -> Word {
    Word { code, status, vi, en }
}

const fn field(code: &'static str, vi: &'static str, en: &'static str) -> Word {
    Word { code, status: 422, vi, en }
}

/// Codes of whole problems (`code`).
#[rustfmt::skip]
pub const PROBLEMS: &[Word] = &[
    problem(400, "body.not-json", "Nội dung gửi lên không phải JSON hợp lệ.", "The body is no valid JSON."),
    problem(413, "body.too-large", "Nội dung gửi lên quá lớn.", "The body is too large."),
    problem(408, "body.too-slow", "Nội dung được gửi quá chậm nên kết nối đã bị đóng; hãy gửi lại khi mạng tốt hơn.", "The body came too slowly, so it was cut off; send it again on a better line."),
    problem(400, "body.unreadable", "Nội dung gửi lên bị ngắt giữa chừng hoặc không đọc được.", "The body broke off or can't be read."),
    problem(503, "busy", "Một phần của hệ thống tạm thời không phục vụ được; chưa có gì thay đổi, hãy gửi lại.", "A part of the server is away for the moment; nothing was changed, send the same again."),
    problem(422, "digest.missing", "Thiếu tiêu đề Repr-Digest với mã băm SHA-256 của nội dung.", "The Repr-Digest header with the SHA-256 of the bytes is missing."),
    problem(422, "digest.unreadable", "Tiêu đề Repr-Digest không đọc được; xem RFC 9530.", "The Repr-Digest header can't be read; see RFC 9530."),
    problem(500, "fault", "Máy chủ gặp lỗi; mã yêu cầu giúp tìm lỗi trong nhật ký.", "Something went wrong on our side; the request id finds it in our log."),
    problem(403, "forbidden", "Vai trò của bạn không cho phép việc này.", "Your roles do not allow this."),
    problem(409, "idempotency.answer-lost", "Yêu cầu với khóa này đã có hiệu lực nhưng câu trả lời đã mất; hãy đọc lại trạng thái.", "The request with this key took effect, but its answer was lost; read the state instead."),
    problem(422, "idempotency.bad-key", "Idempotency-Key phải có từ 1 đến 255 ký tự ASCII nhìn thấy được.", "Idempotency-Key must have 1 to 255 visible ASCII characters."),
    problem(409, "idempotency.in-progress", "Yêu cầu với khóa này vẫn đang được xử lý; hãy gửi lại sau ít giây.", "The request with this key is still being answered; send it again in a few seconds."),
    problem(422, "idempotency.other-request", "Khóa này đã được dùng cho một yêu cầu khác.", "This key was used for another request."),
    problem(422, "invalid", "Một số dữ liệu cần sửa; xem errors.", "Some fields need to be changed; see errors."),
    problem(411, "length.missing", "Thiếu Content-Length; ảnh không rõ độ dài không được nhận.", "Content-Length is missing; a photo of unknown length is not taken."),
    problem(405, "method.not-allowed", "Địa chỉ này không nhận phương thức đó; xem tiêu đề Allow.", "This address does not take this method; see Allow."),
    problem(404, "not-found", "Không có gì ở đây, hoặc không có gì bạn được xem.", "There is nothing here, or nothing you may see."),
    problem(422, "photo.broke-off", "Kết nối bị ngắt giữa chừng; chưa giữ lại gì, hãy gửi lại ảnh.", "The body broke off; nothing was kept, send the photo again."),
    problem(422, "photo.digest-mismatch", "Mã băm SHA-256 của dữ liệu nhận được khác với mã đã khai báo.", "The SHA-256 of the bytes that arrived is not the declared one."),
    problem(422, "photo.filter-combination", "Các bộ lọc này không dùng được cùng nhau.", "These filters do not go together."),
    problem(422, "photo.filter-owner", "Hãy nêu chủ thể, đợt kiểm tra hoặc lượt kiểm tra.", "Name an owner, a campaign or a visit."),
    problem(409, "photo.id-taken", "Mã ảnh này đã thuộc về một ảnh khác.", "This id belongs to another photo."),
    problem(422, "photo.length-mismatch", "Độ dài dữ liệu khác với độ dài đã khai báo.", "The length is not the declared one."),
    problem(413, "photo.too-large", "Ảnh lớn hơn mức được nhận.", "The photo is larger than what is taken."),
    problem(415, "photo.type-mismatch", "Kiểu dữ liệu gửi lên khác với kiểu đã khai báo.", "The type sent is not the declared one."),
    problem(415, "photo.type-unknown", "Kiểu dữ liệu này không phải kiểu ảnh được nhận.", "This is no type of photo that is taken."),
    problem(409, "photo.visit-not-open", "Chỉ khai báo ảnh khi đoàn đang kiểm tra hoặc vừa kết thúc ghi nhận.", "Photos are declared while the team is on site or has just closed the recording."),
    problem(409, "photo.visit-submitted", "Lượt kiểm tra đã nộp hoặc đã kết thúc; ảnh được giữ nguyên.", "The visit is submitted or has ended; its photos stay as they are."),
    problem(409, "photo.withdrawn", "Ảnh này đã được rút lại.", "This photo was withdrawn."),
    problem(416, "range.outside", "Đoạn dữ liệu yêu cầu nằm ngoài tệp.", "This range lies outside the file."),
    problem(429, "rate.exceeded", "Quá nhiều yêu cầu trong một phút; tiêu đề Retry-After cho biết khi nào gửi lại.", "Too many requests in a minute; Retry-After says when to come back."),
    problem(400, "request.unreadable", "Yêu cầu không đọc được.", "The request can't be read."),
    problem(403, "scope-missing", "Ứng dụng chưa được cấp phạm vi cần thiết.", "The client program lacks the scope."),
    problem(401, "token.invalid", "Mã truy cập không còn hiệu lực; hãy làm mới hoặc đăng nhập lại.", "This access token does not hold; refresh it or sign in again."),
    problem(401, "token.missing", "Thiếu mã truy cập: Authorization: Bearer ….", "An access token is missing: Authorization: Bearer …."),
    problem(415, "type.not-json", "Hãy gửi application/json.", "Send application/json."),
    problem(428, "version.missing", "Hãy gửi ETag vừa đọc trong If-Match để không ghi đè thay đổi của người khác.", "Send the ETag you last read in If-Match, so that nobody's change is overwritten unseen."),
    problem(412, "version.stale", "ETag này không còn là phiên bản hiện tại; hãy đọc lại.", "This ETag is not the current one; read again."),
];

/// Codes of single fields (`errors[].code`).
#[rustfmt::skip]
pub const FIELDS: &[Word] = &[
    field("digest.not-hex", "SHA-256 phải gồm 64 chữ số thập lục phân.", "SHA-256 must be 64 hexadecimal digits."),
    field("field.missing", "Thiếu trường này.", "This field is missing."),
    field("field.unknown", "Không có trường này.", "There is no such field."),
    field("field.wrong-type", "Trường này có kiểu sai.", "This field has the wrong type."),
    field("id.not-version-7", "Mã do điện thoại tạo phải là UUID phiên bản 7.", "An id minted by a phone must be a UUID of version 7."),
    field("moment.no-offset", "Thời điểm thiếu độ lệch múi giờ, ví dụ +07:00.", "The time has no offset, such as +07:00."),
    field("moment.out-of-range", "Thời điểm nằm ngoài các năm 2000–2100.", "The time lies outside the years 2000 to 2100."),
    field("moment.unreadable", "Thời điểm không đúng dạng RFC 3339.", "The time is not RFC 3339."),
    field("parameter.cursor", "Con trỏ này không thuộc danh sách với các bộ lọc này.", "This cursor is not of this list with these filters."),
    field("parameter.out-of-range", "Tham số nằm ngoài khoảng cho phép.", "The parameter is out of range."),
    field("parameter.unknown", "Không có tham số này.", "There is no such parameter."),
    field("parameter.unknown-value", "Giá trị này không có trong danh sách.", "This is none of the known values."),
    field("parameter.wrong", "Tham số này không đọc được.", "This parameter can't be read."),
    field("photo.bbox", "Khung tọa độ phải là tây,nam,đông,bắc tính bằng độ, mỗi chiều không quá 1 độ.", "The box must be west,south,east,north in degrees, at most 1 degree each way."),
    field("photo.item-unknown", "Không có mục này trong các danh mục kiểm tra của lượt này.", "No checklist of this visit has this item."),
    field("photo.media-type-unknown", "Kiểu ảnh này không được nhận.", "This type of photo is not taken."),
    field("photo.origin-unknown", "Nguồn ảnh phải là camera hoặc gallery.", "The origin must be camera or gallery."),
    field("photo.size-out-of-range", "Độ dài phải từ 1 đến 52428800 byte.", "The size must be 1 to 52428800 bytes."),
    field("photo.subject-unknown", "Không có loại nội dung ảnh này.", "This is none of the known subjects."),
    field("place.accuracy-out-of-range", "Độ chính xác phải lớn hơn 0 và không quá 100000 mét.", "The accuracy must be above 0 and at most 100000 metres."),
    field("place.altitude-out-of-range", "Độ cao này không có thật.", "This is no height of this world."),
    field("place.latitude-out-of-range", "Vĩ độ phải từ -90 đến 90.", "The latitude must be between -90 and 90."),
    field("place.longitude-out-of-range", "Kinh độ phải từ -180 đến 180.", "The longitude must be between -180 and 180."),
    field("place.null-island", "0/0 không phải là vị trí; nếu không có vị trí thì đừng gửi.", "0/0 is no position; send none instead."),
    field("place.source-unknown", "Nguồn vị trí phải là gnss, network hoặc manual; nếu không có vị trí thì gửi null.", "The source must be gnss, network or manual; without a position send null."),
    field("text.refused", "Văn bản này quá dài, để trống hoặc có ký tự không được phép.", "This text is too long, empty, or has a character that is not allowed."),
];

/// The words of a code: of whole problems first, then of fields.
#[must_use]
pub fn find(code: &str) -> Option<&'static Word> {
    PROBLEMS.iter().chain(FIELDS).find(|word| word.code == code)
}

/// What is said about a problem to this caller: the Vietnamese words of its code, or the English text as given,
/// which knows more.
#[must_use]
pub fn detail(code: &str, given: &str, language: Language) -> String {
    match (language, find(code)) {
        (Language::Vi, Some(word)) => word.vi.to_owned(),
        _ => given.to_owned(),
    }
}

/// `openapi/problems.md`.
#[must_use]
pub fn markdown() -> String {
    let mut out = String::from(
        "# Problem codes\n\n\
         Generated by `scripts/schema` from `api/http/wording.rs`. Codes are part of the contract: they never change\n\
         with language, and a code never gets another meaning. Each has a page at `/problems/{code}`.\n\n\
         ## Problems\n\n| code | status | Tiếng Việt | English |\n|---|---|---|---|\n",
    );
    for word in PROBLEMS {
        out.push_str(&format!("| `{}` | {} | {} | {} |\n", word.code, word.status, word.vi, word.en));
    }
    out.push_str("\n## Fields (`errors[].code`)\n\n| code | Tiếng Việt | English |\n|---|---|---|\n");
    for word in FIELDS {
        out.push_str(&format!("| `{}` | {} | {} |\n", word.code, word.vi, word.en));
    }
    out
}
