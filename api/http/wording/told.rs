//! Sentences that know more than their code: what a refusal says with its numbers and names, in Vietnamese.
//!
//! The English sentence is made where the rule stands. Here its words are found again and said in Vietnamese with the same
//! values; where none fits, the sentence of the code is told, which holds always.

use super::values;

/// The English sentence and the Vietnamese one; `{}` stands for a value, in the same order, and `{w}` for one of ours that
/// has words in Vietnamese. The first that fits is taken.
#[rustfmt::skip]
const SENTENCES: &[(&str, &str)] = &[
    // Texts.
    ("must not be empty", "không được để trống"),
    ("holds ${, which forms read as the name of a question", "có ${ mà các biểu mẫu đọc là tên của một câu hỏi"),
    ("is {} characters long, at most {} are allowed", "dài {} ký tự, chỉ nhận nhiều nhất {}"),
    ("holds the character {}, which is not allowed in a text", "có ký tự {} không dùng được trong văn bản"),
    ("is written in the old encoding {}; convert it to Unicode and send it again", "viết bằng bảng mã cũ {}; hãy chuyển sang Unicode rồi gửi lại"),
    ("is one line", "chỉ được viết trên một dòng"),
    ("The text must not be empty.", "Nội dung không được để trống."),
    ("The text is {} characters long, at most {} are allowed.", "Nội dung dài {} ký tự, chỉ nhận nhiều nhất {}."),
    ("A reason must not be empty.", "Lý do không được để trống."),
    ("A reason is {} characters long, at most {} are allowed.", "Lý do dài {} ký tự, chỉ nhận nhiều nhất {}."),
    // Days and times.
    ("is not between 1945 and 2100", "không nằm trong các năm 1945 đến 2100"),
    ("is not between the years 1945 and 2100", "không nằm trong các năm 1945 đến 2100"),
    ("is not between the years 1900 and 2200", "không nằm trong các năm 1900 đến 2200"),
    ("is not a time such as 2026-03-20T08:15:00+07:00", "không phải thời điểm, viết như 2026-03-20T08:15:00+07:00"),
    ("has no offset; write for example 2026-03-20T08:15:00+07:00", "thiếu múi giờ, viết như 2026-03-20T08:15:00+07:00"),
    ("lies outside the years 2000 to 2100", "nằm ngoài các năm 2000 đến 2100"),
    ("ends before it begins", "kết thúc trước khi bắt đầu"),
    ("has no first year before it", "thiếu năm đầu"),
    ("lies before the first year", "trước năm đầu"),
    ("is a day of another year", "là ngày của năm khác"),
    ("A due day is not before the visit the action comes from, {}.", "Hạn thực hiện không trước ngày kiểm tra {}."),
    ("More time ends after the due day, {}.", "Hạn mới phải sau hạn hiện nay, {}."),
    ("More time ends before the year 2200.", "Hạn mới phải trước năm 2200."),
    ("The last instance is due before the year 2200.", "Lần cuối phải đến hạn trước năm 2200."),
    ("The period ends with {}: its figures are frozen on that day at the earliest.", "Kỳ tổng hợp kết thúc ngày {}; sớm nhất ngày đó mới chốt số liệu."),
    ("The figures were counted on {}, before the last day of the period ({}): write the notice anew.", "Số liệu được tính ngày {}, trước ngày cuối của kỳ ({}); hãy soạn lại thông báo."),
    ("A due day lies in the years 2000 to 2200.", "Hạn thực hiện phải nằm trong các năm 2000 đến 2200."),
    (
        "is no period such as 2016, 2013-H1, 2017-Q3, 2021-09 or 2017-01-01..2017-08-31",
        "không phải kỳ, viết như 2016, 2013-H1, 2017-Q3, 2021-09 hoặc 2017-01-01..2017-08-31",
    ),
    ("A visit ends after it begins.", "Giờ kết thúc phải sau giờ bắt đầu."),
    ("A visit lasts {} days at most.", "Một cuộc kiểm tra kéo dài nhiều nhất {} ngày."),
    ("{} items that are asked have no answer: answer them, or let the lead say why they stay so (leave-unanswered).", "Còn {} nội dung chưa trả lời: hãy trả lời, hoặc để trưởng đoàn nêu lý do (leave-unanswered)."),
    ("{} has no answer", "{} chưa có câu trả lời"),
    ("Addendum {} took it back already.", "Phụ lục {} đã rút phụ lục này."),
    ("Addendum {} corrects it; take that one back first.", "Phụ lục {} đã sửa phụ lục này; hãy rút phụ lục đó trước."),
    ("see /v1/findings?visit={}&state=candidate", "xem /v1/findings?visit={}&state=candidate"),
    ("{} candidates wait: the lead confirms or dismisses each of them first.", "Còn {} phát hiện đang chờ: trưởng đoàn phải xác nhận hoặc bỏ từng phát hiện trước."),
    ("{} earlier findings wait: the lead records what this re-inspection saw of each of them first.", "Còn {} phát hiện của lần trước chưa có kết quả: trưởng đoàn phải ghi kết quả khắc phục của từng phát hiện trước."),
    ("{}: see /v1/findings/{}", "{}: xem /v1/findings/{}"),
    ("see /v1/findings/{}", "xem /v1/findings/{}"),
    (
        "An earlier finding of the same item is open, {}: record what this re-inspection saw of it (/v1/findings/{}/re-inspection); not_fixed takes this candidate for its repetition. Where the earlier one goes on, dismiss this candidate.",
        "Phát hiện của lần trước về cùng nội dung còn mở, {}: hãy ghi kết quả khắc phục của phát hiện đó (/v1/findings/{}/re-inspection); not_fixed lấy phát hiện này làm phát hiện lặp lại. Nếu phát hiện trước còn tiếp tục, hãy bỏ phát hiện này.",
    ),
    ("{} is {}; the unit may explain until the end of {}", "{} đang là {}; đơn vị còn được giải trình đến hết ngày {}"),
    ("This action is issued already, due on {}; that stands until more time is granted.", "Việc này đã được giao với hạn {}; hạn đó giữ nguyên cho đến khi được gia hạn."),
    ("This report is returned already, because: {}", "Báo cáo này đã bị trả lại vì: {}"),
    ("This finding is dismissed already, because: {}", "Phát hiện này đã bị bỏ vì: {}"),
    ("This finding is upheld already, because: {}", "Phát hiện này đã được giữ nguyên vì: {}"),
    ("This finding is withdrawn already, because: {}", "Phát hiện này đã được rút vì: {}"),
    ("The unit was given until the end of {} to explain; it is never given less time.", "Đơn vị được giải trình đến hết ngày {}; không rút ngắn thời hạn đã cho."),
    ("The finding that repeats it is {} by now; what was recorded stands.", "Phát hiện lặp lại nay là {}; kết quả đã ghi được giữ nguyên."),
    ("The decision is of {}; no visit takes place before that day.", "Quyết định ký ngày {}; không kiểm tra trước ngày đó."),
    ("The team of a surprise visit may be told from {} on.", "Chỉ được báo cho đoàn kiểm tra đột xuất từ {}."),
    ("The unit may explain until the end of {}.", "Đơn vị còn được giải trình đến hết ngày {}."),
    ("The unit was asked to explain without a last day; name one first.", "Yêu cầu giải trình chưa có hạn; hãy nêu hạn trước."),
    ("{} photos are neither verified nor written off; wait for them, or say why not.", "Còn {} ảnh chưa được xác nhận hoặc chưa ghi lý do thiếu; hãy chờ hoặc nêu lý do."),
    ("see /v1/visits/{}/media", "xem /v1/visits/{}/media"),
    ("holds {} changes; 1 to {} are pushed at once", "có {} thay đổi; mỗi lần đẩy từ 1 đến {}"),
    ("asks after {} photos; at most {} at once", "hỏi về {} ảnh; mỗi lần nhiều nhất {}"),
    // Places.
    ("latitude {} is not between -90 and 90 degrees", "vĩ độ {} không nằm trong khoảng -90 đến 90"),
    ("longitude {} is not between -180 and 180 degrees", "kinh độ {} không nằm trong khoảng -180 đến 180"),
    ("accuracy {} is not a radius above 0 and up to 100000 metres", "sai số {} phải lớn hơn 0 và không quá 100000 mét"),
    ("0/0 is what a phone without a fix writes; send no position instead", "0/0 là giá trị khi máy chưa định vị được; hãy bỏ trống vị trí"),
    ("position [{}, {}] is not [longitude, latitude] in degrees", "vị trí [{}, {}] không phải [kinh độ, vĩ độ]"),
    ("radius {} is not between 5 and 5000 metres", "bán kính {} không nằm trong khoảng 5 đến 5000 mét"),
    ("a ring needs 4 to 500 positions, this one has {}", "một vòng cần 4 đến 500 điểm, vòng này có {}"),
    ("a ring ends where it starts", "điểm cuối của vòng phải trùng điểm đầu"),
    ("the ring crosses itself or encloses no ground", "vòng tự cắt hoặc không bao quanh diện tích nào"),
    ("the area is more than 10 km across", "khu vực rộng hơn 10 km"),
    ("must be west,south,east,north in degrees, at most 20 degrees wide and high", "phải là tây,nam,đông,bắc tính bằng độ, mỗi chiều không quá 20 độ"),
    // Numbers of things.
    ("is not between {} and {}", "không nằm trong khoảng {} đến {}"),
    ("is more than {}", "lớn hơn {}"),
    ("at most {} lines", "nhiều nhất {} dòng"),
    ("at most {} days", "nhiều nhất {} ngày"),
    ("at most {} targets", "nhiều nhất {} đối tượng"),
    ("at most {} teams", "nhiều nhất {} đoàn"),
    ("at most {} parts", "nhiều nhất {} phần"),
    ("at most {} values", "nhiều nhất {} giá trị"),
    ("at most {} documents", "nhiều nhất {} văn bản"),
    ("at most {} positions", "nhiều nhất {} chức danh"),
    ("at most {} are taken", "nhận nhiều nhất {}"),
    ("at most {} rectangles; cover several with one", "nhiều nhất {} khung; hãy che nhiều chỗ bằng một khung"),
    ("at most {} procedures are compared at once", "mỗi lần so sánh nhiều nhất {} thủ tục"),
    ("At most {} measures.", "Nhiều nhất {} số đo."),
    ("At most {} papers are named.", "Nêu nhiều nhất {} văn bản."),
    ("has at most {} figures", "có nhiều nhất {} số liệu"),
    ("has at most {} recipients", "có nhiều nhất {} nơi nhận"),
    ("has at most {} sentences", "có nhiều nhất {} câu"),
    ("has at most {} lines", "có nhiều nhất {} dòng"),
    ("name at most {} items", "nêu nhiều nhất {} nội dung"),
    ("names at most {} visits", "nêu nhiều nhất {} cuộc kiểm tra"),
    ("name 1 to {} units", "nêu 1 đến {} đơn vị"),
    ("a checklist has 1 to {} items", "bảng kiểm có 1 đến {} nội dung"),
    ("a choice has {} to {} options", "câu chọn có {} đến {} phương án"),
    ("there are {} to {} grades", "có {} đến {} mức xếp loại"),
    ("a list has at most {} procedures and {} fields", "danh mục có nhiều nhất {} thủ tục và {} lĩnh vực"),
    ("an event has at most {} of each", "mỗi phần của sự kiện có nhiều nhất {} dòng"),
    ("an import has 1 to {} values", "mỗi lần nhập có 1 đến {} giá trị"),
    ("a draw has 1 to {} strata with at most {} units in all", "một lần rút thăm có 1 đến {} nhóm, tổng cộng nhiều nhất {} đơn vị"),
    ("a team has 1 to {} members", "đoàn có 1 đến {} thành viên"),
    ("A visit has 1 to {} checklists.", "Một cuộc kiểm tra dùng 1 đến {} bảng kiểm."),
    ("A recurring action has 2 to {} instances.", "Việc định kỳ có 2 đến {} lần."),
    ("An action has at most {} reminders.", "Mỗi việc có nhiều nhất {} lần đôn đốc."),
    ("must be 0 to 60 seconds", "phải từ 0 đến 60 giây"),
    ("must be 1 to 52428800 bytes", "phải từ 1 đến 52428800 byte"),
    ("limit must be between 1 and 200", "limit phải từ 1 đến 200"),
    ("limit must be between 1 and 200.", "limit phải từ 1 đến 200."),
    ("least must be between 1 and 1000", "least phải từ 1 đến 1000"),
    ("Too many attempts; wait {} seconds.", "Thử quá nhiều lần; hãy đợi {} giây."),
    ("Too many requests; come back in {} s.", "Quá nhiều yêu cầu; hãy quay lại sau {} giây."),
    ("This body may have {} bytes.", "Nội dung gửi lên được nhiều nhất {} byte."),
    // Names and codes.
    ("is named already", "đã được nêu ở trên"),
    ("is named twice", "được nêu hai lần"),
    ("is used twice", "được dùng hai lần"),
    ("is on this team already", "đã có trong đoàn này"),
    ("is a target of this round already", "đã là đối tượng của đợt này"),
    ("is a target of round {}", "đã là đối tượng của đợt {}"),
    ("serves this round already", "đã được phân công đợt này"),
    ("names another stratum already", "đã là tên của nhóm khác"),
    ("stands in the draw already", "đã có trong lần rút thăm"),
    ("another item has this code", "nội dung khác đã có mã này"),
    ("is none of the known values", "không thuộc các giá trị đã biết"),
    ("is none of the known subjects", "không thuộc các chủ thể đã biết"),
    ("is none of the list's fields", "không thuộc các lĩnh vực của danh mục"),
    ("is none of the fields", "không thuộc các lĩnh vực đã nêu"),
    ("is none of the items that are named", "không thuộc các nội dung đã nêu"),
    ("is none of {}", "không thuộc các giá trị {}"),
    ("is no type of unit", "không phải loại đơn vị"),
    ("is no sort of unit", "không phải loại đơn vị"),
    ("is no state", "không phải trạng thái"),
    ("is no kind of campaign", "không phải loại cuộc kiểm tra"),
    ("is no unit in force", "không phải đơn vị đang tồn tại"),
    ("there is no such unit", "không có đơn vị này"),
    ("there is no such unit on {}", "không có đơn vị này vào ngày {}"),
    ("there is no unit {}", "không có đơn vị {}"),
    ("there is no such owner", "không có cơ quan chủ quản này"),
    ("there is no owner with this code", "không có cơ quan chủ quản mang mã này"),
    ("no owner has the code {}", "không có cơ quan chủ quản mang mã {}"),
    ("no account has the login {}", "không có tài khoản mang tên đăng nhập {}"),
    ("the campaign has no team {}", "cuộc kiểm tra không có đoàn {}"),
    ("the unit does not exist on {}", "đơn vị không tồn tại vào ngày {}"),
    ("{} does not exist on {}", "{} không tồn tại vào ngày {}"),
    ("use small letters, digits and _", "dùng chữ thường không dấu, chữ số và _"),
    ("use small letters, digits and _, no field twice", "dùng chữ thường không dấu, chữ số và _, không lặp lĩnh vực"),
    ("use small letters, digits and _, no category twice", "dùng chữ thường không dấu, chữ số và _, không lặp nhóm"),
    ("use small letters, digits and _, no value twice", "dùng chữ thường không dấu, chữ số và _, không lặp giá trị"),
    ("use small letters, digits and _, no value twice on one day", "dùng chữ thường không dấu, chữ số và _, không lặp giá trị trong một ngày"),
    ("use small letters, digits and _, no code twice", "dùng chữ thường không dấu, chữ số và _, không lặp mã"),
    ("use 2 to {} capital letters, digits and -, a letter first", "dùng 2 đến {} chữ hoa không dấu, chữ số và -, bắt đầu bằng chữ"),
    ("use 2 to {} small letters, digits and -", "dùng 2 đến {} chữ thường không dấu, chữ số và -"),
    ("use letters, digits, points and dashes", "dùng chữ cái không dấu, chữ số, dấu chấm và gạch nối"),
    ("write the full name, beginning with \"{} \"", "viết đầy đủ tên, bắt đầu bằng \"{} \""),
    ("may hold letters, digits and . _ - @ + only; {} is neither", "chỉ gồm chữ không dấu, chữ số và . _ - @ +; {} không dùng được"),
    ("must have between 3 and 64 characters", "phải có từ 3 đến 64 ký tự"),
    ("must be 64 hexadecimal digits", "phải là 64 chữ số thập lục phân"),
    // Units through time.
    ("The last version began on {}; a new one begins later.", "Phiên bản cuối bắt đầu từ {}; phiên bản mới phải sau ngày đó."),
    ("The last version ended on {}; a new one would leave days without any.", "Phiên bản cuối kết thúc ngày {}; phiên bản mới sẽ để trống những ngày ở giữa."),
    ("The last survey holds from {}; a new one holds from a later day.", "Lần đo cuối có hiệu lực từ {}; lần mới phải từ ngày sau đó."),
    ("a version begins on or after 1945-09-02 and ends after it begins, by 2200", "phiên bản bắt đầu từ 1945-09-02 trở đi, kết thúc sau khi bắt đầu và trước năm 2200"),
    ("a province has no parent, every other unit has one", "tỉnh không có đơn vị cấp trên, các đơn vị khác đều có"),
    ("a unit is not below itself", "đơn vị không trực thuộc chính nó"),
    ("lies below this unit", "đang trực thuộc đơn vị này"),
    ("it ends on {}; this unit can't stand below it for longer", "đơn vị cấp trên kết thúc ngày {}; không thể trực thuộc lâu hơn"),
    ("{} is not in force on the day", "{} không tồn tại vào ngày đó"),
    ("a {} does not stand below a {}", "{w} không trực thuộc {w}"),
    ("{} does not stand below {}", "{} không trực thuộc {}"),
    ("{} would lie below itself", "{} sẽ trực thuộc chính nó"),
    ("no such unit is known on {}", "không rõ đơn vị này vào ngày {}"),
    ("stands in this event twice", "có hai lần trong sự kiện này"),
    ("an administrative unit does not become an organisation, nor the other way round", "đơn vị hành chính không thể thành tổ chức, và ngược lại"),
    ("account {} belongs to unit {}", "tài khoản {} thuộc đơn vị {}"),
    ("account {} is not to go to unit {}", "tài khoản {} không được đến đơn vị {}"),
    ("account {} was there on {}", "tài khoản {} đã đến đó ngày {}"),
    ("is no active account with a role at this owner", "không phải tài khoản đang hoạt động có vai trò ở cơ quan chủ quản này"),
    ("no survey of this unit begins on that day", "đơn vị không có lần khảo sát nào bắt đầu từ ngày đó"),
    ("an event tells of it", "có sự kiện liên quan"),
    ("other units stand below it", "có đơn vị trực thuộc"),
    ("visits are planned there, or were made", "có lượt kiểm tra đã lập hoặc đã tiến hành"),
    ("a round has it as a target", "là đối tượng của một đợt"),
    ("somebody has a role for it", "có người được giao quyền ở đó"),
    ("somebody on a team comes from it", "có thành viên đoàn thuộc đơn vị này"),
    ("papers or figures name it", "có văn bản hoặc số liệu nêu tên"),
    ("serves round {}", "được phân công đợt {}"),
    ("has visits", "có lượt kiểm tra"),
    ("Event {} tells of this version; undo that first.", "Sự kiện {} liên quan đến phiên bản này; hãy hủy sự kiện đó trước."),
    ("event {} ({} on {}) speaks of {}", "sự kiện {} ({w} ngày {}) liên quan đến {}"),
    ("Event {} says that this unit ends on {}; undo that first.", "Sự kiện {} nêu đơn vị này kết thúc ngày {}; hãy hủy sự kiện đó trước."),
    ("another event of the same day says what this unit gave; together they do not fit", "sự kiện khác cùng ngày đã nêu phần đơn vị này chuyển đi; hai bên không khớp"),
    ("new units work after 1945-09-02, by 2200, and not before the instrument takes effect", "đơn vị mới hoạt động sau 1945-09-02, trước năm 2200 và không trước ngày văn bản có hiệu lực"),
    ("There is no such unit on {}; errors names whoever stands in its place.", "Không có đơn vị này vào ngày {}; đơn vị kế thừa được nêu trong errors."),
    ("was not in force on the day before", "không tồn tại vào ngày trước đó"),
    ("a successor is another unit that works on the day, named once", "đơn vị kế thừa là đơn vị khác đang hoạt động vào ngày đó, nêu một lần"),
    ("an administrative unit takes over from its like, an organisation from its like", "đơn vị hành chính kế thừa đơn vị hành chính, tổ chức kế thừa tổ chức"),
    ("all of a unit that ends goes to one, or parts of it to any number", "toàn bộ đơn vị kết thúc thuộc về một đơn vị, hoặc từng phần thuộc về nhiều đơn vị"),
    ("a creation opens units and ends none", "thành lập thì mở đơn vị mới, không kết thúc đơn vị nào"),
    ("units change; none begins, ends or takes over", "đơn vị thay đổi; không đơn vị nào bắt đầu, kết thúc hay kế thừa"),
    ("a merger says who takes over from whom", "sáp nhập phải nêu đơn vị nào kế thừa đơn vị nào"),
    ("a split opens units and says what they take over", "chia tách thì mở đơn vị mới và nêu phần được kế thừa"),
    ("units end, and nothing else", "chỉ kết thúc đơn vị, không gì khác"),
    ("a split gives parts", "chia tách thì chuyển từng phần"),
    ("whoever ends in a merger or split gives to somebody", "đơn vị kết thúc khi sáp nhập hay chia tách phải có đơn vị kế thừa"),
    ("whoever begins in a merger or split takes over from somebody", "đơn vị mới khi sáp nhập hay chia tách phải kế thừa từ đơn vị nào đó"),
    ("no version of this unit begins or ends on {}", "không phiên bản nào của đơn vị này bắt đầu hay kết thúc vào {}"),
    ("the register has no such unit on {}", "danh mục không có đơn vị này vào {}"),
    ("{} of {} is held", "đã có sự kiện {w} ngày {}"),
    ("What a visit saw was seen between the day on which the team came ({}) and now.", "Điều được thấy nằm trong khoảng từ ngày đoàn đến ({}) đến nay."),
    ("failed the check {}; take it again", "không đạt kiểm tra {}; hãy chụp lại"),
    ("a finding has at most {} links", "mỗi phát hiện có nhiều nhất {} liên kết"),
    ("An action has 1 to {} owners, each a unit in force.", "Mỗi việc có 1 đến {} đơn vị thực hiện đang tồn tại."),
    ("A recommendation has 1 to {} addressees.", "Kiến nghị gửi đến 1 đến {} nơi."),
    ("Evidence is a named paper, or up to {} sound photos declared for this action.", "Minh chứng là văn bản được nêu tên, hoặc nhiều nhất {} ảnh đạt yêu cầu đã khai cho việc này."),
    ("Evidence is at most {} sound photos of the unit.", "Minh chứng là nhiều nhất {} ảnh đạt yêu cầu của đơn vị."),
    // Answers, photos.
    ("{} needs {} more, {} held", "{} còn thiếu {} ảnh, đã có {}"),
    ("{} needs {} more of {}, {} held", "{} còn thiếu {} ảnh (chủ thể {}), đã có {}"),
    ("The answer is at version {}; read it, then send the change with that base_version.", "Câu trả lời đang ở phiên bản {}; hãy đọc lại rồi gửi thay đổi với base_version đó."),
    ("{} is a part and can't exceed its whole, {}.", "{} là phần, không thể lớn hơn tổng {}."),
    ("The options are {}.", "Các phương án là {}."),
    ("The parts are {}; each is named once.", "Các phần là {}; mỗi phần nêu một lần."),
    ("The item has {} parts; {} are counted and {} named as missing.", "Nội dung có {} phần; đã đếm {} và nêu thiếu {}."),
    ("The item counts what is later than {}.", "Nội dung này chỉ tính sau ngày {}."),
    ("The count is {}; the number of days given is {}.", "Đã đếm {} mà nêu {} ngày."),
    ("A part and its whole are 0 or more.", "Phần và tổng không được âm."),
    ("Another device answered this item under the id {}.", "Máy khác đã trả lời nội dung này với mã {}."),
    ("{} bytes were declared, {} arrived.", "Đã khai {} byte, nhận được {}."),
    ("{} bytes were declared, {} are offered.", "Đã khai {} byte, đang gửi {}."),
    ("SHA-256 {} was declared, the bytes that arrived have {}.", "Đã khai SHA-256 {}, nội dung nhận được có {}."),
    ("A photo may have {} bytes, this one has {}.", "Ảnh được nhiều nhất {} byte, ảnh này có {}."),
    ("{} was declared, {} is sent.", "Đã khai {}, đang gửi {}."),
    ("There are {} bytes; this range lies outside them.", "Tệp có {} byte; khoảng này nằm ngoài."),
    ("is not a number such as 40,5 or 40.5", "không phải số, viết như 40,5 hoặc 40.5"),
    ("has more than six decimal places", "có hơn sáu chữ số thập phân"),
    ("is beyond one billion", "vượt quá một tỷ"),
    // Checklists.
    ("a section has an item", "mỗi mục có ít nhất một nội dung"),
    ("a count is compared with a whole number", "số đếm được so với số nguyên"),
    ("is the numerator's name too", "trùng tên của tử số"),
    ("stands below the grade before it, best first", "phải thấp hơn mức trước, mức tốt nhất đứng đầu"),
    ("the last grade begins at 0, so that each score has one", "mức cuối bắt đầu từ 0 để điểm nào cũng có mức"),
    ("is the code of one of the grades", "là mã của một trong các mức"),
    ("is no item before this one", "không phải nội dung đứng trước nội dung này"),
    ("name values of the item in any_of, or operator and threshold for a measure", "nêu giá trị trong any_of, hoặc phép so sánh và ngưỡng đối với số đo"),
    ("a required photo has a subject and a count of at least 1", "ảnh bắt buộc phải nêu đối tượng và số lượng ít nhất là 1"),
    ("no checklist asks a question of type {}", "bảng kiểm không có câu hỏi loại {}"),
    ("the rules are those of another type, {}", "quy tắc thuộc loại khác, {}"),
    ("is no number", "không phải số"),
    ("stands in no group; groups are sections", "không nằm trong nhóm nào; mỗi nhóm là một mục"),
    ("a choice has a credit, 0 to 1", "mỗi phương án có điểm từ 0 đến 1"),
    ("The visit does not use this checklist.", "Cuộc kiểm tra không dùng bảng kiểm này."),
    ("is not the code of this template, {}", "không phải mã của bảng kiểm này, {}"),
    ("No checklist of this visit has an item {}.", "Bảng kiểm của cuộc kiểm tra không có nội dung {}."),
    ("Several checklists have an item {}: name the checklist, too.", "Nhiều bảng kiểm có nội dung {}: hãy nêu cả bảng kiểm."),
    // Teams, visits, campaigns.
    ("This checklist is named twice.", "Bảng kiểm này được nêu hai lần."),
    ("The campaign has no submitted visit at this unit to look at again.", "Cuộc kiểm tra này chưa có lượt nào đã nộp tại đơn vị này để tái kiểm tra."),
    ("A re-inspection names a submitted visit of this campaign at this unit.", "Tái kiểm tra phải nêu một lượt đã nộp của chính cuộc kiểm tra này tại đơn vị này."),
    ("Only a re-inspection names an earlier visit.", "Chỉ tái kiểm tra mới nêu lượt kiểm tra trước."),
    ("Minutes that both sides are done with stand; write an addendum.", "Hai bên đã xong biên bản nên biên bản được giữ nguyên; hãy lập phụ lục."),
    ("Only a proposed action is issued. This one is {}.", "Chỉ giao việc đang được đề xuất; việc này đang ở trạng thái {w}."),
    ("Only an issued action is accepted. This one is {}.", "Chỉ nhận việc đã được giao; việc này đang ở trạng thái {w}."),
    ("An action is accepted before it begins. This one is {}.", "Phải nhận việc trước khi bắt đầu; việc này đang ở trạng thái {w}."),
    ("Only an action under way is reported as done. This one is {}.", "Chỉ báo cáo hoàn thành việc đang thực hiện; việc này đang ở trạng thái {w}."),
    ("Nobody has reported this action as done. This one is {}.", "Chưa có báo cáo hoàn thành; việc này đang ở trạng thái {w}."),
    ("There is no such published checklist of this owner or the library.", "Không có bảng kiểm đã ban hành này của cơ quan hoặc của thư viện."),
    ("Its item {} is in another checklist of this visit already.", "Nội dung {} đã có trong bảng kiểm khác của cuộc kiểm tra này."),
    ("is needed with this outcome", "cần có khi kết quả là như vậy"),
    ("does not belong to this outcome", "không đi với kết quả này"),
    ("is not of the form {}", "không đúng dạng, viết như {w}"),
    ("a team has one lead", "đoàn có một trưởng đoàn"),
    ("a team has one lead, this one has {}", "đoàn có một trưởng đoàn, đoàn này có {}"),
    ("is no active account that is {} at this owner", "không phải tài khoản đang hoạt động có vai trò {w} tại cơ quan này"),
    ("A campaign that is {} does not take this step.", "Cuộc kiểm tra đang ở trạng thái {w} không có bước này."),
    ("A campaign that is {} does not change.", "Cuộc kiểm tra đang ở trạng thái {w} không thay đổi được."),
    ("A campaign that is {} takes no other.", "Cuộc kiểm tra đang ở trạng thái {w} không nhận cuộc khác."),
    ("A campaign that is {} has nothing to tell.", "Cuộc kiểm tra đang ở trạng thái {w} chưa có gì để kết luận."),
    ("A supervision is joined with a supervision alone.", "Cuộc giám sát chỉ nhập với cuộc giám sát."),
    ("Visits are made under an active campaign; this one is {}.", "Chỉ kiểm tra khi cuộc kiểm tra đang hoạt động; cuộc này đang ở trạng thái {w}."),
    ("Nothing is awaited of an action that is {}.", "Việc đang ở trạng thái {w}, không còn gì phải chờ."),
    ("No time runs for an action that is {}.", "Việc đang ở trạng thái {w}, không tính thời hạn."),
    ("Photos are declared while an action is awaited; this one is {}.", "Chỉ khai ảnh khi việc còn đang thực hiện; việc này đang ở trạng thái {w}."),
    ("The action is {}; what shows it done stays as it is.", "Việc đang ở trạng thái {w}; minh chứng được giữ nguyên."),
    ("The team signs; objections and refusals are the unit's.", "Đoàn chỉ ký; bảo lưu ý kiến và từ chối ký là của đơn vị."),
    ("lies before what the notice sums up or corrects, or in the future", "trước ngày của nội dung được kết luận hoặc đính chính, hoặc ở tương lai"),
    // Notices.
    ("lies before the first day", "trước ngày đầu"),
    ("names no visit", "chưa nêu cuộc kiểm tra nào"),
    ("a meeting sums up a period: name both its days", "cuộc họp kết luận một kỳ: nêu cả hai ngày"),
    ("is either a unit or a name", "là đơn vị hoặc là tên gọi, không cả hai"),
    ("is no symbol such as {}", "không phải ký hiệu, viết như {}"),
    ("is not a small letter and up to 29 small letters, digits or _", "phải bắt đầu bằng chữ thường không dấu, sau đó đến 29 chữ thường, chữ số hoặc _"),
    ("does not belong to this measure", "không thuộc số liệu này"),
    ("is needed for this measure", "số liệu này cần có"),
    ("names no code of 1 to 60 characters", "không phải mã dài 1 đến 60 ký tự"),
    ("are too many over so many visits: figures times visits come to {} at most", "quá nhiều trên từng ấy cuộc kiểm tra: số liệu nhân số cuộc nhiều nhất {}"),
    ("{} is no figure of this notice", "{} không phải số liệu của thông báo này"),
    ("Until the fieldwork is closed the targets of a campaign are not counted; name the unit below which.", "Trước khi kết thúc kiểm tra thực địa, đối tượng của cuộc kiểm tra chưa được đếm; hãy nêu đơn vị cấp trên."),
    ("Name an item and its answer, or say what stands in the minutes and what becomes of it.", "Nêu nội dung và câu trả lời, hoặc nêu điều ghi trong biên bản và điều sửa thành."),
    ("An addendum changes something.", "Phụ lục phải thay đổi điều gì đó."),
    // Reports, figures of others.
    ("name the unit whose parts are counted, or a campaign with rounds", "nêu đơn vị có các phần được đếm, hoặc một cuộc kiểm tra có các đợt"),
    ("name the unit that is asked about", "nêu đơn vị cần hỏi"),
    ("lies behind the last day that counts", "sau ngày cuối được tính"),
    ("name the item, or the unit, whose answers are listed", "nêu nội dung hoặc đơn vị có câu trả lời cần liệt kê"),
    ("name at least {} items that are counted together", "nêu ít nhất {} nội dung để tính chung"),
    ("says another thing than at_all: name one of the two", "trái với at_all: chỉ nêu một trong hai"),
    ("the categories come to {}, not to {}", "các nhóm cộng lại là {}, không phải {}"),
    ("{} holds from {} and from {}", "{} có hiệu lực từ {} và từ {}"),
    ("{} stands twice from {}", "{} có hai lần từ {}"),
    // Requests.
    ("The upload goes on at {}, these bytes begin at {}.", "Lượt tải lên tiếp tục từ byte {}, dữ liệu này bắt đầu từ byte {}; hãy gửi tiếp từ vị trí đó."),
    ("Upload-Metadata and the address name different photos.", "Upload-Metadata và địa chỉ nêu hai ảnh khác nhau."),
    ("Upload-Metadata must be pairs of a key and a base64 value, with commas between: the photo is no UUID.", "Upload-Metadata: giá trị của photo phải là mã ảnh (UUID) viết bằng base64."),
    ("Repr-Digest must hold sha-256=:<base64 of 32 bytes>:, see RFC 9530.", "Repr-Digest phải có sha-256=:<base64 của 32 byte>:, xem RFC 9530."),
    ("This client may not ask for {}.", "Ứng dụng này không được xin quyền {}."),
    ("The current version is {}; read again, then change.", "Phiên bản hiện tại là {}; hãy đọc lại rồi mới sửa."),
    ("This address takes {}.", "Địa chỉ này nhận {}."),
    ("The body is no JSON: {}.", "Nội dung không phải JSON: {}."),
    ("must be vi or en", "phải là vi hoặc en"),
];

