//! Non-maximum suppression against a plain reference.

use proptest::prelude::*;
use sightline_detections::{Detections, NonMaxSuppression, non_max_suppression};

fn iou(a: [f32; 4], b: [f32; 4]) -> f64 {
    let [a, b] = [a, b].map(|corners| corners.map(f64::from));
    let area = |c: [f64; 4]| (c[2] - c[0]) * (c[3] - c[1]);
    let width = (a[2].min(b[2]) - a[0].max(b[0])).max(0.0);
    let height = (a[3].min(b[3]) - a[1].max(b[1])).max(0.0);
    width * height / (area(a) + area(b) - width * height)
}

/// The definition, quadratic: go through the rows by confidence; each that still stands strikes out what it overlaps.
fn reference(detections: &Detections, threshold: f64, most: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..detections.len()).collect();
    order.sort_by(|&a, &b| detections.confidence[b].total_cmp(&detections.confidence[a]));
    let mut struck = vec![false; detections.len()];
    let mut kept = Vec::new();
    for (rank, &row) in order.iter().enumerate() {
        if struck[row] {
            continue;
        }
        kept.push(row);
        for &later in &order[rank + 1..] {
            struck[later] |= detections.class_id[row] == detections.class_id[later]
                && iou(detections.xyxy[row], detections.xyxy[later]) > threshold;
        }
    }
    kept.truncate(most);
    kept
}

/// Small integers, so that equal boxes, equal confidences and shared edges are common.
fn rows() -> impl Strategy<Value = Detections> {
    let row = ((0_u8..20, 0_u8..20, 1_u8..12, 1_u8..12), 0_u8..8, 0_i32..3);
    prop::collection::vec(row, 0..120).prop_map(|rows| {
        let mut detections = Detections::default();
        for ((x, y, width, height), confidence, class_id) in rows {
            let [x1, y1, x2, y2] = [x, y, x + width, y + height].map(f32::from);
            detections.push([x1, y1, x2, y2], f32::from(confidence) / 8.0, class_id);
        }
        detections
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn equals_the_reference(detections in rows(), threshold in 0.0_f32..1.0, most in 1_usize..60) {
        // A ratio of small integers can't come this close to the threshold except by chance; then floats may differ.
        let close = |a: &[f32; 4], b: &[f32; 4]| (iou(*a, *b) - f64::from(threshold)).abs() < 1e-5;
        prop_assume!(!detections.xyxy.iter().any(|a| detections.xyxy.iter().any(|b| close(a, b))));
        let expected = reference(&detections, f64::from(threshold), most);
        prop_assert_eq!(non_max_suppression(&detections, threshold, most), expected);
    }

    #[test]
    fn what_stays_does_not_overlap_and_is_in_order(detections in rows(), threshold in 0.0_f32..1.0) {
        let kept = non_max_suppression(&detections, threshold, usize::MAX);
        for (rank, &a) in kept.iter().enumerate() {
            for &b in &kept[rank + 1..] {
                let (one, other) = (detections.confidence[a], detections.confidence[b]);
                prop_assert!(one > other || (one.to_bits() == other.to_bits() && a < b));
                let apart = iou(detections.xyxy[a], detections.xyxy[b]) <= f64::from(threshold) + 1e-6;
                prop_assert!(detections.class_id[a] != detections.class_id[b] || apart);
            }
        }
    }

    #[test]
    fn a_used_suppressor_answers_like_a_new_one(first in rows(), second in rows()) {
        let mut used = NonMaxSuppression::new();
        used.suppress(&first, 0.5, 50);
        let again = used.suppress(&second, 0.5, 50).to_vec();
        prop_assert_eq!(again, non_max_suppression(&second, 0.5, 50));
    }
}

#[test]
fn no_pixel_is_added_to_widths() {
    let mut detections = Detections::default();
    detections.push([0.0, 0.0, 10.0, 10.0], 0.9, 0);
    detections.push([0.0, 0.0, 10.0, 5.0], 0.8, 0);
    // 50 / 100; with a pixel added it would be 66 / 121 = 0.545.
    assert_eq!(non_max_suppression(&detections, 0.51, 10), [0, 1]);
    assert_eq!(non_max_suppression(&detections, 0.49, 10), [0]);
    assert_eq!(
        non_max_suppression(&detections, 0.5, 10),
        [0, 1],
        "an overlap of exactly the threshold stays"
    );
}

#[test]
fn confidences_that_are_no_numbers_do_no_harm() {
    let mut detections = Detections::default();
    for confidence in [f32::NAN, -1.0, f32::INFINITY, -0.0, 0.0, -f32::NAN] {
        let x = detections.len() as f32 * 10.0;
        detections.push([x, 0.0, x + 5.0, f32::NAN], confidence, 0);
    }
    assert_eq!(
        non_max_suppression(&detections, 0.5, 10),
        [0, 2, 4, 3, 1, 5]
    );
}
