//! How minutes say things: people, times, answers, findings, numbers. Vietnamese, whoever reads them.

use crate::campaign::{Document, DocumentKind};
use crate::canonical::one_line;
use crate::finding::{self, Finding, Severity, State};
use crate::moment::{VIETNAM_OFFSET_S, vietnam_day};
use crate::recommendation::Recommendation;
use crate::response::{Answer, Outcome, Paper, YesNoNa};
use crate::template::ResponseType;
use crate::visit::CheckIn;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

/// Somebody who was there, with every title they have.
#[must_use]
pub fn present(name: &str, titles: &[String], office: &str) -> String {
    let parts = [name, &titles.join("; "), office].map(one_line);
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// When the team came, by our clock; where the phone's clock was off, what it said as well, and whether the office was
/// off.
pub(super) fn began(check_in: Option<&CheckIn>, planned: Timestamp) -> String {
    let mut words = match check_in {
        None => moment(planned),
        Some(came) if came.clock_is_off() => {
            format!("{} (đồng hồ của máy: {})", moment(came.arrived_at()), moment(came.at))
        }
        Some(came) => moment(came.arrived_at()),
    };
    if check_in.is_some_and(|came| came.in_working_time == Some(false)) {
        words.push_str(" (ngoài giờ làm việc của đơn vị)");
    }
    words
}

/// A finding as minutes and addenda print it.
#[must_use]
pub fn found(finding: &Finding) -> String {
    found_with(finding, severity)
}

/// A finding as minutes printed it before their severity was told in words.
#[must_use]
pub fn found_in_codes(finding: &Finding) -> String {
    found_with(finding, Severity::as_str)
}

/// A finding with the laws on which its item rests, as minutes print it.
#[must_use]
pub fn based(finding: &Finding) -> String {
    let laws: Vec<String> = finding.legal_basis.iter().map(|law| one_line(law)).collect();
    let words = found(finding);
    if laws.is_empty() { words } else { format!("{words} | căn cứ: {}", laws.join("; ")) }
}

/// What a team asks of somebody, and of whom, as minutes print it.
#[must_use]
pub fn recommended(of: &Recommendation) -> String {
    let to: Vec<String> = of.addressees.iter().map(|to| one_line(&to.path)).collect();
    format!("{} | gửi: {}", one_line(&of.text), to.join("; "))
}

/// That the lead does not stand by a finding, as an addendum prints it.
#[must_use]
pub fn dismissed(finding: &Finding) -> String {
    let about = finding.item.as_deref().or(finding.category.as_deref()).unwrap_or("–");
    format!("{about}: {} | không xác nhận", one_line(&finding.statement))
}

/// An earlier finding and what a re-inspection saw of it; `None` where nobody has said.
#[must_use]
pub fn looked_at(earlier: &Finding, seen: Option<(finding::Outcome, &str)>) -> String {
    use finding::Outcome::{Fixed, NoLongerApplicable, NotFixed, PartlyFixed};
    let about = earlier.item.as_deref().or(earlier.category.as_deref()).unwrap_or("–");
    let (outcome, note) = match seen {
        None => ("chưa ghi nhận kết quả", ""),
        Some((Fixed, note)) => ("đã khắc phục", note),
        Some((PartlyFixed, note)) => ("khắc phục một phần", note),
        Some((NotFixed, note)) => ("chưa khắc phục, lập phát hiện lặp lại", note),
        Some((NoLongerApplicable, note)) => ("không còn áp dụng", note),
    };
    let parts = [earlier.statement.as_str(), outcome, note].map(one_line);
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    format!("{about}: {}", parts.join(" | "))
}

/// How grave a finding is (source: tồn tại, hạn chế; khuyết điểm; vi phạm).
fn severity(of: Severity) -> &'static str {
    match of {
        Severity::Shortcoming => "tồn tại, hạn chế",
        Severity::Defect => "khuyết điểm",
        Severity::Violation => "vi phạm",
    }
}

fn found_with(finding: &Finding, graded: fn(Severity) -> &'static str) -> String {
    let about = finding.item.as_deref().or(finding.category.as_deref()).unwrap_or("–");
    let mut words = format!("{about}: {}", one_line(&finding.statement));
    if let Some(severity) = finding.severity {
        words.push_str(&format!(" | {}", graded(severity)));
    }
    for (is, mark) in [
        (finding.critical, " | nghiêm trọng"),
        (finding.repeat_count > 0, " | lặp lại"),
        (finding.state == State::Candidate && finding.awaits_verification(), " | chờ xác minh"),
        (finding.state == State::Candidate && !finding.awaits_verification(), " | chờ xác nhận"),
    ] {
        if is {
            words.push_str(mark);
        }
    }
    words
}

