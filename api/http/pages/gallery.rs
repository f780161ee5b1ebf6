//! One visit: what each checklist asked, what was answered, and the photos that show it.

use super::board::split;
use super::desk::Desk;
use super::tile::Tile;
use super::visitor::SignedIn;
use super::words::{self, Badge};
use super::{Frame, PageProblem, figures, page};
use crate::app::App;
use crate::domain::ids::VisitId;
use crate::domain::minutes::{Corrected, Known};
use crate::domain::moment::vietnam_day;
use crate::domain::photo::State;
use crate::domain::place::Verdict;
use crate::domain::response::{Answer, Outcome, Paper, Response, YesNoNa};
use crate::domain::template::{Bilingual, Item, ResponseType};
use crate::flows::review::{self, Gallery, MOST_PHOTOS, Photo, TemplateVersion};
use crate::http::context::Language;
use crate::http::read_only;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use jiff::civil::Date;
use uuid::Uuid;

#[derive(Template)]
#[template(path = "gallery.html")]
struct GalleryPage {
    frame: Frame,
    desk: Desk,
    unit: String,
    above: String,
    kind: &'static str,
    state: Badge,
    days: String,
    campaign: Option<(String, String)>,
    check_in: Option<CheckIn>,
    ended_because: Option<String>,
    /// Where its minutes are, once they are drafted.
    minutes: Option<String>,
    /// Answers and photos, counted.
    counts: Vec<Count>,
    lists: Vec<ListView>,
    /// Photos of the visit as a whole, or of items that no checklist has.
    loose: Vec<Tile>,
    withdrawn: Vec<Tile>,
    /// Photos that have not come, and sent a preview.
    previews: Vec<Tile>,
    /// Photos that were promised and have not come.
    awaited: usize,
    /// Whether photos are for this reader.
    readable: bool,
    /// Whether there is not one photo.
    empty: bool,
    /// Where there are more photos than are shown.
    most: Option<String>,
}

struct CheckIn {
    time: String,
    verdict: Badge,
    distance: Option<String>,
}

struct Count {
    badge: Badge,
    number: String,
}

struct ListView {
    code: String,
    title: String,
    sections: Vec<SectionView>,
    /// Items that were neither answered nor photographed.
    silent: Vec<(String, String)>,
}

struct SectionView {
    title: String,
    items: Vec<ItemView>,
}

struct ItemView {
    code: String,
    question: String,
    critical: bool,
    guide: Option<Guide>,
    answer: Option<AnswerView>,
    photos: Vec<Tile>,
}

/// The picture an item shows beside its guidance.
struct Guide {
    src: String,
    alt: String,
}

/// An answer in words.
#[derive(Clone, Debug)]
pub struct AnswerView {
    /// What was answered.
    pub text: String,
    /// Free words.
    pub note: String,
    /// What it amounts to.
    pub outcome: Badge,
    /// What an addendum to the minutes corrected, where one did.
    pub corrected: Option<String>,
}

/// One visit.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(read_only("/visits/{visit}", web::get().to(gallery)));
}

