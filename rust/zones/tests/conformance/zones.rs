//! Zones: who is in, since when, and how they came and went.

use sightline_zones::{SceneSpec, ZoneSpec, ZoneTally};

use crate::walk::{Place, Run, hidden, rectangle, scene_of_zones, straight, zone};

/// A square of 200 px from (400, 400).
fn square() -> ZoneSpec {
    rectangle("square", [400.0, 400.0], [600.0, 600.0])
}

fn walked(zone: ZoneSpec, parts: &[Vec<Option<Place>>]) -> Run {
    let mut run = Run::new(&scene_of_zones(&[zone]));
    run.walk(1, &parts.concat());
    run
}

fn tally(run: &Run) -> ZoneTally {
    run.scene.zone_tallies().next().copied().unwrap_or_default()
}

#[test]
fn enters_and_exits() {
    let run = walked(square(), &[straight([500.0, 296.0], [500.0, 696.0], 40)]);
    assert_eq!(run.words(), ["entered", "exited"]);
    assert_eq!(run.counts(), [1, 0]);
    let times: Vec<_> = run.facts.iter().map(|fact| fact.pts_ns).collect();
    assert!((times[0] - run.pts_ns(10.4)).abs() <= 1);
    // The second frame beyond the band.
    assert_eq!(times[1], run.pts_ns(12.0));
    assert!((times[2] - run.pts_ns(30.4)).abs() <= 1);
    assert_eq!(run.dwells(), [(times[2] - times[0], 0)]);
    let expected = ZoneTally {
        entries: 1,
        exits: 1,
        ..ZoneTally::default()
    };
    assert_eq!(tally(&run), expected);
}

#[test]
fn z01_points_of_a_partition() {
    let middle = [512.0, 512.0];
    let corners = [
        [256.0, 256.0],
        [768.0, 256.0],
        [768.0, 768.0],
        [256.0, 768.0],
    ];
    let mut zones: Vec<ZoneSpec> = (0..4)
        .map(|i| zone(&format!("{i}"), &[corners[i], corners[(i + 1) % 4], middle]))
        .collect();
    // A neighbor with corners in the middle of the square's edge, and the rest around it.
    zones.push(rectangle("door", [768.0, 384.0], [896.0, 640.0]));
    zones.push(zone(
        "above",
        &[
            [768.0, 256.0],
            [896.0, 256.0],
            [896.0, 384.0],
            [768.0, 384.0],
        ],
    ));
    zones.push(zone(
        "below",
        &[
            [768.0, 640.0],
            [896.0, 640.0],
            [896.0, 768.0],
            [768.0, 768.0],
        ],
    ));
    for x in (256..896).step_by(64) {
        for y in (256..768).step_by(64) {
            let mut run = Run::new(&scene_of_zones(&zones));
            run.show(&[(1, [f64::from(x), f64::from(y)])], &[]);
            let inside: u32 = run.scene.zone_tallies().map(|tally| tally.inside).sum();
            assert_eq!(inside, 1, "at {x}, {y}");
        }
    }
}

#[test]
fn z02_path_and_containment_agree() {
    // Every step between points of a lattice that hits corners and edges; the scene compares the answers each time.
    let notched = zone(
        "notched",
        &[
            [400.0, 400.0],
            [600.0, 400.0],
            [600.0, 600.0],
            [500.0, 500.0],
            [400.0, 600.0],
        ],
    );
    let mut run = Run::new(&scene_of_zones(&[notched]));
    let places: Vec<Place> = (0..49)
        .map(|i| {
            [
                350.0 + 50.0 * f64::from(i % 7),
                350.0 + 50.0 * f64::from(i / 7),
            ]
        })
        .collect();
    for &from in &places {
        for &to in &places {
            run.walk(1, &[Some(from), Some(to)]);
        }
    }
    assert!(tally(&run).entries > 300, "{:?}", tally(&run));
}

