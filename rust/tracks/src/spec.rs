//! How a tracker is set up.

use std::fmt::Display;

use crate::Options;
use crate::TrackError;
use crate::kalman::Shape;

/// When a track that is no longer seen is given up, counted from its last match.
///
/// It is judged after a frame's matching, so that the first frame after a longer gap can still find the track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LostAfter {
    /// After more than this many frames, every call of `update` being one.
    Frames(u32),
    /// After more than this many nanoseconds of media time; not negative.
    Time(i64),
}

/// Which life cycle the tracks follow.
///
/// The algorithm is that of Zhang et al., `ByteTrack`, ECCV 2022 (arXiv 2110.06864).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The published implementation's, with its quirks: same ids, same order, same boxes.
    ///
    /// The quirks that [`Mode::Improved`] mends: a lost track cannot be found again by a low-confidence detection;
    /// a visible track that overlaps an older lost one is dropped; a new track is not moved on before its second
    /// frame; a lost track lives one frame too long and, if found in that frame, dies at its next miss; a confidence
    /// equal to `track_high_thresh` counts neither as high nor as low.
    Parity,
    /// The published C++ build's (ncnn), which differs from the Python original: the filter runs, but boxes are
    /// compared where they were last seen instead of where they are predicted, a confidence equal to
    /// `track_high_thresh` is high, and lost tracks are kept in the order of their ids. For comparison only: fast
    /// movers are lost. Its settings are [`ByteTrackSpec::parity_cpp`].
    ParityCpp,
    /// Lost tracks take part in the second stage, duplicates stay, new tracks are predicted too, lost tracks end
    /// when they should, a confidence equal to `track_high_thresh` is high, the filter follows width and height
    /// instead of aspect and height, with noise of its own for a size, and the second and third stage take pairs that
    /// overlap less.
    Improved,
}

/// What a [`ByteTrack`](crate::ByteTrack) is made from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ByteTrackSpec {
    /// Confidence above which a detection takes part in the first stage, 0…1.
    pub track_high_thresh: f32,
    /// Confidence above which a detection takes part in the second stage, 0…`track_high_thresh`.
    pub track_low_thresh: f32,
    /// Least confidence that starts a track, 0…1.
    pub new_track_thresh: f32,
    /// Cost, 0…1, below which a track and a detection may be paired in the first stage. The cost is 1 − overlap,
    /// or 1 − overlap × confidence with `fuse_score`.
    pub match_thresh: f64,
    /// When an unseen track ends.
    pub lost_after: LostAfter,
    /// Whether the confidence counts in the cost of the first stage and of the new tracks' stage; for the latter alone
    /// there is [`Options::fuse_new`].
    pub fuse_score: bool,
    /// The life cycle.
    pub mode: Mode,
    /// What goes beyond the published algorithm.
    pub options: Options,
}

/// No option, where constants need it.
const PLAIN: Options = Options {
    frame_ns: None,
    uncertainty: 0.0,
    doubt: 0.0,
    slow_down_ns: None,
    lean: 0.0,
    fuse_new: false,
    shared_shift: false,
    observation_centric: false,
    buffer: 0.0,
    per_class: false,
};

impl Default for ByteTrackSpec {
    /// Returns the improved life cycle with one second of memory, in media time.
    fn default() -> Self {
        Self {
            track_high_thresh: 0.42,
            track_low_thresh: 0.1,
            new_track_thresh: 0.67,
            match_thresh: 0.85,
            lost_after: LostAfter::Time(1_000_000_000),
            fuse_score: false,
            mode: Mode::Improved,
            options: Options {
                frame_ns: Some(33_333_333),
                uncertainty: 0.3,
                doubt: 0.55,
                slow_down_ns: None,
                lean: 0.45,
                fuse_new: true,
                shared_shift: true,
                ..PLAIN
            },
        }
    }
}

impl ByteTrackSpec {
    /// Returns the published implementation's settings for MOT17, with 30 frames of memory.
    pub const fn parity() -> Self {
        Self {
            track_high_thresh: 0.6,
            track_low_thresh: 0.1,
            new_track_thresh: 0.7,
            match_thresh: 0.9,
            lost_after: LostAfter::Frames(30),
            fuse_score: true,
            mode: Mode::Parity,
            options: PLAIN,
        }
    }

