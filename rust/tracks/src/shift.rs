//! How far the picture moved, by what tracks were off together: the camera's step where nobody told it.

/// Sightings apart below which a track has no say: its own speed is still unknown, and a group that sets out together
/// must not pass for a camera that turns.
pub(crate) const VOTING_AGE: u64 = 5;
/// So many have a say at most, the longest followed: more would not change the median by much.
const VOTERS: usize = 64;
/// Fewer do not tell a camera from a few who turn at once.
pub(crate) const QUORUM: usize = 8;
/// A track is off to a side where it is by more than this share of its size (the square root of the area).
const OFF: f64 = 0.02;

/// Collects by how much detections are beside the boxes that the filter predicted for them.
#[derive(Clone, Debug, Default)]
pub(crate) struct SharedShift {
    /// To the right and down, pixels.
    residuals: [Vec<f64>; 2],
    /// How many are off to the left, to the right, upward and downward.
    off: [[usize; 2]; 2],
    /// How many may have a say in this frame.
    most: usize,
}

impl SharedShift {
    /// Begins a frame with so many tracks.
    pub(crate) fn begin(&mut self, tracks: usize) {
        for residuals in &mut self.residuals {
            residuals.clear();
        }
        self.off = [[0; 2]; 2];
        self.most = tracks.min(VOTERS);
    }

    /// Returns whether another track may have a say, and those who have not can still make four of five agree. Where
    /// people go their own ways, that is over after a few.
    pub(crate) fn is_open(&self) -> bool {
        let voters = self.voters();
        voters < self.most && 5 * (voters - self.agreeing()) <= self.most
    }

    fn voters(&self) -> usize {
        self.residuals[0].len()
    }

    /// Returns how many are off to the side that most are off to.
    fn agreeing(&self) -> usize {
        let [[left, right], [up, down]] = self.off;
        left.max(right).max(up).max(down)
    }

    /// Takes a track's predicted box and that of the detection it was paired with.
    pub(crate) fn hear(&mut self, predicted: &[f64; 4], found: &[f64; 4]) {
        let area = (predicted[2] - predicted[0]) * (predicted[3] - predicted[1]);
        let least = OFF * OFF * area;
        for axis in 0..2 {
            let middle = |xyxy: &[f64; 4]| f64::midpoint(xyxy[axis], xyxy[axis + 2]);
            let residual = middle(found) - middle(predicted);
            let is_off = residual * residual > least;
            self.off[axis][usize::from(residual > 0.0)] += usize::from(is_off);
            self.residuals[axis].push(residual);
        }
    }

    /// Returns the median residual, to the right and down, where four of five are off to one and the same side.
    pub(crate) fn shared(&mut self) -> Option<[f64; 2]> {
        let voters = self.voters();
        if voters < QUORUM || 5 * self.agreeing() < 4 * voters {
            return None;
        }
        Some([0, 1].map(|axis| median(&mut self.residuals[axis])))
    }
}

fn median(values: &mut [f64]) -> f64 {
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::SharedShift;

    /// Asks boxes of 40 by 100 px that were found so far to the right and down.
    fn shared(residuals: &[[f64; 2]]) -> Option<[f64; 2]> {
        let mut shift = SharedShift::default();
        shift.begin(residuals.len());
        for [across, down] in residuals {
            if !shift.is_open() {
                break;
            }
            let found = [*across, *down, across + 40.0, down + 100.0];
            shift.hear(&[0.0, 0.0, 40.0, 100.0], &found);
        }
        shift.shared()
    }

    #[test]
    fn all_together_are_the_camera() {
        assert_eq!(shared(&[[6.0, -2.0]; 8]), Some([6.0, -2.0]));
        assert_eq!(shared(&[[0.5, 3.0]; 8]), Some([0.5, 3.0]));
    }

    #[test]
    fn one_in_five_may_go_another_way() {
        let mut residuals = [[6.0, 0.0]; 10];
        residuals[..2].fill([-30.0, 9.0]);
        assert_eq!(shared(&residuals), Some([6.0, 0.0]));
        residuals[2] = [-30.0, 9.0];
        assert_eq!(shared(&residuals), None);
    }

    #[test]
    fn few_or_little_are_not() {
        assert_eq!(shared(&[[6.0, -2.0]; 7]), None);
        assert_eq!(shared(&[[1.2, -1.2]; 20]), None);
        assert_eq!(shared(&[]), None);
    }
}
