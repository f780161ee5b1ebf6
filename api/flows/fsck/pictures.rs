//! The same for guidance pictures: each row with its object, each object with its row.

use super::{AT_ONCE, Options, PAGE, Report, Result, State, look, old_enough, orphan};
use crate::app::App;
use crate::domain::ids::TemplateId;
use crate::domain::photo::Sha256;
use crate::media::{self, Key};
use crate::records::templates::pictures;
use futures::{StreamExt, TryStreamExt, stream};

pub(super) async fn rows(app: &App, options: Options, report: &mut Report) -> Result<()> {
    let mut last = None;
    loop {
        let page = {
            let mut db = app.records.conn().await?;
            pictures::after(&mut db, last, PAGE).await?
        };
        let Some(end) = page.last() else { return Ok(()) };
        last = Some((end.template, end.facts.bytes.sha256));
        report.pictures += u64::try_from(page.len()).unwrap_or(0);
        let states: Vec<(Key, State)> = stream::iter(page)
            .map(|held| async move {
                let bytes = held.facts.bytes;
                let key = Key::Picture { template: held.template, sha256: bytes.sha256 };
                Ok::<_, media::Error>((key, look(app, &key, bytes, options.deep).await?))
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        for (key, state) in states {
            match state {
                State::Whole => {}
                State::Missing => report.pictures_missing.push(key.name()),
                State::Damaged => report.pictures_damaged.push(key.name()),
            }
        }
    }
}

pub(super) async fn objects(app: &App, options: Options, report: &mut Report) -> Result<()> {
    let mut from = None;
    loop {
        let (page, next) = app.media.list(media::key::PICTURES, from).await?;
        let old = old_enough(app, options, page);
        let named: Vec<(TemplateId, Sha256)> =
            old.iter().filter_map(|object| Key::parse_picture(&object.name)).collect();
        let (templates, digests): (Vec<_>, Vec<_>) = named.into_iter().unzip();
        let held = {
            let mut db = app.records.conn().await?;
            pictures::held(&mut db, &templates, &digests).await?
        };
        for object in old {
            let named = Key::parse_picture(&object.name);
            let wanted = held.iter().any(|of| named == Some((of.template, of.facts.bytes.sha256)));
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
