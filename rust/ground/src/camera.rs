//! A camera over the ground: rays from pixels, and pixels from places.

use nalgebra::{Matrix3, Rotation3, Vector3};
use sightline_geometry::Point;

use crate::GroundError;

/// Newton steps after which a distortion that can't be undone is given up.
const NEWTON_STEPS: usize = 30;

/// How a lens bends rays, in image coordinates of unit focal length.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Distortion {
    /// Not at all.
    #[default]
    None,
    /// Distorted radius from straight: r (1 + k1 r² + k2 r⁴) (Brown, 1966; `OpenCV`'s k1 and k2).
    Brown {
        /// Coefficient of the square.
        k1: f64,
        /// Coefficient of the fourth power.
        k2: f64,
    },
    /// Straight radius from distorted: r (1 + kappa r²) (Tsai, 1987, with kappa times the square of the focal length).
    Tsai {
        /// Coefficient of the square.
        kappa: f64,
    },
}

/// A camera that looks at the plane z = 0, in metres.
#[derive(Clone, Debug, PartialEq)]
pub struct Camera {
    focal_px: (f64, f64),
    center_px: Point,
    distortion: Distortion,
    /// Camera axes (right, down, forward) from world axes.
    rotation: Matrix3<f64>,
    /// Where it is in the world, metres.
    position: Vector3<f64>,
}

/// Tsai's eleven numbers of a camera, with lengths in a unit of their own (Tsai, IEEE Journal of Robotics and
/// Automation 3(4), 1987).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tsai {
    /// Focal length.
    pub focal: f64,
    /// First radial coefficient, per square of the unit.
    pub kappa1: f64,
    /// Center of the image, pixels.
    pub center_px: (f64, f64),
    /// Uncertainty of the horizontal scan.
    pub sx: f64,
    /// Width and height of a pixel.
    pub pixel: (f64, f64),
    /// Translation from world to camera.
    pub translation: [f64; 3],
    /// Turns about x, y and z, radians.
    pub rotation: [f64; 3],
    /// Metres a unit: 0.001 for millimetres.
    pub unit_m: f64,
}

impl Camera {
    /// Returns a camera by its matrix and its pose: a world point X is at `rotation` X + `translation` in the camera's
    /// axes (right, down, forward), metres, as `OpenCV` has it.
    ///
    /// # Errors
    /// [`GroundError::Camera`] when a focal length is not positive or the rotation is none, and
    /// [`GroundError::NotFinite`].
    pub fn pinhole(
        focal_px: (f64, f64),
        center_px: Point,
        distortion: Distortion,
        rotation: [[f64; 3]; 3],
        translation: [f64; 3],
    ) -> Result<Self, GroundError> {
        let numbers = rotation.iter().flatten().chain(&translation);
        let all = numbers
            .copied()
            .chain([focal_px.0, focal_px.1, center_px.x, center_px.y]);
        if let Some(found) = all.into_iter().find(|v| !v.is_finite()) {
            return Err(GroundError::NotFinite { found });
        }
        let rotation = Matrix3::from(rotation).transpose();
        let off = (rotation * rotation.transpose() - Matrix3::identity()).norm();
        require(
            off < 1e-6 && rotation.determinant() > 0.0,
            "rotation",
            "a rotation matrix",
            off,
        )?;
        require(
            focal_px.0 > 0.0,
            "focal_px[0]",
            "a positive number",
            focal_px.0,
        )?;
        require(
            focal_px.1 > 0.0,
            "focal_px[1]",
            "a positive number",
            focal_px.1,
        )?;
        let position = -(rotation.transpose() * Vector3::from(translation));
        require(
            position.z != 0.0,
            "position",
            "a camera that is not in the ground",
            position.z,
        )?;
        Ok(Self {
            focal_px,
            center_px,
            distortion,
            rotation,
            position,
        })
    }

    /// Returns a camera `height_m` above the ground that looks ahead and `tilt_rad` down, turned by `roll_rad` clockwise
    /// about where it looks. On the ground, x is to its right and y ahead, from the point below it.
    ///
    /// # Errors
    /// [`GroundError::Camera`] and [`GroundError::NotFinite`], as for a pinhole.
    pub fn above(
        height_m: f64,
        tilt_rad: f64,
        roll_rad: f64,
        focal_px: f64,
        center_px: Point,
    ) -> Result<Self, GroundError> {
        require(
            height_m > 0.0,
            "height_m",
            "a positive number of metres",
            height_m,
        )?;
        // World z is up: camera right, down and forward of a level camera are x, -z and y.
        let level = Matrix3::new(1.0, 0.0, 0.0, 0.0, 0.0, -1.0, 0.0, 1.0, 0.0);
        let tilt = Rotation3::from_axis_angle(&Vector3::x_axis(), tilt_rad);
        let roll = Rotation3::from_axis_angle(&Vector3::z_axis(), -roll_rad);
        let rotation = roll.matrix() * tilt.matrix() * level;
        let translation = -(rotation * Vector3::new(0.0, 0.0, height_m));
        Self::pinhole(
            (focal_px, focal_px),
            center_px,
            Distortion::None,
            rotation.transpose().into(),
            translation.into(),
        )
    }

