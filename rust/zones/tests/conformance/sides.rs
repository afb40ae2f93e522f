//! Over which side of a zone somebody comes and goes, and zones whose sides cross.

use sightline_zones::{FactKind, Scene, SceneSpec, ZoneSpec};

use crate::walk::{Place, Run, SIZE_PX, hidden, rectangle, scene_of_zones, straight, zone};

/// A square of 200 px from (400, 400): side 1 is its top, 2 its right, 3 its bottom, 4 its left.
fn square() -> ZoneSpec {
    rectangle("square", [400.0, 400.0], [600.0, 600.0])
}

/// Two wings, left and right, that meet in (500, 500): side 1 is the left one's outer side, 3 the right one's.
fn bow_tie() -> ZoneSpec {
    ZoneSpec {
        even_odd: true,
        ..zone(
            "tie",
            &[
                [400.0, 400.0],
                [400.0, 600.0],
                [600.0, 400.0],
                [600.0, 600.0],
            ],
        )
    }
}

/// The side of every entry and exit.
fn sides(run: &Run) -> Vec<(&'static str, Option<u32>)> {
    let of = |fact: &sightline_zones::Fact| match fact.kind {
        FactKind::ZoneEntered { side, .. } | FactKind::ZoneExited { side, .. } => {
            Some((crate::walk::word(fact)?, side))
        }
        _ => None,
    };
    run.facts.iter().filter_map(of).collect()
}

fn walked(zone: ZoneSpec, path: &[Option<Place>]) -> Run {
    let mut run = Run::of_zone(zone);
    run.walk(1, path);
    run.finish();
    run
}

#[test]
fn the_side_is_the_one_that_was_cut() {
    let out = [
        [500.0, 300.0],
        [700.0, 500.0],
        [500.0, 700.0],
        [300.0, 500.0],
    ];
    for (from, entered) in out.into_iter().zip(1..) {
        for (to, exited) in out.into_iter().zip(1..) {
            let inside = [500.0, 500.0];
            let path = [straight(from, inside, 10), straight(inside, to, 10)].concat();
            let run = walked(square(), &path);
            let expected = [("entered", Some(entered)), ("exited", Some(exited))];
            assert_eq!(sides(&run), expected);
        }
    }
}

#[test]
fn a_repeated_closing_corner_makes_no_side() {
    let mut closed = square();
    closed.polygon.push(closed.polygon[0]);
    let run = walked(closed, &straight([300.0, 500.0], [700.0, 500.0], 20));
    assert_eq!(sides(&run), [("entered", Some(4)), ("exited", Some(2))]);
}

#[test]
fn who_appears_is_lost_or_is_there_at_the_end_cuts_no_side() {
    let mut run = Run::of_zone(square());
    run.walk(1, &straight([500.0, 500.0], [520.0, 500.0], 10));
    run.show(&[], &[1]);
    run.walk(2, &straight([500.0, 500.0], [520.0, 500.0], 10));
    run.finish();
    let expected = [
        ("appeared", None),
        ("lost", None),
        ("appeared", None),
        ("ended", None),
    ];
    assert_eq!(sides(&run), expected);
}

#[test]
fn of_several_cuts_it_is_the_one_whose_time_is_told() {
    // In one step over the left side in and over the right one out; in another from the right through both, and back in.
    let through = [vec![Some([300.0, 500.0])], vec![Some([700.0, 520.0])]].concat();
    assert_eq!(
        sides(&walked(square(), &through)),
        [("entered", Some(4)), ("exited", Some(2))]
    );
    // Jitter over the top, then in over the left side for good: the top's cuts came to nothing.
    let path = [
        vec![
            Some([450.0, 399.0]),
            Some([450.0, 401.0]),
            Some([450.0, 399.0]),
        ],
        vec![Some([398.0, 399.0]), Some([398.0, 450.0])],
        straight([420.0, 450.0], [500.0, 500.0], 5),
    ];
    let run = walked(square(), &path.concat());
    assert_eq!(sides(&run), [("entered", Some(4)), ("ended", None)]);
    // Hidden on the way: the straight line between the sightings tells.
    let hidden = [
        straight([500.0, 200.0], [500.0, 390.0], 5),
        hidden(5),
        straight([520.0, 450.0], [520.0, 500.0], 5),
    ];
    assert_eq!(
        sides(&walked(square(), &hidden.concat()))[0],
        ("entered", Some(1))
    );
}

/// The path is judged as if it were shifted right by a vanishing step, and down by a far smaller one.
#[test]
fn a_corner_belongs_to_one_side() {
    let center = [500.0, 500.0];
    for (corner, side) in [
        ([400.0, 400.0], 1),
        ([600.0, 400.0], 2),
        ([600.0, 600.0], 2),
        ([400.0, 600.0], 3),
    ] {
        let beyond = [2.0 * corner[0] - center[0], 2.0 * corner[1] - center[1]];
        for path in [
            [vec![Some(beyond)], straight(center, center, 3)].concat(),
            [straight(center, center, 3), straight(beyond, beyond, 3)].concat(),
        ] {
            let found = sides(&walked(square(), &path));
            let cut: Vec<_> = found.iter().filter_map(|&(_, side)| side).collect();
            assert_eq!(cut, [side], "{corner:?}: {found:?}");
        }
    }
}

#[test]
fn sides_that_cross_are_refused_unless_judged_by_the_even_odd_rule() {
    let refused = ZoneSpec {
        even_odd: false,
        ..bow_tie()
    };
    let spec = |zone: ZoneSpec| scene_of_zones(&[zone]);
    let faults = |spec: &SceneSpec| Scene::new(spec, SIZE_PX, SIZE_PX).err().unwrap_or_default();
    assert_eq!(faults(&spec(bow_tie())), []);
    let found = faults(&spec(refused));
    assert_eq!(found[0].path, "zones[0].polygon");
    assert!(found[0].message.contains("cross or touch"), "{}", found[0]);
    let nothing = ZoneSpec {
        polygon: [square().polygon, square().polygon].concat(),
        even_odd: true,
        ..square()
    };
    let found = faults(&spec(nothing));
    assert!(found[0].message.contains("enclose nothing"), "{}", found[0]);
}

#[test]
fn a_bow_tie_is_entered_and_left_by_its_wings() {
    let run = walked(bow_tie(), &straight([300.0, 500.0], [450.0, 500.0], 20));
    assert_eq!(sides(&run), [("entered", Some(1)), ("ended", None)]);
    // Between the wings nobody is inside.
    let run = walked(bow_tie(), &straight([500.0, 300.0], [500.0, 450.0], 20));
    assert_eq!(sides(&run), []);
    // From one wing to the other through the outside above; the sides that cross are 2 and 4.
    let path = straight([420.0, 460.0], [580.0, 460.0], 40);
    let run = walked(bow_tie(), &path);
    let expected = [
        ("appeared", None),
        ("exited", Some(4)),
        ("entered", Some(2)),
        ("ended", None),
    ];
    assert_eq!(sides(&run), expected);
    // Through the point where they meet the stay goes on.
    let run = walked(bow_tie(), &straight([420.0, 500.0], [580.0, 500.0], 40));
    assert_eq!(sides(&run), [("appeared", None), ("ended", None)]);
}
