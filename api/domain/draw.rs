//! A random draw of sites that anybody can compute again: frame and seed are bound by their hashes before anything is
//! drawn, and what came out is told after.
//!
//! The rule, in full: the seed is 32 bytes. Its commitment is SHA-256 of the seed. The frame's hash is SHA-256 of a text
//! in UTF-8: for each stratum in order a line with its name (NFC), a line with how many are drawn, a line for each unit
//! with its UUID in lower case, in the order of ids, and an empty line. A unit's ticket in a stratum is
//! SHA-256 of the seed, then the stratum's name in UTF-8 (NFC), then one zero byte, then the 16 bytes of the unit's
//! UUID. In each stratum the units with the smallest tickets are drawn, compared byte by byte; as many as it says, or
//! all where it has fewer. `scripts/recompute-draw` does the same from the published facts.

use crate::ids::UnitId;
use crate::refusal::{FieldFault, Refusal};
use crate::text;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashSet;

/// Most strata of a draw.
pub const MOST_STRATA: usize = 50;
/// Most units in all strata of a draw; a province has fewer than 200 communes.
pub const MOST_UNITS: usize = 5000;

/// Units among which some are drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stratum {
    /// What they have in common: `Xã miền núi`.
    pub name: String,
    /// All of them.
    pub units: Vec<UnitId>,
    /// How many are drawn.
    pub take: u16,
}

/// What was drawn from one stratum, in the order of tickets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn {
    /// The stratum's name.
    pub stratum: String,
    /// The units, first drawn first.
    pub units: Vec<UnitId>,
}

/// What binds whoever draws to a seed before it is told: its SHA-256 in hexadecimal.
#[must_use]
pub fn commitment(seed: &[u8; 32]) -> String {
    hex::encode(Sha256::digest(seed))
}

/// Checks strata; names come back in NFC, units in the order of their ids, so that the frame is the same however it
/// was sent.
///
/// # Errors
/// `invalid` with `draw.size`, `draw.stratum-twice`, `draw.unit-twice`, `text.refused`.
pub fn checked(strata: Vec<Stratum>) -> Result<Vec<Stratum>, Refusal> {
    let mut faults = Vec::new();
    let units: usize = strata.iter().map(|stratum| stratum.units.len()).sum();
    if strata.is_empty() || strata.len() > MOST_STRATA || units > MOST_UNITS {
        let detail = format!("a draw has 1 to {MOST_STRATA} strata with at most {MOST_UNITS} units in all");
        return Err(Refusal::field("/strata", "draw.size", detail));
    }
    let (mut names, mut seen) = (HashSet::new(), HashSet::new());
    let mut kept = Vec::with_capacity(strata.len());
    for (place, mut stratum) in strata.into_iter().enumerate() {
        let at = |field: &str| format!("/strata/{place}/{field}");
        match text::required(&stratum.name, 100) {
            // A line break would let two frames have one text.
            Ok(name) if name.contains('\n') => {
                faults.push(FieldFault::new(at("name"), "text.refused", "is one line"));
            }
            Ok(name) => stratum.name = name,
            Err(why) => faults.push(FieldFault::new(at("name"), "text.refused", why)),
        }
        if !names.insert(stratum.name.clone()) {
            faults.push(FieldFault::new(at("name"), "draw.stratum-twice", "names another stratum already"));
        }
        if stratum.units.is_empty() || stratum.take == 0 || usize::from(stratum.take) > stratum.units.len() {
            let detail = "a stratum has units, and from 1 to all of them are drawn";
            faults.push(FieldFault::new(at("take"), "draw.size", detail));
        }
        for (n, unit) in stratum.units.iter().enumerate() {
            if !seen.insert(*unit) {
                let here = format!("/strata/{place}/units/{n}");
                faults.push(FieldFault::new(here, "draw.unit-twice", "stands in the draw already"));
            }
        }
        stratum.units.sort_unstable();
        kept.push(stratum);
    }
    if faults.is_empty() { Ok(kept) } else { Err(Refusal::invalid(faults)) }
}

