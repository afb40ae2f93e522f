//! Where each output pixel's samples lie, and the reading of one output row.
//!
//! Positions are worked out once for a picture size. What is left for each row is the same few vector instructions
//! for any scale and any way the samples lie in memory: fetch bytes around the eight output pixels, bring each pixel's
//! left and right sample side by side, and weigh them.

#![allow(
    clippy::inline_always,
    reason = "a vector function must be compiled for the instruction set of the one that calls it"
)]

use fearless_simd::{Simd, f32x8, i16x16, prelude::*, u8x32};

/// Output pixels handled together.
pub(crate) const LANES: usize = 8;

/// What the two horizontal weights add up to: they are 15-bit integers.
const ONE: f32 = 16_384.0;

/// Two neighboring samples on one axis, and the second one's share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Tap {
    pub(crate) first: u32,
    pub(crate) second: u32,
    pub(crate) weight: f32,
}

/// Returns the taps of an axis: `output` pixels over `samples` samples.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "positions are clamped to the samples there are"
)]
pub(crate) fn taps(output: u32, samples: u32) -> Vec<Tap> {
    let last = samples - 1;
    let scale = f64::from(samples) / f64::from(output);
    let tap = |pixel: u32| {
        let position = (f64::from(pixel) + 0.5) * scale - 0.5;
        let position = position.clamp(0.0, f64::from(last));
        let first = position.floor();
        Tap {
            first: first as u32,
            second: (first as u32 + 1).min(last),
            weight: (position - first) as f32,
        }
    };
    (0..output).map(tap).collect()
}

/// How the samples of one component lie in a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    /// Bytes from one sample to the next.
    pub(crate) step: usize,
    /// Bytes before the first.
    pub(crate) start: usize,
    /// Bytes of a sample, 1 or 2.
    pub(crate) bytes: usize,
    /// Bytes of the row.
    pub(crate) row: usize,
}

/// The horizontal taps of one component, in groups of [`LANES`]; the last group repeats its last tap.
#[derive(Clone, Debug)]
pub(crate) struct Columns {
    groups: Groups,
    /// Which bits of two bytes are the sample.
    mask: i16,
}

#[derive(Clone, Debug)]
enum Groups {
    /// Four neighboring pixels' samples are within 16 bytes: two loads a group.
    Near(Vec<Group<2>>),
    /// A pixel's two samples are within 4 bytes, which holds always: eight loads a group.
    Far(Vec<Group<8>>),
}

/// Eight taps, with the samples to be found in `LOADS` loads of 32 / `LOADS` bytes.
#[derive(Clone, Debug)]
struct Group<const LOADS: usize> {
    /// Byte of the row where each load starts.
    loads: [u32; LOADS],
    /// For each half of the vector, which byte goes where: first and second sample of a pixel, low byte first.
    order: [u8; 32],
    /// First and second sample's share of [`ONE`].
    weights: [i16; 16],
}

impl Columns {
    pub(crate) fn new(taps: &[Tap], layout: Layout) -> Self {
        let near: Option<Vec<_>> = groups(taps, layout).collect();
        Self {
            groups: match near {
                Some(near) => Groups::Near(near),
                None => Groups::Far(groups(taps, layout).flatten().collect()),
            },
            mask: if layout.bytes == 1 { 0xff } else { 0x3ff },
        }
    }

    /// Blends two rows into one output row of whole groups, samples in their own units.
    #[inline(always)]
    pub(crate) fn sample<S: Simd>(
        &self,
        simd: S,
        upper: &[u8],
        lower: Option<(&[u8], f32)>,
        out: &mut [f32],
    ) {
        let mut short = [[0; 16]; 2];
        let [first, second] = &mut short;
        let upper = padded(upper, first);
        let lower = lower.map(|(row, weight)| (padded(row, second), weight));
        match &self.groups {
            Groups::Near(groups) => blend(simd, groups, self.mask, upper, lower, out),
            Groups::Far(groups) => blend(simd, groups, self.mask, upper, lower, out),
        }
    }
}

