//! Each option, where the plain tracker loses somebody or follows somebody else, and none of them where all are off.

#![expect(clippy::unwrap_used, reason = "a fault here is a fault of the test")]

use sightline_detections::Detections;
use sightline_tracks::{ByteTrack, ByteTrackSpec, CameraMotion, Options, TrackError};

mod crowd;

const FRAME_NS: i64 = 100_000_000;

fn spec(options: Options) -> ByteTrackSpec {
    ByteTrackSpec {
        options,
        ..ByteTrackSpec::default()
    }
}

fn tracker(options: Options) -> ByteTrack {
    ByteTrack::new(spec(options)).unwrap()
}

/// A person of 40 by 100 whose left edge is at `x`, of a class.
fn person(x: f32, class_id: i32) -> Detections {
    let mut found = Detections::default();
    found.push([x, 50.0, x + 40.0, 150.0], 0.9, class_id);
    found
}

/// Shows a person at these places and times (in frames), and returns the identity in each.
fn ids(options: Options, walk: &[(i64, f32)]) -> Vec<Option<u64>> {
    let mut tracker = tracker(options);
    let show = |&(frame, x): &(i64, f32)| {
        tracker.update(&person(x, 0), frame * FRAME_NS).unwrap();
        assert_eq!(tracker.check_invariants(), Ok(()));
        tracker.visible().first().map(|track| track.id)
    };
    walk.iter().map(show).collect()
}

#[test]
fn time_step_reaches_over_dropped_frames() {
    // 12 px a frame for 20 frames; then four frames are dropped by the source.
    let mut walk: Vec<(i64, f32)> = (0..20).map(|frame| (frame, 12.0 * frame as f32)).collect();
    walk.extend((24..30).map(|frame| (frame, 12.0 * frame as f32)));
    let timed = Options {
        frame_ns: Some(FRAME_NS),
        ..Options::default()
    };
    assert_eq!(ids(timed, &walk).last(), Some(&Some(1)));
    assert_eq!(ids(timed, &walk)[20], Some(1));
    assert_ne!(ids(Options::default(), &walk)[20], Some(1));
}

#[test]
fn time_step_of_one_is_the_frame_step_bit_for_bit() {
    let crowd = crowd::Crowd {
        seed: 5,
        people: 40,
        side: 700.0,
        jitter: 0.03,
        missing: 0.05,
        unsure: 0.1,
        false_alarms: 0.02,
        blackouts: 0.02,
    };
    let frames = crowd.frames(200);
    let timed = Options {
        frame_ns: Some(FRAME_NS),
        ..Options::default()
    };
    for parity in [false, true] {
        let of = |options| {
            let base = if parity {
                ByteTrackSpec::parity()
            } else {
                spec(options)
            };
            ByteTrack::new(ByteTrackSpec { options, ..base }).unwrap()
        };
        let (mut plain, mut timed) = (of(Options::default()), of(timed));
        for (found, frame) in frames.iter().zip(0..) {
            plain.update(found, frame * FRAME_NS).unwrap();
            timed.update(found, frame * FRAME_NS).unwrap();
            assert_eq!(plain.visible(), timed.visible());
        }
    }
}

/// Who was hidden and is found again is followed as if seen all along on the straight line between.
#[test]
fn re_update_forgets_what_was_made_up_meanwhile() {
    // 3 px a frame, then hidden for five frames, then seen 2 px a frame farther on.
    let at = |frame: i64| 3.0 * frame.min(19) as f32 + 2.0 * (frame - 19).max(0) as f32;
    let follow = |observation_centric, hides| {
        let mut tracker = tracker(Options {
            observation_centric,
            ..Options::default()
        });
        let mut boxes = Vec::new();
        for frame in 0..40_i64 {
            let found = match frame {
                20..25 if hides => Detections::default(),
                _ => person(at(frame), 0),
            };
            tracker.update(&found, frame * FRAME_NS).unwrap();
            if frame >= 25 {
                assert_eq!(tracker.visible().len(), 1);
                assert_eq!(tracker.visible()[0].id, 1);
                boxes.push(tracker.visible()[0].xyxy);
            }
        }
        boxes
    };
    let seen_throughout = follow(false, false);
    let apart = |boxes: &[[f64; 4]]| {
        let sides = boxes.iter().flatten().zip(seen_throughout.iter().flatten());
        sides.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    };
    assert!(apart(&follow(true, true)) < 1e-9);
    let plain = apart(&follow(false, true));
    assert!(plain > 0.01, "{plain}");
}

