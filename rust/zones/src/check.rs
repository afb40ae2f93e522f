//! What is asked for becomes rules in pixels, or a list of everything that is wrong with it.

mod watches;

use std::collections::BTreeMap;

use sightline_geometry::{Point, Polygon, PolygonError, Segment};

use crate::distance::Distance;
use crate::groups::Groups;
use crate::line::Line;
use crate::spec::{
    Anchor, CLEAR_AT_ONCE, CrowdSpec, DistanceSpec, LineSpec, SceneSpec, Threshold, ZoneSpec,
};
use crate::summary::{Crowding, ZoneInterval};
use crate::tally::{LineTally, ZoneTally};
use crate::zone::Zone;

/// The default band: 4 px of 1080.
const DEFAULT_BAND: f64 = 4.0 / 1080.0;
/// More than the place of a cut can be off, pixels: the least band of a zone.
const LEAST_ZONE_BAND_PX: f64 = 1e-6;

/// One fault of a scene.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {message}")]
pub struct SceneError {
    /// The place in the scene, such as `zones[2].polygon[3]`.
    pub path: String,
    /// What was expected, what was found and what to do.
    pub message: String,
}

/// The rules of a scene.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    pub(crate) lines: Vec<Line>,
    pub(crate) zones: Vec<Zone>,
    pub(crate) distances: Vec<Distance>,
}

/// Turns `spec` into rules for a frame of this size.
pub(crate) fn rules_from_spec(
    spec: &SceneSpec,
    width_px: u32,
    height_px: u32,
) -> Result<Rules, Vec<SceneError>> {
    let mut check = Check {
        size: Point::new(f64::from(width_px), f64::from(height_px)),
        grounded: spec.ground.is_some(),
        faults: Vec::new(),
    };
    if width_px == 0 || height_px == 0 {
        let found =
            format!("expected a width and height of at least 1 px, found {width_px}x{height_px}");
        check.fault("frame", found);
        return Err(check.faults);
    }
    check.duration("max_gap_ns", spec.max_gap_ns);
    check.duration("summary_ns", spec.summary_ns);
    if let Some(Err(error)) = spec
        .ground
        .as_ref()
        .map(|ground| ground.plane(width_px, height_px))
    {
        check.fault("ground", error.to_string());
    }
    check.names("lines", spec.lines.iter().map(|line| &line.name));
    check.names("zones", spec.zones.iter().map(|zone| &zone.name));
    check.names(
        "distances",
        spec.distances.iter().map(|distance| &distance.name),
    );
    let mut rules = Rules::default();
    for (line, rule) in spec.lines.iter().zip(0..) {
        rules.lines.extend(check.line(line, rule));
    }
    for (zone, rule) in spec.zones.iter().zip(0..) {
        rules.zones.extend(check.zone(zone, rule));
    }
    for (distance, rule) in spec.distances.iter().zip(0..) {
        let checked = check.distance(distance, rule, spec.ground.is_some());
        rules.distances.extend(checked);
    }
    if check.faults.is_empty() {
        Ok(rules)
    } else {
        Err(check.faults)
    }
}

/// Faults found so far.
struct Check {
    /// Width and height of the frame, pixels.
    size: Point,
    /// Whether the scene has a ground.
    grounded: bool,
    faults: Vec<SceneError>,
}

impl Check {
    fn fault(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.faults.push(SceneError {
            path: path.into(),
            message: message.into(),
        });
    }

