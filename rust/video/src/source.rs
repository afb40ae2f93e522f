//! Reading: packets in, due frames out.

mod live;
mod looping;
mod packets;

use std::fmt;

use ffmpeg_the_third::{Error, Packet, frame};
use libc::EAGAIN;
use sightline_frames::Picture;

use self::live::Live;
use crate::address::{Address, without_secrets};
use crate::error::VideoError;
use crate::gate::Gate;
use crate::health::Health;
use crate::libav::{self, Decoder, Effort, FrameTags, Input, Interrupter};
use crate::open::{OpenOptions, Opened, StreamInfo, open_file};
use crate::pictures::Pictures;
use crate::stats::Stats;
use crate::timeline::{Stamp, Ticks, Timeline};

/// Failures in a row, with nothing read or decoded between them, after which a file is at its end.
const MAX_FAILURES: u32 = 200;

/// libav's words for a file that ends in the middle of something.
const CUT_OFF: [&str; 2] = ["partial file", "ended prematurely"];

/// An open file, or a camera that is reached when it is needed. It can be moved to another thread, and stopped from one by its [`Interrupter`].
pub struct Source {
    uri: String,
    options: OpenOptions,
    /// `None` while a camera is away.
    media: Option<Media>,
    /// Of a camera.
    live: Option<Live>,
    health: Health,
    info: StreamInfo,
    stats: Stats,
    timeline: Timeline,
    gate: Option<Gate>,
    pictures: Pictures,
    interrupter: Interrupter,
    packet: Packet,
    frame: frame::Video,
    phase: Phase,
    /// Frames delivered before the latest start.
    delivered_before: u64,
    /// Failures since the last success.
    failures: u32,
    /// Time of the latest packet, for warnings.
    packet_ns: Option<i64>,
}

/// What is read from.
struct Media {
    input: Input,
    decoder: Decoder,
    stream: usize,
    times_by_arrival: bool,
    /// Packets at the beginning whose time is not known, though the protocol gives each one.
    untimed: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// A camera is to be reached.
    Away,
    Reading,
    /// The file is at its end; the decoder gives out what it held back.
    Draining,
    Ended,
}

/// One frame that was due.
#[derive(Debug)]
pub struct Frame<'a> {
    /// Number of the frame in its source, from 0. Frames that were not due or could not be decoded count.
    pub index: u64,
    /// Grows by one at each jump of the timestamps back in time, and at each new start of a looped file; starts at 0.
    pub epoch: u32,
    /// Nanoseconds from the start of the stream; grows from frame to frame within an epoch, and over the starts of a looped
    /// file: its next play begins where its last frame ended.
    pub pts_ns: i64,
    /// Time of day at which a camera took the picture, nanoseconds since 1970, by the clock that [`Clock`](crate::Clock) says;
    /// `None` of a file.
    pub captured_at_ns: Option<i64>,
    picture: Picture<'a>,
}

impl Frame<'_> {
    /// Returns the picture, upright.
    pub fn picture(&self) -> Picture<'_> {
        self.picture
    }
}

impl Source {
    /// Opens a video file and its decoder, or takes the address of a camera.
    ///
    /// `uri` is a path, `file://` and a path, or an address with `rtsp`, `rtsps`, `http`, `https` or `rtmp`, in which
    /// `{env:NAME}` and `{file:PATH}` stand for secrets that are looked up at each connection. A camera is reached
    /// at the first [`next_frame`](Self::next_frame), or by [`connect`](Self::connect).
    ///
    /// # Errors
    ///
    /// Says for each way in which this can fail what was found and what to do: see [`VideoError`].
    pub fn open(uri: &str, options: &OpenOptions) -> Result<Self, VideoError> {
        options.check()?;
        let live = Address::parse(uri).map(|address| Live::new(address, options.live.clock));
        let mut source = Self {
            uri: uri.to_owned(),
            options: options.clone(),
            media: None,
            live,
            health: Health::default(),
            info: StreamInfo::default(),
            stats: Stats::default(),
            timeline: Timeline::new(Ticks::default()),
            gate: None,
            pictures: Pictures::new(0),
            interrupter: Interrupter::default(),
            packet: Packet::empty(),
            frame: frame::Video::empty(),
            phase: Phase::Away,
            delivered_before: 0,
            failures: 0,
            packet_ns: None,
        };
        if source.live.is_none() {
            let opened = open_file(uri, options, &source.interrupter)?;
            source.begin_with(opened);
            source.health.connected(false);
        }
        Ok(source)
    }

