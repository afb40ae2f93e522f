//! Statues, walkers, flickering posters, and clocks that jump.

use proptest::prelude::*;

use super::*;

const SECOND_NS: i64 = 1_000_000_000;

fn filter(window_s: i64, ratio: f64) -> StationaryFilter {
    StationaryFilter::new(&StationarySpec {
        distance_px: 5.0,
        window_ns: window_s * SECOND_NS,
        ratio,
    })
    .unwrap()
}

fn at(x: f32, y: f32) -> [f32; 4] {
    [x - 20.0, y - 50.0, x + 20.0, y + 50.0]
}

/// Shows the boxes and returns which of them stay.
fn show(filter: &mut StationaryFilter, pts_ns: i64, boxes: &[[f32; 4]]) -> Vec<[f32; 4]> {
    let mut detections = Detections::default();
    for &xyxy in boxes {
        detections.push(xyxy, 0.5, 0);
    }
    filter.apply(pts_ns, &mut detections);
    filter.spots.check_invariants();
    assert_eq!(detections.confidence.len(), detections.len());
    detections.xyxy
}

/// Returns the time of the first frame, in nanoseconds, in which a statue is left out.
fn left_out_ns(filter: &mut StationaryFilter, step_ns: i64, frames: i64) -> Option<i64> {
    (0..frames)
        .map(|frame| frame * step_ns)
        .find(|&pts_ns| show(filter, pts_ns, &[at(100.0, 100.0)]).is_empty())
}

#[test]
fn a_statue_is_left_out_once_it_was_seen_for_more_than_the_share() {
    let tenth = SECOND_NS / 10;
    let mut hour = filter(3_600, 0.2);
    assert_eq!(
        left_out_ns(&mut hour, SECOND_NS / 2, 10_000),
        Some(720 * SECOND_NS + SECOND_NS / 2)
    );
    assert_eq!(
        left_out_ns(&mut filter(50, 0.2), tenth, 1_000),
        Some(101 * tenth)
    );
    // Media time counts, and not frames.
    assert_eq!(
        left_out_ns(&mut filter(50, 0.2), SECOND_NS, 1_000),
        Some(11 * SECOND_NS)
    );
    assert_eq!(
        left_out_ns(&mut filter(3_600, 0.2), 5 * SECOND_NS, 1_000),
        Some(725 * SECOND_NS)
    );
    assert_eq!(left_out_ns(&mut filter(60, 1.0), tenth, 2_000), None);
}

#[test]
fn a_clip_of_a_minute_is_left_alone() {
    let mut filter = StationaryFilter::new(&StationarySpec::default()).unwrap();
    assert_eq!(left_out_ns(&mut filter, SECOND_NS / 25, 25 * 60), None);
    assert_eq!(filter.spot_count(), 1);
}

#[test]
fn what_the_window_has_forgotten_counts_no_more() {
    let mut filter = filter(60, 0.5);
    // A statue for 40 seconds, taken away for 40, and put there again.
    let stays: Vec<_> = (0..160)
        .filter(|&second| {
            let here = !(40..80).contains(&second);
            let boxes: &[_] = if here { &[at(50.0, 60.0)] } else { &[] };
            !show(&mut filter, second * SECOND_NS, boxes).is_empty()
        })
        .collect();
    // At 80 s the window holds 19 seconds of the first stay; each that it loses is made up for until 99 s.
    let expected: Vec<_> = (0..=30).chain(80..=109).collect();
    assert_eq!(stays, expected);
}

#[test]
fn a_poster_that_is_seen_in_every_third_frame_counts_a_third() {
    let mut filter = filter(60, 0.2);
    let tenth = SECOND_NS / 10;
    let first = (0..600).find(|frame| {
        let boxes = if frame % 3 == 0 {
            vec![at(9.0, 9.0)]
        } else {
            vec![]
        };
        let stays = show(&mut filter, frame * tenth, &boxes);
        frame % 3 == 0 && stays.is_empty()
    });
    // 12 seconds are 120 frames of it, the first of which does not count.
    assert_eq!(first, Some(363));
}

#[test]
fn a_box_that_trembles_stays_at_its_spot() {
    let mut filter = filter(60, 0.2);
    let tremble = [0.0, 1.5, -2.0, 0.5, 2.0, -1.0];
    let mut left_out = 0;
    for (frame, offset) in (0..300).zip(tremble.iter().cycle()) {
        let [x1, y1, x2, y2] = at(100.0 + offset, 100.0 - offset);
        let boxes = [[x1, y1, x2 + offset, y2]];
        left_out += usize::from(show(&mut filter, frame * SECOND_NS / 10, &boxes).is_empty());
    }
    assert_eq!(left_out, 300 - 121);
    assert_eq!(filter.spot_count(), 1);
}

#[test]
fn another_size_at_the_same_place_is_another_spot() {
    let mut filter = filter(10, 0.2);
    let mut small = at(100.0, 100.0);
    for frame in 0..100 {
        show(&mut filter, frame * SECOND_NS / 10, &[small]);
    }
    small[3] += 6.0;
    small[1] -= 6.0;
    assert_eq!(show(&mut filter, 10 * SECOND_NS, &[small]), [small]);
}

