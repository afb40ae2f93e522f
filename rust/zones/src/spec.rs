//! The lines, zones and distances of one source, as they are asked for. Places are in unit space: 0…1 of the frame.

use sightline_geometry::Point;
use sightline_ground::{Camera, GroundError, GroundPlane};

use crate::fact::Direction;

/// Sightings in a row beyond the band that make a side certain. One that is off by chance, at the usual noise of 1.5 px
/// against the default band of 4 px, is seen every hundred frames or so of somebody who lingers; two in a row are not.
pub(crate) const CLEAR_SIGHTINGS: u32 = 2;
/// Bands beyond which one sighting is enough.
pub(crate) const CLEAR_AT_ONCE: f64 = 2.0;

/// Absence after which loitering starts from zero, where a zone does not say.
const LOITER_ABSENCE_NS: i64 = 5_000_000_000;
/// Who is off by more than a right angle goes the wrong way, where a zone does not say.
const WAY_TOLERANCE_DEG: f64 = 90.0;
/// For how long they must, where a zone does not say: as long as it takes to turn round by mistake.
const WAY_NS: i64 = 1_000_000_000;
/// For how long somebody must be too fast, where a zone does not say.
const SPEED_NS: i64 = 500_000_000;

/// The point of a box that stands for the person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Anchor {
    /// The middle of the bottom edge: where the feet are.
    #[default]
    BottomCenter,
    /// The middle of the box.
    Center,
}

impl Anchor {
    /// Returns the anchor of a box x1, y1, x2, y2, in the box's unit.
    pub fn of(self, [x1, y1, x2, y2]: [f64; 4]) -> Point {
        let y = match self {
            Self::BottomCenter => y2,
            Self::Center => f64::midpoint(y1, y2),
        };
        Point::new(f64::midpoint(x1, x2), y)
    }
}

/// A line that is crossed in or out.
#[derive(Clone, Debug, PartialEq)]
pub struct LineSpec {
    /// What it is called, unlike any other line of the scene.
    pub name: String,
    /// Where it starts, unit space.
    pub start: [f64; 2],
    /// Where it ends, unit space. In is from left to right of who stands at the start and faces the end.
    pub end: [f64; 2],
    /// The point of a box that crosses.
    pub anchor: Anchor,
    /// How far from the line a side is certain, seen twice in a row or at double the distance once, as a share of the
    /// frame's height, 0…1; default 4 px of 1080.
    pub band: Option<f64>,
    /// The way that people must not cross; `None` for neither.
    pub wrong_way: Option<Direction>,
}

impl LineSpec {
    /// Returns a line with the default anchor and band.
    pub fn new(name: &str, start: [f64; 2], end: [f64; 2]) -> Self {
        Self {
            name: name.to_owned(),
            start,
            end,
            anchor: Anchor::default(),
            band: None,
            wrong_way: None,
        }
    }
}

/// A zone that is entered, left and dwelled in.
#[derive(Clone, Debug, PartialEq)]
pub struct ZoneSpec {
    /// What it is called, unlike any other zone of the scene.
    pub name: String,
    /// Corners, either way round, unit space; the first may be repeated at the end.
    pub polygon: Vec<[f64; 2]>,
    /// Whether the polygon's sides may cross: inside is then where a way out crosses an odd number of them.
    pub even_odd: bool,
    /// The point of a box that must be inside.
    pub anchor: Anchor,
    /// How far from the boundary inside or outside is certain, seen twice in a row or at double the distance once, as a
    /// share of the frame's height, 0…1; default 4 px of 1080. In a thin zone half its inradius is used if that is less,
    /// and three quarters of it for once.
    pub band: Option<f64>,
    /// Stay after which `ZoneDwelled` is due, nanoseconds, positive; `None` for never.
    pub dwell_ns: Option<i64>,
    /// When it is overcrowded; `None` for never.
    pub crowd: Option<CrowdSpec>,
    /// Frames in a row in which a track must be seen inside before its entry counts, at least 1. With more than 1, a
    /// zone that was jumped over between two frames was not entered.
    pub confirm_frames: u32,
    /// Time inside in all after which somebody loiters, nanoseconds, positive; `None` for never.
    pub loiter_ns: Option<i64>,
    /// Who is away for no longer than this does not start from zero, nanoseconds, 0 or more.
    pub loiter_absence_ns: i64,
    /// Time inside after which somebody waits in the zone's queue, nanoseconds, 0 or more; `None` for no queue.
    pub queue_after_ns: Option<i64>,
    /// Wait, from the entry on, that is too long, nanoseconds, positive and no less than `queue_after_ns`; `None` for
    /// never.
    pub wait_limit_ns: Option<i64>,
    /// Where people are to go, as a heading: degrees clockwise, 0 to 360; `None` for anywhere.
    pub way_deg: Option<f64>,
    /// Who is off by more goes the wrong way, degrees, between 0 and 180.
    pub way_tolerance_deg: f64,
    /// For how long they must, without a break, nanoseconds, 0 or more.
    pub way_ns: i64,
    /// Speed on the ground that is allowed, metres a second, positive; it needs the scene's ground. `None` for any.
    pub speed_limit_mps: Option<f64>,
    /// For how long somebody must be faster, without a break, nanoseconds, 0 or more.
    pub speed_ns: i64,
}

