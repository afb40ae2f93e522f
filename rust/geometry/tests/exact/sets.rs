//! Sets with an index answer as their members do, one by one.

use std::collections::BTreeSet;

use crate::oracle::polygon_and_move;
use proptest::prelude::*;
use sightline_geometry::{Point, Polygon, PolygonSet, Segment, SegmentSet, Side};

/// Polygons without crossing edges: corners at rising angles round a center, on whole pixels or not.
fn star() -> impl Strategy<Value = Option<Polygon>> {
    let corner = (0.05..1.0_f64, 0.0..1.0_f64);
    let center = (0.0..200.0_f64, 0.0..200.0_f64);
    (center, prop::collection::vec(corner, 3..24), any::<bool>()).prop_map(
        |(center, corners, whole)| {
            let count = corners.len() as f64;
            let corners: Vec<Point> = corners
                .iter()
                .zip(0_u8..)
                .map(|(&(radius, turn), position)| {
                    let angle = (f64::from(position) + 0.9 * turn) / count * std::f64::consts::TAU;
                    let (x, y) = (
                        center.0 + 60.0 * radius * angle.cos(),
                        center.1 + 60.0 * radius * angle.sin(),
                    );
                    if whole {
                        Point::new(x.round(), y.round())
                    } else {
                        Point::new(x, y)
                    }
                })
                .collect();
            Polygon::new(&corners).ok()
        },
    )
}

fn point() -> impl Strategy<Value = Point> {
    prop_oneof![
        (-50.0..250.0_f64, -50.0..250.0_f64).prop_map(|(x, y)| Point::new(x, y)),
        (-5..25_i8, -5..25_i8)
            .prop_map(|(x, y)| Point::new(f64::from(x) * 10.0, f64::from(y) * 10.0)),
        Just(Point::new(1e60, -1e60)),
    ]
}

fn point_on(polygon: &Polygon, edge: usize, share: f64) -> Point {
    let corners = polygon.vertices();
    let (a, b) = (
        corners[edge % corners.len()],
        corners[(edge + 1) % corners.len()],
    );
    a.toward(b, share)
}

fn containing(set: &PolygonSet, p: Point) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    set.containing(p, |position| {
        assert!(found.insert(position), "{position} twice");
    });
    found
}

proptest! {
    #![proptest_config(ProptestConfig { max_local_rejects: 10_000_000, ..ProptestConfig::default() })]


    #[test]
    fn polygons_contain_what_each_contains(
        polygons in prop::collection::vec(star(), 0..12),
        places in prop::collection::vec(point(), 1..40),
        edges in prop::collection::vec((0..12_usize, 0..24_usize, prop_oneof![Just(0.0), Just(0.5), Just(1.0), 0.0..1.0_f64]), 0..40),
    ) {
        let polygons: Vec<_> = polygons.into_iter().flatten().collect();
        let on_edges = edges.iter().filter_map(|&(which, edge, share)| Some(point_on(polygons.get(which)?, edge, share)));
        let places: Vec<_> = places.into_iter().chain(on_edges).collect();
        let set = PolygonSet::new(polygons.clone());
        for p in places {
            let expected: BTreeSet<_> = (0..polygons.len()).filter(|&i| polygons[i].contains(p)).collect();
            prop_assert_eq!(containing(&set, p), expected, "{:?}", p);
        }
    }

    #[test]
    fn awkward_places_are_where_each_polygon_has_them((polygon, a, b) in polygon_and_move()) {
        let set = PolygonSet::new(vec![polygon.clone()]);
        for p in [a, b, a.toward(b, 0.5)].iter().chain(polygon.vertices()) {
            prop_assert_eq!(containing(&set, *p).len(), usize::from(polygon.contains(*p)), "{:?}", p);
        }
    }

    #[test]
    fn lines_are_crossed_as_each_is(
        ends in prop::collection::vec((point(), point()), 0..16),
        path in prop::collection::vec(point(), 2..30),
    ) {
        let segments: Vec<_> = ends.into_iter().filter(|(a, b)| a.x.abs() < 1e9 && b.x.abs() < 1e9).filter_map(|(a, b)| Segment::new(a, b).ok()).collect();
        let set = SegmentSet::new(segments.clone());
        for pair in path.windows(2) {
            let mut found: Vec<(usize, Side)> = Vec::new();
            set.crossings([(pair[0], pair[1])], |_, position, side| found.push((position, side)));
            let expected: Vec<_> = (0..segments.len())
                .filter_map(|i| Some((i, segments[i].crossing(pair[0], pair[1])?.toward)))
                .collect();
            prop_assert_eq!(found, expected, "{:?}", pair);
        }
    }
}

/// A partition of the frame into strips: every point of it is in exactly one.
#[test]
fn neighbors_share_no_point() {
    let strip = |left: f64| {
        let corners = [
            [left, 0.0],
            [left + 7.0, 0.0],
            [left + 7.0, 100.0],
            [left, 100.0],
        ];
        Polygon::new(&corners.map(Point::from)).unwrap()
    };
    let set = PolygonSet::new((0..100_u8).map(|i| strip(f64::from(i) * 7.0)).collect());
    for x in 0..700_u16 {
        for y in [0.0, 0.5, 50.0, 99.99] {
            assert_eq!(
                containing(&set, Point::new(f64::from(x), y)).len(),
                1,
                "{x} {y}"
            );
        }
    }
}

#[test]
fn nothing_is_in_an_empty_set() {
    assert!(containing(&PolygonSet::new(Vec::new()), Point::new(1.0, 1.0)).is_empty());
    let moves = [(Point::new(0.0, 0.0), Point::new(9.0, 9.0))];
    SegmentSet::new(Vec::new()).crossings(moves, |_, _, _| panic!("no line"));
}
