//! Many polygons or lines asked at once: the cost follows the answers, not the number of shapes.

use crate::cells::{CellIndex, Outline};
use crate::point::Point;
use crate::polygon::Polygon;
use crate::segment::{Segment, Side};

/// Polygons with an index.
#[derive(Clone, Debug)]
pub struct PolygonSet {
    polygons: Vec<Polygon>,
    index: CellIndex,
}

impl PolygonSet {
    /// Returns the set of these polygons, which may overlap.
    pub fn new(polygons: Vec<Polygon>) -> Self {
        let outlines: Vec<_> = polygons.iter().map(Outline::Polygon).collect();
        Self {
            index: CellIndex::new(&outlines),
            polygons,
        }
    }

    /// Returns the polygons in the order given.
    pub fn polygons(&self) -> &[Polygon] {
        &self.polygons
    }

    /// Calls `found` with the position of each polygon that contains `p`. Exact, as [`Polygon::contains`] is.
    #[inline]
    pub fn containing(&self, p: Point, found: impl FnMut(usize)) {
        self.index.containing(p, found);
    }

    /// Sets for each point which polygons contain it. Exact, as [`Polygon::contains`] is.
    ///
    /// `inside` starts all false and has a row for each point, a place in it for each polygon; points without a row are
    /// left out.
    pub fn mark(&self, points: &[[f64; 2]], inside: &mut [bool]) {
        self.index.mark(points, inside, self.polygons.len().max(1));
    }
}

/// Lines with an index.
#[derive(Clone, Debug)]
pub struct SegmentSet {
    segments: Vec<Segment>,
    index: CellIndex,
}

impl SegmentSet {
    /// Returns the set of these segments, which may cross.
    pub fn new(segments: Vec<Segment>) -> Self {
        let outlines: Vec<_> = segments.iter().map(Outline::Segment).collect();
        Self {
            index: CellIndex::new(&outlines),
            segments,
        }
    }

    /// Returns the segments in the order given.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Calls `found` for each crossing: with the position of the move, that of the segment, and the side to which.
    /// Exact, as [`Segment::crossing`] is.
    pub fn crossings(
        &self,
        moves: impl IntoIterator<Item = (Point, Point)>,
        mut found: impl FnMut(usize, usize, Side),
    ) {
        let mut near = Vec::new();
        for (position, (from, to)) in moves.into_iter().enumerate() {
            self.index.along(from, to, &mut near);
            for &shape in &near {
                if let Some(crossing) = self.segments[shape as usize].crossing(from, to) {
                    found(position, shape as usize, crossing.toward);
                }
            }
        }
    }
}