#[test]
fn a_gap_counts_only_for_what_both_its_ends_show() {
    let (still, gone) = (at(50.0, 50.0), at(200.0, 50.0));
    let mut filter = filter(100, 0.2);
    show(&mut filter, 0, &[still, gone]);
    show(&mut filter, SECOND_NS, &[still]);
    // Half a minute without a frame.
    let stays = show(&mut filter, 31 * SECOND_NS, &[still, gone]);
    assert_eq!(stays, [gone]);
}

#[test]
fn a_clock_that_jumps_back_forgets_nothing_and_counts_nothing() {
    let mut filter = filter(10, 0.5);
    for frame in 0..=50 {
        assert_eq!(
            show(&mut filter, frame * SECOND_NS / 10, &[at(9.0, 9.0)]).len(),
            1
        );
    }
    assert_eq!(show(&mut filter, 0, &[at(9.0, 9.0)]).len(), 1);
    assert_eq!(show(&mut filter, SECOND_NS / 10, &[at(9.0, 9.0)]).len(), 0);
    filter.reset();
    assert_eq!(show(&mut filter, SECOND_NS, &[at(9.0, 9.0)]).len(), 1);
}

#[test]
fn the_spots_are_bounded_and_the_one_not_seen_for_longest_goes() {
    let mut filter = filter(3_600, 0.001);
    let still = at(-500.0, -500.0);
    let mut frame = 0;
    for row in 0..80_u8 {
        for column in 0..80_u8 {
            let passing = at(f32::from(column) * 20.0, f32::from(row) * 20.0);
            let mut detections = Detections::default();
            detections.push(passing, 0.9, 0);
            detections.push(still, 0.9, 0);
            filter.apply(frame * SECOND_NS / 10, &mut detections);
            frame += 1;
        }
    }
    filter.spots.check_invariants();
    assert_eq!(filter.spot_count(), 4_096);
    assert_eq!(show(&mut filter, frame * SECOND_NS / 10, &[still]).len(), 0);
    assert_eq!(
        show(&mut filter, (frame + 40_000) * SECOND_NS / 10, &[]).len(),
        0
    );
    assert_eq!(filter.spot_count(), 0);
}

#[test]
fn boxes_that_are_nowhere_stay_as_they_are() {
    let mut filter = filter(10, 0.0);
    let far = [1e30, 1e30, 1e31, 1e31];
    let boxes = [[f32::NAN; 4], far, [f32::INFINITY, 0.0, 1.0, 1.0]];
    assert_eq!(show(&mut filter, 0, &boxes).len(), 3);
    let stays = show(&mut filter, SECOND_NS, &boxes);
    assert_eq!(stays.len(), 2);
    assert!(stays.iter().flatten().any(|side| !side.is_finite()));
    assert!(!stays.contains(&far));
}

#[test]
fn settings_out_of_range_are_refused() {
    let good = StationarySpec::default();
    let bad = [
        StationarySpec {
            distance_px: 0.0,
            ..good
        },
        StationarySpec {
            distance_px: f64::NAN,
            ..good
        },
        StationarySpec {
            window_ns: 0,
            ..good
        },
        StationarySpec {
            window_ns: i64::MAX,
            ..good
        },
        StationarySpec { ratio: 1.1, ..good },
        StationarySpec {
            ratio: f64::NAN,
            ..good
        },
    ];
    for spec in bad {
        let error = StationaryFilter::new(&spec).unwrap_err().to_string();
        assert!(error.starts_with("stationary."), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Somebody who moves is at a spot for at most the time in which they go twice the distance.
    #[test]
    fn who_moves_is_never_left_out(
        speed in 1.5_f32..200.0,
        angle in 0.0_f32..6.2,
        grows in -3.0_f32..3.0,
        step_ms in 20_i64..400,
        window_s in 60_i64..600,
    ) {
        let ratio = 0.2;
        // 10 pixels at this speed, and a frame more, are to be less than the share.
        let longest_s = 10.0 / f64::from(speed) + step_ms as f64 / 1e3;
        prop_assume!(longest_s < ratio * window_s as f64);
        let mut filter = filter(window_s, ratio);
        for frame in 0..400 {
            let pts_ns = frame * step_ms * 1_000_000;
            let s = pts_ns as f32 / 1e9;
            let [x1, y1, x2, y2] = at(speed * angle.cos() * s, speed * angle.sin() * s);
            let walker = [x1, y1 - grows * s, x2, y2 + grows * s];
            prop_assert_eq!(show(&mut filter, pts_ns, &[walker]), [walker]);
        }
    }

    /// However unevenly the frames come, a statue is left out from the first one after the share on, and no other is.
    #[test]
    fn a_statue_among_walkers_is_left_out_exactly_after_the_share(
        steps_ms in prop::collection::vec(1_i64..900, 10..400),
        window_s in 2_i64..60,
        ratio in 0.05_f64..0.9,
    ) {
        let mut filter = filter(window_s, ratio);
        let statue = at(300.0, 300.0);
        let (mut pts_ns, share_ns) = (0, ratio * window_s as f64 * 1e9);
        for step_ms in steps_ms {
            let passing = at(pts_ns as f32 / 1e6, 700.0);
            let stays = show(&mut filter, pts_ns, &[passing, statue]);
            let was_seen_ns = (pts_ns.min(window_s * SECOND_NS)) as f64;
            // A microsecond more or less is rounding.
            if (was_seen_ns - share_ns).abs() > 2_000.0 {
                prop_assert_eq!(stays.contains(&statue), was_seen_ns <= share_ns, "at {}", pts_ns);
            }
            pts_ns += step_ms * 1_000_000;
        }
    }
}
