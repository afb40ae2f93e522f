//! The order of facts, and what a scene forgets.

use sightline_zones::{Fact, SceneSpec};

use crate::walk::{Run, line, rectangle, track};

fn busy() -> SceneSpec {
    SceneSpec {
        lines: vec![
            line("upper", [300.0, 400.0], [700.0, 400.0]),
            line("lower", [300.0, 600.0], [700.0, 600.0]),
        ],
        zones: vec![
            rectangle("all", [300.0, 400.0], [700.0, 600.0]),
            rectangle("thin", [300.0, 504.0], [700.0, 508.0]),
        ],
        ..SceneSpec::default()
    }
}

#[test]
fn facts_of_a_frame_are_in_order_of_time() {
    let mut run = Run::new(&busy());
    run.show(&[(2, [500.0, 300.0]), (1, [450.0, 800.0])], &[]);
    run.show(&[(2, [500.0, 700.0]), (1, [450.0, 200.0])], &[]);
    let times: Vec<_> = run.facts.iter().map(|fact| fact.pts_ns).collect();
    assert!(times.is_sorted());
    // 2 goes down from 300 to 700, 1 goes up from 800 to 200.
    let seen: Vec<_> = run
        .facts
        .iter()
        .zip(run.words())
        .map(|(fact, word)| (word, fact.rule, fact.track_id.unwrap_or_default()))
        .collect();
    let expected = [
        ("in", 0, 2),
        ("entered", 0, 2),
        ("out", 1, 1),
        ("entered", 0, 1),
        ("entered", 1, 1),
        ("exited", 1, 1),
        ("entered", 1, 2),
        ("exited", 1, 2),
        ("out", 0, 1),
        ("exited", 0, 1),
        ("in", 1, 2),
        ("exited", 0, 2),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn the_order_of_tracks_does_not_matter() {
    let facts = |reverse: bool| {
        let mut run = Run::new(&busy());
        for frame in 0..40_u32 {
            let mut people: Vec<_> = (0..20_u32)
                .map(|i| {
                    let y = 300.0 + f64::from((frame * (10 + i) + i * 40) % 400);
                    (u64::from(i) + 1, [310.0 + 20.0 * f64::from(i), y])
                })
                .collect();
            if reverse {
                people.reverse();
            }
            run.show(&people, &[]);
        }
        run.finish();
        run.facts
    };
    let forward: Vec<Fact> = facts(false);
    assert!(forward.len() > 500);
    assert_eq!(forward, facts(true));
}

#[test]
fn state_dies_with_the_track() {
    let mut run = Run::new(&SceneSpec {
        distances: vec![sightline_zones::DistanceSpec::new("keep", 0.2)],
        ..busy()
    });
    for id in 1..2_000_u64 {
        run.show(
            &[(id, [500.0, 506.0]), (id + 1, [520.0, 506.0])],
            &[id.saturating_sub(1)],
        );
        assert!(run.scene.track_count() <= 2);
    }
    let inside: Vec<_> = run.scene.zone_tallies().map(|tally| tally.inside).collect();
    assert_eq!(inside, [2, 2]);
}

#[test]
fn a_track_that_is_nowhere_or_twice_reaches_no_rule() {
    let mut run = Run::new(&busy());
    let mut nowhere = track(1, [500.0, 300.0]);
    let mut twice = nowhere;
    twice.xyxy[3] = 500.0;
    run.scene
        .update(0, 0, &[nowhere, twice], &[], &mut run.facts);
    for (pts_ns, bad) in [(1, f64::NAN), (2, f64::INFINITY), (3, 1e300)] {
        nowhere.xyxy[3] = bad;
        run.scene.update(0, pts_ns, &[nowhere], &[], &mut run.facts);
    }
    assert_eq!(run.facts, []);
    assert_eq!(run.scene.check_invariants(), Ok(()));
}
