//! Tensor specifications, placement and conversion of packed RGB pictures.

use std::sync::Mutex;

use numpy::{IntoPyArray, PyArrayMethods, PyReadonlyArray3, PyUntypedArrayMethods};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use sightline_frames as core;

use crate::detach::{detached, lock};
use crate::detections::in_row_order;

/// What a model wants as input for one image.
#[pyclass(frozen, module = "sightline._core", eq)]
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TensorSpec(pub(crate) core::TensorSpec);

#[pymethods]
impl TensorSpec {
    #[new]
    #[pyo3(signature = (*, width, height, channels="rgb", fit="letterbox_center", pad=114.0, mean=[0.0; 3], std=[1.0; 3], dtype="f32"))]
    #[allow(clippy::too_many_arguments, reason = "keyword-only in Python")]
    fn new(
        width: u32,
        height: u32,
        channels: &str,
        fit: &str,
        pad: f32,
        mean: [f32; 3],
        std: [f32; 3],
        dtype: &str,
    ) -> PyResult<Self> {
        let channels = match channels {
            "rgb" => core::Channels::Rgb,
            "bgr" => core::Channels::Bgr,
            "luma" => core::Channels::Luma,
            other => return Err(unknown("channels", other, "rgb, bgr or luma")),
        };
        let fit = match fit {
            "letterbox_top_left" => core::Fit::LetterboxTopLeft,
            "letterbox_center" => core::Fit::LetterboxCenter,
            "stretch" => core::Fit::Stretch,
            other => {
                let allowed = "letterbox_top_left, letterbox_center or stretch";
                return Err(unknown("fit", other, allowed));
            }
        };
        let dtype = match dtype {
            "f32" => core::TensorType::F32,
            "u8" => core::TensorType::U8,
            other => return Err(unknown("dtype", other, "f32 or u8")),
        };
        let spec = core::TensorSpec {
            width,
            height,
            channels,
            fit,
            pad,
            mean,
            std,
            dtype,
        };
        spec.validate()
            .map_err(|error| PyValueError::new_err(error.to_string()))?;
        Ok(Self(spec))
    }

    #[getter]
    fn width(&self) -> u32 {
        self.0.width
    }

    #[getter]
    fn height(&self) -> u32 {
        self.0.height
    }

    /// (channels, height, width)
    #[getter]
    fn shape(&self) -> (usize, usize, usize) {
        let (width, height) = (self.0.width as usize, self.0.height as usize);
        (self.0.len() / (width * height), height, width)
    }

    #[getter]
    fn dtype(&self) -> &'static str {
        match self.0.dtype {
            core::TensorType::F32 => "f32",
            core::TensorType::U8 => "u8",
        }
    }

    fn __repr__(&self) -> String {
        let core::TensorSpec {
            width,
            height,
            channels,
            fit,
            ..
        } = &self.0;
        format!(
            "TensorSpec({width}x{height}, {channels:?}, {fit:?}, {})",
            self.dtype()
        )
    }
}

fn unknown(field: &str, found: &str, allowed: &str) -> PyErr {
    PyValueError::new_err(format!("{field}: expected {allowed}, found {found:?}"))
}

/// Where a picture lies in a tensor.
#[pyclass(frozen, module = "sightline._core")]
#[derive(Clone, Debug)]
pub(crate) struct Placement(pub(crate) core::Placement);

#[pymethods]
impl Placement {
    #[getter]
    fn scale(&self) -> (f64, f64) {
        self.0.scale.into()
    }

    #[getter]
    fn offset(&self) -> (f64, f64) {
        self.0.offset.into()
    }

    #[getter]
    fn source(&self) -> (u32, u32) {
        self.0.source.into()
    }

    fn __repr__(&self) -> String {
        format!(
            "Placement(scale={:?}, offset={:?}, source={:?})",
            self.scale(),
            self.offset(),
            self.source()
        )
    }
}

/// Fills model tensors from packed RGB pictures of one size.
#[pyclass(frozen, module = "sightline._core")]
pub(crate) struct Converter {
    spec: core::TensorSpec,
    size: (u32, u32),
    inner: Mutex<core::Converter>,
}

#[pymethods]
impl Converter {
    #[new]
    fn new(spec: &TensorSpec, width: u32, height: u32) -> PyResult<Self> {
        let inner = core::Converter::new(spec.0.clone(), width, height)
            .map_err(|error| PyValueError::new_err(error.to_string()))?;
        Ok(Self {
            spec: spec.0.clone(),
            size: (width, height),
            inner: Mutex::new(inner),
        })
    }

    #[getter]
    fn placement(&self) -> Placement {
        Placement(lock(&self.inner).placement())
    }

    /// Converts a picture, uint8 (height, width, 3) RGB, into a new tensor (1, channels, height, width).
    fn convert_rgb<'py>(
        &self,
        py: Python<'py>,
        rgb: PyReadonlyArray3<'py, u8>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let expected = [self.size.1 as usize, self.size.0 as usize, 3];
        if rgb.shape() != expected {
            return Err(PyValueError::new_err(format!(
                "rgb: expected shape {expected:?}, found {:?}",
                rgb.shape()
            )));
        }
        let pixels = in_row_order(&rgb).ok_or_else(|| {
            PyTypeError::new_err(
                "rgb: expected a C-contiguous array; pass numpy.ascontiguousarray(rgb)",
            )
        })?;
        let len = self.spec.len();
        let shape = tensor_shape(&self.spec, 1);
        let planes = [
            core::Plane {
                data: pixels,
                stride: self.size.0 as usize * 3,
            },
            core::Plane::default(),
            core::Plane::default(),
        ];
        let format = core::PixelFormat::Rgb24;
        let (matrix, range) = (core::Matrix::Bt601, core::Range::Full);
        let picture = core::Picture::new(format, self.size.0, self.size.1, planes, matrix, range)
            .map_err(|error| PyValueError::new_err(error.to_string()))?;
        match self.spec.dtype {
            core::TensorType::F32 => {
                let mut values = vec![0.0_f32; len];
                detached(py, || {
                    lock(&self.inner).convert(&picture, core::TensorMut::F32(&mut values))
                })?;
                Ok(values.into_pyarray(py).reshape(shape)?.into_any())
            }
            core::TensorType::U8 => {
                let mut values = vec![0_u8; len];
                detached(py, || {
                    lock(&self.inner).convert(&picture, core::TensorMut::U8(&mut values))
                })?;
                Ok(values.into_pyarray(py).reshape(shape)?.into_any())
            }
        }
    }
}

/// Returns (images, channels, height, width).
pub(crate) fn tensor_shape(spec: &core::TensorSpec, images: usize) -> [usize; 4] {
    let (width, height) = (spec.width as usize, spec.height as usize);
    [images, spec.len() / (width * height), height, width]
}
