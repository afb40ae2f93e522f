//! A place in the image, and on which side of a directed line it lies.

/// A place, sub-pixel, in whatever unit its owner uses (source pixels in a scene).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// Distance from the left border, to the right.
    pub x: f64,
    /// Distance from the top border, downward.
    pub y: f64,
}

impl Point {
    /// Returns the point at `x`, `y`.
    pub const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }

    /// Returns whether neither coordinate is NaN or infinite.
    pub fn is_finite(self) -> bool {
        self.x.is_finite() && self.y.is_finite()
    }

    /// Returns the point a share `t` of the way to `to`: `self` at 0, exactly `to` at 1.
    #[must_use]
    pub fn toward(self, to: Self, t: f64) -> Self {
        let rest = 1.0 - t;
        Self::new(self.x * rest + to.x * t, self.y * rest + to.y * t)
    }

    /// Returns the straight distance to `to`.
    pub fn distance(self, to: Self) -> f64 {
        (to.x - self.x).hypot(to.y - self.y)
    }
}

impl From<[f64; 2]> for Point {
    fn from([x, y]: [f64; 2]) -> Self {
        Self::new(x, y)
    }
}

/// Returns a number whose sign is exact: on which side of the line from `a` to `b` the point `p` lies.
///
/// Positive is to the right of somebody who walks from `a` to `b` as seen on the screen (y down), zero is exactly on
/// the line. The magnitude is about twice the area of the triangle.
pub fn orientation(a: Point, b: Point, p: Point) -> f64 {
    robust::orient2d(coordinate(a), coordinate(b), coordinate(p))
}

fn coordinate(p: Point) -> robust::Coord<f64> {
    robust::Coord { x: p.x, y: p.y }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positive_is_right_of_the_walk_on_screen() {
        let (left, right) = (Point::new(300.0, 400.0), Point::new(700.0, 400.0));
        assert!(orientation(left, right, Point::new(500.0, 401.0)) > 0.0);
        assert!(orientation(left, right, Point::new(500.0, 399.0)) < 0.0);
        assert!(orientation(left, right, Point::new(9000.0, 400.0)) == 0.0);
    }

    #[test]
    fn sign_is_exact_where_plain_arithmetic_says_zero() {
        let (a, b) = (Point::new(12.0, 12.0), Point::new(24.0, 24.0));
        let below = Point::new(0.5, f64::from_bits(0.5_f64.to_bits() + 1));
        let plain = (b.x - a.x) * (below.y - a.y) - (b.y - a.y) * (below.x - a.x);
        assert!(plain == 0.0);
        assert!(orientation(a, b, below) > 0.0);
    }

    #[test]
    fn toward_hits_both_ends_exactly() {
        let (a, b) = (Point::new(0.1, 0.7), Point::new(0.3, 1e9));
        assert_eq!(a.toward(b, 0.0), a);
        assert_eq!(a.toward(b, 1.0), b);
    }
}
