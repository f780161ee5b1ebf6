//! Minutes as a document: one canonical text of what a visit answered, found and said, in the order of the paper it is
//! printed on. What is added to it, how it says things and how it is set out have files of their own.

mod addendum;
mod paper;
mod words;

pub use addendum::{
    Addendum, Corrected, Correction, FORMAT, Known, MOST_TEXT, corrected, known, withdrawable,
};
pub use paper::{Line, Paper, signed_line, statements};
pub use words::{
    answered, based, cited, dismissed, found, found_in_codes, looked_at, moment, present, recommended,
};

use crate::canonical::{one_line, percent};
use crate::finding::{Finding, Kind, State};
use crate::moment::vietnam_day;
use crate::notice::date_line;
use crate::response::Response;
use crate::score::{Score, Standing, Ungraded, standings};
use crate::template::{Item, Occasion, Section};
use crate::visit::{self, AskedList, Figures, FrozenScore, Ratio, Visit, unanswered};
use jiff::Timestamp;
use words::{began, decimal, judged, printed};

/// What a document is written from.
pub struct Sources<'a> {
    /// The visit.
    pub visit: &'a Visit,
    /// Whose campaign it is, by name.
    pub owner: &'a str,
    /// What the team is called.
    pub team_name: &'a str,
    /// The papers it rests on, as [`cited`] writes them.
    pub grounds: &'a [String],
    /// The office where the team was, where one is known.
    pub premises: Option<&'a str>,
    /// Number and symbol, as written; `None` leaves room for them.
    pub number: Option<&'a str>,
    /// When it was written.
    pub drafted_at: Timestamp,
    /// The people of the team, as [`present`] writes them.
    pub team: &'a [String],
    /// Those who received it, likewise.
    pub hosts: &'a [String],
    /// Its checklists, in order.
    pub lists: &'a [AskedList],
    /// Its answers.
    pub answers: &'a [Response],
    /// Its figures.
    pub figures: &'a Figures,
    /// Its findings and strengths, in any order.
    pub findings: &'a [Finding],
    /// At a re-inspection, what came of each earlier finding, as [`looked_at`] writes it.
    pub earlier: Option<&'a [String]>,
    /// When and of whom items are asked.
    pub occasion: Occasion,
    /// What was explained to the unit on the spot, in the order it was said.
    pub guidance: &'a [String],
    /// What the team asks of somebody, as [`recommended`] writes it, in the order it was entered.
    pub recommendations: &'a [String],
    /// What the team writes.
    pub text: &'a str,
}

/// What stands where a number is written by hand.
const NO_NUMBER: &str = "…/BB-ĐKT";

/// How sections are numbered.
const NUMBERS: [&str; 7] = ["I", "II", "III", "IV", "V", "VI", "VII"];

/// Writes the canonical text.
#[must_use]
pub fn document(of: &Sources<'_>) -> String {
    let mut out = String::new();
    let mut line = |words: &str| {
        out.push_str(words);
        out.push('\n');
    };
    let mut numbers = NUMBERS.into_iter();
    let mut numbered = |title: &str| format!("{}. {title}", numbers.next().unwrap_or_default());
    head(&mut line, of);
    line("");
    line(&numbered("KẾT QUẢ THEO NỘI DUNG KIỂM TRA"));
    if of.lists.is_empty() {
        line("- Không dùng bảng kiểm.");
    }
    for list in of.lists {
        answers(&mut line, of, list);
    }
    for of_list in &of.figures.templates {
        let judged = of_list.passed();
        let (part, whole) = (judged.numerator, judged.denominator);
        line(&format!("{}: đạt {part}/{whole} ({})", of_list.code, percent(judged)));
        if let Some(score) = &of_list.score {
            line(&scored(&of_list.code, score, of_list.answered()));
        }
    }
    let open: Vec<&str> =
        unanswered(of.lists, of.answers, of.occasion).into_iter().map(|item| item.code.as_str()).collect();
    if !open.is_empty() {
        line(&format!("Nội dung chưa trả lời: {}", open.join(", ")));
        line(&format!("Lý do: {}", of.visit.unanswered_because.as_deref().map_or("–".to_owned(), one_line)));
    }
    if let Some(earlier) = of.earlier {
        line("");
        line(&numbered("KẾT QUẢ KHẮC PHỤC"));
        lines_of(&mut line, earlier);
    }
    line("");
    line(&numbered("ƯU ĐIỂM"));
    lines_of(&mut line, &findings(of.findings, Kind::Strength));
    line("");
    line(&numbered("TỒN TẠI, HẠN CHẾ"));
    lines_of(&mut line, &findings(of.findings, Kind::Shortfall));
    line("");
    line(&numbered("HƯỚNG DẪN TẠI CHỖ"));
    lines_of(&mut line, &of.guidance.iter().map(|said| one_line(said)).collect::<Vec<_>>());
    if !of.recommendations.is_empty() {
        line("");
        line(&numbered("KIẾN NGHỊ"));
        lines_of(&mut line, of.recommendations);
    }
    line("");
    line(&numbered(paper::LAST));
    line(of.text);
    out
}

