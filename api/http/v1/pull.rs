//! Pull: what has changed since a phone last asked.

use crate::app::App;
use crate::domain::ids::FollowerId;
use crate::flows::visits::pull::{self as flow, Cursor, Item, Part};
use crate::http::actor::Caller;
use crate::http::body::Params;
use crate::http::paging;
use crate::http::problem::Problem;
use crate::http::v1::actions::view::ActionView;
use crate::http::v1::company::{AttendeeView, GuidanceView};
use crate::http::v1::findings::view::FindingView;
use crate::http::v1::minutes::MinutesDocument;
use crate::http::v1::photos::PhotoView;
use crate::http::v1::recommendations::RecommendationView;
use crate::http::v1::responses::ResponseView;
use crate::http::v1::visits::VisitView;
use actix_web::{HttpRequest, HttpResponse, get, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// The operation.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(pull_changes);
}

/// The list that cursors name.
const LIST: &str = "sync";
/// Items on a page where the caller says nothing.
const DEFAULT_LIMIT: i64 = 100;

/// Something that is not as the phone was told before. Each `state` is what reading it by itself answers; keep it in place of
/// what is held under the same id.
#[derive(Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schema(as = SyncItem)]
pub enum ItemView {
    /// The visit itself.
    Visit {
        /// Which visit.
        visit: Uuid,
        /// Whether it is told from its beginning: drop what is held of it first; everything of it follows.
        whole: bool,
        /// As `/v1/visits/{visit}` has it.
        state: Box<VisitView>,
    },
    /// Its minutes as a document.
    Minutes {
        /// Of which visit.
        visit: Uuid,
        /// As `/v1/visits/{visit}/minutes` has them.
        state: Box<MinutesDocument>,
    },
    /// An answer.
    Response {
        /// Of which visit.
        visit: Uuid,
        /// Its id.
        id: Uuid,
        /// As `/v1/visits/{visit}/responses` has it.
        state: Box<ResponseView>,
    },
    /// Somebody who received the team.
    Attendee {
        /// At which visit.
        visit: Uuid,
        /// Its id.
        id: Uuid,
        /// Whether it was taken back: drop it.
        removed: bool,
        /// As `/v1/visits/{visit}/attendees` has it; `null` where it was taken back.
        state: Option<AttendeeView>,
    },
    /// An entry of the guidance log.
    Guidance {
        /// Of which visit.
        visit: Uuid,
        /// Its id.
        id: Uuid,
        /// Whether it was taken back: drop it.
        removed: bool,
        /// As `/v1/visits/{visit}/guidance` has it; `null` where it was taken back.
        state: Option<GuidanceView>,
    },
    /// A finding.
    Finding {
        /// Of which visit.
        visit: Uuid,
        /// Its id.
        id: Uuid,
        /// As `/v1/findings/{finding}` has it. Who holds it in the place of its unit is as of when it was told.
        state: Box<FindingView>,
    },
    /// A recommendation.
    Recommendation {
        /// Of which visit.
        visit: Uuid,
        /// Its id.
        id: Uuid,
        /// As `/v1/visits/{visit}/recommendations` has it.
        state: Box<RecommendationView>,
    },
    /// A corrective action.
    Action {
        /// The visit it came from.
        visit: Uuid,
        /// Its id.
        id: Uuid,
        /// As `/v1/corrective-actions/{action}` has it. Who holds it in the place of its owner, and how late it is, are as of
        /// when it was told.
        state: Box<ActionView>,
    },
    /// A photo of the visit, also one that was withdrawn; or one that shows an `action` done or is a `reply_to` a finding.
    Photo {
        /// Of which visit.
        visit: Uuid,
        /// Its id.
        id: Uuid,
        /// As `/v1/photos/{photo}` has it.
        state: Box<PhotoView>,
    },
    /// The visit is not to be seen any more, or was called off: drop everything of it.
    Gone {
        /// Which visit.
        visit: Uuid,
    },
}

