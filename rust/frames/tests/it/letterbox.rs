//! Where a picture lies in a tensor, against numbers worked out by hand from what YOLOX and Ultralytics do.

use proptest::prelude::*;
use sightline_frames::{Converter, Fit, PixelFormat, Placement};

use crate::{Memory, floats, spec};

fn placement(source: (u32, u32), tensor: (u32, u32), fit: Fit) -> Placement {
    let spec = spec(tensor.0, tensor.1, fit);
    Converter::new(spec, source.0, source.1)
        .unwrap()
        .placement()
}

/// Returns the corner and the size in tensor pixels.
fn window(source: (u32, u32), tensor: (u32, u32), fit: Fit) -> [f64; 4] {
    let placement = placement(source, tensor, fit);
    assert_eq!(placement.source, [source.0, source.1]);
    let [x, y] = placement.offset;
    let width = f64::from(source.0) * placement.scale[0];
    let height = f64::from(source.1) * placement.scale[1];
    [x, y, width, height].map(|value| (value * 1e6).round() / 1e6)
}

#[test]
fn top_left_rounds_down() {
    let fit = Fit::LetterboxTopLeft;
    // r = 1/3
    assert_eq!(
        window((1920, 1080), (640, 640), fit),
        [0.0, 0.0, 640.0, 360.0]
    );
    // r = 416/1920, 1080 r = 234 exactly
    assert_eq!(
        window((1920, 1080), (416, 416), fit),
        [0.0, 0.0, 416.0, 234.0]
    );
    // r = 0.64, 701 r = 448.64
    assert_eq!(
        window((1000, 701), (640, 640), fit),
        [0.0, 0.0, 640.0, 448.0]
    );
    // r = 416/1080, 810 r = 312
    assert_eq!(
        window((810, 1080), (416, 416), fit),
        [0.0, 0.0, 312.0, 416.0]
    );
    // enlarged, r = 2
    assert_eq!(
        window((320, 180), (640, 384), fit),
        [0.0, 0.0, 640.0, 360.0]
    );
    // so narrow that rounding down would leave nothing
    assert_eq!(window((2, 3000), (64, 64), fit), [0.0, 0.0, 1.0, 64.0]);
}

#[test]
fn center_rounds_to_nearest_and_splits_the_rest() {
    let fit = Fit::LetterboxCenter;
    // rest 280, 140 above
    assert_eq!(
        window((1920, 1080), (640, 640), fit),
        [0.0, 140.0, 640.0, 360.0]
    );
    // rest 24, 12 above
    assert_eq!(
        window((1920, 1080), (640, 384), fit),
        [0.0, 12.0, 640.0, 360.0]
    );
    // 701 r = 448.64, rest 191: round(95.4) = 95 above, 96 below
    assert_eq!(
        window((1000, 701), (640, 640), fit),
        [0.0, 95.0, 640.0, 449.0]
    );
    // 810 r = 480, rest 160, 80 at the left
    assert_eq!(
        window((810, 1080), (640, 640), fit),
        [80.0, 0.0, 480.0, 640.0]
    );
    // 721 r = 360.5, which Python rounds to 360
    assert_eq!(
        window((1280, 721), (640, 640), fit),
        [0.0, 140.0, 640.0, 360.0]
    );
    // 719 r = 359.5, which Python rounds to 360
    assert_eq!(
        window((1280, 719), (640, 640), fit),
        [0.0, 140.0, 640.0, 360.0]
    );
    // rest 1: round(0.4) = 0 above
    assert_eq!(window((64, 63), (64, 64), fit), [0.0, 0.0, 64.0, 63.0]);
}

#[test]
fn stretch_fills() {
    assert_eq!(
        window((1920, 1080), (300, 400), Fit::Stretch),
        [0.0, 0.0, 300.0, 400.0]
    );
}

#[test]
fn padding_is_everywhere_else() {
    let memory = Memory::plain(PixelFormat::Rgb24, (10, 5), [7, 8, 9]);
    let mut spec = spec(20, 20, Fit::LetterboxCenter);
    spec.std = [2.0; 3];
    for (channel, values) in floats(&spec, &memory.view()).chunks(400).enumerate() {
        for (y, row) in values.chunks(20).enumerate() {
            let inside = (5..15).contains(&y);
            let expected = if inside {
                [3.5, 4.0, 4.5][channel]
            } else {
                57.0
            };
            assert_eq!(row, [expected; 20], "row {y}");
        }
    }
}

#[test]
fn boxes_are_neither_clipped_nor_rounded() {
    let placement = placement((1920, 1080), (640, 640), Fit::LetterboxCenter);
    assert_eq!(
        placement.source_from_tensor([-1.5, 140.0, 640.25, 500.5]),
        [-4.5, 0.0, 1920.75, 1081.5]
    );
    assert_eq!(
        placement.tensor_from_source([0.0, 0.0, 1920.0, 1080.0]),
        [0.0, 140.0, 640.0, 500.0]
    );
}

proptest! {
    #[test]
    fn boxes_come_back(
        source in (1_u32..4000, 1_u32..4000), tensor in (1_u32..1300, 1_u32..1300),
        fit in prop_oneof![Just(Fit::LetterboxTopLeft), Just(Fit::LetterboxCenter), Just(Fit::Stretch)],
        xyxy in prop::array::uniform4(-100.0_f32..5000.0),
    ) {
        let placement = placement(source, tensor, fit);
        let back = placement.source_from_tensor(placement.tensor_from_source(xyxy));
        for (index, (back, there)) in back.into_iter().zip(xyxy).enumerate() {
            // A tensor coordinate is an f32, so half of its last place is lost, over the scale.
            let lost = 1e-3 + 1e-3 / placement.scale[index % 2];
            prop_assert!(f64::from((back - there).abs()) < lost, "{} became {}", there, back);
        }
        let corners = placement.tensor_from_source([0.0, 0.0, source.0 as f32, source.1 as f32]);
        prop_assert!(corners[2] <= tensor.0 as f32 + 1e-3 && corners[3] <= tensor.1 as f32 + 1e-3);
    }
}