/// What the paper is called.
fn heading(kind: visit::Kind, is_secret: bool) -> &'static str {
    match kind {
        visit::Kind::WorkingSession => "BIÊN BẢN LÀM VIỆC",
        visit::Kind::ReInspection if is_secret => "BIÊN BẢN TÁI KIỂM TRA ĐỘT XUẤT",
        visit::Kind::ReInspection => "BIÊN BẢN TÁI KIỂM TRA",
        visit::Kind::Surprise => "BIÊN BẢN KIỂM TRA ĐỘT XUẤT",
        visit::Kind::Planned => "BIÊN BẢN KIỂM TRA",
    }
}

/// Letterhead, title, grounds, place and time, and who was there.
fn head(line: &mut impl FnMut(&str), of: &Sources<'_>) {
    let visit = of.visit;
    line(&one_line(of.owner).to_uppercase());
    line(&one_line(of.team_name).to_uppercase());
    line(&format!("Số: {}", of.number.unwrap_or(NO_NUMBER)));
    line(&date_line(&place(&visit.unit_path), vietnam_day(of.drafted_at)));
    line("");
    line(heading(visit.kind, visit.secret));
    line(&format!("Tại {}", within(&one_line(&visit.unit_path))));
    line("");
    for ground in of.grounds {
        line(&format!("Căn cứ {ground}"));
    }
    line(&format!("Lượt kiểm tra: {}", visit.id));
    line(&format!("Đơn vị được kiểm tra: {}", one_line(&visit.unit_path)));
    if let Some(premises) = of.premises {
        line(&format!("Địa điểm: {}", one_line(premises)));
    }
    line(&format!("Thời gian: {}", began(visit.check_in.as_ref(), visit.window.start)));
    line(&format!("Lập biên bản: {}", moment(of.drafted_at)));
    if let (Some(from), Some(to)) = visit.review {
        line(&format!("Thời kỳ được xem xét: từ {} đến {}", printed(from), printed(to)));
    }
    for (head, people) in [("Đoàn kiểm tra:", of.team), ("Đại diện đơn vị được kiểm tra:", of.hosts)]
    {
        line(head);
        lines_of(line, people);
    }
}

/// Words in front of the name of a unit.
const TYPES: [&str; 11] = [
    "xã ",
    "phường ",
    "thị trấn ",
    "đặc khu ",
    "huyện ",
    "quận ",
    "thị xã ",
    "thành phố ",
    "tỉnh ",
    "UBND xã ",
    "UBND phường ",
];

/// A unit's path in a sentence: the word for its type begins small, a name of an office stays as it is.
fn within(path: &str) -> String {
    let begins = |kind: &&&str| path.to_lowercase().starts_with(&kind.to_lowercase());
    let Some(kind) = TYPES.iter().find(begins).filter(|kind| !kind.starts_with("UBND")) else {
        return path.to_owned();
    };
    let rest: String = path.chars().skip(kind.chars().count()).collect();
    format!("{kind}{rest}")
}

/// Where the paper is written: the unit's name without its type (source: Nghị định 30/2020/NĐ-CP, Phụ lục I); one that is
/// named by a number keeps it, and an office is in the place above it.
fn place(path: &str) -> String {
    let parts: Vec<&str> = path.split(", ").collect();
    let bare = |part: &&str| {
        let cut = TYPES.into_iter().find_map(|kind| {
            let head: String = part.chars().take(kind.chars().count()).collect();
            (head.to_lowercase() == kind.to_lowercase())
                .then(|| part.chars().skip(kind.chars().count()).collect())
        });
        cut.map(
            |name: String| {
                if name.starts_with(|c: char| c.is_ascii_digit()) { (*part).to_owned() } else { name }
            },
        )
    };
    parts.iter().find_map(bare).or_else(|| parts.first().map(|part| (*part).to_owned())).unwrap_or_default()
}

/// A checklist: each section with its counts, then each item that was asked with its answer.
fn answers(line: &mut impl FnMut(&str), of: &Sources<'_>, list: &AskedList) {
    line(&format!("{} – {}", list.code, one_line(&list.body.title.vi)));
    let all = standings(list, of.answers, of.occasion);
    for section in &list.body.sections {
        let own: Vec<&(&Item, Standing)> = all
            .iter()
            .filter(|(item, standing)| belongs(section, item) && *standing != Standing::NotAsked)
            .collect();
        if own.is_empty() {
            continue;
        }
        line(&format!("{}: {}", one_line(&section.title.vi), counted(&own)));
        for (item, standing) in own {
            line(&answer(of, list, item, *standing));
        }
    }
}

