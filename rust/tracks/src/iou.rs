//! Overlap of two boxes, counted in whole pixels as the published tracker counts it.

/// What boxes are wider and higher than their corners say: one pixel, since both ends belong to a box.
pub(crate) const PIXEL: [f64; 2] = [1.0, 1.0];

/// Returns the intersection over union of two boxes x1, y1, x2, y2 in pixels, 0…1, each made wider and higher by
/// `slack`, so that boxes less than that apart still overlap.
pub(crate) fn iou(a: &[f64; 4], b: &[f64; 4], slack: [f64; 2]) -> f64 {
    let width = a[2].min(b[2]) - a[0].max(b[0]) + slack[0];
    let height = a[3].min(b[3]) - a[1].max(b[1]) + slack[1];
    if width <= 0.0 || height <= 0.0 {
        return 0.0;
    }
    let inter = width * height;
    inter / (area(a, slack) + area(b, slack) - inter)
}

fn area(xyxy: &[f64; 4], slack: [f64; 2]) -> f64 {
    (xyxy[2] - xyxy[0] + slack[0]) * (xyxy[3] - xyxy[1] + slack[1])
}

#[cfg(test)]
mod tests {
    use super::{PIXEL, iou};

    #[test]
    fn both_ends_count() {
        let a = [0.0, 0.0, 9.0, 9.0];
        let cases = [
            (a, 1.0),
            ([5.0, 0.0, 14.0, 9.0], 50.0 / 150.0),
            ([10.0, 0.0, 19.0, 9.0], 0.0),
        ];
        for (b, expected) in cases {
            assert!((iou(&a, &b, PIXEL) - expected).abs() < 1e-15);
        }
        assert!(iou(&a, &[9.5, 0.0, 18.5, 9.0], PIXEL) > 0.0);
    }

    #[test]
    fn slack_widens_both() {
        let (a, b) = ([0.0, 0.0, 10.0, 10.0], [14.0, 0.0, 24.0, 10.0]);
        assert!(iou(&a, &b, PIXEL).abs() < 1e-15);
        // Both 16 wide, from -3 to 13 and from 11 to 27: 2 in common of 30.
        assert!((iou(&a, &b, [6.0, 0.0]) - 2.0 / 30.0).abs() < 1e-15);
    }
}
