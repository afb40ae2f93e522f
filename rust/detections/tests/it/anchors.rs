//! Families that give a box for each anchor of a grid.

use sightline_detections::{DecoderSpec, Family};
use sightline_frames::Placement;

use super::{Tensor, assert_rows, decode, same_size, try_decode};

/// An input of 64×32 has 8×4 + 4×2 + 2×1 = 42 anchors.
const ANCHORS: usize = 42;

fn spec(family: Family) -> DecoderSpec {
    DecoderSpec::new(family, 64, 32, 2)
}

#[test]
fn yolox_applies_grid_and_exponential() {
    let mut output = Tensor::zeros(&[1, ANCHORS, 7]);
    // Stride 8, row 1, column 3: center (3.5, 1.25)·8 = (28, 10); size (2, 1)·8.
    output.set((8 + 3) * 7, &[0.5, 0.25, 2_f32.ln(), 0.0, 0.9, 0.1, 0.8]);
    // Stride 32, column 1: center (1.5, 0.5)·32 = (48, 16); size (0.5, 0.25)·32.
    output.set(
        41 * 7,
        &[0.5, 0.5, 0.5_f32.ln(), 0.25_f32.ln(), 1.0, 0.6, 0.2],
    );
    let expected = [
        ([20.0, 6.0, 36.0, 14.0], 0.72, 1),
        ([40.0, 12.0, 56.0, 20.0], 0.6, 0),
    ];
    assert_rows(&decode(&spec(Family::Yolox), &[output]), &expected);
}

#[test]
fn yolox_takes_a_fourth_level_where_the_anchors_fit() {
    let mut output = Tensor::zeros(&[1, ANCHORS + 1, 7]);
    output.set(42 * 7, &[0.5, 0.25, 0.0, 0.0, 1.0, 1.0, 0.0]);
    assert_rows(
        &decode(&spec(Family::Yolox), &[output]),
        &[([0.0, -16.0, 64.0, 48.0], 1.0, 0)],
    );
}

#[test]
fn yolox_takes_the_strides_it_is_given() {
    let spec = DecoderSpec {
        strides: vec![16],
        ..spec(Family::Yolox)
    };
    let mut output = Tensor::zeros(&[1, 8, 7]);
    output.set(5 * 7, &[0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0]);
    assert_rows(
        &decode(&spec, &[output]),
        &[([8.0, 8.0, 24.0, 24.0], 1.0, 0)],
    );
}

#[test]
fn yolox_decoded_and_yolov5_read_pixels() {
    let mut output = Tensor::zeros(&[1, 3, 7]);
    output.set(7, &[30.0, 20.0, 10.0, 4.0, 0.5, 0.9, 0.3]);
    let expected = [([25.0, 18.0, 35.0, 22.0], 0.45, 0)];
    let decoded = DecoderSpec {
        decoded: true,
        ..spec(Family::Yolox)
    };
    assert_rows(&decode(&decoded, std::slice::from_ref(&output)), &expected);
    assert_rows(&decode(&spec(Family::YoloV5), &[output]), &expected);
}

#[test]
fn yolov8_reads_both_layouts() {
    let rows = [
        [30.0, 20.0, 10.0, 4.0, 0.2, 0.7],
        [8.0, 8.0, 2.0, 2.0, 0.3, 0.1],
        [9.0, 9.0, 4.0, 6.0, 0.5, 0.0],
    ];
    let expected = [
        ([25.0, 18.0, 35.0, 22.0], 0.7, 1),
        ([7.0, 6.0, 11.0, 12.0], 0.5, 0),
    ];
    let by_anchor = Tensor::new(&[1, 3, 6], rows.concat());
    assert_rows(&decode(&spec(Family::YoloV8), &[by_anchor]), &expected);
    let channels = (0..6)
        .flat_map(|channel| rows.map(|row| row[channel]))
        .collect();
    let by_channel = Tensor::new(&[1, 6, 3], channels);
    assert_rows(&decode(&spec(Family::YoloV8), &[by_channel]), &expected);
}

#[test]
fn nanodet_takes_the_mean_of_each_distribution() {
    let spec = DecoderSpec {
        reg_max: 2,
        ..spec(Family::NanoDet)
    };
    let mut output = Tensor::zeros(&[1, ANCHORS, 2 + 12]);
    // Stride 16, row 1, column 2: anchor (2.5, 1.5)·16 = (40, 24). Equal logits mean bin 1; a great one means its bin;
    // equal ones for bins 0 and 2 over a small one for 1 also mean 1; 0, 0, −50 means 0.5.
    let distances = [
        0.0, 0.0, 0.0, 0.0, 0.0, 50.0, 50.0, 0.0, 50.0, 0.0, 0.0, -50.0,
    ];
    output.set((32 + 4 + 2) * 14, &[&[0.6, 0.3][..], &distances].concat());
    assert_rows(
        &decode(&spec, &[output]),
        &[([24.0, -8.0, 56.0, 32.0], 0.6, 0)],
    );
}

#[test]
fn nanodet_plus_has_its_anchors_at_the_corner() {
    let spec = DecoderSpec {
        reg_max: 0,
        anchor_offset: None,
        ..spec(Family::NanoDet)
    };
    let mut output = Tensor::zeros(&[1, ANCHORS + 1, 6]);
    output.set(0, &[0.9, 0.0]);
    // One bin means distance 0: an empty box, which is dropped.
    assert_rows(&decode(&spec, std::slice::from_ref(&output)), &[]);
    let spec = DecoderSpec { reg_max: 1, ..spec };
    let mut output = Tensor::zeros(&[1, ANCHORS + 1, 10]);
    output.set(9 * 10, &[0.9, 0.0]);
    assert_rows(
        &decode(&spec, &[output]),
        &[([4.0, 4.0, 12.0, 12.0], 0.9, 0)],
    );
}

