//! A photo's row, and the photo it parses into.

use crate::domain::ids::{AccountId, ActionId, CampaignId, FindingId, OwnerId, PhotoId, UnitId, VisitId};
use crate::domain::moment::DeviceMoment;
use crate::domain::photo::envelope::Judged;
use crate::domain::photo::mask::Masked;
use crate::domain::photo::preview::Preview;
use crate::domain::photo::{Declaration, MediaType, Origin, Sha256, State, clock, ledger};
use crate::domain::place::{GeoFix, PositionSource, Verdict};
use crate::records::schema::photos;
use crate::records::{Error, Result};
use diesel::prelude::*;
use jiff::Timestamp;
use jiff_diesel::{NullableTimestamp, Timestamp as Stamp};
use serde_json::Value;
use uuid::Uuid;

/// All that is known about one photo.
#[derive(Clone, Debug)]
pub struct Photo {
    /// What the phone promised; never altered.
    pub declared: Declaration,
    /// Owner of the visit.
    pub owner: OwnerId,
    /// Campaign of the visit.
    pub campaign: CampaignId,
    /// The inspected unit.
    pub unit: UnitId,
    /// Where it stands.
    pub state: State,
    /// Who declared it.
    pub declared_by: AccountId,
    /// When, by our clock.
    pub declared_at: Timestamp,
    /// Whether it was taken at the office.
    pub place: OnPlace,
    /// Seconds by which the device's clock was ahead of ours when it declared.
    pub clock_skew_s: f64,
    /// Set once the bytes are durable.
    pub received: Option<Received>,
    /// Set once the worker has looked.
    pub found: Option<Found>,
    /// Set once it was taken back.
    pub withdrawn: Option<Withdrawn>,
    /// Whether it is taken to show data of people.
    pub personal_data: bool,
    /// What was marked on it to be covered.
    pub masked: Option<Masked>,
    /// A small picture that came before the original; never evidence.
    pub preview: Option<Preview>,
    /// What its envelope was worth when it came, if it came with one.
    pub envelope: Option<Judged>,
    /// What its phone said of its clock, as it was judged when it came.
    pub clock: Option<clock::Judged>,
    /// Counts changes of the row.
    pub version: i32,
}

impl Photo {
    /// Whether the store lost its bytes: they are wanted again.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        let reason = self.found.as_ref().and_then(|found| found.reason.as_deref());
        ledger::is_damaged(self.state, reason)
    }

    /// The state that its bytes are in; `None` where there are none to vouch for. That of one taken back is as before.
    #[must_use]
    pub fn state_of_bytes(&self) -> Option<State> {
        let reason = self.found.as_ref().and_then(|found| found.reason.as_deref());
        ledger::state_of_bytes(self.state, self.withdrawn.as_ref().and_then(|how| how.before), reason)
    }

    /// Its preview, while there is nothing better to show.
    #[must_use]
    pub fn preview_shown(&self) -> Option<&Preview> {
        let made = self.found.as_ref().and_then(|found| found.derivatives.as_ref());
        self.preview.as_ref().filter(|_| made.is_none() && self.withdrawn.is_none())
    }

    /// Its state as far as its bytes are concerned: one whose bytes were lost is awaited like one that never came.
    #[must_use]
    pub fn awaited(&self) -> State {
        if self.is_damaged() { State::Announced } else { self.state }
    }
}

/// The place verdict as recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct OnPlace {
    /// Inside, outside, or not to be told.
    pub verdict: Verdict,
    /// Metres to the premises; `None` without a position or premises.
    pub distance_m: Option<f64>,
    /// Stable codes.
    pub reasons: Vec<String>,
}

/// When and under which number the bytes were received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    /// By our clock.
    pub at: Timestamp,
    /// Number in the visit's evidence log.
    pub log_number: i64,
    /// Whether the visit had been submitted by then: no part of what was handed in.
    pub late: bool,
}

/// What the worker found. JSON here is as written by the flow that examines, and handed out as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// When.
    pub at: Timestamp,
    /// Media type by the first bytes.
    pub sniffed_type: Option<String>,
    /// Width and height in pixels as displayed.
    pub size: Option<(u32, u32)>,
    /// ThumbHash.
    pub placeholder: Option<Vec<u8>>,
    /// What the camera wrote.
    pub exif: Option<Value>,
    /// Checks with what they measured.
    pub checks: Option<Value>,
    /// Long side in pixels to length in bytes, width and height.
    pub derivatives: Option<Value>,
    /// Why it is quarantined, or has no preview.
    pub reason: Option<String>,
}

/// Who took a photo back, when and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawn {
    /// By our clock.
    pub at: Timestamp,
    /// Who.
    pub by: Option<AccountId>,
    /// Why.
    pub because: String,
    /// The state it was in.
    pub before: Option<State>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = photos, check_for_backend(diesel::pg::Pg))]
