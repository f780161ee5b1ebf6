//! Reconciling rows and objects: what a crash left behind, what a disk lost.

mod pictures;
mod pieces;
mod previews;

use super::Result;
use crate::app::App;
use crate::domain::ids::PhotoId;
use crate::domain::photo::Arrived;
use crate::media::{self, Key, Listed};
use crate::records::photos::{self, HeldOriginal};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::SignedDuration;
use serde::Serialize;
use sha2::Digest;

/// Younger objects may belong to an upload whose row is about to be written.
const GRACE: SignedDuration = SignedDuration::from_hours(24);
/// Rows looked at in one query.
const PAGE: i64 = 500;
/// Questions asked of the store at the same time.
const AT_ONCE: usize = 8;

/// What to do besides looking.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Remove objects that no row names and that are older than a day; promise anew to examine what was forgotten.
    pub repair: bool,
    /// Read every original and compare its digest, not only its length.
    pub deep: bool,
    /// Look at objects of any age. Only while nothing is sent: the row of a young one may be about to be written.
    pub young: bool,
}

/// What was found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Rows that claim to have their bytes.
    pub rows: u64,
    /// Objects under `originals/`.
    pub objects: u64,
    /// Photos whose original is missing or has another length: evidence is lost, restore it from a backup.
    pub missing: Vec<PhotoId>,
    /// Photos whose original has another digest (`deep` only): as bad as missing.
    pub damaged: Vec<PhotoId>,
    /// Photos that wait to be examined while no open task promises it.
    pub forgotten: Vec<PhotoId>,
    /// How many of those were promised anew.
    pub promised: u64,
    /// Photos that were examined before receipts were given and have none, while no open task promises to read them again.
    pub unverified: Vec<PhotoId>,
    /// How many of those were promised to be read again.
    pub verifications: u64,
    /// Guidance pictures that templates hold.
    pub pictures: u64,
    /// Objects of guidance pictures that are missing or have another length: send them again.
    pub pictures_missing: Vec<String>,
    /// Objects of guidance pictures that have another digest (`deep` only): as bad as missing.
    pub pictures_damaged: Vec<String>,
    /// Objects of previews.
    pub previews: u64,
    /// Pieces of uploads that are not whole yet.
    pub pieces: u64,
    /// Pieces that are missing or have another length: their uploads can't go on.
    pub pieces_missing: Vec<String>,
    /// Uploads that were given up for that; their phones begin anew.
    pub uploads_ended: u64,
    /// How many of the missing pieces went with them.
    pub pieces_forgotten: u64,
    /// Names of objects that no row names.
    pub orphans: Vec<String>,
    /// How many of those were removed.
    pub removed: u64,
}

impl Report {
    /// Whether nothing is left for a person to do.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let all = |found: usize, repaired: u64| u64::try_from(found).is_ok_and(|found| found == repaired);
        self.missing.is_empty()
            && self.damaged.is_empty()
            && self.pictures_missing.is_empty()
            && self.pictures_damaged.is_empty()
            && all(self.forgotten.len(), self.promised)
            && all(self.unverified.len(), self.verifications)
            && all(self.pieces_missing.len(), self.pieces_forgotten)
            && all(self.orphans.len(), self.removed)
    }
}

/// Compares every row with its object and every object with its row.
///
/// # Errors
/// An outage of the database or the store; what was removed by then stays removed.
pub async fn fsck(app: &App, options: Options) -> Result<Report> {
    let mut report = Report::default();
    rows(app, options, &mut report).await?;
    objects(app, options, &mut report).await?;
    pictures::rows(app, options, &mut report).await?;
    pictures::objects(app, options, &mut report).await?;
    previews::objects(app, options, &mut report).await?;
    pieces::rows(app, options, &mut report).await?;
    pieces::objects(app, options, &mut report).await?;
    Ok(report)
}

enum State {
    Whole,
    Missing,
    Damaged,
}

