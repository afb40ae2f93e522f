//! A grid over many outlines: which of them can matter at a place or on a move.

use crate::point::Point;
use crate::polygon::{Polygon, is_beside, is_cut};
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
/// What it leaves out is certain: a move that no cell on its way lists a shape for can't cut that shape's outline. A
/// point is in a polygon if the middle of its cell is, unless the way between them cuts the outline: only the few edges
/// in the cell are asked, exactly. Shapes are known by their position in the list that the index was made from.
#[derive(Clone, Debug)]
pub struct CellIndex {
    low: Point,
    high: Point,
    columns: usize,
    rows: usize,
    /// Cells per unit of length, across and down.
    per_unit: Point,
    /// Width and height of a cell.
    cell: Point,
    /// For each cell, row by row, where its outlines start in `outlines`; and the end of the last.
    outline_starts: Vec<u32>,
    /// Shapes whose outline is in a cell.
    outlines: Vec<u32>,
    /// Likewise for `areas`.
    area_starts: Vec<u32>,
    /// Polygons that a cell has a part of.
    areas: Vec<Area>,
    edges: Vec<Edge>,
}

/// What a cell knows of one polygon.
#[derive(Clone, Copy, Debug)]
struct Area {
    shape: u32,
    /// Where its edges in this cell start in `edges`.
    first: u32,
    /// How many there are; with none, the polygon is all around the cell.
    count: u32,
    /// Whether it contains the middle of the cell.
    has_middle: bool,
}

/// An edge of a polygon that passes through a cell.
#[derive(Clone, Copy, Debug)]
struct Edge {
    ends: (Point, Point),
    /// The side on which the middle of the cell is.
    middle: bool,
}

/// A cell, a shape and an edge, by position.
type Drawn = (u32, u32, u32);

impl CellIndex {
    /// Returns the index of these shapes.
    pub fn new(shapes: &[Outline<'_>]) -> Self {
        let mut index = Self::grid(shapes);
        let (mut drawn, mut around) = (Vec::new(), Vec::new());
        for (shape, number) in shapes.iter().zip(0_u32..) {
            let first = drawn.len();
            match shape {
                Outline::Segment(line) => {
                    index.draw((line.start(), line.end()), (number, 0), &mut drawn);
                }
                Outline::Polygon(polygon) => {
                    for (edge, position) in polygon.edges().zip(0_u32..) {
                        index.draw(edge, (number, position), &mut drawn);
                    }
                }
            }
            drawn[first..].sort_unstable();
            if let Outline::Polygon(polygon) = shape {
                index.fill(polygon, number, &drawn[first..], &mut around);
            }
        }
        drawn.sort_unstable();
        index.list_outlines(&drawn);
        index.list_areas(shapes, &drawn, around);
        index
    }

    /// Calls `found` with each polygon that contains `p`. Exact, as [`Polygon::contains`] is.
    #[inline]
    pub fn containing(&self, p: Point, mut found: impl FnMut(usize)) {
        let is_on_grid =
            self.low.x <= p.x && p.x <= self.high.x && self.low.y <= p.y && p.y <= self.high.y;
        if !is_on_grid {
            return;
        }
        let (row, column) = (self.row(p.y), self.column(p.x));
        let cell = row * self.columns + column;
        let areas = self.area_starts[cell] as usize..self.area_starts[cell + 1] as usize;
        for area in &self.areas[areas] {
            let edges = &self.edges[area.first as usize..(area.first + area.count) as usize];
            let mut inside = area.has_middle;
            if !edges.is_empty() {
                let middle = self.middle(row, column);
                for edge in edges {
                    inside ^= is_cut(edge.ends, (middle, p), edge.middle);
                }
            }
            if inside {
                found(area.shape as usize);
            }
        }
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
            let start = self.outline_starts[first + left] as usize;
            let end = self.outline_starts[first + right + 1] as usize;
            found.extend_from_slice(&self.outlines[start..end]);
        }
        if found.len() > 1 {
            found.sort_unstable();
            found.dedup();
        }
    }

    fn middle(&self, row: usize, column: usize) -> Point {
        Point::new(
            self.low.x + (column as f64 + 0.5) * self.cell.x,
            self.low.y + (row as f64 + 0.5) * self.cell.y,
        )
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
        let size = Point::new(high.x - low.x, high.y - low.y);
        let per_unit = |cells: usize, length: f64| {
            if length > 0.0 {
                cells as f64 / length
            } else {
                0.0
            }
        };
        Self {
            per_unit: Point::new(per_unit(columns, size.x), per_unit(rows, size.y)),
            cell: Point::new(size.x / columns as f64, size.y / rows as f64),
            low,
            high,
            columns,
            rows,
            outline_starts: Vec::new(),
            outlines: Vec::new(),
            area_starts: Vec::new(),
            areas: Vec::new(),
            edges: Vec::new(),
        }
    }

