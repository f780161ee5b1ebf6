//! A campaign as the API shows it.

use crate::domain::campaign::Document;
use crate::domain::visit::Ratio;
use crate::flows::campaigns::{Campaign, Held, Merger};
use crate::http::v1::visits::RatioView;
use crate::http::vocabulary;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A plan, a decision or a notice.
#[derive(Serialize, ToSchema)]
#[schema(as = Document)]
pub struct DocumentView {
    /// Its id.
    id: Uuid,
    /// Which of them.
    #[schema(value_type = vocabulary::DocumentKind)]
    kind: &'static str,
    /// As written.
    #[schema(example = "4889/QĐ-UBND")]
    written: String,
    /// The number alone.
    #[schema(example = 4889)]
    number: i32,
    /// The symbol alone, with the year where it is written.
    #[schema(example = "QĐ-UBND")]
    symbol: String,
    /// The year of its series.
    #[schema(example = 2021)]
    year: i16,
    /// Whether a body of the state or of the party issued it, as its number tells.
    #[schema(value_type = vocabulary::IssuerKind)]
    issuer_kind: &'static str,
    /// Who issued it.
    #[schema(example = "UBND huyện Nông Sơn")]
    issuer: String,
    /// The day on it.
    issued_on: Date,
    /// What it is about.
    #[schema(example = "Thành lập đoàn kiểm tra công vụ năm 2021")]
    title: String,
}

impl From<Document> for DocumentView {
    fn from(document: Document) -> Self {
        Self {
            id: document.id.0,
            kind: document.kind.as_str(),
            year: document.issued_on.year(),
            issuer_kind: document.number.issuer_kind().as_str(),
            written: document.number.written,
            number: document.number.number,
            symbol: document.number.symbol,
            issuer: document.issuer,
            issued_on: document.issued_on,
            title: document.title,
        }
    }
}

/// A campaign in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = CampaignSummary)]
pub struct SummaryView {
    /// Its id.
    id: Uuid,
    /// Whose it is.
    owner: Uuid,
    /// Title.
    #[schema(example = "Kiểm tra công vụ 6 xã huyện Nông Sơn năm 2021")]
    title: String,
    /// Kind.
    #[schema(value_type = vocabulary::CampaignKind)]
    kind: &'static str,
    /// What is looked at.
    #[schema(example = json!(["Thực thi công vụ", "Cải cách hành chính"]))]
    topics: Vec<String>,
    /// First day of the fieldwork.
    period_from: Option<Date>,
    /// Last day of the fieldwork.
    period_to: Option<Date>,
    /// What it is to achieve.
    #[schema(example = json!(["Nâng cao chỉ số cải cách hành chính"]))]
    goals: Vec<String>,
    /// First year its plan is for.
    #[schema(example = 2021)]
    year_from: Option<i16>,
    /// Last year its plan is for; `null` beside a first year means the following years too.
    #[schema(example = 2021)]
    year_to: Option<i16>,
    /// First day of the period that is looked back on.
    review_from: Option<Date>,
    /// Last day of the period that is looked back on.
    review_to: Option<Date>,
    /// With which campaign it was joined.
    merged_into: Option<Uuid>,
    /// Where it stands.
    #[schema(value_type = vocabulary::CampaignState)]
    state: &'static str,
    /// Date of the first plan.
    plan_date: Option<Date>,
    /// Date of the first decision; no visit is made before it.
    decision_date: Option<Date>,
    /// Date of the first conclusion notice.
    notice_date: Option<Date>,
    /// Counts changes.
    #[schema(example = 3)]
    version: i32,
    /// When it was entered.
    created_at: jiff::Timestamp,
}

impl From<Campaign> for SummaryView {
    fn from(campaign: Campaign) -> Self {
        Self {
            id: campaign.id.0,
            owner: campaign.owner.0,
            title: campaign.title,
            kind: campaign.kind.as_str(),
            topics: campaign.topics,
            period_from: campaign.period_from,
            period_to: campaign.period_to,
            goals: campaign.goals,
            year_from: campaign.year_from,
            year_to: campaign.year_to,
            review_from: campaign.review_from,
            review_to: campaign.review_to,
            merged_into: campaign.merged_into.map(|id| id.0),
            state: campaign.state.as_str(),
            plan_date: campaign.plan_date,
            decision_date: campaign.decision_date,
            notice_date: campaign.notice_date,
            version: campaign.version,
            created_at: campaign.created_at,
        }
    }
}

/// A campaign that ended in another, and how many visits that saved.
#[derive(Serialize, ToSchema)]
#[schema(as = Merger)]
pub struct MergerView {
    /// The campaign that ended; it stays to be read.
    campaign: Uuid,
    /// Its title.
    #[schema(example = "Kiểm tra cải cách hành chính năm 2021")]
    title: String,
    /// Announced visits of both before.
    #[schema(example = 12)]
    visits_before: i32,
    /// Announced visits of the one after.
    #[schema(example = 6)]
    visits_after: i32,
    /// Visits saved, of those before.
    reduction: RatioView,
    /// When.
    merged_at: jiff::Timestamp,
}

impl From<Merger> for MergerView {
    fn from(merger: Merger) -> Self {
        let count = |n: i32| u32::try_from(n).unwrap_or(0);
        let saved = count(merger.visits_before.saturating_sub(merger.visits_after));
        Self {
            campaign: merger.source.0,
            title: merger.title,
            visits_before: merger.visits_before,
            visits_after: merger.visits_after,
            reduction: Ratio { numerator: saved, denominator: count(merger.visits_before) }.into(),
            merged_at: merger.merged_at,
        }
    }
}

/// A campaign with its papers.
#[derive(Serialize, ToSchema)]
#[schema(as = Campaign)]
pub struct CampaignView {
    #[serde(flatten)]
    campaign: SummaryView,
    /// Plans, decisions and notices, oldest first.
    documents: Vec<DocumentView>,
    /// Campaigns that ended in this one.
    mergers: Vec<MergerView>,
    /// What is allowed and still worth a look.
    #[schema(value_type = Vec<vocabulary::CampaignWarning>)]
    warnings: Vec<&'static str>,
}

impl From<Held> for CampaignView {
    fn from(held: Held) -> Self {
        Self {
            campaign: held.campaign.into(),
            documents: held.documents.into_iter().map(DocumentView::from).collect(),
            mergers: held.mergers.into_iter().map(MergerView::from).collect(),
            warnings: held.warnings,
        }
    }
}
