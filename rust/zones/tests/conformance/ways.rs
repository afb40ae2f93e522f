//! The wrong way over a line or through a zone; ten frames a second. Up in the picture is the right way.

use sightline_zones::{Direction, Fact, FactKind, GroundSpec, SceneSpec, ZoneSpec};

use crate::walk::{
    Place, Run, line, rectangle, scene_of_lines, scene_of_zones, straight, unit, walked,
};

const SECOND_NS: i64 = 1_000_000_000;

fn hall() -> ZoneSpec {
    ZoneSpec {
        way_deg: Some(0.0),
        way_ns: SECOND_NS,
        ..rectangle("hall", [100.0, 100.0], [900.0, 900.0])
    }
}

/// Whose way is wrong, when in frames, where to and by how much, whole degrees.
type Found = (u64, f64, f64, f64);

fn found(facts: &[Fact]) -> Vec<Found> {
    let of = |fact: &Fact| match fact.kind {
        FactKind::ZoneWrongWay { off_deg } => Some((
            fact.track_id.unwrap_or_default(),
            fact.pts_ns as f64 / 1e8,
            fact.motion.heading_deg.unwrap_or(-1.0).round(),
            off_deg.round(),
        )),
        _ => None,
    };
    facts.iter().filter_map(of).collect()
}

/// Frames, and how far to the right and down in each, and whether it is seen.
type Parts = &'static [(u32, f64, f64, bool)];

/// What it is about, from where and how somebody walks, and what is found.
type Case = (&'static str, Place, Parts, &'static [Found]);

fn check(zone: &ZoneSpec, cases: &[Case]) {
    for &(name, from, parts, expected) in cases {
        let mut run = Run::of_zone(zone.clone());
        run.walk(1, &walked(from, parts));
        run.show(&[], &[1]);
        run.finish();
        assert_eq!(found(&run.facts), expected, "{name}");
    }
}

#[test]
fn who_goes_the_wrong_way_for_long_enough_is_reported_once() {
    check(
        &hall(),
        &[
            (
                "the right way",
                [500.0, 800.0],
                &[(40, 0.0, -10.0, true)],
                &[],
            ),
            (
                // The direction is known after two frames.
                "the wrong way from the first sighting on",
                [500.0, 200.0],
                &[(40, 0.0, 10.0, true)],
                &[(1, 12.0, 180.0, 180.0)],
            ),
            (
                "in at frame 4.5",
                [500.0, 10.0],
                &[(40, 0.0, 20.0, true)],
                &[(1, 14.5, 180.0, 180.0)],
            ),
            (
                "not yet when lost",
                [500.0, 200.0],
                &[(11, 0.0, 10.0, true), (9, 0.0, 10.0, false)],
                &[],
            ),
            (
                "lost as soon as it is due",
                [500.0, 200.0],
                &[(12, 0.0, 10.0, true), (9, 0.0, 10.0, false)],
                &[(1, 12.0, 180.0, 180.0)],
            ),
            (
                "after standing for two seconds",
                [500.0, 200.0],
                &[(20, 0.0, 0.0, true), (12, 0.0, 10.0, true)],
                &[(1, 31.0, 180.0, 180.0)],
            ),
            (
                // Who stops has stopped for certain when the last half second says so.
                "again after standing",
                [500.0, 200.0],
                &[
                    (15, 0.0, 10.0, true),
                    (20, 0.0, 0.0, true),
                    (15, 0.0, 10.0, true),
                ],
                &[(1, 12.0, 180.0, 180.0), (1, 46.0, 180.0, 180.0)],
            ),
            (
                "sideways is not wrong",
                [200.0, 500.0],
                &[(40, 10.0, 0.0, true)],
                &[],
            ),
        ],
    );
}

#[test]
fn a_turn_is_timed_between_two_frames() {
    // Over half a second the way back outweighs the way there five frames after a turn, between 24 and 25.
    check(
        &hall(),
        &[
            (
                "up and down",
                [500.0, 800.0],
                &[(20, 0.0, -10.0, true), (20, 0.0, 10.0, true)],
                &[(1, 34.5, 180.0, 180.0)],
            ),
            (
                "anew after the right way",
                [500.0, 800.0],
                &[
                    (20, 0.0, -10.0, true),
                    (20, 0.0, 10.0, true),
                    (20, 0.0, -10.0, true),
                    (20, 0.0, 10.0, true),
                ],
                &[(1, 34.5, 180.0, 180.0), (1, 74.5, 180.0, 180.0)],
            ),
            (
                "the wrong way for a second, exactly",
                [500.0, 800.0],
                &[
                    (20, 0.0, -10.0, true),
                    (10, 0.0, 10.0, true),
                    (20, 0.0, -10.0, true),
                ],
                &[(1, 34.5, 180.0, 180.0)],
            ),
        ],
    );
    let longer = ZoneSpec {
        way_ns: SECOND_NS + 1,
        ..hall()
    };
    check(
        &longer,
        &[(
            "the wrong way for too short, by a nanosecond",
            [500.0, 800.0],
            &[
                (20, 0.0, -10.0, true),
                (10, 0.0, 10.0, true),
                (20, 0.0, -10.0, true),
            ],
            &[],
        )],
    );
}

