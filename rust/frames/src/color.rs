//! What sample values mean as colors, and the mixing of sampled rows into a tensor's channels.

#![allow(
    clippy::inline_always,
    reason = "a vector function must be compiled for the instruction set of the one that calls it"
)]

use fearless_simd::{Simd, f32x8, i32x8, prelude::*, u8x32, u32x8};

use crate::sampling::LANES;
use crate::tensor::{Channels, TensorSpec};
use crate::{Matrix, Picture, PixelFormat, Range};

/// Factors from luma and chroma samples to red, green and blue 0…255 (ITU-R BT.601-7 and BT.709-6; ranges as in ITU-T H.273).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Coefficients {
    /// Luma that means black, and chroma that means gray.
    pub(crate) black: f64,
    pub(crate) gray: f64,
    pub(crate) luma: f64,
    pub(crate) red_v: f64,
    pub(crate) green_u: f64,
    pub(crate) green_v: f64,
    pub(crate) blue_u: f64,
}

impl Coefficients {
    pub(crate) fn of(picture: &Picture<'_>) -> Self {
        let wide = picture.format() == PixelFormat::I42010;
        let (unit, most) = if wide { (4.0, 1023.0) } else { (1.0, 255.0) };
        let (black, luma, chroma) = match picture.range() {
            Range::Full => (0.0, 255.0 / most, 255.0 / most),
            Range::Limited => (16.0 * unit, 255.0 / (219.0 * unit), 255.0 / (224.0 * unit)),
        };
        let [red, green, blue] = luma_weights(picture.matrix());
        Self {
            black,
            gray: 128.0 * unit,
            luma,
            red_v: 2.0 * (1.0 - red) * chroma,
            green_u: -2.0 * (1.0 - blue) * blue / green * chroma,
            green_v: -2.0 * (1.0 - red) * red / green * chroma,
            blue_u: 2.0 * (1.0 - blue) * chroma,
        }
    }
}

/// Returns the shares of red, green and blue in luma.
fn luma_weights(matrix: Matrix) -> [f64; 3] {
    match matrix {
        Matrix::Bt601 => [0.299, 0.587, 0.114],
        Matrix::Bt709 => [0.2126, 0.7152, 0.0722],
    }
}

/// How one channel of a tensor comes from sampled rows:
/// (samples · weights + offset, clamped to 0…255) × gain + bias.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mix {
    weights: [f32; 3],
    offset: f32,
    gain: f32,
    bias: f32,
}

impl Mix {
    /// Returns the mixes of a tensor's channels, in order, for pictures like this one.
    pub(crate) fn channels(spec: &TensorSpec, picture: &Picture<'_>) -> Vec<Self> {
        let rgb = color_weights(picture);
        let colors = match spec.channels {
            Channels::Rgb => rgb.to_vec(),
            Channels::Bgr => vec![rgb[2], rgb[1], rgb[0]],
            Channels::Luma => vec![gray_weights(picture)],
        };
        let normalized = |(channel, weights)| Self::new(weights, spec.normalization(channel));
        colors.into_iter().enumerate().map(normalized).collect()
    }

