//! What codes are called on the pages, and the badges they wear: never by colour alone, always with sign and words.

use crate::domain::actor::Role;
use crate::domain::notice::State as Notice;
use crate::domain::photo::{Origin, State as PhotoState};
use crate::domain::place::{PositionSource, Verdict};
use crate::domain::response::Outcome;
use crate::domain::visit::{Kind, State};
use crate::http::context::Language;

/// A word with a colour and a sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Badge {
    /// `good`, `bad`, `warn` or `mute`; a class of the style.
    pub tone: &'static str,
    /// The sign, as a path in a box of 16 by 16.
    pub sign: &'static str,
    /// The word.
    pub text: String,
}

const TICK: &str = "M3 8.5l3.2 3.2L13 5";
const CROSS: &str = "M4 4l8 8M12 4l-8 8";
const DASH: &str = "M3.500 8h9";
const HALF: &str = "M8 2.500v11M8 2.500a5.500 5.500 0 0 1 0 11M8 2.500a5.500 5.500 0 0 0 0 11";
const QUESTION: &str = "M5.600 6a2.400 2.400 0 1 1 3.600 2.100c-.8.5-1.200 1-1.200 1.900M8 12.600v.2";
const ALERT: &str = "M8 2.500l6 10.800H2zM8 6.500v3.200M8 11.600v.2";
const CLOCK: &str = "M8 2.500a5.500 5.500 0 1 0 0 11a5.500 5.500 0 0 0 0-11M8 5.200V8l2 1.600";
const LOCK: &str = "M4 7.500h8v6H4zM5.500 7.500V5.300a2.500 2.500 0 0 1 5 0v2.200";
const PIN: &str = "M8 14s4.500-4.300 4.500-7.700a4.500 4.500 0 0 0-9 0C3.500 9.700 8 14 8 14M8 5v2.600";

fn badge(tone: &'static str, sign: &'static str, text: &str) -> Badge {
    Badge { tone, sign, text: text.to_owned() }
}

/// A warning in words.
#[must_use]
pub fn warning(text: &str) -> Badge {
    badge("warn", ALERT, text)
}

/// Where a notice stands.
#[must_use]
pub fn notice(state: Notice, lang: Language) -> Badge {
    let (tone, sign, vi, en) = match state {
        Notice::Draft => ("mute", DASH, "Dự thảo", "Draft"),
        Notice::Reviewed => ("live", HALF, "Đã thẩm định", "Reviewed"),
        Notice::Signed => ("good", TICK, "Đã ký", "Signed"),
        Notice::Issued => ("good", TICK, "Đã ban hành", "Issued"),
        Notice::Discarded => ("mute", DASH, "Đã hủy", "Discarded"),
        Notice::Voided => ("mute", DASH, "Đã ký, đã hủy", "Declared void"),
    };
    badge(tone, sign, lang.pick(vi, en))
}

/// Where a visit is in its life.
#[must_use]
pub fn state(state: State, lang: Language) -> Badge {
    let (tone, sign, vi, en) = match state {
        State::Planned => ("mute", CLOCK, "Đã lên lịch", "Planned"),
        State::Sealed => ("warn", LOCK, "Niêm phong", "Sealed"),
        State::Dispatched => ("mute", CLOCK, "Đã giao đoàn", "Dispatched"),
        State::OnSite => ("live", PIN, "Đang tại chỗ", "On site"),
        State::RecordingClosed => ("live", PIN, "Đã ngừng ghi nhận", "Recording closed"),
        State::MinutesReady => ("live", PIN, "Đã lập biên bản", "Minutes drafted"),
        State::Signed => ("good", TICK, "Đã ký biên bản", "Minutes signed"),
        State::SignedWithObjection => ("warn", ALERT, "Ký, có ý kiến phản đối", "Signed with objection"),
        State::SignatureRefused => ("warn", ALERT, "Đơn vị từ chối ký", "Signature refused"),
        State::Submitted => ("good", TICK, "Đã nộp", "Submitted"),
        State::Finalised => ("good", TICK, "Đã chốt", "Final"),
        State::Cancelled => ("mute", CROSS, "Đã hủy", "Cancelled"),
        State::Aborted => ("bad", CROSS, "Dừng giữa chừng", "Aborted"),
    };
    badge(tone, sign, lang.pick(vi, en))
}