    fn names<'a>(&mut self, list: &str, names: impl Iterator<Item = &'a String>) {
        let mut seen = BTreeMap::new();
        for (position, name) in names.enumerate() {
            let path = format!("{list}[{position}].name");
            if name.trim().is_empty() {
                self.fault(path, "expected a name, found an empty one");
            } else if let Some(first) = seen.get(name) {
                let message =
                    format!("{name:?} is the name of {list}[{first}] too; give each its own");
                self.fault(path, message);
            } else {
                seen.insert(name, position);
            }
        }
    }

    fn line(&mut self, spec: &LineSpec, rule: u32) -> Option<Line> {
        let path = format!("lines[{rule}]");
        let start = self.place(&format!("{path}.start"), spec.start);
        let end = self.place(&format!("{path}.end"), spec.end);
        let band_px = self.band(&path, spec.band);
        let segment = match Segment::new(start?, end?) {
            Ok(segment) => segment,
            Err(error) => {
                let [x, y] = spec.start;
                let message = format!("{error}: both are [{x}, {y}]; move one of them");
                self.fault(path, message);
                return None;
            }
        };
        Some(Line {
            rule,
            born: 0,
            segment,
            anchor: spec.anchor,
            band_px: band_px?,
            wrong_way: spec.wrong_way,
            tally: LineTally::default(),
            before: LineTally::default(),
        })
    }

    fn zone(&mut self, spec: &ZoneSpec, rule: u32) -> Option<Zone> {
        let path = format!("zones[{rule}]");
        let shape = if spec.even_odd {
            Polygon::even_odd
        } else {
            Polygon::new
        };
        let polygon = self.polygon(&format!("{path}.polygon"), &spec.polygon, shape);
        let band_px = self.band(&path, spec.band);
        self.duration(&format!("{path}.dwell_ns"), spec.dwell_ns);
        let crowding = spec.crowd.and_then(|crowd| self.crowd(&path, crowd));
        if spec.confirm_frames == 0 {
            let message = "expected at least 1 frame, found 0; 1 lets an entry count at once";
            self.fault(format!("{path}.confirm_frames"), message);
        }
        let watch = self.watch(&path, spec);
        let polygon = polygon?;
        let (band_px, inradius) = (band_px?, polygon.inradius());
        let least = |share: f64| (share * inradius).max(LEAST_ZONE_BAND_PX);
        Some(Zone {
            rule,
            born: 0,
            anchor: spec.anchor,
            band_px: band_px.clamp(LEAST_ZONE_BAND_PX, least(0.5)),
            sure_px: (CLEAR_AT_ONCE * band_px).clamp(LEAST_ZONE_BAND_PX, least(0.75)),
            dwell_ns: spec.dwell_ns,
            confirm_frames: spec.confirm_frames,
            tally: ZoneTally::default(),
            crowding,
            interval: ZoneInterval::default(),
            reported: 0,
            cuts: Vec::with_capacity(polygon.vertices().len()),
            watch,
            polygon,
        })
    }

    fn crowd(&mut self, path: &str, spec: CrowdSpec) -> Option<Crowding> {
        let CrowdSpec {
            limit,
            min_duration_ns,
        } = spec;
        if limit == 0 {
            self.fault(
                format!("{path}.crowd.limit"),
                "expected at least 1, found 0",
            );
        }
        if min_duration_ns < 0 {
            let message = format!("expected 0 nanoseconds or more, found {min_duration_ns}");
            self.fault(format!("{path}.crowd.min_duration_ns"), message);
        }
        (limit > 0 && min_duration_ns >= 0).then(|| Crowding::new(limit, min_duration_ns))
    }

    fn distance(&mut self, spec: &DistanceSpec, rule: u32, ground: bool) -> Option<Distance> {
        let path = format!("distances[{rule}]");
        let polygon_path = format!("{path}.polygon");
        let corners = spec.polygon.as_deref();
        let polygon = corners.map(|corners| self.polygon(&polygon_path, corners, Polygon::new));
        self.duration(&format!("{path}.min_duration_ns"), spec.min_duration_ns);
        self.duration(&format!("{path}.group_ns"), spec.group_ns);
        let close = self.threshold(&path, spec, ground);
        let hysteresis = spec.hysteresis;
        if !(hysteresis.is_finite() && hysteresis >= 0.0) {
            let message =
                format!("expected a share of the threshold, 0 or more, found {hysteresis}");
            self.fault(format!("{path}.hysteresis"), message);
        }
        let polygon = match polygon {
            Some(checked) => Some(checked?),
            None => None,
        };
        let band_px = DEFAULT_BAND * self.size.y;
        let mut distance = Distance::new(rule, polygon, spec.anchor, band_px);
        distance.on_ground = matches!(spec.threshold, Threshold::Metres(_));
        distance.close = close?;
        distance.apart = distance.close * (1.0 + hysteresis);
        distance.min_duration_ns = spec.min_duration_ns;
        let window_ns = spec.group_ns.filter(|&ns| ns > 0);
        distance.groups = window_ns.map(|ns| Groups::new(ns, distance.close));
        Some(distance)
    }

    /// Returns how near is close, in pixels or metres.
    fn threshold(&mut self, path: &str, spec: &DistanceSpec, ground: bool) -> Option<f64> {
        let (field, found, unit) = match spec.threshold {
            Threshold::Share(share) => ("threshold", share, "share of the frame's height"),
            Threshold::Metres(metres) => ("threshold_m", metres, "number of metres"),
        };
        let before = self.faults.len();
        if !(found.is_finite() && found > 0.0) {
            let message = format!("expected a positive {unit}, found {found}");
            self.fault(format!("{path}.{field}"), message);
        }
        if let Threshold::Share(share) = spec.threshold {
            return (self.faults.len() == before).then_some(share * self.size.y);
        }
        if !ground {
            let message = "expected a ground to measure metres on, found none in the scene; say where the ground is, or \
                give threshold, a share of the picture's height";
            self.fault(format!("{path}.{field}"), message);
        }
        if spec.anchor != Anchor::BottomCenter {
            let message = "expected bottom_center with threshold_m, found center; only feet are on the ground";
            self.fault(format!("{path}.anchor"), message);
        }
        (self.faults.len() == before).then_some(found)
    }

    fn polygon(
        &mut self,
        path: &str,
        corners: &[[f64; 2]],
        shape: fn(&[Point]) -> Result<Polygon, PolygonError>,
    ) -> Option<Polygon> {
        let before = self.faults.len();
        let places: Vec<Point> = corners
            .iter()
            .enumerate()
            .filter_map(|(vertex, &corner)| self.place(&format!("{path}[{vertex}]"), corner))
            .collect();
        if self.faults.len() > before {
            return None;
        }
        match shape(&places) {
            Ok(polygon) => Some(polygon),
            Err(error) => {
                let message = format!("{error}; {}", remedy(&error));
                self.fault(place_of(path, &error), message);
                None
            }
        }
    }

    /// Returns the place in pixels.
    fn place(&mut self, path: &str, unit: [f64; 2]) -> Option<Point> {
        if unit.iter().all(|v| (0.0..=1.0).contains(v)) {
            return Some(Point::new(unit[0] * self.size.x, unit[1] * self.size.y));
        }
        let [x, y] = unit;
        let remedy = if x.abs() > 1.0 || y.abs() > 1.0 {
            "; divide pixels by the frame's width and height"
        } else {
            ""
        };
        let message = format!("expected x and y from 0 to 1, found [{x}, {y}]{remedy}");
        self.fault(path, message);
        None
    }

    /// Returns the band in pixels.
    fn band(&mut self, path: &str, band: Option<f64>) -> Option<f64> {
        let share = band.unwrap_or(DEFAULT_BAND);
        if (0.0..=1.0).contains(&share) {
            return Some(share * self.size.y);
        }
        let message = format!("expected a share of the frame's height, 0 to 1, found {share}");
        self.fault(format!("{path}.band"), message);
        None
    }

    fn duration(&mut self, path: &str, duration_ns: Option<i64>) {
        if let Some(found) = duration_ns.filter(|&ns| ns <= 0) {
            let message = format!("expected a positive number of nanoseconds, found {found}");
            self.fault(path, message);
        }
    }
}

/// Returns the path of the point at fault, or the polygon's when it is not one point.
fn place_of(path: &str, error: &PolygonError) -> String {
    match error {
        PolygonError::NotFinite { vertex: point }
        | PolygonError::RepeatedPoint { second: point, .. } => {
            format!("{path}[{point}]")
        }
        _ => path.to_owned(),
    }
}

fn remedy(error: &PolygonError) -> &'static str {
    match error {
        PolygonError::NotFinite { .. } => "give numbers from 0 to 1",
        PolygonError::TooFewPoints { .. } => "add points",
        PolygonError::RepeatedPoint { .. } => "remove one of them",
        PolygonError::Collinear => "move a point off the line",
        PolygonError::Canceled | PolygonError::SelfIntersecting { .. } => {
            "list the corners in the order in which one walks round the zone"
        }
    }
}