#[test]
fn fastestdet_reads_one_grid() {
    let mut output = Tensor::zeros(&[1, 7, 2, 4]);
    // Row 1, column 2: center ((2 + tanh 0)/4, (1 + tanh 20)/2), size sigmoid(0) and sigmoid(−20).
    for (channel, value) in [0.5, 0.0, 20.0, 0.0, -1.0, 0.3, 0.7]
        .into_iter()
        .enumerate()
    {
        output.set(channel * 8 + 6, &[value]);
    }
    let confidence = 0.5_f32.powf(0.6) * 0.7_f32.powf(0.4);
    let half = 16.0 / (1.0 + 1_f32.exp());
    assert_rows(
        &decode(&spec(Family::FastestDet), &[output]),
        &[([16.0, 32.0 - half, 48.0, 32.0 + half], confidence, 1)],
    );
}

#[test]
fn boxes_are_neither_clipped_nor_rounded_in_the_source() {
    let output = Tensor::new(&[1, 1, 7], vec![2.0, 4.0, 10.0, 20.0, 1.0, 1.0, 0.0]);
    let letterbox = Placement {
        scale: [0.4, 0.4],
        offset: [0.0, 8.0],
        source: [160, 40],
    };
    let found = try_decode(&spec(Family::YoloV5), &[output], 0, &letterbox).unwrap();
    assert_rows(&found, &[([-7.5, -35.0, 17.5, 15.0], 1.0, 0)]);
}

#[test]
fn the_class_filter_keeps_only_anchors_whose_best_class_is_wanted() {
    let data = vec![
        30.0, 20.0, 10.0, 4.0, 0.6, 0.7, 8.0, 8.0, 2.0, 2.0, 0.5, 0.1,
    ];
    let output = Tensor::new(&[1, 2, 6], data);
    let only = |class| DecoderSpec {
        classes: Some(vec![class]),
        ..spec(Family::YoloV8)
    };
    assert_rows(
        &decode(&only(0), std::slice::from_ref(&output)),
        &[([7.0, 7.0, 9.0, 9.0], 0.5, 0)],
    );
    assert_rows(
        &decode(&only(1), std::slice::from_ref(&output)),
        &[([25.0, 18.0, 35.0, 22.0], 0.7, 1)],
    );
    let channels = (0..6)
        .flat_map(|channel| [output.data[channel], output.data[6 + channel]])
        .collect();
    let by_channel = Tensor::new(&[1, 6, 2], channels);
    assert_rows(
        &decode(&only(0), &[by_channel]),
        &[([7.0, 7.0, 9.0, 9.0], 0.5, 0)],
    );
    assert_rows(
        &decode(
            &DecoderSpec {
                classes: Some(vec![]),
                ..spec(Family::YoloV8)
            },
            &[output],
        ),
        &[],
    );
}

#[test]
fn overlaps_go_and_the_cap_holds() {
    let rows: [[f32; 7]; 4] = [
        [20.0, 20.0, 10.0, 10.0, 0.8, 1.0, 0.0],
        [21.0, 20.0, 10.0, 10.0, 0.9, 1.0, 0.0],
        [21.0, 20.0, 10.0, 10.0, 0.7, 0.0, 1.0],
        [50.0, 20.0, 10.0, 10.0, 0.6, 1.0, 0.0],
    ];
    let output = Tensor::new(&[1, 4, 7], rows.concat());
    let first = ([16.0, 15.0, 26.0, 25.0], 0.9, 0);
    let second = ([16.0, 15.0, 26.0, 25.0], 0.7, 1);
    let third = ([45.0, 15.0, 55.0, 25.0], 0.6, 0);
    assert_rows(
        &decode(&spec(Family::YoloV5), std::slice::from_ref(&output)),
        &[first, second, third],
    );
    let capped = DecoderSpec {
        max_detections: 2,
        ..spec(Family::YoloV5)
    };
    assert_rows(&decode(&capped, &[output]), &[first, second]);
}

#[test]
fn each_picture_of_a_batch_has_its_own_boxes() {
    let data = vec![
        20.0, 20.0, 10.0, 10.0, 0.8, 1.0, 0.0, 8.0, 8.0, 2.0, 2.0, 0.5, 0.0, 1.0,
    ];
    let output = [Tensor::new(&[2, 1, 7], data)];
    let spec = spec(Family::YoloV5);
    let found = |image| try_decode(&spec, &output, image, &same_size()).unwrap();
    assert_rows(&found(0), &[([15.0, 15.0, 25.0, 25.0], 0.8, 0)]);
    assert_rows(&found(1), &[([7.0, 7.0, 9.0, 9.0], 0.5, 1)]);
}

#[test]
fn numbers_that_are_not_finite_and_empty_boxes_are_dropped() {
    let rows: [[f32; 7]; 6] = [
        [f32::NAN, 20.0, 10.0, 10.0, 0.9, 1.0, 0.0],
        [20.0, 20.0, f32::INFINITY, 10.0, 0.9, 1.0, 0.0],
        [20.0, 20.0, 10.0, 10.0, f32::NAN, 1.0, 0.0],
        [20.0, 20.0, 10.0, 10.0, 0.9, f32::NAN, f32::NAN],
        [20.0, 20.0, 0.0, 10.0, 0.9, 1.0, 0.0],
        [20.0, 20.0, 10.0, -1.0, 0.9, 1.0, 0.0],
    ];
    assert_rows(
        &decode(
            &spec(Family::YoloV5),
            &[Tensor::new(&[1, 6, 7], rows.concat())],
        ),
        &[],
    );
}
