//! Places: what a phone believed, where an office is, and whether the one lies in the other.

use geo::{ClosestPoint, Contains, Coord, Distance, Euclidean, Haversine, LineString, Point, Polygon};
use serde::{Deserialize, Serialize};

/// Where a phone believed it was when the shutter opened.
///
/// Angles are degrees on WGS 84 (EPSG:4326); `point` is longitude-first, as in GeoJSON (RFC 7946 §3.1.1).
/// `accuracy_m` is the radius in metres of the circle that holds the true position with 68 % confidence,
/// which is how Android's `Location.getAccuracy` defines it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GeoFix {
    point: Point<f64>,
    accuracy_m: f64,
}

/// Why numbers are no position.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum BadFix {
    /// Not a latitude.
    #[error("latitude {0} is not between -90 and 90 degrees")]
    Latitude(f64),
    /// Not a longitude.
    #[error("longitude {0} is not between -180 and 180 degrees")]
    Longitude(f64),
    /// Not an accuracy.
    #[error("accuracy {0} is not a radius above 0 and up to 100000 metres")]
    Accuracy(f64),
    /// What a phone without a fix writes.
    #[error("0/0 is what a phone without a fix writes; send no position instead")]
    NullIsland,
}

impl BadFix {
    /// Stable code and the field it blames.
    #[must_use]
    pub fn code(&self) -> (&'static str, &'static str) {
        match self {
            Self::Latitude(_) => ("place.latitude-out-of-range", "latitude"),
            Self::Longitude(_) => ("place.longitude-out-of-range", "longitude"),
            Self::Accuracy(_) => ("place.accuracy-out-of-range", "accuracy_m"),
            Self::NullIsland => ("place.null-island", "latitude"),
        }
    }
}

impl GeoFix {
    /// Reads a fix from the numbers a phone sends: degrees, degrees, metres.
    ///
    /// # Errors
    /// The first of latitude, longitude and accuracy that is out of range; NaN is refused by all; 0/0 is no fix.
    pub fn parse(latitude: f64, longitude: f64, accuracy_m: f64) -> Result<Self, BadFix> {
        if !(-90.0..=90.0).contains(&latitude) {
            return Err(BadFix::Latitude(latitude));
        }
        if !(-180.0..=180.0).contains(&longitude) {
            return Err(BadFix::Longitude(longitude));
        }
        if !(accuracy_m > 0.0 && accuracy_m <= 100_000.0) {
            return Err(BadFix::Accuracy(accuracy_m));
        }
        if latitude == 0.0 && longitude == 0.0 {
            return Err(BadFix::NullIsland);
        }
        Ok(Self { point: Point::new(longitude, latitude), accuracy_m })
    }

    /// Degrees north.
    #[must_use]
    pub fn latitude(&self) -> f64 {
        self.point.y()
    }

    /// Degrees east.
    #[must_use]
    pub fn longitude(&self) -> f64 {
        self.point.x()
    }

    /// Metres along the ground to another position.
    #[must_use]
    pub fn distance_m(&self, latitude: f64, longitude: f64) -> f64 {
        Haversine.distance(self.point, Point::new(longitude, latitude))
    }

    /// Radius of the 68 % circle in metres.
    #[must_use]
    pub fn accuracy_m(&self) -> f64 {
        self.accuracy_m
    }
}

/// How a phone came to its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PositionSource {
    /// Satellites.
    Gnss,
    /// Cell towers or Wi-Fi.
    Network,
    /// Somebody set a pin.
    Manual,
    /// There is no position; normal, and never a reason to refuse a photo.
    None,
}

impl PositionSource {
    /// Every source.
    pub const ALL: [Self; 4] = [Self::Gnss, Self::Network, Self::Manual, Self::None];

    /// As stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gnss => "gnss",
            Self::Network => "network",
            Self::Manual => "manual",
            Self::None => "none",
        }
    }

    /// Whether there is a position.
    #[must_use]
    pub fn is_of_a_fix(self) -> bool {
        self != Self::None
    }

    /// Reads a stored or sent source.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == text)
    }
}

/// The ground an office stands on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Area {
    /// A point and a radius.
    Circle {
        /// Degrees east.
        longitude: f64,
        /// Degrees north.
        latitude: f64,
        /// Metres, 5 to 5000.
        radius_m: f64,
    },
    /// One closed outer ring of `[longitude, latitude]`, first position repeated at the end.
    Polygon {
        /// The ring.
        ring: Vec<[f64; 2]>,
    },
}

