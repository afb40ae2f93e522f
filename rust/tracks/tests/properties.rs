//! What holds in every mode, whatever the detector reports.

#![expect(clippy::unwrap_used, reason = "a test may stop where it fails")]

mod crowd;

use std::collections::BTreeSet;

use crowd::Crowd;
use proptest::prelude::*;
use sightline_detections::Detections;
use sightline_tracks::{ByteTrack, ByteTrackSpec, LostAfter, Mode};

const FRAME_NS: i64 = 100_000_000;

/// Every confirmed id so far, split by whether it has been reported as removed.
#[derive(Default)]
struct Ledger {
    living: BTreeSet<u64>,
    removed: BTreeSet<u64>,
}

impl Ledger {
    fn take(&mut self, tracker: &ByteTrack) -> Result<(), TestCaseError> {
        prop_assert_eq!(tracker.check_invariants(), Ok(()));
        for track in tracker.visible() {
            prop_assert!(
                !self.removed.contains(&track.id),
                "id {} came back",
                track.id
            );
            self.living.insert(track.id);
        }
        for id in tracker.removed() {
            prop_assert!(
                self.living.remove(id),
                "id {} ended without having lived, or twice",
                id
            );
            self.removed.insert(*id);
        }
        Ok(())
    }
}

fn modes() -> impl Strategy<Value = Mode> {
    prop_oneof![
        Just(Mode::Parity),
        Just(Mode::ParityCpp),
        Just(Mode::Improved)
    ]
}

fn lost_after() -> impl Strategy<Value = LostAfter> {
    prop_oneof![
        (0_u32..10).prop_map(LostAfter::Frames),
        (0_i64..10).prop_map(|n| LostAfter::Time(n * FRAME_NS))
    ]
}

/// Numbers that detectors should not report, and small whole ones, so that boxes coincide.
fn numbers() -> impl Strategy<Value = f32> {
    prop_oneof![
        8 => (0_u8..12).prop_map(|n| f32::from(n) * 5.0),
        1 => prop_oneof![Just(f32::NAN), Just(f32::INFINITY), Just(f32::MAX), Just(f32::MIN), Just(f32::MIN_POSITIVE), Just(-0.0)],
        1 => any::<f32>(),
    ]
}

fn wild_frames() -> impl Strategy<Value = Vec<Detections>> {
    let confidence =
        prop_oneof![9 => (0_u8..=10).prop_map(|n| f32::from(n) / 10.0), 1 => any::<f32>()];
    let row = ([numbers(), numbers(), numbers(), numbers()], confidence);
    let frame = prop::collection::vec(row, 0..8).prop_map(|rows| {
        let mut detections = Detections::default();
        for (xyxy, confidence) in rows {
            detections.push(xyxy, confidence, 0);
        }
        detections
    });
    prop::collection::vec(frame, 0..30)
}

fn run(spec: ByteTrackSpec, frames: &[Detections]) -> Result<ByteTrack, TestCaseError> {
    let mut tracker = ByteTrack::new(spec).unwrap();
    let mut ledger = Ledger::default();
    for epoch in 0..2 {
        for (detections, index) in frames.iter().zip(0_i64..) {
            tracker.update(detections, index * FRAME_NS).unwrap();
            ledger.take(&tracker)?;
        }
        tracker.reset();
        ledger.take(&tracker)?;
        prop_assert!(
            ledger.living.is_empty(),
            "epoch {epoch}: {:?} ended unreported",
            ledger.living
        );
    }
    Ok(tracker)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn wild_detections_do_no_harm(mode in modes(), lost_after in lost_after(), frames in wild_frames()) {
        let spec = ByteTrackSpec { mode, lost_after, track_high_thresh: 0.5, new_track_thresh: 0.5, ..ByteTrackSpec::default() };
        run(spec, &frames)?;
    }

    #[test]
    fn ids_live_once(mode in modes(), lost_after in lost_after(), seed in any::<u64>(), side in 60.0..600.0_f32) {
        let crowd = Crowd {
            seed, side, people: 15, jitter: 0.1, missing: 0.15, unsure: 0.3, false_alarms: 0.1, blackouts: 0.05,
        };
        let spec = ByteTrackSpec { mode, lost_after, ..ByteTrackSpec::default() };
        let tracker = run(spec, &crowd.frames(40))?;
        prop_assert_eq!(tracker.rejected(), 0);
    }
}
