//! Speed, direction and place on the ground, on every fact; ten frames a second.

use sightline_zones::{Fact, GroundSpec, Motion, SceneSpec};

use crate::walk::{Place, Run, flat, line, scene_of_lines, straight};

fn crossed(ground: Option<GroundSpec>, path: &[Option<Place>]) -> Fact {
    let mut run = Run::new(&SceneSpec {
        ground,
        ..scene_of_lines(&[
            line("a", [0.0, 500.0], [1024.0, 500.0]),
            line("b", [500.0, 0.0], [500.0, 1024.0]),
        ])
    });
    run.fps = 10.0;
    run.walk(1, path);
    run.facts[0]
}

fn near(found: Option<f64>, expected: f64) -> bool {
    found.is_some_and(|found| (found - expected).abs() < 1e-3)
}

#[test]
fn a_crossing_has_place_speed_and_direction_on_the_ground() {
    // From, to, and what is expected: metres a second and degrees.
    for (from, to, speed, heading) in [
        ([300.0, 300.0], [300.0, 700.0], 1.0, 180.0),
        ([300.0, 700.0], [300.0, 300.0], 1.0, 0.0),
        ([300.0, 300.0], [700.0, 300.0], 1.0, 90.0),
        ([700.0, 300.0], [300.0, 300.0], 1.0, 270.0),
        ([300.0, 400.0], [620.0, 640.0], 1.0, 126.87),
    ] {
        let Fact { motion, anchor, .. } = crossed(Some(flat()), &straight(from, to, 40));
        assert!(near(motion.speed_mps, speed), "{motion:?}");
        assert!(
            motion
                .heading_deg
                .is_some_and(|found| (found - heading).abs() < 0.01),
            "{motion:?}"
        );
        let [x, y] = motion.ground_m.unwrap_or_default();
        let expected = [anchor[0] / 100.0, (1024.0 - anchor[1]) / 100.0];
        assert!(
            (x - expected[0]).abs() < 1e-3 && (y - expected[1]).abs() < 1e-3,
            "{motion:?}"
        );
    }
}

#[test]
fn without_a_ground_plane_there_is_a_direction_in_the_picture() {
    let Fact { motion, .. } = crossed(None, &straight([300.0, 300.0], [300.0, 700.0], 40));
    assert_eq!((motion.ground_m, motion.speed_mps), (None, None));
    assert!(near(motion.heading_deg, 180.0), "{motion:?}");
}

#[test]
fn what_is_not_known_is_not_said() {
    // Too young.
    let young = crossed(Some(flat()), &[Some([300.0, 480.0]), Some([300.0, 520.0])]).motion;
    assert_eq!((young.speed_mps, young.heading_deg), (None, None));
    assert!(young.ground_m.is_some());
    // Who stands has no direction, and a speed near none: 1 px to and fro, and then over the line at once.
    let mut places: Vec<Option<Place>> = (0..20)
        .map(|i| Some([300.0, 495.0 + f64::from(i % 2)]))
        .collect();
    places.push(Some([300.0, 509.0]));
    let still = crossed(Some(flat()), &places).motion;
    assert_eq!(still.heading_deg, None, "{still:?}");
    assert!(
        still.speed_mps.is_some_and(|speed| speed < 0.3),
        "{still:?}"
    );
    assert_ne!(still, Motion::default());
}

#[test]
fn motion_follows_a_turn_within_a_second() {
    let mut path = straight([200.0, 300.0], [480.0, 300.0], 28);
    path.extend(straight([480.0, 300.0], [480.0, 700.0], 40));
    let Fact { motion, .. } = crossed(Some(flat()), &path);
    assert!(near(motion.heading_deg, 180.0), "{motion:?}");
}

#[test]
fn a_camera_measures_speed_too() {
    // 4 m up, 30 degrees down, 60 degrees wide: at the middle of the picture, 8 m away, 60 px are about 0.54 m across.
    let camera = GroundSpec::Camera {
        height_m: 4.0,
        tilt_deg: 30.0,
        roll_deg: 0.0,
        view_deg: 60.0,
    };
    let Fact { motion, .. } = crossed(Some(camera), &straight([400.0, 512.0], [640.0, 512.0], 40));
    let metres_per_px = 8.0 / (512.0 / 30.0_f64.to_radians().tan());
    assert!(
        motion
            .speed_mps
            .is_some_and(|speed| (speed - 60.0 * metres_per_px).abs() < 0.02),
        "{motion:?}"
    );
    assert!(near(motion.heading_deg, 90.0), "{motion:?}");
}
