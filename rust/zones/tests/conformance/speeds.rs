//! Who is too fast; ten frames a second. A pixel is a centimetre, so that 10 px a frame are a metre a second.

use sightline_zones::{ExitReason, Fact, FactKind, SceneSpec, ZoneSpec};

use crate::walk::{Place, Run, flat, rectangle, scene_of_zones, walked};

const SECOND_NS: i64 = 1_000_000_000;

/// Two metres a second, for half a second.
fn hall() -> ZoneSpec {
    ZoneSpec {
        speed_limit_mps: Some(2.0),
        speed_ns: SECOND_NS / 2,
        ..rectangle("hall", [100.0, 100.0], [900.0, 900.0])
    }
}

fn scene_of(zones: &[ZoneSpec]) -> SceneSpec {
    SceneSpec {
        ground: Some(flat()),
        ..scene_of_zones(zones)
    }
}

fn run_of(zone: ZoneSpec) -> Run {
    Run::at_ten_fps(&scene_of(&[zone]))
}

/// What a limit gave. Times are in frames, to a thousandth.
#[derive(Debug, PartialEq)]
enum Found {
    /// Who, when, and how fast.
    Fast(u64, f64, f64),
    /// Who, when, after how long, how fast at most, and how they left.
    Slow(u64, f64, f64, f64, Option<ExitReason>),
}

use ExitReason::{Ended, Exited, Lost};
use Found::{Fast, Slow};

fn found(facts: &[Fact]) -> Vec<Found> {
    let round = |value: f64| (value * 1e3).round() / 1e3;
    let frames = |ns: i64| round(ns as f64 / 1e8);
    let of = |fact: &Fact| {
        let (id, at) = (fact.track_id.unwrap_or_default(), frames(fact.pts_ns));
        match fact.kind {
            FactKind::ZoneSpeedExceeded { .. } => Some(Fast(
                id,
                at,
                round(fact.motion.speed_mps.unwrap_or_default()),
            )),
            FactKind::ZoneSpeedRestored {
                reason,
                top_mps,
                lasted_ns,
            } => Some(Slow(id, at, frames(lasted_ns), round(top_mps), reason)),
            _ => None,
        }
    };
    facts.iter().filter_map(of).collect()
}

/// Frames, and how far to the right and down in each, and whether it is seen.
type Parts = &'static [(u32, f64, f64, bool)];

/// What it is about, from where and how somebody walks, and what is found.
type Case = (&'static str, Place, Parts, &'static [Found]);

fn check(cases: &[Case]) {
    for &(name, from, parts, expected) in cases {
        let mut run = run_of(hall());
        run.walk(1, &walked(from, parts));
        run.show(&[], &[1]);
        assert_eq!(found(&run.facts), expected, "{name}");
        run.finish();
        assert_eq!(found(&run.facts), expected, "{name}: nothing is left");
    }
}

#[test]
fn who_runs_is_reported_with_an_end() {
    check(&[
        ("walking", [200.0, 200.0], &[(60, 10.0, 0.0, true)], &[]),
        (
            // The speed is known after two frames.
            "running from the first sighting on, and lost",
            [200.0, 200.0],
            &[(20, 30.0, 0.0, true), (5, 30.0, 0.0, false)],
            &[Fast(1, 7.0, 3.0), Slow(1, 20.0, 18.0, 3.0, Some(Lost))],
        ),
        (
            "lost before it is due",
            [200.0, 200.0],
            &[(6, 30.0, 0.0, true), (5, 30.0, 0.0, false)],
            &[],
        ),
        (
            "in at frame 1.5 and out at 21.5, running",
            [40.0, 200.0],
            &[(30, 40.0, 0.0, true)],
            // Known in frame 2, when it was as fast before for all that is known of it.
            &[Fast(1, 7.0, 4.0), Slow(1, 21.5, 19.5, 4.0, Some(Exited))],
        ),
        (
            "in at frame 4.5",
            [-35.0, 200.0],
            &[(20, 30.0, 0.0, true)],
            &[Fast(1, 9.5, 3.0), Slow(1, 20.0, 15.5, 3.0, Some(Lost))],
        ),
        (
            "out too soon",
            [760.0, 200.0],
            &[(20, 20.5, 0.0, true)],
            &[],
        ),
    ]);
}

#[test]
fn the_limit_is_passed_between_two_frames() {
    // Over five to nine frames the speed rises and falls within half a second after a change of pace: from 1.889 to 3 between
    // frames 24 and 25, and from 2.111 to 1 between 39 and 40.
    check(&[
        (
            "walk, run, walk",
            [200.0, 110.0],
            &[
                (20, 0.0, 10.0, true),
                (15, 0.0, 30.0, true),
                (10, 0.0, 10.0, true),
            ],
            &[
                Fast(1, 29.1, 3.0),
                // Below nine tenths of the limit at 1.8.
                Slow(1, 39.28, 15.18, 3.0, None),
            ],
        ),
        (
            // 1.9 m/s is no end, and 3 m/s no second start.
            "slower, but not by a tenth, and fast again",
            [200.0, 110.0],
            &[
                (10, 0.0, 30.0, true),
                (10, 0.0, 19.0, true),
                (5, 0.0, 30.0, true),
                (10, 0.0, 2.0, true),
            ],
            &[Fast(1, 7.0, 3.0), Slow(1, 28.771, 26.771, 3.0, None)],
        ),
    ]);
}

