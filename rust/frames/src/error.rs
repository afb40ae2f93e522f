//! What a picture or a conversion refuses.

use crate::PixelFormat;

/// Why a picture or a converter could not be made, or a picture not be converted.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FrameError {
    /// A picture without pixels, or larger than any codec allows.
    #[error("picture size: expected 1 to 65536 pixels a side, found {width}x{height}")]
    Size {
        /// Width found.
        width: u32,
        /// Height found.
        height: u32,
    },
    /// A plane holds fewer bytes than the picture needs.
    #[error("{format:?} picture, plane {plane}: expected at least {expected} bytes, found {found}")]
    PlaneTooSmall {
        /// Format of the picture.
        format: PixelFormat,
        /// Which plane, from 0.
        plane: usize,
        /// Least number of bytes.
        expected: usize,
        /// Bytes there are.
        found: usize,
    },
    /// A row does not fit in its stride.
    #[error(
        "{format:?} picture, plane {plane}: expected a stride of at least {expected} bytes, found {found}"
    )]
    Stride {
        /// Format of the picture.
        format: PixelFormat,
        /// Which plane, from 0.
        plane: usize,
        /// Bytes in a row.
        expected: usize,
        /// Stride found.
        found: usize,
    },
    /// A tensor specification is at fault.
    #[error("tensor {field}: expected {expected}, found {found}")]
    Spec {
        /// Name of the field.
        field: &'static str,
        /// What is allowed.
        expected: &'static str,
        /// What was given.
        found: String,
    },
    /// The memory for the result has the wrong length.
    #[error("expected room for {expected} values, found {found}")]
    OutputLength {
        /// Values needed.
        expected: usize,
        /// Values there is room for.
        found: usize,
    },
    /// The memory for the result has the wrong type.
    #[error("expected a tensor of {expected}, found one of {found}")]
    OutputType {
        /// Type of the specification.
        expected: &'static str,
        /// Type of the memory.
        found: &'static str,
    },
    /// A converter was given a picture of another size than it was made for.
    #[error(
        "expected a picture of {expected:?} pixels, found {found:?}; make a converter for each size"
    )]
    OtherSize {
        /// Width and height the converter was made for.
        expected: [u32; 2],
        /// Width and height of the picture.
        found: [u32; 2],
    },
}
