//! A photo's bytes on their way over several requests: where the next may begin, and when they are whole.

use crate::ids::{PhotoId, UploadId};
use jiff::{SignedDuration, Timestamp};

/// How long an upload that gets no further is kept: a phone may be days without a network.
pub const LIFE: SignedDuration = SignedDuration::from_hours(72);

/// Most characters of what a client says about an upload.
pub const METADATA_LIMIT: usize = 8 * 1024;

/// How far an upload got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Random, never used again for another one.
    pub id: UploadId,
    /// Whose bytes they are.
    pub photo: PhotoId,
    /// Bytes of the whole photo, as declared.
    pub length_bytes: u64,
    /// Bytes that are durable, from the first on. Never becomes less.
    pub received_bytes: u64,
    /// Counts who appends: whoever began last has the turn.
    pub epoch: i64,
    /// What the client said about it, word for word.
    pub metadata: Option<String>,
    /// When it is forgotten if it gets no further.
    pub expires_at: Timestamp,
}

/// When a request that appends completes its upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// As soon as every byte is there (tus 1.0.0).
    AtLength,
    /// With this request, which brings all that is left (`Upload-Complete: ?1`).
    Here,
    /// With a later request, even where every byte is there by then (`Upload-Complete: ?0`).
    Later,
}

/// Why bytes can't be appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// They begin elsewhere than the upload goes on.
    Offset {
        /// Where it goes on.
        expected: u64,
        /// Where they begin.
        provided: u64,
    },
    /// They are more than are left.
    TooLong,
    /// They are said to be the last ones and are fewer than are left, or the whole is said to have another length.
    OtherLength,
}

impl Upload {
    /// Whether bytes fit that begin at `offset`, as many as `length` where that is known.
    ///
    /// # Errors
    /// [`Misfit`].
    pub fn fits(&self, offset: u64, length: Option<u64>, ending: Ending) -> Result<(), Misfit> {
        if offset != self.received_bytes {
            return Err(Misfit::Offset { expected: self.received_bytes, provided: offset });
        }
        let left = self.length_bytes.saturating_sub(offset);
        match length {
            Some(length) if length > left => Err(Misfit::TooLong),
            Some(length) if length < left && ending == Ending::Here => Err(Misfit::OtherLength),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn halfway() -> Upload {
        Upload {
            id: UploadId(Uuid::nil()),
            photo: PhotoId(Uuid::nil()),
            length_bytes: 10,
            received_bytes: 4,
            epoch: 1,
            metadata: None,
            expires_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn bytes_fit_where_the_upload_goes_on_and_no_further_than_its_end() {
        use Ending::{AtLength, Here, Later};
        for (offset, length, ending, fits) in [
            (4, Some(6), AtLength, Ok(())),
            (4, Some(5), AtLength, Ok(())),
            (4, Some(0), Later, Ok(())),
            (4, None, Here, Ok(())),
            (4, Some(6), Here, Ok(())),
            (4, Some(5), Here, Err(Misfit::OtherLength)),
            (4, Some(7), Later, Err(Misfit::TooLong)),
            (5, Some(5), Here, Err(Misfit::Offset { expected: 4, provided: 5 })),
            (0, Some(99), AtLength, Err(Misfit::Offset { expected: 4, provided: 0 })),
        ] {
            assert_eq!(halfway().fits(offset, length, ending), fits, "{offset} {length:?} {ending:?}");
        }
    }
}
