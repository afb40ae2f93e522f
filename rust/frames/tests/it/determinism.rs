//! A tensor depends on its picture alone.

use sightline_frames::{Converter, Fit, TensorMut};

use crate::{FORMATS, Memory, floats, spec};

#[test]
fn what_was_converted_before_does_not_matter() {
    let spec = spec(40, 30, Fit::LetterboxCenter);
    let mut converter = Converter::new(spec.clone(), 61, 37).unwrap();
    let mut out = vec![f32::NAN; spec.len()];
    for format in FORMATS.into_iter().chain(FORMATS.into_iter().rev()) {
        let memory = Memory::noise(format, (61, 37), 5, 3);
        converter
            .convert(&memory.view(), TensorMut::F32(&mut out))
            .unwrap();
        assert_eq!(out, floats(&spec, &memory.view()), "{format:?}");
    }
}

#[test]
fn bytes_between_rows_do_not_matter() {
    let spec = spec(40, 30, Fit::Stretch);
    for format in FORMATS {
        let memory = Memory::noise(format, (61, 37), 9, 3);
        let mut other = memory.clone();
        for plane in 0..3 {
            let Some((row, _)) = format.plane_size(plane, 61, 37) else {
                continue;
            };
            for bytes in other.planes[plane].chunks_mut(other.strides[plane]) {
                let after = row.min(bytes.len());
                bytes[after..].fill(255);
            }
        }
        assert_ne!(memory.planes, other.planes);
        assert_eq!(
            floats(&spec, &memory.view()),
            floats(&spec, &other.view()),
            "{format:?}"
        );
    }
}