/// The first of these walks is new and unknown, the second is known to stand when it leaves at once.
#[test]
fn uncertainty_looks_farther_for_who_is_little_known() {
    // A width a frame: boxes that don't overlap.
    let walk: Vec<(i64, f32)> = (0..10).map(|frame| (frame, 42.0 * frame as f32)).collect();
    let doubtful = |uncertainty| Options {
        uncertainty,
        ..Options::default()
    };
    assert_eq!(ids(doubtful(3.0), &walk), vec![Some(1); 10]);
    assert_ne!(ids(doubtful(0.0), &walk)[1], Some(1));
    let mut known: Vec<(i64, f32)> = (0..30).map(|frame| (frame, 0.0)).collect();
    known.push((30, 60.0));
    assert_ne!(ids(doubtful(0.5), &known)[30], Some(1));
}

#[test]
fn doubt_keeps_an_uncertain_box_from_pulling() {
    let follow = |doubt| {
        let mut tracker = tracker(Options {
            doubt,
            ..Options::default()
        });
        for frame in 0..20 {
            let shown = if frame < 19 {
                (100.0, 0.9)
            } else {
                (110.0, 0.3)
            };
            let mut found = Detections::default();
            found.push([shown.0, 50.0, shown.0 + 40.0, 150.0], shown.1, 0);
            tracker.update(&found, frame * FRAME_NS).unwrap();
        }
        assert_eq!(tracker.visible().len(), 1);
        tracker.visible()[0].xyxy[0]
    };
    let (believing, doubtful) = (follow(0.0), follow(1.0));
    assert!(
        100.0 < doubtful && doubtful < believing - 0.5,
        "{doubtful} {believing}"
    );
}

#[test]
fn slowing_down_finds_who_stopped_while_hidden() {
    // 8 px a frame, hidden for eight frames, stopped after the second of them.
    let mut walk: Vec<(i64, f32)> = (0..20).map(|frame| (frame, 8.0 * frame as f32)).collect();
    walk.extend((28..32).map(|frame| (frame, 168.0)));
    let show = |slow_down_ns| {
        let mut tracker = tracker(Options {
            slow_down_ns,
            ..Options::default()
        });
        let mut last = None;
        for frame in 0..32_i64 {
            let seen = walk.iter().find(|&&(at, _)| at == frame);
            let found = seen.map_or_else(Detections::default, |&(_, x)| person(x, 0));
            tracker.update(&found, frame * FRAME_NS).unwrap();
            last = tracker.visible().first().map(|track| track.id);
        }
        last
    };
    assert_eq!(show(Some(2 * FRAME_NS)), Some(1));
    assert_ne!(show(None), Some(1));
}

#[test]
fn leaning_shows_the_detection_and_follows_nobody_else() {
    let follow = |lean| {
        let mut tracker = tracker(Options {
            lean,
            ..Options::default()
        });
        for frame in 0..20 {
            let x = if frame < 19 { 100.0 } else { 110.0 };
            tracker.update(&person(x, 0), frame * FRAME_NS).unwrap();
        }
        let shown = tracker.visible()[0];
        tracker
            .update(&Detections::default(), 20 * FRAME_NS)
            .unwrap();
        tracker.update(&person(110.0, 0), 21 * FRAME_NS).unwrap();
        assert_eq!(tracker.visible()[0].id, shown.id);
        shown.xyxy[0]
    };
    let (filtered, between, detected) = (follow(0.0), follow(0.5), follow(1.0));
    // The person is seen with a confidence of 0.9.
    assert!((between - (filtered + 0.45 * (110.0 - filtered))).abs() < 1e-5);
    assert!((detected - (filtered + 0.9 * (110.0 - filtered))).abs() < 1e-5);
}

