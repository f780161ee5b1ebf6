//! Everything Fieldproof promises, tried from outside, in one binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that can't go on should stop; tests read the machine's clock and environment"
)]

mod contract;
mod harness;
mod house;
mod journeys;
mod scenarios;
