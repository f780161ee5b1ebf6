//! A phone asks which of its photos are still wanted: after a day without a network, after a new installation.

use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::{ActionId, FindingId, PhotoId};
use crate::domain::permission::{self, Deed};
use crate::domain::photo::ledger::{self, Stage, Standing};
use crate::domain::photo::{self, Sha256};
use crate::domain::refusal::Refusal;
use crate::flows::units::today;
use crate::flows::{Error, Result, actions, findings, scope};
use crate::records::photos::{Known, Receipt, asked_after};
use crate::records::{self, Db};
use std::collections::HashMap;

/// Photos that are asked after at once.
pub const MOST_ASKED: usize = 500;

/// A photo as its phone has it.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// Its id.
    pub id: PhotoId,
    /// Digest of its bytes.
    pub sha256: Sha256,
}

/// What a phone is told of one of them.
#[derive(Clone, Debug)]
pub struct Told {
    /// The id it asked for.
    pub id: PhotoId,
    /// How far it got.
    pub standing: Standing,
    /// Whether its bytes are still to be sent.
    pub is_wanted: bool,
    /// Durable bytes of an upload of the asker's own that goes on.
    pub received_bytes: u64,
    /// What the phone may delete its copy for.
    pub receipt: Option<Receipt>,
}

/// Which of these photos are wanted, in the order they were asked for. A photo that the actor may not send is an unknown
/// one; what shows an action done or answers a finding is told to whoever declared it.
///
/// # Errors
/// `scope-missing`; `invalid` at `/photos` for more than [`MOST_ASKED`]; an outage.
pub async fn have(app: &App, actor: &Actor, asked: &[Asked]) -> Result<Vec<Told>> {
    scope(actor, Deed::SendPhoto)?;
    if asked.len() > MOST_ASKED {
        let detail = format!("asks after {} photos; at most {MOST_ASKED} at once", asked.len());
        return Err(Refusal::field("/photos", "photo.have-too-many", detail).into());
    }
    let mut db = app.records.conn().await?;
    let ids: Vec<PhotoId> = asked.iter().map(|one| one.id).collect();
    let found = asked_after(&mut db, actor, &ids, app.now()).await?;
    let mut theirs = HashMap::new();
    let mut after = After { app, actor, allowed: HashMap::new() };
    for known in found {
        if after.may_send(&mut db, &known).await? {
            theirs.insert(known.id, known);
        }
    }
    // Another request may have written something of it down this very moment.
    records::settle(&mut db).await?;
    Ok(asked.iter().map(|one| told(*one, theirs.get(&one.id))).collect())
}

fn told(asked: Asked, known: Option<&Known>) -> Told {
    let nothing = Told {
        id: asked.id,
        standing: Standing::Unknown,
        is_wanted: false,
        received_bytes: 0,
        receipt: None,
    };
    let Some(known) = known else { return nothing };
    if known.sha256 != asked.sha256 {
        return Told { standing: Standing::OtherDigest, ..nothing };
    }
    let is_damaged = ledger::is_damaged(known.state, known.reason.as_deref());
    let are_sound = ledger::state_of_bytes(known.state, known.before, known.reason.as_deref()).is_some();
    let stage = Stage::of(known.state, known.receipt.is_some(), known.received_bytes);
    let is_of_visit = known.action.is_none() && known.reply_to.is_none();
    let is_taken = !is_of_visit || photo::arrival(known.visit.state).is_ok();
    let is_awaited = is_damaged || matches!(stage, Stage::Expected | Stage::Receiving);
    Told {
        standing: Standing::At(stage),
        is_wanted: is_awaited && is_taken,
        received_bytes: if stage == Stage::Receiving { known.received_bytes } else { 0 },
        // A receipt is given for bytes that can be read again, and for no others: also where the photo was taken back.
        receipt: known.receipt.clone().filter(|_| are_sound),
        ..nothing
    }
}

/// What a photo came after: each is looked at once, however many photos belong to it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Later {
    Action(ActionId),
    Finding(FindingId),
}

struct After<'a> {
    app: &'a App,
    actor: &'a Actor,
    allowed: HashMap<Later, bool>,
}

impl After<'_> {
    /// Whether the actor may send this photo.
    async fn may_send(&mut self, db: &mut Db, known: &Known) -> Result<bool> {
        let later = match (known.action, known.reply_to) {
            (Some(action), _) => Later::Action(action),
            (None, Some(finding)) => Later::Finding(finding),
            (None, None) => {
                return Ok(permission::allows(self.actor, Deed::SendPhoto, &known.visit.subject));
            }
        };
        if self.actor.account() != Some(known.declared_by) {
            return Ok(false);
        }
        if let Some(allowed) = self.allowed.get(&later) {
            return Ok(*allowed);
        }
        let (deed, day) = (Deed::SendPhoto, today(self.app));
        let judged = match later {
            Later::Action(id) => actions::shown_by(db, self.actor, (id, deed), day).await.map(|_| ()),
            Later::Finding(id) => findings::shown_to(db, self.actor, (id, deed), day).await.map(|_| ()),
        };
        let allowed = match judged {
            Ok(()) => true,
            Err(Error::Refused(_)) => false,
            Err(other) => return Err(other),
        };
        self.allowed.insert(later, allowed);
        Ok(allowed)
    }
}
