//! What the cells of a grid know of polygons: a few comparisons decide for several of them at once.
//!
//! Inside one cell a polygon's boundary is a few chains of edges, most often a single edge that passes right through.
//! Whether a point is inside then depends on nothing but the sides of those edges' lines it is on. A block holds four
//! such lines, in coordinates of the cell, and for each of the 16 ways to lie beside them which of four polygons
//! contain the point. Single precision decides unless a point is so near a line that rounding could matter; such a
//! line is asked exactly.

#![allow(
    clippy::inline_always,
    reason = "a vector function must be compiled for the instruction set of the one that calls it"
)]

use fearless_simd::{Simd, f32x4, prelude::*};

use crate::grid::{Grid, Place};
use crate::part::{LANES, Part, Scope};
use crate::point::Point;
use crate::polygon::{Polygon, is_beside, is_cut};

/// Farther from a line than this, in cells, its side is certain in single precision: all roundings together stay below
/// a quarter of it.
const MARGIN: f32 = 1.0 / 1_048_576.0;

/// Polygons and their parts of each cell.
#[derive(Clone, Debug)]
pub(crate) struct Areas {
    /// For each cell where its blocks start and end; there is at least one.
    cells: Vec<[u32; 2]>,
    /// The first one knows of no polygon.
    blocks: Vec<Block>,
    /// For each block, how its lines are asked exactly.
    questions: Vec<[Question; LANES]>,
    /// Edges of all polygons.
    edges: Vec<(Point, Point)>,
    tangles: Vec<Tangle>,
}

/// Four lines and what follows from them for up to four polygons.
#[derive(Clone, Copy, Debug)]
struct Block {
    /// A place is beside a line, as [`is_beside`] says, where `across · x + down · y + offset` is negative.
    across: [f32; LANES],
    down: [f32; LANES],
    offset: [f32; LANES],
    /// Sixteen bits for each of `shapes`, from the lowest: whether it contains a place, for each set of lines that the
    /// place is beside.
    answers: u64,
    /// Polygons, rising; the last is repeated in places that are left.
    shapes: [u32; LANES],
}

/// What a line of a block stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Question {
    /// No line: nothing is beside it.
    None,
    /// The side of an edge, by position.
    Side(u32),
    /// Whether a tangle's polygon contains the point, by position.
    Inside(u32),
}

/// A polygon in a cell where its boundary is too involved for a block.
#[derive(Clone, Debug)]
pub(crate) struct Tangle {
    pub(crate) middle: Point,
    /// Whether the polygon contains the middle of the cell.
    pub(crate) has_middle: bool,
    /// Edges in the cell and on which side of each the middle is.
    pub(crate) edges: Vec<((Point, Point), bool)>,
}

impl Tangle {
    /// Returns whether the polygon contains `p`: as the middle is, unless the way from there cuts the boundary.
    fn contains(&self, p: Point) -> bool {
        self.edges.iter().fold(self.has_middle, |inside, edge| {
            inside ^ is_cut(edge.0, (self.middle, p), edge.1)
        })
    }
}

impl Block {
    const EMPTY: Self = Self {
        across: [0.0; LANES],
        down: [0.0; LANES],
        offset: [1.0; LANES],
        answers: 0,
        shapes: [0; LANES],
    };

    /// Returns how far the place is from each line, negative beside it.
    #[inline(always)]
    fn distances<S: Simd>(&self, simd: S, place: &Place) -> f32x4<S> {
        let across = f32x4::simd_from(simd, self.across);
        let down = f32x4::simd_from(simd, self.down);
        let offset = f32x4::simd_from(simd, self.offset);
        across.mul_add(place.across, down.mul_add(place.down, offset))
    }

    /// Returns which shapes contain a place that is beside these lines, one bit for each, 16 apart.
    #[inline(always)]
    fn answers_beside(&self, sides: u64) -> u64 {
        self.answers >> sides
    }
}

