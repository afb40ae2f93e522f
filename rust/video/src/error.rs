//! What can go wrong with a video, in words for the person who has to act on it.

/// Why a video can't be opened, read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VideoError {
    /// There is nothing under this name.
    #[error("{path}: no such file; check the path and where it is relative to")]
    NotFound {
        /// As it was given.
        path: String,
    },
    /// A folder was named.
    #[error("{path}: is a directory; name one video file in it")]
    IsDirectory {
        /// As it was given.
        path: String,
    },
    /// The file has no bytes.
    #[error("{path}: the file is empty (0 bytes); it was probably never written to its end")]
    Empty {
        /// As it was given.
        path: String,
    },
    /// The address is not one of a file or camera.
    #[error(
        "{uri}: {scheme}:// can't be read; expected the path of a video file, or an address with rtsp, rtsps, http, https or rtmp"
    )]
    UnsupportedScheme {
        /// As it was given, without user name and password.
        uri: String,
        /// What stands before `://`.
        scheme: String,
    },
    /// The part of an MP4 that says where its frames are is missing.
    #[error(
        "{path}: the index of this MP4 is missing; the recording or the copy was cut off before its end, where the index stands: \
         copy it again, or record to a format that survives that (MKV, TS)"
    )]
    Incomplete {
        /// As it was given.
        path: String,
    },
    /// The bytes are not a video.
    #[error(
        "{path}: not a video that can be read ({reason}); expected MP4, MOV, MKV, WebM, AVI, TS, FLV, GIF or raw H.264/H.265/MJPEG"
    )]
    NotAVideo {
        /// As it was given.
        path: String,
        /// What the demuxer said.
        reason: String,
    },
    /// There is sound or something else, but no pictures.
    #[error("{path}: no video stream in this file; found {found}")]
    NoVideoStream {
        /// As it was given.
        path: String,
        /// The streams there are.
        found: String,
    },
    /// This build of libav has no decoder for the codec.
    #[error(
        "{path}: no decoder for the codec {codec}; expected H.264, H.265, AV1, VP9, VP8, MPEG-4, MPEG-2 or MJPEG: convert the file"
    )]
    UnsupportedCodec {
        /// As it was given.
        path: String,
        /// The codec's short name or its four characters in the file.
        codec: String,
    },
    /// The system refused.
    #[error("{path}: {source}")]
    Io {
        /// As it was given.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file that is to start again gave no frame when it was played.
    #[error(
        "{path}: no frame could be decoded, so that there is nothing to start again; convert the file, or look at its warnings"
    )]
    NoFrames {
        /// As it was given.
        path: String,
    },
    /// A file that is to start again can't be opened any more.
    #[error("ended after being played {plays} time(s), since it can't be started again: {source}")]
    Restart {
        /// How often it was played to its end.
        plays: u64,
        /// What is the matter with it now.
        source: Box<VideoError>,
    },
    /// A camera did not let itself be opened, or its frames stopped.
    #[error("{address}: {reason}")]
    Unreachable {
        /// As it was given, without user name, password and query.
        address: String,
        /// What is the matter, and what to do.
        reason: String,
    },
    /// [`Interrupter::interrupt`](crate::Interrupter::interrupt) was called.
    #[error("reading was interrupted")]
    Interrupted,
    /// An option has a value that makes no sense.
    #[error("{name}: expected {expected}, found {found}")]
    Option {
        /// The field's name.
        name: &'static str,
        /// What would do.
        expected: &'static str,
        /// What was given.
        found: String,
    },
    /// A decoded picture does not fit together.
    #[error("a decoded picture can't be handed out: {reason}")]
    Picture {
        /// What does not fit.
        reason: String,
    },
    /// The encoder or the file it writes to failed.
    #[error("{path}: encoding with {codec} failed: {reason}")]
    Encode {
        /// As it was given.
        path: String,
        /// The encoder's name.
        codec: String,
        /// What it said.
        reason: String,
    },
}
