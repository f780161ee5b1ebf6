//! Pull: everything somebody may see, as a delta to what their phone was told before.
//!
//! State is compared with state: for each follower the rows say which visits it was told of and up to which line of their
//! logs. Lines are numbered under the visit's row lock, in the transaction of the deed they tell of, so numbers follow the
//! order of commits and a deed that commits late is a number that is still to come. A page is read at one instant.

mod parts;

pub use parts::{Item, Part};

use super::note_sealed_reads;
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::{AccountId, FollowerId, VisitId};
use crate::domain::permission::Deed;
use crate::domain::refusal::Refusal;
use crate::flows::{Error, Result, cut, random_bytes, scope};
use crate::identity;
use crate::records::Tx;
use crate::records::followers::parts::{self as spans, ACTION, FINDING, PHOTO, RECOMMENDATION, Span};
use crate::records::followers::{self as rows, Differing, Follower, Known, Place, Told};
use crate::records::visits::{life, standings};
use jiff::{SignedDuration, Timestamp};
use parts::Taken;
use std::collections::HashMap;

/// So long a follower that does not ask is remembered.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24 * 90);
/// Most followers of one person: phones, and beginnings anew.
const MOST_FOLLOWERS: i64 = 20;
/// How many visits a page begins to tell whole: one alone nearly fills it.
const MOST_WHOLE: usize = 20;
/// How often requests of the same follower that meet are tried.
const TRIES: usize = 20;
/// What a follower asks again within is not written down anew.
const USED_WITHIN: SignedDuration = SignedDuration::from_hours(24);
/// Rows that are forgotten at once.
const BATCH: i64 = 10_000;

/// Sees photos.
const SEES_PHOTOS: i16 = 1;
/// Sees findings and recommendations.
const SEES_FINDINGS: i16 = 2;
/// Is told of actions and of what shows them done, of each as far as it is theirs to see. A follower from before they were told
/// holds none, and differs by this.
const HEARS_OF_ACTIONS: i16 = 4;

/// How far a follower came: everything up to this answer it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Which follower.
    pub follower: FollowerId,
    /// The answer.
    pub seq: i64,
}

/// What has changed.
#[derive(Clone, Debug)]
pub struct Page {
    /// What is gone first, then visit by visit; a visit before its parts.
    pub items: Vec<Item>,
    /// Where the follower is once it holds them.
    pub next: Cursor,
    /// Whether there was more at the instant of the page.
    pub more: bool,
}

/// The next page behind a cursor; everything from its beginning without one. `None` where nobody of this account has such a
/// cursor, any more.
///
/// # Errors
/// `scope-missing`, `forbidden` for a program; an outage.
pub async fn pull(app: &App, actor: &Actor, at: Option<Cursor>, limit: u8) -> Result<Option<Page>> {
    let account = actor.account().ok_or_else(Refusal::forbidden)?;
    scope(actor, Deed::ReadVisit)?;
    let at = match at {
        Some(at) => at,
        None => begin(app, account).await?,
    };
    for _ in 0..TRIES {
        let mut tx = app.records.begin_at_one_instant().await?;
        let held = match rows::hold(&mut tx, at.follower, since(app.now())).await {
            Err(why) if why.is_clash() => continue,
            held => held?,
        };
        // A memory that is younger than the cursor comes from a backup, and knows nothing of what was told since.
        return match held.filter(|held| held.account == account && at.seq <= held.seq) {
            Some(held) => Ok(Some(Pull { tx, app, actor, held, at }.page(limit).await?)),
            None => Ok(None),
        };
    }
    Err(Error::Busy("too many requests of one follower at once".to_owned()))
}

fn since(now: Timestamp) -> Timestamp {
    now.checked_sub(REMEMBERED).unwrap_or(now)
}

async fn begin(app: &App, account: AccountId) -> Result<Cursor> {
    let follower = FollowerId::random(random_bytes());
    let new = Follower { id: follower, account, seq: 0, used_at: app.now() };
    rows::begin(&mut *app.records.conn().await?, &new, MOST_FOLLOWERS).await?;
    Ok(Cursor { follower, seq: 0 })
}

/// Forgets followers that have not asked for long.
///
/// # Errors
/// An outage.
pub async fn forget(app: &App) -> Result<()> {
    let mut db = app.records.conn().await?;
    while rows::forget(&mut db, since(app.now()), BATCH).await? > 0 {}
    Ok(())
}

/// A page in the making.
struct Pull<'a> {
    tx: Tx,
    app: &'a App,
    actor: &'a Actor,
    held: Follower,
    at: Cursor,
}