/// Why a shape is no area.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum BadArea {
    /// A corner or centre that is no position.
    #[error("position [{0}, {1}] is not [longitude, latitude] in degrees")]
    Position(f64, f64),
    /// Radius out of range.
    #[error("radius {0} is not between 5 and 5000 metres")]
    Radius(f64),
    /// A ring needs at least four positions and at most 500.
    #[error("a ring needs 4 to 500 positions, this one has {0}")]
    Count(usize),
    /// First and last position differ.
    #[error("a ring ends where it starts")]
    Open,
    /// The ring crosses itself or encloses nothing.
    #[error("the ring crosses itself or encloses no ground")]
    Crossed,
    /// An office is not larger than that.
    #[error("the area is more than 10 km across")]
    TooWide,
}

/// Answer to "was this photo taken at the office?".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The whole circle of uncertainty lies on the premises.
    Inside,
    /// No part of the circle of uncertainty touches the premises.
    Outside,
    /// The position does not decide it.
    CannotTell,
}

impl Verdict {
    /// As stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inside => "inside",
            Self::Outside => "outside",
            Self::CannotTell => "cannot_tell",
        }
    }

    /// Reads a stored or sent verdict.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Inside, Self::Outside, Self::CannotTell].into_iter().find(|verdict| verdict.as_str() == text)
    }
}

/// Reason: the phone did not know where it was.
pub const NO_POSITION: &str = "no_position";
/// Reason: nobody has told where the office is.
pub const NO_PREMISES: &str = "no_premises";
/// Reason: the circle of uncertainty lies partly on the premises.
pub const CROSSES_EDGE: &str = "crosses_edge";
/// Reason: the circle is larger than [`COARSE_M`].
pub const COARSE_POSITION: &str = "coarse_position";
/// Reason: somebody set a pin.
pub const MANUAL_POSITION: &str = "manual_position";
/// Every reason of a verdict.
pub const REASONS: [&str; 5] = [NO_POSITION, NO_PREMISES, CROSSES_EDGE, COARSE_POSITION, MANUAL_POSITION];

/// A verdict with what it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaceFinding {
    /// The verdict.
    pub verdict: Verdict,
    /// Metres from the position to the nearest ground of the premises; 0 on the premises; `None` without a position
    /// or premises.
    pub distance_m: Option<f64>,
    /// Stable codes out of [`REASONS`].
    pub reasons: Vec<&'static str>,
}

/// Above this radius a position is called coarse (proposal; typical of cell towers).
pub const COARSE_M: f64 = 200.0;

fn on_earth(longitude: f64, latitude: f64) -> bool {
    (-180.0..=180.0).contains(&longitude) && (-90.0..=90.0).contains(&latitude)
}

/// Metres east and north of `origin`; exact enough for the few kilometres of an office and its neighbourhood.
fn flatten(origin: Point<f64>, at: Point<f64>) -> Coord<f64> {
    const METRES_PER_DEGREE: f64 = 111_195.08; // mean Earth radius 6 371 008.8 m (IUGG), as geo's Haversine uses
    let mut east = at.x() - origin.x();
    if east > 180.0 {
        east -= 360.0;
    } else if east < -180.0 {
        east += 360.0;
    }
    Coord {
        x: east * METRES_PER_DEGREE * origin.y().to_radians().cos(),
        y: (at.y() - origin.y()) * METRES_PER_DEGREE,
    }
}

/// Metres east and north from one `(longitude, latitude)` to another, for drawings of a few kilometres.
#[must_use]
pub fn metres_between(from: (f64, f64), to: (f64, f64)) -> (f64, f64) {
    let flat = flatten(Point::new(from.0, from.1), Point::new(to.0, to.1));
    (flat.x, flat.y)
}

impl Area {
    /// Checks a shape that came from outside.
    ///
    /// # Errors
    /// [`BadArea`], the first that applies.
    pub fn checked(self) -> Result<Self, BadArea> {
        match &self {
            Self::Circle { longitude, latitude, radius_m } => {
                if !on_earth(*longitude, *latitude) {
                    return Err(BadArea::Position(*longitude, *latitude));
                }
                if !(5.0..=5000.0).contains(radius_m) {
                    return Err(BadArea::Radius(*radius_m));
                }
            }
            Self::Polygon { ring } => check_ring(ring)?,
        }
        Ok(self)
    }

