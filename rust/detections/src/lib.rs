//! Model output becomes detections: boxes in source pixels, with a confidence and a class.
//!
//! Start at [`Decoder`]: make one from a [`DecoderSpec`] when the model is loaded, then hand it each batch's output
//! tensors. Inside, a module per model [`Family`] turns raw numbers into candidate boxes in tensor pixels;
//! [`NonMaxSuppression`] thins them out where the family needs it; and the frame's
//! [`Placement`](sightline_frames::Placement) carries what is left back to the source picture. A [`StationaryFilter`] leaves out
//! what never moves.
//!
//! Output tensors come from files that strangers trained and exported, so nothing about them is taken on trust: a shape
//! that doesn't fit is a [`DecodeError`] that names what was expected and what was found, and a box with a number that
//! isn't finite is dropped.

mod candidates;
mod columns;
mod decoder;
mod error;
mod families;
mod nms;
mod outputs;
mod spec;
mod stationary;

pub use columns::Detections;
pub use decoder::Decoder;
pub use error::DecodeError;
pub use families::ssd::grid_priors;
pub use nms::{NonMaxSuppression, non_max_suppression};
pub use outputs::OutputView;
pub use spec::{Activation, BackgroundClass, BoxUnit, DecoderSpec, Family};
pub use stationary::{StationaryError, StationaryFilter, StationarySpec};
