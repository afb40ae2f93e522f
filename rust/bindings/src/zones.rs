//! Rules on numpy columns, and scenes as Python passes them.

use std::sync::Mutex;

use numpy::PyArray1;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use sightline_geometry::Point;
use sightline_zones as core;

use crate::counts::{CountsSettings, dict_from_counts};
use crate::detach::{detached, lock};
use crate::errors::CoreError;
use crate::facts::Fact;
use crate::ground::{GroundPlane, rows};
use crate::tracks::Tracks;

#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
struct LineSettings {
    name: String,
    start: [f64; 2],
    end: [f64; 2],
    anchor: String,
    band: Option<f64>,
    wrong_way: Option<String>,
}

#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
struct ZoneSettings {
    name: String,
    polygon: Vec<[f64; 2]>,
    even_odd: bool,
    anchor: String,
    band: Option<f64>,
    dwell_ns: Option<i64>,
    crowd_limit: Option<u32>,
    crowd_ns: i64,
    confirm_frames: u32,
    loiter_ns: Option<i64>,
    loiter_absence_ns: i64,
    queue_after_ns: Option<i64>,
    wait_limit_ns: Option<i64>,
    way_deg: Option<f64>,
    way_tolerance_deg: f64,
    way_ns: i64,
    speed_limit_mps: Option<f64>,
    speed_ns: i64,
}

#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
struct DistanceSettings {
    name: String,
    threshold: Option<f64>,
    threshold_m: Option<f64>,
    hysteresis: f64,
    min_duration_ns: Option<i64>,
    polygon: Option<Vec<[f64; 2]>>,
    anchor: String,
    group_ns: Option<i64>,
}

/// A scene as Python passes it: plain values, once.
#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct SceneSettings {
    lines: Vec<LineSettings>,
    zones: Vec<ZoneSettings>,
    distances: Vec<DistanceSettings>,
    ground: Option<GroundSettings>,
    summary_ns: Option<i64>,
    max_gap_ns: Option<i64>,
}

/// Where the ground is: places in the picture (shares) with those on the ground (metres), a camera, or `later`.
#[derive(Debug, FromPyObject)]
enum GroundSettings {
    Word(String),
    Points(Vec<([f64; 2], [f64; 2])>),
    #[pyo3(from_item_all)]
    Camera {
        height_m: f64,
        tilt_deg: f64,
        roll_deg: f64,
        view_deg: f64,
    },
}

impl GroundSettings {
    fn spec(&self) -> PyResult<core::GroundSpec> {
        Ok(match self {
            Self::Word(word) if word == "later" => core::GroundSpec::Later,
            Self::Word(other) => {
                let message = format!("ground: expected later, found {other:?}");
                return Err(PyValueError::new_err(message));
            }
            Self::Points(points) => core::GroundSpec::Points(points.clone()),
            &Self::Camera {
                height_m,
                tilt_deg,
                roll_deg,
                view_deg,
            } => core::GroundSpec::Camera {
                height_m,
                tilt_deg,
                roll_deg,
                view_deg,
            },
        })
    }
}

impl SceneSettings {
    pub(crate) fn spec(&self) -> PyResult<core::SceneSpec> {
        Ok(core::SceneSpec {
            lines: self
                .lines
                .iter()
                .map(LineSettings::spec)
                .collect::<PyResult<_>>()?,
            zones: self
                .zones
                .iter()
                .map(ZoneSettings::spec)
                .collect::<PyResult<_>>()?,
            distances: self
                .distances
                .iter()
                .map(DistanceSettings::spec)
                .collect::<PyResult<_>>()?,
            ground: self.ground.as_ref().map(GroundSettings::spec).transpose()?,
            summary_ns: self.summary_ns,
            max_gap_ns: self.max_gap_ns,
        })
    }
}

impl LineSettings {
    fn spec(&self) -> PyResult<core::LineSpec> {
        Ok(core::LineSpec {
            name: self.name.clone(),
            start: self.start,
            end: self.end,
            anchor: anchor_from_name(&self.anchor)?,
            band: self.band,
            wrong_way: self
                .wrong_way
                .as_deref()
                .map(direction_from_name)
                .transpose()?,
        })
    }
}

impl ZoneSettings {
    fn spec(&self) -> PyResult<core::ZoneSpec> {
        Ok(core::ZoneSpec {
            name: self.name.clone(),
            polygon: self.polygon.clone(),
            even_odd: self.even_odd,
            anchor: anchor_from_name(&self.anchor)?,
            band: self.band,
            dwell_ns: self.dwell_ns,
            crowd: self.crowd_limit.map(|limit| core::CrowdSpec {
                limit,
                min_duration_ns: self.crowd_ns,
            }),
            confirm_frames: self.confirm_frames,
            loiter_ns: self.loiter_ns,
            loiter_absence_ns: self.loiter_absence_ns,
            queue_after_ns: self.queue_after_ns,
            wait_limit_ns: self.wait_limit_ns,
            way_deg: self.way_deg,
            way_tolerance_deg: self.way_tolerance_deg,
            way_ns: self.way_ns,
            speed_limit_mps: self.speed_limit_mps,
            speed_ns: self.speed_ns,
        })
    }
}

