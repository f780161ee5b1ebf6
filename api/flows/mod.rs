//! The hall: what a person wants, one noun a file, one verb a function. Decides and orders; does no I/O of its own.

pub mod accounts;
pub mod actions;
pub mod assignments;
pub mod calendars;
pub mod campaigns;
pub mod clients;
pub mod clock;
pub mod company;
pub mod conflicts;
pub mod devices;
pub mod draws;
pub mod external;
pub mod findings;
pub mod forms;
pub mod fsck;
pub mod invitations;
pub mod keys;
pub mod minutes;
pub mod notices;
pub mod oauth;
pub mod owners;
pub mod photos;
pub mod pictures;
pub mod premises;
pub mod procedures;
pub mod profile;
pub mod promises;
pub mod publications;
pub mod recommendations;
pub mod references;
pub mod replays;
pub mod reports;
pub mod responses;
pub mod review;
pub mod reviews;
pub mod rounds;
pub mod scores;
pub mod sessions;
pub mod sign_in;
pub mod teams;
pub mod templates;
pub mod units;
pub mod unsent;
pub mod upkeep;
pub mod uploads;
pub mod visits;

use crate::domain::refusal::Refusal;
use crate::{media, records};

/// What went wrong, as far as a door needs to know.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// No, and why.
    #[error("{0}")]
    Refused(Refusal),
    /// An outside thing is away for the moment: the same request may succeed later.
    #[error("busy: {0}")]
    Busy(String),
    /// A fault of ours.
    #[error("fault: {0}")]
    Fault(String),
}

/// Shorthand of every flow.
pub type Result<T> = std::result::Result<T, Error>;

impl From<Refusal> for Error {
    fn from(no: Refusal) -> Self {
        Self::Refused(no)
    }
}

impl From<records::Error> for Error {
    fn from(why: records::Error) -> Self {
        match why {
            records::Error::Busy(why) => Self::Busy(format!("the database is away: {why}")),
            // A flow that expects a rule to be broken has looked before; here nobody did.
            records::Error::Constraint(name) => Self::Fault(format!("unexpected database rule {name}")),
            records::Error::Fault(why) => Self::Fault(why),
        }
    }
}

impl From<media::Error> for Error {
    fn from(why: media::Error) -> Self {
        match why {
            media::Error::Busy(why) => Self::Busy(format!("the object store is away: {why}")),
            media::Error::Missing => Self::Fault("an object or the bucket is missing".to_owned()),
            media::Error::Fault(why) => Self::Fault(why),
        }
    }
}

impl From<crate::identity::Busy> for Error {
    fn from(why: crate::identity::Busy) -> Self {
        Self::Busy(why.to_string())
    }
}

/// Random bytes for ids that a door mints.
#[must_use]
pub fn random_bytes<const N: usize>() -> [u8; N] {
    crate::identity::random()
}

/// A short name for content that a door serves: changes whenever the content does.
#[must_use]
pub fn fingerprint(content: &[u8]) -> String {
    crate::identity::sha256(content).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// A password that nobody chose: 120 random bits in letters and digits that are read aloud without doubt.
#[must_use]
pub fn random_password() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
    let bytes = crate::identity::random::<24>();
    let letters = bytes.map(|byte| LETTERS.get(usize::from(byte % 32)).copied().map_or('x', char::from));
    letters.chunks(6).map(|chunk| chunk.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// What is asked of a list of things that go along when units end: filters, and who stands for whom on which day.
#[derive(Clone, Debug, Default)]
pub struct Asked<W> {
    /// The filters.
    pub wanted: W,
    /// Open, and this unit answers for it: its own and what came from units that went to it as a whole.
    pub held_by: Option<crate::domain::ids::UnitId>,
    /// Open, and nobody in force answers for it: what waits for a person to say who does.
    pub held_by_nobody: bool,
    /// By the units of this day; today where none is named.
    pub as_of: Option<jiff::civil::Date>,
}

/// Cuts a page that was read one row too long; says whether there are more.
fn cut<T>(mut rows: Vec<T>, limit: u8) -> (Vec<T>, bool) {
    let more = rows.len() > usize::from(limit);
    rows.truncate(usize::from(limit));
    (rows, more)
}

/// Refuses a change that rests on another version than the current one.
fn current(sent: i32, held: i32) -> Result<()> {
    if sent == held {
        return Ok(());
    }
    let detail = format!("The current version is \"v{held}\"; read again, then change.");
    Err(Refusal::new(crate::domain::refusal::Kind::Stale, "version.stale", detail).into())
}

/// Refuses a list to a client program that may not ask for such things; what the list holds is a matter of reach.
fn scope(actor: &crate::domain::actor::Actor, deed: crate::domain::permission::Deed) -> Result<()> {
    if actor.scopes.contains(&deed.scope()) {
        return Ok(());
    }
    let detail = format!("This client may not ask for {}.", deed.scope().as_str());
    Err(Refusal::new(crate::domain::refusal::Kind::Forbidden, "scope-missing", detail).into())
}
