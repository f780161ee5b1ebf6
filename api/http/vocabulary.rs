//! The fixed sets of words in the contract, each a named schema, so that generated clients get unions.
//!
//! No word is written here: each set is taken from the domain's own list, or from the one serde reads a value by.

use crate::domain::{
    account, action, actor, assignment, campaign, check, client, compared, coverage, device, finding, key,
    notice, permission, photo, place, procedure, ranking, refusal, response, review, score, sync, template,
    unit, visit,
};
use serde::de::{self, DeserializeOwned, Deserializer, Visitor};
use std::borrow::Cow;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// What a client must be ready for where a set may grow.
const MAY_GROW: &str =
    "Later versions may answer with further values; a client shows one it does not know as it is.";

fn words(description: &str, words: Vec<&'static str>) -> RefOr<Schema> {
    let set = ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description.trim()))
        .enum_values(Some(words));
    RefOr::T(Schema::Object(set.build()))
}

/// Defines schemas: `closed` ones hold all there will ever be, `open` ones may grow in answers.
macro_rules! vocabulary {
    ($($(#[doc = $doc:literal])+ $kind:ident $name:ident = $words:expr;)+) => {$(
        $(#[doc = $doc])+
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                words(&vocabulary!(@$kind concat!($($doc),+)), $words)
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        }
    )+};
    (@closed $description:expr) => { $description };
    (@open $description:expr) => { format!("{} {MAY_GROW}", $description) };
}

vocabulary! {
    // people and programs
    /// What a person is at an owner.
    open Role = actor::Role::ALL.into_iter().filter(|role| role.is_for_people()).map(actor::Role::as_str).collect();
    /// What a client program may ask for.
    open Scope = actor::Scope::ALL.map(actor::Scope::as_str).to_vec();
    /// Whether somebody may sign in: not yet, yes, or no longer.
    closed AccountState = account::State::ALL.map(account::State::as_str).to_vec();
    /// A language of pages and texts: Vietnamese or English.
    closed Locale = account::LOCALES.to_vec();
    /// What somebody is on a team.
    closed TeamRole = permission::TeamRole::ALL.map(permission::TeamRole::as_str).to_vec();
    /// How a device signs: Ed25519 (RFC 8037), or ECDSA on P-256 with SHA-256 (RFC 7518).
    open SignatureAlgorithm = device::Algorithm::ALL.map(device::Algorithm::as_str).to_vec();
    /// A way to a token.
    closed GrantType = client::GrantType::ALL.map(client::GrantType::as_str).to_vec();
    /// What went wrong, in OAuth's words (RFC 6749 §4.1.2.1 and §5.2, RFC 8707 §2).
    closed OauthErrorCode = client::Code::ALL.map(client::Code::as_str).to_vec();
    /// What a key signs: access tokens, or acknowledgements of photos.
    open KeyPurpose = key::Purpose::ALL.map(key::Purpose::as_str).to_vec();
    /// What a program should do with a request that was refused: send the same later, change it and send, forget it,
    /// or let a person decide.
    closed ClientAction = serde_words::<refusal::Next>();
    // units
    /// What a unit is called by law.
    open UnitType = unit::UnitType::ALL.iter().map(|kind| kind.as_str()).collect();
    /// Part of the administrative division, or an organisation that belongs to one.
    closed UnitKind = unit::UnitKind::ALL.map(unit::UnitKind::as_str).to_vec();
    /// The floor of the state on which a unit stands; organisations stand below any of them.
    closed UnitLevel = unit::Level::ALL.map(unit::Level::as_str).to_vec();
    /// What happens to units.
    closed UnitEventKind = unit::event::EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
    /// Whether all of a unit went to its successor, or a part of it.
    closed Portion = unit::event::Portion::ALL.iter().map(|portion| portion.as_str()).collect();
    /// How sure the register is: two sources, one, a guess, or concluded from other versions.
    closed Certainty = unit::Certainty::ALL.map(unit::Certainty::as_str).to_vec();
    // checklists
    /// What an answer must be to be good.
    closed YesNo = serde_words::<template::YesNo>();
    /// How a measured value is compared with its threshold.
    closed Operator = serde_words::<template::Operator>();
    /// When photos are needed: always, where there is something to show, where there is not, never.
    closed PhotoWhen = serde_words::<template::PhotoWhen>();
    /// How people and their data are kept out of a photo.
    closed PhotoPrivacy = serde_words::<template::Privacy>();
    /// Whom an item is asked of.
    closed Audience = serde_words::<template::Audience>();
    /// What of an item differs between two versions.
    open ItemAspect = serde_words::<template::Aspect>();
    /// Whether an item's figures of two versions may stand in one row: yes; yes, once somebody has read both; no.
    closed Comparability = serde_words::<template::Comparability>();
    /// On which floor of the state a procedure is settled.
    closed ProcedureLevel = procedure::ProcedureLevel::ALL.map(procedure::ProcedureLevel::as_str).to_vec();
    /// Why a posted procedure should not be there: it ended, another one took its place, or it holds only later.
    closed OutdatedBecause = serde_words::<procedure::OutdatedBecause>();
    // campaigns
    /// What sort of inspection a campaign is.
    open CampaignKind = campaign::CampaignKind::ALL.map(campaign::CampaignKind::as_str).to_vec();
    /// Where a campaign stands.
    closed CampaignState = campaign::CampaignState::ALL.map(campaign::CampaignState::as_str).to_vec();
    /// What a paper of a campaign is.
    open DocumentKind = campaign::DocumentKind::ALL.map(campaign::DocumentKind::as_str).to_vec();
    /// What sort of body issued a paper.
    closed IssuerKind = campaign::IssuerKind::ALL.map(campaign::IssuerKind::as_str).to_vec();
    /// What a round is for: first inspections, or another look.
    closed RoundPurpose = campaign::round::Purpose::ALL.map(campaign::round::Purpose::as_str).to_vec();
    /// What sort of unit a figure is about; `higher` is a district or a province as a whole.
    open TargetClass = campaign::round::TargetClass::ALL.map(campaign::round::TargetClass::as_str).to_vec();
    /// How far a unit was inspected: at least once, again, first and again, never; or visited in any way.
    closed Inspected = coverage::LookedAt::ALL.iter().map(|how| how.as_str()).collect();
    /// What units are ranked by.
    open RankedBy = ranking::By::ALL.iter().map(|by| by.as_str()).collect();
    /// Why something is not ranked: nobody inspected it, nothing was judged, or too little.
    open UnrankedBecause = ranking::Unranked::ALL.iter().map(|because| because.as_str()).collect();
    /// How a share compares with an earlier one.
    closed Change = compared::Change::ALL.iter().map(|change| change.as_str()).collect();
    /// What follows where a rule for teams is broken.
    closed Consequence = assignment::Consequence::ALL.map(assignment::Consequence::as_str).to_vec();
    /// Why a target of a round is worth a second look.
    open RoundWarning = campaign::round::WARNINGS.to_vec();
    /// What is allowed about a campaign and still worth a look.
    open CampaignWarning = campaign::WARNINGS.to_vec();
    // visits
    /// How a visit comes: announced, as a surprise, or to look again at what an earlier one found.
    closed VisitKind = serde_words::<visit::Kind>();
    /// Where a visit is in its life.
    closed VisitState = serde_words::<visit::State>();
    /// What is allowed about the plan of a visit and still worth a look.
    open VisitWarning = visit::WARNINGS.to_vec();
    /// Who signs the minutes.
    closed SignatureSide = serde_words::<visit::Side>();
    /// What a side says to the minutes; an objection or a refusal is the unit's alone.
    closed SignatureOutcome = serde_words::<visit::Outcome>();
    /// An answer of yes, no, or "the question does not arise".
    closed YesNoNa = serde_words::<response::YesNoNa>();
    /// What an answer amounts to: fine, partly, not fine, does not arise, or kept with nothing to judge it by.
    closed ResponseOutcome = serde_words::<response::Outcome>();
    /// Where an item of a checklist stands at a visit: judged fine, partly or not; answered with nothing to judge; asked
    /// and not answered; not asked.
    closed ItemStanding = score::line::Stand::ALL.iter().map(|stand| stand.as_str()).collect();
    /// Why a checklist gets no grade: items that are asked have no answer, or none of its items counts.
    open UngradedReason = score::Ungraded::ALL.map(score::Ungraded::as_str).to_vec();
    // what was done without a line
    /// The operation that a change made offline stands for.
    open ChangeKind = sync::Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    /// What became of such a change.
    closed ChangeOutcome = sync::Outcome::ALL.iter().map(|outcome| outcome.as_str()).collect();
    /// What becomes of an answer that rests on another version than the current one.
    closed IfStale = response::IfStale::ALL.iter().map(|if_stale| if_stale.as_str()).collect();
    // findings and actions
    /// What a finding says: not as it should be, or good.
    closed FindingKind = finding::Kind::ALL.iter().map(|word| word.as_str()).collect();
    /// How grave a finding is.
    closed Severity = finding::Severity::ALL.iter().map(|word| word.as_str()).collect();
    /// Where a finding is in its life.
    closed FindingState = finding::State::ALL.iter().map(|word| word.as_str()).collect();
    /// How well it is known when something was seen.
    closed MomentPrecision = finding::Precision::ALL.iter().map(|word| word.as_str()).collect();
    /// What a re-inspection saw of an earlier finding.
    closed ReInspectionOutcome = finding::Outcome::ALL.iter().map(|word| word.as_str()).collect();
    /// What sort of body judges an item.
    open Assessor = finding::Assessor::ALL.iter().map(|word| word.as_str()).collect();
    /// What a body says of an item.
    closed Judgement = finding::Judgement::ALL.iter().map(|word| word.as_str()).collect();
    /// What sort of corrective action it is.
    open ActionKind = action::Kind::ALL.iter().map(|word| word.as_str()).collect();
    /// Where a corrective action is in its life.
    closed ActionState = action::State::ALL.iter().map(|word| word.as_str()).collect();
    /// What became of a request for more time.
    closed ExtensionState = action::ExtensionState::ALL.iter().map(|word| word.as_str()).collect();
    /// How often a recurring action falls due.
    closed Every = action::Every::ALL.iter().map(|word| word.as_str()).collect();
    /// What makes a unit review its papers.
    open ReviewTrigger = review::Trigger::ALL.iter().map(|word| word.as_str()).collect();
    /// Which of its papers a unit reviews.
    open ReviewDocument = review::Document::ALL.iter().map(|word| word.as_str()).collect();
    // notices
    /// What sort of paper a notice is.
    open NoticeForm = notice::Form::ALL.iter().map(|word| word.as_str()).collect();
    /// Where a notice stands.
    closed NoticeState = notice::State::ALL.iter().map(|word| word.as_str()).collect();
    /// What a notice counts: visits, distinct units, units where an item is not fine, findings that stand, units that were
    /// inspected.
    open NoticeMeasure = notice::Measure::ALL.iter().map(|word| word.as_str()).collect();
    // photos
    /// How far a photo got.
    open PhotoState = serde_words::<photo::State>();
    /// How far a photo got that a visit should have.
    open MediaStage = photo::ledger::Stage::ALL.map(photo::ledger::Stage::as_str).to_vec();
    /// What a phone is told of a photo: nobody declared it, or it is not theirs to send; declared for other bytes; or how far
    /// it got.
    open PhotoStanding = photo::ledger::Standing::words();
    /// What a photo shows.
    open PhotoSubject = photo::SUBJECTS.to_vec();
    /// A type of picture.
    open MediaType = photo::MediaType::ALL.map(photo::MediaType::as_str).to_vec();
    /// A type of picture as phones may write it; `image/heif` and `image/jpg` are taken for what they mean.
    closed DeclaredMediaType = photo::MediaType::NAMES.map(|(name, _)| name).to_vec();
    /// Taken in the app, or picked from the phone's gallery.
    closed PhotoOrigin = serde_words::<photo::Origin>();
    /// The order of a list of photos by capture time; a dash means newest first.
    closed PhotoOrder = photo::ORDERS.map(|(name, _)| name).to_vec();
    /// How a phone came to its position: satellites, cells and Wi-Fi, or a pin set by hand; `none` without one.
    closed PositionSource = serde_words::<place::PositionSource>();
    /// How a phone came to the position it names: satellites, cells and Wi-Fi, or a pin set by hand.
    closed FixSource = place::PositionSource::ALL.into_iter().filter(|s| s.is_of_a_fix()).map(place::PositionSource::as_str).collect();
    /// Whether a position lies at the office, judged by its whole circle of uncertainty.
    closed PlaceVerdict = serde_words::<place::Verdict>();
    /// Why a place verdict is what it is.
    open PlaceReason = place::REASONS.to_vec();
    /// What was measured or compared.
    open CheckCode = check::CODES.to_vec();
    /// What the times of a photo say of each other.
    open ClockVerdict = photo::clock::Verdict::ALL.iter().map(|verdict| verdict.as_str()).collect();
    /// What a device's signature over a declaration was worth when it was received: it held; it did not; no device of whoever
    /// declared was named; or it held, and the device had been revoked.
    open EnvelopeState = photo::envelope::State::ALL.map(photo::envelope::State::as_str).to_vec();
    /// How a check ended; none of them refuses a photo.
    closed CheckOutcome = serde_words::<check::Outcome>();
}

/// The words by which serde reads an enum: what is taken and what is told can't differ.
fn serde_words<T: DeserializeOwned>() -> Vec<&'static str> {
    match T::deserialize(AskForWords) {
        Err(Words(words)) => words.to_vec(),
        Ok(_) => Vec::new(),
    }
}

