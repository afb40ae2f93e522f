//! Which frames are due: the first one at or after each point of a grid in time.
//!
//! The grid starts at the first frame of an epoch and has one point every `1/fps`. Its cells are half open, so a frame
//! is due exactly when no earlier frame lies in its cell. Frames are never counted: a source that slows down, or
//! drops frames, still gives one frame per cell where there is one.

/// Largest share of a period by which a timestamp may fall short of a grid point and still count as on it.
const MAX_TOLERANCE: f64 = 0.05;
/// Timestamps in nanoseconds are rounded, too.
const MIN_TOLERANCE_NS: f64 = 1_000.0;

/// Decides by PTS which frames are due.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    /// Nanoseconds between two grid points.
    period_ns: f64,
    /// Containers round timestamps to their clock: 33 ms is meant to be 1/30 s.
    tolerance_ns: f64,
    grid: Option<Grid>,
}

#[derive(Clone, Copy, Debug)]
struct Grid {
    epoch: u32,
    origin_ns: i64,
    /// Cell of the latest frame.
    cell: i64,
}

impl Gate {
    /// Makes a gate for `fps` (finite, above zero) and timestamps that are rounded by up to `rounding_ns`.
    pub(crate) fn new(fps: f64, rounding_ns: f64) -> Self {
        let period_ns = 1e9 / fps;
        Self {
            period_ns,
            tolerance_ns: rounding_ns
                .max(MIN_TOLERANCE_NS)
                .min(period_ns * MAX_TOLERANCE),
            grid: None,
        }
    }

    /// Takes the next frame in PTS order and returns whether it is due.
    pub(crate) fn admit(&mut self, epoch: u32, pts_ns: i64) -> bool {
        let Some(cell) = self.cell(epoch, pts_ns) else {
            self.grid = Some(Grid {
                epoch,
                origin_ns: pts_ns,
                cell: 0,
            });
            return true;
        };
        let Some(grid) = self.grid.as_mut().filter(|grid| cell > grid.cell) else {
            return false;
        };
        grid.cell = cell;
        true
    }

    /// Carries the grid over into `epoch`, whose times go on where those of the epoch before ended.
    pub(crate) fn go_on(&mut self, epoch: u32) {
        if let Some(grid) = &mut self.grid {
            grid.epoch = epoch;
        }
    }

    /// Returns whether a frame at this time lies in the cell of the latest frame, or before it.
    pub(crate) fn is_served(&self, epoch: u32, pts_ns: i64) -> bool {
        self.grid
            .zip(self.cell(epoch, pts_ns))
            .is_some_and(|(grid, cell)| cell <= grid.cell)
    }

    /// Returns whether a frame that is still to come can't be due, given the pts of one that comes before it.
    ///
    /// `earlier_ns` is the nearest frame before it that is on its way, if any. `false` where nothing is known yet.
    pub(crate) fn is_undue(&self, epoch: u32, pts_ns: i64, earlier_ns: Option<i64>) -> bool {
        let (Some(grid), Some(cell)) = (self.grid, self.cell(epoch, pts_ns)) else {
            return false;
        };
        let earlier = earlier_ns.and_then(|earlier_ns| self.cell(epoch, earlier_ns));
        cell <= grid.cell || earlier == Some(cell)
    }

    /// Returns the cell of a moment, `None` before the epoch's first frame.
    #[allow(
        clippy::cast_possible_truncation,
        reason = "saturates, and only ever after thousands of years of video"
    )]
    fn cell(&self, epoch: u32, pts_ns: i64) -> Option<i64> {
        let grid = self.grid.filter(|grid| grid.epoch == epoch)?;
        let since = pts_ns.saturating_sub(grid.origin_ns) as f64;
        Some(((since + self.tolerance_ns) / self.period_ns).floor() as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(gate: &mut Gate, pts: impl IntoIterator<Item = i64>) -> Vec<i64> {
        pts.into_iter()
            .filter(|&pts_ns| gate.admit(0, pts_ns))
            .collect()
    }

    #[test]
    fn halves_and_thirds_of_a_rate_are_exact() {
        let ten = (0..10).map(|k| k * 100_000_000);
        assert_eq!(
            admitted(&mut Gate::new(5.0, 0.0), ten),
            [0, 200_000_000, 400_000_000, 600_000_000, 800_000_000]
        );
        let thirty = (0..9).map(|k| (k * 1_000_000_000 + 15) / 30);
        assert_eq!(
            admitted(&mut Gate::new(10.0, 1.0), thirty),
            [0, 100_000_000, 200_000_000]
        );
    }

    #[test]
    fn the_grid_stands_where_the_first_frame_is() {
        let shifted = (0..6).map(|k| 40_000_000 + k * 100_000_000);
        assert_eq!(
            admitted(&mut Gate::new(5.0, 1e6), shifted),
            [40_000_000, 240_000_000, 440_000_000]
        );
    }

    #[test]
    fn timestamps_rounded_to_milliseconds_keep_their_rate() {
        let rounded = (0..30).map(|k| (k * 1000 + 15) / 30 * 1_000_000);
        assert_eq!(admitted(&mut Gate::new(30.0, 1e6), rounded).len(), 30);
        let truncated = (0..30).map(|k| k * 1000 / 30 * 1_000_000);
        assert_eq!(admitted(&mut Gate::new(30.0, 1e6), truncated).len(), 30);
    }

    #[test]
    fn a_gap_does_not_shift_the_grid() {
        let pts = [0, 130_000_000, 530_000_000, 620_000_000, 700_000_000];
        assert_eq!(
            admitted(&mut Gate::new(5.0, 1.0), pts),
            [0, 530_000_000, 620_000_000]
        );
    }

    #[test]
    fn a_new_epoch_starts_a_new_grid() {
        let mut gate = Gate::new(5.0, 1.0);
        assert!(gate.admit(0, 10_000_000_000));
        assert!(!gate.is_undue(1, 0, None));
        assert!(gate.admit(1, 50_000_000));
        assert!(!gate.admit(1, 150_000_000));
        assert!(gate.admit(1, 250_000_000));
    }

    #[test]
    fn a_grid_that_goes_on_keeps_its_points() {
        let mut gate = Gate::new(5.0, 1.0);
        assert!(gate.admit(0, 0));
        gate.go_on(1);
        assert!(gate.is_served(1, 100_000_000));
        assert!(!gate.admit(1, 100_000_000));
        assert!(!gate.is_served(1, 200_000_000));
        assert!(gate.admit(1, 200_000_000));
    }

    #[test]
    fn a_frame_known_to_be_second_in_its_cell_is_undue() {
        let mut gate = Gate::new(5.0, 1.0);
        assert!(!gate.is_undue(0, 0, None));
        assert!(gate.admit(0, 0));
        assert!(gate.is_undue(0, 100_000_000, None));
        assert!(!gate.is_undue(0, 200_000_000, Some(100_000_000)));
        assert!(gate.is_undue(0, 300_000_000, Some(200_000_000)));
    }
}
