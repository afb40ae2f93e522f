//! Tests of the public API: a module for each group of families, one for NMS, one for what must never happen.

#![allow(
    clippy::unwrap_used,
    reason = "a helper that can't go on fails its test"
)]

mod anchors;
mod errors;
mod lists;
mod never_panics;
mod nms;
mod queries;

use sightline_detections::{DecodeError, Decoder, DecoderSpec, Detections, OutputView};
use sightline_frames::Placement;

/// A tensor, owned.
#[derive(Clone, Debug)]
struct Tensor {
    shape: Vec<usize>,
    data: Vec<f32>,
}

impl Tensor {
    fn new(shape: &[usize], data: Vec<f32>) -> Self {
        assert_eq!(
            shape.iter().product::<usize>(),
            data.len(),
            "a test's own tensor"
        );
        Self {
            shape: shape.to_vec(),
            data,
        }
    }

    fn zeros(shape: &[usize]) -> Self {
        Self::new(shape, vec![0.0; shape.iter().product()])
    }

    /// Writes values along the last dimension from a position on.
    fn set(&mut self, position: usize, values: &[f32]) {
        self.data[position..position + values.len()].copy_from_slice(values);
    }
}

/// The tensor is the source.
fn same_size() -> Placement {
    Placement {
        scale: [1.0, 1.0],
        offset: [0.0, 0.0],
        source: [64, 32],
    }
}

fn try_decode(
    spec: &DecoderSpec,
    tensors: &[Tensor],
    image: usize,
    placement: &Placement,
) -> Result<Detections, DecodeError> {
    let views: Vec<OutputView<'_>> = tensors
        .iter()
        .map(|tensor| OutputView {
            shape: &tensor.shape,
            data: &tensor.data,
        })
        .collect();
    let mut out = Detections::default();
    out.push([1.0, 2.0, 3.0, 4.0], 0.5, 6);
    Decoder::new(spec.clone())?.decode(&views, image, placement, &mut out)?;
    Ok(out)
}

fn decode(spec: &DecoderSpec, tensors: &[Tensor]) -> Detections {
    try_decode(spec, tensors, 0, &same_size()).unwrap()
}

/// Asserts rows of box, confidence and class, to a thousandth.
#[track_caller]
fn assert_rows(found: &Detections, expected: &[([f32; 4], f32, i32)]) {
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (row, (xyxy, confidence, class_id)) in expected.iter().enumerate() {
        for (found, expected) in found.xyxy[row].iter().zip(xyxy) {
            assert!(
                (found - expected).abs() < 1e-3,
                "row {row}: {found}, expected {xyxy:?}"
            );
        }
        assert!(
            (found.confidence[row] - confidence).abs() < 1e-3,
            "row {row}: {}",
            found.confidence[row]
        );
        assert_eq!(found.class_id[row], *class_id, "row {row}");
    }
}
