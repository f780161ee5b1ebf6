//! Refusals and faults as RFC 9457 problem documents; the only place with status numbers.

use super::context::{Context, Language};
use super::{vocabulary, wording};
use crate::domain::refusal::{FieldFault, Kind, Next, Refusal};
use crate::flows;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_RANGE, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE,
};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Media type of problem documents.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// A problem on its way to the caller.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    next: Next,
    faults: Vec<FieldFault>,
    retry_after_s: Option<u32>,
    /// What few problems say, apart, so that all stay small.
    more: Option<Box<More>>,
}

#[derive(Clone, Debug, Default)]
struct More {
    allow: Option<String>,
    /// Length of the whole, where a range lies outside it.
    whole_bytes: Option<u64>,
    /// Headers of a protocol that says more than a problem does.
    headers: Vec<(&'static str, String)>,
    standard: Option<Standard>,
}

/// A problem type that others have registered (RFC 9457 §4.2), with its members.
#[derive(Clone, Copy, Debug)]
pub enum Standard {
    /// Bytes begin elsewhere than an upload goes on.
    MismatchingUploadOffset {
        /// Where it goes on.
        expected: u64,
        /// Where they begin.
        provided: u64,
    },
    /// Lengths of one upload that contradict each other.
    InconsistentUploadLength,
}

impl Standard {
    fn kind(self) -> &'static str {
        match self {
            Self::MismatchingUploadOffset { .. } => {
                "https://iana.org/assignments/http-problem-types#mismatching-upload-offset"
            }
            Self::InconsistentUploadLength => {
                "https://iana.org/assignments/http-problem-types#inconsistent-upload-length"
            }
        }
    }

    fn offsets(self) -> (Option<u64>, Option<u64>) {
        match self {
            Self::MismatchingUploadOffset { expected, provided } => (Some(expected), Some(provided)),
            Self::InconsistentUploadLength => (None, None),
        }
    }
}

/// A problem document (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem, example = json!({
    "type": "/problems/photo.digest-mismatch", "title": "Dữ liệu không hợp lệ", "status": 422,
    "detail": "SHA-256 … was declared, the bytes that arrived have ….",
    "instance": "urn:uuid:7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11",
    "code": "photo.digest-mismatch", "client_action": "retry", "errors": []
}))]
pub struct ProblemDocument {
    /// Address of a page that explains it: one of this server by the code, or a registered type of IANA's.
    #[serde(rename = "type")]
    kind: String,
    /// The family in the caller's language.
    title: String,
    /// HTTP status.
    status: u16,
    /// What happened, in a sentence.
    detail: String,
    /// `urn:uuid:` and the request's id.
    instance: String,
    /// Stable code; see `openapi/problems.md`.
    code: String,
    /// What a phone should do: `retry` the same later, `fix` and send again, `drop` it, or `ask` a person.
    #[schema(value_type = vocabulary::ClientAction)]
    client_action: Next,
    /// Which fields are to blame.
    errors: Vec<FieldProblem>,
    /// Where an upload goes on, with the registered type of mismatching offsets alone.
    #[serde(rename = "expected-offset", skip_serializing_if = "Option::is_none")]
    expected_offset: Option<u64>,
    /// Where the bytes that were sent begin.
    #[serde(rename = "provided-offset", skip_serializing_if = "Option::is_none")]
    provided_offset: Option<u64>,
}

/// What is wrong with one field.
#[derive(Serialize, ToSchema)]
pub struct FieldProblem {
    /// JSON pointer into the body, `?name` for a query parameter, or the name of a header.
    #[schema(example = "/captured_at")]
    pointer: String,
    /// Stable code.
    #[schema(example = "moment.no-offset")]
    code: String,
    /// What is wrong and what to do.
    detail: String,
}

/// The status of a family.
#[must_use]
pub fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Stale => StatusCode::PRECONDITION_FAILED,
        Kind::PreconditionMissing => StatusCode::PRECONDITION_REQUIRED,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::UnsupportedType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
    }
}

fn title(status: StatusCode, language: Language) -> &'static str {
    let (vi, en) = match status.as_u16() {
        400 => ("Yêu cầu không đọc được", "The request can't be read"),
        401 => ("Cần đăng nhập", "Sign in first"),
        403 => ("Không được phép", "Not allowed"),
        404 => ("Không tìm thấy", "Not found"),
        405 => ("Phương thức không dùng được ở đây", "This method is not for this address"),
        408 => ("Gửi quá chậm", "Sent too slowly"),
        409 => ("Xung đột với trạng thái hiện tại", "Clashes with the present state"),
        411 => ("Thiếu độ dài nội dung", "The length is missing"),
        412 => ("Điều kiện của yêu cầu không đúng", "What the request rests on does not hold"),
        413 => ("Quá lớn", "Too large"),
        415 => ("Kiểu dữ liệu không được nhận", "This type is not taken"),
        416 => ("Không có đoạn dữ liệu này", "There is no such range"),
        422 => ("Dữ liệu không hợp lệ", "Some data is not valid"),
        428 => ("Thiếu phiên bản đang sửa", "Say which version you change"),
        429 => ("Quá nhiều yêu cầu", "Too many requests"),
        460 => ("Mã kiểm tra không khớp", "The checksum does not match"),
        503 => ("Tạm thời chưa phục vụ được", "Not available for the moment"),
        _ => ("Lỗi của máy chủ", "A fault of the server"),
    };
    language.pick(vi, en)
}

