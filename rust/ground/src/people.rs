//! The camera's height, tilt and focal length from people who stand and walk in its picture.
//!
//! A person's head and feet are one stature apart, at the same place. With the camera level about where it looks (no roll),
//! square pixels and the principal point in the middle, the row of the head follows from the row of the feet by the cross
//! ratio with the horizon and the nadir (Criminisi, Reid and Zisserman, Single view metrology, IJCV 40(2), 2000; from
//! people: Lv, Zhao and Nevatia, IEEE PAMI 28(9), 2006), whatever their column. So many people over the picture give the
//! horizon, the nadir and the camera's height in statures, and the first two give tilt and focal length.

mod fit;
mod sample;

use std::collections::{BTreeMap, BTreeSet};

use nalgebra::{Matrix3, Vector3};
use sightline_geometry::Point;

use crate::GroundError;
use crate::camera::{Camera, require};
use fit::{Fit, Rows};
use sample::Samples;

/// Fewest people's boxes that a camera is fitted to.
const FEWEST_BOXES: usize = 30;
/// Least spread of the feet's rows, as a share of the picture's height.
const LEAST_SPREAD: f64 = 0.08;
/// Greatest standard error that is not refused, relative to the height and the focal length.
const WORST_ERROR: f64 = 0.25;

/// What is known beforehand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PeopleSpec {
    /// Width and height of the picture, pixels.
    pub size_px: (u32, u32),
    /// Mean stature of the people in view, shoes included, metres. All lengths scale with it.
    pub stature_m: f64,
    /// The focal length, pixels, where it is known: then level cameras can be fitted too.
    pub focal_px: Option<f64>,
}

/// How far off a fitted camera may be: standard errors, given the mean stature.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StandardErrors {
    /// Of the camera's height, metres.
    pub height_m: f64,
    /// Of the tilt, radians.
    pub tilt_rad: f64,
    /// Of the focal length, pixels; 0 where it was given.
    pub focal_px: f64,
    /// Of a distance between people in view, as a share of it.
    pub distance: f64,
}

/// Collects people's boxes, in bounded memory, until they determine the camera.
#[derive(Clone, Debug)]
pub struct PeopleFit {
    spec: PeopleSpec,
    samples: Samples,
}

impl PeopleFit {
    /// Returns a collection without boxes.
    ///
    /// # Errors
    /// [`GroundError::Camera`] when the size, the stature or the focal length is not positive.
    pub fn new(spec: PeopleSpec) -> Result<Self, GroundError> {
        let (width, height) = (f64::from(spec.size_px.0), f64::from(spec.size_px.1));
        require(
            width.min(height) > 0.0,
            "size_px",
            "a positive width and height",
            width.min(height),
        )?;
        require(
            spec.stature_m > 0.0,
            "stature_m",
            "a positive number of metres",
            spec.stature_m,
        )?;
        let focal = spec.focal_px.unwrap_or(1.0);
        require(
            focal > 0.0,
            "focal_px",
            "a positive number of pixels",
            focal,
        )?;
        Ok(Self {
            spec,
            samples: Samples::new(spec.size_px),
        })
    }

    /// Takes a box x1, y1, x2, y2, pixels, of somebody, by identity; boxes of one identity count as one witness. What is
    /// no whole standing person is left out: cut by the border, or not between 1.4 and 6 times as high as wide.
    pub fn add(&mut self, id: u64, xyxy: [f64; 4]) {
        self.samples.add(id, xyxy);
    }

    /// Returns how many boxes are kept.
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    /// Returns whether no box is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns how many people the kept boxes are of: so many witnesses there are.
    pub fn people(&self) -> usize {
        let people: BTreeSet<u64> = self.samples.iter().map(|sample| sample.id).collect();
        people.len()
    }

    /// Fits the camera to the boxes so far.
    ///
    /// # Errors
    /// [`GroundError::Undetermined`] with the reason when the boxes don't say, or not well enough.
    pub fn solve(&self) -> Result<(Camera, StandardErrors), GroundError> {
        let rows = self.rows();
        if rows.len() < FEWEST_BOXES {
            return undetermined(format!(
                "expected {FEWEST_BOXES} or more whole, standing people, found {}; wait for more",
                rows.len()
            ));
        }
        let mut feet: Vec<f64> = rows.iter().map(|row| row.feet).collect();
        feet.sort_unstable_by(f64::total_cmp);
        let (near, far) = (feet[feet.len() * 19 / 20], feet[feet.len() / 20]);
        if near - far < LEAST_SPREAD {
            return undetermined(format!(
                "their feet are all within {:.0} % of the picture's height; let people walk nearer and farther",
                (near - far) * 100.0
            ));
        }
        let focal = self
            .spec
            .focal_px
            .map(|px| px / f64::from(self.spec.size_px.1));
        let Some(fit) = Fit::new(&rows, focal) else {
            return undetermined(
                "no camera fits them; are they standing people, on flat ground?".to_owned(),
            );
        };
        self.judged(&fit, (far, near))
    }

