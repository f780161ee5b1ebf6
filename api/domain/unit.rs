//! Who is inspected, through time: units, their versions, and how a unit is written on paper.

use crate::ids::{UnitId, UnitVersionId};
use crate::refusal::{FieldFault, Kind, Refusal};
use crate::text;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub mod event;
pub mod lineage;

/// What sort of thing a unit is, whatever its type at the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitKind {
    /// A province, district or commune.
    Administrative,
    /// An agency, a party office, a school: belongs to an administrative unit.
    Organisation,
}

impl UnitKind {
    /// Both kinds.
    pub const ALL: [Self; 2] = [Self::Administrative, Self::Organisation];

    /// As stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Administrative => "administrative",
            Self::Organisation => "organisation",
        }
    }

    /// Reads a stored or sent kind.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// On which floor of the state a unit stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Tỉnh, thành phố trực thuộc trung ương.
    Province,
    /// Quận, huyện, thị xã, thành phố thuộc tỉnh; ended on 2025-07-01.
    District,
    /// Phường, xã, thị trấn, đặc khu.
    Commune,
    /// Below any of them.
    Organisation,
}

impl Level {
    /// Every floor, from the top.
    pub const ALL: [Self; 4] = [Self::Province, Self::District, Self::Commune, Self::Organisation];

    /// As sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Province => "province",
            Self::District => "district",
            Self::Commune => "commune",
            Self::Organisation => "organisation",
        }
    }
}

macro_rules! unit_types {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $level:ident, $vietnamese:literal;)*) => {
        /// What a unit is called by law during one version.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum UnitType { $($(#[$doc])* #[serde(rename = $code)] $name,)* }

        impl UnitType {
            /// Every type.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// As stored and sent.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The floor it stands on.
            #[must_use]
            pub fn level(self) -> Level {
                match self { $(Self::$name => Level::$level,)* }
            }

            /// What it is called in Vietnamese.
            #[must_use]
            pub fn vietnamese(self) -> &'static str {
                match self { $(Self::$name => $vietnamese,)* }
            }
        }
    };
}

unit_types! {
    /// Tỉnh.
    Province = "province", Province, "Tỉnh";
    /// Thành phố trực thuộc trung ương.
    Municipality = "municipality", Province, "Thành phố";
    /// Quận.
    UrbanDistrict = "urban_district", District, "Quận";
    /// Huyện.
    RuralDistrict = "rural_district", District, "Huyện";
    /// Thị xã.
    Town = "town", District, "Thị xã";
    /// Thành phố thuộc tỉnh.
    ProvincialCity = "provincial_city", District, "Thành phố";
    /// Phường.
    Ward = "ward", Commune, "Phường";
    /// Xã.
    Commune = "commune", Commune, "Xã";
    /// Thị trấn; ended on 2025-07-01.
    Township = "township", Commune, "Thị trấn";
    /// Đặc khu.
    SpecialZone = "special_zone", Commune, "Đặc khu";
    /// A specialised agency of a people's committee (sở, phòng, văn phòng, thanh tra).
    Agency = "agency", Organisation, "Cơ quan chuyên môn";
    /// An office of the party.
    PartyOffice = "party_office", Organisation, "Cơ quan đảng";
    /// An office of party and state together.
    JointOffice = "joint_party_state_office", Organisation, "Cơ quan chung của đảng và chính quyền";
    /// A public service unit: school, centre, station.
    PublicServiceUnit = "public_service_unit", Organisation, "Đơn vị sự nghiệp công lập";
    /// Trung tâm Phục vụ hành chính công: the one-stop shop as an office of its own, since 2025-07-01.
    ServiceCentre = "public_admin_service_centre", Organisation, "Trung tâm Phục vụ hành chính công";
}

