//! What a tracker refuses, and what to do about it.

/// Why a tracker could not be made, or refused a frame.
///
/// A refused frame leaves the tracker as it was.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TrackError {
    /// A field of the [`ByteTrackSpec`](crate::ByteTrackSpec) is out of range.
    #[error("{field}: expected {expected}, found {found}")]
    Spec {
        /// Name of the field.
        field: &'static str,
        /// What is allowed.
        expected: &'static str,
        /// What was given.
        found: String,
    },
    /// The columns of the detections differ in length.
    #[error(
        "detections: expected columns of equal length, found {xyxy} boxes, {confidence} confidences, {class_id} classes"
    )]
    Columns {
        /// Rows of `xyxy`.
        xyxy: usize,
        /// Rows of `confidence`.
        confidence: usize,
        /// Rows of `class_id`.
        class_id: usize,
    },
    /// A camera's motion is not one.
    #[error("camera motion: expected six finite numbers that make an invertible matrix")]
    CameraMotion,
    /// The frame lies before the one before it.
    #[error(
        "pts_ns: expected at least {previous_ns} (the previous frame's), found {pts_ns}; reset the tracker where time jumps"
    )]
    TimeWentBack {
        /// Time of the refused frame, in nanoseconds.
        pts_ns: i64,
        /// Time of the frame before it, in nanoseconds.
        previous_ns: i64,
    },
}
