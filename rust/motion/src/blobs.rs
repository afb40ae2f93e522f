//! Groups of touching cells, and what there is to say about each.

use crate::background::Background;
use crate::cells::Grid;

/// Cells from an edge to where its other side is surely reached: averaging and the median filter blur edges.
const BEYOND_EDGE: usize = 2;

/// A row's touching cells.
#[derive(Clone, Copy, Debug)]
struct Run {
    row: usize,
    start: usize,
    end: usize,
    /// A run of the same group that comes earlier, or itself.
    parent: usize,
    /// Position of the group among the blobs; set for the group's first run.
    blob: usize,
}

/// A group of cells: where it is and how it looks. Sides are in cells, the last ones excluded.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Blob {
    pub(crate) left: usize,
    pub(crate) top: usize,
    pub(crate) right: usize,
    pub(crate) bottom: usize,
    /// Marked cells.
    pub(crate) cells: usize,
    /// Sum over the cells of their distance from the background, in thresholds.
    pub(crate) contrast: f32,
    /// Sum over the outline of the difference across it, in the frame and in the background.
    pub(crate) edge_in_frame: i64,
    pub(crate) edge_in_background: i64,
}

impl Blob {
    pub(crate) fn width(&self) -> usize {
        self.right - self.left
    }

    pub(crate) fn height(&self) -> usize {
        self.bottom - self.top
    }

    /// Returns whether the blob's outline is in the background rather than in the frame: something has left.
    pub(crate) fn is_ghost(&self) -> bool {
        self.edge_in_background * 2 > self.edge_in_frame * 3
    }

    /// Returns one blob around two.
    pub(crate) fn joined(&self, other: &Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
            cells: self.cells + other.cells,
            contrast: self.contrast + other.contrast,
            edge_in_frame: self.edge_in_frame + other.edge_in_frame,
            edge_in_background: self.edge_in_background + other.edge_in_background,
        }
    }

    fn add(&mut self, row: usize, column: usize, contrast: f32) {
        if self.cells == 0 {
            *self = Self {
                left: column,
                top: row,
                right: column + 1,
                bottom: row + 1,
                ..Self::default()
            };
        }
        self.left = self.left.min(column);
        self.top = self.top.min(row);
        self.right = self.right.max(column + 1);
        self.bottom = self.bottom.max(row + 1);
        self.cells += 1;
        self.contrast += contrast;
    }
}

/// What a frame's cells show, for measuring.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scene<'a> {
    pub(crate) grid: Grid,
    /// The marked cells.
    pub(crate) marked: &'a [u8],
    /// Brightness of every cell.
    pub(crate) values: &'a [i16],
}

/// Finds the groups of one frame after the other and keeps its memory.
#[derive(Debug)]
pub(crate) struct Grouping {
    runs: Vec<Run>,
    blobs: Vec<Blob>,
}

impl Grouping {
    pub(crate) fn new(grid: Grid) -> Self {
        // Spread marks are three cells wide and five high, one apart, and cut only at the border.
        let across = grid.columns / 4 + 2;
        let down = grid.rows / 6 + 2;
        Self {
            runs: Vec::with_capacity(across * grid.rows),
            blobs: Vec::with_capacity(across * down),
        }
    }

    /// Groups the cells that touch in `joined` and measures each group's marked cells, in the order of their first rows.
    ///
    /// Two passes over runs of cells with union–find; the earliest run always leads, so that the result depends on
    /// nothing but the cells.
    pub(crate) fn find(&mut self, joined: &[u8], scene: Scene<'_>, background: &Background) {
        self.connect(scene.grid, joined);
        self.blobs.clear();
        for index in 0..self.runs.len() {
            let leader = self.leader(index);
            if leader == index {
                self.runs[index].blob = self.blobs.len();
                self.blobs.push(Blob::default());
            }
            let run = self.runs[index];
            let blob = &mut self.blobs[self.runs[leader].blob];
            measure(run, scene, background, blob);
        }
    }

