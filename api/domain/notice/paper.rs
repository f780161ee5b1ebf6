//! A notice as it is printed, and the canonical text that its signature freezes.

use super::{Notice, Section, date_line, number_line, said_as_counted};
use crate::canonical::one_line;
use crate::ids::UnitId;
use jiff::civil::Date;

/// What stands on the paper, from top to bottom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// Bodies above the issuer, top first.
    pub above: Vec<String>,
    /// The issuer, as printed.
    pub issuer: String,
    /// `Số: 05/TB-UBND`.
    pub number: String,
    /// `Hà Đông, ngày 10 tháng 7 năm 2013`; room for it where there is none yet.
    pub day: String,
    /// `THÔNG BÁO`.
    pub heading: &'static str,
    /// What it is about.
    pub title: String,
    /// What it corrects, what it sums up, and the opening: a paragraph each.
    pub opening: Vec<String>,
    /// Headings with their sentences.
    pub sections: Vec<(String, Vec<String>)>,
    /// Who gets it, in order.
    pub recipients: Vec<String>,
    /// `Lưu: VT, NV.`
    pub archive: String,
    /// In what capacity it is signed, a line each.
    pub capacity: Vec<String>,
    /// The signer's name.
    pub signer: String,
    /// Whether it is signed: what is not is no more than a draft.
    pub is_signed: bool,
}

const ROMAN: [&str; 4] = ["I", "II", "III", "IV"];

fn printed(day: Date) -> String {
    format!("{:02}/{:02}/{:04}", day.day(), day.month(), day.year())
}

impl Paper {
    /// Sets a notice out.
    #[must_use]
    pub fn of(notice: &Notice) -> Self {
        let content = &notice.content;
        // What a sentence calls was checked when it was written.
        let said = |text: &str| said_as_counted(text, &notice.figures).unwrap_or_else(|_| text.to_owned());
        let mut letterhead = content.letterhead.clone();
        let issuer = letterhead.pop().unwrap_or_else(|| content.issuer.to_uppercase());
        let mut opening = Vec::new();
        if let Some(corrected) = &notice.corrects {
            let form = content.form.name();
            opening.push(format!("{form} này đính chính {}.", corrected.called));
        }
        opening.push(sums_up(notice));
        let paragraphs = said(&content.opening);
        opening.extend(
            paragraphs.lines().map(one_line).filter(|line| !line.is_empty()).map(|line| begun(&line)),
        );
        let told = content.sections.iter().zip(ROMAN);
        let sections = told.map(|((section, lines), roman)| {
            let line = |line: &super::Line| {
                let mut words = begun(&one_line(&said(&line.text)));
                if section.has_addressees() {
                    words.push_str(&addressed(notice, *section, &line.addressees));
                }
                words
            };
            (format!("{roman}. {}", section.heading()), lines.iter().map(line).collect())
        });
        let signing = notice.signing.as_ref();
        Self {
            above: letterhead,
            issuer,
            number: number_line(signing.map(|of| of.number), &content.symbol),
            day: signing
                .map_or("…, ngày … tháng … năm …".to_owned(), |of| date_line(&of.place, of.on)),
            heading: content.form.heading(),
            title: content.title.clone(),
            opening,
            sections: sections.collect(),
            recipients: notice.recipients.iter().map(|to| to.name.clone()).collect(),
            archive: format!("Lưu: {}.", content.archive),
            capacity: signing.map(|of| of.signer.capacity.clone()).unwrap_or_default(),
            signer: signing.map(|of| of.signer.name.clone()).unwrap_or_default(),
            is_signed: signing.is_some(),
        }
    }
}

