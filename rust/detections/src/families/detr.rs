//! DETR and its descendants: a fixed set of queries, one box each, no NMS.

use super::lists::{self, Columns};
use super::scores::{ClassReader, pixels_from_unit, scaled};
use crate::candidates::{Candidates, class_columns, first_four, xyxy_from_cxcywh};
use crate::outputs::Outputs;
use crate::{DecodeError, DecoderSpec};

/// Reads two outputs, boxes (center and size) `[B, Q, 4]` and class numbers `[B, Q, C]`, in the order that their shapes
/// tell, boxes first if those don't; or three, boxes (corners) `[B, Q, 4]` among labels and scores `[B, Q]` in that
/// order.
pub(crate) fn collect(
    spec: &DecoderSpec,
    outputs: &Outputs<'_>,
    candidates: &mut Candidates,
) -> Result<(), DecodeError> {
    match outputs.views.len() {
        2 => queries(spec, outputs, candidates),
        3 => picked(spec, outputs, candidates),
        _ => Err(outputs.count_error("2 outputs (boxes and logits) or 3 (labels, boxes, scores)")),
    }
}

fn queries(
    spec: &DecoderSpec,
    outputs: &Outputs<'_>,
    candidates: &mut Candidates,
) -> Result<(), DecodeError> {
    let boxes_at = outputs.boxes_of_two();
    let (boxes, numbers) = boxes_and_classes(spec, outputs, boxes_at)?;
    let (reader, scale) = (ClassReader::new(spec), pixels_from_unit(spec));
    for (cxcywh, numbers) in boxes
        .chunks_exact(4)
        .zip(numbers.chunks_exact(class_columns(spec)))
    {
        reader.push(candidates, numbers, || {
            xyxy_from_cxcywh(scaled(first_four(cxcywh), scale))
        });
    }
    Ok(())
}

/// Returns this picture's values of two outputs `[B, N, 4]` and `[B, N, C]` with equal N.
pub(crate) fn boxes_and_classes<'a>(
    spec: &DecoderSpec,
    outputs: &Outputs<'a>,
    boxes_at: usize,
) -> Result<(&'a [f32], &'a [f32]), DecodeError> {
    if spec.num_classes == 0 {
        return Err(DecodeError::Setting {
            field: "num_classes",
            expected: "1 to 65536 for a model that scores each class".to_owned(),
            found: "0".to_owned(),
        });
    }
    let expected = || "[B, N, 4]".to_owned();
    let ([rows, four], boxes) = outputs.image(boxes_at, expected)?;
    if four != 4 {
        return Err(outputs.shape_error(boxes_at, expected()));
    }
    let columns = class_columns(spec);
    let expected = || format!("[B, {rows}, {columns}]");
    let classes_at = 1 - boxes_at;
    let (found, numbers) = outputs.image(classes_at, expected)?;
    if found != [rows, columns] {
        return Err(outputs.shape_error(classes_at, expected()));
    }
    Ok((boxes, numbers))
}

fn picked(
    spec: &DecoderSpec,
    outputs: &Outputs<'_>,
    candidates: &mut Candidates,
) -> Result<(), DecodeError> {
    let boxes = outputs
        .views
        .iter()
        .position(|view| view.shape.len() == 3)
        .unwrap_or(1);
    let (classes, scores) = match boxes {
        0 => (1, 2),
        1 => (0, 2),
        _ => (0, 1),
    };
    let columns = Columns {
        boxes,
        scores,
        classes,
        count: None,
    };
    lists::collect(spec, outputs, columns, |xyxy| xyxy, candidates)
}
