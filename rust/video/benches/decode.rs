//! Decoding of a whole file on one thread: every frame, and every other one behind the gate.
//!
//! Takes the walkers of the fixtures where they are, else a small film of its own making.

use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sightline_video::{OpenOptions, Source, Writer, WriterOptions};

const SIZE: (u32, u32) = (640, 360);

fn film() -> PathBuf {
    let folder = std::env::var_os("SIGHTLINE_FIXTURES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures"),
        PathBuf::from,
    );
    let walkers = folder.join("videos/one-by-one-person-detection.mp4");
    if walkers.exists() {
        walkers
    } else {
        made_here()
    }
}

#[allow(
    clippy::expect_used,
    reason = "a bench that can't start has nobody to tell but the terminal"
)]
fn made_here() -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("decode-bench.mp4");
    let options = WriterOptions {
        width: SIZE.0,
        height: SIZE.1,
        fps: (10, 1),
        ..WriterOptions::default()
    };
    let mut writer =
        Writer::create(&path.to_string_lossy(), &options).expect("the bench folder can be written");
    for position in 0..200_u32 {
        let picture: Vec<u8> = (0..SIZE.0 * SIZE.1 * 3)
            .map(|at| (at / 7 + position * 5).to_le_bytes()[0])
            .collect();
        writer
            .write_rgb(&picture, u64::from(position))
            .expect("there is room on the disk");
    }
    writer.finish().expect("there is room on the disk");
    path
}

#[allow(
    clippy::expect_used,
    reason = "a bench that can't start has nobody to tell but the terminal"
)]
fn frames_in(path: &str, fps: Option<f64>) -> u64 {
    let options = OpenOptions {
        fps,
        ..OpenOptions::default()
    };
    let mut source = Source::open(path, &options).expect("the film can be opened");
    let mut frames = 0;
    while let Some(frame) = source.next_frame().expect("the film can be read") {
        black_box(frame.picture());
        frames += 1;
    }
    frames
}

fn decode(c: &mut Criterion) {
    let path = film();
    let path = path.to_string_lossy();
    let mut group = c.benchmark_group("decode");
    group.sample_size(10);
    for (name, fps) in [("every frame", None), ("gate at 5 fps", Some(5.0))] {
        group.throughput(Throughput::Elements(frames_in(&path, None)));
        group.bench_function(name, |b| b.iter(|| frames_in(&path, fps)));
    }
    group.finish();
}

criterion_group!(benches, decode);
criterion_main!(benches);
