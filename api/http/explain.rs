//! `/problems/{code}`: what a code means, for a person who follows a problem's `type`.

use super::context::Context;
use super::problem::Problem;
use super::read_only;
use super::reference::{escape, page};
use super::wording::{self, Word};
use crate::domain::refusal::Refusal;
use actix_web::{HttpResponse, web};

/// Pages about codes.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(read_only("/problems", web::get().to(list)));
    cfg.service(read_only("/problems/{code}", web::get().to(one)));
}

async fn one(code: web::Path<String>) -> Result<HttpResponse, Problem> {
    let word = wording::find(&code).ok_or_else(Refusal::not_found)?;
    let language = Context::current().language;
    let body = format!(
        "<main class=\"problem\"><p class=\"status\">HTTP {}</p><h1><code>{}</code></h1>\
         <p lang=\"vi\">{}</p><p lang=\"en\">{}</p><p class=\"soft\"><a href=\"/problems\">{}</a></p></main>",
        word.status,
        escape(word.code),
        escape(word.vi),
        escape(word.en),
        language.pick("Tất cả mã lỗi", "All codes"),
    );
    Ok(page(word.code, &body))
}

async fn list() -> HttpResponse {
    let language = Context::current().language;
    let row = |word: &Word| {
        format!(
            "<tr><td><a href=\"/problems/{0}\"><code>{0}</code></a></td><td>{1}</td><td>{2}</td></tr>",
            escape(word.code),
            word.status,
            escape(language.pick(word.vi, word.en)),
        )
    };
    let table = |words: &[Word]| -> String {
        let rows: String = words.iter().map(row).collect();
        format!("<div class=\"scroll\"><table>{rows}</table></div>")
    };
    let title = language.pick("Mã lỗi", "Problem codes");
    let body = format!(
        "<main><h1>{title}</h1>{}<h2>{}</h2>{}</main>",
        table(wording::PROBLEMS),
        language.pick("Trường dữ liệu", "Fields"),
        table(wording::FIELDS),
    );
    page(title, &body)
}