async fn rows(app: &App, options: Options, report: &mut Report) -> Result<()> {
    let mut after = None;
    loop {
        let page = {
            let mut db = app.records.conn().await?;
            photos::held_after(&mut db, after, PAGE).await?
        };
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.photo);
        report.rows += u64::try_from(page.len()).unwrap_or(0);
        promises(app, options, &page, report).await?;
        let states: Vec<(PhotoId, State)> = stream::iter(page)
            .map(|held| async move {
                let key = Key::Original { owner: held.owner, photo: held.photo, sha256: held.sha256 };
                let promised = Arrived { size_bytes: held.size_bytes, sha256: held.sha256 };
                Ok::<_, media::Error>((held.photo, look(app, &key, promised, options.deep).await?))
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        for (photo, state) in states {
            match state {
                State::Whole => {}
                State::Missing => report.missing.push(photo),
                State::Damaged => report.damaged.push(photo),
            }
        }
    }
}

async fn promises(app: &App, options: Options, page: &[HeldOriginal], report: &mut Report) -> Result<()> {
    let ids: Vec<PhotoId> = page.iter().map(|held| held.photo).collect();
    let mut tx = app.records.begin().await?;
    let forgotten = photos::forgotten(&mut tx, &ids).await?;
    let unverified = photos::unverified(&mut tx, &ids).await?;
    if options.repair {
        for photo in &unverified {
            super::promises::verify(&mut tx, *photo, app.now()).await?;
            report.verifications += 1;
        }
        for photo in &forgotten {
            super::promises::examine_again(&mut tx, *photo, app.now()).await?;
            report.promised += 1;
        }
    }
    tx.commit().await?;
    report.forgotten.extend(forgotten);
    report.unverified.extend(unverified);
    Ok(())
}

async fn look(
    app: &App,
    key: &Key,
    promised: Arrived,
    deep: bool,
) -> std::result::Result<State, media::Error> {
    match app.media.head(key).await? {
        Some(object) if object.size_bytes == promised.size_bytes => {}
        _ => return Ok(State::Missing),
    }
    if !deep {
        return Ok(State::Whole);
    }
    let (_, mut chunks) = app.media.get(key, None).await?;
    let mut hash = sha2::Sha256::new();
    while let Some(chunk) = chunks.next().await {
        match chunk {
            Ok(chunk) => hash.update(&chunk),
            // Our own store cuts a damaged object short instead of giving it.
            Err(_) => return Ok(State::Damaged),
        }
    }
    let same = <[u8; 32]>::from(hash.finalize()) == promised.sha256.0;
    Ok(if same { State::Whole } else { State::Damaged })
}

async fn objects(app: &App, options: Options, report: &mut Report) -> Result<()> {
    let mut from = None;
    loop {
        let (page, next) = app.media.list(media::key::ORIGINALS, from).await?;
        report.objects += u64::try_from(page.len()).unwrap_or(0);
        let old = old_enough(app, options, page);
        let ids: Vec<PhotoId> =
            old.iter().filter_map(|object| named(object).map(|(photo, _)| photo)).collect();
        let known = {
            let mut db = app.records.conn().await?;
            photos::promised_digests(&mut db, &ids).await?
        };
        for object in old {
            let wanted = named(&object).is_some_and(|(photo, sha256)| known.get(&photo) == Some(&sha256));
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

fn old_enough(app: &App, options: Options, page: Vec<Listed>) -> Vec<Listed> {
    if options.young {
        return page;
    }
    let oldest_kept = app.now().checked_sub(GRACE).unwrap_or_default();
    page.into_iter().filter(|object| object.modified_at < oldest_kept).collect()
}

/// An object that no row names.
async fn orphan(app: &App, options: Options, report: &mut Report, object: Listed) -> Result<()> {
    if options.repair {
        app.media.delete_listed(&object).await?;
        report.removed += 1;
    }
    report.orphans.push(object.name);
    Ok(())
}

fn named(object: &Listed) -> Option<(PhotoId, crate::domain::photo::Sha256)> {
    match Key::parse_original(&object.name)? {
        Key::Original { photo, sha256, .. } => Some((photo, sha256)),
        Key::Derivative { .. }
        | Key::Masked { .. }
        | Key::Picture { .. }
        | Key::Preview { .. }
        | Key::Piece { .. } => None,
    }
}
