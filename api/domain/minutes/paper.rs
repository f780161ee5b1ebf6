//! Minutes as they are printed: the canonical text set out on paper, so that what is read is what was signed.

use super::words::moment;
use crate::canonical::one_line;
use crate::visit::{Outcome, Side, Signature};

/// A line of a printed section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// A paragraph.
    Text(String),
    /// One of a list.
    Entry(String),
}

impl Line {
    /// Whether it is one of a list.
    #[must_use]
    pub fn is_entry(&self) -> bool {
        matches!(self, Self::Entry(_))
    }

    /// Its words.
    #[must_use]
    pub fn words(&self) -> &str {
        match self {
            Self::Text(words) | Self::Entry(words) => words,
        }
    }
}

/// What stands on the paper, from top to bottom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paper {
    /// The body that sent the team, then the team.
    pub senders: Vec<String>,
    /// `Số: 05/BB-SNV`.
    pub number: String,
    /// `Minh Quang, ngày 20 tháng 3 năm 2026`.
    pub day: String,
    /// `BIÊN BẢN KIỂM TRA`.
    pub heading: String,
    /// Where.
    pub title: String,
    /// Grounds, place and time, who was there.
    pub opening: Vec<Line>,
    /// Headings with what stands below them.
    pub sections: Vec<(String, Vec<Line>)>,
}

/// Heads the last section, in which the team writes as it likes.
pub(super) const LAST: &str = "Ý KIẾN CỦA ĐOÀN";

fn set(line: &str) -> Line {
    line.strip_prefix("- ").map_or_else(|| Line::Text(line.to_owned()), |entry| Line::Entry(entry.to_owned()))
}

fn is_heading(line: &str) -> bool {
    let (roman, rest) = line.split_once(". ").unwrap_or_default();
    !roman.is_empty() && roman.chars().all(|c| matches!(c, 'I' | 'V')) && !rest.is_empty()
}

impl Paper {
    /// Sets the canonical text out. One from before there were letterheads begins with its heading.
    #[must_use]
    pub fn of(document: &str) -> Self {
        let mut paper = Self::default();
        let mut lines = document.lines().peekable();
        if lines.peek().is_some_and(|line| !line.starts_with("BIÊN BẢN")) {
            let mut head: Vec<String> =
                lines.by_ref().take_while(|line| !line.is_empty()).map(ToOwned::to_owned).collect();
            paper.day = head.pop().unwrap_or_default();
            paper.number = head.pop().unwrap_or_default();
            paper.senders = head;
        }
        paper.heading = lines.next().map(ToOwned::to_owned).unwrap_or_default();
        if let Some(title) = lines.next_if(|line| line.starts_with("Tại ")) {
            title.clone_into(&mut paper.title);
        }
        lines.next_if(|line| line.is_empty());
        let opening: Vec<Line> = lines.by_ref().take_while(|line| !line.is_empty()).map(set).collect();
        paper.opening = opening;
        for line in lines {
            let is_last = paper.sections.last().is_some_and(|(head, _)| head.ends_with(LAST));
            if !is_last && is_heading(line) {
                paper.sections.push((line.to_owned(), Vec::new()));
            } else if let Some((_, below)) = paper.sections.last_mut().filter(|_| !line.is_empty()) {
                // What the team writes is no list of ours, however its lines begin.
                below.push(if is_last { Line::Text(line.to_owned()) } else { set(line) });
            }
        }
        paper
    }
}

/// What the unit said to the minutes beside its name: an objection, or why it did not sign and before whom.
#[must_use]
pub fn statements(signatures: &[Signature]) -> Vec<String> {
    let mut told = Vec::new();
    for said in signatures.iter().filter(|said| said.side == Side::Unit) {
        match said.outcome {
            Outcome::Signed => {}
            Outcome::SignedWithObjection => {
                let objection = said.objection.as_deref().map(one_line).unwrap_or_default();
                told.push(format!("Đơn vị được kiểm tra ký và có ý kiến: {objection}"));
            }
            Outcome::SignatureRefused => {
                let [reason, witness] =
                    [&said.reason, &said.witness].map(|of| of.as_deref().map(one_line).unwrap_or_default());
                told.push(format!("Đại diện đơn vị được kiểm tra không ký biên bản. Lý do: {reason}"));
                told.push(format!("Người chứng kiến: {witness}"));
            }
        }
    }
    told
}

/// How and when a side signed, below its capacity.
#[must_use]
pub fn signed_line(said: &Signature) -> String {
    let how = match said.outcome {
        Outcome::Signed => "Đã ký",
        Outcome::SignedWithObjection => "Đã ký, có ý kiến",
        Outcome::SignatureRefused => "Không ký",
    };
    format!("({how} lúc {})", moment(said.at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_signed_is_set_out_line_by_line() {
        let text = "SỞ NỘI VỤ\nĐOÀN 1\nSố: 05/BB-SNV\nMinh Quang, ngày 20 tháng 3 năm 2026\n\nBIÊN BẢN KIỂM TRA\n\
                    Tại Xã Minh Quang\n\nLượt kiểm tra: x\nĐoàn kiểm tra:\n- Trưởng đoàn: A\n\nI. KẾT QUẢ\n- A01: có\n\n\
                    V. Ý KIẾN CỦA ĐOÀN\nI. Một là\n- hai là\n\nxong\n";
        let paper = Paper::of(text);
        assert_eq!((paper.senders.len(), paper.number.as_str()), (2, "Số: 05/BB-SNV"));
        assert_eq!(
            (paper.heading.as_str(), paper.title.as_str()),
            ("BIÊN BẢN KIỂM TRA", "Tại Xã Minh Quang")
        );
        assert_eq!(paper.opening.last(), Some(&Line::Entry("Trưởng đoàn: A".to_owned())));
        let [first, last] = &paper.sections[..] else { unreachable!("{paper:?}") };
        assert_eq!(first.1, [Line::Entry("A01: có".to_owned())]);
        assert_eq!(last.1.len(), 3, "the team's own lines make no sections");
        assert_eq!(last.1.first(), Some(&Line::Text("I. Một là".to_owned())));
    }

    #[test]
    fn minutes_from_before_letterheads_are_printed_too() {
        let paper = Paper::of("BIÊN BẢN KIỂM TRA\nLượt kiểm tra: x\n\nI. KẾT QUẢ\n- A01: có\n");
        assert!(paper.senders.is_empty() && paper.title.is_empty());
        assert_eq!((paper.opening.len(), paper.sections.len()), (1, 1));
    }
}
