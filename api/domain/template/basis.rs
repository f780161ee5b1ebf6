//! Days between which something holds, and the laws behind an item, which come and go.

use jiff::civil::Date;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Whether a day lies between two others: the first counts, the second is the first day that no longer does.
#[must_use]
pub fn holds_on(day: Date, valid_from: Option<Date>, valid_to: Option<Date>) -> bool {
    valid_from.is_none_or(|from| from <= day) && valid_to.is_none_or(|to| day < to)
}

/// A law, decree or decision behind an item. Written as plain text where nothing is said about its days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegalBasis {
    /// What it is called: `Nghị định 118/2025/NĐ-CP`.
    pub document: String,
    /// The first day it holds.
    pub valid_from: Option<Date>,
    /// The first day it no longer holds.
    pub valid_to: Option<Date>,
}

impl LegalBasis {
    /// Whether it holds on a day.
    #[must_use]
    pub fn holds_on(&self, day: Date) -> bool {
        holds_on(day, self.valid_from, self.valid_to)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Dated {
    document: String,
    #[serde(default)]
    valid_from: Option<Date>,
    #[serde(default)]
    valid_to: Option<Date>,
}

impl Serialize for LegalBasis {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let days = [("valid_from", self.valid_from), ("valid_to", self.valid_to)];
        let given = days.iter().filter(|(_, day)| day.is_some()).count();
        // As text, so that a body published without days keeps its digest.
        if given == 0 {
            return to.serialize_str(&self.document);
        }
        let mut out = to.serialize_struct("LegalBasis", 1 + given)?;
        out.serialize_field("document", &self.document)?;
        for (name, day) in days {
            match day {
                Some(day) => out.serialize_field(name, &day)?,
                None => out.skip_field(name)?,
            }
        }
        out.end()
    }
}

struct TextOrDated;

impl<'de> Visitor<'de> for TextOrDated {
    type Value = LegalBasis;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a text, or an object with document, valid_from and valid_to")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<LegalBasis, E> {
        Ok(LegalBasis { document: text.to_owned(), valid_from: None, valid_to: None })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<LegalBasis, A::Error> {
        let Dated { document, valid_from, valid_to } = Dated::deserialize(MapAccessDeserializer::new(map))?;
        Ok(LegalBasis { document, valid_from, valid_to })
    }
}

impl<'de> Deserialize<'de> for LegalBasis {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(TextOrDated)
    }
}