    /// Returns the feet and heads as shares of the picture's height, from its middle down.
    fn rows(&self) -> Vec<Rows> {
        let height = f64::from(self.spec.size_px.1);
        let mut people = BTreeMap::new();
        self.samples
            .iter()
            .map(|sample| {
                let next = people.len();
                Rows {
                    feet: sample.feet / height - 0.5,
                    head: sample.head / height - 0.5,
                    person: *people.entry(sample.id).or_insert(next),
                }
            })
            .collect()
    }

    /// Returns the camera with its errors, unless these are too large.
    fn judged(&self, fit: &Fit, feet: (f64, f64)) -> Result<(Camera, StandardErrors), GroundError> {
        let Some(camera) = self.camera(fit.parameters) else {
            return undetermined(
                "the camera looks about level, which leaves its focal length open; give focal_px"
                    .to_owned(),
            );
        };
        let error = |of: &dyn Fn(&Camera) -> Option<f64>| self.standard_error(fit, of);
        let errors = StandardErrors {
            height_m: error(&|camera| Some(camera.height_m())),
            tilt_rad: error(&|camera| Some(camera.tilt_rad())),
            focal_px: error(&|camera| Some(camera.focal_px().1)),
            distance: error(&|camera| Some(self.probe(camera, feet)?.ln())),
        };
        let (height, focal) = (camera.height_m(), camera.focal_px().1);
        let worst = [
            ("height", errors.height_m / height),
            ("focal length", errors.focal_px / focal),
            ("scale", errors.distance),
        ];
        for (name, share) in worst {
            if share.is_nan() || share > WORST_ERROR {
                return undetermined(format!(
                    "the camera's {name} is uncertain by {:.0} %; let more people walk nearer and farther, or give focal_px",
                    share * 100.0
                ));
            }
        }
        Ok((camera, errors))
    }

    /// Returns the camera of these parameters, if they are of one.
    fn camera(&self, [statures, horizon, nadir]: [f64; 3]) -> Option<Camera> {
        let (width, height) = (
            f64::from(self.spec.size_px.0),
            f64::from(self.spec.size_px.1),
        );
        let focal = match self.spec.focal_px {
            Some(px) => px / height,
            None => (-horizon / nadir).sqrt(),
        };
        let tilt = (-horizon / focal).atan();
        let center = Point::new(width / 2.0, height / 2.0);
        let camera = Camera::above(
            self.spec.stature_m / statures,
            tilt,
            0.0,
            focal * height,
            center,
        );
        camera.ok().filter(|_| focal.is_finite())
    }

    /// Returns the distance on the ground between two places in view, one left and far, one right and near.
    fn probe(&self, camera: &Camera, (far, near): (f64, f64)) -> Option<f64> {
        let (width, height) = (
            f64::from(self.spec.size_px.0),
            f64::from(self.spec.size_px.1),
        );
        let at = |x: f64, row: f64| camera.locate(Point::new(x * width, (row + 0.5) * height));
        let (low, high) = (far + 0.25 * (near - far), far + 0.75 * (near - far));
        Some(at(0.4, low)?.distance(at(0.6, high)?))
    }

    /// Returns the standard error of a number that follows from the parameters, by its derivatives.
    fn standard_error(&self, fit: &Fit, of: &dyn Fn(&Camera) -> Option<f64>) -> f64 {
        let mut slope = Vector3::zeros();
        for (axis, free) in fit.free.iter().enumerate() {
            let step = 1e-6 * fit.parameters[axis].abs().max(1e-3);
            let value = |way: f64| {
                let moved = free.map(|v| v * way * step);
                let mut at = fit.parameters;
                for (parameter, change) in at.iter_mut().zip(moved) {
                    *parameter += change;
                }
                of(&self.camera(at)?)
            };
            match (value(1.0), value(-1.0)) {
                (Some(above), Some(below)) => slope[axis] = (above - below) / (2.0 * step),
                _ => return f64::NAN,
            }
        }
        let covariance: &Matrix3<f64> = &fit.covariance;
        slope.dot(&(covariance * slope)).max(0.0).sqrt()
    }
}

fn undetermined<T>(reason: String) -> Result<T, GroundError> {
    Err(GroundError::Undetermined { reason })
}