    /// Starts a stream that nothing was read of before.
    fn begin_with(&mut self, opened: Opened) {
        let ticks = opened.ticks;
        self.timeline = Timeline::new(ticks);
        let fps = self.options.fps;
        self.gate = fps.map(|fps| Gate::new(fps, ticks.rounding_ns()));
        self.go_on_with(opened);
    }

    /// Reads on from what was opened now; the timeline and the gate know of it already.
    fn go_on_with(&mut self, opened: Opened) {
        if let Some(gate) = &mut self.gate {
            gate.go_on(self.timeline.epoch());
        }
        self.pictures.turn(opened.quarter_turns);
        self.media = Some(Media {
            input: opened.input,
            decoder: opened.decoder,
            stream: opened.stream,
            times_by_arrival: opened.times_by_arrival,
            untimed: 0,
        });
        self.info = opened.info;
        for line in opened.warnings {
            self.stats.warn(None, &line);
        }
        self.packet_ns = None;
        self.failures = 0;
        self.phase = Phase::Reading;
    }

    /// Returns what the header says; of a looped file, what it said at the latest start.
    ///
    /// Of a camera that was not reached yet nothing is known: the size is 0, names are empty.
    pub fn info(&self) -> &StreamInfo {
        &self.info
    }

    /// Returns what was read so far.
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// Returns whether this is a camera, or may be one: it has an address, and no known length.
    pub fn is_live(&self) -> bool {
        self.live.as_ref().is_some_and(|live| !live.recorded)
    }

    /// Returns what shows how the connection is, also from another thread.
    pub fn health(&self) -> Health {
        self.health.clone()
    }

    /// Returns a handle that stops this source from another thread.
    pub fn interrupter(&self) -> Interrupter {
        self.interrupter.clone()
    }

