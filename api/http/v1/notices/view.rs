//! A notice as the API shows it.

use super::write::{CoverView, LineView, QueryView, SourceView};
use crate::domain::notice::{
    Act, Corrected, Figure, Form, Named, Paper, Recipient, Section, Signing, State, Summary, Voiding,
};
use crate::flows::notices::{Compared, Held};
use crate::http::headers;
use crate::http::v1::visits::RatioView;
use crate::http::vocabulary;
use actix_web::{HttpResponse, HttpResponseBuilder};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Somebody did something.
#[derive(Serialize, ToSchema)]
#[schema(as = NoticeAct)]
pub struct ActView {
    /// Whose account.
    by: Uuid,
    /// When.
    at: Timestamp,
}

impl From<Act> for ActView {
    fn from(act: Act) -> Self {
        Self { by: act.by.0, at: act.at }
    }
}

/// What a notice corrects.
#[derive(Serialize, ToSchema)]
#[schema(as = CorrectedNotice)]
pub struct CorrectedView {
    /// Which notice.
    notice: Uuid,
    /// What it is called.
    #[schema(example = "Thông báo số 05/TB-UBND ngày 10 tháng 7 năm 2013 của UBND quận Hà Đông")]
    called: String,
}

impl From<&Corrected> for CorrectedView {
    fn from(of: &Corrected) -> Self {
        Self { notice: of.notice.0, called: of.called.clone() }
    }
}

/// A unit by the name it had.
#[derive(Serialize, ToSchema)]
#[schema(as = NoticeUnit)]
pub struct NamedView {
    /// The unit.
    unit: Uuid,
    /// Its name.
    #[schema(example = "Phường Đồng Mai")]
    name: String,
}

fn named(units: &[Named]) -> Vec<NamedView> {
    units.iter().map(|of| NamedView { unit: of.unit.0, name: of.name.clone() }).collect()
}

/// A figure as it was counted.
#[derive(Serialize, ToSchema)]
#[schema(as = NoticeFigure)]
pub struct FigureView {
    /// What sentences call it.
    #[schema(example = "d02")]
    key: String,
    /// What was counted, over the visits that the notice sums up.
    query: QueryView,
    /// How many.
    #[schema(example = 13)]
    part: u32,
    /// Of how many; `null` for a plain number.
    #[schema(example = 17)]
    whole: Option<u32>,
    /// Both, with the percent.
    share: Option<RatioView>,
    /// The word for the share, derived from its counts.
    #[schema(example = "phần lớn")]
    wording: Option<&'static str>,
    /// The units of the part, in the order of Vietnamese dictionaries; for recipients empty where no sentence calls
    /// `{key.names}`.
    units: Vec<NamedView>,
    /// The other ones of the whole, likewise, with `{key.others}`.
    others: Vec<NamedView>,
    /// Of an item: the laws, decrees and decisions on which it rests, those that held on the days of the visits counted.
    #[schema(example = json!(["Nghị định 61/2018/NĐ-CP"]))]
    legal_basis: Vec<String>,
    /// When it was counted.
    counted_at: Timestamp,
}

impl From<&Figure> for FigureView {
    fn from(of: &Figure) -> Self {
        Self {
            key: of.key.clone(),
            query: (&of.query).into(),
            part: of.part,
            whole: of.whole,
            share: of.share().map(RatioView::from),
            wording: of.wording(),
            units: named(&of.units),
            others: named(&of.others),
            legal_basis: of.legal_basis.clone(),
            counted_at: of.counted_at,
        }
    }
}

/// Somebody who gets it.
#[derive(Serialize, ToSchema)]
#[schema(as = NoticeRecipient)]
pub struct RecipientView {
    /// The unit, which acknowledges; `null` for anybody else.
    unit: Option<Uuid>,
    /// As printed.
    #[schema(example = "Phường Đồng Mai")]
    name: String,
    /// Who confirmed for the unit to have it, or wrote down for the office that the receipt came back, and when. Of other units an inspected one is not told.
    acknowledged: Option<ActView>,
}

impl From<&Recipient> for RecipientView {
    fn from(of: &Recipient) -> Self {
        let acknowledged = of.acknowledged.map(ActView::from);
        Self { unit: of.unit.map(|unit| unit.0), name: of.name.clone(), acknowledged }
    }
}

/// What was added by signing.
#[derive(Serialize, ToSchema)]
#[schema(as = NoticeSigning)]
pub struct SigningView {
    /// Its number.
    #[schema(example = 5)]
    number: i32,
    /// The day on it.
    on: Date,
    /// The place on it.
    #[schema(example = "Hà Đông")]
    place: String,
    /// In what capacity, a line each.
    #[schema(example = json!(["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"]))]
    capacity: Vec<String>,
    /// Whose name stands below.
    #[schema(example = "Hồ Thị Chủ")]
    signer_name: String,
    /// Who signed.
    by: Uuid,
    /// When.
    at: Timestamp,
    /// The canonical text, UTF-8 in NFC, lines ended by a line feed: what is printed, and each figure with its query and
    /// the names that a sentence calls.
    #[schema(example = "UBND QUẬN HÀ ĐÔNG\nSố: 05/TB-UBND\n")]
    document: String,
    /// SHA-256 of its bytes, in hexadecimal.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    document_sha256: String,
}

