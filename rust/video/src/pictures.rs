//! From a decoded frame to the picture that is handed out: borrowed where the format allows, else converted; upright.

use ffmpeg_the_third::format::Pixel;
use ffmpeg_the_third::format::pixel::Descriptor;
use ffmpeg_the_third::{Error, frame};
use sightline_frames::{
    FrameError, Matrix, OwnedPicture, Picture, PixelFormat, Plane, Range, rotated,
};

use crate::libav::{self, Colors, Conversion, FrameTags, Scaler};

/// Lines from which a picture without a tag is taken for HD, as players do.
const HD_LINES: u32 = 720;

/// Why a frame can't be handed out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PictureError {
    #[error("no conversion from the pixel format {format}: {error}")]
    Convert { format: &'static str, error: Error },
    #[error("the planes of a frame in {format} do not lie in its memory")]
    Planes { format: &'static str },
    #[error(transparent)]
    Frame(#[from] FrameError),
}

/// Makes pictures of one stream's frames and owns what is not the decoder's.
pub(crate) struct Pictures {
    quarter_turns: u8,
    scaler: Option<Scaler>,
    converted: frame::Video,
    rotated: Option<OwnedPicture>,
    shown: Shown,
}

/// Where the current picture is.
#[derive(Clone, Copy, Debug)]
enum Shown {
    /// In the decoder's frame.
    Decoded(Colors),
    /// In `converted`.
    Converted(Colors),
    /// In `rotated`.
    Rotated,
}

impl Pictures {
    /// `quarter_turns`: clockwise, to make the stream's pictures upright.
    pub(crate) fn new(quarter_turns: u8) -> Self {
        Self {
            quarter_turns,
            scaler: None,
            converted: frame::Video::empty(),
            rotated: None,
            shown: Shown::Rotated,
        }
    }

    /// Turns the pictures that follow by so many quarters, clockwise.
    pub(crate) fn turn(&mut self, quarter_turns: u8) {
        self.quarter_turns = quarter_turns;
    }

    /// Prepares the picture of `frame`; [`show`](Self::show) returns it.
    pub(crate) fn take(&mut self, frame: &frame::Video) -> Result<(), PictureError> {
        let colors = colors_of(frame);
        self.shown = if borrowed(frame, colors).is_ok() {
            Shown::Decoded(colors)
        } else {
            self.convert(frame, colors)?;
            Shown::Converted(colors)
        };
        if self.quarter_turns != 0 {
            let rotated = rotated(&self.show(frame)?, self.quarter_turns);
            self.rotated = Some(rotated);
            self.shown = Shown::Rotated;
        }
        Ok(())
    }

    /// Returns the picture that was prepared from the same frame.
    pub(crate) fn show<'a>(&'a self, frame: &'a frame::Video) -> Result<Picture<'a>, PictureError> {
        match self.shown {
            Shown::Decoded(colors) => borrowed(frame, colors),
            Shown::Converted(colors) => borrowed(&self.converted, colors),
            Shown::Rotated => match &self.rotated {
                Some(rotated) => Ok(rotated.view()),
                None => Err(PictureError::Planes { format: "none" }),
            },
        }
    }

    fn convert(&mut self, frame: &frame::Video, colors: Colors) -> Result<(), PictureError> {
        let conversion = Conversion {
            width: frame.width(),
            height: frame.height(),
            from: frame.format(),
            to: target(frame.format()),
            colors,
        };
        let failed = |error| PictureError::Convert {
            format: name_of(conversion.from),
            error,
        };
        let scaler = match &mut self.scaler {
            Some(scaler) if *scaler.conversion() == conversion => scaler,
            stale => {
                self.converted = frame::Video::empty();
                stale.insert(Scaler::new(conversion).map_err(failed)?)
            }
        };
        scaler.run(frame, &mut self.converted).map_err(failed)
    }
}

/// Returns the picture in a frame's own memory.
fn borrowed(frame: &frame::Video, colors: Colors) -> Result<Picture<'_>, PictureError> {
    let no_planes = || PictureError::Planes {
        format: name_of(frame.format()),
    };
    let format = same_format(frame.format()).ok_or_else(no_planes)?;
    let mut planes = [Plane::default(); 3];
    let (width, height) = (frame.width(), frame.height());
    for (index, plane) in planes.iter_mut().enumerate() {
        if let Some((bytes_in_row, rows)) = format.plane_size(index, width, height) {
            let (data, stride) =
                libav::plane(frame, index, bytes_in_row, rows).ok_or_else(no_planes)?;
            *plane = Plane { data, stride };
        }
    }
    Ok(Picture::new(
        format,
        width,
        height,
        planes,
        colors.matrix,
        colors.range,
    )?)
}

fn same_format(format: Pixel) -> Option<PixelFormat> {
    Some(match format {
        Pixel::YUV420P | Pixel::YUVJ420P => PixelFormat::I420,
        Pixel::YUV422P | Pixel::YUVJ422P => PixelFormat::I422,
        Pixel::YUV444P | Pixel::YUVJ444P => PixelFormat::I444,
        Pixel::NV12 => PixelFormat::Nv12,
        Pixel::YUV420P10LE => PixelFormat::I42010,
        Pixel::GRAY8 => PixelFormat::Gray,
        Pixel::RGB24 => PixelFormat::Rgb24,
        _ => return None,
    })
}

/// Returns what a format that has no equal here is converted to.
fn target(format: Pixel) -> Pixel {
    let components = format.descriptor().map_or(3, Descriptor::nb_components);
    match same_format(format) {
        Some(_) => without_range(format),
        None if libav::is_rgb(format) => Pixel::RGB24,
        None if components < 3 => Pixel::GRAY8,
        None => Pixel::YUV420P,
    }
}

/// The `J` formats are their namesakes at full range, which the colors say as well.
fn without_range(format: Pixel) -> Pixel {
    match format {
        Pixel::YUVJ420P => Pixel::YUV420P,
        Pixel::YUVJ422P => Pixel::YUV422P,
        Pixel::YUVJ444P => Pixel::YUV444P,
        other => other,
    }
}

fn name_of(format: Pixel) -> &'static str {
    format
        .descriptor()
        .map_or("unknown", |descriptor| descriptor.name())
}