    /// Decodes up to the next frame that is due, and returns it; `None` at the end, which a looped file has none of.
    ///
    /// Broken data is skipped and shows in [`stats`](Self::stats). A camera has no end either: one that can't be reached, ends its
    /// stream or falls silent is tried again for ever, and goes on in a new epoch; see [`health`](Self::health).
    ///
    /// # Errors
    ///
    /// [`VideoError::Interrupted`] once the source was interrupted. A looped file is opened anew for each play: it ends with
    /// [`VideoError::Restart`] where that fails, and with [`VideoError::NoFrames`] after a play that should have given frames
    /// and gave none. Nothing else ends a stream that could be opened.
    pub fn next_frame(&mut self) -> Result<Option<Frame<'_>>, VideoError> {
        let due = self.next_due();
        self.health.counted(&self.stats);
        let Some((stamp, captured_at_ns)) = due? else {
            return Ok(None);
        };
        self.stats.frames_delivered += 1;
        Ok(Some(Frame {
            index: stamp.index,
            epoch: stamp.epoch,
            pts_ns: stamp.pts_ns,
            captured_at_ns,
            picture: self
                .pictures
                .show(&self.frame)
                .map_err(|error| VideoError::Picture {
                    reason: error.to_string(),
                })?,
        }))
    }

    /// Decodes until a frame is due and its picture ready.
    fn next_due(&mut self) -> Result<Option<(Stamp, Option<i64>)>, VideoError> {
        while self.phase != Phase::Ended {
            if self.interrupter.is_interrupted() {
                return Err(VideoError::Interrupted);
            }
            self.health.counted(&self.stats);
            if self.phase == Phase::Away {
                self.reach()?;
            }
            let (received, lines) = libav::capture(|| match &mut self.media {
                Some(media) => media.decoder.receive(&mut self.frame),
                None => Err(Error::Eof),
            });
            self.warn(&lines);
            match received {
                Ok(()) => {
                    self.failures = 0;
                    self.note_picture();
                    if self.is_before_time() {
                        continue;
                    }
                    let stamp = self.stamp();
                    let captured_at_ns = self.time_of_day(&stamp);
                    if self.is_due(&stamp) && self.take_picture() {
                        return Ok(Some((stamp, captured_at_ns)));
                    }
                }
                Err(Error::Other { errno: EAGAIN }) => self.feed()?,
                Err(Error::Eof) => self.end()?,
                Err(error) => self.note_undecodable(error, &lines)?,
            }
        }
        Ok(None)
    }

    /// Numbers and times the frame that the decoder just gave out.
    fn stamp(&mut self) -> Stamp {
        let stamp = self
            .timeline
            .frame(self.frame.pts(), self.frame.timestamp());
        self.stats.frames_decoded += 1;
        self.stats.frames_gated += stamp.gated_before;
        if FrameTags::of(&self.frame).damaged {
            self.stats.decode_errors += 1;
            self.stats.warn(Some(stamp.pts_ns), "a frame is damaged");
        }
        if stamp.moved {
            self.stats.warn(
                Some(stamp.pts_ns),
                "timestamps run backward a little; moved forward",
            );
        }
        stamp
    }

    fn is_due(&mut self, stamp: &Stamp) -> bool {
        let due = self
            .gate
            .as_mut()
            .is_none_or(|gate| gate.admit(stamp.epoch, stamp.pts_ns));
        self.stats.frames_gated += u64::from(!due);
        due
    }

    /// Makes the picture of the current frame; `false` where that is impossible, which is noted.
    fn take_picture(&mut self) -> bool {
        let (taken, lines) = libav::capture(|| self.pictures.take(&self.frame));
        self.warn(&lines);
        if let Err(error) = &taken {
            self.stats.decode_errors += 1;
            self.stats.warn(self.packet_ns, &error.to_string());
        }
        taken.is_ok()
    }

    fn drain(&mut self) -> Result<(), VideoError> {
        self.phase = Phase::Draining;
        self.failures = 0;
        let sent = self.media.as_mut().map(|media| {
            media.decoder.set_effort(Effort::Full);
            media.decoder.send_end()
        });
        match sent {
            Some(Ok(())) => Ok(()),
            _ => self.end(),
        }
    }

    fn end(&mut self) -> Result<(), VideoError> {
        self.phase = Phase::Ended;
        self.stats.frames_gated += self.timeline.finish();
        if let Some((ended, promised)) = self.timeline.cut_off() {
            self.stats.truncated = true;
            let [ended, promised] = [ended, promised].map(|ns| ns as f64 / 1e9);
            self.stats.warn(
                None,
                &format!("the file ends at {ended:.1} s; its header promises {promised:.1} s"),
            );
        }
        if self.is_live() {
            self.media = None;
            self.phase = Phase::Away;
        } else if self.options.looped {
            self.restart()?;
        } else {
            self.health.ended();
        }
        Ok(())
    }

    fn note_undecodable(&mut self, error: Error, lines: &[String]) -> Result<(), VideoError> {
        self.note_broken(error, lines);
        if self.phase == Phase::Draining && self.failures >= MAX_FAILURES {
            self.end()?;
        }
        Ok(())
    }

    fn note_broken(&mut self, error: Error, lines: &[String]) {
        self.stats.decode_errors += 1;
        if lines.is_empty() {
            self.stats.warn(self.packet_ns, &error.to_string());
        }
        self.failures += 1;
    }

    fn warn(&mut self, lines: &[String]) {
        for line in lines {
            self.stats.packets_lost += libav::packets_lost(line).unwrap_or(0);
            self.stats.truncated |= CUT_OFF.iter().any(|words| line.contains(words));
            match self.live {
                Some(_) => self.stats.warn(self.packet_ns, &without_secrets(line)),
                None => self.stats.warn(self.packet_ns, line),
            }
        }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("info", &self.info)
            .field("stats", &self.stats)
            .finish_non_exhaustive()
    }
}
