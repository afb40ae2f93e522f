//! Pixels averaged into square cells.
//!
//! A person is recognized as a blob, not by detail, and the mean of four pixels has half the noise of one. So everything
//! after this works on a quarter or a sixteenth of the numbers.

/// A cell's brightness counts 128 to the luma level: 0…32640 fits an `i16`, and so does any difference.
pub(crate) const LEVEL: i16 = 128;

/// Rows of cells that still show people 5 % of the picture high, ten cells, with room to spare.
const ENOUGH_ROWS: u32 = 240;

/// How a plane divides into cells. Pixels that are left over at the right and the bottom are not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Grid {
    /// Pixels in a row of the plane.
    pub(crate) width: usize,
    /// Pixels in a cell's side: 1, 2 or 4.
    pub(crate) side: usize,
    pub(crate) columns: usize,
    pub(crate) rows: usize,
}

impl Grid {
    pub(crate) fn new(width: u32, height: u32) -> Self {
        let side = match height {
            0..=ENOUGH_ROWS => 1,
            _ if height <= 2 * ENOUGH_ROWS => 2,
            _ => 4,
        };
        let (width, height) = (width as usize, height as usize);
        Self {
            width,
            side,
            columns: width / side,
            rows: height / side,
        }
    }

    pub(crate) fn len(self) -> usize {
        self.columns * self.rows
    }
}

/// Fills `values` with the mean brightness of each cell, in 1/[`LEVEL`] luma levels. `sums` is scratch, as long as a row
/// of the plane.
pub(crate) fn average(grid: Grid, luma: &[u8], sums: &mut [u16], values: &mut [i16]) {
    let bands = luma.chunks_exact(grid.width * grid.side);
    for (band, values) in bands.zip(values.chunks_exact_mut(grid.columns)) {
        sums.fill(0);
        for row in band.chunks_exact(grid.width) {
            for (sum, &pixel) in sums.iter_mut().zip(row) {
                *sum += u16::from(pixel);
            }
        }
        match grid.side {
            1 => fold::<1>(sums, values),
            2 => fold::<2>(sums, values),
            _ => fold::<4>(sums, values),
        }
    }
}

/// Adds `SIDE` neighbors and scales the sum. The side is constant, so that the loop vectorizes.
fn fold<const SIDE: usize>(sums: &[u16], values: &mut [i16]) {
    // At most 255 · side², so the product is at most 255 · 128 and neither cast loses anything.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        reason = "see above"
    )]
    let scale = LEVEL / (SIDE * SIDE) as i16;
    for (value, sums) in values.iter_mut().zip(sums.as_chunks::<SIDE>().0) {
        #[expect(clippy::cast_possible_wrap, reason = "see above")]
        let sum = sums.iter().sum::<u16>() as i16;
        *value = sum * scale;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_hold_means() {
        for (height, side) in [(240, 1), (241, 2), (480, 2), (481, 4), (1080, 4)] {
            assert_eq!(Grid::new(640, height).side, side);
        }
        let grid = Grid {
            width: 5,
            side: 2,
            columns: 2,
            rows: 1,
        };
        let luma = [0, 1, 255, 255, 9, 2, 3, 255, 255, 9, 9, 9, 9, 9, 9];
        let mut values = [0; 2];
        average(grid, &luma, &mut [0; 5], &mut values);
        assert_eq!(values, [192, 255 * LEVEL]);
        let grid = Grid {
            width: 4,
            side: 4,
            columns: 1,
            rows: 1,
        };
        let mut value = [0];
        average(grid, &[255; 16], &mut [0; 4], &mut value);
        assert_eq!(value, [255 * LEVEL]);
    }
}