    /// A point to centre a drawing on: `(longitude, latitude)`.
    #[must_use]
    pub fn middle(&self) -> (f64, f64) {
        match self {
            Self::Circle { longitude, latitude, .. } => (*longitude, *latitude),
            Self::Polygon { ring } => {
                let (mut west, mut east, mut south, mut north) = (180.0_f64, -180.0_f64, 90.0_f64, -90.0_f64);
                for [longitude, latitude] in ring {
                    west = west.min(*longitude);
                    east = east.max(*longitude);
                    south = south.min(*latitude);
                    north = north.max(*latitude);
                }
                (f64::midpoint(west, east), f64::midpoint(south, north))
            }
        }
    }

    /// Signed metres from a position to the edge: negative on the premises, positive off them.
    fn edge_distance_m(&self, fix: &GeoFix) -> f64 {
        match self {
            Self::Circle { longitude, latitude, radius_m } => {
                Haversine.distance(Point::new(*longitude, *latitude), fix.point) - radius_m
            }
            Self::Polygon { ring } => {
                let here = Point::new(0.0, 0.0);
                let flat: LineString<f64> =
                    ring.iter().map(|[x, y]| flatten(fix.point, Point::new(*x, *y))).collect();
                let to_edge = match flat.closest_point(&here) {
                    geo::Closest::SinglePoint(edge) | geo::Closest::Intersection(edge) => {
                        Euclidean.distance(edge, here)
                    }
                    geo::Closest::Indeterminate => f64::MAX,
                };
                if Polygon::new(flat, Vec::new()).contains(&here) { -to_edge } else { to_edge }
            }
        }
    }
}

fn check_ring(ring: &[[f64; 2]]) -> Result<(), BadArea> {
    if !(4..=500).contains(&ring.len()) {
        return Err(BadArea::Count(ring.len()));
    }
    if let Some([x, y]) = ring.iter().find(|[x, y]| !on_earth(*x, *y)) {
        return Err(BadArea::Position(*x, *y));
    }
    let (Some([x, y]), Some(last)) = (ring.first(), ring.last()) else { return Err(BadArea::Count(0)) };
    // Bit for bit: a ring is closed by repeating its first position, not by coming near it.
    if [x.to_bits(), y.to_bits()] != last.map(f64::to_bits) {
        return Err(BadArea::Open);
    }
    let origin = Point::new(*x, *y);
    let flat: LineString<f64> = ring.iter().map(|[x, y]| flatten(origin, Point::new(*x, *y))).collect();
    if flat.coords().any(|c| c.x.hypot(c.y) > 10_000.0) {
        return Err(BadArea::TooWide);
    }
    let shape = Polygon::new(flat, Vec::new());
    if !geo::Validation::is_valid(&shape) || geo::Area::unsigned_area(&shape) < 1.0 {
        return Err(BadArea::Crossed);
    }
    Ok(())
}

