//! Polygons: what is refused, what is contained, where moves cut.

use crate::oracle::{self, nudged, polygon_and_move, tangle_and_move};
use proptest::prelude::*;
use sightline_geometry::{Cut, Point, Polygon, PolygonError, PolygonSet, Segment};

fn points(corners: &[[f64; 2]]) -> Vec<Point> {
    corners.iter().copied().map(Point::from).collect()
}

#[expect(clippy::expect_used, reason = "a fault here is a fault of the test")]
fn polygon(corners: &[[f64; 2]]) -> Polygon {
    Polygon::new(&points(corners)).expect("simple")
}

#[test]
fn faults_are_named() {
    let cases: &[(&[[f64; 2]], PolygonError)] = &[
        (&[], PolygonError::TooFewPoints { distinct: 0 }),
        (&[[1.0, 1.0]; 3], PolygonError::TooFewPoints { distinct: 1 }),
        (
            &[[0.0, 0.0], [1.0, 1.0], [0.0, 0.0], [1.0, 1.0]],
            PolygonError::TooFewPoints { distinct: 2 },
        ),
        (
            &[[0.0, 0.0], [1.0, f64::NAN], [0.0, 1.0]],
            PolygonError::NotFinite { vertex: 1 },
        ),
        (
            &[[0.0, 0.0], [1.0, 0.0], [f64::INFINITY, 1.0]],
            PolygonError::NotFinite { vertex: 2 },
        ),
        (
            &[[0.0, 0.0], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0]],
            PolygonError::RepeatedPoint {
                first: 1,
                second: 2,
            },
        ),
        (
            &[[0.0, 0.0], [1.0, 1.0], [3.0, 3.0], [2.0, 2.0]],
            PolygonError::Collinear,
        ),
    ];
    for (corners, fault) in cases {
        assert_eq!(Polygon::new(&points(corners)), Err(*fault), "{corners:?}");
    }
}

