//! Lists behind figures: what their filters say alike, and how each of them is read page by page.

use super::rows::Begun;
use crate::app::App;
use crate::http::paging;
use crate::http::problem::Problem;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Reads what a report is about out of filters that name it by the same fields.
macro_rules! about {
    ($($filter:ident),+) => {$(
        impl $filter {
            fn about(&self) -> $crate::flows::reports::About {
                $crate::flows::reports::About {
                    owner: self.owner.map($crate::domain::ids::OwnerId),
                    campaign: self.campaign.map($crate::domain::ids::CampaignId),
                    unit: self.unit.map($crate::domain::ids::UnitId),
                    from: self.from,
                    to: self.to,
                    as_known: self.as_known,
                }
            }
        }
    )+};
}

/// Declares the page of a list: its rows, and where it goes on.
macro_rules! page {
    ($(#[$about:meta])* $page:ident { $(#[$order:meta])* $row:ident }) => {
        $(#[$about])*
        #[derive(Serialize, ToSchema)]
        pub struct $page {
            $(#[$order])*
            items: Vec<$row>,
            /// Cursor of the next page; `null` on the last.
            next: Option<String>,
        }

        impl $crate::http::v1::reports::listed::Page for $page {
            type Row = $row;
            fn of(items: Vec<$row>, next: Option<String>) -> Self {
                Self { items, next }
            }
        }
    };
}

pub(super) use {about, page};

/// A page as it is sent.
pub(super) trait Page: Serialize {
    /// What stands on it.
    type Row;
    /// Puts it together.
    fn of(items: Vec<Self::Row>, next: Option<String>) -> Self;
}

/// A list that somebody reads.
pub(super) struct List<'a> {
    app: &'a App,
    request: &'a HttpRequest,
    /// The list and its filters, for the cursor.
    name: String,
    cursor: Option<&'a str>,
    /// Rows on a page.
    pub(super) limit: u8,
}

impl<'a> List<'a> {
    /// Reads how many rows are wanted, from where on.
    pub(super) fn of(
        app: &'a App,
        request: &'a HttpRequest,
        name: String,
        (limit, cursor): (Option<i64>, Option<&'a str>),
    ) -> Result<Self, Problem> {
        Ok(Self { app, request, name, cursor, limit: paging::limit(limit)? })
    }

    /// Behind which row the page begins; `None` for the first page.
    pub(super) fn place<P: DeserializeOwned>(&self) -> Result<Option<P>, Problem> {
        paging::open(self.app, &self.name, self.cursor)
    }

    /// How far a list was read that is counted anew for each page.
    pub(super) fn begun(&self) -> Result<Begun, Problem> {
        Ok(self.place()?.unwrap_or_else(|| Begun::now(self.app)))
    }

    /// The cursor of the next page.
    pub(super) fn sealed(&self, next: Option<impl Serialize>) -> Option<String> {
        next.map(|place| paging::seal(self.app, &self.name, place))
    }

    /// Answers with a page and where the next one begins.
    pub(super) fn answer<P: Page>(
        &self,
        rows: impl Iterator<Item = P::Row>,
        next: Option<impl Serialize>,
    ) -> HttpResponse {
        let next = self.sealed(next);
        self.respond(&P::of(rows.collect(), next.clone()), next.as_deref())
    }

    /// Answers with a page that says more than its rows.
    pub(super) fn respond(&self, page: &impl Serialize, next: Option<&str>) -> HttpResponse {
        paging::respond(self.request, page, next)
    }
}
