//! Whole pictures as packed RGB, for drawing and for Python.

#![allow(
    clippy::inline_always,
    reason = "a vector function must be compiled for the instruction set of the one that calls it"
)]

use fearless_simd::{Level, Simd, f32x8, i32x8, prelude::*, u8x32};

use crate::color::Coefficients;
use crate::sampling::LANES;
use crate::{FrameError, Picture, PixelFormat};

/// Fills `out` with the picture as packed 8-bit RGB, row after row. Chroma is repeated, not interpolated.
///
/// # Errors
/// When `out` does not hold exactly width × height × 3 bytes.
pub fn rgb_from_picture(picture: &Picture<'_>, out: &mut [u8]) -> Result<(), FrameError> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let expected = width * height * 3;
    if out.len() != expected {
        return Err(FrameError::OutputLength {
            expected,
            found: out.len(),
        });
    }
    if picture.format() == PixelFormat::Rgb24 {
        for (y, out) in out.chunks_exact_mut(width * 3).enumerate() {
            out.copy_from_slice(picture.row(0, y));
        }
        return Ok(());
    }
    let mut painter = Painter::new(picture);
    fearless_simd::dispatch!(Level::new(), simd => painter.paint(simd, picture, out));
    Ok(())
}

/// One row on its way from samples to colors; rows are as long as whole groups of [`LANES`].
struct Painter {
    colors: Coefficients,
    /// The gray part of each pixel's red, green and blue.
    luma: Vec<f32>,
    /// What chroma adds to each pixel's red, green and blue.
    tints: [Vec<f32>; 3],
    chroma: [Vec<f32>; 2],
}

impl Painter {
    fn new(picture: &Picture<'_>) -> Self {
        let width = (picture.width() as usize).next_multiple_of(LANES);
        let row = || vec![0.0; width];
        Self {
            colors: Coefficients::of(picture),
            luma: row(),
            tints: [row(), row(), row()],
            chroma: [row(), row()],
        }
    }

    #[inline(always)]
    fn paint<S: Simd>(&mut self, simd: S, picture: &Picture<'_>, out: &mut [u8]) {
        let (halved_x, halved_y) = picture.format().subsampling();
        let row_bytes = picture.width() as usize * 3;
        for (y, out) in out.chunks_exact_mut(row_bytes).enumerate() {
            read(picture, 0, y, &mut self.luma);
            self.brighten();
            if picture.format() != PixelFormat::Gray && !(halved_y && y % 2 == 1) {
                let row = if halved_y { y / 2 } else { y };
                for (component, samples) in self.chroma.iter_mut().enumerate() {
                    read(picture, component + 1, row, samples);
                }
                self.tint(halved_x);
            }
            self.store(simd, out);
        }
    }

    #[inline(always)]
    #[allow(
        clippy::cast_possible_truncation,
        reason = "single precision is plenty for 8 to 10 bits"
    )]
    fn brighten(&mut self) {
        let (gain, black) = (self.colors.luma as f32, self.colors.black as f32);
        // Half a step, so that cutting off rounds.
        for luma in &mut self.luma {
            *luma = (*luma - black) * gain + 0.5;
        }
    }

    #[inline(always)]
    #[allow(
        clippy::cast_possible_truncation,
        reason = "single precision is plenty for 8 to 10 bits"
    )]
    fn tint(&mut self, halved: bool) {
        let to = &self.colors;
        let shares = [[0.0, to.red_v], [to.green_u, to.green_v], [to.blue_u, 0.0]];
        let gray = to.gray as f32;
        let [all_u, all_v] = &self.chroma;
        for (tints, share) in self.tints.iter_mut().zip(shares) {
            let [share_u, share_v] = share.map(|share| share as f32);
            let samples = all_u.iter().zip(all_v);
            let added = samples.map(|(u, v)| (u - gray) * share_u + (v - gray) * share_v);
            if halved {
                let pairs = tints.as_chunks_mut::<2>().0;
                pairs
                    .iter_mut()
                    .zip(added)
                    .for_each(|(tints, added)| *tints = [added; 2]);
            } else {
                tints
                    .iter_mut()
                    .zip(added)
                    .for_each(|(tint, added)| *tint = added);
            }
        }
    }

    #[inline(always)]
    fn store<S: Simd>(&self, simd: S, out: &mut [u8]) {
        /// Leaves out every fourth byte.
        const PACK: [u8; 16] = [0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 0, 0, 0, 0];
        let pack = u8x32::block_splat(PACK.simd_into(simd));
        let [reds, greens, blues] = self.tints.each_ref().map(|row| row.as_chunks::<LANES>().0);
        let groups = self.luma.as_chunks::<LANES>().0.iter();
        let groups = groups.zip(reds).zip(greens).zip(blues);
        for ((((luma, red), green), blue), out) in groups.zip(out.chunks_mut(3 * LANES)) {
            let luma: f32x8<S> = (*luma).simd_into(simd);
            let red = byte(luma + f32x8::simd_from(simd, *red));
            let green = byte(luma + f32x8::simd_from(simd, *green));
            let blue = byte(luma + f32x8::simd_from(simd, *blue));
            let pixels: u8x32<S> = (red | (green << 8) | (blue << 16)).bitcast();
            let packed: [u8; 32] = pixels.swizzle_dyn_within_blocks(pack).into();
            if let Some(out) = out.first_chunk_mut::<{ 3 * LANES }>() {
                out[..12].copy_from_slice(&packed[..12]);
                out[12..].copy_from_slice(&packed[16..28]);
            } else {
                let halves = out.chunks_mut(12).zip(packed.as_chunks::<16>().0);
                halves.for_each(|(out, packed)| out.copy_from_slice(&packed[..out.len()]));
            }
        }
    }
}

#[inline(always)]
fn byte<S: Simd>(color: f32x8<S>) -> i32x8<S> {
    color.max(0.0).min(255.0).to_int()
}

/// Reads one row of samples.
#[inline(always)]
fn read(picture: &Picture<'_>, component: usize, row: usize, out: &mut [f32]) {
    match (picture.format(), component) {
        (PixelFormat::Nv12, 1 | 2) => {
            let pairs = picture.row(1, row).as_chunks::<2>().0;
            let samples = pairs.iter().map(|pair| f32::from(pair[component - 1]));
            out.iter_mut()
                .zip(samples)
                .for_each(|(out, sample)| *out = sample);
        }
        (PixelFormat::I42010, _) => {
            let pairs = picture.row(component, row).as_chunks::<2>().0;
            let samples = pairs
                .iter()
                .map(|pair| f32::from(u16::from_le_bytes(*pair) & 0x3ff));
            out.iter_mut()
                .zip(samples)
                .for_each(|(out, sample)| *out = sample);
        }
        _ => {
            let samples = picture.row(component, row).iter();
            out.iter_mut()
                .zip(samples)
                .for_each(|(out, &sample)| *out = f32::from(sample));
        }
    }
}
