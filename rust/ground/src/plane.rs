//! Where the ground is, from a homography or from a camera.

use nalgebra::{Matrix3, Vector3};
use sightline_geometry::Point;

use crate::GroundError;
use crate::camera::Camera;
use crate::points::homography_from_points;

/// Half the step over which a local scale is measured, pixels.
const HALF_STEP_PX: f64 = 0.5;

/// Where the ground is: maps source pixels to metres.
///
/// Ground axes are the calibration's own; distances and speeds don't depend on them.
#[derive(Clone, Debug, PartialEq)]
pub struct GroundPlane(Mapping);

#[derive(Clone, Debug, PartialEq)]
enum Mapping {
    Homography {
        ground_from_pixels: Matrix3<f64>,
        pixels_from_ground: Matrix3<f64>,
        /// Sign of the third homogeneous coordinate below the horizon, where ground can be seen.
        front: f64,
    },
    Camera(Camera),
}

impl GroundPlane {
    /// Returns the plane whose coordinates in metres are `matrix` times (x, y, 1) in source pixels.
    ///
    /// `visible` is a pixel that shows ground: it tells the side of the horizon that is ground from the sky.
    ///
    /// # Errors
    /// [`GroundError`] when a coefficient is not finite or the matrix can't be inverted.
    pub fn from_homography(matrix: [[f64; 3]; 3], visible: Point) -> Result<Self, GroundError> {
        if let Some(&found) = matrix.iter().flatten().find(|v| !v.is_finite()) {
            return Err(GroundError::NotFinite { found });
        }
        let matrix = Matrix3::from(matrix).transpose();
        let inverse = matrix.try_inverse().ok_or(GroundError::Singular)?;
        let front = (matrix * Vector3::new(visible.x, visible.y, 1.0)).z;
        if !inverse.iter().all(|v| v.is_finite()) || front == 0.0 {
            return Err(GroundError::Singular);
        }
        Ok(Self(Mapping::Homography {
            ground_from_pixels: matrix,
            pixels_from_ground: inverse,
            front: front.signum(),
        }))
    }

    /// Returns the plane that fits four or more pixels whose place on the ground is known in metres, and by how much it
    /// misses them, metres (root mean square; 0 for four).
    ///
    /// # Errors
    /// [`GroundError`] when there are fewer than four pairs, as many pixels as places are not given, a number is not
    /// finite, or the points don't determine a plane because three of four lie on a line.
    pub fn from_points(pixels: &[Point], metres: &[Point]) -> Result<(Self, f64), GroundError> {
        let matrix = homography_from_points(pixels, metres)?;
        let plane = Self::from_homography(matrix, pixels[0])?;
        let mut squares = 0.0;
        for (position, (&pixel, &place)) in pixels.iter().zip(metres).enumerate() {
            let found = plane
                .locate(pixel)
                .ok_or(GroundError::OtherSide { position })?;
            squares += found.distance(place).powi(2);
        }
        Ok((plane, (squares / pixels.len() as f64).sqrt()))
    }

    /// Returns the ground that a camera stands over.
    pub fn from_camera(camera: Camera) -> Self {
        Self(Mapping::Camera(camera))
    }

    /// Returns the camera, where it is known.
    pub fn camera(&self) -> Option<&Camera> {
        match &self.0 {
            Mapping::Camera(camera) => Some(camera),
            Mapping::Homography { .. } => None,
        }
    }

    /// Returns where on the ground a pixel lies, metres; `None` at and above the horizon.
    pub fn locate(&self, pixel: Point) -> Option<Point> {
        match &self.0 {
            Mapping::Camera(camera) => camera.locate(pixel),
            Mapping::Homography {
                ground_from_pixels,
                front,
                ..
            } => {
                let place = ground_from_pixels * Vector3::new(pixel.x, pixel.y, 1.0);
                let point = Point::new(place.x / place.z, place.y / place.z);
                (place.z * front > 0.0 && point.is_finite()).then_some(point)
            }
        }
    }

    /// Returns the pixel that shows a place on the ground, or a point `height_m` above it; `None` behind the camera, and
    /// for points above the ground when only a homography is known.
    pub fn project(&self, place: Point, height_m: f64) -> Option<Point> {
        match &self.0 {
            Mapping::Camera(camera) => camera.project(place, height_m),
            Mapping::Homography {
                pixels_from_ground, ..
            } => {
                let pixel = pixels_from_ground * Vector3::new(place.x, place.y, 1.0);
                let point = Point::new(pixel.x / pixel.z, pixel.y / pixel.z);
                let seen = height_m == 0.0 && point.is_finite();
                (seen && self.locate(point).is_some()).then_some(point)
            }
        }
    }

    /// Returns how far apart on the ground two pixels are, metres; `None` when one shows no ground.
    pub fn distance_m(&self, a: Point, b: Point) -> Option<f64> {
        Some(self.locate(a)?.distance(self.locate(b)?))
    }

    /// Returns how many metres of ground one pixel covers here in the direction in which it covers most (the largest
    /// singular value of the map's derivative): what an error of a pixel costs.
    pub fn metres_per_px(&self, pixel: Point) -> Option<f64> {
        let along = |x: f64, y: f64| {
            let before = self.locate(Point::new(pixel.x - x, pixel.y - y))?;
            let after = self.locate(Point::new(pixel.x + x, pixel.y + y))?;
            Some((after.x - before.x, after.y - before.y))
        };
        let ((a, c), (b, d)) = (along(HALF_STEP_PX, 0.0)?, along(0.0, HALF_STEP_PX)?);
        let (sum, product) = (a * a + b * b + c * c + d * d, a * d - b * c);
        let gap = (sum * sum - 4.0 * product * product).max(0.0).sqrt();
        Some(f64::midpoint(sum, gap).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metres() -> GroundPlane {
        let matrix = [[0.01, 0.0, 0.0], [0.0, 0.01, 0.0], [0.0, 0.0, 1.0]];
        GroundPlane::from_homography(matrix, Point::new(1.0, 1.0)).unwrap()
    }

    #[test]
    fn pixels_become_metres_and_back() {
        let (pixel, place) = (Point::new(200.0, 300.0), Point::new(2.0, 3.0));
        assert_eq!(metres().locate(pixel), Some(place));
        let back = metres().project(place, 0.0).unwrap();
        assert!(back.distance(pixel) < 1e-9);
        assert_eq!(metres().project(place, 1.0), None);
        let apart = metres()
            .distance_m(pixel, Point::new(500.0, 700.0))
            .unwrap();
        assert!((apart - 5.0).abs() < 1e-12);
        assert!((metres().metres_per_px(pixel).unwrap() - 0.01).abs() < 1e-12);
    }

    #[test]
    fn sky_has_no_ground() {
        // The horizon is y = 100; ground is below it.
        let matrix = [[1.0, 0.0, 0.0], [0.0, 0.0, 50.0], [0.0, 0.01, -1.0]];
        let plane = GroundPlane::from_homography(matrix, Point::new(0.0, 200.0)).unwrap();
        for (y, is_ground) in [(99.0, false), (100.0, false), (101.0, true)] {
            assert_eq!(
                plane.locate(Point::new(10.0, y)).is_some(),
                is_ground,
                "{y}"
            );
        }
    }

    #[test]
    fn nonsense_is_refused() {
        let of = |matrix| GroundPlane::from_homography(matrix, Point::default());
        assert_eq!(of([[0.0; 3]; 3]), Err(GroundError::Singular));
        assert!(matches!(
            of([[f64::NAN; 3]; 3]),
            Err(GroundError::NotFinite { .. })
        ));
    }
}
