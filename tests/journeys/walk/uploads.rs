//! An upload of each photo by everybody of the matrix: whose it is decides nothing by itself.

use super::ground::Ground;
use uuid::Uuid;

/// The upload of a photo by an account; a different one for each pair.
pub fn upload_of(photo: &str, account: Uuid) -> Uuid {
    let photo = Uuid::parse_str(photo).expect("a photo's id");
    Uuid::from_u128(photo.as_u128() ^ account.as_u128())
}

/// Begins them all, and gives each photo a preview.
pub async fn lay(ground: &Ground) {
    let sql = ground.at.house.sql().await;
    let preview = serde_json::json!({ "sha256": "0".repeat(64), "size_bytes": 9, "media_type": "image/jpeg",
        "width": 4, "height": 3, "received_at": "2026-03-20T01:15:24Z" });
    let previews = format!("UPDATE photos SET preview = '{preview}'");
    sql.batch_execute(&previews).await.expect("previews");
    for letter in "osuztabfg".chars() {
        let photo = &ground.names("photos", letter)["photo"];
        for walker in ground.walkers.iter().filter(|walker| !walker.account.is_nil()) {
            let id = upload_of(photo, walker.account);
            let begin = format!(
                "INSERT INTO uploads (id, photo_id, account_id, length_bytes, created_at, expires_at)
                 VALUES ('{id}', '{photo}', '{}', 1, now(), now() + interval '1 day') ON CONFLICT DO NOTHING",
                walker.account
            );
            sql.batch_execute(&begin).await.expect("an upload");
        }
    }
}
