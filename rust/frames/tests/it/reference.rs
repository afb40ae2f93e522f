//! Conversion against its definition, written plainly in double precision.

use proptest::prelude::*;
use sightline_frames::{Channels, Fit, Matrix, PixelFormat, Range, TensorSpec};

use crate::{FORMATS, Memory, bytes, floats};

/// Allowed difference in 0…255 units: a twentieth of a step, where the promise is a whole one (1/255 of the range).
const TOLERANCE: f64 = 0.05;

/// Returns a stored sample.
fn stored(memory: &Memory, component: usize, x: usize, y: usize) -> f64 {
    let (plane, at) = match memory.format {
        PixelFormat::Rgb24 => (0, 3 * x + component),
        PixelFormat::Nv12 if component > 0 => (1, 2 * x + component - 1),
        PixelFormat::I42010 => (component, 2 * x),
        _ => (component, x),
    };
    let row = &memory.planes[plane][y * memory.strides[plane]..];
    if memory.format == PixelFormat::I42010 {
        f64::from(u16::from(row[at]) + 256 * u16::from(row[at + 1] & 3))
    } else {
        f64::from(row[at])
    }
}

/// Returns the two samples around a place on an axis and the second one's share; `place` counts pixels from the edge.
fn around(place: f64, halved: bool, side: u32) -> (usize, usize, f64) {
    // The center of pixel 0 is at 0.5.
    let place = (place - 0.5).clamp(0.0, f64::from(side - 1));
    let whole = (0..side).rfind(|&pixel| f64::from(pixel) <= place).unwrap();
    let next = (whole + 1).min(side - 1);
    let share = place - f64::from(whole);
    let pixels_per_sample = if halved { 2 } else { 1 };
    let [whole, next] = [whole, next].map(|pixel| (pixel / pixels_per_sample) as usize);
    (whole, next, share)
}

/// Returns a component at a place in the picture, in pixels from its top left corner.
fn sampled(memory: &Memory, component: usize, place: [f64; 2]) -> f64 {
    let (halved_x, halved_y) = match memory.format {
        _ if component == 0 => (false, false),
        PixelFormat::I420 | PixelFormat::Nv12 | PixelFormat::I42010 => (true, true),
        PixelFormat::I422 => (true, false),
        _ => (false, false),
    };
    let (left, right, share_x) = around(place[0], halved_x, memory.width);
    let (top, bottom, share_y) = around(place[1], halved_y, memory.height);
    let row = |y| {
        let (left, right) = (
            stored(memory, component, left, y),
            stored(memory, component, right, y),
        );
        left * (1.0 - share_x) + right * share_x
    };
    row(top) * (1.0 - share_y) + row(bottom) * share_y
}

/// Returns red, green and blue or luma at a place, 0…255.
fn color(memory: &Memory, channels: Channels, place: [f64; 2]) -> Vec<f64> {
    let (kr, kb) = match memory.matrix {
        Matrix::Bt601 => (0.299, 0.114),
        Matrix::Bt709 => (0.2126, 0.0722),
    };
    let kg = 1.0 - kr - kb;
    let rgb = if memory.format == PixelFormat::Rgb24 {
        let rgb = [0, 1, 2].map(|component| sampled(memory, component, place));
        if channels == Channels::Luma {
            return vec![kr * rgb[0] + kg * rgb[1] + kb * rgb[2]];
        }
        rgb
    } else {
        let bits = if memory.format == PixelFormat::I42010 {
            4.0
        } else {
            1.0
        };
        let (black, luma, chroma) = match memory.range {
            Range::Limited => (16.0 * bits, 219.0 * bits, 224.0 * bits),
            Range::Full => (0.0, 256.0 * bits - 1.0, 256.0 * bits - 1.0),
        };
        let y = (sampled(memory, 0, place) - black) / luma;
        let [cb, cr] = [1, 2].map(|component| match memory.format {
            PixelFormat::Gray => 0.0,
            _ => (sampled(memory, component, place) - 128.0 * bits) / chroma,
        });
        let red = y + 2.0 * (1.0 - kr) * cr;
        let blue = y + 2.0 * (1.0 - kb) * cb;
        let green = (y - kr * red - kb * blue) / kg;
        if channels == Channels::Luma {
            return vec![255.0 * y.clamp(0.0, 1.0)];
        }
        [red, green, blue].map(|value| 255.0 * value.clamp(0.0, 1.0))
    };
    match channels {
        Channels::Bgr => vec![rgb[2], rgb[1], rgb[0]],
        _ => rgb.to_vec(),
    }
}

