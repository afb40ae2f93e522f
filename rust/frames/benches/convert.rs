//! How long a decoded picture takes to become a model's input, on one core.

#![expect(
    clippy::expect_used,
    reason = "a benchmark that can't run should say why"
)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use sightline_frames::{
    Channels, Converter, Fit, Matrix, OwnedPicture, Picture, PixelFormat, Plane, Range, TensorMut,
    TensorSpec, TensorType, rgb_from_picture, rotated,
};

/// A picture of noise: the worst case for the caches, and the same work as any other picture.
fn noise(format: PixelFormat, width: u32, height: u32) -> OwnedPicture {
    let mut state = 1_u64;
    let planes: [Vec<u8>; 3] = std::array::from_fn(|plane| {
        let size = format.plane_size(plane, width, height);
        let bytes = size.map_or(0, |(row, rows)| row * rows);
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            state.to_be_bytes()[0]
        };
        (0..bytes).map(|_| next()).collect()
    });
    let planes = std::array::from_fn(|plane| Plane {
        data: &planes[plane],
        stride: format
            .plane_size(plane, width, height)
            .map_or(0, |(row, _)| row),
    });
    let picture = Picture::new(format, width, height, planes, Matrix::Bt709, Range::Limited);
    OwnedPicture::copy_of(&picture.expect("planes of the right size"))
}

fn letterbox(width: u32, height: u32) -> TensorSpec {
    TensorSpec {
        width,
        height,
        channels: Channels::Rgb,
        fit: Fit::LetterboxCenter,
        pad: 114.0,
        mean: [0.0; 3],
        std: [255.0; 3],
        dtype: TensorType::F32,
    }
}

fn tensors(bencher: &mut Criterion) {
    use PixelFormat::{I420, I42010, Nv12, Rgb24};
    let detector = letterbox(640, 384);
    let mut bytes = detector.clone();
    bytes.dtype = TensorType::U8;
    let mut luma = bytes.clone();
    luma.channels = Channels::Luma;
    let (hd, uhd) = ((1920, 1080), (3840, 2160));
    let cases = [
        ("1080p I420 to 640x384 f32", I420, hd, detector.clone()),
        (
            "768x432 I420 to 416x416 f32",
            I420,
            (768, 432),
            letterbox(416, 416),
        ),
        ("1080p I420 to 640x640 f32", I420, hd, letterbox(640, 640)),
        ("2160p I420 to 640x384 f32", I420, uhd, detector.clone()),
        ("1080p NV12 to 640x384 f32", Nv12, hd, detector.clone()),
        ("1080p 10-bit to 640x384 f32", I42010, hd, detector.clone()),
        ("1080p RGB to 640x384 f32", Rgb24, hd, detector),
        ("1080p I420 to 640x384 u8", I420, hd, bytes),
        ("1080p I420 to 640x384 luma u8", I420, hd, luma),
    ];
    for (name, format, (width, height), spec) in cases {
        let picture = noise(format, width, height);
        let (len, dtype) = (spec.len(), spec.dtype);
        let mut converter = Converter::new(spec, width, height).expect("a valid converter");
        let (mut floats, mut bytes) = (vec![0.0_f32; len], vec![0_u8; len]);
        bencher.bench_function(name, |bencher| {
            bencher.iter(|| {
                let out = match dtype {
                    TensorType::F32 => TensorMut::F32(&mut floats),
                    TensorType::U8 => TensorMut::U8(&mut bytes),
                };
                converter.convert(black_box(&picture.view()), out)
            });
        });
    }
}

fn pictures(bencher: &mut Criterion) {
    for format in [PixelFormat::I420, PixelFormat::Nv12, PixelFormat::I444] {
        let picture = noise(format, 1920, 1080);
        let mut rgb = vec![0; 1920 * 1080 * 3];
        bencher.bench_function(&format!("1080p {format:?} to packed RGB"), |bencher| {
            bencher.iter(|| rgb_from_picture(black_box(&picture.view()), &mut rgb));
        });
    }
    let picture = noise(PixelFormat::I420, 1920, 1080);
    for turns in 1..=3 {
        bencher.bench_function(&format!("1080p I420 turned {turns} times"), |bencher| {
            bencher.iter(|| rotated(black_box(&picture.view()), turns));
        });
    }
}

criterion_group!(benches, tensors, pictures);
criterion_main!(benches);
