//! What a packet says of itself besides its times.

use ffmpeg_the_third::packet::Ref as _;
use ffmpeg_the_third::{Packet, ffi};

/// Returns whether no other packet refers to this one, as its container says.
pub(crate) fn is_disposable(packet: &Packet) -> bool {
    flags(packet) & ffi::AV_PKT_FLAG_DISPOSABLE != 0
}

/// Returns whether this packet must be decoded but is not to be shown, as its container's edit list says.
pub(crate) fn is_hidden(packet: &Packet) -> bool {
    flags(packet) & ffi::AV_PKT_FLAG_DISCARD != 0
}

fn flags(packet: &Packet) -> i32 {
    // SAFETY: the pointer is to the borrowed packet itself.
    unsafe { packet.as_ptr().as_ref() }.map_or(0, |fields| fields.flags)
}

/// Returns when the picture was taken, nanoseconds since 1970 by the camera's clock, if its RTCP sender reports say.
pub(crate) fn captured_at_ns(packet: &Packet) -> Option<i64> {
    let mut length = 0;
    // SAFETY: the packet is borrowed; the result is null or points to `length` bytes that the packet holds.
    let data = unsafe {
        ffi::av_packet_get_side_data(
            packet.as_ptr(),
            ffi::AVPacketSideDataType::PRFT,
            &raw mut length,
        )
    };
    if data.is_null() {
        return None;
    }
    // SAFETY: not null, so that it points to so many bytes, which live as long as the packet.
    let data = unsafe { std::slice::from_raw_parts(data, length) };
    // `AVProducerReferenceTime` begins with the time in microseconds, and may grow at its end.
    let wallclock_us = i64::from_ne_bytes(data.get(..8)?.try_into().ok()?);
    wallclock_us.checked_mul(1000)
}
