//! What makes a list of points a polygon with an inside: finite, distinct corners, and edges that meet nowhere else or at
//! least don't cancel out.

use crate::point::{Point, orientation};

/// Why a list of points is no polygon. Points and edges are counted from 0; edge i goes from point i to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolygonError {
    /// A coordinate is NaN or infinite.
    #[error("point {vertex} has a coordinate that is not a finite number")]
    NotFinite {
        /// The point.
        vertex: usize,
    },
    /// Fewer than three points differ from each other.
    #[error("{distinct} distinct points enclose nothing; a polygon needs at least 3")]
    TooFewPoints {
        /// How many points differ.
        distinct: usize,
    },
    /// Two neighbors are the same point.
    #[error("points {first} and {second} are the same")]
    RepeatedPoint {
        /// The earlier point.
        first: usize,
        /// The one after it.
        second: usize,
    },
    /// All points lie on one line.
    #[error("all points lie on one line, so they enclose nothing")]
    Collinear,
    /// Every stretch of an edge is covered by another one, so that all of the plane is outside by the even-odd rule.
    #[error("its edges cancel out in pairs, so they enclose nothing")]
    Canceled,
    /// Two edges cross, touch or overlap.
    #[error(
        "edge {first} (from point {first}) and edge {second} (from point {second}) cross or touch"
    )]
    SelfIntersecting {
        /// The earlier edge.
        first: usize,
        /// The later edge.
        second: usize,
    },
}

/// Checks that `points`, closed by an edge from the last to the first, have edges that are not all on one line.
pub(crate) fn check(points: &[Point]) -> Result<(), PolygonError> {
    if let Some(vertex) = points.iter().position(|p| !p.is_finite()) {
        return Err(PolygonError::NotFinite { vertex });
    }
    let distinct = distinct_up_to_three(points);
    if distinct < 3 {
        return Err(PolygonError::TooFewPoints { distinct });
    }
    let count = points.len();
    for first in 0..count {
        let second = (first + 1) % count;
        if points[first] == points[second] {
            return Err(PolygonError::RepeatedPoint { first, second });
        }
    }
    if points
        .iter()
        .all(|&p| orientation(points[0], points[1], p) == 0.0)
    {
        return Err(PolygonError::Collinear);
    }
    Ok(())
}

/// Checks that edges meet nowhere but neighbors in their corner.
pub(crate) fn check_edges(points: &[Point]) -> Result<(), PolygonError> {
    let count = points.len();
    for first in 0..count {
        for second in first + 1..count {
            if edges_meet(points, first, second) {
                return Err(PolygonError::SelfIntersecting { first, second });
            }
        }
    }
    Ok(())
}

/// Checks that something is inside by the even-odd rule: some stretch of an edge is covered an odd number of times.
pub(crate) fn check_not_canceled(points: &[Point]) -> Result<(), PolygonError> {
    let next = points.iter().cycle().skip(1);
    let edges: Vec<(Point, Point)> = points.iter().copied().zip(next.copied()).collect();
    #[expect(clippy::float_cmp, reason = "equal coordinates are told apart exactly")]
    let is_seen = |&(a, b): &(Point, Point)| {
        let along = |p: Point| if a.x == b.x { p.y } else { p.x };
        let is_on = |p| orientation(a, b, p) == 0.0;
        let on_line = edges.iter().filter(|(c, d)| is_on(*c) && is_on(*d));
        let mut places: Vec<f64> = on_line.flat_map(|&(c, d)| [along(c), along(d)]).collect();
        places.sort_unstable_by(f64::total_cmp);
        // Between every other two of these an odd number of edges covers the line.
        places
            .chunks_exact(2)
            .any(|stretch| stretch[0] < stretch[1])
    };
    if edges.iter().any(is_seen) {
        Ok(())
    } else {
        Err(PolygonError::Canceled)
    }
}

fn distinct_up_to_three(points: &[Point]) -> usize {
    let Some(&first) = points.first() else {
        return 0;
    };
    let Some(&second) = points.iter().find(|&&p| p != first) else {
        return 1;
    };
    2 + usize::from(points.iter().any(|&p| p != first && p != second))
}

/// Returns whether two edges share more than the corner that neighbors share.
fn edges_meet(points: &[Point], first: usize, second: usize) -> bool {
    let count = points.len();
    let edge = |i: usize| (points[i], points[(i + 1) % count]);
    let ((a, b), (c, d)) = (edge(first), edge(second));
    if first + 1 == second {
        return folds_back(a, b, d);
    }
    if (second + 1) % count == first {
        return folds_back(c, d, b);
    }
    touch(a, b, c, d)
}

/// Returns whether the edge from `corner` to `after` runs back over the one from `before` to `corner`.
#[expect(
    clippy::float_cmp,
    reason = "equal points are refused exactly, and none else"
)]
fn folds_back(before: Point, corner: Point, after: Point) -> bool {
    if orientation(before, corner, after) != 0.0 {
        return false;
    }
    if before.x == corner.x {
        (before.y > corner.y) == (after.y > corner.y)
    } else {
        (before.x > corner.x) == (after.x > corner.x)
    }
}

/// Returns whether the segments a-b and c-d have a point in common, ends included.
fn touch(a: Point, b: Point, c: Point, d: Point) -> bool {
    let (c_beside, d_beside) = (orientation(a, b, c), orientation(a, b, d));
    let (a_beside, b_beside) = (orientation(c, d, a), orientation(c, d, b));
    let opposite = |u: f64, v: f64| (u > 0.0 && v < 0.0) || (u < 0.0 && v > 0.0);
    (opposite(c_beside, d_beside) && opposite(a_beside, b_beside))
        || (c_beside == 0.0 && in_box(a, b, c))
        || (d_beside == 0.0 && in_box(a, b, d))
        || (a_beside == 0.0 && in_box(c, d, a))
        || (b_beside == 0.0 && in_box(c, d, b))
}

fn in_box(a: Point, b: Point, p: Point) -> bool {
    a.x.min(b.x) <= p.x && p.x <= a.x.max(b.x) && a.y.min(b.y) <= p.y && p.y <= a.y.max(b.y)
}
