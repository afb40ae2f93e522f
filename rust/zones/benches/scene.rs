//! One frame through a scene, for crowds of walkers.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use sightline_tracks::Track;
use sightline_zones::{DistanceSpec, LineSpec, Scene, SceneSpec, ZoneSpec};

const FRAME_NS: i64 = 100_000_000;

/// People on a floor of 1920x1080, each walking to and fro on a course of its own, 6 px a frame.
fn crowd(people: u32, frame: u32) -> Vec<Track> {
    (0..people)
        .map(|person| {
            let course = f64::from(person) * 2.399_963;
            let way = f64::from((frame + person * 37) % 200);
            let along = 6.0 * if way < 100.0 { way } else { 200.0 - way } - 300.0;
            let x = 960.0 + 600.0 * course.cos() + along * course.sin();
            let y = 540.0 + 300.0 * course.sin() + along * course.cos() * 0.5;
            Track {
                id: u64::from(person) + 1,
                xyxy: [x - 20.0, y - 100.0, x + 20.0, y],
                confidence: 0.9,
                class_id: 0,
                detection: person,
                age: frame,
            }
        })
        .collect()
}

/// Zones of `corners` corners each, side by side over the frame.
fn zones(count: u32, corners: u32) -> SceneSpec {
    let columns = (1..=count).find(|n| n * n >= count).unwrap_or(1);
    let side = 1.0 / f64::from(columns);
    let zone = |position: u32| {
        let (column, row) = (position % columns, position / columns);
        let polygon: Vec<[f64; 2]> = (0..corners)
            .map(|corner| {
                let turn = f64::from(corner) / f64::from(corners) * std::f64::consts::TAU;
                [
                    side * (f64::from(column) + 0.5 + 0.45 * turn.cos()),
                    side * (f64::from(row) + 0.5 + 0.45 * turn.sin()),
                ]
            })
            .collect();
        ZoneSpec::new(&format!("zone {position}"), &polygon)
    };
    SceneSpec {
        zones: (0..count).map(zone).collect(),
        ..SceneSpec::default()
    }
}

/// Lines of a tenth of the frame at many angles, spread over the frame.
fn lines(count: u32) -> SceneSpec {
    let line = |position: u32| {
        let turn = f64::from(position) * 2.399_963;
        let reach = 0.4 * (f64::from(position) / f64::from(count)).sqrt();
        let (x, y) = (0.5 + reach * turn.cos(), 0.5 + reach * turn.sin());
        let (along, across) = (0.05 * turn.sin(), 0.05 * turn.cos());
        LineSpec::new(
            &format!("line {position}"),
            [x - along, y - across],
            [x + along, y + across],
        )
    };
    SceneSpec {
        lines: (0..count).map(line).collect(),
        ..SceneSpec::default()
    }
}

/// People nearer than 30 px.
fn distance(group_ns: Option<i64>) -> SceneSpec {
    SceneSpec {
        distances: vec![DistanceSpec {
            group_ns,
            ..DistanceSpec::new("keep", 30.0 / 1080.0)
        }],
        ..SceneSpec::default()
    }
}

fn scene(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("scene");
    let cases = [
        ("10 zones of 8 corners", zones(10, 8), 100),
        ("100 zones of 8 corners", zones(100, 8), 1000),
        ("10 lines", lines(10), 100),
        ("100 lines", lines(100), 1000),
        ("a distance", distance(None), 100),
        ("a distance", distance(None), 1000),
        (
            "a distance without groups",
            distance(Some(2_000_000_000)),
            100,
        ),
        (
            "a distance without groups",
            distance(Some(2_000_000_000)),
            1000,
        ),
    ];
    for (name, spec, people) in cases {
        let frames: Vec<Vec<Track>> = (0..200).map(|frame| crowd(people, frame)).collect();
        let Ok(mut scene) = Scene::new(&spec, 1920, 1080) else {
            continue;
        };
        group.throughput(Throughput::Elements(u64::from(people)));
        group.bench_function(BenchmarkId::new(name, people), |bencher| {
            let (mut facts, mut pts_ns) = (Vec::new(), 0);
            let mut frame = frames.iter().cycle();
            bencher.iter(|| {
                facts.clear();
                pts_ns += FRAME_NS;
                if let Some(tracks) = frame.next() {
                    scene.update(0, pts_ns, black_box(tracks), &[], &mut facts);
                }
                facts.len()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, scene);
criterion_main!(benches);
