//! `NanoDet`: each side's distance as a distribution over bins (distribution focal loss).

use super::grid::{self, Cell};
use crate::candidates::Candidates;
use crate::outputs::Outputs;
use crate::{DecodeError, DecoderSpec};

/// Reads one output `[B, A, C + 4·(reg_max+1)]`: class scores (after the sigmoid), then for left, top, right and bottom
/// the logits of the distance from the anchor, bin i meaning i strides.
pub(crate) fn collect(
    spec: &DecoderSpec,
    outputs: &Outputs<'_>,
    candidates: &mut Candidates,
) -> Result<(), DecodeError> {
    let bins = spec.reg_max + 1;
    let columns = spec.num_classes + 4 * bins;
    let expected = || format!("[B, {}, {columns}]", grid::expected_anchors(spec));
    let ([anchors, found], data) = outputs.only(expected)?;
    let strides = grid::strides(spec, anchors).filter(|_| found == columns);
    let strides = strides.ok_or_else(|| outputs.shape_error(0, expected()))?;
    let offset = spec
        .anchor_offset
        .unwrap_or(if strides.len() == 3 { 0.5 } else { 0.0 });
    grid::for_each_anchor(spec, strides, data, columns, |row, cell| {
        let (scores, distances) = row.split_at(spec.num_classes);
        if let Some((index, confidence)) = candidates.best_class(scores, |score| score) {
            candidates.push(
                xyxy_from_distances(distances, bins, cell, offset),
                confidence,
                index,
            );
        }
    });
    Ok(())
}

fn xyxy_from_distances(distances: &[f32], bins: usize, cell: Cell, offset: f32) -> [f32; 4] {
    let mut sides = [0.0; 4];
    for (side, logits) in sides.iter_mut().zip(distances.chunks_exact(bins)) {
        *side = expectation(logits) * cell.stride;
    }
    let (x, y) = (
        (cell.x + offset) * cell.stride,
        (cell.y + offset) * cell.stride,
    );
    [x - sides[0], y - sides[1], x + sides[2], y + sides[3]]
}

/// Returns the mean bin under the softmax of the logits.
fn expectation(logits: &[f32]) -> f32 {
    // Less the greatest, so that no exponential overflows.
    let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    let mut weighted = 0.0;
    for (bin, logit) in logits.iter().enumerate() {
        let weight = (logit - top).exp();
        sum += weight;
        weighted += weight * bin as f32;
    }
    weighted / sum
}
