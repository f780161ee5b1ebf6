//! The rows behind a figure: the address of the list that holds exactly what was counted, for whoever read the figure.

use crate::app::App;
use crate::domain::visit::State;
use crate::flows::reports::About;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::fmt::{Display, Write};

/// An address in the making.
#[derive(Clone, Debug)]
pub(in crate::http::v1) struct Rows(String);

impl Rows {
    /// A list without filters.
    pub(in crate::http::v1) fn of(path: &str) -> Self {
        Self(path.to_owned())
    }

    /// Narrows it.
    pub(in crate::http::v1) fn with(mut self, name: &str, value: impl Display) -> Self {
        let join = if self.0.contains('?') { '&' } else { '?' };
        self.0.push(join);
        self.0.push_str(name);
        self.0.push('=');
        for byte in value.to_string().bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    self.0.push(char::from(byte));
                }
                // Writing to a string never fails.
                other => _ = write!(self.0, "%{other:02X}"),
            }
        }
        self
    }

    /// Narrows it where there is something to narrow it to.
    pub(in crate::http::v1) fn and(self, name: &str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Narrows it to several values of one filter.
    pub(in crate::http::v1) fn each(
        self,
        name: &str,
        values: impl IntoIterator<Item = impl Display>,
    ) -> Self {
        values.into_iter().fold(self, |rows, value| rows.with(name, value))
    }

    /// Narrows another report to what this one is about.
    pub(super) fn about(self, about: &About) -> Self {
        self.and("owner", about.owner)
            .and("campaign", about.campaign)
            .and("unit", about.unit)
            .and("from", about.from)
            .and("as_known", about.as_known)
    }

    /// The visits that were handed in and that a report counts.
    pub(super) fn visits(about: &About) -> Self {
        Self::visits_in(about, &[State::Submitted, State::Finalised])
    }

    /// The visits in these states that a report counts.
    pub(super) fn visits_in(about: &About, states: &[State]) -> Self {
        let (from, to) = about.window();
        Self::of("/v1/visits")
            .and("owner", about.owner)
            .and("campaign", about.campaign)
            .and("unit", about.unit)
            .each("state", states.iter().map(|state| state.as_str()))
            .and("from", from)
            .and("to", to)
            .and("as_known", about.as_known)
    }
}

impl From<Rows> for String {
    fn from(rows: Rows) -> Self {
        rows.0
    }
}

/// How far somebody has read a list that is counted anew for each page: what was known when the first page was read holds
/// for all of them, so that none shows a row twice or not at all.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Begun {
    /// When the first page was read.
    pub(super) at: Timestamp,
    /// The day then.
    pub(super) day: Date,
    /// Rows before the page.
    pub(super) skip: usize,
}

impl Begun {
    /// The first page.
    pub(super) fn now(app: &App) -> Self {
        Self { at: app.now(), day: crate::flows::units::today(app), skip: 0 }
    }

    /// What is counted on all pages, with the knowledge that counts: lists of rows are narrowed to the same.
    pub(super) fn known(self, about: About) -> About {
        About { as_known: about.as_known.or(Some(self.at)), ..about }
    }

    /// The page behind one that has more behind it.
    pub(super) fn next<T>(self, (page, more): &(Vec<T>, bool)) -> Option<Self> {
        self.behind(page.len(), *more)
    }

    /// The page behind one of so many rows.
    pub(super) fn behind(self, rows: usize, more: bool) -> Option<Self> {
        more.then(|| Self { skip: self.skip + rows, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_plain_letter_is_written_as_its_bytes() {
        let rows =
            Rows::of("/v1/findings").with("item", "OSS-D02").with("q", "Đồng & 1+2").and("to", None::<u8>);
        assert_eq!(rows.0, "/v1/findings?item=OSS-D02&q=%C4%90%E1%BB%93ng%20%26%201%2B2");
    }
}