/// Holds no value; asked for an enum, it "fails" with the names that the enum knows.
struct AskForWords;

#[derive(Debug)]
struct Words(&'static [&'static str]);

impl std::fmt::Display for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl std::error::Error for Words {}

impl de::Error for Words {
    fn custom<T: std::fmt::Display>(_: T) -> Self {
        Self(&[])
    }
}

impl<'de> Deserializer<'de> for AskForWords {
    type Error = Words;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Words> {
        Err(Words(&[]))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Words> {
        Err(Words(variants))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::photo::Origin;

    #[test]
    fn words_are_those_that_are_read_and_written() {
        let all = serde_words::<visit::State>();
        assert_eq!(all, visit::State::ALL.map(visit::State::as_str));
        assert_eq!(serde_words::<template::Operator>(), [">=", "<=", "==", "<", ">"]);
        for word in serde_words::<Origin>() {
            assert_eq!(Origin::parse(word).map(Origin::as_str), Some(word));
        }
    }

    #[test]
    fn every_set_of_words_has_words() {
        for (name, schema) in [
            (ClientAction::name(), ClientAction::schema()),
            (SignatureSide::name(), SignatureSide::schema()),
            (PlaceVerdict::name(), PlaceVerdict::schema()),
        ] {
            let RefOr::T(Schema::Object(set)) = schema else { panic!("{name} is no set of words") };
            assert!(set.enum_values.is_some_and(|words| !words.is_empty()), "{name}");
        }
    }
}
