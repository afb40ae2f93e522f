//! A camera: reached, lost and reached again, for ever.

use std::time::SystemTime;

use ffmpeg_the_third::Error;

use super::Source;
use crate::address::{Address, without_secrets};
use crate::backoff::Backoff;
use crate::error::VideoError;
use crate::libav;
use crate::open::open_address;
use crate::timeline::Stamp;
use crate::wall_clock::{Came, Clock, ClockOrigin, WallClock};

/// libav's name of the protocol in which each packet has a time.
const RTSP: &str = "rtsp";
/// Packets without a time that are waited out before it is taken from their arrival.
const MAX_UNTIMED: u32 = 16;

/// Codecs whose packets libav puts together itself: it sees that one is whole when the next begins, and hands it out with what
/// the protocol said of the next (`parse_packet` in libavformat/demux.c).
const PUT_TOGETHER: [&str; 6] = ["h264", "hevc", "mpeg4", "mpeg2video", "mpeg1video", "h263"];

/// Pictures of a connection after which it is known well enough how far a camera's clock is off: the first ones lay around while
/// libav found out what they are.
const CERTAIN: u32 = 25;

/// What is known of a camera besides what is read from it.
pub(super) struct Live {
    pub(super) address: Address,
    /// Whether it turned out to be a recording, which ends.
    pub(super) recorded: bool,
    backoff: Backoff,
    /// Whether to wait before the next attempt.
    tried: bool,
    /// When it was reached for the first time.
    start_ns: Option<i64>,
    clock: WallClock,
    /// What came with the packet before of when a picture was taken.
    said_ns: Option<i64>,
    /// Pictures of this connection since the camera said what time it is.
    timed: u32,
    /// Frames that had been decoded when it was reached the last time.
    decoded_before: u64,
    /// What came since the latest picture.
    effort: Effort,
}

/// Packets that the decoder was given without a picture coming of them.
#[derive(Clone, Copy, Default)]
struct Effort {
    /// When the latest picture came, or the camera was reached.
    since_ns: i64,
    sent: u32,
    /// Of these, how many the decoder took for broken.
    refused: u32,
}

impl Live {
    pub(super) fn new(address: Address, clock: Clock) -> Self {
        Self {
            address,
            recorded: false,
            backoff: Backoff::new(),
            tried: false,
            start_ns: None,
            clock: WallClock::new(clock),
            said_ns: None,
            timed: 0,
            decoded_before: 0,
            effort: Effort::default(),
        }
    }
}

impl Source {
    /// Reaches a camera, in one attempt; does nothing if that was done, or for a file.
    ///
    /// # Errors
    ///
    /// [`VideoError::Unreachable`] with the reason, among others; [`next_frame`](Self::next_frame) tries again all the same.
    pub fn connect(&mut self) -> Result<(), VideoError> {
        let Some(live) = self.live.as_mut().filter(|_| self.media.is_none()) else {
            return Ok(());
        };
        live.tried = true;
        let opened = open_address(&live.address, &self.options, &self.interrupter);
        let opened = opened.inspect_err(|error| self.health.lost(&error.to_string()))?;
        live.recorded = opened.info.duration_ns.is_some();
        live.decoded_before = self.stats.frames_decoded;
        let reached_ns = self.interrupter.now_ns();
        live.effort = Effort {
            since_ns: reached_ns,
            ..Effort::default()
        };
        let again = live.start_ns.is_some();
        let since_ns = reached_ns.saturating_sub(*live.start_ns.get_or_insert(reached_ns));
        if again {
            self.stats.reconnects += 1;
            live.clock.reconnect();
            (live.said_ns, live.timed) = (None, 0);
            self.timeline.reconnect(opened.ticks, since_ns);
            self.go_on_with(opened);
        } else {
            self.begin_with(opened);
            if self.is_live() {
                self.health.started(now_ns());
            }
        }
        self.health.connected(again);
        Ok(())
    }

    /// Reaches a camera, however often it has to be tried.
    pub(super) fn reach(&mut self) -> Result<(), VideoError> {
        while self.media.is_none() {
            if let Some(live) = self.live.as_mut().filter(|live| live.tried) {
                self.interrupter.wait(live.backoff.next_wait());
            }
            if self.interrupter.is_interrupted() {
                return Err(VideoError::Interrupted);
            }
            if let Err(error) = self.connect() {
                self.stats.last_error = Some(error.to_string());
            }
        }
        Ok(())
    }

    /// Notes that a picture came of a camera's packets, or that none was wanted.
    pub(super) fn note_picture(&mut self) {
        let since_ns = self.interrupter.now_ns();
        if let Some(live) = &mut self.live {
            live.effort = Effort {
                since_ns,
                ..Effort::default()
            };
        }
    }

    /// Notes that the decoder was given a camera's packet, and whether it took it for broken.
    pub(super) fn note_packet(&mut self, refused: bool) {
        if let Some(live) = &mut self.live {
            live.effort.sent = live.effort.sent.saturating_add(1);
            live.effort.refused = live.effort.refused.saturating_add(u32::from(refused));
        }
    }