impl From<&Signing> for SigningView {
    fn from(of: &Signing) -> Self {
        Self {
            number: of.number,
            on: of.on,
            place: of.place.clone(),
            capacity: of.signer.capacity.clone(),
            signer_name: of.signer.name.clone(),
            by: of.act.by.0,
            at: of.act.at,
            document: of.document.clone(),
            document_sha256: of.document_sha256.clone(),
        }
    }
}

/// A notice as it is printed.
#[derive(Serialize, ToSchema)]
#[schema(as = NoticePaper)]
pub struct PaperView {
    /// Number and symbol.
    #[schema(example = "Số: 05/TB-UBND")]
    number: String,
    /// Place and day.
    #[schema(example = "Hà Đông, ngày 10 tháng 7 năm 2013")]
    day: String,
    /// Heading.
    #[schema(example = "THÔNG BÁO")]
    heading: &'static str,
    /// Paragraphs before the sections.
    #[schema(example = json!(["Hội nghị sơ kết được tổ chức tại Hà Đông ngày 08/07/2013, tổng hợp 25 lượt kiểm tra."]))]
    opening: Vec<String>,
    /// Sections, strengths first.
    sections: Vec<PaperSection>,
    /// Who gets it.
    #[schema(example = json!(["Phường Đồng Mai"]))]
    recipients: Vec<String>,
    /// Where the filed copy goes.
    #[schema(example = "Lưu: VT.")]
    archive: String,
}

/// A section as printed.
#[derive(Serialize, ToSchema)]
#[schema(as = NoticePaperSection)]
pub struct PaperSection {
    /// Its heading.
    #[schema(example = "I. ƯU ĐIỂM")]
    heading: String,
    /// Its sentences, with figures put in.
    #[schema(example = json!(["Phần lớn phường, 13/17 (76,47%), chưa niêm yết đủ bộ thủ tục hành chính."]))]
    sentences: Vec<String>,
}

impl From<Paper> for PaperView {
    fn from(of: Paper) -> Self {
        let section = |(heading, sentences)| PaperSection { heading, sentences };
        Self {
            number: of.number,
            day: of.day,
            heading: of.heading,
            opening: of.opening,
            sections: of.sections.into_iter().map(section).collect(),
            recipients: of.recipients,
            archive: of.archive,
        }
    }
}

/// A notice in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = NoticeSummary)]
pub struct SummaryView {
    id: Uuid,
    /// Whose campaign.
    owner: Uuid,
    /// Under which campaign.
    campaign: Uuid,
    /// Where it stands.
    #[schema(value_type = vocabulary::NoticeState)]
    state: State,
    /// What sort of paper it is.
    #[schema(value_type = vocabulary::NoticeForm)]
    form: Form,
    /// Number and symbol, once signed.
    #[schema(example = "05/TB-UBND")]
    number: Option<String>,
    /// The day on it, once signed.
    signed_on: Option<Date>,
    /// Who issues it.
    #[schema(example = "UBND quận Hà Đông")]
    issuer: String,
    /// What it is about.
    #[schema(example = "Kết luận về thực hiện Năm kỷ cương hành chính")]
    title: String,
    /// What it corrects.
    corrects: Option<CorrectedView>,
    /// How many visits it sums up.
    #[schema(example = 25)]
    visits: usize,
    /// When it was begun.
    drafted_at: Timestamp,
    /// When it was sent to its recipients.
    issued_at: Option<Timestamp>,
    /// For `If-Match`.
    #[schema(example = 4)]
    version: i32,
}

impl From<Summary> for SummaryView {
    fn from(of: Summary) -> Self {
        Self {
            number: of.written_number(),
            id: of.id.0,
            owner: of.owner.0,
            campaign: of.campaign.0,
            state: of.state,
            form: of.form,
            signed_on: of.signed_on,
            issuer: of.issuer,
            title: of.title,
            corrects: of.corrects.as_ref().map(CorrectedView::from),
            visits: of.visits,
            drafted_at: of.drafted_at,
            issued_at: of.issued_at,
            version: of.version,
        }
    }
}