pub(super) struct Row {
    id: Uuid,
    owner_id: Uuid,
    campaign_id: Uuid,
    visit_id: Uuid,
    unit_id: Uuid,
    state: String,
    action_id: Option<Uuid>,
    finding_id: Option<Uuid>,
    reply_to: Option<Uuid>,
    item_code: Option<String>,
    subject: String,
    caption: String,
    sha256: Vec<u8>,
    size_bytes: i64,
    media_type: String,
    #[diesel(deserialize_as = Stamp)]
    captured_at: Timestamp,
    captured_offset_s: i32,
    #[diesel(deserialize_as = Stamp)]
    device_clock: Timestamp,
    device_clock_offset_s: Option<i32>,
    origin: String,
    latitude: Option<f64>,
    longitude: Option<f64>,
    accuracy_m: Option<f64>,
    altitude_m: Option<f64>,
    position_source: String,
    declared_by: Uuid,
    #[diesel(deserialize_as = Stamp)]
    declared_at: Timestamp,
    place_verdict: String,
    place_distance_m: Option<f64>,
    place_reasons: Vec<String>,
    clock_skew_s: f64,
    #[diesel(deserialize_as = NullableTimestamp)]
    stored_at: Option<Timestamp>,
    log_number: Option<i64>,
    late: bool,
    sniffed_type: Option<String>,
    width: Option<i32>,
    height: Option<i32>,
    placeholder: Option<Vec<u8>>,
    exif: Option<Value>,
    checks: Option<Value>,
    derivatives: Option<Value>,
    quarantine_reason: Option<String>,
    #[diesel(deserialize_as = NullableTimestamp)]
    examined_at: Option<Timestamp>,
    #[diesel(deserialize_as = NullableTimestamp)]
    withdrawn_at: Option<Timestamp>,
    withdrawn_by: Option<Uuid>,
    withdrawn_because: Option<String>,
    state_before_withdrawal: Option<String>,
    personal_data: bool,
    masked: Option<Value>,
    preview: Option<Value>,
    envelope: Option<Value>,
    clock: Option<Value>,
    version: i32,
}

fn known<T>(parsed: Option<T>, what: &str, text: &str) -> Result<T> {
    parsed.ok_or_else(|| Error::bad_row(format!("{what} {text}")))
}

/// Digest of a stored row.
pub(super) fn digest(bytes: Vec<u8>) -> Result<Sha256> {
    bytes.try_into().map(Sha256).map_err(|_| Error::bad_row("a digest of another length"))
}

impl Row {
    fn fix(&self) -> Result<Option<GeoFix>> {
        match (self.latitude, self.longitude, self.accuracy_m) {
            (Some(latitude), Some(longitude), Some(accuracy_m)) => {
                Ok(Some(GeoFix::parse(latitude, longitude, accuracy_m).map_err(Error::bad_row)?))
            }
            _ => Ok(None),
        }
    }

    fn found(&self) -> Option<Found> {
        let size = self.width.zip(self.height);
        self.examined_at.map(|at| Found {
            at,
            sniffed_type: self.sniffed_type.clone(),
            size: size.and_then(|(w, h)| u32::try_from(w).ok().zip(u32::try_from(h).ok())),
            placeholder: self.placeholder.clone(),
            exif: self.exif.clone(),
            checks: self.checks.clone(),
            derivatives: self.derivatives.clone(),
            reason: self.quarantine_reason.clone(),
        })
    }

    fn withdrawn(&self) -> Option<Withdrawn> {
        self.withdrawn_at.map(|at| Withdrawn {
            at,
            by: self.withdrawn_by.map(AccountId),
            because: self.withdrawn_because.clone().unwrap_or_default(),
            before: self.state_before_withdrawal.as_deref().and_then(State::parse),
        })
    }
}

impl TryFrom<Row> for Photo {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let moment = |at, offset_s| DeviceMoment::from_parts(at, offset_s).map_err(Error::bad_row);
        // Rows from before the clock's own offset was kept have the capture's, which is nearly always the same.
        let clock_offset_s = row.device_clock_offset_s.unwrap_or(row.captured_offset_s);
        let received = row.stored_at.zip(row.log_number);
        let received = received.map(|(at, log_number)| Received { at, log_number, late: row.late });
        let (found, withdrawn, fix) = (row.found(), row.withdrawn(), row.fix()?);
        let declared = Declaration {
            id: PhotoId(row.id),
            visit: VisitId(row.visit_id),
            action: row.action_id.map(ActionId),
            finding: row.finding_id.map(FindingId),
            reply_to: row.reply_to.map(FindingId),
            sha256: digest(row.sha256)?,
            size_bytes: u64::try_from(row.size_bytes).map_err(Error::bad_row)?,
            media_type: known(MediaType::parse(&row.media_type), "media type", &row.media_type)?,
            captured: moment(row.captured_at, row.captured_offset_s)?,
            device_clock: moment(row.device_clock, clock_offset_s)?,
            origin: known(Origin::parse(&row.origin), "origin", &row.origin)?,
            fix,
            altitude_m: row.altitude_m,
            source: known(PositionSource::parse(&row.position_source), "source", &row.position_source)?,
            item: row.item_code,
            subject: row.subject,
            caption: row.caption,
        };
        Ok(Self {
            declared,
            owner: OwnerId(row.owner_id),
            campaign: CampaignId(row.campaign_id),
            unit: UnitId(row.unit_id),
            state: known(State::parse(&row.state), "state", &row.state)?,
            declared_by: AccountId(row.declared_by),
            declared_at: row.declared_at,
            place: OnPlace {
                verdict: known(Verdict::parse(&row.place_verdict), "verdict", &row.place_verdict)?,
                distance_m: row.place_distance_m,
                reasons: row.place_reasons,
            },
            clock_skew_s: row.clock_skew_s,
            received,
            found,
            withdrawn,
            personal_data: row.personal_data,
            masked: row.masked.map(serde_json::from_value).transpose().map_err(Error::bad_row)?,
            preview: row.preview.map(serde_json::from_value).transpose().map_err(Error::bad_row)?,
            envelope: row.envelope.map(serde_json::from_value).transpose().map_err(Error::bad_row)?,
            clock: row.clock.map(serde_json::from_value).transpose().map_err(Error::bad_row)?,
            version: row.version,
        })
    }
}