/// A sentence begins with a capital, whatever figure it begins with.
fn begun(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// What it comes from, as a sentence.
fn sums_up(notice: &Notice) -> String {
    let visits = notice.visits.len();
    match &notice.content.source {
        super::Source::Visit => format!("Kết quả dưới đây được tổng hợp từ {visits} lượt kiểm tra."),
        super::Source::Meeting { title, place, held_on } => {
            let day = |day: Option<Date>| day.map(printed).unwrap_or_default();
            let (from, to) = (day(notice.cover.from), day(notice.cover.to));
            format!(
                "{title} được tổ chức tại {place} ngày {}, tổng hợp {visits} lượt kiểm tra từ ngày {from} đến ngày {to}.",
                printed(*held_on)
            )
        }
    }
}

/// Who is to do it: each by name, or everybody who gets the notice.
fn addressed(notice: &Notice, section: Section, units: &[UnitId]) -> String {
    if units.is_empty() {
        return String::new();
    }
    let what =
        if section == Section::Demands { "Đơn vị thực hiện" } else { "Nơi nhận kiến nghị" };
    let all = notice.recipients.iter().filter(|to| to.unit.is_some()).count();
    if units.len() == all && all > 1 {
        return format!(" ({what}: {all} đơn vị nêu tại Nơi nhận.)");
    }
    let asked = notice.recipients.iter().filter(|to| to.unit.is_some_and(|unit| units.contains(&unit)));
    let names: Vec<&str> = asked.map(|to| to.name.as_str()).collect();
    format!(" ({what}: {}.)", names.join(", "))
}

/// The canonical text: what is printed, and each figure with the query that made it, and with the names that a sentence
/// tells.
#[must_use]
pub fn document(notice: &Notice) -> String {
    let paper = Paper::of(notice);
    let mut out = String::new();
    // Whatever somebody wrote stays within its line: what is hashed reads in one way alone.
    let mut line = |words: &str| {
        out.push_str(&one_line(words));
        out.push('\n');
    };
    for above in paper.above.iter().chain([&paper.issuer, &paper.number, &paper.day]) {
        line(above);
    }
    line("");
    line(paper.heading);
    line(&paper.title);
    paper.opening.iter().for_each(|words| line(words));
    for (heading, sentences) in &paper.sections {
        line("");
        line(heading);
        for (n, words) in sentences.iter().enumerate() {
            line(&format!("{}. {words}", n + 1));
        }
    }
    line("");
    line("SỐ LIỆU");
    for figure in &notice.figures {
        line(&counted(notice, figure));
    }
    line("");
    line("Nơi nhận:");
    for to in paper.recipients.iter().chain([&paper.archive]) {
        line(&format!("- {to}"));
    }
    line("");
    for words in paper.capacity.iter().chain([&paper.signer]) {
        line(words);
    }
    out
}

/// A figure in one line: its name, what was asked, over what, what came out, of whom a sentence tells, when.
fn counted(notice: &Notice, figure: &super::Figure) -> String {
    let query = &figure.query;
    let named: Vec<String> = [
        query.template.clone().map(|of| format!("template={of}")),
        query.item.clone().map(|of| format!("item={of}")),
        query.critical.map(|of| format!("critical={of}")),
        query.class.map(|of| format!("class={}", of.as_str())),
        query.unit.map(|of| format!("unit={of}")),
    ]
    .into_iter()
    .flatten()
    .collect();
    let of = if named.is_empty() { String::new() } else { format!(" {}", named.join(" ")) };
    let whole = figure.whole.map(|whole| format!("/{whole}")).unwrap_or_default();
    // Whoever may read one of its totals may not know whom it counts.
    let names = |units: &[super::Named], aspect| {
        let told = units.iter().filter(|_| notice.content.calls(figure, aspect));
        told.map(|unit| unit.name.as_str()).collect::<Vec<_>>().join(", ")
    };
    format!(
        "{}: {}{of} | campaign={} visits={} | {}{whole} | {} | {} | {}",
        figure.key,
        query.measure.as_str(),
        notice.campaign,
        notice.visits.len(),
        figure.part,
        names(&figure.units, "names"),
        names(&figure.others, "others"),
        figure.counted_at
    )
}