impl DistanceSettings {
    fn spec(&self) -> PyResult<core::DistanceSpec> {
        let threshold = match (self.threshold, self.threshold_m) {
            (Some(share), None) => core::Threshold::Share(share),
            (None, Some(metres)) => core::Threshold::Metres(metres),
            _ => {
                let message = "threshold: expected either threshold or threshold_m";
                return Err(PyValueError::new_err(message));
            }
        };
        Ok(core::DistanceSpec {
            name: self.name.clone(),
            threshold,
            hysteresis: self.hysteresis,
            min_duration_ns: self.min_duration_ns,
            polygon: self.polygon.clone(),
            anchor: anchor_from_name(&self.anchor)?,
            group_ns: self.group_ns,
        })
    }
}

fn anchor_from_name(name: &str) -> PyResult<core::Anchor> {
    match name {
        "bottom_center" => Ok(core::Anchor::BottomCenter),
        "center" => Ok(core::Anchor::Center),
        other => Err(PyValueError::new_err(format!(
            "anchor: expected bottom_center or center, found {other:?}"
        ))),
    }
}

fn direction_from_name(name: &str) -> PyResult<core::Direction> {
    match name {
        "in" => Ok(core::Direction::In),
        "out" => Ok(core::Direction::Out),
        other => Err(PyValueError::new_err(format!(
            "wrong_way: expected in or out, found {other:?}"
        ))),
    }
}

/// Copies how tracks move into columns: float64 (N, 2) and (N,), NaN where it is not known.
pub(crate) fn dict_from_motions<'py>(
    py: Python<'py>,
    motions: &[core::TrackMotion],
) -> PyResult<Bound<'py, PyDict>> {
    let column = |of: fn(&core::TrackMotion) -> Option<f64>| {
        let values = motions.iter().map(|motion| of(motion).unwrap_or(f64::NAN));
        PyArray1::from_iter(py, values)
    };
    let places = motions
        .iter()
        .map(|motion| motion.ground_m.map(Point::from));
    let dict = PyDict::new(py);
    dict.set_item("ground_m", rows(py, motions.len(), places)?)?;
    dict.set_item("speed_mps", column(|motion| motion.speed_mps))?;
    dict.set_item("heading_deg", column(|motion| motion.heading_deg))?;
    dict.set_item(
        "image_heading_deg",
        column(|motion| motion.image_heading_deg),
    )?;
    Ok(dict)
}

/// The rules of one stream with their state.
#[pyclass(frozen, module = "sightline._core")]
pub(crate) struct Scene(Mutex<core::Scene>);

#[pymethods]
impl Scene {
    #[new]
    fn new(scene: SceneSettings, width: u32, height: u32) -> PyResult<Self> {
        let spec = scene.spec()?;
        let scene = core::Scene::new(&spec, width, height).map_err(CoreError::from)?;
        Ok(Self(Mutex::new(scene)))
    }

    /// Takes one frame's visible tracks, and the ids that died, and returns what follows.
    fn update(&self, py: Python<'_>, tracks: &Tracks) -> PyResult<Vec<Fact>> {
        detached(py, || {
            let mut facts = Vec::new();
            let Tracks {
                visible,
                gone,
                pts_ns,
                epoch,
                ..
            } = tracks;
            lock(&self.0).update(*epoch, *pts_ns, visible, gone, &mut facts);
            Ok::<_, CoreError>(facts.iter().map(|fact| Fact::from_core(0, fact)).collect())
        })
    }

    /// Changes the rules; those that stay the same go on, and what follows from the others' end is returned.
    fn reload(&self, scene: SceneSettings) -> PyResult<Vec<Fact>> {
        let mut facts = Vec::new();
        lock(&self.0)
            .reload(&scene.spec()?, &mut facts)
            .map_err(CoreError::from)?;
        Ok(facts.iter().map(|fact| Fact::from_core(0, fact)).collect())
    }

    /// Says where the ground is that was to be found later.
    fn set_ground(&self, ground: &GroundPlane) -> PyResult<()> {
        let set = lock(&self.0).set_ground(ground.0.clone());
        Ok(set.map_err(|fault| CoreError::from(vec![fault]))?)
    }

    /// How the tracks of the last update move, row by row: float64 columns by name.
    fn motions<'py>(&self, py: Python<'py>, tracks: &Tracks) -> PyResult<Bound<'py, PyDict>> {
        let mut motions = Vec::new();
        lock(&self.0).motions(&tracks.visible, &mut motions);
        dict_from_motions(py, &motions)
    }

    /// Closes what is open at the end of a stream.
    fn finish(&self) -> Vec<Fact> {
        let mut facts = Vec::new();
        lock(&self.0).finish(&mut facts);
        facts.iter().map(|fact| Fact::from_core(0, fact)).collect()
    }

    /// Counts on from what was counted elsewhere.
    fn count_on(&self, counts: CountsSettings) {
        lock(&self.0).count_on(&counts.into());
    }

    /// What has been counted so far.
    fn counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        dict_from_counts(py, &lock(&self.0))
    }
}
