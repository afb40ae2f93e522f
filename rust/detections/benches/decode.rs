//! How long it takes to turn a model's output into detections.

#![expect(
    clippy::expect_used,
    reason = "a benchmark that can't run should say why"
)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use sightline_detections::{
    Decoder, DecoderSpec, Detections, Family, NonMaxSuppression, OutputView,
};
use sightline_frames::Placement;

/// Numbers in 0…1 that are the same on every machine (a linear congruential generator after Knuth).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1_u64 << 24) as f32
    }
}

/// One frame's output with few confident anchors, as a trained model gives.
fn yolox(bencher: &mut Criterion) {
    let mut numbers = Numbers(7);
    let mut data: Vec<f32> = (0..3549 * 85).map(|_| 0.3 * numbers.next()).collect();
    for (anchor, row) in data.chunks_exact_mut(85).enumerate() {
        if anchor % 70 == 0 {
            row[4] = 0.9;
            row[5] = 0.9;
        }
    }
    let view = [OutputView {
        shape: &[1, 3549, 85],
        data: &data,
    }];
    let placement = Placement {
        scale: [0.5, 0.5],
        offset: [0.0, 0.0],
        source: [832, 468],
    };
    let people = Some(vec![0]);
    let spec = DecoderSpec {
        classes: people,
        ..DecoderSpec::new(Family::Yolox, 416, 416, 80)
    };
    let mut decoder = Decoder::new(spec).expect("the specification is in range");
    let mut out = Detections::default();
    bencher.bench_function("yolox 3549x85", |bencher| {
        bencher.iter(|| {
            decoder
                .decode(black_box(&view), 0, &placement, &mut out)
                .expect("the shape is YOLOX's");
            black_box(out.len())
        });
    });
}

/// Every class of every anchor, one class after the other.
fn yolov8(bencher: &mut Criterion) {
    let mut numbers = Numbers(7);
    let data: Vec<f32> = (0..84 * 8400).map(|_| 0.402 * numbers.next()).collect();
    let view = [OutputView {
        shape: &[1, 84, 8400],
        data: &data,
    }];
    let placement = Placement {
        scale: [0.5, 0.5],
        offset: [0.0, 0.0],
        source: [1280, 1280],
    };
    let mut decoder = Decoder::new(DecoderSpec::new(Family::YoloV8, 640, 640, 80))
        .expect("the specification is in range");
    let mut out = Detections::default();
    bencher.bench_function("yolov8 84x8400, every class", |bencher| {
        bencher.iter(|| {
            decoder
                .decode(black_box(&view), 0, &placement, &mut out)
                .expect("the shape is YOLOv8's");
            black_box(out.len())
        });
    });
}

fn nms(bencher: &mut Criterion) {
    let mut numbers = Numbers(7);
    for count in [100, 1000, 10_000] {
        let mut detections = Detections::default();
        for _ in 0..count {
            let (x, y) = (600.0 * numbers.next(), 600.0 * numbers.next());
            let (width, height) = (20.0 + 60.0 * numbers.next(), 20.0 + 100.0 * numbers.next());
            detections.push([x, y, x + width, y + height], numbers.next(), 0);
        }
        let mut suppression = NonMaxSuppression::new();
        bencher.bench_function(&format!("nms {count}"), |bencher| {
            bencher.iter(|| {
                suppression
                    .suppress(black_box(&detections), 0.45, 300)
                    .len()
            });
        });
    }
}

criterion_group!(benches, yolox, yolov8, nms);
criterion_main!(benches);