#[test]
fn z03_arm_to_arm_of_a_u() {
    let u = zone(
        "u",
        &[
            [300.0, 300.0],
            [400.0, 300.0],
            [400.0, 500.0],
            [600.0, 500.0],
            [600.0, 300.0],
            [700.0, 300.0],
            [700.0, 600.0],
            [300.0, 600.0],
        ],
    );
    let run = walked(u, &[vec![Some([350.0, 400.0]), Some([650.0, 400.0])]]);
    assert_eq!(run.words(), ["appeared", "exited", "entered"]);
    let times: Vec<_> = run.facts.iter().map(|fact| fact.pts_ns).collect();
    assert_eq!(times[2..], [run.pts_ns(1.0 / 6.0), run.pts_ns(5.0 / 6.0)]);
    assert_eq!(run.counts(), [1]);
}

#[test]
fn z05_thin_zone_jumped_over() {
    let thin = rectangle("thin", [300.0, 400.0], [700.0, 406.0]);
    let run = walked(thin.clone(), &[straight([500.0, 303.0], [500.0, 503.0], 1)]);
    assert_eq!(run.words(), ["entered", "exited"]);
    assert!((run.facts[0].pts_ns - run.pts_ns(0.485)).abs() <= 1);
    assert!((run.facts[1].pts_ns - run.pts_ns(0.515)).abs() <= 1);
    assert_eq!(run.counts(), [0; 0]);
    // With a frame inside, however little.
    for y in [401.0, 403.0, 405.5] {
        let run = walked(
            thin.clone(),
            &[vec![
                Some([500.0, 303.0]),
                Some([500.0, y]),
                Some([500.0, 503.0]),
            ]],
        );
        assert_eq!(run.words(), ["entered", "exited"], "by way of {y}");
    }
    // Cutting a corner by less than the band is no visit.
    let run = walked(square(), &[straight([395.0, 407.0], [407.0, 395.0], 1)]);
    assert_eq!(run.words(), [""; 0]);
    assert_eq!(tally(&run).flips_suppressed, 1);
}

#[test]
fn z06_anchor_outside_the_frame() {
    let bottom = rectangle("bottom", [400.0, 900.0], [600.0, 1024.0]);
    let run = walked(
        bottom,
        &[
            straight([500.0, 1100.0], [500.0, 950.0], 15),
            straight([500.0, 960.0], [500.0, 1100.0], 14),
        ],
    );
    assert_eq!(run.words(), ["entered", "exited"]);
    let left = rectangle("left", [0.0, 400.0], [100.0, 600.0]);
    let run = walked(
        left,
        &[
            straight([50.0, 500.0], [-80.0, 500.0], 13),
            straight([-80.0, 500.0], [50.0, 500.0], 13),
        ],
    );
    assert_eq!(run.words(), ["appeared", "exited", "entered"]);
}

#[test]
fn z08_born_inside() {
    let mut run = walked(square(), &[vec![Some([500.0, 500.0]); 3]]);
    assert_eq!(run.words(), ["appeared"]);
    assert_eq!(run.counts(), [1]);
    assert_eq!((tally(&run).born_inside, tally(&run).inside), (1, 1));
    run.finish();
    assert_eq!(run.words(), ["appeared", "ended"]);
    assert_eq!(run.counts(), [1, 0]);
    assert_eq!(run.dwells(), [(run.pts_ns(2.0), 0)]);
}

#[test]
fn z09_lost_inside() {
    let mut run = walked(
        square(),
        &[straight([500.0, 300.0], [500.0, 500.0], 20), hidden(10)],
    );
    run.show(&[], &[1]);
    assert_eq!(run.words(), ["entered", "lost"]);
    let exit = run.facts[run.facts.len() - 2];
    assert_eq!(exit.pts_ns, run.pts_ns(20.0));
    assert_eq!(exit.confirmed_pts_ns, run.pts_ns(31.0));
    let [x, y] = exit.anchor;
    assert!((x - 500.0).abs() < 1e-9 && (y - 500.0).abs() < 1e-9);
    assert_eq!(run.counts(), [1, 0]);
    assert_eq!(run.facts[run.facts.len() - 1].pts_ns, run.pts_ns(31.0));
    assert_eq!(run.scene.track_count(), 0);
}

