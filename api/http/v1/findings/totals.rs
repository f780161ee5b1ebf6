//! Figures of a campaign's findings: totals that name nobody, with the lists behind them.

use crate::app::App;
use crate::domain::finding::{Kind, Outcome, State};
use crate::domain::ids::CampaignId;
use crate::domain::visit::{self, Ratio};
use crate::flows::findings::totals as flow;
use crate::http::actor::Caller;
use crate::http::problem::Problem;
use crate::http::v1::reports::rows::Rows;
use crate::http::v1::visits::view::RatioView;
use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Reads a share of a count.
pub(in crate::http::v1) fn ratio(part: i64, whole: i64) -> RatioView {
    let count = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
    Ratio { numerator: count(part), denominator: count(whole) }.into()
}

/// What re-inspections saw of one item's findings.
#[derive(Serialize, ToSchema)]
pub struct RepeatedItem {
    /// The item; `null` for free findings together.
    #[schema(example = "CON-G01")]
    item: Option<String>,
    /// As before, of those looked at again.
    repeated: RatioView,
    /// Gone, of those looked at again.
    fixed: RatioView,
    /// Lists of the findings counted; `null` where you may not list all of them.
    rows: Option<RepeatedItemRows>,
}

/// Addresses of the lists of findings behind an item's figures.
#[derive(Serialize, ToSchema)]
pub struct RepeatedItemRows {
    /// Looked at again.
    #[schema(
        example = "/v1/findings?campaign=c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33&item=CON-G01&outcome=fixed"
    )]
    looked_at: String,
    /// As before.
    #[schema(
        example = "/v1/findings?campaign=c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33&item=CON-G01&outcome=not_fixed"
    )]
    repeated: String,
    /// Gone.
    #[schema(
        example = "/v1/findings?campaign=c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33&item=CON-G01&outcome=fixed"
    )]
    fixed: String,
}

/// What re-inspections of a campaign saw.
#[derive(Serialize, ToSchema)]
pub struct ReInspectionFigures {
    /// Gone, of the findings looked at again.
    fixed: RatioView,
    /// Better, not gone.
    partly_fixed: RatioView,
    /// As before: a repeated finding was opened.
    repeated: RatioView,
    /// The question does not arise any more.
    no_longer_applicable: RatioView,
    /// Confirmed at re-inspections, repeating none, and not withdrawn.
    new_findings: i64,
    /// Items, most often repeated first.
    repeat_ranking: Vec<RepeatedItem>,
    /// Lists of the findings counted; `null` where you may not list all of them.
    rows: Option<ReInspectionRows>,
}

/// Addresses of the lists of findings behind what re-inspections saw.
#[derive(Serialize, ToSchema)]
pub struct ReInspectionRows {
    /// Looked at again.
    #[schema(
        example = "/v1/findings?campaign=c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33&outcome=fixed&outcome=not_fixed"
    )]
    looked_at: String,
    /// Gone.
    #[schema(example = "/v1/findings?campaign=c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33&outcome=fixed")]
    fixed: String,
    /// Better, not gone.
    #[schema(example = "/v1/findings?campaign=c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33&outcome=partly_fixed")]
    partly_fixed: String,
    /// As before.
    #[schema(example = "/v1/findings?campaign=c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33&outcome=not_fixed")]
    repeated: String,
    /// The question does not arise any more.
    #[schema(
        example = "/v1/findings?campaign=c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33&outcome=no_longer_applicable"
    )]
    no_longer_applicable: String,
    /// Confirmed at re-inspections, repeating none, and not withdrawn.
    #[schema(
        example = "/v1/findings?campaign=c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33&visit_kind=re_inspection&repeated=false"
    )]
    new_findings: String,
}

/// Confirmed findings of one cause.
#[derive(Serialize, ToSchema)]
pub struct CauseFigures {
    /// The cause.
    #[schema(example = "Điều chỉnh địa giới hành chính")]
    root_cause: String,
    /// How many.
    findings: i64,
    /// The list of them; `null` where you may not list all of them.
    #[schema(
        example = "/v1/findings?campaign=c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33&root_cause=%C4%90i%E1%BB%81u%20ch%E1%BB%89nh"
    )]
    rows: Option<String>,
}

/// Figures of a campaign's findings.
#[derive(Serialize, ToSchema)]
pub struct FindingFigures {
    /// Confirmed at some time.
    #[schema(example = 44)]
    confirmed: i64,
    /// Those that are open.
    open: i64,
    /// Waiting for a lead.
    candidates: i64,
    /// Critical among the confirmed.
    critical: RatioView,
    /// Withdrawn after an explanation.
    withdrawn: i64,
    /// Open, with neither an action nor a reason for none.
    without_action: i64,
    /// Confirmed strengths.
    strengths: i64,
    /// What re-inspections saw.
    re_inspection: ReInspectionFigures,
    /// By cause, most first.
    root_causes: Vec<CauseFigures>,
    /// Lists of the findings counted; `null` where you may not list all of them.
    rows: Option<FindingFigureRows>,
}

/// Addresses of the lists of findings behind a campaign's figures.
#[derive(Serialize, ToSchema)]
pub struct FindingFigureRows {
    /// Confirmed at some time.
    #[schema(
        example = "/v1/findings?campaign=c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33&kind=finding&state=confirmed"
    )]
    confirmed: String,
    /// Those that are open.
    #[schema(
        example = "/v1/findings?campaign=c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33&kind=finding&state=confirmed"
    )]
    open: String,
    /// Waiting for a lead.
    #[schema(
        example = "/v1/findings?campaign=c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33&kind=finding&state=candidate"
    )]
    candidates: String,
    /// Critical among the confirmed.
    #[schema(
        example = "/v1/findings?campaign=c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33&state=confirmed&critical=true"
    )]
    critical: String,
    /// Withdrawn after an explanation.
    #[schema(example = "/v1/findings?campaign=c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33&state=withdrawn")]
    withdrawn: String,
    /// Open, with neither an action nor a reason for none.
    #[schema(example = "/v1/findings?campaign=c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33&without_action=true")]
    without_action: String,
    /// Confirmed strengths.
    #[schema(
        example = "/v1/findings?campaign=c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33&kind=strength&state=confirmed"
    )]
    strengths: String,
}

