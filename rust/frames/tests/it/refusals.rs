//! What does not fit is refused, in words.

use sightline_frames::{
    Converter, Fit, FrameError, Matrix, Picture, PixelFormat, Plane, Range, TensorMut, TensorSpec,
    TensorType, rgb_from_picture,
};

use crate::{FORMATS, Memory, spec};

fn refused(format: PixelFormat, size: (u32, u32), planes: [Plane<'_>; 3]) -> String {
    let picture = Picture::new(
        format,
        size.0,
        size.1,
        planes,
        Matrix::Bt601,
        Range::Limited,
    );
    picture.unwrap_err().to_string()
}

#[test]
fn pictures_without_pixels() {
    for size in [(0, 4), (4, 0), (65_537, 4), (4, u32::MAX)] {
        let message = refused(PixelFormat::Gray, size, [Plane::default(); 3]);
        let expected = format!(
            "picture size: expected 1 to 65536 pixels a side, found {}x{}",
            size.0, size.1
        );
        assert_eq!(message, expected);
        assert!(Converter::new(spec(4, 4, Fit::Stretch), size.0, size.1).is_err());
    }
}

#[test]
fn planes_that_are_one_byte_too_small() {
    for format in FORMATS {
        let memory = Memory::noise(format, (15, 9), 4, 1);
        for plane in 0..3 {
            if format.plane_size(plane, 15, 9).is_none() {
                continue;
            }
            let mut planes: [Plane<'_>; 3] = *memory.view().planes();
            let bytes = planes[plane].data.len();
            planes[plane].data = &planes[plane].data[..bytes - 1];
            let expected = format!(
                "{format:?} picture, plane {plane}: expected at least {bytes} bytes, found {}",
                bytes - 1
            );
            assert_eq!(refused(format, (15, 9), planes), expected);
        }
    }
}

#[test]
fn strides_below_a_row() {
    let data = &[0; 100];
    let planes = [
        Plane { data, stride: 9 },
        Plane::default(),
        Plane::default(),
    ];
    assert_eq!(
        refused(PixelFormat::Gray, (10, 2), planes),
        "Gray picture, plane 0: expected a stride of at least 10 bytes, found 9"
    );
    let planes = [Plane {
        data,
        stride: usize::MAX,
    }; 3];
    assert!(refused(PixelFormat::Gray, (10, 2), planes).contains("expected at least"));
}

#[test]
fn specifications_out_of_range() {
    let good = spec(4, 4, Fit::Stretch);
    let (zero, infinite) = ([1.0, 0.0, 1.0], [f32::INFINITY, 0.0, 0.0]);
    let cases = [
        (
            TensorSpec {
                width: 0,
                ..good.clone()
            },
            "tensor width: expected 1 to 65536, found 0",
        ),
        (
            TensorSpec {
                height: 70_000,
                ..good.clone()
            },
            "tensor height: expected 1 to 65536, found 70000",
        ),
        (
            TensorSpec {
                pad: 300.0,
                ..good.clone()
            },
            "tensor pad: expected 0 to 255, found 300.0",
        ),
        (
            TensorSpec {
                pad: f32::NAN,
                ..good.clone()
            },
            "tensor pad: expected 0 to 255, found NaN",
        ),
        (
            TensorSpec {
                std: zero,
                ..good.clone()
            },
            "tensor std: expected finite numbers other than 0, found [1.0, 0.0, 1.0]",
        ),
        (
            TensorSpec {
                mean: infinite,
                ..good
            },
            "tensor mean: expected finite numbers, found [inf, 0.0, 0.0]",
        ),
    ];
    for (spec, expected) in cases {
        assert_eq!(
            Converter::new(spec, 8, 8).unwrap_err().to_string(),
            expected
        );
    }
}

#[test]
fn memory_that_does_not_fit() {
    let memory = Memory::noise(PixelFormat::I420, (8, 6), 0, 1);
    let mut converter = Converter::new(spec(4, 4, Fit::Stretch), 8, 6).unwrap();
    let mut short = [7.0; 47];
    let error = converter.convert(&memory.view(), TensorMut::F32(&mut short));
    assert_eq!(
        error,
        Err(FrameError::OutputLength {
            expected: 48,
            found: 47
        })
    );
    assert_eq!(short, [7.0; 47]);
    let error = converter.convert(&memory.view(), TensorMut::U8(&mut [0; 48]));
    assert_eq!(
        error.unwrap_err().to_string(),
        "expected a tensor of f32, found one of u8"
    );
    let mut bytes = spec(4, 4, Fit::Stretch);
    bytes.dtype = TensorType::U8;
    let mut converter = Converter::new(bytes, 8, 6).unwrap();
    let error = converter.convert(&memory.view(), TensorMut::F32(&mut [0.0; 48]));
    assert_eq!(
        error.unwrap_err().to_string(),
        "expected a tensor of u8, found one of f32"
    );
    let other = Memory::noise(PixelFormat::I420, (6, 8), 0, 1);
    let error = converter.convert(&other.view(), TensorMut::U8(&mut [0; 48]));
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("[8, 6] pixels, found [6, 8]")
    );
    let error = rgb_from_picture(&memory.view(), &mut [0; 143]);
    assert_eq!(
        error,
        Err(FrameError::OutputLength {
            expected: 144,
            found: 143
        })
    );
}