/// A visit, and what of it is to be told.
struct Telling {
    visit: VisitId,
    /// Behind this line; negative for all of it.
    told: i64,
    /// Up to this one.
    toward: i64,
    /// The last line there is.
    last: i64,
    /// Behind this part of what is told.
    behind: Option<Place>,
    rights: i16,
    /// The digest of the visit itself that holds once this is told.
    mark: Option<i64>,
    /// Whether the visit itself is to be told for its digest.
    anew: bool,
    /// Whether what the follower holds of it is void.
    is_fresh: bool,
}

impl Telling {
    /// What is told goes on from what is known, as long as the same kinds are to be seen; else it begins anew.
    fn of(differing: &Differing, (last, mark): (i64, i64), rights: i16) -> Self {
        let begun = |known: &Known| known.number >= 0 || known.toward.is_some();
        let known = differing.known.filter(|known| !known.gone && known.rights == rights && begun(known));
        let visit = differing.visit;
        let Some(known) = known else {
            let (told, mark) = (-1, Some(mark));
            return Self {
                visit,
                told,
                toward: last,
                last,
                behind: None,
                rights,
                mark,
                anew: true,
                is_fresh: true,
            };
        };
        let anew = known.mark != Some(mark);
        // In the midst of its parts the visit itself is not told: its digest stays what it was, and tells it later.
        let mark = if known.inside.is_some() { known.mark } else { Some(mark) };
        let toward = known.toward.unwrap_or(last);
        let (told, behind) = (known.number, known.inside);
        Self { visit, told, toward, last, behind, rights, mark, anew, is_fresh: false }
    }

    fn span(&self) -> Span {
        Span { visit: self.visit, told: self.told, toward: self.toward, anew: self.anew }
    }

    /// Whether the part is still to be told, to somebody with these rights.
    fn tells(&self, place: &Place) -> bool {
        let may = match place.0 {
            PHOTO => self.rights & SEES_PHOTOS != 0,
            FINDING | RECOMMENDATION => self.rights & SEES_FINDINGS != 0,
            ACTION => self.rights & HEARS_OF_ACTIONS != 0,
            _ => true,
        };
        may && self.behind.is_none_or(|behind| *place > behind)
    }

    /// What the follower holds once it was told up to a part, or everything.
    fn told(&self, up_to: Option<Place>) -> Told {
        let (number, toward) = match up_to {
            Some(_) => (self.told, Some(self.toward)),
            None => (self.toward, None),
        };
        let known =
            Known { gone: false, number, toward, inside: up_to, rights: self.rights, mark: self.mark };
        Told { visit: self.visit, known, is_fresh: self.is_fresh }
    }
}

