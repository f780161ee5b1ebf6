//! People with roles, signed in, without the way through the sign-in page: for stories about something else.

use super::{House, Visitor};
use fieldproof::domain::actor::{Role, Scope};
use fieldproof::domain::ids::{AccountId, SessionId};
use fieldproof::domain::key::Purpose;
use fieldproof::flows;
use fieldproof::identity::token::{Grantee, sign};
use uuid::Uuid;

/// Somebody with an account and an access token.
pub struct Person {
    /// Their account.
    pub account: Uuid,
    /// What they call with.
    pub visitor: Visitor,
}

impl House {
    /// Signs somebody in who holds these roles; without an owner they hold everywhere.
    pub async fn officer(&self, name: &str, roles: &[(Role, Option<Uuid>)]) -> Person {
        let (account, session) = (Uuid::new_v4(), Uuid::new_v4());
        let sql = self.sql().await;
        let make = "INSERT INTO accounts (id, login, display_name, locale, state, created_at)
            VALUES ($1::text::uuid, $1, $2, 'vi', 'active', now())";
        sql.execute(make, &[&account.to_string(), &name]).await.expect("an account");
        for (role, owner) in roles {
            let give = "INSERT INTO grants (id, account_id, role, owner_id, granted_at)
                VALUES ($1::text::uuid, $2::text::uuid, $3, $4::text::uuid, now())";
            let (grant, owner) = (Uuid::new_v4().to_string(), owner.map(|id| id.to_string()));
            sql.execute(give, &[&grant, &account.to_string(), &role.as_str(), &owner])
                .await
                .expect("a grant");
        }
        let scopes = Scope::ALL.map(Scope::as_str).to_vec();
        let begin = "INSERT INTO sessions (id, kind, account_id, client_id, scopes, created_at, last_used_at, expires_at)
            VALUES ($1::text::uuid, 'app', $2::text::uuid, 'fieldproof-phone', $3, now(), now(), now() + interval '1 day')";
        sql.execute(begin, &[&session.to_string(), &account.to_string(), &scopes]).await.expect("a session");
        let key = flows::keys::active(&self.app, Purpose::Access).await.expect("a key");
        let to = Grantee {
            issuer: &self.app.config.public_url,
            subject: AccountId(account).to_string(),
            client: "fieldproof-phone",
            session: SessionId(session),
            scope: scopes.join(" "),
        };
        let life = std::time::Duration::from_mins(10);
        let token = sign(&key, to, self.app.now(), life).expect("a token");
        Person { account, visitor: self.bearer(&token) }
    }

    /// Which deeds were recorded about an object, in order.
    pub async fn deeds(&self, object: &str) -> Vec<String> {
        let sql = "SELECT deed FROM custody WHERE object_id = $1 ORDER BY seq";
        let rows = self.sql().await.query(sql, &[&object]).await.expect("the log can be read");
        rows.iter().map(|row| row.get(0)).collect()
    }
}