/// How a visit comes to a unit.
#[must_use]
pub fn kind(kind: Kind, lang: Language) -> &'static str {
    match kind {
        Kind::Planned => lang.pick("Kiểm tra theo kế hoạch", "Planned inspection"),
        Kind::Surprise => lang.pick("Kiểm tra đột xuất", "Surprise inspection"),
        Kind::ReInspection => lang.pick("Tái kiểm tra", "Re-inspection"),
        Kind::WorkingSession => lang.pick("Buổi làm việc", "Working session"),
    }
}

/// What an answer amounts to.
#[must_use]
pub fn outcome(outcome: Outcome, lang: Language) -> Badge {
    let (tone, sign, vi, en) = match outcome {
        Outcome::Pass => ("good", TICK, "Đạt", "Pass"),
        Outcome::Partial => ("warn", HALF, "Đạt một phần", "Partly"),
        Outcome::Fail => ("bad", CROSS, "Không đạt", "Fail"),
        Outcome::Na => ("mute", DASH, "Không áp dụng", "Not applicable"),
        Outcome::Recorded => ("mute", TICK, "Đã ghi nhận", "Recorded"),
    };
    badge(tone, sign, lang.pick(vi, en))
}

/// Whether a photo was taken at the office.
#[must_use]
pub fn verdict(verdict: Verdict, lang: Language) -> Badge {
    let (tone, sign, vi, en) = match verdict {
        Verdict::Inside => ("good", TICK, "Trong khuôn viên", "On the premises"),
        Verdict::Outside => ("bad", CROSS, "Ngoài khuôn viên", "Off the premises"),
        Verdict::CannotTell => ("warn", QUESTION, "Chưa đủ căn cứ", "Can't tell"),
    };
    badge(tone, sign, lang.pick(vi, en))
}

/// Why a verdict is what it is.
#[must_use]
pub fn reason(code: &str, lang: Language) -> String {
    let (vi, en) = match code {
        "no_position" => {
            ("Điện thoại không có vị trí khi chụp.", "The phone had no position when it took the photo.")
        }
        "no_premises" => {
            ("Chưa có ranh giới trụ sở trong hồ sơ.", "The premises of the office are not on record.")
        }
        "crosses_edge" => (
            "Vòng sai số cắt qua ranh giới trụ sở nên không thể kết luận.",
            "The circle of uncertainty crosses the edge of the premises, so neither can be claimed.",
        ),
        "coarse_position" => {
            ("Vị trí có sai số lớn hơn 200 m.", "The position is uncertain by more than 200 m.")
        }
        "manual_position" => (
            "Vị trí do người dùng tự đặt trên bản đồ, không phải do máy đo.",
            "Somebody set the position by hand; it was not measured.",
        ),
        other => return other.to_owned(),
    };
    lang.pick(vi, en).to_owned()
}

/// How a phone came to a position.
#[must_use]
pub fn source(source: PositionSource, lang: Language) -> &'static str {
    match source {
        PositionSource::Gnss => lang.pick("Vệ tinh (GNSS)", "Satellites (GNSS)"),
        PositionSource::Network => lang.pick("Mạng di động hoặc Wi-Fi", "Mobile network or Wi-Fi"),
        PositionSource::Manual => lang.pick("Đặt tay trên bản đồ", "Set by hand"),
        PositionSource::None => lang.pick("Không có vị trí", "No position"),
    }
}

/// Where a picture came from on the phone.
#[must_use]
pub fn origin(origin: Origin, lang: Language) -> &'static str {
    match origin {
        Origin::Camera => lang.pick("Chụp trong ứng dụng", "Taken in the app"),
        Origin::Gallery => lang.pick("Chọn từ thư viện ảnh", "Picked from the gallery"),
    }
}

/// Where a photo stands.
#[must_use]
pub fn photo_state(state: PhotoState, lang: Language) -> &'static str {
    match state {
        PhotoState::Announced => lang.pick("Đang chờ tệp ảnh", "Waiting for the file"),
        PhotoState::Stored => lang.pick("Đã nhận, đang xử lý", "Received, being examined"),
        PhotoState::Ready => lang.pick("Đã kiểm tra", "Examined"),
        PhotoState::NoPreview => lang.pick("Đã lưu, không có bản xem trước", "Kept, no preview"),
        PhotoState::Quarantined => lang.pick("Cách ly", "Quarantined"),
        PhotoState::Withdrawn => lang.pick("Đã rút lại", "Withdrawn"),
    }
}