impl Pull<'_> {
    async fn page(mut self, limit: u8) -> Result<Page> {
        let footing = self.footing().await?;
        rows::roll_back(&mut self.tx, self.at.follower, self.at.seq).await?;
        let of = (self.at.follower, footing);
        let found = rows::differing(&mut self.tx, self.actor, of, i64::from(limit) + 1).await?;
        let (found, mut more) = cut(found, limit);
        let gone: Vec<VisitId> = found.iter().filter(|of| of.now.is_none()).map(|of| of.visit).collect();
        let tellings = self.tellings(&found).await?;
        let mut told: Vec<Told> = gone.iter().map(|visit| gone_from(*visit)).collect();
        let (taken, rest) = self.fill(&tellings, usize::from(limit) - gone.len(), &mut told).await?;
        more |= rest;
        let mut items: Vec<Item> =
            gone.into_iter().map(|visit| Item { visit, whole: false, part: Part::Gone }).collect();
        items.extend(self.load(taken).await?);
        if told.is_empty() {
            return self.nothing_new().await;
        }
        self.held.seq += 1;
        self.held.used_at = self.app.now();
        let of = (self.held.id, self.held.seq, footing);
        rows::keep(&mut self.tx, of, &told).await?;
        rows::answered(&mut self.tx, &self.held).await?;
        let next = Cursor { follower: self.held.id, seq: self.held.seq };
        // Flushes what others wrote before, too, so that nothing is told that a crash could take back.
        self.tx.commit().await?;
        Ok(Page { items, next, more })
    }

    /// The follower holds everything: nothing is written, so that asking costs little.
    async fn nothing_new(mut self) -> Result<Page> {
        let now = self.app.now();
        if now.duration_since(self.held.used_at) > USED_WITHIN {
            self.held.used_at = now;
            rows::answered(&mut self.tx, &self.held).await?;
        }
        self.tx.commit().await?;
        Ok(Page { items: Vec::new(), next: self.at, more: false })
    }

    /// A digest of all that decides which parts of visits somebody sees, the visits apart. Where it differs from that of the
    /// last telling, each visit's rights are looked at again.
    async fn footing(&mut self) -> Result<i64> {
        let seats = match self.actor.account() {
            Some(account) => rows::seats(&mut self.tx, account).await?,
            None => Vec::new(),
        };
        let said = |id: Option<String>| id.unwrap_or_default();
        let mut words: Vec<String> = self
            .actor
            .grants
            .iter()
            .map(|grant| {
                let (owner, unit) =
                    (said(grant.owner.map(|id| id.to_string())), said(grant.unit.map(|id| id.to_string())));
                format!(
                    "{} {owner} {unit} {}",
                    grant.role.as_str(),
                    said(grant.campaign.map(|id| id.to_string()))
                )
            })
            .collect();
        words.extend(self.actor.scopes.iter().map(|scope| scope.as_str().to_owned()));
        words.extend(seats);
        words.push(format!("told {HEARS_OF_ACTIONS}"));
        words.sort_unstable();
        let digest = identity::sha256(words.join("\n").as_bytes());
        let mut first = [0; 8];
        first.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        Ok(i64::from_be_bytes(first))
    }

    /// What of these visits is to be told, those that are gone apart.
    async fn tellings(&mut self, found: &[Differing]) -> Result<Vec<Telling>> {
        let seen: Vec<VisitId> = found.iter().filter(|of| of.now.is_some()).map(|of| of.visit).collect();
        let sees = |deed, subject: &_| super::may_do(self.actor, deed, subject);
        let hears = if scope(self.actor, Deed::ReadActions).is_ok() { HEARS_OF_ACTIONS } else { 0 };
        let rights: HashMap<VisitId, i16> = standings(&mut self.tx, self.actor, &seen)
            .await?
            .into_iter()
            .map(|standing| {
                let photos = if sees(Deed::ReadPhotos, &standing.subject) { SEES_PHOTOS } else { 0 };
                let findings = if sees(Deed::ReadFindings, &standing.subject) { SEES_FINDINGS } else { 0 };
                (standing.id, photos | findings | hears)
            })
            .collect();
        let telling = |of: &Differing| {
            let rights = rights.get(&of.visit).copied().unwrap_or(0);
            of.now.map(|now| Telling::of(of, now, rights))
        };
        Ok(found.iter().filter_map(telling).collect())
    }

    /// Takes parts until the page is full; says whether some are left.
    async fn fill(
        &mut self,
        tellings: &[Telling],
        room: usize,
        told: &mut Vec<Told>,
    ) -> Result<(Vec<Taken>, bool)> {
        let mut whole = 0;
        let begun = tellings.iter().take_while(|telling| {
            whole += usize::from(telling.told < 0);
            whole <= MOST_WHOLE
        });
        let begun: Vec<&Telling> = begun.collect();
        let mut more = begun.len() < tellings.len();
        let spans: Vec<Span> = begun.iter().map(|telling| telling.span()).collect();
        let mut parts = spans::to_tell(&mut self.tx, &spans).await?;
        let mut taken = Vec::new();
        for telling in begun {
            let mut due = parts.remove(&telling.visit).unwrap_or_default();
            due.retain(|place| telling.tells(place));
            let left = room - taken.len();
            if left == 0 && !due.is_empty() {
                more = true;
                break;
            }
            let is_cut = due.len() > left;
            due.truncate(left);
            told.push(telling.told(due.last().copied().filter(|_| is_cut)));
            more |= is_cut || telling.toward < telling.last;
            let sees_photos = telling.rights & SEES_PHOTOS != 0;
            let (visit, is_fresh) = (telling.visit, telling.is_fresh);
            taken.extend(due.into_iter().map(|place| Taken { visit, is_fresh, sees_photos, place }));
        }
        Ok((taken, more))
    }

    /// Reads parts as they are at the instant of the page, and records that sealed visits were looked at.
    async fn load(&mut self, taken: Vec<Taken>) -> Result<Vec<Item>> {
        let mut ids: Vec<VisitId> = taken.iter().map(|of| of.visit).collect();
        ids.dedup();
        let mut visits = life::load(&mut self.tx, &ids).await?;
        note_sealed_reads(&mut self.tx, self.actor, &visits, "sync", self.app.now()).await?;
        super::warn_of_ends(&mut self.tx, &mut visits).await?;
        parts::load(&mut self.tx, (self.app, self.actor), visits, taken).await
    }
}

fn gone_from(visit: VisitId) -> Told {
    let known = Known { gone: true, number: -1, toward: None, inside: None, rights: 0, mark: None };
    Told { visit, known, is_fresh: true }
}
