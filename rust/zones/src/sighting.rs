//! Where a track was seen, and what lies between two sightings.

use sightline_geometry::Point;
use sightline_tracks::Track;

use crate::motion::Past;
use crate::spec::Anchor;

/// Coordinates beyond this are a fault of whoever made the box, not a place.
const FARTHEST_PX: f64 = 1e9;

/// A track in one frame.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sighting {
    pub(crate) track_id: u64,
    pub(crate) pts_ns: i64,
    pub(crate) xyxy: [f64; 4],
    pub(crate) class_id: i32,
    pub(crate) confidence: f32,
    /// How much time the track has spent unseen until now.
    pub(crate) unseen_ns: i64,
    pub(crate) past: Past,
}

impl Sighting {
    /// Returns the track's first sighting, or `None` when it has no identity or no place.
    pub(crate) fn first(track: &Track, pts_ns: i64) -> Option<Self> {
        let somewhere = track.xyxy.iter().all(|v| v.abs() <= FARTHEST_PX);
        (track.id != 0 && somewhere).then_some(Self {
            track_id: track.id,
            pts_ns,
            xyxy: track.xyxy,
            class_id: track.class_id,
            confidence: track.confidence,
            unseen_ns: 0,
            past: Past::new(&track.xyxy, pts_ns),
        })
    }
}

/// A time between two sightings, with what is known of the track then.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) pts_ns: i64,
    pub(crate) xyxy: [f64; 4],
    /// Length of the gap in which it lies, 0 for none.
    pub(crate) gap_ns: i64,
    /// How much time the track had spent unseen until then.
    pub(crate) unseen_ns: i64,
}

impl From<&Sighting> for Moment {
    fn from(sighting: &Sighting) -> Self {
        Self {
            pts_ns: sighting.pts_ns,
            xyxy: sighting.xyxy,
            gap_ns: 0,
            unseen_ns: sighting.unseen_ns,
        }
    }
}

/// From one sighting of a track to its next, in a straight line at constant speed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Move {
    pub(crate) from: Sighting,
    pub(crate) to: Sighting,
    /// Whether there were frames in between in which the track was not seen.
    pub(crate) gap: bool,
}

impl Move {
    /// Returns the move to the next sighting, whose time unseen and past it fills in.
    pub(crate) fn new(from: Sighting, mut to: Sighting, gap: bool) -> Self {
        let passed_ns = if gap { to.pts_ns - from.pts_ns } else { 0 };
        to.unseen_ns = from.unseen_ns + passed_ns;
        to.past = from.past.and(&to.xyxy, to.pts_ns);
        Self { from, to, gap }
    }

    /// Returns the move of a track that was seen once.
    pub(crate) fn still(at: Sighting) -> Self {
        Self {
            from: at,
            to: at,
            gap: false,
        }
    }

    /// Returns the anchors at both ends.
    pub(crate) fn anchors(&self, anchor: Anchor) -> (Point, Point) {
        (anchor.of(self.from.xyxy), anchor.of(self.to.xyxy))
    }

    /// Returns the moment a share `t`, 0…1, of the way.
    #[expect(clippy::cast_possible_truncation, reason = "a share of an i64")]
    pub(crate) fn at(&self, t: f64) -> Moment {
        let whole_ns = self.to.pts_ns - self.from.pts_ns;
        let passed_ns = ((whole_ns as f64 * t).round() as i64).clamp(0, whole_ns);
        let mut xyxy = self.from.xyxy;
        for (start, end) in xyxy.iter_mut().zip(self.to.xyxy) {
            *start = *start * (1.0 - t) + end * t;
        }
        Moment {
            pts_ns: self.from.pts_ns + passed_ns,
            xyxy,
            gap_ns: if self.gap { whole_ns } else { 0 },
            unseen_ns: self.from.unseen_ns + if self.gap { passed_ns } else { 0 },
        }
    }

    /// Returns the moment at `pts_ns`, with the nearer end's place when that is outside the move.
    pub(crate) fn at_pts(&self, pts_ns: i64) -> Moment {
        let whole_ns = self.to.pts_ns - self.from.pts_ns;
        let t = if whole_ns > 0 {
            (pts_ns - self.from.pts_ns) as f64 / whole_ns as f64
        } else {
            1.0
        };
        Moment {
            pts_ns,
            ..self.at(t.clamp(0.0, 1.0))
        }
    }
}
