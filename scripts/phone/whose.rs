//! Whose the shelf is: of one person at one installation, until everything of theirs was sent.

use crate::lock;
use crate::shelf::Shelf;
use crate::sign_in::Session;
use anyhow::{bail, ensure};
use std::fs;
use std::io::ErrorKind;

/// What is the first person's own, besides the visits they were told of.
const THEIRS: [&str; 5] = ["device.json", "device.next.json", "reported.json", "time.json", "keys.json"];

impl Shelf {
    /// Keeps who has signed in. Somebody else takes the shelf over where it holds nothing unsent, and nothing of the first
    /// person's stays then but receipts; else what one person did would be sent in another's name.
    ///
    /// # Errors
    /// Work of somebody else waits here; the shelf can't be read or written.
    pub async fn keep_sign_in(&self, session: &Session) -> anyhow::Result<()> {
        let place = self.session();
        let _renewing = lock::patiently(&place.with_extension("lock")).await?;
        let Some(first) = Session::kept(&place).ok().filter(|first| !first.is_of_same(session)) else {
            return session.keep(&place);
        };
        let (Some(_working), Some(_pulling)) =
            (lock::now(&self.file("sync.lock"))?, lock::now(&self.file("pull.lock"))?)
        else {
            bail!("a sync or a pull is at work on this phone, and not for the same person")
        };
        let refused = self.aside("refused")?.len();
        let (photos, changes) = (self.held()?.len(), self.changes()?.len() + refused);
        ensure!(
            photos + changes == 0,
            "{photos} photos and {changes} changes of {} wait on this phone: sign in as them and sync (see refused, too), or \
             use another --shelf",
            named(&first)
        );
        self.forget_visits()?;
        for name in THEIRS {
            match fs::remove_file(self.file(name)) {
                Err(why) if why.kind() != ErrorKind::NotFound => return Err(why.into()),
                _ => {}
            }
        }
        session.keep(&place)
    }
}

/// Somebody, as people know them.
fn named(session: &Session) -> String {
    let who = session.login.as_ref().or(session.account.as_ref()).map_or("somebody else", |who| who);
    let at = session.base.as_ref().or(session.issuer.as_ref());
    at.map_or_else(|| who.to_owned(), |at| format!("{who} at {at}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops where it is wrong")]
mod tests {
    use crate::queue::Change;
    use crate::shelf::{Shelf, minted, now};
    use crate::sign_in::Session;
    use serde_json::{Map, json};
    use std::fs;

    fn session(login: &str, issuer: &str) -> Session {
        let text = |of: &str| Some(of.to_owned());
        let (base, issuer, account) = (text(issuer), text(issuer), text(&format!("account of {login}")));
        Session {
            base,
            issuer,
            account,
            login: text(login),
            ..Session::of_token(&format!("token of {login}"))
        }
    }

    #[tokio::test]
    async fn nobody_sends_another_s_work_and_nothing_of_theirs_is_left_to_whoever_comes_after() {
        let root = std::env::temp_dir().join(format!("fieldproof-whose-{}", minted(now()).unwrap()));
        let shelf = Shelf::open(&root).unwrap();
        let [an, binh] = ["an", "binh"].map(|login| session(login, "https://fieldproof.example"));
        shelf.keep_sign_in(&an).await.unwrap();
        let visit = minted(now()).unwrap();
        let change = Change::now("close_recording", json!({ "visit": visit }), None).unwrap();
        shelf.enter(&change).unwrap();
        shelf.keep_visit(&visit.to_string(), &Map::new()).unwrap();
        let key = shelf.device().unwrap();
        let elsewhere = session("an", "http://127.0.0.1:9");
        for other in [&binh, &elsewhere] {
            let no = shelf.keep_sign_in(other).await.unwrap_err().to_string();
            assert!(no.contains("1 changes of an at https://fieldproof.example"), "{no}");
            let kept = Session::kept(&shelf.session()).unwrap();
            assert_eq!((kept.access_token.as_str(), kept.login.as_deref()), ("token of an", Some("an")));
        }
        // The same person again goes on.
        shelf.keep_sign_in(&an).await.unwrap();
        assert_eq!((shelf.visits().unwrap(), shelf.changes().unwrap().len()), (1, 1));
        assert_eq!(format!("{:?}", shelf.device().unwrap()), format!("{key:?}"));
        // A phone that did not know whose it is yet: its token says so.
        fs::write(shelf.session(), r#"{"access_token":"a.eyJzdWIiOiJjaGkifQ.c","refresh_token":null}"#)
            .unwrap();
        let no = shelf.keep_sign_in(&binh).await.unwrap_err().to_string();
        assert!(no.contains("of chi wait"), "{no}");

        fs::remove_file(&shelf.changes().unwrap()[0].0).unwrap();
        shelf.keep_sign_in(&binh).await.unwrap();
        assert_eq!(Session::kept(&shelf.session()).unwrap().login.as_deref(), Some("binh"));
        assert!(shelf.visits().unwrap() == 0 && !root.join("device.json").exists());
        fs::remove_dir_all(&root).unwrap();
    }
}
