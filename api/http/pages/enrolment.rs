//! Where a phone gets to that scans an enrolment code with its camera instead of its app: what to do instead. The code
//! stands behind the `#` of the address and never comes here.

use super::{Frame, notice};
use crate::http::context::Language;
use crate::http::only;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

/// The page.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(only(web::resource("/enrol").route(web::get().to(show)), "GET, HEAD, OPTIONS"));
}

async fn show(request: HttpRequest) -> HttpResponse {
    let frame = Frame::of(&request);
    let (title, text) = match frame.lang {
        Language::Vi => (
            "Mã đăng ký thiết bị",
            "Hãy mở ứng dụng kiểm tra trên điện thoại, đăng nhập, rồi quét mã này trong ứng dụng. Mã chỉ dùng được một lần, trong mười phút.",
        ),
        Language::En => (
            "A code to enrol a device",
            "Open the inspection app on your phone, sign in, and scan this code from within the app. It holds once, for ten minutes.",
        ),
    };
    notice(frame, StatusCode::OK, title, text)
}
