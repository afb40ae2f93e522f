//! Cells over an area: which one a place is in, and which ones an edge passes through.

use crate::point::Point;

/// Edges are drawn this much thicker, as a share of the area, than rounding can misplace a point.
const ROUNDING: f64 = 1e-9;
/// No cell is narrower than this share of its distance from zero, so that rounding can't move a point out of its cell.
const FINEST: f64 = 1e-9;
/// From here on numbers are whole: adding it rounds, and the sum's low bits are the rounded number.
const WHOLE: f64 = 4_503_599_627_370_496.0;

/// Rows and columns of equal cells over an area, with one ring of cells around it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grid {
    /// Corners of the area.
    low: Point,
    high: Point,
    /// Middle of the first cell.
    first: Point,
    columns: usize,
    rows: usize,
    /// Cells per unit of length, across and down.
    per_unit: Point,
    /// Width and height of a cell.
    cell: Point,
    /// Position of the last column and row.
    last: Point,
    /// How much farther than it is an edge may seem to reach.
    slack: Point,
}

/// A place as its cell sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// Position of the cell, row by row.
    pub(crate) cell: usize,
    /// Distance from the middle of the cell, in cells, −½ to ½; off the area it is that of some place off the area.
    pub(crate) across: f32,
    pub(crate) down: f32,
}

