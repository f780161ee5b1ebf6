//! What the store promises, asked over its own protocol; and what is left after it was killed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    missing_docs,
    reason = "a test may stop at the first surprise"
)]

mod damage;
mod harness;
mod kill;
mod promises;
mod uploads;
