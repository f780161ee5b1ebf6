//! Signing in with a password: slowed down by failures, and telling nobody whether a login exists.

use super::Result;
use crate::app::App;
use crate::domain::account::{Login, Password, State};
use crate::domain::throttle::{self, Counted, KNOWN_FOR};
use crate::identity;
pub use crate::records::accounts::Account;
use crate::records::{self, Db, accounts, sign_ins};
use jiff::Timestamp;

/// What a login and a password proved.
#[derive(Clone, Debug)]
pub enum Proof {
    /// They belong together, and the account may sign in.
    Proven(Box<Account>),
    /// They do not, or there is no such account, or it may not: one answer for all.
    Wrong,
    /// Too many attempts; these were not looked at.
    Wait {
        /// Seconds until the next one is.
        seconds: i64,
    },
}

struct Subjects {
    counted: Vec<(Counted, String)>,
    known: String,
}

impl Subjects {
    fn of(login: &str, source: &str) -> Self {
        // Hashed: what people type into the login field by mistake is often their password.
        let login = hex::encode(identity::sha256(login.as_bytes()));
        let named = |counted: Counted| match counted {
            Counted::Pair => format!("pair:{login}:{source}"),
            Counted::Account => format!("account:{login}"),
            Counted::Source => format!("source:{source}"),
        };
        Self {
            counted: Counted::ALL.into_iter().map(|c| (c, named(c))).collect(),
            known: format!("known:{login}:{source}"),
        }
    }

    fn kind(&self, subject: &str) -> Option<Counted> {
        self.counted.iter().find(|(_, name)| name == subject).map(|(kind, _)| *kind)
    }
}

/// Tries a login and a password from a source (an address).
///
/// The attempt is counted before the password is looked at, so that many at once are no way around the count.
///
/// # Errors
/// An outage, or too many passwords being checked.
pub async fn prove(app: &App, login: &str, password: &str, source: &str) -> Result<Proof> {
    let now = app.now();
    let parsed = Login::parse(login).ok();
    let counted =
        parsed.as_ref().map_or_else(|| login.chars().take(200).collect(), |l| l.as_str().to_owned());
    let subjects = Subjects::of(&counted, source);
    if let Some(seconds) = count(app, &subjects, now).await? {
        tracing::warn!(seconds, "a sign-in was put off after too many failures");
        return Ok(Proof::Wait { seconds });
    }
    // What is no login is nobody's: it is not looked up, and costs the same as a wrong password.
    let found = match &parsed {
        Some(login) => accounts::by_login(&mut *app.records.conn().await?, login.as_str()).await?,
        None => None,
    };
    let (account, hash) = found.unzip();
    let fits = app.identity.verify_password(Password::typed(password), hash.flatten()).await?;
    let Some(account) = account.filter(|account| fits && account.state == State::Active) else {
        tracing::info!("a sign-in failed");
        return Ok(Proof::Wrong);
    };
    clear(app, &subjects, now).await?;
    Ok(Proof::Proven(Box::new(account)))
}

/// Refuses to go on from a proof that was overtaken: by a new password, or by the end of the account. The account is
/// held until the transaction ends, so that whatever ends its sessions comes before or after.
///
/// # Errors
/// `token.invalid`, or an outage.
pub(super) async fn still_proven(db: &mut Db, proven: &Account) -> Result<()> {
    let same = |held: &Account| {
        held.state == State::Active && held.password_changed_at == proven.password_changed_at
    };
    let held = accounts::hold(db, proven.id).await?;
    if held.as_ref().is_some_and(same) { Ok(()) } else { Err(super::sessions::not_held()) }
}

async fn count(app: &App, subjects: &Subjects, now: Timestamp) -> Result<Option<i64>> {
    let names: Vec<String> = subjects.counted.iter().map(|(_, name)| name.clone()).collect();
    let mut tx = app.records.begin().await?;
    let known_since = now.checked_sub(KNOWN_FOR).unwrap_or(now);
    let known = sign_ins::is_known(&mut tx, &subjects.known, known_since).await?;
    let counts = sign_ins::hold(&mut tx, &names, now).await?;
    let wait = |count: &sign_ins::Count| match subjects.kind(&count.subject) {
        Some(Counted::Account) if known => 0,
        Some(kind) => kind.wait_s(count.failures, count.last_at, now),
        None => 0,
    };
    let longest = counts.iter().map(wait).max().unwrap_or(0);
    if longest > 0 {
        return Ok(Some(longest));
    }
    for count in &counts {
        let next = throttle::next(count.failures, count.last_at, now);
        sign_ins::set(&mut tx, &count.subject, next, now).await?;
    }
    tx.commit_apart().await?;
    Ok(None)
}

async fn clear(app: &App, subjects: &Subjects, now: Timestamp) -> records::Result<()> {
    let names: Vec<String> = subjects.counted.iter().map(|(_, name)| name.clone()).collect();
    let mut tx = app.records.begin().await?;
    // All at once and in one order, as `count` does: two who sign in never wait for each other.
    let counts = sign_ins::hold(&mut tx, &names, now).await?;
    let mut done = Vec::new();
    for count in counts {
        // One success must not wipe out what a source did to other accounts.
        if subjects.kind(&count.subject) == Some(Counted::Source) {
            let fewer = count.failures.saturating_sub(1).max(0);
            sign_ins::set(&mut tx, &count.subject, fewer, count.last_at).await?;
        } else {
            done.push(count.subject);
        }
    }
    sign_ins::forget(&mut tx, &done).await?;
    sign_ins::set(&mut tx, &subjects.known, 0, now).await?;
    tx.commit_apart().await
}