/// Beside a person who is new, two detections: the surer one is taken, though the other overlaps a little more.
#[test]
fn new_tracks_prefer_the_surer_of_two() {
    let second = |fuse_new| {
        let mut tracker = tracker(Options {
            fuse_new,
            ..Options::default()
        });
        tracker.update(&Detections::default(), 0).unwrap();
        tracker.update(&person(100.0, 0), FRAME_NS).unwrap();
        let mut found = Detections::default();
        found.push([96.0, 50.0, 136.0, 150.0], 0.45, 0);
        found.push([106.0, 50.0, 146.0, 150.0], 0.9, 0);
        tracker.update(&found, 2 * FRAME_NS).unwrap();
        tracker.visible().first().map(|track| track.detection)
    };
    assert_eq!((second(false), second(true)), (Some(0), Some(1)));
}

/// Shows people in a row, all moved by a camera that begins to swing, and returns how many keep their identity.
fn kept_by_a_swinging_camera(people: u8, shared_shift: bool) -> usize {
    let mut tracker = tracker(Options {
        shared_shift,
        ..ByteTrackSpec::default().options
    });
    let mut ids = Vec::new();
    for frame in 0..60_i64 {
        let swing = match frame {
            ..15 => 0.0,
            _ => 30.0 * (frame as f32 - 15.0).sin(),
        };
        let mut found = Detections::default();
        for person in 0..people {
            let x = 100.0 + 120.0 * f32::from(person) + swing;
            found.push([x, 50.0, x + 50.0, 150.0], 0.9, 0);
        }
        tracker.update(&found, frame * FRAME_NS).unwrap();
        assert_eq!(tracker.check_invariants(), Ok(()));
        if frame == 14 {
            ids.extend(tracker.visible().iter().map(|track| track.id));
        }
    }
    let mut last: Vec<(u32, u64)> = tracker
        .visible()
        .iter()
        .map(|t| (t.detection, t.id))
        .collect();
    last.sort_unstable();
    last.iter().zip(ids).filter(|((_, a), b)| a == b).count()
}

#[test]
fn a_step_of_all_together_is_the_cameras() {
    assert_eq!(kept_by_a_swinging_camera(10, true), 10);
    assert_eq!(kept_by_a_swinging_camera(10, false), 0);
    // Too few to tell.
    assert_eq!(kept_by_a_swinging_camera(7, true), 0);
}

#[test]
fn a_shared_shift_is_nothing_where_people_go_their_own_ways() {
    let crowd = crowd::Crowd {
        seed: 6,
        people: 40,
        side: 700.0,
        jitter: 0.03,
        missing: 0.05,
        unsure: 0.1,
        false_alarms: 0.02,
        blackouts: 0.02,
    };
    let of = |shared_shift| {
        ByteTrack::new(spec(Options {
            shared_shift,
            ..ByteTrackSpec::default().options
        }))
        .unwrap()
    };
    let (mut with, mut without) = (of(true), of(false));
    for (found, frame) in crowd.frames(300).iter().zip(0..) {
        with.update(found, frame * FRAME_NS).unwrap();
        without.update(found, frame * FRAME_NS).unwrap();
        assert_eq!(with.visible(), without.visible());
    }
}

#[test]
fn buffer_lets_fast_people_overlap() {
    // More than a width a frame.
    let walk: Vec<(i64, f32)> = (0..10).map(|frame| (frame, 46.0 * frame as f32)).collect();
    let buffered = Options {
        buffer: 0.5,
        ..Options::default()
    };
    assert_eq!(ids(buffered, &walk), vec![Some(1); 10]);
    let plain = ids(Options::default(), &walk);
    assert!(plain[1..].iter().all(|&id| id != Some(1)), "{plain:?}");
}

