//! The part of libav that its safe binding leaves out, each call behind a function that can't be misused.
//!
//! Everything `unsafe` in this crate is in this folder. It also reads enumerations that come out of a stream as plain
//! numbers: the binding's conversions panic on a value they don't know, and what a stream holds is not ours to choose.

#![allow(
    unsafe_code,
    reason = "libav is a C library, and the binding offers no safe way to these parts of it"
)]

mod decoder;
mod encoder;
mod frame;
mod input;
mod interrupter;
mod log;
mod packet;
mod scaler;

pub(crate) use decoder::{Decoder, Effort, codec_name};
pub(crate) use encoder::set_primaries;
pub(crate) use frame::{FrameTags, is_rgb, plane, set_quality};
pub(crate) use input::{Input, Patience, rtsp_checks_certificates};
pub use interrupter::Interrupter;
pub(crate) use log::{capture, packets_lost};
pub(crate) use packet::{captured_at_ns, is_disposable, is_hidden};
pub(crate) use scaler::{Colors, Conversion, Scaler};
