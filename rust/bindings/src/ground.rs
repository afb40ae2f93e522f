//! The ground plane on numpy arrays, and its calibration from people.

use std::sync::Mutex;

use numpy::{
    PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use sightline_geometry::Point;
use sightline_ground as core;

use crate::detach::{detached, lock};
use crate::errors::CoreError;
use crate::geometry::points_from_array;

const NOWHERE: [f64; 2] = [f64::NAN; 2];

/// Maps source pixels to metres on the ground.
#[pyclass(frozen, module = "sightline._core")]
pub(crate) struct GroundPlane(pub(crate) core::GroundPlane);

#[pymethods]
impl GroundPlane {
    /// From a matrix, given a pixel that shows ground.
    #[staticmethod]
    fn from_homography(matrix: [[f64; 3]; 3], visible: [f64; 2]) -> PyResult<Self> {
        made(core::GroundPlane::from_homography(matrix, visible.into()))
    }

    /// From pairs of points; also returns by how much they are missed, metres.
    #[staticmethod]
    fn from_points(pixels: Vec<[f64; 2]>, metres: Vec<[f64; 2]>) -> PyResult<(Self, f64)> {
        let points =
            |all: Vec<[f64; 2]>| -> Vec<Point> { all.into_iter().map(Point::from).collect() };
        let (plane, residual) = core::GroundPlane::from_points(&points(pixels), &points(metres))
            .map_err(CoreError::from)?;
        Ok((Self(plane), residual))
    }

    /// From a camera of known height, tilt and roll (radians) and focal length.
    #[staticmethod]
    fn above(
        height_m: f64,
        tilt_rad: f64,
        roll_rad: f64,
        focal_px: f64,
        center_px: [f64; 2],
    ) -> PyResult<Self> {
        of_camera(core::Camera::above(
            height_m,
            tilt_rad,
            roll_rad,
            focal_px,
            center_px.into(),
        ))
    }

    /// From a camera's matrix, lens and pose.
    #[staticmethod]
    fn from_pinhole(
        focal_px: (f64, f64),
        center_px: [f64; 2],
        distortion: (f64, f64),
        rotation: [[f64; 3]; 3],
        translation: [f64; 3],
    ) -> PyResult<Self> {
        let (k1, k2) = distortion;
        let lens = core::Distortion::Brown { k1, k2 };
        of_camera(core::Camera::pinhole(
            focal_px,
            center_px.into(),
            lens,
            rotation,
            translation,
        ))
    }

    /// From Tsai's numbers.
    #[staticmethod]
    #[allow(clippy::too_many_arguments, reason = "Tsai has eleven numbers")]
    fn from_tsai(
        focal: f64,
        kappa1: f64,
        center_px: (f64, f64),
        sx: f64,
        pixel: (f64, f64),
        translation: [f64; 3],
        rotation: [f64; 3],
        unit_m: f64,
    ) -> PyResult<Self> {
        of_camera(core::Camera::tsai(&core::Tsai {
            focal,
            kappa1,
            center_px,
            sx,
            pixel,
            translation,
            rotation,
            unit_m,
        }))
    }

    /// Where pixels lie on the ground, metres: float64 (N, 2), NaN above the horizon.
    fn locate<'py>(
        &self,
        py: Python<'py>,
        pixels: PyReadonlyArray2<'py, f64>,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let pixels = points_from_array("pixels", &pixels)?;
        rows(
            py,
            pixels.len(),
            pixels.iter().map(|&pixel| self.0.locate(pixel.into())),
        )
    }

    /// The pixels that show points so many metres above the ground: float64 (N, 2), NaN where there is none.
    fn project<'py>(
        &self,
        py: Python<'py>,
        places: PyReadonlyArray2<'py, f64>,
        height_m: f64,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let places = points_from_array("places", &places)?;
        rows(
            py,
            places.len(),
            places
                .iter()
                .map(|&place| self.0.project(place.into(), height_m)),
        )
    }

    /// Metres of ground that a pixel covers at most: float64 (N,), NaN above the horizon.
    fn metres_per_px<'py>(
        &self,
        py: Python<'py>,
        pixels: PyReadonlyArray2<'py, f64>,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let pixels = points_from_array("pixels", &pixels)?;
        let scales = pixels
            .iter()
            .map(|&pixel| self.0.metres_per_px(pixel.into()));
        Ok(PyArray1::from_iter(
            py,
            scales.map(|scale| scale.unwrap_or(f64::NAN)),
        ))
    }

    /// Height (m), tilt (rad) and focal length (px) of the camera, where it is known.
    #[getter]
    fn camera(&self) -> Option<(f64, f64, f64)> {
        let camera = self.0.camera()?;
        Some((camera.height_m(), camera.tilt_rad(), camera.focal_px().1))
    }
}

