//! The crate against the plain transcription of the published tracker: same ids in the same order, same boxes.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may stop where it fails"
)]

mod crowd;
mod reference;

use crowd::Crowd;
use proptest::prelude::*;
use reference::Reference;
use sightline_detections::Detections;
use sightline_tracks::{ByteTrack, ByteTrackSpec, LostAfter};

fn crowds() -> impl Strategy<Value = Crowd> {
    let sight = (
        0.0..0.15_f32,
        0.0..0.4_f32,
        0.0..0.5_f32,
        0.0..0.2_f32,
        0.0..0.2_f32,
    );
    (any::<u64>(), 1_usize..30, 60.0..900.0_f32, sight).prop_map(|(seed, people, side, sight)| {
        let (jitter, missing, unsure, false_alarms, blackouts) = sight;
        Crowd {
            seed,
            people,
            side,
            jitter,
            missing,
            unsure,
            false_alarms,
            blackouts,
        }
    })
}

fn specs() -> impl Strategy<Value = ByteTrackSpec> {
    (
        0.3..0.7_f32,
        0.0..0.15_f32,
        0.5..0.95_f64,
        0_u32..8,
        any::<bool>(),
    )
        .prop_map(
            |(track_high_thresh, margin, match_thresh, frames, fuse_score)| ByteTrackSpec {
                track_high_thresh,
                new_track_thresh: track_high_thresh + margin,
                match_thresh,
                lost_after: LostAfter::Frames(frames),
                fuse_score,
                ..ByteTrackSpec::parity()
            },
        )
}

fn compare(spec: ByteTrackSpec, frames: &[Detections]) -> Result<(), TestCaseError> {
    let LostAfter::Frames(max_time_lost) = spec.lost_after else {
        panic!("the original counts frames")
    };
    let mut tracker = ByteTrack::new(spec).unwrap();
    let mut reference = Reference::new(
        spec.track_high_thresh,
        spec.new_track_thresh,
        spec.match_thresh,
        max_time_lost,
        spec.fuse_score,
    );
    for (index, detections) in frames.iter().enumerate() {
        tracker.update(detections, 0).unwrap();
        prop_assert_eq!(tracker.check_invariants(), Ok(()));
        let plain = detections
            .xyxy
            .iter()
            .zip(&detections.confidence)
            .map(|(b, &c)| (b.map(f64::from), c));
        let expected = reference.update(&plain.collect::<Vec<_>>());
        let ids: Vec<u64> = tracker.visible().iter().map(|track| track.id).collect();
        let expected_ids: Vec<u64> = expected.iter().map(|track| track.0).collect();
        prop_assert_eq!(ids, expected_ids, "frame {}", index + 1);
        for (track, (id, xyxy)) in tracker.visible().iter().zip(&expected) {
            for (found, wanted) in track.xyxy.iter().zip(xyxy) {
                prop_assert!(
                    (found - wanted).abs() < 1e-6,
                    "frame {} track {id}: {found}, {wanted}",
                    index + 1
                );
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn agrees_with_the_transcription(spec in specs(), crowd in crowds()) {
        compare(spec, &crowd.frames(50))?;
    }
}

#[test]
fn agrees_over_a_long_dense_scene() {
    let crowd = Crowd {
        seed: 7,
        people: 60,
        side: 500.0,
        jitter: 0.05,
        missing: 0.1,
        unsure: 0.2,
        false_alarms: 0.02,
        blackouts: 0.01,
    };
    compare(ByteTrackSpec::parity(), &crowd.frames(120)).unwrap();
}