/// Why a photo is quarantined or has no preview.
#[must_use]
pub fn quarantine(code: &str, lang: Language) -> String {
    let (vi, en) = match code {
        "empty" => ("Tệp rỗng.", "The file is empty."),
        "not-an-image" => ("Tệp không phải là ảnh.", "The file is no picture."),
        "unsupported-format" => {
            ("Định dạng ảnh này không được nhận.", "Pictures of this kind are not taken.")
        }
        "type-mismatch" => {
            ("Nội dung tệp khác với định dạng đã khai.", "The file is of another type than declared.")
        }
        "truncated" => ("Tệp bị thiếu phần cuối.", "The end of the file is missing."),
        "damaged" => ("Tệp bị hỏng.", "The file is damaged."),
        "too-many-bytes" => ("Tệp quá lớn.", "The file is too large."),
        "too-many-pixels" => ("Ảnh có quá nhiều điểm ảnh.", "The picture has too many pixels."),
        "decoder-limit" => ("Giải mã ảnh tốn quá mức cho phép.", "Decoding it took more than a photo may."),
        "decoder-died" => ("Bộ giải mã dừng đột ngột vì tệp này.", "The decoder died of this file."),
        "original-damaged" => (
            "Bản gốc trong kho không còn khớp mã băm SHA-256.",
            "The original in the store does not match its SHA-256 any more.",
        ),
        "examination-failed" => (
            "Máy chủ không xem xét được ảnh này; bản gốc vẫn được giữ nguyên.",
            "The server could not examine this photo; the original is kept as it is.",
        ),
        "avif-not-decoded" => {
            ("AVIF được lưu giữ nhưng chưa hiển thị được.", "AVIF is kept, and not drawn yet.")
        }
        "unsupported-encoding" => (
            "Kiểu mã hóa hiếm gặp; bản gốc vẫn được giữ nguyên.",
            "A rare coding; the original is kept as it is.",
        ),
        other => return other.to_owned(),
    };
    lang.pick(vi, en).to_owned()
}

/// What a check found wanting: a word for a badge.
#[must_use]
pub fn check(code: &str, lang: Language) -> String {
    let (vi, en) = match code {
        "damaged" => ("Tệp hỏng", "Damaged file"),
        "too_dark" => ("Quá tối", "Too dark"),
        "blurred" => ("Mờ", "Blurred"),
        "too_small_to_read" => ("Quá nhỏ để đọc", "Too small to read"),
        "media_type" => ("Khác định dạng đã khai", "Not the declared type"),
        "exif_position" => ("Vị trí EXIF lệch", "EXIF position differs"),
        "exif_time" => ("Giờ EXIF lệch", "EXIF time differs"),
        "envelope" => ("Chữ ký của máy không được xác nhận", "The device's signature is not confirmed"),
        "clock" => ("Giờ máy lệch so với giờ máy chủ đã cấp", "Clock differs from the time we told"),
        other => return other.to_owned(),
    };
    lang.pick(vi, en).to_owned()
}

/// What a check looks at: a name for a row.
#[must_use]
pub fn check_name(code: &str, lang: Language) -> String {
    let (vi, en) = match code {
        "damaged" => ("Tệp nguyên vẹn", "File whole"),
        "too_dark" => ("Ánh sáng", "Light"),
        "blurred" => ("Độ nét", "Sharpness"),
        "too_small_to_read" => ("Kích thước", "Size"),
        "media_type" => ("Định dạng so với khai báo", "Type against the declaration"),
        "exif_position" => ("Vị trí EXIF so với khai báo", "EXIF position against the declaration"),
        "exif_time" => ("Giờ EXIF so với khai báo", "EXIF time against the declaration"),
        "envelope" => ("Chữ ký của máy", "Device's signature"),
        "clock" => ("Giờ máy so với giờ máy chủ đã cấp", "Clock against the time we told"),
        other => return other.to_owned(),
    };
    lang.pick(vi, en).to_owned()
}

/// What the signature of a device was worth when it was received.
#[must_use]
pub fn envelope(state: crate::domain::photo::envelope::State, lang: Language) -> &'static str {
    use crate::domain::photo::envelope::State::{Invalid, RevokedKey, UnknownDevice, Valid};
    let (vi, en) = match state {
        Valid => ("Hợp lệ khi nhận", "Held when received"),
        Invalid => ("Không khớp với khai báo", "Does not fit the declaration"),
        UnknownDevice => {
            ("Máy không được đăng ký cho người khai", "No registered device of whoever declared")
        }
        RevokedKey => ("Máy đã bị thu hồi trước khi nhận", "The device was revoked before it came"),
    };
    lang.pick(vi, en)
}

