//! `ByteTrack` on numpy columns, and the tracks of a frame.

use std::sync::Mutex;

use numpy::ndarray::{ArrayView2, Dimension, Ix1, Ix2};
use numpy::{
    Element, PyArray, PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2,
    PyUntypedArray, PyUntypedArrayMethods, ToPyArray,
};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyList;
use sightline_detections::Detections;
use sightline_tracks::{self as core, Track};

use crate::detach::{detached, lock};
use crate::errors::CoreError;
use crate::tracker_settings::TrackerSettings;

/// The confirmed tracks seen in one frame, as columns of N rows; each is a new array whenever it is asked for.
///
/// Attributes:
///     `track_id`: Identities from 1, never reused by one tracker, (N,) uint64.
///     xyxy: The filter's boxes, leaning toward the detections as the tracker was told, in source pixels, (N, 4) float64.
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
        // A copy: an array that owns a vector is two Python objects, which cost more than the rows of a frame.
        let rows: Vec<T> = self.visible.iter().map(of).collect();
        PyArray1::from_slice(py, &rows)
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
        let rows: Vec<[f64; 4]> = self.visible.iter().map(|track| track.xyxy).collect();
        let boxes = ArrayView2::from_shape((rows.len(), 4), rows.as_flattened())
            .map_err(|error| PyValueError::new_err(error.to_string()))?;
        Ok(boxes.to_pyarray(py))
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

/// Copies numpy columns into detections.
///
/// Under the interpreter that needs no guard against writers: to guard three arrays costs as much as to follow three
/// people.
pub(crate) fn detections_from_columns(
    xyxy: &Bound<'_, PyAny>,
    confidence: &Bound<'_, PyAny>,
    class_id: &Bound<'_, PyAny>,
) -> PyResult<Detections> {
    let xyxy = column::<f32, Ix2>("xyxy", "float32", xyxy)?;
    let confidence = column::<f32, Ix1>("confidence", "float32", confidence)?;
    let class_id = column::<i32, Ix1>("class_id", "int32", class_id)?;
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
    // The copy would take columns for rows.
    if !xyxy.is_c_contiguous() {
        return Err(refusal("xyxy"));
    }
    let boxes = xyxy.to_vec().map_err(|_| refusal("xyxy"))?;
    Ok(Detections {
        xyxy: boxes.as_chunks::<4>().0.to_vec(),
        confidence: confidence.to_vec().map_err(|_| refusal("confidence"))?,
        class_id: class_id.to_vec().map_err(|_| refusal("class_id"))?,
    })
}

fn column<'a, 'py, T: Element, D: Dimension>(
    name: &str,
    dtype: &str,
    array: &'a Bound<'py, PyAny>,
) -> PyResult<&'a Bound<'py, PyArray<T, D>>> {
    array.cast().map_err(|_| {
        let found = match array.cast::<PyUntypedArray>() {
            Ok(array) => format!("{} with {}", array.dtype(), array.ndim()),
            Err(_) => format!("{}", array.get_type()),
        };
        let axes = D::NDIM.unwrap_or_default();
        PyTypeError::new_err(format!(
            "{name}: expected a {dtype} array with {axes} axes, found {found}"
        ))
    })
}

/// `ByteTrack` for one stream.
#[pyclass(frozen, module = "sightline._core")]
pub(crate) struct ByteTrack(Mutex<Following>);

struct Following {
    tracker: core::ByteTrack,
    /// Of the last frame.
    epoch: Option<u32>,
}

impl Following {
    fn follow(&mut self, found: &Detections, time: FrameTime) -> Result<Tracks, core::TrackError> {
        let (pts_ns, epoch, _) = time;
        let mut gone = Vec::new();
        if self.epoch.replace(epoch).is_some_and(|last| last != epoch) {
            self.tracker.reset();
            gone.extend_from_slice(self.tracker.removed());
        }
        self.tracker.update(found, pts_ns)?;
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
        })))
    }

    /// Takes one frame's detections and returns the visible tracks and the ids that died. Another epoch than the last
    /// frame's forgets every track first; identities are not reused.
    #[allow(clippy::too_many_arguments, reason = "columns")]
    fn update(
        &self,
        py: Python<'_>,
        xyxy: &Bound<'_, PyAny>,
        confidence: &Bound<'_, PyAny>,
        class_id: &Bound<'_, PyAny>,
        pts_ns: i64,
        epoch: u32,
        size_px: Option<(u32, u32)>,
    ) -> PyResult<Tracks> {
        let found = detections_from_columns(xyxy, confidence, class_id)?;
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
