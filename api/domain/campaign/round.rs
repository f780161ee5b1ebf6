//! Rounds (đợt): waves of a campaign with their own targets and teams.

use super::days_fit;
use crate::ids::{CampaignId, RoundId, TeamId, UnitId};
use crate::refusal::{FieldFault, Refusal};
use crate::text;
use crate::unit::{Level, UnitType};
use crate::visit;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Most targets of one round; a province has fewer than 200 communes.
pub const MOST_TARGETS: usize = 1000;
/// Most teams of one round.
pub const MOST_TEAMS: usize = 50;

/// Warning: a target is not in force on a day of the round.
pub const TARGET_NOT_IN_FORCE: &str = "target_not_in_force";
/// Warning: a target stands in another round of the same purpose.
pub const TARGET_IN_OTHER_ROUND: &str = "target_in_other_round";
/// Every warning.
pub const WARNINGS: [&str; 2] = [TARGET_NOT_IN_FORCE, TARGET_IN_OTHER_ROUND];

/// What a round is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// First inspections: a unit is the target of one such round of a campaign.
    First,
    /// Looks again at units that were inspected before (tái kiểm tra).
    ReInspection,
}

impl Purpose {
    /// Both purposes.
    pub const ALL: [Self; 2] = [Self::First, Self::ReInspection];

    /// As stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::ReInspection => "re_inspection",
        }
    }

    /// Reads a stored or sent purpose.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == text)
    }
}

/// What sort of unit is inspected, as figures tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetClass {
    /// Xã, phường, thị trấn, đặc khu.
    Commune,
    /// A specialised agency, a party office, or one of both.
    Agency,
    /// Đơn vị sự nghiệp công lập.
    ServiceUnit,
    /// A province or a district as a whole.
    Higher,
}

impl TargetClass {
    /// Every class, in the order of reports.
    pub const ALL: [Self; 4] = [Self::Commune, Self::Agency, Self::ServiceUnit, Self::Higher];

    /// As sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Commune => "commune",
            Self::Agency => "agency",
            Self::ServiceUnit => "service_unit",
            Self::Higher => "higher",
        }
    }

    /// The class of a unit of this type.
    #[must_use]
    pub fn of(unit_type: UnitType) -> Self {
        match (unit_type, unit_type.level()) {
            (UnitType::PublicServiceUnit, _) => Self::ServiceUnit,
            (_, Level::Commune) => Self::Commune,
            (_, Level::Organisation) => Self::Agency,
            (_, Level::Province | Level::District) => Self::Higher,
        }
    }
}

/// A wave of a campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// Its id.
    pub id: RoundId,
    /// Its campaign.
    pub campaign: CampaignId,
    /// Which round of the campaign, from 1.
    pub number: i32,
    /// What people call it; may be empty.
    pub name: String,
    /// What it is for.
    pub purpose: Purpose,
    /// First and last day, where planned.
    pub days: (Option<Date>, Option<Date>),
    /// The units to be visited.
    pub targets: Vec<UnitId>,
    /// The teams that serve it; none means any team of the campaign.
    pub teams: Vec<TeamId>,
    /// Counts changes, for `If-Match`.
    pub version: i32,
    /// When it was entered.
    pub created_at: Timestamp,
}

impl Round {
    /// Whether a visit of this kind to a unit belongs here. A surprise visit needs no target: whoever reads the
    /// campaign reads its targets, and would learn from them where it goes.
    #[must_use]
    pub fn has_place_for(&self, unit: UnitId, kind: visit::Kind) -> bool {
        kind == visit::Kind::Surprise || self.targets.contains(&unit)
    }

    /// Checks a round somebody enters; its name comes back in NFC.
    ///
    /// # Errors
    /// `invalid` with every field that breaks a rule; `round.target-twice` for a unit that is named twice.
    pub fn checked(mut self) -> Result<Self, Refusal> {
        let mut faults = Vec::new();
        self.name = text::optional(&self.name, 200)
            .map_err(|why| faults.push(FieldFault::new("/name", "text.refused", why)))
            .unwrap_or_default();
        days_fit(self.days, ["/starts_on", "/ends_on"], &mut faults);
        if self.targets.len() > MOST_TARGETS {
            let detail = format!("at most {MOST_TARGETS} targets");
            faults.push(FieldFault::new("/targets", "round.size", detail));
        }
        if self.teams.len() > MOST_TEAMS {
            faults.push(FieldFault::new("/teams", "round.size", format!("at most {MOST_TEAMS} teams")));
        }
        for place in repeated(&self.targets) {
            let at = format!("/targets/{place}");
            faults.push(FieldFault::new(at, "round.target-twice", "is a target of this round already"));
        }
        for place in repeated(&self.teams) {
            let at = format!("/teams/{place}");
            faults.push(FieldFault::new(at, "round.team-twice", "serves this round already"));
        }
        if faults.is_empty() { Ok(self) } else { Err(Refusal::invalid(faults)) }
    }
}

/// The places of what was named before.
fn repeated<T: Copy + Eq + std::hash::Hash>(all: &[T]) -> Vec<usize> {
    let mut seen = std::collections::HashSet::new();
    all.iter().enumerate().filter(|(_, one)| !seen.insert(**one)).map(|(place, _)| place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_round_names_each_target_once() {
        let unit = |n| UnitId(Uuid::from_u128(n));
        let round = Round {
            id: RoundId(Uuid::nil()),
            campaign: CampaignId(Uuid::nil()),
            number: 1,
            name: " Đợt 1 ".to_owned(),
            purpose: Purpose::First,
            days: (Some(Date::constant(2017, 3, 31)), Some(Date::constant(2017, 3, 1))),
            targets: vec![unit(1), unit(2), unit(1)],
            teams: Vec::new(),
            version: 1,
            created_at: Timestamp::UNIX_EPOCH,
        };
        let codes = |round: Round| -> Vec<(String, String)> {
            let faults = round.checked().err().map(|no| no.faults).unwrap_or_default();
            faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect()
        };
        let told = |at: &str, code: &str| (at.to_owned(), code.to_owned());
        assert_eq!(
            codes(round.clone()),
            [told("/ends_on", "campaign.period"), told("/targets/2", "round.target-twice")]
        );
        let good = Round { days: (None, None), targets: vec![unit(1), unit(2)], ..round };
        assert_eq!(good.checked().map(|round| round.name), Ok("Đợt 1".to_owned()));
    }

    #[test]
    fn figures_tell_communes_agencies_and_service_units_apart() {
        assert_eq!(TargetClass::of(UnitType::Township), TargetClass::Commune);
        assert_eq!(TargetClass::of(UnitType::JointOffice), TargetClass::Agency);
        assert_eq!(TargetClass::of(UnitType::PublicServiceUnit), TargetClass::ServiceUnit);
        assert_eq!(TargetClass::of(UnitType::UrbanDistrict), TargetClass::Higher);
    }
}
