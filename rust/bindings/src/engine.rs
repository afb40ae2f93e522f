//! The engine's calls: next batch, advance, add, change, remove, stop; and what a reader may look at in between.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use numpy::ndarray::{ArrayView4, ShapeBuilder};
use numpy::{IntoPyArray, PyArray3, PyArray4, PyArrayMethods, PyReadonlyArrayDyn};
use pyo3::exceptions::{PyIndexError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use sightline_detections::StationarySpec;
use sightline_engine as core;

use crate::counts::{CountsSettings, dict_from_counts};
use crate::detach::{detached, detached_until, lock};
use crate::detections::{Columns, Decoder, columns_from_detections, views};
use crate::errors::CoreError;
use crate::facts::Fact;
use crate::frames::{Placement, TensorSpec, tensor_shape};
use crate::ground::GroundPlane;
use crate::tracker_settings::TrackerSettings;
use crate::tracks::{Tracks, detections_from_columns};
use crate::video::{SourceSettings, WAIT, dict_from_connection, dict_from_info, dict_from_stats};
use crate::zones::{SceneSettings, dict_from_motions};

#[allow(clippy::struct_excessive_bools, reason = "as in the engine")]
#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct StreamSettings {
    source: SourceSettings,
    #[pyo3(default)]
    paced: bool,
    #[pyo3(default)]
    classes: Option<Vec<i32>>,
    #[pyo3(default)]
    stationary: Option<StationarySettings>,
    scene: SceneSettings,
    tracker: TrackerSettings,
    keep_pictures: bool,
    motions: bool,
    #[pyo3(default)]
    keep_detections: bool,
}

impl StreamSettings {
    pub(crate) fn spec(&self) -> PyResult<core::StreamSpec> {
        Ok(core::StreamSpec {
            uri: self.source.uri.clone(),
            open: self.source.options()?,
            classes: self.classes.clone(),
            stationary: self.stationary.as_ref().map(StationarySettings::spec),
            scene: self.scene.spec()?,
            tracker: self.tracker.spec()?,
            keep_pictures: self.keep_pictures,
            paced: self.paced,
            keep_motions: self.motions,
            keep_detections: self.keep_detections,
        })
    }
}

#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
struct StationarySettings {
    distance_px: f64,
    window_s: f64,
    ratio: f64,
}

impl StationarySettings {
    #[allow(clippy::cast_possible_truncation, reason = "saturates")]
    fn spec(&self) -> StationarySpec {
        StationarySpec {
            distance_px: self.distance_px,
            window_ns: (self.window_s * 1e9) as i64,
            ratio: self.ratio,
        }
    }
}

/// Several sources on their way from frames to facts.
#[pyclass(frozen, module = "sightline._core")]
pub(crate) struct Engine {
    tensor: sightline_frames::TensorSpec,
    inner: Mutex<core::Engine>,
    /// Beside the engine, which is locked while it waits for frames.
    healths: Mutex<BTreeMap<usize, sightline_video::Health>>,
    queues: core::Queues,
    nudged: AtomicBool,
}

#[pymethods]
impl Engine {
    #[new]
    #[pyo3(signature = (tensor, streams, *, batch=1, queue=4))]
    fn new(
        py: Python<'_>,
        tensor: &TensorSpec,
        streams: Vec<StreamSettings>,
        batch: usize,
        queue: usize,
    ) -> PyResult<Self> {
        let specs = streams.iter().map(StreamSettings::spec);
        let specs = specs.collect::<PyResult<Vec<_>>>()?;
        let spec = core::EngineSpec {
            tensor: tensor.0.clone(),
            batch,
            queue,
        };
        let inner = detached(py, || {
            core::Engine::start(spec, &specs).map_err(CoreError::from)
        })?;
        let healths = inner
            .streams()
            .filter_map(|stream| Some((stream, inner.health(stream)?)));
        Ok(Self {
            tensor: tensor.0.clone(),
            healths: Mutex::new(healths.collect()),
            queues: inner.queues(),
            inner: Mutex::new(inner),
            nudged: AtomicBool::new(false),
        })
    }

    /// Says whether streams can be watched, without opening their sources.
    #[staticmethod]
    fn check(streams: Vec<StreamSettings>) -> PyResult<()> {
        let specs = streams.iter().map(StreamSettings::spec);
        let specs = specs.collect::<PyResult<Vec<_>>>()?;
        Ok(core::Engine::check(&specs).map_err(CoreError::from)?)
    }

