//! Tests of the public API: conversion against its plain definition, colors, letterboxes, whole pictures, refusals.

#![expect(clippy::unwrap_used, reason = "a test may stop where it fails")]
#![expect(
    clippy::float_cmp,
    reason = "what is worked out by hand comes out exactly"
)]

mod colors;
mod determinism;
mod letterbox;
mod reference;
mod refusals;
mod whole;

use sightline_frames::{
    Channels, Converter, Fit, Matrix, Picture, PixelFormat, Plane, Range, TensorMut, TensorSpec,
    TensorType,
};

const FORMATS: [PixelFormat; 7] = [
    PixelFormat::I420,
    PixelFormat::I422,
    PixelFormat::I444,
    PixelFormat::Nv12,
    PixelFormat::I42010,
    PixelFormat::Gray,
    PixelFormat::Rgb24,
];

/// Memory for a picture, as a decoder has it: rows padded with bytes that must not be read.
#[derive(Clone, Debug)]
struct Memory {
    format: PixelFormat,
    width: u32,
    height: u32,
    planes: [Vec<u8>; 3],
    strides: [usize; 3],
    matrix: Matrix,
    range: Range,
}

impl Memory {
    /// Returns a picture whose bytes are all noise.
    fn noise(format: PixelFormat, (width, height): (u32, u32), padding: usize, seed: u64) -> Self {
        let mut state = seed;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            state.to_be_bytes()[0]
        };
        let size = |plane| format.plane_size(plane, width, height);
        let strides = std::array::from_fn(|plane| size(plane).map_or(0, |(row, _)| row + padding));
        // The last row is not padded.
        let planes = std::array::from_fn(|plane: usize| {
            let bytes = size(plane).map_or(0, |(row, rows)| strides[plane] * (rows - 1) + row);
            (0..bytes).map(|_| next()).collect()
        });
        Self {
            format,
            width,
            height,
            planes,
            strides,
            matrix: Matrix::Bt601,
            range: Range::Limited,
        }
    }

    /// Returns a picture of one color.
    fn plain(format: PixelFormat, size: (u32, u32), yuv: [u16; 3]) -> Self {
        let mut memory = Self::noise(format, size, 0, 1);
        for (plane, bytes) in memory.planes.iter_mut().enumerate() {
            let pattern: Vec<u8> = match (format, plane) {
                (PixelFormat::I42010, _) => yuv[plane].to_le_bytes().to_vec(),
                (PixelFormat::Nv12, 1) => yuv[1..].iter().map(|v| v.to_le_bytes()[0]).collect(),
                (PixelFormat::Rgb24, _) => yuv.map(|v| v.to_le_bytes()[0]).to_vec(),
                _ => vec![yuv[plane].to_le_bytes()[0]],
            };
            let repeated = pattern.iter().cycle();
            bytes
                .iter_mut()
                .zip(repeated)
                .for_each(|(byte, value)| *byte = *value);
        }
        memory
    }

    fn with_colors(mut self, matrix: Matrix, range: Range) -> Self {
        (self.matrix, self.range) = (matrix, range);
        self
    }

    fn view(&self) -> Picture<'_> {
        let planes = std::array::from_fn(|plane| Plane {
            data: &self.planes[plane],
            stride: self.strides[plane],
        });
        Picture::new(
            self.format,
            self.width,
            self.height,
            planes,
            self.matrix,
            self.range,
        )
        .unwrap()
    }
}

/// A tensor of R, G, B in 0…255.
fn spec(width: u32, height: u32, fit: Fit) -> TensorSpec {
    TensorSpec {
        width,
        height,
        channels: Channels::Rgb,
        fit,
        pad: 114.0,
        mean: [0.0; 3],
        std: [1.0; 3],
        dtype: TensorType::F32,
    }
}

/// Converts into memory full of a value that must not survive.
fn floats(spec: &TensorSpec, picture: &Picture<'_>) -> Vec<f32> {
    let mut out = vec![f32::NAN; spec.len()];
    let mut converter = Converter::new(spec.clone(), picture.width(), picture.height()).unwrap();
    converter
        .convert(picture, TensorMut::F32(&mut out))
        .unwrap();
    out
}

fn bytes(spec: &TensorSpec, picture: &Picture<'_>) -> Vec<u8> {
    let spec = TensorSpec {
        dtype: TensorType::U8,
        ..spec.clone()
    };
    let mut out = vec![0; spec.len()];
    let mut converter = Converter::new(spec, picture.width(), picture.height()).unwrap();
    converter.convert(picture, TensorMut::U8(&mut out)).unwrap();
    out
}
