//! How a track starts, is lost, is found and ends, in small scenes.

#![expect(clippy::unwrap_used, reason = "a test may stop where it fails")]

use sightline_detections::Detections;
use sightline_tracks::{ByteTrack, ByteTrackSpec, LostAfter, Mode, Track, TrackError};

const BOX: [f32; 4] = [100.0, 100.0, 140.0, 200.0];
const FAR: [f32; 4] = [500.0, 100.0, 540.0, 200.0];

/// A tracker that is given frames 100 ms apart.
struct Clip {
    tracker: ByteTrack,
    pts_ns: i64,
}

impl Clip {
    fn new(spec: ByteTrackSpec) -> Self {
        Self {
            tracker: ByteTrack::new(spec).unwrap(),
            pts_ns: 0,
        }
    }

    /// Shows one frame and returns the visible ids.
    fn show(&mut self, boxes: &[([f32; 4], f32)]) -> Vec<u64> {
        let mut detections = Detections::default();
        for &(xyxy, confidence) in boxes {
            detections.push(xyxy, confidence, 0);
        }
        self.tracker.update(&detections, self.pts_ns).unwrap();
        self.tracker.check_invariants().unwrap();
        self.pts_ns += 100_000_000;
        self.tracker
            .visible()
            .iter()
            .map(|track| track.id)
            .collect()
    }

    /// Shows empty frames and returns the ids that ended in any of them.
    fn wait(&mut self, frames: u32) -> Vec<u64> {
        let mut removed = Vec::new();
        for _ in 0..frames {
            assert!(self.show(&[]).is_empty());
            removed.extend(self.tracker.removed());
        }
        removed
    }
}

fn improved() -> ByteTrackSpec {
    ByteTrackSpec {
        lost_after: LostAfter::Frames(30),
        ..ByteTrackSpec::default()
    }
}

#[test]
fn tracks_are_visible_at_once_in_the_first_frame_and_later_from_their_second() {
    for spec in [
        ByteTrackSpec::parity(),
        ByteTrackSpec::parity_cpp(),
        improved(),
    ] {
        let mut clip = Clip::new(spec);
        assert_eq!(clip.show(&[(BOX, 0.9)]), [1]);
        assert_eq!(clip.show(&[(BOX, 0.9), (FAR, 0.9)]), [1]);
        assert_eq!(clip.show(&[(BOX, 0.9), (FAR, 0.9)]), [1, 2]);
    }
}

#[test]
fn a_new_track_that_is_missed_once_ends_unseen_and_leaves_a_gap_in_the_ids() {
    let mut clip = Clip::new(improved());
    clip.show(&[]);
    clip.show(&[(BOX, 0.9)]);
    assert!(clip.wait(40).is_empty());
    clip.show(&[(BOX, 0.9)]);
    assert_eq!(clip.show(&[(BOX, 0.9)]), [2]);
}

#[test]
fn parity_keeps_a_track_a_frame_too_long_and_then_ends_it_at_its_next_miss() {
    let mut clip = Clip::new(ByteTrackSpec::parity());
    clip.show(&[(BOX, 0.9)]);
    assert!(clip.wait(31).is_empty());
    assert_eq!(clip.show(&[(BOX, 0.9)]), [1]);
    assert_eq!(clip.wait(1), [1]);

    let mut clip = Clip::new(ByteTrackSpec::parity());
    clip.show(&[(BOX, 0.9)]);
    assert_eq!(clip.wait(33), [1]);
}

#[test]
fn improved_ends_a_track_when_its_time_is_up() {
    let mut clip = Clip::new(improved());
    clip.show(&[(BOX, 0.9)]);
    assert!(clip.wait(30).is_empty());
    assert_eq!(clip.show(&[(BOX, 0.9)]), [1]);
    assert!(clip.wait(30).is_empty());
    assert_eq!(clip.wait(1), [1]);
}

#[test]
fn time_counts_by_pts() {
    let mut clip = Clip::new(ByteTrackSpec {
        lost_after: LostAfter::Time(300_000_000),
        ..ByteTrackSpec::default()
    });
    clip.show(&[(BOX, 0.9)]);
    assert!(clip.wait(3).is_empty());
    clip.show(&[(BOX, 0.9)]);
    clip.pts_ns += 300_000_000;
    assert_eq!(clip.wait(1), [1]);
}

#[test]
fn only_the_improved_life_cycle_finds_a_lost_track_by_a_low_confidence() {
    for (spec, ids) in [(ByteTrackSpec::parity(), vec![]), (improved(), vec![1])] {
        let mut clip = Clip::new(spec);
        clip.show(&[(BOX, 0.9)]);
        assert_eq!(
            clip.show(&[(BOX, 0.3)]),
            [1],
            "a seen track is kept by one in every mode"
        );
        clip.wait(2);
        assert_eq!(clip.show(&[(BOX, 0.3)]), ids, "{:?}", spec.mode);
    }
}

/// One person stands for some frames and is lost; a second walks up to the place and arrives in its 20th frame.
/// Returns the ids that ended on the way.
fn walk_over_a_lost_track(spec: ByteTrackSpec, frames_alone: u32) -> Vec<u64> {
    let at = |x: f32| ([100.0 + x, 100.0, 140.0 + x, 200.0], 0.9);
    let mut clip = Clip::new(spec);
    for _ in 0..frames_alone {
        clip.show(&[at(0.0)]);
    }
    clip.show(&[at(0.0), at(60.0)]);
    clip.show(&[at(0.0), at(57.0)]);
    let mut removed = Vec::new();
    for step in 2..20_u8 {
        clip.show(&[at(60.0 - 3.0 * f32::from(step))]);
        removed.extend(clip.tracker.removed());
    }
    removed
}

