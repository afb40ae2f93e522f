//! What a decoded frame holds, read without trusting it.

use ffmpeg_the_third::{ffi, frame};

/// The numbers of a frame that say how to read its samples, as libav has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FrameTags {
    /// `AVColorSpace`.
    pub(crate) color_space: u32,
    /// `AVColorRange`.
    pub(crate) color_range: u32,
    /// Whether the decoder had to guess parts of the picture.
    pub(crate) damaged: bool,
}

impl FrameTags {
    pub(crate) fn of(frame: &frame::Video) -> Self {
        // SAFETY: the frame is allocated and borrowed.
        let Some(fields) = (unsafe { frame.as_ref() }) else {
            return Self {
                color_space: 2,
                color_range: 0,
                damaged: true,
            };
        };
        Self {
            color_space: fields.colorspace.0,
            color_range: fields.color_range.0,
            damaged: fields.decode_error_flags != 0
                || fields.flags & ffi::AV_FRAME_FLAG_CORRUPT != 0,
        }
    }
}

/// Returns the bytes of one plane and its stride, `None` where the rows run upward or do not lie in the frame's memory.
pub(crate) fn plane(
    frame: &frame::Video,
    index: usize,
    bytes_in_row: usize,
    rows: usize,
) -> Option<(&[u8], usize)> {
    // SAFETY: the frame is allocated and borrowed.
    let fields = unsafe { frame.as_ref() }?;
    let stride = usize::try_from(*fields.linesize.get(index)?).ok()?;
    if rows == 0 || stride < bytes_in_row {
        return None;
    }
    let length = stride.checked_mul(rows - 1)?.checked_add(bytes_in_row)?;
    let start = *fields.data.get(index)?;
    let number = i32::try_from(index).ok()?;
    let raw = std::ptr::from_ref(fields).cast_mut();
    // SAFETY: the function only reads the frame's list of buffers; it takes a pointer to change for want of `const` in C.
    let buffer = unsafe { ffi::av_frame_get_plane_buffer(raw, number) };
    // SAFETY: null or a buffer that the frame holds.
    let buffer = unsafe { buffer.as_ref() }?;
    let offset = (start as usize).checked_sub(buffer.data as usize)?;
    if start.is_null() || offset.checked_add(length)? > buffer.size {
        return None;
    }
    // SAFETY: the range was just found inside a buffer that the frame keeps alive, and that nobody writes while the
    // frame is borrowed: decoders finish a frame before they give it out.
    let bytes = unsafe { std::slice::from_raw_parts(start, length) };
    Some((bytes, stride))
}

/// Sets the quantizer, times 118, that an encoder is to use for a frame.
pub(crate) fn set_quality(frame: &mut frame::Video, quality: i32) {
    // SAFETY: the frame is allocated and borrowed mutably.
    if let Some(fields) = unsafe { frame.as_mut() } {
        fields.quality = quality;
    }
}

/// Returns whether a pixel format has red, green and blue in it, directly or in a palette.
pub(crate) fn is_rgb(format: ffmpeg_the_third::format::Pixel) -> bool {
    has_flag(format, ffi::AV_PIX_FMT_FLAG_RGB | ffi::AV_PIX_FMT_FLAG_PAL)
}

fn has_flag(format: ffmpeg_the_third::format::Pixel, flag: i32) -> bool {
    format.descriptor().is_some_and(|descriptor| {
        // SAFETY: descriptors are constants inside libav.
        let fields = unsafe { descriptor.as_ptr().as_ref() };
        fields.is_some_and(|fields| fields.flags & u64::from(flag.unsigned_abs()) != 0)
    })
}
