//! Recorded detections go through tracker and rules again.

use std::sync::Mutex;

use pyo3::prelude::*;
use pyo3::types::PyDict;
use sightline_engine as core;
use sightline_video::StreamInfo;

use crate::counts::dict_from_counts;
use crate::detach::{detached, lock};
use crate::engine::{StreamSettings, no_stream};
use crate::errors::CoreError;
use crate::ground::GroundPlane;
use crate::step::Step;
use crate::tracks::detections_from_columns;
use crate::video::dict_from_info;

/// What a source's container said of its video when it was recorded.
#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
struct InfoSettings {
    width: u32,
    height: u32,
    codec: String,
    frame_rate: Option<f64>,
    duration_ns: Option<i64>,
    frames: Option<u64>,
    rotation: u16,
}

impl InfoSettings {
    fn info(&self) -> StreamInfo {
        StreamInfo {
            width: self.width,
            height: self.height,
            codec: self.codec.clone(),
            container: String::new(),
            frame_rate: self.frame_rate,
            duration_ns: self.duration_ns,
            frames: self.frames,
            rotation: self.rotation,
        }
    }
}

/// One recorded frame: stream, index, epoch, pts, time of day, width and height, and the columns of its detections.
type Recorded<'py> = (
    usize,
    u64,
    u32,
    i64,
    Option<i64>,
    (u32, u32),
    RecordedColumns<'py>,
);
type RecordedColumns<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>, Bound<'py, PyAny>);

fn frame(recorded: &Recorded<'_>) -> PyResult<core::RecordedFrame> {
    let (stream, index, epoch, pts_ns, captured_at_ns, (width, height), columns) = recorded;
    let (xyxy, confidence, class_id) = columns;
    Ok(core::RecordedFrame {
        stream: *stream,
        index: *index,
        epoch: *epoch,
        pts_ns: *pts_ns,
        captured_at_ns: *captured_at_ns,
        width: *width,
        height: *height,
        detections: detections_from_columns(xyxy, confidence, class_id)?,
    })
}

/// Several recorded streams on their way from detections to facts.
#[pyclass(frozen, module = "sightline._core")]
pub(crate) struct Replay(Mutex<core::Replay>);

#[pymethods]
impl Replay {
    #[new]
    fn new(streams: Vec<(StreamSettings, InfoSettings)>) -> PyResult<Self> {
        let specs = streams
            .iter()
            .map(|(stream, info)| Ok((stream.spec()?, info.info())))
            .collect::<PyResult<Vec<_>>>()?;
        let inner = core::Replay::new(&specs).map_err(CoreError::from)?;
        Ok(Self(Mutex::new(inner)))
    }

    /// Takes recorded frames through tracking and rules, then ends the streams of `ended`.
    fn advance(
        &self,
        py: Python<'_>,
        frames: Vec<Recorded<'_>>,
        ended: Vec<usize>,
    ) -> PyResult<Step> {
        let frames = frames.iter().map(frame).collect::<PyResult<Vec<_>>>()?;
        let step = detached(py, || lock(&self.0).advance(frames, &ended))?;
        Ok(Step::from(step))
    }

    /// Ends every stream that goes on, and closes what the rules have open.
    fn stop(&self, py: Python<'_>) -> PyResult<Step> {
        let step = detached(py, || Ok::<_, CoreError>(lock(&self.0).stop()))?;
        Ok(Step::from(step))
    }

    /// Says where the ground of a stream is that was to be found later.
    fn set_ground(&self, stream: usize, ground: &GroundPlane) -> PyResult<()> {
        let mut replay = lock(&self.0);
        if replay.scene(stream).is_none() {
            return Err(no_stream(stream));
        }
        let set = replay.set_ground(stream, ground.0.clone());
        Ok(set.map_err(CoreError::from)?)
    }

    /// What was known of a stream's video.
    fn info<'py>(&self, py: Python<'py>, stream: usize) -> PyResult<Bound<'py, PyDict>> {
        let replay = lock(&self.0);
        dict_from_info(py, replay.info(stream).ok_or_else(|| no_stream(stream))?)
    }

    /// What a stream's rules have counted so far.
    fn counts<'py>(&self, py: Python<'py>, stream: usize) -> PyResult<Bound<'py, PyDict>> {
        let replay = lock(&self.0);
        dict_from_counts(py, replay.scene(stream).ok_or_else(|| no_stream(stream))?)
    }
}
