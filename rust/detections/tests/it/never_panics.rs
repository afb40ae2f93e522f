//! Whatever a model gives, decoding ends in detections that keep their promises or in an error.

use proptest::prelude::*;
use proptest::sample::select;
use sightline_detections::{
    Activation, BackgroundClass, BoxUnit, Decoder, DecoderSpec, Detections, Family, OutputView,
    grid_priors,
};
use sightline_frames::Placement;

use super::Tensor;

const FAMILIES: [Family; 8] = [
    Family::Yolox,
    Family::YoloV5,
    Family::YoloV8,
    Family::Detr,
    Family::EndToEnd,
    Family::Ssd,
    Family::NanoDet,
    Family::FastestDet,
];

/// Likely and unlikely numbers.
fn value() -> impl Strategy<Value = f32> {
    prop_oneof![
        6 => 0.0_f32..1.0,
        3 => -4.0_f32..70.0,
        1 => select(vec![f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, -0.0, 1e-40, 1e9]),
        1 => any::<f32>(),
    ]
}

/// Any spec that passes its check, of few or no classes and a small input, so that generated shapes often fit.
fn spec() -> impl Strategy<Value = DecoderSpec> {
    any_spec().prop_filter("a spec in range", |spec| spec.validate().is_ok())
}

fn any_spec() -> impl Strategy<Value = DecoderSpec> {
    let family = (select(FAMILIES.to_vec()), 1_u32..70, 1_u32..70, 0_usize..4);
    let limits = (
        0.0_f32..=1.0,
        0.0_f32..=1.0,
        1_usize..20,
        prop::option::of(prop::collection::vec(-2_i32..5, 0..4)),
    );
    let classes = (-2_i32..3, any::<bool>(), 0_usize..3);
    let activation = select(vec![
        Activation::Identity,
        Activation::Sigmoid,
        Activation::Softmax,
    ]);
    let background = select(vec![
        BackgroundClass::Absent,
        BackgroundClass::First,
        BackgroundClass::Last,
    ]);
    let unit = select(vec![
        BoxUnit::Normalized,
        BoxUnit::InputPixels,
        BoxUnit::SourcePixels,
    ]);
    let numbers = (activation, background, unit, any::<bool>());
    (family, limits, classes, numbers).prop_map(|(family, limits, classes, numbers)| {
        let priors = if numbers.3 {
            grid_priors(&[(2, 1, &[0.5])], &[1.0])
        } else {
            Vec::new()
        };
        DecoderSpec {
            confidence: limits.0,
            nms_iou: limits.1,
            max_detections: limits.2,
            classes: limits.3,
            class_offset: classes.0,
            decoded: classes.1,
            reg_max: classes.2,
            activation: numbers.0,
            background: numbers.1,
            box_unit: numbers.2,
            priors,
            ..DecoderSpec::new(family.0, family.1, family.2, family.3)
        }
    })
}

/// Shapes as the family has them, with a side changed now and then.
fn shapes(spec: &DecoderSpec, rows: usize, batch: usize) -> Vec<Vec<usize>> {
    let cells = |stride: u32| {
        (spec.input_width.div_ceil(stride) * spec.input_height.div_ceil(stride)) as usize
    };
    let anchors = cells(8) + cells(16) + cells(32);
    let classes = spec.num_classes;
    let scored = classes + usize::from(spec.background != BackgroundClass::Absent);
    match spec.family {
        Family::Yolox if !spec.decoded => vec![vec![batch, anchors, 5 + classes]],
        Family::Yolox | Family::YoloV5 => vec![vec![batch, rows, 5 + classes]],
        Family::YoloV8 => vec![vec![batch, 4 + classes, rows]],
        Family::NanoDet => vec![vec![batch, anchors, classes + 4 * (spec.reg_max + 1)]],
        Family::FastestDet => vec![vec![batch, 5 + classes, rows, 2]],
        Family::Detr if spec.decoded => {
            vec![vec![batch, rows], vec![batch, rows, 4], vec![batch, rows]]
        }
        Family::Ssd if spec.decoded => vec![
            vec![batch, rows, 4],
            vec![batch, rows],
            vec![batch, rows],
            vec![batch],
        ],
        Family::Detr | Family::Ssd => vec![vec![batch, rows, 4], vec![batch, rows, scored]],
        Family::EndToEnd if spec.decoded => vec![vec![rows, 7]],
        Family::EndToEnd => vec![vec![batch, rows, 6]],
    }
}

