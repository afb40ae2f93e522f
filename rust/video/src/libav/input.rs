//! Opening a container and reading its packets, in a way that another thread can stop.

use std::ffi::{CStr, c_int, c_void};
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ffmpeg_the_third::format::context::Input as Container;
use ffmpeg_the_third::{Dictionary, Error, Packet, Stream, ffi};

/// Stops a [`Source`](crate::Source) from another thread. Clones stop the same source.
#[derive(Clone, Debug, Default)]
pub struct Interrupter {
    stop: Arc<AtomicBool>,
}

impl Interrupter {
    /// Makes a read that is blocked, and every later one, fail with [`VideoError::Interrupted`](crate::VideoError::Interrupted).
    pub fn interrupt(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Returns whether [`interrupt`](Self::interrupt) was called.
    pub fn is_interrupted(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// An open container.
pub(crate) struct Input {
    // Dropped first: closing may still ask whether to stop.
    container: Container,
    _interrupter: Interrupter,
}

impl Input {
    /// Opens `url` with libav's `options` and finds out what streams are in it.
    pub(crate) fn open(
        url: &CStr,
        options: &[(&str, &str)],
        interrupter: &Interrupter,
    ) -> Result<Self, Error> {
        // SAFETY: takes nothing; a null result is handled below.
        let mut context = unsafe { ffi::avformat_alloc_context() };
        // SAFETY: null or freshly allocated and not shared.
        let Some(fields) = (unsafe { context.as_mut() }) else {
            return Err(Error::Other {
                errno: libc::ENOMEM,
            });
        };
        fields.interrupt_callback = ffi::AVIOInterruptCB {
            callback: Some(is_stopped),
            opaque: Arc::as_ptr(&interrupter.stop).cast_mut().cast(),
        };
        let mut raw_options = options.iter().copied().collect::<Dictionary>().into_raw();
        // SAFETY: context is allocated, url ends with NUL, raw_options is an owned dictionary. The flag behind the
        // callback is kept alive by `interrupter` here and by `Self` afterwards.
        let opened = unsafe {
            ffi::avformat_open_input(
                &raw mut context,
                url.as_ptr(),
                ptr::null(),
                &raw mut raw_options,
            )
        };
        // SAFETY: the dictionary is ours, with what libav did not take from it.
        unsafe { ffi::av_dict_free(&raw mut raw_options) };
        if opened < 0 {
            return Err(Error::from(opened)); // libav has freed the context
        }
        // SAFETY: context was opened as an input and is owned by nobody else.
        let container = unsafe { Container::wrap(context) };
        let mut input = Self {
            container,
            _interrupter: interrupter.clone(),
        };
        // SAFETY: the pointer is used for this call only.
        let context = unsafe { input.container.as_mut_ptr() };
        // SAFETY: context is open; no options are given.
        match unsafe { ffi::avformat_find_stream_info(context, ptr::null_mut()) } {
            found if found < 0 => Err(Error::from(found)),
            _ => Ok(input),
        }
    }

    pub(crate) fn container(&self) -> &Container {
        &self.container
    }

    pub(crate) fn stream(&self, index: usize) -> Option<Stream<'_>> {
        self.container.stream(index)
    }

    /// Reads the next packet of any stream that is not discarded into `packet`.
    pub(crate) fn read(&mut self, packet: &mut Packet) -> Result<(), Error> {
        // What was in it is let go first: libav expects an empty packet.
        *packet = Packet::empty();
        packet.read(&mut self.container)
    }

    /// Returns libav's short name of the container.
    pub(crate) fn container_name(&self) -> String {
        self.container.format().name().to_owned()
    }

    /// Makes the demuxer drop the packets of every stream but one.
    pub(crate) fn keep_only(&mut self, stream: usize) {
        for mut other in self.container.streams_mut() {
            if other.index() != stream {
                // SAFETY: the pointer is used while nothing else touches the container.
                let fields = unsafe { other.as_mut_ptr() };
                // SAFETY: the stream belongs to the container, which is borrowed mutably.
                let fields = unsafe { fields.as_mut() };
                if let Some(fields) = fields {
                    fields.discard = ffi::AVDiscard::ALL;
                }
            }
        }
    }

    /// Returns the stream's display matrix: 3×3 numbers, row by row, fixed point.
    pub(crate) fn display_matrix(&self, stream: usize) -> Option<[i32; 9]> {
        let stream = self.container.stream(stream)?;
        let matrix = stream.side_data().find(|entry| {
            // SAFETY: the pointer is used while the stream is borrowed.
            let fields = unsafe { entry.as_ptr() };
            // SAFETY: the entry belongs to the stream, which is borrowed.
            let fields = unsafe { fields.as_ref() };
            fields.is_some_and(|fields| fields.type_ == ffi::AVPacketSideDataType::DISPLAYMATRIX)
        })?;
        let mut numbers = [0; 9];
        for (number, bytes) in numbers
            .iter_mut()
            .zip(matrix.data().get(..36)?.chunks_exact(4))
        {
            *number = i32::from_ne_bytes(bytes.try_into().ok()?);
        }
        Some(numbers)
    }
}

/// libav asks this between two reads.
unsafe extern "C" fn is_stopped(stop: *mut c_void) -> c_int {
    // SAFETY: `Input::open` passes a pointer to the flag of an `Interrupter` that the `Input` holds.
    let stop = unsafe { stop.cast::<AtomicBool>().as_ref() };
    c_int::from(stop.is_some_and(|stop| stop.load(Ordering::Relaxed)))
}
