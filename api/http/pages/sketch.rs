//! A small map without a map: the premises, the circle of uncertainty and the position, drawn to scale as SVG.

use super::figures;
use crate::domain::place::{Area, GeoFix, metres_between};
use crate::http::context::Language;

/// Units of the drawing from west to east.
pub const WIDTH: f64 = 420.0;
/// Units of the drawing from north to south.
pub const HEIGHT: f64 = 300.0;
/// Units that stay free at each edge.
const MARGIN: f64 = 34.0;
/// What is smaller than this many units would not be seen.
const LEAST: f64 = 5.0;
/// The least ground that is shown, in metres from edge to edge: less would make much of little errors.
const LEAST_GROUND_M: f64 = 60.0;

/// A point of the drawing, in units from its upper left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dot {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
}

/// A circle of the drawing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Circle {
    /// Its middle.
    pub at: Dot,
    /// Its radius in units.
    pub r: f64,
}

/// The ground of the office, as drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Ground {
    /// Nothing on record.
    None,
    /// A circle.
    Circle(Circle),
    /// Corners as `x,y x,y`.
    Polygon(String),
}

/// The line from the position to the nearest ground, with its length in words.
#[derive(Clone, Debug, PartialEq)]
pub struct Gap {
    /// At the position.
    pub from: Dot,
    /// At the edge.
    pub to: Dot,
    /// Where the words stand.
    pub label: Dot,
    /// The length.
    pub words: String,
}

/// Everything that is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Sketch {
    /// The premises.
    pub ground: Ground,
    /// The circle of uncertainty.
    pub disc: Option<Circle>,
    /// The position.
    pub position: Option<Dot>,
    /// Where the file itself says it was taken, where that is near enough to be drawn.
    pub exif: Option<Dot>,
    /// From the position to the premises, where it lies off them.
    pub gap: Option<Gap>,
    /// Length of the scale bar in units.
    pub bar: f64,
    /// Length of the scale bar in words.
    pub bar_words: String,
}

/// What is to be drawn: the premises, the phone's position, the file's own position `(latitude, longitude)`.
#[derive(Clone, Copy, Debug)]
pub struct Places<'a> {
    /// The premises.
    pub area: Option<&'a Area>,
    /// Where the phone believed it was.
    pub fix: Option<&'a GeoFix>,
    /// Latitude and longitude in the file.
    pub exif: Option<(f64, f64)>,
    /// Metres between position and premises, as judged.
    pub distance_m: Option<f64>,
}

type Metres = (f64, f64);

/// The part of the ground that is shown.
struct Frame {
    west: f64,
    east: f64,
    south: f64,
    north: f64,
}

impl Frame {
    fn take(&mut self, (x, y): Metres, around: f64) {
        self.west = self.west.min(x - around);
        self.east = self.east.max(x + around);
        self.south = self.south.min(y - around);
        self.north = self.north.max(y + around);
    }

    fn units_per_metre(&self) -> f64 {
        let wide = (self.east - self.west).max(LEAST_GROUND_M);
        let high = (self.north - self.south).max(LEAST_GROUND_M);
        ((WIDTH - 2.0 * MARGIN) / wide).min((HEIGHT - 2.0 * MARGIN) / high)
    }

    fn dot(&self, (x, y): Metres) -> Dot {
        let scale = self.units_per_metre();
        let (middle_x, middle_y) =
            (f64::midpoint(self.west, self.east), f64::midpoint(self.south, self.north));
        Dot { x: WIDTH / 2.0 + (x - middle_x) * scale, y: HEIGHT / 2.0 - (y - middle_y) * scale }
    }

    fn circle(&self, at: Metres, radius_m: f64) -> Circle {
        Circle { at: self.dot(at), r: (radius_m * self.units_per_metre()).max(LEAST) }
    }

    fn holds(&self, (x, y): Metres) -> bool {
        (self.west..=self.east).contains(&x) && (self.south..=self.north).contains(&y)
    }
}

