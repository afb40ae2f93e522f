//! `ByteTrack` on numpy columns, and the tracks of a frame.

use std::sync::Mutex;

use numpy::{
    PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods,
};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyList;
use sightline_detections::Detections;
use sightline_tracks::{self as core, Track};

use crate::detach::{detached, lock};
use crate::errors::CoreError;

/// The confirmed tracks seen in one frame, as columns of N rows; each is a new array whenever it is asked for.
///
/// Attributes:
///     `track_id`: Identities from 1, never reused by one tracker, (N,) uint64.
///     xyxy: The filter's boxes in source pixels, (N, 4) float64.
///     confidence: Of the detection matched in this frame, (N,) float32.
///     `class_id`: (N,) int32.
///     detection: Row of that detection in the frame's detections, (N,) uint32.
///     age: Frames since the track was started, (N,) uint32.
///     removed: Identities that died with this frame, (M,) uint64.
///     `pts_ns`: Presentation time of the frame, nanoseconds.
///     epoch: Count of discontinuities of the source's clock.
///     `size_px`: Width and height of the frame, where known.
#[pyclass(frozen, module = "sightline")]
pub(crate) struct Tracks {
    pub(crate) visible: Vec<Track>,
    pub(crate) gone: Vec<u64>,
    #[pyo3(get)]
    pub(crate) pts_ns: i64,
    #[pyo3(get)]
    pub(crate) epoch: u32,
    #[pyo3(get)]
    size_px: Option<(u32, u32)>,
}

/// When and where a frame was seen: time, epoch, width and height.
pub(crate) type FrameTime = (i64, u32, Option<(u32, u32)>);

impl Tracks {
    pub(crate) fn seen(
        visible: Vec<Track>,
        gone: Vec<u64>,
        (pts_ns, epoch, size_px): FrameTime,
    ) -> Self {
        Self {
            visible,
            gone,
            pts_ns,
            epoch,
            size_px,
        }
    }

    fn column<'py, T: numpy::Element>(
        &self,
        py: Python<'py>,
        of: impl Fn(&Track) -> T,
    ) -> Bound<'py, PyArray1<T>> {
        PyArray1::from_iter(py, self.visible.iter().map(of))
    }
}

#[pymethods]
impl Tracks {
    #[new]
    #[pyo3(signature = (track_id, xyxy, *, confidence, class_id, pts_ns, detection=None, age=None, removed=None, epoch=0, size_px=None))]
    #[allow(clippy::too_many_arguments, reason = "columns")]
    fn new(
        track_id: PyReadonlyArray1<'_, u64>,
        xyxy: PyReadonlyArray2<'_, f64>,
        confidence: PyReadonlyArray1<'_, f32>,
        class_id: PyReadonlyArray1<'_, i32>,
        pts_ns: i64,
        detection: Option<PyReadonlyArray1<'_, u32>>,
        age: Option<PyReadonlyArray1<'_, u32>>,
        removed: Option<PyReadonlyArray1<'_, u64>>,
        epoch: u32,
        size_px: Option<(u32, u32)>,
    ) -> PyResult<Self> {
        let (ids, boxes) = (track_id.as_array(), xyxy.as_array());
        let (confidence, class_id) = (confidence.as_array(), class_id.as_array());
        let (detection, age) = (
            detection.as_ref().map(PyReadonlyArray1::as_array),
            age.as_ref().map(PyReadonlyArray1::as_array),
        );
        let rows = ids.len();
        let lengths = [
            confidence.len(),
            class_id.len(),
            detection
                .as_ref()
                .map_or(rows, numpy::ndarray::ArrayBase::len),
            age.as_ref().map_or(rows, numpy::ndarray::ArrayBase::len),
        ];
        if boxes.shape() != [rows, 4] || lengths != [rows; 4] {
            return Err(PyValueError::new_err(format!(
                "expected xyxy (N, 4) and all other columns (N,) for N = {rows} identities, found {:?} and {lengths:?} (confidence, class_id, detection, age)",
                boxes.shape(),
            )));
        }
        let visible = (0..rows).map(|row| Track {
            id: ids[row],
            xyxy: [0, 1, 2, 3].map(|side| boxes[[row, side]]),
            confidence: confidence[row],
            class_id: class_id[row],
            detection: detection.as_ref().map_or(0, |column| column[row]),
            age: age.as_ref().map_or(0, |column| column[row]),
        });
        let gone = removed.map_or_else(Vec::new, |ids| ids.as_array().to_vec());
        Ok(Self::seen(
            visible.collect(),
            gone,
            (pts_ns, epoch, size_px),
        ))
    }