#[test]
fn z10_jitter_after_entry() {
    let jitter: Vec<_> = (0..40)
        .map(|i| Some([500.0, if i % 2 == 0 { 403.0 } else { 397.0 }]))
        .collect();
    let run = walked(
        square(),
        &[straight([500.0, 300.0], [500.0, 410.0], 11), jitter.clone()],
    );
    assert_eq!(run.words(), ["entered"]);
    // Each of the 20 times out but the last is followed by a time in.
    assert_eq!(tally(&run).flips_suppressed, 19);
    let run = walked(
        square(),
        &[straight([500.0, 300.0], [500.0, 395.0], 11), jitter],
    );
    assert_eq!(run.words(), [""; 0]);
}

#[test]
fn z11_only_frames_in_a_row_confirm() {
    let patient = ZoneSpec {
        confirm_frames: 3,
        ..square()
    };
    let (out, inside) = (Some([500.0, 350.0]), Some([500.0, 450.0]));
    let cases: &[(&[Option<Place>], &[&str])] = &[
        (&[out, inside, inside, out, inside, inside, out], &[]),
        (&[out, inside, inside, None, inside, inside], &[]),
        (&[out, inside, inside, inside], &["entered"]),
        (&[out, inside, None, inside, inside, inside], &["entered"]),
        (&[inside, inside], &[]),
        (&[inside, inside, inside], &["appeared"]),
        (&[inside, out, inside, inside, inside], &["entered"]),
    ];
    for &(path, words) in cases {
        let mut run = Run::new(&scene_of_zones(std::slice::from_ref(&patient)));
        run.walk(1, path);
        assert_eq!(run.words(), words, "{path:?}");
    }
    // The time is that of the cut, not of the confirmation.
    let run = walked(patient, &[vec![out, inside, inside, inside]]);
    assert_eq!(run.facts[0].pts_ns, run.pts_ns(0.5));
    assert_eq!(run.facts[0].confirmed_pts_ns, run.pts_ns(3.0));
}

#[test]
fn z15_first_frame_inside_counts() {
    let run = walked(square(), &[vec![Some([500.0, 500.0])]]);
    assert_eq!(run.words(), ["appeared"]);
    let run = walked(square(), &[vec![Some([500.0, 401.0])]]);
    assert_eq!(run.counts(), [1]);
}

#[test]
fn z16_one_large_box_two_zones() {
    let mut run = Run::new(&scene_of_zones(&[
        rectangle("left", [300.0, 400.0], [500.0, 600.0]),
        rectangle("right", [500.0, 400.0], [700.0, 600.0]),
    ]));
    let mut large = crate::walk::track(1, [0.0, 0.0]);
    for frame in 0..60_u32 {
        let x = 350.0 + 5.0 * f64::from(frame);
        large.xyxy = [x - 200.0, 100.0, x + 200.0, 500.0];
        run.scene
            .update(0, i64::from(frame), &[large], &[], &mut run.facts);
        let inside: u32 = run.scene.zone_tallies().map(|tally| tally.inside).sum();
        assert_eq!(inside, 1, "at {x}");
    }
    assert_eq!(run.words(), ["appeared", "exited", "entered"]);
}

#[test]
fn z17_without_identity_no_state() {
    let mut run = Run::new(&SceneSpec {
        lines: vec![crate::walk::line("door", [300.0, 400.0], [700.0, 400.0])],
        ..scene_of_zones(&[square()])
    });
    for _ in 0..3 {
        run.show(&[(0, [500.0, 300.0])], &[]);
        run.show(&[(0, [500.0, 500.0]), (0, [500.0, 300.0])], &[]);
    }
    assert_eq!(run.facts, []);
    assert_eq!(run.scene.track_count(), 0);
}

#[test]
fn z20_cameras_are_isolated() {
    let mut cameras = [
        Run::new(&scene_of_zones(&[square()])),
        Run::new(&scene_of_zones(&[square()])),
    ];
    for frame in 0..40 {
        for (camera, run) in cameras.iter_mut().enumerate() {
            let y = if camera == 0 { 300.0 } else { 500.0 } + f64::from(frame % 2);
            run.walk(7, &[Some([500.0, y])]);
        }
    }
    assert_eq!(cameras[0].words(), [""; 0]);
    assert_eq!(cameras[1].words(), ["appeared"]);
}