/// Draws; `None` where there is neither premises nor a position.
#[must_use]
pub fn draw(places: Places<'_>, lang: Language) -> Option<Sketch> {
    let of_fix = |fix: &GeoFix| (fix.longitude(), fix.latitude());
    let origin = places.area.map(Area::middle).or(places.fix.map(of_fix))?;
    let flat = |at: (f64, f64)| metres_between(origin, at);
    let here = places.fix.map(|fix| flat(of_fix(fix)));
    let mut frame = Frame { west: 0.0, east: 0.0, south: 0.0, north: 0.0 };
    let corners: Vec<Metres> = match places.area {
        Some(Area::Polygon { ring }) => ring.iter().map(|[x, y]| flat((*x, *y))).collect(),
        _ => Vec::new(),
    };
    if let Some(Area::Circle { radius_m, .. }) = places.area {
        frame.take((0.0, 0.0), *radius_m);
    }
    for corner in &corners {
        frame.take(*corner, 0.0);
    }
    if let (Some(here), Some(fix)) = (here, places.fix) {
        frame.take(here, fix.accuracy_m());
    }
    let file = places.exif.map(|(latitude, longitude)| flat((longitude, latitude)));
    let ground = match places.area {
        None => Ground::None,
        Some(Area::Circle { radius_m, .. }) => Ground::Circle(frame.circle((0.0, 0.0), *radius_m)),
        // From far away an office is a dot, not an outline nobody sees.
        Some(Area::Polygon { .. }) if across(&corners) * frame.units_per_metre() < 2.0 * LEAST => {
            Ground::Circle(frame.circle((0.0, 0.0), 0.0))
        }
        Some(Area::Polygon { .. }) => Ground::Polygon(outline(&frame, &corners)),
    };
    let edge = match places.area {
        Some(Area::Circle { radius_m, .. }) => here.map(|here| on_circle(here, *radius_m)),
        Some(Area::Polygon { .. }) => here.and_then(|here| on_ring(here, &corners)),
        None => None,
    };
    let apart = places.distance_m.filter(|metres| *metres > 0.0);
    let gap = match (here, edge, apart) {
        (Some(here), Some(edge), Some(metres)) => Some(gap(&frame, here, edge, metres, lang)),
        _ => None,
    };
    let (bar, bar_words) = scale_bar(frame.units_per_metre(), lang);
    Some(Sketch {
        ground,
        disc: here.zip(places.fix).map(|(here, fix)| frame.circle(here, fix.accuracy_m())),
        position: here.map(|here| frame.dot(here)),
        exif: file.filter(|file| frame.holds(*file)).map(|file| frame.dot(file)),
        gap,
        bar,
        bar_words,
    })
}

/// The larger of both sides of the box around the corners, which has its middle at 0/0.
fn across(corners: &[Metres]) -> f64 {
    corners.iter().fold(0.0, |most, (x, y)| f64::max(most, 2.0 * x.abs().max(y.abs())))
}

fn outline(frame: &Frame, corners: &[Metres]) -> String {
    let text = |corner: &Metres| {
        let dot = frame.dot(*corner);
        format!("{:.1},{:.1}", dot.x, dot.y)
    };
    corners.iter().map(text).collect::<Vec<_>>().join(" ")
}

fn on_circle((x, y): Metres, radius_m: f64) -> Metres {
    let length = x.hypot(y).max(f64::MIN_POSITIVE);
    (x / length * radius_m, y / length * radius_m)
}

/// The point of a ring that is nearest.
fn on_ring(here: Metres, corners: &[Metres]) -> Option<Metres> {
    let away = |at: &Metres| (at.0 - here.0).hypot(at.1 - here.1);
    let sides = corners.iter().zip(corners.iter().skip(1));
    sides.map(|(a, b)| on_side(here, *a, *b)).min_by(|a, b| away(a).total_cmp(&away(b)))
}

fn on_side(here: Metres, a: Metres, b: Metres) -> Metres {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let square = dx * dx + dy * dy;
    let along = if square > 0.0 { ((here.0 - a.0) * dx + (here.1 - a.1) * dy) / square } else { 0.0 };
    let along = along.clamp(0.0, 1.0);
    (a.0 + along * dx, a.1 + along * dy)
}

