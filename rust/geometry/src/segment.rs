//! A directed line between two points, and whether a move crosses it.

use crate::point::{Point, orientation};

/// Why two points make no segment.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum SegmentError {
    /// A coordinate is NaN or infinite.
    #[error("the {end} point has a coordinate that is not a finite number")]
    NotFinite {
        /// "start" or "end".
        end: &'static str,
    },
    /// Both ends are the same point.
    #[error("start and end are the same point, so the line has no length and no sides")]
    ZeroLength,
}

/// A side of a directed line; the line itself belongs to the positive side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Right of the walk from start to end as seen on the screen, or on the line.
    Positive,
    /// Left of it.
    Negative,
}

impl Side {
    /// Returns the other side.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::Positive => Self::Negative,
            Self::Negative => Self::Positive,
        }
    }
}

/// Where and which way a move crosses a segment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crossing {
    /// The side it goes to.
    pub toward: Side,
    /// The share of the move at which it meets the line, 0…1.
    pub t: f64,
}

/// A directed line between two distinct, finite points.
///
/// A path through its start crosses it and a path through its end does not, so that a path through the joint of two
/// chained segments crosses once in all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Segment {
    start: Point,
    end: Point,
    length: f64,
}

impl Segment {
    /// Returns the segment from `start` to `end`.
    ///
    /// # Errors
    /// [`SegmentError`] when a coordinate is not finite or the points are equal.
    pub fn new(start: Point, end: Point) -> Result<Self, SegmentError> {
        for (name, point) in [("start", start), ("end", end)] {
            if !point.is_finite() {
                return Err(SegmentError::NotFinite { end: name });
            }
        }
        if start == end {
            return Err(SegmentError::ZeroLength);
        }
        let length = start.distance(end);
        Ok(Self { start, end, length })
    }

    /// Returns where the segment starts.
    pub fn start(&self) -> Point {
        self.start
    }

    /// Returns where the segment ends.
    pub fn end(&self) -> Point {
        self.end
    }

    /// Returns on which side of the endless line through the segment `p` lies. Exact.
    pub fn side(&self, p: Point) -> Side {
        side_of(orientation(self.start, self.end, p))
    }

    /// Returns where the move from `from` to `to` crosses the segment, or `None`. Exact in whether and which way.
    ///
    /// Reversing the move turns the direction round; cutting the move anywhere keeps the sum of its directions; a move
    /// along the line crosses nothing.
    pub fn crossing(&self, from: Point, to: Point) -> Option<Crossing> {
        let (at_from, at_to) = (
            orientation(self.start, self.end, from),
            orientation(self.start, self.end, to),
        );
        let toward = side_of(at_to);
        if side_of(at_from) == toward {
            return None;
        }
        // The same move, turned so that it goes to the positive side, must pass between the ends.
        let (low, high) = match toward {
            Side::Positive => (from, to),
            Side::Negative => (to, from),
        };
        let start_beside = side_of(orientation(low, high, self.start));
        let end_beside = side_of(orientation(low, high, self.end));
        (start_beside != end_beside).then(|| Crossing {
            toward,
            t: share((self.start, self.end), (from, to), at_from, at_to),
        })
    }

    /// Returns the distance of `p` from the endless line through the segment, positive on the positive side.
    pub fn signed_distance_to_line(&self, p: Point) -> f64 {
        orientation(self.start, self.end, p) / self.length
    }

    /// Returns the distance of `p` from the nearest point of the segment.
    pub fn distance(&self, p: Point) -> f64 {
        segment_distance(self.start, self.end, p)
    }
}

fn side_of(orientation: f64) -> Side {
    if orientation >= 0.0 {
        Side::Positive
    } else {
        Side::Negative
    }
}

/// Returns the share of the move from `p` to `q` at which it cuts the segment from `a` to `b`, given the orientations of
/// `p` and `q` against the segment, which are of other signs.
///
/// Where the two nearly lie on one line, the orientations' signs are exact but their ratio is not; the share then stays at
/// least beside the segment.
pub(crate) fn share(
    (a, b): (Point, Point),
    (p, q): (Point, Point),
    before: f64,
    after: f64,
) -> f64 {
    let level = (q.x - p.x).abs() >= (q.y - p.y).abs();
    let along = |point: Point| if level { point.x } else { point.y };
    let (start, length) = (along(p), along(q) - along(p));
    let ends = [(along(a) - start) / length, (along(b) - start) / length];
    let (low, high) = (ends[0].min(ends[1]).max(0.0), ends[0].max(ends[1]).min(1.0));
    (before / (before - after)).min(high).max(low)
}

/// Returns the distance of `p` from the segment between `a` and `b`.
pub(crate) fn segment_distance(a: Point, b: Point, p: Point) -> f64 {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let along = ((p.x - a.x) * dx + (p.y - a.y) * dy) / (dx * dx + dy * dy);
    p.distance(a.toward(b, along.clamp(0.0, 1.0)))
}
