//! What a notice says: whose paper it is, what it sums up, strengths first, then shortcomings, demands, recommendations.

use super::figure::{MOST_FIGURES, calls_known, is_called};
use super::{Asked, Cover, Figure, Form, Symbol};
use crate::ids::UnitId;
use crate::refusal::{FieldFault, Refusal};
use crate::text;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Most recipients of one notice; a province has fewer than 200 communes.
pub const MOST_RECIPIENTS: usize = 500;
/// Most visits that are named one by one.
const MOST_VISITS: usize = 1000;
/// Most sentences of one section.
const MOST_LINES: usize = 100;
/// Most characters of a sentence.
const MOST_TEXT: usize = 4000;
/// Most lines above the issuer.
const MOST_LETTERHEAD: usize = 4;

words! {
    /// Part of a notice, in the order of the paper.
    Section {
        /// Ưu điểm.
        Strengths = "strengths",
        /// Tồn tại, hạn chế.
        Shortcomings = "shortcomings",
        /// Yêu cầu: what units must do.
        Demands = "demands",
        /// Kiến nghị: what is asked of somebody apart from findings.
        Recommendations = "recommendations",
    }
}

impl Section {
    /// Its heading, as printed.
    #[must_use]
    pub fn heading(self) -> &'static str {
        match self {
            Self::Strengths => "ƯU ĐIỂM",
            Self::Shortcomings => "TỒN TẠI, HẠN CHẾ",
            Self::Demands => "YÊU CẦU",
            Self::Recommendations => "KIẾN NGHỊ",
        }
    }

    /// Whether its sentences are addressed to somebody.
    #[must_use]
    pub fn has_addressees(self) -> bool {
        matches!(self, Self::Demands | Self::Recommendations)
    }
}

/// A sentence of a section.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Its words; figures stand in braces by their names.
    pub text: String,
    /// Of whom it is asked, all of them recipients.
    pub addressees: Vec<UnitId>,
}

/// What a notice comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Source {
    /// One visit, or several.
    Visit,
    /// A review meeting (sơ kết, tổng kết, giao ban), over the visits of a period.
    Meeting {
        /// What it was: `Hội nghị sơ kết 6 tháng đầu năm 2013`.
        title: String,
        /// Where it was held.
        place: String,
        /// When.
        held_on: Date,
    },
}

impl Source {
    /// As sent.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Visit => "visit",
            Self::Meeting { .. } => "meeting",
        }
    }
}

/// The words of a notice, checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// What it comes from.
    pub source: Source,
    /// What sort of paper it is.
    pub form: Form,
    /// What follows its number.
    pub symbol: Symbol,
    /// Whose numbers it counts among: `UBND quận Hà Đông`.
    pub issuer: String,
    /// What is printed above the number instead of the issuer: the body above, then the issuer in full.
    pub letterhead: Vec<String>,
    /// What it is about (trích yếu).
    pub title: String,
    /// What stands before the sections; may be empty.
    pub opening: String,
    /// Its sections, those that say something.
    pub sections: BTreeMap<Section, Vec<Line>>,
    /// Where the filed copy goes: `VT`, `VT, NV`.
    pub archive: String,
}

impl Content {
    /// Whether one of its sentences calls this of a figure, as `names` or `others`.
    #[must_use]
    pub fn calls(&self, figure: &Figure, aspect: &str) -> bool {
        let lines = self.sections.values().flatten().map(|line| line.text.as_str());
        lines.chain([self.opening.as_str()]).any(|text| is_called(text, figure, aspect))
    }
}

/// Somebody who is to get it: a unit, or anybody by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// A unit of the register.
    pub unit: Option<UnitId>,
    /// As printed.
    pub name: Option<String>,
}