fn gap(frame: &Frame, here: Metres, edge: Metres, metres: f64, lang: Language) -> Gap {
    let (from, to) = (frame.dot(here), frame.dot(edge));
    let middle = Dot { x: f64::midpoint(from.x, to.x), y: f64::midpoint(from.y, to.y) };
    // Beside a steep line, above a flat one; never over the edge of the drawing.
    let steep = (to.y - from.y).abs() > (to.x - from.x).abs();
    let (x, y) = if steep { (middle.x + 42.0, middle.y) } else { (middle.x, middle.y - 10.0) };
    let label = Dot { x: x.clamp(50.0, WIDTH - 50.0), y: y.clamp(18.0, HEIGHT - 40.0) };
    Gap { from, to, label, words: figures::metres(metres, lang) }
}

/// The longest of 1, 2, 5, 10, 20 … metres that fits in a quarter of the drawing.
fn scale_bar(units_per_metre: f64, lang: Language) -> (f64, String) {
    let most = WIDTH / 4.0;
    let mut best = 1.0;
    let mut ten = 1.0;
    while ten < 1e8 {
        for step in [1.0, 2.0, 5.0] {
            if step * ten * units_per_metre <= most {
                best = step * ten;
            }
        }
        ten *= 10.0;
    }
    let words = if best >= 1000.0 {
        format!("{} km", figures::number(best / 1000.0, 0, lang))
    } else {
        format!("{} m", figures::number(best, 0, lang))
    };
    (best * units_per_metre, words)
}

#[cfg(test)]
#[allow(clippy::expect_used, reason = "a test without its drawing should stop")]
mod tests {
    use super::*;

    fn office() -> Area {
        Area::Circle { longitude: 107.9642, latitude: 15.7431, radius_m: 60.0 }
    }

    fn drawn(latitude: f64, accuracy_m: f64, distance_m: f64) -> Option<Sketch> {
        let fix = GeoFix::parse(latitude, 107.9642, accuracy_m).ok()?;
        let area = office();
        let places = Places { area: Some(&area), fix: Some(&fix), exif: None, distance_m: Some(distance_m) };
        draw(places, Language::Vi)
    }

    fn inside(dot: Dot) -> bool {
        (0.0..=WIDTH).contains(&dot.x) && (0.0..=HEIGHT).contains(&dot.y)
    }

    #[test]
    fn everything_is_drawn_within_the_drawing_and_to_one_scale() {
        for (latitude, accuracy_m) in [(15.7431, 8.0), (15.7531, 10.0), (18.9, 60_000.0), (15.7432, 0.1)] {
            let sketch = drawn(latitude, accuracy_m, 0.0).expect("a drawing");
            assert!(sketch.position.is_some_and(inside), "{sketch:?}");
            assert!(sketch.bar > 10.0 && sketch.bar <= WIDTH / 4.0, "{sketch:?}");
        }
        let near = drawn(15.7431, 30.0, 0.0).expect("a drawing");
        let (Ground::Circle(ground), Some(disc)) = (near.ground, near.disc) else { panic!("circles") };
        assert!((ground.r / disc.r - 2.0).abs() < 0.01, "60 m and 30 m");
    }

    #[test]
    fn the_way_to_the_premises_is_told_only_from_outside() {
        let outside = drawn(15.7531, 10.0, 1052.0).and_then(|sketch| sketch.gap).expect("a gap");
        assert_eq!(outside.words, "1.052 m");
        assert!(outside.from.y < outside.to.y, "north is up");
        assert_eq!(drawn(15.7431, 8.0, 0.0).and_then(|sketch| sketch.gap), None);
    }

    #[test]
    fn a_polygon_is_reached_at_its_nearest_side() {
        let corners = [(0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0), (0.0, 0.0)];
        assert_eq!(on_ring((150.0, 40.0), &corners), Some((100.0, 40.0)));
        assert_eq!(draw(Places { area: None, fix: None, exif: None, distance_m: None }, Language::Vi), None);
    }
}
