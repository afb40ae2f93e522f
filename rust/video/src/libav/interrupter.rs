//! Who may stop libav while it waits: another thread, and the clock.

use std::ffi::{c_int, c_void};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ffmpeg_the_third::ffi;

/// Stops a [`Source`](crate::Source) from another thread. Clones stop the same source.
#[derive(Clone, Debug, Default)]
pub struct Interrupter {
    watch: Arc<Watch>,
}

#[derive(Debug)]
struct Watch {
    stop: AtomicBool,
    start: Instant,
    /// Nanoseconds from `start` after which libav is to give up.
    deadline_ns: AtomicU64,
    /// Waits between two attempts to reach a camera end with `bell`.
    waiting: Mutex<()>,
    bell: Condvar,
}

impl Default for Watch {
    #[expect(
        clippy::disallowed_methods,
        reason = "when a camera is given up, and when its pictures arrive, follows the clock"
    )]
    fn default() -> Self {
        Self {
            stop: AtomicBool::new(false),
            start: Instant::now(),
            deadline_ns: AtomicU64::new(u64::MAX),
            waiting: Mutex::new(()),
            bell: Condvar::new(),
        }
    }
}

impl Watch {
    fn now_ns(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    fn is_late(&self) -> bool {
        let deadline_ns = self.deadline_ns.load(Ordering::Relaxed);
        deadline_ns != u64::MAX && self.now_ns() >= deadline_ns
    }
}

impl Interrupter {
    /// Makes a read that is blocked, and every later one, fail with [`VideoError::Interrupted`](crate::VideoError::Interrupted).
    pub fn interrupt(&self) {
        let waiting = self.watch.waiting.lock();
        self.watch.stop.store(true, Ordering::Relaxed);
        drop(waiting);
        self.watch.bell.notify_all();
    }

    /// Returns whether [`interrupt`](Self::interrupt) was called.
    pub fn is_interrupted(&self) -> bool {
        self.watch.stop.load(Ordering::Relaxed)
    }

    /// Lets what follows take so long and no longer.
    pub(crate) fn allow(&self, time: Duration) {
        let time_ns = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let deadline_ns = self.watch.now_ns().saturating_add(time_ns);
        self.watch.deadline_ns.store(deadline_ns, Ordering::Relaxed);
    }

    /// Returns whether the time that was allowed is over.
    pub(crate) fn is_late(&self) -> bool {
        self.watch.is_late()
    }

    /// Returns the nanoseconds since this was made.
    pub(crate) fn now_ns(&self) -> i64 {
        i64::try_from(self.watch.now_ns()).unwrap_or(i64::MAX)
    }

    /// Waits for so long, or until somebody interrupts.
    pub(crate) fn wait(&self, time: Duration) {
        let waiting = self.watch.waiting.lock();
        let waiting = waiting.unwrap_or_else(PoisonError::into_inner);
        let waited = self
            .watch
            .bell
            .wait_timeout_while(waiting, time, |()| !self.is_interrupted());
        drop(waited);
    }

    /// Returns what libav is to ask while it waits; it stays valid as long as this, or a clone, is kept.
    pub(crate) fn callback(&self) -> ffi::AVIOInterruptCB {
        ffi::AVIOInterruptCB {
            callback: Some(is_stopped),
            opaque: Arc::as_ptr(&self.watch).cast_mut().cast(),
        }
    }
}

/// libav asks this between two reads.
unsafe extern "C" fn is_stopped(watch: *mut c_void) -> c_int {
    // SAFETY: `Interrupter::callback` passes a pointer to the watch of an `Interrupter` that the `Input` holds.
    let watch = unsafe { watch.cast::<Watch>().as_ref() };
    c_int::from(watch.is_some_and(|watch| watch.stop.load(Ordering::Relaxed) || watch.is_late()))
}
