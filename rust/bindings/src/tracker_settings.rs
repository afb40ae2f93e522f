//! The tracker's settings as Python passes them, and those of the default tracker.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use sightline_tracks as core;

/// The tracker's settings, as Python passes them.
#[derive(Clone, Debug, FromPyObject, IntoPyObject)]
#[pyo3(from_item_all)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub(crate) struct TrackerSettings {
    mode: String,
    track_high_thresh: f32,
    track_low_thresh: f32,
    new_track_thresh: f32,
    match_thresh: f64,
    lost_after_ns: Option<i64>,
    lost_after_frames: Option<u32>,
    fuse_score: bool,
    frame_ns: Option<i64>,
    uncertainty: f64,
    doubt: f64,
    slow_down_ns: Option<i64>,
    lean: f64,
    fuse_new: bool,
    shared_shift: bool,
    observation_centric: bool,
    buffer: f64,
    per_class: bool,
}

impl TrackerSettings {
    pub(crate) fn spec(&self) -> PyResult<core::ByteTrackSpec> {
        let mode = match self.mode.as_str() {
            "improved" => core::Mode::Improved,
            "parity" => core::Mode::Parity,
            "parity_cpp" => core::Mode::ParityCpp,
            other => {
                return Err(PyValueError::new_err(format!(
                    "mode: expected improved, parity or parity_cpp, found {other:?}"
                )));
            }
        };
        Ok(core::ByteTrackSpec {
            mode,
            track_high_thresh: self.track_high_thresh,
            track_low_thresh: self.track_low_thresh,
            new_track_thresh: self.new_track_thresh,
            match_thresh: self.match_thresh,
            lost_after: match (self.lost_after_frames, self.lost_after_ns) {
                (Some(frames), _) => core::LostAfter::Frames(frames),
                (None, Some(ns)) => core::LostAfter::Time(ns),
                (None, None) => core::LostAfter::Time(1_000_000_000),
            },
            fuse_score: self.fuse_score,
            options: core::Options {
                frame_ns: self.frame_ns,
                uncertainty: self.uncertainty,
                doubt: self.doubt,
                slow_down_ns: self.slow_down_ns,
                lean: self.lean,
                fuse_new: self.fuse_new,
                shared_shift: self.shared_shift,
                observation_centric: self.observation_centric,
                buffer: self.buffer,
                per_class: self.per_class,
            },
        })
    }
}

/// Returns the settings that the default tracker of the core has.
#[pyfunction]
pub(crate) fn default_settings() -> TrackerSettings {
    let core::ByteTrackSpec {
        mode,
        track_high_thresh,
        track_low_thresh,
        new_track_thresh,
        match_thresh,
        lost_after,
        fuse_score,
        options,
    } = core::ByteTrackSpec::default();
    let (lost_after_ns, lost_after_frames) = match lost_after {
        core::LostAfter::Time(ns) => (Some(ns), None),
        core::LostAfter::Frames(frames) => (None, Some(frames)),
    };
    TrackerSettings {
        mode: match mode {
            core::Mode::Improved => "improved",
            core::Mode::Parity => "parity",
            core::Mode::ParityCpp => "parity_cpp",
        }
        .to_owned(),
        track_high_thresh,
        track_low_thresh,
        new_track_thresh,
        match_thresh,
        lost_after_ns,
        lost_after_frames,
        fuse_score,
        frame_ns: options.frame_ns,
        uncertainty: options.uncertainty,
        doubt: options.doubt,
        slow_down_ns: options.slow_down_ns,
        lean: options.lean,
        fuse_new: options.fuse_new,
        shared_shift: options.shared_shift,
        observation_centric: options.observation_centric,
        buffer: options.buffer,
        per_class: options.per_class,
    }
}
