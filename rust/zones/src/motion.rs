//! How a track moves: where it was about a second ago, and what that makes on the ground.

use sightline_geometry::Point;
use sightline_ground::GroundPlane;

use crate::spec::GroundSpec;

/// Least age of the sighting that motion is measured from, once there is one; it is at most twice as old.
const BASE_NS: i64 = 500_000_000;
/// Over less time noise outweighs motion.
const SHORTEST_NS: i64 = 200_000_000;
/// Who moves less has no direction: metres on the ground.
const LEAST_M: f64 = 0.15;
/// The same in the picture, as a share of the box's height (about as much, at 1.7 m a person).
const LEAST_SHARE: f64 = 0.09;

/// How somebody moves, as far as is known; measured between two sightings half a second to a second apart, or less for a
/// track that is younger, but not under a fifth of a second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Motion {
    /// Where the feet (the middle of the box's bottom edge) are on the ground, metres, in the ground plane's axes.
    pub ground_m: Option<[f64; 2]>,
    /// Speed on the ground, metres a second.
    pub speed_mps: Option<f64>,
    /// Direction, degrees clockwise from 0 to 360: on the ground from its y axis (ahead), seen from above; without a
    /// ground plane in the picture, from up. `None` for somebody who stands.
    pub heading_deg: Option<f64>,
}

/// What is known of a scene's ground.
#[derive(Clone, Debug, Default)]
pub(crate) enum Ground {
    /// The scene has none: directions are those in the picture.
    #[default]
    Absent,
    /// The scene has one, and it is not known yet where: nobody is on it.
    Unknown,
    /// Where it is.
    Plane(GroundPlane),
}

impl Ground {
    /// Returns what is known of the ground that is asked for, in frames of this size; a faulty one is unknown.
    pub(crate) fn of(spec: Option<&GroundSpec>, (width_px, height_px): (u32, u32)) -> Self {
        spec.map_or(Self::Absent, |spec| {
            let plane = spec.plane(width_px, height_px).ok().flatten();
            plane.map_or(Self::Unknown, Self::Plane)
        })
    }

    pub(crate) fn plane(&self) -> Option<&GroundPlane> {
        match self {
            Self::Plane(plane) => Some(plane),
            Self::Absent | Self::Unknown => None,
        }
    }
}

/// How a track moves in a frame, on the ground and in the picture.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TrackMotion {
    /// Where the feet are on the ground, metres.
    pub ground_m: Option<[f64; 2]>,
    /// Speed on the ground, metres a second.
    pub speed_mps: Option<f64>,
    /// Direction on the ground, degrees clockwise from its y axis, 0 to 360; `None` for somebody who stands.
    pub heading_deg: Option<f64>,
    /// Direction in the picture, degrees clockwise from up; `None` for somebody who stands.
    pub image_heading_deg: Option<f64>,
}

/// Two places where a track was, each replaced when it is old enough.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Past {
    older_ns: i64,
    newer_ns: i64,
    older: [f32; 2],
    newer: [f32; 2],
}

impl Past {
    /// Begins with a track's first sighting.
    pub(crate) fn new(xyxy: &[f64; 4], now_ns: i64) -> Self {
        let feet = feet(xyxy);
        Self {
            older_ns: now_ns,
            newer_ns: now_ns,
            older: feet,
            newer: feet,
        }
    }

    /// Takes note of the next sighting.
    #[must_use]
    pub(crate) fn and(mut self, xyxy: &[f64; 4], now_ns: i64) -> Self {
        if now_ns - self.newer_ns >= BASE_NS {
            (self.older, self.older_ns) = (self.newer, self.newer_ns);
            (self.newer, self.newer_ns) = (feet(xyxy), now_ns);
        }
        self
    }

    /// Returns how the track moves that is at `xyxy` now.
    pub(crate) fn motion(&self, xyxy: &[f64; 4], now_ns: i64, ground: &Ground) -> Motion {
        match ground {
            Ground::Absent => Motion {
                heading_deg: self.image_heading_deg(xyxy, now_ns),
                ..Motion::default()
            },
            Ground::Unknown => Motion::default(),
            Ground::Plane(plane) => self.on_ground(xyxy, now_ns, plane),
        }
    }

    /// Returns the same on the ground and in the picture.
    pub(crate) fn both(&self, xyxy: &[f64; 4], now_ns: i64, ground: &Ground) -> TrackMotion {
        let plane = ground.plane();
        let motion = plane.map(|plane| self.on_ground(xyxy, now_ns, plane));
        let motion = motion.unwrap_or_default();
        TrackMotion {
            ground_m: motion.ground_m,
            speed_mps: motion.speed_mps,
            heading_deg: motion.heading_deg,
            image_heading_deg: self.image_heading_deg(xyxy, now_ns),
        }
    }

    /// Returns where the track was, where it is, and how much time has passed.
    fn step(&self, xyxy: &[f64; 4], now_ns: i64) -> (Point, Point, i64) {
        let pixel = |[x, y]: [f32; 2]| Point::new(f64::from(x), f64::from(y));
        let passed_ns = now_ns - self.older_ns;
        (pixel(self.older), pixel(feet(xyxy)), passed_ns)
    }

    fn image_heading_deg(&self, xyxy: &[f64; 4], now_ns: i64) -> Option<f64> {
        let (before, now, passed_ns) = self.step(xyxy, now_ns);
        let least = LEAST_SHARE * (xyxy[3] - xyxy[1]);
        // Up in the picture is against y.
        let heading = heading(now.x - before.x, before.y - now.y, least);
        heading.filter(|_| passed_ns >= SHORTEST_NS)
    }

    fn on_ground(&self, xyxy: &[f64; 4], now_ns: i64, ground: &GroundPlane) -> Motion {
        let (before, now, passed_ns) = self.step(xyxy, now_ns);
        let place = ground.locate(now);
        let mut motion = Motion {
            ground_m: place.map(|p| [p.x, p.y]),
            ..Motion::default()
        };
        if let (Some(from), Some(to), true) =
            (ground.locate(before), place, passed_ns >= SHORTEST_NS)
        {
            motion.speed_mps = Some(from.distance(to) / (passed_ns as f64 / 1e9));
            motion.heading_deg = heading(to.x - from.x, to.y - from.y, LEAST_M);
        }
        motion
    }
}

/// Returns the middle of a box's bottom edge.
#[expect(
    clippy::cast_possible_truncation,
    reason = "pixels to a hundredth are enough for a speed"
)]
fn feet([x1, _, x2, y2]: &[f64; 4]) -> [f32; 2] {
    [f64::midpoint(*x1, *x2) as f32, *y2 as f32]
}

/// Returns the direction of a step, degrees clockwise from `ahead`, unless it is too short.
fn heading(right: f64, ahead: f64, least: f64) -> Option<f64> {
    let degrees = right.atan2(ahead).to_degrees();
    (right.hypot(ahead) >= least).then(|| degrees.rem_euclid(360.0))
}
