//! Detections that a model has already picked out: columns of boxes, scores and classes.

use crate::candidates::{Candidates, first_four};
use crate::outputs::Outputs;
use crate::{DecodeError, DecoderSpec};

use super::scores::{pixels_from_unit, scaled};

/// Where each column is among the outputs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Columns {
    pub(crate) boxes: usize,
    pub(crate) scores: usize,
    pub(crate) classes: usize,
    /// How many rows count; all if there is no such output.
    pub(crate) count: Option<usize>,
}

/// Reads boxes `[B, N, 4]`, scores and classes `[B, N]` and a count `[B]` or `[B, 1]`. `corners` brings a box's four
/// numbers into the order x1, y1, x2, y2.
pub(crate) fn collect(
    spec: &DecoderSpec,
    outputs: &Outputs<'_>,
    columns: Columns,
    corners: impl Fn([f32; 4]) -> [f32; 4],
    candidates: &mut Candidates,
) -> Result<(), DecodeError> {
    let expected = || "[B, N, 4]".to_owned();
    let ([rows, four], boxes) = outputs.image(columns.boxes, expected)?;
    if four != 4 {
        return Err(outputs.shape_error(columns.boxes, expected()));
    }
    let scores = column(outputs, columns.scores, rows)?;
    let classes = column(outputs, columns.classes, rows)?;
    let count = columns
        .count
        .map_or(Ok(rows), |output| count(outputs, output))?;
    let scale = pixels_from_unit(spec);
    let list = boxes.chunks_exact(4).zip(scores).zip(classes);
    for ((xyxy, &score), &class) in list.take(count) {
        candidates.push_named(scaled(corners(first_four(xyxy)), scale), score, class);
    }
    Ok(())
}

fn column<'a>(outputs: &Outputs<'a>, output: usize, rows: usize) -> Result<&'a [f32], DecodeError> {
    let expected = || format!("[B, {rows}]");
    let ([found], data) = outputs.image(output, expected)?;
    if found != rows {
        return Err(outputs.shape_error(output, expected()));
    }
    Ok(data)
}

fn count(outputs: &Outputs<'_>, output: usize) -> Result<usize, DecodeError> {
    let expected = || "[B] or [B, 1]".to_owned();
    let flat = outputs.checked(output, expected)?.shape.len() == 1;
    let data = if flat {
        outputs.image::<0>(output, expected)?.1
    } else {
        outputs.image::<1>(output, expected)?.1
    };
    let [count] = data else {
        return Err(outputs.shape_error(output, expected()));
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float cast saturates and takes NaN to 0; the rows bound the count"
    )]
    let count = *count as usize;
    Ok(count)
}
