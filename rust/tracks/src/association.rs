//! Which boxes of tracks and of detections belong together in one stage.

use crate::Options;
use crate::assignment::{Assignment, Pair};
use crate::sweep::{Row, Sweep};

/// A detection that passed the door.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    /// Corners x1, y1, x2, y2 in source pixels, finite, with positive sides.
    pub(crate) xyxy: [f64; 4],
    pub(crate) confidence: f32,
    pub(crate) class_id: i32,
    /// Row in the frame's detections.
    pub(crate) row: usize,
}

/// What a track is compared with detections by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Compared {
    pub(crate) xyxy: [f64; 4],
    pub(crate) class_id: i32,
    /// How much wider and higher it and the detection are made, pixels.
    pub(crate) slack: [f64; 2],
}

/// Runs one stage at a time and keeps its buffers between them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Association {
    options: Options,
    rows: Vec<Row>,
    row_classes: Vec<i32>,
    column_boxes: Vec<[f64; 4]>,
    pairs: Vec<Pair>,
    sweep: Sweep,
    assignment: Assignment,
}

impl Association {
    pub(crate) fn new(options: Options) -> Self {
        Self {
            options,
            ..Self::default()
        }
    }

    /// Pairs tracks with detections where the cost is below `limit`, at the lowest total cost.
    ///
    /// The cost is 1 − overlap; if `is_fused`, 1 − overlap × confidence.
    pub(crate) fn solve(
        &mut self,
        tracks: impl Iterator<Item = Compared>,
        detections: &[Candidate],
        limit: f64,
        is_fused: bool,
    ) {
        let Self {
            options,
            rows,
            row_classes,
            column_boxes,
            pairs,
            sweep,
            assignment,
        } = self;
        rows.clear();
        row_classes.clear();
        for track in tracks {
            rows.push(Row {
                xyxy: options.widened(track.xyxy),
                slack: track.slack,
            });
            row_classes.push(track.class_id);
        }
        column_boxes.clear();
        column_boxes.extend(detections.iter().map(|d| options.widened(d.xyxy)));
        pairs.clear();
        sweep.overlaps(rows, column_boxes, |row, column, overlap| {
            if options.per_class && row_classes[row] != detections[column].class_id {
                return;
            }
            let mut cost = 1.0 - overlap;
            if is_fused {
                cost = 1.0 - (1.0 - cost) * f64::from(detections[column].confidence);
            }
            if cost < limit {
                pairs.push(Pair { row, column, cost });
            }
        });
        assignment.solve(rows.len(), column_boxes.len(), limit, pairs);
    }

    /// Returns the detection that the last stage gave to a row.
    pub(crate) fn detection_of(&self, row: usize) -> Option<usize> {
        self.assignment.column_of(row)
    }

    /// Returns whether the last stage left a detection over.
    pub(crate) fn is_left(&self, detection: usize) -> bool {
        self.assignment.row_of(detection).is_none()
    }
}