impl ZoneSpec {
    /// Returns a zone with the default anchor and band, entries that count at once, and nothing else to watch.
    pub fn new(name: &str, polygon: &[[f64; 2]]) -> Self {
        Self {
            name: name.to_owned(),
            polygon: polygon.to_vec(),
            even_odd: false,
            anchor: Anchor::default(),
            band: None,
            dwell_ns: None,
            crowd: None,
            confirm_frames: 1,
            loiter_ns: None,
            loiter_absence_ns: LOITER_ABSENCE_NS,
            queue_after_ns: None,
            wait_limit_ns: None,
            way_deg: None,
            way_tolerance_deg: WAY_TOLERANCE_DEG,
            way_ns: WAY_NS,
            speed_limit_mps: None,
            speed_ns: SPEED_NS,
        }
    }
}

/// How many are too many, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CrowdSpec {
    /// As many as this, at least 1, are a crowd.
    pub limit: u32,
    /// How long they must be so many without a break, nanoseconds, 0 or more.
    pub min_duration_ns: i64,
}

/// How near is close.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Threshold {
    /// In the picture: a share of the frame's height, positive.
    Share(f64),
    /// Between the feet on the ground: metres, positive. Whose feet are not on the ground takes no part.
    Metres(f64),
}

/// A distance that people keep or don't, in the picture or on the ground.
#[derive(Clone, Debug, PartialEq)]
pub struct DistanceSpec {
    /// What it is called, unlike any other distance of the scene.
    pub name: String,
    /// Two are close when nearer than this.
    pub threshold: Threshold,
    /// How much farther than the threshold they must go to have parted, as a share of the threshold, 0 or more.
    pub hysteresis: f64,
    /// How long they must be close, without a break, before it counts, nanoseconds, positive; `None` for at once.
    pub min_duration_ns: Option<i64>,
    /// Where both must be, as a zone's polygon; `None` for anywhere.
    pub polygon: Option<Vec<[f64; 2]>>,
    /// The point of a box to measure from; on the ground the feet.
    pub anchor: Anchor,
    /// People who came together are no breach: the second was first seen at most so long after the first, and they were
    /// close at most so long after that, nanoseconds, positive; `None` if groups are no exception.
    pub group_ns: Option<i64>,
}

impl DistanceSpec {
    /// Returns a distance anywhere in the frame, with the default anchor and a hysteresis of a tenth.
    pub fn new(name: &str, threshold: f64) -> Self {
        Self {
            name: name.to_owned(),
            threshold: Threshold::Share(threshold),
            hysteresis: 0.1,
            min_duration_ns: None,
            polygon: None,
            anchor: Anchor::default(),
            group_ns: None,
        }
    }

    /// Returns a distance on the ground, otherwise as [`new`](Self::new).
    pub fn on_ground(name: &str, threshold_m: f64) -> Self {
        Self {
            threshold: Threshold::Metres(threshold_m),
            ..Self::new(name, 0.0)
        }
    }
}

/// Where the ground is.
#[derive(Clone, Debug, PartialEq)]
pub enum GroundSpec {
    /// There is a ground, and it is found out while the scene runs: until [`Scene::set_ground`](crate::Scene::set_ground)
    /// nobody is known to be on it.
    Later,
    /// Four or more places: where each is in the picture, unit space, and on the ground, metres.
    Points(Vec<([f64; 2], [f64; 2])>),
    /// A camera of known pose.
    Camera {
        /// Above the ground, metres, positive.
        height_m: f64,
        /// Below the horizon, degrees.
        tilt_deg: f64,
        /// Clockwise about where it looks, degrees.
        roll_deg: f64,
        /// Horizontal field of view, degrees, between 0 and 180.
        view_deg: f64,
    },
}

impl GroundSpec {
    /// Returns the plane for frames of this size; `None` while it is not known.
    ///
    /// # Errors
    /// [`GroundError`] when the numbers make none.
    pub fn plane(&self, width_px: u32, height_px: u32) -> Result<Option<GroundPlane>, GroundError> {
        let (width, height) = (f64::from(width_px), f64::from(height_px));
        Ok(Some(match self {
            Self::Later => return Ok(None),
            Self::Points(pairs) => {
                let pixels: Vec<Point> = pairs
                    .iter()
                    .map(|([x, y], _)| Point::new(x * width, y * height))
                    .collect();
                let metres: Vec<Point> = pairs.iter().map(|&(_, place)| place.into()).collect();
                GroundPlane::from_points(&pixels, &metres)?.0
            }
            Self::Camera {
                height_m,
                tilt_deg,
                roll_deg,
                view_deg,
            } => {
                let focal_px = width / 2.0 / (view_deg.to_radians() / 2.0).tan();
                let center = Point::new(width / 2.0, height / 2.0);
                let (tilt, roll) = (tilt_deg.to_radians(), roll_deg.to_radians());
                let camera = Camera::above(*height_m, tilt, roll, focal_px, center)?;
                GroundPlane::from_camera(camera)
            }
        }))
    }
}

/// All that is watched in one source.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SceneSpec {
    /// Lines, in the order in which facts number them.
    pub lines: Vec<LineSpec>,
    /// Zones, in the order in which facts number them.
    pub zones: Vec<ZoneSpec>,
    /// Distances, in the order in which facts number them.
    pub distances: Vec<DistanceSpec>,
    /// Where the ground is, if facts are to have places and speeds on it.
    pub ground: Option<GroundSpec>,
    /// Length of the intervals that are summarized, nanoseconds, positive; `None` for no summaries.
    pub summary_ns: Option<i64>,
    /// Time without a sighting after which a track that reappears counts as new, nanoseconds, positive; `None` for as
    /// long as the tracker keeps the identity.
    pub max_gap_ns: Option<i64>,
}
