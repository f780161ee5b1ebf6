//! What we vouch for: signed acknowledgements that anyone can verify with our published keys; and what devices sign, verified.

mod acknowledgement;
mod signature;

pub use acknowledgement::{Acknowledgement, acknowledge};
pub use signature::{is_signed, is_usable};
