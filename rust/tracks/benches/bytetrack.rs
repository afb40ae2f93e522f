//! Time per frame over the number of people in a picture of about full HD.

#![expect(clippy::unwrap_used, reason = "a benchmark may stop where it fails")]

#[path = "../tests/crowd/mod.rs"]
mod crowd;

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use crowd::Crowd;
use sightline_tracks::{ByteTrack, ByteTrackSpec};

const WARM_UP: usize = 100;
const FRAMES: usize = 100;

/// Times `FRAMES` frames at once: read the result as frames per second, or divide by `FRAMES`.
fn per_frame(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("bytetrack/100_frames");
    group.throughput(Throughput::Elements(FRAMES as u64));
    for people in [10, 50, 200, 1000] {
        let crowd = Crowd {
            seed: 1,
            people,
            side: 1440.0,
            jitter: 0.03,
            missing: 0.02,
            unsure: 0.1,
            false_alarms: 0.01,
            blackouts: 0.0,
        };
        let frames = crowd.frames(WARM_UP + FRAMES);
        for (name, spec) in [
            ("parity", ByteTrackSpec::parity()),
            ("improved", ByteTrackSpec::default()),
        ] {
            let mut warm = ByteTrack::new(spec).unwrap();
            for detections in &frames[..WARM_UP] {
                warm.update(detections, 0).unwrap();
            }
            group.bench_function(BenchmarkId::new(name, people), |bencher| {
                let run = |mut tracker: ByteTrack| {
                    for (detections, index) in frames[WARM_UP..].iter().zip(0_i64..) {
                        tracker
                            .update(black_box(detections), index * 100_000_000)
                            .unwrap();
                    }
                    tracker
                };
                bencher.iter_batched(|| warm.clone(), run, BatchSize::LargeInput);
            });
        }
    }
    group.finish();
}

criterion_group!(benches, per_frame);
criterion_main!(benches);
