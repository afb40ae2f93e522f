//! Whole pictures: packed RGB, copies, quarter turns.

use proptest::prelude::*;
use sightline_frames::{OwnedPicture, Picture, PixelFormat, rgb_from_picture, rotated};

use crate::{FORMATS, Memory, floats, spec};

fn rgb(picture: &Picture<'_>) -> Vec<[u8; 3]> {
    let pixels = picture.width() as usize * picture.height() as usize;
    let mut out = vec![0; pixels * 3];
    rgb_from_picture(picture, &mut out).unwrap();
    out.as_chunks().0.to_vec()
}

/// Returns pixels turned clockwise once, and their new width.
fn turned(pixels: &[[u8; 3]], width: usize) -> (Vec<[u8; 3]>, usize) {
    let height = pixels.len() / width;
    let source = |x: usize, y: usize| pixels[(height - 1 - x) * width + y];
    let turned = (0..width).flat_map(|y| (0..height).map(move |x| source(x, y)));
    (turned.collect(), height)
}

#[test]
fn a_tensor_of_the_same_size_agrees() {
    // Without subsampled chroma there is nothing to interpolate.
    for format in [PixelFormat::I444, PixelFormat::Gray, PixelFormat::Rgb24] {
        let memory = Memory::noise(format, (45, 23), 3, 11);
        let spec = spec(45, 23, sightline_frames::Fit::Stretch);
        let tensor = floats(&spec, &memory.view());
        for (index, pixel) in rgb(&memory.view()).into_iter().enumerate() {
            for (channel, found) in pixel.into_iter().enumerate() {
                let expected = tensor[channel * 45 * 23 + index];
                assert!(
                    (f32::from(found) - expected).abs() < 0.502,
                    "{format:?} {index}"
                );
            }
        }
    }
}

#[test]
fn chroma_is_repeated() {
    for format in [
        PixelFormat::I420,
        PixelFormat::I422,
        PixelFormat::Nv12,
        PixelFormat::I42010,
    ] {
        let memory = Memory::noise(format, (37, 19), 3, 5);
        let full = repeated(&memory);
        for (found, expected) in rgb(&memory.view()).iter().zip(rgb(&full.view())) {
            for (found, expected) in found.iter().zip(expected) {
                // Eight bits of ten leave up to one step out.
                let allowed = if format == PixelFormat::I42010 { 3 } else { 0 };
                assert!(
                    found.abs_diff(expected) <= allowed,
                    "{format:?}: {found} {expected}"
                );
            }
        }
    }
}

/// Returns a picture as 8-bit 4:4:4, each chroma sample over the luma samples it belongs to.
fn repeated(memory: &Memory) -> Memory {
    let (width, height) = (memory.width as usize, memory.height as usize);
    let mut full = Memory::noise(PixelFormat::I444, (memory.width, memory.height), 0, 1);
    for component in 0..3 {
        for y in 0..height {
            for x in 0..width {
                let halved_y = component > 0 && memory.format != PixelFormat::I422;
                let x_sample = if component > 0 { x / 2 } else { x };
                let y_sample = if halved_y { y / 2 } else { y };
                let (plane, at) = match memory.format {
                    PixelFormat::Nv12 if component > 0 => (1, 2 * x_sample + component - 1),
                    PixelFormat::I42010 => (component, 2 * x_sample),
                    _ => (component, x_sample),
                };
                let at = y_sample * memory.strides[plane] + at;
                let bytes = &memory.planes[plane][at..];
                full.planes[component][y * width + x] = match memory.format {
                    PixelFormat::I42010 => bytes[0] >> 2 | (bytes[1] & 3) << 6,
                    _ => bytes[0],
                };
            }
        }
    }
    full
}

#[test]
fn a_copy_is_the_same_picture() {
    for format in FORMATS {
        let memory = Memory::noise(format, (13, 7), 6, 9);
        let copy = OwnedPicture::copy_of(&memory.view());
        let view = copy.view();
        assert_eq!(
            (view.format(), view.width(), view.height()),
            (format, 13, 7)
        );
        assert_eq!(rgb(&view), rgb(&memory.view()));
    }
}

proptest! {
    #[test]
    fn turning_a_picture_turns_its_pixels(
        format in prop::sample::select(&FORMATS),
        half in (1_u32..40, 1_u32..40), turns in 0_u8..9, seed in any::<u64>(),
    ) {
        let memory = Memory::noise(format, (2 * half.0, 2 * half.1), 3, seed);
        let (mut expected, mut width) = (rgb(&memory.view()), memory.width as usize);
        for _ in 0..turns {
            (expected, width) = turned(&expected, width);
        }
        let found = rotated(&memory.view(), turns);
        prop_assert_eq!(found.view().width() as usize, width);
        prop_assert_eq!(rgb(&found.view()), expected);
    }

    #[test]
    fn odd_pictures_turn_too(
        format in prop::sample::select(&FORMATS),
        size in (1_u32..50, 1_u32..50), turns in 1_u8..4, seed in any::<u64>(),
    ) {
        let memory = Memory::noise(format, size, 1, seed);
        let there = rotated(&memory.view(), turns);
        let back = rotated(&there.view(), 4 - turns);
        prop_assert_eq!(rgb(&back.view()), rgb(&memory.view()));
    }
}
