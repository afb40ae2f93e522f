//! The place of each frame in its stream: its number, its epoch and its time, in whatever state the timestamps are.
//!
//! Packets go in as they are read, frames come out in the order in which they are shown. Frames are matched to packets
//! by timestamp, so that a frame that never comes (left out on purpose, or broken) still counts in the numbers of those after it.

mod ticks;

use std::collections::BTreeMap;

pub(crate) use self::ticks::Ticks;
use crate::wall_clock::Came;

/// Frames that a codec may hold back for reordering; H.264 and H.265 allow 16.
const MAX_REORDER: i64 = 16;
/// Packets remembered while their frames are awaited. More than any codec holds back: the rest is broken.
const MAX_IN_FLIGHT: usize = 256;
/// A camera's clock that gets ahead of ours by more than this from one packet to the next was set, or is broken.
const MAX_AHEAD_NS: i64 = 5_000_000_000;

/// Frames of a camera in a row whose timestamps do not grow, after which its clock is taken for broken: more than reordering explains.
const MAX_STANDING: u32 = 32;

/// Where a packet's frame belongs: epoch, then timestamp in ticks.
pub(crate) type Key = (u32, i64);

/// What is to become of a packet that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Its frame should come out.
    Expected,
    /// It is not due: its frame may come out or not.
    Gated,
    /// It can't be decoded.
    Broken,
}

/// A frame's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) index: u64,
    pub(crate) epoch: u32,
    pub(crate) pts_ns: i64,
    /// Frames before this one that were left out on purpose.
    pub(crate) gated_before: u64,
    /// Whether the timestamp was earlier than the one before it, and was moved.
    pub(crate) moved: bool,
    /// When its packet came, of a camera.
    pub(crate) came: Option<Came>,
}

/// A packet whose frame is awaited.
#[derive(Clone, Copy, Debug)]
struct Sent {
    fate: Fate,
    came: Option<Came>,
}

/// Packets that were left behind by a frame that came.
#[derive(Clone, Copy, Debug, Default)]
struct Left {
    /// Packets before it that stayed without a frame.
    skipped: u64,
    /// How many of them on purpose.
    gated: u64,
    /// When the frame's own packet came.
    came: Option<Came>,
}

/// Follows the timestamps of one stream.
#[derive(Clone, Debug)]
pub(crate) struct Timeline {
    ticks: Ticks,
    /// `pts_ns` of the stream's start: where the play before this one ended.
    base_ns: i64,
    /// PTS and duration of the frame that is shown last, of those that were read or decoded so far.
    last: Option<(i64, i64)>,
    /// Where the latest packet's frame ends.
    reached: Option<i64>,
    /// What `pts_ns` counts from; set by the first frame.
    origin: Option<i64>,
    in_flight: BTreeMap<Key, Sent>,
    packet_epoch: u32,
    /// Latest packet's DTS, or PTS where it has none, and which of both it is.
    packet_clock: Option<(i64, Clock)>,
    frame_epoch: u32,
    /// Latest frame's PTS within `frame_epoch`.
    frame_clock: Option<i64>,
    next_index: u64,
    /// Of a camera: when the latest packet arrived, in nanoseconds since the first one.
    arrived_ns: Option<i64>,
    /// The same by the clocks on the wall.
    came: Option<Came>,
    /// When the packet before it arrived.
    arrived_before_ns: Option<i64>,
    /// `pts_ns` of the latest frame.
    shown_ns: Option<i64>,
    /// Frames in a row whose timestamps did not grow; stays at [`MAX_STANDING`] once it is there.
    standing: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clock {
    Decoding,
    Presentation,
}

impl Timeline {
    pub(crate) fn new(ticks: Ticks) -> Self {
        Self {
            ticks,
            base_ns: 0,
            last: None,
            reached: None,
            origin: None,
            in_flight: BTreeMap::new(),
            packet_epoch: 0,
            packet_clock: None,
            frame_epoch: 0,
            frame_clock: None,
            next_index: 0,
            arrived_ns: None,
            came: None,
            arrived_before_ns: None,
            shown_ns: None,
            standing: 0,
        }
    }