    /// Returns a camera by Tsai's numbers.
    ///
    /// # Errors
    /// As for a pinhole.
    pub fn tsai(numbers: &Tsai) -> Result<Self, GroundError> {
        let Tsai {
            focal,
            pixel,
            center_px,
            unit_m,
            ..
        } = *numbers;
        require(
            pixel.0 > 0.0 && pixel.1 > 0.0,
            "pixel",
            "positive sizes",
            pixel.0.min(pixel.1),
        )?;
        require(unit_m > 0.0, "unit_m", "a positive number", unit_m)?;
        let [x, y, z] = numbers.rotation;
        let rotation = Rotation3::from_euler_angles(x, y, z);
        Self::pinhole(
            (focal * numbers.sx / pixel.0, focal / pixel.1),
            Point::new(center_px.0, center_px.1),
            Distortion::Tsai {
                kappa: numbers.kappa1 * focal * focal,
            },
            rotation.matrix().transpose().into(),
            numbers.translation.map(|length| length * unit_m),
        )
    }

    /// Returns how far above the ground the camera is, metres.
    pub fn height_m(&self) -> f64 {
        self.position.z.abs()
    }

    /// Returns how far below the horizon the camera looks, radians.
    pub fn tilt_rad(&self) -> f64 {
        let forward = self.rotation.row(2);
        (-forward[2] * self.position.z.signum())
            .clamp(-1.0, 1.0)
            .asin()
    }

    /// Returns the focal length across and down, pixels.
    pub fn focal_px(&self) -> (f64, f64) {
        self.focal_px
    }

    /// Returns where on the ground a pixel lies, metres; `None` at and above the horizon.
    pub fn locate(&self, pixel: Point) -> Option<Point> {
        let bent = Point::new(
            (pixel.x - self.center_px.x) / self.focal_px.0,
            (pixel.y - self.center_px.y) / self.focal_px.1,
        );
        let straight = scaled(bent, self.distortion.straightened(bent.x.hypot(bent.y))?);
        let ray = self.rotation.transpose() * Vector3::new(straight.x, straight.y, 1.0);
        let along = -self.position.z / ray.z;
        let place = Point::new(
            self.position.x + along * ray.x,
            self.position.y + along * ray.y,
        );
        (along > 0.0 && place.is_finite()).then_some(place)
    }

    /// Returns the pixel that shows a point `height_m` above a place on the ground; `None` behind the camera, or where
    /// the lens shows nothing.
    pub fn project(&self, place: Point, height_m: f64) -> Option<Point> {
        let up = height_m * self.position.z.signum();
        let seen = self.rotation * (Vector3::new(place.x, place.y, up) - self.position);
        if seen.z <= 0.0 {
            return None;
        }
        let straight = Point::new(seen.x / seen.z, seen.y / seen.z);
        let bent = scaled(
            straight,
            self.distortion.bent(straight.x.hypot(straight.y))?,
        );
        Some(Point::new(
            self.center_px.x + self.focal_px.0 * bent.x,
            self.center_px.y + self.focal_px.1 * bent.y,
        ))
    }
}

impl Distortion {
    /// Returns by how much a distorted radius is to be multiplied.
    fn straightened(self, radius: f64) -> Option<f64> {
        match self {
            Self::None => Some(1.0),
            Self::Brown { k1, k2 } => undone(radius, k1, k2),
            Self::Tsai { kappa } => Some(1.0 + kappa * radius * radius),
        }
    }

    /// Returns by how much a straight radius is to be multiplied.
    fn bent(self, radius: f64) -> Option<f64> {
        match self {
            Self::None => Some(1.0),
            Self::Brown { k1, k2 } => Some(1.0 + k1 * radius.powi(2) + k2 * radius.powi(4)),
            Self::Tsai { kappa } => undone(radius, kappa, 0.0),
        }
    }
}

/// Returns s such that r = s `radius` solves r (1 + k1 r² + k2 r⁴) = `radius`, by Newton's method from `radius`.
fn undone(radius: f64, k1: f64, k2: f64) -> Option<f64> {
    if radius == 0.0 {
        return Some(1.0);
    }
    let mut r = radius;
    for _ in 0..NEWTON_STEPS {
        let square = r * r;
        let miss = r * (1.0 + k1 * square + k2 * square * square) - radius;
        let slope = 1.0 + 3.0 * k1 * square + 5.0 * k2 * square * square;
        // Beyond the fold of the polynomial no ray comes here.
        if slope <= 0.0 {
            return None;
        }
        r -= miss / slope;
        if miss.abs() <= 1e-13 * radius {
            return (r > 0.0).then_some(r / radius);
        }
    }
    None
}

fn scaled(p: Point, by: f64) -> Point {
    Point::new(p.x * by, p.y * by)
}

pub(crate) fn require(
    holds: bool,
    field: &'static str,
    expected: &'static str,
    found: f64,
) -> Result<(), GroundError> {
    if holds {
        Ok(())
    } else {
        Err(GroundError::Camera {
            field,
            expected,
            found,
        })
    }
}
