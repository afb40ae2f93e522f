//! The homography of the ground plane.

use sightline_geometry::Point;

/// Why a ground plane can't be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum GroundError {
    /// A coefficient is NaN or infinite.
    #[error("expected nine finite numbers, found {found}")]
    NotFinite {
        /// The first that is not.
        found: f64,
    },
    /// The matrix maps the image to a line or a point.
    #[error("the matrix has no inverse: all image points would lie on one line of the ground")]
    Singular,
}

/// Where the ground is: maps source pixels to metres.
///
/// Ground axes are the calibration's own; distances and speeds don't depend on them.
#[derive(Clone, Debug, PartialEq)]
pub struct GroundPlane {
    /// Ground from pixels, row by row.
    matrix: [[f64; 3]; 3],
    /// Sign of the third homogeneous coordinate below the horizon, where ground can be seen.
    front: f64,
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
        let [a, b, c] = matrix;
        let determinant = a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0])
            + a[2] * (b[0] * c[1] - b[1] * c[0]);
        let front = c[0] * visible.x + c[1] * visible.y + c[2];
        if determinant == 0.0 || front == 0.0 {
            return Err(GroundError::Singular);
        }
        Ok(Self {
            matrix,
            front: front.signum(),
        })
    }

    /// Returns where on the ground a pixel lies, metres; `None` at and above the horizon.
    pub fn locate(&self, pixel: Point) -> Option<Point> {
        let [x, y, w] = self.matrix.map(|[a, b, c]| a * pixel.x + b * pixel.y + c);
        let place = Point::new(x / w, y / w);
        (w * self.front > 0.0 && place.is_finite()).then_some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_become_metres() {
        let metres = GroundPlane::from_homography(
            [[0.01, 0.0, 0.0], [0.0, 0.01, 0.0], [0.0, 0.0, 1.0]],
            Point::new(1.0, 1.0),
        )
        .unwrap();
        assert_eq!(
            metres.locate(Point::new(200.0, 300.0)),
            Some(Point::new(2.0, 3.0))
        );
    }

    #[test]
    fn sky_has_no_ground() {
        // The horizon is y = 100; ground is below it.
        let plane = GroundPlane::from_homography(
            [[1.0, 0.0, 0.0], [0.0, 0.0, 50.0], [0.0, 0.01, -1.0]],
            Point::new(0.0, 200.0),
        )
        .unwrap();
        assert!(plane.locate(Point::new(10.0, 99.0)).is_none());
        assert!(plane.locate(Point::new(10.0, 100.0)).is_none());
        assert!(plane.locate(Point::new(10.0, 101.0)).is_some());
    }

    #[test]
    fn nonsense_is_refused() {
        let zero = GroundPlane::from_homography([[0.0; 3]; 3], Point::default());
        assert_eq!(zero, Err(GroundError::Singular));
    }
}