    fn column(&self, x: f64) -> usize {
        nearest_below((x - self.low.x) * self.per_unit.x, self.columns)
    }

    fn row(&self, y: f64) -> usize {
        nearest_below((y - self.low.y) * self.per_unit.y, self.rows)
    }

    /// Notes the cells that the edge from `a` to `b` passes through, with its shape and its position there.
    fn draw(&self, (a, b): (Point, Point), (shape, edge): (u32, u32), cells: &mut Vec<Drawn>) {
        let (a, b) = if a.y <= b.y { (a, b) } else { (b, a) };
        let size = Point::new(self.high.x - self.low.x, self.high.y - self.low.y);
        let (slack_x, slack_y) = (size.x * ROUNDING, size.y * ROUNDING);
        for row in self.row(a.y - slack_y)..=self.row(b.y + slack_y) {
            let top = self.low.y + self.cell.y * row as f64 - slack_y;
            let at = |y: f64| {
                let along = if b.y > a.y {
                    (y - a.y) / (b.y - a.y)
                } else {
                    0.0
                };
                a.toward(b, along.clamp(0.0, 1.0)).x
            };
            let bottom = top + self.cell.y + 2.0 * slack_y;
            let (mut left, mut right) = (at(top), at(bottom));
            if a.y >= top && b.y <= bottom {
                (left, right) = (a.x, b.x);
            }
            let columns =
                self.column(left.min(right) - slack_x)..=self.column(left.max(right) + slack_x);
            cells.extend(columns.map(|column| (number(row * self.columns + column), shape, edge)));
        }
    }

    /// Notes the cells that lie in `polygon` whole; `outline` has those of its outline, rising.
    fn fill(&self, polygon: &Polygon, shape: u32, outline: &[Drawn], cells: &mut Vec<(u32, u32)>) {
        for (&(before, ..), &(after, ..)) in outline.iter().zip(outline.iter().skip(1)) {
            let (before, after) = (before as usize, after as usize);
            if after <= before + 1 || before / self.columns != after / self.columns {
                continue;
            }
            // Between two cells of the outline, the cells of a row are all inside or all outside.
            let (row, column) = (before / self.columns, before % self.columns + 1);
            if polygon.contains(self.middle(row, column)) {
                cells.extend((before + 1..after).map(|cell| (number(cell), shape)));
            }
        }
    }
}

impl CellIndex {
    /// Lists the shapes of each cell. `drawn` is sorted.
    fn list_outlines(&mut self, drawn: &[Drawn]) {
        let mut outlines: Vec<_> = drawn
            .iter()
            .map(|&(cell, shape, _)| (cell, shape))
            .collect();
        outlines.dedup();
        self.outline_starts = starts(
            outlines.iter().map(|&(cell, _)| cell),
            self.columns * self.rows,
        );
        self.outlines = outlines.into_iter().map(|(_, shape)| shape).collect();
    }

    /// Lists the polygons of each cell with their edges there. `drawn` is sorted, `around` has those without.
    fn list_areas(&mut self, shapes: &[Outline<'_>], drawn: &[Drawn], around: Vec<(u32, u32)>) {
        let mut areas: Vec<(u32, Area)> = around
            .into_iter()
            .map(|(cell, shape)| {
                (
                    cell,
                    Area {
                        shape,
                        first: 0,
                        count: 0,
                        has_middle: true,
                    },
                )
            })
            .collect();
        for entry in drawn.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let (cell, shape, _) = entry[0];
            let Outline::Polygon(polygon) = shapes[shape as usize] else {
                continue;
            };
            let middle = self.middle(cell as usize / self.columns, cell as usize % self.columns);
            let first = number(self.edges.len());
            self.edges.extend(entry.iter().map(|&(_, _, edge)| {
                let ends = polygon.edge(edge as usize);
                Edge {
                    ends,
                    middle: is_beside(ends, middle),
                }
            }));
            let count = number(entry.len());
            let has_middle = polygon.contains(middle);
            areas.push((
                cell,
                Area {
                    shape,
                    first,
                    count,
                    has_middle,
                },
            ));
        }
        areas.sort_by_key(|&(cell, area)| (cell, area.shape));
        self.area_starts = starts(
            areas.iter().map(|&(cell, _)| cell),
            self.columns * self.rows,
        );
        self.areas = areas.into_iter().map(|(_, area)| area).collect();
    }
}

/// Returns where the entries of each cell start, given the cells of all entries, rising; and the end of the last.
fn starts(cells: impl Iterator<Item = u32>, count: usize) -> Vec<u32> {
    let mut starts = vec![0; count + 1];
    for cell in cells {
        starts[cell as usize + 1] += 1;
    }
    let mut end = 0;
    for start in &mut starts {
        end += *start;
        *start = end;
    }
    starts
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
