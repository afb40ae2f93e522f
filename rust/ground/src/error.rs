//! Why a ground plane can't be had.

/// What is wrong with a calibration, and what to do.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum GroundError {
    /// A number is NaN or infinite.
    #[error("expected finite numbers, found {found}")]
    NotFinite {
        /// The first that is not.
        found: f64,
    },
    /// The matrix maps the image to a line or a point.
    #[error("the matrix has no inverse: all image points would lie on one line of the ground")]
    Singular,
    /// Too few pairs of points.
    #[error(
        "expected four or more pairs of points, found {found}; measure more places on the ground"
    )]
    TooFewPoints {
        /// Pairs given.
        found: usize,
    },
    /// As many places as pixels are needed.
    #[error("expected as many places as pixels, found {pixels} pixels and {metres} places")]
    Unpaired {
        /// Pixels given.
        pixels: usize,
        /// Places given.
        metres: usize,
    },
    /// The points lie on a line, or coincide.
    #[error(
        "the points don't determine a plane: of each four, no three may lie on a line; spread them over the ground"
    )]
    Degenerate,
    /// A point would be above the horizon.
    #[error(
        "points[{position}]: is on the other side of the horizon than the first; check its place"
    )]
    OtherSide {
        /// Position of the pair.
        position: usize,
    },
    /// A number of a camera is out of range.
    #[error("{field}: expected {expected}, found {found}")]
    Camera {
        /// Name of the number.
        field: &'static str,
        /// What is allowed.
        expected: &'static str,
        /// What was given.
        found: f64,
    },
    /// People's boxes don't say where the ground is.
    #[error("people don't determine the camera: {reason}")]
    Undetermined {
        /// Why, and what to do.
        reason: String,
    },
}
