//! Known colors come out as themselves.

use sightline_frames::{Channels, Fit, Matrix, PixelFormat, Range, TensorSpec, rgb_from_picture};

use crate::{Memory, bytes, floats, spec};

/// Samples of red, green and blue, as the standards' equations round them.
const PRIMARIES: [(Matrix, Range, [[u16; 3]; 3]); 4] = [
    (
        Matrix::Bt601,
        Range::Limited,
        [[81, 90, 240], [145, 54, 34], [41, 240, 110]],
    ),
    (
        Matrix::Bt709,
        Range::Limited,
        [[63, 102, 240], [173, 42, 26], [32, 240, 118]],
    ),
    (
        Matrix::Bt601,
        Range::Full,
        [[76, 85, 255], [150, 44, 21], [29, 255, 107]],
    ),
    (
        Matrix::Bt709,
        Range::Full,
        [[54, 99, 255], [182, 30, 12], [18, 255, 116]],
    ),
];

const YUV: [PixelFormat; 4] = [
    PixelFormat::I420,
    PixelFormat::I422,
    PixelFormat::I444,
    PixelFormat::Nv12,
];

/// Returns the color in the middle of the tensor.
fn middle(memory: &Memory) -> [f32; 3] {
    let spec = spec(16, 12, Fit::Stretch);
    let values = floats(&spec, &memory.view());
    std::array::from_fn(|channel| values[channel * 16 * 12 + 6 * 16 + 8])
}

#[test]
fn primaries() {
    for (matrix, range, samples) in PRIMARIES {
        for format in YUV {
            for (color, yuv) in samples.into_iter().enumerate() {
                let memory = Memory::plain(format, (33, 17), yuv).with_colors(matrix, range);
                let mut rgb = vec![0; 33 * 17 * 3];
                rgb_from_picture(&memory.view(), &mut rgb).unwrap();
                for (channel, found) in middle(&memory).into_iter().enumerate() {
                    let expected = if channel == color { 255.0 } else { 0.0 };
                    let case = format!("{format:?} {matrix:?} {range:?} color {color}");
                    // Rounding to whole samples is worth up to two steps.
                    assert!((found - expected).abs() < 2.0, "{case}: {found}");
                    assert!(
                        (f32::from(rgb[300 + channel]) - expected).abs() < 2.5,
                        "{case}"
                    );
                }
            }
        }
    }
}

#[test]
fn white_gray_and_black() {
    let luma_spec = TensorSpec {
        channels: Channels::Luma,
        ..spec(16, 12, Fit::Stretch)
    };
    let cases = [
        (
            PixelFormat::I420,
            Range::Limited,
            [(235, 255.0), (16, 0.0), (255, 255.0), (0, 0.0)],
            128,
        ),
        (
            PixelFormat::I420,
            Range::Full,
            [(255, 255.0), (0, 0.0), (128, 128.0), (1, 1.0)],
            128,
        ),
        (
            PixelFormat::I42010,
            Range::Limited,
            [(940, 255.0), (64, 0.0), (502, 127.5), (1023, 255.0)],
            512,
        ),
        (
            PixelFormat::I42010,
            Range::Full,
            [(1023, 255.0), (0, 0.0), (341, 85.0), (682, 170.0)],
            512,
        ),
        (
            PixelFormat::Gray,
            Range::Limited,
            [(235, 255.0), (16, 0.0), (89, 85.0), (162, 170.0)],
            0,
        ),
        (
            PixelFormat::Gray,
            Range::Full,
            [(255, 255.0), (0, 0.0), (77, 77.0), (200, 200.0)],
            0,
        ),
    ];
    for (format, range, levels, gray) in cases {
        for (luma, expected) in levels {
            for matrix in [Matrix::Bt601, Matrix::Bt709] {
                let memory = Memory::plain(format, (21, 9), [luma, gray, gray]);
                let memory = memory.with_colors(matrix, range);
                let mut found = floats(&luma_spec, &memory.view());
                found.extend(middle(&memory));
                for found in found {
                    let case = format!("{format:?} {range:?} {matrix:?} {luma}");
                    assert!((found - expected).abs() < 1e-3, "{case}: {found}");
                }
            }
        }
    }
}

#[test]
fn channels_are_ordered_and_normalized() {
    let memory = Memory::plain(PixelFormat::Rgb24, (8, 8), [200, 100, 50]);
    let normalized = TensorSpec {
        channels: Channels::Bgr,
        mean: [10.0, 20.0, 30.0],
        std: [2.0, 4.0, 5.0],
        ..spec(4, 4, Fit::Stretch)
    };
    let values = floats(&normalized, &memory.view());
    for (channel, expected) in [20.0, 20.0, 34.0].into_iter().enumerate() {
        assert_eq!(values[channel * 16..][..16], [expected; 16]);
    }
    let luma = TensorSpec {
        channels: Channels::Luma,
        ..spec(4, 4, Fit::Stretch)
    };
    // 0.299 · 200 + 0.587 · 100 + 0.114 · 50 = 124.2
    assert_eq!(bytes(&luma, &memory.view()), [124; 16]);
}

#[test]
fn bytes_saturate() {
    let memory = Memory::plain(PixelFormat::Rgb24, (8, 8), [200, 100, 50]);
    let stretched = TensorSpec {
        mean: [0.0, 120.0, 0.0],
        std: [0.5, 1.0, 100.0],
        ..spec(4, 4, Fit::Stretch)
    };
    let values = bytes(&stretched, &memory.view());
    assert_eq!(values, [[255; 16], [0; 16], [1; 16]].concat());
}

#[test]
fn stray_bits_of_ten_are_ignored() {
    let clean = Memory::plain(PixelFormat::I42010, (19, 7), [600, 300, 700]);
    let stray = Memory::plain(
        PixelFormat::I42010,
        (19, 7),
        [600 + 0x8000, 300 + 0x4000, 700 + 0x400],
    );
    let spec = spec(11, 5, Fit::Stretch);
    assert_eq!(floats(&spec, &clean.view()), floats(&spec, &stray.view()));
}