async fn gallery(
    app: web::Data<App>,
    visitor: SignedIn,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, PageProblem> {
    let desk = Desk::of(&request, &visitor);
    let found = review::gallery(&app, &visitor.0.actor, VisitId(path.into_inner())).await?;
    Ok(page(StatusCode::OK, &view(desk, found), None))
}

/// The words of a text in the page's language; Vietnamese where nobody translated it.
#[must_use]
pub fn said(text: &Bilingual, lang: Language) -> String {
    match lang {
        Language::En if !text.en.is_empty() => text.en.clone(),
        _ => text.vi.clone(),
    }
}

fn view(desk: Desk, found: Gallery) -> GalleryPage {
    let lang = desk.lang();
    let (unit, above) = split(&found.visit.unit_path);
    let photos = found.photos.as_deref().unwrap_or_default();
    let asked = |photo: &&Photo| {
        let item = photo.declared.item.as_deref();
        item.is_some_and(|code| found.checklists.iter().any(|list| list.body.item(code).is_some()))
    };
    let tiles =
        |of: Vec<&Photo>| of.into_iter().map(|photo| Tile::of(photo, found.originals, lang)).collect();
    let held = || photos.iter().filter(|photo| photo.state.is_held());
    let visit = &found.visit;
    GalleryPage {
        unit: unit.to_owned(),
        above: above.to_owned(),
        kind: words::kind(visit.kind, lang),
        state: words::state(visit.state, lang),
        days: figures::days(visit.window.start, visit.window.end),
        campaign: found.campaign.clone().map(|title| (format!("/review?campaign={}", visit.campaign), title)),
        check_in: visit.check_in.as_ref().map(|at| CheckIn {
            time: figures::time(at.at),
            verdict: words::verdict(at.verdict, lang),
            distance: at.distance_m.filter(|m| *m > 0.0).map(|m| figures::metres(m, lang)),
        }),
        ended_because: visit.ended_because.clone(),
        minutes: visit.minutes.as_ref().map(|_| format!("/review/visits/{}/minutes", visit.id)),
        counts: counts(&found, lang),
        lists: found.checklists.iter().map(|list| list_view(list, &found, lang)).collect(),
        loose: tiles(held().filter(|photo| !asked(photo)).collect()),
        withdrawn: tiles(photos.iter().filter(|photo| photo.state == State::Withdrawn).collect()),
        previews: tiles(
            photos
                .iter()
                .filter(|photo| photo.state == State::Announced && photo.preview_shown().is_some())
                .collect(),
        ),
        awaited: photos.iter().filter(|photo| photo.state == State::Announced).count(),
        readable: found.photos.is_some(),
        empty: held().count() == 0,
        most: (i64::try_from(photos.len()) == Ok(MOST_PHOTOS)).then(|| MOST_PHOTOS.to_string()),
        frame: desk.frame.clone(),
        desk,
    }
}

fn counts(found: &Gallery, lang: Language) -> Vec<Count> {
    let number = |n: usize| figures::whole(u64::try_from(n).unwrap_or(u64::MAX), lang);
    let mut counts: Vec<Count> = Outcome::ALL
        .into_iter()
        .map(|outcome| {
            let n = found.responses.iter().filter(|answer| answer.response.outcome == outcome).count();
            (words::outcome(outcome, lang), n)
        })
        .filter(|(_, n)| *n > 0)
        .map(|(badge, n)| Count { badge, number: number(n) })
        .collect();
    let held = || found.photos.iter().flatten().filter(|photo| photo.state.is_held());
    for verdict in [Verdict::Inside, Verdict::Outside, Verdict::CannotTell] {
        let n = held().filter(|photo| photo.place.verdict == verdict).count();
        if n > 0 {
            counts.push(Count { badge: words::verdict(verdict, lang), number: number(n) });
        }
    }
    counts
}

fn list_view(list: &TemplateVersion, found: &Gallery, lang: Language) -> ListView {
    let mut silent = Vec::new();
    let mut sections = Vec::new();
    for section in &list.body.sections {
        let mut items = Vec::new();
        for item in &section.items {
            match item_view(list, item, found, lang) {
                Some(item) => items.push(item),
                None => silent.push((item.code.clone(), said(&item.question, lang))),
            }
        }
        if !items.is_empty() {
            sections.push(SectionView { title: said(&section.title, lang), items });
        }
    }
    ListView { code: list.code.clone(), title: said(&list.body.title, lang), sections, silent }
}

fn item_view(list: &TemplateVersion, item: &Item, found: &Gallery, lang: Language) -> Option<ItemView> {
    let answer = found
        .responses
        .iter()
        .find(|answer| answer.response.item == item.code && answer.response.template_version == list.id)
        .map(|answer| answer_view(item, answer, lang));
    let photos: Vec<Tile> = found
        .photos
        .iter()
        .flatten()
        .filter(|photo| photo.state.is_held() && photo.declared.item.as_deref() == Some(item.code.as_str()))
        .map(|photo| Tile::of(photo, found.originals, lang))
        .collect();
    (answer.is_some() || !photos.is_empty()).then(|| ItemView {
        code: item.code.clone(),
        question: said(&item.question, lang),
        critical: item.critical,
        guide: item.picture.as_ref().map(|picture| Guide {
            src: format!("/review/pictures/{}/{}", list.template, picture.sha256),
            alt: said(&picture.alt, lang),
        }),
        answer,
        photos,
    })
}

/// An answer in words.
#[must_use]
pub fn answer_view(item: &Item, answer: &Known, lang: Language) -> AnswerView {
    let response = &answer.response;
    AnswerView {
        corrected: answer.corrected.as_ref().map(|of| stood(item, response, of, lang)),
        text: words_of(item, response, lang),
        note: response.note.clone(),
        outcome: words::outcome(response.outcome, lang),
    }
}

/// Which addendum an answer is by, and what stands in the minutes.
fn stood(item: &Item, response: &Response, of: &Corrected, lang: Language) -> String {
    let before = Response { answer: of.was.clone(), ..response.clone() };
    let (number, outcome) = (of.addendum, words::outcome(of.outcome, lang).text);
    let was = words_of(item, &before, lang);
    match lang {
        Language::Vi => format!("Theo phụ lục số {number}; biên bản ghi: {was} ({outcome})"),
        Language::En => format!("By addendum {number}; the minutes say: {was} ({outcome})"),
    }
}

fn words_of(item: &Item, response: &Response, lang: Language) -> String {
    let answer = &response.answer;
    let unit = match &item.response {
        ResponseType::Count { unit, .. } | ResponseType::Number { unit, .. } => words::unit(unit, lang),
        _ => String::new(),
    };
    match answer {
        Answer::YesNoNa { value: YesNoNa::Yes, document, .. } => {
            shown(lang.pick("Có", "Yes").to_owned(), document.as_ref())
        }
        Answer::YesNoNa { value: YesNoNa::No, .. } => lang.pick("Không", "No").to_owned(),
        Answer::YesNoNa { value: YesNoNa::Na, reason, .. } => reason.clone().unwrap_or_default(),
        Answer::Choice { value, document } => {
            shown(label(item, value, vietnam_day(response.answered.at), lang), document.as_ref())
        }
        Answer::Count { value, missing, .. } => {
            let count = format!("{} {unit}", figures::whole(u64::from(*value), lang));
            match missing_parts(item, missing, lang).as_str() {
                "" => count,
                parts => format!("{count} ({} {parts})", lang.pick("thiếu:", "missing:")),
            }
        }
        Answer::Number { value } => format!("{} {unit}", figures::decimal(*value, lang)),
        Answer::Ratio { numerator, denominator, .. } => {
            let of =
                format!("{}/{}", figures::decimal(*numerator, lang), figures::decimal(*denominator, lang));
            match answer.basis_points() {
                Some(share) => format!("{of} = {}", figures::percent(share, lang)),
                None => of,
            }
        }
        Answer::Text { value } => value.clone(),
    }
}

/// What is answered, with the document that shows it.
fn shown(text: String, document: Option<&Paper>) -> String {
    match document {
        Some(paper) => format!("{text} ({})", paper.told()),
        None => text,
    }
}

/// What people read of the parts that are missing.
fn missing_parts(item: &Item, missing: &[String], lang: Language) -> String {
    let ResponseType::Count { parts, .. } = &item.response else { return String::new() };
    let named = parts.iter().filter(|part| missing.contains(&part.value));
    named.map(|part| said(&part.label, lang)).collect::<Vec<_>>().join("; ")
}

/// What people read of an option; a value that stands twice means what it meant on the day of the answer.
fn label(item: &Item, value: &str, day: Date, lang: Language) -> String {
    let ResponseType::Choice { options } = &item.response else { return value.to_owned() };
    let named = || options.iter().filter(|option| option.value == value);
    let chosen = named().find(|option| option.holds_on(day)).or_else(|| named().next());
    chosen.map_or_else(|| value.to_owned(), |option| said(&option.label, lang))
}
