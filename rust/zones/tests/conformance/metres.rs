//! Distances on the ground, seen by a camera that looks down at an angle.

use sightline_geometry::Point;
use sightline_ground::GroundPlane;
use sightline_zones::{
    DistanceSpec, DistanceTally, ExitReason, Fact, FactKind, GroundSpec, SceneSpec,
};

use crate::walk::{Place, Run, SIZE_PX};

/// Four metres up, twenty degrees down: the horizon is at y = 189.
fn ground() -> GroundSpec {
    camera(4.0)
}

fn camera(height_m: f64) -> GroundSpec {
    GroundSpec::Camera {
        height_m,
        tilt_deg: 20.0,
        roll_deg: 0.0,
        view_deg: 60.0,
    }
}

#[expect(clippy::expect_used, reason = "a fault here is a fault of the test")]
fn plane() -> GroundPlane {
    ground()
        .plane(SIZE_PX, SIZE_PX)
        .expect("sound")
        .expect("a plane")
}

/// Returns where somebody is seen who stands there on the ground, metres.
#[expect(clippy::expect_used, reason = "a fault here is a fault of the test")]
fn seen(place: Place) -> Place {
    let pixel = plane().project(place.into(), 0.0).expect("in view");
    [pixel.x, pixel.y]
}

fn run(distance: DistanceSpec) -> Run {
    Run::new(&SceneSpec {
        distances: vec![distance],
        ground: Some(ground()),
        ..SceneSpec::default()
    })
}

fn two_metres() -> DistanceSpec {
    DistanceSpec::on_ground("keep", 2.0)
}

/// Shows two people who are `gap` metres apart, ten metres away, for each gap.
fn show(run: &mut Run, gaps: &[f64]) {
    for gap in gaps {
        run.show(
            &[(1, seen([-1.0, 10.0])), (2, seen([gap - 1.0, 10.0]))],
            &[],
        );
    }
}

/// Frames as numbers, as close as nanoseconds are.
fn frame(run: &Run, pts_ns: i64) -> f64 {
    let frames = pts_ns as f64 * run.fps / 1e9;
    (frames * 1e6).round() / 1e6
}

#[test]
fn as_many_pixels_are_other_metres() {
    // Each: where two stand in the picture, 120 px apart, and how far apart that is on the ground by hand.
    for (name, places, metres, close) in [
        (
            "side by side, near",
            [[400.0, 1000.0], [520.0, 1000.0]],
            0.63,
            true,
        ),
        (
            "side by side, halfway",
            [[400.0, 500.0], [520.0, 500.0]],
            1.6437,
            true,
        ),
        (
            "side by side, far",
            [[400.0, 300.0], [520.0, 300.0]],
            4.6113,
            false,
        ),
        (
            "one behind the other, near",
            [[400.0, 900.0], [400.0, 1020.0]],
            0.8221,
            true,
        ),
        (
            "one behind the other, far",
            [[400.0, 380.0], [400.0, 500.0]],
            8.188,
            false,
        ),
    ] {
        let mut run = run(two_metres());
        run.show(&[(1, places[0]), (2, places[1])], &[]);
        let words: &[&str] = if close { &["close"] } else { &[] };
        assert_eq!(run.words(), words, "{name}");
        let DistanceTally {
            nearest_px,
            nearest_m,
            ..
        } = run.distance_tally();
        assert_eq!(nearest_px, Some(120.0), "{name}");
        let expected = plane().distance_m(places[0].into(), places[1].into());
        assert_eq!(nearest_m, expected, "{name}");
        let off = nearest_m.map(|found| (found - metres).abs());
        assert!(off.is_some_and(|off| off < 1e-3), "{name}: {nearest_m:?}");
    }
}

#[test]
fn close_and_parted_when_the_ground_distance_passes() {
    let mut run = run(two_metres());
    show(&mut run, &[2.8, 2.4, 1.6, 1.0, 1.9, 2.1, 2.15, 2.6]);
    assert_eq!(run.words(), ["close", "exited"]);
    let [close, parted] = run.facts[..] else {
        panic!("two facts");
    };
    assert!((frame(&run, close.pts_ns) - 1.5).abs() < 1e-3, "{close:?}");
    assert!(
        (frame(&run, parted.pts_ns) - 4.5).abs() < 1e-3,
        "{parted:?}"
    );
    assert_eq!(parted.confirmed_pts_ns, run.pts_ns(7.0));
    let near = |found: Option<f64>, expected: f64| {
        assert!(
            found.is_some_and(|found| (found - expected).abs() < 1e-9),
            "{found:?}"
        );
    };
    let FactKind::PeopleClose {
        distance_m,
        distance_px,
        ..
    } = close.kind
    else {
        panic!("{close:?}");
    };
    near(distance_m, 1.6);
    assert!(
        (distance_px - Point::from(seen([-1.0, 10.0])).distance(seen([0.6, 10.0]).into())).abs()
            < 1e-9
    );
    let FactKind::PeopleParted { minimum_m, .. } = parted.kind else {
        panic!("{parted:?}");
    };
    near(minimum_m, 1.0);
}