    /// Opens one more source, starts its thread, and returns its number.
    fn add(&self, py: Python<'_>, stream: StreamSettings) -> PyResult<usize> {
        let spec = stream.spec()?;
        let (number, health) = detached(py, || {
            let mut engine = lock(&self.inner);
            let number = engine.add(&spec)?;
            Ok::<_, core::EngineError>((number, engine.health(number)))
        })?;
        if let Some(health) = health {
            lock(&self.healths).insert(number, health);
        }
        Ok(number)
    }

    /// Ends a stream and forgets it; its rules close what is open.
    fn remove(&self, py: Python<'_>, stream: usize) -> PyResult<Step> {
        let step = detached(py, || Ok::<_, CoreError>(lock(&self.inner).remove(stream)))?;
        lock(&self.healths).remove(&stream);
        Ok(Step::from(step))
    }

    /// Watches for something else in a stream from its next frame on; what is unchanged goes on, unless `afresh`.
    fn change(
        &self,
        py: Python<'_>,
        stream: usize,
        settings: StreamSettings,
        afresh: bool,
    ) -> PyResult<Step> {
        let spec = settings.spec()?;
        let step = detached(py, || lock(&self.inner).change(stream, &spec, afresh))?;
        Ok(Step::from(step))
    }

    /// Lets a stream's rules count on from what was counted elsewhere.
    fn count_on(&self, stream: usize, counts: CountsSettings) -> PyResult<()> {
        let counted = lock(&self.inner).count_on(stream, &counts.into());
        Ok(counted.map_err(CoreError::from)?)
    }

    /// Lets batches hold so many images at most from now on.
    fn set_batch(&self, most: usize) {
        lock(&self.inner).set_batch(most);
    }

    /// Lets whoever waits for the next batch go on now, with an empty one.
    fn nudge(&self) {
        self.nudged.store(true, Ordering::Relaxed);
    }

    /// Waits for the next batch; None once every stream has ended. A nudge ends the wait with an empty batch.
    fn next_batch(&self, py: Python<'_>) -> PyResult<Option<Batch>> {
        let next = detached_until(py, || {
            let mut engine = lock(&self.inner);
            if self.nudged.swap(false, Ordering::Relaxed) {
                return Some(Some(engine.empty_batch()));
            }
            if engine.is_finished() {
                return Some(None);
            }
            engine.next_batch(WAIT).map(Some)
        })?;
        Ok(next.map(|inner| Batch {
            shape: tensor_shape(&self.tensor, inner.len()),
            inner,
            advanced: AtomicBool::new(false),
        }))
    }

    /// Takes raw model outputs, float32 arrays with the batch as first axis, through decoding, tracking and rules.
    fn advance(
        &self,
        py: Python<'_>,
        batch: &Batch,
        outputs: Vec<PyReadonlyArrayDyn<'_, f32>>,
        decoder: &Decoder,
    ) -> PyResult<Step> {
        batch.advance_once()?;
        let outputs = views(&outputs)?;
        let step = detached(py, || {
            let mut decoder = lock(&decoder.0);
            let output = core::Output::Raw {
                outputs: &outputs,
                decoder: &mut decoder,
            };
            lock(&self.inner).advance(&batch.inner, output)
        })?;
        Ok(Step::from(step))
    }

