//! One pass from planes to a tensor: resize, color, normalization and padding together.
//!
//! Resizing is bilinear with pixel centers at half coordinates and edges repeated, as OpenCV's `INTER_LINEAR`. Each
//! plane is sampled at the matching place, so chroma needs no enlarging first, and colors are clamped after that.
//!
//! A chroma sample counts for each of the luma samples it belongs to, as in OpenCV's conversion, so that a tensor is what
//! OpenCV's conversion and resizing would give, save that colors are clamped after resizing, not before.

#![allow(
    clippy::inline_always,
    reason = "a vector function must be compiled for the instruction set of the one that calls it"
)]

use std::ops::Range;

use fearless_simd::{Level, Simd, dispatch};

use crate::color::{Mix, Value};
use crate::sampling::{Columns, LANES, Layout, Tap, taps};
use crate::tensor::{Channels, TensorMut, TensorSpec, TensorType};
use crate::{FrameError, Picture, PixelFormat, Placement};

/// Fills tensors from pictures of one size.
#[derive(Debug)]
pub struct Converter {
    spec: TensorSpec,
    size: [u32; 2],
    placement: Placement,
    /// Tensor pixel of the picture's top left corner.
    corner: [u32; 2],
    /// Tensor pixels the picture takes.
    resized: [u32; 2],
    /// For the format of the last picture.
    components: Option<(PixelFormat, Vec<Component>)>,
    /// One output row of each component, in whole groups.
    rows: Vec<Vec<f32>>,
    /// The best instructions this machine has.
    level: Level,
}

/// Where the samples of Y, U or V (R, G or B) are.
#[derive(Debug)]
struct Component {
    plane: usize,
    columns: Columns,
    rows: Vec<Tap>,
}

impl Converter {
    /// Returns a converter for pictures of `width` × `height` pixels.
    ///
    /// # Errors
    /// When the specification or the size is out of range.
    pub fn new(spec: TensorSpec, width: u32, height: u32) -> Result<Self, FrameError> {
        spec.validate()?;
        let sides = 1..=1 << 16;
        if !sides.contains(&width) || !sides.contains(&height) {
            return Err(FrameError::Size { width, height });
        }
        let (placement, corner, resized) = spec.place(width, height);
        Ok(Self {
            spec,
            size: [width, height],
            placement,
            corner,
            resized,
            components: None,
            rows: Vec::new(),
            level: Level::new(),
        })
    }

    /// Returns where the picture lies in the tensor.
    pub fn placement(&self) -> Placement {
        self.placement
    }

    /// Fills `out` with the picture: every value, padding included.
    ///
    /// # Errors
    /// When the picture has another size than the converter was made for, or `out` another length or type than
    /// the specification says; `out` is left alone then.
    pub fn convert(&mut self, picture: &Picture<'_>, out: TensorMut<'_>) -> Result<(), FrameError> {
        let found = [picture.width(), picture.height()];
        if found != self.size {
            return Err(FrameError::OtherSize {
                expected: self.size,
                found,
            });
        }
        match (out, self.spec.dtype) {
            (TensorMut::F32(values), TensorType::F32) => self.fill(picture, values),
            (TensorMut::U8(values), TensorType::U8) => self.fill(picture, values),
            (TensorMut::F32(_), expected) => Err(other_type(expected, TensorType::F32)),
            (TensorMut::U8(_), expected) => Err(other_type(expected, TensorType::U8)),
        }
    }

    fn fill<T: Value>(&mut self, picture: &Picture<'_>, out: &mut [T]) -> Result<(), FrameError> {
        if out.len() != self.spec.len() {
            return Err(FrameError::OutputLength {
                expected: self.spec.len(),
                found: out.len(),
            });
        }
        let format = picture.format();
        let components = match &self.components {
            Some((made_for, components)) if *made_for == format => components,
            _ => {
                let made = self.components(format);
                let row = vec![0.0; (self.resized[0] as usize).next_multiple_of(LANES)];
                self.rows = vec![row; made.len()];
                &self.components.insert((format, made)).1
            }
        };
        let window = Window {
            columns: span(self.corner[0], self.resized[0]),
            rows: span(self.corner[1], self.resized[1]),
            width: self.spec.width as usize,
        };
        let mixes = Mix::channels(&self.spec, picture);
        let plane = self.spec.len() / mixes.len();
        for (channel, values) in out.chunks_exact_mut(plane).enumerate() {
            window.pad(values, T::nearest(self.spec.padding(channel)));
        }
        let rows = &mut self.rows;
        dispatch!(self.level, simd => window.fill(simd, picture, components, rows, &mixes, out));
        Ok(())
    }

    /// Returns the components that the tensor needs of a format.
    fn components(&self, format: PixelFormat) -> Vec<Component> {
        let [width, height] = self.size;
        let wanted = match (format, self.spec.channels) {
            (PixelFormat::Rgb24, _) => 3,
            (PixelFormat::Gray, _) | (_, Channels::Luma) => 1,
            _ => 3,
        };
        let component = |index| {
            let (plane, layout) = layout(format, index, width, height);
            let (halved_x, halved_y) = if index == 0 {
                (false, false)
            } else {
                format.subsampling()
            };
            Component {
                plane,
                columns: Columns::new(&axis(self.resized[0], width, halved_x), layout),
                rows: axis(self.resized[1], height, halved_y),
            }
        };
        (0..wanted).map(component).collect()
    }
}

