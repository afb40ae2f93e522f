//! Exact predicates on points, segments and polygons.
//!
//! Every yes or no that a count depends on is decided by the sign of [`orientation`], which is exact for any `f64`:
//! no epsilon, no rounding. [`Segment::crossing`] says whether and where a move crosses a line, [`Polygon::contains`]
//! whether a point is in a zone, and [`Polygon::path_cuts`] where a move enters and leaves it, and over which edge. The last
//! two can't disagree: the number of cuts is odd exactly when containment changed.
//!
//! For many shapes, [`CellIndex`] says which can matter at a place or on a move; [`PolygonSet`] and [`SegmentSet`] answer
//! for all of them at once.
//!
//! Boundaries are half-open, so that neighbors that share an edge or a joint never both claim a point, and never both
//! miss it. Distances and the places of cuts (as shares of the move) are measurements, not decisions: ordinary `f64`.
//!
//! Axes are the image's: x to the right, y down. Exactness holds while coordinates and their differences stay clear
//! of overflow and underflow in products (zero, or 1e-70 to 1e70 in magnitude): pixels do.

mod areas;
mod cells;
mod grid;
mod inradius;
mod part;
mod point;
mod polygon;
mod segment;
mod sets;
mod simple;

pub use cells::{CellIndex, Outline};
pub use point::{Point, orientation};
pub use polygon::{Cut, Polygon};
pub use segment::{Crossing, Segment, SegmentError, Side};
pub use sets::{PolygonSet, SegmentSet};
pub use simple::PolygonError;
