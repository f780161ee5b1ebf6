//! What we vouch for: signed acknowledgements that anyone can verify with our published keys.

mod acknowledgement;

pub use acknowledgement::{Acknowledgement, acknowledge};