/// What binds whoever draws to a frame, which is [`checked`]: its SHA-256 in hexadecimal.
#[must_use]
pub fn frame(strata: &[Stratum]) -> String {
    let mut hash = Sha256::new();
    for stratum in strata {
        hash.update(format!("{}\n{}\n", stratum.name, stratum.take));
        for unit in &stratum.units {
            hash.update(format!("{}\n", unit.0.hyphenated()));
        }
        hash.update("\n");
    }
    hex::encode(hash.finalize())
}

fn ticket(seed: &[u8; 32], stratum: &str, unit: UnitId) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(seed);
    hash.update(stratum.as_bytes());
    hash.update([0]);
    hash.update(unit.0.as_bytes());
    hash.finalize().into()
}

/// Draws.
#[must_use]
pub fn draw(seed: &[u8; 32], strata: &[Stratum]) -> Vec<Drawn> {
    let of = |stratum: &Stratum| {
        let mut tickets: Vec<([u8; 32], UnitId)> =
            stratum.units.iter().map(|unit| (ticket(seed, &stratum.name, *unit), *unit)).collect();
        tickets.sort_unstable();
        tickets.truncate(usize::from(stratum.take));
        Drawn { stratum: stratum.name.clone(), units: tickets.into_iter().map(|(_, unit)| unit).collect() }
    };
    strata.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn unit(n: u128) -> UnitId {
        UnitId(Uuid::from_u128(n))
    }

    fn stratum(name: &str, units: std::ops::Range<u128>, take: u16) -> Stratum {
        Stratum { name: name.to_owned(), units: units.map(unit).collect(), take }
    }

    /// The figures come from `scripts/recompute-draw`, which shares no code with this.
    #[test]
    fn the_draw_of_a_known_seed_is_known() {
        let seed: [u8; 32] = std::array::from_fn(|n| u8::try_from(n).unwrap_or_default());
        assert_eq!(commitment(&seed), "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd");
        let strata = [stratum("Xã miền núi", 1..11, 3), stratum("Xã đồng bằng", 11..17, 2)];
        assert_eq!(frame(&strata), "1f2b4cf63b62035fddab4c72f83f57110c0f0fd925695bb736c7112840e74e8d");
        let drawn: Vec<Vec<u128>> = draw(&seed, &strata)
            .into_iter()
            .map(|drawn| drawn.units.into_iter().map(|unit| unit.0.as_u128()).collect())
            .collect();
        assert_eq!(drawn, [vec![1, 10, 7], vec![12, 11]]);
    }

    #[test]
    fn a_frame_that_is_none_is_refused() {
        let codes = |strata: Vec<Stratum>| -> Vec<String> {
            checked(strata)
                .err()
                .map(|no| no.faults.into_iter().map(|f| f.code).collect())
                .unwrap_or_default()
        };
        assert_eq!(codes(Vec::new()), ["draw.size"]);
        assert_eq!(codes(vec![stratum("A", 1..3, 3)]), ["draw.size"]);
        assert_eq!(codes(vec![stratum("A", 1..3, 0)]), ["draw.size"]);
        assert_eq!(codes(vec![stratum("A", 1..3, 1), stratum("A", 3..5, 1)]), ["draw.stratum-twice"]);
        assert_eq!(codes(vec![stratum("A\n1", 1..3, 1)]), ["text.refused"]);
        assert_eq!(codes(vec![stratum("A", 1..3, 1), stratum("B", 2..4, 1)]), ["draw.unit-twice"]);
        assert!(codes(vec![stratum("A", 1..3, 2)]).is_empty());
    }

    proptest! {
        #[test]
        fn as_many_as_wanted_are_drawn_whatever_the_order(
            seed in any::<[u8; 32]>(), size in 1_u128..30, take in 1_u16..10, turn in 0_usize..30,
        ) {
            prop_assume!(u128::from(take) <= size);
            let straight = stratum("Phường", 0..size, take);
            let mut turned = straight.clone();
            turned.units.rotate_left(turn % straight.units.len());
            let drawn = draw(&seed, std::slice::from_ref(&straight));
            prop_assert_eq!(&drawn, &draw(&seed, std::slice::from_ref(&turned)));
            let units: HashSet<UnitId> = drawn.iter().flat_map(|drawn| drawn.units.clone()).collect();
            prop_assert_eq!(units.len(), usize::from(take));
        }
    }
}