    #[allow(
        clippy::cast_possible_truncation,
        reason = "single precision is plenty for 8 to 10 bits"
    )]
    fn new([first, second, third, offset]: [f64; 4], (gain, bias): (f32, f32)) -> Self {
        Self {
            weights: [first as f32, second as f32, third as f32],
            offset: offset as f32,
            gain,
            bias,
        }
    }

    /// Fills one channel's row from the rows of one or three components, each of whole groups.
    ///
    /// Multiplications and additions stay apart (no fused ones), so that every machine gives the same bits.
    #[inline(always)]
    pub(crate) fn fill<S: Simd, T: Value>(&self, simd: S, samples: &[Vec<f32>], out: &mut [T]) {
        let [first, second, third] = self.weights.map(|weight| f32x8::splat(simd, weight));
        let offset = f32x8::splat(simd, self.offset);
        if let [a, b, c] = samples {
            let rows = groups(a).zip(groups(b)).zip(groups(c));
            for (((a, b), c), out) in rows.zip(out.chunks_mut(LANES)) {
                let a: f32x8<S> = (*a).simd_into(simd);
                let b: f32x8<S> = (*b).simd_into(simd);
                let c: f32x8<S> = (*c).simd_into(simd);
                self.store((a * first + b * second) + (c * third + offset), out);
            }
        } else if let [a] = samples {
            for (a, out) in groups(a).zip(out.chunks_mut(LANES)) {
                let a: f32x8<S> = (*a).simd_into(simd);
                self.store(a * first + offset, out);
            }
        }
    }

    /// Clamps, normalizes and stores up to [`LANES`] values.
    #[inline(always)]
    fn store<S: Simd, T: Value>(&self, color: f32x8<S>, out: &mut [T]) {
        let values = T::from_lanes(color.max(0.0).min(255.0) * self.gain + self.bias);
        if let Some(out) = out.first_chunk_mut() {
            *out = values;
        } else {
            out.copy_from_slice(&values[..out.len()]);
        }
    }
}

#[inline(always)]
fn groups(row: &[f32]) -> std::slice::Iter<'_, [f32; LANES]> {
    row.as_chunks::<LANES>().0.iter()
}

/// Returns what red, green and blue take of each component, and the constant part.
fn color_weights(picture: &Picture<'_>) -> [[f64; 4]; 3] {
    let to = Coefficients::of(picture);
    let black = -to.luma * to.black;
    match picture.format() {
        PixelFormat::Rgb24 => [
            [1.0, 0.0, 0.0, 0.0],
            [0.0, 1.0, 0.0, 0.0],
            [0.0, 0.0, 1.0, 0.0],
        ],
        PixelFormat::Gray => [[to.luma, 0.0, 0.0, black]; 3],
        _ => [[0.0, to.red_v], [to.green_u, to.green_v], [to.blue_u, 0.0]]
            .map(|[u, v]| [to.luma, u, v, black - (u + v) * to.gray]),
    }
}

/// Returns what luma at full range takes of each component, and the constant part.
fn gray_weights(picture: &Picture<'_>) -> [f64; 4] {
    if picture.format() == PixelFormat::Rgb24 {
        let [red, green, blue] = luma_weights(picture.matrix());
        return [red, green, blue, 0.0];
    }
    let to = Coefficients::of(picture);
    [to.luma, 0.0, 0.0, -to.luma * to.black]
}

/// What a tensor can hold.
pub(crate) trait Value: Copy {
    /// Returns the nearest value.
    fn nearest(value: f32) -> Self;
    /// Returns the nearest values.
    fn from_lanes<S: Simd>(values: f32x8<S>) -> [Self; LANES];
}

impl Value for f32 {
    fn nearest(value: f32) -> Self {
        value
    }

    #[inline(always)]
    fn from_lanes<S: Simd>(values: f32x8<S>) -> [Self; LANES] {
        values.into()
    }
}

impl Value for u8 {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` saturates"
    )]
    fn nearest(value: f32) -> Self {
        (value + 0.5) as u8
    }

    #[inline(always)]
    fn from_lanes<S: Simd>(values: f32x8<S>) -> [Self; LANES] {
        /// The low byte of each lane, first in its half of the vector.
        const LOW: [u8; 16] = [0, 4, 8, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let simd = values.simd;
        let rounded: i32x8<S> = (values.max(0.0).min(255.0) + 0.5).to_int();
        let bytes: u8x32<S> = rounded.bitcast();
        let low = u8x32::block_splat(LOW.simd_into(simd));
        let packed: u32x8<S> = bytes.swizzle_dyn_within_blocks(low).bitcast();
        let [first, _, _, _, second, _, _, _] = <[u32; LANES]>::from(packed);
        (u64::from(second) << 32 | u64::from(first)).to_le_bytes()
    }
}
