//! What we vouch for: signed papers that anyone can verify with our published keys; and what devices sign, verified.

mod acknowledgement;
mod paper;
mod receipt;
mod signature;
mod time;

pub use acknowledgement::{Acknowledgement, acknowledge};
pub use receipt::{Receipt, receipt};
pub use signature::{is_signed, is_usable};
pub use time::{Told, key_of_time, tell_time, verify_time};
