//! Models that end in their own NMS, or never needed one.

use super::lists::{self, Columns};
use super::scores::{pixels_from_unit, scaled};
use crate::candidates::{Candidates, below};
use crate::outputs::Outputs;
use crate::{DecodeError, DecoderSpec};

const EXPECTED: &str = "[B, N, 6] (x1, y1, x2, y2, score, class), [N, 6] for a batch of one, \
    or [N, 7] (image, x1, y1, x2, y2, class, score)";

/// Reads one output `[B, N, 6]`, `[N, 6]` or `[N, 7]`, or four: count, boxes, scores, classes.
pub(crate) fn collect(
    spec: &DecoderSpec,
    outputs: &Outputs<'_>,
    candidates: &mut Candidates,
) -> Result<(), DecodeError> {
    match outputs.views.len() {
        1 => {}
        4 => {
            let columns = Columns {
                count: Some(0),
                boxes: 1,
                scores: 2,
                classes: 3,
            };
            return lists::collect(spec, outputs, columns, |xyxy| xyxy, candidates);
        }
        _ => return Err(outputs.count_error("1 output, or 4 (count, boxes, scores, classes)")),
    }
    let expected = || EXPECTED.to_owned();
    let view = outputs.checked(0, expected)?;
    match *view.shape {
        [_, _, 6] => {
            let ([_, _], data) = outputs.image(0, expected)?;
            of_image(spec, data, candidates);
        }
        [_, 6] if outputs.image == 0 => of_image(spec, view.data, candidates),
        [_, 6] => {
            return Err(DecodeError::Batch {
                family: spec.family,
                output: 0,
                image: outputs.image,
                batch: 1,
            });
        }
        [_, 7] => of_batch(spec, view.data, outputs.image, candidates),
        _ => return Err(outputs.shape_error(0, expected())),
    }
    Ok(())
}

fn of_image(spec: &DecoderSpec, data: &[f32], candidates: &mut Candidates) {
    let scale = pixels_from_unit(spec);
    for row in data.chunks_exact(6) {
        if let &[x1, y1, x2, y2, score, class] = row {
            candidates.push_named(scaled([x1, y1, x2, y2], scale), score, class);
        }
    }
}

/// The whole batch's rows are in one list; the first column says which picture a row belongs to.
fn of_batch(spec: &DecoderSpec, data: &[f32], image: usize, candidates: &mut Candidates) {
    let scale = pixels_from_unit(spec);
    for row in data.chunks_exact(7) {
        if let &[of, x1, y1, x2, y2, class, score] = row
            && below((of - image as f32).abs(), 0.5)
            && !of.is_nan()
        {
            candidates.push_named(scaled([x1, y1, x2, y2], scale), score, class);
        }
    }
}
