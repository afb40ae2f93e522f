//! What the binding leaves out of setting up an encoder.

use ffmpeg_the_third::{encoder, ffi};
use sightline_frames::Matrix;

/// Says which primaries and which transfer go with a matrix. A container marks all three or none.
pub(crate) fn set_primaries(encoder: &mut encoder::video::Video, matrix: Matrix) {
    // SAFETY: the pointer is used while nothing else touches the encoder.
    let fields = unsafe { encoder.as_mut_ptr() };
    // SAFETY: null or an allocated context that nobody shares.
    let Some(fields) = (unsafe { fields.as_mut() }) else {
        return;
    };
    let (primaries, transfer) = match matrix {
        Matrix::Bt601 => (
            ffi::AVColorPrimaries::SMPTE170M,
            ffi::AVColorTransferCharacteristic::SMPTE170M,
        ),
        Matrix::Bt709 => (
            ffi::AVColorPrimaries::BT709,
            ffi::AVColorTransferCharacteristic::BT709,
        ),
    };
    fields.color_primaries = primaries;
    fields.color_trc = transfer;
}
