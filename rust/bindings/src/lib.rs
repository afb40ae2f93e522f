//! `sightline._core`: the Python face of the core. It converts, maps errors and releases the GIL; it decides nothing.
//!
//! One file a stage, named like the crate behind it. What each class means for a Python reader stands in
//! `python/sightline/_core.pyi`.

#![allow(
    clippy::needless_pass_by_value,
    reason = "PyO3 extracts arguments by value"
)]

use pyo3::prelude::*;

mod batch;
mod counts;
mod detach;
mod detections;
mod engine;
mod errors;
mod facts;
mod frames;
mod geometry;
mod ground;
mod motion;
mod replay;
mod step;
mod tracker_settings;
mod tracks;
mod video;
mod zones;

/// The Rust core of Sightline.
#[pymodule(gil_used = false)]
mod _core {
    #[pymodule_export]
    use super::batch::Batch;
    #[pymodule_export]
    use super::detections::Decoder;
    #[pymodule_export]
    use super::engine::Engine;
    #[pymodule_export]
    use super::facts::Fact;
    #[pymodule_export]
    use super::frames::{Converter, Placement, TensorSpec};
    #[pymodule_export]
    use super::geometry::{PolygonSet, SegmentSet};
    #[pymodule_export]
    use super::ground::{GroundPlane, PeopleFit};
    #[pymodule_export]
    use super::motion::MotionDetector;
    #[pymodule_export]
    use super::replay::Replay;
    #[pymodule_export]
    use super::step::Step;
    #[pymodule_export]
    use super::tracker_settings::default_settings;
    #[pymodule_export]
    use super::tracks::{ByteTrack, Tracks};
    #[pymodule_export]
    use super::video::{Frame, Source, VideoWriter};
    #[pymodule_export]
    use super::zones::Scene;

    /// The version of the core, equal to the package's.
    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
}