/// A notice, whole: as written, as counted, as printed.
#[derive(Serialize, ToSchema)]
#[schema(as = Notice)]
pub struct NoticeView {
    #[serde(flatten)]
    summary: SummaryView,
    /// Issued notices that correct it and that you may read, oldest first.
    corrected_by: Vec<Uuid>,
    /// What it comes from.
    source: SourceView,
    /// Which visits were asked for.
    covers: CoverView,
    /// What follows its number.
    #[schema(example = "TB-UBND")]
    symbol: String,
    /// What is printed above the number instead of the issuer.
    #[schema(example = json!(["UBND THÀNH PHỐ HÀ NỘI", "ỦY BAN NHÂN DÂN QUẬN HÀ ĐÔNG"]))]
    letterhead: Vec<String>,
    /// What stands before the sections, as written.
    #[schema(example = "")]
    opening: String,
    /// Ưu điểm, as written.
    strengths: Vec<LineView>,
    /// Tồn tại, hạn chế, as written.
    shortcomings: Vec<LineView>,
    /// Yêu cầu, as written.
    demands: Vec<LineView>,
    /// Kiến nghị, as written.
    recommendations: Vec<LineView>,
    /// Where the filed copy goes.
    #[schema(example = "VT, NV")]
    archive: String,
    /// Its figures: copies that never change once it is signed.
    figures: Vec<FigureView>,
    /// Who gets it.
    recipients: Vec<RecipientView>,
    /// As printed.
    paper: PaperView,
    /// Everybody who wrote it, the last one last.
    writers: Vec<Uuid>,
    /// When it was written last.
    written_at: Timestamp,
    /// Who found it right.
    reviewed: Option<ActView>,
    /// Number, day, place, signer, and the text that was signed.
    signing: Option<SigningView>,
    /// Who sent it.
    issued: Option<ActView>,
    /// Who gave it up before it was signed.
    discarded: Option<ActView>,
    /// Who declared it void after it was signed, and why.
    voided: Option<VoidedView>,
    /// Address of the printed page.
    #[schema(example = "/review/notices/7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11")]
    page: String,
}

impl From<&Held> for NoticeView {
    fn from(held: &Held) -> Self {
        let (of, content) = (&held.notice, &held.notice.content);
        let lines = |section: Section| {
            content.sections.get(&section).into_iter().flatten().map(LineView::from).collect()
        };
        Self {
            summary: of.summary().into(),
            corrected_by: held.corrected_by.iter().map(|id| id.0).collect(),
            source: (&content.source).into(),
            covers: (&of.cover).into(),
            symbol: content.symbol.as_str().to_owned(),
            letterhead: content.letterhead.clone(),
            opening: content.opening.clone(),
            strengths: lines(Section::Strengths),
            shortcomings: lines(Section::Shortcomings),
            demands: lines(Section::Demands),
            recommendations: lines(Section::Recommendations),
            archive: content.archive.clone(),
            figures: of.figures.iter().map(FigureView::from).collect(),
            recipients: of.recipients.iter().map(RecipientView::from).collect(),
            paper: Paper::of(of).into(),
            writers: of.writers.iter().map(|id| id.0).collect(),
            written_at: of.written_at,
            reviewed: of.reviewed.map(ActView::from),
            signing: of.signing.as_ref().map(SigningView::from),
            issued: of.issued.map(ActView::from),
            discarded: of.discarded.map(ActView::from),
            voided: of.voided.as_ref().map(VoidedView::from),
            page: format!("/review/notices/{}", of.id),
        }
    }
}

/// That a signed notice is never sent.
#[derive(Serialize, ToSchema)]
#[schema(as = NoticeVoiding, example = json!({ "by": "2a9d7e64-1c5b-4f3e-8d2a-7b6c5d4e3f21",
    "at": "2013-07-11T02:00:00Z", "reason": "Ký nhầm ngày; sẽ ban hành thông báo khác thay thế." }))]
pub struct VoidedView {
    /// Who.
    by: Uuid,
    /// When.
    at: Timestamp,
    /// Why.
    reason: String,
}

impl From<&Voiding> for VoidedView {
    fn from(of: &Voiding) -> Self {
        Self { by: of.act.by.0, at: of.act.at, reason: of.reason.clone() }
    }
}

/// A notice as an answer, with its version.
pub fn answer(mut with: HttpResponseBuilder, held: &Held) -> HttpResponse {
    with.insert_header(headers::etag(held.notice.version)).json(NoticeView::from(held))
}

/// A figure of a notice beside what its query counts now.
#[derive(Serialize, ToSchema)]
#[schema(as = NoticeComparison)]
pub struct ComparisonView {
    /// The copy in the notice.
    frozen: FigureView,
    /// The same query over the same visits, now.
    today: FigureView,
    /// Whether they differ.
    differs: bool,
    /// The visits that the copy was counted from.
    visits: Vec<Uuid>,
    /// The findings that the copy was counted from.
    findings: Vec<Uuid>,
}

impl From<&Compared> for ComparisonView {
    fn from(of: &Compared) -> Self {
        Self {
            frozen: (&of.frozen).into(),
            today: (&of.today).into(),
            differs: of.frozen.differs(&of.today),
            visits: of.frozen.rows.visits.iter().map(|id| id.0).collect(),
            findings: of.frozen.rows.findings.iter().map(|id| id.0).collect(),
        }
    }
}
