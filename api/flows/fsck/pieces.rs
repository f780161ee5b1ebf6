//! The same for pieces of uploads: each row with its object, each object with its row.

use super::{AT_ONCE, Options, PAGE, Report, Result, old_enough, orphan};
use crate::app::App;
use crate::domain::ids::UploadId;
use crate::flows::uploads::{give_up, part};
use crate::media::{self, Key};
use crate::records::uploads::{self, Piece};
use futures::{StreamExt, TryStreamExt, stream};
use std::collections::HashSet;

pub(super) async fn rows(app: &App, options: Options, report: &mut Report) -> Result<()> {
    let mut last: Option<Piece> = None;
    loop {
        let page = {
            let mut db = app.records.conn().await?;
            uploads::pieces_after(&mut db, last, PAGE).await?
        };
        let Some(end) = page.last() else { return Ok(()) };
        last = Some(*end);
        report.pieces += u64::try_from(page.len()).unwrap_or(0);
        let lost: Vec<Option<Piece>> = stream::iter(page)
            .map(|piece| async move {
                let wanted = part(&piece);
                let held = app.media.head(&wanted.key).await?;
                let is_there = held.is_some_and(|object| object.size_bytes == wanted.length);
                Ok::<_, media::Error>((!is_there).then_some(piece))
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        let lost: Vec<Piece> = still_named(app, lost.into_iter().flatten().collect()).await?;
        for piece in &lost {
            report.pieces_missing.push(part(piece).key.name());
        }
        if options.repair {
            let ended: HashSet<UploadId> = lost.iter().map(|piece| piece.upload).collect();
            for upload in ended {
                give_up(app, upload).await?;
                report.uploads_ended += 1;
            }
            report.pieces_forgotten += u64::try_from(lost.len()).unwrap_or(0);
        }
    }
}

/// Those that still have a row: an upload may have been completed since its rows were read.
async fn still_named(app: &App, lost: Vec<Piece>) -> Result<Vec<Piece>> {
    if lost.is_empty() {
        return Ok(lost);
    }
    let ids: Vec<UploadId> = lost.iter().map(|piece| piece.upload).collect();
    let named = uploads::pieces_of(&mut *app.records.conn().await?, &ids).await?;
    Ok(lost.into_iter().filter(|piece| named.contains(piece)).collect())
}

pub(super) async fn objects(app: &App, options: Options, report: &mut Report) -> Result<()> {
    let mut from = None;
    loop {
        let (page, next) = app.media.list(media::key::PIECES, from).await?;
        let old = old_enough(app, options, page);
        let ids: Vec<UploadId> =
            old.iter().filter_map(|object| Key::parse_piece(&object.name)).map(|(id, _, _)| id).collect();
        let named = {
            let mut db = app.records.conn().await?;
            uploads::pieces_of(&mut db, &ids).await?
        };
        let named: HashSet<String> = named.iter().map(|piece| part(piece).key.name()).collect();
        for object in old {
            if !named.contains(&object.name) {
                orphan(app, options, report, object).await?;
            }
        }
        match next {
            Some(_) => from = next,
            None => return Ok(()),
        }
    }
}