/// The part of a tensor that the picture takes.
#[derive(Debug)]
struct Window {
    columns: Range<usize>,
    rows: Range<usize>,
    /// Pixels in a row of the tensor.
    width: usize,
}

impl Window {
    /// Fills what is around the window in one channel.
    fn pad<T: Value>(&self, channel: &mut [T], value: T) {
        for (y, row) in channel.chunks_exact_mut(self.width).enumerate() {
            if self.rows.contains(&y) {
                row[..self.columns.start].fill(value);
                row[self.columns.end..].fill(value);
            } else {
                row.fill(value);
            }
        }
    }

    #[inline(always)]
    fn fill<S: Simd, T: Value>(
        &self,
        simd: S,
        picture: &Picture<'_>,
        components: &[Component],
        samples: &mut [Vec<f32>],
        mixes: &[Mix],
        out: &mut [T],
    ) {
        let plane = out.len() / mixes.len();
        for (index, y) in self.rows.clone().enumerate() {
            for (component, samples) in components.iter().zip(&mut *samples) {
                component.sample(simd, picture, index, samples);
            }
            for (mix, channel) in mixes.iter().zip(out.chunks_exact_mut(plane)) {
                let row = &mut channel[y * self.width..][self.columns.clone()];
                mix.fill(simd, samples, row);
            }
        }
    }
}

impl Component {
    #[inline(always)]
    fn sample<S: Simd>(&self, simd: S, picture: &Picture<'_>, row: usize, out: &mut [f32]) {
        let Tap {
            first,
            second,
            weight,
        } = self.rows[row];
        let upper = picture.row(self.plane, first as usize);
        // A row that has no share need not be read: at whole ratios that is every second one.
        let lower = (weight > 0.0).then(|| (picture.row(self.plane, second as usize), weight));
        self.columns.sample(simd, upper, lower, out);
    }
}

/// Returns the taps over an axis of a picture, or over the chroma of one: the luma samples' chroma, with their shares.
fn axis(output: u32, side: u32, halved: bool) -> Vec<Tap> {
    let mut taps = taps(output, side);
    if halved {
        for tap in &mut taps {
            tap.first /= 2;
            tap.second /= 2;
        }
    }
    taps
}

/// Returns which plane a component is in, and how it lies there.
fn layout(format: PixelFormat, component: usize, width: u32, height: u32) -> (usize, Layout) {
    let (plane, step, start) = match (format, component) {
        (PixelFormat::Rgb24, component) => (0, 3, component),
        (PixelFormat::Nv12, 1 | 2) => (1, 2, component - 1),
        (PixelFormat::I42010, component) => (component, 2, 0),
        (_, component) => (component, 1, 0),
    };
    let bytes = if format == PixelFormat::I42010 { 2 } else { 1 };
    let row = format
        .plane_size(plane, width, height)
        .map_or(0, |(row, _)| row);
    let layout = Layout {
        step,
        start,
        bytes,
        row,
    };
    (plane, layout)
}

fn span(start: u32, len: u32) -> Range<usize> {
    start as usize..(start + len) as usize
}

fn other_type(expected: TensorType, found: TensorType) -> FrameError {
    FrameError::OutputType {
        expected: expected.name(),
        found: found.name(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fit, Matrix, Plane};

    /// The same picture gives the same bits on an old machine and on a new one.
    #[test]
    fn instruction_sets_agree() {
        let bytes: Vec<u8> = (0_u32..60_000)
            .map(|i| (i * i / 7).to_le_bytes()[0])
            .collect();
        let planes = [(); 3].map(|()| Plane {
            data: &bytes,
            stride: 400,
        });
        let levels = levels();
        assert!(!levels.is_empty(), "nothing to compare with");
        for format in [
            PixelFormat::I420,
            PixelFormat::Nv12,
            PixelFormat::I42010,
            PixelFormat::Rgb24,
        ] {
            let range = crate::Range::Limited;
            let picture = Picture::new(format, 131, 97, planes, Matrix::Bt709, range).unwrap();
            for (width, height) in [(150, 140), (60, 50), (20, 10)] {
                let spec = TensorSpec {
                    width,
                    height,
                    channels: Channels::Rgb,
                    fit: Fit::LetterboxCenter,
                    pad: 114.0,
                    mean: [123.7, 116.3, 103.5],
                    std: [58.4, 57.1, 57.4],
                    dtype: TensorType::F32,
                };
                let convert = |level| {
                    let mut out = vec![0.0; spec.len()];
                    let mut converter = Converter::new(spec.clone(), 131, 97).unwrap();
                    converter.level = level;
                    converter
                        .convert(&picture, TensorMut::F32(&mut out))
                        .unwrap();
                    out
                };
                let best = convert(Level::new());
                for level in &levels {
                    assert_eq!(convert(*level), best, "{format:?} {level:?}");
                }
            }
        }
    }

    /// Returns every instruction set that this machine has.
    fn levels() -> Vec<Level> {
        let best = Level::new();
        let mut levels = vec![Level::baseline()];
        #[cfg(target_arch = "x86_64")]
        {
            levels.extend(best.as_sse4_2().map(Level::Sse4_2));
            levels.extend(best.as_avx2().map(Level::Avx2));
        }
        levels.push(best);
        levels
    }
}
