//! Opening a decoder, and telling it how much of what it is fed must come out.

use ffmpeg_the_third::codec::{self, CodecProperties, Id, threading};
use ffmpeg_the_third::{Error, Packet, Stream, decoder, frame};

/// Largest picture decoded: twice 8K. A damaged header can ask for any amount of memory.
const MAX_PIXELS: i64 = 8192 * 8192;

/// How much of the packets that follow a decoder has to decode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effort {
    /// Everything.
    Full,
    /// Only what other frames refer to.
    ReferencesOnly,
}

/// An open decoder.
pub(crate) struct Decoder {
    opened: decoder::Video,
    intra_only: bool,
}

impl Decoder {
    /// Opens the decoder of `stream`; `Err(None)` where libav was built without one.
    pub(crate) fn open(stream: &Stream<'_>, threads: usize) -> Result<Self, Option<Error>> {
        let parameters = stream.parameters();
        let codec = decoder::find(parameters.id()).ok_or(None)?;
        let mut context = codec::Context::from_parameters(parameters)?;
        // Slice threads leave the order of output and of errors as it is with one thread; frame threads do not.
        context.set_threading(threading::Config {
            kind: threading::Type::Slice,
            count: threads,
            ..threading::Config::default()
        });
        // SAFETY: the pointer is used while nothing else touches the context.
        let fields = unsafe { context.as_mut_ptr() };
        // SAFETY: null or an allocated context that nobody shares.
        let fields = unsafe { fields.as_mut() };
        if let Some(fields) = fields {
            fields.pkt_timebase = stream.time_base().into();
            fields.max_pixels = MAX_PIXELS;
        }
        let intra_only = codec
            .descriptor()
            .is_some_and(|descriptor| descriptor.props().contains(CodecProperties::INTRA_ONLY));
        let opened = context
            .decoder()
            .open_as(codec)
            .and_then(decoder::Opened::video)?;
        Ok(Self { opened, intra_only })
    }

    /// Returns whether each packet decodes without any other.
    pub(crate) fn is_intra_only(&self) -> bool {
        self.intra_only
    }

    /// Sets what the decoder may leave out of the packets sent from now on.
    pub(crate) fn set_effort(&mut self, effort: Effort) {
        self.opened.skip_frame(match effort {
            Effort::Full => ffmpeg_the_third::Discard::Default,
            Effort::ReferencesOnly => ffmpeg_the_third::Discard::NonReference,
        });
    }

    pub(crate) fn send(&mut self, packet: &Packet) -> Result<(), Error> {
        self.opened.send_packet(packet)
    }

    /// Tells the decoder that no packet follows, so that it gives out what it holds back.
    pub(crate) fn send_end(&mut self) -> Result<(), Error> {
        self.opened.send_eof()
    }

    pub(crate) fn receive(&mut self, frame: &mut frame::Video) -> Result<(), Error> {
        self.opened.receive_frame(frame)
    }
}

/// Returns the codec's short name as libav has it (`h264`), also where there is no decoder for it.
pub(crate) fn codec_name(stream: &Stream<'_>) -> String {
    let parameters = stream.parameters();
    if parameters.id() != Id::None {
        return parameters.id().name().to_owned();
    }
    // SAFETY: the parameters belong to the stream, which is borrowed.
    let tag = unsafe { parameters.as_ptr().as_ref() }.map_or(0, |fields| fields.codec_tag);
    if tag == 0 {
        return "unknown".to_owned();
    }
    tag.to_le_bytes().escape_ascii().to_string()
}
