//! Registered client programs.

use super::schema::clients;
use super::{Db, Error, Result};
use crate::domain::actor::Scope;
use crate::domain::client::{Client, ClientKind};
use crate::domain::ids::OwnerId;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = clients)]
struct Row {
    id: String,
    name: String,
    kind: String,
    secret_hash: Option<Vec<u8>>,
    redirect_uris: Vec<String>,
    scopes: Vec<String>,
    owner_id: Option<Uuid>,
}

impl TryFrom<Row> for Client {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            kind: ClientKind::parse(&row.kind).ok_or_else(|| Error::bad_row(&row.kind))?,
            id: row.id,
            name: row.name,
            secret_hash: row.secret_hash,
            redirect_uris: row.redirect_uris,
            // A scope that this version no longer knows is one that nobody may use.
            scopes: row.scopes.iter().filter_map(|name| Scope::parse(name)).collect(),
            owner: row.owner_id.map(OwnerId),
        })
    }
}

/// A client that is not disabled.
///
/// # Errors
/// The database's own.
pub async fn find(db: &mut Db, id: &str) -> Result<Option<Client>> {
    let row = clients::table
        .find(id)
        .filter(clients::disabled_at.is_null())
        .select(Row::as_select())
        .first(db)
        .await
        .optional()?;
    row.map(Client::try_from).transpose()
}

/// Registers a client. [`Error::Constraint`] `clients_pkey` if the id is taken.
///
/// # Errors
/// The database's own.
pub async fn register(db: &mut Db, client: &Client, now: Timestamp) -> Result<()> {
    let scopes: Vec<&str> = client.scopes.iter().map(|s| s.as_str()).collect();
    diesel::insert_into(clients::table)
        .values((
            clients::id.eq(&client.id),
            clients::name.eq(&client.name),
            clients::kind.eq(client.kind.as_str()),
            clients::secret_hash.eq(&client.secret_hash),
            clients::redirect_uris.eq(&client.redirect_uris),
            clients::scopes.eq(scopes),
            clients::owner_id.eq(client.owner.map(|id| id.0)),
            clients::created_at.eq(now.to_diesel()),
        ))
        .execute(db)
        .await?;
    Ok(())
}
