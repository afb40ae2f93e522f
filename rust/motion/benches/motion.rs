//! How long a frame of motion detection takes.

#![expect(
    clippy::expect_used,
    reason = "a benchmark that can't run should say why"
)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use sightline_detections::Detections;
use sightline_frames::Placement;
use sightline_motion::{MotionDetector, MotionSpec};

/// Sixteen noisy frames of one size, each with twelve walkers.
fn frames(width: usize, height: usize) -> Vec<Vec<u8>> {
    let mut state = 1_u64;
    let mut noise = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        u8::try_from(state >> 60).unwrap_or_default()
    };
    let frame = |step: usize| {
        let mut luma: Vec<u8> = (0..width * height).map(|_| 100 + noise()).collect();
        for walker in 0..12 {
            let left = (walker * width / 12 + step * 3) % (width - 30);
            for row in luma
                .chunks_exact_mut(width)
                .skip(height / 3 + walker * 4)
                .take(height / 5)
            {
                row[left..left + 24].fill(200);
            }
        }
        luma
    };
    (0..16).map(frame).collect()
}

fn motion(bencher: &mut Criterion) {
    for (width, height) in [(640_u16, 360_u16), (1280, 720)] {
        let frames = frames(width.into(), height.into());
        let (width, height) = (u32::from(width), u32::from(height));
        let placement = Placement {
            scale: [1.0, 1.0],
            offset: [0.0, 0.0],
            source: [width, height],
        };
        let spec = MotionSpec {
            learn_s: 0.0,
            ..MotionSpec::default()
        };
        let mut detector =
            MotionDetector::new(spec, width, height).expect("the specification is in range");
        let mut out = Detections::default();
        let mut next = frames.iter().cycle();
        bencher.bench_function(&format!("motion {width}x{height}, 12 walkers"), |bencher| {
            bencher.iter(|| {
                let luma = next.next().expect("a cycle has no end");
                detector
                    .detect(black_box(luma), &placement, &mut out)
                    .expect("the frame is as large as the plane");
                black_box(out.len())
            });
        });
    }
}

criterion_group!(benches, motion);
criterion_main!(benches);
