//! What is true in Fieldproof: words, things, rights and decisions.
//!
//! Pure: no I/O, no async, no clock, no randomness, no framework. Whoever calls brings the time.

#[macro_use]
mod words;

pub mod account;
pub mod action;
pub mod actor;
pub mod assignment;
pub mod calendar;
pub mod campaign;
pub mod canonical;
pub mod check;
pub mod client;
pub mod compared;
pub mod coverage;
pub mod device;
pub mod draw;
pub mod external;
pub mod finding;
pub mod footing;
pub mod ids;
pub mod key;
pub mod minutes;
pub mod moment;
pub mod notice;
pub mod overlap;
pub mod period;
pub mod permission;
pub mod photo;
pub mod place;
pub mod procedure;
pub mod publication;
pub mod ranking;
pub mod recommendation;
pub mod refusal;
pub mod response;
pub mod review;
pub mod score;
pub mod shares;
pub mod sync;
pub mod team;
pub mod template;
pub mod text;
pub mod throttle;
pub mod unit;
pub mod unsent;
pub mod upload;
pub mod visit;