    /// Starts the stream again behind what was played: in a new epoch, with numbers and times that go on.
    ///
    /// `ticks` are those of the stream as it was opened now; it may be another one than before.
    pub(crate) fn restart(&mut self, ticks: Ticks) {
        let epoch = self.frame_epoch.max(self.packet_epoch).saturating_add(1);
        *self = Self {
            base_ns: self.end_ns(),
            origin: self.origin.filter(|_| ticks == self.ticks),
            packet_epoch: epoch,
            frame_epoch: epoch,
            next_index: self.next_index,
            shown_ns: self.shown_ns,
            ..Self::new(ticks)
        };
    }

    /// Goes on with a camera that was lost, in a new epoch, with numbers that go on; times go on as ours did meanwhile.
    pub(crate) fn reconnect(&mut self, ticks: Ticks, now_ns: i64) {
        let from_ns = self.after_shown(now_ns);
        self.restart(ticks);
        self.base_ns = from_ns;
        self.origin = None;
    }

    /// Notes that a camera's next packet is here, so many nanoseconds after the first one.
    pub(crate) fn arrived(&mut self, now_ns: i64, came: Came) {
        self.arrived_before_ns = self.arrived_ns;
        self.arrived_ns = Some(now_ns);
        self.came = Some(came);
    }

    /// Returns whether a camera's timestamps stand still or run backward, so that those of its packets are better left out of account,
    /// until it is reached anew.
    pub(crate) fn is_standing(&self) -> bool {
        self.arrived_ns.is_some() && self.standing >= MAX_STANDING
    }

    /// Returns the timestamp of a packet that has none: that of the packet before it, or of a frame after that, and the time since.
    pub(crate) fn ticks_by_arrival(&self) -> i64 {
        let packet = self.packet_clock.map(|(ticks, _)| ticks);
        let Some(before) = packet.max(self.frame_clock) else {
            return self.ticks.start.unwrap_or(0);
        };
        let (num, den) = (i128::from(self.ticks.num), i128::from(self.ticks.den));
        let passed = i128::from(self.passed_ns()) * den / (num * 1_000_000_000);
        before.saturating_add(i64::try_from(passed).unwrap_or(i64::MAX).max(1))
    }

    /// Returns the time from the arrival of the packet before to that of the latest.
    fn passed_ns(&self) -> i64 {
        let both = self.arrived_ns.zip(self.arrived_before_ns);
        both.map_or(0, |(now, before)| now.saturating_sub(before).max(0))
    }

    fn after_shown(&self, now_ns: i64) -> i64 {
        let shown = self
            .shown_ns
            .map_or(0, |shown_ns| shown_ns.saturating_add(1));
        now_ns.max(shown)
    }

    fn is_jump_ahead(&self, before: i64, now: i64) -> bool {
        let (num, den) = (i128::from(self.ticks.num), i128::from(self.ticks.den));
        let ahead_ns = (i128::from(now) - i128::from(before)) * num * 1_000_000_000 / den;
        self.arrived_ns.is_some()
            && ahead_ns > i128::from(self.passed_ns().saturating_add(MAX_AHEAD_NS))
    }

    /// Returns whether a packet with a time came since the stream was opened.
    pub(crate) fn knows_packets(&self) -> bool {
        self.packet_clock.is_some()
    }

    /// Returns the epoch of the latest frame.
    pub(crate) fn epoch(&self) -> u32 {
        self.frame_epoch
    }

    /// Returns when the last frame so far is shown, in nanoseconds, if there was any since the start.
    pub(crate) fn last_ns(&self) -> Option<i64> {
        self.last.map(|(pts, _)| self.ns(pts))
    }

    /// Returns whether the time of a packet can be told before its frame was decoded.
    pub(crate) fn knows_start(&self) -> bool {
        self.origin.or(self.ticks.start).is_some()
    }

    /// Returns where the last frame so far ends, in nanoseconds: later than every frame.
    fn end_ns(&self) -> i64 {
        self.last.map_or(self.base_ns, |(pts, duration)| {
            let end_ns = self.ns(pts.saturating_add(duration));
            end_ns.max(self.ns(pts).saturating_add(1))
        })
    }