#[test]
fn only_time_inside_counts_until_the_exit() {
    // 20 px a frame: a second for 200 px, from frame 4.5 to 14.5.
    let zone = |bottom| ZoneSpec {
        way_deg: Some(0.0),
        ..rectangle("short", [100.0, 400.0], [900.0, bottom])
    };
    for (bottom, expected) in [(600.0, vec![(1, 14.5, 180.0, 180.0)]), (598.0, vec![])] {
        let mut run = Run::of_zone(zone(bottom));
        run.walk(1, &straight([500.0, 310.0], [500.0, 810.0], 25));
        assert_eq!(found(&run.facts), expected, "{bottom}");
    }
    let mut run = Run::of_zone(zone(600.0));
    run.walk(1, &straight([500.0, 310.0], [500.0, 810.0], 25));
    assert_eq!(run.words(), ["entered", "wrong way", "exited"]);
}

#[test]
fn an_entry_that_takes_frames_to_confirm_counts_from_where_it_began() {
    for (way_ns, due) in [(SECOND_NS, 14.5), (0, 4.5)] {
        let mut run = Run::of_zone(ZoneSpec {
            confirm_frames: 15,
            way_ns,
            ..hall()
        });
        run.walk(1, &walked([500.0, 10.0], &[(30, 0.0, 20.0, true)]));
        // Certain in frame 19, when it is due already.
        assert_eq!(run.words(), ["entered", "wrong way"]);
        assert_eq!(found(&run.facts), [(1, due, 180.0, 180.0)]);
        let confirmed = run.facts.last().map(|fact| fact.confirmed_pts_ns);
        assert_eq!(confirmed, Some(run.pts_ns(19.0)));
    }
}

#[test]
fn how_they_moved_before_an_absence_says_nothing() {
    // Who may come back to loiter is not forgotten. This one stands inside, leaves at once, and comes back at frame 28.5.
    let mut run = Run::of_zone(ZoneSpec {
        loiter_ns: Some(10 * SECOND_NS),
        ..hall()
    });
    let parts = [
        (10, 0.0, 0.0, true),
        (1, 0.0, -60.0, true),
        (15, 0.0, 0.0, true),
        (20, 0.0, 20.0, true),
    ];
    run.walk(1, &walked([500.0, 110.0], &parts));
    assert_eq!(run.words(), ["appeared", "exited", "entered", "wrong way"]);
    assert_eq!(found(&run.facts), [(1, 38.5, 180.0, 180.0)]);
}

#[test]
fn a_gap_is_bridged_and_said() {
    let mut run = Run::of_zone(hall());
    let parts = [
        (10, 0.0, 10.0, true),
        (4, 0.0, 10.0, false),
        (9, 0.0, 10.0, true),
    ];
    run.walk(1, &walked([500.0, 200.0], &parts));
    assert_eq!(found(&run.facts), [(1, 12.0, 180.0, 180.0)]);
    let fact = run.facts.last().copied().unwrap();
    assert_eq!(fact.bridged_ns, run.pts_ns(5.0));
    assert_eq!(fact.confirmed_pts_ns, run.pts_ns(15.0));
}

#[test]
fn jitter_at_the_tolerance_is_silent() {
    // Right, and to and fro by 2 px: a little more than a right angle in every second frame at most.
    let places: Vec<_> = (0..60)
        .map(|i| Some([150.0 + 10.0 * f64::from(i), 500.0 + 2.0 * f64::from(i % 2)]))
        .collect();
    let mut run = Run::of_zone(hall());
    run.walk(1, &places);
    assert_eq!(found(&run.facts), []);
}

