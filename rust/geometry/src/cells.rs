//! A grid over many outlines: which of them can matter at a place or on a move.

use crate::point::Point;
use crate::polygon::Polygon;
use crate::segment::Segment;

/// Cells for each shape: enough that few cells have an outline of more than one or two.
const CELLS_PER_SHAPE: usize = 128;
/// The most cells, so that the lists' ends stay in a core's own cache.
const MOST_CELLS: usize = 16_384;
/// Outlines are drawn this much thicker, as a share of the grid, than rounding can misplace a point.
const ROUNDING: f64 = 1e-9;

/// A shape to look up.
#[derive(Clone, Copy, Debug)]
pub enum Outline<'a> {
    /// An area with a boundary.
    Polygon(&'a Polygon),
    /// A line.
    Segment(&'a Segment),
}

/// Which shapes are near: a grid whose cells list the outlines that pass through them and the polygons around them.
///
/// What it leaves out is certain: a move that no cell on its way lists a shape for can't cut that shape's outline, and
/// a point is in every polygon that lies around its cell. What it lists is to be tested exactly. Shapes are known by
/// their position in the list that the index was made from.
#[derive(Clone, Debug)]
pub struct CellIndex {
    low: Point,
    high: Point,
    columns: usize,
    rows: usize,
    /// Cells per unit of length, across and down.
    per_unit: Point,
    outlines: Lists,
    around: Lists,
}

/// One list of shapes for each cell, row by row, in one piece of memory.
#[derive(Clone, Debug, Default)]
struct Lists {
    /// Where the list of each cell starts, and the end of the last.
    starts: Vec<u32>,
    shapes: Vec<u32>,
}

impl CellIndex {
    /// Returns the index of these shapes.
    pub fn new(shapes: &[Outline<'_>]) -> Self {
        let mut index = Self::grid(shapes);
        let (mut outlines, mut around) = (Vec::new(), Vec::new());
        for (shape, number) in shapes.iter().zip(0_u32..) {
            let first = outlines.len();
            match shape {
                Outline::Segment(line) => {
                    index.draw((line.start(), line.end()), number, &mut outlines);
                }
                Outline::Polygon(polygon) => {
                    for edge in polygon.edges() {
                        index.draw(edge, number, &mut outlines);
                    }
                }
            }
            outlines[first..].sort_unstable();
            if let Outline::Polygon(polygon) = shape {
                index.fill(polygon, number, &outlines[first..], &mut around);
            }
        }
        let cells = index.columns * index.rows;
        index.outlines = Lists::new(outlines, cells);
        index.around = Lists::new(around, cells);
        index
    }

    /// Returns the polygons that certainly contain `p`, and the shapes whose outline is in its cell, both rising.
    pub fn at(&self, p: Point) -> (&[u32], &[u32]) {
        let inside =
            self.low.x <= p.x && p.x <= self.high.x && self.low.y <= p.y && p.y <= self.high.y;
        if !inside {
            return (&[], &[]);
        }
        let cell = self.row(p.y) * self.columns + self.column(p.x);
        (
            self.around.run(cell, cell + 1),
            self.outlines.run(cell, cell + 1),
        )
    }

    /// Fills `found` with the shapes whose outline a move may cut, rising, each once.
    #[inline]
    pub fn along(&self, from: Point, to: Point, found: &mut Vec<u32>) {
        found.clear();
        if self.rows == 0 {
            return;
        }
        let (left, right) = (self.column(from.x.min(to.x)), self.column(from.x.max(to.x)));
        let (top, bottom) = (self.row(from.y.min(to.y)), self.row(from.y.max(to.y)));
        for row in top..=bottom {
            let first = row * self.columns;
            found.extend_from_slice(self.outlines.run(first + left, first + right + 1));
        }
        if found.len() > 1 {
            found.sort_unstable();
            found.dedup();
        }
    }

    /// Returns an index without lists over all that the shapes cover.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "from 1 to the square root of the most cells, times the aspect that is limited too"
    )]
    fn grid(shapes: &[Outline<'_>]) -> Self {
        let (mut low, mut high) = (
            Point::new(f64::INFINITY, f64::INFINITY),
            Point::new(f64::NEG_INFINITY, f64::NEG_INFINITY),
        );
        for shape in shapes {
            let (near, far) = match shape {
                Outline::Polygon(polygon) => polygon.bounds(),
                Outline::Segment(line) => (line.start(), line.end()),
            };
            low = Point::new(low.x.min(near.x).min(far.x), low.y.min(near.y).min(far.y));
            high = Point::new(high.x.max(near.x).max(far.x), high.y.max(near.y).max(far.y));
        }
        let (mut columns, mut rows) = (0, 0);
        if !shapes.is_empty() {
            let wanted = (shapes.len() * CELLS_PER_SHAPE).min(MOST_CELLS) as f64;
            let aspect = ((high.x - low.x) / (high.y - low.y)).clamp(1.0 / wanted, wanted);
            columns = (wanted * aspect).sqrt().clamp(1.0, wanted) as usize;
            rows = (wanted / columns as f64).max(1.0) as usize;
        }
        let per_unit = |cells: usize, length: f64| {
            if length > 0.0 {
                cells as f64 / length
            } else {
                0.0
            }
        };
        Self {
            per_unit: Point::new(
                per_unit(columns, high.x - low.x),
                per_unit(rows, high.y - low.y),
            ),
            low,
            high,
            columns,
            rows,
            outlines: Lists::default(),
            around: Lists::default(),
        }
    }

    fn column(&self, x: f64) -> usize {
        nearest_below((x - self.low.x) * self.per_unit.x, self.columns)
    }

    fn row(&self, y: f64) -> usize {
        nearest_below((y - self.low.y) * self.per_unit.y, self.rows)
    }

    /// Notes the cells that the edge from `a` to `b` passes through.
    fn draw(&self, (a, b): (Point, Point), shape: u32, cells: &mut Vec<(u32, u32)>) {
        let (a, b) = if a.y <= b.y { (a, b) } else { (b, a) };
        let size = Point::new(self.high.x - self.low.x, self.high.y - self.low.y);
        let (slack_x, slack_y) = (size.x * ROUNDING, size.y * ROUNDING);
        let height = size.y / self.rows as f64;
        for row in self.row(a.y - slack_y)..=self.row(b.y + slack_y) {
            let top = self.low.y + height * row as f64 - slack_y;
            let at = |y: f64| {
                let along = if b.y > a.y {
                    (y - a.y) / (b.y - a.y)
                } else {
                    0.0
                };
                a.toward(b, along.clamp(0.0, 1.0)).x
            };
            let bottom = top + height + 2.0 * slack_y;
            let (mut left, mut right) = (at(top), at(bottom));
            if a.y >= top && b.y <= bottom {
                (left, right) = (a.x, b.x);
            }
            let columns =
                self.column(left.min(right) - slack_x)..=self.column(left.max(right) + slack_x);
            cells.extend(columns.map(|column| (number(row * self.columns + column), shape)));
        }
    }

    /// Notes the cells that lie in `polygon` whole; `outline` has those of its outline, rising.
    fn fill(
        &self,
        polygon: &Polygon,
        shape: u32,
        outline: &[(u32, u32)],
        cells: &mut Vec<(u32, u32)>,
    ) {
        for (&(before, _), &(after, _)) in outline.iter().zip(outline.iter().skip(1)) {
            let (before, after) = (before as usize, after as usize);
            if after <= before + 1 || before / self.columns != after / self.columns {
                continue;
            }
            // Between two cells of the outline, the cells of a row are all inside or all outside.
            let middle = Point::new(
                self.low.x + ((before % self.columns) as f64 + 1.5) / self.per_unit.x,
                self.low.y + ((before / self.columns) as f64 + 0.5) / self.per_unit.y,
            );
            if polygon.contains(middle) {
                cells.extend((before + 1..after).map(|cell| (number(cell), shape)));
            }
        }
    }
}

impl Lists {
    /// Returns the lists that pairs of cell and shape make.
    fn new(mut pairs: Vec<(u32, u32)>, cells: usize) -> Self {
        pairs.sort_unstable();
        pairs.dedup();
        let mut starts = vec![0; cells + 1];
        for &(cell, _) in &pairs {
            starts[cell as usize + 1] += 1;
        }
        let mut end = 0;
        for start in &mut starts {
            end += *start;
            *start = end;
        }
        Self {
            starts,
            shapes: pairs.into_iter().map(|(_, shape)| shape).collect(),
        }
    }

    /// Returns the lists of the cells from `first` until before `last`, one after the other.
    fn run(&self, first: usize, last: usize) -> &[u32] {
        &self.shapes[self.starts[first] as usize..self.starts[last] as usize]
    }
}

/// Returns the cell at `place`, of those from 0 until before `count`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast stops at the ends of the range, which is what is wanted"
)]
fn nearest_below(place: f64, count: usize) -> usize {
    (place as usize).min(count - 1)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "there are at most a few times `MOST_CELLS`"
)]
fn number(cell: usize) -> u32 {
    cell as u32
}
