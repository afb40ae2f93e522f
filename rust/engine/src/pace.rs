//! Frames of a file at the speed at which they were filmed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Returns the present moment, from which others tell for how long a frame has been ready.
#[expect(
    clippy::disallowed_methods,
    reason = "how long a frame waits is told to operators, and decides nothing"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Keeps frames back until their time has come, measured from the first one.
#[derive(Debug)]
pub(crate) struct Pace {
    stop: Arc<AtomicBool>,
    /// The first frame's moment and time; anew where the time jumps back.
    start: Option<(Instant, i64)>,
    last_ns: i64,
}

impl Pace {
    /// Waits no longer than until `stop` is set and the thread is unparked.
    pub(crate) fn new(stop: Arc<AtomicBool>) -> Self {
        Self {
            stop,
            start: None,
            last_ns: i64::MIN,
        }
    }

    /// Waits until the frame of this time is due; a frame that is late is due at once.
    #[expect(
        clippy::disallowed_methods,
        reason = "when a frame comes, not what time it has, follows the clock"
    )]
    pub(crate) fn wait_for(&mut self, pts_ns: i64) {
        if pts_ns < self.last_ns {
            self.start = None;
        }
        self.last_ns = pts_ns;
        let (moment, first_ns) = *self.start.get_or_insert_with(|| (Instant::now(), pts_ns));
        let passed_ns = u64::try_from(pts_ns.saturating_sub(first_ns)).unwrap_or(0);
        let due = moment + Duration::from_nanos(passed_ns);
        while !self.stop.load(Ordering::Relaxed) {
            let left = due.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            std::thread::park_timeout(left);
        }
    }
}
