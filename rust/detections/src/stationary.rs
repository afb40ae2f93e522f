//! What stands at one spot for too large a share of the time is left out: mannequins, posters, a lamp post taken for a person.
//!
//! A spot is a box as it was first seen. A detection is at a spot when the distance between the boxes' centers, and that
//! between their sizes, are below [`StationarySpec::distance_px`]. Spots do not follow what is seen at them, so that somebody who
//! walks slowly leaves one after the other. Each analyzed frame stands for the media time since the one before it, and that time
//! counts for the spots that it shows something at; after a gap of more than a second only for those that the frame before the
//! gap showed, too. A detection at a spot that was seen for more than [`StationarySpec::ratio`] of the whole window is left out.
//!
//! Somebody who sits as still as a mannequin is taken for one.

mod spots;

use crate::columns::Detections;
use spots::{Place, Spots};

/// A frame stands for no longer than this unless the next one shows the same.
const MAX_GAP_US: i64 = 1_000_000;
/// Longest window: a day.
const MAX_WINDOW_NS: i64 = 86_400_000_000_000;
/// Shortest window.
const MIN_WINDOW_NS: i64 = 1_000_000_000;

/// What is taken for stationary.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StationarySpec {
    /// Boxes are at one spot when their centers, and their sizes, are nearer than so many source pixels: above 0, up to 10,000.
    pub distance_px: f64,
    /// How far the filter looks back, in nanoseconds of media time: 1 second to 1 day.
    pub window_ns: i64,
    /// Share of the window, 0…1, above which what is seen at a spot is left out.
    pub ratio: f64,
}

impl Default for StationarySpec {
    /// Returns 5 pixels, 20 % of an hour.
    fn default() -> Self {
        Self {
            distance_px: 5.0,
            window_ns: 3_600_000_000_000,
            ratio: 0.2,
        }
    }
}

/// A setting that makes no sense.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("stationary.{field}: expected {expected}, found {found}")]
pub struct StationaryError {
    /// The setting's name.
    pub field: &'static str,
    /// What would do.
    pub expected: &'static str,
    /// What was given.
    pub found: f64,
}

impl StationarySpec {
    fn check(&self) -> Result<(), StationaryError> {
        let window_s = self.window_ns as f64 / 1e9;
        let rules = [
            (
                "distance_px",
                "above 0 and at most 10000",
                self.distance_px,
                self.distance_px > 0.0 && self.distance_px <= 10_000.0,
            ),
            (
                "window_s",
                "1 to 86400 seconds",
                window_s,
                (MIN_WINDOW_NS..=MAX_WINDOW_NS).contains(&self.window_ns),
            ),
            (
                "ratio",
                "0 to 1",
                self.ratio,
                (0.0..=1.0).contains(&self.ratio),
            ),
        ];
        for (field, expected, found, holds) in rules {
            if !holds {
                return Err(StationaryError {
                    field,
                    expected,
                    found,
                });
            }
        }
        Ok(())
    }
}

/// Remembers where one stream shows something, and for how long.
#[derive(Clone, Debug)]
pub struct StationaryFilter {
    spots: Spots,
    /// Time seen at a spot, in microseconds, above which it is stationary.
    most_us: f64,
    clock: Clock,
}

/// Media time since the first frame. It stands still where a source's clock jumps back.
#[derive(Clone, Copy, Debug, Default)]
struct Clock {
    /// Time of the latest frame in its source.
    frame_ns: Option<i64>,
    now_ns: i64,
}

impl StationaryFilter {
    /// Makes a filter that has seen nothing yet.
    ///
    /// # Errors
    /// When a setting is out of range.
    pub fn new(spec: &StationarySpec) -> Result<Self, StationaryError> {
        spec.check()?;
        let window_us = spec.window_ns / 1_000;
        Ok(Self {
            spots: Spots::new(spec.distance_px, window_us),
            most_us: window_us as f64 * spec.ratio,
            clock: Clock::default(),
        })
    }

    /// Takes the detections of the next analyzed frame and removes what is stationary from them.
    ///
    /// `pts_ns` may jump back, as it does where a source starts its clock again; what is known of the spots remains.
    /// A box with a number that is not finite is left as it is.
    pub fn apply(&mut self, pts_ns: i64, detections: &mut Detections) {
        let from_us = self.clock.now_ns / 1_000;
        let gap_ns = self
            .clock
            .frame_ns
            .map_or(0, |before_ns| pts_ns.saturating_sub(before_ns).max(0));
        self.clock.frame_ns = Some(pts_ns);
        self.clock.now_ns = self.clock.now_ns.saturating_add(gap_ns);
        let to_us = self.clock.now_ns / 1_000;
        self.spots
            .begin_frame(from_us, to_us, to_us - from_us > MAX_GAP_US);
        let (spots, most_us) = (&mut self.spots, self.most_us);
        detections.retain(|xyxy, _| {
            Place::of(xyxy).is_none_or(|place| spots.longest_us(&place) <= most_us)
        });
    }

    /// Forgets everything.
    pub fn reset(&mut self) {
        self.spots.clear();
        self.clock = Clock::default();
    }

    /// Returns how many spots are remembered: at most 4,096.
    pub fn spot_count(&self) -> usize {
        self.spots.len()
    }
}

#[cfg(test)]
mod tests;
