//! `YOLOv5` and v7: boxes decoded in the model, with objectness.

use crate::candidates::{Candidates, below, first_four, xyxy_from_cxcywh};
use crate::outputs::Outputs;
use crate::{DecodeError, DecoderSpec};

/// Reads one output `[B, A, 5+C]`: center and size in input pixels, objectness, class scores.
pub(crate) fn collect(
    spec: &DecoderSpec,
    outputs: &Outputs<'_>,
    candidates: &mut Candidates,
) -> Result<(), DecodeError> {
    let columns = 5 + spec.num_classes;
    let expected = || format!("[B, A, {columns}]");
    let ([_, found], data) = outputs.only(expected)?;
    if found != columns {
        return Err(outputs.shape_error(0, expected()));
    }
    let threshold = candidates.threshold();
    for row in data.chunks_exact(columns) {
        let objectness = row[4];
        if below(objectness, threshold) {
            continue;
        }
        if let Some((index, confidence)) =
            candidates.best_class(&row[5..], |score| score * objectness)
        {
            candidates.push(xyxy_from_cxcywh(first_four(row)), confidence, index);
        }
    }
    Ok(())
}
