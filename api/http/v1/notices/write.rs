//! Notices as they are written over HTTP: what they sum up, what they say, to whom.

use super::view::{NoticeView, answer};
use crate::app::App;
use crate::domain::campaign::round::TargetClass;
use crate::domain::ids::{CampaignId, NoticeId, UnitId, VisitId};
use crate::domain::notice::{Asked, Cover, Form, Line, Measure, Query, Section, Source, Wanted, Wish};
use crate::flows::notices::write as flow;
use crate::http::actor::Caller;
use crate::http::body::Body;
use crate::http::headers::IfMatch;
use crate::http::problem::Problem;
use crate::http::vocabulary;
use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, post, put, web};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Both operations.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(draft_notice).service(rewrite_notice);
}

/// What a notice comes from.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = NoticeSource)]
pub enum SourceView {
    /// One visit, or several.
    Visit {},
    /// A review meeting, over the visits of a period.
    Meeting {
        /// What it was, up to 300 characters.
        #[schema(example = "Hội nghị sơ kết 6 tháng đầu năm 2013")]
        title: String,
        /// Where it was held.
        #[schema(example = "Hà Đông")]
        place: String,
        /// When.
        #[schema(example = "2013-07-08")]
        held_on: Date,
    },
}

impl From<SourceView> for Source {
    fn from(said: SourceView) -> Self {
        match said {
            SourceView::Visit {} => Self::Visit,
            SourceView::Meeting { title, place, held_on } => Self::Meeting { title, place, held_on },
        }
    }
}

impl From<&Source> for SourceView {
    fn from(of: &Source) -> Self {
        match of.clone() {
            Source::Visit => Self::Visit {},
            Source::Meeting { title, place, held_on } => Self::Meeting { title, place, held_on },
        }
    }
}

/// Which visits are summed up, of those that were handed in. The writer may see each of them: of a period every one.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NoticeCover)]
pub struct CoverView {
    /// First day that counts; needed for a meeting.
    #[serde(default)]
    #[schema(example = "2013-01-01")]
    from: Option<Date>,
    /// Last day that counts; needed for a meeting.
    #[serde(default)]
    #[schema(example = "2013-06-30")]
    to: Option<Date>,
    /// At this unit or below.
    #[serde(default)]
    unit: Option<Uuid>,
    /// These alone, at most 1,000; every one of the days where none is named. Needed where there was no meeting.
    #[serde(default)]
    #[schema(max_items = 1000)]
    visits: Vec<Uuid>,
}

impl From<CoverView> for Cover {
    fn from(said: CoverView) -> Self {
        let visits = said.visits.into_iter().map(VisitId).collect();
        Self { from: said.from, to: said.to, unit: said.unit.map(UnitId), visits }
    }
}

impl From<&Cover> for CoverView {
    fn from(of: &Cover) -> Self {
        let visits = of.visits.iter().map(|visit| visit.0).collect();
        Self { from: of.from, to: of.to, unit: of.unit.map(|unit| unit.0), visits }
    }
}

/// A sentence of a notice.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NoticeLine)]
pub struct LineView {
    /// Up to 4,000 characters. `{key.ratio}`, `{key.count}`, `{key.whole}`, `{key.percent}`, `{key.words}`, `{key.names}`,
    /// `{key.others}` and, of an item, `{key.basis}` (the laws it rests on) stand for a figure: words for shares are never typed.
    #[schema(
        min_length = 1,
        max_length = 4000,
        example = "{d02.words} phường, {d02.ratio}, chưa niêm yết đủ bộ thủ tục hành chính."
    )]
    text: String,
    /// Of demands and recommendations: whom they are addressed to, all of them recipients.
    #[serde(default)]
    #[schema(max_items = 500)]
    addressees: Vec<Uuid>,
}

impl From<LineView> for Line {
    fn from(said: LineView) -> Self {
        Self { text: said.text, addressees: said.addressees.into_iter().map(UnitId).collect() }
    }
}

impl From<&Line> for LineView {
    fn from(of: &Line) -> Self {
        Self { text: of.text.clone(), addressees: of.addressees.iter().map(|unit| unit.0).collect() }
    }
}

