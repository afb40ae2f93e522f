//! Detections become tracks: one identity per object, from frame to frame.
//!
//! [`ByteTrack`] is the type to know. Make one per source from a [`ByteTrackSpec`], give it every frame's detections
//! (empty ones too) with the frame's time, and read [`ByteTrack::visible`] and [`ByteTrack::removed`] after each.
//!
//! The way through a frame: `bytetrack` runs the stages and moves tracks between life-cycle lists (`roster`), each
//! track follows its object with a Kalman filter (`kalman`), and every stage finds the overlapping boxes
//! (`sweep`, `iou`) and pairs them at the lowest total cost (`association`, `assignment`). A step that all take together
//! is the camera's (`shift`).

mod assignment;
mod association;
mod bytetrack;
mod error;
mod hungarian;
mod iou;
mod kalman;
mod options;
mod roster;
mod shift;
mod spec;
mod sweep;
mod track;

pub use bytetrack::ByteTrack;
pub use error::TrackError;
pub use options::{CameraMotion, Options};
pub use spec::{ByteTrackSpec, LostAfter, Mode};
pub use track::Track;
