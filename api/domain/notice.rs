//! Thông báo kết luận: what an inspection, or a meeting that sums many of them up, tells those it concerns.
//!
//! A notice is signed once. Figures in it are copies; what turns out wrong is told in a correcting notice.

mod life;
mod print;
#[cfg(test)]
mod tests;

pub use life::{State, Step, step};
pub use print::{Symbol, date_line, how_many, number_line};

/// What a notice sums up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// One visit.
    Visit,
    /// A review meeting (sơ kết, tổng kết, giao ban), over many visits.
    Meeting,
}

impl Source {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::Visit, Self::Meeting];

    /// As stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Visit => "visit",
            Self::Meeting => "meeting",
        }
    }

    /// Reads a stored or sent word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == text)
    }
}
