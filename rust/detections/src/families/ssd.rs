//! SSD: a box and a row of class scores for each prior box.

use super::detr::boxes_and_classes;
use super::lists::{self, Columns};
use super::scores::{ClassReader, pixels_from_unit, scaled};
use crate::candidates::{Candidates, class_columns, first_four, xyxy_from_cxcywh};
use crate::outputs::Outputs;
use crate::{DecodeError, DecoderSpec};

/// Reads two outputs, boxes `[B, N, 4]` and class numbers `[B, N, C]`, in the order that their shapes tell, boxes first
/// if those don't; or three or four, boxes (y1, x1, y2, x2) `[B, N, 4]`, classes and scores `[B, N]`, and a count.
pub(crate) fn collect(
    spec: &DecoderSpec,
    outputs: &Outputs<'_>,
    candidates: &mut Candidates,
) -> Result<(), DecodeError> {
    let count = match outputs.views.len() {
        2 => return anchors(spec, outputs, candidates),
        3 => None,
        4 => Some(3),
        _ => {
            return Err(outputs
                .count_error("2 outputs (boxes, scores), 3 or 4 (boxes, classes, scores, count)"));
        }
    };
    let columns = Columns {
        boxes: 0,
        classes: 1,
        scores: 2,
        count,
    };
    lists::collect(
        spec,
        outputs,
        columns,
        |[y1, x1, y2, x2]| [x1, y1, x2, y2],
        candidates,
    )
}

fn anchors(
    spec: &DecoderSpec,
    outputs: &Outputs<'_>,
    candidates: &mut Candidates,
) -> Result<(), DecodeError> {
    let boxes_at = outputs.boxes_of_two();
    let (boxes, numbers) = boxes_and_classes(spec, outputs, boxes_at)?;
    if !spec.priors.is_empty() && boxes.len() != 4 * spec.priors.len() {
        let expected = format!("[B, {}, 4], one box for each prior", spec.priors.len());
        return Err(outputs.shape_error(boxes_at, expected));
    }
    let (reader, scale) = (ClassReader::new(spec), pixels_from_unit(spec));
    let rows = boxes
        .chunks_exact(4)
        .zip(numbers.chunks_exact(class_columns(spec)));
    for (row, (numbers_of_box, numbers)) in rows.enumerate() {
        reader.push(candidates, numbers, || {
            let code = first_four(numbers_of_box);
            let prior = spec.priors.get(row);
            scaled(
                prior.map_or(code, |&prior| xyxy_from_code(code, prior, spec.variances)),
                scale,
            )
        });
    }
    Ok(())
}

/// Returns a box from its offset to a prior's center in prior sizes and the logarithms of its size in prior sizes, each
/// over its variance.
fn xyxy_from_code(
    code: [f32; 4],
    [cx, cy, width, height]: [f32; 4],
    [center, size]: [f32; 2],
) -> [f32; 4] {
    xyxy_from_cxcywh([
        cx + code[0] * center * width,
        cy + code[1] * center * height,
        width * (code[2] * size).exp(),
        height * (code[3] * size).exp(),
    ])
}

/// Returns normalized priors (center x, center y, width, height) for levels of a grid's columns, rows and box sizes.
///
/// In each cell, row by row, come one box of every size at the first ratio, then one of the first size at every other
/// ratio. A box of size s (a share of the input's side) and ratio r is s·√r wide and s/√r high.
pub fn grid_priors(levels: &[(u32, u32, &[f32])], ratios: &[f32]) -> Vec<[f32; 4]> {
    let mut priors = Vec::new();
    for &(columns, rows, sizes) in levels {
        let of_first_ratio = ratios
            .iter()
            .take(1)
            .flat_map(|&ratio| sizes.iter().map(move |&size| (size, ratio)));
        let of_first_size = sizes.iter().take(1);
        let others =
            of_first_size.flat_map(|&size| ratios.iter().skip(1).map(move |&ratio| (size, ratio)));
        let shapes: Vec<(f32, f32)> = of_first_ratio.chain(others).collect();
        for row in 0..rows {
            for column in 0..columns {
                let cx = (column as f32 + 0.5) / columns as f32;
                let cy = (row as f32 + 0.5) / rows as f32;
                priors.extend(
                    shapes
                        .iter()
                        .map(|&(size, ratio)| [cx, cy, size * ratio.sqrt(), size / ratio.sqrt()]),
                );
            }
        }
    }
    priors
}
