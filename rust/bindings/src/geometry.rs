//! Polygons and lines on numpy arrays.

use numpy::{PyArray2, PyArrayMethods, PyReadonlyArray2, PyReadwriteArray2, PyUntypedArrayMethods};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use sightline_geometry::{self as core, Point, Side};

use crate::detections::in_row_order;

/// Polygons with an index.
#[pyclass(frozen, module = "sightline._core")]
pub(crate) struct PolygonSet(core::PolygonSet);

#[pymethods]
impl PolygonSet {
    #[new]
    #[pyo3(signature = (polygons, *, even_odd=false))]
    fn new(polygons: Vec<Vec<[f64; 2]>>, even_odd: bool) -> PyResult<Self> {
        let shape = if even_odd {
            core::Polygon::even_odd
        } else {
            core::Polygon::new
        };
        let polygon = |(position, corners): (usize, Vec<[f64; 2]>)| {
            let corners: Vec<Point> = corners.into_iter().map(Point::from).collect();
            shape(&corners)
                .map_err(|error| PyValueError::new_err(format!("polygons[{position}]: {error}")))
        };
        let polygons: PyResult<_> = polygons.into_iter().enumerate().map(polygon).collect();
        Ok(Self(core::PolygonSet::new(polygons?)))
    }

    fn __len__(&self) -> usize {
        self.0.polygons().len()
    }

    /// Says for each of N points, float64 (N, 2), which of M polygons contain it: bool (N, M).
    fn contains<'py>(
        &self,
        py: Python<'py>,
        points: PyReadonlyArray2<'py, f64>,
    ) -> PyResult<Bound<'py, PyArray2<bool>>> {
        let points = points_from_array("points", &points)?;
        let polygons = self.0.polygons().len();
        let inside = PyArray2::zeros(py, [points.len(), polygons], false);
        let mut cells: PyReadwriteArray2<'_, bool> = inside.readwrite();
        let cells = cells.as_slice_mut()?;
        py.detach(|| {
            self.0.mark(points, cells);
        });
        Ok(inside)
    }
}

/// Directed line segments with an index.
#[pyclass(frozen, module = "sightline._core")]
pub(crate) struct SegmentSet(core::SegmentSet);

#[pymethods]
impl SegmentSet {
    #[new]
    fn new(segments: Vec<[[f64; 2]; 2]>) -> PyResult<Self> {
        let segment = |(position, [start, end]): (usize, [[f64; 2]; 2])| {
            core::Segment::new(start.into(), end.into())
                .map_err(|error| PyValueError::new_err(format!("segments[{position}]: {error}")))
        };
        let segments: PyResult<_> = segments.into_iter().enumerate().map(segment).collect();
        Ok(Self(core::SegmentSet::new(segments?)))
    }

    fn __len__(&self) -> usize {
        self.0.segments().len()
    }

    /// Says for each of N moves, float64 (N, 2) from and to, which of M segments it crosses: int8 (N, M), 1 toward the
    /// right of who walks along the segment, -1 toward the left, 0 for not.
    fn crossings<'py>(
        &self,
        py: Python<'py>,
        start: PyReadonlyArray2<'py, f64>,
        end: PyReadonlyArray2<'py, f64>,
    ) -> PyResult<Bound<'py, PyArray2<i8>>> {
        let (start, end) = (
            points_from_array("start", &start)?,
            points_from_array("end", &end)?,
        );
        if start.len() != end.len() {
            return Err(PyValueError::new_err(format!(
                "expected as many ends as starts, found {} and {}",
                start.len(),
                end.len()
            )));
        }
        let segments = self.0.segments().len();
        let crossed = PyArray2::zeros(py, [start.len(), segments], false);
        let mut cells: PyReadwriteArray2<'_, i8> = crossed.readwrite();
        let cells = cells.as_slice_mut()?;
        py.detach(|| {
            let moves = start.iter().zip(end).map(|(&a, &b)| (a.into(), b.into()));
            self.0.crossings(moves, |number, segment, side| {
                cells[number * segments + segment] = match side {
                    Side::Positive => 1,
                    Side::Negative => -1,
                };
            });
        });
        Ok(crossed)
    }
}

pub(crate) fn points_from_array<'a>(
    name: &str,
    points: &'a PyReadonlyArray2<'_, f64>,
) -> PyResult<&'a [[f64; 2]]> {
    if points.shape()[1] != 2 {
        return Err(PyValueError::new_err(format!(
            "{name}: expected shape (N, 2), found {:?}",
            points.shape()
        )));
    }
    let numbers = in_row_order(points).ok_or_else(|| {
        PyTypeError::new_err(format!("{name}: expected a C-contiguous float64 array"))
    })?;
    Ok(numbers.as_chunks::<2>().0)
}