#[test]
fn camera_motion_moves_everybody() {
    let turn = 0.1_f64;
    let motions: [[[f64; 3]; 2]; 3] = [
        [[1.0, 0.0, 300.0], [0.0, 1.0, -20.0]],
        [[1.5, 0.0, -30.0], [0.0, 1.5, 10.0]],
        [
            [turn.cos(), -turn.sin(), 200.0],
            [turn.sin(), turn.cos(), 5.0],
        ],
    ];
    for matrix in motions {
        let [across, down] = matrix;
        let at = |matrix: [f64; 3], x: f64, y: f64| matrix[0] * x + matrix[1] * y + matrix[2];
        let scale = across[0].hypot(down[0]);
        let mut told = tracker(Options::default());
        let mut untold = told.clone();
        // To the right, 2 px a frame, before and after the camera moved, all in the old picture's pixels.
        for frame in 0..30_i64 {
            let x = 200.0 + 2.0 * frame as f64;
            let (mut center, mut size) = ((x + 20.0, 100.0), (40.0, 100.0));
            if frame == 20 {
                told.move_camera(&CameraMotion::new(matrix).unwrap());
            }
            if frame >= 20 {
                center = (at(across, center.0, center.1), at(down, center.0, center.1));
                size = (40.0 * scale, 100.0 * scale);
            }
            let mut found = Detections::default();
            #[expect(clippy::cast_possible_truncation, reason = "pixels")]
            let corner = |side: f64, way: f64| (side + way) as f32;
            found.push(
                [
                    corner(center.0, -size.0 / 2.0),
                    corner(center.1, -size.1 / 2.0),
                    corner(center.0, size.0 / 2.0),
                    corner(center.1, size.1 / 2.0),
                ],
                0.9,
                0,
            );
            for tracker in [&mut told, &mut untold] {
                tracker.update(&found, frame * FRAME_NS).unwrap();
                assert_eq!(tracker.check_invariants(), Ok(()));
            }
            let seen = told.visible();
            assert_eq!(seen.len(), 1);
            assert_eq!(seen[0].id, 1);
            let middle = f64::midpoint(seen[0].xyxy[0], seen[0].xyxy[2]);
            assert!(
                frame < 5 || (middle - center.0).abs() < 1.0,
                "{middle} {center:?}"
            );
        }
        let alone = untold.visible().first().map(|track| track.id);
        assert!(matrix[0][0] > 1.2 || alone != Some(1), "{matrix:?}");
    }
}

#[test]
fn classes_are_told_apart() {
    let swapped = |per_class| {
        let mut tracker = tracker(Options {
            per_class,
            ..Options::default()
        });
        for frame in 0..6 {
            let class_id = if frame < 3 { 0 } else { 16 };
            tracker
                .update(&person(100.0, class_id), frame * FRAME_NS)
                .unwrap();
        }
        (tracker.visible()[0].id, tracker.visible()[0].class_id)
    };
    assert_eq!(swapped(false), (1, 16));
    assert_eq!(swapped(true), (2, 16));
}

#[test]
fn nonsense_is_refused() {
    let plain = Options::default();
    let spoilt = |spoil: fn(&mut Options)| {
        let mut options = plain;
        spoil(&mut options);
        options
    };
    for (options, field) in [
        (spoilt(|o| o.frame_ns = Some(0)), "frame_ns"),
        (spoilt(|o| o.uncertainty = -1.0), "uncertainty"),
        (spoilt(|o| o.doubt = f64::INFINITY), "doubt"),
        (spoilt(|o| o.slow_down_ns = Some(0)), "slow_down_ns"),
        (spoilt(|o| o.lean = 1.1), "lean"),
        (spoilt(|o| o.buffer = 1.5), "buffer"),
        (spoilt(|o| o.buffer = f64::NAN), "buffer"),
    ] {
        let error = ByteTrack::new(spec(options)).unwrap_err();
        assert!(
            matches!(error, TrackError::Spec { field: found, .. } if found == field),
            "{error}"
        );
    }
    for matrix in [
        [[0.0; 3]; 2],
        [[1.0, 2.0, 0.0], [2.0, 4.0, 0.0]],
        [[1.0, 0.0, f64::NAN], [0.0, 1.0, 0.0]],
    ] {
        assert_eq!(CameraMotion::new(matrix), Err(TrackError::CameraMotion));
    }
}
