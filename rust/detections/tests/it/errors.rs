//! What doesn't fit is an error that says so.

use sightline_detections::{DecodeError, Decoder, DecoderSpec, Detections, Family, OutputView};

use super::{Tensor, same_size, try_decode};

fn error_of(family: Family, tensors: &[Tensor]) -> String {
    let spec = DecoderSpec::new(family, 64, 32, 2);
    try_decode(&spec, tensors, 0, &same_size())
        .unwrap_err()
        .to_string()
}

#[test]
fn shapes_are_named() {
    let cases = [
        (
            Family::Yolox,
            vec![1, 40, 7],
            "YOLOX decoder, output 0: expected shape [B, 42 or 43, 7], found [1, 40, 7]",
        ),
        (
            Family::Yolox,
            vec![1, 42, 8],
            "YOLOX decoder, output 0: expected shape [B, 42 or 43, 7], found [1, 42, 8]",
        ),
        (
            Family::YoloV5,
            vec![1, 7],
            "YOLOv5 decoder, output 0: expected shape [B, A, 7], found [1, 7]",
        ),
        (
            Family::YoloV8,
            vec![1, 5, 9],
            "YOLOv8 decoder, output 0: expected shape [B, 6, A] or [B, A, 6], found [1, 5, 9]",
        ),
        (
            Family::NanoDet,
            vec![1, 42, 33],
            "NanoDet decoder, output 0: expected shape [B, 42 or 43, 34], found [1, 42, 33]",
        ),
        (
            Family::FastestDet,
            vec![1, 6, 2, 2],
            "FastestDet decoder, output 0: expected shape [B, 7, H, W], found [1, 6, 2, 2]",
        ),
    ];
    for (family, shape, message) in cases {
        assert_eq!(error_of(family, &[Tensor::zeros(&shape)]), message);
    }
    let message = error_of(Family::EndToEnd, &[Tensor::zeros(&[1, 3, 5])]);
    assert!(
        message.starts_with("end-to-end decoder, output 0: expected shape [B, N, 6]"),
        "{message}"
    );
}

#[test]
fn outputs_of_unequal_length_are_named() {
    let [boxes, three] = [&[1, 2, 4][..], &[1, 3, 2]].map(Tensor::zeros);
    let message = error_of(Family::Detr, &[boxes.clone(), three]);
    assert_eq!(
        message,
        "DETR decoder, output 1: expected shape [B, 2, 2], found [1, 3, 2]"
    );
    let message = error_of(
        Family::Ssd,
        &[
            boxes.clone(),
            Tensor::zeros(&[1, 2]),
            Tensor::zeros(&[1, 3]),
        ],
    );
    assert_eq!(
        message,
        "SSD decoder, output 2: expected shape [B, 2], found [1, 3]"
    );
    let message = error_of(Family::Ssd, &[boxes.clone(), Tensor::zeros(&[1, 2, 2])]);
    assert_eq!(
        message,
        "SSD decoder, output 1: expected shape [B, 2, 3], found [1, 2, 2]"
    );
    assert_eq!(
        error_of(Family::Detr, &[boxes]),
        "DETR decoder: expected 2 outputs (boxes and logits) or 3 (labels, boxes, scores), found 1 outputs"
    );
}

#[test]
fn lengths_and_batches_are_checked() {
    let spec = DecoderSpec::new(Family::YoloV5, 64, 32, 2);
    let mut decoder = Decoder::new(spec.clone()).unwrap();
    let mut out = Detections::default();
    out.push([0.0; 4], 0.0, 0);
    let short = OutputView {
        shape: &[1, 2, 7],
        data: &[0.0; 13],
    };
    let error = decoder
        .decode(&[short], 0, &same_size(), &mut out)
        .unwrap_err();
    assert!(
        matches!(error, DecodeError::Length { found: 13, .. }),
        "{error}"
    );
    assert!(out.is_empty());
    let overflowing = OutputView {
        shape: &[usize::MAX, 2, 7],
        data: &[0.0; 14],
    };
    assert!(matches!(
        decoder.decode(&[overflowing], 0, &same_size(), &mut out),
        Err(DecodeError::Length { .. })
    ));
    let error = try_decode(&spec, &[Tensor::zeros(&[2, 1, 7])], 2, &same_size()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "YOLOv5 decoder, output 0: expected a batch of more than 2, found 2"
    );
}

#[test]
fn logits_for_probabilities_are_noticed() {
    let output = Tensor::new(&[1, 1, 6], vec![8.0, 8.0, 4.0, 4.0, 3.5, -2.0]);
    let message = error_of(Family::YoloV8, &[output]);
    assert!(
        message.contains("found 3.5") && message.contains("activation"),
        "{message}"
    );
    // A half-precision 1.0005 is none.
    let output = Tensor::new(&[1, 1, 6], vec![8.0, 8.0, 4.0, 4.0, 1.0005, 0.0]);
    let spec = DecoderSpec::new(Family::YoloV8, 64, 32, 2);
    let found = try_decode(&spec, &[output], 0, &same_size()).unwrap();
    assert!(found.confidence == [1.0]);
}

#[test]
fn no_classes_fit_only_outputs_that_name_them() {
    let spec = DecoderSpec::new(Family::Ssd, 64, 32, 0);
    let boxes = Tensor::zeros(&[1, 2, 4]);
    let list = [
        boxes.clone(),
        Tensor::zeros(&[1, 2]),
        Tensor::zeros(&[1, 2]),
    ];
    assert!(try_decode(&spec, &list, 0, &same_size()).is_ok());
    let scores = Tensor::zeros(&[1, 2, 1]);
    let error = try_decode(&spec, &[boxes, scores], 0, &same_size()).unwrap_err();
    let message = error.to_string();
    assert!(
        message.starts_with("decoder setting `num_classes`: expected 1 to 65536"),
        "{message}"
    );
}

#[test]
fn settings_are_checked() {
    let changes: [fn(&mut DecoderSpec); 12] = [
        |spec| spec.input_width = 0,
        |spec| spec.input_height = u32::MAX,
        |spec| spec.num_classes = 0,
        |spec| spec.num_classes = usize::MAX,
        |spec| spec.confidence = 1.5,
        |spec| spec.confidence = f32::NAN,
        |spec| spec.nms_iou = -0.1,
        |spec| spec.max_detections = 0,
        |spec| spec.strides = vec![8, 0],
        |spec| spec.reg_max = usize::MAX,
        |spec| spec.anchor_offset = Some(f32::NAN),
        |spec| spec.variances = [0.1, 0.0],
    ];
    for change in changes {
        let mut spec = DecoderSpec::new(Family::Yolox, 64, 32, 2);
        assert!(Decoder::new(spec.clone()).is_ok());
        change(&mut spec);
        let error = Decoder::new(spec.clone()).unwrap_err();
        assert!(matches!(error, DecodeError::Setting { .. }), "{spec:?}");
    }
    let spec = DecoderSpec {
        confidence: 1.5,
        ..DecoderSpec::new(Family::Yolox, 64, 32, 2)
    };
    let message = Decoder::new(spec).unwrap_err().to_string();
    assert_eq!(
        message,
        "decoder setting `confidence`: expected 0 to 1, found 1.5"
    );
}
