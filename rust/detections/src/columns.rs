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
}
