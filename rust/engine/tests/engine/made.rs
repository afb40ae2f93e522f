//! Videos that are made for a test, somebody who walks in them, and what is watched.

use std::path::PathBuf;
use std::time::Duration;

use sightline_detections::Detections;
use sightline_engine::{Batch, Engine, EngineSpec, Output, StreamSpec};
use sightline_frames::{Channels, Fit, TensorSpec, TensorType};
use sightline_tracks::ByteTrackSpec;
use sightline_video::{OpenOptions, Writer, WriterOptions};
use sightline_zones::{FactKind, LineSpec, SceneSpec, ZoneSpec};

pub(crate) const WIDTH: u32 = 64;
pub(crate) const HEIGHT: u32 = 48;
pub(crate) const WAIT: Duration = Duration::from_secs(20);

/// Writes a video of gray frames, each brighter than the one before, and removes it when dropped.
pub(crate) struct Video(pub(crate) PathBuf);

impl Video {
    pub(crate) fn new(name: &str, frames: u8) -> Self {
        let path =
            std::env::temp_dir().join(format!("sightline-{}-{name}.mp4", std::process::id()));
        let options = WriterOptions {
            width: WIDTH,
            height: HEIGHT,
            fps: (10, 1),
            ..WriterOptions::default()
        };
        let mut writer = Writer::create(path.to_str().unwrap(), &options).unwrap();
        for frame in 0..frames {
            let rgb = vec![20 + 2 * frame; (WIDTH * HEIGHT * 3) as usize];
            writer.write_rgb(&rgb, u64::from(frame)).unwrap();
        }
        writer.finish().unwrap();
        Self(path)
    }

    pub(crate) fn stream(&self, scene: SceneSpec) -> StreamSpec {
        StreamSpec {
            uri: self.0.to_str().unwrap().to_owned(),
            open: OpenOptions::default(),
            classes: None,
            stationary: None,
            scene,
            tracker: ByteTrackSpec::default(),
            keep_pictures: false,
            paced: false,
            keep_motions: false,
            keep_detections: false,
        }
    }
}

impl Drop for Video {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

pub(crate) fn spec(batch: usize) -> EngineSpec {
    EngineSpec {
        tensor: TensorSpec {
            width: 32,
            height: 24,
            channels: Channels::Luma,
            fit: Fit::Stretch,
            pad: 0.0,
            mean: [0.0; 3],
            std: [1.0; 3],
            dtype: TensorType::U8,
        },
        batch,
        queue: 2,
    }
}

/// Somebody who walks down the picture, a pixel a frame, from above the middle.
pub(crate) fn walker(batch: &Batch) -> Vec<Detections> {
    batch
        .tags()
        .map(|tag| {
            let mut found = Detections::default();
            #[allow(clippy::cast_precision_loss, reason = "small numbers")]
            let foot = 14.0 + tag.index as f32;
            found.push([20.0, foot - 12.0, 30.0, foot], 0.9, 0);
            found
        })
        .collect()
}

pub(crate) fn middle() -> SceneSpec {
    SceneSpec {
        lines: vec![LineSpec::new("middle", [0.0, 0.5], [1.0, 0.5])],
        zones: vec![ZoneSpec::new(
            "lower",
            &[[0.0, 0.5], [1.0, 0.5], [1.0, 1.0], [0.0, 1.0]],
        )],
        ..SceneSpec::default()
    }
}

pub(crate) type Order = Vec<(usize, u64)>;

/// Advances by so many batches with somebody who walks; returns the order of (stream, frame) and the facts with their stream.
pub(crate) fn advance(engine: &mut Engine, batches: usize) -> (Order, Vec<(usize, FactKind)>) {
    let (mut order, mut facts) = (Vec::new(), Vec::new());
    for _ in 0..batches {
        let batch = engine.next_batch(WAIT).expect("a batch in time");
        order.extend(batch.tags().map(|tag| (tag.stream, tag.index)));
        let output = Output::Detections(walker(&batch));
        let step = engine.advance(&batch, output).unwrap();
        facts.extend(step.facts.into_iter().map(|f| (f.stream, f.fact.kind)));
    }
    (order, facts)
}
