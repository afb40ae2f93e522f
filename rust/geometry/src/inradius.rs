//! How thick a polygon is: the radius of the largest circle that fits in.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::point::Point;
use crate::polygon::Polygon;

/// Cells looked at before the search settles for what it has; a plain shape takes a few dozen.
const CELL_LIMIT: usize = 1_000;
/// Cells along the longer side of the polygon's box to begin with, at most.
const START_CELLS: f64 = 32.0;
/// A better circle is not looked for when it could only be this much larger.
const TOLERANCE: f64 = 1.1;

/// A square that may hold the center of a larger circle.
struct Cell {
    center: Point,
    half: f64,
    /// No circle with its center in the square is larger than this.
    bound: f64,
}

impl Ord for Cell {
    fn cmp(&self, other: &Self) -> Ordering {
        self.bound.total_cmp(&other.bound)
    }
}

impl PartialOrd for Cell {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Cell {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Cell {}

impl Polygon {
    /// Returns the radius of a circle that fits into the polygon, never too large and mostly within 10 % of
    /// the largest; a sliver hundreds of times longer than wide may get less, down to 0.
    pub fn inradius(&self) -> f64 {
        let mut best = 0.0_f64;
        let mut cells = BinaryHeap::new();
        self.push_start_cells(&mut best, &mut cells);
        for _ in 0..CELL_LIMIT {
            let Some(cell) = cells.pop() else { break };
            if cell.bound <= best * TOLERANCE {
                break;
            }
            let half = cell.half / 2.0;
            for (right, down) in [(-half, -half), (half, -half), (-half, half), (half, half)] {
                let center = Point::new(cell.center.x + right, cell.center.y + down);
                cells.push(self.cell(center, half, &mut best));
            }
        }
        best
    }

    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "both are between 1 and 33"
    )]
    fn push_start_cells(&self, best: &mut f64, cells: &mut BinaryHeap<Cell>) {
        let (low, high) = self.bounds();
        let (width, height) = (high.x - low.x, high.y - low.y);
        let size = width.min(height).max(width.max(height) / START_CELLS);
        let (columns, rows) = ((width / size).ceil() as u32, (height / size).ceil() as u32);
        for row in 0..rows {
            for column in 0..columns {
                let center = Point::new(
                    low.x + size * (f64::from(column) + 0.5),
                    low.y + size * (f64::from(row) + 0.5),
                );
                cells.push(self.cell(center, size / 2.0, best));
            }
        }
    }

    /// Returns the square around `center` and raises `best` to the radius there.
    fn cell(&self, center: Point, half: f64, best: &mut f64) -> Cell {
        let distance = self.boundary_distance(center);
        let radius = if self.contains(center) {
            distance
        } else {
            -distance
        };
        *best = best.max(radius);
        let bound = radius + half * std::f64::consts::SQRT_2;
        Cell {
            center,
            half,
            bound,
        }
    }
}
