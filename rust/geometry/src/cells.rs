//! A grid over many outlines: which of them can matter at a place or on a move.

#![allow(
    clippy::inline_always,
    reason = "a vector function must be compiled for the instruction set of the one that calls it"
)]

use fearless_simd::{Level, Simd, dispatch};

use crate::areas::{Areas, number};
use crate::grid::Grid;
use crate::point::Point;
use crate::polygon::Polygon;
use crate::segment::Segment;

/// Cells for each shape: enough that few cells have an outline of more than one or two.
const CELLS_PER_SHAPE: usize = 128;
/// The most cells, so that the lists' ends stay in a core's own cache.
const MOST_CELLS: usize = 16_384;

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
/// What it leaves out is certain: a move that no cell on its way lists a shape for can't cut that shape's outline. Which
/// polygons contain a point follows from the few edges in its cell, exactly. Shapes are known by their position in the
/// list that the index was made from.
#[derive(Clone, Debug)]
pub struct CellIndex {
    grid: Grid,
    /// For each cell, row by row, where its outlines start in `outlines`; and the end of the last.
    outline_starts: Vec<u32>,
    /// Shapes whose outline is in a cell.
    outlines: Vec<u32>,
    areas: Areas,
}

/// A cell, a shape and an edge, by position.
type Drawn = (u32, u32, u32);

impl CellIndex {
    /// Returns the index of these shapes.
    pub fn new(shapes: &[Outline<'_>]) -> Self {
        let grid = grid_over(shapes);
        let (mut drawn, mut around) = (Vec::new(), Vec::new());
        for (shape, position) in shapes.iter().zip(0_u32..) {
            let first = drawn.len();
            match shape {
                Outline::Segment(line) => {
                    grid.draw(line.start(), line.end(), |cell| {
                        drawn.push((number(cell), position, 0));
                    });
                }
                Outline::Polygon(polygon) => {
                    for ((a, b), edge) in polygon.edges().zip(0_u32..) {
                        grid.draw(a, b, |cell| drawn.push((number(cell), position, edge)));
                    }
                }
            }
            drawn[first..].sort_unstable();
            if let Outline::Polygon(polygon) = shape {
                fill(&grid, polygon, position, &drawn[first..], &mut around);
            }
        }
        drawn.sort_unstable();
        let polygons: Vec<_> = shapes
            .iter()
            .map(|shape| match shape {
                Outline::Polygon(polygon) => Some(*polygon),
                Outline::Segment(_) => None,
            })
            .collect();
        let areas = Areas::new(&grid, &polygons, &drawn, &around);
        let mut outlines: Vec<_> = drawn
            .iter()
            .map(|&(cell, shape, _)| (cell, shape))
            .collect();
        outlines.dedup();
        Self {
            grid,
            outline_starts: starts(outlines.iter().map(|&(cell, _)| cell), grid.len()),
            outlines: outlines.into_iter().map(|(_, shape)| shape).collect(),
            areas,
        }
    }

    /// Calls `found` with each polygon that contains `p`, rising. Exact, as [`Polygon::contains`] is.
    #[inline]
    pub fn containing(&self, p: Point, mut found: impl FnMut(usize)) {
        let mut last = None;
        let found = |shape, is_inside| {
            if is_inside && last != Some(shape) {
                found(shape as usize);
                last = Some(shape);
            }
        };
        dispatch!(Level::baseline(), simd => self.areas.ask(simd, &self.grid, &[p.x, p.y], found));
    }

    /// Sets for each point which polygons contain it; `inside` has a row for each, `shapes` long, and starts all false.
    pub(crate) fn mark(&self, points: &[[f64; 2]], inside: &mut [bool], shapes: usize) {
        dispatch!(Level::new(), simd => self.mark_with(simd, points, inside, shapes));
    }

    #[inline(always)]
    fn mark_with<S: Simd>(&self, simd: S, points: &[[f64; 2]], inside: &mut [bool], shapes: usize) {
        for (p, row) in points.iter().zip(inside.chunks_exact_mut(shapes)) {
            self.areas.ask(simd, &self.grid, p, |shape, is_inside| {
                row[shape as usize] = is_inside;
            });
        }
    }

    /// Fills `found` with the shapes whose outline a move may cut, rising, each once.
    #[inline]
    pub fn along(&self, from: Point, to: Point, found: &mut Vec<u32>) {
        found.clear();
        let (rows, columns) = self.grid.spans(from, to);
        let listed = |row| {
            let (start, end) = (
                self.grid.cell(row, columns.0),
                self.grid.cell(row, columns.1) + 1,
            );
            self.outline_starts[start] as usize..self.outline_starts[end] as usize
        };
        let (top, bottom) = (listed(rows.0), listed(rows.1));
        // Most moves are short and far from everything: two looks tell.
        if rows.1 - rows.0 <= 1 && top.is_empty() && bottom.is_empty() {
            return;
        }
        for row in rows.0..=rows.1 {
            found.extend_from_slice(&self.outlines[listed(row)]);
        }
        if found.len() > 1 {
            found.sort_unstable();
            found.dedup();
        }
    }
}

/// Returns the grid over all that the shapes cover.
fn grid_over(shapes: &[Outline<'_>]) -> Grid {
    let corners = shapes.iter().flat_map(|shape| {
        let (one, other) = match shape {
            Outline::Polygon(polygon) => polygon.bounds(),
            Outline::Segment(line) => (line.start(), line.end()),
        };
        [one, other]
    });
    let bounds = corners.map(|p| (p, p)).reduce(|(low, high), (p, _)| {
        (
            Point::new(low.x.min(p.x), low.y.min(p.y)),
            Point::new(high.x.max(p.x), high.y.max(p.y)),
        )
    });
    let (low, high) = bounds.unwrap_or_default();
    Grid::new(low, high, (shapes.len() * CELLS_PER_SHAPE).min(MOST_CELLS))
}

/// Notes the cells that lie in `polygon` whole; `outline` has those of its outline, rising.
fn fill(
    grid: &Grid,
    polygon: &Polygon,
    shape: u32,
    outline: &[Drawn],
    cells: &mut Vec<(u32, u32)>,
) {
    for (&(before, ..), &(after, ..)) in outline.iter().zip(outline.iter().skip(1)) {
        let is_gap =
            after > before + 1 && grid.row_of(before as usize) == grid.row_of(after as usize);
        // Between two cells of the outline, the cells of a row are all inside or all outside.
        if is_gap && polygon.contains(grid.middle(before as usize + 1)) {
            cells.extend((before + 1..after).map(|cell| (cell, shape)));
        }
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