impl ItemView {
    fn of(item: Item, now: Timestamp) -> Self {
        let (visit, whole) = (item.visit.0, item.whole);
        match item.part {
            Part::Gone => Self::Gone { visit },
            Part::Visit(of) => Self::Visit { visit, whole, state: Box::new(VisitView::from(&*of)) },
            Part::Minutes(of) => Self::Minutes { visit, state: Box::new((*of).into()) },
            Part::Response(of, beside) => {
                let (id, state) = (of.response.id.0, ResponseView::among(&of, &beside));
                Self::Response { visit, id, state: Box::new(state) }
            }
            Part::Attendee(of) => {
                let (id, removed) = (of.id.0, of.removed_at.is_some());
                Self::Attendee { visit, id, removed, state: (!removed).then(|| of.into()) }
            }
            Part::Guidance(of) => {
                let (id, removed) = (of.id.0, of.removed_at.is_some());
                Self::Guidance { visit, id, removed, state: (!removed).then(|| of.into()) }
            }
            Part::Finding(of) => {
                Self::Finding { visit, id: of.id.0, state: Box::new(FindingView::from(&*of)) }
            }
            Part::Recommendation(of) => {
                Self::Recommendation { visit, id: of.id.0, state: Box::new(RecommendationView::from(&of)) }
            }
            Part::Action(of) => {
                Self::Action { visit, id: of.id.0, state: Box::new(ActionView::of(&of, now)) }
            }
            Part::Photo(of) => {
                Self::Photo { visit, id: of.declared.id.0, state: Box::new(PhotoView::from(&*of)) }
            }
        }
    }
}

/// A page of changes.
#[derive(Serialize, ToSchema)]
#[schema(as = SyncPage)]
pub struct PageView {
    /// What is gone first, then visit by visit; apply them in this order, and keep them together with `next`.
    items: Vec<ItemView>,
    /// Where the phone is once it holds them: for the next request, whenever that is.
    #[schema(example = "9xXfUO0wqkG1…")]
    next: String,
    /// Whether there is more at once. Where it is `false` the phone holds what the server held at the instant of this page.
    #[schema(example = false)]
    more: bool,
}

/// Since when, and how much at a time.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PullFilter {
    /// Items on the page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 100)]
    limit: Option<i64>,
    /// `next` of the page before; nothing for everything from the beginning.
    cursor: Option<String>,
}

/// Pull what has changed
///
/// Everything the person may see of visits, as it differs from what this phone was told before: visits, answers, who received the
/// team, guidance, minutes, findings, recommendations, corrective actions, photos without their bytes, each as it is now. Nothing
/// is told twice unless it changed; nothing is missed, whatever is written meanwhile. A visit that was called off, or that the
/// person may see no more, is told as `gone`. Asking with a cursor says that everything told before it is held; a lost answer is
/// asked for with the same cursor again. A cursor serves the account it was given to for 90 days after its last use, and twenty
/// at once: a further beginning ends those that never came back, then the one used longest ago. After that, and after the server
/// was restored from a backup, 422 asks to begin anew: what is held and not told again until `more` is `false` is void.
#[utoipa::path(tag = "visits", params(PullFilter), responses(
    (status = 200, description = "A page.", body = PageView,
        headers(("Link" = String, description = "`rel=\"next\"`, where there is more at once.")))))]
#[get("/v1/sync")]
pub async fn pull_changes(
    app: web::Data<App>,
    caller: Caller,
    filter: Params<PullFilter>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let limit = paging::limit(filter.0.limit.or(Some(DEFAULT_LIMIT)))?;
    let at: Option<(FollowerId, i64)> = paging::open(&app, LIST, filter.0.cursor.as_deref())?;
    let at = at.map(|(follower, seq)| Cursor { follower, seq });
    let page = flow::pull(&app, &caller.0, at, limit).await?.ok_or_else(paging::not_of_this_list)?;
    let next = paging::seal(&app, LIST, (page.next.follower, page.next.seq));
    let items = page.items.into_iter().map(|item| ItemView::of(item, app.now())).collect();
    let view = PageView { items, next, more: page.more };
    Ok(paging::respond(&request, &view, view.more.then_some(view.next.as_str())))
}
