//! Overlap of two boxes, counted in whole pixels as the published tracker counts it.

/// Returns the intersection over union of two boxes x1, y1, x2, y2 in pixels, 0…1.
///
/// Both ends belong to a box, so that it is x2 − x1 + 1 wide and boxes up to one pixel apart still overlap.
pub(crate) fn iou(a: &[f64; 4], b: &[f64; 4]) -> f64 {
    let width = a[2].min(b[2]) - a[0].max(b[0]) + 1.0;
    let height = a[3].min(b[3]) - a[1].max(b[1]) + 1.0;
    if width <= 0.0 || height <= 0.0 {
        return 0.0;
    }
    let inter = width * height;
    inter / (area(a) + area(b) - inter)
}

fn area(xyxy: &[f64; 4]) -> f64 {
    (xyxy[2] - xyxy[0] + 1.0) * (xyxy[3] - xyxy[1] + 1.0)
}

#[cfg(test)]
mod tests {
    use super::iou;

    #[test]
    fn both_ends_count() {
        let a = [0.0, 0.0, 9.0, 9.0];
        let cases = [
            (a, 1.0),
            ([5.0, 0.0, 14.0, 9.0], 50.0 / 150.0),
            ([10.0, 0.0, 19.0, 9.0], 0.0),
        ];
        for (b, expected) in cases {
            assert!((iou(&a, &b) - expected).abs() < 1e-15);
        }
        assert!(iou(&a, &[9.5, 0.0, 18.5, 9.0]) > 0.0);
    }
}