/// What somebody writes.
#[derive(Clone, Debug)]
pub struct Wish {
    /// What it comes from.
    pub source: Source,
    /// Which visits it sums up.
    pub cover: Cover,
    /// What sort of paper.
    pub form: Form,
    /// What follows its number.
    pub symbol: String,
    /// Who issues it.
    pub issuer: String,
    /// What is printed above the number instead.
    pub letterhead: Vec<String>,
    /// What it is about.
    pub title: String,
    /// What stands before the sections.
    pub opening: String,
    /// Its sections.
    pub sections: BTreeMap<Section, Vec<Line>>,
    /// Its figures.
    pub figures: Vec<Asked>,
    /// Who gets it.
    pub recipients: Vec<Wanted>,
    /// Where the filed copy goes.
    pub archive: String,
}

/// What somebody wrote, checked.
#[derive(Clone, Debug)]
pub struct Written {
    /// The words.
    pub content: Content,
    /// Which visits it sums up.
    pub cover: Cover,
    /// Figures to be counted.
    pub figures: Vec<Asked>,
    /// Who gets it.
    pub recipients: Vec<Wanted>,
}

/// Reads texts and collects what is wrong with them.
#[derive(Default)]
struct Reader {
    faults: Vec<FieldFault>,
}

impl Reader {
    fn fault(&mut self, at: impl Into<String>, code: &str, why: impl ToString) {
        self.faults.push(FieldFault::new(at, code, why));
    }

    fn required(&mut self, at: &str, raw: &str, limit: usize) -> String {
        text::required(raw, limit).map_err(|why| self.fault(at, "text.refused", why)).unwrap_or_default()
    }

    fn optional(&mut self, at: &str, raw: &str, limit: usize) -> String {
        text::optional(raw, limit).map_err(|why| self.fault(at, "text.refused", why)).unwrap_or_default()
    }

    fn day(&mut self, at: &str, day: Date) {
        if !(1945..=2100).contains(&day.year()) {
            self.fault(at, "date.out-of-range", "is not between the years 1945 and 2100");
        }
    }

    fn source(&mut self, said: Source, cover: &Cover) -> Source {
        let Cover { from, to, visits, .. } = cover;
        if visits.len() > MOST_VISITS {
            self.fault("/covers/visits", "notice.covers", "names at most 1,000 visits");
        }
        for (at, day) in [("/covers/from", from), ("/covers/to", to)] {
            if let Some(day) = day {
                self.day(at, *day);
            }
        }
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            self.fault("/covers/to", "notice.covers", "lies before the first day");
        }
        match said {
            Source::Visit => {
                if visits.is_empty() {
                    self.fault("/covers/visits", "notice.covers", "names no visit");
                }
                Source::Visit
            }
            Source::Meeting { title, place, held_on } => {
                if from.is_none() || to.is_none() {
                    self.fault(
                        "/covers/from",
                        "notice.covers",
                        "a meeting sums up a period: name both its days",
                    );
                }
                self.day("/source/held_on", held_on);
                Source::Meeting {
                    title: self.required("/source/title", &title, 300),
                    place: self.required("/source/place", &place, 200),
                    held_on,
                }
            }
        }
    }

    fn figures(&mut self, asked: &[Asked]) {
        if asked.len() > MOST_FIGURES {
            self.fault("/figures", "notice.figure", "has at most 50 figures");
        }
        let mut keys = BTreeSet::new();
        for (n, one) in asked.iter().take(MOST_FIGURES).enumerate() {
            let at = format!("/figures/{n}");
            self.faults.extend(one.faults(&at));
            if !keys.insert(&one.key) {
                self.fault(format!("{at}/key"), "notice.figure", "is used twice");
            }
        }
    }

    fn recipients(&mut self, wanted: Vec<Wanted>) -> Vec<Wanted> {
        if wanted.len() > MOST_RECIPIENTS {
            self.fault("/recipients", "notice.recipients", "has at most 500 recipients");
        }
        let (mut kept, mut units) = (Vec::new(), BTreeSet::new());
        for (n, one) in wanted.into_iter().take(MOST_RECIPIENTS).enumerate() {
            let at = format!("/recipients/{n}");
            match (one.unit, one.name) {
                (Some(unit), None) if !units.insert(unit) => {
                    self.fault(at, "notice.recipients", "is named twice");
                }
                (unit @ Some(_), None) => kept.push(Wanted { unit, name: None }),
                (None, Some(name)) => {
                    let name = Some(self.required(&format!("{at}/name"), &name, 200));
                    kept.push(Wanted { unit: None, name });
                }
                _ => self.fault(at, "notice.recipients", "is either a unit or a name"),
            }
        }
        kept
    }

    fn calls(&mut self, at: &str, text: &str, figures: &[Asked]) {
        if let Err(what) = calls_known(text, figures) {
            let detail = format!("{{{what}}} is no figure of this notice");
            self.fault(at, "notice.placeholder", detail);
        }
    }

    fn section(
        &mut self,
        section: Section,
        lines: Vec<Line>,
        figures: &[Asked],
        told: &[Wanted],
    ) -> Vec<Line> {
        let name = section.as_str();
        if lines.len() > MOST_LINES {
            self.fault(format!("/{name}"), "notice.section", "has at most 100 sentences");
        }
        let mut kept = Vec::new();
        for (n, line) in lines.into_iter().take(MOST_LINES).enumerate() {
            let at = format!("/{name}/{n}");
            let text = self.required(&format!("{at}/text"), &line.text, MOST_TEXT);
            self.calls(&format!("{at}/text"), &text, figures);
            let (mut addressees, mut known) = (line.addressees, BTreeSet::new());
            addressees.retain(|unit| known.insert(*unit));
            let are_told = addressees.iter().all(|unit| told.iter().any(|to| to.unit == Some(*unit)));
            if !are_told || (!addressees.is_empty() && !section.has_addressees()) {
                let detail = "are units among the recipients, of demands and recommendations";
                self.fault(format!("{at}/addressees"), "notice.addressees", detail);
            }
            kept.push(Line { text, addressees });
        }
        kept
    }
}

