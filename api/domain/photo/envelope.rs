//! Capture envelopes: a phone's signature over what it declares of a photo.
//!
//! A phone may sign; what it signs is judged when it is received, kept as it was sent, and never a reason to refuse a
//! photo.

use crate::canonical::json::Json;
use crate::device::{Device, PublicKey, signature};
use crate::ids::{AccountId, DeviceId, PhotoId};
use serde::{Deserialize, Serialize};

/// The member of a declaration that holds its envelope, and is no part of what is signed.
pub const MEMBER: &str = "envelope";
/// The member that stands in what is signed instead: the photo's id, which a declaration has in its address. Without it
/// a signature would fit every photo that is said to be the same.
pub const SIGNED_ID: &str = "photo";
/// Most characters of a signature and of the name of its algorithm, whatever they say.
pub const MOST_SIGNATURE: usize = 512;

/// An envelope as the phone sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Which device says to have signed.
    pub device: DeviceId,
    /// How, in the phone's word.
    pub algorithm: String,
    /// The signature, in the phone's writing.
    pub signature: String,
    /// What was signed; see [`signed`].
    pub signed: String,
}

/// What a phone signs of a declaration: its canonical JSON (RFC 8785), without the envelope and with the photo's id.
/// `None` for what is no JSON.
#[must_use]
pub fn signed(declaration: &str, photo: PhotoId) -> Option<String> {
    let with = (SIGNED_ID, Json::Text(photo.to_string()));
    Some(Json::read(declaration)?.exchanged(MEMBER, with).canonical())
}

/// What an envelope is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Signed by a device of whoever declared, with a key that held when it was received.
    Valid,
    /// No signature of that device's key over what was declared.
    Invalid,
    /// No device, or not one of whoever declared.
    UnknownDevice,
    /// Signed, and received after the device was revoked.
    RevokedKey,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Valid, Self::Invalid, Self::UnknownDevice, Self::RevokedKey];

    /// As stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::UnknownDevice => "unknown_device",
            Self::RevokedKey => "revoked_key",
        }
    }
}

/// An envelope as it was judged when it was received. Never judged again: what was signed before its device was revoked stays
/// signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// What it is worth.
    pub state: State,
    /// The device that is named.
    pub device: DeviceId,
    /// The algorithm that is named.
    pub alg: String,
    /// The key it was held against; `None` for an unknown device.
    pub key_id: Option<String>,
    /// SHA-256 of what was signed, hexadecimal.
    pub signed_sha256: String,
}

/// Judges an envelope of somebody's declaration against the device it names. `is_signed` says whether a text was signed so with
/// a key.
#[must_use]
pub fn judge(
    envelope: &Envelope,
    declared_by: AccountId,
    named: Option<&Device>,
    is_signed: impl Fn(&str, &[u8; 64], &PublicKey) -> bool,
) -> Judged {
    let device = named.filter(|device| device.account == declared_by);
    let state = device.map_or(State::UnknownDevice, |device| {
        let fits = envelope.algorithm == device.key.algorithm().as_str()
            && signature(&envelope.signature)
                .is_some_and(|signature| is_signed(&envelope.signed, &signature, &device.key));
        match (fits, &device.revoked) {
            (false, _) => State::Invalid,
            (true, Some(_)) => State::RevokedKey,
            (true, None) => State::Valid,
        }
    });
    Judged {
        state,
        device: envelope.device,
        alg: envelope.algorithm.clone(),
        key_id: device.map(|device| device.key.id()),
        signed_sha256: crate::canonical::sha256(&envelope.signed),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that can't make its input should stop")]
mod tests {
    use super::*;
    use crate::device::Revoked;
    use crate::ids::OwnerId;
    use jiff::Timestamp;
    use uuid::Uuid;

    fn device(revoked: bool) -> Device {
        Device {
            id: DeviceId(Uuid::max()),
            owner: OwnerId(Uuid::nil()),
            account: AccountId(Uuid::max()),
            name: "Máy".to_owned(),
            model: "A15".to_owned(),
            key: PublicKey::Ed25519([7; 32]),
            enrolled_at: Timestamp::UNIX_EPOCH,
            enrolled_by: AccountId(Uuid::nil()),
            revoked: revoked.then(|| Revoked {
                at: Timestamp::UNIX_EPOCH,
                by: None,
                because: "Mất máy".to_owned(),
            }),
        }
    }

    fn envelope() -> Envelope {
        Envelope {
            device: DeviceId(Uuid::max()),
            algorithm: "EdDSA".to_owned(),
            signature: "A".repeat(86),
            signed: "{}".to_owned(),
        }
    }

    #[test]
    fn what_is_signed_is_the_declaration_as_sent_with_the_photo_in_place_of_the_envelope() {
        let said = r#"{"visit": "v", "caption": "Bảng", "item": null, "envelope": {"alg": "x"}}"#;
        assert_eq!(
            signed(said, PhotoId(Uuid::nil())).unwrap(),
            r#"{"caption":"Bảng","item":null,"photo":"00000000-0000-0000-0000-000000000000","visit":"v"}"#
        );
        assert_eq!(signed("{", PhotoId(Uuid::nil())), None);
    }

    #[test]
    fn an_envelope_is_worth_what_its_device_is_and_what_its_signature_says() {
        let mine = AccountId(Uuid::max());
        let state = |envelope: &Envelope, by, named: Option<&Device>, signed: bool| {
            judge(envelope, by, named, |_, _, _| signed).state
        };
        let (live, gone) = (device(false), device(true));
        assert_eq!(state(&envelope(), mine, Some(&live), true), State::Valid);
        assert_eq!(state(&envelope(), mine, Some(&live), false), State::Invalid);
        assert_eq!(state(&envelope(), mine, Some(&gone), true), State::RevokedKey);
        assert_eq!(state(&envelope(), mine, Some(&gone), false), State::Invalid);
        assert_eq!(state(&envelope(), mine, None, true), State::UnknownDevice);
        let other = AccountId(Uuid::nil());
        assert_eq!(state(&envelope(), other, Some(&live), true), State::UnknownDevice);
        let short = Envelope { signature: "AAAA".to_owned(), ..envelope() };
        assert_eq!(state(&short, mine, Some(&live), true), State::Invalid);
        let other_way = Envelope { algorithm: "ES256".to_owned(), ..envelope() };
        assert_eq!(state(&other_way, mine, Some(&live), true), State::Invalid);
    }

    #[test]
    fn the_key_is_named_to_whoever_it_belongs_to() {
        let judged = |by| judge(&envelope(), by, Some(&device(false)), |_, _, _| true);
        assert_eq!(judged(AccountId(Uuid::nil())).key_id, None);
        assert_eq!(judged(AccountId(Uuid::max())).key_id, Some(device(false).key.id()));
        for state in State::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        }
    }
}