/// What is counted over the visits that a notice sums up.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NoticeQuery)]
pub struct QueryView {
    /// What is counted.
    #[schema(value_type = vocabulary::NoticeMeasure)]
    measure: Measure,
    /// Of items: code of the checklist, where an item's code stands in several.
    #[serde(default)]
    #[schema(example = "OSS")]
    template: Option<String>,
    /// Of items, and perhaps of findings: code of the item.
    #[serde(default)]
    #[schema(example = "OSS-D02")]
    item: Option<String>,
    /// Of findings: critical ones alone, or the others.
    #[serde(default)]
    critical: Option<bool>,
    /// Of coverage: which sort of unit.
    #[serde(default)]
    #[schema(value_type = Option<vocabulary::TargetClass>)]
    class: Option<TargetClass>,
    /// Of coverage: below which unit. The targets of the campaign's rounds where none is named, which is refused until
    /// its fieldwork is closed: recipients would read where teams are still going.
    #[serde(default)]
    unit: Option<Uuid>,
}

impl From<QueryView> for Query {
    fn from(said: QueryView) -> Self {
        let QueryView { measure, template, item, critical, class, unit } = said;
        Self { measure, template, item, critical, class, unit: unit.map(UnitId) }
    }
}

impl From<&Query> for QueryView {
    fn from(of: &Query) -> Self {
        let Query { measure, template, item, critical, class, unit } = of.clone();
        Self { measure, template, item, critical, class, unit: unit.map(|unit| unit.0) }
    }
}

/// A figure that is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FigureWanted {
    /// What sentences call it: a small letter, then small letters, digits and `_`.
    #[schema(min_length = 1, max_length = 30, pattern = "^[a-z][a-z0-9_]*$", example = "d02")]
    key: String,
    /// What is counted.
    query: QueryView,
}

/// Somebody who is to get it: a unit, which acknowledges, or anybody by name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecipientWanted {
    /// A unit of the register.
    #[serde(default)]
    unit: Option<Uuid>,
    /// As printed.
    #[serde(default)]
    #[schema(example = "Thường trực HĐND quận")]
    name: Option<String>,
}

fn filed() -> String {
    "VT".to_owned()
}

/// Everything that is written of a notice.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "source": { "kind": "meeting", "title": "Hội nghị sơ kết 6 tháng đầu năm 2013", "place": "Hà Đông",
        "held_on": "2013-07-08" },
    "covers": { "from": "2013-01-01", "to": "2013-06-30" },
    "form": "announcement", "symbol": "TB-UBND", "issuer": "UBND quận Hà Đông",
    "letterhead": ["UBND THÀNH PHỐ HÀ NỘI", "ỦY BAN NHÂN DÂN QUẬN HÀ ĐÔNG"],
    "title": "Kết luận về thực hiện Năm kỷ cương hành chính 6 tháng đầu năm 2013",
    "figures": [{ "key": "d02", "query": { "measure": "item", "item": "OSS-D02" } }],
    "strengths": [{ "text": "Thái độ phục vụ đúng mực, tiếp dân đúng thành phần." }],
    "shortcomings": [{ "text": "{d02.words} phường, {d02.ratio}, chưa niêm yết đủ bộ thủ tục hành chính." }],
    "demands": [{ "text": "Niêm yết đủ bộ thủ tục hành chính trong 15 ngày.",
        "addressees": ["d4c3b2a1-0f9e-4d8c-b7a6-958473625140"] }],
    "recipients": [{ "unit": "d4c3b2a1-0f9e-4d8c-b7a6-958473625140" }, { "name": "Thường trực HĐND quận" }]
}))]
pub struct NoticeContent {
    /// What it comes from.
    source: SourceView,
    /// Which visits it sums up.
    covers: CoverView,
    /// What sort of paper it is.
    #[schema(value_type = vocabulary::NoticeForm)]
    form: Form,
    /// What follows its number: `TB-…` for an announcement, `KL-…` for a conclusion, in capitals.
    #[schema(min_length = 3, max_length = 30)]
    symbol: String,
    /// Whose numbers it counts among.
    #[schema(min_length = 1, max_length = 200)]
    issuer: String,
    /// What is printed above the number instead of the issuer: the body above, then the issuer in full; 4 lines at most.
    #[serde(default)]
    #[schema(max_items = 4)]
    letterhead: Vec<String>,
    /// What it is about (trích yếu).
    #[schema(min_length = 1, max_length = 500)]
    title: String,
    /// What stands before the sections; may call figures.
    #[serde(default)]
    #[schema(max_length = 4000)]
    opening: String,
    /// Its figures, 50 at most: counted when this is sent, and copied.
    #[serde(default)]
    #[schema(max_items = 50)]
    figures: Vec<FigureWanted>,
    /// Ưu điểm; printed first.
    #[serde(default)]
    #[schema(max_items = 100)]
    strengths: Vec<LineView>,
    /// Tồn tại, hạn chế.
    #[serde(default)]
    #[schema(max_items = 100)]
    shortcomings: Vec<LineView>,
    /// Yêu cầu: what units must do.
    #[serde(default)]
    #[schema(max_items = 100)]
    demands: Vec<LineView>,
    /// Kiến nghị, apart from findings.
    #[serde(default)]
    #[schema(max_items = 100)]
    recommendations: Vec<LineView>,
    /// Who gets it, 500 at most.
    #[serde(default)]
    #[schema(max_items = 500)]
    recipients: Vec<RecipientWanted>,
    /// Where the filed copy goes.
    #[serde(default = "filed")]
    #[schema(min_length = 1, max_length = 60, default = "VT", example = "VT, NV")]
    archive: String,
}