/// What the times of a photo say of each other.
#[must_use]
pub fn clock(verdict: crate::domain::photo::clock::Verdict, lang: Language) -> &'static str {
    use crate::domain::photo::clock::Verdict::{Consistent, Impossible, Skewed, Unverified};
    let (vi, en) = match verdict {
        Consistent => ("Khớp với giờ chụp máy khai", "Agrees with the declared time"),
        Skewed => ("Giờ máy lệch quá 5 phút", "The device's clock was off by more than 5 minutes"),
        Impossible => ("Máy đếm nhiều hơn thời gian đã trôi qua", "Counts more time than went by"),
        Unverified => ("Không phải mã giờ đã cấp cho người khai", "No time told to whoever declared"),
    };
    lang.pick(vi, en)
}

/// How a check ended.
#[must_use]
pub fn check_outcome(outcome: crate::domain::check::Outcome, lang: Language) -> Badge {
    use crate::domain::check::Outcome::{CannotTell, Fail, Pass, Warn};
    let (tone, sign, vi, en) = match outcome {
        Pass => ("good", TICK, "Đạt", "Fine"),
        Warn => ("warn", ALERT, "Cần xem lại", "Worth a look"),
        Fail => ("bad", CROSS, "Không đạt", "Fails"),
        CannotTell => ("mute", QUESTION, "Không xác định", "Can't tell"),
    };
    badge(tone, sign, lang.pick(vi, en))
}

/// What a photo shows.
#[must_use]
pub fn subject(code: &str, lang: Language) -> String {
    let (vi, en) = match code {
        "badge" => ("Thẻ công chức", "Badge"),
        "desk" => ("Bàn làm việc", "Desk"),
        "document" => ("Văn bản", "Document"),
        "dress" => ("Trang phục", "Dress"),
        "duty_roster" => ("Lịch trực", "Duty roster"),
        "file_cabinet" => ("Tủ hồ sơ", "File cabinet"),
        "notice_board" => ("Bảng niêm yết", "Notice board"),
        "office_area" => ("Khu làm việc", "Office area"),
        "reception_room" => ("Phòng tiếp dân", "Reception room"),
        "register_book" => ("Sổ theo dõi", "Register"),
        "scene" => ("Toàn cảnh", "Scene"),
        "screen" => ("Màn hình", "Screen"),
        "session" => ("Buổi làm việc", "Working session"),
        "signage" => ("Biển hiệu", "Signage"),
        "suggestion_box" => ("Hòm thư góp ý", "Suggestion box"),
        other => return other.to_owned(),
    };
    lang.pick(vi, en).to_owned()
}

/// What is counted or measured.
#[must_use]
pub fn unit(code: &str, lang: Language) -> String {
    let (vi, en) = match code {
        "case" => ("vụ việc", "cases"),
        "day" => ("ngày", "days"),
        "document" => ("văn bản", "documents"),
        "dossier" => ("hồ sơ", "dossiers"),
        "entry" => ("mục ghi", "entries"),
        "inspection" => ("lượt kiểm tra", "inspections"),
        "issue" => ("vấn đề", "issues"),
        "item" => ("mục", "items"),
        "m2" => ("m²", "m²"),
        "person" => ("người", "people"),
        "piece" => ("chiếc", "pieces"),
        "procedure" => ("thủ tục", "procedures"),
        other => return other.to_owned(),
    };
    lang.pick(vi, en).to_owned()
}

/// What somebody is, for the head of the page.
#[must_use]
pub fn role(role: Role, lang: Language) -> &'static str {
    match role {
        Role::Administrator => lang.pick("Quản trị viên", "Administrator"),
        Role::Authority => lang.pick("Người có thẩm quyền", "Authority"),
        Role::Scheduler => lang.pick("Người lập lịch", "Scheduler"),
        Role::TeamLead => lang.pick("Trưởng đoàn", "Team lead"),
        Role::Member => lang.pick("Thành viên đoàn", "Team member"),
        Role::Clerk => lang.pick("Thư ký đoàn", "Clerk"),
        Role::Reviewer => lang.pick("Người thẩm định", "Reviewer"),
        Role::HeadOfUnit => lang.pick("Thủ trưởng đơn vị", "Head of unit"),
        Role::UnitStaff => lang.pick("Nhân viên đơn vị", "Unit staff"),
        Role::Oversight => lang.pick("Giám sát", "Oversight"),
        Role::Integrator => lang.pick("Hệ thống tích hợp", "Integrator"),
    }
}