#[test]
fn directions_are_compared_round_the_circle() {
    // To the right of up by 20 degrees, and to its left.
    let turn = 20.0_f64.to_radians();
    for (side, way_deg, tolerance_deg, expected) in [
        (1.0, 350.0, 25.0, Some((1, 12.0, 20.0, 30.0))),
        (1.0, 350.0, 35.0, None),
        (-1.0, 10.0, 25.0, Some((1, 12.0, 340.0, 30.0))),
        (-1.0, 360.0, 25.0, None),
        (1.0, 180.0, 170.0, None),
        (1.0, 180.0, 150.0, Some((1, 12.0, 20.0, 160.0))),
    ] {
        let mut run = Run::of_zone(ZoneSpec {
            way_deg: Some(way_deg),
            way_tolerance_deg: tolerance_deg,
            ..hall()
        });
        let step = (20, side * 10.0 * turn.sin(), -10.0 * turn.cos(), true);
        run.walk(1, &walked([500.0, 800.0], &[step]));
        assert_eq!(
            found(&run.facts),
            Vec::from_iter(expected),
            "{way_deg} {tolerance_deg}"
        );
    }
}

#[test]
fn with_a_ground_its_axis_is_ahead() {
    // The ground's y axis points to the right of the picture.
    let corner = |x: f64, y: f64| (unit([x, y]), [y / 100.0, x / 100.0]);
    let ground = GroundSpec::Points(vec![
        corner(0.0, 0.0),
        corner(1024.0, 0.0),
        corner(1024.0, 1024.0),
        corner(0.0, 1024.0),
    ]);
    for (ground, expected) in [
        (None, vec![]),
        (Some(ground), vec![(1, 12.0, 180.0, 180.0)]),
    ] {
        let mut run = Run::new(&SceneSpec {
            ground,
            ..scene_of_zones(&[hall()])
        });
        run.fps = 10.0;
        // To the left, 10 px a frame, which is a metre a second.
        run.walk(1, &walked([800.0, 500.0], &[(20, -10.0, 0.0, true)]));
        assert_eq!(found(&run.facts), expected);
    }
}

#[test]
fn a_jump_of_the_clock_starts_afresh_and_a_reload_does_not() {
    let mut run = Run::of_zone(hall());
    let path = walked([500.0, 200.0], &[(30, 0.0, 10.0, true)]);
    run.walk(1, &path[..10]);
    let more = scene_of_zones(&[rectangle("other", [0.0, 0.0], [50.0, 50.0]), hall()]);
    assert_eq!(run.scene.reload(&more, &mut run.facts), Ok(()));
    run.walk(1, &path[10..]);
    assert_eq!(found(&run.facts), [(1, 12.0, 180.0, 180.0)]);
    let mut run = Run::of_zone(hall());
    run.walk(1, &path[..10]);
    (run.epoch, run.frame) = (1, 0);
    run.walk(1, &path[10..]);
    assert_eq!(found(&run.facts), [(1, 12.0, 180.0, 180.0)]);
    assert_eq!(run.facts.last().map(|fact| fact.epoch), Some(1));
}

#[test]
fn two_people_have_ways_of_their_own() {
    let mut run = Run::of_zone(hall());
    let down = walked([300.0, 200.0], &[(30, 0.0, 10.0, true)]);
    let up = walked(
        [600.0, 800.0],
        &[(10, 0.0, -10.0, true), (20, 0.0, 10.0, true)],
    );
    for (down, up) in down.iter().zip(&up) {
        run.show(&[(1, down.unwrap()), (2, up.unwrap())], &[]);
    }
    assert_eq!(
        found(&run.facts),
        [(1, 12.0, 180.0, 180.0), (2, 24.5, 180.0, 180.0)]
    );
}

#[test]
fn a_line_crossed_the_wrong_way_is_reported_beside_the_crossing() {
    let path = [
        straight([500.0, 300.0], [500.0, 500.0], 10),
        straight([500.0, 500.0], [500.0, 300.0], 10),
    ]
    .concat();
    for (wrong_way, words) in [
        (None, &["in", "out"][..]),
        (Some(Direction::In), &["in", "wrong way", "out"]),
        (Some(Direction::Out), &["in", "out", "wrong way"]),
    ] {
        let mut door = line("door", [300.0, 400.0], [700.0, 400.0]);
        door.wrong_way = wrong_way;
        let mut run = Run::new(&scene_of_lines(&[door]));
        run.walk(1, &path);
        assert_eq!(run.words(), words);
        for pair in run.facts.windows(2) {
            if let FactKind::LineWrongWay { direction } = pair[1].kind {
                assert_eq!(pair[0].kind, FactKind::LineCrossed { direction });
                let kind = pair[0].kind;
                assert_eq!(Fact { kind, ..pair[1] }, pair[0]);
            }
        }
    }
}
