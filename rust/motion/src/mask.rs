//! Specks go, and what nearly touches is joined.

use crate::cells::Grid;

/// Cells to either side, and above and below, over which parts of one thing are joined. More below, since it is heads
/// and legs that come apart, and people side by side must not be joined.
pub(crate) const REACH: (usize, usize) = (1, 2);

/// Keeps the cells that have at least four of their eight neighbors, or that fill a gap among at least five: a median
/// filter. What lies outside the picture counts as empty.
pub(crate) fn despeckle(grid: Grid, mask: &[u8], sums: &mut [u8], out: &mut [u8]) {
    for (row, out) in out.chunks_exact_mut(grid.columns).enumerate() {
        let near = rows_around(grid, mask, row, 1);
        sum_rows(near, grid.columns, &mut sums[1..=grid.columns]);
        for (out, sums) in out.iter_mut().zip(sums.windows(3)) {
            *out = u8::from(sums[0] + sums[1] + sums[2] >= 5);
        }
    }
}

/// Marks every cell within [`REACH`] of a marked one.
pub(crate) fn spread(grid: Grid, mask: &[u8], sums: &mut [u8], out: &mut [u8]) {
    const { assert!(REACH.0 == 1, "the windows below are three wide") }
    for (row, out) in out.chunks_exact_mut(grid.columns).enumerate() {
        let near = rows_around(grid, mask, row, REACH.1);
        sum_rows(near, grid.columns, &mut sums[1..=grid.columns]);
        for (out, sums) in out.iter_mut().zip(sums.windows(3)) {
            *out = u8::from((sums[0] | sums[1] | sums[2]) != 0);
        }
    }
}

fn rows_around(grid: Grid, mask: &[u8], row: usize, reach: usize) -> &[u8] {
    let first = row.saturating_sub(reach);
    let end = (row + reach + 1).min(grid.rows);
    &mask[first * grid.columns..end * grid.columns]
}

/// Fills `sums` with the number of marked cells in each column of a few rows.
fn sum_rows(rows: &[u8], columns: usize, sums: &mut [u8]) {
    sums.fill(0);
    for row in rows.chunks_exact(columns) {
        for (sum, &marked) in sums.iter_mut().zip(row) {
            *sum += marked;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRID: Grid = Grid {
        width: 6,
        side: 1,
        columns: 6,
        rows: 5,
    };

    fn marked(picture: [&str; 5]) -> Vec<u8> {
        picture
            .concat()
            .bytes()
            .map(|byte| u8::from(byte == b'#'))
            .collect()
    }

    fn applied(step: fn(Grid, &[u8], &mut [u8], &mut [u8]), picture: [&str; 5]) -> Vec<u8> {
        let mut out = vec![0; 30];
        step(GRID, &marked(picture), &mut [0; 8], &mut out);
        out
    }

    #[test]
    fn specks_go_and_holes_close() {
        let before = ["#.....", "..###.", "..#.#.", "..###.", "......"];
        let after = ["......", "...#..", "..###.", "...#..", "......"];
        assert_eq!(applied(despeckle, before), marked(after));
    }

    #[test]
    fn marks_spread_further_down_than_sideways() {
        let before = ["......", "......", "#.....", "......", "....#."];
        let after = ["##....", "##....", "##.###", "##.###", "##.###"];
        assert_eq!(applied(spread, before), marked(after));
    }
}
