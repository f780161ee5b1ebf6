//! What we vouch for: signed acknowledgements that anyone can verify with our published keys.

mod acknowledgement;

pub use acknowledgement::{Acknowledgement, acknowledge};

/// The notary's handle.
#[derive(Clone, Default)]
pub struct Notary {}

impl Notary {
    /// Nothing is needed before the first signature.
    #[must_use]
    pub fn open() -> Self {
        Self::default()
    }
}
