//! What we vouch for: signed papers that anyone can verify with our published keys.

mod acknowledgement;
mod paper;
mod receipt;

pub use acknowledgement::{Acknowledgement, acknowledge};
pub use receipt::{Receipt, receipt};
