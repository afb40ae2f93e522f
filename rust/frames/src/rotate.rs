//! Pictures from cameras that hang sideways.

use crate::{OwnedPicture, Picture, PixelFormat};

/// Rows and columns turned together, so that both sides stay in the nearest cache.
const TILE: usize = 32;

/// Returns the picture turned clockwise by `quarter_turns` times 90 degrees.
///
/// 4:2:2 pictures change their subsampling when they are turned on their side, so they become 4:4:4. Where a side with
/// halved chroma is odd, turning may move its chroma by one pixel.
pub fn rotated(picture: &Picture<'_>, quarter_turns: u8) -> OwnedPicture {
    let turns = quarter_turns % 4;
    if turns == 0 {
        return OwnedPicture::copy_of(picture);
    }
    let format = picture.format();
    if format == PixelFormat::I422 && turns != 2 {
        return rotated(&widened(picture).view(), turns);
    }
    let (width, height) = (picture.width(), picture.height());
    let size = if turns == 2 {
        (width, height)
    } else {
        (height, width)
    };
    let planes = std::array::from_fn(|plane| match (format, plane) {
        (PixelFormat::Rgb24, _) => turned::<3>(picture, plane, turns),
        (PixelFormat::I42010, _) | (PixelFormat::Nv12, 1) => turned::<2>(picture, plane, turns),
        _ => turned::<1>(picture, plane, turns),
    });
    OwnedPicture::from_planes(picture, format, size, planes)
}

/// Returns a 4:2:2 picture as 4:4:4, chroma repeated.
fn widened(picture: &Picture<'_>) -> OwnedPicture {
    let size = (picture.width(), picture.height());
    let planes = std::array::from_fn(|plane| {
        let mut samples = Vec::with_capacity(size.0 as usize * size.1 as usize);
        for y in 0..size.1 as usize {
            let row = picture.row(plane, y);
            if plane == 0 {
                samples.extend_from_slice(row);
            } else {
                let doubled = row.iter().flat_map(|&sample| [sample; 2]);
                samples.extend(doubled.take(size.0 as usize));
            }
        }
        samples
    });
    OwnedPicture::from_planes(picture, PixelFormat::I444, size, planes)
}

/// Returns a plane turned, `N` bytes moving together.
fn turned<const N: usize>(picture: &Picture<'_>, plane: usize, turns: u8) -> Vec<u8> {
    let size = picture
        .format()
        .plane_size(plane, picture.width(), picture.height());
    let Some((bytes, height)) = size else {
        return Vec::new();
    };
    let width = bytes / N;
    let rows: Vec<&[[u8; N]]> = (0..height)
        .map(|row| picture.row(plane, row).as_chunks().0)
        .collect();
    let mut out = vec![[0; N]; width * height];
    if turns == 2 {
        for (out, row) in out.chunks_exact_mut(width).rev().zip(rows) {
            out.copy_from_slice(row);
            out.reverse();
        }
        return out.into_flattened();
    }
    // Turned once, output pixel (x, y) is source pixel (y, height − 1 − x); three times, (width − 1 − y, x).
    let clockwise = turns == 1;
    for (tile, out) in out.chunks_mut(TILE * height).enumerate() {
        for start in (0..height).step_by(TILE) {
            let columns = start..height.min(start + TILE);
            for (y, out) in out.chunks_exact_mut(height).enumerate() {
                let y = tile * TILE + y;
                let from = if clockwise { y } else { width - 1 - y };
                for (out, x) in out[columns.clone()].iter_mut().zip(columns.clone()) {
                    let row = if clockwise { height - 1 - x } else { x };
                    *out = rows[row][from];
                }
            }
        }
    }
    out.into_flattened()
}
