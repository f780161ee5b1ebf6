//! Who may be sent where: members who belong to the unit, and members who were there lately.

use crate::ids::{AccountId, ConflictId, OwnerId, UnitId};
use crate::refusal::{FieldFault, Kind, Refusal};
use jiff::Timestamp;
use jiff::civil::Date;

/// What follows where a rule is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consequence {
    /// Nothing.
    Off,
    /// A warning.
    Warn,
    /// A refusal.
    Refuse,
}

impl Consequence {
    /// Every consequence.
    pub const ALL: [Self; 3] = [Self::Off, Self::Warn, Self::Refuse];

    /// As stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Warn => "warn",
            Self::Refuse => "refuse",
        }
    }

    /// Reads a stored or sent consequence.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }
}

/// Longest time without another visit that a rule may ask for, in days.
pub const LONGEST_REST_DAYS: u16 = 3650;

/// The rules of one owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// What follows where a member belongs to the unit.
    pub own_unit: Consequence,
    /// What follows where a conflict of interest was entered between a member and the unit.
    pub conflict: Consequence,
    /// What follows where a member inspected the unit lately; another look at the same unit is no such case.
    pub rotation: Consequence,
    /// How many days "lately" is.
    pub rotation_days: u16,
}

impl Default for Rules {
    /// Nobody inspects their own unit, or one that a conflict of interest keeps them from; rotation is for an owner to ask
    /// for.
    fn default() -> Self {
        let (own_unit, conflict) = (Consequence::Refuse, Consequence::Refuse);
        Self { own_unit, conflict, rotation: Consequence::Off, rotation_days: 365 }
    }
}

/// Somebody of a team, as far as these rules go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assigned {
    /// Who.
    pub account: AccountId,
    /// Units they belong to: the office of their seat, and units they answer for or work at.
    pub belongs_to: Vec<UnitId>,
    /// Units that a conflict of interest keeps them from.
    pub conflicts: Vec<UnitId>,
    /// The last day on which a team they sat on was at the unit.
    pub last_there: Option<Date>,
}

/// Warning: a member belongs to the unit.
pub const OWN_UNIT: &str = "member_of_own_unit";
/// Warning: a member inspected the unit lately.
pub const LATELY_THERE: &str = "member_lately_there";

/// Warning: a conflict of interest was entered between a member and the unit.
pub const IN_CONFLICT: &str = "member_in_conflict";

/// That somebody is not to be sent to a unit, as an owner entered it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Its id.
    pub id: ConflictId,
    /// Whose rules it belongs to.
    pub owner: OwnerId,
    /// Who.
    pub account: AccountId,
    /// Where they are not to go.
    pub unit: UnitId,
    /// Why: for those who keep the rules alone.
    pub reason: String,
    /// Who entered it.
    pub entered_by: Option<AccountId>,
    /// When.
    pub entered_at: Timestamp,
}

/// Judges a team that is to go to a unit on a day; says what to look at twice. `units` are the unit and whatever went to it
/// as a whole.
///
/// # Errors
/// `visit.member-of-own-unit`, `visit.member-in-conflict`, `visit.member-lately-there`, where the rules say so. Which member
/// it is, and what stands between, is in `errors`, for whoever seats the team.
pub fn judge(
    rules: Rules,
    units: &[UnitId],
    day: Date,
    team: &[Assigned],
    looks_again: bool,
) -> Result<Vec<&'static str>, Refusal> {
    let lately = |member: &Assigned| {
        member.last_there.filter(|last| {
            let since = last.until(day).map_or(0, |span| i64::from(span.get_days()));
            (0..i64::from(rules.rotation_days)).contains(&since)
        })
    };
    let met = |of: &[UnitId]| of.iter().copied().find(|unit| units.contains(unit));
    let each = |broken: &dyn Fn(&Assigned) -> Option<String>| -> Vec<String> {
        team.iter().filter_map(broken).collect()
    };
    let rotation = if looks_again { Consequence::Off } else { rules.rotation };
    let mut warnings = Vec::new();
    for (consequence, warning, code, detail, broken) in [
        (
            rules.own_unit,
            OWN_UNIT,
            "visit.member-of-own-unit",
            "Somebody on the team belongs to this unit.",
            each(&|of| Some(format!("account {} belongs to unit {}", of.account, met(&of.belongs_to)?))),
        ),
        (
            rules.conflict,
            IN_CONFLICT,
            "visit.member-in-conflict",
            "A conflict of interest was entered between somebody on the team and this unit.",
            each(&|of| Some(format!("account {} is not to go to unit {}", of.account, met(&of.conflicts)?))),
        ),
        (
            rotation,
            LATELY_THERE,
            "visit.member-lately-there",
            "Somebody on the team inspected this unit lately.",
            each(&|of| Some(format!("account {} was there on {}", of.account, lately(of)?))),
        ),
    ] {
        match consequence {
            Consequence::Refuse if !broken.is_empty() => {
                let mut refusal = Refusal::new(Kind::Invalid, code, detail);
                let fault = |why: String| FieldFault::new("/team", code, why);
                refusal.faults = broken.into_iter().map(fault).collect();
                return Err(refusal);
            }
            Consequence::Warn if !broken.is_empty() => warnings.push(warning),
            _ => {}
        }
    }
    Ok(warnings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn rules_refuse_or_warn_as_their_data_says() {
        let unit = UnitId(Uuid::from_u128(7));
        let day = Date::constant(2021, 9, 28);
        let member = |belongs: bool, last: Option<Date>| Assigned {
            account: AccountId(Uuid::from_u128(1)),
            belongs_to: if belongs { vec![unit] } else { Vec::new() },
            conflicts: Vec::new(),
            last_there: last,
        };
        let judged = |rules: Rules, member: Assigned, again: bool| {
            judge(rules, &[unit], day, &[member], again).map_err(|no| no.code)
        };
        let usual = Rules::default();
        let lately = Some(Date::constant(2021, 3, 1));
        assert_eq!(judged(usual, member(false, lately), false), Ok(vec![]));
        assert_eq!(judged(usual, member(true, None), false), Err("visit.member-of-own-unit"));
        let lenient = Rules { own_unit: Consequence::Warn, rotation: Consequence::Warn, ..usual };
        assert_eq!(judged(lenient, member(true, lately), false), Ok(vec![OWN_UNIT, LATELY_THERE]));
        assert_eq!(judged(lenient, member(false, lately), true), Ok(vec![]), "another look");
        let strict = Rules { rotation: Consequence::Refuse, rotation_days: 180, ..usual };
        assert_eq!(judged(strict, member(false, lately), false), Ok(vec![]), "211 days ago");
        let strict = Rules { rotation_days: 365, ..strict };
        assert_eq!(judged(strict, member(false, lately), false), Err("visit.member-lately-there"));
        let kept_off = Assigned { conflicts: vec![unit], ..member(false, None) };
        assert_eq!(
            judged(usual, kept_off.clone(), true),
            Err("visit.member-in-conflict"),
            "another look, too"
        );
        let warned = Rules { conflict: Consequence::Warn, ..usual };
        assert_eq!(judged(warned, kept_off, false), Ok(vec![IN_CONFLICT]));
        let older = UnitId(Uuid::from_u128(6));
        let of_older = Assigned { belongs_to: vec![older], ..member(false, None) };
        let no = judge(usual, &[unit, older], day, &[of_older], false).err().map(|no| no.faults);
        let told =
            no.and_then(|faults| faults.into_iter().next()).map(|fault| fault.detail).unwrap_or_default();
        assert!(told.ends_with(&format!("belongs to unit {older}")), "{told}");
    }
}
