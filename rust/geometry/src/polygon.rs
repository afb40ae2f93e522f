//! A polygon: which points it contains, and where a move enters and leaves it.

use crate::point::{Point, orientation};
use crate::segment::{segment_distance, share};
use crate::simple::{self, PolygonError};

/// A polygon with a half-open boundary: of two that share an edge, exactly one contains a point on it.
///
/// Inside is where a way out cuts an odd number of edges. So edges that cross are no trouble: where a polygon covers a place
/// twice, that place is outside.
///
/// A point on the boundary counts as if it lay a vanishing distance to the right, and a far smaller one further down;
/// so does every point of a move. That single rule decides all ties, in [`contains`](Self::contains) and in
/// [`path_cuts`](Self::path_cuts) alike, which is why they agree.
#[derive(Clone, Debug, PartialEq)]
pub struct Polygon {
    /// Corners in the order given, either way round, the first not repeated.
    vertices: Vec<Point>,
    /// Left and top border.
    low: Point,
    /// Right and bottom border.
    high: Point,
}

/// Where a move cuts a polygon's boundary.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cut {
    /// The share of the move, 0…1.
    pub t: f64,
    /// The edge, by the position of the corner that it starts from.
    pub edge: u32,
}

impl Polygon {
    /// Returns the polygon with these corners, either way round; a last point equal to the first is dropped.
    ///
    /// # Errors
    /// [`PolygonError`], with the point or the edges at fault, unless the points make a simple polygon.
    pub fn new(corners: &[Point]) -> Result<Self, PolygonError> {
        let vertices = without_closing_point(corners);
        simple::check(vertices)?;
        simple::check_edges(vertices)?;
        Ok(Self::around(vertices))
    }

    /// Returns the polygon with these corners, as [`new`](Self::new) does, whose edges may cross, touch and overlap.
    ///
    /// # Errors
    /// [`PolygonError`], with the point at fault, unless the points enclose something by the even-odd rule.
    pub fn even_odd(corners: &[Point]) -> Result<Self, PolygonError> {
        let vertices = without_closing_point(corners);
        simple::check(vertices)?;
        simple::check_not_canceled(vertices)?;
        Ok(Self::around(vertices))
    }

    /// Returns the polygon with these corners, which were checked.
    fn around(vertices: &[Point]) -> Self {
        let (mut low, mut high) = (vertices[0], vertices[0]);
        for p in vertices {
            low = Point::new(low.x.min(p.x), low.y.min(p.y));
            high = Point::new(high.x.max(p.x), high.y.max(p.y));
        }
        Self {
            vertices: vertices.to_vec(),
            low,
            high,
        }
    }

    /// Returns the corners, the first not repeated.
    pub fn vertices(&self) -> &[Point] {
        &self.vertices
    }

    /// Returns the left-top and the right-bottom corner of the upright box around the polygon.
    pub fn bounds(&self) -> (Point, Point) {
        (self.low, self.high)
    }

    /// Returns whether `p` is inside, by the half-open even-odd rule. Exact.
    pub fn contains(&self, p: Point) -> bool {
        if p.y < self.low.y || p.y > self.high.y || p.x < self.low.x || p.x > self.high.x {
            return false;
        }
        self.edges().fold(false, |inside, (a, b)| {
            let spans = (a.y > p.y) != (b.y > p.y);
            inside != (spans && is_left(a, b, p))
        })
    }

    /// Fills `cuts` with the places where the move cuts the boundary, in order of the way.
    ///
    /// Their number is odd exactly when `contains(from) != contains(to)`; each one turns inside to outside or back. Which
    /// edge is cut is decided exactly: of the two that meet in a corner, a move through the corner cuts the one that it
    /// would cut a vanishing step further right, or both or neither where it only grazes the corner. Cuts at the same share
    /// are in order of the edges.
    pub fn path_cuts(&self, from: Point, to: Point, cuts: &mut Vec<Cut>) {
        cuts.clear();
        let low = Point::new(from.x.min(to.x), from.y.min(to.y));
        let high = Point::new(from.x.max(to.x), from.y.max(to.y));
        if from == to || apart(low, high, self.low, self.high) {
            return;
        }
        for ((a, b), edge) in self.edges().zip(0..) {
            let edge_low = Point::new(a.x.min(b.x), a.y.min(b.y));
            let edge_high = Point::new(a.x.max(b.x), a.y.max(b.y));
            if !apart(low, high, edge_low, edge_high) {
                cuts.extend(edge_cut(a, b, from, to).map(|t| Cut { t, edge }));
            }
        }
        cuts.sort_unstable_by(|a, b| a.t.total_cmp(&b.t).then(a.edge.cmp(&b.edge)));
    }

