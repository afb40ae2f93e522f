//! `ByteTrack` on numpy columns.

use std::sync::Mutex;

use numpy::{
    IntoPyArray, PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2,
    PyUntypedArrayMethods,
};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use sightline_detections::Detections;
use sightline_tracks as core;

use crate::detach::{detached, lock};

/// The tracker's settings, as Python passes them.
#[derive(Clone, Debug, FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct TrackerSettings {
    mode: String,
    track_high_thresh: f32,
    track_low_thresh: f32,
    new_track_thresh: f32,
    match_thresh: f64,
    lost_after_ns: Option<i64>,
    lost_after_frames: Option<u32>,
    fuse_score: bool,
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
        })
    }
}

/// Tracks as numpy arrays: `track_id` (N,) uint64, xyxy (N, 4) float64, confidence (N,) float32,
/// `class_id` (N,) int32, detection (N,) uint32, age (N,) uint32.
pub(crate) type TrackColumns<'py> = (
    Bound<'py, PyArray1<u64>>,
    Bound<'py, PyArray2<f64>>,
    Bound<'py, PyArray1<f32>>,
    Bound<'py, PyArray1<i32>>,
    Bound<'py, PyArray1<u32>>,
    Bound<'py, PyArray1<u32>>,
);

/// Copies tracks into numpy columns.
pub(crate) fn columns_from_tracks<'py>(
    py: Python<'py>,
    tracks: &[core::Track],
) -> PyResult<TrackColumns<'py>> {
    let xyxy: Vec<f64> = tracks.iter().flat_map(|track| track.xyxy).collect();
    let column = |of: fn(&core::Track) -> u32| tracks.iter().map(of).collect::<Vec<_>>();
    Ok((
        tracks
            .iter()
            .map(|track| track.id)
            .collect::<Vec<_>>()
            .into_pyarray(py),
        xyxy.into_pyarray(py).reshape([tracks.len(), 4])?,
        tracks
            .iter()
            .map(|track| track.confidence)
            .collect::<Vec<_>>()
            .into_pyarray(py),
        tracks
            .iter()
            .map(|track| track.class_id)
            .collect::<Vec<_>>()
            .into_pyarray(py),
        column(|track| track.detection).into_pyarray(py),
        column(|track| track.age).into_pyarray(py),
    ))
}

/// Copies numpy columns into detections.
pub(crate) fn detections_from_columns(
    xyxy: &PyReadonlyArray2<'_, f32>,
    confidence: &PyReadonlyArray1<'_, f32>,
    class_id: &PyReadonlyArray1<'_, i32>,
) -> PyResult<Detections> {
    let rows = xyxy.shape()[0];
    if xyxy.shape()[1] != 4 || confidence.len() != rows || class_id.len() != rows {
        return Err(PyValueError::new_err(format!(
            "expected xyxy (N, 4), confidence (N,) and class_id (N,) of one length, found {:?}, {:?} and {:?}",
            xyxy.shape(),
            confidence.shape(),
            class_id.shape()
        )));
    }
    let boxes = xyxy
        .as_slice()
        .map_err(|_| PyTypeError::new_err("xyxy: expected a C-contiguous float32 array"))?;
    Ok(Detections {
        xyxy: boxes.as_chunks::<4>().0.to_vec(),
        confidence: confidence.as_array().to_vec(),
        class_id: class_id.as_array().to_vec(),
    })
}

/// `ByteTrack` for one stream.
#[pyclass(frozen, module = "sightline._core")]
pub(crate) struct ByteTrack(Mutex<core::ByteTrack>);

#[pymethods]
impl ByteTrack {
    #[new]
    fn new(settings: TrackerSettings) -> PyResult<Self> {
        core::ByteTrack::new(settings.spec()?)
            .map(|tracker| Self(Mutex::new(tracker)))
            .map_err(|error| PyValueError::new_err(error.to_string()))
    }

    /// Takes one frame's detections and returns the visible tracks and the ids that died.
    fn update<'py>(
        &self,
        py: Python<'py>,
        xyxy: PyReadonlyArray2<'py, f32>,
        confidence: PyReadonlyArray1<'py, f32>,
        class_id: PyReadonlyArray1<'py, i32>,
        pts_ns: i64,
    ) -> PyResult<(TrackColumns<'py>, Bound<'py, PyArray1<u64>>)> {
        let detections = detections_from_columns(&xyxy, &confidence, &class_id)?;
        let (visible, removed) = detached(py, || {
            let mut tracker = lock(&self.0);
            tracker
                .update(&detections, pts_ns)
                .map(|()| (tracker.visible().to_vec(), tracker.removed().to_vec()))
        })?;
        Ok((columns_from_tracks(py, &visible)?, removed.into_pyarray(py)))
    }

    /// Forgets every track, for a new epoch. Identities are not reused.
    fn reset(&self) {
        lock(&self.0).reset();
    }
}
