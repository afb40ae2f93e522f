//! Lines: sides, crossings and the promises of the half-open rule.

use crate::oracle::{Place, awkward_point, cross, lattice_points, place, turn};
use num_bigint::BigInt;
use num_traits::Signed;
use proptest::prelude::*;
use sightline_geometry::{Crossing, Point, Segment, SegmentError, Side, orientation};

#[expect(clippy::expect_used, reason = "a fault here is a fault of the test")]
fn door() -> Segment {
    Segment::new(Point::new(300.0, 400.0), Point::new(700.0, 400.0)).expect("has length")
}

/// +1 toward the positive side, −1 away from it, 0 for none.
fn signed(segment: &Segment, from: Point, to: Point) -> i32 {
    match segment.crossing(from, to).map(|crossing| crossing.toward) {
        Some(Side::Positive) => 1,
        Some(Side::Negative) => -1,
        None => 0,
    }
}

#[test]
fn faults_are_named() {
    let (p, bad) = (Point::new(1.0, 2.0), Point::new(f64::NAN, 0.0));
    assert_eq!(Segment::new(p, p), Err(SegmentError::ZeroLength));
    assert_eq!(
        Segment::new(bad, p),
        Err(SegmentError::NotFinite { end: "start" })
    );
    assert_eq!(
        Segment::new(p, bad),
        Err(SegmentError::NotFinite { end: "end" })
    );
}

#[test]
fn a_crossing_has_a_direction_and_a_share() {
    let (above, below) = (Point::new(500.0, 390.0), Point::new(500.0, 430.0));
    let toward = Side::Positive;
    assert_eq!(
        door().crossing(above, below),
        Some(Crossing { toward, t: 0.25 })
    );
    let toward = Side::Negative;
    assert_eq!(
        door().crossing(below, above),
        Some(Crossing { toward, t: 0.75 })
    );
    assert_eq!(door().crossing(above, above), None);
}

#[test]
fn the_start_belongs_to_the_line_and_the_end_does_not() {
    let through = |x: f64| signed(&door(), Point::new(x, 300.0), Point::new(x, 500.0));
    assert_eq!(
        [
            through(299.0),
            through(300.0),
            through(699.0),
            through(700.0)
        ],
        [0, 1, 1, 0]
    );
}

#[test]
fn distances() {
    let close = |a: f64, b: f64| (a - b).abs() < 1e-9;
    assert!(close(
        door().signed_distance_to_line(Point::new(0.0, 390.0)),
        -10.0
    ));
    assert!(close(
        door().signed_distance_to_line(Point::new(0.0, 410.0)),
        10.0
    ));
    assert!(close(door().distance(Point::new(297.0, 404.0)), 5.0));
    assert!(close(door().distance(Point::new(500.0, 404.0)), 4.0));
}

/// Returns the place a vanishing step along the segment, and a far smaller one to its positive side, from `p`.
fn nudged_along(a: &Place, b: &Place, p: Place) -> Place {
    // Whole: the differences end in more than 420 zero bits.
    let (along, aside) = (|d: &BigInt| d >> 200, |d: &BigInt| d >> 420);
    let (dx, dy) = (&b.0 - &a.0, &b.1 - &a.1);
    (p.0 + along(&dx) - aside(&dy), p.1 + along(&dy) + aside(&dx))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    #[test]
    fn orientation_has_the_exact_sign(points in prop_oneof![proptest::collection::vec(awkward_point(), 3), lattice_points(3..4)]) {
        let (a, b, p) = (points[0], points[1], points[2]);
        let exact = turn(&place(a), &place(b), &place(p));
        let found = orientation(a, b, p);
        prop_assert_eq!(found > 0.0, exact.is_positive());
        prop_assert_eq!(found < 0.0, exact.is_negative());
    }

    #[test]
    fn crossing_is_that_of_the_oracle(points in lattice_points(4..5)) {
        let Ok(segment) = Segment::new(points[0], points[1]) else { return Ok(()) };
        let (a, b) = (place(points[0]), place(points[1]));
        let p = nudged_along(&a, &b, place(points[2]));
        let q = nudged_along(&a, &b, place(points[3]));
        let expected = match (cross(&a, &b, &p, &q), turn(&a, &b, &q).is_positive()) {
            (false, _) => 0,
            (true, true) => 1,
            (true, false) => -1,
        };
        prop_assert_eq!(signed(&segment, points[2], points[3]), expected);
    }

    #[test]
    fn reversing_the_move_turns_the_event_round(points in lattice_points(4..5)) {
        let Ok(segment) = Segment::new(points[0], points[1]) else { return Ok(()) };
        let there = signed(&segment, points[2], points[3]);
        prop_assert_eq!(there, -signed(&segment, points[3], points[2]));
    }

    #[test]
    fn cutting_line_or_move_at_an_exact_point_keeps_the_sum(ends in proptest::collection::vec((0_i32..7, 0_i32..7), 4)) {
        // Twice a lattice point: the middle of two of them is a lattice point again.
        let at = |i: usize| Point::new(f64::from(2 * ends[i].0), f64::from(2 * ends[i].1));
        let middle = |a: Point, b: Point| Point::new(f64::midpoint(a.x, b.x), f64::midpoint(a.y, b.y));
        let (start, end, from, to) = (at(0), at(1), at(2), at(3));
        let Ok(whole) = Segment::new(start, end) else { return Ok(()) };
        let expected = signed(&whole, from, to);
        let halfway = middle(from, to);
        prop_assert_eq!(signed(&whole, from, halfway) + signed(&whole, halfway, to), expected);
        let joint = middle(start, end);
        let halves = [Segment::new(start, joint), Segment::new(joint, end)];
        let sum: i32 = halves.iter().flatten().map(|half| signed(half, from, to)).sum();
        prop_assert_eq!(sum, expected);
    }

    #[test]
    fn a_long_line_counts_changes_of_side(path in proptest::collection::vec((0_i32..7, 0_i32..7), 2..12)) {
        let line = Segment::new(Point::new(-100.0, 3.0), Point::new(107.0, 3.0)).expect("has length");
        let path: Vec<Point> = path.iter().map(|&(x, y)| Point::new(f64::from(x), f64::from(y))).collect();
        let net: i32 = path.windows(2).map(|step| signed(&line, step[0], step[1])).sum();
        let side = |p: Point| i32::from(line.side(p) == Side::Positive);
        prop_assert_eq!(net, side(path[path.len() - 1]) - side(path[0]));
    }

    #[test]
    fn a_move_along_the_line_is_no_event(points in lattice_points(2..3), t in 0..8_u8, u in 0..8_u8) {
        let level = |p: Point| Point::new(p.x, points[0].y);
        let Ok(segment) = Segment::new(points[0], level(points[1])) else { return Ok(()) };
        let at = |share: u8| level(points[0].toward(points[1], f64::from(share) / 4.0 - 0.5));
        prop_assert_eq!(signed(&segment, at(t), at(u)), 0);
    }
}
