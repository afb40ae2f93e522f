//! A decoded picture: planes, size, pixel format and how its numbers mean colors.

use crate::FrameError;

/// How a picture's samples lie in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PixelFormat {
    /// Three 8-bit planes, chroma halved both ways (FFmpeg `yuv420p`).
    I420,
    /// Three 8-bit planes, chroma halved horizontally (`yuv422p`).
    I422,
    /// Three 8-bit planes, chroma at full size (`yuv444p`).
    I444,
    /// An 8-bit luma plane and one of interleaved U, V, halved both ways (`nv12`).
    Nv12,
    /// Like [`PixelFormat::I420`] with 10 bits in little-endian 16-bit samples (`yuv420p10le`); the upper six bits
    /// are ignored.
    I42010,
    /// One 8-bit luma plane (`gray`).
    Gray,
    /// One plane of packed 8-bit R, G, B (`rgb24`).
    Rgb24,
}

/// Which weights turn luma and chroma into red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Matrix {
    /// ITU-R BT.601 (SD).
    Bt601,
    /// ITU-R BT.709 (HD).
    Bt709,
}

/// Which sample values mean black and white.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Range {
    /// 16…235 luma, 16…240 chroma ("TV", "MPEG").
    Limited,
    /// 0…255 ("PC", "JPEG").
    Full,
}

/// One plane of a picture, borrowed from whoever decoded it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plane<'a> {
    /// The bytes, at least `stride × (rows − 1) + bytes in a row`.
    pub data: &'a [u8],
    /// Bytes from one row to the next.
    pub stride: usize,
}

/// A picture, borrowed. Nothing is copied until a tensor is filled.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    format: PixelFormat,
    width: u32,
    height: u32,
    planes: [Plane<'a>; 3],
    matrix: Matrix,
    range: Range,
}

/// Most pixels on a side: what AV1 allows.
const MAX_SIDE: u32 = 1 << 16;

impl PixelFormat {
    /// Returns whether chroma is halved horizontally, and vertically.
    pub(crate) fn subsampling(self) -> (bool, bool) {
        match self {
            Self::I420 | Self::Nv12 | Self::I42010 => (true, true),
            Self::I422 => (true, false),
            Self::I444 | Self::Gray | Self::Rgb24 => (false, false),
        }
    }

    /// Returns the bytes of a row and the rows of a plane, or `None` where the format has no such plane.
    pub fn plane_size(self, plane: usize, width: u32, height: u32) -> Option<(usize, usize)> {
        let (width, height) = (width as usize, height as usize);
        let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
        match (self, plane) {
            (Self::I42010, 0) => Some((2 * width, height)),
            (Self::I42010, 1 | 2) | (Self::Nv12, 1) => Some((2 * half_width, half_height)),
            (Self::Rgb24, 0) => Some((3 * width, height)),
            (_, 0) | (Self::I444, 1 | 2) => Some((width, height)),
            (Self::I420, 1 | 2) => Some((half_width, half_height)),
            (Self::I422, 1 | 2) => Some((half_width, height)),
            _ => None,
        }
    }
}

impl<'a> Picture<'a> {
    /// Returns a picture over a decoder's planes; the format's unused planes are `Plane::default()`.
    ///
    /// # Errors
    /// When a side is 0 or above 65,536, or a plane is smaller than the picture.
    pub fn new(
        format: PixelFormat,
        width: u32,
        height: u32,
        planes: [Plane<'a>; 3],
        matrix: Matrix,
        range: Range,
    ) -> Result<Self, FrameError> {
        if !(1..=MAX_SIDE).contains(&width) || !(1..=MAX_SIDE).contains(&height) {
            return Err(FrameError::Size { width, height });
        }
        for (index, plane) in planes.iter().enumerate() {
            let Some((row, rows)) = format.plane_size(index, width, height) else {
                continue;
            };
            if plane.stride < row {
                return Err(FrameError::Stride {
                    format,
                    plane: index,
                    expected: row,
                    found: plane.stride,
                });
            }
            let expected = plane.stride.saturating_mul(rows - 1).saturating_add(row);
            if plane.data.len() < expected {
                return Err(FrameError::PlaneTooSmall {
                    format,
                    plane: index,
                    expected,
                    found: plane.data.len(),
                });
            }
        }
        Ok(Self {
            format,
            width,
            height,
            planes,
            matrix,
            range,
        })
    }

    /// Returns how the samples lie.
    pub fn format(&self) -> PixelFormat {
        self.format
    }

    /// Returns the width in pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Returns the height in pixels.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Returns the planes; unused ones are empty.
    pub fn planes(&self) -> &[Plane<'a>; 3] {
        &self.planes
    }

    /// Returns the color matrix.
    pub fn matrix(&self) -> Matrix {
        self.matrix
    }

    /// Returns the range of the samples.
    pub fn range(&self) -> Range {
        self.range
    }

    /// Returns one row of a plane, without padding; empty where there is none.
    pub(crate) fn row(&self, plane: usize, row: usize) -> &'a [u8] {
        let Some((bytes, rows)) = self.format.plane_size(plane, self.width, self.height) else {
            return &[];
        };
        let start = self.planes[plane].stride * row.min(rows - 1);
        self.planes[plane]
            .data
            .get(start..start + bytes)
            .unwrap_or(&[])
    }
}

/// A picture that owns its planes, each without padding between rows.
#[derive(Clone, Debug)]
pub struct OwnedPicture {
    format: PixelFormat,
    width: u32,
    height: u32,
    planes: [Vec<u8>; 3],
    matrix: Matrix,
    range: Range,
}

impl OwnedPicture {
    /// Returns a copy of a picture.
    pub fn copy_of(picture: &Picture<'_>) -> Self {
        let (width, height) = (picture.width, picture.height);
        let planes = std::array::from_fn(|plane| {
            let (bytes, rows) = picture
                .format
                .plane_size(plane, width, height)
                .unwrap_or_default();
            let mut copy = Vec::with_capacity(bytes * rows);
            for row in 0..rows {
                copy.extend_from_slice(picture.row(plane, row));
            }
            copy
        });
        Self::from_planes(picture, picture.format, (width, height), planes)
    }

    /// Returns a picture of these planes with another one's colors.
    pub(crate) fn from_planes(
        like: &Picture<'_>,
        format: PixelFormat,
        (width, height): (u32, u32),
        planes: [Vec<u8>; 3],
    ) -> Self {
        Self {
            format,
            width,
            height,
            planes,
            matrix: like.matrix,
            range: like.range,
        }
    }

    /// Returns the picture, borrowed.
    pub fn view(&self) -> Picture<'_> {
        let planes = std::array::from_fn(|plane| Plane {
            data: &self.planes[plane],
            stride: self
                .format
                .plane_size(plane, self.width, self.height)
                .map_or(0, |(row, _)| row),
        });
        Picture {
            format: self.format,
            width: self.width,
            height: self.height,
            planes,
            matrix: self.matrix,
            range: self.range,
        }
    }
}
