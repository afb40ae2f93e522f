//! Conversion of a frame from one pixel format to another, at the same size.

use std::ffi::c_int;

use ffmpeg_the_third::format::Pixel;
use ffmpeg_the_third::software::scaling;
use ffmpeg_the_third::{Error, ffi, frame};
use sightline_frames::{Matrix, Range};

/// How the numbers of a picture mean colors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Colors {
    pub(crate) matrix: Matrix,
    pub(crate) range: Range,
}

/// What a conversion is made for; another one needs another [`Scaler`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Conversion {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) from: Pixel,
    pub(crate) to: Pixel,
    /// Of the side that is luma and chroma, or of both.
    pub(crate) colors: Colors,
}

/// Converts frames of one kind into frames of another.
pub(crate) struct Scaler {
    conversion: Conversion,
    context: scaling::Context,
}

// SAFETY: the context has no ties to a thread; it is reached through `&mut self` only.
unsafe impl Send for Scaler {}

impl Scaler {
    pub(crate) fn new(conversion: Conversion) -> Result<Self, Error> {
        let Conversion {
            width,
            height,
            from,
            to,
            colors,
        } = conversion;
        // The same bytes on every processor, at the full precision of the chroma.
        let flags = scaling::Flags::BICUBIC
            | scaling::Flags::ACCURATE_RND
            | scaling::Flags::BITEXACT
            | scaling::Flags::FULL_CHR_H_INT
            | scaling::Flags::FULL_CHR_H_INP;
        let mut context = scaling::Context::get(from, width, height, to, width, height, flags)?;
        let standard = match colors.matrix {
            Matrix::Bt601 => ffi::SWS_CS_ITU601,
            Matrix::Bt709 => ffi::SWS_CS_ITU709,
        };
        let range = c_int::from(colors.range == Range::Full);
        // SAFETY: returns a constant table inside libav.
        let table = unsafe { ffi::sws_getCoefficients(standard) };
        // SAFETY: the pointer is used for the next call only.
        let raw = unsafe { context.as_mut_ptr() };
        // A refusal means that no table is needed between these formats.
        // SAFETY: raw is an initialized context, and the tables are constants of four numbers.
        unsafe {
            ffi::sws_setColorspaceDetails(raw, table, range, table, range, 0, 1 << 16, 1 << 16)
        };
        Ok(Self {
            conversion,
            context,
        })
    }

    pub(crate) fn conversion(&self) -> &Conversion {
        &self.conversion
    }

    /// Converts `from` into `to`, which is allocated where it is empty.
    pub(crate) fn run(&mut self, from: &frame::Video, to: &mut frame::Video) -> Result<(), Error> {
        self.context.run(from, to)
    }
}
