//! The same for previews: each object with its row. A row whose object is gone loses nobody anything.

use super::{Options, Report, Result, old_enough, orphan};
use crate::app::App;
use crate::domain::ids::PhotoId;
use crate::media::{self, Key};
use crate::records::photos;

pub(super) async fn objects(app: &App, options: Options, report: &mut Report) -> Result<()> {
    let mut from = None;
    loop {
        let (page, next) = app.media.list(media::key::PREVIEWS, from).await?;
        report.previews += u64::try_from(page.len()).unwrap_or(0);
        let old = old_enough(app, options, page);
        let ids: Vec<PhotoId> =
            old.iter().filter_map(|object| Key::parse_preview(&object.name)).map(|(id, _)| id).collect();
        let known = {
            let mut db = app.records.conn().await?;
            photos::preview_digests(&mut db, &ids).await?
        };
        for object in old {
            let named = Key::parse_preview(&object.name);
            let wanted = named.is_some_and(|(photo, sha256)| known.get(&photo) == Some(&sha256));
            if !wanted {
                orphan(app, options, report, object).await?;
            }
        }
        match next {
            Some(_) => from = next,
            None => return Ok(()),
        }
    }
}