#[test]
fn parity_drops_the_younger_of_a_seen_and_a_lost_track_and_the_seen_one_if_equal() {
    for (frames_alone, removed) in [(17, [1]), (18, [2]), (25, [2])] {
        assert_eq!(
            walk_over_a_lost_track(ByteTrackSpec::parity(), frames_alone),
            removed
        );
    }
}

#[test]
fn improved_drops_neither() {
    assert!(walk_over_a_lost_track(improved(), 17).is_empty());
    assert!(walk_over_a_lost_track(improved(), 25).is_empty());
}

#[test]
fn a_confidence_at_the_threshold_counts_as_high_or_in_parity_not_at_all() {
    for (mode, ids) in [
        (Mode::Parity, vec![]),
        (Mode::ParityCpp, vec![1]),
        (Mode::Improved, vec![1]),
    ] {
        let mut clip = Clip::new(ByteTrackSpec {
            mode,
            track_high_thresh: 0.6,
            ..improved()
        });
        clip.show(&[(BOX, 0.9)]);
        assert_eq!(clip.show(&[(BOX, 0.6)]), ids, "{mode:?}");
    }
}

#[test]
fn a_track_tells_its_detection() {
    let mut tracker = ByteTrack::new(improved()).unwrap();
    let mut detections = Detections::default();
    detections.push(BOX, 0.9, 2);
    tracker.update(&detections, 0).unwrap();
    detections.clear();
    detections.push(FAR, 0.2, 0);
    detections.push(BOX, 0.8, 5);
    tracker.update(&detections, 1).unwrap();
    let [
        Track {
            id,
            confidence,
            class_id,
            detection,
            age,
            ..
        },
    ] = tracker.visible()
    else {
        panic!("one track")
    };
    assert_eq!(
        (*id, *confidence, *class_id, *detection, *age),
        (1, 0.8, 5, 1, 1)
    );
}

#[test]
fn broken_boxes_are_counted_and_skipped() {
    let mut clip = Clip::new(improved());
    let broken = [
        [f32::NAN, 0.0, 1.0, 1.0],
        [0.0, 0.0, f32::INFINITY, 1.0],
        [5.0, 0.0, 5.0, 9.0],
        [0.0, 9.0, 5.0, 0.0],
    ];
    let mut boxes: Vec<_> = broken.map(|xyxy| (xyxy, 0.9)).to_vec();
    boxes.extend([(BOX, f32::NAN), (BOX, 0.9)]);
    assert_eq!(clip.show(&boxes), [1]);
    assert_eq!(clip.tracker.visible()[0].detection, 5);
    assert_eq!(clip.tracker.rejected(), 5);
}

#[test]
fn a_reset_ends_all_and_ids_go_on() {
    let mut clip = Clip::new(improved());
    clip.show(&[(BOX, 0.9), (FAR, 0.9)]);
    clip.show(&[(FAR, 0.9)]);
    clip.tracker.reset();
    assert!(clip.tracker.visible().is_empty());
    assert_eq!(clip.tracker.removed(), [2, 1]);
    clip.pts_ns = -5;
    assert_eq!(clip.show(&[(BOX, 0.9)]), [3]);
    assert!(clip.tracker.removed().is_empty());
}

#[test]
fn a_refused_frame_changes_nothing() {
    let mut clip = Clip::new(improved());
    clip.show(&[(BOX, 0.9)]);
    let mut detections = Detections::default();
    let error = clip.tracker.update(&detections, -1).unwrap_err();
    assert_eq!(
        error,
        TrackError::TimeWentBack {
            pts_ns: -1,
            previous_ns: 0
        }
    );
    detections.confidence.push(0.5);
    let error = clip.tracker.update(&detections, 1).unwrap_err();
    assert_eq!(
        error,
        TrackError::Columns {
            xyxy: 0,
            confidence: 1,
            class_id: 0
        }
    );
    assert_eq!(clip.tracker.visible().len(), 1);
    assert_eq!(clip.show(&[(BOX, 0.9)]), [1]);
}

#[test]
fn a_spec_out_of_range_is_refused_by_name() {
    let good = ByteTrackSpec::default();
    for (spec, message) in [
        (
            ByteTrackSpec {
                match_thresh: f64::NAN,
                ..good
            },
            "match_thresh: expected a number from 0 to 1, found NaN",
        ),
        (
            ByteTrackSpec {
                new_track_thresh: 1.5,
                ..good
            },
            "new_track_thresh: expected a number from 0 to 1, found 1.5",
        ),
        (
            ByteTrackSpec {
                track_low_thresh: 0.7,
                ..good
            },
            "track_low_thresh: expected at most track_high_thresh, found 0.7",
        ),
        (
            ByteTrackSpec {
                lost_after: LostAfter::Time(-1),
                ..good
            },
            "lost_after: expected a time that is not negative, in nanoseconds, found -1",
        ),
    ] {
        assert_eq!(ByteTrack::new(spec).unwrap_err().to_string(), message);
    }
}
