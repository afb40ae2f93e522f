//! YOLOX: anchor-free, grid and exponential left to the reader.

use super::{grid, yolov5};
use crate::candidates::{Candidates, below, xyxy_from_cxcywh};
use crate::outputs::Outputs;
use crate::{DecodeError, DecoderSpec};

/// Reads one output `[B, A, 5+C]`: x and y from the cell's corner in strides, logarithms of width and height in
/// strides, objectness, class scores (both after the sigmoid). A model with `decoded` set reads like `YOLOv5`.
pub(crate) fn collect(
    spec: &DecoderSpec,
    outputs: &Outputs<'_>,
    candidates: &mut Candidates,
) -> Result<(), DecodeError> {
    if spec.decoded {
        return yolov5::collect(spec, outputs, candidates);
    }
    let columns = 5 + spec.num_classes;
    let expected = || format!("[B, {}, {columns}]", grid::expected_anchors(spec));
    let ([anchors, found], data) = outputs.only(expected)?;
    let strides = grid::strides(spec, anchors).filter(|_| found == columns);
    let strides = strides.ok_or_else(|| outputs.shape_error(0, expected()))?;
    let threshold = candidates.threshold();
    grid::for_each_anchor(spec, strides, data, columns, |row, cell| {
        let [x, y, log_width, log_height, objectness, scores @ ..] = row else {
            return;
        };
        // Class scores are at most 1, so that objectness alone rules out most anchors before anything is computed.
        if below(*objectness, threshold) {
            return;
        }
        if let Some((index, confidence)) = candidates.best_class(scores, |score| score * objectness)
        {
            let size = [
                log_width.exp() * cell.stride,
                log_height.exp() * cell.stride,
            ];
            let center = [(x + cell.x) * cell.stride, (y + cell.y) * cell.stride];
            let xyxy = xyxy_from_cxcywh([center[0], center[1], size[0], size[1]]);
            candidates.push(xyxy, confidence, index);
        }
    });
    Ok(())
}
