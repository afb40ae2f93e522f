//! Loitering: the time inside in all, over short absences; ten frames a second.

use sightline_zones::{ExitReason, Fact, FactKind, ZoneSpec};

use crate::walk::{
    INSIDE, OUTSIDE, Run, SpelledCase, check_spelled, rectangle, scene_of_zones, spelled,
};

const SECOND_NS: i64 = 1_000_000_000;

/// A square of 200 px from (400, 400) where two seconds are loitering, and absences of one second are short.
fn square() -> ZoneSpec {
    ZoneSpec {
        loiter_ns: Some(2 * SECOND_NS),
        loiter_absence_ns: SECOND_NS,
        ..rectangle("square", [400.0, 400.0], [600.0, 600.0])
    }
}

/// Something that loitering gave: whose, when in frames, and after how many frames inside, how many of them unseen.
#[derive(Debug, PartialEq)]
enum Found {
    Start(u64, f64, f64, f64),
    End(u64, f64, f64, f64, ExitReason),
}

use ExitReason::{Ended, Exited, Lost};
use Found::{End, Start};

fn found(facts: &[Fact]) -> Vec<Found> {
    // Crossings lie halfway between frames, or at a quarter, so that all is exact.
    let frames = |ns: i64| ns as f64 / 1e8;
    let of = |fact: &Fact| {
        let (id, at) = (fact.track_id.unwrap_or_default(), frames(fact.pts_ns));
        match fact.kind {
            FactKind::ZoneLoiteringStarted {
                inside_ns,
                bridged_ns,
            } => Some(Start(id, at, frames(inside_ns), frames(bridged_ns))),
            FactKind::ZoneLoiteringEnded {
                reason,
                inside_ns,
                bridged_ns,
            } => Some(End(id, at, frames(inside_ns), frames(bridged_ns), reason)),
            _ => None,
        }
    };
    facts.iter().filter_map(of).collect()
}

fn check(cases: &[SpelledCase<Found>]) {
    check_spelled(&square(), found, cases);
}

#[test]
fn short_absences_do_not_count_and_do_not_start_anew() {
    check(&[
        ("too short", "20i 30o", &[]),
        (
            "long enough, and away for longer than is short",
            "31i 30o",
            &[Start(1, 20.0, 20.0, 0.0), End(1, 30.5, 30.5, 0.0, Exited)],
        ),
        (
            "the clock stands still while they are away",
            "11i 9o 15i 30o",
            &[Start(1, 29.0, 20.0, 0.0), End(1, 34.5, 25.5, 0.0, Exited)],
        ),
        (
            "an absence of exactly one second is short",
            "11i 10o 15i 30o",
            &[Start(1, 30.0, 20.0, 0.0), End(1, 35.5, 25.5, 0.0, Exited)],
        ),
        ("a longer one is not", "11i 11o 15i 30o", &[]),
        (
            "who loiters may be away shortly without an end",
            "25i 5o 5i 5o 5i 30o",
            &[Start(1, 20.0, 20.0, 0.0), End(1, 44.5, 34.5, 0.0, Exited)],
        ),
        (
            "who comes back late loiters anew",
            "25i 12o 25i 30o",
            &[
                Start(1, 20.0, 20.0, 0.0),
                End(1, 24.5, 24.5, 0.0, Exited),
                Start(1, 56.5, 20.0, 0.0),
                End(1, 61.5, 25.0, 0.0, Exited),
            ],
        ),
    ]);
}

#[test]
fn time_unseen_counts_where_they_were_inside() {
    check(&[
        (
            "hidden inside",
            "11i 14h 5i 30o",
            &[Start(1, 20.0, 20.0, 10.0), End(1, 29.5, 29.5, 15.0, Exited)],
        ),
        (
            "hidden on the way out, and on the way in",
            "11i 3h 3o 3h 13i 1o 20h 1o",
            &[Start(1, 26.0, 20.0, 4.0), End(1, 32.5, 26.5, 4.0, Exited)],
        ),
        (
            "hidden while away, for too long",
            "25i 1o 20h 25i",
            &[
                Start(1, 20.0, 20.0, 0.0),
                End(1, 24.5, 24.5, 0.0, Exited),
                Start(1, 55.5, 20.0, 10.5),
                End(1, 70.0, 34.5, 10.5, Lost),
            ],
        ),
    ]);
}

#[test]
fn who_is_lost_loiters_no_longer() {
    check(&[
        (
            "lost inside: at the last sighting",
            "26i 5h",
            &[Start(1, 20.0, 20.0, 0.0), End(1, 25.0, 25.0, 0.0, Lost)],
        ),
        (
            "lost while away: where they left",
            "26i 5o 1h",
            &[Start(1, 20.0, 20.0, 0.0), End(1, 25.5, 25.5, 0.0, Exited)],
        ),
        ("lost before they loiter", "11i 5o 1h", &[]),
    ]);
}

#[test]
fn jitter_at_the_border_is_no_absence() {
    let jitter: Vec<_> = (0..30)
        .map(|i| Some([500.0, 401.0 - 3.0 * f64::from(i % 2)]))
        .collect();
    let mut run = Run::of_zone(square());
    run.walk(1, &[spelled("5i"), jitter, spelled("30o")].concat());
    let [start, End(1, ..)] = &found(&run.facts)[..] else {
        panic!("{:?}", run.facts);
    };
    assert_eq!(start, &Start(1, 20.0, 20.0, 0.0));
}