impl Wish {
    /// Checks what somebody writes; texts come back in NFC.
    ///
    /// # Errors
    /// `invalid` with every field that breaks a rule.
    pub fn checked(self) -> Result<Written, Refusal> {
        let mut read = Reader::default();
        let source = read.source(self.source, &self.cover);
        let symbol = Symbol::parse(&self.symbol, self.form);
        if symbol.is_none() {
            let detail = format!("is no symbol such as {}-UBND", self.form.abbreviation());
            read.fault("/symbol", "notice.symbol", detail);
        }
        read.figures(&self.figures);
        let recipients = read.recipients(self.recipients);
        let opening = read.optional("/opening", &self.opening, MOST_TEXT);
        read.calls("/opening", &opening, &self.figures);
        let mut sections = BTreeMap::new();
        for (section, lines) in self.sections {
            let lines = read.section(section, lines, &self.figures, &recipients);
            if !lines.is_empty() {
                sections.insert(section, lines);
            }
        }
        if self.letterhead.len() > MOST_LETTERHEAD {
            read.fault("/letterhead", "notice.letterhead", "has at most 4 lines");
        }
        let above = self.letterhead.iter().take(MOST_LETTERHEAD).enumerate();
        let letterhead =
            above.map(|(n, line)| read.required(&format!("/letterhead/{n}"), line, 200)).collect();
        let issuer = read.required("/issuer", &self.issuer, 200);
        let title = read.required("/title", &self.title, 500);
        // "Lưu:" and the full stop are printed around it.
        let archive = self.archive.trim().trim_start_matches("Lưu:").trim().trim_end_matches('.');
        let archive = read.required("/archive", archive, 60);
        let Some(symbol) = symbol.filter(|_| read.faults.is_empty()) else {
            return Err(Refusal::invalid(read.faults));
        };
        let form = self.form;
        let content = Content { source, form, symbol, issuer, letterhead, title, opening, sections, archive };
        Ok(Written { content, cover: self.cover, figures: self.figures, recipients })
    }
}
