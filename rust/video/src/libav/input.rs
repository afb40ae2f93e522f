//! Opening a container and reading its packets, in a way that another thread can stop.

use std::ffi::CStr;
use std::ptr;
use std::time::Duration;

use ffmpeg_the_third::format::context::Input as Container;
use ffmpeg_the_third::{Dictionary, Error, Packet, Stream, ffi};

use super::interrupter::Interrupter;

/// How long saying goodbye to a camera may take.
const GOODBYE: Duration = Duration::from_secs(1);

/// How long libav may take; without a limit where none is given.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Patience {
    /// To open a container and find out what is in it.
    pub(crate) open: Option<Duration>,
    /// To read a packet.
    pub(crate) read: Option<Duration>,
}

/// Why a container was not opened.
pub(crate) struct NotOpened {
    pub(crate) error: Error,
    /// Whether pictures came in time, and only how many a second was in doubt: timestamps that stand still do not say.
    pub(crate) lacks_rate: bool,
}

impl From<Error> for NotOpened {
    fn from(error: Error) -> Self {
        Self {
            error,
            lacks_rate: false,
        }
    }
}

/// An open container.
pub(crate) struct Input {
    // Dropped first: closing may still ask whether to stop.
    container: Container,
    interrupter: Interrupter,
    patience: Patience,
}

impl Input {
    /// Opens `url` with libav's `options` and finds out what streams are in it.
    pub(crate) fn open(
        url: &CStr,
        options: &[(&str, &str)],
        interrupter: &Interrupter,
        patience: Patience,
    ) -> Result<Self, NotOpened> {
        allow(interrupter, patience.open);
        // SAFETY: takes nothing; a null result is handled below.
        let mut context = unsafe { ffi::avformat_alloc_context() };
        // SAFETY: null or freshly allocated and not shared.
        let Some(fields) = (unsafe { context.as_mut() }) else {
            return Err(NotOpened::from(Error::Other {
                errno: libc::ENOMEM,
            }));
        };
        fields.interrupt_callback = interrupter.callback();
        let mut raw_options = options.iter().copied().collect::<Dictionary>().into_raw();
        // SAFETY: context is allocated, url ends with NUL, raw_options is an owned dictionary. The watch behind the
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
            return Err(NotOpened::from(Error::from(opened))); // libav has freed the context
        }
        // SAFETY: context was opened as an input and is owned by nobody else.
        let container = unsafe { Container::wrap(context) };
        let mut input = Self {
            container,
            interrupter: interrupter.clone(),
            patience,
        };
        // SAFETY: the pointer is used for this call only.
        let context = unsafe { input.container.as_mut_ptr() };
        // SAFETY: context is open; no options are given.
        match unsafe { ffi::avformat_find_stream_info(context, ptr::null_mut()) } {
            found if found < 0 => Err(NotOpened::from(Error::from(found))),
            // libav takes what it has by then for enough.
            _ if interrupter.is_late() => Err(NotOpened {
                error: Error::Exit,
                lacks_rate: input.has_seen_picture(),
            }),
            _ => Ok(input),
        }
    }

    /// Returns whether there is a video stream of which libav knows what its pictures look like.
    fn has_seen_picture(&self) -> bool {
        self.container.streams().any(|stream| {
            let parameters = stream.parameters();
            // SAFETY: the parameters belong to the stream, which is borrowed.
            let fields = unsafe { parameters.as_ptr().as_ref() };
            fields.is_some_and(|fields| fields.width > 0 && fields.format >= 0)
        })
    }

    pub(crate) fn container(&self) -> &Container {
        &self.container
    }

    pub(crate) fn stream(&self, index: usize) -> Option<Stream<'_>> {
        self.container.stream(index)
    }

    /// Returns whether the latest read took longer than it may; libav then often hands out a packet that is not complete.
    pub(crate) fn is_late(&self) -> bool {
        self.patience.read.is_some() && self.interrupter.is_late()
    }

    /// Reads the next packet of any stream that is not discarded into `packet`.
    pub(crate) fn read(&mut self, packet: &mut Packet) -> Result<(), Error> {
        // What was in it is let go first: libav expects an empty packet.
        *packet = Packet::empty();
        allow(&self.interrupter, self.patience.read);
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

/// Returns whether the RTSP client of this libav can be told to check certificates; older ones take any.
pub(crate) fn rtsp_checks_certificates() -> bool {
    // SAFETY: the name ends with NUL; the result is null or lives as long as the program.
    let demuxer = unsafe { ffi::av_find_input_format(c"rtsp".as_ptr()) };
    // SAFETY: as above.
    let Some(demuxer) = (unsafe { demuxer.as_ref() }) else {
        return false;
    };
    let mut class = demuxer.priv_class;
    if class.is_null() {
        return false;
    }
    // SAFETY: with this flag a pointer to a class stands for an object of it; it is only read.
    let option = unsafe {
        ffi::av_opt_find(
            (&raw mut class).cast(),
            c"tls_verify".as_ptr(),
            ptr::null(),
            0,
            ffi::AV_OPT_SEARCH_FAKE_OBJ,
        )
    };
    !option.is_null()
}

fn allow(interrupter: &Interrupter, time: Option<Duration>) {
    interrupter.allow(time.unwrap_or(Duration::MAX));
}

impl Drop for Input {
    fn drop(&mut self) {
        self.interrupter.allow(GOODBYE);
    }
}