    /// Returns whether a camera's packets go on coming, and mean nothing to the decoder: no picture for as long as silence may
    /// take, and most packets broken. Who waits for a key frame takes the packets before it for whole.
    pub(super) fn is_futile(&self) -> bool {
        let Some(effort) = self.live.as_ref().map(|live| live.effort) else {
            return false;
        };
        let passed_ns = self.interrupter.now_ns().saturating_sub(effort.since_ns);
        let timeout_ns = self.options.live.read_timeout.as_nanos();
        self.is_live()
            && effort.refused > effort.sent / 2
            && u128::try_from(passed_ns).is_ok_and(|passed_ns| passed_ns >= timeout_ns)
    }

    /// Gives up a connection, after what the decoder still holds back: `why` it failed, or `None` where no picture came in time.
    pub(super) fn lose(&mut self, why: Option<(Error, &[String])>) -> Result<(), VideoError> {
        let seconds = self.options.live.read_timeout.as_secs_f64();
        let reason = match why {
            None if self.is_futile() => {
                format!("no picture for {seconds} s; what comes can't be decoded")
            }
            None => format!("no picture for {seconds} s"),
            // HTTP without a length, as a camera's is, ends in libav's general error.
            Some((Error::Eof | Error::Other { errno: libc::EIO }, _)) => {
                "the camera ended the stream".to_owned()
            }
            Some((error, [])) => error.to_string(),
            Some((error, lines)) => without_secrets(&format!("{error} ({})", lines.join("; "))),
        };
        if let Some(live) = &mut self.live {
            let reason = format!("{}: {reason}", live.address.shown());
            self.health.lost(&reason);
            self.stats.last_error = Some(reason);
            if self.stats.frames_decoded > live.decoded_before {
                live.backoff.reset();
            }
        }
        self.stats.truncated |= !self.is_live();
        self.drain()
    }

    /// Gives a camera's packet its time of arrival, and a timestamp if it has none that means anything.
    pub(super) fn time_packet(&mut self) {
        let Some(live) = self.live.as_mut().filter(|live| !live.recorded) else {
            return;
        };
        let Some(start_ns) = live.start_ns else {
            return;
        };
        let said_ns = libav::captured_at_ns(&self.packet);
        let said_before_ns = std::mem::replace(&mut live.said_ns, said_ns);
        let is_late = PUT_TOGETHER.contains(&self.info.codec.as_str());
        let came = Came {
            arrived_at_ns: now_ns(),
            captured_at_ns: if is_late { said_before_ns } else { said_ns },
        };
        let since_ns = self.interrupter.now_ns().saturating_sub(start_ns);
        self.timeline.arrived(since_ns, came);
        let Some(media) = &mut self.media else {
            return;
        };
        let untimed = self.packet.pts().is_none() && self.packet.dts().is_none();
        if untimed && !self.timeline.knows_packets() && self.info.container == RTSP {
            media.untimed += 1;
            if media.untimed <= MAX_UNTIMED {
                return;
            }
        }
        if untimed || self.timeline.is_standing() || media.times_by_arrival {
            let ticks = Some(self.timeline.ticks_by_arrival());
            self.packet.set_pts(ticks);
            self.packet.set_dts(ticks);
        }
    }

    /// Returns whether the decoded frame came before anything was known of the camera's timestamps: libav loses that of the first
    /// picture where its parameters come in packets of their own, and the next one's may be anything.
    pub(super) fn is_before_time(&self) -> bool {
        let has_untimed = self.media.as_ref().is_some_and(|media| media.untimed > 0);
        has_untimed
            && !self.timeline.knows_start()
            && self.frame.pts().is_none()
            && self.frame.timestamp().is_none()
    }

    /// Returns the time of day at which a camera took the picture, nanoseconds since 1970.
    pub(super) fn time_of_day(&mut self, stamp: &Stamp) -> Option<i64> {
        let live = self.live.as_mut().filter(|live| !live.recorded)?;
        if let Some(came) = stamp.came {
            live.clock.observe(stamp.pts_ns, came);
            let (origin, ahead_ns) = (live.clock.origin(), live.clock.camera_ahead_ns());
            self.health.timed(origin, ahead_ns);
            live.timed = live.timed.saturating_add(u32::from(ahead_ns.is_some()));
            let is_off = origin == ClockOrigin::Arrival && self.options.live.clock == Clock::Auto;
            if let Some(ahead_ns) = ahead_ns.filter(|_| is_off && live.timed == CERTAIN) {
                self.stats
                    .warn(Some(stamp.pts_ns), &clock_warning(ahead_ns));
            }
        }
        live.clock.tell(stamp.pts_ns)
    }
}

fn clock_warning(ahead_ns: i64) -> String {
    let seconds = ahead_ns.unsigned_abs() as f64 / 1e9;
    let way = if ahead_ns < 0 { "behind" } else { "ahead of" };
    format!(
        "the camera's clock is {seconds:.1} s {way} this machine's, so that times of day go by when pictures arrive; \
         set both clocks, or choose one by `clock`"
    )
}

/// Returns the time of day, nanoseconds since 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "events of a camera carry a time of day, and nobody else says it"
)]
fn now_ns() -> i64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.map_or(0, |now| i64::try_from(now.as_nanos()).unwrap_or(i64::MAX))
}
