//! `YOLOv8`, v9 and 11: boxes decoded in the model, no objectness.

use crate::candidates::{Candidates, argmax, below, first_four, xyxy_from_cxcywh};
use crate::outputs::Outputs;
use crate::{DecodeError, DecoderSpec};

/// Reads one output `[B, 4+C, A]` or `[B, A, 4+C]`: center and size in input pixels, class scores. Where both readings
/// fit, the first, which is what exporters write, is taken.
pub(crate) fn collect(
    spec: &DecoderSpec,
    outputs: &Outputs<'_>,
    candidates: &mut Candidates,
) -> Result<(), DecodeError> {
    let channels = 4 + spec.num_classes;
    let expected = || format!("[B, {channels}, A] or [B, A, {channels}]");
    match outputs.only(expected)? {
        ([first, anchors], data) if first == channels => by_channel(data, anchors, candidates),
        ([_, last], data) if last == channels => by_anchor(data, channels, candidates),
        _ => return Err(outputs.shape_error(0, expected())),
    }
    Ok(())
}

fn by_anchor(data: &[f32], channels: usize, candidates: &mut Candidates) {
    for row in data.chunks_exact(channels) {
        if let Some((index, confidence)) = candidates.best_class(&row[4..], |score| score) {
            candidates.push(xyxy_from_cxcywh(first_four(row)), confidence, index);
        }
    }
}

/// Goes through the wanted classes' scores one class after the other, as they lie in memory, and looks across the
/// classes only for the few anchors that have a good score.
fn by_channel(data: &[f32], anchors: usize, candidates: &mut Candidates) {
    if anchors == 0 {
        return;
    }
    let (boxes, scores) = data.split_at(4 * anchors);
    let mut best = std::mem::take(&mut candidates.best);
    best.clear();
    best.resize(anchors, f32::NEG_INFINITY);
    for (index, of_class) in scores.chunks_exact(anchors).enumerate() {
        if candidates.wants(index) {
            raise(&mut best, of_class);
        }
    }
    let threshold = candidates.threshold();
    for (anchor, &score) in best.iter().enumerate() {
        if below(score, threshold) {
            continue;
        }
        let of_anchor = scores.iter().skip(anchor).step_by(anchors).copied();
        if let Some((index, confidence)) =
            argmax(of_anchor).filter(|&(index, _)| candidates.wants(index))
        {
            let cxcywh = [0, 1, 2, 3].map(|row| boxes[row * anchors + anchor]);
            candidates.push(xyxy_from_cxcywh(cxcywh), confidence, index);
        }
    }
    candidates.best = best;
}

fn raise(best: &mut [f32], scores: &[f32]) {
    for (best, &score) in best.iter_mut().zip(scores) {
        *best = if score > *best { score } else { *best };
    }
}
