//! The documents that checklists rest on, each once, with the items that cite it: the library of an inspectorate.

use super::{Checklist, LegalBasis};
use crate::campaign::DocumentNumber;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Who cites a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Citation {
    /// Code of the checklist.
    pub template: String,
    /// Its version.
    pub version: i32,
    /// Code of the item.
    pub item: String,
}

/// A document with the days it holds and who cites it. Said of other days elsewhere, it stands there again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// What it is called, and between which days it holds.
    pub basis: LegalBasis,
    /// Number and symbol, where its name holds them: `11-HD/HU`.
    pub number: Option<DocumentNumber>,
    /// The day on it, where its name says so: `ngày 13/6/2018`.
    pub issued_on: Option<Date>,
    /// In the order of checklists and items' codes.
    pub cited_by: Vec<Citation>,
}

/// The number in a document's name.
fn number(name: &str) -> Option<DocumentNumber> {
    let plain = |word: &'_ str| word.trim_matches(['(', ')', ',', ';', '.']).to_owned();
    name.split_whitespace().find_map(|word| DocumentNumber::parse(&plain(word)).ok())
}

/// The day in a document's name, written `ngày 13/6/2018`.
fn day(name: &str) -> Option<Date> {
    let mut words = name.split_whitespace().skip_while(|word| *word != "ngày").skip(1);
    let mut parts = words.next()?.trim_matches(['(', ')', ',', ';', '.']).split('/');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// The documents that these versions of checklists cite; with a day, only those that hold on it. By name.
#[must_use]
pub fn references<'a>(
    lists: impl IntoIterator<Item = (&'a str, i32, &'a Checklist)>,
    on: Option<Date>,
) -> Vec<Reference> {
    let mut by: BTreeMap<(String, Option<Date>, Option<Date>), Vec<Citation>> = BTreeMap::new();
    for (template, version, list) in lists {
        for item in list.items() {
            let holding = item.legal_basis.iter().filter(|basis| on.is_none_or(|day| basis.holds_on(day)));
            for LegalBasis { document, valid_from, valid_to } in holding {
                let cited = Citation { template: template.to_owned(), version, item: item.code.clone() };
                by.entry((document.clone(), *valid_from, *valid_to)).or_default().push(cited);
            }
        }
    }
    by.into_iter()
        .map(|((document, valid_from, valid_to), mut cited_by)| {
            cited_by.sort_unstable();
            cited_by.dedup();
            let (number, issued_on) = (number(&document), day(&document));
            Reference { basis: LegalBasis { document, valid_from, valid_to }, number, issued_on, cited_by }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that can't go on should stop here")]
    use super::*;
    use crate::campaign::IssuerKind;

    #[test]
    fn numbers_and_days_are_found_in_names() {
        for (name, written, kind, on) in [
            (
                "Hướng dẫn số 11-HD/HU ngày 13/6/2018 của Ban Thường vụ Huyện ủy Mỹ Đức",
                Some("11-HD/HU"),
                Some(IssuerKind::Party),
                Some(jiff::civil::date(2018, 6, 13)),
            ),
            ("Nghị định 61/2018/NĐ-CP", Some("61/2018/NĐ-CP"), Some(IssuerKind::State), None),
            (
                "Nghị định 63/2010/NĐ-CP (kiểm soát TTHC)",
                Some("63/2010/NĐ-CP"),
                Some(IssuerKind::State),
                None,
            ),
            ("Quy tắc ứng xử của cán bộ, công chức", None, None, None),
            ("TCVN ISO 9001", None, None, None),
        ] {
            assert_eq!(number(name).map(|n| n.written).as_deref(), written, "{name}");
            assert_eq!(number(name).map(|n| n.issuer_kind()), kind, "{name}");
            assert_eq!(day(name), on, "{name}");
        }
        assert_eq!(day("ngày 31/02/2020"), None);
    }
}