impl From<NoticeContent> for Wish {
    fn from(said: NoticeContent) -> Self {
        let sections = BTreeMap::from([
            (Section::Strengths, said.strengths),
            (Section::Shortcomings, said.shortcomings),
            (Section::Demands, said.demands),
            (Section::Recommendations, said.recommendations),
        ]);
        let lines = |of: Vec<LineView>| of.into_iter().map(Line::from).collect();
        let figure = |of: FigureWanted| Asked { key: of.key, query: of.query.into() };
        let recipient = |of: RecipientWanted| Wanted { unit: of.unit.map(UnitId), name: of.name };
        Self {
            source: said.source.into(),
            cover: said.covers.into(),
            form: said.form,
            symbol: said.symbol,
            issuer: said.issuer,
            letterhead: said.letterhead,
            title: said.title,
            opening: said.opening,
            sections: sections.into_iter().map(|(section, of)| (section, lines(of))).collect(),
            figures: said.figures.into_iter().map(figure).collect(),
            recipients: said.recipients.into_iter().map(recipient).collect(),
            archive: said.archive,
        }
    }
}

/// A notice that is begun.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticeBegun {
    /// Under which campaign.
    campaign: Uuid,
    /// The issued notice of the same campaign that this one corrects; every unit that got it gets this one, too.
    #[serde(default)]
    corrects: Option<Uuid>,
    /// What is written.
    content: NoticeContent,
}

/// Draft a notice
///
/// Sums up visits of a campaign that were handed in, or those of a meeting's period. Its figures are counted now and kept
/// as copies, with the queries that made them; sentences call them by their keys. What is wrong in a notice that was
/// issued is told in a new one that `corrects` it.
#[utoipa::path(tag = "notices", request_body = NoticeBegun, responses(
    (status = 201, description = "Drafted.", body = NoticeView,
        headers(("Location" = String, description = "Where it is."), ("ETag" = String, description = "Its version."))),
    (status = 404, description = "There is no such campaign, or none that you may see."),
    (status = 409, description = "`campaign.state`: the campaign has nothing to tell yet, or never will.")))]
#[post("/v1/notices")]
pub async fn draft_notice(
    app: web::Data<App>,
    caller: Caller,
    said: Body<NoticeBegun>,
) -> Result<HttpResponse, Problem> {
    let NoticeBegun { campaign, corrects, content } = said.0;
    let about = (CampaignId(campaign), corrects.map(NoticeId));
    let new = flow::draft(&app, &caller.0, about, content.into()).await;
    let new = new.map_err(|why| Problem::from(why).below("/content", &["/campaign", "/corrects"]))?;
    let mut with = HttpResponse::Created();
    with.insert_header((LOCATION, format!("/v1/notices/{}", new.notice.id)));
    Ok(answer(with, &new))
}

/// Rewrite a notice
///
/// All of it, as long as nobody has signed it; its figures are counted anew. One that was reviewed is a draft again.
#[utoipa::path(tag = "notices", request_body = NoticeContent,
    params(("notice" = Uuid, Path, description = "Which notice."),
        ("If-Match" = String, Header, description = "Its `ETag` as last read.")), responses(
    (status = 200, description = "Rewritten.", body = NoticeView,
        headers(("ETag" = String, description = "Its next version."))),
    (status = 409, description = "`notice.frozen`: it is signed."),
    (status = 412, description = "`version.stale`: somebody changed it meanwhile."),
    (status = 428, description = "`version.missing`: `If-Match` is needed.")))]
#[put("/v1/notices/{notice}")]
pub async fn rewrite_notice(
    app: web::Data<App>,
    caller: Caller,
    notice: web::Path<Uuid>,
    version: IfMatch,
    said: Body<NoticeContent>,
) -> Result<HttpResponse, Problem> {
    let held = flow::rewrite(&app, &caller.0, NoticeId(*notice), version.0, said.0.into()).await?;
    Ok(answer(HttpResponse::Ok(), &held))
}