#[test]
fn without_absences_the_border_is_the_end() {
    let mut run = Run::of_zone(ZoneSpec {
        loiter_absence_ns: 0,
        ..square()
    });
    run.walk(1, &spelled("25i 1o 25i 1o"));
    let expected = [
        Start(1, 20.0, 20.0, 0.0),
        End(1, 24.5, 24.5, 0.0, Exited),
        Start(1, 45.5, 20.0, 0.0),
        End(1, 50.5, 25.0, 0.0, Exited),
    ];
    assert_eq!(found(&run.facts), expected);
}

#[test]
fn the_end_is_certain_once_they_have_been_away_for_longer() {
    let mut run = Run::of_zone(square());
    run.walk(1, &spelled("25i 30o"));
    let end = run
        .facts
        .iter()
        .find(|fact| matches!(fact.kind, FactKind::ZoneLoiteringEnded { .. }))
        .copied()
        .unwrap();
    // Out at 24.5, and away for more than ten frames in frame 35. The box is that of the border.
    assert_eq!(end.confirmed_pts_ns, run.pts_ns(35.0));
    let [x, y] = end.anchor;
    assert!(
        (x - 500.0).abs() < 1e-9 && (y - 400.0).abs() < 1e-9,
        "{end:?}"
    );
    let exit = run
        .facts
        .iter()
        .find(|fact| matches!(fact.kind, FactKind::ZoneExited { .. }));
    assert_eq!(
        exit.map(|fact| (fact.pts_ns, fact.xyxy)),
        Some((end.pts_ns, end.xyxy))
    );
}

#[test]
fn an_entry_that_takes_frames_to_confirm_ends_an_absence_where_it_began() {
    let mut run = Run::of_zone(ZoneSpec {
        confirm_frames: 8,
        ..square()
    });
    // Away from 14.5 to 22.5, which is certain in frame 30 only.
    run.walk(1, &spelled("15i 8o 20i 30o"));
    let expected = [Start(1, 28.0, 20.0, 0.0), End(1, 42.5, 34.5, 0.0, Exited)];
    assert_eq!(found(&run.facts), expected);
}

#[test]
fn the_end_of_the_stream_ends_it_once() {
    for (walk, expected) in [
        ("25i 1i", End(1, 25.0, 25.0, 0.0, Ended)),
        ("25i 5o", End(1, 24.5, 24.5, 0.0, Exited)),
    ] {
        let mut run = Run::of_zone(square());
        run.walk(1, &spelled(walk));
        run.finish();
        run.finish();
        assert_eq!(found(&run.facts), [Start(1, 20.0, 20.0, 0.0), expected]);
    }
}

#[test]
fn a_jump_of_the_clock_ends_it_and_starts_afresh() {
    let mut run = Run::of_zone(square());
    run.walk(1, &spelled("25i"));
    run.frame = 0;
    run.epoch = 1;
    run.walk(1, &spelled("15i"));
    assert_eq!(
        found(&run.facts),
        [Start(1, 20.0, 20.0, 0.0), End(1, 24.0, 24.0, 0.0, Lost)]
    );
    run.walk(1, &spelled("10i"));
    assert_eq!(found(&run.facts)[2..], [Start(1, 20.0, 20.0, 0.0)]);
}

#[test]
fn a_reload_keeps_what_is_unchanged_and_ends_the_rest() {
    let other = rectangle("other", [0.0, 0.0], [100.0, 100.0]);
    let mut run = Run::of_zone(square());
    run.walk(1, &spelled("11i 3o"));
    let more = scene_of_zones(&[other, square()]);
    assert_eq!(run.scene.reload(&more, &mut run.facts), Ok(()));
    run.walk(1, &spelled("2o 15i"));
    assert_eq!(found(&run.facts), [Start(1, 25.0, 20.0, 0.0)]);
    assert_eq!(run.facts.last().map(|fact| fact.rule), Some(1));
    let changed = ZoneSpec {
        loiter_absence_ns: 0,
        ..square()
    };
    let result = run
        .scene
        .reload(&scene_of_zones(&[changed]), &mut run.facts);
    assert_eq!(result, Ok(()));
    assert_eq!(found(&run.facts)[1..], [End(1, 30.0, 25.0, 0.0, Ended)]);
}

#[test]
fn two_people_have_clocks_of_their_own() {
    let mut run = Run::of_zone(square());
    for frame in 0..60 {
        let at = |here: bool| if here { INSIDE } else { OUTSIDE };
        let first = at(frame <= 25);
        let [x, y] = at((10..20).contains(&frame) || (25..45).contains(&frame));
        run.show(&[(1, first), (2, [x + 30.0, y])], &[]);
    }
    // The second one is inside from 9.5 to 19.5 and again from 24.5.
    let expected = [
        Start(1, 20.0, 20.0, 0.0),
        Start(2, 34.5, 20.0, 0.0),
        End(1, 25.5, 25.5, 0.0, Exited),
        End(2, 44.5, 30.0, 0.0, Exited),
    ];
    assert_eq!(found(&run.facts), expected);
}

#[test]
fn two_zones_of_one_place_differ() {
    let strict = ZoneSpec {
        name: "strict".to_owned(),
        loiter_ns: Some(SECOND_NS),
        ..square()
    };
    let plain = rectangle("plain", [400.0, 400.0], [600.0, 600.0]);
    let mut run = Run::new(&scene_of_zones(&[square(), strict, plain]));
    run.fps = 10.0;
    run.walk(1, &spelled("15i"));
    run.finish();
    let rules: Vec<_> = run
        .facts
        .iter()
        .filter(|fact| crate::walk::word(fact).is_some_and(|word| word.starts_with("loiter")))
        .map(|fact| fact.rule)
        .collect();
    assert_eq!(rules, [1, 1]);
}
