//! Polygons on numpy arrays.

use numpy::{IntoPyArray, PyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use sightline_geometry as core;

/// A simple polygon.
#[pyclass(frozen, module = "sightline._core")]
pub(crate) struct Polygon(core::Polygon);

#[pymethods]
impl Polygon {
    #[new]
    fn new(points: Vec<[f64; 2]>) -> PyResult<Self> {
        let points = points
            .iter()
            .map(|&[x, y]| core::Point { x, y })
            .collect::<Vec<_>>();
        core::Polygon::new(&points)
            .map(Self)
            .map_err(|error| PyValueError::new_err(error.to_string()))
    }

    /// Says for each point, float64 (N, 2), whether it is inside.
    fn contains<'py>(
        &self,
        py: Python<'py>,
        points: PyReadonlyArray2<'py, f64>,
    ) -> PyResult<Bound<'py, PyArray1<bool>>> {
        if points.shape()[1] != 2 {
            return Err(PyValueError::new_err(format!(
                "points: expected shape (N, 2), found {:?}",
                points.shape()
            )));
        }
        let points = points.as_array();
        let inside: Vec<bool> = points
            .outer_iter()
            .map(|point| {
                self.0.contains(core::Point {
                    x: point[0],
                    y: point[1],
                })
            })
            .collect();
        Ok(inside.into_pyarray(py))
    }
}
