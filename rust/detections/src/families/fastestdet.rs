//! `FastestDet`: one grid, one box a cell.

use crate::candidates::{Candidates, argmax, below, sigmoid, xyxy_from_cxcywh};
use crate::outputs::Outputs;
use crate::{DecodeError, DecoderSpec};

/// How much of a detection's confidence, as an exponent, is objectness; the rest is the class score.
const OBJECTNESS_WEIGHT: f32 = 0.6;

/// Reads one output `[B, 5+C, H, W]`: objectness, offsets of the center from the cell's corner (before tanh), logits of
/// width and height as shares of the input, class probabilities.
pub(crate) fn collect(
    spec: &DecoderSpec,
    outputs: &Outputs<'_>,
    candidates: &mut Candidates,
) -> Result<(), DecodeError> {
    let channels = 5 + spec.num_classes;
    let expected = || format!("[B, {channels}, H, W]");
    let ([found, rows, columns], data) = outputs.only(expected)?;
    if found != channels {
        return Err(outputs.shape_error(0, expected()));
    }
    let cells = rows * columns;
    if cells == 0 {
        return Ok(());
    }
    // Class scores are at most 1; a little less for rounding.
    let floor = candidates.threshold().powf(1.0 / OBJECTNESS_WEIGHT) * 0.999;
    let (width, height) = (spec.input_width as f32, spec.input_height as f32);
    for (cell, &objectness) in data[..cells].iter().enumerate() {
        if below(objectness, floor) {
            continue;
        }
        let mut of_cell = data.iter().skip(cell).step_by(cells).copied().skip(1);
        let code = [(); 4].map(|()| of_cell.next().unwrap_or(f32::NAN));
        let Some((index, score)) = argmax(of_cell).filter(|&(index, _)| candidates.wants(index))
        else {
            continue;
        };
        let confidence = objectness.powf(OBJECTNESS_WEIGHT) * score.powf(1.0 - OBJECTNESS_WEIGHT);
        let cx = (code[0].tanh() + (cell % columns) as f32) / columns as f32;
        let cy = (code[1].tanh() + (cell / columns) as f32) / rows as f32;
        let size = [sigmoid(code[2]) * width, sigmoid(code[3]) * height];
        candidates.push(
            xyxy_from_cxcywh([cx * width, cy * height, size[0], size[1]]),
            confidence,
            index,
        );
    }
    Ok(())
}
