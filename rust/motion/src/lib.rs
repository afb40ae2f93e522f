//! Moving things become detections, without a model.
//!
//! [`MotionDetector`] watches one fixed camera: it learns what the empty scene looks like and boxes what differs from it.
//! It needs no weights and takes a fraction of a millisecond a frame. It is also only that: it finds *moving things*, not
//! people. A cart is a detection like its owner; two people who overlap are one; somebody who stands still for
//! [`MotionSpec::absorb_s`] becomes part of the scene; a camera that moves shows nothing useful. Where who or what
//! matters, use a model.
//!
//! A frame goes through the modules in this order: `cells` averages pixels into cells, which takes away most sensor
//! noise; `background` says which cells differ from what they usually show; `mask` drops specks and joins what nearly
//! touches; `blobs` groups cells and measures the groups; `detector` filters them and makes detections.

mod background;
mod blobs;
mod cells;
mod detector;
mod mask;
mod spec;

pub use detector::MotionDetector;
pub use spec::{MotionError, MotionSpec};
