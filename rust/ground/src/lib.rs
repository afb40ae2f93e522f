//! Pixels become places on the ground, in metres.
//!
//! [`GroundPlane`] is the type to know: it maps source pixels to the ground and back. Make one from pairs of points
//! (`points`), from a calibrated [`Camera`], or from people's boxes ([`PeopleFit`]), which needs no calibration.

mod camera;
mod error;
mod people;
mod plane;
mod points;

pub use camera::{Camera, Distortion, Tsai};
pub use error::GroundError;
pub use people::{PeopleFit, PeopleSpec, StandardErrors};
pub use plane::GroundPlane;