/// What two people give, one who stands near the horizon, and one who goes along a list of places.
fn beside(places: &[Place], end: bool) -> Vec<Fact> {
    let mut run = run(two_metres());
    for &place in places {
        run.show(&[(1, [500.0, 700.0]), (2, place)], &[]);
    }
    if end {
        run.finish();
    }
    run.facts
}

#[test]
fn who_is_above_the_horizon_takes_no_part() {
    // Side by side in the sky, and one whose pixels touch the sky.
    let mut sky = run(two_metres());
    sky.show(
        &[
            (1, [400.0, 150.0]),
            (2, [401.0, 150.0]),
            (3, [401.0, 189.3]),
        ],
        &[],
    );
    assert_eq!((sky.facts.len(), sky.distance_tally().nearest_m), (0, None));
    // For two frames the feet are misplaced: the contact goes on, and they count as unseen.
    let (there, sky) = ([540.0, 700.0], [540.0, 100.0]);
    let facts = beside(&[there, there, sky, sky, there, there], true);
    let [close, parted] = facts[..] else {
        panic!("{facts:?}");
    };
    assert!(matches!(close.kind, FactKind::PeopleClose { .. }));
    let FactKind::PeopleParted {
        reason: ExitReason::Ended,
        close_ns,
        bridged_ns,
        ..
    } = parted.kind
    else {
        panic!("{parted:?}");
    };
    assert_eq!((close_ns, bridged_ns), (166_666_667, 100_000_000));
    // Close as soon as there is ground under the feet, not on the way from the sky.
    let facts = beside(&[sky, sky, there], false);
    assert_eq!(
        facts.iter().map(|fact| fact.pts_ns).collect::<Vec<_>>(),
        [66_666_667]
    );
}

#[test]
fn a_picture_threshold_has_metres_too() {
    // In the sky there are pixels only.
    let (there, sky) = ((700.0, 50.0), (150.0, 40.0));
    let metres = plane().distance_m([400.0, 700.0].into(), [450.0, 700.0].into());
    assert!(metres.is_some());
    for (places, first) in [([there, sky], (50.0, metres)), ([sky, there], (40.0, None))] {
        let mut run = run(DistanceSpec::new("keep", 100.0 / 1024.0));
        for (y, gap) in places {
            run.show(&[(1, [400.0, y]), (2, [400.0 + gap, y])], &[]);
        }
        let DistanceTally {
            nearest_px,
            nearest_m,
            ..
        } = run.distance_tally();
        let last = if places[1] == sky {
            (Some(40.0), None)
        } else {
            (Some(50.0), metres)
        };
        assert_eq!((nearest_px, nearest_m), last);
        run.finish();
        assert_eq!(run.words(), ["close", "ended"]);
        let (distance_px, distance_m) = first;
        let close = FactKind::PeopleClose {
            other: 2,
            distance_px,
            distance_m,
        };
        assert_eq!(run.facts[0].kind, close);
        let FactKind::PeopleParted {
            minimum_px,
            minimum_m,
            ..
        } = run.facts[1].kind
        else {
            panic!("{:?}", run.facts[1]);
        };
        assert_eq!((minimum_px, minimum_m), (40.0, metres));
    }
}

#[test]
fn groups_are_close_in_metres() {
    let grouped = || DistanceSpec {
        group_ns: Some(100_000_000),
        ..two_metres()
    };
    // 1 m apart, and 1 m apart in the distance, where it is 26 px.
    for y in [6.0, 30.0] {
        let mut run = run(grouped());
        for _ in 0..30 {
            run.show(&[(1, seen([0.0, y])), (2, seen([1.0, y]))], &[]);
        }
        assert_eq!(run.words(), [""; 0], "{y} m away");
        // Four metres are apart, and after a tenth of a second they are strangers.
        for gap in [4.1, 4.1, 4.1, 4.1, 1.0] {
            run.show(&[(1, seen([0.0, y])), (2, seen([gap, y]))], &[]);
        }
        assert_eq!(run.words(), ["close"], "{y} m away");
    }
    // Who comes down from the sky is first seen on the ground.
    let mut late = run(grouped());
    for frame in 0..30 {
        let y = if frame < 15 { 150.0 } else { 700.0 };
        late.show(&[(1, [400.0, y]), (2, [420.0, 700.0])], &[]);
    }
    assert_eq!(late.words(), ["close"]);
}

#[test]
fn another_ground_is_another_rule() {
    let scene = |height_m: f64| SceneSpec {
        distances: vec![two_metres(), DistanceSpec::new("picture", 0.2)],
        ground: Some(camera(height_m)),
        ..SceneSpec::default()
    };
    let mut run = Run::new(&scene(4.0));
    show(&mut run, &[1.0, 1.0]);
    let same = run.scene.reload(&scene(4.0), &mut run.facts);
    assert_eq!((same, run.words()), (Ok(()), vec!["close", "close"]));
    let other = run.scene.reload(&scene(5.0), &mut run.facts);
    assert_eq!(
        (other, run.words()),
        (Ok(()), vec!["close", "close", "ended"])
    );
    assert_eq!(run.facts[2].rule, 0);
    show(&mut run, &[1.0]);
    assert_eq!(run.words(), ["close", "close", "ended", "close"]);
    assert_eq!(run.facts[3].rule, 0);
}