/// A day: 20/03/2026.
pub(super) fn printed(day: Date) -> String {
    format!("{:02}/{:02}/{:04}", day.day(), day.month(), day.year())
}

/// A paper that something rests on: its kind, number, day and issuer, and what it is about.
#[must_use]
pub fn cited(of: &Document) -> String {
    let kind = match of.kind {
        DocumentKind::Plan => "Kế hoạch",
        DocumentKind::Decision => "Quyết định",
        DocumentKind::Notice => "Thông báo",
    };
    let title = one_line(&of.title);
    let about = if title.is_empty() { title } else { format!(" ({title})") };
    let issuer = one_line(&of.issuer);
    format!("{kind} số {} ngày {} của {issuer}{about};", of.number.written, printed(of.issued_on))
}

/// A moment in Vietnam: 07:45, ngày 20/03/2026.
#[must_use]
pub fn moment(at: Timestamp) -> String {
    let offset = Offset::from_seconds(VIETNAM_OFFSET_S).unwrap_or(Offset::UTC);
    let local = offset.to_datetime(at);
    format!("{:02}:{:02}, ngày {}", local.hour(), local.minute(), printed(vietnam_day(at)))
}

/// An answer in words, as minutes and addenda print it: options and parts by their labels, not by their codes.
#[must_use]
pub fn answered(answer: &Answer, asked: &ResponseType) -> String {
    match answer {
        Answer::YesNoNa { value: YesNoNa::Yes, document, .. } => shown("có", document.as_ref()),
        Answer::YesNoNa { value: YesNoNa::No, .. } => "không".to_owned(),
        Answer::YesNoNa { value: YesNoNa::Na, reason, .. } => {
            format!("không áp dụng ({})", one_line(reason.as_deref().unwrap_or_default()))
        }
        Answer::Choice { value, document } => {
            let option = match asked {
                ResponseType::Choice { options } => options.iter().find(|option| option.value == *value),
                _ => None,
            };
            let said = option.map_or_else(|| value.clone(), |option| one_line(&option.label.vi));
            shown(&said, document.as_ref())
        }
        Answer::Count { value, missing, dated } => {
            let mut words = value.to_string();
            let days: Vec<String> = dated.iter().map(|day| day.strftime("%d/%m/%Y").to_string()).collect();
            let parts: Vec<String> = missing.iter().map(|part| labelled(part, asked)).collect();
            for (what, named) in [("thiếu", &parts), ("ngày", &days)] {
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

/// A part of what is counted, by its label.
fn labelled(part: &str, asked: &ResponseType) -> String {
    let known = match asked {
        ResponseType::Count { parts, .. } => parts.iter().find(|known| known.value == part),
        _ => None,
    };
    known.map_or_else(|| part.to_owned(), |known| one_line(&known.label.vi))
}

/// What is answered, with the document that shows it.
fn shown(said: &str, document: Option<&Paper>) -> String {
    document.map_or_else(|| said.to_owned(), |paper| format!("{said} ({})", one_line(&paper.told())))
}

/// Digits with a decimal comma and no zeros that say nothing.
pub(super) fn decimal(value: crate::response::Decimal) -> String {
    let millionths = value.millionths();
    let sign = if millionths < 0 { "-" } else { "" };
    let (whole, part) = (millionths.unsigned_abs() / 1_000_000, millionths.unsigned_abs() % 1_000_000);
    let part = format!("{part:06}");
    let part = part.trim_end_matches('0');
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole},{part}") }
}

pub(super) fn judged(outcome: Outcome) -> &'static str {
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
        let asked = ResponseType::Text {};
        assert_eq!(answered(&half, &asked), "40,5");
        let ratio =
            Answer::Ratio { numerator: Decimal::whole(34), denominator: Decimal::whole(36), earlier: None };
        assert_eq!(answered(&ratio, &asked), "34/36");
        assert_eq!(moment(Timestamp::UNIX_EPOCH), "07:00, ngày 01/01/1970");
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
            in_working_time: None,
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
