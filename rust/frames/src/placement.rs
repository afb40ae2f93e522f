//! Where a picture lies in a tensor.

/// The way between source pixels and tensor pixels: tensor = source × scale + offset, on each axis.
///
/// Coordinates are continuous: pixel `i` covers `i`…`i + 1`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placement {
    /// Tensor pixels for each source pixel, horizontally and vertically.
    pub scale: [f64; 2],
    /// Tensor position of the picture's top left corner.
    pub offset: [f64; 2],
    /// Width and height of the picture in pixels.
    pub source: [u32; 2],
}

impl Placement {
    /// Returns a box of the tensor in source pixels; neither clipped nor rounded.
    #[allow(
        clippy::cast_possible_truncation,
        reason = "boxes are f32 on both sides"
    )]
    pub fn source_from_tensor(&self, xyxy: [f32; 4]) -> [f32; 4] {
        std::array::from_fn(|i| {
            ((f64::from(xyxy[i]) - self.offset[i % 2]) / self.scale[i % 2]) as f32
        })
    }

    /// Returns a box of the source in tensor pixels.
    #[allow(
        clippy::cast_possible_truncation,
        reason = "boxes are f32 on both sides"
    )]
    pub fn tensor_from_source(&self, xyxy: [f32; 4]) -> [f32; 4] {
        std::array::from_fn(|i| {
            (f64::from(xyxy[i]) * self.scale[i % 2] + self.offset[i % 2]) as f32
        })
    }
}
