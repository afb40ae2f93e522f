//! The engine's calls: next batch, advance, add, change, remove, stop; and what a reader may look at in between.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use numpy::PyReadonlyArrayDyn;
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use sightline_detections::StationarySpec;
use sightline_engine as core;

use crate::batch::Batch;
use crate::counts::{CountsSettings, dict_from_counts};
use crate::detach::{detached, detached_until, lock};
use crate::detections::{Decoder, views};
use crate::errors::CoreError;
use crate::frames::TensorSpec;
use crate::ground::GroundPlane;
use crate::step::Step;
use crate::tracker_settings::TrackerSettings;
use crate::tracks::detections_from_columns;
use crate::video::{SourceSettings, WAIT, dict_from_connection, dict_from_info};
use crate::zones::SceneSettings;

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
        Ok(next.map(|inner| Batch::new(inner, &self.tensor)))
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
