//! Photos over JSON and raw bytes: declare, send, ask after, read, browse, mask, withdraw.

mod browsing;
mod clocking;
mod declaring;
pub mod delivering;
mod enveloping;
mod having;
mod masking;
pub mod previewing;
mod receipts;
pub mod sending;
mod view;

use utoipa_actix_web::service_config::ServiceConfig;

pub use browsing::list_photos;
pub(in crate::http::v1) use declaring::{DeclarationBody, PhotoPath};
pub use declaring::{declare_photo, read_photo, withdraw_photo};
pub use delivering::{head_derivative, head_original, read_derivative, read_original};
pub use enveloping::read_envelope;
pub use having::have_photos;
pub use masking::mask_photo;
pub use previewing::{read_preview, send_preview};
pub use receipts::read_receipt;
pub use sending::send_photo;
pub(in crate::http::v1) use view::{PhotoReceiptView, PhotoView};

/// Every operation on photos.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(list_photos)
        .service(have_photos)
        .service(declare_photo)
        .service(read_receipt)
        .service(send_preview)
        .service(read_preview)
        .service(read_photo)
        .service(read_envelope)
        .service(send_photo)
        .service(withdraw_photo)
        .service(mask_photo)
        .service(read_original)
        .service(head_original)
        .service(read_derivative)
        .service(head_derivative);
}
