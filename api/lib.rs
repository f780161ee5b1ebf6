//! Fieldproof: photo evidence for inspections of public service.
//!
//! ```text
//!    main.rs (command line)      http/ (JSON, uploads, review pages)      worker/ (promised work)     doors
//!                      \                      |                           /
//!                                   flows/  one noun a file, one verb a function                       hall
//!       records/   media/   decoding   identity/   notary/                                         workshops
//!      (Postgres) (objects)  (pixels)  (who asks)  (seals)            none imports another
//!                                   domain/   pure types and decisions                                 ground
//! ```
//! A door turns the outside world into one call; the hall does what a person wants; a workshop masters one hard
//! outside thing; the ground knows what is true. `tests/house.rs` holds the plan.

pub use fieldproof_domain as domain;

pub mod admin;
pub mod app;
pub mod config;
pub mod decoding;
pub mod demo;
pub mod failpoint;
pub mod flows;
pub mod http;
pub mod identity;
pub mod library;
pub mod media;
pub mod notary;
pub mod records;
pub mod spreadsheet;
pub mod telemetry;
pub mod worker;