fn belongs(section: &Section, item: &Item) -> bool {
    section.items.iter().any(|own| own.code == item.code)
}

/// How many items of a section were asked and what came of them.
fn counted(own: &[&(&Item, Standing)]) -> String {
    let open = own.iter().filter(|(_, standing)| *standing == Standing::Unanswered).count();
    let of = |wanted: &str| {
        let is = |standing: &Standing| match standing {
            Standing::Judged(judgement) => judged(judgement.outcome) == wanted,
            _ => false,
        };
        own.iter().filter(|(_, standing)| is(standing)).count()
    };
    let mut words = format!("{} nội dung", own.len());
    let told = ["đạt", "đạt một phần", "không đạt", "không áp dụng", "ghi nhận"].map(|word| (word, of(word)));
    for (word, count) in told.into_iter().chain([("chưa trả lời", open)]).filter(|(_, count)| *count > 0)
    {
        words.push_str(&format!("; {word} {count}"));
    }
    words
}

fn answer(of: &Sources<'_>, list: &AskedList, item: &Item, standing: Standing) -> String {
    let given = of.answers.iter().find(|a| a.template_version == list.version && a.item == item.code);
    let given = given.filter(|_| standing != Standing::Unanswered);
    let (said, outcome, note) = given.map_or_else(
        || ("chưa trả lời".to_owned(), "", ""),
        |a| (answered(&a.answer, &item.response), judged(a.outcome), a.note.as_str()),
    );
    let mut words = format!("- {}: {} {said}", item.code, question(item));
    for more in [outcome, note].into_iter().filter(|more| !more.is_empty()) {
        words.push_str(" | ");
        words.push_str(&one_line(more));
    }
    words
}

/// What is asked, ended so that an answer can follow.
fn question(item: &Item) -> String {
    let asked = one_line(&item.question.vi);
    if asked.ends_with(['?', ':']) { asked } else { format!("{asked}:") }
}

/// What a checklist comes to with what was added: points, percent and grade.
#[must_use]
pub fn score_line(score: &Score) -> String {
    let tally = score.tally;
    let answered = Ratio { numerator: tally.answered(), denominator: tally.asked() };
    scored(&score.code, &FrozenScore::from(score), answered)
}

/// Points, percent and grade, as frozen with the minutes.
fn scored(code: &str, score: &FrozenScore, answered: Ratio) -> String {
    let percent = score.basis_points.map_or("–".to_owned(), |p| format!("{},{:02}%", p / 100, p % 100));
    let mut words = format!("{code}: {}/{} điểm ({percent})", decimal(score.points), decimal(score.weight));
    if let Some(label) = &score.label {
        words.push_str(&format!(" | {}", one_line(&label.vi)));
    }
    match score.ungraded_because {
        Some(Ungraded::ItemsUnanswered) => {
            let (part, whole) = (answered.numerator, answered.denominator);
            words.push_str(&format!(" | chưa xếp loại: mới trả lời {part}/{whole} nội dung"));
        }
        Some(Ungraded::NothingCounts) => words.push_str(" | không xếp loại: không có nội dung tính điểm"),
        None => {}
    }
    if !score.critical_failures.is_empty() {
        words.push_str(&format!(" | nội dung trọng yếu không đạt: {}", score.critical_failures.join(", ")));
    }
    words
}

fn lines_of(line: &mut impl FnMut(&str), all: &[String]) {
    if all.is_empty() {
        line("- Không có.");
    }
    for one in all {
        line(&format!("- {one}"));
    }
}

/// Confirmed ones as such, candidates as what they are; dismissed and lapsed ones are no part of the minutes. Sorted by
/// their words, so that the order tells nothing of who entered them when.
fn findings(all: &[Finding], kind: Kind) -> Vec<String> {
    let told = all.iter().filter(|f| f.kind == kind && !matches!(f.state, State::Dismissed | State::Lapsed));
    let mut lines: Vec<String> = told.map(based).collect();
    lines.sort_unstable();
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paper_is_written_at_the_place_without_its_type() {
        for (path, told) in [
            ("Xã Minh Quang, huyện Lâm Bình, tỉnh Tuyên Quang", "Minh Quang"),
            ("Phường 12, quận 10, thành phố Hồ Chí Minh", "Phường 12"),
            ("Phòng Nội vụ, huyện Mỹ Đức, thành phố Hà Nội", "Mỹ Đức"),
            ("Đặc khu Lý Sơn, tỉnh Quảng Ngãi", "Lý Sơn"),
            ("Trung tâm", "Trung tâm"),
        ] {
            assert_eq!(place(path), told, "{path}");
        }
        assert_eq!(within("Xã Minh Quang, tỉnh Tuyên Quang"), "xã Minh Quang, tỉnh Tuyên Quang");
        assert_eq!(within("Phòng Nội vụ, huyện Mỹ Đức"), "Phòng Nội vụ, huyện Mỹ Đức");
    }
}