#[test]
fn edges_that_cross_touch_or_overlap_are_named() {
    let cases: &[(&[[f64; 2]], PolygonError)] = &[
        // A bow tie.
        (
            &[[0.0, 0.0], [1.0, 1.0], [1.0, 0.0], [0.0, 1.0]],
            PolygonError::SelfIntersecting {
                first: 0,
                second: 2,
            },
        ),
        // A corner that touches another edge.
        (
            &[[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [2.0, 0.0], [0.0, 4.0]],
            PolygonError::SelfIntersecting {
                first: 0,
                second: 2,
            },
        ),
        // A spike: the third edge runs back over the second.
        (
            &[[0.0, 0.0], [2.0, 0.0], [4.0, 4.0], [3.0, 2.0], [0.0, 2.0]],
            PolygonError::SelfIntersecting {
                first: 1,
                second: 2,
            },
        ),
        // A spike at the first point.
        (
            &[[0.0, 0.0], [0.0, 4.0], [4.0, 4.0], [0.0, 2.0]],
            PolygonError::SelfIntersecting {
                first: 0,
                second: 2,
            },
        ),
        // The same corner twice, not in a row.
        (
            &[
                [0.0, 0.0],
                [2.0, 2.0],
                [4.0, 0.0],
                [4.0, 4.0],
                [2.0, 2.0],
                [0.0, 4.0],
            ],
            PolygonError::SelfIntersecting {
                first: 0,
                second: 3,
            },
        ),
    ];
    for (corners, fault) in cases {
        assert_eq!(Polygon::new(&points(corners)), Err(*fault), "{corners:?}");
    }
}

#[test]
fn a_closing_point_is_dropped_and_either_winding_is_the_same() {
    let open = polygon(&[[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0]]);
    let closed = polygon(&[[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0], [0.0, 0.0]]);
    let turned = polygon(&[[0.0, 4.0], [4.0, 4.0], [4.0, 0.0], [0.0, 0.0]]);
    assert_eq!(open, closed);
    for x in 0..=8 {
        for y in 0..=8 {
            let p = Point::new(f64::from(x) / 2.0, f64::from(y) / 2.0);
            assert_eq!(open.contains(p), turned.contains(p), "{p:?}");
            assert_eq!(open.contains(p), x < 8 && y < 8, "{p:?}");
        }
    }
}

/// A square cut into four triangles, an L and its filling, with corners in the middle of neighbors' edges.
#[test]
fn every_point_of_a_partition_is_in_exactly_one_part() {
    let parts = [
        polygon(&[[0.0, 0.0], [4.0, 0.0], [2.0, 2.0]]),
        polygon(&[[4.0, 0.0], [4.0, 4.0], [2.0, 2.0]]),
        polygon(&[[4.0, 4.0], [0.0, 4.0], [2.0, 2.0]]),
        polygon(&[[0.0, 4.0], [0.0, 0.0], [2.0, 2.0]]),
        polygon(&[
            [4.0, 0.0],
            [8.0, 0.0],
            [8.0, 2.0],
            [6.0, 2.0],
            [6.0, 4.0],
            [4.0, 4.0],
        ]),
        polygon(&[[6.0, 2.0], [8.0, 2.0], [8.0, 4.0], [6.0, 4.0]]),
    ];
    for x in 0..32 {
        for y in 0..16 {
            let p = Point::new(f64::from(x) / 4.0, f64::from(y) / 4.0);
            assert_eq!(
                parts.iter().filter(|part| part.contains(p)).count(),
                1,
                "{p:?}"
            );
        }
    }
}

#[test]
fn cuts_of_a_concave_shape_come_in_order() {
    let u = polygon(&[
        [0.0, 0.0],
        [1.0, 0.0],
        [1.0, 3.0],
        [3.0, 3.0],
        [3.0, 0.0],
        [4.0, 0.0],
        [4.0, 4.0],
        [0.0, 4.0],
    ]);
    let mut cuts = Vec::new();
    u.path_cuts(Point::new(-1.0, 1.0), Point::new(7.0, 1.0), &mut cuts);
    let expected = [(0.125, 7), (0.25, 1), (0.5, 3), (0.625, 5)];
    assert_eq!(cuts, expected.map(|(t, edge)| Cut { t, edge }));
    u.path_cuts(Point::new(0.5, 1.0), Point::new(3.5, 1.0), &mut cuts);
    assert_eq!(cuts.len(), 2);
    u.path_cuts(Point::new(1.5, 1.0), Point::new(2.5, 1.0), &mut cuts);
    assert!(cuts.is_empty());
    u.path_cuts(Point::new(2.0, 2.0), Point::new(2.0, 2.0), &mut cuts);
    assert!(cuts.is_empty());
}

#[test]
fn a_bow_tie_has_two_wings_and_a_star_no_middle() {
    let tie = Polygon::even_odd(&points(&[[0.0, 0.0], [8.0, 0.0], [0.0, 8.0], [8.0, 8.0]]))
        .expect("encloses something");
    let wings = [[4.0, 1.0], [4.0, 7.0]].map(Point::from);
    assert!(wings.iter().all(|&p| tie.contains(p)));
    assert!(
        ![[1.0, 4.0], [7.0, 4.0]]
            .iter()
            .any(|&p| tie.contains(p.into()))
    );
    let mut cuts = Vec::new();
    tie.path_cuts(Point::new(3.0, -1.0), Point::new(3.0, 7.0), &mut cuts);
    let edges: Vec<u32> = cuts.iter().map(|cut| cut.edge).collect();
    assert_eq!(edges, [0, 3, 1]);
    let radius = tie.inradius();
    assert!(radius < 1.66 && radius > 1.5, "{radius}");
    let corner = |turn: f64| {
        let angle = turn * 2.0 * std::f64::consts::TAU / 5.0;
        Point::new(angle.sin(), -angle.cos())
    };
    let star: Vec<Point> = (0..5).map(|each| corner(f64::from(each))).collect();
    let star = Polygon::even_odd(&star).expect("encloses something");
    assert!(!star.contains(Point::new(0.0, 0.0)));
    assert!(star.contains(Point::new(0.0, -0.7)));
}

#[test]
fn edges_that_cancel_out_enclose_nothing() {
    let triangle = [[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]];
    let twice = [triangle, triangle].concat();
    assert_eq!(
        Polygon::even_odd(&points(&twice)),
        Err(PolygonError::Canceled)
    );
    // There and back, with a rest on the way.
    let there = [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [4.0, 0.0], [2.0, 0.0]];
    assert_eq!(
        Polygon::even_odd(&points(&there)),
        Err(PolygonError::Canceled)
    );
    let thrice = [triangle, triangle, triangle].concat();
    let thrice = Polygon::even_odd(&points(&thrice)).expect("encloses something");
    assert!(thrice.contains(Point::new(1.0, 1.0)));
    let spiked = [
        [0.0, 0.0],
        [4.0, 0.0],
        [4.0, 4.0],
        [2.0, 2.0],
        [4.0, 4.0],
        [0.0, 4.0],
    ];
    assert!(
        Polygon::even_odd(&points(&spiked))
            .expect("a square")
            .contains(Point::new(3.0, 2.0))
    );
    let closed = [[0.0, 0.0], [8.0, 0.0], [0.0, 8.0], [8.0, 8.0], [0.0, 0.0]];
    let open = Polygon::even_odd(&points(&closed[..4]));
    assert_eq!(Polygon::even_odd(&points(&closed)), open);
    // What is no polygon by any rule is refused as ever.
    let fault = PolygonError::TooFewPoints { distinct: 2 };
    assert_eq!(
        Polygon::even_odd(&points(&[[0.0, 0.0], [1.0, 1.0]])),
        Err(fault)
    );
}

/// A square's top left corner belongs to its left side, its bottom right one to neither: moves are shifted right, then down.
#[test]
fn a_corner_belongs_to_the_side_right_and_down_of_it() {
    let square = polygon(&[[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0]]);
    let edges = |from: [f64; 2], to: [f64; 2]| {
        let mut cuts = Vec::new();
        square.path_cuts(from.into(), to.into(), &mut cuts);
        cuts.iter().map(|cut| cut.edge).collect::<Vec<_>>()
    };
    assert_eq!(edges([-2.0, -2.0], [2.0, 2.0]), [0]);
    assert_eq!(edges([2.0, 2.0], [-2.0, -2.0]), [0]);
    assert_eq!(edges([2.0, 2.0], [6.0, 6.0]), [1]);
    assert_eq!(edges([2.0, 2.0], [6.0, -2.0]), [1]);
    assert_eq!(edges([2.0, 2.0], [-2.0, 6.0]), [2]);
    // Past a corner outside: over two sides, at the same share, or none.
    assert_eq!(edges([-2.0, 2.0], [2.0, -2.0]), [0, 3]);
    assert_eq!(edges([2.0, 6.0], [6.0, 2.0]), [] as [u32; 0]);
}

#[test]
fn distances_and_thickness() {
    let strip = polygon(&[[0.0, 0.0], [100.0, 0.0], [100.0, 6.0], [0.0, 6.0]]);
    let close = |a: f64, b: f64| (a - b).abs() < 1e-9;
    assert!(close(strip.boundary_distance(Point::new(50.0, 2.0)), 2.0));
    assert!(close(strip.boundary_distance(Point::new(103.0, 10.0)), 5.0));
    let radius = strip.inradius();
    assert!(radius <= 3.0 && radius > 2.7, "{radius}");
    let triangle = polygon(&[[0.0, 0.0], [3.0, 0.0], [0.0, 4.0]]);
    let radius = triangle.inradius();
    assert!(radius <= 1.0 && radius > 0.9, "{radius}");
    let sliver = polygon(&[[0.0, 0.0], [1000.0, 1000.0], [1000.0, 1000.001]]);
    assert!(sliver.inradius() < 0.001);
    let ulp = polygon(&[
        [1e9, 1e9],
        [1e9_f64.next_up(), 1e9],
        [1e9, 1e9_f64.next_up()],
    ]);
    assert!(ulp.inradius() < 1e-6);
}

#[test]
fn a_path_strays_beyond_a_distance_in_the_middle() {
    let square = polygon(&[[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]]);
    let (left, right) = (Point::new(0.0, 5.0), Point::new(10.0, 5.0));
    assert!(square.strays_beyond(left, right, 4.0));
    assert!(!square.strays_beyond(left, right, 5.0));
    assert!(!square.strays_beyond(Point::new(0.0, 1.0), Point::new(1.0, 0.0), 1.0));
    assert!(square.strays_beyond(left, Point::new(5.0, 5.0), 4.9));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, max_local_rejects: 10_000_000, ..ProptestConfig::default() })]

    #[test]
    fn containment_and_cuts_are_those_of_the_oracle((polygon, from, to) in polygon_and_move()) {
        agrees_with_the_oracle(&polygon, from, to)?;
    }

    #[test]
    fn so_they_are_where_edges_cross((polygon, from, to) in tangle_and_move()) {
        agrees_with_the_oracle(&polygon, from, to)?;
    }

    #[test]
    fn cuts_reverse_with_the_move((polygon, from, to) in prop_oneof![polygon_and_move(), tangle_and_move()]) {
        let edges = |from, to| {
            let mut cuts = Vec::new();
            polygon.path_cuts(from, to, &mut cuts);
            let mut edges: Vec<u32> = cuts.iter().map(|cut| cut.edge).collect();
            edges.sort_unstable();
            edges
        };
        prop_assert_eq!(edges(from, to), edges(to, from));
    }

    #[test]
    fn the_thickness_of_a_tangle_is_that_of_a_circle_inside((polygon, ..) in tangle_and_move()) {
        let radius = polygon.inradius();
        let (low, high) = polygon.bounds();
        // Half a side and the distance to it are rounded apart.
        let thickness = (high.x - low.x).min(high.y - low.y);
        prop_assert!(radius * 2.0 <= thickness * (1.0 + 1e-12));
    }
}

