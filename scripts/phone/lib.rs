//! A reference client: what an inspector's phone does, on the public contract alone.
//!
//! What is captured is durable on the phone before it says so ([`shelf`]). When there is a line, the queue is worked off
//! ([`sync`]): changes in their order, photos declared, their bytes sent over tus from where they got to ([`upload`]); after
//! a break with growing pauses of random length ([`retry`]). A photo leaves the phone when its receipt, verified with the
//! published keys, says that it may ([`receipt`]), and never before.

#![allow(clippy::indexing_slicing, reason = "a JSON value answers null for a member it lacks")]

pub mod line;
pub mod receipt;
pub mod retry;
pub mod shelf;
pub mod sign_in;
pub mod sync;
pub mod upload;

pub use line::{Failure, Line};
pub use shelf::{Capture, Shelf};
pub use sync::{Phone, Round};
