//! Detections as columns, one row per object found in a frame.

/// What a detector found in one frame: columns of equal length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Detections {
    /// Corners x1, y1, x2, y2 in source pixels, not rounded, not clipped.
    pub xyxy: Vec<[f32; 4]>,
    /// Confidence, 0…1.
    pub confidence: Vec<f32>,
    /// Class, as the model numbers them (person is 0 in COCO order).
    pub class_id: Vec<i32>,
}

impl Detections {
    /// Returns the number of rows.
    pub fn len(&self) -> usize {
        self.xyxy.len()
    }

    /// Returns whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.xyxy.is_empty()
    }

    /// Removes all rows and keeps the memory.
    pub fn clear(&mut self) {
        self.xyxy.clear();
        self.confidence.clear();
        self.class_id.clear();
    }

    /// Appends a row.
    pub fn push(&mut self, xyxy: [f32; 4], confidence: f32, class_id: i32) {
        self.xyxy.push(xyxy);
        self.confidence.push(confidence);
        self.class_id.push(class_id);
    }

    /// Keeps the rows whose box and class `keep` says yes to, in their order, and the memory.
    pub fn retain(&mut self, mut keep: impl FnMut(&[f32; 4], i32) -> bool) {
        let mut kept = 0;
        for row in 0..self.len() {
            if keep(&self.xyxy[row], self.class_id[row]) {
                self.xyxy[kept] = self.xyxy[row];
                self.confidence[kept] = self.confidence[row];
                self.class_id[kept] = self.class_id[row];
                kept += 1;
            }
        }
        self.xyxy.truncate(kept);
        self.confidence.truncate(kept);
        self.class_id.truncate(kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_kept_in_order() {
        let mut detections = Detections::default();
        for class in [2, 0, 7, 2, 0_i16] {
            detections.push([f32::from(class); 4], 0.1 * f32::from(class), class.into());
        }
        detections.retain(|_, class| class != 0);
        assert_eq!(detections.class_id, [2, 7, 2]);
        assert_eq!(detections.xyxy, [[2.0; 4], [7.0; 4], [2.0; 4]]);
        assert_eq!(detections.confidence, [0.2, 0.7, 0.2]);
        detections.retain(|_, _| false);
        assert!(detections.is_empty());
    }
}
