//! A homography from pairs of points.

use nalgebra::{DMatrix, Matrix3};
use sightline_geometry::Point;

use crate::GroundError;

/// Least singular value but one, relative to the largest, of a set of points that determines a plane.
const LEAST_RANK: f64 = 1e-7;

/// Returns the matrix that takes pixels to metres with the least algebraic error: the normalized direct linear
/// transformation (Hartley and Zisserman, Multiple View Geometry, 2nd edition, algorithm 4.2).
pub(crate) fn homography_from_points(
    pixels: &[Point],
    metres: &[Point],
) -> Result<[[f64; 3]; 3], GroundError> {
    if pixels.len() != metres.len() {
        let (pixels, metres) = (pixels.len(), metres.len());
        return Err(GroundError::Unpaired { pixels, metres });
    }
    if pixels.len() < 4 {
        let found = pixels.len();
        return Err(GroundError::TooFewPoints { found });
    }
    let numbers = pixels.iter().chain(metres).flat_map(|p| [p.x, p.y]);
    if let Some(found) = numbers.into_iter().find(|v| !v.is_finite()) {
        return Err(GroundError::NotFinite { found });
    }
    let (from, to) = (normalization(pixels)?, normalization(metres)?);
    let mut rows = DMatrix::zeros(2 * pixels.len().max(5), 9);
    for (pair, (pixel, place)) in pixels.iter().zip(metres).enumerate() {
        let (p, q) = (moved(&from, *pixel), moved(&to, *place));
        let first = [p.x, p.y, 1.0, 0.0, 0.0, 0.0, -q.x * p.x, -q.x * p.y, -q.x];
        let second = [0.0, 0.0, 0.0, p.x, p.y, 1.0, -q.y * p.x, -q.y * p.y, -q.y];
        for column in 0..9 {
            rows[(2 * pair, column)] = first[column];
            rows[(2 * pair + 1, column)] = second[column];
        }
    }
    let solved = rows.svd(false, true);
    let (values, vectors) = (
        solved.singular_values,
        solved.v_t.ok_or(GroundError::Degenerate)?,
    );
    if values[7] < LEAST_RANK * values[0] {
        return Err(GroundError::Degenerate);
    }
    let entries: Vec<f64> = vectors.row(8).iter().copied().collect();
    let normalized = Matrix3::from_row_slice(&entries);
    let back = to.try_inverse().ok_or(GroundError::Degenerate)?;
    let matrix = back * normalized * from;
    if normalized.determinant().abs() < LEAST_RANK {
        return Err(GroundError::Degenerate);
    }
    Ok(matrix.transpose().into())
}

/// Returns what moves the points' mean to the origin and their mean distance from it to the square root of two.
fn normalization(points: &[Point]) -> Result<Matrix3<f64>, GroundError> {
    let count = points.len() as f64;
    let x = points.iter().map(|p| p.x).sum::<f64>() / count;
    let y = points.iter().map(|p| p.y).sum::<f64>() / count;
    let spread = points
        .iter()
        .map(|p| p.distance(Point::new(x, y)))
        .sum::<f64>()
        / count;
    if spread == 0.0 {
        return Err(GroundError::Degenerate);
    }
    let scale = std::f64::consts::SQRT_2 / spread;
    Ok(Matrix3::new(
        scale,
        0.0,
        -scale * x,
        0.0,
        scale,
        -scale * y,
        0.0,
        0.0,
        1.0,
    ))
}

fn moved(matrix: &Matrix3<f64>, p: Point) -> Point {
    Point::new(
        matrix[(0, 0)] * p.x + matrix[(0, 2)],
        matrix[(1, 1)] * p.y + matrix[(1, 2)],
    )
}