fn colors_of(frame: &frame::Video) -> Colors {
    let tags = FrameTags::of(frame);
    Colors {
        matrix: matrix_from_tag(tags.color_space, frame.height()),
        range: match frame.format() {
            rgb if libav::is_rgb(rgb) => Range::Full,
            format => range_from_tag(tags.color_range, format),
        },
    }
}

/// Numbers as in ITU-T H.273, which libav uses.
fn matrix_from_tag(tag: u32, height: u32) -> Matrix {
    match tag {
        // BT.2020's weights lie nearer to BT.709's than to BT.601's.
        1 | 9 | 10 => Matrix::Bt709,
        4..=7 => Matrix::Bt601,
        _ if height >= HD_LINES => Matrix::Bt709,
        _ => Matrix::Bt601,
    }
}

fn range_from_tag(tag: u32, format: Pixel) -> Range {
    let full_unless_tagged = matches!(
        format,
        Pixel::YUVJ420P | Pixel::YUVJ422P | Pixel::YUVJ444P | Pixel::YUVJ440P | Pixel::YUVJ411P
    );
    match tag {
        1 => Range::Limited,
        2 => Range::Full,
        _ if full_unless_tagged => Range::Full,
        _ => Range::Limited,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn untagged_colors_go_by_lines() {
        assert_eq!(matrix_from_tag(2, 719), Matrix::Bt601);
        assert_eq!(matrix_from_tag(2, 720), Matrix::Bt709);
        assert_eq!(matrix_from_tag(1, 480), Matrix::Bt709);
        assert_eq!(matrix_from_tag(6, 1080), Matrix::Bt601);
        assert_eq!(matrix_from_tag(4_000_000_000, 480), Matrix::Bt601);
    }

    #[test]
    fn untagged_range_goes_by_format() {
        assert_eq!(range_from_tag(0, Pixel::YUVJ420P), Range::Full);
        assert_eq!(range_from_tag(0, Pixel::YUV420P), Range::Limited);
        assert_eq!(range_from_tag(2, Pixel::YUV420P), Range::Full);
    }

    #[test]
    fn formats_without_an_equal_have_a_target() {
        assert_eq!(target(Pixel::PAL8), Pixel::RGB24);
        assert_eq!(target(Pixel::BGRA), Pixel::RGB24);
        assert_eq!(target(Pixel::GBRP), Pixel::RGB24);
        assert_eq!(target(Pixel::GRAY16LE), Pixel::GRAY8);
        assert_eq!(target(Pixel::YUV422P10LE), Pixel::YUV420P);
        assert_eq!(target(Pixel::YUYV422), Pixel::YUV420P);
        assert_eq!(target(Pixel::YUVJ420P), Pixel::YUV420P);
    }
}
