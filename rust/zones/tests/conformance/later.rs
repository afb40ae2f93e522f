//! A ground that is found while the scene runs, and how visible tracks move; ten frames a second, a pixel a centimetre.

use sightline_ground::GroundPlane;
use sightline_zones::{DistanceSpec, FactKind, GroundSpec, SceneSpec, TrackMotion, ZoneSpec};

use crate::walk::{Place, Run, SIZE_PX, flat, line, rectangle, straight, track};

#[expect(clippy::expect_used, reason = "a fault here is a fault of the test")]
fn plane() -> GroundPlane {
    flat()
        .plane(SIZE_PX, SIZE_PX)
        .expect("sound")
        .expect("known")
}

fn spec(ground: GroundSpec) -> SceneSpec {
    SceneSpec {
        lines: vec![line("door", [0.0, 500.0], [1024.0, 500.0])],
        zones: vec![ZoneSpec {
            speed_limit_mps: Some(2.0),
            way_deg: Some(0.0),
            ..rectangle("hall", [50.0, 50.0], [1000.0, 1000.0])
        }],
        distances: vec![DistanceSpec::on_ground("keep", 2.0)],
        ground: Some(ground),
        ..SceneSpec::default()
    }
}

/// Two people side by side, a metre apart, who run down the picture at 4 m/s from frame to frame.
fn couple(frame: u32) -> [(u64, Place); 2] {
    let y = 100.0 + 40.0 * f64::from(frame);
    [(1, [400.0, y]), (2, [500.0, y])]
}

fn motions(run: &Run, people: &[(u64, Place)]) -> Vec<TrackMotion> {
    let tracks: Vec<_> = people.iter().map(|&(id, place)| track(id, place)).collect();
    let mut motions = Vec::new();
    run.scene.motions(&tracks, &mut motions);
    motions
}

#[test]
fn until_the_ground_is_known_nobody_is_on_it() {
    let mut run = Run::at_ten_fps(&spec(GroundSpec::Later));
    for frame in 0..20 {
        run.show(&couple(frame), &[]);
        assert_eq!(run.distance_tally().nearest_m, None);
    }
    // The line is crossed and the zone entered; nobody is close, fast or on a wrong way, and nothing is known in metres.
    assert_eq!(run.words(), ["appeared", "appeared", "in", "in"]);
    for fact in &run.facts {
        assert_eq!(fact.motion, sightline_zones::Motion::default(), "{fact:?}");
    }
    for motion in motions(&run, &couple(19)) {
        assert_eq!(
            (motion.ground_m, motion.speed_mps, motion.heading_deg),
            (None, None, None)
        );
        assert_eq!(motion.image_heading_deg, Some(180.0));
    }
}

#[test]
fn once_it_is_known_the_rest_is_as_on_a_ground_that_was_given() {
    let (mut later, mut given) = (
        Run::at_ten_fps(&spec(GroundSpec::Later)),
        Run::at_ten_fps(&spec(flat())),
    );
    for frame in 0..22 {
        if frame == 8 {
            assert_eq!(later.scene.set_ground(plane()), Ok(()));
        }
        later.show(&couple(frame), &[]);
        given.show(&couple(frame), &[]);
        if frame >= 8 {
            let (found, expected) = (later.distance_tally(), given.distance_tally());
            assert_eq!(found.nearest_m, expected.nearest_m);
            assert_eq!(
                motions(&later, &couple(frame)),
                motions(&given, &couple(frame))
            );
        }
    }
    assert_eq!(later.scene.ground(), given.scene.ground());
    let since: Vec<_> = later
        .words()
        .into_iter()
        .filter(|word| *word != "appeared")
        .collect();
    // Close in the next frame; in at the line; too fast and on a wrong way as soon as that has lasted.
    assert_eq!(
        since,
        [
            "close",
            "in",
            "in",
            "too fast",
            "too fast",
            "wrong way",
            "wrong way"
        ]
    );
    let close = later
        .facts
        .iter()
        .find(|fact| matches!(fact.kind, FactKind::PeopleClose { .. }));
    assert_eq!(close.map(|fact| fact.pts_ns), Some(later.pts_ns(8.0)));
}

#[test]
fn another_ground_measures_what_goes_on() {
    let mut run = Run::at_ten_fps(&spec(GroundSpec::Later));
    assert_eq!(run.scene.set_ground(plane()), Ok(()));
    let stand = [(1, [400.0, 300.0]), (2, [500.0, 300.0])];
    (0..5).for_each(|_| run.show(&stand, &[]));
    assert_eq!(run.distance_tally().close, 1);
    let twice = GroundPlane::from_homography(
        [[0.03, 0.0, 0.0], [0.0, -0.03, 0.0], [0.0, 0.0, 1.0]],
        [500.0, 300.0].into(),
    );
    assert!(twice.is_ok_and(|plane| run.scene.set_ground(plane).is_ok()));
    run.show(&stand, &[]);
    // A metre before, three now: they have parted.
    assert_eq!(run.distance_tally().close, 0);
    assert!(
        run.distance_tally()
            .nearest_m
            .is_some_and(|m| (m - 3.0).abs() < 1e-9)
    );
}

#[test]
fn an_edit_of_the_rules_keeps_the_ground_that_was_found() {
    let mut run = Run::at_ten_fps(&spec(GroundSpec::Later));
    assert_eq!(run.scene.set_ground(plane()), Ok(()));
    let mut edited = spec(GroundSpec::Later);
    edited.lines.clear();
    assert_eq!(run.scene.reload(&edited, &mut run.facts), Ok(()));
    assert!(run.scene.ground().is_some());
    edited.ground = None;
    edited.zones.clear();
    edited.distances.clear();
    assert_eq!(run.scene.reload(&edited, &mut run.facts), Ok(()));
    assert!(run.scene.ground().is_none());
}

#[test]
fn a_ground_that_was_given_is_not_found_later() {
    for ground in [Some(flat()), None] {
        let mut run = Run::at_ten_fps(&SceneSpec {
            ground,
            ..SceneSpec::default()
        });
        let fault = run.scene.set_ground(plane()).err();
        assert!(fault.is_some_and(|fault| fault.path == "ground"));
    }
}

#[test]
fn motions_are_those_of_the_facts() {
    let mut run = Run::at_ten_fps(&SceneSpec {
        ground: Some(flat()),
        zones: vec![rectangle("hall", [50.0, 50.0], [1000.0, 1000.0])],
        ..SceneSpec::default()
    });
    // To the right at 1 m/s.
    for place in straight([300.0, 300.0], [500.0, 300.0], 20)
        .into_iter()
        .flatten()
    {
        run.show(&[(7, place)], &[]);
    }
    let seen = [500.0, 300.0];
    let found = motions(
        &run,
        &[(7, seen), (8, seen), (0, seen), (7, [510.0, 300.0])],
    );
    let near = |found: Option<f64>, expected: f64| {
        found.is_some_and(|found| (found - expected).abs() < 1e-4)
    };
    assert!(
        near(found[0].speed_mps, 1.0) && near(found[0].heading_deg, 90.0),
        "{found:?}"
    );
    assert!(near(found[0].image_heading_deg, 90.0), "{found:?}");
    let [x, y] = found[0].ground_m.unwrap_or_default();
    assert!(near(Some(x), 5.0) && near(Some(y), 7.24), "{found:?}");
    // A stranger, one without identity, and a box that was not the track's.
    assert_eq!(found[1..], [TrackMotion::default(); 3]);
    run.scene.finish(&mut run.facts);
    assert_eq!(motions(&run, &[(7, seen)]), [TrackMotion::default()]);
}
