//! One polygon in one cell: which lines decide whether a point there is inside, and how.

use crate::areas::{Question, Tangle, number};
use crate::grid::Grid;
use crate::point::{Point, orientation};
use crate::polygon::{Polygon, is_beside};

/// Lines that are asked at once.
pub(crate) const LANES: usize = 4;
/// Where each line's bit is set among all 16 sets of lines.
const BESIDE: [u16; LANES] = [0xAAAA, 0xCCCC, 0xF0F0, 0xFF00];
/// Half a cell, and far more than rounding can misplace anything.
const HALF: f64 = 0.5 + 1e-6;

/// A polygon and a cell to look at it from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'a> {
    pub(crate) grid: &'a Grid,
    pub(crate) cell: usize,
    pub(crate) polygon: &'a Polygon,
    /// Position of its first edge among those of all polygons.
    pub(crate) first_edge: u32,
}

/// A polygon's part of a cell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    lines: [([f32; 3], Question); LANES],
    /// How many there are.
    pub(crate) count: usize,
    /// Bits of the lines that the middle of the cell is beside.
    middle: usize,
    /// A bit for each set of lines that a place may be beside: whether it is inside then.
    truth: u16,
}

/// An edge that passes through the cell.
#[derive(Clone, Copy, Debug)]
struct Visit {
    position: u32,
    ends: (Point, Point),
    /// Whether it starts in the cell.
    is_from: bool,
    /// Whether it ends in the cell.
    is_to: bool,
    /// Whether the middle of the cell is beside it.
    is_middle: bool,
}

impl Part {
    /// All of the cell is inside.
    pub(crate) const WHOLE: Self = Self {
        lines: [([0.0, 0.0, 1.0], Question::None); LANES],
        count: 0,
        middle: 0,
        truth: u16::MAX,
    };

    /// Returns what decides in a cell, given the positions of edges that may pass through it, rising; `None` where
    /// nothing is inside. Where that takes too many lines, a tangle does.
    pub(crate) fn new(
        scope: Scope<'_>,
        edges: impl Iterator<Item = u32>,
        tangles: &mut Vec<Tangle>,
    ) -> Option<Self> {
        let visits: Vec<Visit> = edges.filter_map(|edge| Visit::new(scope, edge)).collect();
        let middle = scope.grid.middle(scope.cell);
        let has_middle = scope.polygon.contains(middle);
        if visits.is_empty() {
            return has_middle.then_some(Self::WHOLE);
        }
        let Some(mut part) = Self::of_chains(scope, &visits) else {
            let edges = visits.iter().map(|visit| (visit.ends, visit.is_middle));
            tangles.push(Tangle {
                middle,
                has_middle,
                edges: edges.collect(),
            });
            return Some(Self::of_tangle(number(tangles.len() - 1)));
        };
        if (part.truth >> part.middle & 1 == 1) != has_middle {
            part.truth = !part.truth;
        }
        Some(part)
    }

    /// Returns the factors and the offset of each line, and what it stands for.
    pub(crate) fn lines(&self) -> &[([f32; 3], Question)] {
        &self.lines[..self.count]
    }

    /// Returns a bit for each set of lines that a place may be beside, where this part's come after so many others:
    /// whether the place is inside.
    pub(crate) fn truth_after(&self, lines: usize) -> u16 {
        (0..16).fold(0, |truth, sides| {
            truth | (self.truth >> (sides >> lines) & 1) << sides
        })
    }

    /// Puts the chains of edges together, up to whether inside is out: crossing any of them turns one to the other.
    fn of_chains(scope: Scope<'_>, visits: &[Visit]) -> Option<Self> {
        let mut part = Self {
            truth: 0,
            ..Self::WHOLE
        };
        let corners = number(scope.polygon.vertices().len());
        for visit in visits {
            match (visit.is_from, visit.is_to) {
                (false, false) => part.truth ^= part.add(scope, visit)?,
                // A chain of two edges that meet in the cell: right of both where it turns right, else of either.
                (false, true) => {
                    let after = (visit.position + 1) % corners;
                    let next = visits.iter().find(|next| next.position == after)?;
                    let (one, other) = (part.add(scope, visit)?, part.add(scope, next)?);
                    let is_right = orientation(visit.ends.0, visit.ends.1, next.ends.1) > 0.0;
                    part.truth ^= if is_right { one & other } else { one | other };
                }
                (true, true) => return None,
                (true, false) => {}
            }
        }
        Some(part)
    }

    /// Adds an edge's line and returns the sets of lines that have it; `None` where there is no room.
    fn add(&mut self, scope: Scope<'_>, visit: &Visit) -> Option<u16> {
        let lane = self.count;
        let question = Question::Side(scope.first_edge + visit.position);
        *self.lines.get_mut(lane)? = (visit.line(scope), question);
        self.count += 1;
        self.middle |= usize::from(visit.is_middle) << lane;
        Some(BESIDE[lane])
    }

    /// A line that is never certain, so that the tangle is asked.
    fn of_tangle(tangle: u32) -> Self {
        let mut part = Self {
            count: 1,
            truth: BESIDE[0],
            ..Self::WHOLE
        };
        part.lines[0] = ([0.0; 3], Question::Inside(tangle));
        part
    }
}

impl Visit {
    /// Returns an edge as the cell sees it, or `None` if it passes by.
    fn new(scope: Scope<'_>, position: u32) -> Option<Self> {
        let Scope { grid, cell, .. } = scope;
        let ends = scope.polygon.edge(position as usize);
        let (a, b) = (grid.offset(ends.0, cell), grid.offset(ends.1, cell));
        let (is_from, is_to) = (is_in_cell(a), is_in_cell(b));
        (is_from || is_to || is_cutting(a, b)).then(|| Self {
            position,
            ends,
            is_from,
            is_to,
            is_middle: is_beside(ends, grid.middle(cell)),
        })
    }

    /// Returns factors for the distances across and down from the cell's middle, and an offset: the sum is negative
    /// beside the edge and changes by 1 to 1.5 per cell.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "rounding is within the margin"
    )]
    fn line(&self, scope: Scope<'_>) -> [f32; 3] {
        let start = scope.grid.offset(self.ends.0, scope.cell);
        let way = scope.grid.way(self.ends.0, self.ends.1);
        let scale = way.x.abs().max(way.y.abs());
        let (across, down) = (way.y / scale, -way.x / scale);
        let line = [across, down, -(across * start.x + down * start.y)];
        if line.iter().all(|number| number.is_finite()) {
            line.map(|number| number as f32)
        } else {
            // Never certain.
            [0.0; 3]
        }
    }
}

fn is_in_cell(p: Point) -> bool {
    p.x.abs() <= HALF && p.y.abs() <= HALF
}

/// Returns whether the segment from `a` to `b`, both outside, passes through the cell around zero.
fn is_cutting(a: Point, b: Point) -> bool {
    let (mut enters, mut leaves) = (0.0_f64, 1.0_f64);
    for (start, end) in [(a.x, b.x), (a.y, b.y)] {
        let way = end - start;
        if way == 0.0 {
            if start.abs() > HALF {
                return false;
            }
            continue;
        }
        let (one, other) = ((-HALF - start) / way, (HALF - start) / way);
        enters = enters.max(one.min(other));
        leaves = leaves.min(one.max(other));
    }
    enters <= leaves
}
