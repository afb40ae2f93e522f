//! A warm tracker allocates nothing, and a million frames (a quarter for each life cycle) leave nothing behind.

mod crowd;

use sightline_detections::Detections;
use sightline_tracks::{ByteTrack, ByteTrackSpec, Options};

const FRAME_NS: i64 = 100_000_000;

fn specs() -> Vec<ByteTrackSpec> {
    let all = Options {
        frame_ns: Some(FRAME_NS),
        observation_centric: true,
        buffer: 0.2,
        per_class: true,
        ..ByteTrackSpec::default().options
    };
    vec![
        ByteTrackSpec::default(),
        ByteTrackSpec::parity(),
        ByteTrackSpec::parity_cpp(),
        ByteTrackSpec {
            options: all,
            ..ByteTrackSpec::default()
        },
    ]
}

#[test]
fn a_warm_tracker_allocates_nothing() {
    let crowd = crowd::Crowd {
        seed: 3,
        people: 200,
        side: 1440.0,
        jitter: 0.03,
        missing: 0.05,
        unsure: 0.1,
        false_alarms: 0.02,
        blackouts: 0.0,
    };
    let mut frames = crowd.frames(300);
    // Halfway the camera begins to swing.
    for (found, frame) in frames.iter_mut().zip(0_i16..).skip(150) {
        let swing = 20.0 * f32::from(frame - 150).sin();
        for xyxy in &mut found.xyxy {
            xyxy[0] += swing;
            xyxy[2] += swing;
        }
    }
    for spec in specs() {
        let mut tracker = ByteTrack::new(spec).unwrap();
        let mut pts_ns = 0;
        let mut show_all = || {
            for found in &frames {
                pts_ns += FRAME_NS;
                tracker.update(found, pts_ns).unwrap();
            }
        };
        show_all();
        show_all();
        let warm = allocation_counter::measure(show_all);
        assert_eq!(warm.count_total, 0, "{spec:?} {warm:?}");
    }
}

#[test]
fn a_million_frames_leave_nothing_behind() {
    for spec in specs() {
        let mut tracker = ByteTrack::new(spec).unwrap();
        let mut found = Detections::default();
        let mut run = |frames: std::ops::Range<u32>| {
            for frame in frames {
                found.clear();
                // Three people, each somewhere else every 20 frames: births and deaths all the time.
                for person in 0..3 {
                    let place = (frame / 20 * 7919 + person * 613) % 1801 + frame % 20;
                    let x = f32::from(u16::try_from(place).unwrap());
                    found.push([x, 50.0, x + 40.0, 150.0], 0.9, 0);
                }
                tracker.update(&found, i64::from(frame) * FRAME_NS).unwrap();
            }
            assert_eq!(tracker.check_invariants(), Ok(()));
        };
        run(0..2_000);
        let grown = allocation_counter::measure(|| run(2_000..252_000));
        assert!(grown.bytes_current <= 0, "{spec:?} {grown:?}");
    }
}
