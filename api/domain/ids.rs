//! Typed ids: a visit's id can't be passed where a photo's is wanted.

use serde::{Deserialize, Serialize};
use uuid::{Uuid, Version};

/// Why an id was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadId {
    /// Photos and responses are named by the phone with UUIDv7 (RFC 9562 §5.7).
    #[error("an id minted by a phone must be a UUID of version 7")]
    NotVersion7,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl $name {
            /// A random id (UUIDv4): tells neither time nor number.
            #[must_use]
            pub fn random(bytes: [u8; 16]) -> Self {
                Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
            }
        }
    )*};
}

ids! {
    /// An owning body: the inspectorate or authority whose campaigns these are.
    OwnerId,
    /// A person's account.
    AccountId,
    /// A role granted to an account.
    GrantId,
    /// One sign-in on one device or browser.
    SessionId,
    /// A phone that was let in, with a key of its own.
    DeviceId,
    /// A code that lets one phone in.
    EnrolmentId,
    /// An administrative unit or organisation, whatever its name and code at the time.
    UnitId,
    /// One version of a unit: its name, type and parent from one day to another.
    UnitVersionId,
    /// Something that happened to units: a merger, a new name.
    UnitEventId,
    /// That somebody is not to be sent to a unit.
    ConflictId,
    /// An answer beside another one, until the lead decides.
    CandidateId,
    /// What makes a unit review its papers.
    ReviewTriggerId,
    /// Where an office is.
    PremisesId,
    /// A checklist, whatever its version.
    TemplateId,
    /// One immutable version of a checklist.
    TemplateVersionId,
    /// Everything under one plan or decision.
    CampaignId,
    /// A plan or a decision.
    DocumentId,
    /// A team named in a decision.
    TeamId,
    /// A wave of a campaign.
    RoundId,
    /// Totals that were made public.
    PublicationId,
    /// A random draw of sites.
    DrawId,
    /// Somebody of the host side at a visit, minted by the phone.
    AttendeeId,
    /// An entry of a visit's guidance log, minted by the phone.
    GuidanceId,
    /// One team at one unit once.
    VisitId,
    /// An answer to one item, minted by the phone.
    ResponseId,
    /// A photo, minted by the phone.
    PhotoId,
    /// The bytes of a photo on their way, over several requests.
    UploadId,
    /// Something that was not as it should be, or a strength.
    FindingId,
    /// A corrective action.
    ActionId,
    /// A recommendation.
    RecommendationId,
    /// A figure that somebody else made, as it was imported.
    ExternalFigureId,
    /// A conclusion notice.
    NoticeId,
    /// A phone, or another program of a person, that keeps up with what the person may see.
    FollowerId,
}

/// Accepts an id only if a phone minted it as UUIDv7.
///
/// # Errors
/// [`BadId::NotVersion7`] for every other version.
pub fn minted_by_phone(id: Uuid) -> Result<Uuid, BadId> {
    if id.get_version() == Some(Version::SortRand) { Ok(id) } else { Err(BadId::NotVersion7) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_version_7_counts_as_minted_by_a_phone() {
        let v7 = Uuid::parse_str("0192f0c1-2b3c-7def-8123-456789abcdef").unwrap_or_default();
        let v4 = Uuid::parse_str("7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11").unwrap_or_default();
        assert_eq!(minted_by_phone(v7), Ok(v7));
        assert_eq!(minted_by_phone(v4), Err(BadId::NotVersion7));
        assert_eq!(minted_by_phone(Uuid::nil()), Err(BadId::NotVersion7));
    }
}
