//! An index answers as its members do, also where cells are tiny, far from zero, crowded or cut by many edges.

use proptest::prelude::*;
use sightline_geometry::{Point, Polygon, PolygonSet};

/// Where and how large the scene is; the last is a few units of rounding wide.
const PLACES: [(f64, f64); 6] = [
    (0.0, 1.0),
    (0.0, 1e-60),
    (1e9, 1.0),
    (-1e6, 1e-3),
    (1e60, 1e60),
    (1e6, 1e-9),
];

/// A comb with teeth of this width: many edges in every cell.
fn comb(teeth: u32, width: f64) -> Vec<Point> {
    let mut corners = vec![Point::new(0.0, 100.0)];
    for tooth in 0..teeth {
        let x = f64::from(tooth) * 2.0 * width;
        corners.extend([Point::new(x, 0.0), Point::new(x + width, 0.0)]);
        corners.extend([
            Point::new(x + width, 90.0),
            Point::new(x + 2.0 * width, 90.0),
        ]);
    }
    corners.push(Point::new(f64::from(teeth) * 2.0 * width, 100.0));
    corners
}

fn star(center: (f64, f64), radii: &[f64], turn: f64, flat: f64) -> Vec<Point> {
    let step = std::f64::consts::TAU / radii.len() as f64;
    let corner = |(number, radius): (u32, &f64)| {
        let angle = f64::from(number) * step + turn;
        Point::new(
            center.0 + radius * angle.cos(),
            center.1 + radius * angle.sin() * flat,
        )
    };
    (0..).zip(radii).map(corner).collect()
}

fn corners() -> impl Strategy<Value = Vec<Point>> {
    let stars = (
        (0.0..100.0_f64, 0.0..100.0_f64),
        prop::collection::vec(1.0..50.0_f64, 3..90),
        prop_oneof![Just(0.0), 0.0..1.0_f64],
        prop_oneof![Just(1.0), Just(1e-3)],
    );
    prop_oneof![
        4 => stars.prop_map(|(center, radii, turn, flat)| star(center, &radii, turn, flat)),
        1 => (2..40_u32, 0.01..3.0_f64).prop_map(|(teeth, width)| comb(teeth, width)),
    ]
}

/// Returns the point that many units of rounding away; near zero, units of the scale's.
fn nudged(p: Point, (x, y): (i8, i8), scale: f64) -> Point {
    let unit = |value: f64| value.abs().max(scale) * f64::EPSILON;
    Point::new(
        p.x + f64::from(x) * unit(p.x),
        p.y + f64::from(y) * unit(p.y),
    )
}

fn agrees(polygons: &[Polygon], places: &[Point]) -> Result<(), TestCaseError> {
    let set = PolygonSet::new(polygons.to_vec());
    let mut inside = vec![false; places.len() * polygons.len()];
    let points: Vec<[f64; 2]> = places.iter().map(|p| [p.x, p.y]).collect();
    set.mark(&points, &mut inside);
    for (place, row) in places.iter().zip(inside.chunks(polygons.len().max(1))) {
        let expected: Vec<bool> = polygons.iter().map(|each| each.contains(*place)).collect();
        prop_assert_eq!(row, &expected, "{:?}", place);
        let mut found = Vec::new();
        set.containing(*place, |position| found.push(position));
        let expected: Vec<_> = (0..polygons.len()).filter(|&each| expected[each]).collect();
        prop_assert_eq!(found, expected, "{:?}", place);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn marks_what_each_polygon_contains(
        shapes in prop::collection::vec((corners(), prop_oneof![2 => Just(1_usize), 1 => 2..8_usize]), 1..14),
        (offset, scale) in prop::sample::select(&PLACES[..]),
        places in prop::collection::vec((-60.0..160.0_f64, -60.0..160.0_f64), 1..60),
        edges in prop::collection::vec((0..14_usize, 0..90_usize, prop_oneof![Just(0.0), 0.0..1.0_f64], -2..=2_i8, -2..=2_i8), 0..120),
    ) {
        let placed = |p: Point| Point::new(offset + p.x * scale, offset + p.y * scale);
        let polygons: Vec<Polygon> = shapes
            .iter()
            .filter_map(|(corners, step)| {
                // In another order of the corners most edges cross.
                let order = (0..corners.len()).map(|position| position * step % corners.len());
                let corners: Vec<Point> = order.map(|position| placed(corners[position])).collect();
                Polygon::even_odd(&corners).ok()
            })
            .collect();
        let near_edges = edges.iter().filter_map(|&(which, edge, share, x, y)| {
            let corners = polygons.get(which)?.vertices();
            let (a, b) = (corners[edge % corners.len()], corners[(edge + 1) % corners.len()]);
            Some(nudged(a.toward(b, share), (x, y), scale))
        });
        let anywhere = places.iter().map(|&(x, y)| placed(Point::new(x, y)));
        let awkward = [f64::NAN, f64::INFINITY, f64::MIN].map(|x| Point::new(x, offset));
        let places: Vec<Point> = anywhere.chain(near_edges).chain(awkward).collect();
        agrees(&polygons, &places)?;
    }
}