    /// Takes a packet's timestamps; returns where its frame belongs, `None` where that can't be told before it comes.
    ///
    /// `duration` is 0 where the container does not say.
    pub(crate) fn packet(
        &mut self,
        pts: Option<i64>,
        dts: Option<i64>,
        duration: i64,
    ) -> Option<Key> {
        let duration = if duration > 0 {
            duration
        } else {
            self.ticks.per_frame
        };
        let [pts, dts] = [pts, dts].map(|ticks| ticks.filter(|&ticks| self.is_tellable(ticks)));
        self.reached = self
            .reached
            .max(pts.or(dts).map(|start| start.saturating_add(duration)));
        let decoding = dts.map(|dts| (dts, Clock::Decoding));
        let presentation = pts.map(|pts| (pts, Clock::Presentation));
        // A camera sends no DTS: libav makes it from earlier PTS, so that it is late to jump.
        let clock = match self.arrived_ns {
            Some(_) => presentation.or(decoding),
            None => decoding.or(presentation),
        };
        if let (Some((now, kind)), Some((before, kind_before))) = (clock, self.packet_clock) {
            // Packets come in decoding order, so that a DTS never goes back in a stream without a break.
            let allowed = match kind {
                Clock::Decoding => 2,
                Clock::Presentation => MAX_REORDER,
            };
            let jumped = self.is_jump_back(before, now, allowed) || self.is_jump_ahead(before, now);
            if kind == kind_before && jumped {
                self.packet_epoch += 1;
            }
        }
        self.packet_clock = clock.or(self.packet_clock);
        Some((self.packet_epoch, pts?))
    }

    /// Remembers that a frame is to be shown at `pts`, for so many ticks; 0 where the container does not say.
    pub(crate) fn lengthen(&mut self, pts: i64, duration: i64) {
        if self.last.is_none_or(|(last, _)| pts > last) {
            let duration = if duration > 0 {
                duration
            } else {
                self.ticks.per_frame
            };
            self.last = Some((pts, duration));
        }
    }

    /// Remembers what is to become of a packet.
    pub(crate) fn expect(&mut self, key: Key, fate: Fate) {
        let came = self.came;
        self.in_flight.insert(key, Sent { fate, came });
        if self.in_flight.len() > MAX_IN_FLIGHT {
            self.in_flight.pop_first();
            self.next_index += 1;
        }
    }

    /// Returns the nearest frame before `key`, of the same epoch, that is on its way; its time in nanoseconds.
    pub(crate) fn earlier_ns(&self, key: Key) -> Option<i64> {
        let earlier = self.in_flight.range((key.0, i64::MIN)..key);
        let (&(_, ticks), _) = earlier.rev().find(|(_, sent)| sent.fate != Fate::Broken)?;
        Some(self.ns(ticks))
    }

    /// Takes a decoded frame's timestamps and returns its place.
    ///
    /// `guessed` is what the decoder makes of PTS and DTS together. Without a PTS it is late by what the codec holds back,
    /// so that then the first frame, and not the header, says where the stream begins.
    pub(crate) fn frame(&mut self, pts: Option<i64>, guessed: Option<i64>) -> Stamp {
        let [pts, guessed] =
            [pts, guessed].map(|ticks| ticks.filter(|&ticks| self.is_tellable(ticks)));
        let start = self.ticks.start.filter(|_| pts.is_some());
        let pts = guessed.or(pts).unwrap_or_else(|| self.next_nominal());
        let epoch = self.epoch_of(pts);
        let pts = if self.is_stray(epoch, pts) {
            self.next_nominal()
        } else {
            pts
        };
        if epoch > self.frame_epoch {
            self.frame_epoch = epoch;
            self.frame_clock = None;
            self.packet_epoch = self.packet_epoch.max(epoch);
            if let Some(now_ns) = self.arrived_ns {
                // The camera's clock was set: only ours says how much time has passed.
                self.base_ns = self.after_shown(now_ns);
                self.origin = Some(pts);
                self.last = None;
            }
        }
        let left = self.forget_until((epoch, pts));
        let index = self.next_index + left.skipped;
        self.next_index = index + 1;
        let in_order = self
            .frame_clock
            .map_or(pts, |before| pts.max(before.saturating_add(1)));
        // A clock finer than nanoseconds has several ticks in one.
        let after_ns = self.shown_ns.filter(|_| self.frame_clock.is_some());
        self.frame_clock = Some(in_order);
        self.lengthen(in_order, 0);
        if self.origin.is_none() {
            self.origin = Some(start.map_or(pts, |start| start.min(pts)));
        }
        let moved = in_order != pts;
        if self.standing < MAX_STANDING {
            self.standing = if moved { self.standing + 1 } else { 0 };
        }
        let pts_ns = self.ns(in_order);
        let pts_ns = after_ns.map_or(pts_ns, |before_ns| pts_ns.max(before_ns.saturating_add(1)));
        self.shown_ns = Some(pts_ns);
        Stamp {
            index,
            epoch,
            pts_ns,
            gated_before: left.gated,
            moved,
            came: left.came,
        }
    }

