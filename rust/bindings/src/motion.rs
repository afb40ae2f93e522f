//! The detector that needs no model.

use std::sync::Mutex;

use numpy::{PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use sightline_detections::Detections;
use sightline_motion as core;

use crate::detach::{detached, lock};
use crate::detections::{Columns, columns_from_detections, in_row_order};
use crate::frames::Placement;

/// Finds what moves before a fixed camera.
#[pyclass(frozen, module = "sightline._core")]
pub(crate) struct MotionDetector {
    size: (u32, u32),
    inner: Mutex<core::MotionDetector>,
}

#[pymethods]
impl MotionDetector {
    #[new]
    fn new(width: u32, height: u32) -> PyResult<Self> {
        let inner = core::MotionDetector::new(core::MotionSpec::default(), width, height)
            .map_err(|error| PyValueError::new_err(error.to_string()))?;
        Ok(Self {
            size: (width, height),
            inner: Mutex::new(inner),
        })
    }

    /// Learns from one luma picture, uint8 (height, width), and returns what moves, in source pixels.
    fn detect<'py>(
        &self,
        py: Python<'py>,
        luma: PyReadonlyArray2<'py, u8>,
        placement: &Placement,
    ) -> PyResult<Columns<'py>> {
        let expected = [self.size.1 as usize, self.size.0 as usize];
        if luma.shape() != expected {
            return Err(PyValueError::new_err(format!(
                "luma: expected shape {expected:?}, found {:?}",
                luma.shape()
            )));
        }
        let pixels = in_row_order(&luma).ok_or_else(|| {
            PyTypeError::new_err(
                "luma: expected a C-contiguous array; pass numpy.ascontiguousarray(luma)",
            )
        })?;
        let found = detached(py, || {
            let mut found = Detections::default();
            lock(&self.inner)
                .detect(pixels, &placement.0, &mut found)
                .map(|()| found)
        })?;
        columns_from_detections(py, found)
    }
}
