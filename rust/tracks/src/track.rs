//! One followed object, as a frame's caller sees it.

/// A confirmed track that was seen in the current frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Track {
    /// Identity, from 1, never reused by one tracker.
    pub id: u64,
    /// The filter's box, leaning toward the detection by [`Options::lean`](crate::Options::lean): x1, y1, x2, y2 in
    /// source pixels.
    pub xyxy: [f64; 4],
    /// Confidence of the detection that was matched in this frame.
    pub confidence: f32,
    /// Class of the track's detection.
    pub class_id: i32,
    /// Row of that detection in the frame's [`Detections`](sightline_detections::Detections).
    pub detection: u32,
    /// Frames since the track was started; 0 in its first.
    pub age: u32,
}
