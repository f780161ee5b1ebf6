//! Minutes as a document: one canonical text of what a visit answered, found and said, a hash over it, and addenda.

use crate::canonical::{one_line, percent, sha256};
use crate::finding::{Finding, Kind, State};
use crate::ids::{AccountId, TemplateVersionId, VisitId};
use crate::moment::{VIETNAM_OFFSET_S, vietnam_day};
use crate::refusal::Refusal;
use crate::response::{Answer, Outcome, Paper, Response, YesNoNa};
use crate::score::{Standing, standings};
use crate::template::Occasion;
use crate::text;
use crate::visit::{AskedList, Figures, FrozenScore, Visit, rule};
use jiff::Timestamp;
use jiff::tz::Offset;

/// Most characters of a value or a reason in an addendum.
pub const MOST_TEXT: usize = 4000;

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
    line(&format!("Thời gian: {}", told(of.visit.check_in.as_ref().map_or(of.visit.window.start, |c| c.at))));
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
            line(&scored(&of_list.code, score));
        }
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
fn scored(code: &str, score: &FrozenScore) -> String {
    let percent = score.basis_points.map_or("–".to_owned(), |p| format!("{},{:02}%", p / 100, p % 100));
    let mut words = format!("{code}: {}/{} điểm ({percent})", decimal(score.points), decimal(score.weight));
    if let Some(label) = &score.label {
        words.push_str(&format!(" | {}", one_line(&label.vi)));
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

/// Confirmed ones as such, candidates as what they are; dismissed and lapsed ones are no part of the minutes. Sorted by their
/// words, so that the order tells nothing of who entered them when.
fn findings(all: &[Finding], kind: Kind) -> Vec<String> {
    let told = all.iter().filter(|f| f.kind == kind && !matches!(f.state, State::Dismissed | State::Lapsed));
    let mut lines: Vec<String> = told
        .map(|finding| {
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
        })
        .collect();
    lines.sort_unstable();
    lines
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

/// An answer that takes the place of the one in the minutes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// Of which checklist.
    pub template_version: TemplateVersionId,
    /// What is answered.
    pub answer: Answer,
    /// What it amounts to.
    pub outcome: Outcome,
}

/// What is changed about signed minutes: added, never written over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addendum {
    /// Of which visit.
    pub visit: VisitId,
    /// Counts those of a visit, from 1.
    pub number: i32,
    /// Which item it is about; `None` for anything else.
    pub item: Option<String>,
    /// The answer as it should have been, for an item: what figures take from then on.
    pub answer: Option<Correction>,
    /// As it stands in the minutes.
    pub was: String,
    /// As it should read.
    pub becomes: String,
    /// Why.
    pub reason: String,
    /// Who wrote it.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
    /// SHA-256 (hex) over what came before it and its own words.
    pub sha256: String,
}

impl Addendum {
    /// Checks what somebody adds.
    ///
    /// # Errors
    /// `minutes.addendum` for a text that is none, or one that changes nothing.
    pub fn checked(mut self) -> Result<Self, Refusal> {
        let read = |raw: &str, field: &str| {
            text::required(raw, MOST_TEXT)
                .map_err(|why| rule("minutes.addendum", field, &format!("The text {why}.")))
        };
        self.was = read(&self.was, "/was")?;
        self.becomes = read(&self.becomes, "/becomes")?;
        self.reason = read(&self.reason, "/reason")?;
        if self.was == self.becomes {
            return Err(rule("minutes.addendum", "/becomes", "An addendum changes something."));
        }
        Ok(self)
    }

    /// Ties it to what came before: the document's hash, or the previous addendum's.
    #[must_use]
    pub fn chained(mut self, before: &str) -> Self {
        let item = self.item.as_deref().unwrap_or_default();
        let parts = [before, &self.number.to_string(), item, &self.was, &self.becomes, &self.reason];
        let words = parts.map(one_line).join("\n");
        self.sha256 = sha256(&format!("{words}\n{}\n{}\n", self.by, self.at));
        self
    }
}

/// The answers of a visit as they are known: each as the last addendum to its item has it. Who answered and when stays.
#[must_use]
pub fn corrected(mut answers: Vec<Response>, addenda: &[Addendum]) -> Vec<Response> {
    for added in addenda {
        let (Some(item), Some(correction)) = (&added.item, &added.answer) else { continue };
        let same = |answer: &&mut Response| {
            answer.item == *item && answer.template_version == correction.template_version
        };
        if let Some(answer) = answers.iter_mut().find(same) {
            answer.answer = correction.answer.clone();
            answer.outcome = correction.outcome;
        }
    }
    answers
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that can't make its input should stop")]

    use super::*;
    use crate::response::Decimal;
    use uuid::Uuid;

    fn addendum(was: &str, becomes: &str) -> Addendum {
        Addendum {
            visit: VisitId(Uuid::nil()),
            number: 1,
            item: Some("OSS-B03".to_owned()),
            answer: None,
            was: was.to_owned(),
            becomes: becomes.to_owned(),
            reason: "Ghi nhầm".to_owned(),
            by: AccountId(Uuid::nil()),
            at: Timestamp::UNIX_EPOCH,
            sha256: String::new(),
        }
    }

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

    #[test]
    fn an_addendum_says_both_values_and_why() {
        assert!(addendum("có", "không").checked().is_ok());
        for (was, becomes) in [("", "không"), ("có", ""), ("có", "có ")] {
            assert_eq!(addendum(was, becomes).checked().unwrap_err().code, "minutes.addendum");
        }
    }

    #[test]
    fn each_addendum_rests_on_what_came_before() {
        let (one, other) = (addendum("có", "không").chained("a"), addendum("có", "không").chained("b"));
        assert_ne!(one.sha256, other.sha256);
        assert_eq!(one.sha256, addendum("có", "không").chained("a").sha256);
    }
}
