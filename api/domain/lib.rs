//! What is true in Fieldproof: words, things, rights and decisions.
//!
//! Pure: no I/O, no async, no clock, no randomness, no framework. Whoever calls brings the time.

pub mod actor;
pub mod check;
pub mod ids;
pub mod moment;
pub mod permission;
pub mod photo;
pub mod place;
pub mod refusal;
pub mod text;
