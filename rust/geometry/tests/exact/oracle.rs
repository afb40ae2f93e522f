//! The same questions answered in whole numbers, slowly and by another way, and points that make rounding fail.

use num_bigint::BigInt;
use num_traits::{Float, One, Signed};
use proptest::prelude::*;
use sightline_geometry::{Point, Polygon, PolygonError};

/// A place in units of 2^-[`UNIT_BITS`], in which every coordinate of the tests is whole.
pub(crate) type Place = (BigInt, BigInt);

/// Fine enough for the tests' coordinates and for steps that vanish beside them.
const UNIT_BITS: i16 = 512;

/// Returns 2^-`bits`.
fn tiny(bits: i16) -> BigInt {
    BigInt::one() << (UNIT_BITS - bits)
}

pub(crate) fn place(p: Point) -> Place {
    let whole = |v: f64| {
        let (mantissa, exponent, sign) = v.integer_decode();
        if mantissa == 0 {
            return BigInt::ZERO;
        }
        BigInt::from(mantissa) * sign * tiny(-exponent)
    };
    (whole(p.x), whole(p.y))
}

/// Returns a step to the right and a far smaller one down, both less than any gap between the tests' points and edges.
pub(crate) fn nudged(p: Point) -> Place {
    let (x, y) = place(p);
    (x + tiny(250), y + tiny(450))
}

/// Returns twice the area of the triangle, positive where `p` is right of the walk from `a` to `b` on screen.
pub(crate) fn turn(a: &Place, b: &Place, p: &Place) -> BigInt {
    (&b.0 - &a.0) * (&p.1 - &a.1) - (&b.1 - &a.1) * (&p.0 - &a.0)
}

/// Returns whether the place, which is on no edge, is inside: a ray downward meets an odd number of edges.
pub(crate) fn contains(corners: &[Point], p: &Place) -> bool {
    let mut inside = false;
    for i in 0..corners.len() {
        let (mut a, mut b) = (place(corners[i]), place(corners[(i + 1) % corners.len()]));
        if a.0 > b.0 {
            std::mem::swap(&mut a, &mut b);
        }
        inside ^= a.0 <= p.0 && p.0 < b.0 && turn(&a, &b, p).is_negative();
    }
    inside
}

/// Returns whether two segments cross, of which no end is on the other.
pub(crate) fn cross(a: &Place, b: &Place, p: &Place, q: &Place) -> bool {
    let differ = |u: BigInt, v: BigInt| u.is_positive() != v.is_positive();
    differ(turn(a, b, p), turn(a, b, q)) && differ(turn(p, q, a), turn(p, q, b))
}

/// Returns the edges that the move cuts, which passes through no corner and ends on no edge.
pub(crate) fn cut_edges(corners: &[Point], p: &Place, q: &Place) -> Vec<u32> {
    let places: Vec<Place> = corners.iter().copied().map(place).collect();
    let edges = places.iter().zip(places.iter().cycle().skip(1)).zip(0..);
    let cut = edges.filter(|((a, b), _)| cross(a, b, p, q));
    cut.map(|(_, edge)| edge).collect()
}

/// A coordinate from few values, so that ties are common; scaled so that most sums round.
fn coordinate() -> impl Strategy<Value = f64> {
    let scale = prop_oneof![Just(1.0), Just(0.1), Just(1.0 / 3.0), Just(1e-9), Just(1e9)];
    (1_i32..8, scale).prop_map(|(i, scale)| f64::from(i) * scale)
}

/// Points of a lattice, of one scale, a few of them an ulp off.
pub(crate) fn lattice_points(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Point>> {
    let scale = prop_oneof![Just(1.0), Just(0.1), Just(1.0 / 3.0), Just(1e-9), Just(1e9)];
    let point = (1_i32..8, 1_i32..8, -1_i32..9, -1_i32..9);
    (scale, proptest::collection::vec(point, count)).prop_map(|(scale, points)| {
        let near = |i: i32, shift: i32| {
            let value = f64::from(i) * scale;
            match shift {
                -1 => value.next_down(),
                8 => value.next_up(),
                _ => value,
            }
        };
        points
            .into_iter()
            .map(|(x, y, right, down)| Point::new(near(x, right), near(y, down)))
            .collect()
    })
}

/// Any mixture of awkward places.
pub(crate) fn awkward_point() -> impl Strategy<Value = Point> {
    (coordinate(), coordinate()).prop_map(|(x, y)| Point::new(x, y))
}

/// A simple polygon with a move whose ends like to lie on its corners, edges and heights.
pub(crate) fn polygon_and_move() -> impl Strategy<Value = (Polygon, Point, Point)> {
    shape_and_move(Polygon::new)
}

/// The same of a polygon whose edges mostly cross, touch and overlap.
pub(crate) fn tangle_and_move() -> impl Strategy<Value = (Polygon, Point, Point)> {
    shape_and_move(Polygon::even_odd)
}

fn shape_and_move(
    shape: impl Fn(&[Point]) -> Result<Polygon, PolygonError>,
) -> impl Strategy<Value = (Polygon, Point, Point)> {
    let pick = || (0_usize..8, 0_usize..8, 0_u8..5);
    (lattice_points(5..10), pick(), pick()).prop_filter_map("refused", move |(points, from, to)| {
        let (corners, rest) = points.split_at(points.len() - 2);
        let polygon = shape(corners).ok()?;
        let near = |(i, j, kind): (usize, usize, u8), free: Point| {
            let vertices = polygon.vertices();
            let (a, b) = (vertices[i % vertices.len()], vertices[j % vertices.len()]);
            match kind {
                0 => a,
                1 => a.toward(b, 0.5),
                2 => Point::new(free.x, a.y),
                3 => a.toward(b, 1.0 / 3.0),
                _ => free,
            }
        };
        let (from, to) = (near(from, rest[0]), near(to, rest[1]));
        Some((polygon, from, to))
    })
}
