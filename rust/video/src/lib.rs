//! A camera or a file becomes timed frames, and frames become a file.
//!
//! [`Source`] is the type to know. [`Source::open`] finds the video stream and says what it is ([`StreamInfo`]);
//! [`Source::next_frame`] then gives its frames in the order in which they are shown, each with its number, its epoch and its
//! time, and with a [`Picture`](sightline_frames::Picture) that borrows the decoder's memory wherever the format allows.
//! What a source can't read it leaves out, counts and explains in [`Stats`]: a broken packet never ends a stream.
//! [`Writer`] goes the other way.
//!
//! ```no_run
//! use sightline_video::{OpenOptions, Source};
//!
//! let options = OpenOptions { fps: Some(10.0), ..OpenOptions::default() };
//! let mut source = Source::open("lobby.mp4", &options)?;
//! while let Some(frame) = source.next_frame()? {
//!     let luma = frame.picture().planes()[0];
//!     assert!(luma.stride >= source_width(&frame));
//! }
//! # fn source_width(frame: &sightline_video::Frame<'_>) -> usize { frame.picture().width() as usize }
//! # Ok::<(), sightline_video::VideoError>(())
//! ```
//!
//! Time is the media's: `pts_ns` counts from the start of the stream, and for a file nothing here looks at a clock. Where timestamps
//! jump back, `epoch` grows; within an epoch they only grow. A camera ([`Source::is_live`]) that is lost is tried again for ever:
//! each connection is an epoch, and times go on as the clock did meanwhile; the time of day at which a picture was taken is told
//! beside them ([`Frame::captured_at_ns`]). A file can start again at its end, for ever
//! ([`OpenOptions::looped`]): then each play is an epoch, and times go on from one to the next.
//!
//! This is the only crate that knows libav (FFmpeg 5.1 to 7.1). It takes over libav's log function for the whole
//! process: errors become warnings of the source that caused them, and nothing is written to stderr.

mod address;
mod backoff;
mod error;
mod gate;
mod health;
mod libav;
mod open;
mod pictures;
mod rotation;
mod source;
mod stats;
mod timeline;
mod wall_clock;
mod writer;

pub use error::VideoError;
pub use health::{Connection, Health};
pub use libav::Interrupter;
pub use open::{LiveOptions, OpenOptions, StreamInfo, Transport};
pub use source::{Frame, Source};
pub use stats::Stats;
pub use wall_clock::{Clock, ClockOrigin};
pub use writer::{Writer, WriterOptions};
