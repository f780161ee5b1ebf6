//! The conclusion notices a person may see, latest first, each a card that leads to the paper.

use super::desk::Desk;
use super::visitor::SignedIn;
use super::words::{self, Badge};
use super::{Frame, PageProblem, figures, page};
use crate::app::App;
use crate::domain::ids::NoticeId;
use crate::domain::notice::{State, Summary};
use crate::flows::notices::{self, Place, Wanted};
use crate::http::context::Language;
use crate::http::{paging, read_only};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

/// Cards on a page.
const CARDS: u8 = 18;
/// The list, for its cursor.
const LIST: &str = "notices of the pages";

#[derive(Template)]
#[template(path = "notices.html")]
struct NoticesPage {
    frame: Frame,
    desk: Desk,
    cards: Vec<Card>,
    older: Option<String>,
    /// Where the first page is, where this is another.
    begin: Option<String>,
}

struct Card {
    href: String,
    title: String,
    issuer: String,
    state: Badge,
    number: Option<String>,
    day: String,
    visits: usize,
    corrects: Option<String>,
}

#[derive(Default, Deserialize)]
struct Query {
    #[serde(default)]
    cursor: Option<String>,
}

/// The list.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(read_only("/notices", web::get().to(list)));
}

async fn list(
    app: web::Data<App>,
    visitor: SignedIn,
    request: HttpRequest,
) -> Result<HttpResponse, PageProblem> {
    let desk = Desk::of(&request, &visitor);
    // Whatever can't be read is not asked for: an address that was cut shows the first page.
    let query: Query = serde_html_form::from_str(request.query_string()).unwrap_or_default();
    let after = paging::open::<(Timestamp, Uuid)>(&app, LIST, query.cursor.as_deref()).unwrap_or_default();
    let after = after.map(|(at, id)| Place { at, id: NoticeId(id) });
    // What was given up is out of the way; lists of the API tell of it.
    let states = State::ALL
        .iter()
        .copied()
        .filter(|state| !matches!(state, State::Discarded | State::Voided))
        .collect();
    let wanted = Wanted { states, after, ..Wanted::default() };
    let (found, next) = notices::page(&app, &visitor.0.actor, &wanted, CARDS).await?;
    let older = next
        .map(|place| format!("/review/notices?cursor={}", paging::seal(&app, LIST, (place.at, place.id.0))));
    let lang = desk.lang();
    let what = NoticesPage {
        frame: desk.frame.clone(),
        cards: found.into_iter().map(|notice| Card::of(notice, lang)).collect(),
        older,
        begin: after.map(|_| "/review/notices".to_owned()),
        desk,
    };
    Ok(page(StatusCode::OK, &what, None))
}

impl Card {
    fn of(notice: Summary, lang: Language) -> Self {
        Self {
            href: format!("/review/notices/{}", notice.id),
            number: notice.written_number(),
            title: notice.title,
            issuer: notice.issuer,
            state: words::notice(notice.state, lang),
            day: notice.signed_on.map(figures::day).unwrap_or_default(),
            visits: notice.visits,
            corrects: notice.corrects.map(|of| of.called),
        }
    }
}
