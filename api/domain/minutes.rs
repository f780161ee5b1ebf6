//! Minutes as a document: one canonical text of what a visit answered, found and said. What is added to it has a file of
//! its own.

mod addendum;

pub use addendum::{Addendum, Correction, FORMAT, MOST_TEXT, corrected};

use crate::canonical::{one_line, percent};
use crate::finding::{Finding, Kind, State};
use crate::moment::{VIETNAM_OFFSET_S, vietnam_day};
use crate::response::{Answer, Outcome, Paper, Response, YesNoNa};
use crate::score::{Standing, Ungraded, standings};
use crate::template::Occasion;
use crate::visit::{AskedList, CheckIn, Figures, FrozenScore, Ratio, Visit, unanswered};
use jiff::Timestamp;
use jiff::tz::Offset;

/// What a document is written from.
pub struct Sources<'a> {
    /// The visit.
    pub visit: &'a Visit,
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
    /// When and of whom items are asked.
    pub occasion: Occasion,
    /// What was explained to the unit on the spot, in the order it was said.
    pub guidance: &'a [String],
    /// What the team writes.
    pub text: &'a str,
}

/// Writes the canonical text.
#[must_use]
pub fn document(of: &Sources<'_>) -> String {
    let mut out = String::new();
    let mut line = |words: &str| {
        out.push_str(words);
        out.push('\n');
    };
    line("BIÊN BẢN KIỂM TRA");
    line(&format!("Lượt kiểm tra: {}", of.visit.id));
    line(&format!("Đơn vị được kiểm tra: {}", of.visit.unit_path));
    line(&format!("Thời gian: {}", began(of.visit.check_in.as_ref(), of.visit.window.start)));
    for (head, people) in [("Đoàn kiểm tra:", of.team), ("Đại diện đơn vị được kiểm tra:", of.hosts)]
    {
        line(head);
        lines_of(&mut line, people);
    }
    line("");
    line("I. KẾT QUẢ THEO NỘI DUNG KIỂM TRA");
    for list in of.lists {
        line(&format!("{} – {}", list.code, list.body.title.vi));
        for (item, standing) in standings(list, of.answers, of.occasion) {
            if standing == Standing::NotAsked {
                continue;
            }
            let answer =
                of.answers.iter().find(|a| a.template_version == list.version && a.item == item.code);
            let (said, outcome, note) = answer.map_or_else(
                || ("chưa trả lời".to_owned(), "", ""),
                |a| (answered(&a.answer), judged(a.outcome), a.note.as_str()),
            );
            let mut words = format!("- {}: {said}", item.code);
            for more in [outcome, note].into_iter().filter(|more| !more.is_empty()) {
                words.push_str(" | ");
                words.push_str(&one_line(more));
            }
            line(&words);
        }
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
    line("");
    line("II. ƯU ĐIỂM");
    lines_of(&mut line, &findings(of.findings, Kind::Strength));
    line("");
    line("III. TỒN TẠI, HẠN CHẾ");
    lines_of(&mut line, &findings(of.findings, Kind::Shortfall));
    line("");
    line("IV. HƯỚNG DẪN TẠI CHỖ");
    lines_of(&mut line, &of.guidance.iter().map(|said| one_line(said)).collect::<Vec<_>>());
    line("");
    line("V. Ý KIẾN CỦA ĐOÀN");
    line(of.text);
    out
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

/// Somebody who was there, with every title they have.
#[must_use]
pub fn present(name: &str, titles: &[String], office: &str) -> String {
    let parts = [name, &titles.join("; "), office].map(one_line);
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
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
    let mut lines: Vec<String> = told.map(found).collect();
    lines.sort_unstable();
    lines
}

/// When the team came, by our clock; where the phone's clock was off, what it said as well.
fn began(check_in: Option<&CheckIn>, planned: Timestamp) -> String {
    match check_in {
        None => told(planned),
        Some(came) if came.clock_is_off() => {
            format!("{} (đồng hồ của máy: {})", told(came.arrived_at()), told(came.at))
        }
        Some(came) => told(came.arrived_at()),
    }
}

/// A finding as minutes and addenda print it.
#[must_use]
pub fn found(finding: &Finding) -> String {
    let about = finding.item.as_deref().or(finding.category.as_deref()).unwrap_or("–");
    let mut words = format!("{about}: {}", one_line(&finding.statement));
    if let Some(severity) = finding.severity {
        words.push_str(&format!(" | {}", severity.as_str()));
    }
    for (is, mark) in [
        (finding.critical, " | nghiêm trọng"),
        (finding.repeat_count > 0, " | lặp lại"),
        (finding.state == State::Candidate, " | chờ xác nhận"),
    ] {
        if is {
            words.push_str(mark);
        }
    }
    words
}

fn told(at: Timestamp) -> String {
    let offset = Offset::from_seconds(VIETNAM_OFFSET_S).unwrap_or(Offset::UTC);
    let local = offset.to_datetime(at);
    let day = vietnam_day(at);
    format!(
        "{:02}:{:02}, ngày {:02}/{:02}/{:04}",
        local.hour(),
        local.minute(),
        day.day(),
        day.month(),
        day.year()
    )
}

/// An answer in words, as minutes and addenda print it.
#[must_use]
pub fn answered(answer: &Answer) -> String {
    match answer {
        Answer::YesNoNa { value: YesNoNa::Yes, document, .. } => shown("có", document.as_ref()),
        Answer::YesNoNa { value: YesNoNa::No, .. } => "không".to_owned(),
        Answer::YesNoNa { value: YesNoNa::Na, reason, .. } => {
            format!("không áp dụng ({})", one_line(reason.as_deref().unwrap_or_default()))
        }
        Answer::Choice { value, document } => shown(value, document.as_ref()),
        Answer::Count { value, missing, dated } => {
            let mut words = value.to_string();
            let days: Vec<String> = dated.iter().map(|day| day.strftime("%d/%m/%Y").to_string()).collect();
            for (what, named) in [("thiếu", missing), ("ngày", &days)] {
                if !named.is_empty() {
                    words.push_str(&format!(" ({what}: {})", named.join(", ")));
                }
            }
            words
        }
        Answer::Number { value } => decimal(*value),
        Answer::Ratio { numerator, denominator, earlier } => {
            let before = earlier.map(|of| {
                format!(" (cùng kỳ năm trước: {}/{})", decimal(of.numerator), decimal(of.denominator))
            });
            format!("{}/{}{}", decimal(*numerator), decimal(*denominator), before.unwrap_or_default())
        }
        Answer::Text { value } => one_line(value),
    }
}

/// What is answered, with the document that shows it.
fn shown(said: &str, document: Option<&Paper>) -> String {
    document.map_or_else(|| said.to_owned(), |paper| format!("{said} ({})", one_line(&paper.told())))
}

/// Digits with a decimal comma and no zeros that say nothing.
fn decimal(value: crate::response::Decimal) -> String {
    let millionths = value.millionths();
    let sign = if millionths < 0 { "-" } else { "" };
    let (whole, part) = (millionths.unsigned_abs() / 1_000_000, millionths.unsigned_abs() % 1_000_000);
    let part = format!("{part:06}");
    let part = part.trim_end_matches('0');
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole},{part}") }
}

fn judged(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "đạt",
        Outcome::Partial => "đạt một phần",
        Outcome::Fail => "không đạt",
        Outcome::Na => "không áp dụng",
        Outcome::Recorded => "ghi nhận",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::AccountId;
    use crate::place::{PositionSource, Verdict};
    use crate::response::Decimal;
    use uuid::Uuid;

    /// L03: everybody is printed with all their titles.
    #[test]
    fn whoever_was_there_is_printed_with_every_title() {
        let titles =
            ["Tỉnh ủy viên", "Ủy viên Thường trực HĐND tỉnh", "Trưởng ban Pháp chế"].map(str::to_owned);
        let all = "Phùng Tiến Quân, Tỉnh ủy viên; Ủy viên Thường trực HĐND tỉnh; Trưởng ban Pháp chế";
        assert_eq!(present("Phùng  Tiến Quân", &titles, ""), all);
        assert_eq!(present("Đặng Văn Sình", &[], "UBND huyện"), "Đặng Văn Sình, UBND huyện");
    }

    #[test]
    fn numbers_are_printed_as_people_here_write_them() {
        let half = Answer::Number { value: Decimal::of_f64(40.5) };
        assert_eq!(answered(&half), "40,5");
        let ratio =
            Answer::Ratio { numerator: Decimal::whole(34), denominator: Decimal::whole(36), earlier: None };
        assert_eq!(answered(&ratio), "34/36");
        assert_eq!(told(Timestamp::UNIX_EPOCH), "07:00, ngày 01/01/1970");
    }

    /// H11: a clock that is off is no reason to sign another day.
    #[test]
    fn the_time_of_a_visit_is_told_by_our_clock() {
        let came = |clock_skew_s: f64| CheckIn {
            at: Timestamp::UNIX_EPOCH,
            offset_s: VIETNAM_OFFSET_S,
            latitude: None,
            longitude: None,
            accuracy_m: None,
            source: PositionSource::None,
            verdict: Verdict::CannotTell,
            distance_m: None,
            reasons: Vec::new(),
            clock_skew_s,
            by: AccountId(Uuid::nil()),
            received_at: Timestamp::UNIX_EPOCH,
        };
        let planned = Timestamp::UNIX_EPOCH;
        assert_eq!(began(None, planned), "07:00, ngày 01/01/1970");
        assert_eq!(began(Some(&came(-2.0)), planned), "07:00, ngày 01/01/1970");
        let slow = "07:00, ngày 02/01/1970 (đồng hồ của máy: 07:00, ngày 01/01/1970)";
        assert_eq!(began(Some(&came(-86_400.0)), planned), slow);
    }
}