impl Areas {
    /// Gathers what the cells know. `drawn` has the cell, the polygon and the edge of all edges, `around` cells that lie
    /// in a polygon whole; both rise.
    pub(crate) fn new(
        grid: &Grid,
        polygons: &[Option<&Polygon>],
        drawn: &[(u32, u32, u32)],
        around: &[(u32, u32)],
    ) -> Self {
        let mut areas = Self {
            cells: vec![[0, 1]; grid.len()],
            blocks: vec![Block::EMPTY],
            questions: vec![[Question::None; LANES]],
            edges: Vec::new(),
            tangles: Vec::new(),
        };
        let first_edges: Vec<u32> = polygons
            .iter()
            .map(|polygon| {
                let first = areas.edges.len();
                areas
                    .edges
                    .extend(polygon.iter().flat_map(|polygon| polygon.edges()));
                number(first)
            })
            .collect();
        let mut parts = Vec::new();
        for entry in drawn.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let (cell, shape, _) = entry[0];
            if let Some(polygon) = polygons[shape as usize] {
                let edges = entry.iter().map(|&(.., edge)| edge);
                let scope = Scope {
                    grid,
                    cell: cell as usize,
                    polygon,
                    first_edge: first_edges[shape as usize],
                };
                let part = Part::new(scope, edges, &mut areas.tangles);
                parts.extend(part.map(|part| (cell, shape, part)));
            }
        }
        parts.extend(
            around
                .iter()
                .map(|&(cell, shape)| (cell, shape, Part::WHOLE)),
        );
        parts.sort_by_key(|&(cell, shape, _)| (cell, shape));
        for entry in parts.chunk_by(|a, b| a.0 == b.0) {
            areas.pack(entry);
        }
        areas
    }

    /// Fills blocks with the parts of one cell.
    fn pack(&mut self, parts: &[(u32, u32, Part)]) {
        let first = self.blocks.len();
        let (mut lines, mut shapes) = (LANES, LANES);
        for (_, shape, part) in parts {
            if lines + part.count > LANES || shapes == LANES {
                self.blocks.push(Block {
                    shapes: [*shape; LANES],
                    ..Block::EMPTY
                });
                self.questions.push([Question::None; LANES]);
                (lines, shapes) = (0, 0);
            }
            let last = self.blocks.len() - 1;
            let block = &mut self.blocks[last];
            for (plane, question) in part.lines() {
                [block.across[lines], block.down[lines], block.offset[lines]] = *plane;
                self.questions[last][lines] = *question;
                lines += 1;
            }
            block.shapes[shapes..].fill(*shape);
            let truth = u64::from(part.truth_after(lines - part.count));
            for slot in shapes..LANES {
                block.answers &= !(0xFFFF << (16 * slot));
                block.answers |= truth << (16 * slot);
            }
            shapes += 1;
        }
        self.cells[parts[0].0 as usize] = [first, self.blocks.len()].map(number);
    }

    /// Calls `found` with polygons and whether each contains `p`; those left out don't. A polygon may come twice, with
    /// the same answer, one right after the other.
    #[inline(always)]
    pub(crate) fn ask<S: Simd>(
        &self,
        simd: S,
        grid: &Grid,
        p: &[f64; 2],
        mut found: impl FnMut(u32, bool),
    ) {
        let place = grid.locate((*p).into());
        let [start, end] = self.cells[place.cell];
        for number in start as usize..end as usize {
            let block = &self.blocks[number];
            let distances = block.distances(simd, &place);
            let mut answers = if distances.abs().simd_gt(MARGIN).all_true() {
                block.answers_beside(distances.simd_lt(0.0).to_bitmask())
            } else {
                self.exact(grid, number, p)
            };
            for &shape in &block.shapes {
                found(shape, answers & 1 == 1);
                answers >>= 16;
            }
        }
    }

    /// Returns a block's answer for a point that is near one of its lines, or asks for more than a line.
    #[cold]
    #[inline(never)]
    fn exact(&self, grid: &Grid, number: usize, p: &[f64; 2]) -> u64 {
        let p = Point::from(*p);
        // The cells of the ring answer for all places beyond them, whose sides may be others.
        if !grid.covers(p) {
            return 0;
        }
        let block = &self.blocks[number];
        let place = grid.locate(p);
        let mut sides = 0;
        for (lane, question) in self.questions[number].iter().enumerate() {
            let distance = block.across[lane] * place.across
                + block.down[lane] * place.down
                + block.offset[lane];
            let is_beside = match *question {
                Question::Side(edge) if distance.abs() <= MARGIN => {
                    is_beside(self.edges[edge as usize], p)
                }
                Question::Inside(tangle) => self.tangles[tangle as usize].contains(p),
                Question::None | Question::Side(_) => distance < 0.0,
            };
            sides |= u64::from(is_beside) << lane;
        }
        block.answers_beside(sides)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "bounded by the cells and the polygons in each"
)]
pub(crate) fn number(count: usize) -> u32 {
    count as u32
}
