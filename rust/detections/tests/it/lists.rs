//! Outputs in which the model itself has picked the detections out.

use sightline_detections::{BoxUnit, DecoderSpec, Family};

use super::{Tensor, assert_rows, decode, same_size, try_decode};

fn end_to_end() -> DecoderSpec {
    DecoderSpec::new(Family::EndToEnd, 64, 32, 0)
}

#[test]
fn six_columns_hold_score_and_class() {
    let rows: [[f32; 6]; 4] = [
        [1.0, 2.0, 11.0, 22.0, 0.6, 3.0],
        [1.0, 2.0, 11.0, 22.0, 0.8, 3.0],
        [5.0, 6.0, 7.0, 8.0, 0.3, 0.0],
        [0.0, 0.0, 9.0, 9.0, 0.9, -1.0],
    ];
    // The overlap stays: the model has had its say. A low score and the padding class go.
    let expected = [
        ([1.0, 2.0, 11.0, 22.0], 0.8, 3),
        ([1.0, 2.0, 11.0, 22.0], 0.6, 3),
    ];
    assert_rows(
        &decode(&end_to_end(), &[Tensor::new(&[1, 4, 6], rows.concat())]),
        &expected,
    );
    assert_rows(
        &decode(&end_to_end(), &[Tensor::new(&[4, 6], rows.concat())]),
        &expected,
    );
    assert_rows(&decode(&end_to_end(), &[Tensor::zeros(&[1, 0, 6])]), &[]);
}

#[test]
fn seven_columns_hold_the_picture_first() {
    let rows: [[f32; 7]; 3] = [
        [0.0, 1.0, 2.0, 11.0, 22.0, 3.0, 0.6],
        [1.0, 4.0, 4.0, 8.0, 8.0, 0.0, 0.7],
        [f32::NAN, 4.0, 4.0, 8.0, 8.0, 0.0, 0.7],
    ];
    let output = [Tensor::new(&[3, 7], rows.concat())];
    let found = |image| try_decode(&end_to_end(), &output, image, &same_size()).unwrap();
    assert_rows(&found(0), &[([1.0, 2.0, 11.0, 22.0], 0.6, 3)]);
    assert_rows(&found(1), &[([4.0, 4.0, 8.0, 8.0], 0.7, 0)]);
    assert_rows(&found(2), &[]);
}

#[test]
fn a_count_ends_the_list() {
    let boxes = Tensor::new(&[1, 2, 4], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
    let scores = Tensor::new(&[1, 2], vec![0.5, 0.9]);
    let classes = Tensor::new(&[1, 2], vec![2.0, 1.0]);
    for shape in [&[1, 1][..], &[1]] {
        let outputs = [
            Tensor::new(shape, vec![1.0]),
            boxes.clone(),
            scores.clone(),
            classes.clone(),
        ];
        assert_rows(
            &decode(&end_to_end(), &outputs),
            &[([1.0, 2.0, 3.0, 4.0], 0.5, 2)],
        );
    }
}

#[test]
fn ssd_lists_have_y_first_and_may_count_from_one() {
    let spec = DecoderSpec {
        class_offset: -1,
        ..DecoderSpec::new(Family::Ssd, 64, 32, 90)
    };
    let boxes = Tensor::new(&[1, 2, 4], vec![0.25, 0.5, 0.5, 0.75, 0.0, 0.0, 1.0, 1.0]);
    let classes = Tensor::new(&[1, 2], vec![1.0, 17.0]);
    let scores = Tensor::new(&[1, 2], vec![0.7, 0.6]);
    let count = Tensor::new(&[1], vec![2.0]);
    let expected = [
        ([32.0, 8.0, 48.0, 16.0], 0.7, 0),
        ([0.0, 0.0, 64.0, 32.0], 0.6, 16),
    ];
    let mut outputs = vec![boxes, classes, scores, count];
    assert_rows(&decode(&spec, &outputs), &expected);
    outputs.pop();
    assert_rows(&decode(&spec, &outputs), &expected);
}

#[test]
fn detr_lists_have_labels_before_scores() {
    let labels = Tensor::new(&[1, 1], vec![0.0]);
    let boxes = Tensor::new(&[1, 1, 4], vec![10.0, 20.0, 300.0, 40.0]);
    let scores = Tensor::new(&[1, 1], vec![0.8]);
    let expected = [([10.0, 20.0, 300.0, 40.0], 0.8, 0)];
    let spec = DecoderSpec {
        box_unit: BoxUnit::SourcePixels,
        ..DecoderSpec::new(Family::Detr, 64, 32, 80)
    };
    assert_rows(
        &decode(&spec, &[labels.clone(), boxes.clone(), scores.clone()]),
        &expected,
    );
    assert_rows(
        &decode(&spec, &[boxes.clone(), labels.clone(), scores.clone()]),
        &expected,
    );
    assert_rows(&decode(&spec, &[labels, scores, boxes]), &expected);
}
