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
    problem(409, "account.disabled", "Tài khoản này đang bị khóa; hãy mở lại trước.", "This account is disabled; enable it first."),
    problem(409, "account.last-administrator", "Đây là quản trị viên cuối cùng; hãy chỉ định người khác trước.", "This is the last administrator; name another one first."),
    problem(409, "account.login-taken", "Tên đăng nhập này đã có người dùng.", "This login is taken."),
    problem(400, "body.not-json", "Nội dung gửi lên không phải JSON hợp lệ.", "The body is no valid JSON."),
    problem(413, "body.too-large", "Nội dung gửi lên quá lớn.", "The body is too large."),
    problem(408, "body.too-slow", "Nội dung được gửi quá chậm nên kết nối đã bị đóng; hãy gửi lại khi mạng tốt hơn.", "The body came too slowly, so it was cut off; send it again on a better line."),
    problem(400, "body.unreadable", "Nội dung gửi lên bị ngắt giữa chừng hoặc không đọc được.", "The body broke off or can't be read."),
    problem(503, "busy", "Một phần của hệ thống tạm thời không phục vụ được; chưa có gì thay đổi, hãy gửi lại.", "A part of the server is away for the moment; nothing was changed, send the same again."),
    problem(409, "campaign.actions-open", "Còn hành động khắc phục chưa xong, chưa rút hoặc chưa chuyển tiếp.", "Actions are neither done nor withdrawn nor carried over."),
    problem(409, "campaign.merge-checklists", "Bảng kiểm của hai bên có mục trùng mã; hãy đổi bảng kiểm của một lượt trước.", "Checklists of both have items of the same code; give one of the visits another checklist first."),
    problem(422, "campaign.merge-unfit", "Hai cuộc kiểm tra này không gộp được với nhau.", "These two campaigns can not be joined."),
    problem(409, "campaign.no-decision", "Hãy nhập quyết định thành lập đoàn trước.", "Enter the decision that sets up the team first."),
    problem(409, "campaign.no-notice", "Hãy nhập thông báo kết luận trước.", "Enter the conclusion notice first."),
    problem(409, "campaign.no-plan", "Hãy nhập kế hoạch, hoặc một quyết định thường xuyên, trước khi phê duyệt.", "Enter the plan, or a standing decision, before approving."),
    problem(409, "campaign.no-team", "Hãy lập đoàn có trưởng đoàn trước.", "Name a team with its lead first."),
    problem(409, "campaign.state", "Trạng thái hiện tại của cuộc kiểm tra không cho phép bước này.", "The campaign's present state does not allow this step."),
    problem(409, "campaign.visits-open", "Còn lượt kiểm tra chưa xong; hãy hoàn tất hoặc hủy trước.", "Visits are planned or under way; finish or cancel them first."),
    problem(409, "client.id-taken", "Mã ứng dụng này đã được đăng ký.", "A client of this id is registered already."),
    problem(422, "client.not-taken", "Ứng dụng này không đăng ký được như vậy.", "This client can't be registered like this."),
    problem(422, "digest.missing", "Thiếu tiêu đề Repr-Digest với mã băm SHA-256 của nội dung.", "The Repr-Digest header with the SHA-256 of the bytes is missing."),
    problem(422, "digest.unreadable", "Tiêu đề Repr-Digest không đọc được; xem RFC 9530.", "The Repr-Digest header can't be read; see RFC 9530."),
    problem(409, "document.number-taken", "Số văn bản này đã được dùng.", "This document number is taken."),
    problem(500, "fault", "Máy chủ gặp lỗi; mã yêu cầu giúp tìm lỗi trong nhật ký.", "Something went wrong on our side; the request id finds it in our log."),
    problem(403, "forbidden", "Vai trò của bạn không cho phép việc này.", "Your roles do not allow this."),
    problem(409, "grant.held", "Vai trò này đã được cấp.", "This role is granted already."),
    problem(403, "grant.own", "Không ai tự cấp vai trò cho mình; một quản trị viên khác làm được việc này.", "Nobody grants a role to themselves; another administrator can."),
    problem(409, "idempotency.answer-lost", "Yêu cầu với khóa này đã có hiệu lực nhưng câu trả lời đã mất; hãy đọc lại trạng thái.", "The request with this key took effect, but its answer was lost; read the state instead."),
    problem(422, "idempotency.bad-key", "Idempotency-Key phải có từ 1 đến 255 ký tự ASCII nhìn thấy được.", "Idempotency-Key must have 1 to 255 visible ASCII characters."),
    problem(409, "idempotency.in-progress", "Yêu cầu với khóa này vẫn đang được xử lý; hãy gửi lại sau ít giây.", "The request with this key is still being answered; send it again in a few seconds."),
    problem(422, "idempotency.other-request", "Khóa này đã được dùng cho một yêu cầu khác.", "This key was used for another request."),
    problem(403, "idempotency.right-lost", "Bạn không còn quyền đã dùng cho yêu cầu này, nên câu trả lời không được gửi lại.", "What allowed this request is yours no more, so its answer is not given again."),
    problem(422, "invalid", "Một số dữ liệu cần sửa; xem errors.", "Some fields need to be changed; see errors."),
    problem(422, "invitation.worthless", "Liên kết này đã được dùng, đã hết hạn hoặc đã được thay bằng liên kết mới; hãy xin liên kết mới.", "This link was used, has expired, or was replaced by a newer one; ask for a new one."),
    problem(411, "length.missing", "Hãy gửi Content-Length.", "Send Content-Length."),
    problem(405, "method.not-allowed", "Địa chỉ này không nhận phương thức đó; xem tiêu đề Allow.", "This address does not take this method; see Allow."),
    problem(404, "not-found", "Không có gì ở đây, hoặc không có gì bạn được xem.", "There is nothing here, or nothing you may see."),
    problem(409, "owner.code-taken", "Mã này thuộc về một cơ quan khác.", "Another owner has this code."),
    problem(422, "photo.broke-off", "Dữ liệu ảnh bị ngắt giữa chừng; hãy gửi lại.", "The bytes of the photo broke off; send them again."),
    problem(422, "photo.digest-mismatch", "Mã băm SHA-256 của dữ liệu nhận được khác với mã đã khai báo.", "The SHA-256 of the bytes that arrived is not the declared one."),
    problem(422, "photo.filter-combination", "Danh sách không hỗ trợ tổ hợp bộ lọc và thứ tự này.", "The list does not take this combination of filters and order."),
    problem(422, "photo.filter-owner", "Hãy nêu cơ quan, cuộc kiểm tra hoặc lượt kiểm tra cần xem.", "Say which owner, campaign or visit to look at."),
    problem(409, "photo.id-taken", "Mã ảnh này đã thuộc về một ảnh khác.", "This id belongs to another photo."),
    problem(422, "photo.length-mismatch", "Độ dài dữ liệu khác với độ dài đã khai báo.", "The length is not the declared one."),
    problem(413, "photo.too-large", "Ảnh lớn hơn mức được nhận.", "The photo is larger than what is taken."),
    problem(415, "photo.type-mismatch", "Kiểu dữ liệu gửi lên khác với kiểu đã khai báo.", "The media type is not the declared one."),
    problem(415, "photo.type-unknown", "Hãy gửi ảnh với kiểu riêng của nó: image/jpeg, png, webp, heic, heif hoặc avif.", "Send the photo with its own media type: image/jpeg, png, webp, heic, heif or avif."),
    problem(409, "photo.visit-ended", "Lượt kiểm tra đã kết thúc hẳn; không nhận thêm ảnh nào nữa.", "The visit has ended for good; no more photos are taken for it."),
    problem(409, "photo.visit-not-open", "Ảnh được khai báo từ khi đoàn đến nơi đến khi nộp lượt kiểm tra.", "Photos are declared from check-in until the visit is submitted."),
    problem(409, "photo.visit-submitted", "Lượt kiểm tra đã nộp; ảnh của nó được giữ nguyên.", "The visit was submitted; its photos stand."),
    problem(409, "photo.withdrawn", "Ảnh này đã được rút lại.", "This photo was withdrawn."),
    problem(409, "premises.survey-order", "Lần khảo sát mới phải có hiệu lực từ ngày sau lần trước.", "A new survey holds from a later day than the last one."),
    problem(416, "range.outside", "Đoạn dữ liệu này nằm ngoài nội dung.", "The range lies outside of the content."),
    problem(429, "rate.exceeded", "Quá nhiều yêu cầu trong một phút; tiêu đề Retry-After cho biết khi nào gửi lại.", "Too many requests in a minute; Retry-After says when to come back."),
    problem(400, "request.unreadable", "Yêu cầu không đọc được.", "The request can't be read."),
    problem(409, "response.id-taken", "Mã câu trả lời này đã thuộc về một câu trả lời khác.", "This id belongs to another answer."),
    problem(409, "response.item-answered", "Mục này đã được trả lời dưới một mã khác.", "This item is answered already under another id."),
    problem(422, "response.negative", "Phần và tổng phải từ 0 trở lên.", "A part and its whole are 0 or more."),
    problem(422, "response.not-above-zero", "Số đo này phải lớn hơn 0.", "This measure is above 0."),
    problem(422, "response.not-asked", "Mục này không hỏi đơn vị này vào ngày kiểm tra.", "This item is not asked of this unit on the day of the visit."),
    problem(422, "response.note", "Ghi chú không được chấp nhận.", "The note is not taken."),
    problem(422, "response.part-above-whole", "Phần không thể lớn hơn tổng.", "A part can't exceed its whole."),
    problem(422, "response.reason-missing", "Câu trả lời này cần có lý do.", "This answer needs a reason."),
    problem(409, "response.stale", "Câu trả lời đã thay đổi kể từ bản bạn sửa.", "The answer has changed since the version you edited."),
    problem(422, "response.text", "Nội dung chữ của câu trả lời không được chấp nhận.", "The text of the answer is not taken."),
    problem(422, "response.unknown-item", "Bảng kiểm không có mục này.", "The checklist has no such item."),
    problem(422, "response.unknown-option", "Mục này không có lựa chọn đó.", "The item has no such option."),
    problem(422, "response.unknown-template", "Lượt kiểm tra này không dùng bảng kiểm đó.", "The visit does not use this checklist."),
    problem(422, "response.wrong-type", "Mục này cần loại câu trả lời khác.", "The item asks for another type of answer."),
    problem(409, "round.target-taken", "Đơn vị này đã thuộc một đợt kiểm tra khác của cuộc kiểm tra.", "A unit is the target of one first round of a campaign; it is in another already."),
    problem(403, "scope-missing", "Ứng dụng chưa được cấp phạm vi cần thiết.", "The client program lacks the scope."),
    problem(429, "sign-in.throttled", "Đăng nhập sai quá nhiều lần; hãy đợi rồi thử lại.", "Too many failed sign-ins; wait, then try again."),
    problem(409, "team.two-leads", "Mỗi đoàn chỉ có một trưởng đoàn.", "A team has one lead."),
    problem(409, "template.code-taken", "Mã này đã được dùng ở đây.", "This code is in use here."),
    problem(409, "template.published", "Phiên bản đã ban hành không sửa được nữa; hãy tạo phiên bản mới.", "A published version never changes; make a new one."),
    problem(401, "token.invalid", "Mã truy cập không còn hiệu lực; hãy làm mới hoặc đăng nhập lại.", "This access token does not hold; refresh it or sign in again."),
    problem(401, "token.missing", "Thiếu mã truy cập: Authorization: Bearer ….", "An access token is missing: Authorization: Bearer …."),
    problem(415, "type.not-json", "Hãy gửi application/json.", "Send application/json."),
    problem(415, "type.not-xlsx", "Hãy gửi tệp .xlsx với đúng Content-Type.", "Send a workbook (.xlsx) with its media type."),
    problem(409, "unit.version-gap", "Phiên bản này để lại những ngày không có phiên bản nào.", "This version leaves days without any version."),
    problem(409, "unit.version-order", "Phiên bản mới phải có hiệu lực sau phiên bản trước.", "A new version holds from a later day than the last one."),
    problem(428, "version.missing", "Hãy gửi ETag vừa đọc trong If-Match để không ghi đè thay đổi của người khác.", "Send the ETag you last read in If-Match, so that nobody's change is overwritten unseen."),
    problem(412, "version.stale", "ETag này không còn là phiên bản hiện tại; hãy đọc lại.", "This ETag is not the current one; read again."),
    problem(409, "visit.already-dispatched", "Đoàn đã được thông báo.", "The team has been told already."),
    problem(409, "visit.already-on-site", "Đoàn đã có mặt; lượt đang tiến hành thì phải dừng chứ không hủy.", "The team is there already; a visit under way is aborted."),
    problem(409, "visit.already-signed", "Bên này đã ký biên bản.", "This side has signed the minutes already."),
    problem(409, "visit.answers-locked", "Biên bản đã ký; các câu trả lời làm căn cứ được giữ nguyên.", "The minutes are signed; the answers they rest on stand."),
    problem(422, "visit.before-decision", "Không kiểm tra trước ngày của quyết định.", "No visit takes place before the day of the decision."),
    problem(409, "visit.campaign-not-active", "Chỉ lập lượt kiểm tra trong một cuộc kiểm tra đang hoạt động.", "Visits are made under an active campaign."),
    problem(409, "visit.closed", "Lượt kiểm tra đã kết thúc; không còn gì thay đổi được.", "This visit is over; nothing about it changes any more."),
    problem(422, "visit.kind-not-of-round", "Loại lượt kiểm tra không phù hợp với đợt.", "Re-inspections belong in rounds of re-inspection, other visits in other rounds."),
    problem(422, "visit.member-lately-there", "Có thành viên vừa kiểm tra đơn vị này gần đây.", "Somebody on the team inspected this unit lately."),
    problem(422, "visit.member-of-own-unit", "Có thành viên thuộc chính đơn vị được kiểm tra.", "Somebody on the team belongs to this unit."),
    problem(422, "visit.minutes", "Nội dung biên bản không được chấp nhận.", "The text of the minutes is not taken."),
    problem(409, "visit.minutes-outdated", "Biên bản đã thay đổi kể từ bản bạn đọc; hãy đọc lại rồi ký.", "The minutes have changed since you read them; read again, then sign."),
    problem(409, "visit.minutes-signed", "Biên bản đã có chữ ký nên không sửa được.", "The minutes are signed and stand."),
    problem(409, "visit.no-minutes", "Không có biên bản nào đang chờ ký.", "There are no minutes waiting for a signature."),
    problem(422, "visit.no-prior-visit", "Không có lượt kiểm tra trước phù hợp.", "There is no earlier visit that fits."),
    problem(422, "visit.not-a-target", "Đơn vị không thuộc đợt kiểm tra này.", "The unit is no target of this round."),
    problem(422, "visit.not-authority", "Chỉ người của cấp có thẩm quyền mới được cho biết.", "Only somebody of the owner's authority can be cleared."),
    problem(409, "visit.not-dispatched", "Đoàn chưa được thông báo.", "The team has not been told yet."),
    problem(409, "visit.not-on-site", "Việc này dành cho đoàn đang có mặt tại chỗ.", "This is for a team that is on site."),
    problem(409, "visit.not-sealed", "Chỉ lượt kiểm tra đột xuất chưa công bố mới được giữ kín.", "Only a surprise visit that is not disclosed yet is sealed."),
    problem(409, "visit.not-signed", "Chỉ nộp sau khi hai bên đã xong biên bản.", "A visit is submitted after both sides are done with the minutes."),
    problem(409, "visit.not-submitted", "Chỉ lượt kiểm tra đã nộp mới được chốt.", "Only a submitted visit is taken as final."),
    problem(422, "visit.photos-missing", "Còn thiếu ảnh bắt buộc; xem errors.", "Required photos are missing; see errors."),
    problem(422, "visit.reason", "Cần có lý do.", "A reason is needed."),
    problem(409, "visit.recording-not-closed", "Việc ghi nhận chưa kết thúc.", "The recording is not closed yet."),
    problem(422, "visit.round-of-other-campaign", "Cuộc kiểm tra không có đợt này.", "The campaign has no such round."),
    problem(422, "visit.signature", "Chữ ký thiếu hoặc sai thông tin.", "Something about the signature is missing or wrong."),
    problem(422, "visit.team-not-of-round", "Đoàn không phụ trách đợt kiểm tra này.", "The team does not serve this round."),
    problem(422, "visit.team-of-other-campaign", "Cuộc kiểm tra này không có đoàn đó.", "The campaign has no such team."),
    problem(422, "visit.templates", "Bảng kiểm không phù hợp với lượt kiểm tra.", "The checklists do not fit the visit."),
    problem(409, "visit.too-early-to-dispatch", "Chưa đến lúc thông báo cho đoàn.", "It is too early to tell the team."),
    problem(422, "visit.unit-not-in-force", "Vào ngày dự kiến không có đơn vị này.", "There is no such unit on the planned day."),
    problem(422, "visit.window", "Thời gian dự kiến không hợp lý.", "The planned time does not make sense."),
];

