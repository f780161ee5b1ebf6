//! The board: every visit a person may see, latest first, each a card with what matters at a glance.

use super::desk::Desk;
use super::visitor::SignedIn;
use super::words::{self, Badge};
use super::{Frame, PageProblem, figures, page, placeholder};
use crate::app::App;
use crate::domain::ids::{CampaignId, VisitId};
use crate::domain::visit::State;
use crate::flows::review::{self, Card, Sample};
use crate::flows::visits::{self, VisitPlace, WantedVisits};
use crate::http::context::Language;
use crate::http::paging;
use crate::http::read_only;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Cards on a page.
const CARDS: u8 = 18;

#[derive(Template)]
#[template(path = "board.html")]
struct BoardPage {
    frame: Frame,
    desk: Desk,
    tabs: Vec<Tab>,
    find: Find,
    /// Title of the campaign that is looked at alone, where its title may be known.
    campaign: Option<String>,
    cards: Vec<CardView>,
    older: Option<String>,
    /// Where the first page is, where this is another.
    begin: Option<String>,
}

/// What is searched for, and where to.
struct Find {
    /// The words as they were written.
    words: String,
    state: &'static str,
    campaign: Option<Uuid>,
    /// The same board without the words.
    without: String,
}

struct Tab {
    text: &'static str,
    href: String,
    here: bool,
}

struct CardView {
    href: String,
    /// The unit itself.
    unit: String,
    /// What it belongs to.
    above: String,
    kind: &'static str,
    state: Badge,
    days: String,
    campaign: Option<(String, String)>,
    photos: Option<Figures>,
    samples: Vec<Picture>,
}

struct Figures {
    held: String,
    outside: u32,
    quarantined: u32,
}

struct Picture {
    src: String,
    blur: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
struct Query {
    #[serde(default)]
    state: Phase,
    #[serde(skip_serializing_if = "Option::is_none")]
    campaign: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    q: Option<String>,
    #[serde(skip_serializing)]
    cursor: Option<String>,
}

/// Where visits are, roughly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Phase {
    #[default]
    All,
    Open,
    Submitted,
    Final,
}

impl Phase {
    const ALL: [Self; 4] = [Self::All, Self::Open, Self::Submitted, Self::Final];

    fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Open => "open",
            Self::Submitted => "submitted",
            Self::Final => "final",
        }
    }

    fn text(self, lang: Language) -> &'static str {
        match self {
            Self::All => lang.pick("Tất cả", "All"),
            Self::Open => lang.pick("Đang tiến hành", "Under way"),
            Self::Submitted => lang.pick("Đã nộp", "Submitted"),
            Self::Final => lang.pick("Đã chốt", "Final"),
        }
    }

    fn states(self) -> Vec<State> {
        match self {
            Self::All => Vec::new(),
            Self::Open => State::ALL.into_iter().filter(|state| !state.is_over()).collect(),
            Self::Submitted => vec![State::Submitted],
            Self::Final => vec![State::Finalised],
        }
    }
}

/// The board.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(read_only("", web::get().to(board))).service(read_only("/", web::get().to(board)));
}

impl Query {
    fn of(request: &HttpRequest) -> Self {
        // Whatever can't be read is not asked for: an address that was cut shows the whole board.
        let mut asked: Self = serde_html_form::from_str(request.query_string()).unwrap_or_default();
        asked.q = asked.q.map(|words| words.trim().to_owned()).filter(|words| !words.is_empty());
        asked
    }

    fn address(&self, phase: Phase) -> String {
        let asked = Self { state: phase, ..self.clone() };
        format!("/review?{}", serde_html_form::to_string(asked).unwrap_or_default())
    }

    fn list(&self) -> String {
        format!("board {}", self.address(self.state))
    }
}

async fn board(
    app: web::Data<App>,
    visitor: SignedIn,
    request: HttpRequest,
) -> Result<HttpResponse, PageProblem> {
    let (desk, query) = (Desk::of(&request, &visitor), Query::of(&request));
    // Words that can't be searched for leave nothing out, and are shown again.
    let words = query.q.as_deref().and_then(|said| visits::words(said).ok());
    let after = paging::open::<(Timestamp, Uuid)>(&app, &query.list(), query.cursor.as_deref());
    let after = after.unwrap_or_default().map(|(start, id)| VisitPlace { start, id: VisitId(id) });
    let wanted = WantedVisits {
        campaign: query.campaign.map(CampaignId),
        words: words.clone(),
        states: query.state.states(),
        after,
        ..WantedVisits::default()
    };
    let (cards, next) = review::board(&app, &visitor.0.actor, &wanted, CARDS).await?;
    let older = next.map(|place| {
        let cursor = paging::seal(&app, &query.list(), (place.start, place.id.0));
        format!("{}&cursor={cursor}", query.address(query.state))
    });
    let lang = desk.lang();
    let what = BoardPage {
        tabs: Phase::ALL.into_iter().map(|phase| tab(&query, phase, lang)).collect(),
        campaign: query
            .campaign
            .map(|_| cards.first().and_then(|card| card.campaign.clone()).unwrap_or_default()),
        cards: cards.into_iter().map(|card| view(card, lang)).collect(),
        find: Find {
            words: query.q.clone().unwrap_or_default(),
            state: query.state.as_str(),
            campaign: query.campaign,
            without: Query { q: None, ..query.clone() }.address(query.state),
        },
        begin: wanted.after.map(|_| query.address(query.state)),
        older,
        frame: desk.frame.clone(),
        desk,
    };
    Ok(page(StatusCode::OK, &what, None))
}

fn tab(query: &Query, phase: Phase, lang: Language) -> Tab {
    Tab { text: phase.text(lang), href: query.address(phase), here: query.state == phase }
}

fn view(card: Card, lang: Language) -> CardView {
    let visit = card.visit;
    let (unit, above) = split(&visit.unit_path);
    CardView {
        href: format!("/review/visits/{}", visit.id),
        unit: unit.to_owned(),
        above: above.to_owned(),
        kind: words::kind(visit.kind, lang),
        state: words::state(visit.state, lang),
        days: figures::days(visit.window.start, visit.window.end),
        campaign: card.campaign.map(|title| (format!("/review?campaign={}", visit.campaign), title)),
        photos: card.photos.map(|tally| Figures {
            held: figures::whole(tally.held.into(), lang),
            outside: tally.outside,
            quarantined: tally.quarantined,
        }),
        samples: card.samples.iter().map(picture).collect(),
    }
}

fn picture(sample: &Sample) -> Picture {
    Picture {
        src: format!("/review/photos/{}/image/320", sample.id),
        blur: sample.placeholder.as_deref().and_then(placeholder::draw),
    }
}

/// A printed path as the unit and what it belongs to.
#[must_use]
pub fn split(path: &str) -> (&str, &str) {
    path.split_once(", ").unwrap_or((path, ""))
}