    /// Returns the published C++ build's settings, with 30 frames of memory; it computes in f32, this crate in f64.
    pub const fn parity_cpp() -> Self {
        Self {
            track_high_thresh: 0.5,
            track_low_thresh: 0.0,
            new_track_thresh: 0.6,
            match_thresh: 0.8,
            lost_after: LostAfter::Frames(30),
            fuse_score: false,
            mode: Mode::ParityCpp,
            options: PLAIN,
        }
    }

    /// Checks every field.
    ///
    /// # Errors
    /// [`TrackError::Spec`] names the first field that is out of range.
    pub fn validate(&self) -> Result<(), TrackError> {
        let unit = "a number from 0 to 1";
        for (field, value) in [
            ("track_high_thresh", f64::from(self.track_high_thresh)),
            ("track_low_thresh", f64::from(self.track_low_thresh)),
            ("new_track_thresh", f64::from(self.new_track_thresh)),
            ("match_thresh", self.match_thresh),
        ] {
            require((0.0..=1.0).contains(&value), field, unit, value)?;
        }
        require(
            self.track_low_thresh <= self.track_high_thresh,
            "track_low_thresh",
            "at most track_high_thresh",
            self.track_low_thresh,
        )?;
        self.options.validate()?;
        match self.lost_after {
            LostAfter::Time(ns) => require(
                ns >= 0,
                "lost_after",
                "a time that is not negative, in nanoseconds",
                ns,
            ),
            LostAfter::Frames(_) => Ok(()),
        }
    }
}

pub(crate) fn require(
    holds: bool,
    field: &'static str,
    expected: &'static str,
    found: impl Display,
) -> Result<(), TrackError> {
    if holds {
        Ok(())
    } else {
        Err(TrackError::Spec {
            field,
            expected,
            found: found.to_string(),
        })
    }
}

/// The differences between the life cycles, each in one place.
impl Mode {
    /// Returns whether a detection exactly at `track_high_thresh` is high.
    pub(crate) const fn takes_equal_as_high(self) -> bool {
        !matches!(self, Self::Parity)
    }

    /// Returns whether a track that is not seen is where its filter predicts it, or still where it was last seen.
    pub(crate) const fn compares_predicted_boxes(self) -> bool {
        !matches!(self, Self::ParityCpp)
    }

    /// Returns whether lost tracks are kept in the order of their ids, or in the order in which they were lost.
    pub(crate) const fn sorts_lost_by_id(self) -> bool {
        matches!(self, Self::ParityCpp)
    }

    /// Returns whether new tracks are predicted before their second frame.
    pub(crate) const fn predicts_unconfirmed(self) -> bool {
        matches!(self, Self::Improved)
    }

    /// Returns whether lost tracks take part in the second stage.
    pub(crate) const fn finds_lost_by_low(self) -> bool {
        matches!(self, Self::Improved)
    }

    /// Returns whether an expired track can be found for one more frame, and then dies at its next miss.
    pub(crate) const fn keeps_expired_for_a_frame(self) -> bool {
        !matches!(self, Self::Improved)
    }

    /// Returns whether one of a seen and a lost track in the same place is dropped.
    pub(crate) const fn drops_duplicates(self) -> bool {
        !matches!(self, Self::Improved)
    }

    /// Returns the cost limit of the second stage, tracks against low-confidence detections.
    pub(crate) const fn low_limit(self) -> f64 {
        match self {
            Self::Parity | Self::ParityCpp => 0.5,
            Self::Improved => 0.64,
        }
    }

    /// Returns the cost limit of the third stage, new tracks against what is left of the high-confidence detections.
    pub(crate) const fn unconfirmed_limit(self) -> f64 {
        match self {
            Self::Parity | Self::ParityCpp => 0.7,
            Self::Improved => 0.8,
        }
    }

    /// Returns what the filter follows.
    pub(crate) const fn shape(self) -> Shape {
        match self {
            Self::Parity | Self::ParityCpp => Shape::AspectHeight,
            Self::Improved => Shape::WidthHeight,
        }
    }
}
