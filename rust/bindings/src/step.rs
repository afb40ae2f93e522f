//! What came of a batch, as Python sees it.

use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use sightline_engine as core;

use crate::detections::{Columns, columns_from_detections};
use crate::facts::Fact;
use crate::tracks::Tracks;
use crate::zones::dict_from_motions;

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
