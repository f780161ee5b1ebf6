//! Walking the bucket, for reconciling rows and objects.

use super::{Error, Media};
use jiff::Timestamp;

/// An object as listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its full name.
    pub name: String,
    /// Its length in bytes.
    pub size_bytes: u64,
    /// When the store published it.
    pub modified_at: Timestamp,
}

impl Media {
    /// One page of objects whose names begin with `prefix`, in the order of names; the second value continues.
    ///
    /// # Errors
    /// The store's own.
    pub async fn list(
        &self,
        prefix: &str,
        from: Option<String>,
    ) -> Result<(Vec<Listed>, Option<String>), Error> {
        let asked = self
            .asking
            .list_objects_v2()
            .bucket(&self.bucket)
            .prefix(prefix)
            .set_continuation_token(from)
            .send();
        let page = asked.await.map_err(|why| Error::from_sdk(&why))?;
        let objects = page
            .contents()
            .iter()
            .map(|object| Listed {
                name: object.key().unwrap_or_default().to_owned(),
                size_bytes: object.size().and_then(|n| u64::try_from(n).ok()).unwrap_or(0),
                modified_at: object
                    .last_modified()
                    .and_then(|at| Timestamp::from_second(at.secs()).ok())
                    .unwrap_or_default(),
            })
            .collect();
        Ok((objects, page.next_continuation_token().map(ToOwned::to_owned)))
    }

    /// Removes an object by a name that was listed.
    ///
    /// # Errors
    /// The store's own.
    pub async fn delete_listed(&self, object: &Listed) -> Result<(), Error> {
        let asked = self.asking.delete_object().bucket(&self.bucket).key(&object.name).send();
        asked.await.map(|_| ()).map_err(|why| Error::from_sdk(&why))
    }
}