    /// Returns the groups that [`Grouping::find`] found.
    pub(crate) fn blobs(&mut self) -> &mut Vec<Blob> {
        &mut self.blobs
    }

    /// Takes what ghosts show into the background where it holds still. To be called before the blobs change.
    pub(crate) fn settle_ghosts(&mut self, scene: Scene<'_>, background: &mut Background) {
        for index in 0..self.runs.len() {
            let leader = self.leader(index);
            if self.blobs[self.runs[leader].blob].is_ghost() {
                let Run {
                    row, start, end, ..
                } = self.runs[index];
                let first = row * scene.grid.columns;
                (first + start..first + end).for_each(|cell| background.settle(cell));
            }
        }
    }

    fn connect(&mut self, grid: Grid, joined: &[u8]) {
        self.runs.clear();
        let mut above = 0..0;
        for (row, cells) in joined.chunks_exact(grid.columns).enumerate() {
            let first = self.runs.len();
            let mut column = 0;
            while let Some(start) = position(cells, column, 1) {
                let end = position(cells, start, 0).unwrap_or(cells.len());
                let parent = self.runs.len();
                self.runs.push(Run {
                    row,
                    start,
                    end,
                    parent,
                    blob: 0,
                });
                column = end;
            }
            self.join_rows(above, first);
            above = first..self.runs.len();
        }
    }

    /// Joins the runs from `below` on with those of the row above that they touch, corners included. Both are sorted.
    fn join_rows(&mut self, above: std::ops::Range<usize>, below: usize) {
        let mut upper = above.start;
        for lower in below..self.runs.len() {
            while upper < above.end && self.runs[upper].end < self.runs[lower].start {
                upper += 1;
            }
            let mut touching = upper;
            while touching < above.end && self.runs[touching].start <= self.runs[lower].end {
                self.unite(touching, lower);
                touching += 1;
            }
        }
    }

    fn unite(&mut self, one: usize, other: usize) {
        let (one, other) = (self.leader(one), self.leader(other));
        self.runs[one.max(other)].parent = one.min(other);
    }

    /// Returns the earliest run of a group, and halves the way to it.
    fn leader(&mut self, mut index: usize) -> usize {
        while self.runs[index].parent != index {
            let next = self.runs[index].parent;
            self.runs[index].parent = self.runs[next].parent;
            index = next;
        }
        index
    }
}

/// Returns the first column from `from` on that holds `mark`.
fn position(cells: &[u8], from: usize, mark: u8) -> Option<usize> {
    let rest = cells.get(from..)?;
    rest.iter()
        .position(|&cell| cell == mark)
        .map(|offset| from + offset)
}

fn measure(run: Run, scene: Scene<'_>, background: &Background, blob: &mut Blob) {
    let Scene {
        grid,
        marked,
        values,
    } = scene;
    for column in run.start..run.end {
        let cell = run.row * grid.columns + column;
        if marked[cell] == 0 {
            continue;
        }
        blob.add(run.row, column, background.contrast(cell, values[cell]));
        let beyond = [
            (column >= BEYOND_EDGE).then(|| (cell - 1, cell - BEYOND_EDGE)),
            (column + BEYOND_EDGE < grid.columns).then(|| (cell + 1, cell + BEYOND_EDGE)),
            (run.row >= BEYOND_EDGE)
                .then(|| (cell - grid.columns, cell - BEYOND_EDGE * grid.columns)),
            (run.row + BEYOND_EDGE < grid.rows)
                .then(|| (cell + grid.columns, cell + BEYOND_EDGE * grid.columns)),
        ];
        for (next, far) in beyond.into_iter().flatten() {
            if marked[next] == 0 && marked[far] == 0 {
                blob.edge_in_frame += i64::from((values[cell] - values[far]).abs());
                blob.edge_in_background +=
                    i64::from((background.expected(cell) - background.expected(far)).abs());
            }
        }
    }
}
