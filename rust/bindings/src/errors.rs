//! The core's errors as Python exceptions: the only place where one becomes the other.

use pyo3::prelude::*;
use pyo3::types::PyString;
use sightline_detections::DecodeError;
use sightline_engine::EngineError;
use sightline_frames::FrameError;
use sightline_ground::GroundError;
use sightline_motion::MotionError;
use sightline_tracks::TrackError;
use sightline_video::VideoError;
use sightline_zones::SceneError;

/// Whatever can go wrong below Python.
#[derive(Debug)]
pub(crate) enum CoreError {
    /// A file could not be read or written.
    Video(VideoError),
    /// The model's output does not fit its family.
    Decode(DecodeError),
    /// A caller's argument is at fault.
    Value(String),
    /// A scene is at fault, in one or more places.
    Scene(Vec<SceneError>),
    /// The engine could not start, at this stream.
    Start(usize, Box<CoreError>),
    /// A writer was used after it was closed.
    Finished,
    /// The operating system refused something.
    Machine(String),
}

macro_rules! from_error {
    ($($error:ty => $variant:expr),* $(,)?) => {
        $(impl From<$error> for CoreError {
            fn from(error: $error) -> Self {
                $variant(error)
            }
        })*
    };
}

from_error! {
    VideoError => CoreError::Video,
    DecodeError => CoreError::Decode,
    Vec<SceneError> => CoreError::Scene,
    GroundError => |error: GroundError| CoreError::Value(error.to_string()),
    FrameError => |error: FrameError| CoreError::Value(error.to_string()),
    MotionError => |error: MotionError| CoreError::Value(error.to_string()),
    TrackError => |error: TrackError| CoreError::Value(error.to_string()),
}

impl From<EngineError> for CoreError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Source(error) => Self::Video(error),
            EngineError::Scene(faults) => Self::Scene(faults),
            EngineError::Track(error) => error.into(),
            EngineError::Decode(error) => Self::Decode(error),
            EngineError::Thread(_) => Self::Machine(error.to_string()),
            EngineError::Stationary(error) => Self::Value(error.to_string()),
            EngineError::Order(message) => Self::Value(message),
        }
    }
}

impl From<(usize, EngineError)> for CoreError {
    fn from((stream, error): (usize, EngineError)) -> Self {
        Self::Start(stream, Box::new(error.into()))
    }
}

impl From<CoreError> for PyErr {
    fn from(error: CoreError) -> Self {
        Python::attach(|py| raised(py, &error).unwrap_or_else(|failure| failure))
    }
}

fn raised(py: Python<'_>, error: &CoreError) -> PyResult<PyErr> {
    let errors = py.import("sightline.errors")?;
    let value = match error {
        CoreError::Video(error) => errors.getattr("SourceError")?.call1((error.to_string(),))?,
        CoreError::Decode(error) => errors.getattr("ModelError")?.call1((error.to_string(),))?,
        CoreError::Scene(faults) => {
            let fault = errors.getattr("Fault")?;
            let faults = faults
                .iter()
                .map(|found| fault.call1((&found.path, &found.message)))
                .collect::<PyResult<Vec<_>>>()?;
            errors.getattr("ConfigError")?.call1((faults,))?
        }
        CoreError::Start(stream, error) => {
            let inner = raised(py, error)?;
            // Which camera it was is the caller's to say in words: the core knows only its position.
            inner
                .value(py)
                .setattr(PyString::intern(py, "stream"), stream)?;
            return Ok(inner);
        }
        CoreError::Value(message) => {
            return Ok(pyo3::exceptions::PyValueError::new_err(message.clone()));
        }
        CoreError::Finished => {
            return Ok(pyo3::exceptions::PyValueError::new_err(
                "the video was finished already",
            ));
        }
        CoreError::Machine(message) => {
            return Ok(pyo3::exceptions::PyOSError::new_err(message.clone()));
        }
    };
    Ok(PyErr::from_value(value))
}
