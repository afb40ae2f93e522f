//! How a camera's connection is, for whoever looks from another thread.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::stats::Stats;
use crate::wall_clock::ClockOrigin;

/// How a camera's connection is now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connection {
    /// Whether frames come, or can come; a file is connected as long as it is read.
    pub connected: bool,
    /// How often the camera was reached again after it was lost.
    pub reconnects: u64,
    /// Frames that nobody took in time, so that newer ones took their place.
    pub frames_dropped: u64,
    /// Wall clock at a camera's `pts_ns` 0, nanoseconds since 1970, from when it was reached first; `None` before, and for a file.
    pub started_at_ns: Option<i64>,
    /// Which clock gives a camera's pictures their time of day now; `None` before the first one, and for a file.
    pub clock: Option<ClockOrigin>,
    /// By how much the camera's clock is ahead of this machine's when its pictures arrive, if it sends it: what they need to come
    /// makes it less.
    pub clock_offset_ns: Option<i64>,
    /// Frames that came out of the decoder.
    pub frames_decoded: u64,
    /// Frames that were not due, decoded or not.
    pub frames_gated: u64,
    /// Packets that failed to decode, and frames in which the decoder had to guess parts of the picture.
    pub decode_errors: u64,
    /// Packets of a camera that were lost on the network, as far as libav says so: over UDP.
    pub packets_lost: u64,
    /// How many warnings there were.
    pub warnings: u64,
    /// The latest of them, with the stream's time.
    pub last_warning: Option<String>,
    /// Why the camera was not reached, or was lost, the last time; without secrets.
    pub last_error: Option<String>,
}

/// Shows how a source's connection is. Clones show the same.
#[derive(Clone, Debug, Default)]
pub struct Health {
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    connected: AtomicBool,
    reconnects: AtomicU64,
    frames_dropped: AtomicU64,
    /// 0 for none.
    started_at_ns: AtomicI64,
    /// 0 for none, 1 arrival, 2 the camera's.
    clock: AtomicU8,
    /// `i64::MIN` for none.
    clock_offset_ns: AtomicI64,
    frames_decoded: AtomicU64,
    frames_gated: AtomicU64,
    decode_errors: AtomicU64,
    packets_lost: AtomicU64,
    warnings: AtomicU64,
    last_warning: Mutex<Option<String>>,
    last_error: Mutex<Option<String>>,
}

impl Health {
    /// Returns how the connection is now.
    pub fn connection(&self) -> Connection {
        let state = &*self.state;
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let clock = match state.clock.load(Ordering::Relaxed) {
            1 => Some(ClockOrigin::Arrival),
            2 => Some(ClockOrigin::Camera),
            _ => None,
        };
        Connection {
            connected: state.connected.load(Ordering::Relaxed),
            reconnects: count(&state.reconnects),
            frames_dropped: count(&state.frames_dropped),
            started_at_ns: Some(state.started_at_ns.load(Ordering::Relaxed))
                .filter(|&started_at_ns| started_at_ns != 0),
            clock,
            clock_offset_ns: Some(state.clock_offset_ns.load(Ordering::Relaxed))
                .filter(|&offset_ns| clock.is_some() && offset_ns != i64::MIN),
            frames_decoded: count(&state.frames_decoded),
            frames_gated: count(&state.frames_gated),
            decode_errors: count(&state.decode_errors),
            packets_lost: count(&state.packets_lost),
            warnings: count(&state.warnings),
            last_warning: text(&state.last_warning).clone(),
            last_error: text(&state.last_error).clone(),
        }
    }

    /// Counts a frame that nobody took in time.
    pub fn count_dropped(&self) {
        self.state.frames_dropped.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn connected(&self, again: bool) {
        self.state
            .reconnects
            .fetch_add(u64::from(again), Ordering::Relaxed);
        self.state.connected.store(true, Ordering::Relaxed);
    }

    /// Notes that a camera's times count from this time of day.
    pub(crate) fn started(&self, now_ns: i64) {
        self.state.started_at_ns.store(now_ns, Ordering::Relaxed);
    }

    /// Notes which clock a camera's pictures go by, and how far ahead the camera's is.
    pub(crate) fn timed(&self, origin: ClockOrigin, camera_ahead_ns: Option<i64>) {
        let clock = match origin {
            ClockOrigin::Arrival => 1,
            ClockOrigin::Camera => 2,
        };
        let offset_ns = camera_ahead_ns.unwrap_or(i64::MIN);
        self.state
            .clock_offset_ns
            .store(offset_ns, Ordering::Relaxed);
        self.state.clock.store(clock, Ordering::Relaxed);
    }

    /// Shows the counters as they are now. Only the source's thread calls this.
    pub(crate) fn counted(&self, stats: &Stats) {
        let state = &*self.state;
        let show = |counter: &AtomicU64, count| counter.store(count, Ordering::Relaxed);
        show(&state.frames_decoded, stats.frames_decoded);
        show(&state.frames_gated, stats.frames_gated);
        show(&state.decode_errors, stats.decode_errors);
        show(&state.packets_lost, stats.packets_lost);
        let warnings = stats.warnings.len() as u64 + stats.warnings_suppressed;
        if state.warnings.swap(warnings, Ordering::Relaxed) != warnings {
            text(&state.last_warning).clone_from(&stats.last_warning);
        }
    }

    pub(crate) fn lost(&self, why: &str) {
        self.state.connected.store(false, Ordering::Relaxed);
        *text(&self.state.last_error) = Some(why.to_owned());
    }

    pub(crate) fn ended(&self) {
        self.state.connected.store(false, Ordering::Relaxed);
    }
}

/// A thread that panicked while it held a text left it whole.
fn text(of: &Mutex<Option<String>>) -> MutexGuard<'_, Option<String>> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_thread_sees_counters_and_the_latest_warning() {
        let health = Health::default();
        let mut stats = Stats {
            decode_errors: 3,
            packets_lost: 7,
            ..Stats::default()
        };
        stats.warn(None, "RTP: missed 7 packets");
        stats.warn(Some(2_000_000_000), "RTP: missed 9 packets");
        health.clone().counted(&stats);
        let connection = health.connection();
        assert_eq!((connection.decode_errors, connection.packets_lost), (3, 7));
        assert_eq!(connection.warnings, 2);
        let latest = connection.last_warning.as_deref();
        assert_eq!(latest, Some("at 2.000 s: RTP: missed 9 packets"));
    }

    #[test]
    fn a_clock_that_the_camera_does_not_send_has_no_offset() {
        let health = Health::default();
        assert_eq!(health.connection().clock, None);
        health.timed(ClockOrigin::Arrival, None);
        let connection = health.connection();
        assert_eq!(connection.clock, Some(ClockOrigin::Arrival));
        assert_eq!(connection.clock_offset_ns, None);
        health.timed(ClockOrigin::Camera, Some(-1));
        assert_eq!(health.connection().clock_offset_ns, Some(-1));
    }
}
