//! A reference client: what an inspector's phone does, on the public contract alone.
//!
//! A phone is let in by a lead's code and has a key of its own ([`device`]). What is captured is durable on the phone before
//! it says so ([`shelf`]), with what was counted since the server told the time ([`clock`]). When there is a line, the queue
//! is worked off ([`sync`]): changes pushed in their order ([`queue`]), photos declared and signed, their bytes sent over tus
//! from where they got to ([`upload`]); after a break with growing pauses of random length ([`retry`]). Handing a visit in waits
//! for its photos. What the server itself refuses is put aside for its person ([`aside`]); whatever else goes wrong is a broken
//! line, and tried again. A photo leaves the phone when its receipt, verified with the published keys, says that it may
//! ([`receipt`]), and never before; what the phone still holds it reports. What the server holds comes down as what has changed
//! since ([`pull`]). Several programs may use one shelf at once ([`lock`]).

#![allow(clippy::indexing_slicing, reason = "a JSON value answers null for a member it lacks")]

pub mod aside;
pub mod clock;
pub mod device;
pub mod line;
pub mod lock;
pub mod pull;
pub mod queue;
pub mod receipt;
pub mod retry;
pub mod shelf;
pub mod sign_in;
pub mod sync;
pub mod upload;

pub use aside::Refused;
pub use line::{Failure, Line};
pub use pull::Pulled;
pub use queue::Change;
pub use shelf::{Capture, Shelf};
pub use sync::{Ended, Phone, Round};
