//! What each code means, in Vietnamese and English: for problem details, for `/problems/…` pages and for
//! `openapi/problems.md`. A new code needs a row here; the tables are sorted by code.

mod fields;
mod told;

pub use fields::FIELDS;

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
    problem(422, "action.due-on", "Cần có hạn thực hiện hợp lý.", "An action needs a due day within reason."),
    problem(422, "action.evidence", "Cần minh chứng: văn bản hoặc ảnh đạt yêu cầu của đơn vị.", "Evidence is a named paper, or sound photos of the unit."),
    problem(422, "action.extension", "Hạn mới phải sau hạn cũ.", "More time ends after the due day."),
    problem(409, "action.extension-asked", "Đã có một đề nghị gia hạn đang chờ.", "A request for more time waits already."),
    problem(409, "action.finding-explained", "Phải xử lý xong giải trình của đơn vị trước.", "The unit's explanation of a finding is settled first."),
    problem(422, "action.finding-unfit", "Việc khắc phục phải gắn với phát hiện đang mở của cùng cuộc kiểm tra.", "An action remedies open findings of its own campaign."),
    problem(409, "action.no-extension-asked", "Không có đề nghị gia hạn nào đang chờ.", "No request for more time waits for a decision."),
    problem(422, "action.no-heir", "Đơn vị này không nhận phần nào của đơn vị thực hiện cũ.", "This unit took no part of the one that owns the action."),
    problem(409, "action.no-time-runs", "Việc này không trong thời hạn thực hiện.", "No time runs for this action."),
    problem(409, "action.not-accepted", "Phải nhận việc trước khi bắt đầu.", "An action is accepted before it begins."),
    problem(409, "action.not-divided", "Chỉ bàn giao việc của đơn vị đã bị chia tách.", "Only what a divided unit was to do is handed over."),
    problem(409, "action.not-in-progress", "Chỉ báo cáo hoàn thành việc đang thực hiện.", "Only an action under way is reported as done."),
    problem(409, "action.not-issued", "Chỉ nhận việc đã được giao.", "Only an issued action is accepted."),
    problem(409, "action.not-open", "Chỉ bàn giao việc chưa kết thúc.", "Only an action that is not over is handed over."),
    problem(422, "action.not-owner", "Đơn vị này không được giao việc đó.", "This unit does not own the action."),
    problem(409, "action.not-proposed", "Chỉ giao việc đang được đề xuất.", "Only a proposed action is issued."),
    problem(409, "action.not-reported", "Chưa có báo cáo hoàn thành.", "Nobody has reported this action as done."),
    problem(403, "action.own-report", "Người báo cáo không tự xác nhận báo cáo của mình.", "A report is judged by somebody else than whoever wrote it."),
    problem(403, "action.own-request", "Người đề nghị gia hạn không tự quyết định đề nghị của mình.", "A request for more time is decided by somebody else than whoever asked."),
    problem(403, "action.own-unit", "Không ai xác nhận việc của đơn vị mình.", "Nobody verifies an action of a unit they belong to."),
    problem(422, "action.owners", "Cần từ 1 đến 20 đơn vị thực hiện đang tồn tại.", "An action has 1 to 20 owners, each a unit in force."),
    problem(422, "action.programme-unknown", "Cuộc kiểm tra không có văn bản này.", "The campaign has no such document."),
    problem(422, "action.recurrence", "Việc định kỳ có từ 2 đến 60 lần.", "A recurring action has 2 to 60 instances."),
    problem(409, "action.reminders", "Việc này đã được đôn đốc quá nhiều lần.", "This action has as many reminders as one takes."),
    problem(422, "action.text", "Nội dung chữ không được chấp nhận.", "The text is not taken."),
    problem(409, "action.verified", "Việc đã được xác nhận thì giữ nguyên.", "A verified action stands."),
    problem(422, "assessment.assessor", "Đoàn đánh giá bằng câu trả lời; đơn vị chỉ tự đánh giá.", "The team speaks by its answers, a unit for itself alone."),
    problem(409, "assessment.taken", "Cơ quan này đã đánh giá nội dung này; ý kiến được giữ nguyên.", "This body has spoken of the item already."),
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
    problem(409, "conflict.known", "Xung đột lợi ích này đã được nhập.", "This conflict of interest has been entered already."),
    problem(422, "digest.missing", "Thiếu tiêu đề Repr-Digest với mã băm SHA-256 của nội dung.", "The Repr-Digest header with the SHA-256 of the bytes is missing."),
    problem(422, "digest.unreadable", "Tiêu đề Repr-Digest không đọc được; xem RFC 9530.", "The Repr-Digest header can't be read; see RFC 9530."),
    problem(409, "document.in-use", "Cuộc kiểm tra, việc khắc phục hoặc lượt kiểm tra dựa trên văn bản này.", "The campaign, an action or visits rest on this paper."),
    problem(409, "document.number-taken", "Số văn bản này đã được dùng.", "This document number is taken."),
    problem(409, "draw.broken", "Hạt giống hoặc danh sách đơn vị không khớp với mã băm đã công bố.", "Seed or strata are not what was bound when the draw was committed."),
    problem(409, "draw.not-revealed", "Lần rút này mới được chốt; hãy mở kết quả trước.", "The draw is committed; reveal it first."),
    problem(409, "entry.id-taken", "Mã này đã thuộc về một mục khác.", "This id belongs to another entry."),
    problem(500, "fault", "Máy chủ gặp lỗi; mã yêu cầu giúp tìm lỗi trong nhật ký.", "Something went wrong on our side; the request id finds it in our log."),
    problem(422, "finding.about", "Phát hiện gắn với một nội dung hoặc có loại: một trong hai.", "A finding is about an item or has a category: one of the two."),
    problem(422, "finding.explain-by", "Đơn vị phải có thời gian giải trình: sớm nhất là hết hôm nay.", "A unit is given time to explain: until today at the earliest."),
    problem(409, "finding.explanation-awaited", "Đơn vị vẫn còn thời hạn giải trình.", "The unit may still explain."),
    problem(422, "finding.inspected-at", "Thời điểm và độ chính xác không khớp.", "The moment and its precision do not agree."),
    problem(409, "finding.item-taken", "Nội dung này đã có phát hiện trong lượt này.", "This item gave rise to a finding at this visit already."),
    problem(422, "finding.item-unknown", "Không có bảng kiểm nào của lượt này có nội dung đó.", "No checklist of this visit has this item."),
    problem(403, "finding.lead-alone", "Trưởng đoàn không một mình thẩm tra phát hiện nghiêm trọng.", "A critical finding is verified by somebody else than the lead."),
    problem(422, "finding.links", "Các phát hiện liên quan không hợp lệ.", "The links do not fit."),
    problem(409, "finding.no-explanation", "Không có giải trình nào đang chờ thẩm tra.", "There is no explanation waiting to be verified."),
    problem(422, "finding.no-heir", "Đơn vị này không nhận phần nào của đơn vị cũ.", "This unit took no part of the one it was found at."),
    problem(409, "finding.not-actionable", "Chỉ giao việc cho phát hiện đã xác nhận hoặc giữ nguyên.", "Actions are issued for findings that are confirmed or upheld."),
    problem(409, "finding.not-candidate", "Chỉ xác nhận hoặc bác bỏ phát hiện đang đề xuất.", "Only a candidate is confirmed or dismissed."),
    problem(409, "finding.not-divided", "Chỉ bàn giao phát hiện của đơn vị đã bị chia tách.", "Only what was open at a divided unit is handed over."),
    problem(409, "finding.not-explainable", "Chỉ giải trình phát hiện đã xác nhận và chưa kết thúc.", "Only a confirmed finding that is not done with is explained."),
    problem(409, "finding.not-open", "Chỉ kiểm tra lại phát hiện đang mở.", "Only an open finding is looked at again."),
    problem(409, "finding.not-re-inspected", "Chỉ ghi kết quả ở lượt tái kiểm tra cùng đơn vị.", "Outcomes are recorded at a re-inspection of the same unit."),
    problem(409, "finding.not-remediable", "Chỉ khắc phục phát hiện đang có việc được giao.", "Only a finding with an open action is remedied."),
    problem(403, "finding.own-explanation", "Người giải trình không tự thẩm tra giải trình của mình.", "An explanation is verified by somebody else than whoever gave it."),
    problem(403, "finding.own-unit", "Không ai thẩm tra giải trình của đơn vị mình.", "Nobody verifies what a unit says that they belong to."),
    problem(422, "finding.photos", "Ảnh minh chứng phải là ảnh đạt yêu cầu của đơn vị.", "Evidence is sound photos of the unit."),
    problem(422, "finding.procedures", "Mỗi thủ tục được nêu một lần, tối đa 300 ký tự.", "Each procedure is named once, in up to 300 characters."),
    problem(422, "finding.referral", "Chỉ ghi số văn bản, ví dụ 12/QĐ-UBND.", "A referral is a number as written, such as 12/QĐ-UBND."),
    problem(409, "finding.repeated", "Lượt này đã quyết định về nội dung đó.", "This visit has decided about the same item already."),
    problem(422, "finding.severity", "Ưu điểm không có mức độ vi phạm.", "A strength is neither grave nor critical."),
    problem(409, "finding.strength", "Ưu điểm chỉ được xác nhận hoặc bác bỏ.", "A strength is confirmed or dismissed, nothing else."),
    problem(422, "finding.text", "Nội dung chữ không được chấp nhận.", "The text is not taken."),
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
    problem(422, "minutes.addendum", "Phụ lục phải nêu giá trị cũ, giá trị mới và lý do.", "An addendum says both values and why."),
    problem(409, "minutes.none", "Lượt này chưa có biên bản.", "Nobody has drafted minutes of this visit yet."),
    problem(409, "minutes.not-signed", "Biên bản chưa ký thì lập lại, không thêm phụ lục.", "Minutes that nobody has signed are drafted anew instead."),
    problem(404, "not-found", "Không có gì ở đây, hoặc không có gì bạn được xem.", "There is nothing here, or nothing you may see."),
    problem(409, "notice.discarded", "Thông báo này đã bị hủy; hãy soạn thông báo khác.", "This notice was discarded; write another."),
    problem(409, "notice.frozen", "Thông báo đã ký thì không sửa; hãy ban hành thông báo đính chính.", "A signed notice does not change; write a notice that corrects it."),
    problem(409, "notice.incomplete", "Thông báo phải có nội dung và nơi nhận trước khi được thẩm định.", "A notice says something, and to somebody, before it is reviewed."),
    problem(409, "notice.issued", "Thông báo này đã được ban hành.", "This notice is issued already."),
    problem(409, "notice.not-issued", "Chỉ xác nhận đã nhận thông báo đã ban hành.", "A notice is acknowledged once it is issued."),
    problem(409, "notice.not-reviewed", "Thông báo phải được người khác thẩm định trước khi ký.", "Somebody else than its authors reviews a notice before it is signed."),
    problem(409, "notice.not-signed", "Chỉ ban hành thông báo đã ký.", "A notice is issued once it is signed."),
    problem(403, "notice.own-draft", "Người soạn thông báo không thẩm định và không ký thông báo đó.", "Whoever wrote a notice neither reviews nor signs it."),
    problem(409, "notice.signed", "Thông báo này đã được ký.", "This notice is signed already."),
    problem(409, "owner.code-taken", "Mã này thuộc về một cơ quan khác.", "Another owner has this code."),
    problem(409, "photo.action-not-open", "Chỉ gửi ảnh khắc phục khi việc đang trong thời hạn thực hiện.", "Photos are declared while an action is awaited."),
    problem(409, "photo.action-reported", "Việc đã được báo cáo hoàn thành; ảnh khắc phục giữ nguyên.", "The action is reported done; what shows it done stays as it is."),
    problem(422, "photo.broke-off", "Dữ liệu ảnh bị ngắt giữa chừng; hãy gửi lại.", "The bytes of the photo broke off; send them again."),
    problem(422, "photo.digest-mismatch", "Mã băm SHA-256 của dữ liệu nhận được khác với mã đã khai báo.", "The SHA-256 of the bytes that arrived is not the declared one."),
    problem(422, "photo.filter-combination", "Danh sách không hỗ trợ tổ hợp bộ lọc và thứ tự này.", "The list does not take this combination of filters and order."),
    problem(422, "photo.filter-owner", "Hãy nêu cơ quan, cuộc kiểm tra hoặc lượt kiểm tra cần xem.", "Say which owner, campaign or visit to look at."),
    problem(409, "photo.id-taken", "Mã ảnh này đã thuộc về một ảnh khác.", "This id belongs to another photo."),
    problem(422, "photo.length-mismatch", "Độ dài dữ liệu khác với độ dài đã khai báo.", "The length is not the declared one."),
    problem(409, "photo.mask-stays", "Lượt kiểm tra đã nộp: vùng đã che giữ nguyên, chỉ được che thêm.", "The visit is submitted: what was covered stays covered, more may be added."),
    problem(409, "photo.not-examined", "Ảnh chưa được kiểm tra xong hoặc không hiển thị được.", "There is no picture of the photo yet, or none can be made."),
    problem(403, "photo.not-masked", "Ảnh có thể chứa thông tin cá nhân; đoàn kiểm tra chưa che phần đó.", "The photo may show data of people; the team has not said yet what is to be covered."),
    problem(413, "photo.too-large", "Ảnh lớn hơn mức được nhận.", "The photo is larger than what is taken."),
    problem(415, "photo.type-mismatch", "Kiểu dữ liệu gửi lên khác với kiểu đã khai báo.", "The media type is not the declared one."),
    problem(415, "photo.type-unknown", "Hãy gửi ảnh với kiểu riêng của nó: image/jpeg, png, webp, heic, heif hoặc avif.", "Send the photo with its own media type: image/jpeg, png, webp, heic, heif or avif."),
    problem(409, "photo.visit-ended", "Lượt kiểm tra đã kết thúc hẳn; không nhận thêm ảnh nào nữa.", "The visit has ended for good; no more photos are taken for it."),
    problem(409, "photo.visit-not-open", "Ảnh được khai báo từ khi đoàn đến nơi đến khi nộp lượt kiểm tra.", "Photos are declared from check-in until the visit is submitted."),
    problem(409, "photo.visit-submitted", "Lượt kiểm tra đã nộp; ảnh của nó được giữ nguyên.", "The visit was submitted; its photos stand."),
    problem(409, "photo.withdrawn", "Ảnh này đã được rút lại.", "This photo was withdrawn."),
    problem(422, "picture.broke-off", "Dữ liệu hình bị ngắt giữa chừng; hãy gửi lại.", "The bytes of the picture broke off; send them again."),
    problem(422, "picture.damaged", "Hình bị thiếu phần cuối hoặc không đọc được.", "The picture ends too early or can't be read."),
    problem(422, "picture.digest-mismatch", "Dữ liệu nhận được không khớp với mã băm SHA-256 trong địa chỉ.", "The SHA-256 of the bytes that arrived is not that of the address."),
    problem(422, "picture.metadata", "Hình còn chứa EXIF, XMP, chữ hoặc dữ liệu khác; hãy lưu lại không kèm theo.", "The picture carries EXIF, XMP, a text or something else; save it without."),
    problem(422, "picture.sides", "Mỗi cạnh hình dài tối đa 4096 điểm ảnh.", "No side of a picture is longer than 4,096 pixels."),
    problem(413, "picture.too-large", "Hình hướng dẫn có tối đa 1 MiB.", "A guidance picture has at most 1 MiB."),
    problem(409, "picture.too-many", "Bảng kiểm đã đủ 900 hình, tính cả các phiên bản; hãy dùng hình đã có hoặc tạo bảng kiểm khác.", "The template holds 900 pictures, those of all versions together; show one of those, or make another template."),
    problem(415, "picture.type", "Hình hướng dẫn phải là JPEG, PNG hoặc WebP, đúng với Content-Type.", "A guidance picture is a JPEG, a PNG or a WebP, and its Content-Type says which."),
    problem(409, "premises.followed", "Sau lần khảo sát này còn lần khác; hãy bỏ lần đó trước.", "A later survey follows this one; take that out first."),
    problem(409, "premises.in-use", "Đã có lượt kiểm tra dựa trên lần khảo sát này; hãy nhập lần mới.", "Visits that were made rest on this survey; enter a new one."),
    problem(409, "premises.survey-order", "Lần khảo sát mới phải có hiệu lực từ ngày sau lần trước.", "A new survey holds from a later day than the last one."),
    problem(409, "procedure.in-use", "Đã có lượt kiểm tra trong những ngày thủ tục có hiệu lực; hãy nhập ngày hết hiệu lực.", "Visits of days on which the procedure holds were handed in; end it instead."),
    problem(416, "range.outside", "Đoạn dữ liệu này nằm ngoài nội dung.", "The range lies outside of the content."),
    problem(429, "rate.exceeded", "Quá nhiều yêu cầu trong một phút; tiêu đề Retry-After cho biết khi nào gửi lại.", "Too many requests in a minute; Retry-After says when to come back."),
    problem(422, "recommendation.addressees", "Kiến nghị cần nơi nhận là đơn vị đang tồn tại.", "A recommendation has addressees, each a unit in force."),
    problem(422, "recommendation.text", "Nội dung chữ không được chấp nhận.", "The text is not taken."),
    problem(400, "request.unreadable", "Yêu cầu không đọc được.", "The request can't be read."),
    problem(422, "response.before-cut-off", "Mục này chỉ đếm những gì phát sinh sau ngày mốc.", "The item counts only what is later than its day."),
    problem(422, "response.days-unasked", "Mục này không đếm từ một ngày mốc.", "The item does not count from a day on."),
    problem(422, "response.days-uncounted", "Số ngày đã ghi khác với số đã đếm.", "As many days are given as are counted, or none."),
    problem(409, "response.decided", "Trưởng đoàn đã quyết định về câu trả lời này.", "Somebody has decided about this answer; that stands."),
    problem(422, "response.document-of-nothing", "Câu trả lời là không có thì không nêu văn bản nào.", "An answer that says there is none names no document."),
    problem(409, "response.id-taken", "Mã câu trả lời này đã thuộc về một câu trả lời khác.", "This id belongs to another answer."),
    problem(409, "response.item-answered", "Mục này đã được trả lời dưới một mã khác.", "This item is answered already under another id."),
    problem(422, "response.negative", "Phần và tổng phải từ 0 trở lên.", "A part and its whole are 0 or more."),
    problem(422, "response.not-above-zero", "Số đo này phải lớn hơn 0.", "This measure is above 0."),
    problem(422, "response.not-asked", "Mục này không hỏi đơn vị này vào ngày kiểm tra.", "This item is not asked of this unit on the day of the visit."),
    problem(422, "response.note", "Ghi chú không được chấp nhận.", "The note is not taken."),
    problem(422, "response.part-above-whole", "Phần không thể lớn hơn tổng.", "A part can't exceed its whole."),
    problem(422, "response.parts-uncounted", "Mỗi nội dung hoặc được đếm, hoặc được nêu là còn thiếu.", "Each part is either counted or named as missing."),
    problem(422, "response.reason-missing", "Câu trả lời này cần có lý do.", "This answer needs a reason."),
    problem(409, "response.stale", "Câu trả lời đã thay đổi kể từ bản bạn sửa.", "The answer has changed since the version you edited."),
    problem(422, "response.text", "Nội dung chữ của câu trả lời không được chấp nhận.", "The text of the answer is not taken."),
    problem(409, "response.too-many-waiting", "Quá nhiều câu trả lời đang chờ trưởng đoàn quyết định.", "Too many answers wait for the lead."),
    problem(422, "response.unknown-item", "Bảng kiểm không có mục này.", "The checklist has no such item."),
    problem(422, "response.unknown-option", "Mục này không có lựa chọn đó.", "The item has no such option."),
    problem(422, "response.unknown-part", "Mục này không có nội dung đó, hoặc nó được nêu hai lần.", "The item has no such part, or it is named twice."),
    problem(422, "response.unknown-template", "Lượt kiểm tra này không dùng bảng kiểm đó.", "The visit does not use this checklist."),
    problem(422, "response.wrong-type", "Mục này cần loại câu trả lời khác.", "The item asks for another type of answer."),
    problem(409, "review.done", "Việc rà soát này đã xong; kết quả được giữ nguyên.", "This review is done; what was said of it stands."),
    problem(422, "review.due-on", "Hạn rà soát phải sau ngày phát sinh.", "A review is due after what makes it needed."),
    problem(409, "review.raised-already", "Việc rà soát này đã được nêu.", "The same was raised for this unit and day already."),
    problem(422, "review.text", "Nội dung chữ không được chấp nhận.", "The text is not taken."),
    problem(422, "review.unit", "Chỉ đơn vị đang tồn tại mới rà soát văn bản.", "Only a unit in force reviews its papers."),
    problem(409, "round.in-use", "Đợt này đã có lượt kiểm tra; hãy chuyển các lượt đó sang đợt khác trước.", "Visits stand in this round; plan them in another first."),
    problem(409, "round.target-taken", "Đơn vị này đã thuộc một đợt kiểm tra khác của cuộc kiểm tra.", "A unit is the target of one first round of a campaign; it is in another already."),
    problem(403, "scope-missing", "Ứng dụng chưa được cấp phạm vi cần thiết.", "The client program lacks the scope."),
    problem(429, "sign-in.throttled", "Đăng nhập sai quá nhiều lần; hãy đợi rồi thử lại.", "Too many failed sign-ins; wait, then try again."),
    problem(409, "team.in-use", "Đoàn này đã có lượt kiểm tra hoặc đợt; xem errors.", "Visits or rounds rest on this team; see errors."),
    problem(409, "team.two-leads", "Mỗi đoàn chỉ có một trưởng đoàn.", "A team has one lead."),
    problem(409, "template.code-taken", "Mã này đã được dùng ở đây.", "This code is in use here."),
    problem(409, "template.published", "Phiên bản đã ban hành không sửa được nữa; hãy tạo phiên bản mới.", "A published version never changes; make a new one."),
    problem(401, "token.invalid", "Mã truy cập không còn hiệu lực; hãy làm mới hoặc đăng nhập lại.", "This access token does not hold; refresh it or sign in again."),
    problem(401, "token.missing", "Thiếu mã truy cập: Authorization: Bearer ….", "An access token is missing: Authorization: Bearer …."),
    problem(415, "type.not-json", "Hãy gửi application/json.", "Send application/json."),
    problem(415, "type.not-xlsx", "Hãy gửi tệp .xlsx với đúng Content-Type.", "Send a workbook (.xlsx) with its media type."),
    problem(409, "unit-event.followed", "Sau đó các đơn vị này còn có thay đổi khác; hãy hủy thay đổi đó trước.", "Something has happened to these units since; undo that first."),
    problem(409, "unit-event.in-use", "Đã có lượt kiểm tra dựa trên những gì sự kiện này tạo ra.", "Visits rest on what this event began."),
    problem(409, "unit-event.of-register", "Sự kiện này do danh mục nêu; hãy nhập bản danh mục đã sửa.", "A register says so; enter a corrected edition of it."),
    problem(409, "unit-event.other-stands", "Sự kiện khác đã nêu ngày kết thúc hoặc thay đổi sau này của đơn vị; hãy hủy sự kiện đó trước.", "Another event says when one of these units ends, or what becomes of it later; undo that first."),
    problem(409, "unit-event.still-above", "Vẫn còn đơn vị trực thuộc; xem errors.", "Units still stand below one that is to end; see errors."),
    problem(409, "unit-event.undone", "Sự kiện này đã được hủy.", "This event has been undone already."),
    problem(409, "unit.in-use", "Còn nội dung gắn với đơn vị này; xem errors.", "Something rests on this unit; see errors."),
    problem(409, "unit.of-register", "Phiên bản này do danh mục nêu; hãy nhập bản danh mục đã sửa.", "A register says so; enter a corrected edition of it."),
    problem(409, "unit.version-followed", "Sau phiên bản này còn phiên bản khác; hãy bỏ phiên bản đó trước.", "Another version follows this one; take that out first."),
    problem(409, "unit.version-gap", "Phiên bản này để lại những ngày không có phiên bản nào.", "This version leaves days without any version."),
    problem(409, "unit.version-only", "Đây là phiên bản duy nhất; hãy bỏ cả đơn vị.", "This is all that is known of the unit; take out the unit itself."),
    problem(409, "unit.version-order", "Phiên bản mới phải có hiệu lực sau phiên bản trước.", "A new version holds from a later day than the last one."),
    problem(400, "upload.checksum", "Mã kiểm tra của phần dữ liệu không đọc được hoặc dùng thuật toán không hỗ trợ.", "The checksum of the body can't be read, or its algorithm is not known here."),
    problem(460, "upload.checksum-mismatch", "Dữ liệu nhận được không khớp mã kiểm tra; phần này không được lưu, hãy gửi lại.", "The bytes have another checksum; nothing of them was kept, send them again."),
    problem(400, "upload.complete", "Hãy cho biết phần gửi này có phải là phần cuối không.", "Say whether this body ends the photo."),
    problem(400, "upload.digest-mismatch", "Dữ liệu nhận được có mã băm khác; phần này không được lưu, hãy gửi lại.", "The bytes have another digest; nothing of them was kept, send them again."),
    problem(400, "upload.inconsistent-length", "Các độ dài đã khai mâu thuẫn với nhau.", "The lengths that were said contradict each other."),
    problem(400, "upload.length", "Hãy cho biết ảnh có bao nhiêu byte.", "Say how many bytes the photo has."),
    problem(400, "upload.metadata", "Thông tin kèm theo lượt tải lên không đọc được.", "What is said about the upload can't be read."),
    problem(400, "upload.offset", "Hãy cho biết dữ liệu bắt đầu từ byte nào.", "Say where the bytes begin."),
    problem(409, "upload.offset-mismatch", "Lượt tải lên tiếp tục ở vị trí khác; hãy hỏi lại vị trí rồi gửi tiếp.", "The upload goes on elsewhere; ask where, then send from there."),
    problem(422, "upload.photo", "Hãy nêu ảnh được gửi.", "Name the photo that is sent."),
    problem(413, "upload.too-long", "Dữ liệu gửi nhiều hơn phần còn lại của ảnh.", "The bytes are more than are left of the photo."),
    problem(415, "upload.type", "Hãy gửi dữ liệu với đúng kiểu nội dung của giao thức.", "Send the bytes with the content type of the protocol."),
    problem(412, "upload.version", "Hãy nêu giao thức và phiên bản được hỗ trợ.", "Say which protocol you speak, in a version that is known here."),
    problem(428, "version.missing", "Hãy gửi ETag vừa đọc trong If-Match để không ghi đè thay đổi của người khác.", "Send the ETag you last read in If-Match, so that nobody's change is overwritten unseen."),
    problem(412, "version.stale", "ETag này không còn là phiên bản hiện tại; hãy đọc lại.", "This ETag is not the current one; read again."),
    problem(409, "visit.all-answered", "Mọi nội dung được hỏi đã có câu trả lời; không cần nêu lý do.", "Every item that is asked has an answer; no reason is needed."),
    problem(409, "visit.already-dispatched", "Đoàn đã được thông báo.", "The team has been told already."),
    problem(409, "visit.already-on-site", "Đoàn đã có mặt; lượt đang tiến hành thì phải dừng chứ không hủy.", "The team is there already; a visit under way is aborted."),
    problem(409, "visit.already-signed", "Bên này đã ký biên bản.", "This side has signed the minutes already."),
    problem(409, "visit.answers-clash", "Các máy trả lời khác nhau; trưởng đoàn phải quyết định trước.", "Devices answered differently; the lead decides first."),
    problem(409, "visit.answers-locked", "Biên bản đã ký; các câu trả lời làm căn cứ được giữ nguyên.", "The minutes are signed; the answers they rest on stand."),
    problem(422, "visit.before-decision", "Không kiểm tra trước ngày của quyết định.", "No visit takes place before the day of the decision."),
    problem(409, "visit.campaign-not-active", "Chỉ lập lượt kiểm tra trong một cuộc kiểm tra đang hoạt động.", "Visits are made under an active campaign."),
    problem(409, "visit.candidates-undecided", "Trưởng đoàn phải xác nhận hoặc bỏ từng phát hiện đang chờ trước khi chốt.", "The lead confirms or dismisses each candidate before a visit is final."),
    problem(409, "visit.closed", "Lượt kiểm tra đã kết thúc; không còn gì thay đổi được.", "This visit is over; nothing about it changes any more."),
    problem(422, "visit.items-unanswered", "Còn nội dung chưa trả lời; hãy trả lời hoặc để trưởng đoàn nêu lý do; xem errors.", "Items have no answer: answer them, or let the lead say why; see errors."),
    problem(422, "visit.kind-not-of-round", "Loại lượt kiểm tra không phù hợp với đợt.", "Re-inspections belong in rounds of re-inspection, other visits in other rounds."),
    problem(422, "visit.member-in-conflict", "Một thành viên đoàn có xung đột lợi ích với đơn vị này.", "A conflict of interest was entered between somebody on the team and this unit."),
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

/// Codes whose detail is data rather than a sentence; it reaches every caller as it is.
const AS_GIVEN: [&str; 5] =
    ["response.current", "response.current-version", "unit.child-unfit", "unit.left-below", "unit.successor"];

/// The words of a code: of whole problems first, then of fields.
#[must_use]
pub fn find(code: &str) -> Option<&'static Word> {
    PROBLEMS.iter().chain(FIELDS).find(|word| word.code == code)
}

/// What is said about a problem to this caller: the English text as given, or the same in Vietnamese; where nobody has
/// written that, the Vietnamese words of its code.
#[must_use]
pub fn detail(code: &str, given: &str, language: Language) -> String {
    match (language, find(code)) {
        (Language::Vi, Some(word)) if !AS_GIVEN.contains(&code) => {
            told::in_vietnamese(given).unwrap_or_else(|| word.vi.to_owned())
        }
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