    fn __len__(&self) -> usize {
        self.visible.len()
    }

    /// Returns the rows that a mask, an array of rows or a slice picks, in its order.
    fn __getitem__<'py>(&self, py: Python<'py>, rows: &Bound<'py, PyAny>) -> PyResult<Self> {
        let places = PyArray1::from_iter(py, 0..self.visible.len());
        let picked = places.as_any().get_item(rows)?;
        let picked = picked.extract::<PyReadonlyArray1<'_, usize>>().map_err(|_| {
            PyTypeError::new_err("expected a mask, an array of rows or a slice; for one row use a slice of length 1")
        })?;
        let visible = picked
            .as_array()
            .iter()
            .map(|&row| self.visible[row])
            .collect();
        let time = (self.pts_ns, self.epoch, self.size_px);
        Ok(Self::seen(visible, self.gone.clone(), time))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let ids = PyList::new(py, self.visible.iter().map(|track| track.id))?;
        Ok(format!(
            "Tracks({} at {:.3} s)",
            ids.repr()?,
            self.pts_ns as f64 / 1e9
        ))
    }

    #[getter]
    fn track_id<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<u64>> {
        self.column(py, |track| track.id)
    }

    #[getter]
    fn xyxy<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let boxes = PyArray2::zeros(py, [self.visible.len(), 4], false);
        let mut cells = boxes.readwrite();
        let (rows, _) = cells.as_slice_mut()?.as_chunks_mut::<4>();
        for (row, track) in rows.iter_mut().zip(&self.visible) {
            *row = track.xyxy;
        }
        drop(cells);
        Ok(boxes)
    }

    #[getter]
    fn confidence<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f32>> {
        self.column(py, |track| track.confidence)
    }

    #[getter]
    fn class_id<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<i32>> {
        self.column(py, |track| track.class_id)
    }

    #[getter]
    fn detection<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<u32>> {
        self.column(py, |track| track.detection)
    }

    #[getter]
    fn age<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<u32>> {
        self.column(py, |track| track.age)
    }

    #[getter]
    fn removed<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<u64>> {
        PyArray1::from_slice(py, &self.gone)
    }
}

/// Detections that are tracked without letting other Python threads run.
const FEW: usize = 32;

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
    frame_ns: Option<i64>,
    uncertainty: f64,
    doubt: f64,
    slow_down_ns: Option<i64>,
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
                observation_centric: self.observation_centric,
                buffer: self.buffer,
                per_class: self.per_class,
            },
        })
    }
}

/// Detections as somebody else's memory.
struct Columns<'a> {
    xyxy: &'a [[f32; 4]],
    confidence: &'a [f32],
    class_id: &'a [i32],
}

impl<'a> Columns<'a> {
    fn borrow(
        xyxy: &'a PyReadonlyArray2<'_, f32>,
        confidence: &'a PyReadonlyArray1<'_, f32>,
        class_id: &'a PyReadonlyArray1<'_, i32>,
    ) -> PyResult<Self> {
        let rows = xyxy.shape()[0];
        if xyxy.shape()[1] != 4 || confidence.len() != rows || class_id.len() != rows {
            return Err(PyValueError::new_err(format!(
                "expected xyxy (N, 4), confidence (N,) and class_id (N,) of one length, found {:?}, {:?} and {:?}",
                xyxy.shape(),
                confidence.shape(),
                class_id.shape()
            )));
        }
        let refusal = |name| PyTypeError::new_err(format!("{name}: expected a C-contiguous array"));
        Ok(Self {
            xyxy: xyxy
                .as_slice()
                .map_err(|_| refusal("xyxy"))?
                .as_chunks::<4>()
                .0,
            confidence: confidence.as_slice().map_err(|_| refusal("confidence"))?,
            class_id: class_id.as_slice().map_err(|_| refusal("class_id"))?,
        })
    }