/// What was said in English, in Vietnamese.
#[must_use]
pub fn in_vietnamese(given: &str) -> Option<String> {
    SENTENCES.iter().find_map(|(english, vietnamese)| {
        let values = values(english, given)?;
        let (mut said, mut rest) = (String::new(), *vietnamese);
        for value in values {
            let (words, place, behind) = next_place(rest)?;
            said.push_str(words);
            said.push_str(&if place == OURS { values::said(value) } else { value.to_owned() });
            rest = behind;
        }
        said.push_str(rest);
        Some(said)
    })
}

/// The place of a value that has words in Vietnamese.
const OURS: &str = "{w}";

/// What stands before the next place for a value, the place, and what stands behind it.
fn next_place(words: &str) -> Option<(&str, &str, &str)> {
    let places = [OURS, "{}"].map(|place| words.find(place).map(|at| (at, place)));
    let (at, place) = places.into_iter().flatten().min()?;
    Some((words.get(..at)?, place, words.get(at + place.len()..)?))
}

/// The values that stand in a sentence where its pattern has places for them.
fn values<'a>(pattern: &str, given: &'a str) -> Option<Vec<&'a str>> {
    let mut words = pattern.split("{}");
    let mut rest = given.strip_prefix(words.next()?)?;
    let words: Vec<&str> = words.collect();
    let mut values = Vec::new();
    for (n, word) in words.iter().enumerate() {
        let is_last = n + 1 == words.len();
        let end =
            if is_last { rest.ends_with(word).then(|| rest.len() - word.len()) } else { rest.find(word) }?;
        values.push(rest.get(..end)?);
        rest = rest.get(end + word.len()..)?;
    }
    (rest.is_empty() && values.iter().all(|value| !value.is_empty())).then_some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_and_words_change() {
        for (english, vietnamese) in [
            ("is 500 characters long, at most 300 are allowed", "dài 500 ký tự, chỉ nhận nhiều nhất 300"),
            ("must not be empty", "không được để trống"),
            (
                "holds ${, which forms read as the name of a question",
                "có ${ mà các biểu mẫu đọc là tên của một câu hỏi",
            ),
            (
                "The decision is of 2026-03-16; no visit takes place before that day.",
                "Quyết định ký ngày 2026-03-16; không kiểm tra trước ngày đó.",
            ),
            ("write the full name, beginning with \"Xã \"", "viết đầy đủ tên, bắt đầu bằng \"Xã \""),
        ] {
            assert_eq!(in_vietnamese(english).as_deref(), Some(vietnamese));
        }
        assert_eq!(in_vietnamese("nobody says this"), None);
    }

    /// A sentence that a wider one before it takes, or that has other places, would never be told.
    #[test]
    fn every_sentence_is_reached_with_as_many_values() {
        for (english, vietnamese) in SENTENCES {
            let filled = english.replace("{}", "7");
            let expected = vietnamese.replace("{}", "7").replace(OURS, "7");
            assert_eq!(in_vietnamese(&filled), Some(expected), "{english}");
        }
    }

    /// English words that no Vietnamese sentence holds; those of the contract (`errors`, `any_of`, paths) are names.
    const ENGLISH: [&str; 14] = [
        " or ", " and ", " the ", " is ", " of ", " not ", " are ", " this ", " with ", " that ", " one ",
        " no ", " to ", " by ",
    ];

    #[test]
    fn no_vietnamese_sentence_holds_english() {
        let told = SENTENCES.iter().map(|(_, vietnamese)| *vietnamese);
        let of_codes = super::super::PROBLEMS.iter().chain(super::super::FIELDS).map(|word| word.vi);
        for sentence in told.chain(of_codes) {
            let padded = format!(" {} ", sentence.replace(['.', ',', ';', ':', '(', ')'], " "));
            let found: Vec<&&str> = ENGLISH.iter().filter(|word| padded.contains(**word)).collect();
            assert!(found.is_empty(), "{found:?} in {sentence}");
        }
    }

    /// States and roles come as the contract names them, and are told in words.
    #[test]
    fn no_vietnamese_sentence_holds_a_raw_state() {
        for (english, _) in SENTENCES.iter().filter(|(_, vietnamese)| vietnamese.contains("trạng thái {"))
        {
            for state in crate::domain::action::State::ALL {
                let said = in_vietnamese(&english.replace("{}", state.as_str())).unwrap_or_default();
                assert!(!said.is_empty() && !said.contains(state.as_str()), "{said}");
            }
            for state in crate::domain::campaign::CampaignState::ALL {
                let said = in_vietnamese(&english.replace("{}", state.as_str())).unwrap_or_default();
                assert!(!said.is_empty() && !said.contains(state.as_str()), "{said}");
            }
        }
        let said = in_vietnamese("is no active account that is member or clerk or team_lead at this owner");
        let words = "thành viên đoàn hoặc thư ký đoàn hoặc trưởng đoàn";
        let told = format!("không phải tài khoản đang hoạt động có vai trò {words} tại cơ quan này");
        assert_eq!(said, Some(told));
    }
}
