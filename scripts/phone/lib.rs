//! A reference client: what an inspector's phone does, on the public contract alone.
//!
//! A phone is let in by a lead's code and has a key of its own ([`device`]). What is captured is durable on the phone before it
//! says so ([`shelf`]), with what was counted since the server told the time ([`clock`]). When there is a line, the queue is
//! worked off ([`sync`]): changes pushed in their order ([`queue`]), photos declared and signed, a small preview of each sent
//! before any original, then their bytes, over tus or the IETF draft, from where they got to ([`upload`]); after a break with
//! growing pauses of random length ([`retry`]). Handing a visit in waits for its photos. What the server itself refuses is put
//! aside for its person ([`aside`]); whatever else goes wrong is a broken line, and tried again. A copy of a photo that is not
//! what was captured any more is put aside, too, before a byte of it is sent, and holds up no other. A photo leaves the phone
//! when its receipt, verified with the published keys, says that it may ([`receipt`]), and never before; what the phone still
//! holds it reports. What the server holds comes down as what has changed since ([`pull`]). Several programs may use one shelf
//! at once ([`lock`]).

#![allow(clippy::indexing_slicing, reason = "a JSON value answers null for a member it lacks")]

pub mod aside;
mod blocking;
pub mod clock;
mod copy;
mod damaged;
pub mod device;
mod draft;
pub mod limits;
pub mod line;
pub mod lock;
mod photos;
mod preview;
pub mod pull;
pub mod queue;
pub mod receipt;
pub mod retry;
pub mod shelf;
pub mod sign_in;
pub mod sync;
mod tus;
pub mod upload;
pub mod visits;
mod whose;

pub use aside::{Conflict, Refused};
pub use line::{Failure, Line};
pub use pull::Pulled;
pub use queue::Change;
pub use shelf::{Capture, Shelf};
pub use sync::{Ended, Phone, Round};
pub use upload::Protocol;