impl UnitType {
    /// Reads a stored or sent type.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
    }

    /// The word its name begins with; `None` for organisations, which have no such word.
    #[must_use]
    pub fn prefix(self) -> Option<&'static str> {
        (self.kind() == UnitKind::Administrative).then(|| self.vietnamese())
    }

    /// The day from which the state has no units of this type any more (Luật 72/2025/QH15); `None` while it has.
    #[must_use]
    pub fn ended_on(self) -> Option<Date> {
        let is_over = self.level() == Level::District || self == Self::Township;
        is_over.then_some(Date::constant(2025, 7, 1))
    }

    /// The kind a unit of this type has.
    #[must_use]
    pub fn kind(self) -> UnitKind {
        if self.level() == Level::Organisation { UnitKind::Organisation } else { UnitKind::Administrative }
    }

    /// Whether a unit of this type may stand directly below one of that type.
    ///
    /// Communes stand below districts and, since 2025-07-01, directly below provinces; both are taken at any day,
    /// because the dates of single changes differ and history is entered late.
    #[must_use]
    pub fn fits_below(self, parent: Self) -> bool {
        match self.level() {
            Level::Province => false,
            Level::District | Level::Commune => parent.level() < self.level(),
            Level::Organisation => true,
        }
    }
}

/// How sure the register is of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Two independent sources, or the text of the resolution.
    High,
    /// One source.
    Medium,
    /// A guess.
    Low,
    /// Follows from other versions.
    Inferred,
}

impl Certainty {
    /// Every degree, surest first.
    pub const ALL: [Self; 4] = [Self::High, Self::Medium, Self::Low, Self::Inferred];

    /// As stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Inferred => "inferred",
        }
    }

    /// Reads a stored or sent certainty.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.as_str() == text)
    }
}

/// The first day a version may begin: no unit of this state is older, and where a register does not know when a unit
/// began it writes this day.
pub const BEGINNING: Date = Date::constant(1945, 9, 2);

/// Reads a day that a question or a survey is about.
///
/// # Errors
/// `date.out-of-range` outside the years 1900 to 2200, which is more than any register knows and less than what a
/// database refuses.
pub fn day(at: &str, day: Date) -> Result<Date, Refusal> {
    if (1900..=2200).contains(&day.year()) {
        return Ok(day);
    }
    Err(Refusal::field(at, "date.out-of-range", "is not between the years 1900 and 2200"))
}

/// A name, type and parent from one day (inclusive) to another (exclusive).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitVersion {
    /// Its id.
    pub id: UnitVersionId,
    /// The unit.
    pub unit: UnitId,
    /// Full name with its word, NFC: `Xã Minh Quang`.
    pub name: String,
    /// Type.
    pub unit_type: UnitType,
    /// The unit above; `None` for a province.
    pub parent: Option<UnitId>,
    /// Code in the state's catalogue. Codes are reused: never an identity.
    pub official_code: Option<String>,
    /// First day.
    pub valid_from: Date,
    /// First day on which it no longer holds; `None` while open.
    pub valid_to: Option<Date>,
    /// The resolution or decree behind it.
    pub instrument: Option<String>,
    /// How sure the register is.
    pub certainty: Certainty,
}

/// What somebody says about a version, not checked yet.
#[derive(Clone, Debug)]
pub struct VersionSaid {
    /// Full name.
    pub name: String,
    /// Type as sent.
    pub unit_type: String,
    /// Parent.
    pub parent: Option<UnitId>,
    /// Catalogue code.
    pub official_code: Option<String>,
    /// First day.
    pub valid_from: Date,
    /// First day after.
    pub valid_to: Option<Date>,
    /// Resolution or decree.
    pub instrument: Option<String>,
    /// Certainty as sent; high where nothing is said.
    pub certainty: Option<String>,
}