    fn copy_to(&self, detections: &mut Detections) {
        detections.clear();
        detections.xyxy.extend_from_slice(self.xyxy);
        detections.confidence.extend_from_slice(self.confidence);
        detections.class_id.extend_from_slice(self.class_id);
    }
}

/// Copies numpy columns into detections.
pub(crate) fn detections_from_columns(
    xyxy: &PyReadonlyArray2<'_, f32>,
    confidence: &PyReadonlyArray1<'_, f32>,
    class_id: &PyReadonlyArray1<'_, i32>,
) -> PyResult<Detections> {
    let mut detections = Detections::default();
    Columns::borrow(xyxy, confidence, class_id)?.copy_to(&mut detections);
    Ok(detections)
}

/// `ByteTrack` for one stream.
#[pyclass(frozen, module = "sightline._core")]
pub(crate) struct ByteTrack(Mutex<Following>);

struct Following {
    tracker: core::ByteTrack,
    /// Of the last frame.
    epoch: Option<u32>,
    /// Memory for one frame's detections.
    detections: Detections,
}

impl Following {
    fn follow(&mut self, found: &Columns<'_>, time: FrameTime) -> Result<Tracks, core::TrackError> {
        let (pts_ns, epoch, _) = time;
        found.copy_to(&mut self.detections);
        let mut gone = Vec::new();
        if self.epoch.replace(epoch).is_some_and(|last| last != epoch) {
            self.tracker.reset();
            gone.extend_from_slice(self.tracker.removed());
        }
        self.tracker.update(&self.detections, pts_ns)?;
        gone.extend_from_slice(self.tracker.removed());
        Ok(Tracks::seen(self.tracker.visible().to_vec(), gone, time))
    }
}

#[pymethods]
impl ByteTrack {
    #[new]
    fn new(settings: TrackerSettings) -> PyResult<Self> {
        let tracker = core::ByteTrack::new(settings.spec()?)
            .map_err(|error| PyValueError::new_err(error.to_string()))?;
        Ok(Self(Mutex::new(Following {
            tracker,
            epoch: None,
            detections: Detections::default(),
        })))
    }

    /// Takes one frame's detections and returns the visible tracks and the ids that died. Another epoch than the last
    /// frame's forgets every track first; identities are not reused.
    #[allow(clippy::too_many_arguments, reason = "columns")]
    fn update(
        &self,
        py: Python<'_>,
        xyxy: PyReadonlyArray2<'_, f32>,
        confidence: PyReadonlyArray1<'_, f32>,
        class_id: PyReadonlyArray1<'_, i32>,
        pts_ns: i64,
        epoch: u32,
        size_px: Option<(u32, u32)>,
    ) -> PyResult<Tracks> {
        let found = Columns::borrow(&xyxy, &confidence, &class_id)?;
        let follow = || lock(&self.0).follow(&found, (pts_ns, epoch, size_px));
        // A few boxes take less time than handing over the interpreter.
        if found.xyxy.len() < FEW {
            return follow().map_err(|error| CoreError::from(error).into());
        }
        detached(py, follow)
    }

    /// Tells that the camera has moved: row by row, pixels of the next frame from those of the last.
    fn move_camera(&self, matrix: [[f64; 3]; 2]) -> PyResult<()> {
        let motion = core::CameraMotion::new(matrix).map_err(CoreError::from)?;
        lock(&self.0).tracker.move_camera(&motion);
        Ok(())
    }
}