/// Asks a polygon, alone and by an index, and its oracle.
fn agrees_with_the_oracle(polygon: &Polygon, from: Point, to: Point) -> Result<(), TestCaseError> {
    let corners = polygon.vertices();
    let (p, q) = (nudged(from), nudged(to));
    prop_assert_eq!(polygon.contains(from), oracle::contains(corners, &p));
    prop_assert_eq!(polygon.contains(to), oracle::contains(corners, &q));
    let mut cuts = Vec::new();
    polygon.path_cuts(from, to, &mut cuts);
    let mut edges: Vec<u32> = cuts.iter().map(|cut| cut.edge).collect();
    edges.sort_unstable();
    prop_assert_eq!(edges, oracle::cut_edges(corners, &p, &q));
    let set = PolygonSet::new(vec![polygon.clone()]);
    for place in [from, to] {
        let mut found = false;
        set.containing(place, |_| found = true);
        prop_assert_eq!(found, polygon.contains(place));
    }
    prop_assert_eq!(
        cuts.len() % 2 == 1,
        polygon.contains(from) != polygon.contains(to)
    );
    let size = from.distance(to) + polygon.bounds().0.distance(polygon.bounds().1);
    for cut in &cuts {
        let start = cut.edge as usize;
        let edge = Segment::new(corners[start], corners[(start + 1) % corners.len()]);
        let gap = edge.map_or(f64::NAN, |edge| edge.distance(from.toward(to, cut.t)));
        prop_assert!(gap < size * 1e-12, "{:?} is {} off its edge", cut, gap);
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_numbers_keep_cuts_and_containment_consistent(
        raw in proptest::collection::vec((-1e4..1e4_f64, -1e4..1e4_f64), 3..9),
        from in (-1e4..1e4_f64, -1e4..1e4_f64),
        to in (-1e4..1e4_f64, -1e4..1e4_f64),
    ) {
        let corners: Vec<Point> = raw.iter().map(|&(x, y)| Point::new(x, y)).collect();
        let Ok(polygon) = Polygon::new(&corners) else { return Ok(()) };
        let (from, to) = (Point::new(from.0, from.1), Point::new(to.0, to.1));
        let mut cuts = Vec::new();
        polygon.path_cuts(from, to, &mut cuts);
        prop_assert_eq!(cuts.len() % 2 == 1, polygon.contains(from) != polygon.contains(to));
        prop_assert!(cuts.is_sorted_by(|a, b| a.t <= b.t) && cuts.iter().all(|cut| (0.0..=1.0).contains(&cut.t)));
        let radius = polygon.inradius();
        let (low, high) = polygon.bounds();
        // Half a side and the distance to it are rounded apart.
        let thickness = (high.x - low.x).min(high.y - low.y);
        prop_assert!(radius * 2.0 <= thickness * (1.0 + 1e-12));
    }
}