impl UnitVersion {
    /// Checks what somebody says about a version of `unit`.
    ///
    /// # Errors
    /// `invalid` with every field that breaks a rule.
    pub fn checked(id: UnitVersionId, unit: UnitId, said: VersionSaid) -> Result<Self, Refusal> {
        let mut faults = Vec::new();
        let name = text::required(&said.name, 200)
            .map_err(|why| faults.push(FieldFault::new("/name", "text.refused", why)))
            .unwrap_or_default();
        let mut bounded = |at: &str, raw: &Option<String>, limit| {
            let read = text::optional(raw.as_deref().unwrap_or_default(), limit);
            let read = read.map_err(|why| faults.push(FieldFault::new(at, "text.refused", why)));
            read.ok().filter(|text| !text.is_empty())
        };
        let official_code = bounded("/official_code", &said.official_code, 20);
        let instrument = bounded("/instrument", &said.instrument, 300);
        let unit_type = UnitType::parse(&said.unit_type);
        let certainty = said.certainty.as_deref().map_or(Some(Certainty::High), Certainty::parse);
        if unit_type.is_none() {
            faults.push(FieldFault::new("/unit_type", "unit.type-unknown", "is no type of unit"));
        }
        if certainty.is_none() {
            let detail = "is none of high, medium, low, inferred";
            faults.push(FieldFault::new("/certainty", "unit.certainty-unknown", detail));
        }
        let late = said.valid_from.max(said.valid_to.unwrap_or(said.valid_from)).year() > 2200;
        if late || said.valid_from < BEGINNING || said.valid_to.is_some_and(|to| to <= said.valid_from) {
            let detail = "a version begins on or after 1945-09-02 and ends after it begins, by 2200";
            faults.push(FieldFault::new("/valid_from", "unit.dates", detail));
        }
        if unit_type.is_some_and(|t| (t.level() == Level::Province) != said.parent.is_none()) {
            let detail = "a province has no parent, every other unit has one";
            faults.push(FieldFault::new("/parent", "unit.parent", detail));
        }
        if said.parent == Some(unit) {
            faults.push(FieldFault::new("/parent", "unit.parent", "a unit is not below itself"));
        }
        if let (Some(prefix), false) = (unit_type.and_then(UnitType::prefix), name.is_empty())
            && !name.starts_with(&format!("{prefix} "))
        {
            let detail = format!("write the full name, beginning with \"{prefix} \"");
            faults.push(FieldFault::new("/name", "unit.name-prefix", detail));
        }
        match (unit_type, certainty) {
            (Some(unit_type), Some(certainty)) if faults.is_empty() => Ok(Self {
                id,
                unit,
                name,
                unit_type,
                parent: said.parent,
                official_code,
                valid_from: said.valid_from,
                valid_to: said.valid_to,
                instrument,
                certainty,
            }),
            _ => Err(Refusal::invalid(faults)),
        }
    }

    /// Whether it holds on a day.
    #[must_use]
    pub fn holds_on(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|to| day < to)
    }
}

/// Where a new version may follow the last one: it begins after the last began, and the last is still open or ends on
/// that very day. Returns the day the last one closes.
///
/// # Errors
/// `unit.version-order` for a version that would reach into the past, `unit.version-gap` for one that leaves days
/// without a version.
pub fn follow(last: &UnitVersion, next_from: Date) -> Result<Date, Refusal> {
    if next_from <= last.valid_from {
        let detail = format!("The last version began on {}; a new one begins later.", last.valid_from);
        return Err(Refusal::new(Kind::Conflict, "unit.version-order", detail));
    }
    match last.valid_to {
        Some(to) if to < next_from => {
            let detail = format!("The last version ended on {to}; a new one would leave days without any.");
            Err(Refusal::new(Kind::Conflict, "unit.version-gap", detail))
        }
        _ => Ok(next_from),
    }
}

/// Whether that parent fits.
///
/// # Errors
/// `unit.parent-unfit` for one on the wrong floor.
pub fn below(unit_type: UnitType, parent: UnitType) -> Result<(), Refusal> {
    if unit_type.fits_below(parent) {
        return Ok(());
    }
    let detail = format!("a {} does not stand below a {}", unit_type.as_str(), parent.as_str());
    Err(Refusal::field("/parent", "unit.parent-unfit", detail))
}

/// How a unit is printed: `Xã Minh Quang, huyện Chiêm Hóa, tỉnh Tuyên Quang`.
///
/// Takes names nearest first. The word for the type is written small behind the first name, as in official papers;
/// names of organisations stay as they are.
#[must_use]
pub fn path<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut out = String::new();
    for (place, name) in names.into_iter().enumerate() {
        if place == 0 {
            out.push_str(name);
            continue;
        }
        out.push_str(", ");
        let known = UnitType::ALL
            .iter()
            .filter_map(|t| t.prefix())
            .any(|word| name.strip_prefix(word).is_some_and(|rest| rest.starts_with(' ')));
        let mut letters = name.chars();
        match letters.next() {
            Some(first) if known => {
                out.extend(first.to_lowercase());
                out.push_str(letters.as_str());
            }
            _ => out.push_str(name),
        }
    }
    out
}

#[cfg(test)]
mod tests;