/// Returns where the picture lies: left, top, width and height in tensor pixels.
fn window(spec: &TensorSpec, memory: &Memory) -> [f64; 4] {
    let (width, height) = (f64::from(memory.width), f64::from(memory.height));
    let (across, down) = (f64::from(spec.width), f64::from(spec.height));
    let ratio = (across / width).min(down / height);
    match spec.fit {
        Fit::Stretch => [0.0, 0.0, across, down],
        Fit::LetterboxTopLeft => {
            let side = |side: f64| (side * ratio).floor().max(1.0);
            [0.0, 0.0, side(width), side(height)]
        }
        Fit::LetterboxCenter => {
            let side = |side: f64| (side * ratio).round_ties_even().max(1.0);
            let (width, height) = (side(width), side(height));
            let before = |spare: f64| (spare / 2.0 - 0.1).round_ties_even().max(0.0);
            [before(across - width), before(down - height), width, height]
        }
    }
}

/// Returns the tensor in 0…255 before normalization.
fn converted(spec: &TensorSpec, memory: &Memory) -> Vec<f64> {
    let [left, top, width, height] = window(spec, memory);
    let pixels: Vec<Vec<f64>> = (0..spec.height)
        .flat_map(|y| {
            (0..spec.width).map(move |x| (f64::from(x) + 0.5 - left, f64::from(y) + 0.5 - top))
        })
        .map(|(x, y)| {
            if x < 0.0 || y < 0.0 || x > width || y > height {
                return vec![f64::from(spec.pad); 3];
            }
            let x = x * f64::from(memory.width) / width;
            let y = y * f64::from(memory.height) / height;
            color(memory, spec.channels, [x, y])
        })
        .collect();
    let channels = if spec.channels == Channels::Luma {
        1
    } else {
        3
    };
    (0..channels)
        .flat_map(|channel| pixels.iter().map(move |pixel| pixel[channel]))
        .collect()
}

fn memories() -> impl Strategy<Value = Memory> {
    let matrix = prop_oneof![Just(Matrix::Bt601), Just(Matrix::Bt709)];
    let range = prop_oneof![Just(Range::Limited), Just(Range::Full)];
    let format = prop::sample::select(&FORMATS);
    let size = (1_u32..90, 1_u32..70);
    (format, size, 0_usize..40, any::<u64>(), matrix, range).prop_map(
        |(format, size, padding, seed, matrix, range)| {
            Memory::noise(format, size, padding, seed).with_colors(matrix, range)
        },
    )
}

fn specs() -> impl Strategy<Value = TensorSpec> {
    let fit = prop_oneof![
        Just(Fit::LetterboxTopLeft),
        Just(Fit::LetterboxCenter),
        Just(Fit::Stretch)
    ];
    let channels = prop_oneof![
        Just(Channels::Rgb),
        Just(Channels::Bgr),
        Just(Channels::Luma)
    ];
    let mean = prop::array::uniform3(-20.0_f32..150.0);
    let std = prop::array::uniform3(0.5_f32..300.0);
    (1_u32..60, 1_u32..60, fit, channels, mean, std).prop_map(
        |(width, height, fit, channels, mean, std)| TensorSpec {
            channels,
            mean,
            std,
            ..crate::spec(width, height, fit)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn floats_are_as_defined(memory in memories(), spec in specs()) {
        let found = floats(&spec, &memory.view());
        let plane = (spec.width * spec.height) as usize;
        for (index, (found, expected)) in found.iter().zip(converted(&spec, &memory)).enumerate() {
            let channel = index / plane;
            let found = f64::from(*found) * f64::from(spec.std[channel]) + f64::from(spec.mean[channel]);
            prop_assert!(
                (found - expected).abs() <= TOLERANCE,
                "value {} is {}, expected {}", index, found, expected
            );
        }
    }

    #[test]
    fn bytes_are_rounded(memory in memories(), spec in specs()) {
        let spec = TensorSpec { mean: [0.0; 3], std: [1.0; 3], ..spec };
        for (found, expected) in bytes(&spec, &memory.view()).iter().zip(converted(&spec, &memory)) {
            prop_assert!(
                (f64::from(*found) - expected).abs() <= 0.5 + TOLERANCE,
                "found {}, expected {}", found, expected
            );
        }
    }
}

/// The sizes that matter, at full size: near taps, taps too far apart for one load, enlarging.
#[test]
fn real_sizes_are_as_defined() {
    let sizes = [
        ((1920, 1080), (640, 384)),
        ((768, 432), (416, 416)),
        ((3840, 2160), (320, 192)),
        ((320, 180), (640, 384)),
    ];
    for (size, (width, height)) in sizes {
        let memory = Memory::noise(PixelFormat::I420, size, 64, 7);
        let spec = crate::spec(width, height, Fit::LetterboxCenter);
        let expected = converted(&spec, &memory);
        for (found, expected) in floats(&spec, &memory.view()).iter().zip(expected) {
            assert!(
                (f64::from(*found) - expected).abs() <= TOLERANCE,
                "{size:?}"
            );
        }
    }
}
