//! What goes beyond the published algorithm, all of it off unless asked for.

use crate::TrackError;
use crate::association::Candidate;
use crate::iou::PIXEL;
use crate::kalman::Kalman;
use crate::roster::Pace;
use crate::spec::require;

/// Options on top of a [`Mode`](crate::Mode); the default has none of them.
///
/// The first seven are what the default [`ByteTrackSpec`](crate::ByteTrackSpec) has beside the improved life cycle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct Options {
    /// Duration of the step that the filter's noise is made for, nanoseconds, positive. Given, a prediction reaches as
    /// far as media time has passed, so that dropped frames and changes of rate don't read as changes of speed; `None`
    /// for one step a call of `update`. With frames exactly this far apart both are the same, bit for bit.
    pub frame_ns: Option<i64>,
    /// How far boxes are widened before they are compared, in standard deviations of where the filter places the track,
    /// 0 or more, by at most the box's size on each side. So a track that is new, or was not seen for long, or waits
    /// long for the next frame, is looked for farther around than one whose way is known.
    pub uncertainty: f64,
    /// How much larger the errors of a detection without confidence are taken to be than those of one with full
    /// confidence, as a share, 0 or more (after the NSA filter of Du et al., `StrongSORT`, arXiv 2202.13514).
    pub doubt: f64,
    /// Time in which a track that is not seen loses all but 1/e of its velocity, nanoseconds, positive; `None` for
    /// never.
    pub slow_down_ns: Option<i64>,
    /// How far a visible box leans from the filter's toward the detection, as a share for one of full confidence, 0…1;
    /// less for less. A filter as stiff as identities need it lags behind a person who turns or bends; this shows the
    /// person nearer to where the detector sees them, and changes nothing about who is followed.
    pub lean: f64,
    /// Whether the confidence counts in the cost of the new tracks' stage, also without
    /// [`fuse_score`](crate::ByteTrackSpec::fuse_score): of two detections that may continue a new track, the published
    /// algorithm prefers the surer one.
    pub fuse_new: bool,
    /// Whether a step that most tracks take together is taken for the camera's: where at least eight tracks were
    /// found and four of five of them are off to one side by more than a fiftieth of their size, all tracks follow by
    /// the median before they are matched, as with [`ByteTrack::move_camera`](crate::ByteTrack::move_camera) (motion
    /// compensation as in `BoT-SORT`, arXiv 2206.14651, but from the boxes alone). Nothing changes where people go
    /// their own ways before a camera that stands.
    pub shared_shift: bool,
    /// Whether a track that is found again forgets what its filter made up meanwhile: the filter goes back to the last
    /// sighting and follows a straight line to the new one (observation-centric re-update: Cao et al., Observation-
    /// Centric SORT, CVPR 2023, arXiv 2203.14360).
    pub observation_centric: bool,
    /// How much boxes are widened on each side before they are compared, as a share of their size, 0…1, so that fast
    /// people or few frames a second still overlap (buffered `IoU`: Yang et al., C-BIoU, WACV 2023, arXiv 2211.14317).
    pub buffer: f64,
    /// Whether a track is only continued by detections of its class.
    pub per_class: bool,
}

impl Options {
    pub(crate) fn validate(&self) -> Result<(), TrackError> {
        if let Some(ns) = self.frame_ns {
            let expected = "a positive time, in nanoseconds";
            require(ns > 0, "frame_ns", expected, ns)?;
        }
        if let Some(ns) = self.slow_down_ns {
            let expected = "a positive time, in nanoseconds";
            require(ns > 0, "slow_down_ns", expected, ns)?;
        }
        for (field, value) in [("uncertainty", self.uncertainty), ("doubt", self.doubt)] {
            let holds = (0.0..=100.0).contains(&value);
            require(holds, field, "a number from 0 to 100", value)?;
        }
        for (field, value) in [("lean", self.lean), ("buffer", self.buffer)] {
            let holds = (0.0..=1.0).contains(&value);
            require(holds, field, "a number from 0 to 1", value)?;
        }
        Ok(())
    }

    /// Returns how far tracks go in this time.
    pub(crate) fn pace(&self, passed_ns: i64) -> Pace {
        let keeps = |slow_ns: i64| (-(passed_ns as f64) / slow_ns as f64).exp();
        Pace {
            step: self.step(passed_ns),
            keeps: self.slow_down_ns.map_or(1.0, keeps),
        }
    }

