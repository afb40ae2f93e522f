//! The stationary filter on pictures with 10, 100 and 1,000 boxes, half of which stand and half of which walk.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use sightline_detections::{Detections, StationaryFilter, StationarySpec};

fn boxes(count: u16, frame: u16) -> Detections {
    let mut detections = Detections::default();
    for number in 0..count {
        let step = if number % 2 == 0 { 0 } else { frame % 2_000 };
        let x = f32::from(number % 40) * 47.0 + f32::from(step) * 3.0;
        let y = f32::from(number / 40) * 41.0;
        detections.push([x, y, x + 30.0, y + 80.0], 0.8, 0);
    }
    detections
}

fn stationary(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("stationary");
    for count in [10, 100, 1_000] {
        let frames: Vec<_> = (0..2_000).map(|frame| boxes(count, frame)).collect();
        let Ok(mut filter) = StationaryFilter::new(&StationarySpec::default()) else {
            continue;
        };
        let (mut number, mut detections) = (0_i64, Detections::default());
        group.bench_function(BenchmarkId::from_parameter(count), |bencher| {
            bencher.iter(|| {
                let place = usize::try_from(number).unwrap_or(0) % frames.len();
                detections.clone_from(&frames[place]);
                filter.apply(number * 100_000_000, &mut detections);
                number += 1;
                black_box(detections.len())
            });
        });
    }
    group.finish();
}

criterion_group!(benches, stationary);
criterion_main!(benches);
