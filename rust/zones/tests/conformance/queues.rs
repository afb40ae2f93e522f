//! Queues: who waits, how long, and who left; ten frames a second.

use sightline_zones::{
    ExitReason, Fact, FactKind, QueueSummary, QueueTally, SceneSpec, ZoneSpec, ZoneSummary,
};

use crate::walk::{
    INSIDE, OUTSIDE, Place, Run, SpelledCase, check_spelled, rectangle, scene_of_zones, spelled,
};

const SECOND_NS: i64 = 1_000_000_000;

/// A square of 200 px from (400, 400) where people wait after a second, and for too long after two and a half.
fn square() -> ZoneSpec {
    ZoneSpec {
        queue_after_ns: Some(SECOND_NS),
        wait_limit_ns: Some(5 * SECOND_NS / 2),
        ..rectangle("square", [400.0, 400.0], [600.0, 600.0])
    }
}

/// What a queue gave. Times are in frames.
#[derive(Debug, PartialEq)]
enum Found {
    /// At a frame: so many now, and how long the first has waited.
    Length(f64, u32, f64),
    /// Who left, when, after which wait, how much of it unseen, and how.
    Left(u64, f64, f64, f64, ExitReason),
    /// Who waits for too long, when, and how much of it unseen.
    TooLong(u64, f64, f64),
}

use ExitReason::{Ended, Exited, Lost};
use Found::{Left, Length, TooLong};

fn found(facts: &[Fact]) -> Vec<Found> {
    // Crossings lie halfway between frames, so that all is exact.
    let frames = |ns: i64| ns as f64 / 1e8;
    let of = |fact: &Fact| {
        let (id, at) = (fact.track_id.unwrap_or_default(), frames(fact.pts_ns));
        Some(match fact.kind {
            FactKind::QueueChanged {
                length,
                longest_wait_ns,
                ..
            } => Length(at, length, frames(longest_wait_ns)),
            FactKind::QueueLeft {
                reason,
                wait_ns,
                bridged_ns,
            } => Left(id, at, frames(wait_ns), frames(bridged_ns), reason),
            FactKind::QueueWaitExceeded { bridged_ns, .. } => TooLong(id, at, frames(bridged_ns)),
            _ => return None,
        })
    };
    facts.iter().filter_map(of).collect()
}

fn check(cases: &[SpelledCase<Found>]) {
    check_spelled(&square(), found, cases);
}

#[test]
fn who_stays_waits() {
    check(&[
        ("too short", "10i 9o", &[]),
        (
            "as long as it takes, exactly",
            "11i 9o",
            &[
                Length(10.0, 1, 10.0),
                Left(1, 10.5, 10.5, 0.0, Exited),
                Length(11.0, 0, 0.0),
            ],
        ),
        (
            "long enough, at an exit between two frames: never seen to wait",
            "10i 1h 9o",
            &[Left(1, 10.0, 10.0, 1.0, Exited)],
        ),
        (
            "too long",
            "30i 9o",
            &[
                Length(10.0, 1, 10.0),
                TooLong(1, 25.0, 0.0),
                Left(1, 29.5, 29.5, 0.0, Exited),
                Length(30.0, 0, 0.0),
            ],
        ),
    ]);
}

#[test]
fn who_is_back_hidden_or_lost_waited_too() {
    check(&[
        (
            "somebody who comes back waits anew",
            "12i 2o 12i 9o",
            &[
                Length(10.0, 1, 10.0),
                Left(1, 11.5, 11.5, 0.0, Exited),
                Length(12.0, 0, 0.0),
                Length(24.0, 1, 10.5),
                Left(1, 25.5, 12.0, 0.0, Exited),
                Length(26.0, 0, 0.0),
            ],
        ),
        (
            "hidden when the wait begins and when it is too long",
            "5i 9h 2i 11h 3i 9o",
            &[
                Length(14.0, 1, 14.0),
                TooLong(1, 25.0, 20.0),
                Left(1, 29.5, 29.5, 22.0, Exited),
                Length(30.0, 0, 0.0),
            ],
        ),
        (
            "lost inside, at the last sighting",
            "15i 6h",
            &[
                Length(10.0, 1, 10.0),
                Left(1, 14.0, 14.0, 0.0, Lost),
                Length(21.0, 0, 0.0),
            ],
        ),
    ]);
}

