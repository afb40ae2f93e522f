//! Decoded frames and encoded pictures.

use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::time::Duration;

use numpy::{IntoPyArray, PyArray3, PyArrayMethods, PyReadonlyArray3, PyUntypedArrayMethods};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use sightline_frames::rgb_from_picture;
use sightline_video as core;

use crate::detach::{detached, detached_until, lock};
use crate::detections::in_row_order;
use crate::errors::CoreError;

/// How long one wait may keep a pressed Ctrl-C unheard.
pub(crate) const WAIT: Duration = Duration::from_millis(100);

/// A decoded frame as a Python reader sees it.
#[pyclass(frozen, module = "sightline._core", get_all)]
pub(crate) struct Frame {
    index: u64,
    epoch: u32,
    pts_ns: i64,
    /// Time of day at which a camera took the picture, nanoseconds since 1970; None of a file.
    captured_at_ns: Option<i64>,
    /// uint8 (height, width, 3), RGB, upright.
    pixels: Py<PyArray3<u8>>,
}

#[pymethods]
impl Frame {
    fn __repr__(&self) -> String {
        format!(
            "Frame(index={}, epoch={}, pts_ns={})",
            self.index, self.epoch, self.pts_ns
        )
    }
}

/// An open file; iterating gives its frames.
#[pyclass(frozen, module = "sightline._core")]
pub(crate) struct Source {
    inner: Mutex<core::Source>,
    interrupter: core::Interrupter,
    /// Whether a call may take for ever.
    live: bool,
}

/// What Python says about opening a source.
#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct SourceSettings {
    pub(crate) uri: String,
    fps: Option<f64>,
    threads: usize,
    #[pyo3(default)]
    r#loop: bool,
    #[pyo3(default)]
    transport: Option<String>,
    #[pyo3(default)]
    open_timeout_s: Option<f64>,
    #[pyo3(default)]
    read_timeout_s: Option<f64>,
    #[pyo3(default)]
    clock: Option<String>,
    #[pyo3(default)]
    ca_file: Option<String>,
}

impl SourceSettings {
    pub(crate) fn options(&self) -> PyResult<core::OpenOptions> {
        let usual = core::LiveOptions::default();
        let transport = match self.transport.as_deref() {
            None | Some("tcp") => core::Transport::Tcp,
            Some("udp") => core::Transport::Udp,
            Some("auto") => core::Transport::Auto,
            Some(other) => {
                return Err(PyValueError::new_err(format!(
                    "transport: expected tcp, udp or auto, found {other}"
                )));
            }
        };
        let clock = match self.clock.as_deref() {
            None | Some("auto") => core::Clock::Auto,
            Some("arrival") => core::Clock::Arrival,
            Some("camera") => core::Clock::Camera,
            Some(other) => {
                return Err(PyValueError::new_err(format!(
                    "clock: expected auto, arrival or camera, found {other}"
                )));
            }
        };
        Ok(core::OpenOptions {
            fps: self.fps,
            threads: self.threads,
            looped: self.r#loop,
            live: core::LiveOptions {
                transport,
                open_timeout: timeout(self.open_timeout_s, usual.open_timeout)?,
                read_timeout: timeout(self.read_timeout_s, usual.read_timeout)?,
                clock,
                ca_file: self.ca_file.clone(),
            },
        })
    }
}

fn timeout(seconds: Option<f64>, usual: Duration) -> PyResult<Duration> {
    let Some(seconds) = seconds else {
        return Ok(usual);
    };
    Duration::try_from_secs_f64(seconds)
        .map_err(|_| PyValueError::new_err(format!("expected seconds above 0, found {seconds}")))
}

impl Source {
    /// Runs `work`, and interrupts it for good when Ctrl-C is pressed.
    fn interruptible<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce() -> T + Send,
    ) -> PyResult<T> {
        if !self.live {
            return Ok(py.detach(work));
        }
        std::thread::scope(|scope| {
            let (sender, receiver) = channel();
            scope.spawn(move || sender.send(work()));
            let found = detached_until(py, move || receiver.recv_timeout(WAIT).ok());
            if found.is_err() {
                self.interrupter.interrupt();
                py.detach(|| drop(lock(&self.inner)));
            }
            found
        })
    }
}

/// Copies what is known of a video into a dict.
pub(crate) fn dict_from_info<'py>(
    py: Python<'py>,
    info: &core::StreamInfo,
) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("width", info.width)?;
    dict.set_item("height", info.height)?;
    dict.set_item("codec", &info.codec)?;
    dict.set_item("frame_rate", info.frame_rate)?;
    dict.set_item("duration_ns", info.duration_ns)?;
    dict.set_item("frames", info.frames)?;
    dict.set_item("rotation", info.rotation)?;
    Ok(dict)
}

/// Copies what was read into a dict.
pub(crate) fn dict_from_stats<'py>(
    py: Python<'py>,
    stats: &core::Stats,
) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("packets", stats.packets)?;
    dict.set_item("frames_decoded", stats.frames_decoded)?;
    dict.set_item("frames_delivered", stats.frames_delivered)?;
    dict.set_item("frames_gated", stats.frames_gated)?;
    dict.set_item("decode_errors", stats.decode_errors)?;
    dict.set_item("packets_lost", stats.packets_lost)?;
    dict.set_item("restarts", stats.restarts)?;
    dict.set_item("reconnects", stats.reconnects)?;
    dict.set_item("last_error", &stats.last_error)?;
    dict.set_item("truncated", stats.truncated)?;
    dict.set_item("warnings", &stats.warnings)?;
    Ok(dict)
}