    /// Returns the distance of `p` from the nearest point of the boundary, inside or out.
    pub fn boundary_distance(&self, p: Point) -> f64 {
        self.edges()
            .map(|(a, b)| segment_distance(a, b, p))
            .fold(f64::INFINITY, f64::min)
    }

    /// Returns whether some point between `from` and `to` is farther than `distance` from the boundary.
    ///
    /// An excursion deeper than `distance` that is narrower than an eighth of it may be missed.
    pub fn strays_beyond(&self, from: Point, to: Point, distance: f64) -> bool {
        if self.boundary_distance(to) > distance {
            return true;
        }
        // A point that is `gap` short of the distance can't reach it in less than `gap`: leap that far. The least
        // leap bounds the work where the path runs along the boundary.
        let length = from.distance(to);
        let least = (distance / 8.0).max(length / 256.0);
        let mut walked = 0.0;
        while walked < length {
            let gap = distance - self.boundary_distance(from.toward(to, walked / length));
            if gap < 0.0 {
                return true;
            }
            walked += gap.max(least);
        }
        false
    }

    /// Returns the edge from a corner, by position, to the next.
    pub(crate) fn edge(&self, position: usize) -> (Point, Point) {
        let next = self.vertices.get(position + 1);
        (self.vertices[position], *next.unwrap_or(&self.vertices[0]))
    }

    /// Returns the edges, each from its corner to the next.
    pub(crate) fn edges(&self) -> impl Iterator<Item = (Point, Point)> + '_ {
        let next = self.vertices.iter().cycle().skip(1);
        self.vertices.iter().copied().zip(next.copied())
    }
}

/// Returns the corners without a last one that repeats the first.
fn without_closing_point(corners: &[Point]) -> &[Point] {
    match corners {
        [first, rest @ .., last] if !rest.is_empty() && first == last => {
            &corners[..corners.len() - 1]
        }
        _ => corners,
    }
}

/// Returns whether `p` is strictly left of the edge on screen, at its own height, which the edge spans.
fn is_left(a: Point, b: Point, p: Point) -> bool {
    let turn = orientation(a, b, p);
    if b.y > a.y { turn > 0.0 } else { turn < 0.0 }
}

fn apart(low: Point, high: Point, other_low: Point, other_high: Point) -> bool {
    high.x < other_low.x || high.y < other_low.y || low.x > other_high.x || low.y > other_high.y
}

/// Returns on which side of an edge `p` lies; on the edge counts as a vanishing step to the right of it, or below where
/// the edge is level.
#[expect(clippy::float_cmp, reason = "ties are decided exactly")]
#[inline]
pub(crate) fn is_beside((a, b): (Point, Point), p: Point) -> bool {
    let turn = orientation(a, b, p);
    let tie = if a.y == b.y { b.x > a.x } else { b.y < a.y };
    turn > 0.0 || turn == 0.0 && tie
}

/// Returns whether a move cuts an edge, given the side on which its start is. A move that goes nowhere cuts nothing.
#[expect(clippy::float_cmp, reason = "ties are decided exactly")]
#[inline]
pub(crate) fn is_cut(edge: (Point, Point), (p, q): (Point, Point), start_is_beside: bool) -> bool {
    if is_beside(edge, q) == start_is_beside {
        return false;
    }
    // Seen from the move, that vanishing step shifts a corner exactly on it the other way: to the left, or up.
    let tie = if p.y == q.y { q.x < p.x } else { q.y > p.y };
    let corner_is_beside = |corner| {
        let turn = orientation(p, q, corner);
        turn > 0.0 || turn == 0.0 && tie
    };
    corner_is_beside(edge.0) != corner_is_beside(edge.1)
}

/// Returns the share of the move from `p` to `q`, two different points, at which it cuts the edge from `a` to `b`.
fn edge_cut(a: Point, b: Point, p: Point, q: Point) -> Option<f64> {
    is_cut((a, b), (p, q), is_beside((a, b), p))
        .then(|| share((a, b), (p, q), orientation(a, b, p), orientation(a, b, q)))
}
