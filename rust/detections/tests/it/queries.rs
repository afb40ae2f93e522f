//! DETR-like families and SSD: class numbers with an activation, a background class, an offset.

use sightline_detections::{
    Activation, BackgroundClass, BoxUnit, DecoderSpec, Family, grid_priors,
};

use super::{Tensor, assert_rows, decode};

fn logit(probability: f32) -> f32 {
    (probability / (1.0 - probability)).ln()
}

/// Centers and sizes in shares of 64×32; see [`BOXES`].
fn normalized_boxes() -> Tensor {
    Tensor::new(&[1, 2, 4], vec![0.5, 0.5, 0.25, 0.5, 0.25, 0.25, 0.5, 0.25])
}

const BOXES: [[f32; 4]; 2] = [[24.0, 8.0, 40.0, 24.0], [0.0, 4.0, 32.0, 12.0]];

#[test]
fn detr_takes_every_class_above_the_threshold() {
    let spec = DecoderSpec::new(Family::Detr, 64, 32, 3);
    let logits = [0.9, 0.1, 0.5, 0.2, 0.3, 0.7].map(logit).to_vec();
    let logits = Tensor::new(&[1, 2, 3], logits);
    let expected = [(BOXES[0], 0.9, 0), (BOXES[1], 0.7, 2), (BOXES[0], 0.5, 2)];
    assert_rows(
        &decode(&spec, &[normalized_boxes(), logits.clone()]),
        &expected,
    );
    assert_rows(&decode(&spec, &[logits, normalized_boxes()]), &expected);
}

#[test]
fn rf_detr_counts_classes_from_one() {
    let spec = DecoderSpec {
        class_offset: -1,
        classes: Some(vec![0]),
        ..DecoderSpec::new(Family::Detr, 64, 32, 4)
    };
    let logits = [0.95, 0.6, 0.1, 0.1, 0.1, 0.8, 0.9, 0.1]
        .map(logit)
        .to_vec();
    let logits = Tensor::new(&[1, 2, 4], logits);
    let expected = [(BOXES[1], 0.8, 0), (BOXES[0], 0.6, 0)];
    // Both outputs end in 4: the boxes come first, as RF-DETR has them.
    assert_rows(&decode(&spec, &[normalized_boxes(), logits]), &expected);
}

#[test]
fn detr_softmax_leaves_out_the_last_class() {
    let spec = DecoderSpec {
        activation: Activation::Softmax,
        background: BackgroundClass::Last,
        ..DecoderSpec::new(Family::Detr, 64, 32, 2)
    };
    // Shares of e^0 : e^ln 6 : e^ln 1 = 1 : 6 : 1, and of 2 : 1 : 7.
    let numbers = [1.0_f32, 6.0, 1.0, 2.0, 1.0, 7.0].map(f32::ln).to_vec();
    let logits = Tensor::new(&[1, 2, 3], numbers);
    assert_rows(
        &decode(&spec, &[normalized_boxes(), logits]),
        &[(BOXES[0], 0.75, 1)],
    );
}

#[test]
fn ssd_leaves_out_the_first_class_and_suppresses() {
    let spec = DecoderSpec::new(Family::Ssd, 64, 32, 1);
    let corners = vec![
        0.25, 0.25, 0.5, 0.75, 0.25, 0.25, 0.5, 0.8, 0.0, 0.0, 0.5, 0.5,
    ];
    let boxes = Tensor::new(&[1, 3, 4], corners);
    let scores = Tensor::new(&[1, 3, 2], vec![0.1, 0.9, 0.2, 0.8, 0.9, 0.1]);
    // Ultra-light face detectors give the scores first.
    assert_rows(
        &decode(&spec, &[scores, boxes]),
        &[([16.0, 8.0, 32.0, 24.0], 0.9, 0)],
    );
}

#[test]
fn ssd_applies_priors_and_variances() {
    let spec = DecoderSpec {
        priors: vec![[0.5, 0.5, 0.5, 0.25]],
        background: BackgroundClass::Absent,
        ..DecoderSpec::new(Family::Ssd, 64, 32, 2)
    };
    // Center 0.5 + 1·0.1·0.5, 0.5 − 2·0.1·0.25; width 0.5·e^(0.2·0), height 0.25·2.
    let code = Tensor::new(&[1, 1, 4], vec![1.0, -2.0, 0.0, 2_f32.ln() / 0.2]);
    let scores = Tensor::new(&[1, 1, 2], vec![0.3, 0.6]);
    assert_rows(
        &decode(&spec, &[code, scores]),
        &[([19.2, 6.4, 51.2, 22.4], 0.6, 1)],
    );
}

#[test]
fn ssd_boxes_may_be_source_pixels() {
    let spec = DecoderSpec {
        box_unit: BoxUnit::SourcePixels,
        ..DecoderSpec::new(Family::Ssd, 64, 32, 1)
    };
    let boxes = Tensor::new(&[1, 1, 4], vec![100.0, 200.0, 300.0, 400.0]);
    let scores = Tensor::new(&[1, 1, 2], vec![0.4, 0.6]);
    assert_rows(
        &decode(&spec, &[boxes, scores]),
        &[([100.0, 200.0, 300.0, 400.0], 0.6, 0)],
    );
}

#[test]
fn priors_come_cell_by_cell() {
    let priors = grid_priors(&[(2, 1, &[0.2, 0.4]), (1, 1, &[0.8, 0.9])], &[1.0, 4.0]);
    let expected = [
        [0.25, 0.5, 0.2, 0.2],
        [0.25, 0.5, 0.4, 0.4],
        [0.25, 0.5, 0.4, 0.1],
        [0.75, 0.5, 0.2, 0.2],
        [0.75, 0.5, 0.4, 0.4],
        [0.75, 0.5, 0.4, 0.1],
        [0.5, 0.5, 0.8, 0.8],
        [0.5, 0.5, 0.9, 0.9],
        [0.5, 0.5, 1.6, 0.4],
    ];
    assert_eq!(priors.len(), expected.len());
    for (prior, expected) in priors.as_flattened().iter().zip(expected.as_flattened()) {
        assert!((prior - expected).abs() < 1e-6);
    }
}