/// Collects people's boxes until they determine the camera.
#[pyclass(frozen, module = "sightline._core")]
pub(crate) struct PeopleFit(Mutex<core::PeopleFit>);

#[pymethods]
impl PeopleFit {
    #[new]
    fn new(size_px: (u32, u32), stature_m: f64, focal_px: Option<f64>) -> PyResult<Self> {
        let spec = core::PeopleSpec {
            size_px,
            stature_m,
            focal_px,
        };
        Ok(Self(Mutex::new(
            core::PeopleFit::new(spec).map_err(CoreError::from)?,
        )))
    }

    fn __len__(&self) -> usize {
        lock(&self.0).len()
    }

    /// How many people the kept boxes are of.
    #[getter]
    fn people(&self) -> usize {
        lock(&self.0).people()
    }

    /// Takes boxes, float64 (N, 4), of people by identity, uint64 (N,).
    fn add(
        &self,
        track_id: PyReadonlyArray1<'_, u64>,
        xyxy: PyReadonlyArray2<'_, f64>,
    ) -> PyResult<()> {
        let (ids, boxes) = (track_id.as_array(), xyxy.as_array());
        if boxes.shape() != [ids.len(), 4] {
            return Err(PyValueError::new_err(format!(
                "expected xyxy (N, 4) for N = {} identities, found {:?}",
                ids.len(),
                xyxy.shape()
            )));
        }
        let mut fit = lock(&self.0);
        for (row, &id) in ids.iter().enumerate() {
            fit.add(id, [0, 1, 2, 3].map(|side| boxes[[row, side]]));
        }
        Ok(())
    }

    /// Fits the camera; returns the plane and the standard errors of height (m), tilt (rad), focal length (px) and, as a
    /// share, of distances.
    fn solve(&self, py: Python<'_>) -> PyResult<(GroundPlane, (f64, f64, f64, f64))> {
        let (camera, errors) = detached(py, || lock(&self.0).solve())?;
        let plane = GroundPlane(core::GroundPlane::from_camera(camera));
        Ok((
            plane,
            (
                errors.height_m,
                errors.tilt_rad,
                errors.focal_px,
                errors.distance,
            ),
        ))
    }
}

fn made(plane: Result<core::GroundPlane, core::GroundError>) -> PyResult<GroundPlane> {
    Ok(GroundPlane(plane.map_err(CoreError::from)?))
}

fn of_camera(camera: Result<core::Camera, core::GroundError>) -> PyResult<GroundPlane> {
    made(camera.map(core::GroundPlane::from_camera))
}

pub(crate) fn rows(
    py: Python<'_>,
    count: usize,
    points: impl Iterator<Item = Option<Point>>,
) -> PyResult<Bound<'_, PyArray2<f64>>> {
    let array = PyArray2::zeros(py, [count, 2], false);
    let mut cells = array.readwrite();
    let (rows, _) = cells.as_slice_mut()?.as_chunks_mut::<2>();
    for (row, point) in rows.iter_mut().zip(points) {
        *row = point.map_or(NOWHERE, |p| [p.x, p.y]);
    }
    drop(cells);
    Ok(array)
}