    /// Returns how many times as large as usual the errors of a detection are.
    pub(crate) fn spread(&self, confidence: f32) -> f64 {
        1.0 + self.doubt * (1.0 - f64::from(confidence))
    }

    /// Returns where a track is shown that a detection was matched with.
    pub(crate) fn shown(&self, filtered: &[f64; 4], seen: &Candidate) -> [f64; 4] {
        if self.lean == 0.0 {
            return *filtered;
        }
        let share = self.lean * f64::from(seen.confidence.clamp(0.0, 1.0));
        let mut shown = *filtered;
        for (side, detected) in shown.iter_mut().zip(seen.xyxy) {
            *side += share * (detected - *side);
        }
        shown
    }

    /// Returns how much wider and higher a track's box and those that it is compared with are made.
    pub(crate) fn slack(&self, xyxy: &[f64; 4], filter: &Kalman) -> [f64; 2] {
        if self.uncertainty == 0.0 {
            return PIXEL;
        }
        let reach = self.uncertainty * filter.deviation();
        let sides = [xyxy[2] - xyxy[0], xyxy[3] - xyxy[1]];
        sides.map(|side| 1.0 + 2.0 * reach.min(side.max(1.0)))
    }

    /// Returns the length of the filter's step over a time, in steps.
    pub(crate) fn step(&self, passed_ns: i64) -> f64 {
        self.frame_ns.map_or(1.0, |ns| passed_ns as f64 / ns as f64)
    }

    /// Returns a box widened for comparison.
    pub(crate) fn widened(&self, [x1, y1, x2, y2]: [f64; 4]) -> [f64; 4] {
        if self.buffer == 0.0 {
            return [x1, y1, x2, y2];
        }
        let (across, down) = (self.buffer * (x2 - x1), self.buffer * (y2 - y1));
        [x1 - across, y1 - down, x2 + across, y2 + down]
    }
}

/// How the picture has moved since the last frame, because the camera did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CameraMotion {
    matrix: [[f64; 3]; 2],
    /// By how much lengths grow.
    scale: f64,
}

impl CameraMotion {
    /// Returns the motion that takes a pixel (x, y) of the last frame to `matrix` times (x, y, 1) in this one.
    ///
    /// # Errors
    /// [`TrackError::CameraMotion`] when a number is not finite or the matrix has no inverse.
    pub fn new(matrix: [[f64; 3]; 2]) -> Result<Self, TrackError> {
        let [across, down] = matrix;
        let determinant = across[0] * down[1] - across[1] * down[0];
        let finite = matrix.iter().flatten().all(|v| v.is_finite());
        if !finite || determinant == 0.0 || !determinant.is_finite() {
            return Err(TrackError::CameraMotion);
        }
        let scale = determinant.abs().sqrt();
        Ok(Self { matrix, scale })
    }

    /// Returns the motion that takes every pixel as far to the right and down, by finite numbers.
    pub(crate) const fn shift([across, down]: [f64; 2]) -> Self {
        Self {
            matrix: [[1.0, 0.0, across], [0.0, 1.0, down]],
            scale: 1.0,
        }
    }

    /// Returns by how much lengths grow: the square root of how much areas do.
    pub(crate) fn scale(&self) -> f64 {
        self.scale
    }

    pub(crate) fn place(&self, x: f64, y: f64) -> (f64, f64) {
        let (x, y) = self.velocity(x, y);
        (x + self.matrix[0][2], y + self.matrix[1][2])
    }

    pub(crate) fn velocity(&self, x: f64, y: f64) -> (f64, f64) {
        let [across, down] = self.matrix;
        (across[0] * x + across[1] * y, down[0] * x + down[1] * y)
    }

    /// Returns a box moved by its center and scaled.
    pub(crate) fn moved(&self, [x1, y1, x2, y2]: [f64; 4]) -> [f64; 4] {
        let (x, y) = self.place(f64::midpoint(x1, x2), f64::midpoint(y1, y2));
        let (across, down) = ((x2 - x1) * self.scale / 2.0, (y2 - y1) * self.scale / 2.0);
        [x - across, y - down, x + across, y + down]
    }
}