    /// Takes detections, one `(xyxy, confidence, class_id)` an image, through tracking and rules.
    #[allow(clippy::type_complexity, reason = "columns as Python passes them")]
    fn advance_detections(
        &self,
        py: Python<'_>,
        batch: &Batch,
        detections: Vec<(Bound<'_, PyAny>, Bound<'_, PyAny>, Bound<'_, PyAny>)>,
    ) -> PyResult<Step> {
        batch.advance_once()?;
        let detections = detections
            .iter()
            .map(|(xyxy, confidence, class_id)| detections_from_columns(xyxy, confidence, class_id))
            .collect::<PyResult<Vec<_>>>()?;
        let step = detached(py, || {
            lock(&self.inner).advance(&batch.inner, core::Output::Detections(detections))
        })?;
        Ok(Step::from(step))
    }

    /// Ends every stream and closes what the rules have open.
    fn stop(&self, py: Python<'_>) -> PyResult<Step> {
        let step = detached(py, || Ok::<_, CoreError>(lock(&self.inner).stop()))?;
        Ok(Step::from(step))
    }

    /// Says where the ground of a stream is that was to be found later.
    fn set_ground(&self, stream: usize, ground: &GroundPlane) -> PyResult<()> {
        let mut engine = lock(&self.inner);
        if engine.scene(stream).is_none() {
            return Err(no_stream(stream));
        }
        let set = engine.set_ground(stream, ground.0.clone());
        Ok(set.map_err(CoreError::from)?)
    }

    /// What is known of a stream's video.
    fn info<'py>(&self, py: Python<'py>, stream: usize) -> PyResult<Bound<'py, PyDict>> {
        let engine = lock(&self.inner);
        dict_from_info(py, engine.info(stream).ok_or_else(|| no_stream(stream))?)
    }

    /// How a stream's connection is; never waits for the engine.
    fn connection<'py>(&self, py: Python<'py>, stream: usize) -> PyResult<Bound<'py, PyDict>> {
        let health = lock(&self.healths).get(&stream).cloned();
        let health = health.ok_or_else(|| no_stream(stream))?;
        let dict = dict_from_connection(py, &health.connection())?;
        dict.set_item("frames_waiting", self.queues.waiting(stream))?;
        Ok(dict)
    }

    /// What a stream's rules have counted so far.
    fn counts<'py>(&self, py: Python<'py>, stream: usize) -> PyResult<Bound<'py, PyDict>> {
        let engine = lock(&self.inner);
        dict_from_counts(py, engine.scene(stream).ok_or_else(|| no_stream(stream))?)
    }
}

pub(crate) fn no_stream(stream: usize) -> PyErr {
    PyIndexError::new_err(format!("no stream {stream}"))
}

/// Some frames on their way through the model.
#[pyclass(frozen, module = "sightline._core")]
pub(crate) struct Batch {
    inner: core::Batch,
    shape: [usize; 4],
    advanced: AtomicBool,
}

impl Batch {
    fn advance_once(&self) -> PyResult<()> {
        if self.advanced.swap(true, Ordering::Relaxed) {
            return Err(PyValueError::new_err("the batch was advanced already"));
        }
        Ok(())
    }

    fn column<T>(&self, of: impl Fn(&core::FrameTag) -> T) -> Vec<T> {
        self.inner.tags().map(of).collect()
    }
}

#[pymethods]
impl Batch {
    fn __len__(&self) -> usize {
        self.inner.len()
    }

    /// (images, channels, height, width), float32 or uint8: a view of the batch's memory, not a copy.
    #[getter]
    fn tensor<'py>(slf: &Bound<'py, Self>) -> Bound<'py, PyAny> {
        let batch = slf.get();
        match batch.inner.tensor() {
            Some(core::TensorBuffer::F32(values)) => borrowed(slf, values),
            Some(core::TensorBuffer::U8(values)) => borrowed(slf, values),
            None => PyArray4::<f32>::zeros(slf.py(), batch.shape, false).into_any(),
        }
    }

    #[getter]
    fn streams(&self) -> Vec<usize> {
        self.column(|tag| tag.stream)
    }

    #[getter]
    fn indices(&self) -> Vec<u64> {
        self.column(|tag| tag.index)
    }

    #[getter]
    fn epochs(&self) -> Vec<u32> {
        self.column(|tag| tag.epoch)
    }

    #[getter]
    fn pts_ns(&self) -> Vec<i64> {
        self.column(|tag| tag.pts_ns)
    }

    /// Time of day at which a camera took each picture, nanoseconds since 1970; None of a file.
    #[getter]
    fn captured_at_ns(&self) -> Vec<Option<i64>> {
        self.column(|tag| tag.captured_at_ns)
    }

    #[getter]
    fn sizes_px(&self) -> Vec<(u32, u32)> {
        self.column(|tag| (tag.width, tag.height))
    }

    /// For how long each frame has been decoded (or due, of a paced file) by now, seconds.
    fn ages_s(&self) -> Vec<f64> {
        let ages = self.inner.ages();
        ages.iter().map(std::time::Duration::as_secs_f64).collect()
    }

    #[getter]
    fn placements(&self) -> Vec<Placement> {
        self.column(|tag| Placement(tag.placement))
    }

    /// The picture of an image, uint8 (height, width, 3) RGB, if its stream keeps pictures.
    fn picture<'py>(
        &self,
        py: Python<'py>,
        image: usize,
    ) -> PyResult<Option<Bound<'py, PyArray3<u8>>>> {
        let tag = self.inner.tags().nth(image);
        let tag = tag.ok_or_else(|| PyIndexError::new_err(format!("no image {image}")))?;
        self.inner
            .rgb(image)
            .map(|rgb| {
                let shape = [tag.height as usize, tag.width as usize, 3];
                rgb.to_vec().into_pyarray(py).reshape(shape)
            })
            .transpose()
    }

    /// Streams that ended after these frames, as dicts.
    #[getter]
    fn ended<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        self.inner
            .ended()
            .iter()
            .map(|end| {
                let dict = dict_from_stats(py, &end.stats)?;
                dict.set_item("frames_dropped", end.connection.frames_dropped)?;
                dict.set_item("stream", end.stream)?;
                dict.set_item("error", &end.error)?;
                Ok(dict)
            })
            .collect()
    }
}