#[test]
fn half_a_second_is_measured_from_limit_to_limit() {
    // Fast from 24.1 to 29.1, when last seen to be fast at 2.111, and below nine tenths from 29.28 on.
    let parts = [
        (20, 0.0, 10.0, true),
        (5, 0.0, 30.0, true),
        (10, 0.0, 10.0, true),
    ];
    for (shorter_ns, expected) in [
        (
            1_000,
            vec![Fast(1, 29.1, 2.111), Slow(1, 29.28, 5.18, 3.0, None)],
        ),
        (-1_000, vec![]),
    ] {
        let mut run = run_of(ZoneSpec {
            speed_ns: SECOND_NS / 2 - shorter_ns,
            ..hall()
        });
        run.walk(1, &walked([200.0, 110.0], &parts));
        run.finish();
        assert_eq!(found(&run.facts), expected, "{shorter_ns}");
    }
}

#[test]
fn jitter_at_the_limit_is_silent() {
    let places: Vec<_> = (0..35)
        .map(|i| Some([150.0 + 19.9 * f64::from(i) + 2.0 * f64::from(i % 2), 500.0]))
        .collect();
    let mut run = run_of(hall());
    run.walk(1, &places);
    assert_eq!(found(&run.facts), []);
}

#[test]
fn a_gap_is_bridged_and_said() {
    let mut run = run_of(hall());
    let parts = [
        (5, 30.0, 0.0, true),
        (4, 30.0, 0.0, false),
        (9, 30.0, 0.0, true),
    ];
    run.walk(1, &walked([200.0, 200.0], &parts));
    assert_eq!(found(&run.facts), [Fast(1, 7.0, 3.0)]);
    let fact = run.facts.last().copied().unwrap();
    assert_eq!(fact.bridged_ns, run.pts_ns(5.0));
    assert_eq!(fact.confirmed_pts_ns, run.pts_ns(10.0));
}

#[test]
fn the_end_of_the_stream_and_a_jump_of_the_clock_end_it_once() {
    let path = walked([200.0, 200.0], &[(20, 30.0, 0.0, true)]);
    let mut run = run_of(hall());
    run.walk(1, &path[..11]);
    run.finish();
    run.finish();
    let ended = [Fast(1, 7.0, 3.0), Slow(1, 10.0, 8.0, 3.0, Some(Ended))];
    assert_eq!(found(&run.facts), ended);
    let mut run = run_of(hall());
    run.walk(1, &path[..11]);
    (run.epoch, run.frame) = (1, 0);
    run.walk(1, &path[11..]);
    let lost = [
        Fast(1, 7.0, 3.0),
        Slow(1, 10.0, 8.0, 3.0, Some(Lost)),
        Fast(1, 7.0, 3.0),
    ];
    assert_eq!(found(&run.facts), lost);
}

#[test]
fn a_reload_keeps_what_is_unchanged_and_ends_the_rest() {
    let path = walked([200.0, 200.0], &[(20, 30.0, 0.0, true)]);
    let mut run = run_of(hall());
    run.walk(1, &path[..5]);
    let more = scene_of(&[rectangle("other", [0.0, 0.0], [50.0, 50.0]), hall()]);
    assert_eq!(run.scene.reload(&more, &mut run.facts), Ok(()));
    run.walk(1, &path[5..15]);
    assert_eq!(found(&run.facts), [Fast(1, 7.0, 3.0)]);
    // Without a ground there is no speed to limit.
    let groundless = scene_of_zones(&[hall()]);
    assert!(run.scene.reload(&groundless, &mut run.facts).is_err());
    let changed = scene_of(&[ZoneSpec {
        speed_limit_mps: Some(2.5),
        ..hall()
    }]);
    assert_eq!(run.scene.reload(&changed, &mut run.facts), Ok(()));
    let ended = Slow(1, 14.0, 12.0, 3.0, Some(Ended));
    assert_eq!(found(&run.facts)[1..], [ended]);
    // The new limit knows it from the next frame on.
    run.walk(1, &path[15..]);
    assert_eq!(found(&run.facts)[2..], [Fast(1, 20.0, 3.0)]);
}

#[test]
fn two_people_have_speeds_of_their_own() {
    let mut run = run_of(hall());
    let runner = walked([120.0, 200.0], &[(20, 30.0, 0.0, true)]);
    let starter = walked(
        [200.0, 500.0],
        &[(10, 10.0, 0.0, true), (10, 30.0, 0.0, true)],
    );
    for (runner, starter) in runner.iter().zip(&starter) {
        run.show(&[(1, runner.unwrap()), (2, starter.unwrap())], &[]);
    }
    run.finish();
    assert_eq!(
        found(&run.facts),
        [
            Fast(1, 7.0, 3.0),
            Fast(2, 19.1, 3.0),
            Slow(1, 20.0, 18.0, 3.0, Some(Ended)),
            Slow(2, 20.0, 5.9, 3.0, Some(Ended)),
        ]
    );
}

#[test]
fn the_end_comes_after_the_exit_that_it_is() {
    let mut run = run_of(hall());
    run.walk(1, &walked([600.0, 200.0], &[(20, 30.0, 0.0, true)]));
    assert_eq!(
        run.words(),
        ["appeared", "too fast", "exited", "slow again"]
    );
}

#[test]
fn an_exit_that_came_to_nothing_is_no_proof_of_speed() {
    // Out by 1.5 px in frame 8, from 7.571 on, and slow in frame 9: it was too fast until 7.095 only, not for 5.5 frames.
    let mut run = run_of(ZoneSpec {
        speed_ns: 550_000_000,
        ..hall()
    });
    let mut path = walked([200.0, 102.0], &[(7, 20.5, 0.0, true)]);
    path.extend([Some([364.0, 98.5]), Some([290.0, 102.0])]);
    run.walk(1, &path);
    assert_eq!(run.words(), ["appeared"]);
}