/// Returns the row, or a copy of one that is shorter than a load.
#[inline(always)]
fn padded<'a>(row: &'a [u8], short: &'a mut [u8; 16]) -> &'a [u8] {
    if row.len() >= short.len() {
        return row;
    }
    short[..row.len()].copy_from_slice(row);
    short
}

fn groups<const LOADS: usize>(
    taps: &[Tap],
    layout: Layout,
) -> impl Iterator<Item = Option<Group<LOADS>>> {
    taps.chunks(LANES).map(move |chunk| {
        let taps = std::array::from_fn(|lane| chunk[lane.min(chunk.len() - 1)]);
        Group::new(&taps, layout)
    })
}

impl<const LOADS: usize> Group<LOADS> {
    const SIZE: usize = 32 / LOADS;

    /// Returns the group, or `None` where some pixel's samples are too far apart for one load.
    #[allow(
        clippy::cast_possible_truncation,
        reason = "rows are below 4 GiB, places in a vector below 32, weights at most ONE"
    )]
    fn new(taps: &[Tap; LANES], layout: Layout) -> Option<Self> {
        let byte = |sample: u32| layout.start + sample as usize * layout.step;
        let mut group = Self {
            loads: [0; LOADS],
            order: [0; 32],
            weights: [0; 16],
        };
        let lanes_per_load = LANES / LOADS;
        for (load, taps) in taps.chunks_exact(lanes_per_load).enumerate() {
            // Taps never go back, so the first one's first sample is the leftmost byte.
            let start = byte(taps[0].first).min(layout.row.max(Self::SIZE) - Self::SIZE);
            group.loads[load] = start as u32;
            for (lane, tap) in taps.iter().enumerate() {
                let lane = load * lanes_per_load + lane;
                for (side, sample) in [tap.first, tap.second].into_iter().enumerate() {
                    let within = byte(sample) - start;
                    if within + layout.bytes > Self::SIZE {
                        return None;
                    }
                    // Vectors are shuffled in halves of 16 bytes.
                    let place = (load * Self::SIZE) % 16 + within;
                    let pair = &mut group.order[lane * 4 + side * 2..][..2];
                    pair.copy_from_slice(&[place as u8, (place + layout.bytes - 1) as u8]);
                }
                let weight = (tap.weight * ONE).round() as i16;
                group.weights[lane * 2] = ONE as i16 - weight;
                group.weights[lane * 2 + 1] = weight;
            }
        }
        Some(group)
    }

    /// Returns eight pixels of one row, times [`ONE`].
    #[inline(always)]
    fn read<S: Simd>(&self, simd: S, mask: i16x16<S>, row: &[u8]) -> f32x8<S> {
        let mut bytes = [0_u8; 32];
        for (load, &start) in bytes.chunks_exact_mut(Self::SIZE).zip(&self.loads) {
            load.copy_from_slice(&row[start as usize..][..Self::SIZE]);
        }
        let bytes: u8x32<S> = bytes.simd_into(simd);
        let order: u8x32<S> = self.order.simd_into(simd);
        let pairs: i16x16<S> = bytes.swizzle_dyn_within_blocks(order).bitcast();
        let weights: i16x16<S> = self.weights.simd_into(simd);
        let sums = (pairs & mask).pairwise_dot_product(weights);
        sums.to_float()
    }
}

#[inline(always)]
fn blend<S: Simd, const LOADS: usize>(
    simd: S,
    groups: &[Group<LOADS>],
    mask: i16,
    upper: &[u8],
    lower: Option<(&[u8], f32)>,
    out: &mut [f32],
) {
    let mask = i16x16::splat(simd, mask);
    let unit = f32x8::splat(simd, 1.0 / ONE);
    let outs = out.chunks_exact_mut(LANES);
    if let Some((lower, weight)) = lower {
        let weight = f32x8::splat(simd, weight);
        for (group, out) in groups.iter().zip(outs) {
            let upper = group.read(simd, mask, upper);
            let lower = group.read(simd, mask, lower);
            ((upper + (lower - upper) * weight) * unit).store_slice(out);
        }
    } else {
        for (group, out) in groups.iter().zip(outs) {
            (group.read(simd, mask, upper) * unit).store_slice(out);
        }
    }
}