/// Returns a read-only array over the batch's memory, which keeps the batch alive.
fn borrowed<'py, T: numpy::Element>(batch: &Bound<'py, Batch>, values: &[T]) -> Bound<'py, PyAny> {
    let view = ArrayView4::from_shape(batch.get().shape.into_shape_with_order(), values);
    let Ok(view) = view else {
        return PyArray4::<T>::zeros(batch.py(), batch.get().shape, false).into_any();
    };
    #[allow(
        unsafe_code,
        reason = "a copy of every input tensor would cost as much as filling it"
    )]
    // SAFETY: the memory belongs to `batch`, which is frozen: nothing moves or frees it before the batch is dropped,
    // and the array holds a reference to the batch. The array is made read-only, so nobody writes through it.
    let array = unsafe { PyArray4::borrow_from_array(&view, batch.clone().into_any()) };
    array.readwrite().make_nonwriteable();
    array.into_any()
}

/// What came of one batch.
#[pyclass(frozen, module = "sightline._core")]
pub(crate) struct Step {
    facts: Vec<Fact>,
    tracks: Vec<Vec<sightline_tracks::Track>>,
    motions: Vec<Option<Vec<sightline_zones::TrackMotion>>>,
    detections: Vec<Option<sightline_detections::Detections>>,
}

impl From<core::Step> for Step {
    fn from(step: core::Step) -> Self {
        Self {
            facts: step.facts.iter().map(Fact::from).collect(),
            tracks: step.tracks,
            motions: step.motions,
            detections: step.detections,
        }
    }
}

#[pymethods]
impl Step {
    /// Everything concluded, in order.
    #[getter]
    fn facts(&self) -> Vec<Fact> {
        self.facts.clone()
    }

    /// The visible tracks of an image, given when and where it was seen.
    fn tracks(
        &self,
        image: usize,
        pts_ns: i64,
        epoch: u32,
        size_px: (u32, u32),
    ) -> PyResult<Tracks> {
        let tracks = self.tracks.get(image);
        let tracks = tracks.ok_or_else(|| PyIndexError::new_err(format!("no image {image}")))?;
        let time = (pts_ns, epoch, Some(size_px));
        Ok(Tracks::seen(tracks.clone(), Vec::new(), time))
    }

    /// How the visible tracks of an image move, row by row, if its stream keeps that: float64 columns by name.
    fn motions<'py>(&self, py: Python<'py>, image: usize) -> PyResult<Option<Bound<'py, PyDict>>> {
        let motions = self.motions.get(image);
        let motions = motions.ok_or_else(|| PyIndexError::new_err(format!("no image {image}")))?;
        let motions = motions.as_ref();
        motions
            .map(|motions| dict_from_motions(py, motions))
            .transpose()
    }

    /// What the detector found in an image, if its stream keeps that: xyxy, confidence and `class_id`.
    fn detections<'py>(&self, py: Python<'py>, image: usize) -> PyResult<Option<Columns<'py>>> {
        let found = self.detections.get(image);
        let found = found.ok_or_else(|| PyIndexError::new_err(format!("no image {image}")))?;
        let found = found.clone();
        found
            .map(|found| columns_from_detections(py, found))
            .transpose()
    }

    /// How many people each image shows.
    #[getter]
    fn people(&self) -> Vec<usize> {
        self.tracks.iter().map(Vec::len).collect()
    }
}