/// Codes of single fields (`errors[].code`).
#[rustfmt::skip]
pub const FIELDS: &[Word] = &[
    field("campaign.kind-unknown", "Không có loại cuộc kiểm tra này.", "This is no kind of campaign."),
    field("campaign.period", "Kết thúc trước khi bắt đầu.", "It ends before it begins."),
    field("campaign.state-unknown", "Không có trạng thái này.", "This is no state."),
    field("campaign.topics", "Có quá nhiều chủ đề.", "There are too many topics."),
    field("date.out-of-range", "Ngày nằm ngoài các năm 1900–2200.", "The day lies outside the years 1900 to 2200."),
    field("digest.not-hex", "Mã băm phải có 64 chữ số thập lục phân.", "A digest has 64 hexadecimal digits."),
    field("document.date", "Ngày nằm ngoài khoảng cho phép.", "The day is out of range."),
    field("document.kind-unknown", "Văn bản phải là kế hoạch hoặc quyết định.", "A document is a plan or a decision."),
    field("document.number", "Số văn bản không đúng dạng.", "The document number has the wrong form."),
    field("field.missing", "Thiếu trường này.", "This field is missing."),
    field("field.unknown", "Không có trường này.", "There is no such field."),
    field("field.wrong-type", "Trường này có kiểu sai.", "This field has the wrong type."),
    field("grant.not-for-people", "Vai trò này dành cho chương trình; hãy đăng ký ứng dụng.", "This role is for programs; register a client instead."),
    field("grant.not-narrowed", "Vai trò này không giới hạn được như vậy.", "This role can't be narrowed so."),
    field("grant.owner-missing", "Vai trò này cần có cơ quan.", "This role needs an owner."),
    field("grant.unit-missing", "Vai trò này cần có đơn vị.", "This role needs a unit."),
    field("id.not-version-7", "Mã do điện thoại tạo phải là UUID phiên bản 7.", "An id minted by a phone must be a UUID of version 7."),
    field("locale.unknown", "Ngôn ngữ phải là vi hoặc en.", "The language must be vi or en."),
    field("login.not-taken", "Tên đăng nhập này không được chấp nhận.", "This login is not taken."),
    field("moment.no-offset", "Thời điểm thiếu độ lệch múi giờ, ví dụ +07:00.", "The time has no offset, such as +07:00."),
    field("moment.out-of-range", "Thời điểm nằm ngoài các năm 2000–2100.", "The time lies outside the years 2000 to 2100."),
    field("moment.unreadable", "Thời điểm không đúng dạng RFC 3339.", "The time is not RFC 3339."),
    field("owner.code", "Mã gồm 2 đến 40 chữ thường, chữ số và dấu gạch nối.", "A code has 2 to 40 small letters, digits and hyphens."),
    field("owner.unknown", "Không có cơ quan này.", "There is no such owner."),
    field("parameter.cursor", "Con trỏ này không thuộc danh sách với các bộ lọc này.", "This cursor is not of this list with these filters."),
    field("parameter.out-of-range", "Tham số nằm ngoài khoảng cho phép.", "The parameter is out of range."),
    field("parameter.unknown", "Không có tham số này.", "There is no such parameter."),
    field("parameter.unknown-value", "Giá trị này không nằm trong các giá trị đã biết.", "The value is none of the known ones."),
    field("parameter.wrong", "Tham số này không đọc được.", "This parameter can't be read."),
    field("password.control-character", "Mật khẩu có ký tự điều khiển.", "The password holds a control character."),
    field("password.differs", "Hai lần nhập không giống nhau.", "The two entries differ."),
    field("password.guessable", "Mật khẩu quá dễ đoán.", "The password is too easy to guess."),
    field("password.too-long", "Mật khẩu quá dài.", "The password is too long."),
    field("password.too-short", "Mật khẩu quá ngắn.", "The password is too short."),
    field("password.wrong", "Mật khẩu không đúng.", "The password is wrong."),
    field("photo.bbox", "Khung tọa độ không hợp lệ.", "The bounding box is not valid."),
    field("photo.item-unknown", "Không có bảng kiểm nào của lượt kiểm tra này có mục đó.", "No checklist of this visit has this item."),
    field("photo.media-type-unknown", "Kiểu ảnh này không được nhận.", "This media type is not taken."),
    field("photo.origin-unknown", "Nguồn ảnh phải là camera hoặc gallery.", "The origin must be camera or gallery."),
    field("photo.size-out-of-range", "Kích thước ảnh phải từ 1 đến 52428800 byte.", "The size must be 1 to 52428800 bytes."),
    field("photo.subject-unknown", "Không có chủ thể ảnh này.", "This is none of the known subjects."),
    field("place.accuracy-out-of-range", "Độ chính xác phải lớn hơn 0 và không quá 100000 mét.", "The accuracy must be above 0 and at most 100000 metres."),
    field("place.altitude-out-of-range", "Độ cao không hợp lý.", "This is no height of this world."),
    field("place.area", "Khu vực không hợp lệ.", "The area is not valid."),
    field("place.latitude-out-of-range", "Vĩ độ phải từ -90 đến 90.", "The latitude must be between -90 and 90."),
    field("place.longitude-out-of-range", "Kinh độ phải từ -180 đến 180.", "The longitude must be between -180 and 180."),
    field("place.null-island", "0/0 không phải là vị trí; nếu không có vị trí thì đừng gửi.", "0/0 is no position; send none instead."),
    field("place.rings", "Hãy gửi một vòng khép kín, không có lỗ.", "Send one ring, without holes."),
    field("place.source-unknown", "Không có nguồn vị trí này.", "There is no such source of a position."),
    field("premises.no-unit", "Vào ngày đó không có đơn vị này.", "There is no such unit on that day."),
    field("procedure.code", "Mã thủ tục không hợp lệ.", "The code of the procedure is not valid."),
    field("procedure.dates", "Ngày hết hiệu lực phải sau ngày có hiệu lực.", "The last day must lie behind the first."),
    field("procedure.field", "Lĩnh vực không có trong danh mục.", "The field is not in the list."),
    field("procedure.overlap", "Thủ tục này có hiệu lực hai lần trong cùng một ngày.", "The procedure holds twice on one day."),
    field("procedure.size", "Danh mục quá lớn.", "The list is too large."),
    field("reference.unknown", "Không có mục được nhắc đến.", "What is referred to is not known here."),
    field("register.unit", "Đơn vị trong danh mục không hợp lệ.", "A unit of the register is not valid."),
    field("register.version-lost", "Danh mục thiếu một phiên bản đang được giữ.", "The register lacks a version that is held."),
    field("register.version-order", "Các phiên bản trong danh mục sai thứ tự.", "The versions of the register are out of order."),
    field("report.items", "Nêu tối đa 20 mục.", "Name at most 20 items."),
    field("report.unit", "Hãy nêu đơn vị, hoặc một cuộc kiểm tra có các đợt.", "Name a unit, or a campaign with rounds."),
    field("response.current", "Câu trả lời đang được giữ.", "The answer that is held."),
    field("response.current-version", "Phiên bản đang được giữ.", "The version that is held."),
    field("round.purpose-unknown", "Không có mục đích đợt này.", "There is no such purpose of a round."),
    field("round.size", "Đợt có quá nhiều đơn vị hoặc đoàn.", "The round has too many targets or teams."),
    field("round.target-twice", "Đơn vị này đã có trong đợt.", "The unit is a target of this round already."),
    field("round.target-unknown", "Không có đơn vị này.", "There is no such unit."),
    field("round.team-twice", "Đoàn này đã có trong đợt.", "The team serves this round already."),
    field("round.team-unknown", "Cuộc kiểm tra không có đoàn này.", "The campaign has no such team."),
    field("team.member-twice", "Người này đã có trong đoàn.", "This person is on the team already."),
    field("team.member-unfit", "Người này không giữ được vị trí đó.", "This person can't hold that seat."),
    field("team.no-lead", "Đoàn phải có trưởng đoàn.", "A team has one lead."),
    field("team.role-unknown", "Không có vị trí này trong đoàn.", "There is no such seat on a team."),
    field("team.size", "Số người trong đoàn không phù hợp.", "The team has too many or too few members."),
    field("template.body", "Nội dung bảng kiểm không đọc được.", "The checklist can't be read."),
    field("template.code", "Mã gồm 2 đến 20 chữ hoa, chữ số và dấu gạch nối, bắt đầu bằng chữ.", "A code has 2 to 20 capital letters, digits and hyphens, a letter first."),
    field("template.code-twice", "Mã này đã được mục khác dùng.", "Another item has this code."),
    field("template.condition", "Điều kiện của mục không hợp lệ.", "The condition of the item is not valid."),
    field("template.credit", "Điểm phải từ 0 đến 1.", "A credit is between 0 and 1."),
    field("template.dates", "Ngày hết hiệu lực phải sau ngày bắt đầu.", "The last day must lie behind the first."),
    field("template.due-days", "Số ngày khắc phục nằm ngoài khoảng cho phép.", "The days to remedy are out of range."),
    field("template.field", "Trường này của bảng kiểm không hợp lệ.", "This field of the checklist is not valid."),
    field("template.grades", "Thang xếp loại không hợp lệ.", "The grades are not valid."),
    field("template.option-value", "Giá trị của lựa chọn không hợp lệ.", "The value of an option is not valid."),
    field("template.options", "Mỗi câu chọn có từ 2 đến 20 lựa chọn.", "A choice has 2 to 20 options."),
    field("template.photo-count", "Mỗi mục có tối đa 20 ảnh.", "An item asks for at most 20 photos."),
    field("template.photo-rule", "Quy tắc ảnh không hợp lệ.", "The photo rule is not valid."),
    field("template.photo-subject", "Chủ thể ảnh chỉ gồm chữ thường, chữ số và dấu gạch dưới.", "A subject has small letters, digits and underscores."),
    field("template.section-empty", "Mỗi phần phải có ít nhất một mục.", "A section has an item."),
    field("template.size", "Bảng kiểm quá lớn hoặc trống.", "The checklist is too large or empty."),
    field("template.threshold", "Ngưỡng không hợp lệ.", "The threshold is not valid."),
    field("template.unit", "Đơn vị đo chỉ gồm chữ thường, chữ số và dấu gạch dưới.", "A unit of measure has small letters, digits and underscores."),
    field("template.weight", "Trọng số phải từ 0 đến 100.", "A weight is between 0 and 100."),
    field("text.not-taken", "Nội dung chữ không được chấp nhận.", "The text is not taken."),
    field("text.refused", "Nội dung chữ không được chấp nhận.", "The text is not taken."),
    field("unit.certainty-unknown", "Không có mức chắc chắn này.", "There is no such certainty."),
    field("unit.dates", "Ngày hiệu lực không hợp lý.", "The days of validity do not make sense."),
    field("unit.kind-changed", "Loại của đơn vị không thay đổi được.", "The kind of a unit never changes."),
    field("unit.name-prefix", "Tên không bắt đầu bằng loại đơn vị.", "The name does not begin with the type of unit."),
    field("unit.parent", "Đơn vị cấp trên không phù hợp.", "The parent does not fit."),
    field("unit.parent-circle", "Đơn vị này nằm dưới chính nó.", "The parent lies below this unit."),
    field("unit.parent-unfit", "Loại đơn vị cấp trên không phù hợp.", "The parent's type does not fit."),
    field("unit.parent-unknown", "Không có đơn vị cấp trên này.", "There is no such parent."),
    field("unit.type-unknown", "Không có loại đơn vị này.", "This is no type of unit."),
    field("visit.words", "Từ cần tìm không hợp lệ.", "These words can't be searched for."),
    field("xlsform.condition", "Không đọc được điều kiện ở cột relevant.", "The condition in the column relevant can't be read."),
    field("xlsform.rules", "Quy tắc của mục bị thiếu hoặc không đọc được.", "Rules of the item are missing or can't be read."),
    field("xlsform.sheet", "Tệp không có trang survey.", "The workbook has no sheet called survey."),
    field("xlsform.type", "Bảng kiểm không có loại câu hỏi này.", "No checklist asks a question of this type."),
    field("xlsform.workbook", "Không đọc được tệp .xlsx này.", "This workbook can't be read."),
];

/// Codes whose detail is data rather than a sentence; it reaches every caller as it is.
const AS_GIVEN: [&str; 2] = ["response.current", "response.current-version"];

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
        (Language::Vi, Some(word)) if !AS_GIVEN.contains(&code) => word.vi.to_owned(),
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
