//! A device of everybody's own, one of somebody's at each owner; and an envelope around each photo.

use super::ground::{Names, Walker};
use std::collections::HashMap;
use tokio_postgres::Client;
use uuid::Uuid;

async fn device(sql: &Client, id: Uuid, owner: Uuid, account: Uuid) {
    let make = format!(
        "INSERT INTO devices (id, owner_id, account_id, name, model, public_key, key_id, enrolled_at, enrolled_by)
         VALUES ('{id}', '{owner}', '{account}', 'Máy', 'A15',
             '{{\"crv\": \"Ed25519\", \"kty\": \"OKP\", \"x\": \"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}}', '{id}',
             now(), '{account}')"
    );
    sql.batch_execute(&make).await.expect("a device");
}

/// Lays them out: whoever walks has one of the id of their spare session.
pub async fn lay(
    sql: &Client,
    owners: [(char, Uuid); 2],
    stranger: Uuid,
    walkers: &[Walker],
) -> HashMap<(&'static str, char), Names> {
    let mut subjects = HashMap::from([(("devices", 'm'), Names::new())]);
    for walker in walkers.iter().filter(|walker| !walker.account.is_nil()) {
        device(sql, walker.spare_device, owners[0].1, walker.account).await;
    }
    for (letter, owner) in owners {
        let id = Uuid::new_v4();
        device(sql, id, owner, stranger).await;
        subjects.insert(("devices", letter), Names::from([("device", id.to_string())]));
    }
    let sign =
        "UPDATE photos SET envelope = jsonb_build_object('state', 'unknown_device', 'device', id, 'alg', '',
             'key_id', NULL, 'signed_sha256', '');
         INSERT INTO capture_envelopes SELECT id, '', '{}', now() FROM photos";
    sql.batch_execute(sign).await.expect("envelopes");
    subjects
}