/// Judges a position against the premises by its circle of uncertainty.
#[must_use]
pub fn judge(fix: Option<&GeoFix>, source: PositionSource, premises: Option<&Area>) -> PlaceFinding {
    let (Some(fix), Some(area)) = (fix, premises) else {
        let reasons = [(fix.is_none(), NO_POSITION), (premises.is_none(), NO_PREMISES)];
        let reasons = reasons.iter().filter(|(holds, _)| *holds).map(|(_, code)| *code).collect();
        return PlaceFinding { verdict: Verdict::CannotTell, distance_m: None, reasons };
    };
    let mut reasons = Vec::new();
    if fix.accuracy_m > COARSE_M {
        reasons.push(COARSE_POSITION);
    }
    if source == PositionSource::Manual {
        reasons.push(MANUAL_POSITION);
    }
    let edge_m = area.edge_distance_m(fix);
    let verdict = if source == PositionSource::Manual {
        // A pin set by hand shows what somebody says, not where the phone was.
        Verdict::CannotTell
    } else if edge_m + fix.accuracy_m <= 0.0 {
        Verdict::Inside
    } else if edge_m - fix.accuracy_m > 0.0 {
        Verdict::Outside
    } else {
        reasons.push(CROSSES_EDGE);
        Verdict::CannotTell
    };
    PlaceFinding { verdict, distance_m: Some(edge_m.max(0.0)), reasons }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that can't make its input should stop")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn office() -> Area {
        Area::Circle { longitude: 107.9642, latitude: 15.7431, radius_m: 60.0 }
    }

    fn square() -> Area {
        let ring = [[107.0, 15.0], [107.001, 15.0], [107.001, 15.001], [107.0, 15.001], [107.0, 15.0]];
        Area::Polygon { ring: ring.to_vec() }.checked().unwrap()
    }

    #[test]
    fn a_small_circle_of_uncertainty_inside_is_inside() {
        let fix = GeoFix::parse(15.7431, 107.9643, 8.0).unwrap();
        let found = judge(Some(&fix), PositionSource::Gnss, Some(&office()));
        assert_eq!((found.verdict, found.distance_m), (Verdict::Inside, Some(0.0)));
    }

    #[test]
    fn far_away_is_outside_and_says_how_far() {
        let fix = GeoFix::parse(15.7531, 107.9642, 10.0).unwrap();
        let found = judge(Some(&fix), PositionSource::Gnss, Some(&office()));
        assert_eq!(found.verdict, Verdict::Outside);
        let distance = found.distance_m.unwrap();
        assert!((distance - 1052.0).abs() < 2.0, "{distance}");
    }

    #[test]
    fn a_circle_over_the_edge_cannot_tell() {
        let fix = GeoFix::parse(15.7431, 107.9647, 40.0).unwrap();
        let found = judge(Some(&fix), PositionSource::Gnss, Some(&office()));
        assert_eq!((found.verdict, found.reasons), (Verdict::CannotTell, vec!["crosses_edge"]));
    }

    #[test]
    fn a_polygon_knows_its_inside_and_its_neighbourhood() {
        let inside = GeoFix::parse(15.0005, 107.0005, 10.0).unwrap();
        assert_eq!(judge(Some(&inside), PositionSource::Gnss, Some(&square())).verdict, Verdict::Inside);
        let beside = GeoFix::parse(15.0005, 107.002, 10.0).unwrap();
        let found = judge(Some(&beside), PositionSource::Gnss, Some(&square()));
        assert_eq!(found.verdict, Verdict::Outside);
        assert!((found.distance_m.unwrap() - 107.4).abs() < 0.5, "{found:?}");
    }

    #[test]
    fn without_a_position_or_premises_nothing_is_claimed() {
        let found = judge(None, PositionSource::None, None);
        assert_eq!(found.reasons, vec!["no_position", "no_premises"]);
        assert_eq!((found.verdict, found.distance_m), (Verdict::CannotTell, None));
    }

    #[test]
    fn a_pin_set_by_hand_proves_nothing() {
        let fix = GeoFix::parse(15.7431, 107.9642, 5.0).unwrap();
        let found = judge(Some(&fix), PositionSource::Manual, Some(&office()));
        assert_eq!((found.verdict, found.reasons), (Verdict::CannotTell, vec!["manual_position"]));
    }

    #[test]
    fn refuses_what_is_no_position() {
        assert!(matches!(GeoFix::parse(f64::NAN, 107.0, 5.0), Err(BadFix::Latitude(_))));
        assert!(matches!(GeoFix::parse(15.0, f64::INFINITY, 5.0), Err(BadFix::Longitude(_))));
        assert!(matches!(GeoFix::parse(15.0, 107.0, 0.0), Err(BadFix::Accuracy(_))));
        assert!(matches!(GeoFix::parse(0.0, 0.0, 5.0), Err(BadFix::NullIsland)));
    }

    #[test]
    fn refuses_rings_that_cross_or_stay_open() {
        let bow = vec![[107.0, 15.0], [107.001, 15.001], [107.001, 15.0], [107.0, 15.001], [107.0, 15.0]];
        assert_eq!(Area::Polygon { ring: bow }.checked(), Err(BadArea::Crossed));
        let open = vec![[107.0, 15.0], [107.001, 15.0], [107.001, 15.001], [107.0, 15.001]];
        assert_eq!(Area::Polygon { ring: open }.checked(), Err(BadArea::Open));
    }

    proptest! {
        #[test]
        fn a_verdict_never_panics_and_its_distance_is_finite(
            lat in -90.0..=90.0_f64, lon in -180.0..=180.0_f64, accuracy in 0.1..=100_000.0_f64
        ) {
            if let Ok(fix) = GeoFix::parse(lat, lon, accuracy) {
                for area in [office(), square()] {
                    let found = judge(Some(&fix), PositionSource::Gnss, Some(&area));
                    prop_assert!(found.distance_m.unwrap().is_finite());
                }
            }
        }
    }
}
