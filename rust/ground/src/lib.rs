//! Pixels become places on the ground, in metres.
//!
//! [`GroundPlane`] is the type to know: a plane homography from source pixels to ground coordinates.

mod plane;

pub use plane::{GroundError, GroundPlane};