impl Grid {
    /// Returns about so many cells over the area from `low` to `high`.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "from 1 to the wanted cells"
    )]
    pub(crate) fn new(low: Point, high: Point, wanted: usize) -> Self {
        let wanted = wanted.max(1) as f64;
        let size = Point::new(high.x - low.x, high.y - low.y);
        let far = Point::new(low.x.abs().max(high.x.abs()), low.y.abs().max(high.y.abs()));
        let most = Point::new(size.x / (far.x * FINEST), size.y / (far.y * FINEST));
        let aspect = if size.y > 0.0 {
            (size.x / size.y).clamp(1.0 / wanted, wanted)
        } else {
            wanted
        };
        let columns = (wanted * aspect).sqrt().min(most.x).clamp(1.0, wanted) as usize;
        let rows = (wanted / columns as f64).min(most.y).max(1.0) as usize;
        let per_unit = |cells: usize, length: f64| {
            if length > 0.0 {
                cells as f64 / length
            } else {
                0.0
            }
        };
        let cell = Point::new(size.x / columns as f64, size.y / rows as f64);
        Self {
            low,
            high,
            first: Point::new(low.x - cell.x / 2.0, low.y - cell.y / 2.0),
            columns: columns + 2,
            rows: rows + 2,
            per_unit: Point::new(per_unit(columns, size.x), per_unit(rows, size.y)),
            cell,
            last: Point::new(columns as f64 + 1.0, rows as f64 + 1.0),
            slack: Point::new(
                size.x * ROUNDING + far.x * 4.0 * f64::EPSILON,
                size.y * ROUNDING + far.y * 4.0 * f64::EPSILON,
            ),
        }
    }

    /// Returns the number of cells.
    pub(crate) fn len(&self) -> usize {
        self.columns * self.rows
    }

    /// Returns whether `p` is in the area or on its border.
    pub(crate) fn covers(&self, p: Point) -> bool {
        self.low.x <= p.x && p.x <= self.high.x && self.low.y <= p.y && p.y <= self.high.y
    }

    /// Returns the cell of `p` and where it is in there. Off the area the cell is one of the ring.
    #[inline]
    pub(crate) fn locate(&self, p: Point) -> Place {
        let (x, y) = (self.across(p.x), self.down(p.y));
        let (column, row) = (nearest(x), nearest(y));
        Place {
            cell: position(row * self.columns as f64 + column),
            across: single(x - column),
            down: single(y - row),
        }
    }

    /// Returns a place relative to the middle of a cell, in cells.
    pub(crate) fn offset(&self, p: Point, cell: usize) -> Point {
        let (row, column) = (cell / self.columns, cell % self.columns);
        Point::new(
            (p.x - self.first.x) * self.per_unit.x - column as f64,
            (p.y - self.first.y) * self.per_unit.y - row as f64,
        )
    }

    /// Returns the way from `a` to `b` in cells.
    pub(crate) fn way(&self, a: Point, b: Point) -> Point {
        Point::new((b.x - a.x) * self.per_unit.x, (b.y - a.y) * self.per_unit.y)
    }

    /// Returns the middle of a cell.
    pub(crate) fn middle(&self, cell: usize) -> Point {
        let (row, column) = (cell / self.columns, cell % self.columns);
        Point::new(
            self.first.x + column as f64 * self.cell.x,
            self.first.y + row as f64 * self.cell.y,
        )
    }

    /// Returns the cell of `p`, as [`locate`](Self::locate) does, and its row and column.
    pub(crate) fn row_of(&self, cell: usize) -> usize {
        cell / self.columns
    }

    /// Returns the first and last row, and the first and last column, of a box with these two corners opposite each other.
    #[inline]
    pub(crate) fn spans(&self, a: Point, b: Point) -> ((usize, usize), (usize, usize)) {
        let rows = (self.row(least(a.y, b.y)), self.row(most(a.y, b.y)));
        let columns = (self.column(least(a.x, b.x)), self.column(most(a.x, b.x)));
        (rows, columns)
    }

    /// Returns the position of a cell.
    pub(crate) fn cell(&self, row: usize, column: usize) -> usize {
        row * self.columns + column
    }

    /// Calls `visit` with each cell that the edge from `a` to `b` may pass through.
    pub(crate) fn draw(&self, a: Point, b: Point, mut visit: impl FnMut(usize)) {
        let (a, b) = if a.y <= b.y { (a, b) } else { (b, a) };
        let slack = self.slack;
        for row in self.row(a.y - slack.y)..=self.row(b.y + slack.y) {
            let top = self.first.y + self.cell.y * (row as f64 - 0.5) - slack.y;
            let bottom = top + self.cell.y + 2.0 * slack.y;
            let at = |y: f64| {
                let along = if b.y > a.y {
                    (y - a.y) / (b.y - a.y)
                } else {
                    0.0
                };
                a.toward(b, along.clamp(0.0, 1.0)).x
            };
            let (mut left, mut right) = (at(top), at(bottom));
            if a.y >= top && b.y <= bottom {
                (left, right) = (a.x, b.x);
            }
            let first = self.column(left.min(right) - slack.x);
            let last = self.column(left.max(right) + slack.x);
            (first..=last).for_each(|column| visit(row * self.columns + column));
        }
    }

    fn column(&self, x: f64) -> usize {
        position(self.across(x))
    }

    fn row(&self, y: f64) -> usize {
        position(self.down(y))
    }

    /// Returns the distance from the middle of the first column, in cells; at most to that of the last.
    fn across(&self, x: f64) -> f64 {
        within((x - self.first.x) * self.per_unit.x, self.last.x)
    }

    fn down(&self, y: f64) -> f64 {
        within((y - self.first.y) * self.per_unit.y, self.last.y)
    }
}

/// Returns `value` within 0 and `last`; 0 for no number. Comparisons, since `clamp` costs more for its care about NaN.
fn within(value: f64, last: f64) -> f64 {
    most(least(value, last), 0.0)
}

fn least(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

fn most(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// Returns the whole number nearest to a value from 0 to 2³¹. A cast to an integer and back would take longer.
fn nearest(value: f64) -> f64 {
    (value + WHOLE) - WHOLE
}

/// Returns the whole number nearest to a value from 0 to 2³¹, as [`nearest`] does.
#[expect(clippy::cast_possible_truncation, reason = "the low bits are wanted")]
fn position(value: f64) -> usize {
    (value + WHOLE).to_bits() as u32 as usize
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "rounding is within the margin"
)]
fn single(value: f64) -> f32 {
    value as f32
}
