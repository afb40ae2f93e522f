//! A picture in memory, and one pass from its planes to a model's input tensor.
//!
//! A decoder lends a [`Picture`]; a [`Converter`], made once for a picture size and a [`TensorSpec`], fills the model's
//! tensor from it in one pass: resize, color conversion, normalization and padding together, without an RGB picture in
//! between. [`Placement`] says where the picture lies in the tensor and carries boxes back.

mod color;
mod convert;
mod error;
mod picture;
mod placement;
mod rgb;
mod rotate;
mod sampling;
mod tensor;

pub use convert::Converter;
pub use error::FrameError;
pub use picture::{Matrix, OwnedPicture, Picture, PixelFormat, Plane, Range};
pub use placement::Placement;
pub use rgb::rgb_from_picture;
pub use rotate::rotated;
pub use tensor::{Channels, Fit, TensorMut, TensorSpec, TensorType};
