//! The JSON API, version 1: one file a noun, view types private to it.

pub mod photos;

use utoipa_actix_web::service_config::ServiceConfig;

/// Every operation under `/v1`.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.configure(photos::operations);
}