    /// Ends the stream; returns how many frames were left out on purpose after the last one that came.
    pub(crate) fn finish(&mut self) -> u64 {
        let left = self.forget_until((u32::MAX, i64::MAX));
        self.next_index += left.skipped;
        left.gated
    }

    /// Returns where the stream ended and where it should have, in nanoseconds, if it ended early.
    pub(crate) fn cut_off(&self) -> Option<(i64, i64)> {
        let promised = self
            .ticks
            .start
            .unwrap_or(0)
            .saturating_add(self.ticks.promised?);
        let reached = self.reached.or(self.ticks.start).unwrap_or(0);
        // Headers round.
        let missing = promised.saturating_sub(reached);
        (missing.saturating_mul(2) > self.ticks.per_frame.saturating_mul(3))
            .then(|| (self.since_start_ns(reached), self.since_start_ns(promised)))
    }

    /// Converts a timestamp to nanoseconds from the start of the first play.
    pub(crate) fn ns(&self, ticks: i64) -> i64 {
        self.base_ns.saturating_add(self.since_start_ns(ticks))
    }

    fn since_start_ns(&self, ticks: i64) -> i64 {
        let origin = self.origin.or(self.ticks.start).unwrap_or(ticks);
        let since = i128::from(ticks) - i128::from(origin);
        let (num, den) = (i128::from(self.ticks.num), i128::from(self.ticks.den));
        let ns = (since * num * 1_000_000_000 + den / 2).div_euclid(den);
        i64::try_from(ns).unwrap_or(if ns < 0 { i64::MIN } else { i64::MAX })
    }

    /// Returns whether a timestamp has a place within 146 years of the start: one that a damaged file gives may have none, and
    /// times behind it could not grow.
    fn is_tellable(&self, ticks: i64) -> bool {
        self.since_start_ns(ticks).unsigned_abs() <= i64::MAX.unsigned_abs() / 2
    }

    fn next_nominal(&self) -> i64 {
        match self.frame_clock {
            Some(before) => before.saturating_add(self.ticks.per_frame),
            None => self.ticks.start.unwrap_or(0),
        }
    }

    fn is_jump_back(&self, before: i64, now: i64, frames: i64) -> bool {
        before.saturating_sub(now) > self.ticks.per_frame.saturating_mul(frames)
    }

    /// Returns whether a camera's frame was sent before its clock was set and is shown after one that was sent later: its time
    /// means nothing any more.
    fn is_stray(&self, epoch: u32, pts: i64) -> bool {
        let far =
            |before| self.is_jump_ahead(before, pts) || self.is_jump_back(before, pts, MAX_REORDER);
        self.arrived_ns.is_some()
            && !self.in_flight.contains_key(&(epoch, pts))
            && self.frame_clock.is_some_and(far)
    }

    /// The packet with this timestamp knows its epoch; without one, only a jump back tells of a new epoch.
    fn epoch_of(&self, pts: i64) -> u32 {
        let mut on_the_way = self.in_flight.range((self.frame_epoch, i64::MIN)..);
        let known = on_the_way
            .find(|(key, _)| key.1 == pts)
            .map(|(key, _)| key.0);
        let jumped = self.arrived_ns.is_none()
            && self
                .frame_clock
                .is_some_and(|before| self.is_jump_back(before, pts, MAX_REORDER));
        known.unwrap_or(self.frame_epoch + u32::from(jumped))
    }

    /// Forgets the packets up to `key`.
    fn forget_until(&mut self, key: Key) -> Left {
        let mut left = Left::default();
        while let Some(entry) = self.in_flight.first_entry() {
            if *entry.key() > key {
                break;
            }
            let (found, sent) = entry.remove_entry();
            if found == key {
                left.came = sent.came;
            } else {
                left.skipped += 1;
                left.gated += u64::from(sent.fate == Fate::Gated);
            }
        }
        left
    }
}

#[cfg(test)]
mod tests;