fn fitting() -> impl Strategy<Value = (DecoderSpec, Vec<Tensor>)> {
    let change = prop::option::weighted(0.2, (any::<prop::sample::Index>(), 0_usize..9));
    (spec(), 0_usize..6, 0_usize..3, change).prop_flat_map(|(spec, rows, batch, change)| {
        let mut shapes = shapes(&spec, rows, batch);
        if let Some((index, side)) = change {
            let all: Vec<&mut usize> = shapes.iter_mut().flatten().collect();
            let at = index.index(all.len());
            if let Some(changed) = all.into_iter().nth(at) {
                *changed = side;
            }
        }
        let tensors: Vec<_> = shapes.into_iter().map(tensor_of).collect();
        (Just(spec), tensors)
    })
}

fn tensor_of(shape: Vec<usize>) -> impl Strategy<Value = Tensor> {
    let length = shape.iter().product::<usize>();
    prop::collection::vec(value(), length).prop_map(move |data| Tensor {
        shape: shape.clone(),
        data,
    })
}

/// Any shapes at all, with data of any length.
fn arbitrary() -> impl Strategy<Value = (DecoderSpec, Vec<Tensor>)> {
    let side = prop_oneof![9 => 0_usize..9, 1 => select(vec![usize::MAX, usize::MAX / 2, 1 << 40])];
    let shape = prop::collection::vec(side, 0..5);
    let tensor = (shape, prop::collection::vec(value(), 0..64))
        .prop_map(|(shape, data)| Tensor { shape, data });
    (spec(), prop::collection::vec(tensor, 0..5))
}

fn check((spec, tensors): (DecoderSpec, Vec<Tensor>), image: usize) -> Result<bool, TestCaseError> {
    let views: Vec<OutputView<'_>> = tensors
        .iter()
        .map(|tensor| OutputView {
            shape: &tensor.shape,
            data: &tensor.data,
        })
        .collect();
    let placement = Placement {
        scale: [0.5, 0.25],
        offset: [3.0, -1.0],
        source: [128, 64],
    };
    let mut decoder = Decoder::new(spec.clone()).unwrap();
    let mut out = Detections::default();
    let first = decoder.decode(&views, image, &placement, &mut out);
    let rows = out.len();
    prop_assert!(first.is_ok() || out.is_empty());
    prop_assert!(rows <= spec.max_detections);
    prop_assert!(out.confidence.len() == rows && out.class_id.len() == rows);
    prop_assert!(out.confidence.is_sorted_by(|a, b| a >= b));
    prop_assert!(
        out.confidence
            .iter()
            .all(|confidence| (spec.confidence..=1.0).contains(confidence))
    );
    prop_assert!(
        out.xyxy
            .as_flattened()
            .iter()
            .all(|corner| corner.is_finite())
    );
    let wanted = |class| {
        class >= 0
            && spec
                .classes
                .as_ref()
                .is_none_or(|wanted| wanted.contains(&class))
    };
    prop_assert!(out.class_id.iter().all(|&class| wanted(class)));
    let mut again = Detections::default();
    prop_assert_eq!(
        decoder
            .decode(&views, image, &placement, &mut again)
            .is_ok(),
        first.is_ok()
    );
    prop_assert_eq!(again, out);
    Ok(first.is_ok())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn fitting_outputs_give_proper_detections(outputs in fitting(), image in 0_usize..3) {
        check(outputs, image)?;
    }

    #[test]
    fn arbitrary_outputs_do_no_harm(outputs in arbitrary(), image in 0_usize..3) {
        check(outputs, image)?;
    }
}

#[test]
fn generated_outputs_do_reach_every_family() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut reached = [0; FAMILIES.len()];
    for _ in 0..600 {
        let outputs = fitting().new_tree(&mut runner).unwrap().current();
        let family = FAMILIES
            .iter()
            .position(|&family| family == outputs.0.family)
            .unwrap();
        reached[family] += usize::from(check(outputs, 0).unwrap());
    }
    assert!(reached.iter().all(|&count| count > 5), "{reached:?}");
}