#[test]
fn jitter_at_the_border_does_not_restart_the_wait() {
    let jitter: Vec<_> = (0..20)
        .map(|i| Some([500.0, 401.0 - 3.0 * f64::from(i % 2)]))
        .collect();
    let mut run = Run::of_zone(square());
    run.walk(1, &[spelled("5i"), jitter, spelled("5i")].concat());
    // In frames at 398 it is open whether they left; in the next they didn't.
    assert_eq!(
        found(&run.facts),
        [Length(11.0, 1, 11.0), TooLong(1, 25.0, 0.0)]
    );
}

/// Shows people who are inside from one frame until before another.
fn shown(run: &mut Run, frames: u32, people: &[(u32, u32)]) {
    for frame in run.frame..run.frame + frames {
        let place = |(number, &(from, to)): (u64, &(u32, u32))| -> (u64, Place) {
            let [x, y] = if (from..to).contains(&frame) {
                INSIDE
            } else {
                OUTSIDE
            };
            (number, [x + 12.0 * number as f64, y])
        };
        let people: Vec<_> = (1..).zip(people).map(place).collect();
        run.show(&people, &[]);
    }
}

#[test]
fn one_change_a_frame_says_how_many_wait_and_how_long_the_first_has() {
    let mut run = Run::of_zone(ZoneSpec {
        wait_limit_ns: None,
        ..square()
    });
    // Two who come together, one who comes when they have left, and one who stays too short.
    shown(&mut run, 40, &[(1, 30), (1, 20), (10, 40), (25, 30)]);
    assert_eq!(
        found(&run.facts),
        [
            Length(11.0, 2, 10.5),
            // In frame 20 the second one leaves and the third one waits: as many as before.
            Left(2, 19.5, 19.0, 0.0, Exited),
            Left(1, 29.5, 29.0, 0.0, Exited),
            Length(30.0, 1, 20.5),
        ]
    );
    let tally = run.scene.queue_tallies().next().flatten();
    let expected = QueueTally {
        length: 1,
        longest_wait_ns: run.pts_ns(29.5),
        left: 2,
        wait_mean_ns: run.pts_ns(24.0),
        wait_max_ns: run.pts_ns(29.0),
    };
    assert_eq!(tally, Some(expected));
}

#[test]
fn without_a_delay_everybody_inside_waits() {
    let mut run = Run::of_zone(ZoneSpec {
        queue_after_ns: Some(0),
        wait_limit_ns: None,
        ..square()
    });
    shown(&mut run, 12, &[(0, 9), (3, 6)]);
    let lengths: Vec<_> = found(&run.facts)
        .into_iter()
        .filter(|found| matches!(found, Length(..)))
        .collect();
    let expected = [
        Length(0.0, 1, 0.0),
        Length(3.0, 2, 3.0),
        Length(6.0, 1, 6.0),
        Length(9.0, 0, 0.0),
    ];
    assert_eq!(lengths, expected);
    assert_eq!(run.counts(), [1, 2, 1, 0]);
}

#[test]
fn the_end_of_the_stream_and_a_jump_of_the_clock_empty_the_queue() {
    for jump in [false, true] {
        let mut run = Run::of_zone(square());
        shown(&mut run, 15, &[(0, 20), (0, 20)]);
        if jump {
            run.epoch = 1;
            run.frame = 0;
            shown(&mut run, 11, &[(0, 20)]);
        } else {
            run.finish();
        }
        let reason = if jump { Lost } else { Ended };
        let expected = [
            Length(10.0, 2, 10.0),
            Left(1, 14.0, 14.0, 0.0, reason),
            Left(2, 14.0, 14.0, 0.0, reason),
            Length(14.0, 0, 0.0),
            Length(10.0, 1, 10.0),
        ];
        let all = if jump { 5 } else { 4 };
        assert_eq!(found(&run.facts), expected[..all]);
    }
}