impl Problem {
    /// A problem of the door itself, before any flow was asked.
    pub fn of_door(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            next: Next::Fix,
            faults: Vec::new(),
            retry_after_s: None,
            more: None,
        }
    }

    /// A range that lies outside an object of this length (416).
    #[must_use]
    pub fn no_such_range(whole_bytes: u64) -> Self {
        let detail = format!("There are {whole_bytes} bytes; this range lies outside them.");
        let mut problem = Self::of_door(StatusCode::RANGE_NOT_SATISFIABLE, "range.outside", detail);
        problem.more().whole_bytes = Some(whole_bytes);
        problem
    }

    /// Names the fields to blame.
    #[must_use]
    pub fn with_faults(mut self, faults: Vec<FieldFault>) -> Self {
        self.faults = faults;
        self
    }

    /// Names fields as they stand in a body that holds what was checked in a field of its own, `within`, beside others.
    #[must_use]
    pub fn below(mut self, within: &str, beside: &[&str]) -> Self {
        for fault in &mut self.faults {
            if !beside.iter().any(|other| fault.pointer.starts_with(other)) {
                fault.pointer.insert_str(0, within);
            }
        }
        self
    }

    /// Says when to come back, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self.next = Next::Retry;
        self
    }

    /// Says what a phone should do.
    #[must_use]
    pub fn next(mut self, next: Next) -> Self {
        self.next = next;
        self
    }

    /// Says which methods an address takes (405).
    #[must_use]
    pub fn allow(mut self, methods: String) -> Self {
        self.more().allow = Some(methods);
        self
    }

    /// Says more in a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl ToString) -> Self {
        self.more().headers.push((name, value.to_string()));
        self
    }

    /// Goes by a registered type; the code stays.
    #[must_use]
    pub fn of_standard(mut self, standard: Standard) -> Self {
        self.more().standard = Some(standard);
        self
    }

    fn more(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// As it stands within another answer.
    #[must_use]
    pub fn told(&self) -> Value {
        serde_json::to_value(self.document()).unwrap_or_default()
    }

    fn document(&self) -> ProblemDocument {
        let context = Context::current();
        let standard = self.more.as_ref().and_then(|more| more.standard);
        let (expected_offset, provided_offset) = standard.map_or((None, None), Standard::offsets);
        ProblemDocument {
            kind: match standard {
                Some(standard) => standard.kind().to_owned(),
                None => format!("/problems/{}", self.code),
            },
            title: title(self.status, context.language).to_owned(),
            status: self.status.as_u16(),
            detail: wording::detail(self.code, &self.detail, context.language),
            instance: format!("urn:uuid:{}", context.request_id),
            code: self.code.to_owned(),
            client_action: self.next,
            errors: self
                .faults
                .iter()
                .map(|f| FieldProblem {
                    pointer: f.pointer.clone(),
                    code: f.code.clone(),
                    detail: wording::detail(&f.code, &f.detail, context.language),
                })
                .collect(),
            expected_offset,
            provided_offset,
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.status, self.code)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status);
        answer.insert_header((CONTENT_TYPE, PROBLEM_JSON)).insert_header((CACHE_CONTROL, "no-store"));
        answer.insert_header((CONTENT_LANGUAGE, Context::current().language.as_str()));
        if let Some(seconds) = self.retry_after_s {
            answer.insert_header((RETRY_AFTER, seconds));
        }
        if let Some(more) = &self.more {
            if let Some(methods) = &more.allow {
                answer.insert_header((ALLOW, methods.as_str()));
            }
            if let Some(bytes) = more.whole_bytes {
                answer.insert_header((CONTENT_RANGE, format!("bytes */{bytes}")));
            }
            for (name, value) in &more.headers {
                answer.insert_header((*name, value.as_str()));
            }
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = if self.code == "token.missing" {
                "Bearer realm=\"fieldproof\""
            } else {
                "Bearer realm=\"fieldproof\", error=\"invalid_token\""
            };
            answer.insert_header((WWW_AUTHENTICATE, challenge));
        }
        // RFC 6750 §3.1: a client learns so that asking again with the same token is of no use.
        if self.code == "scope-missing" {
            let challenge = "Bearer realm=\"fieldproof\", error=\"insufficient_scope\"";
            answer.insert_header((WWW_AUTHENTICATE, challenge));
        }
        answer.body(serde_json::to_vec(&self.document()).unwrap_or_default())
    }
}

impl From<Refusal> for Problem {
    fn from(no: Refusal) -> Self {
        let retry_after_s = (no.kind == Kind::TooMany).then_some(60);
        Self {
            status: status(no.kind),
            code: no.code,
            detail: no.detail,
            next: no.next,
            faults: no.faults,
            retry_after_s,
            more: None,
        }
    }
}

impl From<flows::Error> for Problem {
    fn from(error: flows::Error) -> Self {
        match error {
            flows::Error::Refused(no) => no.into(),
            flows::Error::Busy(why) => {
                tracing::warn!(%why, "answered 503");
                let detail =
                    "A part of the server is away for the moment; nothing was changed, send the same again.";
                Self::of_door(StatusCode::SERVICE_UNAVAILABLE, "busy", detail).retry_after(5)
            }
            flows::Error::Fault(why) => {
                tracing::error!(%why, "answered 500");
                let detail = "Something went wrong on our side; the request id finds it in our log.";
                let mut problem = Self::of_door(StatusCode::INTERNAL_SERVER_ERROR, "fault", detail);
                problem.next = Next::Retry;
                problem
            }
        }
    }
}