/// What a campaign's lists are made of.
struct Lists {
    all: Rows,
    shortfalls: Rows,
}

impl Lists {
    fn of(campaign: CampaignId) -> Self {
        let all = Rows::of("/v1/findings").with("campaign", campaign);
        Self { shortfalls: all.clone().with("kind", Kind::Shortfall.as_str()), all }
    }

    fn figures(&self) -> FindingFigureRows {
        let confirmed = self.shortfalls.clone().each("state", State::once_confirmed());
        let in_state = |rows: &Rows, state: State| rows.clone().with("state", state.as_str()).into();
        FindingFigureRows {
            critical: confirmed.clone().with("critical", true).into(),
            confirmed: confirmed.into(),
            open: self.shortfalls.clone().each("state", State::open()).into(),
            candidates: in_state(&self.shortfalls, State::Candidate),
            withdrawn: in_state(&self.all, State::Withdrawn),
            without_action: self.all.clone().with("without_action", true).into(),
            strengths: in_state(&self.all.clone().with("kind", Kind::Strength.as_str()), State::Confirmed),
        }
    }

    fn re_inspections(&self) -> ReInspectionRows {
        let new = self.shortfalls.clone().each("state", State::standing());
        let new = new.with("visit_kind", visit::Kind::ReInspection.as_str()).with("repeated", false);
        ReInspectionRows {
            looked_at: seen(&self.shortfalls, Outcome::ALL),
            fixed: seen(&self.shortfalls, &[Outcome::Fixed]),
            partly_fixed: seen(&self.shortfalls, &[Outcome::PartlyFixed]),
            repeated: seen(&self.shortfalls, &[Outcome::NotFixed]),
            no_longer_applicable: seen(&self.shortfalls, &[Outcome::NoLongerApplicable]),
            new_findings: new.into(),
        }
    }

    fn item(&self, item: Option<&str>) -> RepeatedItemRows {
        let rows = self.shortfalls.clone();
        let rows = match item {
            Some(item) => rows.with("item", item),
            None => rows.with("free", true),
        };
        RepeatedItemRows {
            looked_at: seen(&rows, Outcome::ALL),
            repeated: seen(&rows, &[Outcome::NotFixed]),
            fixed: seen(&rows, &[Outcome::Fixed]),
        }
    }

    fn cause(&self, cause: &str) -> String {
        self.shortfalls.clone().each("state", State::standing()).with("root_cause", cause).into()
    }
}

fn seen(rows: &Rows, outcomes: &[Outcome]) -> String {
    rows.clone().each("outcome", outcomes.iter().map(|outcome| outcome.as_str())).into()
}

impl FindingFigures {
    fn of(of: &flow::Figures, campaign: CampaignId) -> Self {
        let lists = of.are_listed.then(|| Lists::of(campaign));
        let lists = lists.as_ref();
        let sum = |count: fn(&flow::Again) -> i64| of.again.iter().map(count).sum::<i64>();
        let seen = sum(|item| item.looked_at);
        let ranking = of.again.iter().map(|item| RepeatedItem {
            item: item.item.clone(),
            repeated: ratio(item.repeated, item.looked_at),
            fixed: ratio(item.fixed, item.looked_at),
            rows: lists.map(|lists| lists.item(item.item.as_deref())),
        });
        let cause = |of: &flow::OfCause| CauseFigures {
            root_cause: of.cause.clone(),
            findings: of.findings,
            rows: lists.map(|lists| lists.cause(&of.cause)),
        };
        Self {
            confirmed: of.counts.confirmed,
            open: of.counts.open,
            candidates: of.counts.candidates,
            critical: ratio(of.counts.critical, of.counts.confirmed),
            withdrawn: of.counts.withdrawn,
            without_action: of.counts.without_action,
            strengths: of.counts.strengths,
            re_inspection: ReInspectionFigures {
                fixed: ratio(sum(|item| item.fixed), seen),
                partly_fixed: ratio(sum(|item| item.partly_fixed), seen),
                repeated: ratio(sum(|item| item.repeated), seen),
                no_longer_applicable: ratio(sum(|item| item.no_longer_applicable), seen),
                new_findings: of.new_at_re_inspection,
                repeat_ranking: ranking.collect(),
                rows: lists.map(Lists::re_inspections),
            },
            root_causes: of.causes.iter().map(cause).collect(),
            rows: lists.map(Lists::figures),
        }
    }
}

/// Read figures of findings
///
/// Totals of a campaign that name no unit: also for heads of units it was at, who see no other unit's findings. Whoever may
/// list everything that was counted is given the lists.
#[utoipa::path(tag = "findings", params(("campaign" = Uuid, Path, description = "Of which campaign.")), responses(
    (status = 200, description = "The figures.", body = FindingFigures)))]
#[get("/v1/campaigns/{campaign}/finding-figures")]
pub async fn read_finding_figures(
    app: web::Data<App>,
    caller: Caller,
    campaign: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let campaign = CampaignId(*campaign);
    let figures = flow::of_findings(&app, &caller.0, campaign).await?;
    Ok(HttpResponse::Ok().json(FindingFigures::of(&figures, campaign)))
}
