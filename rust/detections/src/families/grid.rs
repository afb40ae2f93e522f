//! Anchors on grids: one for each cell of each level, levels in order, cells row by row.

use crate::DecoderSpec;

const THREE_LEVELS: &[u32] = &[8, 16, 32];
const FOUR_LEVELS: &[u32] = &[8, 16, 32, 64];

/// An anchor's place: column and row of its cell, and the stride of its level in input pixels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) stride: f32,
}

/// Returns the strides whose grids have `anchors` cells for this input size: the given ones, or else the usual three or
/// four levels. `None` if none fit.
pub(crate) fn strides(spec: &DecoderSpec, anchors: usize) -> Option<&[u32]> {
    let usual = [THREE_LEVELS, FOUR_LEVELS];
    let given = [spec.strides.as_slice()];
    let choices = if spec.strides.is_empty() {
        usual.as_slice()
    } else {
        given.as_slice()
    };
    choices
        .iter()
        .copied()
        .find(|strides| anchor_count(spec, strides) == anchors)
}

/// Words the numbers of anchors that [`strides`] accepts.
pub(crate) fn expected_anchors(spec: &DecoderSpec) -> String {
    if spec.strides.is_empty() {
        format!(
            "{} or {}",
            anchor_count(spec, THREE_LEVELS),
            anchor_count(spec, FOUR_LEVELS)
        )
    } else {
        anchor_count(spec, &spec.strides).to_string()
    }
}

/// Calls `visit` with each anchor's values and cell.
pub(crate) fn for_each_anchor(
    spec: &DecoderSpec,
    strides: &[u32],
    data: &[f32],
    columns: usize,
    mut visit: impl FnMut(&[f32], Cell),
) {
    let mut rows = data.chunks_exact(columns);
    for &stride in strides {
        let (width, height) = grid_size(spec, stride);
        let size = stride as f32;
        for y in 0..height {
            for (x, row) in (0..width).zip(&mut rows) {
                visit(
                    row,
                    Cell {
                        x: x as f32,
                        y: y as f32,
                        stride: size,
                    },
                );
            }
        }
    }
}

fn anchor_count(spec: &DecoderSpec, strides: &[u32]) -> usize {
    let cells = strides.iter().map(|&stride| {
        let (width, height) = grid_size(spec, stride);
        u64::from(width) * u64::from(height)
    });
    usize::try_from(cells.sum::<u64>()).unwrap_or(usize::MAX)
}

/// Rounds up, as padded convolutions do.
fn grid_size(spec: &DecoderSpec, stride: u32) -> (u32, u32) {
    (
        spec.input_width.div_ceil(stride),
        spec.input_height.div_ceil(stride),
    )
}