#[test]
fn a_reload_keeps_the_queue_and_ends_one_that_changed() {
    let other = rectangle("other", [0.0, 0.0], [100.0, 100.0]);
    let mut run = Run::of_zone(square());
    shown(&mut run, 15, &[(0, 60), (8, 60)]);
    let more = scene_of_zones(&[other, square()]);
    assert_eq!(run.scene.reload(&more, &mut run.facts), Ok(()));
    assert_eq!(run.scene.check_invariants(), Ok(()));
    assert_eq!(found(&run.facts), [Length(10.0, 1, 10.0)]);
    shown(&mut run, 10, &[(0, 60), (8, 60)]);
    assert_eq!(found(&run.facts)[1..], [Length(18.0, 2, 18.0)]);
    let tallies: Vec<_> = run
        .scene
        .queue_tallies()
        .map(|queue| queue.map(|queue| queue.length))
        .collect();
    assert_eq!(tallies, [None, Some(2)]);
    let changed = ZoneSpec {
        wait_limit_ns: None,
        ..square()
    };
    let result = run
        .scene
        .reload(&scene_of_zones(&[changed]), &mut run.facts);
    assert_eq!(result, Ok(()));
    assert_eq!(
        found(&run.facts)[2..],
        [
            Left(1, 24.0, 24.0, 0.0, Ended),
            Left(2, 24.0, 16.5, 0.0, Ended),
            Length(24.0, 0, 0.0),
        ]
    );
}

#[test]
fn an_interval_begins_with_those_who_wait_already() {
    let mut run = Run::new(&SceneSpec {
        summary_ns: Some(2 * SECOND_NS),
        ..scene_of_zones(&[square()])
    });
    run.fps = 10.0;
    // The first frame of the second interval sees them gone.
    run.walk(1, &spelled("20i 5o"));
    run.finish();
    let longest: Vec<_> = run
        .facts
        .iter()
        .filter_map(|fact| match fact.kind {
            FactKind::ZoneSummarized(summary) => summary.queue.map(|queue| queue.longest),
            _ => None,
        })
        .collect();
    assert_eq!(longest, [1, 1]);
}

#[test]
fn an_interval_sums_up_the_queue() {
    let mut run = Run::new(&SceneSpec {
        summary_ns: Some(2 * SECOND_NS),
        ..scene_of_zones(&[square(), rectangle("plain", [400.0, 400.0], [600.0, 600.0])])
    });
    run.fps = 10.0;
    shown(&mut run, 50, &[(0, 14), (0, 18), (5, 44)]);
    run.finish();
    let of_zone = |rule: u32| -> Vec<Option<QueueSummary>> {
        let summary = |fact: &Fact| match fact.kind {
            FactKind::ZoneSummarized(ZoneSummary { queue, .. }) if fact.rule == rule => Some(queue),
            _ => None,
        };
        run.facts.iter().filter_map(summary).collect()
    };
    let queue = |longest, waits: &[f64]| {
        let (left, sum) = (waits.len(), waits.iter().sum::<f64>());
        Some(QueueSummary {
            longest,
            left: left as u64,
            wait_mean_ns: run.pts_ns(sum / left.max(1) as f64),
            wait_max_ns: run.pts_ns(waits.iter().copied().fold(0.0, f64::max)),
        })
    };
    let expected = [queue(2, &[13.5, 17.5]), queue(1, &[]), queue(1, &[39.0])];
    assert_eq!(of_zone(0), expected);
    assert_eq!(of_zone(1), [None; 3]);
}
