//! A motion detector allocates nothing after it was made.

#![allow(
    clippy::unwrap_used,
    reason = "a helper that can't go on fails its test"
)]

use sightline_detections::Detections;
use sightline_frames::Placement;
use sightline_motion::{MotionDetector, MotionSpec};

#[test]
fn frames_do_not_allocate() {
    let (width, height) = (320_u32, 250_u32);
    let placement = Placement {
        scale: [1.0, 1.0],
        offset: [0.0, 0.0],
        source: [width, height],
    };
    let spec = MotionSpec {
        learn_s: 0.0,
        max_foreground: 1.0,
        min_height: 0.0,
        min_area: 0.0,
        merge_gap: 0.0,
        ..MotionSpec::default()
    };
    let mut detector = MotionDetector::new(spec, width, height).unwrap();
    let mut out = Detections::default();
    // Row upon row of small things, so that there are as many groups as there can be.
    let frame = |shift: usize| -> Vec<u8> {
        let lit = |index: usize| (index % 320 + shift) % 12 < 6 && (index / 320) % 18 < 8;
        (0..320 * 250)
            .map(|index| if lit(index) { 255 } else { 20 })
            .collect()
    };
    let frames: Vec<Vec<u8>> = (0..6).map(frame).collect();
    detector
        .detect(&vec![20; 320 * 250], &placement, &mut out)
        .unwrap();
    for _ in 0..300 {
        out.push([0.0; 4], 0.0, 0);
    }
    let mut found = 0;
    let warm = allocation_counter::measure(|| {
        for frame in &frames {
            detector.detect(frame, &placement, &mut out).unwrap();
            found += out.len();
        }
    });
    assert!(found > 0, "the case is worth nothing without detections");
    assert_eq!(warm.count_total, 0);
}