#[pymethods]
impl Source {
    #[new]
    fn new(py: Python<'_>, settings: SourceSettings) -> PyResult<Self> {
        let options = settings.options()?;
        let source = detached(py, || core::Source::open(&settings.uri, &options))?;
        Ok(Self {
            interrupter: source.interrupter(),
            live: source.is_live(),
            inner: Mutex::new(source),
        })
    }

    /// Reaches a camera, in one attempt; a file is open already.
    fn connect(&self, py: Python<'_>) -> PyResult<()> {
        Ok(self.interruptible(py, || lock(&self.inner).connect().map_err(CoreError::from))??)
    }

    fn info<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        dict_from_info(py, lock(&self.inner).info())
    }

    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        dict_from_stats(py, lock(&self.inner).stats())
    }

    /// Returns the next frame, or None at the end.
    fn next_frame(&self, py: Python<'_>) -> PyResult<Option<Frame>> {
        let next = self.interruptible(py, || -> Result<_, CoreError> {
            let mut source = lock(&self.inner);
            let Some(frame) = source.next_frame()? else {
                return Ok(None);
            };
            let picture = frame.picture();
            let (width, height) = (picture.width() as usize, picture.height() as usize);
            let mut rgb = vec![0; width * height * 3];
            rgb_from_picture(&picture, &mut rgb)?;
            Ok(Some((
                frame.index,
                frame.epoch,
                frame.pts_ns,
                frame.captured_at_ns,
                [height, width, 3],
                rgb,
            )))
        })??;
        let Some((index, epoch, pts_ns, captured_at_ns, shape, rgb)) = next else {
            return Ok(None);
        };
        let pixels = rgb.into_pyarray(py).reshape(shape)?.unbind();
        Ok(Some(Frame {
            index,
            epoch,
            pts_ns,
            captured_at_ns,
            pixels,
        }))
    }
}

/// Encodes packed RGB pictures into an MP4 file.
#[pyclass(frozen, module = "sightline._core")]
pub(crate) struct VideoWriter {
    size: (u32, u32),
    state: Mutex<WriterState>,
}

struct WriterState {
    /// `None` once finished.
    writer: Option<core::Writer>,
    written: u64,
}

#[pymethods]
impl VideoWriter {
    #[new]
    #[pyo3(signature = (path, width, height, fps_num, fps_den=1, *, codec=None))]
    fn new(
        py: Python<'_>,
        path: &str,
        width: u32,
        height: u32,
        fps_num: u32,
        fps_den: u32,
        codec: Option<String>,
    ) -> PyResult<Self> {
        let options = core::WriterOptions {
            width,
            height,
            fps: (fps_num, fps_den),
            codec,
            ..core::WriterOptions::default()
        };
        let writer = detached(py, || core::Writer::create(path, &options))?;
        Ok(Self {
            size: (width, height),
            state: Mutex::new(WriterState {
                writer: Some(writer),
                written: 0,
            }),
        })
    }

    /// Appends a picture, uint8 (height, width, 3) RGB.
    fn write(&self, py: Python<'_>, rgb: PyReadonlyArray3<'_, u8>) -> PyResult<()> {
        let expected = [self.size.1 as usize, self.size.0 as usize, 3];
        if rgb.shape() != expected {
            return Err(PyValueError::new_err(format!(
                "rgb: expected shape {expected:?}, found {:?}",
                rgb.shape()
            )));
        }
        let pixels = in_row_order(&rgb)
            .ok_or_else(|| PyTypeError::new_err("rgb: expected a C-contiguous array"))?;
        detached(py, || -> Result<(), CoreError> {
            let mut state = lock(&self.state);
            let position = state.written;
            let writer = state.writer.as_mut().ok_or(CoreError::Finished)?;
            writer.write_rgb(pixels, position)?;
            state.written += 1;
            Ok(())
        })
    }

    /// Writes what is left and closes the file. A second call does nothing.
    fn finish(&self, py: Python<'_>) -> PyResult<()> {
        detached(py, || match lock(&self.state).writer.take() {
            Some(writer) => writer.finish(),
            None => Ok(()),
        })
    }
}

/// Copies how a stream's connection is into a dict.
pub(crate) fn dict_from_connection<'py>(
    py: Python<'py>,
    connection: &core::Connection,
) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("connected", connection.connected)?;
    dict.set_item("reconnects", connection.reconnects)?;
    dict.set_item("frames_dropped", connection.frames_dropped)?;
    dict.set_item("started_at_ns", connection.started_at_ns)?;
    let clock = connection.clock.map(|clock| match clock {
        core::ClockOrigin::Arrival => "arrival",
        core::ClockOrigin::Camera => "camera",
    });
    dict.set_item("clock", clock)?;
    dict.set_item("clock_offset_ns", connection.clock_offset_ns)?;
    dict.set_item("frames_decoded", connection.frames_decoded)?;
    dict.set_item("frames_gated", connection.frames_gated)?;
    dict.set_item("decode_errors", connection.decode_errors)?;
    dict.set_item("packets_lost", connection.packets_lost)?;
    dict.set_item("warnings", connection.warnings)?;
    dict.set_item("last_warning", &connection.last_warning)?;
    dict.set_item("last_error", &connection.last_error)?;
    Ok(dict)
}
